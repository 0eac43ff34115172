//! How long one bed-day takes to read, and what a bucket of a whole ward costs to write: 64 beds of 45 series, buckets of 30 s.

use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use vigil_journal::trend::{Bucket, SeriesKey, Spread, TrendPiece, TrendQuery, TrendRow, Whose};
use vigil_journal::{Journal, Reader};
use vigil_model::{Code, Containment, Quantity, Timestamp, dim};

const BEDS: i64 = 64;
const SERIES: u32 = 45;
const LENGTH: Duration = Duration::from_secs(30);
const BUCKETS: i64 = 2 * 2_880;

fn catalogue() -> Arc<[(Arc<str>, SeriesKey)]> {
    let codes = Code::all();
    (0..BEDS)
        .flat_map(|bed| {
            (0..SERIES).map(move |number| {
                let key = SeriesKey {
                    device: format!("mon-{bed}").into(),
                    metric: codes[number as usize],
                    containment: Containment::new(1, 1, 1, number as u16),
                    unit: Some(dim::PERCENT),
                };
                (Arc::from(format!("bed-{bed}")), key)
            })
        })
        .collect()
}

fn row(bed: i64, bucket: i64) -> TrendRow {
    let entries = (0..SERIES).map(|number| {
        let number_of_all = u32::try_from(bed).unwrap_or(0) * SERIES + number;
        let value = |off: i64| Quantity::new(700 + (bucket * 7 + i64::from(number) * 13 + off) % 300, -1);
        let spread = Spread { min: value(-5), max: value(5), last: value(0), count: 30 };
        (number_of_all, Bucket { spread: Some(spread), covered: LENGTH })
    });
    TrendRow {
        bed: format!("bed-{bed}").into(),
        start: Timestamp::from_seconds(bucket * 30),
        length: LENGTH,
        association: 1,
        entries: entries.collect(),
    }
}

fn wait(journal: &Journal, pieces: u64) {
    while journal.status().trends_written < pieces {
        std::thread::yield_now();
    }
}

fn trends(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("journal.sqlite");
    let (journal, _) = Journal::open(&path).expect("a new journal");
    let names = catalogue();
    let mut pieces = 0;
    let mut write = |bucket: i64| {
        for first in (0..BEDS).step_by(16) {
            let rows = (first..first + 16).map(|bed| row(bed, bucket)).collect();
            journal.keep_trend(TrendPiece { catalogue: names.clone(), rows });
            pieces += 1;
        }
        wait(&journal, pieces);
    };
    (0..BUCKETS).for_each(&mut write);

    let mut group = criterion.benchmark_group("trend");
    let mut bucket = BUCKETS;
    group.bench_function("write-a-bucket-of-64-beds", |bencher| {
        bencher.iter(|| {
            write(bucket);
            bucket += 1;
        });
    });
    let reader = Reader::open(&path).expect("the journal that was just written");
    let day = |step: Duration, only| TrendQuery {
        bed: "bed-17",
        from: Timestamp::from_seconds(43_200),
        until: Timestamp::from_seconds(43_200 + 86_400),
        whose: Whose::Everybody,
        only,
        step,
    };
    let one = [names[17 * SERIES as usize].1.clone()];
    group.bench_function("bed-day-all-series", |bencher| {
        bencher.iter(|| {
            let trends = reader.trend(&day(Duration::ZERO, &[])).expect("a bed-day");
            assert_eq!(trends.iter().map(|trend| trend.points.len()).sum::<usize>(), 45 * 2_880);
        });
    });
    group.bench_function("bed-day-all-series-5-minutes", |bencher| {
        bencher.iter(|| {
            let trends = reader.trend(&day(Duration::from_secs(300), &[])).expect("a bed-day");
            assert_eq!(trends.iter().map(|trend| trend.points.len()).sum::<usize>(), 45 * 288);
        });
    });
    group.bench_function("bed-day-one-series", |bencher| {
        bencher.iter(|| {
            let trends = reader.trend(&day(Duration::ZERO, &one)).expect("a bed-day");
            assert_eq!(trends[0].points.len(), 2_880);
        });
    });
    group.finish();
}

criterion_group!(benches, trends);
criterion_main!(benches);

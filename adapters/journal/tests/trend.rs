//! Trends on disk: what comes back, whose it is, and what goes when.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use vigil_journal::trend::{Bucket, SeriesKey, Spread, TrendPiece, TrendQuery, TrendRow, Whose};
use vigil_journal::{Journal, Reader, Record};
use vigil_model::{Association, Code, Containment, Evidence, Mark, Patient, Quantity, Timestamp, dim, mdc};

const MINUTE: Duration = Duration::from_secs(60);

type Catalogue = Arc<[(Arc<str>, SeriesKey)]>;

fn series(device: &str, metric: Code) -> SeriesKey {
    SeriesKey { device: device.into(), metric, containment: Containment::new(1, 1, 1, 1), unit: Some(dim::PERCENT) }
}

fn catalogue() -> Catalogue {
    let of = |bed: &str, device: &str, metric| (Arc::from(bed), series(device, metric));
    [
        of("bed-1", "mon-1", mdc::PULS_OXIM_SAT_O2),
        of("bed-1", "mon-1", mdc::PULS_OXIM_PULS_RATE),
        of("bed-2", "mon-2", mdc::PULS_OXIM_SAT_O2),
    ]
    .into()
}

fn bucket(value: i64, covered: u64) -> Bucket {
    Bucket { spread: Some(Spread::of(Quantity::new(value, -1))), covered: Duration::from_secs(covered) }
}

/// Who was in a bed; the number of the association counts from 1.
fn associations(beds: &[(&str, &str)]) -> Record {
    let of = |(number, (bed, patient)): (u64, &(&str, &str))| Association {
        number,
        bed: (*bed).into(),
        patient: Arc::new(Patient { id: (*patient).into(), authority: "H".into(), ..Patient::default() }),
        evidence: Evidence::Scan,
        opened: Mark { by: "nurse".into(), why: "test".into(), at: Timestamp::from_seconds(60) },
        closed: None,
    };
    Record { associations: (1..).zip(beds).map(of).collect(), ..Record::default() }
}

fn row(bed: &str, minute: i64, association: u64, entries: Vec<(u32, Bucket)>) -> TrendRow {
    TrendRow { bed: bed.into(), start: at(minute), length: MINUTE, association, entries }
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_seconds(minute * 60)
}

fn keep(journal: &Journal, catalogue: &Catalogue, rows: Vec<TrendRow>) {
    journal.keep_trend(TrendPiece { catalogue: catalogue.clone(), rows });
}

/// Everything that waits is on disk.
fn reopened(path: &Path, journal: &Journal) -> Reader {
    journal.close();
    Reader::open(path).unwrap()
}

fn query(bed: &str, from: i64, until: i64, whose: Whose) -> TrendQuery<'_> {
    TrendQuery { bed, from: at(from), until: at(until), whose, only: &[], step: Duration::ZERO }
}

#[test]
fn a_view_of_a_patient_shows_only_his() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let (journal, _) = Journal::open(&path).unwrap();
    let names = catalogue();
    journal.commit(associations(&[("bed-1", "A"), ("bed-2", "A"), ("bed-1", "B")])).unwrap();
    keep(
        &journal,
        &names,
        vec![
            row("bed-1", 10, 1, vec![(0, bucket(970, 60)), (1, bucket(60, 60))]),
            row("bed-2", 10, 2, vec![(2, bucket(500, 60))]),
            row("bed-1", 11, 1, vec![(0, bucket(960, 20))]),
            row("bed-1", 11, 0, vec![(0, bucket(950, 5))]),
            row("bed-1", 11, 3, vec![(0, bucket(880, 30))]),
            row("bed-1", 12, 3, vec![(0, Bucket { spread: None, covered: MINUTE })]),
        ],
    );
    let reader = reopened(&path, &journal);
    let patient = |id: &str| Whose::Patient { id: id.into(), authority: "H".into() };
    let told = |whose: Whose| -> Vec<(String, i64, u64, Bucket)> {
        let trends = reader.trend(&query("bed-1", 10, 13, whose)).unwrap();
        let points = trends.into_iter().flat_map(|trend| {
            trend.points.into_iter().map(move |point| (trend.series.metric.refid().to_owned(), point))
        });
        points.map(|(metric, p)| (metric, p.start.as_micros() / 60_000_000, p.association, p.bucket)).collect()
    };
    let (spo2, rate) = ("MDC_PULS_OXIM_SAT_O2".to_owned(), "MDC_PULS_OXIM_PULS_RATE".to_owned());
    let his =
        [(spo2.clone(), 10, 1, bucket(970, 60)), (spo2.clone(), 11, 1, bucket(960, 20)), (rate, 10, 1, bucket(60, 60))];
    assert_eq!(told(patient("A")), his);
    let still = Bucket { spread: None, covered: MINUTE };
    assert_eq!(told(patient("B")), [(spo2.clone(), 11, 3, bucket(880, 30)), (spo2, 12, 3, still)]);
    assert_eq!(told(patient("C")), []);
    assert_eq!(told(Whose::Patient { id: "A".into(), authority: "other".into() }), []);
    assert_eq!(told(Whose::Everybody).len(), 6);
    let known = reader.associations("bed-1").unwrap();
    assert_eq!(known.iter().map(|of| (of.number, &*of.patient.id)).collect::<Vec<_>>(), [(1, "A"), (3, "B")]);
    assert_eq!(reader.trend(&query("bed-9", 0, 99, Whose::Everybody)).unwrap(), []);
}

#[test]
fn buckets_are_joined_to_longer_ones_without_filling_gaps_or_mixing_patients() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let (journal, _) = Journal::open(&path).unwrap();
    let names = catalogue();
    for (minute, whose, value, covered) in
        [(60, 1, 970, 60), (61, 1, 910, 30), (64, 1, 990, 60), (64, 2, 400, 10), (70, 2, 410, 60)]
    {
        keep(&journal, &names, vec![row("bed-1", minute, whose, vec![(0, bucket(value, covered))])]);
    }
    let reader = reopened(&path, &journal);
    let only = [series("mon-1", mdc::PULS_OXIM_SAT_O2)];
    let five = TrendQuery { step: 5 * MINUTE, only: &only, ..query("bed-1", 61, 75, Whose::Everybody) };
    let trends = reader.trend(&five).unwrap();
    let quantity = |mantissa| Quantity::new(mantissa, -1);
    let points: Vec<_> = trends[0].points.iter().map(|p| (p.start, p.length, p.association, p.bucket)).collect();
    let spread = Spread { min: quantity(910), max: quantity(990), last: quantity(990), count: 2 };
    assert_eq!(
        points,
        [
            (at(60), 5 * MINUTE, 1, Bucket { spread: Some(spread), covered: Duration::from_secs(90) }),
            (at(60), 5 * MINUTE, 2, bucket(400, 10)),
            (at(70), 5 * MINUTE, 2, bucket(410, 60)),
        ]
    );
    let none = [series("mon-9", mdc::PULS_OXIM_SAT_O2)];
    assert_eq!(reader.trend(&TrendQuery { only: &none, ..five }).unwrap(), []);
}

#[test]
fn names_stay_the_same_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    for minute in [10, 11] {
        let (journal, _) = Journal::open(&path).unwrap();
        keep(&journal, &catalogue(), vec![row("bed-1", minute, 1, vec![(0, bucket(970, 60))])]);
        journal.close();
    }
    let reader = Reader::open(&path).unwrap();
    let trends = reader.trend(&query("bed-1", 0, 99, Whose::Everybody)).unwrap();
    assert_eq!(trends.len(), 1);
    assert_eq!(trends[0].points.iter().map(|point| point.association).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(reader.trend_series("bed-1").unwrap().len(), 2);
}

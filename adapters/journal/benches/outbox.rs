//! How many records of 3 900 bytes are on disk in a second: one producer, and 64 waiting at once.

use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use vigil_journal::{Hop, Journal, Outbox, Record, RowId, Settlement};
use vigil_model::{Lane, Outgoing, Timestamp};

const BODY_BYTES: usize = 3_900;
const WAITING: u64 = 64;

fn record(number: u64) -> Record {
    let message = Outgoing {
        destination: "ehr".into(),
        lane: Lane::Observation,
        control_id: format!("bench-{number}").into(),
        order: "bed-1".into(),
        replaces: None,
        occurrence: None,
        created: Timestamp::from_micros(number.cast_signed()),
        body: vec![b'x'; BODY_BYTES],
    };
    Record { next_control: number + 1, outgoing: vec![message], ..Record::default() }
}

fn commits(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (journal, _) = Journal::open(&folder.path().join("journal.db")).expect("a new journal");
    let mut group = criterion.benchmark_group("outbox");
    group.measurement_time(Duration::from_secs(5));
    let mut number = 0;

    group.throughput(Throughput::Elements(1));
    group.bench_function("commit-one-producer", |bencher| {
        bencher.iter(|| {
            number += 1;
            journal.commit(record(number)).expect("room on the disk");
        });
    });

    group.throughput(Throughput::Elements(WAITING));
    group.bench_function("commit-64-waiting", |bencher| {
        bencher.iter(|| {
            let (answer, answers) = std::sync::mpsc::channel();
            for _ in 0..WAITING {
                number += 1;
                let answer = answer.clone();
                journal.submit(record(number), move |done| drop(answer.send(done))).expect("room in the queue");
            }
            drop(answer);
            for answer in answers {
                answer.expect("room on the disk");
            }
        });
    });

    let mut outbox = journal.outbox("ehr").expect("a reading connection");
    group.bench_function("read-and-settle-64", |bencher| {
        bencher.iter(|| {
            let rows = outbox.next(Lane::Observation, RowId::START, WAITING as usize).expect("a readable journal");
            for row in Arc::new(rows).iter() {
                outbox.settle(row.row, Settlement::Delivered(Hop::default()));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, commits);
criterion_main!(benches);

//! W6: callers that store a record each and go on when it is on disk, through the journal's group commit.

use std::thread;

use vigil_journal::{Journal, Record};
use vigil_model::{Instant, Lane, Outgoing, Timestamp};

use crate::Outcome;
use crate::arguments::Arguments;
use crate::figures::{latencies, micros, rate, with};

const BODY_BYTES: usize = 3_900;

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let folder = arguments.path("dir").ok_or("--dir is missing")?.join("outbox-vigil");
    let (producers, duration) = (arguments.number::<u64>("producers")?, arguments.duration()?);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let (journal, _) = Journal::open(&folder.join("journal.sqlite"))?;
    let clock = vigil::clock::system();
    let from = clock().monotonic;
    let until = from + duration;
    let mut waiting = Vec::new();
    for producer in 0..producers {
        let (journal, clock) = (journal.clone(), clock.clone());
        waiting.push(thread::spawn(move || produce(&journal, producer, until, &*clock)));
    }
    let mut took = Vec::new();
    for producer in waiting {
        took.extend(producer.join().map_err(|_| "a producer ended early")??);
    }
    let secs = clock().monotonic.since(from);
    journal.close();
    std::fs::remove_dir_all(&folder)?;
    Ok(Some(with(rate(took.len() as u64, secs), latencies(took))))
}

/// Microseconds that each record took.
fn produce(
    journal: &Journal,
    producer: u64,
    until: Instant,
    clock: &dyn Fn() -> vigil_model::Now,
) -> Result<Vec<u64>, vigil_journal::JournalError> {
    let mut took = Vec::new();
    let mut before = clock().monotonic;
    while before < until {
        journal.commit(record(producer, took.len() as u64))?;
        let now = clock().monotonic;
        took.push(micros(before, now));
        before = now;
    }
    Ok(took)
}

fn record(producer: u64, number: u64) -> Record {
    let message = Outgoing {
        destination: "ehr".into(),
        lane: Lane::Observation,
        control_id: format!("bench-{producer}-{number}").into(),
        order: "bed-1".into(),
        replaces: None,
        occurrence: None,
        created: Timestamp::from_micros(number.cast_signed()),
        body: vec![7; BODY_BYTES],
    };
    Record { next_control: number + 1, outgoing: vec![message], ..Record::default() }
}

//! Whatever was acknowledged is there after the process is killed at any moment, in order and whole.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use vigil_journal::{Hop, Journal, Outbox, Record, RowId, Settlement};
use vigil_model::{Lane, Outgoing, Timestamp};

const PLACE: &str = "VIGIL_JOURNAL_CRASH_TEST";

/// Record `number`: two messages and all counters, so that half a record would show.
fn record(number: u64) -> Record {
    let message = |half: u64| Outgoing {
        destination: "ehr".into(),
        lane: if half == 0 { Lane::Alarm } else { Lane::Observation },
        control_id: format!("{number}-{half}").into(),
        order: "bed-1".into(),
        replaces: None,
        occurrence: None,
        created: Timestamp::from_seconds(number.cast_signed()),
        body: vec![b'x'; 700 * (number as usize % 7)],
    };
    Record {
        next_seq: number + 1,
        next_occurrence: number + 1,
        next_control: number + 1,
        outgoing: vec![message(0), message(1)],
        ..Record::default()
    }
}

/// Numbers of the records in the journal at `path`, after checking that each is whole and in order.
fn survivors(path: &Path) -> (u64, Vec<u64>) {
    let (journal, restored) = Journal::open(path).unwrap();
    assert_eq!((restored.next_seq, restored.next_control), (restored.next_occurrence, restored.next_occurrence));
    let mut outbox = journal.outbox("ehr").unwrap();
    let mut lane = |lane| -> Vec<u64> {
        let rows = outbox.next(lane, RowId::START, usize::MAX >> 1).unwrap();
        assert!(rows.windows(2).all(|pair| pair[0].row < pair[1].row));
        rows.iter().map(|row| row.created.as_micros().cast_unsigned() / 1_000_000).collect()
    };
    let alarms = lane(Lane::Alarm);
    assert_eq!(alarms, lane(Lane::Observation), "a record is there whole or not at all");
    assert!(alarms.windows(2).all(|pair| pair[0] < pair[1]), "in the order of making");
    (restored.next_seq, alarms)
}

/// The child: commits for ever and says after each commit that it is done. Does nothing when run as a plain test.
#[test]
fn child_that_commits_until_it_is_killed() {
    let Some(path) = std::env::var_os(PLACE) else { return };
    let (journal, restored) = Journal::open(Path::new(&path)).unwrap();
    let mut out = std::io::stdout();
    let mut outbox = journal.outbox("ehr").unwrap();
    for number in restored.next_seq.. {
        journal.commit(record(number)).unwrap();
        if number % 5 == 0 {
            // Deliver some, so that deletions are killed as well.
            for lane in [Lane::Alarm, Lane::Observation] {
                let row = outbox.next(lane, RowId::START, 1).unwrap()[0].row;
                outbox.settle(row, Settlement::Delivered(Hop::default()));
            }
        }
        writeln!(out, "committed {number}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn every_acknowledged_record_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut last = 0;
    for run in 0..6u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_commits_until_it_is_killed", "--nocapture", "--test-threads=1"])
            .env(PLACE, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let wanted = 20 + run * 37 % 90;
        let mut seen = 0;
        while seen < wanted {
            let line = lines.next().expect("the child goes on until it is killed").unwrap();
            // The test harness writes its own line without a line feed before the first of ours.
            if let Some((_, number)) = line.split_once("committed ") {
                last = number.parse().unwrap();
                seen += 1;
            }
        }
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        for line in lines.map_while(Result::ok) {
            if let Some((_, number)) = line.split_once("committed ") {
                last = number.parse().unwrap_or(last); // said before the kill and read after it
            }
        }
        let (next_seq, records) = survivors(&path);
        assert!(next_seq > last, "run {run}: {last} was acknowledged, the journal is at {next_seq}");
        let newest = *records.last().unwrap();
        assert!(newest >= last && newest + 1 == next_seq);
        // Deliveries took some from the front; nothing is missing behind the first that is left.
        let first = records[0];
        assert_eq!(records, (first..=newest).collect::<Vec<_>>());
        assert!(first <= newest / 5 + 1, "only what was delivered is gone");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Power fails while the write-ahead log is being written: any cut of it leaves the first so many records.
    #[test]
    fn a_cut_log_leaves_a_beginning(records in 1u64..25, cut in 0.0f64..1.0, garbage in proptest::bool::ANY) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let (journal, _) = Journal::open(&path).unwrap();
        for number in 1..=records {
            journal.commit(record(number)).unwrap();
        }
        let copy = folder.path().join("copy.db");
        std::fs::copy(&path, &copy).unwrap();
        let mut log = std::fs::read(folder.path().join("journal.db-wal")).unwrap();
        let length = (log.len() as f64 * cut) as usize;
        if garbage {
            log[length..].fill(0xA5);
        } else {
            log.truncate(length);
        }
        std::fs::write(folder.path().join("copy.db-wal"), log).unwrap();
        drop(journal);
        let (next_seq, kept) = survivors(&copy);
        prop_assert!(next_seq <= records + 1);
        prop_assert_eq!(kept, (1..next_seq).collect::<Vec<_>>());
        prop_assert_eq!(survivors(&path).1, (1..=records).collect::<Vec<_>>());
    }
}

//! What the journal promises, seen from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use vigil_journal::{
    Hop, Journal, JournalError, Limits, LogEntry, LogKind, Outbox, OutboxRow, OutboxState, Reader, Record, RowId,
    Settlement,
};
use vigil_model::{
    AlarmSource, AlarmState, ConditionKey, ConditionKind, Containment, Lane, Occurrence, OccurrenceId, Outgoing, Phase,
    Priority, Timestamp, mdc,
};

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data").join("journal.db");
    Place { _folder: folder, path }
}

fn message(number: u64, lane: Lane) -> Outgoing {
    Outgoing {
        destination: "ehr".into(),
        lane,
        control_id: format!("ward-4b-{number}").into(),
        order: "bed-1".into(),
        replaces: None,
        occurrence: Some(OccurrenceId { appliance: "ward-4b".into(), number: 1 }),
        created: Timestamp::from_seconds(number.cast_signed()),
        body: format!("body {number}").into_bytes(),
    }
}

fn record(outgoing: Vec<Outgoing>) -> Record {
    Record { outgoing, ..Record::default() }
}

fn occurrence(number: u64, key: &str, state: AlarmState) -> Occurrence {
    Occurrence {
        id: OccurrenceId { appliance: "ward-4b".into(), number },
        key: ConditionKey(key.into()),
        bed: "bed-1".into(),
        device: "mon-1".into(),
        kind: ConditionKind::Physiological,
        priority: Priority::High,
        event: mdc::EVT_LO,
        text: "Low SpO2".into(),
        source: AlarmSource {
            containment: Containment::new(1, 2, 1, 1),
            metric: Some(mdc::PULS_OXIM_SAT_O2),
            value: None,
            unit: None,
            limit: None,
            device_limits: None,
        },
        latching: false,
        state,
        inactivation: Vec::new(),
        count: 1,
        restarts: 0,
        escalation: None,
        onset: Timestamp::from_seconds(5),
        changed: Timestamp::from_seconds(6),
    }
}

fn numbers(rows: &[OutboxRow]) -> Vec<u64> {
    rows.iter().map(|row| row.control_id.rsplit_once('-').unwrap().1.parse().unwrap()).collect()
}

fn delivered() -> Settlement {
    Settlement::Delivered(Hop { sent: Timestamp::from_seconds(8), settled: Timestamp::from_seconds(9), attempts: 2 })
}

#[test]
fn a_new_journal_counts_from_one_and_an_old_one_goes_on() {
    let place = place();
    let (journal, restored) = Journal::open(&place.path).unwrap();
    assert_eq!((restored.next_seq, restored.next_occurrence, restored.next_control), (1, 1, 1));
    let counters = |seq, occurrence, control| Record {
        next_seq: seq,
        next_occurrence: occurrence,
        next_control: control,
        ..Record::default()
    };
    journal.commit(counters(10, 5, 7)).unwrap();
    journal.commit(counters(9, 6, 3)).unwrap(); // never backwards
    drop(journal);
    let (_journal, restored) = Journal::open(&place.path).unwrap();
    assert_eq!((restored.next_seq, restored.next_occurrence, restored.next_control), (10, 6, 7));
}

#[test]
fn occurrences_come_back_until_they_are_over() {
    let place = place();
    let (journal, _) = Journal::open(&place.path).unwrap();
    let (one, two) = (occurrence(1, "a", AlarmState::Active), occurrence(2, "b", AlarmState::Latched));
    journal.commit(Record { occurrences: vec![one.clone(), two.clone()], ..Record::default() }).unwrap();
    let over = occurrence(1, "a", AlarmState::Inactive);
    journal.commit(Record { occurrences: vec![over.clone()], ..Record::default() }).unwrap();
    // A condition that begins anew before its last occurrence was seen to end: that one is history, not lost.
    let three = occurrence(3, "b", AlarmState::Active);
    journal.commit(Record { occurrences: vec![three.clone()], ..Record::default() }).unwrap();
    journal.close();
    let (journal, restored) = Journal::open(&place.path).unwrap();
    assert_eq!(restored.occurrences, std::slice::from_ref(&three));
    assert!(restored.unreadable.is_empty());
    let reader = journal.reader().unwrap();
    assert_eq!(reader.active().unwrap(), [three]);
    assert_eq!(reader.occurrence(&one.id).unwrap(), Some(over.clone()));
    assert_eq!(reader.history(10).unwrap(), [two, over]);
}

#[test]
fn an_occurrence_that_begins_again_is_active_and_no_longer_history() {
    let place = place();
    let (journal, _) = Journal::open(&place.path).unwrap();
    let commit = |state| journal.commit(Record { occurrences: vec![occurrence(1, "a", state)], ..Record::default() });
    let reader = journal.reader().unwrap();
    let counts = || (reader.active().unwrap().len(), reader.history(10).unwrap().len());
    commit(AlarmState::Active).unwrap();
    commit(AlarmState::Inactive).unwrap();
    assert_eq!(counts(), (0, 1));
    commit(AlarmState::Active).unwrap();
    assert_eq!(counts(), (1, 0));
    commit(AlarmState::Inactive).unwrap();
    assert_eq!(counts(), (0, 1));
}

#[test]
fn lanes_are_read_in_order_and_what_is_settled_is_gone() {
    let place = place();
    let (journal, _) = Journal::open(&place.path).unwrap();
    let lane = |number| if number % 2 == 0 { Lane::Alarm } else { Lane::Observation };
    journal.commit(record((1..=6).map(|n| message(n, lane(n))).collect())).unwrap();
    let mut outbox = journal.outbox("ehr").unwrap();
    let alarms = outbox.next(Lane::Alarm, RowId::START, 10).unwrap();
    assert_eq!(numbers(&alarms), [2, 4, 6]);
    assert_eq!(alarms[0].body, b"body 2");
    assert_eq!(numbers(&outbox.next(Lane::Alarm, alarms[0].row, 1).unwrap()), [4]);
    outbox.settle(alarms[0].row, delivered());
    // Settled here: it does not come back, whether or not the disk knows yet.
    assert_eq!(numbers(&outbox.next(Lane::Alarm, RowId::START, 10).unwrap()), [4, 6]);
    assert_eq!(numbers(&outbox.next(Lane::Alarm, RowId::START, 1).unwrap()), [4]);
    outbox.settle(alarms[1].row, Settlement::Refused { hop: Hop::default(), reason: "AE 101".into() });
    assert!(journal.outbox("other").unwrap().next(Lane::Alarm, RowId::START, 10).unwrap().is_empty());
    journal.close(); // flushes settlements
    drop(outbox);
    let (journal, _) = Journal::open(&place.path).unwrap();
    let mut outbox = journal.outbox("ehr").unwrap();
    assert_eq!(numbers(&outbox.next(Lane::Alarm, RowId::START, 10).unwrap()), [6]);
    let depth = outbox.depth().unwrap();
    assert_eq!((depth.alarms, depth.observations, depth.refused), (1, 3, 1));
    assert_eq!(depth.oldest_alarm, Some(Timestamp::from_seconds(6)));
    assert_eq!(depth.oldest_observation, Some(Timestamp::from_seconds(1)));
    let dead: Vec<_> = journal
        .reader()
        .unwrap()
        .outbox(Some("ehr"), RowId::START, 100)
        .unwrap()
        .into_iter()
        .filter(|entry| entry.state != OutboxState::Waiting)
        .collect();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].state, OutboxState::Refused { attempts: 0, reason: "AE 101".into() });
    assert_eq!(journal.reader().unwrap().body(dead[0].row).unwrap().as_deref(), Some(b"body 4".as_slice()));
}

#[test]
fn row_ids_are_never_used_twice() {
    let place = place();
    let (journal, _) = Journal::open(&place.path).unwrap();
    journal.commit(record(vec![message(1, Lane::Alarm)])).unwrap();
    let mut outbox = journal.outbox("ehr").unwrap();
    let first = outbox.next(Lane::Alarm, RowId::START, 1).unwrap()[0].row;
    outbox.settle(first, delivered());
    journal.close();
    drop((outbox, journal));
    let (journal, _) = Journal::open(&place.path).unwrap();
    journal.commit(record(vec![message(2, Lane::Alarm)])).unwrap();
    let second = journal.outbox("ehr").unwrap().next(Lane::Alarm, first, 1).unwrap();
    assert_eq!(numbers(&second), [2]);
}

#[test]
fn a_newer_message_replaces_a_waiting_older_one() {
    let place = place();
    let (journal, _) = Journal::open(&place.path).unwrap();
    let state = |number, word: &str| Outgoing { replaces: Some(word.into()), ..message(number, Lane::Alarm) };
    let elsewhere = Outgoing { destination: "nurses".into(), ..state(4, "alert-1") };
    journal.commit(record(vec![state(1, "alert-1"), state(2, "alert-2"), message(3, Lane::Alarm), elsewhere])).unwrap();
    let mut outbox = journal.outbox("ehr").unwrap();
    let in_hand = outbox.next(Lane::Alarm, RowId::START, 1).unwrap().remove(0);
    journal.commit(record(vec![state(5, "alert-1")])).unwrap();
    assert_eq!(numbers(&outbox.next(Lane::Alarm, RowId::START, 10).unwrap()), [2, 3, 5]);
    outbox.settle(in_hand.row, delivered()); // it was on its way: nothing to settle any more
    assert_eq!(outbox.depth().unwrap().alarms, 3);
    assert_eq!(journal.outbox("nurses").unwrap().depth().unwrap().alarms, 1);
    journal.close();
    assert_eq!(numbers(&outbox.next(Lane::Alarm, RowId::START, 10).unwrap()), [2, 3, 5]);
}

#[test]
fn the_ledger_tells_every_hop_of_an_occurrence() {
    let place = place();
    let (journal, _) = Journal::open(&place.path).unwrap();
    let id = OccurrenceId { appliance: "ward-4b".into(), number: 1 };
    let kind = LogKind::Alarm { phase: Phase::Start, state: AlarmState::Active, priority: Priority::High };
    let entry = LogEntry { at: Timestamp::from_seconds(1), seq: 8, occurrence: id.clone(), kind: kind.clone() };
    journal.commit(Record { log: vec![entry], outgoing: vec![message(2, Lane::Alarm)], ..Record::default() }).unwrap();
    let mut outbox = journal.outbox("ehr").unwrap();
    let row = outbox.next(Lane::Alarm, RowId::START, 1).unwrap()[0].row;
    outbox.settle(row, delivered());
    journal.close();
    let log = Reader::open(&place.path).unwrap().log(&id).unwrap();
    let times: Vec<_> = log.iter().map(|entry| entry.at.as_micros() / 1_000_000).collect();
    let log_queued = log[1].at;
    let kinds: Vec<_> = log.into_iter().map(|entry| entry.kind.unwrap()).collect();
    assert_eq!(times, [1, 2, 9]);
    let (destination, control_id) = ("ehr".into(), "ward-4b-2".into());
    let sent = Timestamp::from_seconds(8);
    assert_eq!(kinds[0], kind);
    assert!(matches!(&kinds[1], LogKind::Queued { .. }));
    let queued = Some(log_queued);
    assert_eq!(kinds[2], LogKind::Delivered { destination, control_id, queued, sent, attempts: 2 });
}

#[test]
fn the_history_is_read_as_stretches_of_time_and_line_by_line() {
    let place = place();
    let (journal, _) = Journal::open(&place.path).unwrap();
    let at = Timestamp::from_seconds;
    let said = |second, number, phase, state| {
        let occurrence = Occurrence { changed: at(second), ..occurrence(number, &format!("key {number}"), state) };
        let kind = LogKind::Alarm { phase, state, priority: occurrence.priority };
        let line = LogEntry { at: at(second), seq: number, occurrence: occurrence.id.clone(), kind };
        journal
            .commit(Record { at: at(second), log: vec![line], occurrences: vec![occurrence], ..Record::default() })
            .unwrap();
    };
    said(100, 1, Phase::Start, AlarmState::Active);
    said(130, 1, Phase::Acknowledged, AlarmState::Active);
    said(160, 1, Phase::End, AlarmState::Inactive);
    said(200, 2, Phase::Start, AlarmState::Active);
    let reader = journal.reader().unwrap();
    let spans = reader.spans(at(0), at(1000)).unwrap();
    let times: Vec<_> = spans.iter().map(|span| (span.started, span.acknowledged, span.ended)).collect();
    assert_eq!(times, [(at(100), Some(at(130)), Some(at(160))), (at(200), None, None)]);
    assert_eq!(reader.spans(at(150), at(200)).unwrap().len(), 1, "the second begins later");
    assert_eq!(reader.spans(at(170), at(900)).unwrap().len(), 1, "the first is over");

    let lines = reader.lines_after(0, 3).unwrap();
    assert_eq!(lines.len(), 3);
    let rest = reader.lines_after(lines[2].row, 100).unwrap();
    assert_eq!((rest.len(), rest[0].row), (1, reader.last_line().unwrap()));
    assert_eq!(rest[0].occurrence.as_ref().unwrap().number, 2);
    assert_eq!(reader.oldest_alarms().unwrap(), []);
    journal.commit(record(vec![message(7, Lane::Alarm), message(8, Lane::Alarm)])).unwrap();
    let oldest = message(7, Lane::Alarm);
    assert_eq!(reader.oldest_alarms().unwrap(), [(oldest.destination.to_string(), oldest.created)]);
}

#[test]
fn a_control_id_used_twice_fails_alone() {
    let place = place();
    let (journal, _) = Journal::open(&place.path).unwrap();
    journal.commit(record(vec![message(1, Lane::Alarm)])).unwrap();
    // A crowd, so that some go to disk as one group: only the bad one may fail.
    let (answer, answers) = mpsc::channel();
    for number in 0..100u64 {
        let message = message(if number == 50 { 1 } else { number + 10 }, Lane::Alarm);
        let answer = answer.clone();
        journal.submit(record(vec![message]), move |done| answer.send((number, done)).unwrap()).unwrap();
    }
    drop(answer);
    let failed: Vec<_> = answers.iter().filter(|(_, done)| done.is_err()).collect();
    assert_eq!(failed.len(), 1);
    assert!(matches!(failed[0], (50, Err(JournalError::ControlIdUsedTwice))));
    assert!(journal.status().failing.is_none());
    let waiting = journal.outbox("ehr").unwrap().next(Lane::Alarm, RowId::START, 1_000).unwrap();
    assert_eq!(waiting.len(), 100);
    assert!(waiting.windows(2).all(|pair| pair[0].row < pair[1].row));
}

#[test]
fn one_process_at_a_time() {
    let place = place();
    let (journal, _) = Journal::open(&place.path).unwrap();
    let refused = Journal::open(&place.path).err().unwrap();
    assert!(matches!(refused, JournalError::InUse { .. }), "{refused}");
    assert!(refused.to_string().contains("in use by another process"));
    drop(journal);
    assert!(Journal::open(&place.path).is_ok());
}

#[test]
fn a_closed_journal_says_so() {
    let place = place();
    let (journal, _) = Journal::open(&place.path).unwrap();
    journal.close();
    assert!(matches!(journal.commit(Record::default()), Err(JournalError::Closed)));
    assert!(matches!(journal.submit(Record::default(), |_| ()), Err(JournalError::Closed)));
}

#[test]
fn a_note_is_written_although_nobody_waits_for_it() {
    let place = place();
    let (journal, _) = Journal::open(&place.path).unwrap();
    let bare = |next_seq| Record { next_seq, ..Record::default() };
    assert!(bare(3).is_bare() && !record(vec![message(1, Lane::Alarm)]).is_bare());
    journal.note(bare(3)).unwrap();
    journal.commit(record(vec![message(1, Lane::Alarm)])).unwrap();
    journal.note(Record { next_seq: 9, outgoing: vec![message(2, Lane::Alarm)], ..Record::default() }).unwrap();
    journal.close();
    assert!(matches!(journal.note(bare(10)), Err(JournalError::Closed)));
    let (journal, restored) = Journal::open(&place.path).unwrap();
    assert_eq!(restored.next_seq, 9);
    let waiting = journal.outbox("ehr").unwrap().next(Lane::Alarm, RowId::START, 10).unwrap();
    assert_eq!(numbers(&waiting), [1, 2]);
}

#[test]
fn a_newer_file_and_a_file_that_is_none_are_refused() {
    let place = place();
    drop(Journal::open(&place.path).unwrap());
    let raw = rusqlite::Connection::open(&place.path).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    drop(raw);
    assert!(matches!(Journal::open(&place.path), Err(JournalError::Newer { found: 99, .. })));
    let other = place.path.with_file_name("other.db");
    std::fs::write(&other, vec![7u8; 8192]).unwrap();
    assert!(matches!(Journal::open(&other), Err(JournalError::Open { .. })));
}

#[test]
fn a_full_disk_is_an_answer_and_not_the_end() {
    let place = place();
    let (journal, _) =
        Journal::open_with(&place.path, Limits { database_bytes_max: 400_000, ..Limits::default() }).unwrap();
    let big = |number| record(vec![Outgoing { body: vec![b'x'; 10_000], ..message(number, Lane::Alarm) }]);
    let (full, error) = (1..1_000).find_map(|number| Some((number, journal.commit(big(number)).err()?))).unwrap();
    assert!(matches!(error, JournalError::Write { .. }) && full > 10, "{error}");
    assert!(!error.to_string().contains("xxx"));
    let status = journal.status();
    assert!(status.failing.is_some() && status.groups_failed == 1, "{status:?}");
    // Nothing of the refused record is there, everything before it is, and delivering makes room.
    let mut outbox = journal.outbox("ehr").unwrap();
    let waiting = outbox.next(Lane::Alarm, RowId::START, 1_000).unwrap();
    assert_eq!(numbers(&waiting), (1..full).collect::<Vec<_>>());
    for row in &waiting[..10] {
        outbox.settle(row.row, delivered());
    }
    // What waits to be settled goes first in the group, so the same record fits now.
    journal.commit(big(full)).unwrap();
    let status = journal.status();
    assert!(status.failing.is_none() && status.settlements_waiting == 0, "{status:?}");
    assert_eq!(numbers(&outbox.next(Lane::Alarm, RowId::START, 1_000).unwrap()), (11..=full).collect::<Vec<_>>());
}

#[test]
fn old_history_and_too_many_observations_go_alarms_stay() {
    let place = place();
    let limits = Limits {
        history_count_max: 3,
        history_age_max: Duration::from_secs(1_000),
        log_count_max: 1_000,
        refused_count_max: 2,
        observations_waiting_max: 5,
        ..Limits::default()
    };
    let (journal, _) = Journal::open_with(&place.path, limits).unwrap();
    let mut occurrences: Vec<_> = (1..=10).map(|n| occurrence(n, "a", AlarmState::Inactive)).collect();
    for (number, occurrence) in occurrences.iter_mut().enumerate() {
        occurrence.changed = Timestamp::from_seconds(5_000 + number as i64);
    }
    let mut outgoing: Vec<_> = (1..=20).map(|n| message(n, Lane::Observation)).collect();
    outgoing.extend((21..=40).map(|n| message(n, Lane::Alarm)));
    let at = Timestamp::from_seconds(5_500);
    journal.commit(Record { at, occurrences, outgoing, ..Record::default() }).unwrap();
    let mut outbox = journal.outbox("ehr").unwrap();
    // Enough transactions for the tidying to run whether or not the writer is ever idle.
    for number in 0..300 {
        journal.commit(Record { next_seq: number, at, ..Record::default() }).unwrap();
    }
    assert_eq!(numbers(&outbox.next(Lane::Observation, RowId::START, 100).unwrap()), [16, 17, 18, 19, 20]);
    assert_eq!(outbox.next(Lane::Alarm, RowId::START, 100).unwrap().len(), 20);
    assert_eq!(outbox.depth().unwrap().observations, 5);
    assert_eq!(journal.status().observations_dropped, 15);
    let kept: Vec<_> = journal.reader().unwrap().history(100).unwrap().iter().map(|o| o.id.number).collect();
    assert_eq!(kept, [10, 9, 8]);
    // A day later even those are too old.
    let at = at + Duration::from_secs(86_400);
    for _ in 0..300 {
        journal.commit(Record { at, ..Record::default() }).unwrap();
    }
    assert!(journal.reader().unwrap().history(100).unwrap().is_empty());
}

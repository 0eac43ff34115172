//! The scribe with a real journal and a clock that is moved by hand.

use std::sync::atomic::{AtomicU64, Ordering};

use vigil_journal::{Hop, Limits, Outbox as _, RowId, Settlement};
use vigil_model::{BedSummary, Now, Outgoing};

use super::*;

/// A journal in a folder of its own, a scribe, and a clock that is moved by hand.
struct Desk {
    _folder: tempfile::TempDir,
    journal: Journal,
    second: Arc<AtomicU64>,
    events: broadcast::Receiver<Arc<EngineEvent>>,
    sink: Arc<Notify>,
    scribe: Scribe,
}

fn desk(limits: Limits) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open_with(&folder.path().join("journal.db"), limits).unwrap();
    let second = Arc::new(AtomicU64::new(1));
    let hand = second.clone();
    let clock: Clock = Arc::new(move || {
        let second = hand.load(Ordering::Relaxed);
        Now { monotonic: Instant::from_micros(second * 1_000_000), utc: Timestamp::from_seconds(second.cast_signed()) }
    });
    let (sender, events) = broadcast::channel(1_024);
    let sink = Arc::new(Notify::new());
    let audience = Audience { events: sender, wake: vec![("ehr".into(), sink.clone())] };
    let scribe = Scribe::new(journal.clone(), clock, audience);
    Desk { _folder: folder, journal, second, events, sink, scribe }
}

fn page(number: u64, lane: Lane, bytes: usize) -> (Record, Vec<EngineEvent>) {
    let message = Outgoing {
        destination: "ehr".into(),
        lane,
        control_id: format!("ward-{number}").into(),
        order: "bed-1".into(),
        replaces: None,
        occurrence: None,
        created: Timestamp::from_seconds(number.cast_signed()),
        body: vec![b'x'; bytes],
    };
    (Record { next_seq: number + 1, outgoing: vec![message], ..Record::default() }, vec![event(number)])
}

fn event(number: u64) -> EngineEvent {
    let summary = BedSummary { bed: "bed-1".into(), highest: None, active: 0, latched: 0, acknowledged: 0 };
    EngineEvent { seq: number, at: Timestamp::default(), kind: EventKind::Bed(summary) }
}

impl Desk {
    fn take(&mut self, (record, events): (Record, Vec<EngineEvent>)) {
        self.scribe.take(record, events, Vec::new());
    }

    async fn settle(&mut self) {
        let answer = self.scribe.answered().await;
        self.scribe.settle(answer);
    }

    fn told(&mut self) -> Vec<u64> {
        std::iter::from_fn(|| self.events.try_recv().ok()).map(|event| event.seq).collect()
    }

    fn on_disk(&self) -> Vec<String> {
        let rows = self.journal.outbox("ehr").unwrap().next(Lane::Alarm, RowId::START, 1_000).unwrap();
        rows.iter().map(|row| row.control_id.to_string()).collect()
    }
}

#[tokio::test]
async fn what_is_handed_in_meanwhile_follows_as_one_page_in_order() {
    let mut desk = desk(Limits::default());
    for number in 1..=5 {
        desk.take(page(number, Lane::Alarm, 10));
    }
    desk.settle().await;
    desk.sink.notified().await;
    desk.settle().await;
    assert!(desk.scribe.writing.is_none() && desk.scribe.waiting.is_none());
    assert_eq!(desk.on_disk(), ["ward-1", "ward-2", "ward-3", "ward-4", "ward-5"]);
    assert_eq!(desk.told(), [1, 2, 3, 4, 5]);
    assert_eq!(desk.journal.status().records_committed, 2, "the first, and the other four together");
}

#[tokio::test]
async fn what_promises_nothing_is_told_at_once_but_never_before_what_waits() {
    let mut desk = desk(Limits::default());
    let bare = |number| (Record { next_seq: number + 1, ..Record::default() }, vec![event(number)]);
    desk.take(bare(1));
    assert_eq!(desk.told(), [1]);
    desk.take(page(2, Lane::Alarm, 10));
    desk.take(bare(3));
    desk.settle().await;
    desk.settle().await;
    assert_eq!(desk.told(), [2, 3]);
    desk.journal.close();
    let (_, restored) = Journal::open(&desk._folder.path().join("journal.db")).unwrap();
    assert_eq!(restored.next_seq, 4);
}

#[tokio::test]
async fn what_the_disk_refuses_is_kept_in_order_and_told_when_it_is_written() {
    let mut desk = desk(Limits { database_bytes_max: 400_000, ..Limits::default() });
    let mut number = 0;
    while desk.scribe.due().is_none() {
        number += 1;
        desk.take(page(number, Lane::Alarm, 10_000));
        desk.settle().await;
    }
    let refused = number;
    assert_eq!(desk.told(), (1..refused).collect::<Vec<_>>());
    desk.take(page(refused + 1, Lane::Alarm, 10_000));
    assert!(desk.scribe.writing.is_none(), "not before the pause is over");
    // Delivering makes room.
    let mut outbox = desk.journal.outbox("ehr").unwrap();
    for row in outbox.next(Lane::Alarm, RowId::START, 10).unwrap() {
        outbox.settle(row.row, Settlement::Delivered(Hop::default()));
    }
    desk.second.fetch_add(1, Ordering::Relaxed);
    desk.scribe.go_on();
    desk.settle().await;
    assert_eq!(desk.told(), [refused, refused + 1]);
    let wanted: Vec<String> = (11..=refused + 1).map(|number| format!("ward-{number}")).collect();
    assert_eq!(desk.on_disk(), wanted);
}

#[test]
fn the_oldest_observations_go_first_and_alarms_stay() {
    let lanes = [Lane::Alarm, Lane::Observation, Lane::Observation, Lane::Alarm, Lane::Observation];
    let mut list: Vec<(usize, Lane)> = lanes.into_iter().enumerate().collect();
    assert_eq!(drop_oldest(&mut list, 2, |(_, lane)| *lane == Lane::Observation), 2);
    assert_eq!(list.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0, 3, 4]);
    assert_eq!(drop_oldest(&mut list, 9, |(_, lane)| *lane == Lane::Observation), 1);
    assert_eq!(drop_oldest(&mut list, 0, |_| true), 0);
}

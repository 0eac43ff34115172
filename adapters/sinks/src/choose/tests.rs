//! Choosing with long queues, many beds and many refusals.

use std::collections::VecDeque;

use vigil_journal::{Hop, MemoryOutbox, Settlement};
use vigil_model::{Outgoing, Timestamp};

use super::*;

const NOW: Instant = Instant::from_micros(1_000_000);

fn at(monotonic: Instant) -> Now {
    Now { monotonic, utc: Timestamp::default() }
}

fn put(outbox: &MemoryOutbox, order: &str, lane: Lane) -> RowId {
    outbox.put(Outgoing {
        destination: "d".into(),
        lane,
        control_id: "".into(),
        order: order.into(),
        replaces: None,
        occurrence: None,
        created: Timestamp::default(),
        body: Vec::new(),
    })
}

pub(super) fn chooser() -> Chooser {
    Chooser::new(Duration::from_secs(1), Duration::from_secs(60), "d")
}

fn chosen(chooser: &mut Chooser, outbox: &mut MemoryOutbox, now: Instant) -> Option<RowId> {
    match chooser.choose(at(now), outbox, Allowed::All).unwrap() {
        Choice::Send { row, .. } => Some(row.row),
        Choice::Overdue { .. } => panic!("nothing has an age here"),
        Choice::Nothing { .. } => None,
    }
}

pub(super) fn delivered(chooser: &mut Chooser, outbox: &mut MemoryOutbox, row: RowId) {
    chooser.settled(row, true);
    outbox.settle(row, Settlement::Delivered(Hop::default()));
}

fn given_up(chooser: &mut Chooser, outbox: &mut MemoryOutbox, row: RowId) {
    chooser.settled(row, false);
    outbox.settle(row, Settlement::Refused { reason: "not now, again and again".into(), hop: Hop::default() });
}

#[test]
fn a_bed_with_a_long_queue_lets_others_pass_and_keeps_its_order() {
    let (mut chooser, mut outbox) = (chooser(), MemoryOutbox::new());
    let long: Vec<_> = (0..100).map(|_| put(&outbox, "bed-1", Lane::Alarm)).collect();
    let other = put(&outbox, "bed-2", Lane::Alarm);
    assert_eq!(chosen(&mut chooser, &mut outbox, NOW), Some(long[0]));
    assert_eq!(chosen(&mut chooser, &mut outbox, NOW), Some(other));
    assert_eq!(chosen(&mut chooser, &mut outbox, NOW), None);
    for row in long.windows(2) {
        delivered(&mut chooser, &mut outbox, row[0]);
        assert_eq!(chosen(&mut chooser, &mut outbox, NOW), Some(row[1]));
        assert_eq!(chosen(&mut chooser, &mut outbox, NOW), None);
    }
}

#[test]
fn observations_can_be_left_out() {
    let (mut chooser, mut outbox) = (chooser(), MemoryOutbox::new());
    put(&outbox, "bed-1", Lane::Observation);
    assert_eq!(chooser.choose(at(NOW), &mut outbox, Allowed::Alarms).unwrap(), Choice::Nothing { until: None });
    assert!(chosen(&mut chooser, &mut outbox, NOW).is_some());
}

#[test]
fn a_long_queue_behind_a_held_message_is_passed_within_bounds() {
    let (mut chooser, mut outbox) = (chooser(), MemoryOutbox::new());
    let first = put(&outbox, "bed-1", Lane::Observation);
    for _ in 0..5_000 {
        put(&outbox, "bed-1", Lane::Observation);
    }
    let other = put(&outbox, "bed-2", Lane::Observation);
    assert_eq!(chosen(&mut chooser, &mut outbox, NOW), Some(first));
    assert_eq!(chooser.deferred(first, NOW), Deferred::Held);
    // One choice reads so many pages and says "at once again"; the next one gets there.
    assert_eq!(chooser.choose(at(NOW), &mut outbox, Allowed::All).unwrap(), Choice::Nothing { until: Some(NOW) });
    while chooser.in_flight() == 0 {
        chooser.choose(at(NOW), &mut outbox, Allowed::All).unwrap();
    }
    delivered(&mut chooser, &mut outbox, other);
    let later = NOW + Duration::from_secs(2);
    assert_eq!(chosen(&mut chooser, &mut outbox, later), Some(first));
    delivered(&mut chooser, &mut outbox, first);
    assert_eq!(chosen(&mut chooser, &mut outbox, later), Some(RowId(first.0 + 1)));
}

#[test]
fn when_too_many_beds_are_held_the_lane_waits_and_the_alarm_lane_goes_on() {
    let (mut chooser, mut outbox) = (chooser(), MemoryOutbox::new());
    for number in 0..=HELD_MAX {
        put(&outbox, &format!("bed-{number}"), Lane::Observation);
    }
    for _ in 0..=HELD_MAX {
        let row = chosen(&mut chooser, &mut outbox, NOW).unwrap();
        assert_eq!(chooser.deferred(row, NOW), Deferred::Held);
    }
    assert_eq!(chooser.held() as usize, HELD_MAX);
    let Choice::Nothing { until: Some(until) } = chooser.choose(at(NOW), &mut outbox, Allowed::All).unwrap() else {
        panic!()
    };
    assert!(until > NOW && until <= NOW + Duration::from_secs(1));
    let alarm = put(&outbox, "bed-1", Lane::Alarm);
    chooser.wake();
    assert_eq!(chosen(&mut chooser, &mut outbox, NOW), Some(alarm));
    delivered(&mut chooser, &mut outbox, alarm);
    // Later everything is sent, each bed once.
    let later = NOW + Duration::from_secs(2);
    let mut sent = 0;
    while let Some(row) = chosen(&mut chooser, &mut outbox, later) {
        delivered(&mut chooser, &mut outbox, row);
        sent += 1;
    }
    assert_eq!((sent, outbox.waiting(), chooser.held()), (HELD_MAX + 1, 0, 0));
}

#[test]
fn a_bed_that_is_free_again_takes_nothing_away_from_an_earlier_one() {
    let (mut chooser, mut outbox) = (chooser(), MemoryOutbox::new());
    let first: Vec<_> = (0..4).map(|_| put(&outbox, "bed-1", Lane::Alarm)).collect();
    let second = put(&outbox, "bed-2", Lane::Alarm);
    assert_eq!(chosen(&mut chooser, &mut outbox, NOW), Some(first[0]));
    assert_eq!(chooser.deferred(first[0], NOW), Deferred::Held);
    assert_eq!(chosen(&mut chooser, &mut outbox, NOW), Some(second));
    let later = NOW + Duration::from_secs(2);
    assert_eq!(chooser.deferred(second, later), Deferred::Held);
    for row in &first[..2] {
        assert_eq!(chosen(&mut chooser, &mut outbox, later), Some(*row));
        delivered(&mut chooser, &mut outbox, *row);
    }
    let later = later + Duration::from_secs(2);
    assert_eq!(chosen(&mut chooser, &mut outbox, later), Some(second));
    delivered(&mut chooser, &mut outbox, second);
    for row in &first[2..] {
        assert_eq!(chosen(&mut chooser, &mut outbox, later), Some(*row));
        delivered(&mut chooser, &mut outbox, *row);
    }
    assert_eq!(outbox.waiting(), 0);
}

proptest::proptest! {
    /// Whatever is refused for now and whenever: in the end everything is sent, each bed's messages in their order, but for
    /// a message that was refused [`TRIES_MAX`] times while the receiver took others.
    #[test]
    fn everything_is_sent_in_the_end(
        puts in proptest::collection::vec((0u8..4, proptest::bool::ANY), 1..80),
        refused in proptest::collection::vec(proptest::bool::ANY, 0..60),
        window in 1usize..5,
    ) {
        let (mut chooser, mut outbox) = (chooser(), MemoryOutbox::new());
        let mut of_bed: BTreeMap<RowId, u8> = BTreeMap::new();
        let (mut puts, mut refused) = (puts.into_iter(), refused.into_iter());
        let (mut now, mut flying) = (NOW, VecDeque::new());
        let mut newest: BTreeMap<(u8, Lane), RowId> = BTreeMap::new();
        let mut refusals: BTreeMap<RowId, u32> = BTreeMap::new();
        for round in 0..2_000 {
            if let Some((bed, is_alarm)) = puts.next() {
                let lane = if is_alarm { Lane::Alarm } else { Lane::Observation };
                of_bed.insert(put(&outbox, &format!("bed-{bed}"), lane), bed);
                chooser.wake();
            }
            while flying.len() < window
                && let Choice::Send { row, .. } = chooser.choose(at(now), &mut outbox, Allowed::All).unwrap()
            {
                flying.push_back(row);
            }
            if let Some(row) = flying.pop_front() {
                let is_refused = refused.next() == Some(true);
                if is_refused {
                    *refusals.entry(row.row).or_default() += 1;
                    match chooser.deferred(row.row, now) {
                        Deferred::Held => {}
                        Deferred::GiveUp => {
                            proptest::prop_assert!(refusals[&row.row] >= TRIES_MAX && !newest.is_empty());
                            given_up(&mut chooser, &mut outbox, row.row);
                        }
                    }
                } else {
                    let before = newest.insert((of_bed[&row.row], row.lane), row.row);
                    proptest::prop_assert!(before < Some(row.row), "out of order");
                    delivered(&mut chooser, &mut outbox, row.row);
                }
            }
            now = now + Duration::from_millis(if round % 3 == 0 { 700 } else { 0 });
        }
        proptest::prop_assert_eq!((outbox.waiting(), chooser.held(), chooser.in_flight()), (0, 0, 0));
    }
}

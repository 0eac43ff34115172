//! The delivery machine without sockets: every answer a receiver can give, at every moment.

use std::collections::BTreeMap;

use proptest::prelude::*;
use vigil_journal::MemoryOutbox;
use vigil_messages::hl7::{AckCode, AckError};
use vigil_model::Outgoing;

use super::*;

const SETTINGS: Settings = Settings {
    ack_timeout_alarms: Duration::from_secs(5),
    ack_timeout_observations: Duration::from_secs(30),
    reconnect_min: Duration::from_millis(500),
    reconnect_max: Duration::from_secs(30),
    connections: 1,
    release: Release::One,
    commit_settles: false,
    messages_per_s_max: 0,
    gap_messages_per_s_max: 0,
    ages: Ages { alarms: None, observations: None },
};

struct Bench {
    outbox: MemoryOutbox,
    machine: Delivery,
    now: Now,
}

impl Bench {
    fn new() -> Self {
        let now = Now::default().after(Duration::from_secs(1_000));
        Self { outbox: MemoryOutbox::new(), machine: Delivery::new("ehr", SETTINGS, now), now }
    }

    fn connected() -> Self {
        let mut bench = Self::new();
        bench.connect();
        bench
    }

    fn connect(&mut self) {
        loop {
            match self.poll() {
                Action::Connect => return self.machine.handle_connected(0, self.now),
                Action::Wait(until) => self.sleep_until(until),
                other @ (Action::Send(_) | Action::Renew(_) | Action::Close) => panic!("{other:?}"),
            }
        }
    }

    fn put(&mut self, id: &str, lane: Lane, order: &str) {
        self.outbox.put(Outgoing {
            destination: "ehr".into(),
            lane,
            control_id: id.into(),
            order: order.into(),
            replaces: None,
            occurrence: None,
            created: self.now.utc,
            body: format!("body of {id}").into_bytes(),
        });
        self.machine.handle_wake();
    }

    fn poll(&mut self) -> Action {
        self.machine.poll_action(0, self.now, &mut self.outbox)
    }

    fn sleep_until(&mut self, until: Instant) {
        self.now = self.now.after(until.since(self.now.monotonic));
    }

    fn sent(&mut self) -> String {
        match self.poll() {
            Action::Send(row) => {
                assert_eq!(row.body, format!("body of {}", row.control_id).into_bytes());
                row.control_id.to_string()
            }
            other => panic!("{other:?}"),
        }
    }

    fn idle(&mut self) -> Instant {
        match self.poll() {
            Action::Wait(until) => until,
            other => panic!("{other:?}"),
        }
    }

    fn answer(&mut self, id: &str, code: AckCode, error: Option<u16>) {
        let errors = error.into_iter().map(|code| AckError::new(code, "text of the receiver")).collect();
        let ack = Ack { code, control_id: id.into(), errors };
        self.machine.handle_answer(0, self.now, Some(&ack), &mut self.outbox);
    }

    fn settled(&self) -> Vec<String> {
        self.outbox.settled().iter().map(|(row, _)| row.control_id.to_string()).collect()
    }
}

#[test]
fn alarms_go_first_at_every_choice_and_each_lane_keeps_its_order() {
    let mut bench = Bench::new();
    bench.put("o1", Lane::Observation, "bed-1");
    bench.put("o2", Lane::Observation, "bed-1");
    bench.put("a1", Lane::Alarm, "bed-1");
    bench.connect();
    for (sent, arrives) in [("a1", ""), ("o1", "a2"), ("a2", ""), ("o2", "")] {
        assert_eq!(bench.sent(), sent);
        if !arrives.is_empty() {
            bench.put(arrives, Lane::Alarm, "bed-2");
        }
        assert!(matches!(bench.poll(), Action::Wait(_)), "one message at a time");
        bench.answer(sent, AckCode::CommitAccept, None);
    }
    bench.idle();
    assert_eq!(bench.settled(), ["a1", "o1", "a2", "o2"]);
}

#[test]
fn only_its_own_acknowledgement_settles_a_message() {
    let mut bench = Bench::connected();
    bench.put("a1", Lane::Alarm, "bed-1");
    bench.answer("a1", AckCode::CommitAccept, None); // before it was ever sent
    assert_eq!(bench.sent(), "a1");
    bench.answer("a0", AckCode::CommitAccept, None);
    bench.answer("", AckCode::ApplicationAccept, None);
    bench.answer("a11", AckCode::ApplicationReject, None);
    bench.machine.handle_answer(0, bench.now, None, &mut bench.outbox);
    assert!(bench.settled().is_empty() && bench.machine.is_waiting(0));
    bench.answer("a1", AckCode::CommitAccept, None);
    bench.answer("a1", AckCode::CommitAccept, None); // and a second time
    assert_eq!(bench.settled(), ["a1"]);
    let counters = bench.machine.counters;
    assert_eq!((counters.foreign_acks, counters.malformed, counters.acknowledged), (5, 1, 1));
}

#[test]
fn an_answer_that_does_not_come_costs_the_connection_and_a_repeat() {
    for (lane, timeout_s) in [(Lane::Alarm, 5), (Lane::Observation, 30)] {
        let mut bench = Bench::connected();
        bench.put("m1", lane, "bed-1");
        assert_eq!(bench.sent(), "m1");
        let deadline = bench.idle();
        assert_eq!(deadline, bench.now.monotonic + Duration::from_secs(timeout_s));
        bench.answer("other", AckCode::CommitAccept, None); // does not buy time
        assert_eq!(bench.idle(), deadline);
        bench.sleep_until(deadline);
        assert_eq!(bench.poll(), Action::Close);
        let retry = bench.idle();
        let pause = retry.since(bench.now.monotonic);
        assert!(pause >= SETTINGS.reconnect_min / 2 && pause <= SETTINGS.reconnect_min, "{pause:?}");
        assert!(matches!(bench.machine.state(), SinkState::Backoff { .. }));
        bench.answer("m1", AckCode::CommitAccept, None); // late, and from a connection that is gone
        assert!(bench.settled().is_empty());
        bench.connect();
        assert_eq!(bench.sent(), "m1"); // the same id, and `sent` checks the bytes
        bench.answer("m1", AckCode::CommitAccept, None);
        let Settlement::Delivered(hop) = bench.outbox.settled()[0].1.clone() else { panic!() };
        assert_eq!((hop.attempts, hop.sent, hop.settled), (2, bench.now.utc, bench.now.utc));
        let counters = bench.machine.counters;
        assert_eq!((counters.sent, counters.repeated, counters.timeouts, counters.disconnected), (2, 1, 1, 1));
    }
}

#[test]
fn after_an_outage_alarms_go_before_what_was_in_flight() {
    let mut bench = Bench::connected();
    bench.put("o1", Lane::Observation, "bed-1");
    assert_eq!(bench.sent(), "o1");
    bench.put("a1", Lane::Alarm, "bed-1");
    bench.machine.handle_disconnected(0, bench.now, "cut");
    bench.connect();
    for expected in ["a1", "o1"] {
        assert_eq!(bench.sent(), expected);
        bench.answer(expected, AckCode::CommitAccept, None);
    }
    bench.idle();
}

#[test]
fn pauses_grow_until_the_receiver_answers_and_not_just_connects() {
    let mut bench = Bench::new();
    bench.put("a1", Lane::Alarm, "bed-1");
    let mut pauses = Vec::new();
    for _ in 0..10 {
        bench.connect();
        assert_eq!(bench.sent(), "a1");
        bench.machine.handle_disconnected(0, bench.now, "closed by the receiver");
        pauses.push(bench.idle().since(bench.now.monotonic));
    }
    assert!(pauses[9] > Duration::from_secs(10) && pauses.iter().all(|pause| *pause <= SETTINGS.reconnect_max));
    bench.connect();
    assert_eq!(bench.sent(), "a1");
    bench.answer("a1", AckCode::CommitAccept, None);
    bench.machine.handle_disconnected(0, bench.now, "closed by the receiver");
    assert!(bench.idle().since(bench.now.monotonic) <= SETTINGS.reconnect_min);
}

#[test]
fn what_each_code_means() {
    use AckCode::{ApplicationAccept, ApplicationError, ApplicationReject, CommitAccept, CommitError, CommitReject};
    for (code, error, meaning) in [
        (CommitAccept, None, "delivered"),
        (ApplicationAccept, None, "delivered"),
        (ApplicationError, None, "refused"),
        (ApplicationError, Some(101), "refused"),
        (CommitReject, None, "refused"),
        (CommitReject, Some(203), "refused"),
        (CommitError, Some(102), "refused"),
        (CommitError, None, "held"),
        (CommitError, Some(207), "held"),
        (ApplicationReject, None, "held"),
        (ApplicationReject, Some(207), "held"),
    ] {
        let mut bench = Bench::connected();
        bench.put("a1", Lane::Alarm, "bed-1");
        bench.put("a2", Lane::Alarm, "bed-1");
        bench.put("b1", Lane::Alarm, "bed-2");
        assert_eq!(bench.sent(), "a1");
        bench.answer("a1", code, error);
        let next = bench.sent();
        match (meaning, bench.outbox.settled().first()) {
            ("delivered", Some((_, Settlement::Delivered(_)))) => assert_eq!(next, "a2"),
            ("refused", Some((_, Settlement::Refused { reason, .. }))) => {
                assert_eq!(next, "a2");
                assert!(reason.starts_with(code.as_str()) && !reason.contains("text of"), "{reason}");
            }
            // Other beds pass, its own bed waits.
            ("held", None) => assert_eq!(next, "b1"),
            other => panic!("{code:?} {error:?}: {other:?}"),
        }
    }
}

#[test]
fn a_held_message_keeps_its_bed_in_order_and_lets_others_pass() {
    let mut bench = Bench::connected();
    for (id, order) in [("a1", "bed-1"), ("a2", "bed-1"), ("b1", "bed-2"), ("a3", "bed-1"), ("b2", "bed-2")] {
        bench.put(id, Lane::Alarm, order);
    }
    bench.put("o1", Lane::Observation, "bed-1"); // another lane is another order
    assert_eq!(bench.sent(), "a1");
    bench.answer("a1", AckCode::ApplicationReject, None);
    for passes in ["b1", "b2", "o1"] {
        assert_eq!(bench.sent(), passes);
        bench.answer(passes, AckCode::CommitAccept, None);
    }
    assert_eq!(bench.machine.held(), 1);
    let due = bench.idle();
    bench.sleep_until(due);
    for follows in ["a1", "a2", "a3"] {
        assert_eq!(bench.sent(), follows);
        bench.answer(follows, AckCode::CommitAccept, None);
    }
    assert_eq!(bench.machine.held(), 0);
    assert_eq!(bench.settled(), ["b1", "b2", "o1", "a1", "a2", "a3"]);
}

#[test]
fn a_message_at_fault_is_given_up_and_a_receiver_at_fault_is_waited_for() {
    for (others_pass, tries) in [(true, crate::choose::TRIES_MAX), (false, 40)] {
        let mut bench = Bench::connected();
        bench.put("a1", Lane::Alarm, "bed-1");
        bench.put("a2", Lane::Alarm, "bed-1");
        let mut refusals = 0;
        while refusals < tries {
            match bench.poll() {
                Action::Send(row) if *row.control_id == *"a1" => {
                    refusals += 1;
                    bench.answer("a1", AckCode::ApplicationReject, None);
                    if others_pass && refusals == 3 {
                        bench.put("b1", Lane::Alarm, "bed-2");
                    }
                }
                Action::Send(row) => bench.answer(&row.control_id, AckCode::CommitAccept, None),
                Action::Wait(until) => bench.sleep_until(until),
                other @ (Action::Connect | Action::Close | Action::Renew(_)) => panic!("{other:?}"),
            }
        }
        if others_pass {
            assert_eq!(bench.sent(), "a2");
            assert_eq!(bench.settled(), ["b1", "a1"]);
            assert!(matches!(&bench.outbox.settled()[1].1, Settlement::Refused { hop, .. } if hop.attempts == tries));
        } else {
            assert_eq!((bench.settled().len(), bench.outbox.waiting()), (0, 2));
        }
    }
}

#[test]
fn a_held_message_that_is_replaced_frees_its_bed() {
    let mut bench = Bench::connected();
    bench.put("a1", Lane::Alarm, "bed-1");
    bench.put("a2", Lane::Alarm, "bed-1");
    assert_eq!(bench.sent(), "a1");
    bench.answer("a1", AckCode::ApplicationReject, None);
    let due = bench.idle();
    bench.outbox.settle(RowId(1), Settlement::Delivered(Hop::default())); // as a replacement would
    bench.sleep_until(due);
    assert_eq!(bench.sent(), "a2");
}

#[test]
fn what_cannot_be_framed_is_set_aside() {
    let mut bench = Bench::connected();
    bench.put("a1", Lane::Alarm, "bed-1");
    bench.put("a2", Lane::Alarm, "bed-1");
    assert_eq!(bench.sent(), "a1");
    bench.machine.handle_unsendable(0, bench.now, &mut bench.outbox);
    assert_eq!(bench.sent(), "a2");
    assert!(matches!(bench.outbox.settled()[0].1, Settlement::Refused { .. }));
}

#[derive(Clone, Debug)]
enum Happens {
    Put { alarm: bool, bed: u8 },
    Answer(AckCode),
    Foreign,
    Cut,
    Wait,
}

fn happenings() -> impl Strategy<Value = Happens> {
    use AckCode::{ApplicationAccept, ApplicationError, ApplicationReject, CommitAccept, CommitError};
    prop_oneof![
        4 => (any::<bool>(), 0u8..3).prop_map(|(alarm, bed)| Happens::Put { alarm, bed }),
        6 => prop_oneof![4 => Just(CommitAccept), 1 => Just(ApplicationAccept), 1 => Just(ApplicationError), 2 => Just(ApplicationReject), 1 => Just(CommitError)].prop_map(Happens::Answer),
        1 => Just(Happens::Foreign),
        1 => Just(Happens::Cut),
        3 => Just(Happens::Wait),
    ]
}

proptest! {
    /// Whatever happens: nothing is lost, nothing is settled without its own answer, each bed keeps its order in each
    /// lane, and no observation leaves while an alarm of a bed that is not held waits.
    #[test]
    fn nothing_is_lost_whatever_happens(happenings in proptest::collection::vec(happenings(), 1..120)) {
        let mut bench = Bench::new();
        let (mut made, mut answered) = (0u32, Vec::new());
        let mut outstanding: Option<String> = None;
        let mut ever_held: BTreeMap<String, bool> = BTreeMap::new();
        let patience = 4_000;
        let drain = std::iter::repeat_n(Happens::Answer(AckCode::CommitAccept), patience);
        let end = happenings.len();
        for (step, happens) in happenings.into_iter().chain(drain).enumerate() {
            if step >= end && bench.outbox.waiting() == 0 {
                break;
            }
            match happens {
                Happens::Put { alarm, bed } => {
                    made += 1;
                    let lane = if alarm { Lane::Alarm } else { Lane::Observation };
                    bench.put(&format!("{made}"), lane, &format!("bed-{bed}"));
                }
                Happens::Answer(code) => if let Some(id) = outstanding.take() {
                    let accepted = code.is_accept();
                    ever_held.insert(id.clone(), !accepted);
                    bench.answer(&id, code, None);
                    if accepted || code == AckCode::ApplicationError {
                        answered.push(id);
                    }
                },
                Happens::Foreign => bench.answer("foreign", AckCode::CommitAccept, None),
                Happens::Cut => {
                    bench.machine.handle_disconnected(0, bench.now, "cut");
                    outstanding = None;
                }
                Happens::Wait => if let Action::Wait(until) = bench.machine.clone().poll_action(0, bench.now, &mut bench.outbox) {
                    bench.sleep_until(until);
                },
            }
            match bench.poll() {
                Action::Connect => bench.machine.handle_connected(0, bench.now),
                Action::Close => outstanding = None,
                Action::Renew(_) => prop_assert!(false, "nothing has an age here"),
                Action::Wait(until) => if step >= end { bench.sleep_until(until) },
                Action::Send(row) => {
                    prop_assert!(outstanding.is_none());
                    if row.lane == Lane::Observation && bench.machine.held() == 0 {
                        prop_assert!(bench.outbox.next(Lane::Alarm, RowId::START, 1).unwrap().is_empty());
                    }
                    outstanding = Some(row.control_id.to_string());
                }
            }
        }
        // A held message may have been given up; everything else was settled by its own answer.
        let settled = bench.outbox.settled();
        prop_assert_eq!(settled.len() as u32, made);
        for (row, settlement) in &settled {
            let own = answered.iter().filter(|id| **id == *row.control_id).count();
            let given_up = matches!(settlement, Settlement::Refused { .. }) && ever_held[&*row.control_id];
            prop_assert!(own == 1 || given_up, "{}", row.control_id);
        }
        let mut last: BTreeMap<(Lane, String), u32> = BTreeMap::new();
        for (row, _) in settled {
            let number: u32 = row.control_id.parse().unwrap();
            let before = last.insert((row.lane, row.order.to_string()), number);
            prop_assert!(before.is_none_or(|before| before < number), "order of {}", row.order);
        }
    }
}

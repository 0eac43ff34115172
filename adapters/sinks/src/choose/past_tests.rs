//! What waits after an outage is told in the order in which it matters.

use vigil_journal::{MemoryOutbox, Settlement};
use vigil_model::Outgoing;

use super::tests::{chooser, delivered};
use super::*;

const MINUTE: Duration = Duration::from_secs(60);
const AGES: Ages = Ages { alarms: Some(Duration::from_secs(300)), observations: Some(Duration::from_secs(300)) };

/// Three days of two beds, a message a minute, and some alarms; then a receiver that takes one message at a time.
struct Bench {
    outbox: MemoryOutbox,
    chooser: Chooser,
    now: Now,
}

impl Bench {
    fn new() -> Self {
        let now = Now::default().after(Duration::from_secs(1_000_000));
        Self { outbox: MemoryOutbox::new(), chooser: chooser().with_ages(AGES), now }
    }

    fn put(&self, id: &str, lane: Lane, order: &str) -> RowId {
        self.outbox.put(Outgoing {
            destination: "d".into(),
            lane,
            control_id: id.into(),
            order: order.into(),
            replaces: None,
            occurrence: None,
            created: self.now.utc,
            body: Vec::new(),
        })
    }

    fn pass(&mut self, duration: Duration) {
        self.now = self.now.after(duration);
    }

    /// Everything that is chosen until nothing is left, each taken at once. `renew` says what becomes of an old alarm.
    fn drain(&mut self, allowed: Allowed, mut renew: impl FnMut(&OutboxRow) -> Renewed) -> Vec<String> {
        let mut sent = Vec::new();
        loop {
            let choice = self.chooser.choose(self.now, &mut self.outbox, allowed).unwrap();
            let choice = match choice {
                Choice::Overdue { row } => {
                    let renewed = renew(&row);
                    match renewed {
                        Renewed::Gone => self.outbox.settle(row.row, Settlement::Superseded { at: self.now.utc }),
                        Renewed::Rewritten => {
                            let control_id = format!("{}.r", row.control_id).into();
                            let rewritten = Settlement::Rewritten { at: self.now.utc, control_id, body: Vec::new() };
                            self.outbox.settle(row.row, rewritten);
                        }
                        Renewed::Current | Renewed::WithTheGap => {}
                    }
                    self.chooser.renewed(self.now.monotonic, row, renewed)
                }
                other => Some(other),
            };
            match choice {
                Some(Choice::Send { row, .. }) => {
                    sent.push(row.control_id.to_string());
                    delivered(&mut self.chooser, &mut self.outbox, row.row);
                    self.now = self.now.after(Duration::from_millis(1));
                }
                Some(Choice::Nothing { until: Some(until) }) => {
                    self.now = self.now.after(until.since(self.now.monotonic))
                }
                Some(Choice::Nothing { until: None }) => return sent,
                Some(Choice::Overdue { .. }) | None => {}
            }
        }
    }
}

/// Old alarms by their ids: `e…` ends, `s…` still exist and were rewritten, everything else is over.
fn by_id(row: &OutboxRow) -> Renewed {
    match row.control_id.as_bytes() {
        [b'e', ..] => Renewed::WithTheGap,
        [b's', .., b'.', b'r'] => Renewed::Current,
        [b's', ..] => Renewed::Rewritten,
        _ => Renewed::Gone,
    }
}

#[test]
fn after_an_outage_alarms_as_they_are_then_newest_values_then_the_gap() {
    let mut bench = Bench::new();
    for minute in 0..50 {
        for bed in ["b1", "b2"] {
            bench.put(&format!("{bed}-{minute}"), Lane::Observation, bed);
        }
        if minute == 10 {
            bench.put("g-start", Lane::Alarm, "b1");
            bench.put("s-start", Lane::Alarm, "b2");
        }
        if minute == 20 {
            bench.put("e-end", Lane::Alarm, "b1");
        }
        bench.pass(MINUTE);
    }
    bench.put("new alarm", Lane::Alarm, "b1");
    let sent = bench.drain(Allowed::All, by_id);
    let gap = |minute: std::ops::Range<i32>| {
        minute.flat_map(|minute| ["b1", "b2"].map(|bed| format!("{bed}-{minute}"))).collect::<Vec<_>>()
    };
    let expected: Vec<String> =
        [vec!["new alarm".to_owned()], gap(49..50), vec!["s-start.r".to_owned(), "e-end".to_owned()], gap(0..49)]
            .concat();
    let mut sorted = (sent.clone(), expected);
    assert_eq!(sent[..3], ["new alarm", "b1-49", "b2-49"]);
    // The alarm that still exists waits a moment for the disk to have it as it is now; ends of others wait for it.
    let place = |id: &str| sent.iter().position(|sent| sent == id).unwrap();
    assert!(place("s-start.r") < 40 && place("e-end") == place("s-start.r") + 1, "{sent:?}");
    let observations: Vec<_> = sent[3..].iter().filter(|id| id.starts_with('b')).cloned().collect();
    assert_eq!(observations, gap(0..49));
    sorted.0.sort();
    sorted.1.sort();
    assert_eq!(sorted.0, sorted.1, "each once, and nothing of what is over");
    assert!(!bench.chooser.is_catching_up() && bench.outbox.waiting() == 0);
}

#[test]
fn what_comes_while_the_gap_is_told_goes_before_it() {
    let mut bench = Bench::new();
    for minute in 0..20 {
        bench.put(&format!("b1-{minute}"), Lane::Observation, "b1");
        bench.pass(MINUTE);
    }
    assert_eq!(bench.drain(Allowed::NotTheGap, by_id), ["b1-19"]);
    bench.put("b1-20", Lane::Observation, "b1");
    bench.put("alarm", Lane::Alarm, "b1");
    bench.chooser.wake();
    assert_eq!(bench.drain(Allowed::NotTheGap, by_id), ["alarm", "b1-20"]);
    assert!(bench.chooser.is_catching_up());
    let sent = bench.drain(Allowed::All, by_id);
    assert_eq!(sent, (0..19).map(|minute| format!("b1-{minute}")).collect::<Vec<_>>());
}

#[test]
fn a_gap_that_is_interrupted_is_told_to_its_end() {
    let mut bench = Bench::new();
    for minute in 0..40 {
        bench.put(&format!("{minute:02}"), Lane::Observation, ["b1", "b2"][minute % 2]);
        bench.pass(MINUTE);
    }
    let mut sent = Vec::new();
    for _ in 0..1_000 {
        match bench.chooser.choose(bench.now, &mut bench.outbox, Allowed::All).unwrap() {
            // Every third message is lost with its connection.
            Choice::Send { .. } if sent.len() % 3 == 2 => {
                sent.push(String::new());
                bench.chooser.restart();
            }
            Choice::Send { row, .. } => {
                sent.push(row.control_id.to_string());
                delivered(&mut bench.chooser, &mut bench.outbox, row.row);
            }
            Choice::Nothing { until: Some(until) } => bench.now = bench.now.after(until.since(bench.now.monotonic)),
            Choice::Nothing { until: None } => break,
            Choice::Overdue { .. } => panic!("no alarms"),
        }
    }
    sent.retain(|id| !id.is_empty());
    let first: Vec<_> = sent.drain(..2).collect();
    assert_eq!(first, ["38", "39"]);
    sent.sort();
    assert_eq!(sent, (0..38).map(|minute| format!("{minute:02}")).collect::<Vec<_>>());
    assert_eq!(bench.outbox.waiting(), 0);
}

#[test]
fn an_old_alarm_that_was_refused_for_now_is_looked_at_once_more() {
    let mut bench = Bench::new();
    bench.put("s-start", Lane::Alarm, "b1");
    bench.pass(MINUTE * 10);
    // Rewritten, sent, "not now".
    let Choice::Overdue { row } = again(&mut bench) else { panic!("it is old") };
    let rewritten = Settlement::Rewritten { at: bench.now.utc, control_id: "s-start.r".into(), body: Vec::new() };
    bench.outbox.settle(row.row, rewritten);
    assert!(bench.chooser.renewed(bench.now.monotonic, row, Renewed::Rewritten).is_none());
    let Choice::Overdue { row } = again(&mut bench) else { panic!("it is looked at before it is sent") };
    assert_eq!(&*row.control_id, "s-start.r");
    let id = row.row;
    assert!(bench.chooser.renewed(bench.now.monotonic, row, Renewed::Current).is_some());
    assert_eq!(bench.chooser.deferred(id, bench.now.monotonic), Deferred::Held);
    // When its pause is over the alarm is over as well.
    let Choice::Overdue { row } = again(&mut bench) else { panic!("it is looked at again") };
    bench.outbox.settle(row.row, Settlement::Superseded { at: bench.now.utc });
    assert!(bench.chooser.renewed(bench.now.monotonic, row, Renewed::Gone).is_none());
    assert_eq!((bench.chooser.held(), bench.outbox.waiting()), (0, 0));
    bench.put("next", Lane::Alarm, "b1");
    bench.chooser.wake();
    assert!(matches!(again(&mut bench), Choice::Send { row, .. } if *row.control_id == *"next"));
}

/// What is chosen next, however long that takes.
fn again(bench: &mut Bench) -> Choice {
    loop {
        match bench.chooser.choose(bench.now, &mut bench.outbox, Allowed::All).unwrap() {
            Choice::Nothing { until } => {
                bench.now = bench.now.after(until.expect("something waits").since(bench.now.monotonic));
            }
            choice => return choice,
        }
    }
}

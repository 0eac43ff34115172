//! Three days without the EHR at 64 beds: one message per bed and minute, six alarms per bed and hour. When it is back,
//! everything is told in the order in which it matters, within ten minutes, and no new alarm waits for it.

use std::collections::BTreeMap;

use vigil_journal::MemoryOutbox;
use vigil_messages::hl7::AckCode;
use vigil_model::Outgoing;

use super::*;

const BEDS: u64 = 64;
const MINUTE: Duration = Duration::from_secs(60);
/// How long the receiver takes to answer.
const ANSWER: Duration = Duration::from_millis(1);

struct Bench {
    outbox: MemoryOutbox,
    machine: Delivery,
    now: Now,
    made: u64,
    /// What is outstanding on each connection, and when it is answered.
    outstanding: Vec<Option<(Arc<str>, Instant)>>,
    /// Control ids in the order of sending, and when.
    sent: Vec<(Arc<str>, Now)>,
}

impl Bench {
    fn new(connections: u16) -> Self {
        let now = Now::default().after(Duration::from_secs(1_000_000));
        let destination = Hl7Destination { connections, ..Hl7Destination::new("ehr", "ehr:2575") };
        Self {
            outbox: MemoryOutbox::new(),
            machine: Delivery::new("ehr", Settings::from(&destination), now),
            now,
            made: 0,
            outstanding: vec![None; usize::from(connections)],
            sent: Vec::new(),
        }
    }

    fn put(&mut self, kind: &str, lane: Lane, bed: u64) -> Arc<str> {
        self.made += 1;
        let id: Arc<str> = format!("{kind}-{}", self.made).into();
        self.outbox.put(Outgoing {
            destination: "ehr".into(),
            lane,
            control_id: id.clone(),
            order: format!("bed-{bed}").into(),
            replaces: None,
            occurrence: None,
            created: self.now.utc,
            body: Vec::new(),
        });
        self.machine.handle_wake();
        id
    }

    /// A minute of the ward: every bed says something; every tenth minute an alarm of each begins, and ends the minute after.
    fn minute(&mut self, number: u64) {
        for bed in 0..BEDS {
            self.put("value", Lane::Observation, bed);
            match (number + bed) % 10 {
                0 => drop(self.put("start", Lane::Alarm, bed)),
                1 => drop(self.put("end", Lane::Alarm, bed)),
                _ => {}
            }
        }
    }

    /// Everything that can be done at this moment; gives the next moment at which something can.
    fn act(&mut self) -> Instant {
        let mut next = self.now.monotonic + Duration::from_secs(1);
        for line in 0..self.outstanding.len() {
            if let Some((id, at)) = self.outstanding[line].clone()
                && at <= self.now.monotonic
            {
                self.outstanding[line] = None;
                let ack = Ack { code: AckCode::CommitAccept, control_id: id.to_string(), errors: Vec::new() };
                self.machine.handle_answer(line, self.now, Some(&ack), &mut self.outbox);
            }
            loop {
                let row = match self.machine.poll_action(line, self.now, &mut self.outbox) {
                    Action::Connect => {
                        self.machine.handle_connected(line, self.now);
                        continue;
                    }
                    Action::Send(row) => row,
                    Action::Renew(row) => {
                        // Of the old alarms the last is still there at every bed; the others are over.
                        let renewal = match &*row.control_id {
                            id if id.starts_with("end") => Renewal::WithTheGap,
                            id if id.starts_with("last") && !id.ends_with('r') => {
                                Renewal::Rewrite { control_id: format!("{id}r").into(), body: Vec::new() }
                            }
                            id if id.starts_with("last") => Renewal::Current,
                            _ => Renewal::Gone,
                        };
                        match self.machine.handle_renewal(line, self.now, row, renewal, &mut self.outbox) {
                            Some(row) => row,
                            None => continue,
                        }
                    }
                    Action::Close => panic!("the receiver answers in time"),
                    Action::Wait(until) => {
                        next = next.min(until);
                        break;
                    }
                };
                self.sent.push((row.control_id.clone(), self.now));
                self.outstanding[line] = Some((row.control_id, self.now.monotonic + ANSWER));
            }
            next = self.outstanding[line].iter().map(|(_, at)| *at).fold(next, Instant::min);
        }
        next.max(self.now.monotonic + Duration::from_micros(1))
    }
}

fn outage(minutes: u64, connections: u16) {
    let mut bench = Bench::new(connections);
    for number in 0..minutes {
        bench.minute(number);
        bench.now = bench.now.after(MINUTE);
    }
    let lasting: Vec<Arc<str>> = (0..BEDS).map(|bed| bench.put("last", Lane::Alarm, bed)).collect();
    bench.now = bench.now.after(MINUTE * 6); // old as well by now
    let waited = bench.outbox.waiting();

    // It is back. New alarms and values come as ever.
    let back = bench.now;
    let (mut new_alarms, mut minute) = (BTreeMap::new(), minutes);
    let (mut next_alarm, mut next_minute) = (back.monotonic, back.monotonic);
    while bench.machine.chooser.is_catching_up() || bench.outbox.waiting() > 200 || bench.sent.is_empty() {
        if bench.now.monotonic >= next_minute {
            (0..BEDS).for_each(|bed| drop(bench.put("value", Lane::Observation, bed)));
            minute += 1;
            next_minute = next_minute + MINUTE;
        }
        if bench.now.monotonic >= next_alarm {
            let id = bench.put("new", Lane::Alarm, minute % BEDS);
            new_alarms.insert(id, bench.now);
            next_alarm = next_alarm + Duration::from_micros(937_513);
        }
        let next = bench.act().min(next_alarm).min(next_minute);
        bench.now = bench.now.after(next.since(bench.now.monotonic));
        assert!(bench.now.monotonic.since(back.monotonic) < Duration::from_secs(600), "{waited} waited");
    }
    let at = |id: &str| bench.sent.iter().position(|(sent, _)| &**sent == id);
    for (id, made) in &new_alarms {
        let Some(place) = at(id) else { continue }; // made at the very end
        let delay = bench.sent[place].1.monotonic.since(made.monotonic);
        assert!(delay <= Duration::from_millis(100), "{id} waited {delay:?}");
    }
    assert!(new_alarms.len() > 2);
    // Alarms that exist, then the newest of every bed, then the past in its order; what was over was not told as if it were.
    let is = |kind: &'static str| move |(id, _): &&(Arc<str>, Now)| id.starts_with(kind);
    let first_of_the_past = bench.sent.iter().position(|(id, _)| &**id == "value-1").unwrap();
    let lasting = lasting.iter().map(|id| at(&format!("{id}r")).expect("told anew")).max().unwrap();
    assert!(lasting < first_of_the_past + 200, "the disk takes a moment to have them as they are now");
    assert!(bench.sent[..first_of_the_past].iter().filter(is("value")).count() as u64 >= BEDS);
    assert_eq!(bench.sent.iter().filter(is("start")).count() as u64, 0);
    let past: Vec<u64> = bench.sent[first_of_the_past..].iter().filter(is("value")).map(|(id, _)| number(id)).collect();
    let old = past.iter().copied().filter(|number| *number <= waited as u64).collect::<Vec<_>>();
    assert!(old.windows(2).all(|pair| pair[0] < pair[1]), "in the order of making");
    let ends = bench.sent.iter().filter(is("end")).count() as u64;
    assert_eq!(ends, (0..minutes).map(|m| (0..BEDS).filter(|bed| (m + bed) % 10 == 1).count() as u64).sum::<u64>());
}

fn number(id: &str) -> u64 {
    id.rsplit_once('-').unwrap().1.parse().unwrap()
}

#[test]
fn an_outage_of_some_hours_is_told_in_the_clinical_order() {
    outage(100, 1);
    outage(40, 4);
}

#[test]
#[ignore = "three days: a minute in a build for tests"]
fn an_outage_of_three_days_is_told_within_ten_minutes() {
    outage(3 * 24 * 60, 1);
}

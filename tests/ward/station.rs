//! The broker and the nurse call behind it. Delivery is the least that keeps the promises: what the real chooser gives goes
//! out, a few at a time, and is settled by its own acknowledgement; a broken connection begins anew.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use vigil_journal::{Hop, Outbox, RowId, Settlement};
use vigil_messages::mqtt::{MqttPublish, parse_answer};
use vigil_model::{Command, Instant, Now};
use vigil_simulators::NurseCall;
use vigil_simulators::nurse_call::NurseCallSettings;
use vigil_sinks::choose::{Allowed, Choice, Chooser};

use crate::disk::DiskOutbox;
use crate::network::{Trouble, Way};

/// Publications that may wait for their acknowledgement.
const WINDOW: usize = 4;

pub(crate) struct Station {
    chooser: Chooser,
    pub(crate) nurse_call: NurseCall,
    /// What the broker keeps, by topic.
    pub(crate) retained: BTreeMap<String, Vec<u8>>,
    there: Way<(RowId, MqttPublish)>,
    acknowledged: Way<RowId>,
    answers: Way<Command>,
    wait_until: Option<Instant>,
    was_away: bool,
    trouble: Trouble,
    start: Instant,
    length: Duration,
}

impl Station {
    pub(crate) fn new(
        acknowledge_after: Option<Duration>,
        (trouble, seed, length): (Trouble, u64, Duration),
        start: Now,
    ) -> Self {
        let settings = NurseCallSettings { acknowledge_after, ..NurseCallSettings::default() };
        Self {
            chooser: chooser(),
            nurse_call: NurseCall::new(settings),
            retained: BTreeMap::new(),
            there: Way::new(seed),
            acknowledged: Way::new(seed ^ 1),
            answers: Way::new(seed ^ 2),
            wait_until: Some(start.monotonic),
            was_away: false,
            trouble: if trouble == Trouble::None { trouble } else { Trouble::Outages },
            start: start.monotonic,
            length,
        }
    }

    pub(crate) fn wake(&mut self, now: Now) {
        self.chooser.wake();
        self.wait_until = Some(now.monotonic);
    }

    pub(crate) fn restart_appliance(&mut self, now: Now) {
        self.chooser = chooser();
        self.cut();
        self.wait_until = Some(now.monotonic);
    }

    pub(crate) fn step(&mut self, now: Now, outbox: &mut DiskOutbox, commands: &mut Vec<Command>) {
        let at = now.monotonic;
        let is_away = self.trouble.is_on(at.since(self.start), self.length);
        if is_away {
            self.cut();
            self.wait_until = None;
        } else if self.was_away {
            self.chooser.restart();
            self.wait_until = Some(at);
        }
        self.was_away = is_away;
        while let Some((row, publish)) = self.there.receive(at) {
            if publish.retain && publish.payload.is_empty() {
                self.retained.remove(&publish.topic);
            } else if publish.retain {
                self.retained.insert(publish.topic.clone(), publish.payload.clone());
            }
            let correlation = publish.correlation.as_deref();
            self.nurse_call.handle_message(now, &publish.topic, &publish.payload, correlation);
            self.acknowledged.send(at, row);
        }
        self.nurse_call.handle_timeout(now);
        while let Some(publication) = self.nurse_call.poll_publication() {
            let correlation = publication.correlation.as_deref();
            let command = parse_answer(&publication.topic, &publication.payload, correlation);
            let command = command.unwrap_or_else(|error| panic!("the nurse call answers what cannot be read: {error}"));
            self.answers.send(at, command);
        }
        while let Some(command) = self.answers.receive(at) {
            commands.push(command);
        }
        while let Some(row) = self.acknowledged.receive(at) {
            self.chooser.settled(row, true);
            outbox.settle(row, Settlement::Delivered(Hop::default()));
            self.wait_until = Some(at);
        }
        if !is_away && self.wait_until.is_some_and(|until| until <= at) {
            self.fill(now, outbox);
        }
    }

    fn fill(&mut self, now: Now, outbox: &mut DiskOutbox) {
        self.wait_until = None;
        while self.chooser.in_flight() < WINDOW {
            match self.chooser.choose(now, outbox, Allowed::All) {
                Ok(Choice::Send { row, .. }) => {
                    let publish = MqttPublish::from_bytes(&row.body).unwrap_or_else(|error| panic!("{error}"));
                    self.there.send(now.monotonic, (row.row, publish));
                }
                Ok(Choice::Nothing { until }) => {
                    self.wait_until = until.map(|until| until.max(now.monotonic + Duration::from_micros(1)));
                    return;
                }
                Ok(Choice::Overdue { .. }) => panic!("nothing has an age here"),
                Err(error) => panic!("{error}"),
            }
        }
    }

    pub(crate) fn next_due(&self, now: Now) -> Option<Instant> {
        let change = self.trouble.next_change(now.monotonic.since(self.start)).map(|at| self.start + at);
        let ways = [self.there.next(), self.acknowledged.next(), self.answers.next()];
        let own = [self.nurse_call.poll_timeout(), self.wait_until, change];
        ways.into_iter().chain(own).flatten().min()
    }

    /// Ids of the alarms that the broker keeps.
    pub(crate) fn kept_alarms(&self) -> VecDeque<String> {
        let id = |topic: &String| topic.strip_suffix("/state")?.rsplit('/').next().map(str::to_owned);
        self.retained.keys().filter(|topic| topic.contains("/alert/")).filter_map(id).collect()
    }

    fn cut(&mut self) {
        self.there.cut();
        self.acknowledged.cut();
        self.answers.cut();
    }
}

fn chooser() -> Chooser {
    Chooser::new(Duration::from_secs(1), Duration::from_secs(60), "nurse-call")
}

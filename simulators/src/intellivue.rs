//! A Philips IntelliVue monitor on its MIB/RS-232 port: associates, says who it is until it is answered, answers polls, sends
//! numerics by itself for as long as it was asked to.
//!
//! Protocol and codec: [`vigil_protocols::philips_intellivue`]. Like the real one it leaves a release without an association
//! unanswered, takes its time to agree, sends numerics in two parts and an empty third one, names its objects only in the
//! first results after a poll, and aborts when nothing is heard for the time it has granted. Its clock is an hour ahead.

mod objects;

use std::time::Duration;

use vigil_model::{Instant, Now, Timestamp};
use vigil_protocols::philips_intellivue::codec::alarm::kind;
use vigil_protocols::philips_intellivue::codec::attribute::id;
use vigil_protocols::philips_intellivue::codec::time::TICKS_PER_SECOND;
use vigil_protocols::philips_intellivue::codec::{
    Accepted, AlarmEntry, AlarmInfo, Attribute, AttributeList, Context, CreateEvent, Deframer, Link, Message, Object,
    ObjectId, Options, PollAnswer, PollResult, Polled, Request, frame,
};

use crate::device::{Base, SimDevice};
use crate::patient::Patient;
use crate::scenario::{SimulatedDevice, TextColour};

/// Time after which the create event is repeated.
const CREATE_REPEAT: Duration = Duration::from_secs(2);
/// Time within which it wants to hear something, and says so when it agrees.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time it takes to answer a poll.
const ANSWER_TIME: Duration = Duration::from_millis(300);
/// Time from one result of an extended poll to the next.
const RESULT_INTERVAL: Duration = Duration::from_millis(1_024);
/// Most polls that wait for an answer; more are not answered.
const POLLS_MAX: usize = 8;
/// How far its clock is ahead.
const CLOCK_AHEAD: Duration = Duration::from_secs(3_600);
/// Operating mode: monitoring, demonstration.
const MONITORING: u16 = 0x4000;
/// Handle of the alarm monitor.
const ALARM_MONITOR: u16 = 0x0201;

/// Language of its labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// French.
    French,
}

/// A simulated monitor.
#[derive(Debug)]
pub struct Intellivue {
    base: Base,
    number: u32,
    language: Language,
    deframer: Deframer,
    stage: Stage,
    /// When something was heard last.
    heard: Instant,
}

#[derive(Debug)]
enum Stage {
    /// Nobody is there.
    Free,
    /// Thinking about a request to associate.
    Agreeing { at: Instant },
    /// The create event has been sent and not answered.
    Created { repeat: Instant },
    /// Talking.
    Associated { extended: Option<Extended>, polls: Vec<Poll> },
}

/// An extended poll that is running.
#[derive(Clone, Copy, Debug)]
struct Extended {
    invoke_id: u16,
    next: Instant,
    until: Instant,
    sequence: u16,
}

/// A poll that will be answered.
#[derive(Clone, Copy, Debug)]
struct Poll {
    at: Instant,
    invoke_id: u16,
    polled: Polled,
}

impl Intellivue {
    /// A monitor at a patient whose scenario began at `start`. `number` tells monitors apart in their invented identities.
    pub fn new(patient: Patient, number: u32, start: Instant) -> Self {
        Self {
            base: Base::new(patient, SimulatedDevice::Monitor, start),
            number,
            language: Language::default(),
            deframer: Deframer::new(),
            stage: Stage::Free,
            heard: start,
        }
    }

    /// The same with labels in a language.
    pub fn speaking(self, language: Language) -> Self {
        Self { language, ..self }
    }

    fn send(&mut self, message: &Message) {
        if let Some(bytes) = message.encode() {
            self.base.send(frame(&bytes));
        }
    }

    fn handle_request(&mut self, now: Now, request: Request) {
        let at = now.monotonic;
        self.heard = at;
        match (request, &mut self.stage) {
            (Request::Associate, Stage::Free) => {
                let pause = Duration::from_millis(1_000 + u64::from(self.number % 10) * 100);
                self.stage = Stage::Agreeing { at: at + pause };
            }
            (Request::Associate, Stage::Agreeing { .. }) => {}
            (Request::Associate, Stage::Created { .. } | Stage::Associated { .. }) => {
                self.stage = Stage::Free;
                self.send(&Message::Aborted);
            }
            (Request::Release, Stage::Free) => {}
            (Request::Release, Stage::Agreeing { .. } | Stage::Created { .. } | Stage::Associated { .. }) => {
                self.stage = Stage::Free;
                self.send(&Message::Released);
            }
            (Request::CreateResult { .. }, Stage::Created { .. }) => {
                self.stage = Stage::Associated { extended: None, polls: Vec::new() };
            }
            (Request::Poll { invoke_id, polled }, Stage::Associated { polls, .. }) => {
                if polls.len() < POLLS_MAX {
                    polls.push(Poll { at: at + ANSWER_TIME, invoke_id, polled });
                }
            }
            (Request::ExtendedPoll { invoke_id, ticks }, Stage::Associated { extended, .. }) => {
                let time = Duration::from_micros(u64::from(ticks) * 1_000_000 / u64::from(TICKS_PER_SECOND));
                *extended = Some(Extended { invoke_id, next: at + ANSWER_TIME, until: at + time, sequence: 0 });
            }
            (Request::CreateResult { .. } | Request::Poll { .. } | Request::ExtendedPoll { .. }, _) => {}
        }
    }

    /// Does what is due.
    fn advance(&mut self, now: Now) {
        let at = now.monotonic;
        match &mut self.stage {
            Stage::Free => {}
            Stage::Agreeing { at: due } if *due <= at => {
                let ticks = u32::try_from(PATIENCE.as_secs()).unwrap_or(10) * TICKS_PER_SECOND;
                let options = Options::NUMERICS_EVERY_SECOND;
                self.send(&Message::Accepted(Accepted { poll_period_ticks: ticks, message_bytes: 1_000, options }));
                self.create(now);
            }
            Stage::Created { repeat } if *repeat <= at => self.create(now),
            Stage::Agreeing { .. } | Stage::Created { .. } => {}
            Stage::Associated { .. } if self.heard + PATIENCE <= at => {
                self.stage = Stage::Free;
                self.send(&Message::Aborted);
            }
            Stage::Associated { extended, polls } => {
                let due: Vec<Poll> = polls.iter().copied().filter(|poll| poll.at <= at).collect();
                polls.retain(|poll| poll.at > at);
                let results = extended.filter(|extended| extended.next <= at);
                if let Some(running) = extended.as_mut().filter(|running| running.next <= at) {
                    (running.next, running.sequence) =
                        (running.next + RESULT_INTERVAL, running.sequence.wrapping_add(1));
                }
                if extended.is_some_and(|running| running.next > running.until) {
                    *extended = None;
                }
                due.into_iter().for_each(|poll| self.answer(now, poll));
                if let Some(results) = results {
                    self.send_numerics(now, results.invoke_id, Some(results.sequence), results.sequence == 0);
                }
            }
        }
    }

    /// Says who it is, with both clocks.
    fn create(&mut self, now: Now) {
        self.stage = Stage::Created { repeat: now.monotonic + CREATE_REPEAT };
        let event = CreateEvent { invoke_id: 1, relative_time: self.ticks(now), attributes: self.attributes(now) };
        self.send(&Message::CreateEvent(Box::new(event)));
    }

    fn answer(&mut self, now: Now, poll: Poll) {
        let object = match poll.polled {
            Polled::Numerics => return self.send_numerics(now, poll.invoke_id, None, true),
            Polled::Monitor => {
                let mut attributes = self.attributes(now);
                let serial = format!("DE{:08}", self.number);
                attributes.0.push(Attribute::production(&serial, "L.01.00"));
                Object { handle: 0, attributes }
            }
            Polled::Alarms => Object { handle: ALARM_MONITOR, attributes: self.alarms(now) },
        };
        let contexts = vec![Context { id: 0, objects: vec![object] }];
        let result = self.result(now, poll.polled, None, contexts);
        let answer = PollAnswer { invoke_id: poll.invoke_id, link: None, result };
        self.send(&Message::PollAnswer(Box::new(answer)));
    }

    /// Numerics of context 0, then of context 1, then nothing.
    fn send_numerics(&mut self, now: Now, invoke_id: u16, sequence: Option<u16>, with_labels: bool) {
        let shown = objects::Shown {
            at: self.base.at(now),
            device_now: self.device_time(now),
            language: self.language,
            with_labels,
        };
        let parts = [
            (Some(Link { position: Link::FIRST, count: 1 }), vec![objects::context(0, &self.base.patient, shown)]),
            (Some(Link { position: Link::LAST, count: 2 }), vec![objects::context(1, &self.base.patient, shown)]),
            (None, Vec::new()),
        ];
        for (link, contexts) in parts {
            let result = self.result(now, Polled::Numerics, sequence, contexts);
            self.send(&Message::PollAnswer(Box::new(PollAnswer { invoke_id, link, result })));
        }
    }

    fn result(&self, now: Now, polled: Polled, sequence: Option<u16>, contexts: Vec<Context>) -> PollResult {
        PollResult {
            number: 0,
            sequence,
            relative_time: self.ticks(now),
            absolute_time: None,
            class: polled.class(),
            group: polled.group(),
            contexts,
        }
    }

    /// Attributes of the monitor itself.
    fn attributes(&self, now: Now) -> AttributeList {
        let [_, _, high, low] = self.number.to_be_bytes();
        AttributeList(vec![
            Attribute::system_id([0x00, 0x09, 0xFB, 0x00, high, low]),
            Attribute::model("Philips", "M8000"),
            Attribute::number16(id::MODE, MONITORING),
            Attribute::text(id::BED_LABEL, &format!("Bed {}", self.number)),
            Attribute::time(id::TIME, self.device_time(now)),
            Attribute::number32(id::RELATIVE_TIME, self.ticks(now)),
        ])
    }

    /// Both alarm lists: what the scenario shows in red and yellow is about the patient, in white about equipment.
    fn alarms(&self, now: Now) -> AttributeList {
        let (mut patient, mut technical) = (Vec::new(), Vec::new());
        for shown in self.base.patient.course().monitor_alarms(self.base.at(now)) {
            let (list, word) = match shown.colour {
                TextColour::Red => (&mut patient, kind::HIGH & kind::PATIENT),
                TextColour::Yellow => (&mut patient, kind::MEDIUM & kind::PATIENT),
                TextColour::White => (&mut technical, kind::LOW & kind::TECHNICAL),
            };
            let text_id = shown.text.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
            list.push(AlarmEntry {
                source: ObjectId::MONITOR.class,
                code: 8 | 1, // "alarm", of an object
                kind: word,
                state: 0,
                object: ObjectId::MONITOR,
                info: AlarmInfo::Known { instance: 0, text_id, priority: 0, flags: 0, text: Some(shown.text.into()) },
            });
        }
        AttributeList(vec![
            AlarmEntry::attribute(id::PATIENT_ALARMS, &patient),
            AlarmEntry::attribute(id::TECHNICAL_ALARMS, &technical),
        ])
    }

    fn device_time(&self, now: Now) -> Timestamp {
        now.utc + CLOCK_AHEAD
    }

    fn ticks(&self, now: Now) -> u32 {
        (self.base.at(now).as_millis() * u128::from(TICKS_PER_SECOND) / 1_000) as u32
    }

    /// Switched off and on: nobody is there.
    fn restart_if_due(&mut self, now: Now) {
        if self.base.has_restarted(now) {
            self.deframer = Deframer::new();
            self.stage = Stage::Free;
            self.base.forget();
        }
    }
}

impl SimDevice for Intellivue {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        self.restart_if_due(now);
        self.deframer.push(bytes);
        while let Some(found) = self.deframer.next_message() {
            let message = found.ok().and_then(|bytes| Message::decode(&bytes).ok());
            if let Some(Message::Request(request)) = message {
                self.handle_request(now, request);
            }
        }
        self.advance(now);
    }

    fn handle_timeout(&mut self, now: Now) {
        self.restart_if_due(now);
        self.advance(now);
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.base.next_transmission()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Free => None,
            Stage::Agreeing { at } => Some(*at),
            Stage::Created { repeat } => Some(*repeat),
            Stage::Associated { extended, polls } => {
                let polls = polls.iter().map(|poll| poll.at).min();
                let due = [polls, extended.map(|extended| extended.next)].into_iter().flatten();
                Some(due.fold(self.heard + PATIENCE, Instant::min))
            }
        }
    }

    fn is_plugged(&self, now: Now) -> bool {
        self.base.is_plugged(now)
    }

    fn next_change(&self, now: Now) -> Option<Instant> {
        self.base.next_change(now)
    }
}

#[cfg(test)]
mod tests;

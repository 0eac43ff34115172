//! A Philips IntelliVue monitor on its MIB/RS-232 port or on a network: associates, says who it is until it is answered, answers polls, sends
//! numerics and the waves that were chosen by itself for as long as it was asked to.
//!
//! Protocol and codec: [`vigil_protocols::philips_intellivue`]. Like the real one it leaves a release without an association
//! unanswered, takes its time to agree, sends numerics in two parts and an empty third one, names its objects only in the
//! first results after a poll, and aborts when nothing is heard for the time it has granted. Its clock is an hour ahead.

mod objects;
mod waves;

use std::time::Duration;

use vigil_model::{Instant, Now, Timestamp};
use vigil_protocols::philips_intellivue::codec::alarm::kind;
use vigil_protocols::philips_intellivue::codec::attribute::id;
use vigil_protocols::philips_intellivue::codec::time::TICKS_PER_SECOND;
use vigil_protocols::philips_intellivue::codec::{
    Accepted, AlarmEntry, AlarmInfo, Attribute, AttributeList, Context, CreateEvent, Deframer, Link, Message, Object,
    ObjectId, Options, PollAnswer, PollResult, Polled, Request, Streamed, frame,
};

use vigil_protocols::philips_intellivue::Framing;

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
    framing: Framing,
    deframer: Deframer,
    /// Whether waves were asked for when the association was made.
    grants_waves: bool,
    /// Labels of the waves that were chosen.
    chosen: Vec<u32>,
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
    Associated { streams: Vec<Stream>, polls: Vec<Poll> },
}

/// An extended poll that is running; one of each kind at most.
#[derive(Clone, Copy, Debug)]
struct Stream {
    kind: Streamed,
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
            framing: Framing::default(),
            grants_waves: false,
            chosen: Vec::new(),
            deframer: Deframer::new(),
            stage: Stage::Free,
            heard: start,
        }
    }

    /// The same with labels in a language.
    pub fn speaking(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// The same on a network, or on RS-232.
    pub fn framed_as(self, framing: Framing) -> Self {
        Self { framing, ..self }
    }

    fn send(&mut self, message: &Message) {
        if let Some(bytes) = message.encode() {
            self.base.send(match self.framing {
                Framing::Rs232 => frame(&bytes),
                Framing::Udp => bytes,
            });
        }
    }

    fn handle_request(&mut self, now: Now, request: Request) {
        let at = now.monotonic;
        self.heard = at;
        match (request, &mut self.stage) {
            (Request::Associate { waves }, Stage::Free) => {
                self.grants_waves = waves;
                self.chosen.clear();
                let pause = Duration::from_millis(1_000 + u64::from(self.number % 10) * 100);
                self.stage = Stage::Agreeing { at: at + pause };
            }
            (Request::Associate { .. }, Stage::Agreeing { .. }) => {}
            (Request::Associate { .. }, Stage::Created { .. } | Stage::Associated { .. }) => {
                self.stage = Stage::Free;
                self.send(&Message::Aborted);
            }
            (Request::Release, Stage::Free) => {}
            (Request::Release, Stage::Agreeing { .. } | Stage::Created { .. } | Stage::Associated { .. }) => {
                self.stage = Stage::Free;
                self.send(&Message::Released);
            }
            (Request::CreateResult { .. }, Stage::Created { .. }) => {
                self.stage = Stage::Associated { streams: Vec::new(), polls: Vec::new() };
            }
            (Request::Poll { invoke_id, polled }, Stage::Associated { polls, .. }) => {
                if polls.len() < POLLS_MAX {
                    polls.push(Poll { at: at + ANSWER_TIME, invoke_id, polled });
                }
            }
            (Request::ExtendedPoll { invoke_id, streamed: kind, ticks }, Stage::Associated { streams, .. }) => {
                let time = Duration::from_micros(u64::from(ticks) * 1_000_000 / u64::from(TICKS_PER_SECOND));
                streams.retain(|stream| stream.kind != kind);
                if kind == Streamed::Numerics || self.grants_waves {
                    let (next, until) = (at + ANSWER_TIME, at + time);
                    streams.push(Stream { kind, invoke_id, next, until, sequence: 0 });
                }
            }
            (Request::ChooseWaves { invoke_id, waves }, Stage::Associated { .. }) => {
                self.chosen = waves.labels();
                let labels = self.chosen.clone();
                self.send(&Message::WavesChosen { invoke_id, labels });
            }
            (
                Request::CreateResult { .. }
                | Request::Poll { .. }
                | Request::ExtendedPoll { .. }
                | Request::ChooseWaves { .. },
                _,
            ) => {}
        }
    }

    /// Does what is due.
    fn advance(&mut self, now: Now) {
        let at = now.monotonic;
        match &mut self.stage {
            Stage::Free => {}
            Stage::Agreeing { at: due } if *due <= at => {
                let ticks = u32::try_from(PATIENCE.as_secs()).unwrap_or(10) * TICKS_PER_SECOND;
                let numerics = Options::NUMERICS_EVERY_SECOND;
                let options = if self.grants_waves { numerics.and(Options::WAVES) } else { numerics };
                self.send(&Message::Accepted(Accepted { poll_period_ticks: ticks, message_bytes: 1_000, options }));
                self.create(now);
            }
            Stage::Created { repeat } if *repeat <= at => self.create(now),
            Stage::Agreeing { .. } | Stage::Created { .. } => {}
            Stage::Associated { .. } if self.heard + PATIENCE <= at => {
                self.stage = Stage::Free;
                self.send(&Message::Aborted);
            }
            Stage::Associated { streams, polls } => {
                let due: Vec<Poll> = polls.iter().copied().filter(|poll| poll.at <= at).collect();
                polls.retain(|poll| poll.at > at);
                let results: Vec<Stream> = streams.iter().copied().filter(|stream| stream.next <= at).collect();
                for running in streams.iter_mut().filter(|running| running.next <= at) {
                    running.next = running.next + RESULT_INTERVAL;
                    running.sequence = running.sequence.wrapping_add(running.results());
                }
                streams.retain(|running| running.next <= running.until);
                due.into_iter().for_each(|poll| self.answer(now, poll));
                for stream in results {
                    match stream.kind {
                        Streamed::Numerics => {
                            self.send_numerics(now, stream.invoke_id, Some(stream.sequence), stream.sequence == 0);
                        }
                        Streamed::Waves => self.send_waves(now, stream),
                    }
                }
            }
        }
    }

    /// Descriptions first, then four blocks of each wave at a time.
    fn send_waves(&mut self, now: Now, stream: Stream) {
        let at = self.base.at(now);
        for index in 0..stream.results() {
            let contexts = if stream.sequence == 0 {
                waves::descriptions(&self.chosen)
            } else {
                let end = at.saturating_sub(waves::BLOCK * u32::from(stream.results() - 1 - index));
                waves::blocks(&self.chosen, &self.base.patient, end)
            };
            let sequence = Some(stream.sequence.wrapping_add(index));
            let result = self.result(now, (Streamed::Waves.class(), 0), sequence, contexts);
            let answer = PollAnswer { invoke_id: stream.invoke_id, link: None, result };
            self.send(&Message::PollAnswer(Box::new(answer)));
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
        let result = self.result(now, (poll.polled.class(), poll.polled.group()), None, contexts);
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
            let result = self.result(now, (Streamed::Numerics.class(), 0), sequence, contexts);
            self.send(&Message::PollAnswer(Box::new(PollAnswer { invoke_id, link, result })));
        }
    }

    fn result(
        &self,
        now: Now,
        (class, group): (u16, u16),
        sequence: Option<u16>,
        contexts: Vec<Context>,
    ) -> PollResult {
        PollResult { number: 0, sequence, relative_time: self.ticks(now), absolute_time: None, class, group, contexts }
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

impl Stream {
    /// Results that come together: of waves, one of descriptions and then four of blocks.
    fn results(&self) -> u16 {
        match self.kind {
            Streamed::Numerics => 1,
            Streamed::Waves if self.sequence == 0 => 1,
            Streamed::Waves => 4,
        }
    }
}

impl SimDevice for Intellivue {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        self.restart_if_due(now);
        let messages: Vec<Vec<u8>> = match self.framing {
            Framing::Udp => vec![bytes.to_vec()],
            Framing::Rs232 => {
                self.deframer.push(bytes);
                std::iter::from_fn(|| self.deframer.next_message()).flatten().collect()
            }
        };
        for message in messages {
            if let Ok(Message::Request(request)) = Message::decode(&message) {
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
            Stage::Associated { streams, polls } => {
                let streams = streams.iter().map(|stream| stream.next);
                let due = polls.iter().map(|poll| poll.at).chain(streams);
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

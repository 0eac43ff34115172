//! The conversation with the device, in which both sides ask.
//!
//! | situation                                 | what happens                                                            |
//! |-------------------------------------------|-------------------------------------------------------------------------|
//! | connected                                 | ICC every [`CALL_PAUSE`] until it is answered, or the device sends its own |
//! | ICC answered, or answered by us           | [`SETTLE_TIME`] of patience, then everything is due, alarms first       |
//! | a command of the device                   | answered at once, also in the middle of its response                    |
//! | its check does not fit                    | NAK                                                                     |
//! | nothing due                               | NOP every [`NOP_PAUSE`]                                                  |
//! | no answer for [`ANSWER_TIME`], or NAK     | asked again, [`REPEATS`] times; then ICC                                 |
//! | silence for [`SILENCE_MAX`]               | `Timeout`; ICC                                                          |
//! | STOP of the device                        | ICC, until it is there again                                            |
//! | a response that nobody waits for          | `Unexpected`, not used                                                  |
//!
//! The link is up once the device has answered who it is: an echo of our own frames (a loop-back plug) keeps no link up.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::{Fault, FaultKind, Instant, Now, Profile, Report};

use super::Config;
use super::codec::{Answer, Deframer, Found, Frame, NAK, OWN_ID, Request, code};
use super::interpret::Interpreter;
use crate::watch::LinkWatch;
use crate::{Decoder, Session, Transmit};

/// Pause between two calls.
const CALL_PAUSE: Duration = Duration::from_secs(3);
/// Time that the device needs after the beginning of a conversation.
const SETTLE_TIME: Duration = Duration::from_millis(200);
/// Silence after which NOP is sent.
const NOP_PAUSE: Duration = Duration::from_secs(2);
/// Silence after which the conversation begins anew.
const SILENCE_MAX: Duration = Duration::from_secs(3);
/// Time that an answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// How often a request is repeated.
const REPEATS: u8 = 3;
/// Most frames that wait to be sent; a shell that drains never gets near.
const TRANSMITS_MAX: usize = 64;

/// Whose turn it is.
#[derive(Clone, Copy, Debug)]
enum Turn {
    /// The line is closed.
    Closed,
    /// The conversation has not begun; ICC is sent again then.
    Calling { again: Instant },
    /// Ours, but not before a time.
    Ours { not_before: Instant },
    /// The device's, until a time.
    Device { request: Request, deadline: Instant, repeats_left: u8 },
}

/// A request of the plan.
#[derive(Clone, Copy, Debug)]
struct Entry {
    request: Request,
    period: Duration,
    due: Instant,
}

/// A [`Session`] with one device.
pub(super) struct MedibusSession {
    profile: Arc<Profile>,
    watch: LinkWatch,
    deframer: Deframer,
    device: Interpreter,
    turn: Turn,
    plan: Vec<Entry>,
    /// Whether the device has said who it is since the conversation began.
    is_identified: bool,
    /// When a frame was last heard, and when one was last sent.
    heard: Instant,
    sent: Instant,
    transmits: VecDeque<Transmit>,
    reports: VecDeque<Report>,
}

impl MedibusSession {
    /// A conversation that has not begun.
    pub(super) fn new(config: &Config, quiet_time: Duration) -> Self {
        let entry = |request, period| Entry { request, period, due: Instant::default() };
        let fast = [Request::Alarms1, Request::Alarms2, Request::Texts, Request::Time, Request::Data];
        let slow = [Request::LowLimits, Request::HighLimits, Request::Settings];
        let mut plan = vec![entry(Request::DeviceId, config.slow_interval)];
        plan.extend(fast[..3].iter().map(|request| entry(*request, config.interval)));
        plan.extend(slow.map(|request| entry(request, config.slow_interval)));
        plan.extend(fast[3..].iter().map(|request| entry(*request, config.interval)));
        Self {
            profile: config.profile(),
            watch: LinkWatch::new(quiet_time),
            deframer: Deframer::default(),
            device: Interpreter::default(),
            turn: Turn::Closed,
            plan,
            is_identified: false,
            heard: Instant::default(),
            sent: Instant::default(),
            transmits: VecDeque::new(),
            reports: VecDeque::new(),
        }
    }

    fn fault(&mut self, fault: Fault) {
        self.reports.push_back(Report::Fault(fault));
    }

    fn send(&mut self, now: Instant, bytes: Vec<u8>) {
        self.sent = now;
        if self.transmits.len() < TRANSMITS_MAX {
            self.transmits.push_back(Transmit::new(bytes));
        }
    }

    fn call(&mut self, now: Instant) {
        self.is_identified = false;
        self.turn = Turn::Calling { again: now + CALL_PAUSE };
        self.send(now, Request::Initialise.encode());
    }

    /// The conversation begins: all configuration is gone and everything is due.
    fn begin(&mut self, now: Instant) {
        self.device.begin();
        self.is_identified = false;
        self.heard = now;
        for entry in &mut self.plan {
            entry.due = now;
        }
        self.turn = Turn::Ours { not_before: now + SETTLE_TIME };
    }

    fn take(&mut self, now: Instant, found: Found) {
        match found {
            Found::Fault(fault) => self.fault(fault),
            Found::BadCommand(fault) => {
                self.fault(fault);
                self.send(now, Answer::Nak.encode());
            }
            Found::Frame(Frame::Command { code, .. }) => {
                self.hear(now);
                self.command(now, code);
            }
            Found::Frame(Frame::Response { code, data }) => {
                self.hear(now);
                self.response(now, code, &data);
            }
        }
    }

    fn hear(&mut self, now: Instant) {
        self.heard = now;
        if self.is_identified {
            self.reports.extend(self.watch.heard(now));
        }
    }

    fn command(&mut self, now: Instant, code: u8) {
        let answer = if code == Request::DeviceId.code() { Answer::Identity } else { Answer::Echo(code) };
        self.send(now, answer.encode());
        match code {
            code::ICC => self.begin(now),
            code::STOP => {
                self.is_identified = false;
                self.turn = Turn::Calling { again: now + CALL_PAUSE };
            }
            code::TIME_CHANGED => {
                for entry in self.plan.iter_mut().filter(|entry| entry.request == Request::Time) {
                    entry.due = now;
                }
            }
            _ if code == Request::DeviceId.code() => {
                if let Turn::Ours { not_before } = &mut self.turn {
                    *not_before = (*not_before).max(now + SETTLE_TIME);
                }
            }
            _ => {}
        }
    }

    fn response(&mut self, now: Instant, code: u8, data: &[u8]) {
        match self.turn {
            Turn::Calling { .. } if code == code::ICC => self.begin(now),
            Turn::Device { request, repeats_left, .. } if code == NAK => {
                self.repeat(now, request, repeats_left);
            }
            Turn::Device { request, .. } if code == request.code() => {
                self.turn = Turn::Ours { not_before: now };
                if request == Request::DeviceId {
                    if data == OWN_ID.as_bytes() {
                        self.turn = Turn::Calling { again: now + CALL_PAUSE };
                    } else {
                        self.is_identified = true;
                        self.hear(now);
                    }
                }
                let mut reports = Vec::new();
                self.device.read(request, data, &mut reports);
                self.reports.extend(reports);
            }
            Turn::Closed | Turn::Calling { .. } | Turn::Ours { .. } | Turn::Device { .. } => {
                let detail = format!("a response to {code:02X} that nobody is waiting for; it is not used");
                self.fault(Fault::new(FaultKind::Unexpected, data.len() + 5, detail));
            }
        }
    }

    fn repeat(&mut self, now: Instant, request: Request, repeats_left: u8) {
        match repeats_left.checked_sub(1) {
            Some(left) => self.ask(now, request, left),
            None => {
                let detail = format!("no answer to {request:?}; the conversation begins anew");
                self.fault(Fault::new(FaultKind::Timeout, 0, detail));
                self.call(now);
            }
        }
    }

    fn ask(&mut self, now: Instant, request: Request, repeats_left: u8) {
        self.turn = Turn::Device { request, deadline: now + ANSWER_TIME, repeats_left };
        self.send(now, request.encode());
    }

    /// Asks if it is our turn and something is due.
    fn advance(&mut self, now: Instant) {
        let Turn::Ours { not_before } = self.turn else { return };
        if now < not_before {
            return;
        }
        // `min_by_key` keeps the first of equals: the order of the plan.
        let due = self.plan.iter_mut().filter(|entry| entry.due <= now).min_by_key(|entry| entry.due);
        if let Some(entry) = due {
            entry.due = now + entry.period;
            let request = entry.request;
            self.ask(now, request, REPEATS);
        } else if now >= self.sent + NOP_PAUSE {
            self.ask(now, Request::Nop, REPEATS);
        }
    }
}

impl Session for MedibusSession {
    fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    fn handle_connected(&mut self, now: Now) {
        self.deframer = Deframer::default();
        self.device.begin();
        self.transmits.clear();
        self.reports.extend(self.watch.connected(now.monotonic));
        self.call(now.monotonic);
    }

    fn handle_disconnected(&mut self, _now: Now, reason: &str) {
        self.deframer = Deframer::default();
        self.turn = Turn::Closed;
        self.transmits.clear();
        self.reports.extend(self.watch.disconnected(reason));
    }

    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        if matches!(self.turn, Turn::Closed) {
            return; // left over from a line that is gone
        }
        self.deframer.push(bytes);
        while let Some(found) = self.deframer.poll() {
            self.take(now.monotonic, found);
            // At once, so that it makes no difference in which pieces the bytes arrive.
            self.advance(now.monotonic);
        }
    }

    fn handle_timeout(&mut self, now: Now) {
        let now = now.monotonic;
        self.reports.extend(self.watch.expire(now));
        match self.turn {
            Turn::Closed => {}
            Turn::Calling { again } => {
                if now >= again {
                    self.call(now);
                }
            }
            Turn::Ours { .. } | Turn::Device { .. } if now >= self.heard + SILENCE_MAX => {
                let detail = format!("silence for {} s; the conversation begins anew", SILENCE_MAX.as_secs());
                self.fault(Fault::new(FaultKind::Timeout, 0, detail));
                if let Some(fault) = self.deframer.cut() {
                    self.fault(fault);
                }
                self.deframer = Deframer::default();
                self.call(now);
            }
            Turn::Device { request, deadline, repeats_left } if now >= deadline => {
                self.repeat(now, request, repeats_left);
            }
            Turn::Ours { .. } | Turn::Device { .. } => self.advance(now),
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let silence = self.heard + SILENCE_MAX;
        let turn = match self.turn {
            Turn::Closed => None,
            Turn::Calling { again } => Some(again),
            Turn::Ours { not_before } => {
                let due = self.plan.iter().map(|entry| entry.due).chain([self.sent + NOP_PAUSE]).min();
                due.map(|due| due.max(not_before).min(silence))
            }
            Turn::Device { deadline, .. } => Some(deadline.min(silence)),
        };
        [turn, self.watch.deadline()].into_iter().flatten().min()
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }
}

/// A decoder of what the device sends. Each response is taken for an answer that somebody waits for.
#[derive(Default)]
pub(super) struct MedibusDecoder {
    deframer: Deframer,
    device: Interpreter,
    reports: VecDeque<Report>,
}

impl Decoder for MedibusDecoder {
    fn push(&mut self, bytes: &[u8]) {
        self.deframer.push(bytes);
        while let Some(found) = self.deframer.poll() {
            let mut reports = Vec::new();
            match found {
                Found::Fault(fault) | Found::BadCommand(fault) => reports.push(Report::Fault(fault)),
                Found::Frame(Frame::Command { .. }) => {}
                Found::Frame(Frame::Response { code, data }) => match Request::of(code) {
                    Some(request) => self.device.read(request, &data, &mut reports),
                    None if code == NAK => {
                        let fault =
                            Fault::new(FaultKind::Exception, data.len() + 5, "the check of a command did not fit");
                        reports.push(Report::Fault(fault));
                    }
                    None => {
                        let detail = format!("a response to {code:02X}, which is never asked");
                        reports.push(Report::Fault(Fault::new(FaultKind::Unexpected, data.len() + 5, detail)));
                    }
                },
            }
            self.reports.extend(reports);
        }
    }

    fn finish(&mut self) {
        while let Some(fault) = self.deframer.cut() {
            self.reports.push_back(Report::Fault(fault));
        }
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }
}

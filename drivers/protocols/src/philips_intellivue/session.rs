//! The conversation with a monitor: how it is begun and begun again, and what is done with what the monitor says.
//!
//! | stage      | left by                             | for        | what is sent                                            |
//! |------------|-------------------------------------|------------|----------------------------------------------------------|
//! | Asking     | association answer                  | Accepted   | release once, association request every [`ASK_PAUSE`]    |
//! | Accepted   | create event of the right monitor   | Associated | the answer to it, extended poll, polls                   |
//! | Accepted   | nothing within [`CREATE_TIME`]      | Asking     |                                                          |
//! | Associated | see [`association`]                 |            | polls, renewals                                          |
//! | Associated | link lost, or [`SILENCE_MAX`] of silence, or released | Asking |                                            |
//! | any        | abort, refusal                      | Pausing    |                                                          |
//! | any        | create event of another monitor     | Pausing    | release                                                  |
//! | Pausing    | [`PAUSE`] is over                   | Asking     |                                                          |
//!
//! Only messages of the right monitor within an association count as heard. What else comes (echoes of our own requests,
//! answers of an association before) is `Unexpected` and keeps no link up.

mod association;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::{Fault, FaultKind, Instant, LinkState, Now, Profile, Report};

use self::association::{Association, Due};
use super::codec::{CreateEvent, Deframer, MESSAGE_BYTES_MAX, Message, Options, Request, frame};
use super::decode::{self, ABORTED, REFUSED};
use super::mirror::{Facts, Mirror};
use super::{Config, Framing};
use crate::watch::LinkWatch;
use crate::{Session, Transmit};

/// Pause between association requests; a monitor may leave some unanswered.
const ASK_PAUSE: Duration = Duration::from_secs(1);
/// The same while the link is lost.
const LOST_ASK_PAUSE: Duration = Duration::from_secs(5);
/// How long a monitor that has just been connected may take to associate before its silence counts.
const ASSOCIATION_TIME: Duration = Duration::from_secs(10);
/// How long the create event may take; the monitor sends it at once and repeats it.
const CREATE_TIME: Duration = Duration::from_secs(5);
/// Pause after an abort, a refusal or another monitor than configured.
const PAUSE: Duration = Duration::from_secs(5);
/// Silence after which an association is given up, even if the link does not count as lost yet.
const SILENCE_MAX: Duration = Duration::from_secs(15);
/// Most requests that wait to be sent; a shell that drains never gets near.
const TRANSMITS_MAX: usize = 16;

/// A [`Session`] with one monitor.
pub(super) struct IntellivueSession {
    profile: Arc<Profile>,
    config: Config,
    watch: LinkWatch,
    deframer: Deframer,
    stage: Stage,
    /// When the line was opened.
    connected: Instant,
    /// System id of the monitor that was heard last, over connections.
    monitor: Option<Arc<str>>,
    /// What was said about a monitor that was refused last, since the line was opened.
    refused: Option<String>,
    mirror: Mirror,
    transmits: VecDeque<Transmit>,
    /// What the last input gave; the shell drains it before the next.
    reports: VecDeque<Report>,
}

enum Stage {
    /// The line is closed.
    Closed,
    /// Association has been asked for.
    Asking { repeat: Instant },
    /// The monitor has agreed and must say who it is.
    Accepted { deadline: Instant, granted: Options },
    /// Talking.
    Associated(Box<Association>),
    /// Nothing is sent until a time.
    Pausing { until: Instant },
}

impl IntellivueSession {
    /// A session that is not connected yet.
    pub(super) fn new(config: &Config, quiet_time: Duration) -> Self {
        Self {
            profile: config.profile(),
            config: config.clone(),
            watch: LinkWatch::new(quiet_time),
            deframer: Deframer::new(),
            stage: Stage::Closed,
            connected: Instant::default(),
            monitor: None,
            refused: None,
            mirror: Mirror::default(),
            transmits: VecDeque::new(),
            reports: VecDeque::new(),
        }
    }

    fn send(&mut self, request: Request) {
        if self.transmits.len() < TRANSMITS_MAX {
            let message = request.encode();
            let bytes = match self.config.framing {
                Framing::Rs232 => frame(&message),
                Framing::Udp => message,
            };
            self.transmits.push_back(Transmit::new(bytes));
        }
    }

    fn fault(&mut self, kind: FaultKind, bytes: usize, detail: impl Into<String>) {
        self.reports.push_back(Report::Fault(Fault::new(kind, bytes, detail)));
    }

    /// Asks for a new association. The release clears one that the monitor may still hold.
    fn ask(&mut self, now: Instant) {
        self.send(Request::Release);
        self.ask_again(now);
    }

    fn ask_again(&mut self, now: Instant) {
        self.send(Request::Associate { waves: !self.config.waveforms.is_empty() });
        let pause = if matches!(self.watch.state(), LinkState::Lost { .. }) { LOST_ASK_PAUSE } else { ASK_PAUSE };
        self.stage = Stage::Asking { repeat: now + pause };
    }

    fn take_bytes(&mut self, now: Now, bytes: &[u8]) {
        match Message::decode(bytes) {
            Ok(message) => self.take(now, message, bytes.len()),
            Err(error) => self.fault(FaultKind::Framing, bytes.len(), error.to_string()),
        }
    }

    fn take(&mut self, now: Now, message: Message, bytes: usize) {
        match message {
            Message::Request(request) => self.reports.push_back(Report::Fault(decode::echo(request, bytes))),
            Message::OtherRequest(what) => self.reports.push_back(Report::Fault(decode::other_echo(what, bytes))),
            Message::Indication => {} // what a monitor on a network says to everybody
            Message::Accepted(accepted) => match self.stage {
                Stage::Asking { .. } => {
                    let deadline = now.monotonic + CREATE_TIME;
                    self.stage = Stage::Accepted { deadline, granted: accepted.options };
                }
                Stage::Closed | Stage::Accepted { .. } | Stage::Associated(_) | Stage::Pausing { .. } => {
                    self.fault(FaultKind::Unexpected, bytes, "An association answer that nobody is waiting for.");
                }
            },
            Message::Refused => self.pause(now.monotonic, REFUSED),
            Message::Aborted => self.pause(now.monotonic, ABORTED),
            Message::Released => match self.stage {
                // The answer to the release that goes before an association request.
                Stage::Closed | Stage::Asking { .. } | Stage::Pausing { .. } => {}
                Stage::Accepted { .. } | Stage::Associated(_) => {
                    self.fault(FaultKind::Unexpected, bytes, "The monitor has released the association.");
                    self.ask(now.monotonic);
                }
            },
            Message::CreateEvent(event) => self.take_create(now, &event, bytes),
            Message::PollAnswer(answer) => {
                let Stage::Associated(association) = &mut self.stage else {
                    return self.fault(FaultKind::Unexpected, bytes, OUTSIDE);
                };
                let reports = association.take_answer(now, &answer, &mut self.mirror, bytes);
                self.hear(now.monotonic);
                self.reports.extend(reports);
            }
            Message::WavesChosen { invoke_id, .. } => {
                let Stage::Associated(association) = &mut self.stage else {
                    return self.fault(FaultKind::Unexpected, bytes, OUTSIDE);
                };
                let unexpected = association.take_choice(now.monotonic, invoke_id, bytes);
                self.hear(now.monotonic);
                self.reports.extend(unexpected.map(Report::Fault));
            }
            Message::Error { invoke_id, error } => {
                let Stage::Associated(association) = &mut self.stage else {
                    return self.fault(FaultKind::Unexpected, bytes, OUTSIDE);
                };
                let reports = association.take_error(now.monotonic, invoke_id, error, &self.mirror);
                self.hear(now.monotonic);
                self.reports.extend(reports);
            }
            Message::OtherAnswer { command } | Message::OtherEvent { command } => {
                self.fault(FaultKind::Unexpected, bytes, decode::uncovered(command));
            }
        }
    }

    /// A message of the right monitor within an association.
    fn hear(&mut self, now: Instant) {
        self.reports.extend(self.watch.heard(now));
    }

    fn pause(&mut self, now: Instant, why: &str) {
        self.fault(FaultKind::Exception, 0, why);
        self.stage = Stage::Pausing { until: now + PAUSE };
    }

    fn take_create(&mut self, now: Now, event: &CreateEvent, bytes: usize) {
        let granted = match &self.stage {
            Stage::Accepted { granted, .. } => Some(*granted),
            Stage::Associated(_) => None,
            Stage::Closed | Stage::Asking { .. } | Stage::Pausing { .. } => {
                return self.fault(FaultKind::Unexpected, bytes, OUTSIDE);
            }
        };
        let facts = Facts::of(&event.attributes);
        if let Some(why) = self.why_refused(&facts) {
            if self.refused.as_ref() != Some(&why) {
                self.fault(FaultKind::Identity, 0, why.clone());
                self.refused = Some(why);
            }
            self.send(Request::Release);
            self.stage = Stage::Pausing { until: now.monotonic + PAUSE };
            return;
        }
        self.compare(&facts);
        if granted.is_some() {
            self.mirror.start_over();
        }
        self.hear(now.monotonic);
        self.send(Request::CreateResult { invoke_id: event.invoke_id });
        self.reports.extend(self.mirror.take_monitor(&event.attributes));
        if let Some(granted) = granted {
            let (association, faults) = Association::new(now.monotonic, &self.config, granted);
            self.stage = Stage::Associated(Box::new(association));
            self.reports.extend(faults.into_iter().map(Report::Fault));
        }
    }

    /// Why this is not the monitor that is configured, if one is.
    fn why_refused(&self, facts: &Facts) -> Option<String> {
        let differs = |expected: &Option<String>, found: &Option<Arc<str>>| {
            let expected = expected.clone()?;
            let found = found.as_deref().unwrap_or("unknown");
            (found != expected).then(|| (found.to_owned(), expected))
        };
        if let Some((found, expected)) = differs(&self.config.system_id, &facts.system_id) {
            return Some(format!("Monitor {found} answers where monitor {expected} is configured; it is refused."));
        }
        let (found, expected) = differs(&self.config.bed_label, &facts.bed_label)?;
        Some(format!("A monitor with the bed label {found:?} answers where {expected:?} is configured; it is refused."))
    }

    /// Another monitor than before: what was known of the former is forgotten.
    fn compare(&mut self, facts: &Facts) {
        let Some(system_id) = facts.system_id.clone() else { return };
        let Some(former) = self.monitor.replace(Arc::clone(&system_id)).filter(|former| *former != system_id) else {
            return;
        };
        self.mirror = Mirror::default();
        let detail = format!("Monitor {system_id} answers where it was monitor {former}.");
        self.fault(FaultKind::Identity, 0, detail);
    }

    /// Does everything that is due.
    fn advance(&mut self, now: Now) {
        let at = now.monotonic;
        self.expire_link(at);
        let mut restart = false;
        match &mut self.stage {
            Stage::Closed => {}
            Stage::Asking { repeat } if *repeat <= at => self.ask_again(at),
            Stage::Accepted { deadline, .. } if *deadline <= at => {
                self.fault(FaultKind::Timeout, 0, "The monitor has agreed to associate and does not say who it is.");
                restart = true;
            }
            Stage::Pausing { until } if *until <= at => restart = true,
            Stage::Asking { .. } | Stage::Accepted { .. } | Stage::Pausing { .. } => {}
            Stage::Associated(association) => {
                let Due { requests, reports, is_over } = association.advance(at, &self.mirror);
                requests.into_iter().for_each(|request| self.send(request));
                self.reports.extend(reports);
                restart = is_over;
            }
        }
        if restart {
            self.ask(at);
        }
    }

    /// Tells that the link is lost when it is. A monitor that has just been connected may take its time to associate.
    fn expire_link(&mut self, at: Instant) {
        if self.is_patient(at) {
            return;
        }
        let Some(lost) = self.watch.expire(at) else { return };
        self.reports.push_back(lost);
        match self.stage {
            Stage::Accepted { .. } | Stage::Associated(_) => self.ask(at),
            Stage::Closed | Stage::Asking { .. } | Stage::Pausing { .. } => {}
        }
    }

    fn is_patient(&self, at: Instant) -> bool {
        *self.watch.state() == LinkState::Associating && at < self.connected + ASSOCIATION_TIME
    }

    /// When the link counts as lost if nothing is heard.
    fn link_deadline(&self) -> Option<Instant> {
        let deadline = self.watch.deadline()?;
        let is_associating = *self.watch.state() == LinkState::Associating;
        Some(if is_associating { deadline.max(self.connected + ASSOCIATION_TIME) } else { deadline })
    }
}

const OUTSIDE: &str = "A message of an association that does not exist.";

impl Session for IntellivueSession {
    fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    fn handle_connected(&mut self, now: Now) {
        self.deframer.forget();
        self.mirror.start_over();
        self.refused = None;
        self.transmits.clear();
        self.connected = now.monotonic;
        self.reports.extend(self.watch.connected(now.monotonic));
        self.ask(now.monotonic);
    }

    fn handle_disconnected(&mut self, _now: Now, reason: &str) {
        self.stage = Stage::Closed;
        self.deframer.forget();
        self.transmits.clear();
        self.reports.extend(self.watch.disconnected(reason));
    }

    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        if matches!(self.stage, Stage::Closed) {
            return;
        }
        match self.config.framing {
            Framing::Rs232 => {
                self.deframer.push(bytes);
                while let Some(found) = self.deframer.next_message() {
                    match found {
                        Ok(message) => self.take_bytes(now, &message),
                        Err(fault) => self.reports.push_back(Report::Fault(fault)),
                    }
                    // At once, so that it makes no difference in which pieces the bytes arrive.
                    self.advance(now);
                }
            }
            Framing::Udp if bytes.len() > MESSAGE_BYTES_MAX => {
                let detail = format!("A datagram of more than {MESSAGE_BYTES_MAX} bytes.");
                self.fault(FaultKind::Overlong, bytes.len(), detail);
            }
            Framing::Udp => {
                self.take_bytes(now, bytes);
                self.advance(now);
            }
        }
    }

    fn handle_timeout(&mut self, now: Now) {
        self.advance(now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let stage = match &self.stage {
            Stage::Closed => return None,
            Stage::Asking { repeat } => *repeat,
            Stage::Accepted { deadline, .. } => *deadline,
            Stage::Pausing { until } => *until,
            Stage::Associated(association) => association.deadline(),
        };
        Some(self.link_deadline().map_or(stage, |deadline| deadline.min(stage)))
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }
}

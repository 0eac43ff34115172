//! What the answers of the pump mean. The conversation itself is the shared [`crate::poll`] loop.
//!
//! - *Identity*: the first serial number heard on a connection is the pump's. An `INF` answer with another one is not used:
//!   `Identity` fault, and the conversation starts over with the new pump.
//! - *Alarms*: `ALARM` gives the whole list. When `INF` raises its alarm flag, `ALARM` is asked at once. A flag that stays
//!   while `ALARM` names nothing, twice, is reported as an alarm of its own, so that no alarm is lost for want of a code.
//! - *A field that cannot be read*, or has another unit than expected, is a fault, and its metric is invalid; the other
//!   fields of the frame stand, each checked by its own unit.

use vigil_model::{ConditionKind, DeviceAlarm, Fault, FaultKind, Identity, Priority, Report, mdc};

use super::codec::{Alarms, Frames, Infusion, Reply, ReplyError, Request};
use super::{table, values};
use crate::poll::{Asked, Incoming, Then};

/// `ALARM` must name nothing this often while `INF` has its flag set until the flag itself is reported.
const UNNAMED_MIN: u8 = 2;

/// The pump at the other end of the line.
#[derive(Debug, Default)]
pub(super) struct Pump {
    frames: Frames,
    identity: Identity,
    /// The alarm flag of the newest `INF`, until an `ALARM` answer has been compared with it.
    flagged: bool,
    /// How often in a row `ALARM` named nothing while the flag was set.
    unnamed: u8,
    /// Whether replies of several pumps may stand behind each other.
    is_decoder: bool,
}

impl Pump {
    /// One without a conversation: each reply is read for itself.
    pub(super) fn decoding() -> Self {
        Self { is_decoder: true, ..Self::default() }
    }
}

impl Asked for Pump {
    type Request = Request;

    fn encode(&self, request: Request) -> Vec<u8> {
        request.encode()
    }

    fn forget(&mut self) {
        *self = Self { is_decoder: self.is_decoder, ..Self::default() };
    }

    fn cut(&mut self) -> Option<Fault> {
        self.frames.cut()
    }

    fn push(&mut self, bytes: &[u8]) {
        self.frames.push(bytes);
    }

    fn poll(&mut self) -> Option<Incoming<Request>> {
        let text = match self.frames.poll()? {
            Ok(text) => text,
            Err(fault) => return Some(Incoming::Fault(fault)),
        };
        let (request, reports, then) = match Reply::decode(&text) {
            Ok(reply) => {
                let mut reports = Vec::new();
                let then = self.read(&reply, text.len() + 7, &mut reports);
                (reply.request(), reports, then)
            }
            Err(error @ ReplyError::Fields { request, .. }) => {
                let fault = Fault::new(FaultKind::Framing, text.len() + 7, error.to_string());
                (request, vec![Report::Fault(fault)], Then::Continue)
            }
            Err(error @ (ReplyError::Request(_) | ReplyError::Foreign(_))) => {
                let fault = Fault::new(FaultKind::Unexpected, text.len() + 7, error.to_string());
                return Some(Incoming::Fault(fault));
            }
        };
        Some(Incoming::Answer { request, reports, then })
    }
}

impl Pump {
    fn read(&mut self, reply: &Reply, bytes: usize, reports: &mut Vec<Report>) -> Then<Request> {
        match reply {
            Reply::Alarm(alarms) => self.alarms(alarms, bytes, reports),
            Reply::SerialNumber(serial) => return self.serial(serial, bytes, reports),
            Reply::Infusion(infusion) => return self.infusion(infusion, bytes, reports),
            Reply::SyringeStatus(status) => values::syringe(status, reports),
            Reply::Vtbi(vtbi) => values::vtbi(vtbi, reports),
            Reply::Protocol(version) => {
                self.identity.software = values::clipped(version);
                reports.push(Report::Identity(self.identity.clone()));
            }
            Reply::VolumeInfused { .. } | Reply::RateMax { .. } | Reply::ResponseMax { .. } => {}
        }
        Then::Continue
    }

    /// Whether `serial` is the pump of this connection. If it is another, it is the pump from now on.
    fn same_pump(&mut self, serial: &str, bytes: usize, reports: &mut Vec<Report>) -> bool {
        let serial = values::clipped(serial);
        if *self.identity.serial == *serial {
            return true;
        }
        let before = std::mem::replace(&mut self.identity, Identity { serial, ..Identity::default() });
        (self.flagged, self.unnamed) = (false, 0);
        if before.serial.is_empty() {
            // The protocol version may have been heard before the number.
            self.identity.software = before.software;
            reports.push(Report::Identity(self.identity.clone()));
            return true;
        }
        let detail = format!("pump {} answers where pump {} was", self.identity.serial, before.serial);
        reports.push(Report::Fault(Fault::new(FaultKind::Identity, bytes, detail)));
        reports.push(Report::Identity(self.identity.clone()));
        self.is_decoder
    }

    fn serial(&mut self, serial: &str, bytes: usize, reports: &mut Vec<Report>) -> Then<Request> {
        if serial.trim().is_empty() {
            reports.push(values::unreadable(bytes, "an empty serial number"));
            return Then::Continue;
        }
        let before = reports.len();
        if !self.same_pump(serial, bytes, reports) {
            return Then::StartOver;
        }
        if reports.len() == before {
            reports.push(Report::Identity(self.identity.clone()));
        }
        Then::Continue
    }

    fn alarms(&mut self, alarms: &Alarms, bytes: usize, reports: &mut Vec<Report>) {
        let mut words: Vec<&str> = vec![alarms.code.trim()];
        words.extend(alarms.more.iter().map(|field| field.trim()).filter(|field| field.starts_with("AL_")));
        if !words.iter().all(|word| is_alarm_word(word)) {
            reports.push(values::unreadable(bytes, "an alarm that is no AL_ code"));
            return;
        }
        words.retain(|word| *word != table::NO_ALARM);
        let flagged = std::mem::take(&mut self.flagged);
        self.unnamed = match (words.is_empty(), flagged) {
            (true, true) => self.unnamed.saturating_add(1),
            (true, false) => self.unnamed,
            (false, _) => 0,
        };
        reports.extend(words.into_iter().map(present));
        if self.unnamed >= UNNAMED_MIN {
            reports.push(plain_alarm(table::UNNAMED.to_owned()));
        }
        reports.push(Report::AlarmsListed);
    }

    fn infusion(&mut self, infusion: &Infusion, bytes: usize, reports: &mut Vec<Report>) -> Then<Request> {
        if infusion.serial.trim().is_empty() {
            reports.push(values::unreadable(bytes, "an INF answer without serial number; its values are not used"));
            return Then::Continue;
        }
        if !self.same_pump(&infusion.serial, bytes, reports) {
            return Then::StartOver;
        }
        let flag = match infusion.alarm.trim() {
            "A" => Some(true),
            "-" => Some(false),
            _ => {
                reports.push(values::unreadable(bytes, "an alarm flag that is neither - nor A"));
                None
            }
        };
        self.flagged = flag != Some(false);
        if !self.flagged {
            self.unnamed = 0;
        }
        values::infusion(infusion, flag, reports);
        match self.flagged {
            true => Then::Ask(Request::Alarm),
            false => Then::Continue,
        }
    }
}

fn is_alarm_word(word: &str) -> bool {
    let rest = word.strip_prefix("AL_").unwrap_or_default();
    (1..=16).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn present(word: &str) -> Report {
    let Ok(index) = table::ALARMS.binary_search_by(|row| row.word.cmp(word)) else {
        return plain_alarm(format!("{} {word}", table::UNKNOWN));
    };
    let row = table::ALARMS[index];
    Report::Alarm(DeviceAlarm {
        event: row.event,
        source: table::PUMP,
        present: true,
        priority: row.priority,
        kind: row.kind,
        text: row.text.into(),
    })
}

/// An alarm of which only a text is known.
fn plain_alarm(text: String) -> Report {
    Report::Alarm(DeviceAlarm {
        event: mdc::EVT_ALARM,
        source: table::PUMP,
        present: true,
        priority: Priority::Medium,
        kind: ConditionKind::Technical,
        text: text.into(),
    })
}

/// The plan of a connection, alarms first.
pub(super) fn plan(config: &super::Config) -> Vec<crate::poll::Entry<Request>> {
    let entry = |request, period, urgent| crate::poll::Entry { request, period, urgent };
    vec![
        entry(Request::Alarm, config.interval, true),
        entry(Request::SerialNumber, config.slow_interval, false),
        entry(Request::Infusion, config.interval, false),
        entry(Request::SyringeStatus, config.slow_interval, false),
        entry(Request::Vtbi, config.slow_interval, false),
        entry(Request::Protocol, config.slow_interval, false),
    ]
}

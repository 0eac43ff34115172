//! What the replies of the pump mean. The conversation itself is the shared [`crate::poll`] loop.
//!
//! - *Identity*: the device id of the first reply of a connection is the pump's. A reply with another one is not used:
//!   `Identity` fault, and the conversation starts over with the new pump.
//! - *Flow* is 0 while the pump is stopped or stands by, and the rate while it infuses. During a bolus or a purge the rate is
//!   not what flows.
//! - *Alarms*: each status holds all bits, so it is a whole list.

use vigil_model::{Absence, Fault, FaultKind, Identity, Quality, Quantity, Reading, Report};

use super::codec::{Dose, Frames, Request, Status, StatusError, Text};
use super::table::{self, Row};
use crate::poll::{Asked, Entry, Incoming, Then};

/// The pump at the other end of the line.
#[derive(Debug, Default)]
pub(super) struct Pump {
    frames: Frames,
    id: Option<String>,
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
        request.encode(self.id.as_deref())
    }

    fn wants(&self, request: Request) -> bool {
        match request {
            Request::WhoIsThere => true,
            Request::Status => self.id.is_some(),
        }
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
        if !text.is_reply || text.id.is_empty() {
            let detail = "a frame that is no reply of a pump";
            return Some(Incoming::Fault(Fault::new(FaultKind::Unexpected, 0, detail)));
        }
        let mut reports = Vec::new();
        let request = if text.command.is_some() { Request::Status } else { Request::WhoIsThere };
        if !self.same_pump(&text, &mut reports) {
            return Some(Incoming::Answer { request, reports, then: Then::StartOver });
        }
        match text.command.as_deref().map(Status::decode) {
            None => {}
            Some(Ok(status)) => read(&status, &mut reports),
            Some(Err(error)) => {
                let kind = match error {
                    StatusError::Result(_) => FaultKind::Exception,
                    StatusError::Command => FaultKind::Unexpected,
                    StatusError::Short(_) | StatusError::State(_) => FaultKind::Framing,
                };
                reports.push(Report::Fault(Fault::new(kind, 0, error.to_string())));
            }
        }
        Some(Incoming::Answer { request, reports, then: Then::Continue })
    }
}

impl Pump {
    /// Whether the reply is of the pump of this connection. If it is another, it is the pump from now on.
    fn same_pump(&mut self, text: &Text, reports: &mut Vec<Report>) -> bool {
        if self.id.as_deref() == Some(&*text.id) {
            return true;
        }
        let before = self.id.replace(text.id.clone());
        let is_first = before.is_none() || self.is_decoder;
        if let Some(before) = before {
            let detail = format!("pump {} answers where pump {before} was", text.id);
            reports.push(Report::Fault(Fault::new(FaultKind::Identity, 0, detail)));
        }
        let serial = text.id.as_str().into();
        reports.push(Report::Identity(Identity { manufacturer: "Terumo".into(), serial, ..Identity::default() }));
        is_first
    }
}

fn read(status: &Status, reports: &mut Vec<Report>) {
    for bit in (0..24).filter(|bit| status.alarms >> bit & 1 == 1) {
        let row = table::ALARMS.iter().chain([&table::MAINTENANCE]).find(|(known, _)| *known == bit);
        reports.push(match row {
            Some((_, row)) => row.report(table::PUMP, true, row.text),
            None => table::UNKNOWN.report(table::PUMP, true, format!("{} (bit {bit})", table::UNKNOWN.text)),
        });
    }
    reports.push(Report::AlarmsListed);
    let (infusing, quality) = match status.state {
        1 | 4 | 5 => ("pump-status-infusing", Quality::Valid),
        3 => ("pump-status-not-infusing", Quality::Questionable),
        _ => ("pump-status-not-infusing", Quality::Valid),
    };
    reports.push(table::INFUSING.state(infusing, quality));
    reports.push(table::STATE.reads(table::STATES.get(usize::from(status.state)).copied().unwrap_or_default()));
    reports.push(match (status.state, status.rate) {
        (0 | 2, _) => table::FLOW.is(Quantity::ZERO, Quality::Valid),
        (1, rate) => number(table::FLOW, rate, -2),
        _ => table::FLOW.is_absent(),
    });
    reports.push(table::PRESSURE.is(Quantity::from(i64::from(status.monitor & 3) * 25), Quality::Valid));
    reports.push(number(table::RATE, status.rate, -2));
    reports.push(number(table::INFUSED, status.volume, -2));
    reports.push(match status.vtbi {
        Dose::None => table::VTBI.says(Reading::Absent(Absence::Overflow)),
        vtbi @ (Dose::Is(_) | Dose::Invalid) => number(table::VTBI, vtbi, -1),
    });
    let size = table::SIZES.iter().find(|(code, _)| *code == status.syringe);
    reports.push(match size {
        Some((_, ml)) => table::SYRINGE.is(Quantity::from(*ml), Quality::Valid),
        None => table::SYRINGE.is_absent(),
    });
}

fn number(row: Row, dose: Dose, exponent: i8) -> Report {
    match dose {
        Dose::Is(value) => row.is(Quantity::new(i64::from(value), exponent), Quality::Valid),
        Dose::Invalid => row.is_invalid(),
        Dose::None => row.is_absent(),
    }
}

/// The plan of a connection: who is there, then its status with its alarms.
pub(super) fn plan(config: &super::Config) -> Vec<Entry<Request>> {
    vec![
        Entry { request: Request::WhoIsThere, period: super::IDENTITY_PERIOD, urgent: false },
        Entry { request: Request::Status, period: config.interval, urgent: true },
    ]
}

//! What the answers of the pump mean. The conversation itself is the shared [`crate::poll`] loop.
//!
//! That rates are in mL/h and sizes in mL is UNVERIFIED: until the settings say that somebody has compared them with the pump's
//! display, they are questionable, and so never judged as if valid.

use vigil_model::{Fault, FaultKind, Identity, Quality, Report};

use super::codec::{Frames, Reply, Request};
use super::table;
use crate::poll::{Asked, Entry, Incoming, Then};
use crate::row::{clipped, plain_number};

/// The pump at the other end of the line.
#[derive(Debug, Default)]
pub(super) struct Pump {
    frames: Frames,
    units_confirmed: bool,
    is_known: bool,
}

impl Pump {
    pub(super) fn new(units_confirmed: bool) -> Self {
        Self { units_confirmed, ..Self::default() }
    }

    fn read(&mut self, request: Request, value: &str) -> Vec<Report> {
        let mut reports = Vec::new();
        if !std::mem::replace(&mut self.is_known, true) {
            let identity = Identity { manufacturer: "Baxter".into(), model: "AS50".into(), ..Identity::default() };
            reports.push(Report::Identity(identity));
        }
        let row = match request {
            Request::Status => {
                reports.push(table::STATUS.reads(value));
                return reports;
            }
            Request::PrimaryRate => table::RATE,
            Request::BolusRate => table::BOLUS_RATE,
            Request::BolusSize => table::BOLUS_SIZE,
        };
        let quality = if self.units_confirmed { Quality::Valid } else { Quality::Questionable };
        match (value, plain_number(value)) {
            ("", _) => reports.push(row.is_absent()),
            (_, Some(number)) => reports.push(row.is(number, quality)),
            (_, None) => {
                let detail = format!("{} that is not a number", row.label);
                reports.push(Report::Fault(Fault::new(FaultKind::Framing, value.len(), detail)));
                reports.push(row.is_invalid());
            }
        }
        reports
    }
}

impl Asked for Pump {
    type Request = Request;

    fn encode(&self, request: Request) -> Vec<u8> {
        request.encode()
    }

    fn forget(&mut self) {
        *self = Self::new(self.units_confirmed);
    }

    fn cut(&mut self) -> Option<Fault> {
        self.frames.cut()
    }

    fn push(&mut self, bytes: &[u8]) {
        self.frames.push(bytes);
    }

    fn poll(&mut self) -> Option<Incoming<Request>> {
        let reply = self.frames.poll()?.and_then(|text| Reply::decode(&text));
        Some(match reply {
            Err(fault) => Incoming::Fault(fault),
            Ok(Reply::Reject(reason)) => {
                let detail = format!("the pump rejects a request: {}", clipped(&reason));
                Incoming::Refused(Fault::new(FaultKind::Exception, 0, detail))
            }
            Ok(Reply::Answer { request, value }) => {
                Incoming::Answer { request, reports: self.read(request, &value), then: Then::Continue }
            }
        })
    }
}

/// The plan of a connection.
pub(super) fn plan(config: &super::Config) -> Vec<Entry<Request>> {
    let entry = |request, period| Entry { request, period, urgent: false };
    vec![
        entry(Request::Status, config.interval),
        entry(Request::PrimaryRate, config.interval),
        entry(Request::BolusRate, config.slow_interval),
        entry(Request::BolusSize, config.slow_interval),
    ]
}

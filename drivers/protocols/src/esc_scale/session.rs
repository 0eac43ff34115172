//! What the messages of the scale mean. The conversation itself is the shared [`crate::poll`] loop.
//!
//! - A reading counts only if it says its units, and only if they are metric: pounds are refused and not converted, since
//!   doses are worked out from a weight in kilograms and nobody downstream can see that a number was converted.
//! - 999.9 and 999.99 mean overload. Exactly zero means that nobody stands on the scale. Neither is a weight.
//! - Diagnostics are the whole list of the scale's troubles.

use vigil_model::{
    Absence, ConditionKind, DeviceAlarm, Fault, FaultKind, Observation, Quality, Quantity, Reading, Report, Value, mdc,
};

use super::codec::{Message, Messages, Request, Scales};
use super::table::{self, Row};
use crate::poll::{Asked, Entry, Incoming, Then};

/// The scale at the other end of the line.
#[derive(Debug, Default)]
pub(super) struct Scale {
    messages: Messages,
}

impl Asked for Scale {
    type Request = Request;

    fn encode(&self, request: Request) -> Vec<u8> {
        request.encode()
    }

    fn forget(&mut self) {
        *self = Self::default();
    }

    fn cut(&mut self) -> Option<Fault> {
        self.messages.cut()
    }

    fn push(&mut self, bytes: &[u8]) {
        self.messages.push(bytes);
    }

    fn poll(&mut self) -> Option<Incoming<Request>> {
        let (request, reports) = match self.messages.poll()? {
            Ok(Message::Reading(scales)) => (Request::Reading, reading(&scales)),
            Ok(Message::Diagnostics(codes)) => (Request::Diagnostics, diagnostics(&codes)),
            Ok(Message::Setting { .. }) => (Request::QueryAht, Vec::new()),
            Err(fault) => return Some(Incoming::Fault(fault)),
        };
        Some(Incoming::Answer { request, reports, then: Then::Continue })
    }
}

fn reading(scales: &Scales) -> Vec<Report> {
    let refused = |kind, detail: &str| Report::Fault(Fault::new(kind, 0, detail));
    match scales.units.as_deref() {
        Some("m") => {}
        None => return vec![refused(FaultKind::Framing, "a reading without units; its values are not used")],
        Some("c") => {
            let detail = "the scale is set to pounds and inches; its values are not used: set it to kilograms";
            let invalid = |row| observation(row, Reading::Absent(Absence::Invalid));
            let mut reports = vec![refused(FaultKind::Unexpected, detail)];
            reports.extend(scales.weight.is_some().then(|| invalid(table::WEIGHT)));
            reports.extend(scales.height.is_some().then(|| invalid(table::HEIGHT)));
            return reports;
        }
        Some(_) => return vec![refused(FaultKind::Framing, "a reading in unknown units; its values are not used")],
    }
    let mut reports = Vec::new();
    match scales.weight.as_deref() {
        None => reports.push(refused(FaultKind::Framing, "a reading without weight")),
        Some(written) => value(table::WEIGHT, written, &mut reports),
    }
    if let Some(written) = scales.height.as_deref() {
        value(table::HEIGHT, written, &mut reports);
    }
    reports
}

fn value(row: Row, written: &str, reports: &mut Vec<Report>) {
    let Some(quantity) = plain_number(written) else {
        let detail = format!("{} is not a plain number", row.label);
        reports.push(Report::Fault(Fault::new(FaultKind::Framing, written.len(), detail)));
        reports.push(observation(row, Reading::Absent(Absence::Invalid)));
        return;
    };
    let overload = [Quantity::new(9999, -1), Quantity::new(99_999, -2)];
    let (min, max) = (Quantity::new(row.min_tenths, -1), Quantity::new(row.max_tenths, -1));
    let reading = if overload.iter().any(|mark| quantity.cmp_value(*mark).is_eq()) {
        Reading::Absent(Absence::Overflow)
    } else if quantity.mantissa() == 0 {
        Reading::Absent(Absence::NotAvailable)
    } else if quantity.cmp_value(min).is_lt() || quantity.cmp_value(max).is_gt() {
        Reading::Absent(Absence::Invalid)
    } else {
        Reading::Value(Value::Numeric(quantity), Quality::Valid)
    };
    reports.push(observation(row, reading));
}

/// One to four digits, a point, one or two digits: nothing else that looks like a number is one.
fn plain_number(written: &str) -> Option<Quantity> {
    let (whole, decimals) = written.split_once('.')?;
    let digits = |text: &str, max| (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    (digits(whole, 4) && digits(decimals, 2)).then(|| written.parse().ok())?
}

fn diagnostics(codes: &[String]) -> Vec<Report> {
    let known = |code: &str| code == table::NO_ALARM || is_error_code(code);
    if codes.is_empty() || !codes.iter().all(|code| known(code)) {
        return vec![Report::Fault(Fault::new(FaultKind::Framing, 0, "diagnostics with an unknown code"))];
    }
    let mut reports: Vec<Report> =
        codes.iter().filter(|code| *code != table::NO_ALARM).map(|code| alarm(code)).collect();
    reports.push(Report::AlarmsListed);
    reports
}

/// `E` and two digits.
fn is_error_code(code: &str) -> bool {
    code.strip_prefix('E').is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()))
}

fn alarm(code: &str) -> Report {
    let row = table::ALARMS.iter().find(|row| row.word == code);
    Report::Alarm(DeviceAlarm {
        event: row.map_or(mdc::EVT_ALARM, |row| row.event),
        source: table::SCALE,
        present: true,
        priority: table::PRIORITY,
        kind: ConditionKind::Technical,
        text: row.map_or_else(|| format!("Scale error {code}").into(), |row| row.text.into()),
    })
}

fn observation(row: Row, reading: Reading) -> Report {
    Report::Observation(Observation::new(row.code, row.containment, Some(row.unit), reading))
}

/// The plan of a connection, diagnostics first.
pub(super) fn plan(config: &super::Config) -> Vec<Entry<Request>> {
    let entry = |request, urgent| Entry { request, period: config.interval, urgent };
    vec![entry(Request::Diagnostics, true), entry(Request::Reading, false)]
}

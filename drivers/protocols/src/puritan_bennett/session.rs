//! What a reply of the ventilator means. The conversation itself is the shared [`crate::poll`] loop.
//!
//! - *Strict*: the protocol has no checksum. A reply in which any field that is used is not of its form (a number that is
//!   none, a word that is not known, a date that does not exist) is refused as a whole, with one `Framing` fault.
//! - *Blank* is no value, and `OFF` no limit. A number outside its plausible range is invalid.
//! - *Alarms*: each reply holds the state of all of them, so it is a whole list. `RESET` means that somebody has reset the
//!   alarm: it is over.
//! - *Identity*: the first serial number heard on a connection is the ventilator's. A reply with another one is not used.

use vigil_model::{
    Absence, Civil, DeviceAlarm, DeviceLimits, Enumeration, Fault, FaultKind, Identity, Observation, Priority, Quality,
    Quantity, Reading, Report, Timestamp, Value, mdc,
};

use super::codec::{Replies, Reply, Request};
use super::table::{self, AlarmRow, Form, Row};
use crate::poll::{Asked, Entry, Incoming, Then};

/// Maker of all ventilators that speak this protocol.
const MANUFACTURER: &str = "Puritan Bennett";

/// Text of a refused reply begins with this.
const REFUSED: &str = "a reply is not used:";

/// The ventilator at the other end of the line.
#[derive(Debug, Default)]
pub(super) struct Ventilator {
    replies: Replies,
    identity: Identity,
    /// Whether replies of several ventilators may stand behind each other.
    is_decoder: bool,
}

impl Ventilator {
    /// One without a conversation: each reply is read for itself.
    pub(super) fn decoding() -> Self {
        Self { is_decoder: true, ..Self::default() }
    }
}

impl Asked for Ventilator {
    type Request = Request;

    fn encode(&self, request: Request) -> Vec<u8> {
        request.encode()
    }

    fn forget(&mut self) {
        *self = Self { is_decoder: self.is_decoder, ..Self::default() };
    }

    fn cut(&mut self) -> Option<Fault> {
        self.replies.cut()
    }

    fn push(&mut self, bytes: &[u8]) {
        self.replies.push(bytes);
    }

    fn poll(&mut self) -> Option<Incoming<Request>> {
        let reply = match self.replies.poll()? {
            Ok(reply) => reply,
            Err(fault) => return Some(Incoming::Fault(fault)),
        };
        let request = reply.request;
        match read(&reply) {
            Err(detail) => {
                let detail = format!("{REFUSED} {detail}");
                Some(Incoming::Fault(Fault::new(FaultKind::Framing, request.form().bytes, detail)))
            }
            Ok(found) => {
                let (reports, then) = self.accept(found, request);
                Some(Incoming::Answer { request, reports, then })
            }
        }
    }
}

/// A reply of which every field could be read.
struct Found {
    model: String,
    serial: String,
    reports: Vec<Report>,
}

impl Ventilator {
    fn accept(&mut self, found: Found, request: Request) -> (Vec<Report>, Then<Request>) {
        if *self.identity.serial == *found.serial && !found.serial.is_empty() {
            return (found.reports, Then::Continue);
        }
        let before = std::mem::replace(
            &mut self.identity,
            Identity {
                manufacturer: MANUFACTURER.into(),
                model: found.model.into(),
                serial: found.serial.into(),
                software: "".into(),
            },
        );
        let identity = Report::Identity(self.identity.clone());
        if before.serial.is_empty() {
            return ([vec![identity], found.reports].concat(), Then::Continue);
        }
        let detail = format!("ventilator {} answers where ventilator {} was", self.identity.serial, before.serial);
        let fault = Report::Fault(Fault::new(FaultKind::Identity, request.form().bytes, detail));
        if self.is_decoder {
            return ([vec![fault, identity], found.reports].concat(), Then::Continue);
        }
        (vec![fault, identity], Then::StartOver)
    }
}

fn read(reply: &Reply) -> Result<Found, String> {
    let field = |fields: table::Fields| fields.of(reply.request).map_or("", |number| reply.field(number));
    let (model, serial) = identity(field(table::IDENTITY))?;
    let device_time = device_time(field(table::DATE), field(table::TIME))?;
    let mut reports = Vec::new();
    for row in &table::ALARMS {
        let Some(number) = row.fields.of(reply.request) else { continue };
        reports.extend(alarm(row, reply.field(number))?);
    }
    match field(table::SILENCE) {
        "" | "OFF" => {}
        "ON" => {
            let (event, kind, priority, text) = table::SILENCED;
            let source = table::VENTILATOR;
            let text = text.into();
            reports.push(Report::Alarm(DeviceAlarm { event, source, present: true, priority, kind, text }));
        }
        _ => return Err("alarm silence is neither ON nor OFF".to_owned()),
    }
    reports.push(Report::AlarmsListed);
    for row in &table::ROWS {
        if row.fields.of(reply.request).is_none() {
            continue;
        }
        let reading = reading(row, field(row.fields))?;
        let mut observation = Observation::new(row.code, row.containment, row.unit, reading);
        observation.device_time = device_time;
        let limits = DeviceLimits { low: limit(row, field(row.low))?, high: limit(row, field(row.high))? };
        observation.limits = (limits != DeviceLimits::default()).then(|| limits.into());
        reports.push(Report::Observation(observation));
    }
    Ok(Found { model, serial, reports })
}

/// `840 3510072467`.
fn identity(written: &str) -> Result<(String, String), String> {
    let refused = || "the identity is not a model and a serial number".to_owned();
    let (model, serial) = written.split_once(' ').ok_or_else(refused)?;
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if is_word(model) && is_word(serial) { Ok((model.to_owned(), serial.to_owned())) } else { Err(refused()) }
}

/// `APR 04 2023` and `16:02`, taken as UTC: the ventilator knows no time zone. Blank is no time.
fn device_time(date: &str, time: &str) -> Result<Option<Timestamp>, String> {
    const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    if date.is_empty() || time.is_empty() {
        return Ok(None);
    }
    let refused = || "its date or time is none".to_owned();
    let digits = |text: &str, count: usize| {
        (text.len() == count && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<i32>().ok())?
    };
    let small = |text: &str| digits(text, 2).and_then(|number| u8::try_from(number).ok());
    let read = || {
        let mut parts = date.split(' ');
        let month = parts.next()?;
        let month = u8::try_from(MONTHS.iter().position(|name| *name == month)? + 1).ok()?;
        let (day, year) = (small(parts.next()?)?, digits(parts.next()?, 4)?);
        let (hour, minute) = time.split_once(':')?;
        let (hour, minute) = (small(hour)?, small(minute)?);
        if parts.next().is_some() {
            return None;
        }
        Timestamp::from_civil(Civil { year, month, day, hour, minute, second: 0, micros: 0 })
    };
    read().map(Some).ok_or_else(refused)
}

/// `NORMAL`, an urgency, `ALARM` or `RESET`; blank where the ventilator does not have the alarm.
fn alarm(row: &AlarmRow, word: &str) -> Result<Option<Report>, String> {
    let priority = match word {
        "" | "NORMAL" | "RESET" => return Ok(None),
        "LOW" => Priority::Low,
        "MEDIUM" => Priority::Medium,
        "HIGH" => Priority::High,
        "ALARM" => row.priority,
        _ => return Err(format!("the alarm {:?} has an unknown state", row.text)),
    };
    Ok(Some(Report::Alarm(DeviceAlarm {
        event: row.event,
        source: table::VENTILATOR,
        present: true,
        priority,
        kind: row.kind,
        text: row.text.into(),
    })))
}

fn reading(row: &Row, written: &str) -> Result<Reading, String> {
    if written.is_empty() {
        return Ok(Reading::Absent(Absence::NotAvailable));
    }
    let text = match row.form {
        Form::Word if row.code == mdc::VENT_MODE => Value::Enumeration(Enumeration::text(written)),
        Form::Word => Value::Text(written.into()),
        Form::Number | Form::Manoeuvre => {
            if written == "OFF" {
                return Ok(Reading::Absent(Absence::NotAvailable));
            }
            let quantity = number(row, written)?;
            return Ok(match row.form {
                Form::Manoeuvre if quantity.mantissa() == 0 => Reading::Absent(Absence::NotAvailable),
                _ => plausible(row, quantity),
            });
        }
    };
    Ok(Reading::Value(text, Quality::Valid))
}

/// Digits, one point and a minus in front at most: nothing else that looks like a number is one.
fn number(row: &Row, written: &str) -> Result<Quantity, String> {
    let refused = || format!("{} is not a number", row.label);
    if written.starts_with(['+', '.']) || written.ends_with('.') {
        return Err(refused());
    }
    written.parse().map_err(|_| refused())
}

fn plausible(row: &Row, quantity: Quantity) -> Reading {
    let inside = row.plausible.is_none_or(|(min, max)| {
        quantity.cmp_value(Quantity::from(min)).is_ge() && quantity.cmp_value(Quantity::from(max)).is_le()
    });
    match inside {
        true => Reading::Value(Value::Numeric(quantity), Quality::Valid),
        false => Reading::Absent(Absence::Invalid),
    }
}

/// A limit in the unit of its metric. Blank and `OFF` are none.
fn limit(row: &Row, written: &str) -> Result<Option<Quantity>, String> {
    if matches!(written, "" | "OFF") {
        return Ok(None);
    }
    let quantity = number(row, written).map_err(|_| format!("a limit of {} is neither a number nor OFF", row.label))?;
    Ok(Some(Quantity::new(quantity.mantissa(), quantity.exponent() + row.limit_exponent)))
}

/// The plan of a connection: one request.
pub(super) fn plan(config: &super::Config) -> Vec<Entry<Request>> {
    vec![Entry { request: config.request, period: config.interval, urgent: true }]
}

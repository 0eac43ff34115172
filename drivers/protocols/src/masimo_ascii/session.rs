//! What a line of the oximeter means. The conversation, in which only the oximeter speaks, is the shared [`crate::listen`] loop.
//!
//! - *Strict*: the protocol has no checksum. A line in which anything that is used is not of its form is refused as a whole.
//!   `ALARM` and `EXC` have as many digits as in the line before of the same oximeter: a digit that is lost would be other bits.
//! - *Usable or not* is what `EXC` says, whatever digits stand in the line; dashes are no value.
//! - *Alarms*: each line holds all bits, so it is a whole list.
//! - *Identity*: the first serial number of a connection is the oximeter's. A line with another one is not used.

use vigil_model::{
    Absence, ConditionKind, DeviceAlarm, Fault, FaultKind, Identity, Observation, Quality, Quantity, Reading, Report,
    Value,
};

use super::codec::{Line, Lines};
use super::table::{self, Bit, Effect, Form, Row};
use crate::listen::Speaker;

/// Longest serial number that is taken over, in characters.
const SERIAL_MAX_CHARS: usize = 32;

/// The oximeter at the other end of the line.
#[derive(Debug, Default)]
pub(super) struct Oximeter {
    lines: Lines,
    serial: String,
    /// Serial number and digits of `ALARM` and `EXC` in the line before.
    before: Option<(Option<String>, usize, usize)>,
    /// Whether lines of several oximeters may stand behind each other.
    is_decoder: bool,
}

impl Speaker for Oximeter {
    fn decoding() -> Self {
        Self { is_decoder: true, ..Self::default() }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.lines.push(bytes);
    }

    fn cut(&mut self) -> Option<Fault> {
        self.lines.cut()
    }

    fn poll(&mut self) -> Option<Result<Vec<Report>, Fault>> {
        let (line, bytes) = match self.lines.poll()? {
            Ok(found) => found,
            Err(fault) => return Some(Err(fault)),
        };
        Some(self.read(&line, bytes).map_err(|detail| Fault::new(FaultKind::Framing, bytes, detail)))
    }
}

impl Oximeter {
    fn read(&mut self, line: &Line, bytes: usize) -> Result<Vec<Report>, String> {
        if let Some(missing) = table::REQUIRED.iter().find(|key| line.get(key).is_none()) {
            return Err(format!("a line without {missing}"));
        }
        let alarm = bits(line, "ALARM", 2, 6)?;
        let exception = bits(line, "EXC", 3, 7)?;
        let serial = line.get("SN").map(str::to_owned);
        let before = self.before.replace((serial.clone(), alarm.digits, exception.digits));
        let is_other_form = |(who, alarms, exceptions): (Option<String>, usize, usize)| {
            who == serial && (alarms, exceptions) != (alarm.digits, exception.digits)
        };
        if before.is_some_and(is_other_form) {
            return Err("a line with more or fewer digits of ALARM or EXC than the one before".to_owned());
        }
        let mut reports = Vec::new();
        for row in &table::ROWS {
            let Some(written) = line.get(row.key) else { continue };
            let reading = judged(row, number(row, written)?, exception.bits);
            let mut observation = Observation::new(row.code, row.containment, Some(row.unit), reading);
            observation.device_time = Some(line.time);
            reports.push(Report::Observation(observation));
        }
        let mut found = Vec::new();
        if !self.same_oximeter(line.get("SN"), bytes, &mut found)? {
            return Ok(found);
        }
        found.extend(alarms(alarm.bits, exception.bits));
        found.push(Report::AlarmsListed);
        found.extend(reports);
        Ok(found)
    }

    /// Whether the line is of the oximeter of this connection. If it is another, it is the oximeter from now on.
    fn same_oximeter(&mut self, serial: Option<&str>, bytes: usize, reports: &mut Vec<Report>) -> Result<bool, String> {
        let Some(serial) = serial.filter(|serial| *serial != self.serial) else { return Ok(true) };
        let is_serial = serial.bytes().all(|b| b.is_ascii_alphanumeric()) && serial.len() <= SERIAL_MAX_CHARS;
        if !is_serial {
            return Err("a line with a serial number that is none".to_owned());
        }
        let before = std::mem::replace(&mut self.serial, serial.to_owned());
        if !before.is_empty() {
            let detail = format!("oximeter {serial} sends where oximeter {before} was");
            reports.push(Report::Fault(Fault::new(FaultKind::Identity, bytes, detail)));
        }
        let identity = Identity { manufacturer: "Masimo".into(), serial: serial.into(), ..Identity::default() };
        reports.push(Report::Identity(identity));
        Ok(before.is_empty() || self.is_decoder)
    }
}

/// The bits of `ALARM` or `EXC`, and how many digits they were written with.
#[derive(Clone, Copy)]
struct Bits {
    bits: u32,
    digits: usize,
}

fn bits(line: &Line, key: &str, min: usize, max: usize) -> Result<Bits, String> {
    let written = line.get(key).unwrap_or_default();
    let is_digits = written.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    match u32::from_str_radix(written, 16) {
        Ok(bits) if is_digits && (min..=max).contains(&written.len()) => Ok(Bits { bits, digits: written.len() }),
        Ok(_) | Err(_) => Err(format!("a line with {key} that is not {min} to {max} hexadecimal digits")),
    }
}

/// The number of a field; `None` for dashes.
fn number(row: &Row, written: &str) -> Result<Option<Quantity>, String> {
    let refused = || format!("a line with {} that is not of its form", row.key);
    let digits = match row.form {
        Form::Whole3 => written,
        Form::Percent3 | Form::Decimal | Form::Percent => written.strip_suffix('%').unwrap_or(written),
    };
    let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let fits = match (row.form, decimals) {
        (Form::Percent3 | Form::Whole3, None) => whole.len() == 3,
        (Form::Percent, None) => (1..=3).contains(&whole.len()),
        (Form::Decimal, Some(decimals)) => (1..=2).contains(&whole.len()) && (1..=2).contains(&decimals.len()),
        (Form::Percent3 | Form::Whole3 | Form::Percent, Some(_)) | (Form::Decimal, None) => false,
    };
    let marks = || whole.bytes().chain(decimals.unwrap_or_default().bytes());
    if marks().all(|b| b == b'-') && !whole.is_empty() {
        return Ok(None);
    }
    if !fits || !marks().all(|b| b.is_ascii_digit()) {
        return Err(refused());
    }
    digits.parse().map(Some).map_err(|_| refused())
}

/// What a number is worth under the bits of `EXC`.
fn judged(row: &Row, number: Option<Quantity>, exception: u32) -> Reading {
    let present = table::EXCEPTION_BITS.iter().filter(|bit| exception & bit.mask != 0);
    let effect = present.map(|bit| bit.effect).max().unwrap_or(Effect::None);
    let doubt = exception & table::SET_PROCESSING == 0 || exception & row.doubtful != 0;
    let quality = match effect {
        Effect::Unusable => return Reading::Absent(Absence::Invalid),
        Effect::Calibrating => Quality::Calibrating,
        Effect::Doubtful => Quality::Questionable,
        Effect::None if doubt => Quality::Questionable,
        Effect::None => Quality::Valid,
    };
    let Some(number) = number else { return Reading::Absent(Absence::NotAvailable) };
    let (min, max) = row.plausible;
    let inside = number.cmp_value(Quantity::from(min)).is_ge() && number.cmp_value(Quantity::from(max)).is_le();
    if inside { Reading::Value(Value::Numeric(number), quality) } else { Reading::Absent(Absence::Invalid) }
}

fn alarms(alarm: u32, exception: u32) -> Vec<Report> {
    let mut found: Vec<&Bit> = table::ALARM_BITS.iter().filter(|bit| alarm & bit.mask != 0).collect();
    let named = found.iter().any(|bit| match bit.kind {
        ConditionKind::Physiological | ConditionKind::Technical => true,
        ConditionKind::Advisory => false,
    });
    found.extend(table::EXCEPTION_BITS.iter().filter(|bit| exception & bit.mask != 0));
    let explained = named || found.iter().any(|bit| bit.effect != Effect::None);
    if alarm & table::ACTIVE.mask != 0 && !explained {
        found.push(&table::ACTIVE);
    }
    found.into_iter().map(present).collect()
}

fn present(bit: &Bit) -> Report {
    Report::Alarm(DeviceAlarm {
        event: bit.event,
        source: table::OXIMETER,
        present: true,
        priority: bit.priority,
        kind: bit.kind,
        text: bit.text.into(),
    })
}

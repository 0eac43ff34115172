//! What the responses of the device mean. Used by the session and by the decoder alike.
//!
//! - *Alarms* stand on two pages; the list is whole when page 2 has been read after page 1.
//! - *A value that is missing* was there before is not available; one that never was is not mentioned.
//! - *Limits* are kept until they are read again and go with their metric.
//! - *A field that cannot be read* is a fault and its metric invalid: the check of the frame fits, so the others stand.

use std::collections::BTreeMap;

use vigil_model::{
    Absence, ConditionKind, DeviceAlarm, DeviceLimits, Enumeration, Fault, FaultKind, Identity, Observation,
    OperatingMode, Quality, Quantity, Reading, Report, Timestamp, Value, mdc,
};

use super::codec::{
    self, AlarmItem, OWN_ID, PayloadError, Request, TextItem, ValueItem, decode_alarms, decode_settings, decode_texts,
    decode_time, decode_values,
};
use super::table::{self, Row};

/// Maker of all devices with this protocol.
const MANUFACTURER: &str = "Draeger";

/// What is known of the device.
#[derive(Debug, Default)]
pub(super) struct Interpreter {
    number: Option<String>,
    low: BTreeMap<u8, Quantity>,
    high: BTreeMap<u8, Quantity>,
    /// Whether a metric has been there since the conversation began, by row of the table.
    seen: [bool; table::DATA.len()],
    seen_settings: [bool; table::SETTINGS.len()],
    /// Page 1 has been read and page 2 not yet.
    is_page_1_read: bool,
    mode: Option<OperatingMode>,
    /// Time of the device, until data have been read after it.
    device_time: Option<Timestamp>,
}

impl Interpreter {
    /// A new conversation: only the number of the device is kept, so that another one is noticed.
    pub(super) fn begin(&mut self) {
        *self = Self { number: self.number.take(), ..Self::default() };
    }

    /// What a response says. Commands and their echoes say nothing.
    pub(super) fn read(&mut self, request: Request, data: &[u8], reports: &mut Vec<Report>) {
        let result = match request {
            Request::Initialise | Request::Nop => Ok(()),
            Request::DeviceId => self.identity(data, reports),
            Request::Alarms1 => {
                self.is_page_1_read = false;
                decode_alarms(data).map(|alarms| {
                    reports.extend(alarms.iter().map(|alarm| present(1, alarm)));
                    self.is_page_1_read = true;
                })
            }
            Request::Alarms2 => {
                let is_page_1_read = std::mem::take(&mut self.is_page_1_read);
                decode_alarms(data).map(|alarms| {
                    reports.extend(alarms.iter().map(|alarm| present(2, alarm)));
                    reports.extend(is_page_1_read.then_some(Report::AlarmsListed));
                })
            }
            Request::Texts => decode_texts(data).map(|texts| self.texts(&texts, reports)),
            Request::Time => decode_time(data).map(|time| self.device_time = Some(time)),
            Request::Data => decode_values(data).map(|values| self.data(&values, reports)),
            Request::LowLimits => decode_values(data).map(|values| self.low = limits(&values, reports)),
            Request::HighLimits => decode_values(data).map(|values| self.high = limits(&values, reports)),
            Request::Settings => decode_settings(data).map(|settings| self.settings(&settings, reports)),
        };
        if let Err(error) = result {
            reports.push(Report::Fault(Fault::new(FaultKind::Framing, data.len() + 5, error.to_string())));
        }
    }

    fn identity(&mut self, data: &[u8], reports: &mut Vec<Report>) -> Result<(), PayloadError> {
        let fault = |detail: String| Report::Fault(Fault::new(FaultKind::Identity, data.len() + 5, detail));
        if data == OWN_ID.as_bytes() {
            reports.push(fault("the line sends back what is sent on it".to_owned()));
            return Ok(());
        }
        let Some(id) = codec::decode_device_id(data)? else { return Ok(()) };
        let before = self.number.replace(id.number.clone());
        if let Some(before) = before.filter(|before| *before != id.number) {
            reports.push(fault(format!("device {} answers where device {before} was", id.number)));
        }
        reports.push(Report::Identity(Identity {
            manufacturer: MANUFACTURER.into(),
            model: format!("{} ({})", id.name.trim(), id.number).into(),
            serial: "".into(),
            software: format!("{}, Medibus {}", id.revision, id.medibus).into(),
        }));
        Ok(())
    }

    fn texts(&mut self, texts: &[TextItem], reports: &mut Vec<Report>) {
        let is_standby = texts.iter().any(|item| item.code == table::STANDBY);
        let mode = if is_standby { OperatingMode::Standby } else { OperatingMode::Normal };
        if self.mode.replace(mode) != Some(mode) {
            reports.push(Report::Mode(mode));
        }
        for row in [table::MODE, table::INTERFACE, table::PATIENT] {
            let word = texts.iter().find_map(|item| word(&row, item));
            let reading = match word {
                None => Reading::Absent(Absence::NotAvailable),
                Some(word) if row.code == mdc::VENT_MODE => {
                    Reading::Value(Value::Enumeration(Enumeration::text(word)), Quality::Valid)
                }
                Some(word) => Reading::Value(Value::Text(word.into()), Quality::Valid),
            };
            reports.push(Report::Observation(Observation::new(row.code, row.containment, row.unit, reading)));
        }
    }

    fn data(&mut self, values: &[ValueItem], reports: &mut Vec<Report>) {
        let device_time = self.device_time.take();
        for (row, seen) in table::DATA.iter().zip(&mut self.seen) {
            let Some(reading) = reading(row, values, seen, reports) else { continue };
            let mut observation = Observation::new(row.code, row.containment, row.unit, reading);
            observation.device_time = device_time;
            let limits = DeviceLimits { low: limit(row, &self.low), high: limit(row, &self.high) };
            observation.limits = (limits != DeviceLimits::default()).then(|| limits.into());
            reports.push(Report::Observation(observation));
        }
    }

    fn settings(&mut self, settings: &[ValueItem], reports: &mut Vec<Report>) {
        for (row, seen) in table::SETTINGS.iter().zip(&mut self.seen_settings) {
            let Some(reading) = reading(row, settings, seen, reports) else { continue };
            reports.push(Report::Observation(Observation::new(row.code, row.containment, row.unit, reading)));
        }
    }
}

/// The word that a text message gives a metric.
fn word(row: &Row, item: &TextItem) -> Option<String> {
    let known = table::TEXTS.iter().find(|(code, of, _)| *code == item.code && of.containment == row.containment);
    match known {
        Some((_, _, word)) => Some((*word).to_owned()),
        None if row.code == mdc::VENT_MODE && table::AUTO_FLOW.contains(&item.code) => {
            Some(item.text.trim().to_owned()).filter(|text| !text.is_empty())
        }
        None => None,
    }
}

/// The reading of a metric; `None` if it is not there and never was.
fn reading(row: &Row, values: &[ValueItem], seen: &mut bool, reports: &mut Vec<Report>) -> Option<Reading> {
    let mut found = values.iter().filter_map(|item| {
        let wire = row.wire.iter().find(|wire| wire.code == item.code)?;
        Some((wire, item))
    });
    let first = found.next();
    let is_double = found.next().is_some();
    let Some((wire, item)) = first else {
        return seen.then_some(Reading::Absent(Absence::NotAvailable));
    };
    *seen = true;
    let refused = |detail: String| Report::Fault(Fault::new(FaultKind::Framing, item.text.len() + 2, detail));
    if is_double {
        reports.push(refused(format!("{} stands there twice", row.label)));
        return Some(Reading::Absent(Absence::Invalid));
    }
    let Some(quantity) = number(&item.text) else {
        reports.push(refused(format!("{} is not a number", row.label)));
        return Some(Reading::Absent(Absence::Invalid));
    };
    let quantity = scaled(quantity, wire.exponent);
    let inside = row.plausible.is_none_or(|(min, max)| {
        quantity.cmp_value(Quantity::from(min)).is_ge() && quantity.cmp_value(Quantity::from(max)).is_le()
    });
    Some(match inside {
        true => Reading::Value(Value::Numeric(quantity), Quality::Valid),
        false => Reading::Absent(Absence::Invalid),
    })
}

/// Blanks, a minus, blanks, digits with a point at most, blanks: `- 3 `, ` -3 `, ` 98 `, `0.45`.
fn number(written: &str) -> Option<Quantity> {
    let written = written.trim();
    let (sign, digits) = match written.strip_prefix('-') {
        Some(rest) => ("-", rest.trim_start()),
        None => ("", written),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || !digits.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    format!("{sign}{digits}").parse().ok()
}

fn scaled(quantity: Quantity, exponent: i8) -> Quantity {
    Quantity::new(quantity.mantissa(), quantity.exponent() + exponent)
}

/// Limits by code; one that cannot be read is a fault and no limit.
fn limits(values: &[ValueItem], reports: &mut Vec<Report>) -> BTreeMap<u8, Quantity> {
    let mut found = BTreeMap::new();
    for item in values {
        match number(&item.text) {
            Some(quantity) => drop(found.insert(item.code, quantity)),
            None => {
                let detail = format!("the limit of code {:02X} is not a number", item.code);
                reports.push(Report::Fault(Fault::new(FaultKind::Framing, item.text.len() + 2, detail)));
            }
        }
    }
    found
}

fn limit(row: &Row, limits: &BTreeMap<u8, Quantity>) -> Option<Quantity> {
    row.wire.iter().find_map(|wire| limits.get(&wire.code).map(|limit| scaled(*limit, wire.exponent)))
}

fn present(page: u8, item: &AlarmItem) -> Report {
    let row = table::ALARMS.iter().find(|row| row.page == page && row.code == item.code);
    let text = row.map_or_else(
        || format!("Alarm {:02X} of page {page}: {}", item.code, item.text.trim()).trim_end_matches(": ").into(),
        |row| row.text.into(),
    );
    Report::Alarm(DeviceAlarm {
        event: row.map_or(mdc::EVT_ALARM, |row| row.event),
        source: table::VENTILATOR,
        present: true,
        priority: table::priority(item.priority),
        kind: row.map_or(ConditionKind::Technical, |row| row.kind),
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minus_may_stand_anywhere_before_the_digits() {
        let text = |written| number(written).map(|quantity| quantity.to_string());
        let cases =
            [("- 3 ", "-3"), (" -3 ", "-3"), ("  -3", "-3"), (" 98 ", "98"), ("12.5", "12.5"), ("0.45", "0.45")];
        for (written, expected) in cases {
            assert_eq!(text(written).as_deref(), Some(expected), "{written:?}");
        }
        for refused in ["    ", " -  ", "3 4 ", "1..2", "3-  ", "+ 3 ", "--3 ", ".5  ", "5.  "] {
            assert_eq!(text(refused), None, "{refused:?}");
        }
    }
}

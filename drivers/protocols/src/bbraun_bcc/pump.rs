//! What the parameters of one pump mean.
//!
//! - `_NV` and `_NA` are no value, and so is everything of a pump that is switched off (`DSSTATUS` 00050): its memory still
//!   holds numbers. A parameter that is not sent says nothing.
//! - *Flow* is 0 while the pump does not pump and the rate while it does. During a bolus, KVO or priming the rate is not what
//!   flows, so there is no flow then.
//! - *Alarms* come as flags (`INA…`) or, where the rack is set so, as words of 32 bits. A pump that sends neither, or something
//!   that cannot be read, leaves it open which alarms it has.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vigil_model::{Absence, Fault, FaultKind, Quality, Quantity, Reading, Report};

use super::table::{self, Place, Row};
use crate::row::{minutes, plain_number};

/// How the words of 32 bits are written. The specification shows them as `0x00000000h`; what stands on the wire is UNVERIFIED.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase", rename = "BbraunBccBitWords")]
pub enum BitWords {
    /// Hexadecimal if there is a `0x`, an `h`, a letter or all eight digits, else decimal.
    #[default]
    Auto,
    /// Hexadecimal.
    Hex,
    /// Decimal.
    Decimal,
}

impl BitWords {
    /// Reads a word.
    pub fn read(self, text: &str) -> Option<u32> {
        let bare = text.strip_prefix("0x").unwrap_or(text);
        let digits = bare.strip_suffix('h').unwrap_or(bare);
        let is_marked = digits.len() != text.len();
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let is_hex = match self {
            BitWords::Auto => is_marked || digits.len() == 8 || !digits.bytes().all(|b| b.is_ascii_digit()),
            BitWords::Hex => true,
            BitWords::Decimal => false,
        };
        u32::from_str_radix(digits, if is_hex { 16 } else { 10 }).ok()
    }
}

/// `DSSTATUS` of a pump that is switched off.
const SWITCHED_OFF: &str = "00050";
/// `INRMT`: more than can be written.
const TIME_LEFT_MORE: &str = "65535";

/// What one pump says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pump {
    /// Alarms that are present, then values.
    pub(super) reports: Vec<Report>,
    /// Whether the alarms in `reports` are all that it has.
    pub(super) alarms_are_known: bool,
    /// Whether it pumps.
    pub(super) is_infusing: bool,
}

/// Reads the parameters of the pump at a place.
pub(super) fn read(place: Place, parameters: &BTreeMap<&str, &str>, words: BitWords) -> Pump {
    let reading = PumpReading { place, parameters, words };
    if parameters.get("DSSTATUS") == Some(&SWITCHED_OFF) {
        return Pump { reports: absent(place), alarms_are_known: true, is_infusing: false };
    }
    let mut pump = Pump::default();
    pump.alarms_are_known = reading.alarms(&mut pump.reports);
    let state = reading.state();
    pump.is_infusing = matches!(state, Some(State { pumping: true, .. }));
    reading.values(state, &mut pump.reports);
    pump
}

/// All metrics of a place without value: no pump, or one that is switched off.
pub(super) fn absent(place: Place) -> Vec<Report> {
    table::ROWS.iter().map(|row| row.of_vmd(place.vmd()).is_absent()).collect()
}

/// What the pump does.
#[derive(Clone, Copy)]
struct State {
    pumping: bool,
    /// Bolus, KVO or priming: what flows is not the rate.
    otherwise: bool,
    priming: bool,
}

struct PumpReading<'a> {
    place: Place,
    parameters: &'a BTreeMap<&'a str, &'a str>,
    words: BitWords,
}

impl PumpReading<'_> {
    fn row(&self, row: Row) -> Row {
        row.of_vmd(self.place.vmd())
    }

    /// A parameter: `None` if it is not sent, `Some(None)` if it has no value.
    fn get(&self, name: &str) -> Option<Option<&str>> {
        let text = self.parameters.get(name)?;
        Some((*text != "_NV" && *text != "_NA" && !text.is_empty()).then_some(*text))
    }

    fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)?? {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        }
    }

    fn word(&self, name: &str) -> Option<u32> {
        self.words.read(self.get(name)??)
    }

    fn state(&self) -> Option<State> {
        if let Some(pumping) = self.flag("INM3") {
            let priming = self.flag("INM14") == Some(true);
            let other = ["INM2", "INM10"].iter().any(|name| self.flag(name) == Some(true));
            return Some(State { pumping, otherwise: other || priming, priming });
        }
        let status = self.word("STATUS1").or_else(|| self.word("STATUS"))?;
        let bit = |bit: u32| status >> bit & 1 == 1;
        let priming = bit(4);
        Some(State { pumping: bit(7), otherwise: bit(10) || bit(11) || bit(13) || priming, priming })
    }

    /// Whether they are all alarms that the pump has.
    fn alarms(&self, reports: &mut Vec<Report>) -> bool {
        let mut found: Vec<table::AlarmRow> = Vec::new();
        let (mut told, mut known) = (false, true);
        for (name, row) in &table::FLAGS {
            match (self.get(name), self.flag(name)) {
                (None, _) => continue,
                (Some(_), Some(present)) => found.extend(present.then_some(*row)),
                (Some(None), None) => {}
                (Some(Some(text)), None) => {
                    known = false;
                    reports.push(unreadable(name, text));
                }
            }
            told |= name.starts_with("INA");
        }
        for name in ["ALARM1", "ALARM2", "PREALARM"] {
            let Some(text) = self.get(name) else { continue };
            match text.map(|text| (text, self.words.read(text))) {
                None => known &= name != "ALARM1",
                Some((_, Some(word))) => found.extend(bits(name, word)),
                Some((text, None)) => {
                    known = false;
                    reports.push(unreadable(name, text));
                }
            }
            told |= name == "ALARM1";
        }
        let mut said: Vec<&str> = Vec::new();
        for row in found {
            if !said.contains(&row.text) {
                said.push(row.text);
                let text = format!("Pump {}: {}", self.place, row.text);
                reports.push(row.report(self.place.row(), true, text));
            }
        }
        told && known
    }

    fn values(&self, state: Option<State>, reports: &mut Vec<Report>) {
        let infusing = self.row(table::INFUSING);
        match state {
            Some(State { priming: true, .. }) => {
                reports.push(infusing.state("pump-status-not-infusing", Quality::Questionable));
            }
            Some(State { pumping: true, .. }) => {
                reports.push(infusing.state("pump-status-infusing", Quality::Valid));
            }
            Some(State { pumping: false, .. }) => {
                reports.push(infusing.state("pump-status-not-infusing", Quality::Valid));
            }
            None => reports.push(infusing.is_absent()),
        }
        if let Some(mode) = self.get("OPMODE") {
            let word = mode.and_then(|mode| table::MODES.get(mode.parse::<usize>().ok()?)).copied();
            reports.push(self.row(table::MODE).reads(word.unwrap_or_default()));
        }
        let flow = self.row(table::FLOW);
        let rate = self.get("INRT").flatten().and_then(plain_number);
        reports.push(match (state, rate) {
            (Some(State { pumping: false, .. }), _) => flow.is(Quantity::ZERO, Quality::Valid),
            (Some(State { pumping: true, otherwise: false, .. }), Some(rate)) => flow.is(rate, Quality::Valid),
            _ => flow.is_absent(),
        });
        for (name, row) in table::NUMBERS {
            self.number(name, row, reports);
        }
        let names = ["INSOL", "INSOLSN"].map(|name| self.get(name));
        if names.iter().any(Option::is_some) {
            let name = names.into_iter().flatten().flatten().next();
            reports.push(self.row(table::DRUG).reads(name.unwrap_or_default()));
        }
        self.time_left(reports);
        if let Some(serial) = self.get("INSERNUM") {
            reports.push(self.row(table::SERIAL).reads(serial.unwrap_or_default()));
        }
    }

    fn number(&self, name: &str, row: Row, reports: &mut Vec<Report>) {
        let Some(text) = self.get(name) else { return };
        let row = self.row(row);
        match text.map(|text| (text, plain_number(text))) {
            None => reports.push(row.is_absent()),
            Some((_, Some(number))) => reports.push(row.is(number, Quality::Valid)),
            Some((text, None)) => reports.extend([unreadable(name, text), row.is_invalid()]),
        }
    }

    fn time_left(&self, reports: &mut Vec<Report>) {
        let row = self.row(table::TIME_LEFT);
        let Some(text) = self.get("INRMT") else { return };
        let seconds = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i64>().ok())?;
        match text.map(|text| (text, seconds(text))) {
            None => reports.push(row.is_absent()),
            Some((TIME_LEFT_MORE, _)) => reports.push(row.says(Reading::Absent(Absence::Overflow))),
            Some((_, Some(seconds))) => reports.push(row.is(minutes(seconds), Quality::Valid)),
            Some((text, None)) => reports.extend([unreadable("INRMT", text), row.is_invalid()]),
        }
    }
}

/// The alarms of a word, known or not. Bit 0 of `ALARM1` says that there is none.
fn bits(name: &str, word: u32) -> Vec<table::AlarmRow> {
    let set = (0..32).filter(|bit| word >> bit & 1 == 1 && *bit != 0);
    set.map(|bit| {
        let row = table::BITS.iter().find(|(of, number, _)| *of == name && *number == bit);
        row.map_or(table::UNKNOWN, |(.., row)| *row)
    })
    .collect()
}

/// A parameter that makes no sense. Its value is not repeated: it may be a name.
fn unreadable(name: &str, text: &str) -> Report {
    Report::Fault(Fault::new(FaultKind::Framing, text.len(), format!("{name} is not of its form")))
}

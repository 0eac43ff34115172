//! Fields of an answer as observations. A field that cannot be read, or has another unit than expected, is a fault, and its
//! metric is invalid.

use std::sync::Arc;

use vigil_model::{Absence, Enumeration, Fault, FaultKind, Observation, Quality, Quantity, Reading, Report, Value};

use super::codec::{Infusion, SyringeStatus, Vtbi};
use super::table::{self, Row};

/// Longest text taken over from the pump, in characters.
pub(super) const TEXT_MAX_CHARS: usize = 100;

/// The values of an `INF` answer. `flag` is its alarm flag, `None` if it could not be read.
pub(super) fn infusion(infusion: &Infusion, flag: Option<bool>, reports: &mut Vec<Report>) {
    let mode = infusion.mode.trim();
    // With an alarm present the pump may have stopped, whatever its mode word says.
    let status = |text: &str, quality| {
        let enumeration = Enumeration { text: text.into(), code: None };
        Reading::Value(Value::Enumeration(enumeration), quality)
    };
    let infusing = match (mode, flag) {
        ("SET", Some(false)) => status("pump-status-infusing", Quality::Valid),
        ("SET", Some(true) | None) => status("pump-status-infusing", Quality::Questionable),
        ("HLD", _) => status("pump-status-not-infusing", Quality::Valid),
        _ => Reading::Absent(Absence::NotAvailable),
    };
    observe(table::INFUSING, infusing, reports);
    observe(table::MODE, text(mode), reports);

    let rate = number(table::RATE, &infusion.rate, &infusion.rate_unit, reports);
    let flow = match (mode, flag, &rate) {
        ("HLD", _, _) => Reading::Value(Value::Numeric(Quantity::ZERO), Quality::Valid),
        ("SET", Some(false), known) => known.clone(),
        _ => Reading::Absent(Absence::NotAvailable),
    };
    observe(table::FLOW, flow, reports);
    let pressure = number(table::PRESSURE, &infusion.pressure, &infusion.pressure_unit, reports);
    observe(table::PRESSURE, pressure, reports);
    observe(table::RATE, rate, reports);
    observe(table::DRUG, text(infusion.drug.trim()), reports);
    let infused = number(table::INFUSED, &infusion.infused, &infusion.infused_unit, reports);
    observe(table::INFUSED, infused, reports);
    let time_left = match infusion.time_left.trim() {
        "24+" => Reading::Absent(Absence::Overflow),
        "" | "-" => Reading::Absent(Absence::NotAvailable),
        written => match minutes(written) {
            Some(minutes) => plausible(table::TIME_LEFT, minutes),
            None => {
                reports.push(unreadable(written.len(), "a time left that is neither HH:MM:SS nor 24+"));
                Reading::Absent(Absence::Invalid)
            }
        },
    };
    observe(table::TIME_LEFT, time_left, reports);
}

/// The value of a `SYRINGE_STATUS` answer: doubtful until the syringe is confirmed.
pub(super) fn syringe(status: &SyringeStatus, reports: &mut Vec<Report>) {
    let mut size = number(table::SYRINGE, &status.size, "", reports);
    if let (Reading::Value(_, quality), true) = (&mut size, status.status.trim() != "CONF") {
        *quality = Quality::Questionable;
    }
    observe(table::SYRINGE, size, reports);
}

/// The value of an `INF_VTBI` answer.
pub(super) fn vtbi(vtbi: &Vtbi, reports: &mut Vec<Report>) {
    let reading = match (vtbi.mode.trim(), vtbi.volume.trim()) {
        ("DEACT", _) | (_, "") => Reading::Absent(Absence::NotAvailable),
        ("ACTIV", volume) => number(table::VTBI, volume, &vtbi.unit, reports),
        (_, volume) => match number(table::VTBI, volume, &vtbi.unit, reports) {
            Reading::Value(value, _) => Reading::Value(value, Quality::Questionable),
            absent @ Reading::Absent(_) => absent,
        },
    };
    observe(table::VTBI, reading, reports);
}

/// A number with its unit: nothing if the field is empty, invalid with a fault if it is no number or has another unit.
fn number(row: Row, written: &str, unit: &str, reports: &mut Vec<Report>) -> Reading {
    let (written, unit) = (written.trim(), unit.trim());
    if written.is_empty() {
        return Reading::Absent(Absence::NotAvailable);
    }
    if unit != row.wire_unit {
        let detail = format!("{} in another unit than {}", row.label, row.wire_unit);
        reports.push(Report::Fault(Fault::new(FaultKind::Unexpected, written.len() + unit.len(), detail)));
        return Reading::Absent(Absence::Invalid);
    }
    match written.parse::<Quantity>() {
        Ok(quantity) => plausible(row, quantity),
        Err(_) => {
            reports.push(unreadable(written.len(), &format!("{} is not a number", row.label)));
            Reading::Absent(Absence::Invalid)
        }
    }
}

fn plausible(row: Row, quantity: Quantity) -> Reading {
    let inside = row.plausible.is_none_or(|(min, max)| {
        quantity.cmp_value(Quantity::from(min)).is_ge() && quantity.cmp_value(Quantity::from(max)).is_le()
    });
    match inside {
        true => Reading::Value(Value::Numeric(quantity), Quality::Valid),
        false => Reading::Absent(Absence::Invalid),
    }
}

/// `HH:MM:SS` as minutes with two decimals, rounded half away from zero: each second keeps a number of its own.
fn minutes(written: &str) -> Option<Quantity> {
    let digits = |part: &str, max: i64| {
        let number =
            (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<i64>().ok())??;
        (number <= max).then_some(number)
    };
    let mut parts = written.split(':');
    let (hours, minutes, seconds) =
        (digits(parts.next()?, 99)?, digits(parts.next()?, 59)?, digits(parts.next()?, 59)?);
    if parts.next().is_some() {
        return None;
    }
    let seconds = hours * 3600 + minutes * 60 + seconds;
    Some(Quantity::new((seconds * 100 + 30) / 60, -2))
}

fn text(written: &str) -> Reading {
    match written {
        "" => Reading::Absent(Absence::NotAvailable),
        written => Reading::Value(Value::Text(clipped(written)), Quality::Valid),
    }
}

/// A text without surrounding blanks, [`TEXT_MAX_CHARS`] at most.
pub(super) fn clipped(written: &str) -> Arc<str> {
    written.trim().chars().take(TEXT_MAX_CHARS).collect::<String>().into()
}

fn observe(row: Row, reading: Reading, reports: &mut Vec<Report>) {
    reports.push(Report::Observation(Observation::new(row.code, row.containment, row.unit, reading)));
}

/// A fault about something that passed its check and makes no sense.
pub(super) fn unreadable(bytes: usize, detail: &str) -> Report {
    Report::Fault(Fault::new(FaultKind::Framing, bytes, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_becomes_minutes() {
        let written = |text| minutes(text).map(|minutes| minutes.to_string());
        assert_eq!(written("01:30:00").as_deref(), Some("90.00"));
        assert_eq!(written("00:00:01").as_deref(), Some("0.02"));
        assert_eq!(written("00:00:20").as_deref(), Some("0.33"));
        assert_eq!(written("23:59:59").as_deref(), Some("1439.98"));
        for refused in ["", "1:30:00", "01:60:00", "01:00:60", "01:00", "01:00:00:00", "+1:00:00", "24+", "ab:cd:ef"] {
            assert_eq!(minutes(refused), None, "{refused}");
        }
    }
}

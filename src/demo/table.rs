//! The ward as a table of text: one line a bed. What is stale or missing is never a number.

use std::fmt::Write as _;

use vigil_engine::{BedSnapshot, DeviceSnapshot, Snapshot};
use vigil_model::{Code, Freshness, LinkState, Quality, Value, mdc};

/// Columns: heading, width, and the metrics that can fill it, the first that has a value wins.
const COLUMNS: &[(&str, usize, &[Code])] = &[
    ("HR", 7, &[mdc::ECG_CARD_BEAT_RATE, mdc::PULS_OXIM_PULS_RATE]),
    ("SpO2 %", 8, &[mdc::PULS_OXIM_SAT_O2]),
    ("RR", 7, &[mdc::TTHOR_RESP_RATE, mdc::CO2_RESP_RATE, mdc::RESP_RATE]),
    ("ABP s", 8, &[mdc::PRESS_BLD_ART_SYS, mdc::PRESS_BLD_ART_ABP_SYS]),
    ("ABP d", 8, &[mdc::PRESS_BLD_ART_DIA, mdc::PRESS_BLD_ART_ABP_DIA]),
    ("pump mL/h", 11, &[mdc::FLOW_FLUID_PUMP]),
    ("line mmHg", 11, &[mdc::PRESS_FLUID_MEAS]),
    ("kg", 7, &[mdc::MASS_BODY_ACTUAL]),
];

/// The whole ward.
pub(super) fn render(snapshot: &Snapshot) -> String {
    let mut out = format!("{:<8}{:<14}", "bed", "links");
    for (heading, width, _) in COLUMNS {
        let _ = write!(out, "{heading:>width$}");
    }
    out.push_str("  alarms\n");
    for bed in &snapshot.beds {
        let _ = writeln!(out, "{}", row(bed));
    }
    out
}

/// One bed.
pub(super) fn row(bed: &BedSnapshot) -> String {
    let up = bed.devices.iter().filter(|device| device.link == LinkState::Up).count();
    let links = format!("{up} of {} up", bed.devices.len());
    let mut out = format!("{:<8}{links:<14}", bed.id);
    for (_, width, codes) in COLUMNS {
        let _ = write!(out, "{:>width$}", cell(bed, codes));
    }
    out.push_str("  ");
    out.push_str(&alarms(bed));
    out
}

fn cell(bed: &BedSnapshot, codes: &[Code]) -> String {
    let metrics = || {
        codes.iter().flat_map(|code| {
            let of = |device: &DeviceSnapshot| device.metrics.iter().find(|metric| metric.code == *code).cloned();
            bed.devices.iter().filter_map(of)
        })
    };
    let mut worst = "";
    for metric in metrics() {
        match metric.freshness {
            Freshness::Fresh((Value::Numeric(value), Quality::Valid)) => return value.to_string(),
            Freshness::Fresh((value, _)) => return format!("{value}?"),
            Freshness::Stale { .. } => worst = "stale",
            Freshness::Invalid(_) if worst.is_empty() => worst = "no val",
            Freshness::Invalid(_) | Freshness::Never => {}
        }
    }
    if worst.is_empty() { "-".to_owned() } else { worst.to_owned() }
}

fn alarms(bed: &BedSnapshot) -> String {
    let mut occurrences: Vec<_> = bed.occurrences.iter().collect();
    occurrences.sort_by_key(|occurrence| std::cmp::Reverse(occurrence.priority));
    let text = |occurrence: &&vigil_model::Occurrence| {
        let mark = match occurrence.priority {
            vigil_model::Priority::High => "!!!",
            vigil_model::Priority::Medium => "!! ",
            vigil_model::Priority::Low => "!  ",
        };
        let state = if occurrence.is_acknowledged() {
            " (acknowledged)"
        } else if occurrence.state == vigil_model::AlarmState::Latched {
            " (latched)"
        } else {
            ""
        };
        format!("{}{}{state}", mark.trim_end(), occurrence.text)
    };
    let shown: Vec<String> = occurrences.iter().take(3).map(text).collect();
    let more = occurrences.len().saturating_sub(shown.len());
    let mut line = shown.join("; ");
    if more > 0 {
        let _ = write!(line, "; and {more} more");
    }
    line
}

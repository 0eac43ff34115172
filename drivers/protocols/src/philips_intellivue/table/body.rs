//! Temperatures and oxygen saturation.

use vigil_model::{Code, dim, mdc};

use super::Row;

/// A temperature in degrees Celsius (`metric`) or Fahrenheit (`metric` + 20), of a plausible range in degrees Celsius.
macro_rules! temperature {
    ($physio:literal, $code:ident, $channel:literal, $metric:literal, $low:literal, $label:literal) => {
        [
            Row::new($physio, mdc::$code, dim::DEGC, (5, $channel, $metric), ($low, 45), $label),
            Row::new($physio, mdc::$code, dim::FAHR, (5, $channel, $metric + 20), ($low * 9 / 5 + 32, 113), $label),
        ]
    };
}

const fn percent(physio: u16, code: Code, channel: u16, metric: u16, label: &'static str) -> Row {
    Row::new(physio, code, dim::PERCENT, (6, channel, metric), (0, 100), label)
}

/// Perfusion indicator, in percent or without a unit.
const fn perfusion(physio: u16, channel: u16, label: &'static str) -> [Row; 2] {
    let code = mdc::PULS_OXIM_PERF_REL;
    [
        Row::new(physio, code, dim::DIMLESS, (6, channel, 2), (0, 100), label),
        Row::new(physio, code, dim::PERCENT, (6, channel, 3), (0, 100), label),
    ]
}

/// Temperatures by site; T1 to T4 have a channel each.
const TEMPERATURES: [[Row; 2]; 17] = [
    temperature!(0x4B48, TEMP, 1, 1, 15, "T"),
    temperature!(0x4B60, TEMP_CORE, 1, 2, 15, "Tcore"),
    temperature!(0x4B64, TEMP_ESOPH, 1, 3, 15, "Tesoph"),
    temperature!(0x4B6C, TEMP_NASOPH, 1, 4, 15, "Tnaso"),
    temperature!(0x4B74, TEMP_SKIN, 1, 5, 10, "Tskin"),
    temperature!(0x4B78, TEMP_TYMP, 1, 6, 15, "Ttymp"),
    temperature!(0xE004, TEMP_RECT, 1, 7, 15, "Trect"),
    temperature!(0xE014, TEMP_BLD, 1, 8, 15, "Tblood"),
    temperature!(0x4B54, TEMP_AWAY, 1, 9, 10, "Tairway"),
    temperature!(0xF108, TEMP_ORAL, 1, 10, 15, "Toral"),
    temperature!(0xF10C, TEMP_AXILLA, 1, 11, 15, "Taxil"),
    temperature!(0xF0C6, X_TEMP_ROOM, 1, 12, 0, "Tamb"),
    temperature!(0xE018, TEMP_DIFF, 1, 13, -40, "dT"),
    temperature!(0xF0C7, TEMP, 2, 1, 15, "T1"),
    temperature!(0xF0C8, TEMP, 3, 1, 15, "T2"),
    temperature!(0xF0C9, TEMP, 4, 1, 15, "T3"),
    temperature!(0xF0CA, TEMP, 5, 1, 15, "T4"),
];

const SATURATIONS: [Row; 8] = [
    percent(0x4BB8, mdc::PULS_OXIM_SAT_O2, 1, 1, "SpO2"),
    percent(0x4BC8, mdc::PULS_OXIM_SAT_O2, 2, 1, "SpO2 left"),
    percent(0x4BCC, mdc::PULS_OXIM_SAT_O2, 3, 1, "SpO2 right"),
    percent(0xF09C, mdc::PULS_OXIM_SAT_O2, 4, 1, "SpO2 (telemetry)"),
    percent(0x4B34, mdc::SAT_O2_ART, 5, 1, "SaO2"),
    percent(0x4B3C, mdc::SAT_O2_VEN, 5, 2, "SvO2"),
    percent(0xF100, mdc::SAT_O2_VEN, 5, 3, "ScvO2"),
    perfusion(0x4BB0, 1, "Perf")[1],
];

const PERFUSIONS: [Row; 6] = [
    perfusion(0x4BB0, 1, "Perf")[0],
    perfusion(0xF08A, 2, "Perf left")[0],
    perfusion(0xF08A, 2, "Perf left")[1],
    perfusion(0xF08B, 3, "Perf right")[0],
    perfusion(0xF08B, 3, "Perf right")[1],
    perfusion(0xF12C, 4, "Perf (telemetry)")[0],
];

pub(super) const ROWS: &[Row] = &{
    let mut rows = [SATURATIONS[0]; 2 * TEMPERATURES.len() + SATURATIONS.len() + PERFUSIONS.len()];
    let mut at = 0;
    while at < TEMPERATURES.len() {
        rows[2 * at] = TEMPERATURES[at][0];
        rows[2 * at + 1] = TEMPERATURES[at][1];
        at += 1;
    }
    at = 0;
    while at < SATURATIONS.len() {
        rows[2 * TEMPERATURES.len() + at] = SATURATIONS[at];
        at += 1;
    }
    at = 0;
    while at < PERFUSIONS.len() {
        rows[2 * TEMPERATURES.len() + SATURATIONS.len() + at] = PERFUSIONS[at];
        at += 1;
    }
    rows
};

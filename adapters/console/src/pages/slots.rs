//! Which values stand on a tile of the ward board. A slot takes the first of its metrics that is current; only if none is, it
//! says why there is no number.

use vigil_model::{Code, Quantity, mdc};

use crate::view::{Bed, Metric, Reading, Text};

/// A kind of value, and the metrics that can fill it, the preferred one first.
struct Kind {
    label: &'static str,
    codes: &'static [Code],
    /// Metrics that stand behind a stroke: the diastolic pressure.
    second: &'static [Code],
    /// Digits after the point to which it is rounded for the board, as monitors do; `None` leaves it as the device gives it.
    digits: Option<u8>,
}

const fn kind(label: &'static str, codes: &'static [Code], digits: u8) -> Kind {
    Kind { label, codes, second: &[], digits: Some(digits) }
}

const fn pressure(label: &'static str, codes: &'static [Code], second: &'static [Code]) -> Kind {
    Kind { label, codes, second, digits: Some(0) }
}

const fn exact(label: &'static str, codes: &'static [Code]) -> Kind {
    Kind { label, codes, second: &[], digits: None }
}

/// What is shown large.
const LARGE: &[Kind] = &[
    kind("HR", &[mdc::ECG_CARD_BEAT_RATE, mdc::PULS_OXIM_PULS_RATE, mdc::PULS_RATE, mdc::PULS_RATE_NON_INV], 0),
    kind("SpO₂", &[mdc::PULS_OXIM_SAT_O2], 0),
    kind(
        "RR",
        &[mdc::TTHOR_RESP_RATE, mdc::CO2_RESP_RATE, mdc::RESP_RATE, mdc::VENT_RESP_RATE, mdc::AWAY_RESP_RATE],
        0,
    ),
    pressure(
        "ABP",
        &[mdc::PRESS_BLD_ART_SYS, mdc::PRESS_BLD_ART_ABP_SYS],
        &[mdc::PRESS_BLD_ART_DIA, mdc::PRESS_BLD_ART_ABP_DIA],
    ),
    pressure("NIBP", &[mdc::PRESS_BLD_NONINV_SYS], &[mdc::PRESS_BLD_NONINV_DIA]),
    kind("Temp", &[mdc::TEMP_CORE, mdc::TEMP_BODY, mdc::TEMP_BLD, mdc::TEMP_ESOPH, mdc::TEMP_RECT, mdc::TEMP], 1),
    kind("etCO₂", &[mdc::AWAY_CO2_ET, mdc::CONC_AWAY_CO2_ET], 1),
];

/// What is shown small, once for each device that has it.
const SMALL: &[Kind] = &[
    exact("Pump", &[mdc::FLOW_FLUID_PUMP, mdc::FLOW_FLUID_PUMP_CURRENT]),
    exact("O₂", &[mdc::VENT_CONC_AWAY_O2_INSP, mdc::VENT_CONC_AWAY_O2]),
    exact("Weight", &[mdc::MASS_BODY_ACTUAL]),
];

/// Most small values of a tile; the page of the bed has all.
const SMALL_MAX: usize = 6;

/// A value on a tile.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slot {
    /// What it is.
    pub(crate) label: Text,
    /// What is shown.
    pub(crate) face: Face,
    /// Unit in UCUM, as people write it.
    pub(crate) unit: Text,
    /// How old it is, milliseconds; `None` if there is no number.
    pub(crate) age_ms: Option<u64>,
    /// Whether it is two numbers with a stroke between.
    pub(crate) is_pair: bool,
}

/// What stands where a number could.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Face {
    /// A value that is current.
    Number {
        /// The value.
        text: Text,
        /// The device doubts it, or calibrates: shown with a question mark and the word.
        doubt: Option<Text>,
    },
    /// It is too old, or the device is silent.
    Stale,
    /// The device says that there is none.
    None(&'static str),
    /// None has come since the start.
    NotYet,
}

/// The large values of a bed.
pub(crate) fn large(bed: &Bed) -> Vec<Slot> {
    LARGE.iter().filter_map(|kind| slot(kind, kind.label.into(), bed.devices.iter().flat_map(|d| &d.metrics))).collect()
}

/// The small values of a bed.
pub(crate) fn small(bed: &Bed) -> Vec<Slot> {
    let mut slots = Vec::new();
    for kind in SMALL {
        let of_devices = bed.devices.iter().filter_map(|device| slot(kind, kind.label.into(), device.metrics.iter()));
        slots.extend(of_devices);
    }
    slots.truncate(SMALL_MAX);
    slots
}

fn slot<'a>(kind: &Kind, label: Text, metrics: impl Iterator<Item = &'a Metric> + Clone) -> Option<Slot> {
    let metric = best(kind.codes, metrics.clone())?;
    // What was never heard and is not waited for by a limit is not part of this bed.
    if metric.reading == Reading::Never && metric.limits.is_empty() {
        return None;
    }
    let rounded = |face: Face| match face {
        Face::Number { text, doubt } => Face::Number { text: rounded(&text, kind.digits), doubt },
        other => other,
    };
    let mut face = rounded(face(metric));
    if !kind.second.is_empty()
        && let Face::Number { text, doubt } = &face
    {
        let second = best(kind.second, metrics).map(self::face).map(rounded);
        face = match second {
            Some(Face::Number { text: second, doubt: other }) => {
                Face::Number { text: format!("{text}/{second}").into(), doubt: doubt.clone().or(other) }
            }
            Some(_) | None => Face::Number { text: format!("{text}/–").into(), doubt: doubt.clone() },
        };
    }
    let age_ms = metric.age_ms.filter(|_| matches!(face, Face::Number { .. }));
    let unit = metric.unit.as_deref().map(unit).unwrap_or_default();
    Some(Slot { label, face, unit, age_ms, is_pair: !kind.second.is_empty() })
}

/// A number with so many digits after the point, half away from zero; what is no number as it is.
fn rounded(text: &Text, digits: Option<u8>) -> Text {
    let number = digits.and_then(|digits| text.parse::<Quantity>().ok()?.rounded(digits));
    number.map_or_else(|| text.clone(), |number| number.to_string().into())
}

/// The first metric that is current; else the one that says most about why there is none.
fn best<'a>(codes: &[Code], metrics: impl Iterator<Item = &'a Metric> + Clone) -> Option<&'a Metric> {
    let rank = |metric: &Metric| match metric.reading {
        Reading::Current { .. } => 0,
        Reading::Stale => 1,
        Reading::Invalid { .. } => 2,
        Reading::Never => 3,
    };
    let of = |code: &Code| metrics.clone().filter(|metric| *metric.refid == *code.refid()).min_by_key(|m| rank(m));
    codes.iter().filter_map(of).min_by_key(|metric| rank(metric))
}

/// What stands where the number of a metric could.
pub(crate) fn face(metric: &Metric) -> Face {
    match &metric.reading {
        Reading::Current { value, quality, .. } => {
            Face::Number { text: value.clone(), doubt: (&**quality != "valid").then(|| quality.clone()) }
        }
        Reading::Stale => Face::Stale,
        Reading::Invalid { reason } => Face::None(match &**reason {
            "overflow" => "above range",
            "underflow" => "below range",
            "not-available" => "no value",
            _ => "not usable",
        }),
        Reading::Never => Face::NotYet,
    }
}

/// A unit as people write it.
pub(crate) fn unit(ucum: &str) -> Text {
    match ucum {
        "{beat}/min" | "{beats}/min" | "/min" | "{breath}/min" | "{breaths}/min" | "{resp}/min" => "/min".into(),
        "mm[Hg]" => "mmHg".into(),
        "cm[H2O]" => "cmH₂O".into(),
        "Cel" => "°C".into(),
        "[degF]" => "°F".into(),
        "mL/h" | "ml/h" => "mL/h".into(),
        "1" | "{1}" => "".into(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Device, Limit, Number};

    fn metric(code: Code, reading: Reading) -> Metric {
        Metric {
            refid: code.refid().into(),
            unit: Some("mm[Hg]".into()),
            reading,
            age_ms: Some(5),
            ..Metric::default()
        }
    }

    fn current(value: &str) -> Reading {
        Reading::Current { value: value.into(), number: value.parse().ok().map(Number), quality: "valid".into() }
    }

    fn bed(metrics: Vec<Metric>) -> Bed {
        Bed { devices: vec![Device { metrics, ..Device::default() }], ..Bed::default() }
    }

    #[test]
    fn the_first_current_metric_wins_and_only_it_has_a_number() {
        let slots = large(&bed(vec![
            metric(mdc::ECG_CARD_BEAT_RATE, Reading::Stale),
            metric(mdc::PULS_OXIM_PULS_RATE, current("72")),
        ]));
        assert_eq!(slots[0].face, Face::Number { text: "72".into(), doubt: None });
        let slots = large(&bed(vec![
            metric(mdc::ECG_CARD_BEAT_RATE, Reading::Invalid { reason: "overflow".into() }),
            metric(mdc::PULS_OXIM_PULS_RATE, Reading::Stale),
        ]));
        assert_eq!((&slots[0].face, slots[0].age_ms), (&Face::Stale, None));
    }

    #[test]
    fn half_a_pressure_says_so() {
        let slots = large(&bed(vec![
            metric(mdc::PRESS_BLD_ART_SYS, current("120.50")),
            metric(mdc::PRESS_BLD_ART_DIA, Reading::Stale),
        ]));
        assert_eq!(slots[0].face, Face::Number { text: "121/–".into(), doubt: None });
    }

    #[test]
    fn what_was_never_heard_is_shown_only_where_a_limit_waits_for_it() {
        let mut waited = metric(mdc::PULS_OXIM_SAT_O2, Reading::Never);
        assert!(large(&bed(vec![waited.clone()])).is_empty());
        waited.limits = vec![Limit::default()];
        assert_eq!(large(&bed(vec![waited]))[0].face, Face::NotYet);
    }
}

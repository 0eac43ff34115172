//! Numerics of the simulated IntelliVue monitor: which objects it has and what they show of the patient.

use std::time::Duration;

use vigil_model::{Quantity, Timestamp};
use vigil_protocols::philips_intellivue::codec::attribute::id;
use vigil_protocols::philips_intellivue::codec::{Attribute, AttributeList, Context, Float, Number, Object, State};

use super::Language;
use crate::patient::{Patient, Pressure};
use crate::vital::Vital;

/// Units (partition 4).
const NO_UNIT: u16 = 0x0200;
const PERCENT: u16 = 0x0220;
const BEATS: u16 = 0x0AA0;
const BREATHS: u16 = 0x0AE0;
const MMHG: u16 = 0x0F20;
const CELSIUS: u16 = 0x17A0;

/// Pressure of dry gas, mmHg for each percent: 760 mmHg of air less 47 of water.
const MMHG_PER_PERCENT: f64 = 7.13;

/// Perfusion indicator while the probe is on.
const PERFUSION: Quantity = Quantity::new(15, -1);

/// One numeric of the monitor.
struct Numeric {
    context: u16,
    handle: u16,
    /// Label as number, in English, in French.
    label: (u32, &'static str, &'static str),
    values: Values,
}

/// What a numeric shows.
enum Values {
    /// A vital of the patient.
    One(u16, u16, Vital),
    /// The pulse, while the oximeter measures.
    Pulse(u16),
    /// The perfusion indicator, while the oximeter measures.
    Perfusion(u16),
    /// End-tidal CO2 in mmHg.
    EtCo2(u16),
    /// Arterial pressure; the id is that of the whole.
    Artery(u16),
    /// The last cuff pressure, with its time.
    Cuff(u16),
    /// The pulse of the last cuff pressure, with its time.
    CuffPulse(u16),
}

const NUMERICS: &[Numeric] = &[
    numeric(0, 0x891A, (0x0002_4A14, "ABP", "PA"), Values::Artery(0x4A14)),
    numeric(0, 0x8694, (0x0002_4B60, "Tcore", "Tcent"), Values::One(0x4B60, CELSIUS, Vital::Temperature)),
    numeric(0, 0x8921, (0x8003_5402, "Pulse", "Pouls"), Values::Pulse(0x480A)),
    numeric(1, 0x82B3, (0x0002_4182, "HR", "FC"), Values::One(0x4182, BEATS, Vital::HeartRate)),
    numeric(1, 0x82BA, (0x0002_500A, "RR", "FR"), Values::One(0x500A, BREATHS, Vital::RespiratoryRate)),
    numeric(1, 0x826A, (0x0002_4A04, "NBP", "PB"), Values::Cuff(0x4A04)),
    numeric(1, 0x826D, (0x0002_F0E5, "Pulse", "Pouls"), Values::CuffPulse(0xF0E5)),
    numeric(1, 0x83D5, (0x0002_4BB8, "SpO\u{2082}", "SpO\u{2082}"), Values::One(0x4BB8, PERCENT, Vital::Spo2)),
    numeric(1, 0x83DC, (0x0002_4822, "Pulse", "Pouls"), Values::Pulse(0x4822)),
    numeric(1, 0x83E3, (0x0002_4BB0, "Perf", "Perf"), Values::Perfusion(0x4BB0)),
    numeric(1, 0x8400, (0x0002_50B0, "etCO\u{2082}", "etCO\u{2082}"), Values::EtCo2(0x50B0)),
];

const fn numeric(context: u16, handle: u16, label: (u32, &'static str, &'static str), values: Values) -> Numeric {
    Numeric { context, handle, label, values }
}

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// Time since the scenario began.
    pub(super) at: Duration,
    /// The monitor's time.
    pub(super) device_now: Timestamp,
    /// Language of the labels.
    pub(super) language: Language,
    /// Whether labels are sent.
    pub(super) with_labels: bool,
}

/// The numerics of a context.
pub(super) fn context(context: u16, patient: &Patient, shown: Shown) -> Context {
    let here = NUMERICS.iter().filter(|numeric| numeric.context == context);
    Context { id: context, objects: here.map(|numeric| numeric.object(patient, shown)).collect() }
}

impl Numeric {
    fn object(&self, patient: &Patient, shown: Shown) -> Object {
        let mut attributes = Vec::new();
        if shown.with_labels {
            let (number, english, french) = self.label;
            let text = match shown.language {
                Language::English => english,
                Language::French => french,
            };
            attributes.push(Attribute::number16(id::HANDLE, self.handle));
            attributes.push(Attribute::number32(id::LABEL, number));
            attributes.push(Attribute::text(id::LABEL_STRING, text));
        }
        attributes.extend(self.values.attributes(patient, shown));
        Object { handle: self.handle, attributes: AttributeList(attributes) }
    }
}

impl Values {
    fn attributes(&self, patient: &Patient, shown: Shown) -> Vec<Attribute> {
        let at = shown.at;
        let pulse = |at| patient.value(Vital::Spo2, at).and(patient.value(Vital::HeartRate, at));
        match self {
            Values::One(physio, unit, vital) => vec![single(*physio, *unit, patient.value(*vital, at))],
            Values::Pulse(physio) => vec![single(*physio, BEATS, pulse(at))],
            Values::Perfusion(physio) => vec![single(*physio, NO_UNIT, pulse(at).map(|_| PERFUSION))],
            Values::EtCo2(physio) => {
                let mmhg = |percent: Quantity| Quantity::from_f64(percent.to_f64() * MMHG_PER_PERCENT, 0);
                vec![single(*physio, MMHG, patient.value(Vital::EtCo2, at).and_then(mmhg))]
            }
            Values::Artery(whole) => vec![three(*whole, patient.arterial(at))],
            Values::Cuff(whole) => {
                let cuff = patient.cuff(at);
                let time = cuff.map(|cuff| shown.taken(cuff.taken_at));
                let value = three(*whole, cuff.map(|cuff| cuff.pressure));
                time.into_iter().chain([value]).collect()
            }
            Values::CuffPulse(physio) => {
                let cuff = patient.cuff(at);
                let time = cuff.map(|cuff| shown.taken(cuff.taken_at));
                let pulse = cuff.and_then(|cuff| patient.value(Vital::HeartRate, cuff.taken_at));
                time.into_iter().chain([single(*physio, BEATS, pulse)]).collect()
            }
        }
    }
}

impl Shown {
    fn taken(&self, at: Duration) -> Attribute {
        Attribute::time(id::TIME_STAMP, self.device_now - self.at.saturating_sub(at))
    }
}

fn single(physio: u16, unit: u16, value: Option<Quantity>) -> Attribute {
    Attribute::measured(&number(physio, unit, value))
}

/// Mean, systolic and diastolic, in the order of the real monitor.
fn three(whole: u16, pressure: Option<Pressure>) -> Attribute {
    let of = |value: fn(Pressure) -> Quantity| pressure.map(value);
    Attribute::compound(&[
        number(whole + 3, MMHG, of(|pressure| pressure.mean)),
        number(whole + 1, MMHG, of(|pressure| pressure.systolic)),
        number(whole + 2, MMHG, of(|pressure| pressure.diastolic)),
    ])
}

/// A number, or the invalid state and no number.
fn number(physio: u16, unit: u16, value: Option<Quantity>) -> Number {
    match value.and_then(Float::of) {
        Some(value) => Number { physio, state: State(0), unit, value },
        None => Number { physio, state: State(State::INVALID), unit, value: Float::NAN },
    }
}

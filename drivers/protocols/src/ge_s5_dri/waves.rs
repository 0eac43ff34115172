//! Waves: which there are, by name, and what their samples are in numbers (8005313, table of waveforms). Types whose rate or
//! scale is not stated are not here.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use vigil_model::{Quantity, SampleRate, Scale, Unit, Validity, Waveform, dim};

use super::codec::waves::{CODES_FROM, Wave};

/// Samples a second that the interface carries in all (M1017617); the monitor leaves out what does not fit, without a word.
const SAMPLES_PER_SECOND_MAX: u32 = 600;
/// Waves of one request.
const WAVES_MAX: usize = 8;

/// One type of wave.
#[derive(Debug)]
struct Kind {
    number: u8,
    name: &'static str,
    per_second: u32,
    unit: Unit,
    /// What a sample of 1 is, as a power of ten.
    exponent: i8,
}

const fn kind(number: u8, name: &'static str, per_second: u32, unit: Unit, exponent: i8) -> Kind {
    Kind { number, name, per_second, unit, exponent }
}

/// Ascending by number.
const KINDS: &[Kind] = &[
    kind(1, "ECG1", 300, dim::MILLI_VOLT, -3),
    kind(2, "ECG2", 300, dim::MILLI_VOLT, -3),
    kind(3, "ECG3", 300, dim::MILLI_VOLT, -3),
    kind(4, "P1", 100, dim::MMHG, -2),
    kind(5, "P2", 100, dim::MMHG, -2),
    kind(6, "P3", 100, dim::MMHG, -2),
    kind(7, "P4", 100, dim::MMHG, -2),
    kind(8, "PLETH", 100, dim::PERCENT, -2),
    kind(9, "CO2", 25, dim::PERCENT, -2),
    kind(10, "O2", 25, dim::PERCENT, -2),
    kind(11, "N2O", 25, dim::PERCENT, -2),
    kind(12, "AGENT", 25, dim::PERCENT, -2),
    kind(13, "PAW", 25, dim::CM_H2O, -1),
    kind(14, "FLOW", 25, dim::X_L_PER_MIN, -1),
    kind(15, "RESP", 25, dim::X_DIM_OHM, -2),
    kind(16, "P5", 100, dim::MMHG, -2),
    kind(17, "P6", 100, dim::MMHG, -2),
    kind(18, "EEG1", 100, dim::MILLI_VOLT, -4),
    kind(19, "EEG2", 100, dim::MILLI_VOLT, -4),
    kind(20, "EEG3", 100, dim::MILLI_VOLT, -4),
    kind(21, "EEG4", 100, dim::MILLI_VOLT, -4),
    kind(36, "P7", 100, dim::MMHG, -2),
    kind(37, "P8", 100, dim::MMHG, -2),
    kind(38, "PLETH2", 100, dim::PERCENT, -2),
];

/// The name of a wave in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaveName(u8);

impl WaveName {
    /// Its type on the wire.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl Serialize for WaveName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(of(self.0).map_or("", |kind| kind.name))
    }
}

impl<'de> Deserialize<'de> for WaveName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        let kind = KINDS.iter().find(|kind| kind.name == name);
        kind.map(|kind| WaveName(kind.number)).ok_or_else(|| {
            let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            serde::de::Error::custom(format!("{name:?} is no waveform of this monitor; expected {}", names.join(", ")))
        })
    }
}

fn of(number: u8) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.number == number)
}

/// For `deserialize_with`: waves that the interface can carry together.
pub(super) fn chosen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<WaveName>, D::Error> {
    let waves = Vec::<WaveName>::deserialize(deserializer)?;
    let per_second: u32 = waves.iter().filter_map(|wave| of(wave.0)).map(|kind| kind.per_second).sum();
    if waves.iter().enumerate().any(|(at, wave)| waves[..at].contains(wave)) {
        return Err(serde::de::Error::custom("a waveform stands twice"));
    }
    if per_second > SAMPLES_PER_SECOND_MAX || waves.len() > WAVES_MAX {
        return Err(serde::de::Error::custom(format!(
            "{} waveforms with {per_second} samples a second; the interface carries {WAVES_MAX} with {SAMPLES_PER_SECOND_MAX}: \
             an ECG has 300, a pressure or pleth 100, the others 25",
            waves.len()
        )));
    }
    Ok(waves)
}

/// A wave as a report; `None` for a type whose rate or scale is not known. Samples that are codes are absent, and all are while
/// the electrode is off.
pub(super) fn waveform(wave: &Wave) -> Option<Waveform> {
    let kind = of(wave.kind)?;
    let sample = |sample: &i16| if *sample <= CODES_FROM { Waveform::ABSENT } else { i32::from(*sample) };
    let samples: Vec<i32> = wave.samples.iter().map(sample).collect();
    let scale = Scale::step(Quantity::new(1, kind.exponent));
    let waveform = Waveform::new(kind.name, Some(kind.unit), SampleRate::per_second(kind.per_second), scale, &samples);
    let validity = if wave.is_lead_off { Validity::Invalid } else { Validity::Valid };
    Some(waveform.after_gap(wave.is_after_gap).with_validity(validity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_numbers_or_absent() {
        let wave = Wave {
            kind: 4,
            is_after_gap: true,
            has_pacer: false,
            is_lead_off: false,
            label: 1,
            samples: vec![12_050, -150, -31_999, -32_000, -32_767],
        };
        let shown = waveform(&wave).unwrap();
        let values: Vec<Option<String>> = shown.values().map(|value| value.map(|value| value.to_string())).collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(values, [text("120.50"), text("-1.50"), text("-319.99"), None, None]);
        assert!(shown.is_after_gap() && shown.validity() == Validity::Valid);
        let off = waveform(&Wave { is_lead_off: true, ..wave.clone() }).unwrap();
        assert_eq!((off.validity(), off.values().flatten().count()), (Validity::Invalid, 0));
        assert_eq!(waveform(&Wave { kind: 22, ..wave }), None, "12-lead ECG has an encoding of its own");
    }

    #[test]
    fn kinds_have_one_number_and_one_name() {
        assert!(KINDS.windows(2).all(|pair| pair[0].number < pair[1].number));
        let mut names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), KINDS.len());
    }
}

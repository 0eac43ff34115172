//! Samples of waves, what is said about them, and the waves that can be asked for (guide, "Wave objects").

use super::attribute::{AttributeList, State, id};
use super::bytes::{Reader, put_list, put_sized, put_u16, put_u32};
use super::{Attribute, Float};

/// Fixed value that stands for a sample without meaning.
const FIXED_INVALID: u16 = 1;

/// A wave that can be asked for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", rename = "PhilipsIntellivueWaveform")]
pub enum WaveName {
    /// The leads of the electrocardiogram that the monitor shows.
    Ecg,
    /// Lead I.
    EcgI,
    /// Plethysmogram.
    Pleth,
    /// Arterial pressure.
    Abp,
    /// Respiration.
    Resp,
}

impl WaveName {
    /// All, in the order in which they are asked for.
    pub const ALL: [WaveName; 5] = [WaveName::Ecg, WaveName::EcgI, WaveName::Pleth, WaveName::Abp, WaveName::Resp];

    /// The label by which it is asked for.
    pub const fn label(self) -> u32 {
        match self {
            WaveName::Ecg => 0x0002_0100,
            WaveName::EcgI => 0x0002_0101,
            WaveName::Pleth => 0x0002_4BB4,
            WaveName::Abp => 0x0002_4A14,
            WaveName::Resp => 0x0002_5000,
        }
    }
}

/// Which waves are asked for: some of [`WaveName::ALL`], in its order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaveSet(u8);

impl WaveSet {
    /// These.
    pub fn of(waves: impl IntoIterator<Item = WaveName>) -> Self {
        Self(waves.into_iter().fold(0, |set, wave| set | 1 << wave as u8))
    }

    /// Those with these labels; `None` if one is of no wave in the list.
    pub(super) fn labelled(labels: &[u32]) -> Option<Self> {
        let named = |label: &u32| WaveName::ALL.into_iter().find(|wave| wave.label() == *label);
        labels.iter().map(named).collect::<Option<Vec<_>>>().map(Self::of)
    }

    /// Their labels.
    pub fn labels(self) -> Vec<u32> {
        let is_in = |wave: &WaveName| self.0 & 1 << *wave as u8 != 0;
        WaveName::ALL.into_iter().filter(is_in).map(WaveName::label).collect()
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Samples of one wave, as they stand on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Samples {
    /// Physiological id (partition 2).
    pub physio: u16,
    /// Whether they can be used.
    pub state: State,
    /// The samples; how many bits each has stands in the [`WaveSpec`].
    pub bytes: Vec<u8>,
}

/// What is said about a wave once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaveSpec {
    /// Label as a number.
    pub label: u32,
    /// Samples that come together.
    pub array: u16,
    /// Bits of a sample, 8 or 16.
    pub bits: u8,
    /// Lowest bits of a sample that are its value.
    pub significant: u8,
    /// Time from one sample to the next, ticks of 1/8000 s.
    pub period_ticks: u32,
    /// Unit (partition 4).
    pub unit: Option<u16>,
    /// Two values and the samples that stand for them.
    pub scale: Option<[(Float, u16); 2]>,
    /// A sample in which all these bits are set has no meaning.
    pub invalid_mask: Option<u16>,
}

impl Samples {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let (physio, state) = (reader.u16()?, State(reader.u16()?));
        Some(Self { physio, state, bytes: reader.sized()?.to_vec() })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        put_u16(out, self.physio);
        put_u16(out, self.state.0);
        put_sized(out, |out| out.extend(&self.bytes));
    }

    /// As an attribute: for simulators and tests.
    pub fn attribute(&self) -> Attribute {
        let mut value = Vec::with_capacity(6 + self.bytes.len());
        self.encode(&mut value);
        Attribute { id: id::SAMPLES, value }
    }

    /// Several as one attribute.
    pub fn compound(samples: &[Samples]) -> Attribute {
        let mut value = Vec::new();
        put_list(&mut value, samples, |out, samples| samples.encode(out));
        Attribute { id: id::COMPOUND_SAMPLES, value }
    }
}

impl WaveSpec {
    /// The attributes that say it: for simulators and tests.
    pub fn attributes(&self) -> Vec<Attribute> {
        let mut spec = Vec::new();
        put_u16(&mut spec, self.array);
        spec.extend([self.bits, self.significant, 0x30, 0x00]);
        let mut attributes = vec![
            Attribute { id: id::SAMPLE_SPEC, value: spec },
            Attribute::number32(id::SAMPLE_PERIOD, self.period_ticks),
            Attribute::number32(id::LABEL, self.label),
        ];
        attributes.extend(self.unit.map(|unit| Attribute::number16(id::UNIT, unit)));
        attributes.extend(self.scale.map(|[low, high]| {
            let mut value = Vec::with_capacity(12);
            [low.0, high.0].iter().for_each(|number| put_u32(&mut value, number.0));
            [low.1, high.1].iter().for_each(|number| put_u16(&mut value, *number));
            Attribute { id: id::SCALE, value }
        }));
        attributes.extend(self.invalid_mask.map(|mask| {
            let mut value = Vec::new();
            put_list(&mut value, &[mask], |out, mask| {
                put_u16(out, FIXED_INVALID);
                put_u16(out, *mask);
            });
            Attribute { id: id::FIXED_VALUES, value }
        }));
        attributes
    }

    /// The samples of a block: those without meaning as `None`.
    pub fn samples<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = Option<u16>> + 'a {
        let mask = if self.significant >= 16 { u16::MAX } else { (1 << self.significant) - 1 };
        let width = if self.bits == 8 { 1 } else { 2 };
        bytes.chunks_exact(width).map(move |sample| {
            let raw = sample.iter().fold(0u16, |raw, byte| raw << 8 | u16::from(*byte));
            let is_invalid = self.invalid_mask.is_some_and(|invalid| invalid != 0 && raw & invalid == invalid);
            (!is_invalid).then_some(raw & mask)
        })
    }
}

impl AttributeList {
    /// The samples of a wave, from its single and its compound blocks; `None` if one cannot be read.
    pub fn wave_samples(&self) -> Option<Vec<Samples>> {
        let mut samples = Vec::new();
        for attribute in &self.0 {
            let mut reader = Reader::new(&attribute.value);
            match attribute.id {
                id::SAMPLES => samples.push(Samples::decode(&mut reader)?),
                id::COMPOUND_SAMPLES => samples.extend(reader.list(Samples::decode)?),
                _ => continue,
            }
            if !reader.is_empty() {
                return None;
            }
        }
        Some(samples)
    }

    /// What is said about a wave, if its samples and their rate are described.
    pub fn wave_spec(&self) -> Option<WaveSpec> {
        let mut spec = Reader::new(self.find(id::SAMPLE_SPEC)?);
        let (array, bits, significant) = (spec.u16()?, spec.u8()?, spec.u8()?);
        let period_ticks = self.number32(id::SAMPLE_PERIOD).filter(|ticks| *ticks > 0)?;
        if !matches!(bits, 8 | 16) || significant == 0 || significant > bits {
            return None;
        }
        Some(WaveSpec {
            label: self.number32(id::LABEL)?,
            array,
            bits,
            significant,
            period_ticks,
            unit: self.number16(id::UNIT),
            scale: self.find(id::SCALE).and_then(scale),
            invalid_mask: self.find(id::FIXED_VALUES).and_then(invalid_mask),
        })
    }
}

fn scale(value: &[u8]) -> Option<[(Float, u16); 2]> {
    let mut reader = Reader::new(value);
    let (low, high) = (Float(reader.u32()?), Float(reader.u32()?));
    Some([(low, reader.u16()?), (high, reader.u16()?)])
}

fn invalid_mask(value: &[u8]) -> Option<u16> {
    let entries = Reader::new(value).list(|reader| Some((reader.u16()?, reader.u16()?)))?;
    entries.into_iter().find(|(kind, _)| *kind == FIXED_INVALID).map(|(_, mask)| mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_about_a_wave_is_read_as_it_is_written() {
        let spec = WaveSpec {
            label: WaveName::EcgI.label(),
            array: 128,
            bits: 16,
            significant: 14,
            period_ticks: 16,
            unit: Some(0x10B2),
            scale: Some([(Float(0xFEFF_F000), 0), (Float(0xFD00_9FFB), 0x3FFF)]),
            invalid_mask: Some(0x8000),
        };
        let mut list = AttributeList(spec.attributes());
        assert_eq!(list.wave_spec(), Some(spec));
        assert_eq!(
            spec.samples(&[0x1F, 0xF8, 0xDF, 0xF8, 0x5F, 0xF8, 9]).collect::<Vec<_>>(),
            [Some(0x1FF8), None, Some(0x1FF8)]
        );
        let bytes = WaveSpec { bits: 8, significant: 8, invalid_mask: None, ..spec };
        assert_eq!(bytes.samples(&[1, 255]).collect::<Vec<_>>(), [Some(1), Some(255)]);
        list.0[0].value[2] = 12;
        assert_eq!(list.wave_spec(), None, "twelve bits");
    }

    #[test]
    fn samples_come_alone_and_together() {
        let samples = Samples { physio: 0x4BB4, state: State(0), bytes: vec![1, 2, 3, 4] };
        let list = AttributeList(vec![samples.attribute(), Samples::compound(&[samples.clone(), samples.clone()])]);
        assert_eq!(list.wave_samples(), Some(vec![samples; 3]));
        let mut cut = list;
        cut.0[0].value.pop();
        assert_eq!(cut.wave_samples(), None);
    }

    #[test]
    fn a_set_of_waves_is_named_by_its_labels() {
        let set = WaveSet::of([WaveName::Resp, WaveName::Ecg]);
        assert_eq!(set.labels(), [0x0002_0100, 0x0002_5000]);
        assert_eq!(WaveSet::labelled(&set.labels()), Some(set));
        assert_eq!(WaveSet::labelled(&[0x0002_0100, 7]), None);
    }
}

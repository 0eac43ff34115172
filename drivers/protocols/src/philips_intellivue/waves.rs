//! Waves: what has been said about each once, and with it the samples that come later.
//!
//! What is said comes in the first results after a poll, in objects whose handle two waves may share (an ECG as a whole and one
//! of its leads). So samples belong to the description of their handle that has their physiological id, else to the one whose
//! array is as long as they are.

use std::collections::{BTreeMap, BTreeSet};

use vigil_model::{Fault, FaultKind, Report, SampleRate, Scale, Unit, Validity, Waveform, dim};

use super::codec::time::TICKS_PER_SECOND;
use super::codec::wave::{Samples, WaveSpec};
use super::codec::{PollAnswer, State};
use super::objects::Key;

/// Most objects of waves that are remembered, and descriptions of each.
const OBJECTS_MAX: usize = 64;
const SPECS_MAX: usize = 8;

/// Names of the waves that can be asked for and of the leads that come with them; others are named by their number.
const NAMES: &[(u16, &str)] =
    &[(0x0100, "ECG"), (0x0101, "ECG_I"), (0x0102, "ECG_II"), (0x4A14, "ABP"), (0x4BB4, "PLETH"), (0x5000, "RESP")];

/// Units of waves (partition 4).
const UNITS: &[(u16, Unit)] =
    &[(0x10B2, dim::MILLI_VOLT), (0x0F20, dim::MMHG), (0x0F03, dim::KILO_PASCAL), (0x0220, dim::PERCENT)];

/// What has been said about waves.
#[derive(Clone, Debug, Default)]
pub(super) struct WaveBook {
    specs: BTreeMap<Key, Vec<WaveSpec>>,
    /// Waves that have been named as not described.
    unknown: BTreeSet<(Key, u16)>,
}

impl WaveBook {
    /// Waves, or a part of them.
    pub(super) fn take(&mut self, answer: &PollAnswer) -> Vec<Report> {
        let mut reports = Vec::new();
        for (context, object) in answer.result.objects() {
            let key = (context, object.handle);
            if let Some(spec) = object.attributes.wave_spec() {
                self.learn(key, spec);
            }
            let Some(blocks) = object.attributes.wave_samples() else {
                let detail = format!("The samples of object {}/{} cannot be read.", key.0, key.1);
                reports.push(Report::Fault(Fault::new(FaultKind::Framing, 0, detail)));
                continue;
            };
            for block in &blocks {
                reports.extend(match self.spec(key, block) {
                    Some(spec) => waveform(spec, block).map(Report::Waveform),
                    None => self.name_unknown(key, block.physio).map(Report::Fault),
                });
            }
        }
        reports
    }

    fn learn(&mut self, key: Key, spec: WaveSpec) {
        if self.specs.len() >= OBJECTS_MAX && !self.specs.contains_key(&key) {
            return;
        }
        let known = self.specs.entry(key).or_default();
        match known.iter().position(|known| known.label == spec.label) {
            Some(at) => known[at] = spec,
            None if known.len() < SPECS_MAX => known.push(spec),
            None => {}
        }
    }

    fn spec(&self, key: Key, block: &Samples) -> Option<&WaveSpec> {
        let known = self.specs.get(&key)?;
        let of_id = known.iter().find(|spec| spec.label & 0xFFFF == u32::from(block.physio));
        let fits = |spec: &&WaveSpec| usize::from(spec.array) * usize::from(spec.bits) / 8 == block.bytes.len();
        let mut fitting = known.iter().filter(fits);
        of_id.or_else(|| fitting.next().filter(|_| fitting.next().is_none()))
    }

    fn name_unknown(&mut self, key: Key, physio: u16) -> Option<Fault> {
        if self.unknown.len() >= OBJECTS_MAX || !self.unknown.insert((key, physio)) {
            return None;
        }
        let detail =
            format!("Wave {physio:04X} of object {}/{} has not been described; it is not shown.", key.0, key.1);
        Some(Fault::new(FaultKind::Unexpected, 0, detail))
    }
}

fn waveform(spec: &WaveSpec, block: &Samples) -> Option<Waveform> {
    let name = NAMES.iter().find(|(physio, _)| *physio == block.physio);
    let label = name.map_or_else(|| format!("{:04X}", block.physio), |(_, name)| (*name).to_owned());
    let unit = spec.unit.and_then(|unit| UNITS.iter().find(|(number, _)| *number == unit)).map(|(_, unit)| *unit);
    let rate = SampleRate::millihertz(TICKS_PER_SECOND.saturating_mul(1_000) / spec.period_ticks);
    let samples: Vec<i32> =
        spec.samples(&block.bytes).map(|sample| sample.map_or(Waveform::ABSENT, i32::from)).collect();
    // Numbers without their scale are no values in any unit.
    let scale = spec.scale.and_then(|[low, high]| {
        Scale::through((low.1.into(), low.0.quantity().ok()?), (high.1.into(), high.0.quantity().ok()?))
    });
    let (scale, unit) = scale.map_or((Scale::PLAIN, None), |scale| (scale, unit));
    (!samples.is_empty())
        .then(|| Waveform::new(label, unit, rate, scale, &samples).with_validity(validity(block.state)))
}

/// As of numbers: see `observe.rs`.
fn validity(state: State) -> Validity {
    if state.has(State::INVALID | State::TEST | State::DEMO | State::UNKNOWN) {
        Validity::Invalid
    } else if state.has(State::UNAVAILABLE) {
        Validity::NotAvailable
    } else if state.has(State::CALIBRATING) {
        Validity::Calibrating
    } else if state.has(State::QUESTIONABLE) {
        Validity::Questionable
    } else {
        Validity::Valid
    }
}

#[cfg(test)]
mod tests {
    use super::super::codec::{AttributeList, Context, Float, Object, PollResult, class};
    use super::*;

    fn answer(objects: Vec<Object>) -> PollAnswer {
        let result = PollResult {
            number: 0,
            sequence: Some(0),
            relative_time: 0,
            absolute_time: None,
            class: class::WAVE,
            group: 0,
            contexts: vec![Context { id: 1, objects }],
        };
        PollAnswer { invoke_id: 1, link: None, result }
    }

    fn object(attributes: Vec<super::super::codec::Attribute>) -> Object {
        Object { handle: 686, attributes: AttributeList(attributes) }
    }

    fn spec(label: u32, array: u16, period_ticks: u32) -> WaveSpec {
        WaveSpec {
            label,
            array,
            bits: 16,
            significant: 14,
            period_ticks,
            unit: Some(0x10B2),
            scale: Some([(Float(0xFEFF_F000), 0), (Float(0xFD00_9FFB), 0x3FFF)]),
            invalid_mask: Some(0x8000),
        }
    }

    fn block(physio: u16, state: u16, samples: &[u16]) -> Samples {
        Samples { physio, state: State(state), bytes: samples.iter().flat_map(|sample| sample.to_be_bytes()).collect() }
    }

    /// As a real monitor does it: two waves of one handle, and three leads in one of them.
    #[test]
    fn samples_find_what_was_said_about_them() {
        let mut book = WaveBook::default();
        let said = [spec(0x0002_0100, 2, 32), spec(0x0002_0101, 4, 16)].map(|spec| object(spec.attributes()));
        assert!(book.take(&answer(said.to_vec())).is_empty());
        let leads = [block(0x0102, 0, &[0x2000, 0x2008]), block(0x0143, 0x0400, &[1, 2])];
        let objects = vec![
            object(vec![Samples::compound(&leads)]),
            object(vec![block(0x0101, 0, &[0x1000, 0xA000, 0, 1]).attribute()]),
        ];
        let shown: Vec<Waveform> = book
            .take(&answer(objects))
            .into_iter()
            .map(|report| match report {
                Report::Waveform(waveform) => waveform,
                other => panic!("{other:?}"),
            })
            .collect();
        let labels: Vec<_> =
            shown.iter().map(|wave| (&**wave.label(), wave.rate().to_string(), wave.validity())).collect();
        assert_eq!(
            labels,
            [
                ("ECG_II", "250".to_owned(), Validity::Valid),
                ("0143", "250".to_owned(), Validity::Invalid),
                ("ECG_I", "500".to_owned(), Validity::Valid),
            ]
        );
        let values = |wave: &Waveform| wave.values().map(|v| v.map(|v| v.to_string())).collect::<Vec<_>>();
        assert_eq!(values(&shown[0]), [Some("0.000".to_owned()), Some("0.040".to_owned())], "-40.96 + 8192 / 200");
        assert_eq!(values(&shown[1]), [None, None], "demonstration data");
        assert_eq!(values(&shown[2])[..3], [Some("-20.480".to_owned()), None, Some("-40.960".to_owned())]);
    }

    #[test]
    fn samples_without_a_description_are_named_once() {
        let mut book = WaveBook::default();
        let objects = || vec![object(vec![block(0x4BB4, 0, &[1]).attribute()])];
        assert!(matches!(book.take(&answer(objects()))[..], [Report::Fault(_)]));
        assert!(book.take(&answer(objects())).is_empty());
    }
}

//! Waves of the simulated IntelliVue monitor: four blocks of 256 ms each 1.024 s, described once.

use std::time::Duration;

use vigil_protocols::philips_intellivue::codec::wave::{Samples, WaveSpec};
use vigil_protocols::philips_intellivue::codec::{AttributeList, Context, Float, Object, State, WaveName};

use crate::patient::Patient;
use crate::shape;
use crate::vital::Vital;

/// Time that a block of samples covers.
pub(super) const BLOCK: Duration = Duration::from_millis(256);

/// Units (partition 4).
const MILLI_VOLT: u16 = 0x10B2;
const MMHG: u16 = 0x0F20;
const NO_UNIT: u16 = 0x0200;

/// How a wave is sent: handle, physiological ids of its traces, samples of a block.
struct Sent {
    name: WaveName,
    context: u16,
    handle: u16,
    traces: &'static [u16],
    array: u16,
    unit: u16,
    /// Values of the lowest and the highest sample.
    range: (Float, Float),
}

/// -40.96 to 40.955, -40 to 520, 0 to 1, as the real monitor scales them.
const VOLTS: (Float, Float) = (Float(0xFEFF_F000), Float(0xFD00_9FFB));
const PRESSURES: (Float, Float) = (Float(0x00FF_FFD8), Float(0x0000_0208));
const PARTS: (Float, Float) = (Float(0), Float(1));
/// Highest sample: 14 bits.
const RAW_MAX: u16 = 0x3FFF;

const SENT: [Sent; 5] = [
    Sent {
        name: WaveName::Ecg,
        context: 1,
        handle: 0x02AE,
        traces: &[0x0102, 0x0101],
        array: 64,
        unit: MILLI_VOLT,
        range: VOLTS,
    },
    Sent {
        name: WaveName::EcgI,
        context: 1,
        handle: 0x02AE,
        traces: &[0x0101],
        array: 128,
        unit: MILLI_VOLT,
        range: VOLTS,
    },
    Sent {
        name: WaveName::Pleth,
        context: 1,
        handle: 0x03DA,
        traces: &[0x4BB4],
        array: 32,
        unit: NO_UNIT,
        range: PARTS,
    },
    Sent {
        name: WaveName::Abp,
        context: 0,
        handle: 0x091C,
        traces: &[0x4A14],
        array: 32,
        unit: MMHG,
        range: PRESSURES,
    },
    Sent {
        name: WaveName::Resp,
        context: 1,
        handle: 0x02B8,
        traces: &[0x5000],
        array: 16,
        unit: NO_UNIT,
        range: PARTS,
    },
];

/// Descriptions of the waves with these labels.
pub(super) fn descriptions(labels: &[u32]) -> Vec<Context> {
    contexts(labels, |sent| {
        WaveSpec {
            label: sent.name.label(),
            array: sent.array,
            bits: 16,
            significant: 14,
            period_ticks: u32::try_from(BLOCK.as_millis()).unwrap_or(256) * 8 / u32::from(sent.array),
            unit: Some(sent.unit),
            scale: Some([(sent.range.0, 0), (sent.range.1, RAW_MAX)]),
            invalid_mask: None,
        }
        .attributes()
    })
}

/// The blocks that end at `end` of the waves with these labels.
pub(super) fn blocks(labels: &[u32], patient: &Patient, end: Duration) -> Vec<Context> {
    contexts(labels, |sent| {
        let samples: Vec<Samples> = sent.traces.iter().map(|physio| sent.block(*physio, patient, end)).collect();
        match &samples[..] {
            [alone] => vec![alone.attribute()],
            together => vec![Samples::compound(together)],
        }
    })
}

fn contexts(
    labels: &[u32],
    attributes: impl Fn(&Sent) -> Vec<vigil_protocols::philips_intellivue::codec::Attribute>,
) -> Vec<Context> {
    let object = |sent: &Sent| Object { handle: sent.handle, attributes: AttributeList(attributes(sent)) };
    let wanted = || SENT.iter().filter(|sent| labels.contains(&sent.name.label()));
    let context = |id: u16| Context { id, objects: wanted().filter(|sent| sent.context == id).map(object).collect() };
    [0, 1].map(context).into_iter().filter(|context| !context.objects.is_empty()).collect()
}

impl Sent {
    fn block(&self, physio: u16, patient: &Patient, end: Duration) -> Samples {
        let start = end.saturating_sub(BLOCK);
        let is_on = match self.name {
            WaveName::Pleth => patient.value(Vital::Spo2, end).is_some(),
            WaveName::Ecg | WaveName::EcgI | WaveName::Abp | WaveName::Resp => true,
        };
        let sample = |index: u16| {
            let at = start + BLOCK.mul_f64(f64::from(index) / f64::from(self.array));
            let value = match self.name {
                WaveName::Ecg | WaveName::EcgI => shape::ecg(patient, at),
                WaveName::Pleth => shape::pleth(patient, at),
                WaveName::Abp => shape::arterial(patient, at),
                WaveName::Resp => shape::breath(patient, at),
            };
            let number = |float: Float| float.quantity().map_or(0.0, |quantity| quantity.to_f64());
            let (low, high) = (number(self.range.0), number(self.range.1));
            let part = (value - low) / (high - low);
            (part * f64::from(RAW_MAX)).round().clamp(0.0, f64::from(RAW_MAX)) as u16
        };
        let state = State(if is_on { 0 } else { State::INVALID });
        Samples { physio, state, bytes: (0..self.array).flat_map(|index| sample(index).to_be_bytes()).collect() }
    }
}

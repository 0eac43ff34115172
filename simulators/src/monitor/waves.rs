//! Waves of the simulated monitor.

use std::time::Duration;

use vigil_protocols::ge_s5_dri::codec::{Subrecord, Wave};

use crate::patient::Patient;
use crate::shape;

/// Samples a second that the interface carries in all (M1017617).
const SAMPLES_PER_S_MAX: u32 = 600;

/// Wave types and their samples a second (8005313). What is not here is not simulated.
const RATES: &[(u8, u8, u32)] = &[(1, 3, 300), (4, 8, 100), (9, 15, 25), (16, 17, 100), (36, 38, 100)];

/// The types that fit, in the order of the request; what does not fit is left out without a word, as by the monitor.
pub(super) fn affordable(types: &[u8]) -> Vec<u8> {
    let mut left = SAMPLES_PER_S_MAX;
    let mut taken: Vec<u8> = Vec::new();
    for kind in types {
        let Some(rate) = rate(*kind).filter(|rate| *rate <= left && !taken.contains(kind)) else { continue };
        left -= rate;
        taken.push(*kind);
    }
    taken
}

/// One subrecord for each type, for the time `span` that ends at `end`: sample count, status, label, samples.
pub(super) fn subrecords(patient: &Patient, types: &[u8], end: Duration, span: Duration) -> Vec<Subrecord> {
    types.iter().map(|kind| subrecord(patient, *kind, end, span)).collect()
}

fn subrecord(patient: &Patient, kind: u8, end: Duration, span: Duration) -> Subrecord {
    let per_second = rate(kind).unwrap_or(0);
    let count = (f64::from(per_second) * span.as_secs_f64()) as u16;
    let start = end.saturating_sub(span).as_secs_f64();
    let at = |index: u16| Duration::from_secs_f64(start + f64::from(index) / f64::from(per_second.max(1)));
    let samples = (0..count).map(|index| sample(patient, kind, at(index))).collect();
    Wave { kind, is_after_gap: false, has_pacer: false, is_lead_off: false, label: 0, samples }.encode()
}

fn sample(patient: &Patient, kind: u8, at: Duration) -> i16 {
    let value = match kind {
        1..=3 => shape::ecg(patient, at) * 1_000.0,                        // 1 µV
        4..=7 | 16 | 17 | 36 | 37 => shape::arterial(patient, at) * 100.0, // 0.01 mmHg
        8 | 38 => shape::pleth(patient, at) * 150.0,                       // 0.01 %
        9 => shape::co2(patient, at) * 100.0,                              // 0.01 %
        10 => (21.0 - 4.0 * shape::breath(patient, at)) * 100.0,           // 0.01 %
        13..=15 => shape::breath(patient, at) * 100.0,                     // airway pressure, flow, impedance
        _ => 0.0,
    };
    value.clamp(-31_999.0, 31_999.0) as i16
}

fn rate(kind: u8) -> Option<u32> {
    RATES.iter().find(|(first, last, _)| (*first..=*last).contains(&kind)).map(|(.., rate)| *rate)
}

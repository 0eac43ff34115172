//! Waves of the simulated monitor: plain shapes at the patient's rates, for testing receivers. They are not meant to look
//! like a heart.

use std::time::Duration;

use vigil_protocols::ge_s5_dri::codec::Subrecord;

use crate::noise::smooth;
use crate::patient::Patient;
use crate::vital::Vital;

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
    let mut body = Vec::with_capacity(6 + 2 * usize::from(count));
    body.extend(count.to_le_bytes());
    body.extend([0; 4]); // status: no gap, no pacer, leads on; no label
    for index in 0..count {
        let at_s = start + f64::from(index) / f64::from(per_second.max(1));
        body.extend(sample(patient, kind, Duration::from_secs_f64(at_s)).to_le_bytes());
    }
    Subrecord { kind, body }
}

fn sample(patient: &Patient, kind: u8, at: Duration) -> i16 {
    let number = |vital| patient.value(vital, at).map_or(0.0, |quantity| quantity.to_f64());
    let beat = phase(at, number(Vital::HeartRate));
    let breath = phase(at, number(Vital::RespiratoryRate));
    let value = match kind {
        1..=3 => spike(beat, 0.05) * 1_000.0, // 1 µV
        4..=7 | 16 | 17 | 36 | 37 => {
            let (low, high) = (number(Vital::AbpDiastolic), number(Vital::AbpSystolic));
            (low + (high - low) * hill(beat)) * 100.0 // 0.01 mmHg
        }
        8 | 38 => hill(beat) * 150.0,                     // 0.01 %
        9 => hill(breath) * number(Vital::EtCo2) * 100.0, // 0.01 %
        10 => (21.0 - 4.0 * hill(breath)) * 100.0,        // 0.01 %
        13..=15 => hill(breath) * 100.0,                  // airway pressure, flow, impedance
        _ => 0.0,
    };
    value.clamp(-31_999.0, 31_999.0) as i16
}

/// Where in its cycle something with a rate per minute is, 0 to 1.
fn phase(at: Duration, per_minute: f64) -> f64 {
    (at.as_secs_f64() * per_minute / 60.0).fract()
}

/// Up and down once a cycle.
fn hill(phase: f64) -> f64 {
    smooth(1.0 - (2.0 * phase - 1.0).abs())
}

/// A short peak at the beginning of a cycle.
fn spike(phase: f64, width: f64) -> f64 {
    if phase < width { hill(phase / width) } else { 0.0 }
}

fn rate(kind: u8) -> Option<u32> {
    RATES.iter().find(|(first, last, _)| (*first..=*last).contains(&kind)).map(|(.., rate)| *rate)
}

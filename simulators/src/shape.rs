//! Shapes of simulated waves: plain ones at the patient's rates, for testing receivers. They are not meant to look like a heart.

use std::time::Duration;

use crate::noise::smooth;
use crate::patient::Patient;
use crate::vital::Vital;

fn number(patient: &Patient, vital: Vital, at: Duration) -> f64 {
    patient.value(vital, at).map_or(0.0, |quantity| quantity.to_f64())
}

/// Where in its cycle something with the rate of a vital is, 0 to 1.
fn phase(patient: &Patient, vital: Vital, at: Duration) -> f64 {
    (at.as_secs_f64() * number(patient, vital, at) / 60.0).fract()
}

/// Up and down once a cycle, 0 to 1.
fn hill(phase: f64) -> f64 {
    smooth(1.0 - (2.0 * phase - 1.0).abs())
}

/// Electrocardiogram in mV: a short peak at the beginning of each beat.
pub(crate) fn ecg(patient: &Patient, at: Duration) -> f64 {
    const WIDTH: f64 = 0.05;
    let beat = phase(patient, Vital::HeartRate, at);
    if beat < WIDTH { hill(beat / WIDTH) } else { 0.0 }
}

/// Plethysmogram, 0 to 1.
pub(crate) fn pleth(patient: &Patient, at: Duration) -> f64 {
    hill(phase(patient, Vital::HeartRate, at))
}

/// Arterial pressure in mmHg.
pub(crate) fn arterial(patient: &Patient, at: Duration) -> f64 {
    let (low, high) = (number(patient, Vital::AbpDiastolic, at), number(patient, Vital::AbpSystolic, at));
    low + (high - low) * pleth(patient, at)
}

/// Depth of a breath, 0 to 1.
pub(crate) fn breath(patient: &Patient, at: Duration) -> f64 {
    hill(phase(patient, Vital::RespiratoryRate, at))
}

/// Carbon dioxide in the breath, %.
pub(crate) fn co2(patient: &Patient, at: Duration) -> f64 {
    breath(patient, at) * number(patient, Vital::EtCo2, at)
}

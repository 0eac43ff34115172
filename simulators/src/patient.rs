//! A simulated patient: a pure function of seed, scenario and time.
//!
//! There is no state to advance: asking for minute seven needs no minute six, and two devices that ask for the same moment
//! see the same patient. Values are invented; none comes from a person.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::Quantity;

use crate::course::Course;
use crate::noise::{derive, wander};
use crate::vital::{Usual, Vital};

/// A patient in a bed, with the devices that are connected.
#[derive(Clone, Debug)]
pub struct Patient {
    seed: u64,
    course: Arc<Course>,
}

/// Three pressures that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pressure {
    /// Systolic, mmHg.
    pub systolic: Quantity,
    /// Diastolic, mmHg.
    pub diastolic: Quantity,
    /// Mean, mmHg: diastolic and a third of the difference.
    pub mean: Quantity,
}

/// A cuff measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CuffMeasurement {
    /// When it was taken, since the start of the scenario.
    pub taken_at: Duration,
    /// What it gave.
    pub pressure: Pressure,
}

impl Patient {
    /// A patient who follows a course. Beds with different seeds have different patients.
    pub fn new(seed: u64, course: Arc<Course>) -> Self {
        Self { seed, course }
    }

    /// What tells this patient from others.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What the scenario says about this bed.
    pub fn course(&self) -> &Arc<Course> {
        &self.course
    }

    /// A vital at a time since the start of the scenario, with the decimals of its table; `None` if its sensor gives none.
    pub fn value(&self, vital: Vital, at: Duration) -> Option<Quantity> {
        let usual = vital.usual();
        let value = self.middle(vital, usual, at)? + self.variation(vital, usual, at);
        Quantity::from_f64(value.clamp(usual.range.0, usual.range.1), usual.decimals)
    }

    /// Arterial pressure; `None` if the transducer gives none.
    pub fn arterial(&self, at: Duration) -> Option<Pressure> {
        Some(pressure(self.value(Vital::AbpSystolic, at)?, self.value(Vital::AbpDiastolic, at)?))
    }

    /// The last cuff measurement; the first is taken when the scenario begins.
    pub fn cuff(&self, at: Duration) -> Option<CuffMeasurement> {
        let interval_us = self.course.cuff_interval.as_micros().max(1);
        let taken_us = at.as_micros() / interval_us * interval_us;
        let taken_at = Duration::from_micros(u64::try_from(taken_us).unwrap_or(u64::MAX));
        let systolic = self.value(Vital::NibpSystolic, taken_at)?;
        let diastolic = self.value(Vital::NibpDiastolic, taken_at)?;
        Some(CuffMeasurement { taken_at, pressure: pressure(systolic, diastolic) })
    }

    /// Volume that the pump has given since the scenario began, mL with three decimals.
    pub fn infused(&self, at: Duration) -> Option<Quantity> {
        let usual_rate = self.base(Vital::PumpRate, Vital::PumpRate.usual());
        let area = self.course.area(Vital::PumpRate, at, usual_rate).unwrap_or(usual_rate * at.as_secs_f64());
        Quantity::from_f64(area / 3600.0, 3)
    }

    fn middle(&self, vital: Vital, usual: Usual, at: Duration) -> Option<f64> {
        let base = self.base(vital, usual);
        self.course.scripted(vital, at, base).unwrap_or(Some(base))
    }

    /// Where this patient's value lies when nothing happens.
    fn base(&self, vital: Vital, usual: Usual) -> f64 {
        usual.value + usual.spread * wander(derive(self.seed, purpose(vital)), Duration::ZERO, usual.period)
    }

    fn variation(&self, vital: Vital, usual: Usual, at: Duration) -> f64 {
        usual.variation * wander(derive(self.seed, purpose(vital) + 1), at, usual.period)
    }
}

fn purpose(vital: Vital) -> u64 {
    (vital as u64 + 1) * 2
}

fn pressure(systolic: Quantity, diastolic: Quantity) -> Pressure {
    let third = (systolic.to_f64() - diastolic.to_f64()) / 3.0;
    let mean = Quantity::from_f64(diastolic.to_f64() + third, 0).unwrap_or(diastolic);
    Pressure { systolic, diastolic, mean }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn patient(scenario: &str, bed: u32, seed: u64) -> Patient {
        Patient::new(seed, Arc::new(Scenario::named(scenario).unwrap().course(bed)))
    }

    #[test]
    fn same_seed_same_patient_and_other_seed_another() {
        let everything = |seed| -> Vec<_> {
            let patient = patient("stable", 1, seed);
            (0..300).flat_map(|s| Vital::ALL.map(|v| patient.value(v, Duration::from_secs(s)))).collect()
        };
        assert_eq!(everything(5), everything(5));
        assert_ne!(everything(5), everything(6));
    }

    #[test]
    fn a_stable_patient_stays_within_usual_limits() {
        for seed in 0..50 {
            let patient = patient("stable", 1, seed);
            for second in (0..3600).step_by(7) {
                let at = Duration::from_secs(second);
                let value = |vital| patient.value(vital, at).unwrap().to_f64();
                assert!((50.0..=120.0).contains(&value(Vital::HeartRate)));
                assert!((92.0..=100.0).contains(&value(Vital::Spo2)));
                assert!((8.0..=25.0).contains(&value(Vital::RespiratoryRate)));
                assert!((100.0..=150.0).contains(&value(Vital::AbpSystolic)));
                let abp = patient.arterial(at).unwrap();
                assert!(abp.diastolic.to_f64() < abp.mean.to_f64() && abp.mean.to_f64() < abp.systolic.to_f64());
            }
        }
    }

    #[test]
    fn desaturation_falls_below_85_within_8_s_and_recovers() {
        for seed in 0..20 {
            let patient = patient("desaturation", 1, seed);
            let spo2 = |s| patient.value(Vital::Spo2, Duration::from_secs(s)).unwrap().to_f64();
            assert!(spo2(0) >= 92.0 && spo2(8) < 85.0 && spo2(30) < 85.0, "seed {seed}");
            assert!(spo2(100) >= 92.0, "seed {seed} does not recover: {}", spo2(100));
        }
    }

    #[test]
    fn the_pump_stops_giving_when_it_is_occluded() {
        let patient = patient("occlusion", 1, 1);
        let infused = |s| patient.infused(Duration::from_secs(s)).unwrap().to_f64();
        assert!(infused(5) > 0.0 && infused(30) > infused(5));
        assert!((infused(30) - infused(20)).abs() < 1e-9, "gives nothing while occluded");
        assert!(infused(120) > infused(30), "goes on afterwards");
    }

    #[test]
    fn cuff_values_stand_still_between_measurements() {
        let patient = patient("stable", 1, 1);
        let first = patient.cuff(Duration::from_secs(1)).unwrap();
        assert_eq!(patient.cuff(Duration::from_secs(299)), Some(first));
        assert_eq!(patient.cuff(Duration::from_secs(301)).unwrap().taken_at, Duration::from_secs(300));
    }

    #[test]
    fn a_probe_that_is_off_gives_nothing() {
        let patient = patient("probe-off", 1, 1);
        assert!(patient.value(Vital::Spo2, Duration::from_secs(2)).is_some());
        assert_eq!(patient.value(Vital::Spo2, Duration::from_secs(20)), None);
        assert!(patient.value(Vital::HeartRate, Duration::from_secs(20)).is_some());
        assert!(patient.value(Vital::Spo2, Duration::from_secs(110)).is_some());
    }
}

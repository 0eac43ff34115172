//! An Ivy 450C monitor: a packet a second by itself, and no ear for anything.
//!
//! Protocol and codec: [`vigil_protocols::ivy_450c`]. Connected are ECG, respiration, oximeter, cuff, the arterial line as P1
//! and one temperature. The first alarm text of the scenario stands in the line of saturation.

use std::time::Duration;

use vigil_model::{Instant, Now, Quantity};
use vigil_protocols::ivy_450c::codec::{LINES, Line, Packet, WAVES, Wave};

use crate::device::{Base, SimDevice};
use crate::patient::Patient;
use crate::scenario::SimulatedDevice;
use crate::shape;
use crate::vital::Vital;

/// Time from one packet to the next.
const INTERVAL: Duration = Duration::from_secs(1);
/// Time without packets after the monitor has been switched off and on.
const START_UP: Duration = Duration::from_secs(10);
/// Bytes of waves lie between these: never the start or the end of a packet.
const WAVE_RANGE: (f64, f64) = (60.0, 180.0);

/// A simulated monitor.
#[derive(Debug)]
pub struct Ivy450c {
    base: Base,
    due: Instant,
}

impl Ivy450c {
    /// A monitor at a patient whose scenario began at `start`.
    pub fn new(patient: Patient, start: Instant) -> Self {
        Self { base: Base::new(patient, SimulatedDevice::Monitor, start), due: start }
    }

    /// The packet at `now`.
    pub fn packet(&self, now: Now) -> Packet {
        let at = self.base.at(now);
        let patient = &self.base.patient;
        let value = |vital| patient.value(vital, at);
        let (rate, spo2) = (value(Vital::HeartRate), value(Vital::Spo2));
        let alarm = patient.course().monitor_alarms(at).into_iter().next().map_or_else(String::new, |alarm| alarm.text);
        let (cuff, arterial) = (patient.cuff(at).map(|cuff| cuff.pressure), patient.arterial(at));
        let triple = |pressure: Option<crate::patient::Pressure>| {
            [pressure.map(|p| p.systolic), pressure.map(|p| p.diastolic), pressure.map(|p| p.mean)]
        };
        let [systolic, diastolic, mean] = triple(cuff);
        let lines = LINES.map(|(key, count)| match key {
            "HR" => line("1", &[rate], "ECG-II-DIAG", ""),
            "RR" => line("1", &[value(Vital::RespiratoryRate)], "", ""),
            "SPO2" => {
                let pulse = rate.filter(|_| spo2.is_some()).map_or_else(String::new, |rate| format!("PR={rate} "));
                line("1", &[spo2], &pulse, &alarm)
            }
            "NIBP" => line("4", &[systolic, diastolic, mean, cuff.and(rate_at_cuff(patient, at))], "", ""),
            "P1" => line("3", &triple(arterial), "", ""),
            "P2" => line("3", &[None; 3], "NO TRANSDUCER", ""),
            "T1" => line("1", &[value(Vital::Temperature)], "", ""),
            _ => line("1", &vec![None; count], "", ""),
        });
        Packet { waves: waves(patient, at), lines: lines.into() }
    }
}

/// The pulse that the cuff found when it measured.
fn rate_at_cuff(patient: &Patient, at: Duration) -> Option<Quantity> {
    patient.value(Vital::HeartRate, patient.cuff(at)?.taken_at)
}

fn line(status: &str, values: &[Option<Quantity>], label: &str, alarm: &str) -> Line {
    let text = |value: &Option<Quantity>| value.map_or_else(String::new, |value| value.to_string());
    Line {
        status: status.to_owned(),
        values: values.iter().map(text).collect(),
        label: label.to_owned(),
        alarm: alarm.to_owned(),
    }
}

/// The second of waves that ends at `at`.
fn waves(patient: &Patient, at: Duration) -> Vec<u8> {
    let (low, high) = WAVE_RANGE;
    let start = at.saturating_sub(INTERVAL);
    let sample = |wave: &Wave, index: usize| {
        let at = start + INTERVAL.mul_f64(index as f64 / wave.samples as f64);
        let above = match wave.name {
            "ECG" => shape::ecg(patient, at) / 0.02,
            "PLETH" => shape::pleth(patient, at) * 80.0,
            "P1" => shape::arterial(patient, at) / 2.0,
            "RESP" => 100.0 + shape::breath(patient, at) * 40.0,
            _ => 100.0,
        };
        (f64::from(wave.zero) + above).clamp(low, high) as u8
    };
    WAVES.iter().flat_map(|wave| (0..wave.samples).map(move |index| sample(wave, index))).collect()
}

impl SimDevice for Ivy450c {
    fn handle_bytes(&mut self, _now: Now, _bytes: &[u8]) {}

    fn handle_timeout(&mut self, now: Now) {
        if self.base.has_restarted(now) {
            self.base.forget();
            self.due = now.monotonic + START_UP;
        }
        if now.monotonic < self.due {
            return;
        }
        self.due = now.monotonic + INTERVAL;
        let packet = self.packet(now);
        self.base.send(packet.encode());
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.base.next_transmission()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        Some(self.due)
    }

    fn is_plugged(&self, now: Now) -> bool {
        self.base.is_plugged(now)
    }

    fn next_change(&self, now: Now) -> Option<Instant> {
        self.base.next_change(now)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use vigil_model::{Report, mdc};
    use vigil_protocols::driver::Driver;

    use super::*;
    use crate::conversation::Conversation;
    use crate::fault::FaultPlan;
    use crate::scenario::Scenario;

    #[test]
    fn a_probe_that_is_off_gives_its_text_and_no_saturation() {
        let config = Driver::Ivy450c.configure(Default::default()).unwrap();
        let session = config.session(config.poll_interval() * 3);
        let course = Arc::new(Scenario::named("probe-off").unwrap().course(1));
        let device = Box::new(Ivy450c::new(Patient::new(1, course), Instant::default()));
        let mut conversation = Conversation::new(session, device, &FaultPlan::default(), Now::default());
        let reports = conversation.run(Now::default(), Duration::from_secs(30));
        assert!(reports.iter().any(|(_, r)| matches!(r, Report::Alarm(a) if &*a.text == "SPO2: SPO2 PROBE OFF")));
        let saturation = |after: u64| {
            reports.iter().find_map(|(now, r)| match r {
                Report::Observation(o)
                    if o.metric == mdc::PULS_OXIM_SAT_O2 && now.monotonic.as_micros() >= after * 1_000_000 =>
                {
                    Some(o.reading.value().is_some())
                }
                _ => None,
            })
        };
        assert_eq!((saturation(1), saturation(20)), (Some(true), Some(false)));
        assert!(!reports.iter().any(|(_, r)| matches!(r, Report::Fault(_))));
    }
}

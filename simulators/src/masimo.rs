//! A Masimo Rad-8 pulse oximeter: a line a second by itself, and no ear for anything.
//!
//! Protocol and codec: [`vigil_protocols::masimo_ascii`]. When the patient has no saturation the sensor is off: dashes, and
//! the bit of `EXC` that says so. Below its lower limit the oximeter raises its alarm.

use std::time::Duration;

use vigil_model::{Instant, Now};
use vigil_protocols::masimo_ascii::codec::Line;

use crate::device::{Base, SimDevice};
use crate::patient::Patient;
use crate::scenario::SimulatedDevice;
use crate::vital::Vital;

/// Time from one line to the next.
const INTERVAL: Duration = Duration::from_secs(1);
/// Time without lines after the oximeter has been switched off and on.
const START_UP: Duration = Duration::from_secs(8);
/// Saturation below which the oximeter raises its alarm, %.
const SPO2_LOW: f64 = 90.0;

/// A simulated pulse oximeter.
#[derive(Debug)]
pub struct Masimo {
    base: Base,
    serial: String,
    due: Instant,
}

impl Masimo {
    /// An oximeter at a patient whose scenario began at `start`. `number` tells oximeters apart in their invented serial
    /// numbers.
    pub fn new(patient: Patient, number: u32, start: Instant) -> Self {
        let serial = format!("{:010}", 90_000 + u64::from(number));
        Self { base: Base::new(patient, SimulatedDevice::Oximeter, start), serial, due: start }
    }

    /// The line at `now`.
    pub fn line(&self, now: Now) -> Line {
        let at = self.base.at(now);
        let spo2 = self.base.patient.value(Vital::Spo2, at);
        let rate = self.base.patient.value(Vital::HeartRate, at).filter(|_| spo2.is_some());
        let three = |value: Option<vigil_model::Quantity>| {
            value.map_or_else(|| "---".to_owned(), |value| format!("{:03.0}", value.to_f64()))
        };
        let low = spo2.is_some_and(|spo2| spo2.to_f64() < SPO2_LOW);
        let alarm: u32 = if low { 0x12 } else { 0 };
        let exception: u32 = if spo2.is_none() { 0x820 } else { 0x800 };
        let perfusion = if spo2.is_some() { "03.60%" } else { "--.--%" };
        let fields = [
            ("SN", self.serial.clone()),
            ("SPO2", format!("{}%", three(spo2))),
            ("BPM", three(rate)),
            ("PI", perfusion.to_owned()),
            ("SPCO", "--.-%".to_owned()),
            ("SPMET", "--.-%".to_owned()),
            ("DESAT", "--".to_owned()),
            ("PIDELTA", "+--".to_owned()),
            ("ALARM", format!("{alarm:04X}")),
            ("EXC", format!("{exception:06X}")),
        ];
        Line { time: now.utc, fields: fields.map(|(key, value)| (key.to_owned(), value)).into() }
    }
}

impl SimDevice for Masimo {
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
        let line = self.line(now);
        self.base.send(line.encode());
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

    use vigil_model::{Report, Validity};
    use vigil_protocols::driver::Driver;

    use super::*;
    use crate::conversation::Conversation;
    use crate::fault::FaultPlan;
    use crate::scenario::Scenario;

    fn oximeter(scenario: Scenario) -> Masimo {
        Masimo::new(Patient::new(1, Arc::new(scenario.course(1))), 1, Instant::default())
    }

    /// What a session reports in a time.
    fn reports(scenario: Scenario, seconds: u64) -> Vec<(u64, Report)> {
        let config = Driver::MasimoAscii.configure(Default::default()).unwrap();
        let session = config.session(config.poll_interval() * 3);
        let device = Box::new(oximeter(scenario));
        let mut conversation = Conversation::new(session, device, &FaultPlan::default(), Now::default());
        let reports = conversation.run(Now::default(), Duration::from_secs(seconds));
        reports.into_iter().map(|(now, report)| (now.monotonic.as_micros() / 1_000_000, report)).collect()
    }

    #[test]
    fn a_falling_saturation_raises_its_alarm() {
        let found = reports(Scenario::named("desaturation").unwrap(), 40);
        assert!(found.iter().any(|(_, r)| matches!(r, Report::Alarm(alarm) if &*alarm.text == "SpO2 low")));
        assert!(!found.iter().any(|(_, r)| matches!(r, Report::Fault(_))));
    }

    #[test]
    fn a_probe_that_is_off_gives_no_value() {
        let found = reports(Scenario::named("probe-off").unwrap(), 30);
        let invalid = |at: u64| {
            let mut of = found.iter().filter(|(second, _)| *second == at);
            of.any(|(_, r)| matches!(r, Report::Observation(o) if o.reading.validity() == Validity::Invalid))
        };
        assert!(!invalid(2) && invalid(20));
    }

    #[test]
    fn it_is_silent_while_it_starts_again() {
        let text = "name = \"t\"\ntitle = \"t\"\n[[event]]\nat_s = 5\ndevice = \"oximeter\"\nevent = \"restart\"\n";
        let found = reports(Scenario::parse(text, "test").unwrap(), 20);
        let lines = |from: u64, to: u64| {
            found.iter().filter(|(at, r)| (from..to).contains(at) && *r == Report::AlarmsListed).count()
        };
        assert_eq!((lines(0, 5), lines(6, 12)), (5, 0));
        assert!(lines(14, 20) >= 5);
    }
}

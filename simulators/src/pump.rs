//! An Alaris/Asena syringe pump: answers every reading command; a command that would change it is not answered.
//!
//! Protocol and codec: [`vigil_protocols::alaris_asena`]. The pump gives no alarm by itself, it must be asked, as the real
//! one.

use std::time::Duration;

use vigil_model::{Instant, Now};
use vigil_protocols::alaris_asena::codec::{Alarms, Frames, Infusion, Reply, Request, SyringeStatus, Vtbi};

use crate::device::{Base, SimDevice};
use crate::patient::Patient;
use crate::scenario::{PumpAlarm, SimulatedDevice};
use crate::vital::Vital;

/// Volume in the simulated syringe when the scenario begins, mL.
const SYRINGE_ML: f64 = 50.0;

/// Time left above which the pump says `24+`.
const TIME_LEFT_MAX: Duration = Duration::from_secs(24 * 3600);

/// A simulated syringe pump.
#[derive(Debug)]
pub struct Pump {
    base: Base,
    serial: String,
    frames: Frames,
}

impl Pump {
    /// A pump at a patient whose scenario began at `start`. `number` tells pumps apart in their invented serial numbers.
    pub fn new(patient: Patient, number: u32, start: Instant) -> Self {
        let serial = format!("8002-{:05}", 90_000 + number % 10_000);
        Self { base: Base::new(patient, SimulatedDevice::Pump, start), serial, frames: Frames::default() }
    }

    /// What the pump answers to a request at a time since the scenario began.
    pub fn reply(&self, request: Request, at: Duration) -> Reply {
        let alarm = self.base.patient.course().pump_alarm(at);
        let blank = || " ".to_owned();
        let text = str::to_owned;
        match request {
            Request::Alarm => {
                Reply::Alarm(Alarms { code: text(alarm.map_or("AL_NOALM", code)), more: [blank(), blank()] })
            }
            Request::SerialNumber => Reply::SerialNumber(self.serial.clone()),
            Request::Infusion => Reply::Infusion(Box::new(self.infusion(alarm, at))),
            Request::SyringeStatus => Reply::SyringeStatus(SyringeStatus {
                make: text("BD PLASTIPAK"),
                size: text(" 50"),
                status: text("CONF"),
            }),
            Request::Vtbi => Reply::Vtbi(Vtbi {
                mode: text("ACTIV"),
                volume: format!("{SYRINGE_ML:.3}"),
                unit: text("ml"),
                at_end: text("STOP"),
            }),
            Request::Protocol => Reply::Protocol(text("Asena Rev 2.1.5")),
            Request::VolumeInfused => Reply::VolumeInfused { volume: self.infused(at), unit: text("ml") },
            Request::RateMax => Reply::RateMax { rate: text("1200.00"), unit: text("ml/h") },
            Request::ResponseMax => Reply::ResponseMax { time: text("4000"), unit: text("ms") },
        }
    }

    fn infusion(&self, alarm: Option<PumpAlarm>, at: Duration) -> Infusion {
        let number = |vital| self.base.patient.value(vital, at).map_or_else(|| "0.00".to_owned(), |q| q.to_string());
        let rate = number(Vital::PumpRate);
        let stopped = rate.parse::<f64>().unwrap_or(0.0) <= 0.0;
        Infusion {
            serial: self.serial.clone(),
            alarm: if alarm.is_some() { "A" } else { "-" }.to_owned(),
            mode: if stopped { "HLD" } else { "SET" }.to_owned(),
            time_left: self.time_left(&rate, at),
            rate,
            rate_unit: "ml/h".to_owned(),
            drug: String::new(),
            infused: self.infused(at),
            infused_unit: "ml".to_owned(),
            pressure: number(Vital::PumpPressure),
            pressure_unit: "mmHg".to_owned(),
            log_kind: "EVENT".to_owned(),
            log_id: "127904".to_owned(),
        }
    }

    fn infused(&self, at: Duration) -> String {
        self.base.patient.infused(at).map_or_else(|| "0.000".to_owned(), |volume| volume.to_string())
    }

    fn time_left(&self, rate: &str, at: Duration) -> String {
        let rate = rate.parse::<f64>().unwrap_or(0.0);
        let infused = self.base.patient.infused(at).map_or(0.0, |volume| volume.to_f64());
        let left_s = (SYRINGE_ML - infused).max(0.0) / rate * 3600.0;
        if !left_s.is_finite() || left_s >= TIME_LEFT_MAX.as_secs_f64() {
            return "24+".to_owned();
        }
        let left_s = left_s as u64;
        format!("{:02}:{:02}:{:02}", left_s / 3600, left_s / 60 % 60, left_s % 60)
    }
}

impl SimDevice for Pump {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        if self.base.has_restarted(now) {
            self.frames = Frames::default();
            self.base.forget();
        }
        self.frames.push(bytes);
        while let Some(found) = self.frames.poll() {
            let Ok(text) = found else { continue };
            if let Some(request) = Request::named(&text) {
                let reply = self.reply(request, self.base.at(now));
                self.base.send(reply.encode());
            }
        }
    }

    fn handle_timeout(&mut self, _now: Now) {}

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.base.next_transmission()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn is_plugged(&self, now: Now) -> bool {
        self.base.is_plugged(now)
    }

    fn next_change(&self, now: Now) -> Option<Instant> {
        self.base.next_change(now)
    }
}

/// The pump's code for an alarm.
const fn code(alarm: PumpAlarm) -> &'static str {
    match alarm {
        PumpAlarm::Occlusion => "AL_OCCLU",
        PumpAlarm::NearEndOfInfusion => "AL_NEOIN",
        PumpAlarm::EndOfInfusion => "AL_EOIST",
        PumpAlarm::LowBattery => "AL_LWBAT",
        PumpAlarm::SyringeOut => "AL_SYRCO",
        PumpAlarm::MainsLost => "AL_ACDIS",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::scenario::Scenario;

    fn pump(scenario: &str) -> Pump {
        let course = Arc::new(Scenario::named(scenario).unwrap().course(1));
        Pump::new(Patient::new(1, course), 1, Instant::from_micros(0))
    }

    fn answers(pump: &mut Pump, now: Now, bytes: &[u8]) -> Vec<String> {
        pump.handle_bytes(now, bytes);
        std::iter::from_fn(|| pump.poll_transmit()).map(|bytes| String::from_utf8(bytes).unwrap()).collect()
    }

    #[test]
    fn it_answers_what_reads_and_nothing_else() {
        let mut pump = pump("stable");
        let now = Now::default();
        assert_eq!(answers(&mut pump, now, b"!ALARM|50B2\r"), ["!ALARM^AL_NOALM^ ^ |C73B\r"]);
        assert_eq!(answers(&mut pump, now, b"!COMMS_PROTOCOL|E8DA\r").len(), 1);
        for ignored in [&b"!INF_START|38F3\r"[..], b"!INF_STOP|CD57\r", b"!INF|4962\r", b"noise\r"] {
            assert_eq!(answers(&mut pump, now, ignored), Vec::<String>::new());
        }
        for request in Request::ALL {
            assert_eq!(answers(&mut pump, now, &request.encode()).len(), 1, "{request:?}");
        }
    }

    #[test]
    fn an_occlusion_shows_in_alarm_mode_and_pressure() {
        let mut pump = pump("occlusion");
        let now = Now::default().after(Duration::from_secs(20));
        assert!(answers(&mut pump, now, b"!ALARM|50B2\r")[0].starts_with("!ALARM^AL_OCCLU^"));
        let infusion = answers(&mut pump, now, b"!INF|4961\r").remove(0);
        let fields: Vec<&str> = infusion.split('^').collect();
        assert_eq!((fields[2], fields[3], fields[4]), ("A", "HLD", "0.00"));
        assert!(fields[9].parse::<f64>().unwrap() > 600.0, "{infusion}");
    }
}

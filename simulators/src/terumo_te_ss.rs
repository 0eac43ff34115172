//! A Terumo TE-SS syringe pump: says who it is and what it shows; commands that would change it are answered as unknown.
//!
//! Protocol and codec: [`vigil_protocols::terumo_te_ss`].

use vigil_model::{Instant, Now, Quantity};
use vigil_protocols::terumo_te_ss::codec::{Dose, Frames, Request, Status, Text};

use crate::device::{Base, SimDevice};
use crate::patient::Patient;
use crate::scenario::{PumpAlarm, SimulatedDevice};
use crate::vital::Vital;

/// Line pressure at which the pump alarms, mmHg.
const ALARM_PRESSURE_MMHG: f64 = 600.0;
/// An answer to a command that the pump does not know.
const UNKNOWN_COMMAND: [u8; 5] = [0x00, 0x01, 0x00, 0x00, 0x11];

/// A simulated pump.
#[derive(Debug)]
pub struct TerumoTeSs {
    base: Base,
    id: String,
    frames: Frames,
}

impl TerumoTeSs {
    /// A pump at a patient whose scenario began at `start`. `number` tells pumps apart in their invented device ids.
    pub fn new(patient: Patient, number: u32, start: Instant) -> Self {
        let id = format!("0001007000000012{:08}", 90_000_000 + number % 10_000_000);
        Self { base: Base::new(patient, SimulatedDevice::Pump, start), id, frames: Frames::default() }
    }

    /// What the pump shows at `now`.
    pub fn status(&self, now: Now) -> Status {
        let at = self.base.at(now);
        let value = |vital| self.base.patient.value(vital, at);
        let pressure = value(Vital::PumpPressure).map_or(0.0, |pressure| pressure.to_f64());
        let quarters = (pressure / ALARM_PRESSURE_MMHG * 4.0).clamp(0.0, 3.0) as u8;
        let alarm = self.base.patient.course().pump_alarm(at);
        let rate = value(Vital::PumpRate);
        Status {
            version: [4, 3],
            state: u8::from(rate.is_some_and(|rate| rate.mantissa() > 0)),
            alarms: alarm.map_or(0, |alarm| 1 << bit(alarm)),
            power: if alarm == Some(PumpAlarm::MainsLost) { 0x04 } else { 0x14 },
            monitor: quarters,
            syringe: 5,
            rate: hundredths(rate),
            volume: hundredths(self.base.patient.infused(at)),
            vtbi: Dose::None,
        }
    }
}

/// Hundredths of a quantity.
fn hundredths(quantity: Option<Quantity>) -> Dose {
    let hundredths = quantity.map(|quantity| (quantity.to_f64() * 100.0).round());
    hundredths.map_or(Dose::Invalid, |value| Dose::Is(value.clamp(0.0, 9_999_999.0) as u32))
}

/// The bit of an alarm.
const fn bit(alarm: PumpAlarm) -> u32 {
    match alarm {
        PumpAlarm::Occlusion => 3,
        PumpAlarm::NearEndOfInfusion => 8,
        PumpAlarm::EndOfInfusion => 2,
        PumpAlarm::LowBattery => 19,
        PumpAlarm::SyringeOut => 4,
        PumpAlarm::MainsLost => 15,
    }
}

impl SimDevice for TerumoTeSs {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        if self.base.has_restarted(now) {
            self.frames = Frames::default();
            self.base.forget();
        }
        self.frames.push(bytes);
        while let Some(found) = self.frames.poll() {
            let Ok(text) = found else { continue };
            if text.is_reply || !(text.id.is_empty() || text.id == self.id) {
                continue;
            }
            let command = match Request::of(&text) {
                Some(Request::WhoIsThere) => None,
                Some(Request::Status) => Some(self.status(now).encode()),
                None => Some(UNKNOWN_COMMAND.to_vec()),
            };
            self.base.send(Text { is_reply: true, id: self.id.clone(), command }.encode());
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use vigil_model::Report;
    use vigil_protocols::driver::Driver;

    use super::*;
    use crate::conversation::Conversation;
    use crate::fault::FaultPlan;
    use crate::scenario::Scenario;

    #[test]
    fn an_occlusion_begins_and_ends() {
        let config = Driver::TerumoTeSs.configure(Default::default()).unwrap();
        let session = config.session(config.poll_interval() * 3);
        let course = Arc::new(Scenario::named("occlusion").unwrap().course(1));
        let device = Box::new(TerumoTeSs::new(Patient::new(1, course), 1, Instant::default()));
        let mut conversation = Conversation::new(session, device, &FaultPlan::default(), Now::default());
        let reports = conversation.run(Now::default(), Duration::from_secs(90));
        let seconds = |now: &Now| now.monotonic.as_micros() / 1_000_000;
        let alarms: Vec<u64> = reports
            .iter()
            .filter(|(_, report)| matches!(report, Report::Alarm(alarm) if &*alarm.text == "Occlusion"))
            .map(|(now, _)| seconds(now))
            .collect();
        assert!(matches!(alarms.first(), Some(9..=12)) && matches!(alarms.last(), Some(65..=72)), "{alarms:?}");
        assert!(reports.iter().any(|(now, report)| seconds(now) > 75 && *report == Report::AlarmsListed));
        assert!(!reports.iter().any(|(_, report)| matches!(report, Report::Fault(_))));
    }
}

//! A rack with three B. Braun Space pumps: it answers one block a pump, and the next one when the block before has been
//! acknowledged.
//!
//! Protocol and codec: [`vigil_protocols::bbraun_bcc`]. The first pump is the patient's, with the alarms of the scenario; the
//! second infuses steadily; the third is switched off.

use std::time::Duration;

use vigil_model::{Instant, Now};
use vigil_protocols::bbraun_bcc::codec::{self, ANY_BED, Message, Messages, RS, Request};
use vigil_protocols::bbraun_bcc::table::Place;

use crate::device::{Base, SimDevice};
use crate::patient::Patient;
use crate::scenario::{PumpAlarm, SimulatedDevice};
use crate::vital::Vital;

/// Time in which a rack that has been switched on does not answer.
const START_UP: Duration = Duration::from_secs(8);
/// Seconds that the rack had been on when the scenario began.
const ON_BEFORE_S: u64 = 5_000;
/// Volume in the first syringe when the scenario begins, mL.
const SYRINGE_ML: f64 = 50.0;
/// Line pressure at which the pump alarms, mmHg.
const ALARM_PRESSURE_MMHG: f64 = 600.0;
/// `INRMT` when the time left cannot be written.
const TIME_LEFT_MORE: u64 = 65_535;

/// A simulated rack.
#[derive(Debug)]
pub struct BbraunBcc {
    base: Base,
    bed: String,
    serial: u32,
    messages: Messages,
    /// Blocks of the answer under way, and the one that was sent last.
    blocks: Vec<String>,
    at_block: usize,
    /// When it was last switched on, if that was since the scenario began.
    switched_on: Option<Duration>,
}

impl BbraunBcc {
    /// A rack at a patient whose scenario began at `start`. `number` tells racks apart in their bed ids.
    pub fn new(patient: Patient, number: u32, start: Instant) -> Self {
        Self {
            base: Base::new(patient, SimulatedDevice::Pump, start),
            bed: format!("WARD/{number}"),
            serial: 40_000 + number % 10_000,
            messages: Messages::default(),
            blocks: Vec::new(),
            at_block: 0,
            switched_on: None,
        }
    }

    /// Seconds since the rack was switched on.
    fn uptime(&self, at: Duration) -> u64 {
        match self.switched_on {
            Some(on) => at.saturating_sub(on).as_secs(),
            None => ON_BEFORE_S + at.as_secs(),
        }
    }

    fn quads(&self, at: Duration, place: Option<u8>, parameters: &[(&str, String)]) -> String {
        let address = place.map_or("00".to_owned(), |place| Place { pillar: 1, place }.address());
        let time = self.uptime(at);
        let one = |(name, value): &(&str, String)| format!("{time},501{address},{name},{value}");
        parameters.iter().map(one).collect::<Vec<_>>().join(&RS.to_string())
    }

    /// What the rack answers to a request, block by block.
    pub fn answer(&self, request: Request, at: Duration) -> Vec<String> {
        match request {
            Request::Alive => vec![self.quads(at, None, &[("GNACK", "0".to_owned())])],
            Request::Version => vec![format!("{},50100,V3.30", self.uptime(at))],
            Request::Get => {
                let rack = [("FMNOR", "1".to_owned()), ("FMSTAT", "00051".to_owned())];
                vec![
                    [self.quads(at, None, &rack), self.quads(at, Some(1), &self.first(at))].join(&RS.to_string()),
                    self.quads(at, Some(2), &self.second(at)),
                    self.quads(at, Some(4), &self.third()),
                ]
            }
        }
    }

    fn first(&self, at: Duration) -> Vec<(&'static str, String)> {
        let value = |vital| self.base.patient.value(vital, at);
        let number = |vital| value(vital).map_or_else(|| "_NA".to_owned(), |value| value.to_string());
        let rate = value(Vital::PumpRate).map_or(0.0, |rate| rate.to_f64());
        let infused = self.base.patient.infused(at).map_or(0.0, |volume| volume.to_f64());
        let rest = (SYRINGE_ML - infused).max(0.0);
        let left_s = rest / rate * 3600.0;
        let left = if left_s.is_finite() { (left_s as u64).min(TIME_LEFT_MORE) } else { TIME_LEFT_MORE };
        let pressure = value(Vital::PumpPressure).map_or(0.0, |pressure| pressure.to_f64());
        let percent = (pressure / ALARM_PRESSURE_MMHG * 100.0).clamp(0.0, 200.0);
        let alarm = self.base.patient.course().pump_alarm(at);
        let mut parameters = vec![
            ("GNNEW", "688F030006".to_owned()),
            ("INRT", number(Vital::PumpRate)),
            ("INSOL", "Noradrenalin 5mg/50".to_owned()),
            ("INVOLACT", format!("{rest:.2}")),
            ("INRMT", left.to_string()),
            ("INVI", self.base.patient.infused(at).map_or_else(|| "_NA".to_owned(), |volume| volume.to_string())),
            ("INVTB", "_NV".to_owned()),
            ("INP2", format!("{percent:.0}")),
            ("INSYR", format!("{SYRINGE_ML:.0}")),
            ("INSERNUM", self.serial.to_string()),
            ("DSSTATUS", "00051".to_owned()),
        ];
        parameters.extend(flags(rate > 0.0, alarm));
        parameters
    }

    fn second(&self, at: Duration) -> Vec<(&'static str, String)> {
        let infused = at.as_secs_f64() / 3600.0 * 1.2;
        let mut parameters = vec![
            ("GNMODEL", "686F030006".to_owned()),
            ("INRT", "1.20".to_owned()),
            ("INSOL", "_NV".to_owned()),
            ("INSOLSN", "NaCl 0.9%".to_owned()),
            ("INRMT", TIME_LEFT_MORE.to_string()),
            ("INVI", format!("{infused:.1}")),
            ("INP2", "20".to_owned()),
            ("INSERNUM", (self.serial + 10_000).to_string()),
            ("DSSTATUS", "00051".to_owned()),
        ];
        parameters.extend(flags(true, None));
        parameters
    }

    fn third(&self) -> Vec<(&'static str, String)> {
        let mut parameters = vec![("INRT", "0".to_owned()), ("INVI", "0".to_owned()), ("DSSTATUS", "00050".to_owned())];
        parameters.extend(flags(false, None));
        parameters
    }

    fn send_block(&mut self) {
        if let Some(info) = self.blocks.get(self.at_block) {
            let more = self.at_block + 1 < self.blocks.len();
            let message = Message { bed: self.bed.clone(), info: info.clone(), more };
            self.base.send(message.encode(true));
        }
    }

    fn take(&mut self, at: Duration, found: Result<Message, ()>) {
        let error = |code: &str| vec![self.quads(at, None, &[("GNERR", code.to_owned())])];
        let request = found.map(|message| (Request::named(&message.info), message.bed));
        self.blocks = match request {
            Err(()) | Ok((None, _)) => error("68"),
            Ok((Some(request), bed)) if bed == self.bed || (request == Request::Alive && bed == ANY_BED) => {
                self.answer(request, at)
            }
            Ok((Some(_), _)) => error("811"),
        };
        self.at_block = 0;
        self.send_block();
    }
}

/// State and alarm flags.
fn flags(pumping: bool, alarm: Option<PumpAlarm>) -> Vec<(&'static str, String)> {
    let bit = |on: bool| if on { "1" } else { "0" }.to_owned();
    let mut flags = vec![
        ("INM2", bit(false)),
        ("INM3", bit(pumping)),
        ("INM8", bit(alarm != Some(PumpAlarm::MainsLost))),
        ("INM10", bit(false)),
        ("INA13", "_NV".to_owned()),
    ];
    let alarms = [
        ("INA3", PumpAlarm::Occlusion),
        ("INA7", PumpAlarm::EndOfInfusion),
        ("INA9", PumpAlarm::SyringeOut),
        ("INA11", PumpAlarm::LowBattery),
        ("INA12", PumpAlarm::NearEndOfInfusion),
    ];
    flags.extend(alarms.map(|(name, of)| (name, bit(alarm == Some(of)))));
    flags
}

impl SimDevice for BbraunBcc {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        let at = self.base.at(now);
        if self.base.has_restarted(now) {
            self.base.forget();
            self.blocks.clear();
            self.messages = Messages::default();
            self.switched_on = Some(at);
        }
        if self.switched_on.is_some_and(|on| at < on + START_UP) {
            return;
        }
        for byte in bytes {
            match *byte {
                codec::ACK => {
                    self.at_block += 1;
                    self.send_block();
                }
                codec::NAK => self.send_block(),
                _ => self.messages.push(&[*byte]),
            }
            while let Some(found) = self.messages.poll() {
                self.take(at, found.map(|(message, _)| message).map_err(drop));
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use vigil_model::{FaultKind, LinkState, Report};
    use vigil_protocols::bbraun_bcc::table;
    use vigil_protocols::driver::Driver;

    use super::*;
    use crate::conversation::Conversation;
    use crate::fault::FaultPlan;
    use crate::scenario::Scenario;

    fn reports(scenario: Scenario, seconds: u64) -> Vec<(u64, Report)> {
        let config = Driver::BbraunBcc.configure(Default::default()).unwrap();
        let session = config.session(config.poll_interval() * 3);
        let device = BbraunBcc::new(Patient::new(1, Arc::new(scenario.course(1))), 1, Instant::default());
        let mut conversation = Conversation::new(session, Box::new(device), &FaultPlan::default(), Now::default());
        let reports = conversation.run(Now::default(), Duration::from_secs(seconds));
        reports.into_iter().map(|(now, report)| (now.monotonic.as_micros() / 1_000_000, report)).collect()
    }

    #[test]
    fn an_occlusion_shows_at_the_first_pump_and_ends() {
        let found = reports(Scenario::named("occlusion").unwrap(), 90);
        let alarms: Vec<_> = found.iter().filter(|(_, r)| matches!(r, Report::Alarm(_))).collect();
        assert!(!alarms.is_empty());
        assert!(alarms.iter().all(|(_, r)| matches!(r, Report::Alarm(a) if &*a.text == "Pump 1-1: Pressure high")));
        let last = alarms.iter().map(|(at, _)| *at).max().unwrap();
        assert!(found.iter().any(|(at, r)| *at > last + 4 && *r == Report::AlarmsListed));
        assert!(!found.iter().any(|(_, r)| matches!(r, Report::Fault(_))));
        let at_place = |vmd| vigil_model::Containment { vmd, ..table::FLOW.containment };
        let flow = |vmd: u16| {
            found.iter().find_map(|(_, r)| match r {
                Report::Observation(o) if o.containment == at_place(vmd) => o.reading.value().cloned(),
                _ => None,
            })
        };
        assert_eq!(flow(2).map(|value| value.to_string()).as_deref(), Some("1.20"));
        assert_eq!(flow(4), None, "a pump that is switched off");
    }

    #[test]
    fn a_rack_that_restarts_is_asked_anew() {
        let text = "name = \"t\"\ntitle = \"t\"\n[[event]]\nat_s = 20\ndevice = \"pump\"\nevent = \"restart\"\n";
        let found = reports(Scenario::parse(text, "test").unwrap(), 60);
        let faults = |kind| found.iter().filter(|(_, r)| matches!(r, Report::Fault(f) if f.kind == kind)).count();
        assert!(faults(FaultKind::Timeout) > 0);
        let values_at = |from: u64, to: u64| {
            found.iter().filter(|(at, r)| (from..to).contains(at) && matches!(r, Report::Observation(_))).count()
        };
        assert!(values_at(2, 20) > 50 && values_at(40, 60) > 50);
        assert!(!found.iter().any(|(_, r)| matches!(r, Report::Link(LinkState::Lost { .. }))));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let course = Arc::new(Scenario::named("stable").unwrap().course(1));
            let mut rack = BbraunBcc::new(Patient::new(1, course), 1, Instant::default());
            rack.handle_bytes(Now::default(), &bytes);
            while rack.poll_transmit().is_some() {}
        }
    }
}

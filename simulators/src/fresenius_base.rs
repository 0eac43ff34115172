//! A Fresenius Base with two syringe pumps, in modules 1 and 3: sessions, reads, acknowledgements, and a sign of life that it
//! asks for every few seconds. Without that it closes its sessions.
//!
//! Protocol and codec: [`vigil_protocols::fresenius_base`]. The pump in module 1 is the patient's, with the alarms of the
//! scenario; the one in module 3 infuses steadily. A command that would change something is refused as unknown.

use std::time::Duration;

use vigil_model::{Instant, Now};
use vigil_protocols::fresenius_base::codec::{ACK, DC4, ENQ, Heard, Reply, Request, Status, Stream};

use crate::device::{Base, SimDevice};
use crate::patient::Patient;
use crate::scenario::SimulatedDevice;
use crate::vital::Vital;

/// Modules that have a pump.
const PUMPS: [u8; 2] = [1, 3];
/// How often the base asks for a sign of life while a session is open.
const ENQUIRY_INTERVAL: Duration = Duration::from_secs(3);
/// How long it waits for one.
const PATIENCE: Duration = Duration::from_secs(8);
/// Time in which a base that has been switched on does not answer.
const START_UP: Duration = Duration::from_secs(6);

/// A simulated base.
#[derive(Debug)]
pub struct FreseniusBase {
    base: Base,
    stream: Stream,
    /// Addresses with an open session.
    sessions: Vec<u8>,
    enquire_at: Instant,
    /// When the host last gave a sign of life.
    alive_at: Instant,
    silent_until: Instant,
}

impl FreseniusBase {
    /// A base at a patient whose scenario began at `start`.
    pub fn new(patient: Patient, start: Instant) -> Self {
        Self {
            base: Base::new(patient, SimulatedDevice::Pump, start),
            stream: Stream::default(),
            sessions: Vec::new(),
            enquire_at: start,
            alive_at: start,
            silent_until: start,
        }
    }

    /// What stands behind the status of an answer, or the error.
    fn answer(&mut self, request: Request, at: Duration) -> Result<Vec<String>, &'static str> {
        let module = match request {
            Request::Connect(address) if address == 0 || (PUMPS.contains(&address) && self.sessions.contains(&0)) => {
                if !self.sessions.contains(&address) {
                    self.sessions.push(address);
                }
                return Ok(Vec::new());
            }
            Request::Connect(_) => return Err("0E"),
            _ if !self.sessions.contains(&0) => return Err("0D"),
            Request::Modules => {
                let bits = PUMPS.iter().fold(0, |bits, module| bits | 1 << (module - 1));
                return Ok(vec![format!("b{bits:02X}")]);
            }
            Request::Alarm(module) | Request::Malfunction(module) | Request::Values(module) => module,
        };
        if !self.sessions.contains(&module) {
            return Err("1E");
        }
        let (patient, is_first) = (&self.base.patient, module == PUMPS[0]);
        let alarm = patient.course().pump_alarm(at).is_some_and(|_| is_first);
        Ok(match request {
            Request::Alarm(_) => vec![format!("a{:04X}", u8::from(alarm))],
            Request::Malfunction(_) => vec!["e0000".to_owned()],
            _ if is_first => {
                let rate = patient.value(Vital::PumpRate, at).map_or(0.0, |rate| rate.to_f64());
                let volume = patient.infused(at).map_or(0.0, |volume| volume.to_f64());
                values(rate, volume)
            }
            _ => values(2.5, at.as_secs_f64() / 3600.0 * 2.5),
        })
    }

    fn take(&mut self, now: Now, text: &str, address: u8) {
        self.base.send(vec![ACK]);
        let answer = match Request::named(text) {
            Some(request) => self.answer(request, self.base.at(now)),
            None => Err("01"),
        };
        let (status, data) = match answer {
            Ok(data) => (Status::Correct, data),
            Err(code) => (Status::Incorrect, vec![code.to_owned()]),
        };
        self.base.send(Reply { address, status, data }.encode());
    }
}

/// Tenths of mL/h and thousandths of mL, hexadecimal.
fn values(rate: f64, volume: f64) -> Vec<String> {
    let whole = |value: f64| value.round().clamp(0.0, 65_535.0) as u32;
    vec![format!("d{:04X}", whole(rate * 10.0)), format!("r{:08X}", (volume * 1000.0).round().max(0.0) as u32)]
}

impl SimDevice for FreseniusBase {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        self.handle_timeout(now);
        if now.monotonic < self.silent_until {
            return;
        }
        for byte in bytes {
            if *byte == DC4 {
                self.alive_at = now.monotonic;
                continue;
            }
            self.stream.push(&[*byte]);
            while let Some(found) = self.stream.poll() {
                if let Ok(Heard::Frame(text, _)) = found {
                    let address = text.bytes().next().filter(u8::is_ascii_digit).map_or(0, |digit| digit - b'0');
                    self.alive_at = now.monotonic;
                    self.take(now, &text, address);
                }
            }
        }
    }

    fn handle_timeout(&mut self, now: Now) {
        if self.base.has_restarted(now) {
            self.base.forget();
            self.stream = Stream::default();
            self.sessions.clear();
            self.silent_until = now.monotonic + START_UP;
        }
        if now.monotonic >= self.alive_at + PATIENCE {
            self.sessions.clear();
        }
        if now.monotonic < self.enquire_at {
            return;
        }
        self.enquire_at = now.monotonic + ENQUIRY_INTERVAL;
        if !self.sessions.is_empty() {
            self.base.send(vec![ENQ]);
        }
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.base.next_transmission()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        Some(self.enquire_at)
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

    use vigil_model::{FaultKind, Report};
    use vigil_protocols::driver::Driver;

    use super::*;
    use crate::conversation::Conversation;
    use crate::fault::FaultPlan;
    use crate::scenario::Scenario;

    fn reports(scenario: Scenario, seconds: u64) -> Vec<(u64, Report)> {
        let config = Driver::FreseniusBase.configure(Default::default()).unwrap();
        let session = config.session(config.poll_interval() * 10);
        let device = FreseniusBase::new(Patient::new(1, Arc::new(scenario.course(1))), Instant::default());
        let mut conversation = Conversation::new(session, Box::new(device), &FaultPlan::default(), Now::default());
        let reports = conversation.run(Now::default(), Duration::from_secs(seconds));
        reports.into_iter().map(|(now, report)| (now.monotonic.as_micros() / 1_000_000, report)).collect()
    }

    #[test]
    fn both_pumps_are_read_and_an_alarm_begins_and_ends() {
        let found = reports(Scenario::named("occlusion").unwrap(), 90);
        let alarm = |wanted: bool, from: u64| {
            found.iter().find(|(at, r)| {
                *at >= from
                    && matches!(r, Report::Alarm(a) if a.present == wanted && &*a.text == "Module 1: Pump alarm")
            })
        };
        assert!(alarm(true, 0).is_some_and(|(at, _)| (9..=14).contains(at)));
        assert!(alarm(false, 60).is_some_and(|(at, _)| (69..=75).contains(at)));
        assert!(
            !found
                .iter()
                .any(|(_, r)| matches!(r, Report::Alarm(a) if a.present && &*a.text != "Module 1: Pump alarm"))
        );
        assert!(!found.iter().any(|(_, r)| matches!(r, Report::Fault(_))), "the session lives on its signs of life");
        let third = found.iter().filter(|(_, r)| matches!(r, Report::Observation(o) if o.containment.vmd == 3));
        assert!(third.count() > 60);
    }

    #[test]
    fn a_base_that_restarts_is_connected_again() {
        let text = "name = \"t\"\ntitle = \"t\"\n[[event]]\nat_s = 20\ndevice = \"pump\"\nevent = \"restart\"\n";
        let found = reports(Scenario::parse(text, "test").unwrap(), 60);
        assert!(found.iter().any(|(_, r)| matches!(r, Report::Fault(f) if f.kind == FaultKind::Exception)));
        let values = |from: u64, to: u64| {
            found.iter().filter(|(at, r)| (from..to).contains(at) && matches!(r, Report::Observation(_))).count()
        };
        assert!(
            values(2, 20) > 20 && values(21, 26) == 0 && values(40, 60) > 20,
            "{} {}",
            values(2, 20),
            values(40, 60)
        );
    }
}

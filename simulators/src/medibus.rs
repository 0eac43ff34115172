//! A Draeger Evita 4 ventilator with Medibus: calls every three seconds until it is answered, asks who is there, and then
//! answers what it is asked.
//!
//! Protocol and codec: [`vigil_protocols::draeger_medibus`]. Rate, SpO2, pulse and end-tidal CO2 follow the patient; pressures
//! and volumes are those of a fixed setting. Values that a patient does not have are left out, as the real device does.

use std::time::Duration;

use vigil_model::{Instant, Now, Quantity};
use vigil_protocols::draeger_medibus::codec::{
    AlarmItem, Deframer, DeviceId, Found, Frame, NAK, Request, TextItem, ValueItem, code, encode_alarms,
    encode_device_id, encode_settings, encode_texts, encode_time, encode_values,
};

use crate::device::{Base, SimDevice};
use crate::patient::Patient;
use crate::scenario::SimulatedDevice;
use crate::vital::Vital;

/// Pause between two calls.
const CALL_PAUSE: Duration = Duration::from_secs(3);
/// Silence after which the conversation is over.
const SILENCE_MAX: Duration = Duration::from_secs(3);
/// Time after the beginning of a conversation in which requests are not heard.
const DEAF_TIME: Duration = Duration::from_millis(200);
/// Rate above which the ventilator raises its alarm, 1/min.
const RATE_HIGH: f64 = 30.0;
/// Saturation below which it raises its alarm, %.
const SPO2_LOW: f64 = 90.0;
/// Expired tidal volume, L.
const TIDAL_L: f64 = 0.48;

/// A simulated Evita 4.
#[derive(Debug)]
pub struct Medibus {
    base: Base,
    deframer: Deframer,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Calling { again: Instant },
    Talking { since: Instant, heard: Instant },
}

impl Medibus {
    /// A ventilator at a patient whose scenario began at `start`.
    pub fn new(patient: Patient, start: Instant) -> Self {
        Self {
            base: Base::new(patient, SimulatedDevice::Ventilator, start),
            deframer: Deframer::default(),
            state: State::Calling { again: start + CALL_PAUSE },
        }
    }

    /// What the ventilator answers to a request at `now`.
    pub fn answer(&self, request: Request, now: Now) -> Vec<u8> {
        let at = self.base.at(now);
        let vital = |vital| self.base.patient.value(vital, at);
        let rate = vital(Vital::RespiratoryRate);
        let spo2 = vital(Vital::Spo2);
        match request {
            Request::Initialise | Request::Nop => Vec::new(),
            Request::DeviceId => encode_device_id(&DeviceId {
                number: "8240".to_owned(),
                name: "EVITA 4".to_owned(),
                revision: "05.00".to_owned(),
                medibus: "03.00".to_owned(),
            }),
            Request::Alarms1 => {
                let alarm = |on: bool, priority, code, text: &str| {
                    on.then(|| AlarmItem { priority, code, text: text.to_owned() })
                };
                let exceeds = |value: Option<Quantity>, limit: f64| value.is_some_and(|value| value.to_f64() > limit);
                let low = spo2.is_some_and(|spo2| spo2.to_f64() < SPO2_LOW);
                let alarms = [
                    alarm(exceeds(rate, RATE_HIGH), 20, 0x90, "RESP RATE HI"),
                    alarm(rate.is_none(), 30, 0x98, "APNEA"),
                    alarm(low, 28, 0x01, "SPO2 LOW"),
                ];
                encode_alarms(&alarms.into_iter().flatten().collect::<Vec<_>>())
            }
            Request::Alarms2 => Vec::new(),
            Request::Texts => encode_texts(
                &[(0x0E, "BIPAP"), (0x20, "ADULTS"), (0x48, "INVASIVE")]
                    .map(|(code, text)| TextItem { code, text: text.to_owned() }),
            ),
            Request::Time => encode_time(now.utc),
            Request::Data => self.data(rate, spo2, at),
            Request::LowLimits => items(&[(0xB9, " 3.5"), (0xEB, " 90 ")]),
            Request::HighLimits => items(&[(0xB9, "14.0"), (0xD6, " 30 "), (0x7D, "  40")]),
            Request::Settings => encode_settings(
                &[(0x01, "   40"), (0x04, " 0.48"), (0x09, " 12.0"), (0x0B, "  5.0"), (0x12, " 10.0")]
                    .map(|(code, text)| ValueItem { code, text: text.to_owned() }),
            ),
        }
    }

    fn data(&self, rate: Option<Quantity>, spo2: Option<Quantity>, at: Duration) -> Vec<u8> {
        let pulse = self.base.patient.value(Vital::HeartRate, at).filter(|_| spo2.is_some());
        let co2 = self.base.patient.value(Vital::EtCo2, at).filter(|_| rate.is_some());
        let mut values: Vec<(u8, String)> = vec![(0xF0, " 40 ".to_owned())];
        let whole = |value: Quantity| format!("{:>3.0} ", value.to_f64());
        if let Some(rate) = rate {
            let minute_volume = rate.to_f64() * TIDAL_L;
            values.extend([
                (0xD6, whole(rate)),
                (0x82, format!("{TIDAL_L:.2}")),
                if minute_volume < 1.0 {
                    (0xB8, format!("{minute_volume:.2}"))
                } else {
                    (0xB9, format!("{minute_volume:4.1}"))
                },
                (0x7D, "  21".to_owned()),
                (0x73, "   9".to_owned()),
                (0x78, "   5".to_owned()),
            ]);
        }
        values.extend(co2.map(|co2| (0xDB, format!("{:4.1}", co2.to_f64()))));
        values.extend(spo2.map(|spo2| (0xEB, whole(spo2))));
        values.extend(pulse.map(|pulse| (0xE1, whole(pulse))));
        let values: Vec<_> = values.iter().map(|(code, text)| (*code, text.as_str())).collect();
        items(&values)
    }

    fn take(&mut self, now: Now, found: Found) {
        let frame = match found {
            Found::Frame(frame) => frame,
            Found::BadCommand(_) => return self.base.send(Frame::response(NAK, []).encode()),
            Found::Fault(_) => return,
        };
        if let State::Talking { heard, .. } = &mut self.state {
            *heard = now.monotonic;
        }
        match frame {
            Frame::Command { code, .. } if code == code::ICC => {
                self.base.send(Frame::response(code, []).encode());
                self.begin(now.monotonic);
            }
            Frame::Command { code, .. } if code == code::STOP => {
                self.base.send(Frame::response(code, []).encode());
                self.state = State::Calling { again: now.monotonic + CALL_PAUSE };
            }
            Frame::Command { code, .. } => {
                let is_deaf = match self.state {
                    State::Calling { .. } => true,
                    State::Talking { since, .. } => now.monotonic < since + DEAF_TIME,
                };
                let request = Request::of(code).filter(|_| !is_deaf);
                let data = request.map_or_else(Vec::new, |request| self.answer(request, now));
                self.base.send(Frame::response(code, data).encode());
            }
            Frame::Response { code, .. } if code == code::ICC && matches!(self.state, State::Calling { .. }) => {
                self.begin(now.monotonic);
            }
            Frame::Response { .. } => {}
        }
    }

    /// The conversation begins: the ventilator asks who is there.
    fn begin(&mut self, now: Instant) {
        self.state = State::Talking { since: now, heard: now };
        self.base.send(Request::DeviceId.encode());
    }
}

fn items(values: &[(u8, &str)]) -> Vec<u8> {
    let item = |(code, text): &(u8, &str)| ValueItem { code: *code, text: (*text).to_owned() };
    encode_values(&values.iter().map(item).collect::<Vec<_>>())
}

impl SimDevice for Medibus {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        self.restart(now);
        self.deframer.push(bytes);
        while let Some(found) = self.deframer.poll() {
            self.take(now, found);
        }
    }

    fn handle_timeout(&mut self, now: Now) {
        self.restart(now);
        match self.state {
            State::Talking { heard, .. } if now.monotonic >= heard + SILENCE_MAX => {
                self.state = State::Calling { again: now.monotonic + CALL_PAUSE };
            }
            State::Calling { again } if now.monotonic >= again => {
                self.state = State::Calling { again: now.monotonic + CALL_PAUSE };
                self.base.send(Request::Initialise.encode());
            }
            State::Talking { .. } | State::Calling { .. } => {}
        }
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.base.next_transmission()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        Some(match self.state {
            State::Calling { again } => again,
            State::Talking { heard, .. } => heard + SILENCE_MAX,
        })
    }

    fn is_plugged(&self, now: Now) -> bool {
        self.base.is_plugged(now)
    }

    fn next_change(&self, now: Now) -> Option<Instant> {
        self.base.next_change(now)
    }
}

impl Medibus {
    /// Forgets the conversation if the ventilator has been switched off and on.
    fn restart(&mut self, now: Now) {
        if self.base.has_restarted(now) {
            self.base.forget();
            self.deframer = Deframer::default();
            self.state = State::Calling { again: now.monotonic + CALL_PAUSE };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use vigil_model::{LinkState, Report};
    use vigil_protocols::driver::Driver;

    use super::*;
    use crate::conversation::Conversation;
    use crate::fault::FaultPlan;
    use crate::scenario::Scenario;

    fn ventilator(scenario: Scenario) -> Medibus {
        Medibus::new(Patient::new(1, Arc::new(scenario.course(1))), Instant::default())
    }

    /// What a session reports in a time, with the second.
    fn reports(scenario: Scenario, seconds: u64) -> Vec<(u64, Report)> {
        let config = Driver::DraegerMedibus.configure(Default::default()).unwrap();
        let session = config.session(config.poll_interval() * 3);
        let device = Box::new(ventilator(scenario));
        let mut conversation = Conversation::new(session, device, &FaultPlan::default(), Now::default());
        let reports = conversation.run(Now::default(), Duration::from_secs(seconds));
        reports.into_iter().map(|(now, report)| (now.monotonic.as_micros() / 1_000_000, report)).collect()
    }

    fn scenario(text: &str) -> Scenario {
        Scenario::parse(&format!("name = \"t\"\ntitle = \"t\"\n{text}"), "test").unwrap()
    }

    #[test]
    fn a_conversation_gives_values_and_alarms() {
        let found = reports(Scenario::named("desaturation").unwrap(), 40);
        assert!(found.iter().any(|(_, r)| *r == Report::Link(LinkState::Up)));
        assert!(!found.iter().any(|(_, r)| matches!(r, Report::Fault(_))), "{found:?}");
        assert!(found.iter().any(|(_, r)| matches!(r, Report::Alarm(alarm) if &*alarm.text == "SpO2 alarm 01")));
        assert!(found.iter().filter(|(_, r)| *r == Report::AlarmsListed).count() > 15);
    }

    #[test]
    fn a_patient_who_does_not_breathe_has_no_values_and_an_alarm() {
        let text = "[[vital]]\nvital = \"respiratory-rate\"\nkeyframes = [{ at_s = 0, value = 15 }, { at_s = 10 }]";
        let found = reports(scenario(text), 20);
        let apnoea = |(at, r): &(u64, Report)| matches!(r, Report::Alarm(a) if &*a.text == "Apnoea").then_some(*at);
        assert!(found.iter().find_map(apnoea).is_some_and(|at| (10..14).contains(&at)));
    }

    #[test]
    fn a_restart_begins_a_new_conversation() {
        let text = "[[event]]\nat_s = 10\ndevice = \"ventilator\"\nevent = \"restart\"\n";
        let found = reports(scenario(text), 30);
        let identities = found.iter().filter(|(_, r)| matches!(r, Report::Identity(_)));
        assert!(identities.count() >= 2, "asked again who is there");
        assert!(found.iter().any(|(at, r)| *at > 25 && *r == Report::AlarmsListed));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let mut ventilator = ventilator(Scenario::named("stable").unwrap());
            ventilator.handle_bytes(Now::default(), &bytes);
            while ventilator.poll_transmit().is_some() {}
        }
    }
}

//! A Puritan Bennett 840 ventilator: answers `SNDF` and `SNDA` with the patient's breathing, and nothing else.
//!
//! Protocol and codec: [`vigil_protocols::puritan_bennett`]. Rate follows the patient; pressures and volumes are those of a
//! fixed setting. When the patient has no rate, the fields of breathing are blank and the circuit is disconnected; a rate
//! above the limit raises the alarm of the ventilator.

use vigil_model::{Instant, Now};
use vigil_protocols::puritan_bennett::codec::{Reply, Request};
use vigil_protocols::puritan_bennett::table;

use crate::device::{Base, SimDevice};
use crate::patient::Patient;
use crate::scenario::SimulatedDevice;
use crate::vital::Vital;

/// Longest line that is kept to recognise a request, in bytes.
const LINE_MAX_BYTES: usize = 8;
/// Rate above which the ventilator raises its alarm, 1/min.
const RATE_HIGH: f64 = 30.0;
/// Rate that is set, 1/min.
const RATE_SET: &str = "12";
/// Expired tidal volume, L.
const TIDAL_L: f64 = 0.450;

/// A simulated ventilator of the 840 series.
#[derive(Debug)]
pub struct PuritanBennett {
    base: Base,
    serial: String,
    line: Vec<u8>,
}

impl PuritanBennett {
    /// A ventilator at a patient whose scenario began at `start`. `number` tells ventilators apart in their invented serial
    /// numbers.
    pub fn new(patient: Patient, number: u32, start: Instant) -> Self {
        let serial = format!("35{:08}", 90_000_000 + number % 10_000_000);
        Self { base: Base::new(patient, SimulatedDevice::Ventilator, start), serial, line: Vec::new() }
    }

    /// What the ventilator answers to a request at `now`.
    pub fn reply(&self, request: Request, now: Now) -> Reply {
        const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
        let rate = self.base.patient.value(Vital::RespiratoryRate, self.base.at(now));
        let mut reply = Reply::empty(request);
        let mut set = |fields: table::Fields, text: &str| {
            if let Some(number) = fields.of(request) {
                reply.set(number, text);
            }
        };
        let civil = now.utc.civil();
        let month = MONTHS[usize::from(civil.month.clamp(1, 12)) - 1];
        set(table::TIME, &format!("{:02}:{:02}", civil.hour, civil.minute));
        set(table::DATE, &format!("{month} {:02} {:04}", civil.day, civil.year.clamp(0, 9999)));
        set(table::IDENTITY, &format!("840 {}", self.serial));
        set(table::SILENCE, "OFF");
        for row in &table::ALARMS {
            let urgency = match row.text {
                "High rate" if rate.is_some_and(|rate| rate.to_f64() > RATE_HIGH) => Some("MEDIUM"),
                "Circuit disconnect" if rate.is_none() => Some("HIGH"),
                _ => None,
            };
            set(row.fields, state(request, urgency));
        }
        for row in &table::ROWS {
            set(row.fields, &number(row.label, rate.map(|rate| rate.to_f64())));
        }
        set(table::RATE.high, &format!("{RATE_HIGH:.0}"));
        set(table::P_PEAK.high, "40");
        reply
    }
}

/// The word for an alarm with an urgency, or without one.
fn state(request: Request, urgency: Option<&'static str>) -> &'static str {
    match (urgency, request) {
        (None, _) => "NORMAL",
        (Some(urgency), Request::Sndf) => urgency,
        (Some(_), Request::Snda) => "ALARM",
    }
}

/// What stands in the field of a metric; blank where nothing is measured.
fn number(label: &str, rate: Option<f64>) -> String {
    let measured = |text: &str| rate.map_or_else(String::new, |_| text.to_owned());
    match label {
        "Rate" => rate.map_or_else(String::new, |rate| format!("{rate:.0}")),
        "VTe" | "VTi" => measured(&format!("{TIDAL_L:.3}")),
        "VE" => rate.map_or_else(String::new, |rate| format!("{:.2}", rate * TIDAL_L)),
        "Ppeak" => measured("21.0"),
        "Pmean" => measured("9.4"),
        "Pei" => measured("19.5"),
        "PEEP" => measured("5.1"),
        "FiO2" => "40".to_owned(),
        "I:E (E)" => measured("2.00"),
        "Mode" => "A/C".to_owned(),
        "Type" => "INVASIVE".to_owned(),
        "Mandatory" => "VC".to_owned(),
        "Set rate" => RATE_SET.to_owned(),
        "Set VT" => format!("{TIDAL_L:.3}"),
        "Set peak flow" => "60.0".to_owned(),
        "Set O2" => "40".to_owned(),
        "Set PEEP" => "5.0".to_owned(),
        "Set apnoea interval" => "20".to_owned(),
        "IBW" => "70.0".to_owned(),
        _ => String::new(),
    }
}

impl SimDevice for PuritanBennett {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        if self.base.has_restarted(now) {
            self.line.clear();
            self.base.forget();
        }
        for byte in bytes {
            if *byte != b'\r' {
                if self.line.len() >= LINE_MAX_BYTES {
                    self.line.remove(0);
                }
                self.line.push(*byte);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let request = Request::ALL.into_iter().find(|request| request.word().as_bytes() == line);
            if let Some(request) = request {
                let reply = self.reply(request, now);
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

    fn ventilator(scenario: &str) -> PuritanBennett {
        let course = Arc::new(Scenario::named(scenario).unwrap().course(1));
        PuritanBennett::new(Patient::new(1, course), 1, Instant::from_micros(0))
    }

    fn answers(ventilator: &mut PuritanBennett, bytes: &[u8]) -> usize {
        ventilator.handle_bytes(Now::default(), bytes);
        std::iter::from_fn(|| ventilator.poll_transmit()).count()
    }

    #[test]
    fn it_answers_what_reads_and_nothing_else() {
        let mut ventilator = ventilator("stable");
        assert_eq!(answers(&mut ventilator, b"SNDF\rSNDA\r"), 2);
        assert_eq!(answers(&mut ventilator, b"RSET\rXSNDF\rSNDF"), 0);
        assert_eq!(answers(&mut ventilator, b"\r"), 1);
    }

    #[test]
    fn a_fast_rate_alarms_and_no_rate_is_blank() {
        let reply = |keyframe: &str, request| {
            let text = format!(
                "name = \"t\"\ntitle = \"t\"\n[[vital]]\nvital = \"respiratory-rate\"\nkeyframes = [{{ at_s = 0{keyframe} }}]"
            );
            let course = Arc::new(Scenario::parse(&text, "test").unwrap().course(1));
            PuritanBennett::new(Patient::new(1, course), 1, Instant::from_micros(0)).reply(request, Now::default())
        };
        let fast = reply(", value = 40", Request::Sndf);
        assert_eq!((fast.field(112), fast.field(124)), ("MEDIUM", "NORMAL"));
        assert_eq!(reply(", value = 40", Request::Snda).field(53), "ALARM");
        let none = reply("", Request::Sndf);
        assert_eq!((none.field(70), none.field(73), none.field(124)), ("", "", "HIGH"));
        assert_eq!(none.field(13), RATE_SET, "what is set stays set");
    }

    #[test]
    fn a_session_sees_the_patient_breathe() {
        let config = Driver::PuritanBennett.configure(Default::default()).unwrap();
        let session = config.session(config.poll_interval() * 3);
        let mut conversation =
            Conversation::new(session, Box::new(ventilator("stable")), &FaultPlan::default(), Now::default());
        let reports = conversation.run(Now::default(), Duration::from_secs(20));
        let rates: Vec<f64> = reports
            .iter()
            .filter_map(|(_, report)| match report {
                Report::Observation(o) if o.containment == table::RATE.containment => o.reading.value()?.quantity(),
                _ => None,
            })
            .map(|rate| rate.to_f64())
            .collect();
        assert!(rates.len() >= 5 && rates.iter().all(|rate| (8.0..=25.0).contains(rate)), "{rates:?}");
        assert!(!reports.iter().any(|(_, report)| matches!(report, Report::Fault(_) | Report::Alarm(_))));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            answers(&mut ventilator("stable"), &bytes);
        }
    }
}

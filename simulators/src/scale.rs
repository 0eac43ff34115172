//! A patient scale with the ESC protocol: answers a request for a reading with the patient's weight, and tells its
//! diagnostics.
//!
//! Protocol and codec: [`vigil_protocols::esc_scale`]. The protocol has no check: damage on the wire may look like another
//! weight, and no receiver can tell.

use std::time::Duration;

use vigil_model::{Instant, Now};
use vigil_protocols::esc_scale::codec::{Message, Request, Scales};

use crate::device::{Base, SimDevice};
use crate::patient::Patient;
use crate::scenario::SimulatedDevice;
use crate::vital::Vital;

/// Bytes that are kept to recognise a request; the longest one has seven.
const KEPT_BYTES_MAX: usize = 16;

/// What the scale shows when it has no weight (overload): 999.9.
const NO_WEIGHT: &str = "0999.9";

/// A simulated scale, set to kilograms.
#[derive(Debug)]
pub struct Scale {
    base: Base,
    heard: Vec<u8>,
}

impl Scale {
    /// A scale under a patient whose scenario began at `start`.
    pub fn new(patient: Patient, start: Instant) -> Self {
        Self { base: Base::new(patient, SimulatedDevice::Scale, start), heard: Vec::new() }
    }

    /// What the scale answers to a request at a time since the scenario began.
    pub fn answer(&self, request: Request, at: Duration) -> Message {
        match request {
            Request::Diagnostics => Message::Diagnostics(vec!["000".to_owned()]),
            Request::QueryAht => Message::Setting { name: "AHT".to_owned(), value: "10".to_owned() },
            Request::Reading => {
                let weight = self.base.patient.value(Vital::Weight, at);
                let weight =
                    weight.map_or_else(|| NO_WEIGHT.to_owned(), |weight| format!("{:0>6}", weight.to_string()));
                Message::Reading(Scales { weight: Some(weight), height: None, units: Some("m".to_owned()) })
            }
        }
    }
}

impl SimDevice for Scale {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        if self.base.has_restarted(now) {
            self.heard.clear();
            self.base.forget();
        }
        for byte in bytes {
            if self.heard.len() >= KEPT_BYTES_MAX {
                self.heard.remove(0);
            }
            self.heard.push(*byte);
            let request = Request::ALL.into_iter().find(|request| self.heard.ends_with(&request.encode()));
            if let Some(request) = request {
                self.heard.clear();
                let answer = self.answer(request, self.base.at(now));
                self.base.send(answer.encode());
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

    use super::*;
    use crate::scenario::Scenario;

    fn answers(bytes: &[u8]) -> Vec<Vec<u8>> {
        let course = Scenario::named("stable").unwrap().course(1);
        let mut scale = Scale::new(Patient::new(1, Arc::new(course)), Instant::from_micros(0));
        scale.handle_bytes(Now::default(), bytes);
        std::iter::from_fn(|| scale.poll_transmit()).collect()
    }

    #[test]
    fn it_answers_a_reading_in_kilograms() {
        let answer = answers(b"\x1bR\x1bE").remove(0);
        let text = String::from_utf8(answer).unwrap();
        assert!(text.starts_with("\x1bR\x1bW0") && text.ends_with("\x1bNm\x1bE") && text.len() == 15, "{text:?}");
        assert_eq!(answers(b"\x1bR\x1bA\x1bE"), [b"\x1bZ000\x1bE"], "a new request voids the first");
        assert_eq!(answers(b"\x1bCUOM=c\x1bE"), Vec::<Vec<u8>>::new(), "a request that writes is ignored");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            answers(&bytes);
        }
    }
}

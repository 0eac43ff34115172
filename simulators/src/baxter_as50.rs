//! A Baxter AS50 syringe pump: answers what reads; everything else is rejected, and nothing changes it.
//!
//! Protocol and codec: [`vigil_protocols::baxter_as50`]. How a real one tells alarms is not public, so this one tells none.

use vigil_model::{Instant, Now};
use vigil_protocols::baxter_as50::codec::{Frames, Reply, Request};

use crate::device::{Base, SimDevice};
use crate::patient::Patient;
use crate::scenario::SimulatedDevice;
use crate::vital::Vital;

/// A simulated pump.
#[derive(Debug)]
pub struct BaxterAs50 {
    base: Base,
    frames: Frames,
}

impl BaxterAs50 {
    /// A pump at a patient whose scenario began at `start`.
    pub fn new(patient: Patient, start: Instant) -> Self {
        Self { base: Base::new(patient, SimulatedDevice::Pump, start), frames: Frames::default() }
    }

    /// What the pump answers to a request at `now`.
    pub fn reply(&self, request: Request, now: Now) -> Reply {
        let rate = self.base.patient.value(Vital::PumpRate, self.base.at(now));
        let value = match request {
            Request::Status => if rate.is_some_and(|rate| rate.mantissa() > 0) { "RUN" } else { "STOP" }.to_owned(),
            Request::PrimaryRate => rate.map_or_else(String::new, |rate| rate.to_string()),
            Request::BolusRate => "200".to_owned(),
            Request::BolusSize => "2.0".to_owned(),
        };
        Reply::Answer { request, value }
    }
}

impl SimDevice for BaxterAs50 {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        if self.base.has_restarted(now) {
            self.frames = Frames::default();
            self.base.forget();
        }
        self.frames.push(bytes);
        while let Some(found) = self.frames.poll() {
            let Ok(text) = found else { continue };
            let asked = Request::ALL.into_iter().find(|request| text.strip_suffix('?') == Some(request.word()));
            let reply = asked.map_or(Reply::Reject("01".to_owned()), |request| self.reply(request, now));
            self.base.send(reply.encode());
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

    #[test]
    fn it_answers_what_reads_and_rejects_what_would_change_it() {
        let course = Arc::new(Scenario::named("stable").unwrap().course(1));
        let mut pump = BaxterAs50::new(Patient::new(1, course), Instant::default());
        let mut answers = |bytes: &[u8]| {
            pump.handle_bytes(Now::default(), bytes);
            let answers = std::iter::from_fn(|| pump.poll_transmit());
            answers.map(|bytes| String::from_utf8_lossy(&bytes[..bytes.len() - 2]).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(answers(&Request::PrimaryRate.encode()), ["[PRIRATE=5.00]"]);
        assert_eq!(answers(&Request::Status.encode()), ["[STATUS=RUN]"]);
        let writes = Reply::Answer { request: Request::PrimaryRate, value: "99".into() }.encode();
        assert_eq!(answers(&writes), ["[REJECT01]"]);
        assert_eq!(answers(b"[PRIRATE?]xx noise"), Vec::<String>::new());
    }
}

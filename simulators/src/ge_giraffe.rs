//! A GE Giraffe OmniBed: a line every 2 s by itself, and no ear for anything.
//!
//! Protocol and codec: [`vigil_protocols::ge_giraffe`]. The infant has the temperature of the patient; when there is none the
//! probe is off (`OPEN`). The air follows at a distance, and the heater works the more the colder the infant is.

use std::time::Duration;

use vigil_model::{Instant, Now};
use vigil_protocols::ge_giraffe::codec::{Check, Kind, Line};

use crate::device::{Base, SimDevice};
use crate::patient::Patient;
use crate::scenario::SimulatedDevice;
use crate::vital::Vital;

/// Time from one line to the next.
const INTERVAL: Duration = Duration::from_secs(2);
/// Time without lines after the bed has been switched off and on.
const START_UP: Duration = Duration::from_secs(10);
/// Temperature that is set, °C.
const SET: f64 = 37.0;

/// A simulated incubator.
#[derive(Debug)]
pub struct GeGiraffe {
    base: Base,
    due: Instant,
}

impl GeGiraffe {
    /// An incubator with a patient whose scenario began at `start`.
    pub fn new(patient: Patient, start: Instant) -> Self {
        Self { base: Base::new(patient, SimulatedDevice::Bed, start), due: start }
    }

    /// The line at `now`.
    pub fn line(&self, now: Now) -> Line {
        let skin = self.base.patient.value(Vital::Temperature, self.base.at(now));
        let celsius = skin.map_or(SET, |skin| skin.to_f64());
        let heater = ((SET - celsius) * 50.0 + 40.0).clamp(0.0, 100.0);
        let probe = skin.map_or_else(|| "OPEN".to_owned(), |skin| format!("{:.1}", skin.to_f64()));
        let known = [
            probe,
            "OPEN".to_owned(),
            format!("{:.1}", (celsius - 2.5).clamp(10.0, 45.0)),
            "33.0".to_owned(),
            format!("{SET:.1}"),
            format!("{heater:03.0}"),
            "P".to_owned(),
            "N".to_owned(),
        ];
        let rest = ["C", "00", "063", "D", "L", "02043", "0000", "00", "43", "000", "000", "03", "00"];
        let fields = known.into_iter().chain(rest.map(str::to_owned)).collect();
        Line { kind: Kind::Incubator, revision: "1.40".to_owned(), fields, check: Check::Absent }
    }
}

impl SimDevice for GeGiraffe {
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

    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn a_probe_that_is_off_is_open_and_a_cold_infant_is_warmed() {
        let line = |keyframe: &str| {
            let text = format!(
                "name = \"t\"\ntitle = \"t\"\n[[vital]]\nvital = \"temperature\"\nkeyframes = [{{ at_s = 0{keyframe} }}]"
            );
            let course = Arc::new(Scenario::parse(&text, "test").unwrap().course(1));
            GeGiraffe::new(Patient::new(1, course), Instant::default()).line(Now::default()).fields
        };
        assert_eq!(line("")[0], "OPEN");
        let cold = line(", value = 35");
        assert!(cold[0].starts_with("35.") || cold[0].starts_with("34."), "{cold:?}");
        assert_eq!(cold[5], "100");
    }
}

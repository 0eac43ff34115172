//! Modbus units on one line or behind one gateway: each answers from its register profile with what its patient does.
//!
//! Frames and profiles: [`vigil_protocols::modbus`]. A unit that is not there is silent, an address that a unit does not
//! have gets exception 2, a function that is no read gets exception 1.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{Category, Code, Identity, Instant, MetricDescriptor, Now, Quality, Quantity, Reading, Value, mdc};
use vigil_protocols::modbus::adu::{Body, Frame, FrameReader, Side};
use vigil_protocols::modbus::{Framing, RegisterImage, RegisterProfile, UnitId};

use crate::device::{Base, SimDevice};
use crate::noise::{derive, wander};
use crate::patient::Patient;
use crate::scenario::{BedContact, SimulatedDevice};
use crate::vital::Vital;

/// Silence after which half a request is void, in milliseconds. The protocol says 3.5 characters; a pseudo-terminal or
/// network keeps no such time.
const SILENCE_MS: u64 = 50;

/// How long a value of a profile that is no vital takes to wander through its range.
const WANDER_PERIOD: Duration = Duration::from_secs(120);

/// Exception code of a function that the unit does not have.
const ILLEGAL_FUNCTION: u8 = 1;

/// One unit.
#[derive(Debug)]
pub struct ModbusUnit {
    unit: UnitId,
    base: Base,
    image: RegisterImage,
    seed: u64,
}

impl ModbusUnit {
    /// A unit that answers from a profile. What the profile has in common with the patient (contacts of the bed, vitals)
    /// follows the patient; other numbers wander within their plausible range, and states are at rest.
    pub fn new(unit: UnitId, profile: Arc<RegisterProfile>, patient: Patient, start: Instant) -> Self {
        let seed = derive(patient.seed(), 1_000 + u64::from(unit.0));
        let base = Base::new(patient, SimulatedDevice::Bed, start);
        let mut image = RegisterImage::new(profile);
        image.settle();
        image.set_identity(&Identity {
            manufacturer: "Vigil".into(),
            model: "SIMULATED".into(),
            serial: format!("SIM-{unit}-{:04X}", seed & 0xFFFF).into(), // no two on different buses
            software: "1".into(),
        });
        Self { unit, base, image, seed }
    }

    /// A bed with contacts: profile `bed-contacts`.
    pub fn bed(unit: UnitId, patient: Patient, start: Instant) -> Self {
        let profile = RegisterProfile::named_embedded("bed-contacts").expect("the profile is built in");
        Self::new(unit, Arc::new(profile), patient, start)
    }

    /// Its tables as they are at a time since the scenario began.
    pub fn image(&mut self, at: Duration) -> &RegisterImage {
        let profile = Arc::clone(self.image.profile());
        for metric in &profile.profile().metrics {
            self.set_metric(metric, at);
        }
        for contact in BedContact::ALL {
            // A profile that has no such condition has nothing to set.
            let _ = self.image.set_alarm(condition(contact), self.base.patient.course().contact(contact, at));
        }
        &self.image
    }

    fn set_metric(&mut self, metric: &MetricDescriptor, at: Duration) {
        let Some(quantity) = self.number(metric, at) else { return };
        // The register says how many decimals it holds: the most that fit are taken.
        for decimals in (0..=3).rev() {
            let Some(quantity) = quantity.rounded(decimals) else { continue };
            let reading = Reading::Value(Value::Numeric(quantity), Quality::Valid);
            if self.image.set(metric.code, metric.containment, &reading).is_ok() {
                return;
            }
        }
    }

    fn number(&self, metric: &MetricDescriptor, at: Duration) -> Option<Quantity> {
        metric.unit?; // states and texts stay as the image begins
        if let Some(vital) = vital(metric.code) {
            return self.base.patient.value(vital, at);
        }
        let (low, high) = metric.plausible?;
        let (middle, half) = ((low.to_f64() + high.to_f64()) / 2.0, (high.to_f64() - low.to_f64()) / 2.0);
        let swing = if metric.category == Category::Setting { 0.0 } else { half / 20.0 };
        let row = metric.containment;
        let seed = derive(self.seed, u64::from(row.channel) << 16 | u64::from(row.metric));
        Quantity::from_f64(middle + swing * wander(seed, at, WANDER_PERIOD), 3)
    }
}

/// All units of one line or gateway.
#[derive(Debug)]
pub struct ModbusLine {
    framing: Framing,
    units: Vec<ModbusUnit>,
    reader: FrameReader,
    heard: Option<Instant>,
    waiting: Vec<Vec<u8>>,
}

impl ModbusLine {
    /// A line. Two units of the same address both being there is the caller's mistake; the first one answers.
    pub fn new(framing: Framing, units: Vec<ModbusUnit>) -> Self {
        Self { framing, units, reader: FrameReader::new(framing, Side::Requests), heard: None, waiting: Vec::new() }
    }

    fn answer(&mut self, now: Now, frame: &Frame) -> Option<Vec<u8>> {
        let unit = self.units.iter_mut().find(|unit| unit.unit == frame.unit && unit.base.is_plugged(now))?;
        let answer = match &frame.body {
            Body::Request(request) => {
                let at = unit.base.at(now);
                let data = unit.image(at).read(request);
                Frame::answer(frame.transaction, request, data.as_ref().map_err(|code| *code))
            }
            Body::Other { function } => {
                let body = Body::Exception { function: *function, code: ILLEGAL_FUNCTION };
                Frame { body, ..frame.clone() }
            }
            Body::Values { .. } | Body::Exception { .. } => return None, // not for a unit
        };
        Some(answer.encode_counting(self.framing, unit.image.profile().ascii_count()))
    }
}

impl SimDevice for ModbusLine {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        let silence = self.heard.replace(now.monotonic).map(|heard| now.monotonic.since(heard));
        if self.framing == Framing::Rtu && silence.is_some_and(|silence| silence > Duration::from_millis(SILENCE_MS)) {
            self.reader = FrameReader::new(self.framing, Side::Requests);
        }
        self.reader.push(bytes);
        while let Some(found) = self.reader.next_frame(None) {
            let Ok(frame) = found else { continue };
            if let Some(answer) = self.answer(now, &frame)
                && self.waiting.len() < self.units.len().max(1)
            {
                self.waiting.insert(0, answer);
            }
        }
    }

    fn handle_timeout(&mut self, _now: Now) {}

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.waiting.pop()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// The line itself stays; units whose cable is out are silent.
    fn is_plugged(&self, _now: Now) -> bool {
        true
    }

    fn next_change(&self, now: Now) -> Option<Instant> {
        self.units.iter().filter_map(|unit| unit.base.next_change(now)).min()
    }
}

/// The text of a contact's condition in the profile `bed-contacts`.
const fn condition(contact: BedContact) -> &'static str {
    match contact {
        BedContact::BedExit => "Bed exit",
        BedContact::LeftRailDown => "Left side rail down",
        BedContact::RightRailDown => "Right side rail down",
        BedContact::BrakeReleased => "Brake released",
        BedContact::NurseCall => "Nurse call",
        BedContact::NotLow => "Bed not in lowest position",
        BedContact::PlugOut => "Nurse-call connector unplugged",
    }
}

/// The vital that a metric is.
fn vital(code: Code) -> Option<Vital> {
    let table = [
        (mdc::ECG_CARD_BEAT_RATE, Vital::HeartRate),
        (mdc::PULS_OXIM_PULS_RATE, Vital::HeartRate),
        (mdc::PULS_OXIM_SAT_O2, Vital::Spo2),
        (mdc::RESP_RATE, Vital::RespiratoryRate),
        (mdc::TTHOR_RESP_RATE, Vital::RespiratoryRate),
        (mdc::TEMP_BODY, Vital::Temperature),
        (mdc::FLOW_FLUID_PUMP, Vital::PumpRate),
        (mdc::PRESS_FLUID_MEAS, Vital::PumpPressure),
    ];
    table.into_iter().find(|(known, _)| *known == code).map(|(_, vital)| vital)
}

#[cfg(test)]
mod tests {
    use vigil_protocols::modbus::{Data, ReadRequest, Table};

    use super::*;
    use crate::scenario::Scenario;

    fn line(framing: Framing) -> ModbusLine {
        let course = |bed| Arc::new(Scenario::named("bed-exit").unwrap().course(bed));
        let unit = |number: u8| {
            let patient = Patient::new(u64::from(number), course(u32::from(number)));
            ModbusUnit::bed(UnitId(number), patient, Instant::from_micros(0))
        };
        ModbusLine::new(framing, vec![unit(1), unit(2)])
    }

    fn at(ms: u64) -> Now {
        Now::default().after(Duration::from_millis(ms))
    }

    fn ask(line: &mut ModbusLine, framing: Framing, now: Now, unit: u8, address: u16) -> Option<Body> {
        let request = ReadRequest::new(UnitId(unit), Table::DiscreteInputs, address, 7).unwrap();
        line.handle_bytes(now, &Frame::request(9, request).encode(framing));
        let answer = line.poll_transmit()?;
        let mut reader = FrameReader::new(framing, Side::Responses);
        reader.push(&answer);
        let frame = reader.next_frame(Some(request.payload_bytes())).unwrap().unwrap();
        assert_eq!(frame.unit, UnitId(unit));
        Some(frame.body)
    }

    fn bits(body: Option<Body>) -> Vec<bool> {
        let request = ReadRequest::new(UnitId(1), Table::DiscreteInputs, 0, 7).unwrap();
        let Some(Body::Values { payload, .. }) = body else { panic!("{body:?}") };
        let Ok(Data::Bits(bits)) = request.unpack(&payload) else { panic!() };
        bits
    }

    #[test]
    fn contacts_follow_the_scenario_with_closed_meaning_quiet() {
        for framing in [Framing::Rtu, Framing::Tcp] {
            let mut line = line(framing);
            assert_eq!(bits(ask(&mut line, framing, at(0), 1, 0)), [true; 7]);
            let out = bits(ask(&mut line, framing, at(10_000), 2, 0));
            assert_eq!(out, [false, false, true, true, true, true, true]);
        }
    }

    #[test]
    fn absent_units_are_silent_and_wrong_addresses_refused() {
        let mut line = line(Framing::Rtu);
        assert_eq!(ask(&mut line, Framing::Rtu, at(0), 3, 0), None);
        let refused = Body::Exception { function: 2, code: 2 };
        assert_eq!(ask(&mut line, Framing::Rtu, at(100), 1, 40), Some(refused));
    }

    #[test]
    fn a_function_that_does_not_read_is_refused() {
        let write_coil = [1, 5, 0, 0, 0xFF, 0];
        let tcp = [&[0, 9, 0, 0, 0, 6][..], &write_coil].concat();
        let crc = vigil_protocols::check::crc16_modbus(&write_coil).to_le_bytes();
        let rtu = [&write_coil[..], &crc].concat();
        for (framing, request) in [(Framing::Tcp, tcp), (Framing::Rtu, rtu)] {
            let mut line = line(framing);
            line.handle_bytes(at(0), &request);
            let answer = line.poll_transmit().unwrap_or_default();
            let mut reader = FrameReader::new(framing, Side::Responses);
            reader.push(&answer);
            let frame = reader.next_frame(None).unwrap().unwrap();
            assert_eq!(frame.body, Body::Exception { function: 5, code: 1 }, "{framing:?}");
        }
    }

    #[test]
    fn half_a_request_is_void_after_a_silence() {
        let mut line = line(Framing::Rtu);
        line.handle_bytes(at(0), &[1, 2, 0]);
        assert_eq!(bits(ask(&mut line, Framing::Rtu, at(200), 1, 0)), [true; 7]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), tcp in proptest::bool::ANY) {
            let mut line = line(if tcp { Framing::Tcp } else { Framing::Rtu });
            line.handle_bytes(at(0), &bytes);
            while line.poll_transmit().is_some() {}
        }
    }
}

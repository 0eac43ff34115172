//! PCD-01, Communicate PCD Data: `ORU^R01^ORU_R01` with the observations of one device over one interval (IHE PCD TF-2 3.1).
//!
//! Nothing is charted without a patient who was validly bound over the whole interval, nor while the device says that it
//! is not in use on a patient. What has no value now goes out without a number: `INV`, `NAV`, `>` or `<` in OBX-8 and `X`
//! in OBX-11.

use vigil_model::{
    Absence, Appliance, Bed, CANARY, Category, Device, Observation, ObservationReport, OperatingMode, Patient, Quality,
    Quantity, Reading, Timestamp, Value, Ward,
};

use super::device::{Rows, value_type, write_containment, write_limits, write_term, write_value};
use super::header::{self, Profile, write_entity};
use super::patient::{Place, write_pid_of, write_pv1};
use super::time::Times;
use super::write::SegmentWriter;
use crate::destination::Sees;
use crate::{Dialect, Hl7Destination};

/// Bytes that a row takes, about; for the first allocation.
const ROW_BYTES: usize = 150;

/// A report that may be charted: everything that a message needs is there.
#[derive(Clone, Copy, Debug)]
pub struct Chart<'a> {
    appliance: &'a Appliance,
    bed: &'a Bed,
    device: &'a Device,
    patient: &'a Patient,
    report: &'a ObservationReport,
}

/// What the rows of one message have in common.
struct Rendering<'a> {
    dialect: &'a Dialect,
    times: Times<'a>,
}

impl<'a> Chart<'a> {
    /// The report as something to chart; `None` if there is no patient, nothing observed, the device is not in use on a
    /// patient, or the ward does not have the bed or device (any more).
    pub fn of(ward: &'a Ward, report: &'a ObservationReport) -> Option<Self> {
        if report.mode != OperatingMode::Normal || report.observations.is_empty() {
            return None;
        }
        let patient = report.patient.as_deref()?;
        let (_, bed) = ward.bed_named(&report.bed)?;
        let (_, device) = ward.device_named(&report.device)?;
        Some(Self { appliance: &ward.appliance, bed, device, patient, report })
    }

    /// About how many bytes the message has.
    pub fn bytes_estimate(&self) -> usize {
        1024 + (self.report.observations.len() + self.device.profile.nodes.len()) * ROW_BYTES
    }

    /// Appends the message. `at` is the time at which it is made.
    pub fn write(&self, to: &Hl7Destination, control_id: &str, at: Timestamp, out: &mut Vec<u8>) {
        let start = out.len();
        let is_test = self.appliance.test || *self.bed.id == *CANARY;
        let (dialect, sees) = (&to.dialect, to.sees());
        let mut rendering = Rendering { dialect, times: Times::of(dialect) };
        header::write(out, Profile::CommunicatePcdData, self.appliance, to, control_id, at, is_test);
        let patient = sees.patient(self.patient);
        write_pid_of(out, patient.as_deref());
        write_pv1(out, self.appliance, Place::Location(&self.bed.location), patient.as_deref());
        self.write_obr(out, control_id, &mut rendering.times);
        let mut rows = Rows::new(out, Some(self.device), &self.report.identity, self.appliance);
        for observation in self.seen(sees) {
            rows.enter(observation.containment);
            self.write_metric(rows.begin(), observation, &mut rendering);
        }
        dialect.character_set.rewrite(out, start);
    }

    /// Whether the receiver may see any of it.
    pub fn is_for(&self, to: &Hl7Destination) -> bool {
        self.seen(to.sees()).next().is_some()
    }

    fn seen<'s>(&self, sees: Sees<'s>) -> impl Iterator<Item = &'a Observation> + use<'a, 's> {
        self.report.observations.iter().filter(move |observation| sees.metric(observation.metric))
    }

    fn write_obr(&self, out: &mut Vec<u8>, control_id: &str, times: &mut Times) {
        let mut obr = SegmentWriter::begin(out, "OBR");
        obr.field(1).unsigned(1);
        write_entity(obr.field(2), control_id, self.appliance);
        write_entity(obr.field(3), control_id, self.appliance);
        obr.field(4).raw("182777000^monitoring of patient^SCT");
        obr.field(7).append(|out| times.append(self.report.start, out));
        obr.field(8).append(|out| times.append(self.report.end, out));
    }

    fn write_metric(&self, mut obx: SegmentWriter, observation: &Observation, rendering: &mut Rendering) {
        let dialect = rendering.dialect;
        let sent = dialect.converted(observation.metric, observation.unit);
        let descriptor = self.device.profile.metric(observation.metric, observation.containment);
        obx.field(2).raw(match &observation.reading {
            Reading::Value(value, _) => value_type(value),
            Reading::Absent(_) if observation.unit.is_some() => "NM",
            Reading::Absent(_) => "ST",
        });
        write_term(obx.field(3), observation.metric, dialect);
        write_containment(obx.field(4), observation.containment, None);
        // What is too large for the receiver's unit is above what can be measured, not a number in another unit.
        let (mut status, mut result) = status_and_result(&observation.reading);
        match &observation.reading {
            Reading::Value(Value::Numeric(number), _) => match sent.number(*number) {
                Some(number) => {
                    obx.field(5).quantity(number);
                    if let Some(unit) = sent.unit {
                        obx.field(6).unit(unit);
                    }
                }
                None => (status, result) = status_and_result(&Reading::Absent(Absence::Invalid)),
            },
            Reading::Value(value, _) => write_value(obx.field(5), value, dialect),
            Reading::Absent(_) => {}
        }
        if let Some(limits) = &observation.limits {
            let converted = |limit: Option<Quantity>| limit.and_then(|limit| sent.number(limit));
            write_limits(obx.field(7), converted(limits.low), converted(limits.high));
        }
        if let Some(status) = status {
            obx.field(8).raw(status);
        }
        obx.field(11).raw(result);
        let episodic = descriptor.is_some_and(|metric| metric.episodic);
        let own_time = |at: &Timestamp| episodic || *at < self.report.start || *at >= self.report.end;
        if let Some(at) = observation.determined_at.filter(own_time) {
            obx.field(14).append(|out| rendering.times.append(at, out));
        }
        match descriptor.map_or(Category::Measurement, |metric| metric.category) {
            Category::Measurement => {} // AMEAS, the default
            Category::Calculation => {
                obx.field(17).raw("ACALC^auto-calculation^MDC");
            }
            Category::Setting => {
                obx.field(17).raw("ASET^auto-setting^MDC");
            }
        }
    }
}

/// OBX-8 and OBX-11 of a reading (IHE PCD TF-2 B.8.5). Nobody has verified a value at the bedside: `R`.
fn status_and_result(reading: &Reading) -> (Option<&'static str>, &'static str) {
    match reading {
        Reading::Value(_, Quality::Valid) => (None, "R"),
        Reading::Value(_, Quality::Questionable) => (Some("QUES"), "R"),
        Reading::Value(_, Quality::Calibrating) => (Some("CAL"), "R"),
        Reading::Absent(Absence::Invalid) => (Some("INV"), "X"),
        Reading::Absent(Absence::Overflow) => (Some(">"), "X"),
        Reading::Absent(Absence::Underflow) => (Some("<"), "X"),
        Reading::Absent(Absence::NotAvailable) => (Some("NAV"), "X"),
    }
}

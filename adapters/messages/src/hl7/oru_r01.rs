//! PCD-01, Communicate PCD Data: `ORU^R01^ORU_R01` with the observations of one device over one interval (IHE PCD TF-2 3.1).
//!
//! Nothing is charted without a patient who was validly bound over the whole interval, nor while the device says that it
//! is not in use on a patient. What has no value now goes out without a number: `INV`, `NAV`, `>` or `<` in OBX-8 and `X`
//! in OBX-11.

use vigil_model::{
    Absence, Appliance, Bed, CANARY, Category, Device, Observation, ObservationReport, OperatingMode, Patient, Quality,
    Reading, Timestamp, Ward,
};

use super::device::{Rows, value_type, write_containment, write_limits, write_value};
use super::header::{self, Profile, write_entity};
use super::patient::{Place, write_pid, write_pv1};
use super::time::LastDtm;
use super::write::SegmentWriter;
use crate::Hl7Destination;

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
        let is_test = self.appliance.test || *self.bed.id == *CANARY;
        header::write(out, Profile::CommunicatePcdData, self.appliance, to, control_id, at, is_test);
        write_pid(out, self.patient);
        write_pv1(out, self.appliance, Place::Location(&self.bed.location), Some(self.patient));
        self.write_obr(out, control_id);
        let mut rows = Rows::new(out, Some(self.device), &self.report.identity, self.appliance);
        let mut last_time = LastDtm::default();
        for observation in &self.report.observations {
            rows.enter(observation.containment);
            self.write_metric(rows.begin(), observation, &mut last_time);
        }
    }

    fn write_obr(&self, out: &mut Vec<u8>, control_id: &str) {
        let mut obr = SegmentWriter::begin(out, "OBR");
        obr.field(1).unsigned(1);
        write_entity(obr.field(2), control_id, self.appliance);
        write_entity(obr.field(3), control_id, self.appliance);
        obr.field(4).raw("182777000^monitoring of patient^SCT");
        obr.field(7).time(self.report.start).field(8).time(self.report.end);
    }

    fn write_metric(&self, mut obx: SegmentWriter, observation: &Observation, last_time: &mut LastDtm) {
        let descriptor = self.device.profile.metric(observation.metric, observation.containment);
        obx.field(2).raw(match &observation.reading {
            Reading::Value(value, _) => value_type(value),
            Reading::Absent(_) if observation.unit.is_some() => "NM",
            Reading::Absent(_) => "ST",
        });
        obx.field(3).code(observation.metric);
        write_containment(obx.field(4), observation.containment, None);
        if let Reading::Value(value, _) = &observation.reading {
            write_value(obx.field(5), value);
            if let (Some(unit), Some(_)) = (observation.unit, value.quantity()) {
                obx.field(6).unit(unit);
            }
        }
        if let Some(limits) = &observation.limits {
            write_limits(obx.field(7), limits.low, limits.high);
        }
        let (status, result) = status_and_result(&observation.reading);
        if let Some(status) = status {
            obx.field(8).raw(status);
        }
        obx.field(11).raw(result);
        let episodic = descriptor.is_some_and(|metric| metric.episodic);
        let own_time = |at: &Timestamp| episodic || *at < self.report.start || *at >= self.report.end;
        if let Some(at) = observation.determined_at.filter(own_time) {
            obx.field(14).append(|out| last_time.append(at, out));
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

//! PCD-04, Report Alert: `ORU^R40^ORU_R40` with one alert as seven facets (IHE PCD TF-2 3.4, B.8.5; CP-151).
//!
//! The id of the alert event (OBR-3) can be computed without state: messages that begin or present an occurrence carry the
//! occurrence's id, later ones add the number of the event, `ward-4b:000123-8812`, and point back with OBR-29. An occurrence
//! that began again after its end is an alert of its own for the receiver, who may have closed the first one: its id has the
//! number of the start, `ward-4b:000123.2`.
//!
//! An alert is never lost for want of context: without a patient it carries the location and PID-31 `Y`, and a bed or
//! device that the plan does not have any more is named by its configured id.

use vigil_model::{
    AlarmSource, Code, ConditionKind, Containment, Device, Identity, Occurrence, Patient, Phase, Quantity, Timestamp,
    Value, Ward, mdc,
};

use super::alert_id::AlertId;
use super::device::{Rows, sides, value_type, write_containment, write_limits, write_term, write_value};
use super::header::{self, Profile, write_entity};
use super::patient::{Place, write_parent, write_pid_of, write_pv1};
use super::time::Times;
use super::write::SegmentWriter;
use crate::destination::Converted;
use crate::{Dialect, Hl7Destination};

/// One event about an occurrence, to be reported.
#[derive(Clone, Copy, Debug)]
pub struct Alert<'a> {
    /// The plan.
    pub ward: &'a Ward,
    /// What changed.
    pub phase: Phase,
    /// The occurrence after the change.
    pub occurrence: &'a Occurrence,
    /// The patient validly bound to the bed.
    pub patient: Option<&'a Patient>,
    /// Number of the event.
    pub seq: u64,
}

/// Whether a message of this phase is the first of its occurrence for the receiver: OBR-29 is empty.
pub const fn is_initial(phase: Phase) -> bool {
    match phase {
        Phase::Start | Phase::Present => true,
        Phase::Continue
        | Phase::Update
        | Phase::Escalate
        | Phase::Deescalate
        | Phase::Inactivate
        | Phase::Acknowledged
        | Phase::Reset
        | Phase::End => false,
    }
}

/// The event code as it is sent: a lost link goes out under the verified code of the nomenclature.
pub fn sent_event(event: Code) -> Code {
    if event == mdc::X_EVT_LINK_LOST { mdc::EVT_COMM_LOST } else { event }
}

impl Alert<'_> {
    /// EI-1 of OBR-3.
    pub fn event_id(&self) -> String {
        let event = (!is_initial(self.phase)).then_some(self.seq);
        AlertId { event, ..self.alert_id() }.to_string()
    }

    /// The id under which the receiver knows the alert.
    fn alert_id(&self) -> AlertId {
        let start = self.occurrence.restarts.saturating_add(1);
        AlertId { occurrence: self.occurrence.id.clone(), start, event: None }
    }

    /// Appends the message. `at` is the time at which it is made.
    pub fn write(&self, to: &Hl7Destination, control_id: &str, at: Timestamp, out: &mut Vec<u8>) {
        let start = out.len();
        let appliance = &self.ward.appliance;
        let dialect = &to.dialect;
        let mut times = Times::of(dialect);
        let is_test = self.ward.is_test(&self.occurrence.bed);
        header::write(out, Profile::ReportAlert, appliance, to, control_id, at, is_test);
        let sees = to.sees();
        let patient = self.patient.filter(|_| to.patient_in_alarms).and_then(|patient| sees.patient(patient));
        let patient = patient.as_deref();
        write_pid_of(out, patient);
        let place = match self.ward.bed_named(&self.occurrence.bed) {
            Some((_, bed)) => Place::Location(&bed.location),
            None => Place::BedId(&self.occurrence.bed),
        };
        write_pv1(out, appliance, place, patient);
        self.write_obr(out, at, &mut times);
        let device = self.ward.device_named(&self.occurrence.device).map(|(_, device)| device);
        let unknown = Identity::default();
        let mut rows = Rows::new(out, device, &unknown, appliance);
        let row = source_row(&self.occurrence.source);
        rows.enter(row);
        self.write_event(rows.begin(), row, dialect, &mut times);
        self.write_source(rows.begin(), row, device, dialect);
        self.write_states(&mut rows, row, dialect);
        dialect.character_set.rewrite(out, start);
    }

    fn write_obr(&self, out: &mut Vec<u8>, at: Timestamp, times: &mut Times) {
        let appliance = &self.ward.appliance;
        let mut obr = SegmentWriter::begin(out, "OBR");
        obr.field(1).unsigned(1);
        write_entity(obr.field(3), &self.event_id(), appliance);
        obr.field(4).code(mdc::EVT_ALARM).field(7).append(|out| times.append(at, out));
        if !is_initial(self.phase) {
            write_parent(obr.field(29), &self.alert_id().to_string(), appliance);
        }
    }

    /// Facet 1: the event as text on its own code (physiological), or as a coded value (technical, advisory).
    fn write_event(&self, mut obx: SegmentWriter, row: Containment, dialect: &Dialect, times: &mut Times) {
        let occurrence = self.occurrence;
        let event = sent_event(occurrence.event);
        match occurrence.kind {
            ConditionKind::Physiological => {
                write_term(obx.field(2).raw("ST").field(3), event, dialect);
                write_containment(obx.field(4), row, Some(1));
                let text = if occurrence.text.is_empty() { event.description() } else { &occurrence.text };
                obx.field(5).text(text);
            }
            ConditionKind::Technical | ConditionKind::Advisory => {
                obx.field(2).raw("CWE").field(3).code(mdc::EVT_ALARM);
                write_containment(obx.field(4), row, Some(1));
                write_term(obx.field(5), event, dialect).component(9).text(&occurrence.text);
            }
        }
        obx.field(11).raw(dialect.alert_status.as_str());
        let determined_at = if is_initial(self.phase) { occurrence.onset } else { occurrence.changed };
        obx.field(14).append(|out| times.append(determined_at, out));
    }

    /// Facet 2: the metric with its value and limits (physiological), or what the condition is about.
    fn write_source(&self, mut obx: SegmentWriter, row: Containment, device: Option<&Device>, dialect: &Dialect) {
        let source = &self.occurrence.source;
        match (self.occurrence.kind, source.metric, self.value(dialect)) {
            (ConditionKind::Physiological, Some(metric), Some((value, sent))) => {
                write_term(obx.field(2).raw(value_type(&value)).field(3), metric, dialect);
                write_containment(obx.field(4), row, Some(2));
                write_value(obx.field(5), &value, dialect);
                if let (Value::Numeric(_), Some(unit)) = (&value, sent.unit) {
                    obx.field(6).unit(unit);
                }
                let (low, high) = sides(source.limit);
                let converted = |limit: Option<Quantity>| limit.and_then(|limit| sent.number(limit));
                write_limits(obx.field(7), converted(low), converted(high));
            }
            (_, metric, _) => {
                obx.field(2).raw("CWE").field(3).code(mdc::ATTR_ALERT_SOURCE);
                write_containment(obx.field(4), row, Some(2));
                // The metric, or else the innermost part of the device that has a name.
                let part = |row| device.and_then(|device| Rows::part(device, row));
                let parts = [row.channel_row(), row.vmd_row(), row.mds_row()];
                match metric.or_else(|| parts.into_iter().find_map(part)) {
                    Some(code) => write_term(obx.field(5), code, dialect),
                    None => obx.field(5).component(9).text(self.whole()),
                };
            }
        }
        obx.field(11).raw(dialect.alert_status.as_str());
    }

    /// The value that made the condition as the receiver gets it, and how its limits go out.
    fn value<'d>(&self, dialect: &'d Dialect) -> Option<(Value, Converted<'d>)> {
        let source = &self.occurrence.source;
        let sent = dialect.converted(source.metric?, source.unit);
        let value = match source.value.as_ref()? {
            Value::Numeric(number) => Value::Numeric(sent.number(*number)?),
            other => other.clone(),
        };
        Some((value, sent))
    }

    /// What has no part that the nomenclature names: the device, else the bed, else the appliance.
    fn whole(&self) -> &str {
        let names = [&self.occurrence.device, &self.occurrence.bed, &self.ward.appliance.id];
        names.into_iter().find(|name| !name.is_empty()).map_or("", |name| name)
    }

    /// Facets 3 to 7: phase, state, inactivation, priority, type.
    fn write_states(&self, rows: &mut Rows, row: Containment, dialect: &Dialect) {
        let occurrence = self.occurrence;
        let mut facet = |number: u8, code: Code, write: &dyn Fn(&mut SegmentWriter)| {
            let mut obx = rows.begin();
            obx.field(2).raw("ST").field(3).code(code);
            write_containment(obx.field(4), row, Some(number));
            write(obx.field(5));
            obx.field(11).raw(dialect.alert_status.as_str());
        };
        facet(3, mdc::ATTR_EVENT_PHASE, &|field| {
            field.raw(self.phase.as_str());
        });
        facet(4, mdc::ATTR_ALARM_STATE, &|field| {
            field.raw(occurrence.state.as_str());
        });
        facet(5, mdc::ATTR_ALARM_INACTIVATION_STATE, &|field| {
            if occurrence.inactivation.is_empty() {
                field.raw("enabled");
            }
            for entry in &occurrence.inactivation {
                field.repetition().raw(entry.kind.as_str());
            }
        });
        facet(6, mdc::ATTR_ALARM_PRIORITY, &|field| {
            field.raw(occurrence.priority.facet());
        });
        facet(7, mdc::ATTR_ALERT_TYPE, &|field| {
            field.raw(occurrence.kind.facet());
        });
    }
}

/// The row of the source. MDS 0 (no part given) is the device itself.
fn source_row(source: &AlarmSource) -> Containment {
    let row = source.containment;
    Containment { mds: row.mds.max(1), ..row }
}

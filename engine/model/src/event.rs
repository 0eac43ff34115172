//! What the engine says. Everything a receiver is ever told starts as one of these.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    AdjustOutcome, Answer, AssociationNews, Identity, InfusionEvent, LimitAdjustment, LinkState, Observation,
    Occurrence, OccurrenceId, OperatingMode, Patient, Phase, Priority, Timestamp,
};

/// One statement of the engine. Within a step they are sorted by identity, so the same inputs give the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineEvent {
    /// Counts up from 1 for the life of the appliance, without gaps, and goes on after a restart.
    pub seq: u64,
    /// When the step ran.
    pub at: Timestamp,
    /// What is said.
    pub kind: EventKind,
}

impl EngineEvent {
    /// Whether it is kept back until a person has looked at the bed: observations that were made while it was held.
    pub fn is_held(&self) -> bool {
        matches!(&self.kind, EventKind::Observations(report) if report.held)
    }
}

/// What the engine can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// Something about an occurrence of an alarm condition changed.
    Alarm {
        /// What changed.
        phase: Phase,
        /// The occurrence after the change.
        occurrence: Arc<Occurrence>,
        /// The patient validly bound to the bed now.
        patient: Option<Arc<Patient>>,
    },
    /// A receiver or person answered an alarm.
    Answered {
        /// The occurrence that was answered.
        occurrence: OccurrenceId,
        /// What was answered.
        answer: Answer,
        /// Who.
        by: Arc<str>,
        /// Whether the occurrence exists; an answer to an unknown one changes nothing.
        known: bool,
    },
    /// Somebody charted an input of a bed's scores.
    Charted {
        /// What was charted.
        entry: Arc<ChartEntry>,
        /// Whether it was taken: a bed without that input, or a value that is no answer to it, changes nothing.
        taken: bool,
    },
    /// Somebody set a limit for the patient in a bed, or it went back to what is configured since another patient lies there.
    Adjusted {
        /// What was wanted.
        adjustment: Arc<LimitAdjustment>,
        /// What became of it.
        outcome: AdjustOutcome,
    },
    /// The observations of one device over one report interval.
    Observations(Arc<ObservationReport>),
    /// The alarm picture of a bed changed.
    Bed(BedSummary),
    /// The connection, identity or mode of a device changed.
    Device(DeviceStatus),
    /// Who lies where changed, or what is held. Follows the observations that were closed by it.
    Association(Arc<AssociationNews>),
    /// A pump began, stopped or completed a delivery.
    Infusion(Arc<InfusionEvent>),
}

/// What somebody charted about the patient in a bed. Patient data: never in logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartEntry {
    /// Configured id of the bed.
    pub bed: Arc<str>,
    /// Name of the input, `consciousness`.
    pub input: Arc<str>,
    /// The state or number, `V`.
    pub value: Arc<str>,
    /// Who charted it.
    pub by: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// Identifier and assigning authority of the patient who was bound to the bed then. It never counts for another.
    pub patient: Option<(Arc<str>, Arc<str>)>,
}

/// All metrics of one device for one report interval of its bed. One device, one patient (IHE PCD-01).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservationReport {
    /// Configured id of the bed.
    pub bed: Arc<str>,
    /// Configured id of the device.
    pub device: Arc<str>,
    /// The patient validly bound to the bed over the whole interval; `None` is never charted.
    pub patient: Option<Arc<Patient>>,
    /// Whether the bed was held at any time of the interval: not charted until a person has looked.
    pub held: bool,
    /// Start of the interval.
    pub start: Timestamp,
    /// End of the interval, exclusive.
    pub end: Timestamp,
    /// Who the device says it is.
    pub identity: Identity,
    /// What the device says it is doing.
    pub mode: OperatingMode,
    /// Metrics ascending by containment, each with its determination time. What is stale or invalid has no value here.
    pub observations: Vec<Observation>,
}

/// The alarm picture of one bed in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BedSummary {
    /// Configured id of the bed.
    pub bed: Arc<str>,
    /// Highest priority among occurrences whose signal is on or latched; `None` if there is none.
    pub highest: Option<Priority>,
    /// Occurrences whose condition exists.
    pub active: u32,
    /// Occurrences that are latched.
    pub latched: u32,
    /// Those of both that are acknowledged.
    pub acknowledged: u32,
}

/// Connection, identity and mode of one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceStatus {
    /// Configured id of the device.
    pub device: Arc<str>,
    /// Configured id of its bed.
    pub bed: Arc<str>,
    /// State of the connection.
    pub link: LinkState,
    /// Since when.
    pub since: Timestamp,
    /// Who it says it is.
    pub identity: Identity,
    /// What it says it is doing.
    pub mode: OperatingMode,
}

//! What the engine remembers from run to run besides occurrences: associations, what was charted, limits that were set. The journal keeps it by key and does not look inside.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    Association, BedHold, ChartEntry, Evidence, HoldReason, LimitAdjustment, Mark, MovementKind, Patient, Place,
    Timestamp,
};

/// One thing that is remembered. Patient data: never in logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Remembered {
    /// Who lies in a bed, who else is said to, and what holds it.
    Bed(BedMemory),
    /// A stay of a patient in the hospital.
    Stay(Stay),
    /// An identifier that was given up for another.
    Alias {
        /// The identifier and authority that were given up.
        from: (Arc<str>, Arc<str>),
        /// The identifier and authority that stay.
        into: (Arc<str>, Arc<str>),
    },
    /// Numbers that are never used twice.
    Numbers {
        /// Of the next association.
        association: u64,
        /// Of the next movement that arrives.
        arrival: u64,
    },
    /// Who a device said it is.
    Device {
        /// Configured id of the device.
        device: Arc<str>,
        /// Its serial number.
        serial: Arc<str>,
    },
    /// What somebody charted last for an input of a bed's scores.
    Charted(ChartEntry),
    /// A limit that somebody set for the patient in a bed.
    Limit(LimitAdjustment),
}

/// A change of what is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its name; at most one thing is remembered under it.
    pub key: String,
    /// What is remembered from now on; `None` forgets it.
    pub what: Option<Remembered>,
}

/// The association of one bed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BedMemory {
    /// Configured id of the bed.
    pub bed: Arc<str>,
    /// Who lies in it.
    pub current: Option<Association>,
    /// When that was last said by evidence of this strength.
    pub confirmed: Timestamp,
    /// Who else is said to lie in it.
    pub waiting: Vec<Claim>,
    /// What holds it.
    pub holds: Vec<BedHold>,
    /// What would hold it, had not a person accepted it.
    pub accepted: Vec<HoldReason>,
}

/// Somebody's word that a patient lies in a bed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The patient.
    pub patient: Arc<Patient>,
    /// What kind of evidence it is.
    pub evidence: Evidence,
    /// By whom, why, when.
    pub mark: Mark,
}

/// A stay of a patient in the hospital, as ADT tells it: what is told late is put where it belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// Names it: the visit, or the patient where visits are not told.
    pub key: Arc<str>,
    /// The patient, with the visit.
    pub patient: Arc<Patient>,
    /// How things stood before the movements that are kept.
    pub base: Standing,
    /// Movements, ascending by time and arrival.
    pub moves: Vec<StayMove>,
    /// When anything was told of it last.
    pub touched: Timestamp,
}

/// How things stand with a stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Whether anything was told that says where the patient is.
    pub seen: bool,
    /// Whether the patient is in the house.
    pub here: bool,
    /// Where, or where last.
    pub place: Place,
    /// Where before the last transfer.
    pub before: Place,
}

impl Default for Standing {
    fn default() -> Self {
        Self { seen: false, here: false, place: Place::Unsaid, before: Place::Unsaid }
    }
}

/// One movement of a stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StayMove {
    /// The time by which it is put in order.
    pub at: Timestamp,
    /// Counts arrivals: of two at the same time the one that came later counts.
    pub arrival: u64,
    /// What happened.
    pub kind: MovementKind,
    /// Where the patient was afterwards.
    pub place: Place,
    /// The other location of the message.
    pub other: Place,
    /// Names the movement, if the sender names movements.
    pub id: Option<Arc<str>>,
}

impl Remembered {
    /// The name under which it is remembered.
    pub fn key(&self) -> String {
        match self {
            Remembered::Bed(bed) => format!("bed/{}", bed.bed),
            Remembered::Stay(stay) => format!("stay/{}", stay.key),
            Remembered::Alias { from: (id, authority), .. } => format!("alias/{id}/{authority}"),
            Remembered::Numbers { .. } => "numbers".to_owned(),
            Remembered::Device { device, .. } => format!("device/{device}"),
            Remembered::Charted(entry) => format!("chart/{}/{}", entry.bed, entry.input),
            Remembered::Limit(adjustment) => format!("limit/{}/{}", adjustment.bed, adjustment.rule),
        }
    }
}

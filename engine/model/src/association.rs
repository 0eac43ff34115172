//! Who lies in which bed: an interval, opened and closed by somebody's word. And what makes that word doubtful.
//!
//! Nothing is charted to a patient who is not validly bound to the bed at the determination time. An association is never
//! deleted: it is closed, and stays in the journal.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{AdtEvent, Patient, PatientSaid, Timestamp};

/// How one knows that a patient lies in a bed, the weakest first (IHE PCIM: location alone is weaker than a scan).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The configuration names the patient of the bed.
    Configuration,
    /// ADT says that the patient is at this location.
    Location,
    /// Somebody entered the patient on a device at the bed.
    Device,
    /// A system recorded the association itself (an association message without a validated scan).
    Record,
    /// Somebody confirmed two identifiers at the bed, with a scanner or by hand.
    Scan,
}

impl Evidence {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Evidence::Configuration => "configuration",
            Evidence::Location => "location",
            Evidence::Device => "device",
            Evidence::Record => "record",
            Evidence::Scan => "scan",
        }
    }
}

/// One end of an association: who said so, why, when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// A person, or the system that spoke.
    pub by: Arc<str>,
    /// Why, for people: `A03 discharge`, `confirmed at the bed`.
    pub why: Arc<str>,
    /// When it holds from (opened), or until, exclusive (closed).
    pub at: Timestamp,
}

/// A patient bound to a bed, over a half-open interval of time. Patient data: never in logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Association {
    /// Names it for the life of the appliance; counts up from 1.
    pub number: u64,
    /// Configured id of the bed.
    pub bed: Arc<str>,
    /// Who lies in it.
    pub patient: Arc<Patient>,
    /// How that is known.
    pub evidence: Evidence,
    /// By whom and why it was opened, and from when on it counts.
    pub opened: Mark,
    /// By whom and why it was closed, and until when it counted; `None` while it is open.
    pub closed: Option<Mark>,
}

/// What the engine says about associations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "news")]
pub enum AssociationNews {
    /// A patient is bound to a bed from now on.
    Opened {
        /// The association.
        association: Association,
    },
    /// The evidence is stronger now, or what is known of the patient changed; the interval goes on.
    Renewed {
        /// The association as it is now.
        association: Association,
    },
    /// A patient is bound to a bed no longer.
    Closed {
        /// The association with its end.
        association: Association,
    },
    /// What is held at a bed changed.
    Held {
        /// Configured id of the bed.
        bed: Arc<str>,
        /// Everything that holds it now; empty if nothing does.
        holds: Vec<BedHold>,
    },
    /// What became of an order.
    Outcome {
        /// The number that the order came with.
        reference: u64,
        /// What became of it.
        outcome: OrderOutcome,
    },
}

/// A bed is held: alarms reach its nurses, nothing is charted until a person has looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BedHold {
    /// Why.
    pub reason: HoldReason,
    /// Since when.
    pub since: Timestamp,
}

/// Why nothing is charted at a bed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "reason")]
pub enum HoldReason {
    /// More than one patient is said to lie in the bed. Ends when only one is.
    Contested,
    /// The same device is seen at two beds.
    DeviceTwice {
        /// Configured id of the device here.
        device: Arc<str>,
        /// Configured id of the other bed.
        other: Arc<str>,
    },
    /// Another device than the one last seen in this place.
    OtherDevice {
        /// Configured id of the device.
        device: Arc<str>,
    },
    /// A device names another patient than the one bound to the bed. Ends when it names that one.
    OtherPatient {
        /// Configured id of the device.
        device: Arc<str>,
    },
    /// A device says that no patient is admitted to it, and a patient is bound to the bed. Ends when it says otherwise.
    NotAdmitted {
        /// Configured id of the device.
        device: Arc<str>,
    },
    /// A message about the identity of the patient needs a person.
    Identity {
        /// What kind of message: `A45`.
        message: Arc<str>,
    },
}

impl HoldReason {
    /// Whether it ends when what led to it is over. Every other one ends only when a person says so.
    pub const fn ends_by_itself(&self) -> bool {
        match self {
            HoldReason::Contested | HoldReason::OtherPatient { .. } | HoldReason::NotAdmitted { .. } => true,
            HoldReason::DeviceTwice { .. } | HoldReason::OtherDevice { .. } | HoldReason::Identity { .. } => false,
        }
    }
}

impl fmt::Display for HoldReason {
    /// In words, without patient data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HoldReason::Contested => f.write_str("Two patients are said to lie here"),
            HoldReason::DeviceTwice { device, other } => {
                write!(f, "{device} is seen here and at bed {other}")
            }
            HoldReason::OtherDevice { device } => write!(f, "{device} is another device than before"),
            HoldReason::OtherPatient { device } => write!(f, "{device} names another patient"),
            HoldReason::NotAdmitted { device } => write!(f, "No patient is admitted to {device}"),
            HoldReason::Identity { message } => write!(f, "A message about the patient's identity ({message})"),
        }
    }
}

/// What people and systems say about who lies where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "order")]
pub enum AssociationOrder {
    /// The hospital's ADT says something.
    Adt(AdtEvent),
    /// Somebody binds a patient to a bed.
    Bind(Binding),
    /// Somebody unbinds whoever lies in a bed.
    Release {
        /// Configured id of the bed.
        bed: Arc<str>,
        /// Only if it is this patient, by identifier.
        patient: Option<Arc<str>>,
        /// Who does it.
        by: Arc<str>,
        /// Why.
        why: Arc<str>,
    },
    /// Somebody has looked at a held bed.
    Settle {
        /// Configured id of the bed.
        bed: Arc<str>,
        /// What is to become of the observations that were held.
        verdict: HeldVerdict,
        /// Who does it.
        by: Arc<str>,
        /// Why.
        why: Arc<str>,
    },
    /// What was sent about a bed was of another patient, or of nobody. Changes nothing in the picture of the ward; the
    /// observations are withdrawn where they were sent.
    Withdraw {
        /// Configured id of the bed.
        bed: Arc<str>,
        /// From when on it was wrong.
        from: Timestamp,
        /// Until when, exclusive.
        until: Timestamp,
        /// Who does it.
        by: Arc<str>,
        /// Why.
        why: Arc<str>,
    },
}

/// Somebody's word that a patient lies in a bed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Configured id of the bed.
    pub bed: Arc<str>,
    /// The patient, as far as it is said. What ADT knows of the patient is added.
    pub patient: PatientSaid,
    /// A second identifier, to be found among what is known of the patient: visit, date of birth or family name. Not asked
    /// of systems that have done so themselves.
    pub second: Option<Arc<str>>,
    /// What kind of evidence this is.
    pub evidence: Evidence,
    /// Who says so.
    pub by: Arc<str>,
    /// Why.
    pub why: Arc<str>,
}

/// What is to become of held observations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeldVerdict {
    /// They are the bound patient's: they are sent, and what held the bed is accepted as it is.
    Release,
    /// They are not: they are thrown away. What holds the bed goes on holding it.
    Drop,
}

/// What became of an [`AssociationOrder`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum OrderOutcome {
    /// It was taken in; what it changed is said in events of its own.
    Taken,
    /// It was not; nothing changed.
    Refused {
        /// Why, for people.
        reason: Arc<str>,
    },
}

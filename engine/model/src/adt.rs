//! What a hospital's ADT says, as far as beds are concerned. Read from HL7 by `vigil-messages`, applied by `vigil-engine`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Patient, Timestamp};

/// One ADT message. Patient data: never in logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdtEvent {
    /// Who says so, for people: the sending application.
    pub by: Arc<str>,
    /// The trigger: `A02`.
    pub trigger: Arc<str>,
    /// The time by which events of one stay are put in order: when it occurred, else when it was recorded, else when the
    /// message was made.
    pub order: Timestamp,
    /// When it occurred, if the sender said so. What is bound no longer was so until then.
    pub occurred: Option<Timestamp>,
    /// What changed.
    pub change: AdtChange,
}

/// What an ADT message changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdtChange {
    /// Patients move, all at once: one, or two that exchange their beds.
    Moves(Vec<Movement>),
    /// Identifiers become those of another record of the same person.
    Merges(Vec<Merge>),
    /// The identity of a patient is touched in a way that needs a person.
    Doubt(PatientSaid),
}

/// One patient comes, moves or goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// The patient and the visit.
    pub patient: PatientSaid,
    /// What happens.
    pub kind: MovementKind,
    /// Where the patient is afterwards.
    pub place: Place,
    /// The other location of the message: where the patient was.
    pub other: Place,
    /// Names the movement, if the sender names movements (ZBE-1).
    pub id: Option<Arc<str>>,
    /// Whether the message takes back the movement of that name instead of making one (ZBE-4).
    pub cancels: bool,
}

/// Kinds of movements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MovementKind {
    /// A01, A04: admitted, registered.
    Admit,
    /// A02, A17: transferred.
    Transfer,
    /// A03: discharged.
    Discharge,
    /// A08: what is known of the patient or the visit changed.
    Update {
        /// Whether the location counts too.
        moves: bool,
    },
    /// A11: not admitted after all.
    CancelAdmit,
    /// A12: not transferred after all.
    CancelTransfer,
    /// A13: not discharged after all.
    CancelDischarge,
}

/// A location as far as it concerns this appliance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The message does not say.
    Unsaid,
    /// Not in a bed of this appliance.
    Elsewhere,
    /// A bed, by its configured id.
    Bed(Arc<str>),
}

/// Two identifiers of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The identifier that is given up.
    pub from: PatientSaid,
    /// The record that stays.
    pub into: PatientSaid,
}

/// A patient as a message or a person names one: what is not said leaves alone what is known, an empty text deletes it.
/// Patient data: never in logs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientSaid {
    /// Identifier, PID-3.1. Never empty in what ADT says.
    pub id: Arc<str>,
    /// Who assigned it, PID-3.4; empty if that is not said.
    pub authority: Arc<str>,
    /// Kind of identifier, PID-3.5; empty if that is not said.
    pub id_type: Arc<str>,
    /// Visit number, PV1-19; empty if that is not said.
    pub visit: Arc<str>,
    /// Family name, PID-5.1.
    pub family: Option<Arc<str>>,
    /// Given name, PID-5.2.
    pub given: Option<Arc<str>>,
    /// Date of birth, PID-7.
    pub birth_date: Option<Arc<str>>,
    /// Administrative sex, PID-8.
    pub sex: Option<Arc<str>>,
}

impl PatientSaid {
    /// Adds what is said to what is known of the same patient. The identifier, once known, stays.
    pub fn renew(&self, known: &mut Patient) {
        let fill = |known: &mut Arc<str>, said: &Arc<str>| {
            if known.is_empty() {
                *known = Arc::clone(said);
            }
        };
        fill(&mut known.id, &self.id);
        fill(&mut known.authority, &self.authority);
        fill(&mut known.id_type, &self.id_type);
        if !self.visit.is_empty() {
            known.visit = Arc::clone(&self.visit);
        }
        for (known, said) in [
            (&mut known.family, &self.family),
            (&mut known.given, &self.given),
            (&mut known.birth_date, &self.birth_date),
            (&mut known.sex, &self.sex),
        ] {
            if let Some(said) = said {
                *known = Arc::clone(said);
            }
        }
    }

    /// A patient of whom no more is known than this.
    pub fn to_patient(&self) -> Patient {
        let mut patient = Patient::default();
        self.renew(&mut patient);
        patient
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_stays_and_what_is_said_to_be_empty_goes() {
        let said = PatientSaid {
            id: "P1".into(),
            family: Some("Doe".into()),
            birth_date: Some("1970".into()),
            ..PatientSaid::default()
        };
        let mut known = said.to_patient();
        let later = PatientSaid {
            id: "P1".into(),
            authority: "H".into(),
            birth_date: Some("".into()),
            visit: "V1".into(),
            ..PatientSaid::default()
        };
        later.renew(&mut known);
        assert_eq!((&*known.family, &*known.birth_date, &*known.authority, &*known.visit), ("Doe", "", "H", "V1"));
    }
}

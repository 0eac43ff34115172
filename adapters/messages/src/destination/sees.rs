//! What a receiver may see: beds, metrics and items of the patient's identity. Nothing leaves that its lists do not name.
//!
//! An empty list of beds or metrics names all of them. An alarm about a metric that is not named does not leave at all: without
//! its metric it would say nothing, and with it too much.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_model::{Code, Occurrence, Patient};

/// An item of a patient's identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PatientItem {
    /// Identifier with its authority and kind, PID-3.
    Id,
    /// Name, PID-5.
    Name,
    /// Date of birth, PID-7.
    BirthDate,
    /// Administrative sex, PID-8.
    Sex,
    /// Visit number, PV1-19.
    Visit,
}

impl PatientItem {
    /// All of them.
    pub const ALL: [PatientItem; 5] =
        [PatientItem::Id, PatientItem::Name, PatientItem::BirthDate, PatientItem::Sex, PatientItem::Visit];

    /// The word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            PatientItem::Id => "id",
            PatientItem::Name => "name",
            PatientItem::BirthDate => "birth-date",
            PatientItem::Sex => "sex",
            PatientItem::Visit => "visit",
        }
    }
}

pub(super) fn all_items() -> Vec<PatientItem> {
    PatientItem::ALL.to_vec()
}

/// The lists of one receiver.
#[derive(Clone, Copy, Debug)]
pub struct Sees<'a> {
    pub(super) beds: &'a [Arc<str>],
    pub(super) metrics: &'a [Code],
    pub(super) items: &'a [PatientItem],
}

impl Sees<'_> {
    /// Whether it is told about this bed. Everybody is told what is about the appliance itself, whose bed is empty.
    pub fn bed(&self, bed: &str) -> bool {
        bed.is_empty() || self.beds.is_empty() || self.beds.iter().any(|id| &**id == bed)
    }

    /// Whether it may see this metric.
    pub fn metric(&self, metric: Code) -> bool {
        self.metrics.is_empty() || self.metrics.contains(&metric)
    }

    /// Whether it is told about this alarm.
    pub fn alarm(&self, occurrence: &Occurrence) -> bool {
        self.bed(&occurrence.bed) && occurrence.source.metric.is_none_or(|metric| self.metric(metric))
    }

    /// What it may know of the patient; `None` if that is nothing that tells patients apart.
    pub fn patient<'p>(&self, patient: &'p Patient) -> Option<Cow<'p, Patient>> {
        if PatientItem::ALL.iter().all(|item| self.items.contains(item)) {
            return Some(Cow::Borrowed(patient));
        }
        let mut seen = patient.clone();
        for item in PatientItem::ALL.iter().filter(|item| !self.items.contains(item)) {
            let hidden: &mut [&mut Arc<str>] = match item {
                PatientItem::Id => &mut [&mut seen.id, &mut seen.authority, &mut seen.id_type],
                PatientItem::Name => &mut [&mut seen.family, &mut seen.given],
                PatientItem::BirthDate => &mut [&mut seen.birth_date],
                PatientItem::Sex => &mut [&mut seen.sex],
                PatientItem::Visit => &mut [&mut seen.visit],
            };
            hidden.iter_mut().for_each(|text| **text = "".into());
        }
        // The authority of the identifiers is written beside the visit number too.
        Some(Cow::Owned(seen)).filter(|_| !self.items.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_model::mdc;

    #[test]
    fn what_no_list_names_is_not_seen() {
        let beds: [Arc<str>; 1] = ["bed-1".into()];
        let sees = Sees { beds: &beds, metrics: &[mdc::TEMP], items: &[PatientItem::Visit] };
        assert!(sees.bed("bed-1") && sees.bed("") && !sees.bed("bed-2"));
        assert!(sees.metric(mdc::TEMP) && !sees.metric(mdc::TEMP_BODY));
        let patient =
            Patient { id: "1".into(), family: "Doe".into(), visit: "V".into(), sex: "F".into(), ..Patient::default() };
        let seen = sees.patient(&patient).unwrap().into_owned();
        assert_eq!(seen, Patient { visit: "V".into(), ..Patient::default() });
        let everything = Sees { beds: &[], metrics: &[], items: &PatientItem::ALL };
        assert_eq!(everything.patient(&patient).as_deref(), Some(&patient));
        assert_eq!(Sees { items: &[], ..everything }.patient(&patient), None);
    }
}

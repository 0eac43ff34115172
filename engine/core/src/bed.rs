//! Components of a bed entity.

use std::sync::Arc;

use bevy_ecs::component::Component;
use vigil_model::{BedSummary, Instant, Patient};

/// What is fixed about a bed.
#[derive(Component, Debug)]
pub(crate) struct Place {
    pub(crate) id: Arc<str>,
    /// Positions of its devices in the ward's list, ascending.
    pub(crate) devices: Vec<u32>,
    /// Position of the member that has the conditions of the bed as a whole.
    pub(crate) member: u32,
}

impl Place {
    /// Positions of all whose conditions are the bed's: its devices, then itself.
    pub(crate) fn members(&self) -> impl Iterator<Item = u32> + '_ {
        self.devices.iter().copied().chain(std::iter::once(self.member))
    }
}

/// Who lies in the bed. At most one patient at a time, as an interval: opened by whom and when, and closed by taking it
/// away or opening the next.
#[derive(Component, Debug, Default)]
pub(crate) struct PatientContext {
    /// The open interval.
    pub(crate) current: Option<Association>,
}

/// An open interval in which a patient is validly bound to a bed.
#[derive(Clone, Debug)]
pub(crate) struct Association {
    pub(crate) patient: Arc<Patient>,
    pub(crate) opened_at: Instant,
    pub(crate) opened_by: BoundBy,
}

/// Who bound a patient to a bed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundBy {
    /// The configuration names the patient of the bed.
    Configuration,
}

impl PatientContext {
    /// The patient who is bound now.
    pub(crate) fn now(&self) -> Option<&Arc<Patient>> {
        self.current.as_ref().map(|association| &association.patient)
    }

    /// The patient who has been bound since `start` or longer: of a value before that nobody knows whose it is.
    pub(crate) fn since(&self, start: Instant) -> Option<&Arc<Patient>> {
        self.current.as_ref().filter(|association| association.opened_at <= start).map(|a| &a.patient)
    }
}

/// The summary as last published.
#[derive(Component, Debug, Default)]
pub(crate) struct Told(pub(crate) Option<BedSummary>);

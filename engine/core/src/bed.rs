//! Components of a bed entity.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use bevy_ecs::component::Component;
use vigil_model::{BedSummary, Evidence, HoldReason, Instant, Patient};

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

/// Who lies in the bed, and whether anything holds it. At most one patient at a time, over half-open intervals; who said so
/// and why is in [`crate::association::Associations`].
#[derive(Component, Debug, Default)]
pub(crate) struct PatientContext {
    /// The open interval.
    pub(crate) current: Option<Association>,
    /// Intervals that ended a short while ago, since report intervals that lie within them may be closed only now.
    past: VecDeque<(Association, Instant)>,
    /// What is held, and since when.
    held: BTreeMap<Scope, Instant>,
    /// What was held a short while ago, from when until when.
    held_before: VecDeque<(Scope, Instant, Instant)>,
}

/// What a hold is about: the bed as a whole (`None`), or one device by its position in the ward.
pub(crate) type Scope = Option<u32>;

/// Intervals of the past that are remembered.
const PAST_MAX: usize = 16;

/// An open interval in which a patient is validly bound to a bed.
#[derive(Clone, Debug)]
pub(crate) struct Association {
    pub(crate) patient: Arc<Patient>,
    pub(crate) opened_at: Instant,
    pub(crate) evidence: Evidence,
}

impl PatientContext {
    /// The patient who is bound now.
    pub(crate) fn now(&self) -> Option<&Arc<Patient>> {
        self.current.as_ref().map(|association| &association.patient)
    }

    /// The patient whom an alarm may name: nobody while it is in doubt who lies here.
    pub(crate) fn named(&self) -> Option<&Arc<Patient>> {
        self.now().filter(|_| !self.held.contains_key(&None))
    }

    /// A patient is bound from `at` on.
    pub(crate) fn open(&mut self, patient: Arc<Patient>, evidence: Evidence, at: Instant) {
        self.close(at);
        self.current = Some(Association { patient, opened_at: at, evidence });
    }

    /// What is known of the patient changed.
    pub(crate) fn renew(&mut self, patient: &Arc<Patient>, evidence: Evidence) {
        if let Some(current) = &mut self.current {
            (current.patient, current.evidence) = (Arc::clone(patient), evidence);
        }
    }

    /// Nobody is bound from `at` on.
    pub(crate) fn close(&mut self, at: Instant) {
        if let Some(association) = self.current.take() {
            push(&mut self.past, (association, at));
        }
    }

    /// What is held from `at` on. Whether anything of it is new.
    pub(crate) fn hold(&mut self, scopes: &BTreeSet<Scope>, at: Instant) -> bool {
        let over: Vec<Scope> = self.held.keys().filter(|scope| !scopes.contains(scope)).copied().collect();
        for scope in &over {
            if let Some(since) = self.held.remove(scope) {
                push(&mut self.held_before, (*scope, since, at));
            }
        }
        let before = self.held.len();
        for scope in scopes {
            self.held.entry(*scope).or_insert(at);
        }
        !over.is_empty() || self.held.len() > before
    }

    /// The patient who was bound over the whole of an interval, half-open: of a value before that nobody knows whose it is.
    pub(crate) fn over(&self, start: Instant, end: Instant) -> Option<&Arc<Patient>> {
        let current = self.current.as_ref().filter(|association| association.opened_at <= start);
        let of_past =
            |(association, closed_at): &&(Association, Instant)| association.opened_at <= start && end <= *closed_at;
        let past = || self.past.iter().rev().find(of_past).map(|(association, _)| association);
        current.or_else(past).map(|association| &association.patient)
    }

    /// Whether a device, or the bed as a whole, was held at any time of an interval.
    pub(crate) fn was_held(&self, device: u32, start: Instant, end: Instant) -> bool {
        let is_about = |scope: &Scope| scope.is_none_or(|held| held == device);
        self.held.iter().any(|(scope, since)| is_about(scope) && *since < end)
            || self.held_before.iter().any(|(scope, since, until)| is_about(scope) && *since < end && start < *until)
    }
}

/// What a hold is about; nothing if it is a device that the ward does not have.
pub(crate) fn scope(reason: &HoldReason, device: impl Fn(&str) -> Option<u32>) -> Option<Scope> {
    match reason {
        HoldReason::DeviceTwice { device: id, .. } | HoldReason::OtherDevice { device: id } => device(id).map(Some),
        HoldReason::Contested
        | HoldReason::OtherPatient { .. }
        | HoldReason::NotAdmitted { .. }
        | HoldReason::Identity { .. } => Some(None),
    }
}

fn push<T>(past: &mut VecDeque<T>, interval: T) {
    if past.len() == PAST_MAX {
        past.pop_front();
    }
    past.push_back(interval);
}

/// The summary as last published.
#[derive(Component, Debug, Default)]
pub(crate) struct Told(pub(crate) Option<BedSummary>);

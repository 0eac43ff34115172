//! Gathers the stretches of alarms from what the engine says, for figures and comparisons.

use std::collections::BTreeMap;

use vigil_journal::load::AlarmSpan;
use vigil_model::{AlarmState, EngineEvent, EventKind, OccurrenceId, Phase};

/// The alarms of a run so far.
#[derive(Clone, Debug, Default)]
pub struct Spans(BTreeMap<OccurrenceId, AlarmSpan>);

impl Spans {
    /// Takes in what a step said.
    pub fn add(&mut self, events: &[EngineEvent]) {
        for event in events {
            let EventKind::Alarm { phase, occurrence, .. } = &event.kind else { continue };
            let span = self.0.entry(occurrence.id.clone()).or_insert_with(|| AlarmSpan::begun(occurrence, event.at));
            span.priority = span.priority.max(occurrence.priority);
            if *phase == Phase::Acknowledged {
                span.acknowledged.get_or_insert(event.at);
            }
            if occurrence.state == AlarmState::Inactive {
                span.ended.get_or_insert(event.at);
            }
        }
    }

    /// All of them, in the order of their numbers.
    pub fn into_vec(self) -> Vec<AlarmSpan> {
        self.0.into_values().collect()
    }
}

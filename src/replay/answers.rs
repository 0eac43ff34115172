//! Answers name an occurrence by the number it had when it was recorded. Under another configuration the same condition has
//! another number: this finds it by its condition.

use std::collections::BTreeMap;

use vigil_model::{AlarmState, Command, ConditionKey, EngineEvent, EventKind, OccurrenceId, Scope};

/// Which occurrence stands for which.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Condition of every occurrence as it was recorded.
    recorded: BTreeMap<OccurrenceId, ConditionKey>,
    /// Occurrence that each condition has now.
    now: BTreeMap<ConditionKey, OccurrenceId>,
}

impl Names {
    /// Takes in what was said under the recorded configuration.
    pub fn recorded(&mut self, events: &[EngineEvent]) {
        for event in events {
            if let EventKind::Alarm { occurrence, .. } = &event.kind {
                self.recorded.insert(occurrence.id.clone(), occurrence.key.clone());
            }
        }
    }

    /// Takes in what is said under the configuration that is tried.
    pub(super) fn learn(&mut self, events: &[EngineEvent]) {
        for event in events {
            let EventKind::Alarm { occurrence, .. } = &event.kind else { continue };
            if occurrence.state == AlarmState::Inactive {
                self.now.remove(&occurrence.key);
            } else {
                self.now.insert(occurrence.key.clone(), occurrence.id.clone());
            }
        }
    }

    /// The command as it would have been given; `None` if what it answered does not exist now.
    pub(super) fn translate(&self, command: Command) -> Option<Command> {
        match command {
            Command::Answer { occurrence, answer, by } => {
                Some(Command::Answer { occurrence: self.occurrence(&occurrence)?, answer, by })
            }
            Command::Hold { scope, hold, by } => Some(Command::Hold { scope: self.scope(scope)?, hold, by }),
            Command::Enable { scope, by } => Some(Command::Enable { scope: self.scope(scope)?, by }),
            // They name no occurrence.
            Command::Delivery { .. }
            | Command::Appliance { .. }
            | Command::Chart { .. }
            | Command::Adjust { .. }
            | Command::Associate { .. } => Some(command),
        }
    }

    fn occurrence(&self, recorded: &OccurrenceId) -> Option<OccurrenceId> {
        self.now.get(self.recorded.get(recorded)?).cloned()
    }

    fn scope(&self, scope: Scope) -> Option<Scope> {
        match scope {
            Scope::Occurrence(occurrence) => self.occurrence(&occurrence).map(Scope::Occurrence),
            Scope::Bed(_) => Some(scope),
        }
    }
}

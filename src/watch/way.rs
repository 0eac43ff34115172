//! The way of alarms: whether each hop keeps its budget, and whether the canary is heard.
//!
//! It is judged by the ledger in the journal, which anybody could read: by what happened, not by what was meant to happen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use vigil_config::{LedgerPlan, Plan};
use vigil_journal::ledger::{Budgets, Hop, hops};
use vigil_journal::{LedgerLine, LogKind};
use vigil_messages::Destination;
use vigil_model::{OccurrenceId, Phase, Timestamp};

use super::Finding;
use crate::canary;

/// Occurrences of the canary that are remembered.
const CANARY_OCCURRENCES_MAX: usize = 16;

/// What is known of the way.
pub(super) struct Way {
    budgets: Option<Budgets>,
    canary: Option<Canary>,
    /// Hops that are late.
    late: BTreeSet<Hop>,
}

/// What is known of the canary.
struct Canary {
    /// How long it may be silent.
    patience: Duration,
    /// When it was last heard: raised an alarm, by `None`, or had one confirmed by a destination.
    heard: BTreeMap<Option<Arc<str>>, Timestamp>,
    silent: BTreeSet<Option<Arc<str>>>,
    occurrences: BTreeSet<OccurrenceId>,
}

impl Way {
    /// What a plan wants watched, from `now` on; `None` if that is nothing.
    pub(super) fn of(plan: &Plan, now: Timestamp) -> Option<Self> {
        let budgets = plan.ledger.map(|LedgerPlan { taken, judged, journalled, sent, confirmed }| Budgets {
            taken,
            judged,
            journalled,
            sent,
            confirmed,
        });
        let told = plan.destinations.iter().filter(|to| takes_alarms(to) && to.takes_bed(canary::ID));
        let canary = plan.canary.map(|every| Canary {
            patience: canary::patience(every),
            heard: told.map(|to| Some(to.id().clone())).chain([None]).map(|who| (who, now)).collect(),
            silent: BTreeSet::new(),
            occurrences: BTreeSet::new(),
        });
        (budgets.is_some() || canary.is_some()).then_some(Self { budgets, canary, late: BTreeSet::new() })
    }

    /// Takes in new lines of the ledger and the oldest alarm message that waits for each destination. `is_canary` says
    /// whether an occurrence is the canary's.
    pub(super) fn look(
        &mut self,
        now: Timestamp,
        lines: &[LedgerLine],
        waiting: &[(String, Timestamp)],
        is_canary: impl Fn(&OccurrenceId) -> bool,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(budgets) = self.budgets {
            self.judge(&budgets, now, lines, waiting, &mut findings);
        }
        if let Some(canary) = &mut self.canary {
            canary.listen(now, lines, is_canary, &mut findings);
        }
        findings
    }

    fn judge(
        &mut self,
        budgets: &Budgets,
        now: Timestamp,
        lines: &[LedgerLine],
        waiting: &[(String, Timestamp)],
        findings: &mut Vec<Finding>,
    ) {
        // Whether each hop that was seen was late at least once.
        let mut seen: BTreeMap<Hop, bool> = BTreeMap::new();
        for (hop, took) in lines.iter().flat_map(|line| hops(&line.entry)) {
            *seen.entry(hop.clone()).or_default() |= took > budgets.of(&hop);
        }
        let waits_too_long = |created: Timestamp| now.since(created) > budgets.sent + budgets.confirmed;
        for (destination, created) in waiting {
            if waits_too_long(*created) {
                seen.insert(Hop::Sent(destination.as_str().into()), true);
            }
        }
        // A destination for which nothing waits too long any more has taken everything over.
        for hop in &self.late {
            if let Hop::Sent(destination) | Hop::Confirmed(destination) = hop
                && waiting.iter().all(|(other, created)| **other != **destination || !waits_too_long(*created))
            {
                seen.entry(hop.clone()).or_insert(false);
            }
        }
        for (hop, is_late) in seen {
            let changed = if is_late { self.late.insert(hop.clone()) } else { self.late.remove(&hop) };
            if changed {
                findings.push(Finding::appliance(format!("Alarms late: {}", hop.text()), is_late));
            }
        }
    }
}

impl Canary {
    fn listen(
        &mut self,
        now: Timestamp,
        lines: &[LedgerLine],
        is_canary: impl Fn(&OccurrenceId) -> bool,
        findings: &mut Vec<Finding>,
    ) {
        for line in lines {
            let (Some(id), Some(kind)) = (&line.occurrence, &line.entry.kind) else { continue };
            match kind {
                LogKind::Alarm { phase: Phase::Start, .. } if is_canary(id) => {
                    self.heard.insert(None, line.entry.at);
                    if self.occurrences.len() >= CANARY_OCCURRENCES_MAX {
                        self.occurrences.pop_first();
                    }
                    self.occurrences.insert(id.clone());
                }
                LogKind::Delivered { destination, .. } if self.occurrences.contains(id) => {
                    self.heard.insert(Some(destination.clone()), line.entry.at);
                }
                _ => {}
            }
        }
        for (who, heard) in &self.heard {
            let is_silent = now.since(*heard) > self.patience;
            let changed = if is_silent { self.silent.insert(who.clone()) } else { self.silent.remove(who) };
            if changed {
                let text = match who {
                    None => "Canary silent: it raises no alarm".to_owned(),
                    Some(destination) => format!("Canary silent: not confirmed by {destination}"),
                };
                findings.push(Finding::appliance(text, is_silent));
            }
        }
    }
}

fn takes_alarms(destination: &Destination) -> bool {
    match destination {
        Destination::Hl7(hl7) => hl7.alarms,
        Destination::Mqtt(_) => true,
    }
}

#[cfg(test)]
#[path = "way_tests.rs"]
mod tests;

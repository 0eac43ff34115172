//! Watches the way of alarms: whether each hop keeps its budget, and whether the canary is heard. What it finds becomes a
//! technical condition of the appliance that names the hop.
//!
//! It reads the ledger in the journal, as anybody could, so that it sees what happened and not what was meant to happen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use vigil_config::{LedgerPlan, Plan};
use vigil_journal::ledger::{Budgets, Hop, hops};
use vigil_journal::{Journal, JournalError, LedgerLine, LogKind, Reader};
use vigil_messages::Destination;
use vigil_model::{Command, OccurrenceId, Phase, Timestamp};

use crate::canary;
use crate::clock::Clock;

/// How often the ledger is read.
const EVERY: Duration = Duration::from_secs(1);
/// Lines read at once; more wait for the next time.
const LINES_MAX: u32 = 2000;
/// Occurrences of the canary that are remembered.
const CANARY_OCCURRENCES_MAX: usize = 16;

/// Something that is not as it should be, or is so again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What, for people; the same when it is over.
    pub text: Arc<str>,
    /// Whether it is so now.
    pub present: bool,
}

/// What is watched, and what is known of it.
pub struct Watch {
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

impl Watch {
    /// What a plan wants watched, from `now` on; `None` if that is nothing.
    pub fn of(plan: &Plan, now: Timestamp) -> Option<Self> {
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
    pub fn look(
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
                findings.push(Finding { text: format!("Alarms late: {}", hop.text()).into(), present: is_late });
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
                findings.push(Finding { text: text.into(), present: is_silent });
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

/// Watches until `stop`. What is found is told to the engine.
pub async fn run(
    watch: Watch,
    journal: Journal,
    commands: mpsc::Sender<Command>,
    clock: Clock,
    stop: CancellationToken,
) {
    let mut station = match journal.reader().and_then(|reader| Station::new(watch, reader)) {
        Ok(station) => station,
        Err(error) => {
            tracing::error!(%error, "The way of alarms is not watched.");
            return;
        }
    };
    drop(journal);
    let mut beat = tokio::time::interval(EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while stop.run_until_cancelled(beat.tick()).await.is_some() {
        let now = clock().utc;
        // Reading the disk is not for a thread that moves bytes.
        let looked = tokio::task::spawn_blocking(move || {
            let findings = station.look(now);
            (station, findings)
        });
        let Ok((returned, findings)) = looked.await else { return };
        station = returned;
        for finding in findings {
            tracing::warn!(what = &*finding.text, present = finding.present, "The way of alarms changed.");
            if commands.send(command(finding)).await.is_err() {
                return;
            }
        }
    }
}

fn command(finding: Finding) -> Command {
    Command::Appliance { text: finding.text, failing: finding.present }
}

/// A watch and where it reads.
struct Station {
    watch: Watch,
    reader: Reader,
    /// The line that was read last.
    read: u64,
}

impl Station {
    fn new(watch: Watch, reader: Reader) -> Result<Self, JournalError> {
        let read = reader.last_line()?;
        Ok(Self { watch, reader, read })
    }

    fn look(&mut self, now: Timestamp) -> Vec<Finding> {
        let read = self.reader.lines_after(self.read, LINES_MAX).and_then(|lines| {
            let waiting = self.reader.oldest_alarms()?;
            Ok((lines, waiting))
        });
        match read {
            Ok((lines, waiting)) => {
                self.read = lines.last().map_or(self.read, |line| line.row);
                let reader = &self.reader;
                let is_canary = |id: &OccurrenceId| {
                    reader.occurrence(id).is_ok_and(|found| found.is_some_and(|found| *found.bed == *canary::ID))
                };
                self.watch.look(now, &lines, &waiting, is_canary)
            }
            Err(error) => {
                tracing::error!(%error, "The ledger cannot be read; what is late now is not noticed.");
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;

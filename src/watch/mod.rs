//! Watches what carries alarms out of the house: whether every destination confirms, whether each hop of an alarm's way keeps
//! its budget and the canary is heard, and whether certificates are about to run out. What it finds is told to the engine,
//! and becomes a technical condition that names what is wrong.
//!
//! One task, one look a second. What is judged is pure and in the files beside this one; here is only where it is read and
//! to whom it is told.

mod certificates;
mod delivery;
mod way;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use vigil_config::Plan;
use vigil_journal::{Journal, JournalError, Reader};
use vigil_model::{Command, Now, OccurrenceId, Timestamp};
use vigil_sinks::SinkStatus;

use crate::canary;
use crate::clock::Clock;
use certificates::Certificates;
use delivery::Confirming;
use way::Way;

/// How often everything is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// Lines of the ledger read at once; more wait for the next time.
const LINES_MAX: u32 = 2000;

/// Something that is not as it should be, or is so again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    subject: Subject,
    /// Whether it is so now.
    present: bool,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject {
    /// A destination does not confirm.
    Delivery(Arc<str>),
    /// Something of the appliance, in words for people that are the same when it is over.
    Appliance(Arc<str>),
}

impl Finding {
    fn appliance(text: impl Into<Arc<str>>, present: bool) -> Self {
        Self { subject: Subject::Appliance(text.into()), present }
    }

    #[cfg(test)]
    fn text(&self) -> &str {
        match &self.subject {
            Subject::Delivery(text) | Subject::Appliance(text) => text,
        }
    }

    fn command(&self) -> Command {
        let failing = self.present;
        match &self.subject {
            Subject::Delivery(destination) => Command::Delivery { destination: destination.clone(), failing },
            Subject::Appliance(text) => Command::Appliance { text: text.clone(), failing },
        }
    }
}

/// A destination that is watched.
struct Watched {
    id: Arc<str>,
    status: watch::Receiver<SinkStatus>,
    confirming: Confirming,
    certificates: Certificates,
}

/// Everything that is watched.
pub(crate) struct Watch {
    destinations: Vec<Watched>,
    way: Option<Way>,
}

impl Watch {
    /// What a plan wants watched, from `now` on.
    pub(crate) fn of(plan: &Plan, sinks: &[(Arc<str>, watch::Receiver<SinkStatus>)], now: Now) -> Self {
        let destinations = sinks.iter().map(|(id, status)| {
            let tls = plan.destinations.iter().find(|to| to.id() == id).and_then(|to| to.tls());
            Watched {
                id: id.clone(),
                status: status.clone(),
                confirming: Confirming::new(now.monotonic),
                certificates: Certificates::new(id, tls.map(|tls| tls.expiry_warning.get())),
            }
        });
        Self { destinations: destinations.collect(), way: Way::of(plan, now.utc) }
    }

    fn look(&mut self, now: Now, findings: &mut Vec<Finding>) {
        for watched in &mut self.destinations {
            let status = watched.status.borrow();
            if let Some(present) = watched.confirming.take(now.monotonic, &status) {
                watched.confirming.failing = Some(present);
                findings.push(Finding { subject: Subject::Delivery(watched.id.clone()), present });
            }
            watched.certificates.look(now.utc, &status.certificates, findings);
        }
    }
}

/// Watches until `stop`. What is found is told to the engine.
pub(crate) async fn run(
    mut watch: Watch,
    journal: Journal,
    commands: mpsc::Sender<Command>,
    clock: Clock,
    stop: CancellationToken,
) {
    let station = watch.way.take().map(|way| journal.reader().and_then(|reader| Station::new(way, reader)));
    let mut station = match station.transpose() {
        Ok(station) => station,
        Err(error) => {
            tracing::error!(%error, "The way of alarms is not watched.");
            None
        }
    };
    drop(journal);
    let mut beat = tokio::time::interval(EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while stop.run_until_cancelled(beat.tick()).await.is_some() {
        let now = clock();
        let mut findings = Vec::new();
        watch.look(now, &mut findings);
        if let Some(mut there) = station.take() {
            // Reading the disk is not for a thread that moves bytes.
            let looked = tokio::task::spawn_blocking(move || {
                let findings = there.look(now.utc);
                (there, findings)
            });
            if let Ok((there, found)) = looked.await {
                station = Some(there);
                findings.extend(found);
            }
        }
        for finding in findings {
            if let Subject::Appliance(what) = &finding.subject {
                tracing::warn!(what = &**what, present = finding.present, "What carries alarms changed.");
            }
            if commands.send(finding.command()).await.is_err() {
                return;
            }
        }
    }
}

/// The way of alarms and where it is read.
struct Station {
    way: Way,
    reader: Reader,
    /// The line that was read last.
    read: u64,
}

impl Station {
    fn new(way: Way, reader: Reader) -> Result<Self, JournalError> {
        let read = reader.last_line()?;
        Ok(Self { way, reader, read })
    }

    fn look(&mut self, now: Timestamp) -> Vec<Finding> {
        let lines = self.reader.lines_after(self.read, LINES_MAX);
        match lines.and_then(|lines| Ok((lines, self.reader.oldest_alarms()?))) {
            Ok((lines, waiting)) => {
                self.read = lines.last().map_or(self.read, |line| line.row);
                let reader = &self.reader;
                let is_canary = |id: &OccurrenceId| {
                    reader.occurrence(id).is_ok_and(|found| found.is_some_and(|found| *found.bed == *canary::ID))
                };
                self.way.look(now, &lines, &waiting, is_canary)
            }
            Err(error) => {
                tracing::error!(%error, "The ledger cannot be read; what is late now is not noticed.");
                Vec::new()
            }
        }
    }
}

//! The one thread that writes: takes whatever waits, writes it as one transaction, answers everybody.

use std::sync::Arc;

use vigil_model::Timestamp;

use crate::JournalError;
use crate::depths::Depths;
use crate::lock::ProcessLock;
use crate::queue::{Group, Queue, Work};
use crate::retention::{self, GROUPS_BETWEEN, Limits};
use crate::store::Store;
use crate::trend::TrendPiece;

/// Transactions after which the write-ahead log is moved into the database when there is time.
const GROUPS_BEFORE_CHECKPOINT: u64 = 64;

pub(crate) struct Writer {
    pub(crate) store: Store,
    pub(crate) queue: Arc<Queue>,
    pub(crate) depths: Arc<Depths>,
    pub(crate) limits: Limits,
    pub(crate) lock: ProcessLock,
}

impl Writer {
    /// Runs until the queue is closed and empty. The lock is let go last, after the database is closed.
    pub(crate) fn run(self) {
        let Writer { store, queue, depths, limits, lock } = self;
        let _stopped = StopOnDrop(queue.clone());
        let mut desk =
            Desk { store, queue, depths, limits, newest: None, groups_since_tidy: 0, groups_since_checkpoint: 0 };
        loop {
            match desk.queue.take() {
                Work::Group(group) => desk.write(group),
                Work::Trend(piece) => desk.keep_trend(&piece),
                Work::Tidy => desk.tidy(),
                Work::Stop => break,
            }
        }
        drop(desk);
        drop(lock);
    }
}

/// Tells everybody who waits, whatever ended the thread.
struct StopOnDrop(Arc<Queue>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

struct Desk {
    store: Store,
    queue: Arc<Queue>,
    depths: Arc<Depths>,
    limits: Limits,
    newest: Option<Timestamp>,
    groups_since_tidy: u64,
    groups_since_checkpoint: u64,
}

impl Desk {
    fn write(&mut self, group: Group) {
        // Only what somebody was promised waits for the disk.
        let durably = !group.jobs.is_empty();
        let records = group.jobs.iter().map(|job| &job.prepared).chain(&group.notes);
        let written = self.store.write(records, &group.settlements, durably);
        let Group { jobs, notes, settlements } = group;
        match written {
            Ok(changes) => {
                self.newest = jobs.iter().map(|job| job.prepared.at).max().max(self.newest);
                self.depths.apply(changes);
                self.queue.group_done(jobs.len(), settlements.len());
                self.groups_since_tidy += 1;
                self.groups_since_checkpoint += 1;
                for job in jobs {
                    (job.done)(Ok(()));
                }
                if self.groups_since_tidy >= GROUPS_BETWEEN {
                    self.tidy();
                }
            }
            Err(source) => match JournalError::write(source) {
                // One record is at fault: the others must not suffer for it.
                JournalError::ControlIdUsedTwice if jobs.len() > 1 || !settlements.is_empty() || !notes.is_empty() => {
                    if !settlements.is_empty() || !notes.is_empty() {
                        self.write(Group { notes, settlements, ..Group::default() });
                    }
                    for job in jobs {
                        self.write(Group { jobs: vec![job], ..Group::default() });
                    }
                }
                error => {
                    if !matches!(error, JournalError::ControlIdUsedTwice) {
                        tracing::error!(error = %error, "The journal cannot write.");
                        self.queue.group_failed(&error, notes, settlements);
                    }
                    for job in jobs {
                        (job.done)(Err(error.clone()));
                    }
                }
            },
        }
    }

    /// Nobody waits for it: what the disk refuses is a gap.
    fn keep_trend(&mut self, piece: &TrendPiece) {
        let written = self.store.write_trend(piece);
        if let Err(error) = &written {
            tracing::warn!(%error, "A piece of the trends cannot be written; it is a gap.");
        }
        self.queue.trend_done(written.is_ok());
        self.groups_since_checkpoint += 1;
    }

    /// Trouble here is no one's answer: it is logged, and the next record will tell whether the disk works.
    fn tidy(&mut self) {
        self.groups_since_tidy = 0;
        match retention::tidy(&mut self.store, &self.depths, &self.limits, self.newest) {
            Ok(tidied) => {
                self.depths.apply(tidied.changes);
                if tidied.trends {
                    self.queue.tidy_again();
                }
                if tidied.observations_dropped > 0 || tidied.refused_dropped > 0 {
                    tracing::warn!(
                        observations = tidied.observations_dropped,
                        refused = tidied.refused_dropped,
                        "Messages were dropped because more of them wait than the limits allow."
                    );
                    self.queue.count_dropped(tidied.observations_dropped, tidied.refused_dropped);
                }
            }
            Err(error) => tracing::warn!(error = %error, "The journal cannot be tidied."),
        }
        if self.groups_since_checkpoint >= GROUPS_BEFORE_CHECKPOINT {
            self.groups_since_checkpoint = 0;
            if let Err(error) = self.store.checkpoint() {
                tracing::warn!(error = %error, "The write-ahead log cannot be moved into the database.");
            }
        }
    }
}

//! What waits for the writer: records, each with somebody waiting for its answer, and settlements and notes that nobody waits
//! for.
//!
//! Records go to disk at once, together with everything else that waits. Settlements and notes alone wait a moment for company,
//! and their group does not wait for the disk: a power cut may cost the last of them, which costs a repeat and no message,
//! and a record never stands behind a sync of theirs. All are bounded: a full queue of records makes committing wait; a
//! settlement or note too many is dropped and counted.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::JournalError;
use crate::settle::Settled;
use crate::store::Prepared;
use crate::trend::TrendPiece;

/// Records that may wait for the disk.
pub const RECORDS_WAITING_MAX: usize = 1_024;
/// Records that go to disk in one transaction at most.
pub const GROUP_RECORDS_MAX: usize = 256;
/// Settlements that may wait for the disk; more are dropped and counted, and their messages are sent once more.
pub const SETTLEMENTS_WAITING_MAX: usize = 65_536;
/// Pieces of trend that may wait for a quiet moment; more are dropped and counted, and are gaps.
pub const TRENDS_WAITING_MAX: usize = 256;
/// Notes that may wait for the disk; more are refused.
pub const NOTES_WAITING_MAX: usize = 4_096;
/// Settlements that go to disk without waiting for more.
const GROUP_SETTLEMENTS: usize = 512;
/// How long settlements and notes wait for company.
const SETTLEMENT_DELAY: Duration = Duration::from_millis(20);
/// How long settlements wait after the disk has refused a group.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// How long nothing must happen before the writer tidies up.
const IDLE_DELAY: Duration = Duration::from_millis(200);

/// How the journal is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalStatus {
    /// Why the last group could not be written; `None` while the disk takes what it is given.
    pub failing: Option<String>,
    /// Records on disk since the start.
    pub records_committed: u64,
    /// Transactions since the start.
    pub groups_committed: u64,
    /// Groups that the disk refused since the start.
    pub groups_failed: u64,
    /// Settlements on their way to the disk.
    pub settlements_waiting: u64,
    /// Settlements dropped since the start because too many were waiting; their messages are sent once more.
    pub settlements_dropped: u64,
    /// Observation messages dropped since the start because more waited than the limits allow.
    pub observations_dropped: u64,
    /// Dead letters dropped since the start because more were kept than the limits allow.
    pub refused_dropped: u64,
    /// Pieces of trend that are on disk since the start.
    pub trends_written: u64,
    /// Pieces of trend dropped since the start because too many were waiting or the disk refused them; they are gaps.
    pub trends_dropped: u64,
}

/// A record and whoever waits for it.
pub(crate) struct Job {
    pub(crate) prepared: Prepared,
    pub(crate) done: Box<dyn FnOnce(Result<(), JournalError>) + Send>,
}

/// What goes to disk in one transaction.
#[derive(Default)]
pub(crate) struct Group {
    pub(crate) jobs: Vec<Job>,
    pub(crate) notes: Vec<Prepared>,
    pub(crate) settlements: Vec<Settled>,
}

/// What the writer is to do next.
pub(crate) enum Work {
    Group(Group),
    Trend(TrendPiece),
    Tidy,
    Stop,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    notes: VecDeque<Prepared>,
    settlements: VecDeque<Settled>,
    trends: VecDeque<TrendPiece>,
    settlements_taken_in: u64,
    closing: bool,
    stopped: bool,
    untidy: bool,
    status: JournalStatus,
}

impl State {
    /// How much waits that nobody waits for.
    fn lazy(&self) -> usize {
        self.settlements.len() + self.notes.len()
    }
}

#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    work: Condvar,
    space: Condvar,
    /// How many settlements are on disk; they are written in the order of their tickets.
    settled_through: AtomicU64,
}

impl Queue {
    /// Puts a record in line; waits for space if `wait`, else says [`JournalError::Busy`].
    pub(crate) fn push(&self, job: Job, wait: bool) -> Result<(), JournalError> {
        let mut state = self.lock();
        loop {
            if state.closing {
                return Err(JournalError::Closed);
            }
            if state.jobs.len() < RECORDS_WAITING_MAX {
                break;
            }
            if !wait {
                return Err(JournalError::Busy);
            }
            state = self.space.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.jobs.push_back(job);
        drop(state);
        self.work.notify_one();
        Ok(())
    }

    /// Puts a note in line.
    pub(crate) fn note(&self, note: Prepared) -> Result<(), JournalError> {
        let mut state = self.lock();
        if state.closing {
            return Err(JournalError::Closed);
        }
        if state.notes.len() >= NOTES_WAITING_MAX {
            return Err(JournalError::Busy);
        }
        let is_first = state.lazy() == 0;
        state.notes.push_back(note);
        drop(state);
        if is_first {
            self.work.notify_one();
        }
        Ok(())
    }

    /// Puts a settlement in line and gives its ticket; `None` if it was dropped.
    pub(crate) fn settle(&self, settled: Settled) -> Option<u64> {
        let mut state = self.lock();
        if state.stopped || state.settlements.len() >= SETTLEMENTS_WAITING_MAX {
            state.status.settlements_dropped += 1;
            return None;
        }
        state.settlements.push_back(settled);
        state.settlements_taken_in += 1;
        let ticket = state.settlements_taken_in;
        let is_to_be_told = state.lazy() == 1 || state.settlements.len() == GROUP_SETTLEMENTS;
        drop(state);
        if is_to_be_told {
            self.work.notify_one();
        }
        Some(ticket)
    }

    /// Puts a piece of trend in line, if there is room.
    pub(crate) fn keep_trend(&self, piece: TrendPiece) {
        let mut state = self.lock();
        if state.closing || state.trends.len() >= TRENDS_WAITING_MAX {
            state.status.trends_dropped += 1;
            return;
        }
        state.trends.push_back(piece);
        drop(state);
        self.work.notify_one();
    }

    /// There is more to tidy up when nothing else is to do.
    pub(crate) fn tidy_again(&self) {
        self.lock().untidy = true;
    }

    pub(crate) fn trend_done(&self, written: bool) {
        let mut state = self.lock();
        state.untidy |= written;
        state.status.trends_written += u64::from(written);
        state.status.trends_dropped += u64::from(!written);
    }

    pub(crate) fn settled_through(&self) -> u64 {
        self.settled_through.load(Ordering::Acquire)
    }

    pub(crate) fn status(&self) -> JournalStatus {
        let state = self.lock();
        JournalStatus { settlements_waiting: state.settlements.len() as u64, ..state.status.clone() }
    }

    /// No more records; the writer stops when everything that waits has been tried.
    pub(crate) fn close(&self) {
        self.lock().closing = true;
        self.work.notify_one();
        self.space.notify_all();
    }

    /// Blocks until there is something to do.
    pub(crate) fn take(&self) -> Work {
        let mut state = self.lock();
        loop {
            let failing = state.status.failing.is_some();
            let enough = state.settlements.len() >= GROUP_SETTLEMENTS && !failing;
            if !state.jobs.is_empty() || enough || (state.closing && state.lazy() > 0) {
                return self.take_group(state);
            }
            // Whatever anybody waits for comes first.
            if let Some(piece) = state.trends.pop_front() {
                return Work::Trend(piece);
            }
            if state.closing {
                return Work::Stop;
            }
            let delay = match (state.lazy() == 0, failing) {
                (false, true) => RETRY_DELAY,
                (false, false) => SETTLEMENT_DELAY,
                (true, _) if state.untidy => IDLE_DELAY,
                (true, _) => {
                    state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
            };
            let (guard, timeout) = self.work.wait_timeout(state, delay).unwrap_or_else(PoisonError::into_inner);
            state = guard;
            if timeout.timed_out() && state.lazy() > 0 {
                return self.take_group(state);
            }
            if timeout.timed_out() && state.jobs.is_empty() && !state.closing {
                state.untidy = false;
                return Work::Tidy;
            }
        }
    }

    fn take_group(&self, mut state: MutexGuard<'_, State>) -> Work {
        let count = state.jobs.len().min(GROUP_RECORDS_MAX);
        let group = Group {
            jobs: state.jobs.drain(..count).collect(),
            notes: state.notes.drain(..).collect(),
            settlements: state.settlements.drain(..).collect(),
        };
        drop(state);
        self.space.notify_all();
        Work::Group(group)
    }

    /// The group is on disk.
    pub(crate) fn group_done(&self, records: usize, settlements: usize) {
        self.settled_through.fetch_add(settlements as u64, Ordering::Release);
        let mut state = self.lock();
        state.untidy = true;
        state.status.failing = None;
        state.status.records_committed += records as u64;
        state.status.groups_committed += 1;
    }

    /// The disk refused the group: its notes and settlements wait for the next one, unless the journal is being closed.
    pub(crate) fn group_failed(&self, error: &JournalError, notes: Vec<Prepared>, settlements: Vec<Settled>) {
        let mut state = self.lock();
        state.status.groups_failed += 1;
        state.status.failing = Some(error.to_string());
        if state.closing {
            state.status.settlements_dropped += settlements.len() as u64;
            return;
        }
        for note in notes.into_iter().rev() {
            state.notes.push_front(note);
        }
        for settled in settlements.into_iter().rev() {
            state.settlements.push_front(settled);
        }
    }

    pub(crate) fn count_dropped(&self, observations: u64, refused: u64) {
        let mut state = self.lock();
        state.status.observations_dropped += observations;
        state.status.refused_dropped += refused;
    }

    /// The writer is gone: whoever still waits is told.
    pub(crate) fn stop(&self) {
        let mut state = self.lock();
        state.closing = true;
        state.stopped = true;
        let jobs: Vec<Job> = state.jobs.drain(..).collect();
        state.settlements.clear();
        state.trends.clear();
        state.notes.clear();
        drop(state);
        self.space.notify_all();
        for job in jobs {
            (job.done)(Err(JournalError::Closed));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

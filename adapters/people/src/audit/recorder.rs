//! The trail for those who must not wait: entries go into a bounded queue, a thread of its own puts them on disk together.
//!
//! Recording never holds anybody up at a bedside. While the disk refuses, entries wait in memory; what the queue cannot hold is
//! counted, said in the log, and said in the trail once it can be written again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{Action, Entry, Head, Outcome, Trail, Who};
use crate::PeopleError;

/// Entries that wait for the disk; more are lost and counted.
pub const ENTRIES_WAITING_MAX: usize = 4096;
/// Entries that go to disk together.
const BATCH_MAX: usize = 256;
/// How long to wait before a failed write is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// Records after which the head is said in the log again, where it is out of reach of who edits files.
const HEAD_SAID_EVERY: u64 = 1000;

enum Message {
    Entry(Box<Entry>),
    Flush(SyncSender<()>),
    Stop,
}

/// A handle; cheap to copy. The thread ends when it is told to [`stop`](Writer::stop).
#[derive(Clone)]
pub struct Recorder {
    sender: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

/// The thread that writes.
pub struct Writer {
    recorder: Recorder,
    thread: JoinHandle<()>,
}

impl Recorder {
    /// Starts the thread.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(trail: Trail) -> Result<(Self, Writer), PeopleError> {
        let (sender, receiver) = mpsc::sync_channel(ENTRIES_WAITING_MAX);
        let recorder = Recorder { sender, lost: Arc::default() };
        let lost = recorder.lost.clone();
        let thread = std::thread::Builder::new()
            .name("audit".into())
            .spawn(move || write(trail, &receiver, &lost))
            .map_err(|error| PeopleError::Refused(format!("starting the thread of the audit trail: {error}")))?;
        Ok((recorder.clone(), Writer { recorder, thread }))
    }

    /// Records an entry. Never waits; says `false` if it is lost because too many wait already.
    pub fn record(&self, entry: Entry) -> bool {
        match self.sender.try_send(Message::Entry(Box::new(entry))) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                if self.lost.fetch_add(1, Ordering::Relaxed) == 0 {
                    tracing::error!("Entries of the audit trail are being lost; look at the disk of the data folder.");
                }
                false
            }
        }
    }

    /// Waits until everything recorded before is on disk, or the writer has gone.
    pub fn flush(&self) {
        let (done, wait) = mpsc::sync_channel(1);
        if self.sender.send(Message::Flush(done)).is_ok() {
            let _ = wait.recv();
        }
    }

    /// Entries that were lost and not yet said to be so in the trail.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

impl Writer {
    /// Puts on disk what waits and ends the thread.
    pub fn stop(self) {
        let _ = self.recorder.sender.send(Message::Stop);
        let _ = self.thread.join();
    }
}

fn write(mut trail: Trail, receiver: &Receiver<Message>, lost: &AtomicU64) {
    let mut waiting: Vec<Entry> = Vec::new();
    let mut flushes: Vec<SyncSender<()>> = Vec::new();
    let mut said = 0;
    let mut is_ending = false;
    loop {
        let message = if waiting.is_empty() {
            receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            receiver.recv_timeout(RETRY) // the disk refused
        };
        match message {
            Ok(message) => take(message, &mut waiting, &mut flushes, &mut is_ending),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => is_ending = true,
        }
        while waiting.len() < BATCH_MAX {
            let Ok(message) = receiver.try_recv() else { break };
            take(message, &mut waiting, &mut flushes, &mut is_ending);
        }
        if !waiting.is_empty() {
            match append(&mut trail, &waiting, lost) {
                Ok(head) => {
                    waiting.clear();
                    if head.number >= said + HEAD_SAID_EVERY || said == 0 {
                        said = head.number;
                        tracing::info!(%head, "The audit trail goes this far.");
                    }
                }
                Err(error) => {
                    tracing::error!(%error, waiting = waiting.len(), "The audit trail cannot be written; trying again.")
                }
            }
        }
        for flush in flushes.drain(..) {
            let _ = flush.send(());
        }
        if is_ending {
            return;
        }
    }
}

fn take(message: Message, waiting: &mut Vec<Entry>, flushes: &mut Vec<SyncSender<()>>, is_ending: &mut bool) {
    match message {
        Message::Entry(entry) => waiting.push(*entry),
        Message::Flush(done) => flushes.push(done),
        Message::Stop => *is_ending = true,
    }
}

fn append(trail: &mut Trail, entries: &[Entry], lost: &AtomicU64) -> Result<Head, PeopleError> {
    let missing = lost.load(Ordering::Relaxed);
    let at = entries.last().map(|entry| entry.at).unwrap_or_default();
    let gap = (missing > 0).then(|| {
        let entry = Entry::done(at, Who::appliance(), Action::EntriesLost).that(Outcome::Failed);
        entry.with(format!("{missing} entries"))
    });
    let all: Vec<Entry> = entries.iter().cloned().chain(gap).collect();
    let head = trail.append(&all)?;
    lost.fetch_sub(missing, Ordering::Relaxed);
    Ok(head)
}

#[cfg(test)]
mod tests {
    use vigil_model::Timestamp;

    use super::*;
    use crate::audit::{Limits, read, verify};

    #[test]
    fn what_was_recorded_is_on_disk_after_a_flush_and_what_was_lost_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let at = Timestamp::from_seconds(1_800_000_000);
        let trail = Trail::open(folder.path(), Limits::default(), at).unwrap();
        let (recorder, writer) = Recorder::start(trail).unwrap();
        recorder.lost.store(3, Ordering::Relaxed);
        for _ in 0..300 {
            recorder.record(Entry::done(at, Who::operator("ada"), Action::Viewed));
        }
        recorder.flush();
        let mut actions = Vec::new();
        read(folder.path(), |line| actions.push(line.entry.action)).unwrap();
        assert_eq!(actions.iter().filter(|action| **action == Action::Viewed).count(), 300);
        assert_eq!(actions.iter().filter(|action| **action == Action::EntriesLost).count(), 1);
        assert_eq!(recorder.lost(), 0);
        writer.stop();
        assert!(verify::verify(folder.path(), &verify::Known::default()).unwrap().is_whole());
    }
}

//! The handle to the journal.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use crate::depths::{Counts, Depths};
use crate::lock::ProcessLock;
use crate::outbox::{RowId, Settlement};
use crate::queue::{Job, JournalStatus, Queue};
use crate::settle::Settled;
use crate::store::{Prepared, Store};
use crate::trend::TrendPiece;
use crate::writer::Writer;
use crate::{JournalError, Limits, Reader, Record, RestoredState, SqliteOutbox, schema};

/// Handle to the one thread that writes the journal. Cheap to copy. When the last copy is dropped (outboxes hold one
/// each), what waits is written and the database is closed.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

struct Inner {
    path: PathBuf,
    queue: Arc<Queue>,
    depths: Arc<Depths>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Journal {
    /// Opens the database file at `path` with the default [`Limits`], creating it and its directory if need be.
    ///
    /// # Errors
    /// If another process has it, or if it cannot be opened, locked or read.
    pub fn open(path: &Path) -> Result<(Journal, RestoredState), JournalError> {
        Self::open_with(path, Limits::default())
    }

    /// Opens the database file at `path` with limits of its own.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_with(path: &Path, limits: Limits) -> Result<(Journal, RestoredState), JournalError> {
        let lock = ProcessLock::take(path)?;
        let (store, restored, depths) = Store::open(path, &limits)?;
        let (queue, depths) = (Arc::new(Queue::default()), Arc::new(depths));
        let writer = Writer { store, queue: queue.clone(), depths: depths.clone(), limits, lock };
        let thread =
            std::thread::Builder::new().name("journal".into()).spawn(move || writer.run()).map_err(|source| {
                JournalError::File { action: "start the writer of", path: path.to_owned(), source: Arc::new(source) }
            })?;
        let inner = Inner { path: path.to_owned(), queue, depths, thread: Mutex::new(Some(thread)) };
        Ok((Journal(Arc::new(inner)), restored))
    }

    /// Puts a record on disk and returns when it is there. Blocks the thread, also while the queue is full.
    ///
    /// # Errors
    /// If the disk refuses (the record can be committed again), a control id is used twice, or the journal is closed.
    pub fn commit(&self, record: impl Into<Arc<Record>>) -> Result<(), JournalError> {
        let (answer, answered) = mpsc::sync_channel(1);
        let done = Box::new(move |result| {
            let _ = answer.send(result);
        });
        self.0.queue.push(Job { prepared: Prepared::new(record.into())?, done }, true)?;
        answered.recv().unwrap_or(Err(JournalError::Closed))
    }

    /// Puts a record in line and returns at once; `done` is called on the writer's thread when it is on disk or cannot
    /// be put there. It must be quick and must not commit: hand the result to a channel.
    ///
    /// # Errors
    /// If too many records wait ([`JournalError::Busy`]) or the journal is closed; `done` is then not called.
    pub fn submit(
        &self,
        record: impl Into<Arc<Record>>,
        done: impl FnOnce(Result<(), JournalError>) + Send + 'static,
    ) -> Result<(), JournalError> {
        self.0.queue.push(Job { prepared: Prepared::new(record.into())?, done: Box::new(done) }, false)
    }

    /// Puts a record in line that nobody waits for and whose loss in a power cut would harm nobody: it goes with what is
    /// written next, or on its own a moment later.
    ///
    /// # Errors
    /// If too many notes wait ([`JournalError::Busy`]) or the journal is closed.
    pub fn note(&self, record: impl Into<Arc<Record>>) -> Result<(), JournalError> {
        self.0.queue.note(Prepared::new(record.into())?)
    }

    /// Puts a piece of trend in line for when nothing more urgent waits, and returns at once. Nobody is told when it is on
    /// disk; what too many pieces, a refusing disk or a power cut take is a gap, and counted in [`JournalStatus`] but for the last.
    pub fn keep_trend(&self, piece: TrendPiece) {
        self.0.queue.keep_trend(piece);
    }

    /// The outbox of a destination, with a reading connection of its own. One sink at a time.
    ///
    /// # Errors
    /// If the database cannot be opened once more.
    pub fn outbox(&self, destination: &str) -> Result<SqliteOutbox, JournalError> {
        Ok(SqliteOutbox::new(self.clone(), destination, schema::open_reader(&self.0.path)?))
    }

    /// A reader of everything.
    ///
    /// # Errors
    /// If the database cannot be opened once more.
    pub fn reader(&self) -> Result<Reader, JournalError> {
        Reader::open(&self.0.path)
    }

    /// How the journal is doing.
    pub fn status(&self) -> JournalStatus {
        self.0.queue.status()
    }

    /// Writes what waits, closes the database and lets its lock go. Whatever is asked of the journal or an outbox after
    /// this fails with [`JournalError::Closed`]; settlements after this are dropped, which costs a repeat.
    pub fn close(&self) {
        self.0.close();
    }

    /// Says how a message ended; the ticket tells when that is on disk. `None` if it was dropped.
    pub(crate) fn settle(&self, row: RowId, settlement: Settlement) -> Option<u64> {
        self.0.queue.settle(Settled { row, settlement })
    }

    pub(crate) fn settled_through(&self) -> u64 {
        self.0.queue.settled_through()
    }

    pub(crate) fn counts(&self, destination: &str) -> Counts {
        self.0.depths.of(destination)
    }
}

impl Inner {
    fn close(&self) {
        self.queue.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
        {
            // A panic of the writer has been reported by the runtime already; everybody who waited was told.
            let _ = thread.join();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

//! What all handlers share.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use vigil_journal::{JournalError, Reader};

use crate::Appliance;
use crate::live::Desk;
use crate::metrics::{Hops, Own};
use crate::people::Views;
use crate::problem::Problem;
use crate::view::Counters;

/// How long the appliance's loop may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// Readers of the journal that are kept open.
const READERS_KEPT: usize = 4;
/// Readings of the journal at the same time; more wait for their turn.
const READINGS_MAX: usize = 4;

/// What all handlers share. Clones are the same.
#[derive(Clone)]
pub struct Shared(Arc<Inner>);

struct Inner {
    appliance: Arc<dyn Appliance>,
    views: Views,
    desk: Desk,
    own: Own,
    hops: tokio::sync::Mutex<Hops>,
    readers: Mutex<Vec<Reader>>,
    readings: Arc<tokio::sync::Semaphore>,
    probing: tokio::sync::Semaphore,
}

impl Shared {
    /// The console of an appliance.
    pub fn new(appliance: Arc<dyn Appliance>) -> Self {
        Self(Arc::new(Inner {
            appliance,
            views: Views::default(),
            desk: Desk::default(),
            own: Own::default(),
            hops: tokio::sync::Mutex::default(),
            readers: Mutex::default(),
            readings: Arc::new(tokio::sync::Semaphore::new(READINGS_MAX)),
            probing: tokio::sync::Semaphore::new(1),
        }))
    }

    /// The appliance.
    pub fn appliance(&self) -> &dyn Appliance {
        &*self.0.appliance
    }

    /// What was looked at of late.
    pub(crate) fn views(&self) -> &Views {
        &self.0.views
    }

    /// Where looks at the appliance are shared.
    pub(crate) fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// The right to try a line, until it is dropped; `None` while somebody else has it.
    pub(crate) fn probing(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.0.probing.try_acquire().ok()
    }

    /// What the console counts itself.
    pub(crate) fn own(&self) -> &Own {
        &self.0.own
    }

    /// Takes the ledger's new lines into the hop times.
    pub(crate) async fn read_hops(&self) {
        let mut hops = self.0.hops.lock().await;
        let (mut taken, into) = (std::mem::take(&mut *hops), self.own().hops().clone());
        let read = self.read(move |reader| {
            let done = taken.take(reader, &into);
            done.map(|()| taken)
        });
        // What could not be read is said in the log; counting begins anew then.
        if let Ok(taken) = read.await {
            *hops = taken;
        }
    }

    /// What the engine has counted; `None` if it does not answer in time.
    pub(crate) async fn counters(&self) -> Option<Counters> {
        tokio::time::timeout(ANSWER_WITHIN, self.0.appliance.counters()).await.ok().flatten()
    }

    /// Reads the journal, on a thread that may wait for the disk.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = Arc::clone(&self.0.readings).acquire_owned().await;
        let Ok(turn) = turn else { return Err(Problem::busy("the console is ending")) };
        let inner = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn; // until the reading is over, whoever still waits for it
            let kept = inner.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let reader = match kept {
                Some(reader) => reader,
                None => inner.appliance.reader()?,
            };
            let answer = read(&reader)?;
            let mut readers = inner.readers.lock().unwrap_or_else(PoisonError::into_inner);
            if readers.len() < READERS_KEPT {
                readers.push(reader);
            }
            Ok(answer)
        });
        match done.await {
            Ok(answer) => answer.map_err(|error: JournalError| Problem::journal(&error)),
            Err(error) => {
                tracing::error!(%error, "Reading the journal for the console failed.");
                Err(Problem::internal("reading the journal failed; the log says why"))
            }
        }
    }
}

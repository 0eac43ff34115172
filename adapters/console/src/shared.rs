//! What all handlers share.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use vigil_journal::{JournalError, Reader};

use crate::Appliance;
use crate::problem::Problem;
use crate::view::Picture;

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
    readers: Mutex<Vec<Reader>>,
    readings: tokio::sync::Semaphore,
}

impl Shared {
    /// The console of an appliance.
    pub fn new(appliance: Arc<dyn Appliance>) -> Self {
        Self(Arc::new(Inner {
            appliance,
            readers: Mutex::default(),
            readings: tokio::sync::Semaphore::new(READINGS_MAX),
        }))
    }

    /// The appliance.
    pub fn appliance(&self) -> &dyn Appliance {
        &*self.0.appliance
    }

    /// What every bed looks like now.
    ///
    /// # Errors
    /// If the appliance does not answer in time.
    pub async fn picture(&self) -> Result<Picture, Problem> {
        match tokio::time::timeout(ANSWER_WITHIN, self.0.appliance.picture()).await {
            Ok(Some(picture)) => Ok(picture),
            Ok(None) | Err(_) => Err(Problem::silent()),
        }
    }

    /// Reads the journal, on a thread that may wait for the disk.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, Problem> {
        let Ok(_turn) = self.0.readings.acquire().await else { return Err(Problem::busy("the console is ending")) };
        let inner = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
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

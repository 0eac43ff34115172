//! Something made of files, made again when they change; the last good one stays when the new ones cannot be used.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::TlsFileError;

/// What tells that a file was replaced or written: place on the disk, length, time.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark(Option<(u64, u64, SystemTime)>);

impl Mark {
    fn of(path: &Path) -> Self {
        use std::os::unix::fs::MetadataExt;
        let found = std::fs::metadata(path).ok();
        Mark(found.and_then(|found| Some((found.ino(), found.len(), found.modified().ok()?))))
    }
}

/// Something made of files.
pub(super) struct Source<T> {
    files: Vec<PathBuf>,
    name: Arc<str>,
    state: Mutex<State<T>>,
}

struct State<T> {
    marks: Vec<Mark>,
    made: Option<Result<T, TlsFileError>>,
}

impl<T: Clone> Source<T> {
    /// `name` is what logs call it.
    pub(super) fn new(name: Arc<str>, files: Vec<PathBuf>) -> Self {
        Self { files, name, state: Mutex::new(State { marks: Vec::new(), made: None }) }
    }

    /// What the files make now, or made when they could last be used.
    ///
    /// # Errors
    /// If the files could never be used so far.
    pub(super) fn get(&self, make: impl FnOnce() -> Result<T, TlsFileError>) -> Result<T, TlsFileError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Before they are read: what changes while they are read is seen the next time.
        let marks: Vec<Mark> = self.files.iter().map(|path| Mark::of(path)).collect();
        let is_new = marks != state.marks;
        match (&state.made, is_new) {
            (Some(made), false) => return made.clone(),
            (Some(Ok(_)), true) => tracing::info!(name = &*self.name, "Certificate files have changed; taking them."),
            (Some(Err(_)) | None, _) => {}
        }
        state.marks = marks;
        match (make(), &state.made) {
            (Err(error), Some(Ok(last))) => {
                tracing::error!(name = &*self.name, %error, "The changed certificate files cannot be used; the last good ones stay.");
                Ok(last.clone())
            }
            (made, _) => {
                state.made = Some(made.clone());
                made
            }
        }
    }
}

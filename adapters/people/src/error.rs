//! What can go wrong. No text carries a password, a token, a key or a patient's data.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why something about people or their record could not be done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PeopleError {
    /// The file system refused.
    #[error("cannot {action} {path}: {source}; check that the data folder exists, is writable and has space")]
    File {
        /// What was being done.
        action: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why not.
        source: Arc<std::io::Error>,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gives no random numbers; nothing secret can be made")]
    NoRandomness,
    /// A key file holds no key.
    #[error("{path} holds no key (expected {expected}); restore it from a backup, or move it away to begin anew")]
    Key {
        /// The file.
        path: PathBuf,
        /// What should stand there.
        expected: &'static str,
    },
    /// A file of ours cannot be read.
    #[error("{path} cannot be read ({detail}); restore it from a backup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// What was asked for cannot be done; the text says why and what to do.
    #[error("{0}")]
    Refused(String),
}

impl PeopleError {
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| PeopleError::File { action, path: path.to_owned(), source: Arc::new(source) }
    }
}

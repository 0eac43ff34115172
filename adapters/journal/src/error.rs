//! What can go wrong with the journal. No error carries a message body or a patient's data: SQLite's own texts name
//! tables and columns only.

use std::path::PathBuf;
use std::sync::Arc;

/// Why the journal could not do what it was asked. Cheap to copy: one failed group answers many.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system refused.
    #[error("cannot {action} {path}: {source}; check that the data directory exists, is writable and has space")]
    File {
        /// What was being done.
        action: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why not.
        source: Arc<std::io::Error>,
    },
    /// Another process has it.
    #[error("{path} is in use by another process; one data directory serves one appliance at a time")]
    InUse {
        /// The lock file.
        path: PathBuf,
    },
    /// The database cannot be opened.
    #[error(
        "cannot open the journal {path}: {source}; if the file is damaged, move it away (with its -wal) and keep it: it \
         holds what was not yet delivered"
    )]
    Open {
        /// The database file.
        path: PathBuf,
        /// Why not.
        source: Arc<rusqlite::Error>,
    },
    /// The database was written by a newer version of the program.
    #[error("the journal {path} has schema {found}, this program knows up to {known}; use the newer program")]
    Newer {
        /// The database file.
        path: PathBuf,
        /// Schema number of the file.
        found: i64,
        /// Highest schema number known here.
        known: i64,
    },
    /// A record could not be put on disk. Nothing of it is there; it can be committed again.
    #[error("cannot write the journal: {source}; nothing of the record was kept, it can be committed again")]
    Write {
        /// Why not.
        source: Arc<rusqlite::Error>,
    },
    /// Two messages have the same control id. A bug of whoever gives them out.
    #[error("the journal refuses a second message with the control id of an undelivered one")]
    ControlIdUsedTwice,
    /// Something could not be read back.
    #[error("cannot read the journal: {source}")]
    Read {
        /// Why not.
        source: Arc<rusqlite::Error>,
    },
    /// Something could not be written as text or read back from it.
    #[error("cannot encode an entry of the journal: {detail}")]
    Encode {
        /// Which entry.
        detail: &'static str,
    },
    /// Too many records wait already.
    #[error("{} records wait for the disk already; wait and commit again", crate::RECORDS_WAITING_MAX)]
    Busy,
    /// The journal was closed.
    #[error("the journal is closed")]
    Closed,
}

impl JournalError {
    pub(crate) fn read(source: rusqlite::Error) -> Self {
        JournalError::Read { source: Arc::new(source) }
    }

    pub(crate) fn write(source: rusqlite::Error) -> Self {
        match source.sqlite_error() {
            Some(error) if error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE => {
                JournalError::ControlIdUsedTwice
            }
            Some(_) | None => JournalError::Write { source: Arc::new(source) },
        }
    }
}

//! One process per journal: an exclusive lock on a file beside the database, released by the kernel when the process
//! ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::JournalError;

/// Holds the lock until it is dropped.
#[derive(Debug)]
pub(crate) struct ProcessLock {
    file: File,
}

impl ProcessLock {
    /// Takes the lock of the database at `database`, creating its directory if there is none.
    pub(crate) fn take(database: &Path) -> Result<Self, JournalError> {
        if let Some(directory) = database.parent().filter(|directory| !directory.as_os_str().is_empty()) {
            std::fs::create_dir_all(directory).map_err(|source| JournalError::File {
                action: "create the directory",
                path: directory.to_owned(),
                source: Arc::new(source),
            })?;
        }
        let path = lock_path(database);
        let failed = |action| {
            let path = path.clone();
            move |source| JournalError::File { action, path, source: Arc::new(source) }
        };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed("open the lock file"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(JournalError::InUse { path }),
            Err(TryLockError::Error(source)) => Err(failed("lock")(source)),
        }
    }
}

impl Drop for ProcessLock {
    /// Lets the lock go by word. Closing the file would not do: a process that is being started has a copy of the
    /// descriptor until it has become another program, and the lock belongs to all copies together.
    fn drop(&mut self) {
        // If it fails, closing the file is all that is left.
        let _ = self.file.unlock();
    }
}

fn lock_path(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    PathBuf::from(path)
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn a_lock_that_was_let_go_is_free_although_a_process_is_being_started() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("journal.db");
        let done = AtomicBool::new(false);
        let refused = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    Command::new("true").status().unwrap();
                }
            });
            let refused = (0..20_000).filter(|_| ProcessLock::take(&database).is_err()).count();
            done.store(true, Ordering::Relaxed);
            refused
        });
        assert_eq!(refused, 0);
    }

    #[test]
    fn a_copy_of_the_descriptor_does_not_keep_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("journal.db");
        let lock = ProcessLock::take(&database).unwrap();
        assert!(matches!(ProcessLock::take(&database), Err(JournalError::InUse { .. })));
        let copy = lock.file.try_clone().unwrap(); // what a process that is being started has for a moment
        drop(lock);
        assert!(ProcessLock::take(&database).is_ok());
        drop(copy);
    }
}

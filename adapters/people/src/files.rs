//! Small files that only the appliance reads: made readable for it alone, replaced whole, locked between processes.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::PeopleError;

/// Who may read what is written here: its owner.
pub(crate) const MODE: u32 = 0o600;

/// Makes a folder that only its owner can enter, unless it is there.
pub(crate) fn make_folder(folder: &Path) -> Result<(), PeopleError> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.and_then(|()| give_to_owner_of_folder(folder)).map_err(PeopleError::file("make the folder", folder))
}

/// Replaces the file by `bytes`: after a power loss it is the old one or the new one, never half of one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), PeopleError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(MODE).open(beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        give_to_owner_of_folder(beside)?;
        std::fs::rename(beside, path)?;
        sync_folder_of(path)
    };
    write().map_err(PeopleError::file("write", path))
}

/// Gives a file to whom its folder belongs, if root made it: the service runs as a user of its own and must read what an
/// operator wrote for it.
pub(crate) fn give_to_owner_of_folder(path: &Path) -> std::io::Result<()> {
    let (file, folder) = (std::fs::metadata(path)?, std::fs::metadata(folder_of(path))?);
    if (file.uid(), file.gid()) != (folder.uid(), folder.gid()) && file.uid() == 0 {
        std::os::unix::fs::chown(path, Some(folder.uid()), Some(folder.gid()))?;
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Puts the names in the folder of `path` on disk.
pub(crate) fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

/// Reads a small file; `None` if there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, PeopleError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(PeopleError::file("read", path)(error)),
    }
}

/// An exclusive lock on a file, waited for; released when dropped, and by the kernel when the process ends.
pub(crate) struct Lock(File);

impl Lock {
    pub(crate) fn take(path: &Path) -> Result<Self, PeopleError> {
        let open = OpenOptions::new().create(true).truncate(false).write(true).mode(MODE).open(path);
        let file = open.map_err(PeopleError::file("open the lock", path))?;
        give_to_owner_of_folder(path).map_err(PeopleError::file("make the lock", path))?;
        file.lock().map_err(PeopleError::file("lock", path))?;
        Ok(Self(file))
    }
}

impl Drop for Lock {
    /// By word: a process that is being started has a copy of the descriptor for a moment.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// `N` bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], PeopleError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| PeopleError::NoRandomness)?;
    Ok(bytes)
}

/// SHA-256 of `bytes` in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// Exactly `N` bytes from lower-case hexadecimal; any other writing is none.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

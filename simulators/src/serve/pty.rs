//! A pseudo-terminal that behaves like the far end of a serial cable: raw, under a stable name, and there whether or not
//! somebody has it open.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::pty::OpenptFlags;
use rustix::termios::{OptionalActions, QueueSelector};
use tokio::net::unix::pipe;
use vigil_model::Instant;

/// How long bytes may wait for somebody to read them before they are lost, in milliseconds. A serial port that nobody has
/// open keeps nothing; without this, a client that comes later would read values of long ago.
const UNREAD_MS_MAX: u64 = 1_000;

/// Why there is no pseudo-terminal.
#[derive(Debug, thiserror::Error)]
pub enum PtyError {
    /// The system gave none.
    #[error("the system gave no pseudo-terminal")]
    Open(#[source] io::Error),
    /// Its name could not be linked.
    #[error("could not link {} to the pseudo-terminal", link.display())]
    Link {
        /// Path of the link.
        link: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something that is no link has the name.
    #[error("{} is there already and is no symbolic link; give another path or remove it", link.display())]
    Occupied {
        /// Path of the link.
        link: PathBuf,
    },
}

/// One pseudo-terminal. Dropping it hangs up and removes the link.
#[derive(Debug)]
pub(super) struct Pty {
    /// A plain readable descriptor to tokio; nothing about it needs a pipe.
    ours: pipe::Receiver,
    /// Held open, so that a client that closes does not hang the line up.
    theirs: OwnedFd,
    name: PathBuf,
    link: PathBuf,
    /// Since when something has been waiting to be read, at every look.
    unread_since: Option<Instant>,
}

impl Pty {
    pub(super) fn open(link: &Path) -> Result<Self, PtyError> {
        let (ours, theirs, name) = pair().map_err(PtyError::Open)?;
        let ours = pipe::Receiver::from_owned_fd_unchecked(ours).map_err(PtyError::Open)?;
        put_link(&name, link)?;
        Ok(Self { ours, theirs, name, link: link.to_owned(), unread_since: None })
    }

    pub(super) async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.ours.readable().await?;
            match self.ours.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return result,
            }
        }
    }

    /// Writes what fits; the rest is lost.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match rustix::io::write(&self.ours, rest) {
                Ok(0) => break,
                Ok(written) => rest = &rest[written..],
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Loses what nobody has read for long, and takes back the exclusive use that a client which was killed left behind.
    pub(super) fn tidy(&mut self, now: Instant) {
        let _ = rustix::termios::ioctl_tiocnxcl(&self.theirs);
        if rustix::io::ioctl_fionread(&self.theirs).unwrap_or(0) == 0 {
            self.unread_since = None;
            return;
        }
        let since = *self.unread_since.get_or_insert(now);
        if now.since(since) > Duration::from_millis(UNREAD_MS_MAX) {
            let _ = rustix::termios::tcflush(&self.theirs, QueueSelector::IFlush);
            self.unread_since = None;
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if std::fs::read_link(&self.link).is_ok_and(|target| target == self.name) {
            let _ = std::fs::remove_file(&self.link);
        }
    }
}

/// Our end, their end and its name.
fn pair() -> io::Result<(OwnedFd, OwnedFd, PathBuf)> {
    let ours = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    rustix::pty::grantpt(&ours)?;
    rustix::pty::unlockpt(&ours)?;
    let name = rustix::pty::ptsname(&ours, Vec::new())?;
    let name = PathBuf::from(name.into_string().map_err(io::Error::other)?);
    let theirs = rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, rustix::fs::Mode::empty())?;
    make_raw(theirs.as_fd())?;
    let flags = rustix::fs::fcntl_getfl(&ours)?;
    rustix::fs::fcntl_setfl(&ours, flags | OFlags::NONBLOCK)?;
    Ok((ours, theirs, name))
}

fn make_raw(fd: std::os::fd::BorrowedFd<'_>) -> io::Result<()> {
    let mut settings = rustix::termios::tcgetattr(fd)?;
    settings.make_raw();
    rustix::termios::tcsetattr(fd, OptionalActions::Now, &settings)?;
    Ok(())
}

/// Points the link at the terminal in one step, so that nobody sees it missing or half made.
fn put_link(name: &Path, link: &Path) -> Result<(), PtyError> {
    let failed = |source| PtyError::Link { link: link.to_owned(), source };
    match std::fs::symlink_metadata(link) {
        Ok(found) if !found.file_type().is_symlink() => return Err(PtyError::Occupied { link: link.to_owned() }),
        Ok(_) | Err(_) => {}
    }
    let mut fresh = link.as_os_str().to_owned();
    fresh.push(".new");
    if std::fs::symlink_metadata(&fresh).is_ok_and(|found| found.file_type().is_symlink()) {
        std::fs::remove_file(&fresh).map_err(failed)?;
    }
    std::os::unix::fs::symlink(name, &fresh).map_err(failed)?;
    std::fs::rename(&fresh, link).map_err(failed)
}

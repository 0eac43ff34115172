//! What the tests of links share: a clock, pseudo-terminals that can be unplugged, and Modbus units on the other side.

#![allow(dead_code, reason = "each test file uses its part of it")]

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tokio::io::unix::AsyncFd;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use vigil_links::{Beside, Clock, Link};
use vigil_model::{DeviceReport, LinkState, Now, Report};
use vigil_protocols::link::{SerialSettings, Transport};

/// Both clocks, from the runtime's.
pub(crate) fn clock() -> Clock {
    let origin = Instant::now();
    Arc::new(move || Now::default().after(origin.elapsed()))
}

/// Settings of a port.
pub(crate) fn serial(port: &str) -> Transport {
    Transport::Serial(SerialSettings {
        port: port.to_owned(),
        baud: 115_200,
        data_bits: 8,
        parity: Default::default(),
        stop_bits: 1,
        flow: Default::default(),
    })
}

/// A running link and the receiving end of its reports.
pub(crate) struct Running {
    pub(crate) reports: mpsc::Receiver<Vec<DeviceReport>>,
    pub(crate) stop: CancellationToken,
    /// What has been received and not been looked at.
    pending: VecDeque<DeviceReport>,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    pub(crate) fn start(link: Link) -> Self {
        Self::start_beside(link, Beside::default())
    }

    pub(crate) fn start_beside(link: Link, beside: Beside) -> Self {
        let (sender, reports) = mpsc::channel(16);
        let stop = CancellationToken::new();
        let task = tokio::spawn(vigil_links::run_beside(link, beside, sender, clock(), stop.clone()));
        Self { reports, stop, pending: VecDeque::new(), task }
    }

    /// Waits, generously, for a report that fits.
    pub(crate) async fn wait_for(&mut self, what: &str, mut fits: impl FnMut(&DeviceReport) -> bool) -> DeviceReport {
        let search = async {
            loop {
                while let Some(report) = self.pending.pop_front() {
                    if fits(&report) {
                        return report;
                    }
                }
                let batch = self.reports.recv().await.expect("the link runs");
                assert!(!batch.is_empty());
                self.pending.extend(batch);
            }
        };
        tokio::time::timeout(Duration::from_secs(30), search)
            .await
            .unwrap_or_else(|_| panic!("waited in vain for {what}"))
    }

    pub(crate) async fn wait_lost(&mut self) -> DeviceReport {
        self.wait_for("the link to be lost", |report| matches!(report.report, Report::Link(LinkState::Lost { .. })))
            .await
    }

    pub(crate) async fn wait_up(&mut self) -> DeviceReport {
        self.wait_for("the link to be up", |report| report.report == Report::Link(LinkState::Up)).await
    }

    /// Stops the link and waits for its end.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(30), self.task).await.expect("the link stops").unwrap();
    }
}

/// A socket of a device: the master side of a pseudo-terminal, whose other side is reached by a stable path.
pub(crate) struct Pty {
    master: AsyncFd<File>,
    path: PathBuf,
}

impl Pty {
    /// Makes a pseudo-terminal and points the symbolic link `path` at it.
    #[expect(deprecated, reason = "the replacement is unsafe, and a File keeps its descriptor for as long as it lives")]
    pub(crate) fn plug_in(path: PathBuf) -> Pty {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let mut settings = rustix::termios::tcgetattr(&master).unwrap();
        settings.make_raw();
        rustix::termios::tcsetattr(&master, rustix::termios::OptionalActions::Now, &settings).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        std::fs::remove_file(&path).ok();
        std::os::unix::fs::symlink(name.to_str().unwrap(), &path).unwrap();
        rustix::io::ioctl_fionbio(&master, true).unwrap();
        Pty { master: AsyncFd::new(File::from(master)).unwrap(), path }
    }

    /// Pulls the plug: the other side sees its port go.
    pub(crate) fn unplug(self) {
        std::fs::remove_file(&self.path).unwrap();
    }

    /// Bytes that the link has sent.
    pub(crate) async fn read(&self, buffer: &mut [u8]) -> usize {
        loop {
            let mut ready = self.master.readable().await.unwrap();
            match ready.try_io(|master| master.get_ref().read(buffer)) {
                Ok(Ok(length)) => return length,
                // Nobody has the other side open. There is no event for its being opened: look again.
                Ok(Err(error)) if error.raw_os_error() == Some(5) => {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                Ok(Err(error)) => panic!("{error}"),
                Err(_) => {}
            }
        }
    }

    /// Sends bytes to the link.
    pub(crate) async fn write(&self, bytes: &[u8]) {
        let mut left = bytes;
        while !left.is_empty() {
            let mut ready = self.master.writable().await.unwrap();
            match ready.try_io(|master| master.get_ref().write(left)) {
                Ok(Ok(length)) => left = &left[length..],
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(Err(error)) => panic!("{error}"),
                Err(_) => {}
            }
        }
    }
}

//! Simulated devices on real ports: a pseudo-terminal with a stable name, or a TCP listener. The only part of this crate
//! that touches the outside; it moves bytes and asks the clock it was given, and decides nothing.
//!
//! Bind first ([`Server::bind`]), so that whoever connects finds the port there; then [`Server::run`] until stopped.

mod port;
mod pty;
mod ward;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use vigil_model::{Instant, Now};

use crate::device::SimDevice;
use crate::fault::{Direction, FaultPlan};
use crate::wire::FaultyLine;
use port::Port;
pub use pty::PtyError;
pub use ward::ward;

/// Both clocks, read together.
pub type Clock = Arc<dyn Fn() -> Now + Send + Sync>;

/// Longest pause between two looks at the clock, so that a clock that runs faster than the real one is followed, in
/// milliseconds.
const TICK_MS_MAX: u64 = 50;

/// Most bytes that are read at once.
const READ_BYTES_MAX: usize = 4_096;

/// Where a simulated device is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A pseudo-terminal, found under a symbolic link of this path.
    Pty {
        /// Path of the link. A link that is there already is replaced; anything else is not.
        link: PathBuf,
    },
    /// A TCP listener on `host:port`; port 0 takes a free one. One client at a time, others wait.
    Tcp {
        /// `host:port`.
        address: String,
    },
    /// A socket for datagrams on `host:port`; port 0 takes a free one. Answers go to who asked last.
    Udp {
        /// `host:port`.
        address: String,
    },
}

/// Why a device cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The pseudo-terminal could not be made.
    #[error("could not serve a device on a pseudo-terminal")]
    Pty(#[from] PtyError),
    /// The listener could not be made.
    #[error("could not listen on {address}; is something else listening there?")]
    Listen {
        /// Where.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The port failed while it was in use.
    #[error("the port of a simulated device failed")]
    Port(#[source] std::io::Error),
}

/// A bound port that waits for its device.
#[derive(Debug)]
pub struct Server {
    port: Port,
}

impl Server {
    /// Makes the port.
    ///
    /// # Errors
    /// If the pseudo-terminal, its link or the listener cannot be made.
    pub async fn bind(endpoint: &Endpoint) -> Result<Self, ServeError> {
        Ok(Self { port: Port::open(endpoint).await? })
    }

    /// Address of a listener or socket, with the port the system gave.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.port.local_addr()
    }

    /// Serves a device until `stop`. Cables are pulled and put back as the device's scenario and the fault plan say: the
    /// pseudo-terminal or listener goes away and comes back under the same name.
    ///
    /// # Errors
    /// If a port that was pulled cannot be made again, or fails while it is in use.
    pub async fn run(
        self,
        device: Box<dyn SimDevice>,
        faults: &FaultPlan,
        clock: Clock,
        stop: CancellationToken,
    ) -> Result<(), ServeError> {
        let start = clock().monotonic;
        let line = |direction| FaultyLine::new(faults, direction, start);
        let (to_device, to_appliance) = (line(Direction::ToDevice), line(Direction::ToAppliance));
        let mut serving = Serving { port: self.port, device, faults, start, to_device, to_appliance };
        let mut buffer = vec![0u8; READ_BYTES_MAX];
        while !stop.is_cancelled() {
            let now = clock();
            let pause = serving.step(now).await?;
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                read = serving.port.read(&mut buffer) => {
                    let length = read.map_err(ServeError::Port)?;
                    serving.to_device.push(clock().monotonic, &buffer[..length]);
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
        Ok(())
    }
}

struct Serving<'a> {
    port: Port,
    device: Box<dyn SimDevice>,
    faults: &'a FaultPlan,
    start: Instant,
    to_device: FaultyLine,
    to_appliance: FaultyLine,
}

impl Serving<'_> {
    /// Does what is due and says how long nothing else is.
    async fn step(&mut self, now: Now) -> Result<Duration, ServeError> {
        let at = now.monotonic.since(self.start);
        let plugged = self.faults.is_plugged(at) && self.device.is_plugged(now);
        if plugged != self.port.is_open() {
            tracing::debug!(plugged, port = %self.port, "Cable of a simulated device moved");
            if plugged { self.port.reopen().await? } else { self.port.close() }
        }
        self.port.tidy(now.monotonic); // before anything is written, so that what is unread has had its time
        while let Some(bytes) = self.to_device.poll(now.monotonic) {
            if plugged {
                self.device.handle_bytes(now, &bytes);
            }
        }
        if self.device.poll_timeout().is_some_and(|due| due <= now.monotonic) {
            self.device.handle_timeout(now);
        }
        while let Some(bytes) = self.device.poll_transmit() {
            if plugged {
                self.to_appliance.push(now.monotonic, &bytes);
            }
        }
        while let Some(bytes) = self.to_appliance.poll(now.monotonic) {
            self.port.write(&bytes).await.map_err(ServeError::Port)?;
        }
        let next = [
            self.device.poll_timeout(),
            self.device.next_change(now),
            self.to_device.poll_timeout(now.monotonic),
            self.to_appliance.poll_timeout(now.monotonic),
            self.faults.next_change(at).map(|change| self.start + change),
        ];
        let pause = next.into_iter().flatten().min().map(|due| due.since(now.monotonic));
        Ok(pause.unwrap_or(Duration::MAX).min(Duration::from_millis(TICK_MS_MAX)).max(Duration::from_millis(1)))
    }
}

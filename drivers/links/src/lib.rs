//! Runs device conversations on serial ports, Modbus buses and TCP connections.
//!
//! One task owns one link: it opens the port or connection, moves bytes or registers between it and a state machine of
//! `vigil-protocols`, asks the clock, and opens it again when it is lost. It decides nothing about devices, alarms or
//! values, and knows no engine. Reports go into a bounded channel; while the engine is slow the link waits, and nothing is
//! dropped.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use vigil_model::{DeviceIndex, DeviceReport, Now};
use vigil_protocols::Session;
use vigil_protocols::link::{BusSettings, Transport};
use vigil_protocols::modbus::Bus;

mod ascii;
mod beside;
mod bus;
mod client;
mod open;
mod outlet;
pub mod ports;
pub mod probe;
mod reconnect;
mod serial;
mod stats;
mod stream;
mod timer;

pub use beside::{Beside, Hubs};
pub use open::CONNECT_TIMEOUT;
pub use reconnect::RECONNECT_MAX;
pub use stats::{LinkCounters, LinkStats};

/// The one source of time: both clocks, read together.
pub type Clock = Arc<dyn Fn() -> Now + Send + Sync>;

/// One physical or network connection and the conversation on it.
#[expect(clippy::large_enum_variant, reason = "made once a link and moved once, when it starts")]
pub enum Link {
    /// A stream of bytes to one device.
    Stream {
        /// Name of the link in logs.
        id: Arc<str>,
        /// How it is reached.
        transport: Transport,
        /// The device that reports are about.
        device: DeviceIndex,
        /// The conversation.
        session: Box<dyn Session>,
    },
    /// A Modbus bus of one or more units: RTU or ASCII on a serial port; Modbus TCP, or RTU or ASCII, on a connection.
    Bus {
        /// Name of the link in logs.
        id: Arc<str>,
        /// How it is reached.
        transport: Transport,
        /// Time-outs and pauses.
        settings: BusSettings,
        /// The schedule.
        bus: Bus,
    },
}

impl Link {
    /// Name of the link in logs.
    pub fn id(&self) -> &Arc<str> {
        match self {
            Link::Stream { id, .. } | Link::Bus { id, .. } => id,
        }
    }
}

/// Runs a link until `stop` is cancelled or nobody receives reports any more. What one input produced is sent as one batch.
pub async fn run(link: Link, reports: mpsc::Sender<Vec<DeviceReport>>, clock: Clock, stop: CancellationToken) {
    run_beside(link, Beside::default(), reports, clock, stop).await;
}

/// As [`run`], with counters that can be read meanwhile, and with a look at the port's adapter and hub.
pub async fn run_beside(
    link: Link,
    beside: Beside,
    reports: mpsc::Sender<Vec<DeviceReport>>,
    clock: Clock,
    stop: CancellationToken,
) {
    let id = Arc::clone(link.id());
    tracing::info!(link = %id, "Link started.");
    let stopped = match link {
        Link::Stream { id, transport, device, session } => {
            stop.run_until_cancelled(stream::run(id, transport, device, session, beside, reports, clock)).await
        }
        Link::Bus { id, transport, settings, bus } => {
            stop.run_until_cancelled(bus::run(id, transport, settings, bus, beside, reports, clock)).await
        }
    };
    match stopped {
        None => tracing::info!(link = %id, "Link stopped."),
        Some(outlet::Closed) => tracing::info!(link = %id, "Link stopped: nobody receives its reports."),
    }
}

//! Performs the reads that a bus schedule asks for, one at a time, and hands their outcomes back.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use vigil_model::DeviceReport;
use vigil_protocols::link::{BusSettings, Transport};
use vigil_protocols::modbus::{Bus, BusAction, Framing, ReadError};

use crate::ascii::Ascii;
use crate::beside::{Beside, Patient};
use crate::client::{Client, Rtu, Tcp};
use crate::open::{self, Stream};
use crate::outlet::{Closed, Outlet};
use crate::stats::LinkStats;
use crate::timer::Timer;
use crate::{Clock, reconnect};

/// Runs a bus for ever, or until nobody receives its reports.
pub(crate) async fn run(
    id: Arc<str>,
    transport: Transport,
    settings: BusSettings,
    bus: Bus,
    beside: Beside,
    reports: mpsc::Sender<Vec<DeviceReport>>,
    clock: Clock,
) -> Closed {
    let mut runner = Runner::new(bus, &beside, reports, clock);
    let mut patient = Patient::new(Arc::clone(&id), &transport, &beside);
    let mut last_reason = String::new();
    for attempt in 0.. {
        let ended = match runner.watching(open(&transport, settings, beside.adapter.as_deref())).await {
            Ok(Ok(client)) => {
                tracing::info!(link = %id, "Bus opened.");
                beside.stats.opened();
                patient.opened();
                last_reason.clear();
                runner.hold(client).await
            }
            Ok(Err(reason)) => Ok(reason),
            Err(Closed) => Err(Closed),
        };
        let Ok(reason) = ended else { return Closed };
        let reason = patient.explain(&reason);
        if reason != last_reason {
            tracing::warn!(link = %id, reason, "Bus lost.");
        }
        beside.stats.lost(&reason);
        if runner.lose(&reason).await.is_err() {
            return Closed;
        }
        last_reason = reason;
        tokio::time::sleep(reconnect::pause(&id, attempt)).await;
    }
    Closed
}

/// Opens a bus.
pub(crate) async fn open(
    transport: &Transport,
    settings: BusSettings,
    adapter: Option<&str>,
) -> Result<Client<Stream>, String> {
    let character_time = match transport {
        Transport::Serial(serial) => serial.character_time(),
        Transport::Tcp { .. } | Transport::Udp { .. } => Duration::ZERO,
    };
    match (settings.framing_on(transport), transport) {
        (_, Transport::Udp { .. }) => Err("Modbus is not spoken in datagrams".to_owned()),
        (Framing::Tcp, Transport::Tcp { address }) => Tcp::connect(address, settings).await.map(Client::Tcp),
        (Framing::Tcp, Transport::Serial(_)) => Err("a serial line has no Modbus TCP".to_owned()),
        (Framing::Rtu, _) => Ok(Client::Rtu(Rtu::new(open::open(transport, adapter).await?, character_time, settings))),
        (Framing::Ascii, _) => {
            Ok(Client::Ascii(Ascii::new(open::open(transport, adapter).await?, character_time, settings)))
        }
    }
}

struct Runner {
    bus: Bus,
    outlet: Outlet,
    stats: LinkStats,
    clock: Clock,
    timer: Timer,
}

impl Runner {
    fn new(bus: Bus, beside: &Beside, reports: mpsc::Sender<Vec<DeviceReport>>, clock: Clock) -> Self {
        let (outlet, stats) = (Outlet::new(reports, beside), beside.stats.clone());
        stats.bus(&bus);
        Self { bus, outlet, stats, clock, timer: Timer::new() }
    }

    /// Follows the schedule until the connection is lost. Returns why it was lost.
    async fn hold<T>(&mut self, mut client: Client<T>) -> Result<String, Closed>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        self.bus.handle_connected((self.clock)());
        self.settle().await?;
        loop {
            let now = (self.clock)();
            let action = self.bus.poll_action(now);
            self.settle().await?;
            match action {
                BusAction::Wait(until) => {
                    self.timer.set((self.clock)(), Some(until));
                    self.timer.fired().await;
                }
                BusAction::Read(request) => {
                    let outcome = self.watching(client.read(&request)).await?;
                    let recover = match &outcome {
                        Ok(_) | Err(ReadError::Exception(_)) => false,
                        Err(ReadError::Transport(reason)) => match &client {
                            Client::Rtu(_) | Client::Ascii(_) => return Ok(reason.clone()),
                            // Servers close idle connections: that alone does not lose a device.
                            Client::Tcp(_) => true,
                        },
                        Err(ReadError::Timeout | ReadError::WrongLength { .. } | ReadError::Protocol(_)) => true,
                    };
                    self.bus.handle_outcome((self.clock)(), outcome);
                    self.stats.bus(&self.bus);
                    self.settle().await?;
                    if recover {
                        match self.watching(client.recover()).await? {
                            Ok(bytes) => self.bus.handle_late((self.clock)(), bytes),
                            Err(reason) => return Ok(reason),
                        }
                        self.settle().await?;
                    }
                }
            }
        }
    }

    async fn lose(&mut self, reason: &str) -> Result<(), Closed> {
        self.bus.handle_disconnected((self.clock)(), reason);
        self.settle().await
    }

    /// Waits for something on the wire, and tells of units that become silent meanwhile.
    async fn watching<F: Future>(&mut self, work: F) -> Result<F::Output, Closed> {
        tokio::pin!(work);
        loop {
            self.timer.set((self.clock)(), self.bus.poll_timeout());
            tokio::select! {
                biased;
                output = &mut work => return Ok(output),
                () = self.timer.fired() => {}
            }
            self.bus.handle_timeout((self.clock)());
            self.settle().await?;
        }
    }

    async fn settle(&mut self) -> Result<(), Closed> {
        while let Some(report) = self.bus.poll_report() {
            self.outlet.push(report);
        }
        self.outlet.send().await
    }
}

#[cfg(test)]
mod tests;

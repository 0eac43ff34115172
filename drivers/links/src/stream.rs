//! Moves bytes between a stream and a session: open, converse, and when the device or the stream is lost, open again.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::timeout;
use vigil_model::{DeviceIndex, DeviceReport, LinkState, Now, Report};
use vigil_protocols::Session;
use vigil_protocols::link::Transport;

use crate::beside::{Beside, Patient};
use crate::open::{self, Stream};
use crate::outlet::{Closed, Outlet};
use crate::stats::LinkStats;
use crate::timer::Timer;
use crate::{Clock, reconnect};

/// How long the bytes of one request may take to leave: a line that takes none is lost.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes read at once: more than the longest datagram that a session takes, so that a longer one is seen to be.
const READ_BYTES_MAX: usize = 8_192;

/// Runs a session for ever, or until nobody receives its reports.
pub(crate) async fn run(
    id: Arc<str>,
    transport: Transport,
    device: DeviceIndex,
    session: Box<dyn Session>,
    beside: Beside,
    reports: mpsc::Sender<Vec<DeviceReport>>,
    clock: Clock,
) -> Closed {
    let (outlet, stats) = (Outlet::new(reports, &beside), beside.stats.clone());
    let mut conversation = Conversation { device, session, outlet, stats, clock, timer: Timer::new() };
    let mut patient = Patient::new(Arc::clone(&id), &transport, &beside);
    let mut last_reason = String::new();
    for attempt in 0.. {
        let ended = match open::open(&transport, beside.adapter.as_deref()).await {
            Ok(stream) => {
                tracing::info!(link = %id, "Stream opened.");
                beside.stats.opened();
                patient.opened();
                last_reason.clear();
                conversation.hold(stream).await
            }
            Err(reason) => Ok(reason),
        };
        let Ok(reason) = ended else { return Closed };
        let reason = patient.explain(&reason);
        if reason != last_reason {
            tracing::warn!(link = %id, reason, "Stream lost.");
        }
        beside.stats.lost(&reason);
        if conversation.lose(&reason).await.is_err() {
            return Closed;
        }
        last_reason = reason;
        tokio::time::sleep(reconnect::pause(&id, attempt)).await;
    }
    Closed
}

struct Conversation {
    device: DeviceIndex,
    session: Box<dyn Session>,
    outlet: Outlet,
    stats: LinkStats,
    clock: Clock,
    timer: Timer,
}

impl Conversation {
    /// Holds the conversation until the stream is lost. Returns why it was lost.
    async fn hold(&mut self, mut stream: Stream) -> Result<String, Closed> {
        let mut buffer = [0; READ_BYTES_MAX];
        let now = (self.clock)();
        self.session.handle_connected(now);
        if let Some(reason) = self.settle(now, &mut stream).await? {
            return Ok(reason);
        }
        loop {
            self.timer.set((self.clock)(), self.session.poll_timeout());
            let arrived = tokio::select! {
                read = stream.read(&mut buffer) => Some(read),
                () = self.timer.fired() => None,
            };
            let now = (self.clock)();
            match arrived {
                Some(Ok(0)) => return Ok("the connection was closed".to_owned()),
                Some(Ok(length)) => {
                    self.stats.received(length);
                    self.session.handle_bytes(now, &buffer[..length]);
                }
                Some(Err(error)) => return Ok(error.to_string()),
                None => {}
            }
            // A device that never stops sending does not hold up the timers.
            if self.session.poll_timeout().is_some_and(|deadline| deadline <= now.monotonic) {
                self.session.handle_timeout(now);
            }
            if let Some(reason) = self.settle(now, &mut stream).await? {
                return Ok(reason);
            }
        }
    }

    /// Sends what the session wants to send and passes on what it reports. Returns why the stream is to be given up, if it is.
    async fn settle(&mut self, now: Now, stream: &mut Stream) -> Result<Option<String>, Closed> {
        let mut lost = None;
        while let Some(transmit) = self.session.poll_transmit() {
            if lost.is_some() {
                continue;
            }
            lost = match timeout(WRITE_TIMEOUT, stream.write_all(transmit.as_bytes())).await {
                Ok(Ok(())) => {
                    self.stats.sent(transmit.as_bytes().len());
                    None
                }
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some(format!("the line took no bytes for {} s", WRITE_TIMEOUT.as_secs())),
            };
        }
        let silent = self.collect(now);
        self.outlet.send().await?;
        Ok(lost.or(silent))
    }

    async fn lose(&mut self, reason: &str) -> Result<(), Closed> {
        let now = (self.clock)();
        self.session.handle_disconnected(now, reason);
        self.collect(now);
        self.outlet.send().await
    }

    /// Takes the session's reports; returns the reason if it has lost its device.
    fn collect(&mut self, received: Now) -> Option<String> {
        let mut lost = None;
        while let Some(report) = self.session.poll_report() {
            match &report {
                Report::Link(LinkState::Lost { reason }) => lost = Some(reason.to_string()),
                Report::Link(LinkState::Connecting | LinkState::Associating | LinkState::Up) => lost = None,
                Report::Identity(_)
                | Report::Mode(_)
                | Report::Observation(_)
                | Report::Alarm(_)
                | Report::AlarmsListed
                | Report::Waveform(_)
                | Report::Fault(_) => {}
            }
            self.outlet.push(DeviceReport { device: self.device, received, report });
        }
        lost
    }
}

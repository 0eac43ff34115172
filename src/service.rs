//! What the service manager and the operator say to a running appliance: readiness, watchdog, signals.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

use crate::appliance::Question;

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// SIGTERM, or Ctrl-C: stop in order.
    Stop,
    /// SIGHUP: read the configuration again.
    Reload,
}

/// The signals an appliance listens to, from its start on.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Listens.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// The next request.
    pub async fn next(&mut self) -> Request {
        tokio::select! {
            _ = self.terminate.recv() => Request::Stop,
            _ = self.interrupt.recv() => Request::Stop,
            _ = self.hang_up.recv() => Request::Reload,
        }
    }
}

/// Tells the service manager how the appliance is. Without one it does nothing.
pub fn tell(state: sd_notify::NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "The service manager could not be told.");
    }
}

/// Proves to the service manager's watchdog, for as long as it runs, that the appliance's loop answers. A loop that hangs is
/// not vouched for, and the service manager restarts the appliance.
pub async fn watchdog(questions: mpsc::Sender<Question>) {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    let mut beat = tokio::time::interval((limit / 3).max(Duration::from_millis(100)));
    loop {
        beat.tick().await;
        let (sender, answer) = oneshot::channel();
        if questions.send(Question::Counters(sender)).await.is_err() {
            return; // it has ended in order
        }
        if answer.await.is_ok() {
            tell(sd_notify::NotifyState::Watchdog);
        }
    }
}

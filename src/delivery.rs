//! Does a destination confirm what it is sent? Watches the status of its sink and tells the engine when that stops, and when it
//! is so again: a receiver that is not there is an alarm for the others.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use vigil_model::{Command, Instant};
use vigil_sinks::{SinkState, SinkStatus};

use crate::clock::Clock;

/// How long a destination may confirm nothing although something waits, or have no connection, before it fails. Long enough
/// for a receiver to be restarted.
const FAILS_AFTER: Duration = Duration::from_secs(30);

/// How often the status is looked at though it does not change.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(1);

/// What is known of one destination.
#[derive(Debug)]
struct Confirming {
    /// Messages that were settled, by an acknowledgement or a refusal: both are answers.
    settled: u64,
    /// Since when nothing shows that it confirms.
    since: Instant,
    /// What was last told; `None` at the start, when an alarm may be remembered from before.
    failing: Option<bool>,
}

impl Confirming {
    fn new(now: Instant) -> Self {
        Self { settled: 0, since: now, failing: None }
    }

    /// Whether it fails, if that is to be told now.
    fn take(&mut self, now: Instant, status: &SinkStatus) -> Option<bool> {
        let settled = status.counters.acknowledged + status.counters.refused;
        let is_connected = matches!(status.state, SinkState::Connected { .. });
        let waits = status.depth.alarms + status.depth.observations > 0;
        if std::mem::replace(&mut self.settled, settled) != settled || (is_connected && !waits) {
            self.since = now;
            return (self.failing != Some(false)).then_some(false);
        }
        let failing = now.since(self.since) >= FAILS_AFTER;
        (failing && self.failing != Some(true)).then_some(true)
    }
}

/// Watches one destination until `stop`.
pub(crate) async fn watch(
    destination: Arc<str>,
    mut status: watch::Receiver<SinkStatus>,
    commands: mpsc::Sender<Command>,
    clock: Clock,
    stop: CancellationToken,
) {
    let mut confirming = Confirming::new(clock().monotonic);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            changed = status.changed() => if changed.is_err() { return }, // its sink has ended
            () = tokio::time::sleep(LOOKED_AT_EVERY) => {}
        }
        let failing = confirming.take(clock().monotonic, &status.borrow_and_update());
        if let Some(failing) = failing {
            let command = Command::Delivery { destination: Arc::clone(&destination), failing };
            // A full channel is tried again at the next look.
            if commands.try_send(command).is_ok() {
                confirming.failing = Some(failing);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_model::Timestamp;

    fn second(s: u64) -> Instant {
        Instant::from_micros(s * 1_000_000)
    }

    fn status(connected: bool, acknowledged: u64, waiting: u64) -> SinkStatus {
        let mut status = SinkStatus::default();
        if connected {
            status.state = SinkState::Connected { since: Timestamp::from_seconds(0) };
        }
        status.counters.acknowledged = acknowledged;
        status.depth.alarms = waiting;
        status
    }

    /// What is told at each second of a story.
    fn told(story: &[(u64, bool, u64, u64)]) -> Vec<(u64, bool)> {
        let mut confirming = Confirming::new(second(0));
        let mut told = Vec::new();
        for (at, connected, acknowledged, waiting) in story {
            if let Some(failing) = confirming.take(second(*at), &status(*connected, *acknowledged, *waiting)) {
                confirming.failing = Some(failing);
                told.push((*at, failing));
            }
        }
        told
    }

    #[test]
    fn what_waits_for_too_long_without_an_answer_fails_and_an_answer_ends_that() {
        let story =
            [(1, true, 0, 0), (2, true, 0, 1), (31, true, 0, 3), (32, true, 0, 3), (40, true, 1, 2), (60, true, 1, 2)];
        assert_eq!(told(&story), [(1, false), (31, true), (40, false)]);
    }

    #[test]
    fn a_destination_that_is_not_reached_fails_though_nothing_waits() {
        assert_eq!(
            told(&[(10, false, 0, 0), (29, false, 0, 0), (30, false, 0, 0), (50, true, 0, 0)]),
            [(30, true), (50, false)]
        );
    }

    #[test]
    fn slow_is_not_failing() {
        let slow: Vec<(u64, bool, u64, u64)> = (0..20).map(|n| (n * 29, true, n, 50)).collect();
        assert_eq!(told(&slow), [(29, false)]);
    }
}

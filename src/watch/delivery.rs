//! Whether a destination confirms what it is sent: a receiver that is not there is an alarm for the others.

use std::time::Duration;

use vigil_model::Instant;
use vigil_sinks::{SinkState, SinkStatus};

/// How long a destination may confirm nothing although something waits, or have no connection, before it fails. Long enough
/// for a receiver to be restarted.
const FAILS_AFTER: Duration = Duration::from_secs(30);

/// What is known of one destination.
#[derive(Debug)]
pub(super) struct Confirming {
    /// Messages that were settled, by an acknowledgement or a refusal: both are answers.
    settled: u64,
    /// Since when nothing shows that it confirms.
    since: Instant,
    /// What was last told; `None` at the start, when an alarm may be remembered from before.
    pub(super) failing: Option<bool>,
}

impl Confirming {
    pub(super) fn new(now: Instant) -> Self {
        Self { settled: 0, since: now, failing: None }
    }

    /// Whether it fails, if that is to be told now.
    pub(super) fn take(&mut self, now: Instant, status: &SinkStatus) -> Option<bool> {
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

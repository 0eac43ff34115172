//! A timer that a state machine's deadlines are handed to. One timer a link, moved instead of made anew.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, Sleep};
use vigil_model::{Instant as Deadline, Now};

/// How far away a timer is set that nobody waits for.
const NEVER: Duration = Duration::from_secs(86_400);

/// A timer that can be set again and again.
pub(crate) struct Timer(Pin<Box<Sleep>>);

impl Timer {
    pub(crate) fn new() -> Self {
        Self(Box::pin(tokio::time::sleep(NEVER)))
    }

    /// Sets it to a deadline, seen from `now`; without one it practically never fires.
    pub(crate) fn set(&mut self, now: Now, deadline: Option<Deadline>) {
        let wait = deadline.map_or(NEVER, |deadline| deadline.since(now.monotonic).min(NEVER));
        self.0.as_mut().reset(Instant::now() + wait);
    }

    /// Waits for it.
    pub(crate) async fn fired(&mut self) {
        self.0.as_mut().await;
    }
}

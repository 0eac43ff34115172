//! One timer for all waits of a shell. It is armed again only for an earlier time: deadlines that move on with each
//! message then cost nothing, and firing too early only means looking once more.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::Sleep;
use vigil_model::Instant;

pub(crate) struct Timer {
    sleep: Pin<Box<Sleep>>,
    due: Option<Instant>,
}

impl Timer {
    pub(crate) fn new() -> Self {
        Self { sleep: Box::pin(tokio::time::sleep(Duration::ZERO)), due: None }
    }

    /// Makes sure that [`Timer::fired`] comes back by `until`.
    pub(crate) fn arm(&mut self, now: Instant, until: Instant) {
        if self.due.is_none_or(|due| until < due) {
            self.sleep.as_mut().reset(tokio::time::Instant::now() + until.since(now));
            self.due = Some(until);
        }
    }

    /// Waits for the earliest armed time.
    pub(crate) async fn fired(&mut self) {
        self.sleep.as_mut().await;
        self.due = None;
    }
}

//! Watches one link: says when its state changes, and notices silence.
//!
//! A pure timer without I/O. *Quiet time* is how long a device may be silent before its link counts as lost, by default
//! three polls. Only a frame that passes its own check counts as heard: noise on the line keeps no link up.
//!
//! | in state    | `connected` | `heard` | quiet time over | `disconnected` |
//! |-------------|-------------|---------|-----------------|----------------|
//! | Connecting  | Associating | Up      | –               | Lost           |
//! | Associating | –           | Up      | Lost            | Lost           |
//! | Up          | Associating | –       | Lost            | Lost           |
//! | Lost        | Associating | Up      | –               | –              |
//!
//! Each change gives one report, and what is no change gives none.

use std::time::Duration;

use vigil_model::{Instant, LinkState, Report};

/// How many polls a device may miss before its link counts as lost, unless the configuration gives a quiet time.
pub const QUIET_POLLS: u32 = 3;

/// State of one link and the time at which its silence is too long.
#[derive(Clone, Debug)]
pub struct LinkWatch {
    quiet_time: Duration,
    state: LinkState,
    /// Last valid frame or, before the first one, the time at which the line was opened.
    heard: Instant,
}

impl LinkWatch {
    /// A link that is not open yet and counts as lost after `quiet_time` of silence. Nothing has been reported.
    pub fn new(quiet_time: Duration) -> Self {
        Self { quiet_time, state: LinkState::Connecting, heard: Instant::default() }
    }

    /// The quiet time of a device that is polled every `poll_interval`, where the configuration gives none.
    pub fn quiet_time_of(poll_interval: Duration) -> Duration {
        poll_interval.saturating_mul(QUIET_POLLS)
    }

    /// How long the device may be silent.
    pub fn quiet_time(&self) -> Duration {
        self.quiet_time
    }

    /// State as last reported; `Connecting` before the first report.
    pub fn state(&self) -> &LinkState {
        &self.state
    }

    /// Whether the device answers.
    pub fn is_up(&self) -> bool {
        self.state == LinkState::Up
    }

    /// The line is open: the device has `quiet_time` to say something.
    #[must_use]
    pub fn connected(&mut self, now: Instant) -> Option<Report> {
        self.heard = now;
        self.change(LinkState::Associating)
    }

    /// A valid frame has arrived.
    #[must_use]
    pub fn heard(&mut self, now: Instant) -> Option<Report> {
        self.heard = now;
        self.change(LinkState::Up)
    }

    /// The line is gone or could not be opened.
    #[must_use]
    pub fn disconnected(&mut self, reason: &str) -> Option<Report> {
        match self.state {
            LinkState::Connecting | LinkState::Associating | LinkState::Up => {
                self.change(LinkState::Lost { reason: reason.into() })
            }
            LinkState::Lost { .. } => None,
        }
    }

    /// Checks whether the silence has become too long. Calling it early does nothing.
    #[must_use]
    pub fn expire(&mut self, now: Instant) -> Option<Report> {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return None;
        }
        let reason = format!("No valid frame for {} s.", self.quiet_time.as_secs_f32());
        self.change(LinkState::Lost { reason: reason.into() })
    }

    /// When [`Self::expire`] has something to say if nothing is heard.
    pub fn deadline(&self) -> Option<Instant> {
        match self.state {
            LinkState::Associating | LinkState::Up => Some(self.heard + self.quiet_time),
            LinkState::Connecting | LinkState::Lost { .. } => None,
        }
    }

    fn change(&mut self, state: LinkState) -> Option<Report> {
        if self.state == state {
            return None;
        }
        self.state = state;
        Some(Report::Link(self.state.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    fn is_lost(report: Option<Report>) -> bool {
        matches!(report, Some(Report::Link(LinkState::Lost { .. })))
    }

    #[test]
    fn silence_is_reported_once_and_speech_again() {
        let mut watch = LinkWatch::new(Duration::from_secs(30));
        assert_eq!(watch.deadline(), None);
        assert_eq!(watch.connected(at(0)), Some(Report::Link(LinkState::Associating)));
        assert_eq!(watch.heard(at(1)), Some(Report::Link(LinkState::Up)));
        assert_eq!(watch.heard(at(11)), None);
        assert_eq!(watch.deadline(), Some(at(41)));
        assert_eq!(watch.expire(at(40)), None);
        assert!(is_lost(watch.expire(at(41))));
        assert_eq!((watch.expire(at(99)), watch.deadline()), (None, None));
        assert_eq!(watch.disconnected("gone"), None);
        assert_eq!(watch.heard(at(100)), Some(Report::Link(LinkState::Up)));
    }

    #[test]
    fn a_port_that_cannot_be_opened_is_lost_once() {
        let mut watch = LinkWatch::new(Duration::from_secs(30));
        assert!(is_lost(watch.disconnected("no such port")));
        assert_eq!(watch.disconnected("no such port"), None);
        assert_eq!(watch.connected(at(5)), Some(Report::Link(LinkState::Associating)));
        assert!(is_lost(watch.expire(at(35))), "a device that never answers is noticed");
    }
}

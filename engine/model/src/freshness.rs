//! Whether a value may be used now. The type makes a rule say what it does when it may not.

use std::time::Duration;

use crate::{Absence, Instant};

/// The latest knowledge of a metric. A rule cannot read the number without handling the other three cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness<T> {
    /// Determined within the metric's freshness bound, and usable.
    Fresh(T),
    /// There was a value; it is older than the bound, or the link to the device is lost.
    Stale {
        /// Since when it is not current.
        since: Instant,
    },
    /// The device says that it has no usable value.
    Invalid(Absence),
    /// No value has been received since the start.
    Never,
}

impl<T> Freshness<T> {
    /// The value if it is fresh.
    pub fn fresh(self) -> Option<T> {
        match self {
            Freshness::Fresh(value) => Some(value),
            Freshness::Stale { .. } | Freshness::Invalid(_) | Freshness::Never => None,
        }
    }

    /// Applies `f` to a fresh value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Freshness<U> {
        match self {
            Freshness::Fresh(value) => Freshness::Fresh(f(value)),
            Freshness::Stale { since } => Freshness::Stale { since },
            Freshness::Invalid(absence) => Freshness::Invalid(absence),
            Freshness::Never => Freshness::Never,
        }
    }
}

/// When a value received at `received` stops being current.
pub fn stale_at(received: Instant, fresh_for: Duration) -> Instant {
    received + fresh_for
}

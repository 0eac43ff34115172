//! State of one unit on a bus: its link, its breaker, what it last said, its counters.
//!
//! | breaker | answer | no answer |
//! |---|---|---|
//! | closed | closed | closed, open after the third in a row |
//! | open, probed at a time | closed | open, probed after twice the pause |

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{DeviceIndex, Identity, Instant};

use super::{BusUnit, probe};
use crate::identity::IdentityGate;
use crate::modbus::{RegisterProfile, UnitId};
use crate::watch::LinkWatch;

/// Reads without a valid answer in a row after which a unit is dead.
pub const FAILURES_MAX: u32 = 3;

/// One unit.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) device: DeviceIndex,
    pub(super) id: UnitId,
    pub(super) profile: Arc<RegisterProfile>,
    pub(super) watch: LinkWatch,
    /// Reads without a valid answer in a row.
    pub(super) failures: u32,
    /// Those of them that were damaged.
    pub(super) malformed: u32,
    /// Holds back what is said by another device than the expected one.
    pub(super) gate: Option<IdentityGate>,
    pub(super) breaker: Breaker,
    /// What was last reported of each declared condition since the unit was connected.
    pub(super) conditions: Vec<Option<bool>>,
    pub(super) identity: Identity,
    pub(super) counters: UnitCounters,
}

/// Whether a unit takes part in the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breaker {
    /// It does.
    Closed,
    /// It is dead and probed.
    Open {
        /// When to probe it next.
        probe_at: Instant,
        /// Pause before the probe after that.
        pause: Duration,
    },
}

impl Breaker {
    pub(super) fn probe_at(self) -> Option<Instant> {
        match self {
            Breaker::Closed => None,
            Breaker::Open { probe_at, .. } => Some(probe_at),
        }
    }
}

/// What happened to a unit since the bus was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitCounters {
    /// Requests sent, probes included.
    pub polls: u64,
    /// Valid answers, exceptions included.
    pub answers: u64,
    /// Requests without an answer in time.
    pub timeouts: u64,
    /// Answers that were exceptions.
    pub exceptions: u64,
    /// Answers that were damaged or of a wrong length.
    pub malformed: u64,
    /// Requests to find out whether a dead unit is back.
    pub probes: u64,
    /// Bytes that came after their request had timed out.
    pub late_bytes: u64,
    /// Planned reads that were left out because the bus was too slow.
    pub missed: u64,
    /// Period of the unit's fastest block.
    pub planned_period: Duration,
    /// Times between two answers of such a block: how many.
    pub intervals: u64,
    /// Times between two answers of such a block: together.
    pub interval_total: Duration,
    /// Times between two answers of such a block: the longest.
    pub interval_max: Duration,
}

impl UnitCounters {
    /// The period that was really kept; zero before the second answer.
    pub fn actual_period(&self) -> Duration {
        let count = u32::try_from(self.intervals).unwrap_or(u32::MAX);
        self.interval_total.checked_div(count).unwrap_or_default()
    }

    pub(super) fn measure(&mut self, interval: Duration) {
        self.intervals += 1;
        self.interval_total += interval;
        self.interval_max = self.interval_max.max(interval);
    }
}

impl Unit {
    pub(super) fn new(unit: BusUnit) -> Self {
        let BusUnit { device, unit: id, profile, poll_interval, quiet_time } = unit;
        let period = poll_interval.unwrap_or(profile.poll_interval()).max(crate::modbus::profile::PERIOD_MIN);
        Self {
            device,
            id,
            watch: LinkWatch::new(quiet_time.unwrap_or(LinkWatch::quiet_time_of(period))),
            failures: 0,
            malformed: 0,
            gate: None,
            breaker: Breaker::Closed,
            conditions: vec![None; profile.conditions.len()],
            identity: Identity::default(),
            counters: UnitCounters { planned_period: period, ..UnitCounters::default() },
            profile,
        }
    }

    /// A block's period at this unit: its ratio to the fastest block of the profile stays.
    pub(super) fn period_of(&self, period: Duration) -> Duration {
        let fastest = self.profile.poll_interval();
        let scaled = period.as_micros() * self.counters.planned_period.as_micros() / fastest.as_micros().max(1);
        Duration::from_micros(u64::try_from(scaled).unwrap_or(u64::MAX))
    }

    /// Forgets what was known of the unit before it was connected.
    pub(super) fn restart(&mut self) {
        self.failures = 0;
        self.malformed = 0;
        self.breaker = Breaker::Closed;
        self.conditions.fill(None);
        self.identity = Identity::default();
    }

    pub(super) fn is_live(&self) -> bool {
        self.breaker == Breaker::Closed
    }

    /// Whether it answered its last request.
    pub(super) fn is_trusted(&self) -> bool {
        self.failures == 0 && self.watch.is_up()
    }

    /// One more read without a valid answer. `others_live` says whether other units want the bus.
    pub(super) fn fail(&mut self, at: Instant, is_probe: bool, others_live: bool) {
        self.failures = self.failures.saturating_add(1);
        let longest = if others_live { probe::PAUSE_MAX } else { probe::PAUSE_ALONE_MAX };
        self.breaker = match self.breaker {
            Breaker::Open { pause, .. } if is_probe => {
                let pause = pause.min(longest);
                Breaker::Open { probe_at: at + pause, pause: pause.saturating_mul(2).min(longest) }
            }
            Breaker::Closed if self.failures >= FAILURES_MAX => {
                Breaker::Open { probe_at: at + probe::PAUSE_MIN, pause: probe::PAUSE_MIN * 2 }
            }
            unchanged @ (Breaker::Closed | Breaker::Open { .. }) => unchanged,
        };
    }
}

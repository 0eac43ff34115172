//! When a dead unit is probed: seldom, in time that live units leave, and never for more than a small share of the bus.
//!
//! A probe that finds nobody costs the response time-out and the silence after it. It is sent when all live units can still
//! be read within a tenth of their period after their planned times; if that has not come true for [`PATIENCE`], when all
//! can still be read within their period; and at last, after [`PAUSE_MAX`], if only the budget allows it, so that a dead
//! unit is found again even on a bus that has no time left.

use std::time::Duration;

use vigil_model::Instant;

use super::Bus;

/// Pause before the first probe of a unit that has become dead.
pub(super) const PAUSE_MIN: Duration = Duration::from_secs(1);
/// Longest pause between probes of one unit.
pub(super) const PAUSE_MAX: Duration = Duration::from_secs(30);
/// Longest pause between probes while no unit of the bus is live.
pub(super) const PAUSE_ALONE_MAX: Duration = Duration::from_secs(2);
/// How long a probe waits for time that is really free.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// How soon to look again for free time.
pub(super) const RETRY: Duration = Duration::from_millis(50);
/// One part in so many of the bus's time may go to probes while units are live: 5 %.
pub(super) const SHARE: u32 = 20;

/// Time that probes may take. It grows with the clock, and probes use it up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Budget {
    credit: Duration,
    counted: Instant,
}

/// Most credit that is kept: what was not used long ago is not caught up on.
const CREDIT_MAX: Duration = Duration::from_secs(2);

impl Budget {
    /// The budget of a bus that has just been connected.
    pub(super) fn full(at: Instant) -> Self {
        Self { credit: CREDIT_MAX, counted: at }
    }

    /// Whether a probe of this cost may be sent. One that costs more than can be saved up waits for the most credit.
    pub(super) fn allows(&mut self, at: Instant, cost: Duration) -> bool {
        self.credit = (self.credit + at.since(self.counted) / SHARE).min(CREDIT_MAX.max(cost));
        self.counted = at;
        self.credit >= cost
    }

    pub(super) fn charge(&mut self, spent: Duration) {
        self.credit = self.credit.saturating_sub(spent);
    }
}

impl Bus {
    /// The task to probe a dead unit with now, if any: its first alarm block, else its first block.
    pub(super) fn next_probe(&mut self, at: Instant) -> Option<usize> {
        let pending = self.units.iter().enumerate().filter_map(|(index, unit)| Some((unit.breaker.probe_at()?, index)));
        let (probe_at, unit) = pending.min().filter(|(probe_at, _)| *probe_at <= at)?;
        let of_unit = |alarm: bool| {
            let mut tasks = self.tasks.iter();
            tasks.position(|task| task.unit == unit && task.excluded_until.is_none() && (task.alarm || !alarm))
        };
        let task = of_unit(true).or_else(|| of_unit(false))?;
        if self.units.iter().any(|unit| unit.is_live()) {
            let cost = self.settings.response_timeout + self.settings.late_window + self.slowest;
            let waited = at.since(probe_at);
            let free = waited >= PAUSE_MAX
                || (waited >= PATIENCE && self.has_slack(at + cost, 1))
                || self.has_slack(at + cost, 10);
            if !free || !self.budget.allows(at, cost) {
                return None;
            }
        }
        Some(task)
    }

    /// Whether all tasks of live units can still be done within one `part`th of their period after their planned time if
    /// the bus is free from `free_at`.
    fn has_slack(&self, free_at: Instant, part: u32) -> bool {
        let mut planned: Vec<(Instant, Instant)> = self
            .tasks
            .iter()
            .filter(|task| task.excluded_until.is_none() && self.units[task.unit].is_live())
            .map(|task| (task.due + task.period / part, task.due))
            .collect();
        planned.sort_unstable();
        let mut time = free_at;
        planned.into_iter().all(|(deadline, due)| {
            let start = time.max(due);
            time = start + self.slowest;
            start <= deadline
        })
    }
}

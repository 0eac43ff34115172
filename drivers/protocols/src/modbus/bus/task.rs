//! Tasks of a bus: what is read when.

use std::time::Duration;

use vigil_model::{DeviceIndex, Instant};

use super::unit::Unit;
use crate::modbus::plan::{self, Segment};

/// Planned times of different buses fall on multiples of this, as far as their periods do.
const TICK: Duration = Duration::from_millis(10);

/// How long the reads of a unit that is not trusted stand back at most.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// One request of one unit that is repeated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    /// Index of the unit.
    pub(super) unit: usize,
    pub(super) segment: Segment,
    pub(super) period: Duration,
    /// Whether it reads alarm conditions.
    pub(super) alarm: bool,
    /// Rest of the line after the answer.
    pub(super) pause: Duration,
    /// A planned time; the others are whole periods before and after it.
    pub(super) anchor: Instant,
    /// When it is planned next.
    pub(super) due: Instant,
    /// Reads alarm conditions that are not known since the unit was connected.
    pub(super) first: bool,
    /// An alarm block that was read since the last list of alarms.
    pub(super) listed: bool,
    /// Refused by the unit: until when it is left out.
    pub(super) excluded_until: Option<Instant>,
    /// When it was last answered since the unit was connected.
    pub(super) answered_at: Option<Instant>,
}

impl Task {
    /// A task that is due at `due`, with its planned times there.
    pub(super) fn new(index: usize, unit: &Unit, segment: Segment, due: Instant) -> Task {
        let block = &unit.profile.blocks[segment.block];
        Task {
            unit: index,
            segment,
            period: unit.period_of(block.period),
            alarm: block.alarm,
            pause: block.pause,
            anchor: due,
            due,
            first: block.alarm,
            listed: false,
            excluded_until: None,
            answered_at: None,
        }
    }

    /// When it needs attention.
    pub(super) fn wake(&self) -> Instant {
        self.excluded_until.unwrap_or(self.due)
    }

    /// Notes the time since the last answer, for the unit's fastest block.
    pub(super) fn measure(&mut self, at: Instant, unit: &mut Unit) {
        let previous = self.answered_at.replace(at);
        if let Some(previous) = previous
            && self.period == unit.counters.planned_period
        {
            unit.counters.measure(at.since(previous));
        }
    }

    /// Moves on to the next planned time: the first one after `due`, or the last one before `at` if some were missed.
    pub(super) fn plan_next(&mut self, at: Instant, unit: &mut Unit) {
        self.first = false;
        let period = micros(self.period);
        let anchor = self.anchor.as_micros();
        // Planned times are counted from the anchor; before it, a single early read was due.
        let after = |time: Instant| time.as_micros().checked_sub(anchor).map_or(0, |since| since / period + 1);
        let (next, current) = (after(self.due), after(at));
        let chosen = if current > next + 1 {
            unit.counters.missed += if unit.is_live() { current - 1 - next } else { 0 };
            current - 1
        } else {
            next
        };
        self.due = self.anchor + Duration::from_micros(chosen.saturating_mul(period));
    }
}

/// All tasks of a unit.
pub(super) fn of_unit(index: usize, unit: &Unit) -> Vec<Task> {
    let blocks = 0..unit.profile.blocks.len();
    let segments = blocks.flat_map(|block| plan::segments(&unit.profile, block));
    segments.map(|segment| Task::new(index, unit, segment, Instant::default())).collect()
}

/// Plans all tasks anew from `at`: alarm blocks at once, the others spread over the period, so that tasks do not bunch. From
/// then on planned times stand at a fixed place in the period that follows from `device`, the first of the bus: buses that
/// were connected together do not poll together, and those at the same place share a tick of the appliance's clock, so that
/// one wake-up serves them all.
pub(super) fn spread(tasks: &mut [Task], device: DeviceIndex, at: Instant) {
    let count = u64::try_from(tasks.len().max(1)).unwrap_or(u64::MAX);
    for (task, index) in tasks.iter_mut().zip(0u64..) {
        let period = micros(task.period);
        let share = period.saturating_mul(index) / count;
        let places = (period / micros(TICK)).max(1);
        let place = (u64::from(device.0) % places * micros(TICK) + share) % period;
        // The wait for the place begins with the first read, so that no two reads are further apart than a period.
        let first = at.as_micros() + if task.alarm { 0 } else { share };
        let wait = (period + place - first % period) % period;
        task.anchor = Instant::from_micros(first + wait);
        task.due = Instant::from_micros(first);
        task.first = task.alarm;
        task.listed = false;
        task.answered_at = None;
    }
}

/// A unit has just been connected: its alarm blocks are due at once, and all others too if it was dead.
pub(super) fn alarms_first(tasks: &mut [Task], unit: usize, at: Instant, was_dead: bool) {
    for task in tasks.iter_mut().filter(|task| task.unit == unit) {
        task.listed = false;
        task.first = task.alarm;
        if task.alarm || was_dead {
            task.due = at;
            task.answered_at = None;
        }
    }
}

/// The task to do now among those of live units: trusted units first, of these alarm blocks of a unit just connected, then
/// the earliest deadline. What has waited for [`WAIT_MAX`] no longer stands back.
pub(super) fn next_due(tasks: &[Task], units: &[Unit], at: Instant) -> Option<usize> {
    let ready = |task: &Task| task.due <= at && task.excluded_until.is_none() && units[task.unit].is_live();
    let key = |task: &Task| {
        let stands_back = !units[task.unit].is_trusted() && at.since(task.due) < WAIT_MAX;
        (stands_back, !task.first, task.due + task.period, !task.alarm)
    };
    let candidates = tasks.iter().enumerate().filter(|(_, task)| ready(task));
    candidates.min_by_key(|(_, task)| key(task)).map(|(index, _)| index)
}

/// Whether all alarm blocks of a unit have been read since this last said so.
pub(super) fn take_listed(tasks: &mut [Task], unit: usize) -> bool {
    let mut alarms = tasks.iter().filter(|task| task.unit == unit && task.alarm).peekable();
    let complete = alarms.peek().is_some() && alarms.all(|task| task.listed);
    if complete {
        tasks.iter_mut().filter(|task| task.unit == unit).for_each(|task| task.listed = false);
    }
    complete
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX).max(1)
}

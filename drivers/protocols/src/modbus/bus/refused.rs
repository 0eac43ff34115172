//! A unit refuses a request: find the bad address, leave it out, keep reading its neighbours.

use std::time::Duration;

use vigil_model::{Absence, Fault, FaultKind, Instant, Now, Observation, Reading, Report};

use super::Bus;
use super::task::Task;
use crate::modbus::plan;
use crate::modbus::profile::item::Content;

/// How long an address that a unit refuses is left out before its whole block is tried again.
pub const EXCLUDED_RETRY: Duration = Duration::from_secs(600);

impl Bus {
    /// The unit has answered the request of a task with an exception.
    pub(super) fn refused(&mut self, index: usize, now: Now, code: u8) {
        let at = now.monotonic;
        let whole = self.tasks[index];
        let unit = whole.unit;
        let profile = std::sync::Arc::clone(&self.units[unit].profile);
        // 1: the table is not there at all; 2 and 3: an address or the number of entries is wrong.
        if !(1..=3).contains(&code) {
            return self.tasks[index].plan_next(at, &mut self.units[unit]);
        }
        let halves = if code == 1 { None } else { plan::split(&profile, whole.segment) };
        if let Some((left, right)) = halves {
            self.tasks[index].segment = left;
            self.tasks[index].due = at;
            self.tasks.push(Task { segment: right, due: at, ..whole });
        } else if let Some(trimmed) = plan::trim(&profile, whole.segment).filter(|_| code != 1) {
            self.tasks[index].segment = trimmed;
            self.tasks[index].due = at;
        } else {
            self.tasks[index].excluded_until = Some(at + EXCLUDED_RETRY);
            self.tasks[index].plan_next(at, &mut self.units[unit]);
            self.report_excluded(index, now);
        }
    }

    /// Blocks whose excluded addresses have waited long enough are whole again.
    pub(super) fn rejoin(&mut self, at: Instant) {
        let over = |task: &Task| task.excluded_until.is_some_and(|until| until <= at);
        while let Some(task) = self.tasks.iter().find(|task| over(task)) {
            let (unit, block) = (task.unit, task.segment.block);
            self.tasks.retain(|task| task.unit != unit || task.segment.block != block);
            for segment in plan::segments(&self.units[unit].profile, block) {
                self.tasks.push(Task::new(unit, &self.units[unit], segment, at));
            }
        }
    }

    fn report_excluded(&mut self, index: usize, now: Now) {
        let Task { unit, segment, .. } = self.tasks[index];
        let profile = std::sync::Arc::clone(&self.units[unit].profile);
        let block = &profile.blocks[segment.block];
        let end = u32::from(segment.address) + u32::from(segment.count);
        let detail = format!(
            "unit {} refuses addresses {} to {} of {}; left out for {} s",
            self.units[unit].id,
            segment.address,
            end - 1,
            block.table.as_str(),
            EXCLUDED_RETRY.as_secs()
        );
        self.push(unit, now, Some(Report::Fault(Fault::new(FaultKind::Exception, 0, detail))));
        let refused = u32::from(segment.address)..=end;
        for item in block.items.iter().filter(|item| refused.contains(&item.reach.0) && refused.contains(&item.reach.1))
        {
            let absent = Reading::Absent(Absence::NotAvailable);
            let observation = match &item.content {
                Content::Metric(metric) => Observation::new(metric.code, metric.containment, metric.unit, absent),
                Content::Bit(bit) => match &bit.metric {
                    Some(metric) => Observation::new(metric.code, metric.containment, None, absent),
                    None => continue,
                },
                Content::Identity(..) => continue,
            };
            self.push(unit, now, Some(Report::Observation(observation)));
        }
    }
}

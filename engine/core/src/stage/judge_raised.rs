//! `Judge`, second part: alarms that a device raises by itself. The device says whether they are present; nothing is
//! evaluated here.
//!
//! An alarm ends when the device says so, or when a complete list of its alarms no longer has it. A lost link, silence and a
//! restart end nothing. A physiological alarm does not begin while the device is in a mode that is not of a patient
//! (standby, demonstration, service): it is held, and begins if it is still there when the mode is normal again.

use std::time::Duration;

use vigil_model::{ConditionKind, DeviceAlarm, Instant};

use super::judge::Judging;
use crate::device::{ConditionChange, ConditionRef, Raised};
use crate::flow::Transition;
use crate::machine::condition::{Change, Condition, Input, step};

/// How many alarms of one device are known at a time. More are dropped and counted.
pub const DEVICE_ALARMS_MAX: usize = 64;

impl Judging<'_> {
    /// The device says that an alarm is present or over.
    pub(super) fn alarm(&mut self, at: Instant, alarm: &DeviceAlarm) {
        let known = self.conditions.raised.iter().position(|raised| is_same(&raised.said, alarm));
        match (known, alarm.present) {
            (None, true) => self.raise(at, alarm),
            (Some(position), true) => self.repeat(at, position, alarm),
            (Some(position), false) => self.over(at, position),
            (None, false) => {}
        }
    }

    fn raise(&mut self, at: Instant, alarm: &DeviceAlarm) {
        if self.conditions.raised.len() >= DEVICE_ALARMS_MAX {
            self.tally.device_alarms_dropped += 1;
            return;
        }
        let number = self.conditions.next_raised;
        self.conditions.next_raised = number.wrapping_add(1);
        self.conditions.raised.push(Raised { number, said: alarm.clone(), listed: true, condition: Condition::Absent });
        self.judge_raised(at, self.conditions.raised.len() - 1);
    }

    fn repeat(&mut self, at: Instant, position: usize, alarm: &DeviceAlarm) {
        let raised = &mut self.conditions.raised[position];
        raised.listed = true;
        let changed = raised.said.priority != alarm.priority;
        raised.said.priority = alarm.priority;
        if changed && matches!(raised.condition, Condition::Present { .. }) {
            let condition = ConditionRef::Raised(raised.number);
            let change = ConditionChange::Priority(alarm.priority);
            self.transitions.push(Transition { at, device: self.fixed.index, condition, change });
        }
    }

    fn over(&mut self, at: Instant, position: usize) {
        let raised = self.conditions.raised.remove(position);
        if let (_, Some(Change::Ended)) = step(raised.condition, Input::Clear, at, Duration::ZERO) {
            let condition = ConditionRef::Raised(raised.number);
            let change = ConditionChange::Ended;
            self.transitions.push(Transition { at, device: self.fixed.index, condition, change });
        }
    }

    /// The device's list is complete: what was not in it is over.
    pub(super) fn alarms_listed(&mut self, at: Instant) {
        while let Some(position) = self.conditions.raised.iter().position(|raised| !raised.listed) {
            self.over(at, position);
        }
        self.alarms_begin_listing();
    }

    /// From here on alarms are counted towards the next complete list.
    pub(super) fn alarms_begin_listing(&mut self) {
        self.conditions.raised.iter_mut().for_each(|raised| raised.listed = false);
    }

    /// The mode is normal: physiological alarms that were held begin.
    pub(super) fn alarms_withheld_begin(&mut self, at: Instant) {
        for position in 0..self.conditions.raised.len() {
            self.judge_raised(at, position);
        }
    }

    fn judge_raised(&mut self, at: Instant, position: usize) {
        let is_normal = self.conditions.is_normal;
        let raised = &mut self.conditions.raised[position];
        let of_patient = raised.said.kind == ConditionKind::Physiological;
        if of_patient && !is_normal && raised.condition == Condition::Absent {
            raised.condition = Condition::Held { since: at };
            return;
        }
        let (after, change) = step(raised.condition, Input::Violating, at, Duration::ZERO);
        raised.condition = after;
        if change == Some(Change::Began) {
            let condition = ConditionRef::Raised(raised.number);
            let change = ConditionChange::Raised(Box::new(raised.said.clone()));
            self.transitions.push(Transition { at, device: self.fixed.index, condition, change });
        }
    }
}

/// Event, source and text tell alarms of one device apart.
pub(crate) fn is_same(known: &DeviceAlarm, said: &DeviceAlarm) -> bool {
    known.event == said.event && known.source == said.source && known.text == said.text
}

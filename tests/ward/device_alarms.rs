//! Alarms that a device of the naive model raises by itself: present until it says that they are over, or a whole list of
//! its alarms no longer has them.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{ConditionKind, DeviceAlarm, Instant, Occurrence, OperatingMode, Phase};

use super::DeviceModel;
use crate::condition::{Condition, Said, Times, Told, Verdict};

/// How many alarms of one device are known at a time.
const DEVICE_ALARMS_MAX: usize = 64;

/// An alarm of the device itself.
pub(super) struct Raised {
    pub(super) said: DeviceAlarm,
    pub(super) is_listed: bool,
    pub(super) is_withheld: bool,
    pub(super) condition: Condition,
}

impl DeviceModel {
    pub(super) fn alarm(&mut self, at: Instant, alarm: &DeviceAlarm, times: &Times, said: &mut Said) {
        if !alarm.present {
            return self.over(at, alarm, times, said);
        }
        if let Some(known) = self.raised.iter_mut().find(|raised| is_same(&raised.said, alarm)) {
            known.is_listed = true;
            if known.said.priority != alarm.priority {
                known.said.priority = alarm.priority;
                known.condition.reprioritise(alarm.priority, said);
            }
            return;
        }
        if self.raised.len() >= DEVICE_ALARMS_MAX {
            return;
        }
        let is_withheld = alarm.kind == ConditionKind::Physiological && self.mode != OperatingMode::Normal;
        let mut condition = Condition::new(raised_key(&self.id, alarm), alarm.priority, Duration::ZERO);
        if !is_withheld {
            condition.push(at, Verdict::Bad, times, said);
        }
        self.raised.push(Raised { said: alarm.clone(), is_listed: true, is_withheld, condition });
    }

    /// The device's list is complete.
    pub(super) fn listed(&mut self, at: Instant, times: &Times, said: &mut Said) {
        let gone: Vec<DeviceAlarm> =
            self.raised.iter().filter(|raised| !raised.is_listed).map(|raised| raised.said.clone()).collect();
        gone.iter().for_each(|alarm| self.over(at, alarm, times, said));
        self.raised.iter_mut().for_each(|raised| raised.is_listed = false);
    }

    fn over(&mut self, at: Instant, alarm: &DeviceAlarm, times: &Times, said: &mut Said) {
        let Some(position) = self.raised.iter().position(|raised| is_same(&raised.said, alarm)) else { return };
        self.raised.remove(position).condition.push(at, Verdict::Good, times, said);
    }

    /// It had been told before a restart, and is told again.
    pub(crate) fn restore(&mut self, at: Instant, occurrence: &Occurrence, told: Told, said: &mut Said) {
        if let Some(index) = self.conditions.iter().position(|condition| condition.key == occurrence.key.0) {
            self.conditions[index].restore(at, told);
            self.busy.insert(index);
        } else {
            let alarm = DeviceAlarm {
                event: occurrence.event,
                source: occurrence.source.containment,
                present: true,
                priority: occurrence.priority,
                kind: occurrence.kind,
                text: Arc::clone(&occurrence.text),
            };
            let key = raised_key(&self.id, &alarm);
            assert_eq!(*key, *occurrence.key.0, "an occurrence of no condition of this ward");
            let mut condition = Condition::new(key, told.priority, Duration::ZERO);
            condition.restore(at, told);
            self.raised.push(Raised { said: alarm, is_listed: false, is_withheld: false, condition });
        }
        said.push((Arc::clone(&occurrence.key.0), Phase::Present));
    }
}

/// Event, part and text tell the alarms of one device apart.
fn is_same(a: &DeviceAlarm, b: &DeviceAlarm) -> bool {
    (a.event, a.source, &a.text) == (b.event, b.source, &b.text)
}

fn raised_key(device: &str, alarm: &DeviceAlarm) -> String {
    format!("{device}/alarm/{}/{}/{}", alarm.event, alarm.source, alarm.text)
}

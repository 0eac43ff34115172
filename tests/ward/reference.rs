//! A naive model of the alarm rules: what people should have been told, given every report and answer that the engine was
//! given. Its own simple code, after the tables in the documentation and not after the engine's.

use std::collections::BTreeMap;
use std::sync::Arc;

use vigil_model::{AlarmState, DeviceIndex, DeviceReport, Instant, Now, Observation, Occurrence, Reading, Ward};

use crate::condition::{Said, Times, Told};
use crate::device_model::DeviceModel;

/// The model of a ward.
pub(crate) struct Reference {
    devices: Vec<DeviceModel>,
    times: Times,
    /// Time of the step before.
    before: Instant,
    said: Said,
}

impl Reference {
    /// A ward of which nothing has been heard.
    pub(crate) fn new(ward: &Arc<Ward>, now: Now) -> Self {
        let times = Times { monotonic: now.monotonic, utc: now.utc };
        let mut said = Said::new();
        let devices = ward.devices.iter().map(|device| DeviceModel::new(ward, device, &times, &mut said)).collect();
        Self { devices, times, before: now.monotonic, said }
    }

    /// Takes back what had been told before a restart.
    pub(crate) fn restore<'a>(&mut self, occurrences: impl Iterator<Item = &'a Occurrence>) {
        for occurrence in occurrences.filter(|occurrence| occurrence.state != AlarmState::Inactive) {
            let told = Told {
                state: occurrence.state,
                acknowledged: occurrence.is_acknowledged(),
                priority: occurrence.priority,
                onset: occurrence.onset,
            };
            let device = self.devices.iter_mut().find(|device| *device.id == *occurrence.device);
            let device = device.unwrap_or_else(|| panic!("{} is of no device of the ward", occurrence.key.0));
            device.restore(self.before, occurrence, told, &mut self.said);
        }
        for device in &mut self.devices {
            device.settle_restored(self.before, &self.times, &mut self.said);
        }
    }

    /// One step: reports, then everything that has become due by `now`, then acknowledgements.
    pub(crate) fn step(&mut self, now: Now, reports: &[DeviceReport], acknowledged: &[Arc<str>]) -> Said {
        for report in reports {
            let at = report.received.monotonic.min(now.monotonic).max(self.before);
            let device = &mut self.devices[report.device.0 as usize];
            device.take(at, report, &self.times, &mut self.said);
        }
        for device in &mut self.devices {
            device.move_to(now.monotonic, &self.times, &mut self.said);
        }
        for key in acknowledged {
            let mut all = self.devices.iter_mut();
            if let Some(condition) = all.find_map(|device| device.condition(key)) {
                condition.acknowledge(&mut self.said);
            }
            self.devices.iter_mut().for_each(DeviceModel::tidy);
        }
        self.before = now.monotonic;
        std::mem::take(&mut self.said)
    }

    /// What people have been told and is not over, by condition key.
    pub(crate) fn told(&self) -> BTreeMap<Arc<str>, Told> {
        let conditions = self.devices.iter().flat_map(DeviceModel::conditions);
        conditions.filter_map(|condition| Some((Arc::clone(&condition.key), condition.told?))).collect()
    }

    /// What may be shown of a metric at an instant: `None` unless a reading was current then.
    pub(crate) fn current(&self, device: DeviceIndex, observation: &Observation, at: Instant) -> Option<&Reading> {
        self.devices[device.0 as usize].current(observation, at)
    }
}

//! The engine as others see it: reports and commands in, events out, one step at a time.

use std::sync::Arc;

use bevy_ecs::schedule::Schedule;
use bevy_ecs::world::World;
use vigil_model::{BedMemory, Command, DeviceIndex, DeviceReport, EngineEvent, Instant, Kept, Now, Remembered, Ward};

use crate::assemble;
use crate::association::Associations;
use crate::calculator::Calculating;
use crate::counters::{Counters, DeviceFaults, Tally};
use crate::deadlines::NEVER;
use crate::device::{Connection, Fixed};
use crate::flow::{Book, Changed, Clock, Drafts, Inbox, Index, Outbox, Timers};
use crate::restore::{self, Restored};
use crate::snapshot::{self, DeviceSnapshot, Snapshot};
use crate::stage;
use crate::stage::adjust::Adjustments;

/// The picture of a ward.
///
/// A step runs when something has arrived or [`Engine::next_deadline`] has come, with what arrived in the meantime as one
/// batch. The same steps with the same inputs give the same events, to the byte.
pub struct Engine {
    world: World,
    schedule: Schedule,
    started: Instant,
}

impl Engine {
    /// The engine of a ward that starts at `now`: nothing has been heard of any device.
    ///
    /// # Panics
    /// If a device of the ward names a bed that the ward does not have; a checked configuration never gives such a ward.
    pub fn new(ward: Arc<Ward>, now: Now) -> Self {
        let order: Vec<u32> = (0u32..).take(ward.devices.len()).collect();
        Self::with_spawn_order(&ward, now, &order)
    }

    pub(crate) fn with_spawn_order(ward: &Ward, now: Now, order: &[u32]) -> Self {
        let mut world = assemble::world(ward, now, order);
        let mut schedule = stage::schedule();
        schedule.initialize(&mut world).expect("the stages are chained, so that no order is left open");
        Self { world, schedule, started: now.monotonic }
    }

    /// Takes back what the journal remembers. To be called once, before the first step, which then tells every restored
    /// occurrence once with phase `present`, and ends those of what is no longer in the ward.
    pub fn restore(&mut self, restored: Restored, now: Now) {
        restore::restore(&mut self.world, restored, now);
    }

    /// Takes in `reports` and `commands`, both emptied, and everything that has become due by `now`; says what changed.
    ///
    /// `now` must not lie before the `now` of the step before; if it does, that one is taken for what is due.
    pub fn step(&mut self, now: Now, reports: &mut Vec<DeviceReport>, commands: &mut Vec<Command>) -> Vec<EngineEvent> {
        let mut clock = self.world.resource_mut::<Clock>();
        *clock = clock.moved_to(now);
        self.exchange(reports, commands);
        self.schedule.run(&mut self.world);
        self.exchange(reports, commands);
        std::mem::take(&mut self.world.resource_mut::<Outbox>().events)
    }

    /// The caller's lists become the inbox and come back empty, so that neither side allocates anew.
    fn exchange(&mut self, reports: &mut Vec<DeviceReport>, commands: &mut Vec<Command>) {
        let mut inbox = self.world.resource_mut::<Inbox>();
        std::mem::swap(&mut inbox.reports, reports);
        std::mem::swap(&mut inbox.commands, commands);
    }

    /// When a step is due though nothing arrives, exactly; `None` if nothing is waited for.
    pub fn next_deadline(&self) -> Option<Instant> {
        if self.world.resource::<Drafts>().everything {
            return Some(self.started);
        }
        Some(self.world.resource::<Timers>().first()).filter(|at| *at != NEVER)
    }

    /// The picture at `now`. What has become stale since the last step is stale here too.
    pub fn snapshot(&self, now: Now) -> Snapshot {
        snapshot::take(&self.world, now)
    }

    /// One device at `now`, as in [`Engine::snapshot`]; `None` if the ward has no such device.
    pub fn device(&self, device: DeviceIndex, now: Now) -> Option<DeviceSnapshot> {
        let entity = self.world.resource::<Index>().devices.get(device.0 as usize)?;
        snapshot::take_device(&self.world, *entity, now)
    }

    /// What was counted since the start.
    pub fn counters(&self) -> Counters {
        let devices = self.world.resource::<Index>().devices.iter();
        let faults = devices.filter_map(|device| {
            let (fixed, connection) = (self.world.get::<Fixed>(*device)?, self.world.get::<Connection>(*device)?);
            Some(DeviceFaults { device: Arc::clone(&fixed.id), by_kind: connection.faults })
        });
        Counters { tally: *self.world.resource::<Tally>(), faults: faults.collect() }
    }

    /// Who lies where and who else is said to, what holds each bed; in the order of the ward. Patient data: never in logs.
    pub fn beds(&self) -> &[BedMemory] {
        self.world.resource::<Associations>().beds()
    }

    /// What is to be remembered of associations, charted inputs and limits that were set, and changed since this was asked last; to be journalled with what a step
    /// said, and handed to [`Engine::restore`] after a restart.
    pub fn take_kept(&mut self) -> Vec<Kept> {
        let mut kept = self.world.resource_mut::<Associations>().take_changed();
        kept.append(&mut self.world.resource_mut::<Changed>().0);
        kept
    }

    /// Everything that is to be remembered of associations, charted inputs and limits that were set.
    pub fn remembered(&self) -> Vec<Remembered> {
        let mut remembered = self.world.resource::<Associations>().all();
        let calculating = self.world.resource::<Index>().devices.iter();
        let calculating = calculating.filter_map(|device| self.world.get::<Calculating>(*device));
        remembered.extend(calculating.flat_map(|of| of.known.remembered()));
        remembered.extend(self.world.resource::<Adjustments>().remembered());
        remembered
    }

    /// Number of the next event; to be journalled with what a step said.
    pub fn next_seq(&self) -> u64 {
        self.world.resource::<Outbox>().next_seq
    }

    /// Number of the next occurrence; to be journalled with what a step said.
    pub fn next_occurrence(&self) -> u64 {
        self.world.resource::<Book>().next_occurrence
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::{CUFF, HR, SPO2, absent, alarm, at, lost, value, ward};
    use vigil_model::{DeviceIndex, Priority, Report};

    /// A few minutes in which the three devices of the test ward do different things at the same time.
    fn said(order: &[u32]) -> String {
        let mut engine = Engine::with_spawn_order(&ward(), at(0), order);
        let mut events = Vec::new();
        for second in 0..200u64 {
            let mut reports = Vec::new();
            for device in [2u32, 0, 1] {
                let turn = second / 7 + u64::from(device);
                let heard: &[Report] = match turn % 6 {
                    0 => &[value(SPO2, "85"), value(HR, "130"), alarm("A", true, Priority::Low)],
                    1 => &[value(SPO2, "97"), absent(HR), value(CUFF, "190")],
                    2 => &[alarm("A", true, Priority::High), Report::AlarmsListed],
                    3 => &[lost()],
                    4 => &[],
                    _ => &[value(HR, "80"), alarm("A", false, Priority::Low)],
                };
                let received = at(second);
                let device = DeviceIndex(device);
                reports.extend(heard.iter().map(|report| DeviceReport { device, received, report: report.clone() }));
            }
            events.extend(engine.step(at(second), &mut reports, &mut Vec::new()));
        }
        assert!(events.len() > 100, "{}", events.len());
        format!("{events:?} {:?} {:?}", engine.snapshot(at(200)), engine.counters())
    }

    #[test]
    fn the_order_in_which_entities_are_spawned_does_not_matter() {
        let natural = said(&[0, 1, 2]);
        for order in [[2, 1, 0], [1, 2, 0], [2, 0, 1]] {
            assert_eq!(said(&order), natural, "{order:?}");
        }
    }
}

//! The appliance is killed and begins again from its disk.

use std::sync::Arc;
use std::time::Duration;

use vigil_engine::{Engine, Restored};
use vigil_messages::ControlIds;
use vigil_model::Occurrence;

use super::{CRASH_EVERY, World};
use crate::reference::Reference;

impl World {
    /// The appliance is killed, is away for a while, and begins again from its disk.
    pub(super) fn crash(&mut self) {
        self.crashes += 1;
        self.crash_in = Some(1 + self.dice.below(CRASH_EVERY));
        self.now = self.now.after(Duration::from_millis(self.dice.below(6_000) as u64));
        let now = self.now;
        self.disk.crash();
        self.reports.clear();
        self.commands.clear();
        self.batch_at = None;
        let occurrences: Vec<Occurrence> = self.disk.occurrences.values().cloned().collect();
        self.engine = Engine::new(Arc::clone(&self.plan.ward), now);
        let (next_seq, next_occurrence) = (self.disk.next_seq, self.disk.next_occurrence);
        let restored = Restored { next_seq, next_occurrence, occurrences: occurrences.clone(), ..Restored::default() };
        self.engine.restore(restored, now);
        self.control_ids = ControlIds::new(&self.plan.ward.appliance.id, self.disk.next_control);
        self.reference = Reference::new(&self.plan.ward, now);
        self.reference.restore(occurrences.iter());
        self.ledger.restart(self.disk.occurrences.clone());
        for (index, line) in self.lines.iter_mut().enumerate() {
            line.restart_appliance(&self.plan, index);
        }
        self.hospital.restart_appliance(now);
        self.station.restart_appliance(now);
    }
}

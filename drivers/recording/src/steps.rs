//! Takes down the steps of the engine: what each took in, what it was told, and a sum of what it said.

use std::time::Duration;

use vigil_model::{Command, DeviceReport, Instant, Now};

use crate::record::{Checkpoint, Gap, Record, Said, Step, Taken};
use crate::recorder::Outlet;

/// Takes down the engine's loop. Never waits.
pub struct StepTape {
    outlet: Outlet,
    /// Position of the link of each device.
    links: Vec<u16>,
    /// Reports of each link that have been taken.
    through: Vec<u64>,
    missed: Gap,
    age: Duration,
    next_checkpoint: Option<Instant>,
}

/// The stream of steps in a run.
const STREAM: usize = 0;

impl StepTape {
    pub(crate) fn new(outlet: Outlet, links: Vec<u16>, count: usize, age: Duration) -> Self {
        Self { outlet, links, through: vec![0; count], missed: Gap::default(), age, next_checkpoint: None }
    }

    /// The engine makes a step with these inputs.
    pub fn step(&mut self, now: Now, reports: &[DeviceReport], commands: &[Command]) {
        let mut taken: Vec<Taken> = Vec::new();
        for report in reports {
            let Some(link) = self.links.get(report.device.0 as usize).copied() else { continue };
            let Some(through) = self.through.get_mut(usize::from(link)) else { continue };
            *through += 1;
            match taken.last_mut() {
                Some(last) if last.link == link => last.through = *through,
                Some(_) | None => taken.push(Taken { link, through: *through }),
            }
        }
        self.put(now, Record::Step(Step { now, taken, commands: commands.to_vec() }));
    }

    /// What the engine said in the step before.
    pub fn said(&mut self, now: Now, said: Said) {
        self.put(now, Record::Said(said));
    }

    /// Whether a checkpoint is due. The first one is a part of the run's beginning.
    pub fn wants_checkpoint(&mut self, now: Now) -> bool {
        let due = *self.next_checkpoint.get_or_insert(now.monotonic + self.age);
        now.monotonic >= due
    }

    /// Where the engine stands between two steps; what has been taken is known here.
    pub fn checkpoint(&mut self, now: Now, checkpoint: Checkpoint) {
        self.next_checkpoint = Some(now.monotonic + self.age);
        let taken = (0u16..).zip(&self.through).map(|(link, through)| Taken { link, through: *through });
        let checkpoint = Checkpoint {
            monotonic: now.monotonic.as_micros(),
            utc: now.utc.as_micros(),
            taken: taken.collect(),
            ..checkpoint
        };
        self.put(now, Record::Checkpoint(checkpoint));
    }

    fn put(&mut self, now: Now, record: Record) {
        self.outlet.offer(STREAM, now, &record, &mut self.missed);
    }
}

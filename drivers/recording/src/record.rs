//! What can stand in a recording.

use serde::{Deserialize, Serialize};
use vigil_model::{Command, Now, Occurrence, Outgoing, Remembered};
use vigil_protocols::tape::Entry;

use crate::sum::Sum;

/// One record of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// An input of a link.
    Entry(Entry),
    /// An input of a link from before its oldest segment, kept because the connection began with it.
    Prologue(Entry),
    /// Records are missing here.
    Gap(Gap),
    /// The engine made a step.
    Step(Step),
    /// What the engine said in the step before.
    Said(Said),
    /// Where the engine stood; a segment of steps begins with one.
    Checkpoint(Checkpoint),
}

/// Records that could not be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// The time of the last of them.
    pub now: Now,
    /// How many; 0 if nobody knows.
    pub records: u64,
}

/// What a step took of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Position of the link in the run.
    pub link: u16,
    /// Reports of this link that had been taken since the run began, those of this step included.
    pub through: u64,
}

/// One step of the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Its time.
    pub now: Now,
    /// What it took in, in order; a link may come more than once.
    pub taken: Vec<Taken>,
    /// What it was told.
    pub commands: Vec<Command>,
}

/// What the engine said in one step, told by numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Number of the next event.
    pub next_seq: u64,
    /// Sum over everything that was made of the events: [`Said::of`].
    pub sum: u64,
}

impl Said {
    /// The numbers of a step after which `next_seq` comes next and that led to `outgoing`.
    pub fn of(next_seq: u64, outgoing: &[Outgoing]) -> Self {
        let mut sum = Sum::default();
        for message in outgoing {
            for part in [message.destination.as_bytes(), message.control_id.as_bytes(), &message.body] {
                sum.add(&(part.len() as u64).to_le_bytes());
                sum.add(part);
            }
        }
        Self { next_seq, sum: sum.0 }
    }

    /// Both runs so far: `self` and then `next`.
    pub fn then(self, next: Said) -> Said {
        let mut sum = Sum(self.sum);
        sum.add(&next.next_seq.to_le_bytes());
        sum.add(&next.sum.to_le_bytes());
        Said { next_seq: next.next_seq, sum: sum.0 }
    }
}

/// Where the engine stood between two steps, as far as it can be written down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Microseconds of the monotonic clock.
    pub monotonic: u64,
    /// Microseconds of civil time.
    pub utc: i64,
    /// What had been taken of each link.
    pub taken: Vec<Taken>,
    /// Number of the next event.
    pub next_seq: u64,
    /// Number of the next occurrence.
    pub next_occurrence: u64,
    /// Number of the next message.
    pub next_control: u64,
    /// Occurrences that people had been told of and that were not over.
    pub occurrences: Vec<Occurrence>,
    /// Who lay where, and what was known of stays.
    #[serde(default)]
    pub associations: Vec<Remembered>,
}

impl Checkpoint {
    /// When.
    pub const fn now(&self) -> Now {
        Now {
            monotonic: vigil_model::Instant::from_micros(self.monotonic),
            utc: vigil_model::Timestamp::from_micros(self.utc),
        }
    }
}

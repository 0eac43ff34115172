//! What is recorded in one go, and what comes back after a restart.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vigil_model::{
    AlarmState, Answer, Association, HeldVerdict, Kept, Occurrence, OccurrenceId, Outgoing, Phase, Priority,
    Remembered, Timestamp,
};

/// Everything one step of the engine leaves behind: on disk as a whole or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// When the step ran. Also the time by which retention measures age.
    pub at: Timestamp,
    /// The next event number. Counters in the journal never go backwards: a lower number here changes nothing.
    pub next_seq: u64,
    /// The next occurrence number.
    pub next_occurrence: u64,
    /// The next control id number.
    pub next_control: u64,
    /// Occurrences that changed. An inactive one leaves the active table and stays in the history.
    pub occurrences: Vec<Occurrence>,
    /// Alarm events and answers, for the ledger.
    pub log: Vec<LogEntry>,
    /// Messages made from the step's events.
    pub outgoing: Vec<Outgoing>,
    /// What is remembered of associations and changed.
    pub kept: Vec<Kept>,
    /// Associations that were opened, renewed or closed.
    pub associations: Vec<Association>,
    /// Messages that were taken in, with the answers they get.
    pub receipts: Vec<Receipt>,
    /// Observation messages of beds that are held. They wait for a person.
    pub held: Vec<Outgoing>,
    /// What a person says of the messages held of a bed. Taken before what is newly held.
    pub verdicts: Vec<(Arc<str>, HeldVerdict)>,
}

/// A message that was taken in. A repeat gets the same answer and is not taken in again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// When.
    pub at: Timestamp,
    /// Who sent it, MSH-3.
    pub sender: Arc<str>,
    /// Its control id, MSH-10.
    pub control_id: Arc<str>,
    /// Tells its bytes from others.
    pub digest: u64,
    /// The answer's code: `AA`.
    pub code: Arc<str>,
}

impl Record {
    /// Whether it holds nothing but how far the numbers have come.
    pub fn is_bare(&self) -> bool {
        let Self { at, next_seq, next_occurrence, next_control, .. } = *self;
        *self == Self { at, next_seq, next_occurrence, next_control, ..Self::default() }
    }
}

/// One line of the ledger of an occurrence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When it happened.
    pub at: Timestamp,
    /// Number of the event that told of it; 0 if no event did.
    pub seq: u64,
    /// Which occurrence it is about.
    pub occurrence: OccurrenceId,
    /// What happened.
    pub kind: LogKind,
}

/// What the ledger knows about an occurrence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "entry")]
pub enum LogKind {
    /// The engine had judged what led to it.
    Judged {
        /// When the bytes came in that led to it, or the deadline that did so was due.
        received: Timestamp,
        /// When the engine took it in.
        taken: Timestamp,
    },
    /// What was said about it was on disk.
    Journalled {
        /// When the engine had judged it.
        judged: Timestamp,
    },
    /// The engine said something about it.
    Alarm {
        /// Why it was said.
        phase: Phase,
        /// State after the change.
        state: AlarmState,
        /// Priority after the change.
        priority: Priority,
    },
    /// Somebody answered it.
    Answered {
        /// What was answered.
        answer: Answer,
        /// Who answered.
        by: Arc<str>,
        /// Whether the occurrence existed.
        known: bool,
    },
    /// A message about it was put into the outbox. Written by the journal itself.
    Queued {
        /// For which destination.
        destination: Arc<str>,
        /// Under which control id.
        control_id: Arc<str>,
    },
    /// A newer message replaced an undelivered one. Written by the journal itself.
    Replaced {
        /// For which destination.
        destination: Arc<str>,
        /// Control id of the message that was not sent.
        control_id: Arc<str>,
    },
    /// A receiver acknowledged a message about it. Written by the journal itself.
    Delivered {
        /// Which destination.
        destination: Arc<str>,
        /// Under which control id.
        control_id: Arc<str>,
        /// When it was put into the outbox; `None` in a line of an older program.
        #[serde(default)]
        queued: Option<Timestamp>,
        /// When the transmission that was acknowledged was handed to the connection.
        sent: Timestamp,
        /// How many transmissions it took, at least 1.
        attempts: u32,
    },
    /// A receiver refused a message about it for good. Written by the journal itself.
    Refused {
        /// Which destination.
        destination: Arc<str>,
        /// Under which control id.
        control_id: Arc<str>,
        /// Why; the receiver's code and number, never its text.
        reason: Arc<str>,
    },
}

/// What the journal knows when it is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestoredState {
    /// The next event number; 1 for a new journal.
    pub next_seq: u64,
    /// The next occurrence number; 1 for a new journal.
    pub next_occurrence: u64,
    /// The next control id number; 1 for a new journal.
    pub next_control: u64,
    /// Occurrences that were active or latched, ascending by condition key.
    pub occurrences: Vec<Occurrence>,
    /// Who lies where, and what is known of stays.
    pub associations: Vec<Remembered>,
    /// Messages that were taken in last, ascending by time.
    pub receipts: Vec<Receipt>,
    /// Active occurrences that this program cannot read: a code or form it does not know. They stay in the journal.
    pub unreadable: Vec<UnreadableOccurrence>,
}

/// An active occurrence that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableOccurrence {
    /// Its condition key.
    pub key: String,
    /// Why it cannot be read.
    pub reason: String,
}

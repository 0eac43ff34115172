//! The way of one alarm.

use serde::Serialize;
use utoipa::ToSchema;
use vigil_journal::LoggedEntry;
use vigil_journal::ledger::{Ledger as Kept, Way};
use vigil_model::{AlarmState, Answer, Phase, Priority};

use super::{Moment, Text};

/// The way of one alarm, from the device's bytes to its confirmations and answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Ledger {
    /// What was said about it, oldest first.
    pub passages: Vec<Passage>,
    /// What was answered, oldest first.
    pub answers: Vec<Answered>,
    /// Lines that this program cannot read.
    pub unreadable: u32,
}

/// One thing that was said about an alarm, and its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Passage {
    /// Number of the event.
    pub seq: u64,
    /// Why it was said.
    #[schema(value_type = String)]
    pub phase: Phase,
    /// State after it.
    #[schema(value_type = String)]
    pub state: AlarmState,
    /// Priority after it.
    #[schema(value_type = String)]
    pub priority: Priority,
    /// When the bytes came in that led to it, or the deadline that did so was due.
    pub received: Option<Moment>,
    /// When the engine took it in.
    pub taken: Moment,
    /// When the engine had judged it.
    pub judged: Option<Moment>,
    /// When it was on disk.
    pub journalled: Option<Moment>,
    /// Its messages.
    pub messages: Vec<Told>,
}

/// One message about an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Told {
    /// For which destination.
    pub destination: Text,
    /// Under which control id.
    pub control_id: Text,
    /// How it went: `waiting`, `confirmed`, `refused` or `replaced`.
    pub way: Text,
    /// When the transmission that was confirmed was handed to the connection.
    pub sent: Option<Moment>,
    /// When it was confirmed or refused.
    pub settled: Option<Moment>,
    /// How many transmissions it took.
    pub attempts: Option<u32>,
    /// Why it was refused.
    pub reason: Option<Text>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Answered {
    /// When it was taken in.
    pub at: Moment,
    /// What was answered: `received`, `accepted`, `rejected` or `acknowledge`.
    #[schema(value_type = String)]
    pub answer: Answer,
    /// Who answered.
    pub by: Text,
}

impl Ledger {
    /// The way that lines of the journal tell of.
    pub fn of(lines: &[LoggedEntry]) -> Self {
        let kept = Kept::of(lines);
        let passages = kept.passages.into_iter().map(|passage| Passage {
            seq: passage.seq,
            phase: passage.phase,
            state: passage.state,
            priority: passage.priority,
            received: passage.received.map(Moment),
            taken: passage.taken.into(),
            judged: passage.judged.map(Moment),
            journalled: passage.journalled.map(Moment),
            messages: passage.messages.into_iter().map(Told::of).collect(),
        });
        let answers = kept.answers.into_iter().map(|answered| Answered {
            at: answered.at.into(),
            answer: answered.answer,
            by: answered.by.into(),
        });
        Self { passages: passages.collect(), answers: answers.collect(), unreadable: kept.unreadable }
    }
}

impl Told {
    fn of(message: vigil_journal::ledger::Message) -> Self {
        let told = Self {
            destination: message.destination.into(),
            control_id: message.control_id.into(),
            way: "waiting".into(),
            sent: None,
            settled: None,
            attempts: None,
            reason: None,
        };
        match message.way {
            Way::Waiting => told,
            Way::Replaced => Self { way: "replaced".into(), ..told },
            Way::Confirmed { sent, at, attempts } => Self {
                way: "confirmed".into(),
                sent: Some(sent.into()),
                settled: Some(at.into()),
                attempts: Some(attempts),
                ..told
            },
            Way::Refused { at, reason } => {
                Self { way: "refused".into(), settled: Some(at.into()), reason: Some(reason.into()), ..told }
            }
        }
    }
}

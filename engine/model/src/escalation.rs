//! Who is told of an alarm, in which order, and what counts as an answer.
//!
//! A chain has levels: whom to tell, how long to wait, and what is enough. When nobody answers in time, or somebody declines,
//! the next level is told; when nobody is left, that is a technical condition of its own.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Answer, Priority, Timestamp};

/// A chain of people or groups, for the alarms of a bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscalationChain {
    /// Alarms of this priority and above take it.
    pub from: Priority,
    /// First to last, at least one.
    pub levels: Vec<EscalationLevel>,
}

/// One step of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscalationLevel {
    /// Whom to tell, in the words of the receivers: `primary`, `charge-nurse`.
    pub to: Vec<Arc<str>>,
    /// How long to wait for an answer, not zero.
    pub within: Duration,
    /// What is enough.
    pub success: Success,
}

/// What counts as an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Success {
    /// The message arrived: the path is confirmed.
    Received,
    /// Somebody takes responsibility.
    Accepted,
    /// Somebody acknowledges the alarm signal.
    Acknowledged,
}

impl Success {
    /// Whether an answer is enough. A stronger one is as well.
    pub const fn is_met_by(self, answer: Answer) -> bool {
        match (self, answer) {
            (_, Answer::Acknowledge) => true,
            (Success::Received | Success::Accepted, Answer::Accepted) => true,
            (Success::Received, Answer::Received) => true,
            (_, Answer::Received | Answer::Accepted | Answer::Rejected) => false,
        }
    }
}

/// How far an occurrence has come in its chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Position of the level in the chain, from 0.
    pub level: u32,
    /// Who is told.
    pub to: Vec<Arc<str>>,
    /// Since when.
    pub since: Timestamp,
    /// Whether somebody answered.
    pub state: EscalationState,
}

/// Whether somebody answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EscalationState {
    /// An answer is waited for.
    Waiting,
    /// Somebody answered as the level asks.
    Answered {
        /// Who.
        by: Arc<str>,
    },
    /// Nobody did, and nobody is left.
    Unanswered,
}

impl EscalationState {
    /// The word used in messages.
    pub const fn as_str(&self) -> &'static str {
        match self {
            EscalationState::Waiting => "waiting",
            EscalationState::Answered { .. } => "answered",
            EscalationState::Unanswered => "unanswered",
        }
    }
}

//! What people and systems say to the engine. A command never travels further towards a device.

use std::sync::Arc;

use crate::OccurrenceId;

/// Something the engine is told.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", tag = "command")]
pub enum Command {
    /// Somebody or something answers an alarm.
    Answer {
        /// The occurrence that is answered.
        occurrence: OccurrenceId,
        /// What is answered.
        answer: Answer,
        /// Who answers: a person, or the receiver that speaks for one.
        by: Arc<str>,
    },
}

/// Answers to an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The message arrived: proves the path, changes nothing.
    Received,
    /// Somebody takes responsibility.
    Accepted,
    /// Somebody declines responsibility.
    Rejected,
    /// Acknowledges the alarm signal; ends a latched one.
    Acknowledge,
}

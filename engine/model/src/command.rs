//! What people and systems say to the engine. A command never travels further towards a device.

use std::sync::Arc;
use std::time::Duration;

use crate::{AssociationOrder, InactivationKind, OccurrenceId, Quantity};

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
    /// Somebody holds back the signals of alarms that people have been told of. What begins or worsens afterwards is told.
    Hold {
        /// Which alarms.
        scope: Scope,
        /// In which way.
        hold: SignalHold,
        /// Who does it.
        by: Arc<str>,
    },
    /// Somebody ends what holds signals back. Acknowledgements stay.
    Enable {
        /// Which alarms.
        scope: Scope,
        /// Who does it.
        by: Arc<str>,
    },
    /// Something on the way of alarms is not as it should be, or is so again.
    Appliance {
        /// What, for people; the same when it is over.
        text: Arc<str>,
        /// Whether it is so now.
        failing: bool,
    },
    /// A destination stopped confirming what it is sent, or confirms again.
    Delivery {
        /// Configured id of the destination.
        destination: Arc<str>,
        /// Whether it fails to confirm.
        failing: bool,
    },
    /// Somebody sets a limit for the patient who lies in a bed, within its allowed range. It ends with the patient.
    Adjust {
        /// Configured id of the bed.
        bed: Arc<str>,
        /// Name of the limit's rule, `MDC_PULS_OXIM_SAT_O2/low`.
        rule: Arc<str>,
        /// The limit; `None` goes back to what is configured.
        limit: Option<Quantity>,
        /// Who does it.
        by: Arc<str>,
        /// Why, for people who read it later.
        why: Arc<str>,
    },
    /// Somebody charts an input of the bed's scores.
    Chart {
        /// Configured id of the bed.
        bed: Arc<str>,
        /// Name of the input, `consciousness`.
        input: Arc<str>,
        /// The state or number, `V`.
        value: Arc<str>,
        /// Who charts it.
        by: Arc<str>,
    },
    /// Somebody or something says who lies where.
    Associate {
        /// Comes back with what became of the order.
        reference: u64,
        /// What is said.
        order: Box<AssociationOrder>,
    },
}

/// Which alarms a command is about.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// One occurrence.
    Occurrence(OccurrenceId),
    /// All occurrences of a bed that people have been told of, by the bed's configured id.
    Bed(Arc<str>),
}

/// Ways to hold a signal back. Acknowledging is an [`Answer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignalHold {
    /// Sound off for a time.
    AudioPaused {
        /// For how long, at most what the bed allows.
        lasts: Duration,
    },
    /// Sound off without end.
    AudioOff,
    /// All signals off for a time.
    AlarmPaused {
        /// For how long, at most what the bed allows.
        lasts: Duration,
    },
    /// All signals off without end.
    AlarmOff,
}

impl SignalHold {
    /// As it is told.
    pub const fn kind(self) -> InactivationKind {
        match self {
            SignalHold::AudioPaused { .. } => InactivationKind::AudioPaused,
            SignalHold::AudioOff => InactivationKind::AudioOff,
            SignalHold::AlarmPaused { .. } => InactivationKind::AlarmPaused,
            SignalHold::AlarmOff => InactivationKind::AlarmOff,
        }
    }

    /// For how long; `None` is without end.
    pub const fn lasts(self) -> Option<Duration> {
        match self {
            SignalHold::AudioPaused { lasts } | SignalHold::AlarmPaused { lasts } => Some(lasts),
            SignalHold::AudioOff | SignalHold::AlarmOff => None,
        }
    }
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

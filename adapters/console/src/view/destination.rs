//! A destination: a system of the hospital that is told.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Moment, Text};

/// A destination and how it is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Destination {
    /// Configured id.
    pub id: Text,
    /// `hl7` or `mqtt`.
    pub kind: Text,
    /// Where it is.
    pub address: Text,
    /// Whether it is told of alarms.
    pub alarms: bool,
    /// The beds it is told about; empty for all.
    pub beds: Vec<Text>,
    /// State of the connection.
    pub connection: Connection,
    /// What has been done since the start.
    pub sent: Sent,
    /// What waits.
    pub waiting: Waiting,
}

impl Destination {
    /// Whether it is told of the alarms of a bed. Everybody is told what is about the appliance itself, whose bed is empty.
    pub fn takes_alarms_of(&self, bed: &str) -> bool {
        self.alarms && (bed.is_empty() || self.beds.is_empty() || self.beds.iter().any(|id| &**id == bed))
    }
}

/// State of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Connection {
    /// It is being opened.
    #[default]
    Connecting,
    /// It is open.
    Connected {
        /// Since when.
        since: Moment,
    },
    /// It is closed; another attempt follows.
    Backoff {
        /// What happened.
        reason: Text,
        /// When the next attempt is due.
        until: Moment,
    },
    /// It cannot be opened with its configuration.
    Refused {
        /// What is wrong and what to do.
        reason: Text,
    },
    /// It has been stopped.
    Stopped,
}

impl Connection {
    /// Whether it is open.
    pub const fn is_open(&self) -> bool {
        matches!(self, Connection::Connected { .. })
    }

    /// In a word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Connection::Connecting => "connecting",
            Connection::Connected { .. } => "connected",
            Connection::Backoff { .. } => "backoff",
            Connection::Refused { .. } => "refused",
            Connection::Stopped => "stopped",
        }
    }

    /// Why it is not open, where that is known.
    pub fn reason(&self) -> Option<&Text> {
        match self {
            Connection::Backoff { reason, .. } | Connection::Refused { reason } => Some(reason),
            Connection::Connecting | Connection::Connected { .. } | Connection::Stopped => None,
        }
    }
}

/// What has been done for a destination since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sent {
    /// Transmissions, repeats included.
    pub sent: u64,
    /// Messages that were acknowledged.
    pub acknowledged: u64,
    /// Messages that were refused for good.
    pub refused: u64,
    /// Transmissions of messages that had been sent before.
    pub repeated: u64,
    /// Refusals that another try may cure.
    pub deferred: u64,
    /// Acknowledgements of something that was not asked.
    pub foreign_acks: u64,
    /// Answers that cannot be read.
    pub malformed: u64,
    /// Connections opened.
    pub connected: u64,
    /// Connections lost or refused.
    pub disconnected: u64,
    /// Acknowledgements that did not come in time.
    pub timeouts: u64,
    /// Alarm publications that nobody was subscribed to.
    pub unheard: u64,
    /// Answers of people that were dropped because the engine's queue was full.
    pub answers_dropped: u64,
}

/// What waits for a destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Waiting {
    /// Messages in the alarm lane.
    pub alarms: u64,
    /// Messages in the observation lane.
    pub observations: u64,
    /// Dead letters that are kept.
    pub refused: u64,
    /// When the oldest waiting alarm message was made.
    pub oldest_alarm: Option<Moment>,
    /// When the oldest waiting observation message was made.
    pub oldest_observation: Option<Moment>,
    /// Beds whose next message the receiver would not take yet.
    pub held_beds: u32,
}

//! How a sink is doing, for the console, `/readyz` and metrics. Never a message's text.

use std::sync::Arc;

use vigil_journal::Depth;
use vigil_model::Timestamp;

use crate::tls::Certificate;

/// How a sink is doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SinkStatus {
    /// State of its connection.
    pub state: SinkState,
    /// What it has done since the start.
    pub counters: SinkCounters,
    /// What waits in its outbox, refreshed about once a second.
    pub depth: Depth,
    /// Beds (order words) whose next message the receiver would not take yet and that wait for another try.
    pub held: u32,
    /// The certificates of its connection, under TLS.
    pub certificates: Vec<Certificate>,
}

/// State of a sink's connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SinkState {
    /// It is being opened.
    #[default]
    Connecting,
    /// It is open.
    Connected {
        /// Since when.
        since: Timestamp,
    },
    /// It is closed; another attempt follows.
    Backoff {
        /// What happened, for people.
        reason: Arc<str>,
        /// When the next attempt is due.
        until: Timestamp,
    },
    /// The sink cannot run with its configuration.
    Refused {
        /// What is wrong and what to do.
        reason: Arc<str>,
    },
    /// The sink has been stopped.
    Stopped,
}

/// What a sink has done since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SinkCounters {
    /// Transmissions, repeats included.
    pub sent: u64,
    /// Messages that their receiver acknowledged.
    pub acknowledged: u64,
    /// Messages that their receiver refused for good; they are kept as dead letters.
    pub refused: u64,
    /// Transmissions of messages that had been sent before.
    pub repeated: u64,
    /// Refusals that another try may cure.
    pub deferred: u64,
    /// Alarm messages that were too old to be sent as they were: told anew as it is now, or not at all.
    pub superseded: u64,
    /// Acknowledgements of something that was not asked: another control id, late, or a second time.
    pub foreign_acks: u64,
    /// Answers that cannot be read, of receivers and of people.
    pub malformed: u64,
    /// Connections opened.
    pub connected: u64,
    /// Connections lost or refused.
    pub disconnected: u64,
    /// Acknowledgements that did not come in time.
    pub timeouts: u64,
    /// Alarm publications that nobody was subscribed to (MQTT).
    pub unheard: u64,
    /// Answers of people that were dropped because the engine's queue was full (MQTT).
    pub answers_dropped: u64,
}

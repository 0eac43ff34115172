//! A message for one destination, made from an event and not yet delivered.

use std::sync::Arc;

use crate::{OccurrenceId, Timestamp};

/// One message for one destination. Journalled in the same transaction as the events it tells of; delivered from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Configured id of the destination.
    pub destination: Arc<str>,
    /// Which of the destination's two lanes it takes.
    pub lane: Lane,
    /// Identity of the message, the same on every repeat: MSH-10, or the MQTT user property `id`.
    pub control_id: Arc<str>,
    /// Messages of one destination with the same word here are delivered in the order of their making: the bed's id.
    pub order: Arc<str>,
    /// If set, an undelivered older message of the same destination with the same word here is dropped when this one is
    /// made: a newer retained state replaces an older one.
    pub replaces: Option<Arc<str>>,
    /// The occurrence it tells of.
    pub occurrence: Option<OccurrenceId>,
    /// When it was made.
    pub created: Timestamp,
    /// The bytes as the destination's sink understands them.
    pub body: Vec<u8>,
}

/// The two lanes of a destination: alarms never wait behind observations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Alarms and what else must be at once.
    Alarm,
    /// Observations and states.
    Observation,
}

//! Alarm conditions and their signals, in the words of IEC 60601-1-8 and the IHE alert profiles.
//!
//! An *alarm condition* says that a hazard exists; an *alarm signal* tells people. They are kept apart: acknowledging
//! changes the signal and never the condition. An *occurrence* is one stretch of one condition from its start until its
//! signal is off; its id is on every message about it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Code, Containment, DeviceLimits, Escalation, LimitSide, Quantity, Timestamp, Unit, Value};

/// Alarm priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Priority {
    /// Awareness.
    Low,
    /// Prompt response.
    Medium,
    /// Immediate response.
    High,
}

impl Priority {
    /// Facet 6 of an IHE alert: `PL`, `PM`, `PH`.
    pub const fn facet(self) -> &'static str {
        match self {
            Priority::Low => "PL",
            Priority::Medium => "PM",
            Priority::High => "PH",
        }
    }

    /// The word used in JSON and configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Medium => "medium",
            Priority::High => "high",
        }
    }
}

/// What an alarm condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConditionKind {
    /// The patient.
    Physiological,
    /// Equipment, or this system.
    Technical,
    /// A hint without urgency.
    Advisory,
}

impl ConditionKind {
    /// Facet 7 of an IHE alert: `SP`, `ST`, `SA`.
    pub const fn facet(self) -> &'static str {
        match self {
            ConditionKind::Physiological => "SP",
            ConditionKind::Technical => "ST",
            ConditionKind::Advisory => "SA",
        }
    }
}

/// State of an occurrence as it is sent (facet 4 of an IHE alert).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmState {
    /// The condition is over and nobody needs to be told.
    Inactive,
    /// The condition exists.
    Active,
    /// The condition is over and its signal goes on until somebody acknowledges.
    Latched,
}

impl AlarmState {
    /// The word used in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            AlarmState::Inactive => "inactive",
            AlarmState::Active => "active",
            AlarmState::Latched => "latched",
        }
    }
}

/// Why a message about an occurrence is sent (facet 3 of an IHE alert, IHE PCD TF-2 B.8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It began; an end will follow.
    Start,
    /// It goes on; nothing changed.
    Continue,
    /// Something other than a transition changed: the value, or the signal latched.
    Update,
    /// Its priority rose.
    Escalate,
    /// Its priority fell.
    Deescalate,
    /// Its signal was inactivated for a time.
    Inactivate,
    /// Its signal was acknowledged.
    Acknowledged,
    /// Its latched signal was reset.
    Reset,
    /// It ended.
    End,
    /// It exists now: sent after a restart or reconnection.
    Present,
}

impl Phase {
    /// The word used in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Phase::Start => "start",
            Phase::Continue => "continue",
            Phase::Update => "update",
            Phase::Escalate => "escalate",
            Phase::Deescalate => "deescalate",
            Phase::Inactivate => "inactivate",
            Phase::Acknowledged => "acknowledged",
            Phase::Reset => "reset",
            Phase::End => "end",
            Phase::Present => "present",
        }
    }
}

/// A way in which an alarm signal is held back (facet 5 of an IHE alert), and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inactivation {
    /// In which way.
    pub kind: InactivationKind,
    /// Who did it.
    pub by: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// Until when; `None` is without end.
    pub until: Option<Timestamp>,
}

/// The ways in which an alarm signal can be held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InactivationKind {
    /// Somebody took note; sound stops until the condition ends or worsens.
    Acknowledged,
    /// Sound off for a time.
    AudioPaused,
    /// Sound off without end.
    AudioOff,
    /// All signals off for a time.
    AlarmPaused,
    /// All signals off without end.
    AlarmOff,
}

impl InactivationKind {
    /// The word used in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            InactivationKind::Acknowledged => "alert-acknowledged",
            InactivationKind::AudioPaused => "audio-paused",
            InactivationKind::AudioOff => "audio-off",
            InactivationKind::AlarmPaused => "alarm-paused",
            InactivationKind::AlarmOff => "alarm-off",
        }
    }
}

/// Name of one occurrence, for ever: the appliance's id and a number that it never uses twice. Written `ward-4b:000123`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OccurrenceId {
    /// Id of the appliance.
    pub appliance: Arc<str>,
    /// Counts up from 1 and goes on after a restart.
    pub number: u64,
}

/// Why a text is not an [`OccurrenceId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an occurrence id is an appliance id, a colon and a number, like ward-4b:000123")]
pub struct OccurrenceIdError;

impl fmt::Display for OccurrenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:06}", self.appliance, self.number)
    }
}

impl FromStr for OccurrenceId {
    type Err = OccurrenceIdError;

    fn from_str(text: &str) -> Result<Self, OccurrenceIdError> {
        let (appliance, number) = text.rsplit_once(':').ok_or(OccurrenceIdError)?;
        if appliance.is_empty() || number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(OccurrenceIdError);
        }
        Ok(Self { appliance: appliance.into(), number: number.parse().map_err(|_| OccurrenceIdError)? })
    }
}

impl Serialize for OccurrenceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OccurrenceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Identity of a condition, the same after a restart: `mon-1/limit/MDC_PULS_OXIM_SAT_O2/1.2.1.1/low`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConditionKey(pub Arc<str>);

/// What a condition is about, with the numbers that made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmSource {
    /// The part of the device.
    pub containment: Containment,
    /// The metric, for conditions about one.
    pub metric: Option<Code>,
    /// Its value when the condition started or last changed; `None` when there is none.
    pub value: Option<Value>,
    /// Unit of value and limit.
    pub unit: Option<Unit>,
    /// The limit that was crossed.
    pub limit: Option<(LimitSide, Quantity)>,
    /// The limits that were set on the device itself then, where its protocol gives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_limits: Option<Box<DeviceLimits>>,
}

/// One stretch of one alarm condition, from its start until its signal is off. This is what is journalled, so that
/// conditions, latches and acknowledgements survive a crash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// Its name.
    pub id: OccurrenceId,
    /// The condition it is an occurrence of.
    pub key: ConditionKey,
    /// Configured id of the bed; empty for what is about the appliance itself.
    pub bed: Arc<str>,
    /// Configured id of the device; empty for what is about several devices of the bed, or none.
    pub device: Arc<str>,
    /// About the patient or about equipment.
    pub kind: ConditionKind,
    /// How urgent.
    pub priority: Priority,
    /// Event code.
    pub event: Code,
    /// Text for people, `Low SpO2`.
    pub text: Arc<str>,
    /// What it is about.
    pub source: AlarmSource,
    /// Whether its signal goes on after the condition is over.
    pub latching: bool,
    /// State as sent.
    pub state: AlarmState,
    /// What holds its signal back.
    pub inactivation: Vec<Inactivation>,
    /// How often the condition began in this occurrence, at least 1: repeated starts are joined.
    #[serde(default = "once")]
    pub count: u32,
    /// How often among these its signal had been off before, so that it started anew.
    #[serde(default)]
    pub restarts: u32,
    /// How far it has come in its escalation chain; `None` without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Box<Escalation>>,
    /// When the condition was determined; the last time that its signal had been off before.
    pub onset: Timestamp,
    /// When anything about it last changed.
    pub changed: Timestamp,
}

fn once() -> u32 {
    1
}

impl Occurrence {
    /// What holds its signal back besides an acknowledgement, at most one thing.
    pub fn hold(&self) -> Option<&Inactivation> {
        self.inactivation.iter().find(|entry| entry.kind != InactivationKind::Acknowledged)
    }

    /// Whether an operator has acknowledged its signal.
    pub fn is_acknowledged(&self) -> bool {
        self.inactivation.iter().any(|entry| entry.kind == InactivationKind::Acknowledged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn occurrence_ids_are_read_and_written() {
        let id: OccurrenceId = "ward-4b:000123".parse().unwrap();
        assert_eq!((&*id.appliance, id.number), ("ward-4b", 123));
        assert_eq!(id.to_string(), "ward-4b:000123");
        for refused in ["", ":", "ward", "ward:", ":12", "ward:+1", "ward:x", "ward:99999999999999999999"] {
            assert!(refused.parse::<OccurrenceId>().is_err(), "{refused}");
        }
    }
}

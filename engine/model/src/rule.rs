//! What is judged: limit rules, as configuration gives them and the engine applies them.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Code, Priority, Quantity, Unit};

/// Which side of a limit is dangerous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitSide {
    /// Values below the limit.
    Low,
    /// Values above the limit.
    High,
}

impl LimitSide {
    /// The word used in keys and configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            LimitSide::Low => "low",
            LimitSide::High => "high",
        }
    }

    /// The sign used in messages: `<90`, `>120`.
    pub const fn sign(self) -> char {
        match self {
            LimitSide::Low => '<',
            LimitSide::High => '>',
        }
    }
}

/// A physiological limit condition for one metric of one bed, whichever of the bed's devices measures it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRule {
    /// Name of the rule, unique for the bed.
    pub id: Arc<str>,
    /// The metric it judges.
    pub metric: Code,
    /// The unit its numbers are in; a value in another unit cannot be evaluated.
    pub unit: Unit,
    /// Which side is dangerous.
    pub side: LimitSide,
    /// The limit; a value equal to it is not a violation.
    pub limit: Quantity,
    /// How far a value must come back inside the limit before the condition ends; zero or more.
    pub hysteresis: Quantity,
    /// How long values must violate before the condition exists.
    pub condition_delay: Duration,
    /// How long the condition must exist before its signal starts.
    pub signal_delay: Duration,
    /// How urgent.
    pub priority: Priority,
    /// Whether the signal goes on after the condition until somebody acknowledges.
    pub latching: bool,
    /// Event code; generic `MDC_EVT_LO` or `MDC_EVT_HI` on the metric unless a specific one fits better.
    pub event: Code,
    /// Text for people, `Low SpO2`.
    pub text: Arc<str>,
}

//! What is judged: limits, rates and combinations, as configuration gives them and the engine applies them.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Code, ConditionKind, EscalationChain, Priority, Quantity, Unit};

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
    /// Lowest and highest limit that a person may set for the patient in the bed; `None` if nobody may change it.
    pub allowed: Option<(Quantity, Quantity)>,
}

/// How a condition becomes known to people: what every kind of rule says alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manner {
    /// How long the hazard must be seen before the condition exists.
    pub condition_delay: Duration,
    /// How long the condition must exist before its signal starts.
    pub signal_delay: Duration,
    /// How urgent.
    pub priority: Priority,
    /// About the patient, about equipment, or a hint.
    pub kind: ConditionKind,
    /// Whether the signal goes on after the condition until somebody acknowledges.
    pub latching: bool,
    /// Event code.
    pub event: Code,
    /// Text for people, `SpO2 falls fast`.
    pub text: Arc<str>,
}

/// Which way a value moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Towards smaller numbers.
    Falling,
    /// Towards larger numbers.
    Rising,
}

impl Direction {
    /// The word used in keys and configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Direction::Falling => "falling",
            Direction::Rising => "rising",
        }
    }
}

/// A condition on how fast a metric of one bed changes, whichever of the bed's devices measures it.
///
/// The rate is the difference between the newest value and the oldest one within the window, by the time between them; it is
/// known once that time is half of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateRule {
    /// Name of the rule, unique for the bed.
    pub id: Arc<str>,
    /// The metric it judges.
    pub metric: Code,
    /// The unit of the metric; a value in another unit cannot be evaluated.
    pub unit: Unit,
    /// Which way is dangerous.
    pub direction: Direction,
    /// Change in a minute, above zero; as fast as that is not a violation.
    pub per_minute: Quantity,
    /// How much slower the change must get before the condition ends, in a minute; zero or more, less than `per_minute`.
    pub hysteresis: Quantity,
    /// The window over which the rate is taken, not zero.
    pub window: Duration,
    /// How people are told.
    pub manner: Manner,
}

/// A condition that exists while several things hold at one bed at the same time, whichever of its devices says them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CombinedRule {
    /// Name of the rule, unique for the bed.
    pub id: Arc<str>,
    /// What must hold, all of it; two or more.
    pub terms: Vec<Term>,
    /// What happens while a term cannot be judged for want of data.
    pub when_missing: WhenMissing,
    /// How people are told.
    pub manner: Manner,
}

/// One thing that must hold for a [`CombinedRule`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A number is beyond a limit.
    Beyond {
        /// The metric.
        metric: Code,
        /// The unit of the numbers; a value in another unit is no data.
        unit: Unit,
        /// Which side is meant.
        side: LimitSide,
        /// The limit; a value equal to it is not beyond.
        limit: Quantity,
        /// How far a value must come back before the term no longer holds; zero or more.
        hysteresis: Quantity,
    },
    /// A metric is in a state.
    State {
        /// The metric.
        metric: Code,
        /// Text of the state as the device's profile has it, `pump-status-infusing`.
        is: Arc<str>,
    },
    /// A device raises an alarm.
    Alarm {
        /// Its event code.
        event: Code,
    },
}

/// What a combined condition does while one of its terms lacks data and no other term is known not to hold. Whichever is
/// chosen, missing data neither begins the condition nor ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenMissing {
    /// That it cannot be judged is a technical condition of its own.
    Tell,
    /// Nothing is said: for what is connected now and then only.
    Wait,
}

/// How the signals of a bed's conditions behave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalRules {
    /// The longest time for which a signal can be paused; a longer pause is cut down to it.
    pub pause_max: Duration,
    /// How often people are reminded of a signal that is off without end, not zero; `None` for never.
    pub remind_every: Option<Duration>,
    /// A condition that begins again within this time after its end goes on as the same occurrence; zero for never.
    pub join_within: Duration,
}

impl Default for SignalRules {
    /// Pauses of ten minutes at most, a reminder every ten minutes, nothing joined.
    fn default() -> Self {
        Self {
            pause_max: Duration::from_secs(600),
            remind_every: Some(Duration::from_secs(600)),
            join_within: Duration::ZERO,
        }
    }
}

/// What is judged at a bed besides limits, and how its signals behave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BedRules {
    /// Conditions on how fast a metric changes.
    pub rates: Vec<RateRule>,
    /// Conditions on several things at once.
    pub combined: Vec<CombinedRule>,
    /// Pauses, reminders, repeated starts.
    pub signals: SignalRules,
    /// Who is told in which order; `None` for nobody in particular.
    pub escalation: Option<EscalationChain>,
}

//! Conditions besides limits, and how signals behave: sections that presets and beds share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_messages::DurationText;
use vigil_model::{ConditionKind, Direction, LimitSide, Priority, WhenMissing};

use super::{direction_schema, id_schema, kind_schema, priority_schema, side_schema, when_missing_schema};
use crate::Number;

/// A condition on how fast a metric changes. One of a bed takes the place of the preset's for the same metric and direction.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateSection {
    /// Reference id of the metric, `MDC_PULS_OXIM_SAT_O2`; `vigil codes` lists them.
    pub metric: String,
    /// Which way is dangerous: `falling` or `rising`.
    #[schemars(schema_with = "direction_schema")]
    pub direction: Direction,
    /// `false` switches the preset's rate off for this bed. `true` if left out.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// Change in a minute, above zero. As fast as that does not violate it.
    #[serde(default)]
    pub per_minute: Option<Number>,
    /// Unit of the metric, in UCUM (`mm[Hg]`) or as reference id (`MDC_DIM_MMHG`). The metric's usual unit if left out.
    #[serde(default)]
    pub unit: Option<String>,
    /// How much slower the change must get before the condition ends, in a minute. `0` if left out.
    #[serde(default)]
    pub hysteresis: Option<Number>,
    /// The time over which the change is taken, `10s` to `1h`. It is known once half of it has passed. `1min` if left out.
    #[serde(default)]
    pub window: Option<DurationText>,
    /// How long the change must be too fast before the condition exists, at most `10min`. `0s` if left out.
    #[serde(default)]
    pub condition_delay: Option<DurationText>,
    /// How long the condition must exist before people are told, at most `10min`. `0s` if left out.
    #[serde(default)]
    pub signal_delay: Option<DurationText>,
    /// How urgent: `low`, `medium` or `high`. `medium` if left out.
    #[serde(default)]
    #[schemars(schema_with = "priority_schema")]
    pub priority: Option<Priority>,
    /// Whether the signal goes on after the condition is over until somebody acknowledges. `false` if left out.
    #[serde(default)]
    pub latching: Option<bool>,
    /// Reference id of the event. `MDCX_EVT_FAST_FALL` or `MDCX_EVT_FAST_RISE` if left out.
    #[serde(default)]
    pub event: Option<String>,
    /// Text for people, `SpO2 falls fast`. The label of the metric and `falls fast` or `rises fast` if left out.
    #[serde(default)]
    pub text: Option<String>,
    /// Lowest and highest change in a minute that a bed may set, `[2, 10]`. Any if left out. Only in presets.
    #[serde(default)]
    pub allowed: Option<[Number; 2]>,
}

/// A condition that exists while several things hold at once. One of a bed takes the place of the preset's of the same name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CombinedSection {
    /// Name, unique for the bed: 1 to 32 letters, digits, `.`, `_` and `-`.
    #[schemars(schema_with = "id_schema")]
    pub name: String,
    /// `false` switches the preset's condition of this name off for this bed. `true` if left out.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// What must hold, all of it: two to eight terms.
    #[serde(default)]
    pub term: Vec<TermSection>,
    /// What happens while a term lacks data: `tell`, that it cannot be judged is a technical condition; `wait`, nothing is
    /// said. Neither begins the condition nor ends it. Must be given.
    #[serde(default)]
    #[schemars(schema_with = "when_missing_schema")]
    pub when_missing: Option<WhenMissing>,
    /// How long all terms must hold before the condition exists, at most `10min`. `0s` if left out.
    #[serde(default)]
    pub condition_delay: Option<DurationText>,
    /// How long the condition must exist before people are told, at most `10min`. `0s` if left out.
    #[serde(default)]
    pub signal_delay: Option<DurationText>,
    /// How urgent: `low`, `medium` or `high`. Must be given.
    #[serde(default)]
    #[schemars(schema_with = "priority_schema")]
    pub priority: Option<Priority>,
    /// What it is about: `physiological`, `technical` or `advisory`. `physiological` if left out.
    #[serde(default)]
    #[schemars(schema_with = "kind_schema")]
    pub kind: Option<ConditionKind>,
    /// Whether the signal goes on after the condition is over until somebody acknowledges. `false` if left out.
    #[serde(default)]
    pub latching: Option<bool>,
    /// Reference id of the event. `MDCX_EVT_COMBINED` if left out.
    #[serde(default)]
    pub event: Option<String>,
    /// Text for people, `Low SpO2 and fast breathing`. Must be given.
    #[serde(default)]
    pub text: Option<String>,
}

/// One thing that must hold: a number beyond a limit (`metric`, `side`, `limit`), a metric in a state (`metric`, `is`), or an
/// alarm that a device raises (`event`).
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TermSection {
    /// Reference id of the metric, `MDC_PULS_OXIM_SAT_O2`; `vigil codes` lists them.
    #[serde(default)]
    pub metric: Option<String>,
    /// Which side of the limit is meant: `low`, values below it, or `high`, values above it.
    #[serde(default)]
    #[schemars(schema_with = "side_schema")]
    pub side: Option<LimitSide>,
    /// The limit. A value equal to it is not beyond.
    #[serde(default)]
    pub limit: Option<Number>,
    /// Unit of limit and hysteresis. The metric's usual unit if left out.
    #[serde(default)]
    pub unit: Option<String>,
    /// How far a value must come back before the term no longer holds. `0` if left out.
    #[serde(default)]
    pub hysteresis: Option<Number>,
    /// The state that is meant, as the device's profile has it, `pump-status-infusing`.
    #[serde(default)]
    pub is: Option<String>,
    /// Reference id of the alarm's event, `MDC_EVT_FLUID_LINE_OCCL`.
    #[serde(default)]
    pub event: Option<String>,
}

/// How signals behave. What is left out comes from the bed's preset, and else from the default named here.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalSection {
    /// The longest time for which signals can be paused, `10s` to `1h`; a longer pause is cut down to it. `10min`.
    #[serde(default)]
    pub pause_max: Option<DurationText>,
    /// How often people are reminded of a signal that is off without end, `1min` to `24h`; `0s` for never. `10min`.
    #[serde(default)]
    pub remind_every: Option<DurationText>,
    /// A condition that begins again within this time after its end goes on as the same occurrence, at most `10min`. `0s`.
    #[serde(default)]
    pub join_within: Option<DurationText>,
}

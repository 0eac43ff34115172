//! Limits: those of a `[[preset]]`, and what a bed changes about them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_messages::DurationText;
use vigil_model::{LimitSide, Priority};

use super::{CombinedSection, RateSection, SignalSection, TechnicalSection, id_schema, priority_schema, side_schema};
use crate::Number;

/// A named set of limits and technical priorities.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PresetSection {
    /// Name that beds refer to: 1 to 32 letters, digits, `.`, `_` and `-`. `adult`, `adult-intensive`,
    /// `paediatric` and `neonatal` are built in.
    #[schemars(schema_with = "id_schema")]
    pub name: String,
    /// Name of a built-in preset, or of one further up, whose limits and technical conditions hold here as well unless this
    /// preset has its own for the same metric and side. None if left out.
    #[serde(default)]
    pub extends: Option<String>,
    /// The limits, one `[[preset.limit]]` for each metric and side.
    #[serde(default)]
    pub limit: Vec<PresetLimitSection>,
    /// Technical conditions of the devices of beds with this preset.
    #[serde(default)]
    pub technical: TechnicalSection,
    /// Conditions on how fast a metric changes, one `[[preset.rate]]` for each metric and direction.
    #[serde(default)]
    pub rate: Vec<RateSection>,
    /// Conditions on several things at once, one `[[preset.combined]]` each.
    #[serde(default)]
    pub combined: Vec<CombinedSection>,
    /// How signals behave at beds with this preset.
    #[serde(default)]
    pub signals: SignalSection,
}

/// A limit condition of a preset: the patient's value is beyond the limit.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PresetLimitSection {
    /// Reference id of the metric, `MDC_PULS_OXIM_SAT_O2`; `vigil codes` lists them.
    pub metric: String,
    /// Which side is dangerous: `low`, values below the limit, or `high`, values above it.
    #[schemars(schema_with = "side_schema")]
    pub side: LimitSide,
    /// The limit. A value equal to it does not violate it.
    pub limit: Number,
    /// Unit of the limit, the hysteresis and the allowed range, in UCUM (`mm[Hg]`) or as reference id (`MDC_DIM_MMHG`). The
    /// metric's usual unit if left out. A device that reports another unit is refused.
    #[serde(default)]
    pub unit: Option<String>,
    /// How far a value must come back inside the limit before the condition ends. `0` if left out.
    #[serde(default)]
    pub hysteresis: Option<Number>,
    /// How long values must violate the limit before the condition exists, at most `10min`. `0s` if left out.
    #[serde(default)]
    pub condition_delay: Option<DurationText>,
    /// How long the condition must exist before people are told, at most `10min`. `0s` if left out.
    #[serde(default)]
    pub signal_delay: Option<DurationText>,
    /// How urgent: `low`, `medium` or `high`.
    #[schemars(schema_with = "priority_schema")]
    pub priority: Priority,
    /// Whether the signal goes on after the condition is over until somebody acknowledges. `false` if left out.
    #[serde(default)]
    pub latching: Option<bool>,
    /// Reference id of the event. `MDC_EVT_LO` or `MDC_EVT_HI` if left out.
    #[serde(default)]
    pub event: Option<String>,
    /// Text for people, `Low SpO2`. `Low` or `High` and the label of the metric if left out.
    #[serde(default)]
    pub text: Option<String>,
    /// Lowest and highest limit that a bed may set, `[80, 95]`. Any plausible one if left out.
    #[serde(default)]
    pub allowed: Option<[Number; 2]>,
}

/// A limit of one bed: changes the preset's limit of the same metric and side, or adds one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BedLimitSection {
    /// Reference id of the metric, `MDC_PULS_OXIM_SAT_O2`; `vigil codes` lists them.
    pub metric: String,
    /// Which side is dangerous: `low`, values below the limit, or `high`, values above it.
    #[schemars(schema_with = "side_schema")]
    pub side: LimitSide,
    /// `false` switches the preset's limit off for this bed. `true` if left out.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// The limit. A value equal to it does not violate it. The preset's if left out.
    #[serde(default)]
    pub limit: Option<Number>,
    /// Unit of limit and hysteresis, in UCUM (`mm[Hg]`) or as reference id (`MDC_DIM_MMHG`). The preset's, or the metric's
    /// usual unit, if left out.
    #[serde(default)]
    pub unit: Option<String>,
    /// How far a value must come back inside the limit before the condition ends. The preset's, or `0`, if left out.
    #[serde(default)]
    pub hysteresis: Option<Number>,
    /// How long values must violate the limit before the condition exists. The preset's, or `0s`, if left out.
    #[serde(default)]
    pub condition_delay: Option<DurationText>,
    /// How long the condition must exist before people are told. The preset's, or `0s`, if left out.
    #[serde(default)]
    pub signal_delay: Option<DurationText>,
    /// How urgent: `low`, `medium` or `high`. The preset's if left out.
    #[serde(default)]
    #[schemars(schema_with = "priority_schema")]
    pub priority: Option<Priority>,
    /// Whether the signal goes on after the condition is over until somebody acknowledges. The preset's, or `false`, if left
    /// out.
    #[serde(default)]
    pub latching: Option<bool>,
    /// Reference id of the event. The preset's, or `MDC_EVT_LO` or `MDC_EVT_HI`, if left out.
    #[serde(default)]
    pub event: Option<String>,
    /// Text for people. The preset's, or `Low` or `High` and the label of the metric, if left out.
    #[serde(default)]
    pub text: Option<String>,
}

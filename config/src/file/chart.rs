//! A chart of an early-warning score as it is written, one file a chart.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_messages::DurationText;

use crate::scalar::Number;

/// A chart of an early-warning score: what is asked about a patient and how many points each answer gives. Numbers have
/// bands without gap and overlap; a number is rounded to the digits of its input and then looked up exactly.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChartFile {
    /// Name by which beds refer to the chart: lower-case letters, digits and `-`.
    pub name: String,
    /// Name for people, `NEWS2`.
    pub title: String,
    /// Where the numbers come from.
    pub source: String,
    /// For whom the chart was made.
    pub population: String,
    /// Reference id of the total as a metric, `MDCX_SCORE_…`. The other metrics of the chart are named after it:
    /// `…_HIGHEST`, `…_CHANGE`, `…_MISSING`, and `…_` with the name of each input that gives points.
    pub code: String,
    /// What is asked, one `[[input]]` each, 24 at most.
    #[serde(default)]
    pub input: Vec<ChartInputSection>,
}

/// One question of a chart. It is either measured (`metrics`, `unit` and bands) or stated (`states`).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChartInputSection {
    /// Name by which people and configurations refer to it: lower-case letters, digits and `-`. Inputs of the same name
    /// in several charts of a bed are charted once.
    pub name: String,
    /// Label for people, `Respiration rate`.
    pub label: String,
    /// How long an answer counts, from when it was determined or charted. Without end, until another patient is bound to
    /// the bed, if left out; a measured input must say it.
    #[serde(default)]
    pub max_age: Option<DurationText>,
    /// Reference ids of the metrics that answer the question, the preferred one first. Makes the input a measured one.
    #[serde(default)]
    pub metrics: Option<Vec<String>>,
    /// Unit of the bands, UCUM or reference id. A device that reports another unit does not answer.
    #[serde(default)]
    pub unit: Option<String>,
    /// Digits after the point to which a number is rounded, half away from zero, before it is looked up. `0` if left out.
    #[serde(default)]
    pub decimals: Option<u8>,
    /// Which of several numbers that count wins: `order` takes the first by the order of `metrics`, then of the devices in
    /// the configuration, then what was charted; `newest` takes the one determined last. `order` if left out.
    #[serde(default)]
    pub prefer: Option<PreferText>,
    /// Lowest and highest number that a person may chart. Only devices answer if left out.
    #[serde(default)]
    pub charted: Option<[Number; 2]>,
    /// The bands, ascending.
    #[serde(default)]
    pub bands: Option<Vec<BandSection>>,
    /// Several tables instead of `bands`, each for certain states of other inputs; always exactly one must hold.
    #[serde(default)]
    pub table: Vec<TableSection>,
    /// The states that a person may chart. Makes the input a stated one.
    #[serde(default)]
    pub states: Option<Vec<StateSection>>,
    /// The state that holds while none is charted. Nothing holds if left out, and there is no total.
    #[serde(default)]
    pub default: Option<String>,
    /// Whether the input gives no points and only chooses between the tables of others. `false` if left out.
    #[serde(default)]
    pub selector: bool,
}

/// Which of several numbers wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PreferText {
    /// The first in order.
    Order,
    /// The one determined last.
    Newest,
}

/// A stretch of numbers and what it gives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BandSection {
    /// Lowest number of the band. No lower end, in the first band, if left out.
    #[serde(default)]
    pub from: Option<Number>,
    /// Highest number of the band. No upper end, in the last band, if left out.
    #[serde(default)]
    pub to: Option<Number>,
    /// What it gives, 0 to 20.
    pub points: u8,
}

/// Bands that hold for certain states of other inputs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableSection {
    /// Names of stated inputs, each with the states for which the table holds.
    pub when: std::collections::BTreeMap<String, Vec<String>>,
    /// The bands, ascending.
    pub bands: Vec<BandSection>,
}

/// A state of a stated input.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateSection {
    /// How it is charted, `A`.
    pub state: String,
    /// What it means, `Alert`.
    pub label: String,
    /// What it gives, 0 to 20. `0` if left out.
    #[serde(default)]
    pub points: u8,
}

/// A chart in use at a bed. Its total, parts, highest part and change are metrics of the bed: they are reported, and limits
/// on them are conditions.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BedScoreSection {
    /// Name of the chart: `news2`, `mews`, `qsofa`, or one of `charts_dir`.
    pub chart: String,
    /// How often the score is worked out while numbers change, `1s` to `1h`; it is worked out at once when something is
    /// charted or begins or ceases to count. `1min` if left out.
    #[serde(default)]
    pub every: Option<DurationText>,
    /// The time over which the change of the total is told, `1min` to `24h`. `1h` if left out.
    #[serde(default)]
    pub change_over: Option<DurationText>,
    /// Other maximum ages than the chart's, by name of the input.
    #[serde(default)]
    pub max_age: std::collections::BTreeMap<String, DurationText>,
    /// States that are fixed for this bed instead of charted, by name of the input: `{ scale = "2" }`.
    #[serde(default)]
    pub states: std::collections::BTreeMap<String, String>,
}

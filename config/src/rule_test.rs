//! Tests of alarm rules as text: what a bed is set up with, what its devices say and when, and what must be told.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use vigil_messages::DurationText;

use crate::document::{Document, Place, Problems};
use crate::element;
use crate::problem::Problem;
use crate::scalar::Number;

/// A test of alarm rules: one bed, what its devices say over time, and everything that must be told.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleTest {
    /// What is shown, in a sentence.
    pub title: String,
    /// A configuration file to test, relative to this file. The bed under test is `bed`, or its first one. If left out, a
    /// ward of one bed is made of `setup`, `preset` and `device`.
    #[serde(default)]
    pub configuration: Option<String>,
    /// Id of the bed under test, with `configuration`.
    #[serde(default)]
    pub bed: Option<String>,
    /// The bed, as in `[[bed]]` of a configuration but for its names: `preset`, `limit`, `score`, `technical`, …
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub setup: Option<toml::Table>,
    /// Presets, as in a configuration.
    #[serde(default)]
    #[schemars(with = "Vec<BTreeMap<String, serde_json::Value>>")]
    pub preset: Vec<toml::Table>,
    /// The devices at the bed. One GE S/5 monitor with the id `monitor` if left out.
    #[serde(default)]
    pub device: Vec<TestDevice>,
    /// How long the test lasts, at most `24h`.
    pub lasts: DurationText,
    /// What devices measure.
    #[serde(default)]
    pub input: Vec<TestInput>,
    /// What else happens.
    #[serde(default)]
    pub event: Vec<TestEvent>,
    /// Texts of the alarms that are compared; what is told of others is not looked at. All if left out.
    #[serde(default)]
    pub only: Option<Vec<String>>,
    /// Everything that must be told of alarms, and nothing else may be.
    #[serde(default)]
    pub expect: Vec<Expected>,
    /// What metrics must be at some times: scores, for example.
    #[serde(default)]
    pub metric: Vec<ExpectedMetric>,
}

/// A device of a test.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestDevice {
    /// Its id.
    pub id: String,
    /// Its driver, as in a configuration.
    pub driver: String,
}

/// One metric of one device over time. It is said from the first time on, again and again.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestInput {
    /// The device. The first one if left out.
    #[serde(default)]
    pub device: Option<String>,
    /// Reference id of the metric.
    pub metric: String,
    /// Its row in the device, `1.2.1.1`, if the device has the metric several times. The first if left out.
    #[serde(default)]
    pub row: Option<String>,
    /// How often the device says it, `100ms` or more. `1s` if left out.
    #[serde(default)]
    pub every: Option<DurationText>,
    /// From when on it says what, ascending: a number, `invalid` (probe off), `nothing` (the device has none), `questionable
    /// 97`, or `silent` (it is not said any more). `[["0s", 97], ["10s", "invalid"]]`
    pub values: Vec<(DurationText, TestValue)>,
}

/// What a device says of a metric.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TestValue {
    /// A number.
    Number(Number),
    /// A word: `invalid`, `nothing`, `silent`, `questionable 97`.
    Word(String),
}

/// Something that happens at a time: exactly one of its keys beside `at` and `device`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestEvent {
    /// When.
    pub at: DurationText,
    /// The device. The first one if left out.
    #[serde(default)]
    pub device: Option<String>,
    /// The link is `lost` or `up`; while it is lost the device says nothing.
    #[serde(default)]
    pub link: Option<LinkText>,
    /// The device says what it is doing: `normal`, `standby`, `demo`, `service`, `configuration`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub mode: Option<vigil_model::OperatingMode>,
    /// Somebody acknowledges the alarm with this text.
    #[serde(default)]
    pub acknowledge: Option<String>,
    /// Somebody charts an input of a score: `{ input = "oxygen", value = "air" }`.
    #[serde(default)]
    pub chart: Option<TestEntry>,
}

/// State of a link in a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LinkText {
    /// Contact is lost.
    Lost,
    /// Contact is back.
    Up,
}

/// What somebody charts.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestEntry {
    /// Name of the input.
    pub input: String,
    /// The state or number.
    pub value: String,
}

/// Something that must be told of an alarm.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// When.
    pub at: DurationText,
    /// Text of the alarm, `Low SpO2`.
    pub alarm: String,
    /// What is told: `start`, `end`, `latched`, `update`, `acknowledged`, `reset`, `escalate`, `deescalate`, `inactivate`,
    /// `continue`, `present`.
    pub is: String,
    /// Its priority, `low`, `medium` or `high`. Any if left out.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub priority: Option<vigil_model::Priority>,
    /// The value that is told with it. Any if left out.
    #[serde(default)]
    pub value: Option<Number>,
}

/// What a metric must be at a time.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedMetric {
    /// When: after everything that happens then.
    pub at: DurationText,
    /// Reference id of the metric.
    pub metric: String,
    /// Its current value, or `none` if no device of the bed has one.
    pub is: TestValue,
}

/// Reads the text of a test. `name` stands for the file in problems.
///
/// # Errors
/// Every problem at once, in the order of the text.
pub fn parse_rule_test(text: &str, name: &str) -> Result<RuleTest, Vec<Problem>> {
    let document = Document::parse(name, text)?;
    let mut problems = Problems::new(&document);
    let root = Place::default();
    let test = document.value(&root).and_then(|value| element::read::<RuleTest>(&root, value, &mut problems));
    let Some(test) = test else { return Err(problems.into_sorted()) };
    if test.configuration.is_some() && (test.setup.is_some() || !test.preset.is_empty() || !test.device.is_empty()) {
        let message = "a configuration brings its own beds, presets and devices";
        problems.error(&root.key("configuration"), message, "remove `setup`, `preset` and `device`, or this");
    }
    if test.configuration.is_none() && test.bed.is_some() {
        problems.error(&root.key("bed"), "there is no configuration whose bed it could be", "remove it");
    }
    if test.lasts.get() > std::time::Duration::from_secs(86_400) {
        problems.error(&root.key("lasts"), "is longer than 24h", "");
    }
    for (index, input) in test.input.iter().enumerate() {
        let place = Place::element("input", index);
        if input.every.is_some_and(|every| every.get() < std::time::Duration::from_millis(100)) {
            problems.error(&place.key("every"), "is shorter than 100ms", "");
        }
        if !input.values.windows(2).all(|pair| pair[0].0.get() < pair[1].0.get()) {
            problems.error(&place.key("values"), "the times do not ascend", "put them in order");
        }
        for (position, (_, value)) in input.values.iter().enumerate() {
            let TestValue::Word(word) = value else { continue };
            let doubtful =
                word.strip_prefix("questionable ").is_some_and(|rest| rest.parse::<vigil_model::Quantity>().is_ok());
            if !doubtful && !["invalid", "nothing", "silent"].contains(&word.as_str()) {
                let message = format!("`{}` is not known here", crate::check::shortened(word));
                let help = "a number, `invalid`, `nothing`, `silent` or `questionable 97`";
                problems.error(&place.key("values").index(position), message, help);
            }
        }
    }
    for (index, event) in test.event.iter().enumerate() {
        let given = [event.link.is_some(), event.mode.is_some(), event.acknowledge.is_some(), event.chart.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            let message = "expected exactly one of `link`, `mode`, `acknowledge` and `chart`";
            problems.error(&Place::element("event", index), message, "write an event for each");
        }
    }
    if problems.refuse() { Err(problems.into_sorted()) } else { Ok(test) }
}

/// JSON Schema of a test of alarm rules.
pub fn rule_test_schema() -> Schema {
    let mut schema = schemars::schema_for!(RuleTest);
    schema.insert("title".to_owned(), "Vigil rule test".into());
    schema
}

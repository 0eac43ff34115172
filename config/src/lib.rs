//! Configuration text to a checked plan.
//!
//! The promise: [`parse`] is pure and never panics, whatever the text; it reports every problem at once, each with line,
//! column, key, what was expected and what to do; and a [`Plan`] that comes out can be assembled. [`load`] is the same for a
//! file, and the only function here that reads any. This crate opens no port and no socket, resolves no host name, and
//! knows neither the engine nor a runtime: whether a device answers is not its business.
//!
//! - [`mod@file`]: the sections as they are written; their doc comments are the JSON Schema's ([`schema`]).
//! - [`plan`]: what they come to.
//! - [`report`]: what `vigil check` tells about a plan: schedules, loads, worst-case staleness, codes.
//! - [`problem`]: what is wrong.

mod charts;
mod check;
mod document;
mod element;
pub mod file;
mod load;
mod nearest;
pub mod plan;
pub mod problem;
mod profiles;
mod read;
pub mod report;
mod rule_test;
mod scalar;
mod schedule;
mod schema;

pub use charts::{BUILT_IN_CHARTS, chart_schema, parse_chart};
pub use check::{BUILT_IN_PRESETS, parse};
pub use file::File;
pub use load::{load, load_text};
pub use plan::{
    ConsolePlan, HistoryPlan, InputUse, LedgerPlan, LinkPlan, Plan, PresetUse, RecordingPlan, ScoreUse, Source,
};
pub use problem::{Problem, Severity};
pub use profiles::{EmbeddedProfiles, ProfileSource, ProfileText};
pub use report::Report;
pub use rule_test::{
    Expected, ExpectedMetric, LinkText, RuleTest, TestDevice, TestEntry, TestEvent, TestInput, TestValue,
    parse_rule_test, rule_test_schema,
};
pub use scalar::Number;
pub use schema::schema;

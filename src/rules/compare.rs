//! What was told against what was expected.

use std::fmt;

use serde::Serialize;
use vigil_config::{RuleTest, TestValue};
use vigil_messages::DurationText;

use super::play::Told;

/// Something that was not as expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "difference")]
pub enum Difference {
    /// It was expected and not told.
    Missing {
        /// When it was expected.
        at: DurationText,
        /// Of which alarm.
        alarm: String,
        /// What.
        is: String,
        /// When the same was told at another time, the nearest of these.
        instead: Option<DurationText>,
    },
    /// It was told and not expected.
    Unexpected(Told),
    /// It was told as expected but with another value or priority.
    Other {
        /// When.
        at: DurationText,
        /// Of which alarm.
        alarm: String,
        /// What was expected and what was told.
        detail: String,
    },
    /// A metric was not what was expected.
    Metric {
        /// When it was looked at.
        at: DurationText,
        /// The metric.
        metric: String,
        /// What was expected.
        expected: String,
        /// What it was.
        was: String,
    },
}

impl Difference {
    fn at(&self) -> DurationText {
        match self {
            Difference::Missing { at, .. } | Difference::Other { at, .. } | Difference::Metric { at, .. } => *at,
            Difference::Unexpected(told) => told.at,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Missing { at, alarm, is, instead } => {
                write!(f, "{:>8}  expected and not told: {alarm}, {is}", at.to_string())?;
                match instead {
                    Some(instead) => write!(f, " (told at {instead})"),
                    None => Ok(()),
                }
            }
            Difference::Unexpected(told) => {
                write!(
                    f,
                    "{:>8}  told and not expected: {}, {} ({})",
                    told.at.to_string(),
                    told.alarm,
                    told.is,
                    told.priority.as_str()
                )
            }
            Difference::Other { at, alarm, detail } => write!(f, "{:>8}  {alarm}: {detail}", at.to_string()),
            Difference::Metric { at, metric, expected, was } => {
                write!(f, "{:>8}  {metric}: expected {expected}, was {was}", at.to_string())
            }
        }
    }
}

/// The differences, in order of time.
pub(super) fn compare(test: &RuleTest, told: &[Told], metrics: &[Option<String>]) -> Vec<Difference> {
    let mut left: Vec<&Told> = told.iter().collect();
    let mut differences = Vec::new();
    let mut missing = Vec::new();
    for expected in &test.expect {
        let same =
            |told: &&Told| told.at.get() == expected.at.get() && told.alarm == expected.alarm && told.is == expected.is;
        let Some(position) = left.iter().position(same) else {
            missing.push(expected);
            continue;
        };
        let told = left.remove(position);
        if let Some(priority) = expected.priority.filter(|priority| *priority != told.priority) {
            let detail = format!("expected priority {}, told {}", priority.as_str(), told.priority.as_str());
            differences.push(Difference::Other { at: told.at, alarm: told.alarm.clone(), detail });
        }
        if let Some(value) = expected.value {
            let number = told.value.as_ref().and_then(|value| value.parse::<vigil_model::Quantity>().ok());
            if number.is_none_or(|number| number.cmp_value(value.0).is_ne()) {
                let was = told.value.as_deref().unwrap_or("none");
                let detail = format!("expected the value {}, told {was}", value.0);
                differences.push(Difference::Other { at: told.at, alarm: told.alarm.clone(), detail });
            }
        }
    }
    for expected in missing {
        let alike = left.iter().filter(|told| told.alarm == expected.alarm && told.is == expected.is);
        let nearest = alike.min_by_key(|told| told.at.get().abs_diff(expected.at.get()));
        differences.push(Difference::Missing {
            at: expected.at,
            alarm: expected.alarm.clone(),
            is: expected.is.clone(),
            instead: nearest.map(|told| told.at),
        });
    }
    differences.extend(left.into_iter().cloned().map(Difference::Unexpected));
    for (expected, was) in test.metric.iter().zip(metrics) {
        let good = match (&expected.is, was) {
            (TestValue::Number(number), Some(was)) => {
                was.parse::<vigil_model::Quantity>().is_ok_and(|was| was.cmp_value(number.0).is_eq())
            }
            (TestValue::Word(word), Some(was)) => word == was,
            (TestValue::Word(word), None) => word == "none",
            (TestValue::Number(_), None) => false,
        };
        if !good {
            differences.push(Difference::Metric {
                at: expected.at,
                metric: expected.metric.clone(),
                expected: match &expected.is {
                    TestValue::Number(number) => number.0.to_string(),
                    TestValue::Word(word) => word.clone(),
                },
                was: was.clone().unwrap_or_else(|| "none".to_owned()),
            });
        }
    }
    differences.sort_by_key(|difference| difference.at().get());
    differences
}

//! Limits that people set for the patient in a bed.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Quantity, Timestamp};

/// A limit that somebody set. Patient data: never in logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitAdjustment {
    /// Configured id of the bed.
    pub bed: Arc<str>,
    /// Name of the limit's rule.
    pub rule: Arc<str>,
    /// The limit; `None` is the configured one.
    pub limit: Option<Quantity>,
    /// Who set it.
    pub by: Arc<str>,
    /// Why.
    pub why: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// Identifier and assigning authority of the patient who was bound to the bed then. It holds for no other.
    pub patient: Option<(Arc<str>, Arc<str>)>,
}

/// What became of the wish to set a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum AdjustOutcome {
    /// It holds from now on.
    Taken {
        /// The limit before.
        before: Quantity,
    },
    /// No bed of that name has such a limit.
    Unknown,
    /// Nobody may change this limit: its rule has no allowed range.
    Fixed,
    /// It lies outside the range that its rule allows.
    NotAllowed {
        /// The lowest limit that is allowed.
        low: Quantity,
        /// The highest limit that is allowed.
        high: Quantity,
    },
}

impl fmt::Display for AdjustOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AdjustOutcome::Taken { before } => write!(f, "it holds; before, it was {before}"),
            AdjustOutcome::Unknown => f.write_str("the bed has no such limit"),
            AdjustOutcome::Fixed => {
                f.write_str("this limit has no `allowed` range, so that only the configuration can set it")
            }
            AdjustOutcome::NotAllowed { low, high } => write!(f, "only {low} to {high} is allowed"),
        }
    }
}

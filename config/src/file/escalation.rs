//! `[[escalation]]`: who is told of alarms, in which order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_messages::DurationText;
use vigil_model::{Priority, Success};

use super::{id_schema, priority_schema, success_schema};

/// A chain of people or groups. When nobody answers in time, or somebody declines, the next level is told; when nobody is
/// left, that is an alarm of its own.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalationSection {
    /// Name that beds refer to: 1 to 32 letters, digits, `.`, `_` and `-`.
    #[schemars(schema_with = "id_schema")]
    pub name: String,
    /// Alarms of this priority and above take the chain: `low`, `medium` or `high`. `medium` if left out.
    #[serde(default)]
    #[schemars(schema_with = "priority_schema")]
    pub from: Option<Priority>,
    /// The levels, first to last, one `[[escalation.level]]` each, one to eight.
    #[serde(default)]
    pub level: Vec<EscalationLevelSection>,
}

/// One level of a chain.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalationLevelSection {
    /// Whom to tell, in the words of the receivers, `["primary"]`: one to eight names of 1 to 32 letters, digits, `.`, `_` and
    /// `-`.
    pub to: Vec<String>,
    /// How long to wait for an answer, `5s` to `1h`.
    pub within: DurationText,
    /// What is enough: `received`, the message arrived; `accepted`, somebody takes responsibility; `acknowledged`, somebody
    /// acknowledges the alarm. A stronger answer is enough as well.
    #[schemars(schema_with = "success_schema")]
    pub success: Success,
}

//! `[canary]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_messages::DurationText;

/// A bed that does not exist, with a device of its own on a pseudo-terminal of its own. Its alarms go the way of every alarm,
/// on a schedule, marked as test in every message; its silence is an alarm of the appliance.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CanarySection {
    /// Whether there is one. `false` if left out: its alarms reach every destination that takes its bed, `canary`.
    #[serde(default)]
    pub enabled: bool,
    /// How often it alarms, `1m` to `24h`. `5m` if left out.
    #[serde(default = "default_every")]
    pub every: DurationText,
}

impl Default for CanarySection {
    fn default() -> Self {
        Self { enabled: false, every: default_every() }
    }
}

fn default_every() -> DurationText {
    DurationText::from_secs(300)
}

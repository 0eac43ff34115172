//! `[recording]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_messages::DurationText;

/// What is recorded of the links, so that a night can be looked at again with `vigil replay`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordingSection {
    /// Whether anything is recorded. `true` if left out. A recording holds what devices say about patients.
    #[serde(default = "default_enabled")]
    pub enabled: bool,
    /// For how long it is kept, `10m` to `30d`. `12h` if left out.
    #[serde(default = "default_keep")]
    pub keep: DurationText,
    /// How much is kept of each link at most, in mebibytes, 1 to 4096. 32 if left out.
    #[serde(default = "default_link_mebibytes")]
    pub link_mebibytes: u32,
}

impl Default for RecordingSection {
    fn default() -> Self {
        Self { enabled: default_enabled(), keep: default_keep(), link_mebibytes: default_link_mebibytes() }
    }
}

fn default_enabled() -> bool {
    true
}

fn default_keep() -> DurationText {
    DurationText::from_secs(12 * 3600)
}

fn default_link_mebibytes() -> u32 {
    32
}

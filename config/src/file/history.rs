//! `[history]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_messages::DurationText;

/// What is kept of every number of every bed, so that people can look back over days: the lowest, the highest and the last of
/// each short stretch of time.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HistorySection {
    /// Whether anything is kept. `true` if left out. It tells what devices said about patients.
    #[serde(default = "default_enabled")]
    pub enabled: bool,
    /// Length of a stretch, `10s` to `10m`, of which an hour is a multiple. `30s` if left out.
    #[serde(default = "default_bucket")]
    pub bucket: DurationText,
    /// For how long it is kept, `1h` to `90d`. `14d` if left out.
    #[serde(default = "default_keep")]
    pub keep: DurationText,
    /// How much is kept of all beds together at most, in mebibytes, 1 to 8192; the oldest goes first. 1024 if left out.
    #[serde(default = "default_mebibytes")]
    pub mebibytes: u32,
}

impl Default for HistorySection {
    fn default() -> Self {
        Self {
            enabled: default_enabled(),
            bucket: default_bucket(),
            keep: default_keep(),
            mebibytes: default_mebibytes(),
        }
    }
}

fn default_enabled() -> bool {
    true
}

fn default_bucket() -> DurationText {
    DurationText::from_secs(30)
}

fn default_keep() -> DurationText {
    DurationText::from_secs(14 * 86_400)
}

fn default_mebibytes() -> u32 {
    1024
}

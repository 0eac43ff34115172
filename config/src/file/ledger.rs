//! `[ledger]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_messages::DurationText;

/// How long an alarm may take on each part of its way. A part that takes longer is a technical condition that names it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LedgerSection {
    /// Whether the parts are watched. `false` if left out.
    #[serde(default)]
    pub watched: bool,
    /// From a device's bytes to the engine, `10ms` to `1h`. `1s` if left out.
    #[serde(default = "default_inside")]
    pub taken_in: DurationText,
    /// In the engine, `10ms` to `1h`. `1s` if left out.
    #[serde(default = "default_inside")]
    pub judged: DurationText,
    /// From the engine to the disk, `10ms` to `1h`. `1s` if left out.
    #[serde(default = "default_inside")]
    pub journalled: DurationText,
    /// From the disk to the connection of each destination, `10ms` to `1h`. `10s` if left out.
    #[serde(default = "default_outside")]
    pub sent: DurationText,
    /// From there to its confirmation: the acknowledgement of an EHR, the confirmation of a broker; `10ms` to `1h`. `10s` if
    /// left out.
    #[serde(default = "default_outside")]
    pub confirmed: DurationText,
}

impl Default for LedgerSection {
    fn default() -> Self {
        Self {
            watched: false,
            taken_in: default_inside(),
            judged: default_inside(),
            journalled: default_inside(),
            sent: default_outside(),
            confirmed: default_outside(),
        }
    }
}

fn default_inside() -> DurationText {
    DurationText::from_secs(1)
}

fn default_outside() -> DurationText {
    DurationText::from_secs(10)
}

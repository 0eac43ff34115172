//! `[[device]]`: what stands at a bed and how it is spoken to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_messages::DurationText;

use super::{eui64_schema, id_schema};

/// A device at a bed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceSection {
    /// Id of the device in this file and in messages: 1 to 32 letters, digits, `.`, `_` and `-`.
    #[schemars(schema_with = "id_schema")]
    pub id: String,
    /// Id of the bed the device belongs to.
    pub bed: String,
    /// Id of the link by which it is reached.
    pub link: String,
    /// How it speaks: the name of a driver, like `ge-s5-dri`, or `modbus` with a profile; `vigil profiles` lists them.
    pub driver: String,
    /// Name of the register-map profile. Only for the driver `modbus`, and required there.
    #[serde(default)]
    pub profile: Option<String>,
    /// Modbus unit id, 1 to 247 on a serial line, 0 to 255 over TCP. Only for the driver `modbus`, and required there.
    #[serde(default)]
    pub unit: Option<u8>,
    /// How often a Modbus unit is read. What the profile says if left out. Only for the driver `modbus`.
    #[serde(default)]
    pub poll_interval: Option<DurationText>,
    /// The device's EUI-64: 16 hexadecimal digits. Messages name the device by its id if left out.
    #[serde(default)]
    #[schemars(schema_with = "eui64_schema")]
    pub eui64: Option<String>,
    /// How long the device may be silent before its link counts as lost, at least one poll and at most `1h`. Three polls if
    /// left out.
    #[serde(default)]
    pub quiet_time: Option<DurationText>,
    /// How long a value counts as current, at least one poll and at most `24h`. What the driver or profile says if left out.
    #[serde(default)]
    pub fresh_for: Option<DurationText>,
    /// What the device must say it is. While another one answers, or none has said yet, nothing of it is taken for this
    /// device: its link counts as lost.
    #[serde(default)]
    pub identity: Option<IdentitySection>,
    /// Settings of the driver, as its own documentation describes them. The driver's defaults if left out.
    #[serde(default)]
    #[schemars(with = "Option<std::collections::BTreeMap<String, serde_json::Value>>")]
    pub settings: Option<toml::Table>,
}

/// What a device must say it is, as it says it; what is left out is not looked at.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentitySection {
    /// Maker.
    #[serde(default)]
    pub manufacturer: Option<String>,
    /// Model.
    #[serde(default)]
    pub model: Option<String>,
    /// Serial number, or another number that tells this device from others of its model.
    #[serde(default)]
    pub serial: Option<String>,
}

//! `[appliance]`, `[[bed]]` and what belongs to a bed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_messages::DurationText;
use vigil_model::Priority;

use super::{
    BedLimitSection, BedScoreSection, CombinedSection, RateSection, SignalSection, eui64_schema, id_schema,
    priority_schema,
};

/// This appliance, as others see it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplianceSection {
    /// Short id, unique in the hospital: 1 to 32 letters, digits, `.`, `_` and `-`. It is part of every alarm and message
    /// id, so keep it short and never give it to another appliance.
    #[schemars(schema_with = "id_schema")]
    pub id: String,
    /// The appliance's EUI-64: 16 hexadecimal digits, with or without dashes or colons. HL7 messages name their sender by
    /// it.
    #[schemars(schema_with = "eui64_schema")]
    pub eui64: String,
    /// The site; first level of MQTT topics, so without `/`, `+` and `#`.
    pub site: String,
    /// The organisation that runs the appliance, for HL7.
    pub facility: String,
    /// Whether everything the appliance says is marked as test or demonstration. `false` if left out.
    #[serde(default)]
    pub test: bool,
    /// Folder for everything that must survive a restart. A relative path starts at the configuration file's folder.
    /// `/var/lib/vigil` if left out.
    #[serde(default = "default_data_dir")]
    pub data_dir: String,
    /// Folder with register-map profiles (`*.toml`) in addition to the embedded ones. A relative path starts at the
    /// configuration file's folder. Only the embedded ones if left out.
    #[serde(default)]
    pub profiles_dir: Option<String>,
    /// Folder with charts of early-warning scores (`*.toml`, `vigil schema --chart`) in addition to the embedded ones. A
    /// relative path starts at the configuration file's folder. Only the embedded ones if left out.
    #[serde(default)]
    pub charts_dir: Option<String>,
}

fn default_data_dir() -> String {
    "/var/lib/vigil".to_owned()
}

/// A bed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BedSection {
    /// Id of the bed in this file and in topics: 1 to 32 letters, digits, `.`, `_` and `-`.
    #[schemars(schema_with = "id_schema")]
    pub id: String,
    /// Nursing unit or point of care, `4B` (HL7 PV1-3.1).
    pub unit: String,
    /// Room (HL7 PV1-3.2).
    pub room: String,
    /// Bed in the room (HL7 PV1-3.3).
    pub bed: String,
    /// How often observations of this bed are reported, `1s` to `24h`. `60s` if left out.
    #[serde(default = "default_report_interval")]
    pub report_interval: DurationText,
    /// Name of the preset whose limits are judged; limits for metrics that no device of the bed provides are left out. No
    /// limits but the bed's own if left out.
    #[serde(default)]
    pub preset: Option<String>,
    /// The patient in this bed, fixed until the configuration changes. Observations carry no patient if left out.
    #[serde(default)]
    pub patient: Option<PatientSection>,
    /// Limits of this bed: each changes the preset's limit of the same metric and side, or adds one.
    #[serde(default)]
    pub limit: Vec<BedLimitSection>,
    /// Early-warning scores of this bed, one `[[bed.score]]` each. None if left out.
    #[serde(default)]
    pub score: Vec<BedScoreSection>,
    /// Technical conditions of this bed's devices, over those of the preset.
    #[serde(default)]
    pub technical: TechnicalSection,
    /// Conditions on how fast a metric changes: each takes the place of the preset's of the same metric and direction, or adds
    /// one.
    #[serde(default)]
    pub rate: Vec<RateSection>,
    /// Conditions on several things at once: each takes the place of the preset's of the same name, or adds one.
    #[serde(default)]
    pub combined: Vec<CombinedSection>,
    /// Name of the chain of people who are told of this bed's alarms. Nobody in particular if left out.
    #[serde(default)]
    pub escalation: Option<String>,
    /// How signals behave at this bed, over what the preset says.
    #[serde(default)]
    pub signals: SignalSection,
}

fn default_report_interval() -> DurationText {
    DurationText::from_secs(60)
}

/// A patient who is fixed to a bed by the configuration. Treat a file that has one as patient data.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PatientSection {
    /// Identifier (PID-3.1).
    pub id: String,
    /// Who assigned the identifier (PID-3.4). The facility of the appliance if left out.
    #[serde(default)]
    pub authority: Option<String>,
    /// Kind of identifier (PID-3.5, HL7 table 0203). `MR`, medical record number, if left out.
    #[serde(default = "default_id_type")]
    pub id_type: String,
    /// Family name (PID-5.1). Unknown if left out.
    #[serde(default)]
    pub family: String,
    /// Given name (PID-5.2). Unknown if left out.
    #[serde(default)]
    pub given: String,
    /// Date of birth `YYYYMMDD`, `YYYYMM` or `YYYY` (PID-7). Unknown if left out.
    #[serde(default)]
    pub birth_date: String,
    /// Administrative sex (PID-8, HL7 table 0001): `F`, `M`, `O`, `U`, `A` or `N`. Unknown if left out.
    #[serde(default)]
    pub sex: String,
    /// Visit number (PV1-19). Unknown if left out.
    #[serde(default)]
    pub visit: String,
}

impl std::fmt::Debug for PatientSection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PatientSection(…)") // patient data never reaches a log
    }
}

fn default_id_type() -> String {
    "MR".to_owned()
}

/// Priorities and delays of technical conditions. What is left out comes from the bed's preset, and else from the default
/// named here.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TechnicalSection {
    /// Priority of "the link to the device is lost". `medium`, since it hides the conditions of that device.
    #[serde(default)]
    #[schemars(schema_with = "priority_schema")]
    pub link_lost: Option<Priority>,
    /// Priority of "a continuous metric that had values has no current one". `low`.
    #[serde(default)]
    #[schemars(schema_with = "priority_schema")]
    pub stale: Option<Priority>,
    /// Priority of "the device says that a metric has no usable value". `low`.
    #[serde(default)]
    #[schemars(schema_with = "priority_schema")]
    pub invalid: Option<Priority>,
    /// How long a metric must be invalid before that is a condition. `10s`.
    #[serde(default)]
    pub invalid_delay: Option<DurationText>,
    /// Priority of "a limit cannot be judged for want of values". `low`.
    #[serde(default)]
    #[schemars(schema_with = "priority_schema")]
    pub cannot_evaluate: Option<Priority>,
    /// How long a limit must lack values before that is a condition, counted from the start as well. `30s`.
    #[serde(default)]
    pub cannot_evaluate_delay: Option<DurationText>,
    /// Priority of "the device says it is another one than before". `medium`, since its values may be of another patient.
    #[serde(default)]
    #[schemars(schema_with = "priority_schema")]
    pub identity_changed: Option<Priority>,
    /// Priority of "the device's clock jumped". `low`.
    #[serde(default)]
    #[schemars(schema_with = "priority_schema")]
    pub clock_jumped: Option<Priority>,
    /// By how much the device's clock must jump between two readings to be told, `1s` to `24h`. `60s`.
    #[serde(default)]
    pub clock_jump: Option<DurationText>,
}

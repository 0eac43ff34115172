//! The sections of a configuration file as they are written. Plain data: nothing here is checked beyond its type.
//!
//! The doc comment of a field is what an operator reads in the JSON Schema. Every field that may be left out says what
//! then holds.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use vigil_messages::Destination;
use vigil_messages::listener::Listener;

mod bed;
mod canary;
mod chart;
mod console;
mod device;
mod escalation;
mod further;
mod history;
mod ledger;
mod limit;
mod link;
mod recording;

pub use bed::{ApplianceSection, BedSection, PatientSection, TechnicalSection};
pub use canary::CanarySection;
pub use chart::{BandSection, BedScoreSection, ChartFile, ChartInputSection, PreferText, StateSection, TableSection};
pub use console::ConsoleSection;
pub use device::{DeviceSection, IdentitySection};
pub use escalation::{EscalationLevelSection, EscalationSection};
pub use further::{CombinedSection, RateSection, SignalSection, TermSection};
pub use history::HistorySection;
pub use ledger::LedgerSection;
pub use limit::{BedLimitSection, PresetLimitSection, PresetSection};
pub use link::{BusSection, LinkSection, LrcRule, SerialSection};
pub use recording::RecordingSection;

/// Configuration of one Vigil appliance: who it is, the beds it serves, the devices at these beds and how they are
/// reached, the limits that are judged, and the hospital systems that are told.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// This appliance. Required.
    pub appliance: ApplianceSection,
    /// The beds, one `[[bed]]` each.
    #[serde(default)]
    pub bed: Vec<BedSection>,
    /// Named sets of limits that beds refer to, one `[[preset]]` each. `adult`, `adult-intensive`,
    /// `paediatric` and `neonatal` are built in.
    #[serde(default)]
    pub preset: Vec<PresetSection>,
    /// The serial lines and network connections, one `[[link]]` each.
    #[serde(default)]
    pub link: Vec<LinkSection>,
    /// The devices, one `[[device]]` each.
    #[serde(default)]
    pub device: Vec<DeviceSection>,
    /// Who is told of alarms in which order, one `[[escalation]]` for each chain that beds refer to.
    #[serde(default)]
    pub escalation: Vec<EscalationSection>,
    /// The systems that are told, one `[[destination]]` each.
    #[serde(default)]
    pub destination: Vec<Destination>,
    /// Where HL7 messages come in (ADT, associations, answers to alerts), one `[[listener]]` each. Nobody is listened to if left
    /// out.
    #[serde(default)]
    pub listener: Vec<Listener>,
    /// What is recorded, so that a night can be looked at again. The last hours of every link if left out.
    #[serde(default)]
    pub recording: RecordingSection,
    /// What is kept of numbers over days. The values named there if left out.
    #[serde(default)]
    pub history: HistorySection,
    /// How long an alarm may take on each part of its way. The values named there if left out.
    #[serde(default)]
    pub ledger: LedgerSection,
    /// A bed that does not exist, whose alarms prove the way. None if left out.
    #[serde(default)]
    pub canary: CanarySection,
    /// Where people look and act. None if left out.
    #[serde(default)]
    pub console: ConsoleSection,
}

/// The sections of a file, as [`File`] names them.
pub(crate) const SECTIONS: [&str; 13] = [
    "appliance",
    "bed",
    "preset",
    "link",
    "device",
    "destination",
    "escalation",
    "recording",
    "history",
    "ledger",
    "canary",
    "console",
    "listener",
];

pub(crate) fn eui64_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": "^([0-9A-Fa-f]{2}[:-]?){7}[0-9A-Fa-f]{2}$" })
}

pub(crate) fn id_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$" })
}

pub(crate) fn priority_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": ["low", "medium", "high"] })
}

pub(crate) fn direction_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": ["falling", "rising"] })
}

pub(crate) fn kind_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": ["physiological", "technical", "advisory"] })
}

pub(crate) fn when_missing_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": ["tell", "wait"] })
}

pub(crate) fn success_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": ["received", "accepted", "acknowledged"] })
}

pub(crate) fn side_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": ["low", "high"] })
}

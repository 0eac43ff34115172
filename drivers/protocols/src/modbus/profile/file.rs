//! The form of a register profile as text: TOML tables with serde, nothing checked beyond types. `check.rs` makes a
//! [`super::RegisterProfile`] of it.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::file_item::{BitFile, ConditionFile, RegisterFile};
use crate::modbus::Table;
use crate::modbus::adu::AsciiCount;
use crate::settings::DurationText;

/// A Modbus device as data: what it is, what to read, and what the values mean.
#[derive(Debug, Default, JsonSchema)]
#[schemars(title = "Vigil register profile", deny_unknown_fields)]
pub(super) struct ProfileFile {
    /// Name by which configurations refer to it: lower-case letters, digits and hyphens.
    #[schemars(with = "String", extend("pattern" = "^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub(super) name: Option<Spanned<String>>,
    /// The devices it serves, for people.
    #[schemars(with = "String")]
    pub(super) title: Option<Spanned<String>>,
    /// Nomenclature term of the whole device, `MDC_…_MDS`.
    #[schemars(with = "String")]
    pub(super) mds: Option<Spanned<String>>,
    /// How long a value counts as current unless its register says otherwise. Default: three times its block's period.
    #[schemars(with = "Option<DurationText>")]
    pub(super) fresh_for: Option<Spanned<String>>,
    /// What the device counts in the byte count of its Modbus ASCII answers. Default: bytes, as Modbus prescribes.
    #[schemars(with = "Option<AsciiCount>")]
    pub(super) ascii_count: Option<Spanned<AsciiCount>>,
    /// Subsystems of the device.
    #[schemars(with = "Vec<NodeFile>", default)]
    pub(super) vmd: Vec<NodeFile>,
    /// Groups of metrics inside a subsystem.
    #[schemars(with = "Vec<NodeFile>", default)]
    pub(super) channel: Vec<NodeFile>,
    /// What is read, and how often.
    #[schemars(with = "Vec<BlockFile>")]
    pub(super) block: Vec<BlockFile>,
    /// Values in registers.
    #[schemars(with = "Vec<RegisterFile>", default)]
    pub(super) register: Vec<RegisterFile>,
    /// Single bits, of bit tables or of registers.
    #[schemars(with = "Vec<BitFile>", default)]
    pub(super) bit: Vec<BitFile>,
    /// Lists of states that registers refer to.
    #[schemars(with = "Vec<EnumerationFile>", default)]
    pub(super) enumeration: Vec<EnumerationFile>,
    /// Worked examples: what a block holds and what it means.
    #[schemars(with = "Vec<ExampleFile>", default)]
    pub(super) example: Vec<ExampleFile>,
}

/// A subsystem or group of metrics.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NodeFile {
    /// Its row, `1.vmd.0.0` or `1.vmd.channel.0`.
    #[schemars(with = "String")]
    pub(super) containment: Spanned<String>,
    /// Nomenclature term.
    #[schemars(with = "String")]
    pub(super) code: Spanned<String>,
}

/// Neighbouring entries of one table that are read together.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BlockFile {
    /// Name by which registers, bits and examples refer to it.
    #[schemars(with = "String")]
    pub(super) name: Spanned<String>,
    /// Table it lies in.
    pub(super) table: Table,
    /// First address, counted from 0 as on the wire.
    #[schemars(with = "u16")]
    pub(super) address: Spanned<u16>,
    /// Number of entries.
    #[schemars(with = "u16")]
    pub(super) count: Spanned<u16>,
    /// How often it is read, 10ms to 24h.
    #[schemars(with = "DurationText")]
    pub(super) period: Spanned<String>,
    /// Whether it holds alarm conditions: such blocks are read first.
    #[serde(default)]
    pub(super) alarm: bool,
    /// Pause that the device needs after an answer.
    #[schemars(with = "Option<DurationText>")]
    pub(super) pause: Option<Spanned<String>>,
    /// Most entries that the device gives in one answer, where it is less than Modbus allows.
    #[schemars(with = "Option<u16>")]
    pub(super) count_max: Option<Spanned<u16>>,
    /// Addresses inside the block that must not be read: pairs of first and last.
    #[serde(default)]
    #[schemars(with = "Vec<[u16; 2]>")]
    pub(super) gaps: Vec<Spanned<[u16; 2]>>,
}

/// A list of states.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EnumerationFile {
    /// Name by which registers refer to it.
    #[schemars(with = "String")]
    pub(super) name: Spanned<String>,
    /// The states.
    pub(super) states: Vec<StateFile>,
}

/// One state of a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StateFile {
    /// Raw number.
    #[schemars(with = "i64")]
    pub(super) value: Spanned<i64>,
    /// What it is called.
    pub(super) text: String,
    /// Nomenclature term of the state, where there is one.
    #[schemars(with = "Option<String>")]
    pub(super) code: Option<Spanned<String>>,
    /// Whether it means that there is no value ("not fitted").
    #[serde(default)]
    pub(super) absent: bool,
    /// The alarm condition that exists in this state.
    pub(super) condition: Option<ConditionFile>,
}

/// A worked example.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExampleFile {
    /// The block whose content it shows.
    #[schemars(with = "String")]
    pub(super) block: Spanned<String>,
    /// Where it comes from: a document and page, a capture, or "computed".
    pub(super) source: String,
    /// All registers of the block.
    pub(super) registers: Option<Vec<u16>>,
    /// All bits of the block, as 0 and 1, in the order of their addresses.
    pub(super) bits: Option<Vec<u8>>,
    /// Observations that must come of it.
    #[serde(default)]
    pub(super) observations: Vec<ExpectedFile>,
    /// Texts of the conditions that are present. All others of the block must be absent.
    #[serde(default)]
    pub(super) present: Vec<String>,
}

/// An observation that an example expects.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedFile {
    /// Nomenclature term of the metric.
    #[schemars(with = "String")]
    pub(super) code: Spanned<String>,
    /// Its row.
    #[schemars(with = "String")]
    pub(super) containment: Spanned<String>,
    /// Its value as written; missing if there is none.
    pub(super) value: Option<String>,
    /// Its validity. Default "valid", or "not-available" without a value.
    pub(super) validity: Option<String>,
}

//! The form of registers, bits and conditions in a profile as text. Nothing is checked beyond types.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use vigil_model::{Category, ConditionKind, Priority};

use crate::settings::DurationText;

/// Form of a value in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum TypeFile {
    /// Unsigned, one register.
    U16,
    /// Signed, one register.
    I16,
    /// Unsigned, two registers.
    U32,
    /// Signed, two registers.
    I32,
    /// IEEE 754 single precision, two registers.
    F32,
    /// Unsigned, four registers.
    U64,
    /// Signed, four registers.
    I64,
    /// IEEE 754 double precision, four registers.
    F64,
    /// Four decimal digits, one to each half byte of one register.
    Bcd16,
    /// Eight decimal digits, one to each half byte of two registers.
    Bcd32,
    /// ASCII text, two characters a register.
    Text,
    /// An unsigned number in some bits of one register.
    Bits,
}

/// Which register of several comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WordOrder {
    /// The more significant one.
    #[default]
    HighFirst,
    /// The less significant one.
    LowFirst,
}

/// Which byte of a register comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ByteOrder {
    /// The more significant one, as Modbus prescribes.
    #[default]
    Big,
    /// The less significant one.
    Little,
}

/// A field of the device's identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityField {
    /// Maker.
    Manufacturer,
    /// Model.
    Model,
    /// Serial number.
    Serial,
    /// Software version.
    Software,
}

/// A value in one or more registers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegisterFile {
    /// The block that reads it.
    #[schemars(with = "String")]
    pub(super) block: Spanned<String>,
    /// First address, counted from 0.
    #[schemars(with = "u16")]
    pub(super) address: Spanned<u16>,
    /// Form of the value.
    #[serde(rename = "type")]
    #[schemars(with = "TypeFile")]
    pub(super) kind: Spanned<TypeFile>,
    /// Which of several registers comes first.
    #[serde(default)]
    pub(super) word_order: WordOrder,
    /// Which byte of a register comes first.
    #[serde(default)]
    pub(super) byte_order: ByteOrder,
    /// Registers of a text.
    pub(super) length: Option<u16>,
    /// Lowest bit of a number of type `bits`, 0 to 15.
    pub(super) bit: Option<u8>,
    /// Number of bits of a number of type `bits`, 1 to 16.
    pub(super) bits: Option<u8>,
    /// Nomenclature term of the metric; a name `MDCX_…` that is not in the nomenclature is provisional.
    #[schemars(with = "Option<String>")]
    pub(super) code: Option<Spanned<String>>,
    /// Instead of a metric: the field of the device's identity that this text is.
    pub(super) identity: Option<IdentityField>,
    /// Row of the metric.
    #[schemars(with = "Option<String>")]
    pub(super) containment: Option<Spanned<String>>,
    /// Unit, as `MDC_DIM_…` or as UCUM text.
    #[schemars(with = "Option<String>")]
    pub(super) unit: Option<Spanned<String>>,
    /// What one count of the raw number is worth: a decimal as text, "0.1". Default "1".
    #[schemars(with = "Option<String>")]
    pub(super) scale: Option<Spanned<String>>,
    /// What is added after scaling: a decimal as text. Default "0".
    #[schemars(with = "Option<String>")]
    pub(super) offset: Option<Spanned<String>>,
    /// Decimals of the value, 0 to 9. Default: those of scale and offset; must be given for f32 and f64.
    #[schemars(with = "Option<u8>")]
    pub(super) decimals: Option<Spanned<u8>>,
    /// The list of states this number stands for.
    #[schemars(with = "Option<String>")]
    pub(super) enumeration: Option<Spanned<String>>,
    /// Raw numbers that mean "there is no value": all bits of the value, unsigned like 0x8000 or signed like -32768.
    #[serde(default)]
    #[schemars(with = "Vec<i64>")]
    pub(super) absent: Vec<Spanned<i64>>,
    /// Raw numbers that mean "not to be used".
    #[serde(default)]
    #[schemars(with = "Vec<i64>")]
    pub(super) invalid: Vec<Spanned<i64>>,
    /// Raw numbers that mean "above the measuring range".
    #[serde(default)]
    #[schemars(with = "Vec<i64>")]
    pub(super) overflow: Vec<Spanned<i64>>,
    /// Raw numbers that mean "below the measuring range".
    #[serde(default)]
    #[schemars(with = "Vec<i64>")]
    pub(super) underflow: Vec<Spanned<i64>>,
    /// Ends of the measuring range, inclusive, as decimals in text: a value below is "underflow", above "overflow". For
    /// live-zero signals: below 3.6 mA a wire is broken.
    #[schemars(with = "Option<[String; 2]>")]
    pub(super) range: Option<Spanned<[String; 2]>>,
    /// What other bits of the block say about the value. The first rule that applies decides.
    #[serde(default)]
    pub(super) validity: Vec<ValidityFile>,
    /// Lowest and highest plausible value, inclusive, as decimals in text. A value outside is reported as invalid.
    #[schemars(with = "Option<[String; 2]>")]
    pub(super) plausible: Option<Spanned<[String; 2]>>,
    /// Measured, calculated or set. Default: measured.
    #[serde(default)]
    #[schemars(with = "CategoryFile")]
    pub(super) category: Category,
    /// Whether values come now and then instead of continuously.
    #[serde(default)]
    pub(super) episodic: bool,
    /// How long a value counts as current.
    #[schemars(with = "Option<DurationText>")]
    pub(super) fresh_for: Option<Spanned<String>>,
    /// Short label for people.
    #[serde(default)]
    pub(super) label: String,
}

/// A rule by which other bits of the block say what a value is worth. Bits and value are always read together.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ValidityFile {
    /// Register that holds the bits, in the same block.
    #[schemars(with = "u16")]
    pub(super) address: Spanned<u16>,
    /// Lowest of the bits, 0 to 15.
    #[serde(default)]
    pub(super) bit: u8,
    /// How many bits, 1 to 16. Default: all from `bit` on.
    pub(super) bits: Option<u8>,
    /// The rule applies if the bits are one of these numbers.
    #[serde(default)]
    pub(super) is: Vec<u16>,
    /// The rule applies if the bits are none of these numbers.
    #[serde(default)]
    pub(super) is_not: Vec<u16>,
    /// What the value is then.
    pub(super) then: ValidityWord,
}

/// What a value can be worth other than valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ValidityWord {
    /// There, and doubted by the device.
    Questionable,
    /// There, and taken during a test or calibration.
    Calibrating,
    /// Not to be used.
    Invalid,
    /// Above the measuring range.
    Overflow,
    /// Below the measuring range.
    Underflow,
    /// The device has nothing.
    NotAvailable,
}

/// The input level at which a bit counts as on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActiveLevel {
    /// The bit reads 1.
    #[default]
    High,
    /// The bit reads 0: normally-closed contacts, where a broken wire must alarm.
    Low,
}

/// A single bit: a contact, or one bit of a register.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BitFile {
    /// The block that reads it.
    #[schemars(with = "String")]
    pub(super) block: Spanned<String>,
    /// Address of the bit, or of the register that holds it.
    #[schemars(with = "u16")]
    pub(super) address: Spanned<u16>,
    /// Number of the bit in its register, 0 (least significant) to 15. Not with tables of bits.
    #[schemars(with = "Option<u8>")]
    pub(super) bit: Option<Spanned<u8>>,
    /// Level at which it is on.
    #[serde(default)]
    pub(super) active: ActiveLevel,
    /// Row of the metric, or of the part that the condition is about.
    #[schemars(with = "String")]
    pub(super) containment: Spanned<String>,
    /// Nomenclature term, if the bit is a metric.
    #[schemars(with = "Option<String>")]
    pub(super) code: Option<Spanned<String>>,
    /// State of the metric while the bit is on. Default "on".
    pub(super) on: Option<String>,
    /// State of the metric while the bit is off. Default "off".
    pub(super) off: Option<String>,
    /// Measured, calculated or set. Default: measured.
    #[serde(default)]
    #[schemars(with = "CategoryFile")]
    pub(super) category: Category,
    /// The alarm condition that exists while the bit is on.
    pub(super) condition: Option<ConditionFile>,
    /// Short label for people.
    #[serde(default)]
    pub(super) label: String,
}

/// An alarm condition that the device raises.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionFile {
    /// Nomenclature term of the event.
    #[schemars(with = "String")]
    pub(super) event: Spanned<String>,
    /// About the patient or about equipment.
    #[schemars(with = "KindFile")]
    pub(super) kind: ConditionKind,
    /// How urgent.
    #[schemars(with = "PriorityFile")]
    pub(super) priority: Priority,
    /// Text for people.
    #[schemars(with = "String")]
    pub(super) text: Spanned<String>,
}

/// The words of [`Category`], for the schema.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", rename = "Category")]
#[expect(dead_code, reason = "only its schema is used")]
enum CategoryFile {
    Measurement,
    Calculation,
    Setting,
}

/// The words of [`ConditionKind`], for the schema.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", rename = "ConditionKind")]
#[expect(dead_code, reason = "only its schema is used")]
enum KindFile {
    Physiological,
    Technical,
    Advisory,
}

/// The words of [`Priority`], for the schema.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", rename = "Priority")]
#[expect(dead_code, reason = "only its schema is used")]
enum PriorityFile {
    Low,
    Medium,
    High,
}

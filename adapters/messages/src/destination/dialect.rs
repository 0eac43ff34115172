//! How a receiver of HL7 messages wants them written: what it insists on, without code.
//!
//! Nothing here changes what is said, only how: another label, other characters, another zone, a second code beside the first,
//! another unit. What a receiver may see is another matter ([`super::sees`]).

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_model::{Code, Quantity, Unit};

use super::Problems;
use crate::hl7::convert::{self, Rounding};
use crate::hl7::local_codes::LocalCodes;
use crate::hl7::zone::Zone;

/// How the receiver wants its messages written. IHE's own way if left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Dialect {
    /// MSH-12. The IHE device profiles are of version `2.6`; another label changes nothing else.
    pub version: Hl7Version,
    /// Characters on the wire, and MSH-18. What the set lacks is written as `adapters/messages` documents: letters without
    /// their accents, then `?`.
    pub character_set: WireCharacters,
    /// Time zone of all times: an IANA name like `Europe/Berlin`, `UTC`, or a fixed offset like `+01:00`.
    #[schemars(with = "String")]
    pub time_zone: Zone,
    /// Whether times carry their offset from UTC. The profiles require it; without it the hour that a zone repeats in autumn
    /// is ambiguous.
    pub time_offset: bool,
    /// MSH-11 of what is no test. A test always goes out as `D`.
    pub processing_id: ProcessingId,
    /// A second code beside that of the nomenclature, in components 4 to 6.
    pub alternate_codes: AlternateCodes,
    /// CSV file with codes of the receiver's own: `refid,code,text,system`. They go before LOINC. Empty for none.
    pub local_codes_file: Arc<str>,
    /// OBX-11 of alerts: the IHE framework has `F`, gateways of SDPi ask for `R`.
    pub alert_status: AlertResultStatus,
    /// Units that the receiver wants otherwise than devices measure.
    pub unit: Vec<UnitConversion>,
    /// What was read from `local_codes_file`.
    #[serde(skip)]
    pub local_codes: LocalCodes,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            version: Hl7Version::default(),
            character_set: WireCharacters::default(),
            time_zone: Zone::default(),
            time_offset: true,
            processing_id: ProcessingId::default(),
            alternate_codes: AlternateCodes::default(),
            local_codes_file: "".into(),
            alert_status: AlertResultStatus::default(),
            unit: Vec::new(),
            local_codes: LocalCodes::default(),
        }
    }
}

/// A version of HL7, as MSH-12 names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "they are numbers")]
pub enum Hl7Version {
    #[serde(rename = "2.3")]
    V2_3,
    #[serde(rename = "2.3.1")]
    V2_3_1,
    #[serde(rename = "2.4")]
    V2_4,
    #[serde(rename = "2.5")]
    V2_5,
    #[serde(rename = "2.5.1")]
    V2_5_1,
    #[default]
    #[serde(rename = "2.6")]
    V2_6,
    #[serde(rename = "2.7")]
    V2_7,
    #[serde(rename = "2.7.1")]
    V2_7_1,
    #[serde(rename = "2.8")]
    V2_8,
}

impl Hl7Version {
    /// MSH-12.
    pub const fn as_str(self) -> &'static str {
        match self {
            Hl7Version::V2_3 => "2.3",
            Hl7Version::V2_3_1 => "2.3.1",
            Hl7Version::V2_4 => "2.4",
            Hl7Version::V2_5 => "2.5",
            Hl7Version::V2_5_1 => "2.5.1",
            Hl7Version::V2_6 => "2.6",
            Hl7Version::V2_7 => "2.7",
            Hl7Version::V2_7_1 => "2.7.1",
            Hl7Version::V2_8 => "2.8",
        }
    }
}

/// Characters of outgoing messages (HL7 table 0211).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum WireCharacters {
    /// UTF-8.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO 8859-1.
    #[serde(rename = "8859/1")]
    Latin1,
    /// ISO 8859-15.
    #[serde(rename = "8859/15")]
    Latin9,
    /// ASCII.
    #[serde(rename = "ascii")]
    Ascii,
}

impl WireCharacters {
    /// MSH-18.
    pub const fn name(self) -> &'static str {
        match self {
            WireCharacters::Utf8 => "UNICODE UTF-8",
            WireCharacters::Latin1 => "8859/1",
            WireCharacters::Latin9 => "8859/15",
            WireCharacters::Ascii => "ASCII",
        }
    }
}

/// MSH-11 (HL7 table 0103).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ProcessingId {
    /// Production.
    #[default]
    P,
    /// Training: for a receiver's acceptance tests with real data.
    T,
    /// Debugging: nothing that is sent is for patients.
    D,
}

impl ProcessingId {
    /// MSH-11.
    pub const fn as_str(self) -> &'static str {
        match self {
            ProcessingId::P => "P",
            ProcessingId::T => "T",
            ProcessingId::D => "D",
        }
    }
}

/// Where second codes come from, besides the receiver's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlternateCodes {
    /// Nowhere.
    #[default]
    None,
    /// LOINC, for metrics of which the nomenclature table knows it.
    Loinc,
}

/// OBX-11 of alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AlertResultStatus {
    /// `F`, as the IHE framework has it.
    #[default]
    F,
    /// `R`, as SDPi has it.
    R,
}

impl AlertResultStatus {
    /// OBX-11.
    pub const fn as_str(self) -> &'static str {
        match self {
            AlertResultStatus::F => "F",
            AlertResultStatus::R => "R",
        }
    }
}

/// Values in one unit go out in another. Limits follow their value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitConversion {
    /// The unit of the device, `MDC_DIM_MMHG`.
    #[schemars(with = "String")]
    pub from: Unit,
    /// The unit that is sent, `MDC_DIM_KILO_PASCAL`.
    #[schemars(with = "String")]
    pub to: Unit,
    /// Digits after the decimal point, 0 to 9.
    pub decimals: u8,
    /// What becomes of the digits after those.
    #[serde(default)]
    pub rounding: Rounding,
    /// Reference ids of the metrics that are converted; empty for all of that unit.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub metrics: Vec<Code>,
}

impl Dialect {
    /// The second code of a term: the receiver's own, else LOINC where that is wanted, as code, text and system.
    pub fn alternate(&self, code: Code) -> Option<(&str, &str, &str)> {
        if let Some(local) = self.local_codes.get(code) {
            return Some((&local.code, &local.text, &local.system));
        }
        match self.alternate_codes {
            AlternateCodes::None => None,
            AlternateCodes::Loinc => {
                // What stands in brackets is a remark for readers of the table.
                let text = code.description().split(" (").next().unwrap_or_default();
                code.loinc().map(|loinc| (loinc, text, "LN"))
            }
        }
    }

    /// Whether any term has a second code.
    pub(crate) fn has_alternates(&self) -> bool {
        self.alternate_codes != AlternateCodes::None || !self.local_codes.is_empty()
    }

    /// A number of a metric as this receiver gets it: converted, or as it is.
    pub fn converted(&self, metric: Code, unit: Option<Unit>) -> Converted<'_> {
        let applies = |rule: &&UnitConversion| {
            Some(rule.from) == unit && (rule.metrics.is_empty() || rule.metrics.contains(&metric))
        };
        match self.unit.iter().find(applies) {
            Some(rule) => Converted { unit: Some(rule.to), rule: Some(rule) },
            None => Converted { unit, rule: None },
        }
    }

    /// Where it departs from what the IHE profiles have, each in a few words.
    pub fn deviations(&self) -> Vec<String> {
        let usual = Self::default();
        let mut told = Vec::new();
        let mut tell = |differs: bool, text: String| {
            if differs {
                told.push(text);
            }
        };
        tell(self.version != usual.version, format!("version label {} in MSH-12", self.version.as_str()));
        tell(self.character_set != usual.character_set, format!("characters of {}", self.character_set.name()));
        tell(self.time_zone != usual.time_zone, format!("times in the zone {}", self.time_zone));
        tell(!self.time_offset, "times without their offset from UTC".to_owned());
        tell(self.processing_id != usual.processing_id, format!("processing id {}", self.processing_id.as_str()));
        let local = self.local_codes.iter().count();
        tell(local > 0, format!("{local} local codes as alternates, from {}", self.local_codes_file));
        tell(self.alternate_codes == AlternateCodes::Loinc, "LOINC as alternate where it is known".to_owned());
        tell(self.alert_status != usual.alert_status, format!("{} in OBX-11 of alerts", self.alert_status.as_str()));
        for rule in &self.unit {
            let of = if rule.metrics.is_empty() {
                String::new()
            } else {
                let names: Vec<&str> = rule.metrics.iter().map(|metric| metric.refid()).collect();
                format!(" of {}", names.join(", "))
            };
            let digits = match rule.decimals {
                1 => "1 decimal".to_owned(),
                many => format!("{many} decimals"),
            };
            let (from, to) = (rule.from.ucum(), rule.to.ucum());
            tell(true, format!("{from}{of} as {to} with {digits}, {}", rule.rounding.as_str()));
        }
        told
    }

    pub(super) fn problems(&self, problems: &mut Problems) {
        for rule in &self.unit {
            if convert::factor(rule.from, rule.to).is_none() {
                let (from, to) = (rule.from.refid(), rule.to.refid());
                let known: Vec<&str> = convert::targets(rule.from).map(|unit| unit.refid()).collect();
                let expected = if known.is_empty() { "no conversion of it is".to_owned() } else { known.join(", ") };
                problems.add("dialect.unit", format!("no way from {from} to {to} is known here (known: {expected})"));
            }
            if rule.decimals > 9 {
                problems.add("dialect.unit", format!("{} decimals are too many; expected 0 to 9", rule.decimals));
            }
        }
    }
}

/// How numbers of one metric go out.
#[derive(Clone, Copy, Debug)]
pub struct Converted<'a> {
    /// The unit that goes with them.
    pub unit: Option<Unit>,
    rule: Option<&'a UnitConversion>,
}

impl Converted<'_> {
    /// A number in the unit that is sent; `None` if it is too large to be converted, so that it must not be sent as a number.
    pub fn number(&self, number: Quantity) -> Option<Quantity> {
        match self.rule {
            None => Some(number),
            Some(rule) => convert::convert(number, rule.from, rule.to, rule.decimals, rule.rounding),
        }
    }
}

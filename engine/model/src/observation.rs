//! One value of one metric at one determination time, or the device's word that it has none.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Code, Containment, Quantity, Timestamp, Unit};

/// The value of a metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// A number with the device's precision.
    Numeric(Quantity),
    /// One of a set of states.
    Enumeration(Enumeration),
    /// Free text, at most a few hundred characters.
    Text(Arc<str>),
}

impl Value {
    /// The number, if it is one.
    pub fn quantity(&self) -> Option<Quantity> {
        match self {
            Value::Numeric(quantity) => Some(*quantity),
            Value::Enumeration(_) | Value::Text(_) => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Numeric(quantity) => quantity.fmt(f),
            Value::Enumeration(enumeration) => f.write_str(&enumeration.text),
            Value::Text(text) => f.write_str(text),
        }
    }
}

/// A state out of a set: its text, and its code where the nomenclature has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enumeration {
    /// Nomenclature text of the state, `pump-status-infusing`.
    pub text: Arc<str>,
    /// Code of the state, where there is one.
    pub code: Option<Code>,
}

impl Enumeration {
    /// A state that has a text only.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into(), code: None }
    }
}

/// How far a value that is there can be trusted (measurement validity, IEEE 11073-10207).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    /// The device vouches for it.
    Valid,
    /// The device doubts it. Shown and sent as such, never judged as if valid.
    Questionable,
    /// Taken while the device calibrates.
    Calibrating,
}

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absence {
    /// The device has something and says it must not be used (probe off, demonstration data, error).
    Invalid,
    /// Above the measuring range.
    Overflow,
    /// Below the measuring range.
    Underflow,
    /// The device has nothing.
    NotAvailable,
}

/// A value with its quality, or the reason why there is none. A number cannot be had without its validity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// There is a value.
    Value(Value, Quality),
    /// There is none.
    Absent(Absence),
}

/// Measurement validity as one flat word, the form used in JSON and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// See [`Quality::Valid`].
    Valid,
    /// See [`Quality::Questionable`].
    Questionable,
    /// See [`Quality::Calibrating`].
    Calibrating,
    /// See [`Absence::Invalid`].
    Invalid,
    /// See [`Absence::Overflow`].
    Overflow,
    /// See [`Absence::Underflow`].
    Underflow,
    /// See [`Absence::NotAvailable`].
    NotAvailable,
}

impl Validity {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Validity::Valid => "valid",
            Validity::Questionable => "questionable",
            Validity::Calibrating => "calibrating",
            Validity::Invalid => "invalid",
            Validity::Overflow => "overflow",
            Validity::Underflow => "underflow",
            Validity::NotAvailable => "not-available",
        }
    }
}

impl Reading {
    /// The flat word for this reading.
    pub const fn validity(&self) -> Validity {
        match self {
            Reading::Value(_, Quality::Valid) => Validity::Valid,
            Reading::Value(_, Quality::Questionable) => Validity::Questionable,
            Reading::Value(_, Quality::Calibrating) => Validity::Calibrating,
            Reading::Absent(Absence::Invalid) => Validity::Invalid,
            Reading::Absent(Absence::Overflow) => Validity::Overflow,
            Reading::Absent(Absence::Underflow) => Validity::Underflow,
            Reading::Absent(Absence::NotAvailable) => Validity::NotAvailable,
        }
    }

    /// The value, whatever its quality. For display beside its validity; a rule asks the engine for freshness instead.
    pub const fn value(&self) -> Option<&Value> {
        match self {
            Reading::Value(value, _) => Some(value),
            Reading::Absent(_) => None,
        }
    }
}

/// Alarm limits that are set on the device itself for a metric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceLimits {
    /// Lower limit, in the unit of the observation.
    pub low: Option<Quantity>,
    /// Upper limit, in the unit of the observation.
    pub high: Option<Quantity>,
}

/// One reading of one metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Which metric.
    pub metric: Code,
    /// Where in the device: metric row of its containment tree. Two channels of one device may measure the same metric.
    pub containment: Containment,
    /// Unit of the number; `None` for enumerations and text.
    pub unit: Option<Unit>,
    /// The value, or why there is none.
    pub reading: Reading,
    /// When an episodic value (cuff pressure, weight) was determined, in the appliance's time; `None` means now.
    pub determined_at: Option<Timestamp>,
    /// The device's own time of it. Data only: nothing is ordered by it.
    pub device_time: Option<Timestamp>,
    /// Limits set on the device, where its protocol gives them. Few readings have them, and readings are many: apart.
    pub limits: Option<Box<DeviceLimits>>,
}

impl Observation {
    /// A reading of `metric` at `containment`, determined now.
    pub fn new(metric: Code, containment: Containment, unit: Option<Unit>, reading: Reading) -> Self {
        Self { metric, containment, unit, reading, determined_at: None, device_time: None, limits: None }
    }
}

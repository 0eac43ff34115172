//! A device and its metrics.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Moment, Text};

/// A device of a bed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Device {
    /// Configured id.
    pub id: Text,
    /// Name of its driver or register-map profile.
    pub profile: Text,
    /// What it is, for people.
    pub title: Text,
    /// Whether it is no apparatus but what the appliance calculates.
    pub calculated: bool,
    /// Configured id of the link that it is reached by; empty if it is calculated.
    pub line: Text,
    /// State of the connection to it.
    pub link: DeviceLink,
    /// Who it says it is.
    pub identity: Identity,
    /// What it says it is doing: `normal`, `standby`, `demo`, `service`, `configuration`.
    pub mode: Text,
    /// Wire faults since the start, by kind; kinds that did not occur are left out.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub faults: BTreeMap<Text, u64>,
    /// How its own clock goes; `null` if it says no time, or has not said it often enough.
    pub clock: Option<Clock>,
    /// Its metrics, ascending by row.
    pub metrics: Vec<Metric>,
}

/// State of the connection to a device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeviceLink {
    /// How it is.
    pub state: DeviceLinkState,
    /// What happened, and what to do, if it is lost.
    pub reason: Option<Text>,
    /// Since when.
    pub since: Moment,
}

/// How the connection to a device is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceLinkState {
    /// The port or socket is being opened.
    #[default]
    Connecting,
    /// The line is open and the device has not answered yet.
    Associating,
    /// The device answers.
    Up,
    /// The device is silent, or the port is gone.
    Lost,
}

impl DeviceLinkState {
    /// In a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            DeviceLinkState::Connecting => "connecting",
            DeviceLinkState::Associating => "associating",
            DeviceLinkState::Up => "up",
            DeviceLinkState::Lost => "lost",
        }
    }
}

/// Who a device says it is. Empty texts are unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Identity {
    /// Maker.
    pub manufacturer: Text,
    /// Model.
    pub model: Text,
    /// Serial number.
    pub serial: Text,
    /// Software or protocol version.
    pub software: Text,
}

/// How a device's own clock goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Clock {
    /// How far it is ahead of the appliance, milliseconds; negative if behind.
    pub offset_ms: i64,
    /// How much it gains, parts per million; not known before half an hour.
    pub drift_ppm: Option<i32>,
    /// How often it was set since it was first heard.
    pub jumps: u32,
}

/// A metric.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Metric {
    /// Reference id, `MDC_PULS_OXIM_SAT_O2`.
    pub refid: Text,
    /// Its row in the device, `1.1.1.1`.
    pub row: Text,
    /// Label for people.
    pub label: Text,
    /// Unit in UCUM; `null` for states and text.
    pub unit: Option<Text>,
    /// `measurement`, `calculation` or `setting`.
    pub category: Text,
    /// What may be shown as current.
    pub reading: Reading,
    /// How long ago it last arrived when the picture was taken, with or without a value, milliseconds; `null` if never.
    pub age_ms: Option<u64>,
    /// The limits that are judged by the appliance.
    pub limits: Vec<Limit>,
    /// The lower limit that is set on the device itself, where it says so.
    pub device_low: Option<Text>,
    /// The upper limit that is set on the device itself, where it says so.
    pub device_high: Option<Text>,
}

/// What may be shown of a metric. Only what is current has a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Reading {
    /// A value that is current.
    Current {
        /// The value as the device gives it, a number or a state.
        value: Text,
        /// The same as a number, for plots.
        number: Option<Number>,
        /// `valid`, `questionable` or `calibrating`.
        quality: Text,
    },
    /// There was a value; it is too old, or the device is silent.
    Stale,
    /// The device says that it has no usable value.
    Invalid {
        /// `invalid`, `overflow`, `underflow` or `not-available`.
        reason: Text,
    },
    /// No value has been received since the start.
    #[default]
    Never,
}

impl Reading {
    /// The value, if it is current.
    pub fn value(&self) -> Option<&Text> {
        match self {
            Reading::Current { value, .. } => Some(value),
            Reading::Stale | Reading::Invalid { .. } | Reading::Never => None,
        }
    }
}

/// A number for plots: nothing is judged by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = f64)]
pub struct Number(pub f64);

/// A limit that the appliance judges.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Limit {
    /// Name of the rule.
    pub rule: Text,
    /// `low` or `high`.
    pub side: Text,
    /// The limit, in the unit of the metric.
    pub limit: Text,
}

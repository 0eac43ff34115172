//! What a link says about a device. Data only ever moves this way: nothing here can ask a device to do something.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Code, ConditionKind, Containment, DeviceIndex, Now, Observation, Priority, Waveform};

/// One report of one device, with the time at which its last byte arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceReport {
    /// Which device.
    pub device: DeviceIndex,
    /// When its last byte arrived.
    pub received: Now,
    /// What is said.
    pub report: Report,
}

/// What a link can say about a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// State of the connection to the device.
    Link(LinkState),
    /// Who the device says it is.
    Identity(Identity),
    /// What the device says it is doing.
    Mode(OperatingMode),
    /// A value, or the device's word that it has none.
    Observation(Observation),
    /// An alarm of the device is present or is over.
    Alarm(DeviceAlarm),
    /// The whole list of the device's alarms has been read: an alarm that was not reported present since the previous
    /// such report (or since the link came up) is over. Sent by sessions whose protocol gives the list as a whole, so that
    /// alarms remembered from before a reconnect or a restart end on evidence and never on silence.
    AlarmsListed,
    /// A piece of a waveform. Shown and recorded; nothing judges it.
    Waveform(Waveform),
    /// Trouble on the wire. Counted, judged, never fatal.
    Fault(Fault),
}

/// State of the connection to one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum LinkState {
    /// The port or socket is being opened.
    Connecting,
    /// The line is open and the device has not answered yet.
    Associating,
    /// The device answers.
    Up,
    /// The device is silent, or the port is gone.
    Lost {
        /// What happened, for people.
        reason: Arc<str>,
    },
}

/// Who a device says it is. Empty fields are unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Maker.
    pub manufacturer: Arc<str>,
    /// Model.
    pub model: Arc<str>,
    /// Serial number, or another number that tells this device from others of its model.
    pub serial: Arc<str>,
    /// Software or protocol version.
    pub software: Arc<str>,
}

/// What a device says it is doing. Only values of [`OperatingMode::Normal`] are of a patient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperatingMode {
    /// In use on a patient.
    #[default]
    Normal,
    /// Switched on, not in use.
    Standby,
    /// Shows invented data.
    Demo,
    /// Being serviced or tested.
    Service,
    /// Being configured.
    Configuration,
}

impl OperatingMode {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            OperatingMode::Normal => "normal",
            OperatingMode::Standby => "standby",
            OperatingMode::Demo => "demo",
            OperatingMode::Service => "service",
            OperatingMode::Configuration => "configuration",
        }
    }
}

/// An alarm raised by a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceAlarm {
    /// Event code; `MDC_EVT_ALARM` if the protocol gives only a text.
    pub event: Code,
    /// The part of the device it is about.
    pub source: Containment,
    /// Whether it is present or over.
    pub present: bool,
    /// Priority the device gives it.
    pub priority: Priority,
    /// About the patient or about equipment.
    pub kind: ConditionKind,
    /// Text for people, as the device shows it or as its table names it. Together with event and source it tells alarms of
    /// one device apart.
    pub text: Arc<str>,
}

/// Trouble on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What kind of trouble.
    pub kind: FaultKind,
    /// How many bytes were dropped because of it.
    pub bytes: u32,
    /// For people: what was expected and what was found. Never patient data.
    pub detail: String,
}

/// Kinds of wire trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// A frame whose check does not fit.
    Checksum,
    /// Bytes that do not form a frame.
    Framing,
    /// A frame that ends too early.
    Truncated,
    /// An answer that did not come in time.
    Timeout,
    /// A well-formed frame that was not asked for, or arrived late.
    Unexpected,
    /// The device answered with an error.
    Exception,
    /// The device is not the one that was expected.
    Identity,
    /// A frame longer than its protocol allows.
    Overlong,
}

impl FaultKind {
    /// All kinds, in the order of their names in counters.
    pub const ALL: [FaultKind; 8] = [
        FaultKind::Checksum,
        FaultKind::Framing,
        FaultKind::Truncated,
        FaultKind::Timeout,
        FaultKind::Unexpected,
        FaultKind::Exception,
        FaultKind::Identity,
        FaultKind::Overlong,
    ];

    /// The word used in JSON and counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            FaultKind::Checksum => "checksum",
            FaultKind::Framing => "framing",
            FaultKind::Truncated => "truncated",
            FaultKind::Timeout => "timeout",
            FaultKind::Unexpected => "unexpected",
            FaultKind::Exception => "exception",
            FaultKind::Identity => "identity",
            FaultKind::Overlong => "overlong",
        }
    }
}

impl Fault {
    /// A fault that cost `bytes` bytes.
    pub fn new(kind: FaultKind, bytes: usize, detail: impl Into<String>) -> Self {
        Self { kind, bytes: u32::try_from(bytes).unwrap_or(u32::MAX), detail: detail.into() }
    }
}

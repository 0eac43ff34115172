//! What a device model is: the tree of its parts and the metrics and alarms it can report. Descriptors only; how a device
//! is now lives in the engine.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Code, ConditionKind, Priority, Quantity, Unit};

/// Place of a row in a device's tree: MDS, VMD, channel, metric. Written `1.1.2.3`; 0 on the right means "the part
/// itself" (IHE PCD TF-2 B.8.4, OBX-4). The numbers are stable for a device from message to message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Containment {
    /// Medical device system, the whole device. 1 for every device of its own.
    pub mds: u16,
    /// Virtual medical device, one functional subsystem.
    pub vmd: u16,
    /// Channel, a group of metrics.
    pub channel: u16,
    /// Metric; 0 for a row that is a part of the device.
    pub metric: u16,
}

impl Containment {
    /// `mds.vmd.channel.metric`.
    pub const fn new(mds: u16, vmd: u16, channel: u16, metric: u16) -> Self {
        Self { mds, vmd, channel, metric }
    }

    /// The channel that holds this row.
    pub const fn channel_row(self) -> Self {
        Self { metric: 0, ..self }
    }

    /// The VMD that holds this row.
    pub const fn vmd_row(self) -> Self {
        Self { channel: 0, metric: 0, ..self }
    }

    /// The MDS that holds this row.
    pub const fn mds_row(self) -> Self {
        Self { vmd: 0, channel: 0, metric: 0, ..self }
    }
}

impl fmt::Display for Containment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{}", self.mds, self.vmd, self.channel, self.metric)
    }
}

/// Why a text is not a [`Containment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a containment is four numbers from 0 to 65535 with points between, like 1.1.2.3")]
pub struct ContainmentError;

impl FromStr for Containment {
    type Err = ContainmentError;

    fn from_str(text: &str) -> Result<Self, ContainmentError> {
        let mut numbers = text.split('.').map(|part| part.parse::<u16>().map_err(|_| ContainmentError));
        let mut next = || numbers.next().unwrap_or(Err(ContainmentError));
        let containment = Containment::new(next()?, next()?, next()?, next()?);
        if numbers.next().is_some() { Err(ContainmentError) } else { Ok(containment) }
    }
}

impl Serialize for Containment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Containment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Metric category (IEEE 11073-10207).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Measured by the device.
    #[default]
    Measurement,
    /// Calculated by the device from measurements.
    Calculation,
    /// Set on the device by a person.
    Setting,
}

/// A VMD or channel of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its row: `mds.vmd.0.0` or `mds.vmd.channel.0`.
    pub containment: Containment,
    /// What it is.
    pub code: Code,
}

/// What a metric of a device is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricDescriptor {
    /// Which metric.
    pub code: Code,
    /// Its row.
    pub containment: Containment,
    /// Its unit; `None` for enumerations and text.
    pub unit: Option<Unit>,
    /// Measured, calculated or set.
    pub category: Category,
    /// How long a value counts as current; `None` takes the device's bound. Longer for episodic values such as a cuff
    /// pressure or a weight.
    pub fresh_for: Option<Duration>,
    /// Whether values come now and then (cuff pressure, weight) instead of continuously: they carry their own time
    /// (OBX-14), and their absence is not a fault.
    pub episodic: bool,
    /// Physical plausibility, inclusive: a number outside is a sensor or parsing error and reported as invalid.
    pub plausible: Option<(Quantity, Quantity)>,
    /// Short label for people, `SpO2`.
    pub label: Arc<str>,
}

/// An alarm that a device model can raise by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceAlarmDescriptor {
    /// Event code; `MDC_EVT_ALARM` if the protocol gives only a text.
    pub event: Code,
    /// About the patient or about equipment.
    pub kind: ConditionKind,
    /// Priority if the device does not say one.
    pub priority: Priority,
    /// Text for people.
    pub text: Arc<str>,
}

/// Everything fixed about a device model as one driver sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Name of the driver or register-map profile, `ge-s5-dri`, `bed-contacts`.
    pub name: Arc<str>,
    /// The devices it serves, for people: `GE S/5 patient monitors`.
    pub title: Arc<str>,
    /// What the whole device is.
    pub mds: Code,
    /// VMDs and channels, ascending by containment.
    pub nodes: Vec<Node>,
    /// Metrics, ascending by containment.
    pub metrics: Vec<MetricDescriptor>,
    /// Alarms the device can raise.
    pub alarms: Vec<DeviceAlarmDescriptor>,
    /// How long a value counts as current unless its metric or the configuration says otherwise.
    pub fresh_for: Duration,
}

impl Profile {
    /// The metric at a row.
    pub fn metric(&self, code: Code, containment: Containment) -> Option<&MetricDescriptor> {
        self.metrics.iter().find(|metric| metric.containment == containment && metric.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containment_is_four_numbers() {
        assert_eq!("1.2.3.4".parse(), Ok(Containment::new(1, 2, 3, 4)));
        for refused in ["", "1", "1.2.3", "1.2.3.4.5", "1.2.3.-4", "1.2.3.65536", "a.b.c.d"] {
            assert_eq!(refused.parse::<Containment>(), Err(ContainmentError), "{refused}");
        }
    }
}

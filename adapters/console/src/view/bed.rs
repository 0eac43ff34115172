//! A bed.

use serde::Serialize;
use utoipa::ToSchema;
use vigil_model::Priority;

use super::{Alarm, Device, Moment, Text};

/// A bed and everything known about it now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Bed {
    /// Configured id.
    pub id: Text,
    /// Point of care.
    pub unit: Text,
    /// Room.
    pub room: Text,
    /// Bed in the room.
    pub bed: Text,
    /// Whether what is said about it is a test: it is no patient's.
    pub test: bool,
    /// The patient who is validly bound to it, without saying who; `null` if nobody is.
    pub patient: Option<Binding>,
    /// Why nothing is charted at it until somebody has looked; empty if nothing is in doubt.
    pub holds: Vec<Hold>,
    /// How far what happens here can reach.
    pub reach: Reach,
    /// Highest priority among alarms whose signal is on or latched.
    #[schema(value_type = Option<String>)]
    pub highest: Option<Priority>,
    /// Alarms whose condition exists.
    pub active: u32,
    /// Alarms that are latched: over, and not acknowledged.
    pub latched: u32,
    /// Those of both that are acknowledged.
    pub acknowledged: u32,
    /// Early-warning scores.
    pub scores: Vec<Score>,
    /// Its devices, in the order of the configuration; what the appliance calculates is one of them.
    pub devices: Vec<Device>,
    /// Alarms that people have been told of and that are not over.
    pub alarms: Vec<Alarm>,
}

impl Bed {
    /// Apparatus at the bed, without what the appliance calculates itself.
    pub fn apparatus(&self) -> impl Iterator<Item = &Device> {
        self.devices.iter().filter(|device| !device.calculated)
    }
}

/// Who bound a patient to a bed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Binding {
    /// By what: `configuration`, `admission`, a person.
    pub by: Text,
    /// Since when, where it is known.
    pub since: Option<Moment>,
}

/// Why nothing is charted at a bed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hold {
    /// Why, for people; no patient data.
    pub reason: Text,
    /// Since when.
    pub since: Moment,
}

/// How far what happens at a bed can reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// No device of the bed answers.
    #[default]
    None,
    /// Devices answer, and no destination that takes the bed's alarms is connected.
    DeviceOnly,
    /// Devices answer, and what takes the bed's alarms is connected.
    EndToEnd,
}

/// An early-warning score.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Score {
    /// Name of its chart.
    pub chart: Text,
    /// Its name for people.
    pub title: Text,
    /// The total; `null` while anything is missing.
    pub total: Option<u16>,
    /// Sum of the points that are known: the total is not less.
    pub at_least: u16,
    /// The highest points of a single input, once no missing input could give more.
    pub highest: Option<u8>,
    /// Its inputs, in the order of the chart.
    pub parts: Vec<Part>,
}

/// An input of a score.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Part {
    /// Name of the input.
    pub input: Text,
    /// Label for people.
    pub label: Text,
    /// Its points; `null` if there is no answer that counts.
    pub points: Option<u8>,
    /// Why it has no points: `never`, `too-old`, `invalid`, `unknown`.
    pub missing: Option<Text>,
}

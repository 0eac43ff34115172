//! The plan of a ward: what is where. Everything here is fixed when a configuration is applied.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{BedIndex, BedRules, DeviceIndex, Eui64, LimitRule, Priority, Profile, Score};

/// The appliance, its beds and its devices. [`BedIndex`] and [`DeviceIndex`] are positions in the two lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ward {
    /// This appliance.
    pub appliance: Appliance,
    /// Beds, in the order of the configuration.
    pub beds: Vec<Bed>,
    /// Devices, in the order of the configuration; then those that are no apparatus but this appliance's own calculations.
    pub devices: Vec<Device>,
    /// What is calculated, at most one for each bed.
    pub calculators: Vec<Calculator>,
}

/// Id of the bed that does not exist: its alarms prove the way from a device to the receivers, and nothing about it is meant
/// for a patient.
pub const CANARY: &str = "canary";

impl Ward {
    /// Whether what is said about a bed is a test: everything on a test appliance, and the canary.
    pub fn is_test(&self, bed: &str) -> bool {
        self.appliance.test || bed == CANARY
    }

    /// The bed at an index of this ward.
    pub fn bed(&self, index: BedIndex) -> Option<&Bed> {
        self.beds.get(index.0 as usize)
    }

    /// The device at an index of this ward.
    pub fn device(&self, index: DeviceIndex) -> Option<&Device> {
        self.devices.get(index.0 as usize)
    }

    /// The bed with a configured id.
    pub fn bed_named(&self, id: &str) -> Option<(BedIndex, &Bed)> {
        let index = self.beds.iter().position(|bed| &*bed.id == id)?;
        Some((BedIndex(u32::try_from(index).ok()?), &self.beds[index]))
    }

    /// The device with a configured id.
    pub fn device_named(&self, id: &str) -> Option<(DeviceIndex, &Device)> {
        let index = self.devices.iter().position(|device| &*device.id == id)?;
        Some((DeviceIndex(u32::try_from(index).ok()?), &self.devices[index]))
    }

    /// The devices of a bed, in the order of the configuration.
    pub fn devices_of(&self, bed: BedIndex) -> impl Iterator<Item = (DeviceIndex, &Device)> {
        (0u32..).map(DeviceIndex).zip(&self.devices).filter(move |(_, device)| device.bed == bed)
    }
}

/// This appliance, as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appliance {
    /// Short id, unique in the hospital; part of occurrence and control ids: `ward-4b`.
    pub id: Arc<str>,
    /// Its EUI-64 for HL7 (MSH-3, OBR-3).
    pub eui64: Eui64,
    /// Site, first level of MQTT topics.
    pub site: Arc<str>,
    /// Organisation that runs it, for HL7 (MSH-4, assigning authorities).
    pub facility: Arc<str>,
    /// Whether everything it says is a test or demonstration: processing id `D`, `"test":true`.
    pub test: bool,
}

/// A bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bed {
    /// Configured id.
    pub id: Arc<str>,
    /// Where it stands.
    pub location: Location,
    /// The patient that configuration binds to it.
    pub patient: Option<Arc<Patient>>,
    /// How often its observations are reported (PCD-01).
    pub report_interval: Duration,
    /// Limit conditions of its patient.
    pub rules: Vec<LimitRule>,
    /// Technical conditions of its devices.
    pub technical: TechnicalRules,
    /// Other conditions of its patient, and how its signals behave.
    pub further: BedRules,
}

/// Where a bed stands (HL7 PL: point of care, room, bed, facility).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Point of care, `4B`.
    pub unit: Arc<str>,
    /// Room.
    pub room: Arc<str>,
    /// Bed in the room.
    pub bed: Arc<str>,
}

/// A patient, as far as messages need one. Never in logs or metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    /// Identifier, PID-3.1.
    pub id: Arc<str>,
    /// Who assigned it, PID-3.4.
    pub authority: Arc<str>,
    /// Kind of identifier, PID-3.5, `MR`.
    pub id_type: Arc<str>,
    /// Family name, PID-5.1.
    pub family: Arc<str>,
    /// Given name, PID-5.2.
    pub given: Arc<str>,
    /// Date of birth `YYYYMMDD` or a part of it, PID-7; empty if unknown.
    pub birth_date: Arc<str>,
    /// Administrative sex, PID-8; empty if unknown.
    pub sex: Arc<str>,
    /// Visit number, PV1-19; empty if unknown.
    pub visit: Arc<str>,
}

/// Priorities and delays of the technical conditions of a bed's devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TechnicalRules {
    /// Priority of "link lost".
    pub link_lost: Priority,
    /// Priority of "no current value" of a continuous metric that had one.
    pub stale: Priority,
    /// Priority of "the device says this metric has no usable value".
    pub invalid: Priority,
    /// How long a metric must be invalid before that is a condition.
    pub invalid_delay: Duration,
    /// Priority of "this limit cannot be evaluated".
    pub cannot_evaluate: Priority,
    /// How long a limit must lack data before that is a condition; counted from the start as well, so that a sensor that
    /// was never connected is noticed.
    pub cannot_evaluate_delay: Duration,
    /// Priority of "this is another device than before".
    pub identity_changed: Priority,
    /// Priority of "the device's clock jumped".
    pub clock_jumped: Priority,
    /// By how much the device's clock must jump between two readings to be told; not zero.
    pub clock_jump: Duration,
}

impl Default for TechnicalRules {
    /// Link lost is of medium priority, since it hides physiological conditions of the device, and so is another device than
    /// before, since its values may be of another patient; the others are low.
    fn default() -> Self {
        Self {
            link_lost: Priority::Medium,
            stale: Priority::Low,
            invalid: Priority::Low,
            invalid_delay: Duration::from_secs(10),
            cannot_evaluate: Priority::Low,
            cannot_evaluate_delay: Duration::from_secs(30),
            identity_changed: Priority::Medium,
            clock_jumped: Priority::Low,
            clock_jump: Duration::from_secs(60),
        }
    }
}

/// What the appliance calculates for a bed. It stands in the ward as a device of that bed, so that its metrics are judged,
/// shown and sent like those of any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calculator {
    /// The device whose metrics are calculated; its profile declares them.
    pub device: DeviceIndex,
    /// Scores.
    pub scores: Vec<Score>,
}

/// A device at a bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Configured id.
    pub id: Arc<str>,
    /// The bed it belongs to.
    pub bed: BedIndex,
    /// What it is.
    pub profile: Arc<Profile>,
    /// Its EUI-64, where known.
    pub eui64: Option<Eui64>,
    /// How long it may be silent before its link counts as lost; three polls by default.
    pub quiet_time: Duration,
    /// How long its values count as current, overriding the profile's bound.
    pub fresh_for: Option<Duration>,
}

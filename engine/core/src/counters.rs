//! What the engine counts about itself.

use std::sync::Arc;

use bevy_ecs::resource::Resource;

/// Counters since the start. They only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// The counters of the ward as a whole.
    pub tally: Tally,
    /// Wire faults of each device, in the order of the configuration.
    pub faults: Vec<DeviceFaults>,
}

/// Counters of the ward as a whole.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Steps that ran.
    pub steps: u64,
    /// Reports taken in.
    pub reports: u64,
    /// Observations of declared metrics among them.
    pub observations: u64,
    /// Events published.
    pub events: u64,
    /// Reports dropped because their device is not in the ward.
    pub unknown_devices: u64,
    /// Observations dropped because the device's profile does not declare the metric; each also counts as a wire fault
    /// `unexpected` of the device.
    pub undeclared_metrics: u64,
    /// Values taken as invalid because their unit is not the one that the profile declares.
    pub wrong_units: u64,
    /// Values taken as invalid because they lie outside the plausible range of their metric.
    pub implausible: u64,
    /// Device alarms dropped because the device had [`crate::DEVICE_ALARMS_MAX`] already.
    pub device_alarms_dropped: u64,
    /// Answers to occurrences that do not exist.
    pub unknown_answers: u64,
    /// Chart entries that were dropped: no score of the bed has that input, or the value is no answer to it.
    pub unknown_entries: u64,
}

/// Wire faults of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceFaults {
    /// Configured id of the device.
    pub device: Arc<str>,
    /// Faults by kind, in the order of [`vigil_model::FaultKind::ALL`].
    pub by_kind: [u64; 8],
}

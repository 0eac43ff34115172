//! What the engine counts.

use serde::Serialize;
use utoipa::ToSchema;

/// Counters of the engine since the start. They only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counters {
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
    /// Observations dropped because the device's profile does not declare the metric.
    pub undeclared_metrics: u64,
    /// Values taken as invalid because of their unit.
    pub wrong_units: u64,
    /// Values taken as invalid because they are not plausible.
    pub implausible: u64,
    /// Device alarms dropped because the device had too many.
    pub device_alarms_dropped: u64,
    /// Answers to alarms that do not exist.
    pub unknown_answers: u64,
    /// Chart entries that no score of the bed asks for, or that are no answer.
    pub unknown_entries: u64,
}

//! A link: a serial line or network connection and who is on it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::Text;

/// A link and what it has counted since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Link {
    /// Configured id.
    pub id: Text,
    /// How it is reached: the port with its settings, or the address.
    pub transport: Text,
    /// Whether it is a Modbus bus.
    pub bus: bool,
    /// Configured ids of its devices.
    pub devices: Vec<Text>,
    /// Whether the port or connection is open now.
    pub open: bool,
    /// Times it was opened.
    pub opened: u64,
    /// Times it was lost, or could not be opened.
    pub lost: u64,
    /// Why it was lost last; empty if never.
    pub last_reason: Text,
    /// Bytes received; only of streams.
    pub bytes_received: u64,
    /// Bytes sent; only of streams.
    pub bytes_sent: u64,
    /// Reports that say something of a device.
    pub reports: u64,
    /// Wire faults by kind; kinds that did not occur are left out.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub faults: BTreeMap<Text, u64>,
    /// The units of a bus.
    pub units: Vec<Unit>,
}

/// A unit of a bus, counted since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unit {
    /// Configured id of the device.
    pub device: Text,
    /// Requests sent, probes included.
    pub polls: u64,
    /// Valid answers, exceptions included.
    pub answers: u64,
    /// Requests without an answer in time.
    pub timeouts: u64,
    /// Answers that were exceptions.
    pub exceptions: u64,
    /// Answers that were damaged or of a wrong length.
    pub malformed: u64,
    /// Requests to find out whether a dead unit is back.
    pub probes: u64,
    /// Bytes that came after their request had timed out.
    pub late_bytes: u64,
    /// Planned reads that were left out because the bus was too slow.
    pub missed: u64,
    /// Planned period of its fastest block, milliseconds.
    pub planned_period_ms: u64,
    /// The period that was really kept, milliseconds; 0 before the second answer.
    pub actual_period_ms: u64,
    /// The longest time between two answers, milliseconds.
    pub longest_period_ms: u64,
}

//! The picture of the ward: reports and commands in, events out.
//!
//! Holds the latest knowledge of every bed and device, supervises links and freshness, judges alarm conditions and decides
//! what people are told. Deterministic and without I/O: no clock, socket, thread or file; time is handed in with every
//! step. It does not know how devices speak or how messages look, and it never sends anything towards a device.
//!
//! Inside, a bevy_ecs world with an entity a bed and an entity a device, and one single-threaded schedule of chained
//! stages. The two machines that decide about alarms are plain functions: [`machine::condition`] and [`machine::signal`].

mod assemble;
mod association;
mod bed;
mod calculator;
mod combination;
mod counters;
mod deadlines;
mod device;
mod engine;
mod flow;
mod layout;
pub mod machine;
mod occurrence;
mod pumps;
mod rate;
mod restore;
pub mod score;
mod scoring;
mod snapshot;
mod stage;
mod threshold;

pub use counters::{Counters, DeviceFaults, Tally};
pub use device::JOINABLE_MAX;
pub use engine::Engine;
pub use restore::Restored;
pub use snapshot::{BedSnapshot, DeviceSnapshot, LimitSnapshot, MetricSnapshot, PartSnapshot, ScoreSnapshot, Snapshot};
pub use stage::judge_raised::DEVICE_ALARMS_MAX;

#[cfg(test)]
extern crate self as vigil_engine;

#[cfg(test)]
#[path = "../tests/common/mod.rs"]
mod common;

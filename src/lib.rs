//! Vigil: bedside device integration for hospital wards.
//!
//! Composition only: a checked plan becomes a running appliance. What decides lives in the crates below; this crate owns the
//! one loop, the one clock, and the command line. Vigil is a secondary, advisory system: it repeats what devices say, it is
//! never the primary alarm, and nothing in it can write to a device.

pub mod appliance;
pub mod assemble;
pub mod audit;
pub mod canary;
pub mod cli;
pub mod clock;
pub mod console;
pub mod control;
pub mod demo;
pub mod history;
pub mod interface_kit;
pub mod listen;
mod listen_content;
mod presence;
pub mod receiver;
pub mod recording;
mod renewal;
pub mod replay;
pub mod request;
pub mod rules;
pub mod runtime;
mod scribe;
pub mod service;
pub mod simulate;
pub mod telemetry;
mod watch;

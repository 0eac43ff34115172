//! Delivery over one connection: MLLP out and in, MQTT.
//!
//! The promise: what the outbox holds reaches its receiver in the order of its making, alarms before observations, and is
//! settled only by the receiver's own acknowledgement of that very message. A repeat carries the same bytes and the same
//! control id. A broken connection costs time and repeats, never a message.
//!
//! It makes no message, opens no file, and asks no clock but the one it is handed. What is tried when is decided by pure
//! machines ([`choose`], [`mllp::delivery`], `mqtt::window`); the shells around them move bytes.

pub mod backoff;
pub mod choose;
pub mod mllp;
pub mod mqtt;
pub mod status;
mod timer;
pub mod tls;

use std::sync::Arc;

use vigil_model::Now;

/// Reads both clocks. Only the program's root makes one.
pub type Clock = Arc<dyn Fn() -> Now + Send + Sync>;

pub use backoff::Backoff;
pub use status::{SinkCounters, SinkState, SinkStatus};

//! MQTT: topics, payloads, the envelope that waits in the outbox, and answers that come back.
//!
//! Topics and properties follow the convention of the interface specification: one retained state per alarm, bed, device and
//! gateway. No patient name or identifier in any topic or will, and in alarm payloads only for a destination that is
//! configured to receive it.

pub mod alarm;
pub mod answer;
pub mod charted;
pub mod gateway;
pub mod publish;
pub mod state;
pub mod topic;

pub use answer::{AnswerError, parse_answer};
pub use charted::{EntryError, parse_entry};
pub use gateway::{Will, heartbeat, offline, online, will};
pub use publish::{EnvelopeError, MqttPublish, Qos};
pub use topic::Topics;

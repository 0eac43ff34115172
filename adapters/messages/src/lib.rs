//! Events to text and back: HL7 v2.6 (IHE PCD-01 and PCD-04) and MQTT.
//!
//! The promise: everything here is a function of its arguments. No socket, thread, file, clock or runtime; the same event
//! gives the same bytes. What is read from outside never panics and is bounded. Delivery, repeats and acknowledgement
//! deadlines are the sinks' business; which events exist is the engine's.
//!
//! - [`hl7`]: reading and writing HL7 v2, the two outgoing messages, acknowledgements.
//! - [`mqtt`]: topics, payloads, the envelope that waits in the outbox, answers that come back.
//! - [`check`]: what an interface engineer would object to in a message.
//! - [`destination`]: what an operator may say about a receiver.
//! - [`listener`]: what an operator may say about a place where messages come in; [`receive`]: what comes in, and its answers.
//! - [`encode`]: one engine event and one destination to the messages that the receiver gets.

pub mod check;
pub mod control;
pub mod destination;
pub mod duration_text;
mod encode;
pub mod hl7;
pub mod listener;
pub mod mqtt;
pub mod receive;

pub use control::ControlIds;
pub use destination::{
    AcknowledgementMode, Destination, DestinationProblem, Dialect, Hl7Destination, MqttDestination, MqttProtocol,
};
pub use duration_text::{DurationText, DurationTextError};
pub use encode::encode;

//! HL7 v2 over MLLP, release 1 and 2: framing, delivery, and a receiver.

pub mod codec;
pub mod delivery;
pub mod out;
mod pace;
pub mod server;

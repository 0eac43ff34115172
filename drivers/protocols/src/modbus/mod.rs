//! Modbus devices: register profiles, the schedule of a bus, and frames.
//!
//! A *bus* is one RS-485 line, gateway or TCP connection with one or more *units*. A *profile* says which *blocks* of a
//! unit's four *tables* to read and what the entries mean; one *read* is one request and its answer. Units only ever get
//! requests that read: function codes 1 to 4.
//!
//! Sources: Modbus Application Protocol V1.1b3, Modbus over Serial Line V1.02, Modbus Messaging on TCP/IP V1.0b.

pub mod adu;
mod bus;
mod decoder;
#[cfg(test)]
mod decoder_tests;
mod image;
pub mod import;
mod plan;
pub mod profile;
mod request;

pub use adu::{AsciiCount, AsciiRules, Framing};
pub use bus::{Bus, BusAction, BusUnit, EXCLUDED_RETRY, FAILURES_MAX, UnitCounters};
pub use decoder::{decoder, decoder_with};
pub use image::{ILLEGAL_ADDRESS, RegisterImage};
pub use profile::{IdentityField, PlannedRead, ProfileProblem, RegisterProfile};
pub use request::{Data, ReadError, ReadRequest, RequestError, Table, UnitId, exception_text};

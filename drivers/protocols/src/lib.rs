//! Bytes or registers of a device to reports and back: framing, tables, sessions, register profiles.
//!
//! Deterministic, and without I/O: no socket, port, thread or clock is known here. Every frame decoder keeps a bounded
//! buffer and survives any bytes; trouble on the wire is a [`vigil_model::Fault`] report, never an error that unwinds.
//! Requests come from closed lists that only read: a request that writes to a device cannot be expressed.

pub mod alaris_asena;
pub mod baxter_as50;
pub mod bbraun_bcc;
#[cfg(test)]
mod captures;
pub mod cases;
pub mod check;
pub mod doctor;
pub mod draeger_medibus;
pub mod driver;
pub mod esc_scale;
pub mod fresenius_base;
pub mod ge_giraffe;
pub mod ge_s5_dri;
pub mod guarded;
pub mod identity;
pub mod ivy_450c;
pub mod json;
mod lines;
pub mod link;
mod listen;
pub mod masimo_ascii;
pub mod modbus;
mod open_frame;
pub mod philips_intellivue;
mod poll;
pub mod puritan_bennett;
pub mod row;
pub mod session;
pub mod settings;
pub mod tape;
pub mod terumo_te_ss;
pub mod watch;

pub use session::{Decoder, Session, Transmit};

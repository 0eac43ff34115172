//! The audit trail: every view of a patient's data, every action and every change, by whom, when, why and with what outcome.
//!
//! ```text
//! audit/000000000001.jsonl   one record a line: number, SHA-256 of the line before, entry, signature
//! audit/000000004711.jsonl   the next segment; its first line names the last line of the one before
//! audit.head                 number and hash of the last line, signed: what tells that the end was cut off
//! audit.key  audit.pub       the signing key (0600), made at the first start, and its public half
//! ```
//!
//! *Edit*: a byte that changes makes the next line name another hash, and in the last line the signature and the head fail.
//! *Deletion, reordering*: numbers and hashes no longer follow each other. *Truncation*: the head says how far the trail goes.
//! Whoever holds the key can write anything; against that, heads are told in the log, and [`verify`](verify::verify) takes one
//! that was noted elsewhere as a witness.
//!
//! There are no clinical values in the trail: an [`Entry`] has no place for one.

pub mod entry;
pub mod fhir;
mod key;
mod line;
pub mod recorder;
mod segments;
mod trail;
pub mod verify;

pub use entry::{Action, Entry, Kind, Object, Outcome, Who};
pub use key::public_key;
pub use line::{Head, Line};
pub use recorder::Recorder;
pub use segments::read;
pub use trail::{Limits, Trail};

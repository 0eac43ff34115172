//! What must survive: the numbers that are never used twice, the occurrences that exist, the alarm log, and the outbox.
//!
//! The promise: when [`Journal::commit`] returns, the record is on disk, whole; a process that is killed at any moment
//! comes back with every acknowledged record and without half of one. One SQLite database in WAL mode with
//! `synchronous=FULL`, one thread that writes, and whatever waits goes to disk together.
//!
//! It does not decide what is recorded, does not send anything, and never asks a clock.
//!
//! - [`Journal`]: the handle to the writer.
//! - [`Outbox`]: what a sink sees of its destination's messages; [`SqliteOutbox`] is the durable one, [`MemoryOutbox`]
//!   the one for tests and measurements of sinks.
//! - [`trend`]: numbers over days, in buckets, for who looks back.
//! - [`Reader`]: everything, read-only, for tools and for the start.

mod associations;
mod depths;
mod error;
mod history;
mod journal;
pub mod ledger;
pub mod load;
mod lock;
mod memory;
mod outbox;
mod queue;
mod reader;
mod record;
mod retention;
mod schema;
mod settle;
mod store;
pub mod trend;
mod writer;

pub use associations::{HELD_OF_BED_MAX, RECEIPTS_MAX};
pub use error::JournalError;
pub use history::LedgerLine;
pub use journal::Journal;
pub use memory::MemoryOutbox;
pub use outbox::{Depth, Hop, Outbox, OutboxRow, RowId, Settlement, SqliteOutbox};
pub use queue::{
    GROUP_RECORDS_MAX, JournalStatus, NOTES_WAITING_MAX, RECORDS_WAITING_MAX, SETTLEMENTS_WAITING_MAX,
    TRENDS_WAITING_MAX,
};
pub use reader::{HeldEntry, LoggedEntry, OutboxEntry, OutboxState, Reader};
pub use record::{LogEntry, LogKind, Receipt, Record, RestoredState, UnreadableOccurrence};
pub use retention::Limits;

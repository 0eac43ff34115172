//! Reading the journal without touching it: for tools, for the console, and for a sink that must say everything anew.
//! Works beside a running appliance; a reading sees whole records only.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};
use vigil_model::{Lane, Occurrence, OccurrenceId, Timestamp};

use crate::record::{LogKind, RestoredState};
use crate::store::{read_active, read_counters};
use crate::{JournalError, RowId, schema};

/// A connection that only reads.
pub struct Reader {
    connection: Connection,
}

/// One message of the outbox, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its name in the outbox.
    pub row: RowId,
    /// For which destination.
    pub destination: String,
    /// Which lane it takes.
    pub lane: Lane,
    /// Identity of the message.
    pub control_id: String,
    /// The occurrence it tells of, as text.
    pub occurrence: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// Length of its body in bytes.
    pub body_bytes: u64,
    /// How it is.
    pub state: OutboxState,
}

/// How a message of the outbox is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboxState {
    /// It waits to be delivered.
    Waiting,
    /// It was refused for good and is kept.
    Refused {
        /// How often it was sent.
        attempts: u32,
        /// Why it was refused.
        reason: String,
    },
}

/// Observation messages of one bed for one destination that wait for a person.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct HeldEntry {
    /// Configured id of the bed.
    pub bed: String,
    /// For which destination.
    pub destination: String,
    /// How many.
    pub messages: u64,
    /// When the oldest was made.
    pub oldest: String,
    /// When the newest was made.
    pub newest: String,
}

/// One line of the ledger of an occurrence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedEntry {
    /// When it happened.
    pub at: Timestamp,
    /// Number of the event that told of it; 0 if no event did.
    pub seq: u64,
    /// What happened; `None` if this program cannot read it.
    pub kind: Option<LogKind>,
}

impl Reader {
    /// Opens the database file at `path`, which must exist.
    ///
    /// # Errors
    /// If it cannot be opened or was written by a newer program.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        Ok(Self { connection: schema::open_reader(path)? })
    }

    /// Counters and active occurrences as they are on disk now.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn state(&self) -> Result<RestoredState, JournalError> {
        let counters = read_counters(&self.connection).map_err(JournalError::read)?;
        let (occurrences, unreadable) = read_active(&self.connection).map_err(JournalError::read)?;
        let [next_seq, next_occurrence, next_control, _] = counters;
        Ok(RestoredState {
            next_seq,
            next_occurrence,
            next_control,
            occurrences,
            unreadable,
            ..RestoredState::default()
        })
    }

    /// What is held, by bed and destination.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn held(&self) -> Result<Vec<HeldEntry>, JournalError> {
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT bed, destination, count(*), min(created), max(created) FROM held
                 GROUP BY bed, destination ORDER BY bed, destination",
            )
            .map_err(JournalError::read)?;
        let entry = |row: &rusqlite::Row<'_>| {
            Ok(HeldEntry {
                bed: row.get(0)?,
                destination: row.get(1)?,
                messages: row.get::<_, i64>(2)?.cast_unsigned(),
                oldest: Timestamp::from_micros(row.get(3)?).to_string(),
                newest: Timestamp::from_micros(row.get(4)?).to_string(),
            })
        };
        let held = statement.query_map([], entry).map_err(JournalError::read)?;
        held.collect::<Result<_, _>>().map_err(JournalError::read)
    }

    /// Active and latched occurrences, ascending by condition key.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn active(&self) -> Result<Vec<Occurrence>, JournalError> {
        Ok(read_active(&self.connection).map_err(JournalError::read)?.0)
    }

    /// An occurrence, whether it exists or is over; `None` if it is unknown or no longer kept.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn occurrence(&self, id: &OccurrenceId) -> Result<Option<Occurrence>, JournalError> {
        let body: Option<String> = self
            .connection
            .query_row(
                "SELECT body FROM condition WHERE occurrence = ?1 UNION ALL SELECT body FROM occurrence WHERE id = ?1",
                [id.to_string()],
                |row| row.get(0),
            )
            .optional()
            .map_err(JournalError::read)?;
        Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
    }

    /// Occurrences that are over, newest first, at most `limit`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn history(&self, limit: u32) -> Result<Vec<Occurrence>, JournalError> {
        self.collect("SELECT body FROM occurrence ORDER BY row DESC LIMIT ?1", params![limit], |row| {
            Ok(serde_json::from_str(&row.get::<_, String>(0)?).ok())
        })
        .map(|found| found.into_iter().flatten().collect())
    }

    /// Occurrences that are over, newest first, each with its place; those before a place, or all.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn history_before(&self, before: Option<u64>, limit: u32) -> Result<Vec<(u64, Occurrence)>, JournalError> {
        let before = before.map_or(i64::MAX, u64::cast_signed);
        let found = self.collect(
            "SELECT row, body FROM occurrence WHERE row < ?1 ORDER BY row DESC LIMIT ?2",
            params![before, limit],
            |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), serde_json::from_str(&row.get::<_, String>(1)?).ok())),
        )?;
        Ok(found.into_iter().filter_map(|(row, occurrence)| Some((row, occurrence?))).collect())
    }

    /// Messages of the outbox with a row id above `after`, ascending, at most `limit`, of one destination or of all.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn outbox(
        &self,
        destination: Option<&str>,
        after: RowId,
        limit: u32,
    ) -> Result<Vec<OutboxEntry>, JournalError> {
        self.outbox_of(destination, None, after, limit)
    }

    /// As [`Reader::outbox`]; of those that were refused, of those that were not, or of both.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn outbox_of(
        &self,
        destination: Option<&str>,
        refused: Option<bool>,
        after: RowId,
        limit: u32,
    ) -> Result<Vec<OutboxEntry>, JournalError> {
        self.collect(
            "SELECT row, destination, lane, state, control_id, occurrence, created, length(body), attempts, reason
             FROM outbox WHERE (?1 IS NULL OR destination = ?1) AND row > ?2 AND (?4 IS NULL OR (state <> 0) = ?4)
             ORDER BY row LIMIT ?3",
            params![destination, after.0.cast_signed(), limit, refused],
            |row| {
                let refused = row.get::<_, i64>(3)? != 0;
                Ok(OutboxEntry {
                    row: RowId(row.get::<_, i64>(0)?.cast_unsigned()),
                    destination: row.get(1)?,
                    lane: if row.get::<_, i64>(2)? == 0 { Lane::Alarm } else { Lane::Observation },
                    control_id: row.get(4)?,
                    occurrence: row.get(5)?,
                    created: Timestamp::from_micros(row.get(6)?),
                    body_bytes: row.get::<_, i64>(7)?.cast_unsigned(),
                    state: if refused {
                        OutboxState::Refused {
                            attempts: row.get(8)?,
                            reason: row.get::<_, Option<String>>(9)?.unwrap_or_default(),
                        }
                    } else {
                        OutboxState::Waiting
                    },
                })
            },
        )
    }

    /// The body of one message. It may hold patient data.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn body(&self, row: RowId) -> Result<Option<Vec<u8>>, JournalError> {
        self.connection
            .query_row("SELECT body FROM outbox WHERE row = ?1", [row.0.cast_signed()], |row| row.get(0))
            .optional()
            .map_err(JournalError::read)
    }

    /// The ledger of one occurrence, in the order of writing.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn log(&self, occurrence: &OccurrenceId) -> Result<Vec<LoggedEntry>, JournalError> {
        self.collect(
            "SELECT at, seq, body FROM alarm_log WHERE occurrence = ?1 ORDER BY row",
            params![occurrence.to_string()],
            |row| {
                Ok(LoggedEntry {
                    at: Timestamp::from_micros(row.get(0)?),
                    seq: row.get::<_, i64>(1)?.cast_unsigned(),
                    kind: serde_json::from_str(&row.get::<_, String>(2)?).ok(),
                })
            },
        )
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn collect<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, JournalError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(JournalError::read)?;
        let rows = statement.query_map(parameters, read).map_err(JournalError::read)?;
        rows.collect::<Result<_, _>>().map_err(JournalError::read)
    }
}

//! The database as the writer uses it: one group of records and settlements, one transaction.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, TransactionBehavior, params};
use vigil_model::{AlarmState, Outgoing, Timestamp};

use crate::depths::{Change, Depths};
use crate::outbox::lane_number;
use crate::record::{LogEntry, LogKind, Record, RestoredState, UnreadableOccurrence};
use crate::settle::{self, Settled};
use crate::trend::{self, TrendPiece};
use crate::{JournalError, Limits, associations, schema};

/// A record made ready by whoever commits it, so that the writer only writes.
pub(crate) struct Prepared {
    pub(crate) at: Timestamp,
    counters: [u64; 3],
    occurrences: Vec<PreparedOccurrence>,
    log: Vec<LogLine>,
    /// For its messages, which are written as they are.
    record: Arc<Record>,
    associations: associations::Prepared,
}

struct PreparedOccurrence {
    key: Arc<str>,
    id: String,
    changed: i64,
    active: bool,
    body: String,
}

/// A ledger line as it is stored.
pub(crate) struct LogLine {
    pub(crate) at: i64,
    pub(crate) seq: i64,
    pub(crate) occurrence: String,
    pub(crate) body: String,
}

impl LogLine {
    pub(crate) fn new(entry: &LogEntry) -> Result<Self, JournalError> {
        Ok(Self {
            at: entry.at.as_micros(),
            seq: entry.seq.cast_signed(),
            occurrence: entry.occurrence.to_string(),
            body: kind_text(&entry.kind)?,
        })
    }
}

/// A ledger entry as it is stored.
pub(crate) fn kind_text(kind: &LogKind) -> Result<String, JournalError> {
    serde_json::to_string(kind).map_err(|_| JournalError::Encode { detail: "a ledger line" })
}

impl Prepared {
    pub(crate) fn new(record: Arc<Record>) -> Result<Self, JournalError> {
        let occurrences = record
            .occurrences
            .iter()
            .map(|occurrence| {
                Ok(PreparedOccurrence {
                    key: occurrence.key.0.clone(),
                    id: occurrence.id.to_string(),
                    changed: occurrence.changed.as_micros(),
                    active: occurrence.state != AlarmState::Inactive,
                    body: serde_json::to_string(occurrence)
                        .map_err(|_| JournalError::Encode { detail: "an occurrence" })?,
                })
            })
            .collect::<Result<_, JournalError>>()?;
        let log = record.log.iter().map(LogLine::new).collect::<Result<_, _>>()?;
        Ok(Self {
            at: record.at,
            counters: [record.next_seq, record.next_occurrence, record.next_control],
            occurrences,
            log,
            associations: associations::Prepared::new(&record)?,
            record,
        })
    }
}

/// Names of the counters in the order of [`Prepared::counters`]; the last one is the journal's own.
const COUNTERS: [&str; 4] = ["next_seq", "next_occurrence", "next_control", "next_row"];

/// The writing connection and the counters as they are on disk.
pub(crate) struct Store {
    pub(crate) connection: Connection,
    counters: [u64; 4],
    trend_numbers: trend::store::Numbers,
    /// Whether a transaction is over only when it is on disk.
    durable: bool,
}

impl Store {
    pub(crate) fn open(path: &Path, limits: &Limits) -> Result<(Self, RestoredState, Depths), JournalError> {
        let connection = schema::open_writer(path, limits)?;
        let counters = read_counters(&connection).map_err(JournalError::read)?;
        let (occurrences, unreadable) = read_active(&connection).map_err(JournalError::read)?;
        let depths = Depths::count(&connection).map_err(JournalError::read)?;
        let restored = RestoredState {
            next_seq: counters[0],
            next_occurrence: counters[1],
            next_control: counters[2],
            occurrences,
            associations: associations::read(&connection).map_err(JournalError::read)?,
            receipts: associations::receipts(&connection).map_err(JournalError::read)?,
            unreadable,
        };
        let trend_numbers = trend::store::Numbers::default();
        Ok((Self { connection, counters, trend_numbers, durable: true }, restored, depths))
    }

    /// Writes records and settlements in one transaction. On an error nothing of them is there. One that is not written
    /// `durably` survives the process at once, and a power cut with the next one that is.
    pub(crate) fn write<'a>(
        &mut self,
        records: impl IntoIterator<Item = &'a Prepared>,
        settlements: &[Settled],
        durably: bool,
    ) -> rusqlite::Result<Vec<Change>> {
        self.be_durable(durably)?;
        let mut counters = self.counters;
        let mut changes = Vec::new();
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for settled in settlements {
            settle::write(&transaction, settled, &mut changes)?;
        }
        for record in records {
            for (counter, asked) in counters.iter_mut().zip(record.counters) {
                *counter = (*counter).max(asked);
            }
            for occurrence in &record.occurrences {
                write_occurrence(&transaction, occurrence)?;
            }
            for line in &record.log {
                write_log(&transaction, line)?;
            }
            for message in &record.record.outgoing {
                write_message(&transaction, counters[3], message, &mut changes)?;
                counters[3] += 1;
            }
            record.associations.write(&transaction, &mut counters[3], &mut changes)?;
        }
        for (index, name) in COUNTERS.iter().enumerate() {
            if counters[index] != self.counters[index] {
                transaction
                    .prepare_cached("UPDATE meta SET value = ?2 WHERE name = ?1")?
                    .execute(params![name, counters[index].cast_signed()])?;
            }
        }
        transaction.commit()?;
        self.counters = counters;
        Ok(changes)
    }

    /// Writes a piece of trend.
    pub(crate) fn write_trend(&mut self, piece: &TrendPiece) -> rusqlite::Result<()> {
        trend::store::write(&mut self.connection, &mut self.trend_numbers, piece)
    }

    /// In WAL mode, `NORMAL` writes the log without waiting for the disk; `FULL` waits for all of the log.
    fn be_durable(&mut self, durably: bool) -> rusqlite::Result<()> {
        if self.durable != durably {
            let mode = if durably { "FULL" } else { "NORMAL" };
            self.connection.pragma_update(None, "synchronous", mode)?;
            self.durable = durably;
        }
        Ok(())
    }

    /// Moves the write-ahead log into the database, as far as readers allow.
    pub(crate) fn checkpoint(&self) -> rusqlite::Result<()> {
        self.connection.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?.query_row([], |_| Ok(()))
    }
}

fn write_occurrence(connection: &Connection, occurrence: &PreparedOccurrence) -> rusqlite::Result<()> {
    let PreparedOccurrence { key, id, changed, active, body } = occurrence;
    if *active {
        // Another occurrence of the same condition that never ended is history now, not forgotten.
        connection
            .prepare_cached(
                "INSERT INTO occurrence (id, ended, body)
                 SELECT occurrence, ?3, body FROM condition WHERE key = ?1 AND occurrence <> ?2
                 ON CONFLICT (id) DO NOTHING",
            )?
            .execute(params![key, id, changed])?;
        // One that was over and begins again, since starts are joined, is no longer history.
        connection.prepare_cached("DELETE FROM occurrence WHERE id = ?1")?.execute([id])?;
        connection
            .prepare_cached("REPLACE INTO condition (key, occurrence, changed, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![key, id, changed, body])?;
    } else {
        connection
            .prepare_cached("DELETE FROM condition WHERE key = ?1 AND occurrence = ?2")?
            .execute(params![key, id])?;
        connection
            .prepare_cached(
                "INSERT INTO occurrence (id, ended, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET ended = excluded.ended, body = excluded.body",
            )?
            .execute(params![id, changed, body])?;
    }
    Ok(())
}

pub(crate) fn write_log(connection: &Connection, line: &LogLine) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO alarm_log (at, seq, occurrence, body) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![line.at, line.seq, line.occurrence, line.body])?;
    Ok(())
}

pub(crate) fn write_message(
    connection: &Connection,
    row: u64,
    message: &Outgoing,
    changes: &mut Vec<Change>,
) -> rusqlite::Result<()> {
    if let Some(word) = &message.replaces {
        settle::drop_replaced(connection, message, word, changes)?;
    }
    let lane = lane_number(message.lane);
    let occurrence = message.occurrence.as_ref().map(ToString::to_string);
    connection
        .prepare_cached(
            "INSERT INTO outbox (row, destination, lane, order_word, replaces, occurrence, control_id, created, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            row.cast_signed(),
            message.destination,
            lane,
            message.order,
            message.replaces,
            occurrence,
            message.control_id,
            message.created.as_micros(),
            message.body
        ])?;
    changes.push(Change { destination: message.destination.clone(), lane, refused: false, difference: 1 });
    if let Some(occurrence) = occurrence {
        let kind = LogKind::Queued { destination: message.destination.clone(), control_id: message.control_id.clone() };
        settle::log(connection, message.created, occurrence, &kind)?;
    }
    Ok(())
}

pub(crate) fn read_counters(connection: &Connection) -> rusqlite::Result<[u64; 4]> {
    let mut counters = [1; 4];
    for (counter, name) in counters.iter_mut().zip(COUNTERS) {
        let stored: i64 = connection
            .prepare_cached("SELECT coalesce((SELECT value FROM meta WHERE name = ?1), 1)")?
            .query_row([name], |row| row.get(0))?;
        *counter = stored.cast_unsigned();
    }
    Ok(counters)
}

type Active = (Vec<vigil_model::Occurrence>, Vec<UnreadableOccurrence>);

pub(crate) fn read_active(connection: &Connection) -> rusqlite::Result<Active> {
    let (mut occurrences, mut unreadable) = (Vec::new(), Vec::new());
    let mut statement = connection.prepare("SELECT key, body FROM condition ORDER BY key")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let body: String = row.get(1)?;
        match serde_json::from_str(&body) {
            Ok(occurrence) => occurrences.push(occurrence),
            Err(error) => unreadable.push(UnreadableOccurrence { key: row.get(0)?, reason: error.to_string() }),
        }
    }
    Ok((occurrences, unreadable))
}

//! The tables, and how an older file becomes a newer one.
//!
//! `meta` holds the counters; `condition` the active occurrences by condition key; `occurrence` those that are over;
//! `alarm_log` the ledger; `kept` who lies where and what is known of stays, by name; `association` every association there
//! was; `receipt` messages that were taken in, with the answers given; `held` observation messages of beds that are held;
//! `sent` observation messages that were delivered and could still have to be corrected; `outbox` what is not delivered
//! (`state` 0 waits, 1 was refused and is kept). Row ids of the
//! outbox come from the counter `next_row` and are never used twice, so a sink may remember how far it has read.
//! `trend` holds buckets of numbers by bed and time, with the tables that number beds and series.

use std::path::Path;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::{JournalError, Limits};

/// Schema number that this program writes.
pub(crate) const SCHEMA: i64 = 3;

/// Pages in the write-ahead log after which SQLite itself moves them into the database; the writer does so earlier,
/// when it has nothing else to do.
const WAL_PAGES_MAX: u32 = 16_384;

/// How long a connection waits for another one's lock.
const BUSY_TIMEOUT_MS: u32 = 5_000;

const MIGRATIONS: [&str; SCHEMA as usize] = [
    r"
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta (name, value) VALUES ('next_seq', 1), ('next_occurrence', 1), ('next_control', 1), ('next_row', 1);

CREATE TABLE condition (
  key        TEXT PRIMARY KEY,
  occurrence TEXT NOT NULL,
  changed    INTEGER NOT NULL,
  body       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE occurrence (
  row   INTEGER PRIMARY KEY,
  id    TEXT NOT NULL UNIQUE,
  ended INTEGER NOT NULL,
  body  TEXT NOT NULL
) STRICT;

CREATE TABLE alarm_log (
  row        INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  occurrence TEXT NOT NULL,
  body       TEXT NOT NULL
) STRICT;
CREATE INDEX alarm_log_by_occurrence ON alarm_log (occurrence);

CREATE TABLE outbox (
  row         INTEGER PRIMARY KEY,
  destination TEXT NOT NULL,
  lane        INTEGER NOT NULL,
  state       INTEGER NOT NULL DEFAULT 0,
  order_word  TEXT NOT NULL,
  replaces    TEXT,
  occurrence  TEXT,
  control_id  TEXT NOT NULL UNIQUE,
  created     INTEGER NOT NULL,
  attempts    INTEGER NOT NULL DEFAULT 0,
  reason      TEXT,
  body        BLOB NOT NULL
) STRICT;
CREATE INDEX outbox_by_destination ON outbox (destination, state, lane, row);
CREATE INDEX outbox_by_replaces ON outbox (destination, replaces) WHERE replaces IS NOT NULL AND state = 0;
",
    r"
CREATE TABLE kept (
  key  TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE association (
  number INTEGER PRIMARY KEY,
  bed    TEXT NOT NULL,
  opened INTEGER NOT NULL,
  closed INTEGER,
  body   TEXT NOT NULL
) STRICT;
CREATE INDEX association_by_bed ON association (bed, opened);

CREATE TABLE receipt (
  row        INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  sender     TEXT NOT NULL,
  control_id TEXT NOT NULL,
  body       TEXT NOT NULL,
  UNIQUE (sender, control_id)
) STRICT;

CREATE TABLE held (
  row         INTEGER PRIMARY KEY,
  bed         TEXT NOT NULL,
  destination TEXT NOT NULL,
  lane        INTEGER NOT NULL,
  control_id  TEXT NOT NULL UNIQUE,
  created     INTEGER NOT NULL,
  body        BLOB NOT NULL
) STRICT;
CREATE INDEX held_by_bed ON held (bed, row);

CREATE TABLE sent (
  row         INTEGER PRIMARY KEY,
  bed         TEXT NOT NULL,
  destination TEXT NOT NULL,
  control_id  TEXT NOT NULL,
  created     INTEGER NOT NULL,
  body        BLOB NOT NULL
) STRICT;
CREATE INDEX sent_by_bed ON sent (bed, created);
",
    r"
INSERT INTO meta (name, value) VALUES ('trend_bytes', 0);

CREATE TABLE trend (
  place       INTEGER PRIMARY KEY,
  association INTEGER NOT NULL,
  body        BLOB NOT NULL
) STRICT;

CREATE TABLE trend_bed (
  number INTEGER PRIMARY KEY,
  bed    TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE trend_series (
  number INTEGER PRIMARY KEY,
  bed    TEXT NOT NULL,
  series TEXT NOT NULL,
  UNIQUE (bed, series)
) STRICT;
",
];

/// Opens the one writing connection and brings the file to the current schema.
pub(crate) fn open_writer(path: &Path, limits: &Limits) -> Result<Connection, JournalError> {
    let failed = |source| JournalError::Open { path: path.to_owned(), source: Arc::new(source) };
    let mut connection = Connection::open(path).map_err(failed)?;
    connection
        .execute_batch(&format!(
            "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS};
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA wal_autocheckpoint = {WAL_PAGES_MAX};"
        ))
        .map_err(failed)?;
    let page_bytes: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(failed)?;
    let pages = i64::try_from(limits.database_bytes_max).unwrap_or(i64::MAX) / page_bytes.max(1);
    // Answers with the size in force, which is never below the size the file has already.
    connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(64);
    keep_plans(&connection).map_err(failed)?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

/// A statement is planned once, not anew whenever another number is bound to it (SQLite peeks at bound limits): that takes
/// longer than running it.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(|_| ())
}

/// Opens a connection that only reads. It sees whole records only.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, JournalError> {
    let failed = |source| JournalError::Open { path: path.to_owned(), source: Arc::new(source) };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection
        .execute_batch(&format!("PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}; PRAGMA cache_size = -512;"))
        .map_err(failed)?;
    keep_plans(&connection).map_err(failed)?;
    let found = version(&connection).map_err(failed)?;
    if found > SCHEMA {
        return Err(JournalError::Newer { path: path.to_owned(), found, known: SCHEMA });
    }
    Ok(connection)
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let failed = |source| JournalError::Open { path: path.to_owned(), source: Arc::new(source) };
    let found = version(connection).map_err(failed)?;
    if found > SCHEMA {
        return Err(JournalError::Newer { path: path.to_owned(), found, known: SCHEMA });
    }
    let done = usize::try_from(found.max(0)).unwrap_or(0);
    for (number, statements) in (1i64..).zip(MIGRATIONS).skip(done) {
        let transaction = connection.transaction().map_err(failed)?;
        transaction.execute_batch(statements).map_err(failed)?;
        transaction.pragma_update(None, "user_version", number).map_err(failed)?;
        transaction.commit().map_err(failed)?;
    }
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

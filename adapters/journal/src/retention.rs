//! What the journal may keep, and the tidying that keeps it there. Tidying runs when the writer has nothing else to do,
//! in small pieces, and at the latest after [`GROUPS_BETWEEN`] transactions.
//!
//! Alarm messages that wait are never dropped. Observation messages are, oldest first and counted, once more of them
//! wait for one destination than the limits allow: a disk that is full would lose the alarms too.

use std::time::Duration;

use rusqlite::params;
use vigil_model::Timestamp;

use crate::associations;
use crate::depths::{Change, Depths};
use crate::store::Store;
use crate::trend;

/// Transactions after which the writer tidies up even if it is never idle.
pub(crate) const GROUPS_BETWEEN: u64 = 256;
/// Rows that one piece of tidying deletes at most.
const PIECE_ROWS: i64 = 512;

/// Bounds of what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Occurrences that are over.
    pub history_count_max: u32,
    /// How long occurrences that are over and ledger lines are kept.
    pub history_age_max: Duration,
    /// Ledger lines.
    pub log_count_max: u32,
    /// Dead letters of one destination.
    pub refused_count_max: u32,
    /// Observation messages waiting for one destination.
    pub observations_waiting_max: u32,
    /// How long trends are kept.
    pub trend_age_max: Duration,
    /// Size of the trends, in bytes; the oldest go first.
    pub trend_bytes_max: u64,
    /// Size of the database file; when it is reached, commits fail as on a full disk and settlements go on.
    pub database_bytes_max: u64,
}

impl Default for Limits {
    /// Ninety days, 100 000 occurrences, a million ledger lines, 10 000 dead letters a million waiting observation
    /// messages (about 4 GB; eleven hours of a 500-bed house without its EHR), trends of fourteen days and 1 GiB, and a file of
    /// 16 GiB.
    fn default() -> Self {
        Self {
            history_count_max: 100_000,
            history_age_max: Duration::from_secs(90 * 24 * 3600),
            log_count_max: 1_000_000,
            refused_count_max: 10_000,
            observations_waiting_max: 1_000_000,
            trend_age_max: Duration::from_secs(14 * 24 * 3600),
            trend_bytes_max: 1 << 30,
            database_bytes_max: 16 << 30,
        }
    }
}

/// What one piece of tidying did.
#[derive(Debug, Default)]
pub(crate) struct Tidied {
    pub(crate) changes: Vec<Change>,
    pub(crate) observations_dropped: u64,
    pub(crate) refused_dropped: u64,
    /// Trends went, and more of them may have to.
    pub(crate) trends: bool,
}

/// Deletes one piece of what the limits do not allow. `newest` is the time of the newest record, by which age is told.
pub(crate) fn tidy(
    store: &mut Store,
    depths: &Depths,
    limits: &Limits,
    newest: Option<Timestamp>,
) -> rusqlite::Result<Tidied> {
    let mut tidied = Tidied::default();
    let oldest = newest.map_or(i64::MIN, |newest| (newest - limits.history_age_max).as_micros());
    let transaction = store.connection.transaction()?;
    // Both tables grow at the end and shrink at the front, so the front is where old rows are.
    for (table, time, count_max) in
        [("occurrence", "ended", limits.history_count_max), ("alarm_log", "at", limits.log_count_max)]
    {
        let sql = format!(
            "DELETE FROM {table} WHERE row IN (
               SELECT row FROM (SELECT row, {time} AS time FROM {table} ORDER BY row LIMIT ?1)
               WHERE time < ?2 OR row <= (SELECT max(row) FROM {table}) - ?3)"
        );
        transaction.prepare_cached(&sql)?.execute(params![PIECE_ROWS, oldest, count_max])?;
    }
    associations::tidy(&transaction, oldest)?;
    for (destination, counts) in depths.all() {
        let mut drop_excess = |count: u64, max: u32, state: i64, lane: i64| -> rusqlite::Result<u64> {
            let excess = i64::try_from(count.saturating_sub(u64::from(max))).unwrap_or(i64::MAX).min(PIECE_ROWS);
            if excess == 0 {
                return Ok(0);
            }
            let dropped = transaction
                .prepare_cached(
                    "DELETE FROM outbox WHERE row IN (
                       SELECT row FROM outbox WHERE destination = ?1 AND state = ?2 AND lane = ?3 ORDER BY row LIMIT ?4)",
                )?
                .execute(params![destination, state, lane, excess])? as u64;
            let difference = -i64::try_from(dropped).unwrap_or(i64::MAX);
            tidied.changes.push(Change { destination: destination.clone(), lane, refused: state == 1, difference });
            Ok(dropped)
        };
        tidied.observations_dropped += drop_excess(counts.observations, limits.observations_waiting_max, 0, 1)?;
        let refused = drop_excess(counts.refused, limits.refused_count_max, 1, 1)?;
        tidied.refused_dropped += refused;
        if refused == 0 {
            tidied.refused_dropped += drop_excess(counts.refused, limits.refused_count_max, 1, 0)?;
        }
    }
    tidied.trends = trend::store::tidy(&transaction, limits)?;
    transaction.commit()?;
    Ok(tidied)
}

//! How messages leave the outbox: delivered, refused, replaced. Each that tells of an occurrence leaves a ledger line.

use std::sync::Arc;

use rusqlite::{Connection, Row, params};
use vigil_model::{Outgoing, Timestamp};

use crate::depths::Change;
use crate::outbox::{RowId, Settlement};
use crate::record::LogKind;
use crate::store::{LogLine, kind_text, write_log};

/// A settlement on its way to the disk.
pub(crate) struct Settled {
    pub(crate) row: RowId,
    pub(crate) settlement: Settlement,
}

/// What the ledger needs to know of a row that left.
struct Left {
    destination: Arc<str>,
    lane: i64,
    occurrence: Option<String>,
    control_id: Arc<str>,
    created: Timestamp,
}

fn left(row: &Row<'_>) -> rusqlite::Result<Left> {
    Ok(Left {
        destination: row.get(0)?,
        lane: row.get(1)?,
        occurrence: row.get(2)?,
        control_id: row.get(3)?,
        created: Timestamp::from_micros(row.get(4)?),
    })
}

/// Writes one settlement. A row that is gone already (replaced, settled before) changes nothing.
pub(crate) fn write(connection: &Connection, settled: &Settled, changes: &mut Vec<Change>) -> rusqlite::Result<()> {
    let row = settled.row.0.cast_signed();
    let (found, at) = match &settled.settlement {
        Settlement::Delivered(hop) => {
            let mut statement = connection.prepare_cached(
                "DELETE FROM outbox WHERE row = ?1 AND state = 0
                 RETURNING destination, lane, occurrence, control_id, created",
            )?;
            (first(&mut statement, params![row])?, hop.settled)
        }
        Settlement::Refused { hop, reason } => {
            let mut statement = connection.prepare_cached(
                "UPDATE outbox SET state = 1, attempts = ?2, reason = ?3 WHERE row = ?1 AND state = 0
                 RETURNING destination, lane, occurrence, control_id, created",
            )?;
            (first(&mut statement, params![row, hop.attempts, reason])?, hop.settled)
        }
        Settlement::Superseded { at } => {
            let mut statement = connection.prepare_cached(
                "DELETE FROM outbox WHERE row = ?1 AND state = 0
                 RETURNING destination, lane, occurrence, control_id, created",
            )?;
            (first(&mut statement, params![row])?, *at)
        }
        Settlement::Rewritten { at, control_id, body } => {
            return rewrite(connection, row, *at, control_id, body);
        }
    };
    let Some(left) = found else { return Ok(()) };
    let change =
        |refused, difference| Change { destination: left.destination.clone(), lane: left.lane, refused, difference };
    changes.push(change(false, -1));
    if matches!(settled.settlement, Settlement::Refused { .. }) {
        changes.push(change(true, 1));
    }
    let kind = entry(&left, &settled.settlement);
    match left.occurrence {
        Some(occurrence) => log(connection, at, occurrence, &kind),
        None => Ok(()),
    }
}

/// Puts another message in the place of a waiting one.
fn rewrite(
    connection: &Connection,
    row: i64,
    at: Timestamp,
    control_id: &Arc<str>,
    body: &[u8],
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT destination, lane, occurrence, control_id, created FROM outbox WHERE row = ?1 AND state = 0",
    )?;
    let Some(before) = first(&mut statement, params![row])? else { return Ok(()) };
    connection
        .prepare_cached("UPDATE outbox SET control_id = ?2, created = ?3, body = ?4 WHERE row = ?1")?
        .execute(params![row, control_id, at.as_micros(), body])?;
    let Some(occurrence) = before.occurrence else { return Ok(()) };
    let destination = before.destination;
    let replaced = LogKind::Replaced { destination: destination.clone(), control_id: before.control_id };
    log(connection, at, occurrence.clone(), &replaced)?;
    log(connection, at, occurrence, &LogKind::Queued { destination, control_id: control_id.clone() })
}

fn entry(left: &Left, settlement: &Settlement) -> LogKind {
    let (destination, control_id) = (left.destination.clone(), left.control_id.clone());
    match settlement {
        Settlement::Delivered(hop) => LogKind::Delivered {
            destination,
            control_id,
            queued: Some(left.created),
            sent: hop.sent,
            attempts: hop.attempts,
        },
        Settlement::Refused { reason, .. } => LogKind::Refused { destination, control_id, reason: reason.clone() },
        Settlement::Superseded { .. } | Settlement::Rewritten { .. } => LogKind::Replaced { destination, control_id },
    }
}

/// Deletes what a newer message replaces.
pub(crate) fn drop_replaced(
    connection: &Connection,
    newer: &Outgoing,
    word: &str,
    changes: &mut Vec<Change>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM outbox WHERE destination = ?1 AND replaces = ?2 AND state = 0
         RETURNING destination, lane, occurrence, control_id, created",
    )?;
    let dropped = statement.query_map(params![newer.destination, word], left)?.collect::<Result<Vec<_>, _>>()?;
    for Left { destination, lane, occurrence, control_id, .. } in dropped {
        changes.push(Change { destination: destination.clone(), lane, refused: false, difference: -1 });
        if let Some(occurrence) = occurrence {
            log(connection, newer.created, occurrence, &LogKind::Replaced { destination, control_id })?;
        }
    }
    Ok(())
}

/// Writes a ledger line of the journal's own.
pub(crate) fn log(connection: &Connection, at: Timestamp, occurrence: String, kind: &LogKind) -> rusqlite::Result<()> {
    let body = kind_text(kind).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    write_log(connection, &LogLine { at: at.as_micros(), seq: 0, occurrence, body })
}

fn first(
    statement: &mut rusqlite::CachedStatement<'_>,
    parameters: impl rusqlite::Params,
) -> rusqlite::Result<Option<Left>> {
    // Run to the end: a statement with RETURNING has done its work only then.
    let all = statement.query_map(parameters, left)?.collect::<Result<Vec<_>, _>>()?;
    Ok(all.into_iter().next())
}

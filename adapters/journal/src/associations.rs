//! Who lies where, on disk: what is remembered by name, every association there was, messages taken in, and observations
//! that wait for a person.

use std::sync::Arc;

use rusqlite::{Connection, params};
use vigil_model::{HeldVerdict, Lane, Outgoing, Remembered, Timestamp};

use crate::JournalError;
use crate::depths::Change;
use crate::outbox::lane_number;
use crate::record::{Receipt, Record};
use crate::store::write_message;

/// Receipts that are kept; a repeat of an older message is taken in again.
pub const RECEIPTS_MAX: u32 = 10_000;
/// Held messages that are kept of one bed; beyond it the oldest go.
pub const HELD_OF_BED_MAX: u32 = 20_000;

/// What a record says about associations, made ready to be written.
pub(crate) struct Prepared {
    kept: Vec<(String, Option<String>)>,
    associations: Vec<PreparedAssociation>,
    receipts: Vec<(Receipt, String)>,
    held: Vec<Outgoing>,
    verdicts: Vec<(Arc<str>, HeldVerdict)>,
}

struct PreparedAssociation {
    number: i64,
    bed: Arc<str>,
    opened: i64,
    closed: Option<i64>,
    body: String,
}

fn text(value: &impl serde::Serialize, detail: &'static str) -> Result<String, JournalError> {
    serde_json::to_string(value).map_err(|_| JournalError::Encode { detail })
}

impl Prepared {
    pub(crate) fn new(record: &Record) -> Result<Self, JournalError> {
        let kept = record.kept.iter().map(|kept| {
            let body = kept.what.as_ref().map(|what| text(what, "what is known of a stay or bed")).transpose()?;
            Ok((kept.key.clone(), body))
        });
        let associations = record.associations.iter().map(|association| {
            Ok(PreparedAssociation {
                number: association.number.cast_signed(),
                bed: Arc::clone(&association.bed),
                opened: association.opened.at.as_micros(),
                closed: association.closed.as_ref().map(|mark| mark.at.as_micros()),
                body: text(association, "an association")?,
            })
        });
        let receipts = record.receipts.iter().map(|receipt| Ok((receipt.clone(), text(receipt, "a receipt")?)));
        Ok(Self {
            kept: kept.collect::<Result<_, JournalError>>()?,
            associations: associations.collect::<Result<_, JournalError>>()?,
            receipts: receipts.collect::<Result<_, JournalError>>()?,
            held: record.held.clone(),
            verdicts: record.verdicts.clone(),
        })
    }

    pub(crate) fn write(
        &self,
        connection: &Connection,
        next_row: &mut u64,
        changes: &mut Vec<Change>,
    ) -> rusqlite::Result<()> {
        for (key, body) in &self.kept {
            match body {
                Some(body) => connection
                    .prepare_cached("REPLACE INTO kept (key, body) VALUES (?1, ?2)")?
                    .execute(params![key, body])?,
                None => connection.prepare_cached("DELETE FROM kept WHERE key = ?1")?.execute(params![key])?,
            };
        }
        for PreparedAssociation { number, bed, opened, closed, body } in &self.associations {
            connection
                .prepare_cached(
                    "REPLACE INTO association (number, bed, opened, closed, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![number, bed, opened, closed, body])?;
        }
        for (receipt, body) in &self.receipts {
            connection
                .prepare_cached("REPLACE INTO receipt (at, sender, control_id, body) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![receipt.at.as_micros(), receipt.sender, receipt.control_id, body])?;
        }
        for (bed, verdict) in &self.verdicts {
            if *verdict == HeldVerdict::Release {
                release(connection, bed, next_row, changes)?;
            }
            connection.prepare_cached("DELETE FROM held WHERE bed = ?1")?.execute(params![bed])?;
        }
        for message in &self.held {
            connection
                .prepare_cached(
                    "INSERT INTO held (bed, destination, lane, control_id, created, body)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![
                    message.order,
                    message.destination,
                    lane_number(message.lane),
                    message.control_id,
                    message.created.as_micros(),
                    message.body
                ])?;
            connection
                .prepare_cached(
                    "DELETE FROM held WHERE row IN (
                       SELECT row FROM held WHERE bed = ?1 ORDER BY row DESC LIMIT -1 OFFSET ?2)",
                )?
                .execute(params![message.order, HELD_OF_BED_MAX])?;
        }
        Ok(())
    }
}

/// What was held of a bed goes to its destinations, in the order of its making.
fn release(connection: &Connection, bed: &str, next_row: &mut u64, changes: &mut Vec<Change>) -> rusqlite::Result<()> {
    let mut statement = connection
        .prepare_cached("SELECT destination, control_id, created, body FROM held WHERE bed = ?1 ORDER BY row")?;
    let mut rows = statement.query(params![bed])?;
    while let Some(row) = rows.next()? {
        let message = Outgoing {
            destination: row.get(0)?,
            lane: Lane::Observation,
            control_id: row.get(1)?,
            order: bed.into(),
            replaces: None,
            occurrence: None,
            created: Timestamp::from_micros(row.get(2)?),
            body: row.get(3)?,
        };
        write_message(connection, *next_row, &message, changes)?;
        *next_row += 1;
    }
    Ok(())
}

/// What is remembered. What this program cannot read stays in the journal and counts for nothing.
pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Vec<Remembered>> {
    let mut statement = connection.prepare("SELECT key, body FROM kept ORDER BY key")?;
    let mut rows = statement.query([])?;
    let mut remembered = Vec::new();
    while let Some(row) = rows.next()? {
        let body: String = row.get(1)?;
        match serde_json::from_str(&body) {
            Ok(what) => remembered.push(what),
            Err(_) => {
                let key: String = row.get(0)?;
                let kind = key.split('/').next().unwrap_or_default(); // the rest may name a patient
                tracing::error!(kind, "What the journal keeps of an association cannot be read.");
            }
        }
    }
    Ok(remembered)
}

/// Messages that were taken in last.
pub(crate) fn receipts(connection: &Connection) -> rusqlite::Result<Vec<Receipt>> {
    let mut statement = connection
        .prepare("SELECT body FROM (SELECT row, body FROM receipt ORDER BY row DESC LIMIT ?1) ORDER BY row")?;
    let mut rows = statement.query(params![RECEIPTS_MAX])?;
    let mut receipts = Vec::new();
    while let Some(row) = rows.next()? {
        let body: String = row.get(0)?;
        receipts.extend(serde_json::from_str::<Receipt>(&body).ok());
    }
    Ok(receipts)
}

/// Deletes receipts beyond the bound, and associations that ended too long ago.
pub(crate) fn tidy(connection: &Connection, oldest: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM receipt WHERE row <= (SELECT max(row) FROM receipt) - ?1")?
        .execute(params![RECEIPTS_MAX])?;
    connection
        .prepare_cached(
            "DELETE FROM association WHERE number IN (
                           SELECT number FROM association WHERE closed < ?1 ORDER BY number LIMIT 512)",
        )?
        .execute(params![oldest])?;
    Ok(())
}

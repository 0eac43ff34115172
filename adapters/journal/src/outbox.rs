//! What a sink sees: the messages of its destination that wait, oldest first in each lane, and the way to say how one
//! ended.
//!
//! `replaces`: when a message with a `replaces` word is committed, every waiting older message of the same destination
//! with the same word is deleted in the same transaction, whether or not a sink has it in its hands. A sink that has one
//! may still finish it: settling a row that is gone changes nothing, the newer message has a higher row id and so is
//! sent afterwards, and after a broken connection only the newer one is read again. Nothing that was sent is lost by
//! this, because the newer message says the newer state.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use rusqlite::{Connection, params};
use vigil_model::{Lane, OccurrenceId, Timestamp};

use crate::{Journal, JournalError};

/// Name of one message in the outbox. Counts up from 1, is never used twice and follows the order of making.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u64);

impl RowId {
    /// Before every row: where reading starts.
    pub const START: RowId = RowId(0);

    /// The row id just before this one.
    pub const fn before(self) -> RowId {
        RowId(self.0.saturating_sub(1))
    }
}

/// One message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its name in the outbox.
    pub row: RowId,
    /// Which lane it takes.
    pub lane: Lane,
    /// Messages with the same word are delivered in the order of their making.
    pub order: Arc<str>,
    /// Identity of the message, the same on every repeat.
    pub control_id: Arc<str>,
    /// The occurrence it tells of.
    pub occurrence: Option<OccurrenceId>,
    /// When it was made.
    pub created: Timestamp,
    /// The bytes as the destination's sink understands them.
    pub body: Vec<u8>,
}

/// The last hop of a message, for the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// When the transmission that was answered was handed to the connection.
    pub sent: Timestamp,
    /// When its answer was read.
    pub settled: Timestamp,
    /// How many transmissions there were, at least 1.
    pub attempts: u32,
}

/// How a message ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The receiver took it over. The row is deleted.
    Delivered(Hop),
    /// The receiver will never take it. The row is kept as a dead letter and not sent again.
    Refused {
        /// The last transmission.
        hop: Hop,
        /// Why: the receiver's code and number, never text of the message.
        reason: Arc<str>,
    },
    /// What it says is not so any more, and another message says what is. The row is deleted.
    Superseded {
        /// When that was found.
        at: Timestamp,
    },
    /// What it is about is told as it is now: the row keeps its place and gets another message, which is then like any other.
    Rewritten {
        /// When the new message was made.
        at: Timestamp,
        /// Control id of the new message, never used before.
        control_id: Arc<str>,
        /// The new message.
        body: Vec<u8>,
    },
}

/// How much waits for a destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Messages waiting in the alarm lane.
    pub alarms: u64,
    /// Messages waiting in the observation lane.
    pub observations: u64,
    /// Dead letters that are kept.
    pub refused: u64,
    /// When the oldest waiting alarm message was made.
    pub oldest_alarm: Option<Timestamp>,
    /// When the oldest waiting observation message was made.
    pub oldest_observation: Option<Timestamp>,
}

/// The waiting messages of one destination. One sink reads it at a time.
pub trait Outbox: Send {
    /// Waiting messages of a lane with a row id above `after`, ascending, at most `limit`. What this handle has settled
    /// does not come back, even while the settlement is still on its way to the disk.
    ///
    /// # Errors
    /// If the journal cannot be read. Asking again later may help.
    fn next(&mut self, lane: Lane, after: RowId, limit: usize) -> Result<Vec<OutboxRow>, JournalError>;

    /// Says how a message ended. Does not wait for the disk: after a crash the message may be sent once more, with the
    /// same control id.
    fn settle(&mut self, row: RowId, settlement: Settlement);

    /// How much waits.
    ///
    /// # Errors
    /// If the journal cannot be read.
    fn depth(&mut self) -> Result<Depth, JournalError>;

    /// The newest waiting message of a lane; [`RowId::START`] if there is none, or if that cannot be told.
    ///
    /// # Errors
    /// If the journal cannot be read.
    fn last(&mut self, _lane: Lane) -> Result<RowId, JournalError> {
        Ok(RowId::START)
    }

    /// The newest waiting message of each order word up to and with `last`, ascending, found among the newest `looked_at`.
    ///
    /// # Errors
    /// If the journal cannot be read.
    fn newest(&mut self, _lane: Lane, _last: RowId, _looked_at: usize) -> Result<Vec<OutboxRow>, JournalError> {
        Ok(Vec::new())
    }

    /// Whether a settlement of this handle is still on its way to the disk.
    fn is_settling(&self, _row: RowId) -> bool {
        false
    }
}

/// The durable outbox of one destination, with a reading connection of its own.
pub struct SqliteOutbox {
    journal: Journal,
    destination: Arc<str>,
    connection: Connection,
    /// Settled here and perhaps not on disk yet: ticket of the settlement and row.
    settled: VecDeque<(u64, RowId)>,
    /// The rows of `settled`, to look them up.
    hidden: BTreeSet<RowId>,
}

impl SqliteOutbox {
    pub(crate) fn new(journal: Journal, destination: &str, connection: Connection) -> Self {
        Self { journal, destination: destination.into(), connection, settled: VecDeque::new(), hidden: BTreeSet::new() }
    }

    fn forget_what_is_on_disk(&mut self) {
        let through = self.journal.settled_through();
        while let Some((ticket, row)) = self.settled.front()
            && *ticket <= through
        {
            self.hidden.remove(row);
            self.settled.pop_front();
        }
    }

    fn oldest(&self, lane: Lane) -> Result<Option<Timestamp>, JournalError> {
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT created FROM outbox WHERE destination = ?1 AND state = 0 AND lane = ?2 ORDER BY row LIMIT 1",
            )
            .map_err(JournalError::read)?;
        let mut rows = statement.query(params![self.destination, lane_number(lane)]).map_err(JournalError::read)?;
        let Some(row) = rows.next().map_err(JournalError::read)? else { return Ok(None) };
        Ok(Some(Timestamp::from_micros(row.get(0).map_err(JournalError::read)?)))
    }
}

impl Outbox for SqliteOutbox {
    fn next(&mut self, lane: Lane, after: RowId, limit: usize) -> Result<Vec<OutboxRow>, JournalError> {
        self.forget_what_is_on_disk(); // before the snapshot is taken: what is forgotten is gone from it
        // Rows that are settled and not yet on disk would use up the limit.
        let asked = limit.saturating_add(self.settled.len());
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT row, order_word, control_id, occurrence, created, body FROM outbox
                 WHERE destination = ?1 AND state = 0 AND lane = ?2 AND row > ?3 ORDER BY row LIMIT ?4",
            )
            .map_err(JournalError::read)?;
        let asked = i64::try_from(asked).unwrap_or(i64::MAX);
        let mut rows = statement
            .query(params![self.destination, lane_number(lane), after.0.cast_signed(), asked])
            .map_err(JournalError::read)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(JournalError::read)? {
            let id = RowId(row.get::<_, i64>(0).map_err(JournalError::read)?.cast_unsigned());
            if self.hidden.contains(&id) {
                continue;
            }
            if found.len() >= limit {
                break;
            }
            found.push(read_row(row, id, lane).map_err(JournalError::read)?);
        }
        Ok(found)
    }

    fn settle(&mut self, row: RowId, settlement: Settlement) {
        self.forget_what_is_on_disk();
        if let Some(ticket) = self.journal.settle(row, settlement) {
            self.settled.push_back((ticket, row));
            self.hidden.insert(row);
        }
    }

    fn last(&mut self, lane: Lane) -> Result<RowId, JournalError> {
        let last: Option<i64> = self
            .connection
            .prepare_cached("SELECT max(row) FROM outbox WHERE destination = ?1 AND state = 0 AND lane = ?2")
            .and_then(|mut statement| {
                statement.query_row(params![self.destination, lane_number(lane)], |row| row.get(0))
            })
            .map_err(JournalError::read)?;
        Ok(RowId(last.unwrap_or(0).cast_unsigned()))
    }

    fn newest(&mut self, lane: Lane, last: RowId, looked_at: usize) -> Result<Vec<OutboxRow>, JournalError> {
        let mut newest: BTreeMap<Arc<str>, RowId> = BTreeMap::new();
        {
            let mut statement = self
                .connection
                .prepare_cached(
                    "SELECT row, order_word FROM outbox
                     WHERE destination = ?1 AND state = 0 AND lane = ?2 AND row <= ?3 ORDER BY row DESC LIMIT ?4",
                )
                .map_err(JournalError::read)?;
            let limit = i64::try_from(looked_at).unwrap_or(i64::MAX);
            let mut rows = statement
                .query(params![self.destination, lane_number(lane), last.0.cast_signed(), limit])
                .map_err(JournalError::read)?;
            while let Some(row) = rows.next().map_err(JournalError::read)? {
                let id = RowId(row.get::<_, i64>(0).map_err(JournalError::read)?.cast_unsigned());
                if !self.hidden.contains(&id) {
                    newest.entry(row.get(1).map_err(JournalError::read)?).or_insert(id);
                }
            }
        }
        let mut found = Vec::new();
        for row in newest.into_values().collect::<BTreeSet<_>>() {
            found.extend(self.next(lane, row.before(), 1)?.into_iter().filter(|read| read.row == row));
        }
        Ok(found)
    }

    fn is_settling(&self, row: RowId) -> bool {
        self.hidden.contains(&row)
    }

    fn depth(&mut self) -> Result<Depth, JournalError> {
        let counts = self.journal.counts(&self.destination);
        let oldest = |count, lane| if count == 0 { Ok(None) } else { self.oldest(lane) };
        Ok(Depth {
            alarms: counts.alarms,
            observations: counts.observations,
            refused: counts.refused,
            oldest_alarm: oldest(counts.alarms, Lane::Alarm)?,
            oldest_observation: oldest(counts.observations, Lane::Observation)?,
        })
    }
}

fn read_row(row: &rusqlite::Row<'_>, id: RowId, lane: Lane) -> rusqlite::Result<OutboxRow> {
    let occurrence: Option<String> = row.get(3)?;
    Ok(OutboxRow {
        row: id,
        lane,
        order: row.get(1)?,
        control_id: row.get(2)?,
        occurrence: occurrence.and_then(|text| text.parse().ok()),
        created: Timestamp::from_micros(row.get(4)?),
        body: row.get(5)?,
    })
}

/// A lane as the database writes it.
pub(crate) const fn lane_number(lane: Lane) -> i64 {
    match lane {
        Lane::Alarm => 0,
        Lane::Observation => 1,
    }
}

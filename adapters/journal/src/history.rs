//! The history of alarms: as stretches of time, for figures of alarm load, and line by line, for who watches the ledger.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;
use vigil_model::{AlarmState, Occurrence, OccurrenceId, Phase, Timestamp};

use crate::load::AlarmSpan;
use crate::record::LogKind;
use crate::{JournalError, LoggedEntry, Reader};

/// A line of the ledger with its place in it, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// Its place; later lines have higher ones.
    pub row: u64,
    /// The occurrence; `None` if its name cannot be read.
    pub occurrence: Option<OccurrenceId>,
    /// The line.
    pub entry: LoggedEntry,
}

impl Reader {
    /// The place of the newest line of the ledger; 0 if there is none.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn last_line(&self) -> Result<u64, JournalError> {
        let rows: Vec<i64> =
            self.collect("SELECT coalesce(max(row), 0) FROM alarm_log", params![], |row| row.get(0))?;
        Ok(rows.first().copied().unwrap_or(0).cast_unsigned())
    }

    /// Lines of the ledger after a place, in the order of writing, at most `limit`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn lines_after(&self, row: u64, limit: u32) -> Result<Vec<LedgerLine>, JournalError> {
        self.collect(
            "SELECT row, occurrence, at, seq, body FROM alarm_log WHERE row > ?1 ORDER BY row LIMIT ?2",
            params![row.cast_signed(), limit],
            |row| {
                Ok(LedgerLine {
                    row: row.get::<_, i64>(0)?.cast_unsigned(),
                    occurrence: row.get::<_, String>(1)?.parse().ok(),
                    entry: LoggedEntry {
                        at: Timestamp::from_micros(row.get(2)?),
                        seq: row.get::<_, i64>(3)?.cast_unsigned(),
                        kind: serde_json::from_str(&row.get::<_, String>(4)?).ok(),
                    },
                })
            },
        )
    }

    /// When the oldest alarm message that waits was made, for each destination that has one.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn oldest_alarms(&self) -> Result<Vec<(String, Timestamp)>, JournalError> {
        self.collect(
            "SELECT destination, min(created) FROM outbox WHERE state = 0 AND lane = 0 GROUP BY destination",
            params![],
            |row| Ok((row.get(0)?, Timestamp::from_micros(row.get(1)?))),
        )
    }

    /// Alarms that people had been told of before `until` and that were not over at `from`, by the number of the occurrence.
    /// One whose beginning is no longer in the log counts from the onset of its condition.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn spans(&self, from: Timestamp, until: Timestamp) -> Result<Vec<AlarmSpan>, JournalError> {
        let bodies: Vec<String> = self.collect(
            "SELECT body FROM condition UNION ALL SELECT body FROM occurrence WHERE ended > ?1",
            params![from.as_micros()],
            |row| row.get(0),
        )?;
        let mut spans: BTreeMap<String, (u64, AlarmSpan)> = BTreeMap::new();
        for body in bodies {
            // One that this program cannot read is reported when the journal is opened; there is nothing to count here.
            let Ok(occurrence) = serde_json::from_str::<Occurrence>(&body) else { continue };
            let span = AlarmSpan::begun(&occurrence, occurrence.onset);
            spans.insert(occurrence.id.to_string(), (occurrence.id.number, span));
        }
        let lines: Vec<(String, i64, String)> =
            self.collect("SELECT occurrence, at, body FROM alarm_log ORDER BY row", params![], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        let mut begun = BTreeSet::new();
        for (id, at, body) in lines {
            let Some((_, span)) = spans.get_mut(&id) else { continue };
            let Ok(LogKind::Alarm { phase, state, priority }) = serde_json::from_str(&body) else { continue };
            let at = Timestamp::from_micros(at);
            if at >= until {
                // People were told of it later, although its condition may be older.
                if phase == Phase::Start && !begun.contains(&id) {
                    spans.remove(&id);
                }
                continue;
            }
            begun.insert(id);
            span.priority = span.priority.max(priority);
            match phase {
                Phase::Start => span.started = at,
                Phase::Acknowledged => drop(span.acknowledged.get_or_insert(at)),
                _ => {}
            }
            if state == AlarmState::Inactive {
                span.ended = Some(at);
            }
        }
        let mut spans: Vec<(u64, AlarmSpan)> = spans.into_values().filter(|(_, span)| span.started < until).collect();
        spans.sort_by_key(|(number, _)| *number);
        Ok(spans.into_iter().map(|(_, span)| span).collect())
    }
}

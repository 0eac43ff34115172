//! The history of alarms as stretches of time, for figures of alarm load.

use std::collections::BTreeMap;

use rusqlite::params;
use vigil_model::{AlarmState, Occurrence, Phase, Timestamp};

use crate::load::AlarmSpan;
use crate::record::LogKind;
use crate::{JournalError, Reader};

impl Reader {
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
        let lines: Vec<(String, i64, String)> = self.collect(
            "SELECT occurrence, at, body FROM alarm_log WHERE at < ?1 ORDER BY row",
            params![until.as_micros()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        for (id, at, body) in lines {
            let Some((_, span)) = spans.get_mut(&id) else { continue };
            let Ok(LogKind::Alarm { phase, state, priority }) = serde_json::from_str(&body) else { continue };
            let at = Timestamp::from_micros(at);
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

//! Trends as they are read back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rusqlite::{OptionalExtension, params};
use vigil_model::{Association, Timestamp};

use super::code::Decoder;
use super::store::{place, start_of};
use super::{Bucket, SeriesKey};
use crate::{JournalError, Reader};

/// Whose values are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of everybody who lay in the bed, known or not. Each point says whose it is.
    Everybody,
    /// Of one patient: identifier and who assigned it. Nothing of anybody else, also of no one known.
    Patient {
        /// The identifier.
        id: String,
        /// Who assigned it.
        authority: String,
    },
}

/// Which part of a bed's trends is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendQuery<'a> {
    /// Configured id of the bed.
    pub bed: &'a str,
    /// From when; the bucket that holds it is the first.
    pub from: Timestamp,
    /// Until when, exclusive.
    pub until: Timestamp,
    /// Whose values.
    pub whose: Whose,
    /// Only these series; all if empty.
    pub only: &'a [SeriesKey],
    /// Buckets are joined to stretches of this length, which are aligned to multiples of it; zero leaves them as they are kept.
    pub step: Duration,
}

/// One series with its points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    /// Which metric of which device.
    pub series: SeriesKey,
    /// Ascending by time. Time for which there is no point is a gap, and so is what a point's bucket does not cover.
    pub points: Vec<TrendPoint>,
}

/// One bucket, or several that were joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrendPoint {
    /// Where it begins.
    pub start: Timestamp,
    /// How long it is; its bucket covers at most this much.
    pub length: Duration,
    /// Number of the association under which it was read; 0 if nobody was bound or it was in doubt who. Points of two are never
    /// joined.
    pub association: u64,
    /// What was read in it.
    pub bucket: Bucket,
}

impl Reader {
    /// Every series that was ever kept for a bed, in the order in which they were first seen. Empty if the bed is unknown.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn trend_series(&self, bed: &str) -> Result<Vec<SeriesKey>, JournalError> {
        Ok(self.numbered_series(bed)?.into_iter().map(|(_, key)| key).collect())
    }

    /// Every association of a bed that the journal knows, in the order in which they were opened. Patient data.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn associations(&self, bed: &str) -> Result<Vec<Association>, JournalError> {
        let bodies: Vec<String> =
            self.collect("SELECT body FROM association WHERE bed = ?1 ORDER BY opened, number", params![bed], |row| {
                row.get(0)
            })?;
        // One that this program cannot read belongs to nobody it could name.
        Ok(bodies.iter().filter_map(|body| serde_json::from_str(body).ok()).collect())
    }

    /// The trends of a bed, one for each series that has a point, in the order of [`Reader::trend_series`].
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn trend(&self, query: &TrendQuery<'_>) -> Result<Vec<Trend>, JournalError> {
        let Some(bed) = self.trend_bed(query.bed)? else { return Ok(Vec::new()) };
        let allowed: Option<BTreeSet<u64>> = match &query.whose {
            Whose::Everybody => None,
            Whose::Patient { id, authority } => {
                let all = self.associations(query.bed)?.into_iter();
                let his = all.filter(|of| *of.patient.id == **id && *of.patient.authority == **authority);
                Some(his.map(|of| of.number).collect())
            }
        };
        let series = self.numbered_series(query.bed)?;
        let wanted = series.iter().filter(|(_, key)| query.only.is_empty() || query.only.contains(key));
        let positions: BTreeMap<u64, usize> = wanted.enumerate().map(|(at, (number, _))| (*number, at)).collect();
        let mut points: Vec<Vec<TrendPoint>> = vec![Vec::new(); positions.len()];

        let failed = JournalError::read;
        let mut statement = self.connection().prepare_cached(ROWS).map_err(failed)?;
        // A bucket that begins before and reaches into what is asked for is the first; no bucket is longer than this.
        let first = place(bed, query.from - LENGTH_MAX);
        let mut rows = statement.query([first, place(bed, query.until)]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let association = row.get::<_, i64>(1).map_err(failed)?.cast_unsigned();
            if allowed.as_ref().is_some_and(|allowed| !allowed.contains(&association)) {
                continue;
            }
            let start = start_of(row.get(0).map_err(failed)?);
            let body = row.get_ref(2).map_err(failed)?;
            // What a newer program wrote is not understood: that time is a gap.
            let Some(entries) = body.as_blob().ok().and_then(Decoder::new) else { continue };
            if start + entries.length <= query.from {
                continue;
            }
            let (start, length) = stretch(start, entries.length, query.step);
            for (number, bucket) in entries {
                if let Some(position) = positions.get(&number) {
                    join(&mut points[*position], TrendPoint { start, length, association, bucket });
                }
            }
        }
        let trends = series.into_iter().filter_map(|(number, series)| {
            let points = std::mem::take(&mut points[*positions.get(&number)?]);
            (!points.is_empty()).then_some(Trend { series, points })
        });
        Ok(trends.collect())
    }

    fn trend_bed(&self, bed: &str) -> Result<Option<i64>, JournalError> {
        let found = self.connection().query_row("SELECT number FROM trend_bed WHERE bed = ?1", [bed], |row| row.get(0));
        found.optional().map_err(JournalError::read)
    }

    fn numbered_series(&self, bed: &str) -> Result<Vec<(u64, SeriesKey)>, JournalError> {
        let rows: Vec<(i64, String)> = self.collect(
            "SELECT number, series FROM trend_series WHERE bed = ?1 ORDER BY number",
            params![bed],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        // A metric that this program does not know has no name to be shown under.
        let known = rows
            .into_iter()
            .filter_map(|(number, text)| Some((number.cast_unsigned(), serde_json::from_str(&text).ok()?)));
        Ok(known.collect())
    }
}

/// The longest bucket that is kept.
const LENGTH_MAX: Duration = Duration::from_secs(3_600);

/// The rows of a stretch of one bed: one walk along the key.
const ROWS: &str = "SELECT place, association, body FROM trend WHERE place >= ?1 AND place < ?2 ORDER BY place";

/// Adds a point to those before it in time, or to the one of the same stretch and patient.
fn join(points: &mut Vec<TrendPoint>, point: TrendPoint) {
    let same_stretch = points.iter_mut().rev().take_while(|earlier| earlier.start == point.start);
    match { same_stretch }.find(|earlier| earlier.association == point.association) {
        Some(earlier) => earlier.bucket = earlier.bucket.then(point.bucket),
        None => points.push(point),
    }
}

/// The stretch that a bucket is joined to.
fn stretch(start: Timestamp, length: Duration, step: Duration) -> (Timestamp, Duration) {
    if step <= length {
        return (start, length);
    }
    let micros = i64::try_from(step.as_micros()).unwrap_or(i64::MAX);
    (Timestamp::from_micros(start.as_micros().div_euclid(micros).saturating_mul(micros)), step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bed_day_is_one_walk_along_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.sqlite");
        let (journal, _) = crate::Journal::open(&path).unwrap();
        let reader = journal.reader().unwrap();
        let plan: Vec<String> =
            reader.collect(&format!("EXPLAIN QUERY PLAN {ROWS}"), params![0, 1], |row| row.get(3)).unwrap();
        assert_eq!(plan, ["SEARCH trend USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]);
    }
}

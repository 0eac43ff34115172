//! Rows on disk, and which of them stay.
//!
//! Rows of one bed lie together in order of time: their place is made of the bed's number, the bucket's start in seconds and a
//! part number, so that a bed-day is one stretch of the table. A bucket has more than one part when somebody else was bound to
//! the bed in its course, or when civil time was set back.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use vigil_model::Timestamp;

use super::{Catalogue, SeriesKey, TrendPiece, TrendRow, code};
use crate::Limits;

/// Bits of a place that number the parts of a bucket.
const PART_BITS: u32 = 8;
/// Bits of a place below the number of the bed: seconds and part.
const BED_BITS: u32 = 44;
/// What a row costs beside its body, about: key, header, share of the pages above.
const ROW_BYTES: i64 = 24;
/// Rows that one piece of tidying deletes at most.
const PIECE_ROWS: i64 = 512;
/// By how much the oldest rows are cut at a time when there is too much, in seconds.
const CUT_SECONDS: i64 = 3_600;

/// First place of a bed's bucket; the start of the bucket is held within what a place can say.
pub(super) fn place(bed: i64, start: Timestamp) -> i64 {
    let seconds = start.as_micros().div_euclid(1_000_000).clamp(0, (1 << (BED_BITS - PART_BITS)) - 1);
    (bed << BED_BITS) | (seconds << PART_BITS)
}

/// Start of the bucket at a place.
pub(super) fn start_of(place: i64) -> Timestamp {
    Timestamp::from_seconds((place & ((1 << BED_BITS) - 1)) >> PART_BITS)
}

/// Numbers that stand for names in rows, so that they need not be looked up each time.
#[derive(Default)]
pub(crate) struct Numbers {
    catalogue: Option<Catalogue>,
    series: Vec<u64>,
    beds: BTreeMap<Arc<str>, i64>,
}

/// Writes a piece as one transaction that does not wait for the disk: the next record takes it along.
pub(crate) fn write(connection: &mut Connection, numbers: &mut Numbers, piece: &TrendPiece) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA synchronous = NORMAL")?;
    let written = write_piece(connection, numbers, piece);
    if written.is_err() {
        *numbers = Numbers::default(); // some may have been given out by what is not there
    }
    connection.execute_batch("PRAGMA synchronous = FULL")?;
    written
}

fn write_piece(connection: &mut Connection, numbers: &mut Numbers, piece: &TrendPiece) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !numbers.catalogue.as_ref().is_some_and(|known| Arc::ptr_eq(known, &piece.catalogue)) {
        numbers.series.clear();
        for (bed, key) in piece.catalogue.iter() {
            numbers.series.push(series_number(&transaction, bed, key)?);
        }
        numbers.catalogue = Some(Arc::clone(&piece.catalogue));
    }
    let mut bytes = 0;
    for row in &piece.rows {
        bytes += write_row(&transaction, numbers, row)?;
    }
    change_bytes(&transaction, bytes)?;
    transaction.commit()
}

fn write_row(connection: &Connection, numbers: &mut Numbers, row: &TrendRow) -> rusqlite::Result<i64> {
    let bed = bed_number(connection, numbers, &row.bed)?;
    let entries = row.entries.iter().filter_map(|(position, bucket)| {
        let number = numbers.series.get(*position as usize)?;
        Some((*number, *bucket))
    });
    let body = code::encode(row.length, entries);
    let first = place(bed, row.start);
    let taken: Option<i64> = connection
        .prepare_cached("SELECT max(place) FROM trend WHERE place BETWEEN ?1 AND ?2")?
        .query_row([first, first + (1 << PART_BITS) - 1], |found| found.get(0))?;
    let free = taken.map_or(first, |taken| taken + 1);
    if free >> PART_BITS != first >> PART_BITS {
        return Ok(0); // 256 parts of one bucket: whatever does that, the disk need not bear it
    }
    connection.prepare_cached("INSERT INTO trend (place, association, body) VALUES (?1, ?2, ?3)")?.execute(params![
        free,
        row.association.cast_signed(),
        body
    ])?;
    Ok(ROW_BYTES + i64::try_from(body.len()).unwrap_or(i64::MAX))
}

fn bed_number(connection: &Connection, numbers: &mut Numbers, bed: &Arc<str>) -> rusqlite::Result<i64> {
    if let Some(number) = numbers.beds.get(bed) {
        return Ok(*number);
    }
    connection
        .prepare_cached("INSERT INTO trend_bed (bed) VALUES (?1) ON CONFLICT (bed) DO NOTHING")?
        .execute([bed])?;
    let number = connection
        .prepare_cached("SELECT number FROM trend_bed WHERE bed = ?1")?
        .query_row([bed], |found| found.get(0))?;
    numbers.beds.insert(bed.clone(), number);
    Ok(number)
}

fn series_number(connection: &Connection, bed: &str, key: &SeriesKey) -> rusqlite::Result<u64> {
    let text = serde_json::to_string(key).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    connection
        .prepare_cached("INSERT INTO trend_series (bed, series) VALUES (?1, ?2) ON CONFLICT (bed, series) DO NOTHING")?
        .execute([bed, &text])?;
    let number: i64 = connection
        .prepare_cached("SELECT number FROM trend_series WHERE bed = ?1 AND series = ?2")?
        .query_row([bed, &text], |found| found.get(0))?;
    Ok(number.cast_unsigned())
}

fn change_bytes(connection: &Connection, difference: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE meta SET value = max(0, value + ?1) WHERE name = 'trend_bytes'")?
        .execute([difference])?;
    Ok(())
}

/// Deletes one piece of what is too old or too much, and says whether it deleted any. Age is told by the newest row.
pub(crate) fn tidy(connection: &Connection, limits: &Limits) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached("SELECT number FROM trend_bed ORDER BY number")?;
    let beds: Vec<i64> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let (mut oldest, mut newest): (Option<Timestamp>, Option<Timestamp>) = (None, None);
    for bed in &beds {
        // Each alone is one look at an end of the bed's stretch; both in one statement would be a walk through all of it.
        let [first, last] = ["min", "max"].map(|end| -> rusqlite::Result<Option<i64>> {
            connection
                .prepare_cached(&format!("SELECT {end}(place) FROM trend WHERE place BETWEEN ?1 AND ?2"))?
                .query_row(stretch(*bed), |row| row.get(0))
        });
        oldest = first?.map(start_of).into_iter().chain(oldest).min();
        newest = last?.map(start_of).into_iter().chain(newest).max();
    }
    let (Some(oldest), Some(newest)) = (oldest, newest) else { return Ok(false) };
    let bytes: i64 = connection
        .prepare_cached("SELECT value FROM meta WHERE name = 'trend_bytes'")?
        .query_row([], |row| row.get(0))
        .optional()?
        .unwrap_or(0);
    let mut keep_from = newest - limits.trend_age_max;
    if bytes > i64::try_from(limits.trend_bytes_max).unwrap_or(i64::MAX) {
        let next = oldest.as_micros().div_euclid(CUT_SECONDS * 1_000_000).saturating_add(1);
        keep_from = keep_from.max(Timestamp::from_micros(next.saturating_mul(CUT_SECONDS * 1_000_000)));
    }
    if keep_from <= oldest {
        return Ok(false);
    }
    let (mut left, mut freed) = (PIECE_ROWS, 0);
    for bed in beds {
        let mut statement = connection.prepare_cached(
            "DELETE FROM trend WHERE place IN (SELECT place FROM trend WHERE place >= ?1 AND place < ?2 ORDER BY place LIMIT ?3)
             RETURNING length(body)",
        )?;
        let mut rows = statement.query([stretch(bed)[0], place(bed, keep_from), left])?;
        while let Some(row) = rows.next()? {
            freed += ROW_BYTES + row.get::<_, i64>(0)?;
            left -= 1;
        }
    }
    change_bytes(connection, -freed)?;
    Ok(freed > 0)
}

/// First and last place of a bed.
fn stretch(bed: i64) -> [i64; 2] {
    [bed << BED_BITS, ((bed + 1) << BED_BITS) - 1]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use vigil_model::{Containment, Quantity, mdc};

    use super::super::{Bucket, Spread};
    use super::*;
    use crate::store::Store;

    const MINUTE: Duration = Duration::from_secs(60);

    /// First minute and number of minutes that are left of ten hours of two beds.
    fn kept(limits: &Limits) -> (i64, i64) {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, ..) = Store::open(&folder.path().join("journal.sqlite"), limits).unwrap();
        let series = |device: &str| SeriesKey {
            device: device.into(),
            metric: mdc::PULS_OXIM_SAT_O2,
            containment: Containment::new(1, 1, 1, 1),
            unit: None,
        };
        let catalogue: Catalogue = [("bed-1".into(), series("mon-1")), ("bed-2".into(), series("mon-2"))].into();
        let bucket = Bucket { spread: Some(Spread::of(Quantity::new(970, -1))), covered: MINUTE };
        for hour in 0..10 {
            let rows = (hour * 60..hour * 60 + 60).flat_map(|minute| {
                [("bed-1", 0), ("bed-2", 1)].map(|(bed, series)| TrendRow {
                    bed: bed.into(),
                    start: Timestamp::from_seconds(minute * 60),
                    length: MINUTE,
                    association: 0,
                    entries: vec![(series, bucket)],
                })
            });
            store.write_trend(&TrendPiece { catalogue: Arc::clone(&catalogue), rows: rows.collect() }).unwrap();
        }
        let pieces = (0..100).take_while(|_| tidy(&store.connection, limits).unwrap()).count();
        assert!((1..100).contains(&pieces), "a piece at a time, and not for ever: {pieces}");
        let count = |sql: &str| store.connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        let bytes = count("SELECT value FROM meta WHERE name = 'trend_bytes'");
        assert_eq!(bytes, count("SELECT sum(length(body) + 24) FROM trend"));
        let of_bed_2 = "WHERE place >= (2 << 44)";
        let first = start_of(count(&format!("SELECT min(place) FROM trend {of_bed_2}")));
        (first.as_micros() / 60_000_000, count(&format!("SELECT count(*) FROM trend {of_bed_2}")))
    }

    #[test]
    fn the_oldest_of_every_bed_go_when_they_are_too_old_or_too_much() {
        assert_eq!(kept(&Limits { trend_age_max: 120 * MINUTE, ..Limits::default() }), (479, 121));
        // A row of this test counts as 33 bytes: 363 of them may stay, and whole hours of the oldest go.
        assert_eq!(kept(&Limits { trend_bytes_max: 12_000, ..Limits::default() }), (420, 180));
    }
}

//! The body of a row: a version, the length of the bucket, then each series that is not a gap as a whole.
//!
//! ```text
//! body   := 1, varint seconds, entry*
//! entry  := varint series, flags, [varint covered ms, unless FULL], [spread, if VALUES]
//! spread := exponent, varint last, varint count − 1, [min, if LOWER], [max, if HIGHER]
//! min    := varint mantissa, or exponent and mantissa if MIXED; max likewise
//! ```
//!
//! Mantissas are zigzag, so that small numbers of either sign are short. A number keeps the precision that it was sent with.

use std::time::Duration;

use vigil_model::Quantity;

use super::{Bucket, Spread};

const VERSION: u8 = 1;

const VALUES: u8 = 1;
const FULL: u8 = 2;
const LOWER: u8 = 4;
const HIGHER: u8 = 8;
const MIXED: u8 = 16;

/// The body of a row. Series ascend.
pub(super) fn encode(length: Duration, entries: impl IntoIterator<Item = (u64, Bucket)>) -> Vec<u8> {
    let mut body = vec![VERSION];
    put(&mut body, length.as_secs());
    for (series, bucket) in entries {
        put(&mut body, series);
        let full = bucket.covered >= length;
        let mut flags = if full { FULL } else { 0 };
        if let Some(Spread { min, max, last, .. }) = bucket.spread {
            flags |= VALUES;
            flags |= if min == last { 0 } else { LOWER };
            flags |= if max == last { 0 } else { HIGHER };
            let mixed = min.exponent() != last.exponent() || max.exponent() != last.exponent();
            flags |= if mixed { MIXED } else { 0 };
        }
        body.push(flags);
        if !full {
            put(&mut body, u64::try_from(bucket.covered.as_millis()).unwrap_or(u64::MAX));
        }
        if let Some(spread) = bucket.spread {
            body.push(spread.last.exponent().cast_unsigned());
            put(&mut body, zigzag(spread.last.mantissa()));
            put(&mut body, u64::from(spread.count.saturating_sub(1)));
            for (present, number) in [(LOWER, spread.min), (HIGHER, spread.max)] {
                if flags & present != 0 {
                    if flags & MIXED != 0 {
                        body.push(number.exponent().cast_unsigned());
                    }
                    put(&mut body, zigzag(number.mantissa()));
                }
            }
        }
    }
    body
}

/// Reads a body: the length of its bucket, then an entry at a time. It stops at what it does not understand.
pub(super) struct Decoder<'a> {
    rest: &'a [u8],
    /// Length of the bucket.
    pub(super) length: Duration,
}

impl<'a> Decoder<'a> {
    /// `None` if the body is of another version or cut off.
    pub(super) fn new(body: &'a [u8]) -> Option<Self> {
        let (version, rest) = body.split_first()?;
        let mut decoder = Self { rest, length: Duration::ZERO };
        let seconds = decoder.varint()?;
        // Longer than any bucket is damage.
        decoder.length = (*version == VERSION && seconds <= 86_400).then_some(Duration::from_secs(seconds))?;
        Some(decoder)
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn number(&mut self, exponent: Option<i8>) -> Option<Quantity> {
        let exponent = match exponent {
            Some(exponent) => exponent,
            None => self.byte()?.cast_signed(),
        };
        Some(Quantity::new(unzigzag(self.varint()?), exponent))
    }

    fn entry(&mut self) -> Option<(u64, Bucket)> {
        let series = self.varint()?;
        let flags = self.byte()?;
        let covered = if flags & FULL != 0 { self.length } else { Duration::from_millis(self.varint()?) };
        if flags & VALUES == 0 {
            return Some((series, Bucket { spread: None, covered }));
        }
        let last = self.number(None)?;
        let count = u32::try_from(self.varint()?).ok()?.saturating_add(1);
        let same = (flags & MIXED == 0).then_some(last.exponent());
        let min = if flags & LOWER != 0 { self.number(same)? } else { last };
        let max = if flags & HIGHER != 0 { self.number(same)? } else { last };
        Some((series, Bucket { spread: Some(Spread { min, max, last, count }), covered }))
    }
}

impl Iterator for Decoder<'_> {
    type Item = (u64, Bucket);

    fn next(&mut self) -> Option<(u64, Bucket)> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = self.entry();
        if entry.is_none() {
            self.rest = &[];
        }
        entry
    }
}

fn put(body: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        body.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    body.push(value as u8);
}

const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quantity() -> impl Strategy<Value = Quantity> {
        (any::<i64>(), -18i8..=18).prop_map(|(mantissa, exponent)| Quantity::new(mantissa, exponent))
    }

    fn bucket() -> impl Strategy<Value = Bucket> {
        let spread = (quantity(), proptest::option::of(quantity()), proptest::option::of(quantity()), 1..u32::MAX);
        let spread = spread.prop_map(|(last, min, max, count)| Spread {
            min: min.unwrap_or(last),
            max: max.unwrap_or(last),
            last,
            count,
        });
        (proptest::option::of(spread), 0u64..=30_000)
            .prop_map(|(spread, covered)| Bucket { spread, covered: Duration::from_millis(covered) })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_written_is_read_back(buckets in proptest::collection::vec((any::<u64>(), bucket()), 0..20)) {
            let length = Duration::from_secs(30);
            let body = encode(length, buckets.clone());
            let decoder = Decoder::new(&body).unwrap();
            prop_assert_eq!(decoder.length, length);
            prop_assert_eq!(decoder.collect::<Vec<_>>(), buckets);
        }

        #[test]
        fn any_bytes_are_survived(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let entries = Decoder::new(&body).map_or(0, Iterator::count);
            prop_assert!(entries <= body.len());
        }
    }

    #[test]
    fn a_usual_series_takes_six_bytes() {
        let bucket = Bucket { spread: Some(Spread::of(Quantity::new(97, 0))), covered: Duration::from_secs(30) };
        // Series, flags, exponent, two bytes of mantissa, count.
        assert_eq!(encode(Duration::from_secs(30), [(7, bucket)]).len() - 2, 6);
    }
}

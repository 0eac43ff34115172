//! Times as HL7 writes them (DTM, HL7 v2 chapter 2A.22): `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`.
//!
//! Sent times have milliseconds and their offset, which the IHE device profiles require (IHE PCD TF-2 appendix C.4): in UTC,
//! or in the zone that the receiver wants. Received times keep what they said: precision and offset, also when there is none.

use vigil_model::{Civil, Timestamp};

use super::zone::Zone;
use crate::Dialect;

/// Length of a time as it is sent.
pub const DTM_BYTES: usize = 23;

/// Length of the offset at its end.
const OFFSET_BYTES: usize = 5;

/// Appends a time as `20260301091501.250+0000`. Years outside 0 to 9999 are held within.
pub fn append_dtm(time: Timestamp, out: &mut Vec<u8>) {
    out.extend_from_slice(&dtm(time, 0));
}

/// Writes times as a receiver wants them. Remembers the last one: the rows of one message mostly have the same.
#[derive(Debug)]
pub(crate) struct Times<'a> {
    zone: &'a Zone,
    /// Bytes of a time that are written: all, or all but the offset.
    bytes: usize,
    last: Option<(Timestamp, [u8; DTM_BYTES])>,
}

impl<'a> Times<'a> {
    pub(crate) fn of(dialect: &'a Dialect) -> Self {
        let bytes = if dialect.time_offset { DTM_BYTES } else { DTM_BYTES - OFFSET_BYTES };
        Self { zone: &dialect.time_zone, bytes, last: None }
    }

    /// Appends a time.
    pub(crate) fn append(&mut self, time: Timestamp, out: &mut Vec<u8>) {
        let text = match self.last {
            Some((last, text)) if last == time => text,
            _ => dtm(time, self.zone.offset_minutes(time)),
        };
        self.last = Some((time, text));
        out.extend_from_slice(&text[..self.bytes]);
    }
}

fn dtm(time: Timestamp, offset_minutes: i16) -> [u8; DTM_BYTES] {
    let local = time.as_micros().saturating_add(i64::from(offset_minutes) * 60_000_000);
    let civil = Timestamp::from_micros(local).civil();
    let year = civil.year.clamp(0, 9999) as u32;
    let mut text = *b"00000000000000.000+0000";
    two_digits(&mut text, 0, year / 100);
    two_digits(&mut text, 2, year % 100);
    two_digits(&mut text, 4, u32::from(civil.month));
    two_digits(&mut text, 6, u32::from(civil.day));
    two_digits(&mut text, 8, u32::from(civil.hour));
    two_digits(&mut text, 10, u32::from(civil.minute));
    two_digits(&mut text, 12, u32::from(civil.second));
    let millis = civil.micros / 1000;
    two_digits(&mut text, 15, millis / 10);
    text[17] = b'0' + (millis % 10) as u8;
    if offset_minutes != 0 {
        text[18] = if offset_minutes < 0 { b'-' } else { b'+' };
        two_digits(&mut text, 19, u32::from(offset_minutes.unsigned_abs() / 60));
        two_digits(&mut text, 21, u32::from(offset_minutes.unsigned_abs() % 60));
    }
    text
}

fn two_digits(text: &mut [u8; DTM_BYTES], at: usize, number: u32) {
    text[at] = b'0' + (number / 10 % 10) as u8;
    text[at + 1] = b'0' + (number % 10) as u8;
}

/// How much of a time was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// `YYYY`.
    Year,
    /// `YYYYMM`.
    Month,
    /// `YYYYMMDD`.
    Day,
    /// `YYYYMMDDHH`.
    Hour,
    /// `YYYYMMDDHHMM`.
    Minute,
    /// `YYYYMMDDHHMMSS`.
    Second,
    /// With one to four decimals.
    Fraction,
}

/// A received time as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dtm {
    /// Date and time of day at the sender's place; what was not given is the smallest value.
    pub local: Civil,
    /// How much was given.
    pub precision: Precision,
    /// Offset of the sender's place from UTC in minutes, -1439 to 1439; `None` if none was given. `-0000` counts as 0.
    pub offset_minutes: Option<i16>,
}

/// Why bytes are not a [`Dtm`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an HL7 time is YYYY[MM[DD[HH[MM[SS[.SSSS]]]]]][+ZZZZ], like 20260301091501.250+0000")]
pub struct DtmError;

impl Dtm {
    /// Reads a time.
    ///
    /// # Errors
    /// If it is not one, or names a day or minute that does not exist.
    pub fn parse(bytes: &[u8]) -> Result<Self, DtmError> {
        let bytes = bytes.trim_ascii();
        let sign_at = bytes.iter().position(|byte| matches!(byte, b'+' | b'-')).unwrap_or(bytes.len());
        let (time, offset) = bytes.split_at(sign_at);
        let (whole, fraction) = match time.iter().position(|byte| *byte == b'.') {
            Some(at) => (&time[..at], Some(&time[at + 1..])),
            None => (time, None),
        };
        let precision = match whole.len() {
            4 => Precision::Year,
            6 => Precision::Month,
            8 => Precision::Day,
            10 => Precision::Hour,
            12 => Precision::Minute,
            14 if fraction.is_some() => Precision::Fraction,
            14 => Precision::Second,
            _ => return Err(DtmError),
        };
        if fraction.is_some() && precision != Precision::Fraction {
            return Err(DtmError);
        }
        let part = |from: usize, to: usize, default: u32| match whole.get(from..to) {
            Some(digits) => number(digits),
            None => Ok(default),
        };
        let micros = match fraction {
            None => 0,
            Some(digits) if (1..=4).contains(&digits.len()) => number(digits)? * 10u32.pow(6 - digits.len() as u32),
            Some(_) => return Err(DtmError),
        };
        let small = |number: u32| u8::try_from(number).map_err(|_| DtmError);
        let local = Civil {
            year: i32::try_from(part(0, 4, 0)?).map_err(|_| DtmError)?,
            month: small(part(4, 6, 1)?)?,
            day: small(part(6, 8, 1)?)?,
            hour: small(part(8, 10, 0)?)?,
            minute: small(part(10, 12, 0)?)?,
            second: small(part(12, 14, 0)?)?,
            micros,
        };
        Timestamp::from_civil(local).ok_or(DtmError)?;
        Ok(Self { local, precision, offset_minutes: offset_of(offset)? })
    }

    /// The time in UTC; `assumed_offset_minutes` is the sender's configured offset, for times that came without one.
    pub fn utc(self, assumed_offset_minutes: i16) -> Timestamp {
        let offset_minutes = i64::from(self.offset_minutes.unwrap_or(assumed_offset_minutes));
        let local = Timestamp::from_civil(self.local).map_or(0, Timestamp::as_micros);
        Timestamp::from_micros(local - offset_minutes * 60_000_000)
    }
}

fn offset_of(text: &[u8]) -> Result<Option<i16>, DtmError> {
    let (sign, digits) = match text {
        [] => return Ok(None),
        [b'-', digits @ ..] => (-1, digits),
        [_, digits @ ..] => (1, digits),
    };
    let &[_, _, _, _] = digits else { return Err(DtmError) };
    let (hours, minutes) = (number(&digits[..2])?, number(&digits[2..])?);
    if hours > 23 || minutes > 59 {
        return Err(DtmError);
    }
    Ok(Some(sign * (hours * 60 + minutes) as i16))
}

fn number(digits: &[u8]) -> Result<u32, DtmError> {
    digits.iter().try_fold(0u32, |number, byte| {
        if byte.is_ascii_digit() { Ok(number * 10 + u32::from(byte - b'0')) } else { Err(DtmError) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_sent_with_offset_and_milliseconds() {
        let mut out = Vec::new();
        append_dtm(Timestamp::from_micros(1_772_356_501_250_999), &mut out);
        assert_eq!(out, b"20260301091501.250+0000");
        append_dtm(Timestamp::from_micros(i64::MIN), &mut out);
        assert_eq!(out.len(), 2 * DTM_BYTES);
    }

    #[test]
    fn offset_and_precision_are_kept() {
        let with_offset = Dtm::parse(b"20260301101501.25+0100").unwrap();
        assert_eq!((with_offset.precision, with_offset.offset_minutes), (Precision::Fraction, Some(60)));
        assert_eq!(with_offset.utc(0).to_string(), "2026-03-01T09:15:01.250Z");
        let without = Dtm::parse(b"20160726123002").unwrap();
        assert_eq!((without.precision, without.offset_minutes), (Precision::Second, None));
        assert_eq!(without.utc(-300).to_string(), "2016-07-26T17:30:02.000Z");
        assert_eq!(Dtm::parse(b"1961").unwrap().precision, Precision::Year);
        assert_eq!(Dtm::parse(b"20120111-0000").unwrap().offset_minutes, Some(0));
    }

    #[test]
    fn impossible_times_are_refused() {
        for text in [
            "",
            "2",
            "202",
            "20261301",
            "20260230",
            "202603012460",
            "2026030110150.1",
            "20260301101501.",
            "20260301101501.12345",
            "20260301101501+1",
            "20260301101501+2400",
            "20260301101501+01000",
            "2026-03-01",
            "x",
        ] {
            assert_eq!(Dtm::parse(text.as_bytes()), Err(DtmError), "{text}");
        }
    }

    #[test]
    fn a_receiver_may_want_another_zone_and_no_offset() {
        let time = Timestamp::from_micros(1_772_356_501_250_000);
        let written = |zone: &str, time_offset: bool| {
            let dialect = Dialect { time_zone: zone.parse().unwrap(), time_offset, ..Dialect::default() };
            let (mut times, mut out) = (Times::of(&dialect), Vec::new());
            times.append(time, &mut out);
            times.append(time, &mut out);
            let text = String::from_utf8(out).unwrap();
            assert_eq!(text[..text.len() / 2], text[text.len() / 2..]);
            text[..text.len() / 2].to_owned()
        };
        assert_eq!(written("Europe/Berlin", true), "20260301101501.250+0100");
        assert_eq!(written("Europe/Berlin", false), "20260301101501.250");
        assert_eq!(written("-03:30", true), "20260301054501.250-0330");
        assert_eq!(written("UTC", false), "20260301091501.250");
    }

    proptest::proptest! {
        #[test]
        fn sent_times_are_read_back(millis in 0i64..253_402_300_799_000) {
            let time = Timestamp::from_micros(millis * 1000);
            let mut out = Vec::new();
            append_dtm(time, &mut out);
            proptest::prop_assert_eq!(Dtm::parse(&out).map(|dtm| dtm.utc(99)), Ok(time));
            for zone in ["America/St_Johns", "Europe/Berlin", "+14:00"] {
                let dialect = Dialect { time_zone: zone.parse().unwrap(), ..Dialect::default() };
                out.clear();
                Times::of(&dialect).append(time, &mut out);
                // Before zones had whole minutes, their local mean time has seconds that HL7 cannot say.
                if millis > 0 {
                    proptest::prop_assert_eq!(Dtm::parse(&out).map(|dtm| dtm.utc(99)), Ok(time));
                }
            }
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..30)) {
            let _ = Dtm::parse(&bytes);
        }
    }
}

//! Two clocks, always kept apart: [`Instant`] says how long, [`Timestamp`] says when.
//!
//! Both are plain integers of our own, so that no deciding code can ask the operating system for the time. A shell reads
//! the clocks once and hands in [`Now`].

use std::fmt;
use std::num::NonZeroU64;
use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point on the monotonic clock: microseconds since an arbitrary origin that one run of the program never changes.
/// Meaningless after a restart, so it is never stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The instant `micros` microseconds after the origin.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the origin.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Time that has passed since `earlier`; zero if `earlier` lies in the future.
    pub const fn since(self, earlier: Instant) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        Instant(self.0.saturating_add(micros_of(duration)))
    }
}

/// A point in civil time: microseconds since 1970-01-01T00:00:00Z, UTC without leap seconds.
///
/// `Display` writes RFC 3339 in UTC with milliseconds. Serialized as the number of microseconds.
///
/// Kept with its sign bit turned over, so that order is that of the integer and an `Option` of it takes no more room: every
/// reading carries two. The first microsecond of 292 278 BC cannot be told from the second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NonZeroU64);

/// What turns microseconds into the form in which they are kept, and back.
const SIGN: u64 = 1 << 63;

impl Timestamp {
    /// The time `micros` microseconds after 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        match NonZeroU64::new(micros.cast_unsigned() ^ SIGN) {
            Some(kept) => Self(kept),
            None => Self(NonZeroU64::MIN),
        }
    }

    /// The time `seconds` seconds after 1970-01-01T00:00:00Z.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn as_micros(self) -> i64 {
        (self.0.get() ^ SIGN).cast_signed()
    }

    /// Time that has passed since `earlier`; zero if `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_micros(u64::try_from(self.as_micros().saturating_sub(earlier.as_micros())).unwrap_or(0))
    }

    /// Year, month, day and time of day in UTC.
    pub const fn civil(self) -> Civil {
        let days = self.as_micros().div_euclid(MICROS_PER_DAY);
        let rest = self.as_micros().rem_euclid(MICROS_PER_DAY);
        let (year, month, day) = civil_from_days(days);
        Civil {
            year,
            month,
            day,
            hour: (rest / 3_600_000_000) as u8,
            minute: (rest / 60_000_000 % 60) as u8,
            second: (rest / 1_000_000 % 60) as u8,
            micros: (rest % 1_000_000) as u32,
        }
    }

    /// The time of a civil date and time in UTC; `None` if a field is out of range.
    pub const fn from_civil(civil: Civil) -> Option<Self> {
        let Civil { year, month, day, hour, minute, second, micros } = civil;
        if month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59 || micros > 999_999
        {
            return None;
        }
        let days = days_from_civil(year, month, day);
        let (y, m, d) = civil_from_days(days);
        if y != year || m != month || d != day {
            return None; // the 31st of a month that has 30 days
        }
        let seconds = hour as i64 * 3600 + minute as i64 * 60 + second as i64;
        Some(Self::from_micros(days * MICROS_PER_DAY + seconds * 1_000_000 + micros as i64))
    }
}

impl Default for Timestamp {
    fn default() -> Self {
        Self::from_micros(0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.as_micros()).finish()
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.as_micros())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self::from_micros)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    fn add(self, duration: Duration) -> Timestamp {
        Timestamp::from_micros(self.as_micros().saturating_add(i64::try_from(micros_of(duration)).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Timestamp;

    fn sub(self, duration: Duration) -> Timestamp {
        Timestamp::from_micros(self.as_micros().saturating_sub(i64::try_from(micros_of(duration)).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, day, hour, minute, second, micros } = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", micros / 1000)
    }
}

/// A [`Timestamp`] taken apart, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year of the Gregorian calendar.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 59.
    pub second: u8,
    /// Microsecond of the second, 0 to 999 999.
    pub micros: u32,
}

/// Both clocks, read together by a shell and handed to whatever decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// For how long something has lasted and when it is due.
    pub monotonic: Instant,
    /// For what is written down and sent.
    pub utc: Timestamp,
}

impl Now {
    /// Both clocks moved on by `duration`.
    pub fn after(self, duration: Duration) -> Now {
        Now { monotonic: self.monotonic + duration, utc: self.utc + duration }
    }
}

const MICROS_PER_DAY: i64 = 86_400_000_000;

fn micros_of(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Gregorian date of a day number counted from 1970-01-01, by 400-year cycles that begin on 1 March.
const fn civil_from_days(days: i64) -> (i32, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year as i32, month as u8, day as u8)
}

const fn days_from_civil(year: i32, month: u8, day: u8) -> i64 {
    let year = year as i64 - if month <= 2 { 1 } else { 0 };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month as i64 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i64 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates_are_written_as_rfc_3339() {
        assert_eq!(Timestamp::from_micros(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::from_seconds(951_782_400).to_string(), "2000-02-29T00:00:00.000Z");
        assert_eq!(Timestamp::from_micros(1_772_356_501_250_999).to_string(), "2026-03-01T09:15:01.250Z");
        assert_eq!(Timestamp::from_micros(-1).to_string(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn impossible_dates_are_refused() {
        let civil = Civil { year: 2026, month: 2, day: 29, hour: 0, minute: 0, second: 0, micros: 0 };
        assert_eq!(Timestamp::from_civil(civil), None);
        assert!(Timestamp::from_civil(Civil { year: 2024, ..civil }).is_some());
        assert_eq!(Timestamp::from_civil(Civil { day: 1, hour: 24, ..civil }), None);
    }

    #[test]
    fn timestamps_are_ordered_as_their_microseconds_and_survive_at_the_ends() {
        let ascending = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX].map(Timestamp::from_micros);
        assert!(ascending.is_sorted());
        assert_eq!(ascending[1].as_micros(), i64::MIN + 1);
        assert_eq!(ascending[2..].iter().map(|time| time.as_micros()).collect::<Vec<_>>(), [-1, 0, 1, i64::MAX]);
        assert_eq!(ascending[5] + Duration::from_secs(1), ascending[5]);
        assert_eq!(size_of::<Option<Timestamp>>(), 8);
        assert_eq!(Timestamp::default(), Timestamp::from_micros(0));
    }

    proptest::proptest! {
        #[test]
        fn civil_and_back_is_identity(micros in -62_135_596_800_000_000i64..253_402_300_800_000_000) {
            let time = Timestamp::from_micros(micros);
            proptest::prop_assert_eq!(Timestamp::from_civil(time.civil()), Some(time));
        }
    }
}

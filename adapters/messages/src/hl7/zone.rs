//! The zone in which a receiver wants its times: an IANA zone from the tables that are built in, or a fixed offset.
//!
//! The tables are part of the program, so that the same event gives the same bytes wherever it runs.

use std::fmt;
use std::str::FromStr;

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use vigil_model::Timestamp;

/// A time zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// UTC.
    #[default]
    Utc,
    /// Minutes east of UTC, -1439 to 1439.
    Fixed(i16),
    /// A zone with rules.
    Named(TimeZone),
}

/// Why a text is not a [`Zone`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no time zone; expected an IANA name like Europe/Berlin, UTC, or an offset like +01:00")]
pub struct ZoneError(String);

impl Zone {
    /// Minutes by which its clocks are ahead of UTC at a time.
    pub fn offset_minutes(&self, time: Timestamp) -> i16 {
        match self {
            Zone::Utc => 0,
            Zone::Fixed(minutes) => *minutes,
            Zone::Named(zone) => {
                let offset = jiff::Timestamp::from_microsecond(time.as_micros())
                    .map_or(Offset::UTC, |time| zone.to_offset(time));
                i16::try_from(offset.seconds() / 60).unwrap_or(0)
            }
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Zone::Utc => f.write_str("UTC"),
            Zone::Fixed(minutes) => {
                let sign = if *minutes < 0 { '-' } else { '+' };
                let minutes = minutes.unsigned_abs();
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            Zone::Named(zone) => f.write_str(zone.iana_name().unwrap_or("UTC")),
        }
    }
}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Self, ZoneError> {
        let wrong = || ZoneError(text.to_owned());
        if text.is_empty() || text.eq_ignore_ascii_case("UTC") {
            return Ok(Zone::Utc);
        }
        if let Some((sign, rest)) =
            text.strip_prefix('+').map(|rest| (1, rest)).or(text.strip_prefix('-').map(|rest| (-1, rest)))
        {
            let digits: String = rest.split(':').collect();
            let number =
                |range: std::ops::Range<usize>| digits.get(range).and_then(|digits| digits.parse::<i16>().ok());
            let well_formed = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
            let (hours, minutes) = number(0..2).zip(number(2..4)).filter(|_| well_formed).ok_or_else(wrong)?;
            if hours > 23 || minutes > 59 {
                return Err(wrong());
            }
            return Ok(Zone::Fixed(sign * (hours * 60 + minutes)));
        }
        TimeZoneDatabase::bundled().get(text).map(Zone::Named).map_err(|_| wrong())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_read_and_written() {
        for (text, written) in
            [("UTC", "UTC"), ("", "UTC"), ("+01:00", "+01:00"), ("-0330", "-03:30"), ("Europe/Berlin", "Europe/Berlin")]
        {
            assert_eq!(text.parse::<Zone>().unwrap().to_string(), written);
        }
        for refused in ["Berlin", "+1", "+24:00", "+01:60", "+é0:0", "Europe/Nowhere"] {
            assert!(refused.parse::<Zone>().is_err(), "{refused}");
        }
    }

    #[test]
    fn summer_time_is_known() {
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        assert_eq!(zone.offset_minutes(Timestamp::from_seconds(1_772_356_500)), 60); // 2026-03-01
        assert_eq!(zone.offset_minutes(Timestamp::from_seconds(1_782_000_000)), 120); // 2026-06-21
        assert_eq!(zone.offset_minutes(Timestamp::from_micros(i64::MAX)), 0);
    }
}

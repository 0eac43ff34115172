//! Durations as configuration writes them: `500ms`, `5s`, `2min`, `1h 30min`, `1d`. A number always carries its unit.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Units, largest first, with their milliseconds. The first name of a unit is the one that is written.
const UNITS: [(&str, &str, u64); 5] =
    [("d", "d", 86_400_000), ("h", "h", 3_600_000), ("min", "m", 60_000), ("s", "s", 1_000), ("ms", "ms", 1)];

/// A duration of whole milliseconds, read and written as text with its unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DurationText(Duration);

/// Why a text is not a [`DurationText`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a duration is whole numbers with their units d, h, min, s or ms, largest first, like 500ms, 5s or 1h 30min")]
pub struct DurationTextError;

impl DurationText {
    /// `millis` milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// `seconds` seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// The duration.
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl From<Duration> for DurationText {
    /// Drops what is finer than a millisecond.
    fn from(duration: Duration) -> Self {
        Self::from_millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }
}

impl From<DurationText> for Duration {
    fn from(text: DurationText) -> Self {
        text.0
    }
}

impl FromStr for DurationText {
    type Err = DurationTextError;

    fn from_str(text: &str) -> Result<Self, DurationTextError> {
        let (mut rest, mut total_ms, mut units_left) = (text.trim(), 0u64, &UNITS[..]);
        if rest.is_empty() {
            return Err(DurationTextError);
        }
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number: u64 = rest[..digits].parse().map_err(|_| DurationTextError)?;
            rest = rest[digits..].trim_start();
            let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            let name = &rest[..letters];
            let index = units_left
                .iter()
                .position(|(long, short, _)| *long == name || *short == name)
                .ok_or(DurationTextError)?;
            total_ms = number
                .checked_mul(units_left[index].2)
                .and_then(|part| total_ms.checked_add(part))
                .ok_or(DurationTextError)?;
            units_left = &units_left[index + 1..];
            rest = rest[letters..].trim_start();
        }
        Ok(Self::from_millis(total_ms))
    }
}

impl fmt::Display for DurationText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest_ms = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if rest_ms == 0 {
            return f.write_str("0s");
        }
        let mut first = true;
        for (name, _, unit_ms) in UNITS {
            if rest_ms >= unit_ms {
                write!(f, "{}{}{name}", if first { "" } else { " " }, rest_ms / unit_ms)?;
                (rest_ms, first) = (rest_ms % unit_ms, false);
            }
        }
        Ok(())
    }
}

impl Serialize for DurationText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DurationText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|error| serde::de::Error::custom(format_args!("{text:?}: {error}")))
    }
}

impl JsonSchema for DurationText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Whole numbers with their units d, h, min, s or ms, largest first: 500ms, 5s, 1h 30min.",
            "pattern": r"^\s*(\d+\s*d\s*)?(\d+\s*h\s*)?(\d+\s*(min|m)\s*)?(\d+\s*s\s*)?(\d+\s*ms\s*)?$",
            "minLength": 2,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_units() {
        for (text, millis) in [
            ("5s", 5_000),
            ("500ms", 500),
            ("2min", 120_000),
            ("2m", 120_000),
            ("1h30min", 5_400_000),
            (" 1 h 30 min ", 5_400_000),
            ("1d", 86_400_000),
            ("0s", 0),
        ] {
            assert_eq!(text.parse(), Ok(DurationText::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_duration_is_refused() {
        for text in ["", "5", "s", "5 parsecs", "-5s", "1.5s", "5s 1h", "5s5s", "99999999999999999999s", "5s x", "é"] {
            assert_eq!(text.parse::<DurationText>(), Err(DurationTextError), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn writing_and_reading_is_identity(millis in proptest::num::u64::ANY) {
            let duration = DurationText::from_millis(millis);
            proptest::prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        }

        #[test]
        fn any_text_is_survived(text in ".{0,40}") {
            let _ = text.parse::<DurationText>();
        }
    }
}

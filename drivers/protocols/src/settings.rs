//! Durations in the settings of a driver: texts with a unit, `"500ms"`, `"1s"`, `"2min"`, `"12h"`.
//!
//! For the fields of a driver's `Config`:
//!
//! ```text
//! #[serde(default = "default_interval", deserialize_with = "settings::between::<_, 200, 60_000>", serialize_with = "settings::text")]
//! #[schemars(with = "settings::DurationText")]
//! pub interval: Duration,
//! ```

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How a duration is written in a configuration: digits and `ms`, `s`, `min` or `h`, without a blank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(description = "A duration: whole number and unit, like 500ms, 1s, 2min or 12h.", inline)]
pub struct DurationText(#[schemars(extend("pattern" = "^[0-9]+(ms|s|min|m|h)$"))] String);

/// Reads `500ms`, `1s`, `2min`, `12h`. `None` if the text is something else.
pub fn parse(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit_ms: u64 = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "min" | "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok()?.checked_mul(unit_ms).map(Duration::from_millis)
}

/// Writes a duration with the largest unit that holds it as a whole number; what is below a millisecond is dropped.
pub fn write(duration: Duration) -> String {
    let ms = duration.as_millis();
    let (unit_ms, unit) = [(3_600_000, "h"), (60_000, "min"), (1_000, "s")]
        .into_iter()
        .find(|(unit_ms, _)| ms != 0 && ms.is_multiple_of(*unit_ms))
        .unwrap_or((1, "ms"));
    format!("{}{unit}", ms / unit_ms)
}

/// For `serialize_with`: the duration as text.
///
/// # Errors
/// Only those of the serializer.
pub fn text<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&write(*duration))
}

/// For `deserialize_with`: a duration between two bounds in milliseconds, inclusive.
///
/// # Errors
/// If it is no duration or lies outside; the message says what was expected.
pub fn between<'de, D: Deserializer<'de>, const MIN_MS: u64, const MAX_MS: u64>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    let written = Cow::<'de, str>::deserialize(deserializer)?;
    let (min, max) = (Duration::from_millis(MIN_MS), Duration::from_millis(MAX_MS));
    parse(&written).filter(|duration| (min..=max).contains(duration)).ok_or_else(|| {
        serde::de::Error::custom(format_args!(
            "{written:?} is not a duration from {} to {}; write a whole number and ms, s, min or h, like \"{}\"",
            write(min),
            write(max),
            write(min),
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_unit() {
        assert_eq!(parse("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse("90s"), Some(Duration::from_secs(90)));
        assert_eq!(parse("2min"), Some(Duration::from_secs(120)));
        assert_eq!(parse("12h"), Some(Duration::from_secs(43_200)));
        for refused in ["", "1", "s", "-1s", "1.5s", "1 s", "1S", "99999999999999999999s", "18446744073709551615h"] {
            assert_eq!(parse(refused), None, "{refused}");
        }
    }

    proptest::proptest! {
        #[test]
        fn writing_and_reading_is_identity(ms in 0u64..10_000_000_000) {
            let duration = Duration::from_millis(ms);
            proptest::prop_assert_eq!(parse(&write(duration)), Some(duration));
        }
    }
}

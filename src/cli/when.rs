//! Points in time on the command line: `2026-03-01T22:00:00Z`, or how long ago: `8h`.

use vigil_messages::DurationText;
use vigil_model::{Civil, Timestamp};

use crate::clock;

/// A point in time as somebody writes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct When(pub(super) Timestamp);

impl std::str::FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(ago) = text.parse::<DurationText>() {
            return Ok(Self(clock::system()().utc - ago.get()));
        }
        civil(text).map(Self).ok_or_else(|| {
            format!("`{text}` is no time: write it in UTC like 2026-03-01T22:00:00Z, or how long ago like 8h")
        })
    }
}

fn civil(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z')?;
    let (date, time) = text.split_once('T')?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<u16>().ok());
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut time = time.splitn(3, ':').map(|part| part.parse::<u8>().ok());
    if fraction.len() > 6 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut next = || time.next().flatten();
    Timestamp::from_civil(Civil {
        year: i32::from(date.next()??),
        month: u8::try_from(date.next()??).ok()?,
        day: u8::try_from(date.next()??).ok()?,
        hour: next()?,
        minute: next()?,
        second: next()?,
        micros: format!("{fraction:0<6}").parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_both_ways() {
        let at = |text: &str| text.parse::<When>().map(|when| when.0);
        let time = at("2026-03-01T22:05:09.25Z").unwrap();
        assert_eq!(time.to_string(), "2026-03-01T22:05:09.250Z");
        assert!(at("2h").unwrap() < at("1h").unwrap());
        for wrong in
            ["", "22:00", "2026-03-01", "2026-02-30T00:00:00Z", "2026-03-01T22:00:00", "2026-03-01T22:00:00.xZ"]
        {
            assert!(at(wrong).unwrap_err().contains("write it in UTC"), "{wrong}");
        }
    }
}

//! The id under which a receiver knows an alert (OBR-3 of its messages, OBR-29.2 of what is said about it), written and read.
//!
//! | id | message |
//! |---|---|
//! | `ward-4b:000123` | begins or presents occurrence 123 |
//! | `ward-4b:000123-8812` | says something later about it: event 8812 |
//! | `ward-4b:000123.2` | the occurrence began again after its end: for the receiver an alert of its own |
//! | `ward-4b:000123.2-8820` | later about that |

use std::fmt;
use std::str::FromStr;

use vigil_model::OccurrenceId;

/// An alert as receivers name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertId {
    /// The occurrence.
    pub occurrence: OccurrenceId,
    /// Which of its starts, from 1.
    pub start: u32,
    /// Number of the event, for messages after the first.
    pub event: Option<u64>,
}

/// Why a text is not an [`AlertId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an alert's id is an occurrence id, and what may follow it: ward-4b:000123, ward-4b:000123.2, ward-4b:000123-8812"
)]
pub struct AlertIdError;

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.occurrence.fmt(f)?;
        if self.start > 1 {
            write!(f, ".{}", self.start)?;
        }
        match self.event {
            Some(event) => write!(f, "-{event}"),
            None => Ok(()),
        }
    }
}

impl FromStr for AlertId {
    type Err = AlertIdError;

    fn from_str(text: &str) -> Result<Self, AlertIdError> {
        // The appliance's own name may hold points and hyphens; what follows its colon may not.
        let colon = text.rfind(':').ok_or(AlertIdError)?;
        let (rest, event) = match text[colon..].find('-') {
            Some(at) => (&text[..colon + at], Some(number(&text[colon + at + 1..])?)),
            None => (text, None),
        };
        let (rest, start) = match rest[colon..].find('.') {
            Some(at) => (&rest[..colon + at], number(&rest[colon + at + 1..])?),
            None => (rest, 1),
        };
        let start = u32::try_from(start).ok().filter(|start| *start >= 1).ok_or(AlertIdError)?;
        Ok(Self { occurrence: rest.parse().map_err(|_| AlertIdError)?, start, event })
    }
}

fn number(digits: &str) -> Result<u64, AlertIdError> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| all_digits).ok_or(AlertIdError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written() {
        for (text, number, start, event) in [
            ("ward-4b:000123", 123, 1, None),
            ("ward-4b:000123-8812", 123, 1, Some(8812)),
            ("ward-4b:000123.2", 123, 2, None),
            ("a.b-c:7000000.12-1", 7_000_000, 12, Some(1)),
        ] {
            let id: AlertId = text.parse().unwrap();
            assert_eq!((id.occurrence.number, id.start, id.event), (number, start, event), "{text}");
            assert_eq!(id.to_string(), text);
        }
        for refused in ["", "ward-4b", "ward-4b:", ":1", "w:1.", "w:1.0", "w:1-", "w:1-x", "w:1-2.3", "w:+1", "w:1 "] {
            assert_eq!(refused.parse::<AlertId>(), Err(AlertIdError), "{refused}");
        }
    }
}

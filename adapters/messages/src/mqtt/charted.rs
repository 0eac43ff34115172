//! What people chart for early-warning scores, as it arrives: JSON on the chart topic of the appliance.

use std::sync::Arc;

use serde::Deserialize;
use vigil_model::Command;

use super::answer::{ANSWER_BYTES_MAX, BY_CHARS_MAX};

/// Longest name of a bed or input, and longest value, in characters.
const TEXT_CHARS_MAX: usize = 64;

/// Why a publication is not an entry. Never quotes it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Longer than entries are.
    #[error("reading an entry: {bytes} bytes are more than the {ANSWER_BYTES_MAX} that are allowed")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// Not the JSON of an entry.
    #[error(
        "reading an entry, line {line} column {column}: expected \
         {{\"bed\":\"…\",\"input\":\"consciousness\",\"value\":\"V\",\"by\":\"…\"}}"
    )]
    Payload {
        /// Line of the trouble, from 1.
        line: usize,
        /// Column of the trouble, from 1.
        column: usize,
    },
    /// A text is empty, too long or holds control characters.
    #[error("reading an entry: `{key}` must be a text without control characters, neither empty nor too long")]
    Text {
        /// Which one.
        key: &'static str,
    },
}

#[derive(Deserialize)]
struct Payload {
    bed: String,
    input: String,
    value: String,
    by: String,
}

/// Reads what somebody charts. Whether the bed has such an input, and whether the value is an answer to it, is the engine's
/// business.
///
/// # Errors
/// If the publication is not an entry by somebody.
pub fn parse_entry(payload: &[u8]) -> Result<Command, EntryError> {
    if payload.len() > ANSWER_BYTES_MAX {
        return Err(EntryError::TooLong { bytes: payload.len() });
    }
    let Payload { bed, input, value, by } = serde_json::from_slice(payload)
        .map_err(|error| EntryError::Payload { line: error.line(), column: error.column() })?;
    let text = |key: &'static str, text: &str, chars_max: usize| -> Result<Arc<str>, EntryError> {
        let text = text.trim();
        let good = !text.is_empty() && text.chars().count() <= chars_max && !text.contains(char::is_control);
        if good { Ok(text.into()) } else { Err(EntryError::Text { key }) }
    };
    Ok(Command::Chart {
        bed: text("bed", &bed, TEXT_CHARS_MAX)?,
        input: text("input", &input, TEXT_CHARS_MAX)?,
        value: text("value", &value, TEXT_CHARS_MAX)?,
        by: text("by", &by, BY_CHARS_MAX)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_names_bed_input_value_and_who() {
        let payload = br#"{"bed":"401-1","input":"consciousness","value":" V ","by":"nurse 7","more":1}"#;
        let (bed, input) = ("401-1".into(), "consciousness".into());
        assert_eq!(parse_entry(payload), Ok(Command::Chart { bed, input, value: "V".into(), by: "nurse 7".into() }));
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        for payload in [&b""[..], b"{}", b"[]", br#"{"bed":"b","input":"i","value":"v"}"#, br#"{"bed":1}"#] {
            assert!(matches!(parse_entry(payload), Err(EntryError::Payload { .. })), "{payload:?}");
        }
        let by = parse_entry(br#"{"bed":"b","input":"i","value":"v","by":" "}"#);
        assert_eq!(by, Err(EntryError::Text { key: "by" }));
        let value = parse_entry(br#"{"bed":"b","input":"i","value":"a\nb","by":"n"}"#);
        assert_eq!(value, Err(EntryError::Text { key: "value" }));
        assert!(matches!(parse_entry(&[b' '; 5000]), Err(EntryError::TooLong { .. })));
    }

    proptest::proptest! {
        #[test]
        fn any_publication_is_survived(payload in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            let _ = parse_entry(&payload);
        }
    }
}

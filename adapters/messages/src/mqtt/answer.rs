//! Answers to alarms as they arrive: JSON on the answer topic of an alarm, with the correlation data of its state.

use serde::Deserialize;
use vigil_model::{Answer, Command, OccurrenceId};

use super::topic::level_text;

/// Longest answer that is read, in bytes.
pub const ANSWER_BYTES_MAX: usize = 4096;

/// Longest name of who answers, in characters.
pub const BY_CHARS_MAX: usize = 120;

/// Why a publication is not an answer. Never quotes it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Longer than answers are.
    #[error("reading an answer: {bytes} bytes are more than the {ANSWER_BYTES_MAX} that are allowed")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// Not the JSON of an answer.
    #[error(
        "reading an answer, line {line} column {column}: expected \
         {{\"action\":\"received|accepted|rejected|acknowledge\",\"by\":\"…\",\"at\":\"…\"}}"
    )]
    Payload {
        /// Line of the trouble, from 1.
        line: usize,
        /// Column of the trouble, from 1.
        column: usize,
    },
    /// Nobody is named, or the name is too long or holds control characters.
    #[error(
        "reading an answer: `by` must name who answers, in 1 to {BY_CHARS_MAX} characters without control characters"
    )]
    By,
    /// Neither topic nor correlation data name an alarm.
    #[error("reading an answer: neither the topic (…/alert/<id>/ack) nor the correlation data name an alarm")]
    NoOccurrence,
    /// Topic and correlation data name different alarms.
    #[error(
        "reading an answer: the topic names alarm {topic} and the correlation data {correlation}; nothing is answered"
    )]
    TwoOccurrences {
        /// The alarm of the topic.
        topic: OccurrenceId,
        /// The alarm of the correlation data.
        correlation: OccurrenceId,
    },
}

#[derive(Deserialize)]
struct Payload {
    action: Answer,
    by: String,
    // Who answers says when; the engine goes by its own clock.
    #[serde(default, rename = "at")]
    _at: Option<String>,
}

/// Reads an answer. The alarm is the one that topic and correlation data name; one of them is enough, and if both do they
/// must agree.
///
/// # Errors
/// If the publication is not an answer to one alarm by somebody.
pub fn parse_answer(topic: &str, payload: &[u8], correlation: Option<&[u8]>) -> Result<Command, AnswerError> {
    if payload.len() > ANSWER_BYTES_MAX {
        return Err(AnswerError::TooLong { bytes: payload.len() });
    }
    let from_correlation = correlation.and_then(|data| std::str::from_utf8(data).ok()?.parse::<OccurrenceId>().ok());
    let occurrence = match (from_topic(topic), from_correlation) {
        (Some(topic), Some(correlation)) if topic != correlation => {
            return Err(AnswerError::TwoOccurrences { topic, correlation });
        }
        (Some(occurrence), _) | (None, Some(occurrence)) => occurrence,
        (None, None) => return Err(AnswerError::NoOccurrence),
    };
    let Payload { action, by, .. } = serde_json::from_slice(payload)
        .map_err(|error| AnswerError::Payload { line: error.line(), column: error.column() })?;
    let by = by.trim();
    if by.is_empty() || by.chars().count() > BY_CHARS_MAX || by.contains(char::is_control) {
        return Err(AnswerError::By);
    }
    Ok(Command::Answer { occurrence, answer: action, by: by.into() })
}

fn from_topic(topic: &str) -> Option<OccurrenceId> {
    let mut levels = topic.rsplit('/');
    let (last, id, alert) = (levels.next()?, levels.next()?, levels.next()?);
    if last != "ack" || alert != "alert" {
        return None;
    }
    level_text(id)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "ward/v1/north/4B/401/1/alert/ward-4b:000123/ack";
    const ACCEPTED: &[u8] = br#"{"action":"accepted","by":"nurse 7","at":"2026-03-01T09:15:01.250Z"}"#;

    fn answered(number: u64, answer: Answer) -> Command {
        let occurrence = OccurrenceId { appliance: "ward-4b".into(), number };
        Command::Answer { occurrence, answer, by: "nurse 7".into() }
    }

    #[test]
    fn an_answer_names_its_alarm_by_topic_or_correlation() {
        assert_eq!(parse_answer(TOPIC, ACCEPTED, None), Ok(answered(123, Answer::Accepted)));
        assert_eq!(parse_answer(TOPIC, ACCEPTED, Some(b"ward-4b:000123")), Ok(answered(123, Answer::Accepted)));
        assert_eq!(parse_answer(TOPIC, ACCEPTED, Some(b"\xff")), Ok(answered(123, Answer::Accepted)));
        let acknowledge = br#"{"by":" nurse 7 ","action":"acknowledge","more":1}"#;
        assert_eq!(parse_answer("replies", acknowledge, Some(b"ward-4b:9")), Ok(answered(9, Answer::Acknowledge)));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        assert!(matches!(parse_answer(TOPIC, ACCEPTED, Some(b"ward-4b:4")), Err(AnswerError::TwoOccurrences { .. })));
        assert_eq!(parse_answer("a/alert/ward-4b:1/state", ACCEPTED, None), Err(AnswerError::NoOccurrence));
        assert_eq!(parse_answer("a/alert//ack", ACCEPTED, None), Err(AnswerError::NoOccurrence));
        for payload in [&b""[..], b"{}", b"[]", br#"{"action":"stop","by":"x"}"#, br#"{"action":"accepted"}"#] {
            assert!(matches!(parse_answer(TOPIC, payload, None), Err(AnswerError::Payload { .. })), "{payload:?}");
        }
        for by in ["", "  ", "a\\nb", &"x".repeat(121)] {
            let payload = format!(r#"{{"action":"accepted","by":"{by}"}}"#);
            assert_eq!(parse_answer(TOPIC, payload.as_bytes(), None), Err(AnswerError::By), "{by}");
        }
        assert!(matches!(parse_answer(TOPIC, &[b' '; 5000], None), Err(AnswerError::TooLong { .. })));
    }

    proptest::proptest! {
        #[test]
        fn any_publication_is_survived(topic in ".{0,40}", payload in proptest::collection::vec(proptest::num::u8::ANY, 0..60), correlation in proptest::option::of(proptest::collection::vec(proptest::num::u8::ANY, 0..20))) {
            let _ = parse_answer(&topic, &payload, correlation.as_deref());
            let _ = parse_answer(TOPIC, &payload, correlation.as_deref());
        }
    }
}

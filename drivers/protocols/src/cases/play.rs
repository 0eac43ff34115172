//! Case to outcome: a session or decoder under a clock that is moved by hand.

use std::time::Duration;

use vigil_model::{Instant, Now, Report, Timestamp};

use super::{Case, CaseError, Expected, Input, Step};
use crate::{Session, json};

/// Most timers that may fire in one step; more is a session that spins.
const TIMEOUTS_PER_STEP_MAX: usize = 100_000;
/// Bytes in one line of a file that is written.
const LINE_BYTES: usize = 36;

/// What came of one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Frames that were sent.
    pub sent: Vec<Vec<u8>>,
    /// What was reported.
    pub reports: Vec<Report>,
}

pub(super) fn play(case: &Case, piece_bytes: usize) -> Vec<Outcome> {
    if case.is_decoder { decode(case, piece_bytes) } else { converse(case, piece_bytes) }
}

fn decode(case: &Case, piece_bytes: usize) -> Vec<Outcome> {
    let mut decoder = case.driver.decoder();
    let step = |step: &Step| {
        match &step.input {
            Input::Received(bytes) => bytes.chunks(piece_bytes.max(1)).for_each(|piece| decoder.push(piece)),
            Input::Finish => decoder.finish(),
            Input::Connect | Input::Wait(_) | Input::Disconnect(_) => {}
        }
        Outcome { sent: Vec::new(), reports: std::iter::from_fn(|| decoder.poll_report()).collect() }
    };
    case.steps.iter().map(step).collect()
}

fn converse(case: &Case, piece_bytes: usize) -> Vec<Outcome> {
    let mut session = case.config.session(case.quiet_time);
    let mut now = start();
    let mut outcomes = Vec::with_capacity(case.steps.len());
    for step in &case.steps {
        let mut outcome = Outcome::default();
        match &step.input {
            Input::Connect => session.handle_connected(now),
            Input::Disconnect(reason) => session.handle_disconnected(now, reason),
            Input::Received(bytes) => {
                for piece in bytes.chunks(piece_bytes.max(1)) {
                    session.handle_bytes(now, piece);
                    outcome.drain(&mut *session);
                }
            }
            Input::Wait(duration) => now = wait(&mut *session, now, *duration, &mut outcome),
            Input::Finish => {}
        }
        outcome.drain(&mut *session);
        outcomes.push(outcome);
    }
    outcomes
}

/// Both clocks at the beginning of a case: 2026-03-01T08:00:00Z.
fn start() -> Now {
    Now { monotonic: Instant::from_micros(1_000_000), utc: Timestamp::from_seconds(1_772_352_000) }
}

fn wait(session: &mut dyn Session, from: Now, duration: Duration, outcome: &mut Outcome) -> Now {
    let until = from.after(duration);
    let mut now = from;
    for _ in 0..TIMEOUTS_PER_STEP_MAX {
        let Some(due) = session.poll_timeout().filter(|due| *due <= until.monotonic) else { return until };
        now = now.after(due.since(now.monotonic));
        session.handle_timeout(now);
        outcome.drain(session);
    }
    panic!("a session asks for its timer without end");
}

impl Outcome {
    fn drain(&mut self, session: &mut dyn Session) {
        self.sent.extend(std::iter::from_fn(|| session.poll_transmit()).map(|transmit| transmit.as_bytes().to_vec()));
        self.reports.extend(std::iter::from_fn(|| session.poll_report()));
    }

    pub(super) fn compare(&self, step: &Step) -> Result<(), CaseError> {
        let differs = |message: String| Err(CaseError { line: step.line, message });
        if self.sent != step.sent {
            let list = |frames: &[Vec<u8>]| frames.iter().map(|frame| written(frame)).collect::<Vec<_>>().join(" | ");
            return differs(format!("must send [{}], sends [{}]", list(&step.sent), list(&self.sent)));
        }
        let found: Vec<String> = self.reports.iter().map(json::line).collect();
        let parsed: Vec<serde_json::Value> =
            found.iter().map(|line| serde_json::from_str(line).unwrap_or_default()).collect();
        if is_match(&step.reports, &parsed) {
            return Ok(());
        }
        let want = step.reports.iter().map(|expected| match expected {
            Expected::Report(value) => value.to_string(),
            Expected::Any => "...".to_owned(),
        });
        differs(format!("must report\n  {}\nreports\n  {}", want.collect::<Vec<_>>().join("\n  "), found.join("\n  ")))
    }

    /// As lines of a case file.
    pub(super) fn lines(&self) -> String {
        let sent = self.sent.iter().map(|frame| format!("< sent {}\n", written(frame)));
        let reports = self.reports.iter().map(|report| format!("< {}\n", json::line(report)));
        sent.chain(reports).collect()
    }
}

fn is_match(expected: &[Expected], found: &[serde_json::Value]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((Expected::Report(want), rest)) => {
            found.split_first().is_some_and(|(first, after)| first == want && is_match(rest, after))
        }
        Some((Expected::Any, rest)) => (0..=found.len()).any(|skipped| is_match(rest, &found[skipped..])),
    }
}

/// Bytes as a case file writes them: a text if it is one, else hexadecimal pairs in several lines.
fn written(bytes: &[u8]) -> String {
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | 0x1B);
    if !bytes.is_empty() && bytes.iter().all(is_text) {
        let escaped = bytes.iter().map(|byte| match byte {
            b'\r' => "\\r".to_owned(),
            b'\n' => "\\n".to_owned(),
            0x1B => "\\x1B".to_owned(),
            b'"' | b'\\' => format!("\\{}", char::from(*byte)),
            byte => char::from(*byte).to_string(),
        });
        return format!("\"{}\"", escaped.collect::<String>());
    }
    let line = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ");
    bytes.chunks(LINE_BYTES).map(line).collect::<Vec<_>>().join("\n  ")
}

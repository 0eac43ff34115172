//! Conversations as text files: what happens, what must be sent, what must be reported.
//!
//! Every driver folder has `cases/*.txt`; the compliance tests play them all, whole and cut into pieces. A file:
//!
//! ```text
//! # Comment. The first ones say where the frames come from.
//! driver ge-s5-dri
//! settings interval = "10s"
//! quiet 30s
//!
//! > connect
//! < sent 7E 31 00
//!   00 7E
//! < {"report":"link","state":"associating"}
//! > received "SPO2=098%\r\n" FF
//! < ...
//! > wait 30s
//! > disconnect the port is gone
//! ```
//!
//! `>` is what happens, `<` what must come of it. `settings` lines are TOML, one key each. Bytes are hexadecimal pairs and
//! texts in quotes (`\r`, `\n`, `\t`, `\"`, `\\`, `\xFF`); a line that begins with a blank goes on with the bytes of the line
//! before. `...` stands for any reports, also none. Sent bytes and reports are compared each in their own order. `wait`
//! moves the clock and runs the timers on the way. A file with the line `decode` plays the decoder instead of a session: it
//! has `received` and `finish`.

mod play;
mod read;

use std::time::Duration;

pub use play::Outcome;

use crate::driver::{Driver, DriverConfig};

/// A conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Whose it is.
    pub driver: Driver,
    /// The settings.
    pub config: DriverConfig,
    /// After how much silence the link counts as lost.
    pub quiet_time: Duration,
    /// Whether the decoder is played instead of a session.
    pub is_decoder: bool,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One thing that happens, and what must come of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Line of the file, from 1.
    pub line: usize,
    /// What happens.
    pub input: Input,
    /// Frames that must be sent, in order.
    pub sent: Vec<Vec<u8>>,
    /// What must be reported, in order.
    pub reports: Vec<Expected>,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The stream is open.
    Connect,
    /// Bytes arrive.
    Received(Vec<u8>),
    /// Time passes.
    Wait(Duration),
    /// The stream is gone.
    Disconnect(String),
    /// The input of a decoder is over.
    Finish,
}

/// What must be reported.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// This report, as its JSON line says.
    Report(serde_json::Value),
    /// Any reports, also none.
    Any,
}

/// Why a file is no case, or what differs from it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct CaseError {
    /// Line of the file, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Case {
    /// Reads a file.
    ///
    /// # Errors
    /// If a line is not of the form above.
    pub fn parse(text: &str) -> Result<Case, CaseError> {
        read::case(text)
    }

    /// Plays the case with received bytes cut into pieces of `piece_bytes` and gives what came of each step.
    pub fn play(&self, piece_bytes: usize) -> Vec<Outcome> {
        play::play(self, piece_bytes)
    }

    /// Plays the case and compares.
    ///
    /// # Errors
    /// The first step that did something else.
    pub fn check(&self, piece_bytes: usize) -> Result<(), CaseError> {
        for (step, outcome) in self.steps.iter().zip(self.play(piece_bytes)) {
            outcome.compare(step)?;
        }
        Ok(())
    }

    /// The file with what the driver does now in place of what it must do, for the author of a case to read and keep.
    pub fn blessed(&self, text: &str) -> String {
        let outcomes = self.play(usize::MAX);
        let mut out = String::new();
        let mut is_expectation = false;
        for (index, line) in text.lines().enumerate() {
            is_expectation = line.starts_with('<') || is_expectation && line.starts_with([' ', '\t']);
            if is_expectation {
                continue;
            }
            if line.trim().is_empty() {
                out.push('\n');
                continue;
            }
            out.push_str(line);
            out.push('\n');
            let goes_on = text.lines().nth(index + 1).is_some_and(|next| next.starts_with([' ', '\t']));
            let step =
                self.steps.iter().position(|step| index + 1 >= step.line && !goes_on && step.ends_at(text, index));
            if let Some(outcome) = step.and_then(|step| outcomes.get(step)) {
                out.push_str(&outcome.lines());
            }
        }
        out
    }
}

impl Step {
    /// Whether the input of the step ends at a line (from 0) of the text.
    fn ends_at(&self, text: &str, index: usize) -> bool {
        let continuations = text.lines().skip(self.line).take_while(|line| line.starts_with([' ', '\t'])).count();
        self.line - 1 + continuations == index
    }
}

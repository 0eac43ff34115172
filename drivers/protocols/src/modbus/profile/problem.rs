//! What is wrong with a register profile: every problem with its place and a remedy.

use std::fmt;
use std::ops::Range;

/// One problem of a register profile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub struct ProfileProblem {
    /// File name or built-in name of the profile.
    pub origin: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong, what was expected, what to do.
    pub message: String,
}

impl fmt::Display for ProfileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.origin, self.line, self.column, self.message)
    }
}

/// Collects the problems of one text.
pub(super) struct Problems<'t> {
    origin: &'t str,
    text: &'t str,
    found: Vec<ProfileProblem>,
}

impl<'t> Problems<'t> {
    pub(super) fn new(text: &'t str, origin: &'t str) -> Self {
        Self { origin, text, found: Vec::new() }
    }

    /// Notes a problem at a place given in bytes of the text.
    pub(super) fn add(&mut self, span: Range<usize>, message: impl Into<String>) {
        let place = self.place(span);
        self.found.push(ProfileProblem { message: message.into(), ..place });
    }

    /// A place in the text, without a message.
    pub(super) fn place(&self, span: Range<usize>) -> ProfileProblem {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        ProfileProblem {
            origin: self.origin.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: String::new(),
        }
    }

    /// Whether nothing has been found yet.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All problems in the order of the text; empty if there is none.
    pub(super) fn into_sorted(mut self) -> Vec<ProfileProblem> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}

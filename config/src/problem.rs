//! One thing that is wrong with a configuration: where, what, and what to do about it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The configuration is refused.
    Error,
    /// The configuration is accepted, and somebody should look.
    Warning,
}

/// One thing that is wrong with a configuration.
///
/// `Display` writes one line, `file:line:column: key: message (help)`, in which a warning says that it is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// The file as it was named.
    pub file: String,
    /// Line, from 1; 0 if the file as a whole is meant.
    pub line: usize,
    /// Column in characters, from 1; 0 if the file as a whole is meant.
    pub column: usize,
    /// The key, `device[mon-1].quiet_time`; empty if none can be named.
    pub key: String,
    /// What is wrong and what was expected.
    pub message: String,
    /// What to do; empty if the message says it all.
    pub help: String,
    /// Whether it refuses the configuration.
    pub severity: Severity,
}

impl Problem {
    /// A problem with a file as a whole.
    pub fn of_file(file: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 0,
            column: 0,
            key: String::new(),
            message: message.into(),
            help: help.into(),
            severity: Severity::Error,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        f.write_str(": ")?;
        match self.severity {
            Severity::Error => {}
            Severity::Warning => f.write_str("warning: ")?,
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)?;
        if !self.help.is_empty() {
            write!(f, " ({})", self.help)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_line() {
        let mut problem = Problem::of_file("ward.toml", "cannot be read", "check the path");
        assert_eq!(problem.to_string(), "ward.toml: cannot be read (check the path)");
        (problem.line, problem.column, problem.key) = (3, 7, "bed[1]".into());
        problem.severity = Severity::Warning;
        assert_eq!(problem.to_string(), "ward.toml:3:7: warning: bed[1]: cannot be read (check the path)");
    }
}

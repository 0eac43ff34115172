//! Validates messages against the IHE device profiles: what an interface engineer would object to, each with the rule that
//! says so.
//!
//! It is stricter than what Vigil accepts as a receiver, and everything that Vigil sends passes it. Findings about patient
//! segments never quote them.
//!
//! | severity | meaning |
//! |---|---|
//! | error | the profile forbids it, or a receiver would read something else than was meant |
//! | warning | deprecated, or seen to make trouble |
//! | note | worth knowing; nobody needs to act |

mod ack;
mod adt;
mod alert;
mod association;
mod file;
mod header;
mod order;
mod patient;
mod pump;
mod rows;
mod terms;
mod values;

use std::fmt;

use serde::Serialize;

use crate::hl7::{FieldProblem, Message, Segment, Value};

pub use file::messages_of;

/// Findings of one message at most; what comes after them is counted only.
pub const FINDINGS_MAX: usize = 1_000;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Deprecated, or seen to make trouble.
    Warning,
    /// Forbidden, or read as something else than was meant.
    Error,
}

/// A rule: its name, how bad it is to break it, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable name, for suppressing and counting.
    pub name: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// Document and section.
    pub source: &'static str,
}

impl Rule {
    const fn error(name: &'static str, source: &'static str) -> Self {
        Self { name, severity: Severity::Error, source }
    }

    const fn warning(name: &'static str, source: &'static str) -> Self {
        Self { name, severity: Severity::Warning, source }
    }

    const fn note(name: &'static str, source: &'static str) -> Self {
        Self { name, severity: Severity::Note, source }
    }
}

/// What a message is checked as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Transaction {
    /// Communicate PCD Data.
    #[serde(rename = "PCD-01")]
    Pcd01,
    /// Report Alert.
    #[serde(rename = "PCD-04")]
    Pcd04,
    /// Communicate Infusion Event Data.
    #[serde(rename = "PCD-10")]
    Pcd10,
    /// Assert or report an association of patient and device.
    #[serde(rename = "DEV-51")]
    Association,
    /// An acknowledgement.
    #[serde(rename = "ACK")]
    Ack,
    /// Patient administration.
    #[serde(rename = "ADT")]
    Adt,
    /// Something that no profile here describes; delimiters, header and times are checked.
    #[serde(rename = "other")]
    Other,
}

impl fmt::Display for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Transaction::Pcd01 => "PCD-01",
            Transaction::Pcd04 => "PCD-04",
            Transaction::Pcd10 => "PCD-10",
            Transaction::Association => "DEV-51",
            Transaction::Ack => "ACK",
            Transaction::Adt => "ADT",
            Transaction::Other => "other",
        })
    }
}

impl Transaction {
    /// Whether the common rules of the device profiles apply.
    const fn is_of_devices(self) -> bool {
        matches!(self, Transaction::Pcd01 | Transaction::Pcd04 | Transaction::Pcd10 | Transaction::Association)
    }
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Name of the rule.
    pub rule: &'static str,
    /// Document and section of the rule.
    pub source: &'static str,
    /// Segment; empty if it concerns the message as a whole.
    pub segment: String,
    /// Which segment of that name, from 1; 0 for none.
    pub occurrence: usize,
    /// Which field, from 1; 0 for the segment as a whole.
    pub field: usize,
    /// What is wrong, and what was expected.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{severity}: ")?;
        if !self.segment.is_empty() {
            write!(f, "{}", self.segment)?;
            if self.occurrence > 0 {
                write!(f, "[{}]", self.occurrence)?;
            }
            if self.field > 0 {
                write!(f, "-{}", self.field)?;
            }
            f.write_str(": ")?;
        }
        write!(f, "{} [{}; {}]", self.text, self.rule, self.source)
    }
}

/// What was found in one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What it was checked as.
    pub transaction: Transaction,
    /// Everything that is not as it should be, in the order of the message.
    pub findings: Vec<Finding>,
    /// Findings beyond [`FINDINGS_MAX`].
    pub more: usize,
}

impl Checked {
    /// How many findings are this bad.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

const NO_MESSAGE: Rule = Rule::error("message", "HL7 v2.6, 2.5");
const PROFILE: Rule = Rule::note("profile", "IHE PCD TF-2, B.1");

/// Checks one message as it is on the wire.
pub fn check(bytes: &[u8]) -> Checked {
    let mut notes = Notes::default();
    let message = match Message::parse(bytes) {
        Ok(message) => message,
        Err(error) => {
            notes.about_all(NO_MESSAGE, error.to_string());
            return notes.checked(Transaction::Other);
        }
    };
    let transaction = header::transaction(&message);
    header::check(&message, transaction, &mut notes);
    match transaction {
        Transaction::Pcd01 | Transaction::Pcd04 | Transaction::Pcd10 => {
            patient::check(&message, transaction, &mut notes);
            order::check(&message, transaction, &mut notes);
            rows::check(&message, transaction, &mut notes);
            match transaction {
                Transaction::Pcd04 => alert::check(&message, &mut notes),
                Transaction::Pcd10 => pump::check(&message, &mut notes),
                _ => {}
            }
        }
        Transaction::Association => {
            patient::check(&message, transaction, &mut notes);
            order::check(&message, transaction, &mut notes);
            association::check(&message, &mut notes);
        }
        Transaction::Ack => ack::check(&message, &mut notes),
        Transaction::Adt => adt::check(&message, &mut notes),
        Transaction::Other => {
            notes.about_all(PROFILE, "no profile that is checked here; only its header was looked at")
        }
    }
    values::check_times(&message, transaction, &mut notes);
    notes.checked(transaction)
}

/// Collects findings.
#[derive(Default)]
struct Notes {
    findings: Vec<Finding>,
    more: usize,
}

impl Notes {
    fn about(&mut self, rule: Rule, segment: Segment<'_, '_>, field: usize, text: impl Into<String>) {
        let at = segment.error(field, FieldProblem::Missing);
        self.push(rule, segment.name().as_str().to_owned(), at.occurrence, field, text.into());
    }

    /// About a segment that is not there.
    fn about_missing(&mut self, rule: Rule, segment: &str, text: impl Into<String>) {
        self.push(rule, segment.to_owned(), 0, 0, text.into());
    }

    fn about_all(&mut self, rule: Rule, text: impl Into<String>) {
        self.push(rule, String::new(), 0, 0, text.into());
    }

    fn push(&mut self, rule: Rule, segment: String, occurrence: usize, field: usize, text: String) {
        if self.findings.len() >= FINDINGS_MAX {
            self.more += 1;
            return;
        }
        let Rule { name, severity, source } = rule;
        self.findings.push(Finding { severity, rule: name, source, segment, occurrence, field, text });
    }

    fn checked(self, transaction: Transaction) -> Checked {
        Checked { transaction, findings: self.findings, more: self.more }
    }
}

/// A value's bytes as text for a finding, shortened; never used for patient segments.
fn quoted(value: Value<'_>) -> String {
    let text = String::from_utf8_lossy(value.raw());
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { format!("\"{short}…\"") } else { format!("\"{short}\"") }
}

#[cfg(test)]
mod tests;

//! How a simulated receiver answers.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use vigil_messages::hl7::{AckCode, Message};

/// What a simulated receiver does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EhrSettings {
    /// How it answers.
    pub policy: EhrPolicy,
    /// How long it takes to answer.
    pub delay: Duration,
    /// Who is expected where: place as `unit^room^bed` (PV1-3.1 to 3.3) to patient identifier (PID-3.1). Places that are
    /// not here are not judged.
    pub expected: BTreeMap<String, String>,
}

/// How messages are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EhrPolicy {
    /// Accept: `CA` to a message that asks for enhanced mode, `AA` to one that does not.
    #[default]
    Accept,
    /// Content error that a repeat cannot mend: `CR` or `AE`, with 101.
    Error,
    /// Failure of the receiver, a repeat may help: `CE` or `AR`, with 207.
    Reject,
    /// This code, whatever the mode.
    Always(AckCode),
    /// No answer.
    Silent,
}

/// Why a word is no policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a receiver answers aa, ae or ar (by the mode of the message), ca, ce or cr (always), or silent")]
pub struct UnknownPolicy;

impl FromStr for EhrPolicy {
    type Err = UnknownPolicy;

    fn from_str(word: &str) -> Result<Self, UnknownPolicy> {
        Ok(match word {
            "aa" => EhrPolicy::Accept,
            "ae" => EhrPolicy::Error,
            "ar" => EhrPolicy::Reject,
            "ca" => EhrPolicy::Always(AckCode::CommitAccept),
            "ce" => EhrPolicy::Always(AckCode::CommitError),
            "cr" => EhrPolicy::Always(AckCode::CommitReject),
            "silent" => EhrPolicy::Silent,
            _ => return Err(UnknownPolicy),
        })
    }
}

impl EhrPolicy {
    /// The code for a message; `None` for none.
    pub(super) fn code(self, message: &Message) -> Option<AckCode> {
        match self {
            EhrPolicy::Accept => {
                Some(if is_enhanced(message) { AckCode::CommitAccept } else { AckCode::ApplicationAccept })
            }
            EhrPolicy::Error => Some(self.refusal(message)),
            EhrPolicy::Reject => Some(self.failure(message)),
            EhrPolicy::Always(code) => Some(code),
            EhrPolicy::Silent => None,
        }
    }

    /// The code for a message whose content is at fault.
    fn refusal(self, message: &Message) -> AckCode {
        if is_enhanced(message) { AckCode::CommitReject } else { AckCode::ApplicationError }
    }

    /// The code for a message that the receiver cannot take now.
    pub(super) fn failure(self, message: &Message) -> AckCode {
        if is_enhanced(message) { AckCode::CommitError } else { AckCode::ApplicationReject }
    }

    /// ERR-3 of a refusal by policy.
    pub(super) fn error_code(self) -> u16 {
        match self {
            EhrPolicy::Accept | EhrPolicy::Silent | EhrPolicy::Reject => 207,
            EhrPolicy::Error => 101,
            EhrPolicy::Always(AckCode::CommitReject | AckCode::ApplicationError) => 101,
            EhrPolicy::Always(
                AckCode::CommitError | AckCode::ApplicationReject | AckCode::CommitAccept | AckCode::ApplicationAccept,
            ) => 207,
        }
    }
}

/// Whether the sender asks for enhanced mode: MSH-15 or MSH-16 has a value (HL7 v2 chapter 2.9.2).
fn is_enhanced(message: &Message) -> bool {
    let header = message.header();
    !header.field(15).is_empty() || !header.field(16).is_empty()
}

//! Acknowledgements: building and reading `ACK` messages (HL7 v2 chapter 2.9, IHE PCD TF-2 B.2, B.3).

use std::borrow::Cow;

use vigil_model::Timestamp;

use super::write::SegmentWriter;
use super::{FieldError, FieldProblem, Message, Value};

/// Most ERR segments that are read from one acknowledgement.
pub const ERRORS_MAX: usize = 16;

/// Longest text that is kept from an acknowledgement, in characters.
pub const TEXT_CHARS_MAX: usize = 500;

/// MSA-1, table 0008.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AckCode {
    /// `AA`: accepted.
    ApplicationAccept,
    /// `AE`: an error in the content.
    ApplicationError,
    /// `AR`: rejected.
    ApplicationReject,
    /// `CA`: safely stored.
    CommitAccept,
    /// `CE`: cannot be stored now.
    CommitError,
    /// `CR`: type, version or processing id not acceptable.
    CommitReject,
}

impl AckCode {
    /// The two letters.
    pub const fn as_str(self) -> &'static str {
        match self {
            AckCode::ApplicationAccept => "AA",
            AckCode::ApplicationError => "AE",
            AckCode::ApplicationReject => "AR",
            AckCode::CommitAccept => "CA",
            AckCode::CommitError => "CE",
            AckCode::CommitReject => "CR",
        }
    }

    /// The code of two letters.
    pub fn named(letters: &[u8]) -> Option<Self> {
        Some(match letters {
            b"AA" => AckCode::ApplicationAccept,
            b"AE" => AckCode::ApplicationError,
            b"AR" => AckCode::ApplicationReject,
            b"CA" => AckCode::CommitAccept,
            b"CE" => AckCode::CommitError,
            b"CR" => AckCode::CommitReject,
            _ => return None,
        })
    }

    /// Whether the message has been taken over.
    pub const fn is_accept(self) -> bool {
        match self {
            AckCode::ApplicationAccept | AckCode::CommitAccept => true,
            AckCode::ApplicationError | AckCode::ApplicationReject | AckCode::CommitError | AckCode::CommitReject => {
                false
            }
        }
    }
}

/// One reason, segment ERR.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AckError {
    /// ERR-3.1, table 0357; 0 if none was given. 101: required field missing; 200: unsupported message type; 207: internal
    /// error of the receiver.
    pub code: u16,
    /// ERR-2: segment, which one of its name, field; `None` if none was given.
    pub location: Option<(String, u64, u64)>,
    /// Text for people, from ERR-8 or ERR-3.2. May quote the message: not for logs.
    pub text: String,
}

impl AckError {
    /// A reason with a code of table 0357 and a text.
    pub fn new(code: u16, text: impl Into<String>) -> Self {
        Self { code, location: None, text: text.into() }
    }

    /// Table 0357: whether the content of the message is at fault, so that the same message would fail again.
    pub const fn is_content(&self) -> bool {
        matches!(self.code, 100..=105 | 200..=205)
    }

    /// Text of table 0357.
    pub const fn code_text(&self) -> &'static str {
        match self.code {
            100 => "Segment sequence error",
            101 => "Required field missing",
            102 => "Data type error",
            103 => "Table value not found",
            200 => "Unsupported message type",
            201 => "Unsupported event code",
            202 => "Unsupported processing id",
            203 => "Unsupported version id",
            204 => "Unknown key identifier",
            205 => "Duplicate key identifier",
            206 => "Application record locked",
            207 => "Application internal error",
            _ => "Error",
        }
    }
}

impl From<FieldError> for AckError {
    fn from(error: FieldError) -> Self {
        let code = match (error.field, error.problem) {
            (0, FieldProblem::Missing) => 100,
            (_, FieldProblem::Missing) => 101,
            (_, FieldProblem::Expected(_)) => 102,
        };
        Self {
            code,
            location: Some((error.segment.to_string(), error.occurrence as u64, error.field as u64)),
            text: error.to_string(),
        }
    }
}

/// What an acknowledgement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// MSA-1.
    pub code: AckCode,
    /// MSA-2: the control id of the message that is acknowledged.
    pub control_id: String,
    /// Segments ERR; for a sender of old versions the text of MSA-3.
    pub errors: Vec<AckError>,
}

/// What the sender of the acknowledged message does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Drop its copy.
    Accepted,
    /// Set the message aside and go on with the next: sending it again cannot help.
    Refused,
    /// Send the same bytes again later, a bounded number of times.
    TryAgain,
}

/// Why a message is not an acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("reading an acknowledgement: {0}")]
pub struct AckParseError(#[from] pub FieldError);

impl Ack {
    /// Reads an acknowledgement.
    ///
    /// # Errors
    /// If there is no segment MSA, or MSA-1 is not a code of table 0008, or MSA-2 is empty.
    pub fn parse(message: &Message) -> Result<Self, AckParseError> {
        let msa = message.required("MSA")?;
        let code = AckCode::named(msa.required(1)?.raw().trim_ascii())
            .ok_or(msa.error(1, FieldProblem::Expected("AA, AE, AR, CA, CE or CR")))?;
        let control_id = msa.required(2)?.text().trim().to_owned();
        let mut errors: Vec<AckError> =
            message.segments_named("ERR").take(ERRORS_MAX).map(|err| read_error(|field| err.field(field))).collect();
        let text = bounded(msa.field(3).text());
        if errors.is_empty() && !text.is_empty() {
            errors.push(AckError::new(0, text));
        }
        Ok(Self { code, control_id, errors })
    }

    /// What the sender does now: with `AR` and `CE` it depends on whether the reasons are about the content.
    pub fn verdict(&self) -> Verdict {
        match self.code {
            AckCode::ApplicationAccept | AckCode::CommitAccept => Verdict::Accepted,
            AckCode::ApplicationError | AckCode::CommitReject => Verdict::Refused,
            AckCode::ApplicationReject | AckCode::CommitError => {
                if self.errors.iter().any(AckError::is_content) {
                    Verdict::Refused
                } else {
                    Verdict::TryAgain
                }
            }
        }
    }
}

fn read_error<'a>(field: impl Fn(usize) -> Value<'a>) -> AckError {
    let code = field(3).component(1).unsigned().and_then(|code| u16::try_from(code).ok()).unwrap_or(0);
    let location = field(2);
    let segment = location.component(1).text();
    let number = |component: usize| location.component(component).unsigned().unwrap_or(0);
    let text = [field(8).text(), field(3).component(9).text(), field(3).component(2).text(), field(7).text()];
    AckError {
        code,
        location: (!segment.is_empty()).then(|| (bounded(segment), number(2), number(3))),
        text: text.into_iter().map(bounded).find(|text| !text.is_empty()).unwrap_or_default(),
    }
}

fn bounded(text: Cow<str>) -> String {
    text.trim().chars().take(TEXT_CHARS_MAX).collect()
}

/// Appends the acknowledgement of `request`: applications and facilities swapped, same trigger, processing id and
/// version. `CA`, `CE` and `CR` ask for no acknowledgement themselves. A refusal without a reason gets 207.
pub fn build(
    request: &Message,
    code: AckCode,
    errors: &[AckError],
    control_id: &str,
    at: Timestamp,
    out: &mut Vec<u8>,
) {
    let from = request.header();
    let mut msh = SegmentWriter::begin_header(out);
    for (field, swapped) in [(3, 5), (4, 6), (5, 3), (6, 4)] {
        copy(msh.field(field), from.field(swapped));
    }
    msh.field(7)
        .time(at)
        .field(9)
        .raw("ACK")
        .component(2)
        .text(&from.field(9).component(2).text())
        .component(3)
        .raw("ACK");
    msh.field(10).text(control_id);
    copy(msh.field(11), from.field(11));
    copy(msh.field(12), from.field(12));
    if matches!(code, AckCode::CommitAccept | AckCode::CommitError | AckCode::CommitReject) {
        msh.field(15).raw("NE").field(16).raw("NE");
    }
    msh.field(18).raw("UNICODE UTF-8");
    drop(msh);

    let mut msa = SegmentWriter::begin(out, "MSA");
    msa.field(1).raw(code.as_str()).field(2).text(&from.field(10).text());
    drop(msa);

    let internal = [AckError::new(207, "")];
    let errors = if errors.is_empty() && !code.is_accept() { &internal[..] } else { errors };
    for error in errors.iter().take(ERRORS_MAX) {
        let mut err = SegmentWriter::begin(out, "ERR");
        if let Some((segment, occurrence, field)) = &error.location {
            err.field(2).text(segment).component(2).unsigned(*occurrence);
            if *field != 0 {
                err.component(3).unsigned(*field);
            }
        }
        let shown = if error.code == 0 { 207 } else { error.code };
        err.field(3).unsigned(u64::from(shown)).component(2).raw(error.code_text()).component(3).raw("HL70357");
        err.field(4).raw("E").field(8).text(&error.text);
    }
}

/// The first repetition of a field, component by component, in our own delimiters.
fn copy(to: &mut SegmentWriter, from: Value) {
    let Some(first) = from.repetitions().next() else { return };
    for (number, component) in (1u16..=20).zip(first.components()) {
        to.component(number).text(&component.text());
    }
}

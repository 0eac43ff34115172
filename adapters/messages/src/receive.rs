//! What comes in over a listener: is it taken, what does it say, how is it answered. Pure; what was taken is put on disk by
//! whoever calls, and only then is the accepting answer sent.
//!
//! | MSH-15, MSH-16 | mode | answers |
//! |---|---|---|
//! | both empty | original | one: `AA`, `AE` or `AR` |
//! | either valued | enhanced | first `CA`, `CE` or `CR` if MSH-15 asks for it (table 0155), then, of what was taken over, `AA` if MSH-16 asks for it |
//!
//! In enhanced mode what cannot be used is not taken over: `CE` says so where MSH-15 asks, else `AE` where MSH-16 asks. `CR`
//! and `AR` are for what no change of content would help: kind of message, version, processing id, sender.

use std::sync::Arc;

use vigil_model::{AdtEvent, Timestamp, Ward};

use crate::hl7::ack::{self, AckCode, AckError};
use crate::hl7::association::Association;
use crate::hl7::ora_r41::AlertStatus;
use crate::hl7::{Message, adt, from_file_text};
use crate::listener::{Listener, Site};

/// Stands for the header of what is no message, so that it can be answered all the same.
const NO_HEADER: &[u8] = b"MSH|^~\\&|||||||ACK||P|2.6\r";

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Patient administration.
    Adt(AdtEvent),
    /// A patient and a device belong together (IHE DEV-51, DEV-52).
    Association(Box<Association>),
    /// What became of an alert (IHE PCD-05).
    AlertStatus(AlertStatus),
    /// Nothing that concerns this appliance.
    Ignored,
}

/// Why a message is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Whether no change of content would help.
    pub rejects: bool,
    /// The reason.
    pub error: AckError,
}

/// A message that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Who sent it, MSH-3 as it stands.
    pub sender: Arc<str>,
    /// Its control id, MSH-10, without blanks.
    pub control_id: Arc<str>,
    /// Tells its bytes from others.
    pub digest: u64,
    /// Kind and trigger for people: `ADT^A01`. No patient data.
    pub kind: Arc<str>,
    /// What it says, or why it is not taken.
    pub content: Result<Content, Refusal>,
    /// Whether it is an acknowledgement itself: it gets no answer.
    pub is_acknowledgement: bool,
}

/// A message as bytes that can be parsed: what some senders put before MSH and between segments is taken away.
pub fn mended(block: &[u8]) -> Vec<u8> {
    let as_it_is = Message::parse(block).is_ok();
    if as_it_is { block.to_vec() } else { from_file_text(block.trim_ascii_start()) }
}

/// Reads a block that arrived at `received`. Never fails: what cannot be read is refused.
pub fn receive(block: &[u8], listener: &Listener, site: &Site, ward: &Ward, received: Timestamp) -> Received {
    let bytes = mended(block);
    let digest = digest(block);
    let message = match Message::parse(&bytes) {
        Ok(message) => message,
        Err(error) => {
            return Received {
                sender: "".into(),
                control_id: "".into(),
                digest,
                kind: "".into(),
                content: Err(Refusal { rejects: true, error: AckError::new(100, error.to_string()) }),
                is_acknowledgement: false,
            };
        }
    };
    let header = message.header();
    let plain =
        |text: &str| -> Arc<str> { text.chars().filter(|c| !c.is_control()).take(200).collect::<String>().into() };
    let kind = header.field(9);
    let code = kind.component(1).text().trim().to_ascii_uppercase();
    Received {
        sender: plain(&String::from_utf8_lossy(header.field(3).raw())),
        control_id: plain(header.field(10).text().trim()),
        digest,
        kind: plain(&format!("{}^{}", kind.component(1).text().trim(), adt::trigger_name(kind))),
        content: taken(&message, listener, ward).and_then(|()| content(&message, listener, site, received)),
        is_acknowledgement: code == "ACK"
            || (code != "ORA" && message.segment("MSA").is_some() && message.segment("PRT").is_none()),
    }
}

/// Whether the header is one that this listener takes.
fn taken(message: &Message<'_>, listener: &Listener, ward: &Ward) -> Result<(), Refusal> {
    let header = message.header();
    let at = |field: u64, rejects: bool, code: u16, text: &str| {
        let location = Some(("MSH".to_owned(), 1, field));
        Err(Refusal { rejects, error: AckError { code, location, text: text.to_owned() } })
    };
    let version = header.field(12).component(1).text();
    if !version.is_empty() && !version.trim().starts_with('2') {
        return at(12, true, 203, "this listener reads HL7 v2");
    }
    let processing = header.field(11).component(1).text();
    let is_taken = ward.appliance.test
        || processing.trim().is_empty()
        || listener.processing.iter().any(|id| **id == *processing.trim());
    if !is_taken {
        return at(11, true, 202, "this listener does not take messages of that processing id");
    }
    let application = header.field(3).component(1).text();
    if !listener.applications.is_empty() && !listener.applications.iter().any(|known| **known == *application.trim()) {
        return at(3, true, 103, "this listener does not take messages of that application");
    }
    if header.field(9).component(1).text().trim().is_empty() {
        return at(9, true, 101, "the kind of message is missing");
    }
    if header.field(10).text().trim().is_empty() {
        return at(10, false, 101, "the control id is missing: a repeat could not be recognised");
    }
    Ok(())
}

fn content(message: &Message<'_>, listener: &Listener, site: &Site, received: Timestamp) -> Result<Content, Refusal> {
    let kind = message.header().field(9);
    let unusable = |error| Refusal { rejects: false, error: AckError::from(error) };
    let code = kind.component(1).text().trim().to_ascii_uppercase();
    if code == "ADT" || code.starts_with("ADT_") || code.starts_with("ADT-") {
        let name = adt::trigger_name(kind);
        if adt::Trigger::named(&name, false).is_none() {
            let location = Some(("MSH".to_owned(), 1, 9));
            let text = "patient administration has no such trigger".to_owned();
            return Err(Refusal { rejects: true, error: AckError { code: 201, location, text } });
        }
        return match adt::read(message, listener, site, received).map_err(unusable)? {
            Some(event) => Ok(Content::Adt(event)),
            None => Ok(Content::Ignored),
        };
    }
    if AlertStatus::is_in(message) {
        return AlertStatus::parse(message).map(Content::AlertStatus).map_err(unusable);
    }
    if Association::is_in(message) {
        return Association::parse(message).map(|found| Content::Association(Box::new(found))).map_err(unusable);
    }
    let location = Some(("MSH".to_owned(), 1, 9));
    let text = "this listener takes ADT, association messages (DEV-51, DEV-52) and alert status (PCD-05)".to_owned();
    Err(Refusal { rejects: true, error: AckError { code: 200, location, text } })
}

/// What became of a message, as it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is on disk.
    Taken,
    /// It is not taken.
    Refused(Refusal),
    /// It could not be put on disk, or there is no room now: it is to be sent again.
    Later,
}

impl Fate {
    /// The code of the answer in original mode, by which a repeat is answered again.
    pub const fn code(&self) -> AckCode {
        match self {
            Fate::Taken => AckCode::ApplicationAccept,
            Fate::Refused(Refusal { rejects: false, .. }) => AckCode::ApplicationError,
            Fate::Refused(Refusal { rejects: true, .. }) | Fate::Later => AckCode::ApplicationReject,
        }
    }
}

/// The answers to a block, in the order in which they are sent; none if the sender wants none. `control_id` makes each of
/// them a name.
pub fn answers(block: &[u8], fate: &Fate, at: Timestamp, mut control_id: impl FnMut() -> String) -> Vec<Vec<u8>> {
    let bytes = mended(block);
    let stand_in = Message::parse(NO_HEADER);
    let Ok(message) = Message::parse(&bytes).or(stand_in) else { return Vec::new() };
    let header = message.header();
    let (accept, application) = (header.field(15), header.field(16));
    let later = [AckError::new(207, "it cannot be put on disk now; send it again")];
    let (commit, answer, errors) = match fate {
        Fate::Taken => (AckCode::CommitAccept, AckCode::ApplicationAccept, &[][..]),
        Fate::Refused(Refusal { rejects: true, error }) => {
            (AckCode::CommitReject, AckCode::ApplicationReject, std::slice::from_ref(error))
        }
        Fate::Refused(Refusal { rejects: false, error }) => {
            (AckCode::CommitError, AckCode::ApplicationError, std::slice::from_ref(error))
        }
        Fate::Later => (AckCode::CommitError, AckCode::ApplicationReject, &later[..]),
    };
    let mut codes = Vec::new();
    if accept.is_empty() && application.is_empty() {
        codes.push(answer);
    } else {
        let is_taken = *fate == Fate::Taken;
        if wants(accept.raw(), is_taken) {
            codes.push(commit);
        }
        if wants(application.raw(), is_taken) && (is_taken || codes.is_empty()) {
            codes.push(answer);
        }
    }
    let build = |code| {
        let mut out = Vec::new();
        ack::build(&message, code, errors, &control_id(), at, &mut out);
        out
    };
    codes.into_iter().map(build).collect()
}

/// Table 0155: whether an acknowledgement is asked for.
fn wants(condition: &[u8], is_good: bool) -> bool {
    match condition.trim_ascii() {
        b"" | b"\"\"" | b"NE" => false,
        b"ER" => !is_good,
        b"SU" => is_good,
        _ => true, // AL, and what nobody knows
    }
}

/// FNV-1a, 64 bits: the same bytes have the same number on every run.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
#[path = "receive_tests.rs"]
mod tests;

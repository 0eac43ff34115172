//! Frames of the Terumo TE-SS: 02, an XML text, four hexadecimal digits of CRC, 03; and the requests.
//!
//! Source: instructions for use of TE-SS730 and TE-SS830P, chapter on communication. The CRC is CRC-16/XMODEM over the text. The
//! text is `<REP>` with a device id and, in base64, the bytes of a command. The form is kept to the letter: no blanks, nothing
//! else. What the bytes of a status mean is in `status.rs`; the stream around frames in `stream.rs`, which are re-exported here.

use vigil_model::{Fault, FaultKind};

pub use super::status::{Dose, Status, StatusError};
pub use super::stream::Frames;
use crate::check::crc16_xmodem;

/// Longest XML text, in bytes. A status has about 150.
pub const TEXT_MAX_BYTES: usize = 1_024;
/// Begins a frame.
pub const STX: u8 = 0x02;
/// Ends a frame.
pub const ETX: u8 = 0x03;
/// Longest device id, in characters.
pub const ID_MAX_CHARS: usize = 32;

const HEAD: &str = "<?xml version=\"1.0\"?>";
/// Bytes of the one command that is spoken: sequence, command, subcommand 0000 (status), as the manual prints it.
const STATUS: [u8; 4] = [0x01, 0x01, 0x00, 0x00];

/// What Vigil can ask the pump. Both only read; no other command can be expressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    /// An empty device id: who is there.
    WhoIsThere,
    /// The status.
    Status,
}

impl Request {
    /// The request to a pump as a frame. A status cannot be asked for while the pump's id is not known.
    pub fn encode(self, id: Option<&str>) -> Vec<u8> {
        let (id, command) = match (self, id) {
            (Request::Status, Some(id)) => (id, Some(STATUS.to_vec())),
            (Request::WhoIsThere, _) | (Request::Status, None) => ("", None),
        };
        Text { is_reply: false, id: id.to_owned(), command }.encode()
    }

    /// The request that a text is, if it is one of the closed list.
    pub fn of(text: &Text) -> Option<Request> {
        match (text.is_reply, text.id.is_empty(), text.command.as_deref()) {
            (false, true, None) => Some(Request::WhoIsThere),
            (false, false, Some(command)) if command == STATUS => Some(Request::Status),
            _ => None,
        }
    }
}

/// The text of a frame whose check fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// `REP` of a pump, not `REQ` of a host.
    pub is_reply: bool,
    /// Device id, empty for "anybody".
    pub id: String,
    /// The bytes of the command, if there are any.
    pub command: Option<Vec<u8>>,
}

impl Text {
    /// The text as a frame.
    pub fn encode(&self) -> Vec<u8> {
        let word = if self.is_reply { "REP" } else { "REQ" };
        let command = self.command.as_ref().map(|bytes| format!("<CMD>{}</CMD>", to_base64(bytes)));
        frame(format!("{HEAD}<{word}><DEVID>{}</DEVID>{}</{word}>", self.id, command.unwrap_or_default()).as_bytes())
    }

    /// Reads the text of a frame.
    ///
    /// # Errors
    /// What does not fit.
    pub fn decode(text: &str) -> Result<Text, Fault> {
        let refused = |detail: &str| Fault::new(FaultKind::Framing, text.len() + 6, detail);
        let (is_reply, rest) = match text.strip_prefix(HEAD) {
            Some(rest) if rest.starts_with("<REP>") => (true, inside(rest, "<REP>", "</REP>")),
            Some(rest) if rest.starts_with("<REQ>") => (false, inside(rest, "<REQ>", "</REQ>")),
            _ => return Err(refused("a text that is neither a reply nor a request")),
        };
        let parts = rest.and_then(|rest| rest.strip_prefix("<DEVID>")).and_then(|rest| rest.split_once("</DEVID>"));
        let (id, rest) = parts.ok_or_else(|| refused("a text without a device id"))?;
        if id.len() > ID_MAX_CHARS || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(refused("a device id that is none"));
        }
        let command = match rest {
            "" => None,
            rest => {
                let encoded =
                    inside(rest, "<CMD>", "</CMD>").ok_or_else(|| refused("a text with something else in it"))?;
                Some(from_base64(encoded).ok_or_else(|| refused("a command that is not base64"))?)
            }
        };
        Ok(Text { is_reply, id: id.to_owned(), command })
    }
}

fn inside<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.strip_prefix(before)?.strip_suffix(after)
}

/// A text with its check as a frame.
pub(super) fn frame(text: &[u8]) -> Vec<u8> {
    let check = format!("{:04X}", crc16_xmodem(text));
    [&[STX], text, check.as_bytes(), &[ETX]].concat()
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648 base64 with padding.
fn to_base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().enumerate().fold(0u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * at) & 0x3F) as usize];
            out.push(if at <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// The same, backwards; bits that padding leaves over must be 0, so that each text stands for bytes that give it again.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for group in text.as_bytes().chunks(4) {
        let digits = group.iter().take_while(|byte| **byte != b'=').count();
        let padding = &group[digits..];
        if group.len() != 4 || digits < 2 || padding.iter().any(|byte| *byte != b'=') {
            return None;
        }
        let mut bits = 0u32;
        for (at, byte) in group[..digits].iter().enumerate() {
            let digit = ALPHABET.iter().position(|known| known == byte)?;
            bits |= u32::try_from(digit).ok()? << (18 - 6 * at);
        }
        let [_, bytes @ ..] = bits.to_be_bytes();
        out.extend_from_slice(&bytes[..digits - 1]);
    }
    (to_base64(&out) == text).then_some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn printed_requests_are_met() {
        let who = b"\x02<?xml version=\"1.0\"?><REQ><DEVID></DEVID></REQ>8411\x03";
        assert_eq!(Request::WhoIsThere.encode(None), who);
        assert_eq!(Request::Status.encode(None), who, "without an id nobody can be asked for a status");
        let id = "000100700000001201000001";
        let status = Request::Status.encode(Some(id));
        assert!(status.ends_with(b"<CMD>AQEAAA==</CMD></REQ>A9A4\x03"));
        let reply = Text { is_reply: true, id: id.into(), command: None }.encode();
        assert!(reply.ends_with(b"</DEVID></REP>D38C\x03"));
    }

    #[test]
    fn only_the_closed_list_is_a_request() {
        let of = |is_reply, id: &str, command: Option<Vec<u8>>| Request::of(&Text { is_reply, id: id.into(), command });
        assert_eq!(of(false, "", None), Some(Request::WhoIsThere));
        assert_eq!(of(false, "1", Some(STATUS.into())), Some(Request::Status));
        assert_eq!(of(false, "1", Some(vec![1, 1, 0, 1])), None);
        assert_eq!(of(false, "1", None), None);
        assert_eq!(of(true, "", None), None);
    }

    proptest! {
        #[test]
        fn writing_and_reading_is_identity(
            is_reply: bool,
            id in "[0-9A-F]{0,24}",
            command in prop::option::of(prop::collection::vec(any::<u8>(), 1..60)),
        ) {
            let text = Text { is_reply, id, command };
            let wire = text.encode();
            let inner = std::str::from_utf8(&wire[1..wire.len() - 5]).unwrap();
            prop_assert_eq!(Text::decode(inner), Ok(text));
        }

        #[test]
        fn base64_is_read_in_one_form_only(text in "[A-Za-z0-9+/=]{0,12}") {
            if let Some(bytes) = from_base64(&text) {
                prop_assert_eq!(to_base64(&bytes), text);
            }
        }
    }
}

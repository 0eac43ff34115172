//! Messages of the BCC protocol: 01 length 02 `bed/1/1>`information 03 or 17 check 04, and the requests.
//!
//! Source: B. Braun Technical Interface Specification BCC, I0022_000030 v4.0. Length and check are five decimal digits: bytes
//! from 01 to 04, and the sum of the bytes from 01 to 03/17 modulo 256; both are over the message before *character
//! stuffing*, which writes `D E d e` as `EX EE ex ee`. Whether a message is stuffed is seen from the message: only one reading
//! has the right length. The stream around messages is in `stream.rs`, which is re-exported here.

use vigil_model::{Fault, FaultKind};

pub use super::stream::Messages;
use crate::check::sum8;

/// Begins a message.
pub const SOH: u8 = 0x01;
/// Ends a message.
pub const EOT: u8 = 0x04;
/// The block has arrived; the next one may come.
pub const ACK: u8 = 0x06;
/// The block was damaged; it shall be sent again.
pub const NAK: u8 = 0x15;
/// Parts the quadruples of a block.
pub const RS: char = '\x1E';
const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const ETB: u8 = 0x17;

/// Longest message on the wire, in bytes. A pump with all its parameters has about 1300.
pub const MESSAGE_MAX_BYTES: usize = 8_192;
/// Longest bed id, in characters.
pub const BED_MAX_CHARS: usize = 15;
/// The bed id that every rack answers to, for as long as its own is not known.
pub const ANY_BED: &str = "1";
/// Stands behind the bed id.
const PLACE: &str = "/1/1";
/// Bytes of a message without bed id and information.
const FRAME_BYTES: usize = 14;

/// What Vigil can ask the rack. Each of them only reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    /// `ADMIN:ALIVE`: who is there. At the beginning and after a time-out.
    Alive,
    /// `ADMIN:VERSION`: version of the protocol.
    Version,
    /// `MEM:GET`: everything about the rack and all its pumps.
    Get,
}

impl Request {
    /// All requests.
    pub const ALL: [Request; 3] = [Request::Alive, Request::Version, Request::Get];

    /// The words on the wire.
    pub const fn words(self) -> &'static str {
        match self {
            Request::Alive => "ADMIN:ALIVE",
            Request::Version => "ADMIN:VERSION",
            Request::Get => "MEM:GET",
        }
    }

    /// The request with these words.
    pub fn named(words: &str) -> Option<Request> {
        Request::ALL.into_iter().find(|request| request.words() == words)
    }

    /// The request to the rack of a bed, as it goes on the wire.
    pub fn encode(self, bed: &str, stuffing: bool) -> Vec<u8> {
        Message { bed: bed.to_owned(), info: self.words().to_owned(), more: false }.encode(stuffing)
    }
}

/// A message whose length and check fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Bed id: of the rack that is asked or answers.
    pub bed: String,
    /// What is said.
    pub info: String,
    /// Whether more blocks follow.
    pub more: bool,
}

impl Message {
    /// The message as it goes on the wire.
    pub fn encode(&self, stuffing: bool) -> Vec<u8> {
        let body = format!("{}{PLACE}>{}", self.bed, self.info);
        let end = if self.more { ETB } else { ETX };
        let mut plain = vec![SOH];
        plain.extend(format!("{:05}", body.len() + FRAME_BYTES).bytes());
        plain.push(STX);
        plain.extend(body.bytes());
        plain.push(end);
        plain.extend(format!("{:05}", sum8(&plain)).bytes());
        plain.push(EOT);
        if stuffing { stuff(&plain) } else { plain }
    }

    /// Reads a message from 01 to 04, stuffed or not.
    ///
    /// # Errors
    /// What does not fit.
    pub fn decode(wire: &[u8]) -> Result<Message, Fault> {
        let stuffed = unstuff(wire).filter(|plain| plain.len() != wire.len());
        match stuffed.as_deref().map(Self::decode_plain) {
            Some(Ok(message)) => Ok(message),
            Some(Err(fault)) => Self::decode_plain(wire).map_err(|_| fault),
            None => Self::decode_plain(wire),
        }
    }

    fn decode_plain(plain: &[u8]) -> Result<Message, Fault> {
        let fault = |kind, detail: String| Fault::new(kind, plain.len(), detail);
        let misshapen = || fault(FaultKind::Framing, "a message that is not of its form".to_owned());
        let length = plain.get(1..6).and_then(five_digits).ok_or_else(misshapen)?;
        if length != plain.len() {
            return Err(fault(FaultKind::Framing, format!("a message of {} bytes that says {length}", plain.len())));
        }
        let (covered, behind) = plain.split_at_checked(plain.len().wrapping_sub(6)).ok_or_else(misshapen)?;
        let ([SOH, _, _, _, _, _, STX, body @ .., end @ (ETX | ETB)], [digits @ .., EOT]) = (covered, behind) else {
            return Err(misshapen());
        };
        let found = five_digits(digits).ok_or_else(misshapen)?;
        let expected = sum8(covered);
        if found != usize::from(expected) {
            return Err(fault(FaultKind::Checksum, format!("expected {expected:05}, got {found:05}")));
        }
        let body = std::str::from_utf8(body).map_err(|_| misshapen())?;
        let (head, info) = body.split_once('>').ok_or_else(misshapen)?;
        let bed = head.strip_suffix(PLACE).filter(|bed| is_bed(bed)).ok_or_else(misshapen)?;
        if info.chars().any(|c| c.is_control() && c != RS && c != '\r') {
            return Err(misshapen());
        }
        Ok(Message { bed: bed.to_owned(), info: info.to_owned(), more: *end == ETB })
    }
}

/// Whether a text can be the id of a bed: 1 to 15 characters from `/` to `9` and `A` to `z`.
pub fn is_bed(text: &str) -> bool {
    (1..=BED_MAX_CHARS).contains(&text.len()) && text.bytes().all(|b| matches!(b, 0x2F..=0x39 | 0x41..=0x7A))
}

fn five_digits(digits: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(digits).ok().filter(|text| text.len() == 5)?;
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

fn stuff(plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(plain.len() + plain.len() / 8);
    for byte in plain {
        match byte {
            b'D' => out.extend(b"EX"),
            b'E' => out.extend(b"EE"),
            b'd' => out.extend(b"ex"),
            b'e' => out.extend(b"ee"),
            byte => out.push(*byte),
        }
    }
    out
}

/// Undone in one pass from the left. `None` if the bytes cannot have been stuffed.
fn unstuff(wire: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(wire.len());
    let mut bytes = wire.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'E' | b'e' => out.push(match (byte, bytes.next()?) {
                (b'E', b'X') => b'D',
                (b'E', b'E') => b'E',
                (b'e', b'x') => b'd',
                (b'e', b'e') => b'e',
                _ => return None,
            }),
            b'D' | b'd' => return None,
            byte => out.push(*byte),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_printed_dialogue_is_met() {
        assert_eq!(Request::Alive.encode("1", false), b"\x0100031\x021/1/1>ADMIN:ALIVE\x0300061\x04");
        assert_eq!(Request::Alive.encode("1", true), b"\x0100031\x021/1/1>AEXMIN:ALIVEE\x0300061\x04");
        assert_eq!(
            Request::Version.encode("ComSystem", false),
            b"\x0100041\x02ComSystem/1/1>ADMIN:VERSION\x0300102\x04"
        );
        assert_eq!(Request::Get.encode("ComSystem", false), b"\x0100035\x02ComSystem/1/1>MEM:GET\x0300153\x04");
        let answer = b"\x0100045\x02ComSystem/1/1>206,50100,GNACK,0\x0300071\x04";
        let read = Message::decode(answer).unwrap();
        assert_eq!((read.bed.as_str(), read.info.as_str(), read.more), ("ComSystem", "206,50100,GNACK,0", false));
        assert_eq!(read.encode(false), answer);
        assert_eq!(Message::decode(&read.encode(true)), Ok(read));
    }

    #[test]
    fn stuffing_is_undone_from_the_left() {
        assert_eq!(unstuff(b"EEX").as_deref(), Some(&b"EX"[..]));
        assert_eq!(unstuff(b"EXEEexee").as_deref(), Some(&b"DEde"[..]));
        for refused in [&b"D"[..], b"d", b"E", b"Ex", b"eX", b"EA"] {
            assert_eq!(unstuff(refused), None);
        }
    }

    #[test]
    fn a_message_that_does_not_fit_is_refused() {
        let refused = |bytes: &[u8]| Message::decode(bytes).unwrap_err().kind;
        assert_eq!(refused(b"\x0100035\x02ComSystem/1/1>MEM:GET\x0300143\x04"), FaultKind::Checksum);
        assert_eq!(refused(b"\x0100034\x02ComSystem/1/1>MEM:GET\x0300152\x04"), FaultKind::Framing);
        assert_eq!(refused(b"\x01\x04"), FaultKind::Framing);
        let message = |bed: &str, info: &str| Message { bed: bed.into(), info: info.into(), more: true }.encode(false);
        assert_eq!(refused(&message("a bed", "x")), FaultKind::Framing);
        assert_eq!(refused(&message("AbedWithALongName", "x")), FaultKind::Framing);
        assert_eq!(refused(&message("bed", "x\x07")), FaultKind::Framing);
    }

    proptest! {
        #[test]
        fn writing_and_reading_is_identity(bed in "[/-9A-Za-z]{1,15}", info in "[ -~\u{A1}-ɏ\u{1E}]{0,200}", more: bool, stuffing: bool) {
            let message = Message { bed, info, more };
            prop_assert_eq!(Message::decode(&message.encode(stuffing)), Ok(message));
        }

        #[test]
        fn one_damaged_byte_is_always_seen(info in "[A-Ea-e0-9,]{0,60}", stuffing: bool, at: prop::sample::Index, byte: u8) {
            let message = Message { bed: "bed".into(), info, more: false };
            let whole = message.encode(stuffing);
            let mut wire = whole.clone();
            let at = at.index(wire.len());
            prop_assume!(wire[at] != byte);
            wire[at] = byte;
            prop_assert!(Message::decode(&wire).is_err(), "{wire:?}");
            wire.remove(at);
            prop_assert!(Message::decode(&wire).is_err());
        }
    }
}

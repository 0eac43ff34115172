//! Frames of the Alaris/Asena protocol: `!` text `|` CRC4 `\r`, and the requests.
//!
//! Source: the open drivers infupy (ISC) and OpenICE/mdpnp (BSD-2); no document of the maker was seen. The text is fields
//! with `^` between; CRC4 is CRC-16/CCITT-FALSE over the text as four upper-case hexadecimal digits. An ESC byte in the
//! stream voids the frame so far. What the fields of an answer mean is in `reply.rs`, which is re-exported here, so
//! that a simulator finds both directions in one place.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind};

pub use super::reply::{Alarms, Infusion, Reply, ReplyError, SyringeStatus, Vtbi};
use crate::check::crc16_ccitt_false;
use crate::open_frame::OpenFrame;

/// Longest text between `!` and `|`, in bytes. The longest answer seen has 80.
pub const TEXT_MAX_BYTES: usize = 240;
/// `|` and the four digits of the check.
const CHECK_BYTES: usize = 5;
/// Voids the frame so far.
const ESC: u8 = 0x1B;

/// What Vigil can ask the pump. Each of them only reads; starting, stopping, rates and remote control are not in the
/// protocol as far as this program can speak it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    /// `ALARM`: the alarm that is present.
    Alarm,
    /// `INST_SERIALNO`: the serial number.
    SerialNumber,
    /// `INF`: state of the infusion.
    Infusion,
    /// `SYRINGE_STATUS`: make and size of the syringe.
    SyringeStatus,
    /// `INF_VTBI` without fields: the volume to be infused.
    Vtbi,
    /// `COMMS_PROTOCOL`: version of the protocol.
    Protocol,
    /// `INF_VI`: the volume infused, which the answer to `INF` holds as well.
    VolumeInfused,
    /// `INF_RATE_MAX_SYRINGE`: the highest rate for the syringe.
    RateMax,
    /// `COMMS_RESPONSE_MAX`: a time in milliseconds.
    ResponseMax,
}

impl Request {
    /// All requests, alarms first.
    pub const ALL: [Request; 9] = [
        Request::Alarm,
        Request::SerialNumber,
        Request::Infusion,
        Request::SyringeStatus,
        Request::Vtbi,
        Request::Protocol,
        Request::VolumeInfused,
        Request::RateMax,
        Request::ResponseMax,
    ];

    /// The word on the wire, in the request and at the beginning of its answer.
    pub const fn word(self) -> &'static str {
        match self {
            Request::Alarm => "ALARM",
            Request::SerialNumber => "INST_SERIALNO",
            Request::Infusion => "INF",
            Request::SyringeStatus => "SYRINGE_STATUS",
            Request::Vtbi => "INF_VTBI",
            Request::Protocol => "COMMS_PROTOCOL",
            Request::VolumeInfused => "INF_VI",
            Request::RateMax => "INF_RATE_MAX_SYRINGE",
            Request::ResponseMax => "COMMS_RESPONSE_MAX",
        }
    }

    /// The request with this word.
    pub fn named(word: &str) -> Option<Request> {
        Request::ALL.into_iter().find(|request| request.word() == word)
    }

    /// The request as a frame.
    pub fn encode(self) -> Vec<u8> {
        frame(self.word())
    }
}

impl Reply {
    /// The answer as a frame, as the pump sends it: for simulators and tests.
    pub fn encode(&self) -> Vec<u8> {
        frame(&self.text())
    }
}

/// A text as a frame. Characters beyond Latin-1 become `?`.
pub(super) fn frame(text: &str) -> Vec<u8> {
    let text: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
    let check = format!("|{:04X}\r", crc16_ccitt_false(&text));
    [b"!", text.as_slice(), check.as_bytes()].concat()
}

/// Finds frames in a stream. Holds at most one frame of [`TEXT_MAX_BYTES`].
///
/// A `!` always begins a frame, so a frame that lost its end costs none but itself.
#[derive(Clone, Debug)]
pub struct Frames {
    frame: OpenFrame,
    found: VecDeque<Result<String, Fault>>,
}

impl Default for Frames {
    fn default() -> Self {
        Self { frame: OpenFrame::new(TEXT_MAX_BYTES + CHECK_BYTES, TEXT_MAX_BYTES), found: VecDeque::new() }
    }
}

impl Frames {
    /// Takes bytes, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.take(*byte);
        }
    }

    /// The text of the next frame whose check fits, or what was wrong.
    pub fn poll(&mut self) -> Option<Result<String, Fault>> {
        self.found.pop_front()
    }

    /// The frame that has begun, if any, is void, and stray bytes are accounted for.
    pub fn cut(&mut self) -> Option<Fault> {
        self.frame.cut()
    }

    fn take(&mut self, byte: u8) {
        let is_open = self.frame.is_open();
        match byte {
            b'!' => self.found.extend(self.frame.begin().map(Err)),
            b'\r' if is_open => self.found.extend(self.frame.end().map(|inner| check(&inner))),
            ESC if is_open => {
                let bytes = self.frame.end().map_or(0, |inner| inner.len() + 2);
                let detail = "a frame that the pump gave up with ESC";
                self.found.push_back(Err(Fault::new(FaultKind::Truncated, bytes, detail)));
            }
            _ => self.found.extend(self.frame.push(byte).map(Err)),
        }
    }
}

/// What stood between `!` and `\r`: the text, if its check fits and it is text.
fn check(inner: &[u8]) -> Result<String, Fault> {
    let fault = |kind, detail: String| Err(Fault::new(kind, inner.len() + 2, detail));
    let Some((text, [b'|', digits @ ..])) = inner.len().checked_sub(CHECK_BYTES).map(|at| inner.split_at(at)) else {
        return fault(FaultKind::Framing, "a frame does not end with | and four digits".to_owned());
    };
    let upper_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
    if !digits.iter().all(upper_hex) {
        return fault(FaultKind::Framing, "the check of a frame is not four upper-case hexadecimal digits".to_owned());
    }
    let found: String = digits.iter().copied().map(char::from).collect();
    let expected = format!("{:04X}", crc16_ccitt_false(text));
    if expected != found {
        return fault(FaultKind::Checksum, format!("expected {expected}, got {found}"));
    }
    if text.iter().any(|byte| byte.is_ascii_control() || *byte == b'|') {
        return fault(FaultKind::Framing, "a frame holds characters that are no text".to_owned());
    }
    Ok(text.iter().copied().map(char::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Result<String, FaultKind>> {
        let mut frames = Frames::default();
        frames.push(bytes);
        let mut found: Vec<_> = std::iter::from_fn(|| frames.poll()).map(|found| found.map_err(|f| f.kind)).collect();
        found.extend(frames.cut().map(|fault| Err(fault.kind)));
        found
    }

    #[test]
    fn requests_have_the_published_checks() {
        let published = ["50B2", "457D", "4961", "4102", "8456", "E8DA", "", "8F30", "7E29"];
        for (request, check) in Request::ALL.into_iter().zip(published) {
            let frame = String::from_utf8(request.encode()).unwrap();
            assert!(frame.starts_with(&format!("!{}|{check}", request.word())), "{frame}");
            assert_eq!(Request::named(request.word()), Some(request));
        }
    }

    #[test]
    fn a_lost_end_costs_one_frame_and_escape_voids() {
        assert_eq!(read(b"!INF|49!ALARM|50B2\r"), [Err(FaultKind::Truncated), Ok("ALARM".to_owned())]);
        assert_eq!(read(b"!IN\x1B!ALARM|50B2\r"), [Err(FaultKind::Truncated), Ok("ALARM".to_owned())]);
        assert_eq!(read(b"F|4961\r!ALARM|50B2\r"), [Err(FaultKind::Framing), Ok("ALARM".to_owned())]);
        assert_eq!(read(b"!INF|4962\r"), [Err(FaultKind::Checksum)]);
        assert_eq!(read(b"!INF|4961"), [Err(FaultKind::Truncated)]);
        assert_eq!(read(b"!|FFFF\r"), [Ok(String::new())], "an empty text is a frame that means nothing");
        assert_eq!(read(&[b"!".as_slice(), &[b'x'; 300]].concat())[0], Err(FaultKind::Overlong));
        // Lower-case digits are not what the pump sends.
        assert_eq!(read(b"!COMMS_PROTOCOL|e8da\r"), [Err(FaultKind::Framing)]);
    }

    proptest::proptest! {
        #[test]
        fn writing_and_reading_is_identity(text in "[ -~&&[^!|]]{0,80}") {
            proptest::prop_assert_eq!(read(&frame(&text)), [Ok(text)]);
        }

        #[test]
        fn memory_stays_bounded(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..2000)) {
            let mut frames = Frames::default();
            for byte in bytes {
                frames.push(&[byte]);
                while frames.poll().is_some() {}
                proptest::prop_assert!(frames.frame.held() <= TEXT_MAX_BYTES + CHECK_BYTES);
                proptest::prop_assert!(frames.found.is_empty());
            }
        }
    }
}

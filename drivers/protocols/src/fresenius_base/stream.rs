//! Finds frames and single characters in a stream. 02 always begins a frame, so one that lost its end costs none but itself;
//! ENQ may stand anywhere, also inside a frame, and is no part of it.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind};

use super::codec::{ACK, ENQ, ETX, NAK, STX, TEXT_MAX_BYTES};
use crate::check::ff_minus_sum8;
use crate::open_frame::OpenFrame;

/// Hexadecimal digits of the check.
const CHECK_BYTES: usize = 2;

/// Something found in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The text of a frame with its address, and the bytes of the frame.
    Frame(String, usize),
    /// The device asks for a sign of life.
    Enquiry,
    /// The device has received a frame.
    Acknowledged,
    /// The device has not taken a frame, for a reason.
    NotTaken(char),
}

/// Finds frames and single characters in a stream. Holds at most one frame of [`TEXT_MAX_BYTES`].
#[derive(Clone, Debug)]
pub struct Stream {
    frame: OpenFrame,
    /// A NAK has come, and its reason has not.
    awaits_reason: bool,
    found: VecDeque<Result<Heard, Fault>>,
}

impl Default for Stream {
    fn default() -> Self {
        let frame = OpenFrame::new(TEXT_MAX_BYTES + CHECK_BYTES, TEXT_MAX_BYTES);
        Self { frame, awaits_reason: false, found: VecDeque::new() }
    }
}

impl Stream {
    /// Takes bytes, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.take(*byte);
        }
    }

    /// The next thing, or what was wrong.
    pub fn poll(&mut self) -> Option<Result<Heard, Fault>> {
        self.found.pop_front()
    }

    /// The frame that has begun, if any, is void, and stray bytes are accounted for.
    pub fn cut(&mut self) -> Option<Fault> {
        self.awaits_reason = false;
        self.frame.cut()
    }

    fn take(&mut self, byte: u8) {
        if byte == ENQ {
            return self.found.push_back(Ok(Heard::Enquiry));
        }
        if std::mem::take(&mut self.awaits_reason) && (b' '..=b'~').contains(&byte) {
            return self.found.push_back(Ok(Heard::NotTaken(char::from(byte))));
        }
        let is_open = self.frame.is_open();
        let fault = match byte {
            STX => self.frame.begin(),
            ETX if is_open => {
                self.found.extend(self.frame.end().map(|inner| read(&inner)));
                None
            }
            ACK if !is_open => {
                self.found.push_back(Ok(Heard::Acknowledged));
                None
            }
            NAK if !is_open => {
                self.awaits_reason = true;
                None
            }
            _ => self.frame.push(byte),
        };
        self.found.extend(fault.map(Err));
    }
}

/// What stood between 02 and 03.
fn read(inner: &[u8]) -> Result<Heard, Fault> {
    let fault = |kind, detail: String| Fault::new(kind, inner.len() + 2, detail);
    if !inner.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return Err(fault(FaultKind::Framing, "a frame with characters that are no text".to_owned()));
    }
    let Some((text, digits)) = inner.len().checked_sub(CHECK_BYTES).map(|at| inner.split_at(at)) else {
        return Err(fault(FaultKind::Framing, "a frame that is too short".to_owned()));
    };
    let found: String = digits.iter().copied().map(char::from).collect();
    let expected = format!("{:02X}", ff_minus_sum8(text));
    if found != expected {
        return Err(fault(FaultKind::Checksum, format!("expected {expected}, got {found}")));
    }
    Ok(Heard::Frame(text.iter().copied().map(char::from).collect(), inner.len() + 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::codec::{Request, frame};
    use super::*;

    fn read_all(bytes: &[u8]) -> Vec<Result<Heard, FaultKind>> {
        let mut stream = Stream::default();
        stream.push(bytes);
        let found = std::iter::from_fn(|| stream.poll());
        let mut found: Vec<_> = found.map(|one| one.map_err(|fault| fault.kind)).collect();
        found.extend(stream.cut().map(|fault| Err(fault.kind)));
        found
    }

    #[test]
    fn single_characters_stand_beside_and_inside_frames() {
        let one = Request::Modules.encode();
        let good = || Ok(Heard::Frame("0LE;b".to_owned(), one.len()));
        let inside = [&one[..4], &[ENQ], &one[4..]].concat();
        assert_eq!(read_all(&inside), [Ok(Heard::Enquiry), good()]);
        assert_eq!(read_all(&[&[ACK], &one[..]].concat()), [Ok(Heard::Acknowledged), good()]);
        assert_eq!(read_all(&[NAK, b'2']), [Ok(Heard::NotTaken('2'))]);
        assert_eq!(read_all(&[&[NAK], &one[..]].concat()), [good()], "a NAK that lost its reason");
        assert_eq!(read_all(&[&one[..3], &one].concat()), [Err(FaultKind::Truncated), good()]);
        assert_eq!(read_all(&[&[STX][..], &[b'x'; 200]].concat())[0], Err(FaultKind::Overlong));
    }

    proptest! {
        #[test]
        fn one_damaged_byte_is_always_seen(text in "[0-5]C;[adr][0-9A-F]{0,8}", at: prop::sample::Index, byte: u8) {
            let mut wire = frame(text.as_bytes());
            let at = at.index(wire.len());
            prop_assume!(wire[at] != byte);
            wire[at] = byte;
            let is_frame = |heard: &Result<Heard, FaultKind>| matches!(heard, Ok(Heard::Frame(..)));
            prop_assert!(!read_all(&wire).iter().any(is_frame));
        }

        #[test]
        fn memory_stays_bounded(bytes in prop::collection::vec(prop_oneof![9 => any::<u8>(), 1 => Just(STX)], 0..1000)) {
            let mut stream = Stream::default();
            for byte in bytes {
                stream.push(&[byte]);
                while stream.poll().is_some() {}
                prop_assert!(stream.frame.held() <= TEXT_MAX_BYTES + CHECK_BYTES);
                prop_assert!(stream.found.is_empty());
            }
        }
    }
}

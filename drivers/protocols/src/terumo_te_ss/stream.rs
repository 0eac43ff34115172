//! Finds frames in a stream. 02 always begins a frame, so one that lost its end costs none but itself.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind};

use super::codec::{ETX, STX, TEXT_MAX_BYTES, Text};
use crate::check::crc16_xmodem;
use crate::open_frame::OpenFrame;

/// Hexadecimal digits of the check.
const CHECK_BYTES: usize = 4;

/// Finds frames in a stream. Holds at most one of [`TEXT_MAX_BYTES`].
#[derive(Clone, Debug)]
pub struct Frames {
    frame: OpenFrame,
    found: VecDeque<Result<Text, Fault>>,
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
    pub fn poll(&mut self) -> Option<Result<Text, Fault>> {
        self.found.pop_front()
    }

    /// The frame that has begun, if any, is void, and stray bytes are accounted for.
    pub fn cut(&mut self) -> Option<Fault> {
        self.frame.cut()
    }

    fn take(&mut self, byte: u8) {
        let fault = match byte {
            STX => self.frame.begin(),
            ETX if self.frame.is_open() => {
                self.found.extend(self.frame.end().map(|inner| read(&inner)));
                None
            }
            _ => self.frame.push(byte),
        };
        self.found.extend(fault.map(Err));
    }
}

/// What stood between 02 and 03.
fn read(inner: &[u8]) -> Result<Text, Fault> {
    let fault = |kind, detail: String| Fault::new(kind, inner.len() + 2, detail);
    let parts = inner.len().checked_sub(CHECK_BYTES).map(|at| inner.split_at(at));
    let upper_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
    let Some((text, digits)) = parts.filter(|(_, digits)| digits.iter().all(upper_hex)) else {
        return Err(fault(FaultKind::Framing, "a frame that does not end with four hexadecimal digits".to_owned()));
    };
    let found: String = digits.iter().copied().map(char::from).collect();
    let expected = format!("{:04X}", crc16_xmodem(text));
    if expected != found {
        return Err(fault(FaultKind::Checksum, format!("expected {expected}, got {found}")));
    }
    let text =
        std::str::from_utf8(text).map_err(|_| fault(FaultKind::Framing, "a frame that is no text".to_owned()))?;
    Text::decode(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::codec::Request;
    use super::*;

    fn read_all(bytes: &[u8]) -> Vec<Result<Text, FaultKind>> {
        let mut frames = Frames::default();
        frames.push(bytes);
        let found = std::iter::from_fn(|| frames.poll());
        let mut found: Vec<_> = found.map(|one| one.map_err(|fault| fault.kind)).collect();
        found.extend(frames.cut().map(|fault| Err(fault.kind)));
        found
    }

    #[test]
    fn a_lost_end_costs_one_frame() {
        let one = Request::Status.encode(Some("0001"));
        let good = || Ok(Text { is_reply: false, id: "0001".into(), command: Some(vec![1, 1, 0, 0]) });
        assert_eq!(read_all(&[&one[..20], &one].concat()), [Err(FaultKind::Truncated), good()]);
        assert_eq!(read_all(&[b"xx", &one[..]].concat()), [Err(FaultKind::Framing), good()]);
        assert_eq!(read_all(&[&one[..], &one[..2]].concat()), [good(), Err(FaultKind::Truncated)]);
        assert_eq!(read_all(&[&[STX][..], &[b'x'; 1200]].concat())[0], Err(FaultKind::Overlong));
        assert_eq!(read_all(&[STX, ETX]), [Err(FaultKind::Framing)]);
    }

    proptest! {
        #[test]
        fn one_damaged_byte_is_always_seen(at: prop::sample::Index, byte: u8) {
            let whole = Request::Status.encode(Some("000100700000001201000001"));
            let mut wire = whole.clone();
            let at = at.index(wire.len());
            prop_assume!(wire[at] != byte);
            wire[at] = byte;
            prop_assert!(read_all(&wire).iter().all(Result::is_err));
        }

        #[test]
        fn memory_stays_bounded(bytes in prop::collection::vec(prop_oneof![50 => any::<u8>(), 1 => Just(STX)], 0..2500)) {
            let mut frames = Frames::default();
            for byte in bytes {
                frames.push(&[byte]);
                while frames.poll().is_some() {}
                prop_assert!(frames.frame.held() <= TEXT_MAX_BYTES + CHECK_BYTES);
                prop_assert!(frames.found.is_empty());
            }
        }
    }
}

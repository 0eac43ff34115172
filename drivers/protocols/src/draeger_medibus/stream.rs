//! Finds Medibus frames in a stream of bytes.
//!
//! - Bytes from 80h up belong to the realtime stream and may stand anywhere inside a slow frame: they are skipped.
//! - A command may stand inside a response: the response goes on behind it.
//! - 01 begins a response and 1B a command wherever they stand; what they cut off is void.
//! - 18 (CAN) gives up what is being sent. 11 and 13 (pause and go on) are skipped: what Vigil sends is a few bytes.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind};

use super::codec::{ARGUMENT_MAX_BYTES, CR, DATA_MAX_BYTES, ESC, Frame, NAK, SOH, is_code};
use crate::check::sum8;

/// Bytes outside frames that are counted together in one fault.
const STRAY_MAX_BYTES: usize = 64;
const PAUSE: u8 = 0x11;
const GO_ON: u8 = 0x13;
const CANCEL: u8 = 0x18;
/// End of a text message, the one control character in data.
const ETX: u8 = 0x03;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A frame whose check fits.
    Frame(Frame),
    /// A command whose check does not fit: the sender expects to hear of it.
    BadCommand(Fault),
    /// Bytes that are no frame.
    Fault(Fault),
}

/// Finds frames. Holds at most one response and one command.
#[derive(Clone, Debug, Default)]
pub struct Deframer {
    /// Bytes of the response that has begun, from 01.
    response: Option<Vec<u8>>,
    /// Bytes of the command that has begun, from 1B.
    command: Option<Vec<u8>>,
    stray: usize,
    found: VecDeque<Found>,
}

impl Deframer {
    /// Takes bytes, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.take(*byte);
        }
    }

    /// The next thing that was found.
    pub fn poll(&mut self) -> Option<Found> {
        self.found.pop_front()
    }

    /// The input is over: what has begun is void.
    pub fn cut(&mut self) -> Option<Fault> {
        self.report_stray();
        self.void_all(FaultKind::Truncated, "a frame that was not finished");
        self.found.pop_front().and_then(|found| match found {
            Found::Fault(fault) => Some(fault),
            Found::Frame(_) | Found::BadCommand(_) => None,
        })
    }

    fn take(&mut self, byte: u8) {
        match byte {
            0x80.. | PAUSE | GO_ON => {}
            CANCEL => self.void_all(FaultKind::Truncated, "a frame that its sender gave up"),
            SOH => {
                self.report_stray();
                self.void_all(FaultKind::Truncated, "a frame that was not finished when the next one began");
                self.response = Some(vec![SOH]);
            }
            ESC => {
                self.report_stray();
                if let Some(command) = self.command.take() {
                    self.fault(FaultKind::Truncated, command.len(), "a command that was not finished");
                }
                self.command = Some(vec![ESC]);
            }
            CR => self.end(),
            _ => self.add(byte),
        }
    }

    fn add(&mut self, byte: u8) {
        let (open, max) = match (&mut self.command, &mut self.response) {
            (Some(command), _) => (command, ARGUMENT_MAX_BYTES + 4),
            (None, Some(response)) => (response, DATA_MAX_BYTES + 4),
            (None, None) => {
                self.stray += 1;
                if self.stray >= STRAY_MAX_BYTES {
                    self.report_stray();
                }
                return;
            }
        };
        let is_text = (b' '..=b'~').contains(&byte) || byte == ETX || (byte == NAK && open.len() == 1);
        if open.len() < max && is_text {
            open.push(byte);
        } else if is_text {
            self.void_all(FaultKind::Overlong, "a frame that is longer than any of the protocol");
        } else {
            self.void_all(FaultKind::Framing, "a byte in a frame that is no text");
        }
    }

    /// 0D: the innermost frame is over.
    fn end(&mut self) {
        if let Some(command) = self.command.take() {
            match checked(&command) {
                Ok((code, argument)) if is_code(code) => {
                    self.found.push_back(Found::Frame(Frame::Command { code, argument }));
                }
                Ok(_) => self.fault(FaultKind::Framing, command.len() + 1, "a command without a code"),
                Err(fault) => self.found.push_back(Found::BadCommand(fault)),
            }
        } else if let Some(response) = self.response.take() {
            self.found.push_back(match checked(&response) {
                Ok((code, data)) => Found::Frame(Frame::Response { code, data }),
                Err(fault) => Found::Fault(fault),
            });
        } else {
            self.stray += 1;
            self.report_stray();
        }
    }

    fn void_all(&mut self, kind: FaultKind, detail: &str) {
        for open in [self.command.take(), self.response.take()].into_iter().flatten() {
            self.fault(kind, open.len(), detail);
        }
    }

    fn report_stray(&mut self) {
        let bytes = std::mem::take(&mut self.stray);
        if bytes > 0 {
            self.fault(FaultKind::Framing, bytes, "bytes outside a frame");
        }
    }

    fn fault(&mut self, kind: FaultKind, bytes: usize, detail: &str) {
        self.found.push_back(Found::Fault(Fault::new(kind, bytes, detail)));
    }
}

/// Code and rest of a frame without its 0D, if its check fits.
fn checked(frame: &[u8]) -> Result<(u8, Vec<u8>), Fault> {
    let fault = |kind, detail: String| Fault::new(kind, frame.len() + 1, detail);
    let (covered, check) = frame.len().checked_sub(2).map_or((frame, &[][..]), |at| frame.split_at(at));
    let [_, code, rest @ ..] = covered else {
        return Err(fault(FaultKind::Framing, "a frame that is too short".to_owned()));
    };
    let expected = format!("{:02X}", sum8(covered));
    if expected.as_bytes() != check {
        let got = String::from_utf8_lossy(check);
        return Err(fault(FaultKind::Checksum, format!("expected {expected}, got {got}")));
    }
    Ok((*code, rest.to_vec()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Vec<Result<Frame, FaultKind>> {
        let mut deframer = Deframer::default();
        deframer.push(bytes);
        let found = std::iter::from_fn(|| deframer.poll()).map(|found| match found {
            Found::Frame(frame) => Ok(frame),
            Found::BadCommand(fault) | Found::Fault(fault) => Err(fault.kind),
        });
        let mut found: Vec<_> = found.collect();
        found.extend(deframer.cut().map(|fault| Err(fault.kind)));
        found
    }

    fn any_frame() -> impl Strategy<Value = Frame> {
        let bytes = || prop::collection::vec(b' '..=b'~', 0..60);
        prop_oneof![
            (b' '..=b'~', bytes()).prop_map(|(code, argument)| Frame::Command { code, argument }),
            (b' '..=b'~', bytes()).prop_map(|(code, data)| Frame::Response { code, data }),
        ]
    }

    #[test]
    fn a_command_may_stand_inside_a_response() {
        let nop = Frame::command(0x30);
        let data = Frame::response(0x24, *b"EB 98 E1 70 ");
        let bytes = data.encode();
        let mixed = [&bytes[..7], &nop.encode(), &bytes[7..]].concat();
        assert_eq!(read(&mixed), [Ok(nop.clone()), Ok(data.clone())]);
        let bad = [&bytes[..7], b"\x1B04F\r", &bytes[7..]].concat();
        assert_eq!(read(&bad), [Err(FaultKind::Checksum), Ok(data)]);
        assert_eq!(read(&[b"\x01$EB 9\x18".as_slice(), &nop.encode()].concat()), [Err(FaultKind::Truncated), Ok(nop)]);
    }

    proptest! {
        #[test]
        fn writing_and_reading_is_identity(frames in prop::collection::vec(any_frame(), 0..4)) {
            let bytes: Vec<u8> = frames.iter().flat_map(Frame::encode).collect();
            prop_assert_eq!(read(&bytes), frames.into_iter().map(Ok).collect::<Vec<_>>());
        }

        #[test]
        fn realtime_bytes_may_stand_anywhere(frame in any_frame(), realtime in prop::collection::vec((any::<prop::sample::Index>(), 0x80u8..), 0..20)) {
            let mut bytes = frame.encode();
            for (at, byte) in realtime {
                bytes.insert(at.index(bytes.len() + 1), byte);
            }
            prop_assert_eq!(read(&bytes), [Ok(frame)]);
        }

        #[test]
        fn memory_stays_bounded(bytes in prop::collection::vec(prop_oneof![b' '..=b'~', any::<u8>(), Just(ESC), Just(SOH)], 0..1500)) {
            let mut deframer = Deframer::default();
            for byte in bytes {
                deframer.push(&[byte]);
                while deframer.poll().is_some() {}
                prop_assert!(deframer.response.as_ref().is_none_or(|open| open.len() <= DATA_MAX_BYTES + 4));
                prop_assert!(deframer.command.as_ref().is_none_or(|open| open.len() <= ARGUMENT_MAX_BYTES + 4));
                prop_assert!(deframer.found.is_empty());
            }
        }
    }
}

//! Messages in frames of the RS-232 "fixed baudrate" protocol, and back.
//!
//! A frame is `C0`, a head (`11 01` and the number of message bytes), the message, a check (CRC-16/X-25 over head and
//! message, low byte first) and `C1`. In between, C0, C1 and 7D are sent as 7D and the byte with bit 5 inverted. `7D C1`
//! means that the sender gives the frame up. (4535 642 59271, "The Fixed Baudrate Protocol".)

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind};

use super::MESSAGE_BYTES_MAX;
use crate::check::crc16_x25;

const BEGIN: u8 = 0xC0;
const END: u8 = 0xC1;
const ESCAPE: u8 = 0x7D;
const BIT_5: u8 = 0x20;

/// Protocol "data export", message type "data".
const HEAD: [u8; 2] = [0x11, 0x01];
/// Head, length and check.
const OVERHEAD_BYTES: usize = 6;
/// Most bytes kept of one frame, escapes removed.
const FRAME_BYTES_MAX: usize = MESSAGE_BYTES_MAX + OVERHEAD_BYTES;

/// A message as a frame.
pub fn frame(message: &[u8]) -> Vec<u8> {
    let mut inside = Vec::with_capacity(message.len() + OVERHEAD_BYTES);
    inside.extend(HEAD);
    super::bytes::put_sized(&mut inside, |out| out.extend(message));
    inside.extend(crc16_x25(&inside).to_le_bytes());
    let mut out = Vec::with_capacity(inside.len() + 16);
    out.push(BEGIN);
    for byte in inside {
        if matches!(byte, BEGIN | END | ESCAPE) {
            out.extend([ESCAPE, byte ^ BIT_5]);
        } else {
            out.push(byte);
        }
    }
    out.push(END);
    out
}

/// Finds messages in a stream of frames, cut anywhere.
#[derive(Clone, Debug, Default)]
pub struct Deframer {
    state: State,
    /// What stands in the frame so far, escapes removed.
    inside: Vec<u8>,
    /// Bytes since the frame began, or since the last one ended, as they stood on the wire.
    wire_bytes: usize,
    found: VecDeque<Result<Vec<u8>, Fault>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Between frames.
    #[default]
    Outside,
    /// In a frame.
    Inside,
    /// In a frame, after an escape.
    Escaped,
    /// In a frame that is too long.
    Overlong,
}

impl Deframer {
    /// A deframer that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.take(*byte));
    }

    /// The next message, or what was found in its place.
    pub fn next_message(&mut self) -> Option<Result<Vec<u8>, Fault>> {
        self.found.pop_front()
    }

    /// The input is over: a frame that has begun is truncated.
    pub fn finish(&mut self) {
        self.leave_unfinished();
        self.forget();
    }

    /// Forgets a frame that has begun, for a new connection.
    pub fn forget(&mut self) {
        self.state = State::Outside;
        self.inside.clear();
        self.wire_bytes = 0;
    }

    fn take(&mut self, byte: u8) {
        match (self.state, byte) {
            (_, BEGIN) => {
                self.leave_unfinished();
                self.forget();
                (self.state, self.wire_bytes) = (State::Inside, 1);
                return;
            }
            (State::Outside, _) => {}
            (State::Inside, END) => return self.close(),
            (State::Escaped, END) => {
                let detail = "The monitor gave a frame up.";
                self.found.push_back(Err(Fault::new(FaultKind::Truncated, self.wire_bytes + 1, detail)));
                return self.forget();
            }
            (State::Overlong, END) => {
                let detail = format!("A frame of more than {FRAME_BYTES_MAX} bytes.");
                self.found.push_back(Err(Fault::new(FaultKind::Overlong, self.wire_bytes + 1, detail)));
                return self.forget();
            }
            (State::Inside, ESCAPE) => self.state = State::Escaped,
            (State::Inside, byte) => self.keep(byte),
            (State::Escaped, byte) => self.keep(byte ^ BIT_5),
            (State::Overlong, _) => {}
        }
        self.wire_bytes = self.wire_bytes.saturating_add(1);
    }

    fn keep(&mut self, byte: u8) {
        self.state = if self.inside.len() == FRAME_BYTES_MAX {
            State::Overlong
        } else {
            self.inside.push(byte);
            State::Inside
        };
    }

    /// What came before a frame begins, or before the input ends, is no frame.
    fn leave_unfinished(&mut self) {
        let bytes = self.wire_bytes;
        let fault = match self.state {
            State::Outside if bytes == 0 => return,
            State::Outside => Fault::new(FaultKind::Framing, bytes, "Bytes outside of a frame."),
            State::Inside | State::Escaped => {
                Fault::new(FaultKind::Truncated, bytes, "A frame that does not end before the next.")
            }
            State::Overlong => {
                let detail = format!("A frame of more than {FRAME_BYTES_MAX} bytes.");
                Fault::new(FaultKind::Overlong, bytes, detail)
            }
        };
        self.found.push_back(Err(fault));
    }

    fn close(&mut self) {
        let wire_bytes = self.wire_bytes + 1;
        self.found.push_back(message(&self.inside, wire_bytes));
        self.forget();
    }
}

/// The message in a frame, if its check, head and length are right.
fn message(inside: &[u8], wire_bytes: usize) -> Result<Vec<u8>, Fault> {
    let fault = |kind, detail: String| Err(Fault::new(kind, wire_bytes, detail));
    let Some((covered, check)) = inside.split_last_chunk::<2>().filter(|(covered, _)| covered.len() >= 4) else {
        return fault(FaultKind::Truncated, format!("A frame of {} bytes.", inside.len()));
    };
    let (want, got) = (crc16_x25(covered), u16::from_le_bytes(*check));
    let message = &covered[4..];
    let declared = usize::from(u16::from_be_bytes([covered[2], covered[3]]));
    if want != got {
        let kind = if message.len() < declared { FaultKind::Truncated } else { FaultKind::Checksum };
        return fault(kind, format!("expected {want:04X}, got {got:04X}"));
    }
    if covered[..2] != HEAD {
        let detail = format!("A frame of another protocol: head {:02X} {:02X}.", covered[0], covered[1]);
        return fault(FaultKind::Unexpected, detail);
    }
    if message.len() != declared {
        return fault(FaultKind::Framing, format!("{} bytes in a frame that says {declared}.", message.len()));
    }
    Ok(message.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(bytes: &[u8]) -> Vec<Result<Vec<u8>, FaultKind>> {
        let mut deframer = Deframer::new();
        deframer.push(bytes);
        deframer.finish();
        std::iter::from_fn(|| deframer.next_message()).map(|result| result.map_err(|fault| fault.kind)).collect()
    }

    #[test]
    fn a_frame_has_head_check_and_escapes() {
        let bytes = frame(&[0xC0, 0x01, 0x7D]);
        assert_eq!(bytes[..9], [0xC0, 0x11, 0x01, 0x00, 0x03, 0x7D, 0xE0, 0x01, 0x7D]);
        assert_eq!(bytes[9], 0x5D);
        assert_eq!(found(&bytes), [Ok(vec![0xC0, 0x01, 0x7D])]);
    }

    #[test]
    fn damage_is_named_and_the_next_frame_is_whole() {
        let (one, two) = (frame(&[1; 20]), frame(&[2; 20]));
        let after = |damaged: Vec<u8>| found(&[damaged, two.clone()].concat());
        let whole = Ok(vec![2; 20]);
        let mut flipped = one.clone();
        flipped[9] ^= 4;
        assert_eq!(after(flipped), [Err(FaultKind::Checksum), whole.clone()]);
        assert_eq!(after(one[..9].to_vec()), [Err(FaultKind::Truncated), whole.clone()]);
        assert_eq!(after([&one[..9], &[0x7D, 0xC1]].concat()), [Err(FaultKind::Truncated), whole.clone()]);
        assert_eq!(after(b"noise".to_vec()), [Err(FaultKind::Framing), whole.clone()]);
        assert_eq!(after(vec![0xC0, 0xC1]), [Err(FaultKind::Truncated), whole.clone()]);
        let endless = [&[0xC0][..], &[1; FRAME_BYTES_MAX + 5], &[0xC1]].concat();
        assert_eq!(after(endless), [Err(FaultKind::Overlong), whole]);
    }

    proptest! {
        #[test]
        fn framing_and_back_is_identity(message in proptest::collection::vec(any::<u8>(), 0..MESSAGE_BYTES_MAX)) {
            prop_assert_eq!(found(&frame(&message)), [Ok(message)]);
        }

        #[test]
        fn one_damaged_byte_is_never_another_message(
            message in proptest::collection::vec(prop_oneof![any::<u8>(), 0xBFu8..=0xC2, Just(0x7D)], 1..80),
            at: prop::sample::Index,
            change in 1u8..,
        ) {
            let mut bytes = frame(&message);
            let at = at.index(bytes.len());
            bytes[at] ^= change;
            for result in found(&bytes) {
                prop_assert!(result.is_err(), "{:?}", result);
            }
        }

        #[test]
        fn any_bytes_are_survived_within_the_buffer(bytes in proptest::collection::vec(any::<u8>(), 0..9000)) {
            let mut deframer = Deframer::new();
            deframer.push(&bytes);
            prop_assert!(deframer.inside.len() <= FRAME_BYTES_MAX);
        }
    }
}

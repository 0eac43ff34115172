//! Modbus RTU framing (Modbus over Serial Line V1.02, section 2.5.1): unit, PDU, CRC with its low byte first.
//!
//! Frames carry no length, and silence is not visible in a stream of bytes: a frame is found by the length its function
//! implies and by its CRC.

use super::{Frame, Side, parse_pdu};
use crate::check::crc16_modbus;

/// Longest frame, bytes.
pub const FRAME_BYTES_MAX: usize = 256;

/// Puts the CRC behind unit and PDU.
pub(super) fn wrap(mut pdu: Vec<u8>) -> Vec<u8> {
    let crc = crc16_modbus(&pdu);
    pdu.extend(crc.to_le_bytes());
    pdu
}

/// What the start of a buffer is.
pub(super) enum Found {
    /// A frame of so many bytes.
    Frame(Frame, usize),
    /// Maybe a frame that is not complete.
    More,
    /// No frame begins here; `true` if it looked like one and its CRC is wrong.
    Nothing(bool),
}

/// Looks for a frame at the start of `buffer`. `ended` says that no more bytes will come.
pub(super) fn find(buffer: &[u8], side: Side, expected: Option<usize>, ended: bool) -> Found {
    if buffer.len() < 3 {
        return if ended { Found::Nothing(false) } else { Found::More };
    }
    let mut complete = false;
    for length in lengths(buffer, side) {
        let Some(candidate) = buffer.get(..length) else { if ended { continue } else { return Found::More } };
        complete = true;
        let (body, crc) = candidate.split_at(length - 2);
        if crc16_modbus(body).to_le_bytes() == crc
            && let Some(frame) = parse_pdu(0, body, side, expected)
        {
            return Found::Frame(frame, length);
        }
    }
    Found::Nothing(complete)
}

/// Lengths that a frame with this beginning can have, ascending, so that what is found does not depend on how the stream
/// is cut. The buffer holds at least three bytes.
fn lengths(buffer: &[u8], side: Side) -> impl Iterator<Item = usize> {
    let (function, third) = (buffer[1], usize::from(buffer[2]));
    let request = match function {
        1..=6 if side != Side::Responses => Some(8),
        15 | 16 if side != Side::Responses => buffer.get(6).map(|bytes| 9 + usize::from(*bytes)).or(Some(9)),
        _ => None,
    };
    let response = match function {
        1..=4 if side != Side::Requests && third > 0 => Some(5 + third),
        5 | 6 | 15 | 16 if side != Side::Requests => Some(8),
        0x81..=0xFF if side != Side::Requests => Some(5),
        _ => None,
    };
    let (first, second) = match (request, response) {
        (Some(a), Some(b)) if a == b => (Some(a), None),
        (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
        (a, b) => (a, b),
    };
    first.into_iter().chain(second).filter(|length| *length <= FRAME_BYTES_MAX)
}

//! Modbus ASCII framing (Modbus over Serial Line V1.02, section 2.5.2): `:`, hexadecimal digits, LRC, carriage return, line
//! feed.

use crate::check::lrc;

/// Longest frame, characters.
pub const FRAME_BYTES_MAX: usize = 513;

/// Writes unit, PDU and LRC as digits between colon and line end.
pub(super) fn wrap(pdu: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut frame = vec![b':'];
    for byte in pdu.iter().copied().chain([lrc(pdu)]) {
        frame.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 0xF)]]);
    }
    frame.extend(*b"\r\n");
    frame
}

/// Unit and PDU of the digits between colon and line end.
pub(super) fn unwrap(digits: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let nibble = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    for pair in digits.chunks(2) {
        match pair {
            [high, low] => match (nibble(high), nibble(low)) {
                (Some(high), Some(low)) => bytes.push(high << 4 | low),
                _ => return Err(Unreadable::Digits),
            },
            _ => return Err(Unreadable::Digits),
        }
    }
    let Some(received) = bytes.pop() else { return Err(Unreadable::Digits) };
    let computed = lrc(&bytes);
    if computed == received { Ok(bytes) } else { Err(Unreadable::Check { computed, received }) }
}

/// Why a line is no frame.
pub(super) enum Unreadable {
    /// Not pairs of hexadecimal digits.
    Digits,
    /// The LRC does not fit.
    Check { computed: u8, received: u8 },
}

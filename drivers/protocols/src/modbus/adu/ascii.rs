//! Modbus ASCII framing (Modbus over Serial Line V1.02, section 2.5.2): `:`, hexadecimal digits, LRC, carriage return, line
//! feed.
//!
//! Some devices count characters instead of bytes in the byte count of an answer, and some manuals print such answers with
//! the count of bytes and the LRC of the other. [`AsciiRules`] says what is accepted; nothing is accepted unsaid.

use serde::{Deserialize, Serialize};

use crate::check::lrc;
use crate::modbus::Table;

/// Longest frame, characters.
pub const FRAME_BYTES_MAX: usize = 513;

/// What the byte count of an answer counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AsciiCount {
    /// Bytes, as Modbus prescribes.
    #[default]
    Bytes,
    /// Hexadecimal characters, two to a byte; bytes are accepted too. A register may then come as its low byte alone.
    Characters,
}

/// Which answers are accepted beyond what Modbus prescribes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AsciiRules {
    /// What the byte count may count.
    pub count: AsciiCount,
    /// Whether an LRC is accepted that fits only with the doubled count in place of the received one. Each such frame is
    /// told as an accepted deviation.
    pub doubled_count_lrc: bool,
}

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

/// Unit and PDU of the digits between colon and line end, and whether an exception had to be made for its LRC.
pub(super) fn unwrap(digits: &[u8], rules: AsciiRules) -> Result<(Vec<u8>, bool), Unreadable> {
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
    if computed == received {
        return Ok((bytes, false));
    }
    if rules.doubled_count_lrc && lrc_of_doubled(&bytes) == Some(received) {
        return Ok((bytes, true));
    }
    Err(Unreadable::Check { computed, received })
}

/// The LRC that an answer with values would have with twice its byte count.
fn lrc_of_doubled(bytes: &[u8]) -> Option<u8> {
    let [_, function, count, values @ ..] = bytes else { return None };
    Table::read_by(*function)?;
    if usize::from(*count) != values.len() || values.is_empty() {
        return None;
    }
    Some(lrc(bytes).wrapping_sub(*count)) // one more `count` in the sum is one less in its complement
}

/// An answer whose count is that of its characters, as Modbus would have it. Anything else stays as it is.
pub(super) fn in_bytes(mut body: Vec<u8>, rules: AsciiRules) -> Vec<u8> {
    if rules.count == AsciiCount::Bytes {
        return body;
    }
    let [_, function, count, values @ ..] = body.as_slice() else { return body };
    let Some(table) = Table::read_by(*function) else { return body };
    if values.is_empty() || usize::from(*count) != 2 * values.len() {
        return body;
    }
    match (table.is_bits(), values.len()) {
        (false, 1) => body.insert(3, 0), // one register by its low byte alone
        (false, odd) if odd % 2 == 1 => return body,
        _ => {}
    }
    body[2] = u8::try_from(body.len() - 3).unwrap_or(u8::MAX);
    body
}

/// Why a line is no frame.
pub(super) enum Unreadable {
    /// Not pairs of hexadecimal digits.
    Digits,
    /// The LRC does not fit.
    Check { computed: u8, received: u8 },
}

//! The format of a segment: eight bytes that say what it is, then frames.
//!
//! ```text
//! segment = "VIGILRC" version(1)  frame*
//! frame   = length(4, of what follows the check)  check(4)  kind(1)  body
//! ```
//!
//! Numbers in bodies are unsigned LEB128, little end first; times are microseconds; a text or bytes have their length before
//! them. Commands and checkpoints, which are rare, are JSON. A frame whose check does not fit ends what can be read of a
//! segment: the next one begins anew.

use vigil_model::{Instant, Now, Timestamp};
use vigil_protocols::modbus::{Data, ReadError};
use vigil_protocols::tape::{Entry, Input};

use crate::record::{Gap, Record, Said, Step, Taken};
use crate::sum::Sum;

/// First bytes of a segment.
pub(crate) const MAGIC: &[u8; 8] = b"VIGILRC\x01";
/// Bytes of a frame before its kind.
pub(crate) const HEAD_BYTES: usize = 8;
/// Longest frame that is written or believed.
pub(crate) const FRAME_BYTES_MAX: usize = 4 << 20;

/// First byte of a frame's content. Inputs of links are below 16, their prologue has bit 6 set.
pub(crate) mod kind {
    pub(crate) const CONNECTED: u8 = 0;
    pub(crate) const DISCONNECTED: u8 = 1;
    pub(crate) const RECEIVED: u8 = 2;
    pub(crate) const SENT: u8 = 3;
    pub(crate) const TIMEOUT: u8 = 4;
    pub(crate) const ACTION: u8 = 5;
    pub(crate) const OUTCOME: u8 = 6;
    pub(crate) const LATE: u8 = 7;
    pub(crate) const GAP: u8 = 16;
    pub(crate) const STEP: u8 = 17;
    pub(crate) const SAID: u8 = 18;
    pub(crate) const CHECKPOINT: u8 = 19;
    pub(crate) const PROLOGUE: u8 = 64;
}

/// Appends a record as one frame.
pub(crate) fn encode(record: &Record, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; HEAD_BYTES]);
    body(record, out);
    let length = u32::try_from(out.len() - start - HEAD_BYTES).unwrap_or(u32::MAX);
    let check = Sum::of(&out[start + HEAD_BYTES..]);
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    out[start + 4..start + HEAD_BYTES].copy_from_slice(&check.to_le_bytes());
}

/// The first frame of `bytes` and how long it is; `None` if it is cut off, damaged or unknown.
pub(crate) fn decode(bytes: &[u8]) -> Option<(Record, usize)> {
    let length = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let check = u32::from_le_bytes(bytes.get(4..HEAD_BYTES)?.try_into().ok()?);
    let content = bytes.get(HEAD_BYTES..HEAD_BYTES.checked_add(length)?)?;
    if length > FRAME_BYTES_MAX || Sum::of(content) != check {
        return None;
    }
    let mut reader = Reader(content);
    let record = record(&mut reader)?;
    reader.0.is_empty().then_some((record, HEAD_BYTES + length))
}

fn body(record: &Record, out: &mut Vec<u8>) {
    match record {
        Record::Entry(entry) => write_entry(entry, 0, out),
        Record::Prologue(entry) => write_entry(entry, kind::PROLOGUE, out),
        Record::Gap(gap) => {
            out.push(kind::GAP);
            now(gap.now, out);
            number(gap.records, out);
        }
        Record::Step(step) => {
            out.push(kind::STEP);
            now(step.now, out);
            taken(&step.taken, out);
            let commands = if step.commands.is_empty() { Vec::new() } else { json(&step.commands) };
            bytes(&commands, out);
        }
        Record::Said(said) => {
            out.push(kind::SAID);
            number(said.next_seq, out);
            out.extend_from_slice(&said.sum.to_le_bytes());
        }
        Record::Checkpoint(checkpoint) => {
            out.push(kind::CHECKPOINT);
            bytes(&json(checkpoint), out);
        }
    }
}

fn write_entry(entry: &Entry, flag: u8, out: &mut Vec<u8>) {
    let Entry { now: at, reports, is_drained, input } = entry;
    out.push(flag | input_kind(input));
    now(*at, out);
    number(reports * 2 + u64::from(*is_drained), out);
    match input {
        Input::Connected | Input::Timeout | Input::Action => {}
        Input::Disconnected(reason) => bytes(reason.as_bytes(), out),
        Input::Received(content) | Input::Sent(content) => bytes(content, out),
        Input::Outcome(outcome) => write_outcome(outcome, out),
        Input::Late(count) => number(*count, out),
    }
}

const fn input_kind(input: &Input) -> u8 {
    match input {
        Input::Connected => kind::CONNECTED,
        Input::Disconnected(_) => kind::DISCONNECTED,
        Input::Received(_) => kind::RECEIVED,
        Input::Sent(_) => kind::SENT,
        Input::Timeout => kind::TIMEOUT,
        Input::Action => kind::ACTION,
        Input::Outcome(_) => kind::OUTCOME,
        Input::Late(_) => kind::LATE,
    }
}

fn write_outcome(outcome: &Result<Data, ReadError>, out: &mut Vec<u8>) {
    match outcome {
        Ok(Data::Bits(bits)) => {
            out.push(0);
            number(bits.len() as u64, out);
            out.extend(bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |sum, bit| sum << 1 | u8::from(*bit))));
        }
        Ok(Data::Registers(registers)) => {
            out.push(1);
            number(registers.len() as u64, out);
            out.extend(registers.iter().flat_map(|register| register.to_le_bytes()));
        }
        Err(ReadError::Timeout) => out.push(2),
        Err(ReadError::Exception(code)) => out.extend([3, *code]),
        Err(ReadError::WrongLength { want, got }) => {
            out.push(4);
            number(*want as u64, out);
            number(*got as u64, out);
        }
        Err(ReadError::Protocol(text)) => {
            out.push(5);
            bytes(text.as_bytes(), out);
        }
        Err(ReadError::Transport(text)) => {
            out.push(6);
            bytes(text.as_bytes(), out);
        }
    }
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    // What cannot be written as JSON does not exist among the types that come here; an empty text is refused when read.
    serde_json::to_vec(value).unwrap_or_default()
}

fn now(now: Now, out: &mut Vec<u8>) {
    number(now.monotonic.as_micros(), out);
    number(now.utc.as_micros().cast_unsigned(), out);
}

fn taken(taken: &[Taken], out: &mut Vec<u8>) {
    number(taken.len() as u64, out);
    for Taken { link, through } in taken {
        number(u64::from(*link), out);
        number(*through, out);
    }
}

fn bytes(content: &[u8], out: &mut Vec<u8>) {
    number(content.len() as u64, out);
    out.extend_from_slice(content);
}

fn number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.count()?;
        self.take(length)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    fn now(&mut self) -> Option<Now> {
        let monotonic = Instant::from_micros(self.number()?);
        Some(Now { monotonic, utc: Timestamp::from_micros(self.number()?.cast_signed()) })
    }

    fn taken(&mut self) -> Option<Vec<Taken>> {
        let count = self.count()?;
        // Every one of them takes two bytes at least: no count is believed beyond what is there.
        if count > self.0.len() {
            return None;
        }
        (0..count).map(|_| Some(Taken { link: u16::try_from(self.number()?).ok()?, through: self.number()? })).collect()
    }
}

fn record(reader: &mut Reader<'_>) -> Option<Record> {
    let kind = reader.byte()?;
    Some(match kind {
        kind::GAP => Record::Gap(Gap { now: reader.now()?, records: reader.number()? }),
        kind::STEP => {
            let (now, taken) = (reader.now()?, reader.taken()?);
            let commands = reader.bytes()?;
            let commands = if commands.is_empty() { Vec::new() } else { serde_json::from_slice(commands).ok()? };
            Record::Step(Step { now, taken, commands })
        }
        kind::SAID => {
            Record::Said(Said { next_seq: reader.number()?, sum: u64::from_le_bytes(reader.take(8)?.try_into().ok()?) })
        }
        kind::CHECKPOINT => Record::Checkpoint(serde_json::from_slice(reader.bytes()?).ok()?),
        _ if kind & kind::PROLOGUE != 0 => Record::Prologue(entry(kind & !kind::PROLOGUE, reader)?),
        _ => Record::Entry(entry(kind, reader)?),
    })
}

fn entry(kind: u8, reader: &mut Reader<'_>) -> Option<Entry> {
    let now = reader.now()?;
    let word = reader.number()?;
    let input = match kind {
        kind::CONNECTED => Input::Connected,
        kind::DISCONNECTED => Input::Disconnected(reader.text()?),
        kind::RECEIVED => Input::Received(reader.bytes()?.to_vec()),
        kind::SENT => Input::Sent(reader.bytes()?.to_vec()),
        kind::TIMEOUT => Input::Timeout,
        kind::ACTION => Input::Action,
        kind::OUTCOME => Input::Outcome(outcome(reader)?),
        kind::LATE => Input::Late(reader.number()?),
        _ => return None,
    };
    Some(Entry { now, reports: word / 2, is_drained: word % 2 == 1, input })
}

fn outcome(reader: &mut Reader<'_>) -> Option<Result<Data, ReadError>> {
    Some(match reader.byte()? {
        0 => {
            let count = reader.count()?;
            let packed = reader.take(count.div_ceil(8))?;
            Ok(Data::Bits((0..count).map(|bit| packed[bit / 8] >> (bit % 8) & 1 == 1).collect()))
        }
        1 => {
            let count = reader.count()?;
            let packed = reader.take(count.checked_mul(2)?)?;
            Ok(Data::Registers(packed.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()))
        }
        2 => Err(ReadError::Timeout),
        3 => Err(ReadError::Exception(reader.byte()?)),
        4 => Err(ReadError::WrongLength { want: reader.count()?, got: reader.count()? }),
        5 => Err(ReadError::Protocol(reader.text()?)),
        6 => Err(ReadError::Transport(reader.text()?)),
        _ => return None,
    })
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;

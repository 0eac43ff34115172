//! Flags, escapes and checksum: bytes on the wire to records and back.
//!
//! A frame is `7E`, a record and its checksum, `7E`. Between the flags a 7E or 7D is sent as 7D and the byte with bit 5
//! cleared. The checksum is the 8-bit sum of the record. Two frames may share one flag (M1017617, "Frame format").
//!
//! What lies between two flags is judged as a whole. Where a shared flag was lost, two frames stand there together: the
//! length in the header of the first says where it ends, and its checksum says whether that is true.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind};

use super::record::{HEADER_BYTES, RECORD_BYTES_MAX};
use crate::check::sum8;

const FLAG: u8 = 0x7E;
const ESCAPE: u8 = 0x7D;
const BIT_5: u8 = 0x20;

/// Most bytes that are kept between two flags, escapes removed: two of the longest records that run together, each with
/// its checksum.
const BUFFER_BYTES_MAX: usize = 2 * (RECORD_BYTES_MAX + 1);

/// A record as a frame.
pub fn frame(record: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(record.len() + 16);
    out.push(FLAG);
    for byte in record.iter().copied().chain([sum8(record)]) {
        if byte == FLAG || byte == ESCAPE {
            out.extend([ESCAPE, byte & !BIT_5]);
        } else {
            out.push(byte);
        }
    }
    out.push(FLAG);
    out
}

/// Finds records in a stream of bytes, cut anywhere.
#[derive(Clone, Debug, Default)]
pub struct Deframer {
    state: State,
    /// Bytes since the last flag, escapes removed.
    data: Vec<u8>,
    /// Bytes since the last flag as they stood on the wire.
    wire_bytes: usize,
    found: VecDeque<Result<Vec<u8>, Fault>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// No flag has been seen yet.
    #[default]
    Hunting,
    /// After a flag.
    Inside,
    /// After a flag and an escape.
    Escaped,
    /// Longer than two records: waiting for the next flag.
    Overlong,
}

impl Deframer {
    /// A deframer that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.take(*byte);
        }
    }

    /// The next record without its checksum, or what was found in its place.
    pub fn next_frame(&mut self) -> Option<Result<Vec<u8>, Fault>> {
        self.found.pop_front()
    }

    /// The input is over: a frame that has begun is truncated.
    pub fn finish(&mut self) {
        if self.wire_bytes > 0 {
            let detail = format!("The input ends {} bytes after a flag.", self.wire_bytes);
            self.found.push_back(Err(Fault::new(FaultKind::Truncated, self.wire_bytes, detail)));
        }
        self.forget();
    }

    /// Forgets a frame that has begun, for a new connection.
    pub fn forget(&mut self) {
        self.state = State::Hunting;
        self.data.clear();
        self.wire_bytes = 0;
    }

    fn take(&mut self, byte: u8) {
        if byte == FLAG {
            self.close();
            self.state = State::Inside;
            self.data.clear();
            self.wire_bytes = 0;
            return;
        }
        self.wire_bytes = self.wire_bytes.saturating_add(1);
        let data = match (self.state, byte) {
            (State::Hunting | State::Overlong, _) => return,
            (State::Inside, ESCAPE) => {
                self.state = State::Escaped;
                return;
            }
            (State::Inside, byte) => byte,
            (State::Escaped, byte) => byte | BIT_5,
        };
        self.state = State::Inside;
        if self.data.len() == BUFFER_BYTES_MAX {
            self.state = State::Overlong;
        } else {
            self.data.push(data);
        }
    }

    /// Judges what stands between the flag before and the flag that has just come.
    fn close(&mut self) {
        let bytes = self.wire_bytes;
        let fault = match self.state {
            _ if bytes == 0 => return,
            State::Inside => return self.judge(),
            State::Hunting => Fault::new(FaultKind::Framing, bytes, "Bytes before the first flag."),
            State::Escaped => Fault::new(FaultKind::Framing, bytes, "An escape right before a flag."),
            State::Overlong => {
                let detail = format!("{bytes} bytes between two flags; a record has {RECORD_BYTES_MAX} at most.");
                Fault::new(FaultKind::Overlong, bytes, detail)
            }
        };
        self.found.push_back(Err(fault));
    }

    /// All that stands there is whole records, or none of it is used: a damaged length finds a fitting checksum somewhere in
    /// one of 256 cases, and hardly ever a second one right behind it.
    fn judge(&mut self) {
        let mut records = Vec::new();
        let mut rest = &self.data[..];
        while let Some((record, after)) = leading_record(rest) {
            records.push(Ok(record.to_vec()));
            rest = after;
        }
        if rest.is_empty() {
            self.found.extend(records);
        } else {
            self.found.push_back(Err(fault_of(rest, self.wire_bytes)));
        }
    }
}

/// The record that `data` begins with if its length and checksum are right, and what follows the checksum.
fn leading_record(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = declared_length(data)?;
    let (checksum, after) = data.get(length..)?.split_first()?;
    let record = &data[..length];
    (sum8(record) == *checksum).then_some((record, after))
}

/// The length that the header says, if a record can have it.
fn declared_length(data: &[u8]) -> Option<usize> {
    let length = usize::from(u16::from_le_bytes([*data.first()?, *data.get(1)?]));
    (HEADER_BYTES..=RECORD_BYTES_MAX).contains(&length).then_some(length)
}

/// Why `data` is no record.
fn fault_of(data: &[u8], bytes: usize) -> Fault {
    let have = data.len();
    let (kind, detail) = match declared_length(data) {
        _ if have > RECORD_BYTES_MAX + 1 => (
            FaultKind::Overlong,
            format!("{have} bytes between two flags; a frame has {} at most.", RECORD_BYTES_MAX + 1),
        ),
        None => (FaultKind::Framing, format!("{have} bytes between two flags that do not begin with a record length.")),
        Some(length) if length + 1 > have => {
            (FaultKind::Truncated, format!("A record of {length} bytes and its checksum, cut off after {have}."))
        }
        Some(length) if length + 1 < have => {
            (FaultKind::Framing, format!("{have} bytes between two flags for a record of {length}."))
        }
        Some(length) => {
            let (want, got) = (sum8(&data[..length]), data[length]);
            (FaultKind::Checksum, format!("expected {want:02X}, got {got:02X}"))
        }
    };
    Fault::new(kind, bytes, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A record of `length` bytes with its length in front.
    fn record(length: usize, fill: u8) -> Vec<u8> {
        let mut record = vec![fill; length];
        record[..2].copy_from_slice(&u16::try_from(length).unwrap().to_le_bytes());
        record
    }

    fn found(bytes: &[u8]) -> Vec<Result<Vec<u8>, FaultKind>> {
        let mut deframer = Deframer::new();
        deframer.push(bytes);
        deframer.finish();
        std::iter::from_fn(|| deframer.next_frame()).map(|result| result.map_err(|fault| fault.kind)).collect()
    }

    #[test]
    fn neighbours_may_share_a_flag_or_not() {
        let (a, b) = (record(49, 1), record(50, 2));
        let mut stream = frame(&a);
        stream.extend(&frame(&b)[1..]);
        assert_eq!(found(&stream), [Ok(a.clone()), Ok(b.clone())]);
        assert_eq!(found(&[frame(&a), frame(&b)].concat()), [Ok(a), Ok(b)]);
    }

    #[test]
    fn a_lost_shared_flag_loses_nothing() {
        let (a, b) = (record(49, 1), record(50, 2));
        let (first, second) = (frame(&a), frame(&b));
        let stream = [&first[..first.len() - 1], &second[1..]].concat();
        assert_eq!(found(&stream), [Ok(a), Ok(b)]);
    }

    #[test]
    fn damage_is_named_and_the_next_frame_is_whole() {
        let (a, b) = (record(60, 7), record(61, 9));
        let after = |damaged: Vec<u8>| found(&[damaged, frame(&b)].concat());
        let mut flipped = frame(&a);
        flipped[30] ^= 4;
        assert_eq!(after(flipped), [Err(FaultKind::Checksum), Ok(b.clone())]);
        let cut = frame(&a)[..40].to_vec();
        assert_eq!(after(cut), [Err(FaultKind::Truncated), Ok(b.clone())]);
        let mut longer = frame(&a);
        longer.insert(30, 1);
        assert_eq!(after(longer), [Err(FaultKind::Framing), Ok(b.clone())]);
        assert_eq!(after(b"noise".to_vec()), [Err(FaultKind::Framing), Ok(b.clone())]);
        assert_eq!(after([&[FLAG][..], &[1; 5000]].concat()), [Err(FaultKind::Overlong), Ok(b.clone())]);
        assert_eq!(after(vec![FLAG, 1, 2, ESCAPE]), [Err(FaultKind::Framing), Ok(b)]);
    }

    proptest! {
        #[test]
        fn framing_and_back_is_identity(length in HEADER_BYTES..=RECORD_BYTES_MAX, seed in any::<[u8; 32]>()) {
            let mut bytes: Vec<u8> = seed.iter().copied().cycle().take(length).collect();
            bytes[..2].copy_from_slice(&u16::try_from(length).unwrap().to_le_bytes());
            prop_assert_eq!(found(&frame(&bytes)), [Ok(bytes)]);
        }

        #[test]
        fn any_bytes_are_survived_within_the_buffer(bytes in proptest::collection::vec(any::<u8>(), 0..8000)) {
            let mut deframer = Deframer::new();
            deframer.push(&bytes);
            prop_assert!(deframer.data.len() <= BUFFER_BYTES_MAX);
        }
    }
}

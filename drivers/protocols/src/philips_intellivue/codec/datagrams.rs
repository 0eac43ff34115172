//! Recorded datagrams that stand one behind the other, for `vigil decode --framing udp`.
//!
//! Every message says its own length, so nothing stands between two: an association message in its second byte (FF and 16
//! bits more if it is over 254), a data message and a connect indication in bytes 6 and 7. Where no message begins, bytes
//! are skipped until one does. A conversation needs none of this: there a datagram is a message.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind};

use super::{MESSAGE_BYTES_MAX, message::first};

/// Finds messages in a stream of datagrams, cut anywhere.
#[derive(Clone, Debug, Default)]
pub struct Splitter {
    /// The message that has begun.
    bytes: Vec<u8>,
    /// Bytes skipped since the last message.
    skipped: usize,
    found: VecDeque<Result<Vec<u8>, Fault>>,
}

/// What the beginning of a message says about its length.
enum Begin {
    /// More bytes are needed.
    Unknown,
    /// So many bytes.
    Length(usize),
    /// No message begins like this.
    Never,
}

impl Splitter {
    /// A splitter that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.bytes.push(*byte);
            self.advance();
        }
    }

    /// The next message, or what was found in its place.
    pub fn next_message(&mut self) -> Option<Result<Vec<u8>, Fault>> {
        self.found.pop_front()
    }

    /// The input is over: a message that has begun is truncated.
    pub fn finish(&mut self) {
        self.tell_skipped();
        let bytes = std::mem::take(&mut self.bytes).len();
        if bytes > 0 {
            let detail = format!("The input ends {bytes} bytes after a message began.");
            self.found.push_back(Err(Fault::new(FaultKind::Truncated, bytes, detail)));
        }
    }

    fn advance(&mut self) {
        while !self.bytes.is_empty() {
            match begin(&self.bytes) {
                Begin::Unknown => return,
                Begin::Length(length) if self.bytes.len() < length => return,
                Begin::Length(length) => {
                    self.tell_skipped();
                    let rest = self.bytes.split_off(length);
                    self.found.push_back(Ok(std::mem::replace(&mut self.bytes, rest)));
                }
                Begin::Never => {
                    self.bytes.remove(0);
                    self.skipped += 1;
                }
            }
        }
    }

    fn tell_skipped(&mut self) {
        let skipped = std::mem::take(&mut self.skipped);
        if skipped > 0 {
            let detail = "Bytes that do not begin a message.";
            self.found.push_back(Err(Fault::new(FaultKind::Framing, skipped, detail)));
        }
    }
}

fn begin(bytes: &[u8]) -> Begin {
    let length = match bytes {
        [first::DATA | first::INDICATION, ..] => {
            let constant: &[u8] =
                if bytes[0] == first::DATA { &[first::DATA, 0, 0, 2, 0] } else { &[0, 0, 1, 0, 0, 1] };
            if !bytes.iter().zip(constant).all(|(found, wanted)| found == wanted) {
                return Begin::Never;
            }
            match bytes {
                [_, _, _, _, _, _, high, low, ..] => 8 + usize::from(u16::from_be_bytes([*high, *low])),
                _ => return Begin::Unknown,
            }
        }
        [
            first::ASSOCIATE | first::ACCEPT | first::REFUSE | first::RELEASE | first::RELEASED | first::ABORT,
            rest @ ..,
        ] => match rest {
            [0xFF, high, low, ..] => 4 + usize::from(u16::from_be_bytes([*high, *low])),
            [0xFF, ..] | [] => return Begin::Unknown,
            [short, ..] => 2 + usize::from(*short),
        },
        _ => return Begin::Never,
    };
    if length > MESSAGE_BYTES_MAX { Begin::Never } else { Begin::Length(length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pieces: &[&[u8]]) -> Vec<Result<Vec<u8>, Fault>> {
        let mut splitter = Splitter::new();
        pieces.iter().for_each(|piece| splitter.push(piece));
        splitter.finish();
        std::iter::from_fn(|| splitter.next_message()).collect()
    }

    #[test]
    fn messages_stand_one_behind_the_other() {
        let short = [0x0C, 2, 7, 7];
        let data = [0xE1, 0, 0, 2, 0, 3, 0, 1, 9];
        let all = [&short[..], &data, b"noise", &short, &data[..5]].concat();
        let kinds: Vec<Result<usize, (FaultKind, u32)>> = found(&[&all])
            .into_iter()
            .map(|result| result.map(|message| message.len()).map_err(|fault| (fault.kind, fault.bytes)))
            .collect();
        assert_eq!(kinds, [Ok(4), Ok(9), Err((FaultKind::Framing, 5)), Ok(4), Err((FaultKind::Truncated, 5))]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived_and_cutting_changes_nothing(
            bytes in proptest::collection::vec(proptest::prop_oneof![proptest::num::u8::ANY, 0u8..20, proptest::strategy::Just(0xE1)], 0..400),
            at: proptest::sample::Index,
        ) {
            let (left, right) = bytes.split_at(at.index(bytes.len() + 1));
            let mut splitter = Splitter::new();
            splitter.push(&bytes);
            proptest::prop_assert!(splitter.bytes.len() <= MESSAGE_BYTES_MAX);
            proptest::prop_assert_eq!(found(&[left, right]), found(&[&bytes]));
        }
    }
}

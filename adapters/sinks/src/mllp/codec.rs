//! A bounded front for `hl7-mllp-codec`, which by itself panics on three bytes, merges two blocks of one read into one,
//! has no size limit and takes a cut connection for a clean end. It is handed exactly one complete block at a time.
//!
//! A block is `0B`, the message, `1C 0D`; in MLLP release 2 a commit block holds the one byte `06` or `15` instead. Bytes before a start byte are dropped and counted; a start byte inside a
//! block begins anew; `1C` without `0D` is part of the message. After an error the connection is to be closed.

use bytes::{Buf, BytesMut};
use hl7_mllp_codec::MllpCodec;
use tokio_util::codec::{Decoder, Encoder};

/// Start of a block.
pub const START: u8 = 0x0b;
/// First byte of the end of a block.
pub const END: u8 = 0x1c;
/// Second byte of the end of a block.
pub const CARRIAGE_RETURN: u8 = 0x0d;
/// Longest block in bytes unless something else is asked for.
pub const BLOCK_BYTES_MAX: usize = 1 << 20;

/// Release of MLLP. Release 2 confirms each block with a commit block of its own, as soon as it is in safe storage
/// (HL7, Transport Specification: MLLP, release 2, 2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Release {
    /// Blocks alone.
    #[default]
    One,
    /// Blocks and commit blocks.
    Two,
}

/// What a commit block says of the block before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// `06`: it is in safe storage.
    Taken,
    /// `15`: it was not taken.
    Refused,
}

impl Commit {
    /// The whole block with its framing.
    pub const fn block(self) -> &'static [u8] {
        match self {
            Commit::Taken => b"\x0b\x06\x1c\x0d",
            Commit::Refused => b"\x0b\x15\x1c\x0d",
        }
    }

    /// The commit that a block's content is, if it is one.
    pub const fn read(content: &[u8]) -> Option<Self> {
        match content {
            [0x06] => Some(Commit::Taken),
            [0x15] => Some(Commit::Refused),
            _ => None,
        }
    }
}

/// Why a block cannot be read or written. No variant carries its text.
#[derive(Debug, thiserror::Error)]
pub enum MllpError {
    /// The connection failed.
    #[error("the MLLP connection failed: {0}")]
    Io(#[from] std::io::Error),
    /// A block does not end within the limit.
    #[error("an MLLP block is longer than the limit of {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The connection ended inside a block.
    #[error("the MLLP connection was closed in the middle of a block")]
    Truncated,
    /// A message holds a byte that MLLP uses for framing.
    #[error("a message with the byte 0B or 1C cannot be sent over MLLP")]
    IllegalPayload,
}

/// Reads and writes whole blocks.
pub struct BoundedMllp {
    inner: MllpCodec,
    limit: usize,
    /// Bytes of the current block that were looked at already, its start byte included; 0 between blocks.
    scanned: usize,
    /// Complete blocks read.
    pub blocks: u64,
    /// Bytes dropped because they belong to no block.
    pub discarded_bytes: u64,
    /// Blocks given up because another one began inside them.
    pub restarted: u64,
}

impl Default for BoundedMllp {
    fn default() -> Self {
        Self::new(BLOCK_BYTES_MAX)
    }
}

impl BoundedMllp {
    /// Blocks of at most `limit` bytes between start and end.
    pub fn new(limit: usize) -> Self {
        Self { inner: MllpCodec::new(), limit, scanned: 0, blocks: 0, discarded_bytes: 0, restarted: 0 }
    }

    /// Whether a block has begun and not ended.
    pub fn is_inside_block(&self) -> bool {
        self.scanned > 0
    }
}

impl Decoder for BoundedMllp {
    type Item = BytesMut;
    type Error = MllpError;

    fn decode(&mut self, src: &mut BytesMut) -> Result<Option<BytesMut>, MllpError> {
        if self.scanned == 0 {
            match src.iter().position(|byte| *byte == START) {
                None => {
                    self.discarded_bytes += src.len() as u64;
                    src.clear();
                    return Ok(None);
                }
                Some(before) => {
                    self.discarded_bytes += before as u64;
                    src.advance(before);
                    self.scanned = 1;
                }
            }
        }
        let mut index = self.scanned;
        loop {
            // Looking no further than the limit allows keeps the cost of a block that never ends bounded.
            let looked_at = src.len().min(self.limit.saturating_add(2));
            index = match find_framing_byte(&src[index.min(looked_at)..looked_at]) {
                Some(offset) => index + offset,
                None if src.len() > self.limit + 1 => return Err(MllpError::TooLarge { limit: self.limit }),
                None => {
                    self.scanned = src.len(); // what was looked at once is never looked at again
                    return Ok(None);
                }
            };
            match (src[index], src.get(index + 1)) {
                (START, _) => {
                    self.restarted += 1;
                    self.discarded_bytes += index as u64;
                    src.advance(index);
                    index = 1;
                }
                (_, None) => {
                    self.scanned = index; // one more byte decides
                    return Ok(None);
                }
                (_, Some(&CARRIAGE_RETURN)) => {
                    if index - 1 > self.limit {
                        return Err(MllpError::TooLarge { limit: self.limit });
                    }
                    let mut block = src.split_to(index + 2);
                    self.scanned = 0;
                    self.blocks += 1;
                    return Ok(self.inner.decode(&mut block)?);
                }
                (_, Some(_)) => index += 1,
            }
        }
    }

    fn decode_eof(&mut self, src: &mut BytesMut) -> Result<Option<BytesMut>, MllpError> {
        match self.decode(src)? {
            Some(block) => Ok(Some(block)),
            None if src.is_empty() => Ok(None),
            None => Err(MllpError::Truncated),
        }
    }
}

impl Encoder<BytesMut> for BoundedMllp {
    type Error = MllpError;

    fn encode(&mut self, message: BytesMut, dst: &mut BytesMut) -> Result<(), MllpError> {
        if find_framing_byte(&message).is_some() {
            return Err(MllpError::IllegalPayload);
        }
        Ok(self.inner.encode(message, dst)?)
    }
}

/// Position of the first start or end byte. Whole chunks without either are skipped without a branch for each byte.
fn find_framing_byte(bytes: &[u8]) -> Option<usize> {
    const CHUNK: usize = 64;
    let is_framing = |byte: &u8| matches!(*byte, START | END);
    let mut chunks = bytes.chunks_exact(CHUNK);
    let mut passed = 0;
    for chunk in &mut chunks {
        if chunk.iter().fold(false, |found, byte| found | (*byte == START) | (*byte == END)) {
            return chunk.iter().position(is_framing).map(|offset| passed + offset);
        }
        passed += CHUNK;
    }
    chunks.remainder().iter().position(is_framing).map(|offset| passed + offset)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a stream means, written without any cleverness: blocks, whether an error ends it, whether a block is open.
    fn naive(stream: &[u8], limit: usize) -> (Vec<Vec<u8>>, bool, bool) {
        let (mut blocks, mut open): (_, Option<Vec<u8>>) = (Vec::new(), None);
        for byte in stream {
            match (&mut open, *byte) {
                (Some(block), START) if block.len() > limit => return (blocks, true, true),
                (_, START) => open = Some(Vec::new()),
                (None, _) => {}
                (Some(block), CARRIAGE_RETURN) if block.last() == Some(&END) => {
                    block.pop();
                    blocks.push(std::mem::take(block));
                    open = None;
                }
                (Some(block), byte) => {
                    block.push(byte);
                    // A last byte that may be the beginning of the end does not count yet.
                    if block.len() - usize::from(byte == END) > limit {
                        return (blocks, true, true);
                    }
                }
            }
        }
        (blocks, false, open.is_some())
    }

    fn read(parts: &[&[u8]], limit: usize) -> (Vec<Vec<u8>>, bool, bool) {
        let (mut codec, mut src, mut blocks) = (BoundedMllp::new(limit), BytesMut::new(), Vec::new());
        for part in parts {
            src.extend_from_slice(part);
            loop {
                match codec.decode(&mut src) {
                    Ok(Some(block)) => blocks.push(block.to_vec()),
                    Ok(None) => break,
                    Err(MllpError::TooLarge { .. }) => return (blocks, true, true),
                    Err(other) => panic!("{other}"),
                }
            }
            assert!(src.len() <= limit + 2 || !codec.is_inside_block());
        }
        let open = match codec.decode_eof(&mut src) {
            Ok(None) => false,
            Err(MllpError::Truncated) => true,
            other => panic!("{other:?}"),
        };
        (blocks, false, open)
    }

    const STREAM: &[u8] =
        b"noise\x0bMSH|1\r\x1c\r\n\x0b\x1c\r\x0bMSH|2 \x1c inside\r\x1c\r\x0bcut\x0bMSH|3\r\x1c\x1c\r\x0bopen";

    #[test]
    fn every_cut_of_a_stream_gives_the_same_blocks() {
        let whole = read(&[STREAM], 64);
        assert_eq!(whole, naive(STREAM, 64));
        assert_eq!(whole.0.len(), 4);
        for first in 0..=STREAM.len() {
            assert_eq!(read(&[&STREAM[..first], &STREAM[first..]], 64), whole);
            for second in first..=STREAM.len() {
                assert_eq!(read(&[&STREAM[..first], &STREAM[first..second], &STREAM[second..]], 64), whole);
            }
        }
    }

    #[test]
    fn what_breaks_the_codec_beneath_is_survived() {
        for (stream, blocks) in [
            (b"\x1c\x0d\x0b".as_slice(), 0),            // panics in hl7-mllp-codec 0.4.0
            (b"\x0ba\x1c\x0d\x0bb\x1c\x0d", 2),         // two blocks in one read come out as one
            (b"\x0ba\x1c\x0d\x1c\x0d\x0bb\x1c\x0d", 2), // a doubled trailer
            (b"\x0b\x0b\x0ba\x1c\x0d", 1),
            (b"\x0ba\x1cb\x0d\x1c\x0d", 1),
            (b"", 0),
        ] {
            assert_eq!(read(&[stream], 64).0.len(), blocks, "{stream:02x?}");
            assert_eq!(read(&[stream], 64), naive(stream, 64));
        }
    }

    #[test]
    fn noise_restarts_and_limits_are_counted() {
        let mut codec = BoundedMllp::new(4);
        let mut src = BytesMut::from(b"xy\x0bab\x0bcd\x1c\x0dz".as_slice());
        assert_eq!(codec.decode(&mut src).unwrap().unwrap(), "cd");
        assert!(codec.decode(&mut src).unwrap().is_none());
        assert_eq!((codec.blocks, codec.discarded_bytes, codec.restarted), (1, 2 + 3 + 1, 1));
        for (message, fits) in [("abcd", true), ("abcde", false), ("abcdefgh", false)] {
            let mut src = BytesMut::from(format!("\x0b{message}\x1c\r").as_str());
            let read = BoundedMllp::new(4).decode(&mut src);
            assert_eq!(matches!(read, Ok(Some(_))), fits);
            assert_eq!(matches!(read, Err(MllpError::TooLarge { limit: 4 })), !fits);
        }
    }

    #[test]
    fn a_message_with_framing_bytes_is_not_sent() {
        let (mut codec, mut wire) = (BoundedMllp::default(), BytesMut::new());
        let long = [b"x".repeat(1_000), vec![END], b"y".repeat(70)].concat();
        for refused in [b"a\x0bb".as_slice(), b"\x1c", &long] {
            let refused = codec.encode(BytesMut::from(refused), &mut wire);
            assert!(matches!(refused, Err(MllpError::IllegalPayload)));
        }
        assert!(wire.is_empty());
        codec.encode(BytesMut::from("MSH|"), &mut wire).unwrap();
        assert_eq!(&wire[..], b"\x0bMSH|\x1c\r");
    }

    /// Streams made mostly of the bytes that matter.
    fn streams() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![4 => Just(START), 4 => Just(END), 4 => Just(CARRIAGE_RETURN), 6 => 0x20u8..0x7f, 1 => any::<u8>()];
        proptest::collection::vec(byte, 0..200)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn any_stream_in_any_pieces_means_what_it_means(stream in streams(), cuts in proptest::collection::vec(0usize..200, 0..6), limit in 0usize..90) {
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
            cuts.extend([0, stream.len()]);
            cuts.sort_unstable();
            let parts: Vec<_> = cuts.windows(2).map(|pair| &stream[pair[0]..pair[1]]).collect();
            prop_assert_eq!(read(&parts, limit), naive(&stream, limit));
        }

        #[test]
        fn written_and_read_back(message in proptest::collection::vec(prop_oneof![Just(CARRIAGE_RETURN), 0x20u8..=0xff], 0..300)) {
            let (mut codec, mut wire) = (BoundedMllp::default(), BytesMut::new());
            codec.encode(BytesMut::from(&message[..]), &mut wire).unwrap();
            prop_assert_eq!(&codec.decode(&mut wire).unwrap().unwrap()[..], &message[..]);
            prop_assert!(wire.is_empty());
        }
    }
}

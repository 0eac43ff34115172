//! Finds frames in a stream of bytes, cut anywhere, whatever the framing. Keeps a bounded buffer and resynchronises after
//! damage, dropping as little as it can.

use vigil_model::{Fault, FaultKind};

use super::{AsciiRules, Frame, Framing, ascii, parse_pdu, rtu, tcp};

/// Which direction a stream carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What a client sends: a simulated unit listens to this.
    Requests,
    /// What units send.
    Responses,
    /// Both directions mixed, as on an RS-485 line or in a capture.
    Both,
}

/// Bytes that are kept while no frame has been found in them.
const BUFFER_BYTES_MAX: usize = 4096;

/// Turns bytes into frames.
#[derive(Debug)]
pub struct FrameReader {
    framing: Framing,
    side: Side,
    buffer: Vec<u8>,
    /// Bytes dropped since the last frame, and whether something among them looked like a frame with a wrong check.
    dropped: usize,
    check_failed: bool,
    ended: bool,
    rules: AsciiRules,
    /// Frames that were accepted by an exception of [`AsciiRules`] since it was last asked for.
    excused: u32,
}

impl FrameReader {
    /// A reader with an empty buffer.
    pub fn new(framing: Framing, side: Side) -> Self {
        Self {
            framing,
            side,
            buffer: Vec::new(),
            dropped: 0,
            check_failed: false,
            ended: false,
            rules: AsciiRules::default(),
            excused: 0,
        }
    }

    /// The same reader with these exceptions for Modbus ASCII.
    #[must_use]
    pub fn with_ascii(mut self, rules: AsciiRules) -> Self {
        self.rules = rules;
        self
    }

    /// What is to be told of frames that were accepted although their check is not the one that Modbus prescribes.
    pub fn take_excused(&mut self) -> Option<Fault> {
        let frames = std::mem::take(&mut self.excused);
        (frames > 0).then(|| {
            let detail = format!("{frames} accepted whose LRC fits the doubled byte count only");
            Fault::new(FaultKind::Checksum, 0, detail)
        })
    }

    /// Takes bytes. Call [`Self::next_frame`] until it is empty before the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// No more bytes will come: what is left is truncated.
    pub fn finish(&mut self) {
        self.ended = true;
    }

    /// The next frame, or the damage before it. `expected` is the number of value bytes of the answer that is due, where
    /// that is known.
    pub fn next_frame(&mut self, expected: Option<usize>) -> Option<Result<Frame, Fault>> {
        loop {
            let step = match self.framing {
                Framing::Rtu => self.next_rtu(expected),
                Framing::Tcp => self.next_tcp(expected),
                Framing::Ascii => self.next_ascii(expected),
            };
            match step {
                Step::Frame(frame, bytes) => {
                    if let Some(fault) = self.take_damage() {
                        return Some(Err(fault)); // the frame is found again by the next call
                    }
                    self.buffer.drain(..bytes);
                    return Some(Ok(frame));
                }
                Step::Bad(fault, bytes) => {
                    if let Some(fault) = self.take_damage() {
                        return Some(Err(fault));
                    }
                    self.buffer.drain(..bytes);
                    return Some(Err(fault));
                }
                Step::Drop(bytes) => {
                    self.buffer.drain(..bytes);
                    self.dropped += bytes;
                    if self.dropped >= BUFFER_BYTES_MAX {
                        return self.take_damage().map(Err);
                    }
                }
                Step::Wait => return None,
                Step::End => {
                    return match (self.take_damage(), self.buffer.len()) {
                        (Some(fault), _) => Some(Err(fault)),
                        (None, 0) => None,
                        (None, left) => {
                            self.buffer.clear();
                            Some(Err(Fault::new(FaultKind::Truncated, left, "the stream ends inside a frame")))
                        }
                    };
                }
            }
        }
    }

    fn take_damage(&mut self) -> Option<Fault> {
        let (bytes, check_failed) = (std::mem::take(&mut self.dropped), std::mem::take(&mut self.check_failed));
        match (bytes, check_failed) {
            (0, _) => None,
            (_, true) => Some(Fault::new(FaultKind::Checksum, bytes, "a frame whose check does not fit")),
            (_, false) => Some(Fault::new(FaultKind::Framing, bytes, "bytes that are no Modbus frame")),
        }
    }

    fn wait_or_end(&self) -> Step {
        if self.ended { Step::End } else { Step::Wait }
    }

    fn next_rtu(&mut self, expected: Option<usize>) -> Step {
        if self.buffer.is_empty() {
            return self.wait_or_end();
        }
        match rtu::find(&self.buffer, self.side, expected, self.ended) {
            rtu::Found::Frame(frame, bytes) => Step::Frame(frame, bytes),
            rtu::Found::More => Step::Wait,
            rtu::Found::Nothing(check_failed) => {
                self.check_failed |= check_failed;
                if self.ended && !check_failed && self.dropped == 0 { Step::End } else { Step::Drop(1) }
            }
        }
    }

    fn next_tcp(&mut self, expected: Option<usize>) -> Step {
        if self.buffer.len() < tcp::HEADER_BYTES {
            return self.wait_or_end();
        }
        let Some((transaction, length)) = tcp::header(&self.buffer) else { return Step::Drop(1) };
        let total = tcp::HEADER_BYTES + length;
        let Some(body) = self.buffer.get(tcp::HEADER_BYTES..total) else { return self.wait_or_end() };
        match parse_pdu(transaction, body, self.side, expected) {
            Some(frame) => Step::Frame(frame, total),
            None => {
                let detail =
                    format!("transaction {transaction}: function {} with a length that does not fit it", body[1]);
                Step::Bad(Fault::new(FaultKind::Framing, total, detail), total)
            }
        }
    }

    fn next_ascii(&mut self, expected: Option<usize>) -> Step {
        // Line ends between frames are no damage, and are never counted as such.
        let ends = self.buffer.iter().take_while(|byte| b"\r\n".contains(byte)).count();
        self.buffer.drain(..ends);
        match self.buffer.first() {
            None => return self.wait_or_end(),
            Some(b':') => {}
            Some(_) => return Step::Drop(1),
        }
        let rest = &self.buffer[1..];
        let window = &rest[..rest.len().min(ascii::FRAME_BYTES_MAX)];
        let Some(end) = window.iter().position(|byte| b"\r\n:".contains(byte)) else {
            return if window.len() == ascii::FRAME_BYTES_MAX {
                let bytes = 1 + window.len();
                Step::Bad(Fault::new(FaultKind::Overlong, bytes, "a line longer than a Modbus ASCII frame"), bytes)
            } else {
                self.wait_or_end()
            };
        };
        let bytes = 1 + end;
        if rest[end] == b':' {
            return Step::Bad(
                Fault::new(FaultKind::Truncated, bytes, "a new frame begins before the line ends"),
                bytes,
            );
        }
        match ascii::unwrap(&rest[..end], self.rules) {
            Ok((body, excused)) => match self.parse_ascii(body, expected) {
                Some(frame) => {
                    self.excused += u32::from(excused && self.dropped == 0); // else it is found again by the next call
                    Step::Frame(frame, bytes)
                }
                None => Step::Bad(
                    Fault::new(FaultKind::Framing, bytes, "a frame whose length does not fit its function"),
                    bytes,
                ),
            },
            Err(ascii::Unreadable::Digits) => Step::Bad(
                Fault::new(FaultKind::Framing, bytes, "a line that is not pairs of hexadecimal digits"),
                bytes,
            ),
            Err(ascii::Unreadable::Check { computed, received }) => {
                let detail = format!("expected {computed:02X}, got {received:02X}");
                Step::Bad(Fault::new(FaultKind::Checksum, bytes, detail), bytes)
            }
        }
    }

    /// A frame as Modbus prescribes it, else one that counts characters.
    fn parse_ascii(&self, body: Vec<u8>, expected: Option<usize>) -> Option<Frame> {
        let plain = parse_pdu(0, &body, self.side, expected);
        if plain.is_some() || self.side == Side::Requests {
            return plain;
        }
        parse_pdu(0, &ascii::in_bytes(body, self.rules), self.side, expected)
    }
}

enum Step {
    /// A frame of so many bytes.
    Frame(Frame, usize),
    /// Something delimited of so many bytes that is no frame.
    Bad(Fault, usize),
    /// So many bytes that belong to nothing.
    Drop(usize),
    /// More bytes are needed.
    Wait,
    /// More bytes are needed and none will come.
    End,
}

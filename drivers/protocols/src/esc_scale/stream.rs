//! Finds the messages of the ESC scale protocol in a stream of bytes: ESC, letter, text, until ESC `E`.
//!
//! What a message means is in [`super::codec`], which re-exports what is public here.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind};

use super::codec::Message;

/// Escape, the first byte of each token.
pub const ESC: u8 = 0x1B;

/// Longest message in bytes; the printed ones have at most 13.
pub const MESSAGE_MAX_BYTES: usize = 200;

/// Longest text of one token in bytes. The patient id of token `I` has 10.
pub const TOKEN_MAX_BYTES: usize = 32;

/// ESC, a letter, a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// The letter after ESC.
    pub(super) letter: char,
    /// What follows it.
    pub(super) text: String,
}

/// Finds messages in a stream. Holds at most one message of [`MESSAGE_MAX_BYTES`].
#[derive(Clone, Debug, Default)]
pub struct Messages {
    /// The message so far.
    tokens: Vec<Token>,
    /// The last byte was ESC.
    escaped: bool,
    /// Bytes of the message so far, with its ESC.
    bytes: usize,
    /// Bytes outside any message and not reported yet.
    stray: usize,
    found: VecDeque<Result<Message, Fault>>,
}

impl Messages {
    /// Takes bytes, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.take(*byte);
        }
    }

    /// The next whole message, or what was wrong.
    pub fn poll(&mut self) -> Option<Result<Message, Fault>> {
        self.found.pop_front()
    }

    /// The message that has begun, if any, is void, and stray bytes are accounted for.
    pub fn cut(&mut self) -> Option<Fault> {
        self.report_stray();
        self.void(FaultKind::Truncated, "a message that was not finished");
        match self.found.pop_front() {
            Some(Err(fault)) => Some(fault),
            Some(Ok(_)) | None => None,
        }
    }

    fn take(&mut self, byte: u8) {
        if std::mem::take(&mut self.escaped) {
            return self.begin_token(byte);
        }
        match byte {
            ESC => {
                if self.tokens.is_empty() {
                    self.report_stray();
                }
                self.escaped = true;
                self.bytes += 1;
            }
            b' '..=b'~' => match self.tokens.last_mut() {
                Some(token) if token.text.len() < TOKEN_MAX_BYTES && self.bytes < MESSAGE_MAX_BYTES => {
                    token.text.push(char::from(byte));
                    self.bytes += 1;
                }
                Some(_) => {
                    self.bytes += 1;
                    self.void(FaultKind::Overlong, "a message that is longer than any of the protocol");
                }
                None => self.stray(),
            },
            _ if self.tokens.is_empty() => self.stray(),
            _ => {
                self.bytes += 1;
                self.void(FaultKind::Framing, "a byte in a message that is no text");
            }
        }
    }

    /// The byte after ESC.
    fn begin_token(&mut self, letter: u8) {
        match letter {
            b'E' => {
                let bytes = std::mem::take(&mut self.bytes) + 1;
                let tokens = std::mem::take(&mut self.tokens);
                let read = Message::read(&tokens).map_err(|(kind, detail)| Fault::new(kind, bytes, detail));
                self.found.push_back(read);
            }
            // These only stand at the beginning: the message so far has lost its end.
            b'R' | b'A' | b'P' | b'Q' | b'C' if !self.tokens.is_empty() => {
                self.bytes -= 1;
                self.void(FaultKind::Truncated, "a message that was not finished when the next one began");
                self.bytes = 1;
                self.open(letter);
            }
            b'A'..=b'Z' if self.bytes < MESSAGE_MAX_BYTES => self.open(letter),
            ESC => {
                self.void(FaultKind::Framing, "an ESC without a letter");
                self.escaped = true;
                self.bytes = 1;
            }
            _ => {
                self.bytes += 1;
                self.void(FaultKind::Framing, "an ESC without a letter, or a message without an end");
            }
        }
    }

    fn open(&mut self, letter: u8) {
        self.tokens.push(Token { letter: char::from(letter), text: String::new() });
        self.bytes += 1;
    }

    fn stray(&mut self) {
        self.stray += 1;
        if self.stray == MESSAGE_MAX_BYTES {
            self.report_stray();
        }
    }

    fn report_stray(&mut self) {
        let bytes = std::mem::take(&mut self.stray);
        if bytes > 0 {
            self.found.push_back(Err(Fault::new(FaultKind::Framing, bytes, "bytes outside a message")));
        }
    }

    /// Drops the message so far, if there is one.
    fn void(&mut self, kind: FaultKind, detail: &str) {
        let bytes = std::mem::take(&mut self.bytes);
        self.tokens.clear();
        self.escaped = false;
        if bytes > 0 {
            self.found.push_back(Err(Fault::new(kind, bytes, detail)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn memory_stays_bounded(bytes in proptest::collection::vec(proptest::sample::select(b"\x1bRWNEZ0.\r\xff".to_vec()), 0..2000)) {
            let mut messages = Messages::default();
            for byte in bytes {
                messages.push(&[byte]);
                while messages.poll().is_some() {}
                let held: usize = messages.tokens.iter().map(|token| token.text.len() + 2).sum();
                proptest::prop_assert!(held <= MESSAGE_MAX_BYTES + 2 && messages.bytes <= MESSAGE_MAX_BYTES + 2);
            }
        }
    }
}

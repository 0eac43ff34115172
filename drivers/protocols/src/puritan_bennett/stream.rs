//! Finds the replies of the ventilator in a stream of bytes.
//!
//! What a reply must look like is in [`super::codec`], which re-exports what is public here. 02 begins the fields of a
//! reply wherever it stands, so a reply that lost its end costs none but itself.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind};

use super::codec::{ETX, Reply, Request, STX};

/// Longest line outside a reply that is kept, in bytes. The longest head has 16.
const LINE_MAX_BYTES: usize = 64;
/// Bytes of such a line that are still kept when it is too long: room for a head.
const HEAD_MAX_BYTES: usize = 16;
/// Longest body, in bytes: a little more than the longest reply, so that a count that is wrong is seen as such.
const BODY_MAX_BYTES: usize = 1300;
/// Bytes of a reply when the port of the ventilator is set to "Philips" (UNVERIFIED).
const PHILIPS_BYTES: &str = "1229";

/// Finds replies in a stream. Holds at most one of them.
#[derive(Clone, Debug, Default)]
pub struct Replies {
    state: State,
    /// Bytes since the last 02 in a reply, else since the last line end.
    buffer: Vec<u8>,
    found: VecDeque<Result<Reply, Fault>>,
}

#[derive(Clone, Debug, Default)]
enum State {
    /// Outside a reply.
    #[default]
    Line,
    /// Between 02 and 03 of a reply, or of something that is refused for its head.
    Body(Result<Request, String>),
    /// After 03, waiting for 0D.
    Ended(Result<Request, String>),
}

impl Replies {
    /// Takes bytes, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.take(*byte);
        }
    }

    /// The next whole reply, or what was wrong.
    pub fn poll(&mut self) -> Option<Result<Reply, Fault>> {
        self.found.pop_front()
    }

    /// What has begun is void.
    pub fn cut(&mut self) -> Option<Fault> {
        let bytes = self.buffer.len();
        self.buffer.clear();
        match std::mem::take(&mut self.state) {
            State::Line if bytes == 0 => None,
            State::Line => Some(Fault::new(FaultKind::Framing, bytes, "bytes outside a reply")),
            State::Body(_) | State::Ended(_) => {
                Some(Fault::new(FaultKind::Truncated, bytes + 1, "a reply that was not finished"))
            }
        }
    }

    fn take(&mut self, byte: u8) {
        match std::mem::take(&mut self.state) {
            State::Line => self.take_outside(byte),
            State::Body(head) => match byte {
                ETX => self.state = State::Ended(head),
                STX => {
                    let keep = head_of(&self.buffer).map_or(0, |request| request.form().head.len());
                    self.drop_body(keep, FaultKind::Truncated, "a reply that was not finished when the next one began");
                    self.begin();
                }
                _ if self.buffer.len() >= BODY_MAX_BYTES => {
                    self.buffer.push(byte);
                    self.drop_body(HEAD_MAX_BYTES, FaultKind::Overlong, "a reply that does not end");
                }
                _ => {
                    self.buffer.push(byte);
                    self.state = State::Body(head);
                }
            },
            State::Ended(head) if byte == b'\r' => {
                let body = std::mem::take(&mut self.buffer);
                let read = head.and_then(|request| Reply::decode(request, &body));
                let refused = |detail| Fault::new(FaultKind::Framing, body.len() + 3, detail);
                self.found.push_back(read.map_err(refused));
            }
            State::Ended(_) => {
                self.fault(FaultKind::Framing, self.buffer.len() + 2, "a reply without carriage return behind it");
                self.buffer.clear();
                self.take_outside(byte);
            }
        }
    }

    fn take_outside(&mut self, byte: u8) {
        match byte {
            STX => self.begin(),
            b'\r' | b'\n' => self.end_line(),
            _ => {
                self.buffer.push(byte);
                if self.buffer.len() >= LINE_MAX_BYTES {
                    let stray = LINE_MAX_BYTES - HEAD_MAX_BYTES;
                    self.buffer.drain(..stray);
                    self.fault(FaultKind::Framing, stray, "bytes outside a reply");
                }
            }
        }
    }

    /// 02: the buffer ends with a head, or this is no reply.
    fn begin(&mut self) {
        let before = std::mem::take(&mut self.buffer);
        let (head, stray) = match head_of(&before) {
            Some(request) => (Ok(request), before.len() - request.form().head.len()),
            None => (Err(refused_head(&before)), 0),
        };
        if stray > 0 {
            self.fault(FaultKind::Framing, stray, "bytes outside a reply");
        }
        self.state = State::Body(head);
    }

    /// A line that is no reply: an echo of a request, a complaint of the ventilator, or noise.
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.buffer);
        let words = [b"SNDF".as_slice(), b"SNDA", b"RSET"];
        let (kind, detail) = if line.is_empty() {
            return;
        } else if words.contains(&line.as_slice()) {
            (FaultKind::Unexpected, "a command of a host, not an answer to it")
        } else if line.windows(7).any(|part| part.eq_ignore_ascii_case(b"UNKNOWN")) {
            (FaultKind::Exception, "the ventilator does not know the command")
        } else {
            (FaultKind::Framing, "bytes outside a reply")
        };
        self.fault(kind, line.len() + 1, detail);
    }

    /// Gives up the body but for its last bytes, which may be the head of the next reply.
    fn drop_body(&mut self, keep: usize, kind: FaultKind, detail: &str) {
        let dropped = self.buffer.len().saturating_sub(keep);
        self.buffer.drain(..dropped);
        self.fault(kind, dropped + 1, detail);
    }

    fn fault(&mut self, kind: FaultKind, bytes: usize, detail: &str) {
        self.found.push_back(Err(Fault::new(kind, bytes, detail)));
    }
}

/// The request whose answer begins with the head at the end of some bytes.
fn head_of(before: &[u8]) -> Option<Request> {
    Request::ALL.into_iter().find(|request| before.ends_with(request.form().head.as_bytes()))
}

/// Why what stands before 02 is no head.
fn refused_head(before: &[u8]) -> String {
    let text = String::from_utf8_lossy(before);
    let Some(head) = text.rfind("MISC").map(|at| &text[at..]) else {
        return "a reply with an unknown name".to_owned();
    };
    let mut parts = head.split(',');
    match (parts.next(), parts.next().map(str::trim)) {
        (Some("MISCF" | "MISCA"), Some(PHILIPS_BYTES)) => {
            "a reply in the form \"Philips\": set the port of the ventilator to DCI".to_owned()
        }
        (Some("MISCF" | "MISCA"), _) => "a reply with other counts than its form has".to_owned(),
        _ => "a reply with an unknown name".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Vec<Result<Request, FaultKind>> {
        let mut replies = Replies::default();
        replies.push(bytes);
        let found = std::iter::from_fn(|| replies.poll());
        let mut found: Vec<_> = found.map(|one| one.map(|reply| reply.request).map_err(|f| f.kind)).collect();
        found.extend(replies.cut().map(|fault| Err(fault.kind)));
        found
    }

    #[test]
    fn a_reply_is_whole_or_refused() {
        use FaultKind::{Exception, Framing, Overlong, Truncated, Unexpected};
        let good = Reply::empty(Request::Snda).encode();
        let ok = Ok(Request::Snda);
        assert_eq!(read(&good), [ok]);
        assert_eq!(read(&[&good[..300], &good].concat()), [Err(Truncated), ok], "cut off, then a good one");
        assert_eq!(read(&[b"\r\n".as_slice(), &good, &good].concat()), [ok, ok]);
        assert_eq!(read(&[b"x".as_slice(), &good].concat()), [Err(Framing), ok]);
        assert_eq!(read(&good[..good.len() - 1]), [Err(Truncated)]);
        assert_eq!(read(&[&good[..good.len() - 1], b"x\r", &good].concat()), [Err(Framing), Err(Framing), ok]);
        let text = String::from_utf8(good.clone()).unwrap();
        for (from, to) in [("706", "705"), ("97,", "96,"), ("MISCA", "MISCB"), ("MISCA,706", "MISCF,1229")] {
            assert_eq!(read(text.replacen(from, to, 1).as_bytes()), [Err(Framing)], "{to}");
        }
        assert_eq!(read(b"SNDF\rUNKNOWN COMMAND: SNDX\r"), [Err(Unexpected), Err(Exception)]);
        assert_eq!(read(&[b"\x02".as_slice(), &[b'x'; 1305]].concat())[0], Err(Overlong));
    }

    proptest! {
        #[test]
        fn memory_stays_bounded(bytes in prop::collection::vec(prop_oneof![9 => any::<u8>(), 1 => Just(2u8)], 0..4000)) {
            let mut replies = Replies::default();
            for byte in bytes {
                replies.push(&[byte]);
                while replies.poll().is_some() {}
                prop_assert!(replies.buffer.len() <= BODY_MAX_BYTES + 1 && replies.found.is_empty());
            }
        }
    }
}

//! Finds frames in a stream. A `[` outside the two bytes of a CRC always begins a frame. When a CRC does not fit, its bytes are
//! read once more, for one of them may be the beginning of the next frame.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind};

use super::codec::TEXT_MAX_BYTES;
use crate::check::crc16_xmodem;

/// Finds frames in a stream. Holds at most one of [`TEXT_MAX_BYTES`].
#[derive(Clone, Debug, Default)]
pub struct Frames {
    /// Bytes since the last `[`, with it; empty outside a frame.
    open: Vec<u8>,
    /// How many bytes of the CRC have come, once the text is over.
    check_bytes: Option<usize>,
    /// Bytes seen outside any frame and not reported yet.
    stray: usize,
    found: VecDeque<Result<String, Fault>>,
}

impl Frames {
    /// Takes bytes, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.take(*byte);
        }
    }

    /// The text of the next frame whose check fits, or what was wrong.
    pub fn poll(&mut self) -> Option<Result<String, Fault>> {
        self.found.pop_front()
    }

    /// The frame that has begun, if any, is void, and stray bytes are accounted for.
    pub fn cut(&mut self) -> Option<Fault> {
        self.check_bytes = None;
        let bytes = std::mem::take(&mut self.stray) + std::mem::take(&mut self.open).len();
        (bytes > 0).then(|| Fault::new(FaultKind::Truncated, bytes, "a frame that was not finished"))
    }

    fn take(&mut self, byte: u8) {
        match (self.check_bytes, byte) {
            (Some(0), _) => {
                self.open.push(byte);
                self.check_bytes = Some(1);
            }
            (Some(_), _) => {
                self.open.push(byte);
                self.check_bytes = None;
                self.finish();
            }
            (None, b'[') => {
                self.report_stray();
                let bytes = std::mem::replace(&mut self.open, vec![byte]).len();
                if bytes > 0 {
                    self.fault(FaultKind::Truncated, bytes, "a frame that was not finished when the next one began");
                }
            }
            (None, _) if self.open.is_empty() => {
                self.stray += 1;
                if self.stray == TEXT_MAX_BYTES {
                    self.report_stray();
                }
            }
            (None, b']') => {
                self.open.push(byte);
                self.check_bytes = Some(0);
            }
            (None, _) if self.open.len() > TEXT_MAX_BYTES => {
                let bytes = std::mem::take(&mut self.open).len() + 1;
                self.fault(FaultKind::Overlong, bytes, "a frame that does not end");
            }
            (None, _) => self.open.push(byte),
        }
    }

    /// Two bytes behind the text are there.
    fn finish(&mut self) {
        let wire = std::mem::take(&mut self.open);
        let (framed, check) = wire.split_at(wire.len() - 2);
        let expected = crc16_xmodem(framed).to_be_bytes();
        if expected != check {
            let [e0, e1] = expected;
            let detail = format!("expected {e0:02X}{e1:02X}, got {:02X}{:02X}", check[0], check[1]);
            self.fault(FaultKind::Checksum, framed.len(), &detail);
            return self.push(check);
        }
        let text = &framed[1..framed.len() - 1];
        if text.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            self.found.push_back(Ok(text.iter().copied().map(char::from).collect()));
        } else {
            self.fault(FaultKind::Framing, wire.len(), "a frame with characters that are no text");
        }
    }

    fn report_stray(&mut self) {
        let bytes = std::mem::take(&mut self.stray);
        if bytes > 0 {
            self.fault(FaultKind::Framing, bytes, "bytes outside a frame");
        }
    }

    fn fault(&mut self, kind: FaultKind, bytes: usize, detail: &str) {
        self.found.push_back(Err(Fault::new(kind, bytes, detail)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::codec::{Reply, Request, frame};
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Result<String, FaultKind>> {
        let mut frames = Frames::default();
        frames.push(bytes);
        let found = std::iter::from_fn(|| frames.poll());
        let mut found: Vec<_> = found.map(|one| one.map_err(|fault| fault.kind)).collect();
        found.extend(frames.cut().map(|fault| Err(fault.kind)));
        found
    }

    #[test]
    fn a_lost_byte_costs_one_frame() {
        let one = Reply::Answer { request: Request::PrimaryRate, value: "12.5".into() }.encode();
        let good = || Ok("PRIRATE=12.5".to_owned());
        for lost in 0..one.len() {
            let mut damaged = one.clone();
            damaged.remove(lost);
            let found = read(&[&damaged[..], &one, &one].concat());
            assert_eq!(found.iter().filter(|found| **found == good()).count(), 2, "byte {lost}: {found:?}");
        }
        assert_eq!(read(&[b'['; 100]).len(), 100);
        assert_eq!(read(&[&b"["[..], &[b'x'; 100]].concat())[0], Err(FaultKind::Overlong));
    }

    proptest! {
        #[test]
        fn writing_and_reading_is_identity(text in "[ -~&&[^\\[\\]]]{0,60}") {
            prop_assert_eq!(read(&frame(text.as_bytes())), [Ok(text)]);
        }

        #[test]
        fn memory_stays_bounded(bytes in prop::collection::vec(prop_oneof![3 => any::<u8>(), 1 => Just(b'['), 1 => Just(b']')], 0..1000)) {
            let mut frames = Frames::default();
            for byte in bytes {
                frames.push(&[byte]);
                while frames.poll().is_some() {}
                prop_assert!(frames.open.len() <= TEXT_MAX_BYTES + 4 && frames.found.is_empty());
            }
        }
    }
}

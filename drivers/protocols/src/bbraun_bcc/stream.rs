//! Finds messages in a stream. A 01 always begins a message, so one that lost its end costs none but itself.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind};

use super::codec::{EOT, MESSAGE_MAX_BYTES, Message, SOH};

/// Finds messages in a stream. Holds at most one of [`MESSAGE_MAX_BYTES`].
#[derive(Clone, Debug, Default)]
pub struct Messages {
    /// Bytes since the last 01, with it; empty outside a message.
    open: Vec<u8>,
    /// Bytes seen outside any message and not reported yet.
    stray: usize,
    found: VecDeque<Result<(Message, usize), Fault>>,
}

impl Messages {
    /// Takes bytes, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.take(*byte);
        }
    }

    /// The next message with its bytes on the wire, or what was wrong.
    pub fn poll(&mut self) -> Option<Result<(Message, usize), Fault>> {
        self.found.pop_front()
    }

    /// The message that has begun, if any, is void, and stray bytes are accounted for.
    pub fn cut(&mut self) -> Option<Fault> {
        let bytes = std::mem::take(&mut self.stray) + std::mem::take(&mut self.open).len();
        (bytes > 0).then(|| Fault::new(FaultKind::Truncated, bytes, "a message that was not finished"))
    }

    fn take(&mut self, byte: u8) {
        match (byte, self.open.len()) {
            (SOH, open) => {
                self.report_stray();
                self.open.clear();
                self.open.push(byte);
                if open > 0 {
                    self.fault(FaultKind::Truncated, open, "a message that was not finished when the next one began");
                }
            }
            (_, 0) => {
                self.stray += 1;
                if self.stray == MESSAGE_MAX_BYTES {
                    self.report_stray();
                }
            }
            (EOT, open) => {
                let mut wire = std::mem::take(&mut self.open);
                wire.push(byte);
                self.found.push_back(Message::decode(&wire).map(|message| (message, open + 1)));
            }
            (_, open) if open >= MESSAGE_MAX_BYTES => {
                self.open.clear();
                self.fault(FaultKind::Overlong, open + 1, "a message that does not end");
            }
            _ => self.open.push(byte),
        }
    }

    fn report_stray(&mut self) {
        let bytes = std::mem::take(&mut self.stray);
        if bytes > 0 {
            self.fault(FaultKind::Framing, bytes, "bytes outside a message");
        }
    }

    fn fault(&mut self, kind: FaultKind, bytes: usize, detail: &str) {
        self.found.push_back(Err(Fault::new(kind, bytes, detail)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::codec::Request;
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Result<String, FaultKind>> {
        let mut messages = Messages::default();
        messages.push(bytes);
        let found = std::iter::from_fn(|| messages.poll());
        let mut found: Vec<_> = found.map(|one| one.map(|(message, _)| message.info).map_err(|f| f.kind)).collect();
        found.extend(messages.cut().map(|fault| Err(fault.kind)));
        found
    }

    #[test]
    fn a_lost_end_costs_one_message() {
        let get = Request::Get.encode("bed", true);
        let good = Ok("MEM:GET".to_owned());
        assert_eq!(read(&[&get[..10], &get].concat()), [Err(FaultKind::Truncated), good.clone()]);
        assert_eq!(read(&[b"noise", &get[..]].concat()), [Err(FaultKind::Framing), good.clone()]);
        assert_eq!(read(&[&get[..], &get[..3]].concat()), [good, Err(FaultKind::Truncated)]);
        assert_eq!(read(&[&[SOH][..], &[b'x'; 9000]].concat())[0], Err(FaultKind::Overlong));
    }

    proptest! {
        #[test]
        fn memory_stays_bounded(bytes in prop::collection::vec(prop_oneof![30 => any::<u8>(), 1 => Just(SOH)], 0..3000)) {
            let mut messages = Messages::default();
            for byte in bytes {
                messages.push(&[byte]);
                while messages.poll().is_some() {}
                prop_assert!(messages.open.len() <= MESSAGE_MAX_BYTES && messages.found.is_empty());
            }
        }
    }
}

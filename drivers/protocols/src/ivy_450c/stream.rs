//! Finds packets in a stream. The start always begins a packet, so one that lost its end costs none but itself.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind};

use super::codec::{END, PACKET_MAX_BYTES, Packet, START, WAVE_BYTES};

/// Finds packets in a stream. Holds at most one of [`PACKET_MAX_BYTES`].
#[derive(Clone, Debug, Default)]
pub struct Packets {
    /// What came since the last packet; from its start on, if it `is_open`.
    buffer: Vec<u8>,
    is_open: bool,
    found: VecDeque<Result<(Packet, usize), Fault>>,
}

impl Packets {
    /// Takes bytes, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.take(*byte);
        }
    }

    /// The next packet with its bytes, or what was wrong.
    pub fn poll(&mut self) -> Option<Result<(Packet, usize), Fault>> {
        self.found.pop_front()
    }

    /// The packet that has begun, if any, is void.
    pub fn cut(&mut self) -> Option<Fault> {
        self.is_open = false;
        let bytes = std::mem::take(&mut self.buffer).len();
        (bytes > 0).then(|| Fault::new(FaultKind::Truncated, bytes, "a packet that was not finished"))
    }

    fn take(&mut self, byte: u8) {
        self.buffer.push(byte);
        let length = self.buffer.len();
        if byte == START[START.len() - 1] && self.buffer.ends_with(&START) {
            let before = length - START.len();
            match (before, self.is_open) {
                (0, _) => {}
                (_, true) => self.fault(FaultKind::Truncated, before, "a packet that was not finished"),
                (_, false) => self.fault(FaultKind::Framing, before, "bytes outside a packet"),
            }
            self.buffer.drain(..before);
            self.is_open = true;
        } else if self.is_open && byte == END && length > START.len() + WAVE_BYTES {
            let wire = std::mem::take(&mut self.buffer);
            self.is_open = false;
            let read = Packet::decode(&wire[START.len()..length - 1]).map(|packet| (packet, length));
            self.found.push_back(read.map_err(|detail| Fault::new(FaultKind::Framing, length, detail)));
        } else if length >= PACKET_MAX_BYTES {
            // What may be the beginning of a start is kept.
            let lost = length - (START.len() - 1);
            self.buffer.drain(..lost);
            match std::mem::take(&mut self.is_open) {
                true => self.fault(FaultKind::Overlong, lost, "a packet that does not end"),
                false => self.fault(FaultKind::Framing, lost, "bytes outside a packet"),
            }
        }
    }

    fn fault(&mut self, kind: FaultKind, bytes: usize, detail: &str) {
        self.found.push_back(Err(Fault::new(kind, bytes, detail)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::codec::{LINES, Line};
    use super::*;

    fn packet() -> Packet {
        let line = |values| Line { status: "1".into(), values: vec!["7".into(); values], ..Line::default() };
        Packet { waves: vec![END; WAVE_BYTES], lines: LINES.iter().map(|(_, values)| line(*values)).collect() }
    }

    fn read(bytes: &[u8]) -> Vec<Result<Packet, FaultKind>> {
        let mut packets = Packets::default();
        packets.push(bytes);
        let found = std::iter::from_fn(|| packets.poll());
        let mut found: Vec<_> = found.map(|one| one.map(|(packet, _)| packet).map_err(|f| f.kind)).collect();
        found.extend(packets.cut().map(|fault| Err(fault.kind)));
        found
    }

    #[test]
    fn a_lost_end_costs_one_packet() {
        let wire = packet().encode();
        let good = || Ok(packet());
        assert_eq!(read(&[&wire[..], &wire].concat()), [good(), good()], "an end among the waves is none");
        assert_eq!(read(&[&wire[..wire.len() - 1], &wire].concat()), [Err(FaultKind::Truncated), good()]);
        assert_eq!(read(&[&wire[252..], &wire].concat()), [Err(FaultKind::Framing), good()]);
        assert_eq!(read(&wire[..99]), [Err(FaultKind::Truncated)]);
        let endless = [&START[..], &vec![b'x'; 1300], &wire].concat();
        assert_eq!(read(&endless), [Err(FaultKind::Overlong), Err(FaultKind::Framing), good()]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn memory_stays_bounded(pieces in prop::collection::vec(prop_oneof![Just(START.to_vec()), prop::collection::vec(any::<u8>(), 0..600)], 0..6)) {
            let mut packets = Packets::default();
            for byte in pieces.concat() {
                packets.push(&[byte]);
                while packets.poll().is_some() {}
                prop_assert!(packets.buffer.len() <= PACKET_MAX_BYTES && packets.found.is_empty());
            }
        }
    }
}

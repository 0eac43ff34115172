//! Packets of the Ivy 450C ("ANSAR-B"): FF `ANSAR-B ` 400 wave bytes, lines of text each ended by 0D, FE.
//!
//! Source: OpenICE (mdpnp, BSD-2), with a capture of 27 packets. There is no check, so the form is the only one: the waves have
//! their length, and each of nine lines stands once, in order, with its number of fields. The stream around packets is in
//! `stream.rs`, which is re-exported here.

pub use super::stream::Packets;

/// Begins a packet.
pub const START: [u8; 9] = *b"\xFFANSAR-B ";
/// Ends a packet. Whether it can stand among the wave bytes is UNVERIFIED, so it is looked for behind them only.
pub const END: u8 = 0xFE;
/// Bytes of the five waves between start and text.
pub const WAVE_BYTES: usize = 400;
/// Longest text, in bytes. The text of the capture has 152.
pub const TEXT_MAX_BYTES: usize = 800;
/// Longest packet.
pub const PACKET_MAX_BYTES: usize = START.len() + WAVE_BYTES + TEXT_MAX_BYTES + 1;

/// One wave: how it stands in a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wave {
    /// What it shows.
    pub name: &'static str,
    /// Samples in a packet, which is a second.
    pub samples: usize,
    /// The byte that is zero.
    pub zero: u8,
}

/// The waves, in order: 200 or 50 samples a second.
pub const WAVES: [Wave; 5] = [
    Wave { name: "ECG", samples: 200, zero: 100 },
    Wave { name: "RESP", samples: 50, zero: 0 },
    Wave { name: "PLETH", samples: 50, zero: 86 },
    Wave { name: "P1", samples: 50, zero: 80 },
    Wave { name: "P2", samples: 50, zero: 0 },
];

/// Keys of the lines, in order, and how many values each has between status and label.
pub const LINES: [(&str, usize); 9] =
    [("HR", 1), ("RR", 1), ("ETCO2", 1), ("SPO2", 1), ("NIBP", 4), ("P1", 3), ("P2", 3), ("T1", 1), ("T2", 1)];

/// One line of text: `KEY=status;value;…;label;alarm`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// A digit whose meaning is not public.
    pub status: String,
    /// The values, empty where there is none.
    pub values: Vec<String>,
    /// What the values are: `ECG-II-DIAG`, `PR=80 `, `NO TRANSDUCER`.
    pub label: String,
    /// The text of an alarm, empty where there is none.
    pub alarm: String,
}

/// One packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// The wave bytes, in the order of [`WAVES`].
    pub waves: Vec<u8>,
    /// The lines, in the order of [`LINES`].
    pub lines: Vec<Line>,
}

impl Packet {
    /// The packet as the monitor sends it: for simulators and tests. Waves are cut or filled up to their length.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = START.to_vec();
        bytes.extend(self.waves.iter().copied().chain(std::iter::repeat(0)).take(WAVE_BYTES));
        for ((key, _), line) in LINES.iter().zip(&self.lines) {
            let Line { status, values, label, alarm } = line;
            bytes.extend(format!("{key}={status};{};{label};{alarm}\r", values.join(";")).bytes());
        }
        bytes.push(END);
        bytes
    }

    /// Reads what stands between start and end.
    ///
    /// # Errors
    /// What does not fit, for people.
    pub fn decode(body: &[u8]) -> Result<Packet, String> {
        let (waves, text) = body.split_at_checked(WAVE_BYTES).ok_or("a packet that is too short for its waves")?;
        if !text.iter().all(|byte| *byte == b'\r' || (b' '..=b'~').contains(byte)) {
            return Err("a packet whose text holds characters that are none".to_owned());
        }
        let text: String = text.iter().copied().map(char::from).collect();
        let Some(text) = text.strip_suffix('\r') else { return Err("a packet whose last line has no end".to_owned()) };
        let mut lines = Vec::with_capacity(LINES.len());
        let mut written = text.split('\r');
        for (key, values) in LINES {
            let line = written.next().and_then(|line| read(line, key, values));
            lines.push(line.ok_or_else(|| format!("a packet without a line {key} of its form at its place"))?);
        }
        if written.next().is_some() {
            return Err("a packet with more lines than are known".to_owned());
        }
        Ok(Packet { waves: waves.to_vec(), lines })
    }
}

fn read(line: &str, key: &str, values: usize) -> Option<Line> {
    let mut fields: Vec<String> =
        line.strip_prefix(key)?.strip_prefix('=')?.split(';').map(|field| field.trim().to_owned()).collect();
    if fields.len() != values + 3 {
        return None;
    }
    let (alarm, label) = (fields.pop()?, fields.pop()?);
    let status = fields.remove(0);
    let is_status = status.len() == 1 && status.bytes().all(|b| b.is_ascii_digit());
    is_status.then_some(Line { status, values: fields, label, alarm })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn waves_fill_their_bytes() {
        assert_eq!(WAVES.iter().map(|wave| wave.samples).sum::<usize>(), WAVE_BYTES);
    }

    fn packet() -> impl Strategy<Value = Packet> {
        let line = |count: usize| {
            let value = "[0-9]{0,3}";
            (0u8..10, prop::collection::vec(value, count), "[A-Z=-]{0,12}", "[A-Z]{0,8}")
                .prop_map(|(status, values, label, alarm)| Line { status: status.to_string(), values, label, alarm })
        };
        let lines: Vec<_> = LINES.iter().map(|(_, values)| line(*values)).collect();
        (prop::collection::vec(any::<u8>(), WAVE_BYTES), lines).prop_map(|(waves, lines)| Packet { waves, lines })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn writing_and_reading_is_identity(packet in packet()) {
            let wire = packet.encode();
            prop_assert_eq!(Packet::decode(&wire[START.len()..wire.len() - 1]), Ok(packet));
        }

        #[test]
        fn a_packet_with_a_byte_too_few_or_too_many_among_its_waves_is_refused(packet in packet(), at in 0..WAVE_BYTES, more: bool) {
            let wire = packet.encode();
            let mut body = wire[START.len()..wire.len() - 1].to_vec();
            match more {
                true => body.insert(at, 0),
                false => {
                    body.remove(at);
                }
            }
            prop_assert!(Packet::decode(&body).is_err());
        }
    }
}

//! A subrecord of a wave: sample count, status, label, samples (8005313, "Waveform subrecords").

use vigil_model::{Fault, FaultKind};

use super::record::Subrecord;

/// Bytes before the samples.
const HEAD_BYTES: usize = 6;
/// Samples at and below this are codes, not samples.
pub const CODES_FROM: i16 = -32_000;

/// Bits of the status word; other bits are set in real data and mean nothing here.
mod status {
    pub(super) const GAP: u16 = 0x0001;
    pub(super) const PACER: u16 = 0x0004;
    pub(super) const LEAD_OFF: u16 = 0x0008;
}

/// A piece of one wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// Wave type, 1 to 39.
    pub kind: u8,
    /// Whether something is missing before this piece.
    pub is_after_gap: bool,
    /// Whether a pacer has been seen.
    pub has_pacer: bool,
    /// Whether the electrode is off.
    pub is_lead_off: bool,
    /// What the wave is of, as for numbers.
    pub label: u16,
    /// The samples.
    pub samples: Vec<i16>,
}

impl Wave {
    /// Reads a subrecord.
    ///
    /// # Errors
    /// If there are fewer samples than it says.
    pub fn decode(subrecord: &Subrecord) -> Result<Wave, Fault> {
        let body = &subrecord.body;
        let word = |at: usize| body.get(at..at + 2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        let head = word(0).zip(word(2)).zip(word(4)).filter(|((count, _), _)| *count <= i16::MAX.cast_unsigned());
        let read = head.and_then(|((count, status), label)| {
            let samples = body.get(HEAD_BYTES..HEAD_BYTES + 2 * usize::from(count))?;
            Some(Wave {
                kind: subrecord.kind,
                is_after_gap: status & status::GAP != 0,
                has_pacer: status & status::PACER != 0,
                is_lead_off: status & status::LEAD_OFF != 0,
                label,
                samples: samples.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect(),
            })
        });
        read.ok_or_else(|| {
            let detail = format!("A wave of type {} with fewer samples than it says.", subrecord.kind);
            Fault::new(FaultKind::Framing, body.len(), detail)
        })
    }

    /// The subrecord: for simulators and tests.
    pub fn encode(&self) -> Subrecord {
        let bit = |is_set: bool, bit: u16| if is_set { bit } else { 0 };
        let status = bit(self.is_after_gap, status::GAP)
            | bit(self.has_pacer, status::PACER)
            | bit(self.is_lead_off, status::LEAD_OFF);
        let count = u16::try_from(self.samples.len()).unwrap_or(u16::MAX);
        let mut body = Vec::with_capacity(HEAD_BYTES + 2 * self.samples.len());
        [count, status, self.label].iter().for_each(|word| body.extend(word.to_le_bytes()));
        self.samples.iter().for_each(|sample| body.extend(sample.to_le_bytes()));
        Subrecord { kind: self.kind, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn unknown_bits_are_masked_and_a_count_that_is_too_large_is_refused() {
        let subrecord = |count: [u8; 2]| {
            let mut body = count.to_vec();
            body.extend([0xF9, 0xFF, 1, 2, 0x18, 0xFC, 0, 0x80]);
            Subrecord { kind: 1, body }
        };
        let wave = Wave::decode(&subrecord([2, 0])).unwrap();
        assert_eq!((wave.is_after_gap, wave.has_pacer, wave.is_lead_off), (true, false, true));
        assert_eq!((wave.label, wave.samples), (0x0201, vec![-1_000, i16::MIN]));
        for count in [[3, 0], [0xFF, 0x7F], [0xFF, 0xFF]] {
            assert!(Wave::decode(&subrecord(count)).is_err());
        }
        assert!(Wave::decode(&Subrecord { kind: 1, body: vec![0; 5] }).is_err());
    }

    proptest! {
        #[test]
        fn writing_and_reading_is_identity(
            kind in 1u8..40, bits: [bool; 3], label: u16, samples in prop::collection::vec(any::<i16>(), 0..700),
        ) {
            let [is_after_gap, has_pacer, is_lead_off] = bits;
            let wave = Wave { kind, is_after_gap, has_pacer, is_lead_off, label, samples };
            prop_assert_eq!(Wave::decode(&wave.encode()), Ok(wave));
        }
    }
}

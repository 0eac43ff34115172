//! A check sum that tells a torn or damaged frame from a whole one, and one event stream from another: FNV-1a, 64 bits. It is
//! no protection against intent.

/// A running sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sum(pub(crate) u64);

impl Default for Sum {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Sum {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }

    pub(crate) fn of(bytes: &[u8]) -> u32 {
        let mut sum = Sum::default();
        sum.add(bytes);
        (sum.0 ^ sum.0 >> 32) as u32
    }
}

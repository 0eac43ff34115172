//! Pauses between attempts: doubled each time up to a bound, with jitter so that many senders do not come back together.
//! The jitter is drawn from a seed, so the same run repeats.

use std::time::Duration;

/// Pauses for one thing that is tried again and again.
#[derive(Clone, Debug)]
pub struct Backoff {
    min: Duration,
    max: Duration,
    failures: u32,
    random: u64,
}

impl Backoff {
    /// Pauses from about `min` to about `max`; `name` is the seed of the jitter.
    pub fn new(min: Duration, max: Duration, name: &str) -> Self {
        // FNV-1a, so that two destinations differ.
        let random = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Self { min, max: max.max(min), failures: 0, random }
    }

    /// The pause after one more failure: between half and the whole of `min · 2^failures`, at most `max`.
    pub fn pause(&mut self) -> Duration {
        let pause = Self::step(self.min, self.max, self.failures);
        self.failures = self.failures.saturating_add(1);
        self.jittered(pause)
    }

    /// The pause after `failures` earlier failures of something counted elsewhere.
    pub fn pause_after(&mut self, failures: u32) -> Duration {
        let pause = Self::step(self.min, self.max, failures);
        self.jittered(pause)
    }

    /// It worked: the next pause is a short one again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    fn step(min: Duration, max: Duration, failures: u32) -> Duration {
        min.saturating_mul(1u32.checked_shl(failures.min(20)).unwrap_or(u32::MAX)).min(max)
    }

    fn jittered(&mut self, pause: Duration) -> Duration {
        // splitmix64
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let fraction = ((z ^ (z >> 31)) >> 40) as u32; // 24 bits
        let half = pause / 2;
        half + Duration::from_nanos(
            u64::try_from(half.as_nanos() * u128::from(fraction) / u128::from(1u32 << 24)).unwrap_or(u64::MAX),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_within_their_bounds_and_repeat() {
        let (min, max) = (Duration::from_millis(500), Duration::from_secs(30));
        let mut backoff = Backoff::new(min, max, "ehr");
        let pauses: Vec<_> = (0..40).map(|_| backoff.pause()).collect();
        for (failures, pause) in pauses.iter().enumerate() {
            let whole = min.saturating_mul(1u32.checked_shl(failures.min(20) as u32).unwrap()).min(max);
            assert!(*pause >= whole / 2 && *pause <= whole, "{failures}: {pause:?}");
        }
        backoff.reset();
        assert!(backoff.pause() <= min);
        let mut same = Backoff::new(min, max, "ehr");
        assert_eq!(pauses, (0..40).map(|_| same.pause()).collect::<Vec<_>>());
        let mut other = Backoff::new(min, max, "ehr-2");
        assert_ne!(pauses, (0..40).map(|_| other.pause()).collect::<Vec<_>>());
    }
}

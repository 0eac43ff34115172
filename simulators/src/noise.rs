//! Seeded variation without state: the same seed and the same time always give the same number.
//!
//! Not for secrets and not for statistics. There is no generator to carry about: a patient at minute seven does not need
//! the minutes before.

use std::time::Duration;

/// Mixes 64 bits (the finaliser of SplitMix64): every input bit changes about half of the output bits.
pub const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A seed for one purpose out of a seed for many.
pub const fn derive(seed: u64, purpose: u64) -> u64 {
    mix(seed ^ mix(purpose))
}

/// A number from -1 to 1 for a seed and a position.
fn signed(seed: u64, position: u64) -> f64 {
    let bits = derive(seed, position) >> 11; // 53 bits, what an f64 holds
    bits as f64 / (1u64 << 52) as f64 - 1.0
}

/// A number from -1 to 1 that wanders smoothly with time and takes about `period` to change direction.
pub fn wander(seed: u64, at: Duration, period: Duration) -> f64 {
    let coarse = octave(seed, at, period);
    let fine = octave(derive(seed, 1), at, period / 3);
    (coarse * 2.0 + fine) / 3.0
}

fn octave(seed: u64, at: Duration, period: Duration) -> f64 {
    let period_us = u64::try_from(period.as_micros()).unwrap_or(u64::MAX).max(1);
    let at_us = u64::try_from(at.as_micros()).unwrap_or(u64::MAX);
    let (cell, within) = (at_us / period_us, (at_us % period_us) as f64 / period_us as f64);
    let (from, to) = (signed(seed, cell), signed(seed, cell.wrapping_add(1)));
    from + (to - from) * smooth(within)
}

/// 0 to 1 for 0 to 1, level at both ends.
pub fn smooth(x: f64) -> f64 {
    x * x * (3.0 - 2.0 * x)
}

/// A row of decisions from one seed, for what happens one after the other: a fault plan's throws.
#[derive(Clone, Debug)]
pub struct Dice {
    seed: u64,
    throws: u64,
}

impl Dice {
    /// Dice for a seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed, throws: 0 }
    }

    /// The next 64 bits.
    pub fn throw(&mut self) -> u64 {
        self.throws = self.throws.wrapping_add(1);
        derive(self.seed, self.throws)
    }

    /// True with a probability of `rate`, 0 to 1.
    pub fn hits(&mut self, rate: f64) -> bool {
        rate > 0.0 && ((self.throw() >> 11) as f64 / (1u64 << 53) as f64) < rate
    }

    /// A number below `bound`; 0 if `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.throw() % bound as u64) as usize }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variation_stays_in_its_band_and_moves_smoothly() {
        let period = Duration::from_secs(30);
        let mut previous = wander(7, Duration::ZERO, period);
        let (mut low, mut high) = (previous, previous);
        for step in 1..20_000u64 {
            let now = wander(7, Duration::from_millis(step * 100), period);
            assert!((-1.0..=1.0).contains(&now), "{now}");
            assert!((now - previous).abs() < 0.05, "jumps from {previous} to {now}");
            (low, high, previous) = (low.min(now), high.max(now), now);
        }
        assert!(low < -0.5 && high > 0.5, "hardly moves: {low} to {high}");
    }

    #[test]
    fn dice_repeat_and_keep_their_rate() {
        let (mut a, mut b) = (Dice::new(3), Dice::new(3));
        assert!((0..100).all(|_| a.throw() == b.throw()));
        let hits = (0..10_000).filter(|_| a.hits(0.2)).count();
        assert!((1_800..2_200).contains(&hits), "{hits}");
        assert!(!a.hits(0.0) && a.hits(1.0));
        assert_eq!(a.below(0), 0);
    }
}

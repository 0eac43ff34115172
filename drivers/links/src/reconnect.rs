//! How long to wait before a lost port or connection is opened again: less than a second, and not all links at once.

use std::time::Duration;

/// Longest pause before the next attempt.
pub const RECONNECT_MAX: Duration = Duration::from_millis(1_000);

/// Shortest pause before the next attempt.
const RECONNECT_MIN: Duration = Duration::from_millis(250);

/// The pause before attempt number `attempt` of the link `id`. The jitter comes from both, so that a run can be repeated and
/// links that were lost together do not come back together.
pub(crate) fn pause(id: &str, attempt: u64) -> Duration {
    let span = (RECONNECT_MAX - RECONNECT_MIN).as_millis() as u64;
    RECONNECT_MIN + Duration::from_millis(mixed(id, attempt) % (span + 1))
}

/// FNV-1a over the id, then the final mix of SplitMix64, so that neighbouring numbers land far apart.
fn mixed(id: &str, attempt: u64) -> u64 {
    let hash = id
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
    let mut mixed = hash.wrapping_add(attempt.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_below_a_second_spread_and_repeatable() {
        let pauses: Vec<Duration> = (0..64).map(|link| pause(&format!("bus-{link}"), 1)).collect();
        assert!(pauses.iter().all(|pause| (RECONNECT_MIN..=RECONNECT_MAX).contains(pause)));
        let early = pauses.iter().filter(|pause| **pause < Duration::from_millis(625)).count();
        assert!((16..=48).contains(&early), "{early} of 64 in the first half");
        let attempts: std::collections::BTreeSet<Duration> = (0..64).map(|attempt| pause("bus-1", attempt)).collect();
        assert!(attempts.len() > 48, "{} different pauses in 64 attempts", attempts.len());
        assert_eq!(pause("bus-1", 1), pause("bus-1", 1));
    }
}

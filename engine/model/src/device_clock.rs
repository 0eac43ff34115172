//! How a device's own clock goes: how far it is off, how fast it drifts, and when it was set.
//!
//! Device clocks are wrong: years off, in local time, without a zone. Nothing is ordered or timed by them; the estimate is shown
//! to people. It is robust: single strange times change nothing, and the appliance's own clock being set is no jump of the
//! device, since times are held against the monotonic clock.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Instant, Now, Timestamp};

/// Shortest time between two samples.
const SAMPLE_EVERY: Duration = Duration::from_secs(10);
/// Samples that the offset is the median of: ten minutes.
const SAMPLES_MAX: usize = 60;
/// Time between two points of the trend.
const POINT_EVERY: Duration = Duration::from_secs(300);
/// Points of the trend: four hours.
const POINTS_MAX: usize = 48;
/// Shortest trend that gives a drift.
const TREND_MIN: Duration = Duration::from_secs(1_800);
/// Smallest jump that is told; many devices say whole seconds only.
const JUMP_MICROS_MIN: i64 = 5_000_000;
/// Samples in a row that must agree before a clock counts as set.
const CONFIRM: usize = 3;

/// The clock of one device, as far as its times tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceClock {
    /// Device time minus monotonic time, microseconds, the newest last.
    recent: VecDeque<i64>,
    /// The same of samples that do not fit to those before.
    strange: Vec<i64>,
    trend: VecDeque<(Instant, i64)>,
    sampled: Option<Now>,
    jumps: u32,
}

/// What is known of a device's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockEstimate {
    /// How far it is ahead of the appliance's UTC, milliseconds; negative if behind. Holds the delay on the wire, and a time
    /// zone if the device shows local time.
    pub offset_ms: i64,
    /// How much it gains, parts per million; negative if it loses. Not known before half an hour.
    pub drift_ppm: Option<i32>,
    /// How often it was set since it was first heard.
    pub jumps: u32,
}

/// A clock was set, or has lost its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockJump {
    /// By how much, milliseconds; negative if backwards.
    pub by_ms: i64,
}

impl DeviceClock {
    /// Takes a time that the device said as its present one, with that of its arrival.
    pub fn take(&mut self, device: Timestamp, received: Now) -> Option<ClockJump> {
        let too_soon = |last: Now| received.monotonic.since(last.monotonic) < SAMPLE_EVERY;
        if self.sampled.is_some_and(too_soon) {
            return None;
        }
        self.sampled = Some(received);
        let apart = device.as_micros().saturating_sub(micros(received.monotonic));
        if let Some((usual, limit)) = self.usual()
            && apart.saturating_sub(usual).saturating_abs() > limit
        {
            return self.strange(apart, usual, limit);
        }
        self.strange.clear();
        self.keep(apart);
        let due = self.trend.back().is_none_or(|(last, _)| received.monotonic.since(*last) >= POINT_EVERY);
        if due && self.recent.len() >= CONFIRM {
            if self.trend.len() == POINTS_MAX {
                self.trend.pop_front();
            }
            self.trend.push_back((received.monotonic, median(self.recent.iter().copied())));
        }
        None
    }

    /// What is known; `None` before a few samples.
    pub fn estimate(&self) -> Option<ClockEstimate> {
        let (usual, _) = self.usual()?;
        let last = self.sampled?;
        let ahead = usual.saturating_add(micros(last.monotonic)).saturating_sub(last.utc.as_micros());
        Some(ClockEstimate { offset_ms: ahead / 1_000, drift_ppm: self.drift_ppm(), jumps: self.jumps })
    }

    /// The usual difference, and how far from it a time may be.
    fn usual(&self) -> Option<(i64, i64)> {
        if self.recent.len() < CONFIRM {
            return None;
        }
        let usual = median(self.recent.iter().copied());
        let spread = median(self.recent.iter().map(|apart| apart.saturating_sub(usual).saturating_abs()));
        Some((usual, JUMP_MICROS_MIN.max(spread.saturating_mul(6))))
    }

    fn strange(&mut self, apart: i64, usual: i64, limit: i64) -> Option<ClockJump> {
        self.strange.retain(|other| other.saturating_sub(apart).saturating_abs() <= limit);
        self.strange.push(apart);
        if self.strange.len() < CONFIRM {
            return None;
        }
        let now = median(self.strange.iter().copied());
        self.recent = std::mem::take(&mut self.strange).into();
        self.trend.clear();
        self.jumps = self.jumps.saturating_add(1);
        Some(ClockJump { by_ms: now.saturating_sub(usual) / 1_000 })
    }

    fn keep(&mut self, apart: i64) {
        if self.recent.len() == SAMPLES_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(apart);
    }

    /// The median of the slopes between all pairs of points (Theil and Sen).
    fn drift_ppm(&self) -> Option<i32> {
        let ((first, _), (last, _)) = (self.trend.front()?, self.trend.back()?);
        if last.since(*first) < TREND_MIN {
            return None;
        }
        let pairs = self.trend.iter().enumerate().flat_map(|(index, later)| {
            self.trend.iter().take(index).map(move |earlier| {
                let (seconds, gained) = (later.0.since(earlier.0).as_secs().max(1), later.1.saturating_sub(earlier.1));
                gained / i64::try_from(seconds).unwrap_or(i64::MAX) // microseconds a second
            })
        });
        i32::try_from(median(pairs)).ok()
    }
}

fn micros(instant: Instant) -> i64 {
    i64::try_from(instant.as_micros()).unwrap_or(i64::MAX)
}

/// The lower median; 0 of nothing.
fn median(numbers: impl Iterator<Item = i64>) -> i64 {
    let mut sorted: Vec<i64> = numbers.collect();
    sorted.sort_unstable();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Both clocks of the appliance, so many seconds after its start.
    fn now(seconds: u64) -> Now {
        Now { monotonic: Instant::default(), utc: Timestamp::from_seconds(1_772_352_000) }
            .after(Duration::from_secs(seconds))
    }

    /// What a device says at a time whose clock is `ahead_s` ahead at the start, gains `ppm`, and shows whole seconds.
    fn said(at: Now, ahead_s: i64, ppm: i64) -> Timestamp {
        let gained_micros = micros(at.monotonic) / 1_000_000 * ppm;
        let exact = at.utc.as_micros() + ahead_s * 1_000_000 + gained_micros;
        Timestamp::from_seconds(exact.div_euclid(1_000_000))
    }

    #[test]
    fn offset_and_drift_are_found_in_times_of_whole_seconds() {
        for (ahead_s, ppm) in [(3_600, 0), (-86_400 * 400, 80), (12, -150)] {
            let mut clock = DeviceClock::default();
            for seconds in (0..4 * 3_600).step_by(7) {
                // All fractions of a second occur.
                let at = now(seconds).after(Duration::from_micros(seconds * 104_729 % 1_000_000));
                assert_eq!(clock.take(said(at, ahead_s, ppm), at), None);
            }
            let ClockEstimate { offset_ms, drift_ppm, jumps } = clock.estimate().unwrap();
            let expected_ms = ahead_s * 1_000 + 4 * 3_600 * ppm / 1_000;
            assert!((offset_ms - expected_ms).abs() <= 1_500, "{offset_ms} instead of {expected_ms}");
            assert!((i64::from(drift_ppm.unwrap()) - ppm).abs() <= 40, "{drift_ppm:?} instead of {ppm}");
            assert_eq!(jumps, 0);
        }
    }

    #[test]
    fn a_clock_that_is_set_is_told_once_and_a_single_strange_time_never() {
        let mut clock = DeviceClock::default();
        let mut jumps = Vec::new();
        for step in 0..60u64 {
            let seconds = step * 10;
            let ahead_s = match step {
                20 | 25 => 86_400, // strange times
                40.. => -3_600,
                _ => 0,
            };
            jumps.extend(clock.take(said(now(seconds), ahead_s, 0), now(seconds)));
        }
        assert_eq!(jumps, [ClockJump { by_ms: -3_600_000 }]);
        let estimate = clock.estimate().unwrap();
        assert_eq!((estimate.offset_ms, estimate.jumps), (-3_600_000, 1));
    }

    #[test]
    fn the_appliances_own_clock_being_set_is_no_jump_of_the_device() {
        let mut clock = DeviceClock::default();
        for step in 0..60u64 {
            let mut received = now(step * 10);
            if step >= 30 {
                received.utc = received.utc + Duration::from_secs(500);
            }
            assert_eq!(clock.take(said(now(step * 10), 0, 0), received), None);
        }
        assert_eq!(clock.estimate().unwrap().offset_ms, -500_000, "it is behind now");
    }

    #[test]
    fn a_clock_that_says_minutes_does_not_jump() {
        let mut clock = DeviceClock::default();
        for seconds in (0..7_200).step_by(10) {
            let minute = Timestamp::from_seconds(said(now(seconds), 0, 0).as_micros() / 60_000_000 * 60);
            assert_eq!(clock.take(minute, now(seconds)), None, "at {seconds} s");
        }
        assert!((-60_000..=0).contains(&clock.estimate().unwrap().offset_ms));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

        #[test]
        fn any_times_are_survived_in_bounded_memory(times in prop::collection::vec((any::<i64>(), 0u64..2_000_000_000), 0..300)) {
            let mut clock = DeviceClock::default();
            let mut at = now(0);
            for (device, wait) in times {
                at = at.after(Duration::from_micros(wait * 100));
                clock.take(Timestamp::from_micros(device), at);
            }
            clock.estimate();
            prop_assert!(clock.recent.len() <= SAMPLES_MAX && clock.trend.len() <= POINTS_MAX && clock.strange.len() < CONFIRM);
        }
    }
}

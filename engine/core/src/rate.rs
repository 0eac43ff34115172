//! How fast a metric changes: a bounded memory of its values within a window.
//!
//! The rate is the difference between the newest value and the oldest one that is not older than the window, by the time
//! between them. It is known once that time is half of the window; until then nothing can be said. Of several values within a
//! small part of the window the first is kept, so that memory is bounded however often a device reports.

use std::collections::VecDeque;
use std::time::Duration;

use vigil_model::{Direction, Instant, Quantity, RateRule};

use crate::machine::condition::Input;

/// Parts of a window of which one value each is kept.
const PARTS: u32 = 32;

/// Microseconds of a minute.
const MINUTE_US: u64 = 60_000_000;

/// Values of a metric within the window of a rule, oldest first; at most one a part of the window, and the two at its ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct History(VecDeque<(Instant, Quantity)>);

impl History {
    /// Takes a value, and says what the rate is to the rule. [`Input::Missing`] while no rate is known.
    pub(crate) fn take(&mut self, at: Instant, value: Quantity, rule: &RateRule) -> Input {
        while self.0.front().is_some_and(|(then, _)| *then + rule.window < at) {
            self.0.pop_front();
        }
        let oldest = self.0.front().copied();
        if self.0.back().is_none_or(|(then, _)| at > *then && at.since(*then) >= rule.window / PARTS) {
            self.0.push_back((at, value));
        }
        match oldest {
            Some((then, before)) if at.since(then) * 2 >= rule.window => judge(rule, before, value, at.since(then)),
            Some(_) | None => Input::Missing,
        }
    }

    /// Forgets everything: what comes next may be of another patient or sensor.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

fn judge(rule: &RateRule, before: Quantity, value: Quantity, elapsed: Duration) -> Input {
    let change = match rule.direction {
        Direction::Falling => before.checked_sub(value),
        Direction::Rising => value.checked_sub(before),
    };
    let Some(change) = change else { return Input::Missing };
    let elapsed = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    let is_faster = |per_minute: Quantity| change.cmp_scaled(MINUTE_US, per_minute, elapsed).is_gt();
    if is_faster(rule.per_minute) {
        Input::Violating
    } else if is_faster(rule.per_minute.checked_sub(rule.hysteresis).unwrap_or(rule.per_minute)) {
        Input::Near
    } else {
        Input::Clear
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_model::{ConditionKind, Manner, Priority, dim, mdc};

    fn rule(direction: Direction) -> RateRule {
        RateRule {
            id: "fall".into(),
            metric: mdc::PULS_OXIM_SAT_O2,
            unit: dim::PERCENT,
            direction,
            per_minute: Quantity::from(4),
            hysteresis: Quantity::from(1),
            window: Duration::from_secs(60),
            manner: Manner {
                condition_delay: Duration::ZERO,
                signal_delay: Duration::ZERO,
                priority: Priority::Medium,
                kind: ConditionKind::Physiological,
                latching: false,
                event: mdc::X_EVT_FAST_FALL,
                text: "fall".into(),
            },
        }
    }

    fn second(s: u64) -> Instant {
        Instant::from_micros(s * 1_000_000)
    }

    #[test]
    fn a_rate_is_known_after_half_a_window_and_equal_to_the_limit_is_no_violation() {
        let (mut history, falling) = (History::default(), rule(Direction::Falling));
        let mut take = |s: u64, tenths: i64| history.take(second(s), Quantity::new(tenths, -1), &falling);
        assert_eq!(take(0, 970), Input::Missing);
        assert_eq!(take(29, 900), Input::Missing, "seven in half a minute, and nothing is said yet");
        assert_eq!(take(30, 950), Input::Near, "2.0 in 30 s is 4.0 a minute");
        assert_eq!(take(31, 949), Input::Violating);
        assert_eq!(take(60, 940), Input::Clear, "3 in a minute");
        assert_eq!(take(61, 900), Input::Clear, "the value at 0 is too old, and since 29 nothing fell");
    }

    #[test]
    fn rising_is_the_other_way_and_forgetting_starts_anew() {
        let (mut history, rising) = (History::default(), rule(Direction::Rising));
        history.take(second(0), Quantity::from(20), &rising);
        assert_eq!(history.take(second(40), Quantity::from(23), &rising), Input::Violating);
        assert_eq!(history.take(second(41), Quantity::from(10), &rising), Input::Clear);
        history.clear();
        assert_eq!(history.take(second(42), Quantity::from(99), &rising), Input::Missing);
    }

    proptest::proptest! {
        #[test]
        fn memory_is_bounded(waits in proptest::collection::vec(0u64..3_000_000, 0..400)) {
            let (mut history, mut at, falling) = (History::default(), 0, rule(Direction::Falling));
            for wait in waits {
                at += wait;
                history.take(Instant::from_micros(at), Quantity::from(5), &falling);
                proptest::prop_assert!(history.0.len() <= PARTS as usize + 1);
            }
        }
    }
}

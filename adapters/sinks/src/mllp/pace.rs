//! So many a second and no more, evenly: each one is due an interval after the one before. What was not used is not saved
//! up, so that a pause is not followed by a burst.

use std::time::Duration;

use vigil_model::Instant;

/// A pace; `None` is no limit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    interval: Option<Duration>,
    next: Instant,
}

impl Pace {
    /// `per_second` a second; 0 is no limit.
    pub(super) fn new(per_second: u32) -> Self {
        let interval = (per_second > 0).then(|| Duration::from_secs(1) / per_second);
        Self { interval, next: Instant::from_micros(0) }
    }

    /// When the next one is due, if that is later than now.
    pub(super) fn later_than(&self, now: Instant) -> Option<Instant> {
        (self.interval.is_some() && self.next > now).then_some(self.next)
    }

    /// One was taken.
    pub(super) fn took(&mut self, now: Instant) {
        let Some(interval) = self.interval else { return };
        // A timer fires late: up to one interval is made good, so that the pace is kept on average.
        let due = self.next.max(Instant::from_micros(
            now.as_micros().saturating_sub(u64::try_from(interval.as_micros()).unwrap_or(u64::MAX)),
        ));
        self.next = due + interval;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_even_and_nothing_is_saved_up() {
        let mut pace = Pace::new(100);
        let at = |millis: u64| Instant::from_micros(millis * 1_000);
        let mut taken = 0;
        for millis in (60_000..61_000).step_by(3) {
            if pace.later_than(at(millis)).is_none() {
                pace.took(at(millis));
                taken += 1;
            }
        }
        assert!((98..=102).contains(&taken), "{taken}");
        // After a pause of a minute two are due at once, not thousands.
        let now = at(121_000);
        let burst = (0..10).take_while(|_| {
            let is_due = pace.later_than(now).is_none();
            if is_due {
                pace.took(now);
            }
            is_due
        });
        assert!(burst.count() <= 2);
        assert_eq!(Pace::new(0).later_than(now), None);
    }
}

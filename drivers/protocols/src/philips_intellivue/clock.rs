//! The monitor's two clocks as one: ticks since some start, and a date that is known now and then.
//!
//! Only used for the device's own time of a value, and for how old an episodic one is. Nothing is ordered by it.

use std::time::Duration;

use vigil_model::Timestamp;

use super::codec::attribute::id;
use super::codec::{AttributeList, time::TICKS_PER_SECOND};

/// A date and the ticks at that moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DeviceClock {
    anchor: Option<(Timestamp, u32)>,
}

impl DeviceClock {
    /// Learns from attributes of the monitor, which have both clocks.
    pub(super) fn learn(&mut self, attributes: &AttributeList) {
        let read = attributes.time(id::TIME).zip(attributes.number32(id::RELATIVE_TIME));
        self.anchor = read.or(self.anchor);
    }

    /// The monitor's date at some ticks, less than three days before or after the date was learned.
    pub(super) fn at(&self, ticks: u32) -> Option<Timestamp> {
        let (date, at) = self.anchor?;
        let passed = ticks.wrapping_sub(at).cast_signed();
        let duration =
            Duration::from_micros(u64::from(passed.unsigned_abs()) * 1_000_000 / u64::from(TICKS_PER_SECOND));
        Some(if passed < 0 { date - duration } else { date + duration })
    }
}

#[cfg(test)]
mod tests {
    use super::super::codec::Attribute;
    use super::*;

    #[test]
    fn ticks_are_counted_from_the_last_date_and_wrap() {
        let mut clock = DeviceClock::default();
        assert_eq!(clock.at(0), None);
        let date = Timestamp::from_seconds(1_772_352_000);
        let learn = |clock: &mut DeviceClock, ticks| {
            clock.learn(&AttributeList(vec![
                Attribute::time(id::TIME, date),
                Attribute::number32(id::RELATIVE_TIME, ticks),
            ]));
        };
        learn(&mut clock, 16_000);
        assert_eq!(clock.at(20_000), Some(date + Duration::from_millis(500)));
        assert_eq!(clock.at(8_000), Some(date - Duration::from_secs(1)));
        learn(&mut clock, u32::MAX);
        assert_eq!(clock.at(7_999), Some(date + Duration::from_secs(1)));
        clock.learn(&AttributeList::default());
        assert!(clock.at(0).is_some(), "a message without clocks changes nothing");
    }
}

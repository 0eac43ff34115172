//! What happens at one bed over time, ready to be asked: a checked scenario seen from one bed.
//!
//! Everything is a pure function of the time since the scenario began. Nothing here knows a protocol.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::noise::smooth;
use crate::scenario::{BedContact, EventKind, PumpAlarm, Ramp, SimulatedDevice, TextColour};
use crate::vital::Vital;

/// One point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keyframe {
    /// Time since the start of the scenario.
    pub at: Duration,
    /// The value, or `None` from here on: the sensor gives nothing.
    pub value: Option<f64>,
    /// How the value gets here from the point before.
    pub ramp: Ramp,
}

/// The course of one vital. Ascending by time, not empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve(pub(crate) Vec<Keyframe>);

impl Curve {
    /// The value at a time. `start` is the value before the first keyframe.
    pub fn value_at(&self, at: Duration, start: f64) -> Option<f64> {
        let next = self.0.partition_point(|keyframe| keyframe.at <= at);
        let (from_at, from) = match next.checked_sub(1) {
            Some(index) => (self.0[index].at, self.0[index].value),
            None => (Duration::ZERO, Some(start)),
        };
        let Some(to) = self.0.get(next) else { return from };
        let (Some(from), Some(to_value)) = (from, to.value) else { return from };
        let share = (at - from_at).as_secs_f64() / (to.at - from_at).as_secs_f64().max(f64::MIN_POSITIVE);
        match to.ramp {
            Ramp::Step => Some(from),
            Ramp::Linear => Some(from + (to_value - from) * share),
            Ramp::Smooth => Some(from + (to_value - from) * smooth(share)),
        }
    }

    /// Area under the curve from the start to `at`, in value × seconds. Where there is no value there is no area.
    pub fn area_until(&self, at: Duration, start: f64) -> f64 {
        let mut area = 0.0;
        let mut from = (Duration::ZERO, Some(start));
        for to in &self.0 {
            let end = to.at.min(at);
            if end > from.0 {
                area += piece(from, to, end);
            }
            if to.at >= at {
                return area;
            }
            from = (to.at, to.value);
        }
        area + from.1.map_or(0.0, |value| value * at.saturating_sub(from.0).as_secs_f64())
    }
}

/// Area of the piece from `from` towards `to`, up to `end`.
fn piece(from: (Duration, Option<f64>), to: &Keyframe, end: Duration) -> f64 {
    let Some(level) = from.1 else { return 0.0 };
    let (whole, part) = ((to.at - from.0).as_secs_f64(), (end - from.0).as_secs_f64());
    let x = part / whole;
    match (to.ramp, to.value) {
        (Ramp::Step, _) | (_, None) => level * part,
        (Ramp::Linear, Some(target)) => (level + (target - level) * x / 2.0) * part,
        // Integral of 3x² - 2x³ from 0 to x is x³ - x⁴/2.
        (Ramp::Smooth, Some(target)) => level * part + (target - level) * (x * x * x - x * x * x * x / 2.0) * whole,
    }
}

/// An alarm text on a simulated monitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonitorAlarm {
    /// Text as the monitor shows it.
    pub text: String,
    /// Its colour, which is its priority.
    pub colour: TextColour,
}

/// Everything a scenario says about one bed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    pub(crate) curves: BTreeMap<Vital, Curve>,
    /// Ascending by time.
    pub(crate) events: Vec<(Duration, SimulatedDevice, EventKind)>,
    pub(crate) repeat: Option<Duration>,
    pub(crate) cuff_interval: Duration,
}

impl Course {
    /// Time within the scenario: the time itself, or what is left of it after whole repeats.
    pub fn within(&self, at: Duration) -> Duration {
        let Some(period) = self.repeat.filter(|period| !period.is_zero()) else { return at };
        let (period, at) = (period.as_micros(), at.as_micros());
        Duration::from_micros(u64::try_from(at % period).unwrap_or(u64::MAX))
    }

    /// The value a scenario gives a vital; `Some(None)` where it says that there is none, `None` where it says nothing.
    pub(crate) fn scripted(&self, vital: Vital, at: Duration, start: f64) -> Option<Option<f64>> {
        self.curves.get(&vital).map(|curve| curve.value_at(self.within(at), start))
    }

    /// Area under a vital's curve since the start, repeats included; `None` if the scenario says nothing about it.
    pub(crate) fn area(&self, vital: Vital, at: Duration, start: f64) -> Option<f64> {
        let curve = self.curves.get(&vital)?;
        let Some(period) = self.repeat.filter(|period| !period.is_zero()) else {
            return Some(curve.area_until(at, start));
        };
        let rounds = (at.as_micros() / period.as_micros()) as f64;
        Some(rounds * curve.area_until(period, start) + curve.area_until(self.within(at), start))
    }

    /// Alarm texts a monitor shows, the most urgent first.
    pub fn monitor_alarms(&self, at: Duration) -> Vec<MonitorAlarm> {
        let mut shown: Vec<MonitorAlarm> = Vec::new();
        for kind in self.past(SimulatedDevice::Monitor, at) {
            match kind {
                EventKind::TextAppears { text, colour } => {
                    shown.retain(|alarm| alarm.text != *text);
                    shown.push(MonitorAlarm { text: text.clone(), colour: *colour });
                }
                EventKind::TextDisappears { text } => shown.retain(|alarm| alarm.text != *text),
                EventKind::AlarmStarts { .. }
                | EventKind::AlarmEnds { .. }
                | EventKind::ContactOn { .. }
                | EventKind::ContactOff { .. }
                | EventKind::Unplug
                | EventKind::Replug
                | EventKind::Restart => {}
            }
        }
        shown.sort_by_key(|alarm| std::cmp::Reverse(alarm.colour));
        shown
    }

    /// The alarm of a pump that started last and is not over.
    pub fn pump_alarm(&self, at: Duration) -> Option<PumpAlarm> {
        let mut present: Vec<PumpAlarm> = Vec::new();
        for kind in self.past(SimulatedDevice::Pump, at) {
            if let EventKind::AlarmStarts { alarm } = kind {
                present.retain(|other| other != alarm);
                present.push(*alarm);
            } else if let EventKind::AlarmEnds { alarm } = kind {
                present.retain(|other| other != alarm);
            }
        }
        present.last().copied()
    }

    /// Whether a contact of the bed has something to say.
    pub fn contact(&self, contact: BedContact, at: Duration) -> bool {
        let on = EventKind::ContactOn { contact };
        let off = EventKind::ContactOff { contact };
        self.past(SimulatedDevice::Bed, at).filter(|kind| **kind == on || **kind == off).last() == Some(&on)
    }

    /// Whether the cable of a device is in.
    pub fn is_plugged(&self, device: SimulatedDevice, at: Duration) -> bool {
        let moves = |kind: &&EventKind| matches!(kind, EventKind::Unplug | EventKind::Replug);
        self.past(device, at).filter(moves).last() != Some(&EventKind::Unplug)
    }

    /// How often a device has been switched off and on since the scenario began. A device that sees the number change
    /// forgets its conversation.
    pub fn restarts(&self, device: SimulatedDevice, at: Duration) -> u64 {
        let in_one = |until: Duration| -> u64 {
            self.past_within(device, until).filter(|kind| matches!(kind, EventKind::Restart)).count() as u64
        };
        match self.repeat.filter(|period| !period.is_zero()) {
            None => in_one(at),
            Some(period) => {
                let rounds = u64::try_from(at.as_micros() / period.as_micros()).unwrap_or(u64::MAX);
                rounds.saturating_mul(in_one(period)).saturating_add(in_one(self.within(at)))
            }
        }
    }

    /// When something next happens to a device, after `at`: an event, or the scenario starts again.
    pub fn next_change(&self, device: SimulatedDevice, at: Duration) -> Option<Duration> {
        let within = self.within(at);
        let event = self.events.iter().find(|(when, which, _)| *which == device && *when > within);
        let ahead = match (event, self.repeat) {
            (Some((when, ..)), _) => *when - within,
            (None, Some(period)) if self.events.iter().any(|(_, which, _)| *which == device) => period - within,
            (None, _) => return None,
        };
        Some(at + ahead)
    }

    fn past(&self, device: SimulatedDevice, at: Duration) -> impl Iterator<Item = &EventKind> {
        self.past_within(device, self.within(at))
    }

    fn past_within(&self, device: SimulatedDevice, within: Duration) -> impl Iterator<Item = &EventKind> {
        let passed = self.events.partition_point(|(when, ..)| *when <= within);
        self.events[..passed].iter().filter(move |(_, which, _)| *which == device).map(|(_, _, kind)| kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(u64, Option<f64>, Ramp)]) -> Curve {
        Curve(points.iter().map(|&(s, value, ramp)| Keyframe { at: Duration::from_secs(s), value, ramp }).collect())
    }

    #[test]
    fn curves_ramp_step_and_fall_silent() {
        let curve = curve(&[
            (10, Some(20.0), Ramp::Linear),
            (20, Some(40.0), Ramp::Step),
            (30, None, Ramp::Linear),
            (40, Some(5.0), Ramp::Linear),
        ]);
        let at = |s: u64| curve.value_at(Duration::from_secs(s), 10.0);
        assert_eq!(at(0), Some(10.0));
        assert_eq!(at(5), Some(15.0));
        assert_eq!(at(19), Some(20.0));
        assert_eq!(at(25), Some(40.0));
        assert_eq!(at(35), None);
        assert_eq!(at(99), Some(5.0));
    }

    #[test]
    fn area_is_what_many_small_steps_add_up_to() {
        let curve = curve(&[
            (10, Some(20.0), Ramp::Linear),
            (20, Some(0.0), Ramp::Smooth),
            (25, Some(8.0), Ramp::Step),
            (30, None, Ramp::Linear),
            (40, Some(6.0), Ramp::Step),
        ]);
        for end_s in [3u64, 10, 14, 20, 23, 25, 28, 33, 40, 60] {
            let steps: f64 = (0..end_s * 100)
                .filter_map(|i| curve.value_at(Duration::from_millis(i * 10 + 5), 10.0))
                .map(|value| value / 100.0)
                .sum();
            let area = curve.area_until(Duration::from_secs(end_s), 10.0);
            assert!((area - steps).abs() < 0.05, "{end_s} s: {area} against {steps}");
        }
    }
}

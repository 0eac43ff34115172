//! Measurements that somebody or something starts: cuff pressure, cardiac output, wedge pressure.
//!
//! The monitor repeats the last one with every result, with the time at which it was taken (its own time). A session reports
//! it once, when it is new: other numbers, or the same ones at another time.
//!
//! | what is seen                                     | determined at                    |
//! |--------------------------------------------------|-----------------------------------|
//! | with a time, and the monitor's clock is known    | that long ago, a day at most       |
//! | without, other than in the result before         | now                               |
//! | without, first after the association was made    | not known; questionable            |

use std::collections::BTreeMap;
use std::time::Duration;

use vigil_model::{Absence, Code, Now, Observation, Quality, Reading, Timestamp, Value};

use super::objects::Key;

/// A measurement that is older says more about the clock than about the patient.
const AGE_MAX: Duration = Duration::from_secs(24 * 3600);
/// By how much a measurement may lie in the monitor's future: its times have no fractions.
const AHEAD_MAX: Duration = Duration::from_secs(2);
/// Most objects that are remembered; what is beyond is reported every time.
const EPISODES_MAX: usize = 64;

/// The last measurement of each object.
#[derive(Clone, Debug, Default)]
pub(super) struct Episodes(BTreeMap<Key, Episode>);

/// What was shown, without its quality.
#[derive(Clone, Debug, PartialEq)]
struct Episode {
    taken: Option<Timestamp>,
    shown: Vec<(Code, Result<Value, Absence>)>,
}

impl Episodes {
    /// Takes what one object shows now and gives what of it is to be reported. `taken` is the monitor's time of the
    /// measurement, `device_now` the monitor's time now.
    pub(super) fn take(
        &mut self,
        now: Now,
        key: Key,
        (taken, device_now): (Option<Timestamp>, Option<Timestamp>),
        seen: Vec<Observation>,
    ) -> Vec<Observation> {
        let shown = seen.iter().map(|seen| (seen.metric, without_quality(&seen.reading))).collect();
        let episode = Episode { taken, shown };
        let before = self.0.get(&key);
        if before == Some(&episode) {
            return Vec::new();
        }
        let age = taken.zip(device_now).and_then(|(taken, device_now)| age(taken, device_now));
        let (determined_at, is_doubtful) = match (age, before.is_some()) {
            (Some(age), _) => (Some(now.utc - age), false),
            (None, true) => (Some(now.utc), false),
            (None, false) => (None, true),
        };
        if before.is_some() || self.0.len() < EPISODES_MAX {
            self.0.insert(key, episode);
        }
        seen.into_iter().map(|seen| dated(seen, is_doubtful, determined_at)).collect()
    }
}

fn age(taken: Timestamp, device_now: Timestamp) -> Option<Duration> {
    let is_ahead = taken.since(device_now) > AHEAD_MAX;
    Some(device_now.since(taken)).filter(|age| *age <= AGE_MAX && !is_ahead)
}

fn dated(mut seen: Observation, is_doubtful: bool, determined_at: Option<Timestamp>) -> Observation {
    if let Reading::Value(_, quality) = &mut seen.reading {
        seen.determined_at = determined_at;
        if is_doubtful && *quality == Quality::Valid {
            *quality = Quality::Questionable;
        }
    }
    seen
}

fn without_quality(reading: &Reading) -> Result<Value, Absence> {
    match reading {
        Reading::Value(value, _) => Ok(value.clone()),
        Reading::Absent(absence) => Err(*absence),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_model::{Containment, Instant, Quantity, Validity, dim, mdc};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    /// Validity and second of determination of what is told.
    fn take(
        episodes: &mut Episodes,
        times: (Option<i64>, Option<i64>),
        systolic: i64,
    ) -> Option<(Validity, Option<i64>)> {
        let now = Now { monotonic: Instant::from_micros(0), utc: at(50_000) };
        let reading = Reading::Value(Value::Numeric(Quantity::new(systolic, 0)), Quality::Valid);
        let row = Containment::new(1, 4, 1, 1);
        let seen = vec![Observation::new(mdc::PRESS_BLD_NONINV_SYS, row, Some(dim::MMHG), reading)];
        let told = episodes.take(now, (0, 7), (times.0.map(at), times.1.map(at)), seen);
        told.first().map(|told| (told.reading.validity(), told.determined_at.map(|time| time.as_micros() / 1_000_000)))
    }

    #[test]
    fn a_reading_with_a_time_is_told_once_with_its_age() {
        let mut episodes = Episodes::default();
        let mut take = |taken, now, systolic| take(&mut episodes, (Some(taken), Some(now)), systolic);
        assert_eq!(take(900, 1_000, 120), Some((Validity::Valid, Some(49_900))));
        assert_eq!(take(900, 1_010, 120), None);
        assert_eq!(take(1_021, 1_020, 120), Some((Validity::Valid, Some(50_000))), "the same number, taken anew");
        assert_eq!(take(1_021, 1_060, 121), Some((Validity::Valid, Some(49_961))));
        assert_eq!(take(9_000, 1_070, 121), Some((Validity::Valid, Some(50_000))), "from the future: now");
    }

    #[test]
    fn a_reading_without_a_time_is_doubtful_at_first_sight() {
        let mut episodes = Episodes::default();
        assert_eq!(take(&mut episodes, (None, Some(5)), 120), Some((Validity::Questionable, None)));
        assert_eq!(take(&mut episodes, (None, Some(6)), 120), None);
        assert_eq!(take(&mut episodes, (None, Some(7)), 118), Some((Validity::Valid, Some(50_000))));
    }
}

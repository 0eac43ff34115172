//! Measurements that somebody or something starts: cuff pressure, cardiac output, wedge pressure.
//!
//! The monitor shows the last one until the next and sends it with every record. It is reported when it is new, with the
//! time at which it was determined, and not again until there was a gap in the conversation. *New* is another number than
//! before, or a reading that was old and is young again. A cuff reading carries a bit that says it is older than
//! [`OLD_AFTER`]; the others have none.
//!
//! | what is seen                    | cuff, young | cuff, old                        | others       |
//! |---------------------------------|-------------|----------------------------------|--------------|
//! | first, or other after a gap     | now         | questionable, 60 s ago at least  | questionable |
//! | other than in the record before | now         | 60 s ago                         | now          |
//! | the same after a gap            | as before   | as before                        | as before    |
//! | the same                        | –           | –                                | –            |

use std::collections::BTreeMap;
use std::time::Duration;

use vigil_model::{Absence, Code, Containment, Now, Observation, Quality, Reading, Timestamp, Value};

/// From this age on the monitor marks a cuff reading as old.
const OLD_AFTER: Duration = Duration::from_secs(60);

/// The last measurement of each channel of one monitor; bounded by the table.
#[derive(Clone, Debug, Default)]
pub(super) struct Episodes {
    last: BTreeMap<Containment, Episode>,
}

#[derive(Clone, Debug)]
struct Episode {
    /// What was shown, without its quality.
    shown: Vec<(Code, Result<Value, Absence>)>,
    /// Whether it was marked as old.
    is_old: bool,
    /// What was told about it.
    told: Vec<Observation>,
    /// Whether the conversation was interrupted since then.
    after_gap: bool,
}

impl Episodes {
    /// The conversation was interrupted: what is shown afterwards is told again.
    pub(super) fn gap(&mut self) {
        self.last.values_mut().for_each(|episode| episode.after_gap = true);
    }

    /// Takes what one channel shows now and gives what of it is to be reported. `has_age` says whether the channel marks
    /// old readings.
    pub(super) fn take(
        &mut self,
        now: Now,
        channel: Containment,
        has_age: bool,
        seen: Vec<Observation>,
    ) -> Vec<Observation> {
        let is_old = seen.iter().any(|seen| matches!(seen.reading, Reading::Value(_, Quality::Questionable)));
        let shown: Vec<_> = seen.iter().map(|seen| (seen.metric, without_quality(&seen.reading))).collect();
        let before = self.last.get_mut(&channel);
        let is_continued = before.as_ref().is_some_and(|before| !before.after_gap);
        if let Some(before) = before.filter(|before| before.shown == shown && (is_old || !before.is_old)) {
            let told = if before.after_gap { before.told.clone() } else { Vec::new() };
            before.is_old = is_old;
            before.after_gap = false;
            return told;
        }
        let (doubtful, determined_at) = match (has_age, is_old, is_continued) {
            (true, false, _) | (false, _, true) => (false, Some(now.utc)),
            (true, true, true) => (false, Some(now.utc - OLD_AFTER)),
            (true, true, false) => (true, Some(now.utc - OLD_AFTER)),
            (false, _, false) => (true, None),
        };
        let told: Vec<Observation> = seen.into_iter().map(|seen| dated(seen, doubtful, determined_at)).collect();
        self.last.insert(channel, Episode { shown, is_old, told: told.clone(), after_gap: false });
        told
    }
}

fn dated(mut seen: Observation, doubtful: bool, determined_at: Option<Timestamp>) -> Observation {
    if let Reading::Value(_, quality) = &mut seen.reading {
        seen.determined_at = determined_at;
        *quality = match quality {
            Quality::Calibrating => Quality::Calibrating,
            Quality::Valid | Quality::Questionable if doubtful => Quality::Questionable,
            Quality::Valid | Quality::Questionable => Quality::Valid,
        };
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
    use Quality::{Questionable as Old, Valid};
    use vigil_model::{Instant, Quantity, Validity, dim, mdc};

    const CUFF: Containment = Containment::new(1, 4, 1, 0);

    fn at(seconds: u64) -> Now {
        Now {
            monotonic: Instant::from_micros(seconds * 1_000_000),
            utc: Timestamp::from_seconds(i64::try_from(seconds).unwrap()),
        }
    }

    /// Validity and second of determination of what is told.
    fn take(
        episodes: &mut Episodes,
        seconds: u64,
        has_age: bool,
        systolic: i64,
        quality: Quality,
    ) -> Option<(Validity, Option<i64>)> {
        let reading = Reading::Value(Value::Numeric(Quantity::new(systolic, 0)), quality);
        let row = Containment { metric: 1, ..CUFF };
        let seen = vec![Observation::new(mdc::PRESS_BLD_NONINV_SYS, row, Some(dim::MMHG), reading)];
        let told = episodes.take(at(seconds), CUFF, has_age, seen);
        told.first().map(|told| (told.reading.validity(), told.determined_at.map(|time| time.as_micros() / 1_000_000)))
    }

    #[test]
    fn a_cuff_reading_is_told_once_with_its_time() {
        let mut episodes = Episodes::default();
        let mut take = |seconds, systolic, quality| take(&mut episodes, seconds, true, systolic, quality);
        assert_eq!(take(1000, 120, Old), Some((Validity::Questionable, Some(940))), "old at first sight");
        assert_eq!(take(1010, 120, Old), None);
        assert_eq!(take(1020, 120, Valid), Some((Validity::Valid, Some(1020))), "the same number, measured anew");
        assert_eq!(take(1030, 120, Valid), None);
        assert_eq!(take(1090, 120, Old), None);
        assert_eq!(take(1100, 95, Valid), Some((Validity::Valid, Some(1100))));
        assert_eq!(take(1170, 90, Old), Some((Validity::Valid, Some(1110))), "missed while it was young");
    }

    #[test]
    fn after_a_gap_it_is_told_again_with_its_first_time() {
        let mut episodes = Episodes::default();
        assert_eq!(take(&mut episodes, 1000, true, 120, Valid), Some((Validity::Valid, Some(1000))));
        episodes.gap();
        assert_eq!(take(&mut episodes, 1100, true, 120, Old), Some((Validity::Valid, Some(1000))));
        assert_eq!(take(&mut episodes, 1110, true, 120, Old), None);
        episodes.gap();
        assert_eq!(take(&mut episodes, 9000, true, 99, Old), Some((Validity::Questionable, Some(8940))));
    }

    #[test]
    fn a_channel_without_age_is_doubtful_at_first_sight() {
        let mut episodes = Episodes::default();
        assert_eq!(take(&mut episodes, 1000, false, 120, Valid), Some((Validity::Questionable, None)));
        assert_eq!(take(&mut episodes, 1010, false, 120, Valid), None);
        assert_eq!(take(&mut episodes, 1020, false, 110, Valid), Some((Validity::Valid, Some(1020))));
    }
}

//! Alarm load: what ISA-18.2, IEC 62682 and EEMUA 191 count of an alarm system, and what clinical users ask besides. Pure
//! functions of the history of alarms; no clinical limits.
//!
//! | figure | definition |
//! |---|---|
//! | alarms | occurrences that began in the window |
//! | rate | alarms per hour of the window |
//! | flood | begins with a ten-minute interval that has more than 10 alarms, ends before the next one with fewer than 5 |
//! | chattering | three alarms of one condition that begin and end within one minute |
//! | standing | alarms that were active for more than 24 hours without a break, within the window |
//! | fleeting | alarms that ended within 15 s of their beginning |
//! | ended by itself | alarms that ended without anybody having acknowledged them |
//! | top contributors | the conditions with most alarms, and their share |
//!
//! Ten-minute intervals and hours are counted from the beginning of the window.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use vigil_model::{ConditionKind, Occurrence, Priority, Timestamp};

mod figures;

pub use figures::{Contributor, Figures, Load};

/// Length of an interval of which floods are made.
const INTERVAL: Duration = Duration::from_secs(600);
/// A flood begins with more alarms than this in an interval.
const FLOOD_BEGINS_ABOVE: u32 = 10;
/// A flood ends with fewer alarms than this in an interval.
const FLOOD_ENDS_BELOW: u32 = 5;
/// Alarms of one condition that make it chatter.
const CHATTER_ALARMS: usize = 3;
/// Within which they begin and end.
const CHATTER_WITHIN: Duration = Duration::from_secs(60);
/// An alarm that is active for longer stands.
const STANDING: Duration = Duration::from_secs(24 * 3600);
/// An alarm that ends sooner is fleeting.
const FLEETING: Duration = Duration::from_secs(15);
/// Conditions that are named as top contributors.
const TOP: usize = 10;
/// Hours that are counted one by one; a longer window has its figures without them.
const HOURS_MAX: u64 = 24 * 400;

/// One alarm from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlarmSpan {
    /// Bed.
    pub bed: Arc<str>,
    /// Device.
    pub device: Arc<str>,
    /// Identity of the condition.
    pub key: Arc<str>,
    /// Text for people.
    pub text: Arc<str>,
    /// About the patient or about equipment.
    pub kind: ConditionKind,
    /// The highest it had.
    pub priority: Priority,
    /// When people were told of it first.
    pub started: Timestamp,
    /// When it was acknowledged first.
    pub acknowledged: Option<Timestamp>,
    /// When its signal was off.
    pub ended: Option<Timestamp>,
}

impl AlarmSpan {
    /// An alarm that people were told of at `started`.
    pub fn begun(occurrence: &Occurrence, started: Timestamp) -> Self {
        Self {
            bed: occurrence.bed.clone(),
            device: occurrence.device.clone(),
            key: occurrence.key.0.clone(),
            text: occurrence.text.clone(),
            kind: occurrence.kind,
            priority: occurrence.priority,
            started,
            acknowledged: None,
            ended: None,
        }
    }
}

/// The figures of the alarms that began from `from` on and before `until`, and of those that stood then.
pub fn figures(spans: &[AlarmSpan], from: Timestamp, until: Timestamp) -> Load {
    let mut of_bed: BTreeMap<Arc<str>, Vec<&AlarmSpan>> = BTreeMap::new();
    let touching = |span: &&AlarmSpan| span.started < until && span.ended.is_none_or(|ended| ended > from);
    let spans: Vec<&AlarmSpan> = spans.iter().filter(touching).collect();
    for span in &spans {
        of_bed.entry(span.bed.clone()).or_default().push(span);
    }
    Load {
        from: from.to_string(),
        until: until.to_string(),
        ward: of(&spans, from, until),
        beds: of_bed.into_iter().map(|(bed, spans)| (bed, of(&spans, from, until))).collect(),
    }
}

fn of(touching: &[&AlarmSpan], from: Timestamp, until: Timestamp) -> Figures {
    let length = until.since(from);
    let begun: Vec<&AlarmSpan> = touching.iter().copied().filter(|span| span.started >= from).collect();
    let count = |wanted: &dyn Fn(&AlarmSpan) -> bool| number(begun.iter().filter(|span| wanted(span)).count());
    let intervals = histogram(&begun, from, length, INTERVAL);
    let (floods, flooded) = floods(&intervals);
    let ended: Vec<&AlarmSpan> = begun.iter().copied().filter(|span| span.ended.is_some()).collect();
    let share_of_ended = |wanted: &dyn Fn(&AlarmSpan) -> bool| {
        (!ended.is_empty()).then(|| ended.iter().filter(|span| wanted(span)).count() as f64 / ended.len() as f64)
    };
    let mut acknowledge: Vec<Duration> =
        begun.iter().filter_map(|span| Some(span.acknowledged?.since(span.started))).collect();
    let mut end: Vec<Duration> = begun.iter().filter_map(|span| Some(span.ended?.since(span.started))).collect();
    acknowledge.sort_unstable();
    end.sort_unstable();
    let is_hourly = length.as_secs() / 3600 < HOURS_MAX;
    Figures {
        alarms: number(begun.len()),
        physiological: count(&|span| span.kind == ConditionKind::Physiological),
        technical: count(&|span| span.kind == ConditionKind::Technical),
        advisory: count(&|span| span.kind == ConditionKind::Advisory),
        high: count(&|span| span.priority == Priority::High),
        medium: count(&|span| span.priority == Priority::Medium),
        low: count(&|span| span.priority == Priority::Low),
        per_hour: ratio(begun.len() as f64, length.as_secs_f64() / 3600.0),
        by_hour: if is_hourly { histogram(&begun, from, length, Duration::from_secs(3600)) } else { Vec::new() },
        floods,
        flood_share: ratio(f64::from(flooded) * INTERVAL.as_secs_f64(), length.as_secs_f64()).min(1.0),
        busiest_interval: intervals.iter().copied().max().unwrap_or(0),
        chattering: chattering(&begun),
        standing: number(touching.iter().filter(|span| stands(span, from, until)).count()),
        fleeting_share: share_of_ended(&|span| span.ended.is_some_and(|ended| ended.since(span.started) < FLEETING)),
        ended_by_itself_share: share_of_ended(&|span| span.acknowledged.is_none()),
        acknowledge_median_s: nearest_rank(&acknowledge, 50),
        acknowledge_p90_s: nearest_rank(&acknowledge, 90),
        end_median_s: nearest_rank(&end, 50),
        end_p90_s: nearest_rank(&end, 90),
        top: top(&begun),
    }
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Alarms that began in each piece of the window.
fn histogram(begun: &[&AlarmSpan], from: Timestamp, length: Duration, piece: Duration) -> Vec<u32> {
    let position = |offset: Duration| usize::try_from(offset.as_micros() / piece.as_micros()).unwrap_or(usize::MAX);
    let pieces = position(length) + usize::from(!length.as_micros().is_multiple_of(piece.as_micros()));
    let mut counts = vec![0; pieces];
    for span in begun {
        if let Some(count) = counts.get_mut(position(span.started.since(from))) {
            *count += 1;
        }
    }
    counts
}

/// How many floods there are, and how many intervals they last together.
fn floods(intervals: &[u32]) -> (u32, u32) {
    let (mut floods, mut flooded, mut is_flood) = (0, 0, false);
    for alarms in intervals {
        if !is_flood && *alarms > FLOOD_BEGINS_ABOVE {
            is_flood = true;
            floods += 1;
        } else if is_flood && *alarms < FLOOD_ENDS_BELOW {
            is_flood = false;
        }
        flooded += u32::from(is_flood);
    }
    (floods, flooded)
}

fn stands(span: &AlarmSpan, from: Timestamp, until: Timestamp) -> bool {
    let end = span.ended.unwrap_or(until).min(until);
    // It stands in the window if its twenty-fifth hour begins or lies in it.
    end > from && end.since(span.started) > STANDING
}

fn by_condition<'a>(begun: &[&'a AlarmSpan]) -> BTreeMap<Arc<str>, Vec<&'a AlarmSpan>> {
    let mut conditions: BTreeMap<Arc<str>, Vec<&AlarmSpan>> = BTreeMap::new();
    for span in begun {
        conditions.entry(span.key.clone()).or_default().push(span);
    }
    conditions
}

fn chattering(begun: &[&AlarmSpan]) -> Vec<Contributor> {
    let mut found = Vec::new();
    for (_, mut spans) in by_condition(begun) {
        spans.sort_by_key(|span| span.started);
        // Alarms that are part of a minute in which the condition came and went three times.
        let mut is_part = vec![false; spans.len()];
        for first in 0..spans.len().saturating_sub(CHATTER_ALARMS - 1) {
            let last = first + CHATTER_ALARMS - 1;
            let is_chatter = spans[last].ended.is_some_and(|ended| ended.since(spans[first].started) <= CHATTER_WITHIN);
            if is_chatter {
                is_part[first..=last].fill(true);
            }
        }
        let count = is_part.iter().filter(|part| **part).count();
        if count > 0 {
            found.push(contributor(spans[0], count, begun.len()));
        }
    }
    sort(&mut found);
    found
}

fn top(begun: &[&AlarmSpan]) -> Vec<Contributor> {
    let conditions = by_condition(begun);
    let mut all: Vec<Contributor> =
        conditions.values().map(|spans| contributor(spans[0], spans.len(), begun.len())).collect();
    sort(&mut all);
    all.truncate(TOP);
    all
}

fn contributor(span: &AlarmSpan, count: usize, of: usize) -> Contributor {
    let share = ratio(count as f64, of as f64);
    Contributor { key: span.key.clone(), bed: span.bed.clone(), text: span.text.clone(), count: number(count), share }
}

fn sort(contributors: &mut [Contributor]) {
    contributors.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.key.cmp(&b.key)));
}

/// The smallest value that `percent` of all do not exceed, in seconds.
fn nearest_rank(ascending: &[Duration], percent: usize) -> Option<f64> {
    let rank = (ascending.len() * percent).div_ceil(100).max(1);
    ascending.get(rank - 1).map(Duration::as_secs_f64)
}

#[cfg(test)]
#[path = "load/tests.rs"]
mod tests;

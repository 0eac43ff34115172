//! What another configuration would have made of the same night.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use vigil_journal::load::{self, AlarmSpan, Load};
use vigil_model::{Priority, Timestamp};

/// Two alarms of one condition are the same one if they overlap, or begin no further apart than this.
const SAME_WITHIN: Duration = Duration::from_secs(60);

/// How an alarm differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is there under the new configuration only.
    Added,
    /// It is there under the old configuration only.
    Lost,
    /// It begins or ends at another time, or has another priority.
    Moved,
}

/// One alarm that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Changed {
    /// How.
    pub change: Change,
    /// Bed.
    pub bed: Arc<str>,
    /// Device.
    pub device: Arc<str>,
    /// Text for people.
    pub text: Arc<str>,
    /// When it began, under the old configuration or, if it is added, under the new one.
    pub at: String,
    /// How long it lasted there, in seconds; `null` if it had not ended.
    pub seconds: Option<f64>,
    /// By how many seconds its beginning moved; later is positive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begins_s: Option<f64>,
    /// By how many seconds its end moved; later is positive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_s: Option<f64>,
    /// Its priority under the new configuration, if that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
}

/// The difference that a configuration makes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Alarms that differ, by bed and time.
    pub changes: Vec<Changed>,
    /// Alarms that are the same.
    pub same: u64,
    /// Load under the old configuration.
    pub old: Load,
    /// Load under the new one.
    pub new: Load,
}

/// Compares the alarms of the same time under two configurations.
pub fn compare(old: &[AlarmSpan], new: &[AlarmSpan], from: Timestamp, until: Timestamp) -> Comparison {
    let mut changes = Vec::new();
    let mut same = 0;
    let mut candidates: BTreeMap<&str, Vec<&AlarmSpan>> = BTreeMap::new();
    for span in new {
        candidates.entry(&span.key).or_default().push(span);
    }
    for before in old {
        let of_condition = candidates.get_mut(&*before.key);
        let found = of_condition.and_then(|list| {
            let position = list.iter().position(|after| is_same(before, after))?;
            Some(list.remove(position))
        });
        match found {
            None => changes.push((before, changed(Change::Lost, before))),
            Some(after) => match moved(before, after) {
                None => same += 1,
                Some(change) => changes.push((before, change)),
            },
        }
    }
    changes.extend(candidates.into_values().flatten().map(|after| (after, changed(Change::Added, after))));
    changes.sort_by(|(a, x), (b, y)| (&a.bed, a.started, &a.key, x.change).cmp(&(&b.bed, b.started, &b.key, y.change)));
    Comparison {
        changes: changes.into_iter().map(|(_, change)| change).collect(),
        same,
        old: load::figures(old, from, until),
        new: load::figures(new, from, until),
    }
}

fn is_same(a: &AlarmSpan, b: &AlarmSpan) -> bool {
    let near = a.started.since(b.started).max(b.started.since(a.started)) <= SAME_WITHIN;
    let reaches = |end: Option<Timestamp>, other: Timestamp| end.is_none_or(|end| end >= other);
    near || reaches(a.ended, b.started) && reaches(b.ended, a.started)
}

fn moved(before: &AlarmSpan, after: &AlarmSpan) -> Option<Changed> {
    let begins = seconds_between(before.started, after.started);
    let ends = match (before.ended, after.ended) {
        (Some(before), Some(after)) => seconds_between(before, after),
        (None, None) => 0.0,
        (Some(_), None) | (None, Some(_)) => f64::NAN,
    };
    let priority = (before.priority != after.priority).then_some(after.priority);
    if begins == 0.0 && ends == 0.0 && priority.is_none() {
        return None;
    }
    Some(Changed {
        begins_s: (begins != 0.0).then_some(begins),
        ends_s: (ends != 0.0).then_some(ends),
        priority,
        ..changed(Change::Moved, before)
    })
}

fn changed(change: Change, span: &AlarmSpan) -> Changed {
    Changed {
        change,
        bed: span.bed.clone(),
        device: span.device.clone(),
        text: span.text.clone(),
        at: span.started.to_string(),
        seconds: span.ended.map(|ended| ended.since(span.started).as_secs_f64()),
        begins_s: None,
        ends_s: None,
        priority: None,
    }
}

fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    (to.as_micros() - from.as_micros()) as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_model::ConditionKind;

    fn span(key: &str, started: i64, ended: Option<i64>) -> AlarmSpan {
        AlarmSpan {
            bed: "1".into(),
            device: "mon".into(),
            key: key.into(),
            text: "Low SpO2".into(),
            kind: ConditionKind::Physiological,
            priority: Priority::High,
            started: Timestamp::from_seconds(started),
            acknowledged: None,
            ended: ended.map(Timestamp::from_seconds),
        }
    }

    #[test]
    fn alarms_are_added_lost_moved_or_the_same() {
        let old =
            [span("a", 100, Some(200)), span("b", 100, Some(110)), span("a", 5000, Some(5010)), span("c", 9, None)];
        let new = [span("a", 130, Some(200)), span("d", 40, None), span("a", 5000, Some(5010)), span("c", 9, None)];
        let found = compare(&old, &new, Timestamp::from_seconds(0), Timestamp::from_seconds(10_000));
        let short: Vec<_> = found.changes.iter().map(|c| (c.change, c.at[11..19].to_owned(), c.begins_s)).collect();
        assert_eq!(
            short,
            [
                (Change::Added, "00:00:40".to_owned(), None),
                (Change::Moved, "00:01:40".to_owned(), Some(30.0)),
                (Change::Lost, "00:01:40".to_owned(), None),
            ]
        );
        assert_eq!(found.same, 2);
        assert_eq!((found.old.ward.alarms, found.new.ward.alarms), (4, 4));
    }
}

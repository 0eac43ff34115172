//! One metric of the naive model: every reading there was and how long it was current, and the limits that judge it.

use std::time::Duration;

use vigil_model::{
    Absence, Bed, Category, Code, Containment, Device, DeviceReport, Instant, LimitRule, LimitSide, Observation,
    Quantity, Reading, Unit, Value,
};

use crate::condition::{Condition, Verdict};
use crate::device_model::judged;

/// Readings that are kept of a metric; the newest are asked for.
const READINGS_MAX: usize = 200;

/// What a piece of knowledge about a metric is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worth {
    Number(Quantity),
    Word,
    /// The device says something that must not be used, or that it has nothing where it should.
    Unusable,
    /// An episodic metric that was not measured.
    Nothing,
    /// It was current and is not any more, or was expected and has not come.
    Stale,
}

pub(crate) struct Metric {
    code: Code,
    containment: Containment,
    unit: Option<Unit>,
    plausible: Option<(Quantity, Quantity)>,
    fresh_for: Duration,
    pub(crate) is_episodic: bool,
    pub(crate) is_measured: bool,
    pub(crate) had_valid: bool,
    /// When the newest reading is no longer current, or the next one is overdue.
    pub(crate) due: Option<Instant>,
    readings: Vec<Current>,
    /// Whether anything was ever received.
    is_seen: bool,
    pub(crate) stale: usize,
    pub(crate) invalid: usize,
    pub(crate) limits: Vec<usize>,
}

/// A reading that was current for a while.
struct Current {
    from: Instant,
    /// When that ended, and whether by something that arrived then.
    until: Option<(Instant, bool)>,
    reading: Reading,
}

pub(crate) struct Limit {
    rule: LimitRule,
    pub(crate) is_applicable: bool,
    pub(crate) is_episodic: bool,
    /// Whether its metric has a fresh valid number.
    pub(crate) has_data: bool,
    pub(crate) condition: usize,
    /// Shared by all limits of one rule on one device.
    pub(crate) cannot_evaluate: usize,
    /// Whether it is the first of its rule.
    pub(crate) is_first: bool,
}

impl Limit {
    /// Equal to the limit is no violation; back by the hysteresis and all is well.
    pub(crate) fn verdict(&self, value: Quantity) -> Verdict {
        let LimitRule { side, limit, hysteresis, .. } = &self.rule;
        let inside = match side {
            LimitSide::Low => value.checked_sub(*limit),
            LimitSide::High => limit.checked_sub(value),
        };
        let inside = inside.expect("values of devices are small");
        if inside.cmp_value(Quantity::ZERO).is_lt() {
            Verdict::Bad
        } else if inside.cmp_value(*hysteresis).is_lt() {
            Verdict::Near
        } else {
            Verdict::Good
        }
    }
}

impl Metric {
    pub(crate) fn is_of(&self, observation: &Observation) -> bool {
        self.containment == observation.containment && self.code == observation.metric
    }

    /// The reading that was current at `at`, before anything that arrived just then.
    pub(crate) fn current(&self, at: Instant) -> Option<&Reading> {
        let was = |current: &&Current| {
            current.from < at
                && current.until.is_none_or(|(until, by_arrival)| until > at || (until == at && by_arrival))
        };
        self.readings.iter().rev().find(was).map(|current| &current.reading)
    }

    /// The newest reading is not current any more.
    pub(crate) fn end(&mut self, at: Instant, by_arrival: bool) {
        if let Some(current) = self.readings.last_mut() {
            current.until.get_or_insert((at, by_arrival));
        }
    }

    /// Whatever had a reading before has its bound once more to show a new one.
    pub(crate) fn expect(&mut self, at: Instant) {
        if self.is_seen {
            self.due = Some(at + self.fresh_for);
        }
    }

    /// Takes a reading. Afterwards there is no due time if it is too old to be current at all.
    pub(crate) fn take(
        &mut self,
        at: Instant,
        report: &DeviceReport,
        observation: &Observation,
        is_of_patient: bool,
    ) -> Worth {
        self.end(at, true);
        self.is_seen = true;
        let age = observation.determined_at.map_or(Duration::ZERO, |time| report.received.utc.since(time));
        let due = report.received.monotonic.min(at) + self.fresh_for.saturating_sub(age);
        self.due = Some(due).filter(|due| *due > at);
        let reading = self.checked(observation);
        let worth = match (judged(&reading), &reading) {
            (Some(Value::Numeric(number)), _) => Worth::Number(*number),
            (Some(Value::Enumeration(_) | Value::Text(_)), _) => Worth::Word,
            (None, Reading::Absent(Absence::NotAvailable)) if self.is_episodic => Worth::Nothing,
            (None, _) => Worth::Unusable,
        };
        if self.due.is_some() && is_of_patient {
            if self.readings.len() >= READINGS_MAX {
                self.readings.drain(..READINGS_MAX / 2);
            }
            self.readings.push(Current { from: at, until: None, reading });
        }
        worth
    }

    /// A number in another unit or outside the plausible range is no number.
    fn checked(&self, observation: &Observation) -> Reading {
        let invalid = Reading::Absent(Absence::Invalid);
        match &observation.reading {
            Reading::Value(..) if observation.unit != self.unit => invalid,
            Reading::Value(Value::Numeric(number), _) => {
                let inside =
                    |(low, high): (Quantity, Quantity)| number.cmp_value(low).is_ge() && number.cmp_value(high).is_le();
                if self.plausible.is_none_or(inside) { observation.reading.clone() } else { invalid }
            }
            Reading::Value(Value::Enumeration(_) | Value::Text(_), _) | Reading::Absent(_) => {
                observation.reading.clone()
            }
        }
    }
}

/// The metrics of a device and the limits that its bed puts on them, with their conditions.
pub(crate) fn metrics(device: &Device, bed: &Bed, conditions: &mut Vec<Condition>) -> (Vec<Metric>, Vec<Limit>) {
    let (id, technical) = (&device.id, &bed.technical);
    let mut descriptors = device.profile.metrics.clone();
    descriptors.sort_by_key(|metric| (metric.containment, metric.code));
    let mut limits: Vec<Limit> = Vec::new();
    let mut condition = |key: String, priority, delay| {
        conditions.push(Condition::new(key, priority, delay));
        conditions.len() - 1
    };
    let mut metrics = Vec::new();
    let mut rules: Vec<(&LimitRule, Vec<usize>)> = bed.rules.iter().map(|rule| (rule, Vec::new())).collect();
    for metric in descriptors {
        let name = format!("{}/{}", metric.code, metric.containment);
        let mut of_metric = Vec::new();
        for (rule, of_rule) in rules.iter_mut().filter(|(rule, _)| rule.metric == metric.code) {
            let place = format!("{name}/{}/{}", rule.side.as_str(), rule.id);
            let index = condition(format!("{id}/limit/{place}"), rule.priority, rule.condition_delay);
            let is_first = of_rule.is_empty();
            let cannot_evaluate = match of_rule.first() {
                Some(first) => limits[*first].cannot_evaluate,
                None => condition(
                    format!("{id}/cannot-evaluate/{place}"),
                    technical.cannot_evaluate,
                    technical.cannot_evaluate_delay,
                ),
            };
            of_rule.push(limits.len());
            of_metric.push(limits.len());
            limits.push(Limit {
                rule: (*rule).clone(),
                is_applicable: metric.unit == Some(rule.unit),
                is_episodic: metric.episodic,
                has_data: false,
                condition: index,
                cannot_evaluate,
                is_first,
            });
        }
        metrics.push(Metric {
            code: metric.code,
            containment: metric.containment,
            unit: metric.unit,
            plausible: metric.plausible,
            fresh_for: device.fresh_for.or(metric.fresh_for).unwrap_or(device.profile.fresh_for),
            is_episodic: metric.episodic,
            is_measured: metric.category == Category::Measurement,
            had_valid: false,
            due: None,
            readings: Vec::new(),
            is_seen: false,
            stale: condition(format!("{id}/stale/{name}"), technical.stale, Duration::ZERO),
            invalid: condition(format!("{id}/invalid/{name}"), technical.invalid, technical.invalid_delay),
            limits: of_metric,
        });
    }
    for limit in &limits {
        conditions[limit.condition].signal_delay = limit.rule.signal_delay;
        conditions[limit.condition].latching = limit.rule.latching;
    }
    (metrics, limits)
}

//! What is fixed about a kind of device at a kind of bed: its metrics with their bounds, and the limits that judge them.
//!
//! Bound once at assembly, so that a step finds everything by position. Devices with the same profile, rules and bounds
//! share one layout.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    Bed, Category, Code, Containment, Device, LimitRule, LimitSide, MetricDescriptor, Profile, Quantity,
    TechnicalRules, Unit,
};

use crate::machine::condition::Input;

/// Everything fixed about a device that does not name it.
#[derive(Debug)]
pub(crate) struct Layout {
    profile: Arc<Profile>,
    fresh_for: Option<Duration>,
    rules: Vec<LimitRule>,
    /// Priorities and delays of the technical conditions.
    pub(crate) technical: TechnicalRules,
    /// Metrics, ascending by containment and code: the position in this list stands for the metric.
    pub(crate) metrics: Vec<MetricLayout>,
    /// Limits, ascending by metric.
    pub(crate) limits: Vec<LimitLayout>,
}

/// A metric of a device.
#[derive(Debug)]
pub(crate) struct MetricLayout {
    pub(crate) code: Code,
    pub(crate) containment: Containment,
    pub(crate) unit: Option<Unit>,
    pub(crate) plausible: Option<(Quantity, Quantity)>,
    /// How long a value counts as current: the device's bound, else the metric's, else the profile's.
    pub(crate) fresh_for: Duration,
    pub(crate) episodic: bool,
    /// Whether its absence is a technical condition: only what the device measures can fail to be measured. A setting or a
    /// calculated time that is not there (a pump's "more than 24 h left") is no fault.
    pub(crate) is_measured: bool,
    pub(crate) label: Arc<str>,
    /// Positions of its limits in [`Layout::limits`].
    pub(crate) limits: Range<u32>,
}

/// A limit of a metric.
#[derive(Debug)]
pub(crate) struct LimitLayout {
    side: LimitSide,
    limit: Quantity,
    /// Where a value must come back to before the condition ends.
    clear: Quantity,
    /// Whether metric and rule have the same unit. If not, the limit cannot be evaluated.
    pub(crate) applicable: bool,
    pub(crate) metric: u32,
    pub(crate) rule: LimitRule,
    /// Positions of the limits that the same rule puts on this device, itself among them, ascending: a device may measure a
    /// metric with several sensors. "Cannot evaluate" is said once for all of them, under the first.
    pub(crate) of_rule: Arc<[u32]>,
}

impl Layout {
    /// The layout of a device at a bed: one of `known` if it fits.
    pub(crate) fn of(device: &Device, bed: &Bed, known: &mut Vec<Arc<Layout>>) -> Arc<Layout> {
        let same = |layout: &&Arc<Layout>| {
            Arc::ptr_eq(&layout.profile, &device.profile)
                && layout.fresh_for == device.fresh_for
                && layout.rules == bed.rules
                && layout.technical == bed.technical
        };
        if let Some(layout) = known.iter().find(same) {
            return Arc::clone(layout);
        }
        let layout = Arc::new(Layout::new(device, bed));
        known.push(Arc::clone(&layout));
        layout
    }

    fn new(device: &Device, bed: &Bed) -> Layout {
        let mut descriptors: Vec<&MetricDescriptor> = device.profile.metrics.iter().collect();
        descriptors.sort_by_key(|metric| (metric.containment, metric.code));
        descriptors.dedup_by_key(|metric| (metric.containment, metric.code));
        let mut limits = Vec::new();
        let metrics = (0u32..)
            .zip(descriptors)
            .map(|(position, metric)| {
                let start = count(&limits);
                let rules = bed.rules.iter().filter(|rule| rule.metric == metric.code);
                limits.extend(rules.map(|rule| LimitLayout::new(position, metric, rule)));
                MetricLayout {
                    code: metric.code,
                    containment: metric.containment,
                    unit: metric.unit,
                    plausible: metric.plausible,
                    fresh_for: device.fresh_for.or(metric.fresh_for).unwrap_or(device.profile.fresh_for),
                    episodic: metric.episodic,
                    is_measured: metric.category == Category::Measurement,
                    label: Arc::clone(&metric.label),
                    limits: start..count(&limits),
                }
            })
            .collect();
        join_by_rule(&mut limits);
        Layout {
            profile: Arc::clone(&device.profile),
            fresh_for: device.fresh_for,
            rules: bed.rules.clone(),
            technical: bed.technical.clone(),
            metrics,
            limits,
        }
    }

    /// Position of a metric. `hint` is tried first: devices report their metrics in the same order again and again.
    pub(crate) fn position(&self, code: Code, containment: Containment, hint: u32) -> Option<u32> {
        let fits = |metric: &MetricLayout| metric.containment == containment && metric.code == code;
        if self.metrics.get(hint as usize).is_some_and(fits) {
            return Some(hint);
        }
        let found = self.metrics.binary_search_by(|metric| (metric.containment, metric.code).cmp(&(containment, code)));
        found.ok().and_then(|position| u32::try_from(position).ok())
    }

    /// The metric at a position that [`Self::position`] gave.
    pub(crate) fn metric(&self, position: u32) -> &MetricLayout {
        &self.metrics[position as usize]
    }

    /// Whether a number is beyond a limit of its metric.
    pub(crate) fn is_violated_by(&self, metric: &MetricLayout, value: Quantity) -> bool {
        let Range { start, end } = metric.limits;
        self.limits[start as usize..end as usize].iter().any(|limit| limit.is_violated_by(value))
    }

    /// The limit at a position of [`MetricLayout::limits`].
    pub(crate) fn limit(&self, position: u32) -> &LimitLayout {
        &self.limits[position as usize]
    }

    /// Positions of all limits.
    pub(crate) fn limit_positions(&self) -> Range<u32> {
        0..count(&self.limits)
    }

    /// Positions of all metrics.
    pub(crate) fn metric_positions(&self) -> Range<u32> {
        0..count(&self.metrics)
    }
}

/// Tells each limit of the others that its rule puts on the device.
fn join_by_rule(limits: &mut [LimitLayout]) {
    let mut positions: BTreeMap<Arc<str>, Vec<u32>> = BTreeMap::new();
    for (position, limit) in (0u32..).zip(limits.iter()) {
        positions.entry(Arc::clone(&limit.rule.id)).or_default().push(position);
    }
    let positions: BTreeMap<Arc<str>, Arc<[u32]>> = positions.into_iter().map(|(id, list)| (id, list.into())).collect();
    for limit in limits {
        if let Some(of_rule) = positions.get(&limit.rule.id) {
            limit.of_rule = Arc::clone(of_rule);
        }
    }
}

impl MetricLayout {
    /// Whether a number lies within the physically plausible range, both ends included.
    pub(crate) fn is_plausible(&self, value: Quantity) -> bool {
        self.plausible.is_none_or(|(low, high)| !less(value, low) && !less(high, value))
    }
}

impl LimitLayout {
    fn new(position: u32, metric: &MetricDescriptor, rule: &LimitRule) -> LimitLayout {
        let clear = match rule.side {
            LimitSide::Low => rule.limit.checked_add(rule.hysteresis),
            LimitSide::High => rule.limit.checked_sub(rule.hysteresis),
        };
        LimitLayout {
            side: rule.side,
            limit: rule.limit,
            clear: clear.unwrap_or(rule.limit),
            applicable: metric.unit == Some(rule.unit),
            metric: position,
            rule: rule.clone(),
            of_rule: Arc::default(),
        }
    }

    /// Whether "cannot evaluate" of its rule stands under this limit.
    pub(crate) fn speaks_for_rule(&self, position: u32) -> bool {
        self.of_rule.first() == Some(&position)
    }

    /// Whether a value is beyond the limit; equal to it is not.
    pub(crate) fn is_violated_by(&self, value: Quantity) -> bool {
        match self.side {
            LimitSide::Low => less(value, self.limit),
            LimitSide::High => less(self.limit, value),
        }
    }

    /// What a value says about the limit.
    pub(crate) fn judge(&self, value: Quantity) -> Input {
        let back = match self.side {
            LimitSide::Low => !less(value, self.clear),
            LimitSide::High => !less(self.clear, value),
        };
        if self.is_violated_by(value) {
            Input::Violating
        } else if back {
            Input::Clear
        } else {
            Input::Near
        }
    }
}

/// Whether `a` is the smaller number. Devices and rules mostly use the same precision, and then integers are compared.
fn less(a: Quantity, b: Quantity) -> bool {
    if a.exponent() == b.exponent() { a.mantissa() < b.mantissa() } else { a.cmp_value(b).is_lt() }
}

fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).expect("a profile has fewer than four billion metrics and limits")
}

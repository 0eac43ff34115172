//! What is fixed about a kind of device at a kind of bed: its metrics with their bounds, and the limits that judge them. A
//! rate is a limit on how fast a metric changes, and has its place among the limits.
//!
//! Bound once at assembly, so that a step finds everything by position. Devices with the same profile, rules and bounds
//! share one layout.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    Bed, BedRules, Category, Code, CombinedRule, ConditionKind, Containment, Device, EscalationChain, LimitRule,
    LimitSide, Manner, MetricDescriptor, Profile, Quantity, RateRule, SignalRules, TechnicalRules, Term, Unit,
};

use crate::threshold::{Threshold, less};

/// Everything fixed about a device that does not name it.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// `None` for what is no device.
    profile: Option<Arc<Profile>>,
    fresh_for: Option<Duration>,
    rules: Vec<LimitRule>,
    further: BedRules,
    /// Priorities and delays of the technical conditions.
    pub(crate) technical: TechnicalRules,
    /// Metrics, ascending by containment and code: the position in this list stands for the metric.
    pub(crate) metrics: Vec<MetricLayout>,
    /// Limits and rates, ascending by metric.
    pub(crate) limits: Vec<LimitLayout>,
    /// Combined conditions, for a bed as a whole.
    pub(crate) combined: Vec<CombinedRule>,
}

/// A metric of a device.
#[derive(Clone, Debug)]
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
    /// Whether every reading is looked at, since a rate or a combined condition needs it.
    is_followed: bool,
    pub(crate) label: Arc<str>,
    /// Positions of its limits in [`Layout::limits`].
    pub(crate) limits: Range<u32>,
}

/// A limit or rate of a metric.
#[derive(Clone, Debug)]
pub(crate) struct LimitLayout {
    pub(crate) trigger: Trigger,
    /// Whether metric and rule have the same unit. If not, the limit cannot be evaluated.
    pub(crate) applicable: bool,
    pub(crate) metric: u32,
    /// Name of the rule, unique for the bed.
    pub(crate) id: Arc<str>,
    /// Unit of the rule.
    pub(crate) unit: Unit,
    pub(crate) manner: Manner,
    /// Positions of the limits that the same rule puts on this device, itself among them, ascending: a device may measure a
    /// metric with several sensors. "Cannot evaluate" is said once for all of them, under the first.
    pub(crate) of_rule: Arc<[u32]>,
}

/// What a limit is held against.
#[derive(Clone, Debug)]
pub(crate) enum Trigger {
    /// The value.
    Value(Threshold),
    /// How fast the value changes.
    Rate(RateRule),
}

impl Layout {
    /// The layout of what is no device: the conditions of a bed as a whole, or of the appliance.
    pub(crate) fn of_no_device(further: &BedRules, technical: &TechnicalRules) -> Arc<Layout> {
        Arc::new(Layout {
            profile: None,
            fresh_for: None,
            rules: Vec::new(),
            further: further.clone(),
            technical: technical.clone(),
            metrics: Vec::new(),
            limits: Vec::new(),
            combined: further.combined.clone(),
        })
    }

    /// How the signals of the bed behave.
    pub(crate) fn signals(&self) -> &SignalRules {
        &self.further.signals
    }

    /// Who is told in which order.
    pub(crate) fn escalation(&self) -> Option<&EscalationChain> {
        self.further.escalation.as_ref()
    }

    /// The layout of a device at a bed: one of `known` if it fits.
    pub(crate) fn of(device: &Device, bed: &Bed, known: &mut Vec<Arc<Layout>>) -> Arc<Layout> {
        let same = |layout: &&Arc<Layout>| {
            layout.profile.as_ref().is_some_and(|profile| Arc::ptr_eq(profile, &device.profile))
                && layout.fresh_for == device.fresh_for
                && layout.rules == bed.rules
                && layout.technical == bed.technical
                && layout.further == bed.further
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
                limits.extend(rules.map(|rule| LimitLayout::of_limit(position, metric, rule)));
                let mut rates = bed.further.rates.iter().filter(|rule| rule.metric == metric.code).peekable();
                let combined = bed.further.combined.iter().any(|rule| looks_at(rule, metric.code));
                let is_followed = combined || rates.peek().is_some();
                limits.extend(rates.map(|rule| LimitLayout::of_rate(position, metric, rule)));
                MetricLayout {
                    code: metric.code,
                    containment: metric.containment,
                    unit: metric.unit,
                    plausible: metric.plausible,
                    fresh_for: device.fresh_for.or(metric.fresh_for).unwrap_or(device.profile.fresh_for),
                    episodic: metric.episodic,
                    is_measured: metric.category == Category::Measurement,
                    is_followed,
                    label: Arc::clone(&metric.label),
                    limits: start..count(&limits),
                }
            })
            .collect();
        join_by_rule(&mut limits);
        Layout {
            profile: Some(Arc::clone(&device.profile)),
            fresh_for: device.fresh_for,
            rules: bed.rules.clone(),
            further: bed.further.clone(),
            technical: bed.technical.clone(),
            metrics,
            limits,
            combined: Vec::new(),
        }
    }

    /// Position of a metric. `hint` is tried first: devices report their metrics in the same order again and again.
    #[inline]
    pub(crate) fn position(&self, code: Code, containment: Containment, hint: u32) -> Option<u32> {
        let fits = |metric: &MetricLayout| metric.containment == containment && metric.code == code;
        if self.metrics.get(hint as usize).is_some_and(fits) {
            return Some(hint);
        }
        let found = self.metrics.binary_search_by(|metric| (metric.containment, metric.code).cmp(&(containment, code)));
        found.ok().and_then(|position| u32::try_from(position).ok())
    }

    /// The metric at a position that [`Self::position`] gave.
    #[inline]
    pub(crate) fn metric(&self, position: u32) -> &MetricLayout {
        &self.metrics[position as usize]
    }

    /// Whether a number of a metric must be looked at although nothing is the matter with the metric.
    #[inline]
    pub(crate) fn is_of_interest(&self, metric: &MetricLayout, value: Quantity) -> bool {
        let Range { start, end } = metric.limits;
        metric.is_followed || self.limits[start as usize..end as usize].iter().any(|limit| limit.is_violated_by(value))
    }

    /// The limit at a position of [`MetricLayout::limits`].
    #[inline]
    pub(crate) fn limit(&self, position: u32) -> &LimitLayout {
        &self.limits[position as usize]
    }

    /// Puts another limit in the place of a rule's.
    pub(crate) fn set_limit(&mut self, rule: &LimitRule, limit: Quantity) {
        for of_rule in self.limits.iter_mut().filter(|of| of.id == rule.id) {
            if let Trigger::Value(threshold) = &mut of_rule.trigger {
                *threshold = Threshold::new(rule.side, limit, rule.hysteresis);
            }
        }
    }

    /// Positions of all limits.
    pub(crate) fn limit_positions(&self) -> Range<u32> {
        0..count(&self.limits)
    }

    /// Positions of all combined conditions.
    pub(crate) fn combined_positions(&self) -> Range<u32> {
        0..count(&self.combined)
    }

    /// The combined condition at a position.
    pub(crate) fn combined(&self, position: u32) -> &CombinedRule {
        &self.combined[position as usize]
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
        positions.entry(Arc::clone(&limit.id)).or_default().push(position);
    }
    let positions: BTreeMap<Arc<str>, Arc<[u32]>> = positions.into_iter().map(|(id, list)| (id, list.into())).collect();
    for limit in limits {
        if let Some(of_rule) = positions.get(&limit.id) {
            limit.of_rule = Arc::clone(of_rule);
        }
    }
}

impl MetricLayout {
    /// Whether a number lies within the physically plausible range, both ends included.
    #[inline]
    pub(crate) fn is_plausible(&self, value: Quantity) -> bool {
        self.plausible.is_none_or(|(low, high)| !less(value, low) && !less(high, value))
    }
}

impl LimitLayout {
    fn of_limit(position: u32, metric: &MetricDescriptor, rule: &LimitRule) -> LimitLayout {
        LimitLayout {
            trigger: Trigger::Value(Threshold::new(rule.side, rule.limit, rule.hysteresis)),
            applicable: metric.unit == Some(rule.unit),
            metric: position,
            id: Arc::clone(&rule.id),
            unit: rule.unit,
            manner: Manner {
                condition_delay: rule.condition_delay,
                signal_delay: rule.signal_delay,
                priority: rule.priority,
                kind: ConditionKind::Physiological,
                latching: rule.latching,
                event: rule.event,
                text: Arc::clone(&rule.text),
            },
            of_rule: Arc::default(),
        }
    }

    fn of_rate(position: u32, metric: &MetricDescriptor, rule: &RateRule) -> LimitLayout {
        LimitLayout {
            trigger: Trigger::Rate(rule.clone()),
            applicable: metric.unit == Some(rule.unit),
            metric: position,
            id: Arc::clone(&rule.id),
            unit: rule.unit,
            manner: rule.manner.clone(),
            of_rule: Arc::default(),
        }
    }

    /// Kind and side, as they stand in its key.
    pub(crate) fn key_words(&self) -> (&'static str, &'static str) {
        match &self.trigger {
            Trigger::Value(threshold) => ("limit", threshold.side.as_str()),
            Trigger::Rate(rule) => ("rate", rule.direction.as_str()),
        }
    }

    /// The limit on the value, if it is one.
    pub(crate) fn limit(&self) -> Option<(LimitSide, Quantity)> {
        match &self.trigger {
            Trigger::Value(threshold) => Some((threshold.side, threshold.limit)),
            Trigger::Rate(_) => None,
        }
    }

    /// Whether "cannot evaluate" of its rule stands under this limit.
    pub(crate) fn speaks_for_rule(&self, position: u32) -> bool {
        self.of_rule.first() == Some(&position)
    }

    #[inline]
    fn is_violated_by(&self, value: Quantity) -> bool {
        match &self.trigger {
            Trigger::Value(threshold) => threshold.is_violated_by(value),
            Trigger::Rate(_) => true, // only its history can tell
        }
    }
}

/// Whether a combined condition looks at a metric.
fn looks_at(rule: &CombinedRule, code: Code) -> bool {
    rule.terms.iter().any(|term| match term {
        Term::Beyond { metric, .. } | Term::State { metric, .. } => *metric == code,
        Term::Alarm { .. } => false,
    })
}

fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).expect("a profile has fewer than four billion metrics and limits")
}

//! What a condition is called: its key, event, text, priority and source.

use std::fmt;
use std::sync::Arc;

use vigil_model::{
    AlarmSource, AlarmState, Code, ConditionKey, ConditionKind, Containment, DeviceAlarm, Occurrence, OccurrenceId,
    Priority, Quantity, Timestamp, Value, mdc,
};

use crate::device::{ConditionRef, Fixed};

/// The row of the whole device.
const WHOLE_DEVICE: Containment = Containment::new(1, 0, 0, 0);

/// The key of a limit or technical condition: the same after a restart and under another order of devices or rules.
///
/// `mon-1/limit/MDC_PULS_OXIM_SAT_O2/1.2.1.1/low/spo2-low`: device, kind, metric, row, side, rule. The name of the rule is
/// part of it since a bed may have two limits on one side of a metric.
pub(crate) fn key(fixed: &Fixed, condition: ConditionRef) -> ConditionKey {
    let device = &fixed.id;
    let of_metric = |kind: &str, position: u32| {
        let metric = fixed.layout.metric(position);
        text(format_args!("{device}/{kind}/{}/{}", metric.code, metric.containment))
    };
    let of_limit = |kind: &str, position: u32| {
        let limit = fixed.layout.limit(position);
        let metric = fixed.layout.metric(limit.metric);
        let side = limit.rule.side.as_str();
        text(format_args!("{device}/{kind}/{}/{}/{side}/{}", metric.code, metric.containment, limit.rule.id))
    };
    ConditionKey(match condition {
        ConditionRef::LinkLost => text(format_args!("{device}/link-lost")),
        ConditionRef::Limit(position) => of_limit("limit", position),
        ConditionRef::CannotEvaluate(position) => of_limit("cannot-evaluate", position),
        ConditionRef::Stale(position) => of_metric("stale", position),
        ConditionRef::Invalid(position) => of_metric("invalid", position),
        ConditionRef::Raised(number) => text(format_args!("{device}/alarm/{number}")),
    })
}

/// The key of an alarm that a device raises by itself. Event, row and text tell alarms of one device apart.
pub(crate) fn raised_key(device: &str, event: Code, source: Containment, words: &str) -> ConditionKey {
    ConditionKey(text(format_args!("{device}/alarm/{event}/{source}/{words}")))
}

/// The first statement about a condition of a device.
pub(crate) fn begin(
    id: OccurrenceId,
    fixed: &Fixed,
    condition: ConditionRef,
    raised: Option<&DeviceAlarm>,
    value: Option<Quantity>,
    onset: Timestamp,
) -> Occurrence {
    let description = match raised {
        Some(alarm) => Description::of_alarm(fixed, alarm),
        None => Description::of(fixed, condition, value),
    };
    Occurrence {
        id,
        key: description.key,
        bed: Arc::clone(&fixed.bed_id),
        device: Arc::clone(&fixed.id),
        kind: description.kind,
        priority: description.priority,
        event: description.event,
        text: description.text,
        source: description.source,
        latching: description.latching,
        state: AlarmState::Active,
        inactivation: Vec::new(),
        onset,
        changed: onset,
    }
}

struct Description {
    key: ConditionKey,
    kind: ConditionKind,
    priority: Priority,
    event: Code,
    text: Arc<str>,
    source: AlarmSource,
    latching: bool,
}

impl Description {
    fn of_alarm(fixed: &Fixed, alarm: &DeviceAlarm) -> Description {
        Description {
            key: raised_key(&fixed.id, alarm.event, alarm.source, &alarm.text),
            kind: alarm.kind,
            priority: alarm.priority,
            event: alarm.event,
            text: Arc::clone(&alarm.text),
            source: AlarmSource { containment: alarm.source, metric: None, value: None, unit: None, limit: None },
            latching: false,
        }
    }

    fn of(fixed: &Fixed, condition: ConditionRef, value: Option<Quantity>) -> Description {
        let technical = &fixed.layout.technical;
        let of_metric = |priority: Priority, event: Code, words: fmt::Arguments<'_>, position: u32| {
            let metric = fixed.layout.metric(position);
            Description {
                key: key(fixed, condition),
                kind: ConditionKind::Technical,
                priority,
                event,
                text: text(words),
                source: AlarmSource {
                    containment: metric.containment,
                    metric: Some(metric.code),
                    value: None,
                    unit: metric.unit,
                    limit: None,
                },
                latching: false,
            }
        };
        match condition {
            ConditionRef::LinkLost | ConditionRef::Raised(_) => Description {
                key: key(fixed, condition),
                kind: ConditionKind::Technical,
                priority: technical.link_lost,
                event: mdc::EVT_COMM_LOST,
                text: "Link lost".into(),
                source: AlarmSource { containment: WHOLE_DEVICE, metric: None, value: None, unit: None, limit: None },
                latching: false,
            },
            ConditionRef::Stale(position) => {
                let label = &fixed.layout.metric(position).label;
                of_metric(technical.stale, mdc::X_EVT_STALE, format_args!("No current {label}"), position)
            }
            ConditionRef::Invalid(position) => {
                let label = &fixed.layout.metric(position).label;
                of_metric(technical.invalid, mdc::X_EVT_INVALID, format_args!("No usable {label}"), position)
            }
            ConditionRef::CannotEvaluate(position) => {
                let limit = fixed.layout.limit(position);
                let words = format_args!("Cannot judge: {}", limit.rule.text);
                let told = of_metric(technical.cannot_evaluate, mdc::X_EVT_CANNOT_EVALUATE, words, limit.metric);
                let source = AlarmSource {
                    unit: Some(limit.rule.unit),
                    limit: Some((limit.rule.side, limit.rule.limit)),
                    ..told.source
                };
                Description { source, ..told }
            }
            ConditionRef::Limit(position) => {
                let limit = fixed.layout.limit(position);
                let told =
                    of_metric(limit.rule.priority, limit.rule.event, format_args!("{}", limit.rule.text), limit.metric);
                let source = AlarmSource {
                    value: value.map(Value::Numeric),
                    unit: Some(limit.rule.unit),
                    limit: Some((limit.rule.side, limit.rule.limit)),
                    ..told.source
                };
                Description { kind: ConditionKind::Physiological, source, latching: limit.rule.latching, ..told }
            }
        }
    }
}

fn text(words: fmt::Arguments<'_>) -> Arc<str> {
    words.to_string().into()
}

//! What a condition is called: its key, event, text, priority and source.

use std::fmt;
use std::sync::Arc;

use vigil_model::{
    AlarmSource, AlarmState, Code, ConditionKey, ConditionKind, Containment, DeviceAlarm, DeviceLimits, Manner,
    Occurrence, OccurrenceId, Priority, Quantity, Timestamp, Unit, Value, mdc,
};

use crate::device::{ConditionRef, Fixed};

/// The row of the whole device.
const WHOLE_DEVICE: Containment = Containment::new(1, 0, 0, 0);

/// The key of a limit or technical condition: the same after a restart and under another order of devices or rules.
///
/// `mon-1/limit/MDC_PULS_OXIM_SAT_O2/1.2.1.1/low/spo2-low`: device, kind, metric, row, side, rule. The name of the rule is
/// part of it since a bed may have two limits on one side of a metric. What is about the bed as a whole begins with `@` and
/// the id of the bed, `@bed-1/exists/combined/septic`, which no id of a device does; `@` alone is the appliance.
pub(crate) fn key(fixed: &Fixed, condition: ConditionRef) -> ConditionKey {
    let device = &fixed.name;
    let of_metric = |kind: &str, position: u32| {
        let metric = fixed.layout.metric(position);
        text(format_args!("{device}/{kind}/{}/{}", metric.code, metric.containment))
    };
    let of_limit = |lacks: bool, position: u32| {
        let limit = fixed.layout.limit(position);
        let metric = fixed.layout.metric(limit.metric);
        let (kind, side) = limit.key_words();
        let kind = if lacks { "cannot-evaluate" } else { kind };
        text(format_args!("{device}/{kind}/{}/{}/{side}/{}", metric.code, metric.containment, limit.id))
    };
    let of_combined = |kind: &str, position: u32| {
        text(format_args!("{device}/{kind}/combined/{}", fixed.layout.combined(position).id))
    };
    ConditionKey(match condition {
        ConditionRef::LinkLost => text(format_args!("{device}/link-lost")),
        ConditionRef::OtherDevice => text(format_args!("{device}/other-device")),
        ConditionRef::ClockJumped => text(format_args!("{device}/clock-jumped")),
        ConditionRef::Limit(position) => of_limit(false, position),
        ConditionRef::CannotEvaluate(position) => of_limit(true, position),
        ConditionRef::Combined(position) => of_combined("exists", position),
        ConditionRef::CannotCombine(position) => of_combined("cannot-evaluate", position),
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
    device_limits: Option<Box<DeviceLimits>>,
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
        source: AlarmSource { device_limits, ..description.source },
        latching: description.latching,
        state: AlarmState::Active,
        inactivation: Vec::new(),
        count: 1,
        restarts: 0,
        escalation: None,
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
            key: raised_key(&fixed.name, alarm.event, alarm.source, &alarm.text),
            kind: alarm.kind,
            priority: alarm.priority,
            event: alarm.event,
            text: Arc::clone(&alarm.text),
            source: AlarmSource { containment: alarm.source, ..whole_device() },
            latching: false,
        }
    }

    /// A technical condition of the whole device, bed or appliance.
    fn technical(key: ConditionKey, priority: Priority, event: Code, words: &str, latching: bool) -> Description {
        let (kind, source, text) = (ConditionKind::Technical, whole_device(), words.into());
        Description { key, kind, priority, event, text, source, latching }
    }

    fn by_rule(key: ConditionKey, manner: &Manner, source: AlarmSource) -> Description {
        let Manner { kind, priority, event, latching, .. } = *manner;
        Description { key, kind, priority, event, text: Arc::clone(&manner.text), source, latching }
    }

    fn of(fixed: &Fixed, condition: ConditionRef, value: Option<Quantity>) -> Description {
        let (technical, key) = (&fixed.layout.technical, key(fixed, condition));
        let of_metric = |position: u32, unit: Option<Unit>| {
            let metric = fixed.layout.metric(position);
            let (containment, code) = (metric.containment, Some(metric.code));
            AlarmSource { containment, metric: code, unit: unit.or(metric.unit), ..whole_device() }
        };
        match condition {
            // A device's own alarm is described by what the device said.
            ConditionRef::LinkLost | ConditionRef::Raised(_) => {
                Description::technical(key, technical.link_lost, mdc::EVT_COMM_LOST, "Link lost", false)
            }
            ConditionRef::OtherDevice => {
                let (event, words) = (mdc::X_EVT_IDENTITY_CHANGED, "Another device than before");
                Description::technical(key, technical.identity_changed, event, words, true)
            }
            ConditionRef::ClockJumped => {
                let words =
                    if fixed.id.is_empty() { "The appliance's clock jumped" } else { "The device's clock jumped" };
                Description::technical(key, technical.clock_jumped, mdc::X_EVT_CLOCK_JUMPED, words, true)
            }
            ConditionRef::Stale(position) => {
                let words = format!("No current {}", fixed.layout.metric(position).label);
                let told = Description::technical(key, technical.stale, mdc::X_EVT_STALE, &words, false);
                Description { source: of_metric(position, None), ..told }
            }
            ConditionRef::Invalid(position) => {
                let words = format!("No usable {}", fixed.layout.metric(position).label);
                let told = Description::technical(key, technical.invalid, mdc::X_EVT_INVALID, &words, false);
                Description { source: of_metric(position, None), ..told }
            }
            ConditionRef::CannotEvaluate(position) => {
                let limit = fixed.layout.limit(position);
                let words = format!("Cannot judge: {}", limit.manner.text);
                let event = mdc::X_EVT_CANNOT_EVALUATE;
                let told = Description::technical(key, technical.cannot_evaluate, event, &words, false);
                let source = AlarmSource { limit: limit.limit(), ..of_metric(limit.metric, Some(limit.unit)) };
                Description { source, ..told }
            }
            ConditionRef::Limit(position) => {
                let limit = fixed.layout.limit(position);
                let source = of_metric(limit.metric, Some(limit.unit));
                let source = AlarmSource { value: value.map(Value::Numeric), limit: limit.limit(), ..source };
                Description::by_rule(key, &limit.manner, source)
            }
            ConditionRef::Combined(position) => {
                Description::by_rule(key, &fixed.layout.combined(position).manner, whole_device())
            }
            ConditionRef::CannotCombine(position) => {
                let words = format!("Cannot judge: {}", fixed.layout.combined(position).manner.text);
                let event = mdc::X_EVT_CANNOT_EVALUATE;
                Description::technical(key, technical.cannot_evaluate, event, &words, false)
            }
        }
    }
}

fn whole_device() -> AlarmSource {
    let containment = WHOLE_DEVICE;
    AlarmSource { containment, metric: None, value: None, unit: None, limit: None, device_limits: None }
}

fn text(words: fmt::Arguments<'_>) -> Arc<str> {
    words.to_string().into()
}

//! Components of a device entity. An entity a device, with its metrics and conditions in lists by position: what is judged
//! together lies together.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bevy_ecs::component::Component;
use vigil_model::{
    Absence, DeviceAlarm, DeviceClock, DeviceLimits, Freshness, Identity, Instant, LinkState, Occurrence,
    OperatingMode, Priority, Quality, Quantity, Reading, Timestamp, Value,
};

use crate::deadlines::NEVER;
use crate::layout::Layout;
use crate::machine::condition::Condition;
use crate::machine::escalation::Escalation;
use crate::machine::signal::Signal;
use crate::rate::History;

/// What is fixed about a device, or another member that can have conditions: a bed as a whole, or the appliance.
#[derive(Component, Debug)]
pub(crate) struct Fixed {
    /// Position among the members; for a device, in the ward's list of devices.
    pub(crate) index: u32,
    /// Position of its bed; `u32::MAX` for the appliance.
    pub(crate) bed: u32,
    /// Configured id of the device; empty for what is none.
    pub(crate) id: Arc<str>,
    /// Configured id of the bed; empty for the appliance.
    pub(crate) bed_id: Arc<str>,
    /// First word of the keys of its conditions: the id of the device, else `@` and the id of the bed, if any.
    pub(crate) name: Arc<str>,
    pub(crate) layout: Arc<Layout>,
    pub(crate) quiet_time: Duration,
    /// Whether something is calculated from what it says, so that every number is a fact, also one that changes no
    /// condition.
    pub(crate) is_fed: bool,
    /// How often its observations are reported; not zero.
    pub(crate) report_interval: Duration,
    /// Report intervals are counted from here.
    pub(crate) started: Instant,
}

/// Connection, identity and mode.
#[derive(Component, Debug)]
pub(crate) struct Connection {
    /// As last said.
    pub(crate) link: LinkState,
    /// When that began.
    pub(crate) since: Timestamp,
    /// Whether contact is lost. Ends only when the device is heard, not when its port is being opened again.
    pub(crate) lost: bool,
    /// When the device itself last said anything.
    pub(crate) heard: Instant,
    /// Time of the newest report: a later one never counts as earlier.
    pub(crate) moved_to: Instant,
    pub(crate) identity: Identity,
    pub(crate) mode: OperatingMode,
    /// Microseconds by which the device's own time was ahead of the monotonic clock at the last reading that had one.
    pub(crate) clock_offset_us: Option<i64>,
    /// How the device's own clock goes, as its times tell.
    pub(crate) clock: DeviceClock,
    /// Wire faults, in the order of `FaultKind::ALL`.
    pub(crate) faults: [u64; 8],
}

/// Latest knowledge of each metric.
#[derive(Component, Debug)]
pub(crate) struct Metrics {
    /// By position in the layout.
    pub(crate) latest: Vec<Latest>,
    /// Position at which the next observation is expected.
    pub(crate) hint: u32,
    /// Not later than the next deadline of the device in `Supervise`.
    pub(crate) next: Instant,
    /// End of the report interval in which something was observed.
    pub(crate) interval_end: Option<Instant>,
    /// Start of that interval, where another patient was bound to the bed within it.
    pub(crate) interval_start: Option<Instant>,
    /// What was determined before is not of whom is bound to the bed now.
    pub(crate) of_patient_since: Option<(Instant, Timestamp)>,
}

impl Metrics {
    /// Nothing is known.
    pub(crate) const fn new(latest: Vec<Latest>, next: Instant) -> Self {
        Self { latest, hint: 0, next, interval_end: None, interval_start: None, of_patient_since: None }
    }
}

/// Latest knowledge of one metric.
#[derive(Clone, Debug)]
pub(crate) struct Latest {
    pub(crate) reading: Reading,
    pub(crate) standing: Standing,
    /// It is a fresh valid value and all conditions about it are absent: another number within the limits changes nothing
    /// and is not handed to `Judge`. Given by `Judge`, and taken back with every fact about the metric.
    pub(crate) settled: bool,
    /// When it arrived.
    pub(crate) arrived: Instant,
    /// When it is stale, or overdue after the link came back; [`NEVER`] once that has been said.
    pub(crate) due: Instant,
    pub(crate) determined_at: Timestamp,
    pub(crate) device_time: Option<Timestamp>,
    pub(crate) limits: Option<Box<DeviceLimits>>,
}

/// What the latest reading is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing has been received since the start.
    Never,
    /// Within its bound.
    Current,
    /// Received in, or followed by, an operating mode other than normal: not of a patient.
    NotOfPatient,
    /// Older than its bound, or the link is lost.
    Stale {
        /// Since when.
        since: Instant,
    },
}

impl Latest {
    /// Nothing is known.
    pub(crate) const fn never() -> Self {
        Self {
            reading: Reading::Absent(Absence::NotAvailable),
            standing: Standing::Never,
            settled: false,
            arrived: Instant::from_micros(0),
            due: NEVER,
            determined_at: Timestamp::from_micros(0),
            device_time: None,
            limits: None,
        }
    }

    /// Whether anything has been received since the start.
    pub(crate) fn is_seen(&self) -> bool {
        self.standing != Standing::Never
    }

    /// What may be used at `now`, whether or not a step has run since the bound passed.
    pub(crate) fn freshness(&self, now: Instant) -> Freshness<(Value, Quality)> {
        match self.standing {
            Standing::Never => Freshness::Never,
            Standing::Stale { since } => Freshness::Stale { since },
            Standing::Current | Standing::NotOfPatient if self.due <= now => Freshness::Stale { since: self.due },
            Standing::NotOfPatient => Freshness::Invalid(Absence::Invalid),
            Standing::Current => match &self.reading {
                Reading::Value(value, quality) => Freshness::Fresh((value.clone(), *quality)),
                Reading::Absent(absence) => Freshness::Invalid(*absence),
            },
        }
    }
}

impl Conditions {
    /// State of a condition.
    #[inline]
    pub(crate) fn get(&self, condition: ConditionRef) -> Condition {
        match condition {
            ConditionRef::LinkLost => self.link_lost,
            ConditionRef::OtherDevice => self.other_device,
            ConditionRef::ClockJumped => self.clock_jumped,
            ConditionRef::Limit(limit) => self.limits[limit as usize].limit,
            ConditionRef::CannotEvaluate(limit) => self.limits[limit as usize].cannot_evaluate,
            ConditionRef::Stale(metric) => self.metrics[metric as usize].stale,
            ConditionRef::Invalid(metric) => self.metrics[metric as usize].invalid,
            ConditionRef::Combined(rule) => self.combined[rule as usize].exists,
            ConditionRef::CannotCombine(rule) => self.combined[rule as usize].cannot_evaluate,
            ConditionRef::Raised(number) => {
                let raised = self.raised.iter().find(|raised| raised.number == number);
                raised.map_or(Condition::Absent, |raised| raised.condition)
            }
        }
    }

    /// Sets the state of a condition.
    pub(crate) fn set(&mut self, condition: ConditionRef, state: Condition) {
        let is_pending = |state: Condition| matches!(state, Condition::Pending { .. });
        match (is_pending(self.get(condition)), is_pending(state)) {
            (false, true) => self.pending.push(condition),
            (true, false) => self.pending.retain(|pending| *pending != condition),
            (true, true) | (false, false) => {}
        }
        match condition {
            ConditionRef::LinkLost => self.link_lost = state,
            ConditionRef::OtherDevice => self.other_device = state,
            ConditionRef::ClockJumped => self.clock_jumped = state,
            ConditionRef::Limit(limit) => self.limits[limit as usize].limit = state,
            ConditionRef::CannotEvaluate(limit) => self.limits[limit as usize].cannot_evaluate = state,
            ConditionRef::Stale(metric) => self.metrics[metric as usize].stale = state,
            ConditionRef::Invalid(metric) => self.metrics[metric as usize].invalid = state,
            ConditionRef::Combined(rule) => self.combined[rule as usize].exists = state,
            ConditionRef::CannotCombine(rule) => self.combined[rule as usize].cannot_evaluate = state,
            ConditionRef::Raised(number) => {
                let raised = self.raised.iter_mut().find(|raised| raised.number == number);
                raised.into_iter().for_each(|raised| raised.condition = state);
            }
        }
    }
}

/// Which condition of a device, or another member. The order is the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ConditionRef {
    /// Contact with the device is lost.
    LinkLost,
    /// The device is another one than before.
    OtherDevice,
    /// The clock of the device, or of the appliance, jumped.
    ClockJumped,
    /// The limit or rate at a position.
    Limit(u32),
    /// The limit at a position lacks data.
    CannotEvaluate(u32),
    /// The metric at a position has no current value.
    Stale(u32),
    /// The device has no usable value for the metric at a position.
    Invalid(u32),
    /// The combined condition at a position, of a bed.
    Combined(u32),
    /// The combined condition at a position lacks data.
    CannotCombine(u32),
    /// Raised by the device itself; a number that is never used twice for a device.
    Raised(u32),
}

/// States of a device's conditions.
#[derive(Component, Debug)]
pub(crate) struct Conditions {
    /// Per metric.
    pub(crate) metrics: Vec<MetricConditions>,
    /// Per limit.
    pub(crate) limits: Vec<LimitConditions>,
    pub(crate) link_lost: Condition,
    /// Over as soon as it begins: what stays is its latched signal. So with the next one.
    pub(crate) other_device: Condition,
    pub(crate) clock_jumped: Condition,
    /// Per combined condition, of a bed.
    pub(crate) combined: Vec<CombinedConditions>,
    /// Whether technical conditions of metrics and limits are held back by a lost link.
    pub(crate) is_link_lost: bool,
    /// Whether the operating mode is normal.
    pub(crate) is_normal: bool,
    /// Alarms of the device itself, at most [`crate::DEVICE_ALARMS_MAX`].
    pub(crate) raised: Vec<Raised>,
    pub(crate) next_raised: u32,
    /// The conditions whose delay is running, in no order: few of many.
    pub(crate) pending: Vec<ConditionRef>,
    /// Not later than the end of any running condition delay.
    pub(crate) next: Instant,
    /// Whether `next` may be too early.
    pub(crate) recount: bool,
}

/// Technical conditions of a metric.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MetricConditions {
    pub(crate) stale: Condition,
    pub(crate) invalid: Condition,
    /// It had a valid value since the start.
    pub(crate) had_valid: bool,
    /// The newest valid number that was handed to `Judge`.
    pub(crate) last: Option<Quantity>,
}

/// Conditions of a combined rule.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CombinedConditions {
    pub(crate) exists: Condition,
    pub(crate) cannot_evaluate: Condition,
}

/// Conditions of a limit or rate.
#[derive(Clone, Debug, Default)]
pub(crate) struct LimitConditions {
    pub(crate) limit: Condition,
    /// Of the rule, under its first limit on the device.
    pub(crate) cannot_evaluate: Condition,
    /// There is a fresh valid value that the limit can be held against.
    pub(crate) is_evaluable: bool,
    /// What a rate needs to know of before.
    pub(crate) history: History,
}

/// An alarm that the device raises by itself.
#[derive(Debug)]
pub(crate) struct Raised {
    pub(crate) number: u32,
    /// As last said by the device. Event, source and text tell alarms of a device apart.
    pub(crate) said: DeviceAlarm,
    /// Reported present since the last complete list.
    pub(crate) listed: bool,
    pub(crate) condition: Condition,
}

/// How many occurrences of one device that ended a short time ago are remembered, so that one that begins again can go on.
pub const JOINABLE_MAX: usize = 64;

/// Signals of a device's conditions that are not off.
#[derive(Component, Debug)]
pub(crate) struct Signals {
    /// Ascending by condition.
    pub(crate) live: Vec<Live>,
    /// Occurrences that ended a short time ago, oldest first, at most [`JOINABLE_MAX`].
    pub(crate) ended: VecDeque<(Instant, Arc<Occurrence>)>,
    /// Not later than the end of any running signal delay, pause, reminder interval or wait for an answer.
    pub(crate) next: Instant,
}

impl Signals {
    /// None.
    pub(crate) fn none() -> Self {
        Self { live: Vec::new(), ended: VecDeque::new(), next: NEVER }
    }

    /// Makes the deadline exact, and returns it.
    pub(crate) fn settle_deadline(&mut self) -> Instant {
        self.next = self.live.iter().filter_map(Live::due).min().unwrap_or(NEVER);
        self.next
    }
}

/// A condition whose signal is not off.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) condition: ConditionRef,
    pub(crate) signal: Signal,
    /// The value with which the condition began.
    pub(crate) value: Option<Quantity>,
    /// When the condition was determined.
    pub(crate) onset: Instant,
    /// What the device said, for its own alarms.
    pub(crate) raised: Option<Box<DeviceAlarm>>,
    /// Named when its signal first starts: until then nobody has been told of it.
    pub(crate) occurrence: Option<Arc<Occurrence>>,
    /// How far it has come in its chain.
    pub(crate) escalation: Escalation,
    /// It came back from a restart and has not been told since.
    pub(crate) restored: bool,
}

impl Live {
    /// When it changes, or must be told again, by itself.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.signal.due().into_iter().chain(self.escalation.due()).min()
    }
}

/// What the stages hand on about conditions.
#[derive(Debug)]
pub(crate) enum ConditionChange {
    /// A limit or technical condition began.
    Began {
        /// The number that made it.
        value: Option<Quantity>,
    },
    /// The device raised an alarm.
    Raised(Box<DeviceAlarm>),
    /// The condition is over.
    Ended,
    /// The device gives its alarm another priority.
    Priority(Priority),
}

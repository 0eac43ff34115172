//! Resources: what flows from stage to stage within a step, and what the whole ward has once.
//!
//! Inbox and outbox are plain resources, drained every step. Between stages, lists carry facts and transitions in the order
//! of their making; for one device that is the order of time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bevy_ecs::entity::Entity;
use bevy_ecs::resource::Resource;
use vigil_model::{
    AssociationNews, Command, DeviceAlarm, DeviceReport, EngineEvent, EventKind, InfusionEvent, Instant, Kept, Now,
    ObservationReport, Occurrence, Patient, Phase, Quantity, Timestamp,
};

use crate::deadlines::{Deadlines, NEVER};
use crate::device::{ConditionChange, ConditionRef};

/// The time of the step.
#[derive(Resource, Clone, Copy, Debug)]
pub(crate) struct Clock {
    pub(crate) now: Now,
    /// Time of the step before.
    pub(crate) before: Instant,
    /// Civil time jumped against the monotonic clock since the step before.
    pub(crate) jumped: bool,
}

/// By how much the appliance's civil time must jump between two steps to be told.
const CLOCK_JUMP: Duration = Duration::from_secs(60);

impl Clock {
    /// The clock at the next step. Its monotonic time never runs backwards.
    pub(crate) fn moved_to(self, now: Now) -> Self {
        let civil = now.utc.as_micros().saturating_sub(self.now.utc.as_micros());
        let passed =
            now.monotonic.as_micros().cast_signed().saturating_sub(self.now.monotonic.as_micros().cast_signed());
        let ahead = civil.abs_diff(passed);
        let before = self.now.monotonic;
        let now = Now { monotonic: now.monotonic.max(before), utc: now.utc };
        Self { now, before, jumped: Duration::from_micros(ahead) > CLOCK_JUMP }
    }

    /// Civil time of an instant that is not later than the step. A deadline has passed before its step runs.
    pub(crate) fn utc(self, at: Instant) -> Timestamp {
        self.now.utc - self.now.monotonic.since(at)
    }

    /// The instant of a civil time that is not later than the step.
    pub(crate) fn instant(self, at: Timestamp) -> Instant {
        let ago = u64::try_from(self.now.utc.since(at).as_micros()).unwrap_or(u64::MAX);
        Instant::from_micros(self.now.monotonic.as_micros().saturating_sub(ago))
    }
}

/// What arrived since the last step.
#[derive(Resource, Debug, Default)]
pub(crate) struct Inbox {
    pub(crate) reports: Vec<DeviceReport>,
    pub(crate) commands: Vec<Command>,
    /// What the configuration says of every bed, taken by the first step.
    pub(crate) configured: Vec<Option<Arc<Patient>>>,
    /// Beds whose patient context changed in this step.
    pub(crate) associated: Vec<u32>,
}

/// Entities of beds and devices by position in the ward. An `Entity` is no identity; these positions are.
#[derive(Resource, Debug, Default)]
pub(crate) struct Index {
    pub(crate) beds: Vec<Entity>,
    pub(crate) devices: Vec<Entity>,
    /// Who can have conditions, by position: the devices, then each bed as a whole, then the appliance.
    pub(crate) members: Vec<Entity>,
    /// By position of a device, the member of its bed if that has combined conditions; empty if no bed has.
    pub(crate) combining: Vec<Option<u32>>,
}

impl Index {
    /// Position of the member that stands for a bed as a whole.
    pub(crate) fn bed_member(&self, bed: u32) -> u32 {
        position(self.devices.len()).saturating_add(bed)
    }

    /// The member of the bed of a device, if that bed has combined conditions.
    pub(crate) fn combining_bed(&self, device: u32) -> Option<u32> {
        self.combining.get(device as usize).copied().flatten()
    }

    /// Position of the member that stands for the appliance.
    pub(crate) fn appliance_member(&self) -> u32 {
        self.bed_member(position(self.beds.len()))
    }
}

fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// When each member is due in each stage that has deadlines.
#[derive(Resource, Debug, Default)]
pub(crate) struct Timers {
    pub(crate) supervise: Deadlines,
    pub(crate) judge: Deadlines,
    pub(crate) signal: Deadlines,
    pub(crate) derive: Deadlines,
    /// Devices that are due, collected anew by each stage.
    pub(crate) due: Vec<u32>,
}

impl Timers {
    /// The first deadline of all stages.
    pub(crate) fn first(&self) -> Instant {
        let stages = [&self.supervise, &self.derive, &self.judge, &self.signal];
        stages.iter().map(|stage| stage.first()).min().unwrap_or(NEVER)
    }
}

/// What became known, from `Receive` and `Supervise` to `Judge`.
#[derive(Resource, Debug, Default)]
pub(crate) struct Facts(pub(crate) Vec<Fact>);

/// Something that became known about a device, or another member.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) at: Instant,
    pub(crate) device: u32,
    /// It follows from time that passed and not from an input: at the same instant, time comes first.
    pub(crate) by_time: bool,
    /// Position of the metric; 0 for what is about the whole device.
    pub(crate) metric: u32,
    pub(crate) said: Said,
    /// When a value was determined, which for an episodic one may be long before it arrived; else when it became known.
    pub(crate) determined: Instant,
}

/// What became known.
#[derive(Debug)]
pub(crate) enum Said {
    /// A fresh valid number.
    Number(Quantity),
    /// A fresh valid state or text.
    Word(Arc<str>),
    /// The device has something that must not be used, or lacks what it should have.
    Unusable,
    /// The device has no episodic value, which is no fault.
    Nothing,
    /// The value is past its bound, or none has come within its bound since the link is back.
    Stale,
    /// Contact is lost.
    LinkLost,
    /// The device is heard again, or for the first time.
    LinkUp,
    /// The operating mode is normal from now on, or no longer.
    Mode {
        /// Whether it is normal.
        normal: bool,
    },
    /// The device says that an alarm is present or over.
    Alarm(Box<DeviceAlarm>),
    /// The device's list of alarms is complete.
    AlarmsListed,
    /// The device says it is another one than before.
    OtherDevice,
    /// The device's clock, or the appliance's own, jumped.
    ClockJumped,
}

/// Conditions that changed, from `Judge` to `Signal`.
#[derive(Resource, Debug, Default)]
pub(crate) struct Transitions(pub(crate) Vec<Transition>);

/// One condition that changed.
#[derive(Debug)]
pub(crate) struct Transition {
    pub(crate) at: Instant,
    pub(crate) device: u32,
    pub(crate) condition: ConditionRef,
    pub(crate) change: ConditionChange,
}

/// What is to be said, from all stages to `Publish`.
#[derive(Resource, Debug, Default)]
pub(crate) struct Drafts {
    pub(crate) alarms: Vec<AlarmDraft>,
    pub(crate) answers: Vec<EventKind>,
    pub(crate) reports: Vec<ReportDraft>,
    pub(crate) infusions: Vec<InfusionDraft>,
    pub(crate) associations: Vec<AssociationNews>,
    /// Devices that said who they are, and that was new.
    pub(crate) identified: Vec<u32>,
    /// Devices whose status changed.
    pub(crate) devices: Vec<u32>,
    /// Beds whose alarm picture may have changed.
    pub(crate) beds: Vec<u32>,
    /// Say how everything is: the first step after the start.
    pub(crate) everything: bool,
}

/// An alarm event without number and patient.
#[derive(Debug)]
pub(crate) struct AlarmDraft {
    /// Positions in the ward; `u32::MAX` for what is no longer in it.
    pub(crate) bed: u32,
    pub(crate) device: u32,
    pub(crate) phase: Phase,
    pub(crate) occurrence: Arc<Occurrence>,
}

/// The observations of an interval without the patient.
#[derive(Debug)]
pub(crate) struct ReportDraft {
    pub(crate) bed: u32,
    pub(crate) device: u32,
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    pub(crate) report: ObservationReport,
}

/// What is to be remembered besides occurrences and associations, and changed since it was asked last.
#[derive(Resource, Debug, Default)]
pub(crate) struct Changed(pub(crate) Vec<Kept>);

/// What a pump did, without the patient.
#[derive(Debug)]
pub(crate) struct InfusionDraft {
    pub(crate) bed: u32,
    pub(crate) device: u32,
    pub(crate) at: Instant,
    pub(crate) event: InfusionEvent,
}

/// What the step says.
#[derive(Resource, Debug, Default)]
pub(crate) struct Outbox {
    pub(crate) events: Vec<EngineEvent>,
    /// Number of the next event.
    pub(crate) next_seq: u64,
}

/// Names of occurrences, and where they are.
#[derive(Resource, Debug)]
pub(crate) struct Book {
    pub(crate) appliance: Arc<str>,
    pub(crate) next_occurrence: u64,
    /// Device and condition of each occurrence whose signal is not off, by number.
    pub(crate) open: BTreeMap<u64, (u32, ConditionRef)>,
    /// Alarms that nobody answered, or that somebody did after all, with the member of their bed.
    pub(crate) unanswered: Vec<(u32, DeviceAlarm)>,
    /// Restored occurrences that are still to be told.
    pub(crate) restored: Vec<u32>,
    /// Restored occurrences of what is no longer in the ward.
    pub(crate) orphans: Vec<Occurrence>,
}

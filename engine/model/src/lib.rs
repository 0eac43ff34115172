//! The vocabulary that every part of Vigil shares: devices, metrics, values, alarms, reports, commands, events, time.
//!
//! Plain data and small pure functions. This crate knows serde and nothing else: no clock, no socket, no thread, no
//! file, no ECS. Whatever decides is handed [`Now`] by a shell.

pub mod adjustment;
pub mod adt;
pub mod alarm;
pub mod association;
pub mod command;
pub mod device;
pub mod device_clock;
pub mod escalation;
pub mod event;
pub mod freshness;
pub mod identity;
pub mod infusion;
pub mod nomenclature;
pub mod observation;
pub mod outgoing;
pub mod quantity;
pub mod remembered;
pub mod report;
pub mod rule;
pub mod score;
pub mod time;
pub mod ward;
pub mod waveform;

pub use adjustment::{AdjustOutcome, LimitAdjustment};
pub use adt::{AdtChange, AdtEvent, Merge, Movement, MovementKind, PatientSaid, Place};
pub use alarm::{
    AlarmSource, AlarmState, ConditionKey, ConditionKind, Inactivation, InactivationKind, Occurrence, OccurrenceId,
    Phase, Priority,
};
pub use association::{
    Association, AssociationNews, AssociationOrder, BedHold, Binding, Evidence, HeldVerdict, HoldReason, Mark,
    OrderOutcome,
};
pub use command::{Answer, Command, Scope, SignalHold};
pub use device::{Category, Containment, DeviceAlarmDescriptor, MetricDescriptor, Node, Profile};
pub use device_clock::{ClockEstimate, ClockJump, DeviceClock};
pub use escalation::{Escalation, EscalationChain, EscalationLevel, EscalationState, Success};
pub use event::{BedSummary, ChartEntry, DeviceStatus, EngineEvent, EventKind, ObservationReport};
pub use freshness::Freshness;
pub use identity::{BedIndex, DeviceIndex, Eui64};
pub use infusion::{DeliveryStatus, InfusionChange, InfusionEvent, InfusionSource, ProgramMode, StopReason};
pub use nomenclature::{Code, CodeKind, Unit, dim, mdc};
pub use observation::{Absence, DeviceLimits, Enumeration, Observation, Quality, Reading, Validity, Value};
pub use outgoing::{Lane, Outgoing};
pub use quantity::Quantity;
pub use remembered::{BedMemory, Claim, Kept, Remembered, Standing, Stay, StayMove};
pub use report::{DeviceAlarm, DeviceReport, Fault, FaultKind, Identity, LinkState, OperatingMode, Report};
pub use rule::{
    BedRules, CombinedRule, Direction, LimitRule, LimitSide, Manner, RateRule, SignalRules, Term, WhenMissing,
};
pub use score::{Chart, ChartInput, Score};
pub use time::{Civil, Instant, Now, Timestamp};
pub use ward::{Appliance, Bed, CANARY, Calculator, Device, Location, Patient, TechnicalRules, Ward};
pub use waveform::{SampleRate, Scale, Waveform};

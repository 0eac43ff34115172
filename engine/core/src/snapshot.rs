//! The picture of the ward at one moment, for whoever shows it.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    BedHold, BedSummary, ClockEstimate, Code, Containment, DeviceLimits, Evidence, Freshness, Identity,
    LimitAdjustment, LimitRule, LimitSide, LinkState, Now, Occurrence, OperatingMode, Quality, Quantity, Timestamp,
    Unit, Value,
};

use bevy_ecs::world::World;

use crate::association::Associations;
use crate::bed::{PatientContext, Place};
use crate::calculator::Calculating;
use crate::device::{Connection, Fixed, Metrics, Signals};
use crate::flow::Index;
use crate::score::Points;
use crate::stage::adjust::Adjustments;
use crate::stage::publish::summary;

/// The ward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Beds, in the order of the configuration.
    pub beds: Vec<BedSnapshot>,
    /// Occurrences about the appliance itself that are not over, ascending by number.
    pub occurrences: Vec<Occurrence>,
}

/// A bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BedSnapshot {
    /// Configured id.
    pub id: Arc<str>,
    /// Whether a patient is bound to it. Who is not said here.
    pub patient: bool,
    /// By what evidence that patient is bound to it.
    pub bound_by: Option<Evidence>,
    /// What holds it: its alarms are told, nothing is charted.
    pub holds: Vec<BedHold>,
    /// Its alarm picture.
    pub summary: BedSummary,
    /// Its scores, in the order of the configuration.
    pub scores: Vec<ScoreSnapshot>,
    /// Its limits, in the order of the configuration, with what people set and may set.
    pub limits: Vec<LimitSnapshot>,
    /// Its devices, in the order of the configuration.
    pub devices: Vec<DeviceSnapshot>,
    /// Occurrences that people have been told of and that are not over, ascending by number, each with what holds its
    /// signal back: in which way, who, when and until when.
    pub occurrences: Vec<Occurrence>,
}

/// A limit of a bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitSnapshot {
    /// The rule as configured: its delays, its priority, the range that is allowed.
    pub rule: LimitRule,
    /// The limit that holds now.
    pub limit: Quantity,
    /// Who set it, why and when; `None` if it is the configured one.
    pub set: Option<LimitAdjustment>,
}

/// An early-warning score of a bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreSnapshot {
    /// Name of its chart.
    pub chart: Arc<str>,
    /// Its name for people.
    pub title: Arc<str>,
    /// The total; `None` while anything is missing.
    pub total: Option<u16>,
    /// Sum of the points that are known: the total is not less.
    pub at_least: u16,
    /// The highest points of a single input, once no missing input could give more.
    pub highest: Option<u8>,
    /// Its inputs, in the order of the chart.
    pub parts: Vec<PartSnapshot>,
}

/// An input of a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartSnapshot {
    /// Name of the input.
    pub input: Arc<str>,
    /// Label for people.
    pub label: Arc<str>,
    /// Its points, or why it has none.
    pub points: Points,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSnapshot {
    /// Configured id.
    pub id: Arc<str>,
    /// State of the connection, as last said.
    pub link: LinkState,
    /// Since when.
    pub since: Timestamp,
    /// Who it says it is.
    pub identity: Identity,
    /// What it says it is doing.
    pub mode: OperatingMode,
    /// Wire faults since the start, in the order of [`vigil_model::FaultKind::ALL`].
    pub faults: [u64; 8],
    /// How its own clock goes; `None` if it says no time, or has not said it often enough.
    pub clock: Option<ClockEstimate>,
    /// Its metrics, ascending by containment.
    pub metrics: Vec<MetricSnapshot>,
}

/// A metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricSnapshot {
    /// Which metric.
    pub code: Code,
    /// Its row in the device.
    pub containment: Containment,
    /// Its unit; `None` for states and text.
    pub unit: Option<Unit>,
    /// Label for people.
    pub label: Arc<str>,
    /// What may be shown as current. A value can be fresh and yet questionable: it is shown as such.
    pub freshness: Freshness<(Value, Quality)>,
    /// How long ago it last arrived, with or without a value; `None` if never.
    pub age: Option<Duration>,
    /// The limits that are judged here: name of the rule, side, limit.
    pub limits: Vec<(Arc<str>, LimitSide, Quantity)>,
    /// The limits that are set on the device itself, where its protocol gives them. Only beside a fresh value.
    pub device_limits: Option<DeviceLimits>,
}

pub(crate) fn take(world: &World, now: Now) -> Snapshot {
    let index = world.resource::<Index>();
    let device = |position: &u32| index.devices.get(*position as usize).copied();
    let associations = world.resource::<Associations>();
    let beds = index.beds.iter().enumerate().filter_map(|(position, bed)| {
        let place = world.get::<Place>(*bed)?;
        let devices = || place.devices.iter().filter_map(device);
        let signals = || place.members().filter_map(|member| signals_of(world, member));
        let association = world.get::<PatientContext>(*bed)?.current.as_ref();
        Some(BedSnapshot {
            id: Arc::clone(&place.id),
            patient: association.is_some(),
            bound_by: association.map(|association| association.evidence),
            holds: associations.bed(position).map(|bed| bed.holds.clone()).unwrap_or_default(),
            summary: summary(place, signals()),
            scores: devices()
                .filter_map(|device| world.get::<Calculating>(device))
                .flat_map(|calculating| take_scores(calculating, now))
                .collect(),
            limits: limits_of(world, u32::try_from(position).unwrap_or(u32::MAX)),
            devices: devices().filter_map(|device| take_device(world, device, now)).collect(),
            occurrences: told(signals()),
        })
    });
    Snapshot { beds: beds.collect(), occurrences: told(signals_of(world, index.appliance_member()).into_iter()) }
}

fn limits_of(world: &World, bed: u32) -> Vec<LimitSnapshot> {
    let limits = world.resource::<Adjustments>().of_bed(bed).map(|(rule, set)| LimitSnapshot {
        limit: set.and_then(|set| set.limit).unwrap_or(rule.limit),
        set: set.cloned(),
        rule: rule.clone(),
    });
    limits.collect()
}

fn signals_of(world: &World, member: u32) -> Option<&Signals> {
    world.get::<Signals>(*world.resource::<Index>().members.get(member as usize)?)
}

fn told<'a>(signals: impl Iterator<Item = &'a Signals>) -> Vec<Occurrence> {
    let live = signals.flat_map(|signals| &signals.live);
    let mut occurrences: Vec<Occurrence> = live.filter_map(|live| live.occurrence.as_deref()).cloned().collect();
    occurrences.sort_by(|a, b| a.id.cmp(&b.id));
    occurrences
}

fn take_scores(calculating: &Calculating, now: Now) -> Vec<ScoreSnapshot> {
    let standing = calculating.scores.iter().filter_map(|score| {
        let stands = score.stands(&calculating.known, now.monotonic)?;
        let chart = &score.plan.chart;
        let parts = chart.inputs.iter().zip(&stands.parts).map(|(input, points)| PartSnapshot {
            input: Arc::clone(&input.name),
            label: Arc::clone(&input.label),
            points: *points,
        });
        Some(ScoreSnapshot {
            chart: Arc::clone(&chart.name),
            title: Arc::clone(&chart.title),
            total: stands.total,
            at_least: stands.at_least,
            highest: stands.highest,
            parts: parts.collect(),
        })
    });
    standing.collect()
}

pub(crate) fn take_device(world: &World, device: bevy_ecs::entity::Entity, now: Now) -> Option<DeviceSnapshot> {
    let fixed = world.get::<Fixed>(device)?;
    let connection = world.get::<Connection>(device)?;
    let latest = &world.get::<Metrics>(device)?.latest;
    let scores = world.get::<Calculating>(device).map_or(&[][..], |calculating| &calculating.scores);
    // What is calculated counts as long as what it was made of.
    let expired = |row| scores.iter().find(|score| score.owns(row)).and_then(|score| score.expired(now.monotonic));
    let metrics = fixed.layout.metrics.iter().zip(latest).map(|(metric, latest)| {
        let freshness = match expired(metric.containment) {
            Some(since) if latest.is_seen() => Freshness::Stale { since },
            Some(_) | None => latest.freshness(now.monotonic),
        };
        let limits = metric.limits.clone().filter_map(|position| {
            let limit = fixed.layout.limit(position);
            limit.limit().map(|(side, number)| (Arc::clone(&limit.id), side, number))
        });
        let is_fresh = matches!(freshness, Freshness::Fresh(_));
        MetricSnapshot {
            code: metric.code,
            containment: metric.containment,
            unit: metric.unit,
            label: Arc::clone(&metric.label),
            limits: limits.collect(),
            device_limits: latest.limits.as_deref().copied().filter(|_| is_fresh),
            freshness,
            age: latest.is_seen().then(|| now.monotonic.since(latest.arrived)),
        }
    });
    Some(DeviceSnapshot {
        id: Arc::clone(&fixed.id),
        link: connection.link.clone(),
        since: connection.since,
        identity: connection.identity.clone(),
        mode: connection.mode,
        faults: connection.faults,
        clock: connection.clock.estimate(),
        metrics: metrics.collect(),
    })
}

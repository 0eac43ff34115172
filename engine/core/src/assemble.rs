//! From the plan of a ward to the world in which steps run: every entity is spawned here, none later.

use std::sync::Arc;
use std::time::Duration;

use bevy_ecs::error::{FallbackErrorHandler, panic};
use bevy_ecs::world::World;
use vigil_model::{
    BedIndex, BedRules, Device, DeviceClock, DeviceIndex, Identity, LinkState, Now, OperatingMode, TechnicalRules,
    Ward, WhenMissing,
};

use crate::association::Associations;
use crate::bed::{PatientContext, Place, Told};
use crate::calculator::{Calculating, Calculators};
use crate::combination::Combinations;
use crate::counters::Tally;
use crate::deadlines::{Deadlines, NEVER};
use crate::device::{
    CombinedConditions, ConditionRef, Conditions, Connection, Fixed, Latest, LimitConditions, MetricConditions,
    Metrics, Signals,
};
use crate::flow::{Book, Changed, Clock, Drafts, Facts, Inbox, Index, Outbox, Timers, Transitions};
use crate::layout::{Layout, LimitLayout};
use crate::machine::condition::Condition;
use crate::pumps::Pumps;
use crate::stage::adjust::Adjustments;

/// The world of a ward at its start. `order` is the order in which devices are spawned, which must not matter.
pub(crate) fn world(ward: &Ward, now: Now, order: &[u32]) -> World {
    let mut world = World::new();
    // Nothing that a system needs is ever taken away, and no system returns an error. Should that be broken one day, a
    // stage that is quietly left out would be worse than a restart.
    world.insert_resource(FallbackErrorHandler(panic));
    let mut inbox = Inbox::default();
    let mut index = Index::default();
    let members = ward.devices.len() + ward.beds.len() + 1;
    for ((position, bed), member) in (0u32..).zip(&ward.beds).zip(after(&ward.devices)) {
        let devices = ward.devices_of(BedIndex(position)).map(|(device, _)| device.0).collect();
        let place = Place { id: Arc::clone(&bed.id), devices, member };
        index.beds.push(world.spawn((place, PatientContext::default(), Told::default())).id());
        inbox.configured.push(bed.patient.clone());
    }
    let mut timers = Timers {
        supervise: Deadlines::new(ward.devices.len()),
        judge: Deadlines::new(members),
        signal: Deadlines::new(members),
        derive: Deadlines::new(ward.devices.len()),
        due: Vec::new(),
    };
    let mut layouts = Vec::new();
    let fixed = order.iter().map(|position| fix(*position, ward, &mut layouts, now));
    let fixed: Vec<Fixed> = fixed.collect();
    let mut by_device: Vec<(u32, Arc<Layout>)> = fixed.iter().map(|f| (f.index, Arc::clone(&f.layout))).collect();
    by_device.sort_unstable_by_key(|(index, _)| *index);
    let by_device: Vec<Arc<Layout>> = by_device.into_iter().map(|(_, layout)| layout).collect();
    // One list after the other for all devices, so that what a stage walks through lies in a row in memory.
    let metrics: Vec<Metrics> = fixed.iter().map(|fixed| metrics(fixed, now)).collect();
    let mut spawned = Vec::new();
    for (fixed, metrics) in fixed.into_iter().zip(metrics) {
        let conditions = conditions(&fixed.layout, now);
        let position = fixed.index;
        timers.supervise.set(position, metrics.next);
        timers.judge.set(position, conditions.next);
        let components = (fixed, connection(now), metrics, conditions, Signals::none());
        spawned.push((position, world.spawn(components).id()));
    }
    for (_, entity) in &spawned {
        let pumps = world.get::<Fixed>(*entity).and_then(|fixed| Pumps::of(&fixed.layout));
        if let Some(pumps) = pumps {
            world.entity_mut(*entity).insert(pumps);
        }
    }
    spawned.sort_unstable_by_key(|(position, _)| *position);
    index.devices = spawned.into_iter().map(|(_, entity)| entity).collect();
    for calculator in &ward.calculators {
        let position = calculator.device.0;
        let calculating = Calculating::new(calculator, ward, &by_device, now.monotonic);
        // Its metrics come from a stage of their own, which keeps its deadlines: no link, no quiet time.
        timers.supervise.set(position, NEVER);
        timers.derive.set(position, calculating.next());
        let mut entity = world.entity_mut(index.devices[position as usize]);
        entity.insert(calculating);
        entity.get_mut::<Metrics>().into_iter().for_each(|mut metrics| metrics.next = NEVER);
        entity.get_mut::<Connection>().into_iter().for_each(|mut connection| connection.link = LinkState::Up);
    }
    world.insert_resource(Associations::new(ward));
    world.insert_resource(Calculators::new(ward));
    world.insert_resource(Adjustments::new(ward));
    world.insert_resource(Changed::default());
    index.members.clone_from(&index.devices);
    let layouts = index.devices.iter().filter_map(|device| Some(Arc::clone(&world.get::<Fixed>(*device)?.layout)));
    let layouts: Vec<Arc<Layout>> = layouts.collect();
    for (fixed, combinations) in without_device(ward, &layouts, now) {
        let conditions = conditions(&fixed.layout, now);
        timers.judge.set(fixed.index, conditions.next);
        let metrics = Metrics::new(Vec::new(), NEVER);
        let components = (fixed, combinations, metrics, conditions, Signals::none());
        index.members.push(world.spawn(components).id());
    }

    if ward.beds.iter().any(|bed| !bed.further.combined.is_empty()) {
        let combines = |bed: BedIndex| ward.bed(bed).is_some_and(|bed| !bed.further.combined.is_empty());
        let bed_of = |device: &Device| combines(device.bed).then(|| index.bed_member(device.bed.0));
        index.combining = ward.devices.iter().map(bed_of).collect();
    }

    world.insert_resource(Clock { now, before: now.monotonic, jumped: false });
    world.insert_resource(inbox);
    world.insert_resource(index);
    world.insert_resource(timers);
    world.insert_resource(Facts::default());
    world.insert_resource(Transitions::default());
    world.insert_resource(Drafts { everything: true, ..Drafts::default() });
    world.insert_resource(Outbox { events: Vec::new(), next_seq: 1 });
    world.insert_resource(Tally::default());
    world.insert_resource(Book {
        appliance: Arc::clone(&ward.appliance.id),
        next_occurrence: 1,
        open: std::collections::BTreeMap::new(),
        unanswered: Vec::new(),
        restored: Vec::new(),
        orphans: Vec::new(),
    });
    world
}

fn fix(position: u32, ward: &Ward, layouts: &mut Vec<Arc<Layout>>, now: Now) -> Fixed {
    let planned = ward.device(DeviceIndex(position)).and_then(|device| Some((device, ward.bed(device.bed)?)));
    let (device, bed) = planned.expect("a checked ward has a bed for every device");
    Fixed {
        index: position,
        bed: device.bed.0,
        id: Arc::clone(&device.id),
        bed_id: Arc::clone(&bed.id),
        name: Arc::clone(&device.id),
        layout: Layout::of(device, bed, layouts),
        quiet_time: device.quiet_time,
        is_fed: ward.calculators.iter().filter_map(|of| ward.device(of.device)).any(|of| of.bed == device.bed),
        report_interval: bed.report_interval.max(Duration::from_millis(1)),
        started: now.monotonic,
    }
}

/// Positions that follow those of a list.
fn after<T>(list: &[T]) -> std::ops::RangeFrom<u32> {
    u32::try_from(list.len()).expect("a ward has fewer than four billion beds and devices")..
}

/// The members that are no devices: each bed as a whole, then the appliance.
fn without_device(ward: &Ward, layouts: &[Arc<Layout>], now: Now) -> Vec<(Fixed, Combinations)> {
    let member = |index: u32, bed: u32, bed_id: &Arc<str>, layout: Arc<Layout>| Fixed {
        index,
        bed,
        id: "".into(),
        bed_id: Arc::clone(bed_id),
        name: format!("@{bed_id}").into(),
        layout,
        quiet_time: Duration::ZERO,
        is_fed: false,
        report_interval: Duration::ZERO,
        started: now.monotonic,
    };
    let mut members = Vec::new();
    for ((position, bed), index) in (0u32..).zip(&ward.beds).zip(after(&ward.devices)) {
        let layout = Layout::of_no_device(&bed.further, &bed.technical);
        let combinations = Combinations::new(&bed.further.combined, ward, position, layouts);
        members.push((member(index, position, &bed.id, layout), combinations));
    }
    let layout = Layout::of_no_device(&BedRules::default(), &TechnicalRules::default());
    let appliance = after(&ward.devices).start + after(&ward.beds).start;
    members.push((member(appliance, u32::MAX, &"".into(), layout), Combinations::default()));
    members
}

fn metrics(fixed: &Fixed, now: Now) -> Metrics {
    Metrics::new(vec![Latest::never(); fixed.layout.metrics.len()], now.monotonic + fixed.quiet_time)
}

fn connection(now: Now) -> Connection {
    Connection {
        link: LinkState::Connecting,
        since: now.utc,
        lost: false,
        heard: now.monotonic,
        moved_to: now.monotonic,
        identity: Identity::default(),
        mode: OperatingMode::default(),
        clock_offset_us: None,
        clock: DeviceClock::default(),
        faults: [0; 8],
    }
}

/// All absent, except that rules on continuous metrics lack data from the start: a sensor that was never connected is
/// noticed, once for all the places where it could be.
fn conditions(layout: &Layout, now: Now) -> Conditions {
    let since = now.monotonic;
    let waits = |(position, limit): (u32, &LimitLayout)| {
        limit.speaks_for_rule(position) && !layout.metric(limit.metric).episodic
    };
    let limits: Vec<LimitConditions> = (0u32..)
        .zip(&layout.limits)
        .map(|limit| LimitConditions {
            cannot_evaluate: if waits(limit) { Condition::Pending { since } } else { Condition::Absent },
            ..LimitConditions::default()
        })
        .collect();
    let combined = layout.combined.iter().map(|rule| CombinedConditions {
        exists: Condition::Absent,
        cannot_evaluate: match rule.when_missing {
            WhenMissing::Tell => Condition::Pending { since },
            WhenMissing::Wait => Condition::Absent,
        },
    });
    let combined: Vec<CombinedConditions> = combined.collect();
    let of_limits = (0u32..).zip(&limits).filter(|(_, limit)| limit.cannot_evaluate != Condition::Absent);
    let of_combined = (0u32..).zip(&combined).filter(|(_, rule)| rule.cannot_evaluate != Condition::Absent);
    let pending: Vec<ConditionRef> = of_limits
        .map(|(position, _)| ConditionRef::CannotEvaluate(position))
        .chain(of_combined.map(|(position, _)| ConditionRef::CannotCombine(position)))
        .collect();
    Conditions {
        metrics: vec![MetricConditions::default(); layout.metrics.len()],
        limits,
        link_lost: Condition::Absent,
        other_device: Condition::Absent,
        clock_jumped: Condition::Absent,
        combined,
        is_link_lost: false,
        is_normal: true,
        raised: Vec::new(),
        next_raised: 0,
        next: if pending.is_empty() { NEVER } else { since + layout.technical.cannot_evaluate_delay },
        recount: false,
        pending,
    }
}

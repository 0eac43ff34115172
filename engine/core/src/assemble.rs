//! From the plan of a ward to the world in which steps run: every entity is spawned here, none later.

use std::sync::Arc;
use std::time::Duration;

use bevy_ecs::error::{FallbackErrorHandler, panic};
use bevy_ecs::world::World;
use vigil_model::{BedIndex, DeviceIndex, Identity, LinkState, Now, OperatingMode, Ward};

use crate::bed::{Association, BoundBy, PatientContext, Place, Told};
use crate::counters::Tally;
use crate::deadlines::{Deadlines, NEVER};
use crate::device::{Conditions, Connection, Fixed, Latest, LimitConditions, MetricConditions, Metrics, Signals};
use crate::flow::{AssociationChange, Book, Clock, Drafts, Facts, Inbox, Index, Outbox, Timers, Transitions};
use crate::layout::{Layout, LimitLayout};
use crate::machine::condition::Condition;

/// The world of a ward at its start. `order` is the order in which devices are spawned, which must not matter.
pub(crate) fn world(ward: &Ward, now: Now, order: &[u32]) -> World {
    let mut world = World::new();
    // Nothing that a system needs is ever taken away, and no system returns an error. Should that be broken one day, a
    // stage that is quietly left out would be worse than a restart.
    world.insert_resource(FallbackErrorHandler(panic));
    let mut inbox = Inbox::default();
    let mut index = Index::default();
    for (position, bed) in (0u32..).zip(&ward.beds) {
        let devices = ward.devices_of(BedIndex(position)).map(|(device, _)| device.0).collect();
        let place = Place { id: Arc::clone(&bed.id), devices };
        index.beds.push(world.spawn((place, PatientContext::default(), Told::default())).id());
        inbox.associations.extend(bed.patient.as_ref().map(|patient| AssociationChange {
            bed: position,
            association: Some(Association {
                patient: Arc::clone(patient),
                opened_at: now.monotonic,
                opened_by: BoundBy::Configuration,
            }),
        }));
    }
    let mut timers = Timers {
        supervise: Deadlines::new(ward.devices.len()),
        judge: Deadlines::new(ward.devices.len()),
        signal: Deadlines::new(ward.devices.len()),
        due: Vec::new(),
    };
    let mut layouts = Vec::new();
    let fixed = order.iter().map(|position| fix(*position, ward, &mut layouts, now));
    let fixed: Vec<Fixed> = fixed.collect();
    // One list after the other for all devices, so that what a stage walks through lies in a row in memory.
    let metrics: Vec<Metrics> = fixed.iter().map(|fixed| metrics(fixed, now)).collect();
    let mut spawned = Vec::new();
    for (fixed, metrics) in fixed.into_iter().zip(metrics) {
        let conditions = conditions(&fixed.layout, now);
        let position = fixed.index;
        timers.supervise.set(position, metrics.next);
        timers.judge.set(position, conditions.next);
        let signals = Signals { live: Vec::new(), next: NEVER };
        spawned.push((position, world.spawn((fixed, connection(now), metrics, conditions, signals)).id()));
    }
    spawned.sort_unstable_by_key(|(position, _)| *position);
    index.devices = spawned.into_iter().map(|(_, entity)| entity).collect();

    world.insert_resource(Clock { now, before: now.monotonic });
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
        layout: Layout::of(device, bed, layouts),
        quiet_time: device.quiet_time,
        report_interval: bed.report_interval.max(Duration::from_millis(1)),
        started: now.monotonic,
    }
}

fn metrics(fixed: &Fixed, now: Now) -> Metrics {
    Metrics {
        latest: vec![Latest::never(); fixed.layout.metrics.len()],
        hint: 0,
        next: now.monotonic + fixed.quiet_time,
        interval_end: None,
    }
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
    let waiting = limits.iter().any(|limit| limit.cannot_evaluate != Condition::Absent);
    Conditions {
        metrics: vec![MetricConditions::default(); layout.metrics.len()],
        limits,
        link_lost: Condition::Absent,
        is_link_lost: false,
        is_normal: true,
        raised: Vec::new(),
        next_raised: 0,
        next: if waiting { since + layout.technical.cannot_evaluate_delay } else { NEVER },
        recount: false,
    }
}

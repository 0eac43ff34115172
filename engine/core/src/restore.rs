//! What comes back after a restart.
//!
//! Occurrences come back as they were told, with their names, latches, priorities and acknowledgements, and their
//! conditions *to be confirmed*: present until there is evidence that they are over. Nothing is known of any value. Delays
//! that were running begin anew, since nobody had been told of them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    AlarmState, ChartEntry, DeviceAlarm, EscalationState, InactivationKind, Instant, Kept, LimitAdjustment, Now,
    Occurrence, Remembered,
};

use bevy_ecs::entity::Entity;
use bevy_ecs::world::World;

use crate::DEVICE_ALARMS_MAX;
use crate::association::Associations;
use crate::bed::{PatientContext, Place, scope};
use crate::calculator::Calculating;
use crate::counters::Tally;
use crate::deadlines::NEVER;
use crate::device::{ConditionRef, Conditions, Connection, Fixed, Live, Metrics, Raised, Signals};
use crate::flow::{Book, Changed, Drafts, Inbox, Index, Outbox, Timers};
use crate::machine::condition::Condition;
use crate::machine::escalation::{Escalation, Input, step};
use crate::machine::signal::{Hold, Signal};
use crate::occurrence::{key, raised_key};
use crate::stage::adjust::{Adjustments, apply};
use crate::stage::judge::Judging;
use crate::stage::judge_raised::is_same;
use crate::stage::telling::manner;

/// What the journal remembers of the run before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Number of the next event; at least 1.
    pub next_seq: u64,
    /// Number of the next occurrence; at least 1.
    pub next_occurrence: u64,
    /// Occurrences that were active or latched. Others are ignored.
    pub occurrences: Vec<Occurrence>,
    /// Who lies where, what is known of stays; what was charted and limits that were set: each counts for as long as it would
    /// have without the restart, and only for the patient for whom that was done.
    pub remembered: Vec<Remembered>,
}

pub(crate) fn restore(world: &mut World, restored: Restored, now: Now) {
    let (mut entries, mut adjustments) = (Vec::new(), Vec::new());
    for remembered in &restored.remembered {
        match remembered {
            Remembered::Charted(entry) => entries.push(entry.clone()),
            Remembered::Limit(adjustment) => adjustments.push(adjustment.clone()),
            _ => {}
        }
    }
    associate(world, restored.remembered, now);
    chart(world, entries, now);
    adjust(world, adjustments);
    let mut occurrences = restored.occurrences;
    occurrences.retain(|occurrence| occurrence.state != AlarmState::Inactive);
    occurrences.sort_by(|a, b| a.id.cmp(&b.id));
    let used = occurrences.iter().map(|occurrence| occurrence.id.number).max().unwrap_or(0);

    let mut outbox = world.resource_mut::<Outbox>();
    outbox.next_seq = outbox.next_seq.max(restored.next_seq);
    let mut book = world.resource_mut::<Book>();
    book.next_occurrence = book.next_occurrence.max(restored.next_occurrence).max(used.saturating_add(1));
    let mut drafts = world.resource_mut::<Drafts>();
    drafts.everything = true;

    let mut devices = BTreeSet::new();
    for occurrence in occurrences {
        let number = occurrence.id.number;
        match place(world, &occurrence) {
            Some((device, condition)) => {
                confirm(world, device, condition, occurrence, now);
                world.resource_mut::<Book>().open.insert(number, (device, condition));
                devices.insert(device);
            }
            None => world.resource_mut::<Book>().orphans.push(occurrence),
        }
    }
    devices.iter().for_each(|device| settle(world, *device, now.monotonic));
    world.resource_mut::<Book>().restored.extend(devices);
}

/// Puts back who lies where. A patient who is bound counts from now on: of what was determined while nobody watched, nothing
/// is known.
fn associate(world: &mut World, remembered: Vec<Remembered>, now: Now) {
    world.resource_mut::<Associations>().restore(remembered);
    let beds = world.resource::<Index>().beds.clone();
    for (position, entity) in beds.into_iter().enumerate() {
        let Some(memory) = world.resource::<Associations>().bed(position).cloned() else { continue };
        let devices = world.resource::<Index>().devices.clone();
        let named = |id: &str| {
            let is_it = |device: &&Entity| world.get::<Fixed>(**device).is_some_and(|fixed| *fixed.id == *id);
            devices.iter().find(is_it).and_then(|device| world.get::<Fixed>(*device)).map(|fixed| fixed.index)
        };
        let scopes = memory.holds.iter().filter_map(|hold| scope(&hold.reason, named)).collect();
        let Some(mut context) = world.get_mut::<PatientContext>(entity) else { continue };
        if let Some(association) = memory.current {
            context.open(association.patient, association.evidence, now.monotonic);
        }
        context.hold(&scopes, now.monotonic);
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        world.resource_mut::<Inbox>().associated.push(position);
    }
}

/// Puts back what was charted.
fn chart(world: &mut World, entries: Vec<ChartEntry>, now: Now) {
    for entry in entries {
        let mut query = world.query::<(&Fixed, &mut Calculating)>();
        let of_bed = query.iter_mut(world).find(|(fixed, _)| fixed.bed_id == entry.bed);
        let Some((_, mut calculating)) = of_bed else { continue };
        if calculating.takes(&entry.input, &entry.value) {
            let age = u64::try_from(now.utc.since(entry.at).as_micros()).unwrap_or(u64::MAX);
            let determined = Instant::from_micros(now.monotonic.as_micros().saturating_sub(age));
            calculating.known.chart(entry.into(), determined);
        }
    }
}

/// Puts back the limits that people set, where they are still allowed. What is not is forgotten.
fn adjust(world: &mut World, adjustments: Vec<LimitAdjustment>) {
    for adjustment in adjustments {
        let name = Remembered::Limit(adjustment.clone()).key();
        let beds = world.resource::<Index>().beds.clone();
        let is_it = |bed: &Entity| world.get::<Place>(*bed).is_some_and(|place| place.id == adjustment.bed);
        let position = beds.iter().position(is_it).and_then(|position| u32::try_from(position).ok());
        let held = position.and_then(|bed| Some((bed, world.resource_mut::<Adjustments>().restore(bed, adjustment)?)));
        let Some((bed, (rule, limit))) = held else {
            world.resource_mut::<Changed>().0.push(Kept { key: name, what: None });
            continue;
        };
        let mut query = world.query::<&mut Fixed>();
        for mut fixed in query.iter_mut(world).filter(|fixed| fixed.bed == bed) {
            apply(&mut fixed, &rule, limit);
        }
    }
}

/// Device and condition of an occurrence in this ward; `None` if the rule or device is gone, the device stands at another
/// bed, or the condition is occupied already.
fn place(world: &mut World, occurrence: &Occurrence) -> Option<(u32, ConditionRef)> {
    if occurrence.id.appliance != world.resource::<Book>().appliance {
        return None;
    }
    let index = world.resource::<Index>();
    let is_it = |fixed: &&Fixed| fixed.id == occurrence.device && fixed.bed_id == occurrence.bed;
    let fixed = index.members.iter().filter_map(|entity| world.get::<Fixed>(*entity)).find(is_it)?;
    let (device, entity) = (fixed.index, index.members[fixed.index as usize]);
    let source = occurrence.source.containment;
    if raised_key(&fixed.name, occurrence.event, source, &occurrence.text) == occurrence.key {
        let mut conditions = world.get_mut::<Conditions>(entity)?;
        return Some((device, ConditionRef::Raised(remember(&mut conditions, occurrence)?)));
    }
    let layout = &fixed.layout;
    let of_metrics = layout.metric_positions().flat_map(|p| [ConditionRef::Stale(p), ConditionRef::Invalid(p)]);
    let of_limits = layout.limit_positions().flat_map(|p| [ConditionRef::Limit(p), ConditionRef::CannotEvaluate(p)]);
    let of_device = [ConditionRef::LinkLost, ConditionRef::OtherDevice, ConditionRef::ClockJumped];
    let combined = layout.combined_positions();
    let combined = combined.flat_map(|p| [ConditionRef::Combined(p), ConditionRef::CannotCombine(p)]);
    let mut all = of_device.into_iter().chain(of_metrics).chain(of_limits).chain(combined);
    let condition = all.find(|condition| key(fixed, *condition) == occurrence.key)?;
    let live = &world.get::<Signals>(entity)?.live;
    live.iter().all(|live| live.condition != condition).then_some((device, condition))
}

/// Makes room for an alarm that the device had raised.
fn remember(conditions: &mut Conditions, occurrence: &Occurrence) -> Option<u32> {
    let said = DeviceAlarm {
        event: occurrence.event,
        source: occurrence.source.containment,
        present: true,
        priority: occurrence.priority,
        kind: occurrence.kind,
        text: Arc::clone(&occurrence.text),
    };
    if conditions.raised.len() >= DEVICE_ALARMS_MAX
        || conditions.raised.iter().any(|raised| is_same(&raised.said, &said))
    {
        return None;
    }
    let number = conditions.next_raised;
    conditions.next_raised = number.wrapping_add(1);
    conditions.raised.push(Raised { number, said, listed: false, condition: Condition::Absent });
    Some(number)
}

fn confirm(world: &mut World, device: u32, condition: ConditionRef, occurrence: Occurrence, now: Now) {
    let (entity, at) = (world.resource::<Index>().members[device as usize], now.monotonic);
    let Some(fixed) = world.get::<Fixed>(entity) else { return };
    let hold = hold(fixed, &occurrence, now);
    let escalation = escalation(fixed, &occurrence, now);
    let signal = match occurrence.state {
        AlarmState::Latched => Signal::Latched { hold },
        AlarmState::Active | AlarmState::Inactive => Signal::On { acknowledged: occurrence.is_acknowledged(), hold },
    };
    if occurrence.state != AlarmState::Latched
        && let Some(mut conditions) = world.get_mut::<Conditions>(entity)
    {
        conditions.set(condition, Condition::Present { since: at });
    }
    if let Some(mut signals) = world.get_mut::<Signals>(entity) {
        let place = signals.live.partition_point(|live| live.condition < condition);
        let live = Live {
            condition,
            signal,
            value: None,
            onset: at,
            raised: None,
            occurrence: Some(Arc::new(occurrence)),
            escalation,
            restored: true,
        };
        signals.live.insert(place, live);
    }
}

/// What held the signal back goes on doing so, for what is left of its time.
fn hold(fixed: &Fixed, occurrence: &Occurrence, now: Now) -> Hold {
    let Some(entry) = occurrence.hold() else { return Hold::Free };
    match entry.kind {
        InactivationKind::AudioPaused | InactivationKind::AlarmPaused => {
            let left = entry.until.map_or(Duration::ZERO, |until| until.since(now.utc));
            // Should the clock have been set back meanwhile, it is not held for longer than it could have been.
            Hold::Until(now.monotonic + left.min(fixed.layout.signals().pause_max))
        }
        InactivationKind::Acknowledged | InactivationKind::AudioOff | InactivationKind::AlarmOff => {
            Hold::new(None, now.monotonic, manner(fixed, Some(occurrence)))
        }
    }
}

/// The level that was told waits for what is left of its time.
fn escalation(fixed: &Fixed, occurrence: &Occurrence, now: Now) -> Escalation {
    let (Some(told), Some(chain)) = (&occurrence.escalation, fixed.layout.escalation()) else {
        return Escalation::Idle;
    };
    match (&told.state, chain.levels.get(told.level as usize)) {
        (EscalationState::Answered { .. }, _) => Escalation::Settled,
        (EscalationState::Unanswered, _) => Escalation::Unanswered,
        (EscalationState::Waiting, Some(level)) => {
            let left = level.within.saturating_sub(now.utc.since(told.since));
            let since = now.monotonic;
            Escalation::Waiting { level: told.level, since, until: since + left.max(Duration::from_micros(1)) }
        }
        // The chain has become shorter.
        (EscalationState::Waiting, None) => step(Escalation::Idle, Input::Started, now.monotonic, &chain.levels),
    }
}

/// What follows from what came back: a link that was lost is lost until the device is heard, and holds back what it held
/// back before. Deadlines are made exact.
fn settle(world: &mut World, device: u32, at: Instant) {
    let entity = world.resource::<Index>().members[device as usize];
    if let Some(mut signals) = world.get_mut::<Signals>(entity) {
        let due = signals.settle_deadline();
        world.resource_mut::<Timers>().signal.set(device, due);
    }
    let (mut transitions, mut tally) = (Vec::new(), Tally::default());
    let mut query = world.query::<(&Fixed, &mut Conditions, Option<&mut Connection>, &mut Metrics)>();
    let Ok((fixed, mut conditions, connection, mut metrics)) = query.get_mut(world, entity) else { return };
    let conditions = &mut *conditions;
    let is_lost = conditions.link_lost != Condition::Absent;
    conditions.recount = true;
    let layout = &fixed.layout;
    let latest = &mut metrics.latest;
    let mut judging = Judging { fixed, layout, conditions, latest, transitions: &mut transitions, tally: &mut tally };
    if is_lost {
        judging.link_lost(at);
    }
    let judge = judging.settle_deadline();
    let supervise = connection.map(|mut connection| {
        if is_lost {
            (connection.lost, metrics.next) = (true, NEVER);
        }
        metrics.next
    });
    debug_assert!(transitions.is_empty(), "link lost is present already, and withholding begins nothing");
    let mut timers = world.resource_mut::<Timers>();
    timers.judge.set(device, judge);
    if let Some(supervise) = supervise {
        timers.supervise.set(device, supervise);
    }
}

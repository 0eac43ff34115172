//! `Associate`: who lies where. Takes what the configuration, ADT, systems and people say, in order of arrival, after the
//! reports of the step.
//!
//! When the patient of a bed changes, the running report intervals of its devices are split: nothing is charted to anybody
//! who was not bound over the whole of what a report covers. The one who goes was bound until the patient left, as far as
//! that is known; the one who comes is bound from now on.
//!
//! A bed that is held tells so as a technical condition of the bed, one for each reason.

use std::sync::Arc;

use bevy_ecs::schedule::{IntoScheduleConfigs, Schedule};
use bevy_ecs::system::{Query, Res, ResMut};
use vigil_model::{
    AssociationNews, Command, ConditionKind, Containment, DeviceAlarm, HoldReason, Instant, LinkState, Priority,
    Timestamp, mdc,
};

use super::Stage;
use super::watched::Watched;
use crate::association::Associations;
use crate::bed::{PatientContext, Place, scope};
use crate::device::{Connection, Fixed, Metrics};
use crate::flow::{Clock, Drafts, Fact, Facts, Inbox, Index, Said};

pub(crate) fn install(schedule: &mut Schedule) {
    schedule.add_systems(associate_patients.in_set(Stage::Associate));
}

/// Applies what is said about associations.
#[allow(clippy::too_many_arguments, reason = "a system names every resource it uses")]
pub(crate) fn associate_patients(
    clock: Res<Clock>,
    index: Res<Index>,
    mut inbox: ResMut<Inbox>,
    mut associations: ResMut<Associations>,
    mut facts: ResMut<Facts>,
    mut drafts: ResMut<Drafts>,
    mut beds: Query<(&Place, &mut PatientContext)>,
    mut devices: Query<(&Fixed, &mut Connection, &mut Metrics)>,
) {
    let is_order = |command: &Command| matches!(command, Command::Associate { .. });
    if inbox.configured.is_empty() && drafts.identified.is_empty() && !inbox.commands.iter().any(is_order) {
        return;
    }
    let now = clock.now.utc;
    let held_before = associations.held();
    let mut news = Vec::new();
    let is_first = !inbox.configured.is_empty();
    for (bed, patient) in std::mem::take(&mut inbox.configured).into_iter().enumerate() {
        let mut of_bed = Vec::new();
        // From the start on, which was before this step, and nothing was observed before that.
        let started = clock.before;
        associations.configure(bed, patient.as_ref(), clock.utc(started), &mut of_bed);
        if let Ok((_, mut context)) = beds.get_mut(index.beds[bed]) {
            for said in &of_bed {
                apply(said, &mut context, started, started);
            }
        }
        if !of_bed.is_empty() {
            inbox.associated.push(u32::try_from(bed).unwrap_or(u32::MAX));
        }
        drafts.associations.append(&mut of_bed);
    }
    for device in std::mem::take(&mut drafts.identified) {
        identify(device, &index, &devices, &mut associations, now);
    }
    let orders: Vec<Command> = inbox.commands.extract_if(.., |command| is_order(command)).collect();
    for command in orders {
        let Command::Associate { reference, order } = command else { continue };
        let outcome = associations.order(&order, now, &mut news);
        news.push(AssociationNews::Outcome { reference, outcome });
    }
    associations.settle(now, &held_before, &mut news);

    for said in &news {
        let (bed, until) = match said {
            AssociationNews::Opened { association } | AssociationNews::Renewed { association } => {
                (&association.bed, clock.now.monotonic)
            }
            AssociationNews::Closed { association } => {
                let closed = association.closed.as_ref().map_or(now, |mark| mark.at);
                (&association.bed, clock.instant(closed))
            }
            AssociationNews::Held { bed, .. } => (bed, clock.now.monotonic),
            AssociationNews::Outcome { .. } => continue,
        };
        let Some(position) = associations.beds().iter().position(|memory| memory.bed == *bed) else { continue };
        let Ok((place, mut context)) = beds.get_mut(index.beds[position]) else { continue };
        let position_of = |id: &str| {
            let is_it =
                |device: &&u32| devices.get(index.devices[**device as usize]).is_ok_and(|(fixed, ..)| *fixed.id == *id);
            place.devices.iter().find(is_it).copied()
        };
        let splits = match said {
            AssociationNews::Held { holds, .. } => {
                let scopes = holds.iter().filter_map(|hold| scope(&hold.reason, position_of)).collect();
                context.hold(&scopes, clock.now.monotonic)
            }
            AssociationNews::Opened { .. }
            | AssociationNews::Renewed { .. }
            | AssociationNews::Closed { .. }
            | AssociationNews::Outcome { .. } => apply(said, &mut context, until, clock.now.monotonic),
        };
        if splits {
            inbox.associated.push(u32::try_from(position).unwrap_or(u32::MAX));
            for device in &place.devices {
                let Ok((fixed, mut connection, mut metrics)) = devices.get_mut(index.devices[*device as usize]) else {
                    continue;
                };
                let facts = &mut facts.0;
                Watched {
                    fixed,
                    connection: &mut connection,
                    metrics: &mut metrics,
                    facts,
                    drafts: &mut drafts,
                    clock: *clock,
                }
                .split(until);
            }
        }
    }
    // What holds a bed is told; after a restart all of it, so that what was over meanwhile ends.
    for (position, before) in held_before.iter().enumerate() {
        let Some(memory) = associations.bed(position) else { continue };
        let Ok((place, _)) = beds.get(index.beds[position]) else { continue };
        let told = |reason: &HoldReason, present: bool| {
            let alarm = DeviceAlarm {
                event: mdc::X_EVT_ASSOCIATION,
                source: Containment::new(1, 0, 0, 0),
                present,
                priority: Priority::Medium,
                kind: ConditionKind::Technical,
                text: format!("{reason}: not charted").into(),
            };
            let at = clock.now.monotonic;
            let said = Said::Alarm(Box::new(alarm));
            Fact { at, device: place.member, by_time: false, metric: 0, said, determined: at }
        };
        let holds = |reason: &HoldReason| memory.holds.iter().any(|hold| hold.reason == *reason);
        facts.0.extend(before.iter().filter(|reason| !holds(reason)).map(|reason| told(reason, false)));
        let new = memory.holds.iter().map(|hold| &hold.reason).filter(|reason| is_first || !before.contains(reason));
        facts.0.extend(new.map(|reason| told(reason, true)));
    }
    drafts.associations.append(&mut news);
}

/// A device said who it is: holds its bed if it is not the one that was seen there last while a patient is bound, and both
/// beds if another bed has a device that says the same.
fn identify(
    device: u32,
    index: &Index,
    devices: &Query<(&Fixed, &mut Connection, &mut Metrics)>,
    associations: &mut Associations,
    now: Timestamp,
) {
    let Ok((fixed, connection, _)) = devices.get(index.devices[device as usize]) else { return };
    let identity = &connection.identity;
    if identity.serial.is_empty() {
        return;
    }
    let bed = fixed.bed as usize;
    let is_exchanged = associations.note_serial(&fixed.id, &identity.serial).is_some();
    if is_exchanged && associations.bed(bed).is_some_and(|bed| bed.current.is_some()) {
        associations.set_hold(bed, &HoldReason::OtherDevice { device: Arc::clone(&fixed.id) }, true, now);
    }
    for other in &index.devices {
        let Ok((there, theirs, _)) = devices.get(*other) else { continue };
        let is_same = theirs.identity.serial == identity.serial
            && theirs.identity.model == identity.model
            && theirs.identity.manufacturer == identity.manufacturer;
        if there.bed == fixed.bed || !is_same || theirs.lost || theirs.link != LinkState::Up {
            continue;
        }
        for (here, elsewhere) in [(fixed, there), (there, fixed)] {
            let (device, other) = (Arc::clone(&here.id), Arc::clone(&elsewhere.bed_id));
            associations.set_hold(here.bed as usize, &HoldReason::DeviceTwice { device, other }, true, now);
        }
    }
}

/// Takes one piece of news into the context of its bed; whether report intervals are split by it.
fn apply(said: &AssociationNews, context: &mut PatientContext, until: Instant, now: Instant) -> bool {
    match said {
        AssociationNews::Opened { association } => {
            context.open(association.patient.clone(), association.evidence, now);
            true
        }
        AssociationNews::Renewed { association } => {
            context.renew(&association.patient, association.evidence);
            false
        }
        AssociationNews::Closed { .. } => {
            context.close(until);
            true
        }
        AssociationNews::Held { .. } | AssociationNews::Outcome { .. } => false,
    }
}

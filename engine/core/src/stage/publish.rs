//! `Publish`: everything the engine says leaves here and nowhere else, numbered without gaps and sorted by identity: alarms
//! by bed, device and occurrence, each in the order of its changes; answers in order of arrival; then beds, devices,
//! observations, and who lies where, in the order of what was said.
//!
//! The first step after a start says how every bed and device is, so that a receiver that still holds the picture of the
//! run before is corrected.

use std::sync::Arc;
use std::time::Duration;

use bevy_ecs::schedule::{IntoScheduleConfigs, Schedule};
use bevy_ecs::system::{Query, Res, ResMut};
use vigil_model::{AlarmState, BedSummary, DeviceStatus, EngineEvent, EventKind, Timestamp};

use super::Stage;
use crate::bed::{PatientContext, Place, Told};
use crate::counters::Tally;
use crate::device::{Connection, Fixed, Signals};
use crate::flow::{Clock, Drafts, Index, Outbox};

pub(crate) fn install(schedule: &mut Schedule) {
    schedule.add_systems(publish_events.in_set(Stage::Publish));
}

#[allow(clippy::too_many_arguments, reason = "a system names every resource it uses")]
fn publish_events(
    clock: Res<Clock>,
    index: Res<Index>,
    mut drafts: ResMut<Drafts>,
    mut outbox: ResMut<Outbox>,
    mut tally: ResMut<Tally>,
    mut beds: Query<(&Place, &PatientContext, &mut Told)>,
    devices: Query<(&Fixed, &Connection)>,
    signals: Query<&Signals>,
) {
    let drafts = &mut *drafts;
    let already = outbox.events.len();
    let at = clock.now.utc;
    if std::mem::take(&mut drafts.everything) {
        drafts.beds.extend((0u32..).take(index.beds.len()));
        drafts.devices.extend((0u32..).take(index.devices.len()));
    }

    drafts.alarms.sort_by_key(|alarm| (alarm.bed, alarm.device, alarm.occurrence.id.number));
    for alarm in drafts.alarms.drain(..) {
        let context = index.beds.get(alarm.bed as usize).and_then(|bed| beds.get(*bed).ok());
        let patient = context.and_then(|(_, context, _)| context.named()).cloned();
        outbox.say(at, EventKind::Alarm { phase: alarm.phase, occurrence: alarm.occurrence, patient });
    }
    for answer in drafts.answers.drain(..) {
        outbox.say(at, answer);
    }

    drafts.beds.sort_unstable();
    drafts.beds.dedup();
    for bed in drafts.beds.drain(..) {
        let Some((place, _, mut told)) = index.beds.get(bed as usize).and_then(|bed| beds.get_mut(*bed).ok()) else {
            continue; // the appliance has no bed
        };
        let summary = summarise(place, &index, &signals);
        if told.0.as_ref() != Some(&summary) {
            told.0 = Some(summary.clone());
            outbox.say(at, EventKind::Bed(summary));
        }
    }

    drafts.devices.sort_unstable();
    drafts.devices.dedup();
    for device in drafts.devices.drain(..) {
        let Ok((fixed, connection)) = devices.get(index.devices[device as usize]) else { continue };
        outbox.say(at, EventKind::Device(status(fixed, connection)));
    }

    drafts.reports.sort_by_key(|draft| (draft.bed, draft.device, draft.start));
    for mut draft in drafts.reports.drain(..) {
        let context = beds.get(index.beds[draft.bed as usize]).ok();
        draft.report.patient = context.and_then(|(_, context, _)| context.over(draft.start, draft.end)).cloned();
        draft.report.held =
            context.is_some_and(|(_, context, _)| context.was_held(draft.device, draft.start, draft.end));
        outbox.say(at, EventKind::Observations(Arc::new(draft.report)));
    }
    drafts.infusions.sort_by_key(|draft| (draft.bed, draft.device, draft.at)); // of one moment in the order of their making
    for mut draft in drafts.infusions.drain(..) {
        let moment = (draft.at, draft.at + Duration::from_micros(1));
        let context = beds.get(index.beds[draft.bed as usize]).ok().map(|(_, context, _)| context);
        let context = context.filter(|context| !context.was_held(draft.device, moment.0, moment.1));
        draft.event.patient = context.and_then(|context| context.over(moment.0, moment.1)).cloned();
        outbox.say(at, EventKind::Infusion(Arc::new(draft.event)));
    }
    for news in drafts.associations.drain(..) {
        outbox.say(at, EventKind::Association(Arc::new(news)));
    }

    tally.steps += 1;
    tally.events += (outbox.events.len() - already) as u64;
}

impl Outbox {
    fn say(&mut self, at: Timestamp, kind: EventKind) {
        self.events.push(EngineEvent { seq: self.next_seq, at, kind });
        self.next_seq += 1;
    }
}

fn status(fixed: &Fixed, connection: &Connection) -> DeviceStatus {
    DeviceStatus {
        device: Arc::clone(&fixed.id),
        bed: Arc::clone(&fixed.bed_id),
        link: connection.link.clone(),
        since: connection.since,
        identity: connection.identity.clone(),
        mode: connection.mode,
    }
}

fn summarise(place: &Place, index: &Index, signals: &Query<&Signals>) -> BedSummary {
    summary(place, place.members().filter_map(|member| signals.get(index.members[member as usize]).ok()))
}

/// The alarm picture of a bed. An occurrence counts from when people are told of it.
pub(crate) fn summary<'a>(place: &Place, signals: impl Iterator<Item = &'a Signals>) -> BedSummary {
    let mut summary = BedSummary { bed: Arc::clone(&place.id), highest: None, active: 0, latched: 0, acknowledged: 0 };
    for occurrence in signals.flat_map(|signals| &signals.live).filter_map(|live| live.occurrence.as_ref()) {
        match occurrence.state {
            AlarmState::Active => summary.active += 1,
            AlarmState::Latched => summary.latched += 1,
            AlarmState::Inactive => continue,
        }
        summary.acknowledged += u32::from(occurrence.is_acknowledged());
        summary.highest = summary.highest.max(Some(occurrence.priority));
    }
    summary
}

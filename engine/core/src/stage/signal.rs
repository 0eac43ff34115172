//! `Signal`: should people be told?
//!
//! Takes transitions in order, and before each the signal delays, pauses and reminder intervals that are over by then; then
//! commands. What a command holds back is what people have been told of: what begins or worsens afterwards is told.

use std::sync::Arc;

use bevy_ecs::schedule::{IntoScheduleConfigs, Schedule};
use bevy_ecs::system::{Query, Res, ResMut};
use vigil_model::{AlarmState, Answer, Command, EventKind, Occurrence, OccurrenceId, Phase, Scope};

use super::Stage;
use super::judge::Judging;
use super::telling::Telling;
use crate::bed::Place;
use crate::counters::Tally;
use crate::device::{ConditionRef, Conditions, Fixed, Metrics, Signals};
use crate::flow::{AlarmDraft, Book, Clock, Drafts, Inbox, Index, Timers, Transitions};

pub(crate) fn install(schedule: &mut Schedule) {
    schedule
        .add_systems((tell_restored, signal_conditions, take_commands, raise_unanswered).chain().in_set(Stage::Signal));
}

/// Once after a restart: what was told before it is still so, and what is no longer in the ward is over.
fn tell_restored(
    clock: Res<Clock>,
    index: Res<Index>,
    mut book: ResMut<Book>,
    mut drafts: ResMut<Drafts>,
    mut devices: Query<(&Fixed, &mut Signals)>,
) {
    for occurrence in book.orphans.drain(..) {
        let text = format!("{} (no longer configured)", occurrence.text);
        let occurrence = Occurrence {
            text: text.into(),
            state: AlarmState::Inactive,
            inactivation: Vec::new(),
            changed: clock.now.utc,
            ..occurrence
        };
        let (bed, device) = (u32::MAX, u32::MAX);
        drafts.alarms.push(AlarmDraft { bed, device, phase: Phase::End, occurrence: Arc::new(occurrence) });
    }
    for device in book.restored.drain(..) {
        let Ok((fixed, mut signals)) = devices.get_mut(index.members[device as usize]) else { continue };
        for live in signals.live.iter_mut().filter(|live| live.restored) {
            live.restored = false;
            if let Some(occurrence) = &live.occurrence {
                let occurrence = Arc::clone(occurrence);
                drafts.alarms.push(AlarmDraft { bed: fixed.bed, device, phase: Phase::Present, occurrence });
            }
        }
    }
}

fn signal_conditions(
    clock: Res<Clock>,
    index: Res<Index>,
    mut timers: ResMut<Timers>,
    mut transitions: ResMut<Transitions>,
    mut book: ResMut<Book>,
    mut drafts: ResMut<Drafts>,
    mut members: Query<(&Fixed, &Metrics, &mut Signals)>,
) {
    let Timers { signal, due, .. } = &mut *timers;
    for row in transitions.0.chunk_by(|a, b| a.device == b.device) {
        let device = row[0].device;
        let Ok((fixed, metrics, mut signals)) = members.get_mut(index.members[device as usize]) else { continue };
        let mut telling = Telling::new(fixed, metrics, &mut signals, &mut book, &mut drafts, *clock);
        row.iter().for_each(|transition| telling.take(transition));
        signal.set(device, signals.settle_deadline());
    }
    transitions.0.clear();
    due.clear();
    signal.due_at(clock.now.monotonic, due);
    for device in due.iter() {
        let Ok((fixed, metrics, mut signals)) = members.get_mut(index.members[*device as usize]) else { continue };
        Telling::new(fixed, metrics, &mut signals, &mut book, &mut drafts, *clock).elapse(clock.now.monotonic);
        signal.set(*device, signals.settle_deadline());
    }
}

#[allow(clippy::too_many_arguments, reason = "a system names every resource it uses")]
fn take_commands(
    clock: Res<Clock>,
    index: Res<Index>,
    mut timers: ResMut<Timers>,
    mut inbox: ResMut<Inbox>,
    mut book: ResMut<Book>,
    mut drafts: ResMut<Drafts>,
    mut tally: ResMut<Tally>,
    beds: Query<&Place>,
    mut members: Query<(&Fixed, &Metrics, &mut Signals)>,
) {
    for command in inbox.commands.drain(..) {
        let targets = match &command {
            Command::Answer { occurrence, .. } | Command::Hold { scope: Scope::Occurrence(occurrence), .. } => {
                book.find(occurrence).into_iter().collect()
            }
            Command::Enable { scope: Scope::Occurrence(occurrence), .. } => book.find(occurrence).into_iter().collect(),
            Command::Hold { scope: Scope::Bed(bed), .. } | Command::Enable { scope: Scope::Bed(bed), .. } => {
                book.of_bed(beds.iter().find(|place| place.id == *bed))
            }
            // Taken by `Receive`, `Associate` and `Derive`.
            Command::Delivery { .. }
            | Command::Appliance { .. }
            | Command::Chart { .. }
            | Command::Adjust { .. }
            | Command::Associate { .. } => Vec::new(),
        };
        tally.unknown_answers += u64::from(targets.is_empty());
        if let Command::Answer { occurrence, answer, by } = &command {
            let (occurrence, by, known) = (occurrence.clone(), Arc::clone(by), !targets.is_empty());
            drafts.answers.push(EventKind::Answered { occurrence, answer: *answer, by, known });
        }
        for (device, condition) in targets {
            let Ok((fixed, metrics, mut signals)) = members.get_mut(index.members[device as usize]) else { continue };
            let mut telling = Telling::new(fixed, metrics, &mut signals, &mut book, &mut drafts, *clock);
            match &command {
                Command::Answer { answer, by, .. } => {
                    telling.answer(condition, *answer, by);
                    if *answer == Answer::Acknowledge {
                        telling.acknowledge(condition, by);
                    }
                }
                Command::Hold { hold, by, .. } => telling.hold(condition, *hold, by),
                Command::Enable { .. } => telling.enable(condition),
                Command::Delivery { .. }
                | Command::Appliance { .. }
                | Command::Chart { .. }
                | Command::Adjust { .. }
                | Command::Associate { .. } => {}
            }
            timers.signal.set(device, signals.settle_deadline());
        }
    }
}

/// That nobody answered an alarm is an alarm of the bed, until somebody does or it is over.
fn raise_unanswered(
    clock: Res<Clock>,
    index: Res<Index>,
    mut timers: ResMut<Timers>,
    mut book: ResMut<Book>,
    mut drafts: ResMut<Drafts>,
    mut tally: ResMut<Tally>,
    mut members: Query<(&Fixed, &mut Metrics, &mut Conditions, &mut Signals)>,
) {
    for (bed, alarm) in std::mem::take(&mut book.unanswered) {
        let member = index.bed_member(bed);
        let entity = index.members.get(member as usize).copied();
        let Some((fixed, mut metrics, mut conditions, mut signals)) = entity.and_then(|e| members.get_mut(e).ok())
        else {
            continue;
        };
        let mut transitions = Vec::new();
        let at = clock.now.monotonic;
        Judging::new(fixed, &mut conditions, &mut metrics, &mut transitions, &mut tally).alarm(at, &alarm);
        let mut telling = Telling::new(fixed, &metrics, &mut signals, &mut book, &mut drafts, *clock);
        transitions.iter().for_each(|transition| telling.take(transition));
        timers.signal.set(member, signals.settle_deadline());
    }
}

impl Book {
    /// Device and condition of an occurrence whose signal is not off.
    fn find(&self, occurrence: &OccurrenceId) -> Option<(u32, ConditionRef)> {
        if occurrence.appliance == self.appliance { self.open.get(&occurrence.number).copied() } else { None }
    }

    /// Those of all occurrences of a bed whose signals are not off, ascending by number.
    fn of_bed(&self, place: Option<&Place>) -> Vec<(u32, ConditionRef)> {
        let is_of_bed = |device: u32| place.is_some_and(|place| place.members().any(|member| member == device));
        self.open.values().copied().filter(|(device, _)| is_of_bed(*device)).collect()
    }
}

//! `Signal`: should people be told?
//!
//! Takes transitions in order, and before each the signal delays that are over by then; then commands. An occurrence gets
//! its name when its signal first starts: a condition that ends within its signal delay was never told and uses up no name.
//! When a latched condition comes back the occurrence goes on, since its signal never stopped.
//!
//! The text, event and limit of an occurrence are those of its beginning. Its value is that of the beginning or of the
//! coming back; a new value alone is no reason to say anything, observations are reported on their own.

use std::sync::Arc;
use std::time::Duration;

use bevy_ecs::schedule::{IntoScheduleConfigs, Schedule};
use bevy_ecs::system::{Query, Res, ResMut};
use vigil_model::{
    AlarmState, Answer, Command, DeviceAlarm, EventKind, Inactivation, InactivationKind, Instant, Occurrence,
    OccurrenceId, Phase, Priority, Quantity, Value,
};

use super::Stage;
use crate::counters::Tally;
use crate::deadlines::NEVER;
use crate::device::{ConditionChange, ConditionRef, Fixed, Live, Signals};
use crate::flow::{AlarmDraft, Book, Clock, Drafts, Inbox, Index, Timers, Transition, Transitions};
use crate::machine::signal::{Input, Signal, step};
use crate::occurrence::begin;

pub(crate) fn install(schedule: &mut Schedule) {
    schedule.add_systems((tell_restored, signal_conditions, take_commands).chain().in_set(Stage::Signal));
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
        let Ok((fixed, mut signals)) = devices.get_mut(index.devices[device as usize]) else { continue };
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
    mut devices: Query<(&Fixed, &mut Signals)>,
) {
    let Timers { signal, due, .. } = &mut *timers;
    for row in transitions.0.chunk_by(|a, b| a.device == b.device) {
        let device = row[0].device;
        let Ok((fixed, mut signals)) = devices.get_mut(index.devices[device as usize]) else { continue };
        let signals = &mut *signals;
        let mut telling = Telling { fixed, signals, book: &mut book, drafts: &mut drafts, clock: *clock };
        row.iter().for_each(|transition| telling.take(transition));
        signal.set(device, telling.settle_deadline());
    }
    transitions.0.clear();
    due.clear();
    signal.due_at(clock.now.monotonic, due);
    for device in due.iter() {
        let Ok((fixed, mut signals)) = devices.get_mut(index.devices[*device as usize]) else { continue };
        let signals = &mut *signals;
        let mut telling = Telling { fixed, signals, book: &mut book, drafts: &mut drafts, clock: *clock };
        telling.elapse(clock.now.monotonic);
        signal.set(*device, telling.settle_deadline());
    }
}

fn take_commands(
    clock: Res<Clock>,
    index: Res<Index>,
    mut inbox: ResMut<Inbox>,
    mut book: ResMut<Book>,
    mut drafts: ResMut<Drafts>,
    mut tally: ResMut<Tally>,
    mut devices: Query<(&Fixed, &mut Signals)>,
) {
    for command in inbox.commands.drain(..) {
        let Command::Answer { occurrence, answer, by } = command;
        let place = book.find(&occurrence);
        let known = place.is_some();
        tally.unknown_answers += u64::from(!known);
        let told_by = Arc::clone(&by);
        drafts.answers.push(EventKind::Answered { occurrence, answer, by, known });
        match answer {
            Answer::Acknowledge => {}
            // Proof of the path, and who takes responsibility: published, nothing else.
            Answer::Received | Answer::Accepted | Answer::Rejected => continue,
        }
        let Some((device, condition)) = place else { continue };
        let Ok((fixed, mut signals)) = devices.get_mut(index.devices[device as usize]) else { continue };
        let signals = &mut *signals;
        let mut telling = Telling { fixed, signals, book: &mut book, drafts: &mut drafts, clock: *clock };
        telling.acknowledge(condition, told_by);
    }
}

impl Book {
    /// Device and condition of an occurrence whose signal is not off.
    fn find(&self, occurrence: &OccurrenceId) -> Option<(u32, ConditionRef)> {
        if occurrence.appliance == self.appliance { self.open.get(&occurrence.number).copied() } else { None }
    }
}

/// A device with all that telling its conditions touches.
struct Telling<'a> {
    fixed: &'a Fixed,
    signals: &'a mut Signals,
    book: &'a mut Book,
    drafts: &'a mut Drafts,
    clock: Clock,
}

impl Telling<'_> {
    fn take(&mut self, transition: &Transition) {
        let (at, condition) = (transition.at, transition.condition);
        self.elapse(at);
        let place = self.signals.live.binary_search_by_key(&condition, |live| live.condition);
        match (&transition.change, place) {
            (ConditionChange::Began { value }, Ok(position)) => self.come_back(at, position, *value),
            (ConditionChange::Began { value }, Err(position)) => self.begin(at, position, condition, *value, None),
            (ConditionChange::Raised(alarm), Err(position)) => {
                self.begin(at, position, condition, None, Some(alarm.clone()));
            }
            (ConditionChange::Ended, Ok(position)) => self.feed(position, Input::Ended, at),
            (ConditionChange::Priority(priority), Ok(position)) => self.reprioritise(at, position, *priority),
            // A condition whose signal is off has nothing to end, and a device's alarm begins once.
            (ConditionChange::Raised(_), Ok(_)) | (ConditionChange::Ended | ConditionChange::Priority(_), Err(_)) => {}
        }
    }

    fn begin(
        &mut self,
        at: Instant,
        position: usize,
        condition: ConditionRef,
        value: Option<Quantity>,
        raised: Option<Box<DeviceAlarm>>,
    ) {
        let live = Live { condition, signal: Signal::Off, value, onset: at, raised, occurrence: None, restored: false };
        self.signals.live.insert(position, live);
        self.feed(position, Input::Began { until: at + self.delay(condition) }, at);
    }

    fn come_back(&mut self, at: Instant, position: usize, value: Option<Quantity>) {
        let live = &mut self.signals.live[position];
        if let (Signal::Latched, Some(occurrence)) = (live.signal, &mut live.occurrence) {
            Arc::make_mut(occurrence).source.value = value.map(Value::Numeric);
        }
        let until = at + self.delay(self.signals.live[position].condition);
        self.feed(position, Input::Began { until }, at);
    }

    fn reprioritise(&mut self, at: Instant, position: usize, priority: Priority) {
        let live = &mut self.signals.live[position];
        live.raised.iter_mut().for_each(|alarm| alarm.priority = priority);
        let Some(occurrence) = &mut live.occurrence else { return };
        let before = std::mem::replace(&mut Arc::make_mut(occurrence).priority, priority);
        if priority > before {
            self.feed(position, Input::Worsened, at);
        } else {
            self.tell(position, Phase::Deescalate, at);
        }
    }

    fn acknowledge(&mut self, condition: ConditionRef, by: Arc<str>) {
        let Ok(position) = self.signals.live.binary_search_by_key(&condition, |live| live.condition) else { return };
        let at = self.clock.now.utc;
        let live = &mut self.signals.live[position];
        if let (Signal::On { acknowledged: false }, Some(occurrence)) = (live.signal, &mut live.occurrence) {
            let kind = InactivationKind::Acknowledged;
            Arc::make_mut(occurrence).inactivation.push(Inactivation { kind, by, at, until: None });
        }
        self.feed(position, Input::Acknowledge, self.clock.now.monotonic);
    }

    /// Tells the signal of a condition something, and people what that did.
    fn feed(&mut self, position: usize, input: Input, at: Instant) {
        let live = &mut self.signals.live[position];
        let latching = live.occurrence.as_ref().is_some_and(|occurrence| occurrence.latching);
        let (after, phase) = step(live.signal, input, at, latching);
        live.signal = after;
        if let Signal::Delayed { until } = after {
            self.signals.next = self.signals.next.min(until);
        }
        if let Some(phase) = phase {
            self.tell(position, phase, at);
        }
        if after == Signal::Off {
            let live = self.signals.live.remove(position);
            if let Some(occurrence) = live.occurrence {
                self.book.open.remove(&occurrence.id.number);
            }
        }
    }

    fn tell(&mut self, position: usize, phase: Phase, at: Instant) {
        let utc = self.clock.utc(at);
        let live = &mut self.signals.live[position];
        let (book, fixed, clock) = (&mut *self.book, self.fixed, self.clock);
        let occurrence = live.occurrence.get_or_insert_with(|| {
            let id = OccurrenceId { appliance: Arc::clone(&book.appliance), number: book.next_occurrence };
            book.next_occurrence += 1;
            book.open.insert(id.number, (fixed.index, live.condition));
            let onset = clock.utc(live.onset);
            Arc::new(begin(id, fixed, live.condition, live.raised.as_deref(), live.value, onset))
        });
        let changed = Arc::make_mut(occurrence);
        changed.changed = utc;
        changed.state = match live.signal {
            Signal::Off => AlarmState::Inactive,
            Signal::Delayed { .. } | Signal::On { .. } => AlarmState::Active,
            Signal::Latched => AlarmState::Latched,
        };
        if !matches!(live.signal, Signal::On { acknowledged: true }) {
            changed.inactivation.clear();
        }
        let occurrence = Arc::clone(occurrence);
        self.drafts.alarms.push(AlarmDraft { bed: self.fixed.bed, device: self.fixed.index, phase, occurrence });
        self.drafts.beds.push(self.fixed.bed);
    }

    /// Takes the signal delays that are over at `until`, in order of time.
    fn elapse(&mut self, until: Instant) {
        while self.signals.next <= until {
            let at = self.settle_deadline();
            let due = self.signals.live.iter().position(|live| live.signal == Signal::Delayed { until: at });
            match due {
                Some(position) if at <= until => self.feed(position, Input::Elapsed, at),
                Some(_) | None => break,
            }
        }
    }

    /// Makes the deadline of the device exact, and returns it.
    fn settle_deadline(&mut self) -> Instant {
        let delays = self.signals.live.iter().filter_map(|live| match live.signal {
            Signal::Delayed { until } => Some(until),
            Signal::Off | Signal::On { .. } | Signal::Latched => None,
        });
        self.signals.next = delays.min().unwrap_or(NEVER);
        self.signals.next
    }

    fn delay(&self, condition: ConditionRef) -> Duration {
        match condition {
            ConditionRef::Limit(position) => self.fixed.layout.limit(position).rule.signal_delay,
            ConditionRef::LinkLost
            | ConditionRef::CannotEvaluate(_)
            | ConditionRef::Stale(_)
            | ConditionRef::Invalid(_)
            | ConditionRef::Raised(_) => Duration::ZERO,
        }
    }
}

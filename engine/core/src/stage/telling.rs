//! One device, or another member, with its signals: what transitions, time and commands do to them, and what is said of that.
//!
//! An occurrence gets its name when its signal first starts: a condition that ends within its signal delay was never told and
//! uses up no name. When a latched condition comes back the occurrence goes on, since its signal never stopped. When one that
//! is over begins again within the window of the bed, it goes on as well: each start and end is told, under one name, with
//! the number of starts.
//!
//! The text, event and limit of an occurrence are those of its beginning. Its value is that of the last beginning; a new value
//! alone is no reason to say anything, observations are reported on their own.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    AlarmState, Answer, ConditionKind, Containment, DeviceAlarm, DeviceLimits, Escalation, EscalationState,
    Inactivation, InactivationKind, Instant, Occurrence, OccurrenceId, Phase, Priority, Quantity, SignalHold, Value,
    mdc,
};

use crate::device::{ConditionChange, ConditionRef, Fixed, JOINABLE_MAX, Latest, Live, Metrics, Signals};
use crate::flow::{AlarmDraft, Book, Clock, Drafts, Transition};
use crate::machine::escalation;
use crate::machine::signal::{Hold, Input, Manner, Signal, step};
use crate::occurrence::begin;

/// A member with all that telling its conditions touches.
pub(super) struct Telling<'a> {
    fixed: &'a Fixed,
    latest: &'a [Latest],
    signals: &'a mut Signals,
    book: &'a mut Book,
    drafts: &'a mut Drafts,
    clock: Clock,
}

impl<'a> Telling<'a> {
    pub(super) fn new(
        fixed: &'a Fixed,
        metrics: &'a Metrics,
        signals: &'a mut Signals,
        book: &'a mut Book,
        drafts: &'a mut Drafts,
        clock: Clock,
    ) -> Self {
        Self { fixed, latest: &metrics.latest, signals, book, drafts, clock }
    }

    pub(super) fn take(&mut self, transition: &Transition) {
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
        let live = Live {
            condition,
            signal: Signal::Off,
            value,
            onset: at,
            raised,
            occurrence: None,
            escalation: escalation::Escalation::Idle,
            restored: false,
        };
        self.signals.live.insert(position, live);
        self.feed(position, Input::Began { until: at + self.delay(condition) }, at);
    }

    fn come_back(&mut self, at: Instant, position: usize, value: Option<Quantity>) {
        let live = &mut self.signals.live[position];
        if let (Signal::Latched { .. }, Some(occurrence)) = (live.signal, &mut live.occurrence) {
            let occurrence = Arc::make_mut(occurrence);
            occurrence.source.value = value.map(Value::Numeric);
            occurrence.count = occurrence.count.saturating_add(1);
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

    /// Somebody answers: that may be what its chain waits for.
    pub(super) fn answer(&mut self, condition: ConditionRef, answer: Answer, by: &Arc<str>) {
        let Some(position) = self.position(condition) else { return };
        let at = self.clock.now.monotonic;
        if !self.escalate(position, escalation::Input::Answer(answer), at) {
            return;
        }
        let live = &mut self.signals.live[position];
        if let (escalation::Escalation::Settled, Some(occurrence)) = (live.escalation, &mut live.occurrence)
            && let Some(told) = &mut Arc::make_mut(occurrence).escalation
        {
            told.state = EscalationState::Answered { by: Arc::clone(by) };
        }
        // An acknowledgement says so itself.
        if answer != Answer::Acknowledge {
            self.tell(position, Phase::Update, at);
        }
    }

    /// Tells the chain of an occurrence something; whether that changed who is told.
    fn escalate(&mut self, position: usize, input: escalation::Input, at: Instant) -> bool {
        let live = &mut self.signals.live[position];
        let Some(occurrence) = &live.occurrence else { return false };
        let before = live.escalation;
        // A priority that falls later does not take an alarm out of its chain.
        let takes_part = input != escalation::Input::Started;
        let chain = self.fixed.layout.escalation().filter(|chain| {
            (takes_part || occurrence.priority >= chain.from) && occurrence.event != mdc::X_EVT_UNANSWERED
        });
        let after = escalation::step(before, input, at, chain.map_or(&[], |chain| &chain.levels));
        live.escalation = after;
        if input == escalation::Input::Started
            && let Some(occurrence) = &mut live.occurrence
        {
            Arc::make_mut(occurrence).escalation = None; // what was said of it is of the run before
        }
        let live = &self.signals.live[position];
        let Some(occurrence) = &live.occurrence else { return false };
        if let Some(due) = after.due() {
            self.signals.next = self.signals.next.min(due);
        }
        let was_unanswered = before == escalation::Escalation::Unanswered;
        let is_unanswered = after == escalation::Escalation::Unanswered;
        if was_unanswered != is_unanswered {
            self.book.unanswered.push((self.fixed.bed, unanswered(occurrence, is_unanswered)));
        }
        after != before
    }

    /// Somebody takes note.
    pub(super) fn acknowledge(&mut self, condition: ConditionRef, by: &Arc<str>) {
        let Some(position) = self.position(condition) else { return };
        let live = &mut self.signals.live[position];
        if let (Signal::On { acknowledged: false, .. }, Some(occurrence)) = (live.signal, &mut live.occurrence) {
            let (kind, by, at) = (InactivationKind::Acknowledged, Arc::clone(by), self.clock.now.utc);
            Arc::make_mut(occurrence).inactivation.push(Inactivation { kind, by, at, until: None });
        }
        self.feed(position, Input::Acknowledge, self.clock.now.monotonic);
    }

    /// Somebody holds the signal back.
    pub(super) fn hold(&mut self, condition: ConditionRef, hold: SignalHold, by: &Arc<str>) {
        let Some(position) = self.position(condition) else { return };
        let longest = self.fixed.layout.signals().pause_max;
        let lasts = hold.lasts().map(|lasts| lasts.min(longest));
        if lasts.is_some_and(|lasts| lasts.is_zero()) {
            return;
        }
        let now = self.clock.now;
        let live = &mut self.signals.live[position];
        if let (Signal::On { .. } | Signal::Latched { .. }, Some(occurrence)) = (live.signal, &mut live.occurrence) {
            let entries = &mut Arc::make_mut(occurrence).inactivation;
            entries.retain(|entry| entry.kind == InactivationKind::Acknowledged);
            let until = lasts.map(|lasts| now.utc + lasts);
            entries.push(Inactivation { kind: hold.kind(), by: Arc::clone(by), at: now.utc, until });
        }
        self.feed(position, Input::Hold { until: lasts.map(|lasts| now.monotonic + lasts) }, now.monotonic);
    }

    /// Somebody ends what holds the signal back.
    pub(super) fn enable(&mut self, condition: ConditionRef) {
        if let Some(position) = self.position(condition) {
            self.feed(position, Input::Enable, self.clock.now.monotonic);
        }
    }

    fn position(&self, condition: ConditionRef) -> Option<usize> {
        self.signals.live.binary_search_by_key(&condition, |live| live.condition).ok()
    }

    /// Tells the signal of a condition something, and people what that did.
    fn feed(&mut self, position: usize, input: Input, at: Instant) {
        let manner = manner(self.fixed, self.signals.live[position].occurrence.as_deref());
        let live = &mut self.signals.live[position];
        let before = live.signal;
        let (after, phase) = step(before, input, at, manner);
        live.signal = after;
        if let Some(due) = after.due() {
            self.signals.next = self.signals.next.min(due);
        }
        if let Some(phase) = phase {
            if live.occurrence.is_none() {
                let occurrence = Arc::new(self.name(position));
                self.signals.live[position].occurrence = Some(occurrence);
            }
            let came_back = matches!(before, Signal::Latched { .. }) && matches!(after, Signal::On { .. });
            if matches!(phase, Phase::Start | Phase::Escalate) || came_back {
                self.escalate(position, escalation::Input::Started, at);
            } else if after == Signal::Off {
                self.escalate(position, escalation::Input::Over, at);
            }
            self.tell(position, phase, at);
        }
        if after == Signal::Off {
            let live = self.signals.live.remove(position);
            if let Some(occurrence) = live.occurrence {
                self.book.open.remove(&occurrence.id.number);
                self.remember(occurrence, at);
            }
        }
    }

    /// Keeps what is over, since it may begin again as the same.
    fn remember(&mut self, occurrence: Arc<Occurrence>, at: Instant) {
        if self.fixed.layout.signals().join_within.is_zero() {
            return;
        }
        let ended = &mut self.signals.ended;
        if ended.len() >= JOINABLE_MAX {
            ended.pop_front();
        }
        ended.push_back((at, occurrence));
    }

    fn tell(&mut self, position: usize, phase: Phase, at: Instant) {
        let utc = self.clock.utc(at);
        let live = &mut self.signals.live[position];
        let Some(occurrence) = &mut live.occurrence else { return };
        let changed = Arc::make_mut(occurrence);
        describe(self.fixed, self.clock, live.escalation, changed);
        if phase != Phase::Continue {
            changed.changed = utc;
        }
        changed.state = match live.signal {
            Signal::Off => AlarmState::Inactive,
            Signal::Delayed { .. } | Signal::On { .. } => AlarmState::Active,
            Signal::Latched { .. } => AlarmState::Latched,
        };
        let acknowledged = matches!(live.signal, Signal::On { acknowledged: true, .. });
        let held = live.signal.hold() != Hold::Free;
        let in_force = |kind| if kind == InactivationKind::Acknowledged { acknowledged } else { held };
        changed.inactivation.retain(|entry| in_force(entry.kind));
        let occurrence = Arc::clone(occurrence);
        self.drafts.alarms.push(AlarmDraft { bed: self.fixed.bed, device: self.fixed.index, phase, occurrence });
        self.drafts.beds.push(self.fixed.bed);
    }

    /// The occurrence that a signal starts: one that was over a short time ago, or a new one.
    fn name(&mut self, position: usize) -> Occurrence {
        let live = &self.signals.live[position];
        let id = OccurrenceId { appliance: Arc::clone(&self.book.appliance), number: self.book.next_occurrence };
        let (limits, onset) = (self.device_limits(live.condition), self.clock.utc(live.onset));
        let new = begin(id, self.fixed, live.condition, live.raised.as_deref(), live.value, limits, onset);
        let within = self.fixed.layout.signals().join_within;
        let same =
            |(ended, before): &(Instant, Arc<Occurrence>)| before.key == new.key && live.onset.since(*ended) <= within;
        let joined = self.signals.ended.iter().position(same);
        let condition = live.condition;
        let occurrence = match joined.and_then(|place| self.signals.ended.remove(place)) {
            Some((_, before)) => Occurrence {
                id: before.id.clone(),
                count: before.count.saturating_add(1),
                restarts: before.restarts.saturating_add(1),
                ..new
            },
            None => {
                self.book.next_occurrence += 1;
                new
            }
        };
        self.book.open.insert(occurrence.id.number, (self.fixed.index, condition));
        occurrence
    }

    /// The limits set on the device for the metric of a limit.
    fn device_limits(&self, condition: ConditionRef) -> Option<Box<DeviceLimits>> {
        let ConditionRef::Limit(position) = condition else { return None };
        self.latest.get(self.fixed.layout.limit(position).metric as usize)?.limits.clone()
    }

    /// Takes the delays, pauses and reminder intervals that are over at `until`, in order of time.
    pub(super) fn elapse(&mut self, until: Instant) {
        while self.signals.next <= until {
            let at = self.signals.settle_deadline();
            let due = self.signals.live.iter().position(|live| live.due() == Some(at));
            let Some(position) = due.filter(|_| at <= until) else { break };
            if self.signals.live[position].signal.due() == Some(at) {
                self.feed(position, Input::Elapsed, at);
            } else if self.escalate(position, escalation::Input::Elapsed, at) {
                self.tell(position, Phase::Update, at);
            }
        }
    }

    fn delay(&self, condition: ConditionRef) -> Duration {
        match condition {
            ConditionRef::Limit(position) => self.fixed.layout.limit(position).manner.signal_delay,
            ConditionRef::Combined(position) => self.fixed.layout.combined(position).manner.signal_delay,
            ConditionRef::LinkLost
            | ConditionRef::OtherDevice
            | ConditionRef::ClockJumped
            | ConditionRef::CannotEvaluate(_)
            | ConditionRef::CannotCombine(_)
            | ConditionRef::Stale(_)
            | ConditionRef::Invalid(_)
            | ConditionRef::Raised(_) => Duration::ZERO,
        }
    }
}

/// Says how far an occurrence has come in its chain.
fn describe(fixed: &Fixed, clock: Clock, state: escalation::Escalation, occurrence: &mut Occurrence) {
    match state {
        escalation::Escalation::Idle => occurrence.escalation = None,
        escalation::Escalation::Waiting { level, since, .. } => {
            let chain = fixed.layout.escalation();
            let to = chain.and_then(|chain| chain.levels.get(level as usize)).map_or(Vec::new(), |l| l.to.clone());
            let (since, state) = (clock.utc(since), EscalationState::Waiting);
            // What is waited for since then is not new because it is told again.
            if occurrence.escalation.as_ref().is_none_or(|told| told.level != level || told.state != state) {
                occurrence.escalation = Some(Box::new(Escalation { level, to, since, state }));
            }
        }
        escalation::Escalation::Settled => {}
        escalation::Escalation::Unanswered => {
            if let Some(told) = &mut occurrence.escalation {
                told.state = EscalationState::Unanswered;
            }
        }
    }
}

/// What the bed says of an occurrence that nobody answered. Its text names it, so that each is an alarm of its own.
fn unanswered(occurrence: &Occurrence, present: bool) -> DeviceAlarm {
    DeviceAlarm {
        event: mdc::X_EVT_UNANSWERED,
        source: Containment::new(1, 0, 0, 0),
        present,
        priority: occurrence.priority,
        kind: ConditionKind::Technical,
        text: format!("Nobody answered {}: {}", occurrence.id, occurrence.text).into(),
    }
}

/// What is fixed about the signal of an occurrence.
pub(crate) fn manner(fixed: &Fixed, occurrence: Option<&Occurrence>) -> Manner {
    Manner {
        latching: occurrence.is_some_and(|occurrence| occurrence.latching),
        remind_every: fixed.layout.signals().remind_every.filter(|every| !every.is_zero()),
    }
}

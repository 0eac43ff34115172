//! `Judge`: do conditions exist?
//!
//! Takes facts in order, and before each the condition delays that are over by then. Says nothing to people: it hands on
//! what began and what ended.
//!
//! What a fact about a metric means for the conditions about it:
//!
//! | fact | each limit | cannot evaluate (a limit) | stale | invalid |
//! |---|---|---|---|---|
//! | number | violating, near or clear | clear | clear | clear |
//! | state or text; number in another unit than the rule's | missing | violating | clear | clear |
//! | unusable | missing | violating | – | violating¹ |
//! | nothing (episodic) | missing | missing | – | missing |
//! | stale | missing | violating; episodic: missing | violating¹; episodic: – | missing |
//! | link lost | missing | withheld | withheld | withheld |
//! | link up after that | – | violating; episodic: – | – | – |
//! | mode no longer normal | missing | violating; episodic: missing | withheld | withheld |
//!
//! ¹ only if the metric had a valid value since the start (and, for stale, the mode is normal): a parameter that was never
//! connected is no fault; if a limit watches it, *cannot evaluate* tells of it, counted from the start.
//!
//! A lost link explains missing data, and an operating mode explains missing values, so they hold back technical
//! conditions; they never end one that is present. Physiological and device-raised conditions are never held back by a
//! link. What is present ends on evidence only.
//!
//! A rate stands where a limit stands; it is known only over a part of its window, until when it is missing. Conditions that
//! combine devices of a bed have their own table in `combination.rs`; facts about these devices are taken in order of time.
//!
//! A limit on an episodic metric (cuff pressure, weight) is not missed while nothing was measured or the measurement is
//! old; it cannot be evaluated when the device says that a measurement is unusable.

use std::time::Duration;

use bevy_ecs::schedule::{IntoScheduleConfigs, Schedule};
use bevy_ecs::system::{Query, Res, ResMut};
use vigil_model::{Instant, Quantity};

use super::Stage;
use crate::combination::Combinations;
use crate::counters::Tally;
use crate::deadlines::NEVER;
use crate::device::{ConditionChange, ConditionRef, Conditions, Fixed, Latest, Metrics};
use crate::flow::{Clock, Fact, Facts, Index, Said, Timers, Transition, Transitions};
use crate::layout::{Layout, Trigger};
use crate::machine::condition::{Change, Condition, Input, step};

pub(crate) fn install(schedule: &mut Schedule) {
    schedule.add_systems(judge_conditions.in_set(Stage::Judge));
}

#[allow(clippy::too_many_arguments, reason = "a system names every resource it uses")]
fn judge_conditions(
    clock: Res<Clock>,
    index: Res<Index>,
    mut timers: ResMut<Timers>,
    mut facts: ResMut<Facts>,
    mut transitions: ResMut<Transitions>,
    mut tally: ResMut<Tally>,
    mut members: Query<(&Fixed, &mut Conditions, &mut Metrics)>,
    mut combinations: Query<&mut Combinations>,
) {
    let Timers { judge, due, .. } = &mut *timers;
    order_for_beds(&mut facts.0, &index);
    for row in facts.0.chunk_by(|a, b| a.device == b.device) {
        let device = row[0].device;
        let entity = index.members[device as usize];
        let transitions = &mut transitions.0;
        let Some(bed) = index.combining_bed(device) else {
            let Ok((fixed, mut conditions, mut metrics)) = members.get_mut(entity) else { continue };
            let before = conditions.next;
            let mut judging = Judging::new(fixed, &mut conditions, &mut metrics, transitions, &mut tally);
            row.iter().for_each(|fact| judging.take(fact));
            if judging.settle_deadline() != before {
                judge.set(device, conditions.next);
            }
            continue;
        };
        let bed_entity = index.members[bed as usize];
        let Ok(mut combinations) = combinations.get_mut(bed_entity) else { continue };
        let Ok([(fixed, mut conditions, mut metrics), of_bed]) = members.get_many_mut([entity, bed_entity]) else {
            continue;
        };
        let (bed_fixed, mut bed_conditions, mut bed_metrics) = of_bed;
        for fact in row {
            Judging::new(fixed, &mut conditions, &mut metrics, transitions, &mut tally).take(fact);
            combinations.take(fact, &fixed.layout, &conditions);
            Judging::new(bed_fixed, &mut bed_conditions, &mut bed_metrics, transitions, &mut tally)
                .combine(fact.at, &combinations);
        }
        judge
            .set(device, Judging::new(fixed, &mut conditions, &mut metrics, transitions, &mut tally).settle_deadline());
        let mut judging = Judging::new(bed_fixed, &mut bed_conditions, &mut bed_metrics, transitions, &mut tally);
        judge.set(bed, judging.settle_deadline());
    }
    facts.0.clear();
    due.clear();
    judge.due_at(clock.now.monotonic, due);
    for device in due.iter() {
        let Ok((fixed, mut conditions, mut metrics)) = members.get_mut(index.members[*device as usize]) else {
            continue;
        };
        let mut judging = Judging::new(fixed, &mut conditions, &mut metrics, &mut transitions.0, &mut tally);
        judging.elapse(clock.now.monotonic);
        judge.set(*device, judging.settle_deadline());
    }
}

/// What is about devices of one bed must be taken in order of time where a condition looks at several of them; at the same
/// time, what follows from time first, then in order of arrival.
fn order_for_beds(facts: &mut [Fact], index: &Index) {
    if !index.combining.is_empty() {
        facts.sort_by_key(|fact| index.combining_bed(fact.device).map(|bed| (bed, fact.at, !fact.by_time)));
    }
}

/// A device with all that judging it touches.
pub(crate) struct Judging<'a> {
    pub(crate) fixed: &'a Fixed,
    pub(crate) layout: &'a Layout,
    pub(crate) conditions: &'a mut Conditions,
    /// Latest knowledge by position, to say of which nothing more need be told.
    pub(crate) latest: &'a mut [Latest],
    pub(crate) transitions: &'a mut Vec<Transition>,
    pub(crate) tally: &'a mut Tally,
}

impl<'a> Judging<'a> {
    pub(super) fn new(
        fixed: &'a Fixed,
        conditions: &'a mut Conditions,
        metrics: &'a mut Metrics,
        transitions: &'a mut Vec<Transition>,
        tally: &'a mut Tally,
    ) -> Self {
        Self { fixed, layout: &fixed.layout, conditions, latest: &mut metrics.latest, transitions, tally }
    }

    /// What the terms of a bed's combined conditions say after something became known.
    fn combine(&mut self, at: Instant, combinations: &Combinations) {
        if self.conditions.next <= at {
            self.elapse(at);
        }
        for (position, combination) in (0u32..).zip(&combinations.0) {
            let judgement = combination.judge();
            self.feed(ConditionRef::Combined(position), judgement.exists, at);
            self.feed(ConditionRef::CannotCombine(position), judgement.cannot_evaluate, at);
        }
    }

    fn take(&mut self, fact: &Fact) {
        let (at, metric) = (fact.at, fact.metric);
        if self.conditions.next <= at {
            self.elapse(at);
        }
        match &fact.said {
            Said::Number(value) => self.usable(at, metric, Some(*value)),
            Said::Word(_) => self.usable(at, metric, None),
            Said::Unusable => {
                let had_valid = self.conditions.metrics[metric as usize].had_valid;
                let told = had_valid && self.layout.metric(metric).is_measured;
                let invalid = if told { Input::Violating } else { Input::Missing };
                self.unusable(at, metric, None, invalid, Input::Violating);
            }
            Said::Nothing => self.unusable(at, metric, None, Input::Missing, Input::Missing),
            Said::Stale => {
                let episodic = self.layout.metric(metric).episodic;
                let had_valid = self.conditions.metrics[metric as usize].had_valid;
                let measured = self.layout.metric(metric).is_measured;
                let told = measured && !episodic && had_valid && self.conditions.is_normal;
                let stale = told.then_some(Input::Violating);
                self.unusable(at, metric, stale, Input::Missing, continuous(episodic));
            }
            Said::LinkLost => self.link_lost(at),
            Said::LinkUp => self.link_up(at),
            Said::Mode { normal } => self.mode(at, *normal),
            Said::Alarm(alarm) => self.alarm(at, alarm),
            Said::AlarmsListed => self.alarms_listed(at),
            Said::OtherDevice => self.happen(ConditionRef::OtherDevice, at),
            Said::ClockJumped => self.happen(ConditionRef::ClockJumped, at),
        }
    }

    /// Something that is over as soon as it happened; its latched signal tells of it.
    fn happen(&mut self, condition: ConditionRef, at: Instant) {
        self.feed(condition, Input::Violating, at);
        self.feed(condition, Input::Clear, at);
    }

    /// A fresh valid value: the only evidence that ends conditions of a metric.
    fn usable(&mut self, at: Instant, metric: u32, value: Option<Quantity>) {
        let layout = self.layout;
        let of_metric = &mut self.conditions.metrics[metric as usize];
        (of_metric.had_valid, of_metric.last) = (true, value);
        self.feed(ConditionRef::Stale(metric), Input::Clear, at);
        self.feed(ConditionRef::Invalid(metric), Input::Clear, at);
        for position in layout.metric(metric).limits.clone() {
            let limit = layout.limit(position);
            match value.filter(|_| limit.applicable) {
                Some(value) => {
                    self.evaluable(position, true, Input::Clear, at);
                    let input = match &limit.trigger {
                        Trigger::Value(threshold) => threshold.judge(value),
                        Trigger::Rate(rule) => self.conditions.limits[position as usize].history.take(at, value, rule),
                    };
                    self.feed(ConditionRef::Limit(position), input, at);
                }
                None => {
                    self.feed(ConditionRef::Limit(position), Input::Missing, at);
                    self.evaluable(position, false, Input::Violating, at);
                }
            }
        }
        let absent = |condition: Condition| condition == Condition::Absent;
        let of_metric = self.conditions.metrics[metric as usize];
        self.latest[metric as usize].settled = absent(of_metric.stale)
            && absent(of_metric.invalid)
            && layout.metric(metric).limits.clone().all(|position| {
                let of_limit = &self.conditions.limits[position as usize];
                absent(of_limit.limit) && of_limit.is_evaluable
            });
    }

    fn unusable(&mut self, at: Instant, metric: u32, stale: Option<Input>, invalid: Input, cannot_evaluate: Input) {
        self.latest[metric as usize].settled = false;
        if let Some(input) = stale {
            self.feed(ConditionRef::Stale(metric), input, at);
        }
        self.feed(ConditionRef::Invalid(metric), invalid, at);
        for position in self.layout.metric(metric).limits.clone() {
            self.feed(ConditionRef::Limit(position), Input::Missing, at);
            self.evaluable(position, false, cannot_evaluate, at);
        }
    }

    /// Whether a limit has data now, and what that means for "cannot evaluate" of its rule: it stands while none of the
    /// places where the device could measure the metric has a value.
    fn evaluable(&mut self, position: u32, is_evaluable: bool, cannot_evaluate: Input, at: Instant) {
        self.conditions.limits[position as usize].is_evaluable = is_evaluable;
        let of_rule = &self.layout.limit(position).of_rule;
        let elsewhere = |other: &u32| self.conditions.limits[*other as usize].is_evaluable;
        if !is_evaluable && of_rule.iter().any(elsewhere) {
            return;
        }
        if let Some(first) = of_rule.first() {
            self.feed(ConditionRef::CannotEvaluate(*first), cannot_evaluate, at);
        }
    }

    pub(crate) fn link_lost(&mut self, at: Instant) {
        self.conditions.is_link_lost = true;
        self.forget_rates();
        self.feed(ConditionRef::LinkLost, Input::Violating, at);
        for metric in self.layout.metric_positions() {
            self.unusable(at, metric, Some(Input::Withheld), Input::Withheld, Input::Withheld);
        }
    }

    fn link_up(&mut self, at: Instant) {
        self.alarms_begin_listing();
        if !std::mem::take(&mut self.conditions.is_link_lost) {
            return;
        }
        self.feed(ConditionRef::LinkLost, Input::Clear, at);
        for position in self.layout.limit_positions() {
            let limit = self.layout.limit(position);
            if limit.speaks_for_rule(position) && !self.layout.metric(limit.metric).episodic {
                self.feed(ConditionRef::CannotEvaluate(position), Input::Violating, at);
            }
        }
    }

    fn mode(&mut self, at: Instant, normal: bool) {
        self.conditions.is_normal = normal;
        if normal {
            self.alarms_withheld_begin(at);
            return;
        }
        self.forget_rates();
        for metric in self.layout.metric_positions() {
            let cannot_evaluate = continuous(self.layout.metric(metric).episodic);
            self.unusable(at, metric, Some(Input::Withheld), Input::Withheld, cannot_evaluate);
        }
    }

    /// What comes next may be of another patient or sensor, so that no rate leads there from before.
    fn forget_rates(&mut self) {
        self.conditions.limits.iter_mut().for_each(|limit| limit.history.clear());
    }

    /// Takes the condition delays that are over at `until`, in order of time.
    fn elapse(&mut self, until: Instant) {
        loop {
            let (at, condition) = self.first_delay();
            self.conditions.next = at;
            self.conditions.recount = false;
            match condition {
                Some(condition) if at <= until => self.feed(condition, Input::Elapsed, at),
                Some(_) | None => break,
            }
        }
    }

    /// Makes the deadline of the device exact, and returns it.
    pub(crate) fn settle_deadline(&mut self) -> Instant {
        if std::mem::take(&mut self.conditions.recount) {
            self.conditions.next = self.first_delay().0;
        }
        self.conditions.next
    }

    fn first_delay(&self) -> (Instant, Option<ConditionRef>) {
        let pending = self.conditions.pending.iter().filter_map(|condition| {
            let Condition::Pending { since } = self.conditions.get(*condition) else { return None };
            Some((since + self.delay(*condition), Some(*condition)))
        });
        pending.min().unwrap_or((NEVER, None))
    }

    /// Tells a limit or technical condition something, and hands on what that did.
    pub(crate) fn feed(&mut self, condition: ConditionRef, input: Input, at: Instant) {
        let before = self.conditions.get(condition);
        if before == Condition::Absent && input != Input::Violating {
            return; // most of what is fed says that what does not exist still does not
        }
        let delay = self.delay(condition);
        let (after, change) = step(before, input, at, delay);
        if after == before {
            return;
        }
        self.conditions.set(condition, after);
        if let Condition::Pending { since } = after {
            self.conditions.next = self.conditions.next.min(since + delay);
        } else if let Condition::Pending { .. } = before {
            self.conditions.recount = true;
        }
        let change = match change {
            None => return,
            Some(Change::Began) => ConditionChange::Began { value: self.value(condition) },
            Some(Change::Ended) => ConditionChange::Ended,
        };
        self.transitions.push(Transition { at, device: self.fixed.index, condition, change });
    }

    fn delay(&self, condition: ConditionRef) -> Duration {
        match condition {
            ConditionRef::Limit(position) => self.layout.limit(position).manner.condition_delay,
            ConditionRef::Combined(position) => self.layout.combined(position).manner.condition_delay,
            ConditionRef::CannotEvaluate(_) | ConditionRef::CannotCombine(_) => {
                self.layout.technical.cannot_evaluate_delay
            }
            ConditionRef::Invalid(_) => self.layout.technical.invalid_delay,
            // The quiet time and the freshness bound are delay enough.
            ConditionRef::LinkLost
            | ConditionRef::OtherDevice
            | ConditionRef::ClockJumped
            | ConditionRef::Stale(_)
            | ConditionRef::Raised(_) => Duration::ZERO,
        }
    }

    /// The number that made a limit condition.
    fn value(&self, condition: ConditionRef) -> Option<Quantity> {
        match condition {
            ConditionRef::Limit(position) => {
                let metric = self.layout.limit(position).metric;
                self.conditions.metrics[metric as usize].last
            }
            ConditionRef::LinkLost
            | ConditionRef::OtherDevice
            | ConditionRef::ClockJumped
            | ConditionRef::CannotEvaluate(_)
            | ConditionRef::Stale(_)
            | ConditionRef::Invalid(_)
            | ConditionRef::Combined(_)
            | ConditionRef::CannotCombine(_)
            | ConditionRef::Raised(_) => None,
        }
    }
}

/// What missing data of a metric means for "cannot evaluate".
fn continuous(episodic: bool) -> Input {
    if episodic { Input::Missing } else { Input::Violating }
}

//! `Derive`: what the appliance calculates for a bed, from what its devices say and what people chart.
//!
//! A calculation is a metric of a device without apparatus that stands at the bed: its values are judged, reported and shown
//! like any other's. This stage takes the facts of the bed's devices in order of time and gives facts of that device. All
//! facts of one instant are taken as one, and should more of the same instant come in a later step, the result is that of
//! all of them: how inputs were batched into steps changes nothing but what was said in between.
//!
//! | fact about a source | it |
//! |---|---|
//! | number | counts, as old as it was determined |
//! | state or text, unusable, nothing, stale | does not count |
//! | link lost, mode no longer normal, another device | nothing of that device counts |
//!
//! A device that was heard again, or is in use again, counts from its next number on. When another patient is bound to the
//! bed, or none, everything given before is forgotten.
//!
//! What is charted is taken after the reports of the step and worked out at once.

use std::sync::Arc;

use bevy_ecs::schedule::{IntoScheduleConfigs, Schedule};
use bevy_ecs::system::{Local, Query, Res, ResMut};
use vigil_model::{
    Absence, ChartEntry, Command, EventKind, Instant, Kept, Patient, Quality, Reading, Remembered, Value,
};

use super::Stage;
use super::watched::Watched;
use crate::bed::{PatientContext, Place};
use crate::calculator::{Calculating, Calculators, Effect};
use crate::counters::Tally;
use crate::deadlines::NEVER;
use crate::device::{Connection, Fixed, Metrics, Standing};
use crate::flow::{Changed, Clock, Drafts, Fact, Facts, Inbox, Index, Said, Timers};
use crate::scoring::{Scoring, Told};

pub(crate) fn install(schedule: &mut Schedule) {
    schedule.add_systems(derive_scores.in_set(Stage::Derive));
}

/// What a step has for calculating devices; kept from step to step for its room only.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Calculating device, time and position of each fact that it takes.
    facts: Vec<(u32, Instant, usize)>,
    /// Calculating devices that have something to do.
    devices: Vec<u32>,
    /// Calculating device and what was charted.
    entries: Vec<(u32, Arc<ChartEntry>)>,
}

#[allow(clippy::too_many_arguments, reason = "a system names every resource it uses")]
pub(super) fn derive_scores(
    clock: Res<Clock>,
    index: Res<Index>,
    calculators: Res<Calculators>,
    mut inbox: ResMut<Inbox>,
    mut timers: ResMut<Timers>,
    mut facts: ResMut<Facts>,
    mut drafts: ResMut<Drafts>,
    mut tally: ResMut<Tally>,
    mut memory: ResMut<Changed>,
    mut work: Local<Work>,
    beds: Query<(&Place, &PatientContext)>,
    mut devices: Query<(&Fixed, &mut Connection, &mut Metrics, &mut Calculating)>,
) {
    let now = clock.now.monotonic;
    let Work { facts: taken, devices: touched, entries } = &mut *work;
    taken.clear();
    for (position, fact) in facts.0.iter().enumerate() {
        if let Some(device) = calculators.fed_by.get(fact.device as usize).copied().flatten() {
            taken.push((device, fact.at, position));
        }
    }
    // Positions of equal time keep their order: within a device that is the order of its making.
    taken.sort_unstable();
    touched.clear();
    timers.derive.due_at(now, touched);
    touched.extend(taken.iter().map(|(device, ..)| *device));
    let changed = inbox.associated.drain(..);
    touched.extend(changed.filter_map(|bed| calculators.of_bed.get(bed as usize).copied().flatten()));
    entries.clear();
    for command in inbox.commands.extract_if(.., |command| matches!(command, Command::Chart { .. })) {
        let Command::Chart { bed, input, value, by } = command else { continue };
        let position = index.beds.iter().position(|entity| beds.get(*entity).is_ok_and(|(place, _)| place.id == bed));
        let context = position.and_then(|position| beds.get(index.beds[position]).ok());
        let patient = context.and_then(|(_, context)| context.now()).map(|patient| crate::calculator::key(patient));
        let entry = Arc::new(ChartEntry { bed, input, value, by, at: clock.now.utc, patient });
        let device = position.and_then(|position| calculators.of_bed.get(position).copied().flatten());
        let takes = device.filter(|device| {
            let calculating = devices.get(index.devices[*device as usize]);
            calculating.is_ok_and(|(.., calculating)| calculating.takes(&entry.input, &entry.value))
        });
        match takes {
            Some(device) => {
                touched.push(device);
                let what = Remembered::Charted(ChartEntry::clone(&entry));
                memory.0.push(Kept { key: what.key(), what: Some(what) });
                entries.push((device, Arc::clone(&entry)));
            }
            None => tally.unknown_entries += 1,
        }
        drafts.answers.push(EventKind::Charted { entry, taken: takes.is_some() });
    }
    touched.sort_unstable();
    touched.dedup();

    let mut derived: Vec<Fact> = Vec::new();
    for device in touched.iter() {
        let Ok((fixed, mut connection, mut metrics, mut calculating)) =
            devices.get_mut(index.devices[*device as usize])
        else {
            continue;
        };
        let association = beds.get(index.beds[fixed.bed as usize]).ok();
        let association = association.and_then(|(_, context)| context.current.as_ref());
        let mut deriving = Deriving {
            watched: Watched {
                fixed,
                connection: &mut connection,
                metrics: &mut metrics,
                facts: &mut derived,
                drafts: &mut drafts,
                clock: *clock,
            },
            calculating: &mut calculating,
            changed: &mut memory.0,
            patient: association.map(|association| &association.patient),
            patient_since: association.map_or(now, |association| association.opened_at),
        };
        let from = taken.partition_point(|(other, ..)| other < device);
        let to = taken.partition_point(|(other, ..)| other <= device);
        for instant in taken[from..to].chunk_by(|(_, a, _), (_, b, _)| a == b) {
            let at = instant[0].1;
            deriving.move_before(at);
            instant.iter().for_each(|(.., position)| deriving.take(&facts.0[*position]));
            deriving.settle(at);
        }
        deriving.move_before(now);
        deriving.settle(now);
        for (_, entry) in entries.iter().filter(|(of, _)| of == device) {
            deriving.chart(Arc::clone(entry), now);
        }
        timers.derive.set(*device, deriving.next());
    }
    facts.0.append(&mut derived);
}

/// A calculating device with all that deriving its metrics touches.
struct Deriving<'a> {
    watched: Watched<'a>,
    calculating: &'a mut Calculating,
    /// What is to be remembered from now on.
    changed: &'a mut Vec<Kept>,
    /// Who is bound to the bed at the end of this step, and since when.
    patient: Option<&'a Arc<Patient>>,
    patient_since: Instant,
}

impl Deriving<'_> {
    fn take(&mut self, fact: &Fact) {
        let known = &mut self.calculating.known;
        let effect = match &fact.said {
            Said::Number(number) => known.hear(fact.device, fact.metric, Some((*number, fact.determined))),
            Said::Word(_) | Said::Unusable | Said::Nothing | Said::Stale => known.hear(fact.device, fact.metric, None),
            Said::LinkLost | Said::Mode { normal: false } => known.lose(fact.device),
            Said::OtherDevice => known.lose(fact.device),
            Said::LinkUp | Said::Mode { normal: true } | Said::Alarm(_) | Said::AlarmsListed | Said::ClockJumped => {
                Effect::None
            }
        };
        self.calculating.scores.iter_mut().for_each(|score| score.notice(effect));
    }

    /// Takes what is due before `until`, in order of time, and the change of patient when its time comes.
    fn move_before(&mut self, until: Instant) {
        loop {
            let at = self.next();
            if self.patient_since <= until && self.patient_since <= at {
                let patient = self.patient.map(AsRef::as_ref);
                if self.calculating.known.belongs_to(patient, self.changed) {
                    self.calculating.scores.iter_mut().for_each(Scoring::forget);
                    self.work_out_all(until);
                    continue;
                }
            }
            if at >= until {
                break;
            }
            self.settle(at);
        }
    }

    /// Everything of an instant has been taken: works out what must be.
    fn settle(&mut self, at: Instant) {
        // A report interval ends before what happens at its end.
        self.watched.lapse(at);
        for position in 0..self.calculating.scores.len() {
            let Calculating { known, scores } = &mut *self.calculating;
            if scores[position].settle(known, at) {
                self.work_out(position, at);
            }
        }
    }

    fn next(&self) -> Instant {
        self.calculating.next().min(self.watched.metrics.next)
    }

    fn chart(&mut self, entry: Arc<ChartEntry>, at: Instant) {
        self.calculating.known.chart(entry, at);
        self.work_out_all(at);
    }

    fn work_out_all(&mut self, at: Instant) {
        (0..self.calculating.scores.len()).for_each(|score| self.work_out(score, at));
    }

    fn work_out(&mut self, score: usize, at: Instant) {
        let Calculating { known, scores } = &mut *self.calculating;
        let told = scores[score].work_out(known, at);
        for (metric, told) in told {
            self.watched.calculate(at, metric, told);
        }
    }
}

impl Watched<'_> {
    /// A metric of this device was calculated. Until when it counts is said by its score, not by a bound.
    fn calculate(&mut self, at: Instant, metric: u32, told: Told) {
        if self.metrics.interval_end.is_none() {
            self.open_interval(at);
        }
        let (reading, said) = match told {
            Told::Number(number) => (Reading::Value(Value::Numeric(number), Quality::Valid), Said::Number(number)),
            Told::Words(words) => (Reading::Value(Value::Text(Arc::clone(&words)), Quality::Valid), Said::Word(words)),
            Told::Nothing => (Reading::Absent(Absence::NotAvailable), Said::Unusable),
        };
        let determined_at = self.clock.utc(at);
        let latest = &mut self.metrics.latest[metric as usize];
        latest.reading = reading;
        (latest.standing, latest.due, latest.settled) = (Standing::Current, NEVER, false);
        (latest.arrived, latest.determined_at) = (at, determined_at);
        self.facts.push(Fact { at, device: self.fixed.index, by_time: false, metric, said, determined: at });
    }
}

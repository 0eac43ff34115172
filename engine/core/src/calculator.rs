//! What is known for calculating at one bed: the numbers that devices gave, what people charted, and the scores made of
//! both. Components of the entity of the calculating device.
//!
//! Words: a *source* is one metric of one device that some input takes; an *entry* is what somebody charted. A source
//! *counts* while its newest report is a fresh valid number that is younger than the input's maximum age; an entry counts
//! while it is younger than that. Both are forgotten when another patient lies in the bed.

use std::sync::Arc;

use bevy_ecs::component::Component;
use bevy_ecs::resource::Resource;
use vigil_model::score::{Charted, InputKind, Prefer};
use vigil_model::{BedIndex, Calculator, ChartEntry, DeviceIndex, Instant, Kept, Patient, Quantity, Remembered, Ward};

use crate::deadlines::NEVER;
use crate::layout::Layout;
use crate::score::{Given, Missing};
use crate::scoring::Scoring;

/// Identifier of a patient and who assigned it.
pub(crate) type PatientKey = (Arc<str>, Arc<str>);

/// Which devices feed calculations, and where these stand.
#[derive(Resource, Debug, Default)]
pub(crate) struct Calculators {
    /// By device: the calculating device of its bed, if that takes anything of it.
    pub(crate) fed_by: Vec<Option<u32>>,
    /// By bed: its calculating device.
    pub(crate) of_bed: Vec<Option<u32>>,
}

impl Calculators {
    pub(crate) fn new(ward: &Ward) -> Self {
        let mut found = Self { fed_by: vec![None; ward.devices.len()], of_bed: vec![None; ward.beds.len()] };
        for calculator in &ward.calculators {
            let Some(device) = ward.device(calculator.device) else { continue };
            if let Some(of_bed) = found.of_bed.get_mut(device.bed.0 as usize) {
                *of_bed = Some(calculator.device.0);
            }
            for (source, _) in ward.devices_of(device.bed).filter(|(index, _)| *index != calculator.device) {
                found.fed_by[source.0 as usize] = Some(calculator.device.0);
            }
        }
        found
    }
}

/// Everything that calculating at one bed needs.
#[derive(Component, Debug)]
pub(crate) struct Calculating {
    pub(crate) known: Known,
    pub(crate) scores: Vec<Scoring>,
}

/// What has been given.
#[derive(Debug)]
pub(crate) struct Known {
    sources: Vec<Source>,
    /// Per feeding device, by position of the metric: the source.
    by_device: Vec<(u32, Vec<Option<u32>>)>,
    /// One an input name, in the order of first use.
    entries: Vec<Entry>,
    /// Whose numbers and entries these are; `None` before the first step, when nobody has said.
    patient: Option<Option<PatientKey>>,
}

#[derive(Debug)]
struct Source {
    held: Held,
}

/// What a source gave last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Never,
    NotCurrent,
    Number { number: Quantity, determined: Instant },
}

/// What somebody charted.
#[derive(Debug)]
struct Entry {
    entry: Arc<ChartEntry>,
    determined: Instant,
}

/// What a report did to the sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    /// Nothing that is taken.
    #[default]
    None,
    /// Another number where there was one.
    Moved,
    /// A number where there was none, or another reason why there is none.
    Came,
    /// No number where there was one.
    Went,
}

impl Calculating {
    /// Binds what a bed's scores take to its devices. `layouts` are those of all devices of the ward.
    pub(crate) fn new(calculator: &Calculator, ward: &Ward, layouts: &[Arc<Layout>], started: Instant) -> Self {
        let bed = ward.device(calculator.device).map_or(BedIndex(u32::MAX), |device| device.bed);
        let devices: Vec<DeviceIndex> =
            ward.devices_of(bed).map(|(index, _)| index).filter(|index| *index != calculator.device).collect();
        let mut known = Known {
            sources: Vec::new(),
            by_device: devices.iter().map(|d| (d.0, vec![None; layouts[d.0 as usize].metrics.len()])).collect(),
            entries: Vec::new(),
            patient: None,
        };
        let own = &layouts[calculator.device.0 as usize];
        let scores = calculator.scores.iter().map(|score| Scoring::new(score, &mut known, layouts, own, started));
        let scores = scores.collect();
        Self { known, scores }
    }

    /// The next time at which something must be worked out.
    pub(crate) fn next(&self) -> Instant {
        self.scores.iter().map(Scoring::next).min().unwrap_or(NEVER)
    }

    /// Whether somebody may chart this: it is an answer to an input of some score.
    pub(crate) fn takes(&self, input: &str, value: &str) -> bool {
        let inputs = self.scores.iter().flat_map(|score| &score.plan.chart.inputs);
        inputs.filter(|candidate| &*candidate.name == input).any(|candidate| candidate.read(value).is_some())
    }
}

impl Known {
    /// The sources for an input, in the order of preference; each metric of each device is one source for all inputs.
    pub(crate) fn bind(&mut self, kind: &InputKind, layouts: &[Arc<Layout>]) -> Vec<u32> {
        let InputKind::Measured { metrics, unit, .. } = kind else { return Vec::new() };
        let mut bound = Vec::new();
        for code in metrics {
            for (device, sources) in &mut self.by_device {
                let layout = &layouts[*device as usize];
                for (position, metric) in layout.metrics.iter().enumerate() {
                    let same = metric.code == *code || (code.is_verified() && metric.code.value() == code.value());
                    if !same || metric.unit != Some(*unit) {
                        continue;
                    }
                    let source = sources[position].get_or_insert_with(|| {
                        self.sources.push(Source { held: Held::Never });
                        u32::try_from(self.sources.len() - 1).unwrap_or(u32::MAX)
                    });
                    if !bound.contains(source) {
                        bound.push(*source);
                    }
                }
            }
        }
        bound
    }

    /// Another patient, or none, lies in the bed from now on. Whether that changes anything.
    pub(crate) fn belongs_to(&mut self, patient: Option<&Patient>, changed: &mut Vec<Kept>) -> bool {
        let patient = patient.map(key);
        if self.patient.as_ref() == Some(&patient) {
            return false;
        }
        self.sources.iter_mut().for_each(|source| source.held = Held::Never);
        for gone in self.entries.extract_if(.., |entry| entry.entry.patient != patient) {
            changed.push(Kept { key: Remembered::Charted(ChartEntry::clone(&gone.entry)).key(), what: None });
        }
        self.patient = Some(patient);
        true
    }

    /// A device gave a number for a metric, or (`None`) has none that counts.
    pub(crate) fn hear(&mut self, device: u32, metric: u32, number: Option<(Quantity, Instant)>) -> Effect {
        let of_device = self.by_device.iter().find(|(index, _)| *index == device);
        let source = of_device.and_then(|(_, sources)| *sources.get(metric as usize)?);
        let Some(source) = source else { return Effect::None };
        self.sources[source as usize].take(number)
    }

    /// Nothing that a device gave counts any more.
    pub(crate) fn lose(&mut self, device: u32) -> Effect {
        let Some((_, of_device)) = self.by_device.iter().find(|(index, _)| *index == device) else {
            return Effect::None;
        };
        let mut effect = Effect::None;
        for source in of_device.iter().flatten() {
            effect = effect.max(self.sources[*source as usize].take(None));
        }
        effect
    }

    /// Somebody charted something.
    pub(crate) fn chart(&mut self, entry: Arc<ChartEntry>, determined: Instant) {
        let fresh = Entry { entry, determined };
        match self.entries.iter_mut().find(|known| known.entry.input == fresh.entry.input) {
            Some(known) => *known = fresh,
            None => self.entries.push(fresh),
        }
    }

    /// What was charted, as it is to be remembered.
    pub(crate) fn remembered(&self) -> impl Iterator<Item = Remembered> {
        self.entries.iter().map(|entry| Remembered::Charted(ChartEntry::clone(&entry.entry)))
    }

    /// The answer to an input at a time, and until when it counts.
    pub(crate) fn answer(
        &self,
        input: &vigil_model::ChartInput,
        sources: &[u32],
        fixed: Option<u8>,
        at: Instant,
    ) -> (Given, Instant) {
        let until = |determined: Instant| input.max_age.map_or(NEVER, |age| determined + age);
        let entry = self.entries.iter().find(|entry| entry.entry.input == input.name);
        match &input.kind {
            InputKind::Stated { default, .. } => {
                if let Some(state) = fixed {
                    return (Given::State(state), NEVER);
                }
                let Some(entry) = entry else {
                    return (default.map_or(Given::Missing(Missing::Never), Given::State), NEVER);
                };
                let end = until(entry.determined);
                match input.read(&entry.entry.value) {
                    _ if end <= at => (Given::Missing(Missing::TooOld), NEVER),
                    Some(Charted::State(state)) => (Given::State(state), end),
                    Some(Charted::Number(_)) | None => (Given::Missing(Missing::NoRow), end),
                }
            }
            InputKind::Measured { prefer, .. } => {
                let measured = sources.iter().map(|source| self.sources[*source as usize].held);
                let charted = entry.and_then(|entry| match input.read(&entry.entry.value)? {
                    Charted::Number(number) => Some(Held::Number { number, determined: entry.determined }),
                    Charted::State(_) => None,
                });
                let mut best: Option<(Quantity, Instant)> = None;
                let mut why = Missing::Never;
                for held in measured.chain(charted) {
                    match held {
                        Held::Never => {}
                        Held::NotCurrent => why = why.max(Missing::NotCurrent),
                        Held::Number { determined, .. } if until(determined) <= at => why = why.max(Missing::TooOld),
                        Held::Number { number, determined } => {
                            let better = match (best, prefer) {
                                (None, _) => true,
                                (Some(_), Prefer::Order) => false,
                                (Some((_, other)), Prefer::Newest) => determined > other,
                            };
                            if better {
                                best = Some((number, determined));
                            }
                        }
                    }
                }
                match best {
                    Some((number, determined)) => (Given::Number(number), until(determined)),
                    None => (Given::Missing(why), NEVER),
                }
            }
        }
    }
}

impl Source {
    fn take(&mut self, number: Option<(Quantity, Instant)>) -> Effect {
        let after = match (number, self.held) {
            (Some((number, determined)), _) => Held::Number { number, determined },
            (None, Held::Never) => Held::Never,
            (None, Held::NotCurrent | Held::Number { .. }) => Held::NotCurrent,
        };
        let before = std::mem::replace(&mut self.held, after);
        match (before, after) {
            (Held::Number { .. }, Held::Number { .. }) => Effect::Moved,
            (Held::Number { .. }, Held::Never | Held::NotCurrent) => Effect::Went,
            (Held::Never | Held::NotCurrent, _) if before == after => Effect::None,
            (Held::Never | Held::NotCurrent, _) => Effect::Came,
        }
    }
}

/// What tells patients apart.
pub(crate) fn key(patient: &Patient) -> PatientKey {
    (Arc::clone(&patient.id), Arc::clone(&patient.authority))
}

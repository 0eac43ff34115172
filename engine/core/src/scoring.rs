//! One score of one bed: when it is worked out, and what is then told as metrics.
//!
//! It is worked out
//! - on a beat (`every`, counted from the start), if some number it takes was given since it was worked out last;
//! - at once when an input begins or ceases to count, in particular when its maximum age is reached;
//! - at once when something is charted.
//!
//! Between, it stands. Everything that is given at one instant is taken as one: numbers of one moment that move together
//! never show a sum of old and new ones, and a total never outlives an input that it was made of.
//!
//! The change of the total is told only if the total is known now and was known that long ago. For that the totals are kept
//! as steps in time, at most [`STEPS_MAX`].

use std::collections::VecDeque;
use std::sync::Arc;

use vigil_model::{Code, Containment, Instant, Quantity, Score};

use crate::calculator::{Effect, Known};
use crate::deadlines::NEVER;
use crate::layout::Layout;
use crate::score::{Evaluation, Given, Missing, Points, evaluate};

/// Most changes of a total that are remembered; beyond, its change over a longer time is not known.
pub(crate) const STEPS_MAX: usize = 256;

/// Characters of a list of what is missing.
const MISSING_CHARS_MAX: usize = 240;

/// A score and how it stands.
#[derive(Debug)]
pub(crate) struct Scoring {
    pub(crate) plan: Score,
    /// Per input, its sources in the order of preference.
    sources: Vec<Vec<u32>>,
    rows: Rows,
    started: Instant,
    /// When it is due on the beat; [`NEVER`] if nothing new was given.
    due: Instant,
    /// When the first of its answers ceases to count.
    expires: Instant,
    /// How it stands; `None` before it was worked out for the first time.
    stands: Option<Evaluation>,
    /// When it was worked out last.
    worked_out: Option<Instant>,
    /// The strongest effect that the reports of this instant had on the sources.
    noticed: Effect,
    /// The total from each instant on, ascending.
    totals: VecDeque<(Instant, Option<u16>)>,
}

/// Positions of its metrics in the layout of the calculating device.
#[derive(Debug)]
struct Rows {
    total: Option<u32>,
    highest: Option<u32>,
    change: Option<u32>,
    missing: Option<u32>,
    points: Vec<Option<u32>>,
}

/// What is told of a metric of a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It has this value.
    Number(Quantity),
    /// It is this text.
    Words(Arc<str>),
    /// It cannot be given.
    Nothing,
}

impl Scoring {
    pub(crate) fn new(
        score: &Score,
        known: &mut Known,
        layouts: &[Arc<Layout>],
        own: &Layout,
        started: Instant,
    ) -> Self {
        let chart = &score.chart;
        let place = |code: Code, row: Containment| own.position(code, row, 0);
        let points = chart.inputs.iter().enumerate();
        Self {
            sources: chart.inputs.iter().map(|input| known.bind(&input.kind, layouts)).collect(),
            rows: Rows {
                total: place(chart.total, score.total_row()),
                highest: place(chart.highest, score.highest_row()),
                change: place(chart.change, score.change_row()),
                missing: place(chart.missing, score.missing_row()),
                points: points.map(|(at, input)| place(input.points?, score.points_row(at))).collect(),
            },
            plan: score.clone(),
            started,
            // Once at the start, so that what is missing is told.
            due: started,
            expires: NEVER,
            stands: None,
            worked_out: None,
            noticed: Effect::None,
            totals: VecDeque::new(),
        }
    }

    /// The next time at which it must be worked out.
    pub(crate) fn next(&self) -> Instant {
        self.due.min(self.expires)
    }

    /// A report of a device had an effect on the sources.
    pub(crate) fn notice(&mut self, effect: Effect) {
        self.noticed = self.noticed.max(effect);
    }

    /// Everything of an instant has been taken. Whether the score must be worked out now; if not, new numbers wait for the
    /// beat.
    pub(crate) fn settle(&mut self, known: &Known, at: Instant) -> bool {
        let noticed = std::mem::take(&mut self.noticed);
        if self.next() <= at || noticed == Effect::Went {
            return true;
        }
        if noticed == Effect::None {
            return false;
        }
        // What was worked out at this very instant was so without what has come now.
        if self.worked_out == Some(at) {
            return true;
        }
        let complete = self.stands.as_ref().is_some_and(|stands| stands.total.is_some());
        if !complete || noticed == Effect::Came {
            let (given, _) = self.answers(known, at);
            let parts = evaluate(&self.plan.chart, &given).parts;
            if !self.stands.as_ref().is_some_and(|stands| why(&stands.parts).eq(why(&parts))) {
                return true;
            }
        }
        self.wait_for_beat(at);
        false
    }

    /// The first beat after an instant: what arrives on a beat is for the next one.
    fn wait_for_beat(&mut self, at: Instant) {
        if self.due == NEVER {
            let every = self.plan.every.as_micros().max(1);
            let beats = at.since(self.started).as_micros() / every + 1;
            let micros = u64::try_from(beats.saturating_mul(every)).unwrap_or(u64::MAX);
            self.due = Instant::from_micros(self.started.as_micros().saturating_add(micros));
        }
    }

    /// Works the score out, and says what its metrics are from now on, by position in the layout.
    pub(crate) fn work_out(&mut self, known: &Known, at: Instant) -> Vec<(u32, Told)> {
        let (given, expires) = self.answers(known, at);
        let evaluation = evaluate(&self.plan.chart, &given);
        (self.due, self.expires, self.worked_out) = (NEVER, expires, Some(at));
        self.noticed = Effect::None;
        if self.totals.back().is_none_or(|(_, total)| *total != evaluation.total) {
            if self.totals.len() == STEPS_MAX {
                self.totals.pop_front();
            }
            self.totals.push_back((at, evaluation.total));
        }
        let number = |value: Option<i64>| value.map_or(Told::Nothing, |value| Told::Number(Quantity::from(value)));
        let change = self.change(at);
        let rows = &self.rows;
        let mut told: Vec<(u32, Told)> = Vec::new();
        let mut tell = |row: Option<u32>, what: Told| told.extend(row.map(|row| (row, what)));
        tell(rows.total, number(evaluation.total.map(i64::from)));
        tell(rows.highest, number(evaluation.highest.map(i64::from)));
        tell(rows.change, number(change));
        tell(rows.missing, Told::Words(self.words(&evaluation.parts)));
        for (row, points) in rows.points.iter().zip(&evaluation.parts) {
            tell(*row, number(points.ok().map(i64::from)));
        }
        self.stands = Some(evaluation);
        told
    }

    /// Forgets how the total was: it was another patient's.
    pub(crate) fn forget(&mut self) {
        self.totals.clear();
    }

    /// How it stands at a time, also if that lies after the last step: nothing that has ceased to count is in it.
    pub(crate) fn stands(&self, known: &Known, at: Instant) -> Option<Evaluation> {
        if self.expires <= at {
            return Some(evaluate(&self.plan.chart, &self.answers(known, at).0));
        }
        self.stands.clone()
    }

    /// Since when its metrics do not count, if that is over at a time.
    pub(crate) fn expired(&self, at: Instant) -> Option<Instant> {
        (self.expires <= at).then_some(self.expires)
    }

    /// Whether a metric of the calculating device is one of this score's.
    pub(crate) fn owns(&self, row: Containment) -> bool {
        row.vmd == self.plan.vmd
    }

    fn answers(&self, known: &Known, at: Instant) -> (Vec<Given>, Instant) {
        let mut expires = NEVER;
        let inputs = (0u8..).zip(&self.plan.chart.inputs).zip(&self.sources);
        let given = inputs.map(|((position, input), sources)| {
            let fixed = self.plan.fixed.iter().find(|(of, _)| *of == position).map(|(_, state)| *state);
            let (given, end) = known.answer(input, sources, fixed, at);
            expires = expires.min(end);
            given
        });
        (given.collect(), expires)
    }

    /// How much the total changed over the time that is configured.
    fn change(&mut self, at: Instant) -> Option<i64> {
        let over = u64::try_from(self.plan.change_over.as_micros()).unwrap_or(u64::MAX);
        let before = Instant::from_micros(at.as_micros().checked_sub(over)?);
        while self.totals.get(1).is_some_and(|(since, _)| *since <= before) {
            self.totals.pop_front();
        }
        let (_, then) = self.totals.front().filter(|(since, _)| *since <= before)?;
        let (_, now) = self.totals.back()?;
        Some(i64::from((*now)?) - i64::from((*then)?))
    }

    /// What is missing, in words; `none` if nothing is.
    fn words(&self, parts: &[Points]) -> Arc<str> {
        let mut words = String::new();
        for (input, points) in self.plan.chart.inputs.iter().zip(parts) {
            let Err(why) = points else { continue };
            if !words.is_empty() {
                words.push_str("; ");
            }
            words.push_str(&format!("{}: {why}", input.label));
        }
        if words.is_empty() {
            return "none".into();
        }
        words.chars().take(MISSING_CHARS_MAX).collect::<String>().into()
    }
}

/// Why each input has no points.
fn why(parts: &[Points]) -> impl Iterator<Item = Option<Missing>> {
    parts.iter().map(|points| points.err())
}

//! Early-warning scores as data: a *chart* says what is asked about a patient and how many points each answer gives; a
//! *score* is a chart in use at a bed.
//!
//! Words: an *input* is one question of a chart (respiration rate, consciousness). A *measured* input is a number, from a
//! device or entered by a person; a *stated* input is one of a few states that a person enters. A *band* is a stretch of
//! numbers with its points. A *selector* is a stated input that gives no points and only chooses between tables (the SpO2
//! scale of NEWS2). Everything entered by a person is *charted*.

use std::sync::Arc;
use std::time::Duration;

use crate::{Category, Code, Containment, MetricDescriptor, Quantity, Unit, dim};

/// A score table, checked: every number has exactly one band, whatever the states of the inputs it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Name in configurations, `news2`.
    pub name: Arc<str>,
    /// Name for people.
    pub title: Arc<str>,
    /// The sum of all points.
    pub total: Code,
    /// The highest points that a single input gives.
    pub highest: Code,
    /// How the total changed over a time.
    pub change: Code,
    /// What is missing for a total, in words.
    pub missing: Code,
    /// What is asked, at most [`INPUTS_MAX`].
    pub inputs: Vec<ChartInput>,
}

/// Most inputs of a chart.
pub const INPUTS_MAX: usize = 24;

/// One question of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartInput {
    /// Name in charts, configurations and commands, `respiration`.
    pub name: Arc<str>,
    /// Label for people, `Respiration rate`.
    pub label: Arc<str>,
    /// How long an answer counts, from its determination; `None` until another patient lies in the bed.
    pub max_age: Option<Duration>,
    /// The metric of its points; `None` for a selector.
    pub points: Option<Code>,
    /// What the answers are.
    pub kind: InputKind,
}

/// What the answers to an input are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// A number.
    Measured {
        /// The metrics that answer it, the preferred one first.
        metrics: Vec<Code>,
        /// Their unit; a metric in another unit is no answer.
        unit: Unit,
        /// Digits after the point to which a number is rounded, half away from zero, before it is looked up.
        decimals: u8,
        /// Which of several numbers that count wins.
        prefer: Prefer,
        /// Which numbers a person may enter, both ends included; `None` if only devices answer.
        charted: Option<(Quantity, Quantity)>,
        /// The bands; exactly one table holds for any states of the inputs they depend on.
        tables: Vec<Table>,
    },
    /// One of a few states, entered by a person.
    Stated {
        /// The states with their points.
        states: Vec<State>,
        /// The state that holds while none is entered.
        default: Option<u8>,
    },
}

/// Which of several numbers for one input wins. Only numbers that count take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefer {
    /// The first by the order of metrics, then of the bed's devices in the configuration, then by row of the device; what
    /// a person entered comes last.
    Order,
    /// The one determined last; of two at the same time the first by order.
    Newest,
}

/// The bands of a measured input while some other inputs have certain states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Stated inputs by position, and the states by position for which the table holds; empty for always.
    pub when: Vec<(u8, Vec<u8>)>,
    /// The bands, ascending, without gap or overlap; the first has no lower and the last no upper end.
    pub bands: Vec<Band>,
}

/// A stretch of numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// Lowest number; `None` for the first band.
    pub from: Option<Quantity>,
    /// Highest number; `None` for the last band.
    pub to: Option<Quantity>,
    /// What a number inside gives.
    pub points: u8,
}

/// A state of a stated input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// How it is entered, `A`.
    pub name: Arc<str>,
    /// What it means, `Alert`.
    pub label: Arc<str>,
    /// What it gives.
    pub points: u8,
}

/// A chart in use at a bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The chart, with the ages that hold at this bed.
    pub chart: Arc<Chart>,
    /// How often it is worked out while inputs change; besides that at once when what is missing changes or something is
    /// charted.
    pub every: Duration,
    /// The time over which the change of the total is told.
    pub change_over: Duration,
    /// Stated inputs, by position, whose state the configuration fixes, by position.
    pub fixed: Vec<(u8, u8)>,
    /// The subsystem of the calculating device under which its metrics stand.
    pub vmd: u16,
}

/// Row of the total below its subsystem.
const TOTAL: u16 = 1;
/// Row of the first input's points.
const FIRST_INPUT: u16 = 11;

impl Score {
    /// Row of the total.
    pub fn total_row(&self) -> Containment {
        self.row(TOTAL)
    }

    /// Row of the highest points of a single input.
    pub fn highest_row(&self) -> Containment {
        self.row(TOTAL + 1)
    }

    /// Row of the change of the total.
    pub fn change_row(&self) -> Containment {
        self.row(TOTAL + 2)
    }

    /// Row of what is missing.
    pub fn missing_row(&self) -> Containment {
        self.row(TOTAL + 3)
    }

    /// Row of the points of the input at a position.
    pub fn points_row(&self, input: usize) -> Containment {
        self.row(FIRST_INPUT.saturating_add(u16::try_from(input).unwrap_or(u16::MAX)))
    }

    fn row(&self, metric: u16) -> Containment {
        Containment::new(1, self.vmd, 0, metric)
    }

    /// The metrics that the score brings, ascending by row.
    pub fn metrics(&self) -> Vec<MetricDescriptor> {
        let chart = &self.chart;
        let title = &chart.title;
        let worst = chart.inputs.iter().map(ChartInput::points_max).fold(0u16, |sum, points| sum + u16::from(points));
        let most = chart.inputs.iter().map(ChartInput::points_max).max().unwrap_or(0);
        let number = |code: Code, containment: Containment, label: String, low: i64, high: i64| MetricDescriptor {
            code,
            containment,
            unit: Some(dim::DIMLESS),
            category: Category::Calculation,
            fresh_for: None,
            episodic: false,
            plausible: Some((Quantity::from(low), Quantity::from(high))),
            label: label.into(),
        };
        let worst = i64::from(worst);
        let mut metrics = vec![
            number(chart.total, self.total_row(), title.to_string(), 0, worst),
            number(chart.highest, self.highest_row(), format!("{title}, highest part"), 0, i64::from(most)),
            number(chart.change, self.change_row(), format!("{title}, change"), -worst, worst),
            MetricDescriptor {
                unit: None,
                plausible: None,
                ..number(chart.missing, self.missing_row(), format!("{title}, missing"), 0, 0)
            },
        ];
        for (position, input) in chart.inputs.iter().enumerate() {
            let Some(code) = input.points else { continue };
            let label = format!("{title}, {}", input.label);
            metrics.push(number(code, self.points_row(position), label, 0, i64::from(input.points_max())));
        }
        metrics
    }
}

impl ChartInput {
    /// The most points that any answer gives.
    pub fn points_max(&self) -> u8 {
        let most = match &self.kind {
            InputKind::Measured { tables, .. } => {
                tables.iter().flat_map(|table| &table.bands).map(|band| band.points).max()
            }
            InputKind::Stated { states, .. } => states.iter().map(|state| state.points).max(),
        };
        if self.points.is_some() { most.unwrap_or(0) } else { 0 }
    }

    /// What a text that somebody charted means here; `None` if it is no answer.
    pub fn read(&self, text: &str) -> Option<Charted> {
        match &self.kind {
            InputKind::Measured { charted, .. } => {
                let (low, high) = (*charted)?;
                let number: Quantity = text.parse().ok()?;
                let within = number.cmp_value(low).is_ge() && number.cmp_value(high).is_le();
                within.then_some(Charted::Number(number))
            }
            InputKind::Stated { states, .. } => {
                let position = states.iter().position(|state| &*state.name == text)?;
                u8::try_from(position).ok().map(Charted::State)
            }
        }
    }
}

/// An answer that somebody charted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charted {
    /// To a measured input.
    Number(Quantity),
    /// To a stated input: the position of the state.
    State(u8),
}

//! From the answers to the inputs of a chart to its points.
//!
//! | an input is | its points | the total |
//! |---|---|---|
//! | answered, in one band or state | of that | the sum, if every input is answered |
//! | answered, but its table depends on an input that is not | only if all tables that can hold agree | none |
//! | not answered | none, and why | none |
//!
//! The *highest* single points are known as soon as no input without points could give more: a 3 on an incomplete set is a
//! 3 (standards: keep the single-3 alert), a 1 is not known to be the highest.
//!
//! Numbers are decimals throughout; they are rounded half away from zero to the digits of the chart and then compared
//! exactly. Nothing here knows a device or a time.

use std::fmt;

use vigil_model::score::{InputKind, State, Table};
use vigil_model::{Chart, ChartInput, Quantity};

/// The answer to an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// A number, to a measured input.
    Number(Quantity),
    /// A state by position, to a stated input.
    State(u8),
    /// None that counts.
    Missing(Missing),
}

/// Why an input has no points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// There never was a value since the start or since this patient lies here, or nobody charted it.
    Never,
    /// There was a value; it is stale or invalid, or the link to its device is lost.
    NotCurrent,
    /// There was a value or entry; it is older than the chart allows.
    TooOld,
    /// What is charted is no answer in this chart.
    NoRow,
    /// The table depends on another input that is missing.
    Undecided,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Missing::Never => "never given",
            Missing::NotCurrent => "not current",
            Missing::TooOld => "too old",
            Missing::NoRow => "not in the chart",
            Missing::Undecided => "depends on what is missing",
        })
    }
}

/// The points of an input, or why it has none. A selector has 0.
pub type Points = Result<u8, Missing>;

/// What became of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The inputs, in the order of the chart.
    pub parts: Vec<Points>,
    /// The sum of all points; `None` if anything is missing.
    pub total: Option<u16>,
    /// The sum of the points that are known: the total is not less.
    pub at_least: u16,
    /// The highest points of a single input, once no missing input could give more.
    pub highest: Option<u8>,
}

/// Works out a chart. `given` are the answers in the order of its inputs; one that is not there is missing.
pub fn evaluate(chart: &Chart, given: &[Given]) -> Evaluation {
    let answer = |position: usize| given.get(position).copied().unwrap_or(Given::Missing(Missing::Never));
    let parts: Vec<Points> =
        chart.inputs.iter().enumerate().map(|(position, input)| points(input, answer(position), &answer)).collect();
    let known = || parts.iter().filter_map(|part| part.ok());
    let at_least: u16 = known().map(u16::from).sum();
    let highest = known().max();
    let beyond = chart
        .inputs
        .iter()
        .zip(&parts)
        .filter(|(_, part)| part.is_err())
        .any(|(input, _)| Some(input.points_max()) > highest);
    let complete = parts.iter().all(Result::is_ok);
    Evaluation { parts, total: complete.then_some(at_least), at_least, highest: highest.filter(|_| !beyond) }
}

fn points(input: &ChartInput, given: Given, answer: &impl Fn(usize) -> Given) -> Points {
    match (&input.kind, given) {
        (_, Given::Missing(why)) => Err(why),
        (InputKind::Stated { states, .. }, Given::State(position)) => {
            let state: Option<&State> = states.get(usize::from(position));
            let points = state.ok_or(Missing::NoRow)?.points;
            Ok(if input.points.is_some() { points } else { 0 })
        }
        (InputKind::Measured { tables, decimals, .. }, Given::Number(number)) => {
            let rounded = number.rounded(*decimals).ok_or(Missing::NoRow)?;
            let mut possible = tables.iter().filter(|table| can_hold(table, answer));
            let first = look_up(possible.next().ok_or(Missing::Undecided)?, rounded)?;
            for table in possible {
                if look_up(table, rounded)? != first {
                    return Err(Missing::Undecided);
                }
            }
            Ok(first)
        }
        (InputKind::Stated { .. }, Given::Number(_)) | (InputKind::Measured { .. }, Given::State(_)) => {
            Err(Missing::NoRow)
        }
    }
}

/// Whether a table holds for the states that are given; one that is missing may be any.
fn can_hold(table: &Table, answer: &impl Fn(usize) -> Given) -> bool {
    table.when.iter().all(|(input, states)| match answer(usize::from(*input)) {
        Given::State(state) => states.contains(&state),
        Given::Missing(_) => true,
        Given::Number(_) => false,
    })
}

fn look_up(table: &Table, number: Quantity) -> Points {
    let holds = |from: Option<Quantity>, to: Option<Quantity>| {
        from.is_none_or(|from| number.cmp_value(from).is_ge()) && to.is_none_or(|to| number.cmp_value(to).is_le())
    };
    let band = table.bands.iter().find(|band| holds(band.from, band.to));
    band.map(|band| band.points).ok_or(Missing::NoRow)
}

//! A chart by itself: every number has exactly one band and every combination of states exactly one table, the metrics and
//! units exist, and what it brings has names of its own.

use std::sync::Arc;
use std::time::Duration;

use vigil_messages::DurationText;
use vigil_model::score::{Band, INPUTS_MAX, InputKind, Prefer, State, Table};
use vigil_model::{Chart, ChartInput, Code, CodeKind, Quantity, Unit};

use super::rules;
use crate::document::{Place, Problems};
use crate::file::{BandSection, ChartFile, ChartInputSection, PreferText, StateSection, TableSection};
use crate::nearest;

/// Most points of one answer.
const POINTS_MAX: u8 = 20;

/// Bounds of a maximum age.
pub(crate) const AGE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(7 * 86_400));

/// Most combinations of states that the tables of one input may depend on.
const COMBINATIONS_MAX: usize = 4096;

/// Most digits after the point.
const DECIMALS_MAX: u8 = 3;

/// Most states of one input.
const STATES_MAX: usize = 20;

/// The chart of a file, if its parts could be read; whether it makes sense is in the problems.
pub(crate) fn chart(section: &ChartFile, problems: &mut Problems<'_, '_>) -> Option<Chart> {
    let root = Place::default();
    name(&section.name, &root.key("name"), problems);
    for (key, text) in [("title", &section.title), ("source", &section.source), ("population", &section.population)] {
        printable(text, &root.key(key), problems);
    }
    let count = section.input.len();
    if !(1..=INPUTS_MAX).contains(&count) {
        problems.error(&root.key("input"), format!("{count} inputs: expected 1 to {INPUTS_MAX}"), "");
    }
    for (index, input) in section.input.iter().enumerate().take(INPUTS_MAX) {
        if section.input[..index].iter().any(|other| other.name == input.name) {
            let place = Place::element("input", index).key("name");
            problems.error(&place, format!("`{}` is given twice", input.name), "each needs its own");
        }
    }
    let total = code(section, "", "", problems)?;
    let mut inputs: Vec<ChartInput> = Vec::new();
    for (index, input) in section.input.iter().take(INPUTS_MAX).enumerate() {
        let place = Place::element("input", index);
        name(&input.name, &place.key("name"), problems);
        printable(&input.label, &place.key("label"), problems);
        let points = if input.selector { None } else { Some(code(section, &input.name, &input.label, problems)?) };
        inputs.push(ChartInput {
            name: input.name.as_str().into(),
            label: input.label.as_str().into(),
            max_age: age(input, &place, problems),
            points,
            kind: kind(input, &section.input, &place, problems)?,
        });
    }
    if inputs.iter().all(|input| input.points.is_none()) {
        problems.error(&root.key("input"), "no input gives points", "a chart needs one that is no selector");
    }
    Some(Chart {
        name: section.name.as_str().into(),
        title: section.title.as_str().into(),
        total,
        highest: code(section, "highest", "highest points of a single input", problems)?,
        change: code(section, "change", "change of the total", problems)?,
        missing: code(section, "missing", "what is missing", problems)?,
        inputs,
    })
}

/// The metric of a part of the chart, named after its total.
fn code(section: &ChartFile, part: &str, words: &str, problems: &mut Problems<'_, '_>) -> Option<Code> {
    let part = if part.is_empty() { String::new() } else { format!("_{}", part.to_uppercase().replace('-', "_")) };
    let description = format!("{} {words}. SITE TERM, code 0", section.title);
    let place = Place::top("code");
    match Code::local(&format!("{}{part}", section.code), CodeKind::Metric, &description) {
        Ok(code) if code.kind() == CodeKind::Metric && !code.is_verified() => Some(code),
        Ok(code) => {
            problems.error(&place, format!("{code} has another meaning"), "choose a name MDCX_SCORE_…");
            None
        }
        Err(error) => {
            problems.error(&place, error.to_string(), "choose a name MDCX_SCORE_…");
            None
        }
    }
}

fn name(text: &str, place: &Place, problems: &mut Problems<'_, '_>) {
    let good = (1..=24).contains(&text.len())
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !good {
        let message = format!("`{}` cannot be a name", super::shortened(text));
        problems.error(place, message, "use 1 to 24 of a-z, 0-9 and `-`, beginning with a letter");
    }
}

fn printable(text: &str, place: &Place, problems: &mut Problems<'_, '_>) {
    if text.trim().is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
        problems.error(place, "expected 1 to 200 printable characters", "");
    }
}

fn age(input: &ChartInputSection, place: &Place, problems: &mut Problems<'_, '_>) -> Option<Duration> {
    let age = input.max_age.map(DurationText::get);
    match input.max_age {
        Some(text) => {
            super::appliance::bounds("max_age", text, AGE, place, problems);
        }
        None if input.metrics.is_some() => {
            let message = "missing: without it an old number would count for ever";
            problems.error(&place.key("max_age"), message, "say how long a number counts, like \"5min\"");
        }
        None => {}
    }
    age
}

fn kind(
    input: &ChartInputSection,
    all: &[ChartInputSection],
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<InputKind> {
    let refuse = |keys: &[(&str, bool)], kind: &str, problems: &mut Problems<'_, '_>| {
        for (key, _) in keys.iter().filter(|(_, given)| *given) {
            problems.error(&place.key(key), format!("does not belong to {kind} input"), "remove it");
        }
    };
    match (&input.metrics, &input.states) {
        (Some(metrics), None) => {
            refuse(&[("default", input.default.is_some()), ("selector", input.selector)], "a measured", problems);
            measured(input, metrics, all, place, problems)
        }
        (None, Some(states)) => {
            let keys = [
                ("unit", input.unit.is_some()),
                ("decimals", input.decimals.is_some()),
                ("prefer", input.prefer.is_some()),
                ("charted", input.charted.is_some()),
                ("bands", input.bands.is_some()),
                ("table", !input.table.is_empty()),
            ];
            refuse(&keys, "a stated", problems);
            stated(input, states, place, problems)
        }
        (Some(_), Some(_)) => {
            problems.error(&place.key("states"), "an input is measured or stated, not both", "remove one of them");
            None
        }
        (None, None) => {
            problems.error(place, "neither `metrics` nor `states` say what answers it", "give one of them");
            None
        }
    }
}

fn stated(
    input: &ChartInputSection,
    states: &[StateSection],
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<InputKind> {
    let count = states.len();
    if !(2..=STATES_MAX).contains(&count) {
        problems.error(&place.key("states"), format!("{count} states: expected 2 to {STATES_MAX}"), "");
        return None;
    }
    for (index, state) in states.iter().enumerate() {
        let place = place.key("states").index(index);
        let good = (1..=16).contains(&state.state.chars().count()) && state.state.chars().all(|c| c.is_ascii_graphic());
        if !good {
            problems.error(&place.key("state"), "expected 1 to 16 printable characters without blanks", "");
        }
        printable(&state.label, &place.key("label"), problems);
        if states[..index].iter().any(|other| other.state == state.state) {
            problems.error(&place.key("state"), format!("`{}` is given twice", state.state), "each needs its own");
        }
        points(state.points, &place, problems);
        if input.selector && state.points != 0 {
            problems.error(&place.key("points"), "a selector gives no points", "remove it");
        }
    }
    let default = input.default.as_ref().and_then(|name| state_named(states, name, &place.key("default"), problems));
    let states = states.iter().map(|state| State {
        name: state.state.as_str().into(),
        label: state.label.as_str().into(),
        points: state.points,
    });
    Some(InputKind::Stated { states: states.collect(), default })
}

pub(crate) fn state_named(
    states: &[StateSection],
    name: &str,
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<u8> {
    let position = states.iter().position(|state| state.state == name);
    if position.is_none() {
        let help = nearest::suggest(name, states.iter().map(|state| state.state.as_str()));
        problems.error(place, format!("there is no state `{}`", super::shortened(name)), help);
    }
    position.and_then(|position| u8::try_from(position).ok())
}

fn measured(
    input: &ChartInputSection,
    metrics: &[String],
    all: &[ChartInputSection],
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<InputKind> {
    let at = place.key("metrics");
    if metrics.is_empty() {
        problems.error(&at, "nothing answers the question", "name a metric");
    }
    let mut codes: Vec<Code> = Vec::new();
    for (index, refid) in metrics.iter().enumerate() {
        let Some(code) = rules::metric(refid, &at.index(index), problems) else { continue };
        if codes.contains(&code) {
            problems.error(&at.index(index), format!("{code} is given twice"), "remove it");
        }
        codes.push(code);
    }
    let Some(written) = &input.unit else {
        problems.error(&place.key("unit"), "missing: the bands are numbers of some unit", "write UCUM, like `mm[Hg]`");
        return None;
    };
    let unit = Unit::named(written).or_else(|| Unit::with_ucum(written));
    let Some(unit) = unit else {
        let message = format!("`{}` is not a unit of the nomenclature", super::shortened(written));
        problems.error(&place.key("unit"), message, "write UCUM, `mm[Hg]`, or a reference id, `MDC_DIM_MMHG`");
        return None;
    };
    for code in codes.iter().filter(|code| code.unit().is_some_and(|usual| usual != unit)) {
        let usual = code.unit().map_or(String::new(), |usual| format!("{} ({})", usual.ucum(), usual.refid()));
        let message = format!("{code} is usually in {usual}, not in {} ({})", unit.ucum(), unit.refid());
        problems.error(&place.key("unit"), message, "write the bands in the metric's unit; nothing is converted");
    }
    let decimals = input.decimals.unwrap_or(0);
    if decimals > DECIMALS_MAX {
        problems.error(&place.key("decimals"), format!("{decimals} is more than {DECIMALS_MAX}"), "");
        return None;
    }
    let charted = input.charted.map(|[low, high]| (low.0, high.0));
    if charted.is_some_and(|(low, high)| low.cmp_value(high).is_ge()) {
        problems.error(&place.key("charted"), "from the first to the second there is nothing", "lowest first");
    }
    let tables = tables(input, all, decimals, place, problems)?;
    let prefer = match input.prefer {
        Some(PreferText::Newest) => Prefer::Newest,
        Some(PreferText::Order) | None => Prefer::Order,
    };
    Some(InputKind::Measured { metrics: codes, unit, decimals, prefer, charted, tables })
}

fn tables(
    input: &ChartInputSection,
    all: &[ChartInputSection],
    decimals: u8,
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<Vec<Table>> {
    match (&input.bands, input.table.as_slice()) {
        (Some(written), []) => {
            let bands = bands(written, decimals, &place.key("bands"), problems);
            Some(vec![Table { when: Vec::new(), bands }])
        }
        (Some(_), [_, ..]) => {
            problems.error(&place.key("bands"), "there are tables as well", "put the bands into the tables");
            None
        }
        (None, []) => {
            problems.error(place, "no band says what a number gives", "give `bands` or `[[input.table]]`");
            None
        }
        (None, tables) => {
            let mut read = Vec::new();
            for (index, table) in tables.iter().enumerate() {
                let place = place.key("table").index(index);
                let when = when(table, all, &place, problems)?;
                read.push(Table { when, bands: bands(&table.bands, decimals, &place.key("bands"), problems) });
            }
            exactly_one(&read, all, place, problems);
            Some(read)
        }
    }
}

fn when(
    table: &TableSection,
    all: &[ChartInputSection],
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<Vec<(u8, Vec<u8>)>> {
    let mut when = Vec::new();
    for (name, states) in &table.when {
        let place = place.key("when").key(name);
        let stated = all.iter().position(|other| other.name == *name && other.states.is_some());
        let Some(position) = stated else {
            let known = all.iter().filter(|other| other.states.is_some()).map(|other| other.name.as_str());
            let help = nearest::suggest(name, known);
            problems.error(&place, format!("there is no stated input `{}`", super::shortened(name)), help);
            return None;
        };
        let of_input = all[position].states.as_deref().unwrap_or(&[]);
        let mut positions = Vec::new();
        for (index, state) in states.iter().enumerate() {
            positions.push(state_named(of_input, state, &place.index(index), problems)?);
        }
        when.push((u8::try_from(position).ok()?, positions));
    }
    Some(when)
}

/// Reports combinations of states for which no table or several hold.
fn exactly_one(tables: &[Table], all: &[ChartInputSection], place: &Place, problems: &mut Problems<'_, '_>) {
    let mut inputs: Vec<u8> = tables.iter().flat_map(|table| &table.when).map(|(input, _)| *input).collect();
    inputs.sort_unstable();
    inputs.dedup();
    let states = |input: u8| all[usize::from(input)].states.as_deref().unwrap_or(&[]);
    let combinations = inputs.iter().map(|input| states(*input).len()).try_fold(1usize, usize::checked_mul);
    let Some(combinations) = combinations.filter(|count| *count <= COMBINATIONS_MAX) else {
        let message = format!("its tables depend on more than {COMBINATIONS_MAX} combinations of states");
        problems.error(&place.key("table"), message, "let them depend on fewer inputs");
        return;
    };
    for combination in 0..combinations {
        let mut rest = combination;
        let mut chosen: Vec<(u8, u8)> = Vec::new();
        for input in &inputs {
            let count = states(*input).len().max(1);
            chosen.push((*input, u8::try_from(rest % count).unwrap_or(u8::MAX)));
            rest /= count;
        }
        let holds = |table: &&Table| {
            table
                .when
                .iter()
                .all(|(input, states)| chosen.iter().any(|(of, state)| of == input && states.contains(state)))
        };
        let holding = tables.iter().filter(holds).count();
        if holding != 1 {
            let words: Vec<String> = chosen
                .iter()
                .map(|(input, state)| {
                    format!("{} = {}", all[usize::from(*input)].name, states(*input)[usize::from(*state)].state)
                })
                .collect();
            let message = match holding {
                0 => format!("no table holds for {}", words.join(", ")),
                _ => format!("{holding} tables hold for {}", words.join(", ")),
            };
            problems.error(&place.key("table"), message, "for any states exactly one must hold");
            return;
        }
    }
}

/// The bands of a table: from no lower end to no upper end, each beginning one step of the precision after the one before.
fn bands(written: &[BandSection], decimals: u8, place: &Place, problems: &mut Problems<'_, '_>) -> Vec<Band> {
    let step = Quantity::new(1, -i8::try_from(decimals).unwrap_or(0));
    if written.is_empty() {
        problems.error(place, "there is no band", "give one band or more");
    }
    let mut end: Option<Quantity> = None;
    for (index, band) in written.iter().enumerate() {
        let at = place.index(index);
        points(band.points, &at, problems);
        let (first, last) = (index == 0, index + 1 == written.len());
        for (key, given, wanted) in [("from", band.from, !first), ("to", band.to, !last)] {
            match (given, wanted) {
                (Some(_), false) => {
                    let which = if first && key == "from" { "first" } else { "last" };
                    let message = format!("the {which} band must be open: numbers beyond it would have no points");
                    problems.error(&at.key(key), message, "leave it out");
                }
                (None, true) => problems.error(&at.key(key), "missing: only the outermost ends are open", "give it"),
                (Some(_), true) | (None, false) => {}
            }
            if let Some(edge) = given
                && edge.0.rounded(decimals).is_none_or(|rounded| rounded.cmp_value(edge.0).is_ne())
            {
                let message = format!("{} has more digits than numbers have here, {decimals} after the point", edge.0);
                problems.error(&at.key(key), message, "round it, or raise `decimals`");
            }
        }
        if let (Some(from), Some(to)) = (band.from, band.to)
            && from.0.cmp_value(to.0).is_gt()
        {
            problems.error(&at, format!("from {} to {} there is nothing", from.0, to.0), "lowest first");
        }
        if let (Some(end), Some(from)) = (end, band.from) {
            match end.checked_add(step).map(|next| from.0.cmp_value(next)) {
                Some(std::cmp::Ordering::Equal) => {}
                Some(std::cmp::Ordering::Greater) => {
                    let message =
                        format!("gap: after {end} the next number is {}", end.checked_add(step).unwrap_or(end));
                    problems.error(&at.key("from"), message, "let the bands join");
                }
                Some(std::cmp::Ordering::Less) | None => {
                    let message = format!("overlap: the band before goes up to {end}");
                    problems.error(&at.key("from"), message, "let the bands join, ascending");
                }
            }
        }
        end = band.to.map(|number| number.0);
    }
    let read = written.iter().map(|band| Band {
        from: band.from.map(|number| number.0),
        to: band.to.map(|number| number.0),
        points: band.points,
    });
    read.collect()
}

fn points(points: u8, place: &Place, problems: &mut Problems<'_, '_>) {
    if points > POINTS_MAX {
        problems.error(&place.key("points"), format!("{points} is more than {POINTS_MAX}"), "");
    }
}

/// A chart with other maximum ages.
pub(crate) fn with_ages(chart: &Arc<Chart>, ages: &[(usize, Duration)]) -> Arc<Chart> {
    if ages.is_empty() {
        return Arc::clone(chart);
    }
    let mut changed = Chart::clone(chart);
    for (input, age) in ages {
        changed.inputs[*input].max_age = Some(*age);
    }
    Arc::new(changed)
}

//! The charts that beds can refer to: the embedded ones and those of a folder. One that is wrong is reported, with every
//! problem at its place in its own file, and left out.

use std::sync::Arc;

use schemars::Schema;
use vigil_model::{Chart, Code};

use crate::check::{chart, shortened};
use crate::document::{Document, Place, Problems};
use crate::element;
use crate::file::ChartFile;
use crate::nearest;
use crate::problem::Problem;
use crate::profiles::{ProfileSource, ProfileText};

/// The built-in charts: name and text.
pub const BUILT_IN_CHARTS: [(&str, &str); 3] = [
    ("news2", include_str!("../charts/news2.toml")),
    ("mews", include_str!("../charts/mews.toml")),
    ("qsofa", include_str!("../charts/qsofa.toml")),
];

/// Reads and checks the text of a chart. `name` stands for the file in problems.
///
/// # Errors
/// Every problem at once, in the order of the text.
pub fn parse_chart(text: &str, name: &str) -> Result<Chart, Vec<Problem>> {
    let document = Document::parse(name, text)?;
    let mut problems = Problems::new(&document);
    let root = Place::default();
    let section = match document.value(&root) {
        Some(value) => element::read::<ChartFile>(&root, value, &mut problems),
        None => None,
    };
    let chart = section.and_then(|section| chart::chart(&section, &mut problems));
    match chart {
        Some(chart) if !problems.refuse() => Ok(chart),
        _ => Err(problems.into_sorted()),
    }
}

/// JSON Schema of a chart file.
pub fn chart_schema() -> Schema {
    let mut schema = schemars::schema_for!(ChartFile);
    schema.insert("title".to_owned(), "Vigil chart".into());
    schema
}

/// The charts that a configuration can name.
pub(crate) struct Charts {
    known: Vec<(Arc<Chart>, String)>,
    incomplete: bool,
}

impl Charts {
    /// The embedded charts and those of a folder.
    pub(crate) fn collect(folder: Option<&str>, source: &dyn ProfileSource, problems: &mut Problems<'_, '_>) -> Self {
        let mut charts = Self { known: Vec::new(), incomplete: false };
        for (name, text) in BUILT_IN_CHARTS {
            charts.add(&format!("embedded chart {name}"), text, problems);
        }
        let Some(folder) = folder else { return charts };
        match source.charts(folder) {
            Ok(found) => {
                for ProfileText { file, text } in found {
                    match text {
                        Ok(text) => charts.add(&file, &text, problems),
                        Err(why) => {
                            let message = format!("cannot be read: {why}");
                            problems.push(Problem::of_file(file, message, "check path and permissions"));
                            charts.incomplete = true;
                        }
                    }
                }
            }
            Err(why) => {
                let place = Place::top("appliance").key("charts_dir");
                problems.error(&place, format!("cannot be read: {why}"), "name a folder with charts, or leave it out");
                charts.incomplete = true;
            }
        }
        charts
    }

    fn add(&mut self, file: &str, text: &str, problems: &mut Problems<'_, '_>) {
        let chart = match parse_chart(text, file) {
            Ok(chart) => chart,
            Err(found) => {
                self.incomplete = true;
                found.into_iter().for_each(|problem| problems.push(problem));
                return;
            }
        };
        let clash = self.known.iter().find_map(|(known, other)| {
            if known.name == chart.name {
                return Some(format!("the chart name `{}` is taken by {other}", chart.name));
            }
            let taken: Option<Code> = codes(&chart).find(|code| codes(known).any(|used| used == *code));
            taken.map(|code| format!("{code} is a metric of the chart `{}` of {other}", known.name))
        });
        match clash {
            Some(message) => {
                self.incomplete = true;
                problems.push(Problem::of_file(file, message, "give it another name and code"));
            }
            None => self.known.push((Arc::new(chart), file.to_owned())),
        }
    }

    /// The chart of a name; reports a reference that leads nowhere.
    pub(crate) fn refer(&self, name: &str, place: &Place, problems: &mut Problems<'_, '_>) -> Option<Arc<Chart>> {
        let found = self.known.iter().find(|(chart, _)| &*chart.name == name);
        if found.is_none() && !self.incomplete {
            let help = nearest::suggest(name, self.known.iter().map(|(chart, _)| &*chart.name));
            problems.error(place, format!("there is no chart `{}`", shortened(name)), help);
        }
        found.map(|(chart, _)| Arc::clone(chart))
    }
}

/// The metrics of a chart.
fn codes(chart: &Chart) -> impl Iterator<Item = Code> {
    let own = [chart.total, chart.highest, chart.change, chart.missing];
    own.into_iter().chain(chart.inputs.iter().filter_map(|input| input.points))
}

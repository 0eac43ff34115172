//! Tests of alarm rules (`vigil rules test`): a test as text, run through the checked configuration and the engine that the
//! appliance runs, under a clock that is moved by hand.

mod compare;
mod play;
mod setup;

use std::path::Path;

use serde::Serialize;
use vigil_config::Problem;

pub use compare::Difference;
pub use play::Told;

/// What became of a test.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Its file.
    pub file: String,
    /// What it shows.
    pub title: String,
    /// Whether everything was as expected.
    pub passed: bool,
    /// What was not, in order of time.
    pub differences: Vec<Difference>,
    /// What was told of the alarms that are compared.
    pub told: Vec<Told>,
}

/// Reads and runs the test in a file.
///
/// # Errors
/// Everything that is wrong with the file, or with the configuration it names or makes.
pub fn test(path: &Path) -> Result<Verdict, Vec<Problem>> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|why| vec![Problem::of_file(&name, format!("cannot be read: {why}"), "check path and permissions")])?;
    let test = vigil_config::parse_rule_test(&text, &name)?;
    let plan = setup::plan(&test, path)?;
    let script = setup::script(&test, &plan, &name)?;
    let played = play::play(&plan.ward, &script);
    let told: Vec<Told> = match &test.only {
        Some(only) => played.told.into_iter().filter(|told| only.contains(&told.alarm)).collect(),
        None => played.told,
    };
    let differences = compare::compare(&test, &told, &played.metrics);
    Ok(Verdict { file: name, title: test.title, passed: differences.is_empty(), differences, told })
}

//! `vigil profiles`: the devices Vigil knows; `vigil profiles check FILE` runs a register profile's own worked examples;
//! `vigil profiles import FILE.csv` makes a profile of a table of registers.

use std::path::{Path, PathBuf};

use vigil_model::Profile;
use vigil_protocols::driver::Driver;
use vigil_protocols::modbus::import::{About, COLUMNS};
use vigil_protocols::modbus::{self, ProfileProblem, RegisterProfile};

use super::{CommandError, CommandResult, Outcome, Printer};

/// Arguments of `vigil profiles`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: vigil profiles\nExample: vigil profiles show bed-contacts\nExample: vigil profiles check my-device.toml\nExample: vigil profiles import registers.csv --name boiler"
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// All metrics and alarms of one device; with `--text`, its documentation or profile file.
    #[command(after_help = "Example: vigil profiles show ge-s5-dri")]
    Show {
        /// Name of a driver or register profile, or a profile file.
        name: String,
        /// The driver's README, or the profile file as it is.
        #[arg(long)]
        text: bool,
    },
    /// Checks register profiles and runs their worked examples.
    #[command(after_help = "Example: vigil profiles check my-device.toml")]
    Check {
        /// Profile files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// A table of registers (CSV) to a register profile; every problem with line and column.
    #[command(after_help = import_help())]
    Import {
        /// The table: a header line with names of columns, then a line for each register or bit.
        file: PathBuf,
        /// Name of the profile; that of the file if left out.
        #[arg(long)]
        name: Option<String>,
        /// The devices it serves, for people; its name if left out.
        #[arg(long)]
        title: Option<String>,
        /// Where the profile is written; standard output if left out.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

fn import_help() -> String {
    let columns: String = COLUMNS.iter().map(|(name, what)| format!("  {name:<12} {what}\n")).collect();
    format!(
        "Example: vigil profiles import boiler.csv --name boiler --out boiler.toml\n\nColumns, in any order:\n{columns}"
    )
}

#[derive(serde::Serialize)]
struct Row<'a> {
    name: &'a str,
    title: &'a str,
    kind: &'a str,
    metrics: usize,
    alarms: usize,
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    match arguments.action {
        None => list(json),
        Some(Action::Show { name, text }) => show(&name, text, json),
        Some(Action::Check { files }) => check(&files, json),
        Some(Action::Import { file, name, title, out }) => import(&file, name, title, out.as_deref()),
    }
}

fn list(json: bool) -> CommandResult {
    let mut out = Printer::new();
    let mut row = |profile: &Profile, kind: &str| {
        let row = Row {
            name: &profile.name,
            title: &profile.title,
            kind,
            metrics: profile.metrics.len(),
            alarms: profile.alarms.len(),
        };
        if json {
            out.json(&row)
        } else {
            out.line(format_args!(
                "{:<20} {:<9} {:>3} metrics {:>3} alarms  {}",
                row.name, kind, row.metrics, row.alarms, row.title
            ))
        }
    };
    for driver in Driver::ALL {
        row(&driver.profile(), "driver")?;
    }
    for (name, text) in RegisterProfile::embedded() {
        let profile = RegisterProfile::parse(text, name).map_err(|problems| problems_error(name, &problems))?;
        row(profile.profile(), "registers")?;
    }
    out.finish()
}

#[derive(serde::Serialize)]
struct MetricRow<'a> {
    refid: &'a str,
    code: u32,
    containment: String,
    unit: Option<&'a str>,
    mdc_unit: Option<&'a str>,
    label: &'a str,
}

fn show(name: &str, text: bool, json: bool) -> CommandResult {
    let mut out = Printer::new();
    if text {
        match (Driver::named(name), RegisterProfile::embedded().iter().find(|(embedded, _)| *embedded == name)) {
            (Some(driver), _) => out.line(driver.readme())?,
            (None, Some((_, text))) => out.line(text)?,
            (None, None) => out.line(super::read_text(name.as_ref())?)?,
        }
        return out.finish();
    }
    let profile = match Driver::named(name) {
        Some(driver) => driver.profile(),
        None => super::decode::profile(name)?.profile().clone(),
    };
    if !json {
        out.line(format_args!("{}: {}", profile.name, profile.title))?;
    }
    for metric in &profile.metrics {
        let row = MetricRow {
            refid: metric.code.refid(),
            code: metric.code.value(),
            containment: metric.containment.to_string(),
            unit: metric.unit.map(|unit| unit.ucum()),
            mdc_unit: metric.unit.map(|unit| unit.refid()),
            label: &metric.label,
        };
        if json {
            out.json(&row)?;
        } else {
            let unit = row.unit.unwrap_or("");
            out.line(format_args!(
                "  {:<10} {:<24} {:>7} {:<44} {unit}",
                row.containment, row.label, row.code, row.refid
            ))?;
        }
    }
    for alarm in &profile.alarms {
        if json {
            out.json(&serde_json::json!({
                "alarm": alarm.event.refid(), "code": alarm.event.value(), "kind": alarm.kind,
                "priority": alarm.priority, "text": &*alarm.text,
            }))?;
        } else {
            out.line(format_args!(
                "  alarm {:<7} {:>7} {:<44} {}",
                alarm.priority.as_str(),
                alarm.event.value(),
                alarm.event.refid(),
                alarm.text
            ))?;
        }
    }
    out.finish()
}

fn check(files: &[PathBuf], json: bool) -> CommandResult {
    let mut out = Printer::new();
    let mut outcome = Outcome::Done;
    for file in files {
        let name = file.display().to_string();
        let text = super::read_text(file)?;
        let problems = match RegisterProfile::parse(&text, &name) {
            Ok(profile) => profile.check_examples(),
            Err(problems) => problems,
        };
        if !problems.is_empty() {
            outcome = Outcome::No;
        }
        if json {
            out.json(&serde_json::json!({ "file": name, "problems": problems.iter().map(ToString::to_string).collect::<Vec<_>>() }))?;
        } else if problems.is_empty() {
            out.line(format_args!("{name}: all worked examples give what they say"))?;
        } else {
            for problem in &problems {
                out.line(problem)?;
            }
        }
    }
    out.finish()?;
    Ok(outcome)
}

fn import(file: &Path, name: Option<String>, title: Option<String>, out: Option<&Path>) -> CommandResult {
    let table = super::read_text(file)?;
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let words = stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = name.unwrap_or_else(|| words.collect::<Vec<_>>().join("-"));
    let origin = file.display().to_string();
    let about = About { name: &name, title: title.as_deref().unwrap_or(&name), origin: &origin };
    let profile = modbus::import::import(&table, &about).map_err(|problems| problems_error(&origin, &problems))?;
    let mut printer = Printer::new();
    match out {
        None => printer.text(profile.as_bytes())?,
        Some(out) => {
            std::fs::write(out, profile)
                .map_err(|error| CommandError::Outside(format!("writing {}: {error}", out.display())))?;
            printer.line(format_args!("{}: written; `vigil profiles show` lists what it reads", out.display()))?;
        }
    }
    printer.finish()
}

/// All problems of a profile in one error.
pub(super) fn problems_error(name: &str, problems: &[ProfileProblem]) -> CommandError {
    let mut text = format!("{name} is not a register profile that can be used:");
    for problem in problems {
        text.push_str(&format!("\n  {problem}"));
    }
    CommandError::Input(text)
}

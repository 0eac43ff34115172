//! `vigil interface-kit`: what an interface engineer asks for, from a configuration.

use std::path::{Path, PathBuf};

use super::{CommandError, CommandResult, Outcome, Printer};
use crate::interface_kit::{self, Kit};

/// Arguments of `vigil interface-kit`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: vigil interface-kit config/examples/receivers.toml --out kit\n\nA folder for each destination: the message profile \
                  (profile.md, profile.json), a sample of every message it can get (samples/), its codes and units (codes.csv), \
                  and what `vigil hl7 check` says about the samples (check.md). All patients in it are invented."
)]
pub(super) struct Arguments {
    /// The configuration.
    config: PathBuf,
    /// A register-map profile beside those that are built in and those of `profiles_dir`; may be repeated.
    #[arg(long, value_name = "FILE")]
    profile: Vec<PathBuf>,
    /// Where the kit is written: a new or empty folder.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// What was written for one destination.
#[derive(serde::Serialize)]
struct Row<'a> {
    destination: &'a str,
    folder: String,
    samples: usize,
    codes: usize,
    findings: usize,
    undeclared: usize,
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    super::readable(&arguments.config)?;
    let plan = super::check::plan(&arguments.config, &arguments.profile)?;
    empty(&arguments.out)?;
    let mut out = Printer::new();
    let mut outcome = Outcome::Done;
    for kit in interface_kit::kits(&plan) {
        let folder = arguments.out.join(&kit.destination);
        write(&folder, &kit)?;
        let row = Row {
            destination: &kit.destination,
            folder: folder.display().to_string(),
            samples: kit.samples.len(),
            codes: kit.codes,
            findings: kit.findings,
            undeclared: kit.undeclared,
        };
        if kit.undeclared > 0 {
            outcome = Outcome::No;
        }
        if json {
            out.json(&row)?;
        } else {
            out.line(format_args!(
                "{}: {} samples, {} codes, {} findings of which the dialect declares {}; in {}",
                row.destination,
                row.samples,
                row.codes,
                row.findings,
                row.findings - row.undeclared,
                row.folder
            ))?;
        }
    }
    out.finish().map(|_| outcome)
}

/// What is there stays: a kit of another configuration beside this one would mislead.
fn empty(folder: &Path) -> Result<(), CommandError> {
    let is_empty = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(CommandError::Outside(format!("reading {}: {error}", folder.display()))),
    };
    if is_empty {
        return Ok(());
    }
    Err(CommandError::Input(format!("--out {}: the folder is not empty; name a new or empty one", folder.display())))
}

fn write(folder: &Path, kit: &Kit) -> Result<(), CommandError> {
    let outside = |path: &Path, error: &std::io::Error| {
        CommandError::Outside(format!("writing {}: {error}; check the path and the space left", path.display()))
    };
    for (name, content) in kit.files() {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(|error| outside(parent, &error))?;
        std::fs::write(&path, content).map_err(|error| outside(&path, &error))?;
    }
    Ok(())
}

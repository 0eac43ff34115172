//! `vigil check`: every problem of a configuration at once, then the plan.

use std::path::{Path, PathBuf};

use vigil_config::Plan;

use super::{CommandError, CommandResult, Outcome, Printer};

/// Arguments of `vigil check`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil check ward.toml\nExample: vigil check ward.toml --json | head -1")]
pub(super) struct Arguments {
    /// The configuration.
    config: PathBuf,
    /// A register-map profile beside those that are built in and those of `profiles_dir`; may be repeated.
    #[arg(long, value_name = "FILE")]
    profile: Vec<PathBuf>,
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    super::readable(&arguments.config)?; // what cannot be read cannot be judged
    let mut out = Printer::new();
    match vigil_config::load(&arguments.config, &arguments.profile) {
        Ok(plan) => {
            let report = plan.report();
            if json {
                out.json(&report)?;
            } else {
                out.line(report)?;
            }
            out.finish()
        }
        Err(problems) => {
            for problem in &problems {
                if json {
                    out.json(problem)?;
                } else {
                    out.line(problem)?;
                }
            }
            if !json {
                let count = problems.len();
                out.line(format_args!(
                    "{count} problem{} in {}",
                    if count == 1 { "" } else { "s" },
                    arguments.config.display()
                ))?;
            }
            out.finish()?;
            Ok(Outcome::No)
        }
    }
}

/// The plan of a configuration that other commands need; every problem is in the error.
pub(super) fn plan(config: &Path, profiles: &[PathBuf]) -> Result<Plan, CommandError> {
    vigil_config::load(config, profiles).map_err(|problems| {
        let mut text = format!("{} is not a configuration that can run:", config.display());
        for problem in problems {
            text.push_str(&format!("\n  {problem}"));
        }
        CommandError::Input(text)
    })
}

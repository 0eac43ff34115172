//! `vigil rules test`: tests of alarm rules, as text files.

use std::path::PathBuf;

use super::{CommandError, CommandResult, Outcome, Printer};

/// Arguments of `vigil rules`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil rules test config/rules/*.toml")]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Runs tests: what devices say goes in, what is told of alarms must be as expected.
    #[command(after_help = "Example: vigil rules test config/rules/*.toml")]
    Test {
        /// The tests; `vigil schema --rules` describes them.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    let What::Test { files } = arguments.what;
    let mut out = Printer::new();
    let (mut passed, mut failed, mut wrong) = (0u32, 0u32, String::new());
    for file in &files {
        let verdict = match crate::rules::test(file) {
            Ok(verdict) => verdict,
            Err(problems) => {
                problems.iter().for_each(|problem| wrong.push_str(&format!("\n  {problem}")));
                continue;
            }
        };
        if verdict.passed {
            passed += 1;
        } else {
            failed += 1;
        }
        if json {
            out.json(&verdict)?;
            continue;
        }
        let mark = if verdict.passed { "ok    " } else { "FAILED" };
        out.line(format_args!("{mark} {}: {}", verdict.file, verdict.title))?;
        for difference in &verdict.differences {
            out.line(difference)?;
        }
    }
    if !json {
        out.line(format_args!("{passed} passed, {failed} failed"))?;
    }
    out.finish()?;
    if !wrong.is_empty() {
        return Err(CommandError::Input(format!("these tests cannot be run:{wrong}")));
    }
    Ok(if failed == 0 { Outcome::Done } else { Outcome::No })
}

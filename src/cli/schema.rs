//! `vigil schema`: JSON Schemas of the configuration, of charts and of rule tests, for editors.

use super::{CommandResult, Printer};

/// Arguments of `vigil schema`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil schema > vigil.schema.json\nExample: vigil schema --chart > chart.schema.json")]
pub(super) struct Arguments {
    /// The schema of a chart of an early-warning score instead.
    #[arg(long, conflicts_with = "rules")]
    chart: bool,
    /// The schema of a test of alarm rules instead.
    #[arg(long)]
    rules: bool,
}

pub(super) fn run(arguments: Arguments) -> CommandResult {
    let mut out = Printer::new();
    let schema = match (arguments.chart, arguments.rules) {
        (true, _) => vigil_config::chart_schema(),
        (false, true) => vigil_config::rule_test_schema(),
        (false, false) => vigil_config::schema(),
    };
    out.line(format_args!("{:#}", schema.as_value()))?;
    out.finish()
}

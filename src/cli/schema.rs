//! `vigil schema`: JSON Schemas of the configuration and of charts, for editors.

use super::{CommandResult, Printer};

/// Arguments of `vigil schema`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil schema > vigil.schema.json\nExample: vigil schema --chart > chart.schema.json")]
pub(super) struct Arguments {
    /// The schema of a chart of an early-warning score instead.
    #[arg(long)]
    chart: bool,
}

pub(super) fn run(arguments: Arguments) -> CommandResult {
    let mut out = Printer::new();
    let schema = if arguments.chart { vigil_config::chart_schema() } else { vigil_config::schema() };
    out.line(format_args!("{:#}", schema.as_value()))?;
    out.finish()
}

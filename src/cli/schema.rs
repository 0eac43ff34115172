//! `vigil schema`: JSON Schema of the configuration, for editors.

use super::{CommandResult, Printer};

/// Arguments of `vigil schema`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil schema > vigil.schema.json")]
pub(super) struct Arguments {}

pub(super) fn run(_arguments: Arguments) -> CommandResult {
    let mut out = Printer::new();
    let schema = vigil_config::schema();
    out.line(format_args!("{:#}", schema.as_value()))?;
    out.finish()
}

//! `vigil completions` and `vigil man`: generated from the same definition that parses the command line.

use clap::CommandFactory as _;

use super::{CommandError, CommandResult, Printer};

/// Arguments of `vigil completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil completions bash > /etc/bash_completion.d/vigil")]
pub(super) struct CompletionArguments {
    /// For which shell.
    shell: clap_complete::Shell,
}

/// Arguments of `vigil man`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil man > vigil.1\nExample: vigil man demo | man -l -")]
pub(super) struct ManArguments {
    /// The page of one command; without it, the overview.
    command: Option<String>,
}

pub(super) fn completions(arguments: CompletionArguments) -> CommandResult {
    let mut command = super::Arguments::command();
    let mut script = Vec::new(); // written at once: the generator panics when a write fails
    clap_complete::generate(arguments.shell, &mut command, "vigil", &mut script);
    let mut out = Printer::new();
    out.text(&script)?;
    out.finish()
}

pub(super) fn man(arguments: ManArguments) -> CommandResult {
    let command = super::Arguments::command();
    let page = match arguments.command {
        None => command,
        Some(name) => {
            let found = command.get_subcommands().find(|sub| sub.get_name() == name).cloned();
            found.ok_or_else(|| {
                CommandError::Input(format!("there is no command {name:?}; `vigil --help` lists them"))
            })?
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(|error| CommandError::Outside(format!("writing the manual page: {error}")))?;
    let mut out = Printer::new();
    out.text(&text)?;
    out.finish()
}

//! `vigil hl7 check`: messages against the IHE device profiles.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use vigil_messages::check::{Checked, Finding, Severity, check, messages_of};

use super::{CommandError, CommandResult, Outcome, Printer};

/// Longest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Arguments of `vigil hl7`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil hl7 check messages.hl7")]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Validates HL7 messages against the IHE device profiles; every finding cites its rule.
    ///
    /// A file holds one message or several; line feeds, byte order marks and MLLP framing are accepted. Exit code 1 if there
    /// is an error, or a warning with --strict. Patient segments are never quoted.
    #[command(
        after_help = "Example: vigil hl7 check adapters/messages/golden/pcd01_pump.hl7\nExample: vigil hl7 check --json - < messages.hl7"
    )]
    Check {
        /// Files with messages; - for standard input.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Warnings count as errors.
        #[arg(long)]
        strict: bool,
    },
}

/// A finding as a JSON line.
#[derive(serde::Serialize)]
struct Row<'a> {
    file: String,
    /// Which message of the file, from 1.
    message: usize,
    transaction: vigil_messages::check::Transaction,
    #[serde(flatten)]
    finding: &'a Finding,
}

/// What was found in a message as a JSON line, after its findings.
#[derive(serde::Serialize)]
struct Summary {
    file: String,
    message: usize,
    transaction: vigil_messages::check::Transaction,
    errors: usize,
    warnings: usize,
    notes: usize,
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    let What::Check { files, strict } = arguments.what;
    let mut out = Printer::new();
    let mut outcome = Outcome::Done;
    for path in &files {
        let text = read(path)?;
        let messages = messages_of(&text);
        if messages.is_empty() {
            return Err(CommandError::Input(format!("{}: the file is empty; expected HL7 messages", path.display())));
        }
        for (message, number) in messages.iter().zip(1..) {
            let checked = check(message);
            if checked.count(Severity::Error) > 0 || (strict && checked.count(Severity::Warning) > 0) {
                outcome = Outcome::No;
            }
            print(&mut out, path, number, &checked, json)?;
        }
    }
    out.finish().map(|_| outcome)
}

fn print(out: &mut Printer, path: &Path, message: usize, checked: &Checked, json: bool) -> Result<(), CommandError> {
    let file = path.display().to_string();
    let transaction = checked.transaction;
    let count = |severity| checked.count(severity);
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    if json {
        for finding in &checked.findings {
            out.json(&Row { file: file.clone(), message, transaction, finding })?;
        }
        return out.json(&Summary { file, message, transaction, errors, warnings, notes });
    }
    let plural = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    out.line(format_args!(
        "{file}, message {message}: {transaction}: {}, {}, {}",
        plural(errors, "error"),
        plural(warnings, "warning"),
        plural(notes, "note")
    ))?;
    for finding in &checked.findings {
        out.line(format_args!("  {finding}"))?;
    }
    if checked.more > 0 {
        out.line(format_args!("  and {} more", checked.more))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    let outside = |error: std::io::Error| CommandError::Outside(format!("reading {}: {error}", path.display()));
    let wrong = |error: std::io::Error| super::unreadable(path, &error);
    let mut text = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(FILE_BYTES_MAX + 1).read_to_end(&mut text)
    } else {
        std::fs::File::open(path).map_err(wrong)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut text)
    };
    if read.map_err(outside)? as u64 > FILE_BYTES_MAX {
        let text = format!("{}: the file is longer than {FILE_BYTES_MAX} bytes; split it", path.display());
        return Err(CommandError::Input(text));
    }
    Ok(text)
}

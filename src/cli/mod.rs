//! Arguments, exit codes, printing. One file per subcommand; nothing here decides.
//!
//! Exit codes: 0 done; 1 it ran and the answer is no; 2 the command line or a file is wrong; 3 the outside failed.

mod adt;
mod audit;
mod bed;
mod check;
mod codes;
mod decode;
mod demo;
mod ehr;
mod generate;
mod hl7;
mod interface_kit;
mod ledger;
mod load;
mod ports;
mod probe;
mod profiles;
mod record;
mod replay;
mod rules;
mod run;
mod schema;
mod show;
mod simulate;
mod trend;
mod users;
mod when;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::telemetry::{self, LogFormat};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    Done,
    /// Exit code 1: it ran and the answer is no.
    No,
}

/// Why a command could not do its work. The text says what was wrong, where, what was expected and what to do.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Exit code 2: the command line or a file is wrong.
    #[error("{0}")]
    Input(String),
    /// Exit code 3: a port, socket or disk failed.
    #[error("{0}")]
    Outside(String),
}

impl CommandError {
    fn exit_code(&self) -> ExitCode {
        match self {
            CommandError::Input(_) => ExitCode::from(2),
            CommandError::Outside(_) => ExitCode::from(3),
        }
    }
}

type CommandResult = Result<Outcome, CommandError>;

/// Bedside device integration for hospital wards.
///
/// Vigil is a secondary, advisory system: it repeats and annotates what bedside devices say. It is never the primary alarm,
/// and it only reads from devices.
#[derive(Debug, Parser)]
#[command(name = "vigil", version, arg_required_else_help = true, after_help = "Example: vigil demo --for 30s")]
pub struct Arguments {
    /// One JSON object a line instead of text, where a command answers.
    #[arg(long, global = true)]
    json: bool,
    /// How diagnostics are written to standard error.
    #[arg(long, global = true, value_enum, default_value_t)]
    log: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The whole appliance against simulated devices on real ptys and sockets, ending with a scorecard.
    Demo(demo::Arguments),
    /// The appliance.
    Run(run::Arguments),
    /// Every problem of a configuration at once; then the plan.
    Check(check::Arguments),
    /// Bytes as a device sends them, to reports as JSON lines.
    Decode(decode::Arguments),
    /// Simulated devices for any test bench.
    Simulate(simulate::Arguments),
    /// The serial ports of this machine by stable name, and who holds them.
    Ports(ports::Arguments),
    /// Which driver answers on a line, by which settings, and what is wrong with the line. Only reads.
    Probe(probe::Arguments),
    /// The receiving side of the HL7 interface, for benches.
    Ehr(ehr::Arguments),
    /// Sends HL7 messages to a listener and shows how they are answered, for benches.
    Adt(adt::Arguments),
    /// Checks of HL7 messages.
    Hl7(hl7::Arguments),
    /// What an interface engineer asks for: message profile, samples, codes and units of every destination.
    InterfaceKit(interface_kit::Arguments),
    /// Tests of alarm rules.
    Rules(rules::Arguments),
    /// JSON Schema of the configuration.
    Schema(schema::Arguments),
    /// The nomenclature table.
    Codes(codes::Arguments),
    /// The devices Vigil knows, and checks of register profiles.
    Profiles(profiles::Arguments),
    /// Who lies where, by what evidence, and what holds a bed, from the running appliance.
    Beds(bed::BedsArguments),
    /// Binds a patient to a bed of the running appliance; a second identifier confirms it.
    Bind(bed::BindArguments),
    /// Unbinds whoever lies in a bed of the running appliance.
    Release(bed::ReleaseArguments),
    /// Observations that are held until a person has looked at the bed.
    Held(bed::HeldArguments),
    /// Active alarms, from an appliance's journal.
    Alarms(show::AlarmArguments),
    /// What is waiting for a destination, from an appliance's journal.
    Outbox(show::OutboxArguments),
    /// The way of one alarm, with the time of every hop, from an appliance's journal.
    Ledger(ledger::Arguments),
    /// The audit trail: whether it is whole, what it says, and its export.
    Audit(audit::Arguments),
    /// Who may use the console and the API: accounts, roles, tokens.
    Users(users::Arguments),
    /// Alarm load: how many alarms, where from, how long, from an appliance's journal.
    Load(load::Arguments),
    /// What a number of a bed was over hours and days, with gaps as gaps, from an appliance's journal.
    Trend(trend::Arguments),
    /// What has been recorded of the links.
    Record(record::Arguments),
    /// Plays a recording again: the same events, or what another configuration would have made of them.
    Replay(replay::Arguments),
    /// Shell completions.
    Completions(generate::CompletionArguments),
    /// The manual page.
    Man(generate::ManArguments),
}

/// Parses the command line, runs the command, prints what went wrong and picks the exit code.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    match run(arguments) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "vigil: {error}");
            error.exit_code()
        }
    }
}

fn run(arguments: Arguments) -> CommandResult {
    let json = arguments.json;
    let quiet = matches!(arguments.command, Command::Demo(_));
    telemetry::start(arguments.log, quiet.then_some("error,mqtt5=off"));
    match arguments.command {
        Command::Demo(arguments) => demo::run(arguments, json),
        Command::Run(arguments) => run::run(arguments),
        Command::Check(arguments) => check::run(arguments, json),
        Command::Decode(arguments) => decode::run(arguments),
        Command::Simulate(arguments) => simulate::run(arguments),
        Command::Ports(arguments) => ports::run(arguments, json),
        Command::Probe(arguments) => probe::run(arguments, json),
        Command::Adt(arguments) => adt::run(arguments, json),
        Command::Beds(arguments) => bed::beds(arguments, json),
        Command::Bind(arguments) => bed::bind(arguments, json),
        Command::Release(arguments) => bed::release(arguments, json),
        Command::Held(arguments) => bed::held(arguments, json),
        Command::Ehr(arguments) => ehr::run(arguments, json),
        Command::Hl7(arguments) => hl7::run(arguments, json),
        Command::InterfaceKit(arguments) => interface_kit::run(arguments, json),
        Command::Rules(arguments) => rules::run(arguments, json),
        Command::Schema(arguments) => schema::run(arguments),
        Command::Codes(arguments) => codes::run(arguments, json),
        Command::Profiles(arguments) => profiles::run(arguments, json),
        Command::Alarms(arguments) => show::alarms(arguments, json),
        Command::Outbox(arguments) => show::outbox(arguments, json),
        Command::Ledger(arguments) => ledger::run(arguments, json),
        Command::Audit(arguments) => audit::run(arguments, json),
        Command::Users(arguments) => users::run(arguments, json),
        Command::Load(arguments) => load::run(arguments, json),
        Command::Trend(arguments) => trend::run(arguments, json),
        Command::Record(arguments) => record::run(arguments, json),
        Command::Replay(arguments) => replay::run(arguments, json),
        Command::Completions(arguments) => generate::completions(arguments),
        Command::Man(arguments) => generate::man(arguments),
    }
}

/// Standard output, locked. Once its reader has gone, as `head` goes, nothing more is written; the command ends quietly and
/// its answer, the exit code, stands.
struct Printer {
    out: std::io::BufWriter<std::io::StdoutLock<'static>>,
    is_read: bool,
}

impl Printer {
    fn new() -> Self {
        Self { out: std::io::BufWriter::new(std::io::stdout().lock()), is_read: true }
    }

    fn line(&mut self, text: impl std::fmt::Display) -> Result<(), CommandError> {
        self.write(|out| writeln!(out, "{text}"))
    }

    fn json(&mut self, value: &impl serde::Serialize) -> Result<(), CommandError> {
        self.write(|out| serde_json::to_writer(out, value).map_err(std::io::Error::from))?;
        self.line("")
    }

    /// Text as it is.
    fn text(&mut self, text: &[u8]) -> Result<(), CommandError> {
        self.write(|out| out.write_all(text))
    }

    fn finish(mut self) -> CommandResult {
        self.write(std::io::Write::flush)?;
        Ok(Outcome::Done)
    }

    fn write(
        &mut self,
        write: impl FnOnce(&mut std::io::BufWriter<std::io::StdoutLock<'static>>) -> std::io::Result<()>,
    ) -> Result<(), CommandError> {
        if !self.is_read {
            return Ok(());
        }
        match write(&mut self.out) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                self.is_read = false;
                Ok(())
            }
            Err(error) => Err(CommandError::Outside(format!("writing to standard output: {error}"))),
        }
    }
}

/// A runtime for commands that talk to the outside.
fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    crate::runtime::new().map_err(|error| CommandError::Outside(format!("starting worker threads: {error}")))
}

/// Reads a text file; the error names it and what to do.
fn read_text(path: &std::path::Path) -> Result<String, CommandError> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

/// Whether there is a file that can be read; the error names it and what to do.
fn readable(path: &std::path::Path) -> Result<(), CommandError> {
    std::fs::File::open(path).map(drop).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &std::path::Path, error: &std::io::Error) -> CommandError {
    CommandError::Input(format!("reading {}: {error}; check the path and its permissions", path.display()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example() {
        for command in super::Arguments::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Example"), "`vigil {} --help` has no example", command.get_name());
        }
    }
}

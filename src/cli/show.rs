//! `vigil alarms`, `vigil outbox`: what is active and what is waiting, read from the journal of an appliance. Works beside a
//! running one and after it has stopped or crashed.

use std::path::PathBuf;

use vigil_journal::{OutboxState, Reader, RowId};
use vigil_model::Lane;

use super::{CommandError, CommandResult, Printer};
use crate::assemble::journal_path;

/// Where the journal stands.
#[derive(Debug, clap::Args)]
pub(super) struct Source {
    /// The data folder of the appliance (`appliance.data_dir`, or `--data` of a demo).
    #[arg(long, value_name = "DIR", default_value = "/var/lib/vigil")]
    pub(super) data: PathBuf,
}

impl Source {
    pub(super) fn open(&self) -> Result<Reader, CommandError> {
        let path = journal_path(&self.data);
        if !path.exists() {
            return Err(CommandError::Input(format!(
                "there is no journal at {}; `--data` names the folder",
                path.display()
            )));
        }
        Reader::open(&path).map_err(|error| CommandError::Outside(error.to_string()))
    }
}

/// Arguments of `vigil alarms`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil alarms --data /var/lib/vigil")]
pub(super) struct AlarmArguments {
    #[command(flatten)]
    source: Source,
}

/// Arguments of `vigil outbox`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil outbox --data /var/lib/vigil --destination ehr")]
pub(super) struct OutboxArguments {
    #[command(flatten)]
    source: Source,
    /// Only this destination.
    #[arg(long)]
    destination: Option<String>,
    /// How many messages at most, oldest first.
    #[arg(long, default_value_t = 100)]
    limit: u32,
}

pub(super) fn alarms(arguments: AlarmArguments, json: bool) -> CommandResult {
    let reader = arguments.source.open()?;
    let occurrences = reader.active().map_err(|error| CommandError::Outside(error.to_string()))?;
    let mut out = Printer::new();
    for occurrence in &occurrences {
        if json {
            out.json(occurrence)?;
        } else {
            out.line(format_args!(
                "{}  {:<6}  {:<8}  {}{:<12}  {:<16}  {}",
                occurrence.id,
                occurrence.priority.as_str(),
                occurrence.state.as_str(),
                if occurrence.is_acknowledged() { "acknowledged  " } else { "" },
                occurrence.bed,
                occurrence.device,
                occurrence.text,
            ))?;
        }
    }
    if occurrences.is_empty() && !json {
        out.line("No alarm is active or latched.")?;
    }
    out.finish()
}

pub(super) fn outbox(arguments: OutboxArguments, json: bool) -> CommandResult {
    let reader = arguments.source.open()?;
    let entries = reader
        .outbox(arguments.destination.as_deref(), RowId::default(), arguments.limit)
        .map_err(|error| CommandError::Outside(error.to_string()))?;
    let mut out = Printer::new();
    for entry in &entries {
        let (state, reason) = match &entry.state {
            OutboxState::Waiting => ("waiting", ""),
            OutboxState::Refused { reason, .. } => ("refused", reason.as_str()),
        };
        let lane = match entry.lane {
            Lane::Alarm => "alarm",
            Lane::Observation => "observation",
        };
        if json {
            out.json(&serde_json::json!({
                "destination": entry.destination, "control_id": entry.control_id, "lane": lane, "created": entry.created.to_string(),
                "occurrence": entry.occurrence, "bytes": entry.body_bytes, "state": state, "reason": reason,
            }))?;
        } else {
            out.line(format_args!(
                "{}  {:<12}  {:<11}  {:<20}  {state}  {reason}",
                entry.created, entry.destination, lane, entry.control_id
            ))?;
        }
    }
    if entries.is_empty() && !json {
        out.line("Nothing is waiting and nothing was refused.")?;
    }
    out.finish()
}

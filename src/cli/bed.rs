//! `vigil bind`, `vigil release`, `vigil beds`, `vigil held`: who lies where, said to and asked of the running appliance.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use vigil_model::HeldVerdict;

use super::{CommandError, CommandResult, Outcome, Printer};
use crate::control::{Asked, socket_path};

/// How long the appliance may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the appliance is.
#[derive(Debug, clap::Args)]
struct Target {
    /// The data folder of the running appliance (`appliance.data_dir`, or `--data` of a demo).
    #[arg(long, value_name = "DIR", default_value = "/var/lib/vigil")]
    data: PathBuf,
}

/// Who does it, and why; both are recorded.
#[derive(Debug, clap::Args)]
struct Reasons {
    /// Who does it.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why.
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
}

/// Arguments of `vigil bind`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: vigil bind 401-1 --patient 7018743 --second-id 1987-01-12 --by 'N. Shah' --why 'wristband checked'\n\n\
                        The second identifier is the visit number, the date of birth or the family name, and must be the one \
                        that ADT gave. For a patient that ADT does not know, give one of these besides."
)]
pub(super) struct BindArguments {
    /// Id of the bed.
    bed: String,
    /// Identifier of the patient.
    #[arg(long, value_name = "ID")]
    patient: String,
    /// A second identifier of the same patient.
    #[arg(long, value_name = "ID")]
    second_id: String,
    /// Who assigned the identifier, if it is not unique without.
    #[arg(long, value_name = "NAME", default_value = "")]
    authority: String,
    /// Visit number, for a patient that ADT does not know.
    #[arg(long, default_value = "")]
    visit: String,
    /// Family name, for a patient that ADT does not know.
    #[arg(long)]
    family: Option<String>,
    /// Given name, for a patient that ADT does not know.
    #[arg(long)]
    given: Option<String>,
    /// Date of birth, for a patient that ADT does not know.
    #[arg(long, value_name = "DATE")]
    birth_date: Option<String>,
    #[command(flatten)]
    reasons: Reasons,
    #[command(flatten)]
    target: Target,
}

/// Arguments of `vigil release`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil release 401-1 --by 'N. Shah' --why 'moved to theatre'")]
pub(super) struct ReleaseArguments {
    /// Id of the bed.
    bed: String,
    /// Only if it is this patient who is bound to it.
    #[arg(long, value_name = "ID")]
    patient: Option<String>,
    #[command(flatten)]
    reasons: Reasons,
    #[command(flatten)]
    target: Target,
}

/// Arguments of `vigil beds`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil beds --data /var/lib/vigil\n\nNames patients.")]
pub(super) struct BedsArguments {
    #[command(flatten)]
    target: Target,
}

/// Arguments of `vigil held`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: vigil held list\nExample: vigil held release 401-1 --by 'N. Shah' --why 'same pump, new \
                        battery'\n\nWhat is released is sent to whom it was of when it was held, and the bed is no longer \
                        held for the same reason. What is dropped is gone; the bed stays held."
)]
pub(super) struct HeldArguments {
    #[command(subcommand)]
    action: HeldAction,
}

#[derive(Debug, clap::Subcommand)]
enum HeldAction {
    /// What is held of which bed, and why.
    List(BedsArguments),
    /// The observations are the bound patient's: send them.
    Release(SettleArguments),
    /// They are not: throw them away.
    Drop(SettleArguments),
}

#[derive(Debug, clap::Args)]
struct SettleArguments {
    /// Id of the bed.
    bed: String,
    #[command(flatten)]
    reasons: Reasons,
    #[command(flatten)]
    target: Target,
}

pub(super) fn bind(arguments: BindArguments, json: bool) -> CommandResult {
    let BindArguments { bed, patient, second_id, authority, visit, family, given, birth_date, reasons, target } =
        arguments;
    let Reasons { by, why } = reasons;
    let asked = Asked::Bind { bed, patient, second_id, authority, visit, family, given, birth_date, by, why };
    done(&target, &asked, json)
}

pub(super) fn release(arguments: ReleaseArguments, json: bool) -> CommandResult {
    let ReleaseArguments { bed, patient, reasons: Reasons { by, why }, target } = arguments;
    done(&target, &Asked::Release { bed, patient, by, why }, json)
}

pub(super) fn held(arguments: HeldArguments, json: bool) -> CommandResult {
    let (settle, verdict) = match arguments.action {
        HeldAction::List(arguments) => return held_list(&arguments, json),
        HeldAction::Release(settle) => (settle, HeldVerdict::Release),
        HeldAction::Drop(settle) => (settle, HeldVerdict::Drop),
    };
    let SettleArguments { bed, reasons: Reasons { by, why }, target } = settle;
    done(&target, &Asked::Settle { bed, verdict, by, why }, json)
}

/// Asks for something to be done; what was refused is the answer no.
fn done(target: &Target, asked: &Asked, json: bool) -> CommandResult {
    let answer = ask(&target.data, asked)?;
    let is_done = answer["ok"] == Value::Bool(true);
    let mut out = Printer::new();
    if json {
        out.json(&answer)?;
    } else if is_done {
        out.line("Done; it is on disk.")?;
    } else {
        out.line(format_args!("Refused: {}.", answer["reason"].as_str().unwrap_or("no reason was given")))?;
    }
    out.finish()?;
    Ok(if is_done { Outcome::Done } else { Outcome::No })
}

pub(super) fn beds(arguments: BedsArguments, json: bool) -> CommandResult {
    let answer = asked_well(&arguments.target.data, &Asked::Beds)?;
    let mut out = Printer::new();
    for bed in answer["beds"].as_array().into_iter().flatten() {
        if json {
            out.json(bed)?;
            continue;
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let who = |patient: &Value| {
            format!("{} {}, {}", text(&patient["id"]), text(&patient["family"]), text(&patient["given"]))
        };
        match &bed["patient"] {
            Value::Null => out.line(format_args!("{:<12}  –", text(&bed["bed"])))?,
            patient => out.line(format_args!(
                "{:<12}  {:<30}  {:<13}  since {}  {} ({})",
                text(&bed["bed"]),
                who(patient),
                text(&bed["evidence"]),
                text(&bed["since"]),
                text(&bed["why"]),
                text(&bed["by"]),
            ))?,
        }
        for claim in bed["also_said"].as_array().into_iter().flatten() {
            let (why, by) = (text(&claim["why"]), text(&claim["by"]));
            out.line(format_args!("{:<12}    also said: {}  {why} ({by})", "", who(&claim["patient"])))?;
        }
        for hold in bed["holds"].as_array().into_iter().flatten() {
            let (reason, since) = (text(&hold["reason"]), text(&hold["since"]));
            out.line(format_args!("{:<12}    HELD since {since}: {reason}", ""))?;
        }
    }
    out.finish()
}

fn held_list(arguments: &BedsArguments, json: bool) -> CommandResult {
    let answer = asked_well(&arguments.target.data, &Asked::Held)?;
    let mut out = Printer::new();
    let held = answer["held"].as_array().cloned().unwrap_or_default();
    for line in &held {
        if json {
            out.json(line)?;
        } else {
            out.line(format_args!(
                "{:<12}  {:<12}  {} messages, {} to {}",
                line["bed"].as_str().unwrap_or_default(),
                line["destination"].as_str().unwrap_or_default(),
                line["messages"],
                line["oldest"].as_str().unwrap_or_default(),
                line["newest"].as_str().unwrap_or_default(),
            ))?;
        }
    }
    if held.is_empty() && !json {
        out.line("Nothing is held. `vigil beds` says which beds are.")?;
    }
    out.finish()
}

fn asked_well(data: &Path, asked: &Asked) -> Result<Value, CommandError> {
    let answer = ask(data, asked)?;
    if answer["ok"] == Value::Bool(true) {
        return Ok(answer);
    }
    Err(CommandError::Outside(answer["reason"].as_str().unwrap_or("the appliance gave no reason").to_owned()))
}

/// Asks the running appliance.
fn ask(data: &Path, asked: &Asked) -> Result<Value, CommandError> {
    let path = socket_path(data);
    let failed = |error: std::io::Error| {
        let path = path.display();
        CommandError::Outside(format!(
            "speaking to the appliance over {path}: {error}; is it running, is `--data` its folder, and are you its user?"
        ))
    };
    let mut stream = UnixStream::connect(&path).map_err(failed)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    let line = serde_json::to_string(asked).map_err(|error| CommandError::Input(error.to_string()))?;
    stream.write_all(format!("{line}\n").as_bytes()).map_err(failed)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).map_err(failed)?;
    serde_json::from_str(&answer)
        .map_err(|error| CommandError::Outside(format!("reading the appliance's answer: {error}")))
}

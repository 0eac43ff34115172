//! `vigil audit`: whether the audit trail is whole, what it says, and its export.

use std::path::PathBuf;

use vigil_model::Timestamp;
use vigil_people::PeopleError;
use vigil_people::audit::verify::{self, Known};
use vigil_people::audit::{self, Action, Entry, Line, Outcome as How};

use super::when::When;
use super::{CommandError, CommandResult, Outcome, Printer};
use crate::{audit as trail, clock};

/// Arguments of `vigil audit`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil audit verify --data /var/lib/vigil")]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Sub,
}

#[derive(Debug, clap::Subcommand)]
enum Sub {
    /// Finds any edit, deletion, reordering and truncation; exit code 1 if there is one.
    #[command(after_help = "Example: vigil audit verify --key $(cat noted.pub) --witness 4711:9f86…\n\n\
                            Whoever can write the data folder can replace trail and key together: note the public key when the \
                            appliance is installed, and a head (the last line of this answer) now and then, elsewhere.")]
    Verify {
        #[command(flatten)]
        source: Source,
        /// The public key as it was noted when the appliance was installed; without it, the one in the data folder.
        #[arg(long, value_name = "HEX")]
        key: Option<String>,
        /// A head that was noted earlier, `NUMBER:HASH`: the trail must contain this record.
        #[arg(long, value_parser = witness)]
        witness: Option<(u64, String)>,
    },
    /// What the trail says, oldest first.
    #[command(after_help = "Example: vigil audit list --since 8h --who n.okafor")]
    List {
        #[command(flatten)]
        source: Source,
        #[command(flatten)]
        which: Which,
    },
    /// The trail as files for others: as it is written, or as FHIR R4 `AuditEvent`, one a line.
    #[command(after_help = "Example: vigil audit export --fhir --since 2026-11-01T00:00:00Z > november.ndjson")]
    Export {
        #[command(flatten)]
        source: Source,
        #[command(flatten)]
        which: Which,
        /// As FHIR R4 `AuditEvent` (IHE BALP).
        #[arg(long)]
        fhir: bool,
        /// The name of the appliance in what is exported.
        #[arg(long, default_value = "vigil")]
        appliance: String,
    },
}

#[derive(Debug, clap::Args)]
struct Source {
    /// The data folder of the appliance (`appliance.data_dir`, or `--data` of a demo).
    #[arg(long, value_name = "DIR", default_value = "/var/lib/vigil")]
    data: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Only what happened since: `8h`, or `2026-03-01T22:00:00Z`.
    #[arg(long)]
    since: Option<When>,
    /// Only what happened before.
    #[arg(long)]
    until: Option<When>,
    /// Only what this account, token or system did.
    #[arg(long)]
    who: Option<String>,
    /// Only this action, as the list writes it: `viewed`, `user-changed`.
    #[arg(long)]
    action: Option<String>,
}

impl Which {
    fn has(&self, entry: &Entry) -> bool {
        self.since.is_none_or(|since| entry.at >= since.0)
            && self.until.is_none_or(|until| entry.at < until.0)
            && self.who.as_ref().is_none_or(|who| entry.who.name == *who)
            && self.action.as_ref().is_none_or(|action| entry.action.text() == *action)
    }
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    match arguments.command {
        Sub::Verify { source, key, witness } => check(&source, Known { public_key: key, witness }, json),
        Sub::List { source, which } => {
            source.exists()?;
            let mut out = Printer::new();
            let mut failed = None;
            each(&source, &which, |line| {
                let printed = if json { out.json(line) } else { out.line(text(line)) };
                failed = failed.take().or(printed.err());
            })?;
            failed.map_or(Ok(()), Err)?;
            out.finish()?;
            source.note(Action::TrailRead);
            Ok(Outcome::Done)
        }
        Sub::Export { source, which, fhir, appliance } => {
            source.exists()?;
            // Before anything leaves: what cannot be recorded is not exported.
            trail::by_operator(
                &source.data,
                Entry::done(now(), trail::operator(), Action::Exported).with("audit trail"),
            )
            .map_err(outside)?;
            let mut out = Printer::new();
            let mut failed = None;
            each(&source, &which, |line| {
                let printed = if fhir { out.json(&audit::fhir::audit_event(&appliance, line)) } else { out.json(line) };
                failed = failed.take().or(printed.err());
            })?;
            failed.map_or(Ok(()), Err)?;
            out.finish()
        }
    }
}

fn each(source: &Source, which: &Which, mut take: impl FnMut(&Line)) -> Result<(), CommandError> {
    let read = audit::read(&source.data, |line| {
        if which.has(&line.entry) {
            take(&line);
        }
    });
    read.map_err(outside)
}

fn check(source: &Source, known: Known, json: bool) -> CommandResult {
    source.exists()?;
    let report = verify::verify(&source.data, &known).map_err(|error| match error {
        PeopleError::Key { .. } => CommandError::Input(error.to_string()),
        other => outside(other),
    })?;
    let mut out = Printer::new();
    if json {
        out.json(&report)?;
    } else {
        for finding in &report.findings {
            let line = finding.line.map_or(String::new(), |line| format!(":{line}"));
            out.line(format_args!("{}{line}: {}", finding.file.display(), finding.what))?;
        }
        let more = report.findings_total.saturating_sub(u64::try_from(report.findings.len()).unwrap_or(u64::MAX));
        if more > 0 {
            out.line(format_args!("and {more} more"))?;
        }
        let (first, last) = (report.first.unwrap_or(0), report.last.unwrap_or(0));
        let verdict = if report.is_whole() { "The trail is whole" } else { "The trail is NOT whole" };
        out.line(format_args!("{verdict}: {} records, {first} to {last}.", report.records))?;
        if report.after_head > 0 {
            out.line(format_args!("{} records are newer than the head, as after a power loss.", report.after_head))?;
        }
        if let Some(hash) = &report.hash {
            out.line(format_args!("head {last}:{hash}"))?;
        }
    }
    out.finish()?;
    Ok(if report.is_whole() { Outcome::Done } else { Outcome::No })
}

/// One line for people.
fn text(line: &Line) -> String {
    let entry = &line.entry;
    let role = entry.who.role.map_or(String::new(), |role| format!(" ({role})"));
    let from = entry.who.from.as_ref().map_or(String::new(), |from| format!(" from {from}"));
    let object = entry.object.as_ref().map_or(String::new(), |object| {
        let patient = object.patient.as_ref().map_or(String::new(), |patient| format!(" patient {patient}"));
        format!("  {} {}{patient}", object.kind, object.id)
    });
    let outcome = match entry.outcome {
        How::Done => "",
        How::Refused => "  REFUSED",
        How::Failed => "  FAILED",
    };
    let why = entry.why.as_ref().map_or(String::new(), |why| format!("  because: {why}"));
    let detail = entry.detail.as_ref().map_or(String::new(), |detail| format!("  [{detail}]"));
    format!(
        "{:>6}  {}  {:<22}  {}{role}{from}{object}{outcome}{why}{detail}",
        line.number,
        entry.at,
        entry.action.text(),
        entry.who.name
    )
}

fn witness(text: &str) -> Result<(u64, String), String> {
    let parts = text.split_once(':').and_then(|(number, hash)| Some((number.parse().ok()?, hash.to_owned())));
    parts
        .filter(|(_, hash)| hash.len() == 64)
        .ok_or_else(|| "expected NUMBER:HASH with 64 hexadecimal digits, as `vigil audit verify` prints it".to_owned())
}

fn now() -> Timestamp {
    clock::system()().utc
}

fn outside(error: PeopleError) -> CommandError {
    CommandError::Outside(error.to_string())
}

impl Source {
    fn exists(&self) -> Result<(), CommandError> {
        if audit::public_key(&self.data).map_err(outside)?.is_none() && !self.data.join("audit").exists() {
            let text = format!("there is no audit trail in {}; `--data` names the folder", self.data.display());
            return Err(CommandError::Input(text));
        }
        Ok(())
    }

    /// Reading is recorded where that is possible; a copy on a medium that cannot be written is read all the same.
    fn note(&self, action: Action) {
        if let Err(error) = trail::by_operator(&self.data, Entry::done(now(), trail::operator(), action)) {
            tracing::warn!(%error, "That the trail was read is not recorded.");
        }
    }
}

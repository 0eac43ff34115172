//! `vigil record`: what has been recorded, and copies of it that the ring does not take away.

use std::path::{Path, PathBuf};

use vigil_protocols::tape::{Entry, Input};
use vigil_recording::{Record, Run, Stream};

use super::{CommandError, CommandResult, Printer};

/// Arguments of `vigil record`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil record /var/lib/vigil\n\
                        Example: vigil record /var/lib/vigil --link mon-1 --json\n\
                        Example: vigil record /var/lib/vigil --keep /srv/night-of-march-1\n\n\
                        `vigil run` records by itself (`[recording]` of the configuration). A recording holds what devices \
                        say about patients: its files can be read by their owner only, and so should copies be.")]
pub(super) struct Arguments {
    /// The data folder of an appliance, its folder `recording`, or one run in it.
    recording: PathBuf,
    /// Prints what was recorded of this link, input by input, with the bytes in hexadecimal.
    #[arg(long, value_name = "ID")]
    link: Option<String>,
    /// Copies everything that is kept into this new folder.
    #[arg(long, value_name = "FOLDER", conflicts_with = "link")]
    keep: Option<PathBuf>,
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    let runs = vigil_recording::runs(&arguments.recording).map_err(|error| CommandError::Input(error.to_string()))?;
    if let Some(folder) = &arguments.keep {
        keep(&runs, folder)?;
    }
    let mut out = Printer::new();
    match &arguments.link {
        Some(link) => {
            if !runs.iter().any(|run| run.beginning.links.iter().any(|known| **known == **link)) {
                let known: Vec<&str> = runs.iter().flat_map(|run| &run.beginning.links).map(|id| &**id).collect();
                return Err(CommandError::Input(format!(
                    "no link `{link}` was recorded; there are {}",
                    known.join(", ")
                )));
            }
            for run in &runs {
                print_link(&mut out, run.link(link), json)?;
            }
        }
        None => {
            for run in &runs {
                print_run(&mut out, run, json)?;
            }
        }
    }
    out.finish()
}

/// What a stream holds, in numbers.
#[derive(Default)]
struct Summary {
    records: u64,
    first: Option<vigil_model::Timestamp>,
    last: Option<vigil_model::Timestamp>,
    received: u64,
    sent: u64,
    gaps: u64,
    bytes_on_disk: u64,
    from_the_beginning: bool,
    damage: Vec<String>,
}

fn summary(mut stream: Stream) -> Summary {
    let mut summary = Summary {
        bytes_on_disk: stream.bytes(),
        from_the_beginning: stream.begins_with_the_run(),
        ..Summary::default()
    };
    for record in stream.by_ref() {
        summary.records += 1;
        let at = match &record {
            Record::Entry(entry) => {
                match &entry.input {
                    Input::Received(bytes) => summary.received += bytes.len() as u64,
                    Input::Sent(bytes) => summary.sent += bytes.len() as u64,
                    _ => {}
                }
                entry.now.utc
            }
            Record::Step(step) => step.now.utc,
            Record::Gap(_) => {
                summary.gaps += 1;
                continue;
            }
            Record::Said(_) | Record::Checkpoint(_) | Record::Prologue(_) => continue,
        };
        summary.first.get_or_insert(at);
        summary.last = Some(at);
    }
    summary.damage =
        stream.damage().iter().map(|damage| format!("{}: {}", damage.segment.display(), damage.reason)).collect();
    summary
}

fn print_run(out: &mut Printer, run: &Run, json: bool) -> Result<(), CommandError> {
    let name = run.name();
    let began = run.beginning.checkpoint.now().utc;
    if !json {
        out.line(format_args!("{name}  began {began}  with {}", run.beginning.source.name))?;
    }
    let links = run.beginning.links.iter().map(|id| (&**id, run.link(id)));
    for (stream, records) in std::iter::once(("(engine)", run.steps())).chain(links) {
        let Summary { records, first, last, received, sent, gaps, bytes_on_disk, from_the_beginning, damage } =
            summary(records);
        let time = |at: Option<vigil_model::Timestamp>| at.map(|at| at.to_string());
        if json {
            out.json(&serde_json::json!({
                "run": name, "stream": stream, "records": records, "first": time(first), "last": time(last),
                "received_bytes": received, "sent_bytes": sent, "gaps": gaps, "bytes_on_disk": bytes_on_disk,
                "from_the_beginning": from_the_beginning, "damage": damage,
            }))?;
        } else {
            let beginning = if from_the_beginning { "" } else { "  (its beginning is no longer kept)" };
            out.line(format_args!(
                "  {stream:<20}{records:>9} records  {:>24} to {:<24}  {received} bytes in, {sent} out, {gaps} gaps{beginning}",
                time(first).unwrap_or_default(),
                time(last).unwrap_or_default(),
            ))?;
            for damage in damage {
                out.line(format_args!("    damaged: {damage}"))?;
            }
        }
    }
    Ok(())
}

fn print_link(out: &mut Printer, stream: Stream, json: bool) -> Result<(), CommandError> {
    for record in stream {
        match record {
            Record::Entry(Entry { now, input, .. }) => {
                let (what, bytes, detail) = described(&input);
                let (at, hex) = (now.utc, bytes.map(hex).unwrap_or_default());
                if json {
                    out.json(&serde_json::json!({
                        "at": at.to_string(), "monotonic_us": now.monotonic.as_micros(), "input": what, "hex": hex,
                        "detail": detail,
                    }))?;
                } else {
                    out.line(format_args!("{at}  {what:<12}  {hex}{detail}"))?;
                }
            }
            Record::Gap(gap) if json => out.json(&serde_json::json!({ "input": "gap", "records": gap.records }))?,
            Record::Gap(gap) => {
                out.line(format_args!("-- gap: {} records are missing (0: unknown) --", gap.records))?
            }
            Record::Prologue(_) | Record::Step(_) | Record::Said(_) | Record::Checkpoint(_) => {}
        }
    }
    Ok(())
}

fn described(input: &Input) -> (&'static str, Option<&[u8]>, String) {
    match input {
        Input::Connected => ("connected", None, String::new()),
        Input::Disconnected(reason) => ("disconnected", None, reason.clone()),
        Input::Received(bytes) => ("received", Some(bytes), String::new()),
        Input::Sent(bytes) => ("sent", Some(bytes), String::new()),
        Input::Timeout => ("timeout", None, String::new()),
        Input::Action => ("asked", None, String::new()),
        Input::Outcome(Ok(data)) => ("answer", None, format!("{data:?}")),
        Input::Outcome(Err(error)) => ("no-answer", None, error.to_string()),
        Input::Late(bytes) => ("late", None, format!("{bytes} bytes")),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Copies runs into a new folder that is its owner's alone.
fn keep(runs: &[Run], folder: &Path) -> Result<(), CommandError> {
    if folder.exists() {
        return Err(CommandError::Input(format!("{} exists; name a new folder", folder.display())));
    }
    let copied = runs.iter().try_for_each(|run| vigil_recording::copy(run, folder));
    copied.map_err(|error| CommandError::Outside(error.to_string()))
}

//! `vigil ledger`: the way of one alarm, with the time of every hop.

use serde_json::{Value, json};
use vigil_journal::ledger::{Ledger, Message, Passage, Way};
use vigil_model::{Occurrence, OccurrenceId, Timestamp};

use super::show::Source;
use super::{CommandError, CommandResult, Outcome, Printer};

/// Arguments of `vigil ledger`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil ledger ward-4b:000123 --data /var/lib/vigil\n\n\
                        Times are those of the appliance; each hop has the time since the one before.")]
pub(super) struct Arguments {
    /// The occurrence, as every message about it names it.
    occurrence: OccurrenceId,
    #[command(flatten)]
    source: Source,
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    let reader = arguments.source.open()?;
    let failed = |error: vigil_journal::JournalError| CommandError::Outside(error.to_string());
    let occurrence = reader.occurrence(&arguments.occurrence).map_err(failed)?;
    let lines = reader.log(&arguments.occurrence).map_err(failed)?;
    let mut out = Printer::new();
    if occurrence.is_none() && lines.is_empty() {
        out.finish()?;
        let text = format!("{} is unknown here, or no longer kept", arguments.occurrence);
        return if json { Ok(Outcome::No) } else { Err(CommandError::Input(text)) };
    }
    let ledger = Ledger::of(&lines);
    if json {
        out.json(&as_json(&arguments.occurrence, occurrence.as_ref(), &ledger))?;
    } else {
        picture(&mut out, &arguments.occurrence, occurrence.as_ref(), &ledger)?;
    }
    out.finish()
}

fn as_json(id: &OccurrenceId, occurrence: Option<&Occurrence>, ledger: &Ledger) -> Value {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let message = |message: &Message| {
        let (state, sent, settled, attempts, reason) = match &message.way {
            Way::Waiting => ("waiting", None, None, None, None),
            Way::Confirmed { sent, at, attempts } => ("confirmed", Some(*sent), Some(*at), Some(*attempts), None),
            Way::Refused { at, reason } => ("refused", None, Some(*at), None, Some(reason.clone())),
            Way::Replaced => ("replaced", None, None, None, None),
        };
        json!({
            "destination": message.destination, "control_id": message.control_id, "state": state, "sent": time(sent),
            "settled": time(settled), "attempts": attempts, "reason": reason,
        })
    };
    let passage = |passage: &Passage| {
        json!({
            "seq": passage.seq, "phase": passage.phase.as_str(), "state": passage.state.as_str(),
            "priority": passage.priority.as_str(), "bytes_in": time(passage.received), "taken_in": time(Some(passage.taken)),
            "judged": time(passage.judged), "journalled": time(passage.journalled),
            "messages": passage.messages.iter().map(message).collect::<Vec<_>>(),
        })
    };
    let answers = ledger
        .answers
        .iter()
        .map(|answered| json!({ "at": answered.at.to_string(), "answer": answered.answer, "by": answered.by }));
    json!({
        "occurrence": id, "bed": occurrence.map(|o| &o.bed), "device": occurrence.map(|o| &o.device),
        "text": occurrence.map(|o| &o.text), "onset": occurrence.map(|o| o.onset.to_string()),
        "passages": ledger.passages.iter().map(passage).collect::<Vec<_>>(), "answers": answers.collect::<Vec<_>>(),
        "unreadable_lines": ledger.unreadable,
    })
}

fn picture(
    out: &mut Printer,
    id: &OccurrenceId,
    occurrence: Option<&Occurrence>,
    ledger: &Ledger,
) -> Result<(), CommandError> {
    match occurrence {
        Some(of) => {
            out.line(format_args!("{id}  {}  {} ({})  {}", of.text, of.bed, of.device, of.priority.as_str()))?
        }
        None => out.line(id)?,
    }
    for passage in &ledger.passages {
        let began = passage.received.unwrap_or(passage.taken);
        out.line(format_args!("\n{}  #{} at {began}", passage.phase.as_str(), passage.seq))?;
        let mut before = began;
        let places = [
            ("bytes in", passage.received),
            ("taken in", Some(passage.taken)),
            ("judged", passage.judged),
            ("journalled", passage.journalled),
        ];
        for (place, at) in places {
            match at {
                Some(at) => {
                    hop(out, "│", place, before, at, "")?;
                    before = at;
                }
                None => out.line(format_args!("  │ {place:<22} not known"))?,
            }
        }
        for (number, message) in passage.messages.iter().enumerate() {
            let branch = if number + 1 == passage.messages.len() { "└" } else { "├" };
            print_message(out, branch, before, message)?;
        }
    }
    if !ledger.answers.is_empty() {
        out.line("\nanswers")?;
    }
    for answered in &ledger.answers {
        let said = ledger.passages.first().map_or(answered.at, |first| first.received.unwrap_or(first.taken));
        let word = serde_json::to_value(answered.answer).ok().and_then(|word| word.as_str().map(str::to_owned));
        let detail = format!("by {}", answered.by);
        hop(out, " ", &word.unwrap_or_default(), said, answered.at, &detail)?;
    }
    if ledger.unreadable > 0 {
        out.line(format_args!("\n{} lines cannot be read by this program.", ledger.unreadable))?;
    }
    Ok(())
}

fn print_message(out: &mut Printer, branch: &str, before: Timestamp, message: &Message) -> Result<(), CommandError> {
    let Message { destination, control_id, way } = message;
    match way {
        Way::Confirmed { sent, at, attempts } => {
            let detail =
                if *attempts == 1 { control_id.to_string() } else { format!("{control_id}, attempt {attempts}") };
            hop(out, branch, &format!("sent to {destination}"), before, *sent, &detail)?;
            hop(out, if branch == "└" { " " } else { "│" }, &format!("  confirmed by {destination}"), *sent, *at, "")
        }
        Way::Refused { at, reason } => hop(out, branch, &format!("refused by {destination}"), before, *at, reason),
        Way::Waiting => out.line(format_args!("  {branch} {:<34} {control_id}", format!("WAITS for {destination}"))),
        Way::Replaced => out
            .line(format_args!("  {branch} {:<34} {control_id}", format!("to {destination}: replaced by a newer one"))),
    }
}

fn hop(
    out: &mut Printer,
    branch: &str,
    place: &str,
    before: Timestamp,
    at: Timestamp,
    detail: &str,
) -> Result<(), CommandError> {
    let took = at.since(before).as_secs_f64() * 1000.0;
    out.line(format_args!("  {branch} {place:<34} {at}  {:>12}  {detail}", format!("+{took:.1} ms")))
}

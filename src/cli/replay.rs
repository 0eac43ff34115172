//! `vigil replay`: the same events again, or what another configuration would have made of the same night.

use std::path::PathBuf;

use vigil_config::Plan;
use vigil_model::Timestamp;
use vigil_recording::Run;

use super::{CommandError, CommandResult, Outcome, Printer};
use crate::replay::{self, Change, Changed, Comparison, Names, Replay, Spans, Verdict};

/// Arguments of `vigil replay`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil replay /var/lib/vigil > night.jsonl\n\
                        Example: vigil replay /var/lib/vigil --config quieter.toml --against /etc/vigil/ward.toml\n\n\
                        Without --config, everything that the engine said is printed as JSON lines and compared with what was \
                        recorded; exit code 1 says that it differs.")]
pub(super) struct Arguments {
    /// The data folder of an appliance, its folder `recording`, or one run in it.
    recording: PathBuf,
    /// What would this configuration have made of it?
    #[arg(long, value_name = "NEW")]
    config: Option<PathBuf>,
    /// Compared with this configuration; with the recorded one if left out.
    #[arg(long, value_name = "OTHER", requires = "config")]
    against: Option<PathBuf>,
    /// A register-map profile for both configurations; may be repeated.
    #[arg(long, value_name = "FILE")]
    profile: Vec<PathBuf>,
    /// Prints no events, only how it ended.
    #[arg(long, conflicts_with = "config")]
    summary: bool,
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    let runs = vigil_recording::runs(&arguments.recording).map_err(|error| CommandError::Input(error.to_string()))?;
    match &arguments.config {
        None => again(&runs, arguments.summary, json),
        Some(config) => {
            let new = super::check::plan(config, &arguments.profile)?;
            let old = arguments.against.as_ref().map(|old| super::check::plan(old, &arguments.profile)).transpose()?;
            difference(&runs, &new, old.as_ref(), json)
        }
    }
}

fn recorded_plan(run: &Run) -> Result<Plan, CommandError> {
    replay::recorded_plan(run).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
        CommandError::Input(format!("{}: its configuration is not accepted any more:{}", run.name(), problems.concat()))
    })
}

/// The same again.
fn again(runs: &[Run], summary: bool, json: bool) -> CommandResult {
    let mut out = Printer::new();
    let mut is_identical = true;
    for run in runs {
        let plan = recorded_plan(run)?;
        let mut replay = Replay::new(run, &plan, None);
        for replayed in replay.by_ref() {
            for event in replayed.events.iter().filter(|_| !summary) {
                out.line(replay::line(event))?;
            }
        }
        let verdict = replay.verdict();
        is_identical &= verdict.first_difference.is_none();
        if json || !summary {
            out.json(&json_of(run, &verdict))?;
        } else {
            out.line(text_of(run, &verdict))?;
        }
    }
    out.finish()?;
    Ok(if is_identical { Outcome::Done } else { Outcome::No })
}

fn json_of(run: &Run, verdict: &Verdict) -> serde_json::Value {
    let damage = verdict.damage.iter();
    serde_json::json!({
        "replay": run.name(), "identical": verdict.is_identical(), "steps": verdict.steps, "events": verdict.events,
        "sum": format!("{:016x}", verdict.sum), "compared": verdict.compared,
        "first_difference": verdict.first_difference.map(|at| at.to_string()),
        "from_the_beginning": verdict.begins_with_the_run, "gaps": verdict.gaps, "misfits": verdict.misfits,
        "damage": damage.map(|d| format!("{}: {}", d.segment.display(), d.reason)).collect::<Vec<_>>(),
    })
}

fn text_of(run: &Run, verdict: &Verdict) -> String {
    let mut text =
        format!("{}: {} steps, {} events, sum {:016x}; ", run.name(), verdict.steps, verdict.events, verdict.sum);
    text += &match verdict.first_difference {
        None => format!("the same as was said then ({} steps compared)", verdict.compared),
        Some(at) => format!("DIFFERENT from what was said then, first at {at}"),
    };
    if !verdict.begins_with_the_run {
        text += "; the beginning of the run is no longer kept, so what was known before is missing";
    }
    if verdict.gaps > 0 {
        text += &format!("; {} gaps", verdict.gaps);
    }
    for damage in &verdict.damage {
        text += &format!("\n  damaged: {}: {}", damage.segment.display(), damage.reason);
    }
    text
}

/// What would have been.
fn difference(runs: &[Run], new: &Plan, old: Option<&Plan>, json: bool) -> CommandResult {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut window: Option<(Timestamp, Timestamp)> = None;
    for run in runs {
        let recorded = recorded_plan(run);
        let (mut names, mut recorded_spans) = (Names::default(), Spans::default());
        // Answers name occurrences by the numbers of the recorded configuration.
        if let Ok(plan) = &recorded {
            for replayed in Replay::new(run, plan, None) {
                names.recorded(&replayed.events);
                recorded_spans.add(&replayed.events);
                let (from, _) = *window.get_or_insert((replayed.now.utc, replayed.now.utc));
                window = Some((from, replayed.now.utc));
            }
        }
        let spans = |plan: &Plan| {
            let mut spans = Spans::default();
            for replayed in Replay::new(run, plan, Some(names.clone())) {
                spans.add(&replayed.events);
            }
            spans.into_vec()
        };
        match (old, recorded) {
            (Some(old), _) => before.extend(spans(old)),
            (None, Ok(_)) => before.extend(recorded_spans.into_vec()),
            (None, Err(error)) => return Err(error),
        }
        after.extend(spans(new));
    }
    let (from, until) = window.unwrap_or_default();
    let comparison = replay::compare(&before, &after, from, until);
    let mut out = Printer::new();
    if json {
        out.json(&comparison)?;
    } else {
        print(&mut out, &comparison)?;
    }
    out.finish()
}

fn print(out: &mut Printer, comparison: &Comparison) -> Result<(), CommandError> {
    let count = |change| comparison.changes.iter().filter(|changed| changed.change == change).count();
    out.line(format_args!(
        "{} to {}: {} alarms added, {} lost, {} moved, {} the same",
        comparison.old.from,
        comparison.old.until,
        count(Change::Added),
        count(Change::Lost),
        count(Change::Moved),
        comparison.same
    ))?;
    let mut bed = "";
    for Changed { change, bed: of, device, text, at, seconds, begins_s, ends_s, priority } in &comparison.changes {
        if **of != *bed {
            bed = of;
            let load = |load: &vigil_journal::load::Load| load.beds.get(of).map_or(0, |figures| figures.alarms);
            out.line(format_args!("\n{bed}: {} alarms before, {} now", load(&comparison.old), load(&comparison.new)))?;
        }
        let sign = match change {
            Change::Added => '+',
            Change::Lost => '-',
            Change::Moved => '~',
        };
        let mut detail = seconds.map_or("lasting".to_owned(), |seconds| format!("{seconds:.1} s"));
        if let Some(by) = begins_s {
            detail += &format!(", begins {by:+.1} s");
        }
        if let Some(by) = ends_s {
            detail += &if by.is_nan() { ", ends under one only".to_owned() } else { format!(", ends {by:+.1} s") };
        }
        if let Some(priority) = priority {
            detail += &format!(", {} now", priority.as_str());
        }
        out.line(format_args!("  {sign} {at}  {text:<28}  {device:<16}  {detail}"))?;
    }
    out.line("\nUnder the old configuration:")?;
    super::load::table(out, &comparison.old)?;
    out.line("\nUnder the new configuration:")?;
    super::load::table(out, &comparison.new)
}

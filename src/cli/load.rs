//! `vigil load`: alarm load, from the journal of an appliance.

use vigil_journal::load::{self, Contributor, Figures, Load};

use super::show::Source;
use super::when::When;
use super::{CommandError, CommandResult, Printer};

/// Arguments of `vigil load`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil load --data /var/lib/vigil --from 12h\n\
                        Example: vigil load --data /var/lib/vigil --from 2026-03-01T19:00:00Z --to 2026-03-02T07:00:00Z --json\n\n\
                        The figures are those of ISA-18.2, IEC 62682 and EEMUA 191; docs/alarm-load.md defines each.")]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// Beginning of the window: a time in UTC, or how long ago.
    #[arg(long, value_name = "TIME", default_value = "24h")]
    from: When,
    /// End of the window, exclusive: a time in UTC, or how long ago.
    #[arg(long, value_name = "TIME", default_value = "0s")]
    to: When,
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    let (from, until) = (arguments.from.0, arguments.to.0);
    if from >= until {
        return Err(CommandError::Input(format!("the window ends at {until}, before it begins at {from}")));
    }
    let reader = arguments.source.open()?;
    let spans = reader.spans(from, until).map_err(|error| CommandError::Outside(error.to_string()))?;
    let load = load::figures(&spans, from, until);
    let mut out = Printer::new();
    if json {
        out.json(&load)?;
    } else {
        table(&mut out, &load)?;
    }
    out.finish()
}

/// The load as a table, the ward first.
pub(super) fn table(out: &mut Printer, load: &Load) -> Result<(), CommandError> {
    out.line(format_args!("Alarm load from {} until {}", load.from, load.until))?;
    out.line("")?;
    out.line(format_args!(
        "{:<16}{:>7}{:>8}{:>6}{:>6}{:>6}{:>8}{:>8}{:>9}{:>9}{:>8}{:>8}{:>8}",
        "bed",
        "alarms",
        "per h",
        "high",
        "med",
        "low",
        "floods",
        "chatter",
        "standing",
        "itself",
        "ack",
        "end",
        "end 90%"
    ))?;
    let beds = load.beds.iter().map(|(bed, figures)| (&**bed, figures));
    for (name, figures) in std::iter::once(("whole ward", &load.ward)).chain(beds) {
        row(out, name, figures)?;
    }
    out.line("")?;
    contributors(out, "Most alarms", &load.ward.top)?;
    contributors(out, "Chattering", &load.ward.chattering)
}

fn row(out: &mut Printer, name: &str, figures: &Figures) -> Result<(), CommandError> {
    let seconds = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.0} s"));
    let share = figures.ended_by_itself_share.map_or("-".to_owned(), |share| format!("{:.0} %", share * 100.0));
    out.line(format_args!(
        "{name:<16}{:>7}{:>8.1}{:>6}{:>6}{:>6}{:>8}{:>8}{:>9}{share:>9}{:>8}{:>8}{:>8}",
        figures.alarms,
        figures.per_hour,
        figures.high,
        figures.medium,
        figures.low,
        figures.floods,
        figures.chattering.len(),
        figures.standing,
        seconds(figures.acknowledge_median_s),
        seconds(figures.end_median_s),
        seconds(figures.end_p90_s),
    ))
}

fn contributors(out: &mut Printer, title: &str, list: &[Contributor]) -> Result<(), CommandError> {
    if list.is_empty() {
        return Ok(());
    }
    out.line(format_args!("{title}:"))?;
    for Contributor { key, bed, text, count, share } in list {
        out.line(format_args!("{count:>7}  {:>4.0} %  {bed:<12}  {text:<28}  {key}", share * 100.0))?;
    }
    Ok(())
}

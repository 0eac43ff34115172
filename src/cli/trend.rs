//! `vigil trend`: what a number of a bed was, from the journal of an appliance. A gap is shown as a gap.

use std::time::Duration;

use serde_json::{Value, json};
use vigil_journal::JournalError;
use vigil_journal::trend::{SeriesKey, Trend, TrendPoint, TrendQuery, Whose};
use vigil_messages::DurationText;
use vigil_model::{Association, Quantity, Timestamp};

use super::show::Source;
use super::when::When;
use super::{CommandError, CommandResult, Printer};

/// Arguments of `vigil trend`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil trend bed-12 SpO2 --since 8h --step 5m --data /var/lib/vigil\n\
                        Example: vigil trend bed-12 PULS_OXIM_PULS_RATE --json --data /var/lib/vigil\n\n\
                        Without METRIC it says which there are. Of a bed in which several people lay one after the other, the\n\
                        values of the last one are shown; --everybody shows all, and marks where somebody else begins.")]
pub(super) struct Arguments {
    /// Configured id of the bed.
    bed: String,
    /// Reference id or the beginning or a part of it, in any case: `MDC_PULS_OXIM_SAT_O2`, `sat_o2`; `SpO2` for that one.
    metric: Option<String>,
    /// From when: a time in UTC, or how long ago.
    #[arg(long, value_name = "TIME", default_value = "1h")]
    since: When,
    /// Until when, exclusive: a time in UTC, or how long ago.
    #[arg(long, value_name = "TIME", default_value = "0s")]
    until: When,
    /// Joins what is kept to stretches of this length.
    #[arg(long, value_name = "DURATION")]
    step: Option<DurationText>,
    /// Only this device.
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// Also what was read of people who lay in the bed before.
    #[arg(long)]
    everybody: bool,
    #[command(flatten)]
    source: Source,
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    let failed = |error: JournalError| CommandError::Outside(error.to_string());
    let (from, until) = (arguments.since.0, arguments.until.0);
    if from >= until {
        return Err(CommandError::Input(format!("the window ends at {until}, before it begins at {from}")));
    }
    let reader = arguments.source.open()?;
    let of_device = |key: &SeriesKey| arguments.device.as_deref().is_none_or(|device| *key.device == *device);
    let known: Vec<SeriesKey> =
        reader.trend_series(&arguments.bed).map_err(failed)?.into_iter().filter(of_device).collect();
    if known.is_empty() {
        return Err(CommandError::Input(format!(
            "nothing is kept of the bed {}: expected a configured bed, and `[history]` not switched off",
            arguments.bed
        )));
    }
    let mut out = Printer::new();
    let Some(metric) = &arguments.metric else {
        for key in &known {
            if json {
                out.json(key)?;
            } else {
                out.line(format_args!("{:<16}  {:<10}  {}", key.device, key.containment, key.metric.refid()))?;
            }
        }
        return out.finish();
    };
    let only: Vec<SeriesKey> = known.into_iter().filter(|key| is_meant(metric, key.metric.refid())).collect();
    if only.is_empty() {
        return Err(CommandError::Input(format!(
            "the bed {} has no metric like {metric}; `vigil trend {}` says which there are",
            arguments.bed, arguments.bed
        )));
    }
    let query = TrendQuery {
        bed: &arguments.bed,
        from,
        until,
        whose: Whose::Everybody,
        only: &only,
        step: arguments.step.map_or(Duration::ZERO, DurationText::get),
    };
    let mut trends = reader.trend(&query).map_err(failed)?;
    if !arguments.everybody {
        keep_last_person(&mut trends, &reader.associations(&arguments.bed).map_err(failed)?);
    }
    for trend in &trends {
        if json {
            out.json(&as_json(&arguments.bed, trend))?;
        } else {
            table(&mut out, trend)?;
        }
    }
    if trends.is_empty() && !json {
        out.line("No value in this window: all of it is a gap.")?;
    }
    out.finish()
}

/// Whether a reference id is what somebody asks for.
fn is_meant(asked: &str, refid: &str) -> bool {
    let asked = if asked.eq_ignore_ascii_case("spo2") { "PULS_OXIM_SAT_O2" } else { asked };
    refid.to_ascii_uppercase().contains(&asked.to_ascii_uppercase())
}

/// Keeps the points of who was bound last, under whichever number. Where nobody was bound last, those of nobody.
fn keep_last_person(trends: &mut Vec<Trend>, associations: &[Association]) {
    let points = trends.iter().flat_map(|trend| &trend.points);
    // Two persons in one bucket have points of the same start: the later association has the higher number.
    let last = points.max_by_key(|point| (point.start, point.association)).map_or(0, |point| point.association);
    let person = |number: u64| {
        let of = associations.iter().find(|association| association.number == number)?;
        Some((of.patient.id.clone(), of.patient.authority.clone()))
    };
    let his = person(last);
    for trend in trends.iter_mut() {
        trend.points.retain(|point| match (&his, person(point.association)) {
            (None, None) => point.association == last,
            (his, person) => *his == person,
        });
    }
    trends.retain(|trend| !trend.points.is_empty());
}

fn as_json(bed: &str, trend: &Trend) -> Value {
    let point = |point: &TrendPoint| {
        let number = |pick: fn(&vigil_journal::trend::Spread) -> Quantity| {
            point.bucket.spread.as_ref().map(|spread| pick(spread).to_string())
        };
        json!({
            "start": point.start.to_string(), "seconds": point.length.as_secs(), "association": point.association,
            "current_ms": u64::try_from(point.bucket.covered.as_millis()).unwrap_or(u64::MAX),
            "count": point.bucket.spread.map_or(0, |spread| spread.count),
            "min": number(|spread| spread.min), "max": number(|spread| spread.max), "last": number(|spread| spread.last),
        })
    };
    json!({
        "bed": bed, "device": trend.series.device, "metric": trend.series.metric.refid(),
        "containment": trend.series.containment, "unit": trend.series.unit.map(|unit| unit.ucum()),
        "points": trend.points.iter().map(point).collect::<Vec<_>>(),
    })
}

fn table(out: &mut Printer, trend: &Trend) -> Result<(), CommandError> {
    let unit = trend.series.unit.map_or("", |unit| unit.ucum());
    out.line(format_args!("{} of {} ({unit})", trend.series.metric.refid(), trend.series.device))?;
    out.line(format_args!("{:<24}  {:>9}  {:>9}  {:>9}  {:>5}  current", "from", "last", "min", "max", "new"))?;
    let mut before: Option<(Timestamp, u64)> = None;
    for TrendPoint { start, length, association, bucket } in &trend.points {
        if let Some((end, earlier)) = before {
            if *start > end {
                let gap = DurationText::from(start.since(end));
                out.line(format_args!("{:<24}  no value for {gap}", end.to_string()))?;
            }
            if earlier != *association {
                out.line(format_args!(
                    "{:<24}  here another association begins: somebody else, or nobody who is known",
                    start.to_string()
                ))?;
            }
        }
        before = Some((*start + *length, *association));
        let share = format!("{:.0} %", 100.0 * bucket.covered.as_secs_f64() / length.as_secs_f64());
        match bucket.spread {
            Some(spread) => {
                let [last, min, max] = [spread.last, spread.min, spread.max].map(|number| number.to_string());
                let count = spread.count;
                let start = start.to_string();
                out.line(format_args!("{start:<24}  {last:>9}  {min:>9}  {max:>9}  {count:>5}  {share}"))?;
            }
            None => {
                let start = start.to_string();
                out.line(format_args!("{start:<24}  {:>9}  {:>9}  {:>9}  {:>5}  {share}", "as before", "", "", 0))?;
            }
        }
    }
    out.line("")
}

#[cfg(test)]
mod tests {
    use super::is_meant;

    #[test]
    fn a_metric_is_named_by_its_reference_id_or_a_part_of_it() {
        for asked in ["MDC_PULS_OXIM_SAT_O2", "puls_oxim_sat_o2", "sat_o2", "SpO2"] {
            assert!(is_meant(asked, "MDC_PULS_OXIM_SAT_O2"), "{asked}");
        }
        assert!(!is_meant("RESP", "MDC_PULS_OXIM_SAT_O2"));
    }
}

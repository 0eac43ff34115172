//! `vigil probe`: which driver answers on a line, by which settings, and what is wrong with the line if none does.

use std::time::Duration;

use vigil_links::probe::{self, Answer, Question, Tried};
use vigil_model::{Report, Validity};
use vigil_protocols::{json, settings};

use super::{CommandError, CommandResult, Outcome, Printer};
use crate::clock;

/// Arguments of `vigil probe`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil probe /dev/serial/by-path/platform-usb-0:1.1:1.0-port0\n\
                        Example: vigil probe /dev/ttyUSB0 --driver modbus --units 1-32\n\
                        Example: vigil probe 10.4.66.20:502 --driver modbus\n\n\
                        It only reads, and ends with the first that answers: the exit code is 0, and a configuration to start from \
                        is printed. If none does, the exit code is 1, and it says what is wrong with the line, as far as that \
                        can be told. Stop the appliance first: it holds its ports.")]
pub(super) struct Arguments {
    /// Path of a serial port (`vigil ports` lists them), or `host:port`.
    #[arg(value_name = "LINK")]
    link: String,
    /// Tries this driver only, or `modbus`; may be repeated.
    #[arg(long, value_name = "NAME")]
    driver: Vec<String>,
    /// Modbus units to ask: numbers and ranges.
    #[arg(long, default_value = "1-10,25", value_parser = units, value_name = "UNITS")]
    units: Units,
    /// How long it may take.
    #[arg(long = "for", default_value = "2min", value_parser = duration, value_name = "DURATION")]
    limit: Duration,
}

#[derive(Clone, Debug)]
struct Units(Vec<u8>);

fn units(text: &str) -> Result<Units, String> {
    let wrong = || format!("{text:?} is no list of units; write 1-10,25 with numbers from 0 to 255");
    let mut units = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u8, u8) =
            (first.trim().parse().map_err(|_| wrong())?, last.trim().parse().map_err(|_| wrong())?);
        if first > last {
            return Err(wrong());
        }
        units.extend(first..=last);
    }
    units.sort_unstable();
    units.dedup();
    Ok(Units(units))
}

fn duration(text: &str) -> Result<Duration, String> {
    settings::parse(text).ok_or_else(|| format!("{text:?} is no duration; write a whole number and ms, s, min or h"))
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    for name in arguments.driver.iter().filter(|name| *name != "modbus") {
        super::decode::driver(name)?;
    }
    if !arguments.link.starts_with('/') && !arguments.link.contains(':') {
        let message =
            format!("{:?} is neither the path of a port nor host:port; `vigil ports` lists the ports", arguments.link);
        return Err(CommandError::Input(message));
    }
    let Units(units) = arguments.units;
    let question = Question { target: arguments.link, drivers: arguments.driver, units, limit: arguments.limit };
    let mut out = Printer::new();
    let mut printed = Ok(());
    let answer = super::runtime()?.block_on(probe::probe(&question, &clock::system(), |tried| {
        if printed.is_ok() {
            printed = told(tried, json, &mut out);
        }
    }));
    printed?;
    if let Some(reason) = &answer.closed {
        let more = answer.diagnosis.map_or(String::new(), |diagnosis| format!(". {diagnosis}"));
        // The reason may say it already.
        let more = if answer.diagnosis.is_some_and(|diagnosis| reason.contains(diagnosis.cause)) {
            String::new()
        } else {
            more
        };
        return Err(CommandError::Outside(format!("{reason}{more}")));
    }
    conclude(&answer, json, &mut out)?;
    out.finish()?;
    Ok(if answer.found.is_some() { Outcome::Done } else { Outcome::No })
}

/// A line for each candidate, as it is tried.
fn told(tried: &Tried, json: bool, out: &mut Printer) -> Result<(), CommandError> {
    let Tried { candidate, found, evidence } = tried;
    if json {
        return out.json(&serde_json::json!({
            "tried": candidate.text(), "answers": found.is_some(), "bytes": evidence.bytes_received, "frames": evidence.frames,
            "damaged": evidence.checksums + evidence.framings,
        }));
    }
    let said = match found {
        Some(_) => "answers".to_owned(),
        None if evidence.frames > 0 => format!("{} frames, and more that are none", evidence.frames),
        None if evidence.bytes_received > 0 => format!("{} bytes that are not understood", evidence.bytes_received),
        None => "silent".to_owned(),
    };
    out.line(format_args!("{:<40} {said}", candidate.text()))
}

fn conclude(answer: &Answer, json: bool, out: &mut Printer) -> Result<(), CommandError> {
    let configuration = answer.found.as_ref().map(probe::propose);
    if json {
        let kernel = answer.evidence.kernel.map(|kernel| {
            serde_json::json!({
                "framing": kernel.framing, "parity": kernel.parity, "overrun": kernel.overrun, "break": kernel.breaks,
            })
        });
        return out.json(&serde_json::json!({
            "found": answer.found.as_ref().map(|found| found.candidate.text()),
            "identity": answer.found.as_ref().map(|found| &found.identity),
            "units": answer.found.as_ref().map(|found| {
                found.units.iter().map(|(unit, profiles)| serde_json::json!({ "unit": unit.0, "profiles": profiles })).collect::<Vec<_>>()
            }),
            "values": answer.found.as_ref().map(|found| found.values.iter().map(object).collect::<Vec<_>>()),
            "tried": answer.tried, "left_out": answer.left_out, "errors": kernel,
            "finding": answer.diagnosis.map(|diagnosis| diagnosis.finding),
            "cause": answer.diagnosis.map(|diagnosis| diagnosis.cause),
            "remedy": answer.diagnosis.map(|diagnosis| diagnosis.remedy),
            "configuration": configuration,
        }));
    }
    if let Some(found) = answer.found.as_ref().filter(|found| !found.values.is_empty()) {
        out.line(format_args!("\nWhat it says now:\n"))?;
        for report in &found.values {
            out.line(format_args!("  {}", shown(report)))?;
        }
    }
    if let Some(configuration) = configuration {
        out.line(format_args!("\nA configuration to start from:\n\n{configuration}"))?;
    } else {
        out.line(format_args!("\nNobody is understood after {} tries.", answer.tried))?;
        if answer.left_out > 0 {
            out.line(format_args!(
                "There was no time for {} more: `--for` gives more, `--driver` asks for less.",
                answer.left_out
            ))?;
        }
    }
    if let Some(diagnosis) = answer.diagnosis {
        out.line(format_args!("cause:  {}\nremedy: {}", diagnosis.cause, diagnosis.remedy))?;
    }
    Ok(())
}

/// A report as `vigil decode` writes it.
fn object(report: &Report) -> serde_json::Value {
    serde_json::from_str(&json::line(report)).unwrap_or_default()
}

/// A value or an alarm in words.
fn shown(report: &Report) -> String {
    match report {
        Report::Observation(observation) => {
            let unit = observation.unit.map_or("", |unit| unit.ucum());
            let validity = observation.reading.validity();
            let doubt = if validity == Validity::Valid { "" } else { validity.as_str() };
            let value = observation.reading.value().map_or_else(|| "-".to_owned(), ToString::to_string);
            format!("{:<36} {value} {unit} {doubt}", observation.metric.refid()).trim_end().to_owned()
        }
        Report::Alarm(alarm) => format!("{:<36} {} ({} priority)", "alarm", alarm.text, alarm.priority.as_str()),
        other => json::line(other),
    }
}

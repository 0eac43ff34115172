//! `vigil codes`: the nomenclature table.

use vigil_model::{Code, CodeKind, Unit};

use super::{CommandResult, Outcome, Printer};

/// Arguments of `vigil codes`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil codes spo2\nExample: vigil codes MDC_DIM_MMHG --json")]
pub(super) struct Arguments {
    /// Part of a reference id, a code, a unit or a description; without it, everything.
    text: Option<String>,
}

#[derive(serde::Serialize)]
struct Row<'a> {
    refid: &'a str,
    code: u32,
    verified: bool,
    kind: &'a str,
    unit: Option<&'a str>,
    ucum: Option<&'a str>,
    loinc: Option<&'a str>,
    description: &'a str,
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    let wanted = arguments.text.unwrap_or_default().to_lowercase();
    let matches = |row: &Row<'_>| {
        [row.refid, row.description, row.ucum.unwrap_or_default(), row.loinc.unwrap_or_default()]
            .iter()
            .any(|field| field.to_lowercase().contains(&wanted))
            || row.code.to_string() == wanted
    };
    let terms = Code::all().iter().map(|code| Row {
        refid: code.refid(),
        code: code.value(),
        verified: code.is_verified(),
        kind: match code.kind() {
            CodeKind::Metric => "metric",
            CodeKind::Event => "event",
            CodeKind::Device => "device",
            CodeKind::Attribute => "attribute",
        },
        unit: code.unit().map(Unit::refid),
        ucum: code.unit().map(Unit::ucum),
        loinc: code.loinc(),
        description: code.description(),
    });
    let units = Unit::all().iter().map(|unit| Row {
        refid: unit.refid(),
        code: unit.value(),
        verified: true,
        kind: "unit",
        unit: None,
        ucum: Some(unit.ucum()),
        loinc: None,
        description: unit.description(),
    });
    let mut out = Printer::new();
    let mut found = false;
    for row in terms.chain(units).filter(matches) {
        found = true;
        if json {
            out.json(&row)?;
        } else {
            let unit = row.ucum.unwrap_or("");
            out.line(format_args!(
                "{:>8}  {:<9}  {:<44}  {unit:<12}  {}",
                row.code, row.kind, row.refid, row.description
            ))?;
        }
    }
    out.finish()?;
    Ok(if found { Outcome::Done } else { Outcome::No })
}

//! What a line of an infant bed means. The conversation, in which only the bed speaks, is the shared [`crate::listen`] loop.
//!
//! - *Strict*: a line in which a field that is used is not of its form is refused as a whole, for an OmniBed has no check.
//! - *No value*: `OPEN` is a probe that is not there. 0 for weight, saturation and pulse is what a Panda without scale or
//!   oximeter sends: none is a value.
//! - *Check of a Panda*: which rule is right is UNVERIFIED. Unless the settings name one, a line that fits neither is a fault
//!   and its values are questionable; it is not refused.

use serde::{Deserialize, Serialize};
use vigil_model::{Fault, FaultKind, Identity, Quality, Report};

use super::codec::{Check, Kind, LINE_MAX_BYTES, Line};
use super::table::{self, Row};
use crate::lines::Lines;
use crate::listen::Speaker;
use crate::row::plain_number;

/// Which check of a Panda's line must fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase", rename = "GeGiraffeChecksum")]
pub enum Checksum {
    /// Either; a line that fits neither is counted, and its values are questionable.
    #[default]
    Observe,
    /// The exclusive-or, or the line is refused.
    Xor,
    /// The sum, or the line is refused.
    Sum,
}

/// The bed at the other end of the line.
#[derive(Debug)]
pub(super) struct Bed {
    lines: Lines,
    checksum: Checksum,
    identity: Identity,
}

impl Default for Bed {
    fn default() -> Self {
        Self::new(Checksum::default())
    }
}

impl Bed {
    pub(super) fn new(checksum: Checksum) -> Self {
        Self { lines: Lines::new(LINE_MAX_BYTES), checksum, identity: Identity::default() }
    }

    fn read(&mut self, wire: &[u8]) -> Result<Vec<Report>, Fault> {
        let line = Line::decode(wire)?;
        let mut values = Vec::new();
        let quality = self.quality(&line, wire.len(), &mut values)?;
        let refused = |detail: &str| Fault::new(FaultKind::Framing, wire.len(), format!("a line with {detail}"));
        match line.kind {
            Kind::Hybrid | Kind::Incubator => omnibed(&line.fields, quality, &mut values),
            Kind::Panda => panda(&line.fields, quality, &mut values),
        }
        .map_err(refused)?;
        let identity = Identity {
            manufacturer: "GE".into(),
            model: if line.kind == Kind::Panda { "Panda" } else { "Giraffe OmniBed" }.into(),
            software: line.revision.into(),
            ..Identity::default()
        };
        if self.identity != identity {
            self.identity = identity.clone();
            values.insert(0, Report::Identity(identity));
        }
        Ok(values)
    }

    fn quality(&self, line: &Line, bytes: usize, reports: &mut Vec<Report>) -> Result<Quality, Fault> {
        let Check::Found { xor, sum } = line.check else { return Ok(Quality::Valid) };
        let fault = || Fault::new(FaultKind::Checksum, bytes, "a line whose check fits no rule that is taken");
        match self.checksum {
            Checksum::Observe if xor || sum => Ok(Quality::Valid),
            Checksum::Observe => {
                reports.push(Report::Fault(fault()));
                Ok(Quality::Questionable)
            }
            Checksum::Xor if xor => Ok(Quality::Valid),
            Checksum::Sum if sum => Ok(Quality::Valid),
            Checksum::Xor | Checksum::Sum => Err(fault()),
        }
    }
}

impl Speaker for Bed {
    fn push(&mut self, bytes: &[u8]) {
        self.lines.push(bytes);
    }

    fn poll(&mut self) -> Option<Result<Vec<Report>, Fault>> {
        Some(self.lines.poll()?.and_then(|line| self.read(&line)))
    }

    fn cut(&mut self) -> Option<Fault> {
        self.lines.cut()
    }

    fn forget(&mut self) {
        *self = Self::new(self.checksum);
    }
}

/// `36.1,OPEN,28.3,33.0,36.5,100,N,N` and more that is not public.
fn omnibed(fields: &[String], quality: Quality, reports: &mut Vec<Report>) -> Result<(), &'static str> {
    let [probe_1, probe_2, air, _, set, heater, mode, canopy, ..] = fields else { return Err("too few fields") };
    reports.push(probe(table::PROBE_1, probe_1, quality)?);
    reports.push(number(table::AIR, air, quality)?);
    reports.push(number(table::SET, set, quality)?);
    reports.push(number(table::HEATER, heater, quality)?);
    reports.push(letter(table::MODE, mode, ["P", "N"])?);
    reports.push(match canopy.as_str() {
        "O" => table::CANOPY.state("open", quality),
        "N" => table::CANOPY.state("closed", quality),
        _ => return Err("an open bed that is neither O nor N"),
    });
    reports.push(probe(table::PROBE_2, probe_2, quality)?);
    Ok(())
}

/// `36.8,36.4,0,P,0,0,0,00`: the last one is an alarm code, and there may be more of them.
fn panda(fields: &[String], quality: Quality, reports: &mut Vec<Report>) -> Result<(), &'static str> {
    let [skin, set, heater, mode, weight, spo2, pulse, codes @ ..] = fields else { return Err("too few fields") };
    let is_code = |code: &String| (1..=4).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_hexdigit());
    if !codes.iter().all(is_code) {
        return Err("an alarm code that is none");
    }
    for code in codes.iter().filter(|code| code.bytes().any(|b| b != b'0')) {
        reports.push(table::CODE.report(table::BED, true, format!("{} {code}", table::CODE.text)));
    }
    reports.push(Report::AlarmsListed);
    reports.push(probe(table::PROBE_1, skin, quality)?);
    reports.push(number(table::SET, set, quality)?);
    reports.push(number(table::HEATER, heater, quality)?);
    reports.push(letter(table::MODE, mode, ["P", "M"])?);
    for (row, text) in [(table::WEIGHT, weight), (table::SPO2, spo2), (table::PULSE, pulse)] {
        reports.push(match plain_number(text) {
            Some(number) if number.mantissa() == 0 => row.is_absent(),
            _ => number(row, text, quality)?,
        });
    }
    Ok(())
}

fn number(row: Row, text: &str, quality: Quality) -> Result<Report, &'static str> {
    plain_number(text).map(|number| row.is(number, quality)).ok_or("a number that is none")
}

/// A temperature with one decimal, or `OPEN`. A digit or the point that is lost makes another form.
fn probe(row: Row, text: &str, quality: Quality) -> Result<Report, &'static str> {
    if text == "OPEN" {
        return Ok(row.is_absent());
    }
    match text.split_once('.') {
        Some((whole, tenths)) if whole.len() == 2 && tenths.len() == 1 => number(row, text, quality),
        _ => Err("a temperature that is not of its form"),
    }
}

fn letter(row: Row, text: &str, known: [&str; 2]) -> Result<Report, &'static str> {
    if known.contains(&text) { Ok(row.reads(text)) } else { Err("a mode that is not known") }
}

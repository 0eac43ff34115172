//! What an interface engineer asks for, made from a plan: nothing in it is written by hand, so that it says what this
//! configuration sends. A function of the plan: the same configuration gives the same kit, to the byte.

mod profile;
mod samples;
mod sheet;

use std::fmt::Write as _;

use vigil_config::Plan;
use vigil_messages::check::{Severity, check};
use vigil_messages::{AcknowledgementMode, Destination, Hl7Destination};

/// The kit of one destination.
#[derive(Clone, Debug)]
pub struct Kit {
    /// Configured id of the destination.
    pub destination: String,
    /// Name and bytes of each sample; HL7 with line feeds, so that people can read it.
    pub samples: Vec<(String, Vec<u8>)>,
    /// Rows of the code and unit sheet.
    pub codes: usize,
    /// Warnings and errors that the samples gave.
    pub findings: usize,
    /// Those among them that the dialect does not declare.
    pub undeclared: usize,
    texts: Vec<(String, String)>,
}

impl Kit {
    /// Every file: its name within the folder of the destination, and what is in it.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let texts = self.texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes()));
        texts.chain(self.samples.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())))
    }
}

/// The kits of all destinations of a plan, in its order.
pub fn kits(plan: &Plan) -> Vec<Kit> {
    plan.destinations.iter().map(|destination| kit(plan, destination)).collect()
}

fn kit(plan: &Plan, destination: &Destination) -> Kit {
    let made = samples::samples(plan, destination);
    let sheet = sheet::rows(plan, destination);
    let (report, findings, undeclared) = match destination {
        Destination::Hl7(hl7) => checked(hl7, &made),
        Destination::Mqtt(_) => (String::new(), 0, 0),
    };
    let mut texts = vec![
        ("profile.md".to_owned(), profile::markdown(plan, destination, &made)),
        ("profile.json".to_owned(), profile::json(plan, destination, &made)),
        ("codes.csv".to_owned(), sheet::csv(&sheet)),
    ];
    if !report.is_empty() {
        texts.push(("check.md".to_owned(), report));
    }
    let samples = made.into_iter().map(|sample| (format!("samples/{}", sample.file), sample.shown)).collect();
    Kit { destination: destination.id().to_string(), samples, codes: sheet.len(), findings, undeclared, texts }
}

/// Rules that a destination breaks since it wants to.
fn declared(to: &Hl7Destination) -> Vec<&'static str> {
    let mut rules = Vec::new();
    if to.dialect.version.as_str() != "2.6" {
        rules.push("msh-12");
    }
    if to.acknowledgement == AcknowledgementMode::Original {
        rules.push("msh-15-16-original");
    }
    if !to.dialect.time_offset {
        rules.push("time-offset");
    }
    if to.dialect.character_set.name().starts_with("8859") {
        rules.push("msh-18-other");
    }
    rules
}

/// What the check of messages says about the samples.
fn checked(to: &Hl7Destination, samples: &[samples::Sample]) -> (String, usize, usize) {
    let declared = declared(to);
    let (mut lines, mut findings, mut undeclared) = (String::new(), 0, 0);
    for sample in samples {
        let found = check(&sample.body);
        for finding in found.findings.iter().filter(|finding| finding.severity > Severity::Note) {
            findings += 1;
            let is_declared = declared.contains(&finding.rule);
            undeclared += usize::from(!is_declared);
            let mark = if is_declared { "the dialect wants it: " } else { "" };
            let _ = writeln!(lines, "- `{}`: {mark}{finding}", sample.file);
        }
    }
    let verdict = match (findings, undeclared) {
        (0, _) => "Nothing is found in the samples but notes.".to_owned(),
        (_, 0) => format!("{findings} findings, all of what the dialect of this destination wants otherwise."),
        _ => format!("{findings} findings, {undeclared} of them not declared by the dialect."),
    };
    let text = format!(
        "# What `vigil hl7 check` says\n\nSamples: {}. {verdict} Notes, such as provisional codes, are left out.\n\n{lines}",
        samples.len()
    );
    (text, findings, undeclared)
}

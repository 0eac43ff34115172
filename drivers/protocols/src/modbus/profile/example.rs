//! Worked examples of a profile: what a block holds, and what must come of it.

use toml::Spanned;
use vigil_model::{CodeKind, Containment, Report};

use super::decode::Said;
use super::file::ExampleFile;
use super::problem::{Problems, ProfileProblem};
use super::{RegisterProfile, check};
use crate::modbus::Data;

/// A worked example with its names resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Example {
    /// Index of the block.
    pub(crate) block: usize,
    pub(crate) data: Data,
    pub(crate) observations: Vec<Expected>,
    /// Texts of the conditions that are present.
    pub(crate) present: Vec<String>,
    /// Document, capture or "computed".
    pub(crate) source: String,
    /// What a mismatch is reported at.
    pub(crate) place: ProfileProblem,
}

/// An observation that must come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) code: vigil_model::Code,
    pub(crate) containment: Containment,
    pub(crate) value: Option<String>,
    pub(crate) validity: String,
}

pub(super) fn resolve(files: &[ExampleFile], built: &mut RegisterProfile, problems: &mut Problems<'_>) {
    for file in files {
        let Some(block) = built.blocks.iter().position(|block| *block.name == **file.block.get_ref()) else {
            problems.add(file.block.span(), format!("no [[block]] is named {:?}", file.block.get_ref()));
            continue;
        };
        let data = match (&file.registers, &file.bits) {
            (Some(registers), None) => Data::Registers(registers.clone()),
            (None, Some(bits)) => Data::Bits(bits.iter().map(|bit| *bit != 0).collect()),
            (Some(_), Some(_)) | (None, None) => {
                problems.add(file.block.span(), "an example has either registers = […] or bits = […]");
                continue;
            }
        };
        let (table, count) = (built.blocks[block].table, usize::from(built.blocks[block].count));
        if matches!(data, Data::Bits(_)) != table.is_bits() || data.len() != count {
            let message = format!(
                "block {:?} holds {count} entries of {}; list all of them",
                file.block.get_ref(),
                table.as_str()
            );
            problems.add(file.block.span(), message);
            continue;
        }
        let observations = file.observations.iter().filter_map(|expected| {
            let validity = match (&expected.validity, &expected.value) {
                (Some(word), _) => word.clone(),
                (None, Some(_)) => "valid".to_owned(),
                (None, None) => "not-available".to_owned(),
            };
            Some(Expected {
                code: check::code(&expected.code, CodeKind::Metric, "", problems)?,
                containment: check::containment(&expected.containment, problems)?,
                value: expected.value.clone(),
                validity,
            })
        });
        let observations = observations.collect();
        let place = problems.place(Spanned::span(&file.block));
        built.examples.push(Example {
            block,
            data,
            observations,
            present: file.present.clone(),
            source: file.source.clone(),
            place,
        });
    }
}

impl RegisterProfile {
    /// Works all examples of the profile. Empty if everything comes out as it says.
    pub fn check_examples(&self) -> Vec<ProfileProblem> {
        self.examples.iter().flat_map(|example| self.work(example)).collect()
    }

    fn work(&self, example: &Example) -> Vec<ProfileProblem> {
        let block = &self.blocks[example.block];
        let mut said = Vec::new();
        self.decode(block.table, block.address, &example.data, &mut said);
        let mut found = Vec::new();
        let mut wrong = |message: String| {
            found.push(ProfileProblem {
                message: format!("example of block {:?} ({}): {message}", block.name, example.source),
                ..example.place.clone()
            });
        };
        for expected in &example.observations {
            let got = said.iter().find_map(|said| match said {
                Said::Observation(got) if got.metric == expected.code && got.containment == expected.containment => {
                    Some(got)
                }
                Said::Observation(_) | Said::Condition(..) | Said::ConditionsUnknown | Said::Identity(..) => None,
            });
            let Some(got) = got else {
                wrong(format!("no {} at {} comes of it", expected.code, expected.containment));
                continue;
            };
            let (value, validity) = (got.reading.value().map(ToString::to_string), got.reading.validity().as_str());
            if value != expected.value || validity != expected.validity {
                wrong(format!(
                    "{} at {} is {} ({validity}), expected {} ({})",
                    expected.code,
                    expected.containment,
                    value.as_deref().unwrap_or("nothing"),
                    expected.value.as_deref().unwrap_or("nothing"),
                    expected.validity,
                ));
            }
        }
        for said in &said {
            if let Said::Condition(index, present) = said {
                let text = &*self.conditions[*index].text;
                let expected = example.present.iter().any(|expected| expected == text);
                if *present != expected {
                    let word = |present| if present { "present" } else { "absent" };
                    wrong(format!("{text:?} is {}, expected {}", word(*present), word(expected)));
                }
            }
        }
        for text in &example.present {
            if !self.conditions.iter().any(|condition| &*condition.text == text.as_str()) {
                wrong(format!("no condition of the profile has the text {text:?}"));
            }
        }
        found
    }

    /// Everything that the values of a block say, as reports, in the order of their addresses.
    pub fn reports(&self, table: crate::modbus::Table, address: u16, data: &Data) -> Vec<Report> {
        let mut said = Vec::new();
        self.decode(table, address, data, &mut said);
        let mut identity = vigil_model::Identity::default();
        let mut identified = false;
        let mut reports: Vec<Report> = said
            .into_iter()
            .filter_map(|said| match said {
                Said::Observation(observation) => Some(Report::Observation(observation)),
                Said::Condition(index, present) => Some(Report::Alarm(self.alarm(index, present))),
                Said::Identity(field, text) => {
                    identified |= super::decode::identify(&mut identity, field, &text);
                    None
                }
                Said::ConditionsUnknown => None,
            })
            .collect();
        if identified {
            reports.push(Report::Identity(identity));
        }
        reports
    }
}

//! Chains of escalation: each with levels that can be told and times that can be kept.

use std::time::Duration;

use vigil_model::{EscalationChain, EscalationLevel, Priority};

use super::appliance::bounds;
use super::names::{self, Names};
use crate::document::{Place, Problems};
use crate::file::EscalationSection;

/// How many levels a chain may have, and how many names a level.
const COUNT: std::ops::RangeInclusive<usize> = 1..=8;
/// Bounds of the time of a level.
const WITHIN: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(3600));

/// All chains that beds can refer to.
pub(crate) struct Chains {
    chains: Vec<(String, EscalationChain)>,
    names: Names,
}

impl Chains {
    pub(crate) fn new(sections: &[Option<EscalationSection>], problems: &mut Problems<'_, '_>) -> Self {
        let names = Names::collect("escalation", "name", problems);
        let mut chains = Vec::new();
        for (index, section) in sections.iter().enumerate() {
            let Some(section) = section else { continue };
            let place = Place::element("escalation", index);
            count(section.level.len(), "levels", &place.key("level"), problems);
            let mut levels = Vec::new();
            for (index, level) in section.level.iter().enumerate() {
                let place = place.key("level").index(index);
                count(level.to.len(), "names", &place.key("to"), problems);
                level.to.iter().for_each(|to| names::well_formed(to, &place.key("to"), problems));
                bounds("within", level.within, WITHIN, &place, problems);
                levels.push(EscalationLevel {
                    to: level.to.iter().map(|to| to.as_str().into()).collect(),
                    within: level.within.get(),
                    success: level.success,
                });
            }
            chains.push((
                section.name.clone(),
                EscalationChain { from: section.from.unwrap_or(Priority::Medium), levels },
            ));
        }
        Self { chains, names }
    }

    /// The chain of a name; reports a reference that leads nowhere.
    pub(crate) fn refer(&self, name: &str, place: &Place, problems: &mut Problems<'_, '_>) -> Option<EscalationChain> {
        self.names.refer(name, place, problems);
        self.chains.iter().find(|(known, _)| known == name).map(|(_, chain)| chain.clone())
    }
}

fn count(found: usize, what: &str, place: &Place, problems: &mut Problems<'_, '_>) {
    if !COUNT.contains(&found) {
        problems.error(place, format!("{found} {what}: expected 1 to 8"), "");
    }
}

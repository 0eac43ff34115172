//! Presets: the built-in one and those of the file, checked by themselves.

use vigil_model::{LimitSide, TechnicalRules};

use super::further::Further;
use super::names::{self, Names};
use super::rules::Rule;
use crate::document::{Document, Place, Problems};
use crate::file::{PresetLimitSection, PresetSection, TechnicalSection};
use crate::nearest;
use crate::read::{self, Limited};

/// Text of the built-in presets, with where their numbers come from.
pub const BUILT_IN_PRESETS: &str = include_str!("../../presets/built-in.toml");

/// Longest delay of a technical condition.
const DELAY_MAX: std::time::Duration = std::time::Duration::from_secs(600);

/// Bounds of a jump of a device's clock that is told.
const CLOCK_JUMP: (std::time::Duration, std::time::Duration) =
    (std::time::Duration::from_secs(1), std::time::Duration::from_secs(86_400));

/// A preset that makes sense.
pub(crate) struct Preset {
    pub(crate) name: String,
    pub(crate) rules: Vec<Rule>,
    pub(crate) technical: TechnicalSection,
    pub(crate) further: Further,
}

/// All presets that beds can refer to.
pub(crate) struct Presets {
    presets: Vec<Preset>,
    names: Names,
}

impl Presets {
    pub(crate) fn new(
        sections: &[Option<Limited<PresetSection, PresetLimitSection>>],
        problems: &mut Problems<'_, '_>,
    ) -> Self {
        let names = Names::collect("preset", "name", problems);
        let mut presets = Self { presets: built_in(), names };
        let built_in = presets.presets.len();
        for (index, section) in sections.iter().enumerate() {
            let Some(limited) = section else { continue };
            let place = Place::element("preset", index);
            if presets.presets[..built_in].iter().any(|preset| preset.name == limited.section.name) {
                let message = format!("`{}` is the name of a built-in preset", limited.section.name);
                problems.error(&place.key("name"), message, "choose another name");
            }
            let base = limited.section.extends.as_ref();
            let base = base.and_then(|name| presets.refer(name, &place.key("extends"), problems));
            if let (Some(name), None) = (&limited.section.extends, base)
                && presets.names.known().any(|known| known == name)
            {
                let message = format!("preset `{}` comes further down, or could not be read", names::shortened(name));
                problems.error(&place.key("extends"), message, "write the preset that is extended first");
            }
            let preset = preset(limited, base, &place, problems);
            presets.presets.push(preset);
        }
        presets
    }

    /// The preset of a name; reports a reference that leads nowhere.
    pub(crate) fn refer(&self, name: &str, place: &Place, problems: &mut Problems<'_, '_>) -> Option<&Preset> {
        let found = self.presets.iter().find(|preset| preset.name == name);
        if found.is_none() && !self.names.known().any(|known| known == name) {
            let mut known: Vec<&str> =
                self.presets.iter().map(|preset| preset.name.as_str()).chain(self.names.known()).collect();
            known.sort_unstable();
            known.dedup();
            let message = format!("there is no preset `{}`", names::shortened(name));
            problems.error(place, message, nearest::suggest(name, known));
        }
        found
    }
}

/// The built-in presets. Their limits carry no place, since there is nothing in the file to point to.
fn built_in() -> Vec<Preset> {
    let Ok(document) = Document::parse("presets/built-in.toml", BUILT_IN_PRESETS) else { return Vec::new() };
    let mut problems = Problems::new(&document);
    let draft = read::draft_presets(&mut problems);
    built_in_of(&draft, &mut problems)
}

fn built_in_of(
    draft: &[Option<Limited<PresetSection, PresetLimitSection>>],
    problems: &mut Problems<'_, '_>,
) -> Vec<Preset> {
    let mut presets: Vec<Preset> = Vec::new();
    for (index, limited) in draft.iter().flatten().enumerate() {
        let base = presets.iter().find(|preset| Some(&preset.name) == limited.section.extends.as_ref());
        let mut preset = preset(limited, base, &Place::element("preset", index), problems);
        preset.rules.iter_mut().for_each(|rule| rule.place = None);
        preset.further.rates.iter_mut().for_each(|rate| rate.place = None);
        preset.further.combined.iter_mut().for_each(|combined| combined.place = None);
        presets.push(preset);
    }
    presets
}

fn preset(
    limited: &Limited<PresetSection, PresetLimitSection>,
    base: Option<&Preset>,
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Preset {
    let mut rules: Vec<Rule> = Vec::new();
    for (index, section) in limited.limits.iter().enumerate() {
        let Some(section) = section else { continue };
        let place = place.key("limit").index(index);
        let Some(rule) = Rule::of_preset(section, &place, problems) else { continue };
        if rules.iter().any(|other| other.metric == rule.metric && other.side == rule.side) {
            let message = format!("{} has a {} limit already", rule.metric, rule.side.as_str());
            problems.error(&place, message, "one limit for each metric and side");
        } else {
            rules.push(rule);
        }
    }
    let own = |rule: &Rule| rules.iter().any(|other| other.metric == rule.metric && other.side == rule.side);
    let inherited: Vec<Rule> =
        base.map_or(Vec::new(), |base| base.rules.iter().filter(|rule| !own(rule)).cloned().collect());
    rules.splice(..0, inherited);
    overlap(&rules, place, problems);
    let section = &limited.section.technical;
    technical(section, &TechnicalSection::default(), &place.key("technical"), problems);
    let technical = base.map_or_else(|| section.clone(), |base| over(section, &base.technical));
    let PresetSection { name, rate, combined, signals, .. } = &limited.section;
    let further = Further::new(rate, combined, signals, place, problems).over(base.map(|base| &base.further), problems);
    Preset { name: name.clone(), rules, technical, further }
}

/// What one section says, else what another says.
fn over(own: &TechnicalSection, base: &TechnicalSection) -> TechnicalSection {
    TechnicalSection {
        link_lost: own.link_lost.or(base.link_lost),
        stale: own.stale.or(base.stale),
        invalid: own.invalid.or(base.invalid),
        invalid_delay: own.invalid_delay.or(base.invalid_delay),
        cannot_evaluate: own.cannot_evaluate.or(base.cannot_evaluate),
        cannot_evaluate_delay: own.cannot_evaluate_delay.or(base.cannot_evaluate_delay),
        identity_changed: own.identity_changed.or(base.identity_changed),
        clock_jumped: own.clock_jumped.or(base.clock_jumped),
        clock_jump: own.clock_jump.or(base.clock_jump),
    }
}

/// Reports low limits that are not below the high limit of the same metric, hysteresis included.
pub(crate) fn overlap(rules: &[Rule], fallback: &Place, problems: &mut Problems<'_, '_>) {
    for low in rules.iter().filter(|rule| rule.side == LimitSide::Low) {
        let Some(high) = rules.iter().find(|rule| rule.side == LimitSide::High && rule.metric == low.metric) else {
            continue;
        };
        let place = low.place.as_ref().or(high.place.as_ref()).unwrap_or(fallback).key("limit");
        if low.limit.cmp_value(high.limit).is_ge() {
            let message =
                format!("the low limit {} of {} is not below the high limit {}", low.limit, low.metric, high.limit);
            problems.error(&place, message, "every value would violate one of them");
            continue;
        }
        let (end_of_low, end_of_high) =
            (low.limit.checked_add(low.hysteresis), high.limit.checked_sub(high.hysteresis));
        let apart = match (end_of_low, end_of_high) {
            (Some(low_ends), Some(high_ends)) => {
                low_ends.cmp_value(high.limit).is_le() && high_ends.cmp_value(low.limit).is_ge()
            }
            _ => false,
        };
        if !apart {
            let message = format!(
                "the hysteresis of a limit of {} reaches beyond its other limit: {} with {}, {} with {}",
                low.metric, low.limit, low.hysteresis, high.limit, high.hysteresis
            );
            problems.error(&place, message, "one condition could end only where the other begins: make it smaller");
        }
    }
}

/// The technical rules of a bed: what it says itself, else what its preset says, else the defaults.
pub(crate) fn technical(
    own: &TechnicalSection,
    preset: &TechnicalSection,
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> TechnicalRules {
    let default = TechnicalRules::default();
    for (key, delay) in [("invalid_delay", own.invalid_delay), ("cannot_evaluate_delay", own.cannot_evaluate_delay)] {
        if delay.is_some_and(|delay| delay.get() > DELAY_MAX) {
            problems.error(&place.key(key), "is longer than 10min", "a condition noticed that late helps nobody");
        }
    }
    if let Some(jump) = own.clock_jump {
        super::appliance::bounds("clock_jump", jump, CLOCK_JUMP, place, problems);
    }
    let said = over(own, preset);
    TechnicalRules {
        link_lost: said.link_lost.unwrap_or(default.link_lost),
        stale: said.stale.unwrap_or(default.stale),
        invalid: said.invalid.unwrap_or(default.invalid),
        invalid_delay: said.invalid_delay.map_or(default.invalid_delay, |delay| delay.get()),
        cannot_evaluate: said.cannot_evaluate.unwrap_or(default.cannot_evaluate),
        cannot_evaluate_delay: said.cannot_evaluate_delay.map_or(default.cannot_evaluate_delay, |delay| delay.get()),
        identity_changed: said.identity_changed.unwrap_or(default.identity_changed),
        clock_jumped: said.clock_jumped.unwrap_or(default.clock_jumped),
        clock_jump: said.clock_jump.map_or(default.clock_jump, |jump| jump.get()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_presets_have_nothing_wrong() {
        let document =
            Document::parse("presets/built-in.toml", BUILT_IN_PRESETS).unwrap_or_else(|found| panic!("{found:?}"));
        let mut problems = Problems::new(&document);
        let draft = read::draft_presets(&mut problems);
        let presets = built_in_of(&draft, &mut problems);
        assert_eq!(problems.into_sorted(), []);
        let names: Vec<&str> = presets.iter().map(|preset| preset.name.as_str()).collect();
        assert_eq!(names, ["adult", "adult-intensive", "paediatric", "neonatal"]);
        assert!(presets.iter().all(|preset| preset.further.signals.join_within.is_some()));
        assert_eq!(presets[0].rules.len(), draft[0].as_ref().unwrap().limits.len());
        assert_eq!(presets[1].rules.len(), presets[0].rules.len() + draft[1].as_ref().unwrap().limits.len());
        for rule in presets.iter().flat_map(|preset| &preset.rules) {
            assert!(rule.allowed.is_some() && rule.text.is_some() && rule.unit.is_some(), "{}", rule.id());
        }
    }
}

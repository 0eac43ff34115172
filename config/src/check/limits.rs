//! The limits of a bed: its preset's, changed and added to by its own, met with what its devices provide.

use vigil_model::{LimitRule, LimitSide, MetricDescriptor, Unit};

use super::devices::CheckedDevice;
use super::presets::{self, Preset};
use super::rules::{self, Rule};
use crate::document::{Place, Problems};
use crate::file::BedLimitSection;

/// What became of the limits of a bed.
#[derive(Default)]
pub(crate) struct BedLimits {
    /// What is judged.
    pub(crate) rules: Vec<LimitRule>,
    /// Limits of the preset for metrics that no device of the bed provides.
    pub(crate) unused: Vec<String>,
}

/// Resolves the limits of one bed. `devices` are those of the bed; `complete` says that none is missing because it could
/// not be read.
pub(crate) fn resolve(
    place: &Place,
    preset: Option<&Preset>,
    own: &[Option<BedLimitSection>],
    devices: &[&CheckedDevice],
    complete: bool,
    problems: &mut Problems<'_, '_>,
) -> BedLimits {
    let merged = merge(place, preset, own, problems);
    let mut resolved = BedLimits::default();
    let mut judged = Vec::new();
    for mut rule in merged {
        let at = rule.place.clone().unwrap_or_else(|| place.key("preset"));
        let of_bed = rule.place.as_ref().is_some_and(|written| written.steps().starts_with(place.steps()));
        let providers: Vec<(&CheckedDevice, &MetricDescriptor)> = devices
            .iter()
            .flat_map(|device| device.profile.metrics.iter().map(move |metric| (*device, metric)))
            .filter(|(_, metric)| same_metric(metric, &rule))
            .collect();
        let Some((_, first)) = providers.first() else {
            if !of_bed {
                resolved.unused.push(rule.id());
            } else if complete {
                let message = format!("can never fire: no device of the bed provides {}", rule.metric);
                problems.error(&at.key("metric"), message, provided(devices));
            }
            continue;
        };
        let Some(unit) = unit(&rule, &providers, &at, place, problems) else { continue };
        plausible(&rule, &providers, &at, place, problems);
        rule.metric = first.code;
        resolved.rules.push(limit_rule(&rule, unit, &first.label));
        judged.push(rule);
    }
    presets::overlap(&judged, &place.key("preset"), problems);
    resolved
}

/// The preset's limits with the bed's changes, then the bed's additions.
fn merge(
    place: &Place,
    preset: Option<&Preset>,
    own: &[Option<BedLimitSection>],
    problems: &mut Problems<'_, '_>,
) -> Vec<Rule> {
    let mut merged: Vec<Rule> = preset.map_or(Vec::new(), |preset| preset.rules.clone());
    let mut seen = Vec::new();
    for (index, section) in own.iter().enumerate() {
        let Some(section) = section else { continue };
        let place = place.key("limit").index(index);
        let Some(metric) = rules::metric(&section.metric, &place.key("metric"), problems) else { continue };
        if seen.contains(&(metric, section.side)) {
            let message = format!("{metric} has a {} limit of this bed already", section.side.as_str());
            problems.error(&place, message, "one limit for each metric and side");
            continue;
        }
        seen.push((metric, section.side));
        let position = merged.iter().position(|rule| rule.metric == metric && rule.side == section.side);
        if section.enabled == Some(false) {
            match position {
                Some(position) => drop(merged.remove(position)),
                None => problems.error(&place.key("enabled"), "there is nothing to switch off", "remove this limit"),
            }
            continue;
        }
        let base = position.map(|position| &merged[position]);
        let Some(rule) = Rule::of_bed(section, metric, base, &place, problems) else { continue };
        match position {
            Some(position) => merged[position] = rule,
            None => merged.push(rule),
        }
    }
    merged
}

/// The unit that the rule and every device of the bed agree on.
fn unit(
    rule: &Rule,
    providers: &[(&CheckedDevice, &MetricDescriptor)],
    at: &Place,
    bed: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<Unit> {
    let (device, first) = providers.first()?;
    let Some(declared) = first.unit else {
        let message = format!("{} of device `{}` is not a number and has no limits", rule.metric, device.id);
        problems.error(&at.key("metric"), message, "remove this limit");
        return None;
    };
    let unit = rule.unit.unwrap_or(declared);
    for (device, metric) in providers {
        if metric.unit != Some(unit) {
            let theirs = metric.unit.map_or("none".to_owned(), |unit| format!("{} ({})", unit.ucum(), unit.refid()));
            let message = format!(
                "the limit is in {} ({}), device `{}` of {} reports {} in {theirs}",
                unit.ucum(),
                unit.refid(),
                device.id,
                problems.document.key_of(bed),
                rule.metric,
            );
            problems.error(
                &at.key("unit"),
                message,
                "write limit and hysteresis in the unit of the device, and say so",
            );
            return None;
        }
    }
    Some(unit)
}

/// Reports limits that no plausible value can violate, or that every one does.
fn plausible(
    rule: &Rule,
    providers: &[(&CheckedDevice, &MetricDescriptor)],
    at: &Place,
    bed: &Place,
    problems: &mut Problems<'_, '_>,
) {
    for (device, metric) in providers {
        let Some((least, most)) = metric.plausible else { continue };
        let fires = match rule.side {
            LimitSide::Low => rule.limit.cmp_value(least).is_gt() && rule.limit.cmp_value(most).is_le(),
            LimitSide::High => rule.limit.cmp_value(most).is_lt() && rule.limit.cmp_value(least).is_ge(),
        };
        if !fires {
            let message = format!(
                "a {} limit of {} makes no sense where device `{}` of {} measures {least} to {most}",
                rule.side.as_str(),
                rule.limit,
                device.id,
                problems.document.key_of(bed),
            );
            problems.error(&at.key("limit"), message, "choose a limit inside that range");
            return;
        }
        let reachable = match rule.side {
            LimitSide::Low => rule.limit.checked_add(rule.hysteresis).is_some_and(|end| end.cmp_value(most).is_le()),
            LimitSide::High => rule.limit.checked_sub(rule.hysteresis).is_some_and(|end| end.cmp_value(least).is_ge()),
        };
        if !reachable {
            let message =
                format!("with {} the condition could never end: values are {least} to {most}", rule.hysteresis);
            problems.error(&at.key("hysteresis"), message, "make it smaller");
            return;
        }
    }
}

fn limit_rule(rule: &Rule, unit: Unit, label: &str) -> LimitRule {
    let side = match rule.side {
        LimitSide::Low => "Low",
        LimitSide::High => "High",
    };
    LimitRule {
        id: rule.id().into(),
        metric: rule.metric,
        unit,
        side: rule.side,
        limit: rule.limit,
        hysteresis: rule.hysteresis,
        condition_delay: rule.condition_delay,
        signal_delay: rule.signal_delay,
        priority: rule.priority,
        latching: rule.latching,
        event: rule.event,
        text: rule.text.clone().unwrap_or_else(|| format!("{side} {label}")).into(),
        allowed: rule.allowed,
    }
}

/// Two names of one number are one metric: `MDC_ECG_HEART_RATE` is `MDC_ECG_CARD_BEAT_RATE`.
fn same_metric(metric: &MetricDescriptor, rule: &Rule) -> bool {
    metric.code == rule.metric || (metric.code.is_verified() && metric.code.value() == rule.metric.value())
}

fn provided(devices: &[&CheckedDevice]) -> String {
    /// How many metrics are named before the list is cut.
    const LISTED_MAX: usize = 12;

    let numbers = devices.iter().flat_map(|device| &device.profile.metrics).filter(|metric| metric.unit.is_some());
    let mut codes: Vec<_> = numbers.map(|metric| (!metric.code.is_verified(), metric.code.refid())).collect();
    codes.sort_unstable();
    codes.dedup();
    let names: Vec<&str> = codes.into_iter().map(|(_, refid)| refid).collect();
    match names.len() {
        0 => "the bed has no device that measures anything".to_owned(),
        n if n > LISTED_MAX => format!("they provide {}, …; `vigil check` lists all", names[..LISTED_MAX].join(", ")),
        _ => format!("they provide {}", names.join(", ")),
    }
}

//! The scores of a bed: its charts met with what its devices provide, and the device that stands for what is calculated.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::score::InputKind;
use vigil_model::{Chart, ChartInput, Code, Node, Profile, Score, mdc};
use vigil_protocols::identity::ExpectedIdentity;

use super::chart::{AGE, with_ages};
use super::devices::{CheckedDevice, Conversation};
use crate::charts::Charts;
use crate::document::{Place, Problems};
use crate::file::BedScoreSection;
use crate::nearest;
use crate::plan::{InputUse, ScoreUse};

/// Bounds of the time from one working out to the next.
const EVERY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(3600));

/// Bounds of the time over which the change is told.
const CHANGE_OVER: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(86_400));

/// Most scores of a bed.
const SCORES_MAX: usize = 16;

/// What a bed calculates.
#[derive(Default)]
pub(crate) struct BedScores {
    pub(crate) scores: Vec<Score>,
    pub(crate) uses: Vec<ScoreUse>,
}

/// Resolves the scores of one bed. `complete` says that no device is missing because it could not be read.
pub(crate) fn resolve(
    place: &Place,
    sections: &[BedScoreSection],
    charts: &Charts,
    devices: &[&CheckedDevice],
    complete: bool,
    problems: &mut Problems<'_, '_>,
) -> BedScores {
    let mut resolved = BedScores::default();
    if sections.len() > SCORES_MAX {
        let message = format!("{} scores are more than the {SCORES_MAX} that a bed can have", sections.len());
        problems.error(&place.key("score"), message, "");
    }
    for (index, section) in sections.iter().take(SCORES_MAX).enumerate() {
        let place = place.key("score").index(index);
        if sections[..index].iter().any(|other| other.chart == section.chart) {
            let message = format!("chart `{}` is in use at this bed already", super::shortened(&section.chart));
            problems.error(&place.key("chart"), message, "one score for each chart");
            continue;
        }
        let Some(chart) = charts.refer(&section.chart, &place.key("chart"), problems) else { continue };
        let every = section.every.map_or(Duration::from_secs(60), |text| {
            super::appliance::bounds("every", text, EVERY, &place, problems);
            text.get()
        });
        let change_over = section.change_over.map_or(Duration::from_secs(3600), |text| {
            super::appliance::bounds("change_over", text, CHANGE_OVER, &place, problems);
            text.get()
        });
        let ages = ages(section, &chart, &place, problems);
        let fixed = fixed(section, &chart, &place, problems);
        let chart = with_ages(&chart, &ages);
        let inputs = chart.inputs.iter().map(|input| answered(input, &chart, devices, complete, &place, problems));
        resolved.uses.push(ScoreUse { chart: Arc::clone(&chart.name), inputs: inputs.collect() });
        let vmd = u16::try_from(index + 1).unwrap_or(u16::MAX);
        resolved.scores.push(Score { chart, every, change_over, fixed, vmd });
    }
    resolved
}

/// The position of an input that a bed names.
fn named<'c>(
    name: &str,
    chart: &'c Chart,
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<(usize, &'c ChartInput)> {
    let found = chart.inputs.iter().enumerate().find(|(_, input)| &*input.name == name);
    if found.is_none() {
        let help = nearest::suggest(name, chart.inputs.iter().map(|input| &*input.name));
        let message = format!("chart `{}` has no input `{}`", chart.name, super::shortened(name));
        problems.error(place, message, help);
    }
    found
}

fn ages(
    section: &BedScoreSection,
    chart: &Chart,
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Vec<(usize, Duration)> {
    let place = place.key("max_age");
    let given = section.max_age.iter().filter_map(|(name, age)| {
        let (position, _) = named(name, chart, &place.key(name), problems)?;
        super::appliance::bounds(name, *age, AGE, &place, problems);
        Some((position, age.get()))
    });
    given.collect()
}

fn fixed(section: &BedScoreSection, chart: &Chart, place: &Place, problems: &mut Problems<'_, '_>) -> Vec<(u8, u8)> {
    let place = place.key("states");
    let given = section.states.iter().filter_map(|(name, state)| {
        let place = place.key(name);
        let (position, input) = named(name, chart, &place, problems)?;
        let InputKind::Stated { states, .. } = &input.kind else {
            problems.error(&place, "is measured: only a state can be fixed", "remove it");
            return None;
        };
        let found = states.iter().position(|known| &*known.name == state.as_str());
        if found.is_none() {
            let help = nearest::suggest(state, states.iter().map(|known| &*known.name));
            problems.error(&place, format!("there is no state `{}`", super::shortened(state)), help);
        }
        Some((u8::try_from(position).ok()?, u8::try_from(found?).ok()?))
    });
    given.collect()
}

/// Who answers an input at this bed; reports one that nobody can answer.
fn answered(
    input: &ChartInput,
    chart: &Chart,
    devices: &[&CheckedDevice],
    complete: bool,
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> InputUse {
    let mut used = InputUse {
        input: Arc::clone(&input.name),
        max_age: input.max_age,
        sources: Vec::new(),
        charted: matches!(&input.kind, InputKind::Stated { .. } | InputKind::Measured { charted: Some(_), .. }),
    };
    let InputKind::Measured { metrics, unit, .. } = &input.kind else { return used };
    let mut other_units = Vec::new();
    for code in metrics {
        for device in devices {
            let same = |of: Code| of == *code || (code.is_verified() && of.value() == code.value());
            for metric in device.profile.metrics.iter().filter(|metric| same(metric.code)) {
                if metric.unit == Some(*unit) {
                    used.sources.push(format!("{} {} {}", device.id, metric.code, metric.containment));
                } else {
                    let theirs = metric.unit.map_or("none", |unit| unit.ucum());
                    other_units.push(format!("device `{}` reports {} in {theirs}", device.id, metric.code));
                }
            }
        }
    }
    if used.sources.is_empty() && complete {
        if let Some(first) = other_units.first() {
            let message = format!("input `{}` of `{}` is in {}, {first}", input.name, chart.name, unit.ucum());
            problems.error(&place.key("chart"), message, "use a chart in the device's unit; nothing is converted");
        } else if !used.charted {
            let message = format!("there can be no total: no device of the bed answers `{}`", input.name);
            problems.error(&place.key("chart"), message, "connect a device, or let the chart allow charting it");
        }
    }
    used
}

/// The device that stands for what is calculated at a bed.
pub(crate) fn device(bed_id: &str, scores: &[Score], place: &Place) -> CheckedDevice {
    let nodes =
        scores.iter().map(|score| Node { containment: score.total_row().vmd_row(), code: mdc::X_DEV_CALC_SCORE_VMD });
    let profile = Profile {
        name: "calculated".into(),
        title: "Calculated by the appliance".into(),
        mds: mdc::X_DEV_CALC_MDS,
        nodes: nodes.collect(),
        metrics: scores.iter().flat_map(Score::metrics).collect(),
        alarms: Vec::new(),
        fresh_for: AGE.1,
    };
    CheckedDevice {
        id: format!("{bed_id}-calculated"),
        bed_id: bed_id.to_owned(),
        link_id: String::new(),
        profile: Arc::new(profile),
        conversation: Conversation::Calculated,
        eui64: None,
        poll_interval: Duration::ZERO,
        // It has no link that could be lost.
        quiet_time: Duration::MAX,
        fresh_for: None,
        identity: ExpectedIdentity::default(),
        place: place.clone(),
    }
}

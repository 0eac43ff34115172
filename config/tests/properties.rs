//! Any text is survived; any plan that is accepted keeps what a plan promises.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use proptest::prelude::*;
use vigil_config::{EmbeddedProfiles, LinkPlan, Plan, Severity, parse};
use vigil_model::{DeviceIndex, LimitSide};

const WARD: &str = include_str!("../examples/ward.toml");

/// What everything that assembles a plan relies on.
fn invariants(plan: &Plan) {
    let ward = &plan.ward;
    assert!(plan.warnings.iter().all(|problem| problem.severity == Severity::Warning));
    let distinct = |mut ids: Vec<&str>| {
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "ids are unique");
    };
    distinct(ward.beds.iter().map(|bed| &*bed.id).collect());
    distinct(ward.devices.iter().map(|device| &*device.id).collect());
    distinct(plan.links.iter().map(|link| &**link.id()).collect());
    distinct(plan.destinations.iter().map(|destination| &**destination.id()).collect());
    assert_eq!(plan.presets.len(), ward.beds.len());

    let mut on_links: Vec<DeviceIndex> = plan
        .links
        .iter()
        .flat_map(|link| match link {
            LinkPlan::Stream { device, .. } => vec![*device],
            LinkPlan::Bus { units, .. } => {
                let mut ids: Vec<_> = units.iter().map(|unit| unit.unit).collect();
                ids.sort_unstable();
                ids.dedup();
                assert_eq!(ids.len(), units.len(), "each unit once");
                units.iter().map(|unit| unit.device).collect()
            }
        })
        .collect();
    on_links.sort_unstable();
    let all: Vec<DeviceIndex> = (0..u32::try_from(ward.devices.len()).unwrap()).map(DeviceIndex).collect();
    assert_eq!(on_links, all, "each device is on one link");

    for device in &ward.devices {
        assert!(ward.bed(device.bed).is_some(), "each device has a bed");
        assert!(!device.quiet_time.is_zero());
    }
    for (index, bed) in (0u32..).zip(&ward.beds) {
        assert!((1..=86_400).contains(&bed.report_interval.as_secs()));
        distinct(bed.rules.iter().map(|rule| &*rule.id).collect());
        for rule in &bed.rules {
            assert!(rule.hysteresis.mantissa() >= 0);
            let mut devices = ward.devices_of(vigil_model::BedIndex(index));
            let provided = devices.any(|(_, device)| {
                device.profile.metrics.iter().any(|metric| metric.code == rule.metric && metric.unit == Some(rule.unit))
            });
            assert!(provided, "each limit can fire");
            if let Some(high) = bed.rules.iter().find(|r| r.metric == rule.metric && r.side == LimitSide::High)
                && rule.side == LimitSide::Low
            {
                assert!(rule.limit.cmp_value(high.limit).is_lt());
            }
        }
    }
    for destination in &plan.destinations {
        assert!(destination.problems().is_empty());
    }
    let report = plan.report();
    assert_eq!(report.devices.len(), ward.devices.len());
    for link in report.links.iter().filter_map(|link| link.bus.as_ref()) {
        assert!(link.load_percent <= 100.0);
    }
    assert!(!report.to_string().is_empty());
}

/// Whether the text is accepted.
fn survived(text: &str) -> bool {
    match parse(text, "any.toml", &EmbeddedProfiles) {
        Ok(plan) => {
            invariants(&plan);
            true
        }
        Err(problems) => {
            assert!(problems.iter().any(|problem| problem.severity == Severity::Error), "a refusal has a reason");
            assert!(problems.iter().all(|problem| !problem.message.is_empty() && problem.line > 0));
            false
        }
    }
}

/// Words that make a mutation more likely to be TOML.
const WORDS: [&str; 24] = [
    "[[device]]\n",
    "[[bed]]\n",
    "[[link]]\n",
    "[[bed.limit]]\n",
    "[appliance]\n",
    "id = \"x\"\n",
    "\"",
    "=",
    "0",
    "-1",
    "99999999999999999999",
    "1e400",
    "nan",
    "\"0s\"",
    "\"584542046y\"",
    "\"18446744073709551615ms\"",
    "true",
    "[",
    "]",
    "{}",
    "1979-05-27T07:32:00Z",
    "unit = 1\n",
    "fresh_for = \"1ms\"\n",
    "\u{0}",
];

#[test]
fn the_ward_keeps_the_invariants() {
    assert!(survived(WARD));
}

#[test]
fn every_line_of_the_ward_can_be_left_out_or_doubled() {
    let lines: Vec<&str> = WARD.lines().collect();
    let mut accepted = 0;
    for index in 0..lines.len() {
        if lines[index].trim().is_empty() || lines[index].starts_with('#') {
            continue;
        }
        let without: Vec<&str> = lines.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, line)| *line).collect();
        accepted += u32::from(survived(&without.join("\n")));
        let doubled: Vec<&str> = lines[..=index].iter().chain(&lines[index..]).copied().collect();
        assert!(!survived(&doubled.join("\n")), "no key is given twice");
    }
    assert!(accepted >= 20, "what has a default can be left out: {accepted}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        survived(&text);
    }

    #[test]
    fn any_mixture_of_its_words_is_survived(words in proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..40)) {
        survived(&words.concat());
    }

    #[test]
    fn any_mutation_of_the_ward_is_survived(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..12, proptest::sample::select(&WORDS[..])), 1..4),
    ) {
        let mut text: Vec<char> = WARD.chars().collect();
        for (at, cut, word) in edits {
            let at = at.index(text.len());
            let end = (at + cut).min(text.len());
            text.splice(at..end, word.chars());
        }
        survived(&text.into_iter().collect::<String>());
    }

    #[test]
    fn any_value_of_the_ward_can_be_replaced(line in any::<prop::sample::Index>(), word in proptest::sample::select(&WORDS[6..])) {
        let lines: Vec<&str> = WARD.lines().collect();
        let chosen = line.index(lines.len());
        let mutated: Vec<String> = lines.iter().enumerate().map(|(index, line)| match line.split_once(" = ") {
            Some((key, _)) if index == chosen => format!("{key} = {word}"),
            _ => (*line).to_owned(),
        }).collect();
        survived(&mutated.join("\n"));
    }
}

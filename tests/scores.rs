//! The shipped charts against the published tables, number by number: every band at both edges, for every combination of
//! states that a table depends on; and published worked examples.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use vigil_config::{BUILT_IN_CHARTS, parse_chart};
use vigil_engine::score::{Evaluation, Given, Missing, evaluate};
use vigil_model::Chart;
use vigil_model::score::{Charted, InputKind};

fn chart(name: &str) -> Chart {
    let (_, text) = BUILT_IN_CHARTS.iter().find(|(known, _)| *known == name).unwrap();
    parse_chart(text, name).unwrap()
}

/// The evaluation of answers written `name=value`; what is not named is missing unless the chart has a default.
fn evaluated(chart: &Chart, answers: &str) -> Evaluation {
    let given: Vec<Given> = chart
        .inputs
        .iter()
        .map(|input| {
            let mut named = answers.split_whitespace().filter_map(|answer| answer.split_once('='));
            match named.find(|(name, _)| *name == &*input.name) {
                Some((_, value)) => match (&input.kind, input.read(value)) {
                    // Also numbers that nobody may chart: a device may give them.
                    (InputKind::Measured { .. }, _) => Given::Number(value.parse().unwrap()),
                    (InputKind::Stated { .. }, Some(Charted::State(state))) => Given::State(state),
                    (InputKind::Stated { .. }, _) => panic!("{} has no state {value}", input.name),
                },
                None => match &input.kind {
                    InputKind::Stated { default: Some(state), .. } => Given::State(*state),
                    InputKind::Stated { .. } | InputKind::Measured { .. } => Given::Missing(Missing::Never),
                },
            }
        })
        .collect();
    evaluate(chart, &given)
}

fn points(chart: &Chart, input: &str, answers: &str) -> Result<u8, Missing> {
    let position = chart.inputs.iter().position(|candidate| &*candidate.name == input).unwrap();
    evaluated(chart, answers).parts[position]
}

/// Each line of a published table: an input, the states it depends on, and its bands as `lowest..highest=points` with open
/// outermost ends. Both edges and, far out, both open ends are looked up.
fn holds(chart: &Chart, table: &str, step: &str) {
    let step: f64 = step.parse().unwrap();
    let decimals = if step < 1.0 { 1 } else { 0 };
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (input, rest) = line.split_once('|').unwrap();
        let (states, bands) = rest.split_once('|').unwrap();
        let input = input.trim();
        let mut covered = Vec::new();
        for band in bands.split_whitespace() {
            let (range, wanted) = band.split_once('=').unwrap();
            let (low, high) = range.split_once("..").unwrap();
            let wanted: u8 = wanted.parse().unwrap();
            let inside: Vec<f64> = match (low, high) {
                ("", high) => vec![high.parse::<f64>().unwrap() - 20.0 * step, high.parse().unwrap()],
                (low, "") => vec![low.parse().unwrap(), low.parse::<f64>().unwrap() + 3.0 * step],
                (low, high) => vec![low.parse().unwrap(), high.parse().unwrap()],
            };
            for number in inside {
                let answers = format!("{input}={number:.decimals$} {states}");
                assert_eq!(points(chart, input, &answers), Ok(wanted), "{} {answers}", chart.name);
            }
            covered.push((low.to_owned(), high.to_owned()));
        }
        for pair in covered.windows(2) {
            let (end, next): (f64, f64) = (pair[0].1.parse().unwrap(), pair[1].0.parse().unwrap());
            assert!((end + step - next).abs() < 1e-9, "the table of this test has a gap after {end}");
        }
    }
}

#[test]
fn news2_is_the_table_of_the_royal_college_of_physicians() {
    let chart = chart("news2");
    holds(
        &chart,
        "respiration | | ..8=3 9..11=1 12..20=0 21..24=2 25..=3
         saturation | scale=1 oxygen=air | ..91=3 92..93=2 94..95=1 96..=0
         saturation | scale=1 oxygen=oxygen | ..91=3 92..93=2 94..95=1 96..=0
         saturation | | ..91=3 92..93=2 94..95=1 96..=0
         saturation | scale=2 oxygen=air | ..83=3 84..85=2 86..87=1 88..92=0 93..=0
         saturation | scale=2 oxygen=oxygen | ..83=3 84..85=2 86..87=1 88..92=0 93..94=1 95..96=2 97..=3
         systolic | | ..90=3 91..100=2 101..110=1 111..219=0 220..=3
         pulse | | ..40=3 41..50=1 51..90=0 91..110=1 111..130=2 131..=3",
        "1",
    );
    holds(&chart, "temperature | | ..35.0=3 35.1..36.0=1 36.1..38.0=0 38.1..39.0=1 39.1..=2", "0.1");
    for (state, wanted) in [("A", 0), ("C", 3), ("V", 3), ("P", 3), ("U", 3)] {
        assert_eq!(points(&chart, "consciousness", &format!("consciousness={state}")), Ok(wanted));
    }
    assert_eq!(points(&chart, "oxygen", "oxygen=air"), Ok(0));
    assert_eq!(points(&chart, "oxygen", "oxygen=oxygen"), Ok(2));
}

#[test]
fn mews_is_the_table_of_subbe() {
    let chart = chart("mews");
    holds(
        &chart,
        "systolic | | ..70=3 71..80=2 81..100=1 101..199=0 200..=2
         pulse | | ..40=2 41..50=1 51..100=0 101..110=1 111..129=2 130..=3
         respiration | | ..8=2 9..14=0 15..20=1 21..29=2 30..=3",
        "1",
    );
    holds(&chart, "temperature | | ..34.9=2 35.0..38.4=0 38.5..=2", "0.1");
    for (state, wanted) in [("A", 0), ("V", 1), ("P", 2), ("U", 3)] {
        assert_eq!(points(&chart, "consciousness", &format!("consciousness={state}")), Ok(wanted));
    }
    let confusion = chart.inputs.iter().find(|input| &*input.name == "consciousness").unwrap();
    assert_eq!(confusion.read("C"), None, "new confusion has no row in it");
}

#[test]
fn qsofa_is_the_table_of_sepsis_3() {
    let chart = chart("qsofa");
    holds(&chart, "respiration | | ..21=0 22..=1\nsystolic | | ..100=1 101..=0", "1");
    for (state, wanted) in [("A", 0), ("C", 1), ("V", 1), ("P", 1), ("U", 1)] {
        assert_eq!(points(&chart, "consciousness", &format!("consciousness={state}")), Ok(wanted));
    }
}

#[test]
fn published_examples_come_out() {
    for (name, answers, wanted) in [
        // The example of the R package `cliot`, news2_score: hypercapnic failure on oxygen.
        (
            "news2",
            "scale=2 respiration=22 saturation=90 oxygen=oxygen systolic=130 pulse=80 consciousness=A temperature=37.0",
            4,
        ),
        // The FHIR example Observation-CarolTest-NEWS2 of the UK emergency department guide: parts 2, 1, 2, 0, 1, 0, 0.
        ("news2", "respiration=23 pulse=95 saturation=93 oxygen=air temperature=38.5 systolic=120 consciousness=A", 6),
        // The least and the most that the scale can give (RCP: 0 to 20).
        ("news2", "respiration=16 saturation=98 oxygen=air systolic=120 pulse=70 consciousness=A temperature=37.0", 0),
        (
            "news2",
            "respiration=8 saturation=91 oxygen=oxygen systolic=90 pulse=40 consciousness=U temperature=35.0",
            20,
        ),
        ("mews", "systolic=70 pulse=130 respiration=30 temperature=38.5 consciousness=U", 14),
        ("mews", "systolic=120 pulse=80 respiration=12 temperature=37.0 consciousness=A", 0),
        ("qsofa", "respiration=22 systolic=100 consciousness=C", 3),
        ("qsofa", "respiration=21 systolic=101 consciousness=A", 0),
    ] {
        assert_eq!(evaluated(&chart(name), answers).total, Some(wanted), "{name} {answers}");
    }
}

#[test]
fn numbers_are_rounded_half_away_from_zero_before_they_are_looked_up() {
    let chart = chart("news2");
    for (answers, input, wanted) in [
        ("respiration=20.49", "respiration", 0),
        ("respiration=20.5", "respiration", 2),
        ("saturation=91.4", "saturation", 3),
        ("saturation=91.5", "saturation", 2),
        ("temperature=38.04", "temperature", 0),
        ("temperature=38.05", "temperature", 1),
        ("temperature=39.0499999999999999", "temperature", 1),
    ] {
        assert_eq!(points(&chart, input, answers), Ok(wanted), "{answers}");
    }
}

#[test]
fn an_incomplete_set_gives_no_total_and_keeps_a_single_3() {
    let chart = chart("news2");
    let all = "respiration=25 saturation=98 oxygen=air systolic=120 pulse=70 consciousness=A temperature=37.0";
    for missing in all.split_whitespace() {
        let rest: Vec<&str> = all.split_whitespace().filter(|answer| *answer != missing).collect();
        let evaluation = evaluated(&chart, &rest.join(" "));
        assert_eq!(evaluation.total, None, "without {missing}");
        let is_respiration = missing.starts_with("respiration");
        assert_eq!(evaluation.at_least, if is_respiration { 0 } else { 3 });
        // Without the 3 nothing is known about the highest: the missing one might be it.
        assert_eq!(evaluation.highest, (!is_respiration).then_some(3), "without {missing}");
    }
    assert_eq!(evaluated(&chart, all).total, Some(3));
}

#[test]
fn what_depends_on_a_missing_answer_counts_only_if_all_answers_agree() {
    let chart = chart("news2");
    assert_eq!(points(&chart, "saturation", "scale=2 saturation=83"), Ok(3), "on air and on oxygen");
    assert_eq!(points(&chart, "saturation", "scale=2 saturation=90"), Ok(0));
    assert_eq!(points(&chart, "saturation", "scale=2 saturation=95"), Err(Missing::Undecided));
}

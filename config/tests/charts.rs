//! Charts: the shipped ones are accepted, and what is wrong with one is said at its place.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use vigil_config::{BUILT_IN_CHARTS, ProfileSource, ProfileText, Severity, chart_schema, parse, parse_chart};

const NEWS2: &str = include_str!("../charts/news2.toml");

fn refused(text: &str) -> String {
    let problems = parse_chart(text, "chart.toml").err().unwrap_or_default();
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

/// NEWS2 with one change, which must be found there.
fn changed(from: &str, to: &str) -> String {
    assert!(NEWS2.contains(from), "{from}");
    refused(&NEWS2.replacen(from, to, 1))
}

#[test]
fn the_built_in_charts_are_right() {
    for (name, text) in BUILT_IN_CHARTS {
        let chart = parse_chart(text, name).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert_eq!(&*chart.name, name);
        assert!(chart.inputs.iter().all(|input| input.points.is_none_or(|code| code.refid().starts_with("MDCX_"))));
    }
}

#[test]
fn gaps_overlaps_open_ends_and_digits_are_found() {
    let cases = [
        (
            "{ from = 9, to = 11, points = 1 }",
            "{ from = 10, to = 11, points = 1 }",
            "gap: after 8 the next number is 9",
        ),
        (
            "{ from = 9, to = 11, points = 1 }",
            "{ from = 8, to = 11, points = 1 }",
            "overlap: the band before goes up to 8",
        ),
        ("{ from = 9, to = 11, points = 1 }", "{ from = 12, to = 11, points = 1 }", "there is nothing"),
        ("{ to = 8, points = 3 }", "{ from = 0, to = 8, points = 3 }", "the first band must be open"),
        ("{ from = 25, points = 3 }", "{ from = 25, to = 60, points = 3 }", "the last band must be open"),
        ("{ from = 9, to = 11, points = 1 }", "{ from = 9, points = 1 }", "only the outermost ends are open"),
        ("{ from = 9, to = 11, points = 1 }", "{ from = 9, to = 11.5, points = 1 }", "more digits than numbers have"),
        ("{ from = 35.1, to = 36.0, points = 1 }", "{ from = 36, to = 36.0, points = 1 }", "gap: after 35 the next"),
        ("{ to = 8, points = 3 }", "{ to = 8, points = 30 }", "30 is more than 20"),
    ];
    for (from, to, wanted) in cases {
        let said = changed(from, to);
        assert!(said.contains(wanted), "{to}: {said}");
        assert!(said.contains("input["), "the place is named: {said}");
    }
}

#[test]
fn wrong_units_metrics_and_states_are_found() {
    let cases = [
        ("unit = \"mm[Hg]\"", "unit = \"kPa\"", "is usually in mm[Hg]"),
        ("unit = \"mm[Hg]\"", "unit = \"mmHg\"", "is not a unit of the nomenclature"),
        ("unit = \"Cel\"\n", "", "missing: the bands are numbers of some unit"),
        ("\"MDC_TEMP_CORE\"", "\"MDC_TEMP_CORES\"", "is not in the nomenclature"),
        ("\"MDC_TEMP_CORE\"", "\"MDC_EVT_LO\"", "is not a metric"),
        ("default = \"1\"", "default = \"3\"", "there is no state `3`"),
        ("scale = [\"1\"]", "scale = [\"3\"]", "there is no state `3`"),
        ("scale = [\"1\"]", "scala = [\"1\"]", "there is no stated input `scala`"),
        ("scale = [\"1\"]", "scale = [\"1\", \"2\"]", "2 tables hold for scale = 2, oxygen = air"),
        ("oxygen = [\"oxygen\"]", "oxygen = [\"air\"]", "2 tables hold for scale = 2, oxygen = air"),
        (
            "{ scale = [\"1\"] }",
            "{ scale = [\"1\"], oxygen = [\"air\"] }",
            "no table holds for scale = 1, oxygen = oxygen",
        ),
        ("max_age = \"5min\"\nmetrics", "metrics", "an old number would count for ever"),
        ("code = \"MDCX_SCORE_NEWS2\"", "code = \"MDC_PULS_OXIM_SAT_O2\"", "has another meaning"),
        ("name = \"oxygen\"", "name = \"scale\"", "`scale` is given twice"),
        ("selector = true", "selector = true\nunit = \"%\"", "does not belong to a stated input"),
        ("name = \"pulse\"", "nome = \"pulse\"", "unknown key"),
    ];
    for (from, to, wanted) in cases {
        let said = changed(from, to);
        assert!(said.contains(wanted), "{to}: {said}");
    }
}

#[test]
fn the_schema_says_a_sentence_about_every_key() {
    let schema = chart_schema().to_value();
    assert_eq!(schema["title"], "Vigil chart");
    assert!(schema["properties"]["code"]["description"].as_str().unwrap().contains("MDCX_SCORE_"));
}

/// A folder with one chart in it.
struct Folder(&'static str);

impl ProfileSource for Folder {
    fn folder(&self, _: &str) -> Result<Vec<ProfileText>, String> {
        Ok(vec![ProfileText { file: "site.toml".to_owned(), text: Ok(self.0.to_owned()) }])
    }

    fn files(&self) -> Vec<ProfileText> {
        Vec::new()
    }
}

/// A made-up chart for a test of loading; no clinical table.
const SITE: &str = r#"
name = "site"
title = "Site score"
source = "made up for a test"
population = "nobody"
code = "MDCX_SCORE_SITE_TEST"

[[input]]
name = "saturation"
label = "SpO2"
max_age = "2min"
metrics = ["MDC_PULS_OXIM_SAT_O2"]
unit = "%"
bands = [{ to = 89, points = 4 }, { from = 90, points = 0 }]

[[input]]
name = "worry"
label = "Carer says"
max_age = "1h"
states = [{ state = "same", label = "Same" }, { state = "worse", label = "Worse", points = 2 }]
"#;

fn ward(bed: &str, more: &str) -> String {
    format!(
        "[appliance]\nid = \"w\"\neui64 = \"0011223344556601\"\nsite = \"s\"\nfacility = \"f\"\ncharts_dir = \"charts\"\n\n\
         [[bed]]\nid = \"b1\"\nunit = \"4B\"\nroom = \"1\"\nbed = \"1\"\n{bed}\n\n\
         [[link]]\nid = \"l1\"\nserial = {{ port = \"/dev/serial/by-path/p1\" }}\n\n\
         [[device]]\nid = \"mon-1\"\nbed = \"b1\"\nlink = \"l1\"\ndriver = \"ge-s5-dri\"\n{more}\n"
    )
}

#[test]
fn a_bed_takes_a_chart_of_the_site_and_limits_on_its_score() {
    let bed = "[[bed.score]]\nchart = \"site\"\nevery = \"10s\"\nstates = { worry = \"same\" }\n\n\
               [[bed.limit]]\nmetric = \"MDCX_SCORE_SITE_TEST\"\nside = \"high\"\nlimit = 3\npriority = \"medium\"";
    let plan = parse(&ward(bed, ""), "ward.toml", &Folder(SITE)).unwrap_or_else(|problems| panic!("{problems:?}"));
    let [calculator] = plan.ward.calculators.as_slice() else { panic!("{:?}", plan.ward.calculators) };
    let device = plan.ward.device(calculator.device).unwrap();
    assert_eq!((&*device.id, calculator.scores.len()), ("b1-calculated", 1));
    assert_eq!(calculator.scores[0].fixed, [(1, 0)]);
    assert_eq!(plan.ward.beds[0].rules[0].metric.refid(), "MDCX_SCORE_SITE_TEST");
    let text = plan.report().to_string();
    assert!(text.contains("score site") && text.contains("mon-1 MDC_PULS_OXIM_SAT_O2"), "{text}");
    serde_json::to_string(&plan.report()).unwrap();
}

#[test]
fn what_a_bed_gets_wrong_about_a_score_is_found() {
    let limit = "[[bed.limit]]\nmetric = \"MDCX_SCORE_NEWS2\"\nside = \"high\"\npriority = \"low\"\n";
    for (bed, wanted) in [
        ("[[bed.score]]\nchart = \"nows2\"".to_owned(), "there is no chart `nows2`"),
        (
            "[[bed.score]]\nchart = \"site\"\n[[bed.score]]\nchart = \"site\"".to_owned(),
            "is in use at this bed already",
        ),
        ("[[bed.score]]\nchart = \"site\"\nevery = \"2h\"".to_owned(), "out of bounds"),
        ("[[bed.score]]\nchart = \"site\"\nmax_age = { worry = \"0s\" }".to_owned(), "out of bounds"),
        ("[[bed.score]]\nchart = \"site\"\nmax_age = { wory = \"1h\" }".to_owned(), "has no input `wory`"),
        ("[[bed.score]]\nchart = \"site\"\nstates = { worry = \"better\" }".to_owned(), "there is no state `better`"),
        ("[[bed.score]]\nchart = \"site\"\nstates = { saturation = \"90\" }".to_owned(), "only a state can be fixed"),
        (format!("[[bed.score]]\nchart = \"news2\"\n{limit}limit = 20"), "makes no sense"),
        (format!("{limit}limit = 5"), "no device of the bed provides MDCX_SCORE_NEWS2"),
    ] {
        let problems = parse(&ward(&bed, ""), "ward.toml", &Folder(SITE)).err().unwrap_or_default();
        let said: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
        assert!(said.contains(wanted), "{bed}: {said}");
    }
}

#[test]
fn an_input_that_nobody_can_answer_is_found() {
    let scale_only = ward("[[bed.score]]\nchart = \"site\"", "").replace("ge-s5-dri", "esc-scale");
    let problems = parse(&scale_only, "ward.toml", &Folder(SITE)).err().unwrap_or_default();
    let said: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
    assert!(said.contains("there can be no total: no device of the bed answers `saturation`"), "{said}");
}

#[test]
fn a_chart_that_is_wrong_is_reported_under_its_own_name() {
    let problems = parse(&ward("[[bed.score]]\nchart = \"site\"", ""), "ward.toml", &Folder("name = 1")).err().unwrap();
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    assert!(errors.clone().count() > 0 && errors.clone().all(|problem| problem.file == "site.toml"), "{problems:?}");
}

//! Scores: what answers, when they are worked out, what is told of them, and that they are never made of what does not
//! count. The last test compares random runs with a model that works everything out again from the whole history.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;
#[path = "common/scoring.rs"]
mod scoring;

use std::sync::Arc;
use std::time::Duration;

use common::*;
use proptest::prelude::*;
use scoring::*;
use vigil_engine::ScoreSnapshot;
use vigil_engine::score::{Given, Missing, evaluate};
use vigil_model::score::Charted;
use vigil_model::{
    AlarmState, AssociationOrder, ChartEntry, Code, Command, DeviceIndex, EventKind, Freshness, LinkState, Observation,
    OperatingMode, Patient, Quality, Reading, Remembered, Report, Timestamp, Value,
};

const SCORE_HIGH: &str = "bed-1-calculated/limit/MDCX_TEST_SCORE/1.1.0.1/high/score-high";

fn stand() -> Stand {
    let mut stand = Stand::of(scored_ward());
    stand.hear(MON_1, Report::Link(LinkState::Up));
    stand
}

/// A stand whose score is complete: total 0.
fn complete() -> Stand {
    let mut stand = stand();
    stand.hear(MON_1, value(SPO2, "97")).hear(MON_1, value(HR, "80")).hear(MON_1, value(CUFF, "120"));
    stand.chart("oxygen", "air").step();
    assert_eq!(score(&stand).total, Some(0));
    stand
}

fn score(stand: &Stand) -> ScoreSnapshot {
    let snapshot = stand.engine.snapshot(at(stand.second));
    snapshot.beds[0].scores[0].clone()
}

fn metric(stand: &Stand, name: &str) -> Freshness<(Value, Quality)> {
    let code = Code::named(&format!("MDCX_TEST_SCORE{name}")).unwrap();
    let snapshot = stand.engine.snapshot(at(stand.second));
    let device = snapshot.beds[0].devices.iter().find(|device| &*device.id == "bed-1-calculated").unwrap();
    device.metrics.iter().find(|metric| metric.code == code).unwrap().freshness.clone()
}

fn number(stand: &Stand, name: &str) -> Option<String> {
    metric(stand, name).fresh().map(|(value, _)| value.to_string())
}

/// Lines about the score alone.
fn of_score(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().filter(|line| line.starts_with("bed-1-calculated")).collect()
}

/// Good values each second but those named, which are given.
fn values(spo2: &str, hr: &str) -> [Report; 2] {
    [value(SPO2, spo2), value(HR, hr)]
}

#[test]
fn what_is_missing_is_said_and_there_is_no_total() {
    let mut stand = stand();
    stand.step();
    let told = score(&stand);
    assert_eq!((told.total, told.at_least, told.highest), (None, 0, None));
    let why: Vec<_> = told.parts.iter().map(|part| part.points).collect();
    assert_eq!(why, [Ok(0), Err(Missing::Never), Err(Missing::Never), Err(Missing::Never), Err(Missing::Never)]);
    let words = number(&stand, "_MISSING").unwrap();
    assert_eq!(words, "saturation: never given; pulse: never given; systolic: never given; oxygen: never given");
    stand.hear(MON_1, value(SPO2, "85")).hear(MON_1, value(HR, "80")).hear(MON_1, value(CUFF, "120")).step();
    assert_eq!((score(&stand).total, score(&stand).highest), (None, Some(3)), "a single 3 is known");
    assert_eq!(number(&stand, ""), None);
    assert_eq!(number(&stand, "_HIGHEST").unwrap(), "3");
    assert_eq!(number(&stand, "_SATURATION").unwrap(), "3");
    stand.chart("oxygen", "oxygen").step();
    assert_eq!(score(&stand).total, Some(5), "at once when it is charted");
    assert_eq!((number(&stand, "").unwrap(), number(&stand, "_MISSING").unwrap()), ("5".into(), "none".into()));
}

#[test]
fn new_numbers_wait_for_the_beat_and_a_lost_one_does_not() {
    let mut stand = complete();
    stand.run(1, &values("85", "130"));
    assert_eq!(score(&stand).total, Some(0), "second 1: the beat is at 4");
    stand.run(1, &values("85", "130"));
    assert_eq!(score(&stand).total, Some(0));
    // The pulse of second 0 that is in the total reaches its maximum age before the beat.
    assert_eq!(of_score(stand.run(1, &values("85", "130"))), [format!("{SCORE_HIGH} start/active")]);
    assert_eq!(score(&stand).total, Some(5));
    stand.run(1, &values("85", "80"));
    assert_eq!(score(&stand).total, Some(5), "second 4: what comes on a beat is for the next one");
    stand.run(2, &values("85", "80"));
    assert_eq!(score(&stand).total, Some(3));
    stand.run(1, &[absent(SPO2), value(HR, "80")]);
    assert_eq!(score(&stand).total, None, "at once");
    assert_eq!(score(&stand).parts[1].points, Err(Missing::NotCurrent));
}

#[test]
fn a_threshold_on_the_score_is_a_condition_that_missing_data_neither_ends_nor_hides() {
    let mut stand = complete();
    assert_eq!(of_score(stand.run(4, &values("85", "130"))), [format!("{SCORE_HIGH} start/active")]);
    let occurrence = stand.find("score-high");
    assert_eq!(occurrence.source.value, Some(Value::Numeric(q("5"))));
    // The cuff pressure of second 0 is too old at 10: no total. The condition stays, and that it cannot be judged is told.
    let lines = of_score(stand.run(CUFF_AGE_S - 4 + CANNOT_EVALUATE_DELAY_S, &values("97", "80")));
    let cannot = "bed-1-calculated/cannot-evaluate/MDCX_TEST_SCORE/1.1.0.1/high/score-high";
    assert_eq!(score(&stand).parts[3].points, Err(Missing::TooOld));
    assert_eq!(lines[0], format!("{SCORE_HIGH} end/inactive"), "until 10 the values were good");
    assert_eq!(lines[1..], [format!("{cannot} start/active")]);
    let [spo2, hr] = values("85", "80");
    let lines = of_score(stand.run(1, &[spo2, hr, value(CUFF, "90")]));
    assert_eq!(lines, [format!("{cannot} end/inactive"), format!("{SCORE_HIGH} start/active")]);
    // Now nothing comes any more: the condition is present and stays so.
    stand.run(30, &[]);
    assert_eq!(score(&stand).total, None);
    assert_eq!(stand.find("score-high").state, AlarmState::Active);
}

#[test]
fn a_total_never_outlives_what_it_was_made_of_even_without_a_step() {
    let mut stand = complete();
    for second in 1..=HR_AGE_S + 1 {
        let after = stand.engine.snapshot(at(second));
        let device = after.beds[0].devices.last().unwrap();
        let fresh = matches!(device.metrics[0].freshness, Freshness::Fresh(_));
        assert_eq!(fresh, second < HR_AGE_S, "second {second}");
        assert_eq!(after.beds[0].scores[0].total.is_some(), second < HR_AGE_S);
    }
    assert_eq!(stand.engine.next_deadline(), Some(at(HR_AGE_S).monotonic));
    stand.wait(HR_AGE_S).step();
    assert_eq!(score(&stand).parts[2].points, Err(Missing::TooOld));
}

#[test]
fn which_device_answers_is_the_declared_rule() {
    let mut stand = complete();
    // Saturation goes by order: mon-1 wins though mon-2 is newer; pulse goes by the newest.
    stand.wait(1).hear(MON_2, Report::Link(LinkState::Up));
    stand.hear(MON_2, value(SPO2, "85")).hear(MON_2, value(HR, "130")).step();
    stand.wait(3).hear(MON_2, value(SPO2, "85")).hear(MON_2, value(HR, "130")).step();
    assert_eq!(score(&stand).total, Some(2), "saturation of mon-1, pulse of mon-2");
    stand.hear(MON_1, absent(SPO2)).step();
    assert_eq!(score(&stand).total, Some(5), "mon-1 has none: mon-2 answers at once");
    stand.hear(MON_2, lost()).step();
    assert_eq!(score(&stand).total, None);
}

#[test]
fn values_of_another_unit_doubt_or_mode_do_not_count() {
    for report in [
        value((SPO2.0, HR.1, SPO2.2), "97"),
        reading(SPO2, Reading::Value(Value::Numeric(q("97")), Quality::Questionable)),
        value(SPO2, "301"),
        Report::Mode(OperatingMode::Demo),
        lost(),
    ] {
        let mut stand = complete();
        stand.wait(1).hear(MON_1, report.clone()).step();
        assert_eq!(score(&stand).total, None, "{report:?}");
    }
}

#[test]
fn an_old_cuff_pressure_is_as_old_as_it_was_determined() {
    let mut stand = complete();
    let mut old =
        Observation::new(CUFF.0, CUFF.2, Some(CUFF.1), Reading::Value(Value::Numeric(q("90")), Quality::Valid));
    old.determined_at = Some(Timestamp::from_micros(at(0).utc.as_micros() - 8_000_000));
    stand.hear(MON_1, Report::Observation(old)).step();
    stand.run(1, &values("97", "80"));
    assert_eq!(number(&stand, "_SYSTOLIC"), Some("3".into()), "8 s old when it came");
    stand.run(1, &values("97", "80"));
    assert_eq!(score(&stand).parts[3].points, Err(Missing::TooOld), "10 s");
}

#[test]
fn charted_answers_are_checked_age_and_are_told_as_events() {
    let mut stand = complete();
    for (input, wrong) in [("oxygen", "Air"), ("oxygen", ""), ("pulse", "301"), ("pulse", "fast"), ("weight", "80")] {
        let events = stand.chart(input, wrong).step();
        assert!(
            events.iter().any(|event| matches!(&event.kind, EventKind::Charted { taken: false, .. })),
            "{input} {wrong}"
        );
    }
    assert_eq!(stand.engine.counters().tally.unknown_entries, 5);
    let events = stand.chart("oxygen", "oxygen").step();
    let entry = events.iter().find_map(|event| match &event.kind {
        EventKind::Charted { entry, taken: true } => Some(Arc::clone(entry)),
        _ => None,
    });
    let entry = entry.unwrap();
    assert_eq!((&*entry.value, &*entry.by, entry.at), ("oxygen", "nurse", at(0).utc));
    assert_eq!(entry.patient.as_ref().unwrap().0, "P1".into());
    assert_eq!(score(&stand).total, Some(2));
    // A number that is charted comes after every device, and ages like one.
    stand.chart("saturation", "85").step();
    assert_eq!(score(&stand).total, Some(2));
    stand.hear(MON_1, absent(SPO2)).step();
    assert_eq!(score(&stand).total, Some(5));
    stand.run(OXYGEN_AGE_S, &[value(HR, "80")]);
    assert_eq!(score(&stand).parts[4].points, Err(Missing::TooOld));
}

#[test]
fn what_is_charted_is_remembered_by_name_and_forgotten_with_the_patient() {
    let mut stand = complete();
    stand.engine.take_kept();
    stand.chart("oxygen", "oxygen").chart("weight", "80").step();
    let kept = stand.engine.take_kept();
    let told: Vec<_> = kept.iter().map(|kept| (kept.key.as_str(), kept.what.is_some())).collect();
    assert_eq!(told, [("chart/bed-1/oxygen", true)], "what is refused is not kept");
    let charted = |stand: &Stand| {
        let all = stand.engine.remembered();
        all.iter().filter(|what| matches!(what, Remembered::Charted(entry) if &*entry.input == "oxygen")).count()
    };
    assert_eq!(charted(&stand), 1);
    stand.restart();
    stand.step();
    assert_eq!(charted(&stand), 1, "the same patient");

    let (bed, by, why) = ("bed-1".into(), "nurse".into(), "goes home".into());
    let order = Box::new(AssociationOrder::Release { bed, patient: None, by, why });
    stand.commands.push(Command::Associate { reference: 1, order });
    stand.step();
    let kept = stand.engine.take_kept();
    assert!(kept.iter().any(|kept| kept.key == "chart/bed-1/oxygen" && kept.what.is_none()), "{kept:?}");
    assert_eq!(charted(&stand), 0);
}

#[test]
fn the_scale_is_charted_and_its_table_depends_on_oxygen() {
    let mut stand = complete();
    stand.chart("scale", "2").step();
    assert_eq!(score(&stand).total, Some(0), "97 on air");
    stand.chart("oxygen", "oxygen").step();
    assert_eq!(score(&stand).total, Some(3), "97 on oxygen is 1, oxygen 2");
}

#[test]
fn the_change_of_the_total_is_told_once_it_is_known_that_long() {
    let mut stand = complete();
    let all = |spo2: &str| [value(SPO2, spo2), value(HR, "80"), value(CUFF, "120")];
    stand.run(CHANGE_OVER_S - 1, &all("97"));
    assert_eq!(number(&stand, "_CHANGE"), None);
    stand.run(EVERY_S, &all("85"));
    assert_eq!(number(&stand, "_CHANGE"), Some("3".into()));
    stand.run(CHANGE_OVER_S, &all("85"));
    assert_eq!((score(&stand).total, number(&stand, "_CHANGE")), (None, None), "oxygen is too old");
}

#[test]
fn scores_are_reported_like_any_metric_of_the_bed() {
    let mut stand = complete();
    for _ in 0..REPORT_S + 1 {
        stand.wait(1).hear(MON_1, value(SPO2, "85")).hear(MON_1, value(HR, "80")).step();
    }
    let report = stand.said.iter().find_map(|event| match &event.kind {
        EventKind::Observations(report) if &*report.device == "bed-1-calculated" => Some(Arc::clone(report)),
        _ => None,
    });
    let report = report.unwrap();
    assert_eq!((report.end, &*report.patient.as_ref().unwrap().id), (at(REPORT_S).utc, "P1"));
    let total = &report.observations[0];
    assert_eq!((total.metric.refid(), total.reading.value()), ("MDCX_TEST_SCORE", Some(&Value::Numeric(q("3")))));
    assert_eq!(report.observations.len(), 8, "total, highest, change, missing, four parts");
}

#[test]
fn after_a_restart_entries_count_as_long_as_they_would_have_and_numbers_do_not() {
    let mut stand = complete();
    stand.run(4, &values("85", "130"));
    assert_eq!(stand.find("score-high").state, AlarmState::Active);
    stand.wait(1).restart();
    assert_eq!(of_score(stand.alarms()), [format!("{SCORE_HIGH} present/active")]);
    let told = score(&stand);
    let why: Vec<_> = told.parts.iter().map(|part| part.points).collect();
    assert_eq!(why, [Ok(0), Err(Missing::Never), Err(Missing::Never), Err(Missing::Never), Ok(0)]);
    stand.wait(OXYGEN_AGE_S - 5).step();
    assert_eq!(score(&stand).parts[4].points, Err(Missing::TooOld));
    assert_eq!(stand.find("score-high").state, AlarmState::Active, "to be confirmed");
}

#[test]
fn what_was_charted_for_another_patient_is_not_taken() {
    let mut stand = complete();
    let other = Arc::new(Patient { id: "P2".into(), ..Patient::default() });
    let mut ward = scored_ward();
    ward.beds[0].patient = Some(other);
    stand.ward = Arc::new(ward);
    stand.restart();
    stand.step();
    assert_eq!(score(&stand).parts[4].points, Err(Missing::Never));
}

#[test]
fn a_bed_without_calculations_has_none() {
    let mut stand = Stand::settled();
    let events = stand.chart("oxygen", "air").step();
    assert!(events.iter().any(|event| matches!(&event.kind, EventKind::Charted { taken: false, .. })));
    assert!(stand.engine.snapshot(at(0)).beds.iter().all(|bed| bed.scores.is_empty()));
}

/// What happened, in order.
#[derive(Clone, Debug)]
enum Action {
    Hear(usize, Report),
    Chart(&'static str, &'static str),
    Step,
    Wait(u64),
}

fn an_action() -> impl Strategy<Value = Action> {
    let of = |metric, numbers: &'static [&'static str]| {
        prop::sample::select(numbers).prop_map(move |number| value(metric, number))
    };
    let heard = prop_oneof![
        6 => of(SPO2, &["86", "91", "92", "97"]),
        6 => of(HR, &["80", "91", "120"]),
        4 => of(CUFF, &["100", "101"]),
        2 => prop::sample::select(vec![SPO2, HR, CUFF]).prop_map(absent),
        1 => Just(lost()),
        1 => Just(Report::Link(LinkState::Up)),
        1 => prop::sample::select(vec![OperatingMode::Normal, OperatingMode::Standby]).prop_map(Report::Mode),
    ];
    let charted = prop::sample::select(vec![
        ("oxygen", "air"),
        ("oxygen", "oxygen"),
        ("scale", "1"),
        ("scale", "2"),
        ("pulse", "95"),
        ("saturation", "90"),
        ("systolic", "99"),
    ]);
    prop_oneof![
        12 => (0usize..2, heard).prop_map(|(device, report)| Action::Hear(device, report)),
        3 => charted.prop_map(|(input, value)| Action::Chart(input, value)),
        4 => Just(Action::Step),
        8 => (1u64..4).prop_map(Action::Wait),
        1 => (4u64..16).prop_map(Action::Wait),
    ]
}

/// One thing that happened: when, and what.
type Happened = (u64, Action);

/// The number that a device last gave for a metric, with the second at which it came, if it still counts at `second`.
/// Everything is found again from the history.
fn device_number(history: &[Happened], device: usize, of: Code, fresh_s: u64, second: u64) -> Option<(String, u64)> {
    let of_device = || {
        history.iter().filter_map(|(when, action)| match action {
            Action::Hear(which, report) if *which == device => Some((*when, report)),
            _ => None,
        })
    };
    let (mut number, mut normal, mut heard) = (None, true, 0);
    for (when, report) in of_device() {
        if when >= heard + QUIET_S {
            number = None;
        }
        match report {
            Report::Link(LinkState::Lost { .. }) => number = None,
            Report::Mode(mode) => {
                if *mode != OperatingMode::Normal {
                    number = None;
                }
                normal = *mode == OperatingMode::Normal;
            }
            Report::Observation(observation) if observation.metric == of => {
                let quantity = observation.reading.value().and_then(Value::quantity);
                number = quantity.filter(|_| normal).map(|quantity| (quantity.to_string(), when));
            }
            _ => {}
        }
        if !matches!(report, Report::Link(LinkState::Lost { .. })) {
            heard = when;
        }
    }
    let quiet = second >= heard + QUIET_S;
    number.filter(|(_, when)| !quiet && second < when + fresh_s)
}

/// The answers that count at a second, from the whole history.
fn answers(history: &[Happened], second: u64) -> Vec<Given> {
    let chart = chart();
    let charted = |name: &str| {
        history.iter().rev().find_map(|(when, action)| match action {
            Action::Chart(input, value) if *input == name => Some((*value, *when)),
            _ => None,
        })
    };
    let inputs = chart.inputs.iter().map(|input| {
        let entry =
            charted(&input.name).filter(|(_, when)| input.max_age.is_none_or(|age| second < when + age.as_secs()));
        let state = |value: &str| match input.read(value) {
            Some(Charted::State(state)) => Given::State(state),
            _ => unreachable!(),
        };
        let (of, fresh_s, newest) = match &*input.name {
            "scale" => return entry.map_or(Given::State(0), |(value, _)| state(value)),
            "oxygen" => return entry.map_or(Given::Missing(Missing::Never), |(value, _)| state(value)),
            "saturation" => (SPO2.0, FRESH_S, false),
            "pulse" => (HR.0, FRESH_S, true),
            _ => (CUFF.0, CUFF_FRESH_S, false),
        };
        let age = input.max_age.unwrap().as_secs();
        let mut found: Vec<(String, u64)> = (0..2)
            .filter_map(|device| device_number(history, device, of, fresh_s, second))
            .chain(entry.map(|(value, when)| (value.to_owned(), when)))
            .filter(|(_, when)| second < when + age)
            .collect();
        if newest {
            let last = found.iter().map(|(_, when)| *when).max();
            found.retain(|(_, when)| Some(*when) == last);
        }
        found.first().map_or(Given::Missing(Missing::Never), |(number, _)| Given::Number(q(number)))
    });
    inputs.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// What stands is what the answers of some moment since the last beat gave, no part of it is of an answer that does
    /// not count now, and exactly what is answered now has points.
    #[test]
    fn random_runs_agree_with_a_model_that_looks_at_the_whole_history(
        actions in prop::collection::vec(an_action(), 1..60)
    ) {
        let mut stand = Stand::of(scored_ward());
        let mut history: Vec<Happened> = Vec::new();
        let mut waiting: Vec<Happened> = Vec::new();
        stand.step();
        let mut beats: Vec<(u64, Vec<Given>)> = vec![(0, answers(&history, 0))];
        for action in actions {
            match &action {
                Action::Hear(device, report) => {
                    stand.hear(DeviceIndex(u32::try_from(*device).unwrap()), report.clone());
                    waiting.push((stand.second, action));
                    continue;
                }
                Action::Chart(input, value) => {
                    stand.chart(input, value);
                    waiting.push((stand.second, action));
                    continue;
                }
                Action::Step => {}
                Action::Wait(seconds) => {
                    if !waiting.is_empty() {
                        stand.step();
                        history.append(&mut waiting);
                        beats.push((stand.second, answers(&history, stand.second)));
                    }
                    for _ in 0..*seconds {
                        stand.wait(1);
                        beats.push((stand.second, answers(&history, stand.second)));
                    }
                }
            }
            // Reports are taken before what is charted.
            waiting.sort_by_key(|(_, action)| matches!(action, Action::Chart(..)));
            history.append(&mut waiting);
            stand.step();
            let now = answers(&history, stand.second);
            beats.push((stand.second, now.clone()));
            beats.retain(|(when, _)| when + EVERY_S >= stand.second);

            let told = score(&stand);
            let chart = chart();
            let current = evaluate(&chart, &now);
            let missing: Vec<bool> = told.parts.iter().map(|part| part.points.is_err()).collect();
            let wanted: Vec<bool> = current.parts.iter().map(Result::is_err).collect();
            prop_assert_eq!(&missing, &wanted, "{:?} {:?}", told, current);
            let agrees = |given: &Vec<Given>| {
                let then = evaluate(&chart, given);
                then.total == told.total && then.at_least == told.at_least && then.highest == told.highest
            };
            prop_assert!(beats.iter().any(|(_, given)| agrees(given)), "{:?}\n{:?}", told, beats);
            // What is a metric is what stands.
            let number = number(&stand, "");
            prop_assert_eq!(number, told.total.map(|total| total.to_string()));
        }
    }

    /// The same happenings, stepped each second or all in one step at the end, leave the same picture.
    #[test]
    fn how_inputs_are_batched_changes_nothing_that_stands(actions in prop::collection::vec(an_action(), 1..50)) {
        let mut finely = Stand::of(scored_ward());
        let mut coarsely = Stand::of(scored_ward());
        finely.step();
        coarsely.step();
        for action in &actions {
            match action {
                Action::Hear(device, report) => {
                    let device = DeviceIndex(u32::try_from(*device).unwrap());
                    finely.hear(device, report.clone());
                    coarsely.hear(device, report.clone());
                    finely.step();
                }
                // Commands have no time of their own: they would be taken at the end.
                Action::Chart(..) | Action::Step => {}
                Action::Wait(seconds) => {
                    for _ in 0..*seconds {
                        finely.wait(1);
                        finely.step();
                    }
                    coarsely.wait(*seconds);
                }
            }
        }
        coarsely.step();
        prop_assert_eq!(score(&finely), score(&coarsely));
        for name in ["", "_HIGHEST", "_CHANGE", "_SATURATION"] {
            prop_assert_eq!(number(&finely, name), number(&coarsely, name));
        }
    }
}

#[test]
fn entries_of_an_unknown_bed_are_refused_after_a_restart_too() {
    let mut stand = complete();
    let entry = ChartEntry {
        bed: "bed-9".into(),
        input: "oxygen".into(),
        value: "air".into(),
        by: "nurse".into(),
        at: at(0).utc,
        patient: None,
    };
    stand.said.push(vigil_model::EngineEvent {
        seq: 1,
        at: at(0).utc,
        kind: EventKind::Charted { entry: Arc::new(entry), taken: true },
    });
    stand.restart();
    stand.wait(1).step();
    assert_eq!(score(&stand).parts[4].points, Ok(0));
    assert_eq!(Duration::from_secs(OXYGEN_AGE_S), chart().inputs[4].max_age.unwrap());
}

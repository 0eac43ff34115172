//! Limit conditions: delays, hysteresis, latching, every reading judged, and what missing data does not do.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::sync::Arc;

use common::*;
use vigil_model::{
    AlarmState, Answer, Code, Containment, EventKind, LimitSide, OperatingMode, Priority, Quality, Reading, Report,
    Unit, Value, dim, mdc,
};

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn a_value_equal_to_the_limit_is_no_violation() {
    let mut stand = Stand::settled();
    assert_eq!(stand.run(1, &[value(HR, "120"), value(SPO2, "97")]), none());
    assert_eq!(stand.run(1, &[value(HR, "120.1")]), [format!("{HR_HIGH} start/active")]);
}

#[test]
fn a_condition_ends_only_beyond_its_hysteresis() {
    let mut stand = Stand::settled();
    stand.run(1, &[value(HR, "130"), value(SPO2, "97")]);
    assert_eq!(stand.run(1, &[value(HR, "119"), value(SPO2, "97")]), none());
    assert_eq!(stand.run(1, &[value(HR, "115.1"), value(SPO2, "97")]), none());
    assert_eq!(stand.run(1, &[value(HR, "115"), value(SPO2, "97")]), [format!("{HR_HIGH} end/inactive")]);
}

#[test]
fn condition_delay_and_signal_delay_add_up_and_onset_is_when_the_condition_was_determined() {
    let mut stand = Stand::settled();
    let low = [value(SPO2, "85"), value(HR, "80")];
    assert_eq!(stand.run(5, &low), none());
    assert_eq!(stand.run(1, &low), [format!("{SPO2_LOW} start/active")]);
    let occurrence = stand.find("spo2-low");
    assert_eq!(occurrence.onset, at(4).utc, "first violation at 1, delay 3");
    assert_eq!(occurrence.changed, at(6).utc);
    assert_eq!(occurrence.source.value, Some(Value::Numeric(q("85"))));
    assert_eq!(occurrence.source.limit, Some((LimitSide::Low, q("90"))));
    assert_eq!(occurrence.priority, Priority::High);
}

#[test]
fn a_condition_that_ends_within_its_signal_delay_is_never_told_and_uses_no_name() {
    let mut stand = Stand::settled();
    assert_eq!(stand.run(4, &[value(SPO2, "85"), value(HR, "80")]), none());
    assert_eq!(stand.run(9, &[value(SPO2, "97"), value(HR, "80")]), none());
    assert_eq!(stand.engine.next_occurrence(), 1);
}

#[test]
fn every_reading_of_a_step_is_judged_in_order() {
    let mut stand = Stand::settled();
    let readings = [value(HR, "130"), value(HR, "100"), value(HR, "131"), value(HR, "100"), value(HR, "132")];
    let told = stand.run(1, &readings);
    let phases: Vec<&str> = told.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(phases, ["start/active", "end/inactive", "start/active", "end/inactive", "start/active"]);
    assert_eq!(stand.engine.next_occurrence(), 4);
}

#[test]
fn a_latched_signal_goes_on_until_acknowledged_and_comes_back_as_the_same_occurrence() {
    let mut stand = Stand::settled();
    stand.run(6, &[value(SPO2, "85"), value(HR, "80")]);
    let id = stand.find("spo2-low").id;
    assert_eq!(stand.run(1, &[value(SPO2, "95"), value(HR, "80")]), [format!("{SPO2_LOW} update/latched")]);
    assert_eq!(stand.run(3, &[value(SPO2, "84"), value(HR, "80")]), none(), "the condition delay counts again");
    assert_eq!(stand.run(1, &[value(SPO2, "84"), value(HR, "80")]), [format!("{SPO2_LOW} update/active")]);
    assert_eq!(stand.find("spo2-low").id, id);
    assert_eq!(stand.find("spo2-low").source.value, Some(Value::Numeric(q("84"))));
    stand.run(1, &[value(SPO2, "95"), value(HR, "80")]);
    stand.acknowledge(&id);
    assert_eq!(stand.alarms(), [format!("{SPO2_LOW} reset/inactive")]);
    assert!(stand.open().is_empty());
}

#[test]
fn acknowledged_while_active_it_ends_with_the_condition() {
    let mut stand = Stand::settled();
    stand.run(6, &[value(SPO2, "85"), value(HR, "80")]);
    let id = stand.find("spo2-low").id;
    stand.acknowledge(&id).acknowledge(&id);
    assert_eq!(stand.alarms(), [format!("{SPO2_LOW} acknowledged/active*")], "the second changes nothing");
    assert_eq!(stand.find("spo2-low").inactivation[0].by, Arc::from("nurse"));
    assert_eq!(stand.run(1, &[value(SPO2, "95"), value(HR, "80")]), [format!("{SPO2_LOW} end/inactive")]);
    assert_eq!(stand.run(6, &[value(SPO2, "85"), value(HR, "80")]), [format!("{SPO2_LOW} start/active")]);
    assert_ne!(stand.find("spo2-low").id, id, "a new occurrence is not acknowledged");
}

#[test]
fn other_answers_are_published_and_change_nothing() {
    let mut stand = Stand::settled();
    stand.run(1, &[value(HR, "130")]);
    let id = stand.find("hr-high").id;
    for answer in [Answer::Received, Answer::Accepted, Answer::Rejected] {
        stand.answer(&id, answer);
        let events = stand.step();
        assert!(matches!(&events[..], [event] if matches!(&event.kind,
            EventKind::Answered { answer: told, known: true, .. } if *told == answer)));
    }
    let unknown = "ward-t:000999".parse().unwrap();
    let other = "ward-x:000001".parse().unwrap();
    stand.acknowledge(&unknown).acknowledge(&other);
    let events = stand.step();
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| matches!(&event.kind, EventKind::Answered { known: false, .. })));
    assert_eq!(stand.engine.counters().tally.unknown_answers, 2);
}

#[test]
fn missing_data_neither_ends_a_condition_nor_completes_a_delay() {
    let bad: [(&str, Vec<Report>); 5] = [
        ("absent", vec![absent(SPO2)]),
        ("questionable", vec![reading(SPO2, Reading::Value(Value::Numeric(q("97")), Quality::Questionable))]),
        ("wrong unit", vec![wrong_unit("97")]),
        ("implausible", vec![value(SPO2, "301")]),
        ("standby", vec![Report::Mode(OperatingMode::Standby), value(SPO2, "97")]),
    ];
    for (name, missing) in bad {
        let mut stand = Stand::settled();
        stand.run(6, &[value(SPO2, "85"), value(HR, "80")]);
        stand.run(20, &missing);
        assert_eq!(stand.find("spo2-low").state, AlarmState::Active, "{name}");

        let mut stand = Stand::settled();
        stand.run(2, &[value(SPO2, "85"), value(HR, "80")]);
        stand.run(20, &missing);
        assert!(stand.open().iter().all(|o| !o.key.0.contains("/limit/")), "{name}");
    }
}

fn wrong_unit(number: &str) -> Report {
    let metric: (Code, Unit, Containment) = (SPO2.0, dim::MMHG, SPO2.2);
    value(metric, number)
}

#[test]
fn a_low_value_a_gap_and_a_low_value_count_as_low_throughout() {
    let mut stand = Stand::settled();
    stand.run(1, &[value(SPO2, "85"), value(HR, "80")]);
    stand.run(4, &[absent(SPO2), value(HR, "80")]);
    stand.run(1, &[value(SPO2, "85"), value(HR, "80")]);
    let told = stand.run(2, &[value(SPO2, "85"), value(HR, "80")]);
    assert_eq!(told, [format!("{SPO2_LOW} start/active")]);
    assert_eq!(stand.find("spo2-low").onset, at(6).utc);
}

#[test]
fn two_devices_measuring_the_same_are_judged_apart() {
    let mut stand = Stand::new();
    for device in [MON_1, MON_2] {
        stand.hear(device, value(SPO2, "97")).hear(device, value(HR, "80"));
    }
    stand.step();
    stand.wait(1).hear(MON_1, value(HR, "130")).hear(MON_2, value(HR, "80"));
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} start/active")]);
    stand.wait(1).hear(MON_1, value(HR, "131")).hear(MON_2, value(HR, "135"));
    assert_eq!(stand.alarms(), [format!("{} start/active", HR_HIGH.replace("mon-1", "mon-2"))]);
    let EventKind::Bed(summary) = &stand.said.last().unwrap().kind else { panic!("the bed's picture changed") };
    assert_eq!((summary.active, summary.latched, summary.highest), (2, 0, Some(Priority::Medium)));
}

#[test]
fn only_declared_metrics_are_taken() {
    let mut stand = Stand::settled();
    let elsewhere = (SPO2.0, SPO2.1, Containment::new(1, 9, 9, 9));
    stand.run(1, &[value(elsewhere, "50"), value((mdc::TEMP, dim::DEGC, SPO2.2), "50"), wrong_unit("50")]);
    let counters = stand.engine.counters();
    assert_eq!((counters.tally.undeclared_metrics, counters.tally.wrong_units), (2, 1));
    let unexpected = vigil_model::FaultKind::ALL.iter().position(|k| *k == vigil_model::FaultKind::Unexpected);
    assert_eq!(counters.faults[0].by_kind[unexpected.unwrap()], 2);
}

#[test]
fn alarms_carry_the_patient_of_the_bed() {
    let mut stand = Stand::settled();
    stand.run(1, &[value(HR, "130")]);
    let patient = stand.said.iter().find_map(|event| match &event.kind {
        EventKind::Alarm { patient, .. } => Some(patient.clone()),
        _ => None,
    });
    assert_eq!(patient.flatten().unwrap().id, Arc::from("P1"));
}

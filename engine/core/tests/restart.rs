//! What comes back after a restart, and what does not.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::sync::Arc;

use common::*;
use vigil_engine::{Engine, Restored};
use vigil_model::{AlarmState, EventKind, Freshness, LinkState, Priority, Report, Ward};

fn none() -> Vec<String> {
    Vec::new()
}

/// Only what is about the condition in question.
fn about(lines: Vec<String>, part: &str) -> Vec<String> {
    lines.into_iter().filter(|line| line.contains(part)).collect()
}

#[test]
fn a_restored_occurrence_is_told_once_as_present_and_keeps_its_name_and_acknowledgement() {
    let mut stand = Stand::settled();
    stand.run(1, &[value(HR, "130"), value(SPO2, "97")]);
    let id = stand.find("hr-high").id;
    stand.acknowledge(&id);
    stand.step();
    let before = stand.find("hr-high");
    let seq = stand.engine.next_seq();
    stand.wait(3).restart();
    assert!(stand.engine.next_deadline().is_some_and(|deadline| deadline <= at(stand.second).monotonic));
    let events = stand.step();
    assert_eq!(events[0].seq, seq);
    assert_eq!(events.iter().filter_map(line).collect::<Vec<_>>(), [format!("{HR_HIGH} present/active*")]);
    assert_eq!(stand.find("hr-high"), before);
    assert_eq!(stand.run(1, &[value(HR, "130"), value(SPO2, "97")]), none(), "not announced twice");
    assert_eq!(stand.run(1, &[value(HR, "119"), value(SPO2, "97")]), none(), "within the hysteresis");
    assert_eq!(stand.run(1, &[value(HR, "100"), value(SPO2, "97")]), [format!("{HR_HIGH} end/inactive")]);
    stand.run(1, &[value(HR, "130"), value(SPO2, "97")]);
    assert_eq!(stand.find("hr-high").id.number, id.number + 1);
}

#[test]
fn no_value_from_before_is_shown_or_judged() {
    let mut stand = Stand::settled();
    stand.run(2, &[value(SPO2, "85"), value(HR, "130")]);
    stand.restart();
    stand.step();
    let snapshot = stand.engine.snapshot(at(stand.second));
    assert!(snapshot.beds[0].devices[0].metrics.iter().all(|metric| metric.freshness == Freshness::Never));
    assert_eq!(about(stand.run(30, &[]), "/limit/"), none(), "nothing ends, nothing begins");
    assert_eq!(stand.find("hr-high").state, AlarmState::Active);
}

#[test]
fn a_latched_occurrence_comes_back_latched() {
    let mut stand = Stand::settled();
    stand.run(6, &[value(SPO2, "85"), value(HR, "80")]);
    stand.run(1, &[value(SPO2, "97"), value(HR, "80")]);
    stand.restart();
    assert_eq!(stand.alarms(), [format!("{SPO2_LOW} present/latched")]);
    let id = stand.find("spo2-low").id;
    stand.acknowledge(&id);
    assert_eq!(stand.alarms(), [format!("{SPO2_LOW} reset/inactive")]);
}

#[test]
fn a_restored_link_lost_ends_when_the_device_is_heard() {
    let mut stand = Stand::settled();
    stand.hear(MON_1, lost());
    stand.step();
    stand.restart();
    assert_eq!(stand.alarms(), ["mon-1/link-lost present/active"]);
    assert_eq!(stand.run(30, &[]), none());
    assert_eq!(stand.engine.next_deadline(), None);
    stand.hear(MON_1, Report::Link(LinkState::Up));
    assert_eq!(stand.alarms(), ["mon-1/link-lost end/inactive"]);
}

#[test]
fn a_restored_alarm_of_a_device_ends_on_evidence_only() {
    let mut stand = Stand::settled();
    stand.hear(MON_1, alarm("A", true, Priority::Low)).hear(MON_1, alarm("B", true, Priority::Low));
    stand.step();
    stand.restart();
    assert_eq!(stand.alarms().len(), 2);
    assert_eq!(stand.run(3, &[value(SPO2, "97"), value(HR, "80")]), none());
    stand.hear(MON_1, alarm("A", true, Priority::High)).hear(MON_1, Report::AlarmsListed);
    let told = stand.alarms();
    assert_eq!(told[0], "mon-1/alarm/MDC_EVT_ALARM/1.1.0.0/A escalate/active");
    assert_eq!(told[1], "mon-1/alarm/MDC_EVT_ALARM/1.1.0.0/B end/inactive");
}

#[test]
fn what_is_no_longer_configured_is_over() {
    let mut stand = Stand::settled();
    stand.run(1, &[value(HR, "130"), value(SPO2, "97")]);
    let occurrences = stand.open();
    let restored =
        Restored { next_seq: 5, next_occurrence: 1, occurrences: occurrences.clone(), ..Restored::default() };
    let mut plan = ward();
    plan.beds[0].rules.remove(1);
    let other_bed = Ward {
        devices: ward()
            .devices
            .into_iter()
            .map(|device| vigil_model::Device { bed: vigil_model::BedIndex(1), ..device })
            .collect(),
        ..ward()
    };
    for plan in [plan, other_bed, Ward { devices: Vec::new(), ..ward() }] {
        let mut engine = Engine::new(Arc::new(plan), at(9));
        engine.restore(restored.clone(), at(9));
        assert_eq!(engine.next_occurrence(), 2, "a number that was used is never used again");
        let events = engine.step(at(9), &mut Vec::new(), &mut Vec::new());
        let EventKind::Alarm { occurrence, .. } = &events[0].kind else { panic!("{events:?}") };
        assert_eq!(line(&events[0]), Some(format!("{HR_HIGH} end/inactive")));
        assert_eq!((&occurrence.id, &*occurrence.text), (&occurrences[0].id, "hr-high (no longer configured)"));
        assert!(engine.snapshot(at(9)).beds.iter().all(|bed| bed.occurrences.is_empty()));
    }
}

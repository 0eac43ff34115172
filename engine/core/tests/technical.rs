//! Technical conditions: link lost, stale, invalid, cannot evaluate; what holds them back, and what ends them.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::sync::Arc;

use common::*;
use vigil_model::{
    Absence, Containment, EventKind, Fault, FaultKind, Freshness, LinkState, MetricDescriptor, OperatingMode, Priority,
    Quality, Reading, Report, Value,
};

fn none() -> Vec<String> {
    Vec::new()
}

const LINK_LOST: &str = "mon-1/link-lost";
const STALE: &str = "mon-1/stale/MDC_PULS_OXIM_SAT_O2/1.1.1.1";
const INVALID: &str = "mon-1/invalid/MDC_PULS_OXIM_SAT_O2/1.1.1.1";
const CANNOT: &str = "mon-1/cannot-evaluate/MDC_PULS_OXIM_SAT_O2/1.1.1.1/low/spo2-low";

fn freshness(stand: &Stand) -> Freshness<(Value, Quality)> {
    stand.engine.snapshot(at(stand.second)).beds[0].devices[0].metrics[0].freshness.clone()
}

#[test]
fn a_device_that_never_connects_is_lost_after_the_quiet_time_even_if_its_link_says_nothing_of_that() {
    let mut stand = Stand::new();
    stand.step();
    stand.hear(MON_1, Report::Link(LinkState::Associating));
    stand.hear(MON_1, Report::Fault(Fault::new(FaultKind::Timeout, 0, "no answer")));
    stand.wait(QUIET_S - 1);
    assert_eq!(stand.alarms(), none());
    assert_eq!(stand.engine.next_deadline(), Some(at(QUIET_S).monotonic));
    stand.wait(1);
    assert_eq!(stand.alarms(), ["mon-1", "mon-2", "mon-3"].map(|id| format!("{id}/link-lost start/active")));
    let occurrence = stand.find(LINK_LOST);
    assert_eq!((occurrence.event.value(), occurrence.priority), (196_748, Priority::Medium));
    assert_eq!(stand.engine.next_deadline(), None, "a lost link holds everything else back");
}

#[test]
fn a_lost_link_makes_values_stale_at_once_and_holds_back_what_it_explains() {
    let mut stand = Stand::settled();
    stand.wait(1).hear(MON_1, lost());
    assert_eq!(stand.alarms(), [format!("{LINK_LOST} start/active")]);
    assert_eq!(freshness(&stand), Freshness::Stale { since: at(1).monotonic });
    assert_eq!(stand.run(30, &[]), none());
    stand.wait(1).hear(MON_1, Report::Link(LinkState::Connecting));
    assert_eq!(stand.alarms(), none(), "opening the port is no evidence of the device");
    stand.hear(MON_1, Report::Link(LinkState::Up));
    assert_eq!(stand.alarms(), [format!("{LINK_LOST} end/inactive")]);
    assert!(matches!(freshness(&stand), Freshness::Stale { .. }), "a value from before is not shown again");
    stand.run(1, &[value(HR, "80")]);
    let told = stand.run(FRESH_S - 1, &[value(HR, "80")]);
    assert_eq!(told, [format!("{STALE} start/active")], "it had its bound once more");
    assert_eq!(stand.run(1, &[value(HR, "80"), value(SPO2, "97")]), [format!("{STALE} end/inactive")]);
}

#[test]
fn silence_is_told_as_one_lost_link_and_not_value_by_value() {
    let mut plan = ward();
    plan.devices.truncate(1);
    plan.devices[0].quiet_time = std::time::Duration::from_secs(FRESH_S); // both are three polls by default
    for lost_by in [None, Some(lost())] {
        let mut stand = Stand::of(plan.clone());
        stand.run(1, &[value(SPO2, "97"), value(HR, "80")]);
        stand.wait(FRESH_S);
        if let Some(report) = lost_by {
            stand.hear(MON_1, report);
        }
        assert_eq!(stand.alarms(), [format!("{LINK_LOST} start/active")]);
        assert!(matches!(freshness(&stand), Freshness::Stale { .. }));
    }
}

#[test]
fn the_device_speaking_is_evidence_that_its_link_is_up() {
    let mut stand = Stand::settled();
    stand.wait(QUIET_S);
    assert!(stand.alarms().contains(&format!("{LINK_LOST} start/active")));
    stand.wait(1).hear(MON_1, value(SPO2, "97"));
    assert!(stand.alarms().contains(&format!("{LINK_LOST} end/inactive")));
    assert_eq!(stand.engine.snapshot(at(stand.second)).beds[0].devices[0].link, LinkState::Up);
}

#[test]
fn acknowledging_link_lost_acknowledges_nothing_else() {
    let mut stand = Stand::settled();
    stand.run(1, &[value(HR, "130"), value(SPO2, "97")]);
    stand.hear(MON_1, lost());
    stand.step();
    let id = stand.find(LINK_LOST).id;
    stand.acknowledge(&id);
    assert_eq!(stand.alarms(), [format!("{LINK_LOST} acknowledged/active*")]);
    assert!(!stand.find("hr-high").is_acknowledged(), "and it is still there");
}

#[test]
fn a_value_is_stale_at_its_bound_and_a_snapshot_needs_no_step_to_know() {
    let mut stand = Stand::settled();
    stand.wait(FRESH_S - 1);
    assert!(matches!(freshness(&stand), Freshness::Fresh(_)));
    stand.wait(1);
    assert_eq!(freshness(&stand), Freshness::Stale { since: at(FRESH_S).monotonic });
    stand.hear(MON_1, value(HR, "80"));
    assert_eq!(
        stand.alarms(),
        [
            format!("{STALE} start/active"),
            "mon-1/stale/MDC_ECG_HEART_RATE/1.1.1.2 start/active".into(),
            "mon-1/stale/MDC_ECG_HEART_RATE/1.1.1.2 end/inactive".into()
        ],
        "HR came exactly at its bound, which is too late"
    );
}

#[test]
fn invalid_is_told_after_its_delay_and_only_of_what_once_was_valid() {
    let mut stand = Stand::settled();
    let invalid = [absent(SPO2), value(HR, "80"), absent(CUFF)];
    assert_eq!(stand.run(INVALID_DELAY_S, &invalid), none());
    assert_eq!(stand.run(1, &invalid), [format!("{INVALID} start/active")]);
    assert_eq!(freshness(&stand), Freshness::Invalid(Absence::Invalid));
    assert_eq!(stand.run(1, &[value(SPO2, "97"), value(HR, "80")]), [format!("{INVALID} end/inactive")]);
}

#[test]
fn a_sensor_that_was_never_connected_is_noticed_by_the_limit_that_needs_it() {
    let mut stand = Stand::settled();
    stand.restart();
    let told = stand.run(CANNOT_EVALUATE_DELAY_S, &[absent(SPO2), value(HR, "80")]);
    assert_eq!(told, [format!("{CANNOT} start/active")]);
    assert_eq!(&*stand.find(CANNOT).text, "Cannot judge: spo2-low");
    assert_eq!(stand.run(1, &[value(SPO2, "97"), value(HR, "80")]), [format!("{CANNOT} end/inactive")]);
}

#[test]
fn a_rule_is_evaluated_while_one_of_two_sensors_has_a_number() {
    let second = (SPO2.0, SPO2.1, Containment::new(1, 1, 1, 9));
    let mut plan = ward();
    plan.devices.truncate(1);
    let mut profile = (*plan.devices[0].profile).clone();
    let sensor = profile.metrics.iter().find(|metric| metric.code == SPO2.0).unwrap().clone();
    profile.metrics.push(MetricDescriptor { containment: second.2, ..sensor });
    plan.devices[0].profile = Arc::new(profile);
    let mut stand = Stand::of(plan);
    let word = reading(second, Reading::Value(Value::Text("learning".into()), Quality::Valid));
    stand.run(1, &[absent(SPO2), word, value(HR, "80")]);
    let good = [absent(SPO2), value(second, "97"), value(HR, "80")];
    assert_eq!(stand.run(2 * CANNOT_EVALUATE_DELAY_S, &good), none(), "the second sensor has a number");
    let told = stand.run(CANNOT_EVALUATE_DELAY_S + 1, &[absent(SPO2), absent(second), value(HR, "80")]);
    assert!(told.contains(&format!("{CANNOT} start/active")), "{told:?}");
    assert_eq!(told.iter().filter(|line| line.contains("/cannot-evaluate/")).count(), 1, "once for both");
}

#[test]
fn a_rule_in_another_unit_than_the_metric_cannot_be_evaluated() {
    let mut plan = ward();
    plan.beds[0].rules[0].unit = HR.1;
    let mut stand = Stand::of(plan);
    let told = stand.run(CANNOT_EVALUATE_DELAY_S, &[value(SPO2, "50"), value(HR, "80")]);
    assert!(told.contains(&format!("{CANNOT} start/active")), "{told:?}");
    assert!(told.iter().all(|line| !line.contains("/limit/")));
}

#[test]
fn an_episodic_value_is_not_missed_and_ages_from_its_determination() {
    let mut stand = Stand::settled();
    let good = [value(SPO2, "97"), value(HR, "80")];
    assert_eq!(stand.run(30, &good), none(), "nothing measured yet");
    stand.hear(MON_1, value(CUFF, "190"));
    assert_eq!(stand.alarms().len(), 1);
    assert_eq!(stand.run(30, &good), none(), "old, and no fault; the condition stays");
    let Report::Observation(mut measured) = value(CUFF, "120") else { unreachable!() };
    measured.determined_at = Some(at(stand.second - CUFF_FRESH_S).utc);
    stand.hear(MON_1, Report::Observation(measured.clone()));
    assert_eq!(stand.alarms(), none(), "a measurement as old as its bound ends nothing");
    measured.determined_at = Some(at(stand.second - 1).utc);
    stand.hear(MON_1, Report::Observation(measured));
    assert_eq!(stand.alarms().len(), 1);
    assert!(stand.open().is_empty());
    assert_eq!(stand.run(20, &[value(SPO2, "97"), value(HR, "80"), absent(CUFF)]).len(), 2, "invalid, cannot evaluate");
}

#[test]
fn what_is_said_in_standby_is_not_of_a_patient_and_never_becomes_so() {
    let mut stand = Stand::settled();
    let standby = Report::Mode(OperatingMode::Standby);
    stand.run(1, &[standby.clone(), value(SPO2, "50"), value(HR, "200")]);
    assert_eq!(freshness(&stand), Freshness::Invalid(Absence::Invalid));
    stand.hear(MON_1, Report::Mode(OperatingMode::Normal));
    assert_eq!(stand.alarms(), none());
    assert_eq!(freshness(&stand), Freshness::Invalid(Absence::Invalid));
    stand.run(1, &[value(SPO2, "97"), value(HR, "80")]);
    let told = stand.run(30, &[standby, value(SPO2, "50")]);
    assert!(told.iter().all(|line| line.contains("/cannot-evaluate/")), "{told:?}");
}

#[test]
fn device_status_is_told_on_change_only() {
    let mut stand = Stand::settled();
    let told = |stand: &mut Stand| {
        let events = stand.step();
        let statuses = events.iter().filter(|event| matches!(event.kind, EventKind::Device(_)));
        (events.len(), statuses.count())
    };
    stand.wait(1).hear(MON_1, Report::Identity(identity())).hear(MON_1, Report::Mode(OperatingMode::Normal));
    assert_eq!(told(&mut stand), (1, 1));
    stand.hear(MON_1, Report::Identity(identity())).hear(MON_1, Report::Link(LinkState::Up));
    assert_eq!(told(&mut stand), (0, 0));
    stand.hear(MON_1, Report::Mode(OperatingMode::Service));
    assert_eq!(told(&mut stand), (1, 1));
}

#[test]
fn reports_of_devices_that_are_not_in_the_ward_are_counted_and_dropped() {
    let mut stand = Stand::settled();
    stand.hear(vigil_model::DeviceIndex(77), value((SPO2.0, SPO2.1, Containment::default()), "1"));
    assert_eq!(stand.step().len(), 0);
    assert_eq!(stand.engine.counters().tally.unknown_devices, 1);
}

//! Alarms that a device raises by itself.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use common::*;
use vigil_model::{LinkState, OperatingMode, Priority, Report};

const ASYSTOLE: &str = "mon-1/alarm/MDC_EVT_ALARM/1.1.0.0/ASYSTOLE";

fn none() -> Vec<String> {
    Vec::new()
}

fn hear(stand: &mut Stand, reports: &[Report]) -> Vec<String> {
    for report in reports {
        stand.hear(MON_1, report.clone());
    }
    stand.alarms()
}

#[test]
fn it_begins_and_ends_as_the_device_says() {
    let mut stand = Stand::settled();
    let high = |present| alarm("ASYSTOLE", present, Priority::High);
    assert_eq!(hear(&mut stand, &[high(false)]), none());
    assert_eq!(hear(&mut stand, &[high(true), high(true)]), [format!("{ASYSTOLE} start/active")]);
    assert_eq!(hear(&mut stand, &[high(true)]), none());
    assert_eq!(hear(&mut stand, &[high(false)]), [format!("{ASYSTOLE} end/inactive")]);
    let both = [high(true), high(false), high(true)];
    assert_eq!(hear(&mut stand, &both).len(), 3, "the same alarm again is another occurrence");
    assert_eq!(stand.engine.next_occurrence(), 4);
}

#[test]
fn a_rising_priority_breaks_through_an_acknowledgement_and_a_falling_one_does_not() {
    let mut stand = Stand::settled();
    hear(&mut stand, &[alarm("ASYSTOLE", true, Priority::Low)]);
    let id = stand.find("ASYSTOLE").id;
    stand.acknowledge(&id);
    stand.step();
    let told = hear(&mut stand, &[alarm("ASYSTOLE", true, Priority::High)]);
    assert_eq!(told, [format!("{ASYSTOLE} escalate/active")]);
    assert_eq!(stand.find("ASYSTOLE").priority, Priority::High);
    stand.acknowledge(&id);
    stand.step();
    let told = hear(&mut stand, &[alarm("ASYSTOLE", true, Priority::Medium)]);
    assert_eq!(told, [format!("{ASYSTOLE} deescalate/active*")]);
}

#[test]
fn a_complete_list_ends_what_is_not_in_it() {
    let mut stand = Stand::settled();
    let (a, b) = (alarm("A", true, Priority::Low), alarm("B", true, Priority::Low));
    assert_eq!(hear(&mut stand, &[a.clone(), b.clone(), Report::AlarmsListed]).len(), 2);
    assert_eq!(hear(&mut stand, &[a.clone(), b, Report::AlarmsListed]), none());
    let told = hear(&mut stand, &[a, Report::AlarmsListed]);
    assert_eq!(told, ["mon-1/alarm/MDC_EVT_ALARM/1.1.0.0/B end/inactive"]);
}

#[test]
fn a_lost_link_and_silence_end_nothing_and_only_a_new_list_does() {
    let mut stand = Stand::settled();
    let a = alarm("A", true, Priority::Low);
    hear(&mut stand, &[a.clone(), Report::AlarmsListed, a.clone()]);
    hear(&mut stand, &[lost()]);
    stand.run(60, &[]);
    assert_eq!(stand.find("/A").state, vigil_model::AlarmState::Active);
    let back = [Report::Link(LinkState::Up)];
    assert_eq!(hear(&mut stand, &back), ["mon-1/link-lost end/inactive"]);
    let told = hear(&mut stand, &[Report::AlarmsListed]);
    assert_eq!(told, ["mon-1/alarm/MDC_EVT_ALARM/1.1.0.0/A end/inactive"], "listed before the loss does not count");
}

#[test]
fn the_alarms_of_a_device_are_bounded_and_what_is_over_makes_room() {
    let mut stand = Stand::settled();
    for number in 0..vigil_engine::DEVICE_ALARMS_MAX + 3 {
        stand.hear(MON_1, alarm(&number.to_string(), true, Priority::Low));
    }
    assert_eq!(stand.alarms().len(), vigil_engine::DEVICE_ALARMS_MAX);
    assert_eq!(stand.engine.counters().tally.device_alarms_dropped, 3);
    let told = hear(&mut stand, &[alarm("0", false, Priority::Low), alarm("new", true, Priority::Low)]);
    assert_eq!(told.len(), 2);
}

#[test]
fn a_physiological_alarm_does_not_begin_in_standby_and_begins_when_it_is_still_there_after() {
    let mut stand = Stand::settled();
    let a = alarm("A", true, Priority::Low);
    let b = alarm("B", true, Priority::Low);
    let told = hear(&mut stand, &[b.clone(), Report::Mode(OperatingMode::Demo), a, alarm("C", true, Priority::Low)]);
    assert_eq!(told, ["mon-1/alarm/MDC_EVT_ALARM/1.1.0.0/B start/active"]);
    assert_eq!(hear(&mut stand, &[alarm("C", false, Priority::Low)]), none());
    let told = hear(&mut stand, &[Report::Mode(OperatingMode::Normal)]);
    assert_eq!(told, ["mon-1/alarm/MDC_EVT_ALARM/1.1.0.0/A start/active"]);
}

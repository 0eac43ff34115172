//! Conditions on how fast a metric changes.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::time::Duration;

use common::*;
use vigil_model::{
    AlarmState, ConditionKind, Direction, Manner, OperatingMode, Priority, RateRule, Report, Value, mdc,
};

const FALLS: &str = "mon-1/rate/MDC_PULS_OXIM_SAT_O2/1.1.1.1/falling/spo2-falls";
const CANNOT: &str = "mon-1/cannot-evaluate/MDC_PULS_OXIM_SAT_O2/1.1.1.1/falling/spo2-falls";

/// Faster than 30 % a minute over 8 s, slower than 20 % ends it.
fn rule() -> RateRule {
    RateRule {
        id: "spo2-falls".into(),
        metric: SPO2.0,
        unit: SPO2.1,
        direction: Direction::Falling,
        per_minute: q("30"),
        hysteresis: q("10"),
        window: Duration::from_secs(8),
        manner: Manner {
            condition_delay: Duration::ZERO,
            signal_delay: Duration::ZERO,
            priority: Priority::High,
            kind: ConditionKind::Physiological,
            latching: false,
            event: mdc::X_EVT_FAST_FALL,
            text: "SpO2 falls fast".into(),
        },
    }
}

/// Only the rate is judged.
fn stand() -> Stand {
    Stand::settled_with(|bed| {
        bed.rules.clear();
        bed.further.rates.push(rule());
    })
}

/// One value a second.
fn values(stand: &mut Stand, numbers: &[&str]) -> Vec<String> {
    numbers.iter().flat_map(|number| stand.run(1, &[value(SPO2, number), value(HR, "80")])).collect()
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn it_begins_when_the_change_over_the_window_is_too_fast_and_ends_when_it_is_slow() {
    let mut stand = stand();
    assert_eq!(values(&mut stand, &["97", "97", "90"]), none(), "less than half a window is known");
    // 97 at 0, 94.9 at 4: 2.1 in 4 s is 31.5 a minute.
    assert_eq!(values(&mut stand, &["94.9"]), [format!("{FALLS} start/active")]);
    let occurrence = stand.find(FALLS);
    assert_eq!((occurrence.event, occurrence.priority), (mdc::X_EVT_FAST_FALL, Priority::High));
    assert_eq!(occurrence.source.value, Some(Value::Numeric(q("94.9"))));
    assert_eq!(occurrence.source.limit, None, "no value of it is beyond a limit");
    assert_eq!(values(&mut stand, &["94.9"]), none(), "25.2 a minute is within the hysteresis");
    assert_eq!(values(&mut stand, &["95.1"]), [format!("{FALLS} end/inactive")], "19 a minute");
}

#[test]
fn a_slow_fall_of_any_size_is_none() {
    let mut stand = stand();
    for tenths in (600..970).rev().step_by(4) {
        let number = format!("{}.{}", tenths / 10, tenths % 10);
        assert_eq!(values(&mut stand, &[&number]), none(), "24 a minute");
    }
}

#[test]
fn a_gap_neither_begins_nor_ends_it_and_values_before_a_gap_still_count() {
    let mut stand = stand();
    values(&mut stand, &["97", "97", "97", "97"]);
    assert_eq!(stand.run(2, &[absent(SPO2), value(HR, "80")]), none());
    assert_eq!(values(&mut stand, &["90"]), [format!("{FALLS} start/active")], "seven since before the gap");
    let told = stand.run(20, &[absent(SPO2), value(HR, "80")]);
    assert!(told.iter().all(|line| !line.contains("/rate/")), "{told:?}");
    assert_eq!(stand.find(FALLS).state, AlarmState::Active);
    assert!(told.contains(&format!("{CANNOT} start/active")), "that it cannot be judged is told: {told:?}");
    assert_eq!(&*stand.find(CANNOT).text, "Cannot judge: SpO2 falls fast");
}

#[test]
fn what_comes_after_a_lost_link_or_standby_is_not_compared_with_what_was_before() {
    for away in [lost(), Report::Mode(OperatingMode::Standby)] {
        let mut stand = stand();
        values(&mut stand, &["97", "97", "97", "97"]);
        stand.hear(MON_1, away);
        stand.step();
        stand.hear(MON_1, Report::Mode(OperatingMode::Normal));
        let told = values(&mut stand, &["90", "90", "90", "90", "90"]);
        assert!(told.iter().all(|line| !line.contains("/rate/")), "{told:?}");
    }
}

#[test]
fn it_survives_a_restart_and_ends_on_evidence() {
    let mut stand = stand();
    values(&mut stand, &["97", "97", "97", "97", "90"]);
    stand.restart();
    assert_eq!(stand.alarms(), [format!("{FALLS} present/active")]);
    assert_eq!(values(&mut stand, &["90", "90", "90", "90"]), none(), "no rate is known yet");
    assert_eq!(values(&mut stand, &["90"]), [format!("{FALLS} end/inactive")]);
}

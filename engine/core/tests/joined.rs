//! Repeated starts become one occurrence with a count, and nothing is hidden because it was over quickly.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::time::Duration;

use common::*;
use vigil_model::{Priority, Report};

/// What begins again within ten seconds is joined.
fn stand() -> Stand {
    Stand::settled_with(|bed| bed.further.signals.join_within = Duration::from_secs(10))
}

fn at_rate(hr: &str) -> [Report; 2] {
    [value(HR, hr), value(SPO2, "97")]
}

#[test]
fn every_start_and_end_is_told_under_one_name_with_the_number_of_starts() {
    let mut stand = stand();
    stand.run(1, &at_rate("130"));
    let first = stand.find("hr-high");
    for count in 2..5 {
        assert_eq!(stand.run(1, &at_rate("80")), [format!("{HR_HIGH} end/inactive")]);
        assert_eq!(stand.run(3, &at_rate("80")), Vec::<String>::new());
        assert_eq!(stand.run(1, &at_rate("131")), [format!("{HR_HIGH} start/active")]);
        let again = stand.find("hr-high");
        assert_eq!((&again.id, again.count, again.restarts), (&first.id, count, count - 1));
        assert_eq!(again.onset, at(stand.second).utc);
        assert_eq!(again.source.value, Some(vigil_model::Value::Numeric(q("131"))));
    }
    assert_eq!(stand.engine.next_occurrence(), first.id.number + 1);
}

#[test]
fn the_window_counts_from_the_end_and_its_edge_is_inside() {
    for (pause, joined) in [(10, true), (11, false)] {
        let mut stand = stand();
        stand.run(1, &at_rate("130"));
        stand.run(pause, &at_rate("80"));
        stand.run(1, &at_rate("130"));
        assert_eq!(stand.find("hr-high").count == 2, joined, "after {pause} s");
    }
}

#[test]
fn an_acknowledgement_ends_with_the_condition_and_does_not_count_for_the_next_start() {
    let mut stand = stand();
    stand.run(1, &at_rate("130"));
    let id = stand.find("hr-high").id;
    stand.acknowledge(&id);
    stand.step();
    stand.run(1, &at_rate("80"));
    stand.run(1, &at_rate("130"));
    let again = stand.find("hr-high");
    assert!(again.id == id && !again.is_acknowledged());
    stand.acknowledge(&id);
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} acknowledged/active*")], "answers go to the same name");
}

#[test]
fn alarms_of_a_device_are_joined_by_what_they_are_and_not_with_others() {
    let mut stand = stand();
    for text in ["A", "B", "A"] {
        stand.hear(MON_1, alarm(text, true, Priority::Low));
        stand.hear(MON_1, alarm(text, false, Priority::Low));
        stand.step();
        stand.wait(1);
    }
    let (a, b) = (stand.find_closed("/A"), stand.find_closed("/B"));
    assert_eq!((a.count, b.count), (2, 1));
    assert_ne!(a.id, b.id);
}

#[test]
fn without_a_window_nothing_is_joined() {
    let mut stand = Stand::settled();
    stand.run(1, &at_rate("130"));
    let id = stand.find("hr-high").id;
    stand.run(1, &at_rate("80"));
    stand.run(1, &at_rate("130"));
    assert_eq!((stand.find("hr-high").id.number, stand.find("hr-high").count), (id.number + 1, 1));
}

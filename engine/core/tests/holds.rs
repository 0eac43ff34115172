//! What people can do about signals: pause them, switch them off, acknowledge, and what breaks through.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::time::Duration;

use common::*;
use vigil_model::{InactivationKind, Occurrence, OccurrenceId, Priority, Report, Scope, SignalHold};

const MINUTE: SignalHold = SignalHold::AudioPaused { lasts: Duration::from_secs(60) };

fn none() -> Vec<String> {
    Vec::new()
}

fn bed() -> Scope {
    Scope::Bed("bed-1".into())
}

/// HR is too high, and people have been told.
fn high() -> Stand {
    let mut stand = Stand::settled();
    stand.run(1, &fast());
    stand
}

fn fast() -> [Report; 2] {
    [value(HR, "130"), value(SPO2, "97")]
}

fn holds(occurrence: &Occurrence) -> Vec<InactivationKind> {
    occurrence.inactivation.iter().map(|entry| entry.kind).collect()
}

#[test]
fn a_pause_says_who_when_and_until_when_and_ends_by_itself() {
    for lasts in [60, 600_000] {
        let mut stand = high();
        let hold = SignalHold::AlarmPaused { lasts: Duration::from_secs(lasts) };
        let lasts = lasts.min(600); // the longest that the bed allows
        stand.hold(bed(), hold);
        assert_eq!(stand.alarms(), [format!("{HR_HIGH} inactivate/active~")]);
        let entry = stand.find("hr-high").inactivation[0].clone();
        assert_eq!((entry.kind, &*entry.by, entry.at), (InactivationKind::AlarmPaused, "nurse", at(1).utc));
        assert_eq!(entry.until, Some(at(1 + lasts).utc));
        assert_eq!(stand.run(lasts - 1, &fast()), none());
        assert_eq!(stand.run(1, &fast()), [format!("{HR_HIGH} update/active")]);
        assert!(stand.find("hr-high").inactivation.is_empty());
    }
}

#[test]
fn what_begins_or_worsens_during_a_pause_is_told_and_sounds() {
    let mut stand = high();
    stand.hear(MON_1, alarm("A", true, Priority::Low));
    stand.step();
    stand.hold(bed(), SignalHold::AlarmOff);
    assert_eq!(stand.alarms().len(), 2);
    stand.hear(MON_1, alarm("A", true, Priority::High)).hear(MON_1, alarm("B", true, Priority::Low));
    let told = stand.alarms();
    let prefix = "mon-1/alarm/MDC_EVT_ALARM/1.1.0.0";
    assert_eq!(told, [format!("{prefix}/A escalate/active"), format!("{prefix}/B start/active")]);
    assert_eq!(holds(&stand.find("hr-high")), [InactivationKind::AlarmOff], "the others stay as they were");
}

#[test]
fn a_condition_that_begins_again_is_not_held_any_more() {
    let mut stand = Stand::settled_with(|bed| bed.further.signals.join_within = Duration::from_secs(30));
    stand.run(1, &fast());
    stand.hold(bed(), SignalHold::AudioOff);
    stand.step();
    stand.run(1, &[value(HR, "80"), value(SPO2, "97")]);
    assert_eq!(stand.run(1, &fast()), [format!("{HR_HIGH} start/active")]);
    assert_eq!(stand.find("hr-high").count, 2);
}

#[test]
fn off_without_end_stays_visible_and_is_reminded_of() {
    let mut stand = Stand::settled_with(|bed| bed.further.signals.remind_every = Some(Duration::from_secs(20)));
    stand.run(1, &fast());
    stand.hold(Scope::Occurrence(stand.find("hr-high").id), SignalHold::AudioOff);
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} inactivate/active~")]);
    let changed = stand.find("hr-high").changed;
    let told = stand.run(45, &fast());
    assert_eq!(told, [format!("{HR_HIGH} continue/active~"), format!("{HR_HIGH} continue/active~")]);
    assert_eq!(stand.find("hr-high").changed, changed, "a reminder changes nothing");
    stand.enable(bed());
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} update/active")]);
    stand.enable(bed());
    assert_eq!(stand.alarms(), none());
    assert_eq!(stand.run(45, &fast()), none());
}

#[test]
fn acknowledged_is_not_silenced_and_each_stays_what_it_is() {
    let mut stand = high();
    let id = stand.find("hr-high").id;
    stand.hold(bed(), MINUTE);
    stand.step();
    stand.acknowledge(&id);
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} acknowledged/active*~")]);
    assert_eq!(holds(&stand.find("hr-high")), [InactivationKind::AudioPaused, InactivationKind::Acknowledged]);
    stand.enable(bed());
    assert_eq!(
        stand.alarms(),
        [format!("{HR_HIGH} update/active*")],
        "enabling does not take the acknowledgement back"
    );
    stand.hold(bed(), SignalHold::AlarmOff);
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} inactivate/active*~")]);
    stand.hold(bed(), MINUTE);
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} inactivate/active*~")]);
    let now = [InactivationKind::Acknowledged, InactivationKind::AudioPaused];
    assert_eq!(holds(&stand.find("hr-high")), now, "a later one takes the place of an earlier one");
    assert_eq!(stand.run(60, &fast()), [format!("{HR_HIGH} update/active*")]);
}

#[test]
fn a_latched_signal_can_be_paused_and_the_condition_coming_back_breaks_through() {
    let mut stand = Stand::settled();
    stand.run(6, &[value(SPO2, "85"), value(HR, "80")]);
    stand.hold(bed(), MINUTE);
    stand.step();
    assert_eq!(stand.run(1, &[value(SPO2, "95"), value(HR, "80")]), [format!("{SPO2_LOW} update/latched~")]);
    let told = stand.run(4, &[value(SPO2, "85"), value(HR, "80")]);
    assert_eq!(told, [format!("{SPO2_LOW} update/active")]);
    assert_eq!((stand.find("spo2-low").count, stand.find("spo2-low").restarts), (2, 0));
}

#[test]
fn pauses_survive_a_restart_for_what_is_left_of_their_time() {
    let mut stand = high();
    stand.hold(bed(), MINUTE);
    stand.step();
    let before = stand.find("hr-high");
    stand.wait(40).restart();
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} present/active~")]);
    assert_eq!(stand.find("hr-high"), before);
    assert_eq!(stand.run(19, &fast()), none());
    assert_eq!(stand.run(1, &fast()), [format!("{HR_HIGH} update/active")]);

    stand.hold(bed(), MINUTE);
    stand.step();
    stand.wait(70).restart();
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} present/active~"), format!("{HR_HIGH} update/active")]);

    stand.hold(bed(), SignalHold::AudioOff);
    stand.step();
    stand.restart();
    stand.step();
    assert_eq!(stand.run(600, &fast()), [format!("{HR_HIGH} continue/active~")], "reminders go on");
}

#[test]
fn only_what_people_have_been_told_of_can_be_held() {
    let mut stand = Stand::settled();
    stand.run(4, &[value(SPO2, "85"), value(HR, "80")]);
    stand.hold(bed(), SignalHold::AlarmOff).hold(bed(), SignalHold::AudioPaused { lasts: Duration::ZERO });
    assert_eq!(stand.alarms(), none(), "the condition exists and its signal delay is still running");
    assert_eq!(stand.run(2, &[value(SPO2, "85"), value(HR, "80")]), [format!("{SPO2_LOW} start/active")]);
    let other = OccurrenceId { appliance: "ward-x".into(), number: 1 };
    for scope in [Scope::Bed("bed-2".into()), Scope::Bed("bed-77".into()), Scope::Occurrence(other)] {
        stand.hold(scope.clone(), SignalHold::AlarmOff).enable(scope);
        assert_eq!(stand.alarms(), none());
    }
    assert_eq!(stand.engine.counters().tally.unknown_answers, 6 + 2);
}

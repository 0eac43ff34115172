//! Escalation: to whom first, how long, to whom next, what is enough, and when nobody is left.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::*;
use vigil_model::{
    Answer, EscalationChain, EscalationLevel, EscalationState, Occurrence, OccurrenceId, Priority, Report, Success,
};

const PREFIX: &str = "mon-1/alarm/MDC_EVT_ALARM/1.1.0.0";

/// Primary for 10 s, the charge nurse for 20 s.
fn chain() -> EscalationChain {
    let level = |to: &str, seconds: u64, success: Success| EscalationLevel {
        to: vec![to.into()],
        within: Duration::from_secs(seconds),
        success,
    };
    EscalationChain {
        from: Priority::Medium,
        levels: vec![level("primary", 10, Success::Accepted), level("charge-nurse", 20, Success::Acknowledged)],
    }
}

fn fast() -> [Report; 2] {
    [value(HR, "130"), value(SPO2, "97")]
}

/// HR is too high, and people have been told.
fn high() -> (Stand, OccurrenceId) {
    let mut stand = Stand::settled_with(|bed| bed.further.escalation = Some(chain()));
    assert_eq!(stand.run(1, &fast()), [format!("{HR_HIGH} start/active")]);
    let id = stand.find("hr-high").id;
    (stand, id)
}

fn level(occurrence: &Occurrence) -> (u32, String, EscalationState) {
    let told = occurrence.escalation.as_ref().expect("it has a chain");
    (told.level, told.to.join(","), told.state.clone())
}

fn waiting(level: u32, to: &str) -> (u32, String, EscalationState) {
    (level, to.into(), EscalationState::Waiting)
}

fn none() -> Vec<String> {
    Vec::new()
}

fn unanswered(id: &OccurrenceId) -> String {
    format!("@bed-1/alarm/MDCX_EVT_UNANSWERED/1.0.0.0/Nobody answered {id}: hr-high")
}

#[test]
fn without_an_answer_the_next_level_is_told_and_then_that_nobody_is_left() {
    let (mut stand, id) = high();
    assert_eq!(level(&stand.find("hr-high")), waiting(0, "primary"));
    assert_eq!(stand.run(9, &fast()), none());
    assert_eq!(stand.run(1, &fast()), [format!("{HR_HIGH} update/active")]);
    assert_eq!(level(&stand.find("hr-high")), waiting(1, "charge-nurse"));
    assert_eq!(stand.find("hr-high").escalation.as_ref().unwrap().since, at(11).utc);
    assert_eq!(stand.run(19, &fast()), none());
    let told = stand.run(1, &fast());
    assert_eq!(told, [format!("{HR_HIGH} update/active"), format!("{} start/active", unanswered(&id))]);
    assert_eq!(level(&stand.find("hr-high")).2, EscalationState::Unanswered);
    let alarm = stand.find("UNANSWERED");
    assert_eq!((alarm.priority, alarm.escalation), (Priority::Medium, None), "and takes no chain itself");
    assert_eq!(stand.run(60, &fast()), none());
    let told = stand.run(1, &[value(HR, "80"), value(SPO2, "97")]);
    assert_eq!(told, [format!("{HR_HIGH} end/inactive"), format!("{} end/inactive", unanswered(&id))]);
}

#[test]
fn an_answer_that_is_enough_stops_it_and_says_who() {
    let (mut stand, id) = high();
    stand.answer(&id, Answer::Received);
    assert_eq!(stand.alarms(), none(), "that the message arrived is not enough here");
    stand.answer(&id, Answer::Accepted);
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} update/active")]);
    let answered = EscalationState::Answered { by: Arc::from("nurse") };
    assert_eq!(level(&stand.find("hr-high")), (0, "primary".into(), answered.clone()));
    assert!(!stand.find("hr-high").is_acknowledged(), "taking responsibility is no acknowledgement");
    assert_eq!(stand.run(60, &fast()), none());
    stand.acknowledge(&id);
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} acknowledged/active*")]);
    assert_eq!(level(&stand.find("hr-high")).2, answered);
}

#[test]
fn who_declines_passes_it_on_at_once() {
    let (mut stand, id) = high();
    stand.wait(3).answer(&id, Answer::Rejected);
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} update/active")]);
    assert_eq!(level(&stand.find("hr-high")), waiting(1, "charge-nurse"));
    stand.answer(&id, Answer::Accepted);
    assert_eq!(stand.alarms(), none(), "the charge nurse must acknowledge");
    stand.answer(&id, Answer::Rejected);
    assert_eq!(stand.alarms().len(), 2, "nobody is left");
    stand.answer(&id, Answer::Accepted);
    let told = stand.alarms();
    assert_eq!(told, [format!("{HR_HIGH} update/active"), format!("{} end/inactive", unanswered(&id))]);
}

#[test]
fn what_is_below_the_priority_of_the_chain_takes_none_and_worsening_starts_it() {
    let mut stand = Stand::settled_with(|bed| bed.further.escalation = Some(chain()));
    stand.hear(MON_1, alarm("A", true, Priority::Low));
    stand.step();
    assert_eq!(stand.find("/A").escalation, None);
    stand.wait(2).hear(MON_1, alarm("A", true, Priority::High));
    assert_eq!(stand.alarms(), [format!("{PREFIX}/A escalate/active")]);
    assert_eq!(level(&stand.find("/A")), waiting(0, "primary"));
    stand.acknowledge(&stand.find("/A").id);
    stand.step();
    assert_eq!(level(&stand.find("/A")).2, EscalationState::Answered { by: Arc::from("nurse") });
    stand.hear(MON_1, alarm("A", true, Priority::Medium));
    stand.step();
    stand.hear(MON_1, alarm("A", true, Priority::High));
    stand.step();
    assert_eq!(level(&stand.find("/A")), waiting(0, "primary"), "what worsens is told anew");
}

#[test]
fn a_level_goes_on_after_a_restart_for_what_is_left_of_its_time() {
    let (mut stand, id) = high();
    stand.run(14, &fast());
    let before = stand.find("hr-high");
    stand.wait(5).restart();
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} present/active")]);
    assert_eq!(stand.find("hr-high"), before);
    assert_eq!(stand.run(10, &fast()), none(), "20 s from second 11");
    assert_eq!(stand.run(1, &fast()).len(), 2);
    stand.restart();
    assert_eq!(stand.alarms().len(), 2);
    assert_eq!(stand.run(60, &fast()), none());
    stand.acknowledge(&id);
    let told = stand.alarms();
    assert_eq!(told, [format!("{HR_HIGH} acknowledged/active*"), format!("{} end/inactive", unanswered(&id))]);
}

#[test]
fn a_latched_alarm_goes_on_until_somebody_answers() {
    let mut stand = Stand::settled_with(|bed| bed.further.escalation = Some(chain()));
    stand.run(6, &[value(SPO2, "85"), value(HR, "80")]);
    let good = [value(SPO2, "97"), value(HR, "80")];
    assert_eq!(stand.run(1, &good), [format!("{SPO2_LOW} update/latched")]);
    assert_eq!(stand.run(9, &good), [format!("{SPO2_LOW} update/latched")]);
    assert_eq!(level(&stand.find("spo2-low")), waiting(1, "charge-nurse"));
    stand.acknowledge(&stand.find("spo2-low").id);
    assert_eq!(stand.alarms(), [format!("{SPO2_LOW} reset/inactive")]);
    assert_eq!(stand.run(60, &good), none());
}

//! Limits that people set for the patient in a bed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{HR, SPO2, Stand, q, value};
use vigil_model::{AdjustOutcome, AssociationOrder, Command, EventKind, Quantity, Remembered};

/// A settled stand whose limits may be set: HR from 100 to 150, SpO2 from 80 to 94.
fn stand() -> Stand {
    Stand::settled_with(|bed| {
        bed.rules[0].allowed = Some((q("80"), q("94")));
        bed.rules[1].allowed = Some((q("100"), q("150")));
    })
}

fn outcomes(stand: &Stand) -> Vec<AdjustOutcome> {
    let of = |event: &vigil_model::EngineEvent| match &event.kind {
        EventKind::Adjusted { outcome, .. } => Some(*outcome),
        _ => None,
    };
    stand.said.iter().filter_map(of).collect()
}

fn limit(stand: &Stand, rule: &str) -> (Quantity, Option<String>) {
    let snapshot = stand.engine.snapshot(common::at(stand.second));
    let limit = snapshot.beds[0].limits.iter().find(|limit| &*limit.rule.id == rule).unwrap().clone();
    let shown = snapshot.beds[0].devices[0].metrics.iter().flat_map(|metric| &metric.limits);
    let shown: Vec<Quantity> = shown.filter(|(id, ..)| &**id == rule).map(|(.., limit)| *limit).collect();
    assert_eq!(shown, [limit.limit], "what is shown beside the metric is what is judged");
    (limit.limit, limit.set.map(|set| format!("{} {}", set.by, set.why)))
}

#[test]
fn a_limit_within_its_range_holds_at_once_and_says_who_and_why() {
    let mut stand = stand();
    stand.run(1, &[value(HR, "110"), value(SPO2, "97")]);
    let told = stand.adjust("hr-high", Some("105")).run(1, &[]);
    assert_eq!(outcomes(&stand), [AdjustOutcome::Taken { before: q("120.0") }]);
    assert_eq!(told, ["mon-1/limit/MDC_ECG_HEART_RATE/1.1.1.2/high/hr-high start/active"].map(ToOwned::to_owned));
    assert_eq!(limit(&stand, "hr-high"), (q("105"), Some("nurse COPD".to_owned())));
    // Back to what is configured: the condition ends, since 110 lies within 120 by the hysteresis.
    let told = stand.adjust("hr-high", None).run(1, &[]);
    assert_eq!(outcomes(&stand)[1], AdjustOutcome::Taken { before: q("105") });
    assert_eq!(limit(&stand, "hr-high"), (q("120.0"), None));
    assert!(told.iter().any(|line| line.contains("end/inactive")), "{told:?}");
}

#[test]
fn what_is_not_allowed_changes_nothing() {
    let mut stand = stand();
    stand.adjust("hr-high", Some("99")).adjust("hr-high", Some("151")).run(1, &[]);
    stand.adjust("cuff-high", Some("170")).adjust("none", Some("1")).run(1, &[]);
    let refused = AdjustOutcome::NotAllowed { low: q("100"), high: q("150") };
    assert_eq!(outcomes(&stand), [refused, refused, AdjustOutcome::Fixed, AdjustOutcome::Unknown]);
    assert_eq!(limit(&stand, "hr-high"), (q("120.0"), None));
    assert!(stand.engine.take_kept().iter().all(|kept| !kept.key.starts_with("limit/")));
}

#[test]
fn what_was_set_survives_a_restart_and_is_asked_again_whether_it_is_allowed() {
    let mut stand = stand();
    stand.adjust("spo2-low", Some("85")).run(1, &[]);
    let kept = stand.engine.take_kept();
    assert!(kept.iter().any(|kept| kept.key == "limit/bed-1/spo2-low" && kept.what.is_some()), "{kept:?}");
    stand.restart();
    let told = stand.run(8, &[value(HR, "80"), value(SPO2, "88")]);
    assert_eq!(limit(&stand, "spo2-low"), (q("85"), Some("nurse COPD".to_owned())));
    assert!(told.iter().all(|alarm| !alarm.contains("spo2-low")), "{told:?}");

    // The next configuration allows less.
    let mut plan = (*stand.ward).clone();
    plan.beds[0].rules[0].allowed = Some((q("86"), q("94")));
    stand.ward = std::sync::Arc::new(plan);
    stand.restart();
    let told = stand.run(8, &[value(HR, "80"), value(SPO2, "88")]);
    assert!(told.iter().any(|alarm| alarm.contains("spo2-low")), "{told:?}");
    assert_eq!(limit(&stand, "spo2-low"), (q("90"), None));
    assert!(stand.engine.take_kept().iter().any(|kept| kept.key == "limit/bed-1/spo2-low" && kept.what.is_none()));
    assert!(!stand.engine.remembered().iter().any(|what| matches!(what, Remembered::Limit(_))));
}

#[test]
fn a_limit_ends_with_the_patient_for_whom_it_was_set() {
    let mut stand = stand();
    stand.adjust("spo2-low", Some("85")).run(1, &[]);
    let (bed, by, why) = ("bed-1".into(), "nurse".into(), "goes home".into());
    let order = Box::new(AssociationOrder::Release { bed, patient: None, by, why });
    stand.commands.push(Command::Associate { reference: 1, order });
    stand.run(1, &[value(HR, "80"), value(SPO2, "97")]);
    assert_eq!(limit(&stand, "spo2-low"), (q("90"), None));
    let last = stand.said.iter().rev().find_map(|event| match &event.kind {
        EventKind::Adjusted { adjustment, .. } => Some(adjustment.clone()),
        _ => None,
    });
    let last = last.unwrap();
    assert_eq!((&*last.by, last.limit), ("vigil", None));
    assert!(stand.engine.take_kept().iter().any(|kept| kept.key == "limit/bed-1/spo2-low" && kept.what.is_none()));
}

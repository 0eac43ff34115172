//! Who lies where: reports are split at the boundary, a discharge severs at once, what is in doubt is held, and all of it
//! survives a restart.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::sync::Arc;

use common::*;
use vigil_engine::Restored;
use vigil_model::{
    AdtChange, AdtEvent, AssociationNews, AssociationOrder, Binding, Command, EngineEvent, EventKind, Evidence,
    HeldVerdict, HoldReason, Merge, Movement, MovementKind, ObservationReport, OrderOutcome, PatientSaid, Phase, Place,
    Timestamp, Value,
};

fn said(id: &str, visit: &str) -> PatientSaid {
    PatientSaid {
        id: id.into(),
        authority: "H".into(),
        visit: visit.into(),
        family: Some("Doe".into()),
        birth_date: Some("19700101".into()),
        ..PatientSaid::default()
    }
}

fn movement(id: &str, visit: &str, kind: MovementKind, place: &str) -> Movement {
    let place = match place {
        "" => Place::Unsaid,
        "-" => Place::Elsewhere,
        bed => Place::Bed(bed.into()),
    };
    Movement { patient: said(id, visit), kind, place, other: Place::Unsaid, id: None, cancels: false }
}

fn adt(stand: &Stand, trigger: &str, change: AdtChange) -> AdtEvent {
    let now = at(stand.second).utc;
    AdtEvent { by: "ADT".into(), trigger: trigger.into(), order: now, occurred: None, change }
}

fn order(stand: &mut Stand, order: AssociationOrder) -> Vec<EngineEvent> {
    stand.commands.push(Command::Associate { reference: 7, order: Box::new(order) });
    stand.step()
}

/// One movement that occurs now.
fn moves(stand: &mut Stand, id: &str, kind: MovementKind, place: &str) -> Vec<EngineEvent> {
    let event = adt(stand, "A00", AdtChange::Moves(vec![movement(id, &format!("V-{id}"), kind, place)]));
    order(stand, AssociationOrder::Adt(event))
}

fn bind(stand: &mut Stand, bed: &str, patient: PatientSaid, second: &str) -> OrderOutcome {
    let binding = Binding {
        bed: bed.into(),
        patient,
        second: Some(second.into()),
        evidence: Evidence::Scan,
        by: "nurse".into(),
        why: "confirmed at the bed".into(),
    };
    outcome(&order(stand, AssociationOrder::Bind(binding)))
}

fn outcome(events: &[EngineEvent]) -> OrderOutcome {
    let found = events.iter().find_map(|event| match &event.kind {
        EventKind::Association(news) => match &**news {
            AssociationNews::Outcome { reference: 7, outcome } => Some(outcome.clone()),
            _ => None,
        },
        _ => None,
    });
    found.expect("an outcome")
}

fn reports(events: &[EngineEvent]) -> Vec<Arc<ObservationReport>> {
    let reports = events.iter().filter_map(|event| match &event.kind {
        EventKind::Observations(report) => Some(Arc::clone(report)),
        _ => None,
    });
    reports.collect()
}

/// Each report of mon-1 as `patient start..end values`, seconds counted from the start.
fn lines(events: &[EngineEvent]) -> Vec<String> {
    let second = |time: Timestamp| time.since(at(0).utc).as_secs();
    let reports = reports(events).into_iter().filter(|report| &*report.device == "mon-1");
    let line = |report: Arc<ObservationReport>| {
        let values = report.observations.iter().filter_map(|observation| match observation.reading.value() {
            Some(Value::Numeric(number)) => Some(number.to_string()),
            _ => None,
        });
        let values: Vec<String> = values.collect();
        let patient = report.patient.as_ref().map_or("-", |patient| &*patient.id);
        let held = if report.held { " held" } else { "" };
        format!("{patient} {}..{} {}{held}", second(report.start), second(report.end), values.join(" "))
    };
    reports.map(line).collect()
}

fn who(stand: &Stand, bed: usize) -> Option<String> {
    stand.engine.beds()[bed].current.as_ref().map(|current| current.patient.id.to_string())
}

/// A ward in which nobody is bound by the configuration.
fn stand() -> Stand {
    let mut plan = ward();
    plan.beds[0].patient = None;
    plan.devices.truncate(1);
    let mut stand = Stand::of(plan);
    stand.step();
    stand
}

#[test]
fn a_report_interval_is_split_where_the_patient_changes() {
    let mut stand = stand();
    moves(&mut stand, "P", MovementKind::Admit, "bed-1");
    stand.run(10, &[value(HR, "60")]);
    stand.run(4, &[value(HR, "61")]);
    stand.second += 1; // 15
    let told = moves(&mut stand, "P", MovementKind::Discharge, "");
    assert_eq!(lines(&told), ["P 10..15 61"]);
    stand.hear(MON_1, value(SPO2, "97")); // at the boundary, after it
    stand.run(1, &[]);
    moves(&mut stand, "Q", MovementKind::Admit, "bed-1"); // 16
    stand.run(4, &[value(HR, "90")]);
    let all = lines(&stand.said);
    assert_eq!(all, ["P 0..10 60", "P 10..15 61", "- 15..16 97", "Q 16..20 90"]);
}

#[test]
fn what_was_determined_for_one_patient_never_goes_to_the_next() {
    let mut stand = stand();
    moves(&mut stand, "P", MovementKind::Admit, "bed-1");
    stand.hear(MON_1, value(CUFF, "120"));
    stand.run(2, &[value(HR, "60")]);
    stand.second += 1;
    let swap =
        vec![movement("P", "V-P", MovementKind::Transfer, "-"), movement("Q", "V-Q", MovementKind::Transfer, "bed-1")];
    let event = adt(&stand, "A17", AdtChange::Moves(swap));
    order(&mut stand, AssociationOrder::Adt(event));
    // Nothing more is heard: the value is still current, and was P's.
    stand.wait(4);
    stand.hear(MON_1, value(SPO2, "95"));
    stand.step();
    stand.second = 10;
    stand.step();
    assert_eq!(lines(&stand.said), ["P 0..3 60 120", "Q 3..10 95"]);
}

#[test]
fn a_discharge_that_is_told_late_takes_back_what_was_not_reported_yet() {
    let mut stand = stand();
    moves(&mut stand, "P", MovementKind::Admit, "bed-1");
    stand.run(8, &[value(HR, "60")]);
    let mut event = adt(&stand, "A03", AdtChange::Moves(vec![movement("P", "V-P", MovementKind::Discharge, "")]));
    event.occurred = Some(at(3).utc);
    event.order = at(3).utc;
    let told = order(&mut stand, AssociationOrder::Adt(event));
    assert_eq!(lines(&told), ["P 0..3 "], "the latest value came after the patient had left");
    let closed = told.iter().find_map(|event| match &event.kind {
        EventKind::Association(news) => match &**news {
            AssociationNews::Closed { association } => association.closed.clone(),
            _ => None,
        },
        _ => None,
    });
    let closed = closed.unwrap();
    assert_eq!((closed.at, &*closed.by, &*closed.why), (at(3).utc, "ADT", "A03 discharge"));
}

#[test]
fn what_happened_before_but_is_told_late_changes_nothing() {
    let mut stand = stand();
    stand.wait(100);
    moves(&mut stand, "P", MovementKind::Admit, "bed-2");
    let mut late = adt(&stand, "A02", AdtChange::Moves(vec![movement("P", "V-P", MovementKind::Transfer, "bed-1")]));
    late.order = at(50).utc;
    order(&mut stand, AssociationOrder::Adt(late));
    assert_eq!((who(&stand, 0), who(&stand, 1).as_deref()), (None, Some("P")));
}

#[test]
fn a_discharge_severs_whatever_bound_the_patient() {
    let mut stand = stand();
    moves(&mut stand, "P", MovementKind::Admit, "-");
    assert_eq!(
        bind(&mut stand, "bed-1", PatientSaid { id: "P".into(), ..PatientSaid::default() }, "doe"),
        OrderOutcome::Taken
    );
    let current = stand.engine.beds()[0].current.clone().unwrap();
    assert_eq!((current.evidence, &*current.patient.visit, &*current.opened.by), (Evidence::Scan, "V-P", "nurse"));
    moves(&mut stand, "P", MovementKind::Discharge, "");
    assert_eq!(who(&stand, 0), None);
}

#[test]
fn a_binding_by_hand_needs_a_second_identifier_that_fits() {
    let mut stand = stand();
    moves(&mut stand, "P", MovementKind::Admit, "bed-2");
    let p = PatientSaid { id: "P".into(), ..PatientSaid::default() };
    for (bed, patient, second) in [
        ("bed-1", p.clone(), "1971-01-01"),
        ("bed-1", p.clone(), "P"),
        ("bed-9", p.clone(), "Doe"),
        ("bed-1", PatientSaid { family: Some("Roe".into()), ..p.clone() }, "Roe"),
        ("bed-1", PatientSaid { id: "X".into(), ..PatientSaid::default() }, "Doe"),
        ("bed-1", PatientSaid::default(), "Doe"),
    ] {
        assert!(matches!(bind(&mut stand, bed, patient, second), OrderOutcome::Refused { .. }), "{bed} {second}");
    }
    assert_eq!((who(&stand, 0), who(&stand, 1).as_deref()), (None, Some("P")), "a refusal changes nothing");
    assert_eq!(bind(&mut stand, "bed-1", p, "1970-01-01"), OrderOutcome::Taken);
    assert_eq!((who(&stand, 0).as_deref(), who(&stand, 1)), (Some("P"), None), "a patient is in one bed");
    assert_eq!(bind(&mut stand, "bed-2", said("X", ""), "19700101"), OrderOutcome::Taken, "nobody knew the patient");
}

#[test]
fn a_contested_bed_is_held_and_told_until_it_is_settled() {
    let mut stand = stand();
    stand.hear(MON_1, value(HR, "60")).hear(MON_1, value(SPO2, "97"));
    moves(&mut stand, "P", MovementKind::Admit, "bed-1");
    stand.wait(5).hear(MON_1, value(HR, "61"));
    let told = moves(&mut stand, "Q", MovementKind::Admit, "bed-1");
    assert_eq!(who(&stand, 0).as_deref(), Some("P"), "the older stands");
    let starts: Vec<String> = told.iter().filter_map(line).collect();
    assert!(starts.iter().any(|line| line.contains("@bed-1") && line.ends_with("start/active")), "{starts:?}");
    assert_eq!(stand.engine.snapshot(at(5)).beds[0].holds[0].reason, HoldReason::Contested);
    // An alarm reaches the nurses, without a name.
    stand.hear(MON_1, value(HR, "130"));
    let told = stand.step();
    let alarm = told.iter().find_map(|event| match &event.kind {
        EventKind::Alarm { phase: Phase::Start, patient, .. } => Some(patient.is_none()),
        _ => None,
    });
    assert_eq!(alarm, Some(true));
    stand.wait(5);
    assert!(lines(&stand.step())[0].ends_with("held"));
    // A person confirms who lies there.
    let told = bind(&mut stand, "bed-1", PatientSaid { id: "Q".into(), ..PatientSaid::default() }, "Doe");
    assert_eq!((told, who(&stand, 0).as_deref()), (OrderOutcome::Taken, Some("Q")));
    let ended: Vec<String> = stand.said.iter().rev().take(12).filter_map(line).collect();
    assert!(ended.iter().any(|line| line.contains("@bed-1") && line.contains("end/")), "{ended:?}");
    stand.run(9, &[value(HR, "99")]);
    stand.second = 20;
    assert_eq!(lines(&stand.step()), ["Q 10..20 99"]);
}

#[test]
fn a_merge_goes_on_under_the_surviving_identity() {
    let mut stand = stand();
    moves(&mut stand, "P", MovementKind::Admit, "bed-1");
    stand.run(4, &[value(HR, "60")]);
    stand.second += 1;
    let merge = Merge { from: said("P", ""), into: PatientSaid { family: Some("Poe".into()), ..said("P2", "") } };
    let event = adt(&stand, "A40", AdtChange::Merges(vec![merge]));
    let told = order(&mut stand, AssociationOrder::Adt(event));
    assert_eq!(lines(&told), ["P 0..5 60"]);
    let current = stand.engine.beds()[0].current.clone().unwrap();
    assert_eq!((&*current.patient.id, &*current.patient.family, &*current.patient.visit), ("P2", "Poe", "V-P"));
    // A message that was on its way with the old identifier means the same person.
    moves(&mut stand, "P", MovementKind::Discharge, "");
    assert_eq!(who(&stand, 0), None);
}

#[test]
fn one_person_in_two_beds_after_a_merge_is_held_until_somebody_has_looked() {
    let mut stand = stand();
    moves(&mut stand, "P", MovementKind::Admit, "bed-1");
    moves(&mut stand, "Q", MovementKind::Admit, "bed-2");
    let event = adt(&stand, "A40", AdtChange::Merges(vec![Merge { from: said("Q", ""), into: said("P", "") }]));
    order(&mut stand, AssociationOrder::Adt(event));
    let holds = |stand: &Stand| stand.engine.beds().iter().map(|bed| bed.holds.len()).collect::<Vec<_>>();
    assert_eq!(holds(&stand), [1, 1]);
    let settle = |bed: &str, verdict| AssociationOrder::Settle {
        bed: bed.into(),
        verdict,
        by: "nurse".into(),
        why: "looked".into(),
    };
    order(&mut stand, settle("bed-1", HeldVerdict::Drop));
    assert_eq!(holds(&stand), [1, 1], "throwing away what was held settles nothing");
    order(&mut stand, settle("bed-1", HeldVerdict::Release));
    assert_eq!(holds(&stand), [0, 1]);
}

#[test]
fn who_lies_where_survives_a_restart_before_anything_is_heard() {
    let mut stand = stand();
    moves(&mut stand, "P", MovementKind::Admit, "bed-1");
    moves(&mut stand, "Q", MovementKind::Admit, "bed-1");
    let (before, remembered) = (stand.engine.beds().to_vec(), stand.engine.remembered());
    let kept = stand.engine.take_kept();
    let keys: Vec<&str> = kept.iter().map(|kept| &*kept.key).collect();
    assert_eq!(keys, ["bed/bed-1", "numbers", "stay/visit/V-P", "stay/visit/V-Q"]);
    let of_kept: Vec<_> = kept.into_iter().filter_map(|kept| kept.what).collect();
    assert!(remembered.iter().all(|remembered| of_kept.contains(remembered)), "what changed is all there is");
    stand.second += 3;
    stand.restart();
    assert_eq!(stand.engine.beds(), before);
    let told = stand.step();
    assert!(!told.iter().any(|event| matches!(&event.kind, EventKind::Association(_))), "nothing is opened anew");
    stand.run(9, &[value(HR, "60")]);
    stand.second = 13;
    assert_eq!(lines(&stand.step()), ["P 3..13 60 held"]);
    moves(&mut stand, "P", MovementKind::Discharge, "");
    assert_eq!(who(&stand, 0).as_deref(), Some("Q"));
}

#[test]
fn the_configuration_gives_way_to_what_is_known_and_follows_its_own_changes() {
    let mut stand = Stand::new();
    stand.step();
    assert_eq!(who(&stand, 0).as_deref(), Some("P1"));
    stand.restart();
    let told = stand.step();
    assert!(!told.iter().any(|event| matches!(&event.kind, EventKind::Association(_))), "the same patient goes on");
    // Another patient is configured.
    let remembered = stand.engine.remembered();
    let mut plan = ward();
    plan.beds[0].patient = Some(Arc::new(vigil_model::Patient { id: "P9".into(), ..Default::default() }));
    let mut next = Stand::of(plan.clone());
    next.engine.restore(Restored { remembered, ..Restored::default() }, at(0));
    next.step();
    assert_eq!(who(&next, 0).as_deref(), Some("P9"));
    // What ADT says is stronger, also after a restart.
    moves(&mut next, "Q", MovementKind::Admit, "bed-1");
    next.restart();
    next.step();
    assert_eq!(who(&next, 0).as_deref(), Some("Q"));
}

fn serial(text: &str) -> vigil_model::Report {
    let (manufacturer, model, serial) = ("M".into(), "X".into(), text.into());
    vigil_model::Report::Identity(vigil_model::Identity { manufacturer, model, serial, ..Default::default() })
}

#[test]
fn an_exchanged_device_is_held_and_the_others_of_the_bed_are_charted() {
    let mut plan = ward();
    plan.devices.truncate(2);
    let mut stand = Stand::of(plan);
    stand.hear(MON_1, serial("1")).hear(MON_1, value(HR, "60")).hear(MON_2, value(HR, "61"));
    stand.step();
    // Seen by the next run, too: what was there last is remembered.
    stand.restart();
    stand.hear(MON_1, serial("2"));
    stand.step();
    let reason = HoldReason::OtherDevice { device: "mon-1".into() };
    assert_eq!(stand.engine.snapshot(at(0)).beds[0].holds[0].reason, reason);
    for second in 1..10 {
        stand.second = second;
        stand.hear(MON_1, value(HR, "70")).hear(MON_2, value(HR, "71"));
        stand.step();
    }
    stand.second = 10;
    let told = reports(&stand.step());
    let held: Vec<(&str, bool)> = told.iter().map(|report| (&*report.device, report.held)).collect();
    assert_eq!(held, [("mon-1", true), ("mon-2", false)]);
    let settle =
        AssociationOrder::Settle { bed: "bed-1".into(), verdict: HeldVerdict::Release, by: "n".into(), why: "".into() };
    order(&mut stand, settle);
    assert_eq!(stand.engine.beds()[0].holds, []);
    stand.hear(MON_1, serial("2"));
    stand.step();
    assert_eq!(stand.engine.beds()[0].holds, [], "that one is known now");
}

#[test]
fn a_device_that_is_seen_at_two_beds_holds_both() {
    let mut stand = Stand::new();
    stand.hear(MON_1, serial("1"));
    stand.step();
    stand.hear(vigil_model::DeviceIndex(2), serial("1"));
    stand.step();
    let holds: Vec<String> =
        stand.engine.beds().iter().flat_map(|bed| &bed.holds).map(|hold| hold.reason.to_string()).collect();
    assert_eq!(holds, ["mon-1 is seen here and at bed bed-2", "mon-3 is seen here and at bed bed-1"]);
    let mut moved = Stand::new();
    moved.hear(MON_1, serial("1"));
    moved.step();
    moved.hear(MON_1, lost()).hear(vigil_model::DeviceIndex(2), serial("1"));
    moved.step();
    assert!(moved.engine.beds().iter().all(|bed| bed.holds.is_empty()), "it was unplugged there");
}

//! What pumps did, as the engine tells it: whose it is, when it was, and that batching changes nothing.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::sync::Arc;

use common::{at, lost, q, ward};
use vigil_engine::Engine;
use vigil_model::{
    Category, Code, ConditionKind, Containment, DeliveryStatus, DeviceAlarm, DeviceIndex, DeviceReport, EngineEvent,
    Enumeration, EventKind, InfusionChange, InfusionEvent, MetricDescriptor, Observation, OperatingMode, Priority,
    Profile, Quality, Reading, Report, StopReason, Unit, Value, Ward, dim, mdc,
};

const STATUS: Containment = Containment::new(1, 1, 1, 1);
const MODE: Containment = Containment::new(1, 1, 1, 2);
const FLOW: Containment = Containment::new(1, 1, 1, 3);

/// The test ward with a pump in the place of the first monitor.
fn pump_ward() -> Arc<Ward> {
    let mut ward = ward();
    let metric = |code: Code, containment, unit: Option<Unit>| MetricDescriptor {
        code,
        containment,
        unit,
        category: Category::Measurement,
        fresh_for: None,
        episodic: false,
        plausible: None,
        label: code.refid().into(),
    };
    ward.devices[0].profile = Arc::new(Profile {
        metrics: vec![
            metric(mdc::PUMP_INFUSING_STATUS, STATUS, None),
            metric(mdc::X_ATTR_OPERATING_MODE, MODE, None),
            metric(mdc::FLOW_FLUID_PUMP_CURRENT, FLOW, Some(dim::MILLI_L_PER_HR)),
        ],
        ..Profile::clone(&ward.devices[0].profile)
    });
    Arc::new(ward)
}

fn said(code: Code, row: Containment, unit: Option<Unit>, value: Value) -> Report {
    Report::Observation(Observation::new(code, row, unit, Reading::Value(value, Quality::Valid)))
}

/// One poll of the pump: a rate, or 0; and a mode.
fn poll(rate: &str, mode: &str) -> Vec<Report> {
    let status = if rate == "0" { "pump-status-not-infusing" } else { "pump-status-infusing" };
    vec![
        said(mdc::PUMP_INFUSING_STATUS, STATUS, None, Value::Enumeration(Enumeration::text(status))),
        said(mdc::X_ATTR_OPERATING_MODE, MODE, None, Value::Text(mode.into())),
        said(mdc::FLOW_FLUID_PUMP_CURRENT, FLOW, Some(dim::MILLI_L_PER_HR), Value::Numeric(q(rate))),
    ]
}

fn occlusion(present: bool) -> Report {
    Report::Alarm(DeviceAlarm {
        event: mdc::EVT_FLUID_LINE_OCCL,
        source: Containment::new(1, 1, 0, 0),
        present,
        priority: Priority::High,
        kind: ConditionKind::Technical,
        text: "Occlusion".into(),
    })
}

/// A course: second and what the pump says then. Each second is a step, or all of it is one.
fn events(course: &[(u64, Vec<Report>)], in_one_step: bool) -> Vec<Arc<InfusionEvent>> {
    let mut engine = Engine::new(pump_ward(), at(0));
    let mut happened: Vec<EngineEvent> = Vec::new();
    let mut waiting = Vec::new();
    for (second, reports) in course {
        let device = DeviceIndex(0);
        waiting.extend(reports.iter().map(|report| DeviceReport {
            device,
            received: at(*second),
            report: report.clone(),
        }));
        if !in_one_step {
            happened.extend(engine.step(at(*second), &mut waiting, &mut Vec::new()));
        }
    }
    happened.extend(engine.step(at(course.last().unwrap().0), &mut waiting, &mut Vec::new()));
    let infusions = happened.into_iter().filter_map(|event| match event.kind {
        EventKind::Infusion(infusion) => Some(infusion),
        _ => None,
    });
    infusions.collect()
}

fn told(event: &InfusionEvent) -> (InfusionChange, DeliveryStatus, Option<StopReason>, String) {
    (event.change, event.status, event.reason, event.flow.map_or("?".to_owned(), |flow| flow.to_string()))
}

#[test]
fn what_a_pump_did_is_told_with_its_time_and_patient_however_it_is_batched() {
    let course = [
        (1, poll("0", "SET")),
        (2, poll("5.0", "SET")),
        (3, poll("7.5", "SET")),
        (4, poll("1.0", "KVO")),
        (5, poll("0", "HLD")),
    ];
    for in_one_step in [false, true] {
        let events = events(&course, in_one_step);
        use DeliveryStatus::{Delivering, Kvo, NotDelivering, Transitioning};
        use InfusionChange::{Complete, Start, Stop};
        assert_eq!(
            events.iter().map(|event| told(event)).collect::<Vec<_>>(),
            [
                (Start, Delivering, None, "5.0".to_owned()),
                (Stop, Transitioning, None, "5.0".to_owned()),
                (Start, Delivering, None, "7.5".to_owned()),
                (Complete, Transitioning, None, "7.5".to_owned()),
                (Start, Kvo, None, "1.0".to_owned()),
                (Stop, NotDelivering, Some(StopReason::ByClinician), "0".to_owned()),
            ]
        );
        assert!(events.iter().all(|event| event.patient.as_ref().is_some_and(|patient| &*patient.id == "P1")));
        assert_eq!((events[0].at, events[5].at), (at(2).utc, at(5).utc));
        assert_eq!(
            (&*events[0].device, events[0].pump, events[0].readings.len()),
            ("mon-1", Containment::new(1, 1, 0, 0), 3)
        );
    }
}

#[test]
fn an_alarm_that_is_present_when_a_pump_stops_is_the_reason() {
    let stopped = |present: bool| {
        let mut last = poll("0", "HLD");
        last.insert(0, occlusion(present));
        events(&[(1, poll("5", "SET")), (2, last)], false).pop().unwrap().reason
    };
    assert_eq!((stopped(true), stopped(false)), (Some(StopReason::Alarming), Some(StopReason::ByClinician)));
}

#[test]
fn silence_and_other_modes_end_nothing_and_what_is_seen_after_is_compared_with_before() {
    let silent = [(1, poll("5", "SET")), (2, vec![lost()]), (30, poll("5", "SET"))];
    assert!(events(&silent, false).is_empty(), "it went on all the time");
    let stopped = [(1, poll("5", "SET")), (2, vec![lost()]), (30, poll("0", "HLD"))];
    assert_eq!(events(&stopped, false).len(), 1, "told when it is seen");
    let service = [
        (1, poll("5", "SET")),
        (2, [vec![Report::Mode(OperatingMode::Service)], poll("0", "HLD")].concat()),
        (3, poll("5", "SET")),
    ];
    assert!(events(&service, false).is_empty(), "what is not of a patient is no event");
}

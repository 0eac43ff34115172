//! Observation reports, bed summaries, deadlines, and that the same inputs give the same events.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::sync::Arc;

use common::*;
use vigil_model::{Absence, EngineEvent, EventKind, ObservationReport, OperatingMode, Reading, Report, Value};

fn reports(events: &[EngineEvent]) -> Vec<Arc<ObservationReport>> {
    let reports = events.iter().filter_map(|event| match &event.kind {
        EventKind::Observations(report) => Some(Arc::clone(report)),
        _ => None,
    });
    reports.collect()
}

#[test]
fn an_interval_is_half_open_and_counted_from_the_start() {
    let mut stand = Stand::settled();
    stand.wait(9).hear(MON_1, value(SPO2, "95")).hear(MON_1, value(HR, "80"));
    stand.step();
    assert_eq!(stand.engine.next_deadline(), Some(at(10).monotonic));
    stand.wait(1).hear(MON_1, value(SPO2, "50")).hear(MON_1, value(HR, "80"));
    let told = reports(&stand.step());
    let [report] = &told[..] else { panic!("{told:?}") };
    assert_eq!((report.start, report.end), (at(0).utc, at(10).utc));
    assert_eq!(report.observations[0].reading.value(), Some(&Value::Numeric(q("95"))), "50 came at the end, exclusive");
    assert_eq!(report.observations[0].determined_at, Some(at(9).utc));
    assert_eq!(report.observations.len(), 2, "only what was seen");
    assert_eq!(report.patient.as_ref().map(|patient| &*patient.id), Some("P1"));
}

#[test]
fn stale_and_foreign_values_go_out_as_absent() {
    let mut stand = Stand::settled();
    stand.run(2, &[value(HR, "80")]);
    stand.hear(MON_1, Report::Mode(OperatingMode::Demo)).hear(MON_1, value(HR, "66"));
    stand.step();
    stand.wait(5).hear(MON_1, value(HR, "66"));
    stand.step();
    stand.wait(3);
    let report = reports(&stand.step()).remove(0);
    assert_eq!(report.mode, OperatingMode::Demo);
    let readings: Vec<&Reading> = report.observations.iter().map(|observation| &observation.reading).collect();
    assert_eq!(readings, [&Reading::Absent(Absence::NotAvailable), &Reading::Absent(Absence::Invalid)]);
}

#[test]
fn an_interval_without_any_observation_has_no_report() {
    let mut stand = Stand::settled();
    stand.wait(10);
    assert_eq!(reports(&stand.step()).len(), 1);
    stand.wait(100);
    assert_eq!(reports(&stand.step()).len(), 0);
}

#[test]
fn an_old_cuff_pressure_is_not_reported_again() {
    let mut stand = Stand::settled();
    stand.hear(MON_1, value(CUFF, "120"));
    stand.run(10, &[value(HR, "80")]);
    stand.run(10, &[value(HR, "80")]);
    let told = reports(&stand.said);
    let counts: Vec<usize> = told.iter().map(|report| report.observations.len()).collect();
    assert_eq!(counts, [3, 2]);
}

#[test]
fn a_bed_without_a_patient_is_reported_without_one() {
    let mut stand = Stand::new();
    stand.hear(vigil_model::DeviceIndex(2), value(SPO2, "95"));
    stand.wait(10);
    let told = reports(&stand.step());
    assert_eq!((told.len(), told[0].patient.is_none()), (1, true));
}

#[test]
fn the_first_step_says_how_everything_is_and_a_step_with_nothing_to_say_says_nothing() {
    let mut stand = Stand::new();
    assert_eq!(stand.engine.next_deadline(), Some(at(0).monotonic));
    let events = stand.step();
    assert_eq!(events.len(), 2 + 3 + 1, "beds, then devices, then who lies where");
    assert!(matches!(&events[0].kind, EventKind::Bed(summary) if &*summary.bed == "bed-1"));
    assert!(matches!(&events[4].kind, EventKind::Device(status) if &*status.device == "mon-3"));
    assert!(matches!(&events[5].kind, EventKind::Association(_)));
    assert_eq!(stand.step(), []);
    assert_eq!(stand.engine.counters().tally.steps, 2);
}

#[test]
fn events_are_sorted_by_identity_whatever_the_order_of_arrival() {
    let mut stand = Stand::new();
    stand.step();
    stand.hear(MON_2, value(HR, "130")).hear(MON_1, value(HR, "130"));
    let told = stand.alarms();
    assert_eq!(told.len(), 2);
    assert!(told[0].starts_with("mon-1") && told[1].starts_with("mon-2"), "{told:?}");
}

#[test]
fn time_does_not_run_backwards() {
    let mut stand = Stand::settled();
    stand.wait(3).hear(MON_1, value(HR, "130"));
    stand.step();
    stand.second = 1;
    stand.hear(MON_1, value(HR, "100"));
    assert_eq!(stand.alarms(), [format!("{HR_HIGH} end/inactive")]);
    assert_eq!(stand.find_closed(HR_HIGH).changed, at(1).utc, "civil time is what the step says");
}

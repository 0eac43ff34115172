//! Waveforms of the simulated monitors, as their drivers report them: all that were asked for, none missing, none invented.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::{FaultKind, Instant, Now, Report, Validity, Waveform};
use vigil_protocols::driver::{Driver, DriverConfig};
use vigil_simulators::fault::{FaultKind as Wire, FaultRule};
use vigil_simulators::simulate::Simulation;
use vigil_simulators::{Conversation, FaultPlan, Scenario};

const MINUTE: Duration = Duration::from_secs(60);

/// What a monitor with these settings says in a minute, from when it was connected.
fn minute(config: &DriverConfig, scenario: &str, faults: &FaultPlan) -> Vec<(Now, Report)> {
    let simulation = Simulation { scenario: Arc::new(Scenario::named(scenario).unwrap()), seed: 5, bed: 1 };
    let session = config.session(config.poll_interval() * 3);
    let device = simulation.device_of(config, Instant::default());
    Conversation::new(session, device, faults, Now::default()).run(Now::default(), MINUTE)
}

fn configured(driver: Driver, waveforms: &[&str]) -> DriverConfig {
    let list = format!("waveforms = {waveforms:?}");
    driver.configure(list.parse().unwrap()).unwrap()
}

fn waveforms(reports: &[(Now, Report)]) -> Vec<&Waveform> {
    reports
        .iter()
        .filter_map(|(_, report)| match report {
            Report::Waveform(waveform) => Some(waveform),
            _ => None,
        })
        .collect()
}

/// Time that the pieces of each waveform cover.
fn covered(reports: &[(Now, Report)]) -> BTreeMap<String, Duration> {
    let mut covered = BTreeMap::new();
    for waveform in waveforms(reports) {
        *covered.entry(waveform.label().to_string()).or_default() += waveform.duration();
    }
    covered
}

#[test]
fn what_was_asked_for_comes_without_a_gap() {
    let intellivue = configured(Driver::PhilipsIntellivue, &["ECG", "PLETH", "ABP", "RESP"]);
    let cases = [
        (configured(Driver::GeS5Dri, &["ECG1", "P1", "PLETH", "CO2"]), vec!["CO2", "ECG1", "P1", "PLETH"]),
        (intellivue.clone(), vec!["ABP", "ECG_I", "ECG_II", "PLETH", "RESP"]),
        (intellivue.in_datagrams().unwrap(), vec!["ABP", "ECG_I", "ECG_II", "PLETH", "RESP"]),
        (configured(Driver::Ivy450c, &["ECG", "P1"]), vec!["ECG", "P1"]),
    ];
    for (config, labels) in cases {
        let reports = minute(&config, "stable", &FaultPlan::default());
        let covered = covered(&reports);
        assert_eq!(covered.keys().collect::<Vec<_>>(), labels, "{config:?}");
        for (label, duration) in covered {
            assert!(
                (Duration::from_secs(53)..=MINUTE + Duration::from_secs(1)).contains(&duration),
                "{label}: {duration:?}, {config:?}"
            );
        }
        for waveform in waveforms(&reports) {
            assert!(waveform.validity() == Validity::Valid && waveform.values().all(|value| value.is_some()));
        }
        assert!(!reports.iter().any(|(_, report)| matches!(report, Report::Fault(_))), "{config:?}");
    }
}

#[test]
fn none_come_unless_they_are_asked_for() {
    for driver in [Driver::GeS5Dri, Driver::PhilipsIntellivue, Driver::Ivy450c] {
        let reports = minute(&configured(driver, &[]), "stable", &FaultPlan::default());
        assert_eq!(waveforms(&reports).len(), 0, "{driver:?}");
    }
    let off = minute(&configured(Driver::Ivy450c, &["P2"]), "stable", &FaultPlan::default());
    assert!(waveforms(&off).iter().all(|wave| wave.validity() == Validity::NotAvailable), "no transducer");
}

/// A pressure of the patient is where its waveform goes up and down.
#[test]
fn samples_are_what_the_device_shows_as_numbers() {
    for (driver, wave, label) in [(Driver::GeS5Dri, "P1", "P1"), (Driver::PhilipsIntellivue, "ABP", "ABP")] {
        let reports = minute(&configured(driver, &[wave]), "stable", &FaultPlan::default());
        let values = || {
            let pieces = waveforms(&reports).into_iter().filter(|wave| &**wave.label() == label);
            pieces.flat_map(|wave| wave.values().flatten().collect::<Vec<_>>()).map(|value| value.to_f64())
        };
        let (low, high) = (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max));
        let number = |refid: &str| {
            reports.iter().find_map(|(_, report)| match report {
                Report::Observation(o) if o.metric.refid().ends_with(refid) && o.metric.refid().contains("ART") => {
                    Some(o.reading.value()?.quantity()?.to_f64())
                }
                _ => None,
            })
        };
        let (systolic, diastolic) = (number("_SYS").unwrap(), number("_DIA").unwrap());
        assert!((low - diastolic).abs() < 12.0 && (high - systolic).abs() < 12.0, "{driver:?}: {low} to {high}");
    }
}

#[test]
fn a_monitor_that_has_been_off_is_asked_for_its_waves_again() {
    let pulled = FaultRule { from_s: 20.0, until_s: Some(26.0), ..FaultRule::always(Wire::Stall, 1.0) };
    let faults = FaultPlan { seed: 1, rules: vec![pulled] };
    for config in [
        configured(Driver::GeS5Dri, &["ECG1"]),
        configured(Driver::PhilipsIntellivue, &["PLETH"]).in_datagrams().unwrap(),
    ] {
        let reports = minute(&config, "stable", &faults);
        let late = |(now, report): &&(Now, Report)| {
            now.monotonic.as_micros() > 50_000_000 && matches!(report, Report::Waveform(_))
        };
        assert!(reports.iter().find(late).is_some(), "{config:?}");
        let wrong = |report: &Report| matches!(report, Report::Fault(fault) if !matches!(fault.kind, FaultKind::Timeout | FaultKind::Unexpected));
        assert!(!reports.iter().any(|(_, report)| wrong(report)));
    }
}

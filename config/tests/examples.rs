//! Every example is accepted without a warning, and comes to what it says.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use vigil_config::{LinkPlan, Plan, load};
use vigil_messages::Destination;
use vigil_model::{LimitSide, Priority, mdc};
use vigil_protocols::link::{Parity, Transport};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

fn loaded(name: &str) -> Plan {
    load(&example(name), &[]).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

#[test]
fn every_example_is_accepted() {
    for entry in std::fs::read_dir(example("")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if !name.ends_with(".toml") {
            continue; // what an example refers to
        }
        let plan = loaded(&name);
        // Whether a password file is there depends on the machine.
        let warnings: Vec<_> = plan.warnings.iter().filter(|warning| !warning.key.contains("password_file")).collect();
        assert!(warnings.is_empty(), "{name}: {warnings:?}");
    }
}

#[test]
fn the_minimal_example_has_the_presets_limits_and_the_drivers_line() {
    let plan = loaded("minimal.toml");
    let bed = &plan.ward.beds[0];
    assert_eq!(bed.report_interval, Duration::from_secs(60));
    let spo2 = bed.rules.iter().find(|rule| rule.metric == mdc::PULS_OXIM_SAT_O2).unwrap();
    assert_eq!((spo2.side, spo2.priority, &*spo2.text), (LimitSide::Low, Priority::High, "Low SpO2"));
    assert_eq!(spo2.limit.to_string(), "92");
    let LinkPlan::Stream { transport: Transport::Serial(serial), driver, .. } = &plan.links[0] else {
        panic!("a stream")
    };
    let defaults = driver.driver().serial_defaults();
    assert_eq!((serial.baud, serial.parity), (defaults.baud, defaults.parity));
    assert!(serial.port.starts_with("/dev/serial/by-path/"));
}

#[test]
fn the_ward_has_four_beds_and_all_four_kinds_of_device() {
    let plan = loaded("ward.toml");
    assert_eq!(plan.ward.beds.len(), 4);
    let mut kinds: Vec<&str> = plan.ward.devices.iter().map(|device| &*device.profile.name).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, ["alaris-asena", "bed-contacts", "esc-scale", "ge-s5-dri"]);
    let bus = plan.links.iter().find(|link| &**link.id() == "rs485").unwrap();
    let LinkPlan::Bus { transport: Transport::Serial(serial), units, settings, .. } = bus else { panic!("a bus") };
    assert_eq!((serial.baud, serial.parity, serial.data_bits, units.len()), (38_400, Parity::Even, 8, 2));
    assert_eq!(settings.response_timeout, Duration::from_millis(100));
    assert_eq!(plan.destinations.len(), 2);
}

#[test]
fn a_beds_own_limits_change_and_switch_off_those_of_its_preset() {
    let plan = loaded("ward.toml");
    let (_, bed) = plan.ward.bed_named("401-1").unwrap();
    let spo2 = bed.rules.iter().find(|rule| rule.metric == mdc::PULS_OXIM_SAT_O2).unwrap();
    assert_eq!((spo2.limit.to_string(), spo2.hysteresis.to_string()), ("86".to_owned(), "1".to_owned()));
    assert_eq!((&*spo2.text, spo2.condition_delay), ("SpO2 below target", Duration::from_secs(10)));
    let (_, bed) = plan.ward.bed_named("401-2").unwrap();
    let heart_rate: Vec<_> = bed.rules.iter().filter(|rule| rule.metric == mdc::ECG_CARD_BEAT_RATE).collect();
    assert_eq!(
        (heart_rate.len(), heart_rate[0].side, heart_rate[0].limit.to_string().as_str()),
        (1, LimitSide::Low, "50")
    );
    assert!(bed.rules.iter().any(|rule| rule.metric == mdc::PRESS_BLD_NONINV_SYS), "from the preset it extends");
    assert_eq!(bed.technical.cannot_evaluate_delay, Duration::from_secs(45));
    let (_, bed) = plan.ward.bed_named("402-1").unwrap();
    assert!(bed.rules.is_empty());
}

#[test]
fn the_report_tells_loads_staleness_codes_and_no_patient() {
    let report = loaded("ward.toml").report();
    let bus = report.links.iter().find(|link| link.id == "rs485").unwrap().bus.as_ref().unwrap();
    assert!(bus.load_percent > 0.0 && bus.load_percent < 50.0, "{}", bus.load_percent);
    let contacts = report.devices.iter().find(|device| device.id == "contacts-401-1").unwrap();
    for metric in &contacts.metrics {
        let ages = &metric.worst_case_staleness;
        assert_eq!(ages.len(), 2, "alone, and with the other unit dead");
        assert!(ages[0] < ages[1] && ages[1] <= metric.fresh_for, "{ages:?}");
    }
    assert!(report.codes.iter().any(|code| code.refid == "MDC_PULS_OXIM_SAT_O2" && code.code == 150_456));
    let text = report.to_string();
    assert!(text.contains("planned load") && text.contains("Destination nurse-call"), "{text}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["devices"].as_array().unwrap().len(), 8);
}

#[test]
fn files_that_are_not_there_are_problems() {
    let problems = load(&example("nowhere.toml"), &[]).unwrap_err();
    assert!(problems[0].to_string().contains("cannot be read"), "{}", problems[0]);
    let problems = load(&example("minimal.toml"), &[example("nowhere.toml")]).unwrap_err();
    assert!(problems[0].file.ends_with("nowhere.toml"));
    let problems = load(&example("minimal.toml"), &[example("minimal.toml")]).unwrap_err();
    assert!(problems.iter().all(|problem| problem.file.ends_with("minimal.toml")), "a profile it is not");
}

#[test]
fn receivers_have_their_lists_and_their_dialect() {
    let plan = loaded("receivers.toml");
    let dialect = |id: &str| match plan.destinations.iter().find(|to| &**to.id() == id).unwrap() {
        Destination::Hl7(hl7) => hl7.dialect.clone(),
        Destination::Mqtt(_) => unreachable!(),
    };
    assert!(dialect("engine").deviations().is_empty());
    let old = dialect("old-ehr");
    assert_eq!(old.deviations().len(), 7, "{:?}", old.deviations());
    assert_eq!(old.alternate(mdc::PULS_OXIM_SAT_O2), Some(("SPO2", "Sauerstoffsättigung", "99NORTH")));
    assert_eq!(old.alternate(mdc::TEMP), Some(("8310-5", "Temperature, site unspecified", "LN")));
    let research = plan.destinations.iter().find(|to| &**to.id() == "research").unwrap();
    assert!(research.sees().metric(mdc::ECG_HEART_RATE) && !research.sees().metric(mdc::TEMP));
}

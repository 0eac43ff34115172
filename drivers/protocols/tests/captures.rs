//! Frames that were captured or printed, read from a folder beside the repository where there is one: what passes its own
//! check gives the values its source asserts, what does not is refused.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests, outside `#[test]` functions")]

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;
use vigil_model::{Fault, FaultKind, Report};
use vigil_protocols::driver::Driver;

/// Folders of captures that are not called like their driver.
const FOLDERS: [(&str, &str); 5] = [
    ("esc-scale", "scales_esc"),
    ("puritan-bennett", "puritan_bennett_840"),
    ("masimo-ascii", "masimo"),
    ("terumo-te-ss", "terumo_ss3"),
    ("ge-giraffe", "giraffe_panda"),
];

fn folder_of(driver: Driver) -> String {
    let named = FOLDERS.iter().find(|(name, _)| *name == driver.name());
    named.map_or_else(|| driver.name().replace('-', "_"), |(_, folder)| (*folder).to_owned())
}

fn frames(driver: Driver) -> Vec<Json> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/captures");
    let files = ["frames.jsonl", "lines.jsonl"].map(|name| root.join(folder_of(driver)).join(name));
    let Some(text) = files.iter().find_map(|file| std::fs::read_to_string(file).ok()) else {
        println!("skipped: no captured frames of {} beside the repository", driver.name());
        return Vec::new();
    };
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn decode(driver: Driver, frame: &Json) -> Vec<Report> {
    let hex = frame["hex"].as_str().unwrap();
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    let mut decoder = driver.decoder();
    decoder.push(&bytes);
    decoder.finish();
    std::iter::from_fn(|| decoder.poll_report()).collect()
}

#[test]
fn frames_that_fail_their_check_are_refused() {
    for driver in Driver::ALL {
        for frame in frames(*driver).iter().filter(|frame| frame["valid"] == Json::Bool(false)) {
            let reports = decode(*driver, frame);
            assert!(!reports.is_empty(), "{}", frame["id"]);
            let all_faults = reports.iter().all(|report| matches!(report, Report::Fault(_)));
            assert!(all_faults, "{}: {reports:?}", frame["id"]);
        }
    }
}

#[test]
fn requests_of_a_host_are_named_and_give_no_value() {
    for frame in frames(Driver::GeS5Dri).iter().filter(|frame| frame["dir"] == "host>device") {
        let reports = decode(Driver::GeS5Dri, frame);
        let [Report::Fault(Fault { kind: FaultKind::Unexpected, detail, .. })] = &reports[..] else {
            panic!("{}: {reports:?}", frame["id"]);
        };
        let named = ["start displayed values every 10 s", "stop displayed", "start 60 s trend", "start waves [1]"];
        assert!(named.iter().any(|name| detail.contains(name)), "{}: {detail}", frame["id"]);
    }
}

/// Place of each observation to its text, or the word why it has none.
fn observations(reports: &[Report]) -> BTreeMap<String, String> {
    let observations = reports.iter().filter_map(|report| match report {
        Report::Observation(observation) => Some((
            format!("{} {}", observation.metric, observation.containment),
            observation
                .reading
                .value()
                .map_or_else(|| observation.reading.validity().as_str().to_owned(), |value| value.to_string()),
        )),
        _ => None,
    });
    observations.collect()
}

#[test]
fn the_real_s5_record_has_the_values_its_source_asserts() {
    let frames = frames(Driver::GeS5Dri);
    let Some(frame) = frames.iter().find(|frame| frame["id"] == "s5-trend-record-2009") else { return };
    let reports = decode(Driver::GeS5Dri, frame);
    let found = observations(&reports);
    let (expect, basic) = (&frame["expect"], &frame["expect"]["basic"]);
    let two_decimals = |value: &Json| format!("{:.2}", value.as_f64().unwrap());
    let whole = |value: &Json| value.as_i64().unwrap().to_string();
    let cases = [
        ("MDC_ECG_CARD_BEAT_RATE 1.1.1.1", whole(&basic["ecg"]["hr"])),
        ("MDC_PRESS_BLD_ART_SYS 1.3.1.11", two_decimals(&basic["p1"]["sys_mmHg"])),
        ("MDC_PRESS_BLD_ART_DIA 1.3.1.12", two_decimals(&basic["p1"]["dia_mmHg"])),
        ("MDC_PRESS_BLD_ART_MEAN 1.3.1.13", two_decimals(&basic["p1"]["mean_mmHg"])),
        ("MDC_BLD_PULS_RATE_INV 1.3.1.1", whole(&basic["p1"]["hr"])),
        ("MDCX_PRESS_BLD_VEN_CENT_SYS 1.3.2.31", two_decimals(&basic["p2"]["sys_mmHg"])),
        ("MDCX_PRESS_BLD_VEN_CENT_DIA 1.3.2.32", two_decimals(&basic["p2"]["dia_mmHg"])),
        ("MDC_PRESS_BLD_VEN_CENT_MEAN 1.3.2.33", two_decimals(&basic["p2"]["mean_mmHg"])),
        ("MDC_TEMP_NASOPH 1.5.1.3", two_decimals(&basic["t1"]["c"])),
        ("MDC_TEMP_RECT 1.5.2.5", two_decimals(&basic["t2"]["c"])),
        ("MDC_TEMP_ESOPH 1.5.3.2", two_decimals(&basic["t3"]["c"])),
        ("MDC_TEMP 1.5.4.1", "underflow".to_owned()),
        ("MDC_PRESS_BLD_NONINV_SYS 1.4.1.1", "invalid".to_owned()),
        ("MDC_PULS_OXIM_SAT_O2 1.6.1.1", "invalid".to_owned()),
        ("MDC_CONC_AWAY_CO2_ET 1.7.1.1", two_decimals(&basic["co2"]["et_pct"])),
        ("MDC_CO2_RESP_RATE 1.7.1.3", whole(&basic["co2"]["rr"])),
        ("MDC_CONC_AWAY_O2_INSP 1.7.2.2", two_decimals(&basic["o2"]["fi_pct"])),
        ("MDCX_CONC_AWAY_O2_ET 1.7.2.1", two_decimals(&basic["o2"]["et_pct"])),
        ("MDCX_CONC_AWAY_ISOFL_ET 1.7.4.41", "0.00".to_owned()),
    ];
    for (place, want) in cases {
        assert_eq!(found.get(place), Some(&want), "{place}");
    }
    assert!(!found.keys().any(|place| place.starts_with("MDC_SAT_O2_VEN 1.6.3")), "a group that is not there");
    let serial = expect["plug_id"].to_string();
    assert!(reports.iter().any(|report| matches!(report, Report::Identity(identity) if *identity.serial == *serial)));
    let apnoea = reports
        .iter()
        .any(|report| matches!(report, Report::Alarm(alarm) if alarm.present && &*alarm.text == "Apnoea"));
    assert_eq!(Some(apnoea), basic["co2"]["apnea"].as_bool());
    assert!(!reports.iter().any(|report| matches!(report, Report::Fault(_))), "{reports:?}");
    let times = reports.iter().filter_map(|report| match report {
        Report::Observation(observation) => observation.device_time.map(|time| time.as_micros() / 1_000_000),
        _ => None,
    });
    assert!(times.into_iter().all(|time| Some(time) == expect["r_time"].as_i64()));
}

#[test]
fn the_printed_blocks_of_a_rack_have_the_values_they_show() {
    let metrics = [("INRT", "MDC_FLOW_FLUID_PUMP"), ("INVI", "MDC_VOL_FLUID_DELIV"), ("INSYR", "MDC_VOL_SYRINGE")];
    for frame in
        frames(Driver::BbraunBcc).iter().filter(|frame| frame["dir"] == "device>host" && frame["valid"] == true)
    {
        let reports = decode(Driver::BbraunBcc, frame);
        let found = observations(&reports);
        let faults = reports.iter().filter(|report| matches!(report, Report::Fault(_))).count();
        assert_eq!(faults, usize::from(frame["expect"]["error"].is_string()), "{}: {reports:?}", frame["id"]);
        let Some(values) = frame["expect"]["values"].as_object() else { continue };
        let slot = frame["expect"]["slot"].as_str().unwrap();
        let place = slot[4..].parse::<u16>().unwrap();
        for (parameter, metric) in metrics {
            let want = match values["DSSTATUS"].as_str() {
                Some("00050") => "not-available",
                _ => values[parameter].as_str().unwrap(),
            };
            let (_, text) = found.iter().find(|(row, _)| row.starts_with(&format!("{metric} 1.{place}."))).unwrap();
            assert_eq!(text, want, "{}: {parameter}", frame["id"]);
        }
    }
}

#[test]
fn the_printed_lines_of_infant_beds_have_the_values_they_show() {
    for frame in &frames(Driver::GeGiraffe) {
        let (reports, expect) = (decode(Driver::GeGiraffe, frame), &frame["expect"]);
        let found = observations(&reports);
        let one_decimal = |value: &Json| format!("{:.1}", value.as_f64().unwrap());
        let (skin, set) = match expect["kind"].as_str() {
            Some("PWRM") => ("baby_c", "set_c"),
            _ => ("probe1_c", "patient_set_c"),
        };
        assert_eq!(found["MDC_TEMP_SKIN 1.1.1.1"], one_decimal(&expect[skin]));
        assert_eq!(found["MDCX_INFANT_BED_SET_TEMP_SKIN 1.1.1.3"], one_decimal(&expect[set]));
        assert_eq!(found["MDCX_INFANT_BED_HEATER_POWER 1.1.1.4"], expect["heater_pct"].to_string());
        assert!(!reports.iter().any(|report| matches!(report, Report::Fault(_))), "{reports:?}");
    }
}

#[test]
fn the_captured_packets_of_an_ivy_monitor_have_the_values_they_show() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/captures/ivy_450c");
    let (Ok(wire), Ok(expected)) =
        (std::fs::read(folder.join("Ivy450C_part1.bin")), std::fs::read_to_string(folder.join("expected_part1.jsonl")))
    else {
        println!("skipped: no captured packets of ivy-450c beside the repository");
        return;
    };
    let mut decoder = Driver::Ivy450c.decoder();
    decoder.push(&wire);
    decoder.finish();
    let reports: Vec<Report> = std::iter::from_fn(|| decoder.poll_report()).collect();
    // The capture begins in the middle of a packet.
    let faults =
        reports.iter().filter(|report| matches!(report, Report::Fault(fault) if fault.kind == FaultKind::Framing));
    assert_eq!(faults.count(), 1);
    let packets = reports.iter().filter(|report| **report == Report::AlarmsListed).count();
    assert_eq!(packets, expected.lines().count());
    let found = observations(&reports);
    let want = [
        ("MDC_ECG_CARD_BEAT_RATE 1.1.1.1", "80"),
        ("MDC_RESP_RATE 1.2.1.1", "35"),
        ("MDC_PULS_OXIM_SAT_O2 1.3.1.1", "100"),
        ("MDC_PULS_OXIM_PULS_RATE 1.3.1.2", "80"),
        ("MDC_PRESS_BLD_NONINV_SYS 1.4.1.1", "121"),
        ("MDCX_PRESS_INV_MEAN 1.5.1.3", "88"),
        ("MDCX_PRESS_INV_SYS 1.5.2.1", "not-available"),
        ("MDC_TEMP 1.6.1.1", "not-available"),
    ];
    for (place, value) in want {
        assert_eq!(found[place], value, "{place}");
    }
}

#[test]
fn computed_and_printed_frames_of_pumps_are_read() {
    for driver in [Driver::FreseniusBase, Driver::TerumoTeSs, Driver::BaxterAs50] {
        for frame in frames(driver) {
            let reports = decode(driver, &frame);
            let is_device = frame["dir"] == "device>host";
            let faults = reports.iter().filter(|report| matches!(report, Report::Fault(_))).count();
            assert_eq!(faults == 0, is_device, "{}: {reports:?}", frame["id"]);
            let found = observations(&reports);
            if let Some(rate) = frame["expect"]["rate_ml_h"].as_f64() {
                assert_eq!(found["MDC_FLOW_FLUID_PUMP 1.1.1.1"], format!("{rate:.1}"));
                let volume = frame["expect"]["volume_ml"].as_f64().unwrap();
                assert_eq!(found["MDC_VOL_FLUID_DELIV 1.1.1.2"], format!("{volume:.3}"));
            }
            if let Some(id) = frame["expect"]["devid"].as_str().filter(|_| is_device) {
                assert!(reports.iter().any(|report| matches!(report, Report::Identity(known) if &*known.serial == id)));
            }
        }
    }
}

//! The S/5 driver as a whole: damage of real-looking frames, what simulators build, settings.

use proptest::prelude::*;
use vigil_model::{FaultKind, Report};

use super::codec::numbers::{GroupHead, INVALID};
use super::codec::{Class, Group, MainType, Numbers, NumbersKind, Record, frame};
use super::*;

fn decode(bytes: &[u8]) -> Vec<Report> {
    let mut decoder = decoder();
    decoder.push(bytes);
    decoder.finish();
    std::iter::from_fn(|| decoder.poll_report()).collect()
}

/// A record as a simulator builds it, with escapes in it.
fn a_frame() -> Vec<u8> {
    let mut numbers = Numbers::new(NumbersKind::Displayed, Class::Basic, 1_772_352_126); // 7E at the end
    numbers.set_head(Group::Oximeter(1), GroupHead { status: 0b11, label: 0 });
    for (at, value) in [(6, 0x257D), (8, 72), (10, 245), (12, INVALID)] {
        numbers.set_field(Group::Oximeter(1), at, value);
    }
    let record = Record {
        number: 0x7D,
        dri_level: 9,
        plug_id: 0x7E7D,
        time: 1_772_352_126,
        subnet: 1,
        main: MainType::Numbers,
        subrecords: vec![numbers.encode()],
    };
    frame(&record.encode().unwrap())
}

fn has_value(reports: &[Report]) -> bool {
    reports.iter().any(|report| matches!(report, Report::Observation(_) | Report::Alarm(_) | Report::Identity(_)))
}

fn has_fault(reports: &[Report]) -> bool {
    reports.iter().any(|report| matches!(report, Report::Fault(_)))
}

#[test]
fn what_a_simulator_builds_is_decoded() {
    let reports = decode(&a_frame());
    let told: Vec<String> = reports
        .iter()
        .filter_map(|report| match report {
            Report::Observation(seen) => {
                Some(format!("{} {}", seen.metric, seen.reading.value().map_or("-".to_owned(), ToString::to_string)))
            }
            _ => None,
        })
        .collect();
    let want =
        ["MDC_PULS_OXIM_SAT_O2 95.97", "MDC_PULS_OXIM_PULS_RATE 72", "MDC_PULS_OXIM_PERF_REL 2.45", "MDC_SAT_O2_VEN -"];
    assert_eq!(told, want);
    assert!(!has_fault(&reports));
}

/// A fault and no value, or exactly what the whole frame says: an escaped 7D is the same with either bit 5.
fn is_caught(damaged: &[u8]) -> bool {
    let reports = decode(damaged);
    has_fault(&reports) && !has_value(&reports) || reports == decode(&a_frame())
}

#[test]
fn one_flipped_bit_gives_a_fault_and_no_value() {
    let whole = a_frame();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << bit;
            assert!(is_caught(&damaged), "bit {bit} of byte {at}: {:?}", decode(&damaged));
        }
    }
}

#[test]
fn a_lost_byte_gives_a_fault_and_the_next_frame_is_whole() {
    let whole = a_frame();
    for at in 1..whole.len() - 1 {
        let mut damaged = whole.clone();
        damaged.remove(at);
        assert!(!has_value(&decode(&damaged)), "byte {at}");
        let reports = decode(&[damaged, whole.clone()].concat());
        assert!(has_fault(&reports) && has_value(&reports), "byte {at}: {reports:?}");
    }
}

proptest! {
    #[test]
    fn one_wrong_byte_gives_a_fault_and_no_value(at in any::<prop::sample::Index>(), change in 1u8..) {
        let mut damaged = a_frame();
        let at = at.index(damaged.len());
        damaged[at] ^= change;
        prop_assert!(is_caught(&damaged), "byte {}: {:?}", at, decode(&damaged));
    }

    #[test]
    fn only_requests_are_allowed_on_the_wire(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        prop_assert!(!is_allowed(&bytes));
    }
}

#[test]
fn a_record_of_the_monitor_is_no_request() {
    assert!(!is_allowed(&a_frame()));
    assert!(!is_allowed(&[]));
    assert!(is_allowed(&codec::Request::StopWaves.frame()));
}

#[test]
fn settings_are_checked() {
    let config = |text: &str| toml::from_str::<Config>(text);
    assert_eq!(config("").unwrap(), Config::default());
    let chosen = config("interval = \"5s\"\nclasses = [\"basic\"]\nplug_id = 4").unwrap();
    assert_eq!(chosen.requested_classes(), codec::Classes::BASIC);
    assert_eq!(chosen.profile().fresh_for, Duration::from_secs(15));
    for refused in [
        "interval = \"4s\"",
        "interval = \"61s\"",
        "interval = \"5500ms\"",
        "classes = []",
        "classes = [\"wave\"]",
        "plug_id = -1",
        "port = 1",
    ] {
        assert!(config(refused).is_err(), "{refused}");
    }
}

#[test]
fn faults_of_damage_have_their_kind() {
    let kind = |bytes: &[u8]| match &decode(bytes)[..] {
        [Report::Fault(fault)] => fault.kind,
        other => panic!("{other:?}"),
    };
    let whole = a_frame();
    assert_eq!(kind(&whole[..whole.len() - 1]), FaultKind::Truncated);
    assert_eq!(kind(&[0x7E, 0x31, 0, 0x7E]), FaultKind::Truncated);
    assert_eq!(kind(&[&[0x7E][..], &[0; 4000], &[0x7E]].concat()), FaultKind::Overlong);
}

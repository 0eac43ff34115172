//! The rack driver as a whole, beside its cases: words, and that any damage is seen.

use proptest::prelude::*;
use vigil_model::{Fault, FaultKind, Report};

use super::codec::Message;
use super::*;

fn decode(bytes: &[u8]) -> Vec<Report> {
    let mut decoder = decoder();
    decoder.push(bytes);
    decoder.finish();
    std::iter::from_fn(|| decoder.poll_report()).collect()
}

#[test]
fn words_are_read_in_either_base() {
    let read = |words: BitWords| {
        ["0x00000200h", "00000200", "200", "0A", "FFFFFFFF", "4294967296", "", "0x"].map(|text| words.read(text))
    };
    assert_eq!(read(BitWords::Auto), [Some(512), Some(512), Some(200), Some(10), Some(u32::MAX), None, None, None]);
    assert_eq!(read(BitWords::Hex)[2], Some(512));
    assert_eq!(read(BitWords::Decimal)[1], Some(200));
    assert_eq!(read(BitWords::Decimal)[3], None);
}

#[test]
fn settings_outside_their_bounds_are_refused() {
    let configure = |text: &str| crate::driver::Driver::BbraunBcc.configure(text.parse().unwrap());
    assert!(configure("pumps = 24\nbed_id = \"ICU1/4\"").is_ok());
    assert!(configure("pumps = 25").unwrap_err().message.contains("24"));
    assert!(configure("bed_id = \"a bed\"").is_err());
    let many = configure("pumps = 24").unwrap();
    assert_eq!(many.poll_interval(), Duration::from_secs(36));
}

#[test]
fn the_list_of_alarms_is_whole_only_if_every_pump_has_told_its_own() {
    let listed = |info: &str| {
        let message = Message { bed: "bed".into(), info: info.into(), more: false };
        // The first message says who is there and is not part of an answer that was begun.
        let begin = Message { bed: "bed".into(), info: "1,50100,GNERR,11".into(), more: false };
        let reports = decode(&[begin.encode(true), message.encode(true)].concat());
        reports.iter().filter(|report| **report == Report::AlarmsListed).count()
    };
    assert_eq!(listed("2,50111,INA3,0"), 1);
    assert_eq!(listed("2,50111,INRT,5"), 0, "a pump without a word about alarms");
    assert_eq!(listed("2,50111,INA3,7"), 0, "a flag that is none");
    assert_eq!(listed("2,50111,GNERR,41"), 0, "a pump that cannot be reached");
    assert_eq!(listed("2,50111,ALARM1,_NV"), 0);
    assert_eq!(listed("2,50111,ALARM1,0"), 1);
}

#[test]
fn no_name_of_a_patient_or_drug_is_in_a_fault() {
    let message =
        Message { bed: "bed".into(), info: "1,50111,INRT,Erika\x1E1,50111,INA3,Mustermann".into(), more: false };
    let faults = decode(&message.encode(true)).into_iter().filter_map(|report| match report {
        Report::Fault(Fault { kind: FaultKind::Framing, detail, .. }) => Some(detail),
        _ => None,
    });
    let faults: Vec<String> = faults.collect();
    assert_eq!(faults.len(), 2);
    assert!(faults.iter().all(|detail| !detail.contains("Erika") && !detail.contains("Mustermann")));
}

proptest! {
    #[test]
    fn any_parameters_are_survived(info in "([0-9]{1,5},501[1-4][0-9A-P],(INRT|INA3|ALARM1|INRMT|DSSTATUS|GNERR),[ -~]{0,12}\u{1E}?){1,6}", more: bool) {
        let message = Message { bed: "bed".into(), info, more };
        let faults = decode(&message.encode(true));
        prop_assert!(faults.len() <= 6 * (table::ROWS.len() * 2) + 4 + 72 * 12);
    }
}

//! `vigil decode`: frames computed by the codecs come out as reports, and what is no frame is said to be none.

use vigil_protocols::alaris_asena::codec::{Infusion, Reply};
use vigil_protocols::esc_scale::codec::{Message, Scales};
use vigil_protocols::ge_s5_dri::codec::numbers::GroupHead;
use vigil_protocols::ge_s5_dri::codec::{Class, Group, MainType, Numbers, NumbersKind, Record, frame};
use vigil_protocols::modbus::adu::Frame;
use vigil_protocols::modbus::{Data, Framing, ReadRequest, Table, UnitId};

use super::support::process::{Ran, vigil, vigil_reading};
use super::{file, text};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x} ")).collect()
}

/// Decodes bytes given as hexadecimal text on standard input.
fn decode(arguments: &[&str], bytes: &[u8]) -> Ran {
    vigil_reading(&[&["decode"], arguments].concat(), hex(bytes).as_bytes())
}

/// The value of a metric among the reports.
fn value(ran: &Ran, refid: &str) -> Option<String> {
    let reports = ran.json();
    let report = reports.iter().find(|report| report["report"] == "observation" && report["refid"] == refid)?;
    report["value"].as_str().map(str::to_owned)
}

fn present(ran: &Ran) -> Vec<String> {
    let reports = ran.json();
    let alarms = reports.iter().filter(|report| report["report"] == "alarm" && report["present"] == true);
    alarms.map(|report| report["text"].as_str().unwrap().to_owned()).collect()
}

fn monitor() -> Vec<u8> {
    let mut numbers = Numbers::new(NumbersKind::Displayed, Class::Basic, 1_772_352_126);
    numbers.set_head(Group::Oximeter(1), GroupHead { status: 0b11, label: 0 });
    numbers.set_field(Group::Oximeter(1), 6, 9_700);
    let record = Record {
        number: 1,
        dri_level: 9,
        plug_id: 7,
        time: 1_772_352_126,
        subnet: 0,
        main: MainType::Numbers,
        subrecords: vec![numbers.encode()],
    };
    frame(&record.encode().unwrap())
}

fn pump() -> Vec<u8> {
    let word = str::to_owned;
    let infusion = Infusion {
        serial: word("8002-51740"),
        alarm: word("-"),
        mode: word("SET"),
        rate: word("5.00"),
        rate_unit: word("ml/h"),
        drug: word("NORADRENALINE"),
        infused: word("12.345"),
        infused_unit: word("ml"),
        pressure: word("-3.20"),
        pressure_unit: word("mmHg"),
        time_left: word("07:31:48"),
        log_kind: word("EVENT"),
        log_id: word("127904"),
    };
    Reply::Infusion(Box::new(infusion)).encode()
}

fn scale() -> Vec<u8> {
    Message::Reading(Scales { weight: Some("0200.5".to_owned()), height: None, units: Some("m".to_owned()) }).encode()
}

#[test]
fn frames_of_every_driver_become_reports() {
    let cases: [(&str, Vec<u8>, &str, &str); 3] = [
        ("ge-s5-dri", monitor(), "MDC_PULS_OXIM_SAT_O2", "97.00"),
        ("alaris-asena", pump(), "MDC_FLOW_FLUID_PUMP", "5.00"),
        ("esc-scale", scale(), "MDC_MASS_BODY_ACTUAL", "200.5"),
    ];
    for (driver, bytes, refid, wanted) in cases {
        let from_text = decode(&["--driver", driver], &bytes).expect(0);
        assert_eq!(value(&from_text, refid).as_deref(), Some(wanted), "{driver}: {}", from_text.out);
        assert!(from_text.err.is_empty());
        // The same from a file, as hexadecimal text with comments and as the bytes themselves.
        let (_folder, path) = file(format!("# {driver}\n{}\n", hex(&bytes).to_uppercase()));
        let from_file = vigil(["decode", "--driver", driver, &text(&path)]).expect(0);
        let (_folder, path) = file(&bytes);
        let raw = vigil(["decode", "--driver", driver, "--format", "raw", &text(&path)]).expect(0);
        assert!(from_file.out == from_text.out && raw.out == from_text.out, "{driver}");
        // A frame that is damaged is a fault and no value, and that is an answer.
        let mut damaged = bytes.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0x20;
        let ran = decode(&["--driver", driver], &damaged).expect(0);
        if driver != "esc-scale" {
            assert!(ran.json().iter().any(|report| report["report"] == "fault"), "{driver}: {}", ran.out);
            assert_eq!(value(&ran, refid), None, "{driver}");
        }
        assert!(vigil_reading(&["decode", "--driver", driver], b"").expect(0).out.is_empty());
    }
}

fn contacts(unit: u8) -> ReadRequest {
    ReadRequest::new(UnitId(unit), Table::DiscreteInputs, 0, 7).unwrap()
}

#[test]
fn modbus_answers_are_read_by_a_profile() {
    let out_of_bed = Data::Bits(vec![false, true, true, true, true, true, true]);
    for framing in Framing::ALL {
        let answer = Frame::answer(9, &contacts(17), Ok(&out_of_bed)).encode(framing);
        let modbus = ["--driver", "modbus", "--profile", "bed-contacts", "--framing", framing.as_str()];
        let ran = decode(&modbus, &answer).expect(0);
        assert_eq!(present(&ran), ["Bed exit"], "{framing:?}");
        assert_eq!(value(&ran, "MDCX_BED_OCCUPANCY").as_deref(), Some("out"));
        // What was asked can be said: here the rails only.
        let rails = ReadRequest::new(UnitId(1), Table::DiscreteInputs, 1, 2).unwrap();
        let asked = hex(&Frame::request(3, rails).encode(framing));
        let answer = Frame::answer(3, &rails, Ok(&Data::Bits(vec![true, false]))).encode(framing);
        let ran = decode(&[&modbus[..], &["--request", &asked]].concat(), &answer).expect(0);
        assert_eq!(present(&ran), ["Right side rail down"], "{framing:?}");
        let exception = Frame::answer(3, &rails, Err(2)).encode(framing);
        let ran = decode(&modbus, &exception).expect(0);
        assert_eq!(ran.json()[0]["fault"], "exception", "{}", ran.out);
    }
}

#[test]
fn a_request_that_does_not_read_is_refused() {
    let modbus = ["decode", "--driver", "modbus", "--profile", "bed-contacts", "--request"];
    let rtu = |function: u8| {
        let mut bytes = vec![1, function, 0, 0, 0, 7];
        bytes.extend(vigil_protocols::check::crc16_modbus(&bytes).to_le_bytes());
        hex(&bytes)
    };
    vigil([&modbus[..], &[&rtu(2)]].concat()).expect(0);
    for refused in [rtu(5), rtu(6), rtu(16), "01 02".to_owned(), String::new()] {
        let ran = vigil([&modbus[..], &[&refused]].concat()).expect(2);
        ran.err_has(&["--request", "rtu", "function codes 1 to 4 read"]);
    }
    vigil([&modbus[..], &["0x"]].concat()).expect(2).err_has(&["line 1, column 1", "hexadecimal"]);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let bad = |input: &[u8]| vigil_reading(&["decode", "--driver", "esc-scale"], input).expect(2);
    bad(b"1b 52\n1b 5x").err_has(&["line 2, column 4", "two hexadecimal digits", "--format raw"]);
    bad(b"1b5").err_has(&["line 1, column 3"]);
    bad(b"\xff\xfe").err_has(&["standard input", "not hexadecimal", "--format raw"]);
    let names = ["ge-s5-dri", "alaris-asena", "esc-scale", "modbus"];
    vigil(["decode", "--driver", "ge-s6"]).expect(2).err_has(&["\"ge-s6\""]).err_has(&names);
    vigil(["decode", "--driver", "modbus"]).expect(2).err_has(&["--profile", "vigil profiles"]);
    let profile = |wanted: &str| vigil(["decode", "--driver", "modbus", "--profile", wanted]).expect(2);
    profile("bed").err_has(&["\"bed\"", "bed-contacts", "nor a file"]);
    let (_folder, path) = file("name = \"x\"\ntitel = \"y\"\n");
    profile(&text(&path)).err_has(&["not a register profile", &format!("{}:2:1: ", path.display()), "titel"]);
    vigil(["decode", "--driver", "esc-scale", "/nowhere/frames.hex"]).expect(2).err_has(&["/nowhere/frames.hex"]);
    let folder = text(std::path::Path::new("/"));
    vigil(["decode", "--driver", "esc-scale", &folder]).expect(3).err_has(&["reading /"]);
}

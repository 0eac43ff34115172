//! Register profiles: the built-in ones, refused ones, and the readings of every kind of register.

use std::sync::Arc;

use proptest::prelude::*;
use vigil_model::{Absence, Containment, Quality, Quantity, Reading, Report, Value};

use super::RegisterProfile;
use crate::modbus::{Data, ReadRequest, RegisterImage, Table, UnitId};

/// A device with every kind of register.
pub(crate) const ALL_KINDS: &str = include_str!("../cases/all-kinds.toml");

pub(crate) fn all_kinds() -> Arc<RegisterProfile> {
    let parsed = RegisterProfile::parse(ALL_KINDS, "all-kinds.toml");
    Arc::new(parsed.unwrap_or_else(|problems| panic!("{problems:#?}")))
}

#[test]
fn built_in_profiles_are_sound_and_their_examples_come_out() {
    for (name, text) in RegisterProfile::embedded() {
        let profile = RegisterProfile::parse(text, name).unwrap_or_else(|problems| panic!("{problems:#?}"));
        assert_eq!(&*profile.profile().name, *name);
        assert_eq!(profile.check_examples(), []);
        assert!(!profile.examples.is_empty(), "{name} shows no example");
        assert_eq!(RegisterProfile::named_embedded(name), Some(profile));
    }
    assert_eq!(RegisterProfile::named_embedded("no-such-device"), None);
    assert_eq!(all_kinds().check_examples(), []);
}

/// A device with the wide and rare kinds.
const WIDE_KINDS: &str = include_str!("../cases/wide-kinds.toml");

#[test]
fn wide_and_rare_kinds_are_read_and_put_back() {
    let profile = Arc::new(RegisterProfile::parse(WIDE_KINDS, "wide-kinds.toml").unwrap());
    assert_eq!(profile.check_examples(), []);
    let mut image = RegisterImage::new(Arc::clone(&profile));
    for (code, value) in [
        ("MDCX_TEST_U64", numeric(5_000_000_000, 0)),
        ("MDCX_TEST_I64", numeric(-1_234_567, -3)),
        ("MDCX_TEST_F64", numeric(-36_625, -3)),
        ("MDCX_TEST_BCD16", numeric(371, -1)),
        ("MDCX_TEST_BCD32", numeric(12_345_678, 0)),
    ] {
        let metric = profile.profile().metrics.iter().find(|metric| metric.code.refid() == code).unwrap();
        image.set(metric.code, metric.containment, &value).unwrap();
        assert_eq!(read_back(&image, code, metric.containment), value, "{code}");
        assert!(image.set(metric.code, metric.containment, &numeric(i64::MAX, 18)).is_err() || code == "MDCX_TEST_F64");
    }
}

#[test]
fn a_value_and_the_bits_about_it_are_never_parted() {
    let profile = RegisterProfile::parse(WIDE_KINDS, "wide-kinds.toml").unwrap();
    let alone = profile.reports(Table::HoldingRegisters, 15, &Data::Registers(vec![100]));
    assert_eq!(alone, [], "without its bits a value is no value");
    let plan = crate::modbus::plan::segments(&profile, 0);
    let (mut pieces, mut whole) = (vec![plan[0]], Vec::new());
    while let Some(piece) = pieces.pop() {
        match crate::modbus::plan::split(&profile, piece) {
            Some((left, right)) => pieces.extend([left, right]),
            None => whole.push((piece.address, piece.count)),
        }
    }
    whole.sort_unstable();
    assert_eq!(whole, [(0, 4), (4, 4), (8, 4), (12, 1), (13, 2), (15, 2), (17, 2)]);
}

#[test]
fn an_example_that_does_not_come_out_is_told_with_its_place() {
    let text = ALL_KINDS.replace("value = \"23.41\"", "value = \"23.42\"");
    let problems = RegisterProfile::parse(&text, "x.toml").unwrap().check_examples();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].to_string().contains("is 23.41 (valid), expected 23.42 (valid)"), "{}", problems[0]);
    assert!(problems[0].line > 50);
}

#[test]
fn every_problem_of_a_profile_is_told_at_once_with_its_place() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/modbus/cases/refused");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = 0;
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "toml")) {
        let text = std::fs::read_to_string(file).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        let problems = RegisterProfile::parse(&text, name).expect_err(name);
        let told: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
        let expected = file.with_extension("txt");
        if std::env::var_os("VIGIL_BLESS").is_some() {
            std::fs::write(&expected, &told).unwrap();
        }
        assert_eq!(told, std::fs::read_to_string(&expected).unwrap_or_default(), "{name}");
        cases += 1;
    }
    assert!(cases >= 3);
}

#[test]
fn the_schema_knows_all_tables_and_the_profile_has_no_other() {
    let schema = serde_json::to_value(RegisterProfile::schema()).unwrap();
    for key in ["name", "title", "mds", "vmd", "channel", "block", "register", "bit", "enumeration", "example"] {
        assert!(schema["properties"][key].is_object(), "{key}");
    }
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn a_plan_joins_neighbours_and_keeps_out_of_gaps() {
    let reads: Vec<String> = all_kinds().read_plan(UnitId(7)).iter().map(|read| read.request.to_string()).collect();
    assert_eq!(
        reads,
        [
            "unit 7: 2 holding-registers from 100",
            "unit 7: 9 input-registers from 0",
            "unit 7: 2 input-registers from 12",
            "unit 7: 8 holding-registers from 200",
        ]
    );
}

#[test]
fn two_readings_of_one_register_do_not_disturb_each_other() {
    let profile = all_kinds();
    let mut image = RegisterImage::new(profile);
    image.set_alarm("Sensor fault", true).unwrap();
    image.set_alarm("Battery low", true).unwrap();
    image.set_alarm("Sensor fault", false).unwrap();
    let request = ReadRequest::new(UnitId(1), Table::HoldingRegisters, 100, 2).unwrap();
    let reports = image.profile().reports(Table::HoldingRegisters, 100, &image.read(&request).unwrap());
    let present: Vec<_> = reports
        .iter()
        .filter_map(|report| match report {
            Report::Alarm(alarm) => Some((&*alarm.text, alarm.present)),
            _ => None,
        })
        .collect();
    assert_eq!(
        present,
        [("Battery low", true), ("Sensor fault", false), ("Pressure low", false), ("Pressure high", false)]
    );
}

#[test]
fn identity_is_put_together_from_its_registers() {
    let mut image = RegisterImage::new(all_kinds());
    let identity = vigil_model::Identity { serial: "SN-42".into(), software: "1.0".into(), ..Default::default() };
    image.set_identity(&identity);
    let request = ReadRequest::new(UnitId(1), Table::HoldingRegisters, 200, 8).unwrap();
    let reports = image.profile().reports(Table::HoldingRegisters, 200, &image.read(&request).unwrap());
    assert_eq!(reports.last(), Some(&Report::Identity(identity)));
}

/// What the profile reads back of a metric.
fn read_back(image: &RegisterImage, code: &str, row: Containment) -> Reading {
    for planned in image.profile().read_plan(UnitId(1)) {
        let data = image.read(&planned.request).unwrap();
        for report in image.profile().reports(planned.request.table(), planned.request.address(), &data) {
            if let Report::Observation(observation) = report
                && observation.metric.refid() == code
                && observation.containment == row
            {
                return observation.reading;
            }
        }
    }
    panic!("{code} is not read")
}

fn numeric(mantissa: i64, exponent: i8) -> Reading {
    Reading::Value(Value::Numeric(Quantity::new(mantissa, exponent)), Quality::Valid)
}

proptest! {
    #[test]
    fn what_is_put_into_registers_is_read_back(index in 0usize..64, mantissa in -40_000i64..40_000) {
        let mut image = RegisterImage::new(all_kinds());
        let metrics = image.profile().profile().metrics.clone();
        let metric = &metrics[index % metrics.len()];
        for exponent in [0, -1, -2] {
            let reading = numeric(mantissa, exponent);
            if image.set(metric.code, metric.containment, &reading).is_ok() {
                let back = read_back(&image, metric.code.refid(), metric.containment);
                let (Reading::Value(Value::Numeric(wanted), _), back) = (&reading, back) else { unreachable!() };
                match back {
                    Reading::Value(Value::Numeric(got), _) => {
                        // Rounded to what the register can hold: twice is the same as once.
                        image.set(metric.code, metric.containment, &numeric(got.mantissa(), got.exponent())).unwrap();
                        prop_assert_eq!(
                            read_back(&image, metric.code.refid(), metric.containment),
                            Reading::Value(Value::Numeric(got), Quality::Valid)
                        );
                        if wanted.decimals() <= got.decimals() && metric.code.refid() != "MDCX_TEST_COARSE" {
                            prop_assert!(got.cmp_value(*wanted).is_eq(), "{} became {}", wanted, got);
                        }
                    }
                    Reading::Absent(absence) => prop_assert_eq!(absence, Absence::Invalid, "implausible"),
                    other => prop_assert!(false, "{:?}", other),
                }
            }
        }
    }

    #[test]
    fn any_registers_are_read_and_put_back(registers in prop::collection::vec(any::<u16>(), 9)) {
        let profile = all_kinds();
        let mut image = RegisterImage::new(Arc::clone(&profile));
        let reports = profile.reports(Table::InputRegisters, 0, &Data::Registers(registers));
        for report in &reports {
            let Report::Observation(observation) = report else { continue };
            if image.set(observation.metric, observation.containment, &observation.reading).is_ok() {
                let back = read_back(&image, observation.metric.refid(), observation.containment);
                prop_assert_eq!(&back, &observation.reading);
            }
        }
    }

    #[test]
    fn any_text_is_survived(text in "[a-z_=\\[\\]\"#0-9\\n .{}-]{0,300}", at: prop::sample::Index, with in "[a-z0-9\"=\\[\\]]{0,5}") {
        let _ = RegisterProfile::parse(&text, "x");
        let mut damaged = ALL_KINDS.to_owned();
        let mut at = at.index(damaged.len());
        while !damaged.is_char_boundary(at) {
            at -= 1;
        }
        damaged.insert_str(at, &with);
        if let Err(problems) = RegisterProfile::parse(&damaged, "x") {
            prop_assert!(!problems.is_empty());
        }
    }
}

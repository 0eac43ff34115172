//! The Puritan Bennett driver as a whole: replies, alarms, refusals, damage.

use proptest::prelude::*;
use vigil_model::{DeviceLimits, FaultKind, Observation, Priority, Quality, Reading, Report};

use super::codec::{Reply, Request};
use super::*;

fn decode(bytes: &[u8]) -> Vec<Report> {
    read(&mut *decoder(), bytes)
}

/// As in a conversation, where each frame is of the device that was there before.
fn hear(bytes: &[u8]) -> Vec<Report> {
    read(&mut crate::poll::Listener::new(super::session::Ventilator::default()), bytes)
}

fn read(decoder: &mut dyn Decoder, bytes: &[u8]) -> Vec<Report> {
    decoder.push(bytes);
    decoder.finish();
    std::iter::from_fn(|| decoder.poll_report()).collect()
}

/// A ventilator in use.
fn running(request: Request) -> Reply {
    let mut reply = Reply::empty(request);
    let mut set = |fields: table::Fields, text: &str| {
        if let Some(number) = fields.of(request) {
            reply.set(number, text);
        }
    };
    set(table::TIME, "08:15");
    set(table::DATE, "MAR 01 2026");
    set(table::IDENTITY, "840 3500000001");
    set(table::SILENCE, "OFF");
    table::ALARMS.iter().for_each(|row| set(row.fields, "NORMAL"));
    for (label, text) in
        [("Rate", "16"), ("VTe", "0.420"), ("VE", "6.72"), ("Ppeak", "22.0"), ("PEEP", "5.1"), ("Mode", "A/C")]
    {
        table::ROWS.iter().filter(|row| row.label == label).for_each(|row| set(row.fields, text));
    }
    reply
}

fn with(request: Request, changes: &[(usize, &str)]) -> Vec<Report> {
    let mut reply = running(request);
    changes.iter().for_each(|(number, text)| reply.set(*number, text));
    decode(&reply.encode())
}

fn observation<'a>(reports: &'a [Report], label: &str) -> Option<&'a Observation> {
    let row = table::ROWS.iter().find(|row| row.label == label).unwrap();
    reports.iter().find_map(|report| match report {
        Report::Observation(observation) if observation.containment == row.containment => Some(observation),
        _ => None,
    })
}

/// Value as text, or the word for its validity.
fn value(reports: &[Report], label: &str) -> String {
    let Some(observation) = observation(reports, label) else { return "-".to_owned() };
    match &observation.reading {
        Reading::Value(value, Quality::Valid) => value.to_string(),
        Reading::Value(value, quality) => format!("{value} {quality:?}"),
        Reading::Absent(_) => observation.reading.validity().as_str().to_owned(),
    }
}

fn alarms(reports: &[Report]) -> Vec<(&str, Priority)> {
    let listed = reports.iter();
    listed
        .filter_map(|r| if let Report::Alarm(alarm) = r { Some((&*alarm.text, alarm.priority)) } else { None })
        .collect()
}

fn faults(reports: &[Report]) -> Vec<FaultKind> {
    reports.iter().filter_map(|r| if let Report::Fault(fault) = r { Some(fault.kind) } else { None }).collect()
}

#[test]
fn both_replies_become_observations() {
    for request in Request::ALL {
        let reports = with(request, &[]);
        assert_eq!((faults(&reports), alarms(&reports)), (vec![], vec![]));
        let found = ["Rate", "VTe", "VE", "Ppeak", "Mode", "Pmean"].map(|label| value(&reports, label));
        assert_eq!(found, ["16", "0.420", "6.72", "22.0", "A/C", "not-available"]);
        let time = observation(&reports, "Rate").unwrap().device_time.unwrap();
        assert_eq!(time.to_string(), "2026-03-01T08:15:00.000Z");
        assert!(matches!(&reports[0], Report::Identity(i) if &*i.serial == "3500000001" && &*i.model == "840"));
    }
    assert_eq!(value(&with(Request::Snda, &[]), "PEEP"), "-", "a reply that has no such field says nothing about it");
}

#[test]
fn blank_off_and_manoeuvres_that_were_not_made_are_no_value() {
    let reports = with(Request::Sndf, &[(73, ""), (94, "0.0"), (92, "45"), (31, "OFF"), (70, "999")]);
    let found = ["Ppeak", "Pplat", "Cstat", "Set PS", "Rate"].map(|label| value(&reports, label));
    assert_eq!(found, ["not-available", "not-available", "45", "not-available", "invalid"]);
}

#[test]
fn limits_go_with_their_metric_in_its_unit() {
    let reports = with(Request::Sndf, &[(34, "40"), (35, "OFF"), (38, "1900"), (39, "250"), (42, "OFF")]);
    let limits = |label| observation(&reports, label).unwrap().limits.as_deref().copied();
    let q = |text: &str| Some(text.parse().unwrap());
    assert_eq!(limits("Ppeak"), Some(DeviceLimits { low: None, high: q("40") }));
    assert_eq!(limits("VTe"), Some(DeviceLimits { low: q("0.250"), high: q("1.900") }));
    assert_eq!(limits("Rate"), None);
}

#[test]
fn alarms_have_the_urgency_of_the_ventilator_or_that_of_the_table() {
    let reports = with(Request::Sndf, &[(106, "HIGH"), (122, "LOW"), (127, "RESET"), (112, "MEDIUM"), (105, "ON")]);
    let expected = [
        ("Apnoea", Priority::High),
        ("High rate", Priority::Medium),
        ("Low O2 supply", Priority::Low),
        ("Alarm silence on", Priority::Low),
    ];
    assert_eq!(alarms(&reports), expected);
    let reports = with(Request::Snda, &[(53, "ALARM"), (57, "RESET"), (95, "ALARM")]);
    assert_eq!(alarms(&reports), [("High rate", Priority::Medium), ("Severe occlusion", Priority::High)]);
    assert_eq!(reports.iter().filter(|report| **report == Report::AlarmsListed).count(), 1);
}

#[test]
fn a_reply_with_one_field_that_makes_no_sense_is_refused_whole() {
    let cases = [
        (73, "22.0."),
        (73, "+22.0"),
        (70, "1O"),
        (70, "1e1"),
        (34, "LOW"),
        (106, "HIG"),
        (105, "O"),
        (6, "8403500000001"),
        (7, "FEB 30 2026"),
        (5, "24:00"),
    ];
    for (number, text) in cases {
        let reports = with(Request::Sndf, &[(number, text)]);
        assert_eq!((faults(&reports), reports.len()), (vec![FaultKind::Framing], 1), "{number} = {text}");
    }
}

#[test]
fn another_ventilator_on_the_cable_is_noticed_before_its_values_count() {
    let mut other = running(Request::Sndf);
    other.set(6, "840 3500000002");
    let bytes = [running(Request::Sndf).encode(), other.encode()].concat();
    let reports = hear(&bytes);
    assert_eq!(faults(&reports), [FaultKind::Identity]);
    assert!(matches!(&reports[reports.len() - 1], Report::Identity(i) if &*i.serial == "3500000002"));
    let reports = decode(&bytes);
    assert_eq!(
        faults(&reports),
        [FaultKind::Identity],
        "without a conversation it is shown, and that it is another one"
    );
    assert!(matches!(reports.last(), Some(Report::Observation(_))));
}

#[test]
fn the_sample_and_the_settings_are_read() {
    let sample: toml::Table = SAMPLE.parse().unwrap();
    let settings = sample["device"][0]["settings"].clone();
    assert_eq!(settings.try_into::<Config>().unwrap(), Config::default());
    assert_eq!(toml::from_str::<Config>("request = \"snda\"").unwrap().request, Request::Snda);
    for refused in ["interval = \"1s\"", "request = \"rset\"", "waves = true"] {
        assert!(toml::from_str::<Config>(refused).is_err(), "{refused}");
    }
}

#[test]
fn the_readme_lists_the_table() {
    let number = |number: usize| if number == 0 { "–".to_owned() } else { number.to_string() };
    let metric = |row: &table::Row| {
        let unit = row.unit.map_or("–", |unit| unit.ucum());
        let (sndf, snda) = (number(row.fields.sndf), number(row.fields.snda));
        format!("| {} | {} | {} | {unit} | {sndf} | {snda} |", row.label, row.code, row.containment)
    };
    let alarm = |row: &table::AlarmRow| {
        let (sndf, snda) = (number(row.fields.sndf), number(row.fields.snda));
        format!("| {sndf} | {snda} | {} | {} | {} |", row.event, row.priority.as_str(), row.text)
    };
    let lines = table::ROWS.iter().map(metric).chain(table::ALARMS.iter().map(alarm));
    let missing: Vec<_> = lines.filter(|line| !README.contains(line)).collect();
    assert!(missing.is_empty(), "missing in the README:\n{}", missing.join("\n"));
}

#[test]
fn published_replies_give_what_they_say() {
    for frame in crate::captures::read("puritan_bennett_840") {
        let reports = decode(&frame.bytes);
        let found = |labels: &[&str]| labels.iter().map(|label| value(&reports, label)).collect::<Vec<_>>();
        match frame.id.as_str() {
            "pb840-misca-2011" => {
                assert_eq!(
                    found(&[
                        "Rate", "VTe", "VE", "VE spont", "Ppeak", "Pmean", "I:E (E)", "Mode", "Set rate", "Set VT"
                    ]),
                    ["14", "0.38", "5.29", "0.0", "24.0", "8.6", "5.00", "CMV", "14.0", "0.36"]
                );
                assert_eq!(found(&["Set peak flow", "Set O2", "Set PEEP"]), ["55", "21", "5.0"]);
                assert_eq!(alarms(&reports), []);
                let high = observation(&reports, "Ppeak").unwrap().limits.as_deref().unwrap().high;
                assert_eq!(high, Some("50".parse().unwrap()));
                assert!(matches!(&reports[0], Report::Identity(i) if &*i.serial == "3510053249"));
            }
            "pb840-miscf-2023" => {
                assert_eq!(
                    found(&[
                        "Pei",
                        "Rate",
                        "VTe",
                        "VE",
                        "Ppeak",
                        "Pmean",
                        "I:E (E)",
                        "PEEP",
                        "Mode",
                        "Type",
                        "Mandatory"
                    ]),
                    ["30.0", "9.0", "1.312", "11.800", "30.0", "11.0", "7.80", "7.9", "A/C", "INVASIVE", "VC"]
                );
                assert_eq!(
                    found(&["Spontaneous", "Set rate", "Set VT", "Set peak flow", "Set O2", "Set PEEP", "IBW"]),
                    ["not-available", "9.0", "1.520", "120.0", "21", "8.0", "43.0"]
                );
                assert_eq!(alarms(&reports), [("Low O2 supply", Priority::Low)]);
                let limits = observation(&reports, "Ppeak").unwrap().limits.as_deref().copied();
                assert_eq!(limits, Some(DeviceLimits { low: None, high: Some("51".parse().unwrap()) }));
                let time = observation(&reports, "Rate").unwrap().device_time.unwrap();
                assert_eq!(time.to_string(), "2023-04-04T16:02:00.000Z");
            }
            _ => assert_eq!(faults(&reports), [FaultKind::Unexpected], "{}: a command of a host", frame.id),
        }
    }
}

fn any_reply() -> impl Strategy<Value = Vec<u8>> {
    let alarm = prop::sample::select(vec!["NORMAL", "LOW", "HIGH", "RESET"]);
    (prop::sample::select(&Request::ALL[..]), 0u32..100, 0u32..2000, alarm).prop_map(|(request, rate, vte, alarm)| {
        let mut reply = running(request);
        let row = |label| table::ROWS.iter().find(|row| row.label == label).unwrap().fields.of(request).unwrap();
        reply.set(row("Rate"), &rate.to_string());
        reply.set(row("VTe"), &format!("{}.{:03}", vte / 1000, vte % 1000));
        reply.set(table::ALARMS[1].fields.of(request).unwrap(), alarm);
        reply.encode()
    })
}

proptest! {
    #[test]
    fn any_bytes_are_survived_and_cutting_changes_nothing(
        frames in prop::collection::vec(any_reply(), 0..3),
        noise in prop::collection::vec(prop_oneof![9 => any::<u8>(), 1 => Just(2u8), 1 => Just(b'\r')], 0..200),
        at: prop::sample::Index,
    ) {
        let bytes = [noise, frames.concat()].concat();
        let (first, second) = bytes.split_at(at.index(bytes.len() + 1));
        let mut decoder = decoder();
        decoder.push(first);
        let mut found: Vec<_> = std::iter::from_fn(|| decoder.poll_report()).collect();
        decoder.push(second);
        decoder.finish();
        found.extend(std::iter::from_fn(|| decoder.poll_report()));
        prop_assert_eq!(found, decode(&bytes));
    }

    /// Without a check a digit can become another one. What is lost, added or moved is never a value.
    #[test]
    fn bytes_lost_or_added_cost_one_reply_and_give_no_wrong_value(
        frames in prop::collection::vec(any_reply(), 1..4),
        at: prop::sample::Index,
        added: Option<u8>,
    ) {
        let bytes = frames.concat();
        let mut damaged = bytes.clone();
        let at = at.index(damaged.len());
        match added {
            Some(byte) => damaged.insert(at, byte),
            None => drop(damaged.remove(at)),
        }
        let values = |bytes: &[u8]| -> Vec<Report> {
            decode(bytes).into_iter().filter(|r| matches!(r, Report::Observation(_) | Report::Alarm(_))).collect()
        };
        let whole = values(&bytes);
        let found = values(&damaged);
        prop_assert!(found.iter().all(|report| whole.contains(report)));
        let kept = frames.iter().filter(|frame| values(frame).iter().all(|report| found.contains(report))).count();
        prop_assert!(kept + 1 >= frames.len());
    }
}

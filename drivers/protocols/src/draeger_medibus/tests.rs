//! The Medibus driver as a whole: responses, conversation, damage.

use proptest::prelude::*;
use vigil_model::{
    DeviceLimits, Fault, FaultKind, LinkState, Now, Observation, OperatingMode, Priority, Quality, Reading, Report,
};

use super::codec::*;
use super::*;

fn decode(bytes: &[u8]) -> Vec<Report> {
    let mut decoder = decoder();
    decoder.push(bytes);
    decoder.finish();
    std::iter::from_fn(|| decoder.poll_report()).collect()
}

fn response(request: Request, data: &[u8]) -> Vec<u8> {
    Frame::response(request.code(), data).encode()
}

fn observation<'a>(reports: &'a [Report], label: &str) -> Option<&'a Observation> {
    let rows = table::DATA.iter().chain(&table::SETTINGS).chain(&[table::MODE, table::INTERFACE, table::PATIENT]);
    let row = rows.into_iter().find(|row| row.label == label).unwrap();
    reports.iter().rev().find_map(|report| match report {
        Report::Observation(observation) if observation.containment == row.containment => Some(observation),
        _ => None,
    })
}

/// Newest value as text, or the word for its validity.
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
fn code_pairs_are_one_metric_with_its_unit() {
    let reports = decode(&response(Request::Data, b"820.48B9 7.2F0 40 78  5 "));
    let found = ["VTe", "MV", "FiO2", "PEEP", "SpO2"].map(|label| value(&reports, label));
    assert_eq!(found, ["0.48", "7.2", "40", "5", "-"]);
    let reports = decode(&response(Request::Data, b"88 480B80.9578- 3 "));
    assert_eq!(["VTe", "MV", "PEEP"].map(|label| value(&reports, label)), ["0.480", "0.95", "-3"]);
    let reports = decode(&response(Request::Data, b"820.4888 48078 x5 EB101 "));
    assert_eq!(["VTe", "PEEP", "SpO2"].map(|label| value(&reports, label)), ["invalid", "invalid", "invalid"]);
    assert_eq!(faults(&reports), [FaultKind::Framing; 2]);
}

#[test]
fn a_value_that_was_there_and_is_missing_is_not_available() {
    let bytes = [response(Request::Data, b"EB 98 E1 70 "), response(Request::Data, b"E1 71 ")].concat();
    let reports = decode(&bytes);
    assert_eq!((value(&reports, "SpO2"), value(&reports, "Pulse")), ("not-available".into(), "71".into()));
    assert!(observation(&reports, "MV").is_none());
}

#[test]
fn limits_go_with_their_metric_until_they_are_switched_off() {
    let limits = |bytes: &[&[u8]]| {
        let reports = decode(&bytes.concat());
        observation(&reports, "MV").unwrap().limits.as_deref().copied()
    };
    let (low, high) = (response(Request::LowLimits, b"B8 3.5EB 90 "), response(Request::HighLimits, b"B914.0"));
    let (off, data) = (response(Request::LowLimits, b""), response(Request::Data, b"B9 7.2"));
    let q = |text: &str| Some(text.parse().unwrap());
    assert_eq!(limits(&[&data]), None);
    assert_eq!(limits(&[&low, &high, &data]), Some(DeviceLimits { low: q("3.5"), high: q("14.0") }));
    assert_eq!(limits(&[&low, &high, &off, &data]), Some(DeviceLimits { low: None, high: q("14.0") }));
}

#[test]
fn alarms_mean_what_their_page_says_and_are_listed_after_both() {
    let page = |request, code| {
        let alarms = [AlarmItem { priority: 30, code, text: "X".to_owned() }];
        response(request, &encode_alarms(&alarms))
    };
    let reports = decode(&[page(Request::Alarms1, 0x9B), page(Request::Alarms2, 0x9D)].concat());
    assert_eq!(alarms(&reports), [("Minute volume high", Priority::High), ("Backup ventilation", Priority::High)]);
    assert_eq!(reports.iter().position(|report| *report == Report::AlarmsListed), Some(2));
    let reports = decode(&[page(Request::Alarms2, 0x9B), page(Request::Alarms1, 0x10)].concat());
    assert_eq!(alarms(&reports)[0].0, "Alarm 9B of page 2: X", "unknown there");
    assert!(!reports.contains(&Report::AlarmsListed), "page 1 was not read before page 2");
    let (good, bad) = (page(Request::Alarms1, 0x10), response(Request::Alarms1, b"?"));
    let (empty, bad_2) = (response(Request::Alarms2, b""), response(Request::Alarms2, b"?"));
    let reports = decode(&[good, bad_2, bad, empty].concat());
    assert!(!reports.contains(&Report::AlarmsListed), "never both pages in a row");
    for row in table::ALARMS {
        let request = if row.page == 1 { Request::Alarms1 } else { Request::Alarms2 };
        assert_eq!(alarms(&decode(&page(request, row.code))), [(row.text, Priority::High)]);
    }
}

#[test]
fn standby_and_mode_come_from_text_messages() {
    let texts = |codes: &[u8]| {
        let items: Vec<_> = codes.iter().map(|code| TextItem { code: *code, text: "BIPAP/AUTOFL".into() }).collect();
        response(Request::Texts, &encode_texts(&items))
    };
    let reports = decode(&[texts(&[0x0E, 0x20, 0x48]), texts(&[0x1E, 0x20]), texts(&[0x2E])].concat());
    let modes: Vec<_> =
        reports.iter().filter_map(|r| if let Report::Mode(mode) = r { Some(*mode) } else { None }).collect();
    assert_eq!(modes, [OperatingMode::Normal, OperatingMode::Standby, OperatingMode::Normal]);
    assert_eq!(value(&reports, "Mode"), "BIPAP/AUTOFL");
    assert_eq!((value(&reports[..4], "Mode"), value(&reports[..4], "Patient")), ("BIPAP".into(), "adults".into()));
    let settings = decode(&response(Request::Settings, b"01   40 04 0.50"));
    assert_eq!(
        (value(&settings, "Set O2"), value(&settings, "Set VT"), faults(&settings).len()),
        ("-".into(), "-".into(), 1)
    );
    let settings = decode(&response(Request::Settings, b"01   4004 0.5013  -3 "));
    assert_eq!(["Set O2", "Set VT", "Set Pinsp"].map(|label| value(&settings, label)), ["40", "0.50", "-3"]);
}

/// A session that has been connected, with what it sends.
fn session(now: Now) -> Box<dyn Session> {
    let mut session = Config::default().session(Duration::from_secs(6));
    session.handle_connected(now);
    session
}

fn sent(session: &mut dyn Session) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| session.poll_transmit()).map(|transmit| transmit.as_bytes().to_vec()).collect()
}

#[test]
fn a_line_that_sends_back_what_is_sent_is_never_up() {
    let mut now = Now::default().after(Duration::from_secs(1));
    let mut session = session(now);
    let mut reports = Vec::new();
    for _ in 0..200 {
        for bytes in sent(&mut *session) {
            session.handle_bytes(now, &bytes);
        }
        reports.extend(std::iter::from_fn(|| session.poll_report()));
        now = now.after(Duration::from_millis(100));
        session.handle_timeout(now);
    }
    assert!(!reports.contains(&Report::Link(LinkState::Up)), "{reports:?}");
    assert!(reports.iter().any(|r| matches!(r, Report::Fault(Fault { kind: FaultKind::Identity, .. }))));
}

#[test]
fn commands_inside_a_response_are_answered_and_a_wrong_check_is_refused() {
    let mut now = Now::default().after(Duration::from_secs(1));
    let mut session = session(now);
    assert_eq!(sent(&mut *session), [Request::Initialise.encode()]);
    session.handle_bytes(now, &response(Request::Initialise, b""));
    session.handle_bytes(now, b"\x1BR6D\r");
    assert_eq!(sent(&mut *session), [Answer::Identity.encode()]);
    now = now.after(Duration::from_millis(199));
    session.handle_timeout(now);
    assert_eq!(sent(&mut *session), Vec::<Vec<u8>>::new(), "200 ms of patience");
    now = now.after(Duration::from_millis(1));
    session.handle_timeout(now);
    assert_eq!(sent(&mut *session), [Request::DeviceId.encode()]);
    let id = response(Request::DeviceId, b"8240'EVITA 4'05.00:03.00");
    session.handle_bytes(now, &[&id[..9], b"\x1B04B\r\xD0\xC1", &id[9..]].concat());
    assert_eq!(sent(&mut *session), [Answer::Echo(code::NOP).encode(), Request::Alarms1.encode()]);
    session.handle_bytes(now, b"\x1B04F\r");
    assert_eq!(sent(&mut *session), [b"\x01\x1516\r".to_vec()]);
    let reports: Vec<_> = std::iter::from_fn(|| session.poll_report()).collect();
    assert!(reports.contains(&Report::Link(LinkState::Up)));
    assert_eq!(faults(&reports), [FaultKind::Checksum]);
}

#[test]
fn the_readme_lists_the_table() {
    let metric = |row: &table::Row| {
        let codes: Vec<_> = row.wire.iter().map(|wire| format!("{:02X}", wire.code)).collect();
        let unit = row.unit.map_or("–", |unit| unit.ucum());
        format!("| {} | {} | {} | {unit} | {} |", row.label, row.code, row.containment, codes.join(", "))
    };
    let alarm = |row: &table::AlarmRow| format!("| {} | {:02X} | {} | {} |", row.page, row.code, row.event, row.text);
    let lines = table::DATA.iter().chain(&table::SETTINGS).map(metric).chain(table::ALARMS.iter().map(alarm));
    let missing: Vec<_> = lines.filter(|line| !README.contains(line)).collect();
    assert!(missing.is_empty(), "missing in the README:\n{}", missing.join("\n"));
}

#[test]
fn published_frames_give_what_they_say() {
    for frame in crate::captures::read("draeger_medibus") {
        let mut deframer = Deframer::default();
        deframer.push(&frame.bytes);
        let found = deframer.poll().unwrap();
        assert_eq!(matches!(found, Found::Frame(_)), frame.valid == Some(true), "{}", frame.id);
        if let Found::Frame(read) = &found {
            assert_eq!(read.encode(), frame.bytes, "{}", frame.id);
        }
        let reports = decode(&frame.bytes);
        match frame.id.as_str() {
            "mb-data1-resp" => {
                assert_eq!((value(&reports, "SpO2"), value(&reports, "Pulse")), ("98".into(), "70".into()))
            }
            "mb-devid-resp-pc" => {
                assert!(matches!(&reports[..], [Report::Identity(i)] if &*i.model == "My PC (0161)"));
            }
            "mb-nop-cmd-as-printed" => assert_eq!(faults(&reports), [FaultKind::Checksum]),
            "mb-nak" => assert_eq!(faults(&reports), [FaultKind::Exception]),
            _ => assert_eq!(reports, [], "{}", frame.id),
        }
    }
}

fn any_response() -> impl Strategy<Value = Vec<u8>> {
    let data = (0u32..100, 0u32..300).prop_map(|(spo2, pulse)| {
        let items =
            [(0xEB, spo2), (0xE1, pulse)].map(|(code, number)| ValueItem { code, text: format!("{number:>3} ") });
        response(Request::Data, &encode_values(&items))
    });
    let alarm = (1u8..32, prop::sample::select(vec![0x10u8, 0x19, 0x98])).prop_map(|(priority, code)| {
        response(Request::Alarms1, &encode_alarms(&[AlarmItem { priority, code, text: "ALARM".to_owned() }]))
    });
    prop_oneof![data, alarm]
}

fn values(bytes: &[u8]) -> Vec<Report> {
    decode(bytes)
        .into_iter()
        .filter(|r| matches!(r, Report::Observation(o) if o.reading.value().is_some()) || matches!(r, Report::Alarm(_)))
        .collect()
}

proptest! {
    #[test]
    fn any_bytes_are_survived_and_cutting_changes_nothing(
        frames in prop::collection::vec(any_response(), 0..4),
        noise in prop::collection::vec(prop_oneof![5 => any::<u8>(), 1 => Just(ESC), 1 => Just(SOH), 1 => Just(CR)], 0..100),
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

    #[test]
    fn a_damaged_or_lost_character_is_never_a_wrong_value(
        frames in prop::collection::vec(any_response(), 1..4),
        at: prop::sample::Index,
        other in prop::option::of(b' '..=b'~'),
    ) {
        let bytes = frames.concat();
        let mut damaged = bytes.clone();
        let at = at.index(damaged.len());
        match other {
            Some(other) => damaged[at] = other,
            None => drop(damaged.remove(at)),
        }
        let whole = values(&bytes);
        prop_assert!(values(&damaged).iter().all(|found| whole.contains(found)));
    }
}

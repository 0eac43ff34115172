//! The Alaris/Asena driver as a whole: published frames, a conversation, damage.

use std::time::Duration;

use vigil_model::{Fault, FaultKind, Now, Observation, Quality, Reading, Report};

use super::codec::{Alarms, Infusion, Reply, Request, SyringeStatus, Vtbi};
use super::*;

mod properties;

fn decode(bytes: &[u8]) -> Vec<Report> {
    read(&mut *decoder(), bytes)
}

/// As in a conversation, where each frame is of the device that was there before.
fn hear(bytes: &[u8]) -> Vec<Report> {
    read(&mut crate::poll::Listener::new(super::session::Pump::default()), bytes)
}

fn read(decoder: &mut dyn Decoder, bytes: &[u8]) -> Vec<Report> {
    decoder.push(bytes);
    decoder.finish();
    std::iter::from_fn(|| decoder.poll_report()).collect()
}

fn running() -> Infusion {
    Infusion {
        serial: "8002-51740".to_owned(),
        alarm: "-".to_owned(),
        mode: "SET".to_owned(),
        rate: "5.00".to_owned(),
        rate_unit: "ml/h".to_owned(),
        drug: "NORADRENALINE".to_owned(),
        infused: "12.345".to_owned(),
        infused_unit: "ml".to_owned(),
        pressure: "-3.20".to_owned(),
        pressure_unit: "mmHg".to_owned(),
        time_left: "07:31:48".to_owned(),
        log_kind: "EVENT".to_owned(),
        log_id: "127904".to_owned(),
    }
}

fn inf(change: impl FnOnce(&mut Infusion)) -> Vec<u8> {
    let mut infusion = running();
    change(&mut infusion);
    Reply::Infusion(Box::new(infusion)).encode()
}

fn alarm(code: &str) -> Vec<u8> {
    Reply::Alarm(Alarms { code: code.to_owned(), more: [" ".to_owned(), " ".to_owned()] }).encode()
}

fn observation(reports: &[Report], row: table::Row) -> Option<&Observation> {
    reports.iter().find_map(|report| match report {
        Report::Observation(observation) if observation.containment == row.containment => Some(observation),
        _ => None,
    })
}

/// Value as text, or the word for its validity.
fn value(reports: &[Report], row: table::Row) -> String {
    let Some(observation) = observation(reports, row) else { return "-".to_owned() };
    assert_eq!((observation.metric, observation.unit), (row.code, row.unit));
    match &observation.reading {
        Reading::Value(value, Quality::Valid) => value.to_string(),
        Reading::Value(value, quality) => format!("{value} {quality:?}"),
        Reading::Absent(_) => observation.reading.validity().as_str().to_owned(),
    }
}

fn faults(reports: &[Report]) -> Vec<FaultKind> {
    reports
        .iter()
        .filter_map(|report| if let Report::Fault(fault) = report { Some(fault.kind) } else { None })
        .collect()
}

fn alarms(reports: &[Report]) -> Vec<&str> {
    reports
        .iter()
        .filter_map(|report| if let Report::Alarm(alarm) = report { Some(&*alarm.text) } else { None })
        .collect()
}

#[test]
fn an_infusion_becomes_observations() {
    let reports = decode(&inf(|_| ()));
    assert_eq!(faults(&reports), []);
    let values: Vec<_> = table::ROWS.iter().map(|row| value(&reports, *row)).collect();
    let expected =
        ["pump-status-infusing", "SET", "5.00", "-3.20", "5.00", "NORADRENALINE", "12.345", "451.80", "-", "-"];
    assert_eq!(values, expected);
}

#[test]
fn mode_words_are_read_only_as_far_as_they_are_known() {
    let held = decode(&inf(|i| i.mode = "HLD".to_owned()));
    assert_eq!(
        (value(&held, table::INFUSING), value(&held, table::FLOW)),
        ("pump-status-not-infusing".into(), "0".into())
    );
    assert_eq!(value(&held, table::RATE), "5.00", "what is set stays set");
    let other = decode(&inf(|i| i.mode = "KVO".to_owned()));
    assert_eq!(value(&other, table::INFUSING), "not-available");
    assert_eq!(value(&other, table::FLOW), "not-available");
    assert_eq!(value(&other, table::MODE), "KVO");
    let alarmed = decode(&inf(|i| i.alarm = "A".to_owned()));
    assert_eq!(value(&alarmed, table::INFUSING), "pump-status-infusing Questionable");
    assert_eq!(value(&alarmed, table::FLOW), "not-available");
}

#[test]
fn no_value_is_never_a_number() {
    let reports = decode(&inf(|i| {
        (i.time_left, i.drug, i.infused, i.pressure) = ("24+".into(), " ".into(), "".into(), "1e3".into());
    }));
    assert_eq!(value(&reports, table::TIME_LEFT), "overflow");
    assert_eq!(value(&reports, table::DRUG), "not-available");
    assert_eq!(value(&reports, table::INFUSED), "not-available");
    assert_eq!(value(&reports, table::PRESSURE), "invalid");
    assert_eq!(faults(&reports), [FaultKind::Framing]);
}

#[test]
fn another_unit_gives_no_value() {
    let reports = decode(&inf(|i| (i.rate_unit, i.pressure_unit) = ("ml/min".into(), "kPa".into())));
    assert_eq!(faults(&reports), [FaultKind::Unexpected, FaultKind::Unexpected]);
    for row in [table::RATE, table::FLOW, table::PRESSURE] {
        assert_eq!(value(&reports, row), "invalid");
    }
    assert_eq!(value(&reports, table::INFUSED), "12.345", "its own unit is right");
    assert_eq!(value(&decode(&inf(|i| i.rate = "1500.01".into())), table::RATE), "invalid");
}

#[test]
fn settings_are_read() {
    let vtbi = |mode: &str, volume: &str| {
        let (mode, volume) = (mode.to_owned(), volume.to_owned());
        let reply = Reply::Vtbi(Vtbi { mode, volume, unit: "ml".to_owned(), at_end: "STOP".to_owned() });
        value(&decode(&reply.encode()), table::VTBI)
    };
    assert_eq!(vtbi("ACTIV", "11.000"), "11.000");
    assert_eq!(vtbi("ACTIV", ""), "not-available");
    assert_eq!(vtbi("DEACT", "11.000"), "not-available");
    assert_eq!(vtbi("OTHER", "11.000"), "11.000 Questionable");
    let syringe = |status: &str| {
        let (make, size, status) = ("BD PLASTIPAK".to_owned(), " 50".to_owned(), status.to_owned());
        value(&decode(&Reply::SyringeStatus(SyringeStatus { make, size, status }).encode()), table::SYRINGE)
    };
    assert_eq!((syringe("CONF"), syringe("UNCONF")), ("50".to_owned(), "50 Questionable".to_owned()));
}

#[test]
fn every_alarm_code_has_its_event_and_ends_with_the_list() {
    for row in table::ALARMS {
        let reports = decode(&alarm(row.word));
        let [Report::Alarm(found), Report::AlarmsListed] = &reports[..] else { panic!("{reports:?}") };
        assert_eq!(
            (found.event, &*found.text, found.priority, found.present),
            (row.event, row.text, row.priority, true)
        );
    }
    assert_eq!(decode(&alarm("AL_NOALM")), [Report::AlarmsListed]);
    assert_eq!(alarms(&decode(&alarm("AL_NEW01"))), ["Alarm AL_NEW01"], "an unknown code is not lost");
    let refused = decode(&alarm("OCCLU"));
    assert_eq!((faults(&refused), refused.len()), (vec![FaultKind::Framing], 1), "no list was read, so nothing ends");
}

#[test]
fn a_flag_without_a_code_becomes_an_alarm_and_ends_with_the_flag() {
    let flagged = inf(|i| i.alarm = "A".to_owned());
    let none = alarm("AL_NOALM");
    let listed = |frames: &[&[u8]]| alarms(&decode(&frames.concat())).len();
    assert_eq!(listed(&[&flagged, &none]), 0, "it may have ended in between");
    assert_eq!(listed(&[&flagged, &none, &none, &none]), 0, "the flag is compared once");
    assert_eq!(listed(&[&flagged, &none, &flagged, &none]), 1);
    assert_eq!(listed(&[&flagged, &none, &flagged, &none, &none]), 2, "present until INF says otherwise");
    assert_eq!(listed(&[&flagged, &none, &flagged, &none, &inf(|_| ()), &none]), 1);
    assert_eq!(listed(&[&flagged, &none, &flagged, &alarm("AL_OCCLU"), &flagged, &none]), 1, "only the occlusion");
}

#[test]
fn another_pump_on_the_cable_is_noticed_before_its_values_count() {
    let mut bytes = Reply::SerialNumber("8002-51733".to_owned()).encode();
    bytes.extend(inf(|_| ()));
    let reports = hear(&bytes);
    assert_eq!(faults(&reports), [FaultKind::Identity]);
    assert!(observation(&reports, table::RATE).is_none());
    let serials: Vec<_> =
        reports.iter().filter_map(|r| if let Report::Identity(i) = r { Some(&*i.serial) } else { None }).collect();
    assert_eq!(serials, ["8002-51733", "8002-51740"]);
    let reports = hear(&[&bytes[..], &inf(|_| ())].concat());
    assert_eq!(value(&reports, table::RATE), "5.00", "from then on it is the pump");
    // Without a conversation each is shown, and that it is another one.
    let reports = decode(&bytes);
    assert_eq!((faults(&reports), value(&reports, table::RATE)), (vec![FaultKind::Identity], "5.00".to_owned()));
}

#[test]
fn commands_on_the_line_are_named_and_nothing_else() {
    for (text, name) in [
        ("INF_START", "INF_START"),
        ("INF_RATE^0.1^ml/h", "INF_RATE"),
        ("REMOTE_CTRL^ENABLED^3CC1", "REMOTE_CTRL"),
        ("INF", "INF"),
    ] {
        let reports = decode(&codec::frame(text));
        let [Report::Fault(Fault { kind: FaultKind::Unexpected, detail, .. })] = &reports[..] else {
            panic!("{reports:?}")
        };
        assert!(detail.contains(name), "{detail}");
    }
}

#[test]
fn no_request_can_change_the_pump() {
    let writing = ["REMOTE", "START", "STOP", "CLEAR", "BOLUS", "ENABLED", "^"];
    for request in Request::ALL {
        let frame = String::from_utf8(request.encode()).unwrap();
        assert!(writing.iter().all(|word| !frame.contains(word)), "{frame}");
    }
}

#[test]
fn a_conversation_runs_alarms_first() {
    let mut session = Config::default().session(Duration::from_secs(3));
    let mut now = Now::default().after(Duration::from_secs(1));
    session.handle_connected(now);
    let (mut asked, mut reports) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        while let Some(transmit) = session.poll_transmit() {
            let frame = String::from_utf8(transmit.as_bytes().to_vec()).unwrap();
            let word = frame[1..].split('|').next().unwrap().to_owned();
            let answer = match Request::named(&word).unwrap() {
                Request::Alarm if asked.len() < 6 => alarm("AL_NOALM"),
                Request::Alarm => alarm("AL_OCCLU"),
                Request::SerialNumber => Reply::SerialNumber("8002-51740".to_owned()).encode(),
                Request::Infusion => inf(|i| i.alarm = if asked.len() > 6 { "A" } else { "-" }.to_owned()),
                Request::Protocol => Reply::Protocol("Asena Rev 2.1.5".to_owned()).encode(),
                Request::Vtbi => continue, // never answered
                Request::SyringeStatus => codec::frame("SYRINGE_STATUS^BD PLASTIPAK^ 50^CONF"),
                other => panic!("{other:?} is not in the plan"),
            };
            asked.push(word);
            now = now.after(Duration::from_millis(20));
            session.handle_bytes(now, &answer);
        }
        let at = session.poll_timeout().unwrap();
        now = now.after(at.since(now.monotonic));
        session.handle_timeout(now);
        reports.extend(std::iter::from_fn(|| session.poll_report()));
    }
    assert_eq!(asked[..4], ["ALARM", "INST_SERIALNO", "INF", "SYRINGE_STATUS"]);
    assert_eq!(faults(&reports), [FaultKind::Timeout], "the request that is not answered, once in 30 s");
    assert!(alarms(&reports).contains(&"Occlusion"));
    // A raised flag is followed by a look at the list.
    let last_inf = asked.iter().rposition(|word| word == "INF").unwrap();
    assert!(asked[10..last_inf].windows(2).all(|pair| pair[0] != "INF" || pair[1] == "ALARM"), "{asked:?}");
    let metrics = session.profile().clone();
    for report in &reports {
        if let Report::Observation(o) = report {
            assert!(metrics.metric(o.metric, o.containment).is_some());
        }
    }
}

#[test]
fn the_sample_and_the_settings_are_read() {
    let sample: toml::Table = SAMPLE.parse().unwrap();
    let settings = sample["device"][0]["settings"].clone();
    assert_eq!(settings.try_into::<Config>().unwrap(), Config::default());
    let uncommented: String = SAMPLE
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = \"") => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let settings = uncommented.parse::<toml::Table>().unwrap()["device"][0]["settings"].clone();
    assert_eq!(settings.as_table().unwrap().len(), 3);
    assert_eq!(settings.try_into::<Config>().unwrap(), Config::default(), "what is commented out is the default");
    for refused in ["interval = \"10ms\"", "interval = 1", "remote_control = true", "response_timeout = \"1 hour\""] {
        assert!(toml::from_str::<Config>(refused).is_err(), "{refused}");
    }
}

#[test]
fn the_readme_lists_the_table() {
    for row in table::ROWS {
        let line =
            format!("| {} | {} | {} | {} |", row.label, row.code, row.containment, row.unit.map_or("–", |u| u.ucum()));
        assert!(README.contains(&line), "{line}");
    }
    for row in table::ALARMS {
        let line = format!("| `{}` | {} | {} | {} |", row.word, row.event, row.priority.as_str(), row.text);
        assert!(README.contains(&line), "{line}");
    }
}

#[test]
fn published_frames_give_what_they_say() {
    for frame in crate::captures::read("alaris_asena") {
        let reports = decode(&frame.bytes);
        assert_eq!(frame.valid, Some(true), "{}", frame.id);
        let kinds = faults(&reports);
        match frame.id.as_str() {
            "al-inf-resp-sim" => {
                let values: Vec<_> = table::ROWS[..8].iter().map(|row| value(&reports, *row)).collect();
                let infusing = "pump-status-infusing";
                assert_eq!(values, [infusing, "SET", "0.10", "17.91", "0.10", "not-available", "0.000", "overflow"]);
            }
            "al-alarm-none" => assert_eq!(reports, [Report::AlarmsListed]),
            "al-serial-resp" => assert!(matches!(&reports[..], [Report::Identity(i)] if &*i.serial == "8002-51740")),
            "al-proto-resp" => {
                assert!(matches!(&reports[..], [Report::Identity(i)] if &*i.software == "Asena Rev 2.1.5"))
            }
            "al-syringe-resp" => assert_eq!(value(&reports, table::SYRINGE), "50"),
            "al-vtbi-set" => assert_eq!(value(&reports, table::VTBI), "11.000"),
            "al-respmax-resp" => assert_eq!(reports, []),
            _ => assert_eq!(kinds, [FaultKind::Unexpected], "{}: no answer to a request of ours", frame.id),
        }
    }
}

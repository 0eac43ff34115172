//! The ESC scale driver as a whole: printed messages, a conversation, damage.

use std::time::Duration;

use proptest::prelude::*;
use vigil_model::{Fault, FaultKind, LinkState, Now, Reading, Report};

use super::codec::{Message, Request, Scales};
use super::*;

fn decode(bytes: &[u8]) -> Vec<Report> {
    let mut decoder = decoder();
    decoder.push(bytes);
    decoder.finish();
    std::iter::from_fn(|| decoder.poll_report()).collect()
}

fn reading(weight: &str, units: Option<&str>) -> Vec<u8> {
    let units = units.map(str::to_owned);
    Message::Reading(Scales { weight: Some(weight.to_owned()), height: None, units }).encode()
}

/// Each report as one word: value, validity, fault kind, alarm text.
fn words(reports: &[Report]) -> Vec<String> {
    let word = |report: &Report| match report {
        Report::Observation(observation) => match &observation.reading {
            Reading::Value(value, _) => format!("{value} {}", observation.unit.unwrap().ucum()),
            Reading::Absent(_) => observation.reading.validity().as_str().to_owned(),
        },
        Report::Fault(fault) => fault.kind.as_str().to_owned(),
        Report::Alarm(alarm) => alarm.text.to_string(),
        Report::AlarmsListed => "listed".to_owned(),
        Report::Link(state) => format!("{state:?}"),
        Report::Identity(_) | Report::Mode(_) | Report::Waveform(_) => panic!("{report:?}"),
    };
    reports.iter().map(word).collect()
}

#[test]
fn a_weight_needs_its_unit() {
    assert_eq!(words(&decode(&reading("0200.5", Some("m")))), ["200.5 kg"]);
    assert_eq!(words(&decode(&reading("0200.5", None))), ["framing"]);
    assert_eq!(words(&decode(&reading("0442.0", Some("c")))), ["unexpected", "invalid"]);
    assert_eq!(words(&decode(&reading("0200.5", Some("k")))), ["framing"]);
}

#[test]
fn what_is_no_weight_is_no_number() {
    let word = |weight| words(&decode(&reading(weight, Some("m")))).join(" ");
    assert_eq!(word("999.9"), "overflow");
    assert_eq!(word("999.99"), "overflow");
    assert_eq!(word("0999.9"), "overflow");
    assert_eq!(word("0000.0"), "not-available");
    assert_eq!(word("0500.1"), "invalid");
    assert_eq!(word("0.1"), "invalid");
    for refused in ["", "200", "+200.5", "-0.5", "20 0.5", "0200.", ".5", "02000.5", "200.555", "2O0.5", "1e1.0"] {
        assert_eq!(word(refused), "framing invalid", "{refused}");
    }
}

#[test]
fn heights_are_read_and_patients_are_dropped() {
    let reports = decode(b"\x1bR\x1bIPAT1234567\x1bW0081.2\x1bH172.5\x1bB27.3\x1bNm\x1bE");
    assert_eq!(words(&reports), ["81.2 kg", "172.5 cm"]);
    assert!(!format!("{reports:?}").contains("PAT"));
}

#[test]
fn diagnostics_are_a_whole_list() {
    assert_eq!(words(&decode(b"\x1bZ000\x1bE")), ["listed"]);
    assert_eq!(words(&decode(b"\x1bA\x1bZE10\x1bE")), ["Scale overloaded", "listed"]);
    assert_eq!(words(&decode(b"\x1bZE06\x1bZE12\x1bE")), ["Converter reading too high", "Scale error E12", "listed"]);
    assert_eq!(words(&decode(b"\x1bZsmoke\x1bE")), ["framing"], "no list was read, so nothing ends");
}

#[test]
fn writing_tokens_are_named_and_their_text_is_not() {
    for (bytes, letter) in [
        (b"\x1bCUOM=m\x1bE".as_slice(), 'C'),
        (b"\x1bSPAT1\x1bE", 'S'),
        (b"\x1bXPAT1\x1bE", 'X'),
        (b"\x1bUPAT1\x1bE", 'U'),
    ] {
        let reports = decode(bytes);
        let [Report::Fault(Fault { kind: FaultKind::Unexpected, detail, .. })] = &reports[..] else {
            panic!("{reports:?}")
        };
        assert!(detail.ends_with(letter) && !detail.contains("PAT"), "{detail}");
    }
    for request in Request::ALL {
        let bytes = request.encode();
        assert!(bytes.windows(2).all(|pair| pair[0] != codec::ESC || b"ARQE".contains(&pair[1])), "{request:?}");
    }
}

#[test]
fn a_key_pressed_at_the_scale_gives_no_value() {
    assert_eq!(words(&decode(b"000081.20 kg 00000\r\n")), ["framing"]);
}

#[test]
fn a_conversation_gives_weights_with_their_time() {
    let mut session = Config::default().session(Duration::from_secs(180));
    let mut now = Now::default().after(Duration::from_secs(1000));
    session.handle_connected(now);
    let (mut asked, mut reports) = (Vec::new(), Vec::new());
    while now.monotonic < vigil_model::Instant::from_micros(1_090_000_000) {
        while let Some(transmit) = session.poll_transmit() {
            asked.push(transmit.as_bytes()[1]);
            now = now.after(Duration::from_millis(300));
            match transmit.as_bytes()[1] {
                b'R' => session.handle_bytes(now, &reading("0081.2", Some("m"))),
                b'A' => session.handle_bytes(now, b"\x1bZ000\x1bE"),
                other => panic!("{other}"),
            }
        }
        reports.extend(std::iter::from_fn(|| session.poll_report()));
        now = now.after(session.poll_timeout().unwrap().since(now.monotonic));
        session.handle_timeout(now);
    }
    assert_eq!(asked, b"ARAR");
    assert_eq!(reports[..2], [Report::Link(LinkState::Associating), Report::Link(LinkState::Up)]);
    let times: Vec<_> =
        reports.iter().filter_map(|r| if let Report::Observation(o) = r { o.determined_at } else { None }).collect();
    assert_eq!(times.len(), 2);
    assert!(times[1].since(times[0]) >= Duration::from_secs(60));
    // A weight nobody asked for is not used.
    session.handle_bytes(now, &reading("0081.2", Some("m")));
    let rest: Vec<_> = std::iter::from_fn(|| session.poll_report()).collect();
    assert!(!rest.iter().any(|report| matches!(report, Report::Observation(_))), "{rest:?}");
}

#[test]
fn the_sample_and_the_settings_are_read() {
    let sample: toml::Table = SAMPLE.parse().unwrap();
    assert_eq!(sample["device"][0]["settings"].clone().try_into::<Config>().unwrap(), Config::default());
    let explicit = "interval = \"1min\"\nresponse_timeout = \"3s\"";
    assert!(explicit.lines().all(|line| SAMPLE.contains(&format!("# {line}"))));
    assert_eq!(toml::from_str::<Config>(explicit).unwrap(), Config::default(), "what is commented out is the default");
    for refused in ["interval = \"100ms\"", "interval = 60", "units = \"c\""] {
        assert!(toml::from_str::<Config>(refused).is_err(), "{refused}");
    }
}

#[test]
fn the_readme_lists_the_table() {
    for row in table::ROWS {
        let line = format!("| {} | {} | {} | {} |", row.label, row.code, row.containment, row.unit.ucum());
        assert!(README.contains(&line), "{line}");
    }
    for row in table::ALARMS {
        let line = format!("| `{}` | {} | {} | {} |", row.word, row.event, table::PRIORITY.as_str(), row.text);
        assert!(README.contains(&line), "{line}");
    }
}

#[test]
fn printed_messages_give_what_they_say() {
    for frame in crate::captures::read("scales_esc") {
        assert_eq!(frame.valid, Some(true), "{}", frame.id);
        let expected: &[&str] = match frame.id.as_str() {
            "scale-read-resp" => &["200.5 kg"],
            "scale-query-resp" => &[],
            _ => &["unexpected"], // what a host sends
        };
        assert_eq!(words(&decode(&frame.bytes)), expected, "{}", frame.id);
    }
    assert_eq!(Request::Reading.encode(), [0x1B, 0x52, 0x1B, 0x45]);
}

proptest! {
    #[test]
    fn any_bytes_are_survived_and_cutting_changes_nothing(
        bytes in prop::collection::vec(prop_oneof![prop::sample::select(b"\x1bRWNHEZAPm0.9".to_vec()), any::<u8>()], 0..300),
        at: prop::sample::Index,
    ) {
        let bytes = [reading("0081.2", Some("m")), bytes, reading("0200.5", Some("m"))].concat();
        let whole = decode(&bytes);
        let mut decoder = decoder();
        let (first, second) = bytes.split_at(at.index(bytes.len() + 1));
        let mut found = Vec::new();
        for part in [first, second] {
            decoder.push(part);
            found.extend(std::iter::from_fn(|| decoder.poll_report()));
        }
        decoder.finish();
        found.extend(std::iter::from_fn(|| decoder.poll_report()));
        prop_assert_eq!(found, whole);
    }

    #[test]
    fn a_lost_byte_never_joins_two_readings(cut in 1usize..16) {
        // The first message loses its end anywhere; the second is whole.
        let first = reading("0081.2", Some("m"));
        let second = reading("0200.5", Some("m"));
        let bytes = [&first[..cut.min(first.len() - 1)], &second].concat();
        let words = words(&decode(&bytes));
        prop_assert_eq!(words.last().map(String::as_str), Some("200.5 kg"));
        prop_assert!(!words.iter().any(|word| word.starts_with("81")));
    }
}

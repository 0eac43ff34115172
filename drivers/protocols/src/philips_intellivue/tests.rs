//! The driver as a whole: damage of frames, what simulators build, datagrams, settings, the closed list.

use proptest::prelude::*;
use vigil_model::{FaultKind, Instant, LinkState, Now, Report, Timestamp};

use super::codec::attribute::id;
use super::codec::{
    Accepted, Attribute, AttributeList, Context, CreateEvent, Float, Link, Message, Number, Object, Options,
    PollAnswer, PollResult, Polled, Request, State, frame,
};
use super::*;

fn decode_as(framing: Framing, bytes: &[u8]) -> Vec<Report> {
    let mut decoder = decoder_of(framing);
    decoder.push(bytes);
    decoder.finish();
    std::iter::from_fn(|| decoder.poll_report()).collect()
}

fn decode(bytes: &[u8]) -> Vec<Report> {
    decode_as(Framing::Rs232, bytes)
}

fn number(physio: u16, unit: u16, bits: u32) -> Number {
    Number { physio, state: State(0), unit, value: Float(bits) }
}

/// Results as a simulator builds them: heart rate, saturation, with bytes that need escapes.
fn numerics(invoke_id: u16, sequence: u16, link: Option<Link>, rate: u32) -> Vec<u8> {
    let object = |handle, attributes| Object { handle, attributes: AttributeList(attributes) };
    let objects = vec![
        object(
            0x7DC0,
            vec![Attribute::text(id::LABEL_STRING, "FC"), Attribute::measured(&number(0x4182, 0x0AA0, rate))],
        ),
        object(0xC17D, vec![Attribute::compound(&[number(0x4BB8, 0x0220, 0xFF00_03C0)])]),
    ];
    let result = PollResult {
        number: 0,
        sequence: Some(sequence),
        relative_time: 0xC0C1_7D00,
        absolute_time: None,
        class: Polled::Numerics.class(),
        group: 0,
        contexts: vec![Context { id: 0, objects }],
    };
    PollAnswer { invoke_id, link, result }.encode()
}

fn create(system_id: [u8; 6]) -> Vec<u8> {
    let attributes = AttributeList(vec![
        Attribute::system_id(system_id),
        Attribute::model("Philips", "M8000"),
        Attribute::number16(id::MODE, 0x4000),
    ]);
    CreateEvent { invoke_id: 1, relative_time: 80, attributes }.encode()
}

fn accept() -> Vec<u8> {
    Accepted { poll_period_ticks: 80_000, message_bytes: 1_000, options: Options::NUMERICS_EVERY_SECOND }.encode()
}

fn values(reports: &[Report]) -> Vec<Report> {
    let is_value = |report: &&Report| matches!(report, Report::Observation(_) | Report::Alarm(_) | Report::Identity(_));
    reports.iter().filter(is_value).cloned().collect()
}

fn texts(reports: &[Report]) -> Vec<String> {
    let text = |report: &Report| match report {
        Report::Observation(seen) => {
            let value = seen.reading.value().map_or("-".to_owned(), ToString::to_string);
            Some(format!("{} {value}", seen.metric))
        }
        _ => None,
    };
    reports.iter().filter_map(text).collect()
}

#[test]
fn what_a_simulator_builds_is_decoded() {
    let reports = decode(&frame(&numerics(1, 0, None, 72)));
    assert_eq!(texts(&reports), ["MDC_ECG_CARD_BEAT_RATE 72", "MDC_PULS_OXIM_SAT_O2 96.0"]);
    assert!(!reports.iter().any(|report| matches!(report, Report::Fault(_))), "{reports:?}");
}

#[test]
fn one_flipped_bit_gives_a_fault_and_no_value() {
    let whole = frame(&numerics(1, 0, None, 72));
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << bit;
            let reports = decode(&damaged);
            let is_fault = reports.iter().any(|report| matches!(report, Report::Fault(_)));
            assert!(is_fault && values(&reports).is_empty(), "bit {bit} of byte {at}: {reports:?}");
        }
    }
}

#[test]
fn a_lost_or_inserted_byte_costs_one_frame() {
    let (whole, next) = (frame(&numerics(1, 0, None, 72)), frame(&numerics(1, 1, None, 73)));
    let wanted = values(&decode(&next));
    for at in 1..whole.len() - 1 {
        let mut damaged = whole.clone();
        damaged.remove(at);
        assert_eq!(values(&decode(&[damaged, next.clone()].concat())), wanted, "without byte {at}");
        // A frame that begins twice in a row is whole.
        for byte in [0x00, 0x7D, 0xC0].into_iter().filter(|byte| (at, *byte) != (1, 0xC0)) {
            let mut damaged = whole.clone();
            damaged.insert(at, byte);
            assert_eq!(values(&decode(&[damaged, next.clone()].concat())), wanted, "{byte:02X} before byte {at}");
        }
    }
}

proptest! {
    #[test]
    fn one_damaged_byte_is_never_a_wrong_value(
        rates in proptest::collection::vec(0u32..300, 1..4),
        at in any::<prop::sample::Index>(),
        change in 1u8..,
    ) {
        let frames: Vec<Vec<u8>> = rates.iter().map(|rate| frame(&numerics(1, 0, None, *rate))).collect();
        let mut damaged = frames.concat();
        let at = at.index(damaged.len());
        damaged[at] ^= change;
        let mut true_values = values(&decode(&frames.concat()));
        let found = values(&decode(&damaged));
        for value in &found {
            let place = true_values.iter().position(|known| known == value);
            prop_assert!(place.is_some(), "{:?}", value);
            true_values.remove(place.unwrap());
        }
        // At most one frame is lost, or two where the end of one is.
        prop_assert!(true_values.len() <= 4, "{:?}", true_values);
    }

    #[test]
    fn any_bytes_are_survived_in_both_framings(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        decode(&bytes);
        decode_as(Framing::Udp, &bytes);
        let mut session = session(Framing::Udp);
        session.handle_connected(start());
        session.handle_bytes(start(), &accept());
        session.handle_bytes(start(), &create([1; 6]));
        session.handle_bytes(start(), &bytes);
        while let Some(transmit) = session.poll_transmit() {
            prop_assert!(is_allowed(transmit.as_bytes()));
        }
    }

    #[test]
    fn only_requests_are_allowed_on_the_wire(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        prop_assert!(!is_allowed(&bytes));
        prop_assert!(!is_allowed(&frame(&bytes)));
    }
}

#[test]
fn what_a_monitor_sends_or_what_sets_something_is_not_allowed() {
    assert!(is_allowed(&frame(&Request::Associate { waves: false }.encode())));
    assert!(is_allowed(&Request::Poll { invoke_id: 7, polled: Polled::Alarms }.encode()));
    assert!(!is_allowed(&frame(&numerics(1, 0, None, 72))));
    assert!(!is_allowed(&[]));
    // A poll with its command turned into a confirmed set, and one of demographics.
    let mut set = Request::Poll { invoke_id: 7, polled: Polled::Alarms }.encode();
    set[11] = 5;
    assert!(!is_allowed(&set) && !is_allowed(&frame(&set)));
    let mut demographics = Request::Poll { invoke_id: 7, polled: Polled::Monitor }.encode();
    demographics[33] = 42;
    assert!(!is_allowed(&demographics) && !is_allowed(&frame(&demographics)));
}

fn start() -> Now {
    Now { monotonic: Instant::from_micros(5_000_000), utc: Timestamp::from_seconds(1_772_352_000) }
}

fn session(framing: Framing) -> Box<dyn Session> {
    Config { framing, ..Config::default() }.session(Duration::from_secs(10))
}

fn drain(session: &mut dyn Session) -> (Vec<Request>, Vec<Report>) {
    let sent = std::iter::from_fn(|| session.poll_transmit());
    let requests = sent.map(|transmit| Request::decode(transmit.as_bytes()).unwrap()).collect();
    (requests, std::iter::from_fn(|| session.poll_report()).collect())
}

#[test]
fn a_conversation_over_datagrams_has_one_message_in_each() {
    let mut session = session(Framing::Udp);
    session.handle_connected(start());
    assert_eq!(drain(&mut *session).0, [Request::Release, Request::Associate { waves: false }]);
    session.handle_bytes(start(), &accept());
    session.handle_bytes(start(), &create([1; 6]));
    let (requests, reports) = drain(&mut *session);
    assert!(matches!(
        requests[..],
        [Request::CreateResult { invoke_id: 1 }, Request::ExtendedPoll { invoke_id: 1, .. }, _]
    ));
    assert!(reports.contains(&Report::Link(LinkState::Up)));
    let whole = numerics(1, 0, None, 72);
    session.handle_bytes(start(), &whole);
    assert_eq!(texts(&drain(&mut *session).1).len(), 2);
    // A datagram that is cut or too long is lost and disturbs no other.
    session.handle_bytes(start(), &whole[..whole.len() - 1]);
    session.handle_bytes(start(), &[0xE1; codec::MESSAGE_BYTES_MAX + 1]);
    session.handle_bytes(start(), &[]);
    session.handle_bytes(start(), &numerics(1, 1, None, 73));
    let (_, reports) = drain(&mut *session);
    let faults: Vec<FaultKind> = reports
        .iter()
        .filter_map(|report| match report {
            Report::Fault(fault) => Some(fault.kind),
            _ => None,
        })
        .collect();
    assert_eq!(faults, [FaultKind::Framing, FaultKind::Overlong, FaultKind::Framing]);
    assert_eq!(texts(&reports)[0], "MDC_ECG_CARD_BEAT_RATE 73");
}

#[test]
fn recorded_datagrams_stand_one_behind_the_other() {
    let refused = Message::Refused.encode().unwrap();
    let all = [accept(), create([1; 6]), numerics(1, 0, None, 72), b"??".to_vec(), numerics(1, 1, None, 73), refused]
        .concat();
    let reports = decode_as(Framing::Udp, &all);
    assert_eq!(texts(&reports).len(), 4);
    let kinds = reports.iter().filter_map(|report| match report {
        Report::Fault(fault) => Some((fault.kind, fault.bytes)),
        _ => None,
    });
    assert_eq!(kinds.collect::<Vec<_>>(), [(FaultKind::Framing, 2), (FaultKind::Exception, 0)]);
}

#[test]
fn the_extended_poll_is_renewed_before_it_ends() {
    let mut session = session(Framing::Udp);
    session.handle_connected(start());
    session.handle_bytes(start(), &accept());
    session.handle_bytes(start(), &create([1; 6]));
    drain(&mut *session);
    let (mut now, mut newest, mut renewed) = (start(), 1, Vec::new());
    for second in 1..=100u64 {
        now = now.after(Duration::from_secs(1));
        session.handle_timeout(now);
        session.handle_bytes(now, &numerics(newest, 0, None, 72));
        for request in drain(&mut *session).0 {
            if let Request::ExtendedPoll { invoke_id, ticks, .. } = request {
                assert!(ticks / 8_000 > 40, "each lasts longer than the time to the next");
                renewed.push(second);
                // Results of the former one may still be under way.
                session.handle_bytes(now, &numerics(newest, 9, None, 71));
                assert_eq!(texts(&drain(&mut *session).1).len(), 2);
                newest = invoke_id;
            }
        }
    }
    assert_eq!(renewed, [40, 80]);
}

#[test]
fn settings_are_checked() {
    let config = |text: &str| toml::from_str::<Config>(text);
    assert_eq!(config("").unwrap(), Config::default());
    let chosen = config("framing = \"udp\"\ninterval = \"5s\"\nsystem_id = \"00:09:fb:01:02:0a\"").unwrap();
    assert_eq!((chosen.framing, chosen.is_extended()), (Framing::Udp, false));
    assert_eq!(chosen.system_id.as_deref(), Some("0009FB01020A"));
    assert_eq!(chosen.profile().fresh_for, Duration::from_secs(16));
    for refused in [
        "framing = \"tcp\"",
        "interval = \"500ms\"",
        "interval = \"2min\"",
        "alarm_interval = \"11s\"",
        "system_id = \"0009FB\"",
        "system_id = \"0009FB01020G\"",
        "bed_label = 4",
        "port = 1",
    ] {
        assert!(config(refused).is_err(), "{refused}");
    }
}

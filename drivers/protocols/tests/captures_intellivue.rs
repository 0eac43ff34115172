//! A session with a Philips monitor in demonstration mode, read from a folder beside the repository where there is one:
//! datagrams as they were captured, and the same messages in RS-232 frames. Every message is read; the values in it are those
//! that its source states, and none of them is reported as a patient's.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests, outside `#[test]` functions")]

use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use vigil_model::{Code, Fault, FaultKind, OperatingMode, Report, Validity};
use vigil_protocols::philips_intellivue::codec::{Deframer, Message, Number, Request, State, frame};
use vigil_protocols::philips_intellivue::{Framing, decoder_of};

/// A captured datagram.
struct Datagram {
    number: u64,
    of_monitor: bool,
    bytes: Vec<u8>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/captures/philips_intellivue")
}

fn read(name: &str) -> Option<String> {
    let text = std::fs::read_to_string(folder().join(name)).ok();
    if text.is_none() {
        println!("skipped: no captured IntelliVue session beside the repository");
    }
    text
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn datagrams() -> Vec<Datagram> {
    let Some(text) = read("frames_001-014_044-080.tsv") else { return Vec::new() };
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            Datagram {
                number: fields[0].parse().unwrap(),
                of_monitor: fields[2] == "monitor>client",
                bytes: hex(fields[4]),
            }
        })
        .collect()
}

/// What the source states about each datagram.
fn expected() -> Vec<Json> {
    let text = read("expected.jsonl").unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn number_of(text: &Json) -> u16 {
    u16::from_str_radix(text.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

fn decode(framing: Framing, bytes: &[u8]) -> Vec<Report> {
    let mut decoder = decoder_of(framing);
    decoder.push(bytes);
    decoder.finish();
    std::iter::from_fn(|| decoder.poll_report()).collect()
}

#[test]
fn every_message_is_of_the_kind_that_the_source_states() {
    for (datagram, expected) in datagrams().iter().zip(expected()) {
        assert_eq!(expected["frame"].as_u64(), Some(datagram.number));
        let message = Message::decode(&datagram.bytes).unwrap_or_else(|error| panic!("{}: {error}", datagram.number));
        let stated = expected["kind"].as_str().or(expected["apdu"].as_str()).unwrap();
        let fits = match &message {
            Message::Indication => stated == "ConnectIndication",
            Message::Request(Request::Release) => stated == "ReleaseRequest",
            Message::Request(Request::CreateResult { .. }) => stated == "RORS" && expected["cmd"] == 1,
            Message::Request(Request::Associate { .. }) => stated == "AssociationRequest",
            Message::Request(Request::Poll { .. } | Request::ExtendedPoll { .. }) => {
                stated == "ROIV" && expected["cmd"] == 7
            }
            Message::Request(Request::ChooseWaves { .. }) => stated == "ROIV" && expected["cmd"] == 5,
            Message::WavesChosen { .. } => stated == "RORS" && expected["cmd"] == 5,
            Message::OtherRequest("association request") => stated == "AssociationRequest",
            Message::OtherRequest(_) => stated == "ROIV",
            Message::Accepted(accepted) => {
                assert_eq!((accepted.poll_period_ticks, accepted.message_bytes), (40 * 8_000, 1_456));
                assert_eq!(accepted.options.0, 0x8C00_0000);
                stated == "AssociationResponse"
            }
            Message::Released => stated == "ReleaseResponse",
            Message::CreateEvent(event) => {
                assert_eq!(u64::from(event.relative_time), expected["mds"]["rel_ticks"].as_u64().unwrap());
                assert_eq!(event.attributes.0.len() as u64, expected["mds"]["attrs"].as_u64().unwrap());
                stated == "ROIV" && expected["event"] == "0xd06"
            }
            Message::PollAnswer(answer) => {
                assert_eq!(u64::from(answer.invoke_id), expected["invoke_id"].as_u64().unwrap());
                assert_eq!(u64::from(answer.result.relative_time), expected["rel_ticks"].as_u64().unwrap());
                assert_eq!(u64::from(answer.result.class), expected["polled"][1].as_u64().unwrap());
                assert_eq!(answer.result.objects().count() as u64, expected["objects"].as_u64().unwrap());
                assert_eq!(answer.link.is_some(), stated == "ROLRS");
                matches!(stated, "RORS" | "ROLRS")
            }
            Message::OtherAnswer { command } => stated == "RORS" && expected["cmd"].as_u64() == Some((*command).into()),
            Message::Refused | Message::Aborted | Message::Error { .. } | Message::OtherEvent { .. } => false,
        };
        assert!(fits, "{}: {message:?} where the source states {stated}", datagram.number);
    }
}

#[test]
fn messages_that_can_be_written_are_the_same_to_the_byte() {
    for datagram in datagrams().iter().filter(|datagram| datagram.of_monitor) {
        let message = Message::decode(&datagram.bytes).unwrap();
        if matches!(message, Message::Accepted(_)) {
            // What this codec says about itself in the answer differs; the headers do not.
            assert_eq!(message.encode().unwrap()[..136], datagram.bytes[..136], "{}", datagram.number);
        } else if let Some(bytes) = message.encode() {
            assert_eq!(bytes, datagram.bytes, "{}", datagram.number);
        }
    }
}

#[test]
fn the_association_request_differs_only_in_what_it_asks_for() {
    let Some(captured) = datagrams().into_iter().find(|datagram| datagram.number == 4) else { return };
    let ours = Request::Associate { waves: true }.encode();
    let differs = ours.iter().zip(&captured.bytes).filter(|(a, b)| a != b).count();
    assert_eq!(ours.len(), captured.bytes.len());
    let user_block = ours.len() - 16 - 72;
    assert_eq!(ours[..user_block], captured.bytes[..user_block]);
    assert!(differs <= 16, "longest message, bandwidth, options: {differs}");
}

#[test]
fn the_numbers_are_those_that_the_source_states_and_all_have_the_demonstration_bit() {
    let mut seen = 0;
    for (datagram, expected) in datagrams().iter().zip(expected()) {
        let Some(stated) = expected["numerics"].as_array() else { continue };
        let Message::PollAnswer(answer) = Message::decode(&datagram.bytes).unwrap() else {
            panic!("{}", datagram.number)
        };
        let found: Vec<(u16, u16, Number)> = answer
            .result
            .objects()
            .flat_map(|(context, object)| {
                let numbers = object.attributes.numbers().unwrap().into_iter();
                numbers.map(move |number| (context, object.handle, number))
            })
            .collect();
        assert_eq!(found.len(), stated.len(), "{}", datagram.number);
        for ((context, handle, number), stated) in found.iter().zip(stated) {
            assert_eq!(u64::from(*context), stated["context"].as_u64().unwrap());
            assert_eq!(u64::from(*handle), stated["handle"].as_u64().unwrap());
            assert_eq!(number.physio, number_of(&stated["physio"]));
            assert_eq!(number.unit, number_of(&stated["unit"]));
            assert_eq!(number.state.0, number_of(&stated["state"]));
            assert_eq!(number.value.quantity().map(|value| value.to_f64()), Ok(stated["value"].as_f64().unwrap()));
            assert!(number.state.has(State::DEMO) && stated["demo"] == true);
            seen += 1;
        }
    }
    assert!(datagrams().is_empty() || seen == 39, "{seen}");
}

#[test]
fn the_samples_of_waves_are_those_that_the_source_states() {
    let mut seen = 0;
    for (datagram, expected) in datagrams().iter().zip(expected()) {
        let Some(stated) = expected["waves"].as_array() else { continue };
        let Message::PollAnswer(answer) = Message::decode(&datagram.bytes).unwrap() else {
            panic!("{}", datagram.number)
        };
        let found = answer.result.objects().flat_map(|(context, object)| {
            let blocks = object.attributes.wave_samples().unwrap().into_iter();
            blocks.map(move |block| (context, object.handle, block))
        });
        let blocks = stated.iter().flat_map(|wave| {
            let of_compound = wave["compound"].as_array().cloned();
            of_compound.unwrap_or_else(|| vec![wave.clone()]).into_iter().map(move |block| (wave, block))
        });
        for ((context, handle, block), (wave, stated)) in found.zip(blocks) {
            assert_eq!(
                (u64::from(context), u64::from(handle)),
                (wave["context"].as_u64().unwrap(), wave["handle"].as_u64().unwrap())
            );
            assert_eq!((block.physio, block.state.0), (number_of(&stated["physio"]), number_of(&stated["state"])));
            assert_eq!(block.bytes.len() as u64, stated["n_bytes"].as_u64().unwrap());
            let first: Vec<u64> =
                block.bytes.chunks(2).take(4).map(|pair| u64::from(pair[0]) << 8 | u64::from(pair[1])).collect();
            assert_eq!(Json::from(first), stated["first"], "{}", datagram.number);
            seen += 1;
        }
    }
    assert!(datagrams().is_empty() || seen > 15, "{seen}");
}

/// Every wave of the session finds its description if there is one, and none of the demonstration is shown.
#[test]
fn no_wave_of_the_demonstration_is_shown() {
    let recorded: Vec<u8> = datagrams().into_iter().flat_map(|datagram| datagram.bytes).collect();
    let reports = decode(Framing::Udp, &recorded);
    let waves: Vec<_> = reports
        .iter()
        .filter_map(|report| match report {
            Report::Waveform(wave) => Some(wave),
            _ => None,
        })
        .collect();
    let rates: std::collections::BTreeSet<(String, String, usize)> =
        waves.iter().map(|wave| (wave.label().to_string(), wave.rate().to_string(), wave.samples().len())).collect();
    let expected =
        [("013E", "250", 64), ("0143", "250", 64), ("ECG_I", "500", 128), ("ECG_II", "250", 64), ("PLETH", "125", 32)];
    let expected = expected.map(|(label, rate, samples)| (label.to_owned(), rate.to_owned(), samples));
    assert!(recorded.is_empty() || rates == expected.into(), "{rates:?}");
    assert!(waves.iter().all(|wave| wave.validity() == Validity::Invalid && wave.values().flatten().count() == 0));
    // Pressure and respiration are described after the recording, the plethysmogram after its first samples.
    let undescribed =
        |report: &&Report| matches!(report, Report::Fault(fault) if fault.detail.contains("been described"));
    assert_eq!(reports.iter().filter(undescribed).count(), if recorded.is_empty() { 0 } else { 3 });
}

/// The whole session, as `vigil decode --framing udp` reads it.
#[test]
fn no_value_of_the_demonstration_is_reported_as_one() {
    let recorded: Vec<u8> = datagrams().into_iter().flat_map(|datagram| datagram.bytes).collect();
    if recorded.is_empty() {
        return;
    }
    let reports = decode(Framing::Udp, &recorded);
    let mut metrics: Vec<Code> = Vec::new();
    for report in &reports {
        if let Report::Observation(observation) = report {
            assert_eq!(observation.reading.validity(), Validity::Invalid, "{observation:?}");
            metrics.push(observation.metric);
        }
    }
    assert_eq!(metrics.len(), 39, "13 numbers in three rounds, all in the table");
    assert_eq!(
        reports.iter().find(|report| matches!(report, Report::Mode(_))),
        Some(&Report::Mode(OperatingMode::Demo))
    );
    assert_eq!(reports.iter().filter(|report| matches!(report, Report::Mode(_))).count(), 1);
    let identity = reports.iter().rev().find_map(|report| match report {
        Report::Identity(identity) => Some(identity),
        _ => None,
    });
    let identity = identity.unwrap();
    assert_eq!((&*identity.manufacturer, &*identity.model), ("Philips", "M8000"));
    assert_eq!(&*identity.software, "G.01.80");
    assert!(identity.serial.starts_with("DE") && identity.serial.len() == 10, "the serial number, not the system id");
    // What is no answer of the monitor to this driver is named and used for nothing.
    for report in &reports {
        if let Report::Fault(Fault { kind, detail, .. }) = report {
            assert_eq!(*kind, FaultKind::Unexpected, "{detail}");
            let known = ["A host's", "Demographics", "been described", "command 3"];
            assert!(known.iter().any(|known| detail.contains(known)), "{detail}");
        }
    }
}

#[test]
fn frames_of_rs232_hold_the_captured_messages() {
    let Some(text) = read("rs232_framed.jsonl") else { return };
    let datagrams = datagrams();
    for line in text.lines() {
        let line: Json = serde_json::from_str(line).unwrap();
        let bytes = hex(line["hex"].as_str().unwrap());
        let mut deframer = Deframer::new();
        deframer.push(&bytes);
        deframer.finish();
        let found: Vec<_> = std::iter::from_fn(|| deframer.next_message()).collect();
        match (&found[..], line["valid"] == true) {
            ([Ok(message)], true) => {
                let number = line["expect"]["payload_frame"].as_u64();
                let datagram = datagrams.iter().find(|datagram| Some(datagram.number) == number).unwrap();
                assert_eq!(message, &datagram.bytes, "{}", line["id"]);
                assert_eq!(frame(message), bytes, "{}", line["id"]);
            }
            ([Err(fault)], false) => {
                assert_eq!(fault.kind, FaultKind::Checksum, "{}", line["id"]);
                let reports = decode(Framing::Rs232, &bytes);
                assert!(matches!(reports[..], [Report::Fault(_)]), "{}: {reports:?}", line["id"]);
            }
            (other, _) => panic!("{}: {other:?}", line["id"]),
        }
    }
}

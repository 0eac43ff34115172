//! `vigil decode` of Modbus frames, made up from the bed profile.

use std::sync::Arc;

use proptest::prelude::*;
use vigil_model::{FaultKind, Report};

use super::adu::Frame;
use super::{Data, Framing, ReadRequest, RegisterProfile, Table, UnitId, decoder};

fn decode(framing: Framing, request: Option<ReadRequest>, pieces: &[&[u8]]) -> Vec<Report> {
    let profile = Arc::new(RegisterProfile::named_embedded("bed-contacts").unwrap());
    decode_with(profile, framing, request, pieces)
}

fn decode_with(
    profile: Arc<RegisterProfile>,
    framing: Framing,
    request: Option<ReadRequest>,
    pieces: &[&[u8]],
) -> Vec<Report> {
    let mut decoder = decoder(profile, framing, request);
    let mut reports = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        reports.extend(std::iter::from_fn(|| decoder.poll_report()));
    }
    decoder.finish();
    reports.extend(std::iter::from_fn(|| decoder.poll_report()));
    reports
}

fn present(reports: &[Report]) -> Vec<&str> {
    let alarms = reports.iter().filter_map(|report| match report {
        Report::Alarm(alarm) if alarm.present => Some(&*alarm.text),
        _ => None,
    });
    alarms.collect()
}

fn contacts() -> ReadRequest {
    ReadRequest::new(UnitId(17), Table::DiscreteInputs, 0, 7).unwrap()
}

#[test]
fn an_answer_is_read_by_the_profile_in_every_framing() {
    let open = Data::Bits(vec![false, true, true, true, true, true, true]);
    for framing in Framing::ALL {
        let bytes = Frame::answer(9, &contacts(), Ok(&open)).encode(framing);
        let reports = decode(framing, None, &[&bytes]);
        assert_eq!(present(&reports), ["Bed exit"], "{framing:?}");
        assert_eq!(reports.len(), 5 + 7);
        let both = [Frame::request(9, contacts()).encode(framing), bytes].concat();
        assert_eq!(decode(framing, None, &[&both]), reports, "{framing:?} with its request");
    }
}

#[test]
fn a_given_request_says_what_was_asked() {
    let request = ReadRequest::new(UnitId(1), Table::DiscreteInputs, 1, 2).unwrap();
    let bytes = Frame::answer(0, &request, Ok(&Data::Bits(vec![true, false]))).encode(Framing::Rtu);
    let reports = decode(Framing::Rtu, Some(request), &[&bytes, &bytes]);
    assert_eq!(present(&reports), ["Right side rail down", "Right side rail down"]);
}

#[test]
fn exceptions_and_strangers_are_faults() {
    let exception = Frame::answer(0, &contacts(), Err(2)).encode(Framing::Rtu);
    let strange = ReadRequest::new(UnitId(1), Table::InputRegisters, 0, 2).unwrap();
    let strange = Frame::answer(0, &strange, Ok(&Data::Registers(vec![1, 2]))).encode(Framing::Rtu);
    let kinds: Vec<FaultKind> = decode(Framing::Rtu, None, &[&exception, &strange, &[0x11]])
        .into_iter()
        .map(|report| match report {
            Report::Fault(fault) => fault.kind,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, [FaultKind::Exception, FaultKind::Unexpected, FaultKind::Truncated]);
}

#[test]
fn an_answer_of_another_transaction_is_not_matched() {
    let data = Data::Bits(vec![false; 7]);
    let stream = [
        Frame::request(5, contacts()).encode(Framing::Tcp),
        Frame::answer(4, &contacts(), Ok(&data)).encode(Framing::Tcp),
    ];
    let reports = decode(Framing::Tcp, None, &[&stream.concat()]);
    assert!(matches!(reports.as_slice(), [Report::Fault(fault)] if fault.kind == FaultKind::Unexpected));
}

#[test]
fn blocks_are_answered_in_their_order() {
    let profile = super::profile::tests::all_kinds();
    let image = super::RegisterImage::new(Arc::clone(&profile));
    let answers: Vec<Vec<u8>> = profile
        .read_plan(UnitId(3))
        .iter()
        .map(|read| Frame::answer(0, &read.request, Ok(&image.read(&read.request).unwrap())).encode(Framing::Rtu))
        .collect();
    let twice: Vec<&[u8]> = answers.iter().chain(&answers).map(Vec::as_slice).collect();
    let reports = decode_with(Arc::clone(&profile), Framing::Rtu, None, &twice);
    let observations = reports.iter().filter(|report| matches!(report, Report::Observation(_))).count();
    assert_eq!(observations, 2 * profile.profile().metrics.len());
    assert!(!reports.iter().any(|report| matches!(report, Report::Fault(_))), "{reports:?}");
}

proptest! {
    #[test]
    fn cutting_the_stream_anywhere_changes_nothing(
        answers in prop::collection::vec((prop::collection::vec(any::<bool>(), 7), any::<bool>(), any::<u8>()), 0..8),
        framing in (0usize..3).prop_map(|index| Framing::ALL[index]),
        piece in 1usize..20,
        damage: (prop::sample::Index, u8),
    ) {
        let mut bytes = Vec::new();
        for (bits, with_request, transaction) in answers {
            if with_request {
                bytes.extend(Frame::request(transaction.into(), contacts()).encode(framing));
            }
            bytes.extend(Frame::answer(transaction.into(), &contacts(), Ok(&Data::Bits(bits))).encode(framing));
        }
        if !bytes.is_empty() {
            let at = damage.0.index(bytes.len());
            bytes[at] ^= damage.1;
        }
        let pieces: Vec<&[u8]> = bytes.chunks(piece).collect();
        prop_assert_eq!(decode(framing, None, &pieces), decode(framing, None, &[&bytes]));
    }
}

//! Frames of all framings: captured, printed, and made up.

use proptest::prelude::*;

use super::*;

fn any_request() -> impl Strategy<Value = ReadRequest> {
    (any::<u8>(), 0usize..4, any::<u16>(), 1u16..=2000).prop_filter_map("limits", |(unit, table, address, count)| {
        ReadRequest::new(UnitId(unit), Table::ALL[table], address, count).ok()
    })
}

fn any_answer() -> impl Strategy<Value = (ReadRequest, Result<Data, u8>)> {
    any_request().prop_flat_map(|request| {
        let count = usize::from(request.count());
        let data = if request.table().is_bits() {
            prop::collection::vec(any::<bool>(), count).prop_map(Data::Bits).boxed()
        } else {
            prop::collection::vec(any::<u16>(), count).prop_map(Data::Registers).boxed()
        };
        let answer = prop_oneof![4 => data.prop_map(Ok), 1 => (1u8..12).prop_map(Err)];
        (Just(request), answer)
    })
}

fn any_framing() -> impl Strategy<Value = Framing> {
    (0usize..3).prop_map(|index| Framing::ALL[index])
}

/// Everything a reader finds, with the stream cut into pieces of `piece` bytes.
fn read(framing: Framing, side: Side, bytes: &[u8], piece: usize) -> Vec<Result<Frame, vigil_model::Fault>> {
    let mut reader = FrameReader::new(framing, side);
    let mut found = Vec::new();
    for piece in bytes.chunks(piece) {
        reader.push(piece);
        found.extend(std::iter::from_fn(|| reader.next_frame(None)));
    }
    reader.finish();
    found.extend(std::iter::from_fn(|| reader.next_frame(None)));
    found
}

proptest! {
    #[test]
    fn requests_survive_encoding(request in any_request(), framing in any_framing(), transaction: u16) {
        let transaction = if framing == Framing::Tcp { transaction } else { 0 };
        let frame = Frame::request(transaction, request);
        let bytes = frame.encode(framing);
        prop_assert_eq!(read(framing, Side::Requests, &bytes, 1000), vec![Ok(frame)]);
        prop_assert_eq!(ReadRequest::from_frame(framing, &bytes), Some(request));
    }

    #[test]
    fn answers_survive_encoding((request, answer) in any_answer(), framing in any_framing()) {
        let frame = Frame::answer(0, &request, answer.as_ref().map_err(|code| *code));
        let bytes = frame.encode(framing);
        let found = read(framing, Side::Responses, &bytes, 1000);
        prop_assert_eq!(&found, &vec![Ok(frame)]);
        if let (Ok(Frame { body: Body::Values { payload, .. }, .. }), Ok(data)) = (&found[0], &answer) {
            prop_assert_eq!(request.unpack(payload), Ok(data.clone()));
        }
    }

    #[test]
    fn cutting_a_damaged_stream_anywhere_changes_nothing(
        answers in prop::collection::vec((any_answer(), any::<bool>(), prop::collection::vec(any::<u8>(), 0..6)), 0..5),
        framing in any_framing(),
        side in prop_oneof![Just(Side::Requests), Just(Side::Responses), Just(Side::Both)],
        piece in 1usize..40,
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1u8..), 0..3),
    ) {
        let mut bytes = Vec::new();
        for ((request, answer), with_request, noise) in &answers {
            if *with_request {
                bytes.extend(Frame::request(3, *request).encode(framing));
            }
            bytes.extend(noise);
            bytes.extend(Frame::answer(3, request, answer.as_ref().map_err(|code| *code)).encode(framing));
        }
        for (at, flip) in flips {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] ^= flip;
            }
        }
        prop_assert_eq!(read(framing, side, &bytes, piece), read(framing, side, &bytes, usize::MAX));
    }

    #[test]
    fn any_bytes_are_survived_and_accounted_for(bytes in prop::collection::vec(any::<u8>(), 0..600), framing in any_framing(), piece in 1usize..50) {
        for side in [Side::Requests, Side::Responses, Side::Both] {
            prop_assert_eq!(read(framing, side, &bytes, piece), read(framing, side, &bytes, usize::MAX));
        }
    }
}

#[test]
fn a_good_frame_behind_a_cut_one_is_found() {
    let request = ReadRequest::new(UnitId(3), Table::HoldingRegisters, 1003, 1).unwrap();
    for framing in [Framing::Rtu, Framing::Ascii] {
        let good = Frame::answer(0, &request, Ok(&Data::Registers(vec![71])));
        let bytes = good.encode(framing);
        let mut stream = bytes[..bytes.len() - 3].to_vec();
        stream.extend(&bytes);
        let found = read(framing, Side::Responses, &stream, 1);
        assert_eq!(found.iter().filter(|found| **found == Ok(good.clone())).count(), 1, "{framing:?}: {found:?}");
        assert!(found.iter().any(Result::is_err), "{framing:?}");
    }
}

#[test]
fn the_printed_frames_of_the_bender_manual_are_read() {
    // Bender ISOMETER manual, chapter Modbus: read 1003, answer 71 (insulation resistance).
    let request = ReadRequest::new(UnitId(3), Table::HoldingRegisters, 1003, 1).unwrap();
    let asked = [0x03, 0x03, 0x03, 0xEB, 0x00, 0x01, 0xF5, 0x98];
    let answered = [0x03, 0x03, 0x02, 0x00, 0x47, 0x81, 0xB6];
    assert_eq!(Frame::request(0, request).encode(Framing::Rtu), asked);
    assert_eq!(Frame::answer(0, &request, Ok(&Data::Registers(vec![71]))).encode(Framing::Rtu), answered);
    let both = read(Framing::Rtu, Side::Both, &[&asked[..], &answered[..]].concat(), 1);
    assert_eq!(both.len(), 2);
    assert!(matches!(&both[0], Ok(Frame { body: Body::Request(found), .. }) if *found == request));
    assert!(matches!(&both[1], Ok(Frame { body: Body::Values { .. }, .. })));
}

#[test]
fn captured_frames_are_read_with_the_values_they_are_known_to_hold() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/captures/modbus");
    let mut pairs = 0;
    for (file, framing) in [
        ("tcp_transactions.jsonl", Framing::Tcp),
        ("bender_isometer.jsonl", Framing::Rtu),
        ("tsi_pressura.jsonl", Framing::Rtu),
        ("thermo_freezer_ascii.jsonl", Framing::Ascii),
    ] {
        let Ok(text) = std::fs::read_to_string(folder.join(file)) else {
            println!("skipped: no captured Modbus frames beside the repository");
            return;
        };
        let mut asked = None;
        for line in text.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let hex = line["hex"].as_str().unwrap();
            let bytes: Vec<u8> =
                (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
            let is_request = line["dir"] == "host>device";
            let side = if is_request { Side::Requests } else { Side::Responses };
            let found = read(framing, side, &bytes, 3);
            let id = line["id"].as_str().unwrap();
            let function = bytes.get(if framing == Framing::Tcp { 7 } else { 1 });
            if framing != Framing::Ascii && function.is_some_and(|function| *function > 4) {
                assert!(
                    !matches!(found.as_slice(), [Ok(Frame { body: Body::Request(_) | Body::Values { .. }, .. })]),
                    "{id}"
                );
                continue;
            }
            if line["valid"] == false {
                assert!(found.iter().all(Result::is_err), "{id}: {found:?}");
                continue;
            }
            if id == "thermo-status-resp-printed" {
                assert!(found[0].is_err(), "{id}: one byte where its count says two");
                continue;
            }
            let [Ok(frame)] = found.as_slice() else { panic!("{id}: {found:?}") };
            assert_eq!(frame.encode(framing), bytes, "{id}");
            match &frame.body {
                Body::Request(request) => asked = Some(*request),
                Body::Values { payload, .. } => {
                    let data = asked.take().unwrap().unpack(payload).unwrap();
                    let expected: Vec<u16> = line["expect"]["values"]
                        .as_array()
                        .map(|values| values.iter().map(|value| value.as_u64().unwrap() as u16).collect())
                        .unwrap_or_default();
                    let values: Vec<u16> = match data {
                        Data::Registers(registers) => registers,
                        Data::Bits(bits) => bits.into_iter().map(u16::from).collect(),
                    };
                    assert!(expected.is_empty() || values == expected, "{id}: {values:?}");
                    pairs += 1;
                }
                Body::Exception { .. } | Body::Other { .. } => panic!("{id}: {frame:?}"),
            }
        }
    }
    assert!(pairs >= 11, "{pairs}");
}

/// What a reader with these rules finds in one line, and what it excuses.
fn read_line(rules: AsciiRules, line: &str) -> (Vec<Result<Frame, vigil_model::Fault>>, Option<vigil_model::Fault>) {
    let mut reader = FrameReader::new(Framing::Ascii, Side::Both).with_ascii(rules);
    reader.push(line.as_bytes());
    reader.push(b"\r\n");
    reader.finish();
    let found = std::iter::from_fn(|| reader.next_frame(None)).collect();
    (found, reader.take_excused())
}

fn values(frame: &Result<Frame, vigil_model::Fault>) -> Option<&[u8]> {
    match frame {
        Ok(Frame { body: Body::Values { payload, .. }, .. }) => Some(payload),
        _ => None,
    }
}

#[test]
fn a_device_that_counts_characters_is_understood_where_its_profile_says_so() {
    // The printed set point of the Thermo TSX manual as the digest reads it: count 08, and the LRC that fits it.
    let sent = ":190308FFFFFCE002";
    let characters = AsciiRules { count: AsciiCount::Characters, ..AsciiRules::default() };
    assert!(read_line(AsciiRules::default(), sent).0[0].is_err(), "Modbus counts bytes");
    let (found, excused) = read_line(characters, sent);
    assert_eq!((values(&found[0]), excused), (Some(&[0xFF, 0xFF, 0xFC, 0xE0][..]), None));
    // One register by its low byte, as printed; and the count of bytes, as Isotemp sends it.
    assert_eq!(values(&read_line(characters, ":19030228BA").0[0]), Some(&[0x00, 0x28][..]));
    assert_eq!(values(&read_line(characters, ":010304FFFFFCE01E").0[0]), Some(&[0xFF, 0xFF, 0xFC, 0xE0][..]));
    // A request whose address begins with 06 is no answer of three bytes.
    assert!(matches!(read_line(characters, ":1903066F00016E").0[0], Ok(Frame { body: Body::Request(_), .. })));
}

#[test]
fn a_check_that_fits_the_doubled_count_only_is_accepted_when_asked_for_and_told() {
    let printed = ":190304FFFFFCE002";
    let characters = AsciiRules { count: AsciiCount::Characters, doubled_count_lrc: false };
    assert!(
        matches!(&read_line(characters, printed).0[0], Err(fault) if fault.kind == vigil_model::FaultKind::Checksum)
    );
    let (found, excused) = read_line(AsciiRules { doubled_count_lrc: true, ..characters }, printed);
    assert_eq!(values(&found[0]), Some(&[0xFF, 0xFF, 0xFC, 0xE0][..]));
    assert!(excused.unwrap().detail.contains("doubled byte count"));
    // Any other wrong check stays refused.
    for wrong in [":190304FFFFFCE003", ":190304FFFFFCE102", ":190305300002AE"] {
        assert!(read_line(AsciiRules { doubled_count_lrc: true, ..characters }, wrong).0[0].is_err(), "{wrong}");
    }
}

#[test]
fn an_answer_can_be_made_that_counts_characters() {
    let request = ReadRequest::new(UnitId(0x19), Table::HoldingRegisters, 0x530, 2).unwrap();
    let frame = Frame::answer(0, &request, Ok(&Data::Registers(vec![0xFFFF, 0xFCE0])));
    assert_eq!(frame.encode_counting(Framing::Ascii, AsciiCount::Characters), b":190308FFFFFCE002\r\n");
    let rtu = frame.encode_counting(Framing::Rtu, AsciiCount::Characters);
    assert_eq!(rtu, frame.encode(Framing::Rtu), "only Modbus ASCII has this");
}

//! Every record is read as it was written, and any bytes are survived.

use std::sync::Arc;

use proptest::prelude::*;
use vigil_model::{Answer, Command, OccurrenceId};

use super::*;
use crate::record::Checkpoint;

fn nows() -> impl Strategy<Value = Now> {
    (any::<u64>(), any::<i64>())
        .prop_map(|(m, u)| Now { monotonic: Instant::from_micros(m), utc: Timestamp::from_micros(u) })
}

fn outcomes() -> impl Strategy<Value = Result<Data, ReadError>> {
    prop_oneof![
        proptest::collection::vec(any::<bool>(), 0..40).prop_map(|bits| Ok(Data::Bits(bits))),
        proptest::collection::vec(any::<u16>(), 0..40).prop_map(|registers| Ok(Data::Registers(registers))),
        Just(Err(ReadError::Timeout)),
        any::<u8>().prop_map(|code| Err(ReadError::Exception(code))),
        (0usize..300, 0usize..300).prop_map(|(want, got)| Err(ReadError::WrongLength { want, got })),
        ".{0,20}".prop_map(|text| Err(ReadError::Protocol(text))),
        ".{0,20}".prop_map(|text| Err(ReadError::Transport(text))),
    ]
}

fn inputs() -> impl Strategy<Value = Input> {
    let bytes = || proptest::collection::vec(any::<u8>(), 0..300);
    prop_oneof![
        Just(Input::Connected),
        ".{0,20}".prop_map(Input::Disconnected),
        bytes().prop_map(Input::Received),
        bytes().prop_map(Input::Sent),
        Just(Input::Timeout),
        Just(Input::Action),
        outcomes().prop_map(Input::Outcome),
        any::<u64>().prop_map(Input::Late),
    ]
}

fn taken() -> impl Strategy<Value = Vec<Taken>> {
    proptest::collection::vec((any::<u16>(), any::<u64>()).prop_map(|(link, through)| Taken { link, through }), 0..5)
}

fn records() -> impl Strategy<Value = Record> {
    let entry = || {
        (nows(), 0u64..1 << 60, any::<bool>(), inputs()).prop_map(|(now, reports, is_drained, input)| Entry {
            now,
            reports,
            is_drained,
            input,
        })
    };
    let command = "[a-z]{1,8}".prop_map(|by| Command::Answer {
        occurrence: OccurrenceId { appliance: "ward".into(), number: 7 },
        answer: Answer::Acknowledge,
        by: Arc::from(by),
    });
    prop_oneof![
        entry().prop_map(Record::Entry),
        entry().prop_map(Record::Prologue),
        (nows(), any::<u64>()).prop_map(|(now, records)| Record::Gap(Gap { now, records })),
        (nows(), taken(), proptest::collection::vec(command, 0..3))
            .prop_map(|(now, taken, commands)| Record::Step(Step { now, taken, commands })),
        (any::<u64>(), any::<u64>()).prop_map(|(next_seq, sum)| Record::Said(Said { next_seq, sum })),
        (any::<u64>(), taken()).prop_map(|(monotonic, taken)| {
            Record::Checkpoint(Checkpoint { monotonic, taken, next_seq: 9, ..Checkpoint::default() })
        }),
    ]
}

proptest! {
    #[test]
    fn a_record_is_read_as_it_was_written(records in proptest::collection::vec(records(), 1..6), cut in any::<prop::sample::Index>()) {
        let mut bytes = Vec::new();
        records.iter().for_each(|record| encode(record, &mut bytes));
        let (mut at, mut read) = (0, Vec::new());
        while let Some((record, length)) = decode(&bytes[at..]) {
            at += length;
            read.push(record);
        }
        prop_assert_eq!(&read, &records);
        prop_assert_eq!(at, bytes.len());

        // A torn end costs the record that it tears, and no other.
        let torn = &bytes[..cut.index(bytes.len())];
        let (mut at, mut count) = (0, 0);
        while let Some((record, length)) = decode(&torn[at..]) {
            prop_assert_eq!(&record, &records[count]);
            (at, count) = (at + length, count + 1);
        }
        prop_assert!(count < records.len());
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), turned in 0usize..200) {
        let _ = decode(&bytes);
        let mut framed = Vec::new();
        framed.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        framed.extend_from_slice(&Sum::of(&bytes).to_le_bytes());
        framed.extend_from_slice(&bytes);
        let _ = decode(&framed); // a fitting check, and nonsense behind it
        if let Some(byte) = framed.get_mut(8 + turned) {
            *byte ^= 1;
            prop_assert_eq!(decode(&framed), None);
        }
    }
}

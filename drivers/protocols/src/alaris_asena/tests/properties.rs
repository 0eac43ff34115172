//! What holds for any bytes and any damage.

use proptest::prelude::*;
use vigil_model::Report;

use super::{alarm, decode, decoder, inf};

fn any_reply() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec!["-", "A"]);
    let modes = prop::sample::select(vec!["SET", "HLD", "PRG"]);
    let infusion = (words, modes, 0u32..150_000, -20_000i32..120_000).prop_map(|(flag, mode, rate, pressure)| {
        inf(|i| {
            (i.alarm, i.mode) = (flag.to_owned(), mode.to_owned());
            i.rate = format!("{}.{:02}", rate / 100, rate % 100);
            i.pressure = vigil_model::Quantity::new(pressure.into(), -2).to_string();
        })
    });
    let code = prop::sample::select(vec!["AL_NOALM", "AL_OCCLU", "AL_LWBAT"]).prop_map(alarm);
    prop_oneof![infusion, code]
}

proptest! {
    #[test]
    fn any_bytes_are_survived_and_cutting_changes_nothing(
        bytes in prop::collection::vec(prop_oneof![3 => any::<u8>(), 1 => Just(b'!'), 1 => Just(b'\r')], 0..300),
        frames in prop::collection::vec(any_reply(), 0..3),
        at: prop::sample::Index,
    ) {
        let bytes = [frames.concat(), bytes].concat();
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
    fn one_damaged_byte_is_never_a_wrong_value(
        frames in prop::collection::vec(any_reply(), 1..4),
        at: prop::sample::Index,
        flip in 1u8..,
    ) {
        let bytes = frames.concat();
        let mut damaged = bytes.clone();
        let index = at.index(damaged.len());
        damaged[index] ^= flip;
        // What is still reported stood in the undamaged stream too, and at most one frame is missing.
        let true_values = values_of(&decode(&bytes));
        let found = values_of(&decode(&damaged));
        for value in &found {
            prop_assert!(true_values.contains(value), "{value:?}");
        }
        let good: usize = frames.iter().filter(|frame| {
            let alone = values_of(&decode(frame));
            alone.iter().all(|value| found.contains(value))
        }).count();
        prop_assert!(good + 1 >= frames.len());
    }
}

fn values_of(reports: &[Report]) -> Vec<Report> {
    reports
        .iter()
        .filter(|r| matches!(r, Report::Observation(_) | Report::Alarm(_) | Report::Identity(_)))
        .cloned()
        .collect()
}

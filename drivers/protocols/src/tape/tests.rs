//! A conversation that is played again says what it said.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use vigil_model::{DeviceIndex, DeviceReport, Now};

use super::*;
use crate::driver::Driver;
use crate::link::BusSettings;
use crate::modbus::{BusUnit, RegisterProfile, UnitId};

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<Entry>>>);

impl Tape for Memory {
    fn take(&mut self, entry: Entry) {
        self.0.lock().unwrap().push(entry);
    }
}

/// One thing that a shell does, drawn at random.
#[derive(Clone, Debug)]
enum Move {
    Bytes(Vec<u8>),
    BytesThenTimeout(Vec<u8>),
    Wait,
    Lose,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let bytes = || proptest::collection::vec(any::<u8>(), 1..40);
    let one = prop_oneof![
        bytes().prop_map(Move::Bytes),
        bytes().prop_map(Move::BytesThenTimeout),
        Just(Move::Wait),
        Just(Move::Wait),
        Just(Move::Lose),
    ];
    proptest::collection::vec(one, 0..40)
}

fn drain(session: &mut dyn Session, received: Now, said: &mut Vec<DeviceReport>) {
    while session.poll_transmit().is_some() {}
    while let Some(report) = session.poll_report() {
        said.push(DeviceReport { device: DeviceIndex(3), received, report });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn every_driver_says_again_what_it_said(moves in moves()) {
        for driver in Driver::ALL {
            let make = || driver.configure(toml::Table::new()).unwrap().session(Duration::from_secs(7));
            let (memory, mut said) = (Memory::default(), Vec::new());
            let mut session = TapedSession::new(make(), Box::new(memory.clone()));
            let mut now = Now::default().after(Duration::from_secs(1000));
            session.handle_connected(now);
            drain(&mut session, now, &mut said);
            for (number, next) in moves.iter().enumerate() {
                now = now.after(Duration::from_millis(170 + number as u64 * 13));
                match next {
                    Move::Bytes(bytes) => session.handle_bytes(now, bytes),
                    Move::BytesThenTimeout(bytes) => {
                        session.handle_bytes(now, bytes);
                        session.handle_timeout(now);
                    }
                    Move::Wait => {
                        if let Some(until) = session.poll_timeout() {
                            now = now.after(until.since(now.monotonic));
                        }
                        session.handle_timeout(now);
                    }
                    Move::Lose => {
                        session.handle_disconnected(now, "pulled");
                        drain(&mut session, now, &mut said);
                        session.handle_connected(now);
                    }
                }
                drain(&mut session, now, &mut said);
            }
            let mut playback = Playback::of_session(DeviceIndex(3), make());
            let entries = memory.0.lock().unwrap();
            entries.iter().for_each(|entry| playback.play(entry));
            let again: Vec<DeviceReport> = playback.take_reports().collect();
            prop_assert_eq!(&again, &said, "{}", driver.name());
            prop_assert_eq!(playback.differences(), 0, "{}", driver.name());
            prop_assert!(entries.last().is_none_or(|entry| entry.reports <= said.len() as u64));
        }
    }

    #[test]
    fn a_bus_says_again_what_it_said(answers in proptest::collection::vec(0u8..5, 0..60)) {
        let profile = Arc::new(RegisterProfile::named_embedded("bed-contacts").unwrap());
        let make = || {
            let unit = |unit| BusUnit {
                device: DeviceIndex(u32::from(unit)),
                unit: UnitId(unit),
                profile: profile.clone(),
                poll_interval: None,
                quiet_time: None,
            };
            Bus::new(BusSettings::default(), vec![unit(1), unit(2)])
        };
        let (memory, mut said) = (Memory::default(), Vec::new());
        let mut bus = make();
        bus.record_on(Box::new(memory.clone()));
        let mut now = Now::default().after(Duration::from_secs(1000));
        bus.handle_connected(now);
        said.extend(std::iter::from_fn(|| bus.poll_report()));
        for answer in answers {
            match bus.poll_action(now) {
                BusAction::Wait(until) => now = now.after(until.since(now.monotonic)),
                BusAction::Read(request) => {
                    now = now.after(Duration::from_millis(20));
                    let count = usize::from(request.count());
                    let data = if request.table().is_bits() {
                        Data::Bits(vec![answer % 2 == 0; count])
                    } else {
                        Data::Registers(vec![u16::from(answer); count])
                    };
                    match answer {
                        0 => bus.handle_outcome(now, Err(ReadError::Timeout)),
                        1 => bus.handle_outcome(now, Err(ReadError::Exception(2))),
                        _ => bus.handle_outcome(now, Ok(data)),
                    }
                    bus.handle_late(now, usize::from(answer == 0) * 3);
                }
            }
            said.extend(std::iter::from_fn(|| bus.poll_report()));
        }
        said.extend(std::iter::from_fn(|| bus.poll_report()));
        let mut playback = Playback::of_bus(make());
        memory.0.lock().unwrap().iter().for_each(|entry| playback.play(entry));
        prop_assert_eq!(playback.take_reports().collect::<Vec<_>>(), said);
        prop_assert_eq!(playback.differences(), 0);
    }
}

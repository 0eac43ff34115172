//! Frames with injected damage, for every driver without anybody writing it: what its simulated device sends, frame by frame,
//! damaged now and then, is read by one decoder, and the same frames whole by another one.
//!
//! - Where the protocol has a check, no value appears that was not sent.
//! - At most one frame after a damaged one is lost with it.
//! - Nothing panics, every kind of damage is counted somewhere, and memory stays bounded.
//!
//! The plain run damages a few hundred frames of each protocol. `VIGIL_DAMAGED_FRAMES=1000000 cargo test --release -p
//! vigil-simulators --test damage -- --ignored` damages a million of each; 100 000 if the variable is not set.

#![expect(clippy::unwrap_used, reason = "helpers of tests, as allowed in the tests themselves")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use vigil_model::{Instant, Now, Report, Timestamp};
use vigil_protocols::driver::Driver;
use vigil_protocols::{Decoder, json};
use vigil_simulators::noise::Dice;
use vigil_simulators::{Conversation, FaultPlan, Scenario, SimDevice, Simulation};

/// Drivers whose protocol has no check: a digit that became another one cannot be seen.
const WITHOUT_CHECK: [&str; 5] = ["esc-scale", "puritan-bennett", "masimo-ascii", "ge-giraffe", "ivy-450c"];
/// How long a device is listened to for its frames.
const RECORDED: Duration = Duration::from_secs(90);
/// One frame in so many is damaged, and none before the damage of another one is over.
const DAMAGED_ONE_IN: usize = 3;
/// Frames whose values may still come out when a later one has arrived.
const HELD_FRAMES_MAX: usize = 4;
/// Frames that are damaged in the plain run.
const DAMAGED_IN_PLAIN_RUN: usize = 300;
/// What the memory of a long run may grow by.
const GROWTH_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// A device whose transmissions are written down.
struct Recorded {
    device: Box<dyn SimDevice>,
    transmissions: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl SimDevice for Recorded {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        self.device.handle_bytes(now, bytes);
    }

    fn handle_timeout(&mut self, now: Now) {
        self.device.handle_timeout(now);
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        let bytes = self.device.poll_transmit()?;
        self.transmissions.lock().unwrap().push(bytes.clone());
        Some(bytes)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.device.poll_timeout()
    }

    fn is_plugged(&self, now: Now) -> bool {
        self.device.is_plugged(now)
    }

    fn next_change(&self, now: Now) -> Option<Instant> {
        self.device.next_change(now)
    }
}

/// What the simulated device of a driver sends, one frame each.
fn transmissions(driver: Driver) -> Vec<Vec<u8>> {
    let start = Now { monotonic: Instant::from_micros(5_000_000), utc: Timestamp::from_seconds(1_772_356_500) };
    let simulation = Simulation { scenario: Arc::new(Scenario::named("demo").unwrap()), seed: 3, bed: 2 };
    let config = driver.configure(toml::Table::new()).unwrap();
    let transmissions = Arc::new(Mutex::new(Vec::new()));
    let device = simulation.device(driver, start.monotonic);
    let device = Recorded { device, transmissions: Arc::clone(&transmissions) };
    let session = config.session(config.poll_interval() * 3);
    Conversation::new(session, Box::new(device), &FaultPlan::default(), start).run(start, RECORDED);
    std::mem::take(&mut *transmissions.lock().unwrap())
}

/// The observations and the number of faults that come of some bytes.
fn read(decoder: &mut dyn Decoder, bytes: &[u8]) -> (Vec<String>, usize) {
    decoder.push(bytes);
    let (mut observations, mut faults) = (Vec::new(), 0);
    while let Some(report) = decoder.poll_report() {
        match report {
            // Without the device's time, which some devices tell in a frame of its own.
            Report::Observation(mut observation) => {
                observation.device_time = None;
                observations.push(json::line(&Report::Observation(observation)));
            }
            Report::Fault(_) => faults += 1,
            Report::Link(_)
            | Report::Identity(_)
            | Report::Mode(_)
            | Report::Alarm(_)
            | Report::AlarmsListed
            | Report::Waveform(_) => {}
        }
    }
    (observations, faults)
}

/// A frame as it may arrive over a bad line.
fn damaged(frame: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = frame.to_vec();
    let at = dice.below(bytes.len());
    let other = u8::try_from(dice.below(256)).unwrap();
    match dice.below(7) {
        0 => bytes[at] ^= 1 << dice.below(8),
        1 => bytes[at] = other,
        2 => drop(bytes.drain(at..=at)),
        3 => bytes.insert(at, other),
        4 => bytes.truncate(at),
        5 => drop(bytes.drain(..at)),
        _ => drop(bytes.splice(0..0, (0..=at % 40).map(|index| other.wrapping_mul(index as u8 | 1)))),
    }
    bytes
}

/// Damages frames of a driver until so many have been; says what went wrong.
fn run(driver: Driver, damages: usize) -> Result<(), String> {
    let frames = transmissions(driver);
    let (mut whole, mut bad) = (driver.decoder(), driver.decoder());
    let mut dice = Dice::new(0xDA3A6E);
    // What was sent lately, newest last.
    let mut sent: VecDeque<Vec<String>> = VecDeque::new();
    let (mut done, mut faults, mut values, mut since_damage) = (0, 0, 0, usize::MAX);
    let has_check = !WITHOUT_CHECK.contains(&driver.name());
    for index in 0.. {
        if done == damages {
            break;
        }
        let frame = &frames[index % frames.len()];
        let (truth, clean_faults) = read(&mut *whole, frame);
        if clean_faults > 0 && index < frames.len() {
            return Err(format!("frame {index} is a fault without any damage: {frame:02X?}"));
        }
        let is_over = since_damage > lost_frames_max(driver);
        let is_damaged = is_over && frame.len() > 1 && dice.below(DAMAGED_ONE_IN) == 0;
        let bytes = if is_damaged { damaged(frame, &mut dice) } else { frame.clone() };
        let (found, new_faults) = read(&mut *bad, &bytes);
        faults += new_faults;
        values += found.len();
        sent.push_back(truth);
        if sent.len() > HELD_FRAMES_MAX {
            sent.pop_front();
        }
        if is_damaged {
            (done, since_damage) = (done + 1, 0);
        } else {
            since_damage = since_damage.saturating_add(1);
        }
        let wrong = found.iter().find(|line| !sent.iter().flatten().any(|truth| truth == *line));
        if let (Some(wrong), true) = (wrong, has_check) {
            return Err(format!("damage {done}, frame {frame:02X?} as {bytes:02X?}: {wrong} was never sent"));
        }
        let truth = &sent[sent.len() - 1];
        // The first whole frame after a damaged one may be lost with it.
        if since_damage > lost_frames_max(driver) && found != *truth {
            return Err(format!(
                "{since_damage} frames after damage {done}, {frame:02X?} gives {found:?} and not {truth:?}"
            ));
        }
    }
    if faults * 2 < done || values == 0 {
        return Err(format!("{done} damages, {faults} faults, {values} values"));
    }
    Ok(())
}

/// How many frames after a damaged one may be lost with it.
fn lost_frames_max(driver: Driver) -> usize {
    match driver {
        // Results come in linked parts of several frames: a part that is lost takes its whole message with it.
        Driver::PhilipsIntellivue => 8,
        _ => 1,
    }
}

fn run_all(damages: usize) {
    let failures: Vec<String> = Driver::ALL
        .iter()
        .filter_map(|driver| Some(format!("{}: {}", driver.name(), run(*driver, damages).err()?)))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_damaged_frame_makes_no_wrong_value_and_costs_at_most_one_more() {
    run_all(DAMAGED_IN_PLAIN_RUN);
}

/// Bytes of this process in memory, where the system tells.
fn resident_bytes() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split(' ').nth(1)?.parse::<u64>().ok()? * 4096)
}

#[test]
#[ignore = "takes minutes: see the head of this file"]
fn a_million_damaged_frames_make_no_wrong_value_and_no_memory_grow() {
    let damages = std::env::var("VIGIL_DAMAGED_FRAMES").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    run_all(DAMAGED_IN_PLAIN_RUN);
    let before = resident_bytes();
    run_all(damages);
    if let (Some(before), Some(after)) = (before, resident_bytes()) {
        println!("{damages} damaged frames of each protocol; memory {before} bytes before, {after} after");
        assert!(after.saturating_sub(before) < GROWTH_BYTES_MAX, "memory grew from {before} to {after} bytes");
    }
}

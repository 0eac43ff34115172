//! Nights on a simulated ward, in memory: scripted deteriorations, probes that come off, motion noise and lost links, through the
//! real sessions, bus and engine. No scripted event is missed, no condition ends for want of data, and the alarm load is reported
//! with and without delay and hysteresis.
//!
//! The ordinary run has an hour of four beds; the whole proof, eight beds for twelve hours with seeds 1 to 10, is
//! `cargo test --release -p vigil --test night -- --ignored --nocapture`.

#![allow(clippy::print_stdout, reason = "the figures of the nights are what this test is run for")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "ward/line.rs"]
#[allow(dead_code, reason = "nobody kills the appliance in the night")]
mod line;
#[path = "night/script.rs"]
mod script;
#[path = "night/shift.rs"]
mod shift;

use std::sync::Arc;
use std::time::Duration;

use line::Line;
use script::Script;
use shift::Shift;
use vigil_config::{EmbeddedProfiles, Plan};
use vigil_model::{Instant, Now, Timestamp};
use vigil_simulators::ward::WardSettings;
use vigil_simulators::{FaultPlan, Scenario, SimulatedWard};

/// What a night came to, under both configurations.
struct Night {
    with: Shift,
    without: Shift,
    start: Timestamp,
    end: Timestamp,
}

/// The plan of the ward with these settings of its limit on oxygen saturation.
fn plan(ward: &SimulatedWard, settings: &str) -> Plan {
    let text = ward.configuration().replace("condition_delay = \"2s\"\n", settings);
    let parsed = vigil_config::parse(&text, "night.toml", &EmbeddedProfiles);
    parsed.unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn night(seed: u64, beds: u32, hours: u32) -> Night {
    let script = Script::new(seed, beds, hours);
    let ward = SimulatedWard::new(WardSettings {
        beds,
        seed,
        scenario: Arc::new(Scenario::parse(&script.scenario(), "night").unwrap()),
        ports: "/run/ports".into(),
        data_dir: "/run/data".into(),
        ehr: None,
        broker: None,
    })
    .unwrap();
    let start = Now { monotonic: Instant::from_micros(7_000_000), utc: Timestamp::from_seconds(1_772_391_600) };
    let with = plan(&ward, "condition_delay = \"12s\"\nhysteresis = 1\n");
    let without = plan(&ward, "condition_delay = \"0s\"\nhysteresis = 0\n");
    let mut lines: Vec<Line> = ward
        .links()
        .iter()
        .zip(&with.links)
        .map(|(link, planned)| Line::new(&ward, link, planned, &FaultPlan::default(), start))
        .collect();
    let mut with = Shift::new(&with, start, Duration::from_secs(40));
    let mut without = Shift::new(&without, start, Duration::from_secs(25));
    let end = start.monotonic + Duration::from_secs(u64::from(hours) * 3600);
    let (mut now, mut reports) = (start, Vec::new());
    while now.monotonic <= end {
        lines.iter_mut().for_each(|line| line.step(now, &mut reports));
        with.step(now, &reports);
        without.step(now, &reports);
        reports.clear();
        let due = lines.iter().filter_map(|line| line.next_due(now)).chain(with.next_due()).chain(without.next_due());
        let next = due.min().unwrap_or(end).max(now.monotonic + Duration::from_micros(1));
        now = now.after(next.since(now.monotonic));
    }
    with.check(&script);
    without.check(&script);
    Night { with, without, start: start.utc, end: now.utc }
}

/// Runs nights, and says in a line for each what the load was.
fn nights(seeds: std::ops::RangeInclusive<u64>, beds: u32, hours: u32) {
    println!("seed  scripted  alarms/h with  without  floods with  without  itself with  without");
    for seed in seeds {
        let night = night(seed, beds, hours);
        let (with, without) = (night.with.load(night.start, night.end), night.without.load(night.start, night.end));
        println!(
            "{seed:>4}  {:>8}  {:>13.2}  {:>7.2}  {:>11}  {:>7}  {:>10.0} %  {:>5.0} %",
            night.with.scripted(),
            with.ward.per_hour,
            without.ward.per_hour,
            with.ward.floods,
            without.ward.floods,
            with.ward.ended_by_itself_share.unwrap_or_default() * 100.0,
            without.ward.ended_by_itself_share.unwrap_or_default() * 100.0,
        );
        assert!(without.ward.alarms > with.ward.alarms, "delay and hysteresis hold back motion noise");
    }
}

#[test]
fn an_hour_of_the_night_misses_nothing() {
    nights(1..=2, 4, 1);
}

#[test]
#[ignore = "ten whole nights take minutes; in release, with --nocapture"]
fn ten_nights_miss_nothing() {
    nights(1..=10, 8, 12);
}

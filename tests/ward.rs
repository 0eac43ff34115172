//! Whole wards in memory: simulated patients and devices, wires that fail, the real sessions, bus, engine, encoders and
//! delivery, an EHR and a nurse call, all under one hand-moved clock. Seeds × scenarios × faults, with a naive model of the
//! alarm rules beside the engine and invariants checked after every step. Nothing sleeps and nothing is random but by seed.
//!
//! A failure says how to run that case again: `VIGIL_WARD_SEED=<seed>[/<scenario>[/<wires>[/crashes]]]`.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

#[path = "ward/case.rs"]
mod case;
#[path = "ward/checks.rs"]
mod checks;
#[path = "ward/condition.rs"]
mod condition;
#[path = "ward/device_model.rs"]
mod device_model;
#[path = "ward/disk.rs"]
mod disk;
#[path = "ward/evidence.rs"]
mod evidence;
#[path = "ward/hospital.rs"]
mod hospital;
#[path = "ward/ledger.rs"]
mod ledger;
#[path = "ward/line.rs"]
mod line;
#[path = "ward/metric_model.rs"]
mod metric_model;
#[path = "ward/network.rs"]
mod network;
#[path = "ward/random.rs"]
mod random;
#[path = "ward/reference.rs"]
mod reference;
#[path = "ward/station.rs"]
mod station;
#[path = "ward/transcript.rs"]
mod transcript;
#[path = "ward/truth.rs"]
mod truth;
#[path = "ward/world.rs"]
mod world;

use std::ops::Range;
use std::time::Duration;

use vigil_model::Instant;
use vigil_simulators::Scenario;
use vigil_simulators::scenario::EMBEDDED;

use case::{Case, Wires};
use transcript::Transcript;
use world::World;

/// Seeds of the table.
const SEEDS: u64 = 10;
/// Seeds of the table with crashes.
const SEEDS_WITH_CRASHES: u64 = 5;
/// Seeds of reports as no device sends them.
const SEEDS_OF_REPORTS: u64 = 50;
/// Simulated time of one case of the table: past the end of every shipped scenario's trouble.
const LENGTH: Duration = Duration::from_secs(80);

/// What `VIGIL_WARD_SEED` asks for.
struct Wanted {
    seeds: Option<Range<u64>>,
    scenario: Option<String>,
    wires: Option<String>,
}

impl Wanted {
    fn read() -> Self {
        let text = std::env::var("VIGIL_WARD_SEED").unwrap_or_default();
        let mut parts = text.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
        let number =
            |text: &str| text.parse::<u64>().expect("VIGIL_WARD_SEED begins with a number or a range, 100..200");
        let seeds = parts.next().map(|seeds| match seeds.split_once("..") {
            Some((from, to)) => number(from)..number(to),
            None => number(&seeds)..number(&seeds) + 1,
        });
        Self { seeds, scenario: parts.next(), wires: parts.next() }
    }

    /// The seeds that are asked for, or the first so many.
    fn seeds(&self, usual: u64) -> Range<u64> {
        self.seeds.clone().unwrap_or(0..usual)
    }

    fn takes(&self, case: &Case) -> bool {
        let is = |wanted: &Option<String>, name: &str| wanted.as_ref().is_none_or(|wanted| wanted == name);
        is(&self.scenario, case.scenario) && is(&self.wires, &format!("{:?}", case.wires))
    }
}

/// Runs a row of the table; how often the appliance was killed.
fn table(wires: Wires, seeds: u64, crashes: bool) -> u64 {
    let wanted = Wanted::read();
    let mut killed = 0;
    for seed in wanted.seeds(seeds) {
        for (scenario, _) in EMBEDDED {
            let case =
                Case { seed, scenario, wires, beds: if *scenario == "demo" { 4 } else { 1 }, length: LENGTH, crashes };
            if wanted.takes(&case) {
                let world = World::new(case, Transcript::none()).run();
                assert!(world.values_checked > 100, "{case}: only {} values", world.values_checked);
                killed += world.crashes;
            }
        }
    }
    killed
}

#[test]
fn good_wires() {
    table(Wires::Good, SEEDS, false);
}

#[test]
fn lossy_wires() {
    table(Wires::Lossy, SEEDS, false);
}

#[test]
fn flipping_wires() {
    table(Wires::Flipping, SEEDS, false);
}

#[test]
fn slow_wires() {
    table(Wires::Slow, SEEDS, false);
}

#[test]
fn unplugged_wires() {
    table(Wires::Unplugged, SEEDS, false);
}

#[test]
fn silent_wires() {
    table(Wires::Silent, SEEDS, false);
}

#[test]
fn doubled_wires() {
    table(Wires::Doubled, SEEDS, false);
}

/// Killed at any step, before or after it was on disk: nothing is lost, nothing is told twice, nothing changes its name.
#[test]
fn the_appliance_is_killed_again_and_again() {
    let mut crashes = 0;
    for wires in [Wires::Good, Wires::Slow, Wires::Unplugged] {
        crashes += table(wires, SEEDS_WITH_CRASHES, true);
    }
    assert!(crashes > 100 || std::env::var_os("VIGIL_WARD_SEED").is_some(), "only {crashes} crashes");
}

/// The same seed says the same to the byte, crashes included; another seed does not.
#[test]
fn the_same_seed_says_the_same() {
    for (scenario, wires) in [("demo", Wires::Slow), ("probe-off", Wires::Lossy), ("link-loss", Wires::Flipping)] {
        let said = |seed| {
            let case = Case { seed, scenario, wires, beds: 2, length: Duration::from_secs(40), crashes: true };
            std::mem::take(&mut World::new(case, Transcript::kept()).run().transcript)
        };
        let (first, second, other) = (said(3), said(3), said(4));
        let parts = first.lines.iter().zip(&second.lines).find(|(a, b)| a != b);
        assert_eq!(parts, None, "{scenario}, {wires:?}: two runs part");
        assert_eq!((first.hash, first.lines.len()), (second.hash, second.lines.len()));
        assert_ne!(first.hash, other.hash, "{scenario}, {wires:?}: the seed makes no difference");
        assert!(first.lines.len() > 1_000);
    }
}

/// What each scenario is about is told, on good wires: the invariants are not kept by saying nothing.
#[test]
fn each_scenario_is_told() {
    let expected: &[(&str, &[&str])] = &[
        ("stable", &[]),
        ("desaturation", &["Low SpO2", "High heart rate"]),
        ("occlusion", &["Occlusion", "High line pressure"]),
        ("bed-exit", &["Bed exit", "Left side rail down"]),
        ("probe-off", &["SPO2 PROBE OFF", "No usable SpO2", "Cannot judge: Low SpO2"]),
        ("link-loss", &["Link lost"]),
    ];
    for (scenario, texts) in expected {
        for seed in 20..23 {
            let case = Case { seed, scenario, wires: Wires::Good, beds: 1, length: LENGTH, crashes: false };
            let world = World::new(case, Transcript::none()).run();
            for text in *texts {
                assert!(
                    world.ledger.began.contains_key(*text),
                    "{case}: {text:?} is not among {:?}",
                    world.ledger.began
                );
            }
            let most = texts.len() + 4; // what follows from it
            assert!(world.ledger.began.len() <= most, "{case}: more than expected: {:?}", world.ledger.began);
        }
    }
}

/// A device that falls silent is one lost link, and not one alarm for each of its values.
#[test]
fn silence_is_told_as_lost_links() {
    for seed in 30..33 {
        let case = Case { seed, scenario: "stable", wires: Wires::Silent, beds: 1, length: LENGTH, crashes: false };
        let world = World::new(case, Transcript::none()).run();
        let began = &world.ledger.began;
        assert!(began.contains_key("Link lost"), "{case}: {began:?}");
        for value in ["No current SpO2", "No current HR", "No current Pressure", "No current Infused"] {
            assert!(!began.contains_key(value), "{case}: {began:?}");
        }
    }
}

/// A unit that is dead, a monitor and a pump that are unplugged: everybody else is heard as often as planned.
#[test]
fn what_is_dead_slows_nobody() {
    const DEAD: &str = r#"
        name = "dead-units"
        title = "Contacts, a monitor and a pump that go away and come back"
        event = [
            { at_s = 10.3, bed = 2, device = "bed", event = "unplug" },
            { at_s = 70.2, bed = 2, device = "bed", event = "replug" },
            { at_s = 12, bed = 1, device = "monitor", event = "unplug" },
            { at_s = 13, bed = 3, device = "pump", event = "unplug" },
        ]
    "#;
    let dead = ["contacts-401-2", "mon-401-1", "pump-402-1"];
    for seed in 0..3 {
        let scenario = "dead-units";
        let case =
            Case { seed, scenario, wires: Wires::Good, beds: 6, length: Duration::from_secs(100), crashes: false };
        let world =
            World::of(case, &case.ward_with(Scenario::parse(DEAD, scenario).unwrap()), Transcript::none()).run();
        for (device, heard) in world.plan.ward.devices.iter().zip(&world.heard) {
            if dead.contains(&&*device.id) {
                continue;
            }
            let metric = heard[0].1;
            let times: Vec<Instant> = heard.iter().filter(|(_, of)| *of == metric).map(|(at, _)| *at).collect();
            let gaps: Vec<f64> = times.windows(2).map(|pair| pair[1].since(pair[0]).as_secs_f64()).collect();
            let planned = device.quiet_time.as_secs_f64() / 3.0;
            let (mean, longest) =
                (gaps.iter().sum::<f64>() / gaps.len() as f64, gaps.iter().copied().fold(0.0, f64::max));
            let is_kept = |gap: f64| gap <= planned * 1.1;
            assert!(is_kept(mean) && mean >= planned * 0.9, "seed {seed}, {}: {mean} s for {planned} s", device.id);
            assert!(is_kept(longest), "seed {seed}, {}: {longest} s once, for {planned} s", device.id);
        }
    }
}

#[test]
fn reports_as_no_device_sends_them() {
    let wanted = Wanted::read();
    for seed in wanted.seeds(SEEDS_OF_REPORTS) {
        println!("seed {seed}");
        random::run(seed);
    }
}

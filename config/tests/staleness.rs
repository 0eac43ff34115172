//! The worst-case staleness that `vigil check` promises, held against the schedule that really runs: the bus of
//! `vigil-protocols` under a hand-moved clock, with units that die whenever they like.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use std::time::Duration;

use proptest::prelude::*;
use vigil_config::report::MetricReport;
use vigil_config::{EmbeddedProfiles, LinkPlan, parse};
use vigil_model::{Instant, Now, Report, Timestamp};
use vigil_protocols::modbus::{Bus, BusAction, BusUnit, PlannedRead, ReadError, RegisterImage};

/// How long a bus is watched.
const WATCHED: Duration = Duration::from_secs(90);

/// A unit: how often its fastest block is read, and what it is.
type Unit = (u64, &'static str);

fn ward(baud: u32, framing: &str, units: &[Unit], timeout_ms: u64) -> String {
    let mut text = format!(
        "[appliance]\nid = \"a\"\neui64 = \"001B19FFFE004B01\"\nsite = \"s\"\nfacility = \"f\"\n[[bed]]\nid = \"b\"\nunit = \"u\"\n\
         room = \"1\"\nbed = \"1\"\n[[link]]\nid = \"bus\"\nserial = {{ port = \"/dev/x\", baud = {baud} }}\n\
         modbus = {{ framing = \"{framing}\", response_timeout = \"{timeout_ms}ms\", late_window = \"50ms\", pause = \"1ms\" }}\n"
    );
    for (unit, (period_ms, profile)) in (1..).zip(units) {
        text += &format!(
            "[[device]]\nid = \"d{unit}\"\nbed = \"b\"\nlink = \"bus\"\ndriver = \"modbus\"\nprofile = \"{profile}\"\n\
             unit = {unit}\npoll_interval = \"{period_ms}ms\"\nfresh_for = \"1h\"\n"
        );
    }
    text
}

/// The longest time between two answers of one read.
struct Gap {
    unit: usize,
    longest: Duration,
    /// What is promised of its values, by the number of dead units.
    promised: Vec<Duration>,
}

/// The reads of all units that live throughout, when the others die at their time.
fn longest_gaps(text: &str, dies_ms: &[Option<u64>]) -> Vec<Gap> {
    let plan = parse(text, "bus.toml", &EmbeddedProfiles).unwrap_or_else(|problems| panic!("{problems:?}"));
    let report = plan.report();
    let LinkPlan::Bus { settings, units, .. } = &plan.links[0] else { panic!("a bus") };
    let reads: Vec<_> = units.iter().flat_map(|unit| unit.profile.read_plan(unit.unit)).collect();
    let costs_us: Vec<u64> = report.links[0].bus.as_ref().unwrap().reads.iter().map(|read| read.cost_us).collect();
    assert_eq!(costs_us.len(), reads.len());

    let mut bus = Bus::new(*settings, units.clone());
    let at = |micros: u64| Now { monotonic: Instant::from_micros(micros), utc: Timestamp::from_micros(0) };
    let mut time = 1_000_000;
    let end = time + u64::try_from(WATCHED.as_micros()).unwrap();
    let mut answered: Vec<Option<u64>> = vec![None; reads.len()];
    let mut gaps = vec![0; reads.len()];
    bus.handle_connected(at(time));
    while time < end {
        match bus.poll_action(at(time)) {
            BusAction::Wait(until) => time = until.as_micros().max(time + 1),
            BusAction::Read(request) => {
                let unit = usize::from(request.unit().0) - 1;
                let read = reads.iter().position(|read| read.request == request).unwrap();
                if dies_ms[unit].is_some_and(|dies_ms| time >= dies_ms * 1000) {
                    time += u64::try_from((settings.response_timeout + settings.late_window).as_micros()).unwrap();
                    bus.handle_outcome(at(time), Err(ReadError::Timeout));
                } else {
                    // The pause is in the cost, and the bus keeps it by itself.
                    let pause = settings.pause.max(reads[read].pause);
                    time += costs_us[read] - u64::try_from(pause.as_micros()).unwrap();
                    let image = RegisterImage::new(units[unit].profile.clone());
                    bus.handle_outcome(at(time), image.read(&request).map_err(ReadError::Exception));
                    if let Some(before) = answered[read].replace(time) {
                        gaps[read] = u64::max(gaps[read], time - before);
                    }
                }
            }
        }
        while bus.poll_report().is_some() {}
    }
    let gap = |(read, longest): (&PlannedRead, u64)| {
        let unit = usize::from(read.request.unit().0) - 1;
        let promised = report.devices[unit].metrics.iter().find(|metric| brings(&units[unit], read, metric))?;
        let promised = promised.worst_case_staleness.iter().map(|age| age.get()).collect();
        Some(Gap { unit, longest: Duration::from_micros(longest), promised })
    };
    let gaps = reads.iter().zip(gaps).filter_map(gap);
    gaps.filter(|gap| dies_ms[gap.unit].is_none()).collect()
}

/// Whether a read brings this metric.
fn brings(unit: &BusUnit, read: &PlannedRead, metric: &MetricReport) -> bool {
    let image = RegisterImage::new(unit.profile.clone());
    let data = image.read(&read.request).unwrap();
    unit.profile.reports(read.request.table(), read.request.address(), &data).iter().any(|report| {
        matches!(report, Report::Observation(said) if said.metric == metric.metric && said.containment.to_string() == metric.containment)
    })
}

fn keeps_its_promise(baud: u32, framing: &str, units: &[Unit], timeout_ms: u64, dies_ms: &[Option<u64>]) {
    let dead = dies_ms.iter().filter(|dies| dies.is_some()).count();
    let gaps = longest_gaps(&ward(baud, framing, units, timeout_ms), dies_ms);
    assert!(!gaps.is_empty());
    for Gap { unit, longest, promised } in gaps {
        // What is read less often than it was watched for has no gap.
        assert!(
            longest <= promised[dead],
            "unit {unit}: {longest:?} between answers, {:?} promised with {dead} dead",
            promised[dead]
        );
        assert!(!longest.is_zero() || promised[0] * 2 > WATCHED, "unit {unit} is read");
    }
}

const CONTACTS: &str = "bed-contacts";

#[test]
fn a_bus_whose_units_all_live_keeps_its_promise() {
    let units = [500, 500, 1_000, 250].map(|period_ms| (period_ms, CONTACTS));
    keeps_its_promise(19_200, "rtu", &units, 100, &[None; 4]);
}

/// The first read of an alarm block comes at once, and the second within a period of it, wherever its planned times are.
#[test]
fn the_first_reads_keep_the_promise() {
    keeps_its_promise(38_400, "rtu", &[(500, CONTACTS), (500, CONTACTS), (400, CONTACTS)], 50, &[None; 3]);
}

#[test]
fn a_bus_with_three_dead_units_keeps_its_promise() {
    keeps_its_promise(19_200, "rtu", &[(500, CONTACTS); 4], 300, &[None, Some(5_000), Some(5_100), Some(20_000)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_bus_keeps_its_promise(
        framing in proptest::sample::select(vec!["rtu", "ascii"]),
        baud in proptest::sample::select(vec![9_600u32, 19_200, 38_400, 115_200]),
        units in proptest::collection::vec(
            proptest::sample::select(vec![
                (500, CONTACTS), (1_000, CONTACTS), (2_000, CONTACTS), (1_000, "remote-io"), (2_000, "tsi-pressura"),
                (5_000, "thermo-refrigerator"), (2_000, "bender-isometer"),
            ]),
            2..6,
        ),
        timeout_ms in proptest::sample::select(vec![50u64, 100, 300, 1_000]),
        dies in proptest::collection::vec((any::<proptest::sample::Index>(), 0u64..30_000), 0..4),
    ) {
        let mut dies_ms = vec![None; units.len()];
        for (unit, at_ms) in dies {
            let unit = unit.index(units.len());
            let dead = dies_ms.iter().filter(|dies: &&Option<u64>| dies.is_some()).count();
            if dead + 1 < units.len() {
                dies_ms[unit] = Some(at_ms);
            }
        }
        keeps_its_promise(baud, framing, &units, timeout_ms, &dies_ms);
    }
}

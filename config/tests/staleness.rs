//! The worst-case staleness that `vigil check` promises, held against the schedule that really runs: the bus of
//! `vigil-protocols` under a hand-moved clock, with units that die whenever they like.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use std::time::Duration;

use proptest::prelude::*;
use vigil_config::{EmbeddedProfiles, LinkPlan, parse};
use vigil_model::{Instant, Now, Timestamp};
use vigil_protocols::modbus::{Bus, BusAction, Data, ReadError};

/// How long a bus is watched.
const WATCHED: Duration = Duration::from_secs(90);

fn ward(baud: u32, periods_ms: &[u64], timeout_ms: u64) -> String {
    let mut text = format!(
        "[appliance]\nid = \"a\"\neui64 = \"001B19FFFE004B01\"\nsite = \"s\"\nfacility = \"f\"\n[[bed]]\nid = \"b\"\nunit = \"u\"\n\
         room = \"1\"\nbed = \"1\"\n[[link]]\nid = \"bus\"\nserial = {{ port = \"/dev/x\", baud = {baud} }}\n\
         modbus = {{ response_timeout = \"{timeout_ms}ms\", late_window = \"50ms\", pause = \"1ms\" }}\n"
    );
    for (unit, period_ms) in (1..).zip(periods_ms) {
        text += &format!(
            "[[device]]\nid = \"d{unit}\"\nbed = \"b\"\nlink = \"bus\"\ndriver = \"modbus\"\nprofile = \"bed-contacts\"\n\
             unit = {unit}\npoll_interval = \"{period_ms}ms\"\nfresh_for = \"1h\"\n"
        );
    }
    text
}

/// The longest time between two answers of each unit, when some die at their time. `None` for those.
fn longest_gaps(text: &str, dies_ms: &[Option<u64>]) -> (Vec<Option<Duration>>, Vec<Vec<Duration>>) {
    let plan = parse(text, "bus.toml", &EmbeddedProfiles).unwrap_or_else(|problems| panic!("{problems:?}"));
    let report = plan.report();
    let cost_us = report.links[0].bus.as_ref().unwrap().reads.iter().map(|read| read.cost_us).max().unwrap();
    let bounds = report
        .devices
        .iter()
        .map(|device| device.metrics[0].worst_case_staleness.iter().map(|age| age.get()).collect());
    let LinkPlan::Bus { settings, units, .. } = &plan.links[0] else { panic!("a bus") };

    let mut bus = Bus::new(*settings, units.clone());
    let at = |micros: u64| Now { monotonic: Instant::from_micros(micros), utc: Timestamp::from_micros(0) };
    let mut time = 1_000_000;
    let end = time + u64::try_from(WATCHED.as_micros()).unwrap();
    let mut answered: Vec<Option<u64>> = vec![None; units.len()];
    let mut gaps = vec![0; units.len()];
    bus.handle_connected(at(time));
    while time < end {
        match bus.poll_action(at(time)) {
            BusAction::Wait(until) => time = until.as_micros().max(time + 1),
            BusAction::Read(request) => {
                let unit = usize::from(request.unit().0) - 1;
                if dies_ms[unit].is_some_and(|dies_ms| time >= dies_ms * 1000) {
                    time += u64::try_from((settings.response_timeout + settings.late_window).as_micros()).unwrap();
                    bus.handle_outcome(at(time), Err(ReadError::Timeout));
                } else {
                    time += cost_us - u64::try_from(settings.pause.as_micros()).unwrap();
                    bus.handle_outcome(at(time), Ok(Data::Bits(vec![true; usize::from(request.count())])));
                    if let Some(before) = answered[unit].replace(time) {
                        gaps[unit] = u64::max(gaps[unit], time - before);
                    }
                }
            }
        }
        while bus.poll_report().is_some() {}
    }
    let gaps = gaps.into_iter().zip(dies_ms).map(|(gap, dies)| dies.is_none().then_some(Duration::from_micros(gap)));
    (gaps.collect(), bounds.collect())
}

fn keeps_its_promise(baud: u32, periods_ms: &[u64], timeout_ms: u64, dies_ms: &[Option<u64>]) {
    let dead = dies_ms.iter().filter(|dies| dies.is_some()).count();
    let (gaps, bounds) = longest_gaps(&ward(baud, periods_ms, timeout_ms), dies_ms);
    for (gap, bound) in gaps.iter().zip(&bounds) {
        let Some(gap) = gap else { continue };
        assert!(!gap.is_zero(), "it is read");
        assert!(*gap <= bound[dead], "{gap:?} between answers, {:?} promised with {dead} dead", bound[dead]);
    }
}

#[test]
fn a_bus_whose_units_all_live_keeps_its_promise() {
    keeps_its_promise(19_200, &[500, 500, 1_000, 250], 100, &[None; 4]);
}

/// The first read of an alarm block comes at once, and the second within a period of it, wherever its planned times are.
#[test]
fn the_first_reads_keep_the_promise() {
    keeps_its_promise(38_400, &[500, 500, 400], 50, &[None; 3]);
}

#[test]
fn a_bus_with_three_dead_units_keeps_its_promise() {
    keeps_its_promise(19_200, &[500, 500, 500, 500], 300, &[None, Some(5_000), Some(5_100), Some(20_000)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_bus_keeps_its_promise(
        baud in proptest::sample::select(vec![9_600u32, 19_200, 38_400, 115_200]),
        periods_ms in proptest::collection::vec(proptest::sample::select(vec![250u64, 400, 500, 1_000, 2_000]), 2..6),
        timeout_ms in proptest::sample::select(vec![50u64, 100, 300, 1_000]),
        dies in proptest::collection::vec((any::<proptest::sample::Index>(), 0u64..30_000), 0..4),
    ) {
        let mut dies_ms = vec![None; periods_ms.len()];
        for (unit, at_ms) in dies {
            let unit = unit.index(periods_ms.len());
            let dead = dies_ms.iter().filter(|dies: &&Option<u64>| dies.is_some()).count();
            if dead + 1 < periods_ms.len() {
                dies_ms[unit] = Some(at_ms);
            }
        }
        keeps_its_promise(baud, &periods_ms, timeout_ms, &dies_ms);
    }
}

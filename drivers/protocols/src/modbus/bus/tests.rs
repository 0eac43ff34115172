//! The schedule under a hand-moved clock and a line that takes time, with units that are dead, late, refusing and back.

use std::collections::BTreeSet;

use proptest::prelude::*;
use vigil_model::{LinkState, Reading};

use super::*;
use crate::modbus::profile::tests::all_kinds;
use crate::modbus::{RegisterImage, Table};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// How a simulated unit behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Manner {
    Answers,
    Dead,
    /// Every so many answers come too late.
    Late(u64),
    Exception(u8),
    /// Refuses requests that touch this address of this table.
    Refuses(Table, u16),
}

/// A line at 19 200 baud 8E1: 0.573 ms a character.
struct Line {
    bus: Bus,
    now: Now,
    images: Vec<RegisterImage>,
    manners: Vec<Manner>,
    asked: Vec<u64>,
    reports: Vec<DeviceReport>,
    reads: Vec<(Instant, ReadRequest)>,
    settings: BusSettings,
}

const CHARACTER: Duration = Duration::from_micros(573);

impl Line {
    fn new(profile: &Arc<RegisterProfile>, manners: Vec<Manner>) -> Self {
        let settings = BusSettings::default();
        let unit = |index: usize| BusUnit {
            device: DeviceIndex(index as u32),
            unit: UnitId(index as u8 + 1),
            profile: Arc::clone(profile),
            poll_interval: None,
            quiet_time: None,
        };
        let mut bus = Bus::new(settings, (0..manners.len()).map(unit).collect());
        let now = Now { monotonic: Instant::from_micros(5_000_000), ..Now::default() };
        bus.handle_connected(now);
        let images = manners.iter().map(|_| RegisterImage::new(Arc::clone(profile))).collect();
        let asked = vec![0; manners.len()];
        Self { bus, now, images, manners, asked, reports: Vec::new(), reads: Vec::new(), settings }
    }

    fn run(&mut self, duration: Duration) {
        let end = self.now.monotonic + duration;
        let mut steps = 0;
        while self.now.monotonic < end {
            steps += 1;
            assert!(steps < 2_000_000, "the schedule does not get on");
            match self.bus.poll_action(self.now) {
                BusAction::Wait(until) => {
                    assert!(until > self.now.monotonic, "waiting for the past");
                    self.pass(until.min(end).since(self.now.monotonic));
                }
                BusAction::Read(request) => self.read(request),
            }
            self.reports.extend(std::iter::from_fn(|| self.bus.poll_report()));
        }
    }

    fn read(&mut self, request: ReadRequest) {
        self.reads.push((self.now.monotonic, request));
        self.pass(CHARACTER * 11 + MS(1)); // gap and request
        let index = usize::from(request.unit().0) - 1;
        self.asked[index] += 1;
        let refused = |table: Table, address: u16| {
            request.table() == table && (request.address()..request.address() + request.count()).contains(&address)
        };
        let outcome = match self.manners[index] {
            Manner::Dead => Err(ReadError::Timeout),
            Manner::Late(every) if self.asked[index].is_multiple_of(every) => Err(ReadError::Timeout),
            Manner::Exception(code) => Err(ReadError::Exception(code)),
            Manner::Refuses(table, address) if refused(table, address) => Err(ReadError::Exception(2)),
            Manner::Answers | Manner::Late(_) | Manner::Refuses(..) => {
                self.images[index].read(&request).map_err(ReadError::Exception)
            }
        };
        if outcome == Err(ReadError::Timeout) {
            self.pass(self.settings.response_timeout);
            self.bus.handle_outcome(self.now, outcome);
            let late = if self.manners[index] == Manner::Dead { 0 } else { 5 + request.payload_bytes() };
            self.pass(self.settings.late_window);
            self.bus.handle_late(self.now, late);
        } else {
            self.pass(MS(4) + CHARACTER * (5 + request.payload_bytes() as u32));
            self.bus.handle_outcome(self.now, outcome);
        }
    }

    fn pass(&mut self, duration: Duration) {
        self.now = self.now.after(duration);
    }

    /// Times of the reads of one unit since `since`.
    fn times(&self, unit: usize, since: Instant) -> Vec<Instant> {
        let of_unit = |(at, request): &(Instant, ReadRequest)| {
            (usize::from(request.unit().0) == unit + 1 && *at >= since).then_some(*at)
        };
        self.reads.iter().filter_map(of_unit).collect()
    }

    fn links(&self, unit: usize) -> Vec<&str> {
        let of_unit = self.reports.iter().filter(|report| report.device == DeviceIndex(unit as u32));
        of_unit
            .filter_map(|report| match &report.report {
                Report::Link(LinkState::Connecting) => Some("connecting"),
                Report::Link(LinkState::Associating) => Some("associating"),
                Report::Link(LinkState::Up) => Some("up"),
                Report::Link(LinkState::Lost { .. }) => Some("lost"),
                _ => None,
            })
            .collect()
    }
}

/// One block of twelve registers a second.
fn twelve_registers() -> Arc<RegisterProfile> {
    let text = r#"
        name = "twelve"
        title = "Twelve registers"
        mds = "MDC_DEV_MON_MDS"
        vmd = [{ containment = "1.1.0.0", code = "MDCX_TEST_VMD" }]
        channel = [{ containment = "1.1.1.0", code = "MDCX_TEST_CHAN" }]
        block = [{ name = "values", table = "input-registers", address = 0, count = 12, period = "1s" }]
        register = [{ block = "values", address = 3, type = "u16", code = "MDCX_TEST_COUNT", containment = "1.1.1.1", unit = "1" }]
    "#;
    Arc::new(RegisterProfile::parse(text, "twelve").unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn five_dead_units_of_thirty_do_not_slow_the_others(
        dead in prop::collection::btree_set(0usize..30, 5),
        late in prop::option::of(0usize..30),
        sudden: bool,
    ) {
        let profile = twelve_registers();
        let mut manners = vec![Manner::Answers; 30];
        dead.iter().for_each(|unit| manners[*unit] = Manner::Dead);
        let late = late.filter(|unit| !dead.contains(unit));
        if let Some(unit) = late {
            manners[unit] = Manner::Late(3); // 150 ms a second are gone by this alone
        }
        let mut line = Line::new(&profile, manners);
        if sudden {
            let all_answer = vec![Manner::Answers; 30];
            let will_be = std::mem::replace(&mut line.manners, all_answer);
            line.run(Duration::from_secs(30));
            line.manners = will_be;
        }
        line.run(Duration::from_secs(30));
        let settled = line.now.monotonic;
        line.run(Duration::from_secs(300));
        for unit in (0..30).filter(|unit| !dead.contains(unit)) {
            let times = line.times(unit, settled);
            // A late unit stands back while it is not trusted, so that its single reads jitter.
            let polls = if late == Some(unit) { 40 } else { 10 };
            for window in times.windows(polls + 1) {
                let period = window[polls].since(window[0]) / polls as u32;
                prop_assert!((MS(900)..=MS(1100)).contains(&period), "unit {} every {:?}", unit, period);
            }
            for pair in times.windows(2) {
                let longest = if late == Some(unit) { MS(3000) } else { MS(2000) };
                prop_assert!(pair[1].since(pair[0]) < longest, "unit {} missed one", unit);
            }
            if late != Some(unit) {
                prop_assert_eq!(line.links(unit), ["associating", "up"]);
            }
        }
        let probes: usize = dead.iter().map(|unit| line.times(*unit, settled).len()).sum();
        // 5 % of 300 s at 0.4 s each are 37.
        prop_assert!((5..=40).contains(&probes), "{} probes", probes);
        for unit in dead {
            let expected: &[&str] = if sudden { &["associating", "up", "lost"] } else { &["associating", "lost"] };
            prop_assert_eq!(line.links(unit), expected);
        }
        if let Some(unit) = late {
            let (_, counters) = line.bus.counters().nth(unit).unwrap();
            prop_assert_eq!(counters.late_bytes, counters.timeouts * 29);
            prop_assert!(counters.timeouts > 90);
        }
    }

    #[test]
    fn any_outcomes_are_survived(script in prop::collection::vec((0u8..12, 0u64..900), 0..200)) {
        let profile = all_kinds();
        let unit = |index: u8| BusUnit {
            device: DeviceIndex(index.into()), unit: UnitId(index), profile: Arc::clone(&profile),
            poll_interval: Some(MS(200)), quiet_time: None,
        };
        let mut bus = Bus::new(BusSettings::default(), (0..3).map(unit).collect());
        let mut now = Now::default();
        for (what, wait) in script {
            let action = bus.poll_action(now);
            match (what, action) {
                (0, _) => bus.handle_connected(now),
                (1, _) => bus.handle_disconnected(now, "unplugged"),
                (2, _) => bus.handle_outcome(now, Err(ReadError::Timeout)),
                (3, _) => bus.handle_outcome(now, Ok(Data::Bits(vec![true]))),
                (4, _) => bus.handle_outcome(now, Err(ReadError::Protocol("noise".into()))),
                (5, _) => bus.handle_late(now, 7),
                (6, _) => bus.handle_outcome(now, Err(ReadError::Exception(2))),
                (7, _) => bus.handle_outcome(now, Err(ReadError::Transport("gone".into()))),
                (_, BusAction::Read(request)) => {
                    let data = RegisterImage::new(Arc::clone(&profile)).read(&request);
                    bus.handle_outcome(now, data.map_err(ReadError::Exception));
                }
                (_, BusAction::Wait(until)) => prop_assert!(until > now.monotonic),
            }
            while bus.poll_report().is_some() {}
            now = now.after(MS(wait));
        }
    }
}

#[test]
fn a_unit_that_comes_back_is_found_and_its_alarms_are_read_first() {
    let mut line = Line::new(&all_kinds(), vec![Manner::Answers, Manner::Dead]);
    line.run(Duration::from_secs(60));
    assert_eq!(line.links(1), ["associating", "lost"]);
    line.manners[1] = Manner::Answers;
    line.images[1].set_alarm("Battery low", true).unwrap();
    line.images[1].set_identity(&vigil_model::Identity { serial: "SN-42".into(), ..Default::default() });
    let back = line.now.monotonic;
    line.reports.clear();
    line.run(Duration::from_secs(60));
    let reads: Vec<_> = line.reads.iter().filter(|(at, request)| *at >= back && request.unit() == UnitId(2)).collect();
    assert!(reads[0].0.since(back) <= Duration::from_secs(33), "{:?}", reads[0].0.since(back));
    assert_eq!(reads[0].1.address(), 100, "the alarm block is read first");
    let said: Vec<&Report> =
        line.reports.iter().filter(|report| report.device == DeviceIndex(1)).map(|report| &report.report).collect();
    assert_eq!(said[0], &Report::Link(LinkState::Up));
    let listed = said.iter().position(|report| **report == Report::AlarmsListed).unwrap();
    let alarms: Vec<(&str, bool)> = said[..listed]
        .iter()
        .filter_map(|report| match report {
            Report::Alarm(alarm) => Some((&*alarm.text, alarm.present)),
            _ => None,
        })
        .collect();
    assert_eq!(alarms.len(), 4, "all conditions are said, present or absent: {alarms:?}");
    assert!(alarms.contains(&("Battery low", true)) && alarms.contains(&("Pressure high", false)));
    assert!(said[listed..].iter().any(|report| matches!(report, Report::Identity(_))));
}

#[test]
fn silence_is_noticed_within_quiet_time_and_one_read() {
    let mut line = Line::new(&twelve_registers(), vec![Manner::Answers; 10]);
    line.run(Duration::from_secs(10));
    line.manners[4] = Manner::Dead;
    line.reports.clear();
    let last = *line.times(4, Instant::default()).last().unwrap();
    line.run(Duration::from_secs(10));
    let lost =
        line.reports.iter().find(|report| matches!(report.report, Report::Link(LinkState::Lost { .. }))).unwrap();
    assert_eq!(lost.device, DeviceIndex(4));
    let after = lost.received.monotonic.since(last);
    assert!(after >= Duration::from_secs(3) && after <= MS(3600), "{after:?}");
}

#[test]
fn a_unit_that_only_answers_with_exceptions_is_alive() {
    let mut line = Line::new(&twelve_registers(), vec![Manner::Exception(4), Manner::Exception(11)]);
    line.run(Duration::from_secs(30));
    assert_eq!(line.links(0), ["associating", "up"]);
    assert_eq!(line.links(1), ["associating", "lost"], "exception 11 is the gateway's word that the unit is silent");
    assert!(line.times(0, Instant::default()).len() >= 29);
}

#[test]
fn a_bad_address_does_not_sink_its_neighbours() {
    let manner = Manner::Refuses(Table::InputRegisters, 5); // inside MDCX_TEST_SWAPPED
    let mut line = Line::new(&all_kinds(), vec![manner]);
    line.run(Duration::from_secs(20));
    let settled = line.now.monotonic;
    line.reports.clear();
    line.run(Duration::from_secs(10));
    let mut seen = BTreeSet::new();
    for report in &line.reports {
        match &report.report {
            Report::Observation(observation) => {
                seen.insert(observation.metric.refid());
            }
            Report::Fault(fault) => panic!("the bad address is not asked for again: {fault:?}"),
            _ => {}
        }
    }
    assert!(!seen.contains("MDCX_TEST_SWAPPED"));
    for code in ["MDC_TEMP", "MDCX_TEST_WIDE", "MDCX_TEST_FLOAT", "MDCX_TEST_COARSE", "MDCX_TEST_TEXT"] {
        assert!(seen.contains(code), "{code}: {seen:?}");
    }
    // Ten minutes later the device has been updated and has the address.
    line.manners[0] = Manner::Answers;
    line.run(EXCLUDED_RETRY + Duration::from_secs(5));
    let whole = line.reads.iter().any(|(at, request)| *at > settled && request.address() == 0 && request.count() == 9);
    assert!(whole, "the whole block is read again");
    let absent = |report: &DeviceReport| matches!(&report.report, Report::Observation(o) if matches!(o.reading, Reading::Absent(_)) && o.metric.refid() == "MDCX_TEST_SWAPPED");
    assert!(!line.reports.iter().any(absent));
}

#[test]
fn a_table_that_is_not_there_is_reported_once_as_absent_values() {
    let mut line = Line::new(&twelve_registers(), vec![Manner::Exception(1)]);
    line.run(Duration::from_secs(30));
    let absent = line
        .reports
        .iter()
        .filter(|report| matches!(&report.report, Report::Observation(o) if matches!(o.reading, Reading::Absent(_))));
    assert_eq!(absent.count(), 1);
    // Nothing is left to read, so that nothing proves that it lives.
    assert_eq!(line.links(0), ["associating", "up", "lost"]);
}

#[test]
fn units_do_not_bunch() {
    let mut line = Line::new(&twelve_registers(), vec![Manner::Answers; 10]);
    line.run(Duration::from_secs(5));
    let settled = line.now.monotonic;
    line.run(Duration::from_secs(2));
    let times: Vec<Instant> = line.reads.iter().map(|(at, _)| *at).filter(|at| *at >= settled).collect();
    for pair in times.windows(2) {
        let apart = pair[1].since(pair[0]);
        assert!(apart >= MS(95) && apart <= MS(105), "{apart:?}");
    }
}

#[test]
fn buses_that_are_connected_together_are_polled_at_places_of_their_own() {
    let profile = twelve_registers(); // read every second
    let places = (0..200).map(|device| {
        let unit = BusUnit {
            device: DeviceIndex(device),
            unit: UnitId(1),
            profile: Arc::clone(&profile),
            poll_interval: Some(MS(100)),
            quiet_time: None,
        };
        let mut bus = Bus::new(BusSettings::default(), vec![unit]);
        let mut now = Now { monotonic: Instant::from_micros(7_123_456), ..Now::default() };
        bus.handle_connected(now);
        let mut reads = Vec::new();
        while reads.len() < 4 {
            match bus.poll_action(now) {
                BusAction::Wait(until) => now.monotonic = until,
                BusAction::Read(request) => {
                    reads.push(now.monotonic.as_micros());
                    bus.handle_outcome(now, Ok(Data::Registers(vec![0; usize::from(request.count())])));
                }
            }
        }
        assert_eq!(reads[0], 7_123_456, "the first read waits for nothing");
        assert!(reads[1] - reads[0] <= 100_000 && reads[2] - reads[1] == 100_000, "{reads:?}");
        reads[3] % 100_000
    });
    let mut buses_at = std::collections::BTreeMap::<u64, u32>::new();
    places.for_each(|place| *buses_at.entry(place).or_default() += 1);
    let even: Vec<(u64, u32)> = (0..10).map(|tick| (tick * 10_000, 20)).collect();
    assert_eq!(buses_at.into_iter().collect::<Vec<_>>(), even);
}

#[test]
fn a_lost_connection_is_said_for_every_unit_once() {
    let mut line = Line::new(&twelve_registers(), vec![Manner::Answers, Manner::Dead]);
    line.run(Duration::from_secs(10));
    line.bus.handle_disconnected(line.now, "unplugged");
    line.bus.handle_disconnected(line.now, "cannot be opened");
    assert!(matches!(line.bus.poll_action(line.now), BusAction::Wait(_)));
    line.reports.extend(std::iter::from_fn(|| line.bus.poll_report()));
    assert_eq!(line.links(0), ["associating", "up", "lost"]);
    assert_eq!(line.links(1), ["associating", "lost"]);
}

#[test]
fn a_poll_interval_scales_all_blocks() {
    let profile = all_kinds();
    let unit =
        BusUnit { device: DeviceIndex(0), unit: UnitId(1), profile, poll_interval: Some(MS(250)), quiet_time: None };
    let bus = Bus::new(BusSettings::default(), vec![unit]);
    let periods: BTreeSet<Duration> = bus.tasks.iter().map(|task| task.period).collect();
    assert_eq!(periods.into_iter().collect::<Vec<_>>(), [MS(250), MS(500), MS(30_000)]);
}

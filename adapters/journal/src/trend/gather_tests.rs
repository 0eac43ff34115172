//! Buckets against a naive model that looks at the whole history for every second of them.

use proptest::prelude::*;
use vigil_model::{
    Absence, Appliance, Category, Code, Containment, Device as WardDevice, Eui64, Location, Profile, TechnicalRules,
    dim, mdc,
};

use super::*;

const FRESH: u64 = 20;
const QUIET: u64 = 12;
const LENGTH: u64 = 30;
/// Civil time of monotonic zero: in the middle of a bucket.
const START: i64 = 1_000_000_007;

fn now(second: u64) -> Now {
    Now {
        monotonic: Instant::from_micros(second * 1_000_000),
        utc: Timestamp::from_seconds(START + second.cast_signed()),
    }
}

const SPO2: Containment = Containment::new(1, 1, 1, 1);
const RATE: Containment = Containment::new(1, 1, 1, 2);

fn metric(code: Code, containment: Containment, unit: Unit) -> MetricDescriptor {
    MetricDescriptor {
        code,
        containment,
        unit: Some(unit),
        category: Category::Measurement,
        fresh_for: None,
        episodic: false,
        plausible: Some((Quantity::new(0, 0), Quantity::new(100, 0))),
        label: "x".into(),
    }
}

fn ward() -> Ward {
    let profile = Profile {
        name: "test".into(),
        title: "test".into(),
        mds: mdc::DEV_MON_PHYSIO_MULTI_PARAM_MDS,
        nodes: Vec::new(),
        metrics: vec![
            metric(mdc::PULS_OXIM_SAT_O2, SPO2, dim::PERCENT),
            metric(mdc::PULS_OXIM_PULS_RATE, RATE, dim::BEAT_PER_MIN),
        ],
        alarms: Vec::new(),
        fresh_for: Duration::from_secs(FRESH),
    };
    let bed = |id: &str| vigil_model::Bed {
        id: id.into(),
        location: Location::default(),
        patient: None,
        report_interval: Duration::from_secs(60),
        rules: Vec::new(),
        technical: TechnicalRules::default(),
        further: vigil_model::BedRules::default(),
    };
    let device = |id: &str, bed: u32| WardDevice {
        id: id.into(),
        bed: BedIndex(bed),
        profile: Arc::new(profile.clone()),
        eui64: None,
        quiet_time: Duration::from_secs(QUIET),
        fresh_for: None,
    };
    Ward {
        appliance: Appliance {
            id: "ward".into(),
            eui64: Eui64(1),
            site: "s".into(),
            facility: "f".into(),
            test: false,
        },
        beds: vec![bed("bed-1"), bed(CANARY)],
        devices: vec![device("mon-1", 0), device("mon-2", 1)],
        calculators: Vec::new(),
    }
}

fn seen(metric: Containment, reading: Reading) -> Report {
    let (code, unit) = if metric == SPO2 {
        (mdc::PULS_OXIM_SAT_O2, dim::PERCENT)
    } else {
        (mdc::PULS_OXIM_PULS_RATE, dim::BEAT_PER_MIN)
    };
    Report::Observation(Observation::new(code, metric, Some(unit), reading))
}

fn number(value: i64) -> Reading {
    Reading::Value(Value::Numeric(Quantity::new(value, 0)), Quality::Valid)
}

fn lost() -> Report {
    Report::Link(LinkState::Lost { reason: "test".into() })
}

fn report(second: u64, report: Report) -> DeviceReport {
    DeviceReport { device: DeviceIndex(0), received: now(second), report }
}

fn gatherer() -> Gatherer {
    Gatherer::new(&ward(), Duration::from_secs(LENGTH), now(0))
}

fn rows(gatherer: &mut Gatherer) -> Vec<TrendRow> {
    gatherer.pieces().into_iter().flat_map(|piece| piece.rows).collect()
}

/// Whether there is a current value of `metric` in the middle of the second that begins at `at`.
fn current(history: &[(u64, Report)], metric: Containment, at: u64) -> bool {
    let past: Vec<&(u64, Report)> = history.iter().take_while(|(second, _)| *second <= at).collect();
    let last = past.iter().rposition(|(_, said)| matches!(said, Report::Observation(of) if of.containment == metric));
    let Some(last) = last else { return false };
    if !good(&past, last) || at >= past[last].0 + FRESH {
        return false;
    }
    let mut heard = past[last].0;
    for (second, said) in past[last + 1..].iter().copied() {
        match said {
            Report::Link(LinkState::Lost { .. }) => return false,
            Report::Fault(_) => continue,
            Report::Mode(mode) if *mode != OperatingMode::Normal => return false,
            _ => {}
        }
        if *second >= heard + QUIET {
            return false;
        }
        heard = *second;
    }
    at < heard + QUIET
}

/// Whether the observation at a position is a value of a patient.
fn good(past: &[&(u64, Report)], position: usize) -> bool {
    let mode = past[..position].iter().rev().find_map(|(_, said)| match said {
        Report::Mode(mode) => Some(*mode),
        _ => None,
    });
    let Report::Observation(observation) = &past[position].1 else { return false };
    mode.unwrap_or_default() == OperatingMode::Normal
        && matches!(&observation.reading, Reading::Value(Value::Numeric(number), Quality::Valid)
            if number.mantissa() <= 100)
}

fn naive(history: &[(u64, Report)], metric: Containment, from: u64, until: u64) -> Bucket {
    let covered = (from..until).filter(|second| current(history, metric, *second)).count() as u64;
    let past: Vec<&(u64, Report)> = history.iter().collect();
    let values = (0..past.len()).filter_map(|position| {
        let (second, Report::Observation(of)) = past[position] else { return None };
        let is_in = (from..until).contains(second) && of.containment == metric && good(&past, position);
        is_in.then(|| of.reading.value().and_then(Value::quantity)).flatten()
    });
    let spread = values.map(Spread::of).reduce(Spread::then);
    Bucket { spread, covered: Duration::from_secs(covered) }
}

fn what() -> impl Strategy<Value = Report> {
    let metric = || prop_oneof![Just(SPO2), Just(RATE)];
    prop_oneof![
        8 => (metric(), 60i64..110).prop_map(|(metric, value)| seen(metric, number(value))),
        1 => metric().prop_map(|metric| seen(metric, Reading::Absent(Absence::Invalid))),
        1 => Just(lost()),
        1 => Just(Report::Link(LinkState::Up)),
        1 => Just(Report::Mode(OperatingMode::Standby)),
        2 => Just(Report::Mode(OperatingMode::Normal)),
        1 => Just(Report::AlarmsListed),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn buckets_are_what_the_whole_history_says(said in proptest::collection::vec((0u64..15, what()), 1..60)) {
        let mut history = Vec::new();
        let mut second = 0;
        for (wait, report) in said {
            second += wait;
            history.push((second, report));
        }
        let mut gatherer = gatherer();
        let mut clock = 0;
        for (second, said) in &history {
            (clock..*second).for_each(|second| gatherer.close(now(second)));
            clock = *second;
            gatherer.take(&[report(*second, said.clone())]);
        }
        let end = second + 3 * LENGTH;
        (second..=end).for_each(|second| gatherer.close(now(second)));
        let mut found = Vec::new();
        for row in rows(&mut gatherer) {
            prop_assert_eq!(row.association, 0);
            found.extend(row.entries.into_iter().map(|(series, bucket)| (row.start, series, bucket)));
        }
        let mut expected = Vec::new();
        let first = START.div_euclid(LENGTH.cast_signed()) * LENGTH.cast_signed();
        for start in (first..).step_by(LENGTH as usize).take_while(|start| start + LENGTH.cast_signed() <= START + end.cast_signed()) {
            let from = u64::try_from(start - START).unwrap_or(0);
            let until = u64::try_from(start + LENGTH.cast_signed() - START).unwrap();
            for (series, metric) in (0..).zip([SPO2, RATE]) {
                let bucket = naive(&history, metric, from, until);
                if !bucket.is_gap() {
                    expected.push((Timestamp::from_seconds(start), series, bucket));
                }
            }
        }
        prop_assert_eq!(found, expected);
    }
}

fn bound(association: u64, second: u64) -> Option<Bound> {
    Some(Bound { association, opened: now(second).utc })
}

#[test]
fn a_bucket_in_which_somebody_else_comes_has_two_parts_and_nothing_is_carried_over() {
    let mut gatherer = gatherer();
    gatherer.bind(BedIndex(0), bound(1, 0), now(0));
    gatherer.take(&[report(1, seen(SPO2, number(97)))]);
    gatherer.bind(BedIndex(0), bound(2, 5), now(5));
    gatherer.take(&[report(6, Report::AlarmsListed), report(8, seen(SPO2, number(80)))]);
    gatherer.close(now(LENGTH));
    let rows = rows(&mut gatherer);
    let told: Vec<_> = rows.iter().map(|row| (row.association, row.entries[0].1)).collect();
    let bucket = |value, covered| Bucket {
        spread: Some(Spread::of(Quantity::new(value, 0))),
        covered: Duration::from_secs(covered),
    };
    // The bucket ends at second 13.
    assert_eq!(START.rem_euclid(30), 17);
    assert_eq!(told, [(1, bucket(97, 4)), (2, bucket(80, 5))]);
}

#[test]
fn an_episodic_value_counts_once_and_only_for_whom_it_was_determined() {
    let mut gatherer = gatherer();
    let cuff = |determined: u64| {
        let mut observation = Observation::new(mdc::PULS_OXIM_SAT_O2, SPO2, Some(dim::PERCENT), number(90));
        observation.determined_at = Some(now(determined).utc);
        Report::Observation(observation)
    };
    gatherer.bind(BedIndex(0), bound(1, 2), now(2));
    // Determined before anybody was bound; determined once and said twice; determined again.
    gatherer.take(&[report(3, cuff(1)), report(4, cuff(4)), report(8, cuff(4)), report(11, cuff(10))]);
    gatherer.close(now(13));
    let rows = rows(&mut gatherer);
    let bucket = rows[0].entries[0].1;
    assert_eq!(bucket.spread.unwrap().count, 2);
    assert_eq!(bucket.covered, Duration::from_secs(9));
}

#[test]
fn a_device_in_doubt_has_no_value_until_it_is_none_and_speaks_again() {
    let mut gatherer = gatherer();
    gatherer.take(&[report(1, seen(SPO2, number(97)))]);
    gatherer.hold(DeviceIndex(0), true, now(3));
    gatherer.take(&[report(4, seen(SPO2, number(80)))]);
    gatherer.hold(DeviceIndex(0), false, now(6));
    gatherer.take(&[report(9, seen(SPO2, number(95)))]);
    gatherer.close(now(13));
    let Bucket { spread, covered } = rows(&mut gatherer)[0].entries[0].1;
    assert_eq!((spread.unwrap().min.mantissa(), spread.unwrap().count), (95, 2));
    assert_eq!(covered, Duration::from_secs(2 + 4));
}

#[test]
fn a_wrong_unit_and_a_strange_metric_are_no_values_and_the_canary_is_no_bed() {
    let mut gatherer = gatherer();
    let strange =
        |code, containment, unit| Report::Observation(Observation::new(code, containment, Some(unit), number(90)));
    gatherer.take(&[
        report(1, strange(mdc::PULS_OXIM_SAT_O2, SPO2, dim::BEAT_PER_MIN)),
        report(1, strange(mdc::PULS_OXIM_SAT_O2, Containment::new(9, 9, 9, 9), dim::PERCENT)),
        DeviceReport { device: DeviceIndex(1), received: now(1), report: seen(SPO2, number(90)) },
        DeviceReport { device: DeviceIndex(9), received: now(1), report: seen(SPO2, number(90)) },
    ]);
    gatherer.close(now(100));
    assert!(rows(&mut gatherer).is_empty());
}

#[test]
fn a_stretch_in_which_nobody_looked_is_a_gap_and_time_set_back_makes_another_part() {
    let mut gatherer = gatherer();
    gatherer.take(&[report(1, seen(SPO2, number(97)))]);
    // The machine slept for an hour; civil time was set back by ten minutes meanwhile.
    let woken = Now { monotonic: now(3_600).monotonic, utc: now(3_000).utc };
    gatherer.close(woken);
    gatherer.take(&[DeviceReport { device: DeviceIndex(0), received: woken, report: seen(SPO2, number(95)) }]);
    gatherer.close(Now { monotonic: now(3_640).monotonic, utc: now(3_040).utc });
    let rows = rows(&mut gatherer);
    let covered: Vec<_> = rows.iter().map(|row| (row.start, row.entries[0].1.covered.as_secs())).collect();
    let start = |seconds: i64| Timestamp::from_seconds((START + seconds).div_euclid(30) * 30);
    assert_eq!(covered, [(start(0), 12), (start(3_000), 12)]);
}

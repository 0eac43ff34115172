//! Tests of the simulated monitor against the codec of its driver.

use std::sync::Arc;

use vigil_protocols::ge_s5_dri::codec::Group;

use super::*;
use crate::scenario::Scenario;
use crate::vital::Vital;

fn patient(scenario: &str) -> Patient {
    Patient::new(3, Arc::new(Scenario::named(scenario).unwrap().course(1)))
}

fn monitor(scenario: &str) -> Monitor {
    Monitor::new(patient(scenario), 4711, Instant::from_micros(0))
}

fn at(ms: u64) -> Now {
    Now::default().after(Duration::from_millis(ms))
}

fn numbers(kind: RequestedNumbers, interval: Interval) -> Request {
    Request::Numbers { kind, interval, classes: Classes::ALL }
}

fn ask(monitor: &mut Monitor, now: Now, request: &Request) {
    monitor.handle_bytes(now, &request.frame());
}

fn records(monitor: &mut Monitor) -> Vec<Record> {
    let mut deframer = Deframer::new();
    while let Some(bytes) = monitor.poll_transmit() {
        deframer.push(&bytes);
    }
    std::iter::from_fn(|| deframer.next_frame()).map(|found| Record::decode(&found.unwrap()).unwrap()).collect()
}

/// Runs from one time to another, in ms, and gives the times at which records of a kind came.
fn times(monitor: &mut Monitor, from: u64, until: u64, main: MainType, kind: u8) -> Vec<u64> {
    let mut found = Vec::new();
    for ms in (from..=until).step_by(100) {
        monitor.handle_timeout(at(ms));
        let wanted = |record: &Record| record.main == main && record.subrecords[0].kind == kind;
        found.extend(records(monitor).iter().filter(|record| wanted(record)).map(|_| ms));
    }
    found
}

#[test]
fn numbers_are_the_patients() {
    let mut monitor = monitor("stable");
    ask(&mut monitor, at(12_000), &numbers(RequestedNumbers::Displayed, Interval::Once));
    let found = records(&mut monitor);
    assert_eq!((found.len(), found[0].subrecords.len(), found[0].plug_id), (1, 4, 4711));
    let Ok(Part::Numbers(basic)) = &parts(&found[0])[0] else { panic!() };
    let value = |vital| patient("stable").value(vital, Duration::from_secs(12)).unwrap();
    let hundredths = |vital| i64::from(value(vital).rounded(2).unwrap().mantissa() as i16);
    assert_eq!(i64::from(basic.field(Group::Ecg, 6)), value(Vital::HeartRate).mantissa());
    assert_eq!(i64::from(basic.field(Group::Oximeter(1), 6)), hundredths(Vital::Spo2));
    assert_eq!(i64::from(basic.field(Group::Pressure(1), 6)), hundredths(Vital::AbpSystolic));
    assert_eq!(i64::from(basic.field(Group::Temperature(1), 6)), hundredths(Vital::Temperature));
    assert!(!basic.head(Group::FlowVolume).speaks(), "no ventilator is connected");
}

#[test]
fn intervals_are_honoured() {
    let mut monitor = monitor("stable");
    ask(&mut monitor, at(0), &numbers(RequestedNumbers::Displayed, Interval::Seconds(1)));
    ask(&mut monitor, at(0), &numbers(RequestedNumbers::Trend10s, Interval::Seconds(3)));
    records(&mut monitor);
    assert_eq!(times(&mut monitor, 100, 11_000, MainType::Numbers, 1), [5_000, 10_000], "5 s is the shortest");
    ask(&mut monitor, at(11_000), &numbers(RequestedNumbers::Displayed, Interval::Stop));
    assert_eq!(
        times(&mut monitor, 11_100, 40_000, MainType::Numbers, 2),
        [0u64; 0],
        "no trends without displayed values"
    );
}

#[test]
fn once_is_not_oftener_than_every_five_seconds() {
    let mut monitor = monitor("stable");
    let once = numbers(RequestedNumbers::Displayed, Interval::Once);
    let mut sent = Vec::new();
    for ms in [0, 1_000, 4_900, 5_000, 6_000] {
        ask(&mut monitor, at(ms), &once);
        sent.push(records(&mut monitor).len());
    }
    assert_eq!(sent, [1, 0, 0, 1, 0]);
}

#[test]
fn alarms_come_at_every_change() {
    let mut monitor = monitor("probe-off");
    ask(&mut monitor, at(0), &Request::Alarms(AlarmCommand::StartChangeMode));
    assert_eq!(records(&mut monitor).len(), 1);
    assert_eq!(times(&mut monitor, 100, 70_000, MainType::Alarms, 1), [7_000, 65_000]);
    ask(&mut monitor, at(10_000), &Request::Alarms(AlarmCommand::SendStatus));
    let found = records(&mut monitor);
    let Ok(Part::Alarms(display)) = &parts(&found[0])[0] else { panic!() };
    assert_eq!((display.texts[0].text.as_str(), display.texts[0].colour), ("SPO2 PROBE OFF", Colour::White));
}

#[test]
fn waves_that_do_not_fit_are_left_out() {
    let mut monitor = monitor("stable");
    ask(&mut monitor, at(0), &Request::StartWaves { types: vec![1, 8, 2, 9, 39] });
    assert_eq!(monitor.waves(), [1, 8, 9]);
    assert_eq!(times(&mut monitor, 100, 3_000, MainType::Waves, 1), [1_000, 2_000, 3_000]);
    ask(&mut monitor, at(3_100), &Request::StopWaves);
    assert_eq!(times(&mut monitor, 3_100, 6_000, MainType::Waves, 1), [0u64; 0]);
}

#[test]
fn a_restart_forgets_what_was_asked_for() {
    let text = "name = \"r\"\ntitle = \"\"\n[[event]]\nat_s = 7\ndevice = \"monitor\"\nevent = \"restart\"\n";
    let course = Scenario::parse(text, "r").unwrap().course(1);
    let mut monitor = Monitor::new(Patient::new(1, Arc::new(course)), 1, Instant::from_micros(0));
    ask(&mut monitor, at(0), &numbers(RequestedNumbers::Displayed, Interval::Seconds(5)));
    records(&mut monitor);
    assert_eq!(times(&mut monitor, 100, 30_000, MainType::Numbers, 1), [5_000]);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let mut monitor = monitor("stable");
        monitor.handle_bytes(at(0), &bytes);
        monitor.handle_timeout(at(60_000));
        while monitor.poll_transmit().is_some() {}
    }
}

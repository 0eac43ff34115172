//! What every driver must keep, checked for each of [`Driver::ALL`] without anybody writing it again.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;
use vigil_model::{CodeKind, Instant, LinkState, Now, Profile, Report, Timestamp};
use vigil_protocols::cases::{Case, Input};
use vigil_protocols::driver::Driver;
use vigil_protocols::{Session, json};

/// Pieces into which received bytes are cut.
const PIECES: [usize; 5] = [usize::MAX, 1, 2, 7, 64];
/// Reports that any bytes may give, for each byte and on top of it.
const REPORTS_PER_BYTE_MAX: usize = 2;
const REPORTS_MAX: usize = 2_000;

fn cases_of(driver: Driver) -> Vec<(PathBuf, String, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(driver.name().replace('-', "_")).join("cases");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} has no case", driver.name());
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let case = Case::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(case.driver, driver, "{} is in the wrong folder", path.display());
        (path, text, case)
    };
    paths.into_iter().map(read).collect()
}

/// What the device sends in all cases of a driver.
fn received(driver: Driver) -> Vec<Vec<u8>> {
    let steps = cases_of(driver).into_iter().flat_map(|(_, _, case)| case.steps);
    let bytes = steps.filter_map(|step| match step.input {
        Input::Received(bytes) => Some(bytes),
        Input::Connect | Input::Wait(_) | Input::Disconnect(_) | Input::Finish => None,
    });
    bytes.collect()
}

fn start() -> Now {
    Now { monotonic: Instant::from_micros(5_000_000), utc: Timestamp::from_seconds(1_772_352_000) }
}

fn decode(driver: Driver, pieces: &[&[u8]]) -> Vec<Report> {
    let mut decoder = driver.decoder();
    pieces.iter().for_each(|piece| decoder.push(piece));
    decoder.finish();
    std::iter::from_fn(|| decoder.poll_report()).collect()
}

/// `VIGIL_BLESS=ge-s5-dri` writes what that driver does now into its case files, for their author to read.
#[test]
fn all_cases_pass_whole_and_cut() {
    for driver in Driver::ALL {
        for (path, text, case) in cases_of(*driver) {
            if std::env::var("VIGIL_BLESS").is_ok_and(|name| name == driver.name()) {
                std::fs::write(&path, case.blessed(&text)).unwrap();
                continue;
            }
            for piece in PIECES {
                case.check(piece).unwrap_or_else(|error| panic!("{}, pieces of {piece}: {error}", path.display()));
            }
        }
    }
}

fn assert_declared(profile: &Profile, report: &Report) {
    match report {
        Report::Observation(observation) => {
            let declared = profile.metric(observation.metric, observation.containment);
            let declared = declared.unwrap_or_else(|| panic!("{}: not in the table: {observation:?}", profile.name));
            assert_eq!(observation.unit, declared.unit, "{}: {observation:?}", profile.name);
            let quantity = observation.reading.value().and_then(|value| value.quantity());
            if let (Some(quantity), Some((low, high))) = (quantity, declared.plausible) {
                let plausible = quantity.cmp_value(low).is_ge() && quantity.cmp_value(high).is_le();
                assert!(plausible, "{}: out of range: {observation:?}", profile.name);
            }
        }
        Report::Alarm(alarm) => {
            assert_eq!(alarm.event.kind(), CodeKind::Event);
            let declared = profile.alarms.iter().any(|known| known.event == alarm.event);
            assert!(declared, "{}: not in the table: {alarm:?}", profile.name);
        }
        Report::Waveform(waveform) => assert!(waveform.samples().len() <= vigil_model::Waveform::SAMPLES_MAX),
        Report::Link(_) | Report::Identity(_) | Report::Mode(_) | Report::AlarmsListed | Report::Fault(_) => {}
    }
}

#[test]
fn only_declared_metrics_and_alarms_appear_and_nothing_is_sent_but_the_closed_list() {
    for driver in Driver::ALL {
        for (path, _, case) in cases_of(*driver) {
            let profile = case.config.profile();
            for outcome in case.play(usize::MAX) {
                outcome.reports.iter().for_each(|report| assert_declared(&profile, report));
                for frame in outcome.sent {
                    assert!(driver.allows(&frame), "{}: sends {frame:02X?}", path.display());
                }
            }
        }
    }
}

#[test]
fn profiles_are_in_order_and_name_what_exists() {
    for driver in Driver::ALL {
        let profile = driver.profile();
        assert!(profile.nodes.is_sorted_by_key(|node| node.containment), "{}", profile.name);
        assert!(profile.metrics.is_sorted_by_key(|metric| metric.containment), "{}", profile.name);
        let mut seen = BTreeSet::new();
        for metric in &profile.metrics {
            assert!(seen.insert((metric.code, metric.containment)), "{}: {metric:?} stands twice", profile.name);
            assert_eq!(metric.code.kind(), CodeKind::Metric, "{}: {metric:?}", profile.name);
            let channel = metric.containment.channel_row();
            assert!(
                profile.nodes.iter().any(|node| node.containment == channel),
                "{}: no channel {channel}",
                profile.name
            );
        }
        assert!(!profile.fresh_for.is_zero());
    }
}

/// Moves the clock through the timers of a session until a time, and gives what it reported with the times.
fn run_timers(session: &mut dyn Session, from: Now, duration: Duration) -> Vec<(Instant, Report)> {
    let until = from.after(duration);
    let (mut now, mut out) = (from, Vec::new());
    while let Some(due) = session.poll_timeout().filter(|due| *due <= until.monotonic) {
        assert!(due >= now.monotonic || due.as_micros() == 0, "a timer in the past");
        now = now.after(due.since(now.monotonic));
        session.handle_timeout(now);
        while session.poll_transmit().is_some() {}
        out.extend(std::iter::from_fn(|| session.poll_report()).map(|report| (now.monotonic, report)));
        assert!(out.len() < 100_000, "a session reports without end");
    }
    out
}

#[test]
fn silence_is_noticed_within_the_quiet_time() {
    for driver in Driver::ALL {
        let config = driver.configure(toml::Table::new()).unwrap();
        let quiet_time = config.poll_interval() * 3;
        let mut session = config.session(quiet_time);
        session.handle_connected(start());
        let mut now = start();
        for bytes in received(*driver) {
            now = now.after(Duration::from_millis(10));
            session.handle_bytes(now, &bytes);
            while session.poll_transmit().is_some() {}
            while session.poll_report().is_some() {}
        }
        let reports = run_timers(&mut *session, now, quiet_time);
        let lost: Vec<Instant> = reports
            .iter()
            .filter(|(_, report)| matches!(report, Report::Link(LinkState::Lost { .. })))
            .map(|(at, _)| *at)
            .collect();
        assert_eq!(lost.len(), 1, "{}: lost once", driver.name());
        assert!(lost[0] <= now.monotonic + quiet_time, "{}", driver.name());
        session.handle_disconnected(now.after(quiet_time * 2), "gone");
        assert_eq!(session.poll_report(), None, "{}: lost is told once", driver.name());
        let late = session.poll_timeout();
        assert_eq!(late, None, "{}: a closed line has no timers", driver.name());
    }
}

#[test]
fn a_port_that_goes_is_reported_and_comes_back() {
    for driver in Driver::ALL {
        let mut session = driver.configure(toml::Table::new()).unwrap().session(Duration::from_secs(60));
        let links = |session: &mut dyn Session| {
            while session.poll_transmit().is_some() {}
            let reports = std::iter::from_fn(|| session.poll_report());
            reports.filter(|report| matches!(report, Report::Link(_))).count()
        };
        for round in 0..3 {
            session.handle_connected(start().after(Duration::from_secs(round * 10)));
            assert_eq!(links(&mut *session), 1, "{}: associating", driver.name());
            session.handle_disconnected(start().after(Duration::from_secs(round * 10 + 1)), "unplugged");
            assert_eq!(links(&mut *session), 1, "{}: lost", driver.name());
            session.handle_disconnected(start().after(Duration::from_secs(round * 10 + 2)), "unplugged");
            assert_eq!(links(&mut *session), 0, "{}: lost once", driver.name());
        }
    }
}

#[test]
fn documentation_names_every_metric_and_the_sample_loads() {
    for driver in Driver::ALL {
        for heading in ["## Cable and settings", "## Sample", "## Metrics", "## Sources", "## Not covered"] {
            assert!(driver.readme().contains(heading), "{}: the README has no {heading:?}", driver.name());
        }
        for metric in &driver.profile().metrics {
            let refid = metric.code.refid();
            assert!(driver.readme().contains(refid), "{}: the README does not name {refid}", driver.name());
        }
        for alarm in &driver.profile().alarms {
            let refid = alarm.event.refid();
            assert!(driver.readme().contains(refid), "{}: the README does not name {refid}", driver.name());
        }
        let sample: toml::Table = driver.sample().parse().unwrap();
        let device = &sample["device"][0];
        assert_eq!(device["driver"].as_str(), Some(driver.name()));
        let settings = device.get("settings").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        let config = driver.configure(settings).unwrap();
        assert_eq!(config, driver.configure(toml::Table::new()).unwrap(), "{}: a sample shows defaults", driver.name());
        // Uncommented, every option that the sample mentions is accepted as well.
        let options: String = driver
            .sample()
            .lines()
            .skip_while(|line| *line != "[device.settings]")
            .filter_map(|line| line.strip_prefix("# ").filter(|line| line.contains(" = ")))
            .map(|line| format!("{line}\n"))
            .collect();
        driver.configure(options.parse().unwrap()).unwrap_or_else(|error| panic!("{}: {error}", driver.name()));
        let schema = serde_json::to_string(&driver.settings_schema()).unwrap();
        for line in options.lines() {
            let key = line.split(" = ").next().unwrap();
            assert!(schema.contains(&format!("\"{key}\"")), "{}: {key} is not in the schema", driver.name());
        }
    }
}

fn any_driver() -> impl Strategy<Value = Driver> {
    proptest::sample::select(Driver::ALL)
}

/// Bytes of the cases with damage: pieces of frames, whole frames, noise.
fn damaged(driver: Driver) -> impl Strategy<Value = (Driver, Vec<u8>)> {
    let frames = received(driver);
    let piece = prop_oneof![
        4 => (proptest::sample::select(frames), any::<prop::sample::Index>(), any::<u8>(), 0..4u8).prop_map(
            |(mut frame, index, byte, how)| {
                if !frame.is_empty() {
                    let at = index.index(frame.len());
                    match how {
                        0 => frame[at] = byte,
                        1 => frame.insert(at, byte),
                        2 => frame.truncate(at),
                        _ => {}
                    }
                }
                frame
            }
        ),
        1 => proptest::collection::vec(any::<u8>(), 0..60),
    ];
    proptest::collection::vec(piece, 0..5).prop_map(move |pieces| (driver, pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_survived((driver, bytes) in any_driver().prop_flat_map(damaged), gap_ms in 0u64..3000) {
        let config = driver.configure(toml::Table::new()).unwrap();
        let profile = config.profile();
        let mut session = config.session(Duration::from_secs(30));
        session.handle_connected(start());
        let (mut now, mut told) = (start(), 0);
        for piece in bytes.chunks(97) {
            now = now.after(Duration::from_millis(gap_ms));
            session.handle_bytes(now, piece);
            session.handle_timeout(now);
            while let Some(transmit) = session.poll_transmit() {
                prop_assert!(driver.allows(transmit.as_bytes()));
            }
            while let Some(report) = session.poll_report() {
                assert_declared(&profile, &report);
                told += 1;
            }
        }
        prop_assert!(told <= bytes.len() * REPORTS_PER_BYTE_MAX + REPORTS_MAX, "{told} reports of {} bytes", bytes.len());
    }

    #[test]
    fn cutting_the_stream_changes_nothing((driver, bytes) in any_driver().prop_flat_map(damaged), at in any::<prop::sample::Index>()) {
        let (left, right) = bytes.split_at(at.index(bytes.len() + 1));
        let lines = |pieces: &[&[u8]]| decode(driver, pieces).iter().map(json::line).collect::<Vec<_>>();
        prop_assert_eq!(lines(&[left, right]), lines(&[&bytes]));
    }
}

//! The history of numbers over a quarter of an hour of a simulated bed, in memory but for its journal: it has a value when the
//! engine has one and at no other time, a deterioration is in it with its lowest value, and a pulled cable is a gap.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "ward/line.rs"]
#[allow(dead_code, reason = "nobody kills the appliance here")]
mod line;

use std::sync::Arc;
use std::time::Duration;

use line::Line;
use vigil::history::History;
use vigil_config::EmbeddedProfiles;
use vigil_engine::Engine;
use vigil_journal::trend::{Trend, TrendQuery, Whose};
use vigil_journal::{Journal, Reader, Record};
use vigil_model::{
    AssociationNews, DeviceIndex, EventKind, Freshness, Instant, Now, Quality, Quantity, Timestamp, Value, mdc,
};
use vigil_simulators::ward::WardSettings;
use vigil_simulators::{FaultPlan, Scenario, SimulatedWard};

const BUCKET: Duration = Duration::from_secs(30);

const SCENARIO: &str = r#"
name = "history"
title = "A deterioration, a pulled cable, a probe that comes off"

[[vital]]
bed = 1
vital = "spo2"
keyframes = [
  { at_s = 0, value = 97, ramp = "step" },
  { at_s = 300, value = 84, ramp = "step" },
  { at_s = 600, value = 97, ramp = "step" },
  { at_s = 660 },
  { at_s = 720, value = 97, ramp = "step" },
]

[[event]]
at_s = 400
bed = 1
device = "monitor"
event = "unplug"

[[event]]
at_s = 490
bed = 1
device = "monitor"
event = "replug"
"#;

/// Says when the history and the engine differ about whether there is a value.
fn compare(engine: &Engine, history: &History, devices: u32, now: Now) -> u32 {
    let mut current = 0;
    for device in (0..devices).map(DeviceIndex) {
        for metric in engine.device(device, now).unwrap().metrics {
            let fresh = matches!(metric.freshness, Freshness::Fresh((Value::Numeric(_), Quality::Valid)));
            let kept = history.gatherer().is_current(device, metric.code, metric.containment, now.monotonic);
            assert_eq!(kept, fresh, "{device:?} {} at {:?}: {:?}", metric.code, now.utc, metric.freshness);
            current += u32::from(fresh);
        }
    }
    current
}

fn spo2(reader: &Reader, bed: &str, from: Timestamp, until: Timestamp) -> Trend {
    let whose = Whose::Patient { id: "DEMO-0001".into(), authority: "Demo Hospital".into() };
    let key = reader.trend_series(bed).unwrap().into_iter().find(|key| key.metric == mdc::PULS_OXIM_SAT_O2).unwrap();
    let query = TrendQuery { bed, from, until, whose, only: &[key], step: Duration::ZERO };
    reader.trend(&query).unwrap().remove(0)
}

#[test]
fn what_happened_is_kept_as_it_was() {
    let ward = SimulatedWard::new(WardSettings {
        beds: 1,
        seed: 1,
        scenario: Arc::new(Scenario::parse(SCENARIO, "history").unwrap()),
        ports: "/run/ports".into(),
        data_dir: "/run/data".into(),
        ehr: None,
        broker: None,
    })
    .unwrap();
    let plan = vigil_config::parse(&ward.configuration(), "history.toml", &EmbeddedProfiles).unwrap();
    let start = Now { monotonic: Instant::from_micros(7_000_000), utc: Timestamp::from_seconds(1_772_391_600) };
    let mut lines: Vec<Line> = ward
        .links()
        .iter()
        .zip(&plan.links)
        .map(|(link, planned)| Line::new(&ward, link, planned, &FaultPlan::default(), start))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let (journal, _) = Journal::open(&path).unwrap();
    let mut engine = Engine::new(plan.ward.clone(), start);
    let mut history = History::new(&engine, &plan.ward, BUCKET, start);
    // As the appliance does: the first step has no reports, and binds.
    let events = engine.step(start, &mut Vec::new(), &mut Vec::new());
    history.stepped(&engine, &events, start, &journal);
    let associations = events.iter().filter_map(|event| match &event.kind {
        EventKind::Association(news) => match &**news {
            AssociationNews::Opened { association } => Some(association.clone()),
            _ => None,
        },
        _ => None,
    });
    journal.commit(Record { associations: associations.collect(), ..Record::default() }).unwrap();
    let devices = u32::try_from(plan.ward.devices.len()).unwrap();
    let (mut now, mut reports, mut compared, mut current) = (start, Vec::new(), start.monotonic, 0);
    let end = start.monotonic + Duration::from_secs(930);
    while now.monotonic <= end {
        lines.iter_mut().for_each(|line| line.step(now, &mut reports));
        history.reported(&engine, &reports);
        let events = engine.step(now, &mut reports, &mut Vec::new());
        history.stepped(&engine, &events, now, &journal);
        if now.monotonic.since(compared) >= Duration::from_secs(3) {
            compared = now.monotonic;
            current += compare(&engine, &history, devices, now);
        }
        let due =
            lines.iter().filter_map(|line| line.next_due(now)).chain(engine.next_deadline()).chain([history.due()]);
        let next = due.min().unwrap_or(end).max(now.monotonic + Duration::from_micros(1));
        now = now.after(next.since(now.monotonic));
    }
    assert!(current > 1_000, "{current}");
    journal.close();

    let reader = Reader::open(&path).unwrap();
    let at = |seconds: u64| start.utc + Duration::from_secs(seconds);
    let bed = &plan.ward.beds[0].id;
    let trend = spo2(&reader, bed, at(0), at(900));
    let whole =
        trend.points.iter().filter_map(|point| point.bucket.spread).reduce(|before, next| before.then(next)).unwrap();
    assert!(whole.min.cmp_value(Quantity::new(86, 0)).is_lt(), "{trend:?}");
    assert!(whole.max.cmp_value(Quantity::new(95, 0)).is_gt(), "{trend:?}");
    let covered = |from: u64, until: u64| -> Duration {
        spo2(&reader, bed, at(from), at(until)).points.iter().map(|point| point.bucket.covered).sum()
    };
    let seconds = Duration::from_secs;
    assert!((seconds(290)..=seconds(300)).contains(&covered(0, 300)), "{:?}", covered(0, 300));
    // Pulled for 90 s, and some time until that is noticed, or the device is found again.
    assert!((seconds(180)..=seconds(230)).contains(&covered(300, 600)), "{:?}", covered(300, 600));
    assert!((seconds(220)..=seconds(250)).contains(&covered(600, 900)), "{:?}", covered(600, 900));
    let other = Whose::Patient { id: "DEMO-0002".into(), authority: "Demo Hospital".into() };
    let query = TrendQuery { bed, from: at(0), until: at(900), whose: other, only: &[], step: Duration::ZERO };
    assert!(reader.trend(&query).unwrap().is_empty(), "nobody else lay in this bed");
}

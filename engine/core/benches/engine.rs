//! Time of one step of the engine.
//!
//! `ward`: 64 beds with 3 devices of 8 metrics each, every metric read once. `hospital`: 10 000 devices of 8 metrics, two
//! limits each with condition delay, hysteresis and latching; 80 000 readings a step, a tenth of the series with one
//! episode beyond a limit and one reading in a thousand a lone spike. `quiet`: a step of the hospital in which one device
//! of 10 000 says something.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use vigil_engine::Engine;
use vigil_model::{
    Appliance, Bed, BedIndex, BedRules, Category, Code, Containment, Device, DeviceIndex, DeviceReport, Eui64, Instant,
    LimitRule, LimitSide, Location, MetricDescriptor, Now, Observation, Priority, Profile, Quality, Quantity, Reading,
    Report, TechnicalRules, Timestamp, Unit, Value, Ward, dim, mdc,
};

const METRICS: [(Code, Unit, i64, i64); 8] = [
    (mdc::PULS_OXIM_SAT_O2, dim::PERCENT, 880, 1010),
    (mdc::ECG_HEART_RATE, dim::BEAT_PER_MIN, 400, 1400),
    (mdc::RESP_RATE, dim::RESP_PER_MIN, 80, 300),
    (mdc::PULS_OXIM_PULS_RATE, dim::BEAT_PER_MIN, 400, 1400),
    (mdc::PRESS_BLD_ART_SYS, dim::MMHG, 900, 1800),
    (mdc::PRESS_BLD_ART_DIA, dim::MMHG, 500, 1100),
    (mdc::PRESS_BLD_ART_MEAN, dim::MMHG, 600, 1200),
    (mdc::TEMP, dim::DEGC, 350, 395),
];

fn rules() -> Vec<LimitRule> {
    let rule = |(code, unit, low, high): (Code, Unit, i64, i64)| {
        [(LimitSide::Low, low, mdc::EVT_LO), (LimitSide::High, high, mdc::EVT_HI)].map(|(side, limit, event)| {
            LimitRule {
                allowed: None,
                id: format!("{code}-{}", side.as_str()).into(),
                metric: code,
                unit,
                side,
                limit: Quantity::new(limit, -1),
                hysteresis: Quantity::new(20, -1),
                condition_delay: Duration::from_secs(2),
                signal_delay: Duration::ZERO,
                priority: Priority::Medium,
                latching: true,
                event,
                text: format!("{code} {}", side.as_str()).into(),
            }
        })
    };
    METRICS.into_iter().flat_map(rule).collect()
}

fn row(metric: usize) -> Containment {
    Containment::new(1, 1, 1, metric as u16 + 1)
}

fn ward(beds: usize, devices_each: usize) -> Arc<Ward> {
    let metrics = METRICS.iter().enumerate().map(|(index, (code, unit, ..))| MetricDescriptor {
        code: *code,
        containment: row(index),
        unit: Some(*unit),
        category: Category::Measurement,
        fresh_for: None,
        episodic: false,
        plausible: Some((Quantity::new(0, -1), Quantity::new(3000, -1))),
        label: code.refid().into(),
    });
    let profile = Arc::new(Profile {
        name: "bench".into(),
        title: "Monitor".into(),
        mds: mdc::DEV_MON_PHYSIO_MULTI_PARAM_MDS,
        nodes: Vec::new(),
        metrics: metrics.collect(),
        alarms: Vec::new(),
        fresh_for: Duration::from_secs(5),
    });
    let device = |index: usize| Device {
        id: format!("mon-{index}").into(),
        bed: BedIndex((index / devices_each) as u32),
        profile: Arc::clone(&profile),
        eui64: None,
        quiet_time: Duration::from_secs(15),
        fresh_for: None,
    };
    let bed = |index: usize| Bed {
        id: format!("bed-{index}").into(),
        location: Location::default(),
        patient: None,
        report_interval: Duration::from_secs(3600),
        rules: rules(),
        technical: TechnicalRules::default(),
        further: BedRules::default(),
    };
    Arc::new(Ward {
        appliance: Appliance {
            id: "bench".into(),
            eui64: Eui64(1),
            site: "bench".into(),
            facility: "bench".into(),
            test: true,
        },
        beds: (0..beds).map(bed).collect(),
        devices: (0..beds * devices_each).map(device).collect(),
        calculators: Vec::new(),
    })
}

fn mix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One reading of every metric of every device in second `tick`.
fn readings(devices: usize, tick: u64, into: &mut Vec<DeviceReport>) {
    for device in 0..devices {
        for (index, (code, unit, low, high)) in METRICS.into_iter().enumerate() {
            let series = (device * METRICS.len() + index) as u64;
            let episode = mix(series);
            let (start, length) = (episode % 600, 1 + (episode >> 20) % 20);
            let noise = (mix(series * 1000 + tick) % 10) as i64;
            let second = tick % 60;
            let tenths = if mix(series * 77 + tick).is_multiple_of(1000) {
                high + 50
            } else if (start..start + length).contains(&second) {
                high + 10 + noise
            } else {
                (low + high) / 2 + noise - 5
            };
            let reading = Reading::Value(Value::Numeric(Quantity::new(tenths, -1)), Quality::Valid);
            into.push(DeviceReport {
                device: DeviceIndex(device as u32),
                received: at(tick),
                report: Report::Observation(Observation::new(code, row(index), Some(unit), reading)),
            });
        }
    }
}

fn at(tick: u64) -> Now {
    Now { monotonic: Instant::from_micros(tick * 1_000_000), utc: Timestamp::from_seconds(1_700_000_000 + tick as i64) }
}

fn steps(criterion: &mut Criterion, name: &str, beds: usize, devices_each: usize) {
    let mut engine = Engine::new(ward(beds, devices_each), at(0));
    let (tick, devices) = (Cell::new(0), beds * devices_each);
    let spare = Cell::new(Vec::new());
    let mut commands = Vec::new();
    criterion.bench_function(name, |bencher| {
        bencher.iter_batched(
            || {
                tick.set(tick.get() + 1);
                let mut reports = spare.take();
                readings(devices, tick.get(), &mut reports);
                reports
            },
            |mut reports| {
                black_box(engine.step(at(tick.get()), &mut reports, &mut commands));
                spare.set(reports);
            },
            BatchSize::PerIteration,
        );
    });
}

fn quiet(criterion: &mut Criterion) {
    let mut engine = Engine::new(ward(2500, 4), at(0));
    let mut commands = Vec::new();
    let mut reports = Vec::new();
    readings(10_000, 1, &mut reports);
    engine.step(at(1), &mut reports, &mut commands);
    criterion.bench_function("quiet: one reading among 10 000 devices", |bencher| {
        bencher.iter_batched(
            || {
                let mut reports = Vec::with_capacity(8);
                readings(1, 1, &mut reports);
                reports.truncate(1);
                reports
            },
            |mut reports| {
                black_box(engine.step(at(1), &mut reports, &mut commands));
                reports
            },
            BatchSize::SmallInput,
        );
    });
}

fn all(criterion: &mut Criterion) {
    steps(criterion, "ward: 64 beds, 192 devices, 1 536 readings", 64, 3);
    steps(criterion, "hospital: 10 000 devices, 80 000 readings", 2500, 4);
    quiet(criterion);
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(40).measurement_time(Duration::from_secs(8));
    targets = all
}
criterion_main!(benches);

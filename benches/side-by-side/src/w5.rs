//! W5: 10 000 devices of 8 metrics with a high and a low limit each, judged by [`vigil_engine`]. One tick is a second: what
//! was acknowledged, then 80 000 readings, then the condition delays that are over by then, each as a step as the appliance
//! takes them.
//!
//! The work raises an alarm at the third violating reading in a row: a condition delay between two and three seconds. It
//! holds both limits of a series in one alarm, which must come back from both; in the product each limit is a condition of
//! its own, which must come back from that limit. What is raised and when is the same (the hash says so); an alarm of a high
//! limit may be over a tick or two earlier here, so `cleared` may differ by a few.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use vigil_engine::Engine;
use vigil_model::{
    AlarmState, Answer, Appliance, Bed, BedIndex, BedRules, Category, Code, Command, ConditionKind, Containment,
    Device, DeviceIndex, DeviceReport, EngineEvent, Eui64, EventKind, Instant, LimitRule, LimitSide, Location,
    MetricDescriptor, Now, Observation, OccurrenceId, Phase, Priority, Profile, Quality, Quantity, Reading, Report,
    TechnicalRules, Timestamp, Unit, Value, Ward, dim, mdc,
};

use crate::Outcome;
use crate::arguments::Arguments;
use crate::figures::{rate, rounded, with};

const DEVICES: usize = 10_000;
const DEVICES_OF_BED: usize = 4;
const TICKS: usize = 60;
/// A device is acknowledged every so many ticks.
const ACKNOWLEDGED_EVERY: usize = 50;
/// After the readings of a tick, and before those of the next: when the delays that the third reading ends are over.
const AFTER_READINGS: Duration = Duration::from_millis(1);
const CONDITION_DELAY: Duration = Duration::from_millis(2_001);

/// Metric, unit, low and high limit in thousandths. The codes stand for any others.
const METRICS: [(Code, Unit, i64, i64); 8] = [
    (mdc::ECG_HEART_RATE, dim::BEAT_PER_MIN, 40_000, 140_000),
    (mdc::PULS_OXIM_SAT_O2, dim::PERCENT, 88_000, 101_000),
    (mdc::RESP_RATE, dim::RESP_PER_MIN, 8_000, 30_000),
    (mdc::PRESS_BLD_ART_SYS, dim::MMHG, 90_000, 180_000),
    (mdc::PRESS_BLD_ART_DIA, dim::MMHG, 50_000, 110_000),
    (mdc::TEMP, dim::DEGC, 35_000, 39_500),
    (mdc::CONC_AWAY_CO2_ET, dim::MMHG, 25_000, 60_000),
    (mdc::PULS_OXIM_PULS_RATE, dim::BEAT_PER_MIN, 4_000, 35_000),
];

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let readings = load(&Path::new(arguments.text("corpus")?).join("w5.f32"))?;
    let repetitions: u64 = arguments.number("reps")?;
    let clock = vigil::clock::system();
    let (mut total, mut worst) = (Duration::ZERO, Duration::ZERO);
    let mut tally = Tally::default();
    for _ in 0..repetitions {
        let mut engine = Engine::new(ward(), at(0, Duration::ZERO));
        // What is said of every bed and device at the start is no part of a tick.
        let (mut reports, mut commands) = (Vec::with_capacity(DEVICES * METRICS.len()), Vec::new());
        engine.step(at(0, Duration::ZERO), &mut reports, &mut commands);
        tally = Tally { open: vec![Vec::new(); DEVICES], ..Tally::default() };
        for tick in 0..TICKS {
            report(tick, &readings, &mut reports);
            tally.acknowledge(tick, &mut commands);
            let from = clock().monotonic;
            let acknowledged = engine.step(at(tick, Duration::ZERO), &mut Vec::new(), &mut commands);
            let judged = engine.step(at(tick, Duration::ZERO), &mut reports, &mut commands);
            let elapsed = engine.step(at(tick, AFTER_READINGS), &mut reports, &mut commands);
            let took = clock().monotonic.since(from);
            (total, worst) = (total + took, worst.max(took));
            for event in acknowledged.iter().chain(&judged).chain(&elapsed) {
                tally.take(tick, event);
            }
        }
    }
    let ticks = repetitions * TICKS as u64;
    let series = ticks * (DEVICES * METRICS.len()) as u64;
    let millis = |duration: Duration| duration.as_secs_f64() * 1e3;
    let more = json!({
        "ns_op": rounded(total.as_nanos() as f64 / series as f64, 3),
        "tick_ms": rounded(millis(total) / ticks as f64, 4),
        "worst_tick_ms": rounded(millis(worst), 4),
        "raised": tally.raised,
        "cleared": tally.cleared,
        "hash": tally.hash,
    });
    Ok(Some(with(rate(series, total), more)))
}

/// What the engine said.
#[derive(Default)]
struct Tally {
    raised: u64,
    cleared: u64,
    hash: u64,
    /// Occurrences of each device that are not over.
    open: Vec<Vec<OccurrenceId>>,
}

impl Tally {
    /// Answers to all alarms of the devices whose turn it is.
    fn acknowledge(&self, tick: usize, commands: &mut Vec<Command>) {
        for device in (tick % ACKNOWLEDGED_EVERY..DEVICES).step_by(ACKNOWLEDGED_EVERY) {
            commands.extend(self.open[device].iter().map(|occurrence| Command::Answer {
                occurrence: occurrence.clone(),
                answer: Answer::Acknowledge,
                by: "bench".into(),
            }));
        }
    }

    fn take(&mut self, tick: usize, event: &EngineEvent) {
        let EventKind::Alarm { phase, occurrence, .. } = &event.kind else { return };
        if occurrence.kind != ConditionKind::Physiological {
            return;
        }
        let device: usize = occurrence.device.parse().unwrap_or(0);
        if *phase == Phase::Start {
            let metric = METRICS.iter().position(|(code, ..)| Some(*code) == occurrence.source.metric).unwrap_or(0);
            self.raised += 1;
            self.hash = self.hash.wrapping_add(((device * METRICS.len() + metric) * (tick + 1)) as u64);
            self.open[device].push(occurrence.id.clone());
        } else if occurrence.state == AlarmState::Inactive {
            self.cleared += 1;
            self.open[device].retain(|id| *id != occurrence.id);
        }
    }
}

/// All readings in thousandths, tick by tick, device by device.
fn load(path: &Path) -> Result<Vec<i64>, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("reading {}: {error}", path.display()))?;
    let (chunks, rest) = bytes.as_chunks::<4>();
    if chunks.len() != TICKS * DEVICES * METRICS.len() || !rest.is_empty() {
        return Err(format!("{} has an unexpected length", path.display()));
    }
    Ok(chunks.iter().map(|chunk| (f64::from(f32::from_le_bytes(*chunk)) * 1e3).round() as i64).collect())
}

fn at(tick: usize, after: Duration) -> Now {
    let second = tick as u64;
    Now {
        monotonic: Instant::from_micros(second * 1_000_000) + after,
        utc: Timestamp::from_seconds(1_700_000_000 + second.cast_signed()),
    }
}

/// The readings of a tick as drivers report them.
fn report(tick: usize, readings: &[i64], into: &mut Vec<DeviceReport>) {
    let count = DEVICES * METRICS.len();
    let received = at(tick, Duration::ZERO);
    for (series, thousandths) in readings[tick * count..(tick + 1) * count].iter().enumerate() {
        let (device, metric) = (series / METRICS.len(), series % METRICS.len());
        let (code, unit, ..) = METRICS[metric];
        let reading = Reading::Value(Value::Numeric(Quantity::new(*thousandths, -3)), Quality::Valid);
        let observation = Observation::new(code, row(metric), Some(unit), reading);
        let device = DeviceIndex(u32::try_from(device).unwrap_or(u32::MAX));
        into.push(DeviceReport { device, received, report: Report::Observation(observation) });
    }
}

fn row(metric: usize) -> Containment {
    Containment::new(1, 1, 1, u16::try_from(metric + 1).unwrap_or(u16::MAX))
}

fn ward() -> Arc<Ward> {
    let metrics = METRICS.iter().enumerate().map(|(index, (code, unit, ..))| MetricDescriptor {
        code: *code,
        containment: row(index),
        unit: Some(*unit),
        category: Category::Measurement,
        fresh_for: None,
        episodic: false,
        plausible: None,
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
        id: index.to_string().into(),
        bed: BedIndex((index / DEVICES_OF_BED) as u32),
        profile: profile.clone(),
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
        beds: (0..DEVICES / DEVICES_OF_BED).map(bed).collect(),
        devices: (0..DEVICES).map(device).collect(),
        calculators: Vec::new(),
    })
}

fn rules() -> Vec<LimitRule> {
    let of_metric = |(code, unit, low, high): (Code, Unit, i64, i64)| {
        [(LimitSide::Low, low, mdc::EVT_LO), (LimitSide::High, high, mdc::EVT_HI)].map(|(side, limit, event)| {
            LimitRule {
                allowed: None,
                id: format!("{code}-{}", side.as_str()).into(),
                metric: code,
                unit,
                side,
                limit: Quantity::new(limit, -3),
                hysteresis: Quantity::new(2_000, -3),
                condition_delay: CONDITION_DELAY,
                signal_delay: Duration::ZERO,
                priority: Priority::Medium,
                latching: true,
                event,
                text: format!("{code} {}", side.as_str()).into(),
            }
        })
    };
    METRICS.into_iter().flat_map(of_metric).collect()
}

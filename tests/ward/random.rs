//! Reports as no device sends them: every kind, in any order, at awkward times, several at once, from the past; and answers
//! to alarms that do and do not exist. The engine against the naive model, step by step, and over restarts.

use std::sync::Arc;
use std::time::Duration;

use vigil_engine::{Engine, Restored};
use vigil_model::{
    Absence, Answer, Appliance, Bed, BedIndex, BedRules, Category, Command, ConditionKind, Containment, Device,
    DeviceAlarm, DeviceIndex, DeviceReport, Enumeration, Eui64, Identity, Instant, LimitRule, LimitSide, LinkState,
    Location, MetricDescriptor, Now, Observation, Occurrence, OccurrenceId, OperatingMode, Patient, Priority, Profile,
    Quality, Quantity, Reading, Report, SampleRate, Scale, TechnicalRules, Timestamp, Unit, Value, Ward, Waveform, dim,
    mdc,
};
use vigil_simulators::noise::{Dice, derive};

use crate::checks;
use crate::ledger::{Ledger, Step};
use crate::reference::Reference;

/// Steps of one run.
const STEPS: u64 = 400;
/// Metrics of a device.
const METRICS: [(vigil_model::Code, u16, Option<Unit>, Category, bool); 6] = [
    (mdc::PULS_OXIM_SAT_O2, 1, Some(dim::PERCENT), Category::Measurement, false),
    (mdc::PULS_OXIM_SAT_O2, 2, Some(dim::PERCENT), Category::Measurement, false),
    (mdc::ECG_CARD_BEAT_RATE, 3, Some(dim::BEAT_PER_MIN), Category::Measurement, false),
    (mdc::PRESS_BLD_NONINV_SYS, 4, Some(dim::MMHG), Category::Measurement, true),
    (mdc::FLOW_FLUID_PUMP, 5, Some(dim::MILLI_L_PER_HR), Category::Setting, false),
    (mdc::PUMP_INFUSING_STATUS, 6, None, Category::Measurement, false),
];

/// One run of one seed.
pub(crate) fn run(seed: u64) {
    let mut dice = Dice::new(derive(seed, 77));
    let ward = Arc::new(ward(&mut dice));
    let start = Now { monotonic: Instant::from_micros(50_000_000), utc: Timestamp::from_seconds(1_772_356_500) };
    let mut now = start;
    let mut engine = Engine::new(Arc::clone(&ward), now);
    let mut reference = Reference::new(&ward, now);
    let mut ledger = Ledger::without_messages(&ward);
    for _ in 0..STEPS {
        now = later(&mut dice, now, engine.next_deadline());
        if dice.below(60) == 0 {
            let occurrences: Vec<Occurrence> = ledger.told.values().cloned().collect();
            let (next_seq, next_occurrence) = (engine.next_seq(), engine.next_occurrence());
            engine = Engine::new(Arc::clone(&ward), now);
            engine.restore(
                Restored { next_seq, next_occurrence, occurrences: occurrences.clone(), ..Restored::default() },
                now,
            );
            reference = Reference::new(&ward, now);
            reference.restore(occurrences.iter());
            ledger.restart(ledger.told.clone());
        }
        let mut reports: Vec<DeviceReport> = Vec::new();
        for _ in 0..dice.below(4) * dice.below(4) {
            reports.push(report(&mut dice, &ward, now));
        }
        reports.sort_by_key(|report| report.received.monotonic);
        let mut commands: Vec<Command> = (0..dice.below(3)).map(|_| answer(&mut dice, &ledger)).collect();
        let given = (reports.clone(), commands.clone());
        let events = engine.step(now, &mut reports, &mut commands);
        let step = Step { reports: given.0, commands: given.1, events, outgoing: Vec::new() };
        let acknowledged = ledger.acknowledged(&step);
        let said = reference.step(now, &step.reports, &acknowledged);
        ledger.take(&step);
        checks::as_the_reference_says(&step.events, &said, &reference, &ledger);
        for report in step.observation_reports() {
            checks::report_is_current(report, &ward, &reference, start);
        }
        let snapshot = engine.snapshot(now);
        let mut picture: Vec<&Occurrence> = snapshot.beds.iter().flat_map(|bed| &bed.occurrences).collect();
        picture.sort_by(|a, b| a.key.cmp(&b.key));
        assert_eq!(picture, ledger.told.values().collect::<Vec<_>>());
    }
}

/// Mostly a moment later, sometimes exactly when something is due, sometimes long after.
fn later(dice: &mut Dice, now: Now, due: Option<Instant>) -> Now {
    let wait = match dice.below(8) {
        0..=3 => Duration::from_millis(dice.below(900) as u64),
        4 | 5 => due.map_or(Duration::ZERO, |due| due.since(now.monotonic)),
        6 => Duration::from_secs(dice.below(9) as u64),
        _ => Duration::ZERO,
    };
    now.after(wait.min(Duration::from_secs(20)))
}

fn answer(dice: &mut Dice, ledger: &Ledger) -> Command {
    let answer = match dice.below(6) {
        0 => Answer::Received,
        1 => Answer::Accepted,
        2 => Answer::Rejected,
        _ => Answer::Acknowledge,
    };
    let known = ledger.told.values().nth(dice.below(ledger.told.len().max(1)));
    let id = match known.filter(|_| dice.below(4) > 0) {
        Some(occurrence) => occurrence.id.clone(),
        None => OccurrenceId { appliance: "w".into(), number: dice.below(50) as u64 },
    };
    Command::Answer { occurrence: id, answer, by: "nurse 7".into() }
}

fn report(dice: &mut Dice, ward: &Ward, now: Now) -> DeviceReport {
    let device = DeviceIndex(dice.below(ward.devices.len()) as u32);
    let late = if dice.below(3) == 0 { Duration::from_millis(dice.below(1_500) as u64) } else { Duration::ZERO };
    let received = Now {
        monotonic: Instant::from_micros(now.monotonic.as_micros() - late.as_micros() as u64),
        utc: now.utc - late,
    };
    let report = match dice.below(40) {
        0 => Report::Link(LinkState::Lost { reason: "gone".into() }),
        1 => Report::Link(LinkState::Up),
        2 => Report::Link([LinkState::Connecting, LinkState::Associating][dice.below(2)].clone()),
        3 => Report::Mode([OperatingMode::Standby, OperatingMode::Demo][dice.below(2)]),
        4 | 5 => Report::Mode(OperatingMode::Normal),
        6 => Report::Identity(Identity::default()),
        7 => Report::Fault(vigil_model::Fault::new(vigil_model::FaultKind::Checksum, 3, "noise")),
        8 => Report::AlarmsListed,
        39 => Report::Waveform(Waveform::new("PLETH", None, SampleRate::per_second(100), Scale::PLAIN, &[7; 25])),
        9..=15 => Report::Alarm(alarm(dice)),
        _ => Report::Observation(observation(dice, received)),
    };
    DeviceReport { device, received, report }
}

fn alarm(dice: &mut Dice) -> DeviceAlarm {
    let text = ["Occlusion", "Apnoea", "Low battery"][dice.below(3)];
    let kind = if text == "Apnoea" { ConditionKind::Physiological } else { ConditionKind::Technical };
    let priority = [Priority::Low, Priority::Medium, Priority::High][dice.below(3)];
    let source = Containment::new(1, 1, 1 + dice.below(2) as u16, 0);
    DeviceAlarm { event: mdc::EVT_ALARM, source, present: dice.below(3) > 0, priority, kind, text: text.into() }
}

fn observation(dice: &mut Dice, received: Now) -> Observation {
    let (code, metric, unit, _, is_episodic) = METRICS[dice.below(METRICS.len())];
    let metric = if dice.below(30) == 0 { 99 } else { metric };
    let unit = if dice.below(20) == 0 { Some(dim::MMHG) } else { unit };
    let quality = match dice.below(12) {
        0 => Quality::Questionable,
        1 => Quality::Calibrating,
        _ => Quality::Valid,
    };
    let reading = match dice.below(12) {
        0 => Reading::Absent(Absence::Invalid),
        1 => Reading::Absent(Absence::NotAvailable),
        2 => Reading::Absent(Absence::Overflow),
        3 => Reading::Value(Value::Numeric(Quantity::new(9_999, 0)), quality),
        4 => Reading::Value(Value::Enumeration(Enumeration::text("on")), quality),
        5 => Reading::Value(Value::Text("text".into()), quality),
        _ => Reading::Value(Value::Numeric(Quantity::new(860 + dice.below(80) as i64, -1)), quality),
    };
    let mut observation = Observation::new(code, Containment::new(1, 1, 1, metric), unit, reading);
    if is_episodic || dice.below(10) == 0 {
        observation.determined_at = Some(received.utc - Duration::from_secs(dice.below(8) as u64));
    }
    observation
}

/// Two beds with three devices and rules of every kind.
fn ward(dice: &mut Dice) -> Ward {
    let appliance = Appliance { id: "w".into(), eui64: Eui64(1), site: "s".into(), facility: "f".into(), test: true };
    let bed = |number: u32, dice: &mut Dice| Bed {
        id: format!("bed-{number}").into(),
        location: Location::default(),
        patient: (number == 0).then(|| Arc::new(Patient { id: "P".into(), ..Patient::default() })),
        report_interval: Duration::from_secs(1 + dice.below(5) as u64),
        rules: rules(dice),
        technical: TechnicalRules {
            invalid_delay: Duration::from_secs(dice.below(4) as u64),
            cannot_evaluate_delay: Duration::from_millis(500 + 500 * dice.below(10) as u64),
            ..TechnicalRules::default()
        },
        further: BedRules::default(),
    };
    let beds = vec![bed(0, dice), bed(1, dice)];
    let devices = (0..3).map(|number| device(number, dice)).collect();
    Ward { appliance, beds, devices, calculators: Vec::new() }
}

fn device(number: u32, dice: &mut Dice) -> Device {
    let metric = |(code, metric, unit, category, episodic): (vigil_model::Code, u16, Option<Unit>, Category, bool)| {
        MetricDescriptor {
            code,
            containment: Containment::new(1, 1, 1, metric),
            unit,
            category,
            fresh_for: episodic.then_some(Duration::from_secs(7)),
            episodic,
            plausible: unit.map(|_| (Quantity::ZERO, Quantity::new(300, 0))),
            label: format!("m{metric}").into(),
        }
    };
    let profile = Profile {
        name: "random".into(),
        title: "Random device".into(),
        mds: mdc::DEV_MON_PHYSIO_MULTI_PARAM_MDS,
        nodes: Vec::new(),
        metrics: METRICS.map(metric).to_vec(),
        alarms: Vec::new(),
        fresh_for: Duration::from_secs(1 + dice.below(5) as u64),
    };
    Device {
        id: format!("dev-{number}").into(),
        bed: BedIndex(number % 2),
        profile: Arc::new(profile),
        eui64: None,
        quiet_time: Duration::from_secs(2 + dice.below(4) as u64),
        fresh_for: (dice.below(4) == 0).then(|| Duration::from_secs(3)),
    }
}

fn rules(dice: &mut Dice) -> Vec<LimitRule> {
    let metrics = [
        (mdc::PULS_OXIM_SAT_O2, dim::PERCENT),
        (mdc::ECG_CARD_BEAT_RATE, dim::BEAT_PER_MIN),
        (mdc::PRESS_BLD_NONINV_SYS, dim::MMHG),
        (mdc::FLOW_FLUID_PUMP, dim::MMHG), // another unit than the device's: cannot be evaluated
    ];
    let rule = |number: usize| {
        let (metric, unit) = metrics[number % metrics.len()];
        let side = if dice.below(2) == 0 { LimitSide::Low } else { LimitSide::High };
        LimitRule {
            allowed: None,
            id: format!("rule-{number}").into(),
            metric,
            unit,
            side,
            limit: Quantity::new(88 + dice.below(4) as i64, 0),
            hysteresis: Quantity::new(dice.below(25) as i64, -1),
            condition_delay: Duration::from_millis(500 * dice.below(5) as u64),
            signal_delay: Duration::from_millis(500 * dice.below(4) as u64),
            priority: Priority::Medium,
            latching: dice.below(2) == 0,
            event: mdc::EVT_LO,
            text: format!("Rule {number}").into(),
        }
    };
    (0..5).map(rule).collect()
}

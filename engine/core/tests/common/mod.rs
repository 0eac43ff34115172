//! A small ward under a hand-moved clock.
#![allow(dead_code, unreachable_pub, reason = "each test file uses what it needs")]

use std::sync::Arc;
use std::time::Duration;

use vigil_engine::{Engine, Restored};
use vigil_model::{
    Absence, AlarmState, Answer, Appliance, Bed, BedIndex, BedRules, Category, Code, Command, ConditionKind,
    Containment, Device, DeviceAlarm, DeviceIndex, DeviceReport, EngineEvent, Eui64, EventKind, Identity, Instant,
    LimitRule, LimitSide, LinkState, Location, MetricDescriptor, Now, Observation, Occurrence, OccurrenceId, Patient,
    Phase, Priority, Profile, Quality, Quantity, Reading, Report, Scope, SignalHold, TechnicalRules, Timestamp, Unit,
    Value, Ward, dim, mdc,
};

pub const SPO2: (Code, Unit, Containment) = (mdc::PULS_OXIM_SAT_O2, dim::PERCENT, Containment::new(1, 1, 1, 1));
pub const HR: (Code, Unit, Containment) = (mdc::ECG_HEART_RATE, dim::BEAT_PER_MIN, Containment::new(1, 1, 1, 2));
pub const CUFF: (Code, Unit, Containment) = (mdc::PRESS_BLD_ART_SYS, dim::MMHG, Containment::new(1, 2, 1, 1));
pub const MON_1: DeviceIndex = DeviceIndex(0);
pub const MON_2: DeviceIndex = DeviceIndex(1);

pub const FRESH_S: u64 = 5;
pub const CUFF_FRESH_S: u64 = 20;
pub const QUIET_S: u64 = 6;
pub const INVALID_DELAY_S: u64 = 4;
pub const CANNOT_EVALUATE_DELAY_S: u64 = 8;
pub const REPORT_S: u64 = 10;

pub fn at(second: u64) -> Now {
    Now {
        monotonic: Instant::from_micros(1_000_000 * (1000 + second)),
        utc: Timestamp::from_seconds(1_772_356_501 + i64::try_from(second).unwrap()),
    }
}

pub fn q(text: &str) -> Quantity {
    text.parse().unwrap()
}

pub fn rule(id: &str, metric: (Code, Unit, Containment), side: LimitSide, limit: &str) -> LimitRule {
    LimitRule {
        allowed: None,
        id: id.into(),
        metric: metric.0,
        unit: metric.1,
        side,
        limit: q(limit),
        hysteresis: Quantity::ZERO,
        condition_delay: Duration::ZERO,
        signal_delay: Duration::ZERO,
        priority: Priority::Medium,
        latching: false,
        event: if side == LimitSide::Low { mdc::EVT_LO } else { mdc::EVT_HI },
        text: id.into(),
    }
}

/// `spo2-low`: below 90, back at 92, delays of 3 s and 2 s, latching. `hr-high`: above 120, back at 115, at once.
/// `cuff-high`: above 180, episodic.
pub fn rules() -> Vec<LimitRule> {
    vec![
        LimitRule {
            hysteresis: q("2"),
            condition_delay: Duration::from_secs(3),
            signal_delay: Duration::from_secs(2),
            priority: Priority::High,
            latching: true,
            ..rule("spo2-low", SPO2, LimitSide::Low, "90")
        },
        LimitRule { hysteresis: q("5"), ..rule("hr-high", HR, LimitSide::High, "120.0") },
        rule("cuff-high", CUFF, LimitSide::High, "180"),
    ]
}

pub fn profile() -> Arc<Profile> {
    let metric = |(code, unit, containment): (Code, Unit, Containment), label: &str| MetricDescriptor {
        code,
        containment,
        unit: Some(unit),
        category: Category::Measurement,
        fresh_for: None,
        episodic: false,
        plausible: Some((q("0"), q("300.0"))),
        label: label.into(),
    };
    let cuff =
        MetricDescriptor { episodic: true, fresh_for: Some(Duration::from_secs(CUFF_FRESH_S)), ..metric(CUFF, "NIBP") };
    Arc::new(Profile {
        name: "test-monitor".into(),
        title: "Monitor".into(),
        mds: mdc::DEV_MON_PHYSIO_MULTI_PARAM_MDS,
        nodes: Vec::new(),
        metrics: vec![metric(SPO2, "SpO2"), metric(HR, "HR"), cuff],
        alarms: Vec::new(),
        fresh_for: Duration::from_secs(FRESH_S),
    })
}

/// Two monitors at bed 1, which has a patient, and one at bed 2, which has none and no rules.
pub fn ward() -> Ward {
    let profile = profile();
    let device = |id: &str, bed: u32| Device {
        id: id.into(),
        bed: BedIndex(bed),
        profile: Arc::clone(&profile),
        eui64: None,
        quiet_time: Duration::from_secs(QUIET_S),
        fresh_for: None,
    };
    let bed = |id: &str, patient: Option<Arc<Patient>>, rules: Vec<LimitRule>| Bed {
        id: id.into(),
        location: Location::default(),
        patient,
        report_interval: Duration::from_secs(REPORT_S),
        further: BedRules::default(),
        rules,
        technical: TechnicalRules {
            invalid_delay: Duration::from_secs(INVALID_DELAY_S),
            cannot_evaluate_delay: Duration::from_secs(CANNOT_EVALUATE_DELAY_S),
            ..TechnicalRules::default()
        },
    };
    let patient = Patient { id: "P1".into(), ..Patient::default() };
    Ward {
        appliance: Appliance {
            id: "ward-t".into(),
            eui64: Eui64(1),
            site: "site".into(),
            facility: "facility".into(),
            test: true,
        },
        beds: vec![bed("bed-1", Some(Arc::new(patient)), rules()), bed("bed-2", None, Vec::new())],
        devices: vec![device("mon-1", 0), device("mon-2", 0), device("mon-3", 1)],
        calculators: Vec::new(),
    }
}

pub fn reading(metric: (Code, Unit, Containment), reading: Reading) -> Report {
    Report::Observation(Observation::new(metric.0, metric.2, Some(metric.1), reading))
}

pub fn value(metric: (Code, Unit, Containment), number: &str) -> Report {
    reading(metric, Reading::Value(Value::Numeric(q(number)), Quality::Valid))
}

pub fn absent(metric: (Code, Unit, Containment)) -> Report {
    reading(metric, Reading::Absent(Absence::Invalid))
}

pub fn lost() -> Report {
    Report::Link(LinkState::Lost { reason: "cable out".into() })
}

pub fn alarm(text: &str, present: bool, priority: Priority) -> Report {
    Report::Alarm(DeviceAlarm {
        event: mdc::EVT_ALARM,
        source: Containment::new(1, 1, 0, 0),
        present,
        priority,
        kind: ConditionKind::Physiological,
        text: text.into(),
    })
}

pub fn identity() -> Identity {
    Identity { manufacturer: "M".into(), ..Identity::default() }
}

/// An engine, its clock, and everything it said.
pub struct Stand {
    pub ward: Arc<Ward>,
    pub engine: Engine,
    pub second: u64,
    pub inbox: Vec<DeviceReport>,
    pub commands: Vec<Command>,
    pub said: Vec<EngineEvent>,
}

impl Stand {
    pub fn new() -> Self {
        Self::of(ward())
    }

    pub fn of(ward: Ward) -> Self {
        let ward = Arc::new(ward);
        let engine = Engine::new(Arc::clone(&ward), at(0));
        Self { ward, engine, second: 0, inbox: Vec::new(), commands: Vec::new(), said: Vec::new() }
    }

    /// Queues a report that arrives now.
    pub fn hear(&mut self, device: DeviceIndex, report: Report) -> &mut Self {
        self.inbox.push(DeviceReport { device, received: at(self.second), report });
        self
    }

    /// Moves the clock without a step.
    pub fn wait(&mut self, seconds: u64) -> &mut Self {
        self.second += seconds;
        self
    }

    pub fn acknowledge(&mut self, occurrence: &OccurrenceId) -> &mut Self {
        self.answer(occurrence, Answer::Acknowledge)
    }

    pub fn answer(&mut self, occurrence: &OccurrenceId, answer: Answer) -> &mut Self {
        let command = Command::Answer { occurrence: occurrence.clone(), answer, by: "nurse".into() };
        self.commands.push(command);
        self
    }

    pub fn hold(&mut self, scope: Scope, hold: SignalHold) -> &mut Self {
        self.commands.push(Command::Hold { scope, hold, by: "nurse".into() });
        self
    }

    pub fn enable(&mut self, scope: Scope) -> &mut Self {
        self.commands.push(Command::Enable { scope, by: "nurse".into() });
        self
    }

    pub fn deliver(&mut self, destination: &str, failing: bool) -> &mut Self {
        self.commands.push(Command::Delivery { destination: destination.into(), failing });
        self
    }

    pub fn step(&mut self) -> Vec<EngineEvent> {
        let events = self.engine.step(at(self.second), &mut self.inbox, &mut self.commands);
        assert!(self.inbox.is_empty() && self.commands.is_empty());
        self.said.extend(events.iter().cloned());
        events
    }

    /// A step, and the alarm events in it as `key phase state`.
    pub fn alarms(&mut self) -> Vec<String> {
        self.step().iter().filter_map(line).collect()
    }

    /// Moves on second by second, hearing `every` from mon-1 each second, and collects the alarm lines.
    pub fn run(&mut self, seconds: u64, every: &[Report]) -> Vec<String> {
        let mut lines = Vec::new();
        for _ in 0..seconds {
            self.second += 1;
            for report in every {
                self.hear(MON_1, report.clone());
            }
            lines.extend(self.alarms());
        }
        lines
    }

    /// Brings mon-1 up with good values and lets the others be silent; forgets what was said.
    pub fn settled() -> Self {
        Self::settled_with(|_| {})
    }

    /// As [`Self::settled`], with other rules for bed 1.
    pub fn settled_with(change: impl FnOnce(&mut Bed)) -> Self {
        let mut plan = Ward { devices: ward().devices.into_iter().take(1).collect(), ..ward() };
        change(&mut plan.beds[0]);
        let mut stand = Self::of(plan);
        stand.hear(MON_1, Report::Link(LinkState::Up));
        stand.hear(MON_1, value(SPO2, "97")).hear(MON_1, value(HR, "80"));
        assert_eq!(stand.alarms(), Vec::<String>::new());
        stand
    }

    pub fn open(&self) -> Vec<Occurrence> {
        let snapshot = self.engine.snapshot(at(self.second));
        snapshot.beds.into_iter().flat_map(|bed| bed.occurrences).chain(snapshot.occurrences).collect()
    }

    pub fn find(&self, key: &str) -> Occurrence {
        let open = self.open();
        let found = open.iter().find(|occurrence| occurrence.key.0.contains(key));
        found.unwrap_or_else(|| panic!("no {key} in {open:?}")).clone()
    }

    /// The last thing said of an occurrence of a condition.
    pub fn find_closed(&self, key: &str) -> Arc<Occurrence> {
        let told = self.said.iter().rev().find_map(|event| match &event.kind {
            EventKind::Alarm { occurrence, .. } if occurrence.key.0.contains(key) => Some(Arc::clone(occurrence)),
            _ => None,
        });
        told.unwrap_or_else(|| panic!("nothing was said of {key}"))
    }

    pub fn adjust(&mut self, rule: &str, limit: Option<&str>) -> &mut Self {
        let (bed, rule, limit) = ("bed-1".into(), rule.into(), limit.map(q));
        self.commands.push(Command::Adjust { bed, rule, limit, by: "nurse".into(), why: "COPD".into() });
        self
    }

    pub fn chart(&mut self, input: &str, value: &str) -> &mut Self {
        let (bed, by) = ("bed-1".into(), "nurse".into());
        self.commands.push(Command::Chart { bed, input: input.into(), value: value.into(), by });
        self
    }

    /// Ends the run and starts the next one from what the journal would hold.
    pub fn restart(&mut self) {
        let restored = Restored {
            next_seq: self.engine.next_seq(),
            next_occurrence: self.engine.next_occurrence(),
            occurrences: self.open(),
            remembered: self.engine.remembered(),
        };
        self.engine = Engine::new(Arc::clone(&self.ward), at(self.second));
        self.engine.restore(restored, at(self.second));
    }
}

/// An alarm event as `key phase state`, with `*` if acknowledged and `~` if held.
pub fn line(event: &EngineEvent) -> Option<String> {
    let EventKind::Alarm { phase, occurrence, .. } = &event.kind else { return None };
    let star = if occurrence.is_acknowledged() { "*" } else { "" };
    let wave = if occurrence.hold().is_some() { "~" } else { "" };
    Some(format!("{} {}/{}{star}{wave}", occurrence.key.0, phase.as_str(), occurrence.state.as_str()))
}

/// Key of the limit on SpO2 of mon-1 and of the others.
pub const SPO2_LOW: &str = "mon-1/limit/MDC_PULS_OXIM_SAT_O2/1.1.1.1/low/spo2-low";
pub const HR_HIGH: &str = "mon-1/limit/MDC_ECG_HEART_RATE/1.1.1.2/high/hr-high";

pub fn is_over(phase: Phase, state: AlarmState) -> bool {
    state == AlarmState::Inactive || (phase == Phase::Update && state == AlarmState::Latched)
}

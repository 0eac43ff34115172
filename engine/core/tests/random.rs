//! Random runs against the naive model, with the promises of the engine checked after every step.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;
mod model;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use common::*;
use model::{Expected, Happening, JOIN_S, expected};
use proptest::prelude::*;
use vigil_model::{
    Absence, AlarmState, DeviceIndex, DeviceReport, EngineEvent, EventKind, Freshness, Instant, LinkState, Now,
    OperatingMode, Phase, Priority, Quality, Reading, Report, Scope, SignalHold, Value, Ward, dim,
};

#[derive(Clone)]
enum Action {
    Hear(usize, Report),
    Step,
    Wait(u64),
    Acknowledge(usize),
    Hold(Option<u64>),
    Enable,
    Restart,
}

/// Short enough to read a failing run.
impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Hear(device, Report::Observation(observation)) => {
                let (metric, unit) = (observation.metric, observation.unit.map(|unit| unit.ucum()));
                let reading = &observation.reading;
                match reading.value() {
                    Some(value) => write!(f, "device {device} {metric} {value} {unit:?} {:?}", reading.validity()),
                    None => write!(f, "device {device} {metric} {:?}", reading.validity()),
                }
            }
            Action::Hear(device, Report::Alarm(alarm)) => {
                write!(f, "device {device} {} {} {:?}", alarm.text, alarm.present, alarm.priority)
            }
            Action::Hear(device, report) => write!(f, "device {device} {report:?}"),
            Action::Step => f.write_str("step"),
            Action::Wait(seconds) => write!(f, "wait {seconds}"),
            Action::Acknowledge(which) => write!(f, "acknowledge {which}"),
            Action::Hold(seconds) => write!(f, "hold {seconds:?}"),
            Action::Enable => f.write_str("enable"),
            Action::Restart => f.write_str("restart"),
        }
    }
}

fn a_report() -> impl Strategy<Value = Report> {
    let number = |metric, numbers: &'static [&'static str]| {
        prop::sample::select(numbers).prop_map(move |number| value(metric, number))
    };
    let metric = prop::sample::select(vec![SPO2, HR, CUFF]);
    let unusable = (metric, 0..5).prop_map(|(metric, how)| match how {
        0 => absent(metric),
        1 => reading(metric, Reading::Absent(Absence::NotAvailable)),
        2 => reading(metric, Reading::Value(Value::Numeric(q("50")), Quality::Questionable)),
        3 => value((metric.0, dim::KILO_G, metric.2), "97"),
        _ => value(metric, "300.1"),
    });
    let priority = prop::sample::select(vec![Priority::Low, Priority::Medium, Priority::High]);
    let alarms = (prop::sample::select(vec!["A", "B", "C"]), any::<bool>(), priority)
        .prop_map(|(text, present, priority)| alarm(text, present, priority));
    let mode = prop::sample::select(vec![OperatingMode::Normal, OperatingMode::Normal, OperatingMode::Standby]);
    prop_oneof![
        8 => number(SPO2, &["85", "89.9", "90", "91", "92", "97"]),
        6 => number(HR, &["80", "115", "115.1", "120", "120.1", "140"]),
        3 => number(CUFF, &["120", "180", "181"]),
        5 => unusable,
        4 => alarms,
        1 => Just(Report::AlarmsListed),
        1 => mode.prop_map(Report::Mode),
        1 => Just(lost()),
        1 => Just(Report::Link(LinkState::Up)),
        1 => Just(Report::Identity(identity())),
    ]
}

fn an_action() -> impl Strategy<Value = Action> {
    prop_oneof![
        12 => (0usize..2, a_report()).prop_map(|(device, report)| Action::Hear(device, report)),
        4 => Just(Action::Step),
        8 => (1u64..4).prop_map(Action::Wait),
        1 => (4u64..20).prop_map(Action::Wait),
        3 => (0usize..8).prop_map(Action::Acknowledge),
        2 => prop::option::of(1u64..9).prop_map(Action::Hold),
        1 => Just(Action::Enable),
        1 => Just(Action::Restart),
    ]
}

/// The run so far, and what was promised about it.
struct Run {
    stand: Stand,
    history: Vec<(u64, Happening)>,
    next_seq: u64,
    started: BTreeSet<u64>,
    latched: BTreeSet<u64>,
    /// Whether every step is compared with the model.
    compared: bool,
}

impl Run {
    fn new(compared: bool) -> Self {
        let mut ward = Ward { devices: ward().devices.into_iter().take(2).collect(), ..ward() };
        ward.beds[0].further.signals.join_within = Duration::from_secs(JOIN_S);
        ward.beds[0].further.signals.remind_every = Some(Duration::from_secs(7));
        Self {
            stand: Stand::of(ward),
            history: Vec::new(),
            next_seq: 1,
            started: BTreeSet::new(),
            latched: BTreeSet::new(),
            compared,
        }
    }

    fn act(&mut self, action: &Action) {
        match action {
            Action::Hear(device, report) => {
                self.stand.hear(DeviceIndex(u32::try_from(*device).unwrap()), report.clone());
                self.history.push((self.stand.second, Happening::Heard { device: *device, report: report.clone() }));
            }
            Action::Wait(seconds) => {
                if self.stand.inbox.is_empty() {
                    self.check_deadline(*seconds);
                }
                self.stand.wait(*seconds);
            }
            Action::Step => self.step(),
            Action::Acknowledge(which) => {
                self.step();
                let open = self.stand.open();
                let Some(occurrence) = open.get(which % open.len().max(1)) else { return };
                self.stand.acknowledge(&occurrence.id);
                let key = occurrence.key.0.to_string();
                self.history.push((self.stand.second, Happening::Acknowledged { key }));
                self.step();
            }
            Action::Hold(seconds) => {
                self.step();
                let hold = match seconds {
                    Some(seconds) => SignalHold::AudioPaused { lasts: Duration::from_secs(*seconds) },
                    None => SignalHold::AlarmOff,
                };
                self.stand.hold(Scope::Bed("bed-1".into()), hold);
                self.history.push((self.stand.second, Happening::Held { seconds: *seconds }));
                self.step();
            }
            Action::Enable => {
                self.step();
                self.stand.enable(Scope::Bed("bed-1".into()));
                self.history.push((self.stand.second, Happening::Enabled));
                self.step();
            }
            Action::Restart => {
                self.step();
                self.stand.restart();
                self.history.push((self.stand.second, Happening::Restarted));
                self.step();
            }
        }
    }

    fn step(&mut self) {
        let inputs = self.stand.inbox.clone();
        let events = self.stand.step();
        for event in &events {
            assert_eq!(event.seq, self.next_seq, "numbers have no gap");
            self.next_seq += 1;
            if let EventKind::Alarm { phase: Phase::Start, occurrence, .. } = &event.kind {
                let new = self.started.insert(occurrence.id.number);
                assert_eq!(new, occurrence.restarts == 0, "{} has a name of its own, or is joined", occurrence.id);
            }
            if let EventKind::Alarm { occurrence, .. } = &event.kind {
                let was_latched = self.latched.remove(&occurrence.id.number);
                if occurrence.state == AlarmState::Latched {
                    self.latched.insert(occurrence.id.number);
                }
                if !was_latched {
                    check_evidence(event, &inputs);
                }
            }
        }
        self.check_freshness();
        let deadline = self.stand.engine.next_deadline();
        assert!(deadline.is_none_or(|due| due > at(self.stand.second).monotonic), "nothing is overdue after a step");

        if !self.compared {
            return;
        }
        let (wanted, started) = expected(&self.history, 2, self.stand.second);
        let found: Expected = self
            .stand
            .open()
            .into_iter()
            .map(|o| (o.key.0.to_string(), (o.state, o.is_acknowledged(), o.hold().is_some(), o.priority, o.count)))
            .collect();
        assert_eq!(found, wanted, "at {}", self.stand.second);
        assert_eq!(self.stand.engine.next_occurrence() - 1, started, "occurrences so far");
    }

    /// What is shown as fresh is within its bound.
    fn check_freshness(&self) {
        for ahead in [0, 1, 3, 30] {
            let now = at(self.stand.second + ahead);
            let snapshot = self.stand.engine.snapshot(now);
            for metric in snapshot.beds.iter().flat_map(|bed| &bed.devices).flat_map(|device| &device.metrics) {
                let bound = if metric.containment == CUFF.2 { CUFF_FRESH_S } else { FRESH_S };
                if let Freshness::Fresh(_) = metric.freshness {
                    assert!(metric.age.unwrap() < Duration::from_secs(bound), "{metric:?}");
                }
            }
        }
    }

    /// Nothing happens before the next deadline, if that lies within the next `seconds`.
    fn check_deadline(&mut self, seconds: u64) {
        let Some(deadline) = self.stand.engine.next_deadline() else { return };
        let just_before = Instant::from_micros(deadline.as_micros() - 1);
        let now = at(self.stand.second);
        if just_before > now.monotonic && just_before < at(self.stand.second + seconds).monotonic {
            let early = Now { monotonic: just_before, utc: now.utc };
            assert_eq!(self.stand.engine.step(early, &mut Vec::new(), &mut Vec::new()), []);
            assert_eq!(self.stand.engine.next_deadline(), Some(deadline), "and it was exact");
        }
    }
}

/// A condition is over only because something said so in this step.
fn check_evidence(event: &EngineEvent, inputs: &[DeviceReport]) {
    let EventKind::Alarm { phase, occurrence, .. } = &event.kind else { return };
    if !is_over(*phase, occurrence.state) || *phase == Phase::Reset {
        return;
    }
    assert!(*phase == Phase::End || occurrence.state == AlarmState::Latched);
    let device = if &*occurrence.device == "mon-1" { MON_1 } else { MON_2 };
    let said = inputs.iter().filter(|input| input.device == device).any(|input| match &input.report {
        Report::Observation(observation) => {
            let valid = matches!(&observation.reading, Reading::Value(_, Quality::Valid));
            is_link(occurrence) || (valid && occurrence.source.metric == Some(observation.metric))
        }
        Report::Alarm(alarm) => occurrence.source.metric.is_none() && (!alarm.present || is_link(occurrence)),
        Report::AlarmsListed => occurrence.source.metric.is_none(),
        Report::Link(_) | Report::Identity(_) | Report::Mode(_) => is_link(occurrence),
        Report::Waveform(_) | Report::Fault(_) => false,
    });
    assert!(said, "{} ended without evidence in {inputs:?}", occurrence.key.0);
}

fn is_link(occurrence: &vigil_model::Occurrence) -> bool {
    occurrence.key.0.contains("link-lost")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn random_runs_follow_the_naive_model(actions in prop::collection::vec(an_action(), 1..90)) {
        let mut run = Run::new(true);
        run.step();
        actions.iter().for_each(|action| run.act(action));
        run.step();
    }

    #[test]
    fn the_same_inputs_give_the_same_events(actions in prop::collection::vec(an_action(), 1..60)) {
        let said = || {
            let mut run = Run::new(false);
            actions.iter().for_each(|action| run.act(action));
            format!("{:?}", run.stand.said)
        };
        prop_assert_eq!(said(), said());
    }

    #[test]
    fn how_inputs_are_batched_changes_nothing_that_is_told(
        heard in prop::collection::vec((0usize..2, a_report(), 0u64..3), 1..60)
    ) {
        let told = |every: usize| {
            let mut stand = Stand::of(Ward::clone(&Run::new(false).stand.ward));
            let mut lines: Vec<(u64, String)> = Vec::new();
            let last = heard.len();
            for (number, (device, report, wait)) in heard.iter().enumerate() {
                stand.wait(*wait);
                stand.hear(DeviceIndex(u32::try_from(*device).unwrap()), report.clone());
                if number % every == 0 || number + 1 == last {
                    stand.step();
                }
            }
            for event in &stand.said {
                if let EventKind::Alarm { occurrence, .. } = &event.kind {
                    lines.push((u64::try_from(occurrence.changed.as_micros()).unwrap(), line(event).unwrap()));
                }
            }
            lines.sort();
            lines
        };
        let one_by_one = told(1);
        prop_assert_eq!(&one_by_one, &told(7));
        prop_assert_eq!(&one_by_one, &told(1000));
    }
}

#[test]
fn a_random_run_reaches_what_it_is_meant_to_reach() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut phases = BTreeSet::new();
    for _ in 0..120 {
        let tree = prop::collection::vec(an_action(), 60..90).new_tree(&mut runner).unwrap();
        let mut run = Run::new(false);
        proptest::strategy::ValueTree::current(&tree).iter().for_each(|action| run.act(action));
        let told = run.stand.said.iter().filter_map(line);
        phases.extend(told.map(|line| {
            let kind = line.split('/').nth(1).unwrap().split(' ').next().unwrap().to_owned();
            (kind, line.rsplit(' ').next().unwrap().to_owned())
        }));
    }
    for kind in ["limit", "link-lost", "stale", "invalid", "cannot-evaluate", "alarm"] {
        for told in ["start/active", "end/inactive", "acknowledged/active*", "present/active"] {
            assert!(phases.contains(&(kind.to_owned(), told.to_owned())), "{kind} {told}");
        }
    }
    for told in ["update/latched", "update/active", "reset/inactive", "present/latched"] {
        assert!(phases.contains(&("limit".to_owned(), told.to_owned())), "{told}");
    }
    for told in
        ["inactivate/active~", "continue/active~", "inactivate/latched~", "update/latched~", "acknowledged/active*~"]
    {
        assert!(phases.contains(&("limit".to_owned(), told.to_owned())), "{told}");
    }
    for told in ["escalate/active", "deescalate/active"] {
        assert!(phases.contains(&("alarm".to_owned(), told.to_owned())), "{told}");
    }
}

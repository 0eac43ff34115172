//! A script through the engine. Steps run when something happens and when the engine is due, as in the appliance.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use vigil_engine::{Engine, Snapshot};
use vigil_messages::DurationText;
use vigil_model::{
    AlarmState, Answer, Code, Command, DeviceReport, EngineEvent, EventKind, Freshness, Instant, Now, Phase, Priority,
    Report, Timestamp, Ward,
};

use super::setup::{Happening, Script, link_state};

/// Steps at one instant before the engine's deadlines are taken not to move on.
const STEPS_AT_ONCE_MAX: usize = 1000;

/// When the clock of a test begins: a year, so that something may have begun before it, and some Sunday.
const START: (u64, i64) = (365 * 86_400_000_000, 1_772_323_200);

/// Something that was told of an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// When, from the beginning of the test.
    pub at: DurationText,
    /// Text of the alarm.
    pub alarm: String,
    /// What: the phase, and `latched` for the update by which a signal is latched.
    pub is: &'static str,
    /// Its priority.
    pub priority: Priority,
    /// The value that was told with it.
    pub value: Option<String>,
}

/// What came of a script.
pub(super) struct Played {
    pub(super) told: Vec<Told>,
    /// The metrics that were looked at, in the order of the script: current value or `None`.
    pub(super) metrics: Vec<Option<String>>,
}

/// Runs a script.
pub(super) fn play(ward: &Arc<Ward>, script: &Script) -> Played {
    let mut run = Run {
        engine: Engine::new(Arc::clone(ward), now(Duration::ZERO)),
        script,
        told: Vec::new(),
        lost: BTreeSet::new(),
    };
    let mut metrics = vec![None; script.looks.len()];
    let mut rest = script.happenings.iter().peekable();
    let mut at = Duration::ZERO;
    loop {
        let mut taken = Vec::new();
        while let Some((_, happening)) = rest.next_if(|(when, _)| *when <= at) {
            taken.push(happening);
        }
        run.step(at, &taken);
        // What was looked at between this step and the next is as it was after this one.
        let next = run.next(at).min(rest.peek().map_or(Duration::MAX, |(when, _)| *when));
        for (look, (when, code)) in script.looks.iter().enumerate() {
            if *when >= at && *when < next.max(at + Duration::from_nanos(1)) {
                metrics[look] = value_of(&run.engine.snapshot(now(*when)), &script.bed, *code);
            }
        }
        if next > script.lasts {
            break;
        }
        at = next;
    }
    Played { told: run.told, metrics }
}

struct Run<'a> {
    engine: Engine,
    script: &'a Script,
    told: Vec<Told>,
    /// Devices whose link is lost: they say nothing.
    lost: BTreeSet<u32>,
}

impl Run<'_> {
    fn step(&mut self, at: Duration, happenings: &[&Happening]) {
        let now = now(at);
        let (mut reports, mut commands) = (Vec::new(), Vec::new());
        for happening in happenings {
            match happening {
                Happening::Link(device, up) => {
                    if *up {
                        self.lost.remove(&device.0);
                    } else {
                        self.lost.insert(device.0);
                    }
                    let report = Report::Link(link_state(*up));
                    reports.push(DeviceReport { device: *device, received: now, report });
                }
                Happening::Report(device, report) => {
                    if !self.lost.contains(&device.0) {
                        reports.push(DeviceReport { device: *device, received: now, report: report.clone() });
                    }
                }
                Happening::Acknowledge(text) => {
                    let snapshot = self.engine.snapshot(now);
                    let open =
                        snapshot.beds.iter().flat_map(|bed| &bed.occurrences).filter(|open| *open.text == **text);
                    commands.extend(open.map(|open| Command::Answer {
                        occurrence: open.id.clone(),
                        answer: Answer::Acknowledge,
                        by: "test".into(),
                    }));
                }
                Happening::Chart(input, value) => commands.push(Command::Chart {
                    bed: Arc::clone(&self.script.bed),
                    input: input.as_str().into(),
                    value: value.as_str().into(),
                    by: "test".into(),
                }),
            }
        }
        let events = self.engine.step(now, &mut reports, &mut commands);
        self.told.extend(events.iter().filter_map(|event| told(event, at, &self.script.bed)));
    }

    /// When the engine is due next, after `at`. What is due at once is taken at once.
    fn next(&mut self, at: Duration) -> Duration {
        for _ in 0..STEPS_AT_ONCE_MAX {
            let Some(deadline) = self.engine.next_deadline() else { return Duration::MAX };
            let due = deadline.since(now(Duration::ZERO).monotonic);
            if due > at {
                return due;
            }
            self.step(at, &[]);
        }
        Duration::MAX
    }
}

fn now(at: Duration) -> Now {
    Now { monotonic: Instant::from_micros(START.0) + at, utc: Timestamp::from_seconds(START.1) + at }
}

fn told(event: &EngineEvent, at: Duration, bed: &str) -> Option<Told> {
    let EventKind::Alarm { phase, occurrence, .. } = &event.kind else { return None };
    let is = match (phase, occurrence.state) {
        (Phase::Update, AlarmState::Latched) => "latched",
        (phase, _) => phase.as_str(),
    };
    let value = occurrence.source.value.as_ref().map(ToString::to_string);
    (&*occurrence.bed == bed).then(|| Told {
        at: at.into(),
        alarm: occurrence.text.to_string(),
        is,
        priority: occurrence.priority,
        value,
    })
}

/// The current value of a metric, of the first device of the bed that has one.
fn value_of(snapshot: &Snapshot, bed: &str, code: Code) -> Option<String> {
    let devices = snapshot.beds.iter().filter(|of| &*of.id == bed).flat_map(|of| &of.devices);
    devices.flat_map(|device| &device.metrics).filter(|metric| metric.code == code).find_map(|metric| {
        match &metric.freshness {
            Freshness::Fresh((value, _)) => Some(value.to_string()),
            Freshness::Stale { .. } | Freshness::Invalid(_) | Freshness::Never => None,
        }
    })
}

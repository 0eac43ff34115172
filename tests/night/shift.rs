//! One configuration's night: the engine, what it said, and what must hold of that.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use vigil::replay::Spans;
use vigil_config::Plan;
use vigil_engine::Engine;
use vigil_journal::load::{self, Load};
use vigil_model::{
    AlarmState, Code, ConditionKind, DeviceIndex, DeviceReport, EngineEvent, EventKind, Instant, LimitSide, Now,
    Occurrence, Quality, Quantity, Reading, Report, Timestamp, Value, Ward,
};

use crate::script::{Low, Script};

/// A value that is older than this is no evidence of anything. The slowest device of the ward is asked every 10 s.
const EVIDENCE_MAX: Duration = Duration::from_secs(30);

/// When the alarm of a bed's oxygen saturation was on.
type Stretch = (Timestamp, Option<Timestamp>);

pub(crate) struct Shift {
    engine: Engine,
    ward: Arc<Ward>,
    start: Now,
    /// How long after the beginning of a deterioration its alarm may come.
    patience: Duration,
    latest: BTreeMap<(DeviceIndex, Code), (Timestamp, Reading)>,
    low: BTreeMap<Arc<str>, Vec<Stretch>>,
    spans: Spans,
    scripted: usize,
}

impl Shift {
    pub(crate) fn new(plan: &Plan, start: Now, patience: Duration) -> Self {
        Self {
            engine: Engine::new(plan.ward.clone(), start),
            ward: plan.ward.clone(),
            start,
            patience,
            latest: BTreeMap::new(),
            low: BTreeMap::new(),
            spans: Spans::default(),
            scripted: 0,
        }
    }

    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.engine.next_deadline()
    }

    pub(crate) fn step(&mut self, now: Now, reports: &[DeviceReport]) {
        if reports.is_empty() && self.engine.next_deadline().is_none_or(|due| due > now.monotonic) {
            return;
        }
        for DeviceReport { device, received, report } in reports {
            if let Report::Observation(observation) = report {
                self.latest.insert((*device, observation.metric), (received.utc, observation.reading.clone()));
            }
        }
        let events = self.engine.step(now, &mut reports.to_vec(), &mut Vec::new());
        events.iter().for_each(|event| self.hear(event));
        self.spans.add(&events);
    }

    fn hear(&mut self, event: &EngineEvent) {
        let EventKind::Alarm { occurrence, .. } = &event.kind else { return };
        if occurrence.kind == ConditionKind::Physiological && occurrence.state == AlarmState::Inactive {
            self.ends_with_evidence(event.at, occurrence);
        }
        if &*occurrence.text != "Low SpO2" {
            return;
        }
        let stretches = self.low.entry(occurrence.bed.clone()).or_default();
        let is_on = stretches.last().is_some_and(|(_, ended)| ended.is_none());
        match occurrence.state {
            AlarmState::Inactive if is_on => stretches.last_mut().unwrap().1 = Some(event.at),
            AlarmState::Active | AlarmState::Latched if !is_on => stretches.push((event.at, None)),
            AlarmState::Inactive | AlarmState::Active | AlarmState::Latched => {}
        }
    }

    /// A limit's alarm ends with a current, valid value that is inside the limit, and with nothing else.
    fn ends_with_evidence(&self, at: Timestamp, occurrence: &Occurrence) {
        let (device, _) = self.ward.device_named(&occurrence.device).unwrap();
        let (Some(metric), Some((side, limit))) = (occurrence.source.metric, occurrence.source.limit) else { return };
        let (received, reading) = self.latest.get(&(device, metric)).unwrap();
        let Reading::Value(Value::Numeric(value), Quality::Valid) = reading else {
            panic!("{} ended at {at} with {reading:?}", occurrence.key.0);
        };
        assert!(at.since(*received) <= EVIDENCE_MAX, "{} ended at {at} with a value of {received}", occurrence.key.0);
        assert!(is_inside(*value, side, limit), "{} ended at {at} at {value}", occurrence.key.0);
    }

    /// Every deterioration had its alarm, in time, until it was over.
    pub(crate) fn check(&mut self, script: &Script) {
        assert!(u32::try_from(self.ward.beds.len()).is_ok_and(|beds| beds == script.beds()));
        for Low { bed, from_s, until_s } in &script.low {
            let at = |seconds: u64| self.start.utc + Duration::from_secs(seconds);
            let bed = &self.ward.beds[*bed as usize - 1].id;
            let none = Vec::new();
            let stretches = self.low.get(bed).unwrap_or(&none);
            let covering = stretches.iter().find(|(began, ended)| {
                *began <= at(*from_s) + self.patience && ended.is_none_or(|ended| ended >= at(*until_s))
            });
            assert!(covering.is_some(), "bed {bed} from {} until {}: {stretches:?}", at(*from_s), at(*until_s));
            self.scripted += 1;
        }
        assert!(self.scripted > 0, "something happens in every night");
    }

    pub(crate) fn scripted(&self) -> usize {
        self.scripted
    }

    pub(crate) fn load(&self, from: Timestamp, until: Timestamp) -> Load {
        load::figures(&self.spans.clone().into_vec(), from, until)
    }
}

fn is_inside(value: Quantity, side: LimitSide, limit: Quantity) -> bool {
    match side {
        LimitSide::Low => value.cmp_value(limit).is_ge(),
        LimitSide::High => value.cmp_value(limit).is_le(),
    }
}

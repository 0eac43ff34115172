//! One device of the naive model: what its reports and its silence mean for the conditions about it.

#[path = "device_alarms.rs"]
mod device_alarms;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    Absence, Device, DeviceReport, Instant, LinkState, Observation, OperatingMode, Quality, Reading, Report, Value,
    Ward,
};

use crate::condition::{Condition, Said, Times, Verdict};
use crate::metric_model::{Limit, Metric, Worth, metrics};
use device_alarms::Raised;

/// Where "link lost" stands among the conditions.
const LINK_LOST: usize = 0;

pub(crate) struct DeviceModel {
    pub(crate) id: Arc<str>,
    quiet_time: Duration,
    heard: Instant,
    moved_to: Instant,
    is_up: bool,
    is_lost: bool,
    mode: OperatingMode,
    metrics: Vec<Metric>,
    limits: Vec<Limit>,
    conditions: Vec<Condition>,
    /// Conditions that are not idle.
    busy: BTreeSet<usize>,
    raised: Vec<Raised>,
}

impl DeviceModel {
    pub(crate) fn new(ward: &Ward, device: &Device, times: &Times, said: &mut Said) -> Self {
        let (bed, at) = (ward.bed(device.bed).expect("the bed of a device"), times.monotonic);
        let link_lost = format!("{}/link-lost", device.id);
        let mut conditions = vec![Condition::new(link_lost, bed.technical.link_lost, Duration::ZERO)];
        let (metrics, limits) = metrics(device, bed, &mut conditions);
        let mut model = Self {
            id: Arc::clone(&device.id),
            quiet_time: device.quiet_time,
            heard: at,
            moved_to: at,
            is_up: false,
            is_lost: false,
            mode: OperatingMode::Normal,
            metrics,
            limits,
            conditions,
            busy: BTreeSet::new(),
            raised: Vec::new(),
        };
        // A sensor that was never connected is noticed: limits lack data from the start.
        model.lack_data(at, times, said);
        model
    }

    /// Conditions of which people may have been told.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let busy = self.busy.iter().map(|index| &self.conditions[*index]);
        busy.chain(self.raised.iter().map(|raised| &raised.condition))
    }

    pub(crate) fn condition(&mut self, key: &str) -> Option<&mut Condition> {
        let raised = self.raised.iter_mut().map(|raised| &mut raised.condition);
        self.conditions.iter_mut().chain(raised).find(|condition| *condition.key == *key)
    }

    pub(crate) fn tidy(&mut self) {
        self.busy.retain(|index| !self.conditions[*index].is_idle());
    }

    pub(crate) fn current(&self, observation: &Observation, at: Instant) -> Option<&Reading> {
        let is_it = |metric: &&Metric| metric.is_of(observation);
        self.metrics.iter().find(is_it)?.current(at)
    }

    /// Brings everything up to `until`, as time alone does.
    pub(crate) fn move_to(&mut self, until: Instant, times: &Times, said: &mut Said) {
        self.lapse(until, times, said);
        for index in self.busy.clone() {
            self.conditions[index].look(until, times, said);
        }
        self.tidy();
    }

    pub(crate) fn take(&mut self, at: Instant, report: &DeviceReport, times: &Times, said: &mut Said) {
        let at = at.max(self.moved_to);
        self.moved_to = at;
        self.lapse(at, times, said);
        match &report.report {
            Report::Link(LinkState::Up) => self.hear(at, times, said),
            Report::Link(LinkState::Lost { .. }) => self.lose(at, true, times, said),
            Report::Link(LinkState::Connecting | LinkState::Associating) => self.is_up = false,
            Report::Identity(_) => self.hear(at, times, said),
            Report::Mode(mode) => {
                self.hear(at, times, said);
                self.change_mode(at, *mode, times, said);
            }
            Report::Observation(observation) => {
                self.hear(at, times, said);
                self.observe(at, report, observation, times, said);
            }
            Report::Alarm(alarm) => {
                self.hear(at, times, said);
                self.alarm(at, alarm, times, said);
            }
            Report::AlarmsListed => {
                self.hear(at, times, said);
                self.listed(at, times, said);
            }
            Report::Waveform(_) => self.hear(at, times, said),
            Report::Fault(_) => {} // noise is not the device speaking
        }
    }

    /// Values whose bound is over by `until`, and silence that has become too long, in order of time. A lost link explains
    /// values that end at the same moment.
    fn lapse(&mut self, until: Instant, times: &Times, said: &mut Said) {
        loop {
            let due = self.metrics.iter().filter_map(|metric| metric.due).min();
            let quiet = (!self.is_lost).then_some(self.heard + self.quiet_time);
            let Some(at) = [due, quiet].into_iter().flatten().min().filter(|at| *at <= until) else { return };
            if quiet == Some(at) {
                self.lose(at, false, times, said);
            }
            for index in 0..self.metrics.len() {
                if self.metrics[index].due.is_some_and(|due| due <= at) {
                    self.metrics[index].due = None;
                    self.metrics[index].end(at, false);
                    self.judge(at, index, Worth::Stale, times, said);
                }
            }
        }
    }

    fn hear(&mut self, at: Instant, times: &Times, said: &mut Said) {
        self.heard = at;
        if std::mem::replace(&mut self.is_up, true) {
            return;
        }
        self.raised.iter_mut().for_each(|raised| raised.is_listed = false);
        if std::mem::take(&mut self.is_lost) {
            self.metrics.iter_mut().for_each(|metric| metric.expect(at));
            self.verdict(at, LINK_LOST, Verdict::Good, times, said);
            self.lack_data(at, times, said);
        }
    }

    fn lose(&mut self, at: Instant, by_report: bool, times: &Times, said: &mut Said) {
        self.is_up = false;
        if std::mem::replace(&mut self.is_lost, true) {
            return;
        }
        self.verdict(at, LINK_LOST, Verdict::Bad, times, said);
        for index in 0..self.metrics.len() {
            self.metrics[index].due = None;
            self.metrics[index].end(at, by_report);
        }
        self.excuse(at, Verdict::Excused, times, said);
    }

    fn change_mode(&mut self, at: Instant, mode: OperatingMode, times: &Times, said: &mut Said) {
        let before = std::mem::replace(&mut self.mode, mode);
        match (before == OperatingMode::Normal, mode == OperatingMode::Normal) {
            (false, true) => {
                self.metrics.iter_mut().for_each(|metric| metric.expect(at));
                for raised in self.raised.iter_mut().filter(|raised| raised.is_withheld) {
                    raised.is_withheld = false;
                    raised.condition.push(at, Verdict::Bad, times, said);
                }
            }
            (true, false) => {
                self.metrics.iter_mut().for_each(|metric| metric.end(at, true));
                self.excuse(at, Verdict::Bad, times, said);
            }
            (true, true) | (false, false) => {}
        }
    }

    /// No metric has data, for a reason: what that means for each, and for limits that cannot be evaluated.
    fn excuse(&mut self, at: Instant, cannot_evaluate: Verdict, times: &Times, said: &mut Said) {
        for index in 0..self.metrics.len() {
            let (stale, invalid) = (self.metrics[index].stale, self.metrics[index].invalid);
            self.verdict(at, stale, Verdict::Excused, times, said);
            self.verdict(at, invalid, Verdict::Excused, times, said);
        }
        self.limits.iter_mut().for_each(|limit| limit.has_data = false);
        for index in 0..self.limits.len() {
            let Limit { condition, cannot_evaluate: of_rule, is_episodic, .. } = self.limits[index];
            let excused = cannot_evaluate == Verdict::Excused;
            self.verdict(at, condition, Verdict::Missing, times, said);
            let lacks = if is_episodic && !excused { Verdict::Missing } else { cannot_evaluate };
            self.verdict(at, of_rule, lacks, times, said);
        }
    }

    /// Limits on what should come all the time lack data from now on.
    fn lack_data(&mut self, at: Instant, times: &Times, said: &mut Said) {
        for index in 0..self.limits.len() {
            let Limit { cannot_evaluate, is_episodic, is_first, .. } = self.limits[index];
            if is_first && !is_episodic {
                self.verdict(at, cannot_evaluate, Verdict::Bad, times, said);
            }
        }
    }

    fn observe(
        &mut self,
        at: Instant,
        report: &DeviceReport,
        observation: &Observation,
        times: &Times,
        said: &mut Said,
    ) {
        let Some(index) = self.metrics.iter().position(|metric| metric.is_of(observation)) else { return };
        let is_normal = self.mode == OperatingMode::Normal;
        let mut worth = self.metrics[index].take(at, report, observation, is_normal);
        if self.metrics[index].due.is_none() {
            worth = Worth::Stale; // determined so long ago that it is not current even now
        }
        if is_normal {
            self.judge(at, index, worth, times, said);
        }
    }

    /// What the newest knowledge of a metric means for the conditions about it.
    fn judge(&mut self, at: Instant, index: usize, worth: Worth, times: &Times, said: &mut Said) {
        let metric = &mut self.metrics[index];
        let (stale, invalid, limits) = (metric.stale, metric.invalid, metric.limits.clone());
        let had_valid = metric.had_valid;
        metric.had_valid |= matches!(worth, Worth::Number(_) | Worth::Word);
        let told = had_valid && metric.is_measured;
        let (is_episodic, is_normal) = (metric.is_episodic, self.mode == OperatingMode::Normal);
        let when = |condition: bool| if condition { Verdict::Bad } else { Verdict::Missing };
        match worth {
            Worth::Number(_) | Worth::Word => {
                self.verdict(at, stale, Verdict::Good, times, said);
                self.verdict(at, invalid, Verdict::Good, times, said);
            }
            Worth::Unusable => self.verdict(at, invalid, when(told), times, said),
            Worth::Nothing => self.verdict(at, invalid, Verdict::Missing, times, said),
            Worth::Stale => {
                self.verdict(at, stale, when(told && is_normal && !is_episodic), times, said);
                self.verdict(at, invalid, Verdict::Missing, times, said);
            }
        }
        for limit in limits {
            let number = match worth {
                Worth::Number(number) if self.limits[limit].is_applicable => Some(number),
                Worth::Number(_) | Worth::Word | Worth::Unusable | Worth::Nothing | Worth::Stale => None,
            };
            let Limit { condition, cannot_evaluate, .. } = self.limits[limit];
            self.limits[limit].has_data = number.is_some();
            if let Some(number) = number {
                self.verdict(at, cannot_evaluate, Verdict::Good, times, said);
                let verdict = self.limits[limit].verdict(number);
                self.verdict(at, condition, verdict, times, said);
                continue;
            }
            self.verdict(at, condition, Verdict::Missing, times, said);
            // A rule can be evaluated as long as one of the places where the device measures its metric has a value.
            let mut of_rule = self.limits.iter().filter(|other| other.cannot_evaluate == cannot_evaluate);
            if !of_rule.any(|other| other.has_data) {
                let nothing_due = matches!(worth, Worth::Nothing) || (matches!(worth, Worth::Stale) && is_episodic);
                self.verdict(at, cannot_evaluate, when(!nothing_due), times, said);
            }
        }
    }

    fn verdict(&mut self, at: Instant, condition: usize, verdict: Verdict, times: &Times, said: &mut Said) {
        self.conditions[condition].push(at, verdict, times, said);
        if !self.conditions[condition].is_idle() {
            self.busy.insert(condition);
        }
    }

    /// A link that was lost is lost until the device is heard, and explains what it explained before.
    pub(crate) fn settle_restored(&mut self, at: Instant, times: &Times, said: &mut Said) {
        if self.conditions[LINK_LOST].told.is_some() {
            self.is_lost = true;
            self.excuse(at, Verdict::Excused, times, said);
        }
    }
}

/// A reading that is there and can be judged.
pub(crate) fn judged(reading: &Reading) -> Option<&Value> {
    match reading {
        Reading::Value(value, Quality::Valid) => Some(value),
        Reading::Value(_, Quality::Questionable | Quality::Calibrating)
        | Reading::Absent(Absence::Invalid | Absence::NotAvailable | Absence::Overflow | Absence::Underflow) => None,
    }
}

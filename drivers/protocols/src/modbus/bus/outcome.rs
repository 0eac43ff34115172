//! What the outcome of a read changes: the unit's link and breaker, and what is reported of its values.

use vigil_model::{Fault, FaultKind, LinkState, Now, Report};

use super::unit::Breaker;
use super::{Bus, task};
use crate::doctor::{Evidence, diagnose};
use crate::modbus::profile::decode::{Said, identify};
use crate::modbus::{Data, ReadRequest};

impl Bus {
    /// The unit of a task has answered, if only with an exception.
    pub(super) fn answered(&mut self, task: usize, now: Now) {
        let index = self.tasks[task].unit;
        let unit = &mut self.units[index];
        unit.counters.answers += 1;
        (unit.failures, unit.malformed) = (0, 0);
        let was_dead = unit.breaker != Breaker::Closed;
        unit.breaker = Breaker::Closed;
        let report = unit.watch.heard(now.monotonic);
        if was_dead || report.is_some() {
            unit.restart();
            task::alarms_first(&mut self.tasks, index, now.monotonic, was_dead);
        }
        self.push(index, now, report);
    }

    /// A read has brought no valid answer.
    pub(super) fn failed(&mut self, task: usize, now: Now, kind: FaultKind, detail: String) {
        let at = now.monotonic;
        let index = self.tasks[task].unit;
        let is_probe = self.running.is_some_and(|running| running.is_probe);
        self.push(index, now, Some(Report::Fault(Fault::new(kind, 0, detail))));
        let others_live = self.units.iter().enumerate().any(|(other, unit)| other != index && unit.is_live());
        self.units[index].malformed += u32::from(kind == FaultKind::Framing);
        self.units[index].fail(at, is_probe, others_live);
        self.tasks[task].first = false;
        self.tasks[task].plan_next(at, &mut self.units[index]);
        let report = self.units[index].watch.expire(at);
        let report = self.explained(index, report);
        self.push(index, now, report);
    }

    /// A loss by silence with what it may come from.
    pub(super) fn explained(&self, index: usize, report: Option<Report>) -> Option<Report> {
        let (Some(Report::Link(LinkState::Lost { reason })), Some(serial)) = (&report, self.doctor) else {
            return report;
        };
        let unit = &self.units[index];
        let others_answer = self.units.iter().enumerate().any(|(other, unit)| other != index && unit.is_trusted());
        let evidence = Evidence {
            serial,
            bytes_sent: 1,
            framings: u64::from(unit.malformed),
            timeouts: u64::from(unit.failures - unit.malformed.min(unit.failures)),
            others_answer,
            ..Evidence::default()
        };
        match diagnose(&evidence) {
            Some(diagnosis) => Some(Report::Link(LinkState::Lost { reason: format!("{reason} {diagnosis}").into() })),
            None => report,
        }
    }

    pub(super) fn report_values(&mut self, task: usize, now: Now, request: &ReadRequest, data: &Data) {
        let index = self.tasks[task].unit;
        let mut said = std::mem::take(&mut self.said);
        self.units[index].profile.decode(request.table(), request.address(), data, &mut said);
        self.tasks[task].listed = self.tasks[task].alarm && !said.contains(&Said::ConditionsUnknown);
        let mut identified = false;
        for said in said.drain(..) {
            let unit = &mut self.units[index];
            let report = match said {
                Said::Observation(observation) => Some(Report::Observation(observation)),
                // What is absent and was said to be absent is not repeated; what is present is, for `AlarmsListed`.
                Said::Condition(condition, present) => {
                    let before = unit.conditions[condition].replace(present);
                    (present || before != Some(false)).then(|| Report::Alarm(unit.profile.alarm(condition, present)))
                }
                Said::ConditionsUnknown => None,
                Said::Identity(field, text) => {
                    identified |= identify(&mut unit.identity, field, &text);
                    None
                }
            };
            self.push(index, now, report);
        }
        self.said = said;
        if identified {
            let identity = self.units[index].identity.clone();
            self.push(index, now, Some(Report::Identity(identity)));
        }
        if task::take_listed(&mut self.tasks, index) {
            self.push(index, now, Some(Report::AlarmsListed));
        }
    }
}

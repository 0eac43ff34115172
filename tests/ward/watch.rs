//! What is looked at after each step of the appliance, and who is behind each device.

use std::sync::Arc;

use vigil_config::LinkPlan;
use vigil_model::{Occurrence, Report};
use vigil_protocols::driver::DriverConfig;
use vigil_simulators::SimulatedWard;
use vigil_simulators::ward::LinkedDevice;

use super::World;
use crate::case::Case;
use crate::checks;
use crate::ledger::Step;
use crate::line::Line;
use crate::truth::Observed;

/// Steps between two looks at the engine's own picture, which costs more than what it tells.
const SNAPSHOT_EVERY: u64 = 64;

impl World {
    /// Everything that must hold after a step.
    pub(super) fn check(&mut self, step: &Step) {
        let now = self.now;
        self.transcript.lines("report", now, &step.reports);
        self.transcript.lines("event", now, &step.events);
        for (_, message) in &step.outgoing {
            self.transcript.bytes("made", now, &message.body);
        }
        for report in &step.reports {
            let Report::Observation(observation) = &report.report else { continue };
            let index = report.device.0 as usize;
            self.heard[index].push((report.received.monotonic, observation.metric));
            let is_true = self.observed[index].is_true(observation, report.received.monotonic, self.start.monotonic);
            if let Some(is_true) = is_true {
                let id = &self.plan.ward.devices[index].id;
                assert!(is_true, "{id} never said {observation:?}");
                self.values_checked += 1;
            }
        }
        let acknowledged = self.ledger.acknowledged(step);
        let said = self.reference.step(now, &step.reports, &acknowledged);
        self.ledger.take(step);
        checks::as_the_reference_says(&step.events, &said, &self.reference, &self.ledger);
        for report in step.observation_reports() {
            checks::report_is_current(report, &self.plan.ward, &self.reference, self.start);
        }
        if self.steps.is_multiple_of(SNAPSHOT_EVERY) {
            let snapshot = self.engine.snapshot(now);
            let mut picture: Vec<&Occurrence> = snapshot.beds.iter().flat_map(|bed| &bed.occurrences).collect();
            let mut told: Vec<&Occurrence> = self.ledger.told.values().collect();
            picture.sort_by(|a, b| a.id.cmp(&b.id));
            told.sort_by(|a, b| a.id.cmp(&b.id));
            assert_eq!(picture, told, "the picture of the ward is not what people were told");
        }
    }
}

/// Who is behind the devices of a link.
pub(super) fn observe(
    ward: &SimulatedWard,
    case: &Case,
    planned: &LinkPlan,
    what: &LinkedDevice,
    line: &Line,
    observed: &mut [Option<Observed>],
) {
    let longest_way = case.wires.longest_way();
    match (planned, what, line) {
        (
            LinkPlan::Stream { device, driver, .. },
            LinkedDevice::Monitor { bed } | LinkedDevice::Pump { bed } | LinkedDevice::Scale { bed },
            Line::Stream { sent_at, .. },
        ) => {
            // The scale's protocol has no check at all.
            let is_checked = !(matches!(driver, DriverConfig::EscScale(_)) && case.wires.is_damaging());
            let patient = ward.simulation(*bed).patient();
            let sent_at = Some(Arc::clone(sent_at));
            observed[device.0 as usize] = Some(Observed { patient, sent_at, longest_way, is_checked });
        }
        (LinkPlan::Bus { units, .. }, LinkedDevice::Contacts { beds }, Line::Bus { .. }) => {
            for (unit, bed) in units.iter().zip(beds) {
                let patient = ward.simulation(*bed).patient();
                observed[unit.device.0 as usize] =
                    Some(Observed { patient, sent_at: None, longest_way, is_checked: true });
            }
        }
        (_, _, Line::Stream { .. } | Line::Bus { .. }) => panic!("links and lines are in the same order"),
    }
}

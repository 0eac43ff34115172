//! What the loop says to the history of numbers: what was reported, what was calculated, who lies where.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use vigil_engine::Engine;
use vigil_journal::Journal;
use vigil_journal::trend::{Bound, Gatherer};
use vigil_model::{
    Absence, BedIndex, DeviceIndex, DeviceReport, EngineEvent, EventKind, Freshness, HoldReason, Instant, Now,
    Observation, Reading, Ward,
};

/// The history of one appliance.
pub struct History {
    gatherer: Gatherer,
    ward: Arc<Ward>,
    /// The association of each bed as last seen; 0 if there is none, or a hold puts it in doubt.
    bound: Vec<u64>,
    /// Devices whose values are held, as last seen.
    held: BTreeSet<DeviceIndex>,
    /// The devices that are this appliance's own calculations.
    calculators: Vec<DeviceIndex>,
}

impl History {
    /// Of an engine that starts at `now`, in buckets of `bucket`.
    pub fn new(engine: &Engine, ward: &Arc<Ward>, bucket: Duration, now: Now) -> Self {
        let mut history = Self {
            gatherer: Gatherer::new(ward, bucket, now),
            bound: vec![0; ward.beds.len()],
            held: BTreeSet::new(),
            calculators: ward.calculators.iter().map(|calculator| calculator.device).collect(),
            ward: Arc::clone(ward),
        };
        history.bind(engine, now);
        history
    }

    /// When something is to be done though nothing arrives.
    pub fn due(&self) -> Instant {
        self.gatherer.due()
    }

    /// Takes the reports of a step, before the step.
    pub fn reported(&mut self, engine: &Engine, reports: &[DeviceReport]) {
        let due = self.gatherer.due();
        if let Some(later) = reports.iter().find(|report| report.received.monotonic >= due) {
            self.stand(engine, later.received);
        }
        self.gatherer.take(reports);
    }

    /// Takes what a step said and did, after the step, and hands to the journal what is ready.
    pub fn stepped(&mut self, engine: &Engine, events: &[EngineEvent], now: Now, journal: &Journal) {
        for event in events {
            let EventKind::Observations(report) = &event.kind else { continue };
            let calculators = self.calculators.iter();
            let named = |device: &&DeviceIndex| self.ward.device(**device).is_some_and(|of| of.id == report.device);
            let Some(device) = calculators.clone().find(named).copied() else { continue };
            for observation in &report.observations {
                self.gatherer.calculated(device, observation, now.monotonic);
            }
        }
        self.bind(engine, now);
        if now.monotonic >= self.gatherer.due() {
            self.stand(engine, now);
            self.gatherer.close(now);
        }
        for piece in self.gatherer.pieces() {
            journal.keep_trend(piece);
        }
    }

    /// Says of everything that is calculated whether it stands, before a bucket is closed: it is not said again while it does.
    fn stand(&mut self, engine: &Engine, now: Now) {
        for device in &self.calculators {
            let Some(shown) = engine.device(*device, now) else { continue };
            for metric in shown.metrics {
                let reading = match metric.freshness {
                    Freshness::Fresh((value, quality)) => Reading::Value(value, quality),
                    Freshness::Stale { .. } | Freshness::Invalid(_) | Freshness::Never => {
                        Reading::Absent(Absence::NotAvailable)
                    }
                };
                let observation = Observation::new(metric.code, metric.containment, metric.unit, reading);
                self.gatherer.still(*device, &observation, now.monotonic);
            }
        }
    }

    /// What it makes buckets with.
    pub fn gatherer(&self) -> &Gatherer {
        &self.gatherer
    }

    /// Looks who lies where. A hold of a bed puts it in doubt; one of a device puts that device's values in doubt.
    fn bind(&mut self, engine: &Engine, now: Now) {
        let mut held = BTreeSet::new();
        for ((bed, memory), before) in (0u32..).map(BedIndex).zip(engine.beds()).zip(&mut self.bound) {
            let mut in_doubt = false;
            for hold in &memory.holds {
                match &hold.reason {
                    HoldReason::DeviceTwice { device, .. } | HoldReason::OtherDevice { device } => {
                        held.extend(self.ward.device_named(device).map(|(device, _)| device));
                    }
                    HoldReason::Contested
                    | HoldReason::OtherPatient { .. }
                    | HoldReason::NotAdmitted { .. }
                    | HoldReason::Identity { .. } => in_doubt = true,
                }
            }
            let association = memory.current.as_ref().filter(|_| !in_doubt);
            let number = association.map_or(0, |association| association.number);
            if std::mem::replace(before, number) != number {
                let bound = association.map(|of| Bound { association: of.number, opened: of.opened.at });
                self.gatherer.bind(bed, bound, now);
            }
        }
        if held != self.held {
            for device in held.symmetric_difference(&self.held) {
                self.gatherer.hold(*device, held.contains(device), now);
            }
            self.held = held;
        }
    }
}

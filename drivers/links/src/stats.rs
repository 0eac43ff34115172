//! What a link counts while it runs, to be read from outside at any time: for metrics, summaries and the line doctor.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vigil_model::{DeviceIndex, FaultKind, Report};
use vigil_protocols::modbus::{Bus, UnitCounters};

/// A handle on the counters of one link. Clones are the same counters.
#[derive(Clone, Debug, Default)]
pub struct LinkStats(Arc<Mutex<LinkCounters>>);

/// What happened on a link since it was started. Numbers only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkCounters {
    /// Whether the port or connection is open now.
    pub is_open: bool,
    /// Times it was opened.
    pub opened: u64,
    /// Times it was lost, or could not be opened.
    pub lost: u64,
    /// Why it was lost last; empty if never.
    pub last_reason: Arc<str>,
    /// Bytes received. Only of streams: on a bus the units' answers are counted.
    pub bytes_received: u64,
    /// Bytes sent. Only of streams.
    pub bytes_sent: u64,
    /// Reports that say something of a device: values, alarms, identity, mode.
    pub reports: u64,
    /// Wire faults by kind, in the order of [`FaultKind::ALL`].
    pub faults: [u64; 8],
    /// The units of a bus, in the order of the configuration, with planned and actual periods.
    pub units: Vec<(DeviceIndex, UnitCounters)>,
}

impl LinkCounters {
    /// Faults of a kind.
    pub fn faults_of(&self, kind: FaultKind) -> u64 {
        let position = FaultKind::ALL.iter().position(|other| *other == kind);
        position.map_or(0, |position| self.faults[position])
    }
}

impl LinkStats {
    /// The counters as they are now.
    pub fn read(&self) -> LinkCounters {
        self.counters().clone()
    }

    pub(crate) fn opened(&self) {
        let mut counters = self.counters();
        counters.is_open = true;
        counters.opened += 1;
    }

    pub(crate) fn lost(&self, reason: &str) {
        let mut counters = self.counters();
        counters.is_open = false;
        counters.lost += 1;
        counters.last_reason = reason.into();
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.counters().bytes_received += bytes as u64;
    }

    pub(crate) fn sent(&self, bytes: usize) {
        self.counters().bytes_sent += bytes as u64;
    }

    pub(crate) fn reported(&self, report: &Report) {
        let mut counters = self.counters();
        match report {
            Report::Fault(fault) => {
                if let Some(position) = FaultKind::ALL.iter().position(|kind| *kind == fault.kind) {
                    counters.faults[position] += 1;
                }
            }
            Report::Link(_) => {}
            Report::Identity(_)
            | Report::Mode(_)
            | Report::Observation(_)
            | Report::Alarm(_)
            | Report::AlarmsListed
            | Report::Waveform(_) => {
                counters.reports += 1;
            }
        }
    }

    pub(crate) fn bus(&self, bus: &Bus) {
        let mut counters = self.counters();
        counters.units.clear();
        counters.units.extend(bus.counters());
    }

    fn counters(&self) -> MutexGuard<'_, LinkCounters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The contract between a simulated device and whatever moves its bytes: the other side of a
//! [`vigil_protocols::session::Session`], just as synchronous.

use std::collections::VecDeque;
use std::time::Duration;

use vigil_model::{Instant, Now};

use crate::patient::Patient;
use crate::scenario::SimulatedDevice;

/// A device on the wire. Any bytes are survived; what a real device ignores is ignored.
///
/// After every `handle_*` call the caller drains [`SimDevice::poll_transmit`].
pub trait SimDevice: Send {
    /// Bytes have arrived, cut anywhere.
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]);

    /// The time of [`Self::poll_timeout`] has come. Calling it early does nothing.
    fn handle_timeout(&mut self, now: Now);

    /// The next transmission.
    fn poll_transmit(&mut self) -> Option<Vec<u8>>;

    /// When the device wants to be called next if nothing arrives.
    fn poll_timeout(&self) -> Option<Instant>;

    /// Whether its cable is in, as its scenario says.
    fn is_plugged(&self, now: Now) -> bool;

    /// When its cable is next pulled or put back, or it restarts, as its scenario says.
    fn next_change(&self, now: Now) -> Option<Instant>;
}

/// Most transmissions that wait to be fetched; older ones are lost.
const TRANSMISSIONS_MAX: usize = 64;

/// What every simulated device has: a patient, the start of the scenario, and transmissions that wait.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) patient: Patient,
    kind: SimulatedDevice,
    start: Instant,
    restarts: u64,
    transmissions: VecDeque<Vec<u8>>,
}

impl Base {
    pub(crate) fn new(patient: Patient, kind: SimulatedDevice, start: Instant) -> Self {
        let restarts = patient.course().restarts(kind, Duration::ZERO);
        Self { patient, kind, start, restarts, transmissions: VecDeque::new() }
    }

    /// Time since the scenario began.
    pub(crate) fn at(&self, now: Now) -> Duration {
        now.monotonic.since(self.start)
    }

    /// Whether the device has been switched off and on since the last call.
    pub(crate) fn has_restarted(&mut self, now: Now) -> bool {
        let restarts = self.patient.course().restarts(self.kind, self.at(now));
        std::mem::replace(&mut self.restarts, restarts) != restarts
    }

    pub(crate) fn send(&mut self, bytes: Vec<u8>) {
        if self.transmissions.len() >= TRANSMISSIONS_MAX {
            self.transmissions.pop_front();
        }
        self.transmissions.push_back(bytes);
    }

    pub(crate) fn forget(&mut self) {
        self.transmissions.clear();
    }

    pub(crate) fn next_transmission(&mut self) -> Option<Vec<u8>> {
        self.transmissions.pop_front()
    }

    pub(crate) fn is_plugged(&self, now: Now) -> bool {
        self.patient.course().is_plugged(self.kind, self.at(now))
    }

    pub(crate) fn next_change(&self, now: Now) -> Option<Instant> {
        self.patient.course().next_change(self.kind, self.at(now)).map(|at| self.start + at)
    }
}

//! A session and a simulated device at the two ends of a wire in memory, under a clock that is moved by hand: how a driver
//! is tested, and a link of a simulated ward.
//!
//! Nothing waits and nothing is random: the clock jumps from one due time to the next.

use std::time::Duration;

use vigil_model::{Instant, Now, Report};
use vigil_protocols::Session;

use crate::device::SimDevice;
use crate::fault::FaultPlan;
use crate::wire::{End, Wire};

/// Rounds in which bytes may go to and fro at one moment; a conversation that needs more runs in circles.
const ROUNDS_MAX: usize = 10_000;

/// A conversation over a byte stream.
pub struct Conversation {
    session: Box<dyn Session>,
    device: Box<dyn SimDevice>,
    wire: Wire,
    connected: bool,
    reports: Vec<(Now, Report)>,
}

impl Conversation {
    /// A conversation that begins at `start`, with both ends of the wire there unless the device or the fault plan say
    /// otherwise.
    pub fn new(session: Box<dyn Session>, device: Box<dyn SimDevice>, faults: &FaultPlan, start: Now) -> Self {
        let wire = Wire::new(faults, start.monotonic);
        Self { session, device, wire, connected: false, reports: Vec::new() }
    }

    /// The wire, for its counts.
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// The appliance was killed and started again: another session at the same end of the wire, to be connected at the next
    /// step. The device notices nothing; what is on its way still arrives.
    pub fn replace_session(&mut self, session: Box<dyn Session>) {
        self.session = session;
        self.connected = false;
        self.reports.clear();
    }

    /// What the session has reported since the last call, with the time of each report.
    pub fn take_reports(&mut self) -> Vec<(Now, Report)> {
        std::mem::take(&mut self.reports)
    }

    /// Does everything that is due at `now`. Returns when everything has come to rest.
    pub fn step(&mut self, now: Now) {
        let plugged = self.wire.is_plugged(now.monotonic) && self.device.is_plugged(now);
        if plugged != self.connected {
            self.connected = plugged;
            if plugged {
                self.session.handle_connected(now);
            } else {
                self.session.handle_disconnected(now, "cable out");
            }
        }
        let is_due = |due: Option<Instant>| due.is_some_and(|due| due <= now.monotonic);
        for _ in 0..ROUNDS_MAX {
            let mut moved = self.carry(now);
            if is_due(self.device.poll_timeout()) {
                self.device.handle_timeout(now);
                moved = true;
            }
            if is_due(self.session.poll_timeout()) {
                self.session.handle_timeout(now);
                moved = true;
            }
            if !moved {
                return;
            }
        }
    }

    /// When something is due next.
    pub fn next_due(&self, now: Now) -> Option<Instant> {
        let due = [
            self.session.poll_timeout(),
            self.device.poll_timeout(),
            self.device.next_change(now),
            self.wire.poll_timeout(now.monotonic),
        ];
        due.into_iter().flatten().min()
    }

    /// Runs from `from` to `until`, jumping from one due time to the next, and returns what was reported.
    pub fn run(&mut self, from: Now, until: Duration) -> Vec<(Now, Report)> {
        let end = from.after(until);
        let mut now = from;
        loop {
            self.step(now);
            // At least a microsecond, so that time passes whatever the parts say.
            let next = self.next_due(now).unwrap_or(end.monotonic).max(now.monotonic + Duration::from_micros(1));
            if next > end.monotonic {
                return self.take_reports();
            }
            now = now.after(next.since(now.monotonic));
        }
    }

    /// Carries bytes in both directions once; whether there were any.
    fn carry(&mut self, now: Now) -> bool {
        let mut moved = false;
        while let Some(transmit) = self.session.poll_transmit() {
            self.wire.send(End::Appliance, now.monotonic, transmit.as_bytes());
            moved = true;
        }
        while let Some(bytes) = self.device.poll_transmit() {
            if self.connected {
                self.wire.send(End::Device, now.monotonic, &bytes);
            }
            moved = true;
        }
        while let Some(bytes) = self.wire.receive(End::Device, now.monotonic) {
            if self.connected {
                self.device.handle_bytes(now, &bytes);
            }
            moved = true;
        }
        while let Some(bytes) = self.wire.receive(End::Appliance, now.monotonic) {
            if self.connected {
                self.session.handle_bytes(now, &bytes);
            }
            moved = true;
        }
        while let Some(report) = self.session.poll_report() {
            self.reports.push((now, report));
            moved = true;
        }
        moved
    }
}

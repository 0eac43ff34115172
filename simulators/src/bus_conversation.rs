//! A Modbus bus and simulated units at the two ends of a wire in memory: what the shell of a bus does, without a port.
//!
//! One read is out at a time. What arrives after its time-out is drained for the late window of the bus and handed over as
//! late, as the running appliance does it.

use std::time::Duration;

use vigil_model::{DeviceReport, Instant, Now};
use vigil_protocols::link::BusSettings;
use vigil_protocols::modbus::adu::{Frame, FrameReader, Side};
use vigil_protocols::modbus::{Bus, BusAction, Framing, ReadError, ReadRequest};

use crate::device::SimDevice;
use crate::fault::FaultPlan;
use crate::modbus::ModbusLine;
use crate::wire::{End, Wire};

/// Rounds at one moment; a conversation that needs more runs in circles.
const ROUNDS_MAX: usize = 10_000;

/// A conversation with the units of one bus.
pub struct BusConversation {
    bus: Bus,
    line: ModbusLine,
    wire: Wire,
    framing: Framing,
    settings: BusSettings,
    state: State,
    transaction: u16,
    reports: Vec<DeviceReport>,
}

enum State {
    /// The cable is out.
    Closed,
    /// The bus is asked what to do from this time on.
    Idle { at: Instant },
    /// A read is out.
    Reading { request: ReadRequest, reader: FrameReader, until: Instant },
    /// After a time-out or damage: what arrives now is late.
    Draining { bytes: usize, until: Instant },
}

impl BusConversation {
    /// A conversation that begins at `start`. `settings` are those the bus was made with.
    pub fn new(
        bus: Bus,
        settings: BusSettings,
        line: ModbusLine,
        framing: Framing,
        faults: &FaultPlan,
        start: Now,
    ) -> Self {
        let wire = Wire::new(faults, start.monotonic);
        Self { bus, line, wire, framing, settings, state: State::Closed, transaction: 0, reports: Vec::new() }
    }

    /// The bus, for its counters.
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// The appliance was killed and started again: another bus, made with the same settings, at the same end of the wire, to
    /// be connected at the next step. The units notice nothing; what is on its way still arrives.
    pub fn replace_bus(&mut self, bus: Bus) {
        self.bus = bus;
        self.state = State::Closed;
        self.reports.clear();
    }

    /// What has been reported since the last call.
    pub fn take_reports(&mut self) -> Vec<DeviceReport> {
        std::mem::take(&mut self.reports)
    }

    /// Does everything that is due at `now`.
    pub fn step(&mut self, now: Now) {
        let plugged = self.wire.is_plugged(now.monotonic);
        match (&self.state, plugged) {
            (State::Closed, true) => {
                self.bus.handle_connected(now);
                self.state = State::Idle { at: now.monotonic };
            }
            (State::Closed, false) | (_, true) => {}
            (_, false) => {
                if matches!(self.state, State::Reading { .. }) {
                    self.bus.handle_outcome(now, Err(ReadError::Transport("cable out".to_owned())));
                }
                self.bus.handle_disconnected(now, "cable out");
                self.state = State::Closed;
            }
        }
        for _ in 0..ROUNDS_MAX {
            let carried = self.carry(now);
            let moved = self.advance(now);
            while let Some(report) = self.bus.poll_report() {
                self.reports.push(report);
            }
            if !carried && !moved {
                return;
            }
        }
    }

    /// When something is due next.
    pub fn next_due(&self, now: Now) -> Option<Instant> {
        let own = match &self.state {
            State::Closed => None,
            State::Idle { at } => Some(*at),
            State::Reading { until, .. } | State::Draining { until, .. } => Some(*until),
        };
        [own, self.line.next_change(now), self.wire.poll_timeout(now.monotonic)].into_iter().flatten().min()
    }

    /// Runs from `from` for `span`, jumping from one due time to the next, and returns what was reported.
    pub fn run(&mut self, from: Now, span: Duration) -> Vec<DeviceReport> {
        let end = from.after(span);
        let mut now = from;
        loop {
            self.step(now);
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
        while let Some(bytes) = self.wire.receive(End::Device, now.monotonic) {
            self.line.handle_bytes(now, &bytes);
            moved = true;
        }
        while let Some(bytes) = self.line.poll_transmit() {
            self.wire.send(End::Device, now.monotonic, &bytes);
            moved = true;
        }
        while let Some(bytes) = self.wire.receive(End::Appliance, now.monotonic) {
            moved = true;
            match &mut self.state {
                State::Reading { reader, .. } => reader.push(&bytes),
                State::Draining { bytes: late, until } => {
                    *late += bytes.len();
                    *until = (*until).max(now.monotonic + self.settings.late_window);
                }
                State::Closed => {}
                State::Idle { .. } => self.bus.handle_late(now, bytes.len()),
            }
        }
        moved
    }

    /// Moves on where the time has come or an answer is there; whether anything changed.
    fn advance(&mut self, now: Now) -> bool {
        match &mut self.state {
            State::Closed => false,
            State::Idle { at } if *at > now.monotonic => false,
            State::Idle { .. } => match self.bus.poll_action(now) {
                BusAction::Wait(at) => {
                    let unchanged = at <= now.monotonic;
                    self.state = State::Idle { at: at.max(now.monotonic + Duration::from_millis(1)) };
                    unchanged
                }
                BusAction::Read(request) => {
                    self.transaction = self.transaction.wrapping_add(1);
                    let bytes = Frame::request(self.transaction, request).encode(self.framing);
                    self.wire.send(End::Appliance, now.monotonic, &bytes);
                    let reader = FrameReader::new(self.framing, Side::Responses).with_ascii(self.settings.ascii);
                    let until = now.monotonic + self.settings.response_timeout;
                    self.state = State::Reading { request, reader, until };
                    true
                }
            },
            State::Reading { request, reader, until } => {
                let outcome = match reader.next_frame(Some(request.payload_bytes())) {
                    Some(Ok(frame)) => request.accept(&frame, self.framing, self.transaction),
                    Some(Err(fault)) => Err(ReadError::Protocol(fault.detail)),
                    None if *until <= now.monotonic => Err(ReadError::Timeout),
                    None => return false,
                };
                let clean = matches!(outcome, Ok(_) | Err(ReadError::Exception(_)));
                self.bus.handle_outcome(now, outcome);
                self.state = if clean {
                    State::Idle { at: now.monotonic }
                } else {
                    State::Draining { bytes: 0, until: now.monotonic + self.settings.late_window }
                };
                true
            }
            State::Draining { bytes, until } if *until <= now.monotonic => {
                let bytes = *bytes;
                self.bus.handle_late(now, bytes);
                self.state = State::Idle { at: now.monotonic };
                true
            }
            State::Draining { .. } => false,
        }
    }
}

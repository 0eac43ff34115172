//! One port of the ward: a simulated device, a wire with faults, and the appliance's session or bus.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use vigil_config::{LinkPlan, Plan};
use vigil_model::{DeviceIndex, DeviceReport, Instant, Now};
use vigil_protocols::link::BusSettings;
use vigil_protocols::modbus::{Bus, Framing, UnitId};
use vigil_simulators::ward::{LinkedDevice, SimulatedLink};
use vigil_simulators::{BusConversation, Conversation, FaultPlan, ModbusLine, ModbusUnit, SimDevice, SimulatedWard};

/// Transmissions of a device whose times are remembered.
const SENT_MAX: usize = 512;

/// When a device sent something.
pub(crate) type SentAt = Arc<Mutex<VecDeque<Instant>>>;

pub(crate) enum Line {
    Stream { device: DeviceIndex, conversation: Box<Conversation>, sent_at: SentAt },
    Bus { conversation: Box<BusConversation> },
}

impl Line {
    /// A line of the ward on which everything begins at `start`.
    pub(crate) fn new(
        ward: &SimulatedWard,
        link: &SimulatedLink,
        plan: &LinkPlan,
        faults: &FaultPlan,
        start: Now,
    ) -> Self {
        match (plan, &link.what) {
            (LinkPlan::Stream { device, driver, quiet_time, .. }, _) => {
                let sent_at = SentAt::default();
                let inner = ward.device(link, start.monotonic);
                let watched = Box::new(Watched { inner, sent_at: Arc::clone(&sent_at), now: start.monotonic });
                let conversation = Conversation::new(driver.session(*quiet_time), watched, faults, start);
                Line::Stream { device: *device, conversation: Box::new(conversation), sent_at }
            }
            (LinkPlan::Bus { settings, units, .. }, LinkedDevice::Contacts { beds }) => {
                let unit = |(id, bed): (u8, &u32)| {
                    ModbusUnit::bed(UnitId(id), ward.simulation(*bed).patient(), start.monotonic)
                };
                let line = ModbusLine::new(Framing::Rtu, (1..).zip(beds).map(unit).collect());
                let bus = Bus::new(*settings, units.clone());
                let settings: BusSettings = *settings;
                let conversation = BusConversation::new(bus, settings, line, Framing::Rtu, faults, start);
                Line::Bus { conversation: Box::new(conversation) }
            }
            (LinkPlan::Bus { .. }, other) => panic!("{other:?} is planned as a bus"),
        }
    }

    pub(crate) fn step(&mut self, now: Now, reports: &mut Vec<DeviceReport>) {
        match self {
            Line::Stream { device, conversation, .. } => {
                conversation.step(now);
                let said = conversation.take_reports().into_iter();
                reports.extend(said.map(|(received, report)| DeviceReport { device: *device, received, report }));
            }
            Line::Bus { conversation } => {
                conversation.step(now);
                reports.extend(conversation.take_reports());
            }
        }
    }

    pub(crate) fn next_due(&self, now: Now) -> Option<Instant> {
        match self {
            Line::Stream { conversation, .. } => conversation.next_due(now),
            Line::Bus { conversation } => conversation.next_due(now),
        }
    }

    /// The appliance was killed and started again: a new session on a device that knows nothing of it.
    pub(crate) fn restart_appliance(&mut self, plan: &Plan, index: usize) {
        match (self, &plan.links[index]) {
            (Line::Stream { conversation, .. }, LinkPlan::Stream { driver, quiet_time, .. }) => {
                conversation.replace_session(driver.session(*quiet_time));
            }
            (Line::Bus { conversation }, LinkPlan::Bus { settings, units, .. }) => {
                conversation.replace_bus(Bus::new(*settings, units.clone()));
            }
            (Line::Stream { .. }, LinkPlan::Bus { .. }) | (Line::Bus { .. }, LinkPlan::Stream { .. }) => {
                panic!("lines and links are in the same order")
            }
        }
    }
}

/// Moments not longer than `within` before `now` at which a device sent something.
pub(crate) fn sent_within(sent_at: &SentAt, now: Instant, within: Duration) -> Vec<Instant> {
    let sent = sent_at.lock().unwrap_or_else(PoisonError::into_inner);
    let sent = sent.iter().rev().copied().skip_while(|at| *at > now);
    sent.take_while(|at| now.since(*at) <= within).collect()
}

/// Notes when a device sends.
struct Watched {
    inner: Box<dyn SimDevice>,
    sent_at: SentAt,
    now: Instant,
}

impl SimDevice for Watched {
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        self.now = now.monotonic;
        self.inner.handle_bytes(now, bytes);
    }

    fn handle_timeout(&mut self, now: Now) {
        self.now = now.monotonic;
        self.inner.handle_timeout(now);
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        let bytes = self.inner.poll_transmit()?;
        let mut sent = self.sent_at.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() >= SENT_MAX {
            sent.pop_front();
        }
        if sent.back() != Some(&self.now) {
            sent.push_back(self.now);
        }
        Some(bytes)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.inner.poll_timeout()
    }

    fn is_plugged(&self, now: Now) -> bool {
        self.inner.is_plugged(now)
    }

    fn next_change(&self, now: Now) -> Option<Instant> {
        self.inner.next_change(now)
    }
}

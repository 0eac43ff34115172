//! Plays what was taken down to a new conversation.

use std::collections::VecDeque;

use super::{Bus, BusAction, DeviceIndex, DeviceReport, Entry, Input, Now, Session};

/// A conversation that is played again.
pub struct Playback {
    conversation: Conversation,
    now: Now,
    /// Bytes that it wants to send and that no entry has confirmed yet.
    unsent: VecDeque<Vec<u8>>,
    reports: VecDeque<DeviceReport>,
    differences: u64,
}

enum Conversation {
    Stream { device: DeviceIndex, session: Box<dyn Session> },
    Bus(Box<Bus>),
}

/// Transmissions that wait for their entry; a recording that lacks them must not make the list grow.
const UNSENT_MAX: usize = 64;

impl Playback {
    /// Plays to a session about `device`.
    pub fn of_session(device: DeviceIndex, session: Box<dyn Session>) -> Self {
        Self::new(Conversation::Stream { device, session })
    }

    /// Plays to a bus.
    pub fn of_bus(bus: Bus) -> Self {
        Self::new(Conversation::Bus(Box::new(bus)))
    }

    fn new(conversation: Conversation) -> Self {
        Self { conversation, now: Now::default(), unsent: VecDeque::new(), reports: VecDeque::new(), differences: 0 }
    }

    /// Hands in the next entry.
    pub fn play(&mut self, entry: &Entry) {
        if let Input::Sent(bytes) = &entry.input {
            self.drain();
            if self.unsent.pop_front().as_ref() != Some(bytes) {
                self.differences += 1;
            }
            return;
        }
        if entry.is_drained {
            self.drain();
        }
        self.now = entry.now;
        let now = entry.now;
        match (&mut self.conversation, &entry.input) {
            (Conversation::Stream { session, .. }, Input::Connected) => session.handle_connected(now),
            (Conversation::Stream { session, .. }, Input::Disconnected(reason)) => {
                session.handle_disconnected(now, reason);
            }
            (Conversation::Stream { session, .. }, Input::Received(bytes)) => session.handle_bytes(now, bytes),
            (Conversation::Stream { session, .. }, Input::Timeout) => session.handle_timeout(now),
            (Conversation::Bus(bus), Input::Connected) => bus.handle_connected(now),
            (Conversation::Bus(bus), Input::Disconnected(reason)) => bus.handle_disconnected(now, reason),
            (Conversation::Bus(bus), Input::Timeout) => bus.handle_timeout(now),
            (Conversation::Bus(bus), Input::Action) => match bus.poll_action(now) {
                BusAction::Read(_) | BusAction::Wait(_) => {}
            },
            (Conversation::Bus(bus), Input::Outcome(outcome)) => bus.handle_outcome(now, outcome.clone()),
            (Conversation::Bus(bus), Input::Late(bytes)) => {
                bus.handle_late(now, usize::try_from(*bytes).unwrap_or(usize::MAX));
            }
            // Raw bytes of a bus are kept for people: its reads have their outcomes.
            (Conversation::Bus(_), Input::Received(_)) => {}
            // The link was a bus when it was recorded and is none now, or the other way round.
            (_, _) => self.differences += 1,
        }
    }

    /// Everything reported so far that has not been taken, in order.
    pub fn take_reports(&mut self) -> impl Iterator<Item = DeviceReport> + '_ {
        self.drain();
        self.reports.drain(..)
    }

    /// Entries that did not fit: bytes that this conversation would not have sent, inputs of another kind of link.
    pub fn differences(&self) -> u64 {
        self.differences
    }

    fn drain(&mut self) {
        let received = self.now;
        match &mut self.conversation {
            Conversation::Stream { device, session } => {
                while let Some(transmit) = session.poll_transmit() {
                    self.unsent.push_back(transmit.as_bytes().to_vec());
                    if self.unsent.len() > UNSENT_MAX {
                        self.unsent.pop_front();
                        self.differences += 1;
                    }
                }
                while let Some(report) = session.poll_report() {
                    self.reports.push_back(DeviceReport { device: *device, received, report });
                }
            }
            Conversation::Bus(bus) => {
                while let Some(report) = bus.poll_report() {
                    self.reports.push_back(report);
                }
            }
        }
    }
}

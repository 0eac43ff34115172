//! What goes into a conversation, taken down so that the conversation can be played again.
//!
//! A [`Tape`] is told of every input of a [`Session`] or [`Bus`] in the order in which it took them, with its time, and of the
//! bytes that it asked to be sent. [`Playback`] hands the same inputs to a new one: it says the same, to the byte.

use std::fmt;

use vigil_model::{DeviceIndex, DeviceReport, Instant, Now, Profile, Report};

use crate::modbus::{Bus, BusAction, Data, ReadError};
use crate::{Session, Transmit};

mod playback;

pub use playback::Playback;

/// One input of a conversation, or bytes that it asked to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When; of bytes to be sent, the time of the input before.
    pub now: Now,
    /// Reports that the conversation had given out before, since it was made.
    pub reports: u64,
    /// Whether the shell had taken what the input before had led to.
    pub is_drained: bool,
    /// What.
    pub input: Input,
}

/// What a shell hands to a conversation or takes from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The stream, port or connection is open.
    Connected,
    /// It is gone, for this reason.
    Disconnected(String),
    /// Bytes came from the device.
    Received(Vec<u8>),
    /// Bytes went to the device.
    Sent(Vec<u8>),
    /// A deadline had come.
    Timeout,
    /// A bus was asked what to do.
    Action,
    /// A read of a bus ended.
    Outcome(Result<Data, ReadError>),
    /// So many bytes came after their read had timed out.
    Late(u64),
}

/// Takes down what goes into one conversation. Must not block: the conversation waits for it.
pub trait Tape: Send {
    /// The next entry.
    fn take(&mut self, entry: Entry);
}

/// A tape with what must be known to write an entry.
pub(crate) struct Taping {
    tape: Box<dyn Tape>,
    now: Now,
    reports: u64,
    is_drained: bool,
}

impl Taping {
    pub(crate) fn new(tape: Box<dyn Tape>) -> Self {
        Self { tape, now: Now::default(), reports: 0, is_drained: true }
    }

    pub(crate) fn input(&mut self, now: Now, input: Input) {
        let is_drained = std::mem::replace(&mut self.is_drained, false);
        self.now = now;
        self.tape.take(Entry { now, reports: self.reports, is_drained, input });
    }

    fn sent(&mut self, transmit: &Transmit) {
        let input = Input::Sent(transmit.as_bytes().to_vec());
        self.tape.take(Entry { now: self.now, reports: self.reports, is_drained: true, input });
    }

    /// Somebody asks for reports, and gets one or has got all.
    pub(crate) fn polled(&mut self, is_report: bool) {
        self.reports += u64::from(is_report);
        self.is_drained = true;
    }
}

impl fmt::Debug for Taping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Taping({} reports)", self.reports)
    }
}

/// A session whose inputs are taken down.
pub struct TapedSession {
    session: Box<dyn Session>,
    taping: Taping,
}

impl TapedSession {
    /// Takes down what goes into `session` from now on.
    pub fn new(session: Box<dyn Session>, tape: Box<dyn Tape>) -> Self {
        Self { session, taping: Taping::new(tape) }
    }
}

impl Session for TapedSession {
    fn profile(&self) -> &std::sync::Arc<Profile> {
        self.session.profile()
    }

    fn handle_connected(&mut self, now: Now) {
        self.taping.input(now, Input::Connected);
        self.session.handle_connected(now);
    }

    fn handle_disconnected(&mut self, now: Now, reason: &str) {
        self.taping.input(now, Input::Disconnected(reason.to_owned()));
        self.session.handle_disconnected(now, reason);
    }

    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        self.taping.input(now, Input::Received(bytes.to_vec()));
        self.session.handle_bytes(now, bytes);
    }

    fn handle_timeout(&mut self, now: Now) {
        self.taping.input(now, Input::Timeout);
        self.session.handle_timeout(now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.session.poll_timeout()
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        let transmit = self.session.poll_transmit()?;
        self.taping.sent(&transmit);
        Some(transmit)
    }

    fn poll_report(&mut self) -> Option<Report> {
        let report = self.session.poll_report();
        self.taping.polled(report.is_some());
        report
    }
}

#[cfg(test)]
mod tests;

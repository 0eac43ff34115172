//! The contract between a device conversation and the shell that moves its bytes.
//!
//! A [`Session`] is a synchronous state machine: input is handed in together with `now`, results are polled out. After
//! every `handle_*` call the shell drains [`Session::poll_transmit`] and [`Session::poll_report`] until they are empty, and
//! then waits for bytes or for [`Session::poll_timeout`], whichever is first.

use std::sync::Arc;

use vigil_model::{Instant, Now, Profile, Report};

/// Bytes to put on the wire. Only this crate makes them, from its closed lists of reading requests and association steps:
/// no request that writes to a device can be expressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit(Vec<u8>);

impl Transmit {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A conversation with one device over a byte stream.
pub trait Session: Send {
    /// What the device is.
    fn profile(&self) -> &Arc<Profile>;

    /// The stream is open: start the conversation from its beginning, reading the device's current alarms first.
    fn handle_connected(&mut self, now: Now);

    /// The stream is gone or could not be opened. Reports the link as lost, once.
    fn handle_disconnected(&mut self, now: Now, reason: &str);

    /// Bytes have arrived, cut anywhere. Any bytes are survived.
    fn handle_bytes(&mut self, now: Now, bytes: &[u8]);

    /// The time of [`Self::poll_timeout`] has come. Calling it early does nothing.
    fn handle_timeout(&mut self, now: Now);

    /// When the session wants to be called next if nothing arrives.
    fn poll_timeout(&self) -> Option<Instant>;

    /// The next bytes to send.
    fn poll_transmit(&mut self) -> Option<Transmit>;

    /// The next thing to report.
    fn poll_report(&mut self) -> Option<Report>;
}

/// Turns bytes as a device sends them into reports, without a conversation: for `vigil decode`, captures and fuzzing. Uses
/// the same codec and table as the driver's session.
pub trait Decoder: Send {
    /// Takes bytes, cut anywhere.
    fn push(&mut self, bytes: &[u8]);

    /// The input is over: what is left in the buffer is a truncated frame.
    fn finish(&mut self);

    /// The next thing to report.
    fn poll_report(&mut self) -> Option<Report>;
}

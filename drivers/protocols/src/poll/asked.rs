//! What the poll loop needs to know about a device, and a decoder for whatever knows that much.

use std::collections::VecDeque;
use std::fmt;

use vigil_model::{Fault, Report};

use crate::Decoder;

/// What one kind of device can be asked, and what its frames mean. No timers: those belong to [`super::PollSession`].
pub(crate) trait Asked: Send + 'static {
    /// Closed list of the requests; each of them only reads.
    type Request: Copy + Eq + fmt::Debug + Send;

    /// The request as it goes on the wire.
    fn encode(&self, request: Self::Request) -> Vec<u8>;

    /// Whether a request makes sense with what is known about the device. One that does not is left out.
    fn wants(&self, _request: Self::Request) -> bool {
        true
    }

    /// Bytes that must go on the wire at once, whoever's turn it is: an acknowledgement, a sign of life. Asked for after
    /// every input until there are none.
    fn prompt(&mut self) -> Option<Vec<u8>> {
        None
    }

    /// A new connection, or a link that was lost: half frames and what was known about the device are forgotten.
    fn forget(&mut self);

    /// The answer did not come in time, or the input is over: a frame that has only begun is void.
    fn cut(&mut self) -> Option<Fault>;

    /// Takes bytes, cut anywhere. Any bytes are survived; the buffer is bounded.
    fn push(&mut self, bytes: &[u8]);

    /// The next thing found in what was pushed.
    fn poll(&mut self) -> Option<Incoming<Self::Request>>;
}

/// One thing found in the bytes of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Incoming<R> {
    /// A frame that passes its checks and answers this kind of request.
    Answer {
        /// The kind of request it answers.
        request: R,
        /// What it says, in order.
        reports: Vec<Report>,
        /// What to ask next.
        then: Then<R>,
    },
    /// A frame of the device that refuses what was asked, without saying what that was. It is asked again when it is due.
    Refused(Fault),
    /// Bytes that are no answer: damaged, or not of the device.
    Fault(Fault),
}

/// What an answer means for the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then<R> {
    /// Nothing: on with the plan.
    Continue,
    /// This request is due now.
    Ask(R),
    /// Another device than before is answering: everything is due now.
    StartOver,
}

/// A [`Decoder`] of the same frames, without a conversation.
pub(crate) struct Listener<D: Asked> {
    device: D,
    reports: VecDeque<Report>,
}

impl<D: Asked> Listener<D> {
    /// A decoder that has heard nothing.
    pub(crate) fn new(device: D) -> Self {
        Self { device, reports: VecDeque::new() }
    }
}

impl<D: Asked> Decoder for Listener<D> {
    fn push(&mut self, bytes: &[u8]) {
        self.device.push(bytes);
        while let Some(incoming) = self.device.poll() {
            match incoming {
                Incoming::Answer { reports, .. } => self.reports.extend(reports),
                Incoming::Refused(fault) | Incoming::Fault(fault) => self.reports.push_back(Report::Fault(fault)),
            }
        }
        // A listener does not speak.
        while self.device.prompt().is_some() {}
    }

    fn finish(&mut self) {
        self.reports.extend(self.device.cut().map(Report::Fault));
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }
}

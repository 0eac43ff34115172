//! The conversation with a device that speaks by itself and is never asked anything.
//!
//! What its bytes mean is the business of a [`Speaker`]; this file knows no protocol. Nothing is sent. What a speaker knows
//! about its device is forgotten when the line is opened, when it is gone, and when the device has been silent for the quiet
//! time: who speaks then may be another one.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::{Fault, Instant, Now, Profile, Report};

use crate::row::determined;
use crate::watch::LinkWatch;
use crate::{Decoder, Session, Transmit};

/// What one kind of device says by itself. No timers: those belong to [`ListenSession`].
pub(crate) trait Speaker: Default + Send + 'static {
    /// Takes bytes, cut anywhere. Any bytes are survived; the buffer is bounded.
    fn push(&mut self, bytes: &[u8]);

    /// What the next frame says, or what was wrong with it. Only a frame that passes its checks keeps the link up.
    fn poll(&mut self) -> Option<Result<Vec<Report>, Fault>>;

    /// The input is over: a frame that has only begun is void.
    fn cut(&mut self) -> Option<Fault>;

    /// One that is used without a conversation, for [`ListenDecoder`]: frames of several devices may stand behind each other, and
    /// each is read for itself.
    fn decoding() -> Self {
        Self::default()
    }

    /// A new connection, or a link that was lost: half frames and what was known about the device are forgotten.
    fn forget(&mut self) {
        *self = Self::default();
    }
}

/// A [`Session`] with a device that speaks by itself.
pub(crate) struct ListenSession<D> {
    profile: Arc<Profile>,
    device: D,
    watch: LinkWatch,
    is_open: bool,
    reports: VecDeque<Report>,
}

impl<D: Speaker> ListenSession<D> {
    /// A conversation that has not begun.
    pub(crate) fn new(profile: Arc<Profile>, device: D, quiet_time: Duration) -> Self {
        let watch = LinkWatch::new(quiet_time);
        Self { profile, device, watch, is_open: false, reports: VecDeque::new() }
    }
}

impl<D: Speaker> Session for ListenSession<D> {
    fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    fn handle_connected(&mut self, now: Now) {
        self.device.forget();
        self.is_open = true;
        self.reports.extend(self.watch.connected(now.monotonic));
    }

    fn handle_disconnected(&mut self, _now: Now, reason: &str) {
        self.device.forget();
        self.is_open = false;
        self.reports.extend(self.watch.disconnected(reason));
    }

    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        if !self.is_open {
            return; // left over from a line that is gone
        }
        self.device.push(bytes);
        while let Some(found) = self.device.poll() {
            match found {
                Ok(reports) => {
                    self.reports.extend(self.watch.heard(now.monotonic));
                    self.reports.extend(reports.into_iter().map(|report| determined(&self.profile, now, report)));
                }
                Err(fault) => self.reports.push_back(Report::Fault(fault)),
            }
        }
    }

    fn handle_timeout(&mut self, now: Now) {
        if let Some(lost) = self.watch.expire(now.monotonic) {
            self.device.forget();
            self.reports.push_back(lost);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.watch.deadline()
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        None
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }
}

/// A [`Decoder`] of the same frames, without a conversation.
pub(crate) struct ListenDecoder<D> {
    device: D,
    reports: VecDeque<Report>,
}

impl<D> ListenDecoder<D> {
    /// A decoder that has heard nothing.
    pub(crate) fn new(device: D) -> Self {
        Self { device, reports: VecDeque::new() }
    }
}

impl<D: Speaker> Default for ListenDecoder<D> {
    fn default() -> Self {
        Self::new(D::decoding())
    }
}

impl<D: Speaker> Decoder for ListenDecoder<D> {
    fn push(&mut self, bytes: &[u8]) {
        self.device.push(bytes);
        while let Some(found) = self.device.poll() {
            match found {
                Ok(reports) => self.reports.extend(reports),
                Err(fault) => self.reports.push_back(Report::Fault(fault)),
            }
        }
    }

    fn finish(&mut self) {
        self.reports.extend(self.device.cut().map(Report::Fault));
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }
}

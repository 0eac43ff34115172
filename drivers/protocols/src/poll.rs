//! The conversation with a device that speaks when it is asked: which request is due, how long its answer may take, what
//! happens if there is none.
//!
//! One request is outstanding at a time. What a device can be asked, how that looks on the wire and what its answers mean
//! is the business of an [`Asked`]; this file knows no protocol. Its rules:
//!
//! | situation                        | what happens                                                                    |
//! |----------------------------------|---------------------------------------------------------------------------------|
//! | connected                        | everything is due, in the order of the plan; alarm requests stand first         |
//! | several requests due             | an alarm request, unless it was the last one asked; else the one due longest    |
//! | answer to what was asked         | reported; the next request                                                      |
//! | answer to something else         | `Unexpected`: late, counted and never taken for the answer that is waited for   |
//! | a refusal                        | the fault; asked again when it is due                                           |
//! | no answer in time                | the half frame is dropped; asked once more; then `Timeout` and the next request |
//! | after a time-out                 | [`LATE_WINDOW`] of silence, so that a late answer meets no new question         |
//! | silent for the quiet time        | link lost; from then on nothing is repeated, and requests are spread out         |
//! | answers again after lost         | up; the device counts as a new one and everything is due at once                |
//!
//! While the link is lost, the pause after a time-out is the shortest period of the plan, [`PROBE_PAUSE_MAX`] at most.
//!
//! Only frames of the device itself count as heard: an echo of our own request (a loop-back plug, a line adapter set
//! wrongly) keeps no link up.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::{Fault, FaultKind, Instant, LinkState, Now, Profile, Report};

pub(crate) use self::asked::{Asked, Incoming, Listener, Then};
use crate::row::determined;
use crate::watch::LinkWatch;
use crate::{Session, Transmit};

mod asked;

/// Silence kept after a time-out before the next request.
pub(crate) const LATE_WINDOW: Duration = Duration::from_millis(100);

/// Longest pause between two requests to a device that has not answered and whose link is lost.
pub(crate) const PROBE_PAUSE_MAX: Duration = Duration::from_secs(5);

/// One line of the plan: a request and how often it is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<R> {
    /// What is asked.
    pub(crate) request: R,
    /// Time from one question to the next.
    pub(crate) period: Duration,
    /// Whether it asks for alarms and goes before the others.
    pub(crate) urgent: bool,
}

/// A [`Session`] with a device that is asked.
pub(crate) struct PollSession<D: Asked> {
    profile: Arc<Profile>,
    device: D,
    plan: Vec<(Entry<D::Request>, Instant)>,
    response_timeout: Duration,
    watch: LinkWatch,
    turn: Turn<D::Request>,
    last_asked: Option<D::Request>,
    /// Empty once the shell has drained it: at most one request for each answer in one input.
    transmits: VecDeque<Transmit>,
    reports: VecDeque<Report>,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug)]
enum Turn<R> {
    /// The line is closed.
    Closed,
    /// Ours, but not before a time.
    Ours { not_before: Instant },
    /// The device's, until a time.
    Device { request: R, deadline: Instant, repeat_left: bool },
}

impl<D: Asked> PollSession<D> {
    /// A conversation that has not begun. `plan` is not empty and holds the alarm requests first.
    pub(crate) fn new(
        profile: Arc<Profile>,
        device: D,
        plan: Vec<Entry<D::Request>>,
        response_timeout: Duration,
        quiet_time: Duration,
    ) -> Self {
        Self {
            profile,
            device,
            plan: plan.into_iter().map(|entry| (entry, Instant::default())).collect(),
            response_timeout,
            watch: LinkWatch::new(quiet_time),
            turn: Turn::Closed,
            last_asked: None,
            transmits: VecDeque::new(),
            reports: VecDeque::new(),
        }
    }

    fn fault(&mut self, fault: Fault) {
        self.reports.push_back(Report::Fault(fault));
    }

    /// Everything is due, as at the beginning.
    fn start_over(&mut self, now: Instant) {
        for (_, due) in &mut self.plan {
            *due = now;
        }
        self.last_asked = None;
    }

    /// A device frame has arrived: the link is up. `true` if it was lost before.
    fn hear(&mut self, now: Instant) -> bool {
        let was_lost = matches!(self.watch.state(), LinkState::Lost { .. });
        self.reports.extend(self.watch.heard(now));
        was_lost
    }

    fn take(&mut self, now: Now, incoming: Incoming<D::Request>) {
        let (request, reports, then) = match incoming {
            Incoming::Fault(fault) => return self.fault(fault),
            Incoming::Refused(fault) => return self.refused(now.monotonic, fault),
            Incoming::Answer { request, reports, then } => (request, reports, then),
        };
        if self.hear(now.monotonic) {
            self.start_over(now.monotonic);
            if let Turn::Ours { not_before } = &mut self.turn {
                *not_before = now.monotonic;
            }
        }
        match self.turn {
            Turn::Device { request: asked, .. } if asked == request => {
                self.turn = Turn::Ours { not_before: now.monotonic };
            }
            Turn::Closed | Turn::Ours { .. } | Turn::Device { .. } => {
                let detail = format!("an answer to {request:?} that nobody is waiting for; it is not used");
                self.fault(Fault::new(FaultKind::Unexpected, 0, detail));
                // It still says who is there: another device than before must not be overlooked.
                self.reports.extend(reports.into_iter().filter(is_about_identity));
                if matches!(then, Then::StartOver) {
                    self.start_over(now.monotonic);
                }
                return;
            }
        }
        self.reports.extend(reports.into_iter().map(|report| determined(&self.profile, now, report)));
        match then {
            Then::Continue => {}
            Then::Ask(wanted) => {
                for (_, due) in self.plan.iter_mut().filter(|(entry, _)| entry.request == wanted) {
                    *due = now.monotonic;
                }
            }
            Then::StartOver => self.start_over(now.monotonic),
        }
    }

    fn refused(&mut self, now: Instant, fault: Fault) {
        if self.hear(now) {
            self.start_over(now);
        }
        self.fault(fault);
        if let Turn::Device { .. } = self.turn {
            self.turn = Turn::Ours { not_before: now + LATE_WINDOW };
        }
    }

    /// The request to ask now, if one is due.
    fn choose(&self, now: Instant) -> Option<usize> {
        let wanted = |request| self.device.wants(request);
        let due = || self.plan.iter().enumerate().filter(|(_, (entry, due))| *due <= now && wanted(entry.request));
        let urgent = due().find(|(_, (entry, _))| entry.urgent && Some(entry.request) != self.last_asked);
        // `min_by_key` keeps the first of equals: the order of the plan.
        urgent.or_else(|| due().min_by_key(|(_, (_, due))| *due)).map(|(index, _)| index)
    }

    /// Asks if it is our turn and something is due.
    fn advance(&mut self, now: Instant) {
        let Turn::Ours { not_before } = self.turn else { return };
        if now < not_before {
            return;
        }
        let Some(index) = self.choose(now) else { return };
        let (entry, due) = &mut self.plan[index];
        *due = now + entry.period;
        let request = entry.request;
        self.last_asked = Some(request);
        self.ask(now, request, !matches!(self.watch.state(), LinkState::Lost { .. }));
    }

    /// Sends what cannot wait for our turn.
    fn prompt(&mut self) {
        while let Some(bytes) = self.device.prompt() {
            self.transmits.push_back(Transmit::new(bytes));
        }
    }

    fn ask(&mut self, now: Instant, request: D::Request, repeat_left: bool) {
        self.transmits.push_back(Transmit::new(self.device.encode(request)));
        self.turn = Turn::Device { request, deadline: now + self.response_timeout, repeat_left };
    }

    /// Deals with an answer that is overdue.
    fn expire(&mut self, now: Instant) {
        let Turn::Device { request, deadline, repeat_left } = self.turn else { return };
        if now < deadline {
            return;
        }
        if let Some(fault) = self.device.cut() {
            self.fault(fault);
        }
        if repeat_left {
            return self.ask(now, request, false);
        }
        let detail = format!("no answer to {request:?} within {} ms", self.response_timeout.as_millis());
        self.fault(Fault::new(FaultKind::Timeout, 0, detail));
        let pause = match self.watch.state() {
            LinkState::Connecting | LinkState::Associating | LinkState::Up => LATE_WINDOW,
            LinkState::Lost { .. } => {
                let shortest = self.plan.iter().map(|(entry, _)| entry.period).min().unwrap_or(PROBE_PAUSE_MAX);
                shortest.clamp(LATE_WINDOW, PROBE_PAUSE_MAX)
            }
        };
        self.turn = Turn::Ours { not_before: now + pause };
    }
}

fn is_about_identity(report: &Report) -> bool {
    matches!(report, Report::Identity(_) | Report::Fault(Fault { kind: FaultKind::Identity, .. }))
}

impl<D: Asked> Session for PollSession<D> {
    fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    fn handle_connected(&mut self, now: Now) {
        self.device.forget();
        self.transmits.clear();
        self.start_over(now.monotonic);
        self.reports.extend(self.watch.connected(now.monotonic));
        self.turn = Turn::Ours { not_before: now.monotonic };
        self.advance(now.monotonic);
    }

    fn handle_disconnected(&mut self, _now: Now, reason: &str) {
        self.device.forget();
        self.turn = Turn::Closed;
        self.transmits.clear();
        self.reports.extend(self.watch.disconnected(reason));
    }

    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        if matches!(self.turn, Turn::Closed) {
            return; // left over from a line that is gone
        }
        self.device.push(bytes);
        while let Some(incoming) = self.device.poll() {
            self.take(now, incoming);
            self.prompt();
            // At once, so that it makes no difference in which pieces the bytes arrive.
            self.advance(now.monotonic);
        }
        self.prompt();
    }

    fn handle_timeout(&mut self, now: Now) {
        if let Some(lost) = self.watch.expire(now.monotonic) {
            self.device.forget();
            self.reports.push_back(lost);
        }
        self.expire(now.monotonic);
        self.advance(now.monotonic);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let turn = match self.turn {
            Turn::Closed => None,
            Turn::Ours { not_before } => {
                let wanted = self.plan.iter().filter(|(entry, _)| self.device.wants(entry.request));
                wanted.map(|(_, due)| (*due).max(not_before)).min()
            }
            Turn::Device { deadline, .. } => Some(deadline),
        };
        [turn, self.watch.deadline()].into_iter().flatten().min()
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }
}

#[cfg(test)]
mod tests;

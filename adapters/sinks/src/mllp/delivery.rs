//! The delivery machine of one MLLP connection: which message goes out, what its answer means, when to give up waiting
//! and begin again. Pure: times are handed in, bytes are somebody else's.
//!
//! One message is outstanding at a time. It is settled only by an acknowledgement whose MSA-2 is its own MSH-10; any
//! other is counted and changes nothing, and the deadline runs on. When the deadline passes the connection is closed,
//! because an answer that comes later would be taken for the next message's. After a pause it is opened again and
//! everything is chosen anew from the outbox: alarms first, the same bytes, the same control id.
//!
//! In enhanced mode a commit accept settles (the application acknowledgement is not asked for, MSH-16 `NE`), in original
//! mode the application's. Either accept is taken in either mode: a receiver that says the message is taken over must not
//! get it again for saying so in the other mode's word.

use std::sync::Arc;
use std::time::Duration;

use vigil_journal::{Hop, Outbox, OutboxRow, RowId, Settlement};
use vigil_messages::Hl7Destination;
use vigil_messages::hl7::{Ack, Verdict};
use vigil_model::{Instant, Lane, Now, Timestamp};

use crate::choose::{Choice, Chooser, Deferred};
use crate::{Backoff, SinkCounters, SinkState};

/// How long opening a connection may take.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the machine waits at most before it looks into the outbox again without having been woken.
pub const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Shortest and longest pause of a message that the receiver would not take yet.
const HELD_PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Times of one destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How long an alarm may wait for its acknowledgement.
    pub ack_timeout_alarms: Duration,
    /// How long an observation message may wait for its acknowledgement.
    pub ack_timeout_observations: Duration,
    /// First pause before connecting again.
    pub reconnect_min: Duration,
    /// Longest pause before connecting again.
    pub reconnect_max: Duration,
}

impl From<&Hl7Destination> for Timing {
    fn from(destination: &Hl7Destination) -> Self {
        Self {
            ack_timeout_alarms: destination.ack_timeout_alarms.get(),
            ack_timeout_observations: destination.ack_timeout_observations.get(),
            reconnect_min: destination.reconnect_min.get(),
            reconnect_max: destination.reconnect_max.get(),
        }
    }
}

/// What the shell does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open a connection, within [`CONNECT_TIMEOUT`], and report how that went.
    Connect,
    /// Write this message.
    Send(OutboxRow),
    /// Close the connection.
    Close,
    /// Nothing until then, unless an answer comes, the connection ends or the outbox grows.
    Wait(Instant),
}

#[derive(Clone, Debug)]
enum State {
    Closed { reason: Arc<str>, retry_at: Now },
    Connecting,
    Idle,
    Waiting { outstanding: Outstanding, deadline: Instant },
}

/// The message that was sent and not answered.
#[derive(Clone, Debug)]
struct Outstanding {
    row: RowId,
    control_id: Arc<str>,
    sent: Timestamp,
    attempts: u32,
}

/// Delivery of one destination's outbox over one connection.
#[derive(Clone, Debug)]
pub struct Delivery {
    timing: Timing,
    state: State,
    connected_since: Timestamp,
    chooser: Chooser,
    reconnect: Backoff,
    /// What it has done.
    pub counters: SinkCounters,
}

impl Delivery {
    /// A machine that wants to connect at once. `id` is the destination's, the seed of its jitter.
    pub fn new(id: &str, timing: Timing, now: Now) -> Self {
        Self {
            timing,
            state: State::Closed { reason: "not connected yet".into(), retry_at: now },
            connected_since: now.utc,
            chooser: Chooser::new(HELD_PAUSE.0, HELD_PAUSE.1, id),
            reconnect: Backoff::new(timing.reconnect_min, timing.reconnect_max, id),
            counters: SinkCounters::default(),
        }
    }

    /// The outbox may hold more than before.
    pub fn handle_wake(&mut self) {
        self.chooser.wake();
    }

    /// The connection is open.
    pub fn handle_connected(&mut self, now: Now) {
        self.counters.connected += 1;
        self.connected_since = now.utc;
        self.chooser.restart();
        self.state = State::Idle;
    }

    /// The connection could not be opened, was closed or failed. What was outstanding will be sent again.
    pub fn handle_disconnected(&mut self, now: Now, reason: impl Into<Arc<str>>) {
        match self.state {
            State::Closed { .. } => return,
            State::Connecting | State::Idle | State::Waiting { .. } => self.counters.disconnected += 1,
        }
        self.chooser.restart();
        let retry_at = now.after(self.reconnect.pause());
        self.state = State::Closed { reason: reason.into(), retry_at };
    }

    /// An answer has been read; `None` if it could not be understood.
    pub fn handle_answer(&mut self, now: Now, answer: Option<&Ack>, outbox: &mut dyn Outbox) {
        let Some(answer) = answer else {
            self.counters.malformed += 1;
            return;
        };
        let outstanding = match &self.state {
            State::Waiting { outstanding, .. } if *answer.control_id == *outstanding.control_id => outstanding.clone(),
            State::Waiting { .. } | State::Idle | State::Connecting | State::Closed { .. } => {
                self.counters.foreign_acks += 1;
                return;
            }
        };
        self.state = State::Idle;
        self.reconnect.reset();
        let row = outstanding.row;
        let hop = Hop { sent: outstanding.sent, settled: now.utc, attempts: outstanding.attempts };
        match answer.verdict() {
            Verdict::Accepted => {
                self.counters.acknowledged += 1;
                self.chooser.settled(row, true);
                outbox.settle(row, Settlement::Delivered(hop));
            }
            Verdict::Refused => self.refuse(row, hop, reason(answer), outbox),
            Verdict::TryAgain => {
                self.counters.deferred += 1;
                match self.chooser.deferred(row, now.monotonic) {
                    Deferred::Held => {}
                    Deferred::GiveUp => {
                        let reason = reason(answer) + ", again and again while other messages were taken";
                        self.refuse(row, hop, reason, outbox);
                    }
                }
            }
        }
    }

    fn refuse(&mut self, row: RowId, hop: Hop, reason: String, outbox: &mut dyn Outbox) {
        self.counters.refused += 1;
        self.chooser.settled(row, false);
        outbox.settle(row, Settlement::Refused { hop, reason: reason.into() });
    }

    /// The message that [`Action::Send`] named cannot be framed: it would never be taken.
    pub fn handle_unsendable(&mut self, now: Now, outbox: &mut dyn Outbox) {
        let State::Waiting { outstanding, .. } = &self.state else { return };
        let Outstanding { row, sent, attempts, .. } = *outstanding;
        self.state = State::Idle;
        self.counters.refused += 1;
        self.chooser.settled(row, false);
        let hop = Hop { sent, settled: now.utc, attempts };
        outbox.settle(row, Settlement::Refused { hop, reason: "it holds a byte that MLLP cannot carry".into() });
    }

    /// What to do now. To be asked again after every input and when the wait is over.
    pub fn poll_action(&mut self, now: Now, outbox: &mut dyn Outbox) -> Action {
        match &self.state {
            State::Closed { retry_at, .. } if retry_at.monotonic > now.monotonic => Action::Wait(retry_at.monotonic),
            State::Closed { .. } => {
                self.state = State::Connecting;
                Action::Connect
            }
            State::Connecting => Action::Wait(now.monotonic + LOOK_INTERVAL),
            State::Waiting { deadline, .. } if *deadline > now.monotonic => Action::Wait(*deadline),
            State::Waiting { .. } => {
                self.counters.timeouts += 1;
                self.handle_disconnected(now, "no acknowledgement in time");
                Action::Close
            }
            State::Idle => self.send_next(now, outbox),
        }
    }

    fn send_next(&mut self, now: Now, outbox: &mut dyn Outbox) -> Action {
        let look_again = now.monotonic + LOOK_INTERVAL;
        match self.chooser.choose(now.monotonic, outbox, false) {
            Ok(Choice::Send { row, attempt }) => {
                self.counters.sent += 1;
                self.counters.repeated += u64::from(attempt > 1);
                let timeout = match row.lane {
                    Lane::Alarm => self.timing.ack_timeout_alarms,
                    Lane::Observation => self.timing.ack_timeout_observations,
                };
                let outstanding =
                    Outstanding { row: row.row, control_id: row.control_id.clone(), sent: now.utc, attempts: attempt };
                self.state = State::Waiting { outstanding, deadline: now.monotonic + timeout };
                Action::Send(row)
            }
            Ok(Choice::Nothing { until }) => Action::Wait(until.map_or(look_again, |until| until.min(look_again))),
            Err(error) => {
                tracing::warn!(error = %error, "The outbox cannot be read; trying again.");
                self.chooser.wake();
                Action::Wait(look_again)
            }
        }
    }

    /// Whether a message waits for its acknowledgement.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting { .. })
    }

    /// Beds whose next message is held.
    pub fn held(&self) -> u32 {
        self.chooser.held()
    }

    /// State for people.
    pub fn state(&self) -> SinkState {
        match &self.state {
            State::Closed { reason, retry_at } => SinkState::Backoff { reason: reason.clone(), until: retry_at.utc },
            State::Connecting => SinkState::Connecting,
            State::Idle | State::Waiting { .. } => SinkState::Connected { since: self.connected_since },
        }
    }
}

/// Code and numbers of a refusal. Never the receiver's text, which may quote the message.
fn reason(answer: &Ack) -> String {
    let mut reason = answer.code.as_str().to_owned();
    for error in answer.errors.iter().filter(|error| error.code != 0) {
        reason.push_str(&format!(" {} {}", error.code, error.code_text()));
        if let Some((segment, occurrence, field)) = &error.location
            && segment.len() == 3
            && segment.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        {
            reason.push_str(&format!(" at {segment}-{occurrence}-{field}"));
        }
    }
    reason
}

#[cfg(test)]
mod tests;

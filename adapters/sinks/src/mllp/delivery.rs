//! The delivery machine of one MLLP destination: which message goes out on which connection, what its answer means, when to
//! give up waiting and begin again. Pure: times are handed in, bytes are somebody else's.
//!
//! One message is outstanding on each connection. It is settled only by an acknowledgement whose MSA-2 is its own MSH-10;
//! any other is counted and changes nothing, and the deadline runs on. When the deadline passes the connection is closed,
//! because an answer that comes later would be taken for the next message's. After a pause it is opened again and
//! everything is chosen anew from the outbox: alarms first, the same bytes, the same control id.
//!
//! In enhanced mode a commit accept settles (the application acknowledgement is not asked for, MSH-16 `NE`), in original
//! mode the application's. Either accept is taken in either mode: a receiver that says the message is taken over must not
//! get it again for saying so in the other mode's word.
//!
//! In MLLP release 2 a commit block says that a message is in safe storage, or that it was not taken. The latter is "not
//! now". The former settles only where no acknowledgement in HL7 is asked for (mode `none`); else that is waited for, since it
//! alone can refuse the content.
//!
//! With several connections each bed's messages are on one at a time: the next of a bed is not chosen before the one in
//! flight is settled. The first connection carries nothing of the past, so that an alarm always finds a connection that
//! is free soon.

use std::sync::Arc;
use std::time::Duration;

use vigil_journal::{Hop, Outbox, OutboxRow, RowId, Settlement};
use vigil_messages::hl7::{Ack, Verdict};
use vigil_messages::{AcknowledgementMode, Hl7Destination};
use vigil_model::{Instant, Lane, Now, Timestamp};

use super::codec::{Commit, Release};
use super::pace::Pace;
use crate::choose::{Ages, Allowed, Choice, Chooser, Deferred, Renewed};
use crate::{Backoff, SinkCounters, SinkState};

/// How long opening a connection may take.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the machine waits at most before it looks into the outbox again without having been woken.
pub const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Shortest and longest pause of a message that the receiver would not take yet.
const HELD_PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// How one destination is delivered to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long an alarm may wait for its acknowledgement.
    pub ack_timeout_alarms: Duration,
    /// How long an observation message may wait for its acknowledgement.
    pub ack_timeout_observations: Duration,
    /// First pause before connecting again.
    pub reconnect_min: Duration,
    /// Longest pause before connecting again.
    pub reconnect_max: Duration,
    /// Connections, at least 1.
    pub connections: usize,
    /// Which MLLP is spoken.
    pub release: Release,
    /// Whether a commit block alone settles a message.
    pub commit_settles: bool,
    /// Messages a second at most; 0 is no limit.
    pub messages_per_s_max: u32,
    /// Messages about the past a second at most; 0 is no limit.
    pub gap_messages_per_s_max: u32,
    /// From which age on a message is about the past.
    pub ages: Ages,
}

impl From<&Hl7Destination> for Settings {
    fn from(destination: &Hl7Destination) -> Self {
        Self {
            ack_timeout_alarms: destination.ack_timeout_alarms.get(),
            ack_timeout_observations: destination.ack_timeout_observations.get(),
            reconnect_min: destination.reconnect_min.get(),
            reconnect_max: destination.reconnect_max.get(),
            connections: usize::from(destination.connections.max(1)),
            release: if destination.mllp_release == 2 { Release::Two } else { Release::One },
            commit_settles: destination.acknowledgement == AcknowledgementMode::None,
            messages_per_s_max: destination.messages_per_s_max,
            gap_messages_per_s_max: destination.gap_messages_per_s_max,
            ages: Ages {
                alarms: Some(destination.alert_age_max.get()),
                observations: Some(destination.gap_after.get()),
            },
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
    /// Find out what became of this alarm since, and say so with [`Delivery::handle_renewal`].
    Renew(OutboxRow),
    /// Close the connection.
    Close,
    /// Nothing until then, unless an answer comes, the connection ends or the outbox grows.
    Wait(Instant),
}

/// What became of an alarm whose message is too old to be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The message says what is so now: send it.
    Current,
    /// It says how the alarm ended: send it with the gap.
    WithTheGap,
    /// It is not so any more, and a newer message says what is.
    Gone,
    /// It still exists: tell it as it is now, under a control id of its own.
    Rewrite {
        /// The new control id, never used before.
        control_id: Arc<str>,
        /// The new message.
        body: Vec<u8>,
    },
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

impl Outstanding {
    fn hop(&self, settled: Timestamp) -> Hop {
        Hop { sent: self.sent, settled, attempts: self.attempts }
    }
}

/// One connection.
#[derive(Clone, Debug)]
struct Line {
    state: State,
    connected_since: Timestamp,
    reconnect: Backoff,
}

/// Delivery of one destination's outbox over its connections, which are named by their number from 0.
#[derive(Clone, Debug)]
pub struct Delivery {
    settings: Settings,
    lines: Vec<Line>,
    chooser: Chooser,
    pace: Pace,
    gap_pace: Pace,
    /// What it has done.
    pub counters: SinkCounters,
}

impl Delivery {
    /// A machine that wants to connect at once. `id` is the destination's, the seed of its jitter.
    pub fn new(id: &str, settings: Settings, now: Now) -> Self {
        let line = |number: usize| Line {
            state: State::Closed { reason: "not connected yet".into(), retry_at: now },
            connected_since: now.utc,
            reconnect: Backoff::new(settings.reconnect_min, settings.reconnect_max, &format!("{id}{number}")),
        };
        Self {
            settings,
            lines: (0..settings.connections.max(1)).map(line).collect(),
            chooser: Chooser::new(HELD_PAUSE.0, HELD_PAUSE.1, id).with_ages(settings.ages),
            pace: Pace::new(settings.messages_per_s_max),
            gap_pace: Pace::new(settings.gap_messages_per_s_max),
            counters: SinkCounters::default(),
        }
    }

    /// How it delivers.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The outbox may hold more than before.
    pub fn handle_wake(&mut self) {
        self.chooser.wake();
    }

    /// A connection is open.
    pub fn handle_connected(&mut self, line: usize, now: Now) {
        self.counters.connected += 1;
        self.chooser.release(None);
        self.lines[line].connected_since = now.utc;
        self.lines[line].state = State::Idle;
    }

    /// A connection could not be opened, was closed or failed. What was outstanding on it will be sent again.
    pub fn handle_disconnected(&mut self, line: usize, now: Now, reason: impl Into<Arc<str>>) {
        let was_outstanding = match &self.lines[line].state {
            State::Closed { .. } => return,
            State::Connecting | State::Idle => None,
            State::Waiting { outstanding, .. } => Some(outstanding.row),
        };
        self.counters.disconnected += 1;
        self.chooser.release(was_outstanding);
        let line = &mut self.lines[line];
        let retry_at = now.after(line.reconnect.pause());
        line.state = State::Closed { reason: reason.into(), retry_at };
    }

    /// An answer has been read; `None` if it could not be understood.
    pub fn handle_answer(&mut self, line: usize, now: Now, answer: Option<&Ack>, outbox: &mut dyn Outbox) {
        let Some(answer) = answer else {
            self.counters.malformed += 1;
            return;
        };
        let outstanding = match &self.lines[line].state {
            State::Waiting { outstanding, .. } if *answer.control_id == *outstanding.control_id => outstanding.clone(),
            State::Waiting { .. } | State::Idle | State::Connecting | State::Closed { .. } => {
                self.counters.foreign_acks += 1;
                return;
            }
        };
        self.answered(line);
        let (row, hop) = (outstanding.row, outstanding.hop(now.utc));
        match answer.verdict() {
            Verdict::Accepted => self.accept(row, hop, outbox),
            Verdict::Refused => self.refuse(row, hop, reason(answer), outbox),
            Verdict::TryAgain => self.defer(row, hop, now, reason(answer), outbox),
        }
    }

    /// A commit block has been read (MLLP release 2).
    pub fn handle_commit(&mut self, line: usize, now: Now, commit: Commit, outbox: &mut dyn Outbox) {
        let State::Waiting { outstanding, .. } = &self.lines[line].state else {
            self.counters.foreign_acks += 1;
            return;
        };
        let (row, hop) = (outstanding.row, outstanding.hop(now.utc));
        match commit {
            Commit::Taken if self.settings.commit_settles => {
                self.answered(line);
                self.accept(row, hop, outbox);
            }
            // It is safe; whether its content is taken is said by the acknowledgement, until the same deadline.
            Commit::Taken => {}
            Commit::Refused => {
                self.answered(line);
                self.defer(row, hop, now, "commit refused (MLLP NAK)".to_owned(), outbox);
            }
        }
    }

    fn answered(&mut self, line: usize) {
        self.lines[line].state = State::Idle;
        self.lines[line].reconnect.reset();
    }

    fn accept(&mut self, row: RowId, hop: Hop, outbox: &mut dyn Outbox) {
        self.counters.acknowledged += 1;
        self.chooser.settled(row, true);
        outbox.settle(row, Settlement::Delivered(hop));
    }

    fn refuse(&mut self, row: RowId, hop: Hop, reason: String, outbox: &mut dyn Outbox) {
        self.counters.refused += 1;
        self.chooser.settled(row, false);
        outbox.settle(row, Settlement::Refused { hop, reason: reason.into() });
    }

    fn defer(&mut self, row: RowId, hop: Hop, now: Now, reason: String, outbox: &mut dyn Outbox) {
        self.counters.deferred += 1;
        match self.chooser.deferred(row, now.monotonic) {
            Deferred::Held => {}
            Deferred::GiveUp => {
                self.refuse(row, hop, reason + ", again and again while other messages were taken", outbox);
            }
        }
    }

    /// The message that [`Action::Send`] named cannot be framed: it would never be taken.
    pub fn handle_unsendable(&mut self, line: usize, now: Now, outbox: &mut dyn Outbox) {
        let State::Waiting { outstanding, .. } = &self.lines[line].state else { return };
        let (row, hop) = (outstanding.row, outstanding.hop(now.utc));
        self.lines[line].state = State::Idle;
        self.refuse(row, hop, "it holds a byte that MLLP cannot carry".to_owned(), outbox);
    }

    /// What became of the alarm that [`Action::Renew`] named. Gives it to be sent, if it is.
    pub fn handle_renewal(
        &mut self,
        line: usize,
        now: Now,
        row: OutboxRow,
        renewal: Renewal,
        outbox: &mut dyn Outbox,
    ) -> Option<OutboxRow> {
        let renewed = match renewal {
            Renewal::Current => Renewed::Current,
            Renewal::WithTheGap => Renewed::WithTheGap,
            Renewal::Gone => {
                self.counters.superseded += 1;
                outbox.settle(row.row, Settlement::Superseded { at: now.utc });
                Renewed::Gone
            }
            Renewal::Rewrite { control_id, body } => {
                self.counters.superseded += 1;
                outbox.settle(row.row, Settlement::Rewritten { at: now.utc, control_id, body });
                Renewed::Rewritten
            }
        };
        match self.chooser.renewed(now.monotonic, row, renewed) {
            Some(Choice::Send { row, attempt }) => Some(self.send(line, now, row, attempt)),
            Some(Choice::Overdue { .. } | Choice::Nothing { .. }) | None => None,
        }
    }

    /// What to do now on a connection. To be asked again after every input and when the wait is over.
    pub fn poll_action(&mut self, line: usize, now: Now, outbox: &mut dyn Outbox) -> Action {
        match &self.lines[line].state {
            State::Closed { retry_at, .. } if retry_at.monotonic > now.monotonic => Action::Wait(retry_at.monotonic),
            State::Closed { .. } => {
                self.lines[line].state = State::Connecting;
                Action::Connect
            }
            State::Connecting => Action::Wait(now.monotonic + LOOK_INTERVAL),
            State::Waiting { deadline, .. } if *deadline > now.monotonic => Action::Wait(*deadline),
            State::Waiting { .. } => {
                self.counters.timeouts += 1;
                self.handle_disconnected(line, now, "no acknowledgement in time");
                Action::Close
            }
            State::Idle => self.send_next(line, now, outbox),
        }
    }

    fn send_next(&mut self, line: usize, now: Now, outbox: &mut dyn Outbox) -> Action {
        let look_again = now.monotonic + LOOK_INTERVAL;
        if let Some(due) = self.pace.later_than(now.monotonic) {
            return Action::Wait(due.min(look_again));
        }
        let carries_the_gap = line > 0 || self.lines.len() == 1;
        let gap_due = self.gap_pace.later_than(now.monotonic);
        let allowed = if carries_the_gap && gap_due.is_none() { Allowed::All } else { Allowed::NotTheGap };
        match self.chooser.choose(now, outbox, allowed) {
            Ok(Choice::Send { row, attempt }) => Action::Send(self.send(line, now, row, attempt)),
            Ok(Choice::Overdue { row }) => Action::Renew(row),
            Ok(Choice::Nothing { until }) => {
                let gap_due = gap_due.filter(|_| carries_the_gap && self.chooser.is_catching_up());
                Action::Wait([until, gap_due].into_iter().flatten().fold(look_again, Instant::min))
            }
            Err(error) => {
                tracing::warn!(error = %error, "The outbox cannot be read; trying again.");
                self.chooser.wake();
                Action::Wait(look_again)
            }
        }
    }

    fn send(&mut self, line: usize, now: Now, row: OutboxRow, attempt: u32) -> OutboxRow {
        self.counters.sent += 1;
        self.counters.repeated += u64::from(attempt > 1);
        self.pace.took(now.monotonic);
        if self.chooser.is_gap(row.row) {
            self.gap_pace.took(now.monotonic);
        }
        let timeout = match row.lane {
            Lane::Alarm => self.settings.ack_timeout_alarms,
            Lane::Observation => self.settings.ack_timeout_observations,
        };
        let outstanding =
            Outstanding { row: row.row, control_id: row.control_id.clone(), sent: now.utc, attempts: attempt };
        self.lines[line].state = State::Waiting { outstanding, deadline: now.monotonic + timeout };
        row
    }

    /// Whether a message waits for its acknowledgement on a connection.
    pub fn is_waiting(&self, line: usize) -> bool {
        matches!(self.lines[line].state, State::Waiting { .. })
    }

    /// Beds whose next message is held.
    pub fn held(&self) -> u32 {
        self.chooser.held()
    }

    /// State for people: connected if any connection is.
    pub fn state(&self) -> SinkState {
        let mut closed: Option<(&Arc<str>, Timestamp)> = None;
        let (mut connected, mut is_connecting) = (None::<Timestamp>, false);
        for line in &self.lines {
            match &line.state {
                State::Idle | State::Waiting { .. } => {
                    connected = Some(connected.map_or(line.connected_since, |since| since.min(line.connected_since)));
                }
                State::Connecting => is_connecting = true,
                State::Closed { reason, retry_at } => {
                    if closed.is_none_or(|(_, until)| retry_at.utc < until) {
                        closed = Some((reason, retry_at.utc));
                    }
                }
            }
        }
        match (connected, closed) {
            (Some(since), _) => SinkState::Connected { since },
            (None, Some((reason, until))) if !is_connecting => SinkState::Backoff { reason: reason.clone(), until },
            (None, _) => SinkState::Connecting,
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
mod outage_tests;
#[cfg(test)]
mod tests;

//! One connection to an MQTT broker, from opening to its end. Nothing of it survives but what was settled.

mod incoming;

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use vigil_journal::{Hop, OutboxRow, RowId, Settlement};
use vigil_messages::mqtt::{MqttPublish, Qos, heartbeat, offline};
use vigil_model::{Instant, Lane, Now, Timestamp};

use super::Desk;
use super::client::{Client, Happened, Line, client};
use super::kept::Kept;
use super::options::{Options, WINDOW, WINDOW_FOR_ALARMS};
use super::window::{Handed, Window};
use crate::choose::{Allowed, Choice, Deferred, Renewed};
use crate::timer::Timer;
use crate::{SinkCounters, SinkState};

/// Shortest and longest pause of a message that the broker would not take yet.
pub(super) const HELD_PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// How long a connection may be silent beyond its keep-alive.
const SILENCE_GRACE: Duration = Duration::from_secs(5);
/// How long the sink waits for its marker before it says that it is online, and how long it then goes on listening for what
/// the broker holds.
const COLLECT_MAX: Duration = Duration::from_secs(5);
/// How long what the broker held is collected before it is judged, so that many late states cost one look at the journal.
const SWEEP_DELAY: Duration = Duration::from_millis(100);
/// How long a stop waits for acknowledgements and for the goodbye to be written.
const STOP_GRACE: Duration = Duration::from_secs(2);
/// How long the session waits at most before it looks into the outbox again without having been woken.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Requests that the client may hold: the window, subscriptions, the goodbye.
const CLIENT_QUEUE: usize = WINDOW + 8;
/// Bytes of a publication beyond topic and payload, generously.
const OVERHEAD_BYTES: usize = 1_024;

/// How a connection ended.
pub(super) enum Ended {
    /// As asked.
    Stopped,
    /// By itself. It was useful if the broker acknowledged anything.
    Lost { reason: String, was_useful: bool },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Opening,
    /// Open; the broker is saying what it holds.
    Collecting {
        until: Instant,
    },
    Online,
    /// The goodbye is on its way.
    Stopping {
        until: Instant,
    },
}

pub(super) struct Session<'a> {
    desk: &'a mut Desk,
    client: Client,
    line: Option<Line>,
    phase: Phase,
    since: Timestamp,
    window: Window,
    own: VecDeque<MqttPublish>,
    kept: Kept,
    heartbeats: u64,
    /// Payload of the heartbeat that follows the subscription.
    marker: Vec<u8>,
    /// When the states that the broker held and sent late are judged.
    sweep_at: Option<Instant>,
    /// When the sink stops listening for what the broker holds.
    listen_until: Option<Instant>,
    next_heartbeat: Instant,
    look_at: Instant,
    last_heard: Instant,
    keep_alive: Duration,
    broker_bytes_max: usize,
    shown: SinkCounters,
    said_goodbye: bool,
    was_useful: bool,
    status_at: Instant,
}

impl<'a> Session<'a> {
    pub(super) fn new(desk: &'a mut Desk, options: Options) -> Self {
        let (client, line) = client(options, CLIENT_QUEUE);
        let now = (desk.clock)().monotonic;
        Self {
            client,
            line: Some(line),
            phase: Phase::Opening,
            since: Timestamp::default(),
            window: Window::default(),
            own: VecDeque::new(),
            kept: Kept::new(&desk.topics, &desk.appliance),
            heartbeats: 0,
            marker: Vec::new(),
            sweep_at: None,
            listen_until: None,
            next_heartbeat: now,
            look_at: now,
            last_heard: now,
            keep_alive: desk.destination.keep_alive.get(),
            broker_bytes_max: usize::MAX,
            shown: desk.counters,
            said_goodbye: false,
            was_useful: false,
            status_at: now,
            desk,
        }
    }

    pub(super) async fn run(mut self, wake: &Notify, stop: &CancellationToken) -> Ended {
        let Some(mut line) = self.line.take() else { return Ended::Stopped };
        let tls = self.desk.tls.clone();
        let explain =
            move |error: &std::io::Error| tls.as_ref().map_or_else(|| error.to_string(), |tls| tls.explain(error));
        let mut timer = Timer::new();
        loop {
            let event = {
                // Never dropped before it is done: a publication that it is writing would be lost with it.
                let polled = line.poll(&explain);
                tokio::pin!(polled);
                loop {
                    let now = (self.desk.clock)();
                    if let Some(ended) = self.tend(now, stop.is_cancelled()) {
                        return ended;
                    }
                    timer.arm(now.monotonic, self.due());
                    tokio::select! {
                        biased;
                        () = stop.cancelled(), if !matches!(self.phase, Phase::Stopping { .. }) => {}
                        () = wake.notified() => {
                            self.desk.chooser.wake();
                            self.look_at = now.monotonic;
                        }
                        event = &mut polled => break event,
                        () = timer.fired() => {}
                    }
                }
            };
            let now = (self.desk.clock)();
            match event {
                Ok(Happened::Written(packet)) => {
                    if let Some(Handed::Row { row, sent, attempt, .. }) = self.window.written(packet) {
                        self.deliver(row, Hop { sent, settled: now.utc, attempts: attempt });
                    }
                }
                Ok(Happened::LeftInOrder) => return Ended::Stopped,
                Ok(Happened::Sent) => {}
                Ok(heard) => {
                    self.last_heard = now.monotonic;
                    self.look_at = now.monotonic;
                    self.hear(heard, now);
                }
                Err(_) if matches!(self.phase, Phase::Stopping { .. }) => return Ended::Stopped,
                Err(reason) => return self.lost(reason),
            }
        }
    }

    fn lost(&self, reason: impl Into<String>) -> Ended {
        Ended::Lost { reason: reason.into(), was_useful: self.was_useful }
    }

    /// Everything that time or space in the window makes due. Says if the connection is over.
    fn tend(&mut self, now: Now, is_stopping: bool) -> Option<Ended> {
        let at = now.monotonic;
        if let Some(oldest) = self.window.oldest()
            && at >= oldest + self.desk.destination.ack_timeout.get()
        {
            self.desk.counters.timeouts += 1;
            return Some(self.lost("no acknowledgement in time"));
        }
        if at >= self.silent_too_long_at() {
            return Some(self.lost("the broker is silent"));
        }
        match self.phase {
            Phase::Opening if is_stopping => return Some(Ended::Stopped),
            Phase::Opening => return None,
            Phase::Collecting { .. } | Phase::Online if is_stopping => {
                self.phase = Phase::Stopping { until: at + STOP_GRACE };
                self.own.clear();
                self.own.push_back(offline(&self.desk.topics, &self.desk.appliance, now.utc));
            }
            Phase::Collecting { until } if at >= until => {
                tracing::warn!(sink = &*self.desk.destination.id, "The broker did not say what it holds.");
                self.go_online(now);
            }
            Phase::Collecting { .. } | Phase::Online => {}
            Phase::Stopping { until } => {
                if at >= until {
                    return Some(Ended::Stopped);
                }
                if self.own.is_empty() && self.window.is_empty() && !self.said_goodbye {
                    self.said_goodbye = true;
                    if !self.client.disconnect() {
                        return Some(Ended::Stopped);
                    }
                }
            }
        }
        if self.phase == Phase::Online {
            self.tend_online(now);
        }
        self.fill(now);
        let is_news = self.window.is_empty() && self.shown != self.desk.counters;
        if is_news || at.since(self.status_at) >= LOOK_INTERVAL {
            self.publish_status(now);
        }
        None
    }

    fn tend_online(&mut self, now: Now) {
        let is_due = |due: Option<Instant>| due.is_some_and(|due| now.monotonic >= due);
        if now.monotonic >= self.next_heartbeat {
            self.beat(now);
        }
        if is_due(self.sweep_at) {
            self.sweep();
        }
        if is_due(self.listen_until) {
            self.stop_listening();
        }
    }

    fn due(&self) -> Instant {
        let mut due = self.silent_too_long_at();
        if let Some(oldest) = self.window.oldest() {
            due = due.min(oldest + self.desk.destination.ack_timeout.get());
        }
        match self.phase {
            Phase::Opening => due,
            Phase::Collecting { until } | Phase::Stopping { until } => due.min(until).min(self.look_at),
            Phase::Online => [Some(self.next_heartbeat), Some(self.look_at), self.sweep_at, self.listen_until]
                .into_iter()
                .flatten()
                .fold(due, Instant::min),
        }
    }

    fn silent_too_long_at(&self) -> Instant {
        self.last_heard + self.keep_alive + SILENCE_GRACE
    }

    fn beat(&mut self, now: Now) {
        self.own.push_front(heartbeat(&self.desk.topics, &self.desk.appliance, self.heartbeats, now.utc));
        self.heartbeats += 1;
        self.next_heartbeat = now.monotonic + self.desk.destination.heartbeat_interval.get();
    }

    /// Hands the client what the window has room for: first what must be told anew, then alarms, then observations.
    fn fill(&mut self, now: Now) {
        while self.window.len() < WINDOW {
            if let Some(publish) = self.own.pop_front() {
                self.hand(publish, Handed::Own, now);
                continue;
            }
            if matches!(self.phase, Phase::Stopping { .. }) {
                return;
            }
            let alarms_only = self.window.len() >= WINDOW - WINDOW_FOR_ALARMS;
            let allowed = if alarms_only { Allowed::Alarms } else { Allowed::All };
            let look_again = now.monotonic + LOOK_INTERVAL;
            match self.desk.chooser.choose(now, &mut *self.desk.outbox, allowed) {
                Ok(Choice::Send { row, attempt }) => self.hand_row(row, attempt, now),
                // Only what has ages is told anew; here the retained states are, with each connection.
                Ok(Choice::Overdue { row }) => drop(self.desk.chooser.renewed(now.monotonic, row, Renewed::WithTheGap)),
                Ok(Choice::Nothing { until }) => {
                    self.look_at = until.map_or(look_again, |until| until.min(look_again));
                    return;
                }
                Err(error) => {
                    tracing::warn!(error = %error, "The outbox cannot be read; trying again.");
                    self.desk.chooser.wake();
                    self.look_at = look_again;
                    return;
                }
            }
        }
        self.look_at = now.monotonic + LOOK_INTERVAL;
    }

    fn hand_row(&mut self, row: OutboxRow, attempt: u32, now: Now) {
        let hop = Hop { sent: now.utc, settled: now.utc, attempts: attempt };
        let publish = match MqttPublish::from_bytes(&row.body) {
            Ok(publish) => publish,
            Err(error) => return self.refuse(row.row, hop, error.to_string()),
        };
        if publish.topic.len() + publish.payload.len() + OVERHEAD_BYTES > self.broker_bytes_max {
            return self.refuse(row.row, hop, "it is longer than the broker takes".to_owned());
        }
        self.desk.counters.sent += 1;
        self.desk.counters.repeated += u64::from(attempt > 1);
        let is_alarm = row.lane == Lane::Alarm;
        let handed = Handed::Row { row: row.row, is_alarm, sent: now.utc, attempt };
        if !self.hand(publish, handed, now) {
            self.refuse(row.row, hop, "its topic cannot be published to".to_owned());
        }
    }

    /// Says whether the client took it. Its queue is longer than the window, so only a topic can be at fault.
    fn hand(&mut self, publish: MqttPublish, handed: Handed, now: Now) -> bool {
        if publish.retain {
            self.kept.told(&publish.topic);
        }
        let taken = self.client.publish(publish);
        if taken {
            self.window.handed(handed, now.monotonic);
        }
        taken
    }

    fn publish_status(&mut self, now: Now) {
        self.status_at = now.monotonic;
        self.shown = self.desk.counters;
        self.desk.publish_status(SinkState::Connected { since: self.since });
    }
}

//! What the broker says: that the connection is open, what it holds, what it has taken, and what people answer.

use tokio::sync::mpsc::error::TrySendError;
use vigil_messages::mqtt::{online, parse_answer, parse_entry};

use super::*;
use crate::mqtt::client::{Received, Verdict};

impl Session<'_> {
    pub(super) fn hear(&mut self, happened: Happened, now: Now) {
        match happened {
            Happened::Opened { packet_bytes_max, keep_alive } => {
                self.broker_bytes_max = packet_bytes_max.unwrap_or(self.broker_bytes_max);
                self.keep_alive = keep_alive.unwrap_or(self.keep_alive);
                self.opened(now);
            }
            Happened::Acknowledged { packet, verdict } => self.acknowledged(packet, verdict, now),
            Happened::Received(received) => self.received(&received, now),
            Happened::Heard | Happened::Written(_) | Happened::LeftInOrder | Happened::Sent => {}
        }
    }

    fn opened(&mut self, now: Now) {
        tracing::info!(sink = &*self.desk.destination.id, "Connected.");
        self.since = now.utc;
        self.desk.counters.connected += 1;
        self.phase = Phase::Collecting { until: now.monotonic + COLLECT_MAX };
        let topics = &self.desk.topics;
        let filters =
            [topics.answers_filter(), topics.alarm_states_filter(), topics.gateway_heartbeat(), topics.chart()];
        if !self.client.subscribe(filters) {
            tracing::error!(sink = &*self.desk.destination.id, "Cannot subscribe: answers to alarms will not arrive.");
        }
        self.own = (self.desk.resync)().into();
        // The marker goes first. With the quality of service of the states it comes back behind them at most brokers; it
        // only says when to be online, never what is cleared.
        self.beat(now);
        if let Some(marker) = self.own.front_mut() {
            marker.qos = Qos::AtLeastOnce;
            self.marker.clone_from(&marker.payload);
        }
        self.publish_status(now);
    }

    fn received(&mut self, publish: &Received, now: Now) {
        let Ok(topic) = std::str::from_utf8(&publish.topic) else {
            self.desk.counters.malformed += 1;
            return;
        };
        if topic == self.desk.topics.gateway_heartbeat() {
            if matches!(self.phase, Phase::Collecting { .. }) && publish.payload == self.marker {
                self.go_online(now);
            }
        } else if topic.ends_with("/state") {
            if publish.retain {
                self.kept.held(topic, publish.payload.is_empty());
                if self.phase == Phase::Online && self.kept.has_news() {
                    self.sweep_at.get_or_insert(now.monotonic + SWEEP_DELAY);
                }
            }
        } else if !publish.retain {
            let command = if topic == self.desk.topics.chart() {
                parse_entry(&publish.payload).map_err(|error| error.to_string())
            } else {
                parse_answer(topic, &publish.payload, publish.correlation.as_deref()).map_err(|error| error.to_string())
            };
            match command {
                Ok(command) => match self.desk.commands.try_send(command) {
                    Ok(()) => {}
                    Err(TrySendError::Full(_) | TrySendError::Closed(_)) => self.desk.counters.answers_dropped += 1,
                },
                Err(error) => {
                    self.desk.counters.malformed += 1;
                    tracing::debug!(sink = &*self.desk.destination.id, error = %error, "An answer cannot be read.");
                }
            }
        }
    }

    /// Everything that exists has been told: clears what does not, and says so.
    pub(super) fn go_online(&mut self, now: Now) {
        self.phase = Phase::Online;
        self.listen_until = Some(now.monotonic + COLLECT_MAX);
        self.sweep();
        self.own.push_back(online(&self.desk.topics, &self.desk.appliance, now.utc));
        self.publish_status(now);
    }

    /// Clears what the broker holds of alarms that are over.
    pub(super) fn sweep(&mut self) {
        self.sweep_at = None;
        if !self.kept.has_news() {
            return;
        }
        let active = (self.desk.resync)();
        for topic in self.kept.stale(active.iter().map(|publish| publish.topic.as_str())) {
            self.own.push_back(MqttPublish { topic, retain: true, qos: Qos::AtLeastOnce, ..MqttPublish::default() });
        }
    }

    /// What the broker held has long come; from here on only an echo of what is published would.
    pub(super) fn stop_listening(&mut self) {
        self.listen_until = None;
        for filter in [self.desk.topics.alarm_states_filter(), self.desk.topics.gateway_heartbeat()] {
            // Without it, everything that is published comes back as well: a nuisance, not an error.
            let _ = self.client.unsubscribe(filter);
        }
    }

    fn acknowledged(&mut self, packet: u16, verdict: Verdict, now: Now) {
        let Some(handed) = self.window.acknowledged(packet) else {
            self.desk.counters.foreign_acks += 1;
            return;
        };
        self.was_useful |= !matches!(verdict, Verdict::Refused(_));
        match (handed, verdict) {
            (Handed::Own, Verdict::Taken | Verdict::Unheard) => {}
            (Handed::Own, Verdict::Refused(reason)) => tracing::warn!(
                sink = &*self.desk.destination.id,
                reason = ?reason,
                "The broker refuses a retained state."
            ),
            (Handed::Row { row, is_alarm, sent, attempt }, Verdict::Taken | Verdict::Unheard) => {
                if is_alarm {
                    self.heard(verdict == Verdict::Unheard);
                }
                self.deliver(row, Hop { sent, settled: now.utc, attempts: attempt });
            }
            (Handed::Row { row, sent, attempt, .. }, Verdict::Refused(reason)) => {
                self.desk.counters.deferred += 1;
                match self.desk.chooser.deferred(row, now.monotonic) {
                    Deferred::Held => {}
                    Deferred::GiveUp => {
                        let hop = Hop { sent, settled: now.utc, attempts: attempt };
                        self.refuse(row, hop, format!("MQTT {reason:?}"));
                    }
                }
            }
        }
    }

    /// Nobody subscribed to an alarm is worth a warning, once until somebody is.
    fn heard(&mut self, is_unheard: bool) {
        self.desk.counters.unheard += u64::from(is_unheard);
        if is_unheard && !self.desk.has_warned_unheard {
            tracing::warn!(sink = &*self.desk.destination.id, "Nobody is subscribed to alarms at the broker.");
        }
        self.desk.has_warned_unheard = is_unheard;
    }

    pub(super) fn deliver(&mut self, row: RowId, hop: Hop) {
        self.desk.counters.acknowledged += 1;
        self.desk.chooser.settled(row, true);
        self.desk.outbox.settle(row, Settlement::Delivered(hop));
    }

    pub(super) fn refuse(&mut self, row: RowId, hop: Hop, reason: String) {
        self.desk.counters.refused += 1;
        self.desk.chooser.settled(row, false);
        self.desk.outbox.settle(row, Settlement::Refused { hop, reason: reason.into() });
    }
}

//! What the broker says: that the connection is open, what it holds, what it has taken, and what people answer.

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{ConnAck, Filter, Packet, PubAck, PubAckReason, Publish};
use tokio::sync::mpsc::error::TrySendError;
use vigil_messages::mqtt::{online, parse_answer};

use super::*;

impl Session<'_> {
    pub(super) fn read(&mut self, packet: Packet, now: Now) {
        match packet {
            Packet::ConnAck(answer) => self.opened(&answer, now),
            Packet::PubAck(answer) => self.acknowledged(&answer, now),
            Packet::Publish(publish) => self.received(&publish, now),
            // Refused subscriptions are logged by the client; what they would have brought is awaited in vain, within
            // bounds. Everything else is the client's own business.
            _ => {}
        }
    }

    fn opened(&mut self, answer: &ConnAck, now: Now) {
        tracing::info!(sink = &*self.desk.destination.id, "Connected.");
        if let Some(properties) = &answer.properties {
            if let Some(max) = properties.max_packet_size {
                self.broker_bytes_max = usize::try_from(max).unwrap_or(usize::MAX);
            }
            if let Some(seconds) = properties.server_keep_alive {
                self.keep_alive = Duration::from_secs(u64::from(seconds)); // the client goes by it as well
            }
        }
        self.since = now.utc;
        self.desk.counters.connected += 1;
        self.phase = Phase::Collecting { until: now.monotonic + COLLECT_MAX };
        let topics = &self.desk.topics;
        let filters = [
            Filter::new(topics.answers_filter(), QoS::AtLeastOnce),
            Filter::new(topics.alarm_states_filter(), QoS::AtLeastOnce),
            Filter::new(topics.gateway_heartbeat(), QoS::AtLeastOnce),
        ];
        if self.client.try_subscribe_many(filters).is_err() {
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

    fn received(&mut self, publish: &Publish, now: Now) {
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
            let correlation = publish.properties.as_ref().and_then(|properties| properties.correlation_data.as_deref());
            match parse_answer(topic, &publish.payload, correlation) {
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
            let _ = self.client.try_unsubscribe(filter);
        }
    }

    fn acknowledged(&mut self, answer: &PubAck, now: Now) {
        let Some(handed) = self.window.acknowledged(answer.pkid) else {
            self.desk.counters.foreign_acks += 1;
            return;
        };
        let is_taken = matches!(answer.reason, PubAckReason::Success | PubAckReason::NoMatchingSubscribers);
        self.was_useful |= is_taken;
        match handed {
            Handed::Own if is_taken => {}
            Handed::Own => tracing::warn!(
                sink = &*self.desk.destination.id,
                reason = ?answer.reason,
                "The broker refuses a retained state."
            ),
            Handed::Row { row, is_alarm, sent, attempt } => {
                let hop = Hop { sent, settled: now.utc, attempts: attempt };
                if is_taken {
                    if is_alarm {
                        self.heard(answer.reason);
                    }
                    self.deliver(row, hop);
                    return;
                }
                self.desk.counters.deferred += 1;
                match self.desk.chooser.deferred(row, now.monotonic) {
                    Deferred::Held => {}
                    Deferred::GiveUp => self.refuse(row, hop, format!("MQTT {:?}", answer.reason)),
                }
            }
        }
    }

    /// Nobody subscribed to an alarm is worth a warning, once until somebody is.
    fn heard(&mut self, reason: PubAckReason) {
        let is_unheard = reason == PubAckReason::NoMatchingSubscribers;
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

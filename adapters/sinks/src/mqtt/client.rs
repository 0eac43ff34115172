//! The MQTT client in both versions of the protocol, with one vocabulary for the session.
//!
//! What MQTT 3.1.1 does not have is left out: message expiry, correlation data (the topic of an answer names the alarm), the
//! delay of the will, reasons in acknowledgements.

use std::time::Duration;

use bytes::Bytes;
use rumqttc::mqttbytes::v4;
use rumqttc::v5::mqttbytes::v5::{self, PubAckReason};
use rumqttc::{Outgoing, TlsError};
use vigil_messages::mqtt::{MqttPublish, Qos};

use super::options::{Options, properties};

/// Something happened on the connection.
#[derive(Debug)]
pub(super) enum Happened {
    /// The broker has taken the connection.
    Opened {
        /// Longest packet that it takes, in bytes.
        packet_bytes_max: Option<usize>,
        /// The keep-alive that it wants, which the client then goes by.
        keep_alive: Option<Duration>,
    },
    /// The broker has answered a publication.
    Acknowledged {
        /// Under which packet id.
        packet: u16,
        verdict: Verdict,
    },
    /// A publication has come.
    Received(Received),
    /// The broker said something that concerns only the client.
    Heard,
    /// A publication was written under a packet id.
    Written(u16),
    /// The goodbye was written.
    LeftInOrder,
    /// Something else was written.
    Sent,
}

/// What the broker says of a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It has it. In version 3.1.1 there is no other answer.
    Taken,
    /// It has it, and nobody is subscribed.
    Unheard,
    /// Not taken, and why.
    Refused(PubAckReason),
}

/// A publication that has come.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) topic: Bytes,
    pub(super) payload: Bytes,
    /// The broker held it.
    pub(super) retain: bool,
    pub(super) correlation: Option<Bytes>,
}

/// Takes what is to be said.
pub(super) enum Client {
    V5(rumqttc::v5::AsyncClient),
    V311(rumqttc::AsyncClient),
}

/// Moves it, and says what happens.
pub(super) enum Line {
    V5(Box<rumqttc::v5::EventLoop>),
    V311(Box<rumqttc::EventLoop>),
}

/// A client for one connection, which begins with the first poll. `queue` requests may wait in it.
pub(super) fn client(options: Options, queue: usize) -> (Client, Line) {
    match options {
        Options::V5(options) => {
            let (client, line) = rumqttc::v5::AsyncClient::new(*options, queue);
            (Client::V5(client), Line::V5(Box::new(line)))
        }
        Options::V311(options, network) => {
            let (client, mut line) = rumqttc::AsyncClient::new(*options, queue);
            line.set_network_options(network);
            (Client::V311(client), Line::V311(Box::new(line)))
        }
    }
}

impl Client {
    /// Says whether the client took it.
    pub(super) fn publish(&self, mut publish: MqttPublish) -> bool {
        match self {
            Client::V5(client) => {
                use rumqttc::v5::mqttbytes::QoS;
                let quality = match publish.qos {
                    Qos::AtMostOnce => QoS::AtMostOnce,
                    Qos::AtLeastOnce => QoS::AtLeastOnce,
                };
                let properties = properties(&mut publish);
                let MqttPublish { topic, payload, retain, .. } = publish;
                client.try_publish_with_properties(topic, quality, retain, payload, properties).is_ok()
            }
            Client::V311(client) => {
                let quality = match publish.qos {
                    Qos::AtMostOnce => rumqttc::QoS::AtMostOnce,
                    Qos::AtLeastOnce => rumqttc::QoS::AtLeastOnce,
                };
                client.try_publish(publish.topic, quality, publish.retain, publish.payload).is_ok()
            }
        }
    }

    /// Subscribes with quality of service 1. Says whether the client took it.
    pub(super) fn subscribe(&self, filters: impl IntoIterator<Item = String>) -> bool {
        match self {
            Client::V5(client) => {
                use rumqttc::v5::mqttbytes::QoS;
                let filters = filters.into_iter().map(|filter| v5::Filter::new(filter, QoS::AtLeastOnce));
                client.try_subscribe_many(filters).is_ok()
            }
            Client::V311(client) => {
                let quality = rumqttc::QoS::AtLeastOnce;
                let filters = filters.into_iter().map(|filter| rumqttc::SubscribeFilter::new(filter, quality));
                client.try_subscribe_many(filters).is_ok()
            }
        }
    }

    /// Says whether the client took it.
    pub(super) fn unsubscribe(&self, filter: String) -> bool {
        match self {
            Client::V5(client) => client.try_unsubscribe(filter).is_ok(),
            Client::V311(client) => client.try_unsubscribe(filter).is_ok(),
        }
    }

    /// Says goodbye after everything that was taken before. Says whether the client took it.
    pub(super) fn disconnect(&self) -> bool {
        match self {
            Client::V5(client) => client.try_disconnect().is_ok(),
            Client::V311(client) => client.try_disconnect().is_ok(),
        }
    }
}

impl Line {
    /// Waits for the next happening. Not to be dropped before it is done: what it is writing would be lost with it.
    ///
    /// # Errors
    /// Why the connection is over, in words that cannot hold a packet's contents.
    pub(super) async fn poll(&mut self, explain: &Explain) -> Result<Happened, String> {
        match self {
            Line::V5(line) => line.poll().await.map(happened_in_v5).map_err(|error| why_v5(&error, explain)),
            Line::V311(line) => line.poll().await.map(happened_in_v311).map_err(|error| why_v311(&error, explain)),
        }
    }
}

fn happened_in_v5(event: rumqttc::v5::Event) -> Happened {
    match event {
        rumqttc::v5::Event::Incoming(v5::Packet::ConnAck(answer)) => {
            let properties = answer.properties.as_ref();
            let bytes = properties.and_then(|properties| properties.max_packet_size);
            let seconds = properties.and_then(|properties| properties.server_keep_alive);
            Happened::Opened {
                packet_bytes_max: bytes.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
                keep_alive: seconds.map(|seconds| Duration::from_secs(u64::from(seconds))),
            }
        }
        rumqttc::v5::Event::Incoming(v5::Packet::PubAck(answer)) => {
            let verdict = match answer.reason {
                PubAckReason::Success => Verdict::Taken,
                PubAckReason::NoMatchingSubscribers => Verdict::Unheard,
                refused => Verdict::Refused(refused),
            };
            Happened::Acknowledged { packet: answer.pkid, verdict }
        }
        rumqttc::v5::Event::Incoming(v5::Packet::Publish(publish)) => {
            let correlation = publish.properties.and_then(|properties| properties.correlation_data);
            let v5::Publish { topic, payload, retain, .. } = publish;
            Happened::Received(Received { topic, payload, retain, correlation })
        }
        // Refused subscriptions are logged by the client; what they would have brought is awaited in vain, within bounds.
        rumqttc::v5::Event::Incoming(_) => Happened::Heard,
        rumqttc::v5::Event::Outgoing(written) => happened_outwards(&written),
    }
}

fn happened_in_v311(event: rumqttc::Event) -> Happened {
    match event {
        rumqttc::Event::Incoming(v4::Packet::ConnAck(_)) => {
            Happened::Opened { packet_bytes_max: None, keep_alive: None }
        }
        rumqttc::Event::Incoming(v4::Packet::PubAck(answer)) => {
            Happened::Acknowledged { packet: answer.pkid, verdict: Verdict::Taken }
        }
        rumqttc::Event::Incoming(v4::Packet::Publish(publish)) => {
            let v4::Publish { topic, payload, retain, .. } = publish;
            Happened::Received(Received { topic: Bytes::from(topic), payload, retain, correlation: None })
        }
        rumqttc::Event::Incoming(_) => Happened::Heard,
        rumqttc::Event::Outgoing(written) => happened_outwards(&written),
    }
}

fn happened_outwards(written: &Outgoing) -> Happened {
    match written {
        Outgoing::Publish(packet) => Happened::Written(*packet),
        Outgoing::Disconnect => Happened::LeftInOrder,
        _ => Happened::Sent,
    }
}

/// What an error below MQTT means.
pub(super) type Explain = dyn Fn(&std::io::Error) -> String + Send + Sync;

fn why_v5(error: &rumqttc::v5::ConnectionError, explain: &Explain) -> String {
    use rumqttc::v5::{ConnectionError, StateError};
    match error {
        ConnectionError::Io(error) | ConnectionError::MqttState(StateError::Io(error)) => explain(error),
        ConnectionError::Tls(TlsError::Io(error)) => explain(error),
        ConnectionError::NotConnAck(_) => NO_CONNACK.to_owned(),
        ConnectionError::MqttState(StateError::InvalidState) => LOST_TRACK.to_owned(),
        other => other.to_string(),
    }
}

fn why_v311(error: &rumqttc::ConnectionError, explain: &Explain) -> String {
    use rumqttc::{ConnectionError, StateError};
    match error {
        ConnectionError::Io(error) | ConnectionError::MqttState(StateError::Io(error)) => explain(error),
        ConnectionError::Tls(TlsError::Io(error)) => explain(error),
        ConnectionError::NotConnAck(_) => NO_CONNACK.to_owned(),
        ConnectionError::MqttState(StateError::InvalidState) => LOST_TRACK.to_owned(),
        other => other.to_string(),
    }
}

const NO_CONNACK: &str = "the broker began with something other than CONNACK";
const LOST_TRACK: &str = "the MQTT client lost track";

//! From an operator's words to the options of the MQTT client, with every setting that the client gets wrong by default:
//! bounded inflight, a limit for incoming packets that is not a trap, a keep-alive that does not panic, no delay for
//! small packets.

use std::time::Duration;

use bytes::Bytes;
use rumqttc::v5::MqttOptions;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{LastWill, LastWillProperties, PublishProperties};
use rumqttc::{NetworkOptions, TlsConfiguration, Transport};
use vigil_messages::mqtt::publish::CONTENT_TYPE;
use vigil_messages::mqtt::{MqttPublish, Topics, Will, will};
use vigil_messages::{MqttDestination, MqttProtocol};
use vigil_model::Appliance;

use crate::tls::{TlsClient, TlsFileError};

/// Publications between the sink and the broker's acknowledgement at a time.
pub const WINDOW: usize = 32;
/// The same as the client says it.
const INFLIGHT: u16 = WINDOW as u16;
/// Places of the window that observations leave free for alarms.
pub const WINDOW_FOR_ALARMS: usize = 8;
/// Longest incoming packet in bytes; longer ones would end the connection again and again.
const INCOMING_BYTES_MAX: u32 = 1 << 20;
/// Longest outgoing packet of MQTT 3.1.1 in bytes, whose broker does not say what it takes: what the protocol can say.
const OUTGOING_BYTES_MAX: usize = 268_435_455;
/// Incoming publications that may be unacknowledged at a time.
const RECEIVE_MAX: u16 = 64;
/// How long connecting may take, in seconds.
const CONNECT_TIMEOUT_S: u64 = 5;
/// How long the broker keeps the session of a lost connection, in seconds. The will is published when its delay is over or
/// the session ends, whichever is first: without a session that outlives the connection, and is taken up again by the
/// next one, every short reconnect would say "offline" (MQTT 5, 3.1.3.2.2). Answers of people wait in it as well.
const SESSION_EXPIRY_S: u32 = 60;
/// Shortest keep-alive that the client bears.
const KEEP_ALIVE_MIN: Duration = Duration::from_secs(5);

/// Why a destination cannot be connected to with its configuration.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OptionsError {
    /// Not `host:port`.
    #[error("{0:?} is not an address; expected host:port, like 10.1.2.3:1883")]
    Address(String),
    /// The client would panic.
    #[error("keep_alive is below 5s; expected 5s or more")]
    KeepAlive,
    /// The certificate files cannot be used.
    #[error("{0}")]
    Tls(#[from] TlsFileError),
    /// The password cannot be read.
    #[error("cannot read password_file {path}: {reason}; check the path and its permissions")]
    Password {
        /// The configured path.
        path: String,
        /// Why not.
        reason: String,
    },
}

impl OptionsError {
    /// Whether trying again later can help: a secret may be mounted late.
    pub fn is_passing(&self) -> bool {
        match self {
            OptionsError::Password { .. } | OptionsError::Tls(_) => true,
            OptionsError::Address(_) | OptionsError::KeepAlive => false,
        }
    }
}

/// Options of one connection, in the version of the protocol that the operator asks for.
#[derive(Clone)]
pub enum Options {
    /// MQTT 5.
    V5(Box<MqttOptions>),
    /// MQTT 3.1.1.
    V311(Box<rumqttc::MqttOptions>, NetworkOptions),
}

/// Options of one connection.
///
/// # Errors
/// If the configuration cannot be used.
pub fn options(
    destination: &MqttDestination,
    appliance: &Appliance,
    topics: &Topics,
    tls: Option<&TlsClient>,
) -> Result<Options, OptionsError> {
    if destination.keep_alive.get() < KEEP_ALIVE_MIN {
        return Err(OptionsError::KeepAlive);
    }
    let (host, port) = destination
        .address
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)))
        .ok_or_else(|| OptionsError::Address(destination.address.to_string()))?;
    let client_id = match &*destination.client_id {
        "" => format!("vigil-{}", appliance.id),
        id => id.to_owned(),
    };
    let credentials = match &*destination.username {
        "" => None,
        name => Some((name.to_owned(), password(&destination.password_file)?)),
    };
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    network.set_connection_timeout(CONNECT_TIMEOUT_S);
    let transport = match tls {
        None => Transport::Tcp,
        Some(tls) => Transport::Tls(TlsConfiguration::Rustls(tls.config()?)),
    };
    let will = will(topics, appliance);
    let keep_alive = destination.keep_alive.get();
    Ok(match destination.protocol {
        MqttProtocol::V5 => {
            let mut options = MqttOptions::new(client_id, host, port);
            options.set_keep_alive(keep_alive).set_network_options(network).set_transport(transport);
            set_v5(&mut options, will);
            if let Some((name, password)) = credentials {
                options.set_credentials(name, password);
            }
            Options::V5(Box::new(options))
        }
        MqttProtocol::V311 => {
            let mut options = rumqttc::MqttOptions::new(client_id, host, port);
            options.set_keep_alive(keep_alive).set_transport(transport);
            set_v311(&mut options, will);
            if let Some((name, password)) = credentials {
                options.set_credentials(name, password);
            }
            Options::V311(Box::new(options), network)
        }
    })
}

fn set_v5(options: &mut MqttOptions, will: Will) {
    options
        .set_clean_start(false)
        .set_session_expiry_interval(Some(SESSION_EXPIRY_S))
        .set_connection_timeout(CONNECT_TIMEOUT_S)
        .set_max_packet_size(Some(INCOMING_BYTES_MAX))
        .set_receive_maximum(Some(RECEIVE_MAX))
        .set_outgoing_inflight_upper_limit(INFLIGHT);
    let properties = LastWillProperties {
        delay_interval: Some(will.delay_s),
        payload_format_indicator: Some(1),
        message_expiry_interval: None,
        content_type: Some(CONTENT_TYPE.to_owned()),
        response_topic: None,
        correlation_data: None,
        user_properties: will.publish.user_properties,
    };
    let MqttPublish { topic, payload, retain, .. } = will.publish;
    options.set_last_will(LastWill::new(topic, payload, QoS::AtLeastOnce, retain, Some(properties)));
}

/// The session outlives the connection here too, so that answers of people wait in it; this version's broker keeps it until
/// the next connection, and publishes the will at once.
fn set_v311(options: &mut rumqttc::MqttOptions, will: Will) {
    let incoming = usize::try_from(INCOMING_BYTES_MAX).unwrap_or(usize::MAX);
    options.set_clean_session(false).set_max_packet_size(incoming, OUTGOING_BYTES_MAX).set_inflight(INFLIGHT);
    let MqttPublish { topic, payload, retain, .. } = will.publish;
    options.set_last_will(rumqttc::LastWill::new(topic, payload, rumqttc::QoS::AtLeastOnce, retain));
}

fn password(path: &str) -> Result<String, OptionsError> {
    if path.is_empty() {
        return Ok(String::new());
    }
    let text = std::fs::read_to_string(path)
        .map_err(|error| OptionsError::Password { path: path.to_owned(), reason: error.to_string() })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Properties of a publication.
pub(super) fn properties(publish: &mut MqttPublish) -> PublishProperties {
    let is_text = !publish.payload.is_empty();
    PublishProperties {
        payload_format_indicator: is_text.then_some(1),
        message_expiry_interval: publish.expiry_s,
        topic_alias: None,
        response_topic: publish.response_topic.take(),
        correlation_data: publish.correlation.take().map(Bytes::from),
        user_properties: std::mem::take(&mut publish.user_properties),
        subscription_identifiers: Vec::new(),
        content_type: is_text.then(|| CONTENT_TYPE.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use vigil_messages::DurationText;
    use vigil_model::Eui64;

    use super::*;

    #[test]
    fn what_cannot_run_is_refused_with_what_to_do() {
        let appliance =
            Appliance { id: "w".into(), eui64: Eui64(1), site: "n".into(), facility: "h".into(), test: false };
        let good = MqttDestination::new("nurses", "broker.example:1883");
        let topics = Topics::new(&good, &appliance);
        let Options::V5(made) = options(&good, &appliance, &topics, None).unwrap() else {
            panic!("version 5 by default")
        };
        assert_eq!(made.client_id(), "vigil-w");
        assert_eq!(made.broker_address(), ("broker.example".to_owned(), 1883));
        assert!(made.last_will().unwrap().retain);
        assert_eq!(made.max_packet_size(), Some(INCOMING_BYTES_MAX));
        let older = MqttDestination { protocol: MqttProtocol::V311, ..good.clone() };
        let Options::V311(made, _) = options(&older, &appliance, &topics, None).unwrap() else { panic!("as asked") };
        assert_eq!((made.client_id(), made.inflight(), made.clean_session()), ("vigil-w".to_owned(), 32, false));
        assert!(made.last_will().unwrap().retain);
        let refuse = |change: fn(&mut MqttDestination)| {
            let mut destination = good.clone();
            change(&mut destination);
            options(&destination, &appliance, &topics, None).err().unwrap().to_string()
        };
        assert!(refuse(|d| d.keep_alive = DurationText::from_secs(4)).contains("5s or more"));
        assert!(refuse(|d| d.address = "nowhere".into()).contains("host:port"));
        let refused = refuse(|d| {
            d.username = "u".into();
            d.password_file = "/does/not/exist".into();
        });
        assert!(refused.contains("password_file"), "{refused}");
    }
}

//! An MQTT broker as a receiver.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_model::Code;

use super::sees::{PatientItem, Sees, all_items};
use super::{DestinationProblem, Problems, TlsSettings, reconnect_max, reconnect_min};
use crate::DurationText;

/// An MQTT broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MqttDestination {
    /// Name of the destination, unique.
    pub id: Arc<str>,
    /// Where the broker listens, `host:port`; the usual port is 1883.
    pub address: Arc<str>,
    /// First levels of every topic.
    #[serde(default = "prefix")]
    pub prefix: Arc<str>,
    /// TLS. The connection is open to everybody on its way if left out.
    #[serde(default)]
    pub tls: Option<TlsSettings>,
    /// Client id; empty means `vigil-` and the appliance's id.
    #[serde(default)]
    pub client_id: Arc<str>,
    /// Protocol version. Expiry, response topic, correlation data, user properties and the delay of the will exist in
    /// version 5 only; in version 3.1.1 answers are matched by their topic.
    #[serde(default)]
    pub protocol: MqttProtocol,
    /// Longest silence towards the broker, 5s or more.
    #[serde(default = "keep_alive")]
    pub keep_alive: DurationText,
    /// User name; empty for none.
    #[serde(default)]
    pub username: Arc<str>,
    /// Path of the file that holds the password; empty for none.
    #[serde(default)]
    pub password_file: Arc<str>,
    /// How often the heartbeat is published, 1s to 60s.
    #[serde(default = "heartbeat_interval")]
    pub heartbeat_interval: DurationText,
    /// Pause before the first attempt to connect again; doubled with each failure.
    #[serde(default = "reconnect_min")]
    pub reconnect_min: DurationText,
    /// Longest pause between attempts to connect.
    #[serde(default = "reconnect_max")]
    pub reconnect_max: DurationText,
    /// How long the broker may take to acknowledge a publication before the connection counts as broken.
    #[serde(default = "ack_timeout")]
    pub ack_timeout: DurationText,
    /// Whether alarm payloads name the patient. Off unless every reader of the broker may know.
    #[serde(default)]
    pub include_patient: bool,
    /// Ids of the beds it is told about; empty means all.
    #[serde(default)]
    pub beds: Vec<Arc<str>>,
    /// Reference ids of the metrics it may see; empty means all. Alarms about others do not leave.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub metrics: Vec<Code>,
    /// What it may know of patients where `include_patient` is on; all if left out.
    #[serde(default = "all_items")]
    pub identifiers: Vec<PatientItem>,
}

/// Version of the MQTT protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MqttProtocol {
    /// MQTT 5.
    #[default]
    #[serde(rename = "5")]
    V5,
    /// MQTT 3.1.1.
    #[serde(rename = "3.1.1")]
    V311,
}

fn prefix() -> Arc<str> {
    "ward/v1".into()
}

fn keep_alive() -> DurationText {
    DurationText::from_secs(15)
}

fn heartbeat_interval() -> DurationText {
    DurationText::from_secs(5)
}

fn ack_timeout() -> DurationText {
    DurationText::from_secs(5)
}

impl MqttDestination {
    /// A destination with every default.
    pub fn new(id: impl Into<Arc<str>>, address: impl Into<Arc<str>>) -> Self {
        Self {
            id: id.into(),
            address: address.into(),
            prefix: prefix(),
            client_id: "".into(),
            protocol: MqttProtocol::default(),
            keep_alive: keep_alive(),
            username: "".into(),
            password_file: "".into(),
            heartbeat_interval: heartbeat_interval(),
            tls: None,
            reconnect_min: reconnect_min(),
            reconnect_max: reconnect_max(),
            ack_timeout: ack_timeout(),
            include_patient: false,
            beds: Vec::new(),
            metrics: Vec::new(),
            identifiers: all_items(),
        }
    }

    /// What it may see.
    pub fn sees(&self) -> Sees<'_> {
        Sees { beds: &self.beds, metrics: &self.metrics, items: &self.identifiers }
    }

    pub(super) fn problems(&self) -> Vec<DestinationProblem> {
        let mut problems = Problems::default();
        problems.id(&self.id);
        problems.address(&self.address);
        problems.tls(self.tls.as_ref());
        problems.backoff(self.reconnect_min, self.reconnect_max);
        problems.at_least("keep_alive", self.keep_alive, DurationText::from_secs(5));
        problems.at_most("keep_alive", self.keep_alive, DurationText::from_secs(65_535));
        problems.at_least("heartbeat_interval", self.heartbeat_interval, DurationText::from_secs(1));
        problems.at_most("heartbeat_interval", self.heartbeat_interval, DurationText::from_secs(60));
        problems.at_least("ack_timeout", self.ack_timeout, DurationText::from_millis(100));
        let level_is_usable =
            |level: &str| !level.is_empty() && !level.contains(['+', '#']) && !level.contains(char::is_control);
        if self.prefix.starts_with('$') || self.prefix.len() > 200 || !self.prefix.split('/').all(level_is_usable) {
            problems.add(
                "prefix",
                format!(
                    "{:?} cannot begin a topic; expected levels with / between, without + or #, not beginning with $, \
                     like ward/v1",
                    self.prefix
                ),
            );
        }
        problems.0
    }
}

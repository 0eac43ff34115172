//! What an operator may say about a receiver. Configuration types only: nothing here connects.

mod dialect;
mod hl7;
mod mqtt;
mod sees;
mod tls;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use dialect::{
    AlertResultStatus, AlternateCodes, Converted, Dialect, Hl7Version, ProcessingId, UnitConversion, WireCharacters,
};
pub use hl7::{AcknowledgementMode, Hl7Destination};
pub use mqtt::{MqttDestination, MqttProtocol};
pub use sees::{PatientItem, Sees};
pub use tls::TlsSettings;

use crate::DurationText;

/// A receiver of messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Destination {
    /// An interface engine, EHR or alert manager that speaks HL7 v2 over MLLP.
    Hl7(Hl7Destination),
    /// An MQTT broker.
    Mqtt(MqttDestination),
}

impl Destination {
    /// Configured id, unique among all destinations.
    pub fn id(&self) -> &Arc<str> {
        match self {
            Destination::Hl7(hl7) => &hl7.id,
            Destination::Mqtt(mqtt) => &mqtt.id,
        }
    }

    /// Whether it is told about this bed. Everybody is told what is about the appliance itself, whose bed is empty.
    pub fn takes_bed(&self, bed: &str) -> bool {
        self.sees().bed(bed)
    }

    /// What it may see.
    pub fn sees(&self) -> Sees<'_> {
        match self {
            Destination::Hl7(hl7) => hl7.sees(),
            Destination::Mqtt(mqtt) => mqtt.sees(),
        }
    }

    /// How its connection is protected, if it is.
    pub fn tls(&self) -> Option<&TlsSettings> {
        match self {
            Destination::Hl7(hl7) => hl7.tls.as_ref(),
            Destination::Mqtt(mqtt) => mqtt.tls.as_ref(),
        }
    }

    /// As [`Destination::tls`], to place its files.
    pub fn tls_mut(&mut self) -> Option<&mut TlsSettings> {
        match self {
            Destination::Hl7(hl7) => hl7.tls.as_mut(),
            Destination::Mqtt(mqtt) => mqtt.tls.as_mut(),
        }
    }

    /// Everything that is wrong with the values, each with its key.
    pub fn problems(&self) -> Vec<DestinationProblem> {
        match self {
            Destination::Hl7(hl7) => hl7.problems(),
            Destination::Mqtt(mqtt) => mqtt.problems(),
        }
    }
}

/// A value of a destination that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct DestinationProblem {
    /// The key of the value.
    pub key: &'static str,
    /// What is wrong and what is expected.
    pub message: String,
}

fn reconnect_min() -> DurationText {
    DurationText::from_millis(500)
}

fn reconnect_max() -> DurationText {
    DurationText::from_secs(30)
}

#[derive(Default)]
struct Problems(Vec<DestinationProblem>);

impl Problems {
    fn add(&mut self, key: &'static str, message: String) {
        self.0.push(DestinationProblem { key, message });
    }

    fn id(&mut self, id: &str) {
        if id.is_empty()
            || id.len() > 64
            || !id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        {
            self.add("id", format!("{id:?} is not a name; expected 1 to 64 letters, digits, - _ or ."));
        }
    }

    fn address(&mut self, address: &str) {
        let well_formed = address.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty() && !host.contains(char::is_whitespace) && port.parse::<u16>().is_ok_and(|port| port != 0)
        });
        if !well_formed {
            self.add("address", format!("{address:?} is not an address; expected host:port, like 10.1.2.3:2575"));
        }
    }

    fn tls(&mut self, tls: Option<&TlsSettings>) {
        for problem in tls.into_iter().flat_map(TlsSettings::problems) {
            self.add("tls", problem);
        }
    }

    fn at_least(&mut self, key: &'static str, value: DurationText, least: DurationText) {
        if value < least {
            self.add(key, format!("{value} is too short; expected {least} or more"));
        }
    }

    fn at_most(&mut self, key: &'static str, value: DurationText, most: DurationText) {
        if value > most {
            self.add(key, format!("{value} is too long; expected {most} or less"));
        }
    }

    fn backoff(&mut self, min: DurationText, max: DurationText) {
        self.at_least("reconnect_min", min, DurationText::from_millis(50));
        if max < min {
            self.add("reconnect_max", format!("{max} is shorter than reconnect_min, which is {min}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_is_enough_and_defaults_are_those_of_the_constructor() {
        let hl7: Destination =
            serde_json::from_str(r#"{"kind":"hl7","id":"ehr","address":"ehr.example:2575"}"#).unwrap();
        assert_eq!(hl7, Destination::Hl7(Hl7Destination::new("ehr", "ehr.example:2575")));
        let mqtt: Destination =
            serde_json::from_str(r#"{"kind":"mqtt","id":"ward","address":"broker.example:1883"}"#).unwrap();
        assert_eq!(mqtt, Destination::Mqtt(MqttDestination::new("ward", "broker.example:1883")));
        assert_eq!((hl7.problems(), mqtt.problems()), (Vec::new(), Vec::new()));
        assert!(hl7.takes_bed("any"));
    }

    #[test]
    fn unknown_keys_and_unusable_values_are_refused() {
        assert!(
            serde_json::from_str::<Destination>(r#"{"kind":"mqtt","id":"x","address":"y:1","include_patiant":true}"#)
                .is_err()
        );
        let mut mqtt = MqttDestination::new("a b", "nowhere");
        mqtt.prefix = "ward/+/x".into();
        mqtt.keep_alive = DurationText::from_secs(4);
        mqtt.heartbeat_interval = DurationText::from_secs(61);
        mqtt.reconnect_max = DurationText::from_millis(1);
        let keys: Vec<_> = mqtt.problems().iter().map(|problem| problem.key).collect();
        assert_eq!(keys, ["id", "address", "reconnect_max", "keep_alive", "heartbeat_interval", "prefix"]);
    }

    #[test]
    fn the_schema_can_be_generated() {
        let schema = serde_json::to_string(&schemars::schema_for!(Destination)).unwrap();
        assert!(schema.contains("receiving_application") && schema.contains("include_patient"));
    }
}

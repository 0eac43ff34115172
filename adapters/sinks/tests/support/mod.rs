//! What the tests of both sinks share: a clock, messages, patience.

#![allow(dead_code, reason = "each test program uses its part")]

pub(crate) mod authority;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use vigil_messages::hl7::ack::build;
use vigil_messages::hl7::{AckCode, Message};
use vigil_messages::mqtt::MqttPublish;
use vigil_model::{Appliance, Eui64, Instant, Lane, Now, Outgoing, Timestamp};
use vigil_sinks::{Clock, SinkStatus};

/// How long a test waits for something that must happen, on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn clock() -> Clock {
    let start = tokio::time::Instant::now();
    Arc::new(move || {
        let passed = start.elapsed();
        let micros = u64::try_from(passed.as_micros()).unwrap();
        Now {
            monotonic: Instant::from_micros(1_000_000 + micros),
            utc: Timestamp::from_seconds(1_772_356_501) + passed,
        }
    })
}

pub(crate) fn hl7(id: &str, lane: Lane, order: &str) -> Outgoing {
    let text = format!("MSH|^~\\&|VIGIL|H|EHR|H|20260301091501||ORU^R01^ORU_R01|{id}|P|2.6\rOBX|1|NM|0\r");
    Outgoing {
        destination: "ehr".into(),
        lane,
        control_id: id.into(),
        order: order.into(),
        replaces: None,
        occurrence: None,
        created: Timestamp::from_seconds(1_772_356_500),
        body: text.into_bytes(),
    }
}

pub(crate) fn control_id(block: &[u8]) -> String {
    Message::parse(block).unwrap().header().field(10).text().into_owned()
}

pub(crate) fn ack(block: &[u8], code: AckCode) -> Vec<u8> {
    let mut answer = Vec::new();
    build(&Message::parse(block).unwrap(), code, &[], "ehr-1", Timestamp::from_seconds(0), &mut answer);
    answer
}

/// An acknowledgement of a message with another control id.
pub(crate) fn ack_of(id: &str, code: &str) -> Vec<u8> {
    format!("MSH|^~\\&|EHR|H|VIGIL|H|20260301||ACK|x|P|2.6\rMSA|{code}|{id}\r").into_bytes()
}

pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(done) => done,
        Err(_) => panic!("waited in vain: {what}"),
    }
}

pub(crate) async fn until(
    what: &str,
    status: &mut watch::Receiver<SinkStatus>,
    holds: impl FnMut(&SinkStatus) -> bool,
) {
    soon(what, status.wait_for(holds)).await.expect("the sink runs");
}

pub(crate) fn appliance() -> Appliance {
    Appliance { id: "ward-4b".into(), eui64: Eui64(1), site: "north".into(), facility: "H".into(), test: true }
}

/// Topic of the state of an alarm of the tests' appliance.
pub(crate) fn state_topic(bed: &str, number: u64) -> String {
    format!("ward/v1/north/4B/401/{bed}/alert/ward-4b:{number:06}/state")
}

pub(crate) fn state(bed: &str, number: u64, text: &str) -> MqttPublish {
    MqttPublish {
        topic: state_topic(bed, number),
        payload: format!("{{\"text\":\"{text}\"}}").into_bytes(),
        retain: true,
        correlation: Some(format!("ward-4b:{number:06}").into_bytes()),
        user_properties: vec![("id".into(), text.into())],
        ..MqttPublish::default()
    }
}

/// A message of the outbox; `id` is in its payload and its user properties.
pub(crate) fn publication(id: &str, lane: Lane, bed: &str, number: u64) -> Outgoing {
    Outgoing {
        destination: "nurses".into(),
        lane,
        control_id: id.into(),
        order: bed.into(),
        replaces: None,
        occurrence: None,
        created: Timestamp::from_seconds(1_772_356_500),
        body: state(bed, number, id).to_bytes(),
    }
}

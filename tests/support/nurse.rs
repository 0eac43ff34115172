//! The nurse call behind the broker: an MQTT client that is not the appliance's, around the simulated reader that confirms
//! and acknowledges. Everything that arrives is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mqtt5::{ConnectOptions, MqttClient, PublishOptions, QoS, SubscribeOptions};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vigil::clock;
use vigil_simulators::nurse_call::{NurseCall, NurseCallSettings};

use super::{Bell, locked, soon};

/// First level of all topics.
const FILTER: &str = "ward/#";

/// Topic levels of a bed whose alarms nobody ever answers.
pub const UNATTENDED: &str = "/402/2/alert/";

/// One publication as it arrived.
#[derive(Clone, Debug)]
pub struct Heard {
    pub topic: String,
    pub payload: Vec<u8>,
    /// Whether the broker had it from before.
    pub retained: bool,
    /// Identity of the message, if it is one of the outbox.
    pub id: Option<String>,
}

impl Heard {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.payload).unwrap_or_default()
    }

    /// The alarm state it is, if it is one.
    pub fn alarm(&self) -> Option<serde_json::Value> {
        let is_state = self.topic.ends_with("/state") && !self.payload.is_empty();
        is_state.then(|| self.json()).filter(|alarm| alarm["schema"] == "vigil/alarm/1")
    }
}

/// What has arrived, over all connections.
#[derive(Default)]
pub struct Log {
    pub heard: Vec<Heard>,
}

impl Log {
    /// Identities of messages of an appliance's outbox, `<appliance>-<number>`.
    pub fn ids(&self, appliance: &str) -> BTreeSet<String> {
        let numbered = |id: &String| {
            id.strip_prefix(appliance)
                .and_then(|rest| rest.strip_prefix('-'))
                .is_some_and(|rest| rest.parse::<u64>().is_ok())
        };
        self.heard.iter().filter_map(|heard| heard.id.clone()).filter(numbered).collect()
    }

    /// Alarm states in the order of their arrival.
    pub fn alarms(&self) -> Vec<serde_json::Value> {
        self.heard.iter().filter_map(Heard::alarm).collect()
    }

    /// Whether the gateway is online, as often as it was said.
    pub fn online(&self) -> Vec<bool> {
        let status =
            self.heard.iter().filter(|heard| heard.topic.contains("/gateway/") && heard.topic.ends_with("/status"));
        status.filter_map(|heard| heard.json()["online"].as_bool()).collect()
    }

    /// What a reader believes now: the newest payload of each topic with one.
    pub fn picture(&self) -> BTreeMap<String, serde_json::Value> {
        let mut picture = BTreeMap::new();
        for heard in &self.heard {
            if heard.payload.is_empty() {
                picture.remove(&heard.topic);
            } else {
                picture.insert(heard.topic.clone(), heard.json());
            }
        }
        picture
    }

    /// No message came in two forms under one id, and no statement under two ids.
    pub fn assert_sound(&self, appliance: &str) {
        let own = self.ids(appliance);
        let mut first: BTreeMap<&str, (&str, &[u8])> = BTreeMap::new();
        let mut said: BTreeMap<(&str, &[u8]), &str> = BTreeMap::new();
        for heard in &self.heard {
            let Some(id) = heard.id.as_deref().filter(|id| own.contains(*id)) else { continue };
            let what = (heard.topic.as_str(), heard.payload.as_slice());
            assert_eq!(*first.entry(id).or_insert(what), what, "{id} came in two forms");
            if !heard.payload.is_empty() {
                assert_eq!(*said.entry(what).or_insert(id), id, "the same statement under two ids");
            }
        }
    }
}

/// The nurse call while it is connected.
pub struct NurseStation {
    pub log: Arc<Mutex<Log>>,
    client: MqttClient,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

struct Incoming {
    heard: Heard,
    correlation: Option<Vec<u8>>,
}

impl NurseStation {
    /// Connects. With `acknowledge_after` somebody acknowledges every alarm so long after it came, but those of
    /// [`UNATTENDED`]. What arrives is added to `log`.
    pub async fn connect(
        broker: SocketAddr,
        acknowledge_after: Option<Duration>,
        log: Arc<Mutex<Log>>,
        bell: &Bell,
    ) -> Self {
        let options = ConnectOptions::new("nurse-station").with_clean_start(true).with_automatic_reconnect(false);
        let client = MqttClient::with_options(options);
        soon("the broker", client.connect(&format!("mqtt://{broker}"))).await.unwrap();
        let (sender, messages) = mpsc::unbounded_channel();
        let options = SubscribeOptions { qos: QoS::AtLeastOnce, no_local: true, ..SubscribeOptions::default() };
        let on_message = move |message: mqtt5::types::Message| {
            let properties = message.properties;
            let id = properties.user_properties.into_iter().find(|(name, _)| name == "id").map(|(_, id)| id);
            let heard = Heard { topic: message.topic, payload: message.payload, retained: message.retain, id };
            let _ = sender.send(Incoming { heard, correlation: properties.correlation_data });
        };
        client.subscribe_with_options(FILTER, options, on_message).await.unwrap();
        let settings = NurseCallSettings { acknowledge_after, ..NurseCallSettings::default() };
        let stop = CancellationToken::new();
        let task = tokio::spawn(serve(
            client.clone(),
            messages,
            NurseCall::new(settings),
            log.clone(),
            bell.clone(),
            stop.clone(),
        ));
        Self { log, client, stop, task }
    }

    /// Somebody answers an alarm.
    pub async fn answer(&self, alarm: &str, action: &str) {
        let topic = {
            let log = locked(&self.log);
            let state = log.heard.iter().rev().find(|heard| heard.topic.ends_with(&format!("/alert/{alarm}/state")));
            state.unwrap().topic.replace("/state", "/ack")
        };
        let payload = serde_json::json!({ "action": action, "by": "nurse 7", "at": "2026-03-01T09:15:01.250Z" });
        let options = PublishOptions { qos: QoS::AtLeastOnce, ..PublishOptions::default() };
        self.client.publish_with_options(topic, payload.to_string(), options).await.unwrap();
    }

    /// Leaves the broker.
    pub async fn leave(self) -> Arc<Mutex<Log>> {
        self.stop.cancel();
        soon("the nurse station leaves", self.task).await.unwrap();
        let _ = self.client.disconnect().await; // the broker may be gone already
        self.log
    }
}

async fn serve(
    client: MqttClient,
    mut messages: mpsc::UnboundedReceiver<Incoming>,
    mut call: NurseCall,
    log: Arc<Mutex<Log>>,
    bell: Bell,
    stop: CancellationToken,
) {
    let clock = clock::system();
    loop {
        let wait = call.poll_timeout().map_or(Duration::from_secs(3600), |due| due.since(clock().monotonic));
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            message = messages.recv() => {
                let Some(Incoming { heard, correlation }) = message else { return };
                if !heard.topic.contains(UNATTENDED) {
                    call.handle_message(clock(), &heard.topic, &heard.payload, correlation.as_deref());
                }
                locked(&log).heard.push(heard);
                bell.ring();
            }
            () = tokio::time::sleep(wait) => call.handle_timeout(clock()),
        }
        while let Some(publication) = call.poll_publication() {
            let mut options = PublishOptions { qos: QoS::AtLeastOnce, ..PublishOptions::default() };
            options.properties.correlation_data = publication.correlation;
            // A broker that is away takes no answer; the nurse call says it again when it hears again.
            let _ = client.publish_with_options(publication.topic, publication.payload, options).await;
        }
    }
}

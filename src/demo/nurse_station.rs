//! A nurse call on the other side of the broker: an MQTT client that is not the one the appliance uses, around the simulated
//! reader that confirms and acknowledges.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mqtt5::{ConnectOptions, MqttClient, PublishOptions, QoS, SubscribeOptions};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vigil_simulators::nurse_call::NurseCall;

use super::DemoError;
use crate::clock::Clock;

/// Messages that wait to be looked at.
const MESSAGES_MAX: usize = 4096;

/// Message ids that are remembered.
const IDS_MAX: usize = 200_000;

/// What arrived over the broker.
pub(super) struct Heard {
    /// The reader of alarms.
    pub(super) call: NurseCall,
    /// Ids of all messages of the appliance's outbox, whatever they are about.
    pub(super) ids: BTreeSet<String>,
}

struct Incoming {
    topic: String,
    payload: Vec<u8>,
    correlation: Option<Vec<u8>>,
    /// The message's identity, a user property.
    id: Option<String>,
}

/// Connects and serves until `stop`. The reader can be looked at meanwhile.
///
/// # Errors
/// If the broker cannot be reached.
pub(super) async fn start(
    broker: SocketAddr,
    prefix: &str,
    heard: Arc<Mutex<Heard>>,
    clock: Clock,
    tasks: &TaskTracker,
    stop: CancellationToken,
) -> Result<(), DemoError> {
    let failed = |error: mqtt5::MqttError| DemoError::Start { what: "the nurse call", cause: error.to_string() };
    let options = ConnectOptions::new("demo-nurse-call").with_clean_start(true);
    let client = MqttClient::with_options(options);
    client.connect(&format!("mqtt://{broker}")).await.map_err(failed)?;
    let (sender, receiver) = mpsc::channel(MESSAGES_MAX);
    // Beds, devices and alarms; not what this client publishes itself.
    let filter = format!("{prefix}/+/+/+/+/#");
    let options = SubscribeOptions { qos: QoS::AtLeastOnce, no_local: true, ..SubscribeOptions::default() };
    client
        .subscribe_with_options(filter, options, move |message| {
            let properties = message.properties;
            let incoming = Incoming {
                topic: message.topic,
                payload: message.payload,
                correlation: properties.correlation_data,
                id: properties.user_properties.into_iter().find(|(name, _)| name == "id").map(|(_, id)| id),
            };
            if sender.try_send(incoming).is_err() {
                tracing::warn!("The demo's nurse call cannot keep up; a message was dropped.");
            }
        })
        .await
        .map_err(failed)?;
    tasks.spawn(serve(client, receiver, heard, clock, stop));
    Ok(())
}

async fn serve(
    client: MqttClient,
    mut messages: mpsc::Receiver<Incoming>,
    heard: Arc<Mutex<Heard>>,
    clock: Clock,
    stop: CancellationToken,
) {
    let locked = || heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    loop {
        let wait = locked().call.poll_timeout().map_or(Duration::from_secs(3600), |due| due.since(clock().monotonic));
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            message = messages.recv() => {
                let Some(message) = message else { break };
                let mut heard = locked();
                heard.call.handle_message(clock(), &message.topic, &message.payload, message.correlation.as_deref());
                if heard.ids.len() < IDS_MAX {
                    heard.ids.extend(message.id);
                }
            }
            () = tokio::time::sleep(wait) => locked().call.handle_timeout(clock()),
        }
        loop {
            let Some(publication) = locked().call.poll_publication() else { break };
            let mut options = PublishOptions { qos: QoS::AtLeastOnce, ..PublishOptions::default() };
            options.properties.correlation_data = publication.correlation;
            if let Err(error) = client.publish_with_options(publication.topic, publication.payload, options).await {
                tracing::warn!(%error, "The demo's nurse call could not answer.");
            }
        }
    }
    let _ = client.disconnect().await;
}

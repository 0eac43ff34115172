//! The MQTT sink with a real broker in this process.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use mqtt5::broker::config::{BrokerConfig, StorageBackend, StorageConfig};
use mqtt5::broker::{BrokerShutdownHandle, MqttBroker};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish, PublishProperties};
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use support::{PATIENCE, appliance, clock, publication, soon, state, state_topic, until};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use vigil_journal::{MemoryOutbox, Outbox};
use vigil_messages::mqtt::MqttPublish;
use vigil_messages::{DurationText, MqttDestination, MqttProtocol};
use vigil_model::{Answer, Command, Lane};
use vigil_sinks::mqtt::{MqttSink, run};
use vigil_sinks::{SinkState, SinkStatus};

const GATEWAY: &str = "ward/v1/north/gateway/ward-4b/status";

async fn broker() -> (SocketAddr, BrokerShutdownHandle) {
    let storage = StorageConfig::new().with_backend(StorageBackend::Memory);
    let config =
        BrokerConfig::new().with_bind_address("127.0.0.1:0".parse::<SocketAddr>().unwrap()).with_storage(storage);
    let mut broker = MqttBroker::with_config(config).await.unwrap();
    let (address, handle) = (broker.local_addr().unwrap(), broker.shutdown_handle());
    tokio::spawn(async move { broker.run().await });
    (address, handle)
}

struct Running {
    wake: Arc<Notify>,
    status: watch::Receiver<SinkStatus>,
    commands: mpsc::Receiver<Command>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

fn start(destination: MqttDestination, outbox: impl Outbox + 'static, active: Vec<MqttPublish>) -> Running {
    let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
    let (sender, status) = watch::channel(SinkStatus::default());
    let (answers, commands) = mpsc::channel(2);
    let sink = MqttSink { destination, appliance: appliance(), resync: Arc::new(move || active.clone()) };
    let task = tokio::spawn(run(sink, Box::new(outbox), wake.clone(), answers, sender, clock(), stop.clone()));
    Running { wake, status, commands, stop, task }
}

fn destination(address: SocketAddr) -> MqttDestination {
    let mut destination = MqttDestination::new("nurses", address.to_string());
    destination.reconnect_min = DurationText::from_millis(50);
    destination.reconnect_max = DurationText::from_millis(200);
    destination.heartbeat_interval = DurationText::from_secs(1);
    destination
}

/// Somebody who reads everything there is.
struct Reader {
    client: AsyncClient,
    eventloop: EventLoop,
    seen: Vec<Publish>,
}

impl Reader {
    async fn start(address: SocketAddr, id: &str) -> Self {
        let (client, eventloop) = AsyncClient::new(MqttOptions::new(id, address.ip().to_string(), address.port()), 100);
        client.subscribe("ward/#", QoS::AtLeastOnce).await.unwrap();
        let mut reader = Self { client, eventloop, seen: Vec::new() };
        while !matches!(reader.event().await, Event::Incoming(Packet::SubAck(_))) {}
        reader
    }

    async fn event(&mut self) -> Event {
        let event = soon("an event at the reader", self.eventloop.poll()).await.unwrap();
        if let Event::Incoming(Packet::Publish(publish)) = &event {
            self.seen.push(publish.clone());
        }
        event
    }

    /// Reads until something about a topic holds. The patience is for the whole: heartbeats arrive for ever.
    async fn read_until(&mut self, topic: &str, holds: impl Fn(&[u8]) -> bool) {
        let reading = async {
            while !self.seen.iter().any(|publish| publish.topic == topic && holds(&publish.payload)) {
                self.event().await;
            }
        };
        if tokio::time::timeout(PATIENCE, reading).await.is_err() {
            panic!("waited in vain for {topic}; the picture is {:?}", self.picture());
        }
    }

    /// What the reader believes now: the newest payload of each topic, without heartbeats.
    fn picture(&self) -> BTreeMap<String, String> {
        let mut picture = BTreeMap::new();
        for publish in self.seen.iter().filter(|publish| !publish.topic.ends_with(b"/heartbeat")) {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            picture.insert(text(&publish.topic), text(&publish.payload));
        }
        picture.retain(|_, payload| !payload.is_empty());
        picture
    }
}

fn is_online(payload: &[u8]) -> bool {
    String::from_utf8_lossy(payload).contains("\"online\":true")
}

fn is_offline(payload: &[u8]) -> bool {
    String::from_utf8_lossy(payload).contains("\"online\":false")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_tells_what_exists_clears_what_does_not_and_says_so() {
    let (address, handle) = broker().await;
    // What a life before this one left at the broker: an alarm that is over, one that exists, one of another appliance.
    let mut before = Reader::start(address, "before").await;
    let other = "ward/v1/north/4B/402/1/alert/ward-4c:000001/state".to_owned();
    for topic in [state_topic("1", 1), state_topic("1", 2), other.clone()] {
        before.client.publish(&topic, QoS::AtLeastOnce, true, "{\"text\":\"old\"}").await.unwrap();
        before.read_until(&topic, |payload| !payload.is_empty()).await;
    }
    let outbox = MemoryOutbox::new();
    outbox.put(publication("a3", Lane::Alarm, "2", 3));
    outbox.put(publication("a3-newer", Lane::Alarm, "2", 3));
    let mut sink = start(destination(address), outbox.clone(), vec![state("1", 2, "active")]);
    before.read_until(GATEWAY, is_online).await;
    before.read_until(&state_topic("2", 3), |payload| payload == b"{\"text\":\"a3-newer\"}").await;
    before.read_until(&state_topic("1", 1), <[u8]>::is_empty).await;
    until("all is acknowledged", &mut sink.status, |status| status.counters.acknowledged == 2).await;
    assert_eq!(outbox.waiting(), 0);
    // Whoever comes now finds exactly what exists.
    let mut after = Reader::start(address, "after").await;
    after.read_until(GATEWAY, is_online).await;
    after.read_until(&state_topic("1", 2), |_| true).await;
    after.read_until(&state_topic("2", 3), |_| true).await;
    after.read_until(&other, |_| true).await;
    let picture = after.picture();
    assert_eq!(picture.len(), 4, "{picture:?}");
    assert_eq!(picture[&state_topic("1", 2)], "{\"text\":\"active\"}");
    assert_eq!(picture[&other], "{\"text\":\"old\"}");
    // The properties arrive as they were made.
    let publish = after.seen.iter().find(|publish| publish.topic == state_topic("2", 3)).unwrap();
    let properties: PublishProperties = publish.properties.clone().unwrap();
    assert_eq!(properties.content_type.as_deref(), Some("application/json"));
    assert!(properties.user_properties.contains(&("id".to_owned(), "a3-newer".to_owned())));
    assert_eq!(properties.correlation_data.as_deref(), Some(b"ward-4b:000003".as_slice()));
    // Heartbeats go on; a planned end is told.
    let beats = |reader: &Reader| reader.seen.iter().filter(|publish| publish.topic.ends_with(b"/heartbeat")).count();
    while beats(&after) < 2 {
        after.event().await;
    }
    sink.stop.cancel();
    soon("the sink stops", sink.task).await.unwrap();
    after.read_until(GATEWAY, is_offline).await;
    assert_eq!(sink.status.borrow().state, SinkState::Stopped);
    handle.shutdown();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_become_commands_and_nonsense_is_counted() {
    let (address, handle) = broker().await;
    let mut nurse = Reader::start(address, "nurse").await;
    let mut sink = start(destination(address), MemoryOutbox::new(), Vec::new());
    nurse.read_until(GATEWAY, is_online).await;
    let topic = "ward/v1/north/4B/401/1/alert/ward-4b:000007/ack";
    nurse.client.publish(topic, QoS::AtLeastOnce, false, "{\"action\":\"dance\",\"by\":\"x\"}").await.unwrap();
    nurse.client.publish(topic, QoS::AtLeastOnce, false, "{\"action\":\"accepted\",\"by\":\"nurse 7\"}").await.unwrap();
    nurse.read_until(topic, |payload| payload.ends_with(b"nurse 7\"}")).await;
    let command = soon("the command", sink.commands.recv()).await.unwrap();
    let Command::Answer { occurrence, answer, by } = command else { panic!("{command:?}") };
    assert_eq!((occurrence.number, answer, &*by), (7, Answer::Accepted, "nurse 7"));
    until("nonsense is counted", &mut sink.status, |status| status.counters.malformed == 1).await;
    // Nobody takes commands: they are dropped and counted, and the connection goes on.
    for _ in 0..5 {
        let accepted = "{\"action\":\"accepted\",\"by\":\"nurse 8\"}";
        nurse.client.publish(topic, QoS::AtLeastOnce, false, accepted).await.unwrap();
    }
    let dropped = async {
        while sink.status.borrow_and_update().counters.answers_dropped < 3 {
            tokio::select! {
                _ = nurse.event() => {}
                changed = sink.status.changed() => changed.unwrap(),
            }
        }
    };
    soon("the rest is dropped", dropped).await;
    assert_eq!(sink.status.borrow().counters.disconnected, 0);
    sink.stop.cancel();
    soon("the sink stops", sink.task).await.unwrap();
    handle.shutdown();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_will_tells_when_the_gateway_is_gone_without_a_word() {
    let (address, handle) = broker().await;
    let mut nurse = Reader::start(address, "nurse").await;
    let sink = start(destination(address), MemoryOutbox::new(), Vec::new());
    nurse.read_until(GATEWAY, is_online).await;
    // A short reconnect is no outage: the will is not published.
    sink.task.abort();
    assert!(soon("the end", sink.task).await.is_err());
    let sink = start(destination(address), MemoryOutbox::new(), Vec::new());
    let online = |reader: &Reader| reader.seen.iter().filter(|publish| is_online(&publish.payload)).count();
    while online(&nurse) < 2 {
        nurse.event().await;
    }
    assert!(!nurse.seen.iter().any(|publish| is_offline(&publish.payload)));
    sink.task.abort();
    nurse.read_until(GATEWAY, is_offline).await; // after the will's delay
    handle.shutdown();
}

/// The older version of the protocol has no expiry, correlation data or delayed will; everything else is the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn version_3_1_1_tells_clears_and_hears_the_same() {
    let (address, handle) = broker().await;
    let mut nurse = Reader::start(address, "nurse").await;
    nurse.client.publish(&state_topic("1", 1), QoS::AtLeastOnce, true, "{\"text\":\"old\"}").await.unwrap();
    nurse.read_until(&state_topic("1", 1), |payload| !payload.is_empty()).await;
    let outbox = MemoryOutbox::new();
    for number in 3..303 {
        outbox.put(publication(&format!("a{number}"), Lane::Alarm, "2", number));
    }
    let older = MqttDestination { protocol: MqttProtocol::V311, ..destination(address) };
    let mut sink = start(older.clone(), outbox.clone(), vec![state("1", 2, "active")]);
    nurse.read_until(GATEWAY, is_online).await;
    nurse.read_until(&state_topic("1", 1), <[u8]>::is_empty).await;
    nurse.read_until(&state_topic("1", 2), |payload| payload == b"{\"text\":\"active\"}").await;
    nurse.read_until(&state_topic("2", 302), |payload| payload == b"{\"text\":\"a302\"}").await;
    until("all is acknowledged", &mut sink.status, |status| status.counters.acknowledged == 300).await;
    assert_eq!((outbox.waiting(), sink.status.borrow().counters.repeated), (0, 0));
    let of_row = |publish: &&Publish| publish.topic.starts_with(b"ward/v1/north/4B/401/2/alert/");
    let numbers: Vec<&[u8]> = nurse.seen.iter().filter(of_row).map(|publish| &*publish.payload).collect();
    assert!(
        numbers.len() >= 300
            && nurse.seen.iter().all(|publish| publish.properties.is_none()
                || publish.properties.as_ref().is_some_and(|properties| properties.correlation_data.is_none()))
    );

    let topic = "ward/v1/north/4B/401/1/alert/ward-4b:000002/ack";
    nurse
        .client
        .publish(topic, QoS::AtLeastOnce, false, "{\"action\":\"acknowledge\",\"by\":\"nurse 7\"}")
        .await
        .unwrap();
    nurse.read_until(topic, |_| true).await;
    let command = soon("the command", sink.commands.recv()).await.unwrap();
    let Command::Answer { occurrence, answer, .. } = command else { panic!("{command:?}") };
    assert_eq!((occurrence.number, answer), (2, Answer::Acknowledge));

    // Gone without a word: this version's will is told at once, and the next life says that it is back.
    sink.task.abort();
    nurse.read_until(GATEWAY, is_offline).await;
    nurse.seen.clear();
    let sink = start(older, outbox, Vec::new());
    nurse.read_until(GATEWAY, is_online).await;
    nurse.read_until(&state_topic("1", 2), <[u8]>::is_empty).await; // over in the meantime
    sink.stop.cancel();
    soon("the sink stops", sink.task).await.unwrap();
    nurse.read_until(GATEWAY, is_offline).await;
    handle.shutdown();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_messages_go_through_once_and_in_order() {
    let (address, handle) = broker().await;
    let outbox = MemoryOutbox::new();
    for number in 0..600u64 {
        let lane = if number % 4 == 0 { Lane::Alarm } else { Lane::Observation };
        outbox.put(publication(&format!("m{number}"), lane, &format!("{}", number % 5), number));
    }
    let seen = Arc::new(Mutex::new(Vec::<Publish>::new()));
    let mut nurse = Reader::start(address, "nurse").await;
    let collected = seen.clone();
    tokio::spawn(async move {
        loop {
            if let Event::Incoming(Packet::Publish(publish)) = nurse.event().await {
                collected.lock().unwrap().push(publish);
            }
        }
    });
    let mut sink = start(destination(address), outbox.clone(), Vec::new());
    until("all is acknowledged", &mut sink.status, |status| status.counters.acknowledged == 600).await;
    outbox.put(publication("last", Lane::Alarm, "0", 9_999));
    sink.wake.notify_one();
    until("the last too", &mut sink.status, |status| status.counters.acknowledged == 601).await;
    let counters = sink.status.borrow().counters;
    assert_eq!((counters.sent, counters.repeated, counters.refused, outbox.waiting()), (601, 0, 0, 0));
    let settled = outbox.settled();
    for bed in 0..5 {
        for lane in [Lane::Alarm, Lane::Observation] {
            let rows: Vec<_> =
                settled.iter().filter(|(row, _)| row.lane == lane && *row.order == *bed.to_string()).collect();
            assert!(rows.windows(2).all(|pair| pair[0].0.row < pair[1].0.row));
        }
    }
    sink.stop.cancel();
    soon("the sink stops", sink.task).await.unwrap();
    handle.shutdown();
}

#[tokio::test]
async fn a_configuration_that_cannot_run_says_so() {
    let mut destination = destination("127.0.0.1:1".parse().unwrap());
    destination.address = "nowhere".into();
    let sink = start(destination, MemoryOutbox::new(), Vec::new());
    soon("the sink ends", sink.task).await.unwrap();
    let SinkState::Refused { reason } = sink.status.borrow().state.clone() else { panic!() };
    assert!(reason.contains("host:port"));
}

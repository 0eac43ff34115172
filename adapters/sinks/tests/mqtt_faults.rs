//! The MQTT sink against a broker that follows a script: cut connections, lost, reordered, repeated and negative
//! acknowledgements, refused sessions, a peer that stops reading.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::BytesMut;
use rumqttc::v5::mqttbytes::v5::{
    ConnAck, ConnectReturnCode, Packet, PingResp, PubAck, PubAckReason, Publish, SubAck, SubscribeReasonCode,
};
use rumqttc::v5::mqttbytes::{Error, QoS};
use support::{appliance, clock, publication, soon, state, state_topic, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use vigil_journal::{MemoryOutbox, Settlement};
use vigil_messages::{DurationText, MqttDestination};
use vigil_model::Lane;
use vigil_sinks::SinkStatus;
use vigil_sinks::mqtt::{MqttSink, run};

/// What the broker does in one connection.
#[derive(Clone, Copy, Debug)]
enum Plan {
    /// Everything right.
    Good,
    /// Closes as soon as it is connected.
    CloseAtOnce,
    /// Refuses the session.
    Refuse,
    /// Says nothing at all.
    Mute,
    /// Takes so many messages without acknowledging any, then closes.
    TakeAndCut(usize),
    /// Never acknowledges.
    NoAcks,
    /// Acknowledges in pairs, the second first.
    Reordered(usize),
    /// Acknowledges twice.
    Twice,
    /// Acknowledges what was never sent.
    Foreign,
    /// Refuses the message with this id, and takes all others.
    Negative(&'static str),
    /// Says that nobody is subscribed.
    Unheard,
    /// Stops reading.
    StopReading,
    /// Holds states of the alarms 1 and 2 and sends them only when the sink has said that it is online.
    HoldsLate,
}

#[derive(Default)]
struct Seen {
    /// Ids of messages as they arrived.
    received: Vec<String>,
    /// Ids of messages that were acknowledged well.
    taken: Vec<String>,
    /// Topics that were cleared.
    cleared: Vec<String>,
    connections: usize,
}

fn id(publish: &Publish) -> Option<String> {
    let properties = publish.properties.as_ref()?;
    properties.user_properties.iter().find(|(name, _)| name == "id").map(|(_, value)| value.clone())
}

async fn send(stream: &mut TcpStream, packet: Packet) -> bool {
    let mut bytes = BytesMut::new();
    packet.write(&mut bytes, None).unwrap();
    stream.write_all(&bytes).await.is_ok()
}

async fn acknowledge(stream: &mut TcpStream, seen: &Mutex<Seen>, publish: &Publish, reason: PubAckReason) -> bool {
    if matches!(reason, PubAckReason::Success | PubAckReason::NoMatchingSubscribers) {
        seen.lock().unwrap().taken.extend(id(publish));
    }
    send(stream, Packet::PubAck(PubAck { pkid: publish.pkid, reason, properties: None })).await
}

async fn serve(stream: &mut TcpStream, plan: Plan, seen: &Mutex<Seen>) {
    let (mut input, mut pair, mut rows) = (BytesMut::new(), None::<Publish>, 0);
    loop {
        let packet = match Packet::read(&mut input, None) {
            Ok(packet) => packet,
            Err(Error::InsufficientBytes(_)) => match stream.read_buf(&mut input).await {
                Ok(0) | Err(_) => return,
                Ok(_) => continue,
            },
            Err(Error::PayloadRequired) => return, // how this reader takes a plain DISCONNECT
            Err(error) => panic!("the sink sent what is not MQTT: {error:?}"),
        };
        let goes_on = match packet {
            Packet::Connect(..) => {
                let code = match plan {
                    Plan::Refuse => ConnectReturnCode::ServerUnavailable,
                    _ => ConnectReturnCode::Success,
                };
                if matches!(plan, Plan::Mute) {
                    continue;
                }
                let ack = ConnAck { session_present: false, code, properties: None };
                send(stream, Packet::ConnAck(ack)).await && !matches!(plan, Plan::CloseAtOnce | Plan::Refuse)
            }
            Packet::Subscribe(subscribe) => {
                let return_codes = vec![SubscribeReasonCode::Success(QoS::AtLeastOnce); subscribe.filters.len()];
                send(stream, Packet::SubAck(SubAck { pkid: subscribe.pkid, return_codes, properties: None })).await
            }
            Packet::Publish(publish) if publish.topic.ends_with(b"/heartbeat") => {
                // The sink is subscribed to it at first.
                let echo =
                    Publish { topic: publish.topic.clone(), payload: publish.payload.clone(), ..Publish::default() };
                send(stream, Packet::Publish(echo)).await
                    && (publish.qos == QoS::AtMostOnce
                        || acknowledge(stream, seen, &publish, PubAckReason::Success).await)
            }
            Packet::Publish(publish) => {
                let is_row = id(&publish).is_some();
                rows += usize::from(is_row);
                seen.lock().unwrap().received.extend(id(&publish));
                if publish.payload.is_empty() {
                    seen.lock().unwrap().cleared.push(String::from_utf8(publish.topic.to_vec()).unwrap());
                }
                if matches!(plan, Plan::HoldsLate) && publish.topic.ends_with(b"gateway/ward-4b/status") {
                    for number in [1, 2] {
                        let topic = state_topic("bed-1", number).into();
                        let held = Publish { topic, payload: "old".into(), retain: true, ..Publish::default() };
                        send(stream, Packet::Publish(held)).await;
                    }
                }
                match plan {
                    _ if !is_row => acknowledge(stream, seen, &publish, PubAckReason::Success).await,
                    Plan::TakeAndCut(limit) => rows < limit,
                    Plan::NoAcks => true,
                    Plan::StopReading => {
                        std::future::pending::<()>().await;
                        false
                    }
                    Plan::Reordered(limit) => match pair.take() {
                        None => {
                            pair = Some(publish);
                            true
                        }
                        Some(first) => {
                            acknowledge(stream, seen, &publish, PubAckReason::Success).await
                                && acknowledge(stream, seen, &first, PubAckReason::Success).await
                                && rows < limit
                        }
                    },
                    Plan::Twice => {
                        acknowledge(stream, seen, &publish, PubAckReason::Success).await
                            && acknowledge(stream, seen, &publish, PubAckReason::Success).await
                    }
                    Plan::Foreign => {
                        // Beyond every window: an id in flight would be a true acknowledgement, whoever it was meant for.
                        let pkid = 1_000 + publish.pkid;
                        let ack = PubAck { pkid, reason: PubAckReason::Success, properties: None };
                        send(stream, Packet::PubAck(ack)).await
                    }
                    Plan::Negative(refused) if id(&publish).as_deref() == Some(refused) => {
                        acknowledge(stream, seen, &publish, PubAckReason::QuotaExceeded).await
                    }
                    Plan::Unheard => acknowledge(stream, seen, &publish, PubAckReason::NoMatchingSubscribers).await,
                    Plan::Good
                    | Plan::HoldsLate
                    | Plan::Negative(_)
                    | Plan::CloseAtOnce
                    | Plan::Refuse
                    | Plan::Mute => acknowledge(stream, seen, &publish, PubAckReason::Success).await,
                }
            }
            Packet::PingReq(_) => send(stream, Packet::PingResp(PingResp)).await,
            Packet::Disconnect(_) => false,
            _ => true,
        };
        if !goes_on {
            return;
        }
    }
}

/// A broker that follows one plan for each connection and the last one for ever.
async fn broker(plans: Vec<Plan>) -> (SocketAddr, Arc<Mutex<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, seen) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Seen::default())));
    let shared = seen.clone();
    tokio::spawn(async move {
        for connection in 0.. {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            shared.lock().unwrap().connections += 1;
            let plan = plans[connection.min(plans.len() - 1)];
            let shared = shared.clone();
            tokio::spawn(async move { serve(&mut stream, plan, &shared).await });
        }
    });
    (address, seen)
}

struct Outcome {
    outbox: MemoryOutbox,
    status: SinkStatus,
    seen: Arc<Mutex<Seen>>,
}

/// Delivers `each` messages to each of `beds` beds and checks what must hold whatever the broker did.
async fn deliver(plans: Vec<Plan>, beds: u64, each: u64) -> Outcome {
    let (address, seen) = broker(plans).await;
    let outbox = MemoryOutbox::new();
    for number in 0..beds * each {
        let lane = if number % 2 == 0 { Lane::Alarm } else { Lane::Observation };
        outbox.put(publication(&format!("m{number}"), lane, &format!("bed-{}", number % beds), number));
    }
    let mut destination = MqttDestination::new("nurses", address.to_string());
    destination.ack_timeout = DurationText::from_millis(300);
    destination.reconnect_min = DurationText::from_millis(10);
    destination.reconnect_max = DurationText::from_millis(50);
    let (stop, wake) = (CancellationToken::new(), Arc::new(Notify::new()));
    let (sender, mut status) = watch::channel(SinkStatus::default());
    let (commands, _unread) = mpsc::channel(1);
    let sink = MqttSink { destination, appliance: appliance(), resync: Arc::new(Vec::new) };
    let task = tokio::spawn(run(sink, Box::new(outbox.clone()), wake, commands, sender, clock(), stop.clone()));
    until("the outbox is empty", &mut status, |_| outbox.waiting() == 0).await;
    stop.cancel();
    soon("the sink stops", task).await.unwrap();
    let status = status.borrow().clone();

    let settled = outbox.settled();
    assert_eq!(settled.len() as u64, beds * each);
    for (row, settlement) in &settled {
        if matches!(settlement, Settlement::Delivered(_)) {
            assert!(
                seen.lock().unwrap().taken.iter().any(|id| **id == *row.control_id),
                "{} was not taken",
                row.control_id
            );
        }
    }
    for bed in 0..beds {
        for lane in [Lane::Alarm, Lane::Observation] {
            let rows: Vec<_> =
                settled.iter().filter(|(row, _)| row.lane == lane && *row.order == *format!("bed-{bed}")).collect();
            assert!(rows.windows(2).all(|pair| pair[0].0.row < pair[1].0.row), "order of bed {bed}");
        }
    }
    Outcome { outbox, status, seen }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_broker_does_nothing_is_lost_and_nothing_is_settled_that_it_did_not_take() {
    let plans = vec![
        Plan::CloseAtOnce,
        Plan::Refuse,
        Plan::TakeAndCut(3),
        Plan::Reordered(10),
        Plan::NoAcks,
        Plan::Twice,
        Plan::Foreign,
        Plan::TakeAndCut(1),
        Plan::StopReading,
        Plan::Reordered(6),
        Plan::Good,
    ];
    let outcome = deliver(plans, 8, 20).await;
    let counters = outcome.status.counters;
    assert!(counters.disconnected >= 8 && counters.repeated > 0 && counters.timeouts >= 2, "{counters:?}");
    assert!(outcome.outbox.settled().iter().all(|(_, settlement)| matches!(settlement, Settlement::Delivered(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alarms_are_received_before_observations() {
    let outcome = deliver(vec![Plan::TakeAndCut(4), Plan::Good], 3, 12).await;
    let seen = outcome.seen.lock().unwrap();
    let number = |id: &String| id[1..].parse::<u64>().unwrap();
    // The first message of each bed's alarm lane, in the first connection and again in the second.
    for connection in [&seen.received[..3], &seen.received[4..7]] {
        assert_eq!(connection.iter().map(number).collect::<Vec<_>>(), [0, 2, 4]);
    }
    // One bed's messages arrive in the order of their making, each lane for itself.
    for (bed, lane) in (0..3).flat_map(|bed| [(bed, 0), (bed, 1)]) {
        let taken: Vec<_> = seen.taken.iter().map(number).filter(|n| n % 3 == bed && n % 2 == lane).collect();
        assert!(taken.is_sorted(), "bed {bed}: {taken:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_negative_acknowledgement_is_tried_again_while_other_beds_pass() {
    let (address, seen) = broker(vec![Plan::Negative("m0")]).await;
    let outbox = MemoryOutbox::new();
    for number in 0..6 {
        outbox.put(publication(&format!("m{number}"), Lane::Alarm, &format!("bed-{}", number % 2), number));
    }
    let destination = MqttDestination::new("nurses", address.to_string());
    let (stop, wake) = (CancellationToken::new(), Arc::new(Notify::new()));
    let (sender, mut status) = watch::channel(SinkStatus::default());
    let (commands, _unread) = mpsc::channel(1);
    let sink = MqttSink { destination, appliance: appliance(), resync: Arc::new(Vec::new) };
    let task = tokio::spawn(run(sink, Box::new(outbox.clone()), wake, commands, sender, clock(), stop.clone()));
    until("it was refused twice", &mut status, |status| status.counters.deferred >= 2).await;
    assert_eq!(status.borrow().held, 1);
    assert_eq!(outbox.waiting(), 3, "its own bed waits");
    assert_eq!(seen.lock().unwrap().taken, ["m1", "m3", "m5"]);
    stop.cancel();
    soon("the sink stops", task).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unheard_alarms_are_delivered_and_counted() {
    let outcome = deliver(vec![Plan::Unheard], 2, 4).await;
    assert_eq!(outcome.status.counters.unheard, 4);
    assert_eq!(outcome.status.counters.acknowledged, 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_never_answers_is_left_and_tried_again() {
    let started = tokio::time::Instant::now();
    let outcome = deliver(vec![Plan::Mute, Plan::Good], 1, 2).await;
    assert_eq!(outcome.seen.lock().unwrap().connections, 2);
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_that_the_broker_sends_late_is_cleared_all_the_same() {
    // MQTT keeps order within a topic and quality of service only: the marker may overtake what the broker holds.
    let (address, seen) = broker(vec![Plan::HoldsLate]).await;
    let destination = MqttDestination::new("nurses", address.to_string());
    let (stop, wake) = (CancellationToken::new(), Arc::new(Notify::new()));
    let (sender, _status) = watch::channel(SinkStatus::default());
    let (commands, _unread) = mpsc::channel(1);
    let resync = Arc::new(|| vec![state("bed-1", 2, "active")]);
    let sink = MqttSink { destination, appliance: appliance(), resync };
    let outbox = Box::new(MemoryOutbox::new());
    let task = tokio::spawn(run(sink, outbox, wake, commands, sender, clock(), stop.clone()));
    let cleared = async {
        while seen.lock().unwrap().cleared.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    soon("the state is cleared", cleared).await;
    stop.cancel();
    soon("the sink stops", task).await.unwrap();
    // The alarm that is over, and not the one that exists.
    assert_eq!(seen.lock().unwrap().cleared, [state_topic("bed-1", 1)]);
}

//! The sending end of MLLP against receivers that do everything a receiver can do wrong, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use support::{ack, ack_of, clock, control_id, hl7, soon, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vigil_journal::{Journal, MemoryOutbox, Outbox, Record, RowId, Settlement};
use vigil_messages::hl7::AckCode;
use vigil_messages::{DurationText, Hl7Destination};
use vigil_model::{Lane, Outgoing};
use vigil_sinks::mllp::out;
use vigil_sinks::mllp::server::{Handler, Limits, Reply, serve};
use vigil_sinks::{SinkState, SinkStatus};

struct Running {
    wake: Arc<Notify>,
    status: watch::Receiver<SinkStatus>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    fn start(address: SocketAddr, outbox: impl Outbox + 'static) -> Self {
        let mut destination = Hl7Destination::new("ehr", address.to_string());
        destination.ack_timeout_alarms = DurationText::from_millis(300);
        destination.ack_timeout_observations = DurationText::from_millis(300);
        destination.reconnect_min = DurationText::from_millis(10);
        destination.reconnect_max = DurationText::from_millis(50);
        let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
        let (sender, status) = watch::channel(SinkStatus::default());
        let run = out::run(destination, Box::new(outbox), wake.clone(), sender, clock(), stop.clone());
        Running { wake, status, stop, task: tokio::spawn(run) }
    }

    async fn drained(&mut self, outbox: &MemoryOutbox) {
        until("the outbox is empty", &mut self.status, |_| outbox.waiting() == 0).await;
    }

    async fn stop(self) {
        self.stop.cancel();
        soon("the sink stops", self.task).await.unwrap();
    }
}

/// A receiver that does what a script says, block by block, and accepts when the script is over.
struct Ehr {
    script: Mutex<Vec<Answer>>,
    seen: Mutex<Vec<(String, Vec<u8>)>>,
    accepted: Mutex<Vec<String>>,
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Code(AckCode),
    Silent,
    Foreign,
    ForeignThenOwn,
    Twice,
    Late,
    CutOff,
    Garbage,
    Endless,
}

impl Ehr {
    async fn start(script: &[Answer]) -> (Arc<Self>, SocketAddr, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let ehr = Arc::new(Ehr {
            script: Mutex::new(script.iter().copied().rev().collect()),
            seen: Mutex::default(),
            accepted: Mutex::default(),
        });
        let stop = CancellationToken::new();
        tokio::spawn(serve(listener, ehr.clone(), Limits::default(), stop.clone()));
        (ehr, address, stop)
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|(id, _)| id.clone()).collect()
    }
}

impl Handler for Ehr {
    fn handle(&self, _peer: SocketAddr, block: &[u8]) -> Reply {
        let id = control_id(block);
        self.seen.lock().unwrap().push((id.clone(), block.to_vec()));
        let accept = || {
            self.accepted.lock().unwrap().push(id.clone());
            ack(block, AckCode::CommitAccept)
        };
        match self.script.lock().unwrap().pop().unwrap_or(Answer::Code(AckCode::CommitAccept)) {
            Answer::Code(AckCode::CommitAccept) => Reply::Answer(accept()),
            Answer::Code(code) => Reply::Answer(ack(block, code)),
            Answer::Silent => Reply::Silent,
            Answer::Foreign => Reply::Answer(ack_of("somebody-else", "CA")),
            Answer::ForeignThenOwn => Reply::Answers(vec![ack_of("somebody-else", "AE"), accept()]),
            Answer::Twice => Reply::Answers(vec![accept(), accept()]),
            Answer::Late => {
                Reply::Delayed { after: Duration::from_millis(600), answer: ack(block, AckCode::CommitAccept) }
            }
            Answer::CutOff => {
                let answer = ack(block, AckCode::CommitAccept);
                Reply::Cut([b"\x0b", &answer[..answer.len() / 2]].concat())
            }
            Answer::Garbage => Reply::Answer(b"what?".to_vec()),
            Answer::Endless => Reply::Cut([b"\x0b", vec![b'x'; 100_000].as_slice()].concat()),
        }
    }
}

fn two_lanes(outbox: &MemoryOutbox, each: usize) {
    for number in 0..each {
        let bed = format!("bed-{}", number % 3);
        outbox.put(hl7(&format!("o{number}"), Lane::Observation, &bed));
        outbox.put(hl7(&format!("a{number}"), Lane::Alarm, &bed));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_delivered_alarms_first_and_each_once() {
    let (ehr, address, _stop) = Ehr::start(&[]).await;
    let outbox = MemoryOutbox::new();
    two_lanes(&outbox, 100);
    let mut sink = Running::start(address, outbox.clone());
    sink.drained(&outbox).await;
    let expected: Vec<_> = ["a", "o"].iter().flat_map(|lane| (0..100).map(move |n| format!("{lane}{n}"))).collect();
    assert_eq!(ehr.seen(), expected);
    // Woken for what comes later.
    outbox.put(hl7("a100", Lane::Alarm, "bed-0"));
    sink.wake.notify_one();
    sink.drained(&outbox).await;
    until("the counters are shown", &mut sink.status, |status| status.counters.acknowledged == 201).await;
    let counters = sink.status.borrow().counters;
    assert_eq!((counters.sent, counters.repeated, counters.foreign_acks, counters.connected), (201, 0, 0, 1));
    sink.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_receiver_does_nothing_is_lost_and_only_own_answers_settle() {
    use Answer::{Code, CutOff, Endless, Foreign, ForeignThenOwn, Garbage, Late, Silent, Twice};
    let script = [
        Silent,
        Code(AckCode::CommitAccept),
        Foreign,
        ForeignThenOwn,
        CutOff,
        Twice,
        Code(AckCode::ApplicationError),
        Late,
        Garbage,
        Code(AckCode::ApplicationReject),
        Endless,
        Twice,
        Silent,
        CutOff,
        Code(AckCode::CommitAccept),
    ];
    let (ehr, address, _stop) = Ehr::start(&script).await;
    let outbox = MemoryOutbox::new();
    two_lanes(&outbox, 6);
    let mut sink = Running::start(address, outbox.clone());
    sink.drained(&outbox).await;

    let accepted = ehr.accepted.lock().unwrap().clone();
    let settled = outbox.settled();
    assert_eq!(settled.len(), 12);
    let mut refused = 0;
    for (row, settlement) in &settled {
        match settlement {
            Settlement::Delivered(_) => {
                assert!(accepted.iter().any(|id| **id == *row.control_id), "{} was not accepted", row.control_id);
            }
            Settlement::Refused { .. } => refused += 1,
            other => panic!("nothing is old here: {other:?}"),
        }
    }
    assert_eq!(refused, 1);
    // A repeat is recognisable: the same id is always the same bytes.
    let mut bytes = BTreeMap::new();
    for (id, block) in ehr.seen.lock().unwrap().iter() {
        assert_eq!(bytes.entry(id.clone()).or_insert_with(|| block.clone()), block);
    }
    // Each bed's messages were settled in order within each lane.
    for (lane, bed) in [Lane::Alarm, Lane::Observation].iter().flat_map(|lane| (0..3).map(move |bed| (*lane, bed))) {
        let bed = format!("bed-{bed}");
        let rows: Vec<_> = settled.iter().filter(|(row, _)| row.lane == lane && *row.order == *bed).collect();
        assert!(rows.windows(2).all(|pair| pair[0].0.row < pair[1].0.row));
    }
    until("the counters are shown", &mut sink.status, |status| status.counters.acknowledged == 11).await;
    let counters = sink.status.borrow().counters;
    assert!(counters.foreign_acks >= 2 && counters.malformed >= 1 && counters.timeouts >= 4, "{counters:?}");
    assert!(counters.repeated >= 7 && counters.deferred == 1 && counters.refused == 1, "{counters:?}");
    sink.stop().await;
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_waited_for() {
    // Bound and not listening: connections are refused until it listens.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let outbox = MemoryOutbox::new();
    outbox.put(hl7("o1", Lane::Observation, "bed-1"));
    let mut sink = Running::start(socket.local_addr().unwrap(), outbox.clone());
    until("refused twice", &mut sink.status, |status| status.counters.disconnected >= 2).await;
    assert!(sink.status.borrow().depth.observations == 1);
    outbox.put(hl7("a1", Lane::Alarm, "bed-1"));
    let ehr = Arc::new(Ehr { script: Mutex::default(), seen: Mutex::default(), accepted: Mutex::default() });
    let stop = CancellationToken::new();
    let server = tokio::spawn(serve(socket.listen(16).unwrap(), ehr.clone(), Limits::default(), stop.clone()));
    sink.drained(&outbox).await;
    assert_eq!(ehr.seen(), ["a1", "o1"]);
    sink.stop().await;
    stop.cancel();
    soon("the server stops", server).await.unwrap();
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_of_a_message_costs_a_repeat() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let outbox = MemoryOutbox::new();
    let big = Outgoing { body: [b"MSH|".as_slice(), &vec![b'x'; 4 << 20]].concat(), ..hl7("a1", Lane::Alarm, "bed-1") };
    outbox.put(big.clone());
    let (address, body) = (listener.local_addr().unwrap(), big.body.clone());
    // The first connection dies after a little, the second stalls after a little, later ones get it all. Which of them is in
    // time is the machine's affair: a deadline that passes anywhere only costs one more of the same.
    let wholes = Arc::new(Mutex::new(Vec::new()));
    let kept = wholes.clone();
    let receiver = tokio::spawn(async move {
        let mut open = Vec::new();
        for connection in 0.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut wire = vec![0; if connection < 2 { 100 } else { body.len() + 3 }];
            let is_whole = stream.read_exact(&mut wire).await.is_ok() && connection >= 2;
            if is_whole {
                kept.lock().unwrap().push(wire[1..wire.len() - 2] == body);
                // It may have been given up meanwhile.
                let _ = stream.write_all(&[b"\x0b", ack_of("a1", "CA").as_slice(), b"\x1c\r"].concat()).await;
            }
            if connection > 0 {
                open.push(stream);
            }
        }
    });
    let mut sink = Running::start(address, outbox.clone());
    sink.drained(&outbox).await;
    let Settlement::Delivered(hop) = outbox.settled()[0].1.clone() else { panic!("refused") };
    until("the counters are shown", &mut sink.status, |status| status.counters.acknowledged == 1).await;
    let counters = sink.status.borrow().counters;
    assert!(hop.attempts >= 3, "the first two never had it whole");
    assert_eq!((counters.sent, counters.connected), (u64::from(hop.attempts), u64::from(hop.attempts)));
    assert_eq!(counters.repeated, counters.sent - 1);
    assert_eq!(counters.disconnected, counters.connected - 1, "the last connection is the one that was answered");
    assert!(counters.timeouts >= 1, "the one that stalls ends by its deadline only");
    let wholes = wholes.lock().unwrap().clone();
    assert!(!wholes.is_empty() && wholes.iter().all(|same| *same), "a repeat is the same bytes");
    sink.stop().await;
    receiver.abort();
}

#[tokio::test]
async fn a_stop_waits_for_the_answer_that_is_on_its_way() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let outbox = MemoryOutbox::new();
    outbox.put(hl7("a1", Lane::Alarm, "bed-1"));
    outbox.put(hl7("a2", Lane::Alarm, "bed-1"));
    let sink = Running::start(listener.local_addr().unwrap(), outbox.clone());
    let (mut ehr, _) = soon("a connection", listener.accept()).await.unwrap();
    let mut wire = vec![0; outbox.clone().next(Lane::Alarm, RowId::START, 1).unwrap()[0].body.len() + 3];
    soon("the message", ehr.read_exact(&mut wire)).await.unwrap();
    sink.stop.cancel();
    ehr.try_write(&[b"\x0b", ack_of("a1", "CA").as_slice(), b"\x1c\r"].concat()).unwrap();
    let status = sink.status.clone();
    sink.stop().await;
    assert_eq!(outbox.settled().len(), 1, "what was answered is settled");
    assert_eq!(outbox.waiting(), 1, "and nothing new was begun");
    assert_eq!(status.borrow().state, SinkState::Stopped);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_journal_to_the_receiver_and_nothing_remains() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let (journal, _) = Journal::open(&path).unwrap();
    let (ehr, address, _stop) = Ehr::start(&[Answer::Silent, Answer::CutOff]).await;
    let mut sink = Running::start(address, journal.outbox("ehr").unwrap());
    for number in 0..200u64 {
        let lane = if number % 10 == 0 { Lane::Alarm } else { Lane::Observation };
        let outgoing = vec![hl7(&format!("m{number}"), lane, &format!("bed-{}", number % 7))];
        journal.commit(Record { next_control: number + 1, outgoing, ..Record::default() }).unwrap();
        sink.wake.notify_one();
    }
    until("all are acknowledged", &mut sink.status, |status| status.counters.acknowledged == 200).await;
    sink.stop().await;
    journal.close();
    drop(journal);
    let mut accepted = ehr.accepted.lock().unwrap().clone();
    accepted.sort();
    accepted.dedup();
    assert_eq!(accepted.len(), 200);
    let (journal, _) = Journal::open(&path).unwrap();
    let depth = journal.outbox("ehr").unwrap().depth().unwrap();
    assert_eq!((depth.alarms, depth.observations, depth.refused), (0, 0, 0));
}

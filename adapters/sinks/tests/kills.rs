//! The half of the appliance that delivers is killed at moments drawn from a seed, its connections are cut, and its receiver
//! refuses, repeats itself, stays silent and goes away. Nothing is lost, a repeat is the same message under the same id, and
//! each bed's messages arrive in the order of their making.
//!
//! A small run belongs to every test run; `cargo test --release -p vigil-sinks --test kills -- --ignored` is 100 000 messages
//! and 200 kills, `VIGIL_KILLS=20` makes it 20 kills and 10 000 messages. `VIGIL_KILLS_SEED` draws other moments.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use support::{ack, ack_of, clock, soon};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use vigil_journal::{Journal, Outbox, OutboxState, Reader, Record, RowId};
use vigil_messages::hl7::{AckCode, Message};
use vigil_messages::{DurationText, Hl7Destination};
use vigil_model::{Lane, Outgoing, Timestamp};
use vigil_sinks::SinkStatus;
use vigil_sinks::mllp::out;
use vigil_sinks::mllp::server::{Handler, Limits, Reply, serve};

/// Where the child finds its journal, its receiver, and how many messages it is to make.
const PLACE: &str = "VIGIL_KILLS_TEST_PLACE";
const ADDRESS: &str = "VIGIL_KILLS_TEST_ADDRESS";
const MESSAGES: &str = "VIGIL_KILLS_TEST_MESSAGES";

/// Messages for each kill.
const MESSAGES_PER_KILL: u64 = 500;
const BEDS: u64 = 12;
const CONNECTIONS: u16 = 4;
/// Messages that wait at most; the appliance makes more when the receiver has taken some.
const WAITING_MAX: u64 = 2_000;

/// splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

fn bed(number: u64) -> u64 {
    Dice(number).below(BEDS)
}

fn lane(number: u64) -> Lane {
    if number.is_multiple_of(10) { Lane::Alarm } else { Lane::Observation }
}

fn message(number: u64, created: Timestamp) -> Outgoing {
    let control_id: Arc<str> = format!("k-{number}").into();
    let filling = "x".repeat(Dice(!number).below(900) as usize);
    let text =
        format!("MSH|^~\\&|VIGIL|H|EHR|H|20260301091501||ORU^R01^ORU_R01|{control_id}|P|2.6\rNTE|{number}|{filling}\r");
    Outgoing {
        destination: "ehr".into(),
        lane: lane(number),
        control_id,
        order: format!("bed-{}", bed(number)).into(),
        replaces: None,
        occurrence: None,
        created,
        body: text.into_bytes(),
    }
}

/// The child: makes messages, delivers them, and ends when all are made and none waits. Does nothing as a plain test.
#[test]
fn child_that_delivers_until_it_is_killed() {
    let Some(place) = std::env::var_os(PLACE) else { return };
    let (address, messages) = (std::env::var(ADDRESS).unwrap(), std::env::var(MESSAGES).unwrap().parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(deliver(Path::new(&place), address, messages));
}

async fn deliver(place: &Path, address: String, messages: u64) {
    let (journal, restored) = Journal::open(place).unwrap();
    let mut destination = Hl7Destination::new("ehr", address);
    destination.connections = CONNECTIONS;
    destination.ack_timeout_alarms = DurationText::from_millis(400);
    destination.ack_timeout_observations = DurationText::from_millis(400);
    destination.reconnect_min = DurationText::from_millis(10);
    destination.reconnect_max = DurationText::from_millis(40);
    let (clock, wake, stop) = (clock(), Arc::<Notify>::default(), CancellationToken::new());
    let (sender, mut status) = watch::channel(SinkStatus::default());
    let outbox = Box::new(journal.outbox("ehr").unwrap());
    tokio::spawn(out::run(destination, outbox, wake.clone(), sender, clock.clone(), stop));
    let mut next = restored.next_control;
    let mut own = journal.outbox("ehr").unwrap();
    while next <= messages {
        let waiting = own.depth().unwrap();
        if waiting.alarms + waiting.observations > WAITING_MAX {
            let _ = status.changed().await; // it is shown every second, and after each happening
            continue;
        }
        // Some go to disk alone and some together, as a ward's do.
        let until = (next + 1 + Dice(next).below(24)).min(messages + 1);
        let outgoing = (next..until).map(|number| message(number, clock().utc)).collect();
        journal.commit(Record { at: clock().utc, next_control: until, outgoing, ..Record::default() }).unwrap();
        next = until;
        wake.notify_one();
    }
    loop {
        let waiting = own.depth().unwrap();
        if waiting.alarms + waiting.observations == 0 {
            break;
        }
        let _ = status.changed().await;
    }
    journal.close();
}

/// A receiver and everything it knows.
struct Ehr {
    known: Mutex<Known>,
    seen: watch::Sender<u64>,
}

struct Known {
    dice: Dice,
    /// What came under each id, as often as it came.
    came: BTreeMap<u64, (u32, Vec<u8>)>,
    /// What was accepted, in the order of the first acceptance.
    accepted: Vec<u64>,
    refused: BTreeSet<u64>,
    repeats: u64,
}

impl Handler for Ehr {
    fn handle(&self, _: SocketAddr, block: &[u8]) -> Reply {
        let message = Message::parse(block).expect("what arrives is whole");
        let id = message.header().field(10).text().into_owned();
        let number: u64 = id.strip_prefix("k-").unwrap().parse().unwrap();
        let mut known = self.known.lock().unwrap();
        let (times, body) = known.came.entry(number).or_insert_with(|| (0, block.to_vec()));
        *times += 1;
        assert_eq!(body, block, "{id} came as something else");
        let is_repeat = *times > 1;
        known.repeats += u64::from(is_repeat);
        // A repeat is answered as the message was (HL7 v2, chapter 2.9): what was refused for its content stays refused, what
        // was taken over stays taken over. Everything else may happen to it again.
        let is_accepted = known.accepted.contains_recent(number);
        let fate = match known.dice.below(200) {
            _ if known.refused.contains(&number) => 6,
            4..=6 if is_accepted => 200,
            fate => fate,
        };
        let mut accept = || {
            if !known.accepted.contains_recent(number) {
                known.accepted.push(number);
            }
        };
        let answer = ack(block, AckCode::CommitAccept);
        let reply = match fate {
            0 => Reply::Silent,
            1 => {
                accept();
                Reply::Silent // taken over, and never said
            }
            2 => {
                accept();
                Reply::Cut([b"\x0b", &answer[..answer.len() / 2]].concat())
            }
            3 => Reply::Cut(Vec::new()),
            4 | 5 => Reply::Answer(ack(block, AckCode::ApplicationReject)),
            6 => {
                known.refused.insert(number);
                Reply::Answer(ack(block, AckCode::ApplicationError))
            }
            7..=9 => {
                accept();
                Reply::Answers(vec![answer.clone(), answer])
            }
            10..=12 => {
                accept();
                Reply::Answers(vec![ack_of("k-0", "CA"), ack_of(&format!("k-{}", number + 1), "AE"), answer])
            }
            13..=15 => {
                accept();
                Reply::Delayed { after: Duration::from_millis(5), answer }
            }
            _ => {
                accept();
                Reply::Answer(answer)
            }
        };
        drop(known);
        self.seen.send_modify(|seen| *seen += 1);
        reply
    }
}

/// A repeat is never far behind what it repeats.
trait Recent {
    fn contains_recent(&self, number: u64) -> bool;
}

impl Recent for Vec<u64> {
    fn contains_recent(&self, number: u64) -> bool {
        self.iter().rev().take(20_000).any(|accepted| *accepted == number)
    }
}

fn child(place: &Path, address: SocketAddr, messages: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_delivers_until_it_is_killed", "--nocapture", "--test-threads=1"])
        .env(PLACE, place)
        .env(ADDRESS, address.to_string())
        .env(MESSAGES, messages.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// Starts to serve at an address that it served before.
async fn serve_at(address: SocketAddr, ehr: &Arc<Ehr>) -> (tokio::task::JoinHandle<()>, CancellationToken) {
    let listener = soon("the address is free", async {
        loop {
            match TcpListener::bind(address).await {
                Ok(listener) => return listener,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    });
    let (listener, stop) = (listener.await, CancellationToken::new());
    (tokio::spawn(serve(listener, ehr.clone(), Limits::default(), stop.clone())), stop)
}

async fn run(kills: u64) {
    let seed = std::env::var("VIGIL_KILLS_SEED").map_or(0x0B5E_55ED, |seed| seed.parse().unwrap());
    let (mut dice, messages) = (Dice(seed), kills * MESSAGES_PER_KILL);
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("journal.db");
    let (seen_sender, mut seen) = watch::channel(0);
    let known =
        Known { dice: Dice(!seed), came: BTreeMap::new(), accepted: Vec::new(), refused: BTreeSet::new(), repeats: 0 };
    let ehr = Arc::new(Ehr { known: Mutex::new(known), seen: seen_sender });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut server = serve_at(address, &ehr).await;
    for kill in 0..kills {
        let mut process = child(&place, address, messages);
        // Amid its work; every tenth time while it starts, every twentieth while the receiver is away.
        let wanted = if kill % 10 == 9 { 0 } else { 1 + dice.below(MESSAGES_PER_KILL * 2 - 2) };
        let target = *seen.borrow() + wanted;
        loop {
            if *seen.borrow() >= target || process.try_wait().unwrap().is_some() {
                break;
            }
            // A child that has nothing left to deliver ends; nobody is told but its parent.
            let _ = tokio::time::timeout(Duration::from_millis(50), seen.wait_for(|seen| *seen >= target)).await;
        }
        if kill % 20 == 19 {
            server.1.cancel();
            soon("the receiver goes away", server.0).await.unwrap();
            process.kill().unwrap();
            server = serve_at(address, &ehr).await;
        } else {
            process.kill().unwrap(); // SIGKILL; one that has ended is dead already
        }
        process.wait().unwrap();
    }
    // The last one is left alone until it has delivered everything.
    let process = child(&place, address, messages);
    let ended = tokio::task::spawn_blocking(move || {
        let mut process = process;
        process.wait()
    });
    let status = tokio::time::timeout(Duration::from_secs(900), ended).await.expect("it ends").unwrap().unwrap();
    assert!(status.success(), "{status}");
    server.1.cancel();
    soon("the receiver stops", server.0).await.unwrap();
    judge(&ehr.known.lock().unwrap(), &place, messages);
}

fn judge(known: &Known, place: &Path, messages: u64) {
    let entries = Reader::open(place).unwrap().outbox(None, RowId::START, u32::MAX).unwrap();
    let dead: BTreeSet<u64> = entries
        .iter()
        .map(|entry| {
            let OutboxState::Refused { reason, .. } = &entry.state else { panic!("{} waits", entry.control_id) };
            assert!(reason.starts_with("AE") || reason.contains("again and again"), "{reason}");
            entry.control_id[2..].parse().unwrap()
        })
        .collect();
    let accepted: BTreeSet<u64> = known.accepted.iter().copied().collect();
    let lost: Vec<u64> = (1..=messages).filter(|number| !accepted.contains(number) && !dead.contains(number)).collect();
    assert!(lost.is_empty(), "{} lost: {:?}", lost.len(), &lost[..lost.len().min(20)]);
    assert_eq!(known.came.len() as u64, messages, "nothing came that was not made");
    assert!(dead.iter().all(|number| known.came[number].0 > 0));
    assert!(known.repeats > 0 && !known.refused.is_empty(), "nothing was at stake");
    // Each bed's messages were accepted in the order of their making, in each lane.
    let mut last: BTreeMap<(Lane, u64), u64> = BTreeMap::new();
    for number in &known.accepted {
        let before = last.insert((lane(*number), bed(*number)), *number);
        assert!(before.is_none_or(|before| before < *number), "{number} of bed {} after {before:?}", bed(*number));
    }
    eprintln!("{messages} messages, {} accepted, {} refused, {} repeats", accepted.len(), dead.len(), known.repeats);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_over_a_few_kills() {
    run(4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "100 000 messages and 200 kills: minutes; VIGIL_KILLS=20 is a tenth"]
async fn nothing_is_lost_over_many_kills() {
    run(std::env::var("VIGIL_KILLS").map_or(200, |kills| kills.parse().unwrap())).await;
}

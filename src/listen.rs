//! Messages that come in over MLLP: ADT, associations, answers to alerts. A shell: what a message says and how it is answered
//! is decided in `vigil-messages`, what follows from it by the engine; an accepting answer is given once it is on disk.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vigil_journal::{RECEIPTS_MAX, Receipt};
use vigil_messages::hl7::ack::{AckCode, AckError};
use vigil_messages::listener::{Listener, Site};
use vigil_messages::receive::{self, Fate, Received, Refusal};
use vigil_model::{AssociationOrder, Command, Ward};
use vigil_sinks::mllp::server::{self, Handler, Limits, Reply, ServerCounters};

use crate::clock::Clock;
use crate::listen_content as content;
use crate::request::Request;

/// What listeners have counted since the start.
#[derive(Debug, Default)]
pub struct ListenCounters {
    /// Messages that were taken in.
    pub taken: AtomicU64,
    /// Messages that say nothing about this appliance, and were accepted.
    pub ignored: AtomicU64,
    /// Messages that were refused.
    pub refused: AtomicU64,
    /// Repeats that were answered as before.
    pub repeats: AtomicU64,
    /// Messages that could not be taken now.
    pub later: AtomicU64,
    /// The server's own.
    pub server: Arc<ServerCounters>,
}

/// Messages that were taken in or are on their way: a repeat is recognised, by whichever listener it comes.
#[derive(Debug, Default)]
struct Memory {
    known: BTreeMap<(Arc<str>, Arc<str>), Known>,
    order: VecDeque<(Arc<str>, Arc<str>)>,
}

#[derive(Clone, Debug)]
struct Known {
    digest: u64,
    /// The answer; `None` while it is on its way to the disk.
    code: Option<Arc<str>>,
}

/// What is known of a message.
enum Repeat {
    /// It is new, and noted as on its way.
    New,
    /// The same bytes were taken in.
    Same,
    /// The same bytes are on their way.
    OnItsWay,
    /// Other bytes had the same name.
    Other,
}

impl Memory {
    /// What the journal remembers.
    fn restored(receipts: Vec<Receipt>) -> Self {
        let mut memory = Self::default();
        for receipt in receipts {
            let key = (receipt.sender, receipt.control_id);
            memory.put(key, Known { digest: receipt.digest, code: Some(receipt.code) });
        }
        memory
    }

    fn put(&mut self, key: (Arc<str>, Arc<str>), known: Known) {
        if self.known.insert(key.clone(), known).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > RECEIPTS_MAX as usize {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }

    fn ask(&mut self, received: &Received) -> Repeat {
        let key = (received.sender.clone(), received.control_id.clone());
        match self.known.get(&key) {
            None => {
                self.put(key, Known { digest: received.digest, code: None });
                Repeat::New
            }
            Some(known) if known.digest != received.digest => Repeat::Other,
            Some(Known { code: Some(_), .. }) => Repeat::Same,
            Some(Known { code: None, .. }) => Repeat::OnItsWay,
        }
    }

    fn settle(&mut self, key: &(Arc<str>, Arc<str>), is_taken: bool) {
        if is_taken {
            if let Some(known) = self.known.get_mut(key) {
                known.code = Some(AckCode::ApplicationAccept.as_str().into());
            }
        } else {
            self.known.remove(key);
            self.order.retain(|other| other != key);
        }
    }
}

/// One listener with all it needs.
struct Desk {
    listener: Listener,
    site: Site,
    ward: Arc<Ward>,
    requests: mpsc::Sender<Request>,
    memory: Arc<Mutex<Memory>>,
    counters: Arc<ListenCounters>,
    clock: Clock,
}

/// A listener's address cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("listening on {address} for [[listener]] `{id}`: {source}; is something else there?")]
pub struct ListenError {
    /// Configured id.
    id: Arc<str>,
    /// The address.
    address: Arc<str>,
    /// What the system says.
    source: std::io::Error,
}

/// The appliance as listeners reach it.
pub(crate) struct Appliance {
    pub(crate) ward: Arc<Ward>,
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) clock: Clock,
}

/// A listener at work: its configured id, where it listens, and what it has counted.
pub type Listening = (Arc<str>, SocketAddr, Arc<ListenCounters>);

/// Opens every listener and serves it until `stop`. `receipts` are the messages that were taken in before.
pub(crate) fn start(
    listeners: &[Listener],
    to: &Appliance,
    receipts: Vec<Receipt>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<Vec<Listening>, ListenError> {
    let memory = Arc::new(Mutex::new(Memory::restored(receipts)));
    let mut listening = Vec::new();
    for listener in listeners {
        let failed = |source| ListenError { id: listener.id.clone(), address: listener.address.clone(), source };
        let socket = std::net::TcpListener::bind(&*listener.address).map_err(failed)?;
        socket.set_nonblocking(true).map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let socket = TcpListener::from_std(socket).map_err(failed)?;
        let counters = Arc::new(ListenCounters::default());
        listening.push((listener.id.clone(), address, counters.clone()));
        let desk = Desk {
            site: Site::new(listener, &to.ward),
            listener: listener.clone(),
            ward: to.ward.clone(),
            requests: to.requests.clone(),
            memory: memory.clone(),
            counters,
            clock: to.clock.clone(),
        };
        tasks.spawn(serve(desk, socket, stop.clone()));
    }
    Ok(listening)
}

/// Numbers the answers of this run.
static ANSWERS: AtomicU64 = AtomicU64::new(1);

/// Serves a listener on an open socket until `stop`.
async fn serve(desk: Desk, socket: TcpListener, stop: CancellationToken) {
    let limits = Limits {
        block_bytes_max: usize::from(desk.listener.message_kibibytes_max) << 10,
        connections_max: usize::from(desk.listener.connections_max),
        inter_byte_timeout: desk.listener.pause_max.get(),
        idle_timeout: desk.listener.silence_max.get(),
        ..Limits::default()
    };
    let counters = desk.counters.server.clone();
    server::serve_counted(socket, Arc::new(Door(Arc::new(desk))), limits, counters, stop).await;
}

/// A desk as the server reaches it.
struct Door(Arc<Desk>);

impl Handler for Door {
    fn handle(&self, peer: SocketAddr, block: &[u8]) -> Reply {
        self.0.handle(peer, block)
    }
}

impl Desk {
    fn handle(self: &Arc<Self>, peer: SocketAddr, block: &[u8]) -> Reply {
        if !self.listener.takes_peer(peer.ip()) {
            self.counters.refused.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(listener = &*self.listener.id, %peer, "A peer that is not listed was turned away.");
            return Reply::Cut(Vec::new());
        }
        let now = (self.clock)();
        let received = receive::receive(block, &self.listener, &self.site, &self.ward, now.utc);
        if received.is_acknowledgement {
            return Reply::Silent;
        }
        let found = match &received.content {
            Ok(found) => found,
            Err(refusal) => return self.refuse(block, &received, refusal.clone()),
        };
        let (orders, commands) = match content::said(found, &self.listener, &self.site, &self.ward, now.utc) {
            Ok(said) => said,
            Err(refusal) => return self.refuse(block, &received, refusal),
        };
        let repeat = self.memory.lock().unwrap_or_else(PoisonError::into_inner).ask(&received);
        match repeat {
            Repeat::New => self.take(block, &received, orders, commands),
            Repeat::Same => {
                self.counters.repeats.fetch_add(1, Ordering::Relaxed);
                self.answer(block, &Fate::Taken)
            }
            // The connection closes without an answer, and the sender repeats.
            Repeat::OnItsWay => Reply::Cut(Vec::new()),
            Repeat::Other => {
                let location = Some(("MSH".to_owned(), 1, 10));
                let text = "another message of this sender had this control id".to_owned();
                self.refuse(block, &received, Refusal { rejects: false, error: AckError { code: 205, location, text } })
            }
        }
    }

    fn answer(&self, block: &[u8], fate: &Fate) -> Reply {
        Reply::Answers(self.answers(block, fate))
    }

    fn answers(&self, block: &[u8], fate: &Fate) -> Vec<Vec<u8>> {
        let at = (self.clock)().utc;
        let name = || {
            let number = ANSWERS.fetch_add(1, Ordering::Relaxed);
            format!("{}-R{}-{number}", self.ward.appliance.id, at.as_micros())
        };
        receive::answers(block, fate, at, name)
    }

    fn refuse(&self, block: &[u8], received: &Received, refusal: Refusal) -> Reply {
        self.counters.refused.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(
            listener = &*self.listener.id,
            kind = &*received.kind,
            code = refusal.error.code,
            location = ?refusal.error.location,
            "A message was refused."
        );
        self.answer(block, &Fate::Refused(refusal))
    }

    /// Hands a message to the appliance; the answer follows when it is on disk.
    fn take(
        self: &Arc<Self>,
        block: &[u8],
        received: &Received,
        orders: Vec<AssociationOrder>,
        commands: Vec<Command>,
    ) -> Reply {
        let key = (received.sender.clone(), received.control_id.clone());
        let receipt = Receipt {
            at: (self.clock)().utc,
            sender: key.0.clone(),
            control_id: key.1.clone(),
            digest: received.digest,
            code: AckCode::ApplicationAccept.as_str().into(),
        };
        let is_ignored = orders.is_empty() && commands.is_empty();
        let (reply, outcome) = oneshot::channel();
        let request = Request { orders, commands, receipt: Some(receipt), reply };
        let settle = |desk: &Desk, is_taken: bool| {
            desk.memory.lock().unwrap_or_else(PoisonError::into_inner).settle(&key, is_taken);
        };
        if self.requests.try_send(request).is_err() {
            settle(self, false);
            self.counters.later.fetch_add(1, Ordering::Relaxed);
            return self.answer(block, &Fate::Later);
        }
        let (answers, later) = oneshot::channel();
        let (desk, block, kind) = (self.clone(), block.to_vec(), received.kind.clone());
        tokio::spawn(async move {
            let is_taken = matches!(outcome.await, Ok(Ok(_)));
            desk.memory.lock().unwrap_or_else(PoisonError::into_inner).settle(&key, is_taken);
            let (fate, counter) = match is_taken {
                true if is_ignored => (Fate::Taken, &desk.counters.ignored),
                true => (Fate::Taken, &desk.counters.taken),
                false => (Fate::Later, &desk.counters.later),
            };
            counter.fetch_add(1, Ordering::Relaxed);
            tracing::debug!(listener = &*desk.listener.id, kind = &*kind, is_taken, "A message came in.");
            let _ = answers.send(desk.answers(&block, &fate));
        });
        Reply::LaterAll(later)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_messages::receive::Content;

    fn received(sender: &str, control_id: &str, digest: u64) -> Received {
        Received {
            sender: sender.into(),
            control_id: control_id.into(),
            digest,
            kind: "ADT^A01".into(),
            content: Ok(Content::Ignored),
            is_acknowledgement: false,
        }
    }

    #[test]
    fn a_repeat_is_told_from_another_message_of_the_same_name() {
        let mut memory = Memory::default();
        let key = ("HIS".into(), "1".into());
        assert!(matches!(memory.ask(&received("HIS", "1", 7)), Repeat::New));
        assert!(matches!(memory.ask(&received("HIS", "1", 7)), Repeat::OnItsWay));
        memory.settle(&key, true);
        assert!(matches!(memory.ask(&received("HIS", "1", 7)), Repeat::Same));
        assert!(matches!(memory.ask(&received("HIS", "1", 8)), Repeat::Other));
        assert!(matches!(memory.ask(&received("KIS", "1", 8)), Repeat::New));
        memory.settle(&("KIS".into(), "1".into()), false);
        assert!(matches!(memory.ask(&received("KIS", "1", 9)), Repeat::New), "what was not taken may come again");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut memory = Memory::default();
        for number in 0..RECEIPTS_MAX + 10 {
            memory.ask(&received("HIS", &number.to_string(), 1));
        }
        assert_eq!((memory.known.len(), memory.order.len()), (RECEIPTS_MAX as usize, RECEIPTS_MAX as usize));
    }
}

//! The sending end of MLLP: the connections to one destination. Moves bytes and reads the clock; what they mean and when to
//! do what is [`super::delivery`]'s business.
//!
//! Each connection is a future of its own; the machine and the outbox are shared and locked for a moment at a time, never
//! while anybody waits. The outbox is read on the spot: its pages are the journal's own and nearly always in memory. Logs
//! carry the destination's id and never a message.

mod connection;

use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use futures_util::future::join_all;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use tokio_util::codec::{Decoder, Encoder};
use tokio_util::sync::CancellationToken;
use vigil_journal::{Outbox, OutboxRow};
use vigil_messages::Hl7Destination;
use vigil_messages::hl7::{Ack, Message};
use vigil_model::{Instant, Now};

use super::codec::{Commit, Release};
use super::delivery::{Action, CONNECT_TIMEOUT, Delivery, LOOK_INTERVAL, Renewal, Settings};
use crate::timer::Timer;
use crate::tls::{Stream, TlsClient};
use crate::{Clock, SinkState, SinkStatus};
use connection::{Connection, Moved, open};

/// How long a stop waits for the acknowledgement of what was sent, so that it need not be sent again.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// Finds out what became of an alarm whose message is too old to be sent as it is. It reads the journal and writes nothing.
pub type Renew = Box<dyn FnMut(&OutboxRow, Now) -> Renewal + Send>;

/// What an MLLP sink is made of.
pub struct MllpSink {
    /// What the operator says about the receiver.
    pub destination: Hl7Destination,
    /// Looks at old alarms again. Without it they are sent as they are, in the order of making.
    pub renew: Option<Renew>,
}

impl From<Hl7Destination> for MllpSink {
    fn from(destination: Hl7Destination) -> Self {
        Self { destination, renew: None }
    }
}

/// Delivers the outbox of a destination until `stop`. `wake` is to be notified after each commit that may concern it.
pub async fn run(
    sink: impl Into<MllpSink>,
    outbox: Box<dyn Outbox>,
    wake: Arc<Notify>,
    status: watch::Sender<SinkStatus>,
    clock: Clock,
    stop: CancellationToken,
) {
    let MllpSink { destination, renew } = sink.into();
    let mut settings = Settings::from(&destination);
    if renew.is_none() {
        settings.ages.alarms = None;
    }
    let machine = Delivery::new(&destination.id, settings, clock());
    let tls = destination.tls.as_ref().map(|tls| TlsClient::new(&destination.id, &destination.address, tls));
    let desk = Desk {
        shared: Mutex::new(Shared { machine, outbox, renew }),
        release: settings.release,
        destination,
        tls,
        status,
        clock,
        wakes: (0..settings.connections).map(|_| Notify::new()).collect(),
    };
    let lines = join_all((0..settings.connections).map(|number| Line::new(&desk, number).run(&stop)));
    let relay = async {
        loop {
            wake.notified().await;
            desk.lock().machine.handle_wake();
            desk.wake_all();
        }
    };
    tokio::select! {
        biased;
        // Before answers are read, so that what they let go next is chosen among everything there is.
        () = relay => {}
        _ = lines => {}
    }
    desk.status.send_modify(|status| status.state = SinkState::Stopped);
}

/// What the connections share.
struct Desk {
    shared: Mutex<Shared>,
    destination: Hl7Destination,
    release: Release,
    tls: Option<TlsClient>,
    status: watch::Sender<SinkStatus>,
    clock: Clock,
    /// One for each connection.
    wakes: Vec<Notify>,
}

struct Shared {
    machine: Delivery,
    outbox: Box<dyn Outbox>,
    renew: Option<Renew>,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake_all(&self) {
        for wake in &self.wakes {
            wake.notify_one();
        }
    }
}

/// One connection and its place at the desk.
struct Line<'a> {
    desk: &'a Desk,
    number: usize,
    connection: Option<Connection>,
    timer: Timer,
    published: Instant,
}

/// What ended a wait.
enum Event {
    Stop,
    Wake,
    Due,
    Moved(Moved),
}

impl<'a> Line<'a> {
    fn new(desk: &'a Desk, number: usize) -> Self {
        Self { desk, number, connection: None, timer: Timer::new(), published: (desk.clock)().monotonic }
    }

    async fn run(mut self, stop: &CancellationToken) {
        let mut stop_at = None;
        loop {
            let now = (self.desk.clock)();
            if stop.is_cancelled() {
                let until = *stop_at.get_or_insert(now.monotonic + STOP_GRACE);
                if !self.is_waiting() || now.monotonic >= until {
                    return;
                }
            }
            match self.next(now) {
                Action::Connect => {
                    self.publish(now);
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => return,
                        opened = timeout(CONNECT_TIMEOUT, open(&self.desk.destination, self.desk.tls.as_ref())) => {
                            self.opened(opened.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())));
                        }
                    }
                    self.publish((self.desk.clock)());
                }
                Action::Send(row) => self.send(now, row.body),
                Action::Renew(row) => {
                    if let Some(row) = self.renew(now, row) {
                        self.send(now, row.body);
                    }
                    // Thousands of them may follow one another; the other connections have a say in between.
                    tokio::task::yield_now().await;
                }
                Action::Close => self.gone(now, "no acknowledgement in time"),
                Action::Wait(until) => {
                    if !self.is_waiting() || now.monotonic.since(self.published) >= LOOK_INTERVAL {
                        self.publish(now);
                    }
                    let until = stop_at.map_or(until, |stop_at: Instant| stop_at.min(until));
                    match self.wait(now, until, stop, stop_at.is_some()).await {
                        Event::Stop | Event::Due | Event::Wake => {}
                        Event::Moved(Moved::Wrote(Ok(()))) => {}
                        Event::Moved(Moved::Read(Ok(0))) => self.lost("closed by the receiver"),
                        Event::Moved(Moved::Read(Ok(_))) => self.read_answers(),
                        Event::Moved(Moved::Wrote(Err(error)) | Moved::Read(Err(error))) => {
                            // Under TLS 1.3 a receiver says only now that it does not take our certificate.
                            let tls = self.desk.tls.as_ref();
                            let reason = tls.map_or_else(|| error.to_string(), |tls| tls.explain(&error));
                            self.lost(&reason);
                        }
                    }
                }
            }
        }
    }

    fn next(&self, now: Now) -> Action {
        let Shared { machine, outbox, .. } = &mut *self.desk.lock();
        machine.poll_action(self.number, now, &mut **outbox)
    }

    fn is_waiting(&self) -> bool {
        self.desk.lock().machine.is_waiting(self.number)
    }

    fn renew(&self, now: Now, row: OutboxRow) -> Option<OutboxRow> {
        let Shared { machine, outbox, renew } = &mut *self.desk.lock();
        let renewal = renew.as_mut().map_or(Renewal::Current, |renew| renew(&row, now));
        machine.handle_renewal(self.number, now, row, renewal, &mut **outbox)
    }

    async fn wait(&mut self, now: Now, until: Instant, stop: &CancellationToken, stopping: bool) -> Event {
        self.timer.arm(now.monotonic, until);
        let (timer, wake) = (&mut self.timer, &self.desk.wakes[self.number]);
        let Some(connection) = &mut self.connection else {
            return tokio::select! {
                biased;
                () = stop.cancelled(), if !stopping => Event::Stop,
                () = timer.fired() => Event::Due,
            };
        };
        tokio::select! {
            biased;
            () = stop.cancelled(), if !stopping => Event::Stop,
            () = wake.notified() => Event::Wake,
            moved = poll_fn(|context| connection.poll_bytes(context)) => Event::Moved(moved),
            () = timer.fired() => Event::Due,
        }
    }

    fn opened(&mut self, opened: io::Result<Stream>) {
        let now = (self.desk.clock)();
        let id = &*self.desk.destination.id;
        match opened {
            Ok(stream) => {
                tracing::info!(sink = id, connection = self.number, "Connected.");
                self.connection = Some(Connection::new(stream));
                self.desk.lock().machine.handle_connected(self.number, now);
            }
            Err(error) => {
                tracing::debug!(sink = id, connection = self.number, %error, "Cannot connect.");
                self.desk.lock().machine.handle_disconnected(self.number, now, error.to_string());
            }
        }
    }

    fn send(&mut self, now: Now, body: Vec<u8>) {
        let Some(Connection { stream, codec, output, .. }) = &mut self.connection else {
            self.desk.lock().machine.handle_disconnected(self.number, now, "there is no connection");
            return;
        };
        if codec.encode(BytesMut::from(Bytes::from(body)), output).is_err() {
            tracing::error!(
                sink = &*self.desk.destination.id,
                "A message cannot be framed and is kept as a dead letter."
            );
            let Shared { machine, outbox, .. } = &mut *self.desk.lock();
            machine.handle_unsendable(self.number, now, &mut **outbox);
            return;
        }
        // Nearly always the socket takes it at once; what it does not take is written while waiting.
        if let Ok(written) = stream.try_write(output) {
            output.advance(written);
        }
    }

    fn read_answers(&mut self) {
        let now = (self.desk.clock)();
        let Some(connection) = &mut self.connection else { return };
        let is_release_2 = self.desk.release == Release::Two;
        loop {
            match connection.codec.decode(&mut connection.input) {
                Ok(Some(block)) => {
                    let Shared { machine, outbox, .. } = &mut *self.desk.lock();
                    match Commit::read(&block).filter(|_| is_release_2) {
                        Some(commit) => machine.handle_commit(self.number, now, commit, &mut **outbox),
                        None => {
                            let message = Message::parse(&block).ok();
                            let ack = message.and_then(|message| Ack::parse(&message).ok());
                            machine.handle_answer(self.number, now, ack.as_ref(), &mut **outbox);
                            if is_release_2 {
                                connection.output.extend_from_slice(Commit::Taken.block());
                            }
                        }
                    }
                }
                Ok(None) => break,
                Err(error) => return self.lost(&error.to_string()),
            }
        }
        connection.make_room();
    }

    /// The connection has ended.
    fn lost(&mut self, reason: &str) {
        let now = (self.desk.clock)();
        self.desk.lock().machine.handle_disconnected(self.number, now, reason);
        self.gone(now, reason);
    }

    /// The machine knows already that the connection has ended.
    fn gone(&mut self, now: Now, reason: &str) {
        if self.connection.take().is_some() {
            tracing::info!(sink = &*self.desk.destination.id, connection = self.number, reason, "Disconnected.");
        }
        self.publish(now);
        // What was outstanding here waits again: another connection may take it.
        self.desk.wake_all();
    }

    fn publish(&mut self, now: Now) {
        self.published = now.monotonic;
        let Shared { machine, outbox, .. } = &mut *self.desk.lock();
        let depth = outbox.depth();
        let (state, counters, held) = (machine.state(), machine.counters, machine.held());
        let certificates = self.desk.tls.as_ref().map(|tls| tls.validity().certificates()).unwrap_or_default();
        self.desk.status.send_if_modified(|status| {
            let depth = depth.unwrap_or(status.depth);
            let newer = SinkStatus { state, counters, depth, held, certificates };
            let changed = *status != newer;
            *status = newer;
            changed
        });
    }
}

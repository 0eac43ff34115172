//! The sending end of MLLP: one connection to one destination. Moves bytes and reads the clock; what they mean and when
//! to do what is [`super::delivery`]'s business.
//!
//! The outbox is read on the spot: its pages are the journal's own and nearly always in memory. Logs carry the
//! destination's id and never a message.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::AsyncWrite;
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use tokio_util::codec::{Decoder, Encoder};
use tokio_util::io::poll_read_buf;
use tokio_util::sync::CancellationToken;
use vigil_journal::Outbox;
use vigil_messages::Hl7Destination;
use vigil_messages::hl7::{Ack, Message};
use vigil_model::{Instant, Now};

use super::codec::BoundedMllp;
use super::delivery::{Action, CONNECT_TIMEOUT, Delivery, LOOK_INTERVAL, Timing};
use crate::timer::Timer;
use crate::tls::{Stream, TlsClient};
use crate::{Clock, SinkState, SinkStatus};

/// Longest acknowledgement that is read, in bytes.
const ACK_BYTES_MAX: usize = 64 << 10;
/// Bytes asked for in one read.
const READ_BYTES: usize = 4 << 10;
/// How long a stop waits for the acknowledgement of what was sent, so that it need not be sent again.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// Delivers the outbox of a destination until `stop`. `wake` is to be notified after each commit that may concern it.
pub async fn run(
    destination: Hl7Destination,
    outbox: Box<dyn Outbox>,
    wake: Arc<Notify>,
    status: watch::Sender<SinkStatus>,
    clock: Clock,
    stop: CancellationToken,
) {
    let now = clock();
    let machine = Delivery::new(&destination.id, Timing::from(&destination), now);
    let tls = destination.tls.as_ref().map(|tls| TlsClient::new(&destination.id, &destination.address, tls));
    let mut sink = Sink {
        tls,
        destination,
        outbox,
        machine,
        connection: None,
        timer: Timer::new(),
        status,
        published: now.monotonic,
        clock,
    };
    sink.run(&wake, &stop).await;
    sink.connection = None;
    sink.status.send_modify(|status| status.state = SinkState::Stopped);
}

struct Sink {
    destination: Hl7Destination,
    tls: Option<TlsClient>,
    outbox: Box<dyn Outbox>,
    machine: Delivery,
    connection: Option<Connection>,
    timer: Timer,
    status: watch::Sender<SinkStatus>,
    published: Instant,
    clock: Clock,
}

struct Connection {
    stream: Stream,
    codec: BoundedMllp,
    input: BytesMut,
    output: BytesMut,
    /// Something was written that TLS may hold back.
    unflushed: bool,
}

impl Connection {
    fn new(stream: Stream) -> Self {
        Self {
            stream,
            codec: BoundedMllp::new(ACK_BYTES_MAX),
            input: BytesMut::with_capacity(READ_BYTES),
            output: BytesMut::new(),
            unflushed: false,
        }
    }

    /// Writes what waits and reads what comes, whichever can be done first.
    fn poll_bytes(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        if !self.output.is_empty() {
            if let Poll::Ready(wrote) = Pin::new(&mut self.stream).poll_write(context, &self.output) {
                if let Ok(bytes) = wrote {
                    self.output.advance(bytes);
                    self.unflushed = matches!(self.stream, Stream::Tls(_));
                }
                return Poll::Ready(Event::Wrote(wrote.map(drop)));
            }
        } else if self.unflushed
            && let Poll::Ready(flushed) = Pin::new(&mut self.stream).poll_flush(context)
        {
            self.unflushed = false;
            return Poll::Ready(Event::Wrote(flushed));
        }
        poll_read_buf(Pin::new(&mut self.stream), context, &mut self.input).map(Event::Read)
    }
}

async fn open(destination: &Hl7Destination, tls: Option<&TlsClient>) -> io::Result<Stream> {
    let stream = TcpStream::connect(&*destination.address).await?;
    stream.set_nodelay(true)?;
    match tls {
        None => Ok(Stream::Plain(stream)),
        Some(tls) => tls.connect(stream).await,
    }
}

/// What ended a wait.
enum Event {
    Stop,
    Wake,
    Due,
    Wrote(io::Result<()>),
    Read(io::Result<usize>),
}

impl Sink {
    async fn run(&mut self, wake: &Notify, stop: &CancellationToken) {
        let mut stop_at = None;
        loop {
            let now = (self.clock)();
            if stop.is_cancelled() {
                let until = *stop_at.get_or_insert(now.monotonic + STOP_GRACE);
                if !self.machine.is_waiting() || now.monotonic >= until {
                    return;
                }
            }
            match self.machine.poll_action(now, &mut *self.outbox) {
                Action::Connect => {
                    self.publish(now);
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => return,
                        opened = timeout(CONNECT_TIMEOUT, open(&self.destination, self.tls.as_ref())) => {
                            self.opened(opened.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())));
                        }
                    }
                    self.publish((self.clock)());
                }
                Action::Send(row) => self.send(now, row.body),
                Action::Close => self.lost(now, "no acknowledgement in time"),
                Action::Wait(until) => {
                    if !self.machine.is_waiting() || now.monotonic.since(self.published) >= LOOK_INTERVAL {
                        self.publish(now);
                    }
                    let until = stop_at.map_or(until, |stop_at: Instant| stop_at.min(until));
                    match self.wait(now, until, wake, stop, stop_at.is_some()).await {
                        Event::Stop | Event::Due => {}
                        Event::Wake => self.machine.handle_wake(),
                        Event::Wrote(Ok(())) => {}
                        Event::Wrote(Err(error)) | Event::Read(Err(error)) => {
                            let now = (self.clock)();
                            // Under TLS 1.3 a receiver says only now that it does not take our certificate.
                            let reason = self.tls.as_ref().map_or_else(|| error.to_string(), |tls| tls.explain(&error));
                            self.machine.handle_disconnected(now, reason.as_str());
                            self.lost(now, &reason);
                        }
                        Event::Read(Ok(0)) => {
                            let now = (self.clock)();
                            self.machine.handle_disconnected(now, "closed by the receiver");
                            self.lost(now, "closed by the receiver");
                        }
                        Event::Read(Ok(_)) => self.read_answers(),
                    }
                }
            }
        }
    }

    async fn wait(
        &mut self,
        now: Now,
        until: Instant,
        wake: &Notify,
        stop: &CancellationToken,
        stopping: bool,
    ) -> Event {
        self.timer.arm(now.monotonic, until);
        let timer = &mut self.timer;
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
            // Before the answer is read, so that what it lets go next is chosen among everything there is.
            () = wake.notified() => Event::Wake,
            event = poll_fn(|context| connection.poll_bytes(context)) => event,
            () = timer.fired() => Event::Due,
        }
    }

    fn opened(&mut self, opened: io::Result<Stream>) {
        let now = (self.clock)();
        match opened {
            Ok(stream) => {
                tracing::info!(sink = &*self.destination.id, "Connected.");
                self.connection = Some(Connection::new(stream));
                self.machine.handle_connected(now);
            }
            Err(error) => {
                tracing::debug!(sink = &*self.destination.id, error = %error, "Cannot connect.");
                self.machine.handle_disconnected(now, error.to_string());
            }
        }
    }

    fn send(&mut self, now: Now, body: Vec<u8>) {
        let Some(Connection { stream, codec, output, .. }) = &mut self.connection else {
            self.machine.handle_disconnected(now, "there is no connection");
            return;
        };
        if codec.encode(BytesMut::from(Bytes::from(body)), output).is_err() {
            tracing::error!(sink = &*self.destination.id, "A message cannot be framed and is kept as a dead letter.");
            self.machine.handle_unsendable(now, &mut *self.outbox);
            return;
        }
        // Nearly always the socket takes it at once; what it does not take is written while waiting.
        if let Ok(written) = stream.try_write(output) {
            output.advance(written);
        }
    }

    fn read_answers(&mut self) {
        let now = (self.clock)();
        let Some(connection) = &mut self.connection else { return };
        loop {
            match connection.codec.decode(&mut connection.input) {
                Ok(Some(block)) => {
                    let message = Message::parse(&block).ok();
                    let ack = message.and_then(|message| Ack::parse(&message).ok());
                    self.machine.handle_answer(now, ack.as_ref(), &mut *self.outbox);
                }
                Ok(None) => break,
                Err(error) => {
                    let reason = error.to_string();
                    self.machine.handle_disconnected(now, reason.as_str());
                    self.lost(now, &reason);
                    return;
                }
            }
        }
        connection.input.reserve(READ_BYTES);
    }

    fn lost(&mut self, now: Now, reason: &str) {
        if self.connection.take().is_some() {
            tracing::info!(sink = &*self.destination.id, reason, "Disconnected.");
        }
        self.publish(now);
    }

    fn publish(&mut self, now: Now) {
        self.published = now.monotonic;
        let depth = self.outbox.depth();
        let (state, counters, held) = (self.machine.state(), self.machine.counters, self.machine.held());
        let certificates = self.tls.as_ref().map(|tls| tls.validity().certificates()).unwrap_or_default();
        self.status.send_if_modified(|status| {
            let depth = depth.unwrap_or(status.depth);
            let newer = SinkStatus { state, counters, depth, held, certificates };
            let changed = *status != newer;
            *status = newer;
            changed
        });
    }
}

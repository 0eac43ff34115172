//! The receiving end of MLLP: connections in, blocks to a handler, answers back in order. Used by the EHR simulator and
//! by whatever receives messages.
//!
//! One task a connection; all blocks of one read are answered with one write. It does not parse what it receives.
//!
//! In MLLP release 2 each block that is answered is first confirmed with a commit block; what a peer confirms of the answers
//! is counted and needs nothing more, since no answer is kept here. With [`Guard`] connections are protected by TLS; a
//! handshake happens on the connection's own task, so a peer that dawdles holds up nobody.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;
use tokio_util::codec::{Decoder, Encoder};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::codec::{BLOCK_BYTES_MAX, BoundedMllp, Commit, MllpError, Release};
use crate::tls::{Stream, TlsListener};

/// Bytes asked for in one read.
const READ_BYTES: usize = 16 << 10;
/// Bytes of answers that are collected before they are written although more blocks were read.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// Pause after the operating system could not accept a connection (too many open files).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What is done with a block.
pub trait Handler: Send + Sync + 'static {
    /// Says how a block is answered. Runs on the connection's task: it must not block.
    fn handle(&self, peer: SocketAddr, block: &[u8]) -> Reply;
}

impl<F: Fn(SocketAddr, &[u8]) -> Reply + Send + Sync + 'static> Handler for F {
    fn handle(&self, peer: SocketAddr, block: &[u8]) -> Reply {
        self(peer, block)
    }
}

/// How a block is answered.
#[derive(Debug)]
pub enum Reply {
    /// With one message at once.
    Answer(Vec<u8>),
    /// With several messages at once (a receiver that repeats itself).
    Answers(Vec<Vec<u8>>),
    /// Not at all.
    Silent,
    /// With a commit block alone (MLLP release 2): `true` if the block is in safe storage, `false` if it was not taken.
    Commit(bool),
    /// With one message after a time; later blocks of the connection wait.
    Delayed {
        /// How long to wait.
        after: Duration,
        /// The message.
        answer: Vec<u8>,
    },
    /// With a message that is not ready yet: what was received is on its way to the disk. Later blocks of the connection
    /// wait; dropping the sender closes the connection without an answer.
    Later(oneshot::Receiver<Vec<u8>>),
    /// As [`Reply::Later`], with any number of messages: none, or an acknowledgement of receipt and one of the content.
    LaterAll(oneshot::Receiver<Vec<Vec<u8>>>),
    /// With bytes as they are, not framed, and then by closing the connection (a receiver that dies while it answers).
    Cut(Vec<u8>),
}

/// Bounds of a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest block in bytes.
    pub block_bytes_max: usize,
    /// Connections at a time; more are closed at once.
    pub connections_max: usize,
    /// Longest pause inside a block.
    pub inter_byte_timeout: Duration,
    /// Longest silence between blocks, after which a connection is closed so that dead peers do not use up all of them.
    pub idle_timeout: Duration,
    /// Which release of MLLP is spoken. Agreed upon with the peers, never guessed.
    pub release: Release,
}

/// How connections are protected: not at all, or with TLS.
pub type Guard = Option<Arc<TlsListener>>;

impl Default for Limits {
    fn default() -> Self {
        Self {
            block_bytes_max: BLOCK_BYTES_MAX,
            connections_max: 64,
            inter_byte_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(3600),
            release: Release::One,
        }
    }
}

/// What a receiver has counted since its start.
#[derive(Debug, Default)]
pub struct ServerCounters {
    /// Connections accepted.
    pub accepted: AtomicU64,
    /// Connections closed at once because there were too many.
    pub turned_away: AtomicU64,
    /// Blocks handed to the handler.
    pub blocks: AtomicU64,
    /// Connections closed because of an error: a block too long or cut off, a pause inside a block, a failed socket.
    pub failed: AtomicU64,
    /// Bytes outside of blocks.
    pub discarded_bytes: AtomicU64,
    /// TLS handshakes that failed.
    pub refused_handshakes: AtomicU64,
    /// Answers that the peer did not take (MLLP release 2).
    pub answers_refused: AtomicU64,
}

/// Serves connections until `stop`; then closes them and returns.
pub async fn serve(listener: TcpListener, handler: Arc<dyn Handler>, limits: Limits, stop: CancellationToken) {
    serve_counted(listener, handler, limits, Arc::default(), stop).await;
}

/// As [`serve`], with counters that somebody else reads.
pub async fn serve_counted(
    listener: TcpListener,
    handler: Arc<dyn Handler>,
    limits: Limits,
    counters: Arc<ServerCounters>,
    stop: CancellationToken,
) {
    serve_guarded(listener, None, handler, limits, counters, stop).await;
}

/// As [`serve_counted`], over TLS if there is a `guard`.
pub async fn serve_guarded(
    listener: TcpListener,
    guard: Guard,
    handler: Arc<dyn Handler>,
    limits: Limits,
    counters: Arc<ServerCounters>,
    stop: CancellationToken,
) {
    let (places, tasks) = (Arc::new(Semaphore::new(limits.connections_max)), TaskTracker::new());
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(error = %error, "Cannot accept an MLLP connection.");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Ok(place) = places.clone().try_acquire_owned() else {
            counters.turned_away.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(%peer, max = limits.connections_max, "Too many MLLP connections; one was closed.");
            continue;
        };
        counters.accepted.fetch_add(1, Ordering::Relaxed);
        let (stop, guard, handler, counters) = (stop.clone(), guard.clone(), handler.clone(), counters.clone());
        tasks.spawn(async move {
            let serve = async {
                let stream = guarded(stream, guard).await.inspect_err(|_| {
                    counters.refused_handshakes.fetch_add(1, Ordering::Relaxed);
                })?;
                let (codec, counters) = (BoundedMllp::new(limits.block_bytes_max), counters.clone());
                Connection { stream, peer, handler, limits, counters, codec }.serve().await
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                served = serve => if let Err(error) = served {
                    counters.failed.fetch_add(1, Ordering::Relaxed);
                    tracing::info!(%peer, error = %error, "An MLLP connection failed.");
                }
            }
            drop(place);
        });
    }
    tasks.close();
    tasks.wait().await;
}

async fn guarded(stream: TcpStream, guard: Guard) -> io::Result<Stream> {
    stream.set_nodelay(true)?;
    match guard {
        None => Ok(Stream::Plain(stream)),
        Some(tls) => tls.accept(stream).await,
    }
}

struct Connection {
    stream: Stream,
    peer: SocketAddr,
    handler: Arc<dyn Handler>,
    limits: Limits,
    counters: Arc<ServerCounters>,
    codec: BoundedMllp,
}

impl Connection {
    async fn serve(mut self) -> Result<(), MllpError> {
        let (mut input, mut output) = (BytesMut::with_capacity(READ_BYTES), BytesMut::new());
        loop {
            input.reserve(READ_BYTES);
            if self.read(&mut input).await? == 0 {
                return self.codec.decode_eof(&mut input).map(drop);
            }
            while let Some(block) = self.codec.decode(&mut input)? {
                if self.limits.release == Release::Two
                    && let Some(commit) = Commit::read(&block)
                {
                    let refused = u64::from(commit == Commit::Refused);
                    self.counters.answers_refused.fetch_add(refused, Ordering::Relaxed);
                    continue;
                }
                self.counters.blocks.fetch_add(1, Ordering::Relaxed);
                let reply = self.handler.handle(self.peer, &block);
                drop(block); // so that the buffer can be used again
                if !self.answer(reply, &mut output).await? {
                    return Ok(());
                }
            }
            if self.codec.discarded_bytes > 0 {
                self.counters.discarded_bytes.fetch_add(self.codec.discarded_bytes, Ordering::Relaxed);
                self.codec.discarded_bytes = 0;
            }
            self.flush(&mut output).await?;
        }
    }

    async fn read(&mut self, input: &mut BytesMut) -> Result<usize, MllpError> {
        let patience =
            if self.codec.is_inside_block() { self.limits.inter_byte_timeout } else { self.limits.idle_timeout };
        match timeout(patience, self.stream.read_buf(input)).await {
            Ok(read) => Ok(read?),
            Err(_) if self.codec.is_inside_block() => Err(MllpError::Truncated),
            Err(_) => Ok(0),
        }
    }

    /// Takes a reply in; says whether the connection goes on.
    async fn answer(&mut self, reply: Reply, output: &mut BytesMut) -> Result<bool, MllpError> {
        match reply {
            Reply::Answer(answer) => {
                self.commit(true, output);
                self.put(answer, output)?;
            }
            Reply::Answers(answers) => {
                self.commit(true, output);
                for answer in answers {
                    self.put(answer, output)?;
                }
            }
            Reply::Silent => {}
            Reply::Commit(taken) => self.commit(taken, output),
            Reply::Delayed { after, answer } => {
                self.flush(output).await?;
                tokio::time::sleep(after).await;
                self.commit(true, output);
                self.put(answer, output)?;
            }
            Reply::Later(answer) => {
                self.flush(output).await?;
                match answer.await {
                    Ok(answer) => {
                        self.commit(true, output);
                        self.put(answer, output)?;
                    }
                    Err(_) => return Ok(false),
                }
            }
            Reply::LaterAll(answers) => {
                self.flush(output).await?;
                let Ok(answers) = answers.await else { return Ok(false) };
                for answer in answers {
                    self.put(answer, output)?;
                }
            }
            Reply::Cut(bytes) => {
                output.extend_from_slice(&bytes);
                self.flush(output).await?;
                return Ok(false);
            }
        }
        if output.len() >= ANSWER_BYTES_MAX {
            self.flush(output).await?;
        }
        Ok(true)
    }

    /// Confirms a block, in release 2: what is answered has been dealt with, and what had to be kept is kept.
    fn commit(&self, taken: bool, output: &mut BytesMut) {
        if self.limits.release == Release::Two {
            output.extend_from_slice(if taken { Commit::Taken.block() } else { Commit::Refused.block() });
        }
    }

    fn put(&mut self, answer: Vec<u8>, output: &mut BytesMut) -> Result<(), MllpError> {
        self.codec.encode(BytesMut::from(bytes::Bytes::from(answer)), output)
    }

    async fn flush(&mut self, output: &mut BytesMut) -> Result<(), MllpError> {
        if !output.is_empty() {
            // A peer that sends and never reads must not keep a task for ever.
            let write = async {
                self.stream.write_all(output).await?;
                self.stream.flush().await
            };
            timeout(self.limits.idle_timeout, write).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
            output.clear();
        }
        Ok(())
    }
}

//! One connection: bytes in, bytes out.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, BytesMut};
use tokio::io::AsyncWrite;
use tokio::net::TcpStream;
use tokio_util::io::poll_read_buf;
use vigil_messages::Hl7Destination;

use crate::mllp::codec::BoundedMllp;
use crate::tls::{Stream, TlsClient};

/// Longest acknowledgement that is read, in bytes.
const ACK_BYTES_MAX: usize = 64 << 10;
/// Bytes asked for in one read.
const READ_BYTES: usize = 4 << 10;

/// An open connection.
pub(super) struct Connection {
    pub(super) stream: Stream,
    pub(super) codec: BoundedMllp,
    pub(super) input: BytesMut,
    pub(super) output: BytesMut,
    /// Something was written that TLS may hold back.
    unflushed: bool,
}

/// Something was written, or read.
pub(super) enum Moved {
    Wrote(io::Result<()>),
    /// How many bytes; 0 is the end.
    Read(io::Result<usize>),
}

/// Opens a connection, over TLS if there is a `tls`.
pub(super) async fn open(destination: &Hl7Destination, tls: Option<&TlsClient>) -> io::Result<Stream> {
    let stream = TcpStream::connect(&*destination.address).await?;
    stream.set_nodelay(true)?;
    match tls {
        None => Ok(Stream::Plain(stream)),
        Some(tls) => tls.connect(stream).await,
    }
}

impl Connection {
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            stream,
            codec: BoundedMllp::new(ACK_BYTES_MAX),
            input: BytesMut::with_capacity(READ_BYTES),
            output: BytesMut::new(),
            unflushed: false,
        }
    }

    /// Makes room for what is read next.
    pub(super) fn make_room(&mut self) {
        self.input.reserve(READ_BYTES);
    }

    /// Writes what waits and reads what comes, whichever can be done first. Nothing is lost when it is not polled again.
    pub(super) fn poll_bytes(&mut self, context: &mut Context<'_>) -> Poll<Moved> {
        if !self.output.is_empty() {
            if let Poll::Ready(wrote) = Pin::new(&mut self.stream).poll_write(context, &self.output) {
                if let Ok(bytes) = wrote {
                    self.output.advance(bytes);
                    self.unflushed = matches!(self.stream, Stream::Tls(_));
                }
                return Poll::Ready(Moved::Wrote(wrote.map(drop)));
            }
        } else if self.unflushed
            && let Poll::Ready(flushed) = Pin::new(&mut self.stream).poll_flush(context)
        {
            self.unflushed = false;
            return Poll::Ready(Moved::Wrote(flushed));
        }
        poll_read_buf(Pin::new(&mut self.stream), context, &mut self.input).map(Moved::Read)
    }
}

//! Opens what a [`Transport`] describes, as one stream of bytes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use vigil_protocols::link::Transport;

use crate::ports;
use crate::serial::SerialLine;

/// How long a TCP connection may take to open.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// An open serial port or TCP connection.
pub(crate) enum Stream {
    Serial(SerialLine),
    Tcp(TcpStream),
}

/// Opens a port or connection; a port only if the named adapter is there. The error says what was being opened.
pub(crate) async fn open(transport: &Transport, adapter: Option<&str>) -> Result<Stream, String> {
    match transport {
        Transport::Serial(settings) => {
            if let Some(adapter) = adapter {
                ports::is_adapter(&settings.port, adapter)?;
            }
            let line = SerialLine::open(settings);
            line.map(Stream::Serial).map_err(|error| format!("cannot open serial port {}: {error}", settings.port))
        }
        Transport::Tcp { address } => connect(address).await.map(Stream::Tcp),
    }
}

/// Opens a TCP connection.
pub(crate) async fn connect(address: &str) -> Result<TcpStream, String> {
    let attempt = async {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok::<_, io::Error>(stream)
    };
    match timeout(CONNECT_TIMEOUT, attempt).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(format!("cannot connect to {address}: {error}")),
        Err(_) => Err(format!("cannot connect to {address}: no answer for {} s", CONNECT_TIMEOUT.as_secs())),
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Serial(line) => Pin::new(line).poll_read(cx, buffer),
            Stream::Tcp(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Serial(line) => Pin::new(line).poll_write(cx, bytes),
            Stream::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Serial(line) => Pin::new(line).poll_flush(cx),
            Stream::Tcp(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Serial(line) => Pin::new(line).poll_shutdown(cx),
            Stream::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

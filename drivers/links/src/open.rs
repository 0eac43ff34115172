//! Opens what a [`Transport`] describes, as one stream of bytes.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio::time::timeout;
use vigil_protocols::link::Transport;

use crate::ports;
use crate::serial::SerialLine;

/// How long a TCP connection may take to open.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// An open serial port, TCP connection or socket for datagrams.
pub(crate) enum Stream {
    Serial(SerialLine),
    Tcp(TcpStream),
    Udp(UdpSocket),
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
        Transport::Udp { address } => {
            let socket = datagrams(address).await;
            socket.map(Stream::Udp).map_err(|error| format!("cannot send datagrams to {address}: {error}"))
        }
    }
}

/// A socket that takes datagrams of one device only.
async fn datagrams(address: &str) -> io::Result<UdpSocket> {
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for device in lookup_host(address).await? {
        let any: SocketAddr = match device {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any).await?;
        match socket.connect(device).await {
            Ok(()) => return Ok(socket),
            Err(error) => failed = error,
        }
    }
    Err(failed)
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
            // One datagram each time; an empty one is nothing, and not the end.
            Stream::Udp(socket) => loop {
                let before = buffer.filled().len();
                ready!(socket.poll_recv(cx, buffer))?;
                if buffer.filled().len() > before || buffer.remaining() == 0 {
                    return Poll::Ready(Ok(()));
                }
            },
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Serial(line) => Pin::new(line).poll_write(cx, bytes),
            Stream::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Udp(socket) => socket.poll_send(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Serial(line) => Pin::new(line).poll_flush(cx),
            Stream::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Udp(_) => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Serial(line) => Pin::new(line).poll_shutdown(cx),
            Stream::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Udp(_) => Poll::Ready(Ok(())),
        }
    }
}

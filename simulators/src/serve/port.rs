//! A port that can be pulled and put back: a pseudo-terminal or a TCP listener with at most one client.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use vigil_model::Instant;

use super::pty::Pty;
use super::{Endpoint, ServeError};

/// How long a TCP client may refuse to take bytes before it is let go, in milliseconds.
const WRITE_TIMEOUT_MS: u64 = 1_000;

/// A port.
#[derive(Debug)]
pub(super) struct Port {
    endpoint: Endpoint,
    state: State,
}

#[derive(Debug)]
enum State {
    Pulled,
    Pty(Pty),
    Listening { listener: TcpListener, client: Option<TcpStream> },
    Datagrams { socket: UdpSocket, client: Option<SocketAddr> },
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.endpoint {
            Endpoint::Pty { link } => write!(f, "{}", link.display()),
            Endpoint::Tcp { address } | Endpoint::Udp { address } => f.write_str(address),
        }
    }
}

impl Port {
    pub(super) async fn open(endpoint: &Endpoint) -> Result<Self, ServeError> {
        let mut port = Self { endpoint: endpoint.clone(), state: State::Pulled };
        port.reopen().await?;
        if let Some(address) = port.local_addr() {
            // A free port stays the same when it is put back.
            port.endpoint = match port.endpoint {
                Endpoint::Udp { .. } => Endpoint::Udp { address: address.to_string() },
                Endpoint::Tcp { .. } | Endpoint::Pty { .. } => Endpoint::Tcp { address: address.to_string() },
            };
        }
        Ok(port)
    }

    pub(super) async fn reopen(&mut self) -> Result<(), ServeError> {
        let refused = |address: &String| {
            let address = address.clone();
            move |source| ServeError::Listen { address, source }
        };
        self.state = match &self.endpoint {
            Endpoint::Pty { link } => State::Pty(Pty::open(link)?),
            Endpoint::Tcp { address } => {
                let listener = TcpListener::bind(address).await.map_err(refused(address))?;
                State::Listening { listener, client: None }
            }
            Endpoint::Udp { address } => {
                let socket = UdpSocket::bind(address).await.map_err(refused(address))?;
                State::Datagrams { socket, client: None }
            }
        };
        Ok(())
    }

    pub(super) fn close(&mut self) {
        self.state = State::Pulled;
    }

    pub(super) fn is_open(&self) -> bool {
        match self.state {
            State::Pulled => false,
            State::Pty(_) | State::Listening { .. } | State::Datagrams { .. } => true,
        }
    }

    pub(super) fn local_addr(&self) -> Option<SocketAddr> {
        match &self.state {
            State::Listening { listener, .. } => listener.local_addr().ok(),
            State::Datagrams { socket, .. } => socket.local_addr().ok(),
            State::Pulled | State::Pty(_) => None,
        }
    }

    /// Bytes from the other side; waits for a client if there is none. Safe to drop at any point.
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.state {
            State::Pulled => std::future::pending().await,
            State::Pty(pty) => pty.read(buffer).await,
            State::Datagrams { socket, client } => match socket.recv_from(buffer).await {
                Ok((length, from)) => {
                    *client = Some(from);
                    Ok(length)
                }
                Err(_) => Ok(0), // the host that asked last has gone
            },
            State::Listening { listener, client } => {
                if client.is_none() {
                    let (stream, _) = listener.accept().await?;
                    let _ = stream.set_nodelay(true); // only speed depends on it
                    *client = Some(stream);
                }
                let Some(stream) = client.as_mut() else { return Ok(0) };
                match stream.read(buffer).await {
                    Ok(0) | Err(_) => {
                        *client = None; // the client left; the next one may come
                        Ok(0)
                    }
                    Ok(length) => Ok(length),
                }
            }
        }
    }

    /// Puts bytes on the wire. What nobody takes is lost, as on a real line.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.state {
            State::Pulled => Ok(()),
            State::Pty(pty) => pty.write(bytes),
            State::Datagrams { socket, client } => {
                if let Some(client) = client {
                    let _ = socket.send_to(bytes, *client).await; // nobody takes it: lost, as on a network
                }
                Ok(())
            }
            State::Listening { client, .. } => {
                let Some(stream) = client.as_mut() else { return Ok(()) };
                let written =
                    tokio::time::timeout(Duration::from_millis(WRITE_TIMEOUT_MS), stream.write_all(bytes)).await;
                if !matches!(written, Ok(Ok(()))) {
                    *client = None;
                }
                Ok(())
            }
        }
    }

    /// Housekeeping between two waits.
    pub(super) fn tidy(&mut self, now: Instant) {
        if let State::Pty(pty) = &mut self.state {
            pty.tidy(now);
        }
    }
}

//! Modbus reads through tokio-modbus, under a policy that never takes one answer for another.
//!
//! RTU, on a line or through a network: after anything but a good answer or an exception the client context is dropped, the line is read empty until it has
//! been silent for the late window, and a new context is made. TCP: the connection is closed and then made anew. Lengths are
//! checked here, because the library checks them only by panicking in debug builds; its error texts carry register values
//! and are never passed on.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context as Task, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_modbus::client::{Client as _, Context, rtu, tcp};
use tokio_modbus::prelude::SlaveContext as _;
use tokio_modbus::{Error, ExceptionCode, ProtocolError, Request, Response, Slave};
use vigil_protocols::link::BusSettings;
use vigil_protocols::modbus::{Data, ReadError, ReadRequest, Table};

use crate::ascii::Ascii;
use crate::open;

/// How long a line may go on talking after a time-out before it is given up.
const BABBLE_MAX: Duration = Duration::from_secs(2);

/// A connection to a bus.
pub(crate) enum Client<T> {
    Rtu(Rtu<T>),
    Ascii(Ascii<T>),
    Tcp(Tcp),
}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Client<T> {
    /// Performs one read.
    pub(crate) async fn read(&mut self, request: &ReadRequest) -> Result<Data, ReadError> {
        match self {
            Client::Rtu(client) => client.read(request).await,
            Client::Ascii(client) => client.read(request).await,
            Client::Tcp(client) => client.read(request).await,
        }
    }

    /// Makes the connection usable after a read that brought no answer. Returns how many late bytes were discarded, or why
    /// the connection is lost.
    pub(crate) async fn recover(&mut self) -> Result<usize, String> {
        match self {
            Client::Rtu(client) => client.recover().await,
            Client::Ascii(client) => client.recover().await,
            Client::Tcp(client) => client.recover().await,
        }
    }
}

/// Modbus RTU on a line, or through a gateway that passes its bytes on.
pub(crate) struct Rtu<T> {
    line: Line<T>,
    context: Context,
    settings: BusSettings,
    character_time: Duration,
    /// When the line has been silent for 3.5 characters.
    free_at: Instant,
}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Rtu<T> {
    /// `character_time` is what a character takes on the line; zero through a network.
    pub(crate) fn new(stream: T, character_time: Duration, settings: BusSettings) -> Self {
        let line = Line(Arc::new(Mutex::new(stream)));
        let context = rtu::attach(line.clone());
        Self { line, context, settings, character_time, free_at: Instant::now() }
    }

    async fn read(&mut self, request: &ReadRequest) -> Result<Data, ReadError> {
        sleep_until(self.free_at).await;
        // Eight characters there, five and the values back, on top of the time the unit may take.
        let characters = 13 + u32::try_from(request.payload_bytes()).unwrap_or(u32::MAX);
        let limit = self.settings.response_timeout + self.character_time.saturating_mul(characters);
        let outcome = call(&mut self.context, request, limit).await;
        self.rest();
        outcome
    }

    async fn recover(&mut self) -> Result<usize, String> {
        let drained = quiesce(&mut self.line, self.settings.late_window).await;
        self.context = rtu::attach(self.line.clone());
        self.rest();
        drained
    }

    /// 3.5 characters of silence separate frames, at least 1.75 ms (Modbus over Serial Line V1.02, section 2.5.1.1).
    fn rest(&mut self) {
        self.free_at = Instant::now() + (self.character_time * 7 / 2).max(Duration::from_micros(1_750));
    }
}

/// Modbus TCP.
pub(crate) struct Tcp {
    address: String,
    context: Context,
    settings: BusSettings,
}

impl Tcp {
    pub(crate) async fn connect(address: &str, settings: BusSettings) -> Result<Self, String> {
        let context = tcp::attach(open::connect(address).await?);
        Ok(Self { address: address.to_owned(), context, settings })
    }

    async fn read(&mut self, request: &ReadRequest) -> Result<Data, ReadError> {
        call(&mut self.context, request, self.settings.response_timeout).await
    }

    async fn recover(&mut self) -> Result<usize, String> {
        // Closed first: some gateways take one connection at a time. Whether it could still be closed changes nothing.
        let _ = self.context.disconnect().await;
        self.context = tcp::attach(open::connect(&self.address).await?);
        Ok(0)
    }
}

async fn call(context: &mut Context, request: &ReadRequest, limit: Duration) -> Result<Data, ReadError> {
    let (address, count) = (request.address(), request.count());
    context.set_slave(Slave(request.unit().0));
    let asked = match request.table() {
        Table::Coils => Request::ReadCoils(address, count),
        Table::DiscreteInputs => Request::ReadDiscreteInputs(address, count),
        Table::HoldingRegisters => Request::ReadHoldingRegisters(address, count),
        Table::InputRegisters => Request::ReadInputRegisters(address, count),
    };
    match timeout(limit, context.call(asked)).await {
        Err(_) => Err(ReadError::Timeout),
        Ok(Ok(Ok(response))) => accept(request, response),
        Ok(Ok(Err(exception))) => Err(ReadError::Exception(exception_code(exception))),
        Ok(Err(error)) => Err(translate(&error)),
    }
}

/// The values of a response, if it is of the table and length that was asked for.
fn accept(request: &ReadRequest, response: Response) -> Result<Data, ReadError> {
    let count = usize::from(request.count());
    match (request.table(), response) {
        (Table::Coils, Response::ReadCoils(mut bits))
        | (Table::DiscreteInputs, Response::ReadDiscreteInputs(mut bits)) => {
            if bits.len() != request.payload_bytes() * 8 {
                return Err(ReadError::WrongLength { want: count, got: bits.len() });
            }
            bits.truncate(count);
            Ok(Data::Bits(bits))
        }
        (Table::HoldingRegisters, Response::ReadHoldingRegisters(registers))
        | (Table::InputRegisters, Response::ReadInputRegisters(registers)) => {
            if registers.len() != count {
                return Err(ReadError::WrongLength { want: count, got: registers.len() });
            }
            Ok(Data::Registers(registers))
        }
        _ => Err(ReadError::Protocol("an answer to another function".to_owned())),
    }
}

fn exception_code(exception: ExceptionCode) -> u8 {
    exception.into()
}

/// Our own words: those of the library may hold register values.
fn translate(error: &Error) -> ReadError {
    match error {
        Error::Protocol(ProtocolError::HeaderMismatch { .. }) => {
            ReadError::Protocol("an answer of another unit or transaction".to_owned())
        }
        Error::Protocol(ProtocolError::FunctionCodeMismatch { .. }) => {
            ReadError::Protocol("an answer to another function".to_owned())
        }
        Error::Transport(error) => match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput => {
                ReadError::Protocol("a damaged answer".to_owned())
            }
            _ => ReadError::Transport("the connection was closed or failed".to_owned()),
        },
    }
}

/// A stream that survives the client context that uses it.
struct Line<T>(Arc<Mutex<T>>);

impl<T> Clone for Line<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Line<T> {
    fn stream(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads and discards until a line has been silent for `quiet`. Returns how many bytes there were, or why the line is to be
/// given up.
pub(crate) async fn quiesce(line: &mut (impl AsyncRead + Unpin), quiet: Duration) -> Result<usize, String> {
    let silence = async {
        let (mut bytes, mut buffer) = (0, [0; 256]);
        loop {
            match timeout(quiet, line.read(&mut buffer)).await {
                Err(_) => return Ok(bytes),
                Ok(Ok(0)) => return Err("the port is gone".to_owned()),
                Ok(Ok(length)) => bytes += length,
                Ok(Err(error)) => return Err(error.to_string()),
            }
        }
    };
    let given_up = |_| Err(format!("the line has not been silent for {} s", BABBLE_MAX.as_secs()));
    timeout(BABBLE_MAX + quiet, silence).await.unwrap_or_else(given_up)
}

impl<T: AsyncRead + Unpin> AsyncRead for Line<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Task<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream()).poll_read(cx, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Line<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Task<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream()).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Task<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Task<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

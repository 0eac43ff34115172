//! Serial ports through tokio-serial, with what it takes to use them on a runtime thread.
//!
//! - `flush` waits for the wire (`tcdrain`) and would block the thread: it does nothing here.
//! - A port that is unplugged reads zero bytes without end, or fails: zero bytes are an error here.
//! - Closing a port with unsent bytes can block for seconds: they are discarded first.
//! - The port is exclusive while it is open, and given free before it is closed, so that it can be opened again.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_serial::{ClearBuffer, DataBits, SerialPort as _, SerialStream, StopBits};
use vigil_protocols::doctor::Signals;
use vigil_protocols::link::{FlowControl, Parity, SerialSettings};

/// An open serial port.
pub(crate) struct SerialLine(SerialStream);

impl SerialLine {
    /// Opens a port with its settings. What arrived before is discarded: nobody knows when it did.
    pub(crate) fn open(settings: &SerialSettings) -> io::Result<Self> {
        let builder = tokio_serial::new(&settings.port, settings.baud)
            .data_bits(if settings.data_bits == 7 { DataBits::Seven } else { DataBits::Eight })
            .stop_bits(if settings.stop_bits == 2 { StopBits::Two } else { StopBits::One })
            .parity(match settings.parity {
                Parity::None => tokio_serial::Parity::None,
                Parity::Even => tokio_serial::Parity::Even,
                Parity::Odd => tokio_serial::Parity::Odd,
            })
            .flow_control(match settings.flow {
                FlowControl::None => tokio_serial::FlowControl::None,
                FlowControl::Hardware => tokio_serial::FlowControl::Hardware,
            });
        let line = Self(SerialStream::open(&builder)?);
        line.0.clear(ClearBuffer::Input)?;
        Ok(line)
    }
}

impl SerialLine {
    /// The handshake lines that come from the other end; `None` if the port has none.
    pub(crate) fn signals(&mut self) -> Option<Signals> {
        let port = &mut self.0;
        Some(Signals {
            cts: port.read_clear_to_send().ok()?,
            dsr: port.read_data_set_ready().ok()?,
            dcd: port.read_carrier_detect().ok()?,
        })
    }
}

impl Drop for SerialLine {
    fn drop(&mut self) {
        // The port may be gone already; there is nobody left to tell.
        let _ = self.0.clear(ClearBuffer::Output);
        let _ = self.0.set_exclusive(false);
    }
}

impl AsyncRead for SerialLine {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.0).poll_read(cx, buffer))?;
        if buffer.filled().len() == before && buffer.remaining() > 0 {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::BrokenPipe, "the port is gone")));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for SerialLine {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

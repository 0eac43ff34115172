//! Modbus ASCII, which tokio-modbus does not speak: the frames of `vigil-protocols` on a line, or through a gateway that
//! passes its bytes on. The only requests that have a form there are reads.
//!
//! The policy is that of RTU: after anything but a good answer or an exception the line is read empty until it has been
//! silent for the late window.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};
use vigil_protocols::link::BusSettings;
use vigil_protocols::modbus::adu::{Frame, FrameReader, Side};
use vigil_protocols::modbus::{Data, Framing, ReadError, ReadRequest};

use crate::client::quiesce;

/// Modbus ASCII on a line.
pub(crate) struct Ascii<T> {
    stream: T,
    reader: FrameReader,
    settings: BusSettings,
    character_time: Duration,
    /// Whether an answer whose check is not the one that Modbus prescribes has been told.
    excuse_told: bool,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Ascii<T> {
    /// `character_time` is what a character takes on the line; zero through a network.
    pub(crate) fn new(stream: T, character_time: Duration, settings: BusSettings) -> Self {
        Self { stream, reader: reader(settings), settings, character_time, excuse_told: false }
    }

    pub(crate) async fn read(&mut self, request: &ReadRequest) -> Result<Data, ReadError> {
        let bytes = Frame::request(0, *request).encode(Framing::Ascii);
        // Eleven characters and two for each byte of the values come back, on top of the time the unit may take.
        let characters = bytes.len() + 11 + 2 * request.payload_bytes();
        let wire = self.character_time.saturating_mul(u32::try_from(characters).unwrap_or(u32::MAX));
        let deadline = Instant::now() + self.settings.response_timeout + wire;
        match timeout_at(deadline, self.stream.write_all(&bytes)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(ReadError::Transport(error.to_string())),
            Err(_) => return Err(ReadError::Timeout),
        }
        let mut buffer = [0; 256];
        loop {
            if let Some(found) = self.reader.next_frame(Some(request.payload_bytes())) {
                self.tell_excuse();
                return match found {
                    Ok(frame) => request.accept(&frame, Framing::Ascii, 0),
                    Err(fault) => Err(ReadError::Protocol(fault.detail)),
                };
            }
            match timeout_at(deadline, self.stream.read(&mut buffer)).await {
                Err(_) => return Err(ReadError::Timeout),
                Ok(Ok(0)) => return Err(ReadError::Transport("the connection was closed".to_owned())),
                Ok(Ok(length)) => self.reader.push(&buffer[..length]),
                Ok(Err(error)) => return Err(ReadError::Transport(error.to_string())),
            }
        }
    }

    pub(crate) async fn recover(&mut self) -> Result<usize, String> {
        let drained = quiesce(&mut self.stream, self.settings.late_window).await;
        self.reader = reader(self.settings);
        drained
    }

    /// An exception that the configuration makes is not silent; once is enough for a log.
    fn tell_excuse(&mut self) {
        let Some(fault) = self.reader.take_excused() else { return };
        if !std::mem::replace(&mut self.excuse_told, true) {
            tracing::warn!(detail = fault.detail, "Answers are accepted by the link's setting `lrc`.");
        }
    }
}

fn reader(settings: BusSettings) -> FrameReader {
    FrameReader::new(Framing::Ascii, Side::Responses).with_ascii(settings.ascii)
}

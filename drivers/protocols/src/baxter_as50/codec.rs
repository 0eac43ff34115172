//! Frames of the Baxter AS50: `[` text `]` and two bytes of CRC, and the requests.
//!
//! Source: OpenICE (mdpnp, BSD-2), `devices/baxter`. The CRC is CRC-16/XMODEM over the text with its brackets, high byte first,
//! in two raw bytes that can have any value. The stream around frames is in `stream.rs`, which is re-exported here.

use vigil_model::{Fault, FaultKind};

pub use super::stream::Frames;
use crate::check::crc16_xmodem;

/// Longest text between the brackets, in bytes.
pub const TEXT_MAX_BYTES: usize = 64;

/// What Vigil can ask the pump. Each of them only reads; rates, boluses and remote control are not in the protocol as far as
/// this program can speak it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    /// `[STATUS?]`: what the pump does, in its own words.
    Status,
    /// `[PRIRATE?]`: the primary rate.
    PrimaryRate,
    /// `[BOLRAT?]`: the rate of a bolus.
    BolusRate,
    /// `[BOLSIZ?]`: the size of a bolus.
    BolusSize,
}

impl Request {
    /// All requests.
    pub const ALL: [Request; 4] = [Request::Status, Request::PrimaryRate, Request::BolusRate, Request::BolusSize];

    /// The word on the wire, in the request and in its answer.
    pub const fn word(self) -> &'static str {
        match self {
            Request::Status => "STATUS",
            Request::PrimaryRate => "PRIRATE",
            Request::BolusRate => "BOLRAT",
            Request::BolusSize => "BOLSIZ",
        }
    }

    /// The request as a frame.
    pub fn encode(self) -> Vec<u8> {
        frame(format!("{}?", self.word()).as_bytes())
    }
}

/// What the pump says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `[PRIRATE=12.5]`.
    Answer {
        /// What was asked.
        request: Request,
        /// What stands behind `=`.
        value: String,
    },
    /// `[REJECT…]`: the pump does not answer this, now or ever.
    Reject(String),
}

impl Reply {
    /// The answer as a frame, as the pump sends it: for simulators and tests.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Reply::Answer { request, value } => frame(format!("{}={value}", request.word()).as_bytes()),
            Reply::Reject(reason) => frame(format!("REJECT{reason}").as_bytes()),
        }
    }

    /// Reads the text of a frame whose check fits.
    ///
    /// # Errors
    /// A text that is no answer of the pump.
    pub fn decode(text: &str) -> Result<Reply, Fault> {
        if let Some(reason) = text.strip_prefix("REJECT") {
            return Ok(Reply::Reject(reason.trim().to_owned()));
        }
        let answer = text.split_once('=').and_then(|(word, value)| {
            let request = Request::ALL.into_iter().find(|request| request.word() == word)?;
            Some(Reply::Answer { request, value: value.trim().to_owned() })
        });
        answer.ok_or_else(|| Fault::new(FaultKind::Unexpected, text.len() + 4, "a frame that is no answer"))
    }
}

/// A text as a frame.
pub(super) fn frame(text: &[u8]) -> Vec<u8> {
    let framed = [b"[", text, b"]"].concat();
    let check = crc16_xmodem(&framed).to_be_bytes();
    [&framed[..], &check].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_the_published_checks() {
        let published = [[0xC3, 0x4B], [0x34, 0x44], [0x12, 0x78], [0x26, 0xEB]];
        for (request, check) in Request::ALL.into_iter().zip(published) {
            let expected = [format!("[{}?]", request.word()).as_bytes(), &check].concat();
            assert_eq!(request.encode(), expected);
        }
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let value = |text: &str| Reply::decode(text);
        assert_eq!(
            value("PRIRATE=12.5"),
            Ok(Reply::Answer { request: Request::PrimaryRate, value: "12.5".to_owned() })
        );
        assert_eq!(value("REJECT 3"), Ok(Reply::Reject("3".to_owned())));
        for refused in ["", "ACK", "PRIRATE?", "RATE=1", "=1", "prirate=1"] {
            assert!(value(refused).is_err(), "{refused}");
        }
    }
}

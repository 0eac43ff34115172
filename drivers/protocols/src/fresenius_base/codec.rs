//! Frames of the Fresenius Base: 02, address, text, two hexadecimal digits of check, 03; single characters around them.
//!
//! Source: the open driver infupy (ISC), `backends/fresenius.py`. The check is FFh minus the 8-bit sum of address and text.
//! Address 0 is the base, 1 to 5 its modules. The stream around frames is in `stream.rs`, which is re-exported here.

use vigil_model::{Fault, FaultKind};

pub use super::stream::{Heard, Stream};
use crate::check::ff_minus_sum8;

/// Begins a frame.
pub const STX: u8 = 0x02;
/// Ends a frame.
pub const ETX: u8 = 0x03;
/// The device asks for a sign of life, also in the middle of a frame.
pub const ENQ: u8 = 0x05;
/// A frame has arrived.
pub const ACK: u8 = 0x06;
/// The sign of life.
pub const DC4: u8 = 0x14;
/// A frame was not taken; a character says why.
pub const NAK: u8 = 0x15;
/// Longest text with its address, in bytes.
pub const TEXT_MAX_BYTES: usize = 96;
/// Modules that a base can have.
pub const MODULES: u8 = 5;

/// What Vigil can ask the base and its modules. Each of them reads, or opens a session in which things can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    /// `DC` to an address: open a session.
    Connect(u8),
    /// `LE;b` to the base: which modules there are.
    Modules,
    /// `LE;a` to a module: its alarm.
    Alarm(u8),
    /// `LE;e` to a module: its error.
    Malfunction(u8),
    /// `LE;dr` to a module: rate and volume.
    Values(u8),
}

impl Request {
    /// All requests, in the order of the plan.
    pub fn all() -> Vec<Request> {
        let modules = || 1..=MODULES;
        let mut all = vec![Request::Connect(0), Request::Modules];
        all.extend(modules().map(Request::Connect));
        all.extend(modules().flat_map(|module| [Request::Alarm(module), Request::Malfunction(module)]));
        all.extend(modules().map(Request::Values));
        all
    }

    /// Whom it is for, and what it says.
    fn parts(self) -> (u8, &'static str) {
        match self {
            Request::Connect(address) => (address, "DC"),
            Request::Modules => (0, "LE;b"),
            Request::Alarm(module) => (module, "LE;a"),
            Request::Malfunction(module) => (module, "LE;e"),
            Request::Values(module) => (module, "LE;dr"),
        }
    }

    /// The request as a frame.
    pub fn encode(self) -> Vec<u8> {
        let (address, text) = self.parts();
        frame(format!("{address}{text}").as_bytes())
    }

    /// The request that a text with its address is.
    pub fn named(text: &str) -> Option<Request> {
        Request::all().into_iter().find(|request| {
            let (address, words) = request.parts();
            text == format!("{address}{words}")
        })
    }
}

/// What a reply is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// `C`: the answer to a request.
    Correct,
    /// `I`: a request was refused.
    Incorrect,
    /// `E` or `M`: nobody has asked; to be acknowledged with the letter.
    Spontaneous(char),
}

/// A frame of the base or a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Whose it is, 0 to 5.
    pub address: u8,
    /// What it is.
    pub status: Status,
    /// What stands behind `;`, in parts.
    pub data: Vec<String>,
}

impl Reply {
    /// The reply as a frame, as the base sends it: for simulators and tests.
    pub fn encode(&self) -> Vec<u8> {
        let status = match self.status {
            Status::Correct => 'C',
            Status::Incorrect => 'I',
            Status::Spontaneous(letter) => letter,
        };
        let data: String = self.data.iter().map(|part| format!(";{part}")).collect();
        frame(format!("{}{status}{data}", self.address).as_bytes())
    }

    /// Reads the text of a frame.
    ///
    /// # Errors
    /// A text that is no reply.
    pub fn decode(text: &str) -> Result<Reply, Fault> {
        let refused = |kind, detail: &str| Err(Fault::new(kind, text.len() + 4, detail));
        if Request::named(text).is_some() {
            return refused(FaultKind::Unexpected, "a request of a host");
        }
        let (head, data) = text.split_once(';').map_or((text, None), |(head, data)| (head, Some(data)));
        let [address @ b'0'..=b'5', status] = head.as_bytes() else {
            return refused(FaultKind::Framing, "a frame without an address and a status");
        };
        let status = match status {
            b'C' => Status::Correct,
            b'I' => Status::Incorrect,
            b'E' | b'M' => Status::Spontaneous(char::from(*status)),
            _ => return refused(FaultKind::Framing, "a frame with a status that is not known"),
        };
        let data = data.map_or_else(Vec::new, |data| data.split(';').map(str::to_owned).collect());
        Ok(Reply { address: address - b'0', status, data })
    }

    /// The value of a variable, which stands behind its letter.
    pub fn variable(&self, letter: char) -> Option<&str> {
        self.data.iter().find_map(|part| part.strip_prefix(letter))
    }
}

/// A text with its address as a frame.
pub(super) fn frame(text: &[u8]) -> Vec<u8> {
    let check = format!("{:02X}", ff_minus_sum8(text));
    [&[STX], text, check.as_bytes(), &[ETX]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_their_computed_checks() {
        assert_eq!(Request::Connect(0).encode(), b"\x020DC48\x03");
        assert_eq!(Request::Modules.encode(), b"\x020LE;bA1\x03");
        assert_eq!(Request::Values(1).encode(), b"\x021LE;dr2C\x03");
        assert_eq!(Request::named("5LE;a"), Some(Request::Alarm(5)));
        for other in ["6LE;a", "1PR;d007D", "1PO", "0MO;2", "LE;a", "1le;a", ""] {
            assert_eq!(Request::named(other), None, "{other}");
        }
    }

    #[test]
    fn replies_are_read_and_written() {
        for text in ["0C", "0C;b05", "1C;d007D;r00001388", "3I;1E", "2E;d0010"] {
            let reply = Reply::decode(text).unwrap();
            let wire = reply.encode();
            assert_eq!(&wire[1..wire.len() - 3], text.as_bytes());
        }
        let values = Reply::decode("1C;d007D;r00001388").unwrap();
        assert_eq!(
            (values.variable('d'), values.variable('r'), values.variable('a')),
            (Some("007D"), Some("00001388"), None)
        );
        for refused in ["", "0", "6C", "1X", "1CC", "C;d", "1LE;a"] {
            assert!(Reply::decode(refused).is_err(), "{refused}");
        }
    }
}

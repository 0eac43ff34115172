//! Frames of Draeger Medibus, and everything Vigil can say in it.
//!
//! Source: Medibus protocol definition rev 4.03 (Draeger 9028258). A command is `1B` code argument check `0D`, a response `01`
//! echo-of-code data check `0D`; the check is the 8-bit sum from 1B or 01 to the last byte before it, as two upper-case
//! hexadecimal digits. How frames are found in a stream is in `stream.rs`, what stands in a response in `payload.rs`; both are
//! re-exported here.

pub use super::payload::{
    AlarmItem, DeviceId, PayloadError, TextItem, ValueItem, decode_alarms, decode_device_id, decode_settings,
    decode_texts, decode_time, decode_values, encode_alarms, encode_device_id, encode_settings, encode_texts,
    encode_time, encode_values,
};
pub use super::stream::{Deframer, Found};
use crate::check::sum8;

/// Begins a command.
pub const ESC: u8 = 0x1B;
/// Begins a response.
pub const SOH: u8 = 0x01;
/// Ends both.
pub const CR: u8 = 0x0D;
/// Code of a response to a command whose check did not fit.
pub const NAK: u8 = 0x15;
/// Longest argument of a command, in bytes.
pub const ARGUMENT_MAX_BYTES: usize = 251;
/// Longest data of a response, in bytes: 3845 with the rest of the frame.
pub const DATA_MAX_BYTES: usize = 3840;

/// A frame whose check fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// One side asks.
    Command {
        /// What.
        code: u8,
        /// With what.
        argument: Vec<u8>,
    },
    /// The other side answers.
    Response {
        /// Code of the command.
        code: u8,
        /// The answer.
        data: Vec<u8>,
    },
}

impl Frame {
    /// A command without argument.
    pub fn command(code: u8) -> Self {
        Frame::Command { code, argument: Vec::new() }
    }

    /// A response.
    pub fn response(code: u8, data: impl Into<Vec<u8>>) -> Self {
        Frame::Response { code, data: data.into() }
    }

    /// The frame as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let (begin, code, rest) = match self {
            Frame::Command { code, argument } => (ESC, code, argument),
            Frame::Response { code, data } => (SOH, code, data),
        };
        let mut bytes = vec![begin, *code];
        bytes.extend(rest);
        bytes.extend(format!("{:02X}\r", sum8(&bytes)).bytes());
        bytes
    }
}

/// Codes of commands, of either side.
pub mod code {
    /// Initialise the conversation.
    pub const ICC: u8 = 0x51;
    /// End the conversation.
    pub const STOP: u8 = 0x55;
    /// Nothing: the line is alive.
    pub const NOP: u8 = 0x30;
    /// Date or time of the other side has been changed.
    pub const TIME_CHANGED: u8 = 0x49;
}

/// What Vigil can ask the device. Each of them reads or keeps the conversation alive; configuring, realtime traces and
/// device-specific commands cannot be expressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    /// 51: begin a conversation.
    Initialise,
    /// 30: keep it alive.
    Nop,
    /// 52: who are you.
    DeviceId,
    /// 27: alarms, code page 1.
    Alarms1,
    /// 2E: alarms, code page 2.
    Alarms2,
    /// 2A: text messages: mode, standby.
    Texts,
    /// 28: date and time.
    Time,
    /// 24: measured data, code page 1.
    Data,
    /// 25: lower alarm limits, code page 1.
    LowLimits,
    /// 26: upper alarm limits, code page 1.
    HighLimits,
    /// 29: settings.
    Settings,
}

impl Request {
    /// All requests.
    pub const ALL: [Request; 11] = [
        Request::Initialise,
        Request::Nop,
        Request::DeviceId,
        Request::Alarms1,
        Request::Alarms2,
        Request::Texts,
        Request::Time,
        Request::Data,
        Request::LowLimits,
        Request::HighLimits,
        Request::Settings,
    ];

    /// Its code.
    pub const fn code(self) -> u8 {
        match self {
            Request::Initialise => code::ICC,
            Request::Nop => code::NOP,
            Request::DeviceId => 0x52,
            Request::Alarms1 => 0x27,
            Request::Alarms2 => 0x2E,
            Request::Texts => 0x2A,
            Request::Time => 0x28,
            Request::Data => 0x24,
            Request::LowLimits => 0x25,
            Request::HighLimits => 0x26,
            Request::Settings => 0x29,
        }
    }

    /// The request with a code.
    pub fn of(code: u8) -> Option<Request> {
        Request::ALL.into_iter().find(|request| request.code() == code)
    }

    /// The request as a frame.
    pub fn encode(self) -> Vec<u8> {
        Frame::command(self.code()).encode()
    }
}

/// What Vigil can answer to the device, which expects an answer to each command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An empty response with the code of the command.
    Echo(u8),
    /// Who Vigil is.
    Identity,
    /// The check of the command did not fit.
    Nak,
}

/// What Vigil says it is. 0161 is the number the protocol definition gives a computer.
pub const OWN_ID: &str = "0161'Vigil'01.00:04.00";

impl Answer {
    /// The answer as a frame.
    pub fn encode(self) -> Vec<u8> {
        match self {
            Answer::Echo(code) => Frame::response(code, []),
            Answer::Identity => Frame::response(Request::DeviceId.code(), OWN_ID.as_bytes()),
            Answer::Nak => Frame::response(NAK, []),
        }
        .encode()
    }
}

/// Whether bytes are a request or an answer of these lists.
pub fn is_allowed(bytes: &[u8]) -> bool {
    let is_echo = matches!(bytes, [SOH, code, ..] if is_code(*code) && Answer::Echo(*code).encode() == bytes);
    is_echo
        || Request::ALL.iter().any(|request| request.encode() == bytes)
        || [Answer::Identity, Answer::Nak].iter().any(|answer| answer.encode() == bytes)
}

/// Whether a byte can be the code of a command.
pub(super) fn is_code(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_have_the_published_checks() {
        let published: [(Request, &[u8]); 5] = [
            (Request::Initialise, b"\x1BQ6C\r"),
            (Request::DeviceId, b"\x1BR6D\r"),
            (Request::Nop, b"\x1B04B\r"),
            (Request::Data, b"\x1B$3F\r"),
            (Request::Time, b"\x1B(43\r"),
        ];
        for (request, bytes) in published {
            assert_eq!(request.encode(), bytes);
            assert_eq!(Request::of(request.code()), Some(request));
        }
        assert_eq!(Answer::Echo(code::ICC).encode(), b"\x01Q52\r");
        assert_eq!(Answer::Nak.encode(), b"\x01\x1516\r");
    }

    #[test]
    fn only_reading_commands_and_answers_are_allowed() {
        for code in 0u8..=255 {
            let command = Frame::command(code).encode();
            assert_eq!(is_allowed(&command), Request::of(code).is_some(), "{code:02X}");
            let echo = Frame::response(code, []).encode();
            assert_eq!(is_allowed(&echo), is_code(code) || code == NAK, "{code:02X}");
        }
        for refused in [0x4A, 0x53, 0x54, 0x6A, 0x55, 0x49] {
            assert_eq!(Request::of(refused), None, "configuration, realtime, device-specific, stop, time");
        }
        assert!(!is_allowed(&Frame::Command { code: 0x24, argument: b"EB".to_vec() }.encode()));
        assert!(!is_allowed(&Frame::response(0x24, *b"EB 98 ").encode()));
        assert!(!is_allowed(&[0xD0, 0xC1]));
    }
}

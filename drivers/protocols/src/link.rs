//! How a device is reached, as configuration says it. Description only: `vigil-links` opens what is described here.

use std::time::Duration;

use crate::modbus::{AsciiRules, Framing};

/// One physical or network connection to one device or to a bus of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A serial port.
    Serial(SerialSettings),
    /// A TCP connection to a device, terminal server or Modbus gateway, `host:port`.
    Tcp {
        /// `host:port`.
        address: String,
    },
    /// Datagrams to and from a device, `host:port`.
    Udp {
        /// `host:port`.
        address: String,
    },
}

/// Settings of a serial line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerialSettings {
    /// Path of the port; best a stable one under `/dev/serial/by-path` or `/dev/serial/by-id`.
    pub port: String,
    /// Bits per second, 300 to 4 000 000.
    pub baud: u32,
    /// Data bits, 7 or 8.
    pub data_bits: u8,
    /// Parity.
    pub parity: Parity,
    /// Stop bits, 1 or 2.
    pub stop_bits: u8,
    /// Handshake.
    pub flow: FlowControl,
}

impl SerialSettings {
    /// A line without handshake at a rate, 8 data bits, no parity, 1 stop bit; the port is empty.
    pub const fn eight_n_one(baud: u32) -> Self {
        Self { port: String::new(), baud, data_bits: 8, parity: Parity::None, stop_bits: 1, flow: FlowControl::None }
    }

    /// Time one character takes on the line, with its start, data, parity and stop bits.
    pub fn character_time(&self) -> Duration {
        let bits = 1 + u64::from(self.data_bits) + u64::from(self.parity != Parity::None) + u64::from(self.stop_bits);
        Duration::from_nanos(bits * 1_000_000_000 / u64::from(self.baud.max(1)))
    }
}

/// Parity of a serial line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Parity {
    /// No parity bit.
    #[default]
    None,
    /// Even.
    Even,
    /// Odd.
    Odd,
}

/// Handshake of a serial line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FlowControl {
    /// None.
    #[default]
    None,
    /// RTS/CTS.
    Hardware,
}

/// How Modbus is spoken on a bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BusSettings {
    /// How long a unit may take to answer.
    pub response_timeout: Duration,
    /// Silence that the line must keep after a time-out before the next request, at least as long as the slowest late
    /// answer.
    pub late_window: Duration,
    /// Pause between an answer and the next request, on top of the 3.5 characters that Modbus RTU demands.
    pub pause: Duration,
    /// How frames are told apart; `None` for RTU on a serial line and Modbus TCP on a network connection.
    pub framing: Option<Framing>,
    /// What is accepted of Modbus ASCII answers.
    pub ascii: AsciiRules,
}

impl BusSettings {
    /// How frames are told apart on a transport.
    pub fn framing_on(&self, transport: &Transport) -> Framing {
        self.framing.unwrap_or(match transport {
            Transport::Serial(_) => Framing::Rtu,
            Transport::Tcp { .. } | Transport::Udp { .. } => Framing::Tcp,
        })
    }
}

impl Default for BusSettings {
    fn default() -> Self {
        Self {
            response_timeout: Duration::from_millis(300),
            late_window: Duration::from_millis(100),
            pause: Duration::ZERO,
            framing: None,
            ascii: AsciiRules::default(),
        }
    }
}

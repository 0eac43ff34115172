//! `[[link]]`: how devices are reached.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_messages::DurationText;
use vigil_protocols::link::{FlowControl, Parity};
use vigil_protocols::modbus::Framing;

use super::id_schema;

/// One serial line or network connection, to one device or to a Modbus bus of several units. Exactly one of `serial`, `tcp` and
/// `udp` is given.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkSection {
    /// Id of the link in this file: 1 to 32 letters, digits, `.`, `_` and `-`.
    #[schemars(schema_with = "id_schema")]
    pub id: String,
    /// A serial port.
    #[serde(default)]
    pub serial: Option<SerialSection>,
    /// A device, terminal server or Modbus gateway on the network, `host:port`.
    #[serde(default)]
    pub tcp: Option<String>,
    /// A device that speaks in datagrams, `host:port`: an IntelliVue monitor on its network, port 24105.
    #[serde(default)]
    pub udp: Option<String>,
    /// How Modbus is spoken here. Only for links whose devices have the driver `modbus`.
    #[serde(default)]
    pub modbus: Option<BusSection>,
}

/// Settings of a serial port. What is left out comes from the driver of the device; on a Modbus bus it is 19200 baud, 8 data
/// bits, even parity, 1 stop bit (MODBUS over Serial Line V1.02, 2.5.1).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SerialSection {
    /// Path of the port, best a stable one under `/dev/serial/by-path` or `/dev/serial/by-id`; `vigil ports` lists them.
    pub port: String,
    /// Name of the adapter under `/dev/serial/by-id` that must be at the port: with another one there the port is not opened.
    /// Not looked at if left out.
    #[serde(default)]
    pub adapter: Option<String>,
    /// Bits per second, 300 to 4000000.
    #[serde(default)]
    pub baud: Option<u32>,
    /// Data bits, 7 or 8.
    #[serde(default)]
    pub data_bits: Option<u8>,
    /// Parity: `none`, `even` or `odd`.
    #[serde(default)]
    pub parity: Option<Parity>,
    /// Stop bits, 1 or 2.
    #[serde(default)]
    pub stop_bits: Option<u8>,
    /// Handshake: `none` or `hardware` (RTS/CTS).
    #[serde(default)]
    pub flow: Option<FlowControl>,
}

/// How Modbus is spoken on a bus.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BusSection {
    /// How long a unit may take to answer, `20ms` to `10s`. `300ms` if left out.
    #[serde(default)]
    pub response_timeout: Option<DurationText>,
    /// Silence that the line must keep after a time-out before the next request, up to `10s`; at least as long as the slowest
    /// late answer. `100ms` if left out.
    #[serde(default)]
    pub late_window: Option<DurationText>,
    /// Pause between an answer and the next request, up to `10s`, on top of what Modbus demands. `0s` if left out.
    #[serde(default)]
    pub pause: Option<DurationText>,
    /// How frames are told apart: `rtu` or `ascii` on a serial line; `tcp`, `rtu` or `ascii` on a network connection, the
    /// latter two through a gateway that passes bytes on. `rtu` on a serial line and `tcp` on a connection if left out.
    #[serde(default)]
    pub framing: Option<Framing>,
    /// Which check is accepted of Modbus ASCII answers. `strict` if left out.
    #[serde(default)]
    pub lrc: Option<LrcRule>,
}

/// Which check is accepted of Modbus ASCII answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LrcRule {
    /// That of the bytes received.
    #[default]
    Strict,
    /// Also one that fits only if the byte count is doubled. Each such answer is told as a fault.
    DoubledCount,
}

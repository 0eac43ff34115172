//! Driver `alaris-asena`: Alaris / Asena GH and CC syringe pumps on RS-232. See `README.md` in this folder.
//!
//! Reads only. Remote control of the pump, and every command that would change it, cannot be expressed here.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vigil_model::Profile;

use crate::link::{FlowControl, Parity, SerialSettings};
use crate::poll::{Listener, PollSession};
use crate::watch::LinkWatch;
use crate::{Decoder, Session, settings};

pub mod codec;
mod reply;
mod session;
pub mod table;
mod values;

/// Documentation of the driver.
pub const README: &str = include_str!("README.md");

/// Configuration an operator can start from.
pub const SAMPLE: &str = include_str!("sample.toml");

/// Settings of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename = "AlarisAsenaConfig")]
pub struct Config {
    /// How often the infusion and the alarm list are read, 200ms to 1min.
    #[serde(
        default = "default_interval",
        deserialize_with = "settings::between::<_, 200, 60_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub interval: Duration,
    /// How often serial number, protocol version, syringe and volume to be infused are read, 1s to 1h.
    #[serde(
        default = "default_slow_interval",
        deserialize_with = "settings::between::<_, 1_000, 3_600_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub slow_interval: Duration,
    /// How long the pump may take to answer, 50ms to 10s. Asked once more before it counts as a time-out.
    #[serde(
        default = "default_response_timeout",
        deserialize_with = "settings::between::<_, 50, 10_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub response_timeout: Duration,
}

fn default_interval() -> Duration {
    Duration::from_secs(1)
}

fn default_slow_interval() -> Duration {
    Duration::from_secs(30)
}

/// What the open drivers use (infupy, OpenICE).
fn default_response_timeout() -> Duration {
    Duration::from_millis(500)
}

impl Default for Config {
    fn default() -> Self {
        Self {
            interval: default_interval(),
            slow_interval: default_slow_interval(),
            response_timeout: default_response_timeout(),
        }
    }
}

impl Config {
    /// How often the device is asked for its values.
    pub fn poll_interval(&self) -> Duration {
        self.interval
    }

    /// What the device is, with values current for three polls and the time that answers may take.
    pub fn profile(&self) -> Arc<Profile> {
        let fresh = |interval| LinkWatch::quiet_time_of(interval) + self.response_timeout * 2;
        table::profile(fresh(self.interval), fresh(self.slow_interval))
    }

    /// A conversation with one pump, which counts as lost after `quiet_time` of silence.
    pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
        let (profile, plan) = (self.profile(), session::plan(self));
        Box::new(PollSession::new(profile, session::Pump::default(), plan, self.response_timeout, quiet_time))
    }
}

/// What the device is, with the default settings.
pub fn profile() -> Arc<Profile> {
    Config::default().profile()
}

/// A decoder of what the pump sends.
pub fn decoder() -> Box<dyn Decoder> {
    Box::new(Listener::new(session::Pump::decoding()))
}

/// 38400 baud, 8 data bits, no parity, 1 stop bit, no handshake; the port is empty.
pub fn serial_defaults() -> SerialSettings {
    SerialSettings {
        port: String::new(),
        baud: 38_400,
        data_bits: 8,
        parity: Parity::None,
        stop_bits: 1,
        flow: FlowControl::None,
    }
}

/// Whether these bytes are one request of the closed list.
pub(crate) fn is_allowed(bytes: &[u8]) -> bool {
    codec::Request::ALL.iter().any(|request| request.encode() == bytes)
}

/// A text as a frame: see [`crate::driver::Driver::framed`].
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    let check = format!("|{:04X}\r", crate::check::crc16_ccitt_false(payload));
    [b"!", payload, check.as_bytes()].concat()
}

#[cfg(test)]
mod tests;

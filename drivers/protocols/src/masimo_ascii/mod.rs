//! Driver `masimo-ascii`: Masimo pulse oximeters with ASCII output on RS-232. See `README.md` in this folder.
//!
//! Listens only: nothing is ever sent to the oximeter.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vigil_model::Profile;

use crate::link::{FlowControl, Parity, SerialSettings};
use crate::listen::{ListenDecoder, ListenSession};
use crate::watch::LinkWatch;
use crate::{Decoder, Session, settings};

pub mod codec;
mod session;
pub mod table;

/// Documentation of the driver.
pub const README: &str = include_str!("README.md");

/// Configuration an operator can start from.
pub const SAMPLE: &str = include_str!("sample.toml");

/// Settings of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename = "MasimoAsciiConfig")]
pub struct Config {
    /// How often the oximeter sends a line, as it is set there, 1s to 1min.
    #[serde(
        default = "default_interval",
        deserialize_with = "settings::between::<_, 1_000, 60_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub interval: Duration,
}

fn default_interval() -> Duration {
    Duration::from_secs(1)
}

impl Default for Config {
    fn default() -> Self {
        Self { interval: default_interval() }
    }
}

impl Config {
    /// How often the device gives its values.
    pub fn poll_interval(&self) -> Duration {
        self.interval
    }

    /// What the device is, with values current for three lines and the time that one takes.
    pub fn profile(&self) -> Arc<Profile> {
        table::profile(LinkWatch::quiet_time_of(self.interval) + Duration::from_secs(1))
    }

    /// A conversation with one oximeter, which counts as lost after `quiet_time` of silence.
    pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
        Box::new(ListenSession::new(self.profile(), session::Oximeter::default(), quiet_time))
    }
}

/// What the device is, with the default settings.
pub fn profile() -> Arc<Profile> {
    Config::default().profile()
}

/// A decoder of what the oximeter sends.
pub fn decoder() -> Box<dyn Decoder> {
    Box::<ListenDecoder<session::Oximeter>>::default()
}

/// 9600 baud, 8 data bits, no parity, 1 stop bit, no handshake; the port is empty.
pub fn serial_defaults() -> SerialSettings {
    SerialSettings {
        port: String::new(),
        baud: 9600,
        data_bits: 8,
        parity: Parity::None,
        stop_bits: 1,
        flow: FlowControl::None,
    }
}

/// Nothing is ever sent to the oximeter.
pub(crate) fn is_allowed(_bytes: &[u8]) -> bool {
    false
}

/// A line with a date and its end, for there is no check: see [`crate::driver::Driver::framed`].
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    [b"03/01/26 09:15:00 ", payload, b"\r\n"].concat()
}

#[cfg(test)]
mod tests;

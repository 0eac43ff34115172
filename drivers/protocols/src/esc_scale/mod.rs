//! Driver `esc-scale`: patient scales that speak the ESC protocol on RS-232. See `README.md` in this folder.
//!
//! Reads only. The tokens that change the scale cannot be expressed here.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vigil_model::Profile;

use crate::link::{FlowControl, Parity, SerialSettings};
use crate::poll::{Listener, PollSession};
use crate::{Decoder, Session, settings};

pub mod codec;
mod session;
mod stream;
pub mod table;

/// Documentation of the driver.
pub const README: &str = include_str!("README.md");

/// Configuration an operator can start from.
pub const SAMPLE: &str = include_str!("sample.toml");

/// Settings of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename = "EscScaleConfig")]
pub struct Config {
    /// How often the scale is asked for a reading and its diagnostics, 1s to 1h.
    #[serde(
        default = "default_interval",
        deserialize_with = "settings::between::<_, 1_000, 3_600_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub interval: Duration,
    /// How long the scale may take to answer, 100ms to 30s. Asked once more before it counts as a time-out.
    #[serde(
        default = "default_response_timeout",
        deserialize_with = "settings::between::<_, 100, 30_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub response_timeout: Duration,
}

fn default_interval() -> Duration {
    Duration::from_secs(60)
}

/// The manuals give no time; a scale may answer only when the weight has settled.
fn default_response_timeout() -> Duration {
    Duration::from_secs(3)
}

impl Default for Config {
    fn default() -> Self {
        Self { interval: default_interval(), response_timeout: default_response_timeout() }
    }
}

impl Config {
    /// How often the device is asked for its values.
    pub fn poll_interval(&self) -> Duration {
        self.interval
    }

    /// What the device is. The settings do not change it.
    pub fn profile(&self) -> Arc<Profile> {
        profile()
    }

    /// A conversation with one scale, which counts as lost after `quiet_time` of silence.
    pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
        let (profile, plan) = (self.profile(), session::plan(self));
        Box::new(PollSession::new(profile, session::Scale::default(), plan, self.response_timeout, quiet_time))
    }
}

/// What the device is.
pub fn profile() -> Arc<Profile> {
    table::profile()
}

/// A decoder of what the scale sends.
pub fn decoder() -> Box<dyn Decoder> {
    Box::new(Listener::new(session::Scale::default()))
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

/// Whether these bytes are one request of the closed list.
pub(crate) fn is_allowed(bytes: &[u8]) -> bool {
    codec::Request::ALL.iter().any(|request| request.encode() == bytes)
}

/// A message with its end, for there is no check: see [`crate::driver::Driver::framed`].
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    [payload, b"\x1bE"].concat()
}

#[cfg(test)]
mod tests;

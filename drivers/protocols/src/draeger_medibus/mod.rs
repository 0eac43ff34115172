//! Driver `draeger-medibus`: Draeger Evita ventilators with Medibus on RS-232. See `README.md` in this folder.
//!
//! Reads only. Configuring, realtime traces and device-specific commands cannot be expressed here.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vigil_model::Profile;

use crate::link::{FlowControl, Parity, SerialSettings};
use crate::watch::LinkWatch;
use crate::{Decoder, Session, settings};

pub mod codec;
mod interpret;
mod payload;
mod session;
mod stream;
pub mod table;

/// Documentation of the driver.
pub const README: &str = include_str!("README.md");

/// Configuration an operator can start from.
pub const SAMPLE: &str = include_str!("sample.toml");

/// Longest time that a cycle of requests takes on a slow line, on top of three polls.
const CYCLE_TIME: Duration = Duration::from_secs(3);

/// Settings of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename = "DraegerMedibusConfig")]
pub struct Config {
    /// How often alarms, text messages and measured data are read, 1s to 1min.
    #[serde(
        default = "default_interval",
        deserialize_with = "settings::between::<_, 1_000, 60_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub interval: Duration,
    /// How often device id, alarm limits and settings are read, 1s to 1h.
    #[serde(
        default = "default_slow_interval",
        deserialize_with = "settings::between::<_, 1_000, 3_600_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub slow_interval: Duration,
}

fn default_interval() -> Duration {
    Duration::from_secs(2)
}

fn default_slow_interval() -> Duration {
    Duration::from_secs(30)
}

impl Default for Config {
    fn default() -> Self {
        Self { interval: default_interval(), slow_interval: default_slow_interval() }
    }
}

impl Config {
    /// How often the device is asked for its values.
    pub fn poll_interval(&self) -> Duration {
        self.interval
    }

    /// What the device is, with values current for three polls and the time that a cycle may take.
    pub fn profile(&self) -> Arc<Profile> {
        let fresh = |interval| LinkWatch::quiet_time_of(interval) + CYCLE_TIME;
        table::profile(fresh(self.interval), fresh(self.slow_interval))
    }

    /// A conversation with one device, which counts as lost after `quiet_time` of silence.
    pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
        Box::new(session::MedibusSession::new(self, quiet_time))
    }
}

/// What the device is, with the default settings.
pub fn profile() -> Arc<Profile> {
    Config::default().profile()
}

/// A decoder of what the device sends.
pub fn decoder() -> Box<dyn Decoder> {
    Box::new(session::MedibusDecoder::default())
}

/// 19200 baud, 8 data bits, even parity, 1 stop bit, no handshake; the port is empty.
pub fn serial_defaults() -> SerialSettings {
    SerialSettings {
        port: String::new(),
        baud: 19_200,
        data_bits: 8,
        parity: Parity::Even,
        stop_bits: 1,
        flow: FlowControl::None,
    }
}

pub(crate) use codec::is_allowed;

/// A response with its check: see [`crate::driver::Driver::framed`].
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    let response = [&[0x01], payload].concat();
    let check = format!("{:02X}\r", crate::check::sum8(&response));
    [&response, check.as_bytes()].concat()
}

#[cfg(test)]
mod tests;

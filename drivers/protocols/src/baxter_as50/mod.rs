//! Driver `baxter-as50`: Baxter AS50 syringe pumps on RS-232. See `README.md` in this folder.
//!
//! Reads only. Remote control of the pump, and every command that would change it, cannot be expressed here.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vigil_model::Profile;

use crate::link::SerialSettings;
use crate::poll::{Listener, PollSession};
use crate::watch::LinkWatch;
use crate::{Decoder, Session, settings};

pub mod codec;
mod pump;
mod stream;
pub mod table;

/// Documentation of the driver.
pub const README: &str = include_str!("README.md");

/// Configuration an operator can start from.
pub const SAMPLE: &str = include_str!("sample.toml");

/// Settings of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename = "BaxterAs50Config")]
pub struct Config {
    /// How often status and rate are read, 500ms to 1min.
    #[serde(
        default = "default_interval",
        deserialize_with = "settings::between::<_, 500, 60_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub interval: Duration,
    /// How often rate and size of a bolus are read, 1s to 1h.
    #[serde(
        default = "default_slow_interval",
        deserialize_with = "settings::between::<_, 1_000, 3_600_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub slow_interval: Duration,
    /// How long the pump may take to answer, 100ms to 10s. Asked once more before it counts as a time-out.
    #[serde(
        default = "default_response_timeout",
        deserialize_with = "settings::between::<_, 100, 10_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub response_timeout: Duration,
    /// Whether somebody has compared the values with the pump's display and found them in mL/h and mL. Until then they are
    /// questionable.
    #[serde(default)]
    pub units_confirmed: bool,
}

fn default_interval() -> Duration {
    Duration::from_secs(5)
}

fn default_slow_interval() -> Duration {
    Duration::from_secs(30)
}

fn default_response_timeout() -> Duration {
    Duration::from_secs(1)
}

impl Default for Config {
    fn default() -> Self {
        Self {
            interval: default_interval(),
            slow_interval: default_slow_interval(),
            response_timeout: default_response_timeout(),
            units_confirmed: false,
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
        let (profile, plan, pump) = (self.profile(), pump::plan(self), pump::Pump::new(self.units_confirmed));
        Box::new(PollSession::new(profile, pump, plan, self.response_timeout, quiet_time))
    }
}

/// A decoder of what the pump sends.
pub fn decoder() -> Box<dyn Decoder> {
    Box::new(Listener::new(pump::Pump::default()))
}

/// 9600 baud, 8 data bits, no parity, 1 stop bit, no handshake; the port is empty.
pub fn serial_defaults() -> SerialSettings {
    SerialSettings::eight_n_one(9600)
}

/// Whether these bytes are one request of the closed list.
pub(crate) fn is_allowed(bytes: &[u8]) -> bool {
    codec::Request::ALL.iter().any(|request| request.encode() == bytes)
}

/// A text as a frame: see [`crate::driver::Driver::framed`].
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    codec::frame(payload)
}

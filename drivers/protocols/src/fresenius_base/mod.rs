//! Driver `fresenius-base`: Fresenius Base with up to five Pilot or Orchestra syringe pumps. See `README.md` in this folder.
//!
//! Reads only. What would change a pump (rate, pause, bolus, limits, drug, mode, silence) cannot be expressed here.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use vigil_model::Profile;

use crate::link::{Parity, SerialSettings};
use crate::poll::{Listener, PollSession};
use crate::watch::LinkWatch;
use crate::{Decoder, Session, settings};

mod base;
pub mod codec;
mod stream;
pub mod table;

/// Documentation of the driver.
pub const README: &str = include_str!("README.md");

/// Configuration an operator can start from.
pub const SAMPLE: &str = include_str!("sample.toml");

/// Shortest time between two attempts to open a session.
const CONNECT_PERIOD: Duration = Duration::from_secs(2);

/// Settings of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename = "FreseniusBaseConfig")]
pub struct Config {
    /// How often each pump is read, 1s to 1min.
    #[serde(
        default = "default_interval",
        deserialize_with = "settings::between::<_, 1_000, 60_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub interval: Duration,
    /// How long the base may take to answer, 200ms to 10s. Asked once more before it counts as a time-out.
    #[serde(
        default = "default_response_timeout",
        deserialize_with = "settings::between::<_, 200, 10_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub response_timeout: Duration,
    /// How many hexadecimal digits a rate has, 2 to 8. An answer with another number is refused.
    #[serde(default = "default_rate_digits", deserialize_with = "digits")]
    #[schemars(range(min = 2, max = 8))]
    pub rate_digits: u8,
    /// How many hexadecimal digits a volume has, 2 to 8. An answer with another number is refused.
    #[serde(default = "default_volume_digits", deserialize_with = "digits")]
    #[schemars(range(min = 2, max = 8))]
    pub volume_digits: u8,
}

fn default_interval() -> Duration {
    Duration::from_secs(2)
}

/// What the open driver waits.
fn default_response_timeout() -> Duration {
    Duration::from_secs(1)
}

fn default_rate_digits() -> u8 {
    4
}

fn default_volume_digits() -> u8 {
    8
}

fn digits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let digits = u8::deserialize(deserializer)?;
    if (2..=8).contains(&digits) {
        return Ok(digits);
    }
    Err(serde::de::Error::custom(format_args!("a number has 2 to 8 digits, not {digits}")))
}

impl Default for Config {
    fn default() -> Self {
        Self {
            interval: default_interval(),
            response_timeout: default_response_timeout(),
            rate_digits: default_rate_digits(),
            volume_digits: default_volume_digits(),
        }
    }
}

impl Config {
    fn digits(&self) -> base::Digits {
        base::Digits { rate: self.rate_digits, volume: self.volume_digits }
    }

    /// How often the device is asked for its values.
    pub fn poll_interval(&self) -> Duration {
        self.interval
    }

    /// What the device is, with values current for three polls and the time that answers may take.
    pub fn profile(&self) -> Arc<Profile> {
        table::profile(LinkWatch::quiet_time_of(self.interval) + self.response_timeout * 2)
    }

    /// A conversation with one base, which counts as lost after `quiet_time` of silence.
    pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
        let (profile, plan, base) = (self.profile(), base::plan(self), base::Base::new(self.digits()));
        Box::new(PollSession::new(profile, base, plan, self.response_timeout, quiet_time))
    }
}

/// A decoder of what the base sends.
pub fn decoder() -> Box<dyn Decoder> {
    Box::new(Listener::new(base::Base::new(Config::default().digits())))
}

/// 19200 baud, 7 data bits, even parity, 1 stop bit, no handshake; the port is empty.
pub fn serial_defaults() -> SerialSettings {
    SerialSettings { data_bits: 7, parity: Parity::Even, ..SerialSettings::eight_n_one(19_200) }
}

/// Whether these bytes are one request of the closed list, a sign of life, or an acknowledgement.
pub(crate) fn is_allowed(bytes: &[u8]) -> bool {
    let acknowledges = |text: &[u8]| matches!(text, [b'0'..=b'5', b'E' | b'M']);
    match bytes {
        [codec::ACK | codec::DC4] => true,
        [codec::STX, text @ .., _, _, codec::ETX] if acknowledges(text) => codec::frame(text) == bytes,
        bytes => codec::Request::all().into_iter().any(|request| request.encode() == bytes),
    }
}

/// A text with its address as a frame: see [`crate::driver::Driver::framed`].
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    codec::frame(payload)
}

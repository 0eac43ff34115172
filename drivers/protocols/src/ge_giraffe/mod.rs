//! Driver `ge-giraffe`: GE Giraffe OmniBed incubators and Panda warmers on RS-232. See `README.md` in this folder.
//!
//! Listens only: nothing is ever sent to the bed.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vigil_model::Profile;

pub use self::bed::Checksum;
use crate::link::SerialSettings;
use crate::listen::{ListenDecoder, ListenSession};
use crate::watch::LinkWatch;
use crate::{Decoder, Session, settings};

mod bed;
pub mod codec;
pub mod table;

/// Documentation of the driver.
pub const README: &str = include_str!("README.md");

/// Configuration an operator can start from.
pub const SAMPLE: &str = include_str!("sample.toml");

/// Settings of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename = "GeGiraffeConfig")]
pub struct Config {
    /// How often the bed sends a line, 1s to 1min.
    #[serde(
        default = "default_interval",
        deserialize_with = "settings::between::<_, 1_000, 60_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub interval: Duration,
    /// Which check of a Panda's line must fit: `observe` takes either and counts what fits neither; `xor` and `sum` refuse it.
    #[serde(default)]
    pub checksum: Checksum,
}

fn default_interval() -> Duration {
    Duration::from_secs(2)
}

impl Default for Config {
    fn default() -> Self {
        Self { interval: default_interval(), checksum: Checksum::default() }
    }
}

impl Config {
    /// How often the device gives its values.
    pub fn poll_interval(&self) -> Duration {
        self.interval
    }

    /// What the device is, with values current for three lines: 6 s, as there is no other sign of life.
    pub fn profile(&self) -> Arc<Profile> {
        table::profile(LinkWatch::quiet_time_of(self.interval))
    }

    /// A conversation with one bed, which counts as lost after `quiet_time` of silence.
    pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
        Box::new(ListenSession::new(self.profile(), bed::Bed::new(self.checksum), quiet_time))
    }
}

/// A decoder of what the bed sends.
pub fn decoder() -> Box<dyn Decoder> {
    Box::<ListenDecoder<bed::Bed>>::default()
}

/// 19200 baud, 8 data bits, no parity, 1 stop bit, no handshake, as an OmniBed has it; the port is empty.
pub fn serial_defaults() -> SerialSettings {
    SerialSettings::eight_n_one(19_200)
}

/// Nothing is ever sent to the bed.
pub(crate) fn is_allowed(_bytes: &[u8]) -> bool {
    false
}

/// A Panda's line with its check: see [`crate::driver::Driver::framed`].
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    let mut line = [b"PWRM_2.0.0,", payload, b","].concat();
    let check = crate::check::sum8(&line);
    line.extend(format!("{check:02x}\r\n").bytes());
    line
}

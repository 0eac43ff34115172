//! Driver `bbraun-bcc`: racks of B. Braun Space pumps on RS-232 or TCP. See `README.md` in this folder.
//!
//! Reads only: the requests of this driver ask who is there and what the pumps show.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use vigil_model::Profile;

pub use self::pump::BitWords;
use crate::link::SerialSettings;
use crate::listen::ListenDecoder;
use crate::watch::LinkWatch;
use crate::{Decoder, Session, settings};

pub mod codec;
mod pump;
mod rack;
mod session;
mod stream;
pub mod table;

/// Documentation of the driver.
pub const README: &str = include_str!("README.md");

/// Configuration an operator can start from.
pub const SAMPLE: &str = include_str!("sample.toml");

/// Time that one block takes: 1300 characters at 9600 baud, and the pause before it is acknowledged.
const BLOCK_TIME: Duration = Duration::from_millis(1_500);

/// Settings of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename = "BbraunBccConfig")]
pub struct Config {
    /// How often the rack is asked for everything, 1s to 1min. An answer takes 1.5 s for each pump at 9600 baud; if that is
    /// longer, the rack is asked again when the answer is over.
    #[serde(
        default = "default_interval",
        deserialize_with = "settings::between::<_, 1_000, 60_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub interval: Duration,
    /// How many pumps the rack holds at most, 1 to 24: how long values count as current depends on it.
    #[serde(default = "default_pumps", deserialize_with = "pumps")]
    #[schemars(range(min = 1, max = 24))]
    pub pumps: u8,
    /// How long the rack may take for a block, 500ms to 30s.
    #[serde(
        default = "default_response_timeout",
        deserialize_with = "settings::between::<_, 500, 30_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub response_timeout: Duration,
    /// Whether requests are sent with character stuffing, as racks leave the factory. Answers are understood either way.
    #[serde(default = "default_stuffing")]
    pub stuffing: bool,
    /// How words of 32 bits are written, where the rack sends them instead of flags: `auto`, `hex` or `decimal`.
    #[serde(default)]
    pub bit_words: BitWords,
    /// Bed id as it is set in the rack that stands at this bed. If given, a rack with any other id is refused.
    #[serde(default, deserialize_with = "bed_id")]
    #[schemars(extend("pattern" = "^[/-9A-z]{1,15}$"))]
    pub bed_id: Option<String>,
}

fn default_interval() -> Duration {
    Duration::from_secs(5)
}

fn default_pumps() -> u8 {
    8
}

/// A block takes 1.3 s on the line; the specification gives no time for the rest.
fn default_response_timeout() -> Duration {
    Duration::from_secs(3)
}

fn default_stuffing() -> bool {
    true
}

fn pumps<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let pumps = u8::deserialize(deserializer)?;
    if (1..=table::PLACES).contains(&pumps) {
        return Ok(pumps);
    }
    Err(serde::de::Error::custom(format_args!("a rack holds 1 to {} pumps, not {pumps}", table::PLACES)))
}

fn bed_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let id = String::deserialize(deserializer)?;
    if codec::is_bed(&id) {
        return Ok(Some(id));
    }
    Err(serde::de::Error::custom("a bed id of a rack is 1 to 15 characters from `/` to `9` and `A` to `z`"))
}

impl Default for Config {
    fn default() -> Self {
        Self {
            interval: default_interval(),
            pumps: default_pumps(),
            response_timeout: default_response_timeout(),
            stuffing: default_stuffing(),
            bit_words: BitWords::default(),
            bed_id: None,
        }
    }
}

impl Config {
    /// How often a pump gives its values when the rack is full.
    pub fn poll_interval(&self) -> Duration {
        self.interval.max(BLOCK_TIME * u32::from(self.pumps))
    }

    /// What the device is, with values current for three answers and the time that a block may take.
    pub fn profile(&self) -> Arc<Profile> {
        table::profile(LinkWatch::quiet_time_of(self.poll_interval()) + self.response_timeout)
    }

    /// A conversation with one rack, which counts as lost after `quiet_time` of silence.
    pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
        Box::new(session::RackSession::new(self, quiet_time))
    }
}

/// A decoder of what the rack sends.
pub fn decoder() -> Box<dyn Decoder> {
    Box::<ListenDecoder<rack::Rack>>::default()
}

/// 9600 baud, 8 data bits, no parity, 1 stop bit, no handshake; the port is empty.
pub fn serial_defaults() -> SerialSettings {
    SerialSettings::eight_n_one(9600)
}

/// Whether these bytes are one request of the closed list, or the word that a block has arrived or not.
pub(crate) fn is_allowed(bytes: &[u8]) -> bool {
    let is_request = |message: codec::Message| codec::Request::named(&message.info).is_some() && !message.more;
    matches!(bytes, [codec::ACK | codec::NAK]) || codec::Message::decode(bytes).is_ok_and(is_request)
}

/// An information in a message, stuffed if it is of even length: see [`crate::driver::Driver::framed`].
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    let info = String::from_utf8_lossy(payload).into_owned();
    let message = codec::Message { bed: "bed".to_owned(), more: payload.first() == Some(&b'1'), info };
    message.encode(payload.len().is_multiple_of(2))
}

#[cfg(test)]
mod tests;

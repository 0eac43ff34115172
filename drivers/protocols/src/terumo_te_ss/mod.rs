//! Driver `terumo-te-ss`: Terumo TE-SS730 and TE-SS830P syringe pumps. See `README.md` in this folder.
//!
//! Reads only: the requests of this driver ask who is there and what the pump shows.

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
mod status;
mod stream;
pub mod table;

/// Documentation of the driver.
pub const README: &str = include_str!("README.md");

/// Configuration an operator can start from.
pub const SAMPLE: &str = include_str!("sample.toml");

/// How often the pump is asked who it is, besides the id in each of its replies.
const IDENTITY_PERIOD: Duration = Duration::from_secs(60);

/// Settings of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename = "TerumoTeSsConfig")]
pub struct Config {
    /// How often the status is read, 500ms to 1min.
    #[serde(
        default = "default_interval",
        deserialize_with = "settings::between::<_, 500, 60_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub interval: Duration,
    /// How long the pump may take to answer, 100ms to 10s. Asked once more before it counts as a time-out.
    #[serde(
        default = "default_response_timeout",
        deserialize_with = "settings::between::<_, 100, 10_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub response_timeout: Duration,
}

fn default_interval() -> Duration {
    Duration::from_secs(1)
}

/// A status takes 160 ms at 9600 baud; the manual gives no time for the rest.
fn default_response_timeout() -> Duration {
    Duration::from_millis(700)
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

    /// What the device is, with values current for three polls and the time that answers may take.
    pub fn profile(&self) -> Arc<Profile> {
        table::profile(LinkWatch::quiet_time_of(self.interval) + self.response_timeout * 2)
    }

    /// A conversation with one pump, which counts as lost after `quiet_time` of silence.
    pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
        let (profile, plan) = (self.profile(), pump::plan(self));
        Box::new(PollSession::new(profile, pump::Pump::default(), plan, self.response_timeout, quiet_time))
    }
}

/// A decoder of what the pump sends.
pub fn decoder() -> Box<dyn Decoder> {
    Box::new(Listener::new(pump::Pump::decoding()))
}

/// 9600 baud, 8 data bits, no parity, 1 stop bit, no handshake: UNVERIFIED, so look at the pump; the port is empty.
pub fn serial_defaults() -> SerialSettings {
    SerialSettings::eight_n_one(9600)
}

/// Whether these bytes are one request of the closed list.
pub(crate) fn is_allowed(bytes: &[u8]) -> bool {
    let mut frames = codec::Frames::default();
    frames.push(bytes);
    let request = frames.poll().and_then(Result::ok).and_then(|text| {
        let request = codec::Request::of(&text)?;
        Some(request.encode(Some(text.id.as_str()).filter(|id| !id.is_empty())))
    });
    request.is_some_and(|request| request == bytes)
}

/// The bytes of a command in a reply: see [`crate::driver::Driver::framed`].
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    let id = "000100700000001201000001".to_owned();
    codec::Text { is_reply: true, id, command: Some(payload.to_vec()).filter(|bytes| !bytes.is_empty()) }.encode()
}

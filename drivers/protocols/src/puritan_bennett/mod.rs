//! Driver `puritan-bennett`: Puritan Bennett 840 and 980 ventilators on RS-232. See `README.md` in this folder.
//!
//! Reads only: the protocol knows no command that sets anything.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vigil_model::Profile;

use crate::link::{FlowControl, Parity, SerialSettings};
use crate::poll::{Listener, PollSession};
use crate::watch::LinkWatch;
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
#[serde(deny_unknown_fields, rename = "PuritanBennettConfig")]
pub struct Config {
    /// Which reply is asked for: `sndf` has all fields and the urgency of alarms, `snda` is shorter.
    #[serde(default = "default_request")]
    pub request: codec::Request,
    /// How often the ventilator is asked, 2s to 1min. A reply takes 1.3 s at 9600 baud.
    #[serde(
        default = "default_interval",
        deserialize_with = "settings::between::<_, 2_000, 60_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub interval: Duration,
    /// How long the ventilator may take for a whole reply, 500ms to 30s. Asked once more before it counts as a time-out.
    #[serde(
        default = "default_response_timeout",
        deserialize_with = "settings::between::<_, 500, 30_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub response_timeout: Duration,
}

fn default_request() -> codec::Request {
    codec::Request::Sndf
}

fn default_interval() -> Duration {
    Duration::from_secs(3)
}

/// The reply takes 1.3 s on the line; the sources give no time for the rest.
fn default_response_timeout() -> Duration {
    Duration::from_millis(2500)
}

impl Default for Config {
    fn default() -> Self {
        Self { request: default_request(), interval: default_interval(), response_timeout: default_response_timeout() }
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

    /// A conversation with one ventilator, which counts as lost after `quiet_time` of silence.
    pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
        let (profile, plan) = (self.profile(), session::plan(self));
        Box::new(PollSession::new(profile, session::Ventilator::default(), plan, self.response_timeout, quiet_time))
    }
}

/// What the device is, with the default settings.
pub fn profile() -> Arc<Profile> {
    Config::default().profile()
}

/// A decoder of what the ventilator sends.
pub fn decoder() -> Box<dyn Decoder> {
    Box::new(Listener::new(session::Ventilator::decoding()))
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

/// Fields with commas between, each in its width: see [`crate::driver::Driver::framed`].
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    let request = if payload.len().is_multiple_of(2) { codec::Request::Sndf } else { codec::Request::Snda };
    let mut reply = codec::Reply::empty(request);
    for (number, text) in (codec::FIRST_FIELD..).zip(payload.split(|byte| *byte == b',')) {
        reply.set(number, &String::from_utf8_lossy(text));
    }
    reply.encode()
}

#[cfg(test)]
mod tests;

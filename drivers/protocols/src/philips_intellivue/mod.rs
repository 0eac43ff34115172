//! Driver `philips-intellivue`: Philips IntelliVue patient monitors on their Data Export interface. See `README.md` in this
//! folder.
//!
//! Reads only: the closed list of [`codec::request`] associates, polls and releases, and nothing else. Data of the patient's
//! person cannot be asked for.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use vigil_model::Profile;

use crate::link::{FlowControl, Parity, SerialSettings};
use crate::watch::LinkWatch;
use crate::{Decoder, Session, settings};

mod alarms;
mod clock;
pub mod codec;
mod decode;
mod episodes;
mod mirror;
mod mode;
mod objects;
mod observe;
mod session;
mod table;
mod waves;

/// Documentation of the driver.
pub const README: &str = include_str!("README.md");

/// Configuration an operator can start from.
pub const SAMPLE: &str = include_str!("sample.toml");

/// Time from one result of an extended poll to the next.
const EXTENDED_PERIOD: Duration = Duration::from_millis(1_024);
/// How long the monitor may take to answer a poll.
const ANSWER_TIME: Duration = Duration::from_secs(1);

/// Settings of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename = "PhilipsIntellivueConfig")]
pub struct Config {
    /// How messages stand on the line: `rs232` in frames, `udp` one a datagram.
    #[serde(default)]
    pub framing: Framing,
    /// How often the numerics come, 1s to 1min. At `1s` the monitor sends them by itself, else it is asked each time.
    #[serde(
        default = "default_interval",
        deserialize_with = "settings::between::<_, 1_000, 60_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub interval: Duration,
    /// How often the alarm lists are read, 1s to 10s.
    #[serde(
        default = "default_alarm_interval",
        deserialize_with = "settings::between::<_, 1_000, 10_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub alarm_interval: Duration,
    /// System id of the monitor that stands at this bed: its hardware address, 12 hexadecimal digits. If given, any other
    /// monitor is refused.
    #[serde(default, deserialize_with = "system_id")]
    #[schemars(with = "Option<String>", extend("pattern" = "^[0-9A-Fa-f]{2}([:-]?[0-9A-Fa-f]{2}){5}$"))]
    pub system_id: Option<String>,
    /// Bed label as it is set on the monitor that stands at this bed. If given, a monitor with any other label is refused.
    #[serde(default)]
    pub bed_label: Option<String>,
    /// Waveforms that the monitor sends besides, none unless named: `ECG` (the leads on its screen), `ECG_I`, `PLETH`, `ABP`,
    /// `RESP`. It is then told to export these to this host, which is the one thing that is ever set.
    #[serde(default)]
    pub waveforms: Vec<codec::WaveName>,
}

/// How messages stand on the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase", rename = "PhilipsIntellivueFraming")]
pub enum Framing {
    /// In frames of the "fixed baudrate" protocol: MIB/RS-232, or a terminal server that carries it.
    #[default]
    Rs232,
    /// One message a datagram.
    Udp,
}

fn default_interval() -> Duration {
    Duration::from_secs(1)
}

fn default_alarm_interval() -> Duration {
    Duration::from_secs(1)
}

/// Twelve hexadecimal digits with or without colons or dashes; kept as upper-case digits.
fn system_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let Some(written) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let digits: String = written.chars().filter(|c| !matches!(c, ':' | '-')).collect();
    if digits.len() != 12 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        let message = format!("{written:?} is not a system id; write the 12 hexadecimal digits, like \"0009FB010203\"");
        return Err(serde::de::Error::custom(message));
    }
    Ok(Some(digits.to_ascii_uppercase()))
}

impl Default for Config {
    fn default() -> Self {
        Self {
            framing: Framing::default(),
            interval: default_interval(),
            alarm_interval: default_alarm_interval(),
            system_id: None,
            bed_label: None,
            waveforms: Vec::new(),
        }
    }
}

impl Config {
    /// How often the monitor's numerics come.
    pub fn poll_interval(&self) -> Duration {
        self.interval.max(EXTENDED_PERIOD)
    }

    /// Whether the monitor sends numerics by itself.
    fn is_extended(&self) -> bool {
        self.interval <= EXTENDED_PERIOD
    }

    /// The waves that are wanted.
    fn wanted_waves(&self) -> codec::WaveSet {
        codec::WaveSet::of(self.waveforms.iter().copied())
    }

    /// What the device is, with values current for three intervals and the time that an answer may take.
    pub fn profile(&self) -> Arc<Profile> {
        table::profile(LinkWatch::quiet_time_of(self.poll_interval()) + ANSWER_TIME)
    }

    /// A conversation with one monitor, which counts as lost after `quiet_time` of silence. With [`Framing::Udp`] each call
    /// of [`Session::handle_bytes`] is one datagram.
    pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
        Box::new(session::IntellivueSession::new(self, quiet_time))
    }
}

/// What the device is, with the default settings.
pub fn profile() -> Arc<Profile> {
    Config::default().profile()
}

/// A decoder of what the monitor sends on RS-232.
pub fn decoder() -> Box<dyn Decoder> {
    decoder_of(Framing::Rs232)
}

/// A decoder of what the monitor sends. Datagrams stand one behind the other: each says its own length.
pub fn decoder_of(framing: Framing) -> Box<dyn Decoder> {
    Box::new(decode::IntellivueDecoder::new(framing))
}

/// 115200 baud, 8 data bits, no parity, 1 stop bit, no handshake; the port is empty.
pub fn serial_defaults() -> SerialSettings {
    SerialSettings {
        port: String::new(),
        baud: 115_200,
        data_bits: 8,
        parity: Parity::None,
        stop_bits: 1,
        flow: FlowControl::None,
    }
}

/// Whether these bytes are requests of the closed list and nothing else: one as a datagram, or one or more in frames.
pub(crate) fn is_allowed(bytes: &[u8]) -> bool {
    if codec::Request::decode(bytes).is_some() {
        return true;
    }
    let mut deframer = codec::Deframer::new();
    deframer.push(bytes);
    deframer.finish();
    let mut messages = std::iter::from_fn(|| deframer.next_message()).peekable();
    messages.peek().is_some()
        && messages.all(|message| message.is_ok_and(|message| codec::Request::decode(&message).is_some()))
}

/// A payload as a frame: see [`crate::driver::Driver::framed`].
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    codec::frame(payload)
}

#[cfg(test)]
mod tests;

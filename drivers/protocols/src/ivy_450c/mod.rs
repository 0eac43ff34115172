//! Driver `ivy-450c`: Ivy 450C patient monitors on RS-232. See `README.md` in this folder.
//!
//! Listens only: nothing is ever sent to the monitor.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vigil_model::Profile;

use crate::link::SerialSettings;
use crate::listen::{ListenDecoder, ListenSession};
use crate::watch::LinkWatch;
use crate::{Decoder, Session, settings};

pub mod codec;
mod monitor;
mod stream;
pub mod table;

/// Documentation of the driver.
pub const README: &str = include_str!("README.md");

/// Configuration an operator can start from.
pub const SAMPLE: &str = include_str!("sample.toml");

/// Settings of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename = "Ivy450cConfig")]
pub struct Config {
    /// How often the monitor sends a packet, 1s to 10s.
    #[serde(
        default = "default_interval",
        deserialize_with = "settings::between::<_, 1_000, 10_000>",
        serialize_with = "settings::text"
    )]
    #[schemars(with = "settings::DurationText")]
    pub interval: Duration,
    /// Which waveforms are passed on; all unless named, since the monitor sends them whether anybody wants them or not.
    #[serde(default = "all_waveforms")]
    pub waveforms: Vec<WaveName>,
}

/// A waveform of the monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "UPPERCASE", rename = "Ivy450cWaveform")]
pub enum WaveName {
    /// Electrocardiogram, 200 samples a second, mV.
    Ecg,
    /// Respiration, 50 samples a second, of no stated unit.
    Resp,
    /// Plethysmogram, 50 samples a second, of no stated unit.
    Pleth,
    /// First invasive pressure, 50 samples a second, of no stated unit.
    P1,
    /// Second invasive pressure, 50 samples a second, of no stated unit.
    P2,
}

impl WaveName {
    /// All, in the order in which they stand in a packet.
    pub const ALL: [WaveName; 5] = [WaveName::Ecg, WaveName::Resp, WaveName::Pleth, WaveName::P1, WaveName::P2];
}

fn all_waveforms() -> Vec<WaveName> {
    WaveName::ALL.to_vec()
}

fn default_interval() -> Duration {
    Duration::from_secs(1)
}

impl Default for Config {
    fn default() -> Self {
        Self { interval: default_interval(), waveforms: all_waveforms() }
    }
}

impl Config {
    /// How often the device gives its values.
    pub fn poll_interval(&self) -> Duration {
        self.interval
    }

    /// What the device is, with values current for three packets and the time that one takes.
    pub fn profile(&self) -> Arc<Profile> {
        table::profile(LinkWatch::quiet_time_of(self.interval) + Duration::from_secs(1))
    }

    /// A conversation with one monitor, which counts as lost after `quiet_time` of silence.
    pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
        Box::new(ListenSession::new(self.profile(), monitor::Monitor::passing_on(&self.waveforms), quiet_time))
    }
}

/// A decoder of what the monitor sends.
pub fn decoder() -> Box<dyn Decoder> {
    Box::<ListenDecoder<monitor::Monitor>>::default()
}

/// 9600 baud, 8 data bits, no parity, 1 stop bit, no handshake; the port is empty.
pub fn serial_defaults() -> SerialSettings {
    SerialSettings::eight_n_one(9600)
}

/// Nothing is ever sent to the monitor.
pub(crate) fn is_allowed(_bytes: &[u8]) -> bool {
    false
}

/// A text behind flat waves, for there is no check: see [`crate::driver::Driver::framed`].
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    [&codec::START[..], &[100; codec::WAVE_BYTES], payload, &[b'\r', codec::END]].concat()
}

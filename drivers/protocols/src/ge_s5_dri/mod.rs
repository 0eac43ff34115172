//! Driver `ge-s5-dri`: GE / Datex-Ohmeda S/5 and CARESCAPE patient monitors on their Computer Interface. See `README.md` in
//! this folder.
//!
//! Reads only: the closed list of [`codec::requests`] starts and stops transmission and nothing else.

use std::sync::Arc;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use vigil_model::Profile;

pub use waves::WaveName;

use crate::link::{FlowControl, Parity, SerialSettings};
use crate::{Decoder, Session, settings};

mod alarm_book;
pub mod codec;
mod decode;
mod episodes;
mod observe;
mod session;
mod table;
mod waves;

/// Documentation of the driver.
pub const README: &str = include_str!("README.md");

/// Configuration an operator can start from.
pub const SAMPLE: &str = include_str!("sample.toml");

/// Settings of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename = "GeS5DriConfig")]
pub struct Config {
    /// How often the monitor sends the values on its screen, 5s to 1min in whole seconds.
    #[serde(default = "default_interval", deserialize_with = "interval", serialize_with = "settings::text")]
    #[schemars(with = "settings::DurationText")]
    pub interval: Duration,
    /// Which classes of values the monitor sends: `basic`, and the extensions `ext1` (arrhythmia, 12-lead ST, P7, P8, second
    /// oximeter, T5, T6), `ext2` (nothing of it is decoded) and `ext3` (further ventilation, perfusion pressure).
    #[serde(default = "default_classes", deserialize_with = "classes")]
    #[schemars(length(min = 1))]
    pub classes: Vec<ClassName>,
    /// Number of the monitor (its plug id) that stands at this bed. If given, values of any other monitor are refused.
    #[serde(default)]
    pub plug_id: Option<u16>,
    /// Waveforms that the monitor sends besides, none unless named: `ECG1` to `ECG3` (300 samples a second each), `P1` to `P8`,
    /// `PLETH`, `PLETH2`, `EEG1` to `EEG4` (100), `CO2`, `O2`, `N2O`, `AGENT`, `PAW`, `FLOW`, `RESP` (25). The interface carries
    /// 600 samples a second and eight waveforms.
    #[serde(default, deserialize_with = "waves::chosen")]
    #[schemars(with = "Vec<String>")]
    pub waveforms: Vec<WaveName>,
}

/// A class of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase", rename = "GeS5DriClass")]
pub enum ClassName {
    /// The basic class.
    Basic,
    /// First extension.
    Ext1,
    /// Second extension.
    Ext2,
    /// Third extension.
    Ext3,
}

fn default_interval() -> Duration {
    Duration::from_secs(10)
}

/// All, as in the worked example of the specification.
fn default_classes() -> Vec<ClassName> {
    vec![ClassName::Basic, ClassName::Ext1, ClassName::Ext2, ClassName::Ext3]
}

fn interval<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let interval = settings::between::<_, 5_000, 60_000>(deserializer)?;
    if interval.subsec_nanos() != 0 {
        return Err(D::Error::custom("the monitor takes whole seconds, like \"10s\""));
    }
    Ok(interval)
}

fn classes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ClassName>, D::Error> {
    let classes = Vec::<ClassName>::deserialize(deserializer)?;
    if classes.is_empty() {
        return Err(D::Error::custom("name at least one class of values: \"basic\", \"ext1\", \"ext2\", \"ext3\""));
    }
    Ok(classes)
}

impl Default for Config {
    fn default() -> Self {
        Self { interval: default_interval(), classes: default_classes(), plug_id: None, waveforms: Vec::new() }
    }
}

impl Config {
    /// How often the monitor sends its values.
    pub fn poll_interval(&self) -> Duration {
        self.interval
    }

    /// What the device is, with values current for three intervals.
    pub fn profile(&self) -> Arc<Profile> {
        let profile = table::profile();
        let fresh_for = crate::watch::LinkWatch::quiet_time_of(self.interval);
        if profile.fresh_for == fresh_for { profile } else { Arc::new(Profile { fresh_for, ..(*profile).clone() }) }
    }

    /// A conversation with one monitor, which counts as lost after `quiet_time` of silence.
    pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
        Box::new(session::S5Session::new(self, quiet_time))
    }

    /// The classes as the request names them.
    fn requested_classes(&self) -> codec::Classes {
        codec::Classes {
            basic: self.classes.contains(&ClassName::Basic),
            ext1: self.classes.contains(&ClassName::Ext1),
            ext2: self.classes.contains(&ClassName::Ext2),
            ext3: self.classes.contains(&ClassName::Ext3),
        }
    }
}

/// What the device is, with the default settings.
pub fn profile() -> Arc<Profile> {
    table::profile()
}

/// A decoder of what the monitor sends.
pub fn decoder() -> Box<dyn Decoder> {
    Box::<decode::S5Decoder>::default()
}

/// 19200 baud, 8 data bits, even parity, 1 stop bit, RTS/CTS; the port is empty.
pub fn serial_defaults() -> SerialSettings {
    SerialSettings {
        port: String::new(),
        baud: 19_200,
        data_bits: 8,
        parity: Parity::Even,
        stop_bits: 1,
        flow: FlowControl::Hardware,
    }
}

/// Whether these bytes are one or more whole requests of the closed list, and nothing else.
pub(crate) fn is_allowed(bytes: &[u8]) -> bool {
    let mut deframer = codec::Deframer::new();
    deframer.push(bytes);
    deframer.finish();
    let mut frames = std::iter::from_fn(|| deframer.next_frame()).peekable();
    frames.peek().is_some()
        && frames.all(|frame| {
            let record = frame.and_then(|bytes| codec::Record::decode(&bytes));
            record.is_ok_and(|record| {
                codec::parts(&record).iter().all(|part| matches!(part, Ok(codec::Part::Request(_))))
            })
        })
}

/// A payload as a frame: see [`crate::driver::Driver::framed`].
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    codec::frame(payload)
}

#[cfg(test)]
mod tests;

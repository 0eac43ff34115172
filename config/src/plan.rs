//! What a configuration comes to: everything resolved, checked, and ready to be assembled.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use vigil_messages::Destination;
use vigil_messages::listener::Listener;
use vigil_model::{DeviceIndex, Ward};
use vigil_protocols::driver::DriverConfig;
use vigil_protocols::identity::ExpectedIdentity;
use vigil_protocols::link::{BusSettings, Transport};
use vigil_protocols::modbus::BusUnit;

use crate::problem::Problem;

/// A checked configuration. A plan that exists can be assembled: every reference leads somewhere, every number is in
/// bounds, every schedule can be kept.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Appliance, beds and devices.
    pub ward: Arc<Ward>,
    /// What is opened, in the order of the configuration.
    pub links: Vec<LinkPlan>,
    /// Who is told, in the order of the configuration.
    pub destinations: Vec<Destination>,
    /// Where messages come in, in the order of the configuration.
    pub listeners: Vec<Listener>,
    /// Folder for everything that must survive a restart.
    pub data_dir: PathBuf,
    /// What somebody should look at although the configuration is accepted.
    pub warnings: Vec<Problem>,
    /// What became of the presets, bed by bed in the order of the ward.
    pub presets: Vec<PresetUse>,
    /// Who devices must say they are; devices of which nothing is expected are left out.
    pub identities: BTreeMap<DeviceIndex, ExpectedIdentity>,
    /// Adapters that must be at the ports of links, by the links' ids.
    pub adapters: BTreeMap<Arc<str>, Arc<str>>,
    /// What is recorded; nothing if `None`.
    pub recording: Option<RecordingPlan>,
    /// What is kept of numbers; nothing if `None`.
    pub history: Option<HistoryPlan>,
    /// How long an alarm may take on each part of its way; nothing is watched if `None`.
    pub ledger: Option<LedgerPlan>,
    /// How often the canary alarms; there is none if `None`.
    pub canary: Option<Duration>,
    /// Where people look and act; nowhere if `None`.
    pub console: Option<ConsolePlan>,
    /// The texts that this plan was made of.
    pub source: Source,
    /// The scores, bed by bed in the order of the ward.
    pub scores: Vec<Vec<ScoreUse>>,
}

/// The console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsolePlan {
    /// Where it listens.
    pub address: SocketAddr,
}

/// How much of what happens on the links is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordingPlan {
    /// For how long it is kept.
    pub keep: Duration,
    /// How much is kept of each link, in bytes.
    pub stream_bytes_max: u64,
}

/// What is kept of every number over days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryPlan {
    /// Length of the stretch of which the lowest, highest and last number is kept.
    pub bucket: Duration,
    /// For how long.
    pub keep: Duration,
    /// How much of all beds together, in bytes.
    pub bytes_max: u64,
}

/// How long an alarm may take on each part of its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerPlan {
    /// From a device's bytes to the engine.
    pub taken: Duration,
    /// In the engine.
    pub judged: Duration,
    /// From the engine to the disk.
    pub journalled: Duration,
    /// From the disk to the connection of a destination.
    pub sent: Duration,
    /// From there to its confirmation.
    pub confirmed: Duration,
}

/// The texts that a plan was made of. Patients may be named in them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// Name of the configuration file.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Name and text of each profile that was read for it and is not built in.
    pub profiles: Vec<(String, String)>,
    /// Name and text of each chart that was read for it and is not built in.
    pub charts: Vec<(String, String)>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Source({})", self.name) // patient data never reaches a log
    }
}

/// A score of a bed and who answers its inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreUse {
    /// Name of the chart.
    pub chart: Arc<str>,
    /// Its inputs, in the order of the chart.
    pub inputs: Vec<InputUse>,
}

/// An input of a score and who answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputUse {
    /// Name of the input.
    pub input: Arc<str>,
    /// How long an answer counts; `None` until another patient is bound to the bed.
    pub max_age: Option<Duration>,
    /// Device, metric and row of each source, the preferred one first.
    pub sources: Vec<String>,
    /// Whether a person may chart it.
    pub charted: bool,
}

/// How the preset of a bed was used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresetUse {
    /// Name of the preset; `None` for a bed without one.
    pub preset: Option<String>,
    /// Its limits, as `METRIC/side`, that are not judged since no device of the bed provides the metric.
    pub unused: Vec<String>,
}

/// One connection and who is on it.
#[derive(Clone, Debug)]
pub enum LinkPlan {
    /// One device with a conversation of its own.
    Stream {
        /// Configured id.
        id: Arc<str>,
        /// How it is reached, line settings resolved.
        transport: Transport,
        /// The device.
        device: DeviceIndex,
        /// How it is spoken to.
        driver: DriverConfig,
        /// How long it may be silent before its link counts as lost.
        quiet_time: Duration,
    },
    /// A Modbus bus with its units.
    Bus {
        /// Configured id.
        id: Arc<str>,
        /// How it is reached: a serial line speaks RTU, a network connection Modbus TCP.
        transport: Transport,
        /// How Modbus is spoken.
        settings: BusSettings,
        /// The units, each once.
        units: Vec<BusUnit>,
    },
}

impl LinkPlan {
    /// Configured id.
    pub fn id(&self) -> &Arc<str> {
        match self {
            LinkPlan::Stream { id, .. } | LinkPlan::Bus { id, .. } => id,
        }
    }

    /// How it is reached.
    pub fn transport(&self) -> &Transport {
        match self {
            LinkPlan::Stream { transport, .. } | LinkPlan::Bus { transport, .. } => transport,
        }
    }
}

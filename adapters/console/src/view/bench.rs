//! What somebody who commissions an appliance sees: ports, who answers on a line, and what is wrong with a configuration.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Text;

/// A serial port of the appliance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Port {
    /// The name to write into a configuration: it stays with the socket, or goes with the adapter.
    pub name: Text,
    /// The name of this moment, `/dev/ttyUSB0`.
    pub device: Text,
    /// What the adapter says it is.
    pub product: Option<Text>,
    /// Serial number of the adapter.
    pub serial: Option<Text>,
    /// Driver of the adapter.
    pub driver: Option<Text>,
    /// The hub that it hangs on; ports of one hub are lost together.
    pub hub: Option<Text>,
    /// Programs that have it open.
    pub holders: Vec<Text>,
    /// Configured id of the link that uses it; `null` if none does.
    pub link: Option<Text>,
}

/// A line on which somebody is to be found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Path of a serial port, or `host:port`.
    pub line: String,
    /// Tries this driver only, or `modbus`; all that fit if left out.
    #[serde(default)]
    pub driver: Option<String>,
}

/// What was found on a line. Only read: nothing is ever written to a device but what its protocol asks for to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Probed {
    /// Who answers, and by which settings; `null` if nobody does.
    pub found: Option<Text>,
    /// Who it says it is, as far as it does.
    pub identity: Option<Text>,
    /// A configuration to start from.
    pub configuration: Option<Text>,
    /// How many drivers and settings were tried.
    pub tried: u64,
    /// How many there was no time for.
    pub left_out: u64,
    /// Why the line could not be opened.
    pub closed: Option<Text>,
    /// What is wrong with the line, as far as that can be told.
    pub cause: Option<Text>,
    /// What to do.
    pub remedy: Option<Text>,
}

/// The configuration that the appliance runs. Patients may be named in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Configuration {
    /// Name of its file.
    pub name: Text,
    /// Its text.
    pub text: Text,
    /// What somebody should look at although it is accepted.
    pub findings: Vec<Finding>,
}

/// Something about a configuration, with its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// Line, from 1; 0 if the file as a whole is meant.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
    /// The key, `device[mon-1].quiet_time`.
    pub key: Text,
    /// What is wrong and what was expected.
    pub message: Text,
    /// What to do.
    pub help: Text,
    /// Whether it refuses the configuration.
    pub refuses: bool,
}

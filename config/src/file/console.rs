//! `[console]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The console: ward board, API and metrics over HTTP.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsoleSection {
    /// Where it listens, `127.0.0.1:8080`. Without users it is at loopback, where only this machine reaches it. No console if
    /// left out.
    #[serde(default)]
    pub address: Option<String>,
}

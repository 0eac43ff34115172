//! How a connection is protected: TLS with the receiver's certificate always verified, and a certificate of our own where the
//! receiver asks for one.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::DurationText;

/// TLS 1.2 or 1.3 of one connection. The other side's certificate is always verified; there is no switch that turns this off.
/// Renewed files are taken with the next connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// Path of a PEM file with the certificates of the authorities (CA) that may vouch for the receiver.
    pub ca_file: Arc<str>,
    /// Path of a PEM file with this appliance's certificate, and below it those between it and the authority. Needed when the
    /// receiver asks for one (mutual TLS); empty for none.
    #[serde(default)]
    pub cert_file: Arc<str>,
    /// Path of a PEM file with the private key that belongs to `cert_file`; empty for none.
    #[serde(default)]
    pub key_file: Arc<str>,
    /// Name that must stand in the receiver's certificate, a host name or an IP address. The host of `address` if left out.
    #[serde(default)]
    pub server_name: Arc<str>,
    /// How long before a certificate runs out that becomes an alarm, `1d` or more. `30d` if left out.
    #[serde(default = "expiry_warning")]
    pub expiry_warning: DurationText,
}

fn expiry_warning() -> DurationText {
    DurationText::from_secs(30 * 86_400)
}

impl TlsSettings {
    /// Settings that trust the authorities in `ca_file` and show no certificate.
    pub fn new(ca_file: impl Into<Arc<str>>) -> Self {
        Self {
            ca_file: ca_file.into(),
            cert_file: "".into(),
            key_file: "".into(),
            server_name: "".into(),
            expiry_warning: expiry_warning(),
        }
    }

    /// Its paths of files that are given, each with its key.
    pub fn files_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut Arc<str>)> {
        [("ca_file", &mut self.ca_file), ("cert_file", &mut self.cert_file), ("key_file", &mut self.key_file)]
            .into_iter()
            .filter(|(_, path)| !path.is_empty())
    }

    /// What is wrong with the values.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.ca_file.is_empty() {
            problems.push(
                "`ca_file` is empty; expected the path of a PEM file with the certificate of the receiver's authority"
                    .to_owned(),
            );
        }
        for (given, file, missing) in
            [("cert_file", &self.cert_file, &self.key_file), ("key_file", &self.key_file, &self.cert_file)]
        {
            if !file.is_empty() && missing.is_empty() {
                problems.push(format!(
                    "`{given}` is given alone; a certificate and its key belong together: give `cert_file` and `key_file`"
                ));
            }
        }
        if self.expiry_warning < DurationText::from_secs(86_400) {
            problems
                .push(format!("`expiry_warning` is {}, which is too short; expected 1d or more", self.expiry_warning));
        }
        if self.server_name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/') {
            problems.push(format!(
                "`server_name` is {:?}, which is no name; expected a host name or an IP address",
                self.server_name
            ));
        }
        problems
    }
}

//! The closed list of drivers: one line each at the end of this file, and nowhere else. Whoever needs "every driver" walks
//! [`Driver::ALL`]; whoever needs one arm for each has the compiler ask for it. Register-map devices are not here but in
//! `modbus`: they are data.
//!
//! A line names the variant, the module and the name for people. The module of a driver gives:
//!
//! | item                                   | what it is                                                                  |
//! |----------------------------------------|-----------------------------------------------------------------------------|
//! | `Config`                               | settings with defaults; `poll_interval`, `profile`, `session`               |
//! | `decoder()`                            | a decoder of what the device sends                                          |
//! | `serial_defaults()`                    | settings of the serial line as devices leave the factory; the port is empty |
//! | `is_allowed(bytes)`                    | whether the driver may put these bytes on the wire                          |
//! | `framed(payload)`                      | a payload in a frame whose check fits: for fuzzing                          |
//! | `README`, `SAMPLE`                     | the texts in its folder                                                     |

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use vigil_model::Profile;

use crate::link::SerialSettings;
use crate::{Decoder, Session, philips_intellivue};

macro_rules! drivers {
    ($($(#[doc = $doc:literal])+ $driver:ident = $module:ident $name:literal;)+) => {
        /// A device protocol with a conversation of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Driver {
            $($(#[doc = $doc])+ $driver,)+
        }

        impl Driver {
            /// All drivers, in the order in which they are listed to people.
            pub const ALL: &[Driver] = &[$(Driver::$driver),+];

            /// Its name in configuration and on the command line.
            pub const fn name(self) -> &'static str {
                match self { $(Driver::$driver => $name,)+ }
            }

            /// What its devices are, with the driver's default settings.
            pub fn profile(self) -> Arc<Profile> {
                match self { $(Driver::$driver => crate::$module::Config::default().profile(),)+ }
            }

            /// Settings of the serial line as its devices leave the factory; the port is empty.
            pub fn serial_defaults(self) -> SerialSettings {
                match self { $(Driver::$driver => crate::$module::serial_defaults(),)+ }
            }

            /// A decoder of what its devices send.
            pub fn decoder(self) -> Box<dyn Decoder> {
                match self { $(Driver::$driver => crate::$module::decoder(),)+ }
            }

            /// Its documentation, Markdown.
            pub const fn readme(self) -> &'static str {
                match self { $(Driver::$driver => crate::$module::README,)+ }
            }

            /// A configuration to start from, TOML: a link and a device.
            pub const fn sample(self) -> &'static str {
                match self { $(Driver::$driver => crate::$module::SAMPLE,)+ }
            }

            /// Reads the settings of a device; an empty table gives the defaults.
            ///
            /// # Errors
            /// If a key is not known or a value is not what its key takes.
            pub fn configure(self, settings: toml::Table) -> Result<DriverConfig, ConfigError> {
                match self { $(Driver::$driver => read(&settings).map(DriverConfig::$driver),)+ }
            }

            /// Whether bytes are what the driver may put on the wire: requests of its closed list and nothing else.
            pub fn allows(self, bytes: &[u8]) -> bool {
                match self { $(Driver::$driver => crate::$module::is_allowed(bytes),)+ }
            }

            /// A payload in a frame of the device whose check fits, where the protocol has one. What is inside need not make
            /// sense: for fuzzing, where random bytes would hardly ever carry a right check.
            pub fn framed(self, payload: &[u8]) -> Vec<u8> {
                match self { $(Driver::$driver => crate::$module::framed(payload),)+ }
            }

            /// JSON Schema of its settings.
            pub fn settings_schema(self) -> schemars::Schema {
                match self { $(Driver::$driver => schemars::schema_for!(crate::$module::Config),)+ }
            }
        }

        /// The settings of one device, with its driver.
        #[derive(Clone, Debug, PartialEq)]
        pub enum DriverConfig {
            $(#[doc = concat!("For [`Driver::", stringify!($driver), "`].")] $driver(crate::$module::Config),)+
        }

        impl DriverConfig {
            /// Which driver.
            pub const fn driver(&self) -> Driver {
                match self { $(DriverConfig::$driver(_) => Driver::$driver,)+ }
            }

            /// How often the device gives its values.
            pub fn poll_interval(&self) -> Duration {
                match self { $(DriverConfig::$driver(config) => config.poll_interval(),)+ }
            }

            /// What the device is, with these settings: how long its values count as current depends on how often they come.
            pub fn profile(&self) -> Arc<Profile> {
                match self { $(DriverConfig::$driver(config) => config.profile(),)+ }
            }

            /// A conversation with the device, which counts as lost after `quiet_time` of silence.
            pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
                match self { $(DriverConfig::$driver(config) => config.session(quiet_time),)+ }
            }
        }
    };
}

drivers! {
    /// GE / Datex-Ohmeda S/5 and CARESCAPE monitors.
    GeS5Dri = ge_s5_dri "ge-s5-dri";
    /// Philips IntelliVue monitors.
    PhilipsIntellivue = philips_intellivue "philips-intellivue";
    /// Draeger Evita ventilators with Medibus.
    DraegerMedibus = draeger_medibus "draeger-medibus";
    /// Racks of B. Braun Space pumps.
    BbraunBcc = bbraun_bcc "bbraun-bcc";
    /// Alaris / Asena syringe pumps.
    AlarisAsena = alaris_asena "alaris-asena";
    /// Terumo TE-SS syringe pumps.
    TerumoTeSs = terumo_te_ss "terumo-te-ss";
    /// Fresenius Base with syringe pumps.
    FreseniusBase = fresenius_base "fresenius-base";
    /// Baxter AS50 syringe pumps.
    BaxterAs50 = baxter_as50 "baxter-as50";
    /// Patient scales with the "ESC" protocol.
    EscScale = esc_scale "esc-scale";
    /// Puritan Bennett 840 and 980 ventilators.
    PuritanBennett = puritan_bennett "puritan-bennett";
    /// Masimo pulse oximeters with ASCII output.
    MasimoAscii = masimo_ascii "masimo-ascii";
    /// GE Giraffe OmniBed incubators and Panda warmers.
    GeGiraffe = ge_giraffe "ge-giraffe";
    /// Ivy 450C monitors.
    Ivy450c = ivy_450c "ivy-450c";
}

impl DriverConfig {
    /// Whether the device is spoken to in datagrams.
    pub fn is_datagrams(&self) -> bool {
        matches!(self, DriverConfig::PhilipsIntellivue(config) if config.framing == philips_intellivue::Framing::Udp)
    }

    /// The same in datagrams; `None` if the driver's devices have none.
    pub fn in_datagrams(self) -> Option<Self> {
        match self {
            DriverConfig::PhilipsIntellivue(config) => {
                Some(DriverConfig::PhilipsIntellivue(philips_intellivue::Config {
                    framing: philips_intellivue::Framing::Udp,
                    ..config
                }))
            }
            _ => None,
        }
    }
}

impl Driver {
    /// The driver of a name.
    pub fn named(name: &str) -> Option<Driver> {
        Self::ALL.iter().copied().find(|driver| driver.name() == name)
    }
}

/// Why the settings of a device were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// What was found and what was expected.
    pub message: String,
    /// The key it is about, where that is known.
    pub key: Option<String>,
}

/// The settings are written as text once more, so that the place of an error tells its key.
fn read<C: DeserializeOwned>(settings: &toml::Table) -> Result<C, ConfigError> {
    let text = toml::to_string(settings).map_err(|error| ConfigError {
        message: format!("the settings cannot be written as TOML: {error}"),
        key: None,
    })?;
    toml::from_str(&text).map_err(|error| ConfigError {
        message: error.message().to_owned(),
        key: error.span().and_then(|span| key_at(&text, span.start)),
    })
}

/// The key of the line at a place of a text with one key a line.
fn key_at(text: &str, place: usize) -> Option<String> {
    let begin = text.get(..place)?.rfind('\n').map_or(0, |feed| feed + 1);
    let (key, _) = text[begin..].lines().next()?.split_once('=')?;
    Some(key.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_their_driver() {
        for driver in Driver::ALL {
            assert_eq!(Driver::named(driver.name()), Some(*driver));
            assert_eq!(&*driver.profile().name, driver.name());
            let config = driver.configure(toml::Table::new()).unwrap();
            assert_eq!(config.driver(), *driver);
            assert_eq!(config.profile(), driver.profile(), "the defaults");
            assert!(driver.serial_defaults().port.is_empty());
        }
        assert_eq!(Driver::named("ge"), None);
    }

    #[test]
    fn a_refused_setting_is_named() {
        let refused = |text: &str| Driver::GeS5Dri.configure(text.parse().unwrap()).unwrap_err();
        assert_eq!(refused("intervall = 10").key.as_deref(), Some("intervall"));
        let error = refused("plug_id = 7\ninterval = \"2s\"");
        assert_eq!(error.key.as_deref(), Some("interval"));
        assert!(error.message.contains("5s"), "{error}");
        assert_eq!(refused("classes = [\"basic\", \"ext9\"]").key.as_deref(), Some("classes"));
    }
}

//! The closed list of drivers. Whoever needs "every driver" walks [`Driver::ALL`], and a new one is a new arm that the
//! compiler asks for. Register-map devices are not here but in `modbus`: they are data.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use vigil_model::Profile;

use crate::link::SerialSettings;
use crate::{
    Decoder, Session, alaris_asena, draeger_medibus, esc_scale, ge_s5_dri, masimo_ascii, philips_intellivue,
    puritan_bennett,
};

/// A device protocol with a conversation of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Driver {
    /// GE / Datex-Ohmeda S/5 and CARESCAPE monitors.
    GeS5Dri,
    /// Philips IntelliVue monitors.
    PhilipsIntellivue,
    /// Alaris / Asena syringe pumps.
    AlarisAsena,
    /// Patient scales with the "ESC" protocol.
    EscScale,
    /// Puritan Bennett 840 and 980 ventilators.
    PuritanBennett,
    /// Masimo pulse oximeters with ASCII output.
    MasimoAscii,
    /// Draeger Evita ventilators with Medibus.
    DraegerMedibus,
}

impl Driver {
    /// All drivers, in the order in which they are listed to people.
    pub const ALL: &[Driver] = &[
        Driver::GeS5Dri,
        Driver::PhilipsIntellivue,
        Driver::AlarisAsena,
        Driver::EscScale,
        Driver::PuritanBennett,
        Driver::MasimoAscii,
        Driver::DraegerMedibus,
    ];

    /// Its name in configuration and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Driver::GeS5Dri => "ge-s5-dri",
            Driver::PhilipsIntellivue => "philips-intellivue",
            Driver::AlarisAsena => "alaris-asena",
            Driver::EscScale => "esc-scale",
            Driver::PuritanBennett => "puritan-bennett",
            Driver::MasimoAscii => "masimo-ascii",
            Driver::DraegerMedibus => "draeger-medibus",
        }
    }

    /// The driver of a name.
    pub fn named(name: &str) -> Option<Driver> {
        Self::ALL.iter().copied().find(|driver| driver.name() == name)
    }

    /// What its devices are, with the driver's default settings.
    pub fn profile(self) -> Arc<Profile> {
        match self {
            Driver::GeS5Dri => ge_s5_dri::profile(),
            Driver::PhilipsIntellivue => philips_intellivue::profile(),
            Driver::AlarisAsena => alaris_asena::profile(),
            Driver::EscScale => esc_scale::profile(),
            Driver::PuritanBennett => puritan_bennett::profile(),
            Driver::MasimoAscii => masimo_ascii::profile(),
            Driver::DraegerMedibus => draeger_medibus::profile(),
        }
    }

    /// Settings of the serial line as its devices leave the factory; the port is empty.
    pub fn serial_defaults(self) -> SerialSettings {
        match self {
            Driver::GeS5Dri => ge_s5_dri::serial_defaults(),
            Driver::PhilipsIntellivue => philips_intellivue::serial_defaults(),
            Driver::AlarisAsena => alaris_asena::serial_defaults(),
            Driver::EscScale => esc_scale::serial_defaults(),
            Driver::PuritanBennett => puritan_bennett::serial_defaults(),
            Driver::MasimoAscii => masimo_ascii::serial_defaults(),
            Driver::DraegerMedibus => draeger_medibus::serial_defaults(),
        }
    }

    /// A decoder of what its devices send.
    pub fn decoder(self) -> Box<dyn Decoder> {
        match self {
            Driver::GeS5Dri => ge_s5_dri::decoder(),
            Driver::PhilipsIntellivue => philips_intellivue::decoder(philips_intellivue::Framing::Rs232),
            Driver::AlarisAsena => alaris_asena::decoder(),
            Driver::EscScale => esc_scale::decoder(),
            Driver::PuritanBennett => puritan_bennett::decoder(),
            Driver::MasimoAscii => masimo_ascii::decoder(),
            Driver::DraegerMedibus => draeger_medibus::decoder(),
        }
    }

    /// Its documentation, Markdown.
    pub const fn readme(self) -> &'static str {
        match self {
            Driver::GeS5Dri => ge_s5_dri::README,
            Driver::PhilipsIntellivue => philips_intellivue::README,
            Driver::AlarisAsena => alaris_asena::README,
            Driver::EscScale => esc_scale::README,
            Driver::PuritanBennett => puritan_bennett::README,
            Driver::MasimoAscii => masimo_ascii::README,
            Driver::DraegerMedibus => draeger_medibus::README,
        }
    }

    /// A configuration to start from, TOML: a link and a device.
    pub const fn sample(self) -> &'static str {
        match self {
            Driver::GeS5Dri => ge_s5_dri::SAMPLE,
            Driver::PhilipsIntellivue => philips_intellivue::SAMPLE,
            Driver::AlarisAsena => alaris_asena::SAMPLE,
            Driver::EscScale => esc_scale::SAMPLE,
            Driver::PuritanBennett => puritan_bennett::SAMPLE,
            Driver::MasimoAscii => masimo_ascii::SAMPLE,
            Driver::DraegerMedibus => draeger_medibus::SAMPLE,
        }
    }

    /// Reads the settings of a device; an empty table gives the defaults.
    ///
    /// # Errors
    /// If a key is not known or a value is not what its key takes.
    pub fn configure(self, settings: toml::Table) -> Result<DriverConfig, ConfigError> {
        match self {
            Driver::GeS5Dri => read(&settings).map(DriverConfig::GeS5Dri),
            Driver::PhilipsIntellivue => read(&settings).map(DriverConfig::PhilipsIntellivue),
            Driver::AlarisAsena => read(&settings).map(DriverConfig::AlarisAsena),
            Driver::EscScale => read(&settings).map(DriverConfig::EscScale),
            Driver::PuritanBennett => read(&settings).map(DriverConfig::PuritanBennett),
            Driver::MasimoAscii => read(&settings).map(DriverConfig::MasimoAscii),
            Driver::DraegerMedibus => read(&settings).map(DriverConfig::DraegerMedibus),
        }
    }

    /// Whether bytes are what the driver may put on the wire: requests of its closed list and nothing else.
    pub fn allows(self, bytes: &[u8]) -> bool {
        match self {
            Driver::GeS5Dri => ge_s5_dri::is_allowed(bytes),
            Driver::PhilipsIntellivue => philips_intellivue::is_allowed(bytes),
            Driver::AlarisAsena => alaris_asena::codec::Request::ALL.iter().any(|request| request.encode() == bytes),
            Driver::EscScale => esc_scale::codec::Request::ALL.iter().any(|request| request.encode() == bytes),
            Driver::PuritanBennett => {
                puritan_bennett::codec::Request::ALL.iter().any(|request| request.encode() == bytes)
            }
            Driver::MasimoAscii => false, // the oximeter is never asked anything
            Driver::DraegerMedibus => draeger_medibus::codec::is_allowed(bytes),
        }
    }

    /// JSON Schema of its settings.
    pub fn settings_schema(self) -> schemars::Schema {
        match self {
            Driver::GeS5Dri => schemars::schema_for!(ge_s5_dri::Config),
            Driver::PhilipsIntellivue => schemars::schema_for!(philips_intellivue::Config),
            Driver::AlarisAsena => schemars::schema_for!(alaris_asena::Config),
            Driver::EscScale => schemars::schema_for!(esc_scale::Config),
            Driver::PuritanBennett => schemars::schema_for!(puritan_bennett::Config),
            Driver::MasimoAscii => schemars::schema_for!(masimo_ascii::Config),
            Driver::DraegerMedibus => schemars::schema_for!(draeger_medibus::Config),
        }
    }
}

/// The settings of one device, with its driver.
#[derive(Clone, Debug, PartialEq)]
pub enum DriverConfig {
    /// For [`Driver::GeS5Dri`].
    GeS5Dri(ge_s5_dri::Config),
    /// For [`Driver::PhilipsIntellivue`].
    PhilipsIntellivue(philips_intellivue::Config),
    /// For [`Driver::AlarisAsena`].
    AlarisAsena(alaris_asena::Config),
    /// For [`Driver::EscScale`].
    EscScale(esc_scale::Config),
    /// For [`Driver::PuritanBennett`].
    PuritanBennett(puritan_bennett::Config),
    /// For [`Driver::MasimoAscii`].
    MasimoAscii(masimo_ascii::Config),
    /// For [`Driver::DraegerMedibus`].
    DraegerMedibus(draeger_medibus::Config),
}

impl DriverConfig {
    /// Which driver.
    pub const fn driver(&self) -> Driver {
        match self {
            DriverConfig::GeS5Dri(_) => Driver::GeS5Dri,
            DriverConfig::PhilipsIntellivue(_) => Driver::PhilipsIntellivue,
            DriverConfig::AlarisAsena(_) => Driver::AlarisAsena,
            DriverConfig::EscScale(_) => Driver::EscScale,
            DriverConfig::PuritanBennett(_) => Driver::PuritanBennett,
            DriverConfig::MasimoAscii(_) => Driver::MasimoAscii,
            DriverConfig::DraegerMedibus(_) => Driver::DraegerMedibus,
        }
    }

    /// How often the device gives its values.
    pub fn poll_interval(&self) -> Duration {
        match self {
            DriverConfig::GeS5Dri(config) => config.poll_interval(),
            DriverConfig::PhilipsIntellivue(config) => config.poll_interval(),
            DriverConfig::AlarisAsena(config) => config.poll_interval(),
            DriverConfig::EscScale(config) => config.poll_interval(),
            DriverConfig::PuritanBennett(config) => config.poll_interval(),
            DriverConfig::MasimoAscii(config) => config.poll_interval(),
            DriverConfig::DraegerMedibus(config) => config.poll_interval(),
        }
    }

    /// What the device is, with these settings: how long its values count as current depends on how often they come.
    pub fn profile(&self) -> Arc<Profile> {
        match self {
            DriverConfig::GeS5Dri(config) => config.profile(),
            DriverConfig::PhilipsIntellivue(config) => config.profile(),
            DriverConfig::AlarisAsena(config) => config.profile(),
            DriverConfig::EscScale(config) => config.profile(),
            DriverConfig::PuritanBennett(config) => config.profile(),
            DriverConfig::MasimoAscii(config) => config.profile(),
            DriverConfig::DraegerMedibus(config) => config.profile(),
        }
    }

    /// A conversation with the device, which counts as lost after `quiet_time` of silence.
    pub fn session(&self, quiet_time: Duration) -> Box<dyn Session> {
        match self {
            DriverConfig::GeS5Dri(config) => config.session(quiet_time),
            DriverConfig::PhilipsIntellivue(config) => config.session(quiet_time),
            DriverConfig::AlarisAsena(config) => config.session(quiet_time),
            DriverConfig::EscScale(config) => config.session(quiet_time),
            DriverConfig::PuritanBennett(config) => config.session(quiet_time),
            DriverConfig::MasimoAscii(config) => config.session(quiet_time),
            DriverConfig::DraegerMedibus(config) => config.session(quiet_time),
        }
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

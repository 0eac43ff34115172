//! Who devices and adapters must be.

use std::collections::BTreeMap;
use std::sync::Arc;

use vigil_protocols::identity::ExpectedIdentity;
use vigil_protocols::modbus::{IdentityField, RegisterProfile};

use crate::document::{Place, Problems};
use crate::file::{DeviceSection, LinkSection};

/// Most characters of a field.
const FIELD_CHARS_MAX: usize = 64;

/// What a device must say it is. `profile` is that of a Modbus unit: it can only say what its registers say.
pub(crate) fn expected(
    section: &DeviceSection,
    profile: Option<&RegisterProfile>,
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> ExpectedIdentity {
    let Some(given) = &section.identity else { return ExpectedIdentity::default() };
    let place = place.key("identity");
    let mut take = |key: &str, field: IdentityField, text: &Option<String>| -> Option<Arc<str>> {
        let text = text.as_ref()?;
        let at = place.key(key);
        if text.trim().is_empty() || text.chars().count() > FIELD_CHARS_MAX || text.chars().any(char::is_control) {
            let message = format!("is not a text of 1 to {FIELD_CHARS_MAX} characters");
            problems.error(&at, message, "write what the device says, or leave it out");
        } else if profile.is_some_and(|profile| !profile.identity_fields().contains(&field)) {
            let message = format!(
                "profile `{}` reads no {key}: the device could never be confirmed",
                section.profile.as_deref().unwrap_or("")
            );
            problems.error(&at, message, "remove it, or add the register to the profile");
        }
        Some(text.trim().into())
    };
    ExpectedIdentity {
        manufacturer: take("manufacturer", IdentityField::Manufacturer, &given.manufacturer),
        model: take("model", IdentityField::Model, &given.model),
        serial: take("serial", IdentityField::Serial, &given.serial),
    }
}

/// The adapters that must be at ports, by the ids of their links.
pub(crate) fn adapters(
    sections: &[Option<LinkSection>],
    problems: &mut Problems<'_, '_>,
) -> BTreeMap<Arc<str>, Arc<str>> {
    let mut adapters = BTreeMap::new();
    for (index, section) in sections.iter().enumerate() {
        let Some(section) = section else { continue };
        let Some(adapter) = section.serial.as_ref().and_then(|serial| serial.adapter.as_ref()) else { continue };
        if adapter.is_empty() || adapter.contains(['/', '\0']) {
            let place = Place::element("link", index).key("serial").key("adapter");
            problems.error(&place, "is no name under /dev/serial/by-id", "`vigil ports` lists them");
        }
        adapters.insert(section.id.as_str().into(), adapter.as_str().into());
    }
    adapters
}

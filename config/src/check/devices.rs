//! Devices: what they refer to, how they are spoken to, and their times.

use std::sync::Arc;
use std::time::Duration;

use vigil_messages::DurationText;
use vigil_model::{Eui64, Profile};
use vigil_protocols::driver::{Driver, DriverConfig};
use vigil_protocols::identity::ExpectedIdentity;
use vigil_protocols::modbus::RegisterProfile;
use vigil_protocols::watch::LinkWatch;

use super::identity;
use super::names::{Identifiers, Names, shortened};
use crate::document::{Place, Problems};
use crate::file::DeviceSection;
use crate::nearest;
use crate::profiles::Profiles;

/// Name of the driver that takes a register-map profile.
pub(crate) const MODBUS: &str = "modbus";

/// Longest time a device may be silent before its link counts as lost.
const QUIET_TIME_MAX: Duration = Duration::from_secs(3600);

/// Longest time a value counts as current.
const FRESH_FOR_MAX: Duration = Duration::from_secs(86_400);

/// Bounds of the poll interval of a Modbus unit.
const POLL_INTERVAL: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(3600));

/// Most settings of one device that are refused before the rest is given up.
const SETTINGS_REFUSED_MAX: usize = 32;

/// A device that makes sense by itself.
pub(crate) struct CheckedDevice {
    pub(crate) id: String,
    pub(crate) bed_id: String,
    pub(crate) link_id: String,
    pub(crate) profile: Arc<Profile>,
    pub(crate) conversation: Conversation,
    pub(crate) eui64: Option<Eui64>,
    /// Time from one poll to the next; the shortest, where there are several.
    pub(crate) poll_interval: Duration,
    pub(crate) quiet_time: Duration,
    pub(crate) fresh_for: Option<Duration>,
    pub(crate) identity: ExpectedIdentity,
    pub(crate) place: Place,
}

/// How a device is spoken to.
pub(crate) enum Conversation {
    /// Alone on its link, with a driver of its own.
    Stream(DriverConfig),
    /// Not at all: what the appliance calculates itself.
    Calculated,
    /// One of several on a Modbus bus.
    Unit { profile: Arc<RegisterProfile>, unit: u8, poll_interval: Option<Duration>, quiet_time: Option<Duration> },
}

/// Checks the devices by themselves and what they refer to.
pub(crate) fn devices(
    sections: &[Option<DeviceSection>],
    beds: &Names,
    links: &Names,
    profiles: &Profiles,
    identifiers: &mut Identifiers,
    problems: &mut Problems<'_, '_>,
) -> Vec<Option<CheckedDevice>> {
    Names::collect("device", "id", problems);
    let mut checked = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        let place = Place::element("device", index);
        checked.push(section.as_ref().and_then(|section| {
            beds.refer(&section.bed, &place.key("bed"), problems);
            links.refer(&section.link, &place.key("link"), problems);
            let eui64 = section.eui64.as_ref().and_then(|eui64| identifiers.take(eui64, &place.key("eui64"), problems));
            let conversation = conversation(section, &place, profiles, problems)?;
            let (profile, poll_interval) = match &conversation {
                Conversation::Stream(config) => (config.profile(), config.poll_interval()),
                Conversation::Calculated => return None, // not written by anybody
                Conversation::Unit { profile, poll_interval, .. } => {
                    (profile.profile().clone(), poll_interval.unwrap_or_else(|| profile.poll_interval()))
                }
            };
            let quiet_time = times(section, poll_interval, &place, problems);
            let registers = match &conversation {
                Conversation::Unit { profile, .. } => Some(&**profile),
                Conversation::Stream(_) | Conversation::Calculated => None,
            };
            let identity = identity::expected(section, registers, &place, problems);
            Some(CheckedDevice {
                id: section.id.clone(),
                bed_id: section.bed.clone(),
                link_id: section.link.clone(),
                profile,
                conversation,
                eui64,
                poll_interval,
                quiet_time,
                fresh_for: section.fresh_for.map(DurationText::get),
                identity,
                place: place.clone(),
            })
        }));
    }
    checked
}

fn conversation(
    section: &DeviceSection,
    place: &Place,
    profiles: &Profiles,
    problems: &mut Problems<'_, '_>,
) -> Option<Conversation> {
    if section.driver == MODBUS {
        return unit(section, place, profiles, problems);
    }
    for key in ["profile", "unit", "poll_interval"] {
        if problems.document.has(&place.key(key)) {
            let help = match key {
                "poll_interval" => "the driver's settings say how often it polls",
                _ => "remove it, or write driver = \"modbus\"",
            };
            problems.error(&place.key(key), "belongs to the driver `modbus` only", help);
        }
    }
    let Some(driver) = Driver::named(&section.driver) else {
        let known = Driver::ALL.iter().map(|driver| driver.name()).chain([MODBUS]);
        let message = format!("there is no driver `{}`", shortened(&section.driver));
        problems.error(&place.key("driver"), message, nearest::suggest(&section.driver, known));
        return None;
    };
    configure(driver, section.settings.clone().unwrap_or_default(), place, problems).map(Conversation::Stream)
}

/// The settings of a driver; each that is refused is reported and left out, until the rest is accepted.
fn configure(
    driver: Driver,
    mut settings: toml::Table,
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<DriverConfig> {
    let place = place.key("settings");
    for _ in 0..SETTINGS_REFUSED_MAX {
        let error = match driver.configure(settings.clone()) {
            Ok(config) => return Some(config),
            Err(error) => error,
        };
        match error.key.as_deref() {
            Some(key) => {
                let outermost = key.split(['.', '[']).next().unwrap_or(key).to_owned();
                let (message, help) = worded(&error.message);
                problems.error(&place.key(&outermost), message, help);
                settings.remove(&outermost)?;
            }
            None => {
                problems.error(&place, error.message.clone(), "");
                return None;
            }
        }
    }
    None
}

/// A driver's word about a setting, with the key that was probably meant.
fn worded(said: &str) -> (String, String) {
    match said.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')) {
        Some((wrong, rest)) => {
            let known = rest.split('`').skip(1).step_by(2);
            ("unknown key".to_owned(), nearest::suggest(wrong, known))
        }
        None => (said.to_owned(), String::new()),
    }
}

fn unit(
    section: &DeviceSection,
    place: &Place,
    profiles: &Profiles,
    problems: &mut Problems<'_, '_>,
) -> Option<Conversation> {
    if section.settings.is_some() {
        problems.error(&place.key("settings"), "the driver `modbus` has no settings", "its profile says everything");
    }
    for (key, given) in [("profile", section.profile.is_some()), ("unit", section.unit.is_some())] {
        if !given {
            let help = match key {
                "profile" => "name a register-map profile; `vigil profiles` lists them",
                _ => "give the Modbus unit id that is set on the device",
            };
            problems.error(&place.key(key), "missing: the driver `modbus` needs it", help);
        }
    }
    if let Some(interval) = section.poll_interval {
        super::appliance::bounds("poll_interval", interval, POLL_INTERVAL, place, problems);
    }
    let profile = section.profile.as_ref().and_then(|name| profiles.refer(name, &place.key("profile"), problems));
    Some(Conversation::Unit {
        profile: profile?,
        unit: section.unit?,
        poll_interval: section.poll_interval.map(DurationText::get),
        quiet_time: section.quiet_time.map(DurationText::get),
    })
}

/// Checks quiet time and freshness against the poll; gives the quiet time.
fn times(section: &DeviceSection, poll_interval: Duration, place: &Place, problems: &mut Problems<'_, '_>) -> Duration {
    let polled = DurationText::from(poll_interval);
    let least = LinkWatch::quiet_time_of(poll_interval);
    for (key, value, most, consequence) in [
        ("quiet_time", section.quiet_time, QUIET_TIME_MAX, "the link would count as lost between two polls"),
        ("fresh_for", section.fresh_for, FRESH_FOR_MAX, "no value would be current until the next one"),
    ] {
        let Some(value) = value else { continue };
        if value.get() < poll_interval {
            let message = format!("{value} is shorter than the poll interval, {polled}: {consequence}");
            problems.error(&place.key(key), message, format!("{} or more is of use", DurationText::from(least)));
        } else if value.get() > most {
            problems.error(&place.key(key), format!("{value} is longer than {}", DurationText::from(most)), "");
        }
    }
    section.quiet_time.map_or(least, DurationText::get)
}

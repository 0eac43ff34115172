//! Links: their line settings, and that what hangs on one can share it.

use std::collections::BTreeMap;
use std::time::Duration;

use vigil_messages::DurationText;
use vigil_model::DeviceIndex;
use vigil_protocols::driver::DriverConfig;
use vigil_protocols::link::{BusSettings, FlowControl, Parity, SerialSettings, Transport};
use vigil_protocols::modbus::{AsciiCount, AsciiRules, BusUnit, Framing, UnitId};

use super::appliance::bounds;
use super::bus;
use super::devices::{CheckedDevice, Conversation};
use super::names::shortened;
use crate::document::{Place, Problems};
use crate::file::{BusSection, LinkSection, LrcRule, SerialSection};
use crate::plan::LinkPlan;

/// Bounds of a unit's time to answer.
const RESPONSE_TIMEOUT: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(10));

/// Bounds of pauses on a bus.
const PAUSE: (Duration, Duration) = (Duration::ZERO, Duration::from_secs(10));

/// Bounds of the speed of a serial line, bits per second.
const BAUD: std::ops::RangeInclusive<u32> = 300..=4_000_000;

/// Line settings that MODBUS over Serial Line V1.02, 2.5.1 and 2.5.2, gives as default.
fn bus_serial_defaults(framing: Option<Framing>) -> SerialSettings {
    SerialSettings {
        port: String::new(),
        baud: 19_200,
        data_bits: if framing == Some(Framing::Ascii) { 7 } else { 8 },
        parity: Parity::Even,
        stop_bits: 1,
        flow: FlowControl::None,
    }
}

/// Checks the links and gives the plan of each that has a device.
pub(crate) fn links(
    sections: &[Option<LinkSection>],
    devices: &[Option<CheckedDevice>],
    problems: &mut Problems<'_, '_>,
) -> Vec<LinkPlan> {
    let mut taken: BTreeMap<String, Place> = BTreeMap::new();
    let mut plans = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        let Some(section) = section else { continue };
        let place = Place::element("link", index);
        let users: Vec<(DeviceIndex, &CheckedDevice)> = (0u32..)
            .map(DeviceIndex)
            .zip(devices)
            .filter_map(|(index, device)| Some((index, device.as_ref()?)))
            .filter(|(_, device)| device.link_id == section.id)
            .collect();
        let Some(transport) =
            transport(section, users.first().map(|(_, device)| *device), &place, &mut taken, problems)
        else {
            continue;
        };
        if users.is_empty() && devices.iter().all(Option::is_some) {
            problems.warning(&place, "has no device and is not opened", "add a [[device]] for it, or remove the link");
        }
        plans.extend(share(section, transport, &users, &place, problems));
    }
    plans
}

/// What hangs on one link: one device with a conversation of its own, or the units of a bus.
fn share(
    section: &LinkSection,
    transport: Transport,
    users: &[(DeviceIndex, &CheckedDevice)],
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<LinkPlan> {
    let mut units: Vec<BusUnit> = Vec::new();
    let mut stream = None;
    for (index, device) in users {
        match &device.conversation {
            Conversation::Stream(config) => match &stream {
                None => stream = Some((*index, config.clone(), *device)),
                Some((_, _, first)) => {
                    let message = format!("link `{}` is taken by device `{}`", section.id, first.id);
                    problems.error(
                        &device.place.key("link"),
                        message,
                        "a device with this driver needs a link of its own",
                    );
                }
            },
            Conversation::Calculated => {} // on no link
            Conversation::Unit { profile, unit, poll_interval, quiet_time } => {
                unit_id(*unit, &transport, &units, device, problems);
                units.push(BusUnit {
                    device: *index,
                    unit: UnitId(*unit),
                    profile: profile.clone(),
                    poll_interval: *poll_interval,
                    quiet_time: *quiet_time,
                });
            }
        }
    }
    match (stream, units.is_empty()) {
        (Some((device, driver, checked)), true) => {
            if section.modbus.is_some() {
                problems.error(&place.key("modbus"), "nothing on this link speaks Modbus", "remove it");
            }
            let quiet_time = checked.quiet_time;
            let driver = spoken_on(&transport, driver, checked, place, problems)?;
            Some(LinkPlan::Stream { id: section.id.as_str().into(), transport, device, driver, quiet_time })
        }
        (Some((_, _, checked)), false) => {
            let message = format!("link `{}` is a Modbus bus", section.id);
            problems.error(&checked.place.key("link"), message, "a device with this driver needs a link of its own");
            None
        }
        (None, false) if matches!(transport, Transport::Udp { .. }) => {
            problems.error(&place.key("udp"), "Modbus is not spoken in datagrams", "write tcp, or serial");
            None
        }
        (None, false) => {
            let settings = bus_settings(section.modbus.as_ref(), &transport, &units, &place.key("modbus"), problems);
            bus::affordable(&transport, &settings, &units, users, place, problems);
            Some(LinkPlan::Bus { id: section.id.as_str().into(), transport, settings, units })
        }
        (None, true) => {
            bus_settings(section.modbus.as_ref(), &transport, &[], &place.key("modbus"), problems);
            None
        }
    }
}

/// A driver as it speaks on its link: in datagrams on a link of datagrams, and nowhere else.
fn spoken_on(
    transport: &Transport,
    driver: DriverConfig,
    device: &CheckedDevice,
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> Option<DriverConfig> {
    match transport {
        Transport::Udp { .. } => {
            let name = driver.driver().name();
            let driver = driver.in_datagrams();
            if driver.is_none() {
                let message = format!("devices with the driver `{name}` do not speak in datagrams");
                problems.error(&place.key("udp"), message, "write tcp for a terminal server, or serial");
            }
            driver
        }
        Transport::Serial(_) | Transport::Tcp { .. } => {
            if driver.is_datagrams() {
                let message =
                    format!("`framing = \"udp\"` needs a link with `udp`, and link `{}` has none", device.link_id);
                problems.error(
                    &device.place.key("settings").key("framing"),
                    message,
                    "remove it, or write udp in the link",
                );
                return None;
            }
            Some(driver)
        }
    }
}

fn unit_id(
    unit: u8,
    transport: &Transport,
    before: &[BusUnit],
    device: &CheckedDevice,
    problems: &mut Problems<'_, '_>,
) {
    let place = device.place.key("unit");
    match transport {
        Transport::Serial(_) if !(1..=247).contains(&unit) => {
            let help = "expected 1 to 247 (MODBUS over Serial Line V1.02, 2.2); 0 is for broadcasts";
            problems.error(&place, format!("{unit} is no unit id on a serial line"), help);
        }
        Transport::Serial(_) | Transport::Tcp { .. } | Transport::Udp { .. } => {}
    }
    if before.iter().any(|other| other.unit == UnitId(unit)) {
        let message = format!("unit {unit} is on link `{}` already", device.link_id);
        problems.error(&place, message, "two units that answer at once cannot be told apart: give each its own id");
    }
}

fn bus_settings(
    section: Option<&BusSection>,
    transport: &Transport,
    units: &[BusUnit],
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> BusSettings {
    let counts_characters = units.iter().any(|unit| unit.profile.ascii_count() == AsciiCount::Characters);
    let count = if counts_characters { AsciiCount::Characters } else { AsciiCount::Bytes };
    let default = BusSettings { ascii: AsciiRules { count, ..AsciiRules::default() }, ..BusSettings::default() };
    let Some(section) = section else { return default };
    if let (Some(Framing::Tcp), Transport::Serial(_)) = (section.framing, transport) {
        problems.error(&place.key("framing"), "a serial line has no Modbus TCP", "write rtu or ascii");
    }
    if section.lrc.is_some() && section.framing != Some(Framing::Ascii) {
        problems.error(&place.key("lrc"), "is about Modbus ASCII", "remove it, or write framing = \"ascii\"");
    }
    let mut take = |key: &str, value: Option<DurationText>, default: Duration, limits| match value {
        Some(value) => {
            bounds(key, value, limits, place, problems);
            value.get()
        }
        None => default,
    };
    BusSettings {
        response_timeout: take(
            "response_timeout",
            section.response_timeout,
            default.response_timeout,
            RESPONSE_TIMEOUT,
        ),
        late_window: take("late_window", section.late_window, default.late_window, PAUSE),
        pause: take("pause", section.pause, default.pause, PAUSE),
        framing: section.framing,
        ascii: AsciiRules { count, doubled_count_lrc: section.lrc == Some(LrcRule::DoubledCount) },
    }
}

/// The transport of a link; reports a port or address that two links name.
fn transport(
    section: &LinkSection,
    first: Option<&CheckedDevice>,
    place: &Place,
    taken: &mut BTreeMap<String, Place>,
    problems: &mut Problems<'_, '_>,
) -> Option<Transport> {
    let has = |key: &str| problems.document.has(&place.key(key));
    let given: Vec<&str> = ["serial", "tcp", "udp"].into_iter().filter(|key| has(key)).collect();
    match given[..] {
        [_] => {}
        [] => {
            problems.error(place, "has neither `serial`, `tcp` nor `udp`", "say how the device is reached");
            return None;
        }
        [first, second, ..] => {
            problems.error(place, format!("has both `{first}` and `{second}`"), "keep one of them");
            return None;
        }
    }
    let (transport, name, key) = match (&section.serial, &section.tcp, &section.udp) {
        (Some(serial), ..) => {
            let of_bus = || bus_serial_defaults(section.modbus.as_ref().and_then(|modbus| modbus.framing));
            let defaults = first.map_or_else(of_bus, |device| match &device.conversation {
                Conversation::Stream(config) => config.driver().serial_defaults(),
                Conversation::Unit { .. } | Conversation::Calculated => of_bus(),
            });
            let settings = self::serial(serial, defaults, &place.key("serial"), problems);
            (Transport::Serial(settings), serial.port.clone(), place.key("serial").key("port"))
        }
        (None, Some(address), _) => {
            network(address, &place.key("tcp"), problems);
            (Transport::Tcp { address: address.clone() }, address.clone(), place.key("tcp"))
        }
        (None, None, Some(address)) => {
            network(address, &place.key("udp"), problems);
            (Transport::Udp { address: address.clone() }, format!("udp {address}"), place.key("udp"))
        }
        (None, None, None) => return None, // it is there and could not be read: reported already
    };
    if let Some(other) = taken.get(&name) {
        let message = format!("`{}` is also {}", shortened(&name), problems.document.key_of(other));
        problems.error(&key, message, "one link for each port or address; Modbus units share a link");
    } else {
        taken.insert(name, place.clone());
    }
    Some(transport)
}

fn serial(
    section: &SerialSection,
    defaults: SerialSettings,
    place: &Place,
    problems: &mut Problems<'_, '_>,
) -> SerialSettings {
    let settings = SerialSettings {
        port: section.port.clone(),
        baud: section.baud.unwrap_or(defaults.baud),
        data_bits: section.data_bits.unwrap_or(defaults.data_bits),
        parity: section.parity.unwrap_or(defaults.parity),
        stop_bits: section.stop_bits.unwrap_or(defaults.stop_bits),
        flow: section.flow.unwrap_or(defaults.flow),
    };
    if !section.port.starts_with('/') || section.port.contains('\0') {
        let help = "begin with `/`, best under /dev/serial/by-path; `vigil ports` lists the ports";
        problems.error(&place.key("port"), "is not the path of a port", help);
    } else if ["/dev/ttyUSB", "/dev/ttyACM"].iter().any(|unstable| section.port.starts_with(unstable)) {
        let message = "names whichever adapter was found first: after a restart it may be another device";
        problems.warning(
            &place.key("port"),
            message,
            "use its name under /dev/serial/by-path; `vigil ports` lists them",
        );
    }
    if !BAUD.contains(&settings.baud) {
        problems.error(&place.key("baud"), format!("{} is not from 300 to 4000000", settings.baud), "");
    }
    if !matches!(settings.data_bits, 7 | 8) {
        problems.error(&place.key("data_bits"), format!("{} is neither 7 nor 8", settings.data_bits), "");
    }
    if !matches!(settings.stop_bits, 1 | 2) {
        problems.error(&place.key("stop_bits"), format!("{} is neither 1 nor 2", settings.stop_bits), "");
    }
    settings
}

fn network(address: &str, place: &Place, problems: &mut Problems<'_, '_>) {
    let good = address.rsplit_once(':').is_some_and(|(host, port)| {
        let host_good = !host.is_empty()
            && !host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/')
            && (!host.contains(':') || (host.starts_with('[') && host.ends_with(']')));
        host_good && port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port != 0)
    });
    if !good {
        let message = format!("`{}` is not an address", shortened(address));
        problems.error(place, message, "write host:port, like 10.1.2.3:4001 or [fd00::1]:502");
    }
}

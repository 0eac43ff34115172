//! The configuration of an appliance that serves a simulated ward. Its form is described by `vigil schema`; the root
//! package's tests check that it is accepted.

use std::fmt::{self, Write};
use std::path::Path;

use super::{LinkedDevice, SimulatedBed, SimulatedLink, WardSettings};
use crate::serve::Endpoint;

/// Nursing unit of the simulated ward.
pub(super) const UNIT: &str = "4B";

/// Kinds of devices as the last byte of their invented EUI-64.
const MONITOR: u8 = 1;
const PUMP: u8 = 2;
const SCALE: u8 = 3;
const CONTACTS: u8 = 4;

/// The text of the configuration file.
pub(super) fn text(settings: &WardSettings, beds: &[SimulatedBed], links: &[SimulatedLink]) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_file(&mut out, settings, beds, links);
    out
}

fn write_file(
    out: &mut String,
    settings: &WardSettings,
    beds: &[SimulatedBed],
    links: &[SimulatedLink],
) -> fmt::Result {
    writeln!(out, "# A simulated ward. Every patient is invented; every device is a program.\n")?;
    writeln!(out, "[appliance]\nid = \"demo\"\neui64 = {}", eui64(0, 0))?;
    writeln!(out, "site = \"demo\"\nfacility = \"Demo Hospital\"\ntest = true")?;
    writeln!(out, "data_dir = {}\n", path(&settings.data_dir))?;
    for bed in beds {
        write_bed(out, bed)?;
    }
    for link in links {
        write_link(out, link)?;
    }
    for link in links {
        write_devices(out, link, beds)?;
    }
    if let Some(address) = &settings.ehr {
        writeln!(out, "[[destination]]\nkind = \"hl7\"\nid = \"ehr\"\naddress = {}", quoted(address))?;
        writeln!(out, "receiving_application = \"EHR\"\nreceiving_facility = \"DEMO\"\n")?;
    }
    if let Some(address) = &settings.broker {
        writeln!(out, "[[destination]]\nkind = \"mqtt\"\nid = \"nurse-call\"\naddress = {}\n", quoted(address))?;
    }
    Ok(())
}

fn write_bed(out: &mut String, bed: &SimulatedBed) -> fmt::Result {
    writeln!(out, "[[bed]]\nid = {}\nunit = {}", quoted(&bed.id), quoted(UNIT))?;
    writeln!(out, "room = {}\nbed = {}", quoted(&bed.room), quoted(&bed.bed))?;
    writeln!(out, "preset = \"adult\"\nreport_interval = \"10s\"\n")?;
    let patient = &bed.patient;
    writeln!(out, "[bed.patient]\nid = {}", quoted(&patient.id))?;
    writeln!(out, "family = {}\ngiven = {}", quoted(patient.family), quoted(patient.given))?;
    writeln!(out, "birth_date = {}\nsex = {}\n", quoted(patient.birth_date), quoted(patient.sex))?;
    writeln!(out, "# Sooner than on a real ward, so that nobody has to wait for the demonstration.")?;
    writeln!(out, "[[bed.limit]]\nmetric = \"MDC_PULS_OXIM_SAT_O2\"\nside = \"low\"\ncondition_delay = \"2s\"\n")
}

fn write_link(out: &mut String, link: &SimulatedLink) -> fmt::Result {
    writeln!(out, "[[link]]\nid = {}", quoted(&link.id))?;
    match &link.endpoint {
        // A pseudo-terminal keeps to no speed, and has no handshake lines.
        Endpoint::Pty { link: port } => match link.what {
            LinkedDevice::Contacts { .. } => writeln!(out, "serial = {{ port = {}, baud = 115200 }}", path(port))?,
            LinkedDevice::Monitor { .. } | LinkedDevice::Pump { .. } | LinkedDevice::Scale { .. } => {
                writeln!(out, "serial = {{ port = {}, flow = \"none\" }}", path(port))?;
            }
        },
        Endpoint::Tcp { address } => writeln!(out, "tcp = {}", quoted(address))?,
        Endpoint::Udp { address } => writeln!(out, "udp = {}", quoted(address))?,
    }
    if let LinkedDevice::Contacts { .. } = link.what {
        writeln!(out, "modbus = {{ response_timeout = \"100ms\", late_window = \"20ms\" }}")?;
    }
    writeln!(out)
}

fn write_devices(out: &mut String, link: &SimulatedLink, beds: &[SimulatedBed]) -> fmt::Result {
    let bed_id = |number: &u32| beds.iter().find(|bed| bed.number == *number).map_or("", |bed| &bed.id);
    match &link.what {
        LinkedDevice::Monitor { bed } => {
            write_device(out, &format!("mon-{}", bed_id(bed)), bed_id(bed), &link.id, "ge-s5-dri", (*bed, MONITOR))?;
            // The monitor's own number, so that a cable moved to another bed is noticed.
            writeln!(out, "settings = {{ interval = \"5s\", plug_id = {bed} }}\n")
        }
        LinkedDevice::Pump { bed } => {
            write_device(out, &format!("pump-{}", bed_id(bed)), bed_id(bed), &link.id, "alaris-asena", (*bed, PUMP))?;
            writeln!(out, "settings = {{ interval = \"1s\" }}\n")
        }
        LinkedDevice::Scale { bed } => {
            write_device(out, &format!("scale-{}", bed_id(bed)), bed_id(bed), &link.id, "esc-scale", (*bed, SCALE))?;
            writeln!(out, "settings = {{ interval = \"10s\" }}\n")
        }
        LinkedDevice::Contacts { beds: numbers } => {
            for (unit, bed) in (1..).zip(numbers) {
                let id = format!("contacts-{}", bed_id(bed));
                write_device(out, &id, bed_id(bed), &link.id, "modbus", (*bed, CONTACTS))?;
                let unit: u32 = unit;
                writeln!(out, "profile = \"bed-contacts\"\nunit = {unit}\npoll_interval = \"1s\"\n")?;
            }
            Ok(())
        }
    }
}

fn write_device(
    out: &mut String,
    id: &str,
    bed: &str,
    link: &str,
    driver: &str,
    (number, kind): (u32, u8),
) -> fmt::Result {
    writeln!(out, "[[device]]\nid = {}\nbed = {}", quoted(id), quoted(bed))?;
    writeln!(out, "link = {}\ndriver = {}\neui64 = {}", quoted(link), quoted(driver), eui64(number, kind))
}

/// An invented EUI-64: locally administered (bit 1 of the first byte), so that it is nobody's.
fn eui64(number: u32, kind: u8) -> String {
    format!("\"020000FFFE{:04X}{kind:02X}\"", number & 0xFFFF)
}

fn path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// A text as a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

//! What was found, as the part of a configuration that it comes to.

use vigil_protocols::link::{FlowControl, Parity, Transport};

use super::{Found, Speaks};

/// A link and its devices, TOML. What cannot be known (the bed, names) stands there to be changed.
pub fn propose(found: &Found) -> String {
    let mut text = "[[link]]\nid = \"link-1\" # name it\n".to_owned();
    match &found.candidate.transport {
        Transport::Serial(serial) => {
            let parity = match serial.parity {
                Parity::None => "none",
                Parity::Even => "even",
                Parity::Odd => "odd",
            };
            let flow = if serial.flow == FlowControl::Hardware { ", flow = \"hardware\"" } else { "" };
            text += &format!(
                "serial = {{ port = {}, baud = {}, data_bits = {}, parity = \"{parity}\", stop_bits = {}{flow} }}\n",
                quoted(&serial.port),
                serial.baud,
                serial.data_bits,
                serial.stop_bits
            );
        }
        Transport::Tcp { address } => text += &format!("tcp = {}\n", quoted(address)),
        Transport::Udp { address } => text += &format!("udp = {}\n", quoted(address)),
    }
    match found.candidate.speaks {
        Speaks::Driver(driver) => {
            text += &format!(
                "\n[[device]]\nid = \"device-1\" # name it\nbed = \"bed-1\" # where it stands\nlink = \"link-1\"\ndriver = \"{}\"\n",
                driver.name()
            );
            text += &identity(found);
        }
        Speaks::Modbus(framing) => {
            text += &format!("modbus = {{ framing = \"{}\" }}\n", framing.as_str());
            for (number, (unit, profiles)) in (1..).zip(&found.units) {
                let profile = profiles.first().map_or("…", String::as_str);
                let others = match profiles.get(1..) {
                    Some([_, ..]) => format!(" # also answers what {} reads", profiles[1..].join(", ")),
                    _ if profiles.is_empty() => " # no built-in profile fits: write one, or import a table".to_owned(),
                    _ => String::new(),
                };
                text += &format!(
                    "\n[[device]]\nid = \"device-{number}\" # name it\nbed = \"bed-1\" # where it stands\nlink = \"link-1\"\n\
                     driver = \"modbus\"\nprofile = \"{profile}\"{others}\nunit = {unit}\n"
                );
            }
            if found.units.len() == 1 {
                text += &identity(found);
            }
        }
    }
    text
}

/// The line that binds the configuration to this very device.
fn identity(found: &Found) -> String {
    let said = [("model", &found.identity.model), ("serial", &found.identity.serial)];
    let parts: Vec<String> = said
        .into_iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(key, text)| format!("{key} = {}", quoted(text.trim())))
        .collect();
    if parts.is_empty() { String::new() } else { format!("identity = {{ {} }}\n", parts.join(", ")) }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use vigil_model::Identity;
    use vigil_protocols::driver::Driver;
    use vigil_protocols::modbus::{Framing, UnitId};

    use super::super::candidates;
    use super::*;

    #[test]
    fn what_is_proposed_is_toml_with_everything_that_was_found() {
        for candidate in candidates("/dev/serial/by-path/x", &[]).into_iter().chain(candidates("host:502", &[])) {
            let found = Found {
                candidate: candidate.clone(),
                identity: Identity { serial: "SN \"1\"".into(), ..Identity::default() },
                units: vec![(UnitId(3), vec!["bed-contacts".to_owned(), "remote-io".to_owned()])],
                values: Vec::new(),
            };
            let table: toml::Table = propose(&found).parse().unwrap();
            let device = table["device"][0].as_table().unwrap();
            assert_eq!(device["identity"]["serial"].as_str(), Some("SN \"1\""));
            match candidate.speaks {
                Speaks::Driver(driver) => assert_eq!(device["driver"].as_str(), Some(driver.name())),
                Speaks::Modbus(framing) => {
                    assert_eq!(device["profile"].as_str(), Some("bed-contacts"));
                    assert_eq!(table["link"][0]["modbus"]["framing"].as_str(), Some(framing.as_str()));
                }
            }
        }
        let nobody = Found {
            candidate: candidates("host:502", &["modbus".to_owned()]).remove(0),
            identity: Identity::default(),
            units: vec![(UnitId(1), Vec::new())],
            values: Vec::new(),
        };
        assert_eq!(nobody.candidate.framing(), Some(Framing::Tcp));
        assert!(propose(&nobody).contains("no built-in profile fits"));
        assert!(Driver::ALL.len() < candidates("/dev/x", &[]).len());
    }
}

//! What is tried, in which order: first what devices leave the factory with, then other speeds, then other parities.

use vigil_protocols::driver::Driver;
use vigil_protocols::link::{FlowControl, Parity, SerialSettings, Transport};
use vigil_protocols::modbus::Framing;

/// A way of speaking to whoever is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The protocol.
    pub speaks: Speaks,
    /// The line or connection, with its settings.
    pub transport: Transport,
}

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// A driver with a conversation of its own.
    Driver(Driver),
    /// Modbus.
    Modbus(Framing),
}

/// Speeds, by how usual they are.
const BAUDS: [u32; 5] = [9_600, 19_200, 115_200, 38_400, 57_600];

/// Data bits, parity and stop bits, by how usual they are.
const FORMATS: [(u8, Parity, u8); 4] =
    [(8, Parity::None, 1), (8, Parity::Even, 1), (7, Parity::Even, 1), (8, Parity::None, 2)];

/// Everything that is worth a try at a serial port (a path) or an address (`host:port`), without repeats. `only` names the
/// drivers to try, `modbus` among them; empty for all.
pub fn candidates(target: &str, only: &[String]) -> Vec<Candidate> {
    let wanted = |name: &str| only.is_empty() || only.iter().any(|wanted| wanted == name);
    let drivers: Vec<Driver> = Driver::ALL.iter().copied().filter(|driver| wanted(driver.name())).collect();
    let modbus = wanted("modbus");
    let mut plan: Vec<Candidate> = Vec::new();
    let mut add = |speaks: Speaks, transport: Transport| {
        let candidate = Candidate { speaks, transport };
        if !plan.contains(&candidate) {
            plan.push(candidate);
        }
    };
    if !target.starts_with('/') {
        let tcp = Transport::Tcp { address: target.to_owned() };
        drivers.iter().for_each(|driver| add(Speaks::Driver(*driver), tcp.clone()));
        if modbus {
            [Framing::Tcp, Framing::Rtu, Framing::Ascii]
                .into_iter()
                .for_each(|framing| add(Speaks::Modbus(framing), tcp.clone()));
        }
        return plan;
    }
    let at = |settings: SerialSettings| Transport::Serial(SerialSettings { port: target.to_owned(), ..settings });
    let bus = |baud, (data_bits, parity, stop_bits)| {
        at(SerialSettings { port: String::new(), baud, data_bits, parity, stop_bits, flow: FlowControl::None })
    };
    for driver in &drivers {
        add(Speaks::Driver(*driver), at(driver.serial_defaults()));
    }
    if modbus {
        for (framing, baud, format) in [
            (Framing::Rtu, 19_200, FORMATS[1]),
            (Framing::Rtu, 9_600, FORMATS[0]),
            (Framing::Rtu, 9_600, FORMATS[1]),
            (Framing::Rtu, 9_600, FORMATS[3]),
            (Framing::Ascii, 9_600, FORMATS[2]),
            (Framing::Ascii, 19_200, FORMATS[2]),
        ] {
            add(Speaks::Modbus(framing), bus(baud, format));
        }
    }
    for baud in BAUDS {
        for driver in &drivers {
            add(Speaks::Driver(*driver), at(SerialSettings { baud, ..driver.serial_defaults() }));
        }
        if modbus {
            FORMATS.into_iter().for_each(|format| {
                let framing = if format.0 == 7 { Framing::Ascii } else { Framing::Rtu };
                add(Speaks::Modbus(framing), bus(baud, format));
            });
        }
    }
    for (data_bits, parity, stop_bits) in FORMATS {
        for driver in &drivers {
            let settings = SerialSettings { data_bits, parity, stop_bits, ..driver.serial_defaults() };
            add(Speaks::Driver(*driver), at(settings));
        }
    }
    plan
}

/// `19200 8E1`.
pub(super) fn settings(serial: &SerialSettings) -> String {
    let parity = match serial.parity {
        Parity::None => 'N',
        Parity::Even => 'E',
        Parity::Odd => 'O',
    };
    format!("{} {}{parity}{}", serial.baud, serial.data_bits, serial.stop_bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_devices_leave_the_factory_with_comes_first_and_nothing_twice() {
        let plan = candidates("/dev/x", &[]);
        for (index, driver) in Driver::ALL.iter().enumerate() {
            let settings = SerialSettings { port: "/dev/x".into(), ..driver.serial_defaults() };
            assert_eq!(
                plan[index],
                Candidate { speaks: Speaks::Driver(*driver), transport: Transport::Serial(settings) }
            );
        }
        for (index, candidate) in plan.iter().enumerate() {
            assert!(!plan[..index].contains(candidate), "{candidate:?} twice");
        }
        assert!(plan.iter().any(|candidate| candidate.speaks == Speaks::Modbus(Framing::Ascii)));
    }

    #[test]
    fn only_what_is_asked_for_is_tried() {
        let plan = candidates("/dev/x", &["modbus".to_owned()]);
        assert!(plan.iter().all(|candidate| matches!(candidate.speaks, Speaks::Modbus(_))));
        assert_eq!(plan[0].transport, candidates("/dev/x", &[])[Driver::ALL.len()].transport);
        let plan = candidates("host:502", &["esc-scale".to_owned(), "modbus".to_owned()]);
        assert_eq!(plan.len(), 4);
        assert!(candidates("/dev/x", &["nobody".to_owned()]).is_empty());
    }
}

//! The other side of a plan: simulated devices on the ports that its links name, for `vigil simulate CONFIG`.

use std::path::PathBuf;
use std::sync::Arc;

use vigil_config::{LinkPlan, Plan};
use vigil_model::{DeviceIndex, Instant};
use vigil_protocols::link::Transport;
use vigil_simulators::modbus::{ModbusLine, ModbusUnit};
use vigil_simulators::serve::Endpoint;
use vigil_simulators::simulate::Simulation;
use vigil_simulators::{Scenario, SimDevice};

/// One port: the link's name, where it is reached, and who speaks there.
pub type Side = (Arc<str>, Endpoint, Box<dyn SimDevice>);

/// The other side of every link of a plan. A serial port becomes a pseudo-terminal under the same path, a network address a
/// listener. Beds are numbered in the order of the configuration, from 1.
pub fn other_side(plan: &Plan, scenario: &Arc<Scenario>, seed: u64, start: Instant) -> Vec<Side> {
    let simulation = |device: DeviceIndex| {
        let bed = plan.ward.device(device).map_or(1, |device| device.bed.0 + 1);
        Simulation { scenario: scenario.clone(), seed, bed }
    };
    let mut sides = Vec::new();
    for link in &plan.links {
        let endpoint = match link.transport() {
            Transport::Serial(serial) => Endpoint::Pty { link: PathBuf::from(&serial.port) },
            Transport::Tcp { address } => Endpoint::Tcp { address: address.clone() },
            Transport::Udp { address } => Endpoint::Udp { address: address.clone() },
        };
        let device: Box<dyn SimDevice> = match link {
            LinkPlan::Stream { device, driver, .. } => simulation(*device).device_of(driver, start),
            LinkPlan::Bus { transport, settings, units, .. } => {
                let framing = settings.framing_on(transport);
                let units = units.iter().map(|unit| {
                    ModbusUnit::new(unit.unit, unit.profile.clone(), simulation(unit.device).patient(), start)
                });
                Box::new(ModbusLine::new(framing, units.collect()))
            }
        };
        sides.push((link.id().clone(), endpoint, device));
    }
    sides
}

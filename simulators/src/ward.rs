//! A simulated ward: beds with invented patients, their devices, the ports they are reached at, and the configuration with
//! which an appliance serves them.
//!
//! Each bed has a patient monitor, a syringe pump and bed contacts; every second bed has a scale. Contacts share one Modbus
//! bus for up to [`BEDS_PER_BUS`] beds, all other devices have a port of their own.

mod configuration;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use vigil_model::Instant;
use vigil_protocols::driver::Driver;
use vigil_protocols::modbus::{Framing, UnitId};

use crate::device::SimDevice;
use crate::modbus::{ModbusLine, ModbusUnit};
use crate::scenario::Scenario;
use crate::serve::Endpoint;
use crate::simulate::Simulation;

/// Most beds of a simulated ward.
pub const BEDS_MAX: u32 = 200;

/// Beds whose contacts share one bus.
pub const BEDS_PER_BUS: u32 = 16;

/// What a simulated ward is.
#[derive(Clone, Debug)]
pub struct WardSettings {
    /// Number of beds, 1 to [`BEDS_MAX`].
    pub beds: u32,
    /// What tells this run from others.
    pub seed: u64,
    /// What happens.
    pub scenario: Arc<Scenario>,
    /// Folder in which the ports appear.
    pub ports: PathBuf,
    /// Folder for what the appliance keeps.
    pub data_dir: PathBuf,
    /// Where the EHR receiver listens, `host:port`; `None` without one.
    pub ehr: Option<String>,
    /// Where the MQTT broker listens, `host:port`; `None` without one.
    pub broker: Option<String>,
}

/// One bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedBed {
    /// Number, from 1.
    pub number: u32,
    /// Configured id, `401-1`.
    pub id: String,
    /// Room.
    pub room: String,
    /// Bed in the room.
    pub bed: String,
    /// Whether there is a scale.
    pub has_scale: bool,
    /// The invented patient.
    pub patient: InventedPatient,
}

/// A patient who does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventedPatient {
    /// Identifier, `DEMO-0001`.
    pub id: String,
    /// Family name: a tree.
    pub family: &'static str,
    /// Given name.
    pub given: &'static str,
    /// Date of birth.
    pub birth_date: &'static str,
    /// Administrative sex.
    pub sex: &'static str,
}

/// One port of the ward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedLink {
    /// Configured id, `monitor-401-1`.
    pub id: String,
    /// Where it is reached.
    pub endpoint: Endpoint,
    /// What is there.
    pub what: LinkedDevice,
}

/// What is at a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkedDevice {
    /// The monitor of a bed.
    Monitor {
        /// Number of the bed.
        bed: u32,
    },
    /// The pump of a bed.
    Pump {
        /// Number of the bed.
        bed: u32,
    },
    /// The scale of a bed.
    Scale {
        /// Number of the bed.
        bed: u32,
    },
    /// The contacts of several beds; the unit id is the place in the list, from 1.
    Contacts {
        /// Numbers of the beds.
        beds: Vec<u32>,
    },
}

/// Why there is no such ward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a simulated ward has 1 to {BEDS_MAX} beds, not {0}")]
pub struct BedsOutOfRange(pub u32);

/// A simulated ward.
#[derive(Clone, Debug)]
pub struct SimulatedWard {
    settings: WardSettings,
    beds: Vec<SimulatedBed>,
    links: Vec<SimulatedLink>,
}

impl SimulatedWard {
    /// Lays out a ward.
    ///
    /// # Errors
    /// If the number of beds is out of range.
    pub fn new(settings: WardSettings) -> Result<Self, BedsOutOfRange> {
        if !(1..=BEDS_MAX).contains(&settings.beds) {
            return Err(BedsOutOfRange(settings.beds));
        }
        let beds: Vec<SimulatedBed> = (1..=settings.beds).map(bed).collect();
        let mut links = Vec::new();
        let mut link = |id: String, what: LinkedDevice| {
            let endpoint = Endpoint::Pty { link: settings.ports.join(&id) };
            links.push(SimulatedLink { id, endpoint, what });
        };
        for bed in &beds {
            link(format!("monitor-{}", bed.id), LinkedDevice::Monitor { bed: bed.number });
            link(format!("pump-{}", bed.id), LinkedDevice::Pump { bed: bed.number });
            if bed.has_scale {
                link(format!("scale-{}", bed.id), LinkedDevice::Scale { bed: bed.number });
            }
        }
        let numbers: Vec<u32> = beds.iter().map(|bed| bed.number).collect();
        for (index, beds) in numbers.chunks(BEDS_PER_BUS as usize).enumerate() {
            link(format!("contacts-{}", index + 1), LinkedDevice::Contacts { beds: beds.to_vec() });
        }
        Ok(Self { settings, beds, links })
    }

    /// The beds, ascending by number.
    pub fn beds(&self) -> &[SimulatedBed] {
        &self.beds
    }

    /// The ports.
    pub fn links(&self) -> &[SimulatedLink] {
        &self.links
    }

    /// Who is where, for the EHR receiver: place `unit^room^bed` to patient id.
    pub fn expected(&self) -> BTreeMap<String, String> {
        let place = |bed: &SimulatedBed| format!("{}^{}^{}", configuration::UNIT, bed.room, bed.bed);
        self.beds.iter().map(|bed| (place(bed), bed.patient.id.clone())).collect()
    }

    /// What a bed's devices show.
    pub fn simulation(&self, bed: u32) -> Simulation {
        Simulation { scenario: self.settings.scenario.clone(), seed: self.settings.seed, bed }
    }

    /// What is at a port, with scenarios that begin at `start`.
    pub fn device(&self, link: &SimulatedLink, start: Instant) -> Box<dyn SimDevice> {
        match &link.what {
            LinkedDevice::Monitor { bed } => self.simulation(*bed).device(Driver::GeS5Dri, start),
            LinkedDevice::Pump { bed } => self.simulation(*bed).device(Driver::AlarisAsena, start),
            LinkedDevice::Scale { bed } => self.simulation(*bed).device(Driver::EscScale, start),
            LinkedDevice::Contacts { beds } => {
                let unit = |(id, bed): (u8, &u32)| ModbusUnit::bed(UnitId(id), self.simulation(*bed).patient(), start);
                Box::new(ModbusLine::new(Framing::Rtu, (1..).zip(beds).map(unit).collect()))
            }
        }
    }

    /// The configuration with which an appliance serves this ward, as text.
    pub fn configuration(&self) -> String {
        configuration::text(&self.settings, &self.beds, &self.links)
    }
}

fn bed(number: u32) -> SimulatedBed {
    let room = (401 + (number - 1) / 2).to_string();
    let bed = ((number - 1) % 2 + 1).to_string();
    SimulatedBed {
        number,
        id: format!("{room}-{bed}"),
        room,
        bed,
        has_scale: number % 2 == 1,
        patient: invented(number),
    }
}

/// Trees do not fall ill.
fn invented(number: u32) -> InventedPatient {
    const PEOPLE: [(&str, &str, &str, &str); 8] = [
        ("Alder", "Ann", "19480312", "F"),
        ("Birch", "Ben", "19550730", "M"),
        ("Cedar", "Clara", "19621124", "F"),
        ("Dogwood", "Dan", "19710502", "M"),
        ("Elm", "Eve", "19391009", "F"),
        ("Fir", "Finn", "19800218", "M"),
        ("Ginkgo", "Grace", "19580625", "F"),
        ("Hazel", "Hugo", "19670914", "M"),
    ];
    let (family, given, birth_date, sex) = PEOPLE[(number as usize - 1) % PEOPLE.len()];
    InventedPatient { id: format!("DEMO-{number:04}"), family, given, birth_date, sex }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ward(beds: u32) -> Result<SimulatedWard, BedsOutOfRange> {
        SimulatedWard::new(WardSettings {
            beds,
            seed: 1,
            scenario: Arc::new(Scenario::named("demo").unwrap()),
            ports: "/run/ports".into(),
            data_dir: "/run/data".into(),
            ehr: Some("127.0.0.1:2575".to_owned()),
            broker: None,
        })
    }

    #[test]
    fn every_bed_has_its_devices_and_every_port_one_name() {
        for beds in [1, 4, 17, BEDS_MAX] {
            let ward = ward(beds).unwrap();
            let names: std::collections::BTreeSet<&str> = ward.links().iter().map(|link| link.id.as_str()).collect();
            assert_eq!(names.len(), ward.links().len());
            let buses = beds.div_ceil(BEDS_PER_BUS);
            assert_eq!(names.len() as u32, 2 * beds + beds.div_ceil(2) + buses);
            assert_eq!(ward.expected().len() as u32, beds);
            for link in ward.links() {
                assert!(ward.device(link, Instant::default()).is_plugged(vigil_model::Now::default()));
            }
        }
        assert!(ward(0).is_err() && ward(BEDS_MAX + 1).is_err());
    }

    #[test]
    fn the_configuration_names_every_port_and_device_once() {
        let ward = ward(4).unwrap();
        let text = ward.configuration();
        let file: toml::Table = text.parse().unwrap();
        let list = |key: &str| file[key].as_array().unwrap().clone();
        assert_eq!((list("bed").len(), list("link").len(), list("device").len()), (4, 11, 14));
        assert_eq!(list("destination").len(), 1);
        for link in ward.links() {
            assert_eq!(text.matches(&format!("\"/run/ports/{}\"", link.id)).count(), 1, "{}", link.id);
        }
        assert_eq!(file["appliance"]["test"].as_bool(), Some(true));
        assert_eq!(list("bed")[0]["patient"]["id"].as_str(), Some("DEMO-0001"));
        assert_eq!(ward.expected()["4B^401^1"], "DEMO-0001");
    }
}

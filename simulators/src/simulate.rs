//! One simulated device for each driver: what `vigil simulate --driver` serves.

use std::sync::Arc;

use vigil_model::Instant;
use vigil_protocols::driver::{Driver, DriverConfig};
use vigil_protocols::modbus::{Framing, RegisterProfile, UnitId};

use crate::baxter_as50::BaxterAs50;
use crate::bbraun_bcc::BbraunBcc;
use crate::device::SimDevice;
use crate::fresenius_base::FreseniusBase;
use crate::ge_giraffe::GeGiraffe;
use crate::intellivue::Intellivue;
use crate::ivy_450c::Ivy450c;
use crate::masimo::Masimo;
use crate::medibus::Medibus;
use crate::modbus::{ModbusLine, ModbusUnit};
use crate::monitor::Monitor;
use crate::noise::derive;
use crate::patient::Patient;
use crate::pump::Pump;
use crate::puritan_bennett::PuritanBennett;
use crate::scale::Scale;
use crate::scenario::Scenario;
use crate::terumo_te_ss::TerumoTeSs;

/// What a simulated device shows.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// What happens.
    pub scenario: Arc<Scenario>,
    /// What tells this run from others.
    pub seed: u64,
    /// Number of the bed the device stands at, from 1: which part of the scenario is about it.
    pub bed: u32,
}

/// What a simulated Modbus unit is.
#[derive(Clone, Debug)]
pub struct ModbusSimulation {
    /// Its registers.
    pub profile: Arc<RegisterProfile>,
    /// Its address.
    pub unit: UnitId,
    /// How frames are told apart on its line.
    pub framing: Framing,
}

impl Simulation {
    /// The patient of the bed.
    pub fn patient(&self) -> Patient {
        Patient::new(derive(self.seed, u64::from(self.bed)), Arc::new(self.scenario.course(self.bed)))
    }

    /// The other side of a driver, whose scenario begins at `start`. The bed's number is the device's own.
    pub fn device(&self, driver: Driver, start: Instant) -> Box<dyn SimDevice> {
        let patient = self.patient();
        match driver {
            Driver::GeS5Dri => Box::new(Monitor::new(patient, u16::try_from(self.bed).unwrap_or(u16::MAX), start)),
            Driver::PhilipsIntellivue => Box::new(Intellivue::new(patient, self.bed, start)),
            Driver::BbraunBcc => Box::new(BbraunBcc::new(patient, self.bed, start)),
            Driver::AlarisAsena => Box::new(Pump::new(patient, self.bed, start)),
            Driver::EscScale => Box::new(Scale::new(patient, start)),
            Driver::PuritanBennett => Box::new(PuritanBennett::new(patient, self.bed, start)),
            Driver::GeGiraffe => Box::new(GeGiraffe::new(patient, start)),
            Driver::Ivy450c => Box::new(Ivy450c::new(patient, start)),
            Driver::TerumoTeSs => Box::new(TerumoTeSs::new(patient, self.bed, start)),
            Driver::FreseniusBase => Box::new(FreseniusBase::new(patient, start)),
            Driver::BaxterAs50 => Box::new(BaxterAs50::new(patient, start)),
            Driver::MasimoAscii => Box::new(Masimo::new(patient, self.bed, start)),
            Driver::DraegerMedibus => Box::new(Medibus::new(patient, start)),
        }
    }

    /// The same as a device whose settings are known: in datagrams where they say so.
    pub fn device_of(&self, config: &DriverConfig, start: Instant) -> Box<dyn SimDevice> {
        if config.is_datagrams() {
            return Box::new(
                Intellivue::new(self.patient(), self.bed, start)
                    .framed_as(vigil_protocols::philips_intellivue::Framing::Udp),
            );
        }
        self.device(config.driver(), start)
    }

    /// A Modbus unit alone on its line. Several units on one line are made with [`ModbusLine::new`].
    pub fn modbus(&self, unit: &ModbusSimulation, start: Instant) -> Box<dyn SimDevice> {
        let simulated = ModbusUnit::new(unit.unit, unit.profile.clone(), self.patient(), start);
        Box::new(ModbusLine::new(unit.framing, vec![simulated]))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use vigil_model::{LinkState, Now, Report};

    use super::*;
    use crate::conversation::Conversation;
    use crate::fault::FaultPlan;

    #[test]
    fn every_driver_has_its_other_side() {
        let simulation = Simulation { scenario: Arc::new(Scenario::named("stable").unwrap()), seed: 1, bed: 1 };
        for driver in Driver::ALL {
            let config = driver.configure(toml::Table::new()).unwrap();
            let session = config.session(config.poll_interval() * 3);
            let device = simulation.device(*driver, Instant::default());
            let mut conversation = Conversation::new(session, device, &FaultPlan::default(), Now::default());
            let reports = conversation.run(Now::default(), Duration::from_secs(15));
            assert!(reports.iter().any(|(_, report)| *report == Report::Link(LinkState::Up)), "{driver:?}");
        }
        let profile = Arc::new(RegisterProfile::named_embedded("bed-contacts").unwrap());
        let unit = ModbusSimulation { profile, unit: UnitId(1), framing: Framing::Tcp };
        assert!(simulation.modbus(&unit, Instant::default()).is_plugged(Now::default()));
    }
}

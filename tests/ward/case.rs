//! What is tried: seeds, scenarios, what goes wrong on the wires, and which ward it happens on.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use vigil_config::{EmbeddedProfiles, Plan};
use vigil_simulators::fault::{Direction, FaultKind, FaultRule};
use vigil_simulators::noise::derive;
use vigil_simulators::ward::{LinkedDevice, WardSettings};
use vigil_simulators::{FaultPlan, Scenario, SimulatedWard};

/// What goes wrong on the wires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wires {
    /// Nothing.
    Good,
    /// Bytes are lost, transmissions are cut in two.
    Lossy,
    /// Bits are turned.
    Flipping,
    /// Answers come late, lines stand still and then say everything at once.
    Slow,
    /// Cables are pulled and put back, of one device after the other.
    Unplugged,
    /// Transmissions arrive twice.
    Doubled,
    /// Nothing arrives for longer than the quiet time, though the cable is in.
    Silent,
}

impl Wires {
    /// The faults of one line of the ward. The monitor's check is a sum of eight bits, in which two turned bits of one
    /// record can cancel out, so that its bits are turned seldom.
    pub(crate) fn plan(self, seed: u64, line: u64, device: &LinkedDevice) -> FaultPlan {
        let always = FaultRule::always;
        let window = |kind, from_s, until_s, every_s| {
            let from_s: f64 = from_s + line as f64 * 0.7;
            let until_s: f64 = until_s + line as f64 * 0.7;
            FaultRule { from_s, until_s: Some(until_s), every_s: Some(every_s), ..always(kind, 1.0) }
        };
        let rules = match self {
            Wires::Good => vec![],
            Wires::Lossy => vec![always(FaultKind::Drop, 0.0008), always(FaultKind::Split, 0.05)],
            Wires::Flipping => {
                let is_monitor = matches!(device, LinkedDevice::Monitor { .. });
                vec![always(FaultKind::Flip, if is_monitor { 0.00004 } else { 0.0008 })]
            }
            Wires::Slow => vec![
                FaultRule { direction: Direction::ToAppliance, ..always(FaultKind::Late, 0.02) },
                always(FaultKind::Delay, 0.05),
                window(FaultKind::Stall, 14.0, 22.0, 47.0),
            ],
            Wires::Unplugged => vec![window(FaultKind::Unplug, 9.0, 19.0, 41.0)],
            Wires::Doubled => vec![always(FaultKind::Duplicate, 0.05)],
            Wires::Silent => vec![window(FaultKind::Drop, 11.0, 36.0, 59.0)],
        };
        FaultPlan { seed, rules }.reseeded(line)
    }

    /// How long what a device said can be on its way.
    pub(crate) fn longest_way(self) -> Duration {
        match self {
            Wires::Good | Wires::Unplugged | Wires::Doubled | Wires::Silent => Duration::ZERO,
            // A record whose last byte is lost is found whole when the next one begins.
            Wires::Lossy | Wires::Flipping => Duration::from_secs(6),
            Wires::Slow => Duration::from_secs(14),
        }
    }

    /// Whether bytes are changed or lost on the way.
    pub(crate) fn is_damaging(self) -> bool {
        matches!(self, Wires::Lossy | Wires::Flipping)
    }
}

/// One run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) seed: u64,
    pub(crate) scenario: &'static str,
    pub(crate) wires: Wires,
    pub(crate) beds: u32,
    pub(crate) length: Duration,
    /// Whether the appliance is killed now and then.
    pub(crate) crashes: bool,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Case { seed, scenario, wires, beds, crashes, length } = self;
        write!(f, "seed {seed}, {scenario}, {wires:?} wires, {beds} beds, {length:?}")?;
        if *crashes { f.write_str(", with crashes") } else { Ok(()) }
    }
}

impl Case {
    /// A number for one purpose of this case.
    pub(crate) fn derived(&self, purpose: u64) -> u64 {
        let name = self.scenario.bytes().fold(self.wires as u64, |sum, byte| sum * 31 + u64::from(byte));
        derive(derive(self.seed, name), purpose)
    }

    /// The ward with its patients and devices.
    pub(crate) fn ward(&self) -> SimulatedWard {
        self.ward_with(Scenario::named(self.scenario).unwrap_or_else(|error| panic!("{error}")))
    }

    pub(crate) fn ward_with(&self, scenario: Scenario) -> SimulatedWard {
        let settings = WardSettings {
            beds: self.beds,
            seed: self.seed,
            scenario: Arc::new(scenario),
            ports: "/run/ports".into(),
            data_dir: "/run/data".into(),
            ehr: Some("127.0.0.1:2575".to_owned()),
            broker: Some("127.0.0.1:1883".to_owned()),
        };
        SimulatedWard::new(settings).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The plan of the appliance: the ward's own configuration, with limits that differ from seed to seed.
    pub(crate) fn plan(&self, ward: &SimulatedWard) -> Plan {
        let dice = self.derived(1);
        let mut spo2 = String::from("condition_delay = \"2s\"\n");
        spo2 += if dice & 1 == 0 { "latching = true\n" } else { "" };
        spo2 += if dice & 2 == 0 { "signal_delay = \"4s\"\n" } else { "" };
        spo2 += if dice & 4 == 0 { "hysteresis = 3\n" } else { "" };
        spo2 += "\n[[bed.limit]]\nmetric = \"MDC_ECG_CARD_BEAT_RATE\"\nside = \"high\"\nlimit = 96\nhysteresis = 2\n";
        spo2 += if dice & 8 == 0 { "condition_delay = \"0s\"\n" } else { "condition_delay = \"6s\"\n" };
        spo2 += if dice & 16 == 0 { "latching = true\n" } else { "latching = false\n" };
        spo2 += "\n[[bed.limit]]\nmetric = \"MDC_PRESS_FLUID_MEAS\"\nside = \"high\"\nlimit = 500\n";
        spo2 += "hysteresis = 20\ncondition_delay = \"1500ms\"\nsignal_delay = \"1s\"\npriority = \"medium\"\n";
        spo2 += "latching = true\ntext = \"High line pressure\"\n";
        let text = ward.configuration().replace("condition_delay = \"2s\"\n", &spo2);
        let parsed = vigil_config::parse(&text, "ward.toml", &EmbeddedProfiles);
        parsed.unwrap_or_else(|problems| panic!("{}: {problems:#?}", self))
    }
}

//! What a simulated patient can be asked for, as one table: name, unit, decimals, usual value, variation.
//!
//! The names are the ones scenarios use.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One quantity of a simulated patient or of what the patient is connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Vital {
    /// Heart rate from the ECG, 1/min. The pulse rates of cuff, oximeter and artery follow it.
    HeartRate,
    /// Oxygen saturation, %.
    Spo2,
    /// Respiratory rate, 1/min.
    RespiratoryRate,
    /// Arterial pressure, systolic, mmHg.
    AbpSystolic,
    /// Arterial pressure, diastolic, mmHg. The mean follows from both.
    AbpDiastolic,
    /// Cuff pressure, systolic, mmHg; measured now and then.
    NibpSystolic,
    /// Cuff pressure, diastolic, mmHg.
    NibpDiastolic,
    /// Body temperature, °C.
    Temperature,
    /// End-tidal CO2, % of the volume.
    EtCo2,
    /// Weight, kg.
    Weight,
    /// Rate of the infusion pump, mL/h. The infused volume is its integral.
    PumpRate,
    /// Pressure in the infusion line, mmHg.
    PumpPressure,
}

/// How a vital behaves when a scenario says nothing about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// Value in the middle.
    pub value: f64,
    /// How far beds differ from each other, up and down.
    pub spread: f64,
    /// How far the value wanders, up and down.
    pub variation: f64,
    /// How long it takes to wander from one side to the other.
    pub period: Duration,
    /// Least and greatest value a patient can have.
    pub range: (f64, f64),
    /// Digits after the decimal point.
    pub decimals: u8,
}

impl Vital {
    /// All of them, in the order of the table.
    pub const ALL: [Vital; 12] = [
        Vital::HeartRate,
        Vital::Spo2,
        Vital::RespiratoryRate,
        Vital::AbpSystolic,
        Vital::AbpDiastolic,
        Vital::NibpSystolic,
        Vital::NibpDiastolic,
        Vital::Temperature,
        Vital::EtCo2,
        Vital::Weight,
        Vital::PumpRate,
        Vital::PumpPressure,
    ];

    /// Whether the device that shows it can say that there is no value. The simulated pump cannot.
    pub const fn can_be_absent(self) -> bool {
        !matches!(self, Vital::PumpRate | Vital::PumpPressure)
    }

    /// The row of the table.
    pub const fn usual(self) -> Usual {
        //                                value  spread  vary  period   range            decimals
        match self {
            Vital::HeartRate => usual(76.0, 6.0, 3.0, 20, (0.0, 300.0), 0),
            Vital::Spo2 => usual(97.0, 1.0, 0.8, 25, (0.0, 100.0), 0),
            Vital::RespiratoryRate => usual(15.0, 1.5, 1.0, 30, (0.0, 120.0), 0),
            Vital::AbpSystolic => usual(122.0, 6.0, 3.0, 15, (0.0, 300.0), 0),
            Vital::AbpDiastolic => usual(74.0, 4.0, 2.0, 15, (0.0, 300.0), 0),
            Vital::NibpSystolic => usual(120.0, 6.0, 3.0, 600, (0.0, 280.0), 0),
            Vital::NibpDiastolic => usual(75.0, 4.0, 2.0, 600, (0.0, 280.0), 0),
            Vital::Temperature => usual(37.0, 0.2, 0.1, 600, (20.0, 45.0), 1),
            Vital::EtCo2 => usual(5.1, 0.2, 0.1, 20, (0.0, 15.0), 1),
            Vital::Weight => usual(74.5, 14.0, 0.0, 600, (0.0, 250.0), 1),
            Vital::PumpRate => usual(5.0, 0.0, 0.0, 600, (0.0, 1200.0), 2),
            Vital::PumpPressure => usual(60.0, 10.0, 4.0, 20, (-100.0, 1000.0), 2),
        }
    }
}

const fn usual(value: f64, spread: f64, variation: f64, period_s: u64, range: (f64, f64), decimals: u8) -> Usual {
    Usual { value, spread, variation, period: Duration::from_secs(period_s), range, decimals }
}

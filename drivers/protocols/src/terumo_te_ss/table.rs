//! What a Terumo TE-SS reports, and what the bits of its alarms mean.
//!
//! Bits: instructions for use of TE-SS730 and TE-SS830P. Codes and plausible ranges: ISO/IEEE 11073-10101 terms of the
//! nomenclature table. Priorities and the choice of events are Vigil's own.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::Category::{Calculation, Measurement, Setting};
use vigil_model::Priority::{High, Low, Medium};
use vigil_model::{Containment, Node, Profile, dim, mdc};

pub use crate::row::{AlarmRow, Row};

/// The pump as a whole: its alarms are about it.
pub const PUMP: Containment = Containment::new(1, 1, 0, 0);
/// How it delivers.
const DELIVERY: Containment = Containment::new(1, 1, 1, 0);
/// What it delivers from.
const SOURCE: Containment = Containment::new(1, 1, 2, 0);

/// Infusing or not.
pub const INFUSING: Row = Row::new(DELIVERY, 1, mdc::PUMP_INFUSING_STATUS, Measurement, "Infusing");
/// State of the pump.
pub const STATE: Row = Row::new(DELIVERY, 2, mdc::X_ATTR_OPERATING_MODE, Measurement, "State");
/// What flows: worked out from rate and state.
pub const FLOW: Row =
    Row::new(DELIVERY, 3, mdc::FLOW_FLUID_PUMP_CURRENT, Calculation, "Flow").number(dim::MILLI_L_PER_HR, 0, 2000);
/// Line pressure as a part of the occlusion pressure, in quarters.
pub const PRESSURE: Row =
    Row::new(DELIVERY, 4, mdc::X_PUMP_PRESS_ALARM_RATIO, Measurement, "Pressure").number(dim::PERCENT, 0, 100);
/// Rate that is set.
pub const RATE: Row = Row::new(SOURCE, 1, mdc::FLOW_FLUID_PUMP, Setting, "Rate").number(dim::MILLI_L_PER_HR, 0, 2000);
/// Volume infused.
pub const INFUSED: Row =
    Row::new(SOURCE, 2, mdc::VOL_FLUID_DELIV, Measurement, "Infused").number(dim::MILLI_L, 0, 100_000);
/// Volume to be infused.
pub const VTBI: Row = Row::new(SOURCE, 3, mdc::VOL_FLUID_TBI, Setting, "VTBI").number(dim::MILLI_L, 0, 100_000);
/// Size of the syringe.
pub const SYRINGE: Row = Row::new(SOURCE, 4, mdc::VOL_SYRINGE, Setting, "Syringe").number(dim::MILLI_L, 0, 100);

/// All metrics, ascending by containment.
pub const ROWS: [Row; 8] = [INFUSING, STATE, FLOW, PRESSURE, RATE, INFUSED, VTBI, SYRINGE];

/// Words for the states.
pub const STATES: [&str; 6] = ["stop", "start", "standby", "purge", "bolus hands-on", "bolus hands-free"];

/// Sizes of syringes in mL, by code. Code 6 stands for 50 and for 60 mL: no value.
pub const SIZES: [(u8, i64); 4] = [(2, 5), (3, 10), (4, 20), (5, 30)];

/// Bits of the alarms, ascending.
pub const ALARMS: [(u32, AlarmRow); 18] = [
    (0, AlarmRow::technical(mdc::EVT_EQUIP_MALF, High, "Shutdown")),
    (1, AlarmRow::technical(mdc::EVT_ALARM, Low, "Link")),
    (2, AlarmRow::technical(mdc::EVT_PUMP_VOL_TBI_COMP, High, "Completed")),
    (3, AlarmRow::technical(mdc::EVT_FLUID_LINE_OCCL, High, "Occlusion")),
    (4, AlarmRow::technical(mdc::EVT_PUMP_SYRINGE_BARREL_CAPTURE_FAULT, High, "Syringe displaced")),
    (5, AlarmRow::technical(mdc::EVT_ALARM, High, "Plunger displaced")),
    (6, AlarmRow::technical(mdc::EVT_ALARM, High, "Slider")),
    (7, AlarmRow::technical(mdc::EVT_PUMP_SYRINGE_BARREL_CAPTURE_FAULT, High, "Barrel")),
    (8, AlarmRow::technical(mdc::EVT_PUMP_VOL_INFUS_NEAR_COMP, Low, "Nearly empty")),
    (13, AlarmRow::technical(mdc::EVT_POWER_PROB, High, "Power failure")),
    (15, AlarmRow::technical(mdc::EVT_ELEC_PWR_LINE_PROB, Low, "Mains detector")),
    (16, AlarmRow::technical(mdc::EVT_ALARM, Low, "No rate is set")),
    (17, AlarmRow::technical(mdc::EVT_ALARM, Low, "Rate or VTBI")),
    (18, AlarmRow::technical(mdc::EVT_ALARM, Low, "No VTBI is set")),
    (19, AlarmRow::technical(mdc::EVT_BATT_LO, Medium, "Battery")),
    (20, AlarmRow::technical(mdc::EVT_ALARM, Low, "Start reminder")),
    (21, AlarmRow::technical(mdc::EVT_FLUID_LINE_OCCL, Medium, "Pressure")),
    (23, AlarmRow::technical(mdc::EVT_BATT_PROB, Low, "Replace battery")),
];
/// Bit that asks for maintenance: a hint.
pub const MAINTENANCE: (u32, AlarmRow) = (22, AlarmRow::advisory(mdc::EVT_ALARM, "Maintenance is due"));
/// A bit that is not described.
pub const UNKNOWN: AlarmRow = AlarmRow::technical(mdc::EVT_ALARM, Medium, "Alarm that is not in the table");

/// The profile, with values current for `fresh_for`.
pub fn profile(fresh_for: Duration) -> Arc<Profile> {
    let node = |containment, code| Node { containment, code };
    let alarms = ALARMS.iter().chain([&MAINTENANCE]).map(|(_, row)| row).chain([&UNKNOWN]);
    Arc::new(Profile {
        name: "terumo-te-ss".into(),
        title: "Terumo TE-SS730 and TE-SS830P syringe pumps".into(),
        mds: mdc::DEV_PUMP_INFUS_SYRINGE_MDS,
        nodes: vec![
            node(PUMP, mdc::DEV_PUMP_INFUS_SYRINGE_VMD),
            node(DELIVERY, mdc::DEV_PUMP_DELIVERY_INFO),
            node(SOURCE, mdc::DEV_PUMP_INFUSATE_SOURCE_PRIMARY),
        ],
        metrics: ROWS.iter().map(Row::descriptor).collect(),
        alarms: alarms.map(AlarmRow::descriptor).collect(),
        fresh_for,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_ascend_and_bits_stand_once() {
        assert!(ROWS.windows(2).all(|pair| pair[0].containment < pair[1].containment));
        assert!(ALARMS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(ALARMS.iter().all(|(bit, row)| *bit < 24 && *bit != MAINTENANCE.0 && row.event.is_verified()));
        let mut texts: Vec<_> = ALARMS.iter().map(|(_, row)| row.text).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), ALARMS.len(), "texts tell the alarms apart");
    }
}

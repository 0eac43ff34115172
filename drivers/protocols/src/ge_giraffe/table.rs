//! What an infant bed reports: an OmniBed (incubator or warmer) or a Panda warmer.
//!
//! Fields: GE service manuals. Codes and plausible ranges: ISO/IEEE 11073-10101 terms of the nomenclature table.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::Category::{Measurement, Setting};
use vigil_model::{Containment, Node, Priority, Profile, dim, mdc};

pub use crate::row::{AlarmRow, Row};

/// The bed as a whole.
pub const BED: Containment = Containment::new(1, 1, 0, 0);
/// Patient and air temperatures, and how they are kept.
const WARMTH: Containment = Containment::new(1, 1, 1, 0);
/// A second probe.
const SECOND: Containment = Containment::new(1, 1, 2, 0);
/// The scale in the bed.
const SCALE: Containment = Containment::new(1, 2, 1, 0);
/// The oximeter in the bed.
const OXIMETER: Containment = Containment::new(1, 3, 1, 0);

/// Patient probe 1.
pub const PROBE_1: Row = Row::new(WARMTH, 1, mdc::TEMP_SKIN, Measurement, "Skin").number(dim::DEGC, 15, 45);
/// Air in the incubator.
pub const AIR: Row = Row::new(WARMTH, 2, mdc::X_INFANT_BED_TEMP_AIR, Measurement, "Air").number(dim::DEGC, 5, 50);
/// Temperature of the patient that is set.
pub const SET: Row =
    Row::new(WARMTH, 3, mdc::X_INFANT_BED_SET_TEMP_SKIN, Setting, "Set skin").number(dim::DEGC, 20, 45);
/// Power of the heater.
pub const HEATER: Row =
    Row::new(WARMTH, 4, mdc::X_INFANT_BED_HEATER_POWER, Measurement, "Heater").number(dim::PERCENT, 0, 100);
/// How the heater is controlled, in the bed's letter.
pub const MODE: Row = Row::new(WARMTH, 5, mdc::X_INFANT_BED_CONTROL_MODE, Setting, "Mode");
/// Whether the canopy is open.
pub const CANOPY: Row = Row::new(WARMTH, 6, mdc::X_INFANT_BED_CANOPY, Measurement, "Canopy");
/// Patient probe 2.
pub const PROBE_2: Row = Row::new(SECOND, 1, mdc::TEMP_SKIN, Measurement, "Skin 2").number(dim::DEGC, 15, 45);
/// Weight.
pub const WEIGHT: Row = Row::new(SCALE, 1, mdc::MASS_BODY_ACTUAL, Measurement, "Weight").number(dim::X_G, 200, 15_000);
/// Oxygen saturation.
pub const SPO2: Row = Row::new(OXIMETER, 1, mdc::PULS_OXIM_SAT_O2, Measurement, "SpO2").number(dim::PERCENT, 0, 100);
/// Pulse rate of the oximeter.
pub const PULSE: Row =
    Row::new(OXIMETER, 2, mdc::PULS_OXIM_PULS_RATE, Measurement, "PR").number(dim::BEAT_PER_MIN, 0, 350);

/// All metrics, ascending by containment.
pub const ROWS: [Row; 10] = [PROBE_1, AIR, SET, HEATER, MODE, CANOPY, PROBE_2, WEIGHT, SPO2, PULSE];

/// Any alarm code of a Panda: what the codes mean is not public.
pub const CODE: AlarmRow = AlarmRow::technical(mdc::EVT_ALARM, Priority::Medium, "Warmer alarm");

/// The profile, with values current for `fresh_for`.
pub fn profile(fresh_for: Duration) -> Arc<Profile> {
    let node = |containment, code| Node { containment, code };
    Arc::new(Profile {
        name: "ge-giraffe".into(),
        title: "GE Giraffe OmniBed incubators and Panda warmers".into(),
        mds: mdc::X_DEV_INFANT_BED_MDS,
        nodes: vec![
            node(BED, mdc::X_DEV_INFANT_BED_VMD),
            node(WARMTH, mdc::X_DEV_INFANT_BED_CHAN),
            node(SECOND, mdc::X_DEV_INFANT_BED_CHAN),
            node(SCALE.vmd_row(), mdc::X_DEV_SCALE_VMD),
            node(SCALE, mdc::X_DEV_SCALE_CHAN),
            node(OXIMETER.vmd_row(), mdc::DEV_ANALY_SAT_O2_VMD),
            node(OXIMETER, mdc::DEV_ANALY_SAT_O2_CHAN),
        ],
        metrics: ROWS.iter().map(Row::descriptor).collect(),
        alarms: vec![CODE.descriptor()],
        fresh_for,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_ascend() {
        assert!(ROWS.windows(2).all(|pair| pair[0].containment < pair[1].containment));
    }
}

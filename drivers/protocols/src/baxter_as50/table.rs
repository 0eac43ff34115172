//! What a Baxter AS50 reports.
//!
//! Requests: OpenICE (mdpnp, BSD-2). Codes and plausible ranges: ISO/IEEE 11073-10101 terms of the nomenclature table.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::Category::{Measurement, Setting};
use vigil_model::{Containment, Node, Profile, dim, mdc};

pub use crate::row::Row;

/// The pump as a whole.
const PUMP: Containment = Containment::new(1, 1, 0, 0);
/// How it delivers.
const DELIVERY: Containment = Containment::new(1, 1, 1, 0);
/// What it delivers from.
const SOURCE: Containment = Containment::new(1, 1, 2, 0);

/// What the pump does, in its own words.
pub const STATUS: Row = Row::new(DELIVERY, 1, mdc::X_ATTR_OPERATING_MODE, Measurement, "Status");
/// Primary rate.
pub const RATE: Row = Row::new(SOURCE, 1, mdc::FLOW_FLUID_PUMP, Setting, "Rate").number(dim::MILLI_L_PER_HR, 0, 1000);
/// Rate of a bolus.
pub const BOLUS_RATE: Row =
    Row::new(SOURCE, 2, mdc::FLOW_FLUID_BOLUS, Setting, "Bolus rate").number(dim::MILLI_L_PER_HR, 0, 2000);
/// Size of a bolus.
pub const BOLUS_SIZE: Row = Row::new(SOURCE, 3, mdc::VOL_FLUID_BOLUS, Setting, "Bolus").number(dim::MILLI_L, 0, 1000);

/// All metrics, ascending by containment.
pub const ROWS: [Row; 4] = [STATUS, RATE, BOLUS_RATE, BOLUS_SIZE];

/// The profile, with values current for `fresh_for`, or `slow_fresh_for` where they are asked less often.
pub fn profile(fresh_for: Duration, slow_fresh_for: Duration) -> Arc<Profile> {
    let node = |containment, code| Node { containment, code };
    let mut metrics: Vec<_> = ROWS.iter().map(Row::descriptor).collect();
    for metric in metrics.iter_mut().filter(|metric| metric.containment >= BOLUS_RATE.containment) {
        metric.fresh_for = Some(slow_fresh_for);
    }
    Arc::new(Profile {
        name: "baxter-as50".into(),
        title: "Baxter AS50 syringe pumps".into(),
        mds: mdc::DEV_PUMP_INFUS_SYRINGE_MDS,
        nodes: vec![
            node(PUMP, mdc::DEV_PUMP_INFUS_SYRINGE_VMD),
            node(DELIVERY, mdc::DEV_PUMP_DELIVERY_INFO),
            node(SOURCE, mdc::DEV_PUMP_INFUSATE_SOURCE_PRIMARY),
        ],
        metrics,
        alarms: Vec::new(),
        fresh_for,
    })
}

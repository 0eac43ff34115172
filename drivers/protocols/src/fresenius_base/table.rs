//! What a Fresenius Base reports of the pumps in it.
//!
//! Variables: infupy (ISC). Codes and plausible ranges: ISO/IEEE 11073-10101 terms of the nomenclature table.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::Category::{Measurement, Setting};
use vigil_model::Priority::High;
use vigil_model::{Containment, Node, Profile, dim, mdc};

use super::codec::MODULES;
pub use crate::row::{AlarmRow, Row};

/// What a pump delivers from; the number of the module stands where the 0 is.
const SOURCE: Containment = Containment::new(1, 0, 1, 0);

/// Rate (`d`).
pub const RATE: Row = Row::new(SOURCE, 1, mdc::FLOW_FLUID_PUMP, Setting, "Rate").number(dim::MILLI_L_PER_HR, 0, 2000);
/// Volume infused (`r`).
pub const INFUSED: Row =
    Row::new(SOURCE, 2, mdc::VOL_FLUID_DELIV, Measurement, "Infused").number(dim::MILLI_L, 0, 100_000);

/// All metrics of a pump, ascending by containment, for no module yet.
pub const ROWS: [Row; 2] = [RATE, INFUSED];

/// The pump says that it has an alarm (`a` is not 0). Which, is not public.
pub const ALARM: AlarmRow = AlarmRow::technical(mdc::EVT_ALARM, High, "Pump alarm");
/// The pump says that it has an error (`e` is not 0). Which, is not public.
pub const MALFUNCTION: AlarmRow = AlarmRow::technical(mdc::EVT_EQUIP_MALF, High, "Pump error");

/// The pump of a module as a whole.
pub const fn pump(module: u8) -> Containment {
    Containment::new(1, module as u16, 0, 0)
}

/// The profile, with values current for `fresh_for`.
pub fn profile(fresh_for: Duration) -> Arc<Profile> {
    let nodes = (1..=MODULES).flat_map(|module| {
        let pump = pump(module);
        [
            Node { containment: pump, code: mdc::DEV_PUMP_INFUS_SYRINGE_VMD },
            Node { containment: Containment { channel: 1, ..pump }, code: mdc::DEV_PUMP_INFUSATE_SOURCE_PRIMARY },
        ]
    });
    Arc::new(Profile {
        name: "fresenius-base".into(),
        title: "Fresenius Base with Pilot or Orchestra syringe pumps".into(),
        mds: mdc::DEV_PUMP_RACK_MDS,
        nodes: nodes.collect(),
        metrics: (1..=MODULES)
            .flat_map(|module| ROWS.iter().map(move |row| row.of_vmd(u16::from(module)).descriptor()))
            .collect(),
        alarms: vec![ALARM.descriptor(), MALFUNCTION.descriptor()],
        fresh_for,
    })
}

//! What an Alaris/Asena syringe pump reports, and what its alarm codes are called.
//!
//! Metric codes and plausible ranges: ISO/IEEE 11073-10101 terms of the nomenclature table. Alarm codes: infupy; the maker's
//! meaning of each is not public, so texts are the plain reading of the code. Priorities, and the choice between a specific
//! event and `MDC_EVT_ALARM`, are Vigil's own.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    Category, Code, ConditionKind, Containment, DeviceAlarmDescriptor, MetricDescriptor, Node, Priority, Profile,
    Quantity, Unit, dim, mdc,
};

/// The pump as a whole: alarms about its power, and its mode.
pub const PUMP: Containment = Containment::new(1, 1, 0, 0);
/// How the pump delivers.
const DELIVERY: Containment = Containment::new(1, 1, 1, 0);
/// What it delivers from: its syringe.
const SOURCE: Containment = Containment::new(1, 1, 2, 0);

/// One metric of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which metric.
    pub code: Code,
    /// Its row in the device's tree.
    pub containment: Containment,
    /// Its unit.
    pub unit: Option<Unit>,
    /// What the pump writes for the unit, where it writes one.
    pub wire_unit: &'static str,
    /// Measured, calculated or set.
    pub category: Category,
    /// Physical plausibility, inclusive.
    pub plausible: Option<(i64, i64)>,
    /// Asked every [`super::Config::slow_interval`] instead of [`super::Config::interval`].
    pub slow: bool,
    /// Label for people.
    pub label: &'static str,
}

const fn row(channel: Containment, metric: u16, code: Code, category: Category, label: &'static str) -> Row {
    let containment = Containment { metric, ..channel };
    Row { code, containment, unit: None, wire_unit: "", category, plausible: None, slow: false, label }
}

const fn number(row: Row, unit: Unit, wire_unit: &'static str, min: i64, max: i64) -> Row {
    Row { unit: Some(unit), wire_unit, plausible: Some((min, max)), ..row }
}

/// Infusing or not.
pub const INFUSING: Row = row(DELIVERY, 1, mdc::PUMP_INFUSING_STATUS, Category::Measurement, "Infusing");
/// Mode word of the pump.
pub const MODE: Row = row(DELIVERY, 2, mdc::X_ATTR_OPERATING_MODE, Category::Measurement, "Mode");
/// What flows: worked out from rate and mode.
pub const FLOW: Row = number(
    row(DELIVERY, 3, mdc::FLOW_FLUID_PUMP_CURRENT, Category::Calculation, "Flow"),
    dim::MILLI_L_PER_HR,
    "ml/h",
    0,
    1500,
);
/// Pressure in the line.
pub const PRESSURE: Row =
    number(row(DELIVERY, 4, mdc::PRESS_FLUID_MEAS, Category::Measurement, "Pressure"), dim::MMHG, "mmHg", -200, 1200);
/// Rate that is set.
pub const RATE: Row =
    number(row(SOURCE, 1, mdc::FLOW_FLUID_PUMP, Category::Setting, "Rate"), dim::MILLI_L_PER_HR, "ml/h", 0, 1500);
/// Drug name.
pub const DRUG: Row = row(SOURCE, 2, mdc::DRUG_NAME_LABEL, Category::Setting, "Drug");
/// Volume infused.
pub const INFUSED: Row =
    number(row(SOURCE, 3, mdc::VOL_FLUID_DELIV, Category::Measurement, "Infused"), dim::MILLI_L, "ml", 0, 100_000);
/// Time until the end.
pub const TIME_LEFT: Row =
    number(row(SOURCE, 4, mdc::TIME_PD_REMAIN, Category::Calculation, "Time left"), dim::MIN, "", 0, 6000);
/// Volume to be infused.
pub const VTBI: Row = Row {
    slow: true,
    ..number(row(SOURCE, 5, mdc::VOL_FLUID_TBI, Category::Setting, "VTBI"), dim::MILLI_L, "ml", 0, 10_000)
};
/// Size of the syringe.
pub const SYRINGE: Row = Row {
    slow: true,
    ..number(row(SOURCE, 6, mdc::VOL_SYRINGE, Category::Setting, "Syringe"), dim::MILLI_L, "", 0, 100)
};

/// All metrics, ascending by containment.
pub const ROWS: [Row; 10] = [INFUSING, MODE, FLOW, PRESSURE, RATE, DRUG, INFUSED, TIME_LEFT, VTBI, SYRINGE];

/// One alarm code of the pump.
#[derive(Clone, Copy, Debug)]
pub struct AlarmRow {
    /// Code on the wire.
    pub word: &'static str,
    /// Nomenclature event.
    pub event: Code,
    /// About equipment, or a hint.
    pub kind: ConditionKind,
    /// Priority. The pump gives none; Vigil's choice.
    pub priority: Priority,
    /// Text for people.
    pub text: &'static str,
}

/// Code for "no alarm".
pub const NO_ALARM: &str = "AL_NOALM";
/// Text of the alarm that the pump flags without giving a code.
pub const UNNAMED: &str = "Alarm without a code";
/// Text of an alarm code that is not in [`ALARMS`] begins with this.
pub const UNKNOWN: &str = "Alarm";

const fn alarm(word: &'static str, event: Code, priority: Priority, text: &'static str) -> AlarmRow {
    AlarmRow { word, event, kind: ConditionKind::Technical, priority, text }
}

const fn hint(word: &'static str, text: &'static str) -> AlarmRow {
    AlarmRow { word, event: mdc::EVT_ALARM, kind: ConditionKind::Advisory, priority: Priority::Low, text }
}

/// All published alarm codes except [`NO_ALARM`], sorted by code.
pub const ALARMS: [AlarmRow; 22] = {
    use Priority::{High, Low, Medium};
    [
        alarm("AL_ACDIS", mdc::EVT_ELEC_PWR_LINE_PROB, Low, "Mains disconnected"),
        alarm("AL_CALLB", mdc::EVT_ALARM, Low, "Call back"),
        alarm("AL_COMTO", mdc::EVT_TIMEOUT, Low, "Communication time-out"),
        alarm("AL_DRDIS", mdc::EVT_ALARM, High, "Drive disengaged"),
        alarm("AL_EMBAT", mdc::EVT_BATT_LO, High, "Battery empty"),
        alarm("AL_EOIKV", mdc::EVT_TIME_PD_DELIV_COMP, Medium, "End of infusion, keeping vein open"),
        alarm("AL_EOIST", mdc::EVT_TIME_PD_DELIV_COMP, High, "End of infusion, stopped"),
        alarm("AL_FAULT", mdc::EVT_EQUIP_MALF, High, "Pump fault"),
        alarm("AL_LBTAC", mdc::EVT_BATT_LO, Low, "Low battery, mains connected"),
        alarm("AL_LDSCN", mdc::EVT_ALARM, Medium, "Alarm AL_LDSCN"),
        alarm("AL_LWBAT", mdc::EVT_BATT_LO, Medium, "Low battery"),
        alarm("AL_NEOIN", mdc::EVT_PUMP_VOL_INFUS_NEAR_COMP, Low, "Near end of infusion"),
        alarm("AL_OCCLU", mdc::EVT_FLUID_LINE_OCCL, High, "Occlusion"),
        alarm("AL_PRDSC", mdc::EVT_ALARM, Medium, "Pressure disc"),
        alarm("AL_RHIGH", mdc::EVT_ALARM, Medium, "Rate high"),
        alarm("AL_SYRCO", mdc::EVT_PUMP_SYRINGE_BARREL_CAPTURE_FAULT, High, "Check syringe"),
        hint("AL_TITCA", "Titration (AL_TITCA)"),
        hint("AL_TITCG", "Titration (AL_TITCG)"),
        hint("AL_TITNC", "Titration (AL_TITNC)"),
        alarm("AL_VTBIC", mdc::EVT_PUMP_VOL_TBI_COMP, Low, "VTBI done, continuing"),
        alarm("AL_VTBIK", mdc::EVT_PUMP_VOL_TBI_COMP, Medium, "VTBI done, keeping vein open"),
        alarm("AL_VTBIS", mdc::EVT_PUMP_VOL_TBI_COMP, High, "VTBI done, stopped"),
    ]
};

/// The profile, with values current for `fresh_for`, or `slow_fresh_for` where they are asked less often.
pub fn profile(fresh_for: Duration, slow_fresh_for: Duration) -> Arc<Profile> {
    let node = |containment, code| Node { containment, code };
    let metric = |row: Row| MetricDescriptor {
        code: row.code,
        containment: row.containment,
        unit: row.unit,
        category: row.category,
        fresh_for: row.slow.then_some(slow_fresh_for),
        episodic: false,
        plausible: row.plausible.map(|(min, max)| (Quantity::from(min), Quantity::from(max))),
        label: row.label.into(),
    };
    let descriptor =
        |event, kind, priority, text: &str| DeviceAlarmDescriptor { event, kind, priority, text: text.into() };
    let mut alarms: Vec<_> = ALARMS.iter().map(|row| descriptor(row.event, row.kind, row.priority, row.text)).collect();
    alarms.push(descriptor(mdc::EVT_ALARM, ConditionKind::Technical, Priority::Medium, UNNAMED));
    Arc::new(Profile {
        name: "alaris-asena".into(),
        title: "Alaris / Asena GH and CC syringe pumps".into(),
        mds: mdc::DEV_PUMP_INFUS_SYRINGE_MDS,
        nodes: vec![
            node(PUMP, mdc::DEV_PUMP_INFUS_SYRINGE_VMD),
            node(DELIVERY, mdc::DEV_PUMP_DELIVERY_INFO),
            node(SOURCE, mdc::DEV_PUMP_INFUSATE_SOURCE_PRIMARY),
        ],
        metrics: ROWS.iter().copied().map(metric).collect(),
        alarms,
        fresh_for,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_ascend_and_codes_are_sorted() {
        assert!(ROWS.windows(2).all(|pair| pair[0].containment < pair[1].containment));
        assert!(ALARMS.windows(2).all(|pair| pair[0].word < pair[1].word));
        assert!(ALARMS.iter().all(|row| row.event.is_verified() && row.word != NO_ALARM));
    }

    #[test]
    fn texts_tell_the_alarms_apart() {
        let mut texts: Vec<_> = ALARMS.iter().map(|row| row.text).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), ALARMS.len());
    }
}

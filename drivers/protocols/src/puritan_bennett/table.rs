//! What the Puritan Bennett 840 and 980 report: which field of which reply is which metric or alarm.
//!
//! Fields: OpenICE (mdpnp, BSD-2), `pb840.fields`. Codes and plausible ranges: ISO/IEEE 11073-10101 terms of the nomenclature
//! table. The choice of events, and the priorities of alarms in `SNDA` replies, which have none, are Vigil's own.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    Category, Code, ConditionKind, Containment, DeviceAlarmDescriptor, MetricDescriptor, Node, Priority, Profile,
    Quantity, Unit, dim, mdc,
};

use super::codec::Request;

/// The ventilator as a whole: its alarms are about it.
pub const VENTILATOR: Containment = Containment::new(1, 1, 0, 0);
/// What it measures.
const MEASURED: Containment = Containment::new(1, 1, 1, 0);
/// What is set on it.
const SET: Containment = Containment::new(1, 1, 2, 0);

/// Fields with the clock time of the ventilator, in `SNDF` and `SNDA` replies: `HH:MM`.
pub const TIME: Fields = Fields { sndf: 5, snda: 5 };
/// Fields with its date: `APR 04 2023`.
pub const DATE: Fields = Fields { sndf: 7, snda: 8 };
/// Fields with model and serial number: `840 3510072467`.
pub const IDENTITY: Fields = Fields { sndf: 6, snda: 6 };
/// Fields that say whether the alarm sound is silenced: `ON` or `OFF`.
pub const SILENCE: Fields = Fields { sndf: 105, snda: 93 };

/// Where something stands in each of the two replies; 0 where it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields {
    /// Number in the answer to `SNDF`.
    pub sndf: usize,
    /// Number in the answer to `SNDA`.
    pub snda: usize,
}

impl Fields {
    /// The number in the answer to a request.
    pub const fn of(self, request: Request) -> Option<usize> {
        let number = match request {
            Request::Sndf => self.sndf,
            Request::Snda => self.snda,
        };
        if number == 0 { None } else { Some(number) }
    }
}

/// How a field is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A word of the ventilator.
    Word,
    /// A number.
    Number,
    /// A number that stays 0 until somebody has made the manoeuvre: 0 is no value.
    Manoeuvre,
}

/// One metric of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which metric.
    pub code: Code,
    /// Its row in the device's tree.
    pub containment: Containment,
    /// Its unit.
    pub unit: Option<Unit>,
    /// Measured or set.
    pub category: Category,
    /// Physical plausibility, inclusive.
    pub plausible: Option<(i64, i64)>,
    /// Where it stands.
    pub fields: Fields,
    /// How it is read.
    pub form: Form,
    /// Where its lower limit stands.
    pub low: Fields,
    /// Where its upper limit stands.
    pub high: Fields,
    /// Power of ten from the limit as written to the unit of the metric: -3 where limits are in mL and values in L.
    pub limit_exponent: i8,
    /// Label for people.
    pub label: &'static str,
}

const NOWHERE: Fields = Fields { sndf: 0, snda: 0 };

const fn row(channel: Containment, metric: u16, code: Code, sndf: usize, snda: usize, label: &'static str) -> Row {
    let category = if channel.channel == SET.channel { Category::Setting } else { Category::Measurement };
    Row {
        code,
        containment: Containment { metric, ..channel },
        unit: None,
        category,
        plausible: None,
        fields: Fields { sndf, snda },
        form: Form::Word,
        low: NOWHERE,
        high: NOWHERE,
        limit_exponent: 0,
        label,
    }
}

const fn number(row: Row, unit: Unit, min: i64, max: i64) -> Row {
    Row { unit: Some(unit), plausible: Some((min, max)), form: Form::Number, ..row }
}

const fn manoeuvre(row: Row) -> Row {
    Row { form: Form::Manoeuvre, ..row }
}

const fn limits(row: Row, low: Fields, high: Fields) -> Row {
    Row { low, high, ..row }
}

const fn at(sndf: usize, snda: usize) -> Fields {
    Fields { sndf, snda }
}

/// Respiratory rate, all breaths.
pub const RATE: Row = limits(
    number(row(MEASURED, 1, mdc::VENT_RESP_RATE, 70, 34, "Rate"), dim::RESP_PER_MIN, 0, 250),
    NOWHERE,
    at(42, 47),
);
/// Expired tidal volume.
pub const VTE: Row = Row {
    limit_exponent: -3,
    ..limits(number(row(MEASURED, 2, mdc::VENT_VOL_TIDAL, 71, 35, "VTe"), dim::X_L, 0, 10), at(39, 0), at(38, 0))
};
/// Expired minute volume.
pub const VE: Row = limits(
    number(row(MEASURED, 4, mdc::VENT_VOL_MINUTE_EXP, 72, 36, "VE"), dim::X_L_PER_MIN, 0, 200),
    at(37, 46),
    at(36, 0),
);
/// Peak airway pressure.
pub const P_PEAK: Row = limits(
    number(row(MEASURED, 6, mdc::VENT_PRESS_AWAY_MAX, 73, 38, "Ppeak"), dim::CM_H2O, -50, 150),
    at(35, 0),
    at(34, 42),
);

/// All metrics, ascending by containment.
pub const ROWS: [Row; 31] = [
    RATE,
    VTE,
    number(row(MEASURED, 3, mdc::X_VOL_AWAY_TIDAL_INSP, 78, 0, "VTi"), dim::X_L, 0, 10),
    VE,
    number(row(MEASURED, 5, mdc::X_VENT_VOL_MINUTE_SPONT, 89, 37, "VE spont"), dim::X_L_PER_MIN, 0, 200),
    P_PEAK,
    number(row(MEASURED, 7, mdc::VENT_PRESS_AWAY_MEAN, 74, 39, "Pmean"), dim::CM_H2O, -50, 150),
    number(row(MEASURED, 8, mdc::X_VENT_PRESS_AWAY_END_INSP, 69, 40, "Pei"), dim::CM_H2O, -50, 150),
    number(row(MEASURED, 9, mdc::VENT_PRESS_AWAY_END_EXP_POS, 87, 0, "PEEP"), dim::CM_H2O, -50, 150),
    manoeuvre(number(row(MEASURED, 10, mdc::PRESS_AWAY_END_EXP_POS_INTRINSIC, 79, 0, "PEEPi"), dim::CM_H2O, 0, 150)),
    manoeuvre(number(row(MEASURED, 11, mdc::VENT_PRESS_RESP_PLAT, 94, 0, "Pplat"), dim::CM_H2O, -50, 150)),
    number(row(MEASURED, 12, mdc::VENT_CONC_AWAY_O2_INSP, 77, 0, "FiO2"), dim::PERCENT, 0, 105),
    number(row(MEASURED, 13, mdc::X_VENT_RATIO_IE_EXP, 75, 41, "I:E (E)"), dim::DIMLESS, 0, 1000),
    manoeuvre(number(row(MEASURED, 14, mdc::X_VENT_COMPL_STATIC, 92, 63, "Cstat"), dim::MILLI_L_PER_CM_H2O, 0, 1000)),
    manoeuvre(number(row(MEASURED, 15, mdc::X_VENT_RES_STATIC, 93, 64, "Rstat"), dim::CM_H2O_PER_L_PER_SEC, 0, 1000)),
    number(row(MEASURED, 16, mdc::COMPL_LUNG_DYN, 96, 0, "Cdyn"), dim::MILLI_L_PER_CM_H2O, 0, 1000),
    number(row(MEASURED, 17, mdc::RES_AWAY, 97, 0, "Rdyn"), dim::CM_H2O_PER_L_PER_SEC, 0, 1000),
    manoeuvre(number(row(MEASURED, 18, mdc::X_VENT_PRESS_OCCL, 103, 0, "P0.1"), dim::CM_H2O, -50, 50)),
    number(row(MEASURED, 19, mdc::X_VENT_TIME_PD_INSP_SPONT, 88, 0, "Ti spont"), dim::SEC, 0, 60),
    row(SET, 1, mdc::VENT_MODE, 9, 9, "Mode"),
    row(SET, 2, mdc::X_VENT_INTERFACE_TYPE, 8, 0, "Type"),
    row(SET, 3, mdc::X_VENT_MODE_MAND, 10, 0, "Mandatory"),
    row(SET, 4, mdc::X_VENT_MODE_SPONT, 11, 0, "Spontaneous"),
    number(row(SET, 5, mdc::X_VENT_SET_RESP_RATE, 13, 10, "Set rate"), dim::RESP_PER_MIN, 0, 250),
    number(row(SET, 6, mdc::X_VENT_SET_VOL_TIDAL, 14, 11, "Set VT"), dim::X_L, 0, 10),
    number(row(SET, 7, mdc::X_VENT_SET_FLOW_PEAK, 15, 12, "Set peak flow"), dim::X_L_PER_MIN, 0, 300),
    number(row(SET, 8, mdc::VENT_CONC_AWAY_O2, 16, 13, "Set O2"), dim::PERCENT, 0, 105),
    number(row(SET, 9, mdc::X_VENT_SET_PRESS_END_EXP_POS, 18, 15, "Set PEEP"), dim::CM_H2O, 0, 150),
    number(row(SET, 10, mdc::X_VENT_SET_PRESS_SUPPORT, 31, 0, "Set PS"), dim::CM_H2O, 0, 150),
    number(row(SET, 11, mdc::X_VENT_SET_TIME_PD_APNEA, 20, 0, "Set apnoea interval"), dim::SEC, 0, 600),
    number(row(SET, 12, mdc::X_MASS_BODY_IDEAL, 60, 0, "IBW"), dim::KILO_G, 0, 300),
];

/// One alarm of the ventilator.
#[derive(Clone, Copy, Debug)]
pub struct AlarmRow {
    /// Where its word stands.
    pub fields: Fields,
    /// Nomenclature event.
    pub event: Code,
    /// About the patient or about equipment.
    pub kind: ConditionKind,
    /// Priority in an answer to `SNDA`, which gives none. In an answer to `SNDF` the ventilator says it.
    pub priority: Priority,
    /// Text for people.
    pub text: &'static str,
}

const fn patient(sndf: usize, snda: usize, event: Code, priority: Priority, text: &'static str) -> AlarmRow {
    AlarmRow { fields: at(sndf, snda), event, kind: ConditionKind::Physiological, priority, text }
}

const fn machine(sndf: usize, snda: usize, event: Code, priority: Priority, text: &'static str) -> AlarmRow {
    AlarmRow { fields: at(sndf, snda), event, kind: ConditionKind::Technical, priority, text }
}

/// All alarms, ascending by field of the `SNDF` answer.
pub const ALARMS: [AlarmRow; 49] = {
    use Priority::{High, Low, Medium};
    [
        machine(0, 48, mdc::EVT_HI, High, "High pressure"),
        patient(106, 57, mdc::EVT_APNEA, High, "Apnoea"),
        patient(107, 0, mdc::EVT_HI, Medium, "High VE"),
        patient(108, 0, mdc::EVT_HI, Medium, "High VTe"),
        machine(109, 0, mdc::EVT_HI, Medium, "High O2"),
        machine(110, 0, mdc::EVT_HI, High, "High Ppeak"),
        machine(111, 0, mdc::EVT_HI, High, "High Pvent"),
        patient(112, 53, mdc::EVT_HI, Medium, "High rate"),
        machine(113, 0, mdc::EVT_ELEC_PWR_LINE_PROB, Low, "AC power loss"),
        machine(114, 0, mdc::EVT_BATT_FAIL, Medium, "Battery inoperative"),
        machine(115, 0, mdc::EVT_BATT_LO, Medium, "Low battery"),
        machine(116, 0, mdc::EVT_POWER_PROB, High, "Loss of power"),
        patient(117, 51, mdc::EVT_LO, Medium, "Low VTe mandatory"),
        patient(118, 52, mdc::EVT_LO, Medium, "Low VE"),
        patient(119, 0, mdc::EVT_LO, Medium, "Low VTe spontaneous"),
        machine(120, 0, mdc::EVT_LO, High, "Low O2"),
        machine(121, 55, mdc::EVT_MED_GAS_SUPPLY_LO, Medium, "Low air supply"),
        machine(122, 54, mdc::EVT_O2_SUPPLY_LO, Medium, "Low O2 supply"),
        machine(123, 0, mdc::EVT_EQUIP_MALF, Low, "Compressor inoperative"),
        machine(124, 0, mdc::EVT_VENT_DISCONN, High, "Circuit disconnect"),
        machine(125, 95, mdc::EVT_TUBE_OBSTRUC, High, "Severe occlusion"),
        patient(126, 0, mdc::EVT_ALARM, Low, "Inspiration too long"),
        machine(127, 0, mdc::EVT_ALARM, High, "Procedure error"),
        machine(128, 0, mdc::EVT_ALARM, Low, "Compliance limited VT"),
        patient(129, 0, mdc::EVT_HI, Medium, "High VTi (129)"),
        patient(130, 0, mdc::EVT_HI, Medium, "High VTi (130)"),
        machine(131, 0, mdc::EVT_HI, Medium, "High Pcomp"),
        machine(132, 0, mdc::EVT_ALARM, Medium, "PAV (132)"),
        machine(133, 0, mdc::EVT_ALARM, Medium, "PAV (133)"),
        machine(134, 0, mdc::EVT_ALARM, Medium, "Volume not delivered (134)"),
        machine(135, 0, mdc::EVT_ALARM, Medium, "Volume not delivered (135)"),
        machine(136, 0, mdc::EVT_LO, Medium, "Low Ppeak"),
        malfunction(137, "Technical malfunction A5"),
        malfunction(138, "Technical malfunction A10"),
        malfunction(139, "Technical malfunction A15"),
        malfunction(140, "Technical malfunction A20"),
        malfunction(141, "Technical malfunction A25"),
        malfunction(142, "Technical malfunction A30"),
        malfunction(143, "Technical malfunction A35"),
        malfunction(144, "Technical malfunction A40"),
        malfunction(145, "Technical malfunction A45"),
        malfunction(146, "Technical malfunction A50"),
        malfunction(147, "Technical malfunction A55"),
        malfunction(148, "Technical malfunction A60"),
        malfunction(149, "Technical malfunction A65"),
        malfunction(150, "Technical malfunction A70"),
        malfunction(151, "Technical malfunction A75"),
        malfunction(152, "Technical malfunction A80"),
        malfunction(153, "Technical malfunction A85"),
    ]
};

const fn malfunction(sndf: usize, text: &'static str) -> AlarmRow {
    machine(sndf, 0, mdc::EVT_EQUIP_MALF, Priority::Medium, text)
}

/// Event, kind, priority and text while the alarm sound is silenced.
pub const SILENCED: (Code, ConditionKind, Priority, &str) =
    (mdc::EVT_STAT_AL_SILENCE, ConditionKind::Advisory, Priority::Low, "Alarm silence on");

/// The profile, with values current for `fresh_for`.
pub fn profile(fresh_for: Duration) -> Arc<Profile> {
    let node = |containment, code| Node { containment, code };
    let metric = |row: &Row| MetricDescriptor {
        code: row.code,
        containment: row.containment,
        unit: row.unit,
        category: row.category,
        fresh_for: None,
        episodic: false,
        plausible: row.plausible.map(|(min, max)| (Quantity::from(min), Quantity::from(max))),
        label: row.label.into(),
    };
    let descriptor =
        |event, kind, priority, text: &str| DeviceAlarmDescriptor { event, kind, priority, text: text.into() };
    let mut alarms: Vec<_> = ALARMS.iter().map(|row| descriptor(row.event, row.kind, row.priority, row.text)).collect();
    let (event, kind, priority, text) = SILENCED;
    alarms.push(descriptor(event, kind, priority, text));
    Arc::new(Profile {
        name: "puritan-bennett".into(),
        title: "Puritan Bennett 840 and 980 ventilators".into(),
        mds: mdc::DEV_SYS_PT_VENT_MDS,
        nodes: vec![
            node(VENTILATOR, mdc::DEV_SYS_PT_VENT_VMD),
            node(MEASURED, mdc::DEV_SYS_PT_VENT_CHAN),
            node(SET, mdc::DEV_SYS_PT_VENT_CHAN),
        ],
        metrics: ROWS.iter().map(metric).collect(),
        alarms,
        fresh_for,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_ascend_and_fields_exist_once() {
        assert!(ROWS.windows(2).all(|pair| pair[0].containment < pair[1].containment));
        assert!(ALARMS.windows(2).all(|pair| pair[0].fields.sndf < pair[1].fields.sndf));
        for request in Request::ALL {
            let values = ROWS.iter().flat_map(|row| [row.fields, row.low, row.high]);
            let alarms = ALARMS.iter().map(|row| row.fields);
            let mut fields: Vec<_> = values.chain(alarms).filter_map(|fields| fields.of(request)).collect();
            fields.sort_unstable();
            assert!(fields.windows(2).all(|pair| pair[0] < pair[1]), "{request:?}: a field is used twice");
            assert!(fields.iter().all(|number| *number < 5 + request.form().fields));
        }
        assert!(ALARMS.iter().all(|row| row.event.is_verified()));
    }

    #[test]
    fn texts_tell_the_alarms_apart() {
        let mut texts: Vec<_> = ALARMS.iter().map(|row| row.text).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), ALARMS.len());
    }
}

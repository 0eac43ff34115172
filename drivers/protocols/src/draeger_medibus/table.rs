//! What an Evita 4, Evita 2 dura or Evita XL reports: codes of data, settings, text messages and alarms.
//!
//! Codes: Medibus device tables for intensive care (Draeger 9028329). Metric codes and plausible ranges: ISO/IEEE 11073-10101
//! terms of the nomenclature table. The choice of events, and where a priority of 1 to 31 becomes low, medium or high, are
//! Vigil's own.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    Category, Code, ConditionKind, Containment, DeviceAlarmDescriptor, MetricDescriptor, Node, Priority, Profile,
    Quantity, Unit, dim, mdc,
};

/// The ventilator as a whole: its alarms are about it.
pub const VENTILATOR: Containment = Containment::new(1, 1, 0, 0);
const MEASURED: Containment = Containment::new(1, 1, 1, 0);
const SET: Containment = Containment::new(1, 1, 2, 0);

/// Least priority that is high.
pub const HIGH_FROM: u8 = 25;
/// Least priority that is medium.
pub const MEDIUM_FROM: u8 = 11;

/// The priority of a number from 1 to 31.
pub const fn priority(number: u8) -> Priority {
    if number >= HIGH_FROM {
        Priority::High
    } else if number >= MEDIUM_FROM {
        Priority::Medium
    } else {
        Priority::Low
    }
}

/// A code on the wire and the power of ten from its unit to that of its metric.
#[derive(Clone, Copy, Debug)]
pub struct Wire {
    /// Code.
    pub code: u8,
    /// Power of ten: -3 where the device writes mL and the metric is in L.
    pub exponent: i8,
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
    /// Its codes: the device changes between them by itself.
    pub wire: &'static [Wire],
    /// Label for people.
    pub label: &'static str,
}

const fn row(
    (channel, metric): (Containment, u16),
    code: Code,
    unit: Unit,
    plausible: (i64, i64),
    wire: &'static [Wire],
    label: &'static str,
) -> Row {
    let category = if channel.channel == SET.channel { Category::Setting } else { Category::Measurement };
    let containment = Containment { metric, ..channel };
    Row { code, containment, unit: Some(unit), category, plausible: Some(plausible), wire, label }
}

const fn measured(metric: u16) -> (Containment, u16) {
    (MEASURED, metric)
}

const fn set(metric: u16) -> (Containment, u16) {
    (SET, metric)
}

const fn one(code: u8) -> Wire {
    Wire { code, exponent: 0 }
}

const PRESSURE: (i64, i64) = (-100, 200);

/// Measured data, ascending by containment.
pub const DATA: [Row; 25] = [
    row(measured(1), mdc::VENT_RESP_RATE, dim::RESP_PER_MIN, (0, 250), &[one(0xD6)], "Rate"),
    row(measured(2), mdc::VENT_VOL_TIDAL, dim::X_L, (0, 10), &[one(0x82), Wire { code: 0x88, exponent: -3 }], "VTe"),
    row(measured(3), mdc::X_VENT_VOL_SUPPORT_INSP, dim::MILLI_L, (0, 9999), &[one(0x8B)], "VT ASB insp"),
    row(measured(4), mdc::VENT_VOL_MINUTE_EXP, dim::X_L_PER_MIN, (0, 200), &[one(0xB9), one(0xB8)], "MV"),
    row(measured(5), mdc::X_VENT_VOL_MINUTE_SPONT, dim::X_L_PER_MIN, (0, 200), &[one(0xB7), one(0x7A)], "MV spont"),
    row(measured(6), mdc::X_VENT_RESP_RATE_SPONT, dim::RESP_PER_MIN, (0, 250), &[one(0xB5)], "Rate spont"),
    row(measured(7), mdc::VENT_PRESS_AWAY_MAX, dim::MILLI_BAR, PRESSURE, &[one(0x7D)], "Ppeak"),
    row(measured(8), mdc::VENT_PRESS_AWAY_MEAN, dim::MILLI_BAR, PRESSURE, &[one(0x73)], "Pmean"),
    row(measured(9), mdc::VENT_PRESS_RESP_PLAT, dim::MILLI_BAR, PRESSURE, &[one(0x74)], "Pplat"),
    row(measured(10), mdc::VENT_PRESS_AWAY_END_EXP_POS, dim::MILLI_BAR, PRESSURE, &[one(0x78)], "PEEP"),
    row(measured(11), mdc::PRESS_AWAY_END_EXP_POS_INTRINSIC, dim::MILLI_BAR, PRESSURE, &[one(0x79)], "PEEPi"),
    row(measured(12), mdc::X_VENT_PRESS_AWAY_MIN, dim::MILLI_BAR, PRESSURE, &[one(0x71)], "Pmin"),
    row(measured(13), mdc::X_VENT_PRESS_OCCL, dim::MILLI_BAR, PRESSURE, &[one(0x72)], "P0.1"),
    row(measured(14), mdc::X_VENT_PRESS_INSP_NEG, dim::MILLI_BAR, PRESSURE, &[one(0x8D)], "NIF"),
    row(measured(15), mdc::VENT_CONC_AWAY_O2_INSP, dim::PERCENT, (0, 105), &[one(0xF0)], "FiO2"),
    row(measured(16), mdc::CONC_AWAY_CO2_ET, dim::PERCENT, (0, 20), &[one(0xDB)], "etCO2 %"),
    row(measured(17), mdc::AWAY_CO2_ET, dim::KILO_PASCAL, (0, 20), &[one(0xE3)], "etCO2 kPa"),
    row(measured(18), mdc::AWAY_CO2_ET, dim::MMHG, (0, 150), &[one(0xE6)], "etCO2 mmHg"),
    row(measured(19), mdc::X_VENT_CO2_PRODUCTION, dim::MILLI_L_PER_MIN, (0, 2000), &[one(0x09)], "VCO2"),
    row(measured(20), mdc::X_VENT_VOL_DEAD_SPACE, dim::MILLI_L, (0, 2000), &[one(0x89)], "Vds"),
    row(measured(21), mdc::X_VENT_VOL_DEAD_SPACE_REL, dim::PERCENT, (0, 100), &[one(0x8A)], "Vds/VTe"),
    row(measured(22), mdc::X_VENT_VOL_TRAPPED, dim::MILLI_L, (0, 9999), &[one(0x81)], "Vtrap"),
    row(measured(23), mdc::TEMP_AWAY, dim::DEGC, (0, 60), &[one(0xC1)], "T insp"),
    row(measured(24), mdc::PULS_OXIM_SAT_O2, dim::PERCENT, (0, 100), &[one(0xEB)], "SpO2"),
    row(measured(25), mdc::PULS_OXIM_PULS_RATE, dim::BEAT_PER_MIN, (0, 300), &[one(0xE1)], "Pulse"),
];

/// Settings that are numbers, ascending by containment.
pub const SETTINGS: [Row; 7] = [
    row(set(4), mdc::VENT_CONC_AWAY_O2, dim::PERCENT, (0, 105), &[one(0x01)], "Set O2"),
    row(set(5), mdc::X_VENT_SET_VOL_TIDAL, dim::X_L, (0, 10), &[one(0x04)], "Set VT"),
    row(set(6), mdc::X_VENT_SET_TIME_PD_INSP, dim::SEC, (0, 60), &[one(0x05)], "Set Ti"),
    row(set(7), mdc::X_VENT_SET_RESP_RATE, dim::RESP_PER_MIN, (0, 250), &[one(0x09)], "Set rate"),
    row(set(8), mdc::X_VENT_SET_PRESS_END_EXP_POS, dim::MILLI_BAR, PRESSURE, &[one(0x0B)], "Set PEEP"),
    row(set(9), mdc::X_VENT_SET_PRESS_SUPPORT, dim::MILLI_BAR, PRESSURE, &[one(0x12)], "Set ASB"),
    row(set(10), mdc::X_VENT_SET_PRESS_INSP, dim::MILLI_BAR, PRESSURE, &[one(0x13)], "Set Pinsp"),
];

const fn word(metric: u16, code: Code, label: &'static str) -> Row {
    let containment = Containment { metric, ..SET };
    Row { code, containment, unit: None, category: Category::Setting, plausible: None, wire: &[], label }
}

/// Mode of ventilation, from text messages.
pub const MODE: Row = word(1, mdc::VENT_MODE, "Mode");
/// Invasive or not, from text messages.
pub const INTERFACE: Row = word(2, mdc::X_VENT_INTERFACE_TYPE, "Type");
/// Adults, children, neonates, from text messages.
pub const PATIENT: Row = word(3, mdc::X_VENT_PATIENT_TYPE, "Patient");

/// Text message: the ventilator is in standby.
pub const STANDBY: u8 = 0x1E;

/// Text messages that are words of a metric: code, metric, word.
pub const TEXTS: [(u8, Row, &str); 20] = [
    (0x01, MODE, "IPPV"),
    (0x02, MODE, "IPPV/ASSIST"),
    (0x06, MODE, "SIMV"),
    (0x07, MODE, "SIMV/ASB"),
    (0x0A, MODE, "CPAP"),
    (0x0B, MODE, "CPAP/ASB"),
    (0x0C, MODE, "MMV"),
    (0x0D, MODE, "MMV/ASB"),
    (0x0E, MODE, "BIPAP"),
    (0x11, MODE, "APNOEA VENTILATION"),
    (0x1A, MODE, "APRV"),
    (0x1E, MODE, "STANDBY"),
    (0x20, PATIENT, "adults"),
    (0x21, PATIENT, "neonates"),
    (0x2D, MODE, "BIPAP/ASB"),
    (0x35, MODE, "CPAP/PPS"),
    (0x3A, PATIENT, "paediatric"),
    (0x47, MODE, "BIPAP/ASSIST"),
    (0x48, INTERFACE, "invasive"),
    (0x49, INTERFACE, "NIV"),
];
/// Text messages of the AutoFlow variants: the mode is the text of the device.
pub const AUTO_FLOW: std::ops::RangeInclusive<u8> = 0x2E..=0x33;

/// One alarm.
#[derive(Clone, Copy, Debug)]
pub struct AlarmRow {
    /// Code page, 1 or 2: the same code means something else on the other.
    pub page: u8,
    /// Code.
    pub code: u8,
    /// Nomenclature event.
    pub event: Code,
    /// About the patient or about equipment.
    pub kind: ConditionKind,
    /// Text for people.
    pub text: &'static str,
}

const fn patient(page: u8, code: u8, event: Code, text: &'static str) -> AlarmRow {
    AlarmRow { page, code, event, kind: ConditionKind::Physiological, text }
}

const fn machine(page: u8, code: u8, event: Code, text: &'static str) -> AlarmRow {
    AlarmRow { page, code, event, kind: ConditionKind::Technical, text }
}

/// All alarms of the table, ascending by page and code.
pub const ALARMS: [AlarmRow; 46] = [
    machine(1, 0x01, mdc::EVT_ALARM, "SpO2 alarm 01"),
    machine(1, 0x02, mdc::EVT_ALARM, "SpO2 alarm 02"),
    machine(1, 0x07, mdc::EVT_ALARM, "SpO2 alarm 07"),
    machine(1, 0x08, mdc::EVT_LO, "% O2 low"),
    machine(1, 0x10, mdc::EVT_HI, "Airway pressure high"),
    machine(1, 0x12, mdc::EVT_MED_GAS_SUPPLY_LO, "Air supply"),
    machine(1, 0x13, mdc::EVT_O2_SUPPLY_LO, "O2 supply low"),
    patient(1, 0x19, mdc::EVT_LO, "Minute volume low"),
    machine(1, 0x1E, mdc::EVT_ALARM, "SpO2 alarm 1E"),
    machine(1, 0x22, mdc::EVT_ALARM, "SpO2 alarm 22"),
    patient(1, 0x27, mdc::EVT_LO, "etCO2 low"),
    patient(1, 0x28, mdc::EVT_HI, "etCO2 high"),
    patient(1, 0x33, mdc::EVT_ALARM, "Volume inconstant"),
    machine(1, 0x37, mdc::EVT_HI, "% O2 high"),
    machine(1, 0x42, mdc::EVT_SENSOR_PROB, "Flow sensor"),
    machine(1, 0x4B, mdc::EVT_BATT_PROB, "Battery error"),
    patient(1, 0x90, mdc::EVT_HI, "Respiratory rate high"),
    patient(1, 0x98, mdc::EVT_APNEA, "Apnoea"),
    machine(1, 0x9A, mdc::EVT_VENT_DISCONN, "Airway pressure low"),
    patient(1, 0x9B, mdc::EVT_HI, "Minute volume high"),
    machine(1, 0x9F, mdc::EVT_EQUIP_MALF, "Evita error"),
    machine(1, 0xA1, mdc::EVT_MSMT_FAIL, "% O2 measurement error"),
    machine(1, 0xA4, mdc::EVT_MSMT_FAIL, "Volume measurement error"),
    machine(1, 0xAC, mdc::EVT_STAT_AL_OFF, "Minute volume alarm off"),
    machine(1, 0xAD, mdc::EVT_MSMT_FAIL, "Pressure measurement error"),
    machine(1, 0xB0, mdc::EVT_EQUIP_MALF, "Expiratory valve"),
    machine(1, 0xBA, mdc::EVT_HI, "Airway temperature high"),
    machine(1, 0xC7, mdc::EVT_EQUIP_MALF, "Cycle failed"),
    machine(1, 0xC8, mdc::EVT_INOP, "Mixer inoperative"),
    machine(1, 0xDA, mdc::EVT_HI, "PEEP high"),
    patient(1, 0xE8, mdc::EVT_HI, "Tidal volume high"),
    machine(1, 0xE9, mdc::EVT_STAT_AL_OFF, "O2 alarm off"),
    machine(2, 0x3B, mdc::EVT_SENSOR_PROB, "Ambient pressure"),
    machine(2, 0x5A, mdc::EVT_STAT_DEV_BATT_OPERATED, "Battery on"),
    machine(2, 0x5C, mdc::EVT_BATT_LO, "Battery below 2 min"),
    machine(2, 0x66, mdc::EVT_STAT_AL_OFF, "Apnoea alarm off"),
    machine(2, 0x67, mdc::EVT_STAT_AL_OFF, "Minute volume low alarm off"),
    machine(2, 0x6A, mdc::EVT_TUBE_OBSTRUC, "Tube obstructed"),
    machine(2, 0x91, mdc::EVT_EQUIP_MALF, "Loss of data"),
    patient(2, 0x93, mdc::EVT_ALARM, "Apnoea ventilation"),
    machine(2, 0x94, mdc::EVT_ADVIS_CHK, "Check Evita"),
    machine(2, 0x95, mdc::EVT_STAT_STANDBY_MODE, "Evita in standby"),
    machine(2, 0x96, mdc::EVT_EQUIP_MALF, "PEEP valve error"),
    machine(2, 0x98, mdc::EVT_ALARM, "Nebuliser on"),
    machine(2, 0x9C, mdc::EVT_VENT_BREATHING_SYS_LEAK, "Leakage"),
    machine(2, 0x9D, mdc::EVT_EQUIP_MALF, "Backup ventilation"),
];

/// The profile, with values current for `fresh_for`, or `slow_fresh_for` where they are asked less often.
pub fn profile(fresh_for: Duration, slow_fresh_for: Duration) -> Arc<Profile> {
    let node = |containment, code| Node { containment, code };
    let metric = |row: &Row, fresh_for| MetricDescriptor {
        code: row.code,
        containment: row.containment,
        unit: row.unit,
        category: row.category,
        fresh_for,
        episodic: false,
        plausible: row.plausible.map(|(min, max)| (Quantity::from(min), Quantity::from(max))),
        label: row.label.into(),
    };
    let mut metrics: Vec<_> = DATA.iter().map(|row| metric(row, None)).collect();
    metrics.extend([MODE, INTERFACE, PATIENT].iter().map(|row| metric(row, None)));
    metrics.extend(SETTINGS.iter().map(|row| metric(row, Some(slow_fresh_for))));
    let alarm = |row: &AlarmRow| DeviceAlarmDescriptor {
        event: row.event,
        kind: row.kind,
        priority: Priority::Medium,
        text: row.text.into(),
    };
    Arc::new(Profile {
        name: "draeger-medibus".into(),
        title: "Draeger Evita ventilators with Medibus".into(),
        mds: mdc::DEV_SYS_PT_VENT_MDS,
        nodes: vec![
            node(VENTILATOR, mdc::DEV_SYS_PT_VENT_VMD),
            node(MEASURED, mdc::DEV_SYS_PT_VENT_CHAN),
            node(SET, mdc::DEV_SYS_PT_VENT_CHAN),
        ],
        metrics,
        alarms: ALARMS.iter().map(alarm).collect(),
        fresh_for,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_ascend_and_codes_stand_once() {
        let codes = |rows: &[Row]| {
            assert!(rows.windows(2).all(|pair| pair[0].containment < pair[1].containment));
            let mut codes: Vec<_> = rows.iter().flat_map(|row| row.wire.iter().map(|wire| wire.code)).collect();
            codes.sort_unstable();
            assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
        };
        codes(&DATA);
        codes(&SETTINGS);
        assert!(ALARMS.windows(2).all(|pair| (pair[0].page, pair[0].code) < (pair[1].page, pair[1].code)));
        assert!(TEXTS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let mut texts: Vec<_> = ALARMS.iter().map(|row| row.text).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), ALARMS.len(), "texts tell the alarms apart");
        assert!(ALARMS.iter().all(|row| row.event.is_verified()));
    }

    #[test]
    fn priorities_have_three_ranks() {
        let of = |numbers: [u8; 6]| numbers.map(priority);
        use Priority::{High, Low, Medium};
        assert_eq!(of([1, 10, 11, 24, 25, 31]), [Low, Low, Medium, Medium, High, High]);
    }
}

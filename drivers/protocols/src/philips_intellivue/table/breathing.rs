//! Respiration, airway gases, ventilation.

use vigil_model::{Code, dim, mdc};

use super::Row;

const fn breaths(physio: u16, code: Code, channel: u16, metric: u16, label: &'static str) -> Row {
    Row::new(physio, code, dim::RESP_PER_MIN, (2, channel, metric), (0, 180), label)
}

const fn percent(physio: u16, code: Code, channel: u16, metric: u16, high: i64, label: &'static str) -> Row {
    Row::new(physio, code, dim::PERCENT, (7, channel, metric), (0, high), label)
}

const fn mmhg(physio: u16, code: Code, metric: u16, label: &'static str) -> Row {
    Row::new(physio, code, dim::MMHG, (7, 1, metric), (0, 150), label)
}

const fn kpa(physio: u16, code: Code, metric: u16, label: &'static str) -> Row {
    Row::new(physio, code, dim::KILO_PASCAL, (7, 1, metric), (0, 20), label)
}

const fn cm_h2o(physio: u16, code: Code, metric: u16, label: &'static str) -> Row {
    Row::new(physio, code, dim::CM_H2O, (7, 6, metric), (-100, 150), label)
}

pub(super) const ROWS: &[Row] = &[
    breaths(0x500A, mdc::RESP_RATE, 1, 1, "RR"),
    breaths(0x501A, mdc::TTHOR_RESP_RATE, 1, 2, "RR (impedance)"),
    breaths(0x5012, mdc::AWAY_RESP_RATE, 2, 1, "RR (airway)"),
    breaths(0x502A, mdc::CO2_RESP_RATE, 2, 2, "RR (CO2)"),
    breaths(0xF0E2, mdc::AWAY_RESP_RATE, 2, 3, "RR (spirometry)"),
    breaths(0x5022, mdc::VENT_RESP_RATE, 2, 4, "RR (ventilator)"),
    Row::new(0x5130, mdc::TIME_PD_APNEA, dim::SEC, (2, 2, 5), (0, 600), "Apnoea time"),
    // Carbon dioxide: millimetres of mercury 1 to 9, kilopascals 11 to 19, percent 21 to 29.
    mmhg(0x50B0, mdc::AWAY_CO2_ET, 1, "etCO2"),
    kpa(0x50B0, mdc::AWAY_CO2_ET, 11, "etCO2"),
    percent(0x50B0, mdc::AWAY_CO2_ET, 1, 21, 20, "etCO2"),
    mmhg(0x509C, mdc::CONC_AWAY_CO2_ET, 2, "etCO2 (gas)"),
    kpa(0x509C, mdc::CONC_AWAY_CO2_ET, 12, "etCO2 (gas)"),
    percent(0x509C, mdc::CONC_AWAY_CO2_ET, 1, 22, 20, "etCO2 (gas)"),
    mmhg(0x50BA, mdc::CONC_AWAY_CO2_INSP, 3, "imCO2"),
    kpa(0x50BA, mdc::CONC_AWAY_CO2_INSP, 13, "imCO2"),
    percent(0x50BA, mdc::CONC_AWAY_CO2_INSP, 1, 23, 20, "imCO2"),
    mmhg(0x50A6, mdc::CONC_AWAY_CO2_INSP, 4, "imCO2 (gas)"),
    kpa(0x50A6, mdc::CONC_AWAY_CO2_INSP, 14, "imCO2 (gas)"),
    percent(0x50A6, mdc::CONC_AWAY_CO2_INSP, 1, 24, 20, "imCO2 (gas)"),
    percent(0x5378, mdc::X_CONC_AWAY_O2_ET, 2, 1, 100, "etO2"),
    percent(0x5284, mdc::CONC_AWAY_O2_INSP, 2, 2, 100, "inO2"),
    percent(0x5170, mdc::VENT_CONC_AWAY_O2_INSP, 2, 3, 100, "FiO2"),
    percent(0x7498, mdc::VENT_CONC_AWAY_O2_INSP, 2, 4, 100, "FiO2 (ventilator)"),
    percent(0x522C, mdc::X_CONC_AWAY_N2O_ET, 3, 1, 100, "etN2O"),
    percent(0x5280, mdc::X_CONC_AWAY_N2O_INSP, 3, 2, 100, "inN2O"),
    percent(0x521C, mdc::X_CONC_AWAY_HALOTH_ET, 4, 1, 20, "etHAL"),
    percent(0x5270, mdc::X_CONC_AWAY_HALOTH_INSP, 4, 2, 20, "inHAL"),
    percent(0x5218, mdc::X_CONC_AWAY_ENFL_ET, 4, 3, 20, "etENF"),
    percent(0x526C, mdc::X_CONC_AWAY_ENFL_INSP, 4, 4, 20, "inENF"),
    percent(0x5224, mdc::X_CONC_AWAY_ISOFL_ET, 4, 5, 20, "etISO"),
    percent(0x5278, mdc::X_CONC_AWAY_ISOFL_INSP, 4, 6, 20, "inISO"),
    percent(0x5220, mdc::X_CONC_AWAY_SEVOFL_ET, 4, 7, 20, "etSEV"),
    percent(0x5274, mdc::X_CONC_AWAY_SEVOFL_INSP, 4, 8, 20, "inSEV"),
    percent(0x5214, mdc::X_CONC_AWAY_DESFL_ET, 4, 9, 30, "etDES"),
    percent(0x5268, mdc::X_CONC_AWAY_DESFL_INSP, 4, 10, 30, "inDES"),
    percent(0x538C, mdc::X_CONC_AWAY_AGENT_ET, 4, 11, 30, "etAGT"),
    percent(0x5390, mdc::X_CONC_AWAY_AGENT_INSP, 4, 12, 30, "inAGT"),
    Row::new(0xF05D, mdc::X_CONC_MAC, dim::DIMLESS, (7, 4, 13), (0, 10), "MAC").calculated(),
    Row::new(0x513C, mdc::VOL_AWAY_TIDAL, dim::MILLI_L, (7, 5, 1), (0, 4_000), "TV"),
    Row::new(0xF0E0, mdc::X_VOL_AWAY_TIDAL_INSP, dim::MILLI_L, (7, 5, 2), (0, 4_000), "TVin"),
    Row::new(0xF0E1, mdc::VOL_AWAY_TIDAL, dim::MILLI_L, (7, 5, 3), (0, 4_000), "TVexp"),
    Row::new(0x5148, mdc::VOL_MINUTE_AWAY, dim::X_L_PER_MIN, (7, 5, 4), (0, 80), "MV"),
    Row::new(0x514C, mdc::VENT_VOL_MINUTE_EXP, dim::X_L_PER_MIN, (7, 5, 5), (0, 80), "MVexp"),
    Row::new(0x5150, mdc::VENT_VOL_MINUTE_INSP, dim::X_L_PER_MIN, (7, 5, 6), (0, 80), "MVin"),
    Row::new(0x508C, mdc::COMPL_LUNG_DYN, dim::MILLI_L_PER_CM_H2O, (7, 5, 7), (0, 300), "Cdyn").calculated(),
    Row::new(0x5118, mdc::RATIO_IE, dim::DIMLESS, (7, 5, 8), (0, 20), "I:E").calculated(),
    cm_h2o(0x5109, mdc::PRESS_AWAY_INSP_PEAK, 1, "PIP"),
    cm_h2o(0x50E8, mdc::PRESS_RESP_PLAT, 2, "Pplat"),
    cm_h2o(0x51A8, mdc::VENT_PRESS_AWAY_END_EXP_POS, 3, "PEEP"),
    cm_h2o(0x5100, mdc::PRESS_AWAY_END_EXP_POS_INTRINSIC, 4, "PEEPi"),
    Row::new(0x5120, mdc::RES_AWAY, dim::CM_H2O_PER_L_PER_SEC, (7, 6, 5), (0, 500), "Raw").calculated(),
];

//! ECG, ST, pulse, cardiac output.

use vigil_model::{Code, dim, mdc};

use super::Row;

/// A rate of beats.
const fn rate(physio: u16, code: Code, channel: u16, metric: u16, label: &'static str) -> Row {
    Row::new(physio, code, dim::BEAT_PER_MIN, (1, channel, metric), (0, 350), label)
}

/// ST deviation; 10 mm to the millivolt.
const fn st(physio: u16, code: Code, metric: u16, label: &'static str) -> Row {
    Row::new(physio, code, dim::MILLI_M, (1, 3, metric), (-20, 20), label)
}

pub(super) const ROWS: &[Row] = &[
    rate(0x4182, mdc::ECG_CARD_BEAT_RATE, 1, 1, "HR"),
    rate(0x418A, mdc::ECG_CARD_BEAT_RATE_BTB, 1, 2, "HR beat to beat"),
    rate(0x4261, mdc::ECG_V_P_C_CNT, 1, 3, "PVC"),
    Row::new(0x4261, mdc::ECG_V_P_C_CNT, dim::PER_MIN, (1, 1, 4), (0, 300), "PVC"),
    Row::new(0x4261, mdc::ECG_V_P_C_CNT, dim::DIMLESS, (1, 1, 5), (0, 300), "PVC"),
    rate(0x4262, mdc::ECG_V_P_C_RATE, 1, 6, "PVC rate"),
    Row::new(0x3F20, mdc::ECG_TIME_PD_QT_GL, dim::MILLI_SEC, (1, 1, 7), (0, 2_000), "QT"),
    Row::new(0x3F24, mdc::ECG_TIME_PD_QTC, dim::MILLI_SEC, (1, 1, 8), (0, 2_000), "QTc").calculated(),
    rate(0x480A, mdc::PULS_RATE, 2, 1, "Pulse"),
    rate(0x4812, mdc::BLD_PULS_RATE_INV, 2, 2, "Pulse (pressure)"),
    rate(0x4822, mdc::PLETH_PULS_RATE, 2, 3, "Pulse (pleth)"),
    rate(0x481A, mdc::PULS_OXIM_PULS_RATE, 2, 4, "Pulse (SpO2)"),
    rate(0xF09D, mdc::PULS_OXIM_PULS_RATE, 2, 5, "Pulse (SpO2, telemetry)"),
    st(0x0301, mdc::X_ECG_AMPL_ST_I, 1, "ST I"),
    st(0x0302, mdc::ECG_AMPL_ST_II, 2, "ST II"),
    st(0x033D, mdc::X_ECG_AMPL_ST_III, 3, "ST III"),
    st(0x033E, mdc::X_ECG_AMPL_ST_AVR, 4, "ST aVR"),
    st(0x033F, mdc::X_ECG_AMPL_ST_AVL, 5, "ST aVL"),
    st(0x0340, mdc::X_ECG_AMPL_ST_AVF, 6, "ST aVF"),
    st(0x0343, mdc::X_ECG_AMPL_ST_V, 7, "ST V"),
    st(0x0303, mdc::X_ECG_AMPL_ST_V1, 11, "ST V1"),
    st(0x0304, mdc::X_ECG_AMPL_ST_V2, 12, "ST V2"),
    st(0x0305, mdc::X_ECG_AMPL_ST_V3, 13, "ST V3"),
    st(0x0306, mdc::X_ECG_AMPL_ST_V4, 14, "ST V4"),
    st(0x0307, mdc::X_ECG_AMPL_ST_V5, 15, "ST V5"),
    st(0x0308, mdc::X_ECG_AMPL_ST_V6, 16, "ST V6"),
    Row::new(0x4B04, mdc::OUTPUT_CARD, dim::X_L_PER_MIN, (8, 1, 1), (0, 20), "CO").hundredths(10, 2_000).episodic(),
    Row::new(0x490C, mdc::OUTPUT_CARD_INDEX, dim::X_L_PER_MIN_PER_M_SQ, (8, 1, 2), (0, 20), "CI")
        .calculated()
        .episodic(),
    Row::new(0x4B84, mdc::VOL_BLD_STROKE, dim::MILLI_L, (8, 1, 3), (1, 300), "SV").calculated().episodic(),
    Row::new(0x4BDC, mdc::OUTPUT_CARD, dim::X_L_PER_MIN, (8, 2, 1), (0, 20), "CCO").hundredths(10, 2_000),
];

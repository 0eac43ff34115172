//! ECG, arrhythmia analysis, 12-lead ST, and respiration by impedance.

use vigil_model::ConditionKind::{Physiological, Technical};
use vigil_model::Priority::{High, Low, Medium};
use vigil_model::{Code, Quality, dim, mdc};

use super::{BitAlarm, Item, Row, Variant, always, bit, while_active};
use crate::ge_s5_dri::codec::labels::{Lead, RateSource};
use crate::ge_s5_dri::codec::numbers::{Group, GroupHead};

/// Where the ECG's own heart rate is, counted from the ECG group: "ECG extra" has no head of its own.
const HR_ECG_AT: usize = 226;

pub(super) const ROWS: &[Row] = &[
    Row::new(Group::Ecg, (1, 1), ECG, ECG_ALARMS),
    Row {
        group: Group::Arrhythmia,
        channel: (1, 2),
        variants: ARRHYTHMIA,
        alarms: ARRHYTHMIA_ALARMS,
        alarm_bits_at: 12,
        alarm_channel: (1, 1), // the same asystole as that of the ECG group
    },
    Row::new(Group::Ecg, (1, 1), ECG_ST, &[]),
    Row::new(Group::St12, (1, 3), ST_12, &[]),
];

const fn rate(at: usize, metric: u16, code: Code, label: &'static str) -> Item {
    Item::new(at, metric, code, dim::BEAT_PER_MIN, 0, 0, 350, label)
}

const fn st(at: usize, metric: u16, code: Code, label: &'static str) -> Item {
    Item::new(at, metric, code, dim::MILLI_M, 2, -20, 20, label) // 10 mm to the millivolt
}

/// Noise (bit 7), artefact (8) and learning (9) make rate and ST doubtful.
fn ecg_quality(head: GroupHead) -> Quality {
    if head.has(7) || head.has(8) || head.has(9) { Quality::Questionable } else { while_active(head) }
}

/// The rate that the ECG gives, where the heart rate is taken from elsewhere.
const HR_ECG: Item = rate(HR_ECG_AT, 1, mdc::ECG_CARD_BEAT_RATE, "HR").zero_says_nothing();

const ECG: &[Variant] = &[
    Variant {
        when: |head| RateSource::of(head.status) == RateSource::Ecg,
        quality: ecg_quality,
        channel: None,
        items: &[rate(6, 1, mdc::ECG_CARD_BEAT_RATE, "HR")],
    },
    Variant {
        when: |head| RateSource::of(head.status) == RateSource::Pressure,
        quality: while_active,
        channel: None,
        items: &[rate(6, 2, mdc::BLD_PULS_RATE_INV, "HR (pressure)")],
    },
    Variant {
        when: |head| RateSource::of(head.status) == RateSource::Oximeter,
        quality: while_active,
        channel: None,
        items: &[rate(6, 3, mdc::PULS_OXIM_PULS_RATE, "HR (pleth)")],
    },
    Variant {
        when: |head| RateSource::of(head.status) == RateSource::Other,
        quality: while_active,
        channel: None,
        items: &[rate(6, 4, mdc::PULS_RATE, "HR (other source)")],
    },
    Variant {
        when: |head| RateSource::of(head.status) != RateSource::Ecg,
        quality: ecg_quality,
        channel: None,
        items: &[HR_ECG],
    },
    Variant {
        when: always,
        quality: while_active,
        channel: Some((2, 1)),
        items: &[Item::new(14, 1, mdc::TTHOR_RESP_RATE, dim::RESP_PER_MIN, 0, 0, 180, "RR (impedance)")],
    },
];

/// The ST level in one place of the ECG group when the label puts a lead there.
macro_rules! st_of {
    ($place:literal, $lead:ident, $at:literal, $metric:literal, $code:ident, $label:literal) => {
        Variant {
            when: |head| Lead::of(head.label, $place) == Some(Lead::$lead),
            quality: ecg_quality,
            channel: None,
            items: &[st($at, $metric, mdc::$code, $label)],
        }
    };
}

const ECG_ST: &[Variant] = &[
    st_of!(1, I, 8, 11, X_ECG_AMPL_ST_I, "ST I"),
    st_of!(1, II, 8, 12, ECG_AMPL_ST_II, "ST II"),
    st_of!(1, III, 8, 13, X_ECG_AMPL_ST_III, "ST III"),
    st_of!(1, AVR, 8, 14, X_ECG_AMPL_ST_AVR, "ST aVR"),
    st_of!(1, AVL, 8, 15, X_ECG_AMPL_ST_AVL, "ST aVL"),
    st_of!(1, AVF, 8, 16, X_ECG_AMPL_ST_AVF, "ST aVF"),
    st_of!(1, V, 8, 17, X_ECG_AMPL_ST_V, "ST V"),
    st_of!(2, I, 10, 21, X_ECG_AMPL_ST_I, "ST I"),
    st_of!(2, II, 10, 22, ECG_AMPL_ST_II, "ST II"),
    st_of!(2, III, 10, 23, X_ECG_AMPL_ST_III, "ST III"),
    st_of!(2, AVR, 10, 24, X_ECG_AMPL_ST_AVR, "ST aVR"),
    st_of!(2, AVL, 10, 25, X_ECG_AMPL_ST_AVL, "ST aVL"),
    st_of!(2, AVF, 10, 26, X_ECG_AMPL_ST_AVF, "ST aVF"),
    st_of!(2, V, 10, 27, X_ECG_AMPL_ST_V, "ST V"),
    st_of!(3, I, 12, 31, X_ECG_AMPL_ST_I, "ST I"),
    st_of!(3, II, 12, 32, ECG_AMPL_ST_II, "ST II"),
    st_of!(3, III, 12, 33, X_ECG_AMPL_ST_III, "ST III"),
    st_of!(3, AVR, 12, 34, X_ECG_AMPL_ST_AVR, "ST aVR"),
    st_of!(3, AVL, 12, 35, X_ECG_AMPL_ST_AVL, "ST aVL"),
    st_of!(3, AVF, 12, 36, X_ECG_AMPL_ST_AVF, "ST aVF"),
    st_of!(3, V, 12, 37, X_ECG_AMPL_ST_V, "ST V"),
];

const ECG_ALARMS: &[BitAlarm] = &[
    bit(2, mdc::EVT_ECG_ASYSTOLE, Physiological, High, "Asystole"),
    bit(11, mdc::EVT_LEAD_OFF, Technical, Low, "ECG lead 1 off"),
    bit(12, mdc::EVT_LEAD_OFF, Technical, Low, "ECG lead 2 off"),
    bit(13, mdc::EVT_LEAD_OFF, Technical, Low, "ECG lead 3 off"),
];

const ARRHYTHMIA: &[Variant] = &[Variant {
    when: always,
    quality: while_active,
    channel: None,
    items: &[
        rate(6, 1, mdc::ECG_CARD_BEAT_RATE, "HR (arrhythmia)"),
        Item::new(10, 2, mdc::ECG_V_P_C_RATE, dim::BEAT_PER_MIN, 0, 0, 300, "PVC"),
    ],
}];

/// Bits without an event code of their own are left out (ectopic beats that are no alarm by themselves: triplet, couplet,
/// R-on-T, bigeminy, trigeminy, frequent or multifocal beats, missing beat, salvo), or go out as arrhythmia where they
/// tell of a rhythm.
const ARRHYTHMIA_ALARMS: &[BitAlarm] = &[
    bit(0, mdc::EVT_ECG_ASYSTOLE, Physiological, High, "Asystole"),
    bit(1, mdc::EVT_ECG_V_FIB, Physiological, High, "Ventricular fibrillation"),
    bit(2, mdc::EVT_ECG_V_TACHY, Physiological, High, "Rapid ventricular tachycardia"),
    bit(3, mdc::EVT_ECG_V_TACHY, Physiological, High, "Ventricular tachycardia"),
    bit(4, mdc::EVT_ECG_BRADY_EXTREME, Physiological, High, "Extreme bradycardia"),
    bit(5, mdc::EVT_ECG_TACHY_EXTREME, Physiological, High, "Extreme tachycardia"),
    bit(6, mdc::EVT_ECG_V_P_C_RUN, Physiological, Medium, "PVC run"),
    bit(7, mdc::EVT_ECG_PAUSE, Physiological, Medium, "Long R-R interval"),
    bit(11, mdc::EVT_ECG_ARRHY, Physiological, Medium, "Idioventricular rhythm"),
    bit(16, mdc::EVT_ECG_SV_TACHY, Physiological, Medium, "Supraventricular tachycardia"),
    bit(20, mdc::EVT_SIG_NOISY, Technical, Low, "ECG noisy"),
    bit(22, mdc::EVT_SIG_LO, Technical, Low, "ECG amplitude low"),
    bit(24, mdc::EVT_ECG_PACER_NOT_PACING, Physiological, Medium, "Pacemaker not functioning"),
    bit(25, mdc::EVT_ECG_PACING_NON_CAPT, Physiological, Medium, "Pacemaker not capturing"),
    bit(27, mdc::EVT_ECG_ARRHY, Physiological, Medium, "Bradycardia"),
    bit(28, mdc::EVT_ECG_TACHY, Physiological, Medium, "Tachycardia"),
    bit(29, mdc::EVT_ECG_ARRHY, Physiological, High, "Ventricular bradycardia"),
];

const ST_12: &[Variant] = &[Variant {
    when: always,
    quality: while_active,
    channel: None,
    items: &[
        st(6, 1, mdc::X_ECG_AMPL_ST_I, "ST I"),
        st(8, 2, mdc::ECG_AMPL_ST_II, "ST II"),
        st(10, 3, mdc::X_ECG_AMPL_ST_III, "ST III"),
        st(12, 4, mdc::X_ECG_AMPL_ST_AVL, "ST aVL"),
        st(14, 5, mdc::X_ECG_AMPL_ST_AVR, "ST aVR"),
        st(16, 6, mdc::X_ECG_AMPL_ST_AVF, "ST aVF"),
        st(18, 7, mdc::X_ECG_AMPL_ST_V1, "ST V1"),
        st(20, 8, mdc::X_ECG_AMPL_ST_V2, "ST V2"),
        st(22, 9, mdc::X_ECG_AMPL_ST_V3, "ST V3"),
        st(24, 10, mdc::X_ECG_AMPL_ST_V4, "ST V4"),
        st(26, 11, mdc::X_ECG_AMPL_ST_V5, "ST V5"),
        st(28, 12, mdc::X_ECG_AMPL_ST_V6, "ST V6"),
    ],
}];

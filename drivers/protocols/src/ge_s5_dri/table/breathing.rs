//! Airway gases, flow and volume.

use vigil_model::ConditionKind::{Physiological, Technical};
use vigil_model::Priority::{High, Medium};
use vigil_model::{Code, Quality, Unit, dim, mdc};

use super::{BitAlarm, Item, Row, Variant, always, bit, while_active};
use crate::ge_s5_dri::codec::labels::AgentName;
use crate::ge_s5_dri::codec::numbers::{Group, GroupHead};

pub(super) const ROWS: &[Row] = &[
    Row::new(Group::Co2, (7, 1), CO2, CO2_ALARMS),
    Row::new(Group::O2, (7, 2), O2, &[]),
    Row::new(Group::N2o, (7, 3), N2O, &[]),
    Row::new(Group::Agent, (7, 4), AGENT, &[]),
    Row::new(Group::FlowVolume, (7, 5), FLOW_VOLUME, FLOW_VOLUME_ALARMS),
    Row::new(Group::FlowVolume2, (7, 6), FLOW_VOLUME_2, &[]),
];

const fn percent(at: usize, metric: u16, code: Code, range: (i64, i64), label: &'static str) -> Item {
    Item::new(at, metric, code, dim::PERCENT, 2, range.0, range.1, label)
}

/// The house has a range for partial pressures, 0 to 150 mmHg; at sea level that is 20 %.
const CO2_RANGE: (i64, i64) = (0, 20);
const OXYGEN_RANGE: (i64, i64) = (15, 105);
const EXPIRED_OXYGEN_RANGE: (i64, i64) = (0, 105);
const NITROUS_RANGE: (i64, i64) = (0, 105);
const AGENT_RANGE: (i64, i64) = (0, 30);

/// Calibrating (bit 3) and zeroing (4); occlusion (5) and air leak (6) make gas values doubtful.
fn co2_quality(head: GroupHead) -> Quality {
    if head.has(3) || head.has(4) {
        Quality::Calibrating
    } else if head.has(5) || head.has(6) {
        Quality::Questionable
    } else {
        while_active(head)
    }
}

/// In percent, as the monitor sends it: the concentration, not the partial pressure.
const CO2: &[Variant] = &[Variant {
    when: always,
    quality: co2_quality,
    channel: None,
    items: &[
        percent(6, 1, mdc::CONC_AWAY_CO2_ET, CO2_RANGE, "etCO2"),
        percent(8, 2, mdc::CONC_AWAY_CO2_INSP, CO2_RANGE, "FiCO2"),
        Item::new(10, 3, mdc::CO2_RESP_RATE, dim::RESP_PER_MIN, 0, 0, 180, "RR (CO2)"),
    ],
}];

const CO2_ALARMS: &[BitAlarm] = &[
    bit(2, mdc::EVT_APNEA, Physiological, High, "Apnoea"),
    bit(5, mdc::EVT_TUBE_OBSTRUC, Technical, Medium, "Gas sampling line occluded"),
    bit(7, mdc::EVT_APNEA, Physiological, High, "Apnoea (impedance)"),
];

const O2: &[Variant] = &[Variant {
    when: always,
    quality: while_active,
    channel: None,
    items: &[
        percent(6, 1, mdc::X_CONC_AWAY_O2_ET, EXPIRED_OXYGEN_RANGE, "etO2"),
        percent(8, 2, mdc::CONC_AWAY_O2_INSP, OXYGEN_RANGE, "FiO2"),
    ],
}];

const N2O: &[Variant] = &[Variant {
    when: always,
    quality: while_active,
    channel: None,
    items: &[
        percent(6, 1, mdc::X_CONC_AWAY_N2O_ET, NITROUS_RANGE, "etN2O"),
        percent(8, 2, mdc::X_CONC_AWAY_N2O_INSP, NITROUS_RANGE, "FiN2O"),
    ],
}];

/// The agent group when the label names an agent.
macro_rules! agent {
    ($name:ident, $metric:literal, $et:ident, $insp:ident, $label:literal) => {
        Variant {
            when: |head| AgentName::of(head.label) == AgentName::$name,
            quality: while_active,
            channel: None,
            items: &[
                percent(6, $metric, mdc::$et, AGENT_RANGE, concat!("et", $label)),
                percent(8, $metric + 1, mdc::$insp, AGENT_RANGE, concat!("Fi", $label)),
            ],
        }
    };
}

const AGENT: &[Variant] = &[
    Variant {
        when: |head| AgentName::of(head.label) != AgentName::None,
        quality: while_active,
        channel: None,
        items: &[Item::new(10, 1, mdc::X_CONC_MAC, dim::DIMLESS, 2, 0, 10, "MAC").calculated()],
    },
    agent!(Halothane, 21, X_CONC_AWAY_HALOTH_ET, X_CONC_AWAY_HALOTH_INSP, "Hal"),
    agent!(Enflurane, 31, X_CONC_AWAY_ENFL_ET, X_CONC_AWAY_ENFL_INSP, "Enf"),
    agent!(Isoflurane, 41, X_CONC_AWAY_ISOFL_ET, X_CONC_AWAY_ISOFL_INSP, "Iso"),
    agent!(Desflurane, 51, X_CONC_AWAY_DESFL_ET, X_CONC_AWAY_DESFL_INSP, "Des"),
    agent!(Sevoflurane, 61, X_CONC_AWAY_SEVOFL_ET, X_CONC_AWAY_SEVOFL_INSP, "Sev"),
    agent!(Unknown, 71, X_CONC_AWAY_AGENT_ET, X_CONC_AWAY_AGENT_INSP, "AA"),
];

/// Whether flow measurement is not switched off (bit 7).
fn flow_on(head: GroupHead) -> bool {
    !head.has(7)
}

/// Calibrating (bit 3) and zeroing (4); disconnection (2), obstruction (5) and leak (6) make values doubtful.
fn flow_quality(head: GroupHead) -> Quality {
    if head.has(3) || head.has(4) {
        Quality::Calibrating
    } else if head.has(2) || head.has(5) || head.has(6) {
        Quality::Questionable
    } else {
        while_active(head)
    }
}

const fn measured(at: usize, metric: u16, code: Code, unit: Unit, range: (i64, i64), label: &'static str) -> Item {
    Item::new(at, metric, code, unit, 2, range.0, range.1, label)
}

const FLOW_VOLUME: &[Variant] = &[Variant {
    when: flow_on,
    quality: flow_quality,
    channel: None,
    items: &[
        Item::new(6, 1, mdc::AWAY_RESP_RATE, dim::RESP_PER_MIN, 0, 0, 180, "RR (flow)"),
        measured(8, 2, mdc::PRESS_AWAY_INSP_PEAK, dim::CM_H2O, (-20, 120), "Ppeak"),
        measured(10, 3, mdc::PRESS_AWAY_END_EXP_POS, dim::CM_H2O, (0, 60), "PEEP"),
        measured(12, 4, mdc::PRESS_RESP_PLAT, dim::CM_H2O, (0, 100), "Pplat"),
        Item::new(14, 5, mdc::X_VOL_AWAY_TIDAL_INSP, dim::MILLI_L, 1, 1, 3000, "TV insp"),
        Item::new(16, 6, mdc::VOL_AWAY_TIDAL, dim::MILLI_L, 1, 1, 3000, "TV exp"),
        measured(18, 7, mdc::COMPL_LUNG_DYN, dim::MILLI_L_PER_CM_H2O, (0, 300), "Compliance")
            .calculated()
            .hundredths(10, 30_000),
        measured(20, 8, mdc::VENT_VOL_MINUTE_EXP, dim::X_L_PER_MIN, (0, 60), "MV exp"),
    ],
}];

const FLOW_VOLUME_ALARMS: &[BitAlarm] = &[
    bit(2, mdc::EVT_TUBE_DISCONN, Technical, High, "Breathing circuit disconnected"),
    bit(5, mdc::EVT_FLOW_OBSTRUC, Technical, High, "Breathing circuit obstructed"),
    bit(6, mdc::EVT_VENT_BREATHING_SYS_LEAK, Technical, Medium, "Breathing circuit leak"),
];

const FLOW_VOLUME_2: &[Variant] = &[Variant {
    when: always,
    quality: while_active,
    channel: None,
    items: &[
        measured(6, 1, mdc::PRESS_AWAY_END_EXP_POS_INTRINSIC, dim::CM_H2O, (0, 60), "PEEPi"),
        measured(8, 2, mdc::VENT_PRESS_AWAY_MEAN, dim::CM_H2O, (-20, 80), "Pmean"),
        measured(10, 3, mdc::RES_AWAY, dim::CM_H2O_PER_L_PER_SEC, (0, 500), "Raw").calculated(),
        measured(12, 4, mdc::VENT_VOL_MINUTE_INSP, dim::X_L_PER_MIN, (0, 60), "MV insp"),
        measured(14, 5, mdc::VENT_PRESS_AWAY_END_EXP_POS, dim::CM_H2O, (0, 60), "PEEPe"),
        measured(18, 6, mdc::RATIO_IE, dim::DIMLESS, (0, 4), "I:E").calculated().hundredths(10, 400),
    ],
}];

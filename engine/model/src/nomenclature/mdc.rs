#![cfg_attr(rustfmt, rustfmt_skip)]
//! Terms of ISO/IEEE 11073-10101. Generated from `nomenclature/*.csv` by `tests/nomenclature.rs`; do not edit.

use super::{Code, CodeKind, Term, dim};

/// Operating mode of a device in its own words. PROJECT-PRIVATE, code 0.
pub const X_ATTR_OPERATING_MODE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_ATTR_OPERATING_MODE",
    kind: CodeKind::Metric,
    description: "Operating mode of a device in its own words. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Brake state. PROJECT-PRIVATE, code 0.
pub const X_BED_BRAKE_STATE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_BED_BRAKE_STATE",
    kind: CodeKind::Metric,
    description: "Brake state. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Bed-exit sensitivity zone. PROJECT-PRIVATE, code 0.
pub const X_BED_EXIT_ZONE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_BED_EXIT_ZONE",
    kind: CodeKind::Metric,
    description: "Bed-exit sensitivity zone. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Deck height. PROJECT-PRIVATE, code 0.
pub const X_BED_HEIGHT: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_BED_HEIGHT",
    kind: CodeKind::Metric,
    description: "Deck height. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::CENTI_M),
});

/// Head-of-bed angle. PROJECT-PRIVATE, code 0.
pub const X_BED_HOB_ANGLE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_BED_HOB_ANGLE",
    kind: CodeKind::Metric,
    description: "Head-of-bed angle. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::ANG_DEG),
});

/// Nurse call contact state. PROJECT-PRIVATE, code 0.
pub const X_BED_NURSE_CALL_STATE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_BED_NURSE_CALL_STATE",
    kind: CodeKind::Metric,
    description: "Nurse call contact state. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Bed occupancy (in bed / sitting / out). PROJECT-PRIVATE, code 0.
pub const X_BED_OCCUPANCY: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_BED_OCCUPANCY",
    kind: CodeKind::Metric,
    description: "Bed occupancy (in bed / sitting / out). PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Side rail state. PROJECT-PRIVATE, code 0.
pub const X_BED_SIDERAIL_STATE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_BED_SIDERAIL_STATE",
    kind: CodeKind::Metric,
    description: "Side rail state. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// End-tidal anaesthetic agent (not named) concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_AGENT_ET: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_AGENT_ET",
    kind: CodeKind::Metric,
    description: "End-tidal anaesthetic agent (not named) concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Inspired anaesthetic agent (not named) concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_AGENT_INSP: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_AGENT_INSP",
    kind: CodeKind::Metric,
    description: "Inspired anaesthetic agent (not named) concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// End-tidal desflurane concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_DESFL_ET: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_DESFL_ET",
    kind: CodeKind::Metric,
    description: "End-tidal desflurane concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Inspired desflurane concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_DESFL_INSP: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_DESFL_INSP",
    kind: CodeKind::Metric,
    description: "Inspired desflurane concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// End-tidal enflurane concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_ENFL_ET: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_ENFL_ET",
    kind: CodeKind::Metric,
    description: "End-tidal enflurane concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Inspired enflurane concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_ENFL_INSP: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_ENFL_INSP",
    kind: CodeKind::Metric,
    description: "Inspired enflurane concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// End-tidal halothane concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_HALOTH_ET: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_HALOTH_ET",
    kind: CodeKind::Metric,
    description: "End-tidal halothane concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Inspired halothane concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_HALOTH_INSP: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_HALOTH_INSP",
    kind: CodeKind::Metric,
    description: "Inspired halothane concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// End-tidal isoflurane concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_ISOFL_ET: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_ISOFL_ET",
    kind: CodeKind::Metric,
    description: "End-tidal isoflurane concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Inspired isoflurane concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_ISOFL_INSP: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_ISOFL_INSP",
    kind: CodeKind::Metric,
    description: "Inspired isoflurane concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// End-tidal nitrous oxide concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_N2O_ET: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_N2O_ET",
    kind: CodeKind::Metric,
    description: "End-tidal nitrous oxide concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Inspired nitrous oxide concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_N2O_INSP: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_N2O_INSP",
    kind: CodeKind::Metric,
    description: "Inspired nitrous oxide concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// End-tidal oxygen concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_O2_ET: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_O2_ET",
    kind: CodeKind::Metric,
    description: "End-tidal oxygen concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// End-tidal sevoflurane concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_SEVOFL_ET: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_SEVOFL_ET",
    kind: CodeKind::Metric,
    description: "End-tidal sevoflurane concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Inspired sevoflurane concentration. PROJECT-PRIVATE, code 0.
pub const X_CONC_AWAY_SEVOFL_INSP: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_AWAY_SEVOFL_INSP",
    kind: CodeKind::Metric,
    description: "Inspired sevoflurane concentration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Minimum alveolar concentration, sum of all agents. PROJECT-PRIVATE, code 0.
pub const X_CONC_MAC: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_CONC_MAC",
    kind: CodeKind::Metric,
    description: "Minimum alveolar concentration, sum of all agents. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// Cardiac output, channel. PROJECT-PRIVATE, code 0.
pub const X_DEV_ANALY_CARD_OUTPUT_CHAN: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_ANALY_CARD_OUTPUT_CHAN",
    kind: CodeKind::Device,
    description: "Cardiac output, channel. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Cardiac output, VMD. PROJECT-PRIVATE, code 0.
pub const X_DEV_ANALY_CARD_OUTPUT_VMD: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_ANALY_CARD_OUTPUT_VMD",
    kind: CodeKind::Device,
    description: "Cardiac output, VMD. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Gas concentration, channel. PROJECT-PRIVATE, code 0.
pub const X_DEV_ANALY_CONC_GAS_CHAN: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_ANALY_CONC_GAS_CHAN",
    kind: CodeKind::Device,
    description: "Gas concentration, channel. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Hospital bed contacts, channel. PROJECT-PRIVATE, code 0.
pub const X_DEV_BED_CHAN: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_BED_CHAN",
    kind: CodeKind::Device,
    description: "Hospital bed contacts, channel. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Hospital bed, MDS (no public MDC term found). PROJECT-PRIVATE, code 0.
pub const X_DEV_BED_MDS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_BED_MDS",
    kind: CodeKind::Device,
    description: "Hospital bed, MDS (no public MDC term found). PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Hospital bed contacts, VMD. PROJECT-PRIVATE, code 0.
pub const X_DEV_BED_VMD: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_BED_VMD",
    kind: CodeKind::Device,
    description: "Hospital bed contacts, VMD. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Calculations of the appliance for a bed, MDS. PROJECT-PRIVATE, code 0.
pub const X_DEV_CALC_MDS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_CALC_MDS",
    kind: CodeKind::Device,
    description: "Calculations of the appliance for a bed, MDS. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Early-warning score, VMD. PROJECT-PRIVATE, code 0.
pub const X_DEV_CALC_SCORE_VMD: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_CALC_SCORE_VMD",
    kind: CodeKind::Device,
    description: "Early-warning score, VMD. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Incubator or radiant warmer, channel. PROJECT-PRIVATE, code 0.
pub const X_DEV_INFANT_BED_CHAN: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_INFANT_BED_CHAN",
    kind: CodeKind::Device,
    description: "Incubator or radiant warmer, channel. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Incubator or radiant warmer, MDS. PROJECT-PRIVATE, code 0.
pub const X_DEV_INFANT_BED_MDS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_INFANT_BED_MDS",
    kind: CodeKind::Device,
    description: "Incubator or radiant warmer, MDS. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Incubator or radiant warmer, VMD. PROJECT-PRIVATE, code 0.
pub const X_DEV_INFANT_BED_VMD: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_INFANT_BED_VMD",
    kind: CodeKind::Device,
    description: "Incubator or radiant warmer, VMD. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Syringe pump channel. PROJECT-PRIVATE, code 0.
pub const X_DEV_PUMP_INFUS_SYRINGE_CHAN: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_PUMP_INFUS_SYRINGE_CHAN",
    kind: CodeKind::Device,
    description: "Syringe pump channel. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Patient scale, channel. PROJECT-PRIVATE, code 0.
pub const X_DEV_SCALE_CHAN: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_SCALE_CHAN",
    kind: CodeKind::Device,
    description: "Patient scale, channel. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Patient scale, MDS. PROJECT-PRIVATE, code 0.
pub const X_DEV_SCALE_MDS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_SCALE_MDS",
    kind: CodeKind::Device,
    description: "Patient scale, MDS. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Patient scale, VMD. PROJECT-PRIVATE, code 0.
pub const X_DEV_SCALE_VMD: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_DEV_SCALE_VMD",
    kind: CodeKind::Device,
    description: "Patient scale, VMD. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// ST deviation lead aVF. PROJECT-PRIVATE, code 0.
pub const X_ECG_AMPL_ST_AVF: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_ECG_AMPL_ST_AVF",
    kind: CodeKind::Metric,
    description: "ST deviation lead aVF. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_M),
});

/// ST deviation lead aVL. PROJECT-PRIVATE, code 0.
pub const X_ECG_AMPL_ST_AVL: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_ECG_AMPL_ST_AVL",
    kind: CodeKind::Metric,
    description: "ST deviation lead aVL. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_M),
});

/// ST deviation lead aVR. PROJECT-PRIVATE, code 0.
pub const X_ECG_AMPL_ST_AVR: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_ECG_AMPL_ST_AVR",
    kind: CodeKind::Metric,
    description: "ST deviation lead aVR. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_M),
});

/// ST deviation lead I. PROJECT-PRIVATE, code 0.
pub const X_ECG_AMPL_ST_I: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_ECG_AMPL_ST_I",
    kind: CodeKind::Metric,
    description: "ST deviation lead I. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_M),
});

/// ST deviation lead III. PROJECT-PRIVATE, code 0.
pub const X_ECG_AMPL_ST_III: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_ECG_AMPL_ST_III",
    kind: CodeKind::Metric,
    description: "ST deviation lead III. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_M),
});

/// ST deviation lead V (a chest lead not named). PROJECT-PRIVATE, code 0.
pub const X_ECG_AMPL_ST_V: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_ECG_AMPL_ST_V",
    kind: CodeKind::Metric,
    description: "ST deviation lead V (a chest lead not named). PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_M),
});

/// ST deviation lead V1. PROJECT-PRIVATE, code 0.
pub const X_ECG_AMPL_ST_V1: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_ECG_AMPL_ST_V1",
    kind: CodeKind::Metric,
    description: "ST deviation lead V1. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_M),
});

/// ST deviation lead V2. PROJECT-PRIVATE, code 0.
pub const X_ECG_AMPL_ST_V2: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_ECG_AMPL_ST_V2",
    kind: CodeKind::Metric,
    description: "ST deviation lead V2. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_M),
});

/// ST deviation lead V3. PROJECT-PRIVATE, code 0.
pub const X_ECG_AMPL_ST_V3: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_ECG_AMPL_ST_V3",
    kind: CodeKind::Metric,
    description: "ST deviation lead V3. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_M),
});

/// ST deviation lead V4. PROJECT-PRIVATE, code 0.
pub const X_ECG_AMPL_ST_V4: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_ECG_AMPL_ST_V4",
    kind: CodeKind::Metric,
    description: "ST deviation lead V4. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_M),
});

/// ST deviation lead V5. PROJECT-PRIVATE, code 0.
pub const X_ECG_AMPL_ST_V5: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_ECG_AMPL_ST_V5",
    kind: CodeKind::Metric,
    description: "ST deviation lead V5. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_M),
});

/// ST deviation lead V6. PROJECT-PRIVATE, code 0.
pub const X_ECG_AMPL_ST_V6: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_ECG_AMPL_ST_V6",
    kind: CodeKind::Metric,
    description: "ST deviation lead V6. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_M),
});

/// It is in doubt who lies in the bed. PROJECT-PRIVATE, code 0.
pub const X_EVT_ASSOCIATION: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_ASSOCIATION",
    kind: CodeKind::Event,
    description: "It is in doubt who lies in the bed. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Brake released. PROJECT-PRIVATE, code 0.
pub const X_EVT_BED_BRAKE_OFF: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_BED_BRAKE_OFF",
    kind: CodeKind::Event,
    description: "Brake released. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Bed exit. PROJECT-PRIVATE, code 0.
pub const X_EVT_BED_EXIT: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_BED_EXIT",
    kind: CodeKind::Event,
    description: "Bed exit. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Bed exit imminent / sitting at edge. PROJECT-PRIVATE, code 0.
pub const X_EVT_BED_EXIT_IMMINENT: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_BED_EXIT_IMMINENT",
    kind: CodeKind::Event,
    description: "Bed exit imminent / sitting at edge. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Head of bed below set angle. PROJECT-PRIVATE, code 0.
pub const X_EVT_BED_HOB_LOW: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_BED_HOB_LOW",
    kind: CodeKind::Event,
    description: "Head of bed below set angle. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Bed not in lowest position. PROJECT-PRIVATE, code 0.
pub const X_EVT_BED_NOT_LOW: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_BED_NOT_LOW",
    kind: CodeKind::Event,
    description: "Bed not in lowest position. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Side rail lowered. PROJECT-PRIVATE, code 0.
pub const X_EVT_BED_SIDERAIL_DOWN: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_BED_SIDERAIL_DOWN",
    kind: CodeKind::Event,
    description: "Side rail lowered. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// An alarm condition cannot be judged for want of data. PROJECT-PRIVATE, code 0.
pub const X_EVT_CANNOT_EVALUATE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_CANNOT_EVALUATE",
    kind: CodeKind::Event,
    description: "An alarm condition cannot be judged for want of data. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// A clock jumped. PROJECT-PRIVATE, code 0.
pub const X_EVT_CLOCK_JUMPED: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_CLOCK_JUMPED",
    kind: CodeKind::Event,
    description: "A clock jumped. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Several things hold at once that together are a hazard. PROJECT-PRIVATE, code 0.
pub const X_EVT_COMBINED: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_COMBINED",
    kind: CodeKind::Event,
    description: "Several things hold at once that together are a hazard. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// A destination does not confirm what it is sent. PROJECT-PRIVATE, code 0.
pub const X_EVT_DELIVERY_FAILED: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_DELIVERY_FAILED",
    kind: CodeKind::Event,
    description: "A destination does not confirm what it is sent. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// A value falls faster than its rule allows. PROJECT-PRIVATE, code 0.
pub const X_EVT_FAST_FALL: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_FAST_FALL",
    kind: CodeKind::Event,
    description: "A value falls faster than its rule allows. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// A value rises faster than its rule allows. PROJECT-PRIVATE, code 0.
pub const X_EVT_FAST_RISE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_FAST_RISE",
    kind: CodeKind::Event,
    description: "A value rises faster than its rule allows. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Appliance lost contact with device. PROJECT-PRIVATE, code 0 (prefer MDC_EVT_COMM_LOST).
pub const X_EVT_GATEWAY_LINK_LOST: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_GATEWAY_LINK_LOST",
    kind: CodeKind::Event,
    description: "Appliance lost contact with device. PROJECT-PRIVATE, code 0 (prefer MDC_EVT_COMM_LOST)",
    loinc: None,
    unit: None,
});

/// The device is another one than before. PROJECT-PRIVATE, code 0.
pub const X_EVT_IDENTITY_CHANGED: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_IDENTITY_CHANGED",
    kind: CodeKind::Event,
    description: "The device is another one than before. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// A device says that a metric has no usable value. PROJECT-PRIVATE, code 0.
pub const X_EVT_INVALID: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_INVALID",
    kind: CodeKind::Event,
    description: "A device says that a metric has no usable value. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// The appliance lost contact with a device. PROJECT-PRIVATE, code 0; sent as MDC_EVT_COMM_LOST.
pub const X_EVT_LINK_LOST: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_LINK_LOST",
    kind: CodeKind::Event,
    description: "The appliance lost contact with a device. PROJECT-PRIVATE, code 0; sent as MDC_EVT_COMM_LOST",
    loinc: None,
    unit: None,
});

/// Patient call from bed rail / pendant. PROJECT-PRIVATE, code 0.
pub const X_EVT_NURSE_CALL: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_NURSE_CALL",
    kind: CodeKind::Event,
    description: "Patient call from bed rail / pendant. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// A metric has had no new value for longer than its freshness bound. PROJECT-PRIVATE, code 0.
pub const X_EVT_STALE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_STALE",
    kind: CodeKind::Event,
    description: "A metric has had no new value for longer than its freshness bound. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Nobody answered an alarm, and nobody is left to tell. PROJECT-PRIVATE, code 0.
pub const X_EVT_UNANSWERED: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_EVT_UNANSWERED",
    kind: CodeKind::Event,
    description: "Nobody answered an alarm, and nobody is left to tell. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Whether the canopy of an infant bed is open. PROJECT-PRIVATE, code 0.
pub const X_INFANT_BED_CANOPY: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_INFANT_BED_CANOPY",
    kind: CodeKind::Metric,
    description: "Whether the canopy of an infant bed is open. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// How an infant bed is controlled, in its own letter. PROJECT-PRIVATE, code 0.
pub const X_INFANT_BED_CONTROL_MODE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_INFANT_BED_CONTROL_MODE",
    kind: CodeKind::Metric,
    description: "How an infant bed is controlled, in its own letter. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Heater power of an infant bed. PROJECT-PRIVATE, code 0.
pub const X_INFANT_BED_HEATER_POWER: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_INFANT_BED_HEATER_POWER",
    kind: CodeKind::Metric,
    description: "Heater power of an infant bed. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Skin temperature that an infant bed is set to keep. PROJECT-PRIVATE, code 0.
pub const X_INFANT_BED_SET_TEMP_SKIN: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_INFANT_BED_SET_TEMP_SKIN",
    kind: CodeKind::Metric,
    description: "Skin temperature that an infant bed is set to keep. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DEGC),
});

/// Air temperature in an incubator. PROJECT-PRIVATE, code 0.
pub const X_INFANT_BED_TEMP_AIR: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_INFANT_BED_TEMP_AIR",
    kind: CodeKind::Metric,
    description: "Air temperature in an incubator. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DEGC),
});

/// Ideal body weight that is set on the device. PROJECT-PRIVATE, code 0.
pub const X_MASS_BODY_IDEAL: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_MASS_BODY_IDEAL",
    kind: CodeKind::Metric,
    description: "Ideal body weight that is set on the device. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::KILO_G),
});

/// Left atrial pressure at its lowest in the cycle. PROJECT-PRIVATE, code 0.
pub const X_PRESS_BLD_ATR_LEFT_DIA: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PRESS_BLD_ATR_LEFT_DIA",
    kind: CodeKind::Metric,
    description: "Left atrial pressure at its lowest in the cycle. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Left atrial pressure at its highest in the cycle. PROJECT-PRIVATE, code 0.
pub const X_PRESS_BLD_ATR_LEFT_SYS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PRESS_BLD_ATR_LEFT_SYS",
    kind: CodeKind::Metric,
    description: "Left atrial pressure at its highest in the cycle. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Right atrial pressure at its lowest in the cycle. PROJECT-PRIVATE, code 0.
pub const X_PRESS_BLD_ATR_RIGHT_DIA: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PRESS_BLD_ATR_RIGHT_DIA",
    kind: CodeKind::Metric,
    description: "Right atrial pressure at its lowest in the cycle. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Right atrial pressure at its highest in the cycle. PROJECT-PRIVATE, code 0.
pub const X_PRESS_BLD_ATR_RIGHT_SYS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PRESS_BLD_ATR_RIGHT_SYS",
    kind: CodeKind::Metric,
    description: "Right atrial pressure at its highest in the cycle. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Central venous pressure at its lowest in the cycle. PROJECT-PRIVATE, code 0.
pub const X_PRESS_BLD_VEN_CENT_DIA: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PRESS_BLD_VEN_CENT_DIA",
    kind: CodeKind::Metric,
    description: "Central venous pressure at its lowest in the cycle. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Central venous pressure at its highest in the cycle. PROJECT-PRIVATE, code 0.
pub const X_PRESS_BLD_VEN_CENT_SYS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PRESS_BLD_VEN_CENT_SYS",
    kind: CodeKind::Metric,
    description: "Central venous pressure at its highest in the cycle. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Intracranial pressure at its lowest in the cycle. PROJECT-PRIVATE, code 0.
pub const X_PRESS_INTRA_CRAN_DIA: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PRESS_INTRA_CRAN_DIA",
    kind: CodeKind::Metric,
    description: "Intracranial pressure at its lowest in the cycle. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Intracranial pressure at its highest in the cycle. PROJECT-PRIVATE, code 0.
pub const X_PRESS_INTRA_CRAN_SYS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PRESS_INTRA_CRAN_SYS",
    kind: CodeKind::Metric,
    description: "Intracranial pressure at its highest in the cycle. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Invasive pressure diastolic; site not named or without a term. PROJECT-PRIVATE, code 0.
pub const X_PRESS_INV_DIA: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PRESS_INV_DIA",
    kind: CodeKind::Metric,
    description: "Invasive pressure diastolic; site not named or without a term. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Invasive pressure mean; site not named or without a term. PROJECT-PRIVATE, code 0.
pub const X_PRESS_INV_MEAN: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PRESS_INV_MEAN",
    kind: CodeKind::Metric,
    description: "Invasive pressure mean; site not named or without a term. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Invasive pressure systolic; site not named or without a term. PROJECT-PRIVATE, code 0.
pub const X_PRESS_INV_SYS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PRESS_INV_SYS",
    kind: CodeKind::Metric,
    description: "Invasive pressure systolic; site not named or without a term. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Pleth variability index (PVI). PROJECT-PRIVATE, code 0.
pub const X_PULS_OXIM_PLETH_VAR: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PULS_OXIM_PLETH_VAR",
    kind: CodeKind::Metric,
    description: "Pleth variability index (PVI). PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Carboxyhaemoglobin by pulse oximetry (SpCO). PROJECT-PRIVATE, code 0.
pub const X_PULS_OXIM_SAT_CO: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PULS_OXIM_SAT_CO",
    kind: CodeKind::Metric,
    description: "Carboxyhaemoglobin by pulse oximetry (SpCO). PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Methaemoglobin by pulse oximetry (SpMet). PROJECT-PRIVATE, code 0.
pub const X_PULS_OXIM_SAT_MET: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PULS_OXIM_SAT_MET",
    kind: CodeKind::Metric,
    description: "Methaemoglobin by pulse oximetry (SpMet). PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Line pressure as a part of the pressure at which the pump alarms. PROJECT-PRIVATE, code 0.
pub const X_PUMP_PRESS_ALARM_RATIO: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PUMP_PRESS_ALARM_RATIO",
    kind: CodeKind::Metric,
    description: "Line pressure as a part of the pressure at which the pump alarms. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Serial number of a pump in a rack. PROJECT-PRIVATE, code 0.
pub const X_PUMP_SERIAL_NUMBER: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_PUMP_SERIAL_NUMBER",
    kind: CodeKind::Metric,
    description: "Serial number of a pump in a rack. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// MEWS total. PROJECT-PRIVATE, code 0.
pub const X_SCORE_MEWS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_MEWS",
    kind: CodeKind::Metric,
    description: "MEWS total. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// MEWS change of the total over a time. PROJECT-PRIVATE, code 0.
pub const X_SCORE_MEWS_CHANGE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_MEWS_CHANGE",
    kind: CodeKind::Metric,
    description: "MEWS change of the total over a time. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// MEWS points of consciousness. PROJECT-PRIVATE, code 0.
pub const X_SCORE_MEWS_CONSCIOUSNESS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_MEWS_CONSCIOUSNESS",
    kind: CodeKind::Metric,
    description: "MEWS points of consciousness. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// MEWS highest points of a single input. PROJECT-PRIVATE, code 0.
pub const X_SCORE_MEWS_HIGHEST: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_MEWS_HIGHEST",
    kind: CodeKind::Metric,
    description: "MEWS highest points of a single input. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// MEWS inputs that are missing for a total, in words. PROJECT-PRIVATE, code 0.
pub const X_SCORE_MEWS_MISSING: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_MEWS_MISSING",
    kind: CodeKind::Metric,
    description: "MEWS inputs that are missing for a total, in words. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// MEWS points of heart rate. PROJECT-PRIVATE, code 0.
pub const X_SCORE_MEWS_PULSE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_MEWS_PULSE",
    kind: CodeKind::Metric,
    description: "MEWS points of heart rate. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// MEWS points of respiration rate. PROJECT-PRIVATE, code 0.
pub const X_SCORE_MEWS_RESPIRATION: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_MEWS_RESPIRATION",
    kind: CodeKind::Metric,
    description: "MEWS points of respiration rate. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// MEWS points of systolic pressure. PROJECT-PRIVATE, code 0.
pub const X_SCORE_MEWS_SYSTOLIC: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_MEWS_SYSTOLIC",
    kind: CodeKind::Metric,
    description: "MEWS points of systolic pressure. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// MEWS points of temperature. PROJECT-PRIVATE, code 0.
pub const X_SCORE_MEWS_TEMPERATURE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_MEWS_TEMPERATURE",
    kind: CodeKind::Metric,
    description: "MEWS points of temperature. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// NEWS2 total. PROJECT-PRIVATE, code 0.
pub const X_SCORE_NEWS2: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_NEWS2",
    kind: CodeKind::Metric,
    description: "NEWS2 total. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// NEWS2 change of the total over a time. PROJECT-PRIVATE, code 0.
pub const X_SCORE_NEWS2_CHANGE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_NEWS2_CHANGE",
    kind: CodeKind::Metric,
    description: "NEWS2 change of the total over a time. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// NEWS2 points of consciousness. PROJECT-PRIVATE, code 0.
pub const X_SCORE_NEWS2_CONSCIOUSNESS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_NEWS2_CONSCIOUSNESS",
    kind: CodeKind::Metric,
    description: "NEWS2 points of consciousness. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// NEWS2 highest points of a single input. PROJECT-PRIVATE, code 0.
pub const X_SCORE_NEWS2_HIGHEST: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_NEWS2_HIGHEST",
    kind: CodeKind::Metric,
    description: "NEWS2 highest points of a single input. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// NEWS2 inputs that are missing for a total, in words. PROJECT-PRIVATE, code 0.
pub const X_SCORE_NEWS2_MISSING: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_NEWS2_MISSING",
    kind: CodeKind::Metric,
    description: "NEWS2 inputs that are missing for a total, in words. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// NEWS2 points of air or oxygen. PROJECT-PRIVATE, code 0.
pub const X_SCORE_NEWS2_OXYGEN: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_NEWS2_OXYGEN",
    kind: CodeKind::Metric,
    description: "NEWS2 points of air or oxygen. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// NEWS2 points of pulse. PROJECT-PRIVATE, code 0.
pub const X_SCORE_NEWS2_PULSE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_NEWS2_PULSE",
    kind: CodeKind::Metric,
    description: "NEWS2 points of pulse. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// NEWS2 points of respiration rate. PROJECT-PRIVATE, code 0.
pub const X_SCORE_NEWS2_RESPIRATION: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_NEWS2_RESPIRATION",
    kind: CodeKind::Metric,
    description: "NEWS2 points of respiration rate. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// NEWS2 points of oxygen saturation. PROJECT-PRIVATE, code 0.
pub const X_SCORE_NEWS2_SATURATION: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_NEWS2_SATURATION",
    kind: CodeKind::Metric,
    description: "NEWS2 points of oxygen saturation. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// NEWS2 points of systolic pressure. PROJECT-PRIVATE, code 0.
pub const X_SCORE_NEWS2_SYSTOLIC: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_NEWS2_SYSTOLIC",
    kind: CodeKind::Metric,
    description: "NEWS2 points of systolic pressure. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// NEWS2 points of temperature. PROJECT-PRIVATE, code 0.
pub const X_SCORE_NEWS2_TEMPERATURE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_NEWS2_TEMPERATURE",
    kind: CodeKind::Metric,
    description: "NEWS2 points of temperature. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// qSOFA total. PROJECT-PRIVATE, code 0.
pub const X_SCORE_QSOFA: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_QSOFA",
    kind: CodeKind::Metric,
    description: "qSOFA total. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// qSOFA change of the total over a time. PROJECT-PRIVATE, code 0.
pub const X_SCORE_QSOFA_CHANGE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_QSOFA_CHANGE",
    kind: CodeKind::Metric,
    description: "qSOFA change of the total over a time. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// qSOFA points of altered mentation. PROJECT-PRIVATE, code 0.
pub const X_SCORE_QSOFA_CONSCIOUSNESS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_QSOFA_CONSCIOUSNESS",
    kind: CodeKind::Metric,
    description: "qSOFA points of altered mentation. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// qSOFA highest points of a single input. PROJECT-PRIVATE, code 0.
pub const X_SCORE_QSOFA_HIGHEST: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_QSOFA_HIGHEST",
    kind: CodeKind::Metric,
    description: "qSOFA highest points of a single input. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// qSOFA inputs that are missing for a total, in words. PROJECT-PRIVATE, code 0.
pub const X_SCORE_QSOFA_MISSING: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_QSOFA_MISSING",
    kind: CodeKind::Metric,
    description: "qSOFA inputs that are missing for a total, in words. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// qSOFA points of respiration rate. PROJECT-PRIVATE, code 0.
pub const X_SCORE_QSOFA_RESPIRATION: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_QSOFA_RESPIRATION",
    kind: CodeKind::Metric,
    description: "qSOFA points of respiration rate. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// qSOFA points of systolic pressure. PROJECT-PRIVATE, code 0.
pub const X_SCORE_QSOFA_SYSTOLIC: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_SCORE_QSOFA_SYSTOLIC",
    kind: CodeKind::Metric,
    description: "qSOFA points of systolic pressure. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// Room temperature beside the patient. PROJECT-PRIVATE, code 0.
pub const X_TEMP_ROOM: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_TEMP_ROOM",
    kind: CodeKind::Metric,
    description: "Room temperature beside the patient. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DEGC),
});

/// Production of carbon dioxide. PROJECT-PRIVATE, code 0.
pub const X_VENT_CO2_PRODUCTION: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_CO2_PRODUCTION",
    kind: CodeKind::Metric,
    description: "Production of carbon dioxide. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_L_PER_MIN),
});

/// Static compliance. PROJECT-PRIVATE, code 0.
pub const X_VENT_COMPL_STATIC: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_COMPL_STATIC",
    kind: CodeKind::Metric,
    description: "Static compliance. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_L_PER_CM_H2O),
});

/// Invasive or non-invasive ventilation, in the ventilator's words. PROJECT-PRIVATE, code 0.
pub const X_VENT_INTERFACE_TYPE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_INTERFACE_TYPE",
    kind: CodeKind::Metric,
    description: "Invasive or non-invasive ventilation, in the ventilator's words. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Type of mandatory breaths, in the ventilator's words. PROJECT-PRIVATE, code 0.
pub const X_VENT_MODE_MAND: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_MODE_MAND",
    kind: CodeKind::Metric,
    description: "Type of mandatory breaths, in the ventilator's words. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Type of spontaneous breaths, in the ventilator's words. PROJECT-PRIVATE, code 0.
pub const X_VENT_MODE_SPONT: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_MODE_SPONT",
    kind: CodeKind::Metric,
    description: "Type of spontaneous breaths, in the ventilator's words. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Patient category that is set on the ventilator. PROJECT-PRIVATE, code 0.
pub const X_VENT_PATIENT_TYPE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_PATIENT_TYPE",
    kind: CodeKind::Metric,
    description: "Patient category that is set on the ventilator. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: None,
});

/// Airway pressure at the end of inspiration. PROJECT-PRIVATE, code 0.
pub const X_VENT_PRESS_AWAY_END_INSP: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_PRESS_AWAY_END_INSP",
    kind: CodeKind::Metric,
    description: "Airway pressure at the end of inspiration. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::CM_H2O),
});

/// Lowest airway pressure of the breath. PROJECT-PRIVATE, code 0.
pub const X_VENT_PRESS_AWAY_MIN: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_PRESS_AWAY_MIN",
    kind: CodeKind::Metric,
    description: "Lowest airway pressure of the breath. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::CM_H2O),
});

/// Negative inspiratory force. PROJECT-PRIVATE, code 0.
pub const X_VENT_PRESS_INSP_NEG: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_PRESS_INSP_NEG",
    kind: CodeKind::Metric,
    description: "Negative inspiratory force. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::CM_H2O),
});

/// Occlusion pressure P0.1. PROJECT-PRIVATE, code 0.
pub const X_VENT_PRESS_OCCL: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_PRESS_OCCL",
    kind: CodeKind::Metric,
    description: "Occlusion pressure P0.1. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::CM_H2O),
});

/// Expiratory part of the I:E ratio when the inspiratory part is 1. PROJECT-PRIVATE, code 0.
pub const X_VENT_RATIO_IE_EXP: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_RATIO_IE_EXP",
    kind: CodeKind::Metric,
    description: "Expiratory part of the I:E ratio when the inspiratory part is 1. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// Rate of spontaneous breaths. PROJECT-PRIVATE, code 0.
pub const X_VENT_RESP_RATE_SPONT: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_RESP_RATE_SPONT",
    kind: CodeKind::Metric,
    description: "Rate of spontaneous breaths. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::RESP_PER_MIN),
});

/// Static resistance. PROJECT-PRIVATE, code 0.
pub const X_VENT_RES_STATIC: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_RES_STATIC",
    kind: CodeKind::Metric,
    description: "Static resistance. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::CM_H2O_PER_L_PER_SEC),
});

/// Set peak flow. PROJECT-PRIVATE, code 0.
pub const X_VENT_SET_FLOW_PEAK: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_SET_FLOW_PEAK",
    kind: CodeKind::Metric,
    description: "Set peak flow. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::X_L_PER_MIN),
});

/// Set PEEP. PROJECT-PRIVATE, code 0.
pub const X_VENT_SET_PRESS_END_EXP_POS: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_SET_PRESS_END_EXP_POS",
    kind: CodeKind::Metric,
    description: "Set PEEP. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::CM_H2O),
});

/// Set inspiratory pressure. PROJECT-PRIVATE, code 0.
pub const X_VENT_SET_PRESS_INSP: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_SET_PRESS_INSP",
    kind: CodeKind::Metric,
    description: "Set inspiratory pressure. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::CM_H2O),
});

/// Set support pressure. PROJECT-PRIVATE, code 0.
pub const X_VENT_SET_PRESS_SUPPORT: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_SET_PRESS_SUPPORT",
    kind: CodeKind::Metric,
    description: "Set support pressure. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::CM_H2O),
});

/// Set respiratory rate. PROJECT-PRIVATE, code 0.
pub const X_VENT_SET_RESP_RATE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_SET_RESP_RATE",
    kind: CodeKind::Metric,
    description: "Set respiratory rate. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::RESP_PER_MIN),
});

/// Set apnoea time. PROJECT-PRIVATE, code 0.
pub const X_VENT_SET_TIME_PD_APNEA: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_SET_TIME_PD_APNEA",
    kind: CodeKind::Metric,
    description: "Set apnoea time. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::SEC),
});

/// Set inspiratory time. PROJECT-PRIVATE, code 0.
pub const X_VENT_SET_TIME_PD_INSP: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_SET_TIME_PD_INSP",
    kind: CodeKind::Metric,
    description: "Set inspiratory time. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::SEC),
});

/// Set tidal volume. PROJECT-PRIVATE, code 0.
pub const X_VENT_SET_VOL_TIDAL: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_SET_VOL_TIDAL",
    kind: CodeKind::Metric,
    description: "Set tidal volume. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::X_L),
});

/// Inspiratory time of spontaneous breaths. PROJECT-PRIVATE, code 0.
pub const X_VENT_TIME_PD_INSP_SPONT: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_TIME_PD_INSP_SPONT",
    kind: CodeKind::Metric,
    description: "Inspiratory time of spontaneous breaths. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::SEC),
});

/// Dead space. PROJECT-PRIVATE, code 0.
pub const X_VENT_VOL_DEAD_SPACE: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_VOL_DEAD_SPACE",
    kind: CodeKind::Metric,
    description: "Dead space. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Dead space as a part of the tidal volume. PROJECT-PRIVATE, code 0.
pub const X_VENT_VOL_DEAD_SPACE_REL: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_VOL_DEAD_SPACE_REL",
    kind: CodeKind::Metric,
    description: "Dead space as a part of the tidal volume. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Expired minute volume of spontaneous breaths. PROJECT-PRIVATE, code 0.
pub const X_VENT_VOL_MINUTE_SPONT: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_VOL_MINUTE_SPONT",
    kind: CodeKind::Metric,
    description: "Expired minute volume of spontaneous breaths. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::X_L_PER_MIN),
});

/// Inspired volume of supported breaths. PROJECT-PRIVATE, code 0.
pub const X_VENT_VOL_SUPPORT_INSP: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_VOL_SUPPORT_INSP",
    kind: CodeKind::Metric,
    description: "Inspired volume of supported breaths. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Volume trapped in the lungs by intrinsic PEEP. PROJECT-PRIVATE, code 0.
pub const X_VENT_VOL_TRAPPED: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VENT_VOL_TRAPPED",
    kind: CodeKind::Metric,
    description: "Volume trapped in the lungs by intrinsic PEEP. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Inspired tidal volume at the airway. PROJECT-PRIVATE, code 0.
pub const X_VOL_AWAY_TIDAL_INSP: Code = Code::new(&Term {
    value: 0,
    refid: "MDCX_VOL_AWAY_TIDAL_INSP",
    kind: CodeKind::Metric,
    description: "Inspired tidal volume at the airway. PROJECT-PRIVATE, code 0",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// 11073-10471 location: bed.
pub const AI_LOCATION_BED: Code = Code::new(&Term {
    value: 8530944,
    refid: "MDC_AI_LOCATION_BED",
    kind: CodeKind::Attribute,
    description: "11073-10471 location: bed",
    loinc: None,
    unit: None,
});

/// 11073-10471 location: chair.
pub const AI_LOCATION_CHAIR: Code = Code::new(&Term {
    value: 8531008,
    refid: "MDC_AI_LOCATION_CHAIR",
    kind: CodeKind::Attribute,
    description: "11073-10471 location: chair",
    loinc: None,
    unit: None,
});

/// 11073-10471 enuresis sensor.
pub const AI_TYPE_SENSOR_ENURESIS: Code = Code::new(&Term {
    value: 8519689,
    refid: "MDC_AI_TYPE_SENSOR_ENURESIS",
    kind: CodeKind::Attribute,
    description: "11073-10471 enuresis sensor",
    loinc: None,
    unit: None,
});

/// 11073-10471 fall sensor.
pub const AI_TYPE_SENSOR_FALL: Code = Code::new(&Term {
    value: 8519681,
    refid: "MDC_AI_TYPE_SENSOR_FALL",
    kind: CodeKind::Attribute,
    description: "11073-10471 fall sensor",
    loinc: None,
    unit: None,
});

/// 11073-10471 personal emergency (PERS) sensor.
pub const AI_TYPE_SENSOR_PERS: Code = Code::new(&Term {
    value: 8519682,
    refid: "MDC_AI_TYPE_SENSOR_PERS",
    kind: CodeKind::Attribute,
    description: "11073-10471 personal emergency (PERS) sensor",
    loinc: None,
    unit: None,
});

/// 11073-10471 property exit sensor.
pub const AI_TYPE_SENSOR_PROPEXIT: Code = Code::new(&Term {
    value: 8519688,
    refid: "MDC_AI_TYPE_SENSOR_PROPEXIT",
    kind: CodeKind::Attribute,
    description: "11073-10471 property exit sensor",
    loinc: None,
    unit: None,
});

/// 11073-10471 usage sensor (bed or chair occupancy).
pub const AI_TYPE_SENSOR_USAGE: Code = Code::new(&Term {
    value: 8519691,
    refid: "MDC_AI_TYPE_SENSOR_USAGE",
    kind: CodeKind::Attribute,
    description: "11073-10471 usage sensor (bed or chair occupancy)",
    loinc: None,
    unit: None,
});

/// Body surface area.
pub const AREA_BODY_SURF_ACTUAL: Code = Code::new(&Term {
    value: 188744,
    refid: "MDC_AREA_BODY_SURF_ACTUAL",
    kind: CodeKind::Metric,
    description: "Body surface area",
    loinc: None,
    unit: Some(dim::SQ_X_M),
});

/// Alarm inactivation state (ACM facet 5).
pub const ATTR_ALARM_INACTIVATION_STATE: Code = Code::new(&Term {
    value: 68483,
    refid: "MDC_ATTR_ALARM_INACTIVATION_STATE",
    kind: CodeKind::Attribute,
    description: "Alarm inactivation state (ACM facet 5)",
    loinc: None,
    unit: None,
});

/// Alarm priority (ACM facet 6).
pub const ATTR_ALARM_PRIORITY: Code = Code::new(&Term {
    value: 68484,
    refid: "MDC_ATTR_ALARM_PRIORITY",
    kind: CodeKind::Attribute,
    description: "Alarm priority (ACM facet 6)",
    loinc: None,
    unit: None,
});

/// Alarm state (ACM facet 4).
pub const ATTR_ALARM_STATE: Code = Code::new(&Term {
    value: 68482,
    refid: "MDC_ATTR_ALARM_STATE",
    kind: CodeKind::Attribute,
    description: "Alarm state (ACM facet 4)",
    loinc: None,
    unit: None,
});

/// Alert source (ACM facet 2).
pub const ATTR_ALERT_SOURCE: Code = Code::new(&Term {
    value: 68480,
    refid: "MDC_ATTR_ALERT_SOURCE",
    kind: CodeKind::Attribute,
    description: "Alert source (ACM facet 2)",
    loinc: None,
    unit: None,
});

/// Alert type (ACM facet 7).
pub const ATTR_ALERT_TYPE: Code = Code::new(&Term {
    value: 68485,
    refid: "MDC_ATTR_ALERT_TYPE",
    kind: CodeKind::Attribute,
    description: "Alert type (ACM facet 7)",
    loinc: None,
    unit: None,
});

/// Alarm condition.
pub const ATTR_AL_COND: Code = Code::new(&Term {
    value: 68012,
    refid: "MDC_ATTR_AL_COND",
    kind: CodeKind::Attribute,
    description: "Alarm condition",
    loinc: None,
    unit: None,
});

/// Alarm limits.
pub const ATTR_AL_LIMIT: Code = Code::new(&Term {
    value: 68013,
    refid: "MDC_ATTR_AL_LIMIT",
    kind: CodeKind::Attribute,
    description: "Alarm limits",
    loinc: None,
    unit: None,
});

/// Confirm timeout (used by a watchdog proposal).
pub const ATTR_CONFIRM_TIMEOUT: Code = Code::new(&Term {
    value: 67860,
    refid: "MDC_ATTR_CONFIRM_TIMEOUT",
    kind: CodeKind::Attribute,
    description: "Confirm timeout (used by a watchdog proposal)",
    loinc: None,
    unit: None,
});

/// Event phase (ACM facet 3).
pub const ATTR_EVENT_PHASE: Code = Code::new(&Term {
    value: 68481,
    refid: "MDC_ATTR_EVENT_PHASE",
    kind: CodeKind::Attribute,
    description: "Event phase (ACM facet 3)",
    loinc: None,
    unit: None,
});

/// Event condition (PCD-10, PCIM).
pub const ATTR_EVT_COND: Code = Code::new(&Term {
    value: 68487,
    refid: "MDC_ATTR_EVT_COND",
    kind: CodeKind::Attribute,
    description: "Event condition (PCD-10, PCIM)",
    loinc: None,
    unit: None,
});

/// Event source (PCD-10).
pub const ATTR_EVT_SOURCE: Code = Code::new(&Term {
    value: 68488,
    refid: "MDC_ATTR_EVT_SOURCE",
    kind: CodeKind::Attribute,
    description: "Event source (PCD-10)",
    loinc: None,
    unit: None,
});

/// Bed label.
pub const ATTR_ID_BED_LABEL: Code = Code::new(&Term {
    value: 67870,
    refid: "MDC_ATTR_ID_BED_LABEL",
    kind: CodeKind::Attribute,
    description: "Bed label",
    loinc: None,
    unit: None,
});

/// Model.
pub const ATTR_ID_MODEL: Code = Code::new(&Term {
    value: 67880,
    refid: "MDC_ATTR_ID_MODEL",
    kind: CodeKind::Attribute,
    description: "Model",
    loinc: None,
    unit: None,
});

/// Production specification.
pub const ATTR_ID_PROD_SPECN: Code = Code::new(&Term {
    value: 67885,
    refid: "MDC_ATTR_ID_PROD_SPECN",
    kind: CodeKind::Attribute,
    description: "Production specification",
    loinc: None,
    unit: None,
});

/// Power status.
pub const ATTR_POWER_STAT: Code = Code::new(&Term {
    value: 67925,
    refid: "MDC_ATTR_POWER_STAT",
    kind: CodeKind::Attribute,
    description: "Power status",
    loinc: None,
    unit: None,
});

/// Patient height attribute.
pub const ATTR_PT_HEIGHT: Code = Code::new(&Term {
    value: 68060,
    refid: "MDC_ATTR_PT_HEIGHT",
    kind: CodeKind::Attribute,
    description: "Patient height attribute",
    loinc: None,
    unit: None,
});

/// Patient weight attribute.
pub const ATTR_PT_WEIGHT: Code = Code::new(&Term {
    value: 68063,
    refid: "MDC_ATTR_PT_WEIGHT",
    kind: CodeKind::Attribute,
    description: "Patient weight attribute",
    loinc: None,
    unit: None,
});

/// System id (EUI-64).
pub const ATTR_SYS_ID: Code = Code::new(&Term {
    value: 67972,
    refid: "MDC_ATTR_SYS_ID",
    kind: CodeKind::Attribute,
    description: "System id (EUI-64)",
    loinc: None,
    unit: None,
});

/// System type.
pub const ATTR_SYS_TYPE: Code = Code::new(&Term {
    value: 67974,
    refid: "MDC_ATTR_SYS_TYPE",
    kind: CodeKind::Attribute,
    description: "System type",
    loinc: None,
    unit: None,
});

/// Absolute time.
pub const ATTR_TIME_ABS: Code = Code::new(&Term {
    value: 67975,
    refid: "MDC_ATTR_TIME_ABS",
    kind: CodeKind::Attribute,
    description: "Absolute time",
    loinc: None,
    unit: None,
});

/// Battery time remaining.
pub const ATTR_TIME_BATT_REMAIN: Code = Code::new(&Term {
    value: 67976,
    refid: "MDC_ATTR_TIME_BATT_REMAIN",
    kind: CodeKind::Attribute,
    description: "Battery time remaining",
    loinc: None,
    unit: None,
});

/// Battery charge %.
pub const ATTR_VAL_BATT_CHARGE: Code = Code::new(&Term {
    value: 67996,
    refid: "MDC_ATTR_VAL_BATT_CHARGE",
    kind: CodeKind::Attribute,
    description: "Battery charge %",
    loinc: None,
    unit: None,
});

/// MDS status.
pub const ATTR_VMS_MDS_STAT: Code = Code::new(&Term {
    value: 68007,
    refid: "MDC_ATTR_VMS_MDS_STAT",
    kind: CodeKind::Attribute,
    description: "MDS status",
    loinc: None,
    unit: None,
});

/// End-tidal CO2 partial pressure.
pub const AWAY_CO2_ET: Code = Code::new(&Term {
    value: 151728,
    refid: "MDC_AWAY_CO2_ET",
    kind: CodeKind::Metric,
    description: "End-tidal CO2 partial pressure",
    loinc: Some("19891-1"),
    unit: Some(dim::MMHG),
});

/// Airway respiration rate.
pub const AWAY_RESP_RATE: Code = Code::new(&Term {
    value: 151570,
    refid: "MDC_AWAY_RESP_RATE",
    kind: CodeKind::Metric,
    description: "Airway respiration rate",
    loinc: Some("9279-1"),
    unit: Some(dim::RESP_PER_MIN),
});

/// Ballistocardiographic breathing.
pub const BCG_BREATHING: Code = Code::new(&Term {
    value: 188516,
    refid: "MDC_BCG_BREATHING",
    kind: CodeKind::Metric,
    description: "Ballistocardiographic breathing",
    loinc: None,
    unit: None,
});

/// Ballistocardiographic cardiac cycle.
pub const BCG_CARD_CYC: Code = Code::new(&Term {
    value: 188520,
    refid: "MDC_BCG_CARD_CYC",
    kind: CodeKind::Metric,
    description: "Ballistocardiographic cardiac cycle",
    loinc: None,
    unit: None,
});

/// Ballistocardiographic body movement (waveform term).
pub const BCG_MVMT: Code = Code::new(&Term {
    value: 188524,
    refid: "MDC_BCG_MVMT",
    kind: CodeKind::Metric,
    description: "Ballistocardiographic body movement (waveform term)",
    loinc: None,
    unit: None,
});

/// Pulse rate from invasive pressure.
pub const BLD_PULS_RATE_INV: Code = Code::new(&Term {
    value: 149522,
    refid: "MDC_BLD_PULS_RATE_INV",
    kind: CodeKind::Metric,
    description: "Pulse rate from invasive pressure",
    loinc: None,
    unit: Some(dim::BEAT_PER_MIN),
});

/// Respiration rate from CO2.
pub const CO2_RESP_RATE: Code = Code::new(&Term {
    value: 151594,
    refid: "MDC_CO2_RESP_RATE",
    kind: CodeKind::Metric,
    description: "Respiration rate from CO2",
    loinc: Some("9279-1"),
    unit: Some(dim::RESP_PER_MIN),
});

/// Dynamic lung compliance.
pub const COMPL_LUNG_DYN: Code = Code::new(&Term {
    value: 151692,
    refid: "MDC_COMPL_LUNG_DYN",
    kind: CodeKind::Metric,
    description: "Dynamic lung compliance",
    loinc: Some("60827-3"),
    unit: Some(dim::MILLI_L_PER_CM_H2O),
});

/// End-tidal CO2 concentration / partial pressure.
pub const CONC_AWAY_CO2_ET: Code = Code::new(&Term {
    value: 151708,
    refid: "MDC_CONC_AWAY_CO2_ET",
    kind: CodeKind::Metric,
    description: "End-tidal CO2 concentration / partial pressure",
    loinc: Some("19891-1"),
    unit: Some(dim::MMHG),
});

/// Inspired CO2 concentration.
pub const CONC_AWAY_CO2_INSP: Code = Code::new(&Term {
    value: 151716,
    refid: "MDC_CONC_AWAY_CO2_INSP",
    kind: CodeKind::Metric,
    description: "Inspired CO2 concentration",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Inspired oxygen concentration.
pub const CONC_AWAY_O2_INSP: Code = Code::new(&Term {
    value: 152196,
    refid: "MDC_CONC_AWAY_O2_INSP",
    kind: CodeKind::Metric,
    description: "Inspired oxygen concentration",
    loinc: Some("71835-3"),
    unit: Some(dim::PERCENT),
});

/// Drug concentration.
pub const CONC_DRUG: Code = Code::new(&Term {
    value: 157760,
    refid: "MDC_CONC_DRUG",
    kind: CodeKind::Metric,
    description: "Drug concentration",
    loinc: None,
    unit: Some(dim::MILLI_G_PER_ML),
});

/// Airway multi-parameter VMD.
pub const DEV_ANALY_AWAY_MULTI_PARAM_VMD: Code = Code::new(&Term {
    value: 69682,
    refid: "MDC_DEV_ANALY_AWAY_MULTI_PARAM_VMD",
    kind: CodeKind::Device,
    description: "Airway multi-parameter VMD",
    loinc: None,
    unit: None,
});

/// Airway flow channel.
pub const DEV_ANALY_FLOW_AWAY_CHAN: Code = Code::new(&Term {
    value: 69667,
    refid: "MDC_DEV_ANALY_FLOW_AWAY_CHAN",
    kind: CodeKind::Device,
    description: "Airway flow channel",
    loinc: None,
    unit: None,
});

/// Perfusion channel.
pub const DEV_ANALY_PERF_REL_CHAN: Code = Code::new(&Term {
    value: 70771,
    refid: "MDC_DEV_ANALY_PERF_REL_CHAN",
    kind: CodeKind::Device,
    description: "Perfusion channel",
    loinc: None,
    unit: None,
});

/// Airway pressure channel.
pub const DEV_ANALY_PRESS_AWAY_CHAN: Code = Code::new(&Term {
    value: 69707,
    refid: "MDC_DEV_ANALY_PRESS_AWAY_CHAN",
    kind: CodeKind::Device,
    description: "Airway pressure channel",
    loinc: None,
    unit: None,
});

/// Blood pressure analyser channel.
pub const DEV_ANALY_PRESS_BLD_CHAN: Code = Code::new(&Term {
    value: 69711,
    refid: "MDC_DEV_ANALY_PRESS_BLD_CHAN",
    kind: CodeKind::Device,
    description: "Blood pressure analyser channel",
    loinc: None,
    unit: None,
});

/// Blood pressure analyser VMD.
pub const DEV_ANALY_PRESS_BLD_VMD: Code = Code::new(&Term {
    value: 69710,
    refid: "MDC_DEV_ANALY_PRESS_BLD_VMD",
    kind: CodeKind::Device,
    description: "Blood pressure analyser VMD",
    loinc: None,
    unit: None,
});

/// Respiration rate channel.
pub const DEV_ANALY_RESP_RATE_CHAN: Code = Code::new(&Term {
    value: 69723,
    refid: "MDC_DEV_ANALY_RESP_RATE_CHAN",
    kind: CodeKind::Device,
    description: "Respiration rate channel",
    loinc: None,
    unit: None,
});

/// Respiration rate VMD.
pub const DEV_ANALY_RESP_RATE_VMD: Code = Code::new(&Term {
    value: 69722,
    refid: "MDC_DEV_ANALY_RESP_RATE_VMD",
    kind: CodeKind::Device,
    description: "Respiration rate VMD",
    loinc: None,
    unit: None,
});

/// SpO2 channel.
pub const DEV_ANALY_SAT_O2_CHAN: Code = Code::new(&Term {
    value: 69643,
    refid: "MDC_DEV_ANALY_SAT_O2_CHAN",
    kind: CodeKind::Device,
    description: "SpO2 channel",
    loinc: None,
    unit: None,
});

/// Pulse oximeter MDS.
pub const DEV_ANALY_SAT_O2_MDS: Code = Code::new(&Term {
    value: 69641,
    refid: "MDC_DEV_ANALY_SAT_O2_MDS",
    kind: CodeKind::Device,
    description: "Pulse oximeter MDS",
    loinc: None,
    unit: None,
});

/// Pulse oximeter VMD.
pub const DEV_ANALY_SAT_O2_VMD: Code = Code::new(&Term {
    value: 69642,
    refid: "MDC_DEV_ANALY_SAT_O2_VMD",
    kind: CodeKind::Device,
    description: "Pulse oximeter VMD",
    loinc: None,
    unit: None,
});

/// ECG channel.
pub const DEV_ECG_CHAN: Code = Code::new(&Term {
    value: 69799,
    refid: "MDC_DEV_ECG_CHAN",
    kind: CodeKind::Device,
    description: "ECG channel",
    loinc: None,
    unit: None,
});

/// ECG VMD.
pub const DEV_ECG_VMD: Code = Code::new(&Term {
    value: 69798,
    refid: "MDC_DEV_ECG_VMD",
    kind: CodeKind::Device,
    description: "ECG VMD",
    loinc: None,
    unit: None,
});

/// Physiological meter multi-parameter, MDS (TF-3, some vendors).
pub const DEV_METER_PHYSIO_MULTI_PARAM_MDS: Code = Code::new(&Term {
    value: 69837,
    refid: "MDC_DEV_METER_PHYSIO_MULTI_PARAM_MDS",
    kind: CodeKind::Device,
    description: "Physiological meter multi-parameter, MDS (TF-3, some vendors)",
    loinc: None,
    unit: None,
});

/// Blood pressure meter channel.
pub const DEV_METER_PRESS_BLD_CHAN: Code = Code::new(&Term {
    value: 69855,
    refid: "MDC_DEV_METER_PRESS_BLD_CHAN",
    kind: CodeKind::Device,
    description: "Blood pressure meter channel",
    loinc: None,
    unit: None,
});

/// Blood pressure meter VMD.
pub const DEV_METER_PRESS_BLD_VMD: Code = Code::new(&Term {
    value: 69854,
    refid: "MDC_DEV_METER_PRESS_BLD_VMD",
    kind: CodeKind::Device,
    description: "Blood pressure meter VMD",
    loinc: None,
    unit: None,
});

/// Temperature channel.
pub const DEV_METER_TEMP_CHAN: Code = Code::new(&Term {
    value: 69903,
    refid: "MDC_DEV_METER_TEMP_CHAN",
    kind: CodeKind::Device,
    description: "Temperature channel",
    loinc: None,
    unit: None,
});

/// Temperature VMD.
pub const DEV_METER_TEMP_VMD: Code = Code::new(&Term {
    value: 69902,
    refid: "MDC_DEV_METER_TEMP_VMD",
    kind: CodeKind::Device,
    description: "Temperature VMD",
    loinc: None,
    unit: None,
});

/// Monitor (general), MDS.
pub const DEV_MON_MDS: Code = Code::new(&Term {
    value: 69925,
    refid: "MDC_DEV_MON_MDS",
    kind: CodeKind::Device,
    description: "Monitor (general), MDS",
    loinc: None,
    unit: None,
});

/// Multi-parameter physiological monitor, MDS.
pub const DEV_MON_PHYSIO_MULTI_PARAM_MDS: Code = Code::new(&Term {
    value: 69965,
    refid: "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS",
    kind: CodeKind::Device,
    description: "Multi-parameter physiological monitor, MDS",
    loinc: None,
    unit: None,
});

/// NIBP channel.
pub const DEV_PRESS_BLD_NONINV_CHAN: Code = Code::new(&Term {
    value: 70687,
    refid: "MDC_DEV_PRESS_BLD_NONINV_CHAN",
    kind: CodeKind::Device,
    description: "NIBP channel",
    loinc: None,
    unit: None,
});

/// NIBP VMD.
pub const DEV_PRESS_BLD_NONINV_VMD: Code = Code::new(&Term {
    value: 70686,
    refid: "MDC_DEV_PRESS_BLD_NONINV_VMD",
    kind: CodeKind::Device,
    description: "NIBP VMD",
    loinc: None,
    unit: None,
});

/// Pulse channel.
pub const DEV_PULS_CHAN: Code = Code::new(&Term {
    value: 70675,
    refid: "MDC_DEV_PULS_CHAN",
    kind: CodeKind::Device,
    description: "Pulse channel",
    loinc: None,
    unit: None,
});

/// Pump active sources enumeration.
pub const DEV_PUMP_ACTIVE_SOURCES: Code = Code::new(&Term {
    value: 158016,
    refid: "MDC_DEV_PUMP_ACTIVE_SOURCES",
    kind: CodeKind::Metric,
    description: "Pump active sources enumeration",
    loinc: None,
    unit: None,
});

/// Current delivery status enumeration.
pub const DEV_PUMP_CURRENT_DELIVERY_STATUS: Code = Code::new(&Term {
    value: 158005,
    refid: "MDC_DEV_PUMP_CURRENT_DELIVERY_STATUS",
    kind: CodeKind::Metric,
    description: "Current delivery status enumeration",
    loinc: None,
    unit: None,
});

/// Pump delivery info channel.
pub const DEV_PUMP_DELIVERY_INFO: Code = Code::new(&Term {
    value: 70067,
    refid: "MDC_DEV_PUMP_DELIVERY_INFO",
    kind: CodeKind::Device,
    description: "Pump delivery info channel",
    loinc: None,
    unit: None,
});

/// Infusate source primary channel.
pub const DEV_PUMP_INFUSATE_SOURCE_PRIMARY: Code = Code::new(&Term {
    value: 70071,
    refid: "MDC_DEV_PUMP_INFUSATE_SOURCE_PRIMARY",
    kind: CodeKind::Device,
    description: "Infusate source primary channel",
    loinc: None,
    unit: None,
});

/// Infusion pump channel.
pub const DEV_PUMP_INFUS_CHAN: Code = Code::new(&Term {
    value: 69987,
    refid: "MDC_DEV_PUMP_INFUS_CHAN",
    kind: CodeKind::Device,
    description: "Infusion pump channel",
    loinc: None,
    unit: None,
});

/// Pump delivery channel (older model).
pub const DEV_PUMP_INFUS_CHAN_DELIVERY: Code = Code::new(&Term {
    value: 126978,
    refid: "MDC_DEV_PUMP_INFUS_CHAN_DELIVERY",
    kind: CodeKind::Device,
    description: "Pump delivery channel (older model)",
    loinc: None,
    unit: None,
});

/// Pump source channel (older model).
pub const DEV_PUMP_INFUS_CHAN_SOURCE: Code = Code::new(&Term {
    value: 126977,
    refid: "MDC_DEV_PUMP_INFUS_CHAN_SOURCE",
    kind: CodeKind::Device,
    description: "Pump source channel (older model)",
    loinc: None,
    unit: None,
});

/// Large volume pump MDS.
pub const DEV_PUMP_INFUS_LVP_MDS: Code = Code::new(&Term {
    value: 70049,
    refid: "MDC_DEV_PUMP_INFUS_LVP_MDS",
    kind: CodeKind::Device,
    description: "Large volume pump MDS",
    loinc: None,
    unit: None,
});

/// Large volume pump VMD.
pub const DEV_PUMP_INFUS_LVP_VMD: Code = Code::new(&Term {
    value: 70050,
    refid: "MDC_DEV_PUMP_INFUS_LVP_VMD",
    kind: CodeKind::Device,
    description: "Large volume pump VMD",
    loinc: None,
    unit: None,
});

/// Infusion pump MDS.
pub const DEV_PUMP_INFUS_MDS: Code = Code::new(&Term {
    value: 69985,
    refid: "MDC_DEV_PUMP_INFUS_MDS",
    kind: CodeKind::Device,
    description: "Infusion pump MDS",
    loinc: None,
    unit: None,
});

/// Syringe pump MDS.
pub const DEV_PUMP_INFUS_SYRINGE_MDS: Code = Code::new(&Term {
    value: 70053,
    refid: "MDC_DEV_PUMP_INFUS_SYRINGE_MDS",
    kind: CodeKind::Device,
    description: "Syringe pump MDS",
    loinc: None,
    unit: None,
});

/// Syringe pump VMD.
pub const DEV_PUMP_INFUS_SYRINGE_VMD: Code = Code::new(&Term {
    value: 70054,
    refid: "MDC_DEV_PUMP_INFUS_SYRINGE_VMD",
    kind: CodeKind::Device,
    description: "Syringe pump VMD",
    loinc: None,
    unit: None,
});

/// Infusion pump VMD.
pub const DEV_PUMP_INFUS_VMD: Code = Code::new(&Term {
    value: 69986,
    refid: "MDC_DEV_PUMP_INFUS_VMD",
    kind: CodeKind::Device,
    description: "Infusion pump VMD",
    loinc: None,
    unit: None,
});

/// Not delivering reason enumeration.
pub const DEV_PUMP_NOT_DELIVERING_REASON: Code = Code::new(&Term {
    value: 158006,
    refid: "MDC_DEV_PUMP_NOT_DELIVERING_REASON",
    kind: CodeKind::Metric,
    description: "Not delivering reason enumeration",
    loinc: None,
    unit: None,
});

/// Program delivery mode enumeration.
pub const DEV_PUMP_PROGRAM_DELIVERY_MODE: Code = Code::new(&Term {
    value: 158008,
    refid: "MDC_DEV_PUMP_PROGRAM_DELIVERY_MODE",
    kind: CodeKind::Metric,
    description: "Program delivery mode enumeration",
    loinc: None,
    unit: None,
});

/// Pump rack MDS (RefID spelling from one implementation).
pub const DEV_PUMP_RACK_MDS: Code = Code::new(&Term {
    value: 70101,
    refid: "MDC_DEV_PUMP_RACK_MDS",
    kind: CodeKind::Device,
    description: "Pump rack MDS (RefID spelling from one implementation)",
    loinc: None,
    unit: None,
});

/// Source channel label.
pub const DEV_PUMP_SOURCE_CHANNEL_LABEL: Code = Code::new(&Term {
    value: 158012,
    refid: "MDC_DEV_PUMP_SOURCE_CHANNEL_LABEL",
    kind: CodeKind::Metric,
    description: "Source channel label",
    loinc: None,
    unit: None,
});

/// Ventilator channel.
pub const DEV_SYS_PT_VENT_CHAN: Code = Code::new(&Term {
    value: 70003,
    refid: "MDC_DEV_SYS_PT_VENT_CHAN",
    kind: CodeKind::Device,
    description: "Ventilator channel",
    loinc: None,
    unit: None,
});

/// Ventilator MDS.
pub const DEV_SYS_PT_VENT_MDS: Code = Code::new(&Term {
    value: 70001,
    refid: "MDC_DEV_SYS_PT_VENT_MDS",
    kind: CodeKind::Device,
    description: "Ventilator MDS",
    loinc: None,
    unit: None,
});

/// Ventilator VMD.
pub const DEV_SYS_PT_VENT_VMD: Code = Code::new(&Term {
    value: 70002,
    refid: "MDC_DEV_SYS_PT_VENT_VMD",
    kind: CodeKind::Device,
    description: "Ventilator VMD",
    loinc: None,
    unit: None,
});

/// Clinician dose.
pub const DOSE_CLINICIAN: Code = Code::new(&Term {
    value: 158019,
    refid: "MDC_DOSE_CLINICIAN",
    kind: CodeKind::Metric,
    description: "Clinician dose",
    loinc: None,
    unit: Some(dim::MILLI_G),
});

/// Bolus dose.
pub const DOSE_DRUG_BOLUS: Code = Code::new(&Term {
    value: 157816,
    refid: "MDC_DOSE_DRUG_BOLUS",
    kind: CodeKind::Metric,
    description: "Bolus dose",
    loinc: None,
    unit: Some(dim::MILLI_G),
});

/// Loading dose.
pub const DOSE_LOADING: Code = Code::new(&Term {
    value: 158018,
    refid: "MDC_DOSE_LOADING",
    kind: CodeKind::Metric,
    description: "Loading dose",
    loinc: None,
    unit: Some(dim::MILLI_G),
});

/// PCA patient dose.
pub const DOSE_PCA_PATIENT: Code = Code::new(&Term {
    value: 158017,
    refid: "MDC_DOSE_PCA_PATIENT",
    kind: CodeKind::Metric,
    description: "PCA patient dose",
    loinc: None,
    unit: Some(dim::MILLI_G),
});

/// Drug name label.
pub const DRUG_NAME_LABEL: Code = Code::new(&Term {
    value: 184514,
    refid: "MDC_DRUG_NAME_LABEL",
    kind: CodeKind::Metric,
    description: "Drug name label",
    loinc: None,
    unit: None,
});

/// Drug name (older term).
pub const DRUG_NAME_TYPE: Code = Code::new(&Term {
    value: 184330,
    refid: "MDC_DRUG_NAME_TYPE",
    kind: CodeKind::Metric,
    description: "Drug name (older term)",
    loinc: None,
    unit: None,
});

/// ST deviation lead II.
pub const ECG_AMPL_ST_II: Code = Code::new(&Term {
    value: 131842,
    refid: "MDC_ECG_AMPL_ST_II",
    kind: CodeKind::Metric,
    description: "ST deviation lead II",
    loinc: None,
    unit: Some(dim::MILLI_VOLT),
});

/// Heart rate from ECG (RefID used in IHE samples).
pub const ECG_CARD_BEAT_RATE: Code = Code::new(&Term {
    value: 147842,
    refid: "MDC_ECG_CARD_BEAT_RATE",
    kind: CodeKind::Metric,
    description: "Heart rate from ECG (RefID used in IHE samples)",
    loinc: Some("8867-4"),
    unit: Some(dim::BEAT_PER_MIN),
});

/// Beat-to-beat heart rate from ECG.
pub const ECG_CARD_BEAT_RATE_BTB: Code = Code::new(&Term {
    value: 147850,
    refid: "MDC_ECG_CARD_BEAT_RATE_BTB",
    kind: CodeKind::Metric,
    description: "Beat-to-beat heart rate from ECG",
    loinc: Some("76282-3"),
    unit: Some(dim::BEAT_PER_MIN),
});

/// Heart rate from ECG (same code as MDC_ECG_CARD_BEAT_RATE).
pub const ECG_HEART_RATE: Code = Code::new(&Term {
    value: 147842,
    refid: "MDC_ECG_HEART_RATE",
    kind: CodeKind::Metric,
    description: "Heart rate from ECG (same code as MDC_ECG_CARD_BEAT_RATE)",
    loinc: Some("8867-4"),
    unit: Some(dim::BEAT_PER_MIN),
});

/// ECG rhythm status (enumeration).
pub const ECG_STAT_RHY: Code = Code::new(&Term {
    value: 184327,
    refid: "MDC_ECG_STAT_RHY",
    kind: CodeKind::Metric,
    description: "ECG rhythm status (enumeration)",
    loinc: None,
    unit: None,
});

/// Global QT interval.
pub const ECG_TIME_PD_QT_GL: Code = Code::new(&Term {
    value: 147232,
    refid: "MDC_ECG_TIME_PD_QT_GL",
    kind: CodeKind::Metric,
    description: "Global QT interval",
    loinc: None,
    unit: Some(dim::MILLI_SEC),
});

/// Corrected QT interval.
pub const ECG_TIME_PD_QTC: Code = Code::new(&Term {
    value: 147236,
    refid: "MDC_ECG_TIME_PD_QTc",
    kind: CodeKind::Metric,
    description: "Corrected QT interval",
    loinc: None,
    unit: Some(dim::MILLI_SEC),
});

/// Ventricular premature beat count.
pub const ECG_V_P_C_CNT: Code = Code::new(&Term {
    value: 148065,
    refid: "MDC_ECG_V_P_C_CNT",
    kind: CodeKind::Metric,
    description: "Ventricular premature beat count",
    loinc: None,
    unit: Some(dim::DIMLESS),
});

/// Ventricular premature beats per minute.
pub const ECG_V_P_C_RATE: Code = Code::new(&Term {
    value: 148066,
    refid: "MDC_ECG_V_P_C_RATE",
    kind: CodeKind::Metric,
    description: "Ventricular premature beats per minute",
    loinc: None,
    unit: Some(dim::BEAT_PER_MIN),
});

/// Absent.
pub const EVT_ABSENT: Code = Code::new(&Term {
    value: 196612,
    refid: "MDC_EVT_ABSENT",
    kind: CodeKind::Event,
    description: "Absent",
    loinc: None,
    unit: None,
});

/// Replace battery.
pub const EVT_ADVIS_BATT_REPLACE: Code = Code::new(&Term {
    value: 203286,
    refid: "MDC_EVT_ADVIS_BATT_REPLACE",
    kind: CodeKind::Event,
    description: "Replace battery",
    loinc: None,
    unit: None,
});

/// Check cable.
pub const EVT_ADVIS_CABLE_CHK: Code = Code::new(&Term {
    value: 203288,
    refid: "MDC_EVT_ADVIS_CABLE_CHK",
    kind: CodeKind::Event,
    description: "Check cable",
    loinc: None,
    unit: None,
});

/// Check device.
pub const EVT_ADVIS_CHK: Code = Code::new(&Term {
    value: 203266,
    refid: "MDC_EVT_ADVIS_CHK",
    kind: CodeKind::Event,
    description: "Check device",
    loinc: None,
    unit: None,
});

/// Check lead.
pub const EVT_ADVIS_LEAD_CHK: Code = Code::new(&Term {
    value: 203298,
    refid: "MDC_EVT_ADVIS_LEAD_CHK",
    kind: CodeKind::Event,
    description: "Check lead",
    loinc: None,
    unit: None,
});

/// Replace syringe now.
pub const EVT_ADVIS_PUMP_SYRINGE_REPLACE_IMMED: Code = Code::new(&Term {
    value: 203322,
    refid: "MDC_EVT_ADVIS_PUMP_SYRINGE_REPLACE_IMMED",
    kind: CodeKind::Event,
    description: "Replace syringe now",
    loinc: None,
    unit: None,
});

/// Replace syringe soon.
pub const EVT_ADVIS_PUMP_SYRINGE_REPLACE_WARN: Code = Code::new(&Term {
    value: 203320,
    refid: "MDC_EVT_ADVIS_PUMP_SYRINGE_REPLACE_WARN",
    kind: CodeKind::Event,
    description: "Replace syringe soon",
    loinc: None,
    unit: None,
});

/// Check sensor.
pub const EVT_ADVIS_SENSOR_CHK: Code = Code::new(&Term {
    value: 203304,
    refid: "MDC_EVT_ADVIS_SENSOR_CHK",
    kind: CodeKind::Event,
    description: "Check sensor",
    loinc: None,
    unit: None,
});

/// Check settings.
pub const EVT_ADVIS_SETTINGS_CHK: Code = Code::new(&Term {
    value: 203276,
    refid: "MDC_EVT_ADVIS_SETTINGS_CHK",
    kind: CodeKind::Event,
    description: "Check settings",
    loinc: None,
    unit: None,
});

/// Alarm, generic container event (technical and advisory alerts).
pub const EVT_ALARM: Code = Code::new(&Term {
    value: 196616,
    refid: "MDC_EVT_ALARM",
    kind: CodeKind::Event,
    description: "Alarm, generic container event (technical and advisory alerts)",
    loinc: None,
    unit: None,
});

/// Apnoea.
pub const EVT_APNEA: Code = Code::new(&Term {
    value: 199680,
    refid: "MDC_EVT_APNEA",
    kind: CodeKind::Event,
    description: "Apnoea",
    loinc: None,
    unit: None,
});

/// Patient-device association.
pub const EVT_ASSOCIATION_PATIENT_DEVICE: Code = Code::new(&Term {
    value: 198332,
    refid: "MDC_EVT_ASSOCIATION_PATIENT_DEVICE",
    kind: CodeKind::Event,
    description: "Patient-device association",
    loinc: None,
    unit: None,
});

/// Battery depleted. RefID seen in one vendor template, code not found.
pub const EVT_BATT_DEPL: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_BATT_DEPL",
    kind: CodeKind::Event,
    description: "Battery depleted. RefID seen in one vendor template, code not found",
    loinc: None,
    unit: None,
});

/// Battery failed.
pub const EVT_BATT_FAIL: Code = Code::new(&Term {
    value: 196800,
    refid: "MDC_EVT_BATT_FAIL",
    kind: CodeKind::Event,
    description: "Battery failed",
    loinc: None,
    unit: None,
});

/// Low battery.
pub const EVT_BATT_LO: Code = Code::new(&Term {
    value: 196802,
    refid: "MDC_EVT_BATT_LO",
    kind: CodeKind::Event,
    description: "Low battery",
    loinc: None,
    unit: None,
});

/// Battery malfunction.
pub const EVT_BATT_MALF: Code = Code::new(&Term {
    value: 196804,
    refid: "MDC_EVT_BATT_MALF",
    kind: CodeKind::Event,
    description: "Battery malfunction",
    loinc: None,
    unit: None,
});

/// Battery problem.
pub const EVT_BATT_PROB: Code = Code::new(&Term {
    value: 196806,
    refid: "MDC_EVT_BATT_PROB",
    kind: CodeKind::Event,
    description: "Battery problem",
    loinc: None,
    unit: None,
});

/// Battery service. RefID seen in one vendor template, code not found.
pub const EVT_BATT_SERV: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_BATT_SERV",
    kind: CodeKind::Event,
    description: "Battery service. RefID seen in one vendor template, code not found",
    loinc: None,
    unit: None,
});

/// Breath absent.
pub const EVT_BREATH_ABSENT: Code = Code::new(&Term {
    value: 196744,
    refid: "MDC_EVT_BREATH_ABSENT",
    kind: CodeKind::Event,
    description: "Breath absent",
    loinc: None,
    unit: None,
});

/// Check IV set / cassette. RefID seen in one vendor template, code not found.
pub const EVT_CHECK_IV_SET: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_CHECK_IV_SET",
    kind: CodeKind::Event,
    description: "Check IV set / cassette. RefID seen in one vendor template, code not found",
    loinc: None,
    unit: None,
});

/// Communication lost.
pub const EVT_COMM_LOST: Code = Code::new(&Term {
    value: 196748,
    refid: "MDC_EVT_COMM_LOST",
    kind: CodeKind::Event,
    description: "Communication lost",
    loinc: None,
    unit: None,
});

/// Communication status change (PCD-10). RefID from App. M, code not found.
pub const EVT_COMM_STATUS_CHANGE: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_COMM_STATUS_CHANGE",
    kind: CodeKind::Event,
    description: "Communication status change (PCD-10). RefID from App. M, code not found",
    loinc: None,
    unit: None,
});

/// Connected.
pub const EVT_CONN: Code = Code::new(&Term {
    value: 196620,
    refid: "MDC_EVT_CONN",
    kind: CodeKind::Event,
    description: "Connected",
    loinc: None,
    unit: None,
});

/// Cuff over-inflated.
pub const EVT_CUFF_INFLAT_OVER: Code = Code::new(&Term {
    value: 196840,
    refid: "MDC_EVT_CUFF_INFLAT_OVER",
    kind: CodeKind::Event,
    description: "Cuff over-inflated",
    loinc: None,
    unit: None,
});

/// Cuff leak.
pub const EVT_CUFF_LEAK: Code = Code::new(&Term {
    value: 196836,
    refid: "MDC_EVT_CUFF_LEAK",
    kind: CodeKind::Event,
    description: "Cuff leak",
    loinc: None,
    unit: None,
});

/// Cuff position error.
pub const EVT_CUFF_POSN_ERR: Code = Code::new(&Term {
    value: 197038,
    refid: "MDC_EVT_CUFF_POSN_ERR",
    kind: CodeKind::Event,
    description: "Cuff position error",
    loinc: None,
    unit: None,
});

/// Desaturation.
pub const EVT_DESAT: Code = Code::new(&Term {
    value: 199854,
    refid: "MDC_EVT_DESAT",
    kind: CodeKind::Event,
    description: "Desaturation",
    loinc: None,
    unit: None,
});

/// Device time changed (PCD-10). RefID from App. M, code not found.
pub const EVT_DEVICE_TIME_CHANGED: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_DEVICE_TIME_CHANGED",
    kind: CodeKind::Event,
    description: "Device time changed (PCD-10). RefID from App. M, code not found",
    loinc: None,
    unit: None,
});

/// Patient-device disassociation.
pub const EVT_DISASSOCIATION_PATIENT_DEVICE: Code = Code::new(&Term {
    value: 198334,
    refid: "MDC_EVT_DISASSOCIATION_PATIENT_DEVICE",
    kind: CodeKind::Event,
    description: "Patient-device disassociation",
    loinc: None,
    unit: None,
});

/// Disconnected.
pub const EVT_DISCONN: Code = Code::new(&Term {
    value: 196630,
    refid: "MDC_EVT_DISCONN",
    kind: CodeKind::Event,
    description: "Disconnected",
    loinc: None,
    unit: None,
});

/// Disposable low.
pub const EVT_DISPOS_LO: Code = Code::new(&Term {
    value: 197196,
    refid: "MDC_EVT_DISPOS_LO",
    kind: CodeKind::Event,
    description: "Disposable low",
    loinc: None,
    unit: None,
});

/// Door or handle position problem.
pub const EVT_DOOR_OR_HANDLE_POSN_PROB: Code = Code::new(&Term {
    value: 196842,
    refid: "MDC_EVT_DOOR_OR_HANDLE_POSN_PROB",
    kind: CodeKind::Event,
    description: "Door or handle position problem",
    loinc: None,
    unit: None,
});

/// Door position error (door open / cassette lever).
pub const EVT_DOOR_POSN_ERR: Code = Code::new(&Term {
    value: 197084,
    refid: "MDC_EVT_DOOR_POSN_ERR",
    kind: CodeKind::Event,
    description: "Door position error (door open / cassette lever)",
    loinc: None,
    unit: None,
});

/// Arrhythmia.
pub const EVT_ECG_ARRHY: Code = Code::new(&Term {
    value: 199874,
    refid: "MDC_EVT_ECG_ARRHY",
    kind: CodeKind::Event,
    description: "Arrhythmia",
    loinc: None,
    unit: None,
});

/// Asystole.
pub const EVT_ECG_ASYSTOLE: Code = Code::new(&Term {
    value: 199684,
    refid: "MDC_EVT_ECG_ASYSTOLE",
    kind: CodeKind::Event,
    description: "Asystole",
    loinc: None,
    unit: None,
});

/// Atrial fibrillation.
pub const EVT_ECG_ATR_FIB: Code = Code::new(&Term {
    value: 199736,
    refid: "MDC_EVT_ECG_ATR_FIB",
    kind: CodeKind::Event,
    description: "Atrial fibrillation",
    loinc: None,
    unit: None,
});

/// Extreme bradycardia.
pub const EVT_ECG_BRADY_EXTREME: Code = Code::new(&Term {
    value: 199694,
    refid: "MDC_EVT_ECG_BRADY_EXTREME",
    kind: CodeKind::Event,
    description: "Extreme bradycardia",
    loinc: None,
    unit: None,
});

/// Sustained bradycardia.
pub const EVT_ECG_BRADY_SUST: Code = Code::new(&Term {
    value: 199696,
    refid: "MDC_EVT_ECG_BRADY_SUST",
    kind: CodeKind::Event,
    description: "Sustained bradycardia",
    loinc: None,
    unit: None,
});

/// Heart rate high.
pub const EVT_ECG_CARD_BEAT_RATE_HI: Code = Code::new(&Term {
    value: 199764,
    refid: "MDC_EVT_ECG_CARD_BEAT_RATE_HI",
    kind: CodeKind::Event,
    description: "Heart rate high",
    loinc: None,
    unit: None,
});

/// Irregular heart rate.
pub const EVT_ECG_CARD_BEAT_RATE_IRREG: Code = Code::new(&Term {
    value: 199766,
    refid: "MDC_EVT_ECG_CARD_BEAT_RATE_IRREG",
    kind: CodeKind::Event,
    description: "Irregular heart rate",
    loinc: None,
    unit: None,
});

/// Heart rate low.
pub const EVT_ECG_CARD_BEAT_RATE_LO: Code = Code::new(&Term {
    value: 199768,
    refid: "MDC_EVT_ECG_CARD_BEAT_RATE_LO",
    kind: CodeKind::Event,
    description: "Heart rate low",
    loinc: None,
    unit: None,
});

/// Pacer not pacing.
pub const EVT_ECG_PACER_NOT_PACING: Code = Code::new(&Term {
    value: 199790,
    refid: "MDC_EVT_ECG_PACER_NOT_PACING",
    kind: CodeKind::Event,
    description: "Pacer not pacing",
    loinc: None,
    unit: None,
});

/// Pacer not capturing.
pub const EVT_ECG_PACING_NON_CAPT: Code = Code::new(&Term {
    value: 199710,
    refid: "MDC_EVT_ECG_PACING_NON_CAPT",
    kind: CodeKind::Event,
    description: "Pacer not capturing",
    loinc: None,
    unit: None,
});

/// ECG pause.
pub const EVT_ECG_PAUSE: Code = Code::new(&Term {
    value: 199716,
    refid: "MDC_EVT_ECG_PAUSE",
    kind: CodeKind::Event,
    description: "ECG pause",
    loinc: None,
    unit: None,
});

/// Sinus bradycardia.
pub const EVT_ECG_SINUS_BRADY: Code = Code::new(&Term {
    value: 199692,
    refid: "MDC_EVT_ECG_SINUS_BRADY",
    kind: CodeKind::Event,
    description: "Sinus bradycardia",
    loinc: None,
    unit: None,
});

/// Sinus tachycardia.
pub const EVT_ECG_SINUS_TACHY: Code = Code::new(&Term {
    value: 199870,
    refid: "MDC_EVT_ECG_SINUS_TACHY",
    kind: CodeKind::Event,
    description: "Sinus tachycardia",
    loinc: None,
    unit: None,
});

/// Supraventricular tachycardia.
pub const EVT_ECG_SV_TACHY: Code = Code::new(&Term {
    value: 199800,
    refid: "MDC_EVT_ECG_SV_TACHY",
    kind: CodeKind::Event,
    description: "Supraventricular tachycardia",
    loinc: None,
    unit: None,
});

/// Tachycardia.
pub const EVT_ECG_TACHY: Code = Code::new(&Term {
    value: 199728,
    refid: "MDC_EVT_ECG_TACHY",
    kind: CodeKind::Event,
    description: "Tachycardia",
    loinc: None,
    unit: None,
});

/// Extreme tachycardia.
pub const EVT_ECG_TACHY_EXTREME: Code = Code::new(&Term {
    value: 199730,
    refid: "MDC_EVT_ECG_TACHY_EXTREME",
    kind: CodeKind::Event,
    description: "Extreme tachycardia",
    loinc: None,
    unit: None,
});

/// Ventricular fibrillation.
pub const EVT_ECG_V_FIB: Code = Code::new(&Term {
    value: 199806,
    refid: "MDC_EVT_ECG_V_FIB",
    kind: CodeKind::Event,
    description: "Ventricular fibrillation",
    loinc: None,
    unit: None,
});

/// Run of ventricular premature beats.
pub const EVT_ECG_V_P_C_RUN: Code = Code::new(&Term {
    value: 199820,
    refid: "MDC_EVT_ECG_V_P_C_RUN",
    kind: CodeKind::Event,
    description: "Run of ventricular premature beats",
    loinc: None,
    unit: None,
});

/// Ventricular tachycardia.
pub const EVT_ECG_V_TACHY: Code = Code::new(&Term {
    value: 199832,
    refid: "MDC_EVT_ECG_V_TACHY",
    kind: CodeKind::Event,
    description: "Ventricular tachycardia",
    loinc: None,
    unit: None,
});

/// Non-sustained ventricular tachycardia.
pub const EVT_ECG_V_TACHY_NON_SUST: Code = Code::new(&Term {
    value: 199834,
    refid: "MDC_EVT_ECG_V_TACHY_NON_SUST",
    kind: CodeKind::Event,
    description: "Non-sustained ventricular tachycardia",
    loinc: None,
    unit: None,
});

/// Sustained ventricular tachycardia.
pub const EVT_ECG_V_TACHY_SUST: Code = Code::new(&Term {
    value: 199836,
    refid: "MDC_EVT_ECG_V_TACHY_SUST",
    kind: CodeKind::Event,
    description: "Sustained ventricular tachycardia",
    loinc: None,
    unit: None,
});

/// Mains power line problem.
pub const EVT_ELEC_PWR_LINE_PROB: Code = Code::new(&Term {
    value: 196844,
    refid: "MDC_EVT_ELEC_PWR_LINE_PROB",
    kind: CodeKind::Event,
    description: "Mains power line problem",
    loinc: None,
    unit: None,
});

/// Emergency stop. RefID seen in one vendor template, code not found.
pub const EVT_EMER_STOP: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_EMER_STOP",
    kind: CodeKind::Event,
    description: "Emergency stop. RefID seen in one vendor template, code not found",
    loinc: None,
    unit: None,
});

/// Empty (container, syringe).
pub const EVT_EMPTY: Code = Code::new(&Term {
    value: 196634,
    refid: "MDC_EVT_EMPTY",
    kind: CodeKind::Event,
    description: "Empty (container, syringe)",
    loinc: None,
    unit: None,
});

/// Equipment malfunction.
pub const EVT_EQUIP_MALF: Code = Code::new(&Term {
    value: 196850,
    refid: "MDC_EVT_EQUIP_MALF",
    kind: CodeKind::Event,
    description: "Equipment malfunction",
    loinc: None,
    unit: None,
});

/// Error.
pub const EVT_ERR: Code = Code::new(&Term {
    value: 196638,
    refid: "MDC_EVT_ERR",
    kind: CodeKind::Event,
    description: "Error",
    loinc: None,
    unit: None,
});

/// Failure.
pub const EVT_FAIL: Code = Code::new(&Term {
    value: 196646,
    refid: "MDC_EVT_FAIL",
    kind: CodeKind::Event,
    description: "Failure",
    loinc: None,
    unit: None,
});

/// Flow low / flow restriction.
pub const EVT_FLOW_LO: Code = Code::new(&Term {
    value: 196950,
    refid: "MDC_EVT_FLOW_LO",
    kind: CodeKind::Event,
    description: "Flow low / flow restriction",
    loinc: None,
    unit: None,
});

/// Flow obstructed.
pub const EVT_FLOW_OBSTRUC: Code = Code::new(&Term {
    value: 197184,
    refid: "MDC_EVT_FLOW_OBSTRUC",
    kind: CodeKind::Event,
    description: "Flow obstructed",
    loinc: None,
    unit: None,
});

/// Flow reversed.
pub const EVT_FLOW_REVERSED: Code = Code::new(&Term {
    value: 196952,
    refid: "MDC_EVT_FLOW_REVERSED",
    kind: CodeKind::Event,
    description: "Flow reversed",
    loinc: None,
    unit: None,
});

/// Flow stop open. RefID seen in one vendor template, code not found.
pub const EVT_FLOW_STOP_OPEN: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_FLOW_STOP_OPEN",
    kind: CodeKind::Event,
    description: "Flow stop open. RefID seen in one vendor template, code not found",
    loinc: None,
    unit: None,
});

/// Air in fluid line.
pub const EVT_FLUID_LINE_AIR: Code = Code::new(&Term {
    value: 197200,
    refid: "MDC_EVT_FLUID_LINE_AIR",
    kind: CodeKind::Event,
    description: "Air in fluid line",
    loinc: None,
    unit: None,
});

/// Drip malfunction.
pub const EVT_FLUID_LINE_DRIP_MALF: Code = Code::new(&Term {
    value: 196954,
    refid: "MDC_EVT_FLUID_LINE_DRIP_MALF",
    kind: CodeKind::Event,
    description: "Drip malfunction",
    loinc: None,
    unit: None,
});

/// Fluid flow sensor problem.
pub const EVT_FLUID_LINE_FLOW_SENSOR_PROB: Code = Code::new(&Term {
    value: 196862,
    refid: "MDC_EVT_FLUID_LINE_FLOW_SENSOR_PROB",
    kind: CodeKind::Event,
    description: "Fluid flow sensor problem",
    loinc: None,
    unit: None,
});

/// Line pressure above limit.
pub const EVT_FLUID_LINE_HI_GT_LIM_PRESSURE: Code = Code::new(&Term {
    value: 197188,
    refid: "MDC_EVT_FLUID_LINE_HI_GT_LIM_PRESSURE",
    kind: CodeKind::Event,
    description: "Line pressure above limit",
    loinc: None,
    unit: None,
});

/// Fluid line infiltration.
pub const EVT_FLUID_LINE_INFILT: Code = Code::new(&Term {
    value: 196854,
    refid: "MDC_EVT_FLUID_LINE_INFILT",
    kind: CodeKind::Event,
    description: "Fluid line infiltration",
    loinc: None,
    unit: None,
});

/// Fluid line occlusion (downstream/distal in practice).
pub const EVT_FLUID_LINE_OCCL: Code = Code::new(&Term {
    value: 196940,
    refid: "MDC_EVT_FLUID_LINE_OCCL",
    kind: CodeKind::Event,
    description: "Fluid line occlusion (downstream/distal in practice)",
    loinc: None,
    unit: None,
});

/// Upstream (proximal) occlusion. RefID seen in one vendor template, code not found.
pub const EVT_FLUID_LINE_OCCL_PROXIMAL: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_FLUID_LINE_OCCL_PROXIMAL",
    kind: CodeKind::Event,
    description: "Upstream (proximal) occlusion. RefID seen in one vendor template, code not found",
    loinc: None,
    unit: None,
});

/// Fluid line problem.
pub const EVT_FLUID_LINE_PROB: Code = Code::new(&Term {
    value: 196860,
    refid: "MDC_EVT_FLUID_LINE_PROB",
    kind: CodeKind::Event,
    description: "Fluid line problem",
    loinc: None,
    unit: None,
});

/// High (outside limit), generic.
pub const EVT_HI: Code = Code::new(&Term {
    value: 196648,
    refid: "MDC_EVT_HI",
    kind: CodeKind::Event,
    description: "High (outside limit), generic",
    loinc: None,
    unit: None,
});

/// High, greater than set limit.
pub const EVT_HI_GT_LIM: Code = Code::new(&Term {
    value: 196650,
    refid: "MDC_EVT_HI_GT_LIM",
    kind: CodeKind::Event,
    description: "High, greater than set limit",
    loinc: None,
    unit: None,
});

/// Infiltration.
pub const EVT_INFILT: Code = Code::new(&Term {
    value: 196656,
    refid: "MDC_EVT_INFILT",
    kind: CodeKind::Event,
    description: "Infiltration",
    loinc: None,
    unit: None,
});

/// Inoperative.
pub const EVT_INOP: Code = Code::new(&Term {
    value: 196660,
    refid: "MDC_EVT_INOP",
    kind: CodeKind::Event,
    description: "Inoperative",
    loinc: None,
    unit: None,
});

/// Leads off.
pub const EVT_LEADS_OFF: Code = Code::new(&Term {
    value: 196882,
    refid: "MDC_EVT_LEADS_OFF",
    kind: CodeKind::Event,
    description: "Leads off",
    loinc: None,
    unit: None,
});

/// Lead disconnected.
pub const EVT_LEAD_DISCONN: Code = Code::new(&Term {
    value: 196876,
    refid: "MDC_EVT_LEAD_DISCONN",
    kind: CodeKind::Event,
    description: "Lead disconnected",
    loinc: None,
    unit: None,
});

/// Noisy lead.
pub const EVT_LEAD_NOISY: Code = Code::new(&Term {
    value: 196878,
    refid: "MDC_EVT_LEAD_NOISY",
    kind: CodeKind::Event,
    description: "Noisy lead",
    loinc: None,
    unit: None,
});

/// Lead off.
pub const EVT_LEAD_OFF: Code = Code::new(&Term {
    value: 196880,
    refid: "MDC_EVT_LEAD_OFF",
    kind: CodeKind::Event,
    description: "Lead off",
    loinc: None,
    unit: None,
});

/// Low (outside limit), generic.
pub const EVT_LO: Code = Code::new(&Term {
    value: 196670,
    refid: "MDC_EVT_LO",
    kind: CodeKind::Event,
    description: "Low (outside limit), generic",
    loinc: None,
    unit: None,
});

/// Low, less than set limit.
pub const EVT_LO_LT_LIM: Code = Code::new(&Term {
    value: 196672,
    refid: "MDC_EVT_LO_LT_LIM",
    kind: CodeKind::Event,
    description: "Low, less than set limit",
    loinc: None,
    unit: None,
});

/// Malfunction.
pub const EVT_MALF: Code = Code::new(&Term {
    value: 196678,
    refid: "MDC_EVT_MALF",
    kind: CodeKind::Event,
    description: "Malfunction",
    loinc: None,
    unit: None,
});

/// Medical gas supply low.
pub const EVT_MED_GAS_SUPPLY_LO: Code = Code::new(&Term {
    value: 196890,
    refid: "MDC_EVT_MED_GAS_SUPPLY_LO",
    kind: CodeKind::Event,
    description: "Medical gas supply low",
    loinc: None,
    unit: None,
});

/// Module disconnected.
pub const EVT_MODULE_DISCONN: Code = Code::new(&Term {
    value: 196892,
    refid: "MDC_EVT_MODULE_DISCONN",
    kind: CodeKind::Event,
    description: "Module disconnected",
    loinc: None,
    unit: None,
});

/// Measurement disconnected.
pub const EVT_MSMT_DISCONN: Code = Code::new(&Term {
    value: 196960,
    refid: "MDC_EVT_MSMT_DISCONN",
    kind: CodeKind::Event,
    description: "Measurement disconnected",
    loinc: None,
    unit: None,
});

/// Measurement failed.
pub const EVT_MSMT_FAIL: Code = Code::new(&Term {
    value: 196964,
    refid: "MDC_EVT_MSMT_FAIL",
    kind: CodeKind::Event,
    description: "Measurement failed",
    loinc: None,
    unit: None,
});

/// Measurement interference.
pub const EVT_MSMT_INTERF: Code = Code::new(&Term {
    value: 196968,
    refid: "MDC_EVT_MSMT_INTERF",
    kind: CodeKind::Event,
    description: "Measurement interference",
    loinc: None,
    unit: None,
});

/// Measurement over range.
pub const EVT_MSMT_RANGE_OVER: Code = Code::new(&Term {
    value: 196972,
    refid: "MDC_EVT_MSMT_RANGE_OVER",
    kind: CodeKind::Event,
    description: "Measurement over range",
    loinc: None,
    unit: None,
});

/// Measurement under range.
pub const EVT_MSMT_RANGE_UNDER: Code = Code::new(&Term {
    value: 196974,
    refid: "MDC_EVT_MSMT_RANGE_UNDER",
    kind: CodeKind::Event,
    description: "Measurement under range",
    loinc: None,
    unit: None,
});

/// Event not otherwise specified.
pub const EVT_NOS: Code = Code::new(&Term {
    value: 258047,
    refid: "MDC_EVT_NOS",
    kind: CodeKind::Event,
    description: "Event not otherwise specified",
    loinc: None,
    unit: None,
});

/// Oxygen supply low.
pub const EVT_O2_SUPPLY_LO: Code = Code::new(&Term {
    value: 196904,
    refid: "MDC_EVT_O2_SUPPLY_LO",
    kind: CodeKind::Event,
    description: "Oxygen supply low",
    loinc: None,
    unit: None,
});

/// Occlusion (same code as MDC_EVT_OBSTRUC).
pub const EVT_OCCL: Code = Code::new(&Term {
    value: 196688,
    refid: "MDC_EVT_OCCL",
    kind: CodeKind::Event,
    description: "Occlusion (same code as MDC_EVT_OBSTRUC)",
    loinc: None,
    unit: None,
});

/// Patient change at pump (PCD-10). RefID from App. M, code not found.
pub const EVT_PATIENT_CHANGE: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_PATIENT_CHANGE",
    kind: CodeKind::Event,
    description: "Patient change at pump (PCD-10). RefID from App. M, code not found",
    loinc: None,
    unit: None,
});

/// Patient id change at pump (PCD-10). RefID from App. M, code not found.
pub const EVT_PATIENT_ID_CHANGE: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_PATIENT_ID_CHANGE",
    kind: CodeKind::Event,
    description: "Patient id change at pump (PCD-10). RefID from App. M, code not found",
    loinc: None,
    unit: None,
});

/// Patient parameter change (PCD-10). RefID from App. M, code not found.
pub const EVT_PATIENT_PARAMETER_CHANGE: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_PATIENT_PARAMETER_CHANGE",
    kind: CodeKind::Event,
    description: "Patient parameter change (PCD-10). RefID from App. M, code not found",
    loinc: None,
    unit: None,
});

/// Position problem.
pub const EVT_POSN_PROB: Code = Code::new(&Term {
    value: 196768,
    refid: "MDC_EVT_POSN_PROB",
    kind: CodeKind::Event,
    description: "Position problem",
    loinc: None,
    unit: None,
});

/// Power problem.
pub const EVT_POWER_PROB: Code = Code::new(&Term {
    value: 197168,
    refid: "MDC_EVT_POWER_PROB",
    kind: CodeKind::Event,
    description: "Power problem",
    loinc: None,
    unit: None,
});

/// Power supply problem.
pub const EVT_POWER_SUPPLY_PROB: Code = Code::new(&Term {
    value: 197066,
    refid: "MDC_EVT_POWER_SUPPLY_PROB",
    kind: CodeKind::Event,
    description: "Power supply problem",
    loinc: None,
    unit: None,
});

/// Excess fluid line pressure.
pub const EVT_PRESS_FLUID_LINE_EXCESS: Code = Code::new(&Term {
    value: 197166,
    refid: "MDC_EVT_PRESS_FLUID_LINE_EXCESS",
    kind: CodeKind::Event,
    description: "Excess fluid line pressure",
    loinc: None,
    unit: None,
});

/// Auto-program cleared (PCD-10). RefID from App. M, code not found.
pub const EVT_PUMP_AUTO_PROG_CLEARED: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_PUMP_AUTO_PROG_CLEARED",
    kind: CodeKind::Event,
    description: "Auto-program cleared (PCD-10). RefID from App. M, code not found",
    loinc: None,
    unit: None,
});

/// Pump delivery complete (PCD-10).
pub const EVT_PUMP_DELIV_COMP: Code = Code::new(&Term {
    value: 197292,
    refid: "MDC_EVT_PUMP_DELIV_COMP",
    kind: CodeKind::Event,
    description: "Pump delivery complete (PCD-10)",
    loinc: None,
    unit: None,
});

/// Pump delivery start (PCD-10).
pub const EVT_PUMP_DELIV_START: Code = Code::new(&Term {
    value: 197288,
    refid: "MDC_EVT_PUMP_DELIV_START",
    kind: CodeKind::Event,
    description: "Pump delivery start (PCD-10)",
    loinc: None,
    unit: None,
});

/// Pump delivery stop (PCD-10). RefID from IHE TF-2 App. M, code not found.
pub const EVT_PUMP_DELIV_STOP: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_PUMP_DELIV_STOP",
    kind: CodeKind::Event,
    description: "Pump delivery stop (PCD-10). RefID from IHE TF-2 App. M, code not found",
    loinc: None,
    unit: None,
});

/// Pump free flow.
pub const EVT_PUMP_FLOW_FREE: Code = Code::new(&Term {
    value: 197206,
    refid: "MDC_EVT_PUMP_FLOW_FREE",
    kind: CodeKind::Event,
    description: "Pump free flow",
    loinc: None,
    unit: None,
});

/// Pump program cleared (PCD-10). RefID from App. M, code not found.
pub const EVT_PUMP_PROG_CLEARED: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_PUMP_PROG_CLEARED",
    kind: CodeKind::Event,
    description: "Pump program cleared (PCD-10). RefID from App. M, code not found",
    loinc: None,
    unit: None,
});

/// Syringe barrel capture fault.
pub const EVT_PUMP_SYRINGE_BARREL_CAPTURE_FAULT: Code = Code::new(&Term {
    value: 197218,
    refid: "MDC_EVT_PUMP_SYRINGE_BARREL_CAPTURE_FAULT",
    kind: CodeKind::Event,
    description: "Syringe barrel capture fault",
    loinc: None,
    unit: None,
});

/// Syringe delivery timeout.
pub const EVT_PUMP_SYRINGE_DELIV_TIMEOUT: Code = Code::new(&Term {
    value: 197182,
    refid: "MDC_EVT_PUMP_SYRINGE_DELIV_TIMEOUT",
    kind: CodeKind::Event,
    description: "Syringe delivery timeout",
    loinc: None,
    unit: None,
});

/// Pump volume counters cleared (PCD-10). RefID from App. M, code not found.
pub const EVT_PUMP_VOL_COUNTERS_CLEARED: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_PUMP_VOL_COUNTERS_CLEARED",
    kind: CodeKind::Event,
    description: "Pump volume counters cleared (PCD-10). RefID from App. M, code not found",
    loinc: None,
    unit: None,
});

/// Infusion near complete.
pub const EVT_PUMP_VOL_INFUS_NEAR_COMP: Code = Code::new(&Term {
    value: 197334,
    refid: "MDC_EVT_PUMP_VOL_INFUS_NEAR_COMP",
    kind: CodeKind::Event,
    description: "Infusion near complete",
    loinc: None,
    unit: None,
});

/// VTBI complete (infusion complete).
pub const EVT_PUMP_VOL_TBI_COMP: Code = Code::new(&Term {
    value: 197194,
    refid: "MDC_EVT_PUMP_VOL_TBI_COMP",
    kind: CodeKind::Event,
    description: "VTBI complete (infusion complete)",
    loinc: None,
    unit: None,
});

/// Range error.
pub const EVT_RANGE_ERR: Code = Code::new(&Term {
    value: 196772,
    refid: "MDC_EVT_RANGE_ERR",
    kind: CodeKind::Event,
    description: "Range error",
    loinc: None,
    unit: None,
});

/// Sensor disconnected.
pub const EVT_SENSOR_DISCONN: Code = Code::new(&Term {
    value: 196916,
    refid: "MDC_EVT_SENSOR_DISCONN",
    kind: CodeKind::Event,
    description: "Sensor disconnected",
    loinc: None,
    unit: None,
});

/// Sensor malfunction.
pub const EVT_SENSOR_MALF: Code = Code::new(&Term {
    value: 196918,
    refid: "MDC_EVT_SENSOR_MALF",
    kind: CodeKind::Event,
    description: "Sensor malfunction",
    loinc: None,
    unit: None,
});

/// Sensor problem.
pub const EVT_SENSOR_PROB: Code = Code::new(&Term {
    value: 196920,
    refid: "MDC_EVT_SENSOR_PROB",
    kind: CodeKind::Event,
    description: "Sensor problem",
    loinc: None,
    unit: None,
});

/// Signal absent.
pub const EVT_SIG_ABSENT: Code = Code::new(&Term {
    value: 197052,
    refid: "MDC_EVT_SIG_ABSENT",
    kind: CodeKind::Event,
    description: "Signal absent",
    loinc: None,
    unit: None,
});

/// Low signal.
pub const EVT_SIG_LO: Code = Code::new(&Term {
    value: 196988,
    refid: "MDC_EVT_SIG_LO",
    kind: CodeKind::Event,
    description: "Low signal",
    loinc: None,
    unit: None,
});

/// Signal noisy.
pub const EVT_SIG_NOISY: Code = Code::new(&Term {
    value: 197048,
    refid: "MDC_EVT_SIG_NOISY",
    kind: CodeKind::Event,
    description: "Signal noisy",
    loinc: None,
    unit: None,
});

/// Signal cannot be analysed.
pub const EVT_SIG_UNANALYZEABLE: Code = Code::new(&Term {
    value: 196992,
    refid: "MDC_EVT_SIG_UNANALYZEABLE",
    kind: CodeKind::Event,
    description: "Signal cannot be analysed",
    loinc: None,
    unit: None,
});

/// Alarms turned off.
pub const EVT_STAT_AL_OFF: Code = Code::new(&Term {
    value: 202752,
    refid: "MDC_EVT_STAT_AL_OFF",
    kind: CodeKind::Event,
    description: "Alarms turned off",
    loinc: None,
    unit: None,
});

/// Alarms turned on.
pub const EVT_STAT_AL_ON: Code = Code::new(&Term {
    value: 202754,
    refid: "MDC_EVT_STAT_AL_ON",
    kind: CodeKind::Event,
    description: "Alarms turned on",
    loinc: None,
    unit: None,
});

/// Alarm silenced.
pub const EVT_STAT_AL_SILENCE: Code = Code::new(&Term {
    value: 202822,
    refid: "MDC_EVT_STAT_AL_SILENCE",
    kind: CodeKind::Event,
    description: "Alarm silenced",
    loinc: None,
    unit: None,
});

/// Battery charging.
pub const EVT_STAT_BATT_CHARGING: Code = Code::new(&Term {
    value: 202758,
    refid: "MDC_EVT_STAT_BATT_CHARGING",
    kind: CodeKind::Event,
    description: "Battery charging",
    loinc: None,
    unit: None,
});

/// Status connected.
pub const EVT_STAT_CONN: Code = Code::new(&Term {
    value: 202860,
    refid: "MDC_EVT_STAT_CONN",
    kind: CodeKind::Event,
    description: "Status connected",
    loinc: None,
    unit: None,
});

/// Running on battery.
pub const EVT_STAT_DEV_BATT_OPERATED: Code = Code::new(&Term {
    value: 202884,
    refid: "MDC_EVT_STAT_DEV_BATT_OPERATED",
    kind: CodeKind::Event,
    description: "Running on battery",
    loinc: None,
    unit: None,
});

/// Running on mains.
pub const EVT_STAT_DEV_MAINS_OPERATED: Code = Code::new(&Term {
    value: 202892,
    refid: "MDC_EVT_STAT_DEV_MAINS_OPERATED",
    kind: CodeKind::Event,
    description: "Running on mains",
    loinc: None,
    unit: None,
});

/// Status disconnected.
pub const EVT_STAT_DISCONN: Code = Code::new(&Term {
    value: 202864,
    refid: "MDC_EVT_STAT_DISCONN",
    kind: CodeKind::Event,
    description: "Status disconnected",
    loinc: None,
    unit: None,
});

/// Door closed.
pub const EVT_STAT_DOOR_CLOS: Code = Code::new(&Term {
    value: 202852,
    refid: "MDC_EVT_STAT_DOOR_CLOS",
    kind: CodeKind::Event,
    description: "Door closed",
    loinc: None,
    unit: None,
});

/// Door open.
pub const EVT_STAT_DOOR_OPEN: Code = Code::new(&Term {
    value: 202828,
    refid: "MDC_EVT_STAT_DOOR_OPEN",
    kind: CodeKind::Event,
    description: "Door open",
    loinc: None,
    unit: None,
});

/// Status off.
pub const EVT_STAT_OFF: Code = Code::new(&Term {
    value: 202834,
    refid: "MDC_EVT_STAT_OFF",
    kind: CodeKind::Event,
    description: "Status off",
    loinc: None,
    unit: None,
});

/// Self test running.
pub const EVT_STAT_SELFTEST_RUNNING: Code = Code::new(&Term {
    value: 202772,
    refid: "MDC_EVT_STAT_SELFTEST_RUNNING",
    kind: CodeKind::Event,
    description: "Self test running",
    loinc: None,
    unit: None,
});

/// Standby mode.
pub const EVT_STAT_STANDBY_MODE: Code = Code::new(&Term {
    value: 202774,
    refid: "MDC_EVT_STAT_STANDBY_MODE",
    kind: CodeKind::Event,
    description: "Standby mode",
    loinc: None,
    unit: None,
});

/// Syringe timeout warning.
pub const EVT_SYRINGE_TIMEOUT_WARN: Code = Code::new(&Term {
    value: 197174,
    refid: "MDC_EVT_SYRINGE_TIMEOUT_WARN",
    kind: CodeKind::Event,
    description: "Syringe timeout warning",
    loinc: None,
    unit: None,
});

/// Timeout.
pub const EVT_TIMEOUT: Code = Code::new(&Term {
    value: 197192,
    refid: "MDC_EVT_TIMEOUT",
    kind: CodeKind::Event,
    description: "Timeout",
    loinc: None,
    unit: None,
});

/// Delivery time complete.
pub const EVT_TIME_PD_DELIV_COMP: Code = Code::new(&Term {
    value: 197132,
    refid: "MDC_EVT_TIME_PD_DELIV_COMP",
    kind: CodeKind::Event,
    description: "Delivery time complete",
    loinc: None,
    unit: None,
});

/// Standby time complete.
pub const EVT_TIME_PD_STANDBY_COMP: Code = Code::new(&Term {
    value: 197138,
    refid: "MDC_EVT_TIME_PD_STANDBY_COMP",
    kind: CodeKind::Event,
    description: "Standby time complete",
    loinc: None,
    unit: None,
});

/// Tube disconnected.
pub const EVT_TUBE_DISCONN: Code = Code::new(&Term {
    value: 196934,
    refid: "MDC_EVT_TUBE_DISCONN",
    kind: CodeKind::Event,
    description: "Tube disconnected",
    loinc: None,
    unit: None,
});

/// Tube obstructed.
pub const EVT_TUBE_OBSTRUC: Code = Code::new(&Term {
    value: 196938,
    refid: "MDC_EVT_TUBE_OBSTRUC",
    kind: CodeKind::Event,
    description: "Tube obstructed",
    loinc: None,
    unit: None,
});

/// Breathing system leak.
pub const EVT_VENT_BREATHING_SYS_LEAK: Code = Code::new(&Term {
    value: 197160,
    refid: "MDC_EVT_VENT_BREATHING_SYS_LEAK",
    kind: CodeKind::Event,
    description: "Breathing system leak",
    loinc: None,
    unit: None,
});

/// Ventilator disconnected.
pub const EVT_VENT_DISCONN: Code = Code::new(&Term {
    value: 197172,
    refid: "MDC_EVT_VENT_DISCONN",
    kind: CodeKind::Event,
    description: "Ventilator disconnected",
    loinc: None,
    unit: None,
});

/// Keep-alive alert. Proposal only, code not assigned.
pub const EVT_WATCHDOG: Code = Code::new(&Term {
    value: 0,
    refid: "MDC_EVT_WATCHDOG",
    kind: CodeKind::Event,
    description: "Keep-alive alert. Proposal only, code not assigned",
    loinc: None,
    unit: None,
});

/// Transducer disconnected.
pub const EVT_XDUCR_DISCONN: Code = Code::new(&Term {
    value: 196944,
    refid: "MDC_EVT_XDUCR_DISCONN",
    kind: CodeKind::Event,
    description: "Transducer disconnected",
    loinc: None,
    unit: None,
});

/// Drug delivery rate.
pub const FLOW_DRUG_DELIV: Code = Code::new(&Term {
    value: 157804,
    refid: "MDC_FLOW_DRUG_DELIV",
    kind: CodeKind::Metric,
    description: "Drug delivery rate",
    loinc: None,
    unit: Some(dim::MILLI_G_PER_HR),
});

/// Bolus flow rate.
pub const FLOW_FLUID_BOLUS: Code = Code::new(&Term {
    value: 157780,
    refid: "MDC_FLOW_FLUID_BOLUS",
    kind: CodeKind::Metric,
    description: "Bolus flow rate",
    loinc: None,
    unit: Some(dim::MILLI_L_PER_HR),
});

/// Programmed (set) fluid flow rate.
pub const FLOW_FLUID_PUMP: Code = Code::new(&Term {
    value: 157784,
    refid: "MDC_FLOW_FLUID_PUMP",
    kind: CodeKind::Metric,
    description: "Programmed (set) fluid flow rate",
    loinc: None,
    unit: Some(dim::MILLI_L_PER_HR),
});

/// Current pump fluid flow (actual).
pub const FLOW_FLUID_PUMP_CURRENT: Code = Code::new(&Term {
    value: 158014,
    refid: "MDC_FLOW_FLUID_PUMP_CURRENT",
    kind: CodeKind::Metric,
    description: "Current pump fluid flow (actual)",
    loinc: None,
    unit: Some(dim::MILLI_L_PER_HR),
});

/// Keep-vein-open rate.
pub const FLOW_KVO: Code = Code::new(&Term {
    value: 157920,
    refid: "MDC_FLOW_KVO",
    kind: CodeKind::Metric,
    description: "Keep-vein-open rate",
    loinc: None,
    unit: Some(dim::MILLI_L_PER_HR),
});

/// Urine output, previous hour.
pub const FLOW_URINE_PREV_HR: Code = Code::new(&Term {
    value: 157716,
    refid: "MDC_FLOW_URINE_PREV_HR",
    kind: CodeKind::Metric,
    description: "Urine output, previous hour",
    loinc: None,
    unit: Some(dim::MILLI_L_PER_HR),
});

/// Body height.
pub const LEN_BODY_ACTUAL: Code = Code::new(&Term {
    value: 188740,
    refid: "MDC_LEN_BODY_ACTUAL",
    kind: CodeKind::Metric,
    description: "Body height",
    loinc: Some("8302-2"),
    unit: Some(dim::CENTI_M),
});

/// Body weight (scale, weighing bed).
pub const MASS_BODY_ACTUAL: Code = Code::new(&Term {
    value: 188736,
    refid: "MDC_MASS_BODY_ACTUAL",
    kind: CodeKind::Metric,
    description: "Body weight (scale, weighing bed)",
    loinc: Some("29463-7"),
    unit: Some(dim::KILO_G),
});

/// Patient-device association observation (OBR-4).
pub const OBS_ASSOCIATION_PATIENT_DEVICE: Code = Code::new(&Term {
    value: 69136,
    refid: "MDC_OBS_ASSOCIATION_PATIENT_DEVICE",
    kind: CodeKind::Attribute,
    description: "Patient-device association observation (OBR-4)",
    loinc: None,
    unit: None,
});

/// Continuous observation (OBX-17 tag).
pub const OBS_CTS: Code = Code::new(&Term {
    value: 69123,
    refid: "MDC_OBS_CTS",
    kind: CodeKind::Attribute,
    description: "Continuous observation (OBX-17 tag)",
    loinc: None,
    unit: None,
});

/// Non-continuous observation (OBX-17 tag).
pub const OBS_NONCTS: Code = Code::new(&Term {
    value: 69124,
    refid: "MDC_OBS_NONCTS",
    kind: CodeKind::Attribute,
    description: "Non-continuous observation (OBX-17 tag)",
    loinc: None,
    unit: None,
});

/// Cardiac output.
pub const OUTPUT_CARD: Code = Code::new(&Term {
    value: 150276,
    refid: "MDC_OUTPUT_CARD",
    kind: CodeKind::Metric,
    description: "Cardiac output",
    loinc: Some("8741-1"),
    unit: Some(dim::X_L_PER_MIN),
});

/// Cardiac index.
pub const OUTPUT_CARD_INDEX: Code = Code::new(&Term {
    value: 149772,
    refid: "MDC_OUTPUT_CARD_INDEX",
    kind: CodeKind::Metric,
    description: "Cardiac index",
    loinc: Some("75919-1"),
    unit: Some(dim::X_L_PER_MIN_PER_M_SQ),
});

/// Pulse rate from plethysmogram.
pub const PLETH_PULS_RATE: Code = Code::new(&Term {
    value: 149538,
    refid: "MDC_PLETH_PULS_RATE",
    kind: CodeKind::Metric,
    description: "Pulse rate from plethysmogram",
    loinc: None,
    unit: Some(dim::BEAT_PER_MIN),
});

/// Airway pressure.
pub const PRESS_AWAY: Code = Code::new(&Term {
    value: 151792,
    refid: "MDC_PRESS_AWAY",
    kind: CodeKind::Metric,
    description: "Airway pressure",
    loinc: None,
    unit: Some(dim::CM_H2O),
});

/// PEEP.
pub const PRESS_AWAY_END_EXP_POS: Code = Code::new(&Term {
    value: 151804,
    refid: "MDC_PRESS_AWAY_END_EXP_POS",
    kind: CodeKind::Metric,
    description: "PEEP",
    loinc: Some("76248-4"),
    unit: Some(dim::CM_H2O),
});

/// Intrinsic PEEP.
pub const PRESS_AWAY_END_EXP_POS_INTRINSIC: Code = Code::new(&Term {
    value: 151808,
    refid: "MDC_PRESS_AWAY_END_EXP_POS_INTRINSIC",
    kind: CodeKind::Metric,
    description: "Intrinsic PEEP",
    loinc: None,
    unit: Some(dim::CM_H2O),
});

/// Peak inspiratory pressure (same code as ..._INSP_MAX).
pub const PRESS_AWAY_INSP_PEAK: Code = Code::new(&Term {
    value: 151817,
    refid: "MDC_PRESS_AWAY_INSP_PEAK",
    kind: CodeKind::Metric,
    description: "Peak inspiratory pressure (same code as ..._INSP_MAX)",
    loinc: None,
    unit: Some(dim::CM_H2O),
});

/// Airway pressure, maximum.
pub const PRESS_AWAY_MAX: Code = Code::new(&Term {
    value: 151793,
    refid: "MDC_PRESS_AWAY_MAX",
    kind: CodeKind::Metric,
    description: "Airway pressure, maximum",
    loinc: None,
    unit: Some(dim::CM_H2O),
});

/// Arterial blood pressure (invasive, compound).
pub const PRESS_BLD_ART: Code = Code::new(&Term {
    value: 150032,
    refid: "MDC_PRESS_BLD_ART",
    kind: CodeKind::Metric,
    description: "Arterial blood pressure (invasive, compound)",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// ABP labelled arterial pressure diastolic.
pub const PRESS_BLD_ART_ABP_DIA: Code = Code::new(&Term {
    value: 150038,
    refid: "MDC_PRESS_BLD_ART_ABP_DIA",
    kind: CodeKind::Metric,
    description: "ABP labelled arterial pressure diastolic",
    loinc: Some("76213-8"),
    unit: Some(dim::MMHG),
});

/// ABP labelled arterial pressure mean.
pub const PRESS_BLD_ART_ABP_MEAN: Code = Code::new(&Term {
    value: 150039,
    refid: "MDC_PRESS_BLD_ART_ABP_MEAN",
    kind: CodeKind::Metric,
    description: "ABP labelled arterial pressure mean",
    loinc: Some("76214-6"),
    unit: Some(dim::MMHG),
});

/// ABP labelled arterial pressure systolic.
pub const PRESS_BLD_ART_ABP_SYS: Code = Code::new(&Term {
    value: 150037,
    refid: "MDC_PRESS_BLD_ART_ABP_SYS",
    kind: CodeKind::Metric,
    description: "ABP labelled arterial pressure systolic",
    loinc: Some("76215-3"),
    unit: Some(dim::MMHG),
});

/// Arterial pressure diastolic (invasive).
pub const PRESS_BLD_ART_DIA: Code = Code::new(&Term {
    value: 150034,
    refid: "MDC_PRESS_BLD_ART_DIA",
    kind: CodeKind::Metric,
    description: "Arterial pressure diastolic (invasive)",
    loinc: Some("76213-8"),
    unit: Some(dim::MMHG),
});

/// Arterial pressure mean (invasive).
pub const PRESS_BLD_ART_MEAN: Code = Code::new(&Term {
    value: 150035,
    refid: "MDC_PRESS_BLD_ART_MEAN",
    kind: CodeKind::Metric,
    description: "Arterial pressure mean (invasive)",
    loinc: Some("76214-6"),
    unit: Some(dim::MMHG),
});

/// Pulmonary artery pressure diastolic.
pub const PRESS_BLD_ART_PULM_DIA: Code = Code::new(&Term {
    value: 150046,
    refid: "MDC_PRESS_BLD_ART_PULM_DIA",
    kind: CodeKind::Metric,
    description: "Pulmonary artery pressure diastolic",
    loinc: Some("8385-7"),
    unit: Some(dim::MMHG),
});

/// Pulmonary artery pressure mean.
pub const PRESS_BLD_ART_PULM_MEAN: Code = Code::new(&Term {
    value: 150047,
    refid: "MDC_PRESS_BLD_ART_PULM_MEAN",
    kind: CodeKind::Metric,
    description: "Pulmonary artery pressure mean",
    loinc: Some("8414-5"),
    unit: Some(dim::MMHG),
});

/// Pulmonary artery pressure systolic.
pub const PRESS_BLD_ART_PULM_SYS: Code = Code::new(&Term {
    value: 150045,
    refid: "MDC_PRESS_BLD_ART_PULM_SYS",
    kind: CodeKind::Metric,
    description: "Pulmonary artery pressure systolic",
    loinc: Some("8440-0"),
    unit: Some(dim::MMHG),
});

/// Pulmonary artery wedge pressure.
pub const PRESS_BLD_ART_PULM_WEDGE: Code = Code::new(&Term {
    value: 150052,
    refid: "MDC_PRESS_BLD_ART_PULM_WEDGE",
    kind: CodeKind::Metric,
    description: "Pulmonary artery wedge pressure",
    loinc: Some("75994-4"),
    unit: Some(dim::MMHG),
});

/// Arterial pressure systolic (invasive).
pub const PRESS_BLD_ART_SYS: Code = Code::new(&Term {
    value: 150033,
    refid: "MDC_PRESS_BLD_ART_SYS",
    kind: CodeKind::Metric,
    description: "Arterial pressure systolic (invasive)",
    loinc: Some("76215-3"),
    unit: Some(dim::MMHG),
});

/// Left atrial pressure mean.
pub const PRESS_BLD_ATR_LEFT_MEAN: Code = Code::new(&Term {
    value: 150067,
    refid: "MDC_PRESS_BLD_ATR_LEFT_MEAN",
    kind: CodeKind::Metric,
    description: "Left atrial pressure mean",
    loinc: Some("8399-8"),
    unit: Some(dim::MMHG),
});

/// Right atrial pressure mean.
pub const PRESS_BLD_ATR_RIGHT_MEAN: Code = Code::new(&Term {
    value: 150071,
    refid: "MDC_PRESS_BLD_ATR_RIGHT_MEAN",
    kind: CodeKind::Metric,
    description: "Right atrial pressure mean",
    loinc: Some("8400-4"),
    unit: Some(dim::MMHG),
});

/// Non-invasive blood pressure (compound).
pub const PRESS_BLD_NONINV: Code = Code::new(&Term {
    value: 150020,
    refid: "MDC_PRESS_BLD_NONINV",
    kind: CodeKind::Metric,
    description: "Non-invasive blood pressure (compound)",
    loinc: Some("85354-9"),
    unit: Some(dim::MMHG),
});

/// NIBP diastolic (vital-signs profile wants 8462-4).
pub const PRESS_BLD_NONINV_DIA: Code = Code::new(&Term {
    value: 150022,
    refid: "MDC_PRESS_BLD_NONINV_DIA",
    kind: CodeKind::Metric,
    description: "NIBP diastolic (vital-signs profile wants 8462-4)",
    loinc: Some("76535-4"),
    unit: Some(dim::MMHG),
});

/// NIBP mean (generic 8478-0).
pub const PRESS_BLD_NONINV_MEAN: Code = Code::new(&Term {
    value: 150023,
    refid: "MDC_PRESS_BLD_NONINV_MEAN",
    kind: CodeKind::Metric,
    description: "NIBP mean (generic 8478-0)",
    loinc: Some("76536-2"),
    unit: Some(dim::MMHG),
});

/// NIBP systolic (method-specific LOINC; vital-signs profile wants 8480-6).
pub const PRESS_BLD_NONINV_SYS: Code = Code::new(&Term {
    value: 150021,
    refid: "MDC_PRESS_BLD_NONINV_SYS",
    kind: CodeKind::Metric,
    description: "NIBP systolic (method-specific LOINC; vital-signs profile wants 8480-6)",
    loinc: Some("76534-7"),
    unit: Some(dim::MMHG),
});

/// Central venous pressure.
pub const PRESS_BLD_VEN_CENT: Code = Code::new(&Term {
    value: 150084,
    refid: "MDC_PRESS_BLD_VEN_CENT",
    kind: CodeKind::Metric,
    description: "Central venous pressure",
    loinc: Some("60985-9"),
    unit: Some(dim::MMHG),
});

/// Central venous pressure mean.
pub const PRESS_BLD_VEN_CENT_MEAN: Code = Code::new(&Term {
    value: 150087,
    refid: "MDC_PRESS_BLD_VEN_CENT_MEAN",
    kind: CodeKind::Metric,
    description: "Central venous pressure mean",
    loinc: Some("60985-9"),
    unit: Some(dim::MMHG),
});

/// Cerebral perfusion pressure.
pub const PRESS_CEREB_PERF: Code = Code::new(&Term {
    value: 153604,
    refid: "MDC_PRESS_CEREB_PERF",
    kind: CodeKind::Metric,
    description: "Cerebral perfusion pressure",
    loinc: Some("61017-0"),
    unit: Some(dim::MMHG),
});

/// Cuff pressure.
pub const PRESS_CUFF: Code = Code::new(&Term {
    value: 150300,
    refid: "MDC_PRESS_CUFF",
    kind: CodeKind::Metric,
    description: "Cuff pressure",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Fluid line pressure, measured.
pub const PRESS_FLUID_MEAS: Code = Code::new(&Term {
    value: 157836,
    refid: "MDC_PRESS_FLUID_MEAS",
    kind: CodeKind::Metric,
    description: "Fluid line pressure, measured",
    loinc: None,
    unit: Some(dim::MMHG),
});

/// Intracranial pressure.
pub const PRESS_INTRA_CRAN: Code = Code::new(&Term {
    value: 153608,
    refid: "MDC_PRESS_INTRA_CRAN",
    kind: CodeKind::Metric,
    description: "Intracranial pressure",
    loinc: Some("60956-0"),
    unit: Some(dim::MMHG),
});

/// Plateau pressure.
pub const PRESS_RESP_PLAT: Code = Code::new(&Term {
    value: 151784,
    refid: "MDC_PRESS_RESP_PLAT",
    kind: CodeKind::Metric,
    description: "Plateau pressure",
    loinc: Some("76259-1"),
    unit: Some(dim::CM_H2O),
});

/// Perfusion index / relative perfusion (TF sample uses DIMLESS; PERCENT also seen).
pub const PULS_OXIM_PERF_REL: Code = Code::new(&Term {
    value: 150448,
    refid: "MDC_PULS_OXIM_PERF_REL",
    kind: CodeKind::Metric,
    description: "Perfusion index / relative perfusion (TF sample uses DIMLESS; PERCENT also seen)",
    loinc: Some("61006-3"),
    unit: Some(dim::PERCENT),
});

/// Pulse rate from pulse oximeter.
pub const PULS_OXIM_PULS_RATE: Code = Code::new(&Term {
    value: 149530,
    refid: "MDC_PULS_OXIM_PULS_RATE",
    kind: CodeKind::Metric,
    description: "Pulse rate from pulse oximeter",
    loinc: Some("8889-8"),
    unit: Some(dim::BEAT_PER_MIN),
});

/// Oxygen saturation by pulse oximetry (SpO2).
pub const PULS_OXIM_SAT_O2: Code = Code::new(&Term {
    value: 150456,
    refid: "MDC_PULS_OXIM_SAT_O2",
    kind: CodeKind::Metric,
    description: "Oxygen saturation by pulse oximetry (SpO2)",
    loinc: Some("59408-5"),
    unit: Some(dim::PERCENT),
});

/// Pulse rate, source unspecified.
pub const PULS_RATE: Code = Code::new(&Term {
    value: 149514,
    refid: "MDC_PULS_RATE",
    kind: CodeKind::Metric,
    description: "Pulse rate, source unspecified",
    loinc: Some("8867-4"),
    unit: Some(dim::BEAT_PER_MIN),
});

/// Pulse rate from non-invasive blood pressure cuff.
pub const PULS_RATE_NON_INV: Code = Code::new(&Term {
    value: 149546,
    refid: "MDC_PULS_RATE_NON_INV",
    kind: CodeKind::Metric,
    description: "Pulse rate from non-invasive blood pressure cuff",
    loinc: Some("8867-4"),
    unit: Some(dim::BEAT_PER_MIN),
});

/// Drug library care area.
pub const PUMP_DRUG_LIBRARY_CARE_AREA: Code = Code::new(&Term {
    value: 184516,
    refid: "MDC_PUMP_DRUG_LIBRARY_CARE_AREA",
    kind: CodeKind::Metric,
    description: "Drug library care area",
    loinc: None,
    unit: None,
});

/// Drug library version.
pub const PUMP_DRUG_LIBRARY_VERSION: Code = Code::new(&Term {
    value: 184517,
    refid: "MDC_PUMP_DRUG_LIBRARY_VERSION",
    kind: CodeKind::Metric,
    description: "Drug library version",
    loinc: None,
    unit: None,
});

/// Infusing status (pump-status-infusing / -not-infusing).
pub const PUMP_INFUSING_STATUS: Code = Code::new(&Term {
    value: 184519,
    refid: "MDC_PUMP_INFUSING_STATUS",
    kind: CodeKind::Metric,
    description: "Infusing status (pump-status-infusing / -not-infusing)",
    loinc: None,
    unit: None,
});

/// Pump mode (older enumeration).
pub const PUMP_MODE: Code = Code::new(&Term {
    value: 184504,
    refid: "MDC_PUMP_MODE",
    kind: CodeKind::Metric,
    description: "Pump mode (older enumeration)",
    loinc: None,
    unit: None,
});

/// Pump status (older enumeration).
pub const PUMP_STAT: Code = Code::new(&Term {
    value: 184508,
    refid: "MDC_PUMP_STAT",
    kind: CodeKind::Metric,
    description: "Pump status (older enumeration)",
    loinc: None,
    unit: None,
});

/// Dose rate.
pub const RATE_DOSE: Code = Code::new(&Term {
    value: 157924,
    refid: "MDC_RATE_DOSE",
    kind: CodeKind::Metric,
    description: "Dose rate",
    loinc: None,
    unit: Some(dim::MICRO_G_PER_KG_PER_MIN),
});

/// PCA maximum doses per hour.
pub const RATE_PCA_MAX_DOSES_PER_HOUR: Code = Code::new(&Term {
    value: 157988,
    refid: "MDC_RATE_PCA_MAX_DOSES_PER_HOUR",
    kind: CodeKind::Metric,
    description: "PCA maximum doses per hour",
    loinc: None,
    unit: None,
});

/// Inspiration to expiration ratio.
pub const RATIO_IE: Code = Code::new(&Term {
    value: 151832,
    refid: "MDC_RATIO_IE",
    kind: CodeKind::Metric,
    description: "Inspiration to expiration ratio",
    loinc: Some("75931-6"),
    unit: Some(dim::DIMLESS),
});

/// Respiration rate.
pub const RESP_RATE: Code = Code::new(&Term {
    value: 151562,
    refid: "MDC_RESP_RATE",
    kind: CodeKind::Metric,
    description: "Respiration rate",
    loinc: Some("9279-1"),
    unit: Some(dim::RESP_PER_MIN),
});

/// Airway resistance.
pub const RES_AWAY: Code = Code::new(&Term {
    value: 151840,
    refid: "MDC_RES_AWAY",
    kind: CodeKind::Metric,
    description: "Airway resistance",
    loinc: None,
    unit: Some(dim::CM_H2O_PER_L_PER_SEC),
});

/// Arterial oxygen saturation (device measured).
pub const SAT_O2_ART: Code = Code::new(&Term {
    value: 150324,
    refid: "MDC_SAT_O2_ART",
    kind: CodeKind::Metric,
    description: "Arterial oxygen saturation (device measured)",
    loinc: Some("2708-6"),
    unit: Some(dim::PERCENT),
});

/// Venous oxygen saturation.
pub const SAT_O2_VEN: Code = Code::new(&Term {
    value: 150332,
    refid: "MDC_SAT_O2_VEN",
    kind: CodeKind::Metric,
    description: "Venous oxygen saturation",
    loinc: None,
    unit: Some(dim::PERCENT),
});

/// Glasgow coma score.
pub const SCORE_GLAS_COMA: Code = Code::new(&Term {
    value: 153728,
    refid: "MDC_SCORE_GLAS_COMA",
    kind: CodeKind::Metric,
    description: "Glasgow coma score",
    loinc: Some("9269-2"),
    unit: Some(dim::DIMLESS),
});

/// Temperature, site unspecified.
pub const TEMP: Code = Code::new(&Term {
    value: 150344,
    refid: "MDC_TEMP",
    kind: CodeKind::Metric,
    description: "Temperature, site unspecified",
    loinc: Some("8310-5"),
    unit: Some(dim::DEGC),
});

/// Airway temperature.
pub const TEMP_AWAY: Code = Code::new(&Term {
    value: 150356,
    refid: "MDC_TEMP_AWAY",
    kind: CodeKind::Metric,
    description: "Airway temperature",
    loinc: Some("60955-2"),
    unit: Some(dim::DEGC),
});

/// Axillary temperature.
pub const TEMP_AXILLA: Code = Code::new(&Term {
    value: 188452,
    refid: "MDC_TEMP_AXILLA",
    kind: CodeKind::Metric,
    description: "Axillary temperature",
    loinc: Some("8328-7"),
    unit: Some(dim::DEGC),
});

/// Blood temperature.
pub const TEMP_BLD: Code = Code::new(&Term {
    value: 188436,
    refid: "MDC_TEMP_BLD",
    kind: CodeKind::Metric,
    description: "Blood temperature",
    loinc: Some("60834-9"),
    unit: Some(dim::DEGC),
});

/// Body temperature.
pub const TEMP_BODY: Code = Code::new(&Term {
    value: 150364,
    refid: "MDC_TEMP_BODY",
    kind: CodeKind::Metric,
    description: "Body temperature",
    loinc: Some("8310-5"),
    unit: Some(dim::DEGC),
});

/// Core temperature.
pub const TEMP_CORE: Code = Code::new(&Term {
    value: 150368,
    refid: "MDC_TEMP_CORE",
    kind: CodeKind::Metric,
    description: "Core temperature",
    loinc: Some("8329-5"),
    unit: Some(dim::DEGC),
});

/// Temperature difference.
pub const TEMP_DIFF: Code = Code::new(&Term {
    value: 188440,
    refid: "MDC_TEMP_DIFF",
    kind: CodeKind::Metric,
    description: "Temperature difference",
    loinc: None,
    unit: Some(dim::DEGC),
});

/// Ear temperature.
pub const TEMP_EAR: Code = Code::new(&Term {
    value: 188428,
    refid: "MDC_TEMP_EAR",
    kind: CodeKind::Metric,
    description: "Ear temperature",
    loinc: None,
    unit: Some(dim::DEGC),
});

/// Esophageal temperature.
pub const TEMP_ESOPH: Code = Code::new(&Term {
    value: 150372,
    refid: "MDC_TEMP_ESOPH",
    kind: CodeKind::Metric,
    description: "Esophageal temperature",
    loinc: Some("60836-4"),
    unit: Some(dim::DEGC),
});

/// Nasopharyngeal temperature.
pub const TEMP_NASOPH: Code = Code::new(&Term {
    value: 150380,
    refid: "MDC_TEMP_NASOPH",
    kind: CodeKind::Metric,
    description: "Nasopharyngeal temperature",
    loinc: None,
    unit: Some(dim::DEGC),
});

/// Oral temperature.
pub const TEMP_ORAL: Code = Code::new(&Term {
    value: 188424,
    refid: "MDC_TEMP_ORAL",
    kind: CodeKind::Metric,
    description: "Oral temperature",
    loinc: Some("8331-1"),
    unit: Some(dim::DEGC),
});

/// Rectal temperature.
pub const TEMP_RECT: Code = Code::new(&Term {
    value: 188420,
    refid: "MDC_TEMP_RECT",
    kind: CodeKind::Metric,
    description: "Rectal temperature",
    loinc: Some("8332-9"),
    unit: Some(dim::DEGC),
});

/// Skin temperature.
pub const TEMP_SKIN: Code = Code::new(&Term {
    value: 150388,
    refid: "MDC_TEMP_SKIN",
    kind: CodeKind::Metric,
    description: "Skin temperature",
    loinc: None,
    unit: Some(dim::DEGC),
});

/// Tympanic temperature.
pub const TEMP_TYMP: Code = Code::new(&Term {
    value: 150392,
    refid: "MDC_TEMP_TYMP",
    kind: CodeKind::Metric,
    description: "Tympanic temperature",
    loinc: Some("8333-7"),
    unit: Some(dim::DEGC),
});

/// Time capability state.
pub const TIME_CAP_STATE: Code = Code::new(&Term {
    value: 68219,
    refid: "MDC_TIME_CAP_STATE",
    kind: CodeKind::Attribute,
    description: "Time capability state",
    loinc: None,
    unit: None,
});

/// PCA lockout interval.
pub const TIME_PCA_LOCKOUT: Code = Code::new(&Term {
    value: 157989,
    refid: "MDC_TIME_PCA_LOCKOUT",
    kind: CodeKind::Metric,
    description: "PCA lockout interval",
    loinc: None,
    unit: Some(dim::MIN),
});

/// Apnoea duration.
pub const TIME_PD_APNEA: Code = Code::new(&Term {
    value: 151856,
    refid: "MDC_TIME_PD_APNEA",
    kind: CodeKind::Metric,
    description: "Apnoea duration",
    loinc: None,
    unit: Some(dim::SEC),
});

/// Delay time remaining.
pub const TIME_PD_DELAY_REMAIN: Code = Code::new(&Term {
    value: 157908,
    refid: "MDC_TIME_PD_DELAY_REMAIN",
    kind: CodeKind::Metric,
    description: "Delay time remaining",
    loinc: None,
    unit: Some(dim::MIN),
});

/// Standby time remaining.
pub const TIME_PD_FLUID_STANDBY_REMAIN: Code = Code::new(&Term {
    value: 157764,
    refid: "MDC_TIME_PD_FLUID_STANDBY_REMAIN",
    kind: CodeKind::Metric,
    description: "Standby time remaining",
    loinc: None,
    unit: Some(dim::MIN),
});

/// Time remaining.
pub const TIME_PD_REMAIN: Code = Code::new(&Term {
    value: 157916,
    refid: "MDC_TIME_PD_REMAIN",
    kind: CodeKind::Metric,
    description: "Time remaining",
    loinc: None,
    unit: Some(dim::MIN),
});

/// No time sync.
pub const TIME_SYNC_NONE: Code = Code::new(&Term {
    value: 532224,
    refid: "MDC_TIME_SYNC_NONE",
    kind: CodeKind::Attribute,
    description: "No time sync",
    loinc: None,
    unit: None,
});

/// NTPv3.
pub const TIME_SYNC_NTPV3: Code = Code::new(&Term {
    value: 532225,
    refid: "MDC_TIME_SYNC_NTPV3",
    kind: CodeKind::Attribute,
    description: "NTPv3",
    loinc: None,
    unit: None,
});

/// NTPv4.
pub const TIME_SYNC_NTPV4: Code = Code::new(&Term {
    value: 532226,
    refid: "MDC_TIME_SYNC_NTPV4",
    kind: CodeKind::Attribute,
    description: "NTPv4",
    loinc: None,
    unit: None,
});

/// Time sync protocol.
pub const TIME_SYNC_PROTOCOL: Code = Code::new(&Term {
    value: 68220,
    refid: "MDC_TIME_SYNC_PROTOCOL",
    kind: CodeKind::Attribute,
    description: "Time sync protocol",
    loinc: None,
    unit: None,
});

/// SNTPv4.
pub const TIME_SYNC_SNTPV4: Code = Code::new(&Term {
    value: 532227,
    refid: "MDC_TIME_SYNC_SNTPV4",
    kind: CodeKind::Attribute,
    description: "SNTPv4",
    loinc: None,
    unit: None,
});

/// Respiration rate by transthoracic impedance.
pub const TTHOR_RESP_RATE: Code = Code::new(&Term {
    value: 151578,
    refid: "MDC_TTHOR_RESP_RATE",
    kind: CodeKind::Metric,
    description: "Respiration rate by transthoracic impedance",
    loinc: Some("9279-1"),
    unit: Some(dim::RESP_PER_MIN),
});

/// Oxygen concentration, ventilator (TF-3: set FiO2).
pub const VENT_CONC_AWAY_O2: Code = Code::new(&Term {
    value: 151720,
    refid: "MDC_VENT_CONC_AWAY_O2",
    kind: CodeKind::Metric,
    description: "Oxygen concentration, ventilator (TF-3: set FiO2)",
    loinc: Some("19994-3"),
    unit: Some(dim::PERCENT),
});

/// Inspired oxygen concentration on ventilator (FiO2 measured).
pub const VENT_CONC_AWAY_O2_INSP: Code = Code::new(&Term {
    value: 151920,
    refid: "MDC_VENT_CONC_AWAY_O2_INSP",
    kind: CodeKind::Metric,
    description: "Inspired oxygen concentration on ventilator (FiO2 measured)",
    loinc: Some("71835-3"),
    unit: Some(dim::PERCENT),
});

/// Expiratory flow on ventilator.
pub const VENT_FLOW_EXP: Code = Code::new(&Term {
    value: 151944,
    refid: "MDC_VENT_FLOW_EXP",
    kind: CodeKind::Metric,
    description: "Expiratory flow on ventilator",
    loinc: Some("60792-9"),
    unit: Some(dim::X_L_PER_MIN),
});

/// Inspiratory flow on ventilator.
pub const VENT_FLOW_INSP: Code = Code::new(&Term {
    value: 151948,
    refid: "MDC_VENT_FLOW_INSP",
    kind: CodeKind::Metric,
    description: "Inspiratory flow on ventilator",
    loinc: Some("60794-5"),
    unit: Some(dim::X_L_PER_MIN),
});

/// Ventilator mode (enumeration).
pub const VENT_MODE: Code = Code::new(&Term {
    value: 184352,
    refid: "MDC_VENT_MODE",
    kind: CodeKind::Metric,
    description: "Ventilator mode (enumeration)",
    loinc: None,
    unit: None,
});

/// Applied PEEP on ventilator.
pub const VENT_PRESS_AWAY_END_EXP_POS: Code = Code::new(&Term {
    value: 151976,
    refid: "MDC_VENT_PRESS_AWAY_END_EXP_POS",
    kind: CodeKind::Metric,
    description: "Applied PEEP on ventilator",
    loinc: Some("76248-4"),
    unit: Some(dim::CM_H2O),
});

/// Maximum airway pressure on ventilator.
pub const VENT_PRESS_AWAY_MAX: Code = Code::new(&Term {
    value: 151973,
    refid: "MDC_VENT_PRESS_AWAY_MAX",
    kind: CodeKind::Metric,
    description: "Maximum airway pressure on ventilator",
    loinc: Some("76531-3"),
    unit: Some(dim::CM_H2O),
});

/// Mean airway pressure on ventilator.
pub const VENT_PRESS_AWAY_MEAN: Code = Code::new(&Term {
    value: 151975,
    refid: "MDC_VENT_PRESS_AWAY_MEAN",
    kind: CodeKind::Metric,
    description: "Mean airway pressure on ventilator",
    loinc: Some("76530-5"),
    unit: Some(dim::CM_H2O),
});

/// Ventilation pressure, maximum.
pub const VENT_PRESS_MAX: Code = Code::new(&Term {
    value: 151957,
    refid: "MDC_VENT_PRESS_MAX",
    kind: CodeKind::Metric,
    description: "Ventilation pressure, maximum",
    loinc: Some("76531-3"),
    unit: Some(dim::CM_H2O),
});

/// Ventilator plateau pressure.
pub const VENT_PRESS_RESP_PLAT: Code = Code::new(&Term {
    value: 152424,
    refid: "MDC_VENT_PRESS_RESP_PLAT",
    kind: CodeKind::Metric,
    description: "Ventilator plateau pressure",
    loinc: Some("76259-1"),
    unit: Some(dim::CM_H2O),
});

/// Ventilation (mechanical) rate.
pub const VENT_RESP_RATE: Code = Code::new(&Term {
    value: 151586,
    refid: "MDC_VENT_RESP_RATE",
    kind: CodeKind::Metric,
    description: "Ventilation (mechanical) rate",
    loinc: Some("33438-3"),
    unit: Some(dim::RESP_PER_MIN),
});

/// Ventilator minute volume.
pub const VENT_VOL_MINUTE: Code = Code::new(&Term {
    value: 151996,
    refid: "MDC_VENT_VOL_MINUTE",
    kind: CodeKind::Metric,
    description: "Ventilator minute volume",
    loinc: None,
    unit: Some(dim::X_L_PER_MIN),
});

/// Expired minute volume on ventilator.
pub const VENT_VOL_MINUTE_EXP: Code = Code::new(&Term {
    value: 152000,
    refid: "MDC_VENT_VOL_MINUTE_EXP",
    kind: CodeKind::Metric,
    description: "Expired minute volume on ventilator",
    loinc: None,
    unit: Some(dim::X_L_PER_MIN),
});

/// Inspired minute volume on ventilator.
pub const VENT_VOL_MINUTE_INSP: Code = Code::new(&Term {
    value: 152004,
    refid: "MDC_VENT_VOL_MINUTE_INSP",
    kind: CodeKind::Metric,
    description: "Inspired minute volume on ventilator",
    loinc: Some("76009-0"),
    unit: Some(dim::X_L_PER_MIN),
});

/// Tidal volume on ventilator.
pub const VENT_VOL_TIDAL: Code = Code::new(&Term {
    value: 151980,
    refid: "MDC_VENT_VOL_TIDAL",
    kind: CodeKind::Metric,
    description: "Tidal volume on ventilator",
    loinc: Some("76222-9"),
    unit: Some(dim::MILLI_L),
});

/// Airway tidal volume.
pub const VOL_AWAY_TIDAL: Code = Code::new(&Term {
    value: 151868,
    refid: "MDC_VOL_AWAY_TIDAL",
    kind: CodeKind::Metric,
    description: "Airway tidal volume",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Stroke volume.
pub const VOL_BLD_STROKE: Code = Code::new(&Term {
    value: 150404,
    refid: "MDC_VOL_BLD_STROKE",
    kind: CodeKind::Metric,
    description: "Stroke volume",
    loinc: Some("20562-5"),
    unit: Some(dim::MILLI_L),
});

/// Bolus volume.
pub const VOL_FLUID_BOLUS: Code = Code::new(&Term {
    value: 157860,
    refid: "MDC_VOL_FLUID_BOLUS",
    kind: CodeKind::Metric,
    description: "Bolus volume",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Container volume at start.
pub const VOL_FLUID_CONTAINER_START: Code = Code::new(&Term {
    value: 157994,
    refid: "MDC_VOL_FLUID_CONTAINER_START",
    kind: CodeKind::Metric,
    description: "Container volume at start",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Volume infused (source).
pub const VOL_FLUID_DELIV: Code = Code::new(&Term {
    value: 157864,
    refid: "MDC_VOL_FLUID_DELIV",
    kind: CodeKind::Metric,
    description: "Volume infused (source)",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Current segment volume delivered.
pub const VOL_FLUID_DELIV_SEGMENT: Code = Code::new(&Term {
    value: 157992,
    refid: "MDC_VOL_FLUID_DELIV_SEGMENT",
    kind: CodeKind::Metric,
    description: "Current segment volume delivered",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Cumulative volume delivered.
pub const VOL_FLUID_DELIV_TOTAL: Code = Code::new(&Term {
    value: 157993,
    refid: "MDC_VOL_FLUID_DELIV_TOTAL",
    kind: CodeKind::Metric,
    description: "Cumulative volume delivered",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Total volume delivered, settable/clearable.
pub const VOL_FLUID_DELIV_TOTAL_SET: Code = Code::new(&Term {
    value: 157888,
    refid: "MDC_VOL_FLUID_DELIV_TOTAL_SET",
    kind: CodeKind::Metric,
    description: "Total volume delivered, settable/clearable",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Drainage volume.
pub const VOL_FLUID_DRAIN: Code = Code::new(&Term {
    value: 157728,
    refid: "MDC_VOL_FLUID_DRAIN",
    kind: CodeKind::Metric,
    description: "Drainage volume",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Reservoir volume.
pub const VOL_FLUID_RES: Code = Code::new(&Term {
    value: 157876,
    refid: "MDC_VOL_FLUID_RES",
    kind: CodeKind::Metric,
    description: "Reservoir volume",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Volume programmed / to be infused (VTBI).
pub const VOL_FLUID_TBI: Code = Code::new(&Term {
    value: 157884,
    refid: "MDC_VOL_FLUID_TBI",
    kind: CodeKind::Metric,
    description: "Volume programmed / to be infused (VTBI)",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Volume remaining to be infused.
pub const VOL_FLUID_TBI_REMAIN: Code = Code::new(&Term {
    value: 157872,
    refid: "MDC_VOL_FLUID_TBI_REMAIN",
    kind: CodeKind::Metric,
    description: "Volume remaining to be infused",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Total volume infused (delivery channel).
pub const VOL_INFUS_ACTUAL_TOTAL: Code = Code::new(&Term {
    value: 157948,
    refid: "MDC_VOL_INFUS_ACTUAL_TOTAL",
    kind: CodeKind::Metric,
    description: "Total volume infused (delivery channel)",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Minute volume.
pub const VOL_MINUTE_AWAY: Code = Code::new(&Term {
    value: 151880,
    refid: "MDC_VOL_MINUTE_AWAY",
    kind: CodeKind::Metric,
    description: "Minute volume",
    loinc: None,
    unit: Some(dim::X_L_PER_MIN),
});

/// Syringe volume.
pub const VOL_SYRINGE: Code = Code::new(&Term {
    value: 157880,
    refid: "MDC_VOL_SYRINGE",
    kind: CodeKind::Metric,
    description: "Syringe volume",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// Urine volume collected.
pub const VOL_URINE_COL: Code = Code::new(&Term {
    value: 157744,
    refid: "MDC_VOL_URINE_COL",
    kind: CodeKind::Metric,
    description: "Urine volume collected",
    loinc: None,
    unit: Some(dim::MILLI_L),
});

/// All terms, sorted by reference id.
#[rustfmt::skip]
pub(super) const TABLE: &[Code] = &[
    X_ATTR_OPERATING_MODE,
    X_BED_BRAKE_STATE,
    X_BED_EXIT_ZONE,
    X_BED_HEIGHT,
    X_BED_HOB_ANGLE,
    X_BED_NURSE_CALL_STATE,
    X_BED_OCCUPANCY,
    X_BED_SIDERAIL_STATE,
    X_CONC_AWAY_AGENT_ET,
    X_CONC_AWAY_AGENT_INSP,
    X_CONC_AWAY_DESFL_ET,
    X_CONC_AWAY_DESFL_INSP,
    X_CONC_AWAY_ENFL_ET,
    X_CONC_AWAY_ENFL_INSP,
    X_CONC_AWAY_HALOTH_ET,
    X_CONC_AWAY_HALOTH_INSP,
    X_CONC_AWAY_ISOFL_ET,
    X_CONC_AWAY_ISOFL_INSP,
    X_CONC_AWAY_N2O_ET,
    X_CONC_AWAY_N2O_INSP,
    X_CONC_AWAY_O2_ET,
    X_CONC_AWAY_SEVOFL_ET,
    X_CONC_AWAY_SEVOFL_INSP,
    X_CONC_MAC,
    X_DEV_ANALY_CARD_OUTPUT_CHAN,
    X_DEV_ANALY_CARD_OUTPUT_VMD,
    X_DEV_ANALY_CONC_GAS_CHAN,
    X_DEV_BED_CHAN,
    X_DEV_BED_MDS,
    X_DEV_BED_VMD,
    X_DEV_CALC_MDS,
    X_DEV_CALC_SCORE_VMD,
    X_DEV_INFANT_BED_CHAN,
    X_DEV_INFANT_BED_MDS,
    X_DEV_INFANT_BED_VMD,
    X_DEV_PUMP_INFUS_SYRINGE_CHAN,
    X_DEV_SCALE_CHAN,
    X_DEV_SCALE_MDS,
    X_DEV_SCALE_VMD,
    X_ECG_AMPL_ST_AVF,
    X_ECG_AMPL_ST_AVL,
    X_ECG_AMPL_ST_AVR,
    X_ECG_AMPL_ST_I,
    X_ECG_AMPL_ST_III,
    X_ECG_AMPL_ST_V,
    X_ECG_AMPL_ST_V1,
    X_ECG_AMPL_ST_V2,
    X_ECG_AMPL_ST_V3,
    X_ECG_AMPL_ST_V4,
    X_ECG_AMPL_ST_V5,
    X_ECG_AMPL_ST_V6,
    X_EVT_ASSOCIATION,
    X_EVT_BED_BRAKE_OFF,
    X_EVT_BED_EXIT,
    X_EVT_BED_EXIT_IMMINENT,
    X_EVT_BED_HOB_LOW,
    X_EVT_BED_NOT_LOW,
    X_EVT_BED_SIDERAIL_DOWN,
    X_EVT_CANNOT_EVALUATE,
    X_EVT_CLOCK_JUMPED,
    X_EVT_COMBINED,
    X_EVT_DELIVERY_FAILED,
    X_EVT_FAST_FALL,
    X_EVT_FAST_RISE,
    X_EVT_GATEWAY_LINK_LOST,
    X_EVT_IDENTITY_CHANGED,
    X_EVT_INVALID,
    X_EVT_LINK_LOST,
    X_EVT_NURSE_CALL,
    X_EVT_STALE,
    X_EVT_UNANSWERED,
    X_INFANT_BED_CANOPY,
    X_INFANT_BED_CONTROL_MODE,
    X_INFANT_BED_HEATER_POWER,
    X_INFANT_BED_SET_TEMP_SKIN,
    X_INFANT_BED_TEMP_AIR,
    X_MASS_BODY_IDEAL,
    X_PRESS_BLD_ATR_LEFT_DIA,
    X_PRESS_BLD_ATR_LEFT_SYS,
    X_PRESS_BLD_ATR_RIGHT_DIA,
    X_PRESS_BLD_ATR_RIGHT_SYS,
    X_PRESS_BLD_VEN_CENT_DIA,
    X_PRESS_BLD_VEN_CENT_SYS,
    X_PRESS_INTRA_CRAN_DIA,
    X_PRESS_INTRA_CRAN_SYS,
    X_PRESS_INV_DIA,
    X_PRESS_INV_MEAN,
    X_PRESS_INV_SYS,
    X_PULS_OXIM_PLETH_VAR,
    X_PULS_OXIM_SAT_CO,
    X_PULS_OXIM_SAT_MET,
    X_PUMP_PRESS_ALARM_RATIO,
    X_PUMP_SERIAL_NUMBER,
    X_SCORE_MEWS,
    X_SCORE_MEWS_CHANGE,
    X_SCORE_MEWS_CONSCIOUSNESS,
    X_SCORE_MEWS_HIGHEST,
    X_SCORE_MEWS_MISSING,
    X_SCORE_MEWS_PULSE,
    X_SCORE_MEWS_RESPIRATION,
    X_SCORE_MEWS_SYSTOLIC,
    X_SCORE_MEWS_TEMPERATURE,
    X_SCORE_NEWS2,
    X_SCORE_NEWS2_CHANGE,
    X_SCORE_NEWS2_CONSCIOUSNESS,
    X_SCORE_NEWS2_HIGHEST,
    X_SCORE_NEWS2_MISSING,
    X_SCORE_NEWS2_OXYGEN,
    X_SCORE_NEWS2_PULSE,
    X_SCORE_NEWS2_RESPIRATION,
    X_SCORE_NEWS2_SATURATION,
    X_SCORE_NEWS2_SYSTOLIC,
    X_SCORE_NEWS2_TEMPERATURE,
    X_SCORE_QSOFA,
    X_SCORE_QSOFA_CHANGE,
    X_SCORE_QSOFA_CONSCIOUSNESS,
    X_SCORE_QSOFA_HIGHEST,
    X_SCORE_QSOFA_MISSING,
    X_SCORE_QSOFA_RESPIRATION,
    X_SCORE_QSOFA_SYSTOLIC,
    X_TEMP_ROOM,
    X_VENT_CO2_PRODUCTION,
    X_VENT_COMPL_STATIC,
    X_VENT_INTERFACE_TYPE,
    X_VENT_MODE_MAND,
    X_VENT_MODE_SPONT,
    X_VENT_PATIENT_TYPE,
    X_VENT_PRESS_AWAY_END_INSP,
    X_VENT_PRESS_AWAY_MIN,
    X_VENT_PRESS_INSP_NEG,
    X_VENT_PRESS_OCCL,
    X_VENT_RATIO_IE_EXP,
    X_VENT_RESP_RATE_SPONT,
    X_VENT_RES_STATIC,
    X_VENT_SET_FLOW_PEAK,
    X_VENT_SET_PRESS_END_EXP_POS,
    X_VENT_SET_PRESS_INSP,
    X_VENT_SET_PRESS_SUPPORT,
    X_VENT_SET_RESP_RATE,
    X_VENT_SET_TIME_PD_APNEA,
    X_VENT_SET_TIME_PD_INSP,
    X_VENT_SET_VOL_TIDAL,
    X_VENT_TIME_PD_INSP_SPONT,
    X_VENT_VOL_DEAD_SPACE,
    X_VENT_VOL_DEAD_SPACE_REL,
    X_VENT_VOL_MINUTE_SPONT,
    X_VENT_VOL_SUPPORT_INSP,
    X_VENT_VOL_TRAPPED,
    X_VOL_AWAY_TIDAL_INSP,
    AI_LOCATION_BED,
    AI_LOCATION_CHAIR,
    AI_TYPE_SENSOR_ENURESIS,
    AI_TYPE_SENSOR_FALL,
    AI_TYPE_SENSOR_PERS,
    AI_TYPE_SENSOR_PROPEXIT,
    AI_TYPE_SENSOR_USAGE,
    AREA_BODY_SURF_ACTUAL,
    ATTR_ALARM_INACTIVATION_STATE,
    ATTR_ALARM_PRIORITY,
    ATTR_ALARM_STATE,
    ATTR_ALERT_SOURCE,
    ATTR_ALERT_TYPE,
    ATTR_AL_COND,
    ATTR_AL_LIMIT,
    ATTR_CONFIRM_TIMEOUT,
    ATTR_EVENT_PHASE,
    ATTR_EVT_COND,
    ATTR_EVT_SOURCE,
    ATTR_ID_BED_LABEL,
    ATTR_ID_MODEL,
    ATTR_ID_PROD_SPECN,
    ATTR_POWER_STAT,
    ATTR_PT_HEIGHT,
    ATTR_PT_WEIGHT,
    ATTR_SYS_ID,
    ATTR_SYS_TYPE,
    ATTR_TIME_ABS,
    ATTR_TIME_BATT_REMAIN,
    ATTR_VAL_BATT_CHARGE,
    ATTR_VMS_MDS_STAT,
    AWAY_CO2_ET,
    AWAY_RESP_RATE,
    BCG_BREATHING,
    BCG_CARD_CYC,
    BCG_MVMT,
    BLD_PULS_RATE_INV,
    CO2_RESP_RATE,
    COMPL_LUNG_DYN,
    CONC_AWAY_CO2_ET,
    CONC_AWAY_CO2_INSP,
    CONC_AWAY_O2_INSP,
    CONC_DRUG,
    DEV_ANALY_AWAY_MULTI_PARAM_VMD,
    DEV_ANALY_FLOW_AWAY_CHAN,
    DEV_ANALY_PERF_REL_CHAN,
    DEV_ANALY_PRESS_AWAY_CHAN,
    DEV_ANALY_PRESS_BLD_CHAN,
    DEV_ANALY_PRESS_BLD_VMD,
    DEV_ANALY_RESP_RATE_CHAN,
    DEV_ANALY_RESP_RATE_VMD,
    DEV_ANALY_SAT_O2_CHAN,
    DEV_ANALY_SAT_O2_MDS,
    DEV_ANALY_SAT_O2_VMD,
    DEV_ECG_CHAN,
    DEV_ECG_VMD,
    DEV_METER_PHYSIO_MULTI_PARAM_MDS,
    DEV_METER_PRESS_BLD_CHAN,
    DEV_METER_PRESS_BLD_VMD,
    DEV_METER_TEMP_CHAN,
    DEV_METER_TEMP_VMD,
    DEV_MON_MDS,
    DEV_MON_PHYSIO_MULTI_PARAM_MDS,
    DEV_PRESS_BLD_NONINV_CHAN,
    DEV_PRESS_BLD_NONINV_VMD,
    DEV_PULS_CHAN,
    DEV_PUMP_ACTIVE_SOURCES,
    DEV_PUMP_CURRENT_DELIVERY_STATUS,
    DEV_PUMP_DELIVERY_INFO,
    DEV_PUMP_INFUSATE_SOURCE_PRIMARY,
    DEV_PUMP_INFUS_CHAN,
    DEV_PUMP_INFUS_CHAN_DELIVERY,
    DEV_PUMP_INFUS_CHAN_SOURCE,
    DEV_PUMP_INFUS_LVP_MDS,
    DEV_PUMP_INFUS_LVP_VMD,
    DEV_PUMP_INFUS_MDS,
    DEV_PUMP_INFUS_SYRINGE_MDS,
    DEV_PUMP_INFUS_SYRINGE_VMD,
    DEV_PUMP_INFUS_VMD,
    DEV_PUMP_NOT_DELIVERING_REASON,
    DEV_PUMP_PROGRAM_DELIVERY_MODE,
    DEV_PUMP_RACK_MDS,
    DEV_PUMP_SOURCE_CHANNEL_LABEL,
    DEV_SYS_PT_VENT_CHAN,
    DEV_SYS_PT_VENT_MDS,
    DEV_SYS_PT_VENT_VMD,
    DOSE_CLINICIAN,
    DOSE_DRUG_BOLUS,
    DOSE_LOADING,
    DOSE_PCA_PATIENT,
    DRUG_NAME_LABEL,
    DRUG_NAME_TYPE,
    ECG_AMPL_ST_II,
    ECG_CARD_BEAT_RATE,
    ECG_CARD_BEAT_RATE_BTB,
    ECG_HEART_RATE,
    ECG_STAT_RHY,
    ECG_TIME_PD_QT_GL,
    ECG_TIME_PD_QTC,
    ECG_V_P_C_CNT,
    ECG_V_P_C_RATE,
    EVT_ABSENT,
    EVT_ADVIS_BATT_REPLACE,
    EVT_ADVIS_CABLE_CHK,
    EVT_ADVIS_CHK,
    EVT_ADVIS_LEAD_CHK,
    EVT_ADVIS_PUMP_SYRINGE_REPLACE_IMMED,
    EVT_ADVIS_PUMP_SYRINGE_REPLACE_WARN,
    EVT_ADVIS_SENSOR_CHK,
    EVT_ADVIS_SETTINGS_CHK,
    EVT_ALARM,
    EVT_APNEA,
    EVT_ASSOCIATION_PATIENT_DEVICE,
    EVT_BATT_DEPL,
    EVT_BATT_FAIL,
    EVT_BATT_LO,
    EVT_BATT_MALF,
    EVT_BATT_PROB,
    EVT_BATT_SERV,
    EVT_BREATH_ABSENT,
    EVT_CHECK_IV_SET,
    EVT_COMM_LOST,
    EVT_COMM_STATUS_CHANGE,
    EVT_CONN,
    EVT_CUFF_INFLAT_OVER,
    EVT_CUFF_LEAK,
    EVT_CUFF_POSN_ERR,
    EVT_DESAT,
    EVT_DEVICE_TIME_CHANGED,
    EVT_DISASSOCIATION_PATIENT_DEVICE,
    EVT_DISCONN,
    EVT_DISPOS_LO,
    EVT_DOOR_OR_HANDLE_POSN_PROB,
    EVT_DOOR_POSN_ERR,
    EVT_ECG_ARRHY,
    EVT_ECG_ASYSTOLE,
    EVT_ECG_ATR_FIB,
    EVT_ECG_BRADY_EXTREME,
    EVT_ECG_BRADY_SUST,
    EVT_ECG_CARD_BEAT_RATE_HI,
    EVT_ECG_CARD_BEAT_RATE_IRREG,
    EVT_ECG_CARD_BEAT_RATE_LO,
    EVT_ECG_PACER_NOT_PACING,
    EVT_ECG_PACING_NON_CAPT,
    EVT_ECG_PAUSE,
    EVT_ECG_SINUS_BRADY,
    EVT_ECG_SINUS_TACHY,
    EVT_ECG_SV_TACHY,
    EVT_ECG_TACHY,
    EVT_ECG_TACHY_EXTREME,
    EVT_ECG_V_FIB,
    EVT_ECG_V_P_C_RUN,
    EVT_ECG_V_TACHY,
    EVT_ECG_V_TACHY_NON_SUST,
    EVT_ECG_V_TACHY_SUST,
    EVT_ELEC_PWR_LINE_PROB,
    EVT_EMER_STOP,
    EVT_EMPTY,
    EVT_EQUIP_MALF,
    EVT_ERR,
    EVT_FAIL,
    EVT_FLOW_LO,
    EVT_FLOW_OBSTRUC,
    EVT_FLOW_REVERSED,
    EVT_FLOW_STOP_OPEN,
    EVT_FLUID_LINE_AIR,
    EVT_FLUID_LINE_DRIP_MALF,
    EVT_FLUID_LINE_FLOW_SENSOR_PROB,
    EVT_FLUID_LINE_HI_GT_LIM_PRESSURE,
    EVT_FLUID_LINE_INFILT,
    EVT_FLUID_LINE_OCCL,
    EVT_FLUID_LINE_OCCL_PROXIMAL,
    EVT_FLUID_LINE_PROB,
    EVT_HI,
    EVT_HI_GT_LIM,
    EVT_INFILT,
    EVT_INOP,
    EVT_LEADS_OFF,
    EVT_LEAD_DISCONN,
    EVT_LEAD_NOISY,
    EVT_LEAD_OFF,
    EVT_LO,
    EVT_LO_LT_LIM,
    EVT_MALF,
    EVT_MED_GAS_SUPPLY_LO,
    EVT_MODULE_DISCONN,
    EVT_MSMT_DISCONN,
    EVT_MSMT_FAIL,
    EVT_MSMT_INTERF,
    EVT_MSMT_RANGE_OVER,
    EVT_MSMT_RANGE_UNDER,
    EVT_NOS,
    EVT_O2_SUPPLY_LO,
    EVT_OCCL,
    EVT_PATIENT_CHANGE,
    EVT_PATIENT_ID_CHANGE,
    EVT_PATIENT_PARAMETER_CHANGE,
    EVT_POSN_PROB,
    EVT_POWER_PROB,
    EVT_POWER_SUPPLY_PROB,
    EVT_PRESS_FLUID_LINE_EXCESS,
    EVT_PUMP_AUTO_PROG_CLEARED,
    EVT_PUMP_DELIV_COMP,
    EVT_PUMP_DELIV_START,
    EVT_PUMP_DELIV_STOP,
    EVT_PUMP_FLOW_FREE,
    EVT_PUMP_PROG_CLEARED,
    EVT_PUMP_SYRINGE_BARREL_CAPTURE_FAULT,
    EVT_PUMP_SYRINGE_DELIV_TIMEOUT,
    EVT_PUMP_VOL_COUNTERS_CLEARED,
    EVT_PUMP_VOL_INFUS_NEAR_COMP,
    EVT_PUMP_VOL_TBI_COMP,
    EVT_RANGE_ERR,
    EVT_SENSOR_DISCONN,
    EVT_SENSOR_MALF,
    EVT_SENSOR_PROB,
    EVT_SIG_ABSENT,
    EVT_SIG_LO,
    EVT_SIG_NOISY,
    EVT_SIG_UNANALYZEABLE,
    EVT_STAT_AL_OFF,
    EVT_STAT_AL_ON,
    EVT_STAT_AL_SILENCE,
    EVT_STAT_BATT_CHARGING,
    EVT_STAT_CONN,
    EVT_STAT_DEV_BATT_OPERATED,
    EVT_STAT_DEV_MAINS_OPERATED,
    EVT_STAT_DISCONN,
    EVT_STAT_DOOR_CLOS,
    EVT_STAT_DOOR_OPEN,
    EVT_STAT_OFF,
    EVT_STAT_SELFTEST_RUNNING,
    EVT_STAT_STANDBY_MODE,
    EVT_SYRINGE_TIMEOUT_WARN,
    EVT_TIMEOUT,
    EVT_TIME_PD_DELIV_COMP,
    EVT_TIME_PD_STANDBY_COMP,
    EVT_TUBE_DISCONN,
    EVT_TUBE_OBSTRUC,
    EVT_VENT_BREATHING_SYS_LEAK,
    EVT_VENT_DISCONN,
    EVT_WATCHDOG,
    EVT_XDUCR_DISCONN,
    FLOW_DRUG_DELIV,
    FLOW_FLUID_BOLUS,
    FLOW_FLUID_PUMP,
    FLOW_FLUID_PUMP_CURRENT,
    FLOW_KVO,
    FLOW_URINE_PREV_HR,
    LEN_BODY_ACTUAL,
    MASS_BODY_ACTUAL,
    OBS_ASSOCIATION_PATIENT_DEVICE,
    OBS_CTS,
    OBS_NONCTS,
    OUTPUT_CARD,
    OUTPUT_CARD_INDEX,
    PLETH_PULS_RATE,
    PRESS_AWAY,
    PRESS_AWAY_END_EXP_POS,
    PRESS_AWAY_END_EXP_POS_INTRINSIC,
    PRESS_AWAY_INSP_PEAK,
    PRESS_AWAY_MAX,
    PRESS_BLD_ART,
    PRESS_BLD_ART_ABP_DIA,
    PRESS_BLD_ART_ABP_MEAN,
    PRESS_BLD_ART_ABP_SYS,
    PRESS_BLD_ART_DIA,
    PRESS_BLD_ART_MEAN,
    PRESS_BLD_ART_PULM_DIA,
    PRESS_BLD_ART_PULM_MEAN,
    PRESS_BLD_ART_PULM_SYS,
    PRESS_BLD_ART_PULM_WEDGE,
    PRESS_BLD_ART_SYS,
    PRESS_BLD_ATR_LEFT_MEAN,
    PRESS_BLD_ATR_RIGHT_MEAN,
    PRESS_BLD_NONINV,
    PRESS_BLD_NONINV_DIA,
    PRESS_BLD_NONINV_MEAN,
    PRESS_BLD_NONINV_SYS,
    PRESS_BLD_VEN_CENT,
    PRESS_BLD_VEN_CENT_MEAN,
    PRESS_CEREB_PERF,
    PRESS_CUFF,
    PRESS_FLUID_MEAS,
    PRESS_INTRA_CRAN,
    PRESS_RESP_PLAT,
    PULS_OXIM_PERF_REL,
    PULS_OXIM_PULS_RATE,
    PULS_OXIM_SAT_O2,
    PULS_RATE,
    PULS_RATE_NON_INV,
    PUMP_DRUG_LIBRARY_CARE_AREA,
    PUMP_DRUG_LIBRARY_VERSION,
    PUMP_INFUSING_STATUS,
    PUMP_MODE,
    PUMP_STAT,
    RATE_DOSE,
    RATE_PCA_MAX_DOSES_PER_HOUR,
    RATIO_IE,
    RESP_RATE,
    RES_AWAY,
    SAT_O2_ART,
    SAT_O2_VEN,
    SCORE_GLAS_COMA,
    TEMP,
    TEMP_AWAY,
    TEMP_AXILLA,
    TEMP_BLD,
    TEMP_BODY,
    TEMP_CORE,
    TEMP_DIFF,
    TEMP_EAR,
    TEMP_ESOPH,
    TEMP_NASOPH,
    TEMP_ORAL,
    TEMP_RECT,
    TEMP_SKIN,
    TEMP_TYMP,
    TIME_CAP_STATE,
    TIME_PCA_LOCKOUT,
    TIME_PD_APNEA,
    TIME_PD_DELAY_REMAIN,
    TIME_PD_FLUID_STANDBY_REMAIN,
    TIME_PD_REMAIN,
    TIME_SYNC_NONE,
    TIME_SYNC_NTPV3,
    TIME_SYNC_NTPV4,
    TIME_SYNC_PROTOCOL,
    TIME_SYNC_SNTPV4,
    TTHOR_RESP_RATE,
    VENT_CONC_AWAY_O2,
    VENT_CONC_AWAY_O2_INSP,
    VENT_FLOW_EXP,
    VENT_FLOW_INSP,
    VENT_MODE,
    VENT_PRESS_AWAY_END_EXP_POS,
    VENT_PRESS_AWAY_MAX,
    VENT_PRESS_AWAY_MEAN,
    VENT_PRESS_MAX,
    VENT_PRESS_RESP_PLAT,
    VENT_RESP_RATE,
    VENT_VOL_MINUTE,
    VENT_VOL_MINUTE_EXP,
    VENT_VOL_MINUTE_INSP,
    VENT_VOL_TIDAL,
    VOL_AWAY_TIDAL,
    VOL_BLD_STROKE,
    VOL_FLUID_BOLUS,
    VOL_FLUID_CONTAINER_START,
    VOL_FLUID_DELIV,
    VOL_FLUID_DELIV_SEGMENT,
    VOL_FLUID_DELIV_TOTAL,
    VOL_FLUID_DELIV_TOTAL_SET,
    VOL_FLUID_DRAIN,
    VOL_FLUID_RES,
    VOL_FLUID_TBI,
    VOL_FLUID_TBI_REMAIN,
    VOL_INFUS_ACTUAL_TOTAL,
    VOL_MINUTE_AWAY,
    VOL_SYRINGE,
    VOL_URINE_COL,
];

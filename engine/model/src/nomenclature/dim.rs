#![cfg_attr(rustfmt, rustfmt_skip)]
//! Units of ISO/IEEE 11073-10101 with their UCUM text. Generated from `nomenclature/*.csv` by `tests/nomenclature.rs`; do not edit.

use super::{Unit, UnitTerm};

/// cubic foot per minute. PROJECT-PRIVATE, code 0, UCUM `[cft_i]/min`.
pub const X_DIM_CU_FOOT_PER_MIN: Unit = Unit::new(&UnitTerm { value: 0, refid: "MDCX_DIM_CU_FOOT_PER_MIN", ucum: "[cft_i]/min", description: "cubic foot per minute. PROJECT-PRIVATE, code 0" });

/// farad. PROJECT-PRIVATE, code 0, UCUM `F`.
pub const X_DIM_FARAD: Unit = Unit::new(&UnitTerm { value: 0, refid: "MDCX_DIM_FARAD", ucum: "F", description: "farad. PROJECT-PRIVATE, code 0" });

/// inch of water. PROJECT-PRIVATE, code 0, UCUM `[in_i'H2O]`.
pub const X_DIM_INCH_H2O: Unit = Unit::new(&UnitTerm { value: 0, refid: "MDCX_DIM_INCH_H2O", ucum: "[in_i'H2O]", description: "inch of water. PROJECT-PRIVATE, code 0" });

/// milliampere. PROJECT-PRIVATE, code 0, UCUM `mA`.
pub const X_DIM_MILLI_AMP: Unit = Unit::new(&UnitTerm { value: 0, refid: "MDCX_DIM_MILLI_AMP", ucum: "mA", description: "milliampere. PROJECT-PRIVATE, code 0" });

/// ohm. PROJECT-PRIVATE, code 0, UCUM `Ohm`.
pub const X_DIM_OHM: Unit = Unit::new(&UnitTerm { value: 0, refid: "MDCX_DIM_OHM", ucum: "Ohm", description: "ohm. PROJECT-PRIVATE, code 0" });

/// per hour. PROJECT-PRIVATE, code 0, UCUM `/h`.
pub const X_DIM_PER_HR: Unit = Unit::new(&UnitTerm { value: 0, refid: "MDCX_DIM_PER_HR", ucum: "/h", description: "per hour. PROJECT-PRIVATE, code 0" });

/// volt. PROJECT-PRIVATE, code 0, UCUM `V`.
pub const X_DIM_VOLT: Unit = Unit::new(&UnitTerm { value: 0, refid: "MDCX_DIM_VOLT", ucum: "V", description: "volt. PROJECT-PRIVATE, code 0" });

/// degree of angle, UCUM `deg`.
pub const ANG_DEG: Unit = Unit::new(&UnitTerm { value: 262880, refid: "MDC_DIM_ANG_DEG", ucum: "deg", description: "degree of angle" });

/// beats per minute (vital signs: /min), UCUM `{beat}/min`.
pub const BEAT_PER_MIN: Unit = Unit::new(&UnitTerm { value: 264864, refid: "MDC_DIM_BEAT_PER_MIN", ucum: "{beat}/min", description: "beats per minute (vital signs: /min)" });

/// centimetre, UCUM `cm`.
pub const CENTI_M: Unit = Unit::new(&UnitTerm { value: 263441, refid: "MDC_DIM_CENTI_M", ucum: "cm", description: "centimetre" });

/// centimetre of water, UCUM `cm[H2O]`.
pub const CM_H2O: Unit = Unit::new(&UnitTerm { value: 266048, refid: "MDC_DIM_CM_H2O", ucum: "cm[H2O]", description: "centimetre of water" });

/// resistance, UCUM `cm[H2O].s/L`.
pub const CM_H2O_PER_L_PER_SEC: Unit = Unit::new(&UnitTerm { value: 268064, refid: "MDC_DIM_CM_H2O_PER_L_PER_SEC", ucum: "cm[H2O].s/L", description: "resistance" });

/// day, UCUM `d`.
pub const DAY: Unit = Unit::new(&UnitTerm { value: 264416, refid: "MDC_DIM_DAY", ucum: "d", description: "day" });

/// degree Celsius, UCUM `Cel`.
pub const DEGC: Unit = Unit::new(&UnitTerm { value: 268192, refid: "MDC_DIM_DEGC", ucum: "Cel", description: "degree Celsius" });

/// no dimension, UCUM `1`.
pub const DIMLESS: Unit = Unit::new(&UnitTerm { value: 262656, refid: "MDC_DIM_DIMLESS", ucum: "1", description: "no dimension" });

/// degree Fahrenheit, UCUM `[degF]`.
pub const FAHR: Unit = Unit::new(&UnitTerm { value: 266560, refid: "MDC_DIM_FAHR", ucum: "[degF]", description: "degree Fahrenheit" });

/// hour, UCUM `h`.
pub const HR: Unit = Unit::new(&UnitTerm { value: 264384, refid: "MDC_DIM_HR", ucum: "h", description: "hour" });

/// hertz, UCUM `Hz`.
pub const HZ: Unit = Unit::new(&UnitTerm { value: 264640, refid: "MDC_DIM_HZ", ucum: "Hz", description: "hertz" });

/// kg per square metre, UCUM `kg/m2`.
pub const KG_PER_M_SQ: Unit = Unit::new(&UnitTerm { value: 264096, refid: "MDC_DIM_KG_PER_M_SQ", ucum: "kg/m2", description: "kg per square metre" });

/// kilogram, UCUM `kg`.
pub const KILO_G: Unit = Unit::new(&UnitTerm { value: 263875, refid: "MDC_DIM_KILO_G", ucum: "kg", description: "kilogram" });

/// kilopascal, UCUM `kPa`.
pub const KILO_PASCAL: Unit = Unit::new(&UnitTerm { value: 265987, refid: "MDC_DIM_KILO_PASCAL", ucum: "kPa", description: "kilopascal" });

/// pound, UCUM `[lb_av]`.
pub const LB: Unit = Unit::new(&UnitTerm { value: 263904, refid: "MDC_DIM_LB", ucum: "[lb_av]", description: "pound" });

/// microgram, UCUM `ug`.
pub const MICRO_G: Unit = Unit::new(&UnitTerm { value: 263891, refid: "MDC_DIM_MICRO_G", ucum: "ug", description: "microgram" });

/// ug per hour, UCUM `ug/h`.
pub const MICRO_G_PER_HR: Unit = Unit::new(&UnitTerm { value: 265523, refid: "MDC_DIM_MICRO_G_PER_HR", ucum: "ug/h", description: "ug per hour" });

/// ug per kg per hour, UCUM `ug/kg/h`.
pub const MICRO_G_PER_KG_PER_HR: Unit = Unit::new(&UnitTerm { value: 265651, refid: "MDC_DIM_MICRO_G_PER_KG_PER_HR", ucum: "ug/kg/h", description: "ug per kg per hour" });

/// ug per kg per minute, UCUM `ug/kg/min`.
pub const MICRO_G_PER_KG_PER_MIN: Unit = Unit::new(&UnitTerm { value: 265619, refid: "MDC_DIM_MICRO_G_PER_KG_PER_MIN", ucum: "ug/kg/min", description: "ug per kg per minute" });

/// ug per minute, UCUM `ug/min`.
pub const MICRO_G_PER_MIN: Unit = Unit::new(&UnitTerm { value: 265491, refid: "MDC_DIM_MICRO_G_PER_MIN", ucum: "ug/min", description: "ug per minute" });

/// ug per mL, UCUM `ug/mL`.
pub const MICRO_G_PER_ML: Unit = Unit::new(&UnitTerm { value: 264307, refid: "MDC_DIM_MICRO_G_PER_ML", ucum: "ug/mL", description: "ug per mL" });

/// millibar, UCUM `mbar`.
pub const MILLI_BAR: Unit = Unit::new(&UnitTerm { value: 266098, refid: "MDC_DIM_MILLI_BAR", ucum: "mbar", description: "millibar" });

/// milligram, UCUM `mg`.
pub const MILLI_G: Unit = Unit::new(&UnitTerm { value: 263890, refid: "MDC_DIM_MILLI_G", ucum: "mg", description: "milligram" });

/// mg per dL, UCUM `mg/dL`.
pub const MILLI_G_PER_DL: Unit = Unit::new(&UnitTerm { value: 264274, refid: "MDC_DIM_MILLI_G_PER_DL", ucum: "mg/dL", description: "mg per dL" });

/// mg per hour, UCUM `mg/h`.
pub const MILLI_G_PER_HR: Unit = Unit::new(&UnitTerm { value: 265522, refid: "MDC_DIM_MILLI_G_PER_HR", ucum: "mg/h", description: "mg per hour" });

/// mg per kg per hour, UCUM `mg/kg/h`.
pub const MILLI_G_PER_KG_PER_HR: Unit = Unit::new(&UnitTerm { value: 265650, refid: "MDC_DIM_MILLI_G_PER_KG_PER_HR", ucum: "mg/kg/h", description: "mg per kg per hour" });

/// mg per kg per minute, UCUM `mg/kg/min`.
pub const MILLI_G_PER_KG_PER_MIN: Unit = Unit::new(&UnitTerm { value: 265618, refid: "MDC_DIM_MILLI_G_PER_KG_PER_MIN", ucum: "mg/kg/min", description: "mg per kg per minute" });

/// mg per minute, UCUM `mg/min`.
pub const MILLI_G_PER_MIN: Unit = Unit::new(&UnitTerm { value: 265490, refid: "MDC_DIM_MILLI_G_PER_MIN", ucum: "mg/min", description: "mg per minute" });

/// mg per mL, UCUM `mg/mL`.
pub const MILLI_G_PER_ML: Unit = Unit::new(&UnitTerm { value: 264306, refid: "MDC_DIM_MILLI_G_PER_ML", ucum: "mg/mL", description: "mg per mL" });

/// millilitre, UCUM `mL`.
pub const MILLI_L: Unit = Unit::new(&UnitTerm { value: 263762, refid: "MDC_DIM_MILLI_L", ucum: "mL", description: "millilitre" });

/// compliance, UCUM `mL/cm[H2O]`.
pub const MILLI_L_PER_CM_H2O: Unit = Unit::new(&UnitTerm { value: 268050, refid: "MDC_DIM_MILLI_L_PER_CM_H2O", ucum: "mL/cm[H2O]", description: "compliance" });

/// mL per hour, UCUM `mL/h`.
pub const MILLI_L_PER_HR: Unit = Unit::new(&UnitTerm { value: 265266, refid: "MDC_DIM_MILLI_L_PER_HR", ucum: "mL/h", description: "mL per hour" });

/// mL per kg, UCUM `mL/kg`.
pub const MILLI_L_PER_KG: Unit = Unit::new(&UnitTerm { value: 265330, refid: "MDC_DIM_MILLI_L_PER_KG", ucum: "mL/kg", description: "mL per kg" });

/// mL per minute, UCUM `mL/min`.
pub const MILLI_L_PER_MIN: Unit = Unit::new(&UnitTerm { value: 265234, refid: "MDC_DIM_MILLI_L_PER_MIN", ucum: "mL/min", description: "mL per minute" });

/// millimetre, UCUM `mm`.
pub const MILLI_M: Unit = Unit::new(&UnitTerm { value: 263442, refid: "MDC_DIM_MILLI_M", ucum: "mm", description: "millimetre" });

/// mmol per hour, UCUM `mmol/h`.
pub const MILLI_MOLE_PER_HR: Unit = Unit::new(&UnitTerm { value: 267186, refid: "MDC_DIM_MILLI_MOLE_PER_HR", ucum: "mmol/h", description: "mmol per hour" });

/// mmol per litre, UCUM `mmol/L`.
pub const MILLI_MOLE_PER_L: Unit = Unit::new(&UnitTerm { value: 266866, refid: "MDC_DIM_MILLI_MOLE_PER_L", ucum: "mmol/L", description: "mmol per litre" });

/// millisecond, UCUM `ms`.
pub const MILLI_SEC: Unit = Unit::new(&UnitTerm { value: 264338, refid: "MDC_DIM_MILLI_SEC", ucum: "ms", description: "millisecond" });

/// millivolt, UCUM `mV`.
pub const MILLI_VOLT: Unit = Unit::new(&UnitTerm { value: 266418, refid: "MDC_DIM_MILLI_VOLT", ucum: "mV", description: "millivolt" });

/// minute, UCUM `min`.
pub const MIN: Unit = Unit::new(&UnitTerm { value: 264352, refid: "MDC_DIM_MIN", ucum: "min", description: "minute" });

/// millimetre of mercury, UCUM `mm[Hg]`.
pub const MMHG: Unit = Unit::new(&UnitTerm { value: 266016, refid: "MDC_DIM_MMHG", ucum: "mm[Hg]", description: "millimetre of mercury" });

/// nanogram, UCUM `ng`.
pub const NANO_G: Unit = Unit::new(&UnitTerm { value: 263892, refid: "MDC_DIM_NANO_G", ucum: "ng", description: "nanogram" });

/// ng per kg per minute, UCUM `ng/kg/min`.
pub const NANO_G_PER_KG_PER_MIN: Unit = Unit::new(&UnitTerm { value: 265620, refid: "MDC_DIM_NANO_G_PER_KG_PER_MIN", ucum: "ng/kg/min", description: "ng per kg per minute" });

/// percent, UCUM `%`.
pub const PERCENT: Unit = Unit::new(&UnitTerm { value: 262688, refid: "MDC_DIM_PERCENT", ucum: "%", description: "percent" });

/// per minute, UCUM `/min`.
pub const PER_MIN: Unit = Unit::new(&UnitTerm { value: 264672, refid: "MDC_DIM_PER_MIN", ucum: "/min", description: "per minute" });

/// breaths per minute, UCUM `/min`.
pub const RESP_PER_MIN: Unit = Unit::new(&UnitTerm { value: 264928, refid: "MDC_DIM_RESP_PER_MIN", ucum: "/min", description: "breaths per minute" });

/// second, UCUM `s`.
pub const SEC: Unit = Unit::new(&UnitTerm { value: 264320, refid: "MDC_DIM_SEC", ucum: "s", description: "second" });

/// square metre, UCUM `m2`.
pub const SQ_X_M: Unit = Unit::new(&UnitTerm { value: 263616, refid: "MDC_DIM_SQ_X_M", ucum: "m2", description: "square metre" });

/// gram, UCUM `g`.
pub const X_G: Unit = Unit::new(&UnitTerm { value: 263872, refid: "MDC_DIM_X_G", ucum: "g", description: "gram" });

/// international unit, UCUM `[iU]`.
pub const X_INTL_UNIT: Unit = Unit::new(&UnitTerm { value: 267616, refid: "MDC_DIM_X_INTL_UNIT", ucum: "[iU]", description: "international unit" });

/// international units per hour, UCUM `[iU]/h`.
pub const X_INTL_UNIT_PER_HR: Unit = Unit::new(&UnitTerm { value: 267840, refid: "MDC_DIM_X_INTL_UNIT_PER_HR", ucum: "[iU]/h", description: "international units per hour" });

/// international units per kg per hour, UCUM `[iU]/kg/h`.
pub const X_INTL_UNIT_PER_KG_PER_HR: Unit = Unit::new(&UnitTerm { value: 267968, refid: "MDC_DIM_X_INTL_UNIT_PER_KG_PER_HR", ucum: "[iU]/kg/h", description: "international units per kg per hour" });

/// international units per mL, UCUM `[iU]/mL`.
pub const X_INTL_UNIT_PER_ML: Unit = Unit::new(&UnitTerm { value: 267744, refid: "MDC_DIM_X_INTL_UNIT_PER_ML", ucum: "[iU]/mL", description: "international units per mL" });

/// litre, UCUM `L`.
pub const X_L: Unit = Unit::new(&UnitTerm { value: 263744, refid: "MDC_DIM_X_L", ucum: "L", description: "litre" });

/// litre per minute, UCUM `L/min`.
pub const X_L_PER_MIN: Unit = Unit::new(&UnitTerm { value: 265216, refid: "MDC_DIM_X_L_PER_MIN", ucum: "L/min", description: "litre per minute" });

/// L per minute per square metre, UCUM `L/min/m2`.
pub const X_L_PER_MIN_PER_M_SQ: Unit = Unit::new(&UnitTerm { value: 264992, refid: "MDC_DIM_X_L_PER_MIN_PER_M_SQ", ucum: "L/min/m2", description: "L per minute per square metre" });

/// metre, UCUM `m`.
pub const X_M: Unit = Unit::new(&UnitTerm { value: 263424, refid: "MDC_DIM_X_M", ucum: "m", description: "metre" });

/// watt, UCUM `W`.
pub const X_WATT: Unit = Unit::new(&UnitTerm { value: 266176, refid: "MDC_DIM_X_WATT", ucum: "W", description: "watt" });

/// All units, sorted by reference id.
#[rustfmt::skip]
pub(super) const TABLE: &[Unit] = &[
    X_DIM_CU_FOOT_PER_MIN,
    X_DIM_FARAD,
    X_DIM_INCH_H2O,
    X_DIM_MILLI_AMP,
    X_DIM_OHM,
    X_DIM_PER_HR,
    X_DIM_VOLT,
    ANG_DEG,
    BEAT_PER_MIN,
    CENTI_M,
    CM_H2O,
    CM_H2O_PER_L_PER_SEC,
    DAY,
    DEGC,
    DIMLESS,
    FAHR,
    HR,
    HZ,
    KG_PER_M_SQ,
    KILO_G,
    KILO_PASCAL,
    LB,
    MICRO_G,
    MICRO_G_PER_HR,
    MICRO_G_PER_KG_PER_HR,
    MICRO_G_PER_KG_PER_MIN,
    MICRO_G_PER_MIN,
    MICRO_G_PER_ML,
    MILLI_BAR,
    MILLI_G,
    MILLI_G_PER_DL,
    MILLI_G_PER_HR,
    MILLI_G_PER_KG_PER_HR,
    MILLI_G_PER_KG_PER_MIN,
    MILLI_G_PER_MIN,
    MILLI_G_PER_ML,
    MILLI_L,
    MILLI_L_PER_CM_H2O,
    MILLI_L_PER_HR,
    MILLI_L_PER_KG,
    MILLI_L_PER_MIN,
    MILLI_M,
    MILLI_MOLE_PER_HR,
    MILLI_MOLE_PER_L,
    MILLI_SEC,
    MILLI_VOLT,
    MIN,
    MMHG,
    NANO_G,
    NANO_G_PER_KG_PER_MIN,
    PERCENT,
    PER_MIN,
    RESP_PER_MIN,
    SEC,
    SQ_X_M,
    X_G,
    X_INTL_UNIT,
    X_INTL_UNIT_PER_HR,
    X_INTL_UNIT_PER_KG_PER_HR,
    X_INTL_UNIT_PER_ML,
    X_L,
    X_L_PER_MIN,
    X_L_PER_MIN_PER_M_SQ,
    X_M,
    X_WATT,
];

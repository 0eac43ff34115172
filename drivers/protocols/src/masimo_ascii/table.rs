//! What a Masimo pulse oximeter reports, and what the bits of `ALARM` and `EXC` mean.
//!
//! Bits: operator manuals of Masimo. Codes and plausible ranges: ISO/IEEE 11073-10101 terms of the nomenclature table. What
//! a bit of `EXC` makes of the values, the choice of events and the priorities are Vigil's own.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    Category, Code, ConditionKind, Containment, DeviceAlarmDescriptor, MetricDescriptor, Node, Priority, Profile,
    Quantity, Unit, dim, mdc,
};

/// The oximeter as a whole: its alarms are about it.
pub const OXIMETER: Containment = Containment::new(1, 1, 0, 0);
/// Its one channel.
const CHANNEL: Containment = Containment::new(1, 1, 1, 0);

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Three digits, with `%` or without.
    Percent3,
    /// Three digits.
    Whole3,
    /// One or two digits, a point, one or two digits; with `%` or without.
    Decimal,
    /// One to three digits, with `%` or without.
    Percent,
}

/// One metric of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Key on the wire.
    pub key: &'static str,
    /// Which metric.
    pub code: Code,
    /// Its row in the device's tree.
    pub containment: Containment,
    /// Its unit.
    pub unit: Unit,
    /// How it is written.
    pub form: Form,
    /// Physical plausibility, inclusive.
    pub plausible: (i64, i64),
    /// Bits of `EXC` that make this metric, and not the others, questionable.
    pub doubtful: u32,
    /// Label for people.
    pub label: &'static str,
}

const fn row(metric: u16, key: &'static str, code: Code, unit: Unit, form: Form, max: i64, label: &'static str) -> Row {
    Row {
        key,
        code,
        containment: Containment { metric, ..CHANNEL },
        unit,
        form,
        plausible: (0, max),
        doubtful: 0,
        label,
    }
}

/// All metrics, ascending by containment.
pub const ROWS: [Row; 6] = [
    row(1, "SPO2", mdc::PULS_OXIM_SAT_O2, dim::PERCENT, Form::Percent3, 100, "SpO2"),
    row(2, "BPM", mdc::PULS_OXIM_PULS_RATE, dim::BEAT_PER_MIN, Form::Whole3, 300, "PR"),
    row(3, "PI", mdc::PULS_OXIM_PERF_REL, dim::PERCENT, Form::Decimal, 30, "PI"),
    Row { doubtful: 0x20_0000, ..row(4, "SPCO", mdc::X_PULS_OXIM_SAT_CO, dim::PERCENT, Form::Decimal, 100, "SpCO") },
    Row { doubtful: 0x40_0000, ..row(5, "SPMET", mdc::X_PULS_OXIM_SAT_MET, dim::PERCENT, Form::Decimal, 100, "SpMet") },
    row(6, "PVI", mdc::X_PULS_OXIM_PLETH_VAR, dim::PERCENT, Form::Percent, 100, "PVI"),
];

/// Keys without which a line is refused: the values, and the words that say whether they may be used.
pub const REQUIRED: [&str; 4] = ["SPO2", "BPM", "ALARM", "EXC"];

/// What a bit of `EXC` makes of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing.
    None,
    /// They are questionable.
    Doubtful,
    /// They are of a calibration.
    Calibrating,
    /// They must not be used, whatever digits stand there.
    Unusable,
}

/// One bit of `ALARM` or `EXC`.
#[derive(Clone, Copy, Debug)]
pub struct Bit {
    /// Mask.
    pub mask: u32,
    /// What it makes of the values.
    pub effect: Effect,
    /// Nomenclature event.
    pub event: Code,
    /// About the patient or about equipment.
    pub kind: ConditionKind,
    /// Priority. The oximeter gives none; Vigil's choice.
    pub priority: Priority,
    /// Text for people.
    pub text: &'static str,
}

const fn limit(mask: u32, event: Code, priority: Priority, text: &'static str) -> Bit {
    Bit { mask, effect: Effect::None, event, kind: ConditionKind::Physiological, priority, text }
}

const fn trouble(mask: u32, effect: Effect, event: Code, priority: Priority, text: &'static str) -> Bit {
    Bit { mask, effect, event, kind: ConditionKind::Technical, priority, text }
}

/// Bit of `ALARM`: an alarm is active. It names none, and is an alarm of its own only when no other bit does.
pub const ACTIVE: Bit =
    trouble(0x0010, Effect::None, mdc::EVT_ALARM, Priority::Medium, "Alarm that the oximeter does not name");

/// Bits of `ALARM`, ascending, except [`ACTIVE`].
pub const ALARM_BITS: [Bit; 12] = {
    use Priority::{High, Low, Medium};
    [
        limit(0x0001, mdc::EVT_HI, Medium, "SpO2 high"),
        limit(0x0002, mdc::EVT_LO, High, "SpO2 low"),
        limit(0x0004, mdc::EVT_HI, High, "Pulse rate high"),
        limit(0x0008, mdc::EVT_LO, High, "Pulse rate low"),
        Bit {
            kind: ConditionKind::Advisory,
            ..trouble(0x0020, Effect::None, mdc::EVT_STAT_AL_SILENCE, Low, "Alarms silenced")
        },
        trouble(0x0040, Effect::None, mdc::EVT_BATT_LO, Low, "Low battery"),
        limit(0x0100, mdc::EVT_HI, High, "SpCO high"),
        limit(0x0200, mdc::EVT_LO, Medium, "SpCO low"),
        limit(0x0400, mdc::EVT_HI, High, "SpMet high"),
        limit(0x0800, mdc::EVT_LO, Medium, "SpMet low"),
        limit(0x1000, mdc::EVT_DESAT, High, "Desaturation index"),
        limit(0x2000, mdc::EVT_ALARM, Medium, "Perfusion index change"),
    ]
};

/// Bit of `EXC` that is set in normal use. Without it the values are questionable.
pub const SET_PROCESSING: u32 = 0x800;

/// Bits of `EXC`, ascending, except [`SET_PROCESSING`] and those of one metric ([`Row::doubtful`]).
pub const EXCEPTION_BITS: [Bit; 19] = {
    use Effect::{Calibrating, Doubtful, None, Unusable};
    use Priority::{Low, Medium};
    [
        trouble(0x1, Unusable, mdc::EVT_SENSOR_DISCONN, Medium, "No sensor"),
        trouble(0x2, Unusable, mdc::EVT_SENSOR_MALF, Medium, "Sensor defective"),
        trouble(0x4, Doubtful, mdc::EVT_SIG_LO, Low, "Low perfusion"),
        trouble(0x8, Unusable, mdc::EVT_SIG_ABSENT, Low, "Pulse search"),
        trouble(0x10, Doubtful, mdc::EVT_MSMT_INTERF, Low, "Interference"),
        trouble(0x20, Unusable, mdc::EVT_SENSOR_PROB, Medium, "Sensor off"),
        trouble(0x40, Doubtful, mdc::EVT_MSMT_INTERF, Low, "Ambient light"),
        trouble(0x80, Unusable, mdc::EVT_SENSOR_PROB, Medium, "Unrecognised sensor"),
        trouble(0x100, Unusable, mdc::EVT_SENSOR_PROB, Medium, "Incompatible sensor"),
        trouble(0x400, Doubtful, mdc::EVT_SIG_NOISY, Low, "Low signal quality"),
        trouble(0x1000, Unusable, mdc::EVT_MSMT_DISCONN, Medium, "No cable"),
        trouble(0x2000, None, mdc::EVT_ADVIS_CABLE_CHK, Low, "Cable expired"),
        trouble(0x4000, Unusable, mdc::EVT_ADVIS_CABLE_CHK, Medium, "Incompatible cable"),
        trouble(0x8000, Unusable, mdc::EVT_ADVIS_CABLE_CHK, Medium, "Unrecognised cable"),
        trouble(0x1_0000, Unusable, mdc::EVT_ADVIS_CABLE_CHK, Medium, "Cable defective"),
        trouble(0x2_0000, Calibrating, mdc::EVT_STAT_SELFTEST_RUNNING, Low, "Sensor calibrating"),
        trouble(0x4_0000, None, mdc::EVT_ADVIS_SENSOR_CHK, Low, "Sensor expired"),
        trouble(0x8_0000, Doubtful, mdc::EVT_SENSOR_PROB, Low, "Emitter temperature"),
        trouble(0x10_0000, Doubtful, mdc::EVT_SENSOR_PROB, Low, "Emitter current limit"),
    ]
};

/// All bits that are alarms.
pub fn bits() -> impl Iterator<Item = &'static Bit> {
    ALARM_BITS.iter().chain([&ACTIVE]).chain(&EXCEPTION_BITS)
}

/// The profile, with values current for `fresh_for`.
pub fn profile(fresh_for: Duration) -> Arc<Profile> {
    let node = |containment, code| Node { containment, code };
    let metric = |row: &Row| MetricDescriptor {
        code: row.code,
        containment: row.containment,
        unit: Some(row.unit),
        category: Category::Measurement,
        fresh_for: None,
        episodic: false,
        plausible: Some((Quantity::from(row.plausible.0), Quantity::from(row.plausible.1))),
        label: row.label.into(),
    };
    let alarm = |bit: &Bit| DeviceAlarmDescriptor {
        event: bit.event,
        kind: bit.kind,
        priority: bit.priority,
        text: bit.text.into(),
    };
    Arc::new(Profile {
        name: "masimo-ascii".into(),
        title: "Masimo pulse oximeters (Rad-5, Rad-8, Radical-7) with ASCII output".into(),
        mds: mdc::DEV_ANALY_SAT_O2_MDS,
        nodes: vec![node(OXIMETER, mdc::DEV_ANALY_SAT_O2_VMD), node(CHANNEL, mdc::DEV_ANALY_SAT_O2_CHAN)],
        metrics: ROWS.iter().map(metric).collect(),
        alarms: bits().map(alarm).collect(),
        fresh_for,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_ascend_and_bits_stand_once() {
        assert!(ROWS.windows(2).all(|pair| pair[0].containment < pair[1].containment));
        for bits in [&ALARM_BITS[..], &EXCEPTION_BITS] {
            assert!(bits.windows(2).all(|pair| pair[0].mask < pair[1].mask));
            assert!(bits.iter().all(|bit| bit.mask.is_power_of_two() && bit.event.is_verified()));
        }
        let mut texts: Vec<_> = bits().map(|bit| bit.text).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), bits().count(), "texts tell the alarms apart");
    }
}

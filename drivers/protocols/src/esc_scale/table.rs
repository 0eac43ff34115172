//! What a scale with the ESC protocol reports.
//!
//! Codes, units and plausible ranges are those of the nomenclature table. Diagnostic codes: Health o meter ProPlus manual;
//! the choice of events and priorities is Vigil's own.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    Category, Code, ConditionKind, Containment, DeviceAlarmDescriptor, MetricDescriptor, Node, Priority, Profile,
    Quantity, Unit, dim, mdc,
};

/// The weighing part of the scale; its diagnostics are about it.
pub const SCALE: Containment = Containment::new(1, 1, 0, 0);

/// How long a weight counts as current: until the next weighing of the day.
pub const FRESH_FOR: Duration = Duration::from_secs(24 * 3600);

/// One metric of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which metric.
    pub code: Code,
    /// Its row in the device's tree.
    pub containment: Containment,
    /// Its unit.
    pub unit: Unit,
    /// Lowest plausible number, as mantissa with one decimal.
    pub min_tenths: i64,
    /// Highest plausible number, as mantissa with one decimal.
    pub max_tenths: i64,
    /// Label for people.
    pub label: &'static str,
}

/// Body weight.
pub const WEIGHT: Row = Row {
    code: mdc::MASS_BODY_ACTUAL,
    containment: Containment::new(1, 1, 1, 1),
    unit: dim::KILO_G,
    min_tenths: 2,
    max_tenths: 5000,
    label: "Weight",
};
/// Body height.
pub const HEIGHT: Row = Row {
    code: mdc::LEN_BODY_ACTUAL,
    containment: Containment::new(1, 1, 1, 2),
    unit: dim::CENTI_M,
    min_tenths: 200,
    max_tenths: 2600,
    label: "Height",
};

/// All metrics, ascending by containment.
pub const ROWS: [Row; 2] = [WEIGHT, HEIGHT];

/// One diagnostic code.
#[derive(Clone, Copy, Debug)]
pub struct AlarmRow {
    /// Code on the wire.
    pub word: &'static str,
    /// Nomenclature event.
    pub event: Code,
    /// Text for people.
    pub text: &'static str,
}

/// Priority of all diagnostics: nothing that a scale finds out about itself is urgent.
pub const PRIORITY: Priority = Priority::Low;

/// Code for "no trouble".
pub const NO_ALARM: &str = "000";

/// All published codes except [`NO_ALARM`], sorted.
pub const ALARMS: [AlarmRow; 3] = [
    AlarmRow { word: "E06", event: mdc::EVT_MSMT_RANGE_OVER, text: "Converter reading too high" },
    AlarmRow { word: "E07", event: mdc::EVT_MSMT_RANGE_UNDER, text: "Converter reading too low" },
    AlarmRow { word: "E10", event: mdc::EVT_MSMT_RANGE_OVER, text: "Scale overloaded" },
];

/// The profile.
pub fn profile() -> Arc<Profile> {
    let metric = |row: &Row| MetricDescriptor {
        code: row.code,
        containment: row.containment,
        unit: Some(row.unit),
        category: Category::Measurement,
        fresh_for: Some(FRESH_FOR),
        episodic: true,
        plausible: Some((Quantity::new(row.min_tenths, -1), Quantity::new(row.max_tenths, -1))),
        label: row.label.into(),
    };
    let alarm = |row: &AlarmRow| DeviceAlarmDescriptor {
        event: row.event,
        kind: ConditionKind::Technical,
        priority: PRIORITY,
        text: row.text.into(),
    };
    let unlisted = DeviceAlarmDescriptor {
        event: mdc::EVT_ALARM,
        kind: ConditionKind::Technical,
        priority: PRIORITY,
        text: "Scale error that is not listed".into(),
    };
    Arc::new(Profile {
        name: "esc-scale".into(),
        title: "Patient scales with the ESC protocol (Health o meter ProPlus, Rice Lake medical)".into(),
        mds: mdc::X_DEV_SCALE_MDS,
        nodes: vec![
            Node { containment: SCALE, code: mdc::X_DEV_SCALE_VMD },
            Node { containment: Containment::new(1, 1, 1, 0), code: mdc::X_DEV_SCALE_CHAN },
        ],
        metrics: ROWS.iter().map(metric).collect(),
        alarms: ALARMS.iter().map(alarm).chain([unlisted]).collect(),
        fresh_for: FRESH_FOR,
    })
}

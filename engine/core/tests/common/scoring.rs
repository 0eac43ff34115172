//! A small chart at bed 1 of the test ward, and the ward with it.
#![allow(dead_code, unreachable_pub, reason = "each test file uses what it needs")]

use std::sync::Arc;
use std::time::Duration;

use vigil_model::score::{Band, InputKind, Prefer, State, Table};
use vigil_model::{
    BedIndex, Calculator, Chart, ChartInput, Code, CodeKind, Device, DeviceIndex, LimitRule, LimitSide, Node, Profile,
    Quantity, Score, Unit, Ward, dim, mdc,
};

use super::{CUFF, HR, SPO2, q, rule, ward};

pub const EVERY_S: u64 = 4;
pub const CHANGE_OVER_S: u64 = 20;
pub const HR_AGE_S: u64 = 3;
pub const CUFF_AGE_S: u64 = 10;
pub const OXYGEN_AGE_S: u64 = 30;
/// The calculating device, after mon-1 and mon-2.
pub const CALC: DeviceIndex = DeviceIndex(2);

fn code(name: &str) -> Code {
    Code::local(&format!("MDCX_TEST_SCORE{name}"), CodeKind::Metric, "for tests").unwrap()
}

fn band(from: Option<i64>, to: Option<i64>, points: u8) -> Band {
    Band { from: from.map(Quantity::from), to: to.map(Quantity::from), points }
}

fn measured(metrics: &[Code], unit: Unit, prefer: Prefer, tables: Vec<Table>) -> InputKind {
    let charted = Some((q("0"), q("300")));
    InputKind::Measured { metrics: metrics.to_vec(), unit, decimals: 0, prefer, charted, tables }
}

fn input(name: &str, age_s: Option<u64>, points: bool, kind: InputKind) -> ChartInput {
    ChartInput {
        name: name.into(),
        label: name.into(),
        max_age: age_s.map(Duration::from_secs),
        points: points.then(|| code(&format!("_{}", name.to_uppercase()))),
        kind,
    }
}

fn stated(states: &[(&str, u8)], default: Option<u8>) -> InputKind {
    let states =
        states.iter().map(|(name, points)| State { name: (*name).into(), label: (*name).into(), points: *points });
    InputKind::Stated { states: states.collect(), default }
}

/// Saturation by two scales (the second depends on oxygen), pulse, cuff pressure, oxygen; the scale is a selector.
pub fn chart() -> Chart {
    let always = |bands| vec![Table { when: Vec::new(), bands }];
    let low = |edge: i64, points: u8| vec![band(None, Some(edge), points), band(Some(edge + 1), None, 0)];
    let by_scale = vec![
        Table { when: vec![(0, vec![0])], bands: low(91, 3) },
        Table { when: vec![(0, vec![1]), (4, vec![0])], bands: low(86, 2) },
        Table {
            when: vec![(0, vec![1]), (4, vec![1])],
            bands: vec![band(None, Some(86), 2), band(Some(87), Some(92), 0), band(Some(93), None, 1)],
        },
    ];
    Chart {
        name: "test".into(),
        title: "Test score".into(),
        total: code(""),
        highest: code("_HIGHEST"),
        change: code("_CHANGE"),
        missing: code("_MISSING"),
        inputs: vec![
            input("scale", None, false, stated(&[("1", 0), ("2", 0)], Some(0))),
            input("saturation", Some(60), true, measured(&[SPO2.0], SPO2.1, Prefer::Order, by_scale)),
            input(
                "pulse",
                Some(HR_AGE_S),
                true,
                measured(
                    &[HR.0],
                    HR.1,
                    Prefer::Newest,
                    always(vec![band(None, Some(90), 0), band(Some(91), Some(119), 1), band(Some(120), None, 2)]),
                ),
            ),
            input("systolic", Some(CUFF_AGE_S), true, measured(&[CUFF.0], CUFF.1, Prefer::Order, always(low(100, 3)))),
            input("oxygen", Some(OXYGEN_AGE_S), true, stated(&[("air", 0), ("oxygen", 2)], None)),
        ],
    }
}

/// Bed 1 with mon-1, mon-2, its rules, the score, and a limit on the total.
pub fn scored_ward() -> Ward {
    let score = Score {
        chart: Arc::new(chart()),
        every: Duration::from_secs(EVERY_S),
        change_over: Duration::from_secs(CHANGE_OVER_S),
        fixed: Vec::new(),
        vmd: 1,
    };
    let total = score.chart.total;
    let mut plain = ward();
    plain.devices.truncate(2);
    let profile = Profile {
        name: "calculated".into(),
        title: "Calculated".into(),
        mds: mdc::X_DEV_CALC_MDS,
        nodes: vec![Node { containment: score.total_row().vmd_row(), code: mdc::X_DEV_CALC_SCORE_VMD }],
        metrics: score.metrics(),
        alarms: Vec::new(),
        fresh_for: Duration::from_secs(3600),
    };
    plain.devices.push(Device {
        id: "bed-1-calculated".into(),
        bed: BedIndex(0),
        profile: Arc::new(profile),
        eui64: None,
        quiet_time: Duration::MAX,
        fresh_for: None,
    });
    let of_total = (total, dim::DIMLESS, score.total_row());
    let limit = LimitRule { text: "Score above 4".into(), ..rule("score-high", of_total, LimitSide::High, "4") };
    plain.beds[0].rules.push(limit);
    plain.calculators.push(Calculator { device: CALC, scores: vec![score] });
    plain
}

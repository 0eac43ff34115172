//! What an Ivy 450C reports: which value of which line is which metric.
//!
//! Lines: OpenICE (mdpnp, BSD-2). Codes and plausible ranges: ISO/IEEE 11073-10101 terms of the nomenclature table.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::Category::Measurement;
use vigil_model::{Code, ConditionKind, Containment, Node, Priority, Profile, Unit, dim, mdc};

pub use crate::row::{AlarmRow, Row};

/// How long a cuff pressure counts as current.
const CUFF_FRESH_FOR: Duration = Duration::from_secs(3600);

const fn row(
    vmd: u16,
    channel: u16,
    metric: u16,
    code: Code,
    unit: Unit,
    range: (i64, i64),
    label: &'static str,
) -> Row {
    let channel = Containment::new(1, vmd, channel, 0);
    Row::new(channel, metric, code, Measurement, label).number(unit, range.0, range.1)
}

/// Metrics of the lines: index of the line, index of the value in it, metric. Ascending by containment.
pub const ROWS: [(usize, usize, Row); 15] = [
    (0, 0, row(1, 1, 1, mdc::ECG_CARD_BEAT_RATE, dim::BEAT_PER_MIN, (0, 350), "HR")),
    (1, 0, row(2, 1, 1, mdc::RESP_RATE, dim::RESP_PER_MIN, (0, 250), "RR")),
    (3, 0, row(3, 1, 1, mdc::PULS_OXIM_SAT_O2, dim::PERCENT, (0, 100), "SpO2")),
    (4, 0, row(4, 1, 1, mdc::PRESS_BLD_NONINV_SYS, dim::MMHG, (20, 300), "NIBP sys")),
    (4, 1, row(4, 1, 2, mdc::PRESS_BLD_NONINV_DIA, dim::MMHG, (10, 250), "NIBP dia")),
    (4, 2, row(4, 1, 3, mdc::PRESS_BLD_NONINV_MEAN, dim::MMHG, (15, 275), "NIBP mean")),
    (4, 3, row(4, 1, 4, mdc::PULS_RATE_NON_INV, dim::BEAT_PER_MIN, (0, 300), "Pulse (cuff)")),
    (5, 0, row(5, 1, 1, mdc::X_PRESS_INV_SYS, dim::MMHG, (-40, 320), "P1 sys")),
    (5, 1, row(5, 1, 2, mdc::X_PRESS_INV_DIA, dim::MMHG, (-40, 320), "P1 dia")),
    (5, 2, row(5, 1, 3, mdc::X_PRESS_INV_MEAN, dim::MMHG, (-40, 320), "P1 mean")),
    (6, 0, row(5, 2, 1, mdc::X_PRESS_INV_SYS, dim::MMHG, (-40, 320), "P2 sys")),
    (6, 1, row(5, 2, 2, mdc::X_PRESS_INV_DIA, dim::MMHG, (-40, 320), "P2 dia")),
    (6, 2, row(5, 2, 3, mdc::X_PRESS_INV_MEAN, dim::MMHG, (-40, 320), "P2 mean")),
    (7, 0, row(6, 1, 1, mdc::TEMP, dim::DEGC, (20, 45), "T1")),
    (8, 0, row(6, 2, 1, mdc::TEMP, dim::DEGC, (20, 45), "T2")),
];

/// Index of the line with saturation, whose label holds the pulse rate.
pub const SPO2_LINE: usize = 3;
/// Index of the line of the cuff.
pub const CUFF_LINE: usize = 4;
/// Pulse rate of the oximeter: `PR=80` in the label of saturation.
pub const PULSE: Row = row(3, 1, 2, mdc::PULS_OXIM_PULS_RATE, dim::BEAT_PER_MIN, (0, 350), "PR");

/// Any alarm text of the monitor. Its priority is Vigil's choice.
pub const ALARM: AlarmRow = AlarmRow {
    event: mdc::EVT_ALARM,
    kind: ConditionKind::Physiological,
    priority: Priority::Medium,
    text: "Alarm text of the monitor",
};

/// The profile, with values current for `fresh_for`.
pub fn profile(fresh_for: Duration) -> Arc<Profile> {
    let node = |vmd, channel, code| Node { containment: Containment::new(1, vmd, channel, 0), code };
    let mut rows: Vec<(Option<usize>, Row)> = ROWS.iter().map(|(line, _, row)| (Some(*line), *row)).collect();
    rows.push((None, PULSE));
    rows.sort_by_key(|(_, row)| row.containment);
    let descriptor = |(line, row): &(Option<usize>, Row)| match line {
        Some(CUFF_LINE) => row.episodic(CUFF_FRESH_FOR),
        Some(_) | None => row.descriptor(),
    };
    Arc::new(Profile {
        name: "ivy-450c".into(),
        title: "Ivy 450C patient monitors".into(),
        mds: mdc::DEV_MON_PHYSIO_MULTI_PARAM_MDS,
        nodes: vec![
            node(1, 0, mdc::DEV_ECG_VMD),
            node(1, 1, mdc::DEV_ECG_CHAN),
            node(2, 0, mdc::DEV_ANALY_RESP_RATE_VMD),
            node(2, 1, mdc::DEV_ANALY_RESP_RATE_CHAN),
            node(3, 0, mdc::DEV_ANALY_SAT_O2_VMD),
            node(3, 1, mdc::DEV_ANALY_SAT_O2_CHAN),
            node(4, 0, mdc::DEV_PRESS_BLD_NONINV_VMD),
            node(4, 1, mdc::DEV_PRESS_BLD_NONINV_CHAN),
            node(5, 0, mdc::DEV_METER_PRESS_BLD_VMD),
            node(5, 1, mdc::DEV_METER_PRESS_BLD_CHAN),
            node(5, 2, mdc::DEV_METER_PRESS_BLD_CHAN),
            node(6, 0, mdc::DEV_METER_TEMP_VMD),
            node(6, 1, mdc::DEV_METER_TEMP_CHAN),
            node(6, 2, mdc::DEV_METER_TEMP_CHAN),
        ],
        metrics: rows.iter().map(descriptor).collect(),
        alarms: vec![ALARM.descriptor()],
        fresh_for,
    })
}

#[cfg(test)]
mod tests {
    use super::super::codec::LINES;
    use super::*;

    #[test]
    fn rows_stand_in_a_line() {
        assert!(ROWS.windows(2).all(|pair| pair[0].2.containment < pair[1].2.containment));
        assert!(ROWS.iter().all(|(line, value, _)| *value < LINES[*line].1));
        assert_eq!((LINES[SPO2_LINE].0, LINES[CUFF_LINE].0), ("SPO2", "NIBP"));
    }
}

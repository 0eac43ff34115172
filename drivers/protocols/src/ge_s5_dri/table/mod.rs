//! What the numbers and status bits of the monitor mean: metrics, units, precision, plausible range, place in the device,
//! and the alarms that status bits stand for.
//!
//! | file            | groups                                                                |
//! |-----------------|------------------------------------------------------------------------|
//! | [`heart`]       | ECG, arrhythmia analysis, 12-lead ST, impedance respiration            |
//! | [`pressure`]    | invasive pressures, cuff, cardiac output and wedge, cerebral perfusion |
//! | [`body`]        | temperatures, oximeters, mixed venous saturation                       |
//! | [`breathing`]   | airway gases, flow and volume                                          |
//!
//! Ranges are the hard ranges of the house (plausibility, not physiology); a number outside is reported as invalid. One
//! differs: pulse rates begin at 0, since the monitor shows 0 where it counts no beat.

mod body;
mod breathing;
mod heart;
mod pressure;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use vigil_model::{
    Category, Code, ConditionKind, Containment, DeviceAlarmDescriptor, MetricDescriptor, Node, Priority, Profile,
    Quality, Quantity, Unit, mdc,
};

use super::codec::numbers::{Group, GroupHead};

/// How long displayed values count as current: three of the longest intervals.
const FRESH_FOR: Duration = Duration::from_secs(30);
/// How long an episodic value (cuff, cardiac output, wedge) counts as current.
const EPISODIC_FRESH_FOR: Duration = Duration::from_secs(3600);

/// Name of the driver.
pub(super) const NAME: &str = "ge-s5-dri";

/// The meaning of one group.
pub(super) struct Row {
    /// Which group.
    pub(super) group: Group,
    /// VMD and channel of its metrics.
    pub(super) channel: (u16, u16),
    /// What its fields mean, depending on its head.
    pub(super) variants: &'static [Variant],
    /// Alarms that its bits stand for.
    pub(super) alarms: &'static [BitAlarm],
    /// Where those bits are, in bytes from the beginning of the group; 0 is the status.
    pub(super) alarm_bits_at: usize,
    /// VMD and channel the alarms are about.
    pub(super) alarm_channel: (u16, u16),
}

/// The meaning of some fields of a group under a condition.
pub(super) struct Variant {
    /// When they mean this.
    pub(super) when: fn(GroupHead) -> bool,
    /// How far they can be trusted.
    pub(super) quality: fn(GroupHead) -> Quality,
    /// VMD and channel, where it is not that of the group.
    pub(super) channel: Option<(u16, u16)>,
    /// The fields.
    pub(super) items: &'static [Item],
}

/// The meaning of one field.
#[derive(Clone, Copy)]
pub(super) struct Item {
    /// Where it is, in bytes from the beginning of the group.
    pub(super) at: usize,
    /// Metric number in its channel.
    pub(super) metric: u16,
    /// Which metric.
    pub(super) code: Code,
    /// Its unit, as the monitor sends it.
    pub(super) unit: Unit,
    /// Decimals of the field.
    pub(super) decimals: i8,
    /// Lowest and highest plausible value.
    pub(super) plausible: (Quantity, Quantity),
    /// For people.
    pub(super) label: &'static str,
    /// Measured or calculated.
    pub(super) category: Category,
    /// Whether it is a measurement that somebody or something starts now and then.
    pub(super) episodic: bool,
    /// Whether 0 cannot be told from a field that the monitor does not fill.
    pub(super) zero_says_nothing: bool,
}

/// An alarm that a bit stands for.
pub(super) struct BitAlarm {
    /// Which bit.
    pub(super) bit: u8,
    /// Event code.
    pub(super) event: Code,
    /// About the patient or about equipment.
    pub(super) kind: ConditionKind,
    /// Its priority; the bit has none.
    pub(super) priority: Priority,
    /// For people.
    pub(super) text: &'static str,
}

impl Item {
    #[expect(clippy::too_many_arguments, reason = "a line of a table")]
    const fn new(
        at: usize,
        metric: u16,
        code: Code,
        unit: Unit,
        decimals: i8,
        low: i64,
        high: i64,
        label: &'static str,
    ) -> Self {
        Self {
            at,
            metric,
            code,
            unit,
            decimals,
            plausible: (Quantity::new(low, 0), Quantity::new(high, 0)),
            label,
            category: Category::Measurement,
            episodic: false,
            zero_says_nothing: false,
        }
    }

    const fn calculated(mut self) -> Self {
        self.category = Category::Calculation;
        self
    }

    const fn episodic(mut self) -> Self {
        self.episodic = true;
        self
    }

    const fn zero_says_nothing(mut self) -> Self {
        self.zero_says_nothing = true;
        self
    }

    /// A plausible range in hundredths of the unit.
    const fn hundredths(mut self, low: i64, high: i64) -> Self {
        self.plausible = (Quantity::new(low, -2), Quantity::new(high, -2));
        self
    }
}

impl Row {
    /// A group whose alarms are in its status and about its own channel.
    const fn new(group: Group, channel: (u16, u16), variants: &'static [Variant], alarms: &'static [BitAlarm]) -> Self {
        Self { group, channel, variants, alarms, alarm_bits_at: 0, alarm_channel: channel }
    }

    /// Place of a metric.
    pub(super) fn containment(&self, variant: &Variant, item: &Item) -> Containment {
        let (vmd, channel) = variant.channel.unwrap_or(self.channel);
        Containment::new(1, vmd, channel, item.metric)
    }

    /// Place of what its alarms are about.
    pub(super) const fn alarm_source(&self) -> Containment {
        Containment::new(1, self.alarm_channel.0, self.alarm_channel.1, 0)
    }
}

const fn bit(bit: u8, event: Code, kind: ConditionKind, priority: Priority, text: &'static str) -> BitAlarm {
    BitAlarm { bit, event, kind, priority, text }
}

fn always(_: GroupHead) -> bool {
    true
}

/// Valid if the measurement is active; a number of a measurement that is not active is doubtful.
fn while_active(head: GroupHead) -> Quality {
    if head.is_active() { Quality::Valid } else { Quality::Questionable }
}

/// All groups that mean something here.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    [heart::ROWS, pressure::ROWS, body::ROWS, breathing::ROWS].into_iter().flatten()
}

/// The VMDs and channels, ascending.
const NODES: &[(u16, u16, Code)] = &[
    (1, 0, mdc::DEV_ECG_VMD),
    (1, 1, mdc::DEV_ECG_CHAN),
    (1, 2, mdc::DEV_ECG_CHAN),
    (1, 3, mdc::DEV_ECG_CHAN),
    (2, 0, mdc::DEV_ANALY_RESP_RATE_VMD),
    (2, 1, mdc::DEV_ANALY_RESP_RATE_CHAN),
    (3, 0, mdc::DEV_ANALY_PRESS_BLD_VMD),
    (3, 1, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 2, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 3, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 4, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 5, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 6, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 7, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 8, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 9, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 10, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (4, 0, mdc::DEV_PRESS_BLD_NONINV_VMD),
    (4, 1, mdc::DEV_PRESS_BLD_NONINV_CHAN),
    (5, 0, mdc::DEV_METER_TEMP_VMD),
    (5, 1, mdc::DEV_METER_TEMP_CHAN),
    (5, 2, mdc::DEV_METER_TEMP_CHAN),
    (5, 3, mdc::DEV_METER_TEMP_CHAN),
    (5, 4, mdc::DEV_METER_TEMP_CHAN),
    (5, 5, mdc::DEV_METER_TEMP_CHAN),
    (5, 6, mdc::DEV_METER_TEMP_CHAN),
    (6, 0, mdc::DEV_ANALY_SAT_O2_VMD),
    (6, 1, mdc::DEV_ANALY_SAT_O2_CHAN),
    (6, 2, mdc::DEV_ANALY_SAT_O2_CHAN),
    (6, 3, mdc::DEV_ANALY_SAT_O2_CHAN),
    (7, 0, mdc::DEV_ANALY_AWAY_MULTI_PARAM_VMD),
    (7, 1, mdc::X_DEV_ANALY_CONC_GAS_CHAN),
    (7, 2, mdc::X_DEV_ANALY_CONC_GAS_CHAN),
    (7, 3, mdc::X_DEV_ANALY_CONC_GAS_CHAN),
    (7, 4, mdc::X_DEV_ANALY_CONC_GAS_CHAN),
    (7, 5, mdc::DEV_ANALY_FLOW_AWAY_CHAN),
    (7, 6, mdc::DEV_ANALY_FLOW_AWAY_CHAN),
    (8, 0, mdc::X_DEV_ANALY_CARD_OUTPUT_VMD),
    (8, 1, mdc::X_DEV_ANALY_CARD_OUTPUT_CHAN),
    (8, 2, mdc::X_DEV_ANALY_CARD_OUTPUT_CHAN),
];

/// The driver's profile.
pub(super) fn profile() -> Arc<Profile> {
    static PROFILE: OnceLock<Arc<Profile>> = OnceLock::new();
    Arc::clone(PROFILE.get_or_init(|| Arc::new(build())))
}

fn build() -> Profile {
    let mut metrics: Vec<MetricDescriptor> = rows()
        .flat_map(|row| row.variants.iter().map(move |variant| (row, variant)))
        .flat_map(|(row, variant)| {
            variant.items.iter().map(move |item| descriptor(row.containment(variant, item), item))
        })
        .collect();
    metrics.sort_by_key(|metric| (metric.containment, metric.code));
    metrics.dedup_by(|a, b| a.containment == b.containment && a.code == b.code); // one field, several conditions
    let mut alarms = vec![DeviceAlarmDescriptor {
        event: mdc::EVT_ALARM,
        kind: ConditionKind::Physiological,
        priority: Priority::High,
        text: "Alarm text of the monitor".into(),
    }];
    for alarm in rows().flat_map(|row| row.alarms) {
        if !alarms.iter().any(|known| known.event == alarm.event && *known.text == *alarm.text) {
            alarms.push(DeviceAlarmDescriptor {
                event: alarm.event,
                kind: alarm.kind,
                priority: alarm.priority,
                text: alarm.text.into(),
            });
        }
    }
    Profile {
        name: NAME.into(),
        title: "GE / Datex-Ohmeda S/5 and CARESCAPE patient monitors".into(),
        mds: mdc::DEV_MON_PHYSIO_MULTI_PARAM_MDS,
        nodes: NODES
            .iter()
            .map(|(vmd, channel, code)| Node { containment: Containment::new(1, *vmd, *channel, 0), code: *code })
            .collect(),
        metrics,
        alarms,
        fresh_for: FRESH_FOR,
    }
}

fn descriptor(containment: Containment, item: &Item) -> MetricDescriptor {
    MetricDescriptor {
        code: item.code,
        containment,
        unit: Some(item.unit),
        category: item.category,
        fresh_for: item.episodic.then_some(EPISODIC_FRESH_FOR),
        episodic: item.episodic,
        plausible: Some(item.plausible),
        label: item.label.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_one_metric_and_a_channel() {
        let profile = profile();
        for pair in profile.metrics.windows(2) {
            assert_ne!(pair[0].containment, pair[1].containment, "{:?} and {:?}", pair[0], pair[1]);
        }
        for metric in &profile.metrics {
            for row in [metric.containment.channel_row(), metric.containment.vmd_row()] {
                assert!(profile.nodes.iter().any(|node| node.containment == row), "{row} is no node");
            }
        }
        assert!(profile.nodes.is_sorted_by_key(|node| node.containment));
    }
}

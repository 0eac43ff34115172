//! What the numbers and alarms of the monitor mean: metrics, units, plausible range, place in the device, events.
//!
//! | file            | what stands there                                                        |
//! |-----------------|----------------------------------------------------------------------------|
//! | [`heart`]       | ECG, ST, pulse, cardiac output                                             |
//! | [`pressure`]    | invasive pressures, cuff                                                   |
//! | [`body`]        | temperatures, oxygen saturation                                            |
//! | [`breathing`]   | respiration, airway gases, ventilation                                     |
//! | [`events`]      | alarm codes                                                                |
//!
//! A row is found by physiological id and unit. Where the id is of the public range of partition 2, the number of the
//! metric's code is that id (a test checks it); for private ids, and where the nomenclature has no verified term under the
//! public number, the row says which term is meant. What has no row is not reported. Ranges are the hard ranges of the house
//! (plausibility, not physiology).

mod body;
mod breathing;
mod events;
mod heart;
mod pressure;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use vigil_model::{
    Category, Code, ConditionKind, Containment, DeviceAlarmDescriptor, MetricDescriptor, Node, Priority, Profile,
    Quantity, Unit, mdc,
};

pub(super) use events::event;

/// Name of the driver.
pub(super) const NAME: &str = "philips-intellivue";

/// How long an episodic value (cuff, cardiac output, wedge) counts as current.
const EPISODIC_FRESH_FOR: Duration = Duration::from_secs(3600);

/// Place of what is about the monitor as a whole.
pub(super) const MONITOR: Containment = Containment::new(1, 0, 0, 0);

/// Physiological ids from here on are private (partition 2).
#[cfg(test)]
const PRIVATE_FROM: u16 = 0xF000;

/// One metric.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Physiological id on the wire.
    physio: u16,
    /// What is measured.
    pub(super) code: Code,
    /// Its unit, here and on the wire.
    pub(super) unit: Unit,
    /// VMD, channel, metric.
    place: (u16, u16, u16),
    range: (Quantity, Quantity),
    label: &'static str,
    /// Whether values come now and then.
    pub(super) episodic: bool,
    category: Category,
}

impl Row {
    /// `range` is in whole units.
    const fn new(
        physio: u16,
        code: Code,
        unit: Unit,
        place: (u16, u16, u16),
        range: (i64, i64),
        label: &'static str,
    ) -> Self {
        let range = (Quantity::new(range.0, 0), Quantity::new(range.1, 0));
        Self { physio, code, unit, place, range, label, episodic: false, category: Category::Measurement }
    }

    const fn episodic(mut self) -> Self {
        self.episodic = true;
        self
    }

    const fn calculated(mut self) -> Self {
        self.category = Category::Calculation;
        self
    }

    /// A plausible range in hundredths of the unit.
    const fn hundredths(mut self, low: i64, high: i64) -> Self {
        self.range = (Quantity::new(low, -2), Quantity::new(high, -2));
        self
    }

    /// Its place in the monitor.
    pub(super) const fn containment(&self) -> Containment {
        Containment::new(1, self.place.0, self.place.1, self.place.2)
    }

    /// Whether a number can be.
    pub(super) fn is_plausible(&self, quantity: Quantity) -> bool {
        quantity.cmp_value(self.range.0).is_ge() && quantity.cmp_value(self.range.1).is_le()
    }

    fn descriptor(&self) -> MetricDescriptor {
        MetricDescriptor {
            code: self.code,
            containment: self.containment(),
            unit: Some(self.unit),
            category: self.category,
            fresh_for: self.episodic.then_some(EPISODIC_FRESH_FOR),
            episodic: self.episodic,
            plausible: Some(self.range),
            label: self.label.into(),
        }
    }
}

fn rows() -> impl Iterator<Item = &'static Row> {
    let sites = pressure::SITES.iter().flatten();
    [heart::ROWS, pressure::ROWS, body::ROWS, breathing::ROWS].into_iter().flatten().chain(sites)
}

/// The metric of a number; the unit as the wire has it (partition 4).
pub(super) fn row(physio: u16, unit: u16) -> Option<&'static Row> {
    rows().find(|row| row.physio == physio && row.unit.value() & 0xFFFF == u32::from(unit))
}

/// The part of the monitor that an alarm's source is about, and its name: the channel of the metric with this id or, where
/// the id stands for a whole (a pressure with three values), of the first of its values.
pub(super) fn source(physio: u16) -> Option<(Containment, &'static str)> {
    let of_id = |id: u16| rows().find(|row| row.physio == id);
    let row = of_id(physio).or_else(|| of_id(physio.checked_add(1)?).filter(|row| row.label.ends_with(" sys")))?;
    let name = row.label.strip_suffix(" sys").unwrap_or(row.label);
    Some((row.containment().channel_row(), name))
}

/// The VMDs and channels, ascending.
const NODES: &[(u16, u16, Code)] = &[
    (1, 0, mdc::DEV_ECG_VMD),
    (1, 1, mdc::DEV_ECG_CHAN),
    (1, 2, mdc::DEV_PULS_CHAN),
    (1, 3, mdc::DEV_ECG_CHAN),
    (2, 0, mdc::DEV_ANALY_RESP_RATE_VMD),
    (2, 1, mdc::DEV_ANALY_RESP_RATE_CHAN),
    (2, 2, mdc::DEV_ANALY_RESP_RATE_CHAN),
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
    (3, 11, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 12, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 13, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 14, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 15, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 16, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 17, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 18, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (3, 19, mdc::DEV_ANALY_PRESS_BLD_CHAN),
    (4, 0, mdc::DEV_PRESS_BLD_NONINV_VMD),
    (4, 1, mdc::DEV_PRESS_BLD_NONINV_CHAN),
    (5, 0, mdc::DEV_METER_TEMP_VMD),
    (5, 1, mdc::DEV_METER_TEMP_CHAN),
    (5, 2, mdc::DEV_METER_TEMP_CHAN),
    (5, 3, mdc::DEV_METER_TEMP_CHAN),
    (5, 4, mdc::DEV_METER_TEMP_CHAN),
    (5, 5, mdc::DEV_METER_TEMP_CHAN),
    (6, 0, mdc::DEV_ANALY_SAT_O2_VMD),
    (6, 1, mdc::DEV_ANALY_SAT_O2_CHAN),
    (6, 2, mdc::DEV_ANALY_SAT_O2_CHAN),
    (6, 3, mdc::DEV_ANALY_SAT_O2_CHAN),
    (6, 4, mdc::DEV_ANALY_SAT_O2_CHAN),
    (6, 5, mdc::DEV_ANALY_SAT_O2_CHAN),
    (7, 0, mdc::DEV_ANALY_AWAY_MULTI_PARAM_VMD),
    (7, 1, mdc::X_DEV_ANALY_CONC_GAS_CHAN),
    (7, 2, mdc::X_DEV_ANALY_CONC_GAS_CHAN),
    (7, 3, mdc::X_DEV_ANALY_CONC_GAS_CHAN),
    (7, 4, mdc::X_DEV_ANALY_CONC_GAS_CHAN),
    (7, 5, mdc::DEV_ANALY_FLOW_AWAY_CHAN),
    (7, 6, mdc::DEV_ANALY_PRESS_AWAY_CHAN),
    (8, 0, mdc::X_DEV_ANALY_CARD_OUTPUT_VMD),
    (8, 1, mdc::X_DEV_ANALY_CARD_OUTPUT_CHAN),
    (8, 2, mdc::X_DEV_ANALY_CARD_OUTPUT_CHAN),
];

/// The driver's profile, with values current for `fresh_for`.
pub(super) fn profile(fresh_for: Duration) -> Arc<Profile> {
    static DEFAULT: OnceLock<Profile> = OnceLock::new();
    let profile = DEFAULT.get_or_init(build);
    Arc::new(Profile { fresh_for, ..profile.clone() })
}

fn build() -> Profile {
    let mut metrics: Vec<MetricDescriptor> = rows().map(Row::descriptor).collect();
    metrics.sort_by_key(|metric| (metric.containment, metric.code));
    metrics.dedup_by(|a, b| a.containment == b.containment && a.code == b.code); // two ids for one metric
    let event = |event: &events::Event| DeviceAlarmDescriptor {
        event: event.code,
        kind: ConditionKind::Physiological,
        priority: Priority::High,
        text: event.text.into(),
    };
    Profile {
        name: NAME.into(),
        title: "Philips IntelliVue patient monitors".into(),
        mds: mdc::DEV_MON_PHYSIO_MULTI_PARAM_MDS,
        nodes: NODES
            .iter()
            .map(|(vmd, channel, code)| Node { containment: Containment::new(1, *vmd, *channel, 0), code: *code })
            .collect(),
        metrics,
        alarms: events::EVENTS.iter().map(event).collect(),
        fresh_for: Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Public ids whose number is not in the verified nomenclature, or stands there for something wider: what they mean here.
    const MEANT: &[(u16, &str)] = &[
        (0x0301, "MDCX_ECG_AMPL_ST_I"),
        (0x0303, "MDCX_ECG_AMPL_ST_V1"),
        (0x0304, "MDCX_ECG_AMPL_ST_V2"),
        (0x0305, "MDCX_ECG_AMPL_ST_V3"),
        (0x0306, "MDCX_ECG_AMPL_ST_V4"),
        (0x0307, "MDCX_ECG_AMPL_ST_V5"),
        (0x0308, "MDCX_ECG_AMPL_ST_V6"),
        (0x033D, "MDCX_ECG_AMPL_ST_III"),
        (0x033E, "MDCX_ECG_AMPL_ST_AVR"),
        (0x033F, "MDCX_ECG_AMPL_ST_AVL"),
        (0x0340, "MDCX_ECG_AMPL_ST_AVF"),
        (0x0343, "MDCX_ECG_AMPL_ST_V"),
        (0x4A0D, "MDCX_PRESS_INV_SYS"),
        (0x4A0E, "MDCX_PRESS_INV_DIA"),
        (0x4A0F, "MDCX_PRESS_INV_MEAN"),
        (0x4A29, "MDCX_PRESS_INV_SYS"),
        (0x4A2A, "MDCX_PRESS_INV_DIA"),
        (0x4A2B, "MDCX_PRESS_INV_MEAN"),
        (0x4A31, "MDCX_PRESS_BLD_ATR_LEFT_SYS"),
        (0x4A32, "MDCX_PRESS_BLD_ATR_LEFT_DIA"),
        (0x4A35, "MDCX_PRESS_BLD_ATR_RIGHT_SYS"),
        (0x4A36, "MDCX_PRESS_BLD_ATR_RIGHT_DIA"),
        (0x4A45, "MDCX_PRESS_BLD_VEN_CENT_SYS"),
        (0x4A46, "MDCX_PRESS_BLD_VEN_CENT_DIA"),
        (0x4A49, "MDCX_PRESS_INV_SYS"),
        (0x4A4A, "MDCX_PRESS_INV_DIA"),
        (0x4A4B, "MDCX_PRESS_INV_MEAN"),
        (0x4BC8, "MDC_PULS_OXIM_SAT_O2"),
        (0x4BCC, "MDC_PULS_OXIM_SAT_O2"),
        (0x4BDC, "MDC_OUTPUT_CARD"),
        (0x50A6, "MDC_CONC_AWAY_CO2_INSP"),
        (0x50BA, "MDC_CONC_AWAY_CO2_INSP"),
        (0x514C, "MDC_VENT_VOL_MINUTE_EXP"),
        (0x5150, "MDC_VENT_VOL_MINUTE_INSP"),
        (0x5214, "MDCX_CONC_AWAY_DESFL_ET"),
        (0x5218, "MDCX_CONC_AWAY_ENFL_ET"),
        (0x521C, "MDCX_CONC_AWAY_HALOTH_ET"),
        (0x5220, "MDCX_CONC_AWAY_SEVOFL_ET"),
        (0x5224, "MDCX_CONC_AWAY_ISOFL_ET"),
        (0x522C, "MDCX_CONC_AWAY_N2O_ET"),
        (0x5268, "MDCX_CONC_AWAY_DESFL_INSP"),
        (0x526C, "MDCX_CONC_AWAY_ENFL_INSP"),
        (0x5270, "MDCX_CONC_AWAY_HALOTH_INSP"),
        (0x5274, "MDCX_CONC_AWAY_SEVOFL_INSP"),
        (0x5278, "MDCX_CONC_AWAY_ISOFL_INSP"),
        (0x5280, "MDCX_CONC_AWAY_N2O_INSP"),
        (0x5378, "MDCX_CONC_AWAY_O2_ET"),
        (0x538C, "MDCX_CONC_AWAY_AGENT_ET"),
        (0x5390, "MDCX_CONC_AWAY_AGENT_INSP"),
        (0x5809, "MDCX_PRESS_INTRA_CRAN_SYS"),
        (0x580A, "MDCX_PRESS_INTRA_CRAN_DIA"),
        (0x580B, "MDC_PRESS_INTRA_CRAN"),
        (0x7498, "MDC_VENT_CONC_AWAY_O2_INSP"),
    ];

    #[test]
    fn public_ids_are_the_numbers_of_their_terms() {
        let mut meant: BTreeMap<u16, &str> = MEANT.iter().copied().collect();
        assert_eq!(meant.len(), MEANT.len());
        let mut used = BTreeMap::new();
        for row in rows().filter(|row| row.physio < PRIVATE_FROM) {
            match meant.get(&row.physio) {
                Some(refid) => {
                    assert_eq!(*refid, row.code.refid(), "{:04X}", row.physio);
                    used.insert(row.physio, ());
                }
                None => assert_eq!(row.code.value(), 2 << 16 | u32::from(row.physio), "{:04X}", row.physio),
            }
        }
        meant.retain(|id, _| !used.contains_key(id));
        assert!(meant.is_empty(), "without a row: {meant:04X?}");
    }

    #[test]
    fn a_number_has_one_row_and_a_place_one_metric() {
        let mut numbers = BTreeMap::new();
        let mut places: BTreeMap<Containment, (Code, Unit)> = BTreeMap::new();
        for row in rows() {
            assert!(numbers.insert((row.physio, row.unit), ()).is_none(), "{row:?} stands twice");
            let before = places.insert(row.containment(), (row.code, row.unit));
            assert!(before.is_none_or(|before| before == (row.code, row.unit)), "{row:?} is in the place of another");
            for node in [row.containment().channel_row(), row.containment().vmd_row()] {
                assert!(NODES.iter().any(|(v, c, _)| Containment::new(1, *v, *c, 0) == node), "{node} is no node");
            }
        }
    }

    #[test]
    fn sources_of_alarms_are_channels() {
        assert_eq!(source(0x4BB8), Some((Containment::new(1, 6, 1, 0), "SpO2")));
        assert_eq!(source(0x4A14), Some((Containment::new(1, 3, 2, 0), "ABP")), "a pressure as a whole");
        assert_eq!(source(0x4A16), Some((Containment::new(1, 3, 2, 0), "ABP dia")));
        assert_eq!(source(0x0001), None);
        assert_eq!(source(0xFFFF), None);
    }
}

//! Temperatures, oximeters and mixed venous saturation.

use vigil_model::{Code, dim, mdc};

use super::{Item, Row, Variant, always, while_active};
use crate::ge_s5_dri::codec::labels::Place;
use crate::ge_s5_dri::codec::numbers::Group;

pub(super) const ROWS: &[Row] = &[
    Row::new(Group::Temperature(1), (5, 1), TEMPERATURE, &[]),
    Row::new(Group::Temperature(2), (5, 2), TEMPERATURE, &[]),
    Row::new(Group::Temperature(3), (5, 3), TEMPERATURE, &[]),
    Row::new(Group::Temperature(4), (5, 4), TEMPERATURE, &[]),
    Row::new(Group::Temperature(5), (5, 5), TEMPERATURE, &[]),
    Row::new(Group::Temperature(6), (5, 6), TEMPERATURE, &[]),
    Row::new(Group::Oximeter(1), (6, 1), OXIMETER, &[]),
    Row::new(Group::Oximeter(2), (6, 2), OXIMETER, &[]),
    Row::new(Group::Svo2, (6, 3), MIXED_VENOUS, &[]),
];

/// A temperature channel whose label names a site.
macro_rules! at_place {
    ($place:ident, $metric:literal, $code:ident, $low:literal, $label:literal) => {
        Variant {
            when: |head| Place::of(head.label) == Place::$place,
            quality: while_active,
            channel: None,
            items: &[Item::new(6, $metric, mdc::$code, dim::DEGC, 2, $low, 45, $label)],
        }
    };
}

const TEMPERATURE: &[Variant] = &[
    at_place!(Other, 1, TEMP, 15, "T"),
    at_place!(Oesophagus, 2, TEMP_ESOPH, 15, "T eso"),
    at_place!(Nasopharynx, 3, TEMP_NASOPH, 15, "T naso"),
    at_place!(Tympanic, 4, TEMP_TYMP, 15, "T tymp"),
    at_place!(Rectum, 5, TEMP_RECT, 15, "T rect"),
    at_place!(Axilla, 6, TEMP_AXILLA, 15, "T axil"),
    at_place!(Skin, 7, TEMP_SKIN, 10, "T skin"),
    at_place!(Airway, 8, TEMP_AWAY, 10, "T airway"),
    at_place!(Room, 9, X_TEMP_ROOM, 0, "T room"),
    at_place!(Core, 10, TEMP_CORE, 15, "T core"),
];

const fn percent(at: usize, metric: u16, code: Code, label: &'static str) -> Item {
    Item::new(at, metric, code, dim::PERCENT, 2, 0, 100, label)
}

const OXIMETER: &[Variant] = &[Variant {
    when: always,
    quality: while_active,
    channel: None,
    items: &[
        percent(6, 1, mdc::PULS_OXIM_SAT_O2, "SpO2"),
        Item::new(8, 2, mdc::PULS_OXIM_PULS_RATE, dim::BEAT_PER_MIN, 0, 0, 350, "Pulse (SpO2)"),
        Item::new(10, 3, mdc::PULS_OXIM_PERF_REL, dim::PERCENT, 2, 0, 20, "Pleth amplitude").hundredths(2, 2000),
        percent(12, 4, mdc::SAT_O2_VEN, "SvO2").zero_says_nothing(), // few oximeters measure it
    ],
}];

const MIXED_VENOUS: &[Variant] =
    &[Variant { when: always, quality: while_active, channel: None, items: &[percent(6, 1, mdc::SAT_O2_VEN, "SvO2")] }];

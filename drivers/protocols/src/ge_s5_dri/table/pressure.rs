//! Invasive pressures, cuff pressure, cerebral perfusion pressure, cardiac output and wedge pressure.

use vigil_model::{Code, Quality, dim, mdc};

use super::{Item, Row, Variant, always, while_active};
use crate::ge_s5_dri::codec::labels::Site;
use crate::ge_s5_dri::codec::numbers::{Group, GroupHead};

pub(super) const ROWS: &[Row] = &[
    Row::new(Group::Pressure(1), (3, 1), INVASIVE, &[]),
    Row::new(Group::Pressure(2), (3, 2), INVASIVE, &[]),
    Row::new(Group::Pressure(3), (3, 3), INVASIVE, &[]),
    Row::new(Group::Pressure(4), (3, 4), INVASIVE, &[]),
    Row::new(Group::Pressure(5), (3, 5), INVASIVE, &[]),
    Row::new(Group::Pressure(6), (3, 6), INVASIVE, &[]),
    Row::new(Group::Pressure(7), (3, 7), INVASIVE, &[]),
    Row::new(Group::Pressure(8), (3, 8), INVASIVE, &[]),
    Row::new(Group::Cpp(1), (3, 9), PERFUSION, &[]),
    Row::new(Group::Cpp(2), (3, 10), PERFUSION, &[]),
    Row::new(Group::Nibp, (4, 1), CUFF, &[]),
    Row::new(Group::CardiacOutput, (8, 1), CARDIAC_OUTPUT, &[]),
];

const fn mmhg(at: usize, metric: u16, code: Code, range: (i64, i64), label: &'static str) -> Item {
    Item::new(at, metric, code, dim::MMHG, 2, range.0, range.1, label)
}

/// Zeroing (bit 2) is a calibration.
fn invasive_quality(head: GroupHead) -> Quality {
    if head.has(2) { Quality::Calibrating } else { while_active(head) }
}

/// A pressure channel whose label names a site: systolic, diastolic and mean with their metric numbers.
macro_rules! at_site {
    ($site:ident, $range:expr, $label:literal, $metric:literal, $sys:ident, $dia:ident, $mean:ident) => {
        Variant {
            when: |head| Site::of(head.label) == Site::$site,
            quality: invasive_quality,
            channel: None,
            items: &[
                mmhg(6, $metric, mdc::$sys, $range, concat!($label, " sys")),
                mmhg(8, $metric + 1, mdc::$dia, $range, concat!($label, " dia")),
                mmhg(10, $metric + 2, mdc::$mean, $range, concat!($label, " mean")),
            ],
        }
    };
}

/// Pulmonary artery and its neighbours on the right side of the heart.
const PULMONARY_RANGE: (i64, i64) = (-40, 150);
const ARTERIAL_RANGE: (i64, i64) = (-40, 320);
const VENOUS_RANGE: (i64, i64) = (-40, 60);
const WEDGE_RANGE: (i64, i64) = (-40, 80);
const CRANIAL_RANGE: (i64, i64) = (-40, 100);

#[rustfmt::skip]
const INVASIVE: &[Variant] = &[
    Variant {
        when: always,
        quality: invasive_quality,
        channel: None,
        items: &[Item::new(12, 1, mdc::BLD_PULS_RATE_INV, dim::BEAT_PER_MIN, 0, 0, 350, "Pulse (pressure)")],
    },
    at_site!(Arterial, ARTERIAL_RANGE, "ART", 11, PRESS_BLD_ART_SYS, PRESS_BLD_ART_DIA, PRESS_BLD_ART_MEAN),
    at_site!(Abp, ARTERIAL_RANGE, "ABP", 21, PRESS_BLD_ART_ABP_SYS, PRESS_BLD_ART_ABP_DIA, PRESS_BLD_ART_ABP_MEAN),
    at_site!(CentralVenous, VENOUS_RANGE, "CVP", 31, X_PRESS_BLD_VEN_CENT_SYS, X_PRESS_BLD_VEN_CENT_DIA, PRESS_BLD_VEN_CENT_MEAN),
    at_site!(PulmonaryArtery, PULMONARY_RANGE, "PA", 41, PRESS_BLD_ART_PULM_SYS, PRESS_BLD_ART_PULM_DIA, PRESS_BLD_ART_PULM_MEAN),
    at_site!(RightAtrium, PULMONARY_RANGE, "RAP", 51, X_PRESS_BLD_ATR_RIGHT_SYS, X_PRESS_BLD_ATR_RIGHT_DIA, PRESS_BLD_ATR_RIGHT_MEAN),
    at_site!(LeftAtrium, PULMONARY_RANGE, "LAP", 61, X_PRESS_BLD_ATR_LEFT_SYS, X_PRESS_BLD_ATR_LEFT_DIA, PRESS_BLD_ATR_LEFT_MEAN),
    at_site!(Intracranial, CRANIAL_RANGE, "ICP", 71, X_PRESS_INTRA_CRAN_SYS, X_PRESS_INTRA_CRAN_DIA, PRESS_INTRA_CRAN),
    at_site!(Other, ARTERIAL_RANGE, "P", 81, X_PRESS_INV_SYS, X_PRESS_INV_DIA, X_PRESS_INV_MEAN),
];

const PERFUSION: &[Variant] = &[Variant {
    when: always,
    quality: while_active,
    channel: None,
    items: &[mmhg(6, 1, mdc::PRESS_CEREB_PERF, (-40, 300), "CPP").calculated()],
}];

/// Label bit 8 says that the reading is older than 60 s, bit 7 that the cuff calibrates.
fn cuff_quality(head: GroupHead) -> Quality {
    if head.label_has(7) {
        Quality::Calibrating
    } else if head.label_has(8) {
        Quality::Questionable
    } else {
        while_active(head)
    }
}

const CUFF: &[Variant] = &[Variant {
    when: always,
    quality: cuff_quality,
    channel: None,
    items: &[
        mmhg(6, 1, mdc::PRESS_BLD_NONINV_SYS, (20, 300), "NIBP sys").episodic(),
        mmhg(8, 2, mdc::PRESS_BLD_NONINV_DIA, (10, 250), "NIBP dia").episodic(),
        mmhg(10, 3, mdc::PRESS_BLD_NONINV_MEAN, (15, 275), "NIBP mean").episodic(),
        Item::new(12, 4, mdc::PULS_RATE_NON_INV, dim::BEAT_PER_MIN, 0, 0, 300, "Pulse (cuff)").episodic(),
    ],
}];

const CARDIAC_OUTPUT: &[Variant] = &[
    Variant {
        when: always,
        quality: while_active,
        channel: None,
        items: &[
            Item::new(6, 1, mdc::OUTPUT_CARD, dim::MILLI_L_PER_MIN, 0, 100, 20_000, "CO").episodic(),
            Item::new(8, 2, mdc::TEMP_BLD, dim::DEGC, 2, 15, 45, "T blood"),
        ],
    },
    Variant {
        when: always,
        quality: while_active,
        channel: Some((8, 2)),
        items: &[mmhg(12, 1, mdc::PRESS_BLD_ART_PULM_WEDGE, WEDGE_RANGE, "PCWP").episodic()],
    },
];

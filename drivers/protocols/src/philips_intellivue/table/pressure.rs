//! Invasive pressures, wedge and perfusion pressure, cuff.

use vigil_model::{Code, Unit, dim, mdc};

use super::Row;

/// Plausible ranges in mmHg, as in the other drivers.
const ARTERIAL: (i64, i64) = (-40, 320);
const PULMONARY: (i64, i64) = (-40, 150);
const VENOUS: (i64, i64) = (-40, 60);
const CRANIAL: (i64, i64) = (-40, 100);
const CUFF: (i64, i64) = (0, 300);

/// Systolic, diastolic and mean of one site.
type Three = (Code, Code, Code);

const ART: Three = (mdc::PRESS_BLD_ART_SYS, mdc::PRESS_BLD_ART_DIA, mdc::PRESS_BLD_ART_MEAN);
const ABP: Three = (mdc::PRESS_BLD_ART_ABP_SYS, mdc::PRESS_BLD_ART_ABP_DIA, mdc::PRESS_BLD_ART_ABP_MEAN);
const CVP: Three = (mdc::X_PRESS_BLD_VEN_CENT_SYS, mdc::X_PRESS_BLD_VEN_CENT_DIA, mdc::PRESS_BLD_VEN_CENT_MEAN);
const PAP: Three = (mdc::PRESS_BLD_ART_PULM_SYS, mdc::PRESS_BLD_ART_PULM_DIA, mdc::PRESS_BLD_ART_PULM_MEAN);
const LAP: Three = (mdc::X_PRESS_BLD_ATR_LEFT_SYS, mdc::X_PRESS_BLD_ATR_LEFT_DIA, mdc::PRESS_BLD_ATR_LEFT_MEAN);
const RAP: Three = (mdc::X_PRESS_BLD_ATR_RIGHT_SYS, mdc::X_PRESS_BLD_ATR_RIGHT_DIA, mdc::PRESS_BLD_ATR_RIGHT_MEAN);
const ICP: Three = (mdc::X_PRESS_INTRA_CRAN_SYS, mdc::X_PRESS_INTRA_CRAN_DIA, mdc::PRESS_INTRA_CRAN);
/// A site that is not named, or that has no term.
const SITE: Three = (mdc::X_PRESS_INV_SYS, mdc::X_PRESS_INV_DIA, mdc::X_PRESS_INV_MEAN);
const NBP: Three = (mdc::PRESS_BLD_NONINV_SYS, mdc::PRESS_BLD_NONINV_DIA, mdc::PRESS_BLD_NONINV_MEAN);

/// A range in mmHg in hundredths of another unit of pressure.
const fn in_hundredths(mmhg: (i64, i64), per_ten_thousand: i64) -> (i64, i64) {
    (mmhg.0 * per_ten_thousand / 100, mmhg.1 * per_ten_thousand / 100)
}

/// A pressure: systolic, diastolic and mean have the three ids behind that of the whole.
const fn three(
    base: u16,
    codes: Three,
    unit: Unit,
    place: (u16, u16, u16),
    range: (i64, i64),
    labels: [&'static str; 3],
) -> [Row; 3] {
    let (vmd, channel, metric) = place;
    let sys = Row::new(base + 1, codes.0, unit, (vmd, channel, metric), (0, 0), labels[0]);
    let dia = Row::new(base + 2, codes.1, unit, (vmd, channel, metric + 1), (0, 0), labels[1]);
    let mean = Row::new(base + 3, codes.2, unit, (vmd, channel, metric + 2), (0, 0), labels[2]);
    let (low, high) = range;
    [sys.hundredths(low, high), dia.hundredths(low, high), mean.hundredths(low, high)]
}

/// A site in millimetres of mercury (metrics 1 to 3) or kilopascals (11 to 13).
macro_rules! site {
    (mmhg $base:literal, $codes:ident, $channel:literal, $range:ident, $label:literal) => {
        three($base, $codes, dim::MMHG, (3, $channel, 1), in_hundredths($range, 10_000), labels!($label))
    };
    (kpa $base:literal, $codes:ident, $channel:literal, $range:ident, $label:literal) => {
        three($base, $codes, dim::KILO_PASCAL, (3, $channel, 11), in_hundredths($range, 1_334), labels!($label))
    };
    (cmh2o $base:literal, $codes:ident, $channel:literal, $range:ident, $label:literal) => {
        three($base, $codes, dim::CM_H2O, (3, $channel, 21), in_hundredths($range, 13_595), labels!($label))
    };
}

macro_rules! labels {
    ($label:literal) => {
        [concat!($label, " sys"), concat!($label, " dia"), concat!($label, " mean")]
    };
}

const fn cuff(rows: [Row; 3]) -> [Row; 3] {
    let [sys, dia, mean] = rows;
    [sys.episodic(), dia.episodic(), mean.episodic()]
}

pub(super) const SITES: &[[Row; 3]] = &[
    site!(mmhg 0x4A10, ART, 1, ARTERIAL, "ART"),
    site!(kpa 0x4A10, ART, 1, ARTERIAL, "ART"),
    site!(mmhg 0x4A14, ABP, 2, ARTERIAL, "ABP"),
    site!(kpa 0x4A14, ABP, 2, ARTERIAL, "ABP"),
    site!(mmhg 0x4A44, CVP, 3, VENOUS, "CVP"),
    site!(kpa 0x4A44, CVP, 3, VENOUS, "CVP"),
    site!(cmh2o 0x4A44, CVP, 3, VENOUS, "CVP"),
    site!(mmhg 0x4A1C, PAP, 4, PULMONARY, "PAP"),
    site!(kpa 0x4A1C, PAP, 4, PULMONARY, "PAP"),
    site!(mmhg 0x4A30, LAP, 5, PULMONARY, "LAP"),
    site!(kpa 0x4A30, LAP, 5, PULMONARY, "LAP"),
    site!(mmhg 0x4A34, RAP, 6, PULMONARY, "RAP"),
    site!(kpa 0x4A34, RAP, 6, PULMONARY, "RAP"),
    site!(mmhg 0x5808, ICP, 7, CRANIAL, "ICP"),
    site!(kpa 0x5808, ICP, 7, CRANIAL, "ICP"),
    site!(mmhg 0xF0B4, ICP, 8, CRANIAL, "IC1"),
    site!(kpa 0xF0B4, ICP, 8, CRANIAL, "IC1"),
    site!(mmhg 0xF0B8, ICP, 9, CRANIAL, "IC2"),
    site!(kpa 0xF0B8, ICP, 9, CRANIAL, "IC2"),
    site!(mmhg 0xF0A4, SITE, 10, ARTERIAL, "P1"),
    site!(kpa 0xF0A4, SITE, 10, ARTERIAL, "P1"),
    site!(mmhg 0xF0A8, SITE, 11, ARTERIAL, "P2"),
    site!(kpa 0xF0A8, SITE, 11, ARTERIAL, "P2"),
    site!(mmhg 0xF0AC, SITE, 12, ARTERIAL, "P3"),
    site!(kpa 0xF0AC, SITE, 12, ARTERIAL, "P3"),
    site!(mmhg 0xF0B0, SITE, 13, ARTERIAL, "P4"),
    site!(kpa 0xF0B0, SITE, 13, ARTERIAL, "P4"),
    site!(mmhg 0xF0BC, ART, 14, ARTERIAL, "FAP"),
    site!(kpa 0xF0BC, ART, 14, ARTERIAL, "FAP"),
    site!(mmhg 0xF0C0, ART, 15, ARTERIAL, "BAP"),
    site!(kpa 0xF0C0, ART, 15, ARTERIAL, "BAP"),
    site!(mmhg 0x4A0C, SITE, 16, ARTERIAL, "Ao"),
    site!(kpa 0x4A0C, SITE, 16, ARTERIAL, "Ao"),
    site!(mmhg 0x4A28, SITE, 17, ARTERIAL, "UAP"),
    site!(kpa 0x4A28, SITE, 17, ARTERIAL, "UAP"),
    site!(mmhg 0x4A48, SITE, 18, VENOUS, "UVP"),
    site!(kpa 0x4A48, SITE, 18, VENOUS, "UVP"),
    cuff(three(0x4A04, NBP, dim::MMHG, (4, 1, 1), in_hundredths(CUFF, 10_000), labels!("NBP"))),
    cuff(three(0x4A04, NBP, dim::KILO_PASCAL, (4, 1, 11), in_hundredths(CUFF, 1_334), labels!("NBP"))),
];

pub(super) const ROWS: &[Row] = &[
    Row::new(0x5808, mdc::PRESS_INTRA_CRAN, dim::MMHG, (3, 7, 3), (0, 0), "ICP mean").hundredths(-4_000, 10_000),
    Row::new(0x4A24, mdc::PRESS_BLD_ART_PULM_WEDGE, dim::MMHG, (3, 4, 4), (-40, 80), "PAWP").episodic(),
    Row::new(0x4A24, mdc::PRESS_BLD_ART_PULM_WEDGE, dim::KILO_PASCAL, (3, 4, 14), (-6, 11), "PAWP").episodic(),
    Row::new(0x5804, mdc::PRESS_CEREB_PERF, dim::MMHG, (3, 19, 1), (-40, 300), "CPP").calculated(),
    Row::new(0x5804, mdc::PRESS_CEREB_PERF, dim::KILO_PASCAL, (3, 19, 11), (-6, 40), "CPP").calculated(),
    Row::new(0xF0E5, mdc::PULS_RATE_NON_INV, dim::BEAT_PER_MIN, (4, 1, 4), (0, 300), "Pulse (NBP)").episodic(),
];

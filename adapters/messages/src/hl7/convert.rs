//! Numbers in another unit, exactly: each factor is a fraction of whole numbers, and what is rounded away is declared.
//!
//! | from | to | exactly |
//! |---|---|---|
//! | mmHg | kPa | 133.322387415 / 1000 (conventional millimetre of mercury, ISO 80000-4) |
//! | cmH2O | kPa, mbar | 98.0665 / 1000, / 100 |
//! | kPa | mbar | 10 |
//! | °C | °F | × 9/5 + 32 |
//! | kg | g, lb | 1000, 1 / 0.45359237 (international pound) |
//! | mL/h | mL/min | 1 / 60 |
//! | L, L/min | mL, mL/min | 1000 |
//! | m | cm, mm | 100, 1000 |
//! | h, min | min, s | 60 |
//! | s | ms | 1000 |
//!
//! Each goes both ways.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_model::{Quantity, Unit, dim};

/// What becomes of digits beyond those that are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// To the nearest; a half away from zero, as people round.
    #[default]
    HalfUp,
    /// To the nearest; a half to the even digit.
    HalfEven,
    /// Towards zero.
    Down,
}

impl Rounding {
    /// In a few words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Rounding::HalfUp => "rounded half up",
            Rounding::HalfEven => "rounded half to even",
            Rounding::Down => "cut off",
        }
    }
}

/// `value × numerator / denominator + offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    numerator: i128,
    denominator: i128,
    /// Added after the fraction, in whole units.
    offset: i128,
}

/// Units, and what one of the first is in the second.
const FACTORS: &[(Unit, Unit, i128, i128)] = &[
    (dim::MMHG, dim::KILO_PASCAL, 133_322_387_415, 1_000_000_000_000),
    (dim::CM_H2O, dim::KILO_PASCAL, 980_665, 10_000_000),
    (dim::CM_H2O, dim::MILLI_BAR, 980_665, 1_000_000),
    (dim::KILO_PASCAL, dim::MILLI_BAR, 10, 1),
    (dim::KILO_G, dim::X_G, 1_000, 1),
    (dim::KILO_G, dim::LB, 100_000_000, 45_359_237),
    (dim::MILLI_L_PER_HR, dim::MILLI_L_PER_MIN, 1, 60),
    (dim::X_L, dim::MILLI_L, 1_000, 1),
    (dim::X_L_PER_MIN, dim::MILLI_L_PER_MIN, 1_000, 1),
    (dim::X_M, dim::CENTI_M, 100, 1),
    (dim::X_M, dim::MILLI_M, 1_000, 1),
    (dim::CENTI_M, dim::MILLI_M, 10, 1),
    (dim::HR, dim::MIN, 60, 1),
    (dim::MIN, dim::SEC, 60, 1),
    (dim::SEC, dim::MILLI_SEC, 1_000, 1),
];

/// The way from one unit to another.
pub fn factor(from: Unit, to: Unit) -> Option<Factor> {
    let exact = |numerator, denominator, offset| Some(Factor { numerator, denominator, offset });
    match () {
        () if (from, to) == (dim::DEGC, dim::FAHR) => return exact(9, 5, 32),
        // (F − 32) × 5/9 = F × 5/9 − 160/9: the offset is no whole number, so it goes into the fraction below.
        () if (from, to) == (dim::FAHR, dim::DEGC) => return exact(5, 9, 0),
        () => {}
    }
    FACTORS.iter().find_map(|(a, b, numerator, denominator)| {
        if (from, to) == (*a, *b) {
            exact(*numerator, *denominator, 0)
        } else if (from, to) == (*b, *a) {
            exact(*denominator, *numerator, 0)
        } else {
            None
        }
    })
}

/// Units that there is a way to.
pub fn targets(from: Unit) -> impl Iterator<Item = Unit> {
    Unit::all().iter().copied().filter(move |to| factor(from, *to).is_some())
}

/// The number in another unit with exactly `decimals` digits after the point, at most 9. `None` if there is no way, or the
/// result does not fit.
pub fn convert(number: Quantity, from: Unit, to: Unit, decimals: u8, rounding: Rounding) -> Option<Quantity> {
    let Factor { numerator, denominator, offset } = factor(from, to)?;
    let scale = 10i128.checked_pow(u32::from(decimals).min(9))?;
    // number = mantissa × 10^exponent; the result, times `scale`, is (mantissa × up + shift) / down.
    let mut mantissa = i128::from(number.mantissa());
    let mut down = denominator;
    if number.exponent() < 0 {
        down = down.checked_mul(10i128.checked_pow(u32::from(number.exponent().unsigned_abs()))?)?;
    } else {
        mantissa = mantissa.checked_mul(10i128.checked_pow(u32::from(number.exponent().unsigned_abs()))?)?;
    }
    if (from, to) == (dim::FAHR, dim::DEGC) {
        mantissa = mantissa.checked_sub((down / denominator).checked_mul(32)?)?;
    }
    let up = mantissa.checked_mul(numerator)?.checked_mul(scale)?;
    let up = up.checked_add(offset.checked_mul(scale)?.checked_mul(down)?)?;
    let mantissa = i64::try_from(divided(up, down, rounding)).ok()?;
    Some(Quantity::new(mantissa, -i8::try_from(decimals.min(9)).ok()?))
}

/// A quotient as a whole number. `down` is positive.
fn divided(up: i128, down: i128, rounding: Rounding) -> i128 {
    let (quotient, rest) = (up / down, up % down);
    let twice = rest.unsigned_abs().saturating_mul(2);
    let away = match rounding {
        Rounding::Down => false,
        Rounding::HalfUp => twice >= down.unsigned_abs(),
        Rounding::HalfEven => twice > down.unsigned_abs() || (twice == down.unsigned_abs() && quotient % 2 != 0),
    };
    if away { quotient + up.signum() } else { quotient }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_come_out_exactly() {
        for (number, from, to, decimals, rounding, expected) in [
            ("120", dim::MMHG, dim::KILO_PASCAL, 1, Rounding::HalfUp, "16.0"),
            ("80", dim::MMHG, dim::KILO_PASCAL, 2, Rounding::HalfUp, "10.67"),
            ("-5", dim::MMHG, dim::KILO_PASCAL, 3, Rounding::HalfUp, "-0.667"),
            ("16.0", dim::KILO_PASCAL, dim::MMHG, 0, Rounding::HalfUp, "120"),
            ("37.0", dim::DEGC, dim::FAHR, 1, Rounding::HalfUp, "98.6"),
            ("-40", dim::DEGC, dim::FAHR, 0, Rounding::HalfUp, "-40"),
            ("98.6", dim::FAHR, dim::DEGC, 1, Rounding::HalfUp, "37.0"),
            ("0", dim::FAHR, dim::DEGC, 2, Rounding::HalfUp, "-17.78"),
            ("85.0", dim::MILLI_L_PER_HR, dim::MILLI_L_PER_MIN, 2, Rounding::Down, "1.41"),
            ("85.0", dim::MILLI_L_PER_HR, dim::MILLI_L_PER_MIN, 2, Rounding::HalfUp, "1.42"),
            ("82.5", dim::KILO_G, dim::LB, 1, Rounding::HalfUp, "181.9"),
            ("0.0125", dim::X_L, dim::MILLI_L, 0, Rounding::HalfEven, "12"),
            ("0.0135", dim::X_L, dim::MILLI_L, 0, Rounding::HalfEven, "14"),
            ("0.0125", dim::X_L, dim::MILLI_L, 0, Rounding::HalfUp, "13"),
            ("-0.0125", dim::X_L, dim::MILLI_L, 0, Rounding::HalfUp, "-13"),
            ("-0.0129", dim::X_L, dim::MILLI_L, 0, Rounding::Down, "-12"),
        ] {
            let converted = convert(number.parse().unwrap(), from, to, decimals, rounding).unwrap();
            assert_eq!(converted.to_string(), expected, "{number} {from:?} to {to:?}");
        }
        assert_eq!(convert(Quantity::ZERO, dim::MMHG, dim::DEGC, 0, Rounding::Down), None);
        assert_eq!(convert(Quantity::new(i64::MAX, 18), dim::X_L, dim::MILLI_L, 9, Rounding::Down), None);
        assert_eq!(targets(dim::MMHG).collect::<Vec<_>>(), [dim::KILO_PASCAL]);
    }

    proptest::proptest! {
        #[test]
        fn what_goes_there_and_back_is_within_half_of_the_last_digit(mantissa in -1_000_000i64..1_000_000, which in 0..FACTORS.len()) {
            let (from, to, ..) = FACTORS[which];
            let number = Quantity::new(mantissa, -2);
            let there = convert(number, from, to, 9, Rounding::HalfUp).unwrap();
            let back = convert(there, to, from, 2, Rounding::HalfUp).unwrap();
            proptest::prop_assert_eq!(back, number);
        }

        #[test]
        fn any_number_is_survived(mantissa in proptest::num::i64::ANY, exponent in -18i8..=18, decimals in 0u8..=255) {
            for (from, to, ..) in FACTORS {
                let _ = convert(Quantity::new(mantissa, exponent), *from, *to, decimals, Rounding::HalfEven);
            }
        }
    }
}

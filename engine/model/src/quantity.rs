//! Decimal numbers as devices send them. A clinical value is never an `f64` between the wire and the message.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A decimal number `mantissa × 10^exponent` that keeps the precision it was sent with: `85.0` never becomes `85`.
///
/// `==` compares the written form (`85.0` differs from `85`); [`Quantity::cmp_value`] compares the number. Serialized as
/// text, so that the precision survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quantity {
    mantissa: i64,
    exponent: i8,
}

/// Why a text is not a [`Quantity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// There is no digit.
    #[error("a number needs at least one digit")]
    NoDigit,
    /// A character that is neither a digit, a sign in front nor the one decimal point.
    #[error("a number has digits, one sign in front and one decimal point; found {0:?}")]
    UnexpectedCharacter(char),
    /// More digits than a 64-bit integer holds, or more than 18 decimals.
    #[error("a number has at most 18 digits")]
    TooLong,
}

impl Quantity {
    /// Zero without decimals.
    pub const ZERO: Quantity = Quantity::new(0, 0);

    /// `mantissa × 10^exponent`; `new(850, -1)` is `85.0`. The exponent is held within -18 to 18.
    pub const fn new(mantissa: i64, exponent: i8) -> Self {
        let exponent = if exponent < -18 {
            -18
        } else if exponent > 18 {
            18
        } else {
            exponent
        };
        Self { mantissa, exponent }
    }

    /// The integer that [`Self::exponent`] scales.
    pub const fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// Power of ten, -18 to 18. `-1` means one decimal.
    pub const fn exponent(self) -> i8 {
        self.exponent
    }

    /// Digits after the decimal point, 0 to 18.
    pub const fn decimals(self) -> u8 {
        if self.exponent < 0 { self.exponent.unsigned_abs() } else { 0 }
    }

    /// Compares the numbers, whatever their precision: `85.0` is as large as `85`.
    pub fn cmp_value(self, other: Quantity) -> Ordering {
        if self.exponent == other.exponent {
            return self.mantissa.cmp(&other.mantissa);
        }
        let common = self.exponent.min(other.exponent);
        self.widened(common).cmp(&other.widened(common))
    }

    /// Sum with the finer of both precisions; `None` if it does not fit.
    pub fn checked_add(self, other: Quantity) -> Option<Quantity> {
        let exponent = self.exponent.min(other.exponent);
        let sum = self.widened(exponent).checked_add(other.widened(exponent))?;
        Some(Quantity { mantissa: i64::try_from(sum).ok()?, exponent })
    }

    /// Difference with the finer of both precisions; `None` if it does not fit.
    pub fn checked_sub(self, other: Quantity) -> Option<Quantity> {
        self.checked_add(Quantity { mantissa: other.mantissa.checked_neg()?, exponent: other.exponent })
    }

    /// Product; the precisions add up. `None` if it does not fit.
    pub fn checked_mul(self, other: Quantity) -> Option<Quantity> {
        let exponent = self.exponent.checked_add(other.exponent).filter(|e| (-18..=18).contains(e))?;
        Some(Quantity { mantissa: self.mantissa.checked_mul(other.mantissa)?, exponent })
    }

    /// Compares `self × by` with `other × other_by`, exactly as long as both have fewer than 38 digits: rates without a
    /// division.
    pub fn cmp_scaled(self, by: u64, other: Quantity, other_by: u64) -> Ordering {
        let common = self.exponent.min(other.exponent);
        let left = self.widened(common).saturating_mul(i128::from(by));
        left.cmp(&other.widened(common).saturating_mul(i128::from(other_by)))
    }

    /// The same number with exactly `decimals` digits after the point, rounded half away from zero where digits are
    /// dropped. `None` if it does not fit.
    pub fn rounded(self, decimals: u8) -> Option<Quantity> {
        let exponent = -i8::try_from(decimals).ok().filter(|d| *d <= 18)?;
        if exponent <= self.exponent {
            return Some(Quantity { mantissa: i64::try_from(self.widened(exponent)).ok()?, exponent });
        }
        let divisor = 10i128.pow(u32::from(exponent.abs_diff(self.exponent)));
        let half = divisor / 2 * i128::from(self.mantissa.signum());
        let mantissa = (i128::from(self.mantissa) + half) / divisor;
        Some(Quantity { mantissa: i64::try_from(mantissa).ok()?, exponent })
    }

    /// The quantity nearest to `value` with `decimals` digits after the point, for devices that send floating point.
    /// `None` for infinities, not-a-number and what does not fit.
    pub fn from_f64(value: f64, decimals: u8) -> Option<Quantity> {
        let exponent = i8::try_from(decimals).ok().filter(|d| *d <= 18)?;
        let scaled = (value * 10f64.powi(i32::from(exponent))).round();
        if !scaled.is_finite() || scaled.abs() >= 9.2e18 {
            return None;
        }
        Some(Quantity { mantissa: scaled as i64, exponent: -exponent })
    }

    /// Nearest floating-point number: for plots and statistics, never for a judgement or a message.
    pub fn to_f64(self) -> f64 {
        if self.exponent < 0 {
            self.mantissa as f64 / 10f64.powi(-i32::from(self.exponent))
        } else {
            self.mantissa as f64 * 10f64.powi(i32::from(self.exponent))
        }
    }

    /// Mantissa at a smaller or equal exponent: at most 36 decimal places away, so it fits 128 bits.
    fn widened(self, exponent: i8) -> i128 {
        i128::from(self.mantissa).saturating_mul(10i128.pow(u32::from(self.exponent.abs_diff(exponent)).min(36)))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.exponent >= 0 {
            return write!(f, "{}", i128::from(self.mantissa) * 10i128.pow(u32::from(self.exponent.unsigned_abs())));
        }
        let decimals = usize::from(self.exponent.unsigned_abs());
        let scale = 10u64.pow(u32::from(self.exponent.unsigned_abs()));
        let magnitude = self.mantissa.unsigned_abs();
        let sign = if self.mantissa < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:0decimals$}", magnitude / scale, magnitude % scale)
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    /// Reads `85`, `-0.5`, `+12.50`, `.5`. No exponent, no blanks, no thousands separator.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let (negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mut mantissa, mut decimals, mut seen_point, mut seen_digit) = (0i64, 0i8, false, false);
        for character in digits.chars() {
            match character {
                '0'..='9' => {
                    let digit = i64::from(character as u8 - b'0');
                    mantissa = mantissa
                        .checked_mul(10)
                        .and_then(|m| m.checked_add(digit))
                        .filter(|m| *m <= 999_999_999_999_999_999)
                        .ok_or(QuantityError::TooLong)?;
                    seen_digit = true;
                    decimals += i8::from(seen_point);
                    if decimals > 18 {
                        return Err(QuantityError::TooLong);
                    }
                }
                '.' if !seen_point => seen_point = true,
                other => return Err(QuantityError::UnexpectedCharacter(other)),
            }
        }
        if !seen_digit {
            return Err(QuantityError::NoDigit);
        }
        Ok(Self { mantissa: if negative { -mantissa } else { mantissa }, exponent: -decimals })
    }
}

impl From<i64> for Quantity {
    fn from(value: i64) -> Self {
        Self { mantissa: value, exponent: 0 }
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(text: &str) -> Quantity {
        text.parse().unwrap()
    }

    #[test]
    fn precision_survives_reading_and_writing() {
        for text in ["85.0", "85", "0.00", "-0.5", "1200.00", "-32", "0.001", "999999999999999999"] {
            assert_eq!(q(text).to_string(), text);
        }
        assert_eq!(q("+12.50").to_string(), "12.50");
        assert_eq!(q(".5").to_string(), "0.5");
        assert_eq!(Quantity::new(12, 2).to_string(), "1200");
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in ["", "-", ".", "1e3", "1,5", "1.2.3", " 1", "--1", "0x10", "NaN", "1000000000000000000"] {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
    }

    #[test]
    fn values_compare_across_precisions() {
        assert_eq!(q("85.0").cmp_value(q("85")), Ordering::Equal);
        assert_ne!(q("85.0"), q("85"));
        assert_eq!(q("84.99").cmp_value(q("85")), Ordering::Less);
        assert_eq!(q("-1").cmp_value(q("-1.01")), Ordering::Greater);
    }

    #[test]
    fn products_compare_without_rounding() {
        assert_eq!(q("0.1").cmp_scaled(30, q("3"), 1), Ordering::Equal);
        assert_eq!(q("-4.0").cmp_scaled(60_000_000, q("-8"), 30_000_000), Ordering::Equal);
        assert_eq!(q("4.1").cmp_scaled(60_000_000, q("8"), 30_000_000), Ordering::Greater);
        assert_eq!(q("-4").cmp_scaled(2, q("-7.9"), 1), Ordering::Less);
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        assert_eq!(q("38.05").rounded(1), Some(q("38.1")));
        assert_eq!(q("-38.05").rounded(1), Some(q("-38.1")));
        assert_eq!(q("38.04").rounded(1), Some(q("38.0")));
        assert_eq!(q("38").rounded(2), Some(q("38.00")));
        assert_eq!(Quantity::from_f64(23.409_999, 2), Some(q("23.41")));
        assert_eq!(Quantity::from_f64(f64::NAN, 2), None);
    }

    proptest::proptest! {
        #[test]
        fn text_and_back_is_identity(mantissa in -999_999_999_999_999_999i64..=999_999_999_999_999_999, exponent in -18i8..=0) {
            let quantity = Quantity::new(mantissa, exponent);
            proptest::prop_assert_eq!(quantity.to_string().parse::<Quantity>(), Ok(quantity));
        }

        #[test]
        fn sum_and_difference_are_inverse(a in -1_000_000_000i64..1_000_000_000, b in -1_000_000_000i64..1_000_000_000, e in -6i8..=0, g in -6i8..=0) {
            let (a, b) = (Quantity::new(a, e), Quantity::new(b, g));
            let back = a.checked_add(b).and_then(|sum| sum.checked_sub(b)).unwrap();
            proptest::prop_assert_eq!(back.cmp_value(a), Ordering::Equal);
        }

        #[test]
        fn any_text_is_survived(text in ".{0,40}") {
            let _ = text.parse::<Quantity>();
        }

        #[test]
        fn any_quantities_compare_and_round(m in proptest::num::i64::ANY, e in -18i8..=18, n in proptest::num::i64::ANY, f in -18i8..=18, d in 0u8..30) {
            let (a, b) = (Quantity::new(m, e), Quantity::new(n, f));
            proptest::prop_assert_eq!(a.cmp_value(b), b.cmp_value(a).reverse());
            let _ = (a.checked_add(b), a.checked_mul(b), a.rounded(d), a.to_string());
        }
    }
}

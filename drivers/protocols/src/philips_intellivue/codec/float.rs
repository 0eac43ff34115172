//! Numbers of the protocol: a signed power of ten and a signed mantissa of 24 bits, which keep the device's precision.

use vigil_model::{Absence, Quantity};

/// "Not a number".
const NOT_A_NUMBER: u32 = 0x007F_FFFF;
/// "Not at this resolution".
const NOT_AT_RESOLUTION: u32 = 0x0080_0000;
/// Above everything.
const PLUS_INFINITY: u32 = 0x007F_FFFE;
/// Below everything.
const MINUS_INFINITY: u32 = 0x0080_0002;
/// Largest mantissa that is a number: three on each side have another meaning.
const MANTISSA_MAX: i64 = 0x007F_FFFD;
/// Powers of ten that a [`Quantity`] holds.
const EXPONENT_MAX: u8 = 18;

/// A number as it stands on the wire: exponent in the highest byte, mantissa in the other three. `FD009FFB` is 40.955.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Float(pub u32);

impl Float {
    /// No number.
    pub const NAN: Float = Float(NOT_A_NUMBER);

    /// The number, or why there is none. A power of ten beyond 18 is of no measurement: invalid.
    ///
    /// # Errors
    /// What the special mantissas say.
    pub fn quantity(self) -> Result<Quantity, Absence> {
        let [exponent, mantissa @ ..] = self.0.to_be_bytes();
        let exponent = exponent.cast_signed();
        match self.0 & 0x00FF_FFFF {
            NOT_A_NUMBER | NOT_AT_RESOLUTION => Err(Absence::NotAvailable),
            PLUS_INFINITY => Err(Absence::Overflow),
            MINUS_INFINITY => Err(Absence::Underflow),
            0x0080_0001 => Err(Absence::Invalid), // reserved
            _ if exponent.unsigned_abs() > EXPONENT_MAX => Err(Absence::Invalid),
            _ => {
                let [high, middle, low] = mantissa;
                let mantissa = i32::from_be_bytes([high, middle, low, 0]) >> 8;
                Ok(Quantity::new(i64::from(mantissa), exponent))
            }
        }
    }

    /// A number as it goes on the wire; `None` if its mantissa does not fit 24 bits.
    pub fn of(quantity: Quantity) -> Option<Float> {
        let mantissa = quantity.mantissa();
        if mantissa.abs() > MANTISSA_MAX {
            return None;
        }
        let [.., high, middle, low] = mantissa.to_be_bytes();
        Some(Float(u32::from_be_bytes([quantity.exponent().cast_unsigned(), high, middle, low])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_decimals() {
        let text = |bits: u32| Float(bits).quantity().map(|quantity| quantity.to_string());
        assert_eq!(text(0xFD00_9FFB).as_deref(), Ok("40.955"));
        assert_eq!(text(0xFF00_03B6).as_deref(), Ok("95.0"));
        assert_eq!(text(0x0000_003C).as_deref(), Ok("60"));
        assert_eq!(text(0x0100_0007).as_deref(), Ok("70"));
        assert_eq!(text(0xFFFF_FFFB).as_deref(), Ok("-0.5"));
    }

    #[test]
    fn special_numbers_are_no_numbers() {
        let why = |bits: u32| Float(bits).quantity().unwrap_err();
        assert_eq!(why(0x007F_FFFF), Absence::NotAvailable);
        assert_eq!(why(0xFF80_0000), Absence::NotAvailable);
        assert_eq!(why(0x007F_FFFE), Absence::Overflow);
        assert_eq!(why(0x0080_0002), Absence::Underflow);
        assert_eq!(why(0x0080_0001), Absence::Invalid);
        assert_eq!(why(0x2000_0001), Absence::Invalid, "10^32");
    }

    proptest::proptest! {
        #[test]
        fn writing_and_reading_is_identity(mantissa in -MANTISSA_MAX..=MANTISSA_MAX, exponent in -18i8..=18) {
            let quantity = Quantity::new(mantissa, exponent);
            proptest::prop_assert_eq!(Float::of(quantity).map(Float::quantity), Some(Ok(quantity)));
        }

        #[test]
        fn any_bits_are_survived(bits in proptest::num::u32::ANY) {
            if let Ok(quantity) = Float(bits).quantity() {
                proptest::prop_assert_eq!(Float::of(quantity), Some(Float(bits)));
            }
        }
    }
}

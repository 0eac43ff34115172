//! The monitor's clocks: a date and time in binary-coded decimals, and ticks of 1/8000 s.

use vigil_model::{Civil, Timestamp};

/// Ticks of the relative time in a second.
pub const TICKS_PER_SECOND: u32 = 8_000;

/// Bytes of an absolute time.
pub(super) const BYTES: usize = 8;

/// "Not given".
pub(super) const NOT_GIVEN: [u8; BYTES] = [0xFF; BYTES];

/// Century, year, month, day, hour, minute, second and hundredths, two decimal digits a byte. `None` if it is not given
/// (all FF) or no date. The monitor says no zone; the time is read as if it were UTC.
pub fn decode(bytes: [u8; BYTES]) -> Option<Timestamp> {
    let [century, year, month, day, hour, minute, second, hundredths] = bytes.map(decimal);
    let civil = Civil {
        year: i32::from(century?) * 100 + i32::from(year?),
        month: month?,
        day: day?,
        hour: hour?,
        minute: minute?,
        second: second?,
        micros: u32::from(hundredths?) * 10_000,
    };
    Timestamp::from_civil(civil)
}

/// The eight bytes of a time between the years 0 and 9999; anything else is "not given".
pub fn encode(time: Timestamp) -> [u8; BYTES] {
    let Civil { year, month, day, hour, minute, second, micros } = time.civil();
    let digits = |number: u32| u8::try_from(number % 100 / 10 * 16 + number % 10).unwrap_or(0);
    let Some(year) = u32::try_from(year).ok().filter(|year| *year <= 9_999) else { return NOT_GIVEN };
    [
        digits(year / 100),
        digits(year),
        digits(month.into()),
        digits(day.into()),
        digits(hour.into()),
        digits(minute.into()),
        digits(second.into()),
        digits(micros / 10_000),
    ]
}

fn decimal(byte: u8) -> Option<u8> {
    let (tens, ones) = (byte >> 4, byte & 0x0F);
    (tens < 10 && ones < 10).then_some(tens * 10 + ones)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_decimal_digits() {
        let bytes = [0x20, 0x26, 0x03, 0x01, 0x08, 0x59, 0x07, 0x25];
        let time = decode(bytes).unwrap();
        assert_eq!(time.to_string(), "2026-03-01T08:59:07.250Z");
        assert_eq!(encode(time), bytes);
        assert_eq!(decode(NOT_GIVEN), None);
        assert_eq!(decode([0x20, 0x26, 0x13, 0x01, 0, 0, 0, 0]), None, "month 13");
        assert_eq!(decode([0x20, 0x26, 0x0A, 0x01, 0, 0, 0, 0]), None, "no decimal digits");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::array::uniform8(proptest::num::u8::ANY)) {
            if let Some(time) = decode(bytes) {
                proptest::prop_assert_eq!(encode(time), bytes);
            }
        }
    }
}

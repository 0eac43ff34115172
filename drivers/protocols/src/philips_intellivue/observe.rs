//! State word and number to a reading.
//!
//! | what the state word says                        | reading                               |
//! |-------------------------------------------------|----------------------------------------|
//! | invalid, test or demonstration data, unknown bits of the high byte | invalid             |
//! | unavailable                                     | not available                          |
//! | calibrating                                     | the number, calibrating                |
//! | questionable                                    | the number, questionable               |
//! | none of these                                   | the number, valid                      |
//!
//! The first line that fits counts. A number outside its plausible range is invalid, and so is one that is no number for
//! another reason than that there is none. The bits of the low byte say nothing about whether a value can be used.

use vigil_model::{Absence, Quality, Reading, Value};

use super::codec::{Number, State};
use super::table::Row;

/// What a number says as a value of its row's metric.
pub(super) fn reading(number: &Number, row: &Row) -> Reading {
    let state = number.state;
    if state.has(State::INVALID | State::TEST | State::DEMO | State::UNKNOWN) {
        return Reading::Absent(Absence::Invalid);
    }
    if state.has(State::UNAVAILABLE) {
        return Reading::Absent(Absence::NotAvailable);
    }
    match number.value.quantity() {
        Err(absence) => Reading::Absent(absence),
        Ok(quantity) if !row.is_plausible(quantity) => Reading::Absent(Absence::Invalid),
        Ok(quantity) => {
            let quality = if state.has(State::CALIBRATING) {
                Quality::Calibrating
            } else if state.has(State::QUESTIONABLE) {
                Quality::Questionable
            } else {
                Quality::Valid
            };
            Reading::Value(Value::Numeric(quantity), quality)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::codec::Float;
    use super::super::table;
    use super::*;
    use vigil_model::Validity;

    fn validity(state: u16, bits: u32) -> Validity {
        let number = Number { physio: 0x4182, state: State(state), unit: 0x0AA0, value: Float(bits) };
        reading(&number, table::row(0x4182, 0x0AA0).unwrap()).validity()
    }

    #[test]
    fn only_the_high_byte_counts_and_the_worst_bit_wins() {
        assert_eq!(validity(0x0000, 72), Validity::Valid);
        assert_eq!(validity(0x00FF, 72), Validity::Valid, "validated, early, measuring, in alarm, alarms off");
        assert_eq!(validity(0x4000, 72), Validity::Questionable);
        assert_eq!(validity(0x1000, 72), Validity::Calibrating);
        assert_eq!(validity(0x5000, 72), Validity::Calibrating);
        assert_eq!(validity(0x2000, 72), Validity::NotAvailable);
        for bits in [0x8000, 0x0800, 0x0400, 0x0200, 0x0100, 0xA000, 0x4400] {
            assert_eq!(validity(bits, 72), Validity::Invalid, "{bits:04X}");
        }
    }

    #[test]
    fn what_is_no_number_has_its_reason() {
        assert_eq!(validity(0, 0x007F_FFFF), Validity::NotAvailable);
        assert_eq!(validity(0, 0x007F_FFFE), Validity::Overflow);
        assert_eq!(validity(0, 0x0080_0002), Validity::Underflow);
        assert_eq!(validity(0, 999), Validity::Invalid, "no heart beats that fast");
    }
}

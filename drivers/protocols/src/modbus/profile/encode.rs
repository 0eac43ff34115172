//! Readings to raw registers: the inverse of `item.rs`, for simulators.

use vigil_model::{Absence, Quantity, Reading, Value};

use super::file_item::{ByteOrder, WordOrder};
use super::item::{Form, Meaning, Metric, Number, mask, ordered};

/// Why a reading cannot be put into registers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The profile declares no such metric or condition.
    #[error("the profile declares no {0}")]
    Undeclared(String),
    /// A number for a text, a state for a number, or a state that is not in the list.
    #[error("{0:?} is not of the form that its register declares")]
    Form(String),
    /// The registers cannot hold it, or hold it as the mark of an absent value.
    #[error("{0} does not fit its register")]
    Range(String),
    /// The register has no mark for "no value".
    #[error("its register has no mark for {0:?}")]
    NoMark(Absence),
}

impl Metric {
    /// Puts a reading into the registers of the metric.
    pub(crate) fn write(&self, reading: &Reading, registers: &mut [u16]) -> Result<(), EncodeError> {
        let value = match reading {
            Reading::Value(value, _) => value,
            Reading::Absent(absence) => return self.write_absent(*absence, registers),
        };
        let raw = match (&self.meaning, value) {
            (Meaning::Text, Value::Text(text)) => {
                write_text(text, self.form.byte_order, registers);
                return Ok(());
            }
            (Meaning::States(states), Value::Enumeration(wanted)) => {
                let state = states.iter().find(|state| state.text == wanted.text && !state.absent);
                let number = state.ok_or_else(|| EncodeError::Form(wanted.text.to_string()))?.value;
                self.form.unsigned(i128::from(number)).ok_or_else(|| EncodeError::Range(number.to_string()))?
            }
            (Meaning::Decimal { scale, offset, .. }, Value::Numeric(quantity)) => {
                self.raw_of(*quantity, *scale, *offset).ok_or_else(|| EncodeError::Range(quantity.to_string()))?
            }
            (Meaning::Text | Meaning::States(_) | Meaning::Decimal { .. }, other) => {
                return Err(EncodeError::Form(other.to_string()));
            }
        };
        if self.marks.iter().any(|(mark, _)| *mark == raw) {
            return Err(EncodeError::Range(value.to_string()));
        }
        self.form.write(raw, registers);
        Ok(())
    }

    fn raw_of(&self, quantity: Quantity, scale: Quantity, offset: Quantity) -> Option<u32> {
        if self.form.number == Number::F32 {
            let value = (quantity.to_f64() - offset.to_f64()) / scale.to_f64();
            return Some((value as f32).to_bits()).filter(|bits| f32::from_bits(*bits).is_finite());
        }
        self.form.unsigned(divided(quantity.checked_sub(offset)?, scale)?)
    }

    fn write_absent(&self, absence: Absence, registers: &mut [u16]) -> Result<(), EncodeError> {
        let mark = self.marks.iter().find(|(_, means)| *means == absence).map(|(mark, _)| *mark);
        let raw = match (mark, &self.meaning) {
            (Some(mark), _) => mark,
            (None, Meaning::Text) if absence == Absence::NotAvailable => {
                write_text("", self.form.byte_order, registers);
                return Ok(());
            }
            (None, Meaning::States(states)) if absence == Absence::NotAvailable => {
                let state = states.iter().find(|state| state.absent).ok_or(EncodeError::NoMark(absence))?;
                self.form.unsigned(i128::from(state.value)).ok_or(EncodeError::NoMark(absence))?
            }
            (None, Meaning::Decimal { .. }) if self.form.number == Number::F32 => match absence {
                Absence::NotAvailable => u32::MAX,
                Absence::Overflow => f32::INFINITY.to_bits(),
                Absence::Underflow => f32::NEG_INFINITY.to_bits(),
                Absence::Invalid => return Err(EncodeError::NoMark(absence)),
            },
            (None, Meaning::Text | Meaning::States(_) | Meaning::Decimal { .. }) => {
                return Err(EncodeError::NoMark(absence));
            }
        };
        self.form.write(raw, registers);
        Ok(())
    }
}

impl Form {
    /// A signed number as all its bits, if it fits.
    fn unsigned(self, number: i128) -> Option<u32> {
        match self.number {
            Number::U16 => u16::try_from(number).ok().map(u32::from),
            Number::I16 => i16::try_from(number).ok().map(|number| u32::from(number as u16)),
            Number::U32 => u32::try_from(number).ok(),
            Number::I32 => i32::try_from(number).ok().map(|number| number as u32),
            Number::Bits { count, .. } => u32::try_from(number).ok().filter(|number| *number <= mask(count)),
            Number::F32 | Number::Text { .. } => None,
        }
    }

    fn write(self, raw: u32, registers: &mut [u16]) {
        let (high, low) = (ordered((raw >> 16) as u16, self.byte_order), ordered(raw as u16, self.byte_order));
        match (self.number, &mut *registers) {
            (Number::U16 | Number::I16, [register]) => *register = low,
            (Number::Bits { first, count }, [register]) => {
                let kept = u32::from(ordered(*register, self.byte_order)) & !(mask(count) << first);
                *register = ordered((kept | (raw & mask(count)) << first) as u16, self.byte_order);
            }
            (Number::U32 | Number::I32 | Number::F32, [first, second]) => {
                (*first, *second) = match self.word_order {
                    WordOrder::HighFirst => (high, low),
                    WordOrder::LowFirst => (low, high),
                };
            }
            _ => {}
        }
    }
}

/// `value / scale` as the nearest whole number.
fn divided(value: Quantity, scale: Quantity) -> Option<i128> {
    let (mut over, mut under) = (i128::from(value.mantissa()), i128::from(scale.mantissa()));
    let places = i32::from(value.exponent()) - i32::from(scale.exponent());
    let power = 10i128.checked_pow(places.unsigned_abs())?;
    if places >= 0 {
        over = over.checked_mul(power)?;
    } else {
        under = under.checked_mul(power)?;
    }
    if under == 0 {
        return None;
    }
    let half = under.abs() / 2 * over.signum();
    over.checked_add(half).map(|over| over / under)
}

/// Text into registers, filled up with zeros and cut where it does not fit. What is not ASCII becomes `?`.
pub(crate) fn write_text(text: &str, order: ByteOrder, registers: &mut [u16]) {
    let mut bytes = text.chars().map(|c| if c.is_ascii() && !c.is_ascii_control() { c as u8 } else { b'?' });
    for register in registers {
        let pair = [bytes.next().unwrap_or(0), bytes.next().unwrap_or(0)];
        *register = ordered(u16::from_be_bytes(pair), order);
    }
}

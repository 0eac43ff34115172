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

    fn raw_of(&self, quantity: Quantity, scale: Quantity, offset: Quantity) -> Option<u64> {
        let float = || Some((quantity.to_f64() - offset.to_f64()) / scale.to_f64()).filter(|value| value.is_finite());
        match self.form.number {
            Number::F32 => {
                let narrow = float()? as f32;
                narrow.is_finite().then(|| u64::from(narrow.to_bits()))
            }
            Number::F64 => float().map(f64::to_bits),
            _ => self.form.unsigned(divided(quantity.checked_sub(offset)?, scale)?),
        }
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
            (None, Meaning::Decimal { .. }) if self.form.number.is_float() => {
                let value = match absence {
                    Absence::NotAvailable => f64::NAN,
                    Absence::Overflow => f64::INFINITY,
                    Absence::Underflow => f64::NEG_INFINITY,
                    Absence::Invalid => return Err(EncodeError::NoMark(absence)),
                };
                if self.form.number == Number::F64 { value.to_bits() } else { u64::from((value as f32).to_bits()) }
            }
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
    fn unsigned(self, number: i128) -> Option<u64> {
        match self.number {
            Number::U16 => u16::try_from(number).ok().map(u64::from),
            Number::I16 => i16::try_from(number).ok().map(|number| u64::from(number as u16)),
            Number::U32 => u32::try_from(number).ok().map(u64::from),
            Number::I32 => i32::try_from(number).ok().map(|number| u64::from(number as u32)),
            Number::U64 => u64::try_from(number).ok(),
            Number::I64 => i64::try_from(number).ok().map(|number| number as u64),
            Number::Bits { count, .. } => u64::try_from(number).ok().filter(|number| *number <= mask(count)),
            Number::Bcd { digits } => {
                let number = u64::try_from(number).ok().filter(|number| *number < 10u64.pow(u32::from(digits)))?;
                let digit = |place| number / 10u64.pow(u32::from(place)) % 10;
                Some((0..digits).rev().fold(0, |raw, place| raw << 4 | digit(place)))
            }
            Number::F32 | Number::F64 | Number::Text { .. } => None,
        }
    }

    fn write(self, raw: u64, registers: &mut [u16]) {
        match (self.number, &mut *registers) {
            (Number::Text { .. }, _) => {}
            (Number::Bits { first, count }, [register]) => {
                let kept = u64::from(ordered(*register, self.byte_order)) & !(mask(count) << first);
                *register = ordered((kept | (raw & mask(count)) << first) as u16, self.byte_order);
            }
            (_, registers) => {
                let count = registers.len();
                for (index, register) in registers.iter_mut().enumerate() {
                    let place = match self.word_order {
                        WordOrder::HighFirst => count - 1 - index,
                        WordOrder::LowFirst => index,
                    };
                    *register = ordered((raw >> (16 * place)) as u16, self.byte_order);
                }
            }
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

//! One declared value of a profile and its reading from raw registers or bits. `encode.rs` is the inverse.

use std::sync::Arc;

use vigil_model::{
    Absence, Code, ConditionKind, Containment, Enumeration, Priority, Quality, Quantity, Reading, Unit, Value,
};

use super::file_item::{ActiveLevel, ByteOrder, IdentityField, WordOrder};

/// A declared value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// First address, counted from 0.
    pub(crate) address: u16,
    /// Entries it takes: registers, or one bit.
    pub(crate) width: u16,
    pub(crate) content: Content,
}

/// What an item means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A metric in one or more registers.
    Metric(Metric),
    /// A field of the device's identity, as text.
    Identity(IdentityField, ByteOrder),
    /// A single bit.
    Bit(Bit),
}

/// A metric in registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Metric {
    pub(crate) code: Code,
    pub(crate) containment: Containment,
    pub(crate) unit: Option<Unit>,
    pub(crate) form: Form,
    pub(crate) meaning: Meaning,
    /// Raw numbers that stand for no value.
    pub(crate) marks: Vec<(u32, Absence)>,
    pub(crate) plausible: Option<(Quantity, Quantity)>,
}

/// How a raw number lies in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) number: Number,
    pub(crate) word_order: WordOrder,
    pub(crate) byte_order: ByteOrder,
}

/// Kinds of raw numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    U16,
    I16,
    U32,
    I32,
    F32,
    Text { registers: u16 },
    Bits { first: u8, count: u8 },
}

/// What a raw number stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// `raw × scale + offset`, with so many decimals.
    Decimal { scale: Quantity, offset: Quantity, decimals: Option<u8> },
    /// One of these states.
    States(Arc<[State]>),
    /// Text.
    Text,
}

/// A state of an enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) value: i64,
    pub(crate) text: Arc<str>,
    pub(crate) code: Option<Code>,
    pub(crate) absent: bool,
    /// Index of the condition that exists in this state.
    pub(crate) condition: Option<usize>,
}

/// A single bit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bit {
    /// Its number in a register; `None` in tables of bits.
    pub(crate) bit: Option<u8>,
    pub(crate) active: ActiveLevel,
    /// The metric it is, with the words for on and off.
    pub(crate) metric: Option<BitMetric>,
    /// Index of the condition that exists while it is on.
    pub(crate) condition: Option<usize>,
}

/// A bit as a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BitMetric {
    pub(crate) code: Code,
    pub(crate) containment: Containment,
    pub(crate) on: Arc<str>,
    pub(crate) off: Arc<str>,
}

/// A condition that a profile declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) event: Code,
    pub(crate) source: Containment,
    pub(crate) kind: ConditionKind,
    pub(crate) priority: Priority,
    pub(crate) text: Arc<str>,
}

impl Item {
    /// The address behind its last entry.
    pub(crate) fn end(&self) -> u32 {
        u32::from(self.address) + u32::from(self.width)
    }
}

impl Bit {
    /// Whether it is on when its input reads `level`.
    pub(crate) fn is_on(&self, level: bool) -> bool {
        match self.active {
            ActiveLevel::High => level,
            ActiveLevel::Low => !level,
        }
    }
}

impl Number {
    /// Registers it takes.
    pub(crate) fn width(self) -> u16 {
        match self {
            Number::U16 | Number::I16 | Number::Bits { .. } => 1,
            Number::U32 | Number::I32 | Number::F32 => 2,
            Number::Text { registers } => registers,
        }
    }
}

impl Form {
    /// The raw number, all its bits unsigned. A text has none: 0.
    pub(crate) fn raw(self, registers: &[u16]) -> u32 {
        let word = |index: usize| u32::from(ordered(registers.get(index).copied().unwrap_or(0), self.byte_order));
        match self.number {
            Number::U16 | Number::I16 => word(0),
            Number::U32 | Number::I32 | Number::F32 => match self.word_order {
                WordOrder::HighFirst => word(0) << 16 | word(1),
                WordOrder::LowFirst => word(1) << 16 | word(0),
            },
            Number::Bits { first, count } => word(0) >> first & mask(count),
            Number::Text { .. } => 0,
        }
    }

    /// The raw number with its sign.
    pub(crate) fn signed(self, raw: u32) -> i64 {
        match self.number {
            Number::I16 => i64::from(raw as u16 as i16),
            Number::I32 => i64::from(raw as i32),
            Number::U16 | Number::U32 | Number::F32 | Number::Text { .. } | Number::Bits { .. } => i64::from(raw),
        }
    }
}

/// The low `count` bits.
pub(crate) fn mask(count: u8) -> u32 {
    1u32.checked_shl(u32::from(count)).map_or(u32::MAX, |bit| bit - 1)
}

/// A register as the protocol orders its bytes.
pub(crate) fn ordered(register: u16, order: ByteOrder) -> u16 {
    match order {
        ByteOrder::Big => register,
        ByteOrder::Little => register.swap_bytes(),
    }
}

/// ASCII text in registers, without the blanks and zeros around it; what cannot be printed becomes `?`.
pub(crate) fn text(registers: &[u16], order: ByteOrder) -> String {
    let bytes = registers.iter().flat_map(|register| ordered(*register, order).to_be_bytes());
    let text: String = bytes
        .map(|byte| match byte {
            0 => ' ',
            0x20..=0x7E => char::from(byte),
            _ => '?',
        })
        .collect();
    text.trim().to_owned()
}

impl Metric {
    /// What the registers say.
    pub(crate) fn reading(&self, registers: &[u16]) -> Reading {
        let raw = self.form.raw(registers);
        if let Some((_, absence)) = self.marks.iter().find(|(mark, _)| *mark == raw) {
            return Reading::Absent(*absence);
        }
        match &self.meaning {
            Meaning::Text => match text(registers, self.form.byte_order) {
                text if text.is_empty() => Reading::Absent(Absence::NotAvailable),
                text => Reading::Value(Value::Text(text.into()), Quality::Valid),
            },
            Meaning::States(_) => match self.state(raw) {
                Some(state) if state.absent => Reading::Absent(Absence::NotAvailable),
                Some(state) => {
                    let value = Enumeration { text: Arc::clone(&state.text), code: state.code };
                    Reading::Value(Value::Enumeration(value), Quality::Valid)
                }
                None => Reading::Absent(Absence::Invalid),
            },
            Meaning::Decimal { scale, offset, decimals } => {
                let quantity = if self.form.number == Number::F32 {
                    let value = f64::from(f32::from_bits(raw));
                    if value.is_nan() {
                        return Reading::Absent(Absence::NotAvailable);
                    }
                    if value.is_infinite() {
                        return Reading::Absent(if value > 0.0 { Absence::Overflow } else { Absence::Underflow });
                    }
                    let decimals = decimals.unwrap_or(0);
                    Quantity::from_f64(value * scale.to_f64() + offset.to_f64(), decimals)
                } else {
                    Quantity::from(self.form.signed(raw))
                        .checked_mul(*scale)
                        .and_then(
                            |scaled| if *offset == Quantity::ZERO { Some(scaled) } else { scaled.checked_add(*offset) },
                        )
                        .and_then(|value| decimals.map_or(Some(value), |decimals| value.rounded(decimals)))
                };
                match quantity {
                    None => Reading::Absent(Absence::Invalid),
                    Some(quantity) if self.is_plausible(quantity) => {
                        Reading::Value(Value::Numeric(quantity), Quality::Valid)
                    }
                    Some(_) => Reading::Absent(Absence::Invalid),
                }
            }
        }
    }

    /// The state that a raw number stands for.
    pub(crate) fn state(&self, raw: u32) -> Option<&State> {
        let value = self.form.signed(raw);
        match &self.meaning {
            Meaning::States(states) => states.iter().find(|state| state.value == value),
            Meaning::Decimal { .. } | Meaning::Text => None,
        }
    }

    /// Text of the state that carries a condition.
    pub(crate) fn state_text(&self, condition: usize) -> Option<Arc<str>> {
        match &self.meaning {
            Meaning::States(states) => {
                states.iter().find(|state| state.condition == Some(condition)).map(|state| Arc::clone(&state.text))
            }
            Meaning::Decimal { .. } | Meaning::Text => None,
        }
    }

    fn is_plausible(&self, quantity: Quantity) -> bool {
        self.plausible.is_none_or(|(low, high)| quantity.cmp_value(low).is_ge() && quantity.cmp_value(high).is_le())
    }
}

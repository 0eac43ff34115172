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
    /// All entries that it needs, with those that say what it is worth: first, and the one behind the last. They are read
    /// by one request.
    pub(crate) reach: (u32, u32),
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
    pub(crate) marks: Vec<(u64, Absence)>,
    pub(crate) range: Option<(Quantity, Quantity)>,
    pub(crate) plausible: Option<(Quantity, Quantity)>,
    /// What other bits say about it; the first that applies decides.
    pub(crate) worth: Vec<Worth>,
}

/// A rule by which bits of another register say what a value is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Worth {
    /// Address of the register.
    pub(crate) address: u16,
    pub(crate) first: u8,
    pub(crate) count: u8,
    /// The numbers, and whether the rule applies to them or to all others.
    pub(crate) numbers: Vec<u16>,
    pub(crate) applies_to_listed: bool,
    pub(crate) then: Result<Quality, Absence>,
}

impl Worth {
    /// Whether the rule applies when the register holds this.
    pub(crate) fn applies(&self, register: u16) -> bool {
        let bits = u64::from(register) >> self.first & mask(self.count);
        self.numbers.iter().any(|number| u64::from(*number) == bits) == self.applies_to_listed
    }

    /// The register with these bits such that the rule does not apply; as it is if it does not.
    pub(crate) fn silenced(&self, register: u16) -> u16 {
        if !self.applies(register) {
            return register;
        }
        let quiet = if self.applies_to_listed {
            (0..=u16::MAX).find(|number| !self.numbers.contains(number))
        } else {
            self.numbers.last().copied()
        };
        let mask = mask(self.count) as u16;
        register & !(mask << self.first) | (quiet.unwrap_or(0) & mask) << self.first
    }
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
    U64,
    I64,
    F64,
    Bcd { digits: u8 },
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
            Number::U64 | Number::I64 | Number::F64 => 4,
            Number::Bcd { digits } => u16::from(digits).div_ceil(4),
            Number::Text { registers } => registers,
        }
    }

    /// Bits of its raw number; 0 for a text.
    pub(crate) fn bits(self) -> u8 {
        match self {
            Number::U16 | Number::I16 => 16,
            Number::U32 | Number::I32 | Number::F32 => 32,
            Number::U64 | Number::I64 | Number::F64 => 64,
            Number::Bcd { digits } => digits * 4,
            Number::Bits { count, .. } => count,
            Number::Text { .. } => 0,
        }
    }

    /// Whether it is a floating-point number.
    pub(crate) fn is_float(self) -> bool {
        matches!(self, Number::F32 | Number::F64)
    }

    /// The floating-point number that its bits are.
    fn float(self, raw: u64) -> Option<f64> {
        match self {
            Number::F32 => Some(f64::from(f32::from_bits(raw as u32))),
            Number::F64 => Some(f64::from_bits(raw)),
            _ => None,
        }
    }
}

impl Form {
    /// The raw number, all its bits unsigned. A text has none: 0.
    pub(crate) fn raw(self, registers: &[u16]) -> u64 {
        let width = usize::from(self.number.width());
        let word = |index: usize| u64::from(ordered(registers.get(index).copied().unwrap_or(0), self.byte_order));
        let joined = |raw: u64, index: usize| raw << 16 | word(index);
        match (self.number, self.word_order) {
            (Number::Text { .. }, _) => 0,
            (Number::Bits { first, count }, _) => word(0) >> first & mask(count),
            (_, WordOrder::HighFirst) => (0..width).fold(0, joined),
            (_, WordOrder::LowFirst) => (0..width).rev().fold(0, joined),
        }
    }

    /// The whole number that the raw one stands for. `None` if it is none: digits above nine, or more than 63 bits.
    pub(crate) fn whole(self, raw: u64) -> Option<i64> {
        match self.number {
            Number::I16 => Some(i64::from(raw as u16 as i16)),
            Number::I32 => Some(i64::from(raw as u32 as i32)),
            Number::I64 => Some(raw as i64),
            Number::Bcd { digits } => (0..digits).rev().try_fold(0i64, |number, place| {
                let digit = (raw >> (4 * place) & 0xF) as i64;
                (digit <= 9).then_some(number * 10 + digit)
            }),
            Number::U16
            | Number::U32
            | Number::U64
            | Number::F32
            | Number::F64
            | Number::Text { .. }
            | Number::Bits { .. } => i64::try_from(raw).ok(),
        }
    }
}

/// The low `count` bits, 64 at most.
pub(crate) fn mask(count: u8) -> u64 {
    1u64.checked_shl(u32::from(count)).map_or(u64::MAX, |bit| bit - 1)
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
                let quantity = match self.form.number.float(raw) {
                    Some(value) if value.is_nan() => return Reading::Absent(Absence::NotAvailable),
                    Some(value) if value.is_infinite() => {
                        return Reading::Absent(if value > 0.0 { Absence::Overflow } else { Absence::Underflow });
                    }
                    Some(value) => Quantity::from_f64(value * scale.to_f64() + offset.to_f64(), decimals.unwrap_or(0)),
                    None => self.scaled(raw, *scale, *offset, *decimals),
                };
                self.numeric(quantity)
            }
        }
    }

    fn scaled(&self, raw: u64, scale: Quantity, offset: Quantity, decimals: Option<u8>) -> Option<Quantity> {
        let scaled = Quantity::from(self.form.whole(raw)?).checked_mul(scale)?;
        let value = if offset == Quantity::ZERO { scaled } else { scaled.checked_add(offset)? };
        decimals.map_or(Some(value), |decimals| value.rounded(decimals))
    }

    fn numeric(&self, quantity: Option<Quantity>) -> Reading {
        let Some(quantity) = quantity else { return Reading::Absent(Absence::Invalid) };
        let outside = |(low, high): &(Quantity, Quantity)| {
            let below = quantity.cmp_value(*low).is_lt().then_some(Absence::Underflow);
            below.or(quantity.cmp_value(*high).is_gt().then_some(Absence::Overflow))
        };
        match self.range.as_ref().and_then(outside) {
            Some(absence) => Reading::Absent(absence),
            None if self.is_plausible(quantity) => Reading::Value(Value::Numeric(quantity), Quality::Valid),
            None => Reading::Absent(Absence::Invalid),
        }
    }

    /// What other bits say about the value; `None` if they have nothing to say. `register` gives the content of an address
    /// of the block.
    pub(crate) fn verdict(&self, register: impl Fn(u16) -> u16) -> Option<Result<Quality, Absence>> {
        self.worth.iter().find(|rule| rule.applies(register(rule.address))).map(|rule| rule.then)
    }

    /// The state that a raw number stands for.
    pub(crate) fn state(&self, raw: u64) -> Option<&State> {
        let value = self.form.whole(raw)?;
        match &self.meaning {
            Meaning::States(states) => states.iter().find(|state| state.value == value),
            Meaning::Decimal { .. } | Meaning::Text => None,
        }
    }

    /// Text of the first state that is a value and no condition.
    pub(crate) fn state_at_rest(&self) -> Option<Arc<str>> {
        let Meaning::States(states) = &self.meaning else { return None };
        let rest = states.iter().find(|state| !state.absent && state.condition.is_none());
        rest.map(|state| Arc::clone(&state.text))
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

/// A reading under the verdict of other bits: there is never more to it than either says.
pub(crate) fn judged(reading: Reading, verdict: Option<Result<Quality, Absence>>) -> Reading {
    match (reading, verdict) {
        (Reading::Value(value, _), Some(Ok(quality))) => Reading::Value(value, quality),
        (Reading::Value(..), Some(Err(absence))) => Reading::Absent(absence),
        (reading, _) => reading,
    }
}

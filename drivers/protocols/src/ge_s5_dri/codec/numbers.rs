//! A subrecord of numbers: 278 bytes, of which 270 are the groups of one class.
//!
//! A *group* is what one measurement says: a status word, a label and its fields. Fields are signed 16-bit numbers;
//! everything at or below [`NO_VALUE_MAX`] is no number but says why there is none.

use vigil_model::{Absence, Fault, FaultKind};

pub use super::groups::{Class, Group, GroupHead};
use super::record::Subrecord;

/// Bytes of a class of groups.
pub const CLASS_BYTES: usize = 270;
/// Bytes of a subrecord of numbers.
pub const NUMBERS_BYTES: usize = 4 + CLASS_BYTES + 4;
/// The largest field value that is no number (8005313: "data invalid limit").
pub const NO_VALUE_MAX: i16 = -32_001;
/// What a simulator sends where it has no number.
pub const INVALID: i16 = -32_767;

/// What real monitors send in the byte before and in the low byte of the class word.
const RESERVED: u8 = 0x40;
const CLASS_WORD_LOW: u8 = 0x81;

/// Whether numbers are those on the screen or of a trend: the type of their subrecord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumbersKind {
    /// On the screen.
    Displayed,
    /// Trend of 10 s.
    Trend10s,
    /// Trend of 60 s.
    Trend60s,
}

/// One class of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Of the screen or of a trend.
    pub kind: NumbersKind,
    /// Which class.
    pub class: Class,
    /// The monitor's time of them, seconds since 1970.
    pub time: u32,
    /// Number of the last marker that was set by hand.
    pub marker: u8,
    data: [u8; CLASS_BYTES],
}

impl Numbers {
    /// A class in which no group has anything to say.
    pub fn new(kind: NumbersKind, class: Class, time: u32) -> Self {
        Self { kind, class, time, marker: 0, data: [0; CLASS_BYTES] }
    }

    /// Status and label of a group; all zero if the group is in another class.
    pub fn head(&self, group: Group) -> GroupHead {
        let (class, at) = group.place();
        if class != self.class {
            return GroupHead::default();
        }
        GroupHead { status: self.word(at), label: self.field(group, 4).cast_unsigned() }
    }

    /// The field at a distance in bytes from the beginning of its group; the first one after the head is at 6.
    pub fn field(&self, group: Group, at: usize) -> i16 {
        let begin = group.place().1 + at;
        match self.data.get(begin..begin + 2) {
            Some(&[low, high]) if group.place().0 == self.class => i16::from_le_bytes([low, high]),
            _ => INVALID,
        }
    }

    /// The 32 bits at a distance in bytes from the beginning of a group.
    pub fn bits(&self, group: Group, at: usize) -> u32 {
        let (class, begin) = group.place();
        if class == self.class { self.word(begin + at) } else { 0 }
    }

    /// Sets status and label of a group of this class, as a simulator does.
    pub fn set_head(&mut self, group: Group, head: GroupHead) {
        self.set_bits(group, 0, head.status);
        self.set_field(group, 4, head.label.cast_signed());
    }

    /// Sets a field of a group of this class.
    pub fn set_field(&mut self, group: Group, at: usize, value: i16) {
        let (class, begin) = group.place();
        if let Some(bytes) = self.data.get_mut(begin + at..begin + at + 2).filter(|_| class == self.class) {
            bytes.copy_from_slice(&value.to_le_bytes());
        }
    }

    /// Sets 32 bits of a group of this class.
    pub fn set_bits(&mut self, group: Group, at: usize, bits: u32) {
        let (class, begin) = group.place();
        if let Some(bytes) = self.data.get_mut(begin + at..begin + at + 4).filter(|_| class == self.class) {
            bytes.copy_from_slice(&bits.to_le_bytes());
        }
    }

    /// The subrecord.
    pub fn encode(&self) -> Subrecord {
        let mut body = Vec::with_capacity(NUMBERS_BYTES);
        body.extend(self.time.to_le_bytes());
        body.extend(self.data);
        body.extend([self.marker, RESERVED, CLASS_WORD_LOW, self.class.number()]);
        Subrecord { kind: self.kind.number(), body }
    }

    /// Reads a subrecord of numbers.
    ///
    /// # Errors
    /// If it is too short, auxiliary information, or of a class that is not known.
    pub fn decode(subrecord: &Subrecord) -> Result<Numbers, Fault> {
        let bytes = subrecord.body.len();
        let unexpected = |detail: String| Fault::new(FaultKind::Unexpected, bytes, detail);
        let kind = NumbersKind::of(subrecord.kind)
            .ok_or_else(|| unexpected(format!("Numbers of type {}; they are not covered.", subrecord.kind)))?;
        let Some((head, rest)) = subrecord.body.split_first_chunk::<4>() else { return Err(too_short(bytes)) };
        let Some((data, rest)) = rest.split_first_chunk::<CLASS_BYTES>() else { return Err(too_short(bytes)) };
        let Some(tail) = rest.first_chunk::<4>() else { return Err(too_short(bytes)) };
        let class_number = tail[3] & 0x0F; // the other bits of the word are not zero in real records
        let class = Class::of(class_number)
            .ok_or_else(|| unexpected(format!("Numbers of class {class_number}; 0 to 3 are known.")))?;
        Ok(Numbers { kind, class, time: u32::from_le_bytes(*head), marker: tail[0], data: *data })
    }

    fn word(&self, at: usize) -> u32 {
        match self.data.get(at..at + 4) {
            Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
            _ => 0,
        }
    }
}

fn too_short(bytes: usize) -> Fault {
    let detail = format!("A subrecord of numbers of {bytes} bytes; it has {NUMBERS_BYTES}.");
    Fault::new(FaultKind::Truncated, bytes, detail)
}

/// Why a field is no number; `None` if it is one.
pub const fn absence(field: i16) -> Option<Absence> {
    match field {
        -32_764 => Some(Absence::Underflow),
        -32_763 => Some(Absence::Overflow),
        INVALID | -32_762 => Some(Absence::Invalid), // -32762: not calibrated
        ..=NO_VALUE_MAX => Some(Absence::NotAvailable), // -32766: not updated; the others are not listed
        _ => None,
    }
}

impl NumbersKind {
    const fn number(self) -> u8 {
        match self {
            NumbersKind::Displayed => 1,
            NumbersKind::Trend10s => 2,
            NumbersKind::Trend60s => 3,
        }
    }

    const fn of(number: u8) -> Option<Self> {
        match number {
            1 => Some(NumbersKind::Displayed),
            2 => Some(NumbersKind::Trend10s),
            3 => Some(NumbersKind::Trend60s),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn special_values_say_why_there_is_no_number() {
        let cases = [
            (-32_767, Some(Absence::Invalid)),
            (-32_766, Some(Absence::NotAvailable)),
            (-32_765, Some(Absence::NotAvailable)),
            (-32_764, Some(Absence::Underflow)),
            (-32_763, Some(Absence::Overflow)),
            (-32_762, Some(Absence::Invalid)),
            (-32_761, Some(Absence::NotAvailable)),
            (i16::MIN, Some(Absence::NotAvailable)),
            (-32_001, Some(Absence::NotAvailable)),
            (-32_000, None),
            (0, None),
        ];
        for (field, want) in cases {
            assert_eq!(absence(field), want, "{field}");
        }
    }

    proptest! {
        #[test]
        fn encoding_and_back_is_identity(
            class in prop_oneof![Just(Class::Basic), Just(Class::Ext1), Just(Class::Ext2), Just(Class::Ext3)],
            kind in prop_oneof![Just(NumbersKind::Displayed), Just(NumbersKind::Trend10s), Just(NumbersKind::Trend60s)],
            time in any::<u32>(), marker in any::<u8>(), fields in proptest::collection::vec((0u8..9, any::<i16>()), 0..20),
        ) {
            let mut numbers = Numbers::new(kind, class, time);
            numbers.marker = marker;
            for (channel, value) in fields {
                numbers.set_field(Group::Pressure(channel), 6, value);
                numbers.set_field(Group::Cpp(channel), 6, value);
            }
            prop_assert_eq!(Numbers::decode(&numbers.encode()), Ok(numbers));
        }
    }
}

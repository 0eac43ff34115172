//! Attribute lists, and the attributes that mean something here.

use std::sync::Arc;

use vigil_model::Timestamp;

use super::bytes::{Reader, put_list, put_sized, put_u16, put_u32};
use super::{Float, time};

/// Attribute ids (partition 1).
pub mod id {
    /// Alarms of the patient.
    pub const PATIENT_ALARMS: u16 = 0x0902;
    /// Alarms of the equipment.
    pub const TECHNICAL_ALARMS: u16 = 0x0904;
    /// State of the alarm system.
    pub const ALARM_CONDITION: u16 = 0x0916;
    /// Label of the bed.
    pub const BED_LABEL: u16 = 0x091E;
    /// Handle of the object.
    pub const HANDLE: u16 = 0x0921;
    /// Label as a number.
    pub const LABEL: u16 = 0x0924;
    /// Label as a text, in the monitor's language.
    pub const LABEL_STRING: u16 = 0x0927;
    /// Maker and model.
    pub const MODEL: u16 = 0x0928;
    /// Serial and part numbers, revisions.
    pub const PRODUCTION: u16 = 0x092D;
    /// Operating mode of the monitor.
    pub const MODE: u16 = 0x0946;
    /// Several numbers.
    pub const COMPOUND: u16 = 0x094B;
    /// A number.
    pub const NUMBER: u16 = 0x0950;
    /// Samples of several waves.
    pub const COMPOUND_SAMPLES: u16 = 0x0967;
    /// Size of sample arrays, bits of a sample.
    pub const SAMPLE_SPEC: u16 = 0x096D;
    /// Samples of one wave.
    pub const SAMPLES: u16 = 0x096E;
    /// Two values and the samples that stand for them.
    pub const SCALE: u16 = 0x096F;
    /// System id, the hardware address.
    pub const SYSTEM_ID: u16 = 0x0984;
    /// Absolute time of the monitor.
    pub const TIME: u16 = 0x0987;
    /// Time from one sample to the next.
    pub const SAMPLE_PERIOD: u16 = 0x098D;
    /// Relative time of the monitor.
    pub const RELATIVE_TIME: u16 = 0x098F;
    /// When a value was determined.
    pub const TIME_STAMP: u16 = 0x0990;
    /// Unit.
    pub const UNIT: u16 = 0x0996;
    /// Samples that have a meaning of their own.
    pub const FIXED_VALUES: u16 = 0x0A16;
}

/// Kinds of entries of a production specification, and the component that is the product itself or its software.
const SPEC_SERIAL_NUMBER: u16 = 1;
const SPEC_SOFTWARE: u16 = 4;
const COMPONENT_PRODUCT: u16 = 0x0008;
const COMPONENT_SOFTWARE: u16 = 0x0058;

/// Most characters kept of a text.
const TEXT_CHARACTERS_MAX: usize = 120;

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Which, see [`id`].
    pub id: u16,
    /// Its value as it stands on the wire.
    pub value: Vec<u8>,
}

/// The attributes of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeList(pub Vec<Attribute>);

/// The state word of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State(pub u16);

impl State {
    /// Invalid.
    pub const INVALID: u16 = 0x8000;
    /// Questionable.
    pub const QUESTIONABLE: u16 = 0x4000;
    /// Not available.
    pub const UNAVAILABLE: u16 = 0x2000;
    /// Being calibrated.
    pub const CALIBRATING: u16 = 0x1000;
    /// Test data.
    pub const TEST: u16 = 0x0800;
    /// Invented data of a demonstration.
    pub const DEMO: u16 = 0x0400;
    /// Bits of the high byte that are not documented.
    pub const UNKNOWN: u16 = 0x0300;

    /// Whether any of these bits is set.
    pub const fn has(self, bits: u16) -> bool {
        self.0 & bits != 0
    }
}

/// A number with what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// Physiological id (partition 2).
    pub physio: u16,
    /// Whether it can be used.
    pub state: State,
    /// Unit (partition 4).
    pub unit: u16,
    /// The number.
    pub value: Float,
}

impl Number {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            physio: reader.u16()?,
            state: State(reader.u16()?),
            unit: reader.u16()?,
            value: Float(reader.u32()?),
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        [self.physio, self.state.0, self.unit].iter().for_each(|number| put_u16(out, *number));
        put_u32(out, self.value.0);
    }
}

impl Attribute {
    /// An attribute of one 16-bit number.
    pub fn number16(id: u16, number: u16) -> Self {
        Self { id, value: number.to_be_bytes().to_vec() }
    }

    /// An attribute of one 32-bit number.
    pub fn number32(id: u16, number: u32) -> Self {
        Self { id, value: number.to_be_bytes().to_vec() }
    }

    /// A number with its state.
    pub fn measured(number: &Number) -> Self {
        let mut value = Vec::with_capacity(10);
        number.encode(&mut value);
        Self { id: id::NUMBER, value }
    }

    /// Several numbers with their states.
    pub fn compound(numbers: &[Number]) -> Self {
        let mut value = Vec::new();
        put_list(&mut value, numbers, |out, number| number.encode(out));
        Self { id: id::COMPOUND, value }
    }

    /// A time.
    pub fn time(id: u16, time: Timestamp) -> Self {
        Self { id, value: time::encode(time).to_vec() }
    }

    /// A text in UTF-16, with its length in front and a zero behind.
    pub fn text(id: u16, text: &str) -> Self {
        let mut value = Vec::new();
        put_sized(&mut value, |out| text.encode_utf16().chain([0]).for_each(|unit| put_u16(out, unit)));
        Self { id, value }
    }

    /// Maker and model.
    pub fn model(manufacturer: &str, model: &str) -> Self {
        let mut value = Vec::new();
        for text in [manufacturer, model] {
            put_sized(&mut value, |out| out.extend(text.bytes().chain([0])));
        }
        Self { id: id::MODEL, value }
    }

    /// Serial number and software revision.
    pub fn production(serial: &str, software: &str) -> Self {
        let mut value = Vec::new();
        let entries = [(SPEC_SERIAL_NUMBER, COMPONENT_PRODUCT, serial), (SPEC_SOFTWARE, COMPONENT_SOFTWARE, software)];
        put_list(&mut value, &entries, |out, (kind, component, text)| {
            put_u16(out, *kind);
            put_u16(out, *component);
            put_sized(out, |out| out.extend(text.bytes().chain([0])));
        });
        Self { id: id::PRODUCTION, value }
    }

    /// System id.
    pub fn system_id(bytes: [u8; 6]) -> Self {
        let mut value = Vec::new();
        put_sized(&mut value, |out| out.extend(bytes));
        Self { id: id::SYSTEM_ID, value }
    }
}

impl AttributeList {
    pub(super) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let attribute =
            |reader: &mut Reader<'_>| Some(Attribute { id: reader.u16()?, value: reader.sized()?.to_vec() });
        reader.list(attribute).map(Self)
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_list(out, &self.0, |out, attribute| {
            put_u16(out, attribute.id);
            put_sized(out, |out| out.extend(&attribute.value));
        });
    }

    /// The value of an attribute.
    pub fn find(&self, id: u16) -> Option<&[u8]> {
        self.0.iter().find(|attribute| attribute.id == id).map(|attribute| &*attribute.value)
    }

    /// The numbers of a numeric, from its single and its compound value; `None` if one cannot be read.
    pub fn numbers(&self) -> Option<Vec<Number>> {
        let mut numbers = Vec::new();
        for attribute in &self.0 {
            let mut reader = Reader::new(&attribute.value);
            match attribute.id {
                id::NUMBER => numbers.push(Number::decode(&mut reader)?),
                id::COMPOUND => numbers.extend(reader.list(Number::decode)?),
                _ => continue,
            }
            if !reader.is_empty() {
                return None;
            }
        }
        Some(numbers)
    }

    /// A 16-bit number.
    pub fn number16(&self, id: u16) -> Option<u16> {
        Reader::new(self.find(id)?).u16()
    }

    /// A 32-bit number.
    pub fn number32(&self, id: u16) -> Option<u32> {
        Reader::new(self.find(id)?).u32()
    }

    /// A time; `None` also if it is not given.
    pub fn time(&self, id: u16) -> Option<Timestamp> {
        time::decode(self.find(id)?.try_into().ok()?)
    }

    /// A text, without the zeros and blanks at its end.
    pub fn text(&self, id: u16) -> Option<Arc<str>> {
        let units = Reader::new(self.find(id)?).sized()?;
        Some(utf16(units))
    }

    /// Maker and model.
    pub fn model(&self) -> Option<(Arc<str>, Arc<str>)> {
        let mut reader = Reader::new(self.find(id::MODEL)?);
        Some((latin(reader.sized()?), latin(reader.sized()?)))
    }

    /// Serial number of the monitor.
    pub fn serial_number(&self) -> Option<Arc<str>> {
        self.production(SPEC_SERIAL_NUMBER, COMPONENT_PRODUCT)
    }

    /// Revision of its software.
    pub fn software(&self) -> Option<Arc<str>> {
        self.production(SPEC_SOFTWARE, COMPONENT_SOFTWARE)
    }

    fn production(&self, kind: u16, component: u16) -> Option<Arc<str>> {
        let mut reader = Reader::new(self.find(id::PRODUCTION)?);
        let entries = reader.list(|reader| Some((reader.u16()?, reader.u16()?, reader.sized()?)))?;
        let (.., text) = entries.into_iter().find(|(k, c, _)| (*k, *c) == (kind, component))?;
        Some(latin(text)).filter(|text| !text.is_empty())
    }

    /// System id, hexadecimal.
    pub fn system_id(&self) -> Option<Arc<str>> {
        let bytes = Reader::new(self.find(id::SYSTEM_ID)?).sized()?;
        let digits: String = bytes.iter().take(16).map(|byte| format!("{byte:02X}")).collect();
        Some(digits.into())
    }
}

/// UTF-16 as text: control characters are blanks, what is no character is a replacement character.
pub(super) fn utf16(bytes: &[u8]) -> Arc<str> {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).take_while(|unit| *unit != 0);
    clean(char::decode_utf16(units).map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)))
}

/// One byte a character up to a zero.
fn latin(bytes: &[u8]) -> Arc<str> {
    clean(bytes.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)))
}

fn clean(characters: impl Iterator<Item = char>) -> Arc<str> {
    let printable = characters.map(|character| if character.is_control() { ' ' } else { character });
    printable.take(TEXT_CHARACTERS_MAX).collect::<String>().trim().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_at_a_zero_and_have_no_control_characters() {
        let list = AttributeList(vec![Attribute::text(id::BED_LABEL, "Lit\n12 ")]);
        assert_eq!(list.text(id::BED_LABEL).as_deref(), Some("Lit 12"));
        assert_eq!(&*utf16(&[0, 65, 0xD8, 0, 0, 66]), "A\u{FFFD}B", "half a character");
    }

    #[test]
    fn identity_is_found_in_its_attributes() {
        let list = AttributeList(vec![
            Attribute::model("Philips", "M8000"),
            Attribute::production("DE00000001", "G.01.80"),
            Attribute::system_id([0, 9, 0xFB, 1, 2, 3]),
        ]);
        let (manufacturer, model) = list.model().unwrap();
        assert_eq!((&*manufacturer, &*model), ("Philips", "M8000"));
        assert_eq!(list.serial_number().as_deref(), Some("DE00000001"));
        assert_eq!(list.software().as_deref(), Some("G.01.80"));
        assert_eq!(list.system_id().as_deref(), Some("0009FB010203"));
    }

    #[test]
    fn a_number_of_another_length_is_none() {
        let number = Number { physio: 0x4182, state: State(0), unit: 0x0AA0, value: Float(72) };
        let mut list = AttributeList(vec![Attribute::measured(&number), Attribute::compound(&[number, number])]);
        assert_eq!(list.numbers(), Some(vec![number; 3]));
        list.0[0].value.push(0);
        assert_eq!(list.numbers(), None);
    }
}

//! A piece of a message: field, repetition, component or subcomponent. Borrowed; taken apart and decoded on demand.

use std::borrow::Cow;

use vigil_model::Quantity;

use super::escape::unescape;
use super::time::{Dtm, DtmError};
use super::{CharacterSet, Encoding};

/// A piece of a message between two delimiters. A piece that is not there is an empty one.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    raw: &'a [u8],
    encoding: Encoding,
}

/// What a piece of a message says about a stored value (HL7 v2 chapter 2.5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nothing: leave the stored value alone.
    Empty,
    /// `""`: delete the stored value.
    Null,
    /// A value.
    Present,
}

/// Text of a piece, with what had to be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, escape sequences resolved.
    pub text: Cow<'a, str>,
    /// Escape characters that begin no known sequence (kept as they are) and character set switches (dropped).
    pub stray_escapes: u32,
    /// Whether bytes that are not UTF-8 were read as ISO 8859-1.
    pub replaced: bool,
}

impl<'a> Value<'a> {
    pub(crate) const fn new(raw: &'a [u8], encoding: Encoding) -> Self {
        Self { raw, encoding }
    }

    /// The bytes as they stand in the message.
    pub const fn raw(self) -> &'a [u8] {
        self.raw
    }

    /// Whether it is empty, the explicit null or a value.
    pub fn presence(self) -> Presence {
        match self.raw {
            b"" => Presence::Empty,
            b"\"\"" => Presence::Null,
            _ => Presence::Present,
        }
    }

    /// Whether there is nothing.
    pub const fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// Whether it is the explicit null `""`.
    pub fn is_null(self) -> bool {
        self.raw == b"\"\""
    }

    /// The repetitions of a field; one if it does not repeat, even if it is empty.
    pub fn repetitions(self) -> impl Iterator<Item = Value<'a>> {
        self.split(self.encoding.repetition)
    }

    /// Component `number`, from 1, of a field's first repetition or of a repetition.
    #[inline]
    pub fn component(self, number: usize) -> Value<'a> {
        let (mut start, mut current) = (0, 1);
        for (at, byte) in self.raw.iter().enumerate() {
            let byte = Some(*byte);
            let ends_repetition = byte == self.encoding.repetition;
            if !ends_repetition && byte != self.encoding.component {
                continue;
            }
            if current == number {
                return Value { raw: &self.raw[start..at], ..self };
            }
            if ends_repetition {
                return Value { raw: b"", ..self };
            }
            (start, current) = (at + 1, current + 1);
        }
        Value { raw: if current == number { &self.raw[start..] } else { b"" }, ..self }
    }

    /// The components of a repetition.
    pub fn components(self) -> impl Iterator<Item = Value<'a>> {
        self.split(self.encoding.component)
    }

    /// Subcomponent `number`, from 1, of a component.
    pub fn subcomponent(self, number: usize) -> Value<'a> {
        let raw = match number.checked_sub(1) {
            Some(index) => self.split(self.encoding.subcomponent).nth(index).map_or(&b""[..], Value::raw),
            None => b"",
        };
        Value { raw, ..self }
    }

    /// The text, escape sequences resolved. The explicit null is empty text: ask [`Self::presence`] to tell them apart.
    pub fn text(self) -> Cow<'a, str> {
        self.decoded().text
    }

    /// The text, with what had to be mended.
    pub fn decoded(self) -> Decoded<'a> {
        if self.is_empty() || self.is_null() {
            return Decoded { text: Cow::Borrowed(""), stray_escapes: 0, replaced: false };
        }
        match unescape(self.raw, &self.encoding) {
            None => {
                let (text, replaced) = decode(Cow::Borrowed(self.raw), self.encoding.character_set);
                Decoded { text, stray_escapes: 0, replaced }
            }
            Some((bytes, stray_escapes)) => {
                let (text, replaced) = decode(Cow::Owned(bytes), self.encoding.character_set);
                Decoded { text, stray_escapes, replaced }
            }
        }
    }

    /// The number of a digit string; `None` if it is not one or does not fit.
    #[inline]
    pub fn unsigned(self) -> Option<u64> {
        if self.raw.is_empty() || self.raw.len() > 20 {
            return None;
        }
        self.raw.iter().try_fold(0u64, |number, byte| {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 { None } else { number.checked_mul(10)?.checked_add(u64::from(digit)) }
        })
    }

    /// The number of an NM value with its precision; `None` if it is not one.
    pub fn quantity(self) -> Option<Quantity> {
        std::str::from_utf8(self.raw.trim_ascii()).ok()?.parse().ok()
    }

    /// The time of a DTM value.
    ///
    /// # Errors
    /// If it is not one.
    pub fn time(self) -> Result<Dtm, DtmError> {
        Dtm::parse(self.raw)
    }

    fn split(self, delimiter: Option<u8>) -> impl Iterator<Item = Value<'a>> {
        self.raw.split(move |byte| Some(*byte) == delimiter).map(move |raw| Value { raw, ..self })
    }
}

fn decode(bytes: Cow<'_, [u8]>, character_set: CharacterSet) -> (Cow<'_, str>, bool) {
    if character_set == CharacterSet::Utf8 || bytes.is_ascii() {
        match bytes {
            Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => (Cow::Borrowed(text), false),
                Err(_) => (single_bytes(bytes, CharacterSet::Latin1), true),
            },
            Cow::Owned(bytes) => match String::from_utf8(bytes) {
                Ok(text) => (Cow::Owned(text), false),
                Err(error) => (single_bytes(error.as_bytes(), CharacterSet::Latin1), true),
            },
        }
    } else {
        (single_bytes(&bytes, character_set), false)
    }
}

fn single_bytes<'any>(bytes: &[u8], character_set: CharacterSet) -> Cow<'any, str> {
    Cow::Owned(bytes.iter().map(|byte| character_set.character(*byte)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(raw: &[u8]) -> Value<'_> {
        Value::new(raw, Encoding::STANDARD)
    }

    #[test]
    fn pieces_are_counted_from_one() {
        let field = value(b"1^2&b&c~3^4");
        assert_eq!(field.component(1).raw(), b"1");
        assert_eq!(field.component(2).subcomponent(3).raw(), b"c");
        assert!(field.component(3).is_empty() && field.component(0).is_empty());
        let second: Vec<_> = field.repetitions().nth(1).unwrap().components().map(Value::raw).collect();
        assert_eq!(second, [b"3", b"4"]);
        assert_eq!(value(b"").repetitions().count(), 1);
    }

    #[test]
    fn null_is_its_own_case() {
        assert_eq!(value(b"").presence(), Presence::Empty);
        assert_eq!(value(b"\"\"").presence(), Presence::Null);
        assert_eq!(value(b"Hon^Albert^\"\"").component(3).presence(), Presence::Null);
        assert_eq!(value(b"\"\"").text(), "");
        assert_eq!(value(b"\"").presence(), Presence::Present);
    }

    #[test]
    fn text_follows_the_character_set_and_falls_back_to_single_bytes() {
        assert_eq!(value("Müller".as_bytes()).text(), "Müller");
        let fallback = value(b"M\xfcller\\F\\").decoded();
        assert_eq!((&*fallback.text, fallback.replaced), ("Müller|", true));
        let latin9 = Encoding { character_set: CharacterSet::named(b"8859/15"), ..Encoding::STANDARD };
        assert_eq!(Value::new(b"5 \xa4", latin9).text(), "5 €");
        let latin1 = Encoding { character_set: CharacterSet::named(b"8859/1"), ..Encoding::STANDARD };
        assert_eq!(
            Value::new(b"\xc3\xa4", latin1).decoded(),
            Decoded { text: "Ã¤".into(), stray_escapes: 0, replaced: false }
        );
    }

    #[test]
    fn numbers_are_strict() {
        assert_eq!(value(b"150456").unsigned(), Some(150_456));
        for refused in [&b""[..], b"-1", b"1.0", b"99999999999999999999", b"1x"] {
            assert_eq!(value(refused).unsigned(), None);
        }
        assert_eq!(value(b"85.0").quantity(), Some(Quantity::new(850, -1)));
        assert_eq!(value(b">300").quantity(), None);
    }
}

//! How a message writes itself: its delimiters (MSH-1, MSH-2) and its character set (MSH-18).

/// Delimiters and character set of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// MSH-1, `|`.
    pub field: u8,
    /// First character of MSH-2, `^`.
    pub component: Option<u8>,
    /// Second character of MSH-2, `~`.
    pub repetition: Option<u8>,
    /// Third character of MSH-2, `\`. Some senders leave it out (`^~&`).
    pub escape: Option<u8>,
    /// Fourth character of MSH-2, `&`.
    pub subcomponent: Option<u8>,
    /// MSH-18, table 0211.
    pub character_set: CharacterSet,
}

/// What MSH-18 says, as far as text is decoded here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CharacterSet {
    /// `UNICODE UTF-8`, `ASCII`, empty, or a set that is not known here. Bytes that are not UTF-8 are read as ISO 8859-1.
    #[default]
    Utf8,
    /// `8859/1`.
    Latin1,
    /// `8859/15`: ISO 8859-1 with the euro sign and seven letters.
    Latin9,
}

impl CharacterSet {
    /// The set with this name in table 0211.
    pub fn named(name: &[u8]) -> Self {
        match name.trim_ascii() {
            b"8859/1" | b"ISO8859/1" | b"ISO-8859-1" => CharacterSet::Latin1,
            b"8859/15" | b"ISO8859/15" | b"ISO-8859-15" => CharacterSet::Latin9,
            _ => CharacterSet::Utf8,
        }
    }

    /// The character that a byte stands for in the single-byte sets.
    pub(crate) fn character(self, byte: u8) -> char {
        match (self, byte) {
            (CharacterSet::Latin9, 0xa4) => '€',
            (CharacterSet::Latin9, 0xa6) => 'Š',
            (CharacterSet::Latin9, 0xa8) => 'š',
            (CharacterSet::Latin9, 0xb4) => 'Ž',
            (CharacterSet::Latin9, 0xb8) => 'ž',
            (CharacterSet::Latin9, 0xbc) => 'Œ',
            (CharacterSet::Latin9, 0xbd) => 'œ',
            (CharacterSet::Latin9, 0xbe) => 'Ÿ',
            (_, byte) => char::from(byte),
        }
    }
}

impl Encoding {
    /// What this crate writes: `|^~\&` and UTF-8.
    pub const STANDARD: Encoding = Encoding {
        field: b'|',
        component: Some(b'^'),
        repetition: Some(b'~'),
        escape: Some(b'\\'),
        subcomponent: Some(b'&'),
        character_set: CharacterSet::Utf8,
    };

    /// For MSH-1 and MSH-2 themselves, which are not taken apart.
    pub(crate) const LITERAL: Encoding = Encoding {
        field: 0,
        component: None,
        repetition: None,
        escape: None,
        subcomponent: None,
        character_set: CharacterSet::Utf8,
    };

    /// Delimiters from MSH-1 and MSH-2; `None` if they cannot be used: letters, digits, control characters, bytes above
    /// 0x7F, one character for two purposes, none at all or more than five (the fifth is the truncation character of
    /// v2.7).
    pub(crate) fn from_header(field: u8, characters: &[u8]) -> Option<Self> {
        let (component, repetition, escape, subcomponent) = match *characters {
            [component] => (component, None, None, None),
            [component, repetition] => (component, Some(repetition), None, None),
            [component, repetition, b'&'] => (component, Some(repetition), None, Some(b'&')),
            [component, repetition, escape] => (component, Some(repetition), Some(escape), None),
            [component, repetition, escape, subcomponent] | [component, repetition, escape, subcomponent, _] => {
                (component, Some(repetition), Some(escape), Some(subcomponent))
            }
            _ => return None,
        };
        let usable = |byte: &u8| byte.is_ascii_punctuation();
        let distinct =
            characters.iter().enumerate().all(|(at, byte)| *byte != field && !characters[..at].contains(byte));
        (usable(&field) && characters.iter().all(usable) && distinct).then_some(Self {
            field,
            component: Some(component),
            repetition,
            escape,
            subcomponent,
            character_set: CharacterSet::Utf8,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_read_with_the_deviations_seen_in_the_field() {
        assert_eq!(Encoding::from_header(b'|', br"^~\&"), Some(Encoding::STANDARD));
        assert_eq!(Encoding::from_header(b'|', br"^~\&#"), Some(Encoding::STANDARD));
        assert_eq!(Encoding::from_header(b'|', b"^~&"), Some(Encoding { escape: None, ..Encoding::STANDARD }));
        assert!(Encoding::from_header(b'#', b"@*!$").is_some());
        for refused in [&b""[..], b"^^", b"^~\\&#%", b"a~\\&", b"^|\\&", b"\x0d", b"^\xff"] {
            assert_eq!(Encoding::from_header(b'|', refused), None, "{refused:?}");
        }
    }
}

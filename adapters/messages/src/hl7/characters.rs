//! Characters of outgoing messages. Messages are made in UTF-8; for a receiver with another set the finished bytes are
//! rewritten.
//!
//! What a set lacks is replaced in this order, so that the same text always becomes the same bytes and nothing is dropped:
//! first letters and signs by the table below (`ä` → `ae`, `é` → `e`, `€` → `EUR`, `°` → `deg`), then `?`. No replacement
//! is a delimiter or an escape character.

use crate::destination::WireCharacters;

/// Replacements, for whichever characters a set lacks.
#[rustfmt::skip]
const REPLACEMENTS: &[(char, &str)] = &[
    ('Ä', "Ae"), ('Ö', "Oe"), ('Ü', "Ue"), ('ä', "ae"), ('ö', "oe"), ('ü', "ue"), ('ß', "ss"), ('ẞ', "SS"),
    ('À', "A"), ('Á', "A"), ('Â', "A"), ('Ã', "A"), ('Å', "Aa"), ('Æ', "Ae"), ('Ç', "C"), ('È', "E"), ('É', "E"), ('Ê', "E"),
    ('Ë', "E"), ('Ì', "I"), ('Í', "I"), ('Î', "I"), ('Ï', "I"), ('Ð', "D"), ('Ñ', "N"), ('Ò', "O"), ('Ó', "O"), ('Ô', "O"),
    ('Õ', "O"), ('Ø', "Oe"), ('Ù', "U"), ('Ú', "U"), ('Û', "U"), ('Ý', "Y"), ('Þ', "Th"),
    ('à', "a"), ('á', "a"), ('â', "a"), ('ã', "a"), ('å', "aa"), ('æ', "ae"), ('ç', "c"), ('è', "e"), ('é', "e"), ('ê', "e"),
    ('ë', "e"), ('ì', "i"), ('í', "i"), ('î', "i"), ('ï', "i"), ('ð', "d"), ('ñ', "n"), ('ò', "o"), ('ó', "o"), ('ô', "o"),
    ('õ', "o"), ('ø', "oe"), ('ù', "u"), ('ú', "u"), ('û', "u"), ('ý', "y"), ('þ', "th"), ('ÿ', "y"), ('Ÿ', "Y"),
    ('Ą', "A"), ('ą', "a"), ('Ć', "C"), ('ć', "c"), ('Č', "C"), ('č', "c"), ('Ď', "D"), ('ď', "d"), ('Đ', "D"), ('đ', "d"),
    ('Ę', "E"), ('ę', "e"), ('Ě', "E"), ('ě', "e"), ('Ğ', "G"), ('ğ', "g"), ('İ', "I"), ('ı', "i"), ('Ł', "L"), ('ł', "l"),
    ('Ń', "N"), ('ń', "n"), ('Ň', "N"), ('ň', "n"), ('Ő', "Oe"), ('ő', "oe"), ('Œ', "Oe"), ('œ', "oe"), ('Ř', "R"), ('ř', "r"),
    ('Ś', "S"), ('ś', "s"), ('Ş', "S"), ('ş', "s"), ('Š', "S"), ('š', "s"), ('Ș', "S"), ('ș', "s"), ('Ť', "T"), ('ť', "t"),
    ('Ț', "T"), ('ț', "t"), ('Ů', "U"), ('ů', "u"), ('Ű', "Ue"), ('ű', "ue"), ('Ź', "Z"), ('ź', "z"), ('Ż', "Z"), ('ż', "z"),
    ('Ž', "Z"), ('ž', "z"),
    ('€', "EUR"), ('°', "deg"), ('µ', "u"), ('μ', "u"), ('²', "2"), ('³', "3"), ('±', "+/-"), ('×', "x"), ('≤', "<="), ('≥', ">="),
    ('–', "-"), ('—', "-"), ('‑', "-"), ('’', "'"), ('‘', "'"), ('“', "\""), ('”', "\""), ('„', "\""), ('…', "..."), ('\u{a0}', " "),
];

impl WireCharacters {
    /// The byte of a character beyond ASCII, if the set has it.
    fn byte(self, c: char) -> Option<u8> {
        let latin1 = u8::try_from(u32::from(c)).ok().filter(|byte| *byte >= 0xa0);
        match self {
            WireCharacters::Utf8 | WireCharacters::Ascii => None,
            WireCharacters::Latin1 => latin1,
            WireCharacters::Latin9 => match c {
                '€' => Some(0xa4),
                'Š' => Some(0xa6),
                'š' => Some(0xa8),
                'Ž' => Some(0xb4),
                'ž' => Some(0xb8),
                'Œ' => Some(0xbc),
                'œ' => Some(0xbd),
                'Ÿ' => Some(0xbe),
                '¤' | '¦' | '¨' | '´' | '¸' | '¼' | '½' | '¾' => None,
                _ => latin1,
            },
        }
    }

    /// Rewrites the message that begins at `start`; what stands before it stays.
    pub(crate) fn rewrite(self, out: &mut Vec<u8>, start: usize) {
        if self == WireCharacters::Utf8 || out[start..].is_ascii() {
            return;
        }
        let message = String::from_utf8_lossy(&out[start..]).into_owned();
        out.truncate(start);
        for c in message.chars() {
            if c.is_ascii() {
                out.push(c as u8);
            } else if let Some(byte) = self.byte(c) {
                out.push(byte);
            } else {
                let replacement = REPLACEMENTS.iter().find(|(from, _)| *from == c).map_or("?", |(_, to)| to);
                out.extend_from_slice(replacement.as_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(set: WireCharacters, text: &str) -> Vec<u8> {
        let mut out = b"\xff before ".to_vec();
        let start = out.len();
        out.extend_from_slice(text.as_bytes());
        set.rewrite(&mut out, start);
        assert_eq!(&out[..start], b"\xff before ");
        out[start..].to_vec()
    }

    #[test]
    fn each_set_has_its_bytes_and_its_replacements() {
        let text = "Jürgen Łoś, 5 €, 37 °C, Š, 中|x";
        assert_eq!(rewritten(WireCharacters::Utf8, text), text.as_bytes());
        assert_eq!(rewritten(WireCharacters::Latin1, text), b"J\xfcrgen Los, 5 EUR, 37 \xb0C, S, ?|x".as_slice());
        assert_eq!(rewritten(WireCharacters::Latin9, text), b"J\xfcrgen Los, 5 \xa4, 37 \xb0C, \xa6, ?|x".as_slice());
        assert_eq!(rewritten(WireCharacters::Ascii, text), b"Juergen Los, 5 EUR, 37 degC, S, ?|x".as_slice());
    }

    #[test]
    fn no_replacement_is_a_delimiter() {
        for (from, to) in REPLACEMENTS {
            assert!(!from.is_ascii() && to.is_ascii() && !to.contains(['|', '^', '~', '\\', '&', '\r']), "{from}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_back_where_the_set_has_it(text in "[a-zÀ-ÿ€Šž|]{0,30}") {
            use crate::hl7::CharacterSet;
            for (set, reading) in [(WireCharacters::Latin1, CharacterSet::Latin1), (WireCharacters::Latin9, CharacterSet::Latin9)] {
                let bytes = rewritten(set, &text);
                let read: String = bytes.iter().map(|byte| reading.character(*byte)).collect();
                let kept = text.chars().filter(|c| c.is_ascii() || set.byte(*c).is_some());
                if text.chars().all(|c| c.is_ascii() || set.byte(c).is_some()) {
                    proptest::prop_assert_eq!(&read, &text);
                }
                proptest::prop_assert!(read.chars().count() >= kept.count());
            }
            proptest::prop_assert!(rewritten(WireCharacters::Ascii, &text).is_ascii());
        }
    }
}

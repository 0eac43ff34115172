//! Escape sequences (HL7 v2 chapter 2.7): resolving them after splitting, writing them before joining.

use super::Encoding;

/// Resolves the escape sequences of one piece of text; `None` if there is none to resolve. The number counts escape
/// characters that begin no known sequence or are never closed: they stay as they are.
///
/// Highlighting and layout are dropped, line breaks become `\n`; switches of the character set are dropped and counted;
/// local sequences (`\Z..\`) stay as they are.
pub(crate) fn unescape(raw: &[u8], encoding: &Encoding) -> Option<(Vec<u8>, u32)> {
    let escape = encoding.escape?;
    if !raw.contains(&escape) {
        return None; // most text; `contains` is far faster than looking for the place
    }
    let mut next = raw.iter().position(|byte| *byte == escape)?;
    let mut out = Vec::with_capacity(raw.len());
    let (mut done, mut stray) = (0, 0u32);
    loop {
        out.extend_from_slice(&raw[done..next]);
        let body_start = next + 1;
        let closed = raw[body_start..].iter().position(|byte| *byte == escape).map(|length| body_start + length);
        done = match closed {
            Some(end) if resolve(&raw[body_start..end], encoding, &mut out, &mut stray) => end + 1,
            Some(_) | None => {
                out.push(escape);
                stray = stray.saturating_add(1);
                body_start
            }
        };
        match raw[done..].iter().position(|byte| *byte == escape) {
            Some(length) => next = done + length,
            None => break,
        }
    }
    out.extend_from_slice(&raw[done..]);
    Some((out, stray))
}

/// Most line breaks that one `\.sp n\` makes.
const LINE_BREAKS_MAX: usize = 20;

/// Writes what a sequence stands for; false if it is not known.
fn resolve(body: &[u8], encoding: &Encoding, out: &mut Vec<u8>, stray: &mut u32) -> bool {
    match body {
        b"F" => out.push(encoding.field),
        b"S" => out.extend(encoding.component),
        b"T" => out.extend(encoding.subcomponent),
        b"R" => out.extend(encoding.repetition),
        b"E" => out.extend(encoding.escape),
        b"P" => out.push(b'#'),
        b"H" | b"N" => {}
        [b'X', digits @ ..] => return resolve_hexadecimal(digits, out),
        [b'C', digits @ ..] if digits.len() == 4 && digits.iter().all(u8::is_ascii_hexdigit) => *stray += 1,
        [b'M', digits @ ..] if matches!(digits.len(), 4 | 6) && digits.iter().all(u8::is_ascii_hexdigit) => *stray += 1,
        [b'Z', ..] => {
            out.extend(encoding.escape);
            out.extend_from_slice(body);
            out.extend(encoding.escape);
        }
        [b'.', command @ ..] => return resolve_layout(command, out),
        _ => return false,
    }
    true
}

fn resolve_hexadecimal(digits: &[u8], out: &mut Vec<u8>) -> bool {
    let (pairs, rest) = digits.as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let value = |digit: u8| char::from(digit).to_digit(16).map_or(0, |value| value as u8);
    out.extend(pairs.iter().map(|[high, low]| value(*high) << 4 | value(*low)));
    true
}

fn resolve_layout(command: &[u8], out: &mut Vec<u8>) -> bool {
    let (name, argument) = command.split_at(command.len().min(2));
    let argument = argument.trim_ascii();
    let digits = argument.strip_prefix(b"+").or(argument.strip_prefix(b"-")).unwrap_or(argument);
    if digits.len() > 4 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = digits.iter().fold(0usize, |number, digit| number * 10 + usize::from(digit - b'0'));
    match name {
        b"br" | b"ce" => out.push(b'\n'),
        b"sp" => out.extend(std::iter::repeat_n(b'\n', number.clamp(1, LINE_BREAKS_MAX))),
        b"in" | b"ti" | b"fi" | b"nf" | b"sk" => {}
        _ => return false,
    }
    true
}

/// Appends text so that every reader gets the same text back: delimiters, the escape character and control characters
/// are escaped, everything else goes out as it is (UTF-8).
pub(crate) fn escape_into(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let sequence: &[u8] = match ESCAPED[usize::from(*byte)] {
            Escaped::No => continue,
            Escaped::Field => br"\F\",
            Escaped::Component => br"\S\",
            Escaped::Subcomponent => br"\T\",
            Escaped::Repetition => br"\R\",
            Escaped::Escape => br"\E\",
            Escaped::Hexadecimal => {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                let (high, low) = (DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]);
                &[b'\\', b'X', high, low, b'\\']
            }
        };
        out.extend_from_slice(&bytes[done..at]);
        out.extend_from_slice(sequence);
        done = at + 1;
    }
    out.extend_from_slice(&bytes[done..]);
}

#[derive(Clone, Copy)]
enum Escaped {
    No,
    Field,
    Component,
    Subcomponent,
    Repetition,
    Escape,
    Hexadecimal,
}

/// What becomes of each byte of a text. MLLP forbids bytes below 0x20 but the segment end.
static ESCAPED: [Escaped; 256] = {
    let mut table = [Escaped::No; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = Escaped::Hexadecimal;
        byte += 1;
    }
    table[b'|' as usize] = Escaped::Field;
    table[b'^' as usize] = Escaped::Component;
    table[b'&' as usize] = Escaped::Subcomponent;
    table[b'~' as usize] = Escaped::Repetition;
    table[b'\\' as usize] = Escaped::Escape;
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    fn unescaped(raw: &str) -> (String, u32) {
        let (bytes, stray) = unescape(raw.as_bytes(), &Encoding::STANDARD).unwrap_or((raw.into(), 0));
        (String::from_utf8(bytes).unwrap(), stray)
    }

    #[test]
    fn every_sequence_of_the_chapter_is_resolved() {
        for (raw, text, stray) in [
            (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f", 0),
            (r"\X0D\\X41424a\", "\rABJ", 0),
            (r"\H\loud\N\ quiet", "loud quiet", 0),
            (r"one\.br\two\.sp 2\three\.in+4\\.fi\", "one\ntwo\n\nthree", 0),
            (r"\C2842\x", "x", 1),
            (r"\Zlocal\", r"\Zlocal\", 0),
            (r"C:\dir\F\", r"C:\dir|", 1),
            (r"open\", r"open\", 1),
            (r"\\", r"\\", 2),
            (r"\X4\", r"\X4\", 2),
            ("none", "none", 0),
        ] {
            assert_eq!(unescaped(raw), (text.to_owned(), stray), "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn unescape_takes_back_what_escape_did(text in "\\PC*|[|^~\\\\&\r\n\tXFé]{0,40}") {
            let mut out = Vec::new();
            escape_into(&text, &mut out);
            proptest::prop_assert!(out.iter().all(|byte| *byte >= 0x20 && !b"|^~&".contains(byte)));
            proptest::prop_assert_eq!(unescaped(std::str::from_utf8(&out).unwrap()), (text, 0));
        }

        #[test]
        fn any_bytes_are_survived(raw in proptest::collection::vec(proptest::num::u8::ANY, 0..100)) {
            let _ = unescape(&raw, &Encoding::STANDARD);
        }

        #[test]
        fn any_sequence_is_survived(raw in "[\\\\XFSTREZCM.0-9a-f+ -]{0,60}") {
            let _ = unescape(raw.as_bytes(), &Encoding::STANDARD);
        }
    }
}

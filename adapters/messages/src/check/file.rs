//! Messages in files: one or several, with line feeds, byte order marks and the framing of MLLP, as editors and logs write
//! them.

use crate::hl7::from_file_text;

/// Messages that are read from one file at most.
const MESSAGES_MAX: usize = 10_000;

/// The messages of a file as they would be on the wire. Each begins with a line `MSH…`; what stands before the first is a
/// message of its own, so that somebody says what is wrong with it.
pub fn messages_of(text: &[u8]) -> Vec<Vec<u8>> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, 0x0b | 0x1c)).collect();
    let text = from_file_text(&text);
    let mut messages: Vec<Vec<u8>> = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\r') {
        let line_without_mark = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        let begins = line_without_mark.starts_with(b"MSH") || messages.is_empty();
        if begins && messages.len() >= MESSAGES_MAX {
            break;
        }
        match messages.last_mut().filter(|_| !begins) {
            Some(message) => message.extend_from_slice(line),
            None => messages.push(line_without_mark.to_vec()),
        }
    }
    messages
}

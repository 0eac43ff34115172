//! HL7 messages in files: editors write line feeds and byte order marks, the wire has neither.

/// The message of a file as it would be on the wire: byte order mark dropped, `\r\n` and `\n` become `\r`, blank lines
/// dropped. For files and tests only; what a connection delivers is taken as it is.
pub fn from_file_text(text: &[u8]) -> Vec<u8> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut out = Vec::with_capacity(text.len() + 1);
    for line in text.split(|byte| matches!(byte, b'\r' | b'\n')) {
        if !line.trim_ascii().is_empty() {
            out.extend_from_slice(line);
            out.push(b'\r');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_becomes_a_carriage_return() {
        assert_eq!(from_file_text(b"\xef\xbb\xbfMSH|a\r\nPID|b\nPV1|c\rOBR\n\n"), b"MSH|a\rPID|b\rPV1|c\rOBR\r");
        assert_eq!(from_file_text(b""), b"");
    }
}

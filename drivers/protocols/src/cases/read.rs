//! Text to case.

use std::time::Duration;

use super::{Case, CaseError, Expected, Input, Step};
use crate::driver::Driver;
use crate::settings;

/// After how much silence the link counts as lost if the file does not say: far longer than any case.
const QUIET_TIME_DEFAULT: Duration = Duration::from_secs(24 * 3600);

/// What the lines so far said.
#[derive(Default)]
struct Reader {
    driver: Option<Driver>,
    settings: String,
    quiet_time: Option<Duration>,
    is_decoder: bool,
    steps: Vec<Step>,
    /// Whether the line before held bytes that may go on.
    open: Option<Open>,
}

#[derive(Clone, Copy)]
enum Open {
    Received,
    Sent,
}

pub(super) fn case(text: &str) -> Result<Case, CaseError> {
    let mut reader = Reader::default();
    for (index, line) in text.lines().enumerate() {
        let at = index + 1;
        reader.take(at, line).map_err(|message| CaseError { line: at, message })?;
    }
    let whole = |message: String| CaseError { line: 1, message };
    let driver = reader.driver.ok_or_else(|| whole("there is no line `driver NAME`".to_owned()))?;
    let table = reader.settings.parse::<toml::Table>().map_err(|error| whole(error.to_string()))?;
    Ok(Case {
        driver,
        config: driver.configure(table).map_err(|error| whole(error.to_string()))?,
        quiet_time: reader.quiet_time.unwrap_or(QUIET_TIME_DEFAULT),
        is_decoder: reader.is_decoder,
        steps: reader.steps,
    })
}

impl Reader {
    fn take(&mut self, at: usize, line: &str) -> Result<(), String> {
        if line.starts_with([' ', '\t']) && !line.trim().is_empty() {
            return self.go_on(line);
        }
        self.open = None;
        if line.trim().is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            ">" => {
                let input = self.input(rest)?;
                self.steps.push(Step { line: at, input, sent: Vec::new(), reports: Vec::new() });
                Ok(())
            }
            "<" => self.expectation(rest),
            "driver" => {
                self.driver = Some(Driver::named(rest).ok_or_else(|| format!("there is no driver `{rest}`"))?);
                Ok(())
            }
            "settings" => {
                self.settings.push_str(rest);
                self.settings.push('\n');
                Ok(())
            }
            "quiet" => {
                self.quiet_time = Some(duration(rest)?);
                Ok(())
            }
            "decode" => {
                self.is_decoder = true;
                Ok(())
            }
            other => Err(format!("`{other}` is none of `>`, `<`, `#`, driver, settings, quiet, decode")),
        }
    }

    fn input(&mut self, text: &str) -> Result<Input, String> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match (word, self.is_decoder) {
            ("received", _) => {
                self.open = Some(Open::Received);
                bytes(rest).map(Input::Received)
            }
            ("finish", true) => Ok(Input::Finish),
            ("connect", false) => Ok(Input::Connect),
            ("disconnect", false) => Ok(Input::Disconnect(rest.to_owned())),
            ("wait", false) => duration(rest).map(Input::Wait),
            (other, _) => Err(format!("`> {other}` is not what can happen here")),
        }
    }

    fn expectation(&mut self, text: &str) -> Result<(), String> {
        let step = self.steps.last_mut().ok_or("nothing has happened yet")?;
        if text == "..." {
            step.reports.push(Expected::Any);
        } else if let Some(hex) = text.strip_prefix("sent ") {
            step.sent.push(bytes(hex)?);
            self.open = Some(Open::Sent);
        } else {
            let value = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
            step.reports.push(Expected::Report(value));
        }
        Ok(())
    }

    fn go_on(&mut self, line: &str) -> Result<(), String> {
        let more = bytes(line)?;
        let step = self.steps.last_mut().ok_or("nothing has happened yet")?;
        match (self.open, &mut step.input, step.sent.last_mut()) {
            (Some(Open::Received), Input::Received(received), _) => received.extend(more),
            (Some(Open::Sent), _, Some(sent)) => sent.extend(more),
            _ => return Err("there are no bytes to go on with".to_owned()),
        }
        Ok(())
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    settings::parse(text.trim()).ok_or_else(|| format!("`{text}` is no duration like 500ms, 1s or 2min"))
}

/// Hexadecimal pairs and quoted texts, with blanks between.
fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (part, after) = quoted_text(quoted)?;
            out.extend(part);
            rest = after.trim_start();
            continue;
        }
        let end = rest.find([' ', '\t', '"']).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        if digits.len() % 2 != 0 || !digits.is_ascii() {
            return Err(format!("`{digits}` is not made of hexadecimal pairs"));
        }
        for pair in digits.as_bytes().chunks(2) {
            out.push(hex_pair(pair).ok_or_else(|| format!("`{digits}` is not hexadecimal"))?);
        }
        rest = after.trim_start();
    }
    Ok(out)
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    }
}

/// The bytes up to the closing quote, and what follows it.
fn quoted_text(text: &str) -> Result<(Vec<u8>, &str), String> {
    let mut out = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1)) {
            (b'"', _) => return Ok((out, &text[at + 1..])),
            (b'\\', Some(b'r')) => out.push(b'\r'),
            (b'\\', Some(b'n')) => out.push(b'\n'),
            (b'\\', Some(b't')) => out.push(b'\t'),
            (b'\\', Some(quoted @ (b'"' | b'\\'))) => out.push(*quoted),
            (b'\\', Some(b'x')) => {
                out.push(bytes.get(at + 2..at + 4).and_then(hex_pair).ok_or("\\x needs two hexadecimal digits")?);
                at += 2;
            }
            (b'\\', _) => return Err("after \\ comes one of r, n, t, \", \\, x".to_owned()),
            (byte, _) => {
                out.push(byte);
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    Err("a quote is not closed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_hexadecimal_or_quoted() {
        assert_eq!(bytes(r#"7E 31aB "x\r\x1B\"" 00"#), Ok(b"\x7E\x31\xABx\r\x1B\"\x00".to_vec()));
        for refused in ["7", "7G", "\"open", r#""\q""#, r#""\x1""#] {
            assert!(bytes(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn errors_name_their_line() {
        let line = |text: &str| case(text).unwrap_err().line;
        assert_eq!(line("driver ge-s5-dri\n> connect\n> fly"), 3);
        assert_eq!(line("driver ge-s5-dri\n< {}"), 2);
        assert_eq!(line("driver ge-s5-dri\n> connect\n< {"), 3);
        assert_eq!(line("driver ge-s5-dri\n> connect\n  7E"), 3);
        assert_eq!(line("driver toaster"), 1);
    }
}

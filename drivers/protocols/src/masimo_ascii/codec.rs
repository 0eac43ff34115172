//! Lines of Masimo pulse oximeters in the form "ASCII 1": date, time, `KEY=value` with blanks between, CR LF.
//!
//! Source: operator manuals of Masimo; the open drivers masimo-datacapture and pulseox. There is no checksum, so the form is
//! the only check and kept strictly: a line that breaks it is refused as a whole. The oximeter sends by itself and cannot be
//! asked anything.

use vigil_model::{Civil, Fault, FaultKind, Timestamp};

/// Longest line in bytes. The longest seen has 132.
pub const LINE_MAX_BYTES: usize = 400;

/// Years of the two digits in a date.
const CENTURY: i32 = 2000;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `MM/DD/YY HH:MM:SS`, the oximeter's clock taken as UTC.
    pub time: Timestamp,
    /// Keys and values as written, in order.
    pub fields: Vec<(String, String)>,
}

impl Line {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The line as the oximeter sends it: for simulators and tests.
    pub fn encode(&self) -> Vec<u8> {
        let Civil { year, month, day, hour, minute, second, .. } = self.time.civil();
        let mut text = format!("{month:02}/{day:02}/{:02} {hour:02}:{minute:02}:{second:02}", year.rem_euclid(100));
        for (key, value) in &self.fields {
            text.push_str(&format!(" {key}={value}"));
        }
        text.push_str("\r\n");
        text.into_bytes()
    }

    /// Reads a line without its end.
    ///
    /// # Errors
    /// What does not fit, for people.
    pub fn decode(line: &[u8]) -> Result<Line, &'static str> {
        if !line.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return Err("a line with characters that are no text");
        }
        let text: String = line.iter().copied().map(char::from).collect();
        let mut words = text.split(' ');
        let time = words.next().zip(words.next()).and_then(|(date, time)| timestamp(date, time));
        let Some(time) = time else { return Err("a line that does not begin with a date and a time") };
        let mut fields: Vec<(String, String)> = Vec::new();
        for word in words {
            let Some((key, value)) = word.split_once('=').filter(|(key, value)| is_key(key) && is_value(value)) else {
                return Err("a line with something that is not KEY=value");
            };
            if fields.iter().any(|(name, _)| name == key) {
                return Err("a line with the same key twice");
            }
            fields.push((key.to_owned(), value.to_owned()));
        }
        Ok(Line { time, fields })
    }
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_value(value: &str) -> bool {
    !value.is_empty() && !value.contains('=')
}

/// `02/22/16` and `22:47:45`.
fn timestamp(date: &str, time: &str) -> Option<Timestamp> {
    let [month, day, year] = three(date, '/')?;
    let [hour, minute, second] = three(time, ':')?;
    let year = CENTURY + i32::from(year);
    Timestamp::from_civil(Civil { year, month, day, hour, minute, second, micros: 0 })
}

/// Three numbers of two digits.
fn three(text: &str, between: char) -> Option<[u8; 3]> {
    let mut numbers = text
        .split(between)
        .map(|part| (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u8>().ok())?);
    let found = [numbers.next()??, numbers.next()??, numbers.next()??];
    if numbers.next().is_some() { None } else { Some(found) }
}

/// Finds lines in a stream. Holds at most one of [`LINE_MAX_BYTES`].
#[derive(Clone, Debug)]
pub struct Lines(crate::lines::Lines);

impl Default for Lines {
    fn default() -> Self {
        Self(crate::lines::Lines::new(LINE_MAX_BYTES))
    }
}

impl Lines {
    /// Takes bytes, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.push(bytes);
    }

    /// The next line with its bytes, or what was wrong.
    pub fn poll(&mut self) -> Option<Result<(Line, usize), Fault>> {
        let line = match self.0.poll()? {
            Ok(line) => line,
            Err(fault) => return Some(Err(fault)),
        };
        let read = Line::decode(&line).map(|found| (found, line.len()));
        Some(read.map_err(|detail| Fault::new(FaultKind::Framing, line.len(), detail)))
    }

    /// The line that has begun, if any, is void.
    pub fn cut(&mut self) -> Option<Fault> {
        self.0.cut()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Vec<Result<Line, FaultKind>> {
        let mut lines = Lines::default();
        lines.push(bytes);
        let found = std::iter::from_fn(|| lines.poll());
        let mut found: Vec<_> = found.map(|one| one.map(|(line, _)| line).map_err(|fault| fault.kind)).collect();
        found.extend(lines.cut().map(|fault| Err(fault.kind)));
        found
    }

    #[test]
    fn a_line_is_whole_or_refused() {
        let good = b"03/01/26 08:15:00 SPO2=097% BPM=071\r\n";
        let line = read(good).remove(0).unwrap();
        assert_eq!((line.get("SPO2"), line.get("BPM"), line.get("PI")), (Some("097%"), Some("071"), None));
        assert_eq!(line.time.to_string(), "2026-03-01T08:15:00.000Z");
        assert_eq!(read(&good[4..]), [Err(FaultKind::Framing)], "a line that begins in the middle");
        assert_eq!(read(&[&good[..30], good].concat()), [Err(FaultKind::Framing)], "two lines run together");
        assert_eq!(read(&good[..30]), [Err(FaultKind::Truncated)]);
        for refused in [
            "13/01/26 08:15:00 SPO2=097%",
            "02/29/26 08:15:00 SPO2=097%",
            "03/01/26  08:15:00 SPO2=097%",
            "03/01/26 08:15:00 SPO2=097% SPO2=098%",
            "03/01/26 08:15:00 SPO2=",
            "03/01/26 08:15:00 SpO2=097%",
            "03/01/26 08:15:00 SPO2 =097%",
            "SPO2=097%",
        ] {
            assert_eq!(read(format!("{refused}\r\n").as_bytes()), [Err(FaultKind::Framing)], "{refused}");
        }
        let long = [vec![b'x'; 1000], b"\n".to_vec(), good.to_vec()].concat();
        assert_eq!(read(&long), [Err(FaultKind::Overlong), Ok(line)]);
    }

    proptest! {
        #[test]
        fn writing_and_reading_is_identity(
            seconds in 946_684_800i64..4_102_444_800,
            fields in prop::collection::btree_map("[A-Z0-9]{1,8}", "[!-<>-~]{1,12}", 0..12),
        ) {
            let line = Line { time: Timestamp::from_seconds(seconds), fields: fields.into_iter().collect() };
            prop_assert_eq!(read(&line.encode()), [Ok(line)]);
        }
    }
}

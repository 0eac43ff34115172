//! One segment of a received message: its name, its fields by HL7's numbering, and errors that say where they are.

use std::fmt;

use super::message::Span;
use super::{Encoding, Message, Value};

/// One segment of a message.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'m, 'a> {
    message: &'m Message<'a>,
    index: usize,
}

impl<'m, 'a> Segment<'m, 'a> {
    /// The segment at a position of its message.
    pub(super) const fn new(message: &'m Message<'a>, index: usize) -> Self {
        Self { message, index }
    }

    /// Its name.
    pub fn name(self) -> SegmentName {
        self.span().name
    }

    /// Its bytes, without the segment end.
    pub fn raw(self) -> &'a [u8] {
        let span = self.span();
        &self.message.bytes()[span.start as usize..self.message.marks[span.last_mark as usize] as usize]
    }

    /// Number of its last field, 0 if it has none.
    pub fn last_field(self) -> usize {
        let span = self.span();
        (span.last_mark - span.first_mark) as usize + usize::from(span.name.counts_the_separator())
    }

    /// Field `number`, counted as HL7 does: from 1, and MSH-1 is the separator itself. Empty if it is not there.
    #[inline]
    pub fn field(self, number: usize) -> Value<'a> {
        let (span, encoding) = (self.span(), self.message.encoding());
        let count = (span.last_mark - span.first_mark) as usize;
        let position = if span.name.counts_the_separator() {
            if number <= 2 {
                return self.delimiters(number);
            }
            number - 1
        } else {
            number
        };
        if position == 0 || position > count {
            return Value::new(b"", encoding);
        }
        let mark = span.first_mark as usize + position;
        let marks = &self.message.marks;
        let raw = &self.message.bytes()[marks[mark - 1] as usize + 1..marks[mark] as usize];
        Value::new(raw, encoding)
    }

    /// Fields 1 and 2 of a segment that holds its own delimiters: the separator itself and the other four.
    #[cold]
    fn delimiters(self, number: usize) -> Value<'a> {
        let span = self.span();
        let bytes = self.message.bytes();
        let marks = &self.message.marks[span.first_mark as usize..=span.last_mark as usize];
        let raw = match (number, marks) {
            (1, [first, ..]) => bytes.get(*first as usize..*first as usize + 1),
            (2, [first, second, ..]) => bytes.get(*first as usize + 1..*second as usize),
            _ => None,
        };
        Value::new(raw.unwrap_or(b""), Encoding::LITERAL)
    }

    /// Field `number`, which must be there.
    ///
    /// # Errors
    /// If it is empty or null.
    pub fn required(self, number: usize) -> Result<Value<'a>, FieldError> {
        let value = self.field(number);
        if value.is_empty() || value.is_null() { Err(self.error(number, FieldProblem::Missing)) } else { Ok(value) }
    }

    /// An error about field `number` of this segment.
    pub fn error(self, number: usize, problem: FieldProblem) -> FieldError {
        let before = self.message.segments[..self.index].iter().filter(|span| span.name == self.name()).count();
        FieldError { segment: self.name(), occurrence: before + 1, field: number, problem }
    }

    #[inline]
    fn span(self) -> Span {
        self.message.segments[self.index]
    }
}

/// Name of a segment: a capital letter and two capital letters or digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentName([u8; 3]);

impl SegmentName {
    /// Stands for a name that is none, in errors.
    pub(super) const UNKNOWN: Self = Self(*b"???");

    /// The name, if the bytes can be one.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let name: [u8; 3] = bytes.try_into().ok()?;
        let [first, rest @ ..] = name;
        let good = first.is_ascii_uppercase() && rest.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        good.then_some(Self(name))
    }

    /// MSH, and the batch headers FHS and BHS, hold their own delimiters.
    #[inline]
    const fn counts_the_separator(self) -> bool {
        matches!(&self.0, b"MSH" | b"FHS" | b"BHS")
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl fmt::Display for SegmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SegmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a field cannot be used. Never quotes the field, which may hold patient data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("reading segment {segment} ({occurrence}), field {field}: {problem}")]
pub struct FieldError {
    /// The segment.
    pub segment: SegmentName,
    /// Which of the segments with this name, from 1.
    pub occurrence: usize,
    /// The field; 0 for the segment itself.
    pub field: usize,
    /// What is wrong.
    pub problem: FieldProblem,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldProblem {
    /// It is required and not there.
    #[error("required and missing")]
    Missing,
    /// It is there and not of the expected kind.
    #[error("expected {0}")]
    Expected(&'static str),
}

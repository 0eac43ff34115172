//! One received message: where its segments and fields are.
//!
//! One pass over the bytes notes the position of every field separator and segment end; nothing is copied. Terms: a
//! *mark* is such a position. A segment with `n` separators owns `n + 1` marks, the last of which is its end, so field
//! `f` lies between mark `f - 1` and mark `f`.

use super::scan::each_of_two;
use super::{CharacterSet, Encoding, FieldError, FieldProblem, Segment, SegmentName, Value};

/// Longest message that is read, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Most segments that a message may have.
pub const SEGMENTS_MAX: usize = 20_000;

/// A message, borrowed from the bytes it came in.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    bytes: &'a [u8],
    encoding: Encoding,
    pub(super) marks: Vec<u32>,
    pub(super) segments: Vec<Span>,
}

/// Where a segment is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) name: SegmentName,
    pub(super) start: u32,
    pub(super) first_mark: u32,
    pub(super) last_mark: u32,
}

/// Why bytes are not a message. Never quotes the message, which may hold patient data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// More bytes than are read.
    #[error("reading an HL7 message: {bytes} bytes are more than the {MESSAGE_BYTES_MAX} that are allowed")]
    TooLong {
        /// How many there are.
        bytes: usize,
    },
    /// More segments than are read.
    #[error("reading an HL7 message: more than {SEGMENTS_MAX} segments")]
    TooManySegments,
    /// It does not begin with `MSH`.
    #[error("reading an HL7 message: it does not begin with MSH (a file may need its byte order mark removed)")]
    NoHeader,
    /// MSH-1 or MSH-2 cannot be used.
    #[error(r"reading segment MSH, fields 1 and 2: these delimiters cannot be used; expected |^~\&")]
    Delimiters,
    /// A segment whose name is not one.
    #[error(
        "reading segment {number} (byte {offset}): it does not begin with a segment name{}",
        if *.line_feed { "; the line ends with a line feed where HL7 has a carriage return" } else { "" }
    )]
    SegmentName {
        /// Which segment, from 1.
        number: usize,
        /// Where it begins.
        offset: usize,
        /// Whether a line feed stands at its beginning.
        line_feed: bool,
    },
}

impl<'a> Message<'a> {
    /// Finds the segments and fields of a message as it is on the wire: segments end with a carriage return.
    ///
    /// # Errors
    /// If the bytes are not a message; a file goes through [`super::from_file_text`] first.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        if bytes.len() > MESSAGE_BYTES_MAX {
            return Err(ParseError::TooLong { bytes: bytes.len() });
        }
        let (&field, after) = bytes.strip_prefix(b"MSH").and_then(<[u8]>::split_first).ok_or(ParseError::NoHeader)?;
        let characters = after.split(|byte| *byte == field || *byte == b'\r').next().unwrap_or(b"");
        let encoding = Encoding::from_header(field, characters).ok_or(ParseError::Delimiters)?;

        let (marks, ends) = find_marks(bytes, field);
        let segments = find_segments(bytes, field, &marks, &ends)?;
        let mut message = Self { bytes, encoding, marks, segments };
        let character_set = message.header().field(18).repetitions().next().map_or(&b""[..], Value::raw);
        message.encoding.character_set = CharacterSet::named(character_set);
        Ok(message)
    }

    /// The bytes it was read from.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Its delimiters and character set.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Segment MSH.
    pub fn header(&self) -> Segment<'_, 'a> {
        Segment::new(self, 0)
    }

    /// All segments in their order.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Segment<'_, 'a>> + ExactSizeIterator {
        (0..self.segments.len()).map(|index| Segment::new(self, index))
    }

    /// The segments with this name, in their order.
    pub fn segments_named(&self, name: &str) -> impl Iterator<Item = Segment<'_, 'a>> {
        let wanted = SegmentName::new(name.as_bytes());
        self.segments().filter(move |segment| Some(segment.name()) == wanted)
    }

    /// The first segment with this name.
    pub fn segment(&self, name: &str) -> Option<Segment<'_, 'a>> {
        self.segments_named(name).next()
    }

    /// Field of the first segment with this name; empty if there is none.
    pub fn field(&self, segment: &str, number: usize) -> Value<'a> {
        self.segment(segment).map_or(Value::new(b"", self.encoding), |segment| segment.field(number))
    }

    /// The first segment with this name, which must be there.
    ///
    /// # Errors
    /// If it is not. `name` must be a segment name.
    pub fn required(&self, name: &str) -> Result<Segment<'_, 'a>, FieldError> {
        self.segment(name).ok_or(FieldError {
            segment: SegmentName::new(name.as_bytes()).unwrap_or(SegmentName::UNKNOWN),
            occurrence: 1,
            field: 0,
            problem: FieldProblem::Missing,
        })
    }
}

/// The marks of all segments, and for each segment how many marks there are up to its end.
fn find_marks(bytes: &[u8], field: u8) -> (Vec<u32>, Vec<u32>) {
    // Slots are there before they are needed and a plain counter says how many are in use: that keeps this loop, which is
    // most of reading a message, free of calls.
    let mut marks = vec![0u32; bytes.len() / 6 + 8];
    let mut ends = Vec::with_capacity(bytes.len() / 64 + 4);
    let mut used = 0;
    each_of_two(bytes, field, b'\r', |at| {
        if used == marks.len() {
            marks.resize(used * 2, 0);
        }
        marks[used] = at as u32;
        used += 1;
        if bytes[at] == b'\r' {
            ends.push(used as u32);
        }
    });
    marks.truncate(used);
    if bytes.last() != Some(&b'\r') {
        marks.push(bytes.len() as u32);
        ends.push(used as u32 + 1);
    }
    (marks, ends)
}

/// The segments that are not empty.
fn find_segments(bytes: &[u8], field: u8, marks: &[u32], ends: &[u32]) -> Result<Vec<Span>, ParseError> {
    let mut segments = Vec::with_capacity(ends.len().min(SEGMENTS_MAX));
    let (mut start, mut first_mark) = (0u32, 0u32);
    for after_mark in ends {
        let last_mark = after_mark - 1;
        let end = marks[last_mark as usize];
        let segment = &bytes[start as usize..end as usize];
        if let Some(first) = segment.first() {
            let bounded = segment.get(3).is_none_or(|byte| *byte == field);
            let Some(name) = segment.get(..3).and_then(SegmentName::new).filter(|_| bounded) else {
                let (number, offset) = (segments.len() + 1, start as usize);
                return Err(ParseError::SegmentName { number, offset, line_feed: *first == b'\n' });
            };
            if segments.len() == SEGMENTS_MAX {
                return Err(ParseError::TooManySegments);
            }
            segments.push(Span { name, start, first_mark, last_mark });
        }
        (start, first_mark) = (end + 1, *after_mark);
    }
    Ok(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &[u8] =
        b"MSH|^~\\&|APP^X^EUI-64|FAC|||20260301||ORU^R01^ORU_R01|C1|P|2.6\rPID|||1^^^H^MR~2\rOBX|1||c\rOBX|2\r";

    #[test]
    fn fields_are_counted_as_hl7_counts_them() {
        let message = Message::parse(SMALL).unwrap();
        assert_eq!(message.header().field(1).raw(), b"|");
        assert_eq!(message.header().field(2).raw(), br"^~\&");
        assert_eq!(message.header().field(2).component(1).raw(), br"^~\&");
        assert_eq!(message.header().field(3).component(2).raw(), b"X");
        assert_eq!(message.field("MSH", 12).raw(), b"2.6");
        assert_eq!(message.header().last_field(), 12);
        assert_eq!(message.field("PID", 3).repetitions().count(), 2);
        assert_eq!(message.segments_named("OBX").map(|obx| obx.field(1).raw()).collect::<Vec<_>>(), [b"1", b"2"]);
        let last = message.segments().next_back().unwrap();
        assert_eq!((last.raw(), last.last_field(), last.field(2).raw()), (&b"OBX|2"[..], 1, &b""[..]));
        assert_eq!(message.field("ZZZ", 1).raw(), b"");
    }

    #[test]
    fn the_last_segment_end_may_be_missing_and_empty_segments_do_not_count() {
        let message = Message::parse(b"MSH|^~\\&|A\r\r\rPID\rPV1|x").unwrap();
        assert_eq!(
            message.segments().map(|segment| segment.name().to_string()).collect::<Vec<_>>(),
            ["MSH", "PID", "PV1"]
        );
        assert_eq!((message.field("PV1", 1).raw(), message.segment("PID").unwrap().last_field()), (&b"x"[..], 0));
    }

    #[test]
    fn what_is_not_a_message_is_refused_with_the_place() {
        for (bytes, error) in [
            (&b""[..], ParseError::NoHeader),
            (b"MSH", ParseError::NoHeader),
            (b"PID|1", ParseError::NoHeader),
            (b"\xef\xbb\xbfMSH|^~\\&|", ParseError::NoHeader),
            (b"MSH|", ParseError::Delimiters),
            (b"MSHa^~\\&|", ParseError::Delimiters),
            (b"MSH|^~\\&|\rpid|1", ParseError::SegmentName { number: 2, offset: 10, line_feed: false }),
            (b"MSH|^~\\&|\r\nPID|1", ParseError::SegmentName { number: 2, offset: 10, line_feed: true }),
            (b"MSH|^~\\&|\rPIDX|1", ParseError::SegmentName { number: 2, offset: 10, line_feed: false }),
        ] {
            assert_eq!(Message::parse(bytes).map(|_| ()), Err(error), "{}", String::from_utf8_lossy(bytes));
        }
        assert!(Message::parse(&vec![b'x'; MESSAGE_BYTES_MAX + 1]).is_err());
        let many = [&b"MSH|^~\\&|\r"[..], &b"NTE\r".repeat(SEGMENTS_MAX)].concat();
        assert_eq!(Message::parse(&many).map(|_| ()), Err(ParseError::TooManySegments));
    }

    #[test]
    fn a_missing_field_is_named() {
        let message = Message::parse(SMALL).unwrap();
        let second = message.segments_named("OBX").nth(1).unwrap();
        let error = second.required(3).unwrap_err();
        assert_eq!(error.to_string(), "reading segment OBX (2), field 3: required and missing");
        assert_eq!(
            message.required("PV1").unwrap_err().to_string(),
            "reading segment PV1 (1), field 0: required and missing"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(tail in proptest::collection::vec(proptest::prop_oneof![proptest::num::u8::ANY, proptest::sample::select(b"|^~\\&\rMSHPIDOBX1\"".to_vec())], 0..300)) {
            for bytes in [tail.clone(), [&b"MSH|^~\\&|"[..], &tail].concat()] {
                let Ok(message) = Message::parse(&bytes) else { continue };
                for segment in message.segments() {
                    for number in 0..segment.last_field() + 3 {
                        let field = segment.field(number);
                        let _ = (field.text(), field.unsigned(), field.quantity(), field.time().is_ok());
                        for repetition in field.repetitions() {
                            for component in repetition.components() {
                                let _ = (component.subcomponent(2).text(), component.presence());
                            }
                        }
                    }
                }
            }
        }

        #[test]
        fn fields_are_those_that_splitting_finds(fields in proptest::collection::vec("[a-z]{0,5}", 1..12)) {
            let text = format!("MSH|^~\\&|x\rZZZ|{}\r", fields.join("|"));
            let message = Message::parse(text.as_bytes()).unwrap();
            let segment = message.segment("ZZZ").unwrap();
            proptest::prop_assert_eq!(segment.last_field(), fields.len());
            for (index, field) in fields.iter().enumerate() {
                proptest::prop_assert_eq!(segment.field(index + 1).raw(), field.as_bytes());
            }
        }
    }
}

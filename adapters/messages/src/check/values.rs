//! Data types: identifiers with an EUI-64, and times.

use super::{Notes, Rule, Transaction, quoted};
use crate::hl7::{Message, Precision, Segment, Value};

const EUI: Rule = Rule::error("eui-64", "IHE PCD TF-2, C.5 and C.6");
const TIME: Rule = Rule::error("time", "HL7 v2.6, 2.A.22");
const OFFSET: Rule = Rule::error("time-offset", "IHE PCD TF-2, C.4");
const RESOLUTION: Rule = Rule::error("time-resolution", "IHE PCD TF-2, C.4");
const OFFSET_ADT: Rule = Rule::note("time-offset-adt", "HL7 v2.6, 2.A.22");

/// Fields that hold a point in time, and whether the device profiles want it to the second and with its offset.
const TIMES: &[(&str, usize, bool)] = &[
    ("MSH", 7, true),
    ("EVN", 2, false),
    ("EVN", 6, false),
    ("PID", 7, false),
    ("PV1", 44, false),
    ("PV1", 45, false),
    ("OBR", 7, true),
    ("OBR", 8, true),
    ("OBX", 14, true),
    ("OBX", 19, true),
    ("PRT", 11, true),
    ("PRT", 12, true),
];

/// An identifier whose type says EUI-64: the identifier itself and its type.
pub(super) fn check_eui(segment: Segment<'_, '_>, field: usize, id: Value<'_>, kind: Value<'_>, notes: &mut Notes) {
    let (id, kind) = (id.raw(), kind.raw());
    if kind == b"EUI-64" {
        if id.len() != 16 || !id.iter().all(u8::is_ascii_hexdigit) {
            notes.about(EUI, segment, field, "an EUI-64 is sixteen hexadecimal digits, without blanks or hyphens");
        }
    } else if kind.eq_ignore_ascii_case(b"EUI64") || kind.trim_ascii() == b"EUI-64" {
        notes.about(EUI, segment, field, "the type of the identifier is written EUI-64");
    }
}

/// Every time of the message.
pub(super) fn check_times(message: &Message<'_>, transaction: Transaction, notes: &mut Notes) {
    let mut without_offset = 0;
    for segment in message.segments() {
        for (_, field, is_exact) in TIMES.iter().filter(|(name, ..)| *name == segment.name().as_str()) {
            let value = segment.field(*field);
            let value = value.component(1);
            if value.is_empty() || value.is_null() {
                continue;
            }
            let Ok(time) = value.time() else {
                let what = if segment.name().as_str() == "PID" { String::new() } else { format!(" {}", quoted(value)) };
                notes.about(
                    TIME,
                    segment,
                    *field,
                    format!("{what} is no time; expected YYYYMMDDHHMMSS+ZZZZ").trim_start(),
                );
                continue;
            };
            if !is_exact {
                continue;
            }
            if !transaction.is_of_devices() {
                without_offset += usize::from(time.offset_minutes.is_none());
                continue;
            }
            if time.offset_minutes.is_none() {
                notes.about(OFFSET, segment, *field, "the offset from UTC is missing (+ZZZZ)");
            }
            if !matches!(time.precision, Precision::Second | Precision::Fraction) {
                notes.about(RESOLUTION, segment, *field, "a time of the device profiles has seconds at least");
            }
        }
    }
    if without_offset > 0 {
        notes.about_all(OFFSET_ADT, "times without an offset from UTC: the receiver must know the sender's zone");
    }
}

//! The observation rows: devices and what they measure (IHE PCD TF-2, B.8).

use super::terms::{check_system, check_term, check_unit};
use super::values::check_eui;
use super::{Notes, Rule, Transaction, quoted};
use crate::hl7::{Message, Segment};

const ROWS: Rule = Rule::error("obx", "IHE PCD TF-2, 3.1.4.1");
const SET_ID: Rule = Rule::error("obx-1", "IHE PCD TF-2, B.8.1");
const TYPE: Rule = Rule::error("obx-2", "IHE PCD TF-2, B.8.2");
const TYPE_OF_DEVICE: Rule = Rule::note("obx-2-device", "IHE PCD TF-2, B.8.2");
const CONTAINMENT: Rule = Rule::error("obx-4", "IHE PCD TF-2, B.8.4");
const DISTINCT: Rule = Rule::error("obx-4-distinct", "IHE PCD TF-2, B.8.4");
const ORDER: Rule = Rule::warning("obx-4-order", "IHE PCD TF-2, B.8.4");
const VALUE: Rule = Rule::error("obx-5", "IHE PCD TF-2, B.8.5");
const UNIT: Rule = Rule::error("obx-6", "IHE PCD TF-2, B.8.5");
const RANGE: Rule = Rule::error("obx-7", "IHE PCD TF-2, B.8.5");
const FLAGS: Rule = Rule::warning("obx-8", "IHE PCD TF-2, B.8.5");
const STATUS: Rule = Rule::error("obx-11", "IHE PCD TF-2, B.8.5; HL7 table 0085");
const SHIFTED: Rule = Rule::error("obx-11-shifted", "IHE PCD TF-2, B.8.5");
const INVALID: Rule = Rule::error("obx-11-invalid", "IHE PCD TF-2, B.8.5");
const NOT_SENT: Rule = Rule::warning("obx-not-sent", "IHE PCD TF-2, B.8");
const IDENTITY: Rule = Rule::warning("obx-18", "IHE PCD TF-2, B.8.6");

/// Value types that the profiles use.
const TYPES: &[&str] =
    &["NM", "SN", "ST", "FT", "TX", "CWE", "CF", "CNE", "NA", "MA", "DTM", "DT", "TM", "TS", "ED", "DR", "CQ", "NR"];

/// What OBX-8 may say; the rest of table 0078 is accepted with a warning.
const FLAG_CODES: &[&str] = &[
    "N", "L", "LL", "H", "HH", "A", "AA", "INV", "QUES", "NAV", "CAL", "TEST", "DEMO", "VAL", "EARLY", "BUSY", "ALACT",
    "ALINH", "NI", "NA", "OFF", "MSK", "OTH", "NAN", "PINF", "NINF", "<", ">", "null",
];

/// Flags with which a row has no value.
const WITHOUT_VALUE: &[&str] =
    &["INV", "NAV", "BUSY", "NI", "NA", "OFF", "MSK", "OTH", "NAN", "PINF", "NINF", "<", ">"];

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// MDS, VMD or channel.
    Device,
    /// A value.
    Metric,
    /// One of the facets of an alert, by its number.
    Facet(u32),
}

/// Position of a row: up to six numbers.
pub(super) fn containment(row: Segment<'_, '_>) -> Option<Vec<u32>> {
    let text = row.field(4).text();
    let numbers: Option<Vec<u32>> = text.split('.').map(|number| number.parse().ok()).collect();
    numbers.filter(|numbers| (4..=6).contains(&numbers.len()))
}

/// What a row is, by its position: an alert has a fifth number.
pub(super) fn kind(row: Segment<'_, '_>, transaction: Transaction) -> Option<Kind> {
    let numbers = containment(row)?;
    Some(match (numbers[3], numbers.get(4)) {
        (_, Some(facet)) if transaction == Transaction::Pcd04 => Kind::Facet(*facet),
        (0, None) => Kind::Device,
        _ => Kind::Metric,
    })
}

pub(super) fn check(message: &Message<'_>, transaction: Transaction, notes: &mut Notes) {
    if message.segment("OBX").is_none() {
        notes.about_missing(ROWS, "OBX", "the segment is missing");
    }
    let mut seen: Vec<Vec<u32>> = Vec::new();
    let (mut number, mut is_told, mut has_identity) = (0u64, false, false);
    for segment in message.segments() {
        match segment.name().as_str() {
            "OBR" => seen.clear(),
            "OBX" => {
                number += 1;
                if segment.field(1).unsigned() != Some(number) {
                    let found = quoted(segment.field(1));
                    notes.about(
                        SET_ID,
                        segment,
                        1,
                        format!("expected {number}, found {found}: rows are counted through"),
                    );
                }
                has_identity |= !segment.field(18).is_empty();
                row(segment, transaction, notes);
                is_told |= place(segment, &mut seen, notes);
            }
            _ => {}
        }
    }
    if is_told {
        notes.about_all(ORDER, "rows are not in ascending order of OBX-4: a device comes before what it contains");
    }
    if number > 0 && !has_identity && transaction != Transaction::Pcd04 {
        notes.about_all(IDENTITY, "no row names the device itself (OBX-18)");
    }
}

/// Whether a row stands before one that it should follow. Device rows may all come first.
fn place(row: Segment<'_, '_>, seen: &mut Vec<Vec<u32>>, notes: &mut Notes) -> bool {
    let Some(numbers) = containment(row) else {
        let text = format!("{} is no position; expected MDS.VMD.channel.metric", quoted(row.field(4)));
        notes.about(CONTAINMENT, row, 4, text);
        return false;
    };
    if seen.contains(&numbers) {
        notes.about(DISTINCT, row, 4, format!("{} stands twice under one OBR", quoted(row.field(4))));
    }
    let is_device = |numbers: &[u32]| numbers.len() == 4 && numbers[3] == 0;
    let before = seen.iter().rev().find(|before| is_device(before) == is_device(&numbers));
    let is_early = before.is_some_and(|before| *before > numbers);
    if seen.len() < super::FINDINGS_MAX {
        seen.push(numbers);
    }
    is_early
}

fn row(row: Segment<'_, '_>, transaction: Transaction, notes: &mut Notes) {
    if check_system(row, 3, row.field(3), notes) {
        check_term(row, 3, row.field(3), notes);
    }
    match kind(row, transaction) {
        Some(Kind::Device) => device(row, notes),
        Some(Kind::Metric) => metric(row, notes),
        Some(Kind::Facet(_)) | None => value(row, notes),
    }
    let identity = row.field(18);
    for identity in identity.repetitions() {
        check_eui(row, 18, identity.component(3), identity.component(4), notes);
    }
    for field in [9, 12, 13] {
        if !row.field(field).is_empty() {
            notes.about(NOT_SENT, row, field, "the profile does not use this field");
        }
    }
    status(row, notes);
}

fn device(row: Segment<'_, '_>, notes: &mut Notes) {
    if !row.field(2).is_empty() {
        notes.about(TYPE_OF_DEVICE, row, 2, "a device row has no value and needs no type");
    }
    if !row.field(5).is_empty() {
        notes.about(VALUE, row, 5, "a device row has no value");
    }
    let status = row.field(11).text();
    // With a measuring range the row says something and is not X.
    if status != "X" && row.field(7).is_empty() && !status.is_empty() {
        notes.about(STATUS, row, 11, format!("a device row has X, found {}", quoted(row.field(11))));
    }
}

fn metric(row: Segment<'_, '_>, notes: &mut Notes) {
    value(row, notes);
    let (status, has_value) = (row.field(11).text(), !row.field(5).is_empty());
    if status == "X" && has_value {
        let text = "X says that there is no result, and there is one; a value is R (unverified) or F (verified)";
        notes.about(STATUS, row, 11, text);
    }
    let flags: Vec<String> = row.field(8).repetitions().map(|flag| flag.text().into_owned()).collect();
    let has_none = flags.iter().any(|flag| WITHOUT_VALUE.contains(&flag.as_str()));
    if has_none && has_value && row.field(2).text() == "NM" {
        notes.about(
            INVALID,
            row,
            5,
            "OBX-8 says that there is no usable value, and there is one: it would be read as current",
        );
    }
    if has_none && !has_value && status != "X" {
        notes.about(INVALID, row, 11, "a row without a value has X");
    }
    if !has_value && !has_none && !matches!(&*status, "X" | "D" | "W" | "") {
        notes.about(VALUE, row, 5, "neither a value nor a reason why there is none (OBX-8)");
    }
}

/// Type, value, unit and range of a row that has a value.
fn value(row: Segment<'_, '_>, notes: &mut Notes) {
    let (kind, value, unit) = (row.field(2).text(), row.field(5), row.field(6));
    if kind.is_empty() {
        notes.about(TYPE, row, 2, "the type of the value is missing");
    } else if !TYPES.contains(&&*kind) {
        notes.about(TYPE, row, 2, format!("{} is no type that the profile uses", quoted(row.field(2))));
    }
    if !value.is_empty() {
        match &*kind {
            "NM" if value.quantity().is_none() => {
                notes.about(VALUE, row, 5, format!("{} is no number", quoted(value)));
            }
            "SN" if !(2..=4).any(|part| value.component(part).quantity().is_some()) => {
                notes.about(VALUE, row, 5, format!("{} is no structured number", quoted(value)));
            }
            "CWE" if (1..=9).all(|part| value.component(part).is_empty()) => {
                notes.about(VALUE, row, 5, "a coded value without code and text");
            }
            "CWE" if value.component(3).text().trim() == "MDC" && !value.component(1).is_empty() => {
                check_term(row, 5, value, notes);
            }
            _ => {}
        }
        if matches!(&*kind, "NM" | "SN" | "NA") && unit.is_empty() {
            notes.about(UNIT, row, 6, "a number without its unit");
        }
    }
    if !unit.is_empty() {
        check_unit(row, unit, notes);
    }
    let range = row.field(7).text();
    let is_number = |text: &str| text.parse::<vigil_model::Quantity>().is_ok();
    let is_range = range.is_empty()
        || range.strip_prefix(['<', '>']).is_some_and(|limit| is_number(limit.trim_start_matches('=')))
        || range
            .char_indices()
            .skip(1)
            .any(|(at, c)| c == '-' && is_number(&range[..at]) && is_number(&range[at + 1..]));
    if !is_range && matches!(&*kind, "NM" | "SN") {
        notes.about(RANGE, row, 7, format!("{} is no range; expected 90-160, <500 or >8", quoted(row.field(7))));
    }
    for flag in row.field(8).repetitions().filter(|flag| !flag.is_empty()) {
        let text = flag.text();
        let is_alert = matches!(&*text, "PH" | "PM" | "PL" | "PN" | "SP" | "ST" | "SA");
        if !FLAG_CODES.contains(&&*text) && !is_alert {
            notes.about(FLAGS, row, 8, format!("{} is not among the flags of the profile", quoted(flag)));
        }
    }
}

fn status(row: Segment<'_, '_>, notes: &mut Notes) {
    let status = row.field(11).text();
    if status.is_empty() {
        let before = row.field(10).text();
        if matches!(&*before, "F" | "R" | "X") {
            notes.about(SHIFTED, row, 10, format!("{before:?} stands one field early: the status is OBX-11"));
        } else {
            notes.about(STATUS, row, 11, "the status of the result is missing");
        }
    } else if !matches!(&*status, "C" | "D" | "F" | "P" | "R" | "S" | "U" | "W" | "X") {
        notes.about(STATUS, row, 11, format!("{} is no status of a result", quoted(row.field(11))));
    }
}

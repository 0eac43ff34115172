//! Terms of the nomenclature: number and reference id must mean the same. Public messages are full of invented numbers.

use vigil_model::{Code, Unit};

use super::{Notes, Rule, quoted};
use crate::hl7::{Segment, Value};

const MEANING: Rule = Rule::error("mdc-code", "ISO/IEEE 11073-10101; IHE PCD TF-2, C.3");
const PROVISIONAL: Rule = Rule::note("mdc-provisional", "IHE PCD TF-2, C.3");
const ASSIGNED: Rule = Rule::warning("mdc-assigned", "ISO/IEEE 11073-10101");
const UNKNOWN: Rule = Rule::warning("mdc-unknown", "ISO/IEEE 11073-10101");
const BLANKS: Rule = Rule::error("coded-blanks", "HL7 v2.6, 2.A.15");
const SYSTEM: Rule = Rule::error("coding-system", "IHE PCD TF-2, C.3");
const UNIT: Rule = Rule::error("obx-6", "IHE PCD TF-2, B.8.5");
const UNIT_CHOICE: Rule = Rule::warning("obx-6-mdc", "IHE PCD TF-2, B.8.5");

/// A metric, event, device or attribute of the nomenclature.
pub(super) fn check_term(segment: Segment<'_, '_>, field: usize, value: Value<'_>, notes: &mut Notes) {
    blanks(segment, field, value, notes);
    let refid = value.component(2).text().trim().to_owned();
    let known = Code::named(&refid).map(Code::value);
    let other = |number: u32| Code::with_value(number).map(Code::refid);
    meaning(segment, field, value, &refid, known, &other, notes);
}

fn meaning(
    segment: Segment<'_, '_>,
    field: usize,
    value: Value<'_>,
    refid: &str,
    known: Option<u32>,
    other: &dyn Fn(u32) -> Option<&'static str>,
    notes: &mut Notes,
) {
    let number = value.component(1).text().trim().parse::<u32>();
    let Ok(number) = number else {
        let text = format!("{} begins with no number; expected number^reference id^MDC", quoted(value));
        notes.about(MEANING, segment, field, text);
        return;
    };
    match known {
        Some(0) if number == 0 => {
            notes.about(PROVISIONAL, segment, field, format!("{refid} is provisional: it has no verified number"));
        }
        Some(right) if number == right => {}
        Some(right) if number == 0 => {
            notes.about(ASSIGNED, segment, field, format!("{refid} has the number {right} by now"));
        }
        Some(right) if right & 0xffff == number => {
            let text =
                format!("{number} is the term code of {refid} within its partition; its context-free code is {right}");
            notes.about(MEANING, segment, field, text);
        }
        Some(right) => {
            let text = match (right, other(number)) {
                (0, Some(means)) => format!("{number} is {means}, and {refid} has no verified number"),
                (0, None) => format!("{refid} has no verified number, and {number} is not in the nomenclature"),
                (_, Some(means)) => {
                    format!("{number} is {means}, and {refid} is {right}: nobody can tell which is meant")
                }
                (_, None) => format!("{number} is not in the nomenclature; {refid} is {right}"),
            };
            notes.about(MEANING, segment, field, text);
        }
        None => match other(number) {
            Some(means) => notes.about(MEANING, segment, field, format!("{number} is {means}, not {refid:?}")),
            None if number == 0 => {
                notes.about(PROVISIONAL, segment, field, format!("{refid:?} is provisional: it has no number"));
            }
            None => notes.about(UNKNOWN, segment, field, format!("{number}^{refid} is not in the nomenclature here")),
        },
    }
}

/// A unit in the first triplet, and UCUM in the second if there is one.
pub(super) fn check_unit(segment: Segment<'_, '_>, value: Value<'_>, notes: &mut Notes) {
    const FIELD: usize = 6;
    match &*value.component(3).text() {
        "UCUM" => notes.about(UNIT_CHOICE, segment, FIELD, "a unit of the nomenclature (MDC) is preferred to UCUM"),
        system if system.trim() == "MDC" => {
            blanks(segment, FIELD, value, notes);
            let refid = value.component(2).text().trim().to_owned();
            let known = Unit::named(&refid).map(Unit::value);
            let other = |number: u32| Unit::all().iter().find(|unit| unit.value() == number).map(|unit| unit.refid());
            meaning(segment, FIELD, value, &refid, known, &other, notes);
        }
        _ => notes.about(UNIT, segment, FIELD, format!("{}: a unit names its system, MDC or UCUM", quoted(value))),
    }
}

/// The coding system of a term that must be of the nomenclature.
pub(super) fn check_system(segment: Segment<'_, '_>, field: usize, value: Value<'_>, notes: &mut Notes) -> bool {
    let system = value.component(3).text();
    if system.trim() == "MDC" {
        return true;
    }
    // Receivers may be sent other systems; in the second triplet there is room for them.
    let text =
        if system.is_empty() { "names no coding system; expected MDC" } else { "is not of the nomenclature (MDC)" };
    notes.about(SYSTEM, segment, field, format!("{} {text}", quoted(value)));
    false
}

fn blanks(segment: Segment<'_, '_>, field: usize, value: Value<'_>, notes: &mut Notes) {
    let is_padded = |part: Value<'_>| part.raw() != part.raw().trim_ascii();
    if [1, 2, 3].into_iter().any(|number| is_padded(value.component(number))) {
        notes.about(BLANKS, segment, field, "blanks around a component of a coded term");
    }
}

//! An acknowledgement (IHE PCD TF-2, B.2 and B.3).

use super::{Notes, Rule, quoted};
use crate::hl7::{AckCode, Message};

const TYPE: Rule = Rule::warning("ack-type", "HL7 v2.6, 2.13.1");
const SEGMENT: Rule = Rule::error("msa", "IHE PCD TF-2, B.2");
const CODE: Rule = Rule::error("msa-1", "IHE PCD TF-2, B.2; HL7 table 0008");
const NAMED: Rule = Rule::error("msa-2", "IHE PCD TF-2, B.2");
const TEXT: Rule = Rule::note("msa-3", "IHE PCD TF-2, B.2");
const REASON: Rule = Rule::error("err", "IHE PCD TF-2, B.3");

pub(super) fn check(message: &Message<'_>, notes: &mut Notes) {
    let header = message.header();
    let kind = header.field(9);
    if kind.component(2).is_empty() || kind.component(3).text() != "ACK" {
        notes.about(TYPE, header, 9, format!("expected ACK^<trigger of the request>^ACK, found {}", quoted(kind)));
    }
    let Some(answer) = message.segment("MSA") else {
        notes.about_missing(SEGMENT, "MSA", "the segment is missing");
        return;
    };
    let code = AckCode::named(answer.field(1).raw());
    if code.is_none() {
        notes.about(CODE, answer, 1, format!("{} is none of CA CE CR AA AE AR", quoted(answer.field(1))));
    }
    if answer.field(2).is_empty() {
        notes.about(NAMED, answer, 2, "the control id of the request is missing: nobody knows what is acknowledged");
    }
    if !answer.field(3).is_empty() {
        notes.about(TEXT, answer, 3, "text belongs into ERR");
    }
    let is_refusal = code.is_some_and(|code| !matches!(code.as_str(), "CA" | "AA"));
    match message.segment("ERR") {
        None if is_refusal => notes.about_missing(REASON, "ERR", "a refusal says why: the segment is missing"),
        Some(error) if is_refusal => {
            if error.field(3).is_empty() {
                notes.about(REASON, error, 3, "the error code is missing (table 0357)");
            }
            if !matches!(&*error.field(4).text(), "E" | "W" | "I") {
                notes.about(REASON, error, 4, "the severity is E, W or I (table 0516)");
            }
        }
        _ => {}
    }
}

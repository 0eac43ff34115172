//! Who the message is about. Nothing here is ever quoted.

use super::{Notes, Rule, Transaction};
use crate::hl7::Message;

const PID: Rule = Rule::error("pid", "IHE PCD TF-2, 3.1.4.1 and B.5");
const PV1: Rule = Rule::error("pv1", "IHE PCD TF-2, 3.1.4.1 and B.6");
const IDENTIFIER: Rule = Rule::error("pid-3", "IHE PCD TF-2, B.5");
const AUTHORITY: Rule = Rule::warning("pid-3-authority", "IHE PCD TF-2, B.5");
const NAME: Rule = Rule::error("pid-5", "IHE PCD TF-2, B.5");
const NAME_TYPE: Rule = Rule::warning("pid-5-type", "IHE PCD TF-2, B.5");
const NULL: Rule = Rule::note("pid-null", "HL7 v2.6, 2.5.3");
const NOT_SENT: Rule = Rule::warning("pid-not-sent", "IHE PCD TF-2, B.5");
const CLASS: Rule = Rule::error("pv1-2", "IHE PCD TF-2, B.6; HL7 table 0004");
const FINDABLE: Rule = Rule::error("patient-findable", "IHE PCD TF-2, B.5 and B.6");
const FOREIGN: Rule = Rule::error("pid-segments", "IHE PCD TF-2, 3.1.4.1");

pub(super) fn check(message: &Message<'_>, transaction: Transaction, notes: &mut Notes) {
    let is_optional = transaction == Transaction::Pcd04;
    let count = message.segments_named("PID").count();
    if count == 0 && !is_optional {
        notes.about_missing(PID, "PID", "the segment is missing");
    }
    if count > 1 {
        notes.about_all(PID, "more than one patient in one message");
    }
    if message.segment("PV1").is_none() && !is_optional {
        notes.about_missing(PV1, "PV1", "the segment is missing");
    }
    let place = message.field("PV1", 3);
    let identifiers = message.field("PID", 3);
    // A patient who is not known yet is said to be unknown (PID-31).
    let is_unknown = message.field("PID", 31).text() == "Y" || message.field("PID", 5).component(7).text() == "U";
    if identifiers.is_empty() && place.is_empty() {
        notes.about_all(FINDABLE, "neither an identifier (PID-3) nor a place (PV1-3): nobody can be found with this");
    }
    for segment in message.segments_named("PID") {
        if identifiers.is_empty() && !is_unknown && !is_optional {
            notes.about(IDENTIFIER, segment, 3, "no identifier, and nothing says that the patient is unknown");
        }
        for identifier in identifiers.repetitions().filter(|identifier| !identifier.is_empty() && !is_unknown) {
            if identifier.component(1).text().trim().is_empty() {
                notes.about(IDENTIFIER, segment, 3, "an identifier without its first component");
            }
            if identifier.component(4).is_empty() {
                notes.about(AUTHORITY, segment, 3, "no assigning authority: the identifier is unique nowhere");
            }
            if identifier.component(5).is_empty() {
                notes.about(AUTHORITY, segment, 3, "no type of identifier (MR, PI …)");
            }
        }
        let name = segment.field(5);
        if name.is_empty() && !is_unknown && !is_optional {
            notes.about(NAME, segment, 5, "no name: a patient is told by two things at least");
        } else if !name.is_empty() && name.component(7).is_empty() {
            notes.about(NAME_TYPE, segment, 5, "the type of the name is missing (L for legal, U for unknown)");
        }
        let parts = (1..=segment.last_field()).flat_map(|field| {
            let components = segment.field(field).components();
            components.filter(|component| component.is_null()).map(move |_| field)
        });
        for field in parts.take(5) {
            notes.about(NULL, segment, field, "an explicit null, which deletes what a receiver has stored");
        }
        for field in [2, 4, 9, 19] {
            if !segment.field(field).is_empty() {
                notes.about(NOT_SENT, segment, field, "the profile does not use this field");
            }
        }
    }
    if let Some(visit) = message.segment("PV1") {
        let class = visit.field(2).text();
        let is_known = matches!(&*class, "E" | "I" | "O" | "P" | "R" | "B" | "U");
        let is_place_alone = is_optional && class.is_empty(); // which is enough for an alert
        if !is_known && !is_place_alone {
            notes.about(CLASS, visit, 2, "the patient class is one of E I O P R B U");
        }
    }
    for name in ["PD1", "SPM", "FT1"] {
        if let Some(segment) = message.segment(name) {
            notes.about(FOREIGN, segment, 0, "the profile does not use this segment");
        }
    }
}

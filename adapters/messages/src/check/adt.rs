//! Patient administration: what the bed map needs of it (HL7 v2, chapter 3).

use super::{Notes, Rule, quoted};
use crate::hl7::Message;

const TRIGGER: Rule = Rule::error("adt-trigger", "HL7 v2.6, 3.3; table 0003");
const STRUCTURE: Rule = Rule::warning("adt-structure", "HL7 v2.6, 3.3; table 0354");
const EVENT: Rule = Rule::error("evn", "HL7 v2.6, 3.4.1");
const EVENT_TYPE: Rule = Rule::warning("evn-1", "HL7 v2.6, 3.4.1.1");
const OCCURRED: Rule = Rule::note("evn-6", "HL7 v2.6, 3.4.1.6");
const PATIENT: Rule = Rule::error("adt-pid", "HL7 v2.6, 3.4.2");
const AUTHORITY: Rule = Rule::warning("adt-pid-3", "HL7 v2.6, 2.A.14");
const PLACE: Rule = Rule::error("adt-pv1-3", "HL7 v2.6, 3.4.3.3");
const PRIOR: Rule = Rule::warning("adt-pv1-6", "HL7 v2.6, 3.4.3.6");
const VISIT: Rule = Rule::warning("adt-pv1-19", "HL7 v2.6, 3.4.3.19");
const CLASS: Rule = Rule::warning("adt-pv1-2", "HL7 v2.6, 3.4.3.2");
const MERGE: Rule = Rule::error("mrg-1", "HL7 v2.6, 3.4.9.1");

/// Triggers, their structure, and whether the event is about a place.
const TRIGGERS: &[(&str, &str, bool)] = &[
    ("A01", "ADT_A01", true),
    ("A02", "ADT_A02", true),
    ("A03", "ADT_A03", false),
    ("A04", "ADT_A01", false),
    ("A05", "ADT_A05", false),
    ("A06", "ADT_A06", true),
    ("A07", "ADT_A06", false),
    ("A08", "ADT_A01", false),
    ("A11", "ADT_A09", false),
    ("A12", "ADT_A12", true),
    ("A13", "ADT_A01", true),
    ("A17", "ADT_A17", true),
    ("A28", "ADT_A05", false),
    ("A31", "ADT_A05", false),
    ("A34", "ADT_A30", false),
    ("A40", "ADT_A39", false),
    ("A44", "ADT_A43", false),
    ("A45", "ADT_A45", false),
];

pub(super) fn check(message: &Message<'_>, notes: &mut Notes) {
    let header = message.header();
    let kind = header.field(9);
    let trigger = kind.component(2).text().into_owned();
    let known = TRIGGERS.iter().find(|(known, ..)| *known == trigger);
    let Some((_, structure, is_about_place)) = known else {
        notes.about(TRIGGER, header, 9, format!("{} is no event that the bed map knows", quoted(kind)));
        return;
    };
    let found = kind.component(3).text();
    if !found.is_empty() && *found != **structure {
        let text = format!("the structure of {trigger} is {structure}, found {}", quoted(kind.component(3)));
        notes.about(STRUCTURE, header, 9, text);
    }
    event(message, &trigger, notes);
    patients(message, &trigger, notes);
    if trigger == "A40" || trigger == "A34" {
        match message.segment("MRG") {
            None => notes.about_missing(MERGE, "MRG", "the segment is missing: nobody knows who is merged"),
            Some(merge) if merge.field(1).component(1).is_empty() => {
                notes.about(MERGE, merge, 1, "the identifier that goes is missing");
            }
            Some(_) => {}
        }
        return;
    }
    places(message, &trigger, *is_about_place, notes);
}

fn event(message: &Message<'_>, trigger: &str, notes: &mut Notes) {
    let Some(event) = message.segment("EVN") else {
        notes.about_missing(EVENT, "EVN", "the segment is missing: nobody knows when it happened");
        return;
    };
    let copied = event.field(1).text();
    if !copied.is_empty() && *copied != *trigger {
        let text = format!("{} differs from the trigger {trigger} in MSH-9, which counts", quoted(event.field(1)));
        notes.about(EVENT_TYPE, event, 1, text);
    }
    if event.field(6).is_empty() {
        notes.about(OCCURRED, event, 6, "when it happened is not said; the time of recording (EVN-2) orders events");
    }
}

fn patients(message: &Message<'_>, trigger: &str, notes: &mut Notes) {
    let count = message.segments_named("PID").count();
    if trigger == "A17" && count < 2 {
        notes.about_missing(PATIENT, "PID", "an exchange of beds names both patients");
    } else if count == 0 {
        notes.about_missing(PATIENT, "PID", "the segment is missing");
    }
    for patient in message.segments_named("PID") {
        let identifiers = patient.field(3);
        if identifiers.component(1).is_empty() {
            notes.about(PATIENT, patient, 3, "no identifier");
        }
        for identifier in identifiers.repetitions().filter(|identifier| !identifier.is_empty()) {
            // Authorities that ran together look like one with too many parts.
            if identifier.component(4).is_empty() {
                notes.about(AUTHORITY, patient, 3, "an identifier without its assigning authority");
            }
        }
    }
}

fn places(message: &Message<'_>, trigger: &str, is_about_place: bool, notes: &mut Notes) {
    let mut visits = message.segments_named("PV1").peekable();
    if visits.peek().is_none() {
        if is_about_place {
            notes.about_missing(PLACE, "PV1", "the segment is missing: nobody knows where");
        }
        return;
    }
    for visit in visits {
        let place = visit.field(3);
        if is_about_place && place.is_empty() {
            notes.about(PLACE, visit, 3, format!("{trigger} without a place"));
        }
        if trigger == "A02" && visit.field(6).is_empty() {
            notes.about(PRIOR, visit, 6, "where the patient comes from is not said");
        }
        if visit.field(2).is_empty() {
            notes.about(CLASS, visit, 2, "the patient class is missing");
        }
        if visit.field(19).is_empty() {
            notes.about(VISIT, visit, 19, "no visit number: stays are told apart by the patient alone");
        }
    }
}

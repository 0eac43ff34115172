//! An alert: seven facets, their words, and whether they go together (IHE PCD TF-2 B.8.5; CP-151).

use super::rows::{Kind, kind};
use super::{Notes, Rule, Transaction, quoted};
use crate::hl7::{Message, Segment};

const FACETS: Rule = Rule::error("alert-facets", "IHE PCD TF-2, B.8.5, table B.8.5-2");
const ONE: Rule = Rule::error("alert-one", "IHE PCD TF-2, 3.4.4.1");
const FACET_TERM: Rule = Rule::error("alert-facet-term", "IHE PCD TF-2, B.8.5, table B.8.5-2");
const WORD: Rule = Rule::error("alert-word", "IHE PCD TF-2, B.8.5, tables B.8.5-4 to B.8.5-8");
const TOGETHER: Rule = Rule::error("alert-together", "IHE PCD TF-2, B.8.5 and appendix K");
const PARENT: Rule = Rule::error("obr-29", "IHE PCD CP-151");
const FLAGS: Rule = Rule::warning("alert-flags", "IHE PCD TF-2, B.8.5");
const STATUS: Rule = Rule::note("alert-status", "IHE PCD TF-2, B.8.5; IHE SDPi");
const EVENT: Rule = Rule::error("alert-event", "IHE PCD TF-2, B.8.5");

const PHASES: &[&str] = &[
    "tpoint",
    "start",
    "start_only",
    "continue",
    "update",
    "escalate",
    "deescalate",
    "inactivate",
    "acknowledged",
    "reset",
    "stop",
    "end",
    "present",
];
const STATES: &[&str] = &["inactive", "active", "latched"];
const INACTIVATIONS: &[&str] =
    &["enabled", "audio-paused", "audio-off", "alarm-paused", "alarm-off", "alert-acknowledged"];
const PRIORITIES: &[&str] = &["PH", "PM", "PL", "PN", "PI", "PU"];
const TYPES: &[&str] = &["SP", "ST", "SA"];

/// Number of a facet, its reference id, and the words that it may have.
const WORDS: &[(u32, &str, &[&str])] = &[
    (3, "MDC_ATTR_EVENT_PHASE", PHASES),
    (4, "MDC_ATTR_ALARM_STATE", STATES),
    (5, "MDC_ATTR_ALARM_INACTIVATION_STATE", INACTIVATIONS),
    (6, "MDC_ATTR_ALARM_PRIORITY", PRIORITIES),
    (7, "MDC_ATTR_ALERT_TYPE", TYPES),
];

pub(super) fn check(message: &Message<'_>, notes: &mut Notes) {
    let rows: Vec<(u32, Segment<'_, '_>)> = message
        .segments_named("OBX")
        .filter_map(|row| match kind(row, Transaction::Pcd04)? {
            Kind::Facet(facet) => Some((facet, row)),
            Kind::Device | Kind::Metric => None,
        })
        .collect();
    let facet = |number: u32| rows.iter().find(|(facet, _)| *facet == number).map(|(_, row)| *row);
    let names = ["event", "source", "phase", "state", "inactivation", "priority", "type"];
    let missing: Vec<String> = (1..)
        .zip(names)
        .filter(|(number, _)| facet(*number).is_none())
        .map(|(number, name)| format!("{number} ({name})"))
        .collect();
    if !missing.is_empty() {
        notes.about_all(FACETS, format!("facets are missing: {}; every alert has all seven", missing.join(", ")));
    }
    if rows.iter().filter(|(facet, _)| *facet == 1).count() > 1 {
        notes.about_all(ONE, "more than one alert in one message");
    }
    for (number, row) in &rows {
        if let Some((_, refid, words)) = WORDS.iter().find(|(facet, ..)| facet == number) {
            words_of(*row, refid, words, notes);
        }
        flags(*row, notes);
        if row.field(11).text() == "R" {
            notes.about(STATUS, *row, 11, "R, as the gateways of SDPi send it; the framework has F");
        }
    }
    let word = |number: u32| facet(number).map(|row| row.field(5).text().into_owned()).unwrap_or_default();
    let kind = word(7);
    if let Some(row) = facet(1) {
        event(row, &kind, notes);
    }
    if let Some(row) = facet(2) {
        source(row, &kind, notes);
    }
    if let Some(row) = facet(4) {
        together(row, &word(3), &word(4), notes);
    }
    parent(message, &word(3), notes);
}

fn words_of(row: Segment<'_, '_>, refid: &str, words: &[&str], notes: &mut Notes) {
    let found = row.field(3).component(2).text();
    if *found != *refid {
        notes.about(FACET_TERM, row, 3, format!("expected {refid} in this place, found {}", quoted(row.field(3))));
    }
    for word in row.field(5).repetitions() {
        if !words.contains(&&*word.text()) {
            notes.about(WORD, row, 5, format!("{} is none of {}", quoted(word), words.join(" ")));
        }
    }
}

fn flags(row: Segment<'_, '_>, notes: &mut Notes) {
    let is_deprecated = |flag: &str| PRIORITIES.contains(&flag) || TYPES.contains(&flag);
    if row.field(8).repetitions().any(|flag| is_deprecated(&flag.text())) {
        notes.about(FLAGS, row, 8, "priority and type in the flags are deprecated; they are facets 6 and 7");
    }
}

/// A physiological alert says what is wrong with the patient; a technical one what is wrong with the device.
fn event(row: Segment<'_, '_>, kind: &str, notes: &mut Notes) {
    let is_general = row.field(3).component(1).text() == "196616";
    let value_type = row.field(2).text();
    match kind {
        "SP" if is_general && value_type == "CWE" => notes.about(
            EVENT,
            row,
            3,
            "a physiological alert names its event here (196670^MDC_EVT_LO^MDC) and its text in OBX-5",
        ),
        "ST" | "SA" if !is_general => notes.about(
            EVENT,
            row,
            3,
            format!("expected 196616^MDC_EVT_ALARM^MDC and the event in OBX-5, found {}", quoted(row.field(3))),
        ),
        "ST" | "SA" if value_type != "CWE" || row.field(5).component(1).is_empty() => {
            notes.about(EVENT, row, 5, "expected the event as a coded value, 196940^MDC_EVT_FLUID_LINE_OCCL^MDC");
        }
        _ => {}
    }
    if row.field(5).is_empty() {
        notes.about(EVENT, row, 5, "nothing that a person could read");
    }
}

fn source(row: Segment<'_, '_>, kind: &str, notes: &mut Notes) {
    let is_attribute = row.field(3).component(2).text() == "MDC_ATTR_ALERT_SOURCE";
    match kind {
        "SP" if is_attribute => {}
        "ST" | "SA" if !is_attribute && row.field(2).text() == "CWE" => {
            notes.about(EVENT, row, 3, "the source of a technical alert is 68480^MDC_ATTR_ALERT_SOURCE^MDC");
        }
        _ => {}
    }
}

/// Which states a phase can leave.
fn together(row: Segment<'_, '_>, phase: &str, state: &str, notes: &mut Notes) {
    let possible: &[&str] = match phase {
        "start" | "continue" | "escalate" | "deescalate" => &["active"],
        "present" => &["active", "latched"],
        "end" | "reset" => &["inactive"],
        "start_only" | "tpoint" | "stop" | "update" | "inactivate" | "acknowledged" => STATES,
        _ => return,
    };
    // A condition that is over and still signalled may be paused or escalated as well.
    if !possible.contains(&state) && STATES.contains(&state) {
        notes.about(TOGETHER, row, 5, format!("phase {phase} and state {state}; expected {}", possible.join(" or ")));
    }
}

fn parent(message: &Message<'_>, phase: &str, notes: &mut Notes) {
    let Some(order) = message.segment("OBR") else { return };
    let parent = order.field(29);
    match phase {
        "start" | "start_only" | "present" | "tpoint" if !parent.is_empty() => {
            notes.about(PARENT, order, 29, format!("phase {phase} begins an alert, which has no parent"));
        }
        "start" | "start_only" | "present" | "tpoint" | "" => {}
        _ if parent.is_empty() => {
            let text =
                format!("phase {phase} belongs to an earlier message: expected its OBR-3 in OBR-29.2, with & for ^");
            notes.about(PARENT, order, 29, text);
        }
        _ if parent.component(2).is_empty() => {
            notes.about(PARENT, order, 29, "the parent's filler number is the second component");
        }
        _ => {}
    }
}

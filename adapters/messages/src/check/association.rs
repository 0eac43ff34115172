//! An association of a patient and a device, asserted or ended (IHE Devices PCIM, DEV-51 and DEV-52).

use super::terms::{check_system, check_term};
use super::{Notes, Rule, quoted};
use crate::hl7::Message;

const EVENT: Rule = Rule::error("association-event", "IHE DEV PCIM, A.3");
const STATUS: Rule = Rule::error("association-status", "IHE DEV PCIM, A.3; CP-DEV-018");
const DEVICE: Rule = Rule::error("association-device", "IHE DEV PCIM, A.3");

pub(super) fn check(message: &Message<'_>, notes: &mut Notes) {
    let Some(row) = message.segment("OBX") else {
        notes.about_missing(EVENT, "OBX", "the segment is missing");
        return;
    };
    if check_system(row, 3, row.field(3), notes) {
        check_term(row, 3, row.field(3), notes);
    }
    if row.field(3).component(1).text() != "68487" {
        notes.about(EVENT, row, 3, format!("expected 68487^MDC_ATTR_EVT_COND^MDC, found {}", quoted(row.field(3))));
    }
    if !matches!(&*row.field(5).component(1).text(), "198332" | "198334") {
        let text = format!("expected 198332 (association) or 198334 (its end), found {}", quoted(row.field(5)));
        notes.about(EVENT, row, 5, text);
    } else {
        check_term(row, 5, row.field(5), notes);
    }
    if !matches!(&*row.field(11).text(), "F" | "R" | "C" | "W") {
        notes.about(STATUS, row, 11, "expected F (validated), R (asserted), C (corrected) or W (wrong)");
    }
    let is_equipment = |kind: &str| kind == "EQUIP";
    let mut participations = message.segments_named("PRT");
    let device = participations.find(|prt| is_equipment(&prt.field(4).component(1).text()));
    match device {
        None => notes.about_missing(DEVICE, "PRT", "no participation names the equipment (PRT-4 EQUIP)"),
        Some(prt) if prt.field(10).is_empty() => notes.about(DEVICE, prt, 10, "the device is missing"),
        Some(_) => {}
    }
}

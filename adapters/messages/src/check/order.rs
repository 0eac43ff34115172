//! The order rows: which observations belong together, and of which time.

use super::terms::check_term;
use super::values::check_eui;
use super::{Notes, Rule, Transaction, quoted};
use crate::hl7::{Message, Segment};

const ORDER: Rule = Rule::error("obr", "IHE PCD TF-2, 3.1.4.1 and B.7");
const SET_ID: Rule = Rule::error("obr-1", "IHE PCD TF-2, B.7");
const PLACER: Rule = Rule::error("obr-2", "IHE PCD TF-2, B.7");
const FILLER: Rule = Rule::error("obr-3", "IHE PCD TF-2, B.7");
const SERVICE: Rule = Rule::error("obr-4", "IHE PCD TF-2, B.7");
const START: Rule = Rule::error("obr-7", "IHE PCD TF-2, B.7");
const END: Rule = Rule::error("obr-8", "IHE PCD TF-2, B.7");
const NOT_SENT: Rule = Rule::warning("obr-not-sent", "IHE PCD TF-2, B.7");

pub(super) fn check(message: &Message<'_>, transaction: Transaction, notes: &mut Notes) {
    if message.segment("OBR").is_none() {
        notes.about_missing(ORDER, "OBR", "the segment is missing");
    }
    for (order, number) in message.segments_named("OBR").zip(1u64..) {
        let set_id = order.field(1);
        let may_be_empty = transaction == Transaction::Association && set_id.is_empty();
        if set_id.unsigned() != Some(number) && !may_be_empty {
            notes.about(SET_ID, order, 1, format!("expected {number}, found {}", quoted(set_id)));
        }
        let placer = order.field(2);
        if !placer.is_empty() && (placer.component(1).is_empty() || placer.component(2).is_empty()) {
            notes.about(PLACER, order, 2, "a placer's number has its first two components at least");
        }
        check_eui(order, 2, placer.component(3), placer.component(4), notes);
        let filler = order.field(3);
        if filler.component(1).is_empty() {
            notes.about(FILLER, order, 3, "the filler's number is missing");
        } else if filler.component(3).is_empty() || filler.component(4).is_empty() {
            notes.about(FILLER, order, 3, "who gave the number is missing (components 3 and 4): it is unique nowhere");
        }
        check_eui(order, 3, filler.component(3), filler.component(4), notes);
        service(order, transaction, notes);
        times(order, transaction, notes);
        for field in [5, 6, 9] {
            if !order.field(field).is_empty() {
                notes.about(NOT_SENT, order, field, "the profile does not use this field");
            }
        }
    }
}

fn service(order: Segment<'_, '_>, transaction: Transaction, notes: &mut Notes) {
    let service = order.field(4);
    if service.is_empty() {
        notes.about(SERVICE, order, 4, "what the observations are for is missing");
        return;
    }
    if service.component(3).text() == "MDC" {
        check_term(order, 4, service, notes);
    }
    let expected = match transaction {
        Transaction::Pcd04 => "196616",
        Transaction::Association => "69136",
        _ => return,
    };
    if service.component(1).text() == "ALARM" {
        let deprecated = Rule::warning("obr-4-deprecated", SERVICE.source);
        notes.about(deprecated, order, 4, "ALARM is deprecated; expected 196616^MDC_EVT_ALARM^MDC");
    } else if service.component(1).text() != expected {
        notes.about(SERVICE, order, 4, format!("expected {expected} in component 1, found {}", quoted(service)));
    }
}

fn times(order: Segment<'_, '_>, transaction: Transaction, notes: &mut Notes) {
    let (start, end) = (order.field(7), order.field(8));
    if start.is_empty() {
        notes.about(START, order, 7, "the time is missing");
    }
    if transaction == Transaction::Pcd04 && !end.is_empty() {
        notes.about(END, order, 8, "an alert has no end of its interval");
    }
    if let (Ok(start), Ok(end)) = (start.time(), end.time())
        && transaction == Transaction::Pcd01
        && end.utc(0) <= start.utc(0)
    {
        notes.about(END, order, 8, "the interval is empty: its end is exclusive and lies after its start");
    }
}

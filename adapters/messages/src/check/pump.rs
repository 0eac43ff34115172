//! An infusion event: one event of one source, with what a receiver needs to follow the infusion (IHE PCD TF-2, appendix M).

use super::rows::{Kind, kind};
use super::{Notes, Rule, Transaction, quoted};
use crate::hl7::{Message, Segment};

const CONDITION: Rule = Rule::error("pump-event", "IHE PCD TF-2, M.3");
const SOURCE: Rule = Rule::error("pump-source", "IHE PCD TF-2, M.3");
const PARAMETERS: Rule = Rule::error("pump-parameters", "IHE PCD TF-2, M.4");
const TOGETHER: Rule = Rule::error("pump-together", "IHE PCD TF-2, M.4");
const WORD: Rule = Rule::warning("pump-word", "IHE PCD TF-2, M.5");

/// What start, stop and completion carry.
const REQUIRED: &[&str] = &[
    "MDC_PUMP_INFUSING_STATUS",
    "MDC_FLOW_FLUID_PUMP_CURRENT",
    "MDC_DEV_PUMP_ACTIVE_SOURCES",
    "MDC_DEV_PUMP_CURRENT_DELIVERY_STATUS",
    "MDC_DEV_PUMP_PROGRAM_DELIVERY_MODE",
    "MDC_DEV_PUMP_SOURCE_CHANNEL_LABEL",
];

/// Beginnings of the words that each enumeration has.
const WORDS: &[(&str, &[&str])] = &[
    ("MDC_PUMP_INFUSING_STATUS", &["pump-status-"]),
    ("MDC_DEV_PUMP_ACTIVE_SOURCES", &["pump-source-info-"]),
    ("MDC_DEV_PUMP_CURRENT_DELIVERY_STATUS", &["pump-delivery-status-"]),
    ("MDC_DEV_PUMP_PROGRAM_DELIVERY_MODE", &["pump-program-delivery-mode-"]),
    ("MDC_DEV_PUMP_NOT_DELIVERING_REASON", &["pump-stopped-"]),
];

pub(super) fn check(message: &Message<'_>, notes: &mut Notes) {
    let named = |refid: &str| {
        let mut rows = message.segments_named("OBX");
        rows.find(|row| row.field(3).component(2).text().replace("MDCX_", "MDC_") == refid)
    };
    let word = |refid: &str| named(refid).map(|row| row.field(5).component(2).text().into_owned()).unwrap_or_default();
    let conditions =
        message.segments_named("OBX").filter(|row| row.field(3).component(2).text().ends_with("ATTR_EVT_COND"));
    match conditions.count() {
        0 => notes.about_all(CONDITION, "no row says what happened (68487^MDC_ATTR_EVT_COND^MDC)"),
        1 => {}
        _ => notes.about_all(CONDITION, "more than one event in one message"),
    }
    source(message, named("MDC_ATTR_EVT_SOURCE"), notes);
    let event = named("MDC_ATTR_EVT_COND").map(|row| row.field(5).component(2).text().into_owned()).unwrap_or_default();
    let event = event.trim_start_matches("MDC_EVT_PUMP_").trim_start_matches("MDCX_EVT_PUMP_").to_owned();
    let delivery = word("MDC_DEV_PUMP_CURRENT_DELIVERY_STATUS");
    if matches!(&*event, "DELIV_START" | "DELIV_STOP" | "DELIV_COMP") {
        let mut missing: Vec<&str> = REQUIRED.iter().copied().filter(|refid| named(refid).is_none()).collect();
        let reason = "MDC_DEV_PUMP_NOT_DELIVERING_REASON";
        let is_delivering = event == "DELIV_START" || delivery != "pump-delivery-status-not-delivering";
        if !is_delivering && named(reason).is_none() {
            missing.push(reason);
        }
        let has_volume = named("MDC_VOL_FLUID_DELIV_SEGMENT").is_some() || named("MDC_VOL_FLUID_DELIV_TOTAL").is_some();
        if event != "DELIV_START" && !has_volume {
            missing.push("MDC_VOL_FLUID_DELIV_SEGMENT or MDC_VOL_FLUID_DELIV_TOTAL");
        }
        if !missing.is_empty() {
            notes.about_all(PARAMETERS, format!("missing for {event}: {}", missing.join(", ")));
        }
        if let Some(row) = named(reason).filter(|_| event == "DELIV_START") {
            notes.about(PARAMETERS, row, 3, "a start has no reason for not delivering");
        }
    }
    for (refid, beginnings) in WORDS {
        if let Some(row) = named(refid) {
            let word = row.field(5).component(2).text();
            if !beginnings.iter().any(|beginning| word.starts_with(beginning)) {
                notes.about(WORD, row, 5, format!("{} is no word of {refid}", quoted(row.field(5))));
            }
        }
    }
    let flow = named("MDC_FLOW_FLUID_PUMP_CURRENT");
    if let Some(row) = flow
        && let Some(quantity) = row.field(5).quantity()
    {
        let is_infusing = word("MDC_PUMP_INFUSING_STATUS") == "pump-status-infusing";
        let is_flowing = quantity.cmp_value(vigil_model::Quantity::from(0)).is_gt();
        if delivery == "pump-delivery-status-transitioning" && is_infusing != is_flowing {
            notes.about(TOGETHER, row, 5, "infusing and a flow of zero, or the other way round");
        }
    }
}

/// The source names a channel that has its row.
fn source(message: &Message<'_>, row: Option<Segment<'_, '_>>, notes: &mut Notes) {
    let Some(row) = row else {
        notes.about_all(SOURCE, "no row says which source it is about (68488^MDC_ATTR_EVT_SOURCE^MDC)");
        return;
    };
    let named = row.field(5).text();
    let mut devices = message.segments_named("OBX").filter(|row| kind(*row, Transaction::Pcd10) == Some(Kind::Device));
    if !devices.any(|device| device.field(4).text() == named) {
        notes.about(SOURCE, row, 5, format!("{} is the position of no device row", quoted(row.field(5))));
    }
}

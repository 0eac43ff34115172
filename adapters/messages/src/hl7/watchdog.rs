//! The watchdog: a PCD-04 message that says nothing but that the way of alarms works. Its acknowledgement proves the way; its
//! absence tells the receiver that it hears of no alarm (IHE PCD TF-2, appendix L, leaves the form open).
//!
//! A point event of priority `PN` with the state `active`, and with `67860^MDC_ATTR_CONFIRM_TIMEOUT^MDC` how soon the next one
//! must follow, in seconds. The last one before an orderly end has the state `inactive`.

use std::time::Duration;

use vigil_model::{Appliance, Code, Containment, Timestamp, dim, mdc};

use super::device::{write_containment, write_term};
use super::header::{self, Profile, write_entity};
use super::patient::{Place, write_pid_unknown, write_pv1};
use super::time::Times;
use super::write::SegmentWriter;
use crate::Hl7Destination;

/// What is about the appliance itself has no part of a device.
const ROW: Containment = Containment::new(1, 0, 0, 0);

/// By how many intervals the next one may be late.
const MISSED_MAX: u32 = 2;

/// Appends a watchdog message. The next one follows after `every`; none if `is_last`.
pub fn write(
    appliance: &Appliance,
    to: &Hl7Destination,
    control_id: &str,
    at: Timestamp,
    every: Duration,
    is_last: bool,
    out: &mut Vec<u8>,
) {
    let start = out.len();
    let dialect = &to.dialect;
    let mut times = Times::of(dialect);
    header::write(out, Profile::ReportAlert, appliance, to, control_id, at, appliance.test);
    write_pid_unknown(out);
    write_pv1(out, appliance, Place::BedId(""), None);
    let mut obr = SegmentWriter::begin(out, "OBR");
    obr.field(1).unsigned(1);
    write_entity(obr.field(3), control_id, appliance);
    obr.field(4).code(mdc::EVT_ALARM).field(7).append(|out| times.append(at, out));
    drop(obr);
    let status = dialect.alert_status.as_str();
    let mut number = 0u8;
    let mut row = |kind: &'static str, code: Code, write: &mut dyn FnMut(&mut SegmentWriter)| {
        number += 1;
        let mut obx = SegmentWriter::begin(out, "OBX");
        obx.field(1).unsigned(u64::from(number)).field(2).raw(kind);
        write_term(obx.field(3), code, dialect);
        write_containment(obx.field(4), ROW, Some(number));
        write(obx.field(5));
        obx.field(11).raw(status);
        if number == 1 {
            obx.field(14).append(|out| times.append(at, out));
        }
    };
    row("CWE", mdc::EVT_ALARM, &mut |field| {
        field.code(mdc::EVT_WATCHDOG).component(9).raw("Watchdog");
    });
    row("CWE", mdc::ATTR_ALERT_SOURCE, &mut |field| {
        field.component(9).text(&appliance.id);
    });
    let words = [
        (mdc::ATTR_EVENT_PHASE, "tpoint"),
        (mdc::ATTR_ALARM_STATE, if is_last { "inactive" } else { "active" }),
        (mdc::ATTR_ALARM_INACTIVATION_STATE, "enabled"),
        (mdc::ATTR_ALARM_PRIORITY, "PN"),
        (mdc::ATTR_ALERT_TYPE, "SA"),
    ];
    for (code, word) in words {
        row("ST", code, &mut |field| {
            field.raw(word);
        });
    }
    let seconds = every.saturating_mul(MISSED_MAX + 1).as_secs();
    row("NM", mdc::ATTR_CONFIRM_TIMEOUT, &mut |field| {
        field.unsigned(seconds).field(6).unit(dim::SEC);
    });
    dialect.character_set.rewrite(out, start);
}

//! W1: reading and writing an observation message of 20 metrics, through what [`vigil_messages::hl7`] offers to everybody.

use std::hint::black_box;
use std::path::Path;

use serde_json::json;
use vigil_messages::hl7::Message;
use vigil_messages::hl7::time::append_dtm;
use vigil_messages::hl7::write::SegmentWriter;
use vigil_model::{Quantity, Timestamp};

use crate::Outcome;
use crate::arguments::Arguments;
use crate::corpus::{self, MESSAGES, Row};
use crate::figures::{rate, rounded, with};

/// 2026-01-01 12:00 UTC, the time of every message.
const TIME_S: i64 = 1_767_268_800;
/// EUI-64 of the gateway and its devices.
const GATEWAY: &str = "0011223344556677";

pub(crate) fn parse(arguments: &Arguments) -> Outcome {
    let messages = corpus::messages(Path::new(arguments.text("corpus")?))?;
    let read = |bytes: &[u8]| Message::parse(bytes).map_or(0, |message| corpus::read_message(&message));
    let check: u64 = messages.iter().map(|message| read(message)).sum();
    let clock = vigil::clock::system();
    let count: usize = arguments.number("n")?;
    let from = clock().monotonic;
    for index in 0..count {
        black_box(read(black_box(&messages[index % MESSAGES])));
    }
    let took = clock().monotonic.since(from);
    let bytes: usize = (0..count).map(|index| messages[index % MESSAGES].len()).sum();
    Ok(Some(with(figures(count, bytes, took), json!({ "check": check }))))
}

pub(crate) fn build(arguments: &Arguments) -> Outcome {
    let folder = Path::new(arguments.text("corpus")?);
    let (messages, rows) = (corpus::messages(folder)?, corpus::rows(folder)?);
    let mut out = Vec::with_capacity(8192);
    let mut same = 0;
    for (number, message) in messages.iter().enumerate() {
        out.clear();
        write(number as u64, &rows, &mut out);
        same += u32::from(out == *message);
    }
    let clock = vigil::clock::system();
    let count: usize = arguments.number("n")?;
    let mut bytes = 0;
    let from = clock().monotonic;
    for index in 0..count {
        out.clear();
        write((index % MESSAGES) as u64, &rows, &mut out);
        bytes += black_box(&out).len();
    }
    let took = clock().monotonic.since(from);
    Ok(Some(with(figures(count, bytes, took), json!({ "same": same }))))
}

fn figures(count: usize, bytes: usize, took: std::time::Duration) -> serde_json::Value {
    let nanos = took.as_nanos() as f64;
    let more = json!({ "ns_op": (nanos / count as f64).round(), "mb_s": rounded(bytes as f64 / nanos * 1e3, 1) });
    with(rate(count as u64, took), more)
}

/// Reading `row` of message `number`.
fn reading(number: u64, row: u64) -> Quantity {
    let tenths = 400 + (number * 7 + row * 131) % 1000;
    Quantity::new(tenths.cast_signed(), -1)
}

/// Message `number` of the corpus.
fn write(number: u64, rows: &[Row], out: &mut Vec<u8>) {
    let at = Timestamp::from_seconds(TIME_S);
    let id = format!("M{number:08}");
    let mut text = Vec::new();
    append_dtm(at, &mut text);
    let time = std::str::from_utf8(&text).unwrap_or_default();

    let mut msh = SegmentWriter::begin_header(out);
    msh.field(3).raw("BEDGW").component(2).text(GATEWAY).component(3).raw("EUI-64");
    msh.field(4).raw("WARD3").field(5).raw("EHR").field(6).raw("HOSP").field(7).text(time);
    msh.field(9).raw("ORU^R01^ORU_R01").field(10).text(&id).field(11).raw("P").field(12).raw("2.6");
    msh.field(15).raw("NE").field(16).raw("AL");
    msh.field(21).raw("IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO");
    drop(msh);
    let mut pid = SegmentWriter::begin(out, "PID");
    pid.field(3).text(&format!("MRN{:06}", number % 1000)).component(4).raw("HOSP").component(5).raw("MR");
    pid.field(5).text("DOE").component(2).text("JANE").component(7).raw("L");
    drop(pid);
    let mut pv1 = SegmentWriter::begin(out, "PV1");
    pv1.field(2).raw("I").field(3).text("ICU").component(3).text(&format!("BED{:02}", number % 64));
    drop(pv1);
    let mut obr = SegmentWriter::begin(out, "OBR");
    obr.field(1).unsigned(1);
    for field in [2, 3] {
        obr.field(field).text(&id).component(2).raw("BEDGW").component(3).text(GATEWAY).component(4).raw("EUI-64");
    }
    obr.field(4).raw("182777000^monitoring of patient^SCT").field(7).text(time);
    drop(obr);
    for (row, index) in rows.iter().zip(0..) {
        let mut obx = SegmentWriter::begin(out, "OBX");
        obx.field(1).unsigned(index + 1).field(2).raw("NM");
        obx.field(3).unsigned(row.code).component(2).text(&row.name).component(3).raw("MDC");
        obx.field(4).text(&row.place).field(5).quantity(reading(number, index));
        obx.field(6).unsigned(row.unit).component(2).text(&row.unit_name).component(3).raw("MDC");
        obx.field(11).raw("R").field(14).text(time);
        obx.field(18).text(GATEWAY).component(3).text(GATEWAY).component(4).raw("EUI-64");
    }
}

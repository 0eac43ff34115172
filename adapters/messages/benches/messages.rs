//! How long it takes to build and to read an observation message with 20 metrics.

#[path = "../tests/ward/mod.rs"]
mod ward;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use vigil_messages::Hl7Destination;
use vigil_messages::hl7::Message;
use vigil_messages::hl7::oru_r01::Chart;

/// Reads MSH-10, PID-3.1 and from each OBX 3.1, 5, 6.1 and 14.
fn read(bytes: &[u8]) -> u64 {
    let Ok(message) = Message::parse(bytes) else { return 0 };
    let mut sum = message.header().field(10).raw().len() + message.field("PID", 3).component(1).raw().len();
    let mut codes = 0;
    for obx in message.segments_named("OBX") {
        codes += obx.field(3).component(1).unsigned().unwrap_or(0) + obx.field(6).component(1).unsigned().unwrap_or(0);
        sum += obx.field(5).quantity().map_or(0, |value| value.mantissa() as usize);
        sum += obx.field(14).raw().len();
    }
    sum as u64 + codes
}

/// Reads every field of every segment as text.
fn read_all(bytes: &[u8]) -> usize {
    let Ok(message) = Message::parse(bytes) else { return 0 };
    message
        .segments()
        .map(|segment| (1..=segment.last_field()).map(|n| segment.field(n).text().len()).sum::<usize>())
        .sum()
}

fn messages(criterion: &mut Criterion) {
    let ward = ward::ward();
    let report = ward::report(20);
    let destination = Hl7Destination::new("ehr", "ehr.example:2575");
    let chart = Chart::of(&ward, &report).expect("the report has a patient");
    let mut out = Vec::with_capacity(8192);
    chart.write(&destination, "ward-4b-1", ward::at(0), &mut out);
    let message = out.clone();

    criterion.bench_function("build an ORU^R01 with 20 metrics", |bencher| {
        bencher.iter(|| {
            out.clear();
            black_box(&chart).write(&destination, "ward-4b-1", ward::at(0), &mut out);
            out.len()
        });
    });
    criterion.bench_function("parse it and read codes, values, units, times", |bencher| {
        bencher.iter(|| read(black_box(&message)));
    });
    criterion.bench_function("parse it and read every field as text", |bencher| {
        bencher.iter(|| read_all(black_box(&message)));
    });
}

criterion_group!(benches, messages);
criterion_main!(benches);

//! How long it takes to turn one frame of each driver into reports.
//!
//! The frame is taken from the driver's own cases: of everything that its device sends there in one piece, what says the
//! most. Modbus reads an answer of 40 registers with a metric in each.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use vigil_model::Report;
use vigil_protocols::Decoder;
use vigil_protocols::cases::{Case, Input};
use vigil_protocols::driver::Driver;
use vigil_protocols::modbus::adu::Frame;
use vigil_protocols::modbus::{self, Data, Framing, ReadRequest, RegisterProfile, Table, UnitId};

const REGISTERS: u16 = 40;

/// How many observations a decoder reports of some bytes.
fn observations(decoder: &mut dyn Decoder, bytes: &[u8]) -> usize {
    decoder.push(bytes);
    std::iter::from_fn(|| decoder.poll_report()).filter(|report| matches!(report, Report::Observation(_))).count()
}

/// What says the most of all that a driver's device sends in its cases.
fn frame(driver: Driver) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(driver.name().replace('-', "_")).join("cases");
    let files = std::fs::read_dir(&folder).expect("every driver has cases");
    let mut paths: Vec<_> = files.map(|file| file.expect("a readable folder").path()).collect();
    paths.sort();
    let texts = paths.iter().map(|path| std::fs::read_to_string(path).expect("a readable case"));
    let steps = texts.flat_map(|text| Case::parse(&text).expect("a case that the tests play").steps);
    let received = steps.filter_map(|step| match step.input {
        Input::Received(bytes) => Some(bytes),
        Input::Connect | Input::Wait(_) | Input::Disconnect(_) | Input::Finish => None,
    });
    received.max_by_key(|bytes| observations(&mut *driver.decoder(), bytes)).expect("a case in which something is said")
}

fn decode(criterion: &mut Criterion, name: &str, bytes: &[u8], mut decoder: impl FnMut() -> Box<dyn Decoder>) {
    let said = observations(&mut *decoder(), bytes);
    assert!(said > 0, "{name} says nothing");
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Elements(said as u64));
    // One decoder for all frames, as in a conversation that goes on.
    let mut decoder = decoder();
    group.bench_function(format!("{name}: {} bytes, {said} observations", bytes.len()), |bencher| {
        bencher.iter(|| observations(&mut *decoder, black_box(bytes)));
    });
    group.finish();
}

fn registers() -> Arc<RegisterProfile> {
    let mut text = format!(
        "name = \"bench\"\ntitle = \"Registers\"\nmds = \"MDC_DEV_MON_MDS\"\n\
         [[vmd]]\ncontainment = \"1.1.0.0\"\ncode = \"MDCX_BENCH_VMD\"\n\
         [[channel]]\ncontainment = \"1.1.1.0\"\ncode = \"MDCX_BENCH_CHAN\"\n\
         [[block]]\nname = \"all\"\ntable = \"holding-registers\"\naddress = 0\ncount = {REGISTERS}\nperiod = \"1s\"\n"
    );
    for register in 0..REGISTERS {
        write!(
            text,
            "[[register]]\nblock = \"all\"\naddress = {register}\ntype = \"u16\"\nscale = \"0.1\"\n\
             code = \"MDCX_BENCH_{register}\"\ncontainment = \"1.1.1.{}\"\nunit = \"MDC_DIM_DIMLESS\"\n",
            register + 1
        )
        .expect("writing to a String cannot fail");
    }
    Arc::new(RegisterProfile::parse(&text, "bench").expect("a profile without problems"))
}

fn all(criterion: &mut Criterion) {
    for driver in Driver::ALL {
        decode(criterion, driver.name(), &frame(*driver), || driver.decoder());
    }
    let request = ReadRequest::new(UnitId(1), Table::HoldingRegisters, 0, REGISTERS).expect("not too many registers");
    let data = Data::Registers((0..REGISTERS).collect());
    for (name, framing) in [("modbus-tcp", Framing::Tcp), ("modbus-rtu", Framing::Rtu)] {
        let answer = Frame::answer(1, &request, Ok(&data)).encode(framing);
        decode(criterion, name, &answer, || modbus::decoder(registers(), framing, Some(request)));
    }
}

criterion_group!(benches, all);
criterion_main!(benches);

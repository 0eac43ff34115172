//! Thousands of reads over a line on which answers come late, damaged or from somebody else, under paused time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use vigil_model::{DeviceIndex, DeviceReport, FaultKind, Now, Reading, Report, Value};
use vigil_protocols::link::{BusSettings, SerialSettings};
use vigil_protocols::modbus::adu::{Body, Frame, FrameReader, Framing, Side};
use vigil_protocols::modbus::{AsciiCount, AsciiRules, Bus, BusUnit, Data, ReadRequest, RegisterProfile, UnitId};

use super::Runner;
use crate::Clock;
use crate::ascii::Ascii;
use crate::beside::Beside;
use crate::client::{Client, Rtu};

/// Two blocks of the same length, so that an answer to one could pass for an answer to the other.
const PROFILE: &str = r#"
    name = "twins"
    title = "Two blocks of the same length"
    mds = "MDC_DEV_MON_MDS"
    vmd = [{ containment = "1.1.0.0", code = "MDCX_TEST_VMD" }]
    channel = [{ containment = "1.1.1.0", code = "MDCX_TEST_CHAN" }]
    block = [
        { name = "a", table = "input-registers", address = 0, count = 3, period = "20ms" },
        { name = "b", table = "input-registers", address = 10, count = 3, period = "20ms" },
    ]
    register = [
        { block = "a", address = 0, type = "u16", code = "MDCX_TEST_WHO", containment = "1.1.1.1", unit = "1" },
        { block = "a", address = 1, type = "u32", code = "MDCX_TEST_NUMBER", containment = "1.1.1.2", unit = "1" },
        { block = "b", address = 10, type = "u16", code = "MDCX_TEST_WHO", containment = "1.1.1.3", unit = "1" },
        { block = "b", address = 11, type = "u32", code = "MDCX_TEST_NUMBER", containment = "1.1.1.4", unit = "1" },
    ]
"#;

const SETTINGS: BusSettings = BusSettings {
    response_timeout: Duration::from_millis(10),
    late_window: Duration::from_millis(15),
    pause: Duration::ZERO,
    framing: None,
    ascii: AsciiRules { count: AsciiCount::Bytes, doubled_count_lrc: false },
};

/// What the units of the line have done.
#[derive(Default)]
struct Told {
    /// Number of requests so far.
    requests: u32,
    /// Numbers of the requests that were answered late, damaged or in somebody else's name.
    wrong: BTreeSet<u32>,
    late_bytes: u64,
}

/// Every third answer comes after its time-out; now and then one is damaged, foreign, or surrounded by noise.
async fn units(mut line: DuplexStream, told: Arc<Mutex<Told>>, framing: Framing) {
    let mut reader = FrameReader::new(framing, Side::Requests);
    let mut buffer = [0; 256];
    while let Ok(length @ 1..) = line.read(&mut buffer).await {
        reader.push(&buffer[..length]);
        while let Some(frame) = reader.next_frame(None) {
            let Ok(Frame { body: Body::Request(request), .. }) = frame else { panic!("the bus only reads: {frame:?}") };
            let number = {
                let mut told = told.lock().unwrap();
                told.requests += 1;
                told.requests
            };
            let bytes = answer(&request, number, framing);
            let (is_late, bytes) = match number % 30 {
                0 => {
                    let mut damaged = bytes;
                    damaged[4] ^= 0x40;
                    (false, damaged)
                }
                7 => {
                    let stranger = ReadRequest::new(UnitId(99), request.table(), request.address(), request.count());
                    (false, answer(&stranger.unwrap(), number, framing))
                }
                11 => (false, [&[0xFF, 0x00, 0x80][..], &bytes].concat()),
                n if n % 3 == 0 => (true, bytes),
                _ => (false, bytes),
            };
            if is_late || matches!(number % 30, 0 | 7) {
                let mut told = told.lock().unwrap();
                told.wrong.insert(number);
                told.late_bytes += if is_late { bytes.len() as u64 } else { 0 };
            }
            sleep(if is_late { Duration::from_millis(20) } else { Duration::from_millis(1) }).await;
            line.write_all(&bytes).await.unwrap();
        }
    }
}

fn answer(request: &ReadRequest, number: u32, framing: Framing) -> Vec<u8> {
    let who = u16::from(request.unit().0) * 256 + request.address();
    Frame::answer(0, request, Ok(&Data::Registers(vec![who, (number >> 16) as u16, number as u16]))).encode(framing)
}

fn clock() -> Clock {
    let origin = Instant::now();
    Arc::new(move || Now::default().after(origin.elapsed()))
}

fn number_of(report: &Report) -> Option<(&'static str, u16, i64)> {
    let Report::Observation(observation) = report else { return None };
    match &observation.reading {
        Reading::Value(Value::Numeric(value), _) => {
            Some((observation.metric.refid(), observation.containment.metric, value.mantissa()))
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn no_late_or_foreign_answer_is_ever_taken_for_another() {
    for framing in [Framing::Rtu, Framing::Ascii] {
        late_and_foreign(framing, 3_000).await;
    }
}

/// The whole proof: `cargo test --release -p vigil-links -- --ignored million`.
#[tokio::test(start_paused = true)]
#[ignore = "takes minutes"]
async fn a_million_requests_with_late_answers_bring_no_wrong_value() {
    late_and_foreign(Framing::Rtu, 1_000_000).await;
}

/// Runs until so many requests have been sent.
async fn late_and_foreign(framing: Framing, requests: u32) {
    let (ours, theirs) = tokio::io::duplex(1024);
    let told = Arc::new(Mutex::new(Told::default()));
    tokio::spawn(units(theirs, Arc::clone(&told), framing));
    let serial = SerialSettings {
        port: String::new(),
        baud: 115_200,
        data_bits: 8,
        parity: Default::default(),
        stop_bits: 1,
        flow: Default::default(),
    };
    let profile = Arc::new(RegisterProfile::parse(PROFILE, "twins").unwrap());
    let unit = |unit: u8| BusUnit {
        device: DeviceIndex(unit.into()),
        unit: UnitId(unit),
        profile: Arc::clone(&profile),
        poll_interval: None,
        quiet_time: Some(Duration::from_secs(5)),
    };
    let bus = Bus::new(SETTINGS, vec![unit(1), unit(2), unit(3)]);
    let (sender, mut receiver) = mpsc::channel::<Vec<DeviceReport>>(4);
    let mut runner = Runner::new(bus, &Beside::default(), sender, clock());
    let client = match framing {
        Framing::Ascii => Client::Ascii(Ascii::new(ours, serial.character_time(), SETTINGS)),
        _ => Client::Rtu(Rtu::new(ours, serial.character_time(), SETTINGS)),
    };
    let running = tokio::spawn(async move { runner.hold(client).await });

    let (mut values, mut late_bytes, mut timeouts) = (0, 0, 0);
    let mut last: BTreeMap<(u32, u16), i64> = BTreeMap::new();
    while told.lock().unwrap().requests < requests {
        for DeviceReport { device, report, .. } in receiver.recv().await.unwrap() {
            match &report {
                Report::Fault(fault) if fault.kind == FaultKind::Unexpected => late_bytes += u64::from(fault.bytes),
                Report::Fault(fault) if fault.kind == FaultKind::Timeout => timeouts += 1,
                _ => {}
            }
            let Some((code, row, value)) = number_of(&report) else { continue };
            values += 1;
            if code == "MDCX_TEST_WHO" {
                let address = if row == 1 { 0 } else { 10 };
                assert_eq!(value, i64::from(device.0) * 256 + address, "a value of another unit or block");
            } else {
                let told = told.lock().unwrap();
                assert!(
                    !told.wrong.contains(&(value as u32)),
                    "the answer to request {value} came too late or damaged"
                );
                let before = last.insert((device.0, row), value);
                assert!(before.is_none_or(|before| before < value), "an old answer again");
            }
        }
    }
    let told = told.lock().unwrap();
    assert!(values > requests, "{values} values of {requests} requests");
    assert!(timeouts > requests / 4, "{timeouts}");
    // One late answer may still be on its way.
    assert!(
        told.late_bytes - late_bytes <= if framing == Framing::Ascii { 23 } else { 11 },
        "{late_bytes} of {} late bytes are counted",
        told.late_bytes
    );
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_line_that_babbles_is_given_up_and_units_are_told_silent_meanwhile() {
    let (ours, mut theirs) = tokio::io::duplex(1024);
    let babble = tokio::spawn(async move {
        loop {
            if theirs.write_all(&[0x55; 8]).await.is_err() {
                return;
            }
            sleep(Duration::from_millis(5)).await;
        }
    });
    let serial = SerialSettings {
        port: String::new(),
        baud: 19_200,
        data_bits: 8,
        parity: Default::default(),
        stop_bits: 1,
        flow: Default::default(),
    };
    let unit = BusUnit {
        device: DeviceIndex(0),
        unit: UnitId(1),
        profile: Arc::new(RegisterProfile::parse(PROFILE, "twins").unwrap()),
        poll_interval: None,
        quiet_time: Some(Duration::from_millis(500)),
    };
    let (sender, mut receiver) = mpsc::channel::<Vec<DeviceReport>>(64);
    let mut runner = Runner::new(Bus::new(SETTINGS, vec![unit]), &Beside::default(), sender, clock());
    let reason = runner.hold(Client::Rtu(Rtu::new(ours, serial.character_time(), SETTINGS))).await.unwrap();
    assert!(reason.contains("has not been silent"), "{reason}");
    let mut lost = None;
    while let Ok(batch) = receiver.try_recv() {
        for report in batch {
            if let Report::Link(vigil_model::LinkState::Lost { .. }) = report.report {
                lost = Some(report.received.monotonic.as_micros());
            }
        }
    }
    let lost = lost.expect("silence is told while the line is being read empty");
    assert!((500_000..600_000).contains(&lost), "{lost}");
    babble.await.ok();
}

//! What can be read of a link while it runs, and who must be at its other end.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use common::Running;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use vigil_links::{Beside, Link};
use vigil_model::{DeviceIndex, FaultKind, Identity, LinkState, Report};
use vigil_protocols::identity::ExpectedIdentity;
use vigil_protocols::link::{BusSettings, Transport};
use vigil_protocols::modbus::adu::{Body, Frame, FrameReader, Side};
use vigil_protocols::modbus::{Bus, BusUnit, Framing, RegisterImage, RegisterProfile, UnitId};

const PROFILE: &str = r#"
    name = "named"
    title = "A device that says its serial number"
    mds = "MDC_DEV_MON_MDS"
    vmd = [{ containment = "1.1.0.0", code = "MDCX_TEST_VMD" }]
    channel = [{ containment = "1.1.1.0", code = "MDCX_TEST_CHAN" }]
    block = [
        { name = "value", table = "input-registers", address = 0, count = 1, period = "20ms" },
        { name = "who", table = "input-registers", address = 10, count = 4, period = "100ms" },
    ]
    register = [
        { block = "value", address = 0, type = "u16", code = "MDCX_TEST_VALUE", containment = "1.1.1.1", unit = "1" },
        { block = "who", address = 10, type = "text", length = 4, identity = "serial" },
    ]
"#;

fn profile() -> Arc<RegisterProfile> {
    Arc::new(RegisterProfile::parse(PROFILE, "named").unwrap())
}

fn link(address: &str, units: &[u8], expected: &BTreeMap<DeviceIndex, ExpectedIdentity>) -> Link {
    let settings = BusSettings {
        response_timeout: Duration::from_millis(100),
        late_window: Duration::from_millis(20),
        ..BusSettings::default()
    };
    let unit = |unit: &u8| BusUnit {
        device: DeviceIndex(u32::from(*unit)),
        unit: UnitId(*unit),
        profile: profile(),
        poll_interval: None,
        quiet_time: Some(Duration::from_secs(5)),
    };
    let mut bus = Bus::new(settings, units.iter().map(unit).collect());
    bus.guard(false, expected);
    Link::Bus { id: "bus".into(), transport: Transport::Tcp { address: address.into() }, settings, bus }
}

/// A device with a serial number; unit 9 does not answer. Its number can be changed while it is asked.
async fn device(mut stream: TcpStream, serial: Arc<std::sync::Mutex<&'static str>>) {
    let mut reader = FrameReader::new(Framing::Tcp, Side::Requests);
    let mut buffer = [0; 256];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        reader.push(&buffer[..length]);
        while let Some(Ok(Frame { transaction, unit, body: Body::Request(request) })) = reader.next_frame(None) {
            let mut image = RegisterImage::new(profile());
            let serial = *serial.lock().unwrap();
            image.set_identity(&Identity { serial: serial.into(), ..Identity::default() });
            let answer = Frame::answer(transaction, &request, image.read(&request).as_ref().map_err(|code| *code));
            if unit != UnitId(9) && stream.write_all(&answer.encode(Framing::Tcp)).await.is_err() {
                return;
            }
        }
    }
}

/// Serves every connection.
fn serve(listener: TcpListener, serial: Arc<std::sync::Mutex<&'static str>>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(device(stream, Arc::clone(&serial)));
        }
    })
}

#[tokio::test]
async fn planned_and_actual_periods_are_read_while_the_link_runs() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serving = serve(listener, Arc::default());
    let beside = Beside::default();
    let mut running = Running::start_beside(link(&address, &[1, 9], &BTreeMap::new()), beside.clone());
    let mut values = 0;
    running
        .wait_for("values", |report| {
            values += u32::from(matches!(report.report, Report::Observation(_)));
            values >= 30
        })
        .await;
    let counters = beside.stats.read();
    assert!(counters.is_open && counters.opened == 1, "{counters:?}");
    let [(first, live), (second, dead)] = counters.units.as_slice() else { panic!("{counters:?}") };
    assert_eq!((*first, *second), (DeviceIndex(1), DeviceIndex(9)));
    assert!(live.answers >= 30 && live.planned_period == Duration::from_millis(20), "{live:?}");
    assert!(live.intervals > 0 && live.actual_period() >= Duration::from_millis(10), "{live:?}");
    assert!(dead.answers == 0 && dead.timeouts > 0, "{dead:?}");
    assert_eq!(counters.faults_of(FaultKind::Timeout), dead.timeouts);
    assert!(counters.reports >= 30);
    running.stop().await;
    serving.abort();
}

#[tokio::test]
async fn values_of_another_device_are_held() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serial = Arc::new(std::sync::Mutex::new("SN-1"));
    let serving = serve(listener, Arc::clone(&serial));
    let expected = ExpectedIdentity { serial: Some("SN-1".into()), ..ExpectedIdentity::default() };
    let beside = Beside::default();
    let expected = BTreeMap::from([(DeviceIndex(1), expected)]);
    let mut running = Running::start_beside(link(&address, &[1], &expected), beside.clone());
    let first =
        running.wait_for("who it is", |report| !matches!(report.report, Report::Link(_) | Report::Fault(_))).await;
    assert!(matches!(first.report, Report::Identity(_)), "{first:?}");
    running.wait_for("a value", |report| matches!(report.report, Report::Observation(_))).await;
    for _ in 0..2 {
        *serial.lock().unwrap() = "SN-2";
        let lost = running.wait_lost().await;
        assert!(format!("{lost:?}").contains("another device answers"), "{lost:?}");
        *serial.lock().unwrap() = "SN-1";
        // Nothing comes through before the right one is back.
        let next = running.wait_for("anything but faults", |report| !matches!(report.report, Report::Fault(_))).await;
        assert_eq!(next.report, Report::Link(LinkState::Up));
        running.wait_for("a value", |report| matches!(report.report, Report::Observation(_))).await;
    }
    assert!(beside.stats.read().faults_of(FaultKind::Identity) >= 2);
    running.stop().await;
    serving.abort();
}

//! Modbus buses over real pseudo-terminals and sockets.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use common::{Pty, Running, serial};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use vigil_links::Link;
use vigil_model::{DeviceIndex, FaultKind, LinkState, Report};
use vigil_protocols::link::{BusSettings, Transport};
use vigil_protocols::modbus::adu::{Body, Frame, FrameReader, Framing, Side};
use vigil_protocols::modbus::{Bus, BusUnit, ReadRequest, RegisterImage, RegisterProfile, UnitId};

fn bed() -> Arc<RegisterProfile> {
    Arc::new(RegisterProfile::named_embedded("bed-contacts").unwrap())
}

fn bus(units: &[u8], transport: Transport, settings: BusSettings) -> Link {
    let profile = bed();
    let unit = |unit: &u8| BusUnit {
        device: DeviceIndex(u32::from(*unit)),
        unit: UnitId(*unit),
        profile: Arc::clone(&profile),
        poll_interval: Some(Duration::from_millis(50)),
        quiet_time: Some(Duration::from_millis(1_500)),
    };
    let bus = Bus::new(settings, units.iter().map(unit).collect());
    Link::Bus { id: "bus-1".into(), transport, settings, bus }
}

fn settings() -> BusSettings {
    BusSettings {
        response_timeout: Duration::from_millis(250),
        late_window: Duration::from_millis(600),
        ..Default::default()
    }
}

/// The answer of a bed to a request.
fn answer(image: &RegisterImage, transaction: u16, request: &ReadRequest, framing: Framing) -> Vec<u8> {
    Frame::answer(transaction, request, image.read(request).as_ref().map_err(|code| *code)).encode(framing)
}

/// Beds 1 and 3 answer, bed 2 is not there, bed 4 answers every second request too late.
async fn beds_on_a_line(pty: Arc<Pty>) {
    let mut reader = FrameReader::new(Framing::Rtu, Side::Requests);
    let mut image = RegisterImage::new(bed());
    image.set_alarm("Bed exit", true).unwrap();
    let (mut buffer, mut asked) = ([0; 256], 0);
    loop {
        let length = pty.read(&mut buffer).await;
        reader.push(&buffer[..length]);
        while let Some(frame) = reader.next_frame(None) {
            let Ok(Frame { body: Body::Request(request), unit, .. }) = frame else { panic!("{frame:?}") };
            let bytes = answer(&image, 0, &request, Framing::Rtu);
            match unit {
                UnitId(2) => {}
                UnitId(4) => {
                    asked += 1;
                    if asked % 2 == 0 {
                        tokio::time::sleep(Duration::from_millis(400)).await;
                    }
                    pty.write(&bytes).await;
                }
                _ => pty.write(&bytes).await,
            }
        }
    }
}

#[tokio::test]
async fn units_on_one_line_do_not_disturb_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let port = folder.path().join("port");
    let pty = Arc::new(Pty::plug_in(port.clone()));
    let beds = tokio::spawn(beds_on_a_line(Arc::clone(&pty)));
    let mut link = Running::start(bus(&[1, 2, 3, 4], serial(port.to_str().unwrap()), settings()));
    let (mut values, mut links, mut late) = (BTreeMap::<u32, u32>::new(), BTreeMap::<u32, Vec<String>>::new(), 0);
    let enough = |values: &BTreeMap<u32, u32>, links: &BTreeMap<u32, Vec<String>>, late: u32| {
        let lost = links.get(&2).is_some_and(|links| links.last().is_some_and(|state| state == "lost"));
        lost && late >= 3 && [1, 3, 4].iter().all(|device| values.get(device).is_some_and(|count| *count >= 20))
    };
    tokio::time::timeout(Duration::from_secs(60), async {
        while !enough(&values, &links, late) {
            for report in link.reports.recv().await.unwrap() {
                let device = report.device.0;
                match report.report {
                    Report::Observation(observation) => {
                        let text = observation.reading.value().unwrap().to_string();
                        let occupied = observation.containment.to_string() == "1.1.1.1";
                        assert!(!occupied || text == "out", "{text}");
                        *values.entry(device).or_default() += 1;
                    }
                    Report::Alarm(alarm) => assert_eq!(alarm.present, &*alarm.text == "Bed exit"),
                    Report::Link(state) => links.entry(device).or_default().push(match state {
                        LinkState::Connecting => "connecting".into(),
                        LinkState::Associating => "associating".into(),
                        LinkState::Up => "up".into(),
                        LinkState::Lost { .. } => "lost".into(),
                    }),
                    // The others may be late too, on a busy machine.
                    Report::Fault(fault) if fault.kind == FaultKind::Unexpected => late += u32::from(device == 4),
                    Report::Fault(fault) => assert_eq!(fault.kind, FaultKind::Timeout, "{device}: {}", fault.detail),
                    Report::AlarmsListed => {}
                    Report::Identity(_) | Report::Mode(_) | Report::Waveform(_) => panic!("beds say none of these"),
                }
            }
        }
    })
    .await
    .unwrap_or_else(|_| panic!("{values:?} {links:?} {late} late"));
    assert_eq!(values.get(&2), None);
    assert_eq!(links[&1], ["associating", "up"]);
    link.stop().await;
    beds.abort();
}

#[tokio::test]
async fn a_port_that_is_unplugged_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let port = folder.path().join("port");
    let mut link = Running::start(bus(&[1], serial(port.to_str().unwrap()), settings()));
    let lost = link.wait_lost().await;
    assert!(format!("{:?}", lost.report).contains("cannot open serial port"), "{lost:?}");
    for _ in 0..3 {
        let pty = Arc::new(Pty::plug_in(port.clone()));
        let beds = tokio::spawn(beds_on_a_line(Arc::clone(&pty)));
        link.wait_up().await;
        link.wait_for("all alarms", |report| report.report == Report::AlarmsListed).await;
        beds.abort();
        beds.await.ok();
        Arc::into_inner(pty).unwrap().unplug();
        link.wait_lost().await;
    }
    link.stop().await;
}

/// Serves beds on one connection until it is dropped. Unit 9 is not behind this gateway and never answers.
async fn serve(mut stream: TcpStream) {
    let mut reader = FrameReader::new(Framing::Tcp, Side::Requests);
    let image = RegisterImage::new(bed());
    let mut buffer = [0; 256];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        reader.push(&buffer[..length]);
        while let Some(frame) = reader.next_frame(None) {
            let Ok(Frame { transaction, body: Body::Request(request), unit }) = frame else { panic!("{frame:?}") };
            if unit != UnitId(9)
                && stream.write_all(&answer(&image, transaction, &request, Framing::Tcp)).await.is_err()
            {
                return;
            }
        }
    }
}

#[tokio::test]
async fn a_server_that_dies_is_lost_and_found_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let transport = Transport::Tcp { address: address.to_string() };
    let mut link = Running::start(bus(&[1, 2], transport, settings()));
    let (stream, _) = listener.accept().await.unwrap();
    let server = tokio::spawn(serve(stream));
    link.wait_up().await;
    link.wait_for("a value", |report| matches!(report.report, Report::Observation(_))).await;
    drop(listener);
    server.abort();
    for device in [1, 2] {
        link.wait_for("loss", |report| {
            report.device == DeviceIndex(device) && matches!(report.report, Report::Link(LinkState::Lost { .. }))
        })
        .await;
    }
    let listener = TcpListener::bind(address).await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let server = tokio::spawn(serve(stream));
    link.wait_up().await;
    link.wait_for("all alarms", |report| report.report == Report::AlarmsListed).await;
    link.stop().await;
    server.abort();
}

#[tokio::test]
async fn a_server_that_closes_idle_connections_loses_no_device() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let transport = Transport::Tcp { address: listener.local_addr().unwrap().to_string() };
    let mut link = Running::start(bus(&[1], transport, settings()));
    for _ in 0..4 {
        let (stream, _) = listener.accept().await.unwrap();
        let server = tokio::spawn(serve(stream));
        link.wait_for("a value", |report| {
            assert!(!matches!(report.report, Report::Link(LinkState::Lost { .. })), "{report:?}");
            matches!(report.report, Report::Observation(_))
        })
        .await;
        server.abort();
    }
    link.stop().await;
}

#[tokio::test]
async fn a_unit_that_a_gateway_does_not_reach_leaves_the_others_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let transport = Transport::Tcp { address: listener.local_addr().unwrap().to_string() };
    let gateway = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream));
        }
    });
    let mut link = Running::start(bus(&[1, 9], transport, settings()));
    let lost = link.wait_lost().await;
    assert_eq!(lost.device, DeviceIndex(9));
    let mut values = 0;
    while values < 50 {
        for report in link.reports.recv().await.unwrap() {
            assert!(report.device == DeviceIndex(9) || !matches!(report.report, Report::Link(LinkState::Lost { .. })));
            values += u32::from(matches!(report.report, Report::Observation(_)));
        }
    }
    link.stop().await;
    gateway.abort();
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_lost() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let transport = Transport::Tcp { address: listener.local_addr().unwrap().to_string() };
    let held = tokio::spawn(async move {
        let mut held = Vec::new();
        loop {
            held.push(listener.accept().await.unwrap());
        }
    });
    let mut link = Running::start(bus(&[1], transport, settings()));
    let lost = link.wait_lost().await;
    assert!(lost.received.monotonic.as_micros() >= 1_500_000, "not before the quiet time");
    link.stop().await;
    held.abort();
}

#[tokio::test]
async fn a_slow_engine_loses_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let transport = Transport::Tcp { address: listener.local_addr().unwrap().to_string() };
    let link = bus(&[1], transport, settings());
    let (sender, mut reports) = tokio::sync::mpsc::channel(1);
    let stop = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(vigil_links::run(link, sender, common::clock(), stop.clone()));
    let (stream, _) = listener.accept().await.unwrap();
    tokio::spawn(serve(stream));
    // The channel is full and nobody reads: the link stands still and can still be stopped.
    let first = reports.recv().await.unwrap();
    assert_eq!(first[0].report, Report::Link(LinkState::Associating));
    let second = reports.recv().await.unwrap();
    assert_eq!(second[0].report, Report::Link(LinkState::Up), "in order, none left out");
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(30), running).await.unwrap().unwrap();
}

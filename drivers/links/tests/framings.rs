//! Modbus in the framings that a serial line and a gateway can speak, and gateways that take one connection at a time.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{Pty, Running, serial};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use vigil_links::Link;
use vigil_model::{DeviceIndex, LinkState, Quality, Quantity, Reading, Report, Value};
use vigil_protocols::link::{BusSettings, Transport};
use vigil_protocols::modbus::adu::{Body, Frame, FrameReader, Side};
use vigil_protocols::modbus::{AsciiRules, Bus, BusUnit, Framing, RegisterImage, RegisterProfile, UnitId};

/// A refrigerator whose set point is -80.0 degrees.
fn refrigerator() -> RegisterImage {
    let profile = Arc::new(RegisterProfile::named_embedded("thermo-refrigerator").unwrap());
    let metric = &profile.profile().metrics[0];
    let mut image = RegisterImage::new(Arc::clone(&profile));
    let set_point = Reading::Value(Value::Numeric(Quantity::new(-800, -1)), Quality::Valid);
    image.set(metric.code, metric.containment, &set_point).unwrap();
    image
}

fn link(transport: Transport, framing: Framing) -> Link {
    let profile = Arc::clone(refrigerator().profile());
    let settings = BusSettings {
        response_timeout: Duration::from_millis(500),
        late_window: Duration::from_millis(50),
        framing: Some(framing),
        ascii: AsciiRules { count: profile.ascii_count(), ..AsciiRules::default() },
        ..BusSettings::default()
    };
    let unit = BusUnit {
        device: DeviceIndex(0),
        unit: UnitId(25),
        profile,
        poll_interval: Some(Duration::from_millis(50)),
        quiet_time: Some(Duration::from_secs(5)),
    };
    Link::Bus { id: "bus".into(), transport, settings, bus: Bus::new(settings, vec![unit]) }
}

/// What a refrigerator says to bytes, counting characters where its framing lets it.
fn answers(image: &RegisterImage, reader: &mut FrameReader, framing: Framing, bytes: &[u8]) -> Vec<u8> {
    reader.push(bytes);
    let mut said = Vec::new();
    while let Some(frame) = reader.next_frame(None) {
        let Ok(Frame { transaction, body: Body::Request(request), .. }) = frame else { panic!("{frame:?}") };
        let answer = Frame::answer(transaction, &request, image.read(&request).as_ref().map_err(|code| *code));
        said.extend(answer.encode_counting(framing, image.profile().ascii_count()));
    }
    said
}

/// Serves one connection until it ends, or until so many requests have been answered.
async fn serve(mut stream: TcpStream, framing: Framing, answers_max: usize) -> TcpStream {
    let (image, mut reader) = (refrigerator(), FrameReader::new(framing, Side::Requests));
    let (mut buffer, mut answered) = ([0; 512], 0);
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        if answered < answers_max {
            let said = answers(&image, &mut reader, framing, &buffer[..length]);
            stream.write_all(&said).await.ok();
            answered += 1;
        } else {
            return stream; // this request is never answered
        }
    }
    stream
}

fn is_set_point(report: &Report) -> bool {
    matches!(report, Report::Observation(observation) if observation.reading.value().is_some_and(|value| value.to_string() == "-80.0"))
}

#[tokio::test]
async fn rtu_and_ascii_are_spoken_through_a_gateway_that_passes_bytes_on() {
    for framing in Framing::ALL {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let transport = Transport::Tcp { address: listener.local_addr().unwrap().to_string() };
        let mut running = Running::start(link(transport, framing));
        let (stream, _) = listener.accept().await.unwrap();
        let gateway = tokio::spawn(serve(stream, framing, usize::MAX));
        running.wait_up().await;
        running.wait_for("the set point", |report| is_set_point(&report.report)).await;
        running.stop().await;
        gateway.abort();
    }
}

#[tokio::test]
async fn ascii_is_spoken_on_a_serial_line() {
    let folder = tempfile::tempdir().unwrap();
    let port = folder.path().join("port");
    let pty = Arc::new(Pty::plug_in(port.clone()));
    let device = tokio::spawn({
        let pty = Arc::clone(&pty);
        async move {
            let (image, mut reader) = (refrigerator(), FrameReader::new(Framing::Ascii, Side::Requests));
            let mut buffer = [0; 256];
            loop {
                let length = pty.read(&mut buffer).await;
                pty.write(&answers(&image, &mut reader, Framing::Ascii, &buffer[..length])).await;
            }
        }
    });
    let mut running = Running::start(link(serial(port.to_str().unwrap()), Framing::Ascii));
    running.wait_up().await;
    running.wait_for("the set point", |report| is_set_point(&report.report)).await;
    running.wait_for("the alarms", |report| report.report == Report::AlarmsListed).await;
    running.stop().await;
    device.abort();
}

/// Whether the other end of a connection has been closed by now, without waiting.
fn is_closed(stream: TcpStream) -> bool {
    let stream = stream.into_std().unwrap();
    stream.set_nonblocking(true).unwrap();
    matches!(stream.peek(&mut [0; 1]), Ok(0))
}

/// A gateway with one slot: when the next connection comes, the one before is over.
#[tokio::test]
async fn a_connection_is_closed_before_the_next_one_is_made() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let transport = Transport::Tcp { address: listener.local_addr().unwrap().to_string() };
    let mut running = Running::start(link(transport, Framing::Tcp));
    let gateway = tokio::spawn(async move {
        for _ in 0..4 {
            let (stream, _) = listener.accept().await.unwrap();
            let unanswered = serve(stream, Framing::Tcp, 6).await;
            let (next, _) = listener.accept().await.unwrap();
            assert!(is_closed(unanswered), "two connections at once");
            serve(next, Framing::Tcp, 1).await;
        }
    });
    tokio::time::timeout(Duration::from_secs(60), async {
        tokio::select! {
            done = gateway => done.unwrap(),
            _ = running.wait_for("a loss that should not be", |report| {
                matches!(report.report, Report::Link(LinkState::Lost { .. }))
            }) => panic!("a connection made anew loses no device"),
        }
    })
    .await
    .unwrap();
    running.stop().await;
}

//! Byte streams over real pseudo-terminals and sockets.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use common::{Pty, Running, serial};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use vigil_links::Link;
use vigil_model::{DeviceIndex, Instant, Now, Profile, Report};
use vigil_protocols::driver::Driver;
use vigil_protocols::link::Transport;
use vigil_protocols::watch::LinkWatch;
use vigil_protocols::{Session, Transmit};

/// A device that talks by itself. Each byte it sends is a sign of life; byte `!` is reported as an empty alarm list.
struct Listener {
    profile: Arc<Profile>,
    watch: LinkWatch,
    reports: VecDeque<Report>,
}

impl Listener {
    fn boxed(quiet_time: Duration) -> Box<dyn Session> {
        let profile = Driver::ALL[0].profile();
        Box::new(Self { profile, watch: LinkWatch::new(quiet_time), reports: VecDeque::new() })
    }
}

impl Session for Listener {
    fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    fn handle_connected(&mut self, now: Now) {
        self.reports.extend(self.watch.connected(now.monotonic));
    }

    fn handle_disconnected(&mut self, _: Now, reason: &str) {
        self.reports.extend(self.watch.disconnected(reason));
    }

    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        self.reports.extend(self.watch.heard(now.monotonic));
        self.reports.extend(bytes.iter().filter(|byte| **byte == b'!').map(|_| Report::AlarmsListed));
    }

    fn handle_timeout(&mut self, now: Now) {
        self.reports.extend(self.watch.expire(now.monotonic));
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.watch.deadline()
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        None
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }
}

fn stream(transport: Transport, session: Box<dyn Session>) -> Link {
    Link::Stream { id: "stream-1".into(), transport, device: DeviceIndex(5), session }
}

#[tokio::test]
async fn a_port_comes_and_goes() {
    let folder = tempfile::tempdir().unwrap();
    let port = folder.path().join("port");
    let mut link = Running::start(stream(serial(port.to_str().unwrap()), Listener::boxed(Duration::from_secs(60))));
    link.wait_lost().await;
    for _ in 0..3 {
        let pty = Pty::plug_in(port.clone());
        link.wait_for("the port to be opened", |report| {
            report.report == Report::Link(vigil_model::LinkState::Associating)
        })
        .await;
        pty.write(b"x!").await;
        link.wait_up().await;
        pty.unplug();
        link.wait_lost().await;
    }
    link.stop().await;
}

#[tokio::test]
async fn a_silent_device_is_lost_and_its_port_opened_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let transport = Transport::Tcp { address: listener.local_addr().unwrap().to_string() };
    let mut link = Running::start(stream(transport, Listener::boxed(Duration::from_millis(200))));
    let (mut silent, _) = listener.accept().await.unwrap();
    silent.write_all(b"x").await.unwrap();
    link.wait_up().await;
    link.wait_lost().await;
    let (mut again, _) = listener.accept().await.expect("a new connection");
    let closed = silent.read(&mut [0; 8]).await.expect("the old connection is closed in order");
    assert_eq!(closed, 0);
    again.write_all(b"!").await.unwrap();
    link.wait_up().await;
    link.stop().await;
}

#[tokio::test]
async fn every_byte_arrives_in_order_however_slow_the_engine() {
    const BYTES: usize = 200_000;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let transport = Transport::Tcp { address: listener.local_addr().unwrap().to_string() };
    let mut link = Running::start(stream(transport, Listener::boxed(Duration::from_secs(60))));
    let (mut device, _) = listener.accept().await.unwrap();
    let sending = tokio::spawn(async move {
        device.write_all(&[b'!'; BYTES]).await.unwrap();
        device
    });
    let mut heard = 0;
    while heard < BYTES {
        let batch = link.reports.recv().await.unwrap();
        heard += batch.iter().filter(|report| report.report == Report::AlarmsListed).count();
        tokio::task::yield_now().await;
    }
    assert_eq!(heard, BYTES);
    drop(sending.await.unwrap());
    link.wait_lost().await;
    link.stop().await;
}

#[tokio::test]
async fn a_driver_asks_its_device_over_a_serial_port() {
    let folder = tempfile::tempdir().unwrap();
    let port = folder.path().join("port");
    let pty = Pty::plug_in(port.clone());
    let config = Driver::EscScale.configure(Default::default()).unwrap();
    let _link = Running::start(stream(serial(port.to_str().unwrap()), config.session(Duration::from_secs(60))));
    let mut buffer = [0; 64];
    let length = tokio::time::timeout(Duration::from_secs(30), pty.read(&mut buffer)).await.expect("a request");
    assert_eq!(buffer[0], 0x1B, "{:02X?}", &buffer[..length]);
}

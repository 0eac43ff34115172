//! Simulated devices on real ports: pseudo-terminals and TCP. The clock is moved by hand; the ports are the system's.

#![expect(clippy::unwrap_used, reason = "helpers of tests, as allowed in the tests themselves")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_serial::SerialPortBuilderExt;
use tokio_util::sync::CancellationToken;
use vigil_model::{Instant, Now};
use vigil_protocols::alaris_asena::codec::{Frames, Request};
use vigil_simulators::fault::{FaultKind, FaultRule};
use vigil_simulators::serve::{self, Clock, Endpoint, ServeError, Server};
use vigil_simulators::{FaultPlan, Patient, Pump, Scenario, SimDevice, SimulatedWard, WardSettings};

/// How long anything here may take before it counts as hanging.
const HANGING: Duration = Duration::from_secs(20);

#[derive(Clone, Default)]
struct HandClock(Arc<AtomicU64>);

impl HandClock {
    fn set_s(&self, seconds: u64) {
        self.0.store(seconds * 1_000_000, Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let micros = self.0.clone();
        Arc::new(move || Now::default().after(Duration::from_micros(micros.load(Ordering::SeqCst))))
    }
}

fn pump(scenario: &str) -> Box<dyn SimDevice> {
    let course = Scenario::parse(scenario, "test").unwrap().course(1);
    Box::new(Pump::new(Patient::new(1, Arc::new(course)), 1, Instant::from_micros(0)))
}

const QUIET: &str = "name = \"quiet\"\ntitle = \"\"\n";

async fn ask(port: &mut (impl AsyncRead + AsyncWrite + Unpin), request: Request) -> String {
    let conversation = async {
        port.write_all(&request.encode()).await.unwrap();
        let mut frames = Frames::default();
        let mut buffer = [0u8; 256];
        loop {
            let length = port.read(&mut buffer).await.unwrap();
            assert!(length > 0, "the port is closed");
            frames.push(&buffer[..length]);
            if let Some(found) = frames.poll() {
                return found.unwrap();
            }
        }
    };
    tokio::time::timeout(HANGING, conversation).await.expect("no answer")
}

fn open(link: &Path) -> tokio_serial::SerialStream {
    let settings = vigil_protocols::alaris_asena::serial_defaults();
    tokio_serial::new(link.to_str().unwrap(), settings.baud).open_native_async().unwrap()
}

/// Waits until something is so.
async fn until(mut is_so: impl FnMut() -> bool) {
    let poll = async {
        let mut interval = tokio::time::interval(Duration::from_millis(2));
        while !is_so() {
            interval.tick().await;
        }
    };
    tokio::time::timeout(HANGING, poll).await.expect("did not happen");
}

struct Served {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), ServeError>>,
    link: PathBuf,
    _folder: tempfile::TempDir,
}

impl Served {
    async fn on_pty(device: Box<dyn SimDevice>, faults: FaultPlan, clock: &HandClock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("pump");
        let server = Server::bind(&Endpoint::Pty { link: link.clone() }).await.unwrap();
        let (stop, clock) = (CancellationToken::new(), clock.clock());
        let stopped = stop.clone();
        let task = tokio::spawn(async move { server.run(device, &faults, clock, stopped).await });
        Self { stop, task, link, _folder: folder }
    }

    async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(HANGING, self.task).await.unwrap().unwrap().unwrap();
        assert!(std::fs::symlink_metadata(&self.link).is_err(), "the link is removed");
    }
}

#[tokio::test]
async fn a_pump_on_a_pseudo_terminal_answers_one_client_after_another() {
    let served = Served::on_pty(pump(QUIET), FaultPlan::default(), &HandClock::default()).await;
    for _ in 0..3 {
        let mut port = open(&served.link);
        assert_eq!(ask(&mut port, Request::Alarm).await, "ALARM^AL_NOALM^ ^ ");
        assert!(ask(&mut port, Request::Infusion).await.starts_with("INF^8002-90001^-^SET^5.00^ml/h^^0.000^ml^"));
    }
    served.stop().await;
}

#[tokio::test]
async fn a_pulled_cable_takes_the_port_away_and_brings_it_back() {
    let scenario = "name = \"pull\"\ntitle = \"\"\n[[event]]\nat_s = 10\ndevice = \"pump\"\nevent = \"unplug\"\n\
                    [[event]]\nat_s = 20\ndevice = \"pump\"\nevent = \"replug\"\n";
    let clock = HandClock::default();
    let served = Served::on_pty(pump(scenario), FaultPlan::default(), &clock).await;
    let mut port = open(&served.link);
    ask(&mut port, Request::Alarm).await;
    clock.set_s(12);
    until(|| !served.link.exists()).await;
    let hung_up = tokio::time::timeout(HANGING, port.read(&mut [0u8; 8])).await.expect("the line hangs up");
    assert!(matches!(hung_up, Ok(0) | Err(_)), "{hung_up:?}");
    clock.set_s(21);
    until(|| served.link.exists()).await;
    let mut port = open(&served.link);
    assert_eq!(ask(&mut port, Request::Alarm).await, "ALARM^AL_NOALM^ ^ ");
    served.stop().await;
}

#[tokio::test]
async fn a_fault_plan_works_on_a_real_port() {
    let clock = HandClock::default();
    let stall = FaultRule { until_s: Some(5.0), ..FaultRule::always(FaultKind::Stall, 1.0) };
    let served = Served::on_pty(pump(QUIET), FaultPlan { seed: 1, rules: vec![stall] }, &clock).await;
    let mut port = open(&served.link);
    port.write_all(&Request::Alarm.encode()).await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(200), port.read_u8()).await;
    assert!(early.is_err(), "nothing comes while the line is stalled");
    clock.set_s(6);
    let first = tokio::time::timeout(HANGING, port.read_u8()).await.unwrap().unwrap();
    assert_eq!(first, b'!');
    served.stop().await;
}

#[tokio::test]
async fn a_ward_has_all_its_ports_until_it_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let ward = SimulatedWard::new(WardSettings {
        beds: 3,
        seed: 1,
        scenario: Arc::new(Scenario::named("stable").unwrap()),
        ports: folder.path().to_owned(),
        data_dir: folder.path().join("data"),
        ehr: None,
        broker: None,
    })
    .unwrap();
    let stop = CancellationToken::new();
    let tasks = serve::ward(&ward, &FaultPlan::default(), HandClock::default().clock(), stop.clone()).await.unwrap();
    assert_eq!((tasks.len(), std::fs::read_dir(folder.path()).unwrap().count()), (9, 9));
    for bed in ["401-1", "401-2", "402-1"] {
        let mut port = open(&folder.path().join(format!("pump-{bed}")));
        assert!(ask(&mut port, Request::SerialNumber).await.starts_with("INST_SERIALNO^8002-9"));
    }
    stop.cancel();
    for task in tasks {
        tokio::time::timeout(HANGING, task).await.unwrap().unwrap().unwrap();
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_name_that_is_taken_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("file");
    std::fs::write(&link, "mine").unwrap();
    let error = Server::bind(&Endpoint::Pty { link: link.clone() }).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("no symbolic link"), "{source}");
    assert_eq!(std::fs::read_to_string(&link).unwrap(), "mine");
}

#[tokio::test]
async fn a_tcp_port_serves_one_client_at_a_time_and_comes_back_under_its_number() {
    let scenario = "name = \"pull\"\ntitle = \"\"\n[[event]]\nat_s = 10\ndevice = \"pump\"\nevent = \"unplug\"\n\
                    [[event]]\nat_s = 20\ndevice = \"pump\"\nevent = \"replug\"\n";
    let (clock, stop) = (HandClock::default(), CancellationToken::new());
    let server = Server::bind(&Endpoint::Tcp { address: "127.0.0.1:0".to_owned() }).await.unwrap();
    let address = server.local_addr().unwrap();
    let (device, hand, stopped) = (pump(scenario), clock.clock(), stop.clone());
    let task = tokio::spawn(async move { server.run(device, &FaultPlan::default(), hand, stopped).await });
    for _ in 0..2 {
        let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
        assert_eq!(ask(&mut client, Request::Alarm).await, "ALARM^AL_NOALM^ ^ ");
    }
    let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
    ask(&mut client, Request::Alarm).await;
    clock.set_s(12);
    let closed = tokio::time::timeout(HANGING, client.read(&mut [0u8; 8])).await.expect("the connection ends");
    assert!(matches!(closed, Ok(0) | Err(_)));
    clock.set_s(21);
    let reconnect = async {
        loop {
            if let Ok(client) = tokio::net::TcpStream::connect(address).await {
                return client;
            }
            tokio::task::yield_now().await;
        }
    };
    let mut client = tokio::time::timeout(HANGING, reconnect).await.unwrap();
    assert_eq!(ask(&mut client, Request::Alarm).await, "ALARM^AL_NOALM^ ^ ");
    stop.cancel();
    tokio::time::timeout(HANGING, task).await.unwrap().unwrap().unwrap();
}

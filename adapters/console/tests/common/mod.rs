//! A console on a real socket before an appliance that is made up, and a client that reads what it answers.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "helpers of tests; each test uses some of them")]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use vigil_console::view::{
    About, Bed, Configuration, Connection, Counters, Destination, Device, DeviceLink, DeviceLinkState, Finding, Link,
    Metric, Number, Picture, Port, Probe, Probed, Reach, Reading, Text,
};
use vigil_console::{Answer, Appliance, NotTold, Shared};
use vigil_journal::{Journal, JournalError, Reader};
use vigil_model::{
    AlarmSource, AlarmState, AssociationOrder, Command, ConditionKey, ConditionKind, Containment, EngineEvent, Instant,
    Now, Occurrence, OccurrenceId, OrderOutcome, Priority, Timestamp, mdc,
};

/// The time on the clocks of the made-up appliance.
pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// An appliance whose picture a test sets.
pub struct Made {
    pub about: About,
    configuration: Configuration,
    pub picture: Mutex<Option<Picture>>,
    pub links: Mutex<Vec<Link>>,
    pub destinations: Mutex<Vec<Destination>>,
    pub told: Mutex<Vec<Command>>,
    pub ordered: Mutex<Vec<AssociationOrder>>,
    pub events: broadcast::Sender<Arc<EngineEvent>>,
    pub journal: Journal,
    pub people: std::sync::OnceLock<Arc<vigil_people::Authority>>,
    pub minutes: AtomicU64,
    looks: AtomicU64,
    pub folder: tempfile::TempDir,
}

impl Made {
    pub fn new(picture: Picture) -> Arc<Self> {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(&folder.path().join("journal.sqlite")).unwrap();
        Arc::new(Self {
            about: About { id: "ward-4b".into(), site: "north".into(), facility: "General".into(), ..About::default() },
            configuration: Configuration {
                name: "ward.toml".into(),
                text: "[appliance]\nid = \"ward-4b\"\n\n[[bed]]\nid = \"401-1\"\nroom = \"401\"\n".into(),
                findings: Vec::new(),
            },
            picture: Mutex::new(Some(picture)),
            links: Mutex::default(),
            destinations: Mutex::new(vec![destination("ehr", true)]),
            told: Mutex::default(),
            ordered: Mutex::default(),
            events: broadcast::channel(64).0,
            journal,
            people: std::sync::OnceLock::new(),
            minutes: AtomicU64::new(0),
            looks: AtomicU64::new(1),
            folder,
        })
    }

    pub fn change(&self, change: impl FnOnce(&mut Picture)) {
        change(self.picture.lock().unwrap().as_mut().unwrap());
    }
}

impl Appliance for Made {
    fn about(&self) -> &About {
        &self.about
    }

    fn now(&self) -> Now {
        // Each look at the clock is a second later, so that nothing is kept from the look before.
        let looks = self.looks.fetch_add(1, Ordering::Relaxed);
        let passed = std::time::Duration::from_secs(60 * self.minutes.load(Ordering::Relaxed));
        Now { monotonic: Instant::from_micros(looks * 1_000_000) + passed, utc: NOW + passed }
    }

    fn picture(&self) -> Answer<'_, Option<Picture>> {
        let picture = self.picture.lock().unwrap().clone();
        Box::pin(async { picture })
    }

    fn counters(&self) -> Answer<'_, Option<Counters>> {
        Box::pin(async { Some(Counters { steps: 7, ..Counters::default() }) })
    }

    fn links(&self) -> Vec<Link> {
        self.links.lock().unwrap().clone()
    }

    fn destinations(&self) -> Vec<Destination> {
        self.destinations.lock().unwrap().clone()
    }

    fn events(&self) -> broadcast::Receiver<Arc<EngineEvent>> {
        self.events.subscribe()
    }

    fn tell(&self, command: Command) -> Answer<'_, Result<(), NotTold>> {
        self.told.lock().unwrap().push(command);
        Box::pin(async { Ok(()) })
    }

    fn order(&self, order: AssociationOrder) -> Answer<'_, Result<OrderOutcome, NotTold>> {
        let refused = matches!(&order, AssociationOrder::Bind(binding) if binding.second.as_deref() != Some("ALDER"));
        self.ordered.lock().unwrap().push(order);
        let outcome = if refused {
            OrderOutcome::Refused { reason: "the second identifier does not fit".into() }
        } else {
            OrderOutcome::Taken
        };
        Box::pin(async { Ok(outcome) })
    }

    fn reader(&self) -> Result<Reader, JournalError> {
        self.journal.reader()
    }

    fn ports(&self) -> Answer<'_, Vec<Port>> {
        let port = |name: &str, link: Option<&str>| Port {
            name: format!("/dev/serial/by-path/pci-0000:00:14.0-usb-0:{name}:1.0-port0").into(),
            device: "/dev/ttyUSB0".into(),
            product: Some("FT232R USB UART".into()),
            link: link.map(Into::into),
            ..Port::default()
        };
        Box::pin(async move { vec![port("1.1", Some("line-401-1")), port("1.2", None)] })
    }

    fn probe(&self, wanted: Probe) -> Answer<'_, Result<Probed, Text>> {
        let cause = Some(format!("silent: nothing came from {}", wanted.line).into());
        Box::pin(async { Ok(Probed { tried: 9, cause, remedy: Some("Is it on?".into()), ..Probed::default() }) })
    }

    fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    fn check(&self, text: String) -> Answer<'_, Vec<Finding>> {
        let wrong = text.lines().position(|line| line.contains("wrong"));
        let finding = |line: usize| Finding {
            line: line as u64 + 1,
            column: 1,
            key: "bed[401-1].wrong".into(),
            message: "unknown key".into(),
            help: "did you mean `room`?".into(),
            refuses: true,
        };
        Box::pin(async move { wrong.map(finding).into_iter().collect() })
    }

    fn people(&self) -> Option<Arc<vigil_people::Authority>> {
        self.people.get().cloned()
    }

    fn journal_failing(&self) -> Option<String> {
        self.journal.status().failing
    }
}

/// A destination that takes everything.
pub fn destination(id: &str, connected: bool) -> Destination {
    let connection = if connected {
        Connection::Connected { since: NOW.into() }
    } else {
        Connection::Backoff { reason: "connection refused".into(), until: NOW.into() }
    };
    Destination { id: id.into(), kind: "hl7".into(), alarms: true, connection, ..Destination::default() }
}

/// A metric with a number that is current.
pub fn current(refid: &str, label: &str, value: &str, unit: &str) -> Metric {
    Metric {
        refid: refid.into(),
        row: "1.1.1.1".into(),
        label: label.into(),
        unit: Some(unit.into()),
        category: "measurement".into(),
        reading: Reading::Current {
            value: value.into(),
            number: value.parse().ok().map(Number),
            quality: "valid".into(),
        },
        age_ms: Some(400),
        ..Metric::default()
    }
}

/// A bed with a monitor that answers.
pub fn bed(id: &str, metrics: Vec<Metric>) -> Bed {
    let monitor = Device {
        id: format!("mon-{id}").into(),
        title: "Patient monitor".into(),
        line: format!("line-{id}").into(),
        link: DeviceLink { state: DeviceLinkState::Up, reason: None, since: NOW.into() },
        mode: "normal".into(),
        metrics,
        ..Device::default()
    };
    Bed {
        id: id.into(),
        unit: "4B".into(),
        room: "401".into(),
        bed: "1".into(),
        reach: Reach::EndToEnd,
        devices: vec![monitor],
        ..Bed::default()
    }
}

/// An alarm as the engine has it.
pub fn occurrence(number: u64, state: AlarmState) -> Occurrence {
    Occurrence {
        id: OccurrenceId { appliance: "ward-4b".into(), number },
        key: ConditionKey(format!("mon-1/limit/{number}").into()),
        bed: "1".into(),
        device: "mon-1".into(),
        kind: ConditionKind::Physiological,
        priority: Priority::High,
        event: mdc::EVT_LO,
        text: "Low SpO2".into(),
        source: AlarmSource {
            containment: Containment::new(1, 1, 1, 1),
            metric: Some(mdc::PULS_OXIM_SAT_O2),
            value: None,
            unit: None,
            limit: None,
            device_limits: None,
        },
        latching: false,
        state,
        inactivation: Vec::new(),
        count: 1,
        restarts: 0,
        escalation: None,
        onset: NOW,
        changed: NOW,
    }
}

/// A metric of a bed.
pub fn metric_of<'a>(picture: &'a mut Picture, bed: &str, refid: &str) -> &'a mut Metric {
    let bed = picture.beds.iter_mut().find(|other| *other.id == *bed).unwrap();
    bed.devices.iter_mut().flat_map(|device| &mut device.metrics).find(|metric| *metric.refid == *refid).unwrap()
}

/// A picture of some beds.
pub fn picture(beds: Vec<Bed>) -> Picture {
    Picture { at: NOW.into(), beds, alarms: Vec::new() }
}

/// A console that is served.
pub struct Served {
    pub address: SocketAddr,
    stop: CancellationToken,
}

impl Served {
    pub async fn of(appliance: Arc<Made>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        tokio::spawn(vigil_console::serve(listener, Shared::new(appliance), stop.clone()));
        Self { address, stop }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, "", "").await
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        Reply::read(&bytes)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
        let body = if is_chunked { unchunked(body) } else { body.to_owned() };
        Self { status, head: head.to_ascii_lowercase(), body }
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

fn unchunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((length, rest)) = body.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).unwrap_or(0);
        if length == 0 || rest.len() < length {
            break;
        }
        whole.push_str(&rest[..length]);
        body = rest[length..].trim_start_matches("\r\n");
    }
    whole
}

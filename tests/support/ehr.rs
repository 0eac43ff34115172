//! The EHR behind a real MLLP socket. It can go away and come back; what it has received stays, byte by byte, so that a test
//! judges for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vigil::clock;
use vigil_messages::hl7::Message;
use vigil_simulators::ehr::{Ehr, EhrCounters, EhrSettings};
use vigil_sinks::mllp::server::{Limits, Reply, serve};

use super::{Bell, locked, soon};

/// What has arrived, over all times that the EHR was there.
pub struct Chart {
    ehr: Ehr,
    /// Every block in order of arrival, repeats included.
    pub blocks: Vec<Block>,
}

/// One block as it arrived.
#[derive(Clone, Debug)]
pub struct Block {
    pub control_id: String,
    pub bytes: Vec<u8>,
}

/// An alarm message, read by the test's own eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    pub control_id: String,
    /// OBR-3: what makes this statement one statement.
    pub event: String,
    pub occurrence: String,
    pub phase: String,
    pub state: String,
    pub acknowledged: bool,
    pub kind: String,
    /// PV1-3 as `unit^room^bed`.
    pub place: String,
    pub text: String,
}

impl Alert {
    /// Number of the message.
    pub fn number(&self) -> u64 {
        self.control_id.rsplit_once('-').unwrap().1.parse().unwrap()
    }
}

impl Block {
    fn message(&self) -> Message<'_> {
        Message::parse(&self.bytes).unwrap()
    }

    /// The alarm that the message tells of, if it is about one.
    pub fn alert(&self) -> Option<Alert> {
        let message = self.message();
        if message.header().field(9).component(2).text() != "R40" {
            return None;
        }
        let obr = |field| message.field("OBR", field);
        let event = obr(3).component(1).text().into_owned();
        let parent = obr(29).component(2).subcomponent(1).text().into_owned();
        let facet = |number: usize| {
            let row = message.segments_named("OBX").filter(|obx| !obx.field(2).is_empty()).nth(number - 1);
            row.map_or_else(String::new, |obx| obx.field(5).text().into_owned())
        };
        let location = message.field("PV1", 3);
        let place = [1, 2, 3].map(|part| location.component(part).text().into_owned()).join("^");
        let coded = message.segments_named("OBX").find(|obx| !obx.field(2).is_empty());
        let coded = coded.map_or_else(String::new, |obx| obx.field(5).component(9).text().into_owned());
        Some(Alert {
            control_id: self.control_id.clone(),
            occurrence: if parent.is_empty() { event.clone() } else { parent },
            event,
            phase: facet(3),
            state: facet(4),
            acknowledged: facet(5).contains("alert-acknowledged"),
            kind: facet(7),
            place,
            text: if coded.is_empty() { facet(1) } else { coded },
        })
    }

    /// Number of the message: what follows the appliance's id.
    pub fn number(&self) -> u64 {
        self.control_id.rsplit_once('-').unwrap().1.parse().unwrap()
    }

    /// Where the patient lies, PV1-3 as `unit^room^bed`, and who it is, PID-3.1.
    pub fn patient_at(&self) -> (String, String) {
        let message = self.message();
        let location = message.field("PV1", 3);
        let place = [1, 2, 3].map(|part| location.component(part).text().into_owned()).join("^");
        (place, message.field("PID", 3).component(1).text().into_owned())
    }

    /// Values and the metric they are of, if the message charts any.
    pub fn values(&self) -> Vec<(String, String)> {
        let message = self.message();
        if message.header().field(9).component(2).text() != "R01" {
            return Vec::new();
        }
        let rows = message.segments_named("OBX").filter(|obx| !obx.field(2).is_empty() && !obx.field(5).is_empty());
        rows.map(|obx| (obx.field(3).component(2).text().into_owned(), obx.field(5).text().into_owned())).collect()
    }
}

impl Chart {
    pub fn counters(&self) -> EhrCounters {
        self.ehr.counters()
    }

    /// Whether a value of a metric has been charted for a patient at a place, by a message of this number or a later one.
    pub fn has_value(&self, place: &str, patient: &str, metric: &str, since: u64) -> bool {
        let blocks = self.blocks.iter().rev().filter(|block| block.number() >= since);
        let mut about = blocks.filter(|block| block.patient_at() == (place.to_owned(), patient.to_owned()));
        about.any(|block| block.values().iter().any(|(refid, _)| refid == metric))
    }

    /// Control ids of everything that has arrived.
    pub fn ids(&self) -> BTreeSet<String> {
        self.blocks.iter().map(|block| block.control_id.clone()).collect()
    }

    /// Alarm messages in order of arrival, each once.
    pub fn alerts(&self) -> Vec<Alert> {
        let mut seen = BTreeSet::new();
        let first = self.blocks.iter().filter(|block| seen.insert(&block.control_id));
        first.filter_map(Block::alert).collect()
    }

    /// No message came in two forms under one id, none under two ids, and none about the wrong patient.
    pub fn assert_sound(&self) {
        let mut first: BTreeMap<&str, &[u8]> = BTreeMap::new();
        let mut content: BTreeMap<(String, String, String, String), &str> = BTreeMap::new();
        for block in &self.blocks {
            let known = first.entry(&block.control_id).or_insert(&block.bytes);
            assert_eq!(*known, block.bytes, "{} came in two forms", block.control_id);
            let message = block.message();
            let made = message.field("OBR", 7).text().into_owned();
            if let Some(alert) = block.alert() {
                let id = content.entry((alert.event, alert.phase, alert.state, made)).or_insert(&block.control_id);
                assert_eq!(*id, block.control_id, "the same statement under two ids");
            }
        }
        let counters = self.counters();
        assert_eq!((counters.duplicates, counters.conflicts, counters.misattributed), (0, 0, 0), "{counters:?}");
        assert_eq!((counters.unreadable, counters.receipts_failed), (0, 0), "{counters:?}");
    }
}

/// The EHR while it is there.
pub struct EhrServer {
    pub address: SocketAddr,
    pub chart: Arc<Mutex<Chart>>,
    bell: Bell,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl EhrServer {
    /// An EHR that expects these patients at these places.
    pub async fn start(expected: BTreeMap<String, String>, bell: &Bell) -> Self {
        Self::start_slow(expected, Duration::ZERO, bell).await
    }

    /// An EHR that takes so long to answer.
    pub async fn start_slow(expected: BTreeMap<String, String>, delay: Duration, bell: &Bell) -> Self {
        let settings = EhrSettings { expected, delay, ..EhrSettings::default() };
        let chart = Chart { ehr: Ehr::new(settings, None), blocks: Vec::new() };
        Self::listen("127.0.0.1:0".parse().unwrap(), Arc::new(Mutex::new(chart)), bell).await
    }

    async fn listen(address: SocketAddr, chart: Arc<Mutex<Chart>>, bell: &Bell) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (clock, stop) = (clock::system(), CancellationToken::new());
        let (kept, rings) = (chart.clone(), bell.clone());
        let handler = move |_: SocketAddr, bytes: &[u8]| {
            let mut chart = locked(&kept);
            let answer = chart.ehr.handle_message(clock(), bytes);
            let control_id = Message::parse(bytes).unwrap().header().field(10).text().into_owned();
            chart.blocks.push(Block { control_id, bytes: bytes.to_vec() });
            drop(chart);
            rings.ring();
            answer.map_or(Reply::Silent, |answer| Reply::Delayed { after: answer.after, answer: answer.bytes })
        };
        let task = tokio::spawn(serve(listener, Arc::new(handler), Limits::default(), stop.clone()));
        Self { address, chart, bell: bell.clone(), stop, task }
    }

    /// Goes away: connections are closed and nobody listens.
    pub async fn go_away(self) -> EhrAway {
        self.stop.cancel();
        soon("the EHR is gone", self.task).await.unwrap();
        EhrAway { address: self.address, chart: self.chart, bell: self.bell }
    }
}

/// The EHR while it is not there.
pub struct EhrAway {
    address: SocketAddr,
    chart: Arc<Mutex<Chart>>,
    bell: Bell,
}

impl EhrAway {
    /// Comes back at the same address and remembers everything.
    pub async fn come_back(self) -> EhrServer {
        EhrServer::listen(self.address, self.chart, &self.bell).await
    }
}

//! A checked plan becomes a running appliance. A plan that checks can always be assembled; what can fail here is the outside.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vigil_config::{LinkPlan, Plan};
use vigil_engine::{Engine, Restored};
use vigil_journal::{Journal, JournalError, Limits, Outbox, Reader, SqliteOutbox};
use vigil_links::{Beside, Hubs, Link, LinkStats};
use vigil_messages::mqtt::Topics;
use vigil_messages::mqtt::alarm::Alarm;
use vigil_messages::{ControlIds, Destination, MqttDestination};
use vigil_model::{Command, DeviceIndex, DeviceReport, EngineEvent, Phase, Ward};
use vigil_protocols::Session;
use vigil_protocols::driver::DriverConfig;
use vigil_protocols::guarded::GuardedSession;
use vigil_protocols::identity::ExpectedIdentity;
use vigil_protocols::link::{BusSettings, Transport};
use vigil_protocols::modbus::{Bus, BusUnit};
use vigil_protocols::tape::TapedSession;
use vigil_recording::{LinkTape, Recorder};
use vigil_sinks::SinkStatus;
use vigil_sinks::mllp::out::MllpSink;
use vigil_sinks::mqtt::{MqttSink, Resync};

use crate::appliance::{Appliance, Question, Wiring};
use crate::audit::Audit;
use crate::clock::Clock;
use crate::history::History;
use crate::listen::{self, Listening};
use crate::presence::{self, Presence};
use crate::request::Request;
use crate::watch::Watch;
use crate::{canary, control, recording, renewal};

/// Batches of reports that wait for the loop; a link with more to say waits.
const REPORT_BATCHES_MAX: usize = 256;
/// Commands that wait for the loop.
const COMMANDS_MAX: usize = 256;
/// Requests that wait for the loop.
const REQUESTS_MAX: usize = 64;
/// Questions that wait for the loop.
const QUESTIONS_MAX: usize = 16;
/// Events that an observer may lag behind before it misses some.
const OBSERVED_EVENTS_MAX: usize = 4096;

/// Why an appliance could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be made.
    #[error("making the data folder {folder}: {source}; check `appliance.data_dir` and its permissions")]
    DataFolder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The journal cannot be opened.
    #[error("opening the journal: {0}")]
    Journal(#[from] JournalError),
    /// A listener's address cannot be used.
    #[error(transparent)]
    Listen(#[from] listen::ListenError),
    /// The thread of the loop cannot be started.
    #[error("starting the appliance's thread: {0}")]
    Thread(std::io::Error),
}

/// Pieces of waveforms that an observer may lag behind before it misses some: with all that eight monitors send, ten seconds.
const OBSERVED_WAVEFORMS_MAX: usize = 2048;

/// An appliance at work.
pub struct Running {
    /// What it was assembled from.
    pub ward: Arc<Ward>,
    /// Everything the engine says.
    pub events: broadcast::Sender<Arc<EngineEvent>>,
    /// Pieces of waveforms as devices send them, each a [`vigil_model::Report::Waveform`]. Nothing keeps them but the recording.
    pub waveforms: broadcast::Sender<Arc<DeviceReport>>,
    /// Questions to it.
    pub questions: mpsc::Sender<Question>,
    /// Commands to it.
    pub commands: mpsc::Sender<Command>,
    /// Requests to it, answered once they are on disk.
    pub requests: mpsc::Sender<Request>,
    /// Each listener by its configured id: where it listens, and what it has counted.
    pub listeners: Vec<Listening>,
    /// How each destination is doing.
    pub sinks: Vec<(Arc<str>, watch::Receiver<SinkStatus>)>,
    /// What each link has counted, by its configured id: on a bus with planned and actual periods of every unit.
    pub links: Vec<(Arc<str>, LinkStats)>,
    /// Its journal.
    pub journal: Journal,
    /// Its audit trail.
    pub audit: Audit,
    recorder: Option<Recorder>,
    stop_links: CancellationToken,
    stop_sinks: CancellationToken,
    tasks: TaskTracker,
    loop_ended: CancellationToken,
}

/// What a sink reads its destination's durable outbox through.
pub type Outlet<'a> = &'a dyn Fn(&Destination, SqliteOutbox) -> Box<dyn Outbox>;

/// Where the journal of an appliance stands in its data folder.
pub fn journal_path(data_dir: &Path) -> PathBuf {
    data_dir.join("journal.sqlite")
}

/// Starts everything the plan names. Returns as soon as the journal is open and the loop runs; devices and destinations
/// connect in their own time.
///
/// # Errors
/// If the data folder or the journal cannot be used.
pub fn start(plan: Plan, clock: Clock) -> Result<Running, StartError> {
    start_through(plan, clock, &|_, outbox| Box::new(outbox))
}

/// As [`start`]; each destination's sink reads its durable outbox through what `outlet` makes of it. For measurements and
/// tests that need what is sent in other words: nothing before the outbox is touched.
///
/// # Errors
/// As [`start`].
pub fn start_through(plan: Plan, clock: Clock, outlet: Outlet<'_>) -> Result<Running, StartError> {
    std::fs::create_dir_all(&plan.data_dir)
        .map_err(|source| StartError::DataFolder { folder: plan.data_dir.clone(), source })?;
    let path = journal_path(&plan.data_dir);
    let mut limits = Limits::default();
    if let Some(history) = &plan.history {
        (limits.trend_age_max, limits.trend_bytes_max) = (history.keep, history.bytes_max);
    }
    let (journal, restored) = Journal::open_with(&path, limits)?;
    for unreadable in &restored.unreadable {
        tracing::error!(
            condition = unreadable.key,
            reason = unreadable.reason,
            "A journalled alarm condition cannot be read; it stays in the journal."
        );
    }
    let ward = plan.ward.clone();
    let now = clock();
    let mut engine = Engine::new(ward.clone(), now);
    let control_ids = ControlIds::new(&ward.appliance.id, restored.next_control);
    let recorder = recording::start(&plan, &restored, now);
    engine.restore(
        Restored {
            next_seq: restored.next_seq,
            next_occurrence: restored.next_occurrence,
            occurrences: restored.occurrences,
            remembered: restored.associations,
        },
        now,
    );
    let steps = recorder.as_ref().map(|recorder| recorder.steps(recording::links_of_devices(&plan)));

    let (report_sender, reports) = mpsc::channel(REPORT_BATCHES_MAX);
    let (commands, command_receiver) = mpsc::channel(COMMANDS_MAX);
    let (requests, request_receiver) = mpsc::channel(REQUESTS_MAX);
    let (questions, question_receiver) = mpsc::channel(QUESTIONS_MAX);
    let (events, _) = broadcast::channel(OBSERVED_EVENTS_MAX);
    let (waveforms, _) = broadcast::channel(OBSERVED_WAVEFORMS_MAX);
    let (stop_links, stop_sinks) = (CancellationToken::new(), CancellationToken::new());
    let tasks = TaskTracker::new();

    let audit = Audit::start(&plan.data_dir, &clock, &commands);
    tasks.spawn(audit.clone().watch(events.subscribe(), clock.clone(), stop_links.clone()));
    if let Some(device) = canary::serve(&plan, &clock, stop_links.clone()) {
        tasks.spawn(device);
    }
    let to = listen::Appliance { ward: ward.clone(), requests: requests.clone(), clock: clock.clone() };
    let listeners = listen::start(&plan.listeners, &to, restored.receipts, &tasks, &stop_links)?;
    control::start(&plan.data_dir, &requests, &questions, &tasks, &stop_links);

    let mut wake = Vec::new();
    let mut sinks = Vec::new();
    for destination in &plan.destinations {
        let notify = Arc::new(Notify::new());
        let (status_sender, status) = watch::channel(SinkStatus::default());
        wake.push((destination.id().clone(), notify.clone()));
        let beside = status.clone();
        sinks.push((destination.id().clone(), status));
        let outbox = outlet(destination, journal.outbox(destination.id())?);
        match destination {
            Destination::Hl7(hl7) => {
                let renew = renewal::renew(hl7.clone(), ward.clone(), journal.reader()?);
                let presence = Presence {
                    to: hl7.clone(),
                    ward: ward.clone(),
                    journal: journal.clone(),
                    status: beside,
                    questions: questions.clone(),
                    clock: clock.clone(),
                };
                tasks.spawn(presence::run(presence, stop_links.clone()));
                let sink = vigil_sinks::mllp::out::run(
                    MllpSink { destination: hl7.clone(), renew: Some(renew) },
                    outbox,
                    notify,
                    status_sender,
                    clock.clone(),
                    stop_sinks.clone(),
                );
                tasks.spawn(sink);
            }
            Destination::Mqtt(broker) => {
                let resync = resync(broker.clone(), ward.clone(), journal.reader()?, clock.clone());
                let sink = MqttSink { destination: broker.clone(), appliance: ward.appliance.clone(), resync };
                let (commands, clock, stop) = (commands.clone(), clock.clone(), stop_sinks.clone());
                tasks.spawn(vigil_sinks::mqtt::run(sink, outbox, notify, commands, status_sender, clock, stop));
            }
        }
    }
    let watch = Watch::of(&plan, &sinks, now);
    tasks.spawn(crate::watch::run(watch, journal.clone(), commands.clone(), clock.clone(), stop_links.clone()));
    let (mut links, hubs) = (Vec::new(), Hubs::default());
    for (position, link) in (0u16..).zip(plan.links) {
        let id = link.id().clone();
        let stats = LinkStats::default();
        let beside = Beside { stats, adapter: plan.adapters.get(&id).cloned(), hubs: hubs.clone() };
        links.push((id, beside.stats.clone()));
        let tape = recorder.as_ref().map(|recorder| recorder.link(position));
        let link = assemble_link(link, &plan.identities, tape);
        let sender = report_sender.clone();
        tasks.spawn(vigil_links::run_beside(link, beside, sender, clock.clone(), stop_links.clone()));
    }
    drop(report_sender); // the loop ends when the last link has

    let history = plan.history.map(|history| History::new(&engine, &ward, history.bucket, now));
    let appliance = Appliance::new(engine, ward.clone(), plan.destinations, control_ids, journal.clone(), clock)
        .recorded_on(steps)
        .with_history(history);
    let wiring = Wiring {
        reports,
        commands: command_receiver,
        requests: request_receiver,
        questions: question_receiver,
        events: events.clone(),
        waveforms: waveforms.clone(),
        wake,
        stop: stop_links.clone(),
    };
    let loop_ended = CancellationToken::new();
    let ended = loop_ended.clone();
    std::thread::Builder::new()
        .name("vigil-engine".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            match runtime {
                Ok(runtime) => runtime.block_on(appliance.run(wiring)),
                Err(error) => tracing::error!(%error, "The appliance's loop could not be started."),
            }
            ended.cancel();
        })
        .map_err(StartError::Thread)?;
    Ok(Running {
        ward,
        events,
        waveforms,
        questions,
        commands,
        requests,
        listeners,
        sinks,
        links,
        journal,
        audit,
        recorder,
        stop_links,
        stop_sinks,
        tasks,
        loop_ended,
    })
}

fn assemble_link(plan: LinkPlan, identities: &Identities, tape: Option<LinkTape>) -> Link {
    match plan {
        LinkPlan::Stream { id, transport, device, driver, quiet_time } => {
            let mut session = session_of(&transport, device, &driver, quiet_time, identities);
            if let Some(tape) = tape {
                session = Box::new(TapedSession::new(session, Box::new(tape)));
            }
            Link::Stream { id, transport, device, session }
        }
        LinkPlan::Bus { id, transport, settings, units } => {
            let mut bus = bus_of(&transport, settings, units, identities);
            if let Some(tape) = tape {
                bus.record_on(Box::new(tape));
            }
            Link::Bus { id, transport, settings, bus }
        }
    }
}

/// Who devices must say they are.
pub(crate) type Identities = BTreeMap<DeviceIndex, ExpectedIdentity>;

/// The conversation with a device that is alone on its link, as it runs and as it is played again.
pub(crate) fn session_of(
    transport: &Transport,
    device: DeviceIndex,
    driver: &DriverConfig,
    quiet_time: Duration,
    identities: &Identities,
) -> Box<dyn Session> {
    let serial = matches!(transport, Transport::Serial(_));
    let expected = identities.get(&device).cloned().unwrap_or_default();
    Box::new(GuardedSession::new(driver.session(quiet_time), serial, expected))
}

/// The schedule of a bus, as it runs and as it is played again.
pub(crate) fn bus_of(
    transport: &Transport,
    settings: BusSettings,
    units: Vec<BusUnit>,
    identities: &Identities,
) -> Bus {
    let mut bus = Bus::new(settings, units);
    bus.guard(matches!(transport, Transport::Serial(_)), identities);
    bus
}

/// What the broker is told anew with each connection: every occurrence that is active or latched, as the journal has it.
fn resync(destination: MqttDestination, ward: Arc<Ward>, reader: Reader, clock: Clock) -> Resync {
    let reader = Mutex::new(reader);
    let topics = Topics::new(&destination, &ward.appliance);
    Arc::new(move || {
        let state = match reader.lock().unwrap_or_else(PoisonError::into_inner).state() {
            Ok(state) => state,
            Err(error) => {
                tracing::error!(%error, "Reading active alarms for the broker failed; it keeps what it has.");
                return Vec::new();
            }
        };
        let to = Destination::Mqtt(destination.clone());
        let seq = state.next_seq.saturating_sub(1); // no older than anything that has been said
        let told = state.occurrences.iter().filter(|occurrence| to.sees().alarm(occurrence));
        told.map(|occurrence| {
            let alarm = Alarm { ward: &ward, phase: Phase::Present, occurrence, patient: None, seq, at: clock().utc };
            alarm.state(&destination, &topics, &format!("{}-present-{seq}", occurrence.id))
        })
        .collect()
    })
}

impl Running {
    /// Stops the links and the loop, and waits until nothing is in flight, `longest` at most.
    pub async fn settle(&mut self, longest: std::time::Duration) {
        self.stop_links.cancel();
        self.loop_ended.cancelled().await;
        let quiet = async {
            for (_, status) in &mut self.sinks {
                let empty = |status: &SinkStatus| status.depth.alarms + status.depth.observations == 0;
                if status.wait_for(empty).await.is_err() {
                    return; // that sink has ended
                }
            }
        };
        if tokio::time::timeout(longest, quiet).await.is_err() {
            tracing::info!("Some messages still wait; they are sent at the next start.");
        }
    }

    /// Stops in order: links first, then the loop, then what is in flight, then the journal.
    pub async fn stop(self) {
        self.stop_links.cancel();
        self.loop_ended.cancelled().await;
        self.stop_sinks.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        let (journal, recorder, audit) = (self.journal, self.recorder, self.audit);
        // Waits for the disk.
        let close = move || {
            journal.close();
            audit.stop();
            if let Some(recorder) = recorder {
                recorder.close();
            }
        };
        let _ = tokio::task::spawn_blocking(close).await;
    }
}

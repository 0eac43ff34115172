//! The demo: the whole appliance, unchanged, between simulated devices on real pseudo-terminals and sockets and simulated
//! receivers behind a real MLLP socket and a real MQTT broker. What it shows is what arrived, not what was sent.

mod account;
mod broker;
mod nurse_station;
mod score;
mod table;

use std::collections::BTreeSet;
use std::future::Future;
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vigil_config::Plan;
use vigil_model::{Instant, Timestamp};
use vigil_simulators::ehr::EhrSettings;
use vigil_simulators::nurse_call::{NurseCall, NurseCallSettings};
use vigil_simulators::serve::Server;
use vigil_simulators::ward::{SimulatedWard, WardSettings};
use vigil_simulators::{FaultPlan, Scenario};

use crate::assemble;
use crate::clock::{self, Clock};
use crate::console::{Console, Facts};
use crate::receiver::Receiver;
pub use account::Account;
use nurse_station::Heard;
pub use score::Score;

/// How long somebody at the nurse call takes to acknowledge an alarm.
const ACKNOWLEDGE_AFTER: Duration = Duration::from_secs(4);
/// How long what is in flight at the end may take to be acknowledged.
const SETTLE_MAX: Duration = Duration::from_secs(5);
/// First levels of MQTT topics, the default of the configuration.
const PREFIX: &str = "ward/v1";

/// What a demo is.
#[derive(Clone, Debug)]
pub struct DemoSettings {
    /// Number of beds.
    pub beds: u32,
    /// What happens.
    pub scenario: Scenario,
    /// Draws the patients.
    pub seed: u64,
    /// Ends after this time.
    pub duration: Option<Duration>,
    /// Keeps everything here and goes on from there the next time.
    pub data: Option<PathBuf>,
    /// One JSON object a line instead of text.
    pub json: bool,
    /// Where the console is served; nowhere if `None`.
    pub http: Option<SocketAddr>,
}

/// Why a demo could not run.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The settings do not fit.
    #[error("{0}")]
    Settings(String),
    /// A part could not be started.
    #[error("starting {what} of the demo: {cause}")]
    Start {
        /// Which part.
        what: &'static str,
        /// Why.
        cause: String,
    },
}

/// What a demo remembers in its data folder, so that a restart finds the patients where they are by then.
#[derive(Debug, Serialize, Deserialize)]
struct Memory {
    beds: u32,
    seed: u64,
    scenario: String,
    began: Timestamp,
}

/// A scenario whose clock runs `speed` times as fast.
pub fn sped_up(mut scenario: Scenario, speed: f64) -> Scenario {
    scenario.cuff_interval_s /= speed;
    scenario.repeat_s = scenario.repeat_s.map(|seconds| seconds / speed);
    for point in scenario.vitals.iter_mut().flat_map(|curve| &mut curve.keyframes) {
        point.at_s /= speed;
    }
    for event in &mut scenario.events {
        event.at_s /= speed;
    }
    scenario
}

/// Runs a demo until its time is over or `interrupted` completes, and says how it went.
///
/// # Errors
/// If a part of it cannot be started.
pub async fn run(settings: DemoSettings, interrupted: impl Future<Output = ()>) -> Result<Score, DemoError> {
    let folder = Folder::open(settings.data.as_deref())?;
    let clock = clock::system();
    let (began, start) = folder.remember(&settings, &clock)?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let account = Arc::new(Account::new(settings.json, std::io::stdout().is_terminal() && !settings.json));

    // The hospital first, so that the appliance finds it; then the devices; then the appliance.
    let broker = broker::start(&tasks, stop.clone()).await?;
    let mut ward = ward(&settings, &folder.path, None, None)?;
    let ehr_settings = EhrSettings { expected: ward.expected(), ..EhrSettings::default() };
    let receipts = folder.path.join("ehr-receipts.jsonl");
    let observer = {
        let account = account.clone();
        Box::new(move |charted: &vigil_simulators::ehr::Charted| account.charted(charted))
    };
    let receiver = Receiver::bind("127.0.0.1:0", ehr_settings, Some(&receipts), Some(observer))
        .await
        .map_err(|error| DemoError::Start { what: "the EHR receiver", cause: error.to_string() })?;
    let (ehr, ehr_address) = (receiver.ehr.clone(), receiver.address);
    tasks.spawn(receiver.serve(clock.clone(), stop.clone()));
    let nurse_settings =
        NurseCallSettings { acknowledge_after: Some(ACKNOWLEDGE_AFTER), ..NurseCallSettings::default() };
    let nurse = Arc::new(Mutex::new(Heard { call: NurseCall::new(nurse_settings), ids: BTreeSet::new() }));
    nurse_station::start(broker, PREFIX, nurse.clone(), clock.clone(), &tasks, stop.clone()).await?;

    ward = self::ward(&settings, &folder.path, Some(ehr_address.to_string()), Some(broker.to_string()))?;
    serve_devices(&ward, start, &clock, &tasks, &stop).await?;
    let plan = configure(&ward, &folder.path)?;
    let facts = Facts::of(&plan, &[]);
    account.introduce(&plan, &folder.path, ehr_address, broker, began);
    let running = assemble::start(plan, clock.clone())
        .map_err(|error| DemoError::Start { what: "the appliance", cause: error.to_string() })?;
    let console = match settings.http {
        Some(address) => {
            let console = Console::open(&running, facts, address, clock.clone(), None).await.map_err(|error| {
                DemoError::Start { what: "the console", cause: format!("listening at {address}: {error}") }
            })?;
            account.console(console.address);
            Some(console)
        }
        None => None,
    };

    let watching = tokio::spawn(account::watch(
        account.clone(),
        running.events.subscribe(),
        running.questions.clone(),
        stop.clone(),
    ));
    let time_is_over = async {
        match settings.duration {
            Some(duration) => tokio::time::sleep(duration).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = time_is_over => {}
        () = interrupted => {}
    }
    account.closing();
    if let Some(console) = console {
        console.close().await;
    }
    let score = score::take(running, &ehr, &nurse, &account, &receipts, SETTLE_MAX).await;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    let _ = watching.await;
    account.conclude(&score);
    Ok(score)
}

fn ward(
    settings: &DemoSettings,
    folder: &Path,
    ehr: Option<String>,
    broker: Option<String>,
) -> Result<SimulatedWard, DemoError> {
    SimulatedWard::new(WardSettings {
        beds: settings.beds,
        seed: settings.seed,
        scenario: Arc::new(settings.scenario.clone()),
        ports: folder.join("ports"),
        data_dir: folder.to_owned(),
        ehr,
        broker,
    })
    .map_err(|error| DemoError::Settings(error.to_string()))
}

async fn serve_devices(
    ward: &SimulatedWard,
    start: Instant,
    clock: &Clock,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<(), DemoError> {
    for link in ward.links() {
        let failed =
            |error: &dyn std::error::Error| DemoError::Start { what: "a simulated device", cause: error.to_string() };
        let server = Server::bind(&link.endpoint).await.map_err(|error| failed(&error))?;
        let device = ward.device(link, start);
        let (clock, stop, name) = (clock.clone(), stop.clone(), link.id.clone());
        tasks.spawn(async move {
            if let Err(error) = server.run(device, &FaultPlan::default(), clock, stop).await {
                tracing::error!(link = name, %error, "A simulated device ended.");
            }
        });
    }
    Ok(())
}

/// The configuration goes through the same file and the same checks as anybody's.
fn configure(ward: &SimulatedWard, folder: &Path) -> Result<Plan, DemoError> {
    let path = folder.join("vigil.toml");
    let failed = |cause: String| DemoError::Start { what: "the configuration", cause };
    std::fs::write(&path, ward.configuration())
        .map_err(|error| failed(format!("writing {}: {error}", path.display())))?;
    vigil_config::load(&path, &[])
        .map_err(|problems| failed(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

/// The data folder; one that nobody named is removed at the end.
struct Folder {
    path: PathBuf,
    is_temporary: bool,
}

impl Folder {
    fn open(named: Option<&Path>) -> Result<Self, DemoError> {
        let (path, is_temporary) = match named {
            Some(path) => (path.to_owned(), false),
            None => (std::env::temp_dir().join(format!("vigil-demo-{}", std::process::id())), true),
        };
        let failed = |error: std::io::Error| DemoError::Start {
            what: "the data folder",
            cause: format!("{}: {error}", path.display()),
        };
        std::fs::create_dir_all(path.join("ports")).map_err(failed)?;
        let path = path.canonicalize().map_err(failed)?;
        Ok(Self { path, is_temporary })
    }

    /// When the scenario began: now, or, with the same settings as the last time, when it began then.
    fn remember(&self, settings: &DemoSettings, clock: &Clock) -> Result<(Timestamp, Instant), DemoError> {
        let now = clock();
        let path = self.path.join("demo.json");
        let known: Option<Memory> = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let same = |memory: &Memory| {
            memory.beds == settings.beds && memory.seed == settings.seed && memory.scenario == settings.scenario.name
        };
        let began = match known {
            Some(memory) if same(&memory) && memory.began <= now.utc => memory.began,
            Some(_) | None => now.utc,
        };
        let memory =
            Memory { beds: settings.beds, seed: settings.seed, scenario: settings.scenario.name.clone(), began };
        let text = serde_json::to_vec(&memory).unwrap_or_default();
        std::fs::write(&path, text).map_err(|error| DemoError::Start {
            what: "the data folder",
            cause: format!("{}: {error}", path.display()),
        })?;
        let gone_micros = u64::try_from(now.utc.since(began).as_micros()).unwrap_or(u64::MAX);
        Ok((began, Instant::from_micros(now.monotonic.as_micros().saturating_sub(gone_micros))))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_temporary {
            // A folder that cannot be removed is left for the operating system to tidy.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

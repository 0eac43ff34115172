//! The console of a running appliance: what it asks, answered by the loop, the links, the sinks and the journal.

mod bench;
mod picture;
mod status;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vigil_config::Plan;
use vigil_console::view::{
    About, Configuration, Counters, Destination, Finding, Link, Picture, Port, Probe, Probed, Text,
};
use vigil_console::{Answer, Appliance, NotTold, Shared};
use vigil_journal::{Journal, JournalError, Reader};
use vigil_links::LinkStats;
use vigil_model::{AssociationOrder, Command, EngineEvent, Now, OrderOutcome, Ward};
use vigil_people::{Authority, PeopleError, Terms, setup};
use vigil_sinks::SinkStatus;

use crate::appliance::Question;
use crate::assemble::Running;
use crate::clock::Clock;
use crate::request::Request;
use bench::Bench;
use status::Configured;

/// What the console must know of a plan before the plan is assembled.
pub struct Facts {
    links: Vec<Configured<Link>>,
    destinations: Vec<Configured<Destination>>,
    bench: Bench,
}

impl Facts {
    /// The facts of a plan; `profiles` are those that were named beside its configuration.
    pub fn of(plan: &Plan, profiles: &[PathBuf]) -> Self {
        Self { links: status::links(plan), destinations: status::destinations(plan), bench: Bench::of(plan, profiles) }
    }
}

/// A running appliance, as the console sees it.
struct Shown {
    about: About,
    ward: Arc<Ward>,
    clock: Clock,
    facts: Facts,
    events: broadcast::Sender<Arc<EngineEvent>>,
    questions: mpsc::Sender<Question>,
    commands: mpsc::Sender<Command>,
    requests: mpsc::Sender<Request>,
    sinks: Vec<(Arc<str>, watch::Receiver<SinkStatus>)>,
    links: Vec<(Arc<str>, LinkStats)>,
    journal: Journal,
    people: Option<Arc<Authority>>,
}

impl Appliance for Shown {
    fn about(&self) -> &About {
        &self.about
    }

    fn now(&self) -> Now {
        (self.clock)()
    }

    fn picture(&self) -> Answer<'_, Option<Picture>> {
        Box::pin(async {
            let (sender, answer) = oneshot::channel();
            self.questions.send(Question::Snapshot(sender)).await.ok()?;
            let snapshot = answer.await.ok()?;
            let at = (self.clock)().utc;
            Some(picture::of(snapshot, at, &self.ward, &self.facts, &self.destinations()))
        })
    }

    fn counters(&self) -> Answer<'_, Option<Counters>> {
        Box::pin(async {
            let (sender, answer) = oneshot::channel();
            self.questions.send(Question::Counters(sender)).await.ok()?;
            Some(status::counters(&answer.await.ok()?))
        })
    }

    fn links(&self) -> Vec<Link> {
        self.facts.links.iter().map(|link| status::link(link, &self.links, &self.ward)).collect()
    }

    fn destinations(&self) -> Vec<Destination> {
        self.facts.destinations.iter().map(|destination| status::destination(destination, &self.sinks)).collect()
    }

    fn events(&self) -> broadcast::Receiver<Arc<EngineEvent>> {
        self.events.subscribe()
    }

    fn tell(&self, command: Command) -> Answer<'_, Result<(), NotTold>> {
        Box::pin(async { self.commands.send(command).await.map_err(|_| NotTold) })
    }

    fn order(&self, order: AssociationOrder) -> Answer<'_, Result<OrderOutcome, NotTold>> {
        Box::pin(async {
            let (reply, answer) = oneshot::channel();
            let request = Request { orders: vec![order], commands: Vec::new(), receipt: None, reply };
            self.requests.send(request).await.map_err(|_| NotTold)?;
            let outcomes = answer.await.map_err(|_| NotTold)?.map_err(|_| NotTold)?;
            outcomes.into_iter().next().ok_or(NotTold)
        })
    }

    fn reader(&self) -> Result<Reader, JournalError> {
        self.journal.reader()
    }

    fn ports(&self) -> Answer<'_, Vec<Port>> {
        Box::pin(async {
            // What the system says about its ports is read from files of its own, which may take a moment.
            tokio::task::block_in_place(|| bench::ports(&self.facts.links))
        })
    }

    fn probe(&self, wanted: Probe) -> Answer<'_, Result<Probed, Text>> {
        Box::pin(bench::find(wanted, self.clock.clone()))
    }

    fn configuration(&self) -> &Configuration {
        &self.facts.bench.configuration
    }

    fn check(&self, text: String) -> Answer<'_, Vec<Finding>> {
        Box::pin(async move { tokio::task::block_in_place(|| self.facts.bench.check(&text)) })
    }

    fn people(&self) -> Option<Arc<Authority>> {
        self.people.clone()
    }

    fn journal_failing(&self) -> Option<String> {
        self.journal.status().failing
    }
}

/// A console at work.
pub struct Console {
    /// Where it listens.
    pub address: SocketAddr,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Console {
    /// Opens the console of a running appliance at `address`, for these people; for whoever is at the appliance if `None`.
    ///
    /// # Errors
    /// If the address cannot be listened at.
    pub async fn open(
        running: &Running,
        facts: Facts,
        address: SocketAddr,
        clock: Clock,
        people: Option<Arc<Authority>>,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let appliance = &running.ward.appliance;
        let about = About {
            id: (&appliance.id).into(),
            facility: (&appliance.facility).into(),
            site: (&appliance.site).into(),
            test: appliance.test,
            version: env!("CARGO_PKG_VERSION").into(),
        };
        let shown = Shown {
            about,
            ward: running.ward.clone(),
            clock,
            facts,
            events: running.events.clone(),
            questions: running.questions.clone(),
            commands: running.commands.clone(),
            requests: running.requests.clone(),
            sinks: running.sinks.clone(),
            links: running.links.clone(),
            journal: running.journal.clone(),
            people,
        };
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(vigil_console::serve(listener, Shared::new(Arc::new(shown)), stop.clone()));
        tasks.close();
        tracing::info!(%address, "The console listens.");
        Ok(Self { address, stop, tasks })
    }

    /// Closes it. To be called before the appliance is stopped.
    pub async fn close(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

/// Who may use the console of an appliance with this data folder. Before there is anybody, the log says how the first
/// administrator is made.
pub fn people(data: &std::path::Path) -> Arc<Authority> {
    let people = Arc::new(Authority::new(data, Terms::default(), None));
    let prepared = || -> Result<Option<std::path::PathBuf>, PeopleError> {
        Ok(if people.needs_setup()? { Some(setup::prepare(data)?) } else { None })
    };
    match prepared() {
        Ok(None) => {}
        Ok(Some(path)) => tracing::warn!(
            code_in = %path.display(),
            "The console has no users yet. The code for its first page is in that file; `vigil users add` needs none."
        ),
        Err(error) => tracing::error!(%error, "The users cannot be read; nobody is let in to the console."),
    }
    people
}

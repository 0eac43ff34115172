//! Publishing to an MQTT broker, and the answers of people that come back.
//!
//! The outbox is the queue and no client outlives its connection: the client library loses what it holds when a session
//! is lost, so it never holds more than a window of messages that all still wait in the outbox. With each connection
//! every active alarm is told anew, what the broker holds of alarms that are over is cleared, and then the gateway's
//! retained status says that it is online: whatever was not told by then does not exist.

mod client;
pub mod kept;
pub mod options;
mod session;
pub mod window;

use std::sync::Arc;

use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use vigil_journal::Outbox;
use vigil_messages::MqttDestination;
use vigil_messages::mqtt::{MqttPublish, Topics};
use vigil_model::{Appliance, Command};

use crate::choose::Chooser;
use crate::timer::Timer;
use crate::tls::TlsClient;
use crate::{Backoff, Clock, SinkCounters, SinkState, SinkStatus};
use session::{Ended, HELD_PAUSE, Session};

/// Makes the retained states of every alarm that exists now. Called with each connection; reads the journal.
pub type Resync = Arc<dyn Fn() -> Vec<MqttPublish> + Send + Sync>;

/// What an MQTT sink is made of.
pub struct MqttSink {
    /// What the operator says about the broker.
    pub destination: MqttDestination,
    /// Who publishes.
    pub appliance: Appliance,
    /// Every alarm that exists, told anew.
    pub resync: Resync,
}

/// Delivers the outbox of a destination until `stop`. `wake` is to be notified after each commit that may concern it.
/// Answers to alarms go to `commands`; one that finds it full is dropped and counted.
pub async fn run(
    sink: MqttSink,
    outbox: Box<dyn Outbox>,
    wake: Arc<Notify>,
    commands: mpsc::Sender<Command>,
    status: watch::Sender<SinkStatus>,
    clock: Clock,
    stop: CancellationToken,
) {
    let MqttSink { destination, appliance, resync } = sink;
    let topics = Topics::new(&destination, &appliance);
    let tls = destination.tls.as_ref().map(|tls| Arc::new(TlsClient::new(&destination.id, &destination.address, tls)));
    let mut desk = Desk {
        tls,
        chooser: Chooser::new(HELD_PAUSE.0, HELD_PAUSE.1, &destination.id),
        destination,
        appliance,
        topics,
        resync,
        outbox,
        commands,
        status,
        clock,
        counters: SinkCounters::default(),
        has_warned_unheard: false,
    };
    desk.run(&wake, &stop).await;
}

/// What outlives a connection.
struct Desk {
    destination: MqttDestination,
    tls: Option<Arc<TlsClient>>,
    appliance: Appliance,
    topics: Topics,
    resync: Resync,
    outbox: Box<dyn Outbox>,
    commands: mpsc::Sender<Command>,
    status: watch::Sender<SinkStatus>,
    clock: Clock,
    chooser: Chooser,
    counters: SinkCounters,
    has_warned_unheard: bool,
}

impl Desk {
    async fn run(&mut self, wake: &Notify, stop: &CancellationToken) {
        let mut backoff = Backoff::new(
            self.destination.reconnect_min.get(),
            self.destination.reconnect_max.get(),
            &self.destination.id,
        );
        let mut timer = Timer::new();
        while !stop.is_cancelled() {
            self.publish_status(SinkState::Connecting);
            let reason = match options::options(&self.destination, &self.appliance, &self.topics, self.tls.as_deref()) {
                Ok(options) => match Session::new(self, options).run(wake, stop).await {
                    Ended::Stopped => break,
                    Ended::Lost { reason, was_useful } => {
                        if was_useful {
                            backoff.reset();
                        }
                        reason
                    }
                },
                Err(error) if error.is_passing() => error.to_string(),
                Err(error) => {
                    tracing::error!(sink = &*self.destination.id, error = %error, "The sink cannot run.");
                    self.publish_status(SinkState::Refused { reason: error.to_string().into() });
                    return;
                }
            };
            tracing::info!(sink = &*self.destination.id, reason, "Disconnected.");
            self.counters.disconnected += 1;
            self.chooser.restart();
            let (now, pause) = ((self.clock)(), backoff.pause());
            let until = now.after(pause);
            self.publish_status(SinkState::Backoff { reason: reason.into(), until: until.utc });
            timer.arm(now.monotonic, until.monotonic);
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = timer.fired() => {}
            }
        }
        self.publish_status(SinkState::Stopped);
    }

    fn publish_status(&mut self, state: SinkState) {
        let depth = self.outbox.depth();
        let (counters, held) = (self.counters, self.chooser.held());
        let certificates = self.tls.as_ref().map(|tls| tls.validity().certificates()).unwrap_or_default();
        self.status.send_if_modified(|status| {
            let newer = SinkStatus { state, counters, depth: depth.unwrap_or(status.depth), held, certificates };
            let changed = *status != newer;
            *status = newer;
            changed
        });
    }
}

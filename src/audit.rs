//! The audit trail of a running appliance: that it started and stopped, what receivers and people answered, and what the
//! console and the command line hand in.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;
use vigil_model::{AdjustOutcome, AssociationNews, Command, EngineEvent, EventKind};
use vigil_people::PeopleError;
use vigil_people::audit::recorder::Writer;
use vigil_people::audit::{Action, Entry, Kind, Limits, Object, Outcome, Recorder, Trail, Who};

use crate::clock::Clock;

/// A handle to the trail. Clones are the same.
#[derive(Clone)]
pub struct Audit {
    clock: Clock,
    recorder: Option<Recorder>,
    writer: Arc<Mutex<Option<Writer>>>,
}

impl Audit {
    /// Opens the trail of the data folder and says in it that the appliance started. Where it cannot be opened, the appliance
    /// runs all the same: what is watched at a bedside does not depend on a file. That is an alarm, and the log says why.
    pub fn start(data: &Path, clock: &Clock, commands: &mpsc::Sender<Command>) -> Self {
        let now = clock().utc;
        let opened = Trail::open(data, Limits::default(), now).and_then(|trail| {
            tracing::info!(public_key = trail.public_key(), "The audit trail is signed by this key.");
            Recorder::start(trail)
        });
        match opened {
            Ok((recorder, writer)) => {
                let this =
                    Self { clock: clock.clone(), recorder: Some(recorder), writer: Arc::new(Mutex::new(Some(writer))) };
                this.appliance(Action::Started);
                this
            }
            Err(error) => {
                tracing::error!(%error, "The audit trail cannot be opened; nothing is recorded in it.");
                let text = Arc::from("The audit trail cannot be written");
                // The queue is empty before the loop runs.
                let _ = commands.try_send(Command::Appliance { text, failing: true });
                Self { clock: clock.clone(), recorder: None, writer: Arc::default() }
            }
        }
    }

    /// Records an entry. Never waits.
    pub fn record(&self, entry: Entry) {
        if let Some(recorder) = &self.recorder {
            recorder.record(entry);
        }
    }

    /// Records what was done now.
    pub fn note(&self, who: Who, action: Action) {
        self.record(Entry::done((self.clock)().utc, who, action));
    }

    /// What others record with; `None` if nothing is recorded.
    pub fn recorder(&self) -> Option<Recorder> {
        self.recorder.clone()
    }

    /// Records what receivers and people answer, until `stop`.
    pub async fn watch(self, mut events: broadcast::Receiver<Arc<EngineEvent>>, clock: Clock, stop: CancellationToken) {
        loop {
            let event = tokio::select! {
                event = events.recv() => event,
                () = stop.cancelled() => return,
            };
            match event {
                Ok(event) => self.take(&event),
                Err(broadcast::error::RecvError::Lagged(missed)) => {
                    let entry = Entry::done(clock().utc, Who::appliance(), Action::EntriesLost).that(Outcome::Failed);
                    self.record(entry.with(format!("up to {missed} answers: the events came too fast")));
                }
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    fn take(&self, event: &EngineEvent) {
        let receiver = |by: &Arc<str>| Who { name: by.to_string(), kind: Kind::Receiver, role: None, from: None };
        let outcome = |taken: bool| if taken { Outcome::Done } else { Outcome::Refused };
        match &event.kind {
            EventKind::Answered { occurrence, answer, by, known } => {
                let word = serde_json::to_value(answer).ok().and_then(|word| word.as_str().map(str::to_owned));
                let entry = Entry::done(event.at, receiver(by), Action::AlarmAnswered).that(outcome(*known));
                let entry = entry.about(Object::new("occurrence", occurrence.to_string()));
                self.record(entry.with(word.unwrap_or_default()));
            }
            EventKind::Charted { entry, taken } => {
                let by = receiver(&entry.by);
                let charted = Entry::done(event.at, by, Action::Charted).that(outcome(*taken));
                self.record(charted.about(Object::new("bed", &*entry.bed)).with(&*entry.input));
            }
            EventKind::Association(news) => {
                let (action, association, mark) = match &**news {
                    AssociationNews::Opened { association } => (Action::PatientBound, association, &association.opened),
                    AssociationNews::Closed { association } => (
                        Action::PatientReleased,
                        association,
                        association.closed.as_ref().unwrap_or(&association.opened),
                    ),
                    AssociationNews::Renewed { .. }
                    | AssociationNews::Held { .. }
                    | AssociationNews::Outcome { .. } => return,
                };
                let patient = Some(association.patient.id.to_string());
                let object = Object { patient, ..Object::new("bed", &*association.bed) };
                let entry = Entry::done(event.at, receiver(&mark.by), action).about(object).because(&*mark.why);
                self.record(entry.with(association.evidence.as_str()));
            }
            // Which limit, not to what: a number is clinical.
            EventKind::Adjusted { adjustment, outcome: adjusted } => {
                let taken = matches!(adjusted, AdjustOutcome::Taken { .. });
                let entry =
                    Entry::done(event.at, receiver(&adjustment.by), Action::LimitsAdjusted).that(outcome(taken));
                let entry = entry.about(Object::new("bed", &*adjustment.bed)).because(&*adjustment.why);
                self.record(entry.with(&*adjustment.rule));
            }
            EventKind::Alarm { .. }
            | EventKind::Observations(_)
            | EventKind::Bed(_)
            | EventKind::Device(_)
            | EventKind::Infusion(_) => {}
        }
    }

    /// Says that the appliance stopped, and waits until that is on disk.
    pub fn stop(&self) {
        self.appliance(Action::Stopped);
        if let Some(writer) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            writer.stop();
        }
    }

    fn appliance(&self, action: Action) {
        let entry = Entry::done((self.clock)().utc, Who::appliance(), action);
        self.record(entry.with(format!("vigil {}", env!("CARGO_PKG_VERSION"))));
    }
}

/// Records what an operator did at the appliance's files, beside a running appliance or without one.
///
/// # Errors
/// If it cannot be recorded.
pub fn by_operator(data: &Path, entry: Entry) -> Result<(), PeopleError> {
    Trail::open(data, Limits::default(), entry.at)?.append(&[entry]).map(drop)
}

/// Who is at the terminal, as the system says: nobody proved it, access to the files did.
pub fn operator() -> Who {
    let name = ["SUDO_USER", "LOGNAME", "USER"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty()));
    Who::operator(name.unwrap_or_else(|| "somebody".to_owned()))
}

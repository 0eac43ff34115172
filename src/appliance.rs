//! The one loop that owns the engine, the encoders and the way to the journal.
//!
//! ```text
//! links ──reports──▶ ┌──────────────────────────────────────────────┐
//! sinks ──commands─▶ │ step → events → encode → scribe              │──▶ journal ──▶ wake sinks
//! people ─questions▶ └──────────────────────────────────────────────┘
//! ```
//!
//! It runs on a thread of its own, wakes when something arrives or a deadline is due, takes everything that has arrived in the
//! meantime as one step, and hands what is said to the scribe (`scribe.rs`), who tells nobody anything before it is on disk.
//! The loop itself never waits for the disk.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, broadcast, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use vigil_engine::{Counters, Engine, Snapshot};
use vigil_journal::{Journal, LogEntry, LogKind, Record};
use vigil_messages::{ControlIds, Destination};
use vigil_model::{
    AssociationNews, BedMemory, Command, DeviceReport, EngineEvent, EventKind, Now, Occurrence, Outgoing, Phase,
    Report, Ward,
};
use vigil_recording::{Checkpoint, Said, StepTape};

use crate::clock::Clock;
use crate::history::History;
use crate::request::{Pending, Request};
use crate::scribe::{Audience, Scribe};

/// Batches of reports taken into one step; more wait for the next one.
const BATCHES_PER_STEP_MAX: usize = 1024;
/// Commands taken into one step.
const COMMANDS_PER_STEP_MAX: usize = 256;

/// A question to the running appliance.
#[derive(Debug)]
pub enum Question {
    /// What every bed looks like now.
    Snapshot(oneshot::Sender<Snapshot>),
    /// What has been counted.
    Counters(oneshot::Sender<Counters>),
    /// Who lies where. Patient data.
    Beds(oneshot::Sender<Vec<BedMemory>>),
}

/// What the loop is connected to.
pub struct Wiring {
    /// What links report.
    pub reports: mpsc::Receiver<Vec<DeviceReport>>,
    /// What people and receivers say.
    pub commands: mpsc::Receiver<Command>,
    /// What somebody waits to see on disk.
    pub requests: mpsc::Receiver<Request>,
    /// What observers ask.
    pub questions: mpsc::Receiver<Question>,
    /// Everything the engine says, after it is on disk. Slow observers miss events; sinks read the journal instead.
    pub events: broadcast::Sender<Arc<EngineEvent>>,
    /// Wakes the sink of each destination.
    pub wake: Vec<(Arc<str>, Arc<Notify>)>,
    /// Pieces of waveforms go here as they come; whoever looks at them may miss some.
    pub waveforms: broadcast::Sender<Arc<DeviceReport>>,
    /// Ends the loop.
    pub stop: CancellationToken,
}

/// The loop and what it owns.
pub struct Appliance {
    engine: Engine,
    ward: Arc<Ward>,
    destinations: Vec<Destination>,
    control_ids: ControlIds,
    journal: Journal,
    clock: Clock,
    tape: Option<StepTape>,
    /// Requests that are a part of the next step.
    pending: Vec<Pending>,
    next_reference: u64,
    history: Option<History>,
}

impl Appliance {
    /// An appliance whose engine has been restored from the journal.
    pub fn new(
        engine: Engine,
        ward: Arc<Ward>,
        destinations: Vec<Destination>,
        control_ids: ControlIds,
        journal: Journal,
        clock: Clock,
    ) -> Self {
        Self {
            engine,
            ward,
            destinations,
            control_ids,
            journal,
            clock,
            tape: None,
            pending: Vec::new(),
            next_reference: 1,
            history: None,
        }
    }

    /// Takes down every step on `tape`.
    pub fn recorded_on(mut self, tape: Option<StepTape>) -> Self {
        self.tape = tape;
        self
    }

    /// Keeps the history of numbers.
    pub fn with_history(mut self, history: Option<History>) -> Self {
        self.history = history;
        self
    }

    /// Runs until [`Wiring::stop`] is cancelled and every link has gone.
    pub async fn run(mut self, mut wiring: Wiring) {
        let mut reports = Vec::new();
        let mut commands = Vec::new();
        let audience = Audience { events: wiring.events.clone(), wake: std::mem::take(&mut wiring.wake) };
        let mut scribe = Scribe::new(self.journal.clone(), self.clock.clone(), audience);
        // What was restored is announced before the first report.
        self.step(&mut reports, &mut commands, &mut scribe, &wiring.waveforms);
        let mut has_links = true; // without any, an appliance still answers
        loop {
            let wait = self.time_to_wait(&scribe);
            tokio::select! {
                biased;
                answer = scribe.answered() => {
                    scribe.settle(answer);
                    continue;
                }
                Some(question) = wiring.questions.recv() => {
                    self.answer(question);
                    continue;
                }
                Some(command) = wiring.commands.recv() => commands.push(command),
                Some(request) = wiring.requests.recv() => self.admit(request, &mut commands),
                batch = wiring.reports.recv(), if has_links => match batch {
                    Some(batch) => reports.extend(batch),
                    None => has_links = false,
                },
                () = tokio::time::sleep(wait) => scribe.go_on(),
                () = wiring.stop.cancelled() => {
                    // Links stop by themselves; take what they still have to say.
                    while let Some(batch) = wiring.reports.recv().await {
                        reports.extend(batch);
                    }
                    break;
                }
            }
            for _ in 0..BATCHES_PER_STEP_MAX {
                let Ok(batch) = wiring.reports.try_recv() else { break };
                reports.extend(batch);
            }
            while commands.len() < COMMANDS_PER_STEP_MAX {
                let Ok(command) = wiring.commands.try_recv() else { break };
                commands.push(command);
            }
            while commands.len() < COMMANDS_PER_STEP_MAX {
                let Ok(request) = wiring.requests.try_recv() else { break };
                self.admit(request, &mut commands);
            }
            self.step(&mut reports, &mut commands, &mut scribe, &wiring.waveforms);
        }
        self.step(&mut reports, &mut commands, &mut scribe, &wiring.waveforms);
        scribe.finish().await;
    }

    fn time_to_wait(&self, scribe: &Scribe) -> Duration {
        let now = (self.clock)().monotonic;
        let due = self.engine.next_deadline().into_iter().chain(scribe.due()).min();
        // An hour stands for "no deadline": waking for nothing costs nothing.
        let history = self.history.as_ref().map(History::due);
        let due = due.into_iter().chain(history).min();
        due.map_or(Duration::from_secs(3600), |due| due.since(now))
    }

    fn answer(&self, question: Question) {
        // Whoever asked may have gone: that is their affair.
        match question {
            Question::Snapshot(to) => drop(to.send(self.engine.snapshot((self.clock)()))),
            Question::Counters(to) => drop(to.send(self.engine.counters())),
            Question::Beds(to) => drop(to.send(self.engine.beds().to_vec())),
        }
    }

    /// Makes a request a part of the next step.
    fn admit(&mut self, request: Request, commands: &mut Vec<Command>) {
        let first = self.next_reference;
        for order in &request.orders {
            let reference = self.next_reference;
            self.next_reference += 1;
            commands.push(Command::Associate { reference, order: Box::new(order.clone()) });
        }
        commands.extend(request.commands.iter().cloned());
        self.pending.push(Pending { first, request });
    }

    fn step(
        &mut self,
        reports: &mut Vec<DeviceReport>,
        commands: &mut Vec<Command>,
        scribe: &mut Scribe,
        waveforms: &broadcast::Sender<Arc<DeviceReport>>,
    ) {
        let now = (self.clock)();
        self.take_down(now, reports, commands);
        show_waveforms(reports, waveforms);
        if let Some(history) = &mut self.history {
            history.reported(&self.engine, reports);
        }
        let events = self.engine.step(now, reports, commands);
        if let Some(history) = &mut self.history {
            history.stepped(&self.engine, &events, now, &self.journal);
        }
        let pending = std::mem::take(&mut self.pending);
        if !events.is_empty() || !pending.is_empty() {
            let mut record = self.record(now, &events);
            record.receipts.extend(pending.iter().filter_map(|pending| pending.request.receipt.clone()));
            record.verdicts.extend(pending.iter().flat_map(|pending| pending.verdicts(&events)));
            let replies = pending.into_iter().map(|pending| pending.decided(&events)).collect();
            scribe.take(record, events, replies);
        }
    }

    fn take_down(&mut self, now: Now, reports: &[DeviceReport], commands: &[Command]) {
        let Some(tape) = &mut self.tape else { return };
        if tape.wants_checkpoint(now) {
            let snapshot = self.engine.snapshot(now);
            let of_beds = snapshot.beds.into_iter().flat_map(|bed| bed.occurrences);
            let checkpoint = Checkpoint {
                next_seq: self.engine.next_seq(),
                next_occurrence: self.engine.next_occurrence(),
                next_control: self.control_ids.next(),
                occurrences: of_beds.chain(snapshot.occurrences).collect(),
                associations: self.engine.remembered(),
                ..Checkpoint::default()
            };
            tape.checkpoint(now, checkpoint);
        }
        tape.step(now, reports, commands);
    }

    /// The events of a step and the messages they become, to be written as one transaction.
    fn record(&mut self, now: Now, events: &[EngineEvent]) -> Record {
        let judged = (self.clock)().utc;
        let mut occurrences: Vec<Occurrence> = Vec::new();
        let mut log = Vec::new();
        let mut outgoing: Vec<Outgoing> = Vec::new();
        let (mut held, mut associations) = (Vec::new(), Vec::new());
        for event in events {
            match &event.kind {
                EventKind::Alarm { phase, occurrence, .. } => {
                    let kind = LogKind::Alarm { phase: *phase, state: occurrence.state, priority: occurrence.priority };
                    log.push(LogEntry { at: event.at, seq: event.seq, occurrence: occurrence.id.clone(), kind });
                    // What is told again after a restart was judged before it.
                    if *phase != Phase::Present {
                        let kind = LogKind::Judged { received: occurrence.changed, taken: now.utc };
                        log.push(LogEntry { at: judged, seq: event.seq, occurrence: occurrence.id.clone(), kind });
                    }
                    occurrences.push(Occurrence::clone(occurrence));
                }
                EventKind::Answered { occurrence, answer, by, known } => {
                    let kind = LogKind::Answered { answer: *answer, by: by.clone(), known: *known };
                    log.push(LogEntry { at: event.at, seq: event.seq, occurrence: occurrence.clone(), kind });
                }
                EventKind::Association(news) => match &**news {
                    AssociationNews::Opened { association }
                    | AssociationNews::Renewed { association }
                    | AssociationNews::Closed { association } => associations.push(association.clone()),
                    AssociationNews::Held { .. } | AssociationNews::Outcome { .. } => {}
                },
                EventKind::Observations(_)
                | EventKind::Bed(_)
                | EventKind::Device(_)
                | EventKind::Charted { .. }
                | EventKind::Adjusted { .. }
                | EventKind::Infusion(_) => {}
            }
            for destination in &self.destinations {
                let made = vigil_messages::encode(destination, &self.ward, event, &mut self.control_ids);
                if event.is_held() {
                    held.extend(made.iter().cloned());
                }
                outgoing.extend(made);
            }
        }
        if let Some(tape) = &mut self.tape {
            tape.said(now, Said::of(self.engine.next_seq(), &outgoing));
        }
        let is_held = |message: &Outgoing| held.iter().any(|held: &Outgoing| held.control_id == message.control_id);
        outgoing.retain(|message| !is_held(message));
        Record {
            at: now.utc,
            next_seq: self.engine.next_seq(),
            next_occurrence: self.engine.next_occurrence(),
            next_control: self.control_ids.next(),
            occurrences,
            log,
            outgoing,
            kept: self.engine.take_kept(),
            associations,
            held,
            ..Record::default()
        }
    }
}

/// Passes waveforms to whoever looks: beside the engine, which judges and keeps none, and towards no destination.
fn show_waveforms(reports: &[DeviceReport], to: &broadcast::Sender<Arc<DeviceReport>>) {
    if to.receiver_count() == 0 {
        return;
    }
    for report in reports.iter().filter(|report| matches!(report.report, Report::Waveform(_))) {
        let _ = to.send(Arc::new(report.clone())); // the last of those who looked may just have gone
    }
}

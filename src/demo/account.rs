//! What a demo tells as it happens: on a terminal a table that redraws with the latest events below it, elsewhere plain
//! lines, or JSON lines.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use vigil_config::Plan;
use vigil_engine::Snapshot;
use vigil_model::{Answer, AssociationNews, ConditionKind, EngineEvent, EventKind, LinkState, Phase, Timestamp};
use vigil_simulators::ehr::{Charted, Content};

use super::{Score, table};
use crate::appliance::Question;

/// Events shown below the table.
const EVENTS_SHOWN: usize = 14;
/// How often a table on a terminal is redrawn.
const REDRAW: Duration = Duration::from_millis(500);
/// How often a plain account has the values of every bed.
const VALUES_EVERY: Duration = Duration::from_secs(5);

/// Tells what happens and counts it.
pub struct Account {
    json: bool,
    redraws: bool,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    heading: String,
    snapshot: Option<Snapshot>,
    events: VecDeque<String>,
    tally: Tally,
    /// Occurrences that have been told of.
    seen: BTreeMap<String, ConditionKind>,
    /// Link state of each device as last told.
    links: BTreeMap<Arc<str>, LinkState>,
}

/// What the account has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// Occurrences of physiological conditions.
    pub physiological: u64,
    /// Occurrences of technical conditions.
    pub technical: u64,
    /// Occurrences that were acknowledged.
    pub acknowledged: u64,
    /// Occurrences that ended.
    pub ended: u64,
    /// Events the account missed because it could not keep up.
    pub missed: u64,
}

impl Account {
    /// An account in JSON lines, on a terminal, or in plain lines.
    pub fn new(json: bool, redraws: bool) -> Self {
        Self { json, redraws, inner: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tally(&self) -> Tally {
        self.lock().tally
    }

    /// Says what runs where.
    pub(super) fn introduce(&self, plan: &Plan, folder: &Path, ehr: SocketAddr, broker: SocketAddr, began: Timestamp) {
        let (beds, devices) = (plan.ward.beds.len(), plan.ward.devices.len());
        let text = format!(
            "Vigil demo: {beds} beds, {devices} simulated devices; every patient is invented. Secondary and advisory: never the primary alarm.\n\
             EHR receiver (HL7 over MLLP)  {ehr}      what it accepted: {}\n\
             Nurse call (MQTT broker)      {broker}      mosquitto_sub -p {} -v -t 'ward/#'\n\
             Serial ports and journal      {}    configuration: vigil.toml\n\
             Scenario began {began}. Ctrl-C ends it with a scorecard.\n",
            folder.join("ehr-receipts.jsonl").display(),
            broker.port(),
            folder.display(),
        );
        if self.json {
            self.print(&serde_json::json!({
                "demo": "started", "beds": beds, "devices": devices, "ehr": ehr.to_string(), "broker": broker.to_string(),
                "data": folder, "began": began.to_string(),
            }).to_string());
        } else if self.redraws {
            self.lock().heading = text;
        } else {
            self.print(&text);
        }
    }

    /// Says where the console is.
    pub(super) fn console(&self, address: SocketAddr) {
        if self.json {
            self.print(&serde_json::json!({ "demo": "console", "url": format!("http://{address}/") }).to_string());
        } else if self.redraws {
            self.lock().heading.push_str(&format!("Console                       http://{address}/\n"));
        } else {
            self.print(&format!("Console                       http://{address}/"));
        }
    }

    /// A message that the EHR accepted.
    pub(super) fn charted(&self, charted: &Charted) {
        match &charted.content {
            Content::Alarm { occurrence, phase, .. } => {
                self.event(
                    charted.received,
                    &format!("EHR         accepted {occurrence} {phase}  ({})", charted.control_id),
                );
            }
            Content::Observations { values, .. } if !self.redraws => {
                let place = &charted.place;
                self.event(
                    charted.received,
                    &format!("EHR         charted {values} values at {place}  ({})", charted.control_id),
                );
            }
            Content::Observations { .. } | Content::Other => {}
        }
    }

    fn happened(&self, event: &EngineEvent) {
        let line = match &event.kind {
            EventKind::Alarm { phase, occurrence, .. } => {
                self.count(*phase, occurrence);
                let value = occurrence.source.value.as_ref().map(|value| format!(" at {value}")).unwrap_or_default();
                format!(
                    "{:<11} {} {:<12} {:<6} {}{value}  ({}, {})",
                    match occurrence.kind {
                        ConditionKind::Physiological => "PATIENT",
                        ConditionKind::Technical => "TECHNICAL",
                        ConditionKind::Advisory => "ADVISORY",
                    },
                    occurrence.id,
                    phase.as_str(),
                    occurrence.priority.as_str(),
                    occurrence.text,
                    occurrence.bed,
                    occurrence.device,
                )
            }
            EventKind::Answered { occurrence, answer, by, .. } => {
                let answer = match answer {
                    Answer::Received => "has received",
                    Answer::Accepted => "takes care of",
                    Answer::Rejected => "declines",
                    Answer::Acknowledge => "acknowledges",
                };
                format!("NURSE CALL  {by} {answer} {occurrence}")
            }
            EventKind::Device(status) => {
                let before = self.lock().links.insert(status.device.clone(), status.link.clone());
                if before.as_ref() == Some(&status.link) {
                    return; // its identity or mode changed
                }
                match &status.link {
                    LinkState::Lost { reason } => format!("LINK        {} lost: {reason}", status.device),
                    LinkState::Up => format!("LINK        {} up", status.device),
                    LinkState::Connecting | LinkState::Associating => return,
                }
            }
            EventKind::Association(news) => match &**news {
                AssociationNews::Opened { association } => {
                    format!("ADT         a patient is bound to bed {} ({})", association.bed, association.opened.why)
                }
                AssociationNews::Closed { association } => {
                    let why = association.closed.as_ref().map_or("", |mark| &mark.why);
                    format!("ADT         nobody is bound to bed {} ({why})", association.bed)
                }
                AssociationNews::Held { .. } | AssociationNews::Renewed { .. } | AssociationNews::Outcome { .. } => {
                    return;
                }
            },
            EventKind::Observations(_)
            | EventKind::Bed(_)
            | EventKind::Charted { .. }
            | EventKind::Adjusted { .. }
            | EventKind::Infusion(_) => {
                return;
            }
        };
        self.event(event.at, &line);
    }

    fn count(&self, phase: Phase, occurrence: &vigil_model::Occurrence) {
        let mut inner = self.lock();
        if inner.seen.insert(occurrence.id.to_string(), occurrence.kind).is_none() {
            match occurrence.kind {
                ConditionKind::Physiological => inner.tally.physiological += 1,
                ConditionKind::Technical | ConditionKind::Advisory => inner.tally.technical += 1,
            }
        }
        match phase {
            Phase::Acknowledged => inner.tally.acknowledged += 1,
            Phase::End | Phase::Reset => inner.tally.ended += 1,
            Phase::Start
            | Phase::Continue
            | Phase::Update
            | Phase::Escalate
            | Phase::Deescalate
            | Phase::Inactivate
            | Phase::Present => {}
        }
    }

    fn event(&self, at: Timestamp, line: &str) {
        if self.json {
            self.print(&serde_json::json!({ "at": at.to_string(), "event": line }).to_string());
            return;
        }
        let clock = at.civil();
        let line =
            format!("{:02}:{:02}:{:02}.{:03}  {line}", clock.hour, clock.minute, clock.second, clock.micros / 1000);
        if self.redraws {
            let mut inner = self.lock();
            inner.events.push_back(line);
            if inner.events.len() > EVENTS_SHOWN {
                inner.events.pop_front();
            }
        } else {
            self.print(&line);
        }
    }

    fn show(&self, snapshot: Snapshot) {
        if !self.redraws {
            if !self.json {
                self.print(&table::render(&snapshot));
            }
            return;
        }
        let mut inner = self.lock();
        inner.snapshot = Some(snapshot);
        let mut screen = String::from("\x1b[H\x1b[J");
        screen.push_str(&inner.heading);
        screen.push('\n');
        if let Some(snapshot) = &inner.snapshot {
            screen.push_str(&table::render(snapshot));
        }
        screen.push('\n');
        for line in &inner.events {
            screen.push_str(line);
            screen.push('\n');
        }
        drop(inner);
        self.print(screen.trim_end());
    }

    /// The end has begun: what is in flight is awaited.
    pub(super) fn closing(&self) {
        if !self.json {
            self.print("\nStopping: links first, then what is in flight.");
        }
    }

    /// The scorecard.
    pub(super) fn conclude(&self, score: &Score) {
        if self.json {
            self.print(&serde_json::to_string(score).unwrap_or_default());
        } else {
            self.print(&score.to_string());
        }
    }

    /// Whoever reads may have gone away; the demo goes on.
    fn print(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{text}");
        let _ = out.flush();
    }
}

/// Follows a running appliance until `stop`.
pub(super) async fn watch(
    account: Arc<Account>,
    mut events: broadcast::Receiver<Arc<EngineEvent>>,
    questions: mpsc::Sender<Question>,
    stop: CancellationToken,
) {
    let mut redraw = tokio::time::interval(if account.redraws { REDRAW } else { VALUES_EVERY });
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            event = events.recv() => match event {
                Ok(event) => account.happened(&event),
                Err(broadcast::error::RecvError::Lagged(missed)) => account.lock().tally.missed += missed,
                Err(broadcast::error::RecvError::Closed) => break,
            },
            _ = redraw.tick() => {
                let (sender, receiver) = oneshot::channel();
                // A full queue or an appliance that has ended: no picture this time.
                if questions.try_send(Question::Snapshot(sender)).is_ok()
                    && let Ok(snapshot) = receiver.await
                {
                    account.show(snapshot);
                }
            }
        }
    }
}

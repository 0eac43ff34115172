//! The scorecard: what was sent, and what the receivers themselves say has arrived.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use vigil_journal::{Depth, LogKind, Reader, RowId};
use vigil_simulators::ehr::{Charted, Content, Ehr};
use vigil_sinks::{SinkCounters, SinkStatus};

use super::Account;
use super::account::Tally;
use super::nurse_station::Heard;
use crate::appliance::Question;
use crate::assemble::Running;

/// An alarm that took longer than this from its making to its receipt is late.
const ALARM_LATE: Duration = Duration::from_secs(5);

/// What became of a demo.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Score {
    /// Observations that devices reported.
    pub values_reported: u64,
    /// Values that the EHR charted.
    pub values_charted: u64,
    /// Wire faults counted.
    pub wire_faults: u64,
    /// Alarms.
    pub alarms: Tally,
    /// Messages to the EHR and to the nurse call.
    pub messages: Vec<Messages>,
    /// Alarm messages that reached the nurse call late.
    pub late: u64,
    /// Messages that the appliance holds for delivered and their receiver never had, and alarm messages that are nowhere.
    pub lost: u64,
    /// Messages that a receiver had under two control ids.
    pub duplicated: u64,
    /// Messages with a patient who is not the one in that bed.
    pub misattributed: u64,
}

/// What became of the messages of one destination.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Messages {
    /// The destination.
    pub destination: String,
    /// Transmissions, repeats included.
    pub sent: u64,
    /// Acknowledged by the receiver.
    pub acknowledged: u64,
    /// Repeats under the same id.
    pub repeated: u64,
    /// Refused for good.
    pub refused: u64,
    /// Still waiting in the outbox.
    pub waiting: u64,
    /// What the receiver says it has.
    pub received: u64,
}

impl Score {
    /// Whether nothing was lost, duplicated or given to the wrong patient.
    pub fn is_clean(&self) -> bool {
        self.lost == 0 && self.duplicated == 0 && self.misattributed == 0
    }
}

/// Stops the appliance in order, lets what is in flight arrive, and compares both sides.
pub(super) async fn take(
    mut running: Running,
    ehr: &Mutex<Ehr>,
    nurse: &Mutex<Heard>,
    account: &Account,
    receipts: &Path,
    settle: Duration,
) -> Score {
    let (sender, receiver) = oneshot::channel();
    let asked = running.questions.send(Question::Counters(sender)).await.is_ok();
    let counters = if asked { receiver.await.unwrap_or_default() } else { Default::default() };
    let mut statuses: Vec<_> = running.sinks.clone();
    running.settle(settle).await;
    let reader = running.journal.reader();
    running.stop().await;

    let ehr = ehr.lock().unwrap_or_else(PoisonError::into_inner);
    let nurse = nurse.lock().unwrap_or_else(PoisonError::into_inner);
    let heard = ehr.counters();
    let mut score = Score {
        values_reported: counters.tally.observations,
        values_charted: ehr.charted().map(values).sum(),
        wire_faults: counters.faults.iter().flat_map(|device| device.by_kind).sum(),
        alarms: account.tally(),
        duplicated: heard.duplicates + heard.conflicts,
        misattributed: heard.misattributed,
        late: nurse.call.latencies().iter().filter(|latency| **latency > ALARM_LATE).count() as u64,
        ..Score::default()
    };
    let made_here = |id: &&String| !id.contains("-present-"); // told anew with a connection, not from the outbox
    for (destination, status) in &mut statuses {
        let received = match &**destination {
            "ehr" => heard.observations + heard.alarms + heard.others,
            _ => nurse.ids.iter().filter(made_here).count() as u64,
        };
        score.messages.push(messages(destination, &status.borrow(), received));
    }
    score.lost = lost_acknowledged(&score.messages) + reader.map_or(0, |reader| lost_alarms(&reader, receipts));
    score
}

fn values(charted: &Charted) -> u64 {
    match charted.content {
        Content::Observations { values, .. } => u64::from(values),
        Content::Alarm { .. } | Content::Other => 0,
    }
}

fn messages(destination: &Arc<str>, status: &SinkStatus, received: u64) -> Messages {
    let SinkCounters { sent, acknowledged, repeated, refused, .. } = status.counters;
    Messages {
        destination: destination.to_string(),
        sent,
        acknowledged,
        repeated,
        refused,
        waiting: waiting(&status.depth),
        received,
    }
}

fn waiting(depth: &Depth) -> u64 {
    depth.alarms + depth.observations
}

/// The receivers count what they have; the appliance, what was acknowledged. More of the second than of the first is a loss.
fn lost_acknowledged(messages: &[Messages]) -> u64 {
    messages.iter().map(|messages| messages.acknowledged.saturating_sub(messages.received)).sum()
}

/// Alarm messages to the EHR that the journal knows of and that neither wait nor stand in the receiver's receipts, which
/// outlast a crash of both.
fn lost_alarms(reader: &Reader, receipts: &Path) -> u64 {
    let text = std::fs::read_to_string(receipts).unwrap_or_default();
    let mut there: BTreeSet<String> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|line| line["control_id"].as_str().map(str::to_owned))
        .collect();
    let waiting = reader.outbox(Some("ehr"), RowId::default(), u32::MAX).unwrap_or_default();
    there.extend(waiting.into_iter().map(|entry| entry.control_id));
    let active = reader.active().unwrap_or_default();
    let over = reader.history(u32::MAX).unwrap_or_default();
    let mut lost = 0;
    for occurrence in active.iter().chain(&over) {
        for entry in reader.log(&occurrence.id).unwrap_or_default() {
            if let Some(LogKind::Queued { destination, control_id }) = entry.kind {
                lost += u64::from(&*destination == "ehr" && !there.contains(&*control_id));
            }
        }
    }
    lost
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { physiological, technical, acknowledged, ended, .. } = self.alarms;
        writeln!(f, "\nScorecard")?;
        writeln!(
            f,
            "  values     {} reported by devices, {} charted by the EHR; {} wire faults counted",
            self.values_reported, self.values_charted, self.wire_faults
        )?;
        writeln!(
            f,
            "  alarms     {physiological} physiological, {technical} technical; {acknowledged} acknowledged, {ended} ended"
        )?;
        for m in &self.messages {
            writeln!(
                f,
                "  {:<10} {} sent, {} acknowledged, {} received there, {} repeated, {} refused, {} waiting",
                m.destination, m.sent, m.acknowledged, m.received, m.repeated, m.refused, m.waiting
            )?;
        }
        write!(
            f,
            "  {} late, {} lost, {} duplicated, {} misattributed",
            self.late, self.lost, self.duplicated, self.misattributed
        )
    }
}

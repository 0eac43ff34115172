//! What a receiver of HL7 alarms is told besides events: a watchdog at an interval, so that it knows that no alarm means no
//! alarm; and after its connection came back, every alarm that is active, with phase `present`, so that a receiver which was
//! started anew has the picture at once.
//!
//! Both go through the outbox like everything else. A watchdog that was not delivered is replaced by the next. Control ids carry
//! the time instead of a number of the engine's, so that a recording of the engine stays the same to the byte.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use vigil_journal::{Journal, Record};
use vigil_messages::Hl7Destination;
use vigil_messages::hl7::oru_r40::Alert;
use vigil_messages::hl7::watchdog;
use vigil_model::{Instant, Lane, Outgoing, Phase, Timestamp, Ward};
use vigil_sinks::{SinkState, SinkStatus};

use crate::appliance::Question;
use crate::clock::Clock;

/// A connection that comes and goes brings the active alarms no more often than this.
const PRESENT_EVERY_MIN: Duration = Duration::from_secs(30);

/// Whether a connection came back.
#[derive(Debug, Default)]
struct Returning {
    /// It was up, and is up no longer.
    lost: bool,
    was_up: bool,
    told: Option<Instant>,
}

impl Returning {
    /// Whether active alarms are to be told now.
    fn take(&mut self, now: Instant, is_up: bool) -> bool {
        self.lost |= self.was_up && !is_up;
        self.was_up |= is_up;
        let due = self.told.is_none_or(|told| now.since(told) >= PRESENT_EVERY_MIN);
        if !(is_up && self.lost && due) {
            return false;
        }
        (self.lost, self.told) = (false, Some(now));
        true
    }
}

/// What the task of one destination needs.
pub(crate) struct Presence {
    pub(crate) to: Hl7Destination,
    pub(crate) ward: Arc<Ward>,
    pub(crate) journal: Journal,
    pub(crate) status: watch::Receiver<SinkStatus>,
    pub(crate) questions: mpsc::Sender<Question>,
    pub(crate) clock: Clock,
}

/// Runs until `stop`.
pub(crate) async fn run(mut presence: Presence, stop: CancellationToken) {
    let every = presence.to.watchdog.map(Duration::from);
    // A destination without a watchdog is looked at when its status changes, and once in a while.
    let mut ticks = tokio::time::interval(every.unwrap_or(PRESENT_EVERY_MIN));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut returning = Returning::default();
    loop {
        let ticked = tokio::select! {
            () = stop.cancelled() => break,
            changed = presence.status.changed() => match changed {
                Ok(()) => false,
                Err(_) => return, // its sink has ended
            },
            _ = ticks.tick() => true,
        };
        let is_up = matches!(presence.status.borrow_and_update().state, SinkState::Connected { .. });
        if presence.to.alarms && returning.take((presence.clock)().monotonic, is_up) {
            presence.tell_active().await;
        }
        if let Some(every) = every.filter(|_| ticked) {
            presence.watchdog(every, false);
        }
    }
    if let Some(every) = every {
        presence.watchdog(every, true);
    }
}

impl Presence {
    fn watchdog(&self, every: Duration, is_last: bool) {
        let at = (self.clock)().utc;
        let control_id: Arc<str> = format!("{}-watchdog-{}", self.ward.appliance.id, millis(at)).into();
        let mut body = Vec::with_capacity(1024);
        watchdog::write(&self.ward.appliance, &self.to, &control_id, at, every, is_last, &mut body);
        self.send(vec![Outgoing {
            destination: self.to.id.clone(),
            lane: Lane::Alarm,
            control_id,
            order: "".into(),
            replaces: Some("watchdog".into()),
            occurrence: None,
            created: at,
            body,
        }]);
    }

    /// Every active or latched alarm that the receiver may see, once more, with whoever lies there now beyond doubt.
    async fn tell_active(&self) {
        let (Some(snapshot), Some(beds)) = (self.ask(Question::Snapshot).await, self.ask(Question::Beds).await) else {
            return; // the appliance ends
        };
        let lies_in = |bed: &str| {
            let memory = beds.iter().find(|memory| *memory.bed == *bed).filter(|memory| memory.holds.is_empty())?;
            memory.current.as_ref().map(|association| &*association.patient)
        };
        let at = (self.clock)().utc;
        let of_beds = snapshot.beds.iter().flat_map(|bed| &bed.occurrences);
        let active = of_beds.chain(&snapshot.occurrences).filter(|occurrence| self.to.sees().alarm(occurrence));
        let outgoing = active.map(|occurrence| {
            let number = occurrence.id.number;
            let control_id: Arc<str> = format!("{}-present-{}-{number}", self.ward.appliance.id, millis(at)).into();
            let patient = lies_in(&occurrence.bed);
            let alert = Alert { ward: &self.ward, phase: Phase::Present, occurrence, patient, seq: 0 };
            let mut body = Vec::with_capacity(2048);
            alert.write(&self.to, &control_id, at, &mut body);
            Outgoing {
                destination: self.to.id.clone(),
                lane: Lane::Alarm,
                control_id,
                order: occurrence.bed.clone(),
                replaces: None,
                occurrence: Some(occurrence.id.clone()),
                created: at,
                body,
            }
        });
        let outgoing: Vec<Outgoing> = outgoing.collect();
        if !outgoing.is_empty() {
            tracing::info!(destination = %self.to.id, alarms = outgoing.len(), "The connection is back: active alarms are told again.");
            self.send(outgoing);
        }
    }

    async fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<T>) -> Question) -> Option<T> {
        let (ask, answer) = oneshot::channel();
        self.questions.send(question(ask)).await.ok()?;
        answer.await.ok()
    }

    fn send(&self, outgoing: Vec<Outgoing>) {
        let at = (self.clock)().utc;
        let record = Record { at, outgoing, ..Record::default() };
        if let Err(error) = self.journal.submit(record, |_| {}) {
            tracing::warn!(destination = %self.to.id, %error, "What proves the way of alarms could not be put into the outbox.");
        }
    }
}

fn millis(at: Timestamp) -> i64 {
    at.as_micros() / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_alarms_are_told_when_a_connection_comes_back_and_not_too_often() {
        let second = |s: u64| Instant::from_micros(s * 1_000_000);
        let mut returning = Returning::default();
        let course = [
            (0, false, false),
            (1, true, false), // the first connection: the engine has told everything itself
            (2, true, false),
            (3, false, false),
            (5, true, true),
            (6, false, false),
            (7, true, false), // too soon
            (20, true, false),
            (35, true, true), // and then it is due
            (36, true, false),
        ];
        for (at, is_up, told) in course {
            assert_eq!(returning.take(second(at), is_up), told, "at {at}");
        }
    }
}

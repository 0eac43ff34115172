//! The ledger of one occurrence: when it passed each place between a device's bytes and the people who were to be told.
//!
//! ```text
//! bytes in ──▶ taken in ──▶ judged ──▶ journalled ──▶ sent ──▶ confirmed      per destination
//!                                                       └────▶ received, accepted, acknowledged by somebody
//! ```
//!
//! The journal's log has a line for each; this puts them together. Pure.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use vigil_model::{AlarmState, Answer, Phase, Priority, Timestamp};

use crate::LoggedEntry;
use crate::record::LogKind;

/// The ledger of an occurrence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// What was said about it, oldest first.
    pub passages: Vec<Passage>,
    /// What was answered, oldest first.
    pub answers: Vec<Answered>,
    /// Lines that this program cannot read.
    pub unreadable: u32,
}

/// One thing that was said about an occurrence, and its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Number of the event.
    pub seq: u64,
    /// Why it was said.
    pub phase: Phase,
    /// State after it.
    pub state: AlarmState,
    /// Priority after it.
    pub priority: Priority,
    /// When the bytes came in that led to it, or the deadline that did so was due.
    pub received: Option<Timestamp>,
    /// When the engine took it in: decoded, and waited for its turn.
    pub taken: Timestamp,
    /// When the engine had judged it.
    pub judged: Option<Timestamp>,
    /// When it was on disk.
    pub journalled: Option<Timestamp>,
    /// Its messages.
    pub messages: Vec<Message>,
}

/// One message about an occurrence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// For which destination.
    pub destination: Arc<str>,
    /// Under which control id.
    pub control_id: Arc<str>,
    /// How it went.
    pub way: Way,
}

/// How a message went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is not confirmed yet.
    Waiting,
    /// Its receiver took it over: an EHR acknowledged, a broker confirmed.
    Confirmed {
        /// When the transmission that was confirmed was handed to the connection.
        sent: Timestamp,
        /// When the confirmation was read.
        at: Timestamp,
        /// How many transmissions it took.
        attempts: u32,
    },
    /// Its receiver refused it for good.
    Refused {
        /// When.
        at: Timestamp,
        /// Why.
        reason: Arc<str>,
    },
    /// A newer message took its place before it was sent.
    Replaced,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// When it was taken in.
    pub at: Timestamp,
    /// What was answered.
    pub answer: Answer,
    /// Who answered.
    pub by: Arc<str>,
}

impl Ledger {
    /// Puts the lines of one occurrence together, in the order of writing.
    pub fn of(lines: &[LoggedEntry]) -> Self {
        let mut ledger = Ledger::default();
        for line in lines {
            match &line.kind {
                Some(kind) => ledger.add(line.at, line.seq, kind),
                None => ledger.unreadable += 1,
            }
        }
        ledger
    }

    fn add(&mut self, at: Timestamp, seq: u64, kind: &LogKind) {
        match kind {
            LogKind::Alarm { phase, state, priority } => self.passages.push(Passage {
                seq,
                phase: *phase,
                state: *state,
                priority: *priority,
                received: None,
                taken: at,
                judged: None,
                journalled: None,
                messages: Vec::new(),
            }),
            LogKind::Judged { received, .. } => {
                if let Some(passage) = self.passage(seq) {
                    (passage.received, passage.judged) = (Some(*received), Some(at));
                }
            }
            LogKind::Journalled { .. } => {
                if let Some(passage) = self.passage(seq) {
                    passage.journalled = Some(at);
                }
            }
            LogKind::Answered { answer, by, .. } => {
                self.answers.push(Answered { at, answer: *answer, by: by.clone() });
            }
            LogKind::Queued { destination, control_id } => {
                // Messages of a step are written after everything that was said in it, in the same order.
                let (destination, control_id) = (destination.clone(), control_id.clone());
                let message = Message { destination, control_id, way: Way::Waiting };
                let fewest =
                    |messages: &[Message]| messages.iter().filter(|m| m.destination == message.destination).count();
                let of_step = self.passages.iter_mut().filter(|passage| passage.taken == at);
                if let Some(passage) = of_step.min_by_key(|passage| fewest(&passage.messages)) {
                    passage.messages.push(message);
                }
            }
            LogKind::Delivered { control_id, sent, attempts, .. } => {
                self.settle(control_id, Way::Confirmed { sent: *sent, at, attempts: *attempts });
            }
            LogKind::Refused { control_id, reason, .. } => {
                self.settle(control_id, Way::Refused { at, reason: reason.clone() });
            }
            LogKind::Replaced { control_id, .. } => self.settle(control_id, Way::Replaced),
        }
    }

    fn passage(&mut self, seq: u64) -> Option<&mut Passage> {
        self.passages.iter_mut().rev().find(|passage| passage.seq == seq)
    }

    fn settle(&mut self, control_id: &str, way: Way) {
        let messages = self.passages.iter_mut().rev().flat_map(|passage| &mut passage.messages);
        if let Some(message) = messages.into_iter().find(|message| *message.control_id == *control_id) {
            message.way = way;
        }
    }
}

/// A place between a device and people, and which one if there are several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case", tag = "hop", content = "destination")]
pub enum Hop {
    /// From the device's bytes to the engine.
    Taken,
    /// In the engine.
    Judged,
    /// From the engine to the disk.
    Journalled,
    /// From the disk to the connection of a destination.
    Sent(Arc<str>),
    /// From there to its confirmation.
    Confirmed(Arc<str>),
}

impl Hop {
    /// In words: `sending to ehr`.
    pub fn text(&self) -> String {
        match self {
            Hop::Taken => "taking in what devices say".to_owned(),
            Hop::Judged => "judging".to_owned(),
            Hop::Journalled => "writing the journal".to_owned(),
            Hop::Sent(destination) => format!("sending to {destination}"),
            Hop::Confirmed(destination) => format!("confirmation by {destination}"),
        }
    }
}

/// How long each hop may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// [`Hop::Taken`].
    pub taken: Duration,
    /// [`Hop::Judged`].
    pub judged: Duration,
    /// [`Hop::Journalled`].
    pub journalled: Duration,
    /// [`Hop::Sent`].
    pub sent: Duration,
    /// [`Hop::Confirmed`].
    pub confirmed: Duration,
}

impl Budgets {
    /// How long a hop may take.
    pub const fn of(&self, hop: &Hop) -> Duration {
        match hop {
            Hop::Taken => self.taken,
            Hop::Judged => self.judged,
            Hop::Journalled => self.journalled,
            Hop::Sent(_) => self.sent,
            Hop::Confirmed(_) => self.confirmed,
        }
    }
}

/// The hops that a line tells of, each with how long it took.
pub fn hops(line: &LoggedEntry) -> Vec<(Hop, Duration)> {
    let at = line.at;
    match &line.kind {
        Some(LogKind::Judged { received, taken }) => {
            vec![(Hop::Taken, taken.since(*received)), (Hop::Judged, at.since(*taken))]
        }
        Some(LogKind::Journalled { judged }) => vec![(Hop::Journalled, at.since(*judged))],
        Some(LogKind::Delivered { destination, queued, sent, .. }) => {
            let mut hops = vec![(Hop::Confirmed(destination.clone()), at.since(*sent))];
            hops.extend(queued.map(|queued| (Hop::Sent(destination.clone()), sent.since(queued))));
            hops
        }
        Some(_) | None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000 + millis * 1000)
    }

    fn line(millis: i64, seq: u64, kind: LogKind) -> LoggedEntry {
        LoggedEntry { at: at(millis), seq, kind: Some(kind) }
    }

    fn said(phase: Phase, state: AlarmState) -> LogKind {
        LogKind::Alarm { phase, state, priority: Priority::High }
    }

    fn queued(destination: &str, control_id: &str) -> LogKind {
        LogKind::Queued { destination: destination.into(), control_id: control_id.into() }
    }

    fn delivered(destination: &str, control_id: &str, queued: i64, sent: i64) -> LogKind {
        LogKind::Delivered {
            destination: destination.into(),
            control_id: control_id.into(),
            queued: Some(at(queued)),
            sent: at(sent),
            attempts: 1,
        }
    }

    /// Two things are said in one step, later a third.
    fn lines() -> Vec<LoggedEntry> {
        vec![
            line(10, 5, said(Phase::Start, AlarmState::Active)),
            line(12, 5, LogKind::Judged { received: at(7), taken: at(10) }),
            line(10, 6, said(Phase::Escalate, AlarmState::Active)),
            line(12, 6, LogKind::Judged { received: at(8), taken: at(10) }),
            line(10, 0, queued("ehr", "a-1")),
            line(10, 0, queued("nurse", "a-2")),
            line(10, 0, queued("ehr", "a-3")),
            line(10, 0, queued("nurse", "a-4")),
            line(15, 5, LogKind::Journalled { judged: at(12) }),
            line(15, 6, LogKind::Journalled { judged: at(12) }),
            line(40, 0, delivered("ehr", "a-1", 10, 16)),
            line(30, 0, LogKind::Replaced { destination: "nurse".into(), control_id: "a-2".into() }),
            line(90, 7, LogKind::Answered { answer: Answer::Accepted, by: "nurse 7".into(), known: true }),
            line(99, 8, said(Phase::End, AlarmState::Inactive)),
            line(99, 0, queued("ehr", "a-5")),
            LoggedEntry { at: at(99), seq: 0, kind: None },
        ]
    }

    #[test]
    fn lines_become_passages_with_their_messages() {
        let ledger = Ledger::of(&lines());
        assert_eq!(ledger.passages.len(), 3);
        let [start, escalate, end] = &ledger.passages[..] else { panic!("{ledger:?}") };
        let ids = |passage: &Passage| passage.messages.iter().map(|m| m.control_id.to_string()).collect::<Vec<_>>();
        assert_eq!((ids(start), ids(escalate)), (vec!["a-1".into(), "a-2".into()], vec!["a-3".into(), "a-4".into()]));
        assert_eq!((start.received, start.taken), (Some(at(7)), at(10)));
        assert_eq!((start.judged, start.journalled), (Some(at(12)), Some(at(15))));
        assert_eq!(start.messages[0].way, Way::Confirmed { sent: at(16), at: at(40), attempts: 1 });
        assert_eq!(start.messages[1].way, Way::Replaced);
        assert_eq!(end.messages[0].way, Way::Waiting);
        assert_eq!((ledger.answers.len(), ledger.unreadable), (1, 1));
    }

    #[test]
    fn every_hop_has_its_time() {
        let all: Vec<(Hop, Duration)> = lines()[..11].iter().flat_map(hops).collect();
        let ms = Duration::from_millis;
        assert_eq!(all[..2], [(Hop::Taken, ms(3)), (Hop::Judged, ms(2))]);
        assert_eq!(all[4], (Hop::Journalled, ms(3)));
        assert_eq!(all[6..], [(Hop::Confirmed("ehr".into()), ms(24)), (Hop::Sent("ehr".into()), ms(6))]);
    }
}

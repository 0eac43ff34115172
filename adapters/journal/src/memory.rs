//! An outbox in memory, for tests and measurements of sinks: the same order and the same rules, and nothing survives.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vigil_model::{Lane, Outgoing};

use crate::{Depth, JournalError, Outbox, OutboxRow, RowId, Settlement};

/// The messages of one destination in memory. Copies share them: one side puts in, the other delivers.
#[derive(Clone, Debug, Default)]
pub struct MemoryOutbox(Arc<Mutex<Messages>>);

#[derive(Debug, Default)]
struct Messages {
    last: u64,
    waiting: BTreeMap<(Lane, RowId), Waiting>,
    settled: Vec<(OutboxRow, Settlement)>,
}

#[derive(Debug)]
struct Waiting {
    message: OutboxRow,
    replaces: Option<Arc<str>>,
}

impl MemoryOutbox {
    /// An empty outbox.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a message in, replacing what it replaces.
    pub fn put(&self, message: Outgoing) -> RowId {
        let mut messages = self.lock();
        messages.last += 1;
        let row = RowId(messages.last);
        let Outgoing { lane, control_id, order, replaces, occurrence, created, body, destination: _ } = message;
        if replaces.is_some() {
            messages.waiting.retain(|_, waiting| waiting.replaces != replaces);
        }
        let message = OutboxRow { row, lane, order, control_id, occurrence, created, body };
        messages.waiting.insert((lane, row), Waiting { message, replaces });
        row
    }

    /// Everything that was settled, in the order of settling.
    pub fn settled(&self) -> Vec<(OutboxRow, Settlement)> {
        self.lock().settled.clone()
    }

    /// How many messages wait.
    pub fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    fn lock(&self) -> MutexGuard<'_, Messages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbox for MemoryOutbox {
    fn next(&mut self, lane: Lane, after: RowId, limit: usize) -> Result<Vec<OutboxRow>, JournalError> {
        let messages = self.lock();
        let from = (lane, RowId(after.0.saturating_add(1)));
        let rows = messages.waiting.range(from..=(lane, RowId(u64::MAX)));
        Ok(rows.take(limit).map(|(_, waiting)| waiting.message.clone()).collect())
    }

    fn settle(&mut self, row: RowId, settlement: Settlement) {
        let mut messages = self.lock();
        if let Settlement::Rewritten { at, control_id, body } = settlement {
            for lane in [Lane::Alarm, Lane::Observation] {
                if let Some(Waiting { message, .. }) = messages.waiting.get_mut(&(lane, row)) {
                    (message.control_id, message.created, message.body) = (control_id.clone(), at, body.clone());
                }
            }
            return;
        }
        for lane in [Lane::Alarm, Lane::Observation] {
            if let Some(waiting) = messages.waiting.remove(&(lane, row)) {
                messages.settled.push((waiting.message, settlement.clone()));
            }
        }
    }

    fn last(&mut self, lane: Lane) -> Result<RowId, JournalError> {
        let messages = self.lock();
        let last = messages.waiting.range((lane, RowId::START)..=(lane, RowId(u64::MAX))).next_back();
        Ok(last.map_or(RowId::START, |((_, row), _)| *row))
    }

    fn newest(&mut self, lane: Lane, last: RowId, looked_at: usize) -> Result<Vec<OutboxRow>, JournalError> {
        let messages = self.lock();
        let mut newest: BTreeMap<&Arc<str>, &OutboxRow> = BTreeMap::new();
        for (_, waiting) in messages.waiting.range((lane, RowId::START)..=(lane, last)).rev().take(looked_at) {
            newest.entry(&waiting.message.order).or_insert(&waiting.message);
        }
        let mut newest: Vec<OutboxRow> = newest.into_values().cloned().collect();
        newest.sort_by_key(|row| row.row);
        Ok(newest)
    }

    fn depth(&mut self) -> Result<Depth, JournalError> {
        let messages = self.lock();
        let lane = |wanted| messages.waiting.iter().filter(move |((lane, _), _)| *lane == wanted);
        let oldest = |wanted| lane(wanted).next().map(|(_, waiting)| waiting.message.created);
        Ok(Depth {
            alarms: lane(Lane::Alarm).count() as u64,
            observations: lane(Lane::Observation).count() as u64,
            refused: messages.settled.iter().filter(|(_, s)| matches!(s, Settlement::Refused { .. })).count() as u64,
            oldest_alarm: oldest(Lane::Alarm),
            oldest_observation: oldest(Lane::Observation),
        })
    }
}

//! What survives the appliance: what its journal would hold, in memory. A record is on disk as a whole or not at all;
//! settlements reach it a little later, so that a crash costs repeats.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use vigil_journal::{Depth, JournalError, Outbox, OutboxRow, RowId, Settlement};
use vigil_model::{AlarmState, EngineEvent, EventKind, Lane, Occurrence, Outgoing};

/// Counters, occurrences and outboxes.
#[derive(Default)]
pub(crate) struct Disk {
    pub(crate) next_seq: u64,
    pub(crate) next_occurrence: u64,
    pub(crate) next_control: u64,
    pub(crate) occurrences: BTreeMap<Arc<str>, Occurrence>,
    pub(crate) outboxes: BTreeMap<Arc<str>, DiskOutbox>,
}

impl Disk {
    /// A new one, with an outbox for each destination.
    pub(crate) fn new(destinations: impl Iterator<Item = Arc<str>>) -> Self {
        let outboxes = destinations.map(|id| (id, DiskOutbox::default())).collect();
        Self { next_seq: 1, next_occurrence: 1, next_control: 1, outboxes, ..Self::default() }
    }

    /// Writes what a step leaves behind.
    pub(crate) fn commit<'a>(
        &mut self,
        counters: [u64; 3],
        events: &[EngineEvent],
        outgoing: impl Iterator<Item = &'a Outgoing>,
    ) {
        [self.next_seq, self.next_occurrence, self.next_control] = counters;
        for event in events {
            let EventKind::Alarm { occurrence, .. } = &event.kind else { continue };
            let key = Arc::clone(&occurrence.key.0);
            match occurrence.state {
                AlarmState::Active | AlarmState::Latched => {
                    self.occurrences.insert(key, Occurrence::clone(occurrence));
                }
                AlarmState::Inactive => {
                    self.occurrences.remove(&key);
                }
            }
        }
        for message in outgoing {
            self.outboxes.get_mut(&message.destination).expect("a known destination").put(message);
        }
        self.outboxes.values_mut().for_each(DiskOutbox::sync);
    }

    /// The appliance is killed: what was not on disk is gone.
    pub(crate) fn crash(&mut self) {
        self.outboxes.values_mut().for_each(|outbox| outbox.hidden.clear());
    }
}

/// A message, and the word by which a newer one replaces it.
type Waiting = (OutboxRow, Option<Arc<str>>);

/// The messages of one destination.
#[derive(Default)]
pub(crate) struct DiskOutbox {
    last: u64,
    waiting: BTreeMap<(Lane, RowId), Waiting>,
    /// Settled, and not on disk yet.
    hidden: BTreeSet<RowId>,
    /// Everything that was settled as delivered, and everything that was refused.
    pub(crate) delivered: BTreeSet<Arc<str>>,
    pub(crate) refused: Vec<(Arc<str>, Arc<str>)>,
    /// Messages that a newer one made superfluous.
    pub(crate) replaced: u64,
}

impl DiskOutbox {
    fn put(&mut self, message: &Outgoing) {
        self.last += 1;
        let row = RowId(self.last);
        if let Some(word) = &message.replaces {
            let older = self.waiting.iter().filter(|(_, (_, replaces))| replaces.as_ref() == Some(word));
            let older: Vec<(Lane, RowId)> = older.map(|(key, _)| *key).collect();
            for key in older {
                let (older, _) = self.waiting.remove(&key).expect("it was found there");
                self.replaced += u64::from(!self.delivered.contains(&older.control_id));
            }
        }
        let Outgoing { lane, control_id, order, replaces, occurrence, created, body, .. } = message.clone();
        let message = OutboxRow { row, lane, order, control_id, occurrence, created, body };
        self.waiting.insert((lane, row), (message, replaces));
    }

    /// Settlements go to disk with the next record.
    fn sync(&mut self) {
        let hidden = std::mem::take(&mut self.hidden);
        self.waiting.retain(|(_, row), _| !hidden.contains(row));
    }

    /// Messages that nobody has settled.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.keys().filter(|(_, row)| !self.hidden.contains(row)).count()
    }
}

impl Outbox for DiskOutbox {
    fn next(&mut self, lane: Lane, after: RowId, limit: usize) -> Result<Vec<OutboxRow>, JournalError> {
        let from = (lane, RowId(after.0.saturating_add(1)));
        let rows = self.waiting.range(from..=(lane, RowId(u64::MAX))).map(|(_, (row, _))| row);
        Ok(rows.filter(|row| !self.hidden.contains(&row.row)).take(limit).cloned().collect())
    }

    fn settle(&mut self, row: RowId, settlement: Settlement) {
        let found = [Lane::Alarm, Lane::Observation].into_iter().find_map(|lane| self.waiting.get(&(lane, row)));
        let Some((message, _)) = found else { return };
        match settlement {
            Settlement::Delivered(_) => {
                self.delivered.insert(Arc::clone(&message.control_id));
            }
            Settlement::Refused { reason, .. } => self.refused.push((Arc::clone(&message.control_id), reason)),
            Settlement::Superseded { .. } | Settlement::Rewritten { .. } => panic!("nothing is told anew here"),
        }
        self.hidden.insert(row);
    }

    fn depth(&mut self) -> Result<Depth, JournalError> {
        Ok(Depth::default())
    }
}

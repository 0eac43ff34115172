//! What the journal says has happened to every occurrence there ever was, read from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use vigil_journal::{LogKind, LoggedEntry, Reader};
use vigil_model::{AlarmState, Occurrence, Phase};

/// Every occurrence with its entries.
pub struct Ledger(Vec<(Occurrence, Vec<LoggedEntry>)>);

impl Ledger {
    pub fn read(journal: &Path) -> Self {
        let reader = Reader::open(journal).unwrap();
        let occurrences = [reader.active().unwrap(), reader.history(u32::MAX).unwrap()].concat();
        let with_log = |occurrence: Occurrence| {
            let log = reader.log(&occurrence.id).unwrap();
            (occurrence, log)
        };
        Self(occurrences.into_iter().map(with_log).collect())
    }

    /// Control ids of all alarm messages that were ever put into the outbox of a destination.
    pub fn queued(&self, destination: &str) -> BTreeSet<String> {
        let entries = self.0.iter().flat_map(|(_, log)| log);
        let ids = entries.filter_map(|entry| match &entry.kind {
            Some(LogKind::Queued { destination: to, control_id }) if **to == *destination => {
                Some(control_id.to_string())
            }
            _ => None,
        });
        ids.collect()
    }

    /// What was said about an occurrence by events of this number or a later one.
    pub fn said_since(&self, occurrence: &Occurrence, seq: u64) -> Vec<(Phase, AlarmState)> {
        let log = self.0.iter().find(|(other, _)| other.id == occurrence.id).map_or(&[][..], |(_, log)| log);
        let said = log.iter().filter(|entry| entry.seq >= seq).filter_map(|entry| match entry.kind {
            Some(LogKind::Alarm { phase, state, .. }) => Some((phase, state)),
            _ => None,
        });
        said.collect()
    }

    /// No event number was used twice; an occurrence begins again only once it is over, and is then of the same condition; a
    /// condition has one occurrence at a time.
    pub fn assert_whole(&self) {
        let mut events = BTreeMap::new();
        for (occurrence, log) in &self.0 {
            for entry in log {
                let Some(LogKind::Alarm { phase, state, .. }) = entry.kind else { continue };
                let event = (occurrence.key.0.clone(), occurrence.id.to_string(), phase, state);
                let before = events.insert(entry.seq, event.clone());
                assert!(before.is_none(), "event {} is {before:?} and {event:?}", entry.seq);
            }
        }
        let mut open: BTreeMap<_, String> = BTreeMap::new();
        let mut known: BTreeMap<String, _> = BTreeMap::new();
        for (seq, (key, id, phase, state)) in events {
            match phase {
                Phase::Start => {
                    let of = known.entry(id.clone()).or_insert_with(|| key.clone());
                    assert_eq!(*of, key, "event {seq}: {id} begins again as another condition");
                    let other = open.insert(key.clone(), id.clone());
                    assert!(other.is_none(), "event {seq}: {key} starts as {id} while it is {other:?}");
                }
                Phase::Continue
                | Phase::Update
                | Phase::Escalate
                | Phase::Deescalate
                | Phase::Inactivate
                | Phase::Acknowledged
                | Phase::Reset
                | Phase::End
                | Phase::Present => {
                    assert_eq!(open.get(&key), Some(&id), "event {seq}: {phase:?} of what has not started or is over");
                }
            }
            if state == AlarmState::Inactive {
                open.remove(&key);
            }
        }
        let active = self.0.iter().filter(|(occurrence, _)| occurrence.state != AlarmState::Inactive);
        let active: BTreeSet<String> = active.map(|(occurrence, _)| occurrence.id.to_string()).collect();
        assert_eq!(open.into_values().collect::<BTreeSet<_>>(), active, "what the log and the table say is open");
    }
}

//! Whether the calls of active alarms reached anyone, from the ledger in the journal.

use std::collections::{BTreeMap, BTreeSet};

use vigil_journal::{JournalError, LogKind, Reader};
use vigil_model::Answer;

use crate::view::{Alarm, Call, Picture, Text};

/// Lines of the ledger read at once.
const LINES_MAX: u32 = 2_000;
/// Alarms that are followed; a ward that has more shows the call of the others as not known.
const ALARMS_MAX: usize = 4_096;

/// What the ledger says about active alarms.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// The line that was read last.
    read: Option<u64>,
    of: BTreeMap<Text, Told>,
}

/// How far the call of an alarm has come.
#[derive(Debug, Default)]
struct Told {
    /// Destinations that confirmed, and people whose receiver said that the message arrived.
    by: BTreeSet<Text>,
}

impl Told {
    fn take(&mut self, kind: &LogKind) {
        let by = match kind {
            LogKind::Delivered { destination, .. } => destination,
            LogKind::Answered { answer: Answer::Received | Answer::Accepted, by, .. } => by,
            _ => return,
        };
        self.by.insert(by.into());
    }
}

impl Calls {
    /// Reads what is new about the alarms of a picture.
    pub(crate) fn read(&mut self, active: &BTreeSet<Text>, reader: &Reader) -> Result<(), JournalError> {
        self.of.retain(|id, _| active.contains(id));
        let mut read = match self.read {
            Some(read) => read,
            None => reader.last_line()?,
        };
        loop {
            let lines = reader.lines_after(read, LINES_MAX)?;
            let is_last = lines.len() < LINES_MAX as usize;
            for line in lines {
                read = line.row;
                let (Some(id), Some(kind)) = (line.occurrence, &line.entry.kind) else { continue };
                if let Some(told) = self.of.get_mut(&Text::from(id.to_string())) {
                    told.take(kind);
                }
            }
            if is_last {
                break;
            }
        }
        self.read = Some(read);
        for id in active {
            if self.of.contains_key(id) || self.of.len() >= ALARMS_MAX {
                continue;
            }
            let mut told = Told::default();
            if let Ok(id) = id.parse() {
                reader.log(&id)?.iter().filter_map(|line| line.kind.as_ref()).for_each(|kind| told.take(kind));
            }
            self.of.insert(id.clone(), told);
        }
        Ok(())
    }

    /// Says in a picture whether calls reached anyone.
    pub(crate) fn tell(&self, picture: &mut Picture) {
        let of_beds = picture.beds.iter_mut().flat_map(|bed| &mut bed.alarms);
        for alarm in of_beds.chain(&mut picture.alarms) {
            self.tell_of(alarm);
        }
    }

    fn tell_of(&self, alarm: &mut Alarm) {
        if alarm.call != Call::Unknown {
            return;
        }
        if let Some(told) = self.of.get(&alarm.id) {
            alarm.call = if told.by.is_empty() {
                Call::Waiting
            } else {
                Call::Delivered { to: told.by.iter().cloned().collect() }
            };
        }
    }
}

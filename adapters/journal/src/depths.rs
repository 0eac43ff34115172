//! How much waits for each destination, counted along with the commits so that asking costs no scan.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

/// Rows of one destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) alarms: u64,
    pub(crate) observations: u64,
    pub(crate) refused: u64,
}

/// A row that came or went, told by lane number and state.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) destination: Arc<str>,
    pub(crate) lane: i64,
    pub(crate) refused: bool,
    pub(crate) difference: i64,
}

#[derive(Debug, Default)]
pub(crate) struct Depths(Mutex<BTreeMap<Arc<str>, Counts>>);

impl Depths {
    pub(crate) fn count(connection: &Connection) -> rusqlite::Result<Self> {
        let depths = Depths::default();
        let mut statement = connection
            .prepare("SELECT destination, lane, state, count(*) FROM outbox GROUP BY destination, state, lane")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            depths.apply([Change {
                destination: row.get(0)?,
                lane: row.get(1)?,
                refused: row.get::<_, i64>(2)? != 0,
                difference: row.get(3)?,
            }]);
        }
        Ok(depths)
    }

    pub(crate) fn apply(&self, changes: impl IntoIterator<Item = Change>) {
        let mut all = self.lock();
        for change in changes {
            let counts = all.entry(change.destination).or_default();
            let count = match (change.refused, change.lane) {
                (true, _) => &mut counts.refused,
                (false, 0) => &mut counts.alarms,
                (false, _) => &mut counts.observations,
            };
            *count = count.saturating_add_signed(change.difference);
        }
    }

    pub(crate) fn of(&self, destination: &str) -> Counts {
        self.lock().get(destination).copied().unwrap_or_default()
    }

    pub(crate) fn all(&self) -> Vec<(Arc<str>, Counts)> {
        self.lock().iter().map(|(destination, counts)| (destination.clone(), *counts)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Counts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

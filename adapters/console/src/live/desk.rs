//! The last look at the appliance, kept for whoever asks within a moment, and everybody who watches.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, Notify, broadcast};
use vigil_model::Instant;

use super::calls::Calls;
use super::{TICKS_KEPT, Tick, WATCHERS_MAX};
use crate::problem::Problem;
use crate::shared::Shared;
use crate::view::{Picture, Text};

/// For how long a look serves others.
const KEPT: Duration = Duration::from_millis(150);
/// How long the appliance's loop may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// How long reading the ledger may take.
const CALLS_WITHIN: Duration = Duration::from_millis(500);

/// Where looks at the appliance are shared.
pub(crate) struct Desk {
    last: Mutex<Last>,
    ticks: broadcast::Sender<Arc<Tick>>,
    watchers: AtomicUsize,
    arrived: Notify,
}

#[derive(Default)]
struct Last {
    taken: Option<(Instant, Arc<Picture>)>,
    calls: Calls,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            last: Mutex::default(),
            ticks: broadcast::channel(TICKS_KEPT).0,
            watchers: AtomicUsize::new(0),
            arrived: Notify::new(),
        }
    }
}

/// Somebody who watches, until it is dropped.
pub(crate) struct Watcher(Shared);

impl Drop for Watcher {
    fn drop(&mut self) {
        self.0.desk().watchers.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Shared {
    /// What every bed looks like now, or a moment ago.
    ///
    /// # Errors
    /// If the appliance does not answer in time.
    pub async fn picture(&self) -> Result<Arc<Picture>, Problem> {
        // Whoever comes while somebody else looks waits for that look.
        let mut last = self.desk().last.lock().await;
        let now = self.appliance().now().monotonic;
        if let Some((at, picture)) = &last.taken
            && now.since(*at) < KEPT
        {
            return Ok(Arc::clone(picture));
        }
        let mut picture = match tokio::time::timeout(ANSWER_WITHIN, self.appliance().picture()).await {
            Ok(Some(picture)) => picture,
            Ok(None) | Err(_) => {
                last.taken = None;
                return Err(Problem::silent());
            }
        };
        let active: BTreeSet<Text> = picture.alarms().map(|alarm| alarm.id.clone()).collect();
        let mut calls = std::mem::take(&mut last.calls);
        // A disk that is slow or fails does not keep anybody from seeing the ward: the picture stands without it.
        let reading = self.read(move |reader| calls.read(&active, reader).map(|()| calls));
        if let Ok(Ok(calls)) = tokio::time::timeout(CALLS_WITHIN, reading).await {
            calls.tell(&mut picture);
            last.calls = calls;
        }
        let picture = Arc::new(picture);
        last.taken = Some((now, Arc::clone(&picture)));
        Ok(picture)
    }

    /// Begins to watch.
    ///
    /// # Errors
    /// If too many do.
    pub(crate) fn watch(&self) -> Result<(Watcher, broadcast::Receiver<Arc<Tick>>), Problem> {
        let desk = self.desk();
        if desk.watchers.fetch_add(1, Ordering::Relaxed) >= WATCHERS_MAX {
            desk.watchers.fetch_sub(1, Ordering::Relaxed);
            return Err(Problem::busy(format!("{WATCHERS_MAX} watch already; close a page that nobody looks at")));
        }
        let ticks = desk.ticks.subscribe();
        desk.arrived.notify_one();
        Ok((Watcher(self.clone()), ticks))
    }

    /// How many watch.
    pub(crate) fn watchers(&self) -> usize {
        self.desk().watchers.load(Ordering::Relaxed)
    }

    /// Completes while somebody watches.
    pub(crate) async fn watched(&self) {
        while self.watchers() == 0 {
            self.desk().arrived.notified().await;
        }
    }

    /// Tells everybody who watches.
    pub(crate) fn tell_watchers(&self, tick: Tick) {
        let _ = self.desk().ticks.send(Arc::new(tick)); // nobody may watch any more
    }
}

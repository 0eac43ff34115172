//! From the loop to the journal, without making the loop wait for the disk.
//!
//! What a step says is one page. One page is on its way to the disk at a time; pages that are handed in meanwhile wait as one
//! and follow together, so that a slow disk costs larger pages and never a loop that stands still. Order is that of the
//! steps, and nobody is told before a page is on disk: it is the journal's writer that wakes the sinks, with nothing in
//! between.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, broadcast, mpsc};
use vigil_journal::{Journal, JournalError, LogEntry, LogKind, Record};
use vigil_model::{EngineEvent, EventKind, Instant, Lane, Timestamp};

use crate::clock::Clock;
use crate::request::Reply;

/// Messages kept in memory while the disk does not take them. Beyond it the oldest observations are dropped and counted;
/// alarms are kept.
const WAITING_MESSAGES_MAX: usize = 20_000;
/// Events kept for observers meanwhile; the oldest that are not about alarms go first. Observers may miss some anyway.
const WAITING_EVENTS_MAX: usize = 4_096;
/// How long to wait before a page that the disk refused is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Who is told when a page is on disk.
pub(crate) struct Audience {
    /// Everything the engine says.
    pub(crate) events: broadcast::Sender<Arc<EngineEvent>>,
    /// Wakes the sink of each destination.
    pub(crate) wake: Vec<(Arc<str>, Arc<Notify>)>,
}

impl Audience {
    fn tell(&self, page: &Page) {
        for (destination, notify) in &self.wake {
            if page.record.outgoing.iter().any(|message| message.destination == *destination) {
                notify.notify_one();
            }
        }
        for event in &page.events {
            let _ = self.events.send(event.clone()); // nobody need be listening
        }
    }
}

/// What one step said, or several.
#[derive(Clone)]
struct Page {
    record: Arc<Record>,
    events: Vec<Arc<EngineEvent>>,
}

impl Page {
    /// What could not be written before, and what came after it, as one page.
    fn followed_by(mut self, later: Page) -> Page {
        let (mut record, later_record) = (Arc::unwrap_or_clone(self.record), Arc::unwrap_or_clone(later.record));
        record.occurrences.extend(later_record.occurrences);
        record.log.extend(later_record.log);
        record.outgoing.extend(later_record.outgoing);
        record.kept.extend(later_record.kept);
        record.associations.extend(later_record.associations);
        record.receipts.extend(later_record.receipts);
        record.held.extend(later_record.held);
        record.verdicts.extend(later_record.verdicts);
        let Record { at, next_seq, next_occurrence, next_control, .. } = later_record;
        self.events.extend(later.events);
        Page { record: Arc::new(Record { at, next_seq, next_occurrence, next_control, ..record }), events: self.events }
    }
}

/// The one who hands pages to the journal.
pub(crate) struct Scribe {
    journal: Journal,
    clock: Clock,
    audience: Arc<Audience>,
    /// On its way to the disk. Kept until it is there.
    writing: Option<Page>,
    waiting: Option<Page>,
    /// Who waits for the page that is on its way, and for the one that waits.
    replies: [Vec<Reply>; 2],
    /// The disk refused: not before then again.
    retry_at: Option<Instant>,
    dropped: u64,
    answer: mpsc::Sender<Result<Timestamp, JournalError>>,
    answers: mpsc::Receiver<Result<Timestamp, JournalError>>,
}

impl Scribe {
    pub(crate) fn new(journal: Journal, clock: Clock, audience: Audience) -> Self {
        let (answer, answers) = mpsc::channel(1); // one page is under way at a time
        let audience = Arc::new(audience);
        Self {
            journal,
            clock,
            audience,
            writing: None,
            waiting: None,
            replies: Default::default(),
            retry_at: None,
            dropped: 0,
            answer,
            answers,
        }
    }

    /// Takes what a step said. Those in `replies` are told when it is on disk, or that it could not be put there.
    pub(crate) fn take(&mut self, record: Record, events: Vec<EngineEvent>, replies: Vec<Reply>) {
        let page = Page { record: Arc::new(record), events: events.into_iter().map(Arc::new).collect() };
        if self.writing.is_none() && self.waiting.is_none() && replies.is_empty() && page.record.is_bare() {
            // Nothing in it is promised to anybody: how far the numbers have come is known from what follows, too.
            match self.journal.note(page.record.clone()) {
                Ok(()) => return self.audience.tell(&page),
                Err(error) => tracing::debug!(%error, "A note did not fit; it is written like any page."),
            }
        }
        self.replies[1].extend(replies);
        self.waiting = Some(match self.waiting.take() {
            None => page,
            Some(waiting) => self.bounded(waiting.followed_by(page)),
        });
        self.go_on();
    }

    /// Waits until the journal has answered for the page that is under way; for ever if none is.
    pub(crate) async fn answered(&mut self) -> Result<Timestamp, JournalError> {
        match self.answers.recv().await {
            Some(answer) => answer,
            None => Err(JournalError::Closed), // cannot be: the other end is here as well
        }
    }

    /// Takes the journal's answer, and hands on what waits.
    pub(crate) fn settle(&mut self, answer: Result<Timestamp, JournalError>) {
        let Some(written) = self.writing.take() else { return };
        for reply in self.replies[0].drain(..) {
            reply.tell(answer.is_ok());
        }
        match answer {
            Ok(at) => {
                self.note(&written.record, at);
                self.go_on();
            }
            Err(error) => {
                let messages = written.record.outgoing.len();
                tracing::error!(%error, messages, "Writing the journal failed; keeping what waits in memory.");
                let page = match self.waiting.take() {
                    None => written,
                    Some(later) => written.followed_by(later),
                };
                self.waiting = Some(self.bounded(page));
                self.retry_at = Some((self.clock)().monotonic + RETRY_AFTER);
            }
        }
    }

    /// When a page that was refused is due again.
    pub(crate) const fn due(&self) -> Option<Instant> {
        self.retry_at
    }

    /// Hands on what waits if nothing is under way.
    pub(crate) fn go_on(&mut self) {
        if self.writing.is_some() || self.retry_at.is_some_and(|due| (self.clock)().monotonic < due) {
            return;
        }
        self.retry_at = None;
        let Some(page) = self.waiting.take() else { return };
        self.writing = Some(page.clone());
        self.replies.swap(0, 1);
        let record = page.record.clone();
        let (audience, clock, answer) = (self.audience.clone(), self.clock.clone(), self.answer.clone());
        let done = move |result: Result<(), JournalError>| {
            let result = result.map(|()| clock().utc);
            if result.is_ok() {
                audience.tell(&page);
            }
            // There is room for the one answer; nobody waits for it once the loop has ended.
            let _ = answer.try_send(result);
        };
        if let Err(error) = self.journal.submit(record, done) {
            self.settle(Err(error));
        }
    }

    /// Waits for what is under way and what waits, as long as the journal takes it.
    pub(crate) async fn finish(mut self) {
        self.retry_at = None;
        self.go_on();
        while self.writing.is_some() {
            let answer = self.answered().await;
            self.settle(answer);
        }
        if let Some(page) = &self.waiting {
            let messages = page.record.outgoing.len();
            tracing::error!(messages, "The journal did not take what was said last; it is lost with this run.");
        }
    }

    /// Says in the ledger when what was said about alarms was on disk. A note, not a promise: it goes with what is written
    /// next.
    fn note(&self, record: &Record, at: Timestamp) {
        let judged = record.log.iter().filter(|line| matches!(line.kind, LogKind::Judged { .. }));
        let journalled = |line: &LogEntry| LogEntry {
            at,
            kind: LogKind::Journalled { judged: line.at },
            occurrence: line.occurrence.clone(),
            ..*line
        };
        let log: Vec<LogEntry> = judged.map(journalled).collect();
        if log.is_empty() {
            return;
        }
        if let Err(error) = self.journal.note(Record { at, log, ..Record::default() }) {
            tracing::warn!(%error, "The ledger lacks when an alarm was on disk.");
        }
    }

    /// Keeps what waits bounded: the oldest observations go first, alarms stay.
    fn bounded(&mut self, mut page: Page) -> Page {
        let excess = page.record.outgoing.len().saturating_sub(WAITING_MESSAGES_MAX);
        if excess > 0 {
            let record = Arc::make_mut(&mut page.record);
            let dropped = drop_oldest(&mut record.outgoing, excess, |message| message.lane == Lane::Observation);
            self.dropped += dropped as u64;
            tracing::error!(dropped = self.dropped, "Observations were dropped because the journal cannot be written.");
        }
        let excess = page.events.len().saturating_sub(WAITING_EVENTS_MAX);
        drop_oldest(&mut page.events, excess, |event| !matches!(event.kind, EventKind::Alarm { .. }));
        page
    }
}

/// Drops up to `count` of those that may be dropped, from the front, and says how many it were.
fn drop_oldest<T>(list: &mut Vec<T>, count: usize, may_be_dropped: impl Fn(&T) -> bool) -> usize {
    let before = list.len();
    let mut to_drop = count;
    if count > 0 {
        list.retain(|item| {
            let drop = to_drop > 0 && may_be_dropped(item);
            to_drop -= usize::from(drop);
            !drop
        });
    }
    before - list.len()
}

#[cfg(test)]
#[path = "scribe_tests.rs"]
mod tests;

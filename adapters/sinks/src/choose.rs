//! Which waiting message is sent next. Pure: reads the outbox it is handed, asks no clock.
//!
//! - The alarm lane is asked first, at every choice.
//! - *Order word*: messages of a lane with the same word (the bed) go one after another; the next is not chosen before
//!   the one in flight is settled.
//! - *Held*: a message whose receiver said "not now" waits for its pause, and its word waits with it, while other words
//!   pass. It is tried for ever while the receiver takes nothing; once it has been refused [`TRIES_MAX`] times and the
//!   receiver has meanwhile taken others, the message itself must be at fault, and it is given up as a dead letter so
//!   that its bed goes on. So nothing is lost when a receiver is down, and no single message silences a bed.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use vigil_journal::{JournalError, Outbox, OutboxRow, RowId};
use vigil_model::{Instant, Lane};

use crate::Backoff;

/// How often a message is refused with "not now" before it counts as at fault, if the receiver takes others.
pub const TRIES_MAX: u32 = 10;
/// Words that may be held at once; beyond that the lane waits.
pub const HELD_MAX: usize = 1_024;
/// Rows read from the outbox at once.
const PAGE_ROWS: usize = 32;
/// Rows of a lane that are kept while their words are busy.
const BUFFER_ROWS_MAX: usize = 128;
/// Pages read for one choice at most; then the caller comes again.
const PAGES_PER_CHOICE_MAX: u32 = 64;
/// Messages whose earlier transmissions are remembered.
const REMEMBERED_MAX: usize = 256;

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Send this message; `attempt` counts from 1.
    Send {
        /// The message.
        row: OutboxRow,
        /// Which transmission of it this is, as far as is remembered.
        attempt: u32,
    },
    /// Nothing can be sent now; at `until`, if any, a held message is due.
    Nothing {
        /// When to choose again even if nothing happens.
        until: Option<Instant>,
    },
}

/// What became of a message that was refused with "not now".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deferred {
    /// It is held and will be chosen again.
    Held,
    /// It is at fault: settle it as refused.
    GiveUp,
}

/// Chooses among the waiting messages of one destination.
#[derive(Clone, Debug)]
pub struct Chooser {
    alarms: LaneView,
    observations: LaneView,
    in_flight: BTreeMap<RowId, (Lane, Arc<str>)>,
    transmissions: BTreeMap<RowId, u32>,
    held: BTreeMap<(Lane, Arc<str>), Held>,
    backoff: Backoff,
    accepted: u64,
}

#[derive(Clone, Debug)]
struct LaneView {
    /// Everything up to here has been looked at.
    cursor: RowId,
    rows: VecDeque<OutboxRow>,
    /// There may be rows behind the cursor.
    more: bool,
    /// So many words are held that no more can be: the lane waits.
    paused_until: Option<Instant>,
}

#[derive(Clone, Debug)]
struct Held {
    row: RowId,
    until: Instant,
    failures: u32,
    /// What the receiver had taken when this message was refused first.
    accepted_before: u64,
}

impl LaneView {
    fn new() -> Self {
        Self { cursor: RowId::START, rows: VecDeque::new(), more: true, paused_until: None }
    }

    /// Looks again at everything from `row` on, and at what has been read and not chosen.
    fn back_to(&mut self, row: RowId) {
        let first = self.rows.iter().map(|read| read.row).min().map_or(row, |read| read.min(row));
        self.cursor = self.cursor.min(first.before());
        self.rows.clear();
        self.more = true;
    }
}

impl Chooser {
    /// Pauses of held messages go from about `pause_min` to about `pause_max`; `name` is the seed of their jitter.
    pub fn new(pause_min: Duration, pause_max: Duration, name: &str) -> Self {
        Self {
            alarms: LaneView::new(),
            observations: LaneView::new(),
            in_flight: BTreeMap::new(),
            transmissions: BTreeMap::new(),
            held: BTreeMap::new(),
            backoff: Backoff::new(pause_min, pause_max, name),
            accepted: 0,
        }
    }

    /// The outbox may hold more than before.
    pub fn wake(&mut self) {
        self.alarms.more = true;
        self.observations.more = true;
    }

    /// The connection is gone: what was in flight waits again, and everything is looked at anew, alarms first. Held
    /// messages stay held.
    pub fn restart(&mut self) {
        self.in_flight.clear();
        self.alarms = LaneView::new();
        self.observations = LaneView::new();
        while self.transmissions.len() > REMEMBERED_MAX {
            self.transmissions.pop_first();
        }
    }

    /// Messages in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Words whose next message is held.
    pub fn held(&self) -> u32 {
        u32::try_from(self.held.len()).unwrap_or(u32::MAX)
    }

    /// Chooses the next message and counts it as in flight. Observations are left out if `alarms_only`.
    ///
    /// # Errors
    /// If the outbox cannot be read. Choosing again later may work.
    pub fn choose(&mut self, now: Instant, outbox: &mut dyn Outbox, alarms_only: bool) -> Result<Choice, JournalError> {
        let mut until: Option<Instant> = None;
        let lanes: &[Lane] = if alarms_only { &[Lane::Alarm] } else { &[Lane::Alarm, Lane::Observation] };
        for lane in lanes.iter().copied() {
            match self.choose_in(lane, now, outbox)? {
                Choice::Send { row, .. } => {
                    self.in_flight.insert(row.row, (lane, row.order.clone()));
                    let transmissions = self.transmissions.entry(row.row).or_insert(0);
                    *transmissions += 1;
                    return Ok(Choice::Send { attempt: *transmissions, row });
                }
                Choice::Nothing { until: due } => until = [until, due].into_iter().flatten().min(),
            }
        }
        Ok(Choice::Nothing { until })
    }

    /// The message was settled; `accepted` if the receiver took it.
    pub fn settled(&mut self, row: RowId, accepted: bool) {
        self.transmissions.remove(&row);
        self.accepted += u64::from(accepted);
        let Some(word) = self.in_flight.remove(&row) else { return };
        if self.held.get(&word).is_some_and(|held| held.row == row) {
            self.held.remove(&word);
            self.view(word.0).back_to(row);
        }
    }

    /// The receiver said "not now" to a message in flight.
    pub fn deferred(&mut self, row: RowId, now: Instant) -> Deferred {
        let Some(word) = self.in_flight.remove(&row) else { return Deferred::Held };
        let lane = word.0;
        if !self.held.contains_key(&word) && self.held.len() >= HELD_MAX {
            let until = now + self.backoff.pause_after(0);
            let view = self.view(lane);
            view.paused_until = Some(until);
            view.back_to(row);
            return Deferred::Held;
        }
        let accepted = self.accepted;
        let held = self.held.entry(word).or_insert(Held { row, until: now, failures: 0, accepted_before: accepted });
        held.failures += 1;
        if held.failures >= TRIES_MAX && accepted > held.accepted_before {
            // Settling it takes it off the list; it must be in flight for that.
            let word = self.held.iter().find(|(_, held)| held.row == row).map(|(word, _)| word.clone());
            self.in_flight.extend(word.map(|word| (row, word)));
            return Deferred::GiveUp;
        }
        held.until = now + self.backoff.pause_after(held.failures - 1);
        Deferred::Held
    }

    fn view(&mut self, lane: Lane) -> &mut LaneView {
        match lane {
            Lane::Alarm => &mut self.alarms,
            Lane::Observation => &mut self.observations,
        }
    }

    fn choose_in(&mut self, lane: Lane, now: Instant, outbox: &mut dyn Outbox) -> Result<Choice, JournalError> {
        if let Some(row) = self.choose_held(lane, now, outbox)? {
            return Ok(Choice::Send { row, attempt: 0 });
        }
        let due = self.held.iter().filter(|((of, _), held)| *of == lane && !self.in_flight.contains_key(&held.row));
        let due = due.map(|(_, held)| held.until).min();
        if let Some(until) = self.view(lane).paused_until {
            if until > now {
                return Ok(Choice::Nothing { until: Some(due.map_or(until, |due| due.min(until))) });
            }
            self.view(lane).paused_until = None;
        }
        let Self { alarms, observations, in_flight, held, .. } = self;
        let view = match lane {
            Lane::Alarm => alarms,
            Lane::Observation => observations,
        };
        let is_busy = |row: &OutboxRow| in_flight.values().any(|(of, word)| *of == lane && *word == row.order);
        let mut looked_at = 0;
        for _ in 0..PAGES_PER_CHOICE_MAX {
            // Rows of held words are read again when their word is free: only the first of each is remembered.
            if !held.is_empty() {
                view.rows.retain(|row| !held.contains_key(&(lane, row.order.clone())));
            }
            looked_at = looked_at.min(view.rows.len());
            if let Some(index) = (looked_at..view.rows.len()).find(|index| !is_busy(&view.rows[*index]))
                && let Some(row) = view.rows.remove(index)
            {
                return Ok(Choice::Send { row, attempt: 0 });
            }
            looked_at = view.rows.len();
            if !view.more || view.rows.len() >= BUFFER_ROWS_MAX {
                return Ok(Choice::Nothing { until: due });
            }
            let page = outbox.next(lane, view.cursor, PAGE_ROWS)?;
            view.more = page.len() >= PAGE_ROWS;
            view.cursor = page.last().map_or(view.cursor, |row| row.row);
            view.rows.extend(page.into_iter().filter(|row| !in_flight.contains_key(&row.row)));
        }
        Ok(Choice::Nothing { until: Some(now) })
    }

    /// The oldest held message whose pause is over.
    fn choose_held(
        &mut self,
        lane: Lane,
        now: Instant,
        outbox: &mut dyn Outbox,
    ) -> Result<Option<OutboxRow>, JournalError> {
        loop {
            let due = self
                .held
                .iter()
                .filter(|((of, _), held)| *of == lane && held.until <= now && !self.in_flight.contains_key(&held.row))
                .min_by_key(|(_, held)| held.row)
                .map(|(word, held)| (word.clone(), held.row));
            let Some((word, row)) = due else { return Ok(None) };
            match outbox.next(lane, row.before(), 1)?.into_iter().next() {
                Some(found) if found.row == row => return Ok(Some(found)),
                // It was replaced by a newer one while it waited: the word is free.
                Some(_) | None => {
                    self.held.remove(&word);
                    self.view(lane).back_to(row);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! Which waiting message is sent next. Pure: reads the outbox it is handed, asks no clock.
//!
//! - The alarm lane is asked first, at every choice.
//! - *Order word*: messages of a lane with the same word (the bed) go one after another; the next is not chosen before
//!   the one in flight is settled, whichever connection it is on.
//! - *Held*: a message whose receiver said "not now" waits for its pause, and its word waits with it, while other words
//!   pass. It is tried for ever while the receiver takes nothing; once it has been refused [`TRIES_MAX`] times and the
//!   receiver has meanwhile taken others, the message itself must be at fault, and it is given up as a dead letter so
//!   that its bed goes on. So nothing is lost when a receiver is down, and no single message silences a bed.
//! - *After an outage* what waits is old, and the order of making would show a receiver three days of the past before the
//!   present. Once the next message of a lane is older than [`Ages`] says, the lane is divided at its newest message of that
//!   moment, and served in this order:
//!
//!   | track | what | order |
//!   |---|---|---|
//!   | [`Track::Alarm`] | alarms made since | as made |
//!   | [`Track::OldAlarm`] | older alarms: each is looked at again, and told as it is now, or not at all | as made |
//!   | [`Track::Observation`] | the newest observation of each word, then those made since | as made |
//!   | [`Track::OldEnd`] | ends of old alarms | as made, paced by the caller |
//!   | [`Track::Gap`] | the observations in between | as made, paced by the caller |

mod view;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use vigil_journal::{JournalError, Outbox, OutboxRow, RowId};
use vigil_model::{Instant, Lane, Now};

use crate::Backoff;
use view::{LaneView, Page};

/// How often a message is refused with "not now" before it counts as at fault, if the receiver takes others.
pub const TRIES_MAX: u32 = 10;
/// Words that may be held at once; beyond that the lane waits.
pub const HELD_MAX: usize = 1_024;
/// Pages read for one choice at most; then the caller comes again.
const PAGES_PER_CHOICE_MAX: u32 = 64;
/// Messages whose earlier transmissions are remembered.
const REMEMBERED_MAX: usize = 256;
/// Rows that are looked through for the newest of each word when a lane is divided.
const NEWEST_LOOKED_AT: usize = 4_096;
/// How soon a message that was told anew is looked for on the disk again.
const RENEWED_PAUSE: Duration = Duration::from_millis(30);

/// Which way a message takes to be chosen. Earlier ones are asked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Track {
    /// Alarms.
    Alarm,
    /// Alarms from before an outage.
    OldAlarm,
    /// Observations.
    Observation,
    /// Ends of alarms from before an outage.
    OldEnd,
    /// Observations from before an outage, but the newest.
    Gap,
}

impl Track {
    const ALL: [Track; 5] = [Track::Alarm, Track::OldAlarm, Track::Observation, Track::OldEnd, Track::Gap];

    /// The lane that its messages are in.
    pub const fn lane(self) -> Lane {
        match self {
            Track::Alarm | Track::OldAlarm | Track::OldEnd => Lane::Alarm,
            Track::Observation | Track::Gap => Lane::Observation,
        }
    }

    /// Whether it is about the past.
    pub const fn is_gap(self) -> bool {
        match self {
            Track::OldEnd | Track::Gap => true,
            Track::Alarm | Track::OldAlarm | Track::Observation => false,
        }
    }

    const fn index(self) -> usize {
        match self {
            Track::Alarm => 0,
            Track::OldAlarm => 1,
            Track::Observation => 2,
            Track::OldEnd => 3,
            Track::Gap => 4,
        }
    }
}

/// What may be chosen now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Everything.
    All,
    /// Nothing about the past: its pace, or its place, is for something else.
    NotTheGap,
    /// Alarms alone.
    Alarms,
}

impl Allowed {
    fn allows(self, track: Track) -> bool {
        match self {
            Allowed::All => true,
            Allowed::NotTheGap => !track.is_gap(),
            Allowed::Alarms => matches!(track, Track::Alarm | Track::OldAlarm),
        }
    }
}

/// From which age on a message is about the past. `None`: never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ages {
    /// Alarms.
    pub alarms: Option<Duration>,
    /// Observations.
    pub observations: Option<Duration>,
}

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
    /// This alarm is too old to be sent as it is. To be answered with [`Chooser::renewed`] before anything else is chosen.
    Overdue {
        /// The message.
        row: OutboxRow,
    },
    /// Nothing can be sent now; at `until`, if any, there may be something.
    Nothing {
        /// When to choose again even if nothing happens.
        until: Option<Instant>,
    },
}

/// What becomes of an alarm that is too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// It says what is so now: it is sent as it is.
    Current,
    /// It says how an alarm ended: it is sent with the gap.
    WithTheGap,
    /// What it says is not so any more, and something newer says so: it was settled and is not sent.
    Gone,
    /// It was rewritten in the outbox, and will be sent from there.
    Rewritten,
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
    ages: Ages,
    views: [LaneView; 5],
    in_flight: BTreeMap<RowId, Word>,
    transmissions: BTreeMap<RowId, u32>,
    held: BTreeMap<Word, Held>,
    /// Alarms that were rewritten, and when each is looked for.
    rewritten: BTreeMap<RowId, Instant>,
    backoff: Backoff,
    accepted: u64,
}

/// A track and an order word.
type Word = (Track, Arc<str>);

#[derive(Clone, Debug)]
struct Held {
    row: RowId,
    until: Instant,
    failures: u32,
    /// What the receiver had taken when this message was refused first.
    accepted_before: u64,
}

impl Chooser {
    /// Pauses of held messages go from about `pause_min` to about `pause_max`; `name` is the seed of their jitter.
    pub fn new(pause_min: Duration, pause_max: Duration, name: &str) -> Self {
        Self {
            ages: Ages::default(),
            views: LaneView::fresh(),
            in_flight: BTreeMap::new(),
            transmissions: BTreeMap::new(),
            held: BTreeMap::new(),
            rewritten: BTreeMap::new(),
            backoff: Backoff::new(pause_min, pause_max, name),
            accepted: 0,
        }
    }

    /// Serves what is older than `ages` as the past.
    pub fn with_ages(mut self, ages: Ages) -> Self {
        self.ages = ages;
        self
    }

    /// The outbox may hold more than before.
    pub fn wake(&mut self) {
        // The past does not grow.
        for track in [Track::Alarm, Track::Observation] {
            self.views[track.index()].more = true;
        }
    }

    /// The connection is gone: what was in flight waits again, and everything is looked at anew, alarms first. Held
    /// messages stay held.
    pub fn restart(&mut self) {
        self.in_flight.clear();
        self.views = LaneView::fresh();
        self.rewritten.clear();
        while self.transmissions.len() > REMEMBERED_MAX {
            self.transmissions.pop_first();
        }
    }

    /// One of several connections is gone: what was in flight on it waits again. When it was the last one with something in
    /// flight, everything is looked at anew.
    pub fn release(&mut self, row: Option<RowId>) {
        if let Some(row) = row
            && let Some((track, _)) = self.in_flight.remove(&row)
        {
            self.view(track).back_to(row);
        }
        if self.in_flight.is_empty() {
            self.restart();
        }
    }

    /// Whether a message in flight is about the past.
    pub fn is_gap(&self, row: RowId) -> bool {
        self.in_flight.get(&row).is_some_and(|(track, _)| track.is_gap())
    }

    /// Messages in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Words whose next message is held.
    pub fn held(&self) -> u32 {
        u32::try_from(self.held.len()).unwrap_or(u32::MAX)
    }

    /// Whether a lane is divided: there is a past that is being told.
    pub fn is_catching_up(&self) -> bool {
        [Track::OldAlarm, Track::OldEnd, Track::Gap].iter().any(|track| !self.views[track.index()].is_exhausted())
            || !self.rewritten.is_empty()
    }

    /// Chooses the next message among what is `allowed`, and counts it as in flight.
    ///
    /// # Errors
    /// If the outbox cannot be read. Choosing again later may work.
    pub fn choose(&mut self, now: Now, outbox: &mut dyn Outbox, allowed: Allowed) -> Result<Choice, JournalError> {
        let mut until: Option<Instant> = None;
        for track in Track::ALL.into_iter().filter(|track| allowed.allows(*track)) {
            if track == Track::OldEnd && !self.old_alarms_are_told() {
                continue; // among what is left may be some that are not to be sent as they are
            }
            match self.choose_on(track, now, outbox)? {
                Choice::Nothing { until: due } => until = [until, due].into_iter().flatten().min(),
                Choice::Send { row, .. } => return Ok(self.send(track, row)),
                overdue @ Choice::Overdue { .. } => return Ok(overdue),
            }
        }
        Ok(Choice::Nothing { until })
    }

    fn old_alarms_are_told(&self) -> bool {
        self.views[Track::OldAlarm.index()].is_exhausted()
            && self.rewritten.is_empty()
            && !self.held.keys().any(|(track, _)| *track == Track::OldAlarm)
    }

    fn send(&mut self, track: Track, row: OutboxRow) -> Choice {
        self.in_flight.insert(row.row, (track, row.order.clone()));
        let transmissions = self.transmissions.entry(row.row).or_insert(0);
        *transmissions += 1;
        Choice::Send { attempt: *transmissions, row }
    }

    /// Says what became of an alarm that was too old; gives it to be sent if it is to be sent.
    pub fn renewed(&mut self, now: Instant, row: OutboxRow, renewed: Renewed) -> Option<Choice> {
        let word = (Track::OldAlarm, row.order.clone());
        match renewed {
            Renewed::Current => return Some(self.send(Track::OldAlarm, row)),
            Renewed::WithTheGap => {}
            Renewed::Gone => drop(self.transmissions.remove(&row.row)),
            Renewed::Rewritten => drop(self.rewritten.insert(row.row, now + RENEWED_PAUSE)),
        }
        if self.held.get(&word).is_some_and(|held| held.row == row.row) {
            self.held.remove(&word);
            self.view(Track::OldAlarm).back_to(row.row);
        }
        None
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
        let track = word.0;
        if !self.held.contains_key(&word) && self.held.len() >= HELD_MAX {
            let until = now + self.backoff.pause_after(0);
            let view = self.view(track);
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

    fn view(&mut self, track: Track) -> &mut LaneView {
        &mut self.views[track.index()]
    }

    fn choose_on(&mut self, track: Track, now: Now, outbox: &mut dyn Outbox) -> Result<Choice, JournalError> {
        if let Some(row) = self.choose_held(track, now.monotonic, outbox)? {
            return Ok(found(track, row));
        }
        let due = self.held.iter().filter(|((of, _), held)| *of == track && !self.in_flight.contains_key(&held.row));
        let mut due = due.map(|(_, held)| held.until).min();
        if let Some(until) = self.view(track).paused_until {
            if until > now.monotonic {
                return Ok(Choice::Nothing { until: Some(due.map_or(until, |due| due.min(until))) });
            }
            self.view(track).paused_until = None;
        }
        if track == Track::OldAlarm {
            if let Some(row) = self.choose_rewritten(now.monotonic, outbox)? {
                return Ok(Choice::Overdue { row });
            }
            due = due.into_iter().chain(self.rewritten.values().copied()).min();
        }
        for _ in 0..PAGES_PER_CHOICE_MAX {
            match self.next_on(track, outbox)? {
                Page::Row(row) => {
                    if self.divide(track, now, &row, outbox)? {
                        continue;
                    }
                    // In the past, but not too old: it is sent in its turn.
                    let is_overdue = track == Track::OldAlarm && is_older(now, &row, self.ages.alarms);
                    return Ok(if is_overdue { Choice::Overdue { row } } else { Choice::Send { row, attempt: 0 } });
                }
                Page::Nothing => return Ok(Choice::Nothing { until: due }),
                Page::More => {}
            }
        }
        Ok(Choice::Nothing { until: Some(now.monotonic) })
    }

    /// The next row of a track whose word is free; reads at most one page.
    fn next_on(&mut self, track: Track, outbox: &mut dyn Outbox) -> Result<Page, JournalError> {
        let is_catching_up = self.is_catching_up();
        let Self { views, in_flight, held, rewritten, .. } = self;
        let is_busy =
            |row: &OutboxRow| in_flight.values().any(|(of, word)| of.lane() == track.lane() && *word == row.order);
        // Rows of held words are read again when their word is free: only the first of each is remembered. A row may be held
        // on another track, when a lane was divided around it.
        let is_elsewhere = |row: &OutboxRow| {
            in_flight.contains_key(&row.row)
                || rewritten.contains_key(&row.row)
                || (!held.is_empty()
                    && (held.contains_key(&(track, row.order.clone()))
                        || held.values().any(|held| held.row == row.row)))
        };
        let view = &mut views[track.index()];
        if is_catching_up || !held.is_empty() {
            view.leave_out(is_elsewhere);
        }
        view.next(track.lane(), outbox, is_busy, is_elsewhere)
    }

    /// Divides a lane whose next message is about the past. Says whether it did.
    fn divide(
        &mut self,
        track: Track,
        now: Now,
        next: &OutboxRow,
        outbox: &mut dyn Outbox,
    ) -> Result<bool, JournalError> {
        let (age_max, tracks): (_, &[Track]) = match track {
            Track::Alarm => (self.ages.alarms, &[Track::OldAlarm, Track::OldEnd]),
            Track::Observation => (self.ages.observations, &[Track::Gap]),
            Track::OldAlarm | Track::OldEnd | Track::Gap => return Ok(false),
        };
        let is_divided = tracks.iter().any(|track| !self.views[track.index()].is_exhausted());
        if is_divided || !is_older(now, next, age_max) {
            return Ok(false);
        }
        let last = outbox.last(track.lane())?;
        if last < next.row {
            return Ok(false); // an outbox that cannot tell is served in the order of making
        }
        let newest = match track {
            Track::Observation => outbox.newest(Lane::Observation, last, NEWEST_LOOKED_AT)?,
            _ => Vec::new(),
        };
        for past in tracks {
            self.views[past.index()] = LaneView::until(last);
        }
        let in_flight = &self.in_flight;
        let newest = newest.into_iter().filter(|row| !in_flight.contains_key(&row.row)).collect();
        self.views[track.index()] = LaneView::after(last, newest);
        Ok(true)
    }

    /// The oldest held message whose pause is over.
    fn choose_held(
        &mut self,
        track: Track,
        now: Instant,
        outbox: &mut dyn Outbox,
    ) -> Result<Option<OutboxRow>, JournalError> {
        loop {
            let due = self
                .held
                .iter()
                .filter(|((of, _), held)| *of == track && held.until <= now && !self.in_flight.contains_key(&held.row))
                .min_by_key(|(_, held)| held.row)
                .map(|(word, held)| (word.clone(), held.row));
            let Some((word, row)) = due else { return Ok(None) };
            match outbox.next(track.lane(), row.before(), 1)?.into_iter().next() {
                Some(found) if found.row == row => return Ok(Some(found)),
                // It was replaced by a newer one while it waited: the word is free.
                Some(_) | None => {
                    self.held.remove(&word);
                    self.view(track).back_to(row);
                }
            }
        }
    }

    /// The first alarm that was rewritten and is on disk as such. One that is not there yet is looked for again; one that is
    /// gone was settled otherwise.
    fn choose_rewritten(&mut self, now: Instant, outbox: &mut dyn Outbox) -> Result<Option<OutboxRow>, JournalError> {
        let in_flight = &self.in_flight;
        let is_free =
            |row: &OutboxRow| !in_flight.values().any(|(of, word)| of.lane() == Lane::Alarm && *word == row.order);
        let due: Vec<RowId> = self.rewritten.iter().filter(|(_, due)| **due <= now).map(|(row, _)| *row).collect();
        for row in due {
            match outbox.next(Lane::Alarm, row.before(), 1)?.into_iter().next() {
                Some(found) if found.row == row && is_free(&found) => {
                    self.rewritten.remove(&row);
                    return Ok(Some(found));
                }
                Some(found) if found.row == row => {}
                // While it is on its way to the disk it is not shown. A disk that does not take it keeps it as it was.
                Some(_) | None if outbox.is_settling(row) => {}
                Some(_) | None => {
                    self.rewritten.remove(&row);
                    continue;
                }
            }
            self.rewritten.insert(row, now + RENEWED_PAUSE);
        }
        Ok(None)
    }
}

/// A message that waited for its turn again: an old alarm is looked at once more.
fn found(track: Track, row: OutboxRow) -> Choice {
    match track {
        Track::OldAlarm => Choice::Overdue { row },
        Track::Alarm | Track::Observation | Track::OldEnd | Track::Gap => Choice::Send { row, attempt: 0 },
    }
}

fn is_older(now: Now, row: &OutboxRow, age_max: Option<Duration>) -> bool {
    age_max.is_some_and(|age_max| now.utc.since(row.created) > age_max)
}

#[cfg(test)]
mod past_tests;
#[cfg(test)]
mod tests;

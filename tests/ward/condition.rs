//! One alarm condition of the naive model: what data said about it, one verdict after the other, and what follows from that.
//!
//! Whether the condition exists is worked out anew from the whole row of verdicts each time; only what lies before the last
//! "all is well" is thrown away, since it can no longer matter. Nothing here is shared with the engine.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{AlarmState, Instant, Phase, Priority, Timestamp};

/// What a piece of data says about a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The hazard is there.
    Bad,
    /// It is not, but the value has not come back by the hysteresis.
    Near,
    /// All is well.
    Good,
    /// There is no usable data.
    Missing,
    /// There is none, and something else explains it.
    Excused,
    /// The condition existed before a restart.
    Given,
}

/// What people have been told of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) state: AlarmState,
    pub(crate) acknowledged: bool,
    pub(crate) priority: Priority,
    pub(crate) onset: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) key: Arc<str>,
    pub(crate) priority: Priority,
    pub(crate) delay: Duration,
    pub(crate) signal_delay: Duration,
    pub(crate) latching: bool,
    pub(crate) told: Option<Told>,
    verdicts: Vec<(Instant, Verdict)>,
    since: Option<Instant>,
}

impl Condition {
    pub(crate) fn new(key: String, priority: Priority, delay: Duration) -> Self {
        Self {
            key: key.into(),
            priority,
            delay,
            signal_delay: Duration::ZERO,
            latching: false,
            told: None,
            verdicts: Vec::new(),
            since: None,
        }
    }

    /// Nothing is known that could ever make it exist, and nobody has been told of it.
    pub(crate) fn is_idle(&self) -> bool {
        self.verdicts.is_empty() && self.told.is_none()
    }

    /// Since when it exists at `until`, if it does. A delay that is over at the time of the next verdict was over before it.
    fn exists(&self, until: Instant) -> Option<Instant> {
        let (mut first_bad, mut since) = (None, None);
        for (index, (at, verdict)) in self.verdicts.iter().enumerate() {
            let next = self.verdicts.get(index + 1).map_or(until, |(next, _)| *next);
            match verdict {
                Verdict::Bad => {
                    let first: Instant = *first_bad.get_or_insert(*at);
                    let due = (first + self.delay).max(*at);
                    if since.is_none() && due <= next {
                        since = Some(due);
                    }
                }
                Verdict::Given => since = Some(*at),
                Verdict::Good => (first_bad, since) = (None, None),
                Verdict::Near | Verdict::Excused if since.is_none() => first_bad = None,
                Verdict::Near | Verdict::Excused | Verdict::Missing => {}
            }
        }
        since
    }

    /// Takes one more verdict.
    pub(crate) fn push(&mut self, at: Instant, verdict: Verdict, times: &Times, said: &mut Said) {
        if self.verdicts.is_empty() && !matches!(verdict, Verdict::Bad | Verdict::Given) {
            return; // it does not exist, and this makes no difference
        }
        self.look(at, times, said);
        self.verdicts.push((at, verdict));
        self.look(at, times, said);
        if verdict == Verdict::Good {
            self.verdicts.clear();
        }
    }

    /// What has come to pass by `until`.
    pub(crate) fn look(&mut self, until: Instant, times: &Times, said: &mut Said) {
        let now = self.exists(until);
        let before = std::mem::replace(&mut self.since, now);
        match (before, self.since) {
            (None, Some(_)) => {
                if let Some(told) = self.told.as_mut().filter(|told| told.state == AlarmState::Latched) {
                    told.state = AlarmState::Active; // it comes back before anybody took note
                    told.acknowledged = false;
                    said.push((Arc::clone(&self.key), Phase::Update));
                }
            }
            (Some(_), None) => self.over(said),
            (None, None) | (Some(_), Some(_)) => {}
        }
        if let (Some(since), None) = (self.since, self.told)
            && since + self.signal_delay <= until
        {
            let onset = times.utc(since);
            self.told = Some(Told { state: AlarmState::Active, acknowledged: false, priority: self.priority, onset });
            said.push((Arc::clone(&self.key), Phase::Start));
        }
    }

    fn over(&mut self, said: &mut Said) {
        let Some(told) = &mut self.told else { return };
        if self.latching && !told.acknowledged {
            told.state = AlarmState::Latched;
            said.push((Arc::clone(&self.key), Phase::Update));
        } else {
            self.told = None;
            said.push((Arc::clone(&self.key), Phase::End));
        }
    }

    /// Somebody takes note.
    pub(crate) fn acknowledge(&mut self, said: &mut Said) {
        let Some(told) = &mut self.told else { return };
        match (told.state, told.acknowledged) {
            (AlarmState::Latched, _) => {
                self.told = None;
                said.push((Arc::clone(&self.key), Phase::Reset));
            }
            (AlarmState::Active, false) => {
                told.acknowledged = true;
                said.push((Arc::clone(&self.key), Phase::Acknowledged));
            }
            (AlarmState::Active, true) | (AlarmState::Inactive, _) => {}
        }
    }

    /// The device gives it another priority.
    pub(crate) fn reprioritise(&mut self, priority: Priority, said: &mut Said) {
        let before = std::mem::replace(&mut self.priority, priority);
        let Some(told) = &mut self.told else { return };
        told.priority = priority;
        if priority > before {
            told.acknowledged = false;
            said.push((Arc::clone(&self.key), Phase::Escalate));
        } else if priority < before {
            said.push((Arc::clone(&self.key), Phase::Deescalate));
        }
    }

    /// It was told before a restart; if it was active it exists until something says that it is over.
    pub(crate) fn restore(&mut self, at: Instant, told: Told) {
        self.told = Some(told);
        if told.state == AlarmState::Active {
            self.verdicts = vec![(at, Verdict::Given)];
            self.since = Some(at);
        }
    }
}

/// What is said of conditions, in the order of its saying.
pub(crate) type Said = Vec<(Arc<str>, Phase)>;

/// How the two clocks lie to each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) monotonic: Instant,
    pub(crate) utc: Timestamp,
}

impl Times {
    pub(crate) fn utc(&self, at: Instant) -> Timestamp {
        if at >= self.monotonic { self.utc + at.since(self.monotonic) } else { self.utc - self.monotonic.since(at) }
    }
}

//! Should people be told about an alarm condition?
//!
//! Words: *began* and *ended* come from the condition machine; *elapsed*, a delay, pause or reminder interval may be over;
//! *acknowledge*, an operator takes note; *worsened*, the priority of the condition rose; *hold*, an operator holds the
//! signal back, until a time or without end; *enable*, an operator ends that.
//!
//! | state         | began              | ended                                        | elapsed         | acknowledge                      | worsened          | hold                      | enable            |
//! |---------------|--------------------|----------------------------------------------|-----------------|----------------------------------|-------------------|---------------------------|-------------------|
//! | off           | delayed, or on (**start**) without delay | off                    | off             | off                              | off               | off                       | off               |
//! | delayed       | delayed            | off                                          | on (**start**)¹ | delayed                          | delayed           | delayed                   | delayed           |
//! | on            | on                 | off (**end**); latching: latched (**update**)| on²             | on, acknowledged (**acknowledged**) | on (**escalate**) | on, held (**inactivate**) | on³               |
//! | on, acknowledged | the same        | off (**end**)                                | the same²       | the same                         | on (**escalate**) | held too (**inactivate**) | the same³         |
//! | latched       | on (**update**)    | latched                                      | latched²        | off (**reset**)                  | latched           | held (**inactivate**)     | latched³          |
//!
//! *On*, *acknowledged* and *latched* may be *held* besides: until a time (paused) or without end (off).
//! ¹ once the signal delay has passed. ² if it is held: a pause that is over leaves it not held (**update**); one without end
//! stays, and is told again whenever a reminder is due (**continue**). ³ if it was held: not held any more (**update**).
//! *Ended* and *acknowledge* leave it held as it was, or off; *began* while latched and *worsened* end what holds it.
//!
//! Acknowledging and holding back change the signal of this occurrence and never the condition. Acknowledged is not silenced:
//! they are kept apart. What begins anew or worsens breaks through both. The words in bold are the event phases (IHE PCD TF-2
//! B.8.5) with which a change is told.

use std::time::Duration;

use vigil_model::{Instant, Phase};

/// State of the signal of one condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// Nobody is told.
    #[default]
    Off,
    /// The condition exists; people are told later, if it still does.
    Delayed {
        /// When the signal delay is over.
        until: Instant,
    },
    /// People are told.
    On {
        /// Whether an operator has taken note.
        acknowledged: bool,
        /// What holds it back.
        hold: Hold,
    },
    /// The condition is over; people are told until an operator acknowledges.
    Latched {
        /// What holds it back.
        hold: Hold,
    },
}

/// What holds a signal back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// Nothing.
    #[default]
    Free,
    /// It is paused.
    Until(Instant),
    /// It is off without end.
    Off {
        /// When people are reminded of that; `None` for never.
        remind_at: Option<Instant>,
    },
}

impl Hold {
    /// Held from `at` on: until a time, or without end.
    pub fn new(until: Option<Instant>, at: Instant, manner: Manner) -> Self {
        match until {
            Some(until) => Hold::Until(until),
            None => Hold::Off { remind_at: manner.remind_every.map(|every| at + every) },
        }
    }

    fn due(self) -> Option<Instant> {
        match self {
            Hold::Free => None,
            Hold::Until(until) => Some(until),
            Hold::Off { remind_at } => remind_at,
        }
    }
}

impl Signal {
    /// When it changes, or must be told again, by itself.
    pub fn due(self) -> Option<Instant> {
        match self {
            Signal::Off => None,
            Signal::Delayed { until } => Some(until),
            Signal::On { hold, .. } | Signal::Latched { hold } => hold.due(),
        }
    }

    /// What holds it back.
    pub fn hold(self) -> Hold {
        match self {
            Signal::Off | Signal::Delayed { .. } => Hold::Free,
            Signal::On { hold, .. } | Signal::Latched { hold } => hold,
        }
    }
}

/// What is fixed about a signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// Whether it goes on after its condition until an operator acknowledges.
    pub latching: bool,
    /// How often people are reminded of a signal that is off without end; never zero.
    pub remind_every: Option<Duration>,
}

/// What a signal is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// The condition exists from now on; its signal may start at this instant.
    Began {
        /// End of the signal delay.
        until: Instant,
    },
    /// The condition is over.
    Ended,
    /// A delay, pause or reminder interval may be over.
    Elapsed,
    /// An operator takes note.
    Acknowledge,
    /// The priority of the condition rose.
    Worsened,
    /// An operator holds it back.
    Hold {
        /// Until when; `None` is without end.
        until: Option<Instant>,
    },
    /// An operator ends that.
    Enable,
}

const ON: Signal = Signal::On { acknowledged: false, hold: Hold::Free };

/// The state after an input at `at`, and the phase with which the change is told.
pub fn step(state: Signal, input: Input, at: Instant, manner: Manner) -> (Signal, Option<Phase>) {
    match (state, input) {
        (Signal::Off, Input::Began { until }) if until <= at => (ON, Some(Phase::Start)),
        (Signal::Off, Input::Began { until }) => (Signal::Delayed { until }, None),
        (Signal::Off, _) => (state, None),
        (Signal::Delayed { .. }, Input::Ended) => (Signal::Off, None),
        (Signal::Delayed { until }, Input::Elapsed) if until <= at => (ON, Some(Phase::Start)),
        (Signal::Delayed { .. }, _) => (state, None),
        (Signal::On { acknowledged: false, hold }, Input::Ended) if manner.latching => {
            (Signal::Latched { hold }, Some(Phase::Update))
        }
        (Signal::On { .. }, Input::Ended) => (Signal::Off, Some(Phase::End)),
        (Signal::On { acknowledged: false, hold }, Input::Acknowledge) => {
            (Signal::On { acknowledged: true, hold }, Some(Phase::Acknowledged))
        }
        (Signal::On { .. }, Input::Worsened) => (ON, Some(Phase::Escalate)),
        (Signal::On { .. }, Input::Began { .. } | Input::Acknowledge) => (state, None),
        (Signal::On { acknowledged, hold }, Input::Elapsed | Input::Hold { .. } | Input::Enable) => {
            let (hold, phase) = step_hold(hold, input, at, manner);
            (Signal::On { acknowledged, hold }, phase)
        }
        (Signal::Latched { .. }, Input::Began { .. }) => (ON, Some(Phase::Update)),
        (Signal::Latched { .. }, Input::Acknowledge) => (Signal::Off, Some(Phase::Reset)),
        (Signal::Latched { .. }, Input::Ended | Input::Worsened) => (state, None),
        (Signal::Latched { hold }, Input::Elapsed | Input::Hold { .. } | Input::Enable) => {
            let (hold, phase) = step_hold(hold, input, at, manner);
            (Signal::Latched { hold }, phase)
        }
    }
}

fn step_hold(hold: Hold, input: Input, at: Instant, manner: Manner) -> (Hold, Option<Phase>) {
    match (hold, input) {
        (_, Input::Hold { until }) => (Hold::new(until, at, manner), Some(Phase::Inactivate)),
        (Hold::Until(_) | Hold::Off { .. }, Input::Enable) => (Hold::Free, Some(Phase::Update)),
        (Hold::Until(until), Input::Elapsed) if until <= at => (Hold::Free, Some(Phase::Update)),
        (Hold::Off { remind_at: Some(due) }, Input::Elapsed) if due <= at => {
            (Hold::Off { remind_at: manner.remind_every.map(|every| due + every) }, Some(Phase::Continue))
        }
        (_, _) => (hold, None),
    }
}

#[cfg(test)]
#[path = "signal_tests.rs"]
mod tests;

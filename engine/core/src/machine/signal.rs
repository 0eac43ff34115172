//! Should people be told about an alarm condition?
//!
//! Words: *began* and *ended* come from the condition machine; *elapsed*, the signal delay may be over; *acknowledge*, an
//! operator takes note; *worsened*, the priority of the condition rose.
//!
//! | state            | began              | ended                                   | elapsed           | acknowledge                    | worsened                    |
//! |------------------|--------------------|-----------------------------------------|-------------------|--------------------------------|-----------------------------|
//! | off              | delayed, or on (**start**) without delay | off               | off               | off                            | off                         |
//! | delayed          | delayed            | off                                     | on (**start**)¹   | delayed                        | delayed                     |
//! | on               | on                 | off (**end**); latching: latched (**update**) | on          | on, acknowledged (**acknowledged**) | on (**escalate**)      |
//! | on, acknowledged | the same           | off (**end**)                           | the same          | the same                       | on (**escalate**)           |
//! | latched          | on (**update**)    | latched                                 | latched           | off (**reset**)                | latched                     |
//!
//! ¹ once the signal delay has passed.
//!
//! Acknowledging holds back the signal of this occurrence and never touches the condition. A worsened condition breaks
//! through it. The words in bold are the event phases (IHE PCD TF-2 B.8.5) with which a change is told.

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
    },
    /// The condition is over; people are told until an operator acknowledges.
    Latched,
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
    /// The signal delay may be over.
    Elapsed,
    /// An operator takes note.
    Acknowledge,
    /// The priority of the condition rose.
    Worsened,
}

/// The state after an input at `at`, and the phase with which the change is told.
pub fn step(state: Signal, input: Input, at: Instant, latching: bool) -> (Signal, Option<Phase>) {
    let on = Signal::On { acknowledged: false };
    match (state, input) {
        (Signal::Off, Input::Began { until }) if until <= at => (on, Some(Phase::Start)),
        (Signal::Off, Input::Began { until }) => (Signal::Delayed { until }, None),
        (Signal::Off, Input::Ended | Input::Elapsed | Input::Acknowledge | Input::Worsened) => (state, None),
        (Signal::Delayed { .. }, Input::Ended) => (Signal::Off, None),
        (Signal::Delayed { until }, Input::Elapsed) if until <= at => (on, Some(Phase::Start)),
        (Signal::Delayed { .. }, Input::Elapsed | Input::Began { .. } | Input::Acknowledge | Input::Worsened) => {
            (state, None)
        }
        (Signal::On { acknowledged: false }, Input::Ended) if latching => (Signal::Latched, Some(Phase::Update)),
        (Signal::On { .. }, Input::Ended) => (Signal::Off, Some(Phase::End)),
        (Signal::On { acknowledged: false }, Input::Acknowledge) => {
            (Signal::On { acknowledged: true }, Some(Phase::Acknowledged))
        }
        (Signal::On { .. }, Input::Worsened) => (on, Some(Phase::Escalate)),
        (Signal::On { .. }, Input::Began { .. } | Input::Elapsed | Input::Acknowledge) => (state, None),
        (Signal::Latched, Input::Began { .. }) => (on, Some(Phase::Update)),
        (Signal::Latched, Input::Acknowledge) => (Signal::Off, Some(Phase::Reset)),
        (Signal::Latched, Input::Ended | Input::Elapsed | Input::Worsened) => (state, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(s: u64) -> Instant {
        Instant::from_micros(s * 1_000_000)
    }

    /// The table of the module comment: name of the state after and the phase told.
    fn table(state: Signal, input: Input, at: Instant, latching: bool) -> (&'static str, Option<Phase>) {
        let column = match input {
            Input::Began { .. } => 0,
            Input::Ended => 1,
            Input::Elapsed => 2,
            Input::Acknowledge => 3,
            Input::Worsened => 4,
        };
        let over = match (state, input) {
            (Signal::Off, Input::Began { until }) | (Signal::Delayed { until }, _) => until <= at,
            _ => false,
        };
        let started = if over { ("on", Some(Phase::Start)) } else { ("delayed", None) };
        let ended = if latching { ("latched", Some(Phase::Update)) } else { ("off", Some(Phase::End)) };
        let rows = match name(state) {
            "off" => [started, ("off", None), ("off", None), ("off", None), ("off", None)],
            "delayed" => [("delayed", None), ("off", None), started, ("delayed", None), ("delayed", None)],
            "on" => [
                ("on", None),
                ended,
                ("on", None),
                ("acknowledged", Some(Phase::Acknowledged)),
                ("on", Some(Phase::Escalate)),
            ],
            "acknowledged" => [
                ("acknowledged", None),
                ("off", Some(Phase::End)),
                ("acknowledged", None),
                ("acknowledged", None),
                ("on", Some(Phase::Escalate)),
            ],
            _ => [
                ("on", Some(Phase::Update)),
                ("latched", None),
                ("latched", None),
                ("off", Some(Phase::Reset)),
                ("latched", None),
            ],
        };
        rows[column]
    }

    fn name(state: Signal) -> &'static str {
        match state {
            Signal::Off => "off",
            Signal::Delayed { .. } => "delayed",
            Signal::On { acknowledged: false } => "on",
            Signal::On { acknowledged: true } => "acknowledged",
            Signal::Latched => "latched",
        }
    }

    fn explore(state: Signal, at: u64, depth: u32, latching: bool, seen: &mut u64) {
        if depth == 0 {
            return;
        }
        for wait in [0, 1, 2] {
            let now = second(at + wait);
            for input in [
                Input::Began { until: now },
                Input::Began { until: second(at + wait + 2) },
                Input::Ended,
                Input::Elapsed,
                Input::Acknowledge,
                Input::Worsened,
            ] {
                let (after, phase) = step(state, input, now, latching);
                assert_eq!((name(after), phase), table(state, input, now, latching), "{state:?} {input:?}");
                *seen += 1;
                explore(after, at + wait, depth - 1, latching, seen);
            }
        }
    }

    #[test]
    fn every_path_to_depth_four_follows_the_table() {
        let mut seen = 0;
        for latching in [false, true] {
            explore(Signal::Off, 0, 4, latching, &mut seen);
        }
        assert!(seen > 200_000, "{seen}");
    }
}

//! Does an alarm condition exist?
//!
//! One machine serves every condition: limit, technical and device-raised. What differs is who says *violating*.
//!
//! Words: *violating*, the newest usable data shows the hazard; *near*, it does not, but it has not come back by the
//! hysteresis; *clear*, it has; *missing*, there is no usable data (stale, invalid, never, link lost, operating mode);
//! *withheld*, another condition explains why there is none; *elapsed*, the condition delay may be over.
//!
//! | state   | violating        | near    | clear           | missing | withheld | elapsed               |
//! |---------|------------------|---------|-----------------|---------|----------|-----------------------|
//! | absent  | pending¹         | absent  | absent          | absent  | absent   | absent                |
//! | pending | pending¹         | absent  | absent          | held    | absent   | present¹ (**began**)  |
//! | held    | pending¹         | absent  | absent          | held    | absent   | held                  |
//! | present | present          | present | absent (**ended**) | present | present | present            |
//!
//! ¹ present (**began**) if the condition delay has passed since the first violation, else pending since then.
//!
//! Missing data never ends a condition and never begins one: a pending condition is *held*. Its clock runs on, but only a
//! fresh violating value can complete it, and only a fresh value that does not violate takes it back. So a low value, a
//! gap and a low value again count as low throughout, which errs on the side of telling.

use std::time::Duration;

use vigil_model::Instant;

/// State of a condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// It does not exist.
    #[default]
    Absent,
    /// Data violates, for less than the condition delay.
    Pending {
        /// The first violation.
        since: Instant,
    },
    /// Data violated and then went missing before the delay was over.
    Held {
        /// The first violation.
        since: Instant,
    },
    /// It exists.
    Present {
        /// When it was determined.
        since: Instant,
    },
}

/// What a condition is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// The newest usable data shows the hazard.
    Violating,
    /// It does not, but has not come back by the hysteresis.
    Near,
    /// There is no hazard.
    Clear,
    /// There is no usable data.
    Missing,
    /// Another condition explains it: what is not yet present does not begin.
    Withheld,
    /// The condition delay may be over.
    Elapsed,
}

/// What an input did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The condition exists from now on.
    Began,
    /// The condition is over.
    Ended,
}

/// The state after an input at `at`, and whether the condition began or ended by it.
#[inline]
pub fn step(state: Condition, input: Input, at: Instant, delay: Duration) -> (Condition, Option<Change>) {
    let violated = |since: Instant| {
        if at.since(since) >= delay {
            (Condition::Present { since: at }, Some(Change::Began))
        } else {
            (Condition::Pending { since }, None)
        }
    };
    match (state, input) {
        (Condition::Absent, Input::Violating) => violated(at),
        (Condition::Absent, Input::Near | Input::Clear | Input::Missing | Input::Withheld | Input::Elapsed) => {
            (state, None)
        }
        (Condition::Pending { since } | Condition::Held { since }, Input::Violating) => violated(since),
        (Condition::Pending { .. } | Condition::Held { .. }, Input::Near | Input::Clear | Input::Withheld) => {
            (Condition::Absent, None)
        }
        (Condition::Pending { since } | Condition::Held { since }, Input::Missing) => (Condition::Held { since }, None),
        (Condition::Pending { since }, Input::Elapsed) => violated(since),
        (Condition::Held { .. }, Input::Elapsed) => (state, None),
        (Condition::Present { .. }, Input::Clear) => (Condition::Absent, Some(Change::Ended)),
        (
            Condition::Present { .. },
            Input::Violating | Input::Near | Input::Missing | Input::Withheld | Input::Elapsed,
        ) => (state, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAY_S: u64 = 3;
    const INPUTS: [Input; 6] =
        [Input::Violating, Input::Near, Input::Clear, Input::Missing, Input::Withheld, Input::Elapsed];

    fn second(s: u64) -> Instant {
        Instant::from_micros(s * 1_000_000)
    }

    /// The table of the module comment, cell by cell: name of the state after, for a delay that has passed or not.
    fn table(state: Condition, input: Input, passed: bool) -> &'static str {
        let row = match state {
            Condition::Absent => ["pending¹", "absent", "absent", "absent", "absent", "absent"],
            Condition::Pending { .. } => ["pending¹", "absent", "absent", "held", "absent", "pending¹"],
            Condition::Held { .. } => ["pending¹", "absent", "absent", "held", "absent", "held"],
            Condition::Present { .. } => ["present", "present", "absent", "present", "present", "present"],
        };
        match row[INPUTS.iter().position(|i| *i == input).unwrap()] {
            "pending¹" if passed => "present",
            "pending¹" => "pending",
            other => other,
        }
    }

    fn name(state: Condition) -> &'static str {
        match state {
            Condition::Absent => "absent",
            Condition::Pending { .. } => "pending",
            Condition::Held { .. } => "held",
            Condition::Present { .. } => "present",
        }
    }

    fn explore(state: Condition, at: u64, depth: u32, delay: Duration, seen: &mut u64) {
        if depth == 0 {
            return;
        }
        for input in INPUTS {
            for wait in [0, 1, 3] {
                let now = at + wait;
                let (after, change) = step(state, input, second(now), delay);
                let passed = match state {
                    Condition::Pending { since } | Condition::Held { since } => second(now).since(since) >= delay,
                    Condition::Absent | Condition::Present { .. } => delay.is_zero(),
                };
                assert_eq!(name(after), table(state, input, passed), "{state:?} {input:?} at {now}");
                let expected = match (name(state) == "present", name(after) == "present") {
                    (false, true) => Some(Change::Began),
                    (true, false) => Some(Change::Ended),
                    _ => None,
                };
                assert_eq!(change, expected, "{state:?} {input:?} at {now}");
                *seen += 1;
                explore(after, now, depth - 1, delay, seen);
            }
        }
    }

    #[test]
    fn every_path_to_depth_four_follows_the_table() {
        let mut seen = 0;
        for delay in [Duration::ZERO, Duration::from_secs(DELAY_S)] {
            explore(Condition::Absent, 0, 4, delay, &mut seen);
        }
        assert!(seen > 200_000, "{seen}");
    }

    #[test]
    fn a_gap_neither_completes_a_delay_nor_restarts_it() {
        let delay = Duration::from_secs(DELAY_S);
        let (state, _) = step(Condition::Absent, Input::Violating, second(0), delay);
        let (state, _) = step(state, Input::Missing, second(1), delay);
        let (state, change) = step(state, Input::Elapsed, second(9), delay);
        assert_eq!((state, change), (Condition::Held { since: second(0) }, None));
        let (state, change) = step(state, Input::Violating, second(10), delay);
        assert_eq!((state, change), (Condition::Present { since: second(10) }, Some(Change::Began)));
    }
}

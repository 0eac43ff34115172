//! Who is to be told of an alarm now?
//!
//! Words: *started*, people are told, or the alarm worsened or came back; *answered*, an answer that is enough for the level;
//! *declined*, somebody rejects; *elapsed*, the time of the level may be over; *over*, nobody needs to be told any more.
//!
//! | state      | started        | answered | declined                  | elapsed                   | over |
//! |------------|----------------|----------|---------------------------|---------------------------|------|
//! | idle       | waiting, level 0¹ | idle  | idle                      | idle                      | idle |
//! | waiting    | waiting, level 0  | settled | next level, or unanswered | next level, or unanswered² | idle |
//! | settled    | waiting, level 0  | settled | settled                 | settled                   | idle |
//! | unanswered | waiting, level 0  | settled³ | unanswered             | unanswered                | idle |
//!
//! ¹ idle without a chain. ² once the time of the level has passed. ³ somebody who accepts or acknowledges; that a message
//! arrived is not enough any more.

use std::time::Duration;

use vigil_model::{Answer, EscalationLevel, Instant, Success};

/// How far an alarm has come in its chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Escalation {
    /// There is no chain, or nothing to tell.
    #[default]
    Idle,
    /// An answer is waited for.
    Waiting {
        /// Position of the level.
        level: u32,
        /// Since when.
        since: Instant,
        /// Until when.
        until: Instant,
    },
    /// Somebody answered.
    Settled,
    /// Nobody answered, and nobody is left.
    Unanswered,
}

/// What an escalation is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// People are told, or the alarm worsened or came back.
    Started,
    /// Somebody answers.
    Answer(Answer),
    /// The time of the level may be over.
    Elapsed,
    /// Nobody needs to be told any more.
    Over,
}

impl Escalation {
    /// When it goes on by itself.
    pub fn due(self) -> Option<Instant> {
        match self {
            Escalation::Waiting { until, .. } => Some(until),
            Escalation::Idle | Escalation::Settled | Escalation::Unanswered => None,
        }
    }
}

/// The state after an input at `at`, with the levels of the chain; none for an alarm without one.
pub fn step(state: Escalation, input: Input, at: Instant, levels: &[EscalationLevel]) -> Escalation {
    match (state, input) {
        (_, Input::Started) => enter(0, at, levels, Escalation::Idle),
        (_, Input::Over) => Escalation::Idle,
        (Escalation::Waiting { level, .. }, Input::Answer(Answer::Rejected)) => {
            enter(level + 1, at, levels, Escalation::Unanswered)
        }
        (Escalation::Waiting { level, .. }, Input::Answer(answer)) => {
            let success = levels.get(level as usize).map_or(Success::Acknowledged, |level| level.success);
            if success.is_met_by(answer) { Escalation::Settled } else { state }
        }
        (Escalation::Waiting { level, until, .. }, Input::Elapsed) if until <= at => {
            enter(level + 1, until, levels, Escalation::Unanswered)
        }
        (Escalation::Unanswered, Input::Answer(Answer::Accepted | Answer::Acknowledge)) => Escalation::Settled,
        (_, Input::Answer(_) | Input::Elapsed) => state,
    }
}

/// Waiting for an answer of a level from `at` on, or `end` if there is no such level.
fn enter(level: u32, at: Instant, levels: &[EscalationLevel], end: Escalation) -> Escalation {
    match levels.get(level as usize) {
        // A level that waits for nothing would be passed over unseen.
        Some(found) => Escalation::Waiting { level, since: at, until: at + found.within.max(Duration::from_micros(1)) },
        None => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(s: u64) -> Instant {
        Instant::from_micros(s * 1_000_000)
    }

    fn levels(successes: &[Success]) -> Vec<EscalationLevel> {
        let level = |success: &Success| EscalationLevel {
            to: vec!["anybody".into()],
            within: Duration::from_secs(2),
            success: *success,
        };
        successes.iter().map(level).collect()
    }

    fn name(state: Escalation) -> String {
        match state {
            Escalation::Idle => "idle".into(),
            Escalation::Waiting { level, .. } => format!("waiting {level}"),
            Escalation::Settled => "settled".into(),
            Escalation::Unanswered => "unanswered".into(),
        }
    }

    /// The table of the module comment.
    fn table(state: Escalation, input: Input, at: Instant, levels: &[EscalationLevel]) -> String {
        let first = if levels.is_empty() { "idle" } else { "waiting 0" };
        let same = name(state);
        let row = |answered: String, declined: String, elapsed: String| match input {
            Input::Started => first.to_owned(),
            Input::Answer(Answer::Rejected) => declined,
            Input::Answer(_) => answered,
            Input::Elapsed => elapsed,
            Input::Over => "idle".to_owned(),
        };
        match state {
            Escalation::Idle | Escalation::Settled => row(same.clone(), same.clone(), same),
            Escalation::Unanswered => {
                let taken = matches!(input, Input::Answer(Answer::Accepted | Answer::Acknowledge));
                let answered = if taken { "settled".to_owned() } else { same.clone() };
                row(answered, same.clone(), same)
            }
            Escalation::Waiting { level, until, .. } => {
                let next = level + 1;
                let next =
                    if (next as usize) < levels.len() { format!("waiting {next}") } else { "unanswered".to_owned() };
                let rank = |answer| match answer {
                    Answer::Rejected => 0,
                    Answer::Received => 1,
                    Answer::Accepted => 2,
                    Answer::Acknowledge => 3,
                };
                let wanted = match levels[level as usize].success {
                    Success::Received => 1,
                    Success::Accepted => 2,
                    Success::Acknowledged => 3,
                };
                let enough = matches!(input, Input::Answer(answer) if rank(answer) >= wanted);
                let answered = if enough { "settled".to_owned() } else { same.clone() };
                let elapsed = if until <= at { next.clone() } else { same };
                row(answered, next, elapsed)
            }
        }
    }

    fn explore(state: Escalation, at: u64, depth: u32, levels: &[EscalationLevel], seen: &mut u64) {
        if depth == 0 {
            return;
        }
        let answers = [Answer::Received, Answer::Accepted, Answer::Rejected, Answer::Acknowledge].map(Input::Answer);
        for wait in [0, 2] {
            let now = second(at + wait);
            for input in [Input::Started, Input::Elapsed, Input::Over].into_iter().chain(answers) {
                let after = step(state, input, now, levels);
                assert_eq!(name(after), table(state, input, now, levels), "{state:?} {input:?}");
                *seen += 1;
                explore(after, at + wait, depth - 1, levels, seen);
            }
        }
    }

    #[test]
    fn every_path_to_depth_four_follows_the_table() {
        let mut seen = 0;
        for chain in [
            &[][..],
            &[Success::Received],
            &[Success::Accepted, Success::Acknowledged],
            &[Success::Acknowledged, Success::Received, Success::Accepted],
        ] {
            explore(Escalation::Idle, 0, 4, &levels(chain), &mut seen);
        }
        assert!(seen > 150_000, "{seen}");
    }

    #[test]
    fn time_counts_from_the_end_of_the_level_before_and_not_from_when_it_was_noticed() {
        let chain = levels(&[Success::Accepted, Success::Accepted]);
        let state = step(Escalation::Idle, Input::Started, second(0), &chain);
        let state = step(state, Input::Elapsed, second(3), &chain);
        assert_eq!(state, Escalation::Waiting { level: 1, since: second(2), until: second(4) });
    }
}

//! Every path of the signal machine against its table.

use super::*;

fn second(s: u64) -> Instant {
    Instant::from_micros(s * 1_000_000)
}

const REMIND_S: u64 = 2;

/// Name of the state, what holds it, the phase told.
type Row = (&'static str, &'static str, Option<Phase>);

/// The table of the module comment.
fn table(state: Signal, input: Input, at: Instant, manner: Manner) -> Row {
    let column = match input {
        Input::Began { .. } => 0,
        Input::Ended => 1,
        Input::Elapsed => 2,
        Input::Acknowledge => 3,
        Input::Worsened => 4,
        Input::Hold { .. } => 5,
        Input::Enable => 6,
    };
    let over = match (state, input) {
        (Signal::Off, Input::Began { until }) | (Signal::Delayed { until }, _) => until <= at,
        _ => false,
    };
    let held = held(state);
    let holds = if let Input::Hold { until: Some(_) } = input { "paused" } else { "off" };
    let due = state.due().is_some_and(|due| due <= at);
    let (off, delayed): (Row, Row) = (("off", "", None), ("delayed", "", None));
    let started = if over { ("on", "", Some(Phase::Start)) } else { delayed };
    let ended = if manner.latching { ("latched", held, Some(Phase::Update)) } else { ("off", "", Some(Phase::End)) };
    let elapsed = |name| match held {
        "paused" if due => (name, "", Some(Phase::Update)),
        "off" if due => (name, "off", Some(Phase::Continue)),
        _ => (name, held, None),
    };
    let enabled = |name| if held.is_empty() { (name, "", None) } else { (name, "", Some(Phase::Update)) };
    let inactivated = |name| (name, holds, Some(Phase::Inactivate));
    let acknowledged = ("acknowledged", held, None);
    let rows: [Row; 7] = match name(state) {
        "off" => [started, off, off, off, off, off, off],
        "delayed" => [delayed, off, started, delayed, delayed, delayed, delayed],
        "on" => [
            ("on", held, None),
            ended,
            elapsed("on"),
            ("acknowledged", held, Some(Phase::Acknowledged)),
            ("on", "", Some(Phase::Escalate)),
            inactivated("on"),
            enabled("on"),
        ],
        "acknowledged" => [
            acknowledged,
            ("off", "", Some(Phase::End)),
            elapsed("acknowledged"),
            acknowledged,
            ("on", "", Some(Phase::Escalate)),
            inactivated("acknowledged"),
            enabled("acknowledged"),
        ],
        _ => [
            ("on", "", Some(Phase::Update)),
            ("latched", held, None),
            elapsed("latched"),
            ("off", "", Some(Phase::Reset)),
            ("latched", held, None),
            inactivated("latched"),
            enabled("latched"),
        ],
    };
    rows[column]
}

fn name(state: Signal) -> &'static str {
    match state {
        Signal::Off => "off",
        Signal::Delayed { .. } => "delayed",
        Signal::On { acknowledged: false, .. } => "on",
        Signal::On { acknowledged: true, .. } => "acknowledged",
        Signal::Latched { .. } => "latched",
    }
}

fn held(state: Signal) -> &'static str {
    match state.hold() {
        Hold::Free => "",
        Hold::Until(_) => "paused",
        Hold::Off { .. } => "off",
    }
}

fn explore(state: Signal, at: u64, depth: u32, manner: Manner, seen: &mut u64) {
    if depth == 0 {
        return;
    }
    for wait in [0, 2] {
        let now = second(at + wait);
        for input in [
            Input::Began { until: now },
            Input::Began { until: second(at + wait + 2) },
            Input::Ended,
            Input::Elapsed,
            Input::Acknowledge,
            Input::Worsened,
            Input::Hold { until: Some(second(at + wait + 1)) },
            Input::Hold { until: None },
            Input::Enable,
        ] {
            let (after, phase) = step(state, input, now, manner);
            let found = (name(after), held(after), phase);
            assert_eq!(found, table(state, input, now, manner), "{state:?} {input:?}");
            if let Hold::Off { remind_at } = after.hold() {
                assert_eq!(remind_at.is_some(), manner.remind_every.is_some());
            }
            *seen += 1;
            explore(after, at + wait, depth - 1, manner, seen);
        }
    }
}

#[test]
fn every_path_to_depth_four_follows_the_table() {
    let mut seen = 0;
    for latching in [false, true] {
        for remind_every in [None, Some(Duration::from_secs(REMIND_S))] {
            explore(Signal::Off, 0, 4, Manner { latching, remind_every }, &mut seen);
        }
    }
    assert!(seen > 400_000, "{seen}");
}

#[test]
fn every_state_is_reached_held_and_not() {
    let manner = Manner { latching: true, remind_every: None };
    let began = Input::Began { until: second(0) };
    let hold = Input::Hold { until: None };
    for (path, found) in [
        (&[began, hold][..], ("on", "off")),
        (&[began, hold, Input::Acknowledge], ("acknowledged", "off")),
        (&[began, hold, Input::Ended], ("latched", "off")),
        (&[began, Input::Ended, hold, Input::Enable], ("latched", "")),
        (&[began, Input::Acknowledge, hold, Input::Worsened], ("on", "")),
        (&[began, hold, Input::Ended, began], ("on", "")),
    ] {
        let state = path.iter().fold(Signal::Off, |state, input| step(state, *input, second(1), manner).0);
        assert_eq!((name(state), held(state)), found, "{path:?}");
    }
}

#[test]
fn reminders_come_at_their_interval_until_it_is_enabled() {
    let manner = Manner { latching: false, remind_every: Some(Duration::from_secs(10)) };
    let (mut state, _) = step(ON, Input::Hold { until: None }, second(5), manner);
    for due in [15, 25, 35] {
        assert_eq!(state.due(), Some(second(due)));
        let (after, phase) = step(state, Input::Elapsed, second(due), manner);
        assert_eq!(phase, Some(Phase::Continue));
        state = after;
    }
    assert_eq!(step(state, Input::Enable, second(36), manner), (ON, Some(Phase::Update)));
}

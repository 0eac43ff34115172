//! Conditions on several things at one bed at the same time.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::time::Duration;

use common::*;
use proptest::prelude::*;
use vigil_model::{
    AlarmState, CombinedRule, ConditionKind, DeviceIndex, EventKind, LimitSide, LinkState, Manner, OperatingMode,
    Priority, Quality, Quantity, Reading, Report, Term, Value, Ward, WhenMissing, mdc,
};

const BOTH: &str = "@bed-1/exists/combined/both";
const CANNOT: &str = "@bed-1/cannot-evaluate/combined/both";

fn beyond(
    metric: (vigil_model::Code, vigil_model::Unit, vigil_model::Containment),
    side: LimitSide,
    limit: &str,
) -> Term {
    Term::Beyond { metric: metric.0, unit: metric.1, side, limit: q(limit), hysteresis: Quantity::from(2) }
}

fn rule(terms: Vec<Term>, when_missing: WhenMissing) -> CombinedRule {
    CombinedRule {
        id: "both".into(),
        terms,
        when_missing,
        manner: Manner {
            condition_delay: Duration::from_secs(2),
            signal_delay: Duration::ZERO,
            priority: Priority::High,
            kind: ConditionKind::Physiological,
            latching: false,
            event: mdc::X_EVT_COMBINED,
            text: "Low SpO2 and fast heart".into(),
        },
    }
}

fn low_and_fast() -> Vec<Term> {
    vec![beyond(SPO2, LimitSide::Low, "90"), beyond(HR, LimitSide::High, "120")]
}

/// Two monitors at bed 1, where only the combination is judged. SpO2 is heard of the first, HR of the second.
fn stand(terms: Vec<Term>, when_missing: WhenMissing) -> Stand {
    let mut plan = ward();
    plan.devices.truncate(2);
    plan.beds[0].rules.clear();
    plan.beds[0].further.combined.push(rule(terms, when_missing));
    Stand::of(plan)
}

/// One second in which both monitors speak.
fn second(stand: &mut Stand, first: &[Report], second: &[Report]) -> Vec<String> {
    stand.wait(1);
    for (device, reports) in [(MON_1, first), (MON_2, second)] {
        for report in reports {
            stand.hear(device, report.clone());
        }
    }
    stand.alarms()
}

fn pair(stand: &mut Stand, spo2: &str, hr: &str) -> Vec<String> {
    second(stand, &[value(SPO2, spo2)], &[value(HR, hr)])
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn all_terms_must_hold_at_once_for_the_condition_delay_and_one_that_does_not_ends_it() {
    let mut stand = stand(low_and_fast(), WhenMissing::Tell);
    assert_eq!(pair(&mut stand, "85", "80"), none());
    assert_eq!(pair(&mut stand, "97", "130"), none());
    assert_eq!(pair(&mut stand, "85", "130"), none());
    assert_eq!(pair(&mut stand, "85", "130"), none());
    assert_eq!(pair(&mut stand, "85", "130"), [format!("{BOTH} start/active")]);
    let occurrence = stand.find(BOTH);
    assert_eq!((&*occurrence.bed, &*occurrence.device), ("bed-1", ""));
    assert_eq!((occurrence.kind, occurrence.event), (ConditionKind::Physiological, mdc::X_EVT_COMBINED));
    assert_eq!(pair(&mut stand, "91", "119"), none(), "both within their hysteresis");
    assert_eq!(pair(&mut stand, "92", "130"), [format!("{BOTH} end/inactive")]);
    let snapshot = stand.engine.snapshot(at(stand.second));
    assert_eq!(snapshot.beds[0].summary.active, 0);
}

#[test]
fn missing_data_neither_begins_nor_ends_it_and_is_told_where_the_rule_says_so() {
    for when_missing in [WhenMissing::Tell, WhenMissing::Wait] {
        let mut stand = stand(low_and_fast(), when_missing);
        for _ in 0..3 {
            pair(&mut stand, "85", "130");
        }
        let mut told = Vec::new();
        for _ in 0..20 {
            told.extend(second(&mut stand, &[absent(SPO2)], &[value(HR, "130")]));
        }
        assert_eq!(stand.find(BOTH).state, AlarmState::Active);
        let tells = told.contains(&format!("{CANNOT} start/active"));
        assert_eq!(tells, when_missing == WhenMissing::Tell, "{told:?}");
        let told = second(&mut stand, &[absent(SPO2)], &[value(HR, "80")]);
        assert!(told.contains(&format!("{BOTH} end/inactive")), "one term known not to hold is evidence: {told:?}");

        let mut stand = self::stand(low_and_fast(), when_missing);
        for _ in 0..20 {
            second(&mut stand, &[absent(SPO2)], &[value(HR, "130")]);
        }
        assert!(stand.open().iter().all(|occurrence| *occurrence.key.0 != *BOTH));
    }
}

#[test]
fn a_lost_link_explains_that_it_cannot_be_judged() {
    let mut stand = stand(low_and_fast(), WhenMissing::Tell);
    pair(&mut stand, "97", "130");
    second(&mut stand, &[lost()], &[value(HR, "130")]);
    let mut told = Vec::new();
    for _ in 0..20 {
        told.extend(second(&mut stand, &[], &[value(HR, "130")]));
    }
    assert_eq!(told, none());
    let mut told = second(&mut stand, &[Report::Link(LinkState::Up)], &[value(HR, "130")]);
    for _ in 0..CANNOT_EVALUATE_DELAY_S {
        told.extend(second(&mut stand, &[absent(SPO2)], &[value(HR, "130")]));
    }
    assert!(told.contains(&format!("{CANNOT} start/active")), "{told:?}");
}

#[test]
fn one_of_two_sensors_is_enough_and_any_of_them_violates() {
    let mut stand = stand(low_and_fast(), WhenMissing::Tell);
    for _ in 0..30 {
        let told = second(&mut stand, &[value(SPO2, "97"), value(HR, "80")], &[absent(SPO2), value(HR, "80")]);
        assert!(told.iter().all(|line| !line.starts_with('@')), "{told:?}");
    }
    let mut told = Vec::new();
    for _ in 0..3 {
        told.extend(second(&mut stand, &[value(SPO2, "97"), value(HR, "130")], &[value(SPO2, "85")]));
    }
    assert!(told.contains(&format!("{BOTH} start/active")), "{told:?}");
}

#[test]
fn an_alarm_of_a_device_while_a_state_lasts() {
    let terms =
        vec![Term::Alarm { event: mdc::EVT_ALARM }, Term::State { metric: HR.0, is: "pump-status-infusing".into() }];
    let state = |text: &str| reading(HR, Reading::Value(Value::Text(text.into()), Quality::Valid));
    let mut stand = stand(terms, WhenMissing::Wait);
    let occlusion = |present| alarm("OCCLUSION", present, Priority::High);
    for _ in 0..5 {
        let told = second(&mut stand, &[occlusion(true)], &[state("pump-status-paused")]);
        assert!(!told.iter().any(|line| line.starts_with('@')));
    }
    for _ in 0..3 {
        second(&mut stand, &[occlusion(true)], &[state("pump-status-infusing")]);
    }
    assert_eq!(stand.find(BOTH).state, AlarmState::Active);
    second(&mut stand, &[lost()], &[state("pump-status-infusing")]);
    for _ in 0..10 {
        second(&mut stand, &[], &[state("pump-status-infusing")]);
    }
    assert_eq!(stand.find(BOTH).state, AlarmState::Active, "a lost link ends no alarm");
    let back = [Report::Link(LinkState::Up), occlusion(false)];
    let told = second(&mut stand, &back, &[state("pump-status-infusing")]);
    assert!(told.contains(&format!("{BOTH} end/inactive")), "{told:?}");
}

#[test]
fn it_survives_a_restart() {
    let mut stand = stand(low_and_fast(), WhenMissing::Tell);
    for _ in 0..3 {
        pair(&mut stand, "85", "130");
    }
    let id = stand.find(BOTH).id;
    stand.restart();
    assert_eq!(stand.alarms(), [format!("{BOTH} present/active")]);
    assert_eq!(pair(&mut stand, "85", "130"), none());
    assert_eq!(stand.find(BOTH).id, id);
    assert_eq!(pair(&mut stand, "97", "130"), [format!("{BOTH} end/inactive")]);
}

/// What one of the two devices says.
#[derive(Clone, Debug)]
enum Said {
    Number(usize, &'static str),
    Bad(usize),
    Lost(usize),
    Standby(usize, bool),
}

fn a_saying() -> impl Strategy<Value = Said> {
    prop_oneof![
        6 => (0usize..2, prop::sample::select(vec!["85", "91", "97", "119", "130"])).prop_map(|(d, n)| Said::Number(d, n)),
        2 => (0usize..2).prop_map(Said::Bad),
        1 => (0usize..2).prop_map(Said::Lost),
        1 => (0usize..2, any::<bool>()).prop_map(|(d, on)| Said::Standby(d, on)),
    ]
}

/// A naive model: device 0 says SpO2, device 1 says HR. Works the condition out anew from the whole history.
fn expected(history: &[(u64, Said)], now: u64) -> bool {
    let (mut exists, mut since, mut running) = (false, None::<u64>, false);
    for second in 0..=now {
        // A delay that is over comes before what else the time brings, and that before what happens.
        exists |= running && since.is_some_and(|from| second - from >= 2);
        let earlier = history.iter().filter(|(at, _)| *at < second).count();
        let happened = history.iter().filter(|(at, _)| *at == second).count();
        for seen in earlier..=earlier + happened {
            let terms = [0, 1].map(|device| term(&history[..seen], device, second));
            running = terms.iter().all(|term| *term == Some("violating"));
            if terms.contains(&Some("clear")) {
                (exists, since) = (false, None);
            } else if running {
                let from = *since.get_or_insert(second);
                exists |= second - from >= 2;
            } else if !terms.contains(&None) {
                since = None; // nearly: begins nothing, ends nothing
            }
        }
    }
    exists
}

/// What a device says of its term; `None` for nothing.
fn term(history: &[(u64, Said)], device: usize, now: u64) -> Option<&'static str> {
    let (mut says, mut valid_until, mut heard, mut normal) = (None, 0, 0, true);
    for (at, said) in history {
        if *at >= heard + QUIET_S {
            says = None;
        }
        match said {
            Said::Number(d, number) if *d == device => {
                heard = *at;
                if normal {
                    let number: i64 = number.parse().unwrap();
                    let (beyond, back) =
                        if device == 0 { (number < 90, number >= 92) } else { (number > 120, number <= 118) };
                    says = Some(if beyond {
                        "violating"
                    } else if back {
                        "clear"
                    } else {
                        "near"
                    });
                    valid_until = at + FRESH_S;
                }
            }
            Said::Bad(d) if *d == device => (heard, says) = (*at, None),
            Said::Lost(d) if *d == device => says = None,
            Said::Standby(d, on) if *d == device => {
                heard = *at;
                if *on && normal {
                    says = None;
                }
                normal = !on;
            }
            Said::Number(..) | Said::Bad(_) | Said::Lost(_) | Said::Standby(..) => {}
        }
    }
    says.filter(|_| now < valid_until && now < heard + QUIET_S)
}

fn hear(stand: &mut Stand, said: &Said) {
    let (device, report) = match said {
        Said::Number(device, number) => (device, value([SPO2, HR][*device], number)),
        Said::Bad(device) => (device, absent([SPO2, HR][*device])),
        Said::Lost(device) => (device, lost()),
        Said::Standby(device, true) => (device, Report::Mode(OperatingMode::Standby)),
        Said::Standby(device, false) => (device, Report::Mode(OperatingMode::Normal)),
    };
    stand.hear(DeviceIndex(u32::try_from(*device).unwrap()), report);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn random_runs_follow_the_naive_model(
        sayings in prop::collection::vec((a_saying(), 0u64..3), 1..50), every in 1usize..4
    ) {
        let mut stand = stand(low_and_fast(), WhenMissing::Wait);
        let mut history = Vec::new();
        for (number, (said, wait)) in sayings.iter().enumerate() {
            stand.wait(*wait);
            history.push((stand.second, said.clone()));
            hear(&mut stand, said);
            if number % every == 0 {
                stand.step();
                let found = stand.open().iter().any(|occurrence| *occurrence.key.0 == *BOTH);
                prop_assert_eq!(found, expected(&history, stand.second), "at {}", stand.second);
            }
        }
    }

    #[test]
    fn how_inputs_are_batched_changes_nothing(sayings in prop::collection::vec((a_saying(), 0u64..3), 1..50)) {
        let told = |every: usize| {
            let mut plan = Ward::clone(&stand(low_and_fast(), WhenMissing::Tell).ward);
            plan.beds[0].further.combined[0].manner.condition_delay = Duration::ZERO;
            let mut stand = Stand::of(plan);
            for (number, (said, wait)) in sayings.iter().enumerate() {
                stand.wait(*wait);
                hear(&mut stand, said);
                if number % every == 0 || number + 1 == sayings.len() {
                    stand.step();
                }
            }
            let mut lines: Vec<(i64, String)> = Vec::new();
            for event in &stand.said {
                if let EventKind::Alarm { occurrence, .. } = &event.kind {
                    lines.push((occurrence.changed.as_micros(), line(event).unwrap()));
                }
            }
            lines.sort();
            lines
        };
        let one_by_one = told(1);
        prop_assert_eq!(&one_by_one, &told(5));
        prop_assert_eq!(&one_by_one, &told(1000));
    }
}

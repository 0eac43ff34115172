//! What is late is found and named, and is over once there is evidence.

use super::*;
use vigil_journal::LoggedEntry;
use vigil_model::{AlarmState, Priority};

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + second)
}

fn line(second: i64, kind: LogKind) -> LedgerLine {
    let occurrence = Some(OccurrenceId { appliance: "ward".into(), number: 1 });
    LedgerLine { row: 1, occurrence, entry: LoggedEntry { at: at(second), seq: 1, kind: Some(kind) } }
}

fn delivered(second: i64, queued: i64, sent: i64) -> LedgerLine {
    let (destination, control_id) = ("ehr".into(), "a-1".into());
    line(second, LogKind::Delivered { destination, control_id, queued: Some(at(queued)), sent: at(sent), attempts: 1 })
}

fn watch(canary: bool) -> Way {
    let second = Duration::from_secs(1);
    let budgets =
        Budgets { taken: second, judged: second, journalled: second, sent: second * 5, confirmed: second * 10 };
    let heard = [None, Some("ehr".into())].into_iter().map(|who| (who, at(0))).collect();
    let canary = canary.then(|| Canary {
        patience: Duration::from_secs(60),
        heard,
        silent: BTreeSet::new(),
        occurrences: BTreeSet::new(),
    });
    Way { budgets: Some(budgets), canary, late: BTreeSet::new() }
}

fn texts(findings: &[Finding]) -> Vec<(&str, bool)> {
    findings.iter().map(|finding| (finding.text(), finding.present)).collect()
}

#[test]
fn a_late_hop_is_named_and_ends_with_one_in_time() {
    let mut watch = watch(false);
    let look = |watch: &mut Way, second, lines: &[LedgerLine], waiting: &[(String, Timestamp)]| {
        watch.look(at(second), lines, waiting, |_| false)
    };
    assert_eq!(look(&mut watch, 1, &[delivered(1, 0, 1)], &[]), []);
    let slow = line(4, LogKind::Journalled { judged: at(1) });
    assert_eq!(
        texts(&look(&mut watch, 5, std::slice::from_ref(&slow), &[])),
        [("Alarms late: writing the journal", true)]
    );
    assert_eq!(look(&mut watch, 6, &[slow], &[]), [], "said once");
    assert_eq!(look(&mut watch, 7, &[], &[]), [], "no news is no evidence");
    let quick = line(8, LogKind::Journalled { judged: at(8) });
    assert_eq!(texts(&look(&mut watch, 8, &[quick], &[])), [("Alarms late: writing the journal", false)]);
}

#[test]
fn what_waits_for_a_destination_is_late_until_it_is_taken_over() {
    let mut watch = watch(false);
    let waiting = [("ehr".to_owned(), at(0))];
    assert_eq!(watch.look(at(15), &[], &waiting, |_| false), []);
    assert_eq!(texts(&watch.look(at(16), &[], &waiting, |_| false)), [("Alarms late: sending to ehr", true)]);
    assert_eq!(watch.look(at(60), &[], &waiting, |_| false), []);
    // It goes out, late: that was said. Once nothing waits, it is over.
    assert_eq!(watch.look(at(61), &[delivered(61, 0, 60)], &[], |_| false), []);
    assert_eq!(texts(&watch.look(at(62), &[], &[], |_| false)), [("Alarms late: sending to ehr", false)]);
    let unconfirmed = delivered(90, 70, 71);
    assert_eq!(
        texts(&watch.look(at(90), &[unconfirmed], &[], |_| false)),
        [("Alarms late: confirmation by ehr", true)]
    );
}

#[test]
fn a_silent_canary_is_an_alarm_and_says_where_it_fell_silent() {
    let mut watch = watch(true);
    let start = |second| {
        line(second, LogKind::Alarm { phase: Phase::Start, state: AlarmState::Active, priority: Priority::High })
    };
    assert_eq!(watch.look(at(50), &[start(50), delivered(50, 50, 50)], &[], |_| true), []);
    assert_eq!(watch.look(at(100), &[start(100)], &[], |_| true), []);
    // The EHR is still silent after a minute; the canary is not.
    assert_eq!(texts(&watch.look(at(111), &[], &[], |_| true)), [("Canary silent: not confirmed by ehr", true)]);
    assert_eq!(texts(&watch.look(at(161), &[], &[], |_| true)), [("Canary silent: it raises no alarm", true)]);
    let back = watch.look(at(170), &[start(169), delivered(170, 169, 169)], &[], |_| true);
    assert_eq!(
        texts(&back),
        [("Canary silent: it raises no alarm", false), ("Canary silent: not confirmed by ehr", false)]
    );
    // Another bed's alarm is no sign of life.
    assert_eq!(watch.look(at(240), &[start(240)], &[], |_| false).len(), 2);
}

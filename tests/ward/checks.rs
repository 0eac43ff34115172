//! What must hold of one step, of one message, and of both sides at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use vigil_messages::hl7::Message;
use vigil_model::{EngineEvent, EventKind, Instant, Now, ObservationReport, Phase, Reading, Timestamp, Ward};
use vigil_simulators::ehr::Content;

use crate::condition::{Said, Told};
use crate::disk::Disk;
use crate::hospital::Hospital;
use crate::ledger::Ledger;
use crate::reference::Reference;
use crate::station::Station;

/// The engine says of every condition what the naive model says, and holds what the naive model holds.
pub(crate) fn as_the_reference_says(events: &[EngineEvent], said: &Said, reference: &Reference, ledger: &Ledger) {
    let mut phases: BTreeMap<Arc<str>, Vec<Phase>> = BTreeMap::new();
    for event in events {
        if let EventKind::Alarm { phase, occurrence, .. } = &event.kind {
            phases.entry(Arc::clone(&occurrence.key.0)).or_default().push(*phase);
        }
    }
    let mut expected: BTreeMap<Arc<str>, Vec<Phase>> = BTreeMap::new();
    for (key, phase) in said {
        expected.entry(Arc::clone(key)).or_default().push(*phase);
    }
    let differ: BTreeSet<&Arc<str>> =
        phases.keys().chain(expected.keys()).filter(|key| phases.get(*key) != expected.get(*key)).collect();
    for key in &differ {
        eprintln!("{key}: the engine says {:?}, the reference {:?}", phases.get(*key), expected.get(*key));
    }
    assert!(differ.is_empty(), "the engine says something else than the reference");

    let holds: BTreeMap<Arc<str>, Told> = ledger
        .told
        .iter()
        .map(|(key, occurrence)| {
            let told = Told {
                state: occurrence.state,
                acknowledged: occurrence.is_acknowledged(),
                priority: occurrence.priority,
                onset: occurrence.onset,
            };
            (Arc::clone(key), told)
        })
        .collect();
    assert_eq!(holds, reference.told(), "the engine holds something else than the reference");
}

/// No number in a report that was not current at its end, and none missing that was.
pub(crate) fn report_is_current(report: &ObservationReport, ward: &Ward, reference: &Reference, start: Now) {
    let (device, _) = ward.device_named(&report.device).expect("a device of the ward");
    for observation in &report.observations {
        let current = reference.current(device, observation, instant(report.end, start));
        let shown = Some(&observation.reading).filter(|reading| matches!(reading, Reading::Value(..)));
        let expected = current.filter(|reading| matches!(reading, Reading::Value(..)));
        assert_eq!(shown, expected, "{} of {} at {}", observation.metric, report.device, report.end);
        assert!(observation.determined_at.is_some_and(|at| at < report.end), "a value of the future");
    }
}

fn instant(at: Timestamp, start: Now) -> Instant {
    start.monotonic + at.since(start.utc)
}

/// An observation message has the numbers of its report, and nothing where there is none.
pub(crate) fn charted(bytes: &[u8], ledger: &Ledger) {
    let message = Message::parse(bytes).unwrap_or_else(|error| panic!("the EHR gets what is no message: {error}"));
    let checked = vigil_messages::check::check(bytes);
    let bad = checked.findings.iter().find(|finding| finding.severity > vigil_messages::check::Severity::Note);
    assert_eq!(bad, None, "what leaves breaks no rule of the device profiles");
    let id = message.header().field(10).text();
    let Some(report) = ledger.charts.get(&*id) else {
        assert_eq!(message.header().field(9).component(2).text(), "R40", "{id} is of no report");
        return;
    };
    let mut rows = message.segments_named("OBX").filter(|row| !row.field(2).is_empty());
    for observation in &report.observations {
        let row = rows.next().expect("a row for each observation");
        assert_eq!(row.field(3).component(2).text(), observation.metric.to_string());
        assert_eq!(row.field(4).text(), observation.containment.to_string());
        let number = row.field(5).component(1).text();
        let (status, result) = (row.field(8).text(), row.field(11).text());
        match &observation.reading {
            Reading::Value(value, _) => {
                assert_eq!(result, "R");
                if let Some(quantity) = value.quantity() {
                    assert_eq!(number, quantity.to_string(), "{id}: {}", observation.metric);
                }
            }
            Reading::Absent(_) => {
                assert_eq!((&*number, &*result), ("", "X"), "{id}: {}", observation.metric);
                assert!(["INV", "NAV", ">", "<"].contains(&&*status), "{id}: {status}");
            }
        }
    }
    assert!(rows.next().is_none(), "{id} has rows of its own");
}

/// Everything arrived once, at the right place, and in order.
pub(crate) fn at_the_end(ledger: &Ledger, disk: &Disk, hospital: &Hospital, station: &Station) {
    let counters = hospital.ehr.counters();
    let of_ehr = [counters.duplicates, counters.misattributed, counters.conflicts, counters.unreadable];
    assert_eq!(of_ehr, [0; 4], "duplicates, misattributed, conflicts, unreadable: {counters:?}");
    for (id, outbox) in &disk.outboxes {
        assert!(outbox.refused.is_empty(), "{id} refused {:?}", outbox.refused);
        assert_eq!(outbox.waiting(), 0, "{id}");
        let made = ledger.made.get(id).map_or(0, BTreeSet::len) as u64;
        assert_eq!(outbox.delivered.len() as u64 + outbox.replaced, made, "{id}: delivered and replaced against made");
    }
    let mut charted: Vec<&str> = hospital.ehr.charted().map(|charted| charted.control_id.as_str()).collect();
    charted.sort_unstable();
    let mut made: Vec<&str> = ledger.made.get("ehr").into_iter().flatten().map(|id| &**id).collect();
    made.sort_unstable();
    assert_eq!(charted, made, "lost or invented at the EHR");

    let mut newest: BTreeMap<&str, u64> = BTreeMap::new();
    for charted in hospital.ehr.charted().filter(|charted| matches!(charted.content, Content::Alarm { .. })) {
        let number: u64 =
            charted.control_id.rsplit('-').next().and_then(|number| number.parse().ok()).expect("a number");
        let before = newest.insert(&charted.place, number);
        assert!(before < Some(number), "alarms of {} arrive out of order", charted.place);
    }

    let told: Vec<String> = ledger.told.values().map(|occurrence| occurrence.id.to_string()).collect();
    let told: BTreeSet<&str> = told.iter().map(String::as_str).collect();
    let alarms = station.nurse_call.alarms().filter(|alarm| alarm.state != "inactive");
    let known: BTreeSet<&str> = alarms.map(|alarm| alarm.id.as_str()).collect();
    assert_eq!(known, told, "the nurse call knows other alarms than there are");
    let kept = station.kept_alarms();
    assert_eq!(kept.iter().map(String::as_str).collect::<BTreeSet<_>>(), told, "the broker keeps other alarms");
    assert_eq!(station.nurse_call.counters().unreadable, 0);
}

//! What is told of alarms whose messages waited through an outage.

use std::path::Path;
use std::time::Duration;

use vigil_journal::RowId;
use vigil_model::{AlarmSource, ConditionKey, ConditionKind, Containment, Lane, OccurrenceId, Priority};

use super::*;

const AGE_MAX: Duration = Duration::from_secs(300);

struct Bench {
    desk: Desk,
    now: Now,
    row: u64,
}

impl Bench {
    fn new() -> Self {
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/examples/minimal.toml");
        let plan = vigil_config::load(&config, &[]).expect("an example");
        let destination = Hl7Destination::new("ehr", "ehr:2575");
        assert_eq!(destination.alert_age_max.get(), AGE_MAX);
        let now = Now { utc: Timestamp::from_seconds(1_800_000_000), ..Now::default() };
        Self { desk: Desk { destination, ward: plan.ward, told: BTreeMap::new() }, now, row: 0 }
    }

    fn occurrence(&self, state: AlarmState) -> Occurrence {
        Occurrence {
            id: OccurrenceId { appliance: "ward".into(), number: 1 },
            key: ConditionKey("k".into()),
            bed: "1".into(),
            device: "mon".into(),
            kind: ConditionKind::Technical,
            priority: Priority::Medium,
            event: mdc::EVT_COMM_LOST,
            text: "Link lost".into(),
            source: AlarmSource {
                metric: None,
                containment: Containment::default(),
                value: None,
                unit: None,
                limit: None,
                device_limits: None,
            },
            latching: false,
            state,
            inactivation: Vec::new(),
            count: 1,
            restarts: 0,
            escalation: None,
            onset: self.now.utc,
            changed: self.now.utc,
        }
    }

    /// The message that was made of an occurrence.
    fn row(&mut self, phase: Phase, occurrence: &Occurrence) -> OutboxRow {
        self.row += 1;
        let control_id: Arc<str> = format!("ward-{}", self.row).into();
        let alert = Alert { ward: &self.desk.ward, phase, occurrence, patient: None, seq: self.row };
        let mut body = Vec::new();
        alert.write(&self.desk.destination, &control_id, self.now.utc, &mut body);
        OutboxRow {
            row: RowId(self.row),
            lane: Lane::Alarm,
            order: occurrence.bed.clone(),
            control_id,
            occurrence: Some(occurrence.id.clone()),
            created: self.now.utc,
            body,
        }
    }

    fn pass(&mut self, duration: Duration) {
        self.now = self.now.after(duration);
    }

    /// What a row becomes when it is told anew; it is then looked at as what it became.
    fn rewritten(&mut self, row: &OutboxRow, occurrence: &Occurrence) -> OutboxRow {
        let Renewal::Rewrite { control_id, body } = self.desk.look(row, Some(occurrence), self.now) else {
            panic!("it exists and was not told yet")
        };
        OutboxRow { control_id, body, created: self.now.utc, ..row.clone() }
    }
}

#[test]
fn what_exists_is_told_once_as_it_is_now_and_what_is_over_is_not_told_as_if_it_were() {
    let mut bench = Bench::new();
    let mut occurrence = bench.occurrence(AlarmState::Active);
    let start = bench.row(Phase::Start, &occurrence);
    bench.pass(Duration::from_secs(60));
    (occurrence.priority, occurrence.changed) = (Priority::High, bench.now.utc);
    let escalated = bench.row(Phase::Escalate, &occurrence);
    bench.pass(AGE_MAX * 2);

    let present = bench.rewritten(&start, &occurrence);
    let text = String::from_utf8(present.body.clone()).unwrap();
    assert!(text.contains("|present|") && text.contains("|PH|") && text.contains("|ward-1.r1|"), "{text}");
    assert_eq!(bench.desk.look(&escalated, Some(&occurrence), bench.now), Renewal::Gone, "the first one says it");
    assert_eq!(bench.desk.look(&present, Some(&occurrence), bench.now), Renewal::Current);

    // It changes before its turn comes: a newer message says so.
    let mut over = occurrence.clone();
    (over.state, over.changed) = (AlarmState::Inactive, bench.now.utc);
    let end = bench.row(Phase::End, &over);
    assert_eq!(bench.desk.look(&present, Some(&over), bench.now), Renewal::Gone);
    assert_eq!(bench.desk.look(&end, Some(&over), bench.now), Renewal::WithTheGap);
    // It began again since, as another alert: of the first one its end is told.
    let again = Occurrence { restarts: 1, ..occurrence };
    assert_eq!(bench.desk.look(&start, Some(&again), bench.now), Renewal::Gone);
    assert_eq!(bench.desk.look(&end, Some(&again), bench.now), Renewal::WithTheGap);
    assert_eq!(bench.desk.look(&start, None, bench.now), Renewal::Gone);
}

#[test]
fn after_a_second_outage_it_is_told_anew_once_more_under_another_id() {
    let mut bench = Bench::new();
    let occurrence = bench.occurrence(AlarmState::Active);
    let start = bench.row(Phase::Start, &occurrence);
    bench.pass(AGE_MAX * 2);
    let first = bench.rewritten(&start, &occurrence);
    bench.pass(AGE_MAX * 2);
    let second = bench.rewritten(&first, &occurrence);
    assert_eq!((&*first.control_id, &*second.control_id), ("ward-1.r1", "ward-1.r2"));
    // Restarted in between: what is known is what stands on disk.
    bench.desk.told.clear();
    assert_eq!(bench.desk.look(&second, Some(&occurrence), bench.now), Renewal::Current);
}

#[test]
fn what_cannot_be_understood_is_sent_as_it_is() {
    let mut bench = Bench::new();
    let occurrence = bench.occurrence(AlarmState::Active);
    let row = OutboxRow { body: b"MSH|^~\\&|||||||ORU^R01|x|P|2.6\r".to_vec(), ..bench.row(Phase::Start, &occurrence) };
    assert_eq!(bench.desk.look(&row, Some(&occurrence), bench.now), Renewal::Current);
}

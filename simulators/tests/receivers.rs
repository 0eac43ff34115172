//! The simulated receivers understand what the encoders really send, and what they answer is understood in turn.

use std::sync::Arc;
use std::time::Duration;

use vigil_messages::hl7::{Ack, Message, Verdict};
use vigil_messages::mqtt::{MqttPublish, parse_answer};
use vigil_messages::{ControlIds, Destination, Hl7Destination, MqttDestination, encode};
use vigil_model::{
    AlarmSource, AlarmState, Answer, Appliance, Bed, BedIndex, BedRules, Command, ConditionKey, ConditionKind, Device,
    EngineEvent, Eui64, EventKind, Identity, Location, Now, Observation, ObservationReport, Occurrence, OccurrenceId,
    OperatingMode, Outgoing, Patient, Phase, Priority, Quality, Quantity, Reading, TechnicalRules, Timestamp, Value,
    Ward, mdc,
};
use vigil_protocols::alaris_asena;
use vigil_simulators::ehr::{Content, EhrSettings};
use vigil_simulators::nurse_call::NurseCallSettings;
use vigil_simulators::{Ehr, NurseCall};

fn ward() -> Ward {
    let patient = Patient { id: "DEMO-0001".into(), family: "Alder".into(), ..Patient::default() };
    Ward {
        appliance: Appliance {
            id: "demo".into(),
            eui64: Eui64(0x0200_00FF_FE00_0000),
            site: "demo".into(),
            facility: "Demo Hospital".into(),
            test: true,
        },
        beds: vec![Bed {
            id: "401-1".into(),
            location: Location { unit: "4B".into(), room: "401".into(), bed: "1".into() },
            patient: Some(Arc::new(patient)),
            report_interval: Duration::from_secs(10),
            rules: Vec::new(),
            technical: TechnicalRules::default(),
            further: BedRules::default(),
        }],
        calculators: Vec::new(),
        devices: vec![Device {
            id: "pump-401-1".into(),
            bed: BedIndex(0),
            profile: alaris_asena::profile(),
            eui64: None,
            quiet_time: Duration::from_secs(3),
            fresh_for: None,
        }],
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_772_356_500 + seconds)
}

fn alarm(ward: &Ward, seq: u64, phase: Phase, state: AlarmState) -> EngineEvent {
    let occurrence = Occurrence {
        id: OccurrenceId { appliance: "demo".into(), number: 17 },
        key: ConditionKey("pump-401-1/device/occlusion".into()),
        bed: "401-1".into(),
        device: "pump-401-1".into(),
        kind: ConditionKind::Technical,
        priority: Priority::High,
        event: mdc::EVT_FLUID_LINE_OCCL,
        text: "Occlusion".into(),
        source: AlarmSource {
            containment: alaris_asena::table::PUMP,
            metric: None,
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
        onset: at(0),
        changed: at(seq as i64),
    };
    let kind = EventKind::Alarm { phase, occurrence: Arc::new(occurrence), patient: ward.beds[0].patient.clone() };
    EngineEvent { seq, at: at(seq as i64), kind }
}

fn observations(ward: &Ward, seq: u64) -> EngineEvent {
    let row = alaris_asena::table::PRESSURE;
    let reading = Reading::Value(Value::Numeric(Quantity::new(6012, -2)), Quality::Valid);
    let report = ObservationReport {
        bed: "401-1".into(),
        device: "pump-401-1".into(),
        patient: ward.beds[0].patient.clone(),
        held: false,
        start: at(seq as i64),
        end: at(seq as i64 + 10),
        identity: Identity::default(),
        mode: OperatingMode::Normal,
        observations: vec![Observation::new(row.code, row.containment, row.unit, reading)],
    };
    EngineEvent { seq, at: at(seq as i64 + 10), kind: EventKind::Observations(Arc::new(report)) }
}

fn messages(destination: &Destination, events: &[EngineEvent]) -> Vec<Outgoing> {
    let mut ids = ControlIds::new("demo", 1);
    events.iter().flat_map(|event| encode(destination, &ward(), event, &mut ids)).collect()
}

#[test]
fn the_ehr_charts_what_the_encoder_sends() {
    let ward = ward();
    let events = [
        observations(&ward, 1),
        alarm(&ward, 2, Phase::Start, AlarmState::Active),
        alarm(&ward, 3, Phase::End, AlarmState::Inactive),
        observations(&ward, 11),
    ];
    let expected = [("4B^401^1".to_owned(), "DEMO-0001".to_owned())].into();
    let mut ehr = Ehr::new(EhrSettings { expected, ..EhrSettings::default() }, None);
    for outgoing in messages(&Destination::Hl7(Hl7Destination::new("ehr", "ehr.example:2575")), &events) {
        for _ in 0..2 {
            let answer = ehr.handle_message(Now::default(), &outgoing.body).unwrap();
            let ack = Ack::parse(&Message::parse(&answer.bytes).unwrap()).unwrap();
            assert_eq!((ack.verdict(), ack.control_id.as_str()), (Verdict::Accepted, &*outgoing.control_id));
        }
    }
    let counters = ehr.counters();
    assert_eq!((counters.observations, counters.alarms, counters.repeats), (2, 2, 4));
    assert_eq!((counters.duplicates, counters.misattributed, counters.conflicts), (0, 0, 0));
    let found: Vec<&Content> = ehr.charted().map(|charted| &charted.content).collect();
    let alarm = |phase: &str, state: &str| Content::Alarm {
        occurrence: "demo:000017".to_owned(),
        phase: phase.to_owned(),
        state: state.to_owned(),
    };
    let values = Content::Observations { values: 1, absent: 0 };
    assert_eq!(found, [&values, &alarm("start", "active"), &alarm("end", "inactive"), &values]);
    assert!(ehr.charted().all(|charted| charted.place == "4B^401^1"));
}

#[test]
fn the_same_statement_under_a_new_id_is_found() {
    let ward = ward();
    let mut ehr = Ehr::new(EhrSettings::default(), None);
    let events = [observations(&ward, 1), observations(&ward, 1)];
    for outgoing in messages(&Destination::Hl7(Hl7Destination::new("ehr", "ehr.example:2575")), &events) {
        ehr.handle_message(Now::default(), &outgoing.body);
    }
    assert_eq!((ehr.counters().duplicates, ehr.counters().repeats), (1, 0));
}

#[test]
fn the_nurse_call_answers_what_the_encoder_publishes() {
    let ward = ward();
    let events = [alarm(&ward, 2, Phase::Start, AlarmState::Active), alarm(&ward, 3, Phase::End, AlarmState::Inactive)];
    let outgoing = messages(&Destination::Mqtt(MqttDestination::new("call", "broker.example:1883")), &events);
    let mut call = NurseCall::new(NurseCallSettings { acknowledge_after: Some(Duration::ZERO), ..Default::default() });
    let mut answers = Vec::new();
    for outgoing in outgoing {
        let publish = MqttPublish::from_bytes(&outgoing.body).unwrap();
        let now = Now { utc: at(4), ..Now::default() };
        call.handle_message(now, &publish.topic, &publish.payload, publish.correlation.as_deref());
        call.handle_timeout(now);
        while let Some(answer) = call.poll_publication() {
            let Command::Answer { occurrence, answer, by } =
                parse_answer(&answer.topic, &answer.payload, answer.correlation.as_deref()).unwrap()
            else {
                panic!("an answer")
            };
            assert_eq!((occurrence.to_string().as_str(), &*by), ("demo:000017", "nurse-call"));
            answers.push(answer);
        }
    }
    assert_eq!(answers, [Answer::Received, Answer::Acknowledge, Answer::Received]);
    let counters = call.counters();
    assert_eq!((counters.delivered, counters.acknowledged, counters.unreadable), (2, 1, 0));
    assert_eq!((call.active(), counters.cleared, call.alarms().count()), (0, 1, 0));
    assert_eq!(call.latencies(), [Duration::from_secs(2), Duration::from_secs(1)]);
}

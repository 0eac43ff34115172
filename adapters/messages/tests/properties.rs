//! What holds for every message, whatever the names, values and events are.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod ward;

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use vigil_messages::destination::{AlternateCodes, PatientItem};
use vigil_messages::hl7::oru_r40::is_initial;
use vigil_messages::hl7::{Ack, AckCode, Message, Segment, Verdict, ack};
use vigil_messages::mqtt::MqttPublish;
use vigil_messages::{ControlIds, Destination, Dialect, Hl7Destination, MqttDestination, encode};
use vigil_model::{
    Absence, AlarmState, BedSummary, Code, ConditionKind, Containment, DeviceStatus, EngineEvent, EventKind, Identity,
    Inactivation, InactivationKind, Lane, LinkState, Location, Observation, ObservationReport, Occurrence,
    OperatingMode, Outgoing, Patient, Phase, Priority, Quality, Quantity, Reading, Value, Ward, dim, mdc,
};

/// Text that people and devices may hand in: anything, with the delimiters more often than chance.
fn text() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![any::<String>(), "[|^~\\\\&\r\n\"XFab äß]{0,12}"].prop_map(Into::into)
}

fn name() -> impl Strategy<Value = Arc<str>> {
    // `""` alone is the explicit null of HL7 and cannot be somebody's name.
    text().prop_filter("not empty and not null", |text| !text.is_empty() && &**text != "\"\"")
}

fn patient() -> impl Strategy<Value = Patient> {
    (name(), text(), text(), name(), text(), text()).prop_map(|(id, authority, id_type, family, given, visit)| {
        Patient { id, authority, id_type, family, given, birth_date: "1970".into(), sex: "F".into(), visit }
    })
}

fn reading() -> impl Strategy<Value = Reading> {
    let quality = prop_oneof![Just(Quality::Valid), Just(Quality::Questionable), Just(Quality::Calibrating)];
    let value = prop_oneof![
        (any::<i64>(), -6i8..=3).prop_map(|(mantissa, exponent)| Value::Numeric(Quantity::new(mantissa, exponent))),
        name().prop_map(Value::Text),
        name().prop_map(|text| Value::Enumeration(vigil_model::Enumeration::text(text))),
    ];
    let absence = prop_oneof![
        Just(Absence::Invalid),
        Just(Absence::Overflow),
        Just(Absence::Underflow),
        Just(Absence::NotAvailable)
    ];
    prop_oneof![
        (value, quality).prop_map(|(value, quality)| Reading::Value(value, quality)),
        absence.prop_map(Reading::Absent)
    ]
}

fn report() -> impl Strategy<Value = ObservationReport> {
    let rows = prop::collection::btree_map((1u16..6, 0u16..3, 1u16..9), reading(), 1..30);
    (rows, patient(), text(), text(), text()).prop_map(|(rows, patient, manufacturer, model, serial)| {
        let observations = rows
            .into_iter()
            .map(|((vmd, channel, metric), reading)| {
                let row = Containment::new(1, vmd, channel, metric);
                Observation::new(mdc::PULS_OXIM_SAT_O2, row, Some(dim::PERCENT), reading)
            })
            .collect();
        ObservationReport {
            device: "pump-1".into(),
            patient: Some(Arc::new(patient)),
            identity: Identity { manufacturer, model, serial, software: "".into() },
            ..ward::monitor_report(observations)
        }
    })
}

fn phase() -> impl Strategy<Value = Phase> {
    prop::sample::select(vec![
        Phase::Start,
        Phase::Continue,
        Phase::Update,
        Phase::Escalate,
        Phase::Deescalate,
        Phase::Inactivate,
        Phase::Acknowledged,
        Phase::Reset,
        Phase::End,
        Phase::Present,
    ])
}

fn occurrence() -> impl Strategy<Value = Occurrence> {
    let kind =
        prop_oneof![Just(ConditionKind::Physiological), Just(ConditionKind::Technical), Just(ConditionKind::Advisory)];
    let state = prop_oneof![Just(AlarmState::Active), Just(AlarmState::Latched), Just(AlarmState::Inactive)];
    let base = prop_oneof![Just(ward::low_spo2()), Just(ward::occlusion()), Just(ward::link_lost())];
    let row = (0u16..2, 0u16..4, 0u16..3, 0u16..5).prop_map(|(a, b, c, d)| Containment::new(a, b, c, d));
    (base, kind, state, name(), row, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(base, kind, state, text, row, held, value, metric)| {
            let hold =
                Inactivation { kind: InactivationKind::Acknowledged, by: "x".into(), at: ward::at(3), until: None };
            let mut occurrence = Occurrence { kind, state, text, ..base };
            occurrence.inactivation = if held { vec![hold] } else { Vec::new() };
            occurrence.source.containment = row;
            occurrence.source.value = occurrence.source.value.filter(|_| value);
            occurrence.source.metric = occurrence.source.metric.filter(|_| metric);
            occurrence
        },
    )
}

fn hl7() -> Destination {
    Destination::Hl7(Hl7Destination::new("ehr", "ehr.example:2575"))
}

fn mqtt() -> Destination {
    Destination::Mqtt(MqttDestination::new("ward", "broker.example:1883"))
}

fn encoded(destination: &Destination, ward: &Ward, event: &EngineEvent) -> Vec<Outgoing> {
    encode(destination, ward, event, &mut ControlIds::new("ward-4b", 1))
}

fn observations(report: ObservationReport) -> EngineEvent {
    EngineEvent { seq: 7, at: ward::at(61), kind: EventKind::Observations(Arc::new(report)) }
}

fn row(obx: Segment) -> Vec<u32> {
    obx.field(4).text().split('.').map(|number| number.parse().unwrap()).collect()
}

/// Set ids count from 1, OBX-4 rises strictly, what is required is there, nothing but segment ends is below 0x20.
fn well_formed(bytes: &[u8]) -> Message<'_> {
    assert!(bytes.iter().all(|byte| *byte >= 0x20 || *byte == b'\r'));
    let message = Message::parse(bytes).unwrap();
    for (segment, fields) in
        [("MSH", &[3, 7, 9, 10, 11, 12, 21][..]), ("PID", &[5]), ("PV1", &[2, 3]), ("OBR", &[1, 3, 4, 7])]
    {
        for field in fields {
            message.required(segment).unwrap().required(*field).unwrap();
        }
    }
    let mut last = Vec::new();
    for (index, obx) in message.segments_named("OBX").enumerate() {
        assert_eq!(obx.field(1).unsigned(), Some(index as u64 + 1));
        for field in [3, 4, 11] {
            obx.required(field).unwrap();
        }
        assert_eq!(obx.field(5).is_empty(), obx.field(11).raw() == b"X", "a value, or X");
        let this = row(obx);
        assert!(this > last, "{this:?} comes after {last:?}");
        last = this;
    }
    message
}

proptest! {
    #[test]
    fn every_text_in_an_observation_message_comes_back(report in report(), unit in text(), room in text()) {
        let mut ward = ward::ward();
        ward.beds[0].location = Location { unit: unit.clone(), room: room.clone(), bed: "1".into() };
        let patient = report.patient.clone().unwrap();
        let values: Vec<_> = report.observations.clone();
        let (identity, device) = (report.identity.clone(), report.device.clone());
        let made = encoded(&hl7(), &ward, &observations(report));
        prop_assert_eq!(made.len(), 1);
        let message = well_formed(&made[0].body);
        prop_assert_eq!(&*message.field("PID", 3).component(1).text(), &*patient.id);
        prop_assert_eq!(&*message.field("PID", 5).component(1).text(), &*patient.family);
        prop_assert_eq!(&*message.field("PV1", 3).component(3).text(), "1");
        for (component, text) in [(1, &unit), (2, &room)] {
            if &**text != "\"\"" {
                prop_assert_eq!(&*message.field("PV1", 3).component(component).text(), &**text);
            }
        }
        if !identity.serial.is_empty() && &*identity.serial != "\"\"" {
            let first = message.segment("OBX").unwrap();
            let ids: Vec<_> = first.field(18).repetitions().map(|id| id.component(1).text().into_owned()).collect();
            // The first is the one that alarms name as well: it does not change when the device tells its serial number.
            prop_assert_eq!(ids, [&*device, &*identity.serial]);
        }
        let rows: Vec<_> = message.segments_named("OBX").filter(|obx| !obx.field(2).is_empty()).collect();
        prop_assert_eq!(rows.len(), values.len());
        for (obx, observation) in rows.into_iter().zip(values) {
            prop_assert_eq!(obx.field(4).text(), observation.containment.to_string());
            match &observation.reading {
                Reading::Value(Value::Numeric(quantity), _) => prop_assert_eq!(obx.field(5).text(), quantity.to_string()),
                Reading::Value(Value::Text(text), _) => prop_assert_eq!(&*obx.field(5).text(), &**text),
                Reading::Value(Value::Enumeration(state), _) => prop_assert_eq!(&*obx.field(5).component(2).text(), &*state.text),
                Reading::Absent(_) => prop_assert!(obx.field(5).is_empty()),
            }
        }
    }

    #[test]
    fn every_alert_has_its_seven_facets(occurrence in occurrence(), phase in phase(), seq in 1u64..1_000_000, known: bool) {
        let patient = known.then(ward::patient);
        let text = occurrence.text.clone();
        let (id, kind) = (occurrence.id.to_string(), occurrence.kind);
        let made = encoded(&hl7(), &ward::ward(), &ward::alarm(seq, phase, occurrence, patient));
        prop_assert_eq!((made.len(), made[0].lane), (1, Lane::Alarm));
        let message = well_formed(&made[0].body);
        let facets: Vec<_> = message.segments_named("OBX").filter(|obx| row(*obx).len() == 5).collect();
        prop_assert_eq!(facets.iter().map(|obx| row(*obx)[4]).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
        let shown = facets[0].field(5);
        let shown = if kind == ConditionKind::Physiological { shown } else { shown.component(9) };
        prop_assert_eq!(&*shown.text(), &*text);
        prop_assert_eq!(facets[2].field(5).text(), phase.as_str());
        let obr = message.segment("OBR").unwrap();
        let own = obr.field(3).component(1).text();
        if is_initial(phase) {
            prop_assert!(obr.field(29).is_empty());
            prop_assert_eq!(own, id);
        } else {
            prop_assert_eq!(obr.field(29).component(2).subcomponent(1).text(), id.as_str());
            prop_assert_eq!(own, format!("{id}-{seq}"));
        }
        prop_assert_eq!(message.field("PID", 31).raw() == b"Y", !known);
    }

    #[test]
    fn nothing_over_mqtt_tells_who_the_patient_is(occurrence in occurrence(), phase in phase()) {
        let secret = |text: &str| -> Arc<str> { format!("SECRET{text}").into() };
        let patient = Patient {
            id: secret("1"), authority: secret("2"), id_type: secret("3"), family: secret("4"), given: secret("5"),
            birth_date: secret("6"), sex: secret("7"), visit: secret("8"),
        };
        let mut ward = ward::ward();
        for bed in &mut ward.beds {
            bed.patient = Some(Arc::new(patient.clone()));
        }
        let summary = BedSummary { bed: "bed-1".into(), highest: Some(Priority::Low), active: 1, latched: 0, acknowledged: 0 };
        let status = DeviceStatus {
            device: "mon-1".into(), bed: "bed-1".into(), link: LinkState::Up, since: ward::at(0),
            identity: Identity::default(), mode: OperatingMode::Normal,
        };
        let events = [
            ward::alarm(1, phase, occurrence, Some(Arc::new(patient.clone()))),
            EngineEvent { seq: 2, at: ward::at(1), kind: EventKind::Bed(summary) },
            EngineEvent { seq: 3, at: ward::at(1), kind: EventKind::Device(status) },
            observations(ObservationReport { patient: Some(Arc::new(patient)), ..ward::report(3) }),
        ];
        for event in events {
            for outgoing in encoded(&mqtt(), &ward, &event) {
                prop_assert!(!outgoing.body.windows(6).any(|window| window == b"SECRET"));
                let publish = MqttPublish::from_bytes(&outgoing.body).unwrap();
                prop_assert!(!publish.topic.contains(['+', '#']));
                prop_assert!(publish.payload.is_empty() || serde_json::from_slice::<serde_json::Value>(&publish.payload).is_ok());
            }
        }
    }

    #[test]
    fn an_acknowledgement_says_what_was_put_in(seq in 1u64..99, text in name(), code in 100u16..208, which in 0usize..6) {
        let request = encoded(&hl7(), &ward::ward(), &ward::alarm(seq, Phase::Start, ward::low_spo2(), None)).remove(0);
        let codes = [AckCode::ApplicationAccept, AckCode::ApplicationError, AckCode::ApplicationReject, AckCode::CommitAccept, AckCode::CommitError, AckCode::CommitReject];
        let text = text.trim().chars().take(400).collect::<String>();
        let reason = ack::AckError { code, location: Some(("PID".into(), 1, 3)), text };
        let mut out = Vec::new();
        ack::build(&Message::parse(&request.body).unwrap(), codes[which], std::slice::from_ref(&reason), "E1", ward::at(0), &mut out);
        let read = Ack::parse(&Message::parse(&out).unwrap()).unwrap();
        prop_assert_eq!((read.code, read.control_id.as_str()), (codes[which], &*request.control_id));
        prop_assert_eq!(read.verdict() == Verdict::Accepted, codes[which].is_accept());
        if !reason.text.is_empty() && reason.text != "\"\"" {
            prop_assert_eq!(read.errors, [reason]);
        }
    }

    #[test]
    fn any_acknowledgement_is_survived(tail in "[|^~\\\\&A-Z0-9\r]{0,80}") {
        for middle in ["MSA|AA|1", "MSA|AE|1\rERR||PID^1^", "MSA|", ""] {
            let bytes = format!("MSH|^~\\&|A|B|C|D|2026||ACK^R01^ACK|1|P|2.6\r{middle}{tail}");
            if let Ok(message) = Message::parse(bytes.as_bytes()) {
                let _ = Ack::parse(&message).map(|ack| ack.verdict());
                let mut out = Vec::new();
                ack::build(&message, AckCode::ApplicationReject, &[], "X", ward::at(0), &mut out);
                prop_assert!(Message::parse(&out).is_ok());
            }
        }
    }
}

/// A destination with random lists: each bed, metric and item of identity named or not; never an empty list of beds or
/// metrics, which would name all.
fn seeing() -> impl Strategy<Value = (Vec<Arc<str>>, Vec<Code>, Vec<PatientItem>)> {
    let beds = prop::sample::subsequence(vec!["bed-1", "bed-2"], 1..=2);
    let metrics = prop::sample::subsequence(METRICS.to_vec(), 1..=METRICS.len());
    let items = prop::sample::subsequence(PatientItem::ALL.to_vec(), 0..=PatientItem::ALL.len());
    (beds, metrics, items)
        .prop_map(|(beds, metrics, items)| (beds.into_iter().map(Into::into).collect(), metrics, items))
}

/// Metrics of the messages whose bytes are searched. One is the beginning of another.
const METRICS: [Code; 6] = [
    mdc::PULS_OXIM_SAT_O2,
    mdc::TEMP,
    mdc::TEMP_SKIN,
    mdc::PRESS_BLD_ART_ABP_SYS,
    mdc::PULS_OXIM_PULS_RATE,
    mdc::ECG_HEART_RATE,
];

/// Whether the name of a term, or its number as HL7 and JSON write it, stands in the bytes.
fn names(bytes: &[u8], code: Code) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let is_whole = |at: usize| {
        let next = text[at + code.refid().len()..].chars().next();
        !next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    text.match_indices(code.refid()).any(|(at, _)| is_whole(at))
        || text.contains(&format!("|{}^", code.value()))
        || text.contains(&format!("\"code\":{},", code.value()))
}

proptest! {
    #[test]
    fn nothing_leaves_that_the_lists_of_a_destination_do_not_name(
        (beds, metrics, items) in seeing(), occurrence in occurrence(), phase in phase(), about in 0usize..METRICS.len(),
        at_bed in 0usize..2, readings in prop::collection::vec(reading(), METRICS.len()), loinc: bool,
    ) {
        let secret = |item: PatientItem, n: u8| -> Arc<str> { format!("SECRET-{}-{n}", item.as_str()).into() };
        let patient = Arc::new(Patient {
            id: secret(PatientItem::Id, 1), authority: secret(PatientItem::Id, 2), id_type: secret(PatientItem::Id, 3),
            family: secret(PatientItem::Name, 1), given: secret(PatientItem::Name, 2),
            birth_date: secret(PatientItem::BirthDate, 1), sex: secret(PatientItem::Sex, 1), visit: secret(PatientItem::Visit, 1),
        });
        let mut ward = ward::ward();
        for bed in &mut ward.beds {
            bed.location = Location { unit: "4B".into(), room: format!("ROOM-{}", bed.id).into(), bed: bed.id.clone() };
            bed.patient = Some(patient.clone());
        }
        let bed: Arc<str> = ["bed-1", "bed-2"][at_bed].into();
        let mut occurrence = Occurrence { bed: bed.clone(), device: if at_bed == 0 { "mon-1" } else { "mon-2" }.into(), ..occurrence };
        occurrence.source.metric = occurrence.source.metric.map(|_| METRICS[about]);
        occurrence.text = "Text".into();
        let rows = METRICS.iter().zip(readings).zip(1u16..).map(|((metric, reading), row)| {
            Observation::new(*metric, Containment::new(1, 1, 1, row), Some(dim::MMHG), reading)
        });
        let report = ObservationReport {
            bed: bed.clone(), device: occurrence.device.clone(), patient: Some(patient.clone()),
            ..ward::monitor_report(rows.collect())
        };
        let summary = BedSummary { bed: bed.clone(), highest: None, active: 1, latched: 0, acknowledged: 0 };
        let status = DeviceStatus {
            device: occurrence.device.clone(), bed: bed.clone(), link: LinkState::Up, since: ward::at(0),
            identity: Identity::default(), mode: OperatingMode::Normal,
        };
        let about_metric = occurrence.source.metric;
        let events = [
            ward::alarm(1, phase, occurrence, Some(patient)),
            observations(report),
            EngineEvent { seq: 2, at: ward::at(1), kind: EventKind::Bed(summary) },
            EngineEvent { seq: 3, at: ward::at(1), kind: EventKind::Device(status) },
        ];
        let dialect = Dialect {
            alternate_codes: if loinc { AlternateCodes::Loinc } else { AlternateCodes::None },
            ..Dialect::default()
        };
        let destinations = [
            Destination::Hl7(Hl7Destination {
                beds: beds.clone(), metrics: metrics.clone(), identifiers: items.clone(), dialect,
                ..Hl7Destination::new("ehr", "ehr.example:2575")
            }),
            Destination::Mqtt(MqttDestination {
                beds: beds.clone(), metrics: metrics.clone(), identifiers: items.clone(), include_patient: true,
                ..MqttDestination::new("ward", "broker.example:1883")
            }),
        ];
        for destination in &destinations {
            for (event, is_alarm) in events.iter().zip([true, false, false, false]) {
                let made = encoded(destination, &ward, event);
                prop_assert!(beds.contains(&bed) || made.is_empty(), "a bed that no list names");
                let seen = about_metric.is_none_or(|metric| metrics.contains(&metric));
                prop_assert!(!is_alarm || !beds.contains(&bed) || made.is_empty() != seen, "an alarm is told or not, by its metric");
                for outgoing in made {
                    for metric in METRICS.iter().filter(|metric| !metrics.contains(metric)) {
                        prop_assert!(!names(&outgoing.body, *metric), "{metric:?} in {}", String::from_utf8_lossy(&outgoing.body));
                    }
                    for item in PatientItem::ALL.iter().filter(|item| !items.contains(item)) {
                        let secret = format!("SECRET-{}-", item.as_str());
                        prop_assert!(!String::from_utf8_lossy(&outgoing.body).contains(&secret), "{item:?}");
                    }
                    for other in ["bed-1", "bed-2"].iter().filter(|other| !beds.iter().any(|bed| **bed == ***other)) {
                        prop_assert!(!String::from_utf8_lossy(&outgoing.body).contains(other));
                    }
                }
            }
        }
    }
}

#[test]
fn what_must_not_be_charted_is_not() {
    let report = ward::report(3);
    let charted = |report| encoded(&hl7(), &ward::ward(), &observations(report)).len();
    assert_eq!(charted(report.clone()), 1);
    assert_eq!(charted(ObservationReport { patient: None, ..report.clone() }), 0);
    assert_eq!(charted(ObservationReport { mode: OperatingMode::Demo, ..report.clone() }), 0);
    assert_eq!(charted(ObservationReport { mode: OperatingMode::Standby, ..report.clone() }), 0);
    assert_eq!(charted(ObservationReport { observations: Vec::new(), ..report.clone() }), 0);
    assert_eq!(charted(ObservationReport { device: "gone".into(), ..report }), 0);
}

#[test]
fn lanes_order_and_replacement() {
    let ward = ward::ward();
    let end = Occurrence { state: AlarmState::Inactive, ..ward::low_spo2() };
    let mut ids = ControlIds::new("ward-4b", 1);
    let made = encode(&mqtt(), &ward, &ward::alarm(9, Phase::End, end, None), &mut ids);
    let publishes: Vec<_> = made.iter().map(|outgoing| MqttPublish::from_bytes(&outgoing.body).unwrap()).collect();
    assert_eq!(
        publishes.iter().map(|p| (p.retain, p.payload.is_empty(), p.expiry_s)).collect::<Vec<_>>(),
        [(true, false, Some(60)), (true, true, None)]
    );
    assert_eq!(publishes[0].topic, publishes[1].topic);
    assert!(made.iter().all(|o| o.lane == Lane::Alarm && o.replaces.is_none() && &*o.order == "bed-1"));
    assert_eq!(made.iter().map(|o| o.control_id.clone()).collect::<BTreeSet<_>>().len(), 2);
    assert_eq!(ids.next(), 3);

    let summary = BedSummary { bed: "bed-2".into(), highest: None, active: 0, latched: 0, acknowledged: 0 };
    let event = EngineEvent { seq: 1, at: ward::at(0), kind: EventKind::Bed(summary) };
    let state = encoded(&mqtt(), &ward, &event).remove(0);
    assert_eq!((state.lane, state.replaces.as_deref()), (Lane::Observation, Some("ward/v1/north/4B/_/2/summary")));
    assert!(encoded(&hl7(), &ward, &event).is_empty());
}

#[test]
fn a_destination_hears_of_its_beds_and_kinds_only() {
    let ward = ward::ward();
    let alarm = ward::alarm(1, Phase::Start, ward::low_spo2(), Some(ward::patient()));
    let other_bed = Hl7Destination { beds: vec!["bed-2".into()], ..Hl7Destination::new("a", "b:1") };
    let quiet = Hl7Destination { alarms: false, ..Hl7Destination::new("a", "b:1") };
    let nameless = Hl7Destination { patient_in_alarms: false, ..Hl7Destination::new("a", "b:1") };
    assert!(encoded(&Destination::Hl7(other_bed), &ward, &alarm).is_empty());
    assert!(encoded(&Destination::Hl7(quiet), &ward, &alarm).is_empty());
    let made = encoded(&Destination::Hl7(nameless), &ward, &alarm);
    let message = well_formed(&made[0].body);
    assert!(message.field("PID", 3).text().is_empty() && message.field("PV1", 19).is_empty());
    assert_eq!(message.field("PV1", 3).component(1).raw(), b"4B");
}

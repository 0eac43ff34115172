//! Golden outputs: every kind of message, byte for byte, in `golden/`. Run with `VIGIL_BLESS=1` to write them anew.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod ward;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use vigil_messages::destination::{
    AlertResultStatus, AlternateCodes, Hl7Version, PatientItem, ProcessingId, UnitConversion, WireCharacters,
};
use vigil_messages::hl7::ack::{AckError, build};
use vigil_messages::hl7::association::{self, Change, Standing, Told, Vouched};
use vigil_messages::hl7::convert::Rounding;
use vigil_messages::hl7::local_codes::LocalCodes;
use vigil_messages::hl7::watchdog;
use vigil_messages::hl7::{AckCode, Association, Message, from_file_text};
use vigil_messages::mqtt::{self, MqttPublish, Topics};
use vigil_messages::{AcknowledgementMode, ControlIds, Destination, Dialect, Hl7Destination, MqttDestination, encode};
use vigil_model::{
    AlarmState, BedSummary, DeliveryStatus, DeviceStatus, EngineEvent, EventKind, Identity, Inactivation,
    InactivationKind, InfusionChange, InfusionEvent, InfusionSource, LinkState, OperatingMode, Outgoing, Phase,
    Priority, StopReason, dim, mdc,
};

fn golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    if std::env::var_os("VIGIL_BLESS").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{} differs; VIGIL_BLESS=1 writes it anew", path.display());
}

/// An HL7 message with line feeds, so that files can be compared line by line.
fn lines(message: &[u8]) -> String {
    let text = String::from_utf8(message.to_vec()).unwrap();
    assert_eq!(from_file_text(text.replace('\r', "\n").as_bytes()), message);
    text.replace('\r', "\n")
}

fn described(publish: &MqttPublish) -> String {
    let mut text = format!("topic {}\nqos {:?}, retain {}", publish.topic, publish.qos, publish.retain);
    if let Some(expiry_s) = publish.expiry_s {
        text += &format!(", expiry {expiry_s} s");
    }
    if let Some(topic) = &publish.response_topic {
        text += &format!("\nresponse topic {topic}");
    }
    if let Some(correlation) = &publish.correlation {
        text += &format!("\ncorrelation {}", String::from_utf8_lossy(correlation));
    }
    for (name, value) in &publish.user_properties {
        text += &format!("\nproperty {name} = {value}");
    }
    text + "\n" + &String::from_utf8_lossy(&publish.payload) + "\n"
}

fn hl7() -> Destination {
    Destination::Hl7(Hl7Destination {
        receiving_application: "EHR".into(),
        receiving_facility: "HOSP".into(),
        ..Hl7Destination::new("ehr", "ehr.example:2575")
    })
}

fn encoded(destination: &Destination, event: &EngineEvent) -> Vec<Outgoing> {
    encode(destination, &ward::ward(), event, &mut ControlIds::new("ward-4b", 41))
}

fn golden_hl7(name: &str, destination: &Destination, event: &EngineEvent) {
    let made = encoded(destination, event);
    let [outgoing] = &made[..] else { panic!("one message was expected") };
    assert!(Message::parse(&outgoing.body).is_ok());
    golden(&format!("{name}.hl7"), &lines(&outgoing.body));
}

fn golden_mqtt(name: &str, destination: &Destination, event: &EngineEvent) {
    let texts = encoded(destination, event)
        .iter()
        .map(|o| described(&MqttPublish::from_bytes(&o.body).unwrap()))
        .collect::<Vec<_>>();
    golden(&format!("{name}.mqtt"), &texts.join("\n"));
}

fn observations(report: vigil_model::ObservationReport) -> EngineEvent {
    EngineEvent { seq: 7, at: ward::at(61), kind: EventKind::Observations(Arc::new(report)) }
}

#[test]
fn observations_as_pcd_01() {
    golden_hl7("pcd01_every_reading", &hl7(), &observations(ward::every_reading()));
    golden_hl7("pcd01_pump", &hl7(), &observations(ward::pump_report()));
    let Destination::Hl7(plain) = hl7() else { unreachable!() };
    let original = Hl7Destination { acknowledgement: AcknowledgementMode::Original, ..plain };
    golden_hl7("pcd01_original_mode", &Destination::Hl7(original), &observations(ward::report(4)));
}

#[test]
fn a_physiological_alarm_as_pcd_04() {
    let patient = Some(ward::patient());
    let start = ward::low_spo2();
    let taken = Inactivation { kind: InactivationKind::Acknowledged, by: "nurse".into(), at: ward::at(9), until: None };
    let paused = Inactivation { kind: InactivationKind::AudioPaused, until: Some(ward::at(129)), ..taken.clone() };
    let acknowledged =
        vigil_model::Occurrence { changed: ward::at(9), inactivation: vec![taken, paused], ..start.clone() };
    let latched = vigil_model::Occurrence { changed: ward::at(20), state: AlarmState::Latched, ..start.clone() };
    let end = vigil_model::Occurrence { changed: ward::at(30), state: AlarmState::Inactive, ..start.clone() };
    golden_hl7("pcd04_spo2_1_start", &hl7(), &ward::alarm(8812, Phase::Start, start.clone(), patient.clone()));
    golden_hl7(
        "pcd04_spo2_2_acknowledged",
        &hl7(),
        &ward::alarm(8813, Phase::Acknowledged, acknowledged, patient.clone()),
    );
    golden_hl7("pcd04_spo2_3_latched", &hl7(), &ward::alarm(8814, Phase::Update, latched, patient.clone()));
    golden_hl7("pcd04_spo2_4_end", &hl7(), &ward::alarm(8815, Phase::End, end, patient.clone()));
    golden_hl7("pcd04_spo2_present", &hl7(), &ward::alarm(8816, Phase::Present, start.clone(), patient.clone()));
    let again = vigil_model::Occurrence { onset: ward::at(50), changed: ward::at(50), count: 3, restarts: 1, ..start };
    golden_hl7("pcd04_spo2_5_again", &hl7(), &ward::alarm(8820, Phase::Start, again.clone(), patient.clone()));
    let over = vigil_model::Occurrence { changed: ward::at(60), state: AlarmState::Inactive, ..again };
    golden_hl7("pcd04_spo2_6_over_again", &hl7(), &ward::alarm(8821, Phase::End, over, patient));
}

#[test]
fn technical_alarms_as_pcd_04() {
    golden_hl7(
        "pcd04_occlusion_start",
        &hl7(),
        &ward::alarm(9, Phase::Start, ward::occlusion(), Some(ward::patient())),
    );
    golden_hl7("pcd04_no_patient", &hl7(), &ward::alarm(10, Phase::Start, ward::link_lost(), None));
    let gone = vigil_model::Occurrence { bed: "bed-9".into(), device: "mon-9".into(), ..ward::link_lost() };
    golden_hl7("pcd04_device_not_in_plan", &hl7(), &ward::alarm(11, Phase::Present, gone, None));
}

#[test]
fn associations_as_dev_51_and_52() {
    let ward = ward::ward();
    let (patient, unknown) = (ward::patient(), Identity::default());
    let associated = Told {
        transaction: association::Transaction::Report,
        appliance: &ward.appliance,
        id: "ward-4b:a17",
        first: None,
        change: Change::Associate,
        standing: Standing::Validated,
        patient: Some(&patient),
        location: &ward.beds[0].location,
        device: &ward.devices[0],
        identity: &unknown,
        from: ward::at(0),
        to: None,
        asserted: Some(Vouched { by: "nurse-12", evidence: "scan", at: ward::at(0) }),
        confirmed: Some(Vouched { by: "nurse-12", evidence: "scan", at: ward::at(3) }),
    };
    let Destination::Hl7(to) = hl7() else { unreachable!() };
    let told = |name: &str, told: Told| {
        let mut out = Vec::new();
        told.write(&to, "ward-4b-41", ward::at(4), &mut out);
        let read = Association::parse(&Message::parse(&out).unwrap()).unwrap();
        assert_eq!((read.change, read.standing, read.transaction), (told.change, told.standing, told.transaction));
        assert_eq!((read.id.id.as_str(), read.first.map(|id| id.id).as_deref()), (told.id, told.first));
        assert_eq!(read.patient.first().map(|id| id.id.as_str()), told.patient.map(|patient| &*patient.id));
        assert_eq!((read.equipment.len(), read.to.is_some()), (1, told.to.is_some()));
        assert_eq!(
            read.asserted.map(|by| (by.by, by.evidence)),
            told.asserted.map(|v| (v.by.into(), v.evidence.into()))
        );
        golden(&format!("{name}.hl7"), &lines(&out));
    };
    told("dev52_associated", associated);
    let ended = Told {
        id: "ward-4b:a18",
        first: Some("ward-4b:a17"),
        change: Change::Disassociate,
        to: Some(ward::at(600)),
        ..associated
    };
    told("dev52_ended", ended);
    let wrong = Told { id: "ward-4b:a19", first: Some("ward-4b:a17"), standing: Standing::Wrong, ..associated };
    told("dev52_wrong", wrong);
    let asserted = Vouched { by: "pump-1", evidence: "device", at: ward::at(0) };
    let asserted = Told {
        transaction: association::Transaction::Assert,
        standing: Standing::Asserted,
        device: &ward.devices[1],
        patient: None,
        asserted: Some(asserted),
        confirmed: None,
        ..associated
    };
    told("dev51_asserted", asserted);
}

#[test]
fn infusion_events_as_pcd_10() {
    let Destination::Hl7(plain) = hl7() else { unreachable!() };
    let to = Hl7Destination { infusion_events: true, ..plain.clone() };
    let asked = Destination::Hl7(to.clone());
    let event =
        |event: InfusionEvent| EngineEvent { seq: 12, at: ward::at(11), kind: EventKind::Infusion(Arc::new(event)) };
    let start = ward::infusion_start();
    golden_hl7("pcd10_start", &asked, &event(start.clone()));
    let rate_change = InfusionEvent {
        change: InfusionChange::Stop,
        status: DeliveryStatus::Transitioning,
        flow: Some(ward::number("4.0")),
        ..start.clone()
    };
    golden_hl7("pcd10_stop_for_another_rate", &asked, &event(rate_change));
    let paused = InfusionEvent {
        change: InfusionChange::Stop,
        status: DeliveryStatus::NotDelivering,
        reason: Some(StopReason::Alarming),
        flow: Some(ward::number("0")),
        ..start.clone()
    };
    golden_hl7("pcd10_stop_by_an_alarm", &asked, &event(paused));
    let bolus = InfusionEvent { source: InfusionSource::Clinician, flow: None, ..start.clone() };
    golden_hl7("pcd10_bolus_of_unknown_rate", &asked, &event(bolus));
    // The syringe pump of the first profile has no channel of its own for its source, and tells neither drug nor volume.
    let done = InfusionEvent {
        device: "pump-1".into(),
        change: InfusionChange::Complete,
        status: DeliveryStatus::NotDelivering,
        reason: Some(StopReason::NotSpecified),
        flow: Some(ward::number("0")),
        readings: vec![ward::observation(
            mdc::VOL_FLUID_DELIV_TOTAL,
            "1.1.1.9",
            Some(dim::MILLI_L),
            ward::numeric("50.0"),
        )],
        ..start.clone()
    };
    golden_hl7("pcd10_complete", &asked, &event(done));
    // Nobody gets what they did not ask for, or must not see, or what is of nobody.
    assert!(encoded(&hl7(), &event(start.clone())).is_empty());
    let blind = Hl7Destination { metrics: vec![mdc::PUMP_INFUSING_STATUS, mdc::FLOW_FLUID_PUMP_CURRENT], ..to };
    assert!(encoded(&Destination::Hl7(blind), &event(start.clone())).is_empty());
    assert!(encoded(&asked, &event(InfusionEvent { patient: None, ..start.clone() })).is_empty());
    assert!(encoded(&Destination::Mqtt(MqttDestination::new("ward", "b:1")), &event(start)).is_empty());
}

#[test]
fn a_watchdog_as_pcd_04() {
    let Destination::Hl7(to) = hl7() else { unreachable!() };
    let appliance = ward::ward().appliance;
    for (name, is_last) in [("pcd04_watchdog", false), ("pcd04_watchdog_last", true)] {
        let (mut out, every) = (Vec::new(), std::time::Duration::from_secs(30));
        watchdog::write(&appliance, &to, "ward-4b-watchdog-1", ward::at(0), every, is_last, &mut out);
        golden(&format!("{name}.hl7"), &lines(&out));
    }
}

/// What one old receiver insists on, everything at once.
fn insisting() -> Hl7Destination {
    let Destination::Hl7(plain) = hl7() else { unreachable!() };
    let codes = "refid,code,text,system\nMDC_PULS_OXIM_SAT_O2,SPO2,Sättigung,99NORTH\nMDC_EVT_LO,LOW,,99NORTH\n";
    let dialect = Dialect {
        version: Hl7Version::V2_3_1,
        character_set: WireCharacters::Ascii,
        time_zone: "Europe/Berlin".parse().unwrap(),
        time_offset: false,
        processing_id: ProcessingId::T,
        alternate_codes: AlternateCodes::Loinc,
        alert_status: AlertResultStatus::R,
        unit: vec![UnitConversion {
            from: dim::MMHG,
            to: dim::KILO_PASCAL,
            decimals: 1,
            rounding: Rounding::HalfUp,
            metrics: Vec::new(),
        }],
        local_codes: LocalCodes::parse(codes).unwrap(),
        ..Dialect::default()
    };
    Hl7Destination { acknowledgement: AcknowledgementMode::Original, dialect, ..plain }
}

#[test]
fn dialects_change_how_it_is_said_and_nothing_else() {
    let to = Destination::Hl7(insisting());
    golden_hl7("dialects/pcd01_insisting", &to, &observations(ward::every_reading()));
    let patient = Some(ward::patient());
    golden_hl7("dialects/pcd04_insisting", &to, &ward::alarm(8812, Phase::Start, ward::low_spo2(), patient.clone()));
    let seen = Hl7Destination {
        metrics: vec![mdc::PULS_OXIM_SAT_O2, mdc::TEMP],
        identifiers: vec![PatientItem::Visit, PatientItem::Sex],
        ..insisting()
    };
    golden_hl7("dialects/pcd01_minimal", &Destination::Hl7(seen.clone()), &observations(ward::every_reading()));
    let nobody = Hl7Destination { identifiers: Vec::new(), dialect: Dialect::default(), ..seen };
    let nobody = Destination::Hl7(nobody);
    golden_hl7("dialects/pcd04_nobody", &nobody, &ward::alarm(8812, Phase::Start, ward::low_spo2(), patient));
}

#[test]
fn acknowledgements() {
    let request = &encoded(&hl7(), &observations(ward::report(4)))[0].body;
    let request = Message::parse(request).unwrap();
    let mut out = Vec::new();
    build(&request, AckCode::CommitAccept, &[], "EHR-1", ward::at(62), &mut out);
    golden("ack_commit_accept.hl7", &lines(&out));
    out.clear();
    let missing = request.segment("PID").unwrap().required(18).unwrap_err();
    let reasons = [AckError::from(missing), AckError::new(204, "Patient | not known")];
    build(&request, AckCode::ApplicationError, &reasons, "EHR-2", ward::at(62), &mut out);
    golden("ack_application_error.hl7", &lines(&out));
}

#[test]
fn alarms_over_mqtt() {
    let mqtt = MqttDestination::new("ward", "broker.example:1883");
    let named = Destination::Mqtt(MqttDestination { include_patient: true, ..mqtt.clone() });
    let mqtt = Destination::Mqtt(mqtt);
    let patient = Some(ward::patient());
    let end = vigil_model::Occurrence { changed: ward::at(30), state: AlarmState::Inactive, ..ward::low_spo2() };
    golden_mqtt("alarm_start", &mqtt, &ward::alarm(8812, Phase::Start, ward::low_spo2(), patient.clone()));
    golden_mqtt("alarm_end_and_clear", &mqtt, &ward::alarm(8815, Phase::End, end, patient.clone()));
    let limits = vigil_model::DeviceLimits { low: Some(ward::number("88")), high: None };
    let mut again = vigil_model::Occurrence { count: 3, restarts: 1, ..ward::low_spo2() };
    again.source.device_limits = Some(Box::new(limits));
    golden_mqtt("alarm_again", &mqtt, &ward::alarm(8820, Phase::Start, again, None));
    let of_appliance = vigil_model::Occurrence {
        bed: "".into(),
        device: "".into(),
        event: vigil_model::mdc::X_EVT_DELIVERY_FAILED,
        text: "No delivery to ehr".into(),
        ..ward::link_lost()
    };
    golden_mqtt("alarm_of_the_appliance", &mqtt, &ward::alarm(31, Phase::Start, of_appliance.clone(), None));
    golden_hl7("pcd04_of_the_appliance", &hl7(), &ward::alarm(31, Phase::Start, of_appliance, None));
    golden_mqtt("alarm_link_lost", &mqtt, &ward::alarm(10, Phase::Start, ward::link_lost(), None));
    golden_mqtt("alarm_patient_included", &named, &ward::alarm(9, Phase::Start, ward::occlusion(), patient));
}

#[test]
fn states_over_mqtt() {
    let destination = MqttDestination::new("ward", "broker.example:1883");
    let mqtt = Destination::Mqtt(destination.clone());
    let summary =
        BedSummary { bed: "bed-2".into(), highest: Some(Priority::Medium), active: 1, latched: 2, acknowledged: 1 };
    golden_mqtt("bed_summary", &mqtt, &EngineEvent { seq: 3, at: ward::at(2), kind: EventKind::Bed(summary) });
    let status = DeviceStatus {
        device: "mon-1".into(),
        bed: "bed-1".into(),
        link: LinkState::Lost { reason: "no answer for 3 s".into() },
        since: ward::at(0),
        identity: Identity { model: "M".into(), ..Identity::default() },
        mode: OperatingMode::Standby,
    };
    golden_mqtt("device_status", &mqtt, &EngineEvent { seq: 4, at: ward::at(2), kind: EventKind::Device(status) });

    let appliance = ward::ward().appliance;
    let topics = Topics::new(&destination, &appliance);
    let will = mqtt::will(&topics, &appliance);
    assert_eq!(will.delay_s, 5);
    let texts = [
        described(&mqtt::online(&topics, &appliance, ward::at(0))),
        described(&mqtt::heartbeat(&topics, &appliance, 17, ward::at(1))),
        described(&mqtt::offline(&topics, &appliance, ward::at(2))),
        described(&will.publish),
    ];
    golden("gateway.mqtt", &texts.join("\n"));
}

#[test]
fn every_golden_file_belongs_to_a_test() {
    let sources = include_str!("golden.rs");
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue; // dialects, all written by one test
        }
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(sources.contains(&format!("\"{stem}")), "{} is not written by any test", path.display());
    }
}

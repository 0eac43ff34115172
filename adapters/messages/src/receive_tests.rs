//! Each trigger, each mode of acknowledgement, and what is refused with which code.

use super::*;
use vigil_model::{AdtChange, Appliance, Bed, BedRules, Eui64, Location, MovementKind, Place, TechnicalRules};

fn ward() -> Ward {
    let bed = |id: &str, room: &str, bed: &str| Bed {
        id: id.into(),
        location: Location { unit: "4B".into(), room: room.into(), bed: bed.into() },
        patient: None,
        report_interval: std::time::Duration::from_secs(60),
        rules: Vec::new(),
        technical: TechnicalRules::default(),
        further: BedRules::default(),
    };
    let appliance = Appliance {
        id: "ward-4b".into(),
        eui64: Eui64(1),
        site: "north".into(),
        facility: "North Hospital".into(),
        test: false,
    };
    Ward {
        appliance,
        beds: vec![bed("401-1", "401", "1"), bed("401-2", "401", "2")],
        devices: Vec::new(),
        calculators: Vec::new(),
    }
}

fn listener(more: &str) -> Listener {
    serde_json::from_str(&format!(r#"{{"id":"adt","address":"127.0.0.1:2575"{more}}}"#)).unwrap()
}

fn at() -> Timestamp {
    Timestamp::from_seconds(1_772_356_500) // 2026-03-01T09:15:00Z
}

fn read_by(listener: &Listener, message: &str) -> Received {
    let ward = ward();
    receive(message.replace('\n', "\r").as_bytes(), listener, &Site::new(listener, &ward), &ward, at())
}

fn read(message: &str) -> Received {
    read_by(&listener(""), message)
}

fn header(trigger: &str, rest: &str) -> String {
    format!("MSH|^~\\&|HIS|NH|||20260301091400+0000||ADT^{trigger}|C1|P|2.5{rest}")
}

fn adt(trigger: &str, segments: &str) -> AdtEvent {
    let message = format!("{}\nEVN||20260301091300+0000||||20260301091230+0000\n{segments}", header(trigger, ""));
    match read(&message).content {
        Ok(Content::Adt(event)) => event,
        other => panic!("{other:?}"),
    }
}

const PID: &str = "PID|||123^^^NH^MR||Doe^Jane||19700101|F\n";
const HERE: &str = "PV1||I|4B^401^01^North Hospital|||4B^401^2^North Hospital|||||||||||||V7";

#[test]
fn each_trigger_is_a_movement_with_its_place_and_time() {
    for (trigger, kind) in [
        ("A01", MovementKind::Admit),
        ("A02", MovementKind::Transfer),
        ("A03", MovementKind::Discharge),
        ("A04", MovementKind::Admit),
        ("A08", MovementKind::Update { moves: false }),
        ("A11", MovementKind::CancelAdmit),
        ("A12", MovementKind::CancelTransfer),
        ("A13", MovementKind::CancelDischarge),
    ] {
        let event = adt(trigger, &format!("{PID}{HERE}"));
        let AdtChange::Moves(moves) = &event.change else { panic!("{trigger}: {event:?}") };
        let [movement] = &moves[..] else { panic!("{trigger}") };
        assert_eq!((movement.kind, &movement.place), (kind, &Place::Bed("401-1".into())), "{trigger}");
        assert_eq!(movement.other, Place::Bed("401-2".into()));
        let patient = &movement.patient;
        assert_eq!((&*patient.id, &*patient.authority, &*patient.visit), ("123", "NH", "V7"));
        assert_eq!((patient.family.as_deref(), patient.birth_date.as_deref()), (Some("Doe"), Some("19700101")));
        assert_eq!(event.occurred.map(|at| at.to_string()).as_deref(), Some("2026-03-01T09:12:30.000Z"));
        assert_eq!((&*event.by, &*event.trigger), ("HIS", trigger));
    }
}

#[test]
fn a_swap_has_two_movements_and_a_merge_its_pairs() {
    let event = adt("A17", &format!("{PID}{HERE}\nPID|||124^^^NH^MR\nPV1||I|4B^401^2\n"));
    let AdtChange::Moves(moves) = event.change else { panic!() };
    assert_eq!(moves.len(), 2);
    assert_eq!((&*moves[1].patient.id, &moves[1].place), ("124", &Place::Bed("401-2".into())));

    let event = adt("A40", "PID|||1^^^NH^MR\nMRG|9^^^NH^PI~2^^^NH^MR\nPID|||3^^^NH^MR\nMRG|4^^^NH^MR");
    let AdtChange::Merges(merges) = event.change else { panic!() };
    let pairs: Vec<(&str, &str)> = merges.iter().map(|merge| (&*merge.from.id, &*merge.into.id)).collect();
    assert_eq!(pairs, [("2", "1"), ("4", "3")], "the same kind of identifier");
    assert!(matches!(adt("A45", PID).change, AdtChange::Doubt(_)));
}

#[test]
fn a_cancelled_transfer_is_read_as_its_sender_means_it() {
    let reversed = listener(r#","reversed_cancels":["HIS"]"#);
    let message = format!("{}\n{PID}{HERE}", header("A12", ""));
    let Ok(Content::Adt(event)) = read_by(&reversed, &message).content else { panic!() };
    let AdtChange::Moves(moves) = event.change else { panic!() };
    assert_eq!((&moves[0].place, &moves[0].other), (&Place::Bed("401-2".into()), &Place::Bed("401-1".into())));
}

#[test]
fn a_location_is_a_bed_only_if_it_is_certain() {
    let place = |more: &str, location: &str| {
        let message = format!("{}\n{PID}PV1||I|{location}", header("A01", ""));
        let Ok(Content::Adt(event)) = read_by(&listener(more), &message).content else { panic!() };
        let AdtChange::Moves(moves) = event.change else { panic!() };
        moves[0].place.clone()
    };
    let bed = |id: &str| Place::Bed(id.into());
    assert_eq!(place("", "4b^0401^ 1 ^NORTH HOSPITAL"), bed("401-1"));
    assert_eq!(place("", "4B^401^1"), bed("401-1"), "no facility is said");
    assert_eq!(place("", "4B^401^1^South Hospital"), Place::Elsewhere, "another house with a ward of that name");
    assert_eq!(place("", "4B^401"), Place::Elsewhere);
    assert_eq!(place("", "4B"), Place::Elsewhere);
    assert_eq!(place("", "4B^999^1"), Place::Elsewhere);
    assert_eq!(place("", "\"\""), Place::Elsewhere);
    assert_eq!(place("", ""), Place::Unsaid);
    let rows = r#","place":[{"bed":"401-1","unit":"CRCU","number":"40"},{"bed":"401-2","unit":"CRCU","room":"X"}]"#;
    assert_eq!(place(rows, "CRCU^CRCU^40"), bed("401-1"));
    assert_eq!(place(rows, "CRCU^X^40"), Place::Elsewhere, "it fits two beds");
    assert_eq!(place(rows, "CRCU"), Place::Elsewhere);
}

#[test]
fn the_identifier_is_the_one_that_the_listener_takes() {
    let id = |more: &str, ids: &str| {
        let message = format!("{}\nPID|||{ids}\n{HERE}", header("A01", ""));
        match read_by(&listener(more), &message).content {
            Ok(Content::Adt(event)) => match event.change {
                AdtChange::Moves(moves) => moves[0].patient.id.to_string(),
                _ => panic!(),
            },
            Ok(_) => panic!(),
            Err(refusal) => format!("{} {:?}", refusal.error.code, refusal.error.location.unwrap().2),
        }
    };
    assert_eq!(id("", "7^^^NHS^NH~1^^^NH^PI~2^^^NH^MR"), "2");
    assert_eq!(id("", "7^^^NHS^NH"), "7");
    assert_eq!(id(r#","identifier_types":["NH"]"#, "2^^^NH^MR~7^^^NHS^NH"), "7");
    assert_eq!(id(r#","authorities":["A"]"#, "2^^^NH^MR~3^^^A&1.2&ISO^MR"), "3");
    assert_eq!(id(r#","authorities":["A"]"#, "2^^^NH^MR"), "102 3");
    assert_eq!(id("", ""), "101 3");
}

#[test]
fn times_without_offset_are_of_the_listeners_zone_and_minutes_end_late() {
    let message = format!("{}\nEVN||||||202603011000\n{PID}{HERE}", header("A02", ""));
    let Ok(Content::Adt(event)) = read_by(&listener(r#","zone":"+01:00""#), &message).content else { panic!() };
    assert_eq!(event.occurred.unwrap().to_string(), "2026-03-01T09:00:00.000Z");
    assert_eq!(event.order.to_string(), "2026-03-01T09:00:59.999Z");
    let recorded = format!("{}\nEVN||202603010959\n{PID}{HERE}", header("A02", ""));
    let Ok(Content::Adt(event)) = read_by(&listener(""), &recorded).content else { panic!() };
    assert_eq!((event.occurred, event.order.to_string().as_str()), (None, "2026-03-01T09:59:59.999Z"));
}

#[test]
fn movements_are_named_and_taken_back_by_name() {
    let message =
        |action: &str| format!("{}\n{PID}{HERE}\nZBE|77^KIS|20260301090000+0000||{action}", header("A02", ""));
    let read = |action: &str| {
        let Ok(Content::Adt(event)) = read(&message(action)).content else { panic!() };
        let AdtChange::Moves(mut moves) = event.change else { panic!() };
        (moves.remove(0), event.occurred)
    };
    let (inserted, occurred) = read("INSERT");
    assert_eq!((inserted.id.as_deref(), inserted.cancels), (Some("77"), false));
    assert_eq!(occurred.unwrap().to_string(), "2026-03-01T09:00:00.000Z");
    assert!(read("DELETE").0.cancels && read("CANCEL").0.cancels);
    assert_eq!(read("REFERENCE").0.kind, MovementKind::Update { moves: false });
}

/// `code location` of the refusal, or what was taken.
fn fate(message: &str) -> String {
    match read(message).content {
        Ok(Content::Adt(event)) => format!("adt {}", event.trigger),
        Ok(Content::Ignored) => "ignored".to_owned(),
        Ok(_) => "other".to_owned(),
        Err(Refusal { rejects, error }) => {
            let (segment, _, field) = error.location.unwrap_or_default();
            format!("{} {} {segment}-{field}", if rejects { "AR" } else { "AE" }, error.code)
        }
    }
}

#[test]
fn what_cannot_be_used_is_refused_with_the_place() {
    let of = |kind: &str, id: &str, processing: &str, version: &str| {
        format!("MSH|^~\\&|HIS|NH|||20260301091400||{kind}|{id}|{processing}|{version}\n{PID}{HERE}")
    };
    for (message, expected) in [
        (of("ADT^A01^ADT_A01", "C1", "P", "2.5"), "adt A01"),
        (of("ADT^A08^ADT_A08", " 13", "", ""), "adt A08"),
        (of("ADT^A05", "C1", "P", "2.5"), "ignored"),
        (of("ADT^A99", "C1", "P", "2.5"), "AR 201 MSH-9"),
        (of("ADT", "C1", "P", "2.5"), "AR 201 MSH-9"),
        (of("ORM^O01", "C1", "P", "2.5"), "AR 200 MSH-9"),
        (of("", "C1", "P", "2.5"), "AR 101 MSH-9"),
        (of("ADT^A01", "", "P", "2.5"), "AE 101 MSH-10"),
        (of("ADT^A01", "C1", "T", "2.5"), "AR 202 MSH-11"),
        (of("ADT^A01", "C1", "P", "3.0"), "AR 203 MSH-12"),
        (format!("{}\n{HERE}", header("A01", "")), "AE 100 PID-0"),
        (format!("{}\nPID|||\n{HERE}", header("A01", "")), "AE 101 PID-3"),
        (format!("{}\n{PID}", header("A02", "")), "AE 100 PV1-0"),
        (format!("{}\n{PID}PV1||I", header("A02", "")), "AE 101 PV1-3"),
        (format!("{}\n{PID}{HERE}", header("A17", "")), "AE 100 PID-0"),
        (format!("{}\n{PID}", header("A40", "")), "AE 100 MRG-0"),
        (format!("{}\n{PID}MRG|", header("A40", "")), "AE 101 MRG-1"),
        ("rubbish".to_owned(), "AR 100 -0"),
    ] {
        assert_eq!(fate(&message), expected, "{message}");
    }
    assert_eq!(fate(&format!("\u{feff}{}\r\n{PID}\r\n{HERE}", header("A01", ""))), "adt A01", "as files have it");
    let only = listener(r#","applications":["KIS"]"#);
    assert!(read_by(&only, &of("ADT^A01", "C1", "P", "2.5")).content.is_err());
}

#[test]
fn answers_follow_what_the_sender_asks_for() {
    let codes = |rest: &str, fate: &Fate| {
        let message = format!("{}\r{PID}", header("A01", rest)).replace('\n', "\r");
        let mut next = 0;
        let answers = answers(message.as_bytes(), fate, at(), || {
            next += 1;
            format!("R{next}")
        });
        let code = |bytes: &Vec<u8>| {
            let message = Message::parse(bytes).unwrap();
            let ack = ack::Ack::parse(&message).unwrap();
            assert_eq!(&*ack.control_id, "C1");
            assert_eq!(message.header().field(5).text(), "HIS");
            assert_eq!(message.header().field(9).raw(), b"ACK^A01^ACK");
            let errors: Vec<String> = ack.errors.iter().map(|error| error.code.to_string()).collect();
            format!("{}{}", ack.code.as_str(), errors.join(" "))
        };
        answers.iter().map(code).collect::<Vec<_>>().join(",")
    };
    let refused = |rejects| Fate::Refused(Refusal { rejects, error: AckError::new(101, "") });
    for (rest, taken, error, reject, later) in [
        ("", "AA", "AE101", "AR101", "AR207"),
        ("|||AL|NE", "CA", "CE101", "CR101", "CE207"),
        ("|||AL|", "CA", "CE101", "CR101", "CE207"),
        ("|||AL|AL", "CA,AA", "CE101", "CR101", "CE207"),
        ("|||NE|AL", "AA", "AE101", "AR101", "AR207"),
        ("|||ER|SU", "AA", "CE101", "CR101", "CE207"),
        ("|||NE|ER", "", "AE101", "AR101", "AR207"),
        ("|||NE|NE", "", "", "", ""),
    ] {
        let all = [&Fate::Taken, &refused(false), &refused(true), &Fate::Later].map(|fate| codes(rest, fate));
        assert_eq!(all, [taken, error, reject, later], "{rest}");
    }
}

#[test]
fn what_is_no_message_is_answered_all_the_same_and_an_acknowledgement_never() {
    let fate = Fate::Refused(Refusal { rejects: true, error: AckError::new(100, "") });
    let answers = answers(b"rubbish", &fate, at(), || "R1".to_owned());
    assert_eq!(answers.len(), 1);
    assert!(String::from_utf8_lossy(&answers[0]).contains("MSA|AR"));
    assert!(read("MSH|^~\\&|A|B|||20260301||ACK^A01^ACK|7|P|2.5\nMSA|CA|C1").is_acknowledgement);
    assert!(!read(&format!("{}\n{PID}{HERE}", header("A01", ""))).is_acknowledgement);
}

proptest::proptest! {
    #[test]
    fn any_segments_are_survived(
        trigger in "A[0-6][0-9]",
        segments in proptest::collection::vec("(PID|PV1|MRG|EVN|ZBE|MSH|PRT|OBR)(\\|[-+A-Z0-9^~&\"\\\\]{0,12}){0,50}", 0..6),
    ) {
        let message = format!("{}\n{}", header(&trigger, ""), segments.join("\n"));
        let received = read(&message);
        let fate = match received.content {
            Ok(_) => Fate::Taken,
            Err(refusal) => Fate::Refused(refusal),
        };
        let answers = answers(message.replace('\n', "\r").as_bytes(), &fate, at(), || "R".to_owned());
        proptest::prop_assert!(answers.len() <= 2);
    }
}

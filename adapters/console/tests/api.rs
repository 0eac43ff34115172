//! The API over a real socket.

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::{Made, Served, bed, current, destination, occurrence, picture};
use vigil_console::view::{Alarm, Link, Part, Reading, Score, Text};
use vigil_journal::{LogEntry, LogKind, Record};
use vigil_model::{AlarmState, Answer, Command, Lane, Outgoing, Phase, Priority, Scope, SignalHold};

#[tokio::test]
async fn the_process_lives_and_says_when_something_is_not_as_it_should_be() {
    let made = Made::new(picture(vec![bed("1", Vec::new())]));
    let served = Served::of(made.clone()).await;
    assert_eq!((served.get("/healthz").await.status, served.get("/readyz").await.status), (200, 200));
    *made.destinations.lock().unwrap() = vec![destination("ehr", false)];
    let reply = served.get("/readyz").await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.json()["reasons"][0], "destination ehr is backoff: connection refused");
    *made.picture.lock().unwrap() = None;
    assert!(served.get("/readyz").await.body.contains("does not answer"));
    assert_eq!(served.get("/healthz").await.status, 200);
    assert_eq!(served.get("/api/v1/beds").await.status, 503);
}

#[tokio::test]
async fn what_is_not_current_has_no_number() {
    let metrics = vec![current("MDC_PULS_OXIM_SAT_O2", "SpO2", "97", "%")];
    let made = Made::new(picture(vec![bed("1", metrics)]));
    let served = Served::of(made.clone()).await;
    let reading = async || served.get("/api/v1/beds/1").await.json()["devices"][0]["metrics"][0]["reading"].clone();
    assert_eq!(reading().await["value"], "97");
    for (other, state) in [
        (Reading::Stale, "stale"),
        (Reading::Never, "never"),
        (Reading::Invalid { reason: Text::from("overflow") }, "invalid"),
    ] {
        made.change(|picture| picture.beds[0].devices[0].metrics[0].reading = other);
        let reading = reading().await;
        assert_eq!(reading["state"], state);
        assert!(reading.get("value").is_none() && reading.get("number").is_none(), "{reading}");
    }
}

#[tokio::test]
async fn errors_are_problem_documents_and_every_answer_has_its_headers() {
    let served = Served::of(Made::new(picture(Vec::new()))).await;
    for (method, path, status) in [
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/beds/none", 404),
        ("DELETE", "/api/v1/beds", 405),
        ("GET", "/api/v1/beds/%ff", 400),
    ] {
        let reply = served.ask(method, path, "", "").await;
        assert_eq!(reply.status, status, "{path}");
        assert!(reply.head.contains("content-security-policy: default-src 'none'"), "{}", reply.head);
        assert!(
            reply.head.contains("x-content-type-options: nosniff") && reply.head.contains("cache-control: no-store")
        );
        if status != 400 {
            assert!(reply.head.contains("application/problem+json"), "{}", reply.head);
            assert_eq!(reply.json()["status"], status);
        }
    }
}

#[tokio::test]
async fn what_is_too_long_is_refused() {
    let served = Served::of(Made::new(picture(Vec::new()))).await;
    let long = "x".repeat(100_000);
    assert!(matches!(served.get(&format!("/{long}")).await.status, 414 | 431 | 400));
}

#[tokio::test]
async fn every_route_of_the_api_is_described_and_nothing_else() {
    let served = Served::of(Made::new(picture(Vec::new()))).await;
    let description = served.get("/api/v1/openapi.json").await.json();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"), "{}", description["openapi"]);
    let described: BTreeSet<(String, String)> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
        })
        .collect();
    let is_api = |path: &str| path.starts_with("/api/") || ["/healthz", "/readyz", "/metrics"].contains(&path);
    let routes: BTreeSet<(String, String)> = vigil_console::routes()
        .iter()
        .filter(|route| is_api(route.path))
        .map(|route| (route.method.to_string(), route.path.to_owned()))
        .collect();
    assert_eq!(described, routes);
}

#[tokio::test]
async fn history_comes_in_pages_and_what_is_out_of_bounds_is_refused() {
    let made = Made::new(picture(Vec::new()));
    for number in 1..=5u64 {
        let occurrences = vec![occurrence(number, AlarmState::Inactive)];
        let record = Record { at: common::NOW, next_occurrence: number + 1, occurrences, ..Record::default() };
        made.journal.commit(record).unwrap();
    }
    let served = Served::of(made).await;
    let ids = |page: &serde_json::Value| {
        let entries = page["entries"].as_array().unwrap().iter();
        entries.map(|entry| entry["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = served.get("/api/v1/alarms/history?limit=3").await.json();
    assert_eq!(ids(&first), ["ward-4b:000005", "ward-4b:000004", "ward-4b:000003"]);
    let second = served.get(&format!("/api/v1/alarms/history?limit=3&after={}", first["next"])).await.json();
    assert_eq!(
        (ids(&second), second["next"].is_null()),
        (vec!["ward-4b:000002".into(), "ward-4b:000001".into()], true)
    );
    assert_eq!(served.get("/api/v1/alarms/ward-4b:000002").await.json()["text"], "Low SpO2");
    for (path, status) in [
        ("/api/v1/alarms/history?limit=0", 422),
        ("/api/v1/alarms/history?limit=501", 422),
        ("/api/v1/alarms/history?limit=x", 400),
        ("/api/v1/alarms/load?hours=0", 422),
        ("/api/v1/alarms/load?hours=9601", 422),
        ("/api/v1/alarms/nonsense", 422),
        ("/api/v1/alarms/ward-4b:000009", 404),
        ("/api/v1/alarms/ward-4b:000009/ledger", 404),
        ("/api/v1/outbox?state=lost", 422),
        ("/api/v1/events?page=nowhere", 422),
    ] {
        assert_eq!(served.get(path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn the_load_and_the_outbox_are_those_of_the_journal() {
    let made = Made::new(picture(Vec::new()));
    let message = |number: u64, lane| Outgoing {
        destination: "ehr".into(),
        lane,
        control_id: format!("c-{number}").into(),
        order: "1".into(),
        replaces: None,
        occurrence: None,
        created: common::NOW,
        body: b"MSH|secret".to_vec(),
    };
    let begun = occurrence(1, AlarmState::Active);
    let kind = LogKind::Alarm { phase: Phase::Start, state: AlarmState::Active, priority: Priority::High };
    let log = vec![LogEntry { at: common::NOW - Duration::from_secs(60), seq: 1, occurrence: begun.id.clone(), kind }];
    let outgoing = vec![message(1, Lane::Alarm), message(2, Lane::Observation)];
    made.journal
        .commit(Record { at: common::NOW, occurrences: vec![begun], log, outgoing, ..Record::default() })
        .unwrap();
    let served = Served::of(made).await;
    let load = served.get("/api/v1/alarms/load?hours=1").await.json();
    assert_eq!((&load["ward"]["alarms"], &load["beds"]["1"]["high"]), (&1.into(), &1.into()));
    let ledger = served.get("/api/v1/alarms/ward-4b:000001/ledger").await.json();
    assert_eq!(ledger["passages"][0]["phase"], "start");
    let outbox = served.get("/api/v1/outbox?state=waiting").await;
    assert!(!outbox.body.contains("secret"), "what a message says is not told");
    assert_eq!(outbox.json()["entries"][1]["lane"], "observation");
    assert_eq!(served.get("/api/v1/outbox?state=refused").await.json()["entries"], serde_json::json!([]));
}

#[tokio::test]
async fn commands_say_who_and_why_and_reach_the_engine() {
    let mut bed = bed("1", Vec::new());
    bed.alarms = vec![Alarm::of(&occurrence(1, AlarmState::Active))];
    bed.scores =
        vec![Score { parts: vec![Part { input: "consciousness".into(), ..Part::default() }], ..Score::default() }];
    let made = Made::new(picture(vec![bed]));
    let served = Served::of(made.clone()).await;
    let post =
        async |path: &str, body: &str| served.ask("POST", path, "Content-Type: application/json\r\n", body).await;
    let alarm = "/api/v1/alarms/ward-4b:000001";
    for (path, body, status) in [
        (format!("{alarm}/acknowledge"), r#"{"by":"nurse 7"}"#, 202),
        (format!("{alarm}/accept"), r#"{"by":"nurse 7","why":"on my way"}"#, 202),
        (format!("{alarm}/pause"), r#"{"signals":"audio","seconds":60,"by":"nurse 7","why":"washing"}"#, 202),
        ("/api/v1/beds/1/pause".into(), r#"{"signals":"alarm","seconds":null,"by":"nurse 7","why":"theatre"}"#, 202),
        (format!("{alarm}/enable"), r#"{"by":"nurse 7"}"#, 202),
        ("/api/v1/beds/1/chart".into(), r#"{"input":"consciousness","value":"V","by":"nurse 7"}"#, 202),
        // What is not said, out of bounds, unknown, or not JSON, is not done.
        (format!("{alarm}/acknowledge"), "{}", 422),
        (format!("{alarm}/acknowledge"), r#"{"by":"  "}"#, 422),
        (format!("{alarm}/acknowledge"), r#"{"by":"a","bye":"b"}"#, 422),
        (format!("{alarm}/acknowledge"), "by=nurse", 422),
        (format!("{alarm}/pause"), r#"{"signals":"audio","seconds":60,"by":"nurse 7","why":" "}"#, 422),
        (format!("{alarm}/pause"), r#"{"signals":"audio","seconds":3601,"by":"nurse 7","why":"x"}"#, 422),
        ("/api/v1/alarms/ward-4b:000002/acknowledge".into(), r#"{"by":"nurse 7"}"#, 404),
        ("/api/v1/beds/2/enable".into(), r#"{"by":"nurse 7"}"#, 404),
        ("/api/v1/beds/1/chart".into(), r#"{"input":"mood","value":"V","by":"nurse 7"}"#, 422),
    ] {
        let reply = post(&path, body).await;
        assert_eq!(reply.status, status, "{path} {body}: {reply:?}");
    }
    let told = made.told.lock().unwrap();
    assert_eq!(told.len(), 6);
    let Command::Answer { answer: Answer::Accepted, by, .. } = &told[1] else { panic!("{told:?}") };
    assert_eq!(&**by, "nurse 7 (on my way)");
    let Command::Hold { scope: Scope::Bed(_), hold: SignalHold::AlarmOff, .. } = &told[3] else { panic!("{told:?}") };
}

#[tokio::test]
async fn binding_asks_for_two_identifiers_and_says_what_became_of_it() {
    let made = Made::new(picture(vec![bed("1", Vec::new())]));
    let served = Served::of(made.clone()).await;
    for (path, body, status) in [
        ("bind", r#"{"patient":"P1","second":"ALDER","by":"nurse 7","why":"admitted"}"#, 200),
        ("release", r#"{"by":"nurse 7","why":"discharged"}"#, 200),
        ("settle", r#"{"verdict":"drop","by":"nurse 7","why":"another patient"}"#, 200),
        ("bind", r#"{"patient":"P1","second":"BIRCH","by":"nurse 7","why":"admitted"}"#, 409),
        ("bind", r#"{"patient":"P1","by":"nurse 7","why":"admitted"}"#, 422),
        ("bind", r#"{"patient":"P1","second":" ","by":"nurse 7","why":"admitted"}"#, 422),
        ("release", r#"{"by":"nurse 7"}"#, 422),
        ("settle", r#"{"verdict":"keep","by":"nurse 7","why":"x"}"#, 422),
    ] {
        let path = format!("/api/v1/beds/1/{path}");
        let reply = served.ask("POST", &path, "Content-Type: application/json\r\n", body).await;
        assert_eq!(reply.status, status, "{path} {body}: {reply:?}");
        assert!(!reply.body.contains("P1"), "no answer repeats an identifier");
    }
    assert_eq!(made.ordered.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_configuration_is_checked_and_compared_and_a_line_tried() {
    let served = Served::of(Made::new(picture(Vec::new()))).await;
    let post = async |path: &str, body: serde_json::Value| {
        served.ask("POST", path, "Content-Type: application/json\r\n", &body.to_string()).await
    };
    let running = served.get("/api/v1/configuration").await.json()["text"].as_str().unwrap().to_owned();
    let same = post("/api/v1/configuration/check", serde_json::json!({ "text": running })).await.json();
    assert_eq!(same, serde_json::json!({ "accepted": true, "findings": [], "difference": [] }));
    let draft = running.replace("room", "wrong");
    let checked = post("/api/v1/configuration/check", serde_json::json!({ "text": draft })).await.json();
    assert_eq!((&checked["accepted"], &checked["findings"][0]["line"]), (&false.into(), &6.into()));
    let page = post("/commissioning/check", serde_json::json!({ "text": draft })).await;
    assert!(page.body.contains("did you mean `room`?") && page.body.contains("line added"), "{}", page.body);
    assert_eq!(served.get("/api/v1/ports").await.json()[0]["link"], "line-401-1");
    for (line, status) in [("/dev/ttyUSB0", 200), ("10.4.66.20:502", 200), ("/etc/passwd", 422), ("nonsense", 422)] {
        assert_eq!(post("/api/v1/probe", serde_json::json!({ "line": line })).await.status, status, "{line}");
    }
}

#[tokio::test]
async fn a_form_of_another_page_cannot_command() {
    let mut bed = bed("1", Vec::new());
    bed.alarms = vec![Alarm::of(&occurrence(1, AlarmState::Active))];
    let made = Made::new(picture(vec![bed]));
    let served = Served::of(made.clone()).await;
    let path = "/api/v1/alarms/ward-4b:000001/acknowledge";
    for headers in [
        "Content-Type: text/plain\r\n",
        "Content-Type: application/json\r\nOrigin: http://elsewhere.example\r\n",
        "Content-Type: application/json\r\nSec-Fetch-Site: cross-site\r\n",
    ] {
        let reply = served.ask("POST", path, headers, r#"{"by":"x"}"#).await;
        assert!(matches!(reply.status, 403 | 422), "{headers}: {reply:?}");
    }
    assert!(made.told.lock().unwrap().is_empty());
}

#[tokio::test]
async fn metrics_tell_what_is_counted_and_nothing_of_patients() {
    let mut bed = bed("1", vec![current("MDC_PULS_OXIM_SAT_O2", "SpO2", "97", "%")]);
    bed.alarms = vec![Alarm::of(&occurrence(1, AlarmState::Active))];
    let made = Made::new(picture(vec![bed]));
    made.links.lock().unwrap().push(Link {
        id: "line-1".into(),
        open: true,
        faults: [("checksum".into(), 3)].into(),
        units: vec![vigil_console::view::Unit {
            device: "contacts-1".into(),
            planned_period_ms: 500,
            actual_period_ms: 520,
            ..Default::default()
        }],
        ..Link::default()
    });
    let served = Served::of(made.clone()).await;
    served.get("/api/v1/beds").await;
    served.get("/metrics").await; // from here on the hops of alarms are counted
    let kind = LogKind::Judged { received: common::NOW - Duration::from_millis(40), taken: common::NOW };
    let log = vec![LogEntry { at: common::NOW, seq: 1, occurrence: occurrence(1, AlarmState::Active).id, kind }];
    made.journal.commit(Record { at: common::NOW, log, ..Record::default() }).unwrap();
    let text = served.get("/metrics").await.body;
    assert!(text.contains(r#"vigil_alarm_hop_seconds_bucket{le="0.05",hop="taken",destination=""} 1"#), "{text}");
    for line in [
        "vigil_up 1",
        "vigil_engine_steps_total 7",
        r#"vigil_alarms{priority="high",kind="patient",signal="sounding"} 1"#,
        r#"vigil_link_faults_total{link="line-1",kind="checksum"} 3"#,
        r#"vigil_bus_planned_period_seconds{link="line-1",device="contacts-1"} 0.5"#,
        r#"vigil_destination_connected{destination="ehr"} 1"#,
        r#"vigil_bed_reach{bed="1"} 2"#,
        r#"vigil_device_up{device="mon-1",bed="1"} 1"#,
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
    assert!(text.contains(r#"vigil_console_request_seconds_count{route="/api/v1/beds",status="200"} 1"#), "{text}");
    assert!(!text.contains("97") && !text.contains("SpO2"));
    // What the ready rules and dashboard ask for is there.
    let known: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    for file in ["alerts.yml", "dashboard.json"] {
        let path = format!("{}/../../docs/monitoring/{file}", env!("CARGO_MANIFEST_DIR"));
        let file_text = std::fs::read_to_string(&path).unwrap();
        let words = file_text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for word in words.filter(|word| word.starts_with("vigil_")) {
            let name = word.trim_end_matches("_bucket").trim_end_matches("_total");
            assert!(known.contains(name), "{file} asks for {word}, which is none of {known:?}");
        }
    }
}

//! `vigil run` between programs of others, all as processes on loopback: a Mosquitto broker and its clients, an MLLP receiver
//! made of python-hl7, Modbus units made of pymodbus. Every message that left is then judged by hl7apy and by the field tables
//! of the IHE profiles, written down a second time in Python.
//!
//! The Python with these libraries is named by `VIGIL_INTEROP_PYTHON`. Without the programs the tests say what is missing
//! and pass; with `VIGIL_INTEROP=required` they fail.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::Bell;
use support::bench::{self, Bench};
use support::process::Process;
use support::programs::{Line, Mosquitto, Receiver, Subscriber, Tools, Units};

/// Oxygen saturation of bed 1 is low, for ever.
const LOW_SPO2: &str = r#"
name = "low-spo2"
title = "Low oxygen saturation at bed 1"

[[vital]]
bed = 1
vital = "spo2"
keyframes = [{ at_s = 0, value = 82 }]
"#;

const PROFILE: &str = include_str!("interop/patient-station.toml");

/// What the units of `modbus_server.py` say, as receivers must see it: term, place in the device, value, UCUM unit, OBX-11.
const STATION: &[[&str; 5]] = &[
    ["MDC_PULS_OXIM_SAT_O2", "1.1.1.1", "97.4", "%", "R"],
    ["MDCX_STATION_STATE", "1.1.1.2", "^measuring", "", "R"],
    ["MDC_MASS_BODY_ACTUAL", "1.1.1.3", "72.345", "kg", "R"],
    ["MDC_VOL_FLUID_DELIV", "1.1.1.4", "300.000", "mL", "R"],
    ["MDC_PRESS_FLUID_MEAS", "1.1.1.5", "", "", "X"],
    ["MDC_TEMP_BODY", "1.2.1.1", "36.6", "Cel", "R"],
    ["MDC_TEMP", "1.2.1.2", "-12.5", "Cel", "R"],
];

/// What the contacts say while all is well.
const CONTACTS: &[[&str; 5]] = &[
    ["MDCX_BED_OCCUPANCY", "1.1.1.1", "^in bed", "", "R"],
    ["MDCX_BED_BRAKE_STATE", "1.1.1.2", "^set", "", "R"],
    ["MDCX_BED_NURSE_CALL_STATE", "1.1.1.3", "^quiet", "", "R"],
    ["MDCX_BED_SIDERAIL_STATE", "1.1.2.1", "^up", "", "R"],
    ["MDCX_BED_SIDERAIL_STATE", "1.1.3.1", "^up", "", "R"],
];

/// Input of the contacts that the left side rail is wired to.
const LEFT_RAIL: u8 = 1;

/// Waits for an object among those that a program prints.
async fn find(bell: &Bell, what: &str, all: impl Fn() -> Vec<Value>, holds: impl Fn(&Value) -> bool) -> Value {
    let mut found = None;
    let look = || {
        found = all().into_iter().find(&holds);
        found.is_some()
    };
    bell.until(what, look).await;
    found.unwrap()
}

fn is_state(heard: &Value, text: &str, phase: &str) -> bool {
    heard["payload"]["event"]["text"] == text && heard["payload"]["phase"] == phase
}

fn is_alert(received: &Value, text: &str, phase: &str) -> bool {
    received["text"] == text && received["phase"] == phase
}

#[test]
fn messages_of_every_kind_are_strictly_valid() {
    let Some(tools) = Tools::find() else { return };
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("adapters/messages/golden");
    println!("{}", tools.check(&golden, &[]));
}

/// A ward of two beds whose alarms go to Mosquitto, and whose messages go to python-hl7 twice: in enhanced and in original
/// mode.
struct Stage {
    bell: Bell,
    tools: Tools,
    broker: Mosquitto,
    receiver: Receiver,
    units: Units,
    heard: Subscriber,
    /// What it says under MQTT 3.1.1.
    older: Subscriber,
    config: PathBuf,
    _bench: Bench,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn set() -> Option<Self> {
        let tools = Tools::find()?;
        let (bell, address) = (Bell::default(), |port: u16| format!("127.0.0.1:{port}"));
        let folder = tempfile::tempdir().unwrap();
        let broker = Mosquitto::start(&tools, folder.path(), &bell).await;
        let receiver = Receiver::start(&tools, folder.path(), &bell).await;
        let units = Units::start(&tools, &folder.path().join("serial"), &bell).await;
        let bench = Bench::start(2, LOW_SPO2, address(receiver.port), address(broker.port)).await;
        let config = bench.configure(|table| {
            bench::quicken(table);
            let more = format!(
                "[[link]]\nid = \"pymodbus\"\ntcp = \"127.0.0.1:{}\"\n\
                 [[device]]\nid = \"rails\"\nbed = \"401-2\"\nlink = \"pymodbus\"\ndriver = \"modbus\"\n\
                 profile = \"bed-contacts\"\nunit = 1\npoll_interval = \"200ms\"\n\
                 [[destination]]\nkind = \"hl7\"\nid = \"archive\"\naddress = \"127.0.0.1:{}\"\n\
                 acknowledgement = \"original\"\n\
                 [[destination]]\nkind = \"mqtt\"\nid = \"older\"\naddress = \"127.0.0.1:{}\"\nprotocol = \"3.1.1\"\n\
                 client_id = \"vigil-older\"\nprefix = \"older\"\n",
                units.port, receiver.port, broker.port
            );
            bench::add(table, &more);
        });
        let (heard, older) = (broker.subscribe("ward/#").await, broker.subscribe("older/#").await);
        Some(Self { bell, tools, broker, receiver, units, heard, older, config, _bench: bench, _folder: folder })
    }

    fn run(&self) -> Process {
        Process::start([Path::new("run"), &self.config], &self.bell)
    }
}

impl Stage {
    /// Waits for a state of an alarm at the subscriber.
    async fn heard(&self, text: &str, phase: &str) -> Value {
        let what = format!("{text}, {phase}, at mosquitto_sub");
        find(&self.bell, &what, || self.heard.heard(), |heard| is_state(heard, text, phase)).await
    }

    /// Waits for an alert in enhanced and in original mode; gives the first.
    async fn received(&self, text: &str, phase: &str) -> Value {
        let mut alerts = Vec::new();
        for ack in ["AA", "CA"] {
            let what = format!("{text}, {phase}, at python-hl7, answered with {ack}");
            let holds = |received: &Value| is_alert(received, text, phase) && received["ack"] == ack;
            alerts.push(find(&self.bell, &what, || self.receiver.received(), holds).await);
        }
        assert_eq!(alerts[0]["occurrence"], alerts[1]["occurrence"]);
        alerts.swap_remove(1)
    }

    /// Waits until the subscriber has heard whether the appliance is online, as often as it was said.
    async fn online(&self, expected: &[bool]) -> Value {
        let statuses = || {
            let mut heard = self.heard.heard();
            heard.retain(|heard| heard["topic"] == "ward/v1/demo/gateway/demo/status");
            heard
        };
        let said = || statuses().iter().map(|status| status["payload"]["online"] == true).collect::<Vec<_>>();
        self.bell.until(&format!("online is said {expected:?}"), || said() == expected).await;
        statuses().pop().unwrap()
    }

    /// Topics of the alarms that the broker keeps, and of what they are.
    async fn kept(&self) -> Vec<(String, String)> {
        let kept = self.broker.retained("ward/v1/demo/+/+/+/alert/+/state").await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        kept.iter().map(|state| (text(&state["topic"]), text(&state["payload"]["event"]["text"]))).collect()
    }
}

/// What a state of an alarm must carry besides its payload, so that one can answer it.
fn assert_answerable(state: &Value, id: &Value) {
    let (topic, properties) = (state["topic"].as_str().unwrap(), &state["properties"]);
    let user = &properties["user-properties"];
    assert_eq!((&user["schema"], &user["gateway"]), (&json!("vigil/alarm/1"), &json!("demo")), "{state}");
    assert_eq!(user["seq"].as_str().unwrap(), state["payload"]["seq"].to_string());
    assert!(user["id"].as_str().unwrap().starts_with("demo-"), "{state}");
    assert_eq!((&properties["correlation-data"], &state["payload"]["id"]), (id, id));
    assert_eq!(properties["response-topic"].as_str().unwrap(), topic.replace("/state", "/ack"));
    assert_eq!(properties["content-type"], "application/json");
    assert_eq!((&properties["payload-format-indicator"], &state["qos"]), (&json!(1), &json!(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alarms_and_answers_pass_through_mosquitto_and_python_hl7() {
    let Some(mut stage) = Stage::set().await else { return };
    let vigil = stage.run();
    let online = stage.online(&[true]).await;
    assert!(online["payload"]["t_sent"].is_string());

    // A contact of a pymodbus unit opens: everybody is told of the same alarm, and the broker keeps it.
    stage.units.contact(Line::Tcp, LEFT_RAIL, false);
    let told = stage.received("Left side rail down", "start").await;
    let (rail, bed) = (&told["occurrence"], json!({ "site": "demo", "unit": "4B", "room": "401", "bed": "2" }));
    assert_eq!((&told["place"], &told["state"], &told["kind"]), (&json!("4B^401^2"), &json!("active"), &json!("ST")));
    let state = stage.heard("Left side rail down", "start").await;
    assert_answerable(&state, rail);
    assert_eq!((&state["payload"]["bed"], &state["payload"]["source"]["device"]), (&bed, &json!("rails")));
    assert!(state["properties"].get("message-expiry-interval").is_none(), "an active alarm expires: {state}");
    let low = stage.received("Low SpO2", "start").await;
    assert_eq!((&low["place"], &low["kind"]), (&json!("4B^401^1"), &json!("SP")));
    let low_state = stage.heard("Low SpO2", "start").await;
    assert_answerable(&low_state, &low["occurrence"]);
    let kept = stage.kept().await;
    assert_eq!(
        kept.iter().filter(|(_, text)| text == "Left side rail down" || text == "Low SpO2").count(),
        2,
        "{kept:?}"
    );

    // Somebody answers with mosquitto_pub; what is no answer does no harm.
    let (answer_to, id) = (state["properties"]["response-topic"].as_str().unwrap(), rail.as_str().unwrap());
    stage.broker.publish(answer_to, "yes", &[["correlation-data", id]], &[]);
    stage.broker.publish(answer_to, r#"{"action":"accepted","by":"nurse 7"}"#, &[["correlation-data", id]], &[]);
    stage.broker.publish(answer_to, r#"{"action":"acknowledge","by":"nurse 7"}"#, &[["correlation-data", id]], &[]);
    let acknowledged = stage.received("Left side rail down", "acknowledged").await;
    assert_eq!((&acknowledged["occurrence"], &acknowledged["state"]), (rail, &json!("active")));
    assert_eq!(acknowledged["inactivation"], json!(["alert-acknowledged"]));
    let shown = stage.heard("Left side rail down", "acknowledged").await;
    assert_eq!(shown["payload"]["inactivation"], json!(["alert-acknowledged"]));
    assert_answerable(&shown, rail);

    // MQTT 3.1.1 beside it says the same, with all that a payload can say, and hears an answer by its topic alone.
    let older = |state: &Value| state["topic"].as_str().unwrap().replacen("ward/v1/", "older/", 1);
    let is_older = |heard: &Value| heard["topic"] == older(&state) && heard["payload"]["phase"] == "acknowledged";
    let same = find(&stage.bell, "the same under MQTT 3.1.1", || stage.older.heard(), is_older).await;
    assert_eq!(same["payload"]["id"], *rail);
    assert!(same["properties"].get("correlation-data").is_none(), "{same}");
    let low_ack = older(&low_state).replace("/state", "/ack");
    stage.broker.publish(&low_ack, r#"{"action":"acknowledge","by":"nurse 8"}"#, &[], &[]);
    stage.received("Low SpO2", "acknowledged").await;

    // The contact closes: the end is told, expires, and is cleared from what the broker keeps.
    stage.units.contact(Line::Tcp, LEFT_RAIL, true);
    let ended = stage.received("Left side rail down", "end").await;
    assert_eq!((&ended["occurrence"], &ended["state"]), (rail, &json!("inactive")));
    let end = stage.heard("Left side rail down", "end").await;
    assert!(end["properties"]["message-expiry-interval"].as_u64().is_some_and(|seconds| seconds <= 60), "{end}");
    let is_clear = |heard: &Value| heard["topic"] == state["topic"] && heard["payloadlen"] == 0;
    find(&stage.bell, "the clearing", || stage.heard.heard(), is_clear).await;
    let kept = stage.kept().await;
    assert!(!kept.iter().any(|(topic, _)| state["topic"] == topic.as_str()), "{kept:?}");
    assert!(kept.iter().any(|(_, text)| text == "Low SpO2"), "{kept:?}");

    // Gone without a word: the broker says so. Back again: it knows what it knew.
    vigil.kill();
    let will = stage.online(&[true, false]).await;
    assert_eq!(
        (&will["payload"]["t_sent"], &will["properties"]["user-properties"]["gateway"]),
        (&Value::Null, &json!("demo"))
    );
    let status = stage.broker.retained("ward/v1/demo/gateway/+/status").await;
    assert!(status.len() == 1 && status[0]["payload"]["online"] == false, "{status:?}");
    let vigil = stage.run();
    stage.online(&[true, false, true]).await;
    let present = stage.heard("Low SpO2", "present").await;
    assert_eq!(present["payload"]["id"], low["occurrence"]);
    let kept = stage.kept().await;
    assert_eq!(kept.iter().filter(|(_, text)| text == "Low SpO2").count(), 1, "{kept:?}");

    // A planned end, and the verdict about everything that left.
    vigil.terminate();
    assert_eq!(vigil.code().await, 0);
    stage.online(&[true, false, true, false]).await;
    println!("{}", stage.tools.check(&stage.receiver.folder, &["--conversation"]));
}

/// Three beds whose devices are all made of pymodbus: bed 1 on TCP, bed 2 on a serial line, bed 3 by another process.
fn modbus_ward(units: &Units, others: &Units, receiver: &Receiver, folder: &Path) -> PathBuf {
    std::fs::create_dir(folder.join("profiles")).unwrap();
    std::fs::write(folder.join("profiles/patient-station.toml"), PROFILE).unwrap();
    let mut text = format!(
        "[appliance]\nid = \"bench\"\neui64 = \"020000FFFE000000\"\nsite = \"bench\"\nfacility = \"Bench\"\n\
         data_dir = \"data\"\nprofiles_dir = \"profiles\"\n\
         [[link]]\nid = \"link-1\"\ntcp = \"127.0.0.1:{}\"\n\
         [[link]]\nid = \"link-2\"\nserial = {{ port = {:?}, baud = 19200, parity = \"none\" }}\n\
         [[link]]\nid = \"link-3\"\ntcp = \"127.0.0.1:{}\"\n\
         [[destination]]\nkind = \"hl7\"\nid = \"ehr\"\naddress = \"127.0.0.1:{}\"\n",
        units.port, units.serial, others.port, receiver.port
    );
    for bed in 1..=3 {
        text += &format!(
            "[[bed]]\nid = \"{bed}\"\nunit = \"I\"\nroom = \"{bed}\"\nbed = \"1\"\nreport_interval = \"1s\"\n\
             patient = {{ id = \"P{bed}\", family = \"Größe & Söhne|^~\" }}\n\
             [[device]]\nid = \"contacts-{bed}\"\nbed = \"{bed}\"\nlink = \"link-{bed}\"\ndriver = \"modbus\"\n\
             profile = \"bed-contacts\"\nunit = 1\npoll_interval = \"300ms\"\n\
             [[device]]\nid = \"station-{bed}\"\nbed = \"{bed}\"\nlink = \"link-{bed}\"\ndriver = \"modbus\"\n\
             profile = \"patient-station\"\nunit = 2\n"
        );
    }
    let path = folder.join("vigil.toml");
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_pymodbus_units_arrive_and_never_outlive_them() {
    let Some(tools) = Tools::find() else { return };
    let (bell, folder) = (Bell::default(), tempfile::tempdir().unwrap());
    let receiver = Receiver::start(&tools, folder.path(), &bell).await;
    let mut units = Units::start(&tools, &folder.path().join("serial"), &bell).await;
    let others = Units::start(&tools, &folder.path().join("other-serial"), &bell).await;
    let config = modbus_ward(&units, &others, &receiver, folder.path());
    let vigil = Process::start([Path::new("run"), &config], &bell);

    let places = ["I^1^1", "I^2^1", "I^3^1"];
    for (place, patient) in places.into_iter().zip(["P1", "P2", "P3"]) {
        for (device, expected) in [("contacts", CONTACTS), ("station", STATION)] {
            let holds = |received: &Value| {
                received["place"] == place && received["patient"] == patient && received["values"] == json!(expected)
            };
            find(&bell, &format!("values of {device} at {place}"), || receiver.received(), holds).await;
        }
    }
    for (line, place) in [Line::Tcp, Line::Rtu].into_iter().zip(places) {
        units.contact(line, LEFT_RAIL, false);
        let holds = |received: &Value| is_alert(received, "Left side rail down", "start") && received["place"] == place;
        find(&bell, &format!("the rail at {place}"), || receiver.received(), holds).await;
    }

    // The units are gone: that is told.
    let _gone = units.kill();
    let mut lost_since = 0;
    for place in &places[..2] {
        let lost = |received: &Value| is_alert(received, "Link lost", "start") && received["place"] == *place;
        let count = || receiver.received().iter().filter(|received| lost(received)).count();
        bell.until(&format!("both devices at {place} are lost"), || count() == 2).await;
        let last = receiver.received().iter().filter(|received| lost(received)).map(number).max().unwrap();
        lost_since = lost_since.max(last);
    }
    // While the other process goes on, reports become due; no number of those that are gone is said again, and no alarm ends
    // because nobody says that it has not.
    let goes_on = |received: &Value| received["place"] == places[2] && number(received) > lost_since;
    let count = || receiver.received().iter().filter(|received| goes_on(received)).count();
    bell.until("further values of the other process", || count() >= 6).await;
    vigil.terminate();
    assert_eq!(vigil.code().await, 0);
    for message in receiver.received().iter().filter(|message| number(message) > lost_since && !goes_on(message)) {
        let is_empty = |value: &Value| value[2] == "" && value[4] == "X";
        assert!(message["values"].as_array().is_none_or(|values| values.iter().all(is_empty)), "{message}");
        assert!(!is_alert(message, "Left side rail down", "end"), "{message}");
    }
    println!("{}", tools.check(&receiver.folder, &["--conversation"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bench_receiver_answers_the_client_of_python_hl7() {
    let Some(tools) = Tools::find() else { return };
    let (bell, folder) = (Bell::default(), tempfile::tempdir().unwrap());
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("adapters/messages/golden");
    let cases = [
        ("aa", "CA", "pcd01_pump"),
        ("aa", "CA", "pcd04_spo2_1_start"),
        ("aa", "AA", "pcd01_original_mode"),
        ("cr", "CR", "pcd01_pump"),
    ];
    for (answer, code, name) in cases {
        // One for each: the files share a control id.
        let ehr = Process::start(["ehr", "--listen", "127.0.0.1:0", "--ack", answer], &bell);
        let listening = ehr.err_line("Listening on ").await;
        let port = listening.rsplit_once(':').unwrap().1.split(';').next().unwrap().to_owned();
        let ack = tools.send(&golden.join(format!("{name}.hl7")), &port);
        assert!(ack.contains(&format!("\rMSA|{code}|ward-4b-41\r")), "{name}: {ack:?}");
        std::fs::write(folder.path().join(format!("{name}-{answer}.hl7")), ack.replace('\r', "\n")).unwrap();
    }
    println!("{}", tools.check(folder.path(), &[]));
}

/// Number of a message of the outbox.
fn number(received: &Value) -> u64 {
    received["id"].as_str().unwrap().rsplit_once('-').unwrap().1.parse().unwrap()
}

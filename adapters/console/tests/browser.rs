//! Every page in a real browser: Chromium, driven by a script on playwright-core, looked at by axe-core. The console is the real
//! one on a real socket; the appliance behind it is made up, so that every state is there at once and nothing has to be waited for.
//!
//! Needs `chromium`, `node` and the two packages (`VIGIL_NODE_MODULES`). Without `VIGIL_INTEROP=required` it is left out with a
//! line that says so. Screenshots are kept under `target/console/`.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use common::{Made, Served, current, destination, metric_of, picture};
use vigil_console::view::{
    Alarm, Bed, Binding, Call, Clock, DeviceLinkState, Escalated, Held, Identity, Limit, Link, Part, Reach, Reading,
    Score, Unit,
};
use vigil_journal::{LogEntry, LogKind, Record, Settlement};
use vigil_model::{AlarmState, Answer, ConditionKind, Lane, Outgoing, Phase, Priority};

fn alarm(number: u64, bed: &str, priority: Priority, text: &str) -> Alarm {
    let mut occurrence = common::occurrence(number, AlarmState::Active);
    occurrence.bed = bed.into();
    occurrence.priority = priority;
    occurrence.text = text.into();
    Alarm { call: Call::Delivered { to: vec!["ehr".into(), "nurse-call".into()] }, ..Alarm::of(&occurrence) }
}

fn vitals(spo2: &str, hr: &str) -> Vec<vigil_console::view::Metric> {
    let mut all = vec![
        current("MDC_ECG_CARD_BEAT_RATE", "HR", hr, "{beat}/min"),
        current("MDC_PULS_OXIM_SAT_O2", "SpO2", spo2, "%"),
        current("MDC_TTHOR_RESP_RATE", "RR", "16", "{breath}/min"),
        current("MDC_PRESS_BLD_ART_SYS", "ABP s", "121", "mm[Hg]"),
        current("MDC_PRESS_BLD_ART_DIA", "ABP d", "74", "mm[Hg]"),
        current("MDC_TEMP_CORE", "Temp", "36.90", "Cel"),
        current("MDC_PRESS_BLD_NONINV_SYS", "NIBP s", "118.00", "mm[Hg]"),
        current("MDC_PRESS_BLD_NONINV_DIA", "NIBP d", "76.00", "mm[Hg]"),
        current("MDC_AWAY_CO2_ET", "etCO2", "5.20", "%"),
        current("MDC_FLOW_FLUID_PUMP", "Rate", "85.0", "mL/h"),
    ];
    let limit = |side: &str, limit: &str| Limit { rule: "spo2".into(), side: side.into(), limit: limit.into() };
    all[1].limits = vec![limit("low", "90"), limit("high", "100")];
    (all[1].device_low, all[1].device_high) = (Some("88".into()), Some("100".into()));
    all
}

/// A ward in which everything that can be is.
fn ward() -> Vec<Bed> {
    let bed = |id: &str, metrics| {
        let (room, place) = id.split_once('-').unwrap();
        let binding = Some(Binding { by: "configuration".into(), since: Some(common::NOW.into()) });
        Bed { room: room.into(), bed: place.into(), patient: binding, ..common::bed(id, metrics) }
    };
    let with = |mut bed: Bed, alarms: Vec<Alarm>| {
        bed.highest = alarms.iter().map(|alarm| alarm.priority).max();
        bed.active = u32::try_from(alarms.len()).unwrap();
        bed.alarms = alarms;
        bed
    };
    let held = |kind: &str, by: &str| Held { kind: kind.into(), by: by.into(), at: common::NOW.into(), until: None };
    let part = |label: &str, points, missing: Option<&str>| Part {
        input: label.to_lowercase().into(),
        label: label.into(),
        points,
        missing: missing.map(Into::into),
    };
    let mut first = with(bed("401-1", vitals("97", "78")), Vec::new());
    first.scores = vec![Score {
        chart: "news2".into(),
        title: "NEWS2".into(),
        total: Some(1),
        at_least: 1,
        highest: Some(1),
        parts: vec![part("Respiration", Some(0), None), part("Consciousness", Some(1), None)],
    }];
    first.devices[0].identity =
        Identity { manufacturer: "GE".into(), model: "S/5".into(), serial: "4711".into(), software: "".into() };
    first.devices[0].clock = Some(Clock { offset_ms: -3_600_000, drift_ppm: None, jumps: 1 });
    first.devices[0].faults = [("checksum".into(), 3)].into();
    let mut high = alarm(1, "401-2", Priority::High, "Low SpO2");
    high.call = Call::Unanswered;
    high.escalation = Some(Escalated {
        level: 1,
        to: vec!["charge-nurse".into()],
        since: common::NOW.into(),
        state: "unanswered".into(),
        by: None,
    });
    let mut second = with(
        bed("401-2", vitals("82", "118")),
        vec![
            high,
            alarm(2, "401-2", Priority::Medium, "High heart rate"),
            alarm(3, "401-2", Priority::Low, "Fast breathing"),
        ],
    );
    second.scores = vec![Score { title: "NEWS2".into(), total: None, at_least: 7, ..Score::default() }];
    let third =
        with(bed("402-1", vitals("95", "66")), vec![alarm(4, "402-1", Priority::Medium, "Occlusion downstream")]);
    let mut latched = alarm(5, "402-2", Priority::High, "Apnoea");
    (latched.state, latched.latching, latched.call) = (AlarmState::Latched, true, Call::Waiting);
    let mut seen = alarm(6, "402-2", Priority::Medium, "Low SpO2");
    (seen.acknowledged, seen.call) =
        (Some(held("alert-acknowledged", "nurse 7")), Call::Answered { by: "nurse 7".into() });
    let fourth = with(bed("402-2", vitals("91", "88")), vec![latched, seen]);
    let mut metrics = vitals("96", "71");
    metrics[0].reading = Reading::Invalid { reason: "invalid".into() };
    metrics[2].reading = Reading::Stale;
    metrics[5].reading = Reading::Never;
    metrics[5].limits = vec![Limit::default()];
    let mut low = alarm(7, "403-1", Priority::Low, "ECG leads off");
    low.kind = ConditionKind::Technical;
    let mut paused = alarm(8, "403-1", Priority::Medium, "Bed exit");
    paused.held = Some(held("audio-paused", "nurse 3"));
    let mut fifth = with(bed("403-1", metrics), vec![low, paused]);
    fifth.reach = Reach::DeviceOnly;
    let mut sixth = with(bed("403-2", vitals("97", "70")), Vec::new());
    for metric in &mut sixth.devices[0].metrics {
        metric.reading = Reading::Stale;
    }
    sixth.reach = Reach::None;
    sixth.patient = None;
    sixth.devices[0].link.state = DeviceLinkState::Lost;
    sixth.devices[0].link.reason =
        Some("silent: nothing has come for 15 s. Check that the monitor is on and its cable is in.".into());
    let lost = Alarm { kind: ConditionKind::Technical, ..alarm(9, "403-2", Priority::Medium, "Link lost") };
    let sixth = with(sixth, vec![lost]);
    let seventh = with(bed("404-1", vitals("98", "64")), Vec::new());
    let eighth =
        Bed { room: "404".into(), bed: "2".into(), test: true, devices: Vec::new(), ..bed("404-2", Vec::new()) };
    vec![first, second, third, fourth, fifth, sixth, seventh, eighth]
}

fn links() -> Vec<Link> {
    let unit = |device: &str, actual| Unit {
        device: device.into(),
        polls: 8_000,
        answers: 7_990,
        timeouts: 10,
        planned_period_ms: 1_000,
        actual_period_ms: actual,
        longest_period_ms: actual + 400,
        ..Unit::default()
    };
    let line = |id: &str, open| Link {
        id: format!("line-{id}").into(),
        transport: "/dev/serial/by-path/pci-0000:00-usb-0:1.2 19200 8E1".into(),
        devices: vec![format!("mon-{id}").into()],
        open,
        opened: 1,
        reports: 120_000,
        ..Link::default()
    };
    let mut lost = line("403-2", false);
    lost.lost = 2;
    lost.last_reason = "the port is gone: the adapter was unplugged. Plug it in; the port opens by itself.".into();
    let bus = Link {
        bus: true,
        units: vec![unit("contacts-401-1", 1_004), unit("contacts-401-2", 2_100)],
        ..line("bus", true)
    };
    vec![line("401-1", true), lost, bus]
}

/// An alarm that went its way, another that is over, and messages that wait and were refused.
fn journal(made: &Made) {
    let at = |ms: u64| common::NOW - Duration::from_secs(1_200) + Duration::from_millis(ms);
    let id = common::occurrence(1, AlarmState::Active).id;
    let line = |ms, seq, kind| LogEntry { at: at(ms), seq, occurrence: id.clone(), kind };
    let message = |destination: &str, number: u64, lane| Outgoing {
        destination: destination.into(),
        lane,
        control_id: format!("ward-4b-{number}").into(),
        order: "401-2".into(),
        replaces: None,
        occurrence: Some(id.clone()),
        created: at(4),
        body: b"MSH".to_vec(),
    };
    let said = LogKind::Alarm { phase: Phase::Start, state: AlarmState::Active, priority: Priority::High };
    let record = Record {
        at: at(4),
        next_occurrence: 12,
        occurrences: vec![common::occurrence(1, AlarmState::Active), common::occurrence(10, AlarmState::Inactive)],
        log: vec![
            line(4, 1, said),
            line(5, 1, LogKind::Judged { received: at(0), taken: at(4) }),
            line(8, 1, LogKind::Journalled { judged: at(5) }),
            line(9_000, 2, LogKind::Answered { answer: Answer::Accepted, by: "nurse 7".into(), known: true }),
        ],
        outgoing: vec![
            message("ehr", 1, Lane::Alarm),
            message("nurse-call", 2, Lane::Alarm),
            message("archive", 3, Lane::Alarm),
            message("ehr", 4, Lane::Observation),
        ],
        ..Record::default()
    };
    made.journal.commit(record).unwrap();
    let hop = |sent, settled, attempts| vigil_journal::Hop { sent: at(sent), settled: at(settled), attempts };
    for (destination, settlement) in [
        ("ehr", Settlement::Delivered(hop(9, 41, 1))),
        ("nurse-call", Settlement::Delivered(hop(10, 18, 2))),
        ("archive", Settlement::Refused { hop: hop(9, 30, 1), reason: "AR 207".into() }),
    ] {
        use vigil_journal::Outbox as _;
        let mut outbox = made.journal.outbox(destination).unwrap();
        let row = outbox.next(Lane::Alarm, vigil_journal::RowId::START, 1).unwrap().remove(0).row;
        outbox.settle(row, settlement);
    }
    // A further record is on disk only after what was settled before it.
    made.journal.commit(Record { at: at(9_001), ..Record::default() }).unwrap();
}

/// A program, and what it is found by.
fn browser_is_there() -> bool {
    let modules = std::env::var_os("VIGIL_NODE_MODULES").map(PathBuf::from);
    let has_modules = modules.is_some_and(|modules| modules.join("playwright-core").exists());
    let runs = |program: &str| {
        Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    has_modules
        && runs("node")
        && runs(&std::env::var("VIGIL_CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned()))
}

#[test]
fn every_page_in_a_browser() {
    if !browser_is_there() {
        assert_ne!(
            std::env::var("VIGIL_INTEROP").as_deref(),
            Ok("required"),
            "chromium, node or its packages are missing"
        );
        eprintln!(
            "left out: needs chromium, node, and playwright-core and axe-core at VIGIL_NODE_MODULES (.ci/run installs them)"
        );
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let made = Made::new(picture(ward()));
    *made.links.lock().unwrap() = links();
    let (mut away, mut ehr) = (destination("archive", false), destination("ehr", true));
    (away.waiting.alarms, away.waiting.oldest_alarm) = (3, Some((common::NOW - Duration::from_secs(90)).into()));
    (ehr.sent.sent, ehr.sent.acknowledged) = (4_711, 4_710);
    *made.destinations.lock().unwrap() = vec![ehr, destination("nurse-call", true), away];
    journal(&made);
    let served = runtime.block_on(Served::of(Arc::clone(&made)));
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = here.join("../../target/console");
    let mut script = Command::new("node")
        .arg(here.join("tests/browser/pages.mjs"))
        .arg(format!("http://{}", served.address))
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = script.stdin.take().unwrap();
    let (mut served, mut said) = (Some(served), Vec::new());
    let mut kept = None;
    for line in BufReader::new(script.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let answer = match line.strip_prefix("do ") {
            None => {
                said.push(line);
                continue;
            }
            Some("stale") => {
                made.change(|picture| metric_of(picture, "401-1", "MDC_PULS_OXIM_SAT_O2").reading = Reading::Stale);
                String::new()
            }
            Some("urgent") => {
                let urgent = alarm(11, "404-1", Priority::High, "Asystole");
                made.change(|picture| {
                    picture.beds[6].alarms = vec![alarm(12, "404-1", Priority::High, "Low SpO2"), urgent]
                });
                String::new()
            }
            Some("told") => match made.told.lock().unwrap().last() {
                Some(vigil_model::Command::Answer { by, .. }) => by.to_string(),
                other => format!("{other:?}"),
            },
            Some("silent") => {
                kept = made.picture.lock().unwrap().take();
                String::new()
            }
            Some("answering") => {
                *made.picture.lock().unwrap() = kept.take();
                String::new()
            }
            Some("killed") => {
                drop(served.take());
                String::new()
            }
            Some(other) => panic!("the script asks for {other}"),
        };
        writeln!(to, "{answer}").unwrap();
    }
    assert!(script.wait().unwrap().success(), "{said:#?}");
    assert_eq!(said, ["passed"], "{said:#?}");
}

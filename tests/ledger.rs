//! The ledger of one alarm, from the bytes of a device on a real port to the hospital behind real sockets: every hop has its
//! time, and none comes before the one before.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::path::Path;
use std::sync::{Arc, Mutex};

use support::bench::{self, Bench};
use support::broker::Broker;
use support::ehr::EhrServer;
use support::nurse::{Log, NurseStation};
use support::process::vigil;
use support::{Bell, poll, soon};
use vigil::{assemble, clock};
use vigil_journal::Reader;
use vigil_journal::ledger::{Ledger, Passage, Way};
use vigil_model::{Answer, Phase};

const TROUBLE: &str = r#"
name = "trouble"
title = "Low oxygen saturation"

[[vital]]
bed = 1
vital = "spo2"
keyframes = [{ at_s = 0, value = 82 }]
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_hop_of_an_alarm_has_its_time() {
    let bell = Bell::default();
    let broker = Broker::start().await;
    let expected = bench::ward(Path::new("/"), 1, TROUBLE, None, None).expected();
    let ehr = EhrServer::start(expected, &bell).await;
    let nurse = NurseStation::connect(broker.address, None, Arc::new(Mutex::new(Log::default())), &bell).await;
    let bench = Bench::start(1, TROUBLE, ehr.address.to_string(), broker.address.to_string()).await;
    let config = bench.configure(bench::quicken);
    let running = assemble::start(vigil_config::load(&config, &[]).unwrap(), clock::system()).unwrap();
    let path = bench.journal();
    let low = || {
        let reader = Reader::open(&path).ok()?;
        let active = reader.active().ok()?;
        let found = active.into_iter().find(|occurrence| &*occurrence.text == "Low SpO2")?;
        let ledger = Ledger::of(&reader.log(&found.id).ok()?);
        Some((found, ledger))
    };
    let is_confirmed = |passage: &Passage| {
        passage.journalled.is_some()
            && passage.messages.len() == 2
            && passage.messages.iter().all(|message| matches!(message.way, Way::Confirmed { .. }))
    };
    poll("the alarm is confirmed by both", || {
        low().is_some_and(|(_, ledger)| ledger.passages.iter().all(is_confirmed))
    })
    .await;
    let (occurrence, _) = low().unwrap();
    nurse.answer(&occurrence.id.to_string(), "accepted").await;
    let accepted = |ledger: &Ledger| ledger.answers.iter().any(|answered| answered.answer == Answer::Accepted);
    poll("somebody accepts", || low().is_some_and(|(_, ledger)| accepted(&ledger))).await;
    soon("the appliance stops", running.stop()).await;

    let (occurrence, ledger) = low().unwrap();
    let start = &ledger.passages[0];
    assert_eq!(start.phase, Phase::Start);
    let [received, judged, journalled] = [start.received, start.judged, start.journalled].map(Option::unwrap);
    assert!(received <= start.taken && start.taken <= judged && judged <= journalled, "{start:?}");
    for message in &start.messages {
        let Way::Confirmed { sent, at, .. } = message.way else { panic!("{message:?}") };
        assert!(judged <= sent && sent <= at, "{message:?}");
    }
    assert!(ledger.answers.iter().any(|answered| answered.answer == Answer::Accepted && answered.at >= journalled));

    let data = bench.folder.path().display().to_string();
    let id = occurrence.id.to_string();
    let picture = tokio::task::spawn_blocking(move || {
        (vigil(["ledger", &id, "--data", &data]), vigil(["ledger", &id, "--data", &data, "--json"]))
    });
    let (text, json) = picture.await.unwrap();
    text.expect(0).out_has(&[
        "Low SpO2",
        "bytes in",
        "taken in",
        "judged",
        "journalled",
        "confirmed by ehr",
        "accepted",
    ]);
    json.expect(0).out_has(&["\"bytes_in\":\"2", "\"state\":\"confirmed\"", "\"answer\":\"accepted\""]);
}

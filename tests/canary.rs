//! The canary's alarms go the whole way and are marked as test in every message; a hop that is late is an alarm of the
//! appliance that names it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use support::bench::{self, Bench};
use support::broker::Broker;
use support::ehr::EhrServer;
use support::nurse::{Log, NurseStation};
use support::{Bell, locked, poll, soon};
use vigil::{assemble, clock};
use vigil_journal::Reader;
use vigil_model::AlarmState;

const TROUBLE: &str = r#"
name = "trouble"
title = "Low oxygen saturation"

[[vital]]
bed = 1
vital = "spo2"
keyframes = [{ at_s = 0, value = 82 }]
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_canary_is_heard_everywhere_and_is_a_test_everywhere() {
    let bell = Bell::default();
    let broker = Broker::start().await;
    let expected = bench::ward(Path::new("/"), 1, TROUBLE, None, None).expected();
    let ehr = EhrServer::start(expected, &bell).await;
    let log = Arc::new(Mutex::new(Log::default()));
    let nurse = NurseStation::connect(broker.address, None, log.clone(), &bell).await;
    let bench = Bench::start(1, TROUBLE, ehr.address.to_string(), broker.address.to_string()).await;
    let config = bench.configure(|table| {
        bench::quicken(table);
        table["appliance"].as_table_mut().unwrap().insert("test".to_owned(), false.into());
        let canary: toml::Table = "[canary]\nenabled = true\nevery = \"1m\"".parse().unwrap();
        table.extend(canary);
    });
    let mut plan = vigil_config::load(&config, &[]).unwrap();
    assert_eq!(plan.canary, Some(Duration::from_secs(60)));
    plan.canary = Some(Duration::from_secs(8)); // so that nobody has to wait a minute
    let running = assemble::start(plan, clock::system()).unwrap();

    let chart = ehr.chart.clone();
    let alerts = |text: &str| -> Vec<bool> {
        let chart = locked(&chart);
        let of = |block: &&support::ehr::Block| block.alert().is_some_and(|alert| alert.text.contains(text));
        let is_test = |block: &support::ehr::Block| {
            let header = block.bytes.split(|byte| *byte == b'\r').next().unwrap();
            String::from_utf8_lossy(header).contains("|D|2.6")
        };
        chart.blocks.iter().filter(of).map(is_test).collect()
    };
    bell.until("the EHR hears the canary and the patient", || {
        !alerts("Canary").is_empty() && !alerts("Low SpO2").is_empty()
    })
    .await;
    assert!(alerts("Canary").iter().all(|is_test| *is_test));
    assert!(alerts("Low SpO2").iter().all(|is_test| !is_test));
    let told = |bed: &str| -> Vec<bool> {
        let alarms = locked(&log).alarms();
        let of = alarms.iter().filter(|alarm| alarm["bed"]["bed"] == bed);
        of.map(|alarm| alarm["test"].as_bool().unwrap()).collect()
    };
    bell.until("the nurse call hears both", || !told("canary").is_empty() && !told("1").is_empty()).await;
    assert!(told("canary").iter().all(|is_test| *is_test) && told("1").iter().all(|is_test| !is_test));
    soon("the appliance stops", running.stop()).await;
    drop(nurse);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hop_over_its_budget_is_an_alarm_that_names_it() {
    let nobody = support::free_address().to_string();
    let bench = Bench::start(1, TROUBLE, nobody.clone(), nobody).await;
    let config = bench.configure(|table| {
        bench::quicken(table);
        let ledger: toml::Table = "[ledger]\nwatched = true\nsent = \"200ms\"\nconfirmed = \"200ms\"".parse().unwrap();
        table.extend(ledger);
    });
    let running = assemble::start(vigil_config::load(&config, &[]).unwrap(), clock::system()).unwrap();
    let path = bench.journal();
    let active = || {
        let found = Reader::open(&path).and_then(|reader| reader.active()).unwrap_or_default();
        found.into_iter().filter(|occurrence| occurrence.state == AlarmState::Active).map(|o| o.text.to_string())
    };
    poll("both destinations are named", || {
        let late: Vec<String> = active().filter(|text| text.starts_with("Alarms late")).collect();
        ["sending to ehr", "sending to nurse-call"].iter().all(|hop| late.iter().any(|text| text.ends_with(hop)))
    })
    .await;
    soon("the appliance stops", running.stop()).await;
}

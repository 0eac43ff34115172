//! `vigil run` as a process between simulated devices on real ports and receivers behind real sockets: what the devices say
//! arrives at the right patient, alarms arrive at everybody, answers come back, and what goes away comes back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "end_to_end/all_kinds.rs"]
mod all_kinds;
mod support;

use std::path::Path;
use std::sync::{Arc, Mutex};

use support::bench::{self, Bench};
use support::broker::Broker;
use support::ehr::{Alert, Chart, EhrServer};
use support::ledger::Ledger;
use support::nurse::{Log, NurseStation};
use support::process::Process;
use support::{Bell, locked};
use tokio_util::sync::CancellationToken;
use vigil_journal::{OutboxState, Reader, RowId};
use vigil_model::{Lane, Report};
use vigil_protocols::driver::Driver;
use vigil_protocols::modbus::{Framing, RegisterProfile, UnitId};
use vigil_simulators::modbus::{ModbusLine, ModbusUnit};
use vigil_simulators::serve::{Endpoint, Server};
use vigil_simulators::simulate::Simulation;
use vigil_simulators::{FaultPlan, Scenario};

/// Bed 1 is short of oxygen and the pump of bed 2 is occluded, from the beginning and for ever.
const TROUBLE: &str = r#"
name = "trouble"
title = "Low oxygen saturation at bed 1, occlusion at bed 2"

[[vital]]
bed = 1
vital = "spo2"
keyframes = [{ at_s = 0, value = 82 }]

[[event]]
at_s = 0
bed = 2
device = "pump"
event = "alarm-starts"
alarm = "occlusion"
"#;

const APPLIANCE: &str = "demo";

/// A ward of three beds, its hospital, and a thermometer on Modbus TCP at bed 2.
struct Stage {
    bell: Bell,
    ehr: EhrServer,
    broker: Broker,
    nurse: NurseStation,
    bench: Bench,
    config: std::path::PathBuf,
}

impl Stage {
    async fn set() -> Self {
        let bell = Bell::default();
        let broker = Broker::start().await;
        let expected = bench::ward(Path::new("/"), 3, TROUBLE, None, None).expected();
        let ehr = EhrServer::start(expected, &bell).await;
        let nurse = NurseStation::connect(broker.address, None, Arc::new(Mutex::new(Log::default())), &bell).await;
        let mut bench = Bench::start(3, TROUBLE, ehr.address.to_string(), broker.address.to_string()).await;
        let (ward, start) = (bench.ward.clone(), bench.began());
        let thermometer = move || -> Box<dyn vigil_simulators::SimDevice> {
            let profile = RegisterProfile::parse(bench::THERMOMETER, "thermometer.toml").unwrap();
            let unit = ModbusUnit::new(UnitId(1), Arc::new(profile), ward.simulation(2).patient(), start);
            Box::new(ModbusLine::new(Framing::Tcp, vec![unit]))
        };
        let endpoint = Endpoint::Tcp { address: "127.0.0.1:0".to_owned() };
        let gateway = bench.add("thermometer", endpoint, Box::new(thermometer)).await.unwrap();
        std::fs::create_dir(bench.folder.path().join("profiles")).unwrap();
        std::fs::write(bench.folder.path().join("profiles/thermometer.toml"), bench::THERMOMETER).unwrap();
        let config = bench.configure(|table| {
            bench::quicken(table);
            let appliance = table["appliance"].as_table_mut().unwrap();
            appliance.insert("profiles_dir".to_owned(), "profiles".into());
            let more = format!(
                "[[link]]\nid = \"thermometer\"\ntcp = \"{gateway}\"\n\
                 [[device]]\nid = \"thermometer\"\nbed = \"401-2\"\nlink = \"thermometer\"\ndriver = \"modbus\"\n\
                 profile = \"thermometer\"\nunit = 1\n"
            );
            bench::add(table, &more);
        });
        Self { bell, ehr, broker, nurse, bench, config }
    }

    fn run(&self) -> Process {
        Process::start([Path::new("run"), &self.config], &self.bell)
    }

    fn chart(&self) -> Arc<Mutex<Chart>> {
        self.ehr.chart.clone()
    }

    /// Waits for an alarm message at the EHR.
    async fn alert(&self, what: &str, holds: impl Fn(&Alert) -> bool) -> Alert {
        alert(&self.bell, &self.chart(), what, holds).await
    }

    /// Waits for an alarm state at the nurse call.
    async fn heard(&self, what: &str, holds: impl Fn(&serde_json::Value) -> bool) {
        let log = self.nurse.log.clone();
        self.bell.until(what, || locked(&log).alarms().iter().any(&holds)).await;
    }

    async fn values_of_every_bed(&self) {
        let chart = self.chart();
        for bed in self.bench.ward.beds() {
            let (place, patient) = (format!("4B^{}^{}", bed.room, bed.bed), bed.patient.id.clone());
            let mut metrics = vec!["MDC_PULS_OXIM_SAT_O2", "MDC_PRESS_FLUID_MEAS", "MDCX_BED_OCCUPANCY"];
            metrics.extend(bed.has_scale.then_some("MDC_MASS_BODY_ACTUAL"));
            metrics.extend((bed.number == 2).then_some("MDC_TEMP_BODY"));
            for metric in metrics {
                let what = format!("{metric} of {patient}");
                self.bell.until(&what, || locked(&chart).has_value(&place, &patient, metric, 0)).await;
            }
        }
    }
}

async fn alert(bell: &Bell, chart: &Mutex<Chart>, what: &str, holds: impl Fn(&Alert) -> bool) -> Alert {
    let mut found = None;
    let look = || {
        found = locked(chart).alerts().into_iter().find(&holds);
        found.is_some()
    };
    bell.until(what, look).await;
    found.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_alarms_and_answers_pass_through() {
    let mut stage = Stage::set().await;
    let vigil = stage.run();

    // A physiological and a technical alarm reach both receivers, for the right patient.
    let low = stage.alert("low SpO2 at the EHR", |a| a.phase == "start" && a.text == "Low SpO2").await;
    assert_eq!((low.kind.as_str(), low.place.as_str(), low.state.as_str()), ("SP", "4B^401^1", "active"));
    let occlusion = stage.alert("occlusion at the EHR", |a| a.phase == "start" && a.text == "Occlusion").await;
    assert_eq!((occlusion.kind.as_str(), occlusion.place.as_str()), ("ST", "4B^401^2"));
    for (alarm, kind, bed) in [(&low, "SP", "1"), (&occlusion, "ST", "2")] {
        let told = |state: &serde_json::Value| {
            state["id"] == alarm.occurrence.as_str() && state["type"] == kind && state["bed"]["bed"] == bed
        };
        stage.heard("the alarm at the nurse call", told).await;
    }
    stage.values_of_every_bed().await;

    // Somebody acknowledges at the nurse call: the engine says so to everybody.
    stage.nurse.answer(&low.occurrence, "acknowledge").await;
    let acknowledged = |a: &Alert| a.occurrence == low.occurrence && a.phase == "acknowledged";
    let told = stage.alert("the acknowledgement at the EHR", acknowledged).await;
    assert!(told.acknowledged && told.state == "active" && told.place == low.place, "{told:?}");
    let shown = |state: &serde_json::Value| {
        state["id"] == low.occurrence.as_str() && state["inactivation"] == serde_json::json!(["alert-acknowledged"])
    };
    stage.heard("the acknowledgement at the nurse call", shown).await;

    // A cable is pulled and put back: serial line, bus, network.
    for (link, device) in
        [("pump-401-1", "pump-401-1"), ("contacts-1", "contacts-401-2"), ("thermometer", "thermometer")]
    {
        let of = |state: &serde_json::Value, phase: &str| {
            state["source"]["device"] == device && state["event"]["text"] == "Link lost" && state["phase"] == phase
        };
        stage.bench.unplug(link).await;
        stage.heard(&format!("{device} is lost"), |state| of(state, "start")).await;
        let (log, mut lost) = (stage.nurse.log.clone(), String::new());
        for alarm in locked(&log).alarms().iter().filter(|state| of(state, "start")) {
            lost = alarm["id"].as_str().unwrap().to_owned();
        }
        stage.alert("the loss at the EHR", |a| a.occurrence == lost && a.phase == "start" && a.kind == "ST").await;
        stage.bench.replug(link).await;
        stage.heard(&format!("{device} is back"), |state| of(state, "end")).await;
        stage.alert("its end at the EHR", |a| a.occurrence == lost && a.phase == "end").await;
    }

    // A planned end: in order, told to the broker, and nothing is said after that.
    assert!(!locked(&stage.nurse.log).online().contains(&false));
    vigil.terminate();
    assert_eq!(vigil.code().await, 0);
    let log = stage.nurse.log.clone();
    stage.bell.until("the gateway says that it goes", || locked(&log).online().last() == Some(&false)).await;
    let log = stage.nurse.leave().await;
    let log = locked(&log);
    let last = log.heard.iter().rfind(|heard| !heard.topic.ends_with("/ack")).unwrap();
    assert!(last.topic.ends_with("/gateway/demo/status"), "{} came after the end", last.topic);
    log.assert_sound(APPLIANCE);
    locked(&stage.ehr.chart).assert_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receivers_that_go_away_miss_nothing() {
    let Stage { bell, ehr, broker, nurse, mut bench, config } = Stage::set().await;
    let vigil = Process::start([Path::new("run"), &config], &bell);
    let chart = ehr.chart.clone();
    let first = alert(&bell, &chart, "the first alarm", |a| a.text == "Occlusion").await;
    let log = nurse.log.clone();
    bell.until("the same at the nurse call", || {
        locked(&log).alarms().iter().any(|a| a["id"] == first.occurrence.as_str())
    })
    .await;

    // Both receivers go; meanwhile low SpO2 begins, two cables are pulled, and observations go on.
    let log = nurse.leave().await;
    let (ehr, address) = (ehr.go_away().await, broker.go_away().await);
    let reader = Reader::open(&bench.journal()).unwrap();
    let waiting = |lane: Lane| {
        let entries = reader.outbox(Some("ehr"), RowId::default(), u32::MAX).unwrap();
        entries.into_iter().filter(|entry| entry.lane == lane).map(|entry| entry.control_id).collect::<Vec<_>>()
    };
    bench.unplug("monitor-402-1").await;
    bench.unplug("pump-402-1").await;
    support::poll("alarms and observations gather", || {
        waiting(Lane::Alarm).len() >= 3 && waiting(Lane::Observation).len() >= 6
    })
    .await;
    let (alarms, observations) = (waiting(Lane::Alarm), waiting(Lane::Observation));

    // They come back: every alarm that waited arrives, before every observation that waited.
    let before = locked(&chart).blocks.len();
    let ehr = ehr.come_back().await;
    let broker = Broker::listen(address).await;
    let nurse = NurseStation::connect(broker.address, None, log, &bell).await;
    let place = |id: &String| locked(&chart).blocks.iter().skip(before).position(|block| block.control_id == *id);
    for id in alarms.iter().chain(&observations) {
        bell.until(&format!("{id} arrives"), || place(id).is_some()).await;
    }
    let places = |ids: &[String]| ids.iter().map(|id| place(id).unwrap()).collect::<Vec<_>>();
    let (alarms, observations) = (places(&alarms), places(&observations));
    assert!(alarms.is_sorted(), "alarms left their order: {alarms:?}");
    assert!(alarms.last() < observations.iter().min(), "alarms {alarms:?} after observations {observations:?}");
    // The new broker, which knew nothing, has the whole picture: what waited, and what it had known before.
    let log = nurse.log.clone();
    let journal = bench.journal();
    let told = |id: &str| locked(&log).heard.iter().rev().any(|heard| heard.topic.ends_with(&format!("{id}/state")));
    let active: Vec<String> = reader.active().unwrap().iter().map(|occurrence| occurrence.id.to_string()).collect();
    assert!(active.len() >= 2, "{active:?}"); // how many have begun by now is a matter of timing
    for id in &active {
        bell.until(&format!("{id} at the new broker"), || told(id)).await;
    }
    // Nothing that was queued is missing anywhere, and nothing was refused.
    let all_arrived = || {
        let (ehr, nurse_call) = (locked(&chart).ids(), locked(&log).ids(APPLIANCE));
        let ledger = Ledger::read(&journal);
        ledger.queued("ehr").is_subset(&ehr) && ledger.queued("nurse-call").is_subset(&nurse_call)
    };
    bell.until("everything that was queued arrives", all_arrived).await;
    vigil.terminate();
    assert_eq!(vigil.code().await, 0);
    let left = reader.outbox(None, RowId::default(), u32::MAX).unwrap();
    assert!(!left.iter().any(|entry| matches!(entry.state, OutboxState::Refused { .. })), "{left:?}");
    Ledger::read(&journal).assert_whole();
    locked(&chart).assert_sound();
    locked(&log).assert_sound(APPLIANCE);
    drop(ehr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_tells_when_the_appliance_is_gone_without_a_word() {
    let stage = Stage::set().await;
    let vigil = stage.run();
    let log = stage.nurse.log.clone();
    stage.bell.until("the gateway is online", || locked(&log).online() == [true]).await;
    vigil.kill();
    stage.bell.until("the last will", || locked(&log).online() == [true, false]).await;
    // It comes back, knows what it knew, and says so.
    let vigil = stage.run();
    stage.bell.until("the gateway is online again", || locked(&log).online() == [true, false, true]).await;
    vigil.terminate();
    assert_eq!(vigil.code().await, 0);
    stage.bell.until("it goes as planned", || locked(&log).online() == [true, false, true, false]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_is_taken_while_it_runs_and_a_wrong_one_is_not() {
    let stage = Stage::set().await;
    let good = std::fs::read_to_string(&stage.config).unwrap();
    let without_pump = {
        let mut table: toml::Table = good.parse().unwrap();
        for name in ["device", "link"] {
            bench::list(&mut table, name).retain(|entry| entry["id"].as_str() != Some("pump-401-2"));
        }
        toml::to_string(&table).unwrap()
    };
    std::fs::write(&stage.config, &without_pump).unwrap();
    let (vigil, chart) = (stage.run(), stage.chart());
    let low = stage.alert("low SpO2", |a| a.phase == "start" && a.text == "Low SpO2").await;
    // A wrong one is refused with its place, and what runs goes on.
    std::fs::write(&stage.config, without_pump.replace("esc-scale", "esc-snail")).unwrap();
    vigil.hang_up();
    vigil.err_line("there is no driver `esc-snail`").await;
    let seen = locked(&chart).ids().len();
    stage.bell.until("observations go on", || locked(&chart).ids().len() > seen + 3).await;
    assert!(!locked(&stage.nurse.log).online().contains(&false));
    // A right one is taken: the pump is there, and what was known is known.
    std::fs::write(&stage.config, &good).unwrap();
    vigil.hang_up();
    stage.alert("the pump's alarm", |a| a.phase == "start" && a.text == "Occlusion").await;
    stage.alert("the alarm of before", |a| a.phase == "present" && a.occurrence == low.occurrence).await;
    stage.values_of_every_bed().await;
    vigil.terminate();
    assert_eq!(vigil.code().await, 0);
    Ledger::read(&stage.bench.journal()).assert_whole();
    locked(&chart).assert_sound();
}

/// A network monitor: numerics and waves in datagrams, from a new association after it has been away. Waves are for who looks at
/// them; no message holds one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_monitor_on_the_network_is_asked_in_datagrams() {
    let (bell, folder) = (Bell::default(), tempfile::tempdir().unwrap());
    let expected = [("I^1^1".to_owned(), "P1".to_owned())].into();
    let ehr = EhrServer::start(expected, &bell).await;
    let (start, clock) = (vigil::clock::system()().monotonic, vigil::clock::system());
    let config = Driver::PhilipsIntellivue.configure(toml::Table::new()).unwrap().in_datagrams().unwrap();
    let simulation = Simulation { scenario: Arc::new(Scenario::named("stable").unwrap()), seed: 3, bed: 1 };
    let serve = |server: Server| {
        let (device, stop) = (simulation.device_of(&config, start), CancellationToken::new());
        let (clock, stopped) = (clock.clone(), stop.clone());
        let task = tokio::spawn(async move { server.run(device, &FaultPlan::default(), clock, stopped).await });
        (stop, task)
    };
    let server = Server::bind(&Endpoint::Udp { address: "127.0.0.1:0".to_owned() }).await.unwrap();
    let address = server.local_addr().unwrap().to_string();
    let monitor = serve(server);
    let text = format!(
        "[appliance]\nid = \"net\"\neui64 = \"020000FFFE000000\"\nsite = \"s\"\nfacility = \"F\"\ndata_dir = {:?}\n\
         [[bed]]\nid = \"1\"\nunit = \"I\"\nroom = \"1\"\nbed = \"1\"\nreport_interval = \"1s\"\n\
         patient = {{ id = \"P1\", family = \"Doe\" }}\n\
         [[link]]\nid = \"net\"\nudp = \"{address}\"\n\
         [[device]]\nid = \"mon\"\nbed = \"1\"\nlink = \"net\"\ndriver = \"philips-intellivue\"\n\
         settings = {{ waveforms = [\"ECG\", \"ABP\"] }}\n\
         [[destination]]\nkind = \"hl7\"\nid = \"ehr\"\naddress = \"{}\"\n",
        folder.path(),
        ehr.address
    );
    let file = folder.path().join("vigil.toml");
    std::fs::write(&file, text).unwrap();
    let plan = vigil_config::load(&file, &[]).unwrap();
    let running = vigil::assemble::start(plan, clock.clone()).unwrap();
    let mut waves = running.waveforms.subscribe();
    let mut seen = std::collections::BTreeSet::new();
    let all = async {
        while seen.len() < 3 {
            let piece = waves.recv().await.unwrap();
            let Report::Waveform(waveform) = &piece.report else { panic!("{piece:?}") };
            assert!(waveform.values().all(|value| value.is_some()), "{waveform:?}");
            seen.insert(waveform.label().to_string());
        }
    };
    support::soon("waves", all).await;
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["ABP", "ECG_I", "ECG_II"]);
    let chart = ehr.chart.clone();
    let has_value = |since: u64| locked(&chart).has_value("I^1^1", "P1", "MDC_PULS_OXIM_SAT_O2", since);
    bell.until("saturation at the EHR", || has_value(0)).await;

    // Away and back: the association is a new one.
    monitor.0.cancel();
    support::soon("the monitor is away", monitor.1).await.unwrap().unwrap();
    alert(&bell, &chart, "the loss at the EHR", |a| a.phase == "start" && a.text == "Link lost").await;
    let monitor = serve(Server::bind(&Endpoint::Udp { address }).await.unwrap());
    let back = alert(&bell, &chart, "the end of the loss", |a| a.phase == "end" && a.text == "Link lost").await;
    bell.until("further values", || has_value(back.number())).await;
    running.stop().await;
    monitor.0.cancel();
    support::soon("the monitor ends", monitor.1).await.unwrap().unwrap();
}

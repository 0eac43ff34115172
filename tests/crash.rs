//! The appliance is killed at moments drawn from a seed, again and again, while devices and receivers live on. What it knew it
//! knows again; what it promised to send arrives, once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use support::bench::{self, Bench};
use support::broker::Broker;
use support::ehr::{Alert, Chart, EhrServer};
use support::ledger::Ledger;
use support::nurse::{Log, NurseStation};
use support::process::{self, Process};
use support::{Bell, Dice, locked};
use vigil_journal::{Reader, RestoredState};
use vigil_model::{AlarmState, Occurrence, Phase};

/// Something begins or ends nearly every second. Low SpO2 at bed 3 stays and is acknowledged; the pressure at bed 4 rises
/// and falls, and since nobody attends to that bed its alarm stays latched.
const BUSY: &str = r#"
name = "busy"
title = "Alarms come and go"
repeat_s = 8

[[vital]]
bed = 3
vital = "spo2"
keyframes = [{ at_s = 0, value = 82 }]

[[vital]]
bed = 1
vital = "pump-pressure"
keyframes = [
  { at_s = 0, value = 60, ramp = "step" },
  { at_s = 1, value = 700, ramp = "step" },
  { at_s = 3, value = 60, ramp = "step" },
]

[[vital]]
bed = 4
vital = "pump-pressure"
keyframes = [
  { at_s = 0, value = 700, ramp = "step" },
  { at_s = 2, value = 60, ramp = "step" },
  { at_s = 6, value = 700, ramp = "step" },
  { at_s = 7, value = 60, ramp = "step" },
]

[[event]]
at_s = 1
bed = 2
device = "pump"
event = "alarm-starts"
alarm = "occlusion"

[[event]]
at_s = 5
bed = 2
device = "pump"
event = "alarm-ends"
alarm = "occlusion"

[[event]]
at_s = 2
bed = 3
device = "bed"
event = "contact-on"
contact = "bed-exit"

[[event]]
at_s = 4
bed = 3
device = "bed"
event = "contact-off"
contact = "bed-exit"

[[event]]
at_s = 3
bed = 1
device = "bed"
event = "contact-on"
contact = "left-rail-down"

[[event]]
at_s = 7
bed = 1
device = "bed"
event = "contact-off"
contact = "left-rail-down"

[[event]]
at_s = 4
bed = 2
device = "monitor"
event = "unplug"

[[event]]
at_s = 6
bed = 2
device = "monitor"
event = "replug"
"#;

const BEDS: u32 = 4;
const KILLS: u64 = 20;
/// Draws the moments; `VIGIL_CRASH_SEED` draws others.
const SEED: u64 = 0x0B5E_55ED;
/// How long a run lasts at most after it has told what it knew, in milliseconds.
const RUN_MS_MAX: u64 = 2_400;
/// The EHR is away while these kills happen.
const EHR_AWAY: std::ops::Range<u64> = 9..13;
/// How long the EHR takes to answer, so that a kill often finds a message on its way.
const EHR_DELAY: Duration = Duration::from_millis(40);
const APPLIANCE: &str = "demo";

fn dice() -> Dice {
    let wanted = std::env::var("VIGIL_CRASH_SEED").ok().map(|seed| seed.parse().unwrap());
    Dice(wanted.unwrap_or(SEED))
}

/// Waits for a moment, not for anything to happen in it.
async fn moment(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

fn state(journal: &Path) -> RestoredState {
    let state = Reader::open(journal).unwrap().state().unwrap();
    assert!(state.unreadable.is_empty(), "{:?}", state.unreadable);
    state
}

/// Everything that was active or latched is told once more, as it was.
async fn told_anew(bell: &Bell, chart: &Mutex<Chart>, before: &RestoredState) {
    let told = |occurrence: &Occurrence| {
        let id = occurrence.id.to_string();
        let fits = |a: &Alert| a.number() >= before.next_control && a.occurrence == id && a.phase == "present";
        locked(chart).alerts().into_iter().find(fits)
    };
    for occurrence in &before.occurrences {
        let mut alert = None;
        let look = || {
            alert = told(occurrence);
            alert.is_some()
        };
        bell.until(&format!("{} is told anew", occurrence.id), look).await;
        let alert = alert.unwrap();
        let is = (alert.state.as_str(), alert.acknowledged, alert.kind.as_str(), alert.text.as_str());
        let was = (occurrence.state.as_str(), occurrence.is_acknowledged(), occurrence.kind.facet(), &*occurrence.text);
        assert_eq!(is, was, "{} is told as something else than it was", occurrence.id);
    }
}

/// What was in the journal before a run is there after it, or is over and was told so.
fn carried_over(journal: &Path, before: &RestoredState, after: &RestoredState) {
    let ledger = Ledger::read(journal);
    ledger.assert_whole();
    assert!(after.next_seq >= before.next_seq && after.next_occurrence >= before.next_occurrence);
    assert!(after.next_control >= before.next_control);
    for was in &before.occurrences {
        let said = ledger.said_since(was, before.next_seq);
        let restored: Vec<_> = said.iter().filter(|(phase, _)| *phase == Phase::Present).collect();
        assert!(restored.len() <= 1, "{} was told {} times by one run", was.id, restored.len());
        assert!(restored.iter().all(|(_, state)| *state == was.state), "{} came back as {restored:?}", was.id);
        match after.occurrences.iter().find(|occurrence| occurrence.id == was.id) {
            Some(is) => {
                assert_eq!((&is.key, is.onset, &is.bed, &is.device), (&was.key, was.onset, &was.bed, &was.device));
                let is_untouched = said.iter().all(|(phase, _)| *phase == Phase::Present);
                assert!(!is_untouched || is == was, "{} changed without a word: {was:?} is {is:?}", was.id);
            }
            None => assert_eq!(said.last().map(|(_, state)| *state), Some(AlarmState::Inactive), "{} is gone", was.id),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_forgotten_lost_or_said_twice_over_twenty_kills() {
    let (bell, mut dice) = (Bell::default(), dice());
    let broker = Broker::start().await;
    let expected = bench::ward(Path::new("/"), BEDS, BUSY, None, None).expected();
    let ehr = EhrServer::start_slow(expected, EHR_DELAY, &bell).await;
    let (chart, address, log) = (ehr.chart.clone(), ehr.address.to_string(), Arc::new(Mutex::new(Log::default())));
    let (mut ehr, mut away) = (Some(ehr), None);
    let acknowledge_after = Some(Duration::from_millis(1_500));
    let nurse = NurseStation::connect(broker.address, acknowledge_after, log.clone(), &bell).await;
    let bench = Bench::start(BEDS, BUSY, address, broker.address.to_string()).await;
    let config = bench.configure(|table| {
        bench::quicken(table);
        for bed in bench::list(table, "bed") {
            bench::set(bed.as_table_mut().unwrap(), "limit", |_| true, "condition_delay", "0s");
            let pressure = "[[limit]]\nmetric = \"MDC_PRESS_FLUID_MEAS\"\nside = \"high\"\nlimit = 300\n\
                            unit = \"mm[Hg]\"\npriority = \"medium\"\nlatching = true\ntext = \"High line pressure\"\n";
            bench::add(bed.as_table_mut().unwrap(), pressure);
        }
    });
    let journal = bench.journal();
    let run = || Process::start([Path::new("run"), &config], &bell);

    let mut before = RestoredState { next_seq: 1, next_occurrence: 1, next_control: 1, ..RestoredState::default() };
    let (mut active, mut acknowledged, mut latched) = (0, 0, 0);
    for kill in 0..KILLS {
        if kill == EHR_AWAY.start {
            away = Some(ehr.take().unwrap().go_away().await);
        } else if kill == EHR_AWAY.end {
            ehr = Some(away.take().unwrap().come_back().await);
        }
        let vigil = run();
        // Every fourth time it is killed while it starts; else after it has told what it knew.
        if kill % 4 == 3 {
            moment(dice.below(60)).await;
        } else {
            if away.is_none() {
                told_anew(&bell, &chart, &before).await;
            }
            moment(dice.below(RUN_MS_MAX)).await;
        }
        vigil.kill();
        if !journal.exists() {
            continue; // killed before it had made anything
        }
        let after = state(&journal);
        carried_over(&journal, &before, &after);
        active += after.occurrences.iter().filter(|o| o.state == AlarmState::Active && !o.is_acknowledged()).count();
        acknowledged += after.occurrences.iter().filter(|o| o.is_acknowledged()).count();
        latched += after.occurrences.iter().filter(|o| o.state == AlarmState::Latched).count();
        before = after;
    }
    // Something was at stake.
    assert!(
        active > 0 && acknowledged > 0 && latched > 0,
        "{active} active, {acknowledged} acknowledged, {latched} latched"
    );

    // The last run is left alone: values of every bed go on, and everything that was ever promised arrives.
    let vigil = run();
    told_anew(&bell, &chart, &before).await;
    for bed in bench.ward.beds() {
        let (place, patient) = (format!("4B^{}^{}", bed.room, bed.bed), &bed.patient.id);
        for metric in ["MDC_PULS_OXIM_SAT_O2", "MDC_PRESS_FLUID_MEAS", "MDCX_BED_OCCUPANCY"] {
            let charted = || locked(&chart).has_value(&place, patient, metric, before.next_control);
            bell.until(&format!("{metric} of {patient} after the last restart"), charted).await;
        }
    }
    vigil.terminate();
    assert_eq!(vigil.code().await, 0);
    // What was promised at the very end is delivered by one more run.
    let promised = Ledger::read(&journal);
    promised.assert_whole();
    let vigil = run();
    let missing = || {
        let mut ehr = promised.queued("ehr");
        ehr.retain(|id| !locked(&chart).ids().contains(id));
        let mut nurse_call = promised.queued("nurse-call");
        nurse_call.retain(|id| !locked(&log).ids(APPLIANCE).contains(id));
        ehr.len() + nurse_call.len()
    };
    bell.until("every alarm message that was queued", || missing() == 0).await;
    vigil.kill();
    let queued = (promised.queued("ehr").len(), promised.queued("nurse-call").len());
    assert!(queued.0 > 60 && queued.1 > 60, "only {queued:?} alarm messages: nothing was at stake");
    locked(&chart).assert_sound();
    assert!(locked(&chart).counters().repeats > 0, "no kill found a message on its way");
    let log = nurse.leave().await;
    locked(&log).assert_sound(APPLIANCE);
}

/// The receipts of the demo's EHR, which outlast it: control id to what was said under it.
fn receipts(path: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut receipts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // A line that the kill cut off was never answered.
    for line in std::fs::read_to_string(path).unwrap_or_default().lines() {
        let Ok(mut line) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        assert_eq!(line["misattributed"], false, "{line}");
        line.as_object_mut().unwrap().remove("received");
        receipts.entry(line["control_id"].as_str().unwrap().to_owned()).or_default().insert(line.to_string());
    }
    receipts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_that_was_killed_goes_on_and_its_scorecard_is_clean() {
    let (bell, mut dice) = (Bell::default(), dice());
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("busy.toml");
    std::fs::write(&scenario, BUSY).unwrap();
    let data = folder.path().join("data");
    let arguments = |time: &str| {
        let path = |path: &Path| path.display().to_string();
        ["demo", "--beds", "4", "--json", "--data", &path(&data), "--scenario", &path(&scenario), "--for", time]
            .map(str::to_owned)
    };
    let journal = vigil::assemble::journal_path(&data);
    for kill in 0..5 {
        let demo = Process::start(arguments("1h"), &bell);
        if kill != 2 {
            demo.out_line("\"started\"").await;
        }
        moment(dice.below(2_500)).await;
        demo.kill();
        if journal.exists() {
            Ledger::read(&journal).assert_whole();
        }
    }
    let arguments = arguments("12s");
    let ran = tokio::task::spawn_blocking(move || process::vigil(arguments)).await.unwrap().expect(0);
    let lines = ran.json();
    let score = lines.last().unwrap();
    for (name, wanted) in [("lost", 0), ("duplicated", 0), ("misattributed", 0)] {
        assert_eq!(score[name], wanted, "{score:?}");
    }
    assert!(score["values_charted"].as_u64() > Some(20), "{score:?}");
    // The same, seen from outside.
    let ledger = Ledger::read(&journal);
    ledger.assert_whole();
    let receipts = receipts(&data.join("ehr-receipts.jsonl"));
    for (id, said) in &receipts {
        assert_eq!(said.len(), 1, "{id} came in two forms");
    }
    let waiting = Reader::open(&journal).unwrap().outbox(Some("ehr"), Default::default(), u32::MAX).unwrap();
    let waiting: BTreeSet<String> = waiting.into_iter().map(|entry| entry.control_id).collect();
    let queued = ledger.queued("ehr");
    assert!(queued.len() > 20, "{queued:?}");
    let lost: Vec<_> = queued.iter().filter(|id| !receipts.contains_key(*id) && !waiting.contains(*id)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

//! What was recorded of an appliance on real ports is played again: it says the same, to the byte, every time; and under
//! another configuration it says what would have been.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use support::bench::{self, Bench};
use support::{Bell, locked, poll, soon};
use vigil::replay::{self, Change, Names, Replay, Spans};
use vigil::{assemble, clock};
use vigil_journal::{LogKind, Reader};
use vigil_model::{Answer, Command, EngineEvent, EventKind, Phase};
use vigil_recording::Run;

/// Bed 1 is short of oxygen, the pump of bed 2 is occluded.
const TROUBLE: &str = r#"
name = "trouble"
title = "Low oxygen saturation at bed 1, occlusion at bed 2"

[[vital]]
bed = 1
vital = "spo2"
keyframes = [{ at_s = 0, value = 85 }]

[[event]]
at_s = 0
bed = 2
device = "pump"
event = "alarm-starts"
alarm = "occlusion"
"#;

/// A night of a few seconds: two alarms, one is acknowledged, and the pump of bed 1 is lost and found again.
async fn night() -> (Bench, Vec<Arc<EngineEvent>>) {
    let nobody = support::free_address().to_string();
    let mut bench = Bench::start(2, TROUBLE, nobody.clone(), nobody).await;
    let config = bench.configure(bench::quicken);
    let plan = vigil_config::load(&config, &[]).unwrap();
    let pump = plan.links.iter().map(|link| link.id().to_string()).find(|id| id.contains("pump")).unwrap();
    let running = assemble::start(plan, clock::system()).unwrap();
    let (bell, said) = (Bell::default(), Arc::new(Mutex::new(Vec::<Arc<EngineEvent>>::new())));
    let mut events = running.events.subscribe();
    let listening = {
        let (bell, said) = (bell.clone(), said.clone());
        tokio::spawn(async move {
            while let Ok(event) = events.recv().await {
                locked(&said).push(event);
                bell.ring();
            }
        })
    };
    let has = |text: &'static str, phase: Phase| {
        let said = said.clone();
        move || {
            locked(&said).iter().any(|event| match &event.kind {
                EventKind::Alarm { phase: told, occurrence, .. } => *told == phase && occurrence.text.contains(text),
                _ => false,
            })
        }
    };
    bell.until("an alarm starts", has("SpO2", Phase::Start)).await;
    let spo2 = locked(&said)
        .iter()
        .find_map(|event| match &event.kind {
            EventKind::Alarm { occurrence, .. } if occurrence.text.contains("SpO2") => Some(occurrence.id.clone()),
            _ => None,
        })
        .unwrap();
    let answer = Command::Answer { occurrence: spo2, answer: Answer::Acknowledge, by: "somebody".into() };
    running.commands.send(answer).await.unwrap();
    bell.until("it is acknowledged", has("SpO2", Phase::Acknowledged)).await;
    let starts = |said: &[Arc<EngineEvent>]| {
        said.iter().filter(|event| matches!(&event.kind, EventKind::Alarm { phase: Phase::Start, .. })).count()
    };
    let before = starts(&locked(&said));
    bench.unplug(&pump).await;
    bell.until("the pump is missed", || starts(&locked(&said)) > before).await;
    bench.replug(&pump).await;
    let is_back = |said: &[Arc<EngineEvent>]| {
        said.iter().any(|event| matches!(&event.kind, EventKind::Alarm { phase: Phase::End, .. }))
    };
    bell.until("the pump is back", || is_back(&locked(&said))).await;
    soon("the appliance stops", running.stop()).await;
    soon("everything is heard", listening).await.unwrap();
    let said = std::mem::take(&mut *locked(&said));
    (bench, said)
}

fn run_of(bench: &Bench) -> Run {
    vigil_recording::runs(bench.folder.path()).unwrap().remove(0)
}

fn lines(run: &Run) -> (Vec<String>, replay::Verdict) {
    let plan = replay::recorded_plan(run).unwrap();
    let mut replay = Replay::new(run, &plan, None);
    let lines = replay.by_ref().flat_map(|step| step.events.iter().map(replay::line).collect::<Vec<_>>()).collect();
    (lines, replay.verdict())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recorded_night_is_the_same_every_time_and_can_be_tried_under_another_configuration() {
    let (bench, live) = night().await;
    let live_lines: Vec<String> = live.iter().map(|event| replay::line(event)).collect();
    let run = run_of(&bench);

    let (first, verdict) = lines(&run);
    assert!(verdict.is_identical(), "{verdict:?}");
    assert!(verdict.compared >= 5, "{verdict:?}");
    assert_eq!(first.len(), live_lines.len());
    assert_eq!(first, live_lines, "the replay says what the appliance said");
    for _ in 0..19 {
        let (again, same) = lines(&run);
        assert_eq!((again, same), (first.clone(), verdict.clone()));
    }
    journal_has_the_same(&bench, &run);
    other_configurations(&bench, &run);
    torn_and_damaged(&run, &live_lines);
}

/// The alarm log on disk and the replay tell of the same alarms, by number, phase and time.
fn journal_has_the_same(bench: &Bench, run: &Run) {
    let reader = Reader::open(&bench.journal()).unwrap();
    let plan = replay::recorded_plan(run).unwrap();
    let mut count = 0;
    for step in Replay::new(run, &plan, None) {
        for event in step.events {
            let EventKind::Alarm { phase, occurrence, .. } = &event.kind else { continue };
            let logged = reader.log(&occurrence.id).unwrap();
            let found = logged.iter().find(|entry| entry.seq == event.seq).unwrap();
            assert_eq!(found.at, event.at);
            assert!(matches!(&found.kind, Some(LogKind::Alarm { phase: told, .. }) if told == phase), "{found:?}");
            count += 1;
        }
    }
    assert!(count >= 4, "two alarms, an acknowledgement and an end: {count}");
}

fn spans(run: &Run, config: &Path) -> Vec<vigil_journal::load::AlarmSpan> {
    let mut names = Names::default();
    for step in Replay::new(run, &replay::recorded_plan(run).unwrap(), None) {
        names.recorded(&step.events);
    }
    let mut spans = Spans::default();
    let plan = vigil_config::load(config, &[]).unwrap();
    Replay::new(run, &plan, Some(names)).for_each(|step| spans.add(&step.events));
    spans.into_vec()
}

fn other_configurations(bench: &Bench, run: &Run) {
    let write = |name: &str, limit: i64| {
        let path = bench.folder.path().join(name);
        let mut table: toml::Table = run.beginning.source.text.parse().unwrap();
        for bed in bench::list(&mut table, "bed").iter_mut().filter_map(toml::Value::as_table_mut) {
            for rule in bed.get_mut("limit").and_then(toml::Value::as_array_mut).into_iter().flatten() {
                let rule = rule.as_table_mut().unwrap();
                if rule["metric"].as_str().is_some_and(|metric| metric.contains("SAT_O2")) {
                    rule.insert("limit".to_owned(), limit.into());
                }
            }
        }
        std::fs::write(&path, toml::to_string(&table).unwrap()).unwrap();
        path
    };
    let (as_it_was, lower) = (spans(run, &write("same.toml", 92)), spans(run, &write("lower.toml", 80)));
    let low = |spans: &[vigil_journal::load::AlarmSpan]| spans.iter().filter(|span| &*span.text == "Low SpO2").count();
    assert_eq!((low(&as_it_was), low(&lower)), (1, 0));
    let acknowledged = as_it_was.iter().find(|span| &*span.text == "Low SpO2").unwrap().acknowledged;
    assert!(acknowledged.is_some(), "answers find their alarm under the new numbers");
    let (from, until) = (as_it_was[0].started, as_it_was[0].started + std::time::Duration::from_secs(600));
    let difference = replay::compare(&as_it_was, &lower, from, until);
    let changes: BTreeSet<(Change, &str)> = difference.changes.iter().map(|c| (c.change, &*c.text)).collect();
    assert!(changes.contains(&(Change::Lost, "Low SpO2")), "{changes:?}");
    assert!(!changes.iter().any(|(change, _)| *change == Change::Added), "{changes:?}");
    assert_eq!(replay::compare(&as_it_was, &as_it_was, from, until).changes, []);
    let back = replay::compare(&lower, &as_it_was, from, until);
    assert!(back.changes.iter().any(|c| c.change == Change::Added && &*c.text == "Low SpO2"));
}

/// A recording that was cut off or damaged says less, and says so; what it says is true.
fn torn_and_damaged(run: &Run, live: &[String]) {
    let segments = |stream: &str| {
        let mut paths: Vec<_> =
            std::fs::read_dir(run.folder.join(stream)).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let steps = segments("engine").pop().unwrap();
    let whole = std::fs::read(&steps).unwrap();
    std::fs::write(&steps, &whole[..whole.len() * 2 / 3]).unwrap();
    let (torn, verdict) = lines(run);
    assert!(torn.len() < live.len() && !torn.is_empty());
    assert_eq!(torn, live[..torn.len()]);
    assert!(verdict.is_identical(), "a torn end is the end: {verdict:?}");
    std::fs::write(&steps, &whole).unwrap();

    let monitor = run.beginning.links.iter().find(|id| id.contains("mon")).unwrap();
    let link = segments(&format!("link-{monitor}")).pop().unwrap();
    let mut bytes = std::fs::read(&link).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&link, &bytes).unwrap();
    let (damaged, verdict) = lines(run);
    assert!(damaged.len() <= live.len() && !verdict.is_identical() || damaged == live[..damaged.len()], "{verdict:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_to_be_recorded_is_not() {
    let nobody = support::free_address().to_string();
    let bench = Bench::start(1, TROUBLE, nobody.clone(), nobody).await;
    let config = bench.configure(|table| {
        let off: toml::Table = "[recording]\nenabled = false".parse().unwrap();
        table.extend(off);
    });
    let plan = vigil_config::load(&config, &[]).unwrap();
    let running = assemble::start(plan, clock::system()).unwrap();
    let journal = bench.journal();
    poll("something is journalled", || Reader::open(&journal).is_ok_and(|reader| reader.state().unwrap().next_seq > 1))
        .await;
    soon("the appliance stops", running.stop()).await;
    assert!(!vigil::recording::folder(bench.folder.path()).exists());
}

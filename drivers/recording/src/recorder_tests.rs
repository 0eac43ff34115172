//! What is recorded is read again; rings stay within their bounds; damage costs only what is damaged.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use vigil_model::{Instant, Timestamp};
use vigil_protocols::tape::Input;

use super::*;
use crate::{Checkpoint, Said, runs};

fn at(second: u64) -> Now {
    Now {
        monotonic: Instant::from_micros(second * 1_000_000),
        utc: Timestamp::from_seconds(1_800_000_000 + second.cast_signed()),
    }
}

fn beginning(links: &[&str]) -> Beginning {
    let checkpoint = Checkpoint { utc: at(0).utc.as_micros(), ..Checkpoint::default() };
    Beginning { links: links.iter().map(|id| (*id).into()).collect(), checkpoint, ..Beginning::default() }
}

fn received(second: u64, bytes: usize) -> Entry {
    let input = Input::Received(vec![second as u8; bytes]);
    Entry { now: at(second), reports: second, is_drained: true, input }
}

fn entries(stream: &mut crate::Stream) -> Vec<Entry> {
    stream.filter_map(|record| if let Record::Entry(entry) = record { Some(entry) } else { None }).collect()
}

const WIDE: Bounds = Bounds { keep: Duration::from_secs(86_400), stream_bytes_max: 64 << 20 };

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in crate::ring::entries(folder) {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn what_is_recorded_is_read_and_belongs_to_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("recording");
    let recorder = Recorder::start(&root, WIDE, &beginning(&["a", "b"])).unwrap();
    let (mut a, mut b, mut steps) = (recorder.link(0), recorder.link(1), recorder.steps(vec![0, 1]));
    for second in 0..500 {
        a.take(received(second, 20));
        b.take(received(second, 3));
        steps.step(at(second), &[], &[]);
        steps.said(at(second), Said { next_seq: second, sum: second });
    }
    recorder.close();
    a.take(received(900, 1)); // dropped, and nobody waits

    let run = runs(folder.path()).unwrap().remove(0);
    assert_eq!(run.beginning.links.len(), 2);
    assert_eq!(entries(&mut run.link("a")), (0..500).map(|second| received(second, 20)).collect::<Vec<_>>());
    assert_eq!(entries(&mut run.link("b")).len(), 500);
    assert_eq!(run.steps().count(), 1000);
    for file in files(&root) {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
    }
}

#[test]
fn a_ring_keeps_its_newest_part_and_says_that_it_begins_in_the_middle() {
    let folder = tempfile::tempdir().unwrap();
    let bounds = Bounds { keep: Duration::from_secs(86_400), stream_bytes_max: 64 << 10 };
    let recorder = Recorder::start(folder.path(), bounds, &beginning(&["a"])).unwrap();
    let mut tape = recorder.link(0);
    let connected = Entry { input: Input::Connected, ..received(0, 0) };
    tape.take(connected.clone());
    for second in 1..4000 {
        tape.take(received(second, 50));
    }
    recorder.close();
    let run = runs(folder.path()).unwrap().remove(0);
    let mut stream = run.link("a");
    let bytes = stream.bytes();
    assert!((32 << 10..=64 << 10).contains(&bytes), "{bytes} bytes");
    assert!(!stream.begins_with_the_run());
    // The beginning of the connection stands at the head of what is kept.
    assert_eq!(stream.next(), Some(Record::Prologue(connected)));
    let kept = entries(&mut stream);
    assert_eq!(kept.last(), Some(&received(3999, 50)));
    assert!(kept.windows(2).all(|pair| pair[0].reports + 1 == pair[1].reports), "nothing is missing in what is kept");
    assert_eq!(stream.damage(), []);
}

#[test]
fn what_is_older_than_it_may_be_goes_with_its_run() {
    let folder = tempfile::tempdir().unwrap();
    let bounds = Bounds { keep: Duration::from_secs(3600), stream_bytes_max: 64 << 20 };
    let old = Recorder::start(folder.path(), bounds, &beginning(&["a"])).unwrap();
    old.link(0).take(received(1, 10));
    old.steps(vec![0]).step(at(1), &[], &[]);
    old.close();
    let checkpoint = Checkpoint { utc: at(3000).utc.as_micros(), ..Checkpoint::default() };
    let new = Recorder::start(folder.path(), bounds, &Beginning { checkpoint, ..beginning(&["a"]) }).unwrap();
    let mut tape = new.link(0);
    for second in (3000..12_000).step_by(10) {
        tape.take(received(second, 10));
    }
    new.close();
    let runs = runs(folder.path()).unwrap();
    assert_eq!(runs.len(), 1, "the old run is gone");
    let kept = entries(&mut runs[0].link("a"));
    let first = kept.first().unwrap().reports;
    assert!((8000..8_500).contains(&first), "begins at {first}");
}

#[test]
fn damage_is_named_and_costs_no_more_than_the_rest_of_its_segment() {
    let folder = tempfile::tempdir().unwrap();
    let bounds = Bounds { keep: Duration::from_secs(160), stream_bytes_max: 64 << 20 };
    let recorder = Recorder::start(folder.path(), bounds, &beginning(&["a"])).unwrap();
    let mut tape = recorder.link(0);
    (0..50).for_each(|second| tape.take(received(second, 10)));
    recorder.close();
    let run = runs(folder.path()).unwrap().remove(0);
    let segments: Vec<PathBuf> = files(&run.folder.join("link-a"));
    assert_eq!(segments.len(), 5);
    // A byte is turned in the middle of the second, the fourth is gone, the last is torn.
    let mut bytes = std::fs::read(&segments[1]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    std::fs::write(&segments[1], bytes).unwrap();
    std::fs::remove_file(&segments[3]).unwrap();
    let last = std::fs::read(&segments[4]).unwrap();
    std::fs::write(&segments[4], &last[..last.len() - 3]).unwrap();

    let mut stream = run.link("a");
    let read: Vec<Record> = stream.by_ref().collect();
    let seconds: Vec<u64> = read
        .iter()
        .filter_map(|record| if let Record::Entry(entry) = record { Some(entry.reports) } else { None })
        .collect();
    let gaps = read.iter().filter(|record| matches!(record, Record::Gap(_))).count();
    assert_eq!(gaps, 2, "{read:?}");
    assert_eq!(seconds[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert!((29..39).contains(&seconds.len()), "whole segments of ten, nine of the torn one: {seconds:?}");
    assert!(seconds.ends_with(&[47, 48]), "{seconds:?}");
    let damage: Vec<String> = stream.damage().iter().map(|damage| damage.segment.display().to_string()).collect();
    assert_eq!(damage.len(), 2);
    assert!(damage[0].contains("000001") && damage[1].contains("000004"), "{damage:?}");
}

#[test]
fn nobody_waits_for_a_disk_that_refuses_and_the_gap_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::start(folder.path(), WIDE, &beginning(&["a"])).unwrap();
    let run = runs(folder.path()).unwrap().remove(0);
    // A file stands where the folder of the link belongs.
    let obstacle = run.folder.join("link-a");
    std::fs::write(&obstacle, b"").unwrap();
    let mut tape = recorder.link(0);
    (0..100).for_each(|second| tape.take(received(second, 10)));
    while recorder.status().dropped < 100 {
        std::thread::yield_now();
    }
    std::fs::remove_file(&obstacle).unwrap();
    (100..1000).for_each(|second| tape.take(received(second, 10)));
    recorder.close();
    let records: Vec<Record> = run.link("a").collect();
    let Some(Record::Gap(gap)) = records.first() else { panic!("no gap: {:?}", records.first()) };
    assert_eq!(gap.records, 256, "tried again after so many");
    assert_eq!(records.len(), 1 + 1000 - 256);
}

//! Tests of alarm rules as text files: the shipped ones hold, what is wrong is said, and a test that should fail does.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use vigil::rules::{Difference, Verdict, test};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/rules")
}

fn shipped() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files
}

/// A shipped test with one change.
fn changed(name: &str, from: &str, to: &str) -> (tempfile::TempDir, PathBuf) {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    assert!(text.contains(from), "{from}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    (folder, path)
}

fn verdict(name: &str, from: &str, to: &str) -> Verdict {
    let (_folder, path) = changed(name, from, to);
    test(&path).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn vigil(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vigil")).args(arguments).output().unwrap()
}

#[test]
fn every_shipped_test_holds() {
    let files = shipped();
    assert!(files.len() >= 10);
    for file in files {
        let verdict = test(&file).unwrap_or_else(|problems| panic!("{problems:?}"));
        let differences: Vec<String> = verdict.differences.iter().map(ToString::to_string).collect();
        assert!(verdict.passed, "{}: {differences:#?}", verdict.file);
    }
}

#[test]
fn the_same_test_tells_the_same() {
    for file in shipped() {
        let told = |file: &Path| serde_json::to_string(&test(file).ok()).unwrap();
        assert_eq!(told(&file), told(&file));
    }
}

#[test]
fn every_kind_of_difference_is_said() {
    let late = verdict("condition-delay.toml", "condition_delay = \"10s\"", "condition_delay = \"12s\"");
    let words: Vec<String> = late.differences.iter().map(ToString::to_string).collect();
    assert_eq!(words[0].trim(), "35s  expected and not told: Low SpO2, start (told at 37s)");
    assert_eq!(words[1].trim(), "37s  told and not expected: Low SpO2, start (high)");
    assert_eq!(words.len(), 2);

    let wrong = verdict("condition-delay.toml", "priority = \"high\"\nvalue = 85", "priority = \"low\"\nvalue = 84");
    let details = wrong.differences.iter().filter(|difference| matches!(difference, Difference::Other { .. }));
    assert_eq!(details.count(), 2, "{:?}", wrong.differences);

    let metric = verdict("news2.toml", "is = 8", "is = 7");
    let words: Vec<String> = metric.differences.iter().map(ToString::to_string).collect();
    assert_eq!(words, ["1min 10s  MDCX_SCORE_NEWS2: expected 7, was 8"]);
}

#[test]
fn a_mistake_in_a_test_is_refused_at_its_place() {
    for (name, from, to, wanted) in [
        ("hysteresis.toml", "is = \"start\"", "iss = \"start\"", "unknown key"),
        ("hysteresis.toml", "[\"20s\", 90]", "[\"20s\", \"ninety\"]", "`ninety` is not known here"),
        ("hysteresis.toml", "[\"20s\", 90]", "[\"5s\", 90]", "the times do not ascend"),
        ("hysteresis.toml", "limit = 90", "limit = 190", "makes no sense"),
        ("hysteresis.toml", "[[input]]", "[[input]]\ndevice = \"pump\"", "the bed has no such device"),
        ("latching.toml", "acknowledge = \"Low SpO2\"", "", "exactly one of"),
        ("stale.toml", "metric = \"MDC_ECG_CARD_BEAT_RATE\"", "metric = \"MDC_ECG\"", "has no metric MDC_ECG"),
        ("stale.toml", "[[metric]]", "[[metric", ""),
    ] {
        let (_folder, path) = changed(name, from, to);
        let problems = test(&path).err().unwrap_or_else(|| panic!("{to} is accepted"));
        let said: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
        assert!(said.contains(wanted), "{to}: {said}");
    }
}

#[test]
fn a_whole_configuration_can_be_tested() {
    let folder = tempfile::tempdir().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/examples/ward.toml");
    std::fs::copy(example, folder.path().join("ward.toml")).unwrap();
    let path = folder.path().join("test.toml");
    let text = "title = \"the bed's own limit\"\nconfiguration = \"ward.toml\"\nbed = \"401-1\"\nlasts = \"60s\"\n\
                only = [\"SpO2 below target\"]\n\n[[input]]\nmetric = \"MDC_PULS_OXIM_SAT_O2\"\n\
                values = [[\"0s\", 97], [\"5s\", 85]]\n";
    std::fs::write(&path, text).unwrap();
    let verdict = test(&path).unwrap_or_else(|problems| panic!("{problems:?}"));
    let told: Vec<&str> = verdict.told.iter().map(|told| told.is).collect();
    // Nobody answers, and the ward's chain goes on to its next level.
    assert_eq!(told, ["start", "update"]);
}

#[test]
fn exit_codes_and_json_are_those_of_every_command() {
    let good = folder().join("hysteresis.toml");
    let good = good.to_str().unwrap();
    let output = vigil(&["rules", "test", good]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed, 0 failed"));

    let (_kept, failing) = changed("hysteresis.toml", "hysteresis = 2", "hysteresis = 1");
    let output = vigil(&["rules", "test", "--json", good, failing.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<serde_json::Value> =
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]["passed"], &lines[1]["passed"]), (2, &true.into(), &false.into()));
    assert_eq!(lines[1]["differences"][0]["difference"], "unexpected");

    let (_kept, wrong) = changed("hysteresis.toml", "lasts = \"60s\"", "");
    assert_eq!(vigil(&["rules", "test", wrong.to_str().unwrap()]).status.code(), Some(2));
    assert_eq!(vigil(&["rules", "test", "/nowhere.toml"]).status.code(), Some(2));

    let schema = vigil(&["schema", "--rules"]);
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).unwrap();
    assert_eq!(schema["title"], "Vigil rule test");
    assert!(schema["properties"]["lasts"]["description"].is_string());
}

//! What the compiler cannot check: the arrows between crates, what the pure crates may know, and a few bans.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Crate, folder, and the crates of ours that it may depend on (docs/decisions/0001-cores-and-shells.md).
const ARROWS: &[(&str, &str, &[&str])] = &[
    ("vigil-model", "engine/model", &[]),
    ("vigil-engine", "engine/core", &["vigil-model"]),
    ("vigil-protocols", "drivers/protocols", &["vigil-model"]),
    ("vigil-links", "drivers/links", &["vigil-model", "vigil-protocols"]),
    ("vigil-recording", "drivers/recording", &["vigil-model", "vigil-protocols"]),
    ("vigil-messages", "adapters/messages", &["vigil-model"]),
    ("vigil-journal", "adapters/journal", &["vigil-model"]),
    ("vigil-people", "adapters/people", &["vigil-model"]),
    ("vigil-sinks", "adapters/sinks", &["vigil-model", "vigil-messages", "vigil-journal"]),
    ("vigil-console", "adapters/console", &["vigil-model", "vigil-journal", "vigil-people"]),
    ("vigil-config", "config", &["vigil-model", "vigil-protocols", "vigil-messages"]),
    ("vigil-simulators", "simulators", &["vigil-model", "vigil-protocols", "vigil-messages"]),
];

/// Crates that decide: no socket, thread pool, file store or clock anywhere below them.
const PURE: &[&str] = &["vigil-model", "vigil-protocols", "vigil-engine", "vigil-messages", "vigil-config"];
const IMPURE: &[&str] =
    &["tokio", "mio", "socket2", "rusqlite", "rumqttc", "axum", "hyper", "tokio-modbus", "tokio-serial", "chrono"];

fn manifest(folder: &str) -> toml::Table {
    let path = root().join(folder).join("Cargo.toml");
    std::fs::read_to_string(&path).unwrap().parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn no_arrow_between_crates_but_those_of_the_table() {
    for (name, folder, allowed) in ARROWS {
        let manifest = manifest(folder);
        let ours: BTreeSet<&str> = manifest["dependencies"]
            .as_table()
            .unwrap()
            .keys()
            .map(String::as_str)
            .filter(|dependency| dependency.starts_with("vigil"))
            .collect();
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        let extra: Vec<_> = ours.difference(&allowed).collect();
        assert!(extra.is_empty(), "{name} depends on {extra:?}, which the architecture does not allow");
    }
}

#[test]
fn pure_crates_reach_no_socket_thread_or_clock() {
    for name in PURE {
        let output = Command::new(env!("CARGO"))
            .args(["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--package", name])
            .current_dir(root())
            .output()
            .unwrap();
        assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
        let tree = String::from_utf8(output.stdout).unwrap();
        for line in tree.lines() {
            let dependency = line.split(' ').next().unwrap_or_default();
            assert!(!IMPURE.contains(&dependency), "{name} reaches {dependency}; deciding code knows no I/O");
        }
    }
}

#[test]
fn every_crate_takes_the_workspace_lints() {
    for (name, folder, _) in ARROWS.iter().chain([&("vigil", ".", &[] as &[&str])]) {
        let lints =
            manifest(folder).get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
        assert_eq!(lints, Some(true), "{name} has no `[lints] workspace = true`");
    }
}

#[test]
fn required_crates_do_a_real_job() {
    let mut users: BTreeMap<&str, &str> = BTreeMap::new();
    for (dependency, folder) in [
        ("tokio-serial", "drivers/links"),
        ("tokio-modbus", "drivers/links"),
        ("rumqttc", "adapters/sinks"),
        ("hl7-mllp-codec", "adapters/sinks"),
        ("bevy_ecs", "engine/core"),
        ("serde", "engine/model"),
        ("toml", "config"),
        ("tracing", "drivers/links"),
    ] {
        let module = dependency.replace('-', "_");
        let used = rust_files(&root().join(folder).join("src"))
            .iter()
            .any(|file| std::fs::read_to_string(file).unwrap().contains(&format!("{module}::")));
        assert!(used, "{folder} does not use {dependency}");
        users.insert(dependency, folder);
    }
    assert_eq!(users.len(), 8);
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return files };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            files.extend(rust_files(&path));
        } else if name.ends_with(".rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn no_stub_no_sleep_and_no_unsafe_is_committed() {
    // Written apart so that this file does not find itself.
    let banned =
        [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("thread::", "sleep"), concat!("uns", "afe {")];
    for file in rust_files(root()) {
        let text = std::fs::read_to_string(&file).unwrap();
        for word in banned {
            assert!(!text.contains(word), "{} holds {word:?}", file.display());
        }
    }
}

#[test]
fn every_folder_says_what_it_is() {
    for folder in ["drivers", "engine", "adapters", "config", "simulators", "docs/decisions"] {
        assert!(root().join(folder).join("README.md").is_file(), "{folder} has no README.md");
    }
    for file in rust_files(root()).iter().filter(|file| file.components().any(|part| part.as_os_str() == "src")) {
        let text = std::fs::read_to_string(file).unwrap();
        let first = text.lines().find(|line| !line.starts_with("#![")).unwrap_or_default();
        assert!(first.starts_with("//!"), "{} does not begin with what it is (`//!`)", file.display());
    }
}

/// Decisions are listed on their front page, so that nobody misses one.
#[test]
fn every_decision_is_listed() {
    let folder = root().join("docs/decisions");
    let index = std::fs::read_to_string(folder.join("README.md")).unwrap();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(name == "README.md" || index.contains(&name), "docs/decisions/README.md does not list {name}");
    }
}

//! Every command by hand, as a process: what it prints, what it says when something is wrong, and its exit code: 0 done, 1 it
//! ran and the answer is no, 2 the command line or a file is wrong, 3 the outside failed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod audit;
mod catalogue;
mod check;
mod decode;
mod hl7;
mod interface_kit;
mod night;
mod outside;
mod probe;
mod register_map;
#[path = "../support/mod.rs"]
mod support;
mod users;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use support::process::{command, vigil};

const COMMANDS: [&str; 29] = [
    "adt",
    "audit",
    "beds",
    "bind",
    "release",
    "held",
    "users",
    "ports",
    "probe",
    "demo",
    "run",
    "check",
    "decode",
    "simulate",
    "ehr",
    "hl7",
    "interface-kit",
    "schema",
    "codes",
    "profiles",
    "alarms",
    "outbox",
    "ledger",
    "load",
    "trend",
    "record",
    "replay",
    "completions",
    "man",
];

/// A file or folder of the repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// A folder with one file in it; the file's path.
fn file(content: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.toml");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

#[test]
fn help_and_version_are_no_errors() {
    let help = vigil(["--help"]).expect(0).out_has(&["Usage: vigil", "never the primary alarm", "Example"]);
    assert!(help.err.is_empty());
    vigil(["--version"]).expect(0).out_has(&["vigil 0."]);
    for command in COMMANDS {
        assert!(help.out.contains(&format!("  {command} ")), "{command} is not in the help");
        vigil([command, "--help"]).expect(0).out_has(&["Usage: vigil", "Example: vigil"]);
    }
    for action in ["show", "check"] {
        vigil(["profiles", action, "--help"]).expect(0).out_has(&["Example: vigil profiles"]);
    }
}

#[test]
fn a_wrong_command_line_is_2_and_says_what_was_expected() {
    vigil([] as [&str; 0]).expect(2).err_has(&["Usage: vigil"]);
    vigil(["watch"]).expect(2).err_has(&["watch", "--help"]);
    vigil(["run"]).expect(2).err_has(&["<CONFIG>"]);
    vigil(["check", "x.toml", "--colour"]).expect(2).err_has(&["--colour"]);
    vigil(["decode"]).expect(2).err_has(&["--driver"]);
    vigil(["decode", "--driver", "esc-scale", "--format", "octal"]).expect(2).err_has(&["octal", "hex", "raw"]);
    vigil(["simulate"]).expect(2).err_has(&["--driver"]);
    vigil(["ehr", "--ack", "maybe"]).expect(2).err_has(&["maybe", "aa, ae or ar"]);
    vigil(["ehr", "--delay", "soon"]).expect(2).err_has(&["soon", "500ms"]);
    vigil(["demo", "--for", "1"]).expect(2).err_has(&["--for", "500ms"]);
    vigil(["demo", "--beds", "0"]).expect(2).err_has(&["1 to 200 beds", "0"]);
    vigil(["demo", "--speed", "0"]).expect(2).err_has(&["--speed", "0.01 to 1000"]);
    vigil(["demo", "--scenario", "nope"]).expect(2).err_has(&["nope", "desaturation", "file"]);
    vigil(["completions", "cmd"]).expect(2).err_has(&["cmd", "bash"]);
    vigil(["man", "nope"]).expect(2).err_has(&["\"nope\"", "vigil --help"]);
}

/// Whoever reads may go, as `head` does: no panic, no complaint, and the answer stands.
#[test]
fn a_closed_pipe_ends_a_command_quietly_and_its_answer_stands() {
    let refused = text(&repository("config/cases/refused/empty.toml"));
    let ward = text(&repository("config/examples/ward.toml"));
    let cases: [(&[&str], i32); 9] = [
        (&["codes"], 0),
        (&["codes", "--json"], 0),
        (&["schema"], 0),
        (&["profiles"], 0),
        (&["profiles", "show", "ge-s5-dri"], 0),
        (&["completions", "bash"], 0),
        (&["man"], 0),
        (&["check", &ward], 0),
        (&["check", &refused], 1),
    ];
    for (arguments, code) in cases {
        let mut child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(output.stderr.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A disk that is full is the outside's failure.
#[test]
fn output_that_cannot_be_written_is_3() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        eprintln!("skipped: this system has no /dev/full");
        return;
    }
    for arguments in [["codes", "--json"].as_slice(), &["schema"], &["man"], &["completions", "zsh"]] {
        let full = std::fs::OpenOptions::new().write(true).open(full).unwrap();
        let output = command(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("standard output"), "{arguments:?}");
    }
}

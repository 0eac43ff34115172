//! Commands that talk to the outside, and what they say when it fails: `run`, `ehr`, `simulate`, `demo`, `alarms`, `outbox`.

use std::path::Path;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use vigil_protocols::esc_scale::codec::Request;

use super::support::bench::{self, Bench};
use super::support::process::{Process, vigil};
use super::support::{Bell, soon};
use super::{file, repository, text};

/// A message as an appliance sends it.
fn message(id: &str, value: &str) -> Vec<u8> {
    let text = format!(
        "\x0bMSH|^~\\&|VIGIL|H|EHR|H|20260301091501||ORU^R01^ORU_R01|{id}|P|2.6\r\
         PID|||P-4711||Alder^Ann\rPV1||I|4B^401^1\rOBR|1\r\
         OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.1.1.1|{value}\r\x1c\r"
    );
    text.into_bytes()
}

/// Reads one MLLP block.
async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\x1c\r") {
        bytes.push(soon("the answer", stream.read_u8()).await.unwrap());
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ehr_answers_counts_and_keeps_receipts() {
    let bell = Bell::default();
    let folder = tempfile::tempdir().unwrap();
    let receipts = folder.path().join("receipts.jsonl");
    let arguments = ["ehr", "--json", "--listen", "127.0.0.1:0", "--receipts", &text(&receipts)].map(str::to_owned);
    let ehr = Process::start(&arguments, &bell);
    let told = ehr.err_line("Listening on ").await;
    let listen = told.split([' ', ';']).nth(2).unwrap().to_owned();
    let mut stream = TcpStream::connect(&listen).await.unwrap();
    for (id, value, code) in [("a-1", "97", "MSA|AA|a-1"), ("a-1", "97", "MSA|AA|a-1"), ("a-1", "96", "MSA|AE|a-1")] {
        stream.write_all(&message(id, value)).await.unwrap();
        let answer = answer(&mut stream).await;
        assert!(answer.contains(code), "{answer}");
    }
    let line = ehr.out_line("\"a-1\"").await;
    let receipt: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((receipt["place"].as_str(), receipt["values"].as_u64()), (Some("4B^401^1"), Some(1)));
    assert_eq!(std::fs::read_to_string(&receipts).unwrap().trim_end(), line);
    // Somebody else cannot have the same port.
    vigil(["ehr", "--listen", &listen]).expect(3).err_has(&[&listen, "in use"]);
    ehr.terminate();
    let summary = ehr.out_line("\"unanswered\"").await;
    assert_eq!(ehr.code().await, 0);
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    for (name, wanted) in [("received", 3), ("observations", 1), ("repeats", 1), ("conflicts", 1), ("refused", 1)] {
        assert_eq!(summary[name], wanted, "{summary}");
    }
    for secret in ["4711", "Alder", "Ann"] {
        assert!(!line.contains(secret), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn simulate_is_there_when_it_says_so() {
    let bell = Bell::default();
    let scale = Process::start(["simulate", "--driver", "esc-scale", "--tcp", "127.0.0.1:0"], &bell);
    let place = scale.out_line("esc-scale: ").await.replace("esc-scale: ", "");
    scale.out_line("Ctrl-C").await;
    let mut stream = TcpStream::connect(&place).await.unwrap();
    stream.write_all(&Request::Reading.encode()).await.unwrap();
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\x1bE") {
        bytes.push(soon("the reading", stream.read_u8()).await.unwrap());
    }
    assert!(bytes.starts_with(b"\x1bR"), "{bytes:?}");
    vigil(["simulate", "--driver", "esc-scale", "--tcp", &place]).expect(3).err_has(&[&place, "in use"]);
    scale.terminate();
    assert_eq!(scale.code().await, 0);
    // A link to a pseudo-terminal is there while it is, and gone with it.
    let folder = tempfile::tempdir().unwrap();
    let port = folder.path().join("monitor");
    let monitor = Process::start(["simulate", "--driver", "ge-s5-dri", "--pty", &text(&port)], &bell);
    monitor.out_line("Ctrl-C").await;
    assert!(std::fs::symlink_metadata(&port).unwrap().is_symlink());
    monitor.terminate();
    assert_eq!(monitor.code().await, 0);
    assert!(std::fs::symlink_metadata(&port).is_err(), "the link is left behind");
}

#[test]
fn simulate_says_what_it_cannot_do() {
    let simulate = |arguments: &[&str]| vigil([&["simulate"], arguments].concat());
    simulate(&["--driver", "esc-scale"]).expect(2).err_has(&["--tcp", "--pty"]);
    simulate(&["--driver", "nope", "--tcp", "127.0.0.1:0"]).expect(2).err_has(&["\"nope\"", "esc-scale"]);
    simulate(&["--driver", "modbus", "--tcp", "127.0.0.1:0"]).expect(2).err_has(&["--profile"]);
    simulate(&["--driver", "esc-scale", "--pty", "/nowhere/scale"])
        .expect(3)
        .err_has(&["/nowhere/scale", "No such file"]);
    let there = tempfile::NamedTempFile::new().unwrap();
    simulate(&["--driver", "esc-scale", "--pty", &text(there.path())]).expect(3).err_has(&["no symbolic link"]);
    let (_folder, path) = file("name = \"x\"\ntitle = \"\"\nrepeat_s = 0.1\n");
    let scenario = ["--driver", "esc-scale", "--tcp", "127.0.0.1:0", "--scenario"];
    simulate(&[&scenario[..], &[&text(&path)]].concat()).expect(2).err_has(&["repeat_s", &text(&path)]);
    let (_folder, path) = file("[[fault]]\nkind = \"magic\"\n");
    let faults = ["--driver", "esc-scale", "--tcp", "127.0.0.1:0", "--faults"];
    simulate(&[&faults[..], &[&text(&path)]].concat()).expect(2).err_has(&["magic", &text(&path)]);
}

/// A configuration whose devices and destinations are not there, which is no reason not to run.
fn lonely(data_dir: &Path) -> String {
    let text = std::fs::read_to_string(repository("config/examples/minimal.toml")).unwrap();
    let appliance = format!("[appliance]\ndata_dir = {:?}", data_dir.display().to_string());
    text.replace("[appliance]", &appliance).replace("ehr.north.example:2575", "127.0.0.1:9")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn run_needs_its_data_folder_for_itself() {
    let bell = Bell::default();
    let (folder, path) = file("");
    std::fs::write(&path, lonely(Path::new("data"))).unwrap(); // beside the configuration
    let config = text(&path);
    let vigil_running = Process::start(["run", &config], &bell);
    vigil_running.err_line("Started.").await;
    vigil(["run", &config]).expect(3).err_has(&["vigil: ", "journal", &text(&folder.path().join("data"))]);
    vigil_running.err_line("/dev/serial/by-path").await; // it says which port it cannot open
    assert!(vigil_running.err().iter().all(|line| !line.contains('\x1b')), "a log in a file has no colours");
    // Beside the running appliance: nothing is active yet; then the link is.
    let data = text(&folder.path().join("data"));
    vigil(["outbox", "--data", &data]).expect(0);
    vigil_running.terminate();
    assert_eq!(vigil_running.code().await, 0);
    // A data folder that cannot be made.
    std::fs::write(folder.path().join("occupied"), "").unwrap();
    std::fs::write(&path, lonely(Path::new("occupied/data"))).unwrap();
    vigil(["run", &config]).expect(3).err_has(&["making the data folder", "occupied/data", "appliance.data_dir"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alarms_and_outbox_tell_what_is_active_and_waiting() {
    let bell = Bell::default();
    let scenario = "name = \"s\"\ntitle = \"\"\n[[event]]\nat_s = 0\ndevice = \"pump\"\nevent = \"alarm-starts\"\nalarm = \"occlusion\"\n";
    let bench = Bench::start(1, scenario, "127.0.0.1:9".to_owned(), "127.0.0.1:9".to_owned()).await;
    let config = bench.configure(bench::quicken);
    let data = text(bench.folder.path());
    for command in ["alarms", "outbox"] {
        vigil([command, "--data", &data]).expect(2).err_has(&["there is no journal", &data, "--data"]);
    }
    let appliance = Process::start(["run", &text(&config)], &bell);
    super::support::poll("an alarm", || vigil(["alarms", "--json", "--data", &data]).json().len() == 1).await;
    let alarm = vigil(["alarms", "--json", "--data", &data]).expect(0).json().remove(0);
    assert_eq!((alarm["id"].as_str(), alarm["text"].as_str()), (Some("demo:000001"), Some("Occlusion")));
    vigil(["alarms", "--data", &data]).expect(0).out_has(&["demo:000001", "high", "active", "401-1", "Occlusion"]);
    appliance.kill();
    // After a crash they tell the same.
    vigil(["alarms", "--data", &data]).expect(0).out_has(&["demo:000001"]);
    let waiting = vigil(["outbox", "--json", "--data", &data, "--destination", "ehr"]).expect(0).json();
    let start = waiting.iter().find(|message| message["occurrence"] == "demo:000001").unwrap();
    assert_eq!((start["lane"].as_str(), start["state"].as_str()), (Some("alarm"), Some("waiting")));
    assert!(waiting.iter().all(|message| message["destination"] == "ehr"));
    let all = vigil(["outbox", "--json", "--data", &data]).expect(0).json();
    assert!(all.len() > waiting.len(), "{all:?}");
    assert_eq!(vigil(["outbox", "--json", "--data", &data, "--limit", "1"]).expect(0).json().len(), 1);
    let nobody = vigil(["outbox", "--data", &data, "--destination", "nobody"]).expect(0);
    assert!(nobody.out.starts_with("Nothing is waiting"), "{}", nobody.out);
}

#[test]
fn demo_tells_in_json_what_happens_and_ends_with_a_scorecard() {
    let ran = vigil(["demo", "--beds", "1", "--for", "1s", "--json"]).expect(0);
    let lines = ran.json();
    assert_eq!((lines[0]["demo"].as_str(), lines[0]["beds"].as_u64()), (Some("started"), Some(1)));
    let score = lines.last().unwrap();
    for name in ["lost", "duplicated", "misattributed"] {
        assert_eq!(score[name], 0, "{score:?}");
    }
    let folder = lines[0]["data"].as_str().unwrap();
    assert!(!Path::new(folder).exists(), "{folder} is left behind");
    let occupied = tempfile::NamedTempFile::new().unwrap();
    vigil(["demo", "--data", &text(occupied.path())]).expect(3).err_has(&[&text(occupied.path())]);
}

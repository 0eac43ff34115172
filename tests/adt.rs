//! ADT over real sockets: what is answered, who lies where afterwards, by hand and by message, and that a crash changes
//! nothing. The public sample messages are sent where they are at hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use support::process::{Process, vigil};
use support::{Bell, free_address};
use vigil_messages::hl7::{Message, from_file_text};

const CONFIG: &str = r#"
[appliance]
id = "ward-t"
eui64 = "00-1B-19-FF-FE-00-4B-01"
site = "north"
facility = "North"
data_dir = "DATA"

[[bed]]
id = "a"
unit = "4B"
room = "401"
bed = "1"

[[bed]]
id = "b"
unit = "4B"
room = "401"
bed = "2"

[[bed]]
id = "c"
unit = "4B"
room = "402"
bed = "1"

[[link]]
id = "line"
tcp = "127.0.0.1:9"

[[device]]
id = "mon"
bed = "a"
link = "line"
driver = "masimo-ascii"

[recording]
enabled = false

[[destination]]
kind = "hl7"
id = "ehr"
address = "127.0.0.1:9"

[[listener]]
id = "adt"
address = "ADDRESS"
processing = ["P", "T"]
facilities = ["North", "2.16.840.1.113883.3.239.23.7"]
zone = "-05:00"
summer_time = "us"

[[listener.place]]
bed = "a"
unit = "D6"
room = "D643"
number = "02"

[[listener.place]]
bed = "b"
unit = "D6"
room = "D640"
number = "01"

[[listener.place]]
bed = "c"
unit = "CRCU"
number = "40"
"#;

/// `vigil run` with a listener and nothing else that answers.
struct Stage {
    bell: Bell,
    folder: tempfile::TempDir,
    address: SocketAddr,
    appliance: Process,
}

impl Stage {
    async fn set() -> Self {
        let (folder, address, bell) = (tempfile::tempdir().unwrap(), free_address(), Bell::default());
        let text = CONFIG.replace("ADDRESS", &address.to_string());
        let text = text.replace("DATA", &folder.path().join("data").display().to_string());
        std::fs::write(folder.path().join("vigil.toml"), text).unwrap();
        let appliance = Self::start(folder.path(), &bell).await;
        Self { bell, folder, address, appliance }
    }

    async fn start(folder: &Path, bell: &Bell) -> Process {
        let config = folder.join("vigil.toml");
        let appliance = Process::start(["run", config.to_str().unwrap()], bell);
        appliance.err_line("Started.").await;
        appliance
    }

    /// The appliance is killed and started again.
    async fn crash(mut self) -> Self {
        self.appliance.kill();
        self.appliance = Self::start(self.folder.path(), &self.bell).await;
        self
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    /// Sends a message and reads what it is answered, as `CODE reason…` for each answer.
    fn send(&self, message: &str) -> Vec<String> {
        self.send_bytes(&from_file_text(message.as_bytes()), 1)
    }

    fn send_bytes(&self, message: &[u8], answers: usize) -> Vec<String> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(&[b"\x0b", message, b"\x1c\r"].concat()).unwrap();
        let mut read = Vec::new();
        let ends = |read: &[u8]| read.windows(2).filter(|pair| *pair == b"\x1c\r").count();
        while ends(&read) < answers {
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer).unwrap();
            if count == 0 {
                break;
            }
            read.extend_from_slice(&buffer[..count]);
        }
        let blocks = read.split(|byte| *byte == 0x0b).skip(1).map(|block| {
            let end = block.iter().position(|byte| *byte == 0x1c).unwrap();
            let message = Message::parse(&block[..end]).unwrap();
            let code = message.field("MSA", 1).text().into_owned();
            let reasons = message.segments_named("ERR").map(|err| format!(" {}", err.field(3).component(1).text()));
            format!("{code}{}", reasons.collect::<String>())
        });
        blocks.collect()
    }

    /// Who lies where: patient by bed, `–` for nobody.
    fn beds(&self) -> Vec<String> {
        let ran = vigil(["beds", "--json", "--data", &self.data()]).expect(0);
        let who =
            |bed: &serde_json::Map<String, serde_json::Value>| bed["patient"]["id"].as_str().unwrap_or("–").to_owned();
        ran.json().iter().map(who).collect()
    }
}

fn adt(trigger: &str, control_id: &str, segments: &str) -> String {
    format!("MSH|^~\\&|HIS|NH|||20260301091400+0000||ADT^{trigger}|{control_id}|P|2.5\n{segments}")
}

fn patient(id: &str, place: &str) -> String {
    format!("PID|||{id}^^^NH^MR||Doe^Jane||19700101|F\nPV1||I|{place}||||||||||||||||V{id}\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_move_patients_and_a_crash_changes_nothing() {
    let stage = Stage::set().await;
    assert_eq!(stage.beds(), ["–", "–", "–"]);
    let admit = adt("A01", "1", &patient("P1", "4B^401^1^North"));
    assert_eq!(stage.send(&admit), ["AA"]);
    assert_eq!(stage.send(&adt("A01", "2", &patient("P2", "4B^401^2^North"))), ["AA"]);
    assert_eq!(stage.beds(), ["P1", "P2", "–"]);
    // A repeat is answered as before and not taken in again; another message of that name is refused.
    assert_eq!(stage.send(&adt("A02", "3", &patient("P1", "4B^402^1^North"))), ["AA"]);
    assert_eq!(stage.send(&admit), ["AA"]);
    assert_eq!(stage.send(&adt("A03", "1", &patient("P1", "4B^402^1^North"))), ["AE 205"]);
    assert_eq!(stage.beds(), ["–", "P2", "P1"]);

    let stage = stage.crash().await;
    assert_eq!(stage.beds(), ["–", "P2", "P1"]);
    assert_eq!(stage.send(&admit), ["AA"], "repeats are known after a crash too");
    assert_eq!(stage.send(&adt("A03", "1", &patient("P1", ""))), ["AE 205"]);
    let swap = format!("{}{}", patient("P1", "4B^401^2^North"), patient("P2", "4B^402^1^North"));
    assert_eq!(stage.send(&adt("A17", "4", &swap)), ["AA"]);
    assert_eq!(stage.beds(), ["–", "P1", "P2"]);
    assert_eq!(stage.send(&adt("A40", "5", "PID|||P9^^^NH^MR\nMRG|P1^^^NH^MR\n")), ["AA"]);
    assert_eq!(stage.beds(), ["–", "P9", "P2"]);
    assert_eq!(stage.send(&adt("A03", "6", &patient("P2", "4B^402^1^North"))), ["AA"]);
    assert_eq!(stage.beds(), ["–", "P9", "–"]);
    assert_eq!(stage.send(&adt("A99", "7", "")), ["AR 201"]);
    assert_eq!(stage.send("rubbish"), ["AR 100"]);
    let enhanced = adt("A08", "8|P|2.5|||AL|AL", &patient("P9", "")).replace("|P|2.5\n", "\n");
    assert_eq!(stage.send_bytes(&from_file_text(enhanced.as_bytes()), 2), ["CA", "AA"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_bind_release_and_settle_by_hand() {
    let stage = Stage::set().await;
    let data = stage.data();
    let bind = |bed: &str, second: &str| {
        ["bind", bed, "--patient", "P1", "--second-id", second, "--by", "nurse", "--data", &data].map(str::to_owned)
    };
    assert_eq!(stage.send(&adt("A01", "1", &patient("P1", "7A^1^1^North"))), ["AA"]);
    vigil(bind("a", "19710101")).expect(1).out_has(&["second identifier"]);
    vigil(bind("z", "19700101")).expect(1).out_has(&["no bed `z`"]);
    assert_eq!(stage.beds(), ["–", "–", "–"]);
    vigil(bind("a", "1970-01-01")).expect(0).out_has(&["on disk"]);
    vigil(["beds", "--data", &data]).expect(0).out_has(&["P1 Doe, Jane", "scan", "(nurse)"]);
    // Two patients in one bed: the older stays, and nothing is charted until somebody has looked.
    assert_eq!(stage.send(&adt("A01", "2", &patient("P2", "4B^401^1^North"))), ["AA"]);
    vigil(["beds", "--data", &data]).expect(0).out_has(&["also said: P2", "HELD since", "Two patients"]);
    vigil(["held", "list", "--data", &data]).expect(0).out_has(&["Nothing is held"]);
    vigil(["held", "release", "a", "--by", "nurse", "--data", &data]).expect(0);
    assert!(!vigil(["beds", "--data", &data]).expect(0).out.contains("HELD"));
    vigil(["release", "a", "--patient", "P2", "--by", "nurse", "--data", &data]).expect(1);
    vigil(["release", "a", "--by", " ", "--data", &data]).expect(1).out_has(&["say who"]);
    vigil(["release", "a", "--by", "nurse", "--why", "to theatre", "--data", &data]).expect(0);
    assert_eq!(stage.beds(), ["P2", "–", "–"], "ADT says that the other one lies there");
    let stage = stage.crash().await;
    assert_eq!(stage.beds(), ["P2", "–", "–"]);
    vigil(["beds", "--data", "/nowhere"]).expect(3).err_has(&["is it running"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bench_sends_files_and_says_what_was_answered() {
    let stage = Stage::set().await;
    let file = stage.folder.path().join("two.hl7");
    let both = format!("{}{}", adt("A01", "1", &patient("P1", "4B^401^1")), adt("A02", "2", "PID|||P1^^^NH^MR\n"));
    std::fs::write(&file, both).unwrap();
    let to = stage.address.to_string();
    let file = file.display().to_string();
    let ran = vigil(["adt", "--to", &to, &file]).expect(1);
    ran.out_has(&["ADT^A01  1  AA", "ADT^A02  2  AE 100"]);
    let ran = vigil(["adt", "--json", "--to", &to, &file]).expect(1);
    assert_eq!(ran.json()[0]["answers"][0]["code"], "AA");
    vigil(["adt", "--to", &free_address().to_string(), &file]).expect(3);
}

/// Where the public sample messages are, if they are at hand.
fn samples() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/hl7");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: the public sample messages are not at hand");
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn each_public_sample_is_answered_with_a_defined_code_and_leaves_a_defined_state() {
    let Some(folder) = samples() else { return };
    let stage = Stage::set().await;
    let send = |name: &str, expected: &str| {
        let text = std::fs::read(folder.join(name)).unwrap();
        let answers = expected.split(',').filter(|code| !code.is_empty()).count();
        stage.send_bytes(&from_file_text(&text), answers).join(",")
    };
    // One stay, from admission to a discharge that is taken back, with a swap in between.
    for (name, answer, beds) in [
        ("adt_cgta_series_1_a01.hl7", "AA", ["–", "–", "7018743"]),
        ("adt_cgta_series_2_a08.hl7", "AA", ["–", "–", "7018743"]),
        ("adt_cgta_series_3_a02.hl7", "AA", ["7018743", "–", "–"]),
        ("adt_cgta_series_4_a17_swap.hl7", "AA", ["7018741", "7018743", "–"]),
        ("adt_cgta_series_5_a03.hl7", "AA", ["7018741", "–", "–"]),
        ("adt_cgta_series_6_a13_cancel_discharge.hl7", "AA", ["7018741", "7018743", "–"]),
    ] {
        assert_eq!(send(name, answer), answer, "{name}");
        assert_eq!(stage.beds(), beds, "{name}");
    }
    let mut unexpected = Vec::new();
    for (name, answer) in [
        ("adt_cgta_seq4_1_a01.hl7", "AA"),
        ("adt_cgta_seq4_2_a11_cancel_admit.hl7", "AE 205"),
        ("adt_de_a01_umlaut_8859_15.hl7", "CA"),
        ("adt_de_a02.hl7", "CA"),
        ("adt_ms_a01-01.hl7", "AA"),
        ("adt_ms_a01-23.hl7", ""),
        ("adt_ms_a02-01.hl7", "AE 205"),
        ("adt_ms_a03-01.hl7", "AE 205"),
        ("adt_ms_a04-01.hl7", "AE 205"),
        ("adt_ms_a04-251.hl7", "AA"),
        ("adt_ms_a08-01.hl7", "AE 205"),
        ("adt_ms_a11-01.hl7", "AE 205"),
        ("adt_ms_a13-01.hl7", "AE 205"),
        ("adt_ms_a40-01.hl7", ""),
        ("adt_pkb_a12_minimal.hl7", "AA"),
        ("adt_simhospital_a01.hl7", "CA"),
        ("pcd01_monitor_periodic.hl7", "CR 200"),
        ("pcd03_rgv_o15_dopamine.hl7", "CR 200"),
        ("pcd04_low_spo2_start.hl7", "CR 200"),
        ("pcim_associate_validated.hl7", "CE 204"),
        ("pcim_associate_unvalidated.hl7", "CE 204"),
    ] {
        let given = send(name, answer);
        if given != answer {
            unexpected.push(format!("{name}: {given} where {answer} was expected"));
        }
    }
    assert_eq!(unexpected, Vec::<String>::new());
    assert_eq!(stage.beds(), ["7018741", "7018743", "–"], "none of these is about a bed of this ward");
}

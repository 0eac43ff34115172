//! Programs that are not ours, as processes: the Mosquitto broker and its clients, an MLLP receiver made of python-hl7, Modbus
//! units made of pymodbus. What they print is what is looked at.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Once;

use serde_json::Value;
use tokio::net::TcpSocket;

use super::process::Process;
use super::{Bell, free_address};

/// Where the scripts are.
fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop").join(name)
}

/// The programs that were found.
pub struct Tools {
    python: PathBuf,
    mosquitto: PathBuf,
}

impl Tools {
    /// The programs, or `None` after a line that says what is missing. With `VIGIL_INTEROP=required` that is a failure.
    pub fn find() -> Option<Self> {
        let python = std::env::var_os("VIGIL_INTEROP_PYTHON").map(PathBuf::from);
        let imports = "import hl7, hl7apy, pymodbus, serial";
        let has_libraries = |python: &PathBuf| {
            let mut import = Command::new(python);
            import.args(["-c", imports]).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
        };
        let mosquitto = program("mosquitto");
        let clients = ["mosquitto_sub", "mosquitto_pub"].into_iter().all(|name| program(name).is_some());
        let missing = match (&python, &mosquitto) {
            (None, _) => "VIGIL_INTEROP_PYTHON, a Python with hl7, hl7apy, pymodbus and pyserial, is not set",
            (Some(python), _) if !has_libraries(python) => {
                "VIGIL_INTEROP_PYTHON lacks hl7, hl7apy, pymodbus or pyserial"
            }
            (_, None) => "mosquitto is not installed",
            (_, Some(_)) if !clients => "mosquitto_sub and mosquitto_pub are not installed",
            (Some(python), Some(mosquitto)) => {
                return Some(Self { python: python.clone(), mosquitto: mosquitto.clone() });
            }
        };
        assert!(std::env::var("VIGIL_INTEROP").as_deref() != Ok("required"), "{missing}, and VIGIL_INTEROP=required");
        static SAID: Once = Once::new();
        SAID.call_once(|| {
            // Past the test runner, which would keep it for itself.
            let _ = writeln!(std::io::stderr(), "skipped: {missing}");
        });
        None
    }

    fn python(&self, name: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(script(name)).env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null());
        command
    }

    /// Sends the message of a file with python-hl7's own client; gives the answer.
    pub fn send(&self, file: &Path, port: &str) -> String {
        let mut command = Command::new(&self.python);
        let arguments = ["-W", "ignore", "-m", "hl7.client", "--loose", "--port", port, "--file"];
        let output = command.args(arguments).arg(file).arg("127.0.0.1").stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        said.trim_matches(['\n', '\r', '\u{0b}', '\u{1c}']).to_owned() + "\r" // without the framing
    }

    /// Judges the messages in a folder; `more` are further arguments. Gives what it said.
    pub fn check(&self, folder: &Path, more: &[&str]) -> String {
        let output = self.python("check_messages.py").args(more).arg(folder).output().unwrap();
        let (said, found) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{said}{found}");
        said.trim().to_owned()
    }
}

/// A program on the path, or where system programs are.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The port that a script listens on, as it says in its first line.
async fn port(process: &Process) -> u16 {
    let line = process.out_line("port").await;
    serde_json::from_str::<Value>(&line).unwrap()["port"].as_u64().unwrap().try_into().unwrap()
}

/// Objects that a program has printed, one a line.
fn objects(process: &Process) -> Vec<Value> {
    process.out().iter().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"))).collect()
}

/// A Mosquitto broker that keeps everything in memory.
pub struct Mosquitto {
    pub port: u16,
    process: Process,
    bell: Bell,
}

impl Mosquitto {
    pub async fn start(tools: &Tools, folder: &Path, bell: &Bell) -> Self {
        // Somebody else may take the port between our looking and its listening.
        for _ in 0..10 {
            let port = free_address().port();
            let config = folder.join("mosquitto.conf");
            let text = format!("listener {port} 127.0.0.1\nallow_anonymous true\nlog_dest stderr\nlog_type all\n");
            std::fs::write(&config, text).unwrap();
            let mut command = Command::new(&tools.mosquitto);
            command.arg("-c").arg(&config).stdin(Stdio::null());
            let process = Process::of(command, bell);
            let is_running = || process.err().iter().any(|line| line.ends_with(" running"));
            bell.until("mosquitto runs or has ended", || is_running() || process.has_ended()).await;
            if is_running() {
                return Self { port, process, bell: bell.clone() };
            }
        }
        panic!("mosquitto cannot listen");
    }

    /// A subscriber, from now on.
    pub async fn subscribe(&self, filter: &str) -> Subscriber {
        let heard = Subscriber { process: Process::of(self.client("mosquitto_sub", &["-t", filter]), &self.bell) };
        let id = format!("sub-{}", heard.process.id());
        self.bell
            .until("the subscription", || self.process.err().iter().any(|l| l.contains("SUBACK") && l.ends_with(&id)))
            .await;
        heard
    }

    fn client(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(name);
        command.args(["-V", "mqttv5", "-h", "127.0.0.1", "-q", "1", "-p"]).arg(self.port.to_string()).args(arguments);
        if name == "mosquitto_sub" {
            // Answers need not be JSON, which this program would not print.
            command.args(["-I", "sub-", "-F", "%J", "-T", "ward/v1/+/+/+/+/alert/+/ack"]);
        }
        command.stdin(Stdio::null());
        command
    }

    /// Publishes with `mosquitto_pub`; `properties` are words for `-D publish`.
    pub fn publish(&self, topic: &str, payload: &str, properties: &[[&str; 2]], more: &[&str]) {
        let mut command = self.client("mosquitto_pub", &["-t", topic, "-m", payload]);
        for [name, value] in properties {
            command.args(["-D", "publish", name, value]);
        }
        let status = command.args(more).status().unwrap();
        assert!(status.success(), "mosquitto_pub: {status}");
    }

    /// What the broker keeps, as it tells a new subscriber: everything before a mark that is subscribed to last.
    pub async fn retained(&self, filter: &str) -> Vec<Value> {
        const MARK: &str = "tests/mark";
        self.publish(MARK, "{}", &[], &["-r"]);
        let process = Process::of(self.client("mosquitto_sub", &["-t", filter, "-t", MARK]), &self.bell);
        process.out_line(MARK).await;
        let mut kept = objects(&process);
        kept.retain(|publication| publication["topic"] != MARK && publication["retain"] == 1);
        kept
    }
}

/// A `mosquitto_sub`.
pub struct Subscriber {
    process: Process,
}

impl Subscriber {
    /// Everything that it has heard: topic, payload, properties.
    pub fn heard(&self) -> Vec<Value> {
        objects(&self.process)
    }
}

/// An MLLP receiver made of python-hl7, which keeps what it gets in a folder.
pub struct Receiver {
    pub port: u16,
    pub folder: PathBuf,
    process: Process,
}

impl Receiver {
    pub async fn start(tools: &Tools, folder: &Path, bell: &Bell) -> Self {
        let folder = folder.join("received");
        let mut command = tools.python("hl7_receiver.py");
        command.arg(&folder);
        let process = Process::of(command, bell);
        Self { port: port(&process).await, folder, process }
    }

    /// What python-hl7 has read in each message.
    pub fn received(&self) -> Vec<Value> {
        objects(&self.process).split_off(1)
    }
}

/// Modbus units made of pymodbus, on TCP and on a serial line.
pub struct Units {
    pub port: u16,
    pub serial: PathBuf,
    process: Process,
}

/// On which line of [`Units`].
#[derive(Clone, Copy)]
pub enum Line {
    Tcp,
    Rtu,
}

impl Units {
    /// `serial` becomes the name of the serial port.
    pub async fn start(tools: &Tools, serial: &Path, bell: &Bell) -> Self {
        let mut command = tools.python("modbus_server.py");
        command.arg(serial).stdin(Stdio::piped());
        let process = Process::of(command, bell);
        Self { port: port(&process).await, serial: serial.to_owned(), process }
    }

    /// Opens or closes a contact of unit 1.
    pub fn contact(&mut self, line: Line, address: u8, is_closed: bool) {
        let line = match line {
            Line::Tcp => 0,
            Line::Rtu => 1,
        };
        self.process.say(&format!("contact {line} {address} {}", u8::from(is_closed)));
    }

    /// Ends without a word, and nobody takes its place. The next who asks the system for a pseudo-terminal or for a free port may
    /// get the one that has just been given back, and be a simulated device of another test: a stranger that answers for the
    /// dead. So the name of the serial port goes first, and the TCP port is taken, without listening, as long as what is
    /// returned lives.
    #[must_use]
    pub fn kill(self) -> TcpSocket {
        std::fs::remove_file(&self.serial).unwrap();
        self.process.kill();
        let kept = TcpSocket::new_v4().unwrap();
        kept.set_reuseaddr(true).unwrap();
        kept.bind((std::net::Ipv4Addr::LOCALHOST, self.port).into()).unwrap();
        kept
    }
}

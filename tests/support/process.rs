//! The `vigil` program as a process: what it writes, how it ends, and its end if the test fails.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::{Bell, locked};

/// The program, without settings from outside.
pub fn command<I: IntoIterator<Item = A>, A: AsRef<OsStr>>(arguments: I) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vigil"));
    command.args(arguments).env_remove("VIGIL_LOG").stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let code = output.status.code().unwrap_or_else(|| panic!("ended by a signal: {output:?}"));
        Self { code, out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Each line of standard output as a JSON object.
    pub fn json(&self) -> Vec<serde_json::Map<String, serde_json::Value>> {
        let object = |line: &str| match serde_json::from_str(line) {
            Ok(serde_json::Value::Object(object)) => object,
            other => panic!("{line:?} is no JSON object: {other:?}"),
        };
        self.out.lines().map(object).collect()
    }

    /// The run went as it should; else everything it wrote is shown.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\nstandard output:\n{}\nstandard error:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub fn err_has(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "{part:?} is not in standard error:\n{}", self.err);
        }
        self
    }

    #[track_caller]
    pub fn out_has(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.out.contains(part), "{part:?} is not in standard output:\n{}", self.out);
        }
        self
    }
}

/// Runs `vigil` with these arguments to its end.
pub fn vigil<I: IntoIterator<Item = A>, A: AsRef<OsStr>>(arguments: I) -> Ran {
    Ran::of(command(arguments).output().unwrap())
}

/// Runs `vigil` with these arguments and this standard input to its end.
pub fn vigil_reading(arguments: &[&str], input: &[u8]) -> Ran {
    let mut command = command(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input))); // it may refuse before it has read all
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran::of(output)
}

/// Lines of one stream, and whether it has ended.
#[derive(Default)]
struct Lines {
    lines: Vec<String>,
    ended: bool,
}

/// A running `vigil`.
pub struct Process {
    child: Child,
    out: Arc<Mutex<Lines>>,
    err: Arc<Mutex<Lines>>,
    readers: Vec<JoinHandle<()>>,
    bell: Bell,
}

impl Process {
    pub fn start<I: IntoIterator<Item = A>, A: AsRef<OsStr>>(arguments: I, bell: &Bell) -> Self {
        Self::of(command(arguments), bell)
    }

    /// Any program.
    pub fn of(mut command: Command, bell: &Bell) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (Arc::default(), Arc::default());
        let readers =
            vec![read(child.stdout.take().unwrap(), &out, bell), read(child.stderr.take().unwrap(), &err, bell)];
        Self { child, out, err, readers, bell: bell.clone() }
    }

    pub fn out(&self) -> Vec<String> {
        locked(&self.out).lines.clone()
    }

    pub fn err(&self) -> Vec<String> {
        locked(&self.err).lines.clone()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Writes a line to the standard input of a program that was given one.
    pub fn say(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Waits for a line of standard output that holds `part`, and gives it.
    pub async fn out_line(&self, part: &str) -> String {
        let mut found = None;
        let has_line = || {
            found = locked(&self.out).lines.iter().find(|line| line.contains(part)).cloned();
            found.is_some() || locked(&self.out).ended
        };
        self.bell.until(&format!("a line with {part:?}"), has_line).await;
        found.unwrap_or_else(|| panic!("no line with {part:?}; standard error: {:#?}", self.err()))
    }

    /// Waits for a line of standard error that holds `part`, and gives it.
    pub async fn err_line(&self, part: &str) -> String {
        let mut found = None;
        let has_line = || {
            found = locked(&self.err).lines.iter().find(|line| line.contains(part)).cloned();
            found.is_some() || locked(&self.err).ended
        };
        self.bell.until(&format!("a line with {part:?} in standard error"), has_line).await;
        found.unwrap_or_else(|| panic!("no line with {part:?} in standard error: {:#?}", self.err()))
    }

    /// Whether both streams have ended: the process is gone.
    pub fn has_ended(&self) -> bool {
        locked(&self.out).ended && locked(&self.err).ended
    }

    /// Asks it to stop in order.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Asks it to read its configuration again.
    pub fn hang_up(&self) {
        self.signal("HUP");
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for the end and gives the exit code.
    pub async fn code(mut self) -> i32 {
        self.bell.clone().until("the end of the process", || self.has_ended()).await;
        let status = self.child.wait().unwrap();
        status.code().unwrap_or_else(|| panic!("{status}: {:#?}", self.err()))
    }

    /// Ends it without a word: SIGKILL. Returns what it had written to standard output.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "it had ended before it was killed: {status}; {:#?}", self.err());
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        self.out()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let (out, err) = (self.out(), self.err());
            eprintln!("a program of the test wrote:\n{}\n{}", out.join("\n"), err.join("\n"));
        }
    }
}

fn read(stream: impl Read + Send + 'static, into: &Arc<Mutex<Lines>>, bell: &Bell) -> JoinHandle<()> {
    let (into, bell) = (into.clone(), bell.clone());
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { break };
            locked(&into).lines.push(line);
            bell.ring();
        }
        locked(&into).ended = true;
        bell.ring();
    })
}

//! `vigil adt`: sends HL7 messages to a listener and shows how they are answered, for benches.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use vigil_messages::DurationText;
use vigil_messages::hl7::{Ack, Message, from_file_text};
use vigil_sinks::mllp::codec::{CARRIAGE_RETURN, END, START};

use super::{CommandError, CommandResult, Outcome, Printer};

/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Arguments of `vigil adt`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil adt --to 127.0.0.1:2575 admit.hl7 transfer.hl7\n\n\
                        A file may hold several messages. Each is sent as it stands, with carriage returns for line ends. The \
                        exit code is 1 if one of them was not accepted.")]
pub(super) struct Arguments {
    /// Where to send, `host:port`.
    #[arg(long, value_name = "ADDR")]
    to: String,
    /// How long an answer may take.
    #[arg(long, default_value = "10s", value_name = "DURATION")]
    timeout: DurationText,
    /// Files with HL7 messages; `-` is standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    let mut messages = Vec::new();
    for file in &arguments.files {
        let text = if file.as_os_str() == "-" {
            let mut text = Vec::new();
            std::io::stdin()
                .read_to_end(&mut text)
                .map_err(|error| CommandError::Input(format!("reading standard input: {error}")))?;
            text
        } else {
            std::fs::read(file).map_err(|error| super::unreadable(file, &error))?
        };
        messages.extend(split(&from_file_text(&text)).into_iter().map(|message| (file.display().to_string(), message)));
    }
    let mut line = Line::connect(&arguments.to, arguments.timeout.get())?;
    let mut out = Printer::new();
    let mut all_accepted = true;
    for (file, message) in messages {
        let (kind, control_id, expected) = about(&message);
        let mut answers = Vec::new();
        let mut trouble = None;
        line.send(&message)?;
        for _ in 0..expected {
            match line.receive()? {
                Some(answer) => {
                    // After a refusal of receipt nothing follows.
                    let goes_on = read(&answer).is_ok_and(|ack| ack.code.is_accept());
                    answers.push(answer);
                    if !goes_on {
                        break;
                    }
                }
                None => {
                    trouble = Some("no answer in time");
                    line = Line::connect(&arguments.to, arguments.timeout.get())?;
                    break;
                }
            }
        }
        let acks: Vec<Result<Ack, String>> = answers.iter().map(|answer| read(answer)).collect();
        let accepted = trouble.is_none() && acks.iter().all(|ack| ack.as_ref().is_ok_and(|ack| ack.code.is_accept()));
        all_accepted &= accepted;
        if json {
            let acks: Vec<serde_json::Value> = acks.iter().map(of_ack).collect();
            out.json(&json!({
                "file": file, "message": kind, "control_id": control_id, "accepted": accepted, "answers": acks,
                "trouble": trouble,
            }))?;
        } else {
            let mut words: Vec<String> = acks.iter().map(words_of).collect();
            words.extend(trouble.map(str::to_owned));
            if words.is_empty() {
                words.push("sent; it asks for no answer".to_owned());
            }
            out.line(format_args!("{file}  {kind}  {control_id}  {}", words.join(", then ")))?;
        }
    }
    out.finish()?;
    Ok(if all_accepted { Outcome::Done } else { Outcome::No })
}

/// The messages of a file, each from one MSH to the next.
fn split(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut messages: Vec<Vec<u8>> = Vec::new();
    for segment in bytes.split_inclusive(|byte| *byte == CARRIAGE_RETURN) {
        match messages.last_mut() {
            Some(message) if !segment.starts_with(b"MSH") => message.extend_from_slice(segment),
            Some(_) | None => messages.push(segment.to_vec()),
        }
    }
    messages
}

/// Kind, control id, and how many answers the message asks for.
fn about(bytes: &[u8]) -> (String, String, usize) {
    let Ok(message) = Message::parse(bytes) else { return ("?".to_owned(), "?".to_owned(), 1) };
    let header = message.header();
    let kind = format!("{}^{}", header.field(9).component(1).text(), header.field(9).component(2).text());
    let asks = |field: usize| matches!(header.field(field).raw(), b"AL" | b"SU");
    let is_original = header.field(15).is_empty() && header.field(16).is_empty();
    let expected = if is_original { 1 } else { usize::from(asks(15)) + usize::from(asks(16)) };
    let is_acknowledgement = header.field(9).component(1).raw() == b"ACK";
    (kind, header.field(10).text().trim().to_owned(), if is_acknowledgement { 0 } else { expected })
}

fn read(answer: &[u8]) -> Result<Ack, String> {
    let message = Message::parse(answer).map_err(|error| error.to_string())?;
    Ack::parse(&message).map_err(|error| error.to_string())
}

fn of_ack(ack: &Result<Ack, String>) -> serde_json::Value {
    match ack {
        Ok(ack) => json!({
            "code": ack.code.as_str(), "control_id": ack.control_id,
            "errors": ack.errors.iter().map(|error| json!({
                "code": error.code, "location": error.location, "text": error.text,
            })).collect::<Vec<_>>(),
        }),
        Err(error) => json!({ "unreadable": error }),
    }
}

fn words_of(ack: &Result<Ack, String>) -> String {
    match ack {
        Ok(ack) => {
            let reasons = ack.errors.iter().map(|error| {
                let place = error.location.as_ref().map(|(segment, _, field)| format!("{segment}-{field}: "));
                format!(" {} {}{}", error.code, place.unwrap_or_default(), error.text)
            });
            format!("{}{}", ack.code.as_str(), reasons.collect::<String>())
        }
        Err(error) => format!("an answer that cannot be read: {error}"),
    }
}

/// A connection to a listener.
struct Line {
    stream: TcpStream,
    address: String,
    /// What was read and not taken yet.
    rest: Vec<u8>,
}

impl Line {
    fn connect(address: &str, patience: Duration) -> Result<Self, CommandError> {
        let failed = |error: std::io::Error| {
            CommandError::Outside(format!("connecting to {address}: {error}; does anybody listen there?"))
        };
        let found = address.to_socket_addrs().map_err(failed)?.next();
        let found =
            found.ok_or_else(|| CommandError::Outside(format!("connecting to {address}: there is no such host")))?;
        let stream = TcpStream::connect_timeout(&found, patience).map_err(failed)?;
        stream.set_read_timeout(Some(patience)).map_err(failed)?;
        stream.set_write_timeout(Some(patience)).map_err(failed)?;
        Ok(Self { stream, address: address.to_owned(), rest: Vec::new() })
    }

    fn send(&mut self, message: &[u8]) -> Result<(), CommandError> {
        let block = [&[START], message, &[END, CARRIAGE_RETURN]].concat();
        self.stream
            .write_all(&block)
            .map_err(|error| CommandError::Outside(format!("sending to {}: {error}", self.address)))
    }

    /// The next answer; `None` if none comes in time or the connection is closed.
    fn receive(&mut self) -> Result<Option<Vec<u8>>, CommandError> {
        let mut buffer = [0; 4096];
        loop {
            let end = self.rest.windows(2).position(|pair| pair == [END, CARRIAGE_RETURN]);
            if let Some(end) = end {
                let block: Vec<u8> = self.rest.drain(..end + 2).collect();
                let start = block.iter().position(|byte| *byte == START).map_or(0, |start| start + 1);
                return Ok(Some(block[start..end].to_vec()));
            }
            if self.rest.len() > ANSWER_BYTES_MAX {
                return Ok(None);
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => return Ok(None),
                Ok(read) => self.rest.extend_from_slice(&buffer[..read]),
                Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                    return Ok(None);
                }
                Err(error) => {
                    return Err(CommandError::Outside(format!("reading from {}: {error}", self.address)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_hold_several_messages() {
        let messages = split(b"MSH|1\rPID|1\rMSH|2\rPID|2\r");
        assert_eq!(messages, [b"MSH|1\rPID|1\r".to_vec(), b"MSH|2\rPID|2\r".to_vec()]);
    }

    #[test]
    fn as_many_answers_are_expected_as_are_asked_for() {
        let expected = |rest: &str| about(format!("MSH|^~\\&|A|B|||20260301||ADT^A01|7|P|2.5{rest}\r").as_bytes()).2;
        assert_eq!((expected(""), expected("|||AL|NE"), expected("|||AL|AL"), expected("|||NE|NE")), (1, 1, 2, 0));
    }
}

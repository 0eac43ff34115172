//! Messages without a conversation, for `vigil decode` and captures: whatever can be read is reported, episodic values every
//! time.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind, Identity, Report};

use super::Framing;
use super::codec::{CreateEvent, Deframer, Message, PollAnswer, Request, Splitter, class};
use super::mirror::Mirror;
use crate::Decoder;

/// Decodes what a monitor sends.
#[derive(Debug)]
pub(super) struct IntellivueDecoder {
    line: Line,
    mirror: Mirror,
    identity: Option<Identity>,
    reports: VecDeque<Report>,
}

#[derive(Debug)]
enum Line {
    Frames(Deframer),
    Datagrams(Splitter),
}

impl IntellivueDecoder {
    pub(super) fn new(framing: Framing) -> Self {
        let line = match framing {
            Framing::Rs232 => Line::Frames(Deframer::new()),
            Framing::Udp => Line::Datagrams(Splitter::new()),
        };
        Self { line, mirror: Mirror::default(), identity: None, reports: VecDeque::new() }
    }

    fn drain(&mut self) {
        loop {
            let found = match &mut self.line {
                Line::Frames(deframer) => deframer.next_message(),
                Line::Datagrams(splitter) => splitter.next_message(),
            };
            match found {
                Some(Ok(message)) => self.take(&message),
                Some(Err(fault)) => self.reports.push_back(Report::Fault(fault)),
                None => return,
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let message = match Message::decode(bytes) {
            Ok(message) => message,
            Err(error) => return self.fault(FaultKind::Framing, bytes.len(), error.to_string()),
        };
        match message {
            Message::Request(request) => self.reports.push_back(Report::Fault(echo(request, bytes.len()))),
            Message::OtherRequest(what) => self.reports.push_back(Report::Fault(other_echo(what, bytes.len()))),
            Message::CreateEvent(event) => self.take_create(&event),
            Message::PollAnswer(answer) => self.take_answer(&answer, bytes.len()),
            Message::Accepted(_) | Message::Released | Message::Indication | Message::WavesChosen { .. } => {}
            Message::Refused => self.fault(FaultKind::Exception, 0, REFUSED),
            Message::Aborted => self.fault(FaultKind::Exception, 0, ABORTED),
            Message::Error { error, .. } => self.fault(FaultKind::Exception, 0, describe_error(error)),
            Message::OtherAnswer { command } | Message::OtherEvent { command } => {
                self.fault(FaultKind::Unexpected, bytes.len(), uncovered(command));
            }
        }
    }

    fn take_create(&mut self, event: &CreateEvent) {
        self.reports.extend(self.mirror.take_monitor(&event.attributes));
        self.tell_identity();
    }

    fn take_answer(&mut self, answer: &PollAnswer, bytes: usize) {
        match answer.result.class {
            class::NUMERIC => self.reports.extend(self.mirror.take_numerics(None, answer)),
            class::WAVE => self.reports.extend(self.mirror.take_waves(answer)),
            class::ALARM_MONITOR => self.reports.extend(self.mirror.take_alarms(answer)),
            class::MONITOR => {
                for (_, object) in answer.result.objects() {
                    self.reports.extend(self.mirror.take_monitor(&object.attributes));
                }
                self.tell_identity();
            }
            class::DEMOGRAPHICS => {
                self.fault(FaultKind::Unexpected, bytes, "Demographics, which are never asked for and not used.");
            }
            class => {
                self.fault(FaultKind::Unexpected, bytes, format!("Objects of class {class}; they are not covered."));
            }
        }
    }

    fn tell_identity(&mut self) {
        let identity = self.mirror.identity();
        if self.identity.as_ref() != Some(&identity) {
            self.reports.push_back(Report::Identity(identity.clone()));
            self.identity = Some(identity);
        }
    }

    fn fault(&mut self, kind: FaultKind, bytes: usize, detail: impl Into<String>) {
        self.reports.push_back(Report::Fault(Fault::new(kind, bytes, detail)));
    }
}

impl Decoder for IntellivueDecoder {
    fn push(&mut self, bytes: &[u8]) {
        match &mut self.line {
            Line::Frames(deframer) => deframer.push(bytes),
            Line::Datagrams(splitter) => splitter.push(bytes),
        }
        self.drain();
    }

    fn finish(&mut self) {
        match &mut self.line {
            Line::Frames(deframer) => deframer.finish(),
            Line::Datagrams(splitter) => splitter.finish(),
        }
        self.drain();
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }
}

pub(super) const REFUSED: &str = "The monitor refuses the association.";
pub(super) const ABORTED: &str = "The monitor aborts the association.";

/// A request of a host on the line of the monitor.
pub(super) fn echo(request: Request, bytes: usize) -> Fault {
    other_echo(&request.describe(), bytes)
}

/// The same for one that this driver does not make.
pub(super) fn other_echo(what: &str, bytes: usize) -> Fault {
    Fault::new(FaultKind::Unexpected, bytes, format!("A host's {what}, not a message of the monitor."))
}

/// A message of the monitor that means nothing here.
pub(super) fn uncovered(command: u16) -> String {
    format!("A message of command {command}, which is not covered.")
}

/// What an error number means.
pub(super) fn describe_error(error: u16) -> String {
    let meaning = match error {
        0 => "no such class",
        1 => "no such object",
        2 => "access denied",
        9 => "no such action",
        10 => "processing failure",
        15 => "argument not valid",
        16 => "scope not valid",
        17 => "object not valid",
        _ => "not documented",
    };
    format!("The monitor answers with error {error} ({meaning}).")
}

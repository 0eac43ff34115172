//! Finds out who is at the other end of a line: drivers and line settings are tried one after another, reads only and for a
//! bounded time. What nobody answers to is evidence for the line doctor.

use std::time::Duration;

use tokio::time::Instant;
use vigil_model::{Identity, Report};
use vigil_protocols::doctor::{Closed, Diagnosis, Evidence, Signals, diagnose};
use vigil_protocols::link::Transport;
use vigil_protocols::modbus::{Framing, UnitId};

use crate::serial::SerialLine;
use crate::{Clock, ports};

mod bus;
mod plan;
mod propose;
mod stream;

pub use plan::{Candidate, Speaks, candidates};
pub use propose::propose;

/// What is to be found out.
#[derive(Clone, Debug)]
pub struct Question {
    /// Path of a serial port, or `host:port`.
    pub target: String,
    /// Names of drivers to try, `modbus` among them; empty for all.
    pub drivers: Vec<String>,
    /// Modbus units to ask.
    pub units: Vec<u8>,
    /// How long it may take.
    pub limit: Duration,
}

/// Somebody who answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How it speaks, and by which settings.
    pub candidate: Candidate,
    /// Who it says it is, as far as it does.
    pub identity: Identity,
    /// Modbus units that answer, each with the built-in profiles that fit it, the best one first.
    pub units: Vec<(UnitId, Vec<String>)>,
    /// What it says now: values, the newest of each metric, and alarms that are present. On a bus those of the first unit that
    /// a profile fits, by the profile that fits best.
    pub values: Vec<Report>,
}

/// Most values of a device that are kept.
const VALUES_MAX: usize = 64;

/// Keeps the newest value of each metric, and alarms that are present.
fn keep(values: &mut Vec<Report>, report: Report) {
    let same = |other: &Report| match (other, &report) {
        (Report::Observation(a), Report::Observation(b)) => (a.metric, a.containment) == (b.metric, b.containment),
        (Report::Alarm(a), Report::Alarm(b)) => (a.event, a.source, &a.text) == (b.event, b.source, &b.text),
        _ => false,
    };
    let is_over = matches!(&report, Report::Alarm(alarm) if !alarm.present);
    match values.iter().position(same) {
        Some(at) if is_over => drop(values.remove(at)),
        Some(at) => values[at] = report,
        None if !is_over && values.len() < VALUES_MAX => values.push(report),
        None => {}
    }
}

/// One candidate that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The candidate.
    pub candidate: Candidate,
    /// What came of it.
    pub found: Option<Found>,
    /// What was seen meanwhile.
    pub evidence: Evidence,
}

/// What came of it all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Who answered.
    pub found: Option<Found>,
    /// How many candidates were tried, and how many there was no time for.
    pub tried: usize,
    /// How many there was no time for.
    pub left_out: usize,
    /// Everything that was seen.
    pub evidence: Evidence,
    /// What the line doctor makes of it.
    pub diagnosis: Option<Diagnosis>,
    /// Why the line could not be opened, if it could not.
    pub closed: Option<String>,
}

/// Tries candidates until one answers or the time is over; `on` is told of each.
pub async fn probe(question: &Question, clock: &Clock, mut on: impl FnMut(&Tried)) -> Answer {
    let end = Instant::now() + question.limit;
    let serial = question.target.starts_with('/');
    let mut answer = Answer { evidence: Evidence { serial, ..Evidence::default() }, ..Answer::default() };
    let kernel = serial.then(|| ports::kernel_counters(&question.target)).flatten();
    let candidates = candidates(&question.target, &question.drivers);
    for (index, candidate) in candidates.iter().enumerate() {
        if Instant::now() >= end {
            answer.left_out = candidates.len() - index;
            break;
        }
        let tried = match &candidate.speaks {
            Speaks::Driver(driver) => stream::attempt(candidate, *driver, end, clock).await,
            Speaks::Modbus(framing) => bus::attempt(candidate, *framing, &question.units, end).await,
        };
        answer.tried += 1;
        match tried {
            Ok(tried) => {
                on(&tried);
                add(&mut answer.evidence, &tried.evidence);
                if tried.found.is_some() {
                    answer.found = tried.found;
                    answer.evidence = Evidence { serial, ..tried.evidence };
                    break;
                }
            }
            Err(reason) => {
                answer.evidence.closed = Some(Closed::from_text(&reason).unwrap_or(Closed::Gone));
                answer.closed = Some(reason);
                break;
            }
        }
    }
    if serial && answer.closed.is_none() {
        let now = ports::kernel_counters(&question.target);
        answer.evidence.kernel = now.zip(kernel).map(|(now, before)| now.since(before));
        answer.evidence.signals = candidates.first().and_then(signals);
    }
    answer.diagnosis = diagnose(&answer.evidence);
    answer
}

/// The handshake lines that come from the other end, where the port has any.
fn signals(candidate: &Candidate) -> Option<Signals> {
    match &candidate.transport {
        Transport::Serial(serial) => SerialLine::open(serial).ok()?.signals(),
        Transport::Tcp { .. } | Transport::Udp { .. } => None,
    }
}

fn add(sum: &mut Evidence, part: &Evidence) {
    sum.bytes_sent += part.bytes_sent;
    sum.bytes_received += part.bytes_received;
    sum.frames += part.frames;
    sum.checksums += part.checksums;
    sum.framings += part.framings;
    sum.timeouts += part.timeouts;
    sum.exceptions += part.exceptions;
}

impl Candidate {
    /// Driver and settings in a line: `esc-scale, 9600 8N1`.
    pub fn text(&self) -> String {
        let speaks = match &self.speaks {
            Speaks::Driver(driver) => driver.name().to_owned(),
            Speaks::Modbus(framing) => format!("modbus {}", framing.as_str()),
        };
        match &self.transport {
            Transport::Serial(serial) => format!("{speaks}, {}", plan::settings(serial)),
            Transport::Tcp { .. } => speaks,
            Transport::Udp { .. } => format!("{speaks}, datagrams"),
        }
    }

    /// The framing, if it is Modbus.
    pub const fn framing(&self) -> Option<Framing> {
        match self.speaks {
            Speaks::Modbus(framing) => Some(framing),
            Speaks::Driver(_) => None,
        }
    }
}

//! What the messages of a rack mean. When they are asked for is in `session.rs`.
//!
//! - *Identity*: the bed id that the rack gives to `ADMIN:ALIVE` is the rack's. A message with another one is not used. A pump
//!   that is put into the place of another one is the same bed's: its serial number is a value of the place.
//! - *Alarms*: an answer to `MEM:GET` holds the alarms of all pumps, so it is a whole list, if every block of it has arrived,
//!   every pump has said what alarms it has, and the rack has reported no pump that it cannot reach.
//! - *A pump that is gone*: a place that had a pump, and is not in a whole answer, has no values. If the pump was infusing when
//!   it was last heard, nothing is said and its values become stale, so that somebody is told.

use std::collections::BTreeMap;

use vigil_model::{Fault, FaultKind, Identity, Report};

use super::codec::{Message, Messages, RS, Request};
use super::pump::{self, BitWords};
use super::table::Place;
use crate::listen::Speaker;
use crate::row::clipped;

/// Address of the rack itself.
const RACK: &str = "50100";
/// Address of a pump, before pillar and place.
const PUMP: &str = "501";

/// How far the times of blocks may go back before the rack counts as switched off and on: a pump's may be older.
const CLOCK_SLACK_S: u64 = 60;

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The rack lives (`GNACK`).
    Alive,
    /// The version of its protocol.
    Version,
    /// A block of an answer to `MEM:GET`.
    Block,
    /// The rack did not take the request (`GNERR` 68, 811).
    Refusal,
}

/// A message of the rack, read.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) kind: Kind,
    pub(super) reports: Vec<Report>,
    pub(super) more: bool,
    /// The rack is another one than before, or has been switched off and on.
    pub(super) is_new: bool,
}

/// The rack at the other end of the line.
#[derive(Debug, Default)]
pub(super) struct Rack {
    messages: Messages,
    words: BitWords,
    /// The only bed id that is taken, if there is one.
    expected: Option<String>,
    identity: Identity,
    /// Seconds since the rack was switched on, as it said last.
    time: u64,
    /// Places that have had a pump, and whether it was infusing.
    pumps: BTreeMap<Place, bool>,
    /// Places of the answer so far.
    answered: Vec<Place>,
    /// Whether the answer so far holds every alarm.
    is_whole: bool,
}

impl Rack {
    pub(super) fn new(words: BitWords, expected: Option<String>) -> Self {
        Self { words, expected, ..Self::default() }
    }

    /// The bed id of the rack, where it is known.
    pub(super) fn bed(&self) -> Option<&str> {
        Some(&*self.identity.serial).filter(|bed| !bed.is_empty())
    }

    /// A request for everything goes out: an answer begins.
    pub(super) fn begin_answer(&mut self) {
        self.answered.clear();
        self.is_whole = true;
    }

    /// The next message, or what was wrong with the next one.
    pub(super) fn next(&mut self) -> Option<Result<Said, Fault>> {
        let found = self.messages.poll()?.and_then(|(message, bytes)| self.read(&message, bytes));
        if found.is_err() {
            self.is_whole = false;
        }
        Some(found)
    }

    fn read(&mut self, message: &Message, bytes: usize) -> Result<Said, Fault> {
        let misshapen = |detail: String| Fault::new(FaultKind::Framing, bytes, detail);
        if let Some(request) = Request::named(&message.info) {
            let detail = format!("a request of a host, {}", request.words());
            return Err(Fault::new(FaultKind::Unexpected, bytes, detail));
        }
        let quads: Vec<[&str; 4]> = message.info.split(RS).filter_map(quadruple).collect();
        let Some(time) = quads.first().and_then(|[time, ..]| time.parse::<u64>().ok()) else {
            return Err(misshapen("a message without a quadruple".to_owned()));
        };
        let kind = match quads[0] {
            [_, RACK, "GNACK", _] => Kind::Alive,
            [_, RACK, version, ""] if !version.is_empty() && message.info.matches(',').count() == 2 => Kind::Version,
            [_, _, "GNERR", "68" | "811"] => Kind::Refusal,
            _ => Kind::Block,
        };
        let mut said = Said { kind, reports: Vec::new(), more: message.more, is_new: false };
        if !self.same_rack(&message.bed, time, bytes, &mut said) {
            return Ok(said);
        }
        match kind {
            Kind::Alive => {}
            Kind::Version => {
                self.identity.software = clipped(quads[0][2]);
                said.reports.push(Report::Identity(self.identity.clone()));
            }
            Kind::Refusal => {
                let detail = format!("the rack refuses a request with GNERR {}", quads[0][3]);
                said.reports.push(fault(FaultKind::Exception, bytes, detail));
            }
            Kind::Block => self.block(&quads, message.more, bytes, &mut said.reports),
        }
        Ok(said)
    }

    /// Whether the message is of the rack of this connection. If it is another, it is the rack from now on.
    fn same_rack(&mut self, bed: &str, time: u64, bytes: usize, said: &mut Said) -> bool {
        if let Some(expected) = self.expected.as_deref().filter(|expected| *expected != bed) {
            let detail = format!("rack {bed} answers where rack {expected} should be");
            said.reports.push(fault(FaultKind::Identity, bytes, detail));
            said.is_new = true;
            self.is_whole = false;
            return false;
        }
        let before = self.time;
        if *self.identity.serial == *bed {
            self.time = before.max(time);
            if time + CLOCK_SLACK_S < before {
                self.time = time;
                let detail = "the rack has been switched off and on: its time went back".to_owned();
                said.reports.push(fault(FaultKind::Unexpected, bytes, detail));
                said.is_new = true;
                self.pumps.clear();
                self.is_whole = false;
            }
            return true;
        }
        self.time = time;
        let known = std::mem::replace(
            &mut self.identity,
            Identity { manufacturer: "B. Braun".into(), serial: bed.into(), ..Identity::default() },
        );
        let is_first = known.serial.is_empty();
        if !is_first {
            let detail = format!("rack {bed} answers where rack {} was", known.serial);
            said.reports.push(fault(FaultKind::Identity, bytes, detail));
            said.is_new = true;
            self.pumps.clear();
            self.is_whole = false;
        }
        said.reports.push(Report::Identity(self.identity.clone()));
        is_first
    }

    fn block(&mut self, quads: &[[&str; 4]], more: bool, bytes: usize, reports: &mut Vec<Report>) {
        let mut pumps: BTreeMap<Place, BTreeMap<&str, &str>> = BTreeMap::new();
        for [_, address, parameter, value] in quads {
            let place = address.strip_prefix(PUMP).and_then(Place::of_address);
            match (*parameter, *value, place) {
                ("GNERR", "11", _) => {} // no pumps, or nothing more
                ("GNERR", code, _) => {
                    self.is_whole = false;
                    let who = place.map_or("the rack".to_owned(), |place| format!("pump {place}"));
                    let detail = format!("{who} reports GNERR {code}");
                    reports.push(fault(FaultKind::Exception, bytes, detail));
                }
                (_, _, Some(place)) => {
                    pumps.entry(place).or_default().insert(parameter, value);
                }
                (_, _, None) if *address == RACK => {}
                (_, _, None) => {
                    self.is_whole = false;
                    let detail = format!("{parameter} of an address that is none");
                    reports.push(fault(FaultKind::Framing, address.len(), detail));
                }
            }
        }
        for (place, parameters) in &pumps {
            let pump = pump::read(*place, parameters, self.words);
            self.is_whole &= pump.alarms_are_known;
            self.pumps.insert(*place, pump.is_infusing);
            self.answered.push(*place);
            reports.extend(pump.reports);
        }
        if !more {
            self.end_answer(reports);
        }
    }

    fn end_answer(&mut self, reports: &mut Vec<Report>) {
        if self.is_whole {
            let gone = self.pumps.iter().filter(|(place, infusing)| !**infusing && !self.answered.contains(place));
            reports.extend(gone.flat_map(|(place, _)| pump::absent(*place)));
            reports.push(Report::AlarmsListed);
        }
        self.begin_answer();
    }
}

/// `time,address,parameter,value`; the answer to a request for the version has no value.
fn quadruple(text: &str) -> Option<[&str; 4]> {
    let mut fields = text.splitn(4, ',');
    let quad = [fields.next()?, fields.next()?, fields.next()?, fields.next().unwrap_or_default()];
    quad[0].bytes().all(|b| b.is_ascii_digit()).then_some(quad)
}

fn fault(kind: FaultKind, bytes: usize, detail: String) -> Report {
    Report::Fault(Fault::new(kind, bytes, detail))
}

impl Speaker for Rack {
    fn push(&mut self, bytes: &[u8]) {
        self.messages.push(bytes);
    }

    fn poll(&mut self) -> Option<Result<Vec<Report>, Fault>> {
        Some(self.next()?.map(|said| said.reports))
    }

    fn cut(&mut self) -> Option<Fault> {
        self.is_whole = false;
        self.messages.cut()
    }

    fn forget(&mut self) {
        *self = Self::new(self.words, self.expected.take());
    }
}

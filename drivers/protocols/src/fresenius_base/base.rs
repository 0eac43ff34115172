//! What the frames of the base and its modules mean. The conversation itself is the shared [`crate::poll`] loop.
//!
//! - *Sessions*: the base is connected first, then each module that it says it has. A module that says that its session is not
//!   open (`1E`) is connected anew; so is everything when the base says so (`0D`).
//! - *Signs of life*: ENQ is answered with DC4 at once; each frame whose check fits is acknowledged with ACK, and a spontaneous
//!   one with its letter as well.
//! - *Alarms*: the protocol tells for each pump whether it has an alarm or an error; each answer says it of one pump.
//! - *A module that is gone*: has no values and no alarms, unless its rate was not 0 when it was last heard: then nothing is
//!   said of its values, so that they become stale and somebody is told.

use std::collections::VecDeque;

use vigil_model::{Fault, FaultKind, Identity, Quality, Quantity, Report};

use super::codec::{self, ACK, DC4, Heard, MODULES, Reply, Request, Status, Stream};
use super::table::{self, AlarmRow, Row};
use crate::poll::{Asked, Entry, Incoming, Then};

/// Error of a module whose session is not open.
const MODULE_NOT_OPEN: &str = "1E";
/// Error of a base whose session is not open.
const BASE_NOT_OPEN: &str = "0D";

/// How many hexadecimal digits a rate and a volume have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    pub(super) rate: u8,
    pub(super) volume: u8,
}

/// What is known about a module.
#[derive(Clone, Copy, Debug, Default)]
struct Module {
    is_there: bool,
    is_connected: bool,
    is_running: bool,
}

/// The base at the other end of the line.
#[derive(Debug)]
pub(super) struct Base {
    stream: Stream,
    digits: Digits,
    is_connected: bool,
    modules: [Module; MODULES as usize],
    prompts: VecDeque<Vec<u8>>,
}

impl Base {
    pub(super) fn new(digits: Digits) -> Self {
        let modules = [Module::default(); MODULES as usize];
        Self { stream: Stream::default(), digits, is_connected: false, modules, prompts: VecDeque::new() }
    }

    fn module(&mut self, address: u8) -> Option<&mut Module> {
        self.modules.get_mut(usize::from(address).checked_sub(1)?)
    }

    fn frame(&mut self, text: &str, bytes: usize) -> Result<Incoming<Request>, Fault> {
        let reply = Reply::decode(text)?;
        self.prompts.push_back(vec![ACK]);
        Ok(match reply.status {
            Status::Spontaneous(letter) => {
                self.prompts.push_back(codec::frame(format!("{}{letter}", reply.address).as_bytes()));
                let detail = "a spontaneous message, which nobody has asked for; it is not used";
                Incoming::Fault(Fault::new(FaultKind::Unexpected, bytes, detail))
            }
            Status::Incorrect => self.refusal(&reply, bytes),
            Status::Correct => {
                let (request, reports) = self.answer(&reply, bytes)?;
                Incoming::Answer { request, reports, then: Then::Continue }
            }
        })
    }

    fn refusal(&mut self, reply: &Reply, bytes: usize) -> Incoming<Request> {
        let code = reply.data.first().map_or("", String::as_str);
        if code == BASE_NOT_OPEN || (reply.address == 0 && code == MODULE_NOT_OPEN) {
            *self = Self {
                stream: std::mem::take(&mut self.stream),
                prompts: std::mem::take(&mut self.prompts),
                ..Self::new(self.digits)
            };
        } else if let (MODULE_NOT_OPEN, Some(module)) = (code, self.module(reply.address)) {
            module.is_connected = false;
        }
        let detail = format!("address {} refuses a request with error {}", reply.address, crate::row::clipped(code));
        Incoming::Refused(Fault::new(FaultKind::Exception, bytes, detail))
    }

    fn answer(&mut self, reply: &Reply, bytes: usize) -> Result<(Request, Vec<Report>), Fault> {
        let refused = |detail: &str| Fault::new(FaultKind::Framing, bytes, detail);
        let address = reply.address;
        let letters: Vec<Option<char>> = reply.data.iter().map(|part| part.chars().next()).collect();
        match (address, &letters[..]) {
            (0, []) => {
                self.is_connected = true;
                let identity =
                    Identity { manufacturer: "Fresenius".into(), model: "Base".into(), ..Identity::default() };
                Ok((Request::Connect(0), vec![Report::Identity(identity)]))
            }
            (0, [Some('b')]) => {
                let bits = reply.variable('b').and_then(|digits| hexadecimal(digits, 2));
                let bits =
                    bits.filter(|bits| *bits < 1 << MODULES).ok_or_else(|| refused("a set of modules that is none"))?;
                Ok((Request::Modules, self.set_modules(bits)))
            }
            (_, []) => {
                if let Some(module) = self.module(address) {
                    module.is_connected = true;
                }
                Ok((Request::Connect(address), Vec::new()))
            }
            (_, [Some(letter @ ('a' | 'e'))]) if address > 0 => {
                let digits = reply.variable(*letter).unwrap_or_default();
                let is_word = (1..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
                if !is_word {
                    return Err(refused("an alarm word that is not hexadecimal"));
                }
                let present = digits.bytes().any(|b| b != b'0');
                let (request, row) = match letter {
                    'a' => (Request::Alarm(address), table::ALARM),
                    _ => (Request::Malfunction(address), table::MALFUNCTION),
                };
                Ok((request, vec![alarm(row, address, present)]))
            }
            (_, [Some('d'), Some('r')]) if address > 0 => {
                let Digits { rate, volume } = self.digits;
                let number =
                    |letter, digits| reply.variable(letter).and_then(|text| hexadecimal(text, usize::from(digits)));
                let (Some(rate), Some(volume)) = (number('d', rate), number('r', volume)) else {
                    return Err(refused("a rate or volume with another number of digits than is set"));
                };
                if let Some(module) = self.module(address) {
                    module.is_running = rate != 0;
                }
                let is = |row: Row, value, exponent| {
                    row.of_vmd(u16::from(address)).is(Quantity::new(value, exponent), Quality::Valid)
                };
                Ok((Request::Values(address), vec![is(table::RATE, rate, -1), is(table::INFUSED, volume, -3)]))
            }
            _ => Err(Fault::new(FaultKind::Unexpected, bytes, "an answer to something that is never asked")),
        }
    }

    /// The base says which modules it has.
    fn set_modules(&mut self, bits: i64) -> Vec<Report> {
        let mut reports = Vec::new();
        for (number, module) in (1..=MODULES).zip(&mut self.modules) {
            let is_there = bits >> (number - 1) & 1 == 1;
            if std::mem::replace(&mut module.is_there, is_there) && !is_there {
                module.is_connected = false;
                reports.push(alarm(table::ALARM, number, false));
                reports.push(alarm(table::MALFUNCTION, number, false));
                if !module.is_running {
                    reports.extend(table::ROWS.iter().map(|row| row.of_vmd(u16::from(number)).is_absent()));
                }
            }
        }
        reports
    }
}

fn alarm(row: AlarmRow, module: u8, present: bool) -> Report {
    row.report(table::pump(module), present, format!("Module {module}: {}", row.text))
}

/// Upper-case hexadecimal of so many digits.
fn hexadecimal(text: &str, digits: usize) -> Option<i64> {
    let is_digit = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
    (text.len() == digits && text.bytes().all(is_digit)).then(|| i64::from_str_radix(text, 16).ok())?
}

impl Asked for Base {
    type Request = Request;

    fn encode(&self, request: Request) -> Vec<u8> {
        request.encode()
    }

    fn wants(&self, request: Request) -> bool {
        let of = |number: u8| usize::from(number).checked_sub(1).and_then(|index| self.modules.get(index));
        match request {
            Request::Connect(0) => !self.is_connected,
            Request::Connect(number) => of(number).is_some_and(|module| module.is_there && !module.is_connected),
            Request::Modules => self.is_connected,
            Request::Alarm(number) | Request::Malfunction(number) | Request::Values(number) => {
                of(number).is_some_and(|module| module.is_there && module.is_connected)
            }
        }
    }

    fn prompt(&mut self) -> Option<Vec<u8>> {
        self.prompts.pop_front()
    }

    fn forget(&mut self) {
        *self = Self::new(self.digits);
    }

    fn cut(&mut self) -> Option<Fault> {
        self.stream.cut()
    }

    fn push(&mut self, bytes: &[u8]) {
        self.stream.push(bytes);
    }

    fn poll(&mut self) -> Option<Incoming<Request>> {
        loop {
            return Some(match self.stream.poll()? {
                Err(fault) => Incoming::Fault(fault),
                Ok(Heard::Frame(text, bytes)) => self.frame(&text, bytes).unwrap_or_else(Incoming::Fault),
                Ok(Heard::Enquiry) => {
                    self.prompts.push_back(vec![DC4]);
                    continue;
                }
                Ok(Heard::Acknowledged) => continue,
                Ok(Heard::NotTaken(reason)) => {
                    let detail = format!("a request was not taken: error {reason}");
                    Incoming::Refused(Fault::new(FaultKind::Exception, 2, detail))
                }
            });
        }
    }
}

/// The plan of a connection.
pub(super) fn plan(config: &super::Config) -> Vec<Entry<Request>> {
    let entry = |request| {
        let (period, urgent) = match request {
            Request::Connect(_) => (super::CONNECT_PERIOD, false),
            Request::Modules | Request::Values(_) => (config.interval, false),
            Request::Alarm(_) | Request::Malfunction(_) => (config.interval, true),
        };
        Entry { request, period, urgent }
    };
    Request::all().into_iter().map(entry).collect()
}

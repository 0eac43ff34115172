//! Captured Modbus frames to reports, for `vigil decode`.
//!
//! An answer does not say what was asked. What is *due* is: the request of the same capture if requests are in it, else the
//! request given on the command line, else the profile's next read in the order of its blocks.

use std::collections::VecDeque;
use std::sync::Arc;

use vigil_model::{Fault, FaultKind, Report};

use super::adu::{AsciiRules, Body, Frame, FrameReader, Framing, Side};
use super::{ReadRequest, RegisterProfile, UnitId, exception_text};
use crate::Decoder;

/// Requests seen in a capture that wait for their answer.
const REQUESTS_MAX: usize = 16;

/// A decoder of whole frames. With `request`, every answer answers that request.
pub fn decoder(profile: Arc<RegisterProfile>, framing: Framing, request: Option<ReadRequest>) -> Box<dyn Decoder> {
    let rules = AsciiRules { count: profile.ascii_count(), ..AsciiRules::default() };
    decoder_with(profile, framing, request, rules)
}

/// As [`decoder`], with these exceptions for Modbus ASCII.
pub fn decoder_with(
    profile: Arc<RegisterProfile>,
    framing: Framing,
    request: Option<ReadRequest>,
    rules: AsciiRules,
) -> Box<dyn Decoder> {
    let plan = match request {
        Some(request) => vec![request],
        None => profile.read_plan(UnitId(1)).into_iter().map(|read| read.request).collect(),
    };
    Box::new(FrameDecoder {
        reader: FrameReader::new(framing, Side::Both).with_ascii(rules),
        framing,
        profile,
        plan,
        next: 0,
        asked: VecDeque::new(),
        reports: VecDeque::new(),
    })
}

struct FrameDecoder {
    reader: FrameReader,
    framing: Framing,
    profile: Arc<RegisterProfile>,
    /// Reads in the order in which they are answered.
    plan: Vec<ReadRequest>,
    next: usize,
    /// Requests of the capture without an answer yet, with their transaction.
    asked: VecDeque<(u16, ReadRequest)>,
    reports: VecDeque<Report>,
}

impl Decoder for FrameDecoder {
    fn push(&mut self, bytes: &[u8]) {
        self.reader.push(bytes);
        self.drain();
    }

    fn finish(&mut self) {
        self.reader.finish();
        self.drain();
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }
}

impl FrameDecoder {
    fn drain(&mut self) {
        loop {
            let due = self.asked.front().map(|(_, request)| *request).or_else(|| self.plan.get(self.next).copied());
            let found = self.reader.next_frame(due.map(|request| request.payload_bytes()));
            self.reports.extend(self.reader.take_excused().map(Report::Fault));
            match found {
                Some(Ok(frame)) => self.frame(frame),
                Some(Err(fault)) => self.reports.push_back(Report::Fault(fault)),
                None => return,
            }
        }
    }

    fn frame(&mut self, frame: Frame) {
        match frame.body {
            Body::Request(request) => {
                if self.asked.len() == REQUESTS_MAX {
                    self.asked.pop_front();
                }
                self.asked.push_back((frame.transaction, request));
            }
            Body::Values { table, payload } => {
                let asked =
                    |request: &ReadRequest| request.table() == table && request.payload_bytes() == payload.len();
                let Some(request) = self.take_due(frame.transaction, frame.unit, asked) else {
                    let detail = format!("{} bytes of {} were not asked for", payload.len(), table.as_str());
                    return self.fault(FaultKind::Unexpected, payload.len(), detail);
                };
                match request.unpack(&payload) {
                    Ok(data) => self.reports.extend(self.profile.reports(table, request.address(), &data)),
                    Err(error) => self.fault(FaultKind::Framing, payload.len(), error.to_string()),
                }
            }
            Body::Exception { function, code } => {
                let asked = |request: &ReadRequest| request.table().function() == function;
                let request = self.take_due(frame.transaction, frame.unit, asked);
                let what = request.map_or("a request that was not seen".to_owned(), |request| request.to_string());
                self.fault(FaultKind::Exception, 0, format!("{what}: exception {code} ({})", exception_text(code)));
            }
            Body::Other { function } => {
                self.fault(FaultKind::Unexpected, 0, format!("function {function}, which is no read"));
            }
        }
    }

    /// The request that an answer fits, and moves on behind it: answers before it were lost.
    fn take_due(&mut self, transaction: u16, unit: UnitId, fits: impl Fn(&ReadRequest) -> bool) -> Option<ReadRequest> {
        let matching = |(asked, request): &(u16, ReadRequest)| {
            request.unit() == unit && fits(request) && (self.framing != Framing::Tcp || *asked == transaction)
        };
        if let Some(at) = self.asked.iter().position(matching) {
            let found = self.asked.get(at).map(|(_, request)| *request);
            self.asked.drain(..=at);
            return found;
        }
        if !self.asked.is_empty() {
            return None;
        }
        let ahead = (0..self.plan.len()).map(|step| (self.next + step) % self.plan.len());
        let found = ahead.into_iter().find(|index| fits(&self.plan[*index]))?;
        self.next = (found + 1) % self.plan.len();
        Some(self.plan[found])
    }

    fn fault(&mut self, kind: FaultKind, bytes: usize, detail: String) {
        self.reports.push_back(Report::Fault(Fault::new(kind, bytes, detail)));
    }
}
